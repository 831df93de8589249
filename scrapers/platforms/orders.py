"""Indexes of executive orders, read by selectors.   2026-11-22: first version.

Beside what every index has (`scrapers.platforms.index`), the watchlist gives
selectors within a row: `identifier`, `title`, `signed`, `document`, and where
each order has a page of its own `detail` (the link to it) and, if the document
stands there, `detail_document`. In a table with headings the first three are
found by the headings' words. `classification` is order (the default),
proclamation or directive. `session` names the signer's term; without it the
year in the number, or else the year of signing, stands for it.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import TextResponse

from config.vocabulary import DateKind, MeasureClassification, VersionClassification
from scrapers.errors import ParseDrift
from scrapers.items import Link, Listing, Measure, MeasureDate, Related, Version
from scrapers.platforms.index import INDEX_SELECTORS, IndexSpider
from scrapers.ports import KnownMeasure
from scrapers.selectors import addresses, columns, day, words

LISTING = "orders"
_ENDINGS = {
    "rescind": "rescinds", "rescission of": "rescinds", "revok": "revokes",
    "revocation of": "revokes", "supersed": "supersedes", "replac": "replaces",
}  # fmt: skip
_ENDS = re.compile(
    r"\b(?P<verb>rescind|rescission of|revok|revocation of|supersed|replac)(?:e|es|ed|ing|s)?\s+"
    r"(?:(?:mayoral|executive)\s+)?(?:orders?|directives?|proclamations?|EO|ED)\s+"
    r"(?:no\.?\s*|number\s+|#\s*)?(?P<number>[\w.-]*\d[\w.-]*)",
    re.IGNORECASE,
)
_OWN_NUMBER = re.compile(r"[\w.-]*\d[\w.-]*\Z")
HEADINGS = MappingProxyType(
    {
        "signed": (r"\bsigned\b", r"\bissued\b", r"\bdate\b"),
        "title": (r"\b(title|subject|description|topic)\b", r"\bname\b"),
        "identifier": (
            r"\bofficial number\b",
            r"\bnumber\b|\bno\.|#",
            r"\b(order|directive|proclamation)\b",
        ),
    }
)
"""What stands above the columns of such tables, the likeliest words first."""

ROW = frozenset({"identifier", "title", "signed", "document", "detail", "detail_document"})
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Order:
    """One row of an index. `document` and `detail` are addresses, "" where there is none."""

    identifier: str
    title: str
    signed_text: str
    document: str
    detail: str

    @property
    def signed(self) -> date | None:
        return day(self.signed_text)

    @property
    def name(self) -> str:
        """The number, or without one the title and the day of signing."""
        when = self.signed.isoformat() if self.signed else self.signed_text
        return self.identifier or f"{self.title} ({when})"


class Orders(IndexSpider):
    """One government's index of executive orders."""

    name = "orders"
    selectors: ClassVar[frozenset[str]] = INDEX_SELECTORS | ROW

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Yield each order of the index, over all its pages, then the listing."""
        layout = self.layout()
        kind = MeasureClassification(self.given("classification") or "order")
        index = await self.read_index(layout, lambda row, page: order(row, page, layout))
        for rows in grouped(map(self.addressed, index.entries)):
            found = [await self.with_document(row, layout) for row in rows]
            measure = as_measure(
                [self.addressed(row) for row in found],
                index=self.given("index"),
                place=self.given("place"),
                term=self.given("session") or term(found[0], self.known),
                kind=kind,
            )
            if len(rows) > 1:
                self.report.note("info", f"{measure.identifier} stands in {len(rows)} rows")
            if any(not version.links for version in measure.versions):
                self.report.note("info", f"{measure.identifier} has no document", measure.url)
            yield measure
        listing = index.listing(LISTING)
        if listing:
            yield listing

    def addressed(self, row: Order) -> Order:
        """The row without what is incidental in its addresses: shown twice, it is one row."""
        return replace(row, document=self.address(row.document), detail=self.address(row.detail))

    async def with_document(self, row: Order, layout: Mapping[str, str]) -> Order:
        """The row with the document its own page links to, if it has to be looked for there."""
        if row.document or not row.detail:
            return row
        if "detail_document" not in layout:
            return replace(row, document=row.detail)
        with self.row(row.name):
            page = await self.page(self.address(row.detail))
            found = documents(page.selector, layout["detail_document"], page.url)
            if not found:
                raise ParseDrift(
                    f"no document where {layout['detail_document']!r} should find it", page.url
                )
            return replace(row, document=found)
        return row


def order(row: Selector, page: TextResponse, layout: Mapping[str, str]) -> Order:
    """One row of the index.

    Raises ParseDrift for a row without a number that has no title or no date
    either: nothing could tell it from others.
    """
    chosen = {**columns(row, HEADINGS), **layout}
    detail = (
        next(iter(addresses(row, chosen["detail"], page.url)), "") if "detail" in chosen else ""
    )
    in_row = "document" in chosen or not detail
    found = Order(
        identifier=_words(row, chosen, "identifier"),
        title=_words(row, chosen, "title"),
        signed_text=_words(row, chosen, "signed"),
        document=documents(row, chosen.get("document", ""), page.url) if in_row else "",
        detail=detail,
    )
    if not found.identifier and not (found.title and found.signed_text):
        raise ParseDrift("a row has neither a number nor a title with a date", page.url)
    return found


def _words(row: Selector, chosen: Mapping[str, str], field: str) -> str:
    return words(row, chosen[field]) if field in chosen else ""


def documents(node: Selector, css: str, base: str) -> str:
    """The address of the document: of several the first PDF, else the first."""
    found = addresses(node, css, base)
    pdf = (url for url in found if urlsplit(url).path.lower().endswith(".pdf"))
    return next(pdf, next(iter(found), ""))


def grouped(rows: Iterable[Order]) -> Iterator[list[Order]]:
    """Rows of one order together: a number may stand twice, for an amendment of the order.

    The earliest comes first, wherever the list has it, so that a re-ordered
    list gives the same measures.
    """
    groups: dict[str, list[Order]] = {}
    for row in rows:
        groups.setdefault(alike(row.name), []).append(row)
    for group in groups.values():
        yield sorted(
            dict.fromkeys(group), key=lambda row: (row.signed or date.max, row.title, row.document)
        )


def alike(name: str) -> str:
    return "".join(name.casefold().split())


def term(row: Order, known: Sequence[KnownMeasure]) -> str:
    """The session of an order for which the watchlist names none.

    Dates are often added or mended later, so the year in a number counts more
    than they do, and an order keeps the only session it is known under.
    """
    in_number = _YEAR.search(row.identifier)
    if in_number:
        return in_number[0]
    before = {measure.session for measure in known if alike(measure.identifier) == alike(row.name)}
    year = str(row.signed.year) if row.signed else ""
    if len(before) == 1 and (not year or before == {""}):
        return before.pop()
    return year


def as_measure(
    rows: Sequence[Order], *, index: str, place: str, term: str, kind: MeasureClassification
) -> Measure:
    """The rows of one order as a measure; the first is the order, others amend it."""
    first = rows[0]
    others = ended(first.title, first.name)
    seen = {
        "classification": True, "from_organization": True, "versions": True, "url": True,
        "title": first.title, "dates": first.signed_text, "related": others,
    }  # fmt: skip
    signed = MeasureDate(kind=DateKind.SIGNED, date=first.signed, text=first.signed_text)
    return Measure(
        place=place,
        session=term,
        identifier=first.name,
        title=first.title,
        classification=(kind,),
        from_organization="executive",
        dates=(signed,) if first.signed_text else (),
        versions=(
            version(first, "signed"),
            *(version(row, row.title or "amended") for row in rows[1:]),
        ),
        related=others,
        url=first.detail or index,
        listing=LISTING,
        observed=frozenset(name for name, shown in seen.items() if shown),
    )


def ended(title: str, name: str) -> tuple[Related, ...]:
    """The order that an order's title says it ends: "Rescinding Executive Order 2026-04 on ...".

    It is named as `name`, the order's own, is, with the other number.
    """
    number = _OWN_NUMBER.search(name)
    found = _ENDS.search(title) if number else None
    if number is None or found is None:
        return ()
    other = name[: number.start()] + found["number"].rstrip(".,-")
    return (Related(identifier=other, relation=_ENDINGS[found["verb"].lower()]),)


def version(row: Order, note: str) -> Version:
    """The text of a row; without an address it waits to be completed."""
    return Version(
        note=note,
        links=(Link(url=row.document),) if row.document else (),
        date=row.signed,
        date_text=row.signed_text,
        classification=VersionClassification.SIGNED,
    )
