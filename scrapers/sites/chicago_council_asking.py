"""Asking the eLMS: lists in pages and windows, matters by id or number.

A page holds at most 500 rows and the API skips at most 100,000, so a list is
asked for in windows of time; one that holds more is read in halves. The words
of filters are those that public clients were seen to use. The API answers 429
when it is asked too often; the pause it asks for is kept by `scrapers.retry`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from scrapy.http import Response

from scrapers.errors import ABSENT, ErrorPage, NotRecorded, ParseDrift, SourceError
from scrapers.platforms.legistar_asking import recorded_address
from scrapers.platforms.legistar_client import query
from scrapers.platforms.legistar_rows import Row, row_of, words
from scrapers.sites.chicago_council_rows import ZONE, page_of
from scrapers.spider import Role, SiteSpider

API = "https://api.chicityclerkelms.chicago.gov"
ACCEPT = {"Accept": "application/json"}
PAGE = 500
REFUSED = 400
FURTHEST = 100_000
GIVE_UP_AFTER = 3
"""How many details in a row may fail before no more are asked for in a crawl."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it was read, each row once, by its id.

    `complete` only when every row it says it has was read. `as_asked` is false
    for a replay whose archive holds the answer to another question.
    """

    rows: dict[str, Row]
    complete: bool
    as_asked: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which matters were introduced, `until` not included; without it, no end."""

    since: datetime
    until: datetime | None = None

    @property
    def where(self) -> str:
        end = f" and introductionDate lt {literal(self.until)}" if self.until else ""
        return f"introductionDate ge {literal(self.since)}{end}"

    def halves(self, now: datetime) -> "tuple[Window, Window]":
        """The two halves of it; a window without an end is divided at `now`, or a day on."""
        end = self.until or max(now, self.since) + timedelta(days=1)
        middle = self.since + (end - self.since) / 2
        return Window(self.since, middle), Window(middle, self.until)


def years(since: date, now: datetime) -> dict[int, Window]:
    """A window a year from a day on, by Chicago's clock; the last one has no end."""
    this = now.astimezone(ZONE).year
    return {
        year: Window(
            midnight(max(since, date(year, 1, 1))),
            midnight(date(year + 1, 1, 1)) if year < this else None,
        )
        for year in range(min(since.year, this), this + 1)
    }


def undated(since: date) -> str:
    """The filter of matters that have not been introduced."""
    return f"introductionDate eq null and recordCreateDate ge {literal(midnight(since))}"


def changed(after: datetime) -> tuple[str, ...]:
    """The filter of what changed, and plainer ones for a server that refuses it."""
    moment = literal(after)
    published = f"lastPublicationDate gt {moment}"
    new = f"introductionDate gt {moment} or recordCreateDate gt {moment}"
    acted = f"actions/any(a: a/actionDate gt {moment})"
    return f"{published} or {new} or {acted}", f"{acted} or {new}", published


def ordered(where: str) -> tuple[tuple[str, str], ...]:
    """A question for matters in an order without ties, so that paging loses none; else by day."""
    return (where, "recordNumber asc"), (where, "introductionDate asc")


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def literal(moment: datetime) -> str:
    """A moment as the API's filters write it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Asking:
    """All requests of one crawl; `spent` counts those for details."""

    def __init__(self, spider: SiteSpider, api: str) -> None:
        self.spider, self.api = spider, api
        self.spent = self.missing = 0
        self.failing = 0

    @property
    def replaying(self) -> bool:
        """Whether answers come from an archive: then nothing costs, and much may be missing."""
        return getattr(getattr(self.spider, "crawler", None), "replaying", None) is not None

    @property
    def gives_up(self) -> bool:
        return self.failing >= GIVE_UP_AFTER

    async def get(self, path: str, *, role: Role = "page") -> Response:
        return await self.spider.fetch(
            f"{self.api}/{path}", role=role, headers=ACCEPT, expects="application/json"
        )

    async def listed(
        self, kind: str, id_field: str, asked: Sequence[tuple[str, str]], *, role: Role = "page"
    ) -> Listed:
        """A whole list. `asked` are filters and orders, tried in turn while the server refuses them (400).

        Raises SourceError when its first page cannot be had, TooLong when it
        holds more than the API lets anybody read.
        """
        for where, sort in asked[:-1]:
            try:
                return await self._pages(kind, id_field, where, sort, role)
            except ErrorPage as error:
                if error.status != REFUSED:
                    raise
                self.spider.report.note(
                    "info", f"a question was refused, a plainer one is asked: {error}"
                )
        return await self._pages(kind, id_field, *asked[-1], role)

    async def _pages(self, kind: str, id_field: str, where: str, sort: str, role: Role) -> Listed:
        rows: dict[str, Row] = {}
        whole, as_asked, skip, count = True, True, 0, 0
        while True:
            asked = {"filter": where, "sort": sort, "skip": str(skip), "top": str(PAGE)}
            try:
                response = await self.get(f"{kind}?{query(asked)}", role="page" if skip else role)
                page, stated = page_of(response.body, response.url)
            except SourceError as error:
                if not skip:
                    raise
                whole = self._broken_off(kind, skip, error)
                break
            recorded = recorded_address(response)
            as_asked = as_asked and (not recorded or where in recorded)
            skip += len(page)
            # A list that does not say how long it is goes on until a page is not full.
            count = stated if stated is not None else skip + (len(page) >= PAGE)
            if count > FURTHEST:
                raise TooLong(f"{count} rows")
            before = len(rows)
            whole = self._take(page, id_field, rows) and whole
            if page and skip > len(page) and len(rows) == before:
                again = ParseDrift("the page holds only what was read before", response.url)
                whole = self._broken_off(kind, skip - len(page), again)
                break
            if not page or skip >= count:
                break
        if whole and len(rows) < count:
            self.spider.report.note(
                "info",
                f"{kind}: {len(rows)} of {count} rows were read, so an absence means nothing",
            )
        return Listed(rows, whole and len(rows) >= count, as_asked)

    def _take(self, page: Sequence[Row], id_field: str, rows: dict[str, Row]) -> bool:
        """Take the rows of a page; one without an id is counted. Rows shift while pages are read."""
        whole = True
        for row in page:
            id_ = words(row, id_field)
            if not id_:
                whole = False
                with self.spider.row(str(row)[:80]):
                    raise ValueError(f"a row without {id_field}")
            else:
                rows[id_] = row
        return whole

    def _broken_off(self, kind: str, skip: int, error: SourceError) -> bool:
        self.spider.report.failed += 1
        self.spider.report.note("row", f"{kind} from row {skip + 1} on: {error}")
        return False

    async def windowed(self, window: Window, *, role: Role = "page") -> Listed:
        """The matters introduced in a window, in halves where it holds too many."""
        try:
            return await self.listed("matter", "matterId", ordered(window.where), role=role)
        except TooLong:
            if window.until and window.until - window.since < timedelta(days=1):
                raise
            parts = [await self.windowed(half) for half in window.halves(self.spider.now)]
        return Listed(
            {id_: row for part in parts for id_, row in part.rows.items()},
            all(part.complete for part in parts),
            all(part.as_asked for part in parts),
        )

    async def matter(self, id_: str) -> Row | None:
        """A matter with all that hangs on it; None and a note when it cannot be had."""
        return await self._one(f"matter/{quote(id_)}")

    async def numbered(self, number: str) -> Row | None:
        """A matter by its record number. Some are stored with a blank behind, and found only so."""
        name = quote(number, safe="")
        return await self._one(f"matter/recordNumber/{name}") or await self._one(
            f"matter/recordNumber/{name}%20"
        )

    async def meeting(self, id_: str) -> Row | None:
        """A meeting with its agenda; None and a note when it cannot be had."""
        return await self._one(f"meeting-agenda/{quote(id_)}")

    async def _one(self, path: str) -> Row | None:
        if self.gives_up:
            return None
        self.spent += 1
        try:
            response = await self.get(path, role="companion")
            found = row_of(response.body, response.url)
        except NotRecorded:
            self.missing += 1
            return None
        except SourceError as error:
            gone = isinstance(error, ErrorPage) and error.status in ABSENT
            self.missing += gone
            self.failing += not gone
            if not gone:
                self.spider.report.note("info", f"some fields stay as they were: {error}")
            return None
        self.failing = 0
        return found


class TooLong(ParseDrift):
    """A list holds more rows than the API lets anybody skip to."""
