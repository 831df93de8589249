"""Workbooks of before 2007 (XLS) as text.

After Microsoft's [MS-XLS]: a stream of records, of which those with values and
strings are read, and the formats that tell a date from a number. Formulas are
not computed: what they came to is in the file. Workbooks of Excel 5 and 95,
whose strings are bytes, are read too; older ones are not.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from struct import unpack_from
from typing import Any, NamedTuple

from pipelines.extract.ole import XLS, opened
from pipelines.extract.tables import METHOD, as_pages
from pipelines.texts import Extracted, Limits

_BOF, _EOF, _CONTINUE, _FILEPASS, _CODEPAGE, _DATEMODE = 0x809, 0x0A, 0x3C, 0x2F, 0x42, 0x22
_SHEET, _STRINGS, _FORMAT, _LOOK = 0x85, 0xFC, 0x41E, 0xE0
_SHARED, _LABEL, _RICH, _NUMBER, _RK, _RKS = 0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD
_FORMULA, _STRING, _BOOL = 0x06, 0x207, 0x205
_VERSIONS = {0x600, 0x500}
_IS_SHEET = 0
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_WIDE, _HAS_MORE, _HAS_RUNS = 1, 4, 8
_COLUMNS = 256
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_DRAWN = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
_OF_DATES = re.compile("[dmyh]")
_DAYS = 2_958_466  # to the year 10000
_LEAP_DAY = 60  # Excel believes that 1900 had one


class XlsError(ValueError):
    """A workbook that is not as [MS-XLS] says."""


class _Record(NamedTuple):
    kind: int
    body: bytes
    next: int


def read(path: Path, limits: Limits) -> Extracted:
    """An XLS. Raises XlsError or OSError for one that is broken."""
    with opened(path) as file:
        stream = file.openstream("Workbook" if file.exists("Workbook") else "Book").read()
    try:
        book = _Book(stream)
        if book.is_locked:
            return Extracted(
                media_type=XLS, method=METHOD, reason="encrypted",
                warnings=("the workbook needs a password",),
            )  # fmt: skip
        return as_pages(map(book.rows, book.sheets), limits, XLS)
    except (struct.error, IndexError) as error:
        raise XlsError("a record of the workbook ends within a value") from error


def _records(stream: bytes, at: int) -> Iterator[_Record]:
    """The records of a part of the stream, from its beginning to its end."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        yield _Record(kind, body, at)
        if depth <= 0:
            return
    raise XlsError("the end of the workbook is missing")


class _Book:
    """What holds for the whole workbook: its sheets, strings and formats."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self.sheets: list[int] = []
        self.is_locked = False
        self._strings: list[str] = []
        self._dates: set[int] = set(_DATE_FORMATS)
        self._looks: list[int] = []
        self._first_day = datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no zone
        self._page = "cp1252"
        self._read()

    def _read(self) -> None:
        records = _records(self._stream, 0)
        first = next(records, None)
        if first is None or first.kind != _BOF:
            raise XlsError("the workbook does not begin as one")
        self._bytes = unpack_from("<H", first.body)[0] == min(_VERSIONS)
        if unpack_from("<H", first.body)[0] not in _VERSIONS:
            raise XlsError("the workbook is of a version before Excel 5")
        pieces: list[bytes] = []
        for kind, body, _ in records:
            if kind == _FILEPASS:
                self.is_locked = True
                return
            if kind == _STRINGS or (kind == _CONTINUE and pieces):
                pieces.append(body)
            elif pieces:
                self._strings = list(_strings(pieces))
                pieces = []
            self._take(kind, body)

    def _take(self, kind: int, body: bytes) -> None:
        if kind == _SHEET and body[5] == _IS_SHEET:
            self.sheets.append(unpack_from("<I", body)[0])
        elif kind == _CODEPAGE and self._bytes:
            self._page = _page_name(unpack_from("<H", body)[0])
        elif kind == _DATEMODE and unpack_from("<H", body)[0]:
            self._first_day = datetime(1904, 1, 1)  # noqa: DTZ001
        elif kind == _FORMAT and _is_date(self._text(body[2:], "<B" if self._bytes else "<H")):
            self._dates.add(unpack_from("<H", body)[0])
        elif kind == _LOOK:
            self._looks.append(unpack_from("<H", body, 2)[0])

    def _text(self, body: bytes, length: str = "<H") -> str:
        """A string with its length before it."""
        count = unpack_from(length, body)[0]
        at = struct.calcsize(length)
        if self._bytes:
            return body[at : at + count].decode(self._page, "replace")
        flags = body[at] if at < len(body) else 0
        at += 1 + 2 * bool(flags & _HAS_RUNS) + 4 * bool(flags & _HAS_MORE)
        if flags & _WIDE:
            return body[at : at + 2 * count].decode("utf-16-le", "replace")
        return body[at : at + count].decode("latin-1")

    # cells

    def rows(self, at: int) -> Iterator[list[Any]]:
        """The values of a sheet's rows, from the first column on."""
        rows: dict[int, dict[int, Any]] = {}
        waiting: tuple[int, int] | None = None  # the cell whose formula came to a string
        depth = 0
        for kind, body, _ in _records(self._stream, at):
            depth += (kind == _BOF) - (kind == _EOF)
            if depth > 1:
                # A chart within the sheet has records of its own.
                continue
            if kind == _STRING and waiting:
                rows.setdefault(waiting[0], {})[waiting[1]] = self._text(body)
                waiting = None
                continue
            cells = list(self._cells(kind, body))
            for row, column, value in cells:
                rows.setdefault(row, {})[column] = value
            if kind == _FORMULA:
                waiting = cells[0][:2] if cells and cells[0][2] is None else None
        for _, cells_of in sorted(rows.items()):
            yield [cells_of.get(column) for column in range(max(cells_of) + 1)]

    def _cells(self, kind: int, body: bytes) -> Iterator[tuple[int, int, Any]]:
        if kind not in {_SHARED, _LABEL, _RICH, _NUMBER, _RK, _RKS, _FORMULA, _BOOL}:
            return
        row, column, look = unpack_from("<HHH", body)
        if column >= _COLUMNS:
            raise XlsError("a cell of the workbook stands outside of its sheet")
        match kind:
            case 0xBD:
                for rank in range(min((len(body) - 6) // 6, _COLUMNS - column)):
                    look, number = unpack_from("<HI", body, 4 + 6 * rank)
                    yield row, column + rank, self._value(_unpacked(number), look)
                return
            case 0xFD:
                index = unpack_from("<I", body, 6)[0]
                value: Any = self._strings[index] if index < len(self._strings) else None
            case 0x204 | 0xD6:
                value = self._text(body[6:])
            case 0x203:
                value = self._value(unpack_from("<d", body, 6)[0], look)
            case 0x27E:
                value = self._value(_unpacked(unpack_from("<I", body, 6)[0]), look)
            case 0x205:
                value = _told(*unpack_from("<BB", body, 6))
            case _:
                value = self._result(body, look)
        yield row, column, value

    def _result(self, body: bytes, look: int) -> Any:
        """What a formula came to; None where a string follows."""
        if unpack_from("<H", body, 12)[0] != 0xFFFF:
            return self._value(unpack_from("<d", body, 6)[0], look)
        kind, value = body[6], body[8]
        return None if kind == 0 else _told(value, kind - 1) if kind in {1, 2} else ""

    def _value(self, number: float, look: int) -> Any:
        """A number, or the day and time that its format makes of it."""
        is_date = look < len(self._looks) and self._looks[look] in self._dates
        if not is_date or not 0 <= number < _DAYS:
            return number
        is_early = number < _LEAP_DAY and self._first_day.year == 1899
        moment = self._first_day + timedelta(days=number + is_early)
        rounded = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
        return rounded if number >= 1 else rounded.time()


def _is_date(drawn: str) -> bool:
    letters = _NOT_DRAWN.sub("", drawn).lower()
    return "general" not in letters and bool(_OF_DATES.search(letters))


def _told(value: int, is_error: int) -> Any:
    return _ERRORS.get(value, "#ERROR") if is_error else bool(value)


def _unpacked(number: int) -> float:
    """A number kept in 30 bits: half of a double or a whole number, perhaps a hundredth of it."""
    value: float
    if number & 2:
        value = (number >> 2) - ((number >> 31) << 30)
    else:
        value = unpack_from("<d", struct.pack("<II", 0, number & 0xFFFFFFFC))[0]
    return value / 100 if number & 1 else value


def _page_name(number: int) -> str:
    name = {10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252", 1200: "cp1252"}.get(
        number, f"cp{number}"
    )
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name


def _strings(pieces: Sequence[bytes]) -> Iterator[str]:
    """The strings that cells share; one can go on in the next record, even in another width."""
    reading = _Pieces(pieces)
    count = unpack_from("<I", reading.take(8), 4)[0]
    for _ in range(count):
        if reading.is_at_end():
            return
        length, flags = unpack_from("<HB", reading.take(3))
        runs = unpack_from("<H", reading.take(2))[0] if flags & _HAS_RUNS else 0
        more = unpack_from("<I", reading.take(4))[0] if flags & _HAS_MORE else 0
        yield reading.characters(length, is_wide=bool(flags & _WIDE))
        reading.take(4 * runs + more)


class _Pieces:
    """The bodies of records that go on in one another, read as one."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._rank = self._at = 0

    def is_at_end(self) -> bool:
        while self._rank < len(self._pieces) and self._at >= len(self._pieces[self._rank]):
            self._rank += 1
            self._at = 0
        return self._rank >= len(self._pieces)

    def take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count and not self.is_at_end():
            piece = self._pieces[self._rank][self._at : self._at + count - len(taken)]
            self._at += len(piece)
            taken += piece
        return taken

    def characters(self, count: int, *, is_wide: bool) -> str:
        text = ""
        while count and not self.is_at_end():
            if self._at == 0 and self._rank:
                # A string that goes on says anew how wide it is.
                is_wide = bool(self._pieces[self._rank][0] & _WIDE)
                self._at = 1
            width = 2 if is_wide else 1
            here = self._pieces[self._rank][self._at : self._at + count * width]
            here = here[: len(here) // width * width]
            if not here:
                raise XlsError("a string of the workbook ends within a character")
            self._at += len(here)
            text += here.decode("utf-16-le" if is_wide else "latin-1", "surrogatepass")
            count -= len(here) // width
        return text
