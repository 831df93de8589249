"""Edits within tables, put row by row.

Word by word, "Smith Aye, Jones Nay" that became "Smith Nay" lost "Aye, Jones".
What happened is that Smith's vote changed and the row of Jones went. Where edits
touch rows of a table, whole rows are set beside the rows they became, and only
then their cells are compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rapidfuzz.distance import Indel

from pipelines.align import Gap, align, gaps
from pipelines.shape import Shape

_MOST_PAIRS = 40_000  # of rows compared with one another; beyond, words decide
_ALIKE = 0.5  # rows less alike are one that went and another that came
_SAME_NAME = 0.5  # what a first cell kept adds: it names the row
_MORE_WORDS = 50  # between edits of one table that are looked at together

_Span = tuple[int, int]


@dataclass(frozen=True)
class Side:
    """One text: its words as code points, and its shape."""

    code: str
    shape: Shape

    @cached_property
    def fences(self) -> frozenset[int]:
        """Where one row or paragraph ends and another begins."""
        return self.shape.blocks | {end for _, end in self.shape.rows} | {0, len(self.code)}

    def lines(self, start: int, end: int) -> list[_Span]:
        at = [start, *(word for word in range(start + 1, end) if word in self.fences), end]
        return list(pairwise(at)) if start < end else []

    def cells(self, start: int, end: int) -> list[_Span]:
        at = [start, *(word for word in range(start + 1, end) if word in self.shape.cells), end]
        return list(pairwise(at))


def by_rows(edits: Sequence[Gap], old: Side, new: Side) -> list[Gap]:
    """Replace the edits that touch table rows by the edits of whole rows and of cells."""
    if not old.shape.rows or not new.shape.rows:
        return list(edits)
    done: list[Gap] = []
    rank = 0
    while rank < len(edits):
        if not _touches(edits[rank], old, new):
            done.append(edits[rank])
            rank += 1
            continue
        region, beyond = _widened(edits, rank, old, new, done[-1] if done else Gap(0, 0, 0, 0))
        found = _in_rows(region, old, new) if region else None
        done += edits[rank:beyond] if found is None else found
        rank = beyond
    return done


def _touches(edit: Gap, old: Side, new: Side) -> bool:
    return any(
        side.shape.row_at(word) is not None
        for side, start, end in ((old, edit.a, edit.b), (new, edit.c, edit.d))
        for word in (start, max(start, end - 1), start - 1)
    )


def _widened(
    edits: Sequence[Gap], rank: int, old: Side, new: Side, before: Gap
) -> tuple[Gap | None, int]:
    """The edit with those near it in the table, widened to where rows begin and end.

    Also which edit comes next. None when that would reach into what is done already.
    """
    edit = edits[rank]
    a, c = edit.a, edit.c
    while not (a in old.fences and c in new.fences):
        a, c = a - 1, c - 1
        if a < before.b or c < before.d:
            return None, rank + 1
    end = _closed(edits, rank, old, new)
    while end and end.rank < len(edits):
        near = edits[end.rank].a - end.b <= _MORE_WORDS and _touches(edits[end.rank], old, new)
        further = _closed(edits, end.rank, old, new) if near else None
        if not further:
            break
        end = further
    return (Gap(a, end.b, c, end.d), end.rank) if end else (None, rank + 1)


@dataclass(frozen=True)
class _End:
    """Where widened edits end, in old and in new, and the rank of the edit behind."""

    b: int
    d: int
    rank: int


def _closed(edits: Sequence[Gap], rank: int, old: Side, new: Side) -> _End | None:
    """Go on from the end of an edit, over edits that begin on the way, to the end of rows."""
    b, d = edits[rank].b, edits[rank].d
    rank += 1
    while True:
        if rank < len(edits) and b == edits[rank].a:
            b, d = edits[rank].b, edits[rank].d
            rank += 1
        elif b in old.fences and d in new.fences:
            return _End(b, d, rank)
        elif b >= len(old.code) or d >= len(new.code):
            return None
        else:
            b, d = b + 1, d + 1


def _in_rows(region: Gap, old: Side, new: Side) -> list[Gap] | None:
    gone, come = old.lines(region.a, region.b), new.lines(region.c, region.d)
    if len(gone) * len(come) > _MOST_PAIRS:
        return None
    found: list[Gap] = []
    a, c = region.a, region.c
    for left, right in _paired(gone, come, old, new):
        if left is None and right is not None:
            found.append(Gap(a, a, *right))
        elif right is None and left is not None:
            found.append(Gap(*left, c, c))
        elif left is not None and right is not None:
            found += _within(left, right, old, new)
        a = left[1] if left else a
        c = right[1] if right else c
    return found


def _within(left: _Span, right: _Span, old: Side, new: Side) -> Iterator[Gap]:
    cells, others = old.cells(*left), new.cells(*right)
    pairs = zip(cells, others, strict=True) if len(cells) == len(others) else iter([(left, right)])
    for one, other in pairs:
        first, second = old.code[slice(*one)], new.code[slice(*other)]
        if first != second:
            for gap in gaps(align(first, second), len(first), len(second)):
                yield Gap(gap.a + one[0], gap.b + one[0], gap.c + other[0], gap.d + other[0])


def _paired(
    gone: list[_Span], come: list[_Span], old: Side, new: Side
) -> list[tuple[_Span | None, _Span | None]]:
    """Set rows beside rows, in order, so that most is alike."""
    best = [[0.0] * (len(come) + 1) for _ in range(len(gone) + 1)]
    for i in range(len(gone) - 1, -1, -1):
        for j in range(len(come) - 1, -1, -1):
            merit = _likeness(gone[i], come[j], old, new)
            best[i][j] = max(
                best[i + 1][j], best[i][j + 1], merit + best[i + 1][j + 1] if merit else 0.0
            )
    pairs: list[tuple[_Span | None, _Span | None]] = []
    i = j = 0
    while i < len(gone) and j < len(come):
        merit = _likeness(gone[i], come[j], old, new)
        if merit and best[i][j] == merit + best[i + 1][j + 1]:
            pairs.append((gone[i], come[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((gone[i], None))
            i += 1
        else:
            pairs.append((None, come[j]))
            j += 1
    return pairs + [(row, None) for row in gone[i:]] + [(None, row) for row in come[j:]]


def _likeness(left: _Span, right: _Span, old: Side, new: Side) -> float:
    first, second = old.code[slice(*left)], new.code[slice(*right)]
    if first == second:
        return 2.0
    name, other = old.cells(*left)[0], new.cells(*right)[0]
    alike = Indel.normalized_similarity(first, second)
    if len(name) < len(left) and old.code[slice(*name)] == new.code[slice(*other)]:
        alike += _SAME_NAME
    return alike if alike >= _ALIKE else 0.0
