"""PrimeGov's meetings become events whose items name the measures they are about."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from parsel import Selector

from config.problems import WatchlistErrors
from config.vocabulary import EventStatus, Health
from config.watchlist import read_watchlist
from monitor.sources import describe, spider_class
from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift
from scrapers.meetings import Rereading
from scrapers.platforms.legistar_rows import said
from scrapers.platforms.primegov import PrimeGov
from scrapers.platforms.primegov_agendas import (
    FIELDS,
    NUMBER,
    TRANSLATED,
    Line,
    as_event,
    as_item,
    count_unmapped,
    lines_of,
    year_in,
)
from tests.visiting import NOW, as_json, visit

PAGES = Path(__file__).parent / "pages" / "primegov"
SITE = "https://elmford.primegov.com"
API = f"{SITE}/api/v2/PublicPortal"
AGENDA = f"{SITE}/Portal/Meeting?compiledMeetingDocumentFileId="
FILES = re.compile(NUMBER, re.IGNORECASE)
HOUR = timedelta(hours=1)


def page(name):
    return (PAGES / name).read_bytes()


def tables():
    return json.loads(page("meetings.json"))


@dataclass
class Portal:
    """A portal of our own making, to be served to `tests.visiting.visit`."""

    rows: dict = field(default_factory=tables)
    agenda: object = field(default_factory=lambda: page("agenda.html"))
    errors: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def __contains__(self, url):
        return True

    def get(self, url, default=None):
        del default
        self.asked.append(url)
        for part, error in self.errors.items():
            if part in url:
                return error
        if "ListUpcoming" in url:
            return json.dumps(self.rows["upcoming"]).encode()
        if "ListArchived" in url:
            year = url.rpartition("=")[2]
            rows = [one for one in self.rows["archived"] if one["dateTime"].startswith(year)]
            return json.dumps(rows).encode()
        return self.agenda

    @property
    def agendas(self):
        return [url.removeprefix(AGENDA) for url in self.asked if url.startswith(AGENDA)]


def city(portal=None, **options):
    told = {"client": "elmford", "place": "us/ca/los_angeles"} | options
    return visit(PrimeGov, portal or Portal(), **told)


class TestFixture:
    def test_events_are_as_expected(self):
        """The whole fixture, field by field. What is attached to items is `unverified`."""
        found = city()
        assert [as_json(one) for one in found.events.values()] == json.loads(page("expected.json"))
        assert found.error is None

    def test_what_nobody_knows_is_counted_and_kept(self):
        """A new field, a time that is none."""
        found = city()
        assert found.report.unmapped == {
            "meeting field mood": 1,
            "meeting time tomorrow": 1,
        }
        assert found.events["106"].extras["mood"] == "sunny"
        assert found.events["106"].when_text == "tomorrow"


class TestMeetings:
    def test_a_meeting_is_told_once_and_not_in_spanish(self):
        """It can stand in both lists; a duplicate for the Spanish is left out and noted."""
        found = city()
        assert list(found.events) == ["101", "103", "105", "106"]
        assert "1 that are others in Spanish" in found.notes

    def test_times_are_local_and_old_meetings_are_left(self):
        """Eight weeks back, from the city's own clock."""
        found = city(now=datetime(2026, 1, 1, 3, tzinfo=UTC))
        assert "104" not in found.events
        assert [url for _, url in found.asked if "ListArchived" in url] == [
            f"{API}/ListArchivedMeetings?year=2025"
        ]
        earlier = city(now=datetime(2025, 12, 30, tzinfo=UTC))
        assert str(earlier.events["104"].time) == "10:00:00"

    def test_a_new_year_is_asked_for_by_itself(self):
        """And the old one as long as its meetings are told of."""
        found = city(now=datetime(2027, 1, 5, 12, tzinfo=UTC))
        asked = [url.rpartition("=")[2] for _, url in found.asked if "ListArchived" in url]
        assert asked == ["2026", "2027"]

    def test_a_notice_calls_a_meeting_off(self):
        """Its agenda says nothing of what is not on it."""
        found = city().events
        assert found["103"].status is EventStatus.CANCELLED
        assert not found["103"].complete
        assert found["105"].status is EventStatus.CONFIRMED
        assert found["106"].status is None

    def test_committees_can_be_chosen(self):
        """By their ids, since their names change."""
        assert list(city(committees=[12]).events) == ["103"]
        assert "expected numbers" in str(city(committees="all").error)


class TestAgendas:
    def test_an_item_names_its_measure(self):
        """By the number it begins with; a number within its words is none."""
        first, second, third = city().events["101"].items
        assert (first.identifier, first.session, first.number) == ("26-0301", "2026", "1")
        assert first.title.endswith("on City property; staging areas and bases of operation.")
        assert first.note.splitlines() == ["ITEM(S)", "CD 10", "Fiscal Impact Statement: No"]
        assert [link.text for link in first.links] == ["Motion dated 1-16-26"]
        assert (second.identifier, second.title) == (
            "26-0301-S1",
            "Face coverings worn by law enforcement officers.",
        )
        assert (third.identifier, third.session) == ("", "")

    def test_the_newest_agenda_is_read(self):
        """A revised one has a higher number."""
        portal = Portal()
        city(portal)
        assert portal.agendas == ["701", "740"]

    def test_an_agenda_is_read_again_when_it_is_due(self):
        """When its row changed, daily before the meeting, weekly after."""
        first = city()
        portal = Portal()
        assert not city(portal, memory=first.remember, now=NOW + 6 * HOUR).events
        found = city(portal, memory=first.remember, now=NOW + 25 * HOUR)
        assert list(found.events) == ["105", "106"]
        assert found.report.partial
        portal.rows["archived"][0]["documentList"][0]["id"] = 799
        portal.rows["upcoming"][0]["documentList"][0]["id"] = 799
        found = city(portal, memory=first.remember, now=NOW + 6 * HOUR)
        assert list(found.events) == ["101"]

    def test_an_agenda_that_fails_leaves_its_meeting_alone(self):
        """It is asked for again the next time."""
        portal = Portal(errors={"FileId=701": FetchError("down")})
        first = city(portal)
        assert "101" not in first.events
        assert "an agenda stays as it was: down" in first.notes
        assert "101" in city(memory=first.remember, now=NOW + HOUR).events

    def test_a_redesigned_agenda_is_drift_and_no_empty_one(self):
        """Else every item would be gone."""
        found = city(Portal(agenda=page("redesigned.html")))
        assert "neither sections nor items" in found.notes
        assert set(found.events) == {"103", "106"}

    def test_three_agendas_that_fail_are_enough(self):
        """The host is left alone for the rest of the crawl."""
        portal = Portal(errors={"FileId": FetchError("down")})
        portal.rows["archived"] += [
            {**portal.rows["archived"][0], "id": 200 + one} for one in range(5)
        ]
        city(portal)
        assert len(portal.agendas) == 3

    @pytest.mark.parametrize(
        ("number", "year"),
        [("26-0204", "2026"), ("98-0001-S2", "1998"), ("BPW-2026-0506", "2026"), ("Item 4", "")],
    )
    def test_a_number_names_its_session(self, number, year):
        """As the source that has the measure names it."""
        assert year_in(number) == year

    def test_other_cities_print_other_numbers(self):
        """The watchlist says how."""
        found = city(identifier=r"Discussion of the \w+")
        assert [item.identifier for item in found.events["101"].items] == [
            "", "", "DISCUSSION OF THE CALENDAR",
        ]  # fmt: skip
        assert "expected a regular expression" in str(city(identifier="(").error)


class TestTrouble:
    @pytest.mark.parametrize(
        ("body", "error"),
        [
            (page("challenge.html"), Challenge),
            (page("redesigned.html"), ErrorPage),
            (b'{"Message":"An error has occurred."}', ErrorPage),
            (b'{"meetings":[{"id":1}]}', ParseDrift),
            (b"[]", ParseDrift),
        ],
    )
    def test_what_is_no_list_is_an_error(self, body, error):
        """A challenge, a page, an envelope, another shape, no meeting at all."""
        found = city(Portal(errors={"List": body}))
        assert isinstance(found.error, error)

    def test_no_meeting_to_come_is_well(self):
        """The archive has some."""
        portal = Portal()
        portal.rows["upcoming"] = []
        assert city(portal).error is None

    def test_a_row_without_an_id_costs_itself(self):
        """With its reason; the others are told of, and the source is well."""
        portal = Portal()
        portal.rows["upcoming"].append({"title": "Nameless"})
        found = city(portal)
        found.report.ended = Health.OK
        found.report.events = len(found.events)
        assert "a row without an id" in found.notes
        assert len(found.events) == 4
        assert found.report.state() is Health.OK


class TestWatchlist:
    TEXT = "name: x\nsources:\n  primegov:\n    {}\n"

    def read(self, line):
        return read_watchlist(self.TEXT.format(line).encode()).sources[0]

    def test_a_city_is_one_line(self):
        """Its name is the first part of its address."""
        spec = self.read("lacity: us/ca/los_angeles")
        told = describe(spec, lambda _: None)
        assert (spec.kind, spec.place) == ("primegov", "us/ca/los_angeles")
        assert told["hosts"] == ["lacity.primegov.com"]
        assert told["start"] == "https://lacity.primegov.com"
        assert spider_class(spec) is PrimeGov

    def test_what_is_not_as_with_most_is_told(self):
        """Another client, some committees, another host."""
        spec = self.read(
            "works: {place: us/ca/los_angeles, client: dpwlacity, committees: [1, 2], hosts: a.example.org}"
        )
        assert describe(spec, lambda _: None)["hosts"] == [
            "a.example.org",
            "dpwlacity.primegov.com",
        ]
        assert spec.parameters["committees"] == [1, 2]

    @pytest.mark.parametrize(
        "line",
        [
            "lacity:",
            "lacity: {client: lacity}",
            "lacity: {place: us/ca/los_angeles, client: la.city}",
            "lacity: {place: us/ca/los_angeles, identifier: '('}",
            "lacity: {place: us/ca/los_angeles, since: 2024}",
        ],
    )
    def test_a_mistake_is_told(self, line):
        """With its line."""
        with pytest.raises(WatchlistErrors):
            self.read(line)


class TestRereading:
    def test_what_is_not_read_stays_remembered(self):
        """A meeting that fails after it was read is due again, not new."""
        first = Rereading({}, NOW)
        assert first.is_due("1", "row", NOW.date())
        assert first.is_news("1", "row", "agenda")
        kept = {}
        first.keep(kept)
        later = Rereading(kept, NOW + 30 * HOUR)
        assert later.is_due("1", "row", NOW.date())
        again = {}
        later.keep(again)
        assert again == kept
        assert not later.is_news("1", "row", "agenda")


@pytest.mark.corpus
class TestRecordings:
    @pytest.mark.parametrize(
        ("name", "expected"), [("city_council", (5, 5, 3)), ("health_commission", (8, 2, 0))]
    )
    def test_no_field_of_a_real_meeting_is_dropped(self, corpus, name, expected):
        """Used, or in the extras; what is neither confirmed nor called off is a video in Spanish."""
        path = corpus / "meetings" / "los-angeles" / f"primegov_ListArchivedMeetings_{name}.json"
        rows = json.loads(path.read_bytes())
        unmapped, states = Counter(), Counter()
        for row in rows:
            event = as_event(row, None, place="us/ca/los_angeles", site=SITE, number=FILES)
            count_unmapped(row, unmapped)
            assert (event.date, event.time) != (None, None)
            assert event.name
            assert len(event.links) == len(row["documentList"]) + bool(row["videoUrl"])
            states[event.status] += 1
            for field_ in said(row):
                assert field_ in FIELDS.used["meeting"] or field_ in event.extras, field_
        assert not unmapped
        confirmed, cancelled = states[EventStatus.CONFIRMED], states[EventStatus.CANCELLED]
        assert (confirmed, cancelled, states[None]) == expected

    def test_real_meetings_in_spanish_are_left_out(self, corpus):
        """However their titles say so."""
        path = (
            corpus / "meetings" / "los-angeles" / "primegov_ListArchivedMeetings_city_council.json"
        )
        titles = [row["title"] for row in json.loads(path.read_bytes())]
        ours = [title for title in titles if not TRANSLATED.search(title)]
        assert 0 < len(ours) < len(titles)
        assert not any("SAP" in title for title in ours)

    def test_real_items_name_their_council_files(self, corpus):
        """Of six agendas, read by others, every number and title as they read them."""
        folder = corpus / "city-legislation" / "los-angeles"
        items = [
            item
            for path in sorted(folder.glob("agenda_*.json"))
            for section in json.loads(path.read_bytes())["sections"] or ()
            for item in section["items"] or ()
        ]
        lines = [
            Line(item["item_id"], item["item_number"], "", tuple(item["raw_text"].split("\n")))
            for item in items
            if item["raw_text"]
        ]
        found = [as_item(line, FILES) for line in lines]
        told = [item for item in items if item["raw_text"]]
        assert len(found) > 100
        assert [one.identifier for one in found] == [item.get("council_file", "") for item in told]
        assert all(len(one.session) == 4 for one in found if one.identifier)
        same = sum(one.title == item.get("title") for one, item in zip(found, told, strict=True))
        assert same >= 0.95 * len(found)


def test_lines_of_a_page_without_items_but_with_sections():
    """An agenda can have sections only."""
    text = '<div data-sectionid="1"><strong>Comment</strong></div>'
    assert lines_of(Selector(text=text), SITE) == ()
