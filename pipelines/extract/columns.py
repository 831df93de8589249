"""Columns of prose that a file draws row by row, across the page.

pdfium then gives the rows of two columns as one line each, with one blank
where the gutter is. Where blanks stand is asked only for a few long lines of a
page: in a line of one column no blank is much wider than the others. A gutter
is believed only where many rows keep clear of it and both sides read on as
sentences from row to row; rows of a table begin anew.
"""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from pipelines.extract.parts import Part, cut
from pipelines.extract.rows import Edges
from pipelines.lines import Line

_LONG = 50  # letters: two columns side by side have more
_SAMPLES = (0.5, 0.25, 0.75)  # of the page's long lines
_SAMPLES_THAT_AGREE = 2
_EDGE = 0.2  # of a line at either end: no gutter is there
_NARROWEST = 8.0  # points of white between columns
_WIDER = 2.2  # times the line's usual blank
_ROWS = 8
_LETTERS = 20  # in a row of a column, as the median
_READS_ON = 0.5  # of the rows of a column begin with a small letter
_CLEAR = 0.9  # of the long lines that reach over the gutter keep clear of it
_SLACK = 1.0


class _Gap(NamedTuple):
    left: float
    right: float


def gaps(lines: Sequence[Line], part_of: Callable[[int], Part]) -> list[float]:
    """Where columns may part on a page: middles of wide gaps that a few lines have in common.

    `part_of` gives the letters of a line by its rank.
    """
    long = [rank for rank, line in enumerate(lines) if len(line.text) >= _LONG and not line.aside]
    if len(long) < _ROWS:
        return []
    samples: list[list[_Gap]] = []
    for tried, place in enumerate(_SAMPLES, 1):
        if wide := list(_wide_gaps(part_of(long[int(place * len(long))]))):
            samples.append(wide)
        if len(samples) + len(_SAMPLES) - tried < _SAMPLES_THAT_AGREE:
            return []
    return list(_shared(samples))


def set_apart(parts: list[Part], found: Sequence[float]) -> list[Part]:
    """The parts of a page with its rows cut at those gaps that are gutters between prose."""
    gutters = sorted(gap for gap in found if _is_gutter(parts, gap))
    if not gutters:
        return parts
    return [
        piece
        for part in parts
        for _, piece in cut(part, [x for x in gutters if _clear_place(part, x)])
    ]


def _shared(samples: Sequence[Sequence[_Gap]]) -> Iterator[float]:
    for gap in samples[0]:
        others = [other for wide in samples[1:] for other in wide if _overlap(gap, other)]
        if others:
            left = max(gap.left, *(one.left for one in others))
            right = min(gap.right, *(one.right for one in others))
            if right - left >= _NARROWEST:
                yield (left + right) / 2


def _overlap(one: _Gap, other: _Gap) -> bool:
    return min(one.right, other.right) - max(one.left, other.left) >= _NARROWEST


def _wide_gaps(part: Part) -> Iterator[_Gap]:
    """The blanks of a line that are much wider than its others."""
    text, edges = part.line.text, part.edges
    blanks: list[_Gap] = []
    at = text.find(" ", int(_EDGE * len(text)))
    while 0 < at < (1 - _EDGE) * len(text):
        blanks.append(_Gap(edges(at - 1)[1], edges(at + 1)[0]))
        at = text.find(" ", at + 1)
    widths = [gap.right - gap.left for gap in blanks]
    if widths:
        least = max(_NARROWEST, _WIDER * median(widths))
        yield from (gap for gap, width in zip(blanks, widths, strict=True) if width >= least)


def _is_gutter(parts: Sequence[Part], x: float) -> bool:
    """Whether prose stands on both sides of a place across the page, and keeps clear of it."""
    left: list[str] = []
    right: list[str] = []
    crossed = 0
    for part in parts:
        if part.line.x < x < part.right and not part.line.aside:
            index = _clear_place(part, x)
            if index:
                left.append(part.line.text[:index].strip())
                right.append(part.line.text[index:].strip())
            else:
                crossed += len(part.line.text) >= _LONG
    return (
        len(left) >= _ROWS
        and len(left) >= _CLEAR * (len(left) + crossed)
        and _is_prose(left)
        and _is_prose(right)
    )


def _clear_place(part: Part, x: float) -> int:
    """The first letter right of a gutter, where a part leaves white on both sides of it; else 0."""
    if not part.line.x < x < part.right:
        return 0
    low, high = 0, len(part.line.text) - 1
    while low < high:
        middle = (low + high) // 2
        if sum(_edges(part, middle)) / 2 < x:
            low = middle + 1
        else:
            high = middle
    white = min(part.edges(low)[0] - x, x - _edges(part, low - 1)[1]) if low else 0.0
    return low if white >= _NARROWEST / 2 - _SLACK else 0


def _edges(part: Part, index: int) -> Edges:
    """Where a letter stands; a blank stands where the letter before it ends."""
    text = part.line.text
    if not text[index].isspace():
        return part.edges(index)
    while index and text[index].isspace():
        index -= 1
    end = part.edges(index)[1]
    return end, end


def _is_prose(rows: Sequence[str]) -> bool:
    """Whether rows are as long as prose and read on from one to the next."""
    on = sum(row[:1].islower() for row in rows)
    return median(map(len, rows)) >= _LETTERS and on >= _READS_ON * len(rows)
