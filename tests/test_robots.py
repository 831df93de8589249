"""robots.txt as RFC 9309 has it, on a server of our own."""

from datetime import timedelta
from itertools import pairwise

import pytest
from protego import Protego

from scrapers.items import Listing
from scrapers.ports import RobotsCopy
from scrapers.robots import LARGEST, rules_text, wanted_delay
from scrapers.spider import SiteSpider
from tests.loopback.crawling import NOW, crawl
from tests.loopback.server import Page, html, serving

AT_ONCE = {"MEASUREWATCH_RETRY_PACE": 0}
GOOD = Page(b"User-agent: *\nDisallow: /private\n")
DOWN = Page(b"down", status=500)


class Visitor(SiteSpider):
    """Reads the paths it is given, the first as its start page."""

    name = "visitor"
    hosts = ("127.0.0.1",)

    async def crawl(self):
        first, *others = self.parameters["paths"]
        await self.fetch(self.parameters["url"] + first, role="start")
        for path in others:
            await self.companion(self.parameters["url"] + path)
        yield Listing(name="list", rows=0)


class Shelf:
    """A store of robots.txt in memory."""

    def __init__(self, **copies):
        self.copies = copies

    def get(self, site):
        return self.copies.get("kept")

    def put(self, site, copy):
        self.copies[site] = copy


def visit(robots, *paths, attributes=None, settings=None):
    """Crawl a site with this robots.txt; gives what was crawled and the server."""
    pages = {"/robots.txt": robots} if robots else {}
    with serving(
        pages | {path: html("a page") for path in ("/a", "/b", "/c", "/private/x")}
    ) as server:
        arguments = {"parameters": {"url": server.url, "paths": paths or ("/a",)}}
        crawled = crawl(
            Visitor, arguments=arguments, attributes=attributes, settings=AT_ONCE | (settings or {})
        )
        return crawled, server


def test_what_robots_txt_forbids_is_not_visited():
    """A forbidden start page makes the source blocked; the page is never asked for."""
    crawled, server = visit(GOOD, "/private/x")
    assert crawled.report.state() == "blocked"
    assert "robots.txt does not allow" in str(crawled.report.notes[0])
    assert server.paths() == ["/robots.txt"]


def test_what_it_does_not_forbid_is_visited_and_it_is_asked_for_once():
    """One robots.txt serves the whole crawl; a forbidden companion is left out with a note."""
    crawled, server = visit(GOOD, "/a", "/private/x", "/b")
    assert crawled.report.state() == "ok"
    assert server.paths() == ["/robots.txt", "/a", "/b"]
    assert "robots.txt does not allow" in str(crawled.report.notes[0])


def test_rules_for_our_name_come_before_those_for_all():
    """A site can allow or forbid us in particular."""
    rules = Page(b"User-agent: Measurewatch\nAllow: /\n\nUser-agent: *\nDisallow: /\n")
    assert visit(rules)[0].report.state() == "ok"
    rules = Page(b"User-agent: measurewatch\nDisallow: /\n\nUser-agent: *\nAllow: /\n")
    assert visit(rules)[0].report.state() == "blocked"


@pytest.mark.parametrize(
    "robots",
    [
        None,
        Page(b"gone", status=410),
        Page(b"forbidden", status=403),
        Page(b"", status=200),
        html("<p>User-agent: nobody</p>", "Welcome"),
        Page(status=302, headers={"Location": "/robots.txt"}),
    ],
    ids=["404", "410", "403", "empty", "a page in its place", "redirected without end"],
)
def test_no_rules_allow_everything(robots):
    """4xx, a page without rules and more than five redirects mean there are none."""
    assert visit(robots)[0].report.state() == "ok"


@pytest.mark.parametrize(
    ("robots", "state"),
    [
        (DOWN, "failing"),
        (Page(b"busy", status=503), "failing"),
        (Page(hang_up=True), "failing"),
        (Page(b"slow down", status=429), "blocked"),
    ],
    ids=["500", "503", "no answer", "429"],
)
def test_rules_that_cannot_be_had_forbid_everything(robots, state):
    """5xx, 429 and no answer mean stay out: no page is asked for."""
    crawled, server = visit(robots)
    assert crawled.report.state() == state
    assert "stayed out" in str(crawled.report.notes[0])
    assert set(server.paths()) == {"/robots.txt"}


def test_a_redirected_robots_txt_counts():
    """The rules are those at the end of the redirects."""
    with serving(
        {
            "/robots.txt": Page(status=301, headers={"Location": "/rules"}),
            "/rules": GOOD,
            "/a": html("x"),
        }
    ) as server:
        crawled = crawl(
            Visitor, arguments={"parameters": {"url": server.url, "paths": ("/private/x",)}}
        )
    assert crawled.report.state() == "blocked"
    assert server.paths() == ["/robots.txt", "/rules"]


def test_a_good_copy_is_kept_and_used_for_a_day():
    """When robots.txt fails, a copy of the last 24 hours is followed; an older one is not."""
    shelf = Shelf()
    _, server = visit(GOOD, attributes={"robots_store": shelf})
    assert shelf.copies == {
        server.url: RobotsCopy(text="User-agent: *\nDisallow: /private\n", fetched_at=NOW)
    }
    for age, state in ((timedelta(hours=24), "ok"), (timedelta(hours=25), "failing")):
        kept = Shelf(
            kept=RobotsCopy(text="User-agent: *\nDisallow: /private\n", fetched_at=NOW - age)
        )
        crawled, server = visit(DOWN, "/a", "/private/x", attributes={"robots_store": kept})
        assert crawled.report.state() == state
        assert "/private/x" not in server.paths()


def test_crawl_delay_is_kept():
    """Visits are as far apart as the site asks, however short our own delay."""
    _, server = visit(Page(b"User-agent: *\nCrawl-delay: 0.4\n"), "/a", "/b", "/c")
    times = [visit.at for visit in server.visits if visit.path != "/robots.txt"]
    assert len(times) == 3
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.3


def test_our_own_delay_is_kept_where_the_site_asks_for_less():
    """The longer of the two holds."""
    _, server = visit(
        Page(b"User-agent: *\nCrawl-delay: 0.05\n"), "/a", "/b", settings={"DOWNLOAD_DELAY": 0.4}
    )
    robots, first, second = (visit.at for visit in server.visits)
    assert first - robots >= 0.3
    assert second - first >= 0.3


def test_a_delay_nobody_can_keep_is_a_refusal():
    """A site that wants to be seen once a day is told as blocked, not visited faster."""
    crawled, server = visit(Page(b"User-agent: *\nCrawl-delay: 86400\n"))
    assert crawled.report.state() == "blocked"
    assert "asks for 86400 seconds" in str(crawled.report.notes[0])
    assert server.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("Crawl-delay: 10", 10),
        ("Request-rate: 1/5", 5),
        ("Crawl-delay: 2\nRequest-rate: 1/7s", 7),
        ("Crawl-delay: soon", 0),
    ],
)
def test_the_wanted_delay(text, seconds):
    """Crawl-delay or Request-rate, the longer one; nonsense asks for nothing."""
    assert wanted_delay(Protego.parse(f"User-agent: *\n{text}\n"), "Measurewatch") == seconds


def test_only_the_first_500_kib_are_read():
    """A rule that is cut there is left out whole, so that it cannot mean more than it says."""
    body = b"User-agent: *\nDisallow: /private\n" + b"# filler\n" * 80_000
    cut = body[: LARGEST - 5] + b"\nDisallow: /open/but/cut"
    assert "/private" in rules_text(cut)
    assert "/open" not in rules_text(cut)
    assert rules_text(b"\xef\xbb\xbfUser-agent: *\n") == "User-agent: *\n"


def test_a_replay_asks_for_no_robots_txt(tmp_path):
    """What was archived was allowed then."""
    from scrapers.archive import ReplayArchive
    from tests.test_archive import record

    page = ("https://x.gov/a", b"a page")
    archive = ReplayArchive(record(tmp_path / "a.warc.gz", page))
    arguments = {"parameters": {"url": "https://x.gov", "paths": ("/a",), "hosts": "x.gov"}}
    assert (
        crawl(
            Visitor, replay=True, attributes={"replaying": archive}, arguments=arguments
        ).report.state()
        == "ok"
    )


@pytest.mark.corpus
def test_real_robots_txt_are_understood(corpus):
    """Recorded files parse, their delays included; an error page in their place has no rules."""
    files = [
        path
        for path in (corpus / "feeds-errors" / "robots").glob("*robots*")
        if "headers" not in path.name
    ]
    assert len(files) > 20
    delays = {
        path.name: wanted_delay(Protego.parse(rules_text(path.read_bytes())), "Measurewatch")
        for path in files
    }
    assert any(delays.values())
    assert max(delays.values()) <= 600
