"""Sheets of cells as text: a sheet is a page, a row a line, cells parted by tabs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from typing import Any

from pipelines.clean import restore_symbols
from pipelines.texts import Extracted, Limits, Page

METHOD = "sheet"


def as_pages(
    sheets: Iterable[Iterable[Sequence[Any]]], limits: Limits, media_type: str
) -> Extracted:
    """The text of sheets, each of which gives the values of its rows."""
    pages: list[Page] = []
    start, stopped = 0, ""
    for number, sheet in enumerate(sheets, 1):
        if number > limits.pages:
            stopped = f"only the first {limits.pages} sheets were read"
            break
        rows, is_cut = _within(_lines(sheet), limits, start)
        text = restore_symbols("\n".join(rows))
        pages.append(Page(number=number, start=start, text=text, method=METHOD))
        start += len(text) + 1
        if is_cut:
            stopped = f"reading stopped at {limits.characters} characters"
            break
    is_empty = not any(page.text for page in pages)
    told = [stopped, "the workbook has no text" if is_empty and not stopped else ""]
    return Extracted(
        media_type=media_type,
        method=METHOD,
        pages=() if is_empty else tuple(pages),
        warnings=tuple(filter(None, told)),
        reason="limit" if stopped else "empty" if is_empty else "",
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


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
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
