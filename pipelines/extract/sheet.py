"""Workbooks (XLSX) as text: a sheet is a page, a row a line, cells parted by tabs."""

import warnings
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl

from pipelines.clean import restore_symbols
from pipelines.extract.packed import bomb
from pipelines.texts import Extracted, Limits, Page

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
METHOD = "sheet"


def read(path: Path, limits: Limits) -> Extracted:
    """The text of all sheets. A workbook that unpacks to too much is not opened at all."""
    warning = bomb(path, limits, "workbook")
    if warning:
        return Extracted(media_type=MEDIA_TYPE, method=METHOD, reason="limit", warnings=(warning,))
    with warnings.catch_warnings(), path.open("rb") as file:
        # openpyxl warns of styles and extensions, which hold no text. Given a
        # path it insists on an ending, which our documents do not have.
        warnings.simplefilter("ignore")
        return _read(file, limits)


def _read(file: BinaryIO, limits: Limits) -> Extracted:
    if not openpyxl.DEFUSEDXML:
        # Entities in a workbook's XML could read files and fill memory.
        raise RuntimeError("openpyxl runs without defusedxml")
    pages: list[Page] = []
    start = 0
    stopped = False
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        for number, sheet in enumerate(book.worksheets, 1):
            sheet.reset_dimensions()
            rows, stopped = _within(_lines(sheet.iter_rows(values_only=True)), limits, start)
            text = restore_symbols("\n".join(rows))
            pages.append(Page(number=number, start=start, text=text, method=METHOD))
            start += len(text) + 1
            if stopped:
                break
    finally:
        book.close()
    notes = [f"reading stopped at {limits.characters} characters"] if stopped else []
    return Extracted(
        media_type=MEDIA_TYPE,
        method=METHOD,
        pages=tuple(pages),
        warnings=tuple(notes),
        reason="limit" if stopped else "",
    )


def _within(lines: Iterator[str], limits: Limits, already: int) -> tuple[list[str], bool]:
    """The lines that fit, and whether some did not."""
    left = limits.characters - already
    kept: list[str] = []
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            return kept, True
        kept.append(line)
    return kept, False


def _lines(rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    for row in rows:
        line = "\t".join(map(_cell, row)).rstrip("\t")
        if line:
            yield line


def _cell(value: Any) -> str:
    """A cell's value as a reader of the workbook sees it, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    return " ".join(str(value).split())
