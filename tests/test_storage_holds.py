"""Alerts held back: released as if nothing had been, or discarded with the state they came of."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.crawls import Crawls
from storage.database import Database
from storage.errors import StorageError
from storage.holding import Holds
from storage.locks import Locks
from storage.outbox import Outbox
from tests.storage_makers import (
    DESK,
    LAW,
    SOURCE,
    Site,
    amended,
    bill,
    everything,
    measure,
    observed,
    readable,
)

LEASE = timedelta(minutes=5)
BILLS = [observed(measure(f"HB {number}")) for number in (1, 2, 3)]
GARBLED = [amended(one, title="Untitled") for one in BILLS]


@pytest.fixture
def crawls(database: Database) -> Crawls:
    return Crawls(database, Locks(database))


@pytest.fixture
def holds(database: Database) -> Holds:
    return Holds(database)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


@pytest.fixture
def site(database: Database) -> Site:
    return Site(database)


def crawl(site: Site, crawls: Crawls, *seen, held: Holds | None = None, complete=False):
    """A crawl with a row of its own, held back before it is closed."""
    site.crawl_id = crawls.open("virginia", [SOURCE], [], now=site.now) - 1
    site.crawl(*seen, complete=complete)
    if held:
        held.hold(SOURCE, site.crawl_id, "too much", now=site.now)
    crawls.close(site.crawl_id, "ok", [], now=site.now)


def told(site: Site, outbox: Outbox) -> list[str]:
    """Send what is due, and say what was told."""
    said = []
    for claim in outbox.claim(now=site.now, lease=LEASE):
        facts = site.queries.message_facts(claim.id)
        said += [f"{alert.measure.identifier} {alert.kind}" for alert in facts.alerts]
        outbox.sent(claim, now=site.now)
    return said


def test_what_is_held_is_not_sent(site: Site, crawls: Crawls, holds: Holds, outbox: Outbox) -> None:
    """Neither this crawl's alerts nor those of the next one, until somebody decides."""
    crawl(site, crawls, *BILLS)
    told(site, outbox)
    crawl(site, crawls, *GARBLED, held=holds)
    assert told(site, outbox) == []
    crawl(site, crawls, *BILLS, held=holds)
    assert told(site, outbox) == []
    (hold,) = holds.open(SOURCE)
    assert (hold.alerts, hold.changes, hold.reason) == (6, {"title": 6}, "too much")
    assert len(hold.crawls) == 2
    assert {alert["state"] for alert in site.alerts() if alert["kind"] == "title"} == {"held"}


def test_what_others_found_is_sent(
    site: Site, crawls: Crawls, holds: Holds, outbox: Outbox
) -> None:
    """A message that gathered held and other alerts keeps the others."""
    site.route = lambda facts: [replace(everything(facts)[0], slot="Monday")]
    crawl(site, crawls, *BILLS)
    crawl(site, crawls, *GARBLED, held=holds)
    assert told(site, outbox) == ["HB 1 new", "HB 2 new", "HB 3 new"]


def test_a_message_waits_for_every_crawl_that_adds_to_it(
    site: Site, crawls: Crawls, outbox: Outbox
) -> None:
    """A digest that is due while a crawl adds to it goes out when the crawl is closed."""
    site.crawl_id = crawls.open("virginia", [SOURCE], [], now=site.now) - 1
    site.crawl(*BILLS)
    assert told(site, outbox) == []
    crawls.close(site.crawl_id, "ok", [], now=site.now)
    assert len(told(site, outbox)) == 3


def test_released_alerts_go_out_once(
    site: Site, crawls: Crawls, holds: Holds, outbox: Outbox
) -> None:
    """A release sends what waited, and ends the hold."""
    crawl(site, crawls, *BILLS)
    told(site, outbox)
    crawl(site, crawls, *GARBLED, held=holds)
    ended = holds.release(SOURCE, by="ada", now=site.now)
    assert (ended.alerts, ended.measures) == (3, 0)
    assert told(site, outbox) == ["HB 1 title", "HB 2 title", "HB 3 title"]
    assert holds.open() == []
    (row,) = holds.all(SOURCE)
    assert (row.state, row.by) == ("released", "ada")
    with pytest.raises(StorageError, match="nothing of the source 'virginia' is held"):
        holds.release(SOURCE, by="ada", now=site.now)


def test_discarded_changes_never_were(
    site: Site, crawls: Crawls, holds: Holds, outbox: Outbox
) -> None:
    """After a discard the repair of the fault is no change, and what is real is told."""
    crawl(site, crawls, *BILLS)
    told(site, outbox)
    crawl(site, crawls, *GARBLED, held=holds)
    ended = holds.discard(SOURCE, by="ada", now=site.now)
    assert (ended.alerts, ended.measures) == (3, 3)
    assert site.shown()["title"] == BILLS[0].measure.title
    real = amended(BILLS[2], title="Veils")
    crawl(site, crawls, *BILLS[:2], real)
    assert told(site, outbox) == ["HB 3 title"]
    last = site.changes(kinds=["title"])[0]
    assert (last["before"], last["after"]) == (BILLS[2].measure.title, "Veils")
    assert [change["after"] for change in site.changes() if change["kind"] == "title"] == ["Veils"]
    assert {one["state"] for one in site.alerts() if one["kind"] == "title"} == {
        "discarded", "sent"
    }  # fmt: skip


def test_a_discarded_fault_that_lasts_is_told_again(
    site: Site, crawls: Crawls, holds: Holds, outbox: Outbox
) -> None:
    """What the site goes on saying is compared with the accepted state each time."""
    crawl(site, crawls, *BILLS)
    told(site, outbox)
    crawl(site, crawls, *GARBLED, held=holds)
    holds.discard(SOURCE, by="ada", now=site.now)
    crawl(site, crawls, *GARBLED)
    assert len(told(site, outbox)) == 3


def test_discarded_texts_are_not_what_a_text_is_compared_with(
    site: Site, crawls: Crawls, holds: Holds, outbox: Outbox
) -> None:
    """The text before the fault is the current one again; a real amendment is held against it."""
    good = bill(("Introduced", readable(LAW)))
    crawl(site, crawls, good)
    told(site, outbox)
    bad = bill(("Introduced", readable("Service temporarily out of order, please come back.")),
               ("Chaptered", readable("Nothing to see.")))  # fmt: skip
    crawl(site, crawls, bad, held=holds)
    holds.discard(SOURCE, by="ada", now=site.now)
    crawl(site, crawls, good)
    assert told(site, outbox) == []
    assert [one["note"] for one in site.shown()["versions"]] == ["Introduced"]
    crawl(site, crawls, bill(("Introduced", readable(LAW.replace("July", "June")))))
    assert told(site, outbox) == ["HB 1 amended"]
    assert "1 word added, 1 removed" in site.changes(kinds=["amended"])[0]["summary"]


def test_discarded_losses_are_found_again(
    site: Site, crawls: Crawls, holds: Holds, outbox: Outbox
) -> None:
    """What had vanished by a fault stands there as before, and its return is no news."""
    crawl(site, crawls, *BILLS, complete=True)
    told(site, outbox)
    crawl(site, crawls, BILLS[0], complete=True)
    crawl(site, crawls, BILLS[0], complete=True, held=holds)
    assert holds.open()[0].changes == {"vanished": 2}
    holds.discard(SOURCE, by="ada", now=site.now)
    crawl(site, crawls, *BILLS, complete=True)
    assert told(site, outbox) == []


def test_measures_that_never_were_stay_away(
    site: Site, crawls: Crawls, holds: Holds, outbox: Outbox
) -> None:
    """New measures that are discarded are shown as gone, and come back as restored."""
    crawl(site, crawls, BILLS[0])
    told(site, outbox)
    crawl(site, crawls, *BILLS, held=holds)
    holds.discard(SOURCE, by="ada", now=site.now)
    assert [row["identifier"] for row in site.queries.measures(vanished=False)] == ["HB 1"]
    crawl(site, crawls, *BILLS)
    assert told(site, outbox) == ["HB 2 restored", "HB 3 restored"]


def test_two_recipients_of_one_alert_are_both_held(
    site: Site, crawls: Crawls, holds: Holds, outbox: Outbox
) -> None:
    """An alert stands in a message for each address; all of them wait, and all go out."""
    site.route = lambda facts: [
        everything(facts)[0], replace(everything(facts)[0], address="mailto:b@example.org")
    ]  # fmt: skip
    crawl(site, crawls, BILLS[0], held=holds)
    assert told(site, outbox) == []
    assert holds.release(SOURCE, by="ada", now=site.now).alerts == 1
    assert told(site, outbox) == ["HB 1 new", "HB 1 new"]
    assert {one["address"] for one in site.alerts()} == {DESK, "mailto:b@example.org"}
