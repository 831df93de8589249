"""How a place in a document is cited, in the one wording used wherever it is shown.

"page 3, lines 4-9, Section 3(b)" (with an en dash); what was hard to read says
so: "page 3 (hard to read, confidence 0.71: compare with the page)".
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol

from pipelines.extract.scans import LOW
from pipelines.lexicon import printable
from pipelines.texts import Page

Lines = tuple[int, int]
_WORD = re.compile(r"\S+")


class Cited(Protocol):
    """A place as a match has it: see `pipelines.texts.Match`."""

    @property
    def page(self) -> int | None: ...

    @property
    def lines(self) -> Lines | None: ...

    @property
    def section(self) -> str: ...

    @property
    def confidence(self) -> float: ...


def citation(place: Cited) -> str:
    """Word where a passage stands and how far its reading is to be trusted; "" if nothing is known."""
    words, warned = location(place), doubt(place.confidence)
    return f"{words} ({warned})" if words and warned else words or warned


def location(place: Cited) -> str:
    """Word where a passage stands, and no more."""
    where = [f"page {place.page}"] if place.page else []
    if place.lines:
        first, last = place.lines
        # Numbers begin again on each page: a range that runs backwards tells where it begins.
        where.append(f"lines {first}\u2013{last}" if first < last else f"line {first}")
    if place.section:
        where.append(printable(place.section))
    return ", ".join(where)


def doubt(confidence: float) -> str:
    """What a reader must know of a page that was hard to read; "" of all others."""
    if confidence >= LOW:
        return ""
    return f"hard to read, confidence {confidence:.2f}: compare with the page"


def citation_json(place: Cited) -> dict[str, Any]:
    """The values of a citation and its wording, under the names that all JSON has them by."""
    return {
        "page": place.page,
        "lines": list(place.lines) if place.lines else None,
        "section": place.section,
        "confidence": round(place.confidence, 3),
        "citation": citation(place),
    }


def quoted(row: Mapping[str, Any]) -> str:
    """A match that is JSON already, in a line: "page 3, line 4: the words round it"."""
    return f"{row['citation']}: {row['snippet']}" if row["citation"] else str(row["snippet"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a document that can be cited."""

    page: int | None = None
    lines: Lines | None = None
    section: str = ""
    confidence: float = 1.0


class WordPlaces:
    """The pages of a text, asked by the indices of its whitespace-separated words."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages
        counts = accumulate((len(page.text.split()) for page in pages), initial=0)
        self._first = list(counts)[:-1]
        self._spans: dict[int, list[tuple[int, int]]] = {}

    def at(self, start: int, end: int, section: str = "") -> Place:
        """Where the words [start, end) stand; no words stand where the next one does."""
        if not self._pages:
            return Place(section=section)
        rank = bisect_right(self._first, start) - 1
        page, first = self._pages[rank], self._first[rank]
        words = self._words(rank)
        if not words:
            return Place(page=page.number, section=section, confidence=page.confidence)
        last = len(words) - 1
        begin, _ = words[min(start - first, last)]
        _, beyond = words[min(max(end, start + 1) - first - 1, last)]
        return Place(
            page=page.number,
            lines=page.printed_lines(begin, beyond),
            section=section,
            confidence=page.confidence,
        )

    def _words(self, rank: int) -> list[tuple[int, int]]:
        if rank not in self._spans:
            self._spans[rank] = [word.span() for word in _WORD.finditer(self._pages[rank].text)]
        return self._spans[rank]
