"""Lines drawn through words and under them.

A PDF does not say that words are struck or underlined: it draws a thin line or
box where they stand. Where one lies is told in parts of the type's size above
the baseline: 0.18 to 0.36 for the single and double strokes of Maryland's
bills, -0.12 to -0.16 for their underlines, -0.23 for Oregon's (measured on
bills of both). It marks words only if it begins and ends where they do: in
those bills it misses them by 5 points at most, while the rules of tables, the
lines to sign on and those between parts of a page go further.
"""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

from pipelines.extract.rows import LARGEST_TYPE, Row, Rows
from scrapers.marked import Kind

_BANDS: tuple[tuple[Kind, float, float], ...] = (
    ("struck", 0.10, 0.50),
    ("underlined", -0.30, 0.06),
)
_REACH = (-0.30, 0.50)
_MISSES = 4.0  # points by which a stroke may miss the ends of its words, and
_MISSES_OF_SIZE = 0.5  # the same in parts of the type's size; the greater counts
_height = attrgetter("y")


class Stroke(NamedTuple):
    """A thin horizontal line: its ends and its middle, in points of the page as it is shown."""

    left: float
    right: float
    y: float


# --- whole strokes of pieces ------------------------------------------------

_SHORTEST = 2.0  # points: a comma is as wide
_SAME_HEIGHT = 0.6
_CLOSE = 1.5
_DASH = 6.0  # what is no longer may be a dash of a dashed line, and be as far from the next
_WIDEST_GAP = 4.0


def joined(pieces: Iterable[Stroke]) -> list[Stroke]:
    """Strokes put together of those that go on from each other, lowest first."""
    whole: list[Stroke] = []
    level: list[Stroke] = []
    for piece in sorted(pieces, key=_height):
        if level and piece.y - level[0].y > _SAME_HEIGHT:
            whole += _chained(level)
            level = []
        level.append(piece)
    whole += _chained(level)
    whole.sort(key=_height)
    return whole


def _chained(level: list[Stroke]) -> Iterator[Stroke]:
    """The strokes of one height, put together from left to right."""
    level.sort()
    chain: Stroke | None = None
    last = 0.0  # the length of the piece put on last
    for piece in level:
        length = piece.right - piece.left
        if chain and piece.left - chain.right <= _gap(last, length):
            chain = Stroke(chain.left, max(chain.right, piece.right), chain.y)
        else:
            if chain and chain.right - chain.left >= _SHORTEST:
                yield chain
            chain = piece
        last = length
    if chain and chain.right - chain.left >= _SHORTEST:
        yield chain


def _gap(before: float, after: float) -> float:
    """How far apart two pieces may be that make one stroke."""
    longer = max(before, after)
    return min(longer, _WIDEST_GAP) if longer <= _DASH else _CLOSE


# --- what they mark ---------------------------------------------------------


def mark(rows: Rows, drawn: Iterable[Stroke]) -> None:
    """Note on the lines what strokes mark in them."""
    below, above = (bound * LARGEST_TYPE for bound in _REACH)
    for stroke in drawn:
        hits: dict[Kind, list[tuple[Row, int, int]]] = {}
        for row in rows.between(stroke.y - above, stroke.y - below, stroke.right):
            kind = _band((stroke.y - row.line.y) / row.size) if row.size else None
            if kind:
                start, end = row.touched(stroke.left, stroke.right)
                if start < end:
                    hits.setdefault(kind, []).append((row, start, end))
        for kind, touched in hits.items():
            if _fits(stroke, touched):
                for row, start, end in touched:
                    row.note(start, end, kind)


def _band(height: float) -> Kind | None:
    """What a stroke does at a height above the baseline, in parts of the type's size."""
    for kind, lowest, highest in _BANDS:
        if lowest <= height <= highest:
            return kind
    return None


def _fits(stroke: Stroke, touched: list[tuple[Row, int, int]]) -> bool:
    """Whether a stroke begins and ends where the letters do that it touches."""
    begins = ends = False
    for row, start, end in touched:
        slack = max(_MISSES, _MISSES_OF_SIZE * row.size)
        begins = begins or row.edges(start)[0] - stroke.left <= slack
        ends = ends or stroke.right - row.edges(end - 1)[1] <= slack
    return begins and ends
