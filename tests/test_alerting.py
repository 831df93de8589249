"""Alerting: whom a change concerns, why, and when they hear of it."""

from datetime import UTC, datetime, timedelta

import pytest

from config.schedules import parse_cadence, parse_quiet, parse_schedule
from config.vocabulary import ChangeKind, Health
from config.watches import SourceSpec, Watch, Watchlist
from monitor.alerting import route_for, slot_for, sources_for
from monitor.coverage import Coverage, Unchecked, coverage_for, overdue
from storage.ports import ChangeFacts, SourceState

NEW_YORK = "America/New_York"
NOON = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)


def watch(name="Desk", *, every="at once", quiet=None, zone=NEW_YORK, **changes):
    values = {
        "name": name,
        "places": ("us/md/*", "us/va/*"),
        "topics": ("287g", "masks"),
        "to": ("mailto:desk@example.org",),
        "every": parse_cadence(every, zone),
        "quiet": parse_quiet(quiet, zone) if quiet else None,
    }
    return Watch(**(values | changes))


def watchlist(*watches, sources=()):
    return Watchlist(
        name="Test",
        watches=watches,
        sources=sources,
        crawl=parse_schedule("every 6 hours", "UTC"),
        digest="",
    )


def facts(**changes):
    values = {
        "kind": ChangeKind.AMENDED,
        "source": "virginia",
        "place": "us/va",
        "concerns": (),
        "session": "2026",
        "identifier": "HB 12",
        "title": "An act",
        "topics": ("287g",),
        "new_topics": (),
        "summary": "",
        "now": NOON,
        "crawl_id": 7,
    }
    return ChangeFacts(**(values | changes))


def drafts(*watches, **changes):
    return route_for(watchlist(*watches))(facts(**changes))


def test_a_watch_may_ask_for_added_text_only():
    """It hears of a topic only where a passage is new in the change, and says which; others hear all."""
    added, every = watch("Added", text="added"), watch("Every")
    told = lambda **changes: [  # noqa: E731
        (draft.watch, draft.reasons) for draft in drafts(added, every, **changes)
    ]
    assert told() == [("Every", ("topic 287g",))]
    assert told(topics=("287g", "masks"), new_topics=("masks",)) == [
        ("Added", ("topic masks, new in this change",)),
        ("Every", ("topic 287g", "topic masks, new in this change")),
    ]
    assert told(kind=ChangeKind.ACTION) == [("Every", ("topic 287g",))]


def test_a_concerned_watch_is_told_with_its_reasons():
    """Place, kind and topic fit: one draft, at once, in the slot of the crawl."""
    (draft,) = drafts(watch(), new_topics=("287g",))
    assert (draft.watch, draft.address) == ("Desk", "mailto:desk@example.org")
    assert draft.reasons == ("topic 287g, new in this change",)
    assert (draft.slot, draft.due_at, draft.at_once) == ("crawl:7", NOON, True)


def test_only_topics_of_the_watch_are_reasons():
    """Another desk's topic is no reason, and each of one's own is named once."""
    (draft,) = drafts(watch(), topics=("287g", "masks", "taxes"), new_topics=("masks", "taxes"))
    assert draft.reasons == ("topic 287g", "topic masks, new in this change")


@pytest.mark.parametrize(
    "changes",
    [
        {"place": "us/wa"},
        {"kind": ChangeKind.SPONSORS},
        {"topics": ("taxes",)},
        {"topics": ()},
        {"place": "us", "concerns": ("us/wa/county:king",)},
    ],
)
def test_what_does_not_fit_is_not_told(changes):
    """Another place, kind or topic makes no alert."""
    assert drafts(watch(), **changes) == ()


def test_a_measure_that_concerns_a_place_is_told_there():
    """A federal agreement with a county reaches the desk of that county's state."""
    (draft,) = drafts(watch(), place="us", concerns=("us/va/county:fairfax", "us/va"))
    assert draft.reasons == ("topic 287g", "it concerns us/va/county:fairfax")


def test_a_watch_without_topics_takes_every_topic():
    """It is told of every change of its places, and why."""
    everything = watch(topics=())
    assert drafts(everything, topics=())[0].reasons == ("every measure of us/va/*",)
    (about,) = drafts(everything, topics=(), place="us", concerns=("us/md",))
    assert about.reasons == ("it concerns us/md",)


def test_each_recipient_of_each_watch_gets_a_draft():
    """Two watches of one reader are two drafts; a recipient named twice is told once."""
    twice = ("mailto:a@example.org", "terminal:", "mailto:a@example.org")
    found = drafts(watch(to=twice), watch("Night", every="daily at 07:30"))
    assert [(draft.watch, draft.address) for draft in found] == [
        ("Desk", "mailto:a@example.org"),
        ("Desk", "terminal:"),
        ("Night", "mailto:desk@example.org"),
    ]


def test_a_digest_waits_for_its_hour():
    """Everything of a day gathers under one slot, named by its instant."""
    daily = watch(every="daily at 07:30")
    morning, evening = slot_for(daily, NOON, 7), slot_for(daily, NOON + timedelta(hours=9), 8)
    assert morning == evening
    assert morning.due_at == datetime(2026, 1, 6, 12, 30, tzinfo=UTC)
    assert morning.name == "2026-01-06T12:30:00+00:00"
    assert not morning.at_once


def test_watches_due_at_the_same_time_share_a_slot():
    """One reader with two digests at the same hour gets one message."""
    one, other = watch(every="daily at 07:30"), watch(every="30 7 * * *")
    assert slot_for(one, NOON, 7).name == slot_for(other, NOON, 8).name


def test_an_interval_gathers_on_a_fixed_grid():
    """Finds of the same six hours are one message, although no hour is named."""
    often = watch(every="every 6 hours")
    assert slot_for(often, NOON, 7) == slot_for(often, NOON + timedelta(minutes=59), 8)
    assert slot_for(often, NOON, 7).due_at == datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
    assert slot_for(often, NOON + timedelta(hours=1), 9).due_at == datetime(2026, 1, 6, tzinfo=UTC)


def test_quiet_hours_hold_an_alert_until_they_end():
    """The night's finds gather in one message at seven, however many crawls found them."""
    sleeper = watch(quiet="20:00-07:00")
    night = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)
    held = slot_for(sleeper, night, 7)
    assert held == slot_for(sleeper, night + timedelta(hours=4), 8)
    assert held.due_at == datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
    assert not held.at_once
    assert slot_for(sleeper, NOON, 9).at_once


def test_quiet_hours_move_a_digest_too():
    """A digest due at midnight arrives when the night is over."""
    held = slot_for(watch(every="daily at 00:30", quiet="20:00-07:00"), NOON, 7)
    assert held.due_at == datetime(2026, 1, 6, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "every", "due"),
    [
        ("2026-03-08T05:00", "daily at 07:30", "2026-03-08T11:30"),
        ("2026-11-01T05:00", "daily at 07:30", "2026-11-01T12:30"),
        ("2026-03-08T05:00", "daily at 02:30", "2026-03-08T07:00"),
        ("2026-11-01T04:00", "daily at 01:30", "2026-11-01T05:30"),
        ("2026-11-01T05:45", "daily at 01:30", "2026-11-02T06:30"),
    ],
)
def test_digests_keep_local_time_over_both_changes_of_clocks(now, every, due):
    """Half past seven stays half past seven; an hour that is missing or comes twice is met once."""
    slot = slot_for(watch(every=every), datetime.fromisoformat(f"{now}+00:00"), 7)
    assert slot.due_at == datetime.fromisoformat(f"{due}+00:00")


@pytest.mark.parametrize(
    ("now", "due"),
    [("2026-03-08T04:00", "2026-03-08T11:00"), ("2026-11-01T03:00", "2026-11-01T12:00")],
)
def test_quiet_hours_end_at_local_time_over_both_changes_of_clocks(now, due):
    """The night that is an hour shorter or longer still ends at seven."""
    slot = slot_for(watch(quiet="20:00-07:00"), datetime.fromisoformat(f"{now}+00:00"), 7)
    assert slot.due_at == datetime.fromisoformat(f"{due}+00:00")


def source(name, place, *, every="every 6 hours"):
    return SourceSpec(
        name=name, kind="site", place=place, parameters={}, schedule=parse_schedule(every, "UTC")
    )


SOURCES = (
    source("ice", "us"),
    source("virginia", "us/va"),
    source("philadelphia", "us/pa/philadelphia"),
    source("washington", "us/wa", every="daily at 05:00"),
)
CITY = watch("City", places=("us/pa/philadelphia",), to=("mailto:city@example.org",))


def state(name, health=Health.OK, *, last=NOON, since=NOON, notes=()):
    return SourceState(
        name=name, place="", kind="site", health=health, since=since, baseline_at=NOON,
        last_success=last, notes=notes,
    )  # fmt: skip


def test_a_readers_sources_are_those_that_can_bring_news():
    """Those of a watched place and of the wider ones that may concern it, no others."""
    known = watchlist(
        watch(), CITY, watch("All", places=("*",), to=("terminal:",)), sources=SOURCES
    )
    assert sources_for(known, "mailto:desk@example.org") == ("ice", "virginia")
    assert sources_for(known, "mailto:city@example.org") == ("ice", "philadelphia")
    assert sources_for(known, "terminal:") == ("ice", "virginia", "philadelphia", "washington")
    assert sources_for(known, "mailto:nobody@example.org") == ()


def health_row(name, health, *, visit=NOON, success=NOON):
    return {
        "source": name, "state": str(health) if health else None,
        "last_visit": visit and visit.isoformat(), "last_success": success and success.isoformat(),
    }  # fmt: skip


def test_overdue_is_who_missed_a_turn_by_a_day():
    """By the last success of a source that is well, else by its last visit; never without one."""
    old = NOON - timedelta(days=3)
    rows = [
        health_row("ice", Health.OK, success=old),
        health_row("virginia", Health.BLOCKED, success=old),
        health_row("philadelphia", Health.BLOCKED, visit=old, success=None),
        health_row("washington", None, visit=None, success=None),
        health_row("gone from the watchlist", Health.OK, visit=old, success=old),
    ]
    assert overdue(SOURCES, rows, now=NOON) == {"ice", "philadelphia"}
    assert overdue(SOURCES, rows, now=old + timedelta(hours=30)) == set()


def test_coverage_counts_only_what_was_really_checked():
    """A blocked source, one never visited and one not visited on schedule are named, with why."""
    known = watchlist(watch(places=("*",)), sources=SOURCES)
    states = [
        state("ice", Health.BLOCKED, notes=("blocked: robots.txt", "more")),
        state("virginia", last=NOON - timedelta(hours=5)),
        state("washington", last=NOON - timedelta(days=3)),
    ]
    assert coverage_for(known, "mailto:desk@example.org", states, now=NOON) == Coverage(
        checked=1,
        unchecked=(
            Unchecked(
                source="ice", what="refused the visit", since=NOON, note="blocked: robots.txt"
            ),
            Unchecked(source="philadelphia", what="was not visited yet"),
            Unchecked(source="washington", what="was not visited", since=NOON - timedelta(days=3)),
        ),
    )
