"""A new version whose text comes later: told at once, completed later, one alert a watch."""

from collections.abc import Callable

import pytest

from config.vocabulary import ChangeKind
from storage.database import Database
from storage.ports import AlertDraft, ChangeFacts
from tests.storage_makers import DESK, LAW, PENDING, REFUSED, Site, bill, readable

OTHER = LAW.replace("mask", "veil")
FIRST = ("Introduced", readable(LAW))
AMENDED, VERSION = ChangeKind.AMENDED, ChangeKind.VERSION
WAITS = bill(FIRST, ("Substitute", PENDING))

Watches = dict[str, tuple[set[ChangeKind], str]]


def watching(watches: Watches) -> Callable[[ChangeFacts], list[AlertDraft]]:
    """A route for watches by name, each with its kinds of change and its topic, "" for any."""

    def route(facts: ChangeFacts) -> list[AlertDraft]:
        return [
            AlertDraft(watch=name, reasons=("asked",), address=DESK, slot="daily", due_at=facts.now)
            for name, (kinds, topic) in watches.items()
            if facts.kind in kinds and (not topic or topic in facts.topics)
        ]

    return route


def told(database: Database, watches: Watches, *, same: bool = False) -> list[tuple[str, str]]:
    """Which watch hears of which kind of change when a version is listed and its text comes later.

    The text has the topic "veils" and differs from the one before, unless it is the `same`.
    """
    site = Site(database, route=watching(watches))
    site.crawl(bill(FIRST))
    assert site.kinds(WAITS) == ["version"]
    text = readable(LAW if same else OTHER, file="second", topics=["veils"])
    arrived = bill(FIRST, ("Substitute", text))
    assert site.kinds(arrived) == ([] if same else ["amended"])
    for again in (arrived, WAITS, arrived):
        assert site.kinds(again) == []
    kinds = {one["id"]: one["kind"] for one in site.changes()}
    return sorted((one["watch"], kinds[one["change"]]) for one in site.alerts())


@pytest.mark.parametrize(
    ("kinds", "topic", "expected"),
    [
        ({VERSION}, "", "version"),
        ({AMENDED}, "", "amended"),
        ({VERSION, AMENDED}, "", "version"),
        ({VERSION}, "veils", "version"),
        ({AMENDED}, "veils", "amended"),
        ({VERSION, AMENDED}, "veils", "amended"),
    ],
)
def test_a_watch_hears_of_a_version_once(
    database: Database, kinds: set[ChangeKind], topic: str, expected: str
) -> None:
    """With the listing, where that is enough to know that it concerns the watch, else with the text.

    Who asked for both and could not be told before hears of the amendment, which says more.
    """
    assert told(database, {"Desk": (kinds, topic)}) == [("Desk", expected)]


def test_each_of_several_watches_hears_once(database: Database) -> None:
    """That one watch was told takes nothing from another."""
    watches: Watches = {
        "all": ({VERSION, AMENDED}, ""),
        "texts": ({AMENDED}, ""),
        "veils": ({VERSION, AMENDED}, "veils"),
        "whales": ({VERSION, AMENDED}, "whales"),
    }
    heard = told(database, watches)
    assert heard == [("all", "version"), ("texts", "amended"), ("veils", "amended")]


def test_a_text_without_news_completes_the_version_alone(database: Database) -> None:
    """The same text as before is no amendment: only who can be told of the version now is."""
    watches: Watches = {"all": ({VERSION}, ""), "veils": ({VERSION, AMENDED}, "veils")}
    assert told(database, watches, same=True) == [("all", "version"), ("veils", "version")]


def test_the_record_says_which_change_was_completed(database: Database) -> None:
    """Both rows stand, and the later one names the earlier."""
    site = Site(database)
    site.crawl(bill(FIRST))
    site.crawl(WAITS)
    site.crawl(bill(FIRST, ("Substitute", readable(OTHER))))
    rows = {one["kind"]: one for one in site.changes()}
    assert rows["amended"]["details"]["completes"] == rows["version"]["id"]


@pytest.mark.parametrize("broken", [PENDING, REFUSED])
def test_a_later_amendment_of_a_completed_version_is_told(
    database: Database, broken: object
) -> None:
    """A document that failed when its version was listed takes nothing from what comes after."""
    site = Site(database, route=watching({"all": ({VERSION, AMENDED}, "")}))
    site.crawl(bill(FIRST))
    site.crawl(bill(FIRST, ("Substitute", broken)))  # type: ignore[arg-type]
    site.crawl(bill(FIRST, ("Substitute", readable(OTHER))))
    assert len(site.alerts()) == 1
    assert site.kinds(bill(FIRST, ("Substitute", readable(f"{OTHER} Veto.")))) == ["amended"]
    assert len(site.alerts()) == 2
