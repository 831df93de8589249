"""Asking the Legistar Web API: pages of rows, rows that may be missing, and what its errors mean."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from scrapy.http import Response

from scrapers.errors import (
    ABSENT,
    Challenge,
    ErrorPage,
    FetchError,
    Gone,
    NotRecorded,
    ParseDrift,
    SourceError,
)
from scrapers.platforms.legistar_client import CLOSED, PAGE, Client
from scrapers.platforms.legistar_rows import Row, row_of, rows_in, rows_of, whole
from scrapers.secrets import secret_query
from scrapers.spider import Role, SiteSpider

ACCEPT = {"Accept": "application/json"}
LARGEST_TEXT = 32 << 20
MOST_PAGES = 200
ROUND = 50
"""What the limits of servers are multiples of: a page so long may be one that was cut short."""

REFUSED = 400
GIVE_UP_AFTER = 3
"""How often in a row one kind of child may fail before it is not asked for any more in a crawl."""

NO_CLIENT = "LegistarConnectionString"
REFUSED_TEXT = "larger than download max size"
ONLY_CHANGES = "MatterLastModifiedUtc gt "

Kind = Literal[
    "matters", "histories", "attachments", "sponsors", "versions", "texts", "relations",
    "codesections", "indexes", "votes", "agendas",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it was read, each row once, by its id.

    `complete` only when every page and every row of it was read. `only_changes`
    says of a replay that what was recorded was asked for as changes.
    """

    rows: dict[int, Row]
    complete: bool
    only_changes: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a child; None when they were not had.

    `failed` says that they may be had another time; without it there are none
    to be had (404, or not in the archive of a replay). `gone` is the site's own
    word that what was asked for is no more.
    """

    rows: list[Row] | None
    failed: bool = False
    gone: Gone | None = None


class Closed(Challenge):
    """The Web API refuses us (401, 403)."""


class NoClient(FetchError):
    """The Web API knows no such client."""


class TooLarge(SourceError):
    """A text is larger than is fetched."""


class Asking:
    """All requests of one crawl to one client; `spent` counts them."""

    def __init__(self, spider: SiteSpider, client: Client) -> None:
        self.spider = spider
        self.client = client
        self.spent = 0
        self.missing: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.said: dict[str, str] = {}
        self._in_a_row: Counter[str] = Counter()

    @property
    def replaying(self) -> bool:
        """Whether answers come from an archive: then nothing costs, and much may be missing."""
        return getattr(getattr(self.spider, "crawler", None), "replaying", None) is not None

    async def get(
        self, url: str, *, role: Role = "companion", retry: bool = True, largest: int = 0
    ) -> Response:
        """One answer. Raises as `SiteSpider.fetch` does, with what is known of Legistar's errors."""
        self.spent += 1
        meta = secret_query(url, token=self.client.token)
        meta |= {} if retry else {"dont_retry": True}
        meta |= {"download_maxsize": largest} if largest else {}
        try:
            return await self.spider.fetch(url, role=role, headers=ACCEPT, meta=meta)
        except Challenge as error:
            raise self._closed(error) from error
        except FetchError as error:
            if NO_CLIENT in str(error):
                raise NoClient(
                    f"Legistar knows no client {self.client.slug!r}; `client:` in the watchlist "
                    f"should be the first part of the city's legistar.com address ({url})"
                ) from error
            if largest and REFUSED_TEXT in str(error):
                raise TooLarge(str(error)) from error
            raise

    def _closed(self, error: Challenge) -> Challenge:
        if not any(f"answered {status}" in str(error) for status in (401, 403)):
            return error
        where = CLOSED.get(self.client.slug)
        ask = f"ask for one at {where}" if where else "ask the city's clerk for one"
        had = "the token it was given is not accepted" if self.client.token else "it needs a token"
        return Closed(
            f"Legistar client {self.client.slug!r} is closed: {had}; {ask} and name it "
            "in the watchlist as token: env:NAME",
            error.url,
        )

    async def listed(
        self, path: str, id_field: str, filters: Sequence[str], *, role: Role = "companion"
    ) -> Listed:
        """A whole list. `filters` are tried in turn while the server refuses them (400).

        Raises SourceError when the first page cannot be had.
        """
        where, response = await self._first(path, id_field, filters, role)
        rows: dict[int, Row] = {}
        complete, changes, skip = True, False, 0
        for number in range(2, MOST_PAGES + 2):
            page = rows_of(response.body, response.url)
            changes = changes or ONLY_CHANGES in recorded_address(response)
            before = len(rows)
            complete = self._take(page, id_field, rows) and complete
            if page and skip and len(rows) == before:
                again = ParseDrift("it holds only what was read before", response.url)
                complete = self._broken_off(path, number - 1, again)
                break
            skip += len(page)
            if not page or (len(page) % ROUND and not self.replaying):
                break
            try:
                response = await self.get(
                    self.client.listed(path, id_field, where, skip), role="page"
                )
            except NotRecorded as error:
                if len(page) >= PAGE:
                    complete = self._broken_off(path, number, error)
                break
            except SourceError as error:
                complete = self._broken_off(path, number, error)
                break
        else:
            complete = self._broken_off(path, MOST_PAGES, ParseDrift("there is no end to it"))
        return Listed(rows, complete, changes)

    async def _first(
        self, path: str, id_field: str, filters: Sequence[str], role: Role
    ) -> tuple[str, Response]:
        """The first page, and the filter that was not refused."""
        for where, rest in zip(filters, range(len(filters) - 1, -1, -1), strict=True):
            url = self.client.listed(path, id_field, where, 0)
            try:
                return where, await self.get(url, role=role)
            except NotRecorded:
                # A recording may have asked for the first page without saying that it is.
                return where, await self.get(url.removesuffix("&$skip=0"), role=role)
            except ErrorPage as error:
                if error.status != REFUSED or not rest:
                    raise
                self.spider.report.note(
                    "info", f"a filter was refused, a plainer one is asked: {error}"
                )
        raise SourceError("no filter was given")

    def _take(self, page: Sequence[Row], id_field: str, rows: dict[int, Row]) -> bool:
        """Take the rows of a page; a row without an id is counted. Rows shift while pages are read."""
        whole_page = True
        for row in page:
            id_ = whole(row, id_field)
            if id_ is None:
                whole_page = False
                with self.spider.row(str(row)[:80]):
                    raise ValueError(f"a row without {id_field}")
            else:
                rows[id_] = row
        return whole_page

    def _broken_off(self, path: str, page: int, error: SourceError) -> bool:
        self.spider.report.failed += 1
        self.spider.report.note("row", f"page {page} of {path}: {error}")
        return False

    async def child(self, kind: Kind, url: str, *, retry: bool = True) -> Answer:
        """The rows that hang on something; never raises. What fails again and again is not asked for."""
        if self._in_a_row[kind] >= GIVE_UP_AFTER:
            self.failed[kind] += 1
            return Answer(None, failed=True)
        try:
            response = await self.get(url, retry=retry)
            rows = rows_of(response.body, response.url)
        except SourceError as error:
            return self._not_had(kind, error)
        self._in_a_row[kind] = 0
        return Answer(rows)

    async def one(self, kind: Kind, url: str, *, largest: int = 0) -> tuple[Row | None, Answer]:
        """One row by itself; never raises, but TooLarge for a text above `largest`."""
        if self._in_a_row[kind] >= GIVE_UP_AFTER:
            self.failed[kind] += 1
            return None, Answer(None, failed=True)
        try:
            response = await self.get(url, largest=largest)
            found = row_of(response.body, response.url)
        except TooLarge:
            raise
        except SourceError as error:
            return None, self._not_had(kind, error)
        self._in_a_row[kind] = 0
        return found, Answer([found])

    async def agenda(self, event: int) -> Answer:
        """The items of a meeting. A recording may hold them within the meeting instead."""
        try:
            response = await self.get(self.client.agenda(event))
            return Answer(rows_of(response.body, response.url))
        except NotRecorded:
            row, answer = await self.one("agendas", self.client.event(event))
            return answer if row is None else Answer(rows_in(row, "EventItems"))
        except SourceError as error:
            return self._not_had("agendas", error)

    def _not_had(self, kind: Kind, error: SourceError) -> Answer:
        absent = isinstance(error, ErrorPage) and error.status in ABSENT
        if absent or isinstance(error, NotRecorded | Gone):
            self.missing[kind] += 1
            return Answer(None, gone=error if isinstance(error, Gone) else None)
        self.failed[kind] += 1
        self.said.setdefault(kind, str(error))
        # A vote that fails tells of that vote alone.
        self._in_a_row[kind] += kind != "votes"
        return Answer(None, failed=True)

    def tell(self) -> None:
        """Note what was missing and what failed, a line a kind."""
        for kind, count in self.missing.items():
            where = "in the archives" if self.replaying else "there"
            self.spider.report.note(
                "info", f"{kind}: {count} not {where}; those fields stay as they were"
            )
        for kind, count in self.failed.items():
            why = self.said.get(kind, "it was not asked for any more")
            self.spider.report.note("info", f"{kind}: {count} could not be had: {why}")


def recorded_address(response: Response) -> str:
    """Under which address a replayed answer was recorded; "" for one from the network."""
    flags = getattr(response, "flags", None) or [""]
    return unquote(str(flags[0]).replace("+", " "))
