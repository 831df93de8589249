"""The brake: what a crawl may change at once, by the source's own past; and series of numbers."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schedules import parse_schedule
from config.watches import SourceSpec
from monitor.brake import FEW, Found, implausible, is_opening_day, known_before
from monitor.past import Past
from monitor.recording import Totals
from monitor.series import gaps
from storage.ports import SourceReport

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def past(*changed, last=NOW - DAY):
    """Whole crawls of earlier days, newest first, by how many measures each changed."""
    return [
        SourceReport(source="virginia", state="ok", found=1000, changed=count, at=last - rank * DAY)
        for rank, count in enumerate(changed)
    ]


@pytest.mark.parametrize(
    ("changed", "held"), [(20, False), (150, False), (201, True), (1000, True)]
)
def test_more_than_ever_is_held(changed, held):
    """With a past of eight crawls a fifth of all measures is too much where twelve were most."""
    history = past(0, 3, 12, 5, 0, 0, 1, 2)
    assert bool(implausible(Found(known=1000, changed=changed), history, now=NOW)) is held


def test_what_happened_before_may_happen_again():
    """A source that changed three hundred at once may change as many again."""
    history = past(0, 3, 300, 5, 0, 0, 1, 2)
    assert not implausible(Found(known=1000, changed=900), history, now=NOW)


def test_a_long_pause_allows_more():
    """After ten days without a crawl ten days' changes come at once."""
    history = past(25, 20, 20, 25, 20, 20, 20, 20)
    found = Found(known=1000, changed=600)
    assert implausible(found, history, now=NOW)
    assert not implausible(found, history, now=NOW + 9 * DAY)


def test_a_short_past_allows_more():
    """Of a source that is hardly known only a change of most measures is held."""
    assert not implausible(Found(known=1000, changed=400), past(0, 0, 0), now=NOW)
    assert implausible(Found(known=1000, changed=600), past(0, 0, 0), now=NOW)


def test_the_first_crawl_after_the_baseline_is_braked():
    """A site that is rebuilt right then is no more plausible than later."""
    assert not implausible(Found(known=1000, changed=400), past(0), now=NOW)
    said = implausible(Found(known=1000, changed=600), past(0), now=NOW)
    assert said == "600 of 1000 measures changed at once; at most 0 did in the crawl before"


def test_the_first_crawl_after_weeks_is_not():
    """Within weeks a session moves every bill, and no past says how many are usual; losses are held."""
    later = NOW + timedelta(days=10)
    assert not implausible(Found(known=1000, changed=900), past(0), now=later)
    assert implausible(Found(known=1000, changed=900), past(0, 0), now=later)
    assert implausible(Found(known=1000, changed=9, vanished=300), past(0), now=later)


@pytest.mark.parametrize(
    ("report", "last", "known"),
    [
        ({"found": 5, "vanished": 25}, 5, 30),
        ({"found": 60, "new": 10}, 50, 50),
        ({"found": 3, "vanished": 2, "partial": True}, 400, 400),
        ({"found": 60, "new": 60}, None, 0),
    ],
)
def test_what_a_crawl_is_held_against_is_counted_right(report, last, known):
    """Never more measures vanished or changed than there were."""
    history = [] if last is None else [SourceReport(source="virginia", state="ok", found=last)]
    assert known_before(SourceReport(source="virginia", state="ok", **report), history) == known


def test_an_opening_is_measures_that_take_steps():
    """Steps and statuses are what a session brings; new titles, losses and numbers are not."""
    flood = Found(known=1000, changed=900)
    assert is_opening_day(flood, {"action": 880, "status": 300})
    assert is_opening_day(flood, {"status": 450, "title": 3})
    assert not is_opening_day(flood, {"title": 900, "action": 40})
    assert not is_opening_day(Found(known=1000, changed=900, vanished=300), {"action": 900})
    assert not is_opening_day(Found(known=1000, changed=900, new=90, twins=80), {"action": 900})


class TestPast:
    """The brake as a crawl meets it, with the source's own past and the days of its sessions."""

    CONVENED = datetime(2026, 1, 14, 12, tzinfo=UTC)  # the second Wednesday of January

    def held(self, history, *, now, place="us/va", kind="site", **kinds):
        spec = SourceSpec(
            name="virginia",
            kind=kind,
            place=place,
            parameters={},
            schedule=parse_schedule("every 6 hours", "UTC"),
        )
        opened = SimpleNamespace(holds=SimpleNamespace(open=lambda _: []))
        met = Past(opened, spec, 9, now, history)
        report = SourceReport(source="virginia", state="ok", found=1000, changed=900)
        return met.held(report, Totals(kinds=Counter(kinds))), met.remarks

    def test_a_session_that_convenes_is_told(self):
        """Bills that are referred by hundreds, just after the opening; a remark says so."""
        held, remarks = self.held(past(0, 0, last=NOW), now=self.CONVENED, action=900)
        assert held == ""
        assert "900 of 1000 measures changed at once (900 action)" in remarks[0]
        assert "it is told all the same, as the legislature convened" in remarks[0]

    @pytest.mark.parametrize(
        "other",
        [
            {"now": datetime(2026, 4, 1, tzinfo=UTC), "action": 900},
            {"now": CONVENED, "place": "us/tx", "action": 900},
            {"now": CONVENED, "kind": "orders", "action": 900},
            {"now": CONVENED, "title": 900},
        ],
    )
    def test_nothing_else_is(self, other):
        """Another day, a state we know no day of, an executive, or another kind of change."""
        held, remarks = self.held(past(0, 0), **other)
        assert held.startswith("900 of 1000 measures changed at once")
        assert remarks == []

    def test_the_flood_of_an_opening_does_not_raise_the_bar(self):
        """A month later nine hundred changes are as implausible as before it."""
        days = past(900, 0, 0, last=self.CONVENED)
        held, _ = self.held(days, now=self.CONVENED + 40 * DAY, title=900)
        assert held
        held, _ = self.held(days, now=self.CONVENED + DAY, title=900)
        assert held == ""


def test_the_loss_of_many_is_always_held():
    """Measures do not vanish by hundreds, whatever the past."""
    said = implausible(Found(known=1000, changed=0, vanished=300), past(), now=NOW)
    assert said == "300 of 1000 measures vanished at once"
    assert not implausible(Found(known=1000, changed=0, vanished=150), past(), now=NOW)
    assert not implausible(Found(known=22, changed=0, vanished=20), past(), now=NOW)


def test_new_measures_that_are_old_ones_are_held():
    """A site that numbers its bills otherwise shows the same titles under other numbers."""
    found = Found(known=500, changed=0, new=400, twins=380)
    assert "380 of 400 new measures have the titles of known ones" in implausible(
        found, past(), now=NOW
    )
    assert not implausible(Found(known=500, changed=0, new=400, twins=90), past(), now=NOW)


def test_the_reason_says_what_changed():
    """The sentence is for the operator who decides."""
    said = implausible(
        Found(known=1000, changed=900), past(*[4] * 9), now=NOW, kinds="900 title, 3 action"
    )
    assert said == (
        "900 of 1000 measures changed at once (900 title, 3 action); "
        "at most 4 did in the 9 crawls before"
    )


@given(
    known=st.integers(0, 5000), changed=st.integers(0, FEW), vanished=st.integers(0, FEW),
    history=st.lists(st.integers(0, 50), max_size=12),
)  # fmt: skip
def test_a_few_are_never_held(known, changed, vanished, history):
    """However small the source: an order or two may always be amended at once."""
    found = Found(known=known, changed=changed, vanished=vanished, new=5, twins=5)
    assert implausible(found, past(*history), now=NOW) == ""


def test_missing_numbers_are_named():
    """Gaps of a dense series, session by session; other letters are another series."""
    names = [("2026", f"HB {number}") for number in range(1, 101) if number not in {37, 52}]
    names += [("2025", f"HB {number}") for number in range(1, 30)]
    names += [("2026", f"SJ {number}") for number in (1, 40, 99)]
    assert gaps(names) == ("HB 37", "HB 52")


def test_many_missing_numbers_are_counted():
    """Five are named of each series."""
    names = [("2026", f"HB {number}") for number in range(1, 300) if number not in range(40, 48)]
    assert gaps(names) == ("HB 40", "HB 41", "HB 42", "HB 43", "HB 44", "and 3 more of HB")


def test_names_that_are_no_series_have_no_gaps():
    """Orders without number, and numbers far apart."""
    assert gaps([("", "An order"), ("", ""), *(("", f"EO {rank * 7}") for rank in range(60))]) == ()
