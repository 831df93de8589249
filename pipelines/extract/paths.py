"""The thin lines that a page of a PDF draws, and its boxes.

They are path objects of the page, or of forms within it, which have a space of
their own. One path may hold many lines. Underlines of links are left out: they
say where a link is and nothing about the law.
"""

from collections.abc import Callable, Iterator
from ctypes import PYFUNCTYPE, byref, c_float, c_int, c_ulong, c_void_p, cast
from itertools import repeat
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from pipelines.extract.strokes import Stroke, joined

_THICKEST = 3.5  # points; a stroked line's bounds reach out by its width at both sides
_THINNEST_PIECE = 0.2
_PIECES_AT_MOST = 4000  # on a page: more make a drawing
_OBJECTS_AT_MOST = 100_000
_SEGMENTS_AT_MOST = 4000  # of one path
_TWO_LINES = 4  # segments: twice a start and an end
_BOX = 5  # segments
_SHORTEST_WALL = 6.0  # points
_DEEPEST = 4  # forms within forms
_LINK_FOOT = 0.35  # the part of a link's height in which it is underlined

Shown = Callable[[float, float], tuple[float, float]]


class Matrix(NamedTuple):
    """How points of one space become points of another."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def within(self, outer: "Matrix") -> "Matrix":
        """Both in one, the outer one applied last."""
        e, f = outer(self.e, self.f)
        return Matrix(
            outer.a * self.a + outer.c * self.b,
            outer.b * self.a + outer.d * self.b,
            outer.a * self.c + outer.c * self.d,
            outer.b * self.c + outer.d * self.d,
            e,
            f,
        )


AS_IT_IS = Matrix(1, 0, 0, 1, 0, 0)


def matrix_of(thing: Any) -> Matrix:
    """The matrix of an object of a page or a form."""
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(thing, found):
        return AS_IT_IS
    return Matrix(found.a, found.b, found.c, found.d, found.e, found.f)


# --- objects ----------------------------------------------------------------

# A page has hundreds of objects, and all are asked what they are: with addresses
# in place of pointers, and without letting other threads in (pdfium has one),
# that costs a quarter.


def _quick(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    address = cast(function, c_void_p).value
    if address is None:
        raise ImportError(f"pdfium has no {function}")
    return PYFUNCTYPE(result, *arguments)(address)


_kind = _quick(pdfium.FPDFPageObj_GetType, c_int, c_void_p)
_get_of_page = _quick(pdfium.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
_get_of_form = _quick(pdfium.FPDFFormObj_GetObject, c_void_p, c_void_p, c_ulong)
_get_bounds = _quick(pdfium.FPDFPageObj_GetBounds, c_int, *[c_void_p] * 5)
_get_draw_mode = _quick(pdfium.FPDFPath_GetDrawMode, c_int, *[c_void_p] * 3)
_count_segments = _quick(pdfium.FPDFPath_CountSegments, c_int, c_void_p)
Objects = Callable[[Any], Iterator[tuple[int, int]]]


def of_page(page: Any) -> Iterator[tuple[int, int]]:
    """The objects of a page: what each is, and its address."""
    return _objects(page, pdfium.FPDFPage_CountObjects(page), _get_of_page)


def of_form(form: Any) -> Iterator[tuple[int, int]]:
    """The objects of a form within a page."""
    return _objects(form, pdfium.FPDFFormObj_CountObjects(form), _get_of_form)


def _objects(holder: Any, count: int, get: Callable[[Any, int], int]) -> Iterator[tuple[int, int]]:
    places = range(max(0, min(count, _OBJECTS_AT_MOST)))
    addresses = list(map(get, repeat(cast(holder, c_void_p)), places))
    return zip(map(_kind, addresses), addresses, strict=True)


def texts(
    holder: Any, objects: Objects = of_page, outer: Matrix = AS_IT_IS, depth: int = 0
) -> Iterator[tuple[Any, Matrix]]:
    """The text objects of a page and of the forms in it, with their way to the page."""
    for kind, address in objects(holder):
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            yield cast(address, pdfium.FPDF_PAGEOBJECT), outer
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            form = cast(address, pdfium.FPDF_PAGEOBJECT)
            yield from texts(form, of_form, matrix_of(form).within(outer), depth + 1)


# --- strokes ----------------------------------------------------------------


class Box(NamedTuple):
    """An upright box on a page."""

    left: float
    bottom: float
    right: float
    top: float


class Drawn(NamedTuple):
    """The thin lines of a page, lowest and leftmost first, and the boxes whose edges are drawn.

    `strokes` are horizontal, without underlines of links; `walls` are vertical,
    with their ends as `left` and `right` and where they stand as `y`.
    """

    strokes: list[Stroke]
    walls: list[Stroke]
    boxes: list[Box]


def drawn(page: Any, shown: Shown | None = None) -> Drawn:
    """The thin lines of a page; none where there are too many.

    `shown` turns points of the page as drawn into points of it as shown.
    """
    reader = _Reader(shown)
    reader.read(page, of_page, AS_IT_IS)
    if len(reader.pieces) > _PIECES_AT_MOST:
        return Drawn([], [], [])
    walls = joined(reader.walls) if len(reader.walls) <= _PIECES_AT_MOST else []
    boxes = reader.boxes[:_PIECES_AT_MOST]
    if not reader.pieces:
        return Drawn([], walls, boxes)
    links = list(_links(page, shown))
    strokes = [
        stroke for stroke in joined(reader.pieces) if not any(_is_of(stroke, box) for box in links)
    ]
    return Drawn(strokes, walls, boxes)


class _Reader:
    """Takes the thin pieces out of paths; its loop is most of the cost of marks."""

    def __init__(self, shown: Shown | None) -> None:
        self.pieces: list[Stroke] = []
        self.walls: list[Stroke] = []
        self.boxes: list[Box] = []
        self._shown = shown
        self._is_plain = shown is None
        self._four = [c_float() for _ in range(4)]
        self._bounds = tuple(map(byref, self._four))
        self._two = (c_int(), c_int())
        self._mode = tuple(map(byref, self._two))

    def read(self, holder: Any, objects: "Objects", matrix: Matrix, depth: int = 0) -> None:
        """Read the paths of a page or a form, whose way to the page the matrix is."""
        path = pdfium.FPDF_PAGEOBJ_PATH
        for kind, address in objects(holder):
            if kind == path:
                self._take(address, matrix)
                if len(self.pieces) > _PIECES_AT_MOST:
                    return
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                form = cast(address, pdfium.FPDF_PAGEOBJECT)
                self.read(form, of_form, matrix_of(form).within(matrix), depth + 1)

    def _take(self, path: int, matrix: Matrix) -> None:
        if not _get_bounds(path, *self._bounds):
            return
        left, bottom, right, top = [value.value for value in self._four]
        found: tuple[list[Stroke], Stroke] | None = None
        if not (self._is_plain and matrix is AS_IT_IS):
            found = self._line([(left, bottom), (right, top)], matrix)
        elif top - bottom <= _THICKEST:
            found = self._horizontal(left, bottom, right, top)
        elif right - left <= _THICKEST and top - bottom >= _SHORTEST_WALL:
            found = self.walls, Stroke(bottom, top, (left + right) / 2)
        if found:
            if self._is_drawn(path):
                found[0].append(found[1])
            return
        count = _count_segments(path)
        if count < _TWO_LINES or count > _SEGMENTS_AT_MOST or not self._is_drawn(path):
            return
        stroked = bool(self._two[1].value)
        if count != _BOX:
            self._take_parts(path, count, matrix, stroked=stroked)
        elif stroked:
            self._take_box([(left, bottom), (right, top)], matrix)

    def _take_parts(self, path: int, count: int, matrix: Matrix, *, stroked: bool) -> None:
        """Take the lines and boxes of a path that has several."""
        known = cast(path, pdfium.FPDF_PAGEOBJECT)
        parts = list(_parts(known, count))
        inner = matrix_of(known).within(matrix)
        for part in parts if len(parts) > 1 else ():
            if found := self._line(part, inner):
                found[0].append(found[1])
            elif stroked and len(part) >= _TWO_LINES:
                self._take_box(part, inner)

    def _is_drawn(self, path: int) -> bool:
        """Whether it is filled or stroked: a path may be there only to clip others."""
        known = _get_draw_mode(path, *self._mode)
        return not known or any(mode.value for mode in self._two)

    def _take_box(self, points: list[tuple[float, float]], matrix: Matrix) -> None:
        box = self._box(points, matrix)
        if min(box.right - box.left, box.top - box.bottom) >= _SHORTEST_WALL:
            self.boxes.append(box)

    def _box(self, points: list[tuple[float, float]], matrix: Matrix) -> "Box":
        """The bounds of points, on the page as it is shown."""
        if matrix is not AS_IT_IS:
            points = [matrix(x, y) for x, y in points]
        if self._shown:
            points = [self._shown(x, y) for x, y in points]
        xs, ys = zip(*points, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))

    def _line(
        self, points: list[tuple[float, float]], matrix: Matrix
    ) -> tuple[list[Stroke], Stroke] | None:
        """A thin line and the list that it belongs to, if the points make one."""
        left, bottom, right, top = self._box(points, matrix)
        if top - bottom <= _THICKEST:
            return self._horizontal(left, bottom, right, top)
        if right - left <= _THICKEST and top - bottom >= _SHORTEST_WALL:
            return self.walls, Stroke(bottom, top, (left + right) / 2)
        return None

    def _horizontal(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[list[Stroke], Stroke] | None:
        if right - left < max(top - bottom, _THINNEST_PIECE):
            return None
        return self.pieces, Stroke(left, right, (bottom + top) / 2)


def _parts(path: Any, count: int) -> Iterator[list[tuple[float, float]]]:
    """The points of each part of a path that is drawn without lifting the pen."""
    x, y = c_float(), c_float()
    points: list[tuple[float, float]] = []
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield points
            points = []
        if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            points.append((x.value, y.value))
    if len(points) > 1:
        yield points


def _links(page: Any, shown: Shown | None) -> Iterator[Box]:
    place = c_int(0)
    link = pdfium.FPDF_LINK()
    box = pdfium.FS_RECTF()
    while pdfium.FPDFLink_Enumerate(page, place, link):
        if pdfium.FPDFLink_GetAnnotRect(link, box):
            corners = [(box.left, box.bottom), (box.right, box.top)]
            if shown:
                corners = [shown(x, y) for x, y in corners]
            xs, ys = zip(*corners, strict=True)
            yield Box(min(xs), min(ys), max(xs), max(ys))


def _is_of(stroke: Stroke, link: Box) -> bool:
    """Whether a stroke underlines a link."""
    foot = link.bottom + _LINK_FOOT * (link.top - link.bottom)
    return (
        link.bottom - 2 <= stroke.y <= foot
        and stroke.left >= link.left - 2
        and stroke.right <= link.right + 2
    )
