"""The base of every spider: fetch a page, believe it only if it is genuine, keep count.

A site implements `async def crawl(self)`, an asynchronous generator that
fetches pages in order and yields `Measure`s and `Listing`s. What goes wrong
ends in `self.report`, never in a silent stop: a start page that cannot be had
makes the source failing, blocked or drifted; a companion costs only its
fields; a row costs only itself.

What `monitor` may hang on the crawler before it starts: `decoders` (a
function that runs another in the pool, with a keyword `timeout` in seconds), `recording` or `replaying` (see
`scrapers.handler`), `robots_store` (see `scrapers.ports`). Each may be absent.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Literal, Self, TypeVar

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings

from config.vocabulary import Health
from scrapers.challenges import is_wall
from scrapers.errors import (
    AddressRefused,
    Challenge,
    ErrorPage,
    FetchError,
    Gone,
    ParseDrift,
    SourceError,
)
from scrapers.genuine import check_genuine
from scrapers.guard import UndeclaredHost, check_host
from scrapers.items import Event, Item, Listing, Withdrawn
from scrapers.ports import KnownMeasure
from scrapers.reasons import reason
from scrapers.report import Note, Report, health_of
from scrapers.secrets import hushed

T = TypeVar("T")

log = logging.getLogger(__name__)

Role = Literal["start", "page", "companion", "document"]
DECODING_SECONDS = 120.0
OF_ONE_ROW = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError)
"""What a reader raises over one row that is not as it should be; all else is a defect of ours."""

VALIDATORS = frozenset({"if-none-match", "if-modified-since"})


class SiteSpider(scrapy.Spider):
    """A source's spider.

    `hosts` are all hosts it visits, pages and documents; a request to another
    host is counted, noted and not made. `incidental` are query parameters that
    do not identify a page, for replays. `cookies` says whether the site needs
    them. `source` is the name in the watchlist, `parameters` what stands there.

    `memory` is what the last complete crawl of this source left in
    `self.remember`: watermarks, validators, the time of the last full sweep.
    It is empty at the first crawl and in a replay, where everything is read.
    What is in `remember` is kept only when the crawl ends well and all it
    yielded is recorded. A crawl that asked only for what changed says so with
    `report.partial`; then finding nothing is no drift.

    `now` is aware. Without it (a plain `scrapy crawl`) the setting
    MEASUREWATCH_NOW is taken, an ISO date-time with its zone, and without that
    the time at which Scrapy started the crawl.
    """

    place: ClassVar[str] = ""
    hosts: tuple[str, ...] = ()
    incidental: ClassVar[frozenset[str]] = frozenset()
    cookies: ClassVar[bool] = False
    report: Report

    def __init__(
        self,
        name: str | None = None,
        *,
        source: str = "",
        now: datetime | None = None,
        known: Sequence[KnownMeasure] = (),
        memory: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name)
        if now is not None and now.tzinfo is None:
            raise ValueError(f"{self.name}: the time of the crawl has no zone: {now}")
        self.source = source or self.name
        self.known = tuple(known)
        self.memory: Mapping[str, str] = dict(memory or {})
        self.remember: dict[str, str] = dict(self.memory)
        self.parameters: Mapping[str, Any] = {**(parameters or {}), **options}
        self.hosts = self.hosts_for(self.parameters)
        self.report = Report()
        self._now = now
        self._room: asyncio.Semaphore | None = None

    @classmethod
    def hosts_for(cls, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """All hosts a source with these parameters visits: those `hosts` names, else the class's."""
        named = parameters.get("hosts") or cls.hosts
        hosts = [named] if isinstance(named, str) else named
        return tuple(host.lower().rstrip(".") for host in hosts)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        settings.set("COOKIES_ENABLED", cls.cookies, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        for signal in ("item_scraped", "item_dropped", "item_error"):
            crawler.signals.connect(spider._item_done, getattr(scrapy.signals, signal))
        return spider

    @property
    def now(self) -> datetime:
        """The time of this observation, aware. Raises ValueError when nobody said."""
        if self._now is None:
            self._now = self._time_of_crawl()
        return self._now

    def _time_of_crawl(self) -> datetime:
        crawler: Crawler | None = getattr(self, "crawler", None)
        if crawler is None:
            raise ValueError(f"{self.source}: the time of the crawl was not given")
        said = crawler.settings.get("MEASUREWATCH_NOW")
        now = datetime.fromisoformat(said) if said else crawler.stats.get_value("start_time")
        if not isinstance(now, datetime) or now.tzinfo is None:
            raise ValueError(
                f"{self.source}: the time of the crawl should be a date-time with its zone, "
                f"like 2026-02-25T12:00:00+00:00, found {said or now!r}"
            )
        return now.astimezone(UTC)

    async def crawl(self) -> AsyncIterator[Item]:
        """Yield what the site says now. Implemented by each site."""
        raise NotImplementedError
        yield

    def asks_first(self) -> Mapping[str, Any] | None:
        """With what `fetch` asks for the page a crawl begins with; None where it cannot be asked.

        A search that is posted says its form here, one that wants a key its headers.
        """
        return {}

    async def start(self) -> AsyncIterator[Any]:
        """Drive `crawl`; an error that reaches here is the source's state."""
        self._room = asyncio.Semaphore(max(1, self.settings.getint("CONCURRENT_ITEMS")))
        try:
            async for item in self.crawl():
                self._count_item(item)
                # Scrapy would take every item at once and hold them all in memory.
                await self._room.acquire()
                yield item
        except SourceError as error:
            self.report.ended = health_of(error)
            self.report.note(str(self.report.ended), str(error))
        except Exception as error:
            log.exception("%s: the spider itself failed", self.source)
            self.report.ended = Health.DRIFTED
            self.report.note("drifted", f"{type(error).__name__}: {error}")
        else:
            self.report.ended = self._how_it_ended()
        await self._items_done()

    def _how_it_ended(self) -> Health:
        if not self.report.all_but_gone:
            return Health.OK
        self.report.note(
            "failing",
            f"the site says of {self.report.withdrawn} measures that they are gone, and shows "
            f"{self.report.measures}: none is taken for withdrawn",
        )
        return Health.FAILING

    async def _items_done(self) -> None:
        """Wait until the last items are through.

        Scrapy looks for the end of its work when this generator ends, and if
        something is still under way, not again for five seconds.
        """
        scraper = self.crawler.engine.scraper
        while scraper.slot is not None and not scraper.slot.is_idle():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)

    def _item_done(self) -> None:
        if self._room is not None:
            self._room.release()

    def _count_item(self, item: Item) -> None:
        if isinstance(item, Listing):
            self.report.listings.append(item)
            self.report.rows += item.rows
        elif isinstance(item, Event):
            self.report.events += 1
        elif isinstance(item, Withdrawn):
            self.report.withdrawn += 1
        else:
            self.report.measures += 1

    async def fetch(
        self,
        url: str,
        *,
        role: Role = "page",
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        body: bytes | None = None,
        expects: str = "",
        meta: Mapping[str, Any] | None = None,
    ) -> Response:
        """Get one page or document that is genuine, through the polite engine.

        `expects` is the media type the page must have ("text/csv"); it makes an
        HTML error page in its place an error. A conditional request may answer
        304. `meta` is Scrapy's (`dont_retry`, `download_maxsize`), or a secret
        (`scrapers.secrets`). Raises UndeclaredHost or another
        AddressRefused, RobotsDenied, NotRecorded, FetchError, Challenge or ErrorPage.
        """
        try:
            request = new_request(
                url, headers=dict(headers or {}), method=method, body=body, meta=dict(meta or {})
            )
            response = await self._genuine(request, role, expects)
        except SourceError as error:
            if role == "start":
                self.report.start_page(error)
            raise
        if role == "start":
            self.report.start_page()
        return response

    async def _genuine(self, request: scrapy.Request, role: Role, expects: str) -> Response:
        response = await self._download(request)
        self._count(response, role)
        if response.status == 304:
            if not VALIDATORS & {name.decode().lower() for name in request.headers}:
                raise ErrorPage(
                    "the site answered 304 to a request without validators", request.url
                )
            return response
        check_genuine(
            status=response.status,
            headers=plain_headers(response),
            body=response.body,
            url=response.url,
            expects=expects,
        )
        return response

    async def _download(self, request: scrapy.Request) -> Response:
        try:
            check_host(request.url, self.hosts)
            return await self.crawler.engine.download_async(request)
        except UndeclaredHost as error:
            if is_wall(error.host):
                raise Challenge(f"the site sends machines to {error.host}", request.url) from error
            self.report.undeclared[error.host] += 1
            self.report.note("undeclared-host", str(error))
            raise
        except SourceError:
            raise
        except Exception as error:
            why = hushed(request, reason(request.url, error))
            raise FetchError(f"{why} ({request.url})") from error

    def _count(self, response: Response, role: Role) -> None:
        if role == "document":
            self.report.documents += 1
        else:
            self.report.pages += 1
        self.report.bytes += len(response.body)
        self.report.by_status[response.status] += 1

    async def page(
        self, url: str, *, role: Role = "page", headers: Mapping[str, str] | None = None
    ) -> TextResponse:
        """Get one HTML page, with selectors. Raises as `fetch` does."""
        response = await self.fetch(url, role=role, headers=headers, expects="text/html")
        if not isinstance(response, TextResponse):
            # The site names no type, or a wrong one; what it is was just checked.
            response = HtmlResponse(url=response.url, body=response.body, headers=response.headers)
        return response

    async def companion(self, url: str, *, expects: str = "") -> Response | None:
        """A page the source can do without: None, and a note, when it cannot be had."""
        try:
            return await self.fetch(url, role="companion", expects=expects)
        except SourceError as error:
            self.report.note("info", f"without it some fields stay as they were: {error}", url)
            return None

    def withdrawn(self, identifier: str, session: str, error: Gone) -> Withdrawn:
        """What to yield for a measure whose own page or record is gone; it is noted."""
        self.report.note("info", f"{identifier} is withdrawn: {error}", error.url)
        return Withdrawn(
            place=str(self.parameters.get("place") or self.place),
            session=session,
            identifier=identifier,
            reason=str(error).removesuffix(f" ({error.url})"),
            url=error.url,
        )

    async def decode(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run a decoder of untrusted files (a workbook) in the pool monitor hands us.

        `function` is importable by name; arguments cross a process border.
        Without a pool (tests, a plain `scrapy crawl`) it runs here. Raises
        what the decoder raises as a SourceError, ParseDrift when the file is
        more than a worker can bear.
        """
        work = partial(function, *arguments, **named)
        pool: Callable[..., Future[T]] | None = getattr(self.crawler, "decoders", None)
        if pool is None:
            return work()
        try:
            return await asyncio.wrap_future(pool(work, timeout=DECODING_SECONDS))
        except SourceError:
            raise
        except Exception as error:
            raise ParseDrift(
                f"a file could not be read: {str(error) or type(error).__name__}"
            ) from error

    @contextmanager
    def row(self, label: str) -> Iterator[None]:
        """Let one bad row, or one bad page, cost only itself; it is counted and noted."""
        try:
            yield
        except (SourceError, *OF_ONE_ROW) as error:
            self.report.failed += 1
            self.report.note("row", f"{label}: {type(error).__name__}: {error}")


def new_request(url: str, **options: Any) -> scrapy.Request:
    """A request for one page. Raises AddressRefused for what is no address."""
    try:
        return scrapy.Request(url, callback=NO_CALLBACK, dont_filter=True, **options)
    except ValueError as error:
        raise AddressRefused(f"not an address: {url!r}") from error


def plain_headers(response: Response) -> dict[str, str]:
    """An answer's headers with lower-case names; of repeated ones the first."""
    return {
        name.decode("latin-1").lower(): values[0].decode("latin-1")
        for name, values in response.headers.items()
        if values
    }


__all__ = ["Note", "Report", "Role", "SiteSpider", "health_of", "plain_headers"]
