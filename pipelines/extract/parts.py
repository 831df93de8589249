"""Lines of a page cut where the page's geometry cuts them, and put together again.

The cells of a table and the fields of a form stand within lines of text as the
file draws them. A part is a line, or a piece of one, whose letters can be asked
where they stand.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

from pipelines.extract.rows import Edges, Letters, Row
from pipelines.lines import Line
from scrapers.marked import Span

_CLOSING = frozenset(",.;:)]\u201d\u2019")


class Part(NamedTuple):
    """A line or a piece of one, the edges of its letters, and where it starts in the page's text.

    The start is -1 for what does not stand in the page's text as it is.
    """

    line: Line
    edges: Callable[[int], Edges]
    start: int = -1

    @property
    def right(self) -> float:
        """Where the last letter ends, in points."""
        return self.edges(len(self.line.text) - 1)[1]


def cut(part: Part, ends: Sequence[float]) -> Iterator[tuple[int, Part]]:
    """The pieces that stand between the given ends, in points, with the rank of each space.

    What stands left of the first end has rank 0, right of the last the highest.
    """
    row = Row(part.line, Letters(1.0, part.edges))
    for rank, (left, right) in enumerate(pairwise([-inf, *ends, inf])):
        start, end = row.touched(left, right)
        if start < end:
            yield rank, piece(part, start, end)


def piece(part: Part, start: int, end: int) -> Part:
    """The letters [start, end) of a part."""
    line = part.line
    if start == 0 and end == len(line.text):
        return part
    return Part(
        Line(
            line.text[start:end],
            part.edges(start)[0] if start else line.x,
            line.y,
            body_x=0.0 if start else line.body_x,
            tail_x=line.tail_x if end == len(line.text) else 0.0,
            aside=line.aside,
            spans=line.part(start, end),
        ),
        lambda index: part.edges(start + index),
        part.start + start if part.start >= 0 else -1,
    )


def typed(text: str, left: float, right: float, y: float) -> Part:
    """Words that stand between two ends, their letters spread over the space."""
    step = (right - left) / max(1, len(text))
    return Part(Line(text, left, y), lambda index: (left + step * index, left + step * (index + 1)))


def together(parts: Sequence[Part]) -> Part:
    """Parts of one row as one, a blank between them unless the next begins with a stop."""
    text = ""
    starts: list[int] = []
    spans: list[Span] = []
    for part in parts:
        words = part.line.text
        text += " " if text and words[0] not in _CLOSING else ""
        starts.append(len(text))
        spans += (Span(starts[-1] + at.start, starts[-1] + at.end, at.kind)
                  for at in part.line.spans)  # fmt: skip
        text += words

    def edges(index: int) -> Edges:
        rank = bisect_right(starts, index) - 1
        part, within = parts[rank], index - starts[rank]
        return part.edges(min(within, len(part.line.text) - 1))

    first, last = parts[0].line, parts[-1].line
    line = Line(text, first.x, first.y, first.body_x, last.tail_x, spans=tuple(spans))
    return Part(line, edges)
