"""Real answers of the Legistar Web API: every field of every record is mapped, kept or counted."""

import json
import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from config.vocabulary import EventStatus, VoteOption
from scrapers.platforms import legistar_events as events
from scrapers.platforms.legistar import Legistar
from scrapers.platforms.legistar_client import Client
from scrapers.platforms.legistar_fields import KEPT, USED, kept, unknown
from scrapers.platforms.legistar_measures import Children, as_measure, count_unmapped
from scrapers.platforms.legistar_rows import rows_in, said, words
from tests.legistar_city import City
from tests.visiting import visit

pytestmark = pytest.mark.corpus

AT = datetime(2026, 11, 22, tzinfo=UTC)
COMMENT = re.compile(r"^\s*//.*$", re.M)


class Watched(dict):
    """A row that remembers which of its fields were looked at one by one."""

    def __init__(self, row):
        super().__init__(row)
        self.seen = set()

    def get(self, key, default=None):
        self.seen.add(key)
        return super().get(key, default)

    def __getitem__(self, key):
        self.seen.add(key)
        return super().__getitem__(key)


def read(path):
    return json.loads(COMMENT.sub("", path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def legistar(corpus):
    return corpus / "legistar"


@pytest.fixture(scope="module")
def san_jose(legistar):
    """A whole meeting of San José with its matters and what hangs on them."""
    [meeting] = read(legistar / "san-jose" / "sanjose.json")
    return meeting


@pytest.fixture(scope="module")
def records(legistar, san_jose):
    """All recorded rows, by kind."""
    items = san_jose["items"]
    hung = [item for item in items if item.get("Matter")]
    seattle = legistar / "seattle"
    found = {
        "event": [
            *read(seattle / "request_0_events.json"),
            *read(legistar / "oakland" / "pubSafety_events.json"),
            *(one["event_data"] for one in read(legistar / "nyc-events" / "seen_events.json").values()),
            san_jose,
            read(legistar / "la-metro" / "event.json"),
            *read(legistar / "mecklenburg" / "events.json"),
            *read(legistar / "other-client" / "CivicConnector_events.json"),
            *read(legistar / "polk-county" / "polk-county-fl-legistar-events.json"),
        ],
        "eventitem": [
            *(row for path in sorted(seattle.glob("*_items.json")) for row in read(path)),
            *read(legistar / "oakland" / "pubSafety_190423-eventItems.json"),
            *read(legistar / "other-client" / "CivicConnector_eventitems.json"),
            *items,
        ],
        "vote": [
            *(row for path in sorted(seattle.glob("*_votes.json")) for row in read(path)),
            *(row for item in items for row in item["Votes"]),
        ],
        "person": [read(path) for path in sorted(seattle.glob("*_person.json"))],
        "matter": [
            *read(legistar / "la-metro" / "matter_candidates.json"),
            *(row for row in read(legistar / "jackson-county" / "matters.json") if row["MatterId"]),
            *read(legistar / "polk-county" / "polk-county-fl-legistar-matters.json"),
            *(item["Matter"] for item in hung),
        ],
        "history": [
            *read(legistar / "chicago" / "no_dupe_event.json"),
            *read(legistar / "other-client" / "CivicConnector_matter_histories.json"),
            read(legistar / "oakland" / "history_232513_of_matter_36866.transcribed.json"),
            *(row for item in hung for row in item["Histories"]),
        ],
        "attachment": [
            read(legistar / "oakland" / "attachment_71096_of_matter_36866.transcribed.json"),
            *(row for item in hung for row in item["Attachments"]),
        ],
        "sponsor": [row for item in hung for row in item["Sponsors"]],
        "version": [row for item in hung for row in item["Versions"]],
        "index": read(legistar / "la-metro" / "matter_index.json"),
    }  # fmt: skip
    assert all(found.values())
    return found


def measure_of(kind, row):
    """A measure made of one row, alone or hanging on a matter, and what was counted."""
    client = Client.of("x", {})
    matter = row if kind == "matter" else {"MatterId": 1, "MatterFile": "1"}
    id_ = 7
    children = {
        "history": {"histories": [row]}, "attachment": {"attachments": [row]},
        "sponsor": {"sponsors": [row]}, "index": {"indexes": [row], "codesections": []},
        "vote": {"histories": [{"MatterHistoryId": id_, "MatterHistoryActionName": "Passed"}], "votes": {id_: [row]}},
        "matter": {}, "version": {},
    }[kind]  # fmt: skip
    unmapped = Counter()
    hung = Children(at=AT, **children)
    measure = as_measure(matter, client=client, place="us/wa", known=None, children=hung)
    count_unmapped(matter, hung, unmapped)
    return json.dumps(dict(measure.extras)), unmapped


def event_of(kind, row):
    unmapped = Counter()
    event, items = (row, ()) if kind == "event" else ({"EventId": 1}, [row])
    found = events.as_event(event, items, place="us/wa")
    events.count_unmapped(event, items, unmapped)
    return json.dumps(dict(found.extras)), unmapped


KINDS = ("event", "eventitem", "vote", "matter", "history", "attachment", "sponsor", "index")


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_of_a_real_record_is_dropped(kind, records):
    """What a record says is made into a value, kept in the extras, or counted; nothing is silent."""
    for record in records[kind]:
        row = Watched(record)
        extras, unmapped = (event_of if kind in {"event", "eventitem"} else measure_of)(kind, row)
        counted = {name.rpartition(" field ")[2] for name in unmapped}
        for name in said(record):
            kept_so = f'"{name}"' in extras or f'\\"{name}\\"' in extras
            used = name in row.seen and name in USED[kind]
            assert used or kept_so or name in counted, (kind, name)
        assert record.keys() <= USED[kind] | KEPT[kind] | counted | {
            name for name in record if name not in said(record)
        }


def test_what_is_unknown_is_counted_by_name(records):
    """Fields that others added to their recordings, and people, who are not asked for, are counted."""
    counted = Counter()
    for kind, rows in records.items():
        unknown(kind, rows, counted)
    assert counted["event field SyntheticMeetingTopic"] == 653
    people = records["person"]
    assert counted["person field PersonFullName"] == len(people)
    foreign = {name for name in counted if not name.startswith("person ")}
    assert foreign == {
        "event field SyntheticMeetingTopic", "event field items",
        *(f"eventitem field {name}" for name in (
            "Matter", "Votes", "Versions", "Sponsors", "Attachments", "attachments", "Histories")),
    }  # fmt: skip


def test_a_field_nobody_knows_is_kept_too(records):
    """It is counted, and its value stands in the extras."""
    assert kept("matter", records["matter"][0] | {"MatterNew": "x"})["MatterNew"] == "x"


def test_every_time_of_day_is_understood_or_counted(records):
    """Of 1,700 real meetings every time is a time."""
    unmapped = Counter()
    found = [events.as_event(row, (), place="us/wa") for row in records["event"]]
    for row in records["event"]:
        events.count_unmapped(row, (), unmapped)
    assert len(found) > 1600
    assert [name for name in unmapped if name.startswith("event time")] == []
    assert all(
        event.time for event in found if words(records["event"][found.index(event)], "EventTime")
    )
    assert all(event.date and event.name and event.id for event in found)


def test_meetings_that_were_called_off_are_cancelled(records):
    """Oakland says so in a comment, New York by deferring the agenda."""
    found = {id(row): events.as_event(row, (), place="us/wa") for row in records["event"]}
    for row in records["event"]:
        off = row.get("EventAgendaStatusName") == "Deferred" or row.get("EventComment") in {
            "CANCELED",
            "CANCELLED",
        }
        assert not off or found[id(row)].status is EventStatus.CANCELLED


def test_real_notes_are_words(records):
    """RTF notes of Seattle and San José become words; not a control word is left."""
    notes = [
        item.note
        for row in records["eventitem"]
        for item in events.as_event({"EventId": 1}, [row], place="us/wa").items
    ]
    written = [
        row for row in records["eventitem"]
        if str(row.get("EventItemMinutesNote") or "").startswith("{\\rtf")
    ]  # fmt: skip
    assert len(written) > 5
    assert any(notes)
    assert not [note for note in notes if "\\" in note or "{" in note]


def test_every_real_vote_is_a_vote(records):
    """Seattle's and San José's members voted in words a rule knows."""
    _, unmapped = measure_of("vote", records["vote"][0])
    for row in records["vote"]:
        _, more = measure_of("vote", row)
        unmapped += more
    assert [name for name in unmapped if name.startswith("vote ")] == []


def test_san_jose_is_crawled_whole(san_jose):
    """A real meeting, its 29 matters, their actions, sponsors and papers, end to end."""
    items = san_jose["items"]
    rows = {
        "matters": [item["Matter"] for item in items if item.get("Matter")],
        "events": [{name: value for name, value in san_jose.items() if name != "items"}],
        f"events/{san_jose['EventId']}/eventitems": items,
    }
    for item in items:
        rows[f"eventitems/{item['EventItemId']}/votes"] = item["Votes"]
        if item.get("Matter"):
            at = f"matters/{item['EventItemMatterId']}"
            rows |= {
                f"{at}/{child}": item[name]
                for child, name in (
                    ("histories", "Histories"), ("attachments", "Attachments"), ("sponsors", "Sponsors"),
                    ("versions", "Versions"), ("codesections", "CodeSections"),
                )
            }  # fmt: skip
    seen = visit(
        Legistar, City(rows=rows), client="sanjose", place="us/ca/san_jose", since="2017",
        requests=10_000, now=datetime(2017, 9, 20, tzinfo=UTC),
    )  # fmt: skip
    assert seen.error is None
    assert seen.report.failed == 0
    files = {item["EventItemMatterFile"] for item in items if item.get("Matter")}
    assert set(seen.measures) == files
    ordinance = seen.measures["17-069"]
    assert ordinance.session == "2017"
    [adopted] = ordinance.actions
    assert [cast.option for cast in adopted.vote.roll] == [VoteOption.YES] * 11
    event = seen.events[str(san_jose["EventId"])]
    assert event.complete
    assert len(event.items) == len(items)
    assert {item.identifier for item in event.items} - {""} == files
    papers = sum(len(one.versions) + len(one.documents) for one in seen.measures.values())
    addresses = {
        (id(item), row["MatterAttachmentHyperlink"]) for item in items for row in item.get("Attachments") or ()
    }  # fmt: skip
    assert papers == len(addresses)


def test_attachments_on_agendas_are_links(records):
    """What hangs on an item of an agenda is linked from it."""
    for row in records["eventitem"]:
        papers = rows_in(row, "EventItemMatterAttachments")
        [item] = events.as_event({"EventId": 1}, [row], place="us/wa").items
        assert {link.url for link in item.links} == {
            words(paper, "MatterAttachmentHyperlink") for paper in papers
        }
