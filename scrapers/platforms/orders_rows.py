"""Rows of an index of orders, in HTML or JSON, as what they say. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import Response, TextResponse

from scrapers.errors import ParseDrift
from scrapers.fields import Fields
from scrapers.platforms.index_forms import plain, told, values
from scrapers.platforms.orders_names import Numbering, file_name, plain_dashes
from scrapers.selectors import address, addresses, columns, day, day_words, headings_of, words

HEADINGS = MappingProxyType(
    {
        "signer": (r"^(mayor|governor)$", r"\b(signed|issued) by\b"),
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

PATHS = ("identifier", "title", "signed", "signer", "document", "detail", "abstract")
"""What is read out of a row."""

ROW = "row"
LONGEST = 2000
"""The most that is kept of a field nobody knows, in characters."""

LONGEST_SPAN = 3
"""Digits of how many columns a cell spans; browsers take no more than 1000 columns."""

_PAPER = re.compile(r"\.(?:pdf|docx?|rtf)\Z", re.IGNORECASE)
_MEDIA = re.compile(r"/media/\d+\Z")


@dataclass(frozen=True, slots=True)
class Order:
    """One row of an index. `document` and `detail` are addresses, "" where there is none.

    `number` is its number as the government writes it, `year` the year in that;
    "" where there is none. `fields` are what the row says beyond these.
    """

    number: str
    title: str
    signed_text: str
    document: str
    detail: str
    abstract: str = ""
    year: str = ""
    signer: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    index: str = field(default="", compare=False)
    listing: str = field(default="", compare=False)
    session: str = field(default="", compare=False)

    @property
    def signed(self) -> date | None:
        return day(self.signed_text)

    @property
    def label(self) -> str:
        """How the row is named in notes."""
        when = self.signed.isoformat() if self.signed else self.signed_text
        return self.number or f"{self.title} ({when})"


@dataclass(frozen=True, slots=True)
class Rows:
    """Reads rows as `layout` says: CSS selectors for HTML, paths for JSON.

    `only` leaves out rows in whose number and title it finds nothing. `heading`
    names the elements ("h2", "h3") that stand above rows and say more of their numbers.
    """

    layout: Mapping[str, str]
    numbering: Numbering
    only: re.Pattern[str] | None = None
    heading: tuple[str, ...] = ()

    def html(self, row: Selector, page: TextResponse) -> Order | None:
        """A row of an HTML index; None for one that is left out.

        Raises ParseDrift for a row without a number that has no title or no date
        either: nothing could tell it from others.
        """
        by_heading = columns(row, HEADINGS)
        if set(by_heading) - set(self.layout) and (lacking := _lacking(row)):
            raise ParseDrift(f"a row lacks {lacking} of the table's cells", page.url)
        chosen = {**by_heading, **self.layout}
        said = {name: words(row, chosen[name]) if name in chosen else "" for name in PATHS}
        detail = (
            next(iter(addresses(row, chosen["detail"], page.url)), "") if "detail" in chosen else ""
        )
        if detail and not said["title"]:
            # A card without a heading is called what its words say.
            said["title"] = words(row)
        in_row = "document" in chosen or not detail
        document = documents(row, chosen.get("document", ""), page.url) if in_row else ""
        if detail and not document and is_paper(detail):
            document, detail = detail, ""
        above = _heading(row, self.heading) if self.heading else ""
        return self._order(said, document, detail, _unread(row, chosen), page.url, above)

    def json(self, row: Mapping[str, Any], page: Response) -> Order | None:
        """A row of a JSON index; None for one that is left out. Raises ParseDrift as `html` does."""
        said = {name: told(row, self.layout[name]) if name in self.layout else "" for name in PATHS}
        detail = address(page.url, said["detail"]) if said["detail"] else ""
        document = self._document(row, page.url)
        kept = fields_of(self.layout).kept(ROW, row)
        fields = tuple(
            (name, plain(value)[:LONGEST])
            for name, value in sorted(kept.items())
            if isinstance(value, str | int | float)
        )
        return self._order(said, document, detail, fields, page.url)

    def _document(self, row: Mapping[str, Any], base: str) -> str:
        """The document's address, or the first paper that the markup a path leads to links to."""
        for value in values(row, self.layout["document"]) if "document" in self.layout else ():
            text = str(value).strip()
            if "<" in text:
                found = documents(Selector(text=text), "", base)
                if found and is_paper(found):
                    return found
            elif text:
                return address(base, text)
        return ""

    def _order(
        self,
        said: Mapping[str, str],
        document: str,
        detail: str,
        fields: tuple[tuple[str, str], ...],
        url: str,
        above: str = "",
    ) -> Order | None:
        # Signs that nobody sees (a zero-width space) are no title.
        title = said["title"] if re.search(r"\w", said["title"]) else ""
        printed = plain_dashes(said["identifier"])
        files = file_name(document), file_name(detail)
        number, year = self.numbering.find(printed, title, *files, f"{printed or title} {above}")
        if self.only and not self.only.search(f"{printed} {title}"):
            if title:
                return None
            if not self.only.search(number):
                raise ParseDrift("a row has no title by which `only` could know it", url)
        found = Order(
            number=number or printed,
            title=title,
            signed_text=day_words(said["signed"]),
            document=document,
            detail=detail,
            abstract=said["abstract"],
            year=year,
            signer=said["signer"],
            fields=fields,
        )
        if not found.number and not (title and (found.signed_text or document or detail)):
            raise ParseDrift("a row has neither a number nor a title with a date", url)
        return found


def _lacking(row: Selector) -> int:
    """How many cells a row has less than its table has columns: then none is known to be its own."""
    cells = row.xpath("./td | ./th")
    spans = (cell.attrib.get("colspan", "") for cell in cells)
    return max(0, len(headings_of(row)) - sum(_span(told) for told in spans)) if cells else 0


def _span(told: str) -> int:
    return max(1, int(told)) if told.isdecimal() and len(told) <= LONGEST_SPAN else 1


def _heading(row: Selector, tags: Iterable[str]) -> str:
    """The words of the nearest heading above a row."""
    kinds = " or ".join(f"self::{tag}" for tag in tags)
    above = row.xpath(f"preceding::*[{kinds}][1]")
    return words(above[0]) if above else ""


def _unread(row: Selector, chosen: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The cells of a headed table that no field is read from, under their headings."""
    used = {part.strip() for css in chosen.values() for part in css.split(",")}
    cells = ((name, f"td:nth-child({rank})") for rank, name in enumerate(headings_of(row), 1))
    told = ((name, words(row, css)) for name, css in cells if name and css not in used)
    return tuple((name, said[:LONGEST]) for name, said in told if said)


def fields_of(layout: Mapping[str, str]) -> Fields:
    """Which fields of a JSON row the watchlist's paths use."""
    return Fields(
        {ROW: frozenset(path.partition(".")[0] for path in layout.values())}, {ROW: frozenset()}
    )


def documents(node: Selector, css: str, base: str) -> str:
    """The address of the document: of several the first PDF, else the first."""
    found = addresses(node, css, base)
    pdf = (url for url in found if urlsplit(url).path.lower().endswith(".pdf"))
    return next(pdf, next(iter(found), ""))


def is_paper(url: str) -> bool:
    """Whether an address looks like a document rather than a page."""
    path = urlsplit(url).path
    return bool(_PAPER.search(path) or _MEDIA.search(path))
