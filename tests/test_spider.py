"""The base of every spider: what is believed, what is counted, how a source did."""

import asyncio
import json
import os
import subprocess
import sys
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy.exceptions import DropItem

from config.vocabulary import Health
from scrapers.errors import (
    AddressRefused,
    Challenge,
    ErrorPage,
    FetchError,
    NotRecorded,
    ParseDrift,
    RobotsDenied,
)
from scrapers.items import Listing, Measure
from scrapers.reasons import RobotsUnreachable
from scrapers.report import NOTES_KEPT, Note, Report, health_of
from scrapers.spider import SiteSpider
from tests.loopback.crawling import NOW, crawl
from tests.loopback.server import Page, html, serving

ROOT = Path(__file__).parent.parent
AT_ONCE = {"MEASUREWATCH_RETRY_PACE": 0}


def measure(identifier):
    return Measure(place="us/va", session="20261", identifier=identifier)


class Site(SiteSpider):
    """A start page with a bill, a companion page and a document."""

    name = "site"
    place = "us/va"
    hosts = ("127.0.0.1",)

    async def crawl(self):
        base = self.parameters["url"]
        page = await self.page(f"{base}/start", role="start")
        companion = await self.companion(f"{base}/companion")
        for number, row in enumerate(page.css("p::text").getall(), start=1):
            with self.row(f"row {number}"):
                if row == "broken":
                    raise ValueError("no number")
                yield measure(row)
        if companion is not None:
            yield Listing(name="20261", rows=len(page.css("p")))


START = {"/start": html("<p>HB1</p><p>broken</p><p>HB2</p>"), "/companion": html("more")}
CHALLENGE = html("Enable JavaScript and cookies to continue", "Just a moment...")


def visit(pages, spider=Site, settings=None, **options):
    with serving(pages) as server:
        return crawl(
            spider,
            arguments={"parameters": {"url": server.url}},
            settings=AT_ONCE | (settings or {}),
            **options,
        )


class TestCrawl:
    def test_items_come_out_and_everything_is_counted(self):
        """A bad row costs only itself."""
        crawled = visit(START)
        report = crawled.report
        assert [item.identifier for item in crawled.items if isinstance(item, Measure)] == [
            "HB1",
            "HB2",
        ]
        assert (report.state(), crawled.finish) == (Health.OK, "finished")
        assert (report.pages, report.measures, report.rows, report.failed) == (2, 2, 3, 1)
        assert report.by_status == {200: 2}
        assert report.bytes == sum(len(page.body) for page in START.values())
        assert report.listings == [Listing(name="20261", rows=3)]
        assert [str(note) for note in report.notes] == ["row: row 2: ValueError: no number"]

    @pytest.mark.parametrize(
        ("page", "state"),
        [
            (Page(b"down", status=500), "failing"),
            (Page(hang_up=True), "failing"),
            (Page(b"", status=404), "failing"),
            (Page(b"<h1>Sorry</h1>", status=403), "blocked"),
            (CHALLENGE, "blocked"),
            (html("x", "Runtime Error"), "failing"),
            (Page(b"%PDF-1.7"), "failing"),
        ],
        ids=[
            "500",
            "no answer",
            "404",
            "403",
            "challenge with 200",
            "error with 200",
            "another kind",
        ],
    )
    def test_a_start_page_that_cannot_be_had_decides_the_state(self, page, state):
        """And nothing is yielded, so that nothing can be taken for gone."""
        crawled = visit({**START, "/start": page})
        assert (crawled.report.state(), crawled.items) == (state, [])
        assert [note.kind for note in crawled.report.notes] == [state]

    def test_a_missing_companion_leaves_the_source_well(self):
        """Its fields stay as they were, which is told."""
        crawled = visit({"/start": START["/start"]})
        assert (crawled.report.state(), len(crawled.items)) == ("ok", 2)
        assert "without it some fields stay as they were: the site answered 404" in str(
            crawled.report.notes[0]
        )

    def test_a_redesign_is_drift(self):
        """A genuine page of an unknown shape is neither empty nor failing."""

        class Redesigned(Site):
            async def crawl(self):
                await self.fetch(self.parameters["url"] + "/start", role="start")
                raise ParseDrift("no table of bills", "https://x.gov/")
                yield

        crawled = visit(START, Redesigned)
        assert (crawled.report.state(), crawled.report.start_ok) == ("drifted", True)
        assert str(crawled.report.notes[0]) == "drifted: no table of bills (https://x.gov/)"

    def test_a_spider_that_breaks_never_ends_silently(self, caplog):
        """A mistake of ours is told, with what was read before it."""

        class Broken(Site):
            async def crawl(self):
                yield measure("HB1")
                {}["missing"]

        crawled = visit(START, Broken)
        assert (crawled.report.state(), len(crawled.items)) == ("drifted", 1)
        assert str(crawled.report.notes[0]) == "drifted: KeyError: 'missing'"
        assert "the spider itself failed" in caplog.text

    def test_a_page_without_a_type_is_read_as_html(self):
        """Selectors work on what the site sends, however it labels it."""
        bare = Page(START["/start"].body, headers={"Content-Type": "application/octet-stream"})
        assert len(visit({**START, "/start": bare}).items) == 3

    def test_items_wait_for_room(self):
        """A site with thousands of rows does not pile them up before the stages."""
        most, held = [], []

        class Slow:
            async def process_item(self, item):
                held.append(item)
                most.append(len(held))
                await asyncio.sleep(0.002)
                held.remove(item)
                if item.identifier.endswith("7"):
                    raise DropItem("dropped")
                if item.identifier.endswith("8"):
                    raise ValueError("a stage failed")
                return item

        class Many(Site):
            async def crawl(self):
                for number in range(60):
                    yield measure(f"HB{number}")

        crawled = visit(
            {},
            Many,
            settings={"CONCURRENT_ITEMS": 4, "ITEM_PIPELINES": {Slow: 100}, "LOG_ENABLED": False},
        )
        assert (len(most), max(most), len(crawled.items)) == (60, 4, 48)
        assert crawled.report.state() == "ok"

    def test_a_conditional_request_may_be_told_that_nothing_changed(self):
        """304 is an answer to validators; without them it is an error."""

        class Conditional(Site):
            async def crawl(self):
                url = self.parameters["url"] + "/a"
                for headers in ({"If-None-Match": '"1"'}, {}):
                    with self.row("a"):
                        page = await self.fetch(url, headers=headers, role="document")
                        yield measure(str(page.status))

        crawled = visit({"/a": Page(status=304)}, Conditional)
        assert [item.identifier for item in crawled.items] == ["304"]
        assert crawled.report.documents == 2
        assert "answered 304 to a request without validators" in str(crawled.report.notes[0])

    def test_a_post_is_sent_as_it_is(self):
        """Some sites answer only forms."""

        class Form(Site):
            async def crawl(self):
                page = await self.fetch(
                    self.parameters["url"] + "/search",
                    method="POST",
                    body=b"q=1",
                    headers={"Content-Type": "text/x"},
                    expects="application/json",
                )
                yield measure(page.json()["number"])

        with serving({"/search": Page(b'{"number": "HB9"}')}) as server:
            crawled = crawl(Form, arguments={"parameters": {"url": server.url}})
            sent = server.visits[-1]
        assert crawled.items == [measure("HB9")]
        assert (sent.method, sent.body, sent.headers["content-type"]) == ("POST", b"q=1", "text/x")


class TestDecode:
    def run(self, function, pool=None):
        class Decoding(Site):
            async def crawl(self):
                yield measure(await self.decode(function, "1", base=16))

        return visit({}, Decoding, attributes={"decoders": pool} if pool else {})

    def test_without_a_pool_it_runs_here(self):
        """Tests and a plain `scrapy crawl` have none."""
        assert self.run(lambda text, base: f"HB{text}{base}").items == [measure("HB116")]

    def test_a_pool_gets_the_whole_call_and_a_limit(self):
        """What crosses the process border is one call, with its seconds."""
        seen = []

        def pool(call, *, timeout):
            seen.append(timeout)
            future = Future()
            future.set_result(call())
            return future

        assert self.run(lambda text, base: f"HB{text}{base}", pool).items == [measure("HB116")]
        assert seen == [120.0]

    @pytest.mark.parametrize(
        ("error", "state", "words"),
        [
            (ParseDrift("no such column"), "drifted", "no such column"),
            (TimeoutError(), "drifted", "a file could not be read: TimeoutError"),
            (
                RuntimeError("the worker died"),
                "drifted",
                "a file could not be read: the worker died",
            ),
        ],
    )
    def test_a_file_no_worker_can_bear_is_drift(self, error, state, words):
        """A hang or a crash in the pool is an error of that file, told as such."""

        def pool(_, *, timeout):
            future = Future()
            future.set_exception(error)
            return future

        report = self.run(str, pool).report
        assert report.state() == state
        assert words in str(report.notes[0])


class TestTime:
    def test_the_time_is_the_one_given(self):
        """A spider never asks a clock."""
        assert Site(now=NOW).now == NOW

    def test_a_time_without_a_zone_is_refused(self):
        """Nobody knows which noon it is."""
        with pytest.raises(ValueError, match="has no zone"):
            Site(now=datetime(2026, 1, 1))

    def test_without_a_time_and_a_crawler_the_error_is_clear(self):
        """Used, it is missed; not used, it is not."""
        spider = Site()
        with pytest.raises(ValueError, match="site: the time of the crawl was not given"):
            _ = spider.now

    def test_a_plain_crawl_takes_the_setting_or_its_start(self):
        """`scrapy crawl` works without our commands."""
        said = visit({}, settings={"MEASUREWATCH_NOW": "2026-02-25T07:00:00-05:00"}, contact="x")
        said.spider._now = None
        assert said.spider.now == NOW
        plain = visit({})
        plain.spider._now = None
        assert plain.spider.now == plain.crawler.stats.get_value("start_time")
        assert plain.spider.now.tzinfo in (UTC, UTC)
        wrong = visit({}, settings={"MEASUREWATCH_NOW": "2026-02-25T07:00:00"})
        wrong.spider._now = None
        with pytest.raises(ValueError, match="should be a date-time with its zone"):
            _ = wrong.spider.now


class TestHosts:
    def test_hosts_may_be_parameters(self):
        """Platforms take theirs from the watchlist, bespoke sites have their own."""
        assert Site.hosts_for({}) == ("127.0.0.1",)
        assert Site(parameters={"hosts": "a.gov"}).hosts == ("a.gov",)
        assert Site(hosts=["A.gov.", "b.gov"]).hosts == ("a.gov", "b.gov")

    @pytest.mark.parametrize("url", ["", "x.gov/a", "mailto:a@b.org", "file:///etc/passwd"])
    def test_what_is_no_address_is_refused(self, url):
        """A broken link costs only itself."""

        class Lost(Site):
            async def crawl(self):
                with self.row("link"):
                    await self.fetch(url)
                yield measure("HB1")

        report = visit({}, Lost).report
        assert (report.state(), report.failed, report.measures) == ("ok", 1, 1)

    def test_options_are_parameters(self):
        """`scrapy crawl site -a session=5` and the watchlist mean the same."""
        spider = Site(parameters={"session": "4", "x": 1}, session="5", source="my-site")
        assert dict(spider.parameters) == {"session": "5", "x": 1}
        assert (spider.source, Site().source) == ("my-site", "site")


class TestReport:
    @pytest.mark.parametrize(
        ("error", "health"),
        [
            (ParseDrift("x"), Health.DRIFTED),
            (Challenge("x"), Health.BLOCKED),
            (RobotsDenied("x"), Health.BLOCKED),
            (RobotsUnreachable("x"), Health.FAILING),
            (ErrorPage("x"), Health.FAILING),
            (FetchError("x"), Health.FAILING),
            (AddressRefused("x"), Health.FAILING),
            (NotRecorded("x"), Health.FAILING),
        ],
    )
    def test_what_an_error_says_of_a_source(self, error, health):
        """Who refuses is blocked, who changed has drifted, who is not there fails."""
        assert health_of(error) is health

    def test_an_unfinished_crawl_is_not_ok(self):
        """Interrupted or never run: nothing is known to be well."""
        assert Report().state() is Health.FAILING

    def test_a_start_page_that_was_caught_still_counts_unless_another_was_read(self):
        """A site that reads several lists is well when one of them can be had."""
        report = Report(ended=Health.OK)
        report.start_page(Challenge("x"))
        report.start_page(FetchError("y"))
        assert (report.state(), report.start_ok) == (Health.BLOCKED, False)
        report.start_page()
        report.start_page(FetchError("z"))
        assert (report.state(), report.start_ok) == (Health.OK, True)

    def test_rows_of_which_none_can_be_read_are_drift(self):
        """A new layout must not look like a quiet day."""
        assert Report(ended=Health.OK, failed=3).state() is Health.DRIFTED
        assert Report(ended=Health.OK, failed=3, measures=1).state() is Health.OK

    def test_notes_are_kept_once_and_bounded(self):
        """The same note twice is one; too many are counted."""
        report = Report()
        for number in range(NOTES_KEPT + 5):
            report.note("row", f"row {number}")
            report.note("row", "row 0")
        assert (len(report.notes), report.notes_dropped) == (NOTES_KEPT, 5)

    def test_a_note_names_its_page_once(self):
        """Most errors name it already."""
        assert str(Note("info", "x", "https://x.gov/")) == "info: x (https://x.gov/)"
        assert (
            str(Note("info", "x (https://x.gov/)", "https://x.gov/")) == "info: x (https://x.gov/)"
        )


PLAIN_SPIDER = """
from scrapers.items import Measure
from scrapers.spider import SiteSpider

class Plain(SiteSpider):
    name = "plain"
    hosts = ("127.0.0.1",)

    async def crawl(self):
        page = await self.fetch(self.parameters["url"], role="start")
        yield Measure(place="us/va", session="1", identifier="HB1", observed=frozenset({"url", "title"}), extras={"at": str(self.now.tzinfo)})
"""


def test_scrapys_own_command_works(tmp_path):
    """A Scrapy user finds what they expect: `scrapy crawl NAME -O items.jsonl`, `scrapy list`."""
    (tmp_path / "plain_spider.py").write_text(PLAIN_SPIDER, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{tmp_path}",
        "SCRAPY_SETTINGS_MODULE": "scrapers.project",
    }
    with serving({"/a": html("x")}) as server:
        ended = subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", "plain", "-a", f"url={server.url}/a", "-O", "items.jsonl",
             "-s", "SPIDER_MODULES=plain_spider", "-s", "MEASUREWATCH_ALLOW_PRIVATE=1", "-s", "DOWNLOAD_DELAY=0"],
            cwd=tmp_path, env=environment, check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    [item] = [
        json.loads(line)
        for line in (tmp_path / "items.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert (item["identifier"], item["observed"], item["extras"]) == (
        "HB1",
        ["title", "url"],
        {"at": "UTC"},
    )
    listed = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert {"ice-287g", "virginia"} <= set(listed.stdout.split())
