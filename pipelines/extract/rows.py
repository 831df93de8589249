"""Which letters of a page's lines stand within given ends.

Where single letters stand is asked of pdfium one by one, so only for lines
that something touches, and no more of their letters than it takes to find the
first and the last.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from pipelines.lines import Line
from scrapers.marked import Kind, Span

LARGEST_TYPE = 40.0
"""Points; in larger type nothing is looked for."""

Edges = tuple[float, float]


class Letters(NamedTuple):
    """What is asked of a line's letters: the size of its type, and where each stands."""

    size: float
    edges: Callable[[int], Edges]


class Row:
    """A line whose letters are asked for, and what was found to be marked of it."""

    __slots__ = ("_ask", "_edges", "_first", "_found", "_last", "line", "size")

    def __init__(self, line: Line, letters: Letters) -> None:
        self.line = line
        self.size, self._ask = letters
        self._edges: dict[int, Edges] = {}
        self._found: list[Span] = []
        self._first = self._middle(0)
        self._last = self._middle(len(line.text) - 1)

    def edges(self, index: int) -> Edges:
        """The left and right edge of a letter."""
        known = self._edges.get(index)
        if known is None:
            known = self._edges[index] = self._ask(index)
        return known

    def touched(self, left: float, right: float) -> tuple[int, int]:
        """The letters whose middles lie within; they stand from left to right."""
        text = self.line.text
        start, end = 0, len(text)
        if left <= self._first and self._last <= right:
            return start, end
        if self._last < left or right < self._first:
            return 0, 0
        places = range(end)
        if self._first < left:
            start = bisect_left(places, left, key=self._middle)
        if self._last > right:
            end = bisect_right(places, right, lo=start, key=self._middle)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return start, end

    def note(self, start: int, end: int, kind: Kind) -> None:
        """Say that the letters [start, end) are marked."""
        self._found.append(Span(start, end, kind))

    def spans(self) -> Iterator[Span]:
        """What was noted, in order and apart for each kind: a stroke may be double."""
        self._found.sort(key=attrgetter("kind", "start", "end"))
        last: Span | None = None
        for span in self._found:
            if last and span.kind == last.kind and span.start <= last.end:
                last = Span(last.start, max(last.end, span.end), last.kind)
                continue
            if last:
                yield last
            last = span
        if last:
            yield last

    def _middle(self, index: int) -> float:
        """Of a blank, where the letter before it ends: blanks may be drawn nowhere."""
        if not self.line.text[index].isspace():
            left, right = self.edges(index)
            return (left + right) / 2
        while index and self.line.text[index].isspace():
            index -= 1
        return self.edges(index)[1]


class Rows:
    """The upright lines of a page by height; `letters` is asked only for lines that are wanted."""

    def __init__(self, lines: Sequence[Line], letters: Callable[[int], Letters]) -> None:
        self._lines = lines
        self._letters = letters
        self._ranks = sorted(
            (rank for rank, line in enumerate(lines) if not line.aside),
            key=lambda rank: lines[rank].y,
        )
        self._heights = [lines[rank].y for rank in self._ranks]
        self._asked: dict[int, Row] = {}

    def between(self, low: float, high: float, right: float) -> Iterator[Row]:
        """The lines whose baselines lie between two heights and that begin left of an end."""
        first = bisect_left(self._heights, low)
        for rank in self._ranks[first : bisect_right(self._heights, high)]:
            if self._lines[rank].x < right:
                if rank not in self._asked:
                    self._asked[rank] = Row(self._lines[rank], self._letters(rank))
                yield self._asked[rank]

    def marked(self) -> Iterator[tuple[int, tuple[Span, ...]]]:
        """The ranks of the lines of which something was noted, and what."""
        for rank, row in self._asked.items():
            if spans := tuple(row.spans()):
                yield rank, spans
