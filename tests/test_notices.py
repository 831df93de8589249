"""Operators hear of a source that breaks, and that it is well again: once each way."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from config.vocabulary import Health
from config.watchlist import WatchlistErrors, read_watchlist
from monitor.channels import Outgoing
from monitor.channels.envelope import envelope
from monitor.delivering import deliver
from monitor.notices import announce
from storage.crawls import Crawls
from storage.database import Database
from storage.locks import Locks
from storage.notices import Notices
from storage.outbox import Outbox
from storage.store import Store
from tests.storage_makers import NOW

FILE = b"""name: Test
sources:
  orders:
    oakland: {place: us/ca/oakland, index: "https://x.example/", row: tr, identifier: td}
operators: [mailto:ops@example.org, "terminal:"]
"""


@pytest.fixture
def home(database: Database) -> SimpleNamespace:
    """A home with one source."""
    store = Store(database)
    store.register("oakland", place="us/ca/oakland", kind="orders")
    return SimpleNamespace(
        store=store, notices=Notices(database), outbox=Outbox(database), now=NOW,
        watchlist=read_watchlist(FILE),
    )  # fmt: skip


def told(home, health=None, *notes):
    """What the operators get when the source's health is this, by address and text."""
    if health:
        home.store.set_health("oakland", health, now=home.now, notes=notes)
    announce(home, home.watchlist, now=home.now)
    sent = []

    def keep(message: Outgoing) -> SimpleNamespace:
        sent.append(message)
        return SimpleNamespace(reference="")

    channel = SimpleNamespace(send=keep)
    deliver(home.outbox, {"mailto": channel, "terminal": channel}, render=None,
            clock=lambda: home.now, chance=lambda: 0.0)  # fmt: skip
    home.now += timedelta(hours=6)
    return sent


def test_a_source_that_breaks_is_told_once_each_way(home):
    """Each operator gets one message when it fails and one when it is well again."""
    assert told(home, Health.OK) == []
    broken = told(home, Health.FAILING, "failing: 503 at https://x.example/")
    assert sorted(one.address for one in broken) == ["mailto:ops@example.org", "terminal:"]
    assert {one.subject for one in broken} == {"[Measurewatch] oakland is failing"}
    assert "* oakland (us/ca/oakland) is failing, was ok, since" in broken[0].text
    assert "- failing: 503 at https://x.example/" in broken[0].text
    assert told(home, Health.FAILING, "failing: 502") == []
    assert told(home) == []
    assert [one.subject for one in told(home, Health.OK)] == [
        "[Measurewatch] oakland is ok"
    ] * 2  # fmt: skip


def test_quiet_is_no_news(home):
    """From ok to quiet and back nobody is woken; to stale they are."""
    assert told(home, Health.OK) == told(home, Health.QUIET) == told(home, Health.OK) == []
    assert len(told(home, Health.STALE)) == 2


def test_what_broke_before_there_were_operators_is_told_then(home):
    """Nothing counts as told as long as there is nobody to tell."""
    named, home.watchlist = home.watchlist, read_watchlist(FILE.split(b"operators")[0])
    assert told(home, Health.BLOCKED) == []
    home.watchlist = named
    assert len(told(home)) == 2


def test_a_source_that_left_the_watchlist_is_not_told(home):
    """Nobody visits it any more."""
    home.watchlist = home.watchlist.model_copy(update={"sources": ()})
    assert told(home, Health.FAILING) == []


def test_two_who_announce_at_once_tell_once(home, database: Database):
    """Of two processes that see the same change one writes the messages."""
    home.store.set_health("oakland", Health.FAILING, now=home.now)
    standings = home.notices.standings(["oakland"])
    payload = {"mailto:ops@example.org": {"subject": "x"}}
    assert home.notices.tell(standings, payload, slot="a", now=home.now)
    assert not Notices(database).tell(standings, payload, slot="b", now=home.now)
    assert len(home.outbox.claim(now=home.now, lease=timedelta(minutes=1))) == 1


def test_programs_get_facts(home):
    """A webhook or command reads the transition, and no alerts."""
    (message, _) = told(home, Health.DRIFTED, "held: 90 of 100 measures changed at once")
    value = json.loads(envelope(message))
    assert value["type"] == "measurewatch.health"
    assert value["data"]["alerts"] == []
    (one,) = value["data"]["transitions"]
    assert (one["source"], one["state"], one["was"]) == ("oakland", "drifted", None)
    assert "measurewatch sources held" in message.text


def test_a_crash_breaks_its_sources(home, database: Database):
    """A crawl that dies without a word makes its sources failing, and operators hear of it."""
    told(home, Health.OK)
    crawls = Crawls(database, Locks(database))
    crawls.open("oakland", ["oakland"], [], now=home.now)
    home.now += timedelta(hours=1)
    assert crawls.reap(now=home.now)
    (message, _) = told(home)
    assert "the crawl crashed before it could report" in message.text


def test_hostile_notes_are_shown_as_words(home):
    """What a site prints cannot run in a mail."""
    (message, _) = told(home, Health.FAILING, "<script>alert(1)</script>\x1b[31m\nsecond line")
    assert "<script>" not in message.html
    assert "\x1b" not in message.text


def test_operators_are_addresses():
    """A slip in an address is a fault of the file, with its place."""
    with pytest.raises(WatchlistErrors) as raised:
        read_watchlist(b"name: Test\noperators: [ops@example.org]\n")
    assert raised.value.errors[0].line == 2
