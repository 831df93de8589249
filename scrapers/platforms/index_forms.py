"""In what an index is written: HTML or JSON. Its rows, what leads on, how many there are. Pure.

In HTML a field is found by a CSS selector, in JSON by a path of names with dots
between them: `results`, `title.rendered`, `documents.0.url`. A `*` stands for
every entry of a list, so `*.documents` are the documents of all tables; an
empty path is the whole.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from parsel import Selector
from scrapy.http import Response, TextResponse

from scrapers.errors import ParseDrift
from scrapers.selectors import address, addresses, words

Row = TypeVar("Row")

ROW = "table tr"
SIZES = frozenset({"perpage", "pagesize", "limit", "top", "size"})
"""Query parameters in which sites are told how long a page shall be, without underscores."""

_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
_BLOCK = re.compile(r"</?(?:p|div|br|li|[ou]l|t[rdh]|h[1-6])\b[^>]*>", re.IGNORECASE)
_SHOWN = 80
_LONGEST_NUMBER = 9
"""Digits; a site that counts more is not counting."""

LONGEST_INT = 4000

_NOTHING = re.compile(
    r"no (?:matching )?(?:data|records?|results?|entries|items|orders|documents)\b"
    r"(?: (?:is|are|was|were|have been|available|found|to display|in|the|this|table|yet|matching))*"
    r"[.!]?",
    re.IGNORECASE,
)
"""What a table of nothing says of itself."""


class Form(Protocol[Row]):
    """How the pages of an index are read.

    `expects` is their media type; `empty_is_end` says that a page without rows
    is this site's word that the list has ended, not a page of another shape.
    """

    expects: str
    empty_is_end: bool

    def rows(self, page: Response) -> list[Row]:
        """The rows of a page, heading rows left out. Raises ParseDrift for a page of another shape."""

    def next(self, page: Response) -> str:
        """The address of the next page, "" where the page names none."""

    def total(self, page: Response) -> int | None:
        """How many rows the site says there are in all."""


class HtmlForm:
    """An index in HTML. `layout` has CSS selectors: `row`, `next`, `total`."""

    expects = "text/html"
    empty_is_end = False

    def __init__(self, layout: Mapping[str, str]) -> None:
        self._row = layout.get("row", "")
        self._next = layout.get("next", "")
        self._total = layout.get("total", "")

    def rows(self, page: Response) -> list[Selector]:
        return rows_of(html_page(page), self._row)

    def next(self, page: Response) -> str:
        return next_page(html_page(page), self._next)

    def total(self, page: Response) -> int | None:
        return stated_total(html_page(page), self._total)


class JsonForm:
    """An index in JSON. `layout` has paths: `rows`, `next`, `total`.

    Where a site states the total in a header, as WordPress does, that counts.
    """

    expects = "application/json"
    empty_is_end = True

    def __init__(self, layout: Mapping[str, str]) -> None:
        self._rows = layout.get("rows", "")
        self._next = layout.get("next", "")
        self._total = layout.get("total", "")

    def rows(self, page: Response) -> list[Any]:
        """As `Form.rows` says; a row may be null or anything else that is no mapping.

        One mapping is a row only where the path goes through every entry of a list.
        """
        found = values(_json(page), self._rows)
        lists = [one for one in found if isinstance(one, list)]
        every = found if "*" in self._rows.split(".") else []
        entries = [entry for one in lists for entry in one] if lists else every
        if not (lists or entries) or (
            entries and not any(isinstance(one, Mapping) for one in entries)
        ):
            raise ParseDrift(
                f"the index has no rows where {self._rows!r} should find them", page.url
            )
        return entries

    def next(self, page: Response) -> str:
        printed = told(_json(page), self._next) if self._next else ""
        return address(page.url, printed) if printed else ""

    def total(self, page: Response) -> int | None:
        header = page.headers.get("X-WP-Total") or b""
        printed = told(_json(page), self._total) if self._total else header.decode("latin-1")
        return _count(printed) if printed.isdecimal() else None


def rows_of(page: TextResponse, css: str = "") -> list[Selector]:
    """The rows of an index page, heading rows left out. Raises ParseDrift when there are none."""
    rows = [row for row in page.css(css or ROW) if not is_heading(row)]
    if not rows:
        raise ParseDrift(f"the index has no rows where {css or ROW!r} should find them", page.url)
    return rows


def is_heading(row: Selector) -> bool:
    """Whether a row only says what the columns are, what the rows below it share, or that there are none.

    One cell across several columns without a link is no row of the list.
    """
    across = "self::tr[count(td | th) = 1 and (td | th)/@colspan > 1 and not(.//@href)]"
    if row.xpath("self::tr[th and not(td)]") or row.xpath(across):
        return True
    return bool(_NOTHING.fullmatch(words(row))) and not row.xpath(".//@href")


def next_page(page: TextResponse, css: str) -> str:
    """The address of the next page; "" on the last."""
    return next(iter(addresses(page.selector, css, page.url)), "") if css else ""


def stated_total(page: TextResponse, css: str) -> int | None:
    """How many the site says there are: the last number in what the selector finds."""
    numbers = re.findall(r"\d[\d,]*", words(page.selector, css)) if css else []
    return _count(numbers[-1].replace(",", "")) if numbers else None


def _count(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def html_page(page: Response) -> TextResponse:
    """The answer, which was asked for as HTML, with selectors."""
    if not isinstance(page, TextResponse):
        raise ParseDrift("the answer is no text", page.url)
    return page


def counted_on(url: str, parameter: str, step: int, first: int) -> str:
    """The address with a counted parameter (a page's number, an offset) `step` further.

    `first` is what it stands for where the address does not have it.
    """
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    now = next((value for name, value in pairs if name == parameter), str(first))
    then = str((int(now) if now.isdecimal() else first) + step)
    if any(name == parameter for name, _ in pairs):
        pairs = [(name, then if name == parameter else value) for name, value in pairs]
    else:
        pairs.append((parameter, then))
    return urlunsplit(parts._replace(query=urlencode(pairs, safe=",:/")))


def page_size(url: str) -> int:
    """How many rows an address asks for ("per_page=50"), 0 where it does not say."""
    asked = parse_qsl(urlsplit(url).query)
    found = (value for name, value in asked if name.lower().replace("_", "").strip("$") in SIZES)
    return next((int(value) for value in found if value.isdecimal()), 0)


def values(value: Any, path: str) -> list[Any]:
    """What a path leads to, in order; nothing where it leads nowhere or to null."""
    found = [value]
    for name in path.split(".") if path else ():
        if name == "*":
            found = [entry for one in found if isinstance(one, list) for entry in one]
        elif name.isdecimal():
            place = int(name)
            found = [one[place] for one in found if isinstance(one, list) and place < len(one)]
        else:
            found = [one[name] for one in found if isinstance(one, Mapping) and name in one]
    return [one for one in found if one is not None]


def told(value: Any, path: str) -> str:
    """The words a path leads to: markup and entities resolved, blanks folded, several joined."""
    return " ".join(
        plain(one)
        for one in values(value, path)
        if isinstance(one, str | int | float) and not isinstance(one, bool)
    )


def plain(value: Any) -> str:
    """A value as words: of markup its text, entities resolved however often they were escaped."""
    text = str(value)
    if _TAG.search(text):
        # A word may be split by inline markup; a block ends one.
        text = "".join(Selector(text=_BLOCK.sub(" ", text)).xpath("//text()").getall())
    return " ".join(html.unescape(html.unescape(text)).split())


def label_of(row: Any) -> str:
    """How a row is named in notes."""
    if isinstance(row, Selector):
        return words(row)[:_SHOWN]
    return json.dumps(row, ensure_ascii=False, default=str)[:_SHOWN]


def _json(page: Response) -> Any:
    try:
        return json.loads(page.body, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise ParseDrift(f"the index is no JSON: {error}", page.url) from error


def _whole(digits: str) -> int | str:
    """A number of JSON; one too long for Python is left as it is printed, and costs only its field."""
    return int(digits) if len(digits) < LONGEST_INT else digits
