"""Lists that sites serve as files: CSV and XLSX as rows with names.

The only decoder outside `pipelines.extract`. Columns are found by name, never
by position; what a row has beyond the header is kept under its number.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from scrapers.errors import ParseDrift

Row = dict[str, str]
LARGEST_UNPACKED = 200 << 20
LARGEST_RATIO = 200
MOST_ROWS = 200_000
MOST_COLUMNS = 500
HEADER_WITHIN = 20


@dataclass(frozen=True, slots=True)
class RowTable:
    """A header and its rows; `problems` say which lines were not as they should be."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a workbook: its 1-based number, values by column, links by column."""

    number: int
    values: dict[str, Any]
    links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with the header row that was found in it, and its rows that hold anything."""

    name: str
    header: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def decoded(content: bytes) -> str:
    """Text of a file whose encoding nobody states: by mark, else UTF-8, else Windows-1252."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return content.decode(name, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def csv_rows(content: bytes, *, required: Sequence[str] = (), name: str = "the file") -> RowTable:
    """Rows of a CSV file; values and column names are stripped of blanks.

    NUL bytes are dropped, quoted line breaks kept. A row with fewer or more
    values than the header is kept and told in `problems`. Raises ParseDrift
    when a required column is missing or nothing stands below the header.
    """
    text = decoded(content).replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    lines = _lines(reader, name)
    header = tuple(cell.strip() for cell in next(lines, []))
    _require(header, required, name)
    rows: list[Row] = []
    problems: list[str] = []
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.append(f"line {reader.line_num}: {len(cells)} values under {len(header)} columns")
        rows.append(_named(header, cells))
    if not rows:
        raise ParseDrift(f"{name} has a header and no rows")
    return RowTable(header, tuple(rows), tuple(problems))


def _lines(reader: Any, name: str) -> Iterator[list[str]]:
    csv.field_size_limit(10 << 20)
    try:
        yield from reader
    except csv.Error as error:
        raise ParseDrift(f"{name}, line {reader.line_num}: {error}") from error


def _require(header: Iterable[str], required: Sequence[str], name: str) -> None:
    present = {cell.casefold() for cell in header}
    missing = [column for column in required if column.casefold() not in present]
    if missing:
        raise ParseDrift(f"{name} has no column {', '.join(missing)}")


def _named(header: Sequence[str], cells: Sequence[str]) -> Row:
    row = {column: cell.strip() for column, cell in zip(header, cells, strict=False) if column}
    for place in range(len(header), len(cells)):
        row[f"column {place + 1}"] = cells[place].strip()
    return row


def xlsx_rows(content: bytes, *, required: Sequence[str], name: str = "the workbook") -> tuple[Sheet, ...]:
    """Every sheet of a workbook that has the required columns.

    The header is the first row that names them all, within the first twenty.
    Values are as the workbook has them (text stripped); a cell's hyperlink is
    given beside it. Raises ParseDrift when no sheet has the columns, when the
    file is no workbook, or when it would unpack to more than 200 MiB.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    _refuse_bomb(content, name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise ParseDrift(f"{name} is not a readable workbook: {error}") from error
    try:
        sheets = [_sheet(sheet, required) for sheet in book.worksheets]
    finally:
        book.close()
    found = tuple(sheet for sheet in sheets if sheet is not None)
    if not found:
        raise ParseDrift(f"{name} has no sheet with the columns {', '.join(required)}")
    return found


def _refuse_bomb(content: bytes, name: str) -> None:
    """Judge a packed file by what its directory declares, before unpacking anything."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
    except zipfile.BadZipFile as error:
        raise ParseDrift(f"{name} is not a readable workbook: {error}") from error
    whole = sum(member.file_size for member in members)
    if whole > LARGEST_UNPACKED or whole > LARGEST_RATIO * max(len(content), 1 << 20):
        raise ParseDrift(f"{name} would unpack to {whole >> 20} MiB and is not opened")


def _sheet(sheet: Any, required: Sequence[str]) -> Sheet | None:
    header: tuple[str, ...] = ()
    rows: list[SheetRow] = []
    wanted = {column.casefold() for column in required}
    # openpyxl makes every cell it is asked for, so ask for no more than there are.
    within = {"max_row": min(sheet.max_row, MOST_ROWS), "max_col": min(sheet.max_column, MOST_COLUMNS)}
    for number, cells in enumerate(sheet.iter_rows(**within), start=1):
        if not header:
            names = tuple(" ".join(str(cell.value or "").split()) for cell in cells)
            if wanted <= {column.casefold() for column in names}:
                header = names
            elif number >= HEADER_WITHIN:
                return None
            continue
        values = {column: _value(cell.value) for column, cell in zip(header, cells, strict=False) if column}
        if any(value not in ("", None) for value in values.values()):
            rows.append(SheetRow(number, values, _links(header, cells)))
    return Sheet(str(sheet.title), tuple(column for column in header if column), tuple(rows)) if header else None


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value
    if isinstance(value, date | int | float | bool) or value is None:
        return value
    return str(value)


def _links(header: Sequence[str], cells: Sequence[Any]) -> dict[str, str]:
    return {
        column: cell.hyperlink.target
        for column, cell in zip(header, cells, strict=False)
        if column and cell.hyperlink is not None and cell.hyperlink.target
    }
