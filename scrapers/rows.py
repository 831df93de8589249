"""Lists that sites serve as files: CSV and XLSX as rows with names.

The only decoder outside `pipelines.extract`. Columns are found by name, never
by position; what a row has beyond the header is kept under its number. Both
functions are pure and can be run in a pool.
"""

import codecs
import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from scrapers.errors import ParseDrift

Row = dict[str, str]

LARGEST_UNPACKED = 50 << 20
LARGEST_RATIO = 200
MOST_ROWS = 200_000
MOST_COLUMNS = 500
HEADER_WITHIN = 20
LONGEST_VALUE = 10 << 20
MOST_LINES = 200
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


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
    hidden: bool = False


def decoded(content: bytes) -> str:
    """Text of a file whose encoding nobody states: by mark, else UTF-8, else Windows-1252."""
    for mark, name in MARKS:
        if content.startswith(mark):
            return content.decode(name, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def csv_rows(
    content: bytes,
    *,
    required: Sequence[str] = (),
    name: str = "the file",
    may_be_empty: bool = False,
) -> RowTable:
    """Rows of a CSV file; values and column names are stripped of blanks.

    NUL bytes are dropped, quoted line breaks kept. A required column has the
    name asked for, whatever its case in the file. A row with fewer values than
    the header lacks the last columns; one with more has them as "column 8"
    and so on; both are told in `problems`, as is a value that swallows many
    lines. Raises ParseDrift when a required column is missing or, unless
    `may_be_empty`, nothing stands below the header.
    """
    text = decoded(content).replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    lines = _lines(reader, name)
    header = _header(next((cells for _, cells in lines), []), required)
    _require(header, required, name)
    rows: list[Row] = []
    problems: list[str] = []
    before = reader.line_num
    for number, cells in lines:
        if len(cells) != len(header):
            problems.append(f"line {number}: {len(cells)} values under {len(header)} columns")
        if number - before > MOST_LINES:
            problems.append(
                f"line {number}: a value of {number - before} lines; a quote may be missing"
            )
        before = number
        rows.append(_named(header, cells))
    if not rows and not may_be_empty:
        raise ParseDrift(f"{name} has a header and no rows")
    return RowTable(header, tuple(rows), tuple(problems))


def _lines(reader: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold anything, each with its number in the file."""
    # The limit is the module's own and of the whole process; it is never lowered here.
    csv.field_size_limit(max(LONGEST_VALUE, csv.field_size_limit()))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise ParseDrift(f"{name}, line {reader.line_num}: {error}") from error


def _header(cells: Iterable[Any], required: Sequence[str]) -> tuple[str, ...]:
    """Names of columns: one blank between words, required ones as asked for, none twice."""
    asked = {column.casefold(): column for column in required}
    header: list[str] = []
    for cell in cells:
        name = " ".join(str(cell if cell is not None else "").split())
        name = asked.get(name.casefold(), name)
        again = header.count(name)
        header.append(f"{name} {again + 1}" if name and again else name)
    return tuple(header)


def _require(header: Iterable[str], required: Sequence[str], name: str) -> None:
    missing = [column for column in required if column not in header]
    if missing:
        raise ParseDrift(f"{name} has no column {', '.join(missing)}")


def _named(header: Sequence[str], cells: Sequence[str]) -> Row:
    return {
        _column(header, place): cell.strip()
        for place, cell in enumerate(cells)
        if place >= len(header) or header[place] or cell.strip()
    }


def _column(header: Sequence[str], place: int) -> str:
    """The name of a column; one without a name goes by its number."""
    return (header[place] if place < len(header) else "") or f"column {place + 1}"


def xlsx_rows(
    content: bytes | Path, *, required: Sequence[str], name: str = "the workbook"
) -> tuple[Sheet, ...]:
    """Every sheet of a workbook that has the required columns.

    The header is the first row that names them all, within the first twenty;
    a required column has the name asked for, whatever its case. Values are as
    the workbook has them (text stripped, days as `date`, errors as "#N/A"); a
    cell's hyperlink is given beside it. Blank rows are left out. Raises
    ParseDrift when no sheet has the columns, when the file is no workbook, when
    it would unpack to more than 50 MiB or has more than 200,000 rows.
    """
    packed = io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    with packed:
        _refuse_bomb(packed, name)
        try:
            with warnings.catch_warnings():
                # openpyxl warns of styles and extensions that say nothing of the rows.
                warnings.simplefilter("ignore", UserWarning)
                found = tuple(_sheets(packed, required, name))
        except ParseDrift:
            raise
        except Exception as error:
            raise ParseDrift(f"{name} is not a readable workbook: {error}") from error
    if not found:
        raise ParseDrift(f"{name} has no sheet with the columns {', '.join(required)}")
    return found


def _refuse_bomb(packed: IO[bytes], name: str) -> None:
    """Judge a packed file by what its directory declares, before unpacking anything.

    The declared size binds: no more than that is ever unpacked of a member.
    """
    try:
        with zipfile.ZipFile(packed) as archive:
            whole = sum(member.file_size for member in archive.infolist())
            small = sum(member.compress_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ParseDrift(f"{name} is not a readable workbook: {error}") from error
    if whole > LARGEST_UNPACKED or whole > LARGEST_RATIO * max(small, 1 << 16):
        raise ParseDrift(f"{name} would unpack to {whole >> 20} MiB and is not opened")


def _sheets(packed: IO[bytes], required: Sequence[str], name: str) -> Iterator[Sheet]:
    import openpyxl

    # Read-only: rows come as a stream, so a stray cell in the last row costs nothing.
    book: Any = openpyxl.load_workbook(packed, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            found = _sheet(sheet, required, name)
            if found is None:
                continue
            header, rows = found
            links = _links(packed, sheet._worksheet_path)  # noqa: SLF001 - openpyxl streams no links
            yield Sheet(
                name=str(sheet.title),
                header=tuple(column for column in header if column),
                rows=tuple(_linked(row, header, links) for row in rows),
                hidden=sheet.sheet_state != "visible",
            )
    finally:
        book.close()


def _sheet(
    sheet: Any, required: Sequence[str], name: str
) -> tuple[tuple[str, ...], list[SheetRow]] | None:
    """A sheet's header and rows; None when no row names the columns."""
    header: tuple[str, ...] = ()
    rows: list[SheetRow] = []
    sheet.reset_dimensions()
    gap: Sequence[Any] = ()
    for number, cells in enumerate(
        sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1
    ):
        if cells is gap:
            # Rows that are not there come as one and the same value; a million of them are free.
            continue
        if not header:
            named = _header(cells, required)
            if set(required) <= set(named):
                header = named
            elif number >= HEADER_WITHIN:
                return None
            continue
        values = _values(header, cells)
        if any(value not in ("", None) for value in values.values()):
            rows.append(SheetRow(number, values))
        else:
            gap = cells
        if len(rows) > MOST_ROWS:
            raise ParseDrift(f"{name} has more than {MOST_ROWS} rows")
    return (header, rows) if header else None


def _values(header: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    named = {column: None for column in header if column}
    given = {
        _column(header, place): _value(cell) for place, cell in enumerate(cells) if cell is not None
    }
    return named | given


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value
    if isinstance(value, date | int | float | bool) or value is None:
        return value
    return str(value)


def _linked(row: SheetRow, header: Sequence[str], links: Mapping[tuple[int, int], str]) -> SheetRow:
    places = [place for place in range(len(header)) if (row.number, place + 1) in links]
    row.links.update({_column(header, place): links[row.number, place + 1] for place in places})
    return row


def _links(packed: IO[bytes], path: str) -> dict[tuple[int, int], str]:
    """The hyperlinks of a sheet by row and column; of a range, at its first cell."""
    from defusedxml.ElementTree import iterparse
    from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

    sheet = PurePosixPath(path.lstrip("/"))
    relations = str(sheet.parent / "_rels" / f"{sheet.name}.rels")
    with zipfile.ZipFile(packed) as archive:
        if relations not in archive.namelist():
            return {}
        with archive.open(relations) as file:
            targets = {
                found.get("Id"): found.get("Target", "")
                for _, found in iterparse(file)
                if found.get("Type", "").endswith("/hyperlink")
            }
        links: dict[tuple[int, int], str] = {}
        with archive.open(str(sheet)) as file:
            for _, found in iterparse(file):
                target = targets.get(found.get(RELATIONS))
                if target and found.tag.endswith("}hyperlink"):
                    letters, number = coordinate_from_string(found.get("ref", "").partition(":")[0])
                    links[number, column_index_from_string(letters)] = target
                found.clear()
    return links
