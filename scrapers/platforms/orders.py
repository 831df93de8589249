"""Indexes of executive orders, read by selectors.   2026-11-22: first version.

The watchlist gives `place` and `index` and, where the page differs from the
defaults, CSS selectors: `row`, and within a row `identifier`, `title`,
`signed`, `document`; `next` for the link to the next page. `classification` is
order, proclamation or directive; `session` names the signer's term, else the
year of signing stands for it.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from parsel import Selector
from scrapy.http import TextResponse

from config.vocabulary import DateKind, MeasureClassification, VersionClassification
from scrapers.errors import ParseDrift
from scrapers.items import Link, Listing, Measure, MeasureDate, Version
from scrapers.selectors import address, day, needed, words
from scrapers.spider import SiteSpider

MOST_PAGES = 50
OBSERVED = frozenset(
    {"title", "classification", "from_organization", "dates", "versions", "url", "concerns"}
)
DEFAULTS = {
    "row": "table tr:has(td)",
    "identifier": "td:nth-child(1)",
    "title": "td:nth-child(2)",
    "signed": "td:nth-child(3)",
    "document": "a",
}


class Orders(SiteSpider):
    """One government's index of executive orders."""

    name = "orders"

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Yield each order of the index, over all its pages, then the listing."""
        url, seen, count = needed(self.parameters, "index"), set[str](), 0
        while url and url not in seen and len(seen) < MOST_PAGES:
            role = "page" if seen else "start"
            page = await self.fetch(url, role=role, expects="text/html")
            seen.add(url)
            for row in rows(page, self.parameters):
                with self.row(words(row, "")[:60]):
                    yield order(row, page, self.parameters)
                    count += 1
            url = next_page(page, self.parameters)
        yield Listing(name="orders", rows=count)


def rows(page: Any, parameters: Mapping[str, Any]) -> Iterator[Selector]:
    """The rows of the index. Raises ParseDrift when there are none."""
    if not isinstance(page, TextResponse):
        raise ParseDrift("the index is not a page of text", page.url)
    found = page.css(parameters.get("row") or DEFAULTS["row"])
    if not found:
        raise ParseDrift("the index has no rows where they used to be", page.url)
    yield from found


def order(row: Selector, page: TextResponse, parameters: Mapping[str, Any]) -> Measure:
    """One row as a measure. Raises ParseDrift for a row without number and title."""
    chosen = {name: parameters.get(name) or css for name, css in DEFAULTS.items()}
    identifier, title = words(row, chosen["identifier"]), words(row, chosen["title"])
    if not (identifier or title):
        raise ParseDrift("a row has neither a number nor a title", page.url)
    printed = words(row, chosen["signed"])
    signed = day(printed)
    link = address(row, chosen["document"])
    document = (Link(url=page.urljoin(link), text=title),) if link else ()
    version = Version(
        note="signed", classification=VersionClassification.SIGNED, date=signed,
        date_text=printed, links=document,
    )  # fmt: skip
    return Measure(
        place=str(parameters.get("place", "")),
        session=str(parameters.get("session") or (signed.year if signed else "")),
        identifier=identifier or f"{title} ({printed})".strip(),
        title=title,
        classification=(MeasureClassification(parameters.get("classification", "order")),),
        from_organization="executive",
        dates=(MeasureDate(kind=DateKind.SIGNED, date=signed, text=printed),) if printed else (),
        versions=(version,),
        url=page.url,
        listing="orders",
        observed=OBSERVED,
    )


def next_page(page: TextResponse, parameters: Mapping[str, Any]) -> str:
    """The address of the next page of the index; "" on the last."""
    css = parameters.get("next")
    link = address(page.selector, str(css)) if css else ""
    return page.urljoin(link) if link else ""
