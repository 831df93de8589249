"""Which words are set in bold or italic type.

Asked only of documents whose legend gives these faces a meaning. What is drawn
at one go is of one font, so each piece of text as drawn is asked once, and
marks the letters that stand where it does. A font's name says what it is more
reliably than its weight, which pdfium guesses for fonts that do not state it.
"""

import re
from collections.abc import Iterator
from ctypes import byref, c_float, c_void_p, cast, create_string_buffer
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from pipelines.extract.paths import AS_IT_IS, Matrix, Shown, matrix_of, texts
from pipelines.extract.rows import Rows
from scrapers.marked import Kind

_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obliq", re.IGNORECASE)
_ITALIC_FLAG = 1 << 6  # ISO 32000-1, table 123
_FORCED_BOLD_FLAG = 1 << 18
_LONGEST_NAME = 256
_SAME_BASELINE = 2.0  # points


class Piece(NamedTuple):
    """A piece of text in a face: its ends and its baseline, on the page as it is shown."""

    left: float
    right: float
    y: float
    kind: Kind


def mark(rows: Rows, pieces: Iterator[Piece]) -> None:
    """Note on the lines what is set in bold and italic."""
    for piece in pieces:
        low, high = piece.y - _SAME_BASELINE, piece.y + _SAME_BASELINE
        for row in rows.between(low, high, piece.right):
            start, end = row.touched(piece.left, piece.right)
            if start < end:
                row.note(start, end, piece.kind)


def pieces(page: Any, shown: Shown | None = None) -> Iterator[Piece]:
    """The text of a page that is bold or italic; what is both comes twice.

    What is drawn one after the other on one baseline in one face is one piece.
    """
    fonts: dict[int | None, frozenset[Kind]] = {}
    bounds = [c_float() for _ in range(4)]
    references = tuple(map(byref, bounds))
    before: frozenset[Kind] = frozenset()
    left = right = y = 0.0
    for text, outer in texts(page):
        font = pdfium.FPDFTextObj_GetFont(text)
        address = cast(font, c_void_p).value
        if address not in fonts:
            fonts[address] = _kinds(font)
        kinds = fonts[address]
        if kinds and pdfium.FPDFPageObj_GetBounds(text, *references):
            start, end, baseline = _place(text, outer, shown, [value.value for value in bounds])
            if kinds == before and abs(baseline - y) < _SAME_BASELINE and start >= left:
                right = max(right, end)
                continue
            yield from (Piece(left, right, y, kind) for kind in sorted(before))
            left, right, y = start, end, baseline
        elif before:
            yield from (Piece(left, right, y, kind) for kind in sorted(before))
        before = kinds
    yield from (Piece(left, right, y, kind) for kind in sorted(before))


def _place(
    text: Any, outer: Matrix, shown: Shown | None, bounds: list[float]
) -> tuple[float, float, float]:
    """The ends and the baseline of a piece of text."""
    left, bottom, right, top = bounds
    origin = matrix_of(text)
    points = [(left, bottom), (right, top), (origin.e, origin.f)]
    if outer is not AS_IT_IS:
        points = [outer(x, y) for x, y in points]
    if shown:
        points = [shown(x, y) for x, y in points]
    (left, _), (right, _), (_, baseline) = points
    return min(left, right), max(left, right), baseline


def _kinds(font: Any) -> frozenset[Kind]:
    """What a font is: bold, italic, both or none."""
    name = create_string_buffer(_LONGEST_NAME)
    pdfium.FPDFFont_GetBaseFontName(font, name, _LONGEST_NAME)
    return _face(name.value.decode("latin-1"), pdfium.FPDFFont_GetFlags(font))


def _face(name: str, flags: int) -> frozenset[Kind]:
    found: set[Kind] = set()
    if _BOLD.search(name) or flags & _FORCED_BOLD_FLAG:
        found.add("bold")
    if _ITALIC.search(name) or flags & _ITALIC_FLAG:
        found.add("italic")
    return frozenset(found)
