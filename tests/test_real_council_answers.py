"""Real answers of Legistar clients, each file through the whole spider; and the clients the watchlist names."""

import json
import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from config.vocabulary import Health
from config.watchlist import DEFAULT_WATCHLIST, read_watchlist
from monitor.sources import hosts_of, spider_path, start_of
from scrapers.errors import SourceError
from scrapers.genuine import check_genuine
from scrapers.platforms.legistar import Legistar
from scrapers.platforms.legistar_fields import KEPT, USED
from scrapers.platforms.legistar_rows import said, whole
from scrapers.report import health_of
from tests.legistar_city import API, City, tables
from tests.visiting import visit

COMMENT = re.compile(r"^\s*//.*$", re.M)
KINDS = {
    "MatterHistory": "history", "MatterAttachment": "attachment", "MatterSponsor": "sponsor",
    "MatterIndex": "index", "MatterText": "text", "MatterRelation": "relation",
    "MatterCodeSection": "codesection", "Matter": "matter", "EventItem": "eventitem",
    "Event": "event", "Vote": "vote",
}  # fmt: skip
NOT_ASKED = frozenset({"Body", "Person", "Index"})
"""Kinds that tell nothing of a measure or meeting that its own row does not."""


@pytest.fixture(scope="module")
def recorded(corpus):
    """All rows of the Web API that were recorded, by file and kind."""
    found = {}
    root = corpus / "legistar"
    for path in sorted(root.glob("**/*.json")):
        if path.parent.name == "nyc":
            continue  # files of the public copy: tests/test_nyc_mirror.py
        answer = json.loads(COMMENT.sub("", path.read_text(encoding="utf-8")))
        if path.name == "seen_events.json":
            answer = [one["event_data"] for one in answer.values()]
        rows = answer if isinstance(answer, list) else [answer]
        kind = kind_of(rows[0]) if rows and isinstance(rows[0], dict) else ""
        if kind:
            found[str(path.relative_to(root)), kind] = rows
    assert len(found) > 40
    return found


@pytest.mark.parametrize(
    ("name", "client", "place"),
    [
        ("boston", "boston", "us/ma/boston"),
        ("oakland", "oakland", "us/ca/oakland"),
        ("phila", "phila", "us/pa/philadelphia"),
        ("seattle", "seattle", "us/wa/seattle"),
        ("nyc", "nyc", "us/ny/new_york"),
    ],
)
def test_the_watchlist_names_the_right_clients(name, client, place):
    """Each council of the mission is asked for at its own slug, host and place."""
    sources = {one.name: one for one in read_watchlist(DEFAULT_WATCHLIST.read_bytes()).sources}
    spec = sources[name]
    assert (spec.kind, spec.place) == ("legistar", place)
    assert spider_path(spec) == "scrapers.platforms.legistar:Legistar"
    assert start_of(spec) == f"https://webapi.legistar.com/v1/{client}/matters"
    site = "legistar.council.nyc.gov" if name == "nyc" else f"{client}.legistar.com"
    assert {"webapi.legistar.com", site} <= set(hosts_of(spec))


@pytest.mark.corpus
class TestRecordings:
    def test_no_recorded_kind_is_left_out(self, recorded):
        """Every file with rows of the Web API is of a kind that is read, or that is not asked for."""
        kinds = Counter(kind for _, kind in recorded)
        assert set(kinds) - NOT_ASKED == {"event", "eventitem", "vote", "matter", "history", "attachment", "index"}  # fmt: skip
        folders = {path.partition("/")[0] for path, kind in recorded if kind not in NOT_ASKED}
        assert folders >= {
            "oakland", "seattle", "san-jose", "jackson-county", "polk-county", "other-client",
            "mecklenburg", "la-metro", "nyc-events", "chicago",
        }  # fmt: skip

    def test_every_field_of_every_file_is_known(self, recorded):
        """Used or kept by name; what others put into their recordings is all that is counted."""
        foreign = {"SyntheticMeetingTopic", "items", "Matter", "Votes", "Versions", "Sponsors", "Attachments", "attachments", "Histories"}  # fmt: skip
        for (path, kind), rows in recorded.items():
            if kind in NOT_ASKED:
                continue
            names = {name for row in rows for name in said(row)}
            assert names - USED[kind] - KEPT[kind] <= foreign, path

    def test_fields_that_were_only_written_down_are_known(self, corpus):
        """Excerpts of Maui, Mountain View and Polk County name fields of rows nobody recorded whole."""
        root = corpus / "legistar"
        known = frozenset().union(*USED.values(), *KEPT.values())
        inventory = read(root / "polk-county" / "polk-county-fl-legistar-eventitems.json")
        named = {str(name) for name in inventory["field_inventory"]}
        assert len(named) > 20
        assert named <= USED["eventitem"] | KEPT["eventitem"]
        for path in (*(root / "maui").glob("*.txt"), *(root / "notes").glob("*.md")):
            written = set(re.findall(r'"((?:Matter|Event|Vote)\w+)":', path.read_text("utf-8")))
            assert len(written) > 10
            assert written - known == set(), path.name

    @pytest.mark.parametrize(
        "city",
        ["oakland", "seattle", "mecklenburg", "other-client", "polk-county", "la-metro", "nyc-events", "jackson-county"],
    )  # fmt: skip
    def test_a_real_client_is_crawled(self, city, recorded):
        """Lists, agendas and votes as they were recorded: no row fails, each is told once."""
        of_city = [(kind, row) for (path, kind), rows in recorded.items() for row in rows if path.startswith(city)]  # fmt: skip
        matters = [row for kind, row in of_city if kind == "matter"]
        meetings = {whole(row, "EventId"): row for kind, row in of_city if kind == "event"}
        rows = {
            "matters": matters or [tables()["matters"][0]],
            "events": sorted(meetings.values(), key=lambda row: row["EventId"]),
        }
        for kind, row in of_city:
            # What belongs to a meeting or matter that was not recorded hangs on another one.
            if kind == "eventitem":
                at = whole(row, "EventItemEventId")
                at = at if at in meetings else min(meetings)
                rows.setdefault(f"events/{at}/eventitems", []).append(row)
            elif kind == "history":
                rows.setdefault(f"matters/{rows['matters'][0]['MatterId']}/histories", []).append(
                    row
                )
            elif kind == "vote":
                rows.setdefault("eventitems/7/votes", []).append(row)
        if "eventitems/7/votes" in rows:
            step = {"MatterHistoryId": 7, "MatterHistoryActionName": "Pass", "MatterHistoryTally": "8:0"}  # fmt: skip
            rows.setdefault(f"matters/{rows['matters'][0]['MatterId']}/histories", []).append(step)
        seen = visit(
            Legistar, City(rows=rows), client="elmford", place="us/wa/elmford", since="2000",
            requests=10_000, now=datetime(2026, 8, 1, tzinfo=UTC),
        )  # fmt: skip
        assert seen.error is None
        without_id = sum(row.get("MatterId") is None for row in matters)
        assert seen.report.failed == without_id
        assert len(seen.measures) == len(rows["matters"]) - without_id
        assert set(seen.events) == {str(id_) for id_ in meetings}
        told = sum(len(one.items) for one in seen.events.values())
        assert told == sum(kind == "eventitem" for kind, _ in of_city)
        rolls = [
            step.vote.roll for one in seen.measures.values() for step in one.actions if step.vote
        ]
        assert sum(map(len, rolls)) == sum(kind == "vote" for kind, _ in of_city)

    def test_real_errors_are_no_lists(self, corpus):
        """What the API and its site answer for a client they do not know leaves the source failing."""
        folder = corpus / "feeds-errors" / "legistar"
        bodies = [
            path.read_bytes()
            for path in sorted(folder.iterdir())
            if not path.name.endswith("headers.txt") and "Calendar" not in path.name
        ]
        assert len(bodies) > 10
        for body in bodies:
            for status in (200, 404, 500):
                with pytest.raises(SourceError) as told:
                    check_genuine(status=status, headers={}, body=body, url=API)
                assert health_of(told.value) is Health.FAILING
                seen = visit(
                    Legistar, City(errors={"matters": told.value}), client="elmford",
                    place="us/wa/elmford",
                )  # fmt: skip
                assert health_of(seen.error) is Health.FAILING
                assert (seen.items, seen.remember) == ([], {})


def read(path):
    return json.loads(COMMENT.sub("", path.read_text(encoding="utf-8")))


def kind_of(row):
    """Of which kind a row is, by the names of its fields; "" for one that is not of the Web API."""
    for prefix, kind in KINDS.items():
        if f"{prefix}Id" in row and sum(name.startswith(prefix) for name in row) * 2 > len(row):
            return kind
    return next((kind for kind in NOT_ASKED if f"{kind}Id" in row), "")
