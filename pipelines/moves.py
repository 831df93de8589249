"""Passages that left one place of a text and arrived, word for word, at another.

Works on texts encoded by `align.encode` and on what their alignment left over.
An edit that went as a whole is a move from four words on; part of an edit must
be longer, since a dozen words of boilerplate recur by chance.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.align import Gap

_WHOLE = 4
_STRETCH = 8
_PART = 12


@dataclass(frozen=True, slots=True)
class Move:
    """`length` words that stood at `old` and now stand at `new`."""

    old: int
    new: int
    length: int


def find_moves(old: str, new: str, edits: Sequence[Gap]) -> list[Move]:
    """Find the moves among the edits, none overlapping another on either side."""
    whole = list(_whole_moves(old, new, edits))
    taken_old = {move.old for move in whole}
    taken_new = {move.new for move in whole}
    gone = [(edit.a, edit.b) for edit in edits if edit.a not in taken_old]
    come = [(edit.c, edit.d) for edit in edits if edit.c not in taken_new]
    return whole + list(_part_moves(old, new, _long(gone), _long(come)))


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
