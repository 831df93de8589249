"""One page of a PDF as printed lines in reading order.

pdfium gives a page's characters as they were drawn, broken into lines. We ask
it where each line stands, which costs little, and where single letters stand
only for lines that need it: those near a drawn stroke, and those whose letters
look set apart. Letters that are printed twice to look bold it gives once.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from ctypes import c_double, c_ushort, string_at
from itertools import pairwise
from math import hypot, pi, sin
from statistics import median
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from pipelines.extract.faces import mark as mark_by_faces
from pipelines.extract.faces import pieces
from pipelines.extract.paths import strokes
from pipelines.extract.reading import in_order
from pipelines.extract.rows import Letters, Rows
from pipelines.extract.strokes import mark as mark_by_strokes
from pipelines.lines import LEADING_NUMBER, TRAILING_NUMBER, Line
from pipelines.mending import Edit, mend, moved
from pipelines.words import SOFT_BREAK

_PIECE = re.compile(rf"[^\r\n{SOFT_BREAK}]+{SOFT_BREAK}?")
_MARGIN = 40.0  # points
_UPRIGHT = 0.1  # radians
_DIGITS = frozenset("0123456789")
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")


class PrintedPage(NamedTuple):
    """The lines of a page in reading order, and its text as pdfium gives it."""

    lines: list[Line]
    original: str


def printed(page: Any, textpage: Any) -> PrintedPage:
    """A page with what strokes mark in it."""
    return _printed(page, textpage, faces=False)


def printed_with_faces(page: Any, textpage: Any) -> PrintedPage:
    """The same, with what is bold and italic."""
    return _printed(page, textpage, faces=True)


def as_drawn(page: Any, textpage: Any) -> PrintedPage:
    """A page's lines just as pdfium gives them, which asks for less."""
    text, _ = _characters(page, textpage)
    pieces = (found[0].strip() for found in _PIECE.finditer(text))
    return PrintedPage([Line(_paired(piece), 0.0, 0.0) for piece in pieces if piece], "")


def _printed(page: Any, textpage: Any, *, faces: bool) -> PrintedPage:
    text, places = _characters(page, textpage)
    lines: list[Line] = []
    starts: list[int] = []
    for found in _PIECE.finditer(text):
        words = found[0].strip()
        if words:
            start = text.index(words[0], found.start())
            lines.append(_line(words, start, places))
            starts.append(start)
    ends = [start + len(line.text) - 1 for start, line in zip(starts, lines, strict=True)]
    rows = Rows(lines, lambda rank: places.letters(starts[rank]))
    mark_by_strokes(rows, strokes(page, places.shown))
    if faces:
        mark_by_faces(rows, pieces(page, places.shown))
    for rank, spans in rows.marked():
        lines[rank].spans = spans
    for start, line in _doubtful(text, starts, lines, paired=places.paired):
        if edits := list(_closing(line.text, start, places)):
            line.spans = tuple(moved(line.spans, edits))
            line.text = mend(line.text, edits)
    ordered = in_order(lines, lambda: [places.end(index) for index in ends])
    original = _paired(text) if places.paired else text
    return PrintedPage(ordered, original.replace("\r\n", "\n").replace("\x00", ""))


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
    return line


def _paired(units: str) -> str:
    """UTF-16 units as the characters they stand for."""
    if not _PAIR.search(units):
        return units
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


# --- letters set apart -------------------------------

_SPACED_OUT = re.compile(r"(?:[^\W\d_] ){3,}[^\W\d_]")
_WORD_GAP = 1.6  # times the usual gap between spaced-out letters
_LONE_CAPITAL = re.compile(r"[ \n][B-HJ-Z](?=[ \r])")
_CAPITALS = re.compile(r"(?<![\w.])[A-Z]+(?: [A-Z]+)+(?![\w.])")
_BESIDE_FEW = re.compile(r" (?:(?=[A-Z]{1,2}(?![A-Z]))|(?<=\b[A-Z] )|(?<=\b[A-Z]{2} ))")
_NARROW = 0.6  # of the line's widest blank: a gap within a word
_NARROWEST_BLANK = 0.15  # of the type's size


def _doubtful(
    text: str, starts: Sequence[int], lines: Sequence[Line], *, paired: bool
) -> Iterator[tuple[int, Line]]:
    """The lines whose letters may not be as they are meant, with where they start in the text."""
    odd = {found.start() for found in _LONE_CAPITAL.finditer(text)}
    if paired:
        odd |= {found.start() for found in _PAIR.finditer(text)}
    ranks = {max(0, bisect_right(starts, place + 1) - 1) for place in odd}
    ranks |= {
        rank
        for rank, line in enumerate(lines)
        if line.text[1:2] == " " and _SPACED_OUT.fullmatch(line.text)
    }
    for rank in sorted(ranks):
        yield starts[rank], lines[rank]


def _closing(words: str, start: int, places: "_Places") -> Iterator[Edit]:
    """The edits that put a line's letters together as they are meant."""
    if _PAIR.search(words):
        for pair in _PAIR.finditer(words):
            yield Edit(pair.start(), pair.end(), _paired(pair[0]))
    elif words[1:2] == " " and _SPACED_OUT.fullmatch(words):
        yield from _spaced_out(words, start, places)
    elif " " in words:
        yield from _split(words, start, places)


def _spaced_out(words: str, start: int, places: "_Places") -> Iterator[Edit]:
    """A line of letters set apart ("O R D E R")."""
    letters = range(0, len(words), 2)
    gaps = [_gap(before, after, start, places) for before, after in pairwise(letters)]
    usual = median(gaps)
    for before, gap in zip(letters, gaps, strict=False):
        if gap <= _WORD_GAP * usual:
            yield Edit(before + 1, before + 2, "")


def _gap(before: int, after: int, start: int, places: "_Places") -> float:
    return places.start(start + after) - places.end(start + before)


def _split(words: str, start: int, places: "_Places") -> Iterator[Edit]:
    """Blanks within capitals ("C IT Y"), told by how narrow they are beside the line's others."""
    blanks = [index for index, letter in enumerate(words) if letter == " "]
    gaps = {index: _gap(index - 1, index + 1, start, places) for index in blanks}
    narrow = min(_NARROW * max(gaps.values()), _NARROWEST_BLANK * places.letters(start).size)
    for run in _CAPITALS.finditer(words):
        for found in _BESIDE_FEW.finditer(words, *run.span()):
            if -narrow < gaps[found.start()] < narrow:
                yield Edit(found.start(), found.end(), "")


# --- characters and where they stand ----------------------------------------


def _characters(page: Any, textpage: Any) -> tuple[str, "_Places"]:
    """A page's text, one character for each UTF-16 unit, and where its characters stand."""
    count = max(0, pdfium.FPDFText_CountChars(textpage))
    units = (c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(textpage, 0, count, units) - 1 if count else 0
    text = string_at(units, 2 * written).decode("utf-16-le", "replace")
    paired = len(text) != written
    if paired:
        text = "".join(map(chr, units[:written]))
    return text, _Places(page, textpage, exact=written == count, paired=paired)


class _Places:
    """Where the characters of one page stand: points from the lower left of it as it is shown."""

    __slots__ = ("_box", "_exact", "_height", "_textpage", "_turns", "_width", "_x", "_y",
                 "left_margin", "paired", "right_margin")  # fmt: skip

    def __init__(self, page: Any, textpage: Any, *, exact: bool, paired: bool) -> None:
        self._textpage = textpage
        self._exact = exact
        self.paired = paired
        self._x, self._y = c_double(), c_double()
        self._box = (c_double(), c_double(), c_double(), c_double())
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

    def letters(self, start: int) -> Letters:
        """The type's size and the edges of the letters from one on."""
        index = self._index(start)
        size = pdfium.FPDFText_GetFontSize(self._textpage, index)
        matrix = pdfium.FS_MATRIX()
        if pdfium.FPDFText_GetMatrix(self._textpage, index, matrix):
            size *= hypot(matrix.c, matrix.d)
        return Letters(size, lambda after: self._edges(start + after))

    @property
    def shown(self) -> Callable[[float, float], tuple[float, float]] | None:
        """How points of the page as drawn become points of it as shown, when they differ."""
        return self._shown if self._turns else None

    def is_turned(self, index: int) -> bool:
        """Whether a character is not upright on the page as it is shown."""
        angle = pdfium.FPDFText_GetCharAngle(self._textpage, self._index(index))
        return abs(sin(angle - self._turns * pi / 2)) > _UPRIGHT

    def _edges(self, index: int) -> tuple[float, float]:
        if not self._exact:
            index = self._index(index)
        left, right, bottom, top = self._box
        pdfium.FPDFText_GetCharBox(self._textpage, index, left, right, bottom, top)
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
