"""What all platforms share that start from an index: its pages, its rows, whether it was read to the end."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import TextResponse

from scrapers.addresses import canonical_url, without
from scrapers.errors import ParseDrift, SourceError
from scrapers.items import Listing
from scrapers.selectors import addresses, checked, words
from scrapers.spider import SiteSpider

Entry = TypeVar("Entry")

MOST_PAGES = 50
INDEX_SELECTORS = frozenset({"row", "next", "total"})
INDEX_WORDS = frozenset(
    {"place", "index", "hosts", "session", "classification", "incidental", "pages"}
)
_ROW = "table tr"


@dataclass(frozen=True, slots=True)
class Index(Generic[Entry]):
    """An index as it was read: `complete` only when every page and every row of it was."""

    entries: tuple[Entry, ...]
    complete: bool
    total: int | None = None

    def listing(self, name: str) -> Listing | None:
        """The list, if it may be believed that what is not in it is gone."""
        if not self.complete:
            return None
        return Listing(name=name, rows=len(self.entries), total=self.total)


class IndexSpider(SiteSpider):
    """A source whose index and selectors stand in the watchlist.

    `index` is the first page. `row` selects rows, `next` the link to the next
    page, of which at most `pages` are read; `total` the place where the site
    states how many there are. `incidental` names query parameters that do not
    identify a page (a visit's id); they are left out of every address. `hosts`
    names further hosts that documents are on.
    """

    selectors: ClassVar[frozenset[str]] = INDEX_SELECTORS

    @classmethod
    def hosts_for(cls, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        named = _listed(parameters.get("hosts", ()))
        own = urlsplit(str(parameters.get("index", ""))).hostname or ""
        return tuple(sorted({host.lower() for host in (*named, own) if host}))

    def layout(self) -> dict[str, str]:
        """The selectors of the watchlist. Raises SourceError for a mistake in them."""
        return checked(self.parameters, self.selectors, INDEX_WORDS)

    def given(self, name: str) -> str:
        """A parameter that is words, "" when there is none."""
        return str(self.parameters.get(name) or "")

    def address(self, url: str) -> str:
        """An address without what is incidental in it."""
        return without(url, frozenset(_listed(self.parameters.get("incidental", ()))))

    async def read_index(
        self, layout: Mapping[str, str], read: Callable[[Selector, TextResponse], Entry]
    ) -> Index[Entry]:
        """Read the index to its end, a row at a time; a row that cannot be read costs itself.

        Raises SourceError when the first page cannot be had, and ParseDrift when
        it has no rows or not one of them can be read.
        """
        most = int(self.given("pages") or MOST_PAGES)
        url, seen = self.address(self.given("index")), list[str]()
        entries, complete, total = list[Entry](), True, None
        while url and canonical_url(url) not in seen:
            if len(seen) == most:
                self.report.note(
                    "info", f"the index has more than {most} pages; the rest was not read", url
                )
                complete = False
                break
            try:
                page = await self.page(url, role="page" if seen else "start")
                rows = rows_of(page, layout.get("row", ""))
            except SourceError as error:
                if not seen:
                    raise
                self.report.failed += 1
                self.report.note("row", f"page {len(seen) + 1} of the index: {error}", url)
                complete = False
                break
            seen.append(canonical_url(url))
            before = self.report.failed
            for row in rows:
                with self.row(words(row)[:80]):
                    entries.append(read(row, page))
            complete = complete and self.report.failed == before
            if not entries:
                raise ParseDrift(
                    f"not one of {len(rows)} rows of the index could be read", page.url
                )
            total = stated_total(page, layout.get("total", "")) if total is None else total
            url = self.address(next_page(page, layout.get("next", "")))
        return Index(tuple(entries), complete, total)


def rows_of(page: TextResponse, css: str = "") -> list[Selector]:
    """The rows of an index page, heading rows left out. Raises ParseDrift when there are none."""
    rows = [row for row in page.css(css or _ROW) if not is_heading(row)]
    if not rows:
        raise ParseDrift(f"the index has no rows where {css or _ROW!r} should find them", page.url)
    return rows


def is_heading(row: Selector) -> bool:
    """Whether a row only says what the columns are."""
    return bool(row.xpath("self::tr[th and not(td)]"))


def next_page(page: TextResponse, css: str) -> str:
    """The address of the next page; "" on the last."""
    return next(iter(addresses(page.selector, css, page.url)), "") if css else ""


def stated_total(page: TextResponse, css: str) -> int | None:
    """How many the site says there are: the last number in what the selector finds."""
    numbers = re.findall(r"\d[\d,]*", words(page.selector, css)) if css else []
    return int(numbers[-1].replace(",", "")) if numbers else None


def _listed(value: Any) -> Iterable[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value]
