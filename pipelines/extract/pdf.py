"""Text of PDF files, by pdfium.

pdfium gives a page's characters as they were drawn, broken into lines. We ask
it where each line stands, which costs little, put the lines in reading order
and mend them over the whole document (`pipelines.clean`).

pdfium is not thread-safe and can abort on a hostile file: read documents in a
process of their own, with limits (`monitor.compute`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from ctypes import c_double, c_ushort, string_at
from dataclasses import dataclass, field
from itertools import pairwise
from math import pi, sin
from pathlib import Path
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipelines.clean import (
    LEADING_NUMBER,
    SOFT_BREAK,
    TRAILING_NUMBER,
    Line,
    drop_line_numbers,
    drop_running_lines,
    join_broken_words,
    restore_symbols,
    texts_of,
)
from pipelines.extract.reading import in_order
from pipelines.texts import Extracted, Limits, Page

MEDIA_TYPE = "application/pdf"
METHOD = "pdfium"
PLAIN_METHOD = "pdfium-plain"


def read(path: Path, limits: Limits) -> Extracted:
    """The text of a PDF in reading order, cleaned. Never raises for a bad document."""
    return _read(path, limits, METHOD, _printed_lines, _mended)


def read_plainly(path: Path, limits: Limits) -> Extracted:
    """The text of a PDF just as pdfium gives it: the second reader, which asks for less."""
    return _read(path, limits, PLAIN_METHOD, _plain_lines, _as_drawn)


# --- the document -----------------------------------------------------------

_PageReader = Callable[[Any, Any], list[Line]]
_Mender = Callable[[Sequence[list[Line]]], list[str]]

_LOCKED = {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DAMAGED = 0.03  # of the characters: beyond this the fonts do not say what they draw
_DAMAGED_CONFIDENCE = 0.1


@dataclass(slots=True)
class _Taken:
    """What could be taken from a document's pages."""

    numbers: list[int] = field(default_factory=list)
    pages: list[list[Line]] = field(default_factory=list)
    scans: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    stopped: str = ""


def _read(
    path: Path, limits: Limits, method: str, lines_of: _PageReader, mend: _Mender
) -> Extracted:
    content = path.read_bytes()
    truncated = _is_truncated(content)
    try:
        with closing(pypdfium2.PdfDocument(content)) as document:
            taken = _take(document.raw, limits, lines_of)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _LOCKED:
            return _nothing(method, "encrypted", "the PDF is encrypted and asks for a password")
        if truncated:
            return _nothing(method, "truncated", "the end of the PDF is missing")
        return _nothing(method, "broken", f"not a readable PDF: {error}")
    return _composed(taken, mend(taken.pages), method, truncated=truncated)


def _nothing(method: str, reason: str, warning: str) -> Extracted:
    return Extracted(media_type=MEDIA_TYPE, method=method, reason=reason, warnings=(warning,))


def _take(document: Any, limits: Limits, lines_of: _PageReader) -> _Taken:
    taken = _Taken()
    count = pdfium.FPDF_GetPageCount(document)
    if count > limits.pages:
        taken.stopped = f"only the first {limits.pages} of {count} pages were read"
    left = limits.characters
    for number in range(1, min(count, limits.pages) + 1):
        with _page(document, number - 1) as (page, textpage):
            if not textpage:
                taken.unreadable.append(number)
                continue
            left -= pdfium.FPDFText_CountChars(textpage)
            if left < 0:
                taken.stopped = (
                    f"reading stopped at {limits.characters} characters, on page {number}"
                )
                break
            lines = lines_of(page, textpage)
            if not lines and pdfium.FPDFPage_CountObjects(page) > 0:
                taken.scans.append(number)
            taken.numbers.append(number)
            taken.pages.append(lines)
    return taken


@contextmanager
def _page(document: Any, index: int) -> Iterator[tuple[Any, Any]]:
    """A page and its text, each None where pdfium cannot read it."""
    page = pdfium.FPDF_LoadPage(document, index)
    textpage = pdfium.FPDFText_LoadPage(page) if page else None
    try:
        yield page, textpage
    finally:
        if textpage:
            pdfium.FPDFText_ClosePage(textpage)
        if page:
            pdfium.FPDF_ClosePage(page)


def _composed(taken: _Taken, texts: list[str], method: str, *, truncated: bool) -> Extracted:
    pages: list[Page] = []
    damaged: list[int] = []
    start = 0
    for number, raw in zip(taken.numbers, texts, strict=True):
        text = restore_symbols(raw)
        confidence = 1.0
        if text is not raw and len(_CONTROL.findall(raw)) > _DAMAGED * len(raw):
            confidence = _DAMAGED_CONFIDENCE
            damaged.append(number)
        page = Page(number=number, start=start, text=text, method=method, confidence=confidence)
        pages.append(page)
        start += len(text) + 1
    empty = start == len(pages)
    warnings = [
        "the end of the PDF is missing" if truncated else "",
        taken.stopped,
        _about(taken.unreadable, "cannot be read", "cannot be read"),
        _about(taken.scans, "has no text layer", "have no text layer"),
        _about(damaged, "has a damaged text layer", "have a damaged text layer"),
        "no page has any text" if empty and not taken.scans else "",
    ]
    return Extracted(
        media_type=MEDIA_TYPE,
        method=method,
        pages=() if empty and truncated else tuple(pages),
        warnings=tuple(filter(None, warnings)),
        reason=_reason(taken, empty=empty, truncated=truncated),
    )


def _reason(taken: _Taken, *, empty: bool, truncated: bool) -> str:
    if truncated:
        return "truncated"
    if taken.stopped:
        return "limit"
    if not taken.pages:
        return "broken"
    return "empty" if empty else ""


def _about(numbers: list[int], one: str, many: str) -> str:
    """Say it of page 3, or of pages 2-5, 9; nothing of no page."""
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"page {numbers[0]} {one}"
    runs = [[numbers[0], numbers[0]]]
    for before, number in pairwise(numbers):
        if number == before + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    spans = (str(first) if first == last else f"{first}-{last}" for first, last in runs)
    return f"pages {', '.join(spans)} {many}"


# --- the end of the file ----------------------------------------------------

_TAIL = 2048
_LINEARIZED = re.compile(rb"/Linearized\b[^>]{0,400}?/L\s+(\d+)")
_OBJECT = re.compile(rb"\d\s+obj\b")


def _is_truncated(content: bytes) -> bool:
    """Whether the end of the file is missing.

    A PDF ends with "startxref", an offset and "%%EOF"; a linearized one also
    says at its head how long it is. Junk after the end is no truncation.
    """
    stated = _LINEARIZED.search(content, 0, _TAIL)
    if stated and len(content) < int(stated[1]):
        return True
    tail = content[-_TAIL:]
    if b"%%EOF" in tail and b"startxref" in tail:
        return False
    end = content.rfind(b"%%EOF")
    return b"startxref" not in content[: max(end, 0)] or bool(_OBJECT.search(content, end))


# --- a page -----------------------------------------------------------------

_PIECE = re.compile(rf"[^\r\n{SOFT_BREAK}]+{SOFT_BREAK}?")
_SPACED_OUT = re.compile(r"(?:[^\W\d_] ){3,}[^\W\d_]")
_WORD_GAP = 1.6  # times the usual gap between spaced-out letters
_MARGIN = 40.0  # points
_UPRIGHT = 0.1  # radians
_DIGITS = frozenset("0123456789")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def _printed_lines(page: Any, textpage: Any) -> list[Line]:
    """The lines of a page in reading order."""
    text, places = _characters(page, textpage)
    lines: list[Line] = []
    ends: list[int] = []
    for found in _PIECE.finditer(text):
        words = found[0].strip()
        if words:
            start = text.index(words[0], found.start())
            lines.append(_line(words, start, places))
            ends.append(start + len(words) - 1)
    if _SURROGATE.search(text):
        for line in lines:
            line.text = _paired(line.text)
    return in_order(lines, lambda: [places.end(index) for index in ends])


def _line(words: str, start: int, places: "_Places") -> Line:
    """One line; what follows its words' shape is asked only where the shape calls for it."""
    x, y = places.origin(start)
    line = Line(words, x, y)
    if words[0] in _DIGITS:
        number = LEADING_NUMBER.match(words)
        if number and number.end() < len(words):
            line.body_x, _ = places.origin(start + number.end())
    elif not places.left_margin < x < places.right_margin:
        line.aside = places.is_turned(start)
    if words[-1] in _DIGITS and (number := TRAILING_NUMBER.search(words)):
        line.tail_x, _ = places.origin(start + number.start(1))
    if words[1:2] == " " and _SPACED_OUT.fullmatch(words):
        line.text = _closed_up(words, start, places)
    return line


def _paired(units: str) -> str:
    """UTF-16 units as the characters they stand for."""
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _closed_up(words: str, start: int, places: "_Places") -> str:
    """Letters that were set apart ("O R D E R") as words again."""
    letters = range(start, start + len(words), 2)
    gaps = [places.start(after) - places.end(before) for before, after in pairwise(letters)]
    usual = median(gaps)
    spaces = (" " if gap > _WORD_GAP * usual else "" for gap in gaps)
    return words[0] + "".join(
        space + letter for space, letter in zip(spaces, words[2::2], strict=True)
    )


def _plain_lines(page: Any, textpage: Any) -> list[Line]:
    text, _ = _characters(page, textpage)
    pieces = (found[0].strip() for found in _PIECE.finditer(text))
    return [Line(_paired(piece), 0.0, 0.0) for piece in pieces if piece]


def _mended(pages: Sequence[list[Line]]) -> list[str]:
    pages = drop_running_lines(drop_line_numbers(pages))
    return join_broken_words(texts_of(pages))


def _as_drawn(pages: Sequence[list[Line]]) -> list[str]:
    return join_broken_words(["\n".join(line.text for line in page) for page in pages])


def _characters(page: Any, textpage: Any) -> tuple[str, "_Places"]:
    """A page's text, one character for each UTF-16 unit, and where its characters stand."""
    count = max(0, pdfium.FPDFText_CountChars(textpage))
    units = (c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(textpage, 0, count, units) - 1 if count else 0
    text = string_at(units, 2 * written).decode("utf-16-le", "replace")
    if len(text) != written:
        text = "".join(map(chr, units[:written]))
    return text, _Places(page, textpage, exact=written == count)


class _Places:
    """Where the characters of one page stand: points from the lower left of it as it is shown."""

    __slots__ = ("_exact", "_height", "_textpage", "_turns", "_width", "_x", "_y",
                 "left_margin", "right_margin")  # fmt: skip

    def __init__(self, page: Any, textpage: Any, *, exact: bool) -> None:
        self._textpage = textpage
        self._exact = exact
        self._x, self._y = c_double(), c_double()
        self._turns = pdfium.FPDFPage_GetRotation(page)
        self._width = pdfium.FPDF_GetPageWidthF(page)
        self._height = pdfium.FPDF_GetPageHeightF(page) if self._turns else 0.0
        self.left_margin = _MARGIN
        self.right_margin = self._width - _MARGIN

    def origin(self, index: int) -> tuple[float, float]:
        """Where a character's baseline begins."""
        if not self._exact:
            index = self._index(index)
        x, y = self._x, self._y
        pdfium.FPDFText_GetCharOrigin(self._textpage, index, x, y)
        return self._shown(x.value, y.value) if self._turns else (x.value, y.value)

    def start(self, index: int) -> float:
        """The left edge of a character."""
        return self._edges(index)[0]

    def end(self, index: int) -> float:
        """The right edge of a character."""
        return self._edges(index)[1]

    def is_turned(self, index: int) -> bool:
        """Whether a character is not upright on the page as it is shown."""
        angle = pdfium.FPDFText_GetCharAngle(self._textpage, self._index(index))
        return abs(sin(angle - self._turns * pi / 2)) > _UPRIGHT

    def _edges(self, index: int) -> tuple[float, float]:
        left, right = self._x, self._y
        bottom, top = c_double(), c_double()
        pdfium.FPDFText_GetCharBox(self._textpage, self._index(index), left, right, bottom, top)
        if not self._turns:
            return left.value, right.value
        corners = (self._shown(left.value, bottom.value), self._shown(right.value, top.value))
        return min(x for x, _ in corners), max(x for x, _ in corners)

    def _index(self, index: int) -> int:
        """Turn the place in the text into pdfium's own, which counts unmapped characters too."""
        if self._exact:
            return index
        place: int = pdfium.FPDFText_GetCharIndexFromTextIndex(self._textpage, index)
        return place

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        if self._turns == 1:
            return y, self._height - x
        if self._turns == 2:
            return self._width - x, self._height - y
        return self._width - y, x
