"""Events and their agendas: kept, linked to measures, and told when they are news."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_event

from config.vocabulary import EventStatus
from monitor.entries import entries
from pipelines.texts import EventObservation
from scrapers.items import Event
from storage.database import Database
from storage.event_codec import (
    event_from_json,
    event_to_json,
    item_from_json,
    item_to_json,
    said_of_event,
    storable_event,
)
from storage.summaries import LONGEST_NOTE
from tests.storage_makers import (
    DAY,
    LAW,
    NOW,
    SOURCE,
    Site,
    about,
    bill,
    everything,
    item,
    measure,
    meeting,
    observed,
    readable,
)
from tests.strategies_events import EVENTS
from tests.strategies_measures import NUMBERS

NUMBER = count(1)
QUIET = settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
HB1 = observed(measure("HB 1"))
BOTH = (HB1, observed(measure("HB 2")))


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database)


def scheduled(site: Site) -> list[str]:
    """What was told of agendas, in the order in which it was."""
    return [one["summary"] for one in site.changes() if one["kind"] == "scheduled"]


def calendar(site: Site, **filters: Any) -> list[dict[str, Any]]:
    return list(site.queries.events(**filters))


class TestBeingScheduled:
    """A measure comes on an agenda, stays on it, and leaves it."""

    def test_a_measure_on_a_new_agenda_is_scheduled(self, site: Site) -> None:
        """One change, with the event in `after`, and the event with the measure."""
        site.crawl(HB1)
        assert site.kinds(HB1, meeting(item(number="3", note="Public comment"))) == ["scheduled"]
        (change,) = site.changes(measure_id=1, kinds=["scheduled"])
        shown = {
            "id": 1, "source": SOURCE, "name": "Courts of Justice", "date": "2026-01-20",
            "time": "14:00", "when": "", "status": "confirmed", "location": "House Room C",
            "url": "https://lis.example/meeting/41",
            "item": {"number": "3", "title": "Name tags", "note": "Public comment", "action": ""},
        }  # fmt: skip
        assert (change["before"], change["after"]) == (None, shown)
        assert change["details"] == {"event": 1, "what": ["added"]}
        assert change["summary"] == (
            "On the agenda of Courts of Justice, 2026-01-20 14:00, House Room C"
        )
        assert site.shown()["events"] == [shown]

    def test_recording_twice_is_recording_once(self, site: Site) -> None:
        """The same event again tells nothing, in one crawl or the next."""
        site.crawl(HB1)
        seen = meeting(item())
        assert site.kinds(seen, seen) == ["scheduled"]
        assert site.kinds(seen) == []
        assert len(calendar(site)) == len(site.shown()["events"]) == 1

    def test_an_event_may_come_before_its_measure(self, site: Site) -> None:
        """A measure that is first seen is told as new only, in whichever order the crawl saw them."""
        assert site.kinds(meeting(item("HB 1"), item("HB 2")), HB1) == ["new"]
        assert [one["name"] for one in site.shown()["events"]] == ["Courts of Justice"]
        site.crawl(BOTH[1])
        assert [one["name"] for one in site.shown(2)["events"]] == ["Courts of Justice"]
        assert scheduled(site) == []

    def test_a_measure_added_to_a_known_agenda_is_told(self, site: Site) -> None:
        """The others on the agenda hear nothing."""
        site.crawl(*BOTH, meeting(item("HB 1")))
        assert site.kinds(meeting(item("HB 1"), item("HB 2"))) == ["scheduled"]
        (change,) = site.changes(kinds=["scheduled"])
        assert change["measure"]["identifier"] == "HB 2"

    def test_two_items_about_one_measure_are_one_change(self, site: Site) -> None:
        """A measure that is heard and voted on is on the agenda once, with both its items."""
        site.crawl(HB1)
        seen = meeting(item(number="1", title="Hearing"), item(number="9", title="Vote"))
        assert site.kinds(seen) == ["scheduled"]
        assert [one["item"]["title"] for one in site.shown()["events"]] == ["Hearing", "Vote"]
        assert site.kinds(meeting(item(number="9", title="Vote"))) == []

    def test_leaving_a_complete_agenda_is_told(self, site: Site) -> None:
        """`before` holds the event, and it is no event of the measure any more."""
        site.crawl(HB1)
        site.crawl(meeting(item()))
        assert site.kinds(meeting()) == ["scheduled"]
        change = site.changes()[-1]
        assert (change["before"]["id"], change["after"]) == (1, None)
        assert change["summary"] == "Taken off the agenda of Courts of Justice, 2026-01-20 14:00"
        assert site.shown()["events"] == []

    def test_an_incomplete_agenda_removes_nothing(self, site: Site) -> None:
        """What it lacks stays; what it adds is told."""
        site.crawl(*BOTH)
        site.crawl(meeting(item("HB 1")))
        assert site.kinds(meeting(complete=False)) == []
        assert site.kinds(meeting(item("HB 2"), complete=False)) == ["scheduled"]
        assert len(site.shown(1)["events"]) == len(site.shown(2)["events"]) == 1
        assert site.kinds(meeting(item("HB 2"))) == ["scheduled"]
        assert site.shown(1)["events"] == []

    def test_an_event_that_is_not_seen_stays(self, site: Site) -> None:
        """A calendar that could not be read removes nothing, however often."""
        site.crawl(HB1, meeting(item()))
        for _ in range(3):
            assert site.kinds(HB1, complete=True) == []
        assert len(site.shown()["events"]) == 1

    def test_an_item_about_nothing_we_know_is_kept(self, site: Site) -> None:
        """It raises nothing, and stands on the calendar as it was printed."""
        assert site.kinds(meeting(item("SB 9"), item("", title="Approval of minutes"))) == []
        (event,) = calendar(site)
        assert [(one["identifier"], one["measure"]) for one in event["items"]] == [
            ("SB 9", None),
            ("", None),
        ]

    def test_an_outcome_filled_in_later_is_kept_and_not_told(self, site: Site) -> None:
        """What was done, a note and another title are facts of the event."""
        site.crawl(HB1)
        site.crawl(meeting(item()))
        done = item(title="Name tags for officers", note="Heard", action="Reported")
        assert site.kinds(meeting(done)) == []
        shown = site.shown()["events"][0]["item"]
        assert shown == {
            "number": "", "title": "Name tags for officers", "note": "Heard", "action": "Reported",
        }  # fmt: skip

    def test_the_order_of_an_agenda_is_no_news(self, site: Site) -> None:
        """It is kept as it is printed now."""
        site.crawl(*BOTH, meeting(item("HB 1"), item("HB 2")))
        assert site.kinds(meeting(item("HB 2"), item("HB 1"))) == []
        assert [one["identifier"] for one in calendar(site)[0]["items"]] == ["HB 2", "HB 1"]


class TestEventsThatChange:
    """A meeting moves, is cancelled, is held after all."""

    @pytest.mark.parametrize(
        ("fields", "what", "summary"),
        [
            ({"date": date(2026, 1, 27)}, ["moved"],
             "Courts of Justice: moved to 2026-01-27 14:00, was 2026-01-20 14:00"),
            ({"time": time(9, 30)}, ["moved"],
             "Courts of Justice: moved to 2026-01-20 09:30, was 2026-01-20 14:00"),
            ({"date": None, "when_text": "To be announced"}, ["moved"],
             "Courts of Justice: moved to To be announced, was 2026-01-20 14:00"),
            ({"location": "Senate Room 3"}, ["place"],
             "Courts of Justice, 2026-01-20 14:00: now at Senate Room 3, was House Room C"),
            ({"status": EventStatus.CANCELLED}, ["cancelled"],
             "Courts of Justice, 2026-01-20 14:00: cancelled"),
            ({"status": EventStatus.TENTATIVE}, ["tentative"],
             "Courts of Justice, 2026-01-20 14:00: tentative, was confirmed"),
            ({"status": EventStatus.CANCELLED, "items": ()}, ["cancelled"],
             "Courts of Justice, 2026-01-20 14:00: cancelled"),
        ],
    )  # fmt: skip
    def test_what_a_reader_has_to_act_on_is_told(
        self, site: Site, fields: dict[str, Any], what: list[str], summary: str
    ) -> None:
        """Once for each measure on the agenda, with the event as it was and as it is."""
        site.crawl(*BOTH)
        site.crawl(meeting(item("HB 1"), item("HB 2")))
        later = meeting(item("HB 1"), item("HB 2"), **fields)
        assert site.kinds(later) == ["scheduled", "scheduled"]
        one, other = site.changes()[-2:]
        assert one["summary"] == other["summary"] == summary
        assert one["details"]["what"] == what
        assert one["before"]["date"] == "2026-01-20"
        assert site.kinds(later) == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": "Committee on Courts of Justice"},
            {"url": "https://lis.example/meeting?id=41"},
            {"location": "HOUSE  ROOM C"},
            {"location": ""},
            {"time": None},
            {"date": None, "time": None},
            {"status": None},
            {"status": EventStatus.PASSED},
            {"when_text": "Tuesday", "status_text": "Final", "extras": {"stamp": "2"}},
        ],
    )
    def test_what_is_only_printed_otherwise_is_kept_and_not_told(
        self, site: Site, fields: dict[str, Any]
    ) -> None:
        """Names, addresses and typography, and what is not said any more, are no news."""
        site.crawl(HB1)
        site.crawl(meeting(item()))
        assert site.kinds(meeting(item(), **fields)) == []
        assert site.kinds(meeting(item(), **fields)) == []

    def test_a_day_that_becomes_known_is_told(self, site: Site) -> None:
        """An event without a day is scheduled, and again when its day is set."""
        site.crawl(HB1)
        unset = {"date": None, "time": None, "when_text": "To be announced", "location": ""}
        site.crawl(meeting(item(), **unset))
        site.crawl(meeting(item()))
        assert scheduled(site) == [
            "On the agenda of Courts of Justice, To be announced",
            "Courts of Justice: set for 2026-01-20 14:00",
        ]

    def test_a_cancelled_event_is_no_appointment(self, site: Site) -> None:
        """It is told when it is held after all, not when it is first seen."""
        site.crawl(HB1)
        cancelled = meeting(item(), status=EventStatus.CANCELLED)
        assert site.kinds(cancelled) == []
        assert site.kinds(meeting(item())) == ["scheduled"]
        assert scheduled(site)[-1].endswith("no longer cancelled")
        assert site.kinds(cancelled) == ["scheduled"]
        assert site.kinds(meeting(status=EventStatus.CANCELLED)) == []

    def test_a_day_that_is_over_is_kept_in_silence(self, site: Site) -> None:
        """What is written down about yesterday's meeting alerts nobody."""
        site.crawl(HB1)
        assert site.now.date() == date(2026, 1, 6)
        assert site.kinds(meeting(item(), day=6)) == []
        assert site.kinds(meeting(day=6)) == []
        assert site.kinds(meeting(item(), id="42", status=EventStatus.PASSED)) == []
        assert len(calendar(site)) == 2

    def test_a_day_ends_where_the_event_is(self, site: Site) -> None:
        """At one instant it is over in Virginia and not in Hawaii."""
        site.store.register("hawaii", place="us/hi", kind="site")
        site.store.set_baseline("hawaii", NOW)
        island = replace(observed(measure("HB 1", place="us/hi")), source="hawaii")
        there = replace(meeting(item(), day=7, place="us/hi"), source="hawaii")
        site.crawl(HB1, island)
        site.now = datetime(2026, 1, 7, 7, 0, tzinfo=UTC)
        assert site.kinds(meeting(item(), day=7), there) == ["scheduled"]
        assert site.changes()[-1]["source"] == "hawaii"

    def test_time_that_passes_tells_nothing(self, site: Site) -> None:
        """The same event, day after day until it is over, is told once."""
        site.crawl(HB1)
        seen = meeting(item(), day=9)
        assert [site.kinds(seen) for _ in range(5)] == [["scheduled"], [], [], [], []]


class TestQuietAndTopics:
    """Whom an agenda concerns."""

    def test_a_baseline_is_quiet(self, database: Database) -> None:
        """Before its first complete crawl a source's calendar is learned in silence."""
        site = Site(database, baseline=False)
        site.crawl(HB1)
        site.crawl(meeting(item()))
        site.crawl(meeting(item(), day=21))
        assert (site.changes(), len(site.shown()["events"])) == ([], 1)
        site.store.set_baseline(SOURCE, site.now)
        assert site.kinds(meeting(item(), day=22)) == ["scheduled"]

    def test_topics_are_those_that_match_the_measure_now(self, database: Database) -> None:
        """Found in a current text or in the title; not in a text that was replaced."""
        site = Site(database, route=about("masks"))
        first = bill(("Introduced", readable(LAW, topics=["masks", "tags"])), identifier="HB 1")
        second = observed(measure("HB 2"), topics=["badges"])
        site.crawl(first, second)
        site.crawl(meeting(item("HB 1"), item("HB 2")))
        one, other = site.changes(kinds=["scheduled"])
        assert (one["topics"], other["topics"]) == (["masks", "tags"], ["badges"])
        facts = site.told[-2]
        assert (facts.kind, facts.topics, facts.new_topics) == ("scheduled", ("masks", "tags"), ())
        assert {line["change"] for line in site.alerts()} == {1, one["id"]}
        amended = bill(("Introduced", readable(LAW.replace("mask", "veil"))), identifier="HB 1")
        site.crawl(amended)
        site.crawl(meeting(item("HB 1"), item("HB 2"), day=21))
        assert site.changes(measure_id=1)[-1]["topics"] == []

    @pytest.mark.parametrize(
        ("fields", "word"),
        [
            ({}, "scheduled"),
            ({"day": 27}, "moved"),
            ({"status": EventStatus.CANCELLED, "day": 27}, "cancelled"),
            ({"items": ()}, "off the agenda"),
            ({"location": "Senate Room 3"}, "scheduled"),
        ],
    )
    def test_a_message_says_what_happened(
        self, site: Site, fields: dict[str, Any], word: str
    ) -> None:
        """Each step of a digest has a word for it and the sentence of the change."""
        site.crawl(HB1)
        if fields:
            site.crawl(meeting(item()))
        site.crawl(meeting(item(), **fields))
        (entry,) = entries(site.queries.message_facts(1).alerts)
        steps = {step.summary: step.word for step in entry.steps}
        assert steps[site.changes()[-1]["summary"]] == word


class TestLinks:
    """Which measure an item is about."""

    def test_a_number_is_read_in_any_typography(self, site: Site) -> None:
        """Spaces, case, points and zeros do not matter, nor a further number."""
        site.crawl(HB1, observed(measure("SB 7", identifiers=("SB 7", "HB 70"))))
        site.crawl(meeting(item("H.B. 0001"), item("hb070")))
        assert [one["measure"] for one in calendar(site)[0]["items"]] == [1, 2]

    def test_a_session_narrows_a_number(self, site: Site) -> None:
        """With it the very measure, without it the one of the latest session, and none of another place."""
        for session in ("2025", "2026", "2024"):
            site.crawl(observed(measure("HB 1", session=session)))
        site.crawl(observed(measure("HB 1", place="us/md", session="2030")))
        site.crawl(meeting(
            item("HB 1", session="2025"), item("HB 1", title="Another"),
            item("HB 1", title="Unknown", session="2019"),
        ))  # fmt: skip
        assert [one["measure"] for one in calendar(site)[0]["items"]] == [1, 2, None]

    def test_an_item_that_waits_gets_the_measure_of_its_session(self, site: Site) -> None:
        """A measure of another session does not take it; without a session any does."""
        waiting = (item("HB 1", session="2026"), item("HB 1", title="Any"))
        site.crawl(meeting(*waiting))
        site.crawl(observed(measure("HB 1", session="2025")))
        assert [one["measure"] for one in calendar(site)[0]["items"]] == [None, 1]
        site.crawl(observed(measure("HB 1", session="2026")))
        assert [one["measure"] for one in calendar(site)[0]["items"]] == [2, 1]

    def test_a_link_that_was_made_stays(self, site: Site) -> None:
        """Last year's meeting is not about this year's measure of the same number."""
        site.crawl(observed(measure("HB 1", session="2025")), meeting(item("HB 1")))
        site.crawl(observed(measure("HB 1", session="2026")))
        site.crawl(meeting(item("HB 1", action="Reported")))
        assert [one["measure"] for one in calendar(site)[0]["items"]] == [1]
        site.crawl(meeting(item("HB 1", action="Reported"), id="42"))
        assert [one["measure"] for one in calendar(site)[1]["items"]] == [2]

    def test_a_measure_renumbered_keeps_its_events(self, site: Site) -> None:
        """It is the same measure, and its new number finds it."""
        site.crawl(HB1, meeting(item("HB 1")))
        site.crawl(observed(measure("HB 900", formerly=("HB 1",))))
        assert site.kinds(meeting(item("HB 900"))) == []
        assert site.shown()["events"][0]["item"]["title"] == "Name tags"


class TestReading:
    """What is shown of events, now and as it was."""

    def test_a_measure_is_shown_with_its_events_as_they_were(self, site: Site) -> None:
        """Day, wording and presence on the agenda are those of the time asked for."""
        site.crawl(HB1)
        days = []
        for seen in (
            meeting(item()), meeting(item(action="Passed by"), day=27), meeting(day=27),
        ):  # fmt: skip
            site.crawl(HB1, seen)
            days.append(site.now)
        shown = [site.queries.show(1, at=day)["events"] for day in (days[0] - DAY, *days)]
        assert [[(one["date"], one["item"]["action"]) for one in some] for some in shown] == [
            [], [("2026-01-20", "")], [("2026-01-27", "Passed by")], [],
        ]  # fmt: skip

    def test_the_calendar_is_read_by_place_and_day(self, site: Site) -> None:
        """With today as its beginning it is what is to come, soonest first."""
        site.crawl(
            meeting(id="3", day=28, name="Later"), meeting(id="1", day=2, name="Past"),
            meeting(id="2", day=8, time=time(18, 0), name="Evening"),
            meeting(id="4", day=8, name="Noon", time=time(12, 0)),
            meeting(id="5", name="City", place="us/va/richmond", day=9),
            meeting(id="6", name="Undated", date=None),
        )  # fmt: skip

        def names(**filters: Any) -> list[str]:
            return [one["name"] for one in calendar(site, **filters)]

        assert names() == ["Past", "Noon", "Evening", "City", "Later", "Undated"]
        today = date(2026, 1, 8)
        assert names(since=today, place="us/va/*") == ["Noon", "Evening", "City", "Later"]
        assert names(place="us/va/richmond") == ["City"]
        assert names(since=today, until=today) == ["Noon", "Evening"]
        assert names(source="other") == []
        assert names(limit=2) == ["Past", "Noon"]
        assert names(place="us/v_") == names(place="us/va'--") == []

    def test_a_long_note_is_shortened_where_it_is_shown(self, site: Site) -> None:
        """All of it is kept; a list of measures is not made of minutes."""
        note = "Adopted." * 20 + " Heard. " * 200
        site.crawl(HB1)
        site.crawl(meeting(item(note=note)))
        (change,) = site.changes(kinds=["scheduled"])
        for shown in (site.shown()["events"][0], change["after"]):
            assert len(shown["item"]["note"]) <= LONGEST_NOTE + 2
            assert shown["item"]["note"].endswith(". …")
        assert site.kinds(meeting(item(note=note + "Adjourned."))) == []

    def test_a_bad_event_costs_only_itself(self, site: Site) -> None:
        """It is reported by its name; its neighbours in the batch are kept."""
        bad = meeting(id="", name="Nameless")
        worse = meeting(id="43", items=("not an item",), name="Broken")
        seen = [HB1, meeting(item()), bad, meeting(id="42"), worse]
        outcomes = site.store.record(seen, crawl_id=1, now=NOW + DAY, route=everything)
        assert [(one.of, one.status) for one in outcomes] == [
            ("measure", "new"), ("event", "new"), ("event", "failed"), ("event", "new"),
            ("event", "failed"),
        ]  # fmt: skip
        assert (
            outcomes[2].error == "Nameless (event ): ValueError: its source gives the event no id"
        )
        assert outcomes[4].error.startswith("Broken (event 43): AttributeError")
        assert len(calendar(site)) == 2

    def test_what_no_database_keeps_is_replaced(self, site: Site) -> None:
        """NUL and broken characters cost nothing, and tell nothing at the next look."""
        odd = {"name": "Courts\0", "location": "Room \ud800", "id": "4\0"}
        site.crawl(HB1)
        assert site.kinds(meeting(item(title="a\0b"), **odd)) == ["scheduled"]
        again = {**odd, "extras": {"stamp": "2"}}
        assert site.kinds(meeting(item(title="a\0b"), **again)) == []
        assert calendar(site)[0]["name"] == "Courts\N{REPLACEMENT CHARACTER}"

    def test_an_unchanged_calendar_is_only_touched(self, site: Site) -> None:
        """Hundreds of events that say the same cost two statements."""
        seen = [meeting(item(f"HB {day}"), id=str(day)) for day in range(1, 300)]
        site.crawl(*seen)
        statements: list[str] = []

        def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        sqlalchemy_event.listen(site.database._write, "before_cursor_execute", note)
        assert {one.status for one in site.crawl(*seen)} == {"unchanged"}
        sqlalchemy_event.remove(site.database._write, "before_cursor_execute", note)
        written = [words for words in statements if "events" in words]
        assert len(written) == 2
        assert calendar(site)[0]["complete"]


class TestProperties:
    """What holds for any events."""

    @QUIET
    @given(st.lists(EVENTS, min_size=1, max_size=4))
    def test_recording_again_changes_nothing(self, site: Site, events: list[Event]) -> None:
        """Whatever a calendar says, its last state said again is silent and leaves all as it is."""
        seen = fresh(events)
        for one in seen:
            site.crawl(one)
        last = list({one.event.id: one for one in seen}.values())
        before = calendar(site)
        assert site.kinds(*last) == []
        stamped = [replace(one, event=replace(one.event, extras={"n": "1"})) for one in last]
        assert site.kinds(*stamped) == []
        assert calendar(site) == before

    @QUIET
    @given(st.data())
    def test_order_does_not_matter(self, site: Site, data: Any) -> None:
        """Measures and events seen in any order, in one crawl or many, end in one state."""
        events = fresh(
            data.draw(st.lists(EVENTS, min_size=1, max_size=2, unique_by=lambda e: e.id))
        )
        numbers = data.draw(st.lists(NUMBERS, unique=True, max_size=3))
        orders = []
        for _ in range(2):
            place = f"us/va/city{next(NUMBER)}"
            here = [moved(one, place) for one in events]
            bills = [observed(measure(name, place=place, session="20261")) for name in numbers]
            for batch in data.draw(st.permutations([*here, *bills])):
                site.crawl(batch)
            orders.append(state(site, place))
        assert orders[0] == orders[1]

    @QUIET
    @given(st.lists(EVENTS, min_size=1, max_size=5))
    def test_each_observation_tells_a_measure_once(self, site: Site, events: list[Event]) -> None:
        """At most one change a measure, event and observation; none of an event that is over."""
        numbers = sorted({one.identifier for event in events for one in event.items} - {""})
        place = f"us/va/city{next(NUMBER)}"
        site.crawl(*(observed(measure(one, place=place, session="20261")) for one in numbers))
        for one in fresh(events):
            site.crawl(moved(one, place))
            told = list(site.queries.changes(crawl_id=site.crawl_id))
            assert len({change["measure"]["id"] for change in told}) == len(told)
            if told:
                assert one.event.status is not EventStatus.PASSED
                assert one.event.date is None or one.event.date >= site.now.date() - DAY
            for change in told:
                assert change["summary"]
                assert change["before"] != change["after"]

    @given(EVENTS)
    def test_an_event_comes_back_as_it_was_written(self, event: Event) -> None:
        """What is written of an event and its items reads back equal."""
        items = tuple(item_from_json(item_to_json(one)) for one in event.items)
        assert event_from_json(event_to_json(event), items) == event
        assert storable_event(event) == event

    @given(EVENTS, EVENTS)
    def test_digests_tell_events_apart(self, one: Event, other: Event) -> None:
        """Equal events have equal digests, others have others."""
        digests = [said_of_event(EventObservation(source="s", event=each)) for each in (one, other)]
        assert (digests[0] == digests[1]) is (one == other)


def fresh(events: Sequence[Event]) -> list[EventObservation]:
    """Events under ids that no example before had: examples share a database."""
    run = next(NUMBER)
    return [
        EventObservation(source=SOURCE, event=replace(one, id=f"{run}-{one.id}")) for one in events
    ]


def moved(seen: EventObservation, place: str) -> EventObservation:
    """The event as that of a place of its own."""
    one = replace(seen.event, place=place, id=f"{place} {seen.event.id}")
    return replace(seen, event=one)


def state(site: Site, place: str) -> list[Any]:
    """What is known of a place's events, without what depends on when it was learned."""
    measures = {one["id"]: one["identifier"] for one in site.queries.measures(place=place)}
    found = []
    for event in calendar(site, place=place):
        items = [
            (one["identifier"], one["title"], measures.get(one["measure"]))
            for one in event["items"]
        ]
        found.append((event["name"], event["date"], event["time"], event["status"], items))
    return sorted(found, key=repr)
