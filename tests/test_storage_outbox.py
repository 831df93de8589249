"""Alerts and messages: gathered, claimed by one sender, sent once, never lost."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from storage.crawls import Crawls
from storage.database import Database
from storage.errors import LockLost, StorageError
from storage.locks import Locks
from storage.outbox import Outbox
from storage.ports import AlertDraft, ChangeFacts
from tests.storage_makers import (
    DESK,
    LAW,
    NOW,
    PENDING,
    SOURCE,
    Site,
    bill,
    everything,
    match,
    measure,
    observed,
    readable,
)

LEASE = timedelta(minutes=5)
LATER = timedelta(minutes=6)


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


def bills(count: int, **fields: object) -> list:
    return [observed(measure(f"HB {number}", **fields)) for number in range(1, count + 1)]


def test_one_message_gathers_all_alerts_of_a_recipient_and_slot(site: Site, outbox: Outbox) -> None:
    """Alerts of all watches for one recipient in one slot are one message, a change named once."""

    def route(facts: ChangeFacts) -> list[AlertDraft]:
        draft = everything(facts)[0]
        return [draft, replace(draft, watch="Masks", reasons=("topic masks",))]

    site.route = route
    site.crawl(*bills(3))
    (claim,) = outbox.claim(now=site.now, lease=LEASE)
    facts = site.queries.message_facts(claim.id)
    assert [alert.measure.identifier for alert in facts.alerts] == ["HB 1", "HB 2", "HB 3"]
    assert facts.alerts[0].watches == ("Desk", "Masks")
    assert facts.alerts[0].reasons == ("every new", "topic masks")
    assert len(site.alerts()) == 6


def test_one_alert_goes_to_every_recipient_of_its_watch(site: Site, outbox: Outbox) -> None:
    """Drafts with one watch and several addresses are one alert in several messages."""

    def route(facts: ChangeFacts) -> list[AlertDraft]:
        draft = everything(facts)[0]
        return [draft, replace(draft, address="terminal:")]

    site.route = route
    site.crawl(*bills(1))
    lines = site.alerts()
    assert {line["id"] for line in lines} == {1}
    assert sorted(line["channel"] for line in lines) == ["mailto", "terminal"]
    assert len(outbox.claim(now=site.now, lease=LEASE)) == 2


def test_a_message_is_closed_when_it_is_claimed(site: Site, outbox: Outbox) -> None:
    """What comes after the claim goes into the slot's next message, with another key."""
    site.crawl(*bills(1))
    (first,) = outbox.claim(now=site.now, lease=timedelta(days=3))
    site.crawl(*bills(1, title="Masks"))
    (second,) = outbox.claim(now=site.now, lease=LEASE)
    assert first.slot == second.slot
    assert first.key != second.key
    kinds = [[alert.kind for alert in site.queries.message_facts(one.id).alerts]
             for one in (first, second)]  # fmt: skip
    assert kinds == [["new"], ["title"]]


def test_a_message_is_not_claimed_before_it_is_due(site: Site, outbox: Outbox) -> None:
    """A digest waits for its hour; the earliest due time of its alerts counts."""
    site.route = lambda facts: [replace(everything(facts)[0], due_at=NOW + 30 * LATER)]
    site.crawl(*bills(1))
    assert outbox.next_due() == NOW + 30 * LATER
    assert outbox.claim(now=NOW, lease=LEASE) == []
    assert len(outbox.claim(now=NOW + 30 * LATER, lease=LEASE)) == 1


def test_a_claimed_message_is_nobody_elses_until_the_lease_ends(site: Site, outbox: Outbox) -> None:
    """A sender that dies gives way to another, which gets the same key and rendering."""
    site.crawl(*bills(1))
    (claim,) = outbox.claim(now=site.now, lease=LEASE)
    assert claim.payload is None
    outbox.prepare(claim, {"subject": "One new measure"})
    assert outbox.claim(now=site.now, lease=LEASE) == []
    (again,) = outbox.claim(now=site.now + LATER, lease=LEASE)
    assert (again.key, again.payload) == (claim.key, {"subject": "One new measure"})
    assert again.attempts == 2
    with pytest.raises(LockLost):
        outbox.sent(claim, now=site.now + LATER)
    outbox.sent(again, now=site.now + LATER)
    assert outbox.claim(now=site.now + 9 * LATER, lease=LEASE) == []


def test_a_sent_message_is_not_sent_again(site: Site, outbox: Outbox, database: Database) -> None:
    """`sent` is the end, with a line in the ledger."""
    site.crawl(*bills(1))
    (claim,) = outbox.claim(now=site.now, lease=LEASE)
    outbox.sent(claim, now=site.now, detail="250 accepted")
    (line,) = site.alerts()
    assert (line["state"], line["sent_at"], line["attempts"]) == ("sent", site.now.isoformat(), 1)
    with database.reading() as connection:
        ledger = connection.exec_driver_sql("SELECT ok, detail FROM deliveries").all()
    assert [tuple(row) for row in ledger] == [(True, "250 accepted")]
    assert outbox.next_due() is None
    with pytest.raises(StorageError, match=f"message {claim.id} was sent already"):
        outbox.retry(claim.id, now=site.now)


def test_why_a_message_cannot_be_tried_again_is_said(site: Site, outbox: Outbox) -> None:
    """An unknown number, and a message whose time has not come, are no failures."""
    site.crawl(*bills(1))
    with pytest.raises(StorageError, match="there is no message 99"):
        outbox.retry(99, now=site.now)
    with pytest.raises(StorageError, match="message 1 has not failed"):
        outbox.retry(1, now=site.now)


def test_the_latest_alerts_are_listed(site: Site) -> None:
    """A limit keeps the last lines and a moment what was alerted since; both oldest first."""
    site.crawl(*bills(3))
    later = site.now
    site.crawl(*bills(3, title="Masks"))
    told = site.alerts()
    assert list(site.queries.alerts(limit=2)) == told[-2:]
    assert list(site.queries.alerts(since=later + timedelta(minutes=1))) == told[3:]
    assert [line["kind"] for line in told[3:]] == ["title"] * 3


def test_a_failed_message_is_tried_again_and_then_given_up(site: Site, outbox: Outbox) -> None:
    """A retry waits for its time; a dead message is visible and can be tried by hand."""
    site.crawl(*bills(1))
    now = site.now
    (claim,) = outbox.claim(now=now, lease=LEASE)
    outbox.failed(claim, now=now, detail="connection refused", retry_at=now + LATER)
    assert outbox.claim(now=now, lease=LEASE) == []
    (claim,) = outbox.claim(now=now + LATER, lease=LEASE)
    outbox.failed(claim, now=now + LATER, detail="no such user", retry_at=None)
    (line,) = site.alerts()
    assert (line["state"], line["error"]) == ("dead", "no such user")
    assert outbox.claim(now=now + 9 * LATER, lease=LEASE) == []
    assert outbox.retry_alert(line["id"], now=now + 9 * LATER) == [claim.id]
    (last,) = outbox.claim(now=now + 9 * LATER, lease=LEASE)
    assert (last.key, last.attempts) == (claim.key, 3)


def test_a_poisoned_message_does_not_block_others(site: Site, outbox: Outbox) -> None:
    """A message that fails leaves the rest deliverable."""
    site.route = lambda facts: [
        replace(everything(facts)[0], address=f"mailto:{facts.identifier[-1]}@example.org")
    ]
    site.crawl(*bills(3))
    claims = outbox.claim(now=site.now, lease=LEASE)
    assert len(claims) == 3
    outbox.failed(claims[0], now=site.now, detail="refused", retry_at=None)
    outbox.sent(claims[1], now=site.now)
    outbox.release(claims[2])
    (released,) = outbox.claim(now=site.now, lease=LEASE)
    assert (released.id, released.attempts) == (claims[2].id, 1)


def test_an_at_once_message_waits_for_its_crawl_and_gathers_it(
    site: Site, outbox: Outbox, database: Database
) -> None:
    """A crawl makes one message at once, when its row is closed."""
    crawls = Crawls(database, Locks(database))
    site.route = lambda facts: [replace(everything(facts)[0], slot="at once", at_once=True)]
    for number in (1, 2):
        site.crawl_id = crawls.open("virginia", [SOURCE], ["lis.example"], now=NOW) - 1
        site.crawl(*bills(number * 2))
        assert outbox.claim(now=site.now, lease=LEASE) == []
        crawls.close(site.crawl_id, "ok", [], now=site.now)
        (claim,) = outbox.claim(now=site.now, lease=LEASE)
        assert len(site.queries.message_facts(claim.id).alerts) == 2
        outbox.sent(claim, now=site.now)


def test_two_crawls_at_once_make_two_messages(
    site: Site, outbox: Outbox, database: Database
) -> None:
    """A running crawl does not hold back what another one found."""
    crawls = Crawls(database, Locks(database))
    site.route = lambda facts: [replace(everything(facts)[0], slot="at once", at_once=True)]
    first = crawls.open("a", [SOURCE], [], now=NOW)
    second = crawls.open("b", [SOURCE], [], now=NOW)
    for crawl_id, seen in ((first, bills(1)), (second, bills(2)[1:])):
        site.store.record(seen, crawl_id=crawl_id, now=site.now, route=site.route)
    crawls.close(second, "ok", [], now=site.now)
    (claim,) = outbox.claim(now=site.now, lease=LEASE)
    (alert,) = site.queries.message_facts(claim.id).alerts
    assert alert.measure.identifier == "HB 2"


def test_concurrent_senders_send_each_message_once(site: Site, database: Database) -> None:
    """However many senders claim at once, no message is handed out twice."""
    site.route = lambda facts: [
        replace(
            everything(facts)[0], address=f"mailto:{facts.identifier.replace(' ', '')}@example.org"
        )
    ]
    site.crawl(*bills(60))
    sent: list[int] = []
    errors: list[Exception] = []

    def send() -> None:
        mine = Outbox(database)
        try:
            while claims := mine.claim(now=site.now, lease=LEASE, limit=3):
                for claim in claims:
                    mine.prepare(claim, {"to": claim.address})
                    sent.append(claim.id)
                    mine.sent(claim, now=site.now)
        except Exception as error:  # noqa: BLE001 - told to the main thread
            errors.append(error)

    senders = [Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert errors == []
    assert sorted(sent) == sorted(set(sent))
    assert len(sent) == 60


def test_the_facts_of_a_message_hold_all_a_digest_needs(site: Site, database: Database) -> None:
    """Texts for the redline, passages, topics and the evidence behind them."""
    crawls = Crawls(database, Locks(database))
    archive = "virginia/20260106T063000Z-1.warc.gz"
    assert crawls.open("virginia", [SOURCE], [], now=NOW, archive=archive) == 1
    first = readable(LAW, topics=["masks"])
    title = [match("masks", "Officers", found_in="title")]
    seen = bill(("Introduced", first), url="https://lis.example/HB1", status="Introduced")
    site.crawl(replace(seen, matches=tuple(title)))
    second = readable(LAW.replace("mask", "disguise"), topics=["disguise"])
    site.crawl(bill(("Introduced", first), ("Engrossed", second), url="https://lis.example/HB1"))
    facts = site.queries.message_facts(1)
    new, amended = facts.alerts
    assert (new.kind, new.topics, new.archive) == ("new", ("masks",), archive)
    assert [(one.field, one.topic) for one in new.matches] == [("text", "masks")]
    assert new.new is not None
    assert new.old is None
    assert (new.new.text, new.new.document, new.new.document_url, new.new.archive) == (
        LAW, first.sha256, "https://lis.example/text", archive,
    )  # fmt: skip
    assert amended.old is not None
    assert amended.new is not None
    assert (amended.old.text, amended.new.text) == (LAW, second.extracted.text)
    assert [one.topic for one in amended.matches] == ["disguise"]
    assert amended.topics == ("disguise", "masks")
    assert amended.measure.url == "https://lis.example/HB1"
    assert facts.address == DESK
    assert facts.key


def test_the_evidence_of_a_late_text_is_the_archive_that_holds_it(
    site: Site, database: Database
) -> None:
    """A pending version points to the recording of the crawl that brought its bytes."""
    crawls = Crawls(database, Locks(database))
    for name in ("first.warc.gz", "second.warc.gz", "third.warc.gz"):
        crawls.open("virginia", [SOURCE], [], now=NOW, archive=name)
    site.crawl(bill(("Introduced", PENDING)))
    for text, archive in ((readable(LAW), "second"), (readable(LAW, file="again"), "third")):
        site.crawl(bill(("Introduced", text)))
        (alert,) = site.queries.message_facts(1).alerts
        assert alert.archive == "first.warc.gz"
        assert alert.new is not None
        assert (alert.new.archive, alert.new.document) == (f"{archive}.warc.gz", text.sha256)


def test_keys_differ_between_installations(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two installations that write to one mailbox must not have each other's mail dropped."""
    from storage.home import Home

    keys = set()
    for name in ("one", "two"):
        database = Database.open("", home=Home.create(tmp_path_factory.mktemp(name)))
        site = Site(database)
        site.crawl(*bills(1))
        keys.add(site.alerts()[0]["key"])
        database.close()
    assert len(keys) == 2
