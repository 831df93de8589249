"""What a source's spider remembers from crawl to crawl, and what a crawl of what changed may say.

The spider is one that a `sitecustomize` module puts in the place of the source's
own, in its crawl's process: it says what a file tells it to say.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from monitor.app import App
from monitor.children import Child
from monitor.crawls import Visit, groups_of, open_crawl
from storage.ports import SourceReport
from tests.loopback.server import html, serving
from tests.recordings import pack_files
from tests.running import ROOT

WATCHLIST = """\
name: Test desk
sources:
  orders:
    clerk: {place: us/mn/minneapolis, index: "%s/orders/"}
watches:
  - {name: Everything, places: ["*"], to: ["file:all.txt"], every: at once}
"""
SPIDER = """\
import json
from datetime import timedelta
from pathlib import Path

import monitor.sources

HERE = Path(__file__).parent


def scripted(_spec):
    from scrapers.errors import FetchError
    from scrapers.items import AgendaItem, Event, Listing, Measure
    from scrapers.spider import SiteSpider

    class Scripted(SiteSpider):
        name = "scripted"

        async def crawl(self):
            told = HERE / "memory.jsonl"
            day = len(told.read_text().splitlines()) if told.exists() else 0
            with told.open("a") as file:
                file.write(json.dumps(dict(self.memory)) + "\\n")
            says = json.loads((HERE / "says.json").read_text())[day]
            await self.fetch(self.parameters["index"], role="start")
            self.report.partial = says.get("partial", False)
            self.remember.update(says.get("remember", {}))
            for name in says.get("agenda", ()):
                yield Event(
                    place="us/mn/minneapolis", id="1", name="Council", complete=True,
                    date=self.now.date() + timedelta(days=2),
                    items=(AgendaItem(title="An order", identifier=name),),
                )
            for name in says.get("measures", ()):
                yield Measure(
                    place="us/mn/minneapolis", session="2026", identifier=name, title=name,
                    listing="orders", observed=frozenset({"title"}),
                )
            for name in says.get("broken", ()):
                yield Measure(
                    place="us/mn/minneapolis", session="2026", identifier=name, title=name,
                    actions=("not an action",), observed=frozenset({"title", "actions"}),
                )
            if says.get("fails"):
                raise FetchError("the clerk does not answer")
            if "measures" in says and not self.report.partial:
                yield Listing(name="orders", rows=len(says["measures"]))

    return Scripted


monitor.sources.spider_class = scripted
"""


ORDERS = html("<p>All orders of the clerk</p>")


@dataclass
class Clerk:
    """A source whose spider says what a test tells it to."""

    folder: Path
    site: str
    now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    app: App = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "watchlist.yaml").write_text(WATCHLIST % self.site, encoding="utf-8")
        (self.folder / "sitecustomize.py").write_text(SPIDER, encoding="utf-8")
        values = {
            "MEASUREWATCH_HOME": str(self.folder / "home"),
            "MEASUREWATCH_WATCHLIST": str(self.folder / "watchlist.yaml"),
            "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
            "MEASUREWATCH_DELAY": "0",
        }
        names = {
            key: value for key, value in os.environ.items() if not key.startswith("MEASUREWATCH_")
        }
        path = os.pathsep.join((str(self.folder), str(ROOT)))
        self.app = App(
            settings=Settings.from_mapping(values),
            clock=lambda: self.now,
            environment=names | values | {"PYTHONPATH": path},
        )

    def crawl(self, *days: dict[str, Any], replay: int = -1) -> list[SourceReport]:
        """One crawl a day, all in one process; `replay` is the day whose crawl has no network."""
        (self.folder / "says.json").write_text(json.dumps(days), encoding="utf-8")
        ((group, specs),) = groups_of(self.app.sources(["clerk"]))
        archive = self.folder / "a.warc.gz"
        pack_files(archive, "2026-03-09T12:00:00Z", {f"{self.site}/orders/": ORDERS.body})
        with self.app.store(create=True) as opened:
            key = opened.store.accept_watchlist(WATCHLIST % self.site, self.now)
            plans = []
            for day in range(len(days)):
                visit = Visit(
                    group=group, specs=specs, archive=archive if day == replay else None,
                    now=self.now + timedelta(days=day),
                )  # fmt: skip
                plans.append(open_crawl(self.app, opened, visit, key, record=False)[1])
            plan = {"home": str(self.app.home), "crawls": plans}
            child = Child(plan, lambda _event: None, 60, self.app.environment)
            assert child.run() == 0
            return [opened.crawls.reports(one["crawl_id"])[0] for one in plans]

    def was_told(self) -> list[dict[str, str]]:
        """What the spider was told to know already, day by day."""
        lines = (self.folder / "memory.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def changes(self) -> list[str]:
        with self.app.store() as opened:
            return [f"{one['measure']['identifier']} {one['kind']}"
                    for one in opened.queries.changes()]  # fmt: skip


@pytest.fixture
def clerk(tmp_path: Path) -> Iterator[Clerk]:
    with serving({"/orders/": ORDERS}) as server:
        yield Clerk(tmp_path, server.url)


def test_a_spider_is_told_what_its_last_good_crawl_wanted_kept(clerk: Clerk) -> None:
    """A crawl that fails, loses something or replays a recording leaves the memory as it was."""
    whole = {"measures": ["A 1", "A 2"]}
    reports = clerk.crawl(
        whole | {"remember": {"since": "1"}},
        {"fails": True, "remember": {"since": "2"}},
        whole | {"broken": ["A 3"], "remember": {"since": "3"}},
        whole | {"remember": {"since": "4"}},
        whole | {"remember": {"since": "5"}},
        whole,
        replay=3,
    )
    assert [report.state for report in reports] == ["ok", "failing", "ok", "ok", "ok", "ok"]
    assert [report.failed for report in reports] == [0, 0, 1, 0, 0, 0]
    one, five = {"since": "1"}, {"since": "5"}
    assert clerk.was_told() == [{}, one, one, {}, one, five]


def test_a_crawl_of_what_changed_is_well_when_nothing_did(clerk: Clerk) -> None:
    """A whole crawl that finds nothing has drifted, whatever partial ones lie between."""
    reports = clerk.crawl(
        {"measures": ["A 1", "A 2", "A 3"]},
        {"partial": True, "remember": {"since": "1"}},
        {"partial": True, "measures": ["A 1"]},
        {},
    )
    assert [report.state for report in reports] == ["ok", "ok", "ok", "drifted"]
    assert [report.notes for report in reports[:3]] == [(), (), ()]
    assert clerk.was_told()[2:] == [{"since": "1"}] * 2
    assert clerk.changes() == []


def test_a_crawl_of_what_changed_sets_no_baseline(clerk: Clerk) -> None:
    """Only what a source has as a whole can be the state against which all else is news."""
    clerk.crawl(
        {"partial": True, "measures": ["A 1"]},
        {"partial": True, "measures": ["A 1", "A 2"]},
        {"measures": ["A 1", "A 2", "A 3"]},
        {"partial": True, "measures": ["A 4"]},
    )
    assert clerk.changes() == ["A 4 new"]


def test_events_of_a_spider_reach_the_store(clerk: Clerk) -> None:
    """They are recorded with the measures they point to, and their alerts with them."""
    whole = {"measures": ["A 1", "A 2"]}
    reports = clerk.crawl(whole, whole | {"agenda": ["A 2"]})
    assert [(report.found, report.events) for report in reports] == [(2, 0), (2, 1)]
    assert clerk.changes() == ["A 2 scheduled"]
    with clerk.app.store() as opened:
        (shown,) = opened.queries.measures(identifier="A 2")
        assert [one["name"] for one in shown["events"]] == ["Council"]
        assert [one["watch"] for one in opened.queries.alerts()] == ["Everything"]
