"""Workbooks (XLSX) as text."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl

from pipelines.extract.packed import bomb
from pipelines.extract.tables import METHOD, as_pages
from pipelines.texts import Extracted, Limits

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        return as_pages(map(_rows, book.worksheets), limits, MEDIA_TYPE)
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True)
    return rows
