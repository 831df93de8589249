"""How the characters of a DOC are drawn, by where their bytes stand.

After [MS-DOC] 2.4.6 and 2.6: pages of 512 bytes tell for ranges of bytes which
properties differ from plain ones; each is a number that says its own length.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from struct import unpack_from

from scrapers.marked import Kind

_PAGE = 512
_CHARACTERS, _PARAGRAPHS = 250, 258  # where offset and length of the tables of pages stand
_DELETED, _INSERTED, _STRIKE, _DOUBLE_STRIKE = 0x0800, 0x0801, 0x0837, 0x2A53
_UNDERLINE, _HIDDEN, _SYMBOL, _RESET = 0x2A3E, 0x083C, 0x6A09, 0x2A33
_ROW_END = 0x2417
_LENGTHS = (1, 1, 2, 4, 2, 2, 0, 3)  # bytes by the three highest bits; 0: the first byte tells
_TABLE_SHAPE = 0xD608  # the only one whose length takes two bytes
_ON = {1, 0x81}  # "on" and "not as the style", whose styles are plain to us


@dataclass(frozen=True, slots=True)
class Look:
    """How a run of characters is drawn."""

    kind: Kind | None = None
    hidden: bool = False
    symbol: bool = False


PLAIN = Look()


@dataclass(frozen=True)
class Looks:
    """Ranges of bytes that are not plain, in order and apart; where rows of tables end."""

    runs: list[tuple[int, int, Look]]
    row_ends: list[tuple[int, int]]

    def over(self, start: int, end: int) -> Iterator[tuple[int, int, Look]]:
        """The range in pieces, each with its look."""
        rank = max(0, bisect_right(self.runs, start, key=lambda run: run[0]) - 1)
        while start < end:
            while rank < len(self.runs) and self.runs[rank][1] <= start:
                rank += 1
            if rank == len(self.runs) or self.runs[rank][0] >= end:
                yield start, end, PLAIN
                return
            first, last, look = self.runs[rank]
            if start < first:
                yield start, first, PLAIN
                start = first
            yield start, min(last, end), look
            start = last

    def is_row_end(self, at: int) -> bool:
        rank = bisect_right(self.row_ends, at, key=lambda span: span[0]) - 1
        return rank >= 0 and at < self.row_ends[rank][1]


def read_looks(stream: bytes, table: bytes) -> Looks:
    """The looks of a Word document by its pages of properties. Raises struct.error, IndexError."""
    runs = [
        (start, end, look)
        for page in _pages(stream, table, _CHARACTERS)
        for start, end, properties in _runs(page, entry=1)
        if (look := _look(_of_characters(page, properties))) != PLAIN
    ]
    row_ends = [
        (start, end)
        for page in _pages(stream, table, _PARAGRAPHS)
        for start, end, properties in _runs(page, entry=13)
        if _ends_row(_of_paragraph(page, properties))
    ]
    return Looks(_apart(sorted(runs, key=lambda run: run[0])), sorted(row_ends))


def _apart(runs: list[tuple[int, int, Look]]) -> list[tuple[int, int, Look]]:
    """Of runs that overlap, as they never should, the first."""
    kept: list[tuple[int, int, Look]] = []
    for start, end, look in runs:
        first = max(start, kept[-1][1]) if kept else start
        if first < end:
            kept.append((first, end, look))
    return kept


def _pages(stream: bytes, table: bytes, place: int) -> Iterator[bytes]:
    at, length = unpack_from("<II", stream, place)
    # A document has no more pages than fit into it.
    count = min(max(0, (length - 4) // 8), len(stream) // _PAGE)
    numbers = unpack_from(f"<{count}I", table, at + 4 * ((length - 4) // 8 + 1)) if count else ()
    for number in numbers:
        start = (number & 0x3FFFFF) * _PAGE
        if start + _PAGE <= len(stream):
            yield stream[start : start + _PAGE]


def _runs(page: bytes, *, entry: int) -> Iterator[tuple[int, int, int]]:
    """A page's ranges, each with where in the page its properties stand, 0 for none."""
    count = page[-1]
    starts = unpack_from(f"<{count + 1}I", page)
    for rank, (start, end) in enumerate(pairwise(starts)):
        if start < end:
            yield start, end, 2 * page[4 * (count + 1) + entry * rank]


def _of_characters(page: bytes, at: int) -> bytes:
    return page[at + 1 : at + 1 + page[at]] if at else b""


def _of_paragraph(page: bytes, at: int) -> bytes:
    """A paragraph's properties, without the number of its style."""
    if not at:
        return b""
    if page[at]:
        return page[at + 3 : at + 2 * page[at]]
    return page[at + 4 : at + 2 + 2 * page[at + 1]]


def _properties(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Numbers of properties, each with its operand."""
    at = 0
    while at + 2 <= len(content):
        number = content[at] | content[at + 1] << 8
        at += 2
        length = _LENGTHS[number >> 13]
        if not length:
            wide = number == _TABLE_SHAPE
            head = content[at : at + (2 if wide else 1)]
            length = int.from_bytes(head, "little") + 1
        yield number, content[at : at + length]
        at += length


def _look(content: bytes) -> Look:
    on: dict[int, bool] = {}
    for number, operand in _properties(content):
        if number == _RESET:
            on.clear()
        elif number == _UNDERLINE:
            on[number] = operand[:1] != b"\0"
        elif number == _SYMBOL:
            on[number] = True
        else:
            on[number] = operand[:1] != b"" and operand[0] in _ON
    kind: Kind | None = None
    if on.get(_STRIKE) or on.get(_DOUBLE_STRIKE) or on.get(_DELETED):
        kind = "struck"
    elif on.get(_INSERTED):
        kind = "added"
    elif on.get(_UNDERLINE):
        kind = "underlined"
    return Look(kind, hidden=on.get(_HIDDEN, False), symbol=on.get(_SYMBOL, False))


def _ends_row(content: bytes) -> bool:
    return any(
        number == _ROW_END and operand[:1] == b"\1" for number, operand in _properties(content)
    )
