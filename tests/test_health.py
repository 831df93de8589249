"""Health: a crawl's report against what was known, and only transitions are told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from config.vocabulary import Health
from monitor.health import MOST_NOTES, judge
from monitor.rhythm import silence
from storage.ports import SourceReport, SourceState

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def report(state="ok", **changes):
    values = {"source": "virginia", "state": state, "found": 100, "complete": True}
    return SourceReport(**(values | changes))


def known(health):
    return SourceState(
        name="virginia", place="us/va", kind="site", health=health, since=NOW, baseline_at=NOW,
        last_success=NOW, notes=("an earlier note",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "health"),
    [
        ("failing", Health.FAILING),
        ("blocked", Health.BLOCKED),
        ("drifted", Health.DRIFTED),
        ("crashed", Health.FAILING),
        ("ok", Health.OK),
    ],
)
def test_a_bad_word_of_the_crawl_is_believed(state, health):
    """What the start page said decides, and a crash is a failure."""
    assert judge(report(state), history=[report()]).health is health


def test_no_measures_where_there_were_some_is_drift():
    """A smooth crawl that finds nothing is not a quiet day."""
    verdict = judge(report(found=0), known=known(Health.OK), history=[report()])
    assert verdict.health is Health.DRIFTED
    assert "no measure was found, where the crawl before found 100" in verdict.notes
    assert str(verdict.transition) == (
        "virginia is drifted, was ok: no measure was found, where the crawl before found 100"
    )


def test_nothing_modified_is_no_drift():
    """A crawl that asked only for what changed may find nothing, or little of what there is."""
    verdict = judge(report(found=0, partial=True, total=120), history=[report()])
    assert (verdict.health, verdict.notes) == (Health.OK, ())


def test_events_do_not_make_up_for_measures():
    """A whole crawl that finds meetings and no measures, where there were some, has drifted."""
    assert judge(report(found=0, events=9), history=[report()]).health is Health.DRIFTED


def test_a_source_that_never_had_any_may_have_none():
    """An empty list on the first visit is believed; its own rows make it drift if it is wrong."""
    assert judge(report(found=0)).health is Health.OK
    assert judge(report(found=0), history=[report(found=0)]).health is Health.OK


def test_rows_that_cannot_be_read_are_drift_when_they_are_the_most():
    """One bad row is a remark; more bad than good ones is a page of another shape."""
    one = judge(report(found=99, failed=1))
    most = judge(report(found=40, failed=60))
    assert (one.health, one.notes) == (Health.OK, ("1 of 100 rows could not be read",))
    assert most.health is Health.DRIFTED
    assert judge(report(found=0, failed=3)).health is Health.DRIFTED
    assert judge(report(found=0, failed=3, events=9)).health is Health.OK


def test_remarks_do_not_make_a_source_unwell():
    """Less than the source counts as ever, a great drop, and gaps are said but not judged."""
    before = report(found=100, total=190)
    verdict = judge(report(found=30, total=120, gaps=("HB 37",)), history=[before])
    assert verdict.health is Health.OK
    assert verdict.notes == (
        "the source counts 120, 30 were found",
        "30 measures, where the crawl before found 100",
        "missing in the series of numbers: HB 37",
    )


def test_a_list_shorter_than_the_source_says_is_drift():
    """Pages that are left out while paging must not look like measures that went."""
    whole = report(found=100, total=100)
    verdict = judge(report(found=60, total=101), history=[whole])
    assert verdict.health is Health.DRIFTED
    assert verdict.notes[0] == "the source counts 101, only 60 were found"
    assert judge(report(found=99, total=101), history=[whole]).health is Health.OK


def test_the_sources_own_word_for_nothing_is_quiet():
    """An empty list of which the source says that it is empty, as before a session."""
    verdict = judge(report(found=0, total=0), known=known(Health.OK), history=[report()])
    assert verdict.health is Health.QUIET
    assert verdict.transition is None


def test_a_field_that_measures_lose_is_drift():
    """When hardly any measure has a field that nearly all had, the pages have changed."""
    usual = report(fields={"title": 100, "sponsors": 95, "abstract": 9})
    fewer = report(fields={"title": 100, "sponsors": 40})
    gone = report(fields={"title": 100, "sponsors": 4})
    said = "sponsors: 40% of the measures have it, usually 95%"
    assert (judge(fewer, history=[usual] * 3).health, judge(fewer, history=[usual]).notes) == (
        Health.OK, (said,),
    )  # fmt: skip
    assert judge(gone, history=[usual] * 3).health is Health.DRIFTED
    assert judge(replace(gone, partial=True), history=[usual]).health is Health.OK
    assert judge(gone, history=[report()]).health is Health.OK


def test_what_is_held_makes_a_source_unwell():
    """An operator sees why nothing is told."""
    verdict = judge(report(changed=90), known=known(Health.OK), held="90 of 100 changed at once")
    assert verdict.health is Health.DRIFTED
    assert verdict.notes == ("held: 90 of 100 changed at once",)


WEEKLY = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(8)]
LAST = WEEKLY[-1]


@pytest.mark.parametrize(
    ("days", "health"),
    [(0, Health.OK), (20, Health.QUIET), (21, Health.QUIET), (22, Health.STALE)],
)
def test_silence_is_held_against_the_sources_own_past(days, health):
    """A weekly source of which one week was two is quiet after weeks, and stale after a month."""
    news = [*WEEKLY[:3], *WEEKLY[4:]]
    quiet = silence(news, LAST + timedelta(days=days + 7))
    assert judge(report(), silence=quiet).health is health


def test_news_end_a_silence():
    """A crawl that brings something is no silent one, however long it took."""
    long = silence(WEEKLY, LAST + timedelta(days=300))
    assert judge(report(), silence=long).notes[0] == (
        "nothing new since 2026-02-23, 300 days; before, it never took longer than 7"
    )
    assert judge(report(changed=1), silence=long).health is Health.OK
    assert silence(WEEKLY[:5], LAST) is None


@pytest.mark.parametrize(
    ("was", "state", "told"),
    [
        (None, "ok", False),
        (None, "blocked", True),
        (Health.OK, "ok", False),
        (Health.OK, "failing", True),
        (Health.FAILING, "failing", False),
        (Health.FAILING, "blocked", True),
        (Health.BLOCKED, "ok", True),
        (Health.QUIET, "ok", False),
        (Health.STALE, "ok", True),
    ],
)
def test_only_a_change_of_state_is_told(was, state, told):
    """A source that fails for a week is told once, and once when it is back."""
    verdict = judge(report(state), known=known(was) if was else None)
    assert (verdict.transition is not None) is told


def test_a_block_says_by_what():
    """The note of the state itself comes first, whatever else was noted."""
    notes = ("info: slow today", "blocked: robots.txt does not allow it (https://x/)")
    verdict = judge(report("blocked", found=0, notes=notes), known=known(Health.OK))
    assert str(verdict.transition) == (
        "virginia is blocked, was ok: robots.txt does not allow it (https://x/)"
    )


def test_an_interrupted_crawl_changes_nothing():
    """Ctrl-C says nothing about the source."""
    verdict = judge(report("interrupted", found=0), known=known(Health.BLOCKED))
    assert verdict.health is Health.BLOCKED
    assert verdict.notes == ("an earlier note",)
    assert verdict.transition is None
    assert judge(report("interrupted")).health is None


def test_notes_are_few_and_fit_a_line():
    """A thousand bad rows do not fill the database, and no note breaks a line."""
    notes = tuple(f"row: number {number}\r\n\x1b[31m" for number in range(1000))
    kept = judge(report("drifted", notes=notes)).notes
    assert len(kept) == MOST_NOTES + 1
    assert kept[-1] == f"and {1000 - MOST_NOTES} more notes"
    assert all(note.isprintable() for note in kept)


def test_a_session_is_held_against_its_like():
    """In its first weeks a session has fewer of everything than the one before it had."""
    before = report(found=400, fields={"status": 400, "versions": 390}, sessions=("2025",))
    opened = report(found=100, fields={"status": 100, "versions": 5}, sessions=("2026",))
    assert judge(opened, history=[before]).health is Health.OK
    same = replace(opened, sessions=("2025",))
    assert judge(same, history=[before]).health is Health.DRIFTED
    nameless = replace(opened, sessions=())
    assert judge(nameless, history=[before]).health is Health.DRIFTED


def test_a_new_session_without_measures_has_drifted_all_the_same():
    """Where there were some, finding none is drift, whatever the session."""
    before = report(found=400, sessions=("2025",))
    assert judge(report(found=0, sessions=()), history=[before]).health is Health.DRIFTED
