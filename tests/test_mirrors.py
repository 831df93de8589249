"""Steps back: a genuine return is told, a copy from a server that lags is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.mirrors import notes
from monitor.recording import Totals
from pipelines.confirming import STATES
from pipelines.texts import Observation
from storage.database import Database
from storage.going_back import MARKED, TIMES
from tests.storage_makers import (
    LAW,
    NOW,
    REFUSED,
    SOURCE,
    Site,
    action,
    bill,
    measure,
    observed,
    readable,
)

HOUR = timedelta(hours=1)
NEARLY_A_DAY = timedelta(hours=23)
NUMBER = count(1)
STEPS = ("Filed", "Read", "Amended", "Passed", "Signed")
OTHER = LAW.replace("mask", "veil")
SLOW = settings(
    max_examples=20, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database, every=NEARLY_A_DAY)


def stage(number: int, identifier: str = "HB 1") -> Observation:
    """A bill after so many steps: an action, another status and another title with each."""
    return observed(
        measure(
            identifier,
            title=f"Masks, {STEPS[number].lower()}",
            status=STEPS[number],
            actions=tuple(action(words, day) for day, words in enumerate(STEPS[: number + 1], 1)),
        )
    )


def order(text: str, identifier: str = "EO 1") -> Observation:
    """An order whose one address has its text of the day: nothing of it says which came first."""
    return bill(("Signed", readable(text)), identifier=identifier)


def titled(title: str, identifier: str = "HB 1") -> Observation:
    """A measure with a title and nothing that had happened."""
    return observed(measure(identifier, title=title))


def hourly(site: Site, *looks: Observation) -> list[str]:
    """What is told of looks an hour apart."""
    found = []
    for look in looks:
        site.now += HOUR - site.every
        found += site.kinds(look)
    return found


def marked(site: Site) -> bool:
    """Whether the source's servers are known to disagree now."""
    flap = site.store.last_flap(SOURCE)
    return flap is not None and site.now - flap <= MARKED


def make_flap(site: Site) -> None:
    """Let another measure of the source go from A to B, to A and to B."""
    site.crawl(titled("A", "HB 99"))
    assert site.kinds(titled("B", "HB 99")) == ["title"]
    assert site.kinds(titled("A", "HB 99")) == ["title"]
    assert not marked(site)
    assert site.kinds(titled("B", "HB 99")) == ["title"]
    assert marked(site)


def test_what_steps_back_and_loses_nothing_is_told_at_once(site: Site) -> None:
    """A to B to A is two changes, of fields and of texts."""
    site.crawl(titled("A"), order(LAW))
    assert site.kinds(titled("B"), order(OTHER)) == ["title", "amended"]
    assert site.kinds(titled("A"), order(LAW)) == ["title", "amended"]
    assert site.kinds(titled("A"), order(LAW)) == []


def test_a_copy_that_lost_what_had_happened_moves_nothing(site: Site) -> None:
    """It is counted, nothing of it is kept, and the next fresh look says nothing either."""
    site.crawl(stage(0))
    assert sorted(site.kinds(stage(1))) == ["action", "status", "title"]
    known = site.shown() | {"sources": []}
    (outcome,) = site.crawl(stage(0))
    assert (outcome.status, outcome.kinds, outcome.stale) == ("unchanged", (), 1)
    assert site.shown() | {"sources": []} == known
    (outcome,) = site.crawl(stage(1))
    assert (outcome.status, outcome.kinds, outcome.stale) == ("unchanged", (), 0)
    assert sorted(site.kinds(stage(2))) == ["action", "status", "title"]


def test_a_retraction_after_a_day_is_told_at_once(site: Site) -> None:
    """A, B, A with a whole day in between is two changes, actions or not."""
    site.crawl(stage(0))
    assert sorted(site.kinds(stage(1))) == ["action", "status", "title"]
    site.now += HOUR
    assert sorted(site.kinds(stage(0))) == ["action", "status", "title"]


def test_a_retraction_that_stays_is_told_once(site: Site) -> None:
    """A clerk took a step back: told when it was seen three times and for a day."""
    site.crawl(stage(0))
    site.crawl(stage(1))
    assert [site.kinds(stage(0)) for _ in range(TIMES - 1)] == [[]] * (TIMES - 1)
    assert sorted(site.kinds(stage(0))) == ["action", "status", "title"]
    assert site.kinds(stage(0)) == []
    assert not marked(site)


def test_many_stale_copies_in_an_hour_do_not_settle(site: Site) -> None:
    """A list read every few minutes meets the same mirror many times: a day must pass."""
    site.crawl(stage(0))
    site.crawl(stage(1))
    assert hourly(site, *[stage(0)] * 20) == []
    assert sorted(hourly(site, *[stage(0)] * 6)) == ["action", "status", "title"]


def test_anything_else_in_between_starts_the_wait_anew(site: Site) -> None:
    """A fresh look between the stale ones shows that the server only lags."""
    site.crawl(stage(0))
    site.crawl(stage(1))
    looks = [stage(0), stage(0), stage(1)] * 4
    assert [site.kinds(look) for look in looks] == [[]] * len(looks)


def test_one_crawl_counts_once(site: Site) -> None:
    """A batch that is recorded again, as after a kill, is no further observation."""
    site.crawl(stage(0))
    site.crawl(stage(1))
    site.crawl(stage(0))
    for _ in range(5):
        site.now += timedelta(days=1)
        (outcome,) = site.store.record(
            [stage(0)], crawl_id=site.crawl_id, now=site.now, route=site.route
        )
        assert outcome.kinds == ()
    assert site.kinds(stage(0)) == []


def test_a_state_of_long_ago_is_no_stale_copy(site: Site) -> None:
    """No server lags for more than a month: what returns then is told at once."""
    site.crawl(stage(0))
    site.crawl(stage(1))
    site.now += timedelta(days=31)
    assert sorted(site.kinds(stage(0))) == ["action", "status", "title"]


def test_a_new_state_that_lacks_an_action_is_told_at_once(site: Site) -> None:
    """Only what the source showed before can be a stale copy of it."""
    site.crawl(stage(1))
    site.crawl(stage(2))
    assert site.kinds(stage(0)) != []


def test_flapping_is_proven_and_then_settles_first(site: Site) -> None:
    """After A, B, A, B no step back of the source is told at once, of fields or of texts."""
    make_flap(site)
    site.crawl(titled("A"), order(LAW))
    assert site.kinds(titled("B"), order(OTHER)) == ["title", "amended"]
    looks = [titled("A"), order(LAW)], [titled("B"), order(OTHER)]
    assert [site.kinds(*looks[turn % 2]) for turn in range(6)] == [[]] * 6
    assert site.kinds(titled("C"), order(f"{LAW} Veto.")) == ["title", "amended"]


def test_a_stale_text_need_not_be_the_same_to_the_letter(site: Site) -> None:
    """A server that lags prints the old text with other looks: it is the old text all the same."""
    make_flap(site)
    site.crawl(order(LAW))
    assert site.kinds(order(OTHER)) == ["amended"]
    (outcome,) = site.crawl(order(LAW.upper()))
    assert (outcome.kinds, outcome.stale) == ((), 1)


def test_stale_copies_are_counted_for_the_report(site: Site) -> None:
    """A crawl's totals say how many there were."""
    totals = Totals()
    for look in (stage(0), stage(1), stage(0), stage(0)):
        for outcome in site.crawl(look):
            totals.add(outcome)
    assert totals.stale == 2


def test_a_genuine_return_at_a_marked_source_is_told_later(site: Site) -> None:
    """What stays is told once, also where servers are known to disagree."""
    make_flap(site)
    site.crawl(titled("A"), order(LAW))
    site.crawl(titled("B"), order(OTHER))
    back = [titled("A"), order(LAW)]
    assert [site.kinds(*back) for _ in range(TIMES)] == [[]] * (TIMES - 1) + [["title", "amended"]]
    assert site.kinds(*back) == []


def test_a_mark_fades(site: Site) -> None:
    """After a month without a flap a return is told at once again."""
    make_flap(site)
    site.now += MARKED
    site.crawl(titled("A"))
    site.crawl(titled("B"))
    assert not marked(site)
    assert site.kinds(titled("A")) == ["title"]


def test_a_stale_copy_marks_the_source_when_the_fresh_one_comes_back(site: Site) -> None:
    """Nothing false had to be told for the proof."""
    site.crawl(stage(0))
    site.crawl(stage(1))
    site.crawl(stage(0))
    assert not marked(site)
    site.crawl(stage(1))
    assert marked(site)


def test_two_states_in_one_crawl_mark_the_source(site: Site) -> None:
    """A second fetch that gave another text proves it at once."""
    site.crawl(order(LAW))
    assert site.kinds(bill(("Signed", replace(REFUSED, reason=STATES)), identifier="EO 1")) == []
    assert marked(site)
    assert site.kinds(order(OTHER)) == ["amended"]
    assert site.kinds(order(LAW)) == []


def test_a_list_that_lags_tells_a_return_once(site: Site) -> None:
    """Vanished, listed, gone and listed again within days: the second return settles first."""
    site.crawl(titled("A"), stage(0, "HB 2"), complete=True)
    gone, there = [stage(0, "HB 2")], [titled("A"), stage(0, "HB 2")]
    told = [site.kinds(*look, complete=True) for look in (gone, gone, there) * 2]
    assert told == [[], ["vanished"], ["restored"]] * 2
    assert marked(site)
    told = [site.kinds(*look, complete=True) for look in (gone, gone, there, gone, there, there)]
    assert told == [[], ["vanished"], [], [], [], []]
    assert site.kinds(*there, complete=True) == ["restored"]


def test_a_list_that_does_not_have_a_new_measure_yet_says_nothing(site: Site) -> None:
    """Stale lists of the day on which a measure came do not make it vanish; later ones do."""
    site.crawl(stage(0), complete=True)
    both = [stage(0), stage(0, "HB 2")]
    assert site.kinds(*both, complete=True) == ["new"]
    told = []
    for _ in range(8):
        site.now += HOUR - site.every
        told += site.kinds(stage(0), complete=True)
    site.now += HOUR - site.every
    assert told + site.kinds(*both, complete=True) == []
    assert [site.kinds(stage(0), complete=True) for _ in range(2)] == [[], ["vanished"]]


def test_a_page_that_shows_less_denies_nothing(site: Site) -> None:
    """A look at the title alone is not the fresh copy that a stale one waits for."""
    site.crawl(stage(0))
    site.crawl(stage(1))
    assert site.kinds(stage(0)) == []
    title = stage(1).measure
    site.crawl(observed(replace(title, observed=frozenset({"title"}))))
    assert not marked(site)
    assert [site.kinds(stage(0)) for _ in range(2)] != [[], []]


@SLOW
@given(st.data())
def test_any_mixture_of_fresh_and_stale_copies_tells_each_step_once(
    site: Site, data: st.DataObject
) -> None:
    """Whatever a server that lags shows in between, in whatever order the rows come."""
    names = [f"HB {next(NUMBER)}" for _ in range(data.draw(st.integers(1, 3)))]
    site.crawl(*(stage(0, name) for name in names))
    told: list[str] = []
    for now in range(1, data.draw(st.integers(2, len(STEPS)))):
        told += hourly_rows(site, [stage(now, name) for name in names])
        for _ in range(data.draw(st.integers(0, 4))):
            ages = [data.draw(st.integers(max(0, now - 2), now)) for _ in names]
            rows = [stage(age, name) for age, name in zip(ages, names, strict=True)]
            rows = data.draw(st.permutations(rows))
            assert hourly_rows(site, rows) == []
            before = len(site.changes())
            site.store.record(rows, crawl_id=site.crawl_id, now=site.now, route=site.route)
            assert len(site.changes()) == before
        site.crawl(*(stage(now, name) for name in names))
        assert sorted(told) == sorted(["action", "status", "title"] * now * len(names))


def hourly_rows(site: Site, rows: Sequence[Observation]) -> list[str]:
    """What is told of one look at several measures, an hour after the last."""
    site.now += HOUR - site.every
    return site.kinds(*rows)


@SLOW
@given(st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=8))
def test_what_stays_is_known_in_the_end(site: Site, titles: list[str]) -> None:
    """After any flapping, a state that is shown three times and for days is the accepted one."""
    name = f"HB {next(NUMBER)}"
    for title in titles:
        site.crawl(titled(title, name))
    for _ in range(TIMES + 1):
        site.crawl(titled("A", name))
    (measure_id,) = site.queries.find(name)
    assert site.shown(measure_id)["title"] == "A"
    assert site.kinds(titled("A", name)) == []


def test_operators_are_told_of_both_ways() -> None:
    """Stale copies are counted; the mark is noted while it stands, and its end once."""
    counted, mark = notes(2, NOW, now=NOW + HOUR, before=())
    assert counted == "mirrors: a stale copy was served 2 times, and left aside"
    assert "disagree, last on 2026-01-05" in mark
    (ended,) = notes(0, NOW, now=NOW + MARKED + HOUR, before=(mark,))
    assert "not disagreed for 30 days" in ended
    assert notes(0, NOW, now=NOW + MARKED + HOUR, before=(ended,)) == []
    assert notes(0, None, now=NOW, before=()) == []
