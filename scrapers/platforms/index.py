"""What all platforms share that start from an index: its pages, its rows, whether it was read to the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from scrapy.http import HtmlResponse, Response, TextResponse

from scrapers.addresses import canonical_url, without
from scrapers.errors import Challenge, ParseDrift, SourceError
from scrapers.items import Listing
from scrapers.platforms.index_addresses import Place, hosts_named, listed
from scrapers.platforms.index_forms import (
    Form,
    HtmlForm,
    counted_on,
    is_heading,
    label_of,
    next_page,
    page_size,
    rows_of,
    stated_total,
)
from scrapers.selectors import checked
from scrapers.spider import Role, SiteSpider

__all__ = [
    "INDEX_SELECTORS", "INDEX_WORDS", "MOST_PAGES", "Index", "IndexSpider", "is_heading",
    "next_page", "rows_of", "stated_total",
]  # fmt: skip

Entry = TypeVar("Entry")

MOST_PAGES = 50
WAS_READ = "read "
"""What is remembered of an index that was read, before its address."""

INDEX_SELECTORS = frozenset({"row", "next", "total"})
INDEX_WORDS = frozenset(
    {
        "place",
        "index",
        "hosts",
        "session",
        "classification",
        "incidental",
        "pages",
        "page",
        "offset",
    }
)


@dataclass(frozen=True, slots=True)
class Index(Generic[Entry]):
    """An index as it was read: `complete` only when every page and every row of it was.

    `rows` are all its rows, those among them that were left out on purpose.
    """

    entries: tuple[Entry, ...]
    complete: bool
    total: int | None = None
    rows: int = 0

    def listing(self, name: str) -> Listing | None:
        """The list, if it may be believed that what is not in it is gone."""
        if not self.complete:
            return None
        left_out = self.rows - len(self.entries) if self.rows else 0
        total = None if self.total is None else self.total - left_out
        return Listing(name=name, rows=len(self.entries), total=total)


class IndexSpider(SiteSpider):
    """A source whose index and selectors stand in the watchlist.

    `index` is the first page. `row` selects rows, `next` the link to the next
    page, of which at most `pages` are read; `page` is instead the query
    parameter in which the site counts its pages. `total` is the place where the
    site states how many rows there are. `incidental` names query parameters that
    do not identify a page (a visit's id); they are left out of every address.
    `hosts` names further hosts that documents are on.
    """

    selectors: ClassVar[frozenset[str]] = INDEX_SELECTORS

    @classmethod
    def hosts_for(cls, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        return hosts_named(parameters)

    def layout(self) -> dict[str, str]:
        """The selectors of the watchlist. Raises SourceError for a mistake in them."""
        return checked(self.parameters, self.selectors, INDEX_WORDS)

    def given(self, name: str) -> str:
        """A parameter that is words, "" when there is none."""
        return str(self.parameters.get(name) or "")

    def address(self, url: str) -> str:
        """An address without what is incidental in it."""
        return without(url, frozenset(listed(self.parameters.get("incidental", ()))))

    def judged(
        self, read: Iterable[Place], failed: Sequence[tuple[Place, SourceError]]
    ) -> SourceError | None:
        """What is wrong with the source, when some of its indexes could be read and others not.

        The one that was read before, or has to be there, counts: its error is to be raised after
        all that was read is yielded, so nothing is lost and nothing vanishes. Another is noted: an
        archive that never was there, a year that has no order yet.
        """
        for one in read:
            self.remember.setdefault(WAS_READ + one.url, self.now.isoformat())
        counting = [error for one, error in failed if self._counts(one, error)]
        # What a site blocks says more than what else went wrong meanwhile.
        amiss = min(counting, key=lambda error: not isinstance(error, Challenge), default=None)
        for one, error in failed:
            if error is not amiss:
                self.report.note("info", f"one of several was not read: {error}", one.url)
        return amiss

    def _counts(self, one: Place, error: SourceError) -> bool:
        if WAS_READ + one.url in self.memory or self.knows(one):
            return True
        return one.newest and (not one.yearly or isinstance(error, Challenge))

    def knows(self, one: Place) -> bool:
        """Whether something known stood in this index."""
        return any(measure.listing == one.listing for measure in self.known)

    async def read_index(
        self,
        layout: Mapping[str, str],
        read: Callable[[Any, Any], Entry | None],
        *,
        url: str = "",
        form: Form[Any] | None = None,
    ) -> Index[Entry]:
        """Read an index to its end, a row at a time; a row that cannot be read costs itself.

        `read` gives None for a row that is left out on purpose. `url` is its first
        page (the watchlist's `index`). Raises SourceError when that cannot be had,
        and ParseDrift when it has no rows or not one of them can be read.
        """
        form = form or HtmlForm(layout)
        most = int(self.given("pages") or MOST_PAGES)
        url, seen = self.address(url or self.given("index")), list[str]()
        entries, complete, total, count, fullest = list[Entry](), True, None, 0, 0
        before: list[str] = []
        while url and canonical_url(url) not in seen:
            if len(seen) == most:
                self.report.note(
                    "info", f"the index has more than {most} pages; the rest was not read", url
                )
                complete = False
                break
            try:
                page = await self._index_page(url, form.expects, "page" if seen else "start")
                rows = form.rows(page)
            except SourceError as error:
                if not seen:
                    raise
                complete = self._past_the_end(error, total, count)
                if not complete:
                    self.report.failed += 1
                    self.report.note("row", f"page {len(seen) + 1} of the index: {error}", url)
                break
            labels = list(map(label_of, rows))
            if not rows or (self._counting() and labels == before):
                # Past its last page a site shows an empty list, or the last page again.
                break
            before, count, fullest = labels, count + len(rows), max(fullest, len(rows))
            failed = self.report.failed
            entries += self._entries(labels, rows, page, read)
            failed = self.report.failed - failed
            complete = complete and not failed
            if not entries and failed == len(rows):
                raise ParseDrift(f"not one of {failed} rows of the index could be read", page.url)
            total = form.total(page) if total is None else total
            seen.append(canonical_url(url))
            url = self.address(
                self._next_address(form, page, url, len(rows), fullest, total, count)
            )
        if not count:
            raise ParseDrift("the index is an empty list", self.address(url))
        return Index(tuple(entries), complete, total, count)

    def _entries(
        self,
        labels: Iterable[str],
        rows: Iterable[Any],
        page: Response,
        read: Callable[[Any, Any], Entry | None],
    ) -> list[Entry]:
        entries = []
        for label, row in zip(labels, rows, strict=True):
            with self.row(label):
                entry = read(row, page)
                if entry is not None:
                    entries.append(entry)
        return entries

    def _past_the_end(self, error: SourceError, total: int | None, count: int) -> bool:
        """Whether a page that cannot be read only says that the pages before were all."""
        return bool(self._counting()) and isinstance(error, ParseDrift) and total == count

    def _counting(self) -> str:
        """The query parameter in which pages, or the rows before them, are counted."""
        return self.given("page") or self.given("offset")

    def _next_address(
        self,
        form: Form[Any],
        page: Response,
        url: str,
        rows: int,
        fullest: int,
        total: int | None,
        count: int,
    ) -> str:
        """Where the index goes on: as the page says, else by counting; "" at its end."""
        parameter = self._counting()
        if not parameter:
            return form.next(page)
        short = form.empty_is_end and rows < max(fullest, page_size(url))
        if count >= total if total is not None else short:
            return ""
        step, first = (1, 1) if self.given("page") else (rows, 0)
        return counted_on(url, parameter, step, first)

    async def _index_page(self, url: str, expects: str, role: Role) -> Response:
        response = await self.fetch(url, role=role, expects=expects)
        if expects == "text/html" and not isinstance(response, TextResponse):
            response = HtmlResponse(url=response.url, body=response.body, headers=response.headers)
        return response
