"""What is asked of the Federal Register's API: searches by days of publication. Pure.

A search shows at most 2,000 documents, whatever it says of their number, so it is
asked by months, and a month that has more by halves of it. Of presidential
documents there are some 400 in a year, of Homeland Security's some 2,500.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode, urlsplit

from scrapers import selectors
from scrapers.errors import ErrorPage, ParseDrift
from scrapers.platforms.legistar_rows import Row
from scrapers.sites.federal_register_rows import ASKED

SITE = "https://www.federalregister.gov"
API = f"{SITE}/api/v1"
CURRENT = f"{API}/public-inspection-documents/current.json"
CAP = 2000
PER_PAGE = 1000
MOST_PAGES = 4
KINDS = ("RULE", "PRORULE", "NOTICE")
A_DAY = timedelta(days=1)

PRESIDENTIAL, AGENCIES = "presidential", "agencies"


@dataclass(frozen=True, slots=True)
class Window:
    """The days of publication of one search, both within."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """The month a window lies in, as lists are named."""
        return self.first.isoformat()[:7]

    def halves(self) -> tuple["Window", "Window"] | None:
        """Two windows that make up this one; None for a day."""
        days = (self.last - self.first).days
        if not days:
            return None
        middle = self.first + timedelta(days=days // 2)
        return Window(self.first, middle), Window(middle + A_DAY, self.last)


def months(first: date, last: date) -> Iterator[Window]:
    """The months from one day to another, newest first; the whole month of the last day."""
    start = last.replace(day=1)
    while start >= first.replace(day=1):
        following = (start + timedelta(days=31)).replace(day=1)
        yield Window(start, following - A_DAY)
        start = (start - A_DAY).replace(day=1)


def address(kind: str, window: Window, slugs: Iterable[str]) -> str:
    """The first page of a search; `slugs` are the agencies of one by agency."""
    types = ("PRESDOCU",) if kind == PRESIDENTIAL else KINDS
    pairs = [("conditions[type][]", one) for one in types]
    if kind == AGENCIES:
        pairs += [("conditions[agencies][]", one) for one in slugs]
    pairs += [
        ("conditions[publication_date][gte]", window.first.isoformat()),
        ("conditions[publication_date][lte]", window.last.isoformat()),
        *(("fields[]", field) for field in ASKED),
        ("order", "newest"),
        ("per_page", str(PER_PAGE)),
    ]
    return f"{API}/documents.json?{urlencode(pairs)}"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search: its documents, how many the search has, where it goes on.

    `bad` counts results that are no documents.
    """

    rows: tuple[Row, ...]
    count: int
    next: str = ""
    bad: int = 0


def read_page(body: bytes, url: str) -> Page:
    """A page of a search or of the documents on public inspection.

    A search without a document has a count of 0 and no `results`. Raises ErrorPage
    for the API's own word of an error, ParseDrift for an answer of another shape,
    where no row is one, and where fewer documents are counted than shown.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseDrift(f"the answer is no JSON: {error}", url) from error
    if isinstance(told, dict) and told.get("errors"):
        raise ErrorPage(f"the API refuses the search: {told['errors']}", url)
    count = told.get("count") if isinstance(told, dict) else None
    rows = told.get("results", [] if count == 0 else None) if isinstance(told, dict) else None
    if not isinstance(count, int) or not isinstance(rows, list):
        raise ParseDrift("the answer has no count or no results", url)
    if count < len(rows):
        raise ParseDrift(f"{len(rows)} results were counted as {count}", url)
    genuine = tuple(one for one in rows if isinstance(one, dict))
    if rows and not genuine:
        raise ParseDrift(f"none of {len(rows)} results is a document", url)
    following = selectors.address(url, str(told.get("next_page_url") or ""))
    if urlsplit(following).path != urlsplit(url).path or following == url:
        following = ""
    return Page(genuine, count, following, len(rows) - len(genuine))
