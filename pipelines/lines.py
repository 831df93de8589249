"""Printed lines, the numbers in their margins, and the text that they make.

A bill numbers its lines so that it can be cited by them: the numbers are no
part of its text, and each line keeps its own. They are taken away only where
they run in a way that body text does not.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

from scrapers.marked import Span


@dataclass(slots=True)
class Line:
    """One printed line, and where its first character stands: points from the lower left.

    `body_x` is where the text after a leading number starts and `tail_x` where
    a trailing number starts; each is 0 when the line has no such number. An
    `aside` is set up or down the margin, apart from what is read. `spans` are
    parts of `text` that are struck, underlined, bold or italic. `number` is the
    one that the margin gave the line, 0 for none.
    """

    text: str
    x: float
    y: float
    body_x: float = 0.0
    tail_x: float = 0.0
    aside: bool = False
    spans: tuple[Span, ...] = ()
    number: int = 0

    def part(self, start: int, end: int) -> tuple[Span, ...]:
        """The spans of the text [start, end), as spans of that."""
        return tuple(
            Span(max(span.start, start) - start, min(span.end, end) - start, span.kind)
            for span in self.spans
            if span.start < end and span.end > start
        )


# --- line numbers -----------------------------------------------------------

LEADING_NUMBER = re.compile(r"(\d{1,3})(?:\s+|\Z)")
TRAILING_NUMBER = re.compile(r"(?:\A|\s)(\d{1,3})\Z")
_NUMBERS_THAT_CONVINCE = 5
_NUMBERS_THAT_CONVINCE_ALONE = 10
_SHORT_DOCUMENT = 2
_PROSE = 20  # letters beside a number, on average: fewer make a table
_THREE_DIGITS = 18.0  # points
_JITTER = 2.5
_JITTER_OF_PAGES = 4.0


@dataclass(frozen=True, slots=True)
class _Column:
    """The numbers 1 to n down one margin of a page, and the ranks of the lines that bear them."""

    x: float
    ranks: frozenset[int]
    prose: bool


def drop_line_numbers(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages without the line numbers printed in their left or right margins.

    They are believed only where they run 1, 2, 3 ... down one column beside
    prose, on two pages at least or at length in a short document.
    """
    return _without_column(
        _without_column(pages, _left_column, _cut_lead), _right_column, _cut_tail
    )


def _without_column(
    pages: Sequence[list[Line]],
    find: Callable[[list[Line]], _Column | None],
    cut: Callable[[Line], Line],
) -> list[list[Line]]:
    columns = [find(page) for page in pages]
    lengths = [len(column.ranks) for column in columns if column and column.prose]
    margins = [
        column.x
        for column in columns
        if column and column.prose and len(column.ranks) >= _NUMBERS_THAT_CONVINCE
    ]
    columns = [column if column and _is_near(column.x, margins) else None for column in columns]
    pages_with = len(columns) - columns.count(None)
    at_length = max(lengths, default=0) >= _NUMBERS_THAT_CONVINCE_ALONE
    if len(margins) < 2 and not (at_length and (pages_with > 1 or len(pages) <= _SHORT_DOCUMENT)):
        return list(pages)
    return [
        _cut_column(page, column.ranks, cut) if column else page
        for page, column in zip(pages, columns, strict=True)
    ]


def _is_near(x: float, margins: list[float]) -> bool:
    return any(abs(x - margin) <= _JITTER_OF_PAGES for margin in margins)


def _cut_column(page: list[Line], ranks: frozenset[int], cut: Callable[[Line], Line]) -> list[Line]:
    lines = [cut(line) if rank in ranks else line for rank, line in enumerate(page)]
    return [line for line in lines if line.text]


def _left_column(lines: list[Line]) -> _Column | None:
    found = [
        _Number(line.y, line.x, rank, match[1], len(line.text) - match.end())
        for rank, line in enumerate(lines)
        if line.text[0].isdigit()
        and (match := LEADING_NUMBER.match(line.text))
        and (match.end() == len(line.text) or line.body_x - line.x >= 6 * len(match[1]) + 5)
    ]
    edge = min((number.x for number in found), default=0) + _THREE_DIGITS
    return _column([number for number in found if number.x <= edge])


def _right_column(lines: list[Line]) -> _Column | None:
    found = [
        _Number(line.y, line.tail_x, rank, match[1], match.start())
        for rank, line in enumerate(lines)
        if line.tail_x and (match := TRAILING_NUMBER.search(line.text))
    ]
    edge = max((number.x for number in found), default=0) - _THREE_DIGITS
    return _column([number for number in found if number.x >= edge])


class _Number(NamedTuple):
    """A number at one end of a line, with the count of letters beside it."""

    y: float
    x: float
    rank: int
    digits: str
    letters: int


def _column(found: list[_Number]) -> _Column | None:
    """The numbers as one column, when they count its lines and stand in line themselves.

    The first or last may be the page's own number, in the same margin.
    """
    found.sort(key=lambda number: -number.y)
    for numbers in (found, found[1:], found[:-1], found[1:-1]):
        if numbers and _run_from_one(numbers) and _stand_in_line(numbers):
            beside = [number.letters for number in numbers if number.letters]
            return _Column(
                x=numbers[0].x,
                ranks=frozenset(number.rank for number in numbers),
                prose=not beside or fmean(beside) >= _PROSE,
            )
    return None


def _run_from_one(numbers: list[_Number]) -> bool:
    return all(int(number.digits) == rank for rank, number in enumerate(numbers, 1))


def _stand_in_line(numbers: list[_Number]) -> bool:
    places = defaultdict(list)
    for number in numbers:
        places[len(number.digits)].append(number.x)
    return all(max(xs) - min(xs) <= _JITTER for xs in places.values())


def _cut_lead(line: Line) -> Line:
    text = line.text.lstrip("0123456789")
    number = int(line.text[: len(line.text) - len(text)])
    text = text.lstrip()
    spans = line.part(len(line.text) - len(text), len(line.text))
    return Line(text, line.body_x, line.y, 0.0, line.tail_x, spans=spans, number=number)


def _cut_tail(line: Line) -> Line:
    text = line.text.rstrip("0123456789")
    number = line.number or int(line.text[len(text) :])
    text = text.rstrip()
    spans = line.part(0, len(text))
    return Line(text, line.x, line.y, line.body_x, spans=spans, number=number)


# --- lines to text ----------------------------------------------------------

CELL = "\t"
"""What parts the cells of a table's row."""

_WIDER = 1.35  # times the pitch of the lines next to it: a paragraph begins
_FAR_WIDER = 1.8  # times the document's usual pitch
_TIGHTEST_PITCH = 6.0  # points; less is a raised or lowered piece of one line
_NO_PITCH = 1e6


class SetText(NamedTuple):
    """The text of a page's lines, with their spans and numbers as places of it.

    `numbers` are (where a line begins, its number), in order; number 0 stands
    where numbered lines end and others follow.
    """

    text: str
    spans: tuple[Span, ...] = ()
    numbers: tuple[tuple[int, int], ...] = ()


def set_out(pages: Sequence[list[Line]]) -> list[SetText]:
    """The pages' lines as text, with a blank line between those that stand visibly apart."""
    steps = [[upper.y - lower.y for upper, lower in pairwise(page)] for page in pages]
    pitches = sorted(step for page in steps for step in page if step >= _TIGHTEST_PITCH)
    far = _FAR_WIDER * pitches[len(pitches) // 2] if pitches else _NO_PITCH
    return [_set(lines, page, far) for lines, page in zip(pages, steps, strict=True)]


def _set(lines: list[Line], steps: list[float], far: float) -> SetText:
    if not lines:
        return SetText("")
    pitches = [step if step >= _TIGHTEST_PITCH else _NO_PITCH for step in steps]
    around = [_NO_PITCH, *pitches, _NO_PITCH]
    pieces: list[str] = []
    spans: list[Span] = []
    numbers: list[tuple[int, int]] = []
    at = 0
    for rank, line in enumerate(lines):
        if rank:
            step = steps[rank - 1]
            apart = step > far or step > _WIDER * min(around[rank - 1], around[rank + 1])
            apart = apart and not (CELL in line.text and CELL in lines[rank - 1].text)
            gap = "\n\n" if apart else "\n"
            pieces.append(gap)
            at += len(gap)
        spans += (Span(at + one.start, at + one.end, one.kind) for one in line.spans)
        if line.number or (numbers and numbers[-1][1]):
            numbers.append((at, line.number))
        pieces.append(line.text)
        at += len(line.text)
    return SetText("".join(pieces), tuple(spans), tuple(numbers))
