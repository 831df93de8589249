"""The order in which the lines of a page are read.

A page's lines come in the order in which they were drawn. They are read from
the top down; pieces that stand on one baseline are one row; where prose stands
in columns side by side, one column is read to its end before the next.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from statistics import median

from pipelines.lines import LEADING_NUMBER, Line
from scrapers.marked import Span

_SAME_BASELINE = 3.0  # points; pieces of one row are set on slightly different heights
_COLUMN_LINES = 4
_COLUMN_LETTERS = 20
_LINES_AT_MOST = 1000  # no printed page has more; a hostile one must not cost hours
_JITTER = 3.0
_height = attrgetter("y")


def in_order(lines: list[Line], rights: Callable[[], list[float]]) -> list[Line]:
    """The lines as they are read, the pieces of each row put together, asides last.

    `rights` tells where each line ends, in points; it is asked only when lines
    stand side by side.
    """
    ordered = sorted(lines, key=_height, reverse=True)
    if not any(line.aside for line in lines) and not _side_by_side(ordered):
        return ordered
    ends = {id(line): end for line, end in zip(lines, rights(), strict=True)}
    asides = [line for line in lines if line.aside]
    return [*_read([line for line in ordered if not line.aside], ends), *asides]


def _side_by_side(ordered: list[Line]) -> bool:
    return any(upper.y - lower.y < _SAME_BASELINE for upper, lower in pairwise(ordered))


def _read(lines: list[Line], ends: dict[int, float]) -> Iterator[Line]:
    """Rows, or where there is a gutter: what is above it, left, right, below it."""
    cut = _gutter(lines, ends)
    if cut is None:
        yield from rows(lines)
        return
    gutter, top, bottom = cut
    beside = lines[top:bottom]
    yield from _read(lines[:top], ends)
    yield from _read([line for line in beside if line.x < gutter], ends)
    yield from _read([line for line in beside if line.x >= gutter], ends)
    yield from _read(lines[bottom:], ends)


def _gutter(lines: list[Line], ends: dict[int, float]) -> tuple[float, int, int] | None:
    """Where columns of prose part: the x of the right one and the range of lines."""
    if len(lines) > _LINES_AT_MOST:
        return None
    starts = sorted(line.x for line in lines if not _is_number(line))
    for x in dict.fromkeys(round(start) for start in starts):
        aligned = bisect_left(starts, x + _JITTER) - bisect_left(starts, x - _JITTER)
        if aligned < _COLUMN_LINES or x - starts[0] < _JITTER:
            continue
        for top, bottom in _uncrossed(lines, ends, x - _JITTER):
            if _are_columns(lines[top:bottom], x - _JITTER):
                return x - _JITTER, top, bottom
    return None


def _uncrossed(
    lines: list[Line], ends: dict[int, float], gutter: float
) -> Iterator[tuple[int, int]]:
    """The ranges of lines none of which crosses the gutter."""
    top = 0
    for rank, line in enumerate(lines):
        if line.x < gutter < ends[id(line)]:
            yield top, rank
            top = rank + 1
    yield top, len(lines)


def _are_columns(lines: Sequence[Line], gutter: float) -> bool:
    left = [line for line in lines if line.x < gutter]
    right = [line for line in lines if line.x >= gutter]
    if min(len(left), len(right)) < _COLUMN_LINES:
        return False
    upper, lower = min(left[0].y, right[0].y), max(left[-1].y, right[-1].y)
    beside = [sum(lower <= line.y <= upper for line in side) for side in (left, right)]
    return min(beside) >= _COLUMN_LINES and all(
        median(len(line.text) for line in side) >= _COLUMN_LETTERS for side in (left, right)
    )


def rows(lines: list[Line]) -> Iterator[Line]:
    """Lines with the pieces of each row, which share a baseline, put together."""
    row: list[Line] = []
    for line in lines:
        if row and row[0].y - line.y >= _SAME_BASELINE:
            yield _row(row)
            row = []
        row.append(line)
    if row:
        yield _row(row)


def _row(pieces: list[Line]) -> Line:
    if len(pieces) == 1:
        return pieces[0]
    pieces.sort(key=lambda line: line.x)
    text, spans = pieces[0].text, [*pieces[0].spans]
    for before, piece in pairwise(pieces):
        # Bold is sometimes made by printing the same words twice.
        if piece.text != before.text or piece.x - before.x >= _JITTER:
            at = len(text) + 1
            text = f"{text} {piece.text}"
            spans += (Span(at + one.start, at + one.end, one.kind) for one in piece.spans)
    first, last = pieces[0], pieces[-1]
    return Line(
        text,
        first.x,
        first.y,
        body_x=pieces[1].x if _is_number(first) else first.body_x,
        tail_x=last.x if _is_number(last) else last.tail_x,
        spans=tuple(spans),
    )


def _is_number(line: Line) -> bool:
    found = LEADING_NUMBER.match(line.text)
    return found is not None and found.end() == len(line.text)
