"""What never alerts by itself: newer code, other settings, clocks, dates far away."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from config.vocabulary import ActionClassification, MeasureClassification
from scrapers.items import Action
from storage.backup import copy
from storage.database import Database
from tests.storage_makers import DAY, LAW, Site, action, bill, measure, observed, readable

FILED = action("Filed", 2)
TEXT = ("Introduced", readable(LAW))


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database)


def test_a_newer_reader_that_reads_other_words_is_silent(site: Site) -> None:
    """The same bytes read better by a newer extractor are no amendment."""
    site.crawl(bill(TEXT))
    better = readable(LAW.replace("mask", "face mask"), file=LAW, extractor="2")
    assert site.kinds(bill(("Introduced", better))) == []
    assert site.kinds(bill(("Introduced", better))) == []


def test_a_parser_that_learns_fields_is_silent(site: Site) -> None:
    """Fields seen for the first time, and another classification, are learned without a change."""
    site.crawl(bill(TEXT))
    more = bill(
        TEXT, status="Pending", actions=(FILED,), abstract="Name tags", subjects=("Police",),
        classification=(MeasureClassification.BILL,),
    )  # fmt: skip
    assert site.kinds(more) == []
    other = replace(more.measure, classification=(MeasureClassification.RESOLUTION,))
    assert site.kinds(replace(more, measure=other)) == []


def test_a_topic_added_later_says_nothing_of_old_texts(site: Site) -> None:
    """Texts that match a topic because the topics changed are no news."""
    site.crawl(bill(TEXT))
    alerts = len(site.alerts())
    matched = bill(("Introduced", readable(LAW, topics=["masks"])))
    assert site.kinds(matched) == []
    assert len(site.alerts()) == alerts


def test_a_clock_that_jumps_back_and_ahead_says_nothing(site: Site) -> None:
    """Neither a crawl that is earlier than the last nor one years later changes anything."""
    seen = [bill(TEXT, identifier=number) for number in ("HB 1", "HB 2")]
    site.crawl(*seen, complete=True)
    for jump in (-400 * DAY, 4000 * DAY, timedelta()):
        site.now += jump
        assert site.kinds(*seen, complete=True) == []
    assert all(one["vanished_at"] is None for one in (site.shown(1), site.shown(2)))


@pytest.mark.parametrize("day", [date(2026, 1, 20), date(2025, 1, 7), date(2031, 5, 1)])
def test_an_action_is_news_when_seen_and_not_when_its_day_comes(site: Site, day: date) -> None:
    """An action of next week, of last year or of years ahead is told once, on sight."""
    hearing = Action(description="Hearing", date=day)
    site.crawl(observed(measure(actions=(FILED,))))
    seen = observed(measure(actions=(FILED, hearing)))
    assert site.kinds(seen) == ["action"]
    for _ in range(25):
        assert site.kinds(seen) == []


def test_a_history_learned_at_first_sight_is_silent(site: Site) -> None:
    """A source that begins to show actions shows all of them, back-dated, in silence."""
    site.crawl(bill(TEXT))
    history = tuple(action(f"Step {number}", number) for number in range(1, 20))
    assert site.kinds(bill(TEXT, actions=history)) == []


def test_a_bill_withdrawn_by_its_sponsor_is_still_there(site: Site) -> None:
    """A withdrawal is an action and a status, told once; the measure never vanishes by it."""
    site.crawl(bill(TEXT, status="Pending", actions=(FILED,)), complete=True)
    step = Action(
        description="Withdrawn by sponsor",
        date=date(2026, 1, 20),
        classification=(ActionClassification.WITHDRAWAL,),
    )
    withdrawn = bill(TEXT, status="Withdrawn", actions=(FILED, step))
    assert set(site.kinds(withdrawn, complete=True)) == {"status", "action"}
    for _ in range(5):
        assert site.kinds(withdrawn, complete=True) == []
    assert site.shown()["vanished_at"] is None


def test_lists_that_were_not_read_to_their_end_make_nothing_vanish(site: Site) -> None:
    """However often a crawl breaks off, what it did not reach stays; whole lists then count anew."""
    both = [bill(TEXT, identifier=number) for number in ("HB 1", "HB 2")]
    site.crawl(*both, complete=True)
    for _ in range(25):
        assert site.kinds(both[0]) == []
    assert site.kinds(both[0], complete=True) == []
    assert site.kinds(both[0], complete=True) == ["vanished"]


def test_a_source_under_another_name_tells_nothing_old(site: Site) -> None:
    """To the store a renamed source is a new one: its first reading is its quiet baseline."""
    seen = bill(TEXT, status="Pending", actions=(FILED,))
    site.crawl(seen, complete=True)
    alerts = len(site.alerts())
    site.store.register("renamed", place="us/va", kind="site")
    again = replace(seen, source="renamed")
    assert site.kinds(again) == []
    site.store.set_baseline("renamed", site.now)
    assert site.kinds(again) == []
    assert len(site.alerts()) == alerts


def test_a_restored_backup_tells_only_what_happened_since(site: Site) -> None:
    """What the backup holds is not told again; what came after it is noticed once, as one change."""
    old = site.database.path
    if old is None:
        pytest.skip("a server's database is backed up by its own tools")
    site.crawl(bill(TEXT, status="Pending", actions=(FILED,)), complete=True)
    assert site.kinds(bill(TEXT, status="In committee", actions=(FILED,))) == ["status"]
    kept = copy(old, site.database.home.backups / "kept.db")
    later = bill(TEXT, status="Passed", actions=(FILED,))
    assert site.kinds(later) == ["status"]
    restored = Database.open(f"sqlite:///{kept}", home=site.database.home)
    try:
        after = Site(restored, baseline=False, now=site.now, crawl_id=site.crawl_id)
        assert after.kinds(later) == ["status"]
        assert after.kinds(later) == []
        assert len(after.changes()) == len(site.changes())
    finally:
        restored.close()
