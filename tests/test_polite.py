"""The settings as they run, and what they do: polite to sites, closed to strangers."""

import asyncio
import gzip
import threading
from itertools import pairwise

import pytest
from scrapy.http import Response

from scrapers.errors import SourceError
from scrapers.items import Listing
from scrapers.polite import settings, user_agent
from scrapers.retry import wait_seconds
from scrapers.spider import SiteSpider
from tests.loopback.certificates import certificate
from tests.loopback.crawling import crawl
from tests.loopback.server import Page, html, serving

AT_ONCE = {"MEASUREWATCH_RETRY_PACE": 0}


class Visitor(SiteSpider):
    """Reads the addresses it is given one after another; what went wrong is in `errors`."""

    name = "visitor"
    hosts = ("127.0.0.1", "localhost", "site.example")

    async def crawl(self):
        self.errors, self.pages = [], []
        for url in self.parameters["urls"]:
            await self.visit(url)
        yield Listing(name="list", rows=0)

    async def visit(self, url):
        try:
            self.pages.append(await self.fetch(url))
        except SourceError as error:
            self.errors.append(error)

    def said(self):
        return [f"{type(error).__name__}: {error}" for error in self.errors]


class AllAtOnce(Visitor):
    """Reads all addresses at the same time."""

    name = "all-at-once"

    async def crawl(self):
        self.errors, self.pages = [], []
        await asyncio.gather(*(self.visit(url) for url in self.parameters["urls"]))
        yield Listing(name="list", rows=0)


class WithCookies(Visitor):
    """A site that needs its cookies back."""

    name = "with-cookies"
    cookies = True


def visit(*urls, spider=Visitor, **options):
    return crawl(spider, arguments={"parameters": {"urls": urls}}, **options).spider


class TestSettings:
    def test_the_effective_settings_are_polite_and_closed(self):
        """Read from a crawler that ran, not from what was asked for."""
        with serving({"/a": html("x")}) as server:
            crawler = crawl(
                Visitor,
                arguments={"parameters": {"urls": [f"{server.url}/a"]}},
                contact="https://example.org/c",
                delay=0.1,
            ).crawler
            got = crawler.settings
            assert (
                server.visits[-1].headers["user-agent"]
                == "Measurewatch/0.1 (+https://example.org/c)"
            )
        assert got.getbool("ROBOTSTXT_OBEY")
        assert got.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        assert got["DOWNLOADER_CLIENTCONTEXTFACTORY"] == "SENTINEL"
        for name in (
            "TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "COOKIES_ENABLED", "HTTPCACHE_ENABLED",
            "HTTPPROXY_ENABLED", "METAREFRESH_ENABLED",
        ):  # fmt: skip
            assert not got.getbool(name), name
        assert got.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
        assert got.getfloat("DOWNLOAD_DELAY") == 0.1
        assert got.getfloat("DOWNLOAD_DELAY_JITTER") == 0
        assert got.getint("DOWNLOAD_MAXSIZE") == 200 << 20
        assert got.getfloat("DOWNLOAD_TIMEOUT") == 60
        assert got.getint("RETRY_TIMES") == 2
        assert got.getint("REDIRECT_MAX_TIMES") == 5
        handlers = crawler.engine.downloader.handlers
        assert set(handlers._schemes) == {"http", "https"}
        running = {type(extension).__name__ for extension in crawler.extensions.middlewares}
        assert not running & {"TelnetConsole", "RemoteControl"}
        visiting = [
            type(layer).__name__ for layer in crawler.engine.downloader.middleware.middlewares
        ]
        assert [name for name in visiting if name in {"GuardMiddleware", "RobotsMiddleware", "PatientRetry"}] == [
            "GuardMiddleware", "RobotsMiddleware", "PatientRetry",
        ]  # fmt: skip
        assert not {
            "RobotsTxtMiddleware",
            "RetryMiddleware",
            "HttpProxyMiddleware",
            "CookiesMiddleware",
        } & set(visiting)

    def test_the_default_delay_is_more_than_a_second(self):
        """Nobody has to ask for politeness."""
        assert settings(contact="x")["DOWNLOAD_DELAY"] >= 1

    def test_a_replay_waits_for_nothing(self):
        """Nothing reaches the network, so nothing is to be spared."""
        got = settings(contact="x", replay=True)
        assert (got["DOWNLOAD_DELAY"], got["RETRY_ENABLED"], got["ROBOTSTXT_OBEY"]) == (
            0,
            False,
            False,
        )

    def test_a_contact_cannot_break_out_of_its_header(self):
        """Line breaks and other scripts are left out of the header."""
        assert (
            user_agent("mailto:a@b.org\r\nX-Evil: 1")
            == "Measurewatch/0.1 (+mailto:a@b.orgX-Evil: 1)"
        )
        assert user_agent("") == "Measurewatch/0.1 (no contact given)"


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        ["file:///etc/passwd", "data:text/plain,hello", "ftp://127.0.0.1/x", "s3://127.0.0.1/x"],
    )
    def test_other_schemes_are_refused(self, url):
        """Only http and https leave the house."""
        spider = visit(url)
        assert spider.pages == []
        assert spider.said()[0].startswith(("AddressRefused", "UndeclaredHost"))

    def test_an_undeclared_host_is_counted_noted_and_not_fetched(self):
        """Also when a redirect leads there."""
        with serving(
            {"/away": Page(status=302, headers={"Location": "http://elsewhere.example/x"})}
        ) as server:
            spider = visit("http://elsewhere.example/y", f"{server.url}/away")
            assert server.paths() == ["/robots.txt", "/away"]
        assert [type(error).__name__ for error in spider.errors] == ["UndeclaredHost"] * 2
        assert spider.report.undeclared == {"elsewhere.example": 2}
        assert [note.kind for note in spider.report.notes] == ["undeclared-host"]

    def test_a_redirect_to_a_file_is_not_followed(self):
        """The answer is taken for the error it is."""
        with serving(
            {"/away": Page(b"moved", status=302, headers={"Location": "file:///etc/passwd"})}
        ) as server:
            spider = visit(f"{server.url}/away")
        assert spider.said() == [f"ErrorPage: the site answered 302 ({server.url}/away)"]

    def test_a_name_that_resolves_to_this_machine_is_refused_and_not_retried(self):
        """The guard judges what a name resolves to, whatever the name."""
        spider = visit("http://localhost/", allow_private=False)
        [error] = spider.said()
        assert error.startswith("AddressRefused")
        assert "which is not a public address" in error

    def test_a_literal_private_address_is_refused(self):
        """And nothing of it is asked, not even robots.txt."""
        with serving({"/a": html("x")}) as server:
            spider = visit(f"{server.url}/a", "http://127.0.0.1/a", allow_private=False)
            assert server.visits == []
        assert all(said.startswith("AddressRefused") for said in spider.said())

    def test_a_refusal_of_one_crawl_does_not_bind_the_next(self):
        """The guard of names is installed anew for each crawl of a process."""
        with serving({"/a": html("x")}) as server:
            local = f"http://localhost:{server.port}/a"
            assert len(visit(local, allow_private=False).errors) == 1
            assert len(visit(local, allow_private=True).pages) == 1


class TestTls:
    def test_a_certificate_nobody_vouches_for_is_refused(self, tmp_path):
        """The page is not asked for, and the reason is said plainly."""
        with serving({"/a": html("x")}, certificate(tmp_path, addresses=["127.0.0.1"])) as server:
            spider = visit(f"{server.url}/a", settings=AT_ONCE)
            assert server.visits == []
        assert "no safe connection to 127.0.0.1" in spider.said()[0]
        assert "certificate verify failed" in spider.said()[0]

    def test_a_certificate_of_another_site_is_refused(self, tmp_path, monkeypatch):
        """Trusting the issuer is not enough: the name must be right."""
        file = certificate(tmp_path, names=["other.example"])
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with serving({"/a": html("x")}, file) as server:
            spider = visit(f"{server.url}/a", settings=AT_ONCE)
            assert server.visits == []
        assert "no safe connection" in spider.said()[0]

    def test_a_good_certificate_is_accepted(self, tmp_path, monkeypatch):
        """The refusals above are not of TLS as such."""
        file = certificate(tmp_path, addresses=["127.0.0.1"])
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with serving({"/a": html("x")}, file) as server:
            spider = visit(f"{server.url}/a", settings=AT_ONCE)
        assert (spider.said(), len(spider.pages)) == ([], 1)


class TestPace:
    def test_two_visits_are_as_far_apart_as_the_delay(self):
        """robots.txt counts as a visit too."""
        with serving({"/a": html("x"), "/b": html("y")}) as server:
            visit(f"{server.url}/a", f"{server.url}/b", delay=0.5)
            times = [seen.at for seen in server.visits]
        assert len(times) == 3
        assert min(later - earlier for earlier, later in pairwise(times)) >= 0.4

    def test_a_host_has_one_visitor_at_a_time(self):
        """However many pages are wanted at once."""
        busy, most, lock = [], [], threading.Lock()

        def slow(_):
            with lock:
                busy.append(1)
                most.append(len(busy))
            threading.Event().wait(0.05)
            with lock:
                busy.pop()
            return html("x")

        with serving({f"/{number}": slow for number in range(4)}) as server:
            spider = visit(*(f"{server.url}/{number}" for number in range(4)), spider=AllAtOnce)
        assert len(spider.pages) == 4
        assert max(most) == 1

    def test_a_site_that_is_busy_is_waited_for(self):
        """Retry-After is honoured, and the page is had in the end."""
        busy = Page(b"busy", status=503, headers={"Retry-After": "1"})
        with serving({"/a": [busy, html("x")]}) as server:
            spider = visit(f"{server.url}/a", settings={"MEASUREWATCH_RETRY_PACE": 0.4})
            first, second = (seen.at for seen in server.visits if seen.path == "/a")
        assert len(spider.pages) == 1
        assert second - first >= 0.3

    def test_retries_are_bounded(self):
        """Three times in all, then the page has failed."""
        with serving({"/a": Page(b"busy", status=503)}) as server:
            spider = visit(f"{server.url}/a", settings=AT_ONCE)
            assert server.paths().count("/a") == 3
        assert spider.said() == [f"FetchError: the site answered 503 ({server.url}/a)"]

    def test_a_site_that_asks_for_an_hour_is_left_alone(self):
        """It is taken at its word: nothing more is asked of it in this crawl."""
        busy = Page(b"busy", status=429, headers={"Retry-After": "3600"})
        with serving({"/a": busy, "/b": html("x")}) as server:
            spider = visit(f"{server.url}/a", f"{server.url}/b", settings=AT_ONCE)
            assert server.paths() == ["/robots.txt", "/a"]
        assert spider.said()[0].startswith("Challenge: the site answered 429")
        assert "asks to be left alone for 3600 seconds" in spider.said()[1]

    def test_a_site_that_is_down_is_not_asked_for_ever(self):
        """After five failures in a row the rest fails at once."""
        with serving(
            {"/robots.txt": Page(status=404)} | {f"/{n}": Page(hang_up=True) for n in range(8)}
        ) as server:
            spider = visit(*(f"{server.url}/{number}" for number in range(8)), settings=AT_ONCE)
            asked = {path for path in server.paths() if path != "/robots.txt"}
        assert asked == {f"/{number}" for number in range(5)}
        assert all("broke" in said for said in spider.said()[:5])
        assert all("failed 5 requests in a row" in said for said in spider.said()[5:])

    def test_missing_pages_do_not_make_a_site_down(self):
        """A 404 or a broken page is an answer."""
        with serving({f"/{n}": Page(b"broken", status=500) for n in range(7)}) as server:
            spider = visit(*(f"{server.url}/{number}" for number in range(7)), settings=AT_ONCE)
        assert not any("in a row" in said for said in spider.said())

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, 2.0),
            ({"Retry-After": "7"}, 7.0),
            (
                {
                    "Retry-After": "Wed, 25 Feb 2026 12:00:30 GMT",
                    "Date": "Wed, 25 Feb 2026 12:00:00 GMT",
                },
                30.0,
            ),
            (
                {
                    "Retry-After": "Wed, 25 Feb 2026 11:00:00 GMT",
                    "Date": "Wed, 25 Feb 2026 12:00:00 GMT",
                },
                0.0,
            ),
            ({"Retry-After": "Wed, 25 Feb 2026 12:00:30 GMT"}, 2.0),
            ({"Retry-After": "soon"}, 2.0),
            ({"Retry-After": "-5"}, 2.0),
        ],
    )
    def test_how_long_to_wait(self, headers, seconds):
        """By seconds or by date against the answer's own date, never our clock; nonsense means our own pause."""
        assert wait_seconds(Response("https://x.gov/", headers=headers), tries=0) == seconds

    def test_pauses_double(self):
        """Two seconds, then four."""
        assert [wait_seconds(Response("https://x.gov/"), tries) for tries in range(2)] == [2.0, 4.0]


class TestLimits:
    def test_an_answer_that_is_too_large_is_given_up(self):
        """By its announced length, by what really comes, and by what it unpacks to."""
        large = b"<html><body>" + b"x" * 300_000
        pages = {
            "/announced": Page(large),
            "/chunked": Page(
                b"493e0\r\n" + b"x" * 300_000 + b"\r\n0\r\n\r\n",
                headers={"Transfer-Encoding": "chunked"},
            ),
            "/packed": Page(gzip.compress(large), headers={"Content-Encoding": "gzip"}),
            "/small": html("x"),
        }
        with serving(pages) as server:
            spider = visit(
                *(server.url + path for path in pages),
                settings=AT_ONCE | {"DOWNLOAD_MAXSIZE": 100_000},
            )
        assert [page.url for page in spider.pages] == [f"{server.url}/small"]
        assert [type(error).__name__ for error in spider.errors] == ["FetchError"] * 3

    def test_an_answer_that_does_not_come_is_given_up(self):
        """A slow site cannot hold a crawl."""
        with serving({"/slow": Page(b"x", wait=4)}) as server:
            spider = visit(f"{server.url}/slow", timeout=1.0, settings={"RETRY_TIMES": 0})
        assert spider.said() == [
            f"FetchError: 127.0.0.1 gave no whole answer in time ({server.url}/slow)"
        ]

    def test_an_answer_that_breaks_off_is_no_page(self):
        """Half a list is not a list."""
        with serving({"/half": Page(b"<html>half", promise=1000)}) as server:
            spider = visit(f"{server.url}/half", settings=AT_ONCE)
        assert spider.said() == [
            f"FetchError: the answer of 127.0.0.1 broke off ({server.url}/half)"
        ]

    def test_redirects_are_bounded(self):
        """A loop ends."""
        with serving({"/loop": Page(status=302, headers={"Location": "/loop"})}) as server:
            spider = visit(f"{server.url}/loop")
            assert server.paths().count("/loop") == 6
        assert "max redirections reached" in spider.said()[0]

    def test_a_refused_connection_is_said_plainly(self):
        """A site that is not there is failing."""
        with serving({}) as server:
            gone = server.url
        spider = visit(f"{gone}/a", settings=AT_ONCE)
        assert "refuses connections" in spider.said()[0]


class TestPrivacy:
    def test_cookies_are_kept_only_for_a_spider_that_asks(self):
        """A site that sets one does not get it back from the others."""
        for spider, expected in ((Visitor, None), (WithCookies, "id=1")):
            with serving(
                {"/a": Page(html("x").body, headers={"Set-Cookie": "id=1"}), "/b": html("y")}
            ) as server:
                visit(f"{server.url}/a", f"{server.url}/b", spider=spider)
                assert server.visits[-1].headers.get("cookie") == expected

    def test_no_page_is_told_where_we_came_from(self):
        """Whatever policy a site asks for."""
        policy = {"Location": "/b", "Referrer-Policy": "unsafe-url"}
        with serving(
            {"/a?token=secret": Page(status=302, headers=policy), "/b": html("y")}
        ) as server:
            visit(f"{server.url}/a?token=secret")
            assert server.paths()[-1] == "/b"
            assert all("referer" not in seen.headers for seen in server.visits)

    def test_no_header_pretends_to_be_a_browser(self):
        """We identify ourselves and nothing else."""
        with serving({"/a": html("x")}) as server:
            visit(f"{server.url}/a")
            for seen in server.visits:
                assert seen.headers["user-agent"].startswith("Measurewatch/")
                assert not [name for name in seen.headers if name.startswith("sec-")]


class TestProxy:
    def test_a_proxy_of_the_environment_is_not_used(self, monkeypatch):
        """Only the operator's setting sends us through one."""
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        with serving({"/a": html("x")}) as server:
            assert len(visit(f"{server.url}/a").pages) == 1

    def test_the_operators_proxy_is_used_even_on_a_private_address(self):
        """It resolves the names itself, and gets its password; the site does not."""
        with serving({"http://site.example/a": html("x")}) as server:
            proxy = server.url.replace("http://", "http://us:word@")
            spider = visit("http://site.example/a", proxy=proxy, allow_private=False)
            assert server.paths() == ["http://site.example/robots.txt", "http://site.example/a"]
            assert server.visits[-1].headers["proxy-authorization"].startswith("Basic ")
        assert len(spider.pages) == 1
