"""The directory of a legislature's papers: ranges of LD numbers, a row for each paper. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from scrapy.http import TextResponse

from scrapers.errors import ParseDrift
from scrapers.selectors import addresses, words
from scrapers.sites.maine_names import DIRECTORY, Name, name_in

WIDTH = 200
"""How many LD numbers a page of the directory covers."""

_LEGISLATURE = re.compile(r"\b(\d{2,3})(?:st|nd|rd|th) Legislature", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A paper as the directory lists it."""

    name: Name
    title: str


@dataclass(slots=True)
class Range:
    """A page of the directory: its rows, what could not be read, and where the other pages begin."""

    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    starts: set[int] = field(default_factory=set)


def address(site: str, session: str, start: int) -> str:
    """The page of the directory that begins with an LD number."""
    return f"{site}{DIRECTORY}?snum={session}&ldFrom={start}"


def read_range(page: TextResponse, session: str, site: str, layout: Mapping[str, str]) -> Range:
    """The papers on a page of the directory. Raises ParseDrift for one about another legislature.

    A paper has two rows, of which the second has only links; their addresses
    follow from the paper's number.
    """
    found = Range()
    for row in page.css(layout["list_row"]):
        numbers, title = words(row, layout["list_numbers"]), words(row, layout["list_title"])
        if not numbers and not title:
            continue
        said = _LEGISLATURE.search(numbers)
        if said and said[1] != session:
            raise ParseDrift(f"the list of {session} is about the {said[0]}", page.url)
        name = name_in(numbers, session, site)
        if name is None or not title:
            missing = "no title" if name else "no paper's number"
            found.faults.append(f"{missing}: {numbers[:60]!r} {title[:60]!r}")
            continue
        found.rows.append(Row(name, title))
    for url in addresses(page.selector, layout["list_range"], page.url):
        asked = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}
        start = asked.get("ldfrom", "")
        if start.isdecimal() and asked.get("snum", session) == session:
            found.starts.add(int(start))
    return found
