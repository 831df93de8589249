"""How a text lies on its page, counted in words: where paragraphs, rows and cells begin.

A redline compares words and knows no lines; a reader wants paragraph beside
paragraph and row beside row. Lines of HTML are paragraphs, lines of a printed
page mostly go on: a line begins a paragraph after a blank line, after a stop,
after a line much shorter than most, and at an enumerator. A line with tabs is
a row of a table, its tabs part cells.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_STOPS = (".", ";", ":", "!", "?", '."', ".\u201d", ";\u201d", ":\u2014", "; and", "; or")
_OPENS = re.compile(
    r"[\"\u201c\[]?(?:\([A-Za-z0-9]{1,5}\)|\u00a7|SECTION\b|Section \d|SEC\.|Sec\.|ARTICLE\b)"
)
_SHORT = 0.6  # of a long line
_LONG_RANK = 0.9


@dataclass(frozen=True, slots=True)
class Shape:
    """All positions are indices of whitespace-separated words; spans are [start, end).

    `blocks` are where paragraphs and rows begin, `rows` the spans of table rows
    in order, `cells` how many tabs stand before a word within its row.
    """

    blocks: frozenset[int]
    rows: tuple[tuple[int, int], ...]
    cells: Mapping[int, int]

    def row_at(self, word: int) -> tuple[int, int] | None:
        """The table row in which a word stands."""
        rank = bisect_right(self.rows, word, key=lambda row: row[0]) - 1
        if rank < 0 or word >= self.rows[rank][1]:
            return None
        return self.rows[rank]


def shape(text: str) -> Shape:
    """Find the paragraphs, rows and cells of a text."""
    lines = [line.rstrip() for line in text.splitlines()]
    lengths = sorted(len(line) for line in lines if line)
    short = _SHORT * lengths[int(_LONG_RANK * (len(lengths) - 1))] if lengths else 0.0
    blocks: set[int] = set()
    rows: list[tuple[int, int]] = []
    cells: dict[int, int] = {}
    at = 0
    before = ""
    for line in lines:
        words = len(line.split())
        if not words:
            before = ""
            continue
        is_row = "\t" in line.strip()
        if is_row or _begins(line.lstrip(), before, short):
            blocks.add(at)
        if is_row:
            rows.append((at, at + words))
            cells.update(_cells(line.strip(" "), at))
        at += words
        before = line
    return Shape(frozenset(blocks), tuple(rows), cells)


def _begins(line: str, before: str, short: float) -> bool:
    return (
        not before
        or len(before) < short
        or "\t" in before
        or before.endswith(_STOPS)
        or bool(_OPENS.match(line))
    )


def _cells(row: str, at: int) -> Iterator[tuple[int, int]]:
    tabs = 0
    first = at
    for rank, cell in enumerate(row.split("\t")):
        tabs += rank > 0
        words = len(cell.split())
        if words:
            if at > first:
                yield at, tabs
            tabs = 0
        at += words
