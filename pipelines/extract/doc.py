"""Word documents of before 2007 (DOC) as text, with what they add and strike.

After Microsoft's [MS-DOC]: the file information block tells where everything
is, the piece table which bytes are the text and in what order, and pages of
512 bytes which of them are drawn in what way. Read are strike and underline
that stand with the text, tracked changes, hidden text, fields, tables row by
row, footnotes, endnotes and text boxes. The numbers of lists and what only a
style says are not. Word 6 and 95 give their text alone.
"""

import re
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from struct import unpack_from

from pipelines.clean import restore_symbols
from pipelines.extract.doc_looks import Looks, read_looks
from pipelines.extract.flowing import flowing
from pipelines.extract.ole import DOC, opened
from pipelines.texts import Extracted, Limits
from scrapers.marked import Kind, Runs

METHOD = "doc"
METHOD_BARE = "doc-bare"
"""Text whose marks nobody could read: to call its words existing law would be a guess."""

_WORD_97 = 0xA5EC
_WORD_6 = (0xA5DC, 0xA59B, 0xA697, 0xA699)
_OLDEST_97 = 0xC1
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_COUNTS = 76  # where the lengths of the stories stand
_PIECES = 418  # where offset and length of the piece table stand
_LARGEST_TABLE = 64 << 20
_ANSI = "cp1252"
_COMPRESSED = 0x40000000
_GAPS = {"\r": "\n\n", "\x0b": "\n", "\x0c": "\n\n", "\x0e": "\n\n", "\t": "\t"}
_RUN = re.compile(r"([^\x00-\x1f]+)|[\x00-\x1f]")


class DocError(ValueError):
    """A DOC that is not as [MS-DOC] says."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters [start, end) of the text and where their bytes begin in the stream."""

    start: int
    end: int
    at: int
    width: int  # bytes a character


def read(path: Path, limits: Limits) -> Extracted:
    """A DOC. Raises DocError or OSError for one that is broken."""
    with opened(path) as file:
        stream = file.openstream("WordDocument").read()
        if len(stream) < _PIECES + 8:
            raise DocError("the Word document ends within its head")
        magic, version = unpack_from("<HH", stream)
        flags = unpack_from("<H", stream, 10)[0]
        if flags & _ENCRYPTED:
            return Extracted(
                media_type=DOC, method=METHOD, reason="encrypted",
                warnings=("the document needs a password",),
            )  # fmt: skip
        if magic in _WORD_6 or version < _OLDEST_97:
            return _bare(stream, limits)
        if magic != _WORD_97:
            raise DocError("the Word document does not begin as one")
        name = "1Table" if flags & _TABLE_1 else "0Table"
        if not file.exists(name):
            raise DocError(f"the Word document lacks its {name}")
        table = file.openstream(name).read(_LARGEST_TABLE)
    try:
        return _read(stream, table, limits)
    except (struct.error, IndexError) as error:
        raise DocError("a table of the Word document points outside of it") from error


def _bare(stream: bytes, limits: Limits) -> Extracted:
    """The text of Word 6 and 95, which begins and ends where the head says."""
    start, end = unpack_from("<II", stream, 24)
    writer = Runs(restore_symbols)
    text = stream[start : min(end, start + limits.characters)].decode(_ANSI, "replace")
    _Story(writer, Looks([], []), limits).write(text, start, 1)
    return flowing(
        writer.text, (), media_type=DOC, method=METHOD_BARE, limits=limits,
        limited=end - start > limits.characters,
        notes=("what this old Word document strikes or adds could not be read",),
    )  # fmt: skip


def _read(stream: bytes, table: bytes, limits: Limits) -> Extracted:
    pieces = _pieces(table, *unpack_from("<II", stream, _PIECES))
    story = _Story(Runs(restore_symbols), read_looks(stream, table), limits)
    for start, end in _stories(stream):
        for piece in pieces:
            first, last = max(start, piece.start), min(end, piece.end)
            if first >= last or story.is_full():
                continue
            at = piece.at + (first - piece.start) * piece.width
            content = stream[at : at + (last - first) * piece.width]
            text = content.decode(_ANSI if piece.width == 1 else "utf-16-le", "replace")
            if len(text) != len(content) // piece.width:
                # Beyond the first plane a character has two places.
                text = "".join(map(chr, unpack_from(f"<{len(content) // 2}H", content)))
            story.write(text, at, piece.width)
        story.end()
    return flowing(
        story.writer.text, story.writer.spans, media_type=DOC, method=METHOD, limits=limits,
        limited=story.is_full(),
    )  # fmt: skip


def _stories(stream: bytes) -> list[tuple[int, int]]:
    """The text, its footnotes, endnotes and text boxes; not heads, feet and comments."""
    text, notes, heads, macros, comments, endnotes, boxes, head_boxes = unpack_from(
        "<8i", stream, _COUNTS
    )
    if min(text, notes, heads, macros, comments, endnotes, boxes, head_boxes) < 0:
        raise DocError("a story of the Word document has less than no length")
    starts = [0]
    for count in (text, notes, heads, macros, comments, endnotes, boxes):
        starts.append(starts[-1] + count)
    spans = list(pairwise(starts))
    return [spans[rank] for rank in (0, 1, 5, 6) if spans[rank][0] < spans[rank][1]]


def _pieces(table: bytes, at: int, length: int) -> list[Piece]:
    """The piece table, in the order of the text."""
    end = at + length
    if not length or end > len(table):
        raise DocError("the Word document has no piece table")
    while at < end and table[at] == 1:
        at += 3 + int(unpack_from("<H", table, at + 1)[0])
    if at + 5 > end or table[at] != 2:
        raise DocError("the piece table of the Word document is broken")
    size = min(unpack_from("<I", table, at + 1)[0], end - at - 5)
    count = (size - 4) // 12
    if count < 1:
        raise DocError("the piece table of the Word document is empty")
    starts = unpack_from(f"<{count + 1}I", table, at + 5)
    places = [
        unpack_from("<I", table, at + 5 + 4 * (count + 1) + 8 * rank + 2)[0]
        for rank in range(count)
    ]
    return [
        _piece(start, end, place)
        for (start, end), place in zip(pairwise(starts), places, strict=True)
        if start < end
    ]


def _piece(start: int, end: int, place: int) -> Piece:
    if place & _COMPRESSED:
        return Piece(start, end, (place & ~_COMPRESSED & 0x3FFFFFFF) // 2, 1)
    return Piece(start, end, place & 0x3FFFFFFF, 2)


class _Story:
    """Puts the characters of a story together: marks, cells, fields."""

    def __init__(self, writer: Runs, looks: Looks, limits: Limits) -> None:
        self.writer = writer
        self._looks = looks
        self._left = limits.characters
        self._fields: list[list[bool]] = []  # of each field: in its result, is a link
        self._instruction: list[str] = []

    def is_full(self) -> bool:
        return self._left < 0

    def end(self) -> None:
        self.writer.part("\n\n")
        self._fields.clear()

    def write(self, text: str, at: int, width: int) -> None:
        """Take the characters whose bytes begin at `at`."""
        self._left -= len(text)
        for first, last, look in self._looks.over(at, at + len(text) * width):
            piece = text[(first - at) // width : (last - at) // width]
            if look.hidden:
                continue
            kind = look.kind
            for found in _RUN.finditer(piece):
                if found[1]:
                    self._words(found[1], kind, is_symbol=look.symbol)
                else:
                    self._sign(found[0], first + width * found.start(), kind)

    def _words(self, words: str, kind: Kind | None, *, is_symbol: bool) -> None:
        if self._fields and not self._fields[-1][0]:
            self._instruction.append(words)
            return
        if not all(in_result for in_result, _ in self._fields):
            return
        if kind == "underlined" and any(is_link for _, is_link in self._fields):
            kind = None
        self.writer.add("\u2022" if is_symbol else words, kind)

    def _sign(self, sign: str, at: int, kind: Kind | None) -> None:
        match sign:
            case "\x13":
                self._fields.append([False, False])
                self._instruction.clear()
            case "\x14" if self._fields:
                self._fields[-1] = [True, "HYPERLINK" in "".join(self._instruction)]
            case "\x15" if self._fields:
                self._fields.pop()
            case "\x07":
                self.writer.part("\n" if self._looks.is_row_end(at) else "\t")
            case "\x1e":
                self.writer.add("-", kind)
            case _ if sign in _GAPS:
                self.writer.part(_GAPS[sign])
