"""Edits of a text, and where its places and spans go with them.

Words printed on pages are mended in many small ways: a hyphen at a line's end
goes, a ligature becomes two letters. Whoever knows such an edit says it as an
`Edit`, so that marks, line numbers and whatever else was measured on the text
as printed can be found in the text as mended.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from scrapers.marked import Span


class Edit(NamedTuple):
    """The characters [start, end) of a text become `text`."""

    start: int
    end: int
    text: str


def mend(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made; they are in order and do not overlap."""
    if not edits:
        return text
    pieces: list[str] = []
    done = 0
    for start, end, words in edits:
        pieces += (text[done:start], words)
        done = end
    return "".join((*pieces, text[done:]))


def moved(spans: Iterable[Span], edits: Sequence[Edit]) -> list[Span]:
    """Spans of a text as spans of it mended; one of which nothing is left is left out.

    A span holds what it held: of characters that were replaced it holds the
    replacement whole where it held any of them.
    """
    if not edits:
        return list(spans)
    way = _Way(edits)
    found = (
        Span(way.begin(one.start), way.end(one.end), one.kind)
        for one in spans
        if one.start < one.end
    )
    return [span for span in found if span.start < span.end]


def moved_places(places: Sequence[int], edits: Sequence[Edit]) -> list[int]:
    """Places of a text as places of it mended; what was cut out begins where the cut is."""
    if not edits:
        return list(places)
    way = _Way(edits)
    return [way.begin(place) for place in places]


class _Way:
    """What was shifted where."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._ends = [edit.end for edit in edits]
        grown = (len(edit.text) - (edit.end - edit.start) for edit in edits)
        self._shifts = [0, *accumulate(grown)]

    def begin(self, place: int) -> int:
        rank = bisect_right(self._ends, place)
        if rank < len(self._edits) and self._edits[rank].start < place:
            place = self._edits[rank].start
        return place + self._shifts[rank]

    def end(self, place: int) -> int:
        rank = bisect_right(self._ends, place)
        if rank < len(self._edits) and self._edits[rank].start < place:
            return self._edits[rank].end + self._shifts[rank + 1]
        return place + self._shifts[rank]
