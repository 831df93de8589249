"""Passages that left one place of a text and arrived, word for word, at another.

Works on texts encoded by `align.encode` and on what their alignment left over.
An edit that went as a whole is a move from four words on; part of an edit must
be longer, since a dozen words of boilerplate recur by chance.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from pipelines.align import Gap

_WHOLE = 4
_STRETCH = 8
_PART = 12

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Move:
    """`length` words that stood at `old` and now stand at `new`."""

    old: int
    new: int
    length: int


def find_moves(
    old: str, new: str, edits: Sequence[Gap], marks: Collection[str] = frozenset()
) -> list[Move]:
    """Find the moves among the edits, none overlapping another on either side.

    `marks` are the words that number paragraphs: one that leads an edit may
    become another where the rest went as a whole.
    """
    whole = list(_whole_moves(old, new, edits))
    gone, come = _rest(edits, whole)
    if marks:
        unmarked = [
            Gap(a + (old[a:b][:1] in marks), b, c + (new[c:d][:1] in marks), d)
            for (a, b), (c, d) in zip_longest(gone, come, fillvalue=(0, 0))
        ]
        whole += _whole_moves(old, new, unmarked)
        gone, come = _rest(edits, whole)
    return whole + list(_part_moves(old, new, _long(gone), _long(come)))


def _rest(edits: Sequence[Gap], moves: Sequence[Move]) -> tuple[list[_Span], list[_Span]]:
    """What went and what came in edits that did not move as a whole."""
    left = {move.old + move.length for move in moves}
    arrived = {move.new + move.length for move in moves}
    return (
        [(edit.a, edit.b) for edit in edits if edit.a < edit.b and edit.b not in left],
        [(edit.c, edit.d) for edit in edits if edit.c < edit.d and edit.d not in arrived],
    )


def _whole_moves(old: str, new: str, edits: Iterable[Gap]) -> Iterator[Move]:
    gone: dict[str, list[int]] = {}
    for edit in edits:
        if edit.b - edit.a >= _WHOLE:
            gone.setdefault(old[edit.a : edit.b], []).append(edit.a)
    for edit in edits:
        places = gone.get(new[edit.c : edit.d])
        if places:
            yield Move(places.pop(0), edit.c, edit.d - edit.c)


def _long(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(start, end) for start, end in spans if end - start >= _PART]


def _part_moves(
    old: str, new: str, gone: list[tuple[int, int]], come: list[tuple[int, int]]
) -> Iterator[Move]:
    where: dict[str, tuple[int, int, int]] = {}
    for start, end in reversed(gone):
        for at in range(end - _STRETCH, start - 1, -1):
            where[old[at : at + _STRETCH]] = (at, start, end)
    taken = bytearray(len(old))
    for first, end in come:
        start = at = first
        while at <= end - _STRETCH:
            found = where.get(new[at : at + _STRETCH])
            if not found or taken[found[0]]:
                at += 1
                continue
            move = _grown(old, new, found, (at, start, end))
            left = slice(move.old, move.old + move.length)
            if move.length < _PART or any(taken[left]):
                at += 1
                continue
            taken[left] = b"\x01" * move.length
            yield move
            start = at = move.new + move.length


def _grown(old: str, new: str, left: tuple[int, int, int], arrived: tuple[int, int, int]) -> Move:
    """Find the longest equal stretch round the two places, within the spans given."""
    a, a_first, a_end = left
    c, c_first, c_end = arrived
    back = 0
    while a - back > a_first and c - back > c_first and old[a - back - 1] == new[c - back - 1]:
        back += 1
    on = _STRETCH
    while a + on < a_end and c + on < c_end and old[a + on] == new[c + on]:
        on += 1
    return Move(a - back, c - back, back + on)
