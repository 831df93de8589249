"""One page of a PDF as printed lines in reading order.

pdfium gives a page's characters as they were drawn, broken into lines. We ask
it where each line stands, which costs little, and where single letters stand
only for lines that need it: those near a drawn stroke, and those whose letters
look set apart. Letters that are printed twice to look bold it gives once.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from ctypes import c_double, c_ushort, string_at
from itertools import pairwise
from math import hypot, pi, sin
from statistics import median
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from pipelines.extract import columns, forms, ruled
from pipelines.extract.faces import mark as mark_by_faces
from pipelines.extract.faces import pieces
from pipelines.extract.forms import Field
from pipelines.extract.parts import Part
from pipelines.extract.paths import Drawn, Shown, drawn
from pipelines.extract.reading import in_order
from pipelines.extract.rows import Letters, Rows
from pipelines.extract.strokes import mark as mark_by_strokes
from pipelines.lines import LEADING_NUMBER, TRAILING_NUMBER, Line
from pipelines.mending import Edit, mend, moved
from pipelines.words import SOFT_BREAK

_PIECE = re.compile(rf"[^\r\n{SOFT_BREAK}]+{SOFT_BREAK}?")
_MARGIN = 40.0  # points
_SMALLEST_TYPE = 4.5  # points; less in a margin is a printer's note to itself
_UPRIGHT = 0.1  # radians
_DIGITS = frozenset("0123456789")
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")


class PrintedPage(NamedTuple):
    """The lines of a page in reading order, and its text as pdfium gives it."""

    lines: list[Line]
    original: str


def printed(page: Any, textpage: Any, fields: Sequence[Field] = ()) -> PrintedPage:
    """A page with what strokes mark in it, and `fields` where they stand."""
    return _printed(page, textpage, fields, faces=False)


def printed_with_faces(page: Any, textpage: Any, fields: Sequence[Field] = ()) -> PrintedPage:
    """The same, with what is bold and italic."""
    return _printed(page, textpage, fields, faces=True)


def as_drawn(page: Any, textpage: Any, fields: Sequence[Field] = ()) -> PrintedPage:
    """A page's lines just as pdfium gives them, which asks for less; then the fields."""
    text, _ = _characters(page, textpage)
    pieces = (found[0].strip() for found in _PIECE.finditer(text))
    lines = [Line(_paired(piece), 0.0, 0.0) for piece in pieces if piece]
    lines += (Line(row, 0.0, 0.0) for field in fields for row in field.text.split("\n"))
    return PrintedPage(lines, "")


def _printed(page: Any, textpage: Any, fields: Sequence[Field], *, faces: bool) -> PrintedPage:
    text, places = _characters(page, textpage)
    lines: list[Line] = []
    starts: list[int] = []
    for found in _PIECE.finditer(text):
        words = found[0].strip()
        if words:
            start = text.index(words[0], found.start())
            line = _line(words, start, places)
            if places.is_within(line) or places.letters(start).size >= _SMALLEST_TYPE:
                lines.append(line)
                starts.append(start)
    rows = Rows(lines, lambda rank: places.letters(starts[rank]))
    strokes = drawn(page, places.shown)
    mark_by_strokes(rows, strokes.strokes)
    if faces:
        mark_by_faces(rows, pieces(page, places.shown))
    for rank, spans in rows.marked():
        lines[rank].spans = spans
    made: list[Part] = []
    seen = _Seen(
        fields,
        strokes if ruled.may_be(strokes) else None,
        columns.gaps(lines, lambda rank: places.part(lines[rank], starts[rank])),
    )
    if any(seen):
        parts = list(map(places.part, lines, starts))
        lines, starts, made = _set_in(parts, seen, places.shown)
    ends = [start + len(line.text) - 1 for start, line in zip(starts, lines, strict=True)]
    doubtful = _doubtful(text, starts, lines, paired=places.paired) if lines else ()
    for start, line in doubtful:
        _mend(line, _closing(line.text, start, places))
    for part in made if places.paired else ():
        _mend(part.line, _pairs(part.line.text))
    ordered = in_order(
        [*lines, *(part.line for part in made)],
        lambda: [*map(places.end, ends), *(part.right for part in made)],
    )
    original = _paired(text) if places.paired else text
    return PrintedPage(ordered, original.replace("\r\n", "\n").replace("\x00", ""))


class _Seen(NamedTuple):
    """What is on a page that moves its words: fields, lines of a table, gaps between columns."""

    fields: Sequence[Field]
    rules: Drawn | None
    gaps: Sequence[float]


def _set_in(
    parts: list[Part], seen: _Seen, shown: Shown | None
) -> tuple[list[Line], list[int], list[Part]]:
    """Lines as pdfium gives them and their starts, and those that fields and tables make."""
    if seen.fields:
        parts = forms.set_in(parts, seen.fields, shown)
    if seen.rules:
        parts = ruled.set_in(parts, ruled.find(seen.rules))
    if seen.gaps:
        parts = columns.set_apart(parts, seen.gaps)
    own = sorted((part for part in parts if part.start >= 0), key=lambda part: part.start)
    made = [part for part in parts if part.start < 0]
    return [part.line for part in own], [part.start for part in own], made


def _mend(line: Line, found: Iterable[Edit]) -> None:
    if edits := list(found):
        line.spans = tuple(moved(line.spans, edits))
        line.text = mend(line.text, edits)


def _line(words: str, start: int, places: "_Places") -> Line:
    """One line; what follows its words' shape is asked only where the shape calls for it."""
    x, y = places.origin(start)
    line = Line(words, x, y)
    if words[0] in _DIGITS:
        number = LEADING_NUMBER.match(words)
        if number and number.end() < len(words):
            line.body_x, _ = places.origin(start + number.end())
    elif not places.is_within(line):
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
        yield from _pairs(words)
    elif words[1:2] == " " and _SPACED_OUT.fullmatch(words):
        yield from _spaced_out(words, start, places)
    elif " " in words:
        yield from _split(words, start, places)


def _pairs(words: str) -> Iterator[Edit]:
    """Characters that UTF-16 writes as two."""
    for pair in _PAIR.finditer(words):
        yield Edit(pair.start(), pair.end(), _paired(pair[0]))


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

    __slots__ = ("_box", "_exact", "_height", "_left_margin", "_right_margin", "_textpage",
                 "_turns", "_width", "_x", "_y", "paired")  # fmt: skip

    _left_margin: float
    _right_margin: float

    def __init__(self, page: Any, textpage: Any, *, exact: bool, paired: bool) -> None:
        self._textpage = textpage
        self._exact = exact
        self.paired = paired
        self._x, self._y = c_double(), c_double()
        self._box = (c_double(), c_double(), c_double(), c_double())
        self._turns = pdfium.FPDFPage_GetRotation(page)
        self._width = pdfium.FPDF_GetPageWidthF(page)
        self._height = pdfium.FPDF_GetPageHeightF(page) if self._turns else 0.0
        self._left_margin = _MARGIN
        self._right_margin = self._width - _MARGIN

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

    def part(self, line: Line, start: int) -> Part:
        """A line whose letters can be asked where they stand."""
        return Part(line, lambda after: self._edges(start + after), start)

    @property
    def shown(self) -> Shown | None:
        """How points of the page as drawn become points of it as shown, when they differ."""
        return self._shown if self._turns else None

    def is_within(self, line: Line) -> bool:
        """Whether a line begins between the margins."""
        return self._left_margin < line.x < self._right_margin

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
