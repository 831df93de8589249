"""The JSON that commands print: the promised names, on both databases."""

import json
from datetime import timedelta

import pytest

from config.vocabulary import ChangeKind
from storage.database import Database
from storage.errors import StorageError
from tests.storage_makers import (
    LAW,
    NOW,
    PENDING,
    SOURCE,
    Site,
    action,
    bill,
    measure,
    observed,
    readable,
)


@pytest.fixture
def site(database: Database) -> Site:
    """A source with two bills, one of them amended, one about a county."""
    site = Site(database)
    site.crawl(
        bill(("Introduced", readable(LAW, topics=["masks"])), identifier="HB 1",
             status="Introduced", url="https://lis.example/HB1", actions=(action("Prefiled", 2),)),
        observed(measure("HB 2", title="Budget 100%_done", concerns=("us/va/county:loudoun",))),
        observed(measure("HB 1", place="us/md", session="2026RS")),
    )  # fmt: skip
    other = readable(LAW.replace("mask", "veil"), topics=["masks"])
    site.crawl(bill(("Introduced", readable(LAW)), ("Engrossed", other), status="Passed House"))
    return site


def names(site: Site, **filters: object) -> list[str]:
    return [f"{one['place']} {one['identifier']}" for one in site.queries.measures(**filters)]


def test_a_measure_has_the_promised_names(site: Site) -> None:
    """The shape of DESIGN section 6, all of it JSON."""
    shown = site.shown()
    promised = {
        "id", "jurisdiction", "session", "identifier", "identifiers", "title", "classification",
        "status", "sponsors", "dates", "actions", "versions", "events", "related", "sources",
    }  # fmt: skip
    assert promised <= shown.keys()
    assert set(shown["versions"][0]) >= {"id", "note", "date", "links", "text_sha256", "state"}
    assert set(shown["actions"][0]) >= {"date", "description", "classification"}
    assert shown["jurisdiction"] == "ocd-jurisdiction/country:us/state:va/government"
    assert shown["sources"][0]["source"] == SOURCE
    assert json.loads(json.dumps(shown)) == shown
    assert next(site.queries.measures(passages=True)) == site.queries.show(3)


def test_a_change_has_the_promised_names(site: Site) -> None:
    """The shape of DESIGN section 6, versions and topics included."""
    change = site.changes(kinds=[ChangeKind.AMENDED])[0]
    assert change.keys() >= {
        "id", "at", "kind", "source", "measure", "before", "after", "versions", "topics", "summary",
    }  # fmt: skip
    assert set(change["measure"]) >= {
        "id", "jurisdiction", "session", "identifier", "title", "classification", "url",
    }  # fmt: skip
    assert change["topics"] == ["masks"]
    assert all(isinstance(one, int) for one in change["versions"])
    assert change["summary"]
    assert json.loads(json.dumps(change)) == change


def test_changes_are_filtered(site: Site) -> None:
    """By time, kind, place, topic, source, measure, and to the latest ones."""
    assert len(site.changes()) == 5
    assert {one["kind"] for one in site.changes(since=site.now)} == {"amended", "status"}
    assert site.changes(since=site.now + timedelta(seconds=1)) == []
    assert len(site.changes(kinds=[ChangeKind.NEW, ChangeKind.STATUS])) == 4
    assert len(site.changes(place="us/md")) == 1
    assert len(site.changes(place="us/va/*")) == 4
    assert {one["kind"] for one in site.changes(topic="masks")} == {"new", "amended", "status"}
    assert len(site.changes(source="other")) == 0
    assert len(site.changes(measure_id=1)) == 3
    assert site.changes(limit=2) == site.changes()[-2:]


def test_measures_are_filtered(site: Site) -> None:
    """By place, session, source, topic and number in any typography."""
    assert names(site) == ["us/md HB 1", "us/va HB 1", "us/va HB 2"]
    assert names(site, place="us/va/*") == ["us/va HB 1", "us/va HB 2"]
    assert names(site, place="us/va/county:loudoun") == ["us/va HB 2"]
    assert names(site, place="us") == []
    assert names(site, place="us/*") == names(site)
    assert names(site, session="2026RS") == ["us/md HB 1"]
    assert names(site, topic="masks") == ["us/va HB 1"]
    assert names(site, identifier="hb0001") == ["us/md HB 1", "us/va HB 1"]
    assert names(site, source="other") == []
    assert names(site, limit=1) == ["us/md HB 1"]


@pytest.mark.parametrize(
    "hostile", ["us/v_", "us/%", "us/va'--", 'us/va" OR 1=1', "\\", "us/va/*/*", "", "\0"]
)
def test_a_hostile_filter_selects_nothing(site: Site, hostile: str) -> None:
    """Filters are values, never patterns or statements."""
    for filters in ({"place": hostile}, {"session": hostile}, {"topic": hostile}):
        assert names(site, **filters) == []


def test_what_does_not_exist_is_said(site: Site) -> None:
    """An unknown id is an error in words; so is a time before the first sight."""
    with pytest.raises(StorageError, match="no measure 99"):
        site.queries.show(99)
    with pytest.raises(StorageError, match="no measure 1 at"):
        site.queries.show(1, at=NOW - timedelta(days=9))
    with pytest.raises(StorageError, match="no message 99"):
        site.queries.message_facts(99)


def test_an_alert_has_the_promised_names(site: Site) -> None:
    """The shape of DESIGN section 6, a line for each recipient."""
    line = site.alerts()[0]
    assert line.keys() >= {
        "id",
        "watch",
        "change",
        "channel",
        "state",
        "key",
        "attempts",
        "sent_at",
    }
    assert (line["channel"], line["state"], line["attempts"]) == ("mailto", "open", 0)
    assert list(site.queries.alerts(states=["sent"])) == []
    assert len(list(site.queries.alerts(watch="Desk"))) == 5


def test_health_has_the_promised_names(site: Site) -> None:
    """The shape of DESIGN section 6, also for a source never judged."""
    (line,) = site.queries.sources_health()
    assert line.keys() >= {"source", "state", "since", "last_success", "expected_every", "notes"}
    assert line["state"] is None
    assert list(site.queries.sources_health(names=["other"])) == []


def test_a_waiting_version_says_what_it_waits_for(site: Site) -> None:
    """The reader of a measure learns why a text is missing."""
    site.crawl(bill(("Introduced", PENDING), identifier="HB 7"))
    (shown,) = site.queries.measures(identifier="HB 7")
    assert (shown["versions"][0]["state"], shown["versions"][0]["reason"]) == (
        "pending",
        "an API key",
    )
    assert shown["versions"][0]["text_sha256"] is None
