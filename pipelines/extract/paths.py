"""The thin horizontal lines that a page of a PDF draws.

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


def strokes(page: Any, shown: Shown | None = None) -> list[Stroke]:
    """The thin horizontal lines of a page, lowest first; none where there are too many.

    `shown` turns points of the page as drawn into points of it as shown.
    """
    reader = _Reader(shown)
    reader.read(page, of_page, AS_IT_IS)
    if not reader.pieces or len(reader.pieces) > _PIECES_AT_MOST:
        return []
    links = list(_links(page, shown))
    return [
        stroke for stroke in joined(reader.pieces) if not any(_is_of(stroke, box) for box in links)
    ]


class _Reader:
    """Takes the thin pieces out of paths; its loop is most of the cost of marks."""

    def __init__(self, shown: Shown | None) -> None:
        self.pieces: list[Stroke] = []
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
        if self._is_plain and matrix is AS_IT_IS and top - bottom > _THICKEST:
            stroke = None
        else:
            stroke = self._stroke([(left, bottom), (right, top)], matrix)
        if stroke:
            if self._is_drawn(path):
                self.pieces.append(stroke)
            return
        count = _count_segments(path)
        if (
            count >= _TWO_LINES
            and count != _BOX
            and count <= _SEGMENTS_AT_MOST
            and self._is_drawn(path)
        ):
            known = cast(path, pdfium.FPDF_PAGEOBJECT)
            parts = list(_parts(known, count))
            inner = matrix_of(known).within(matrix)
            strokes = (self._stroke(part, inner) for part in parts if len(parts) > 1)
            self.pieces += (stroke for stroke in strokes if stroke)

    def _is_drawn(self, path: int) -> bool:
        """Whether it is filled or stroked: a path may be there only to clip others."""
        known = _get_draw_mode(path, *self._mode)
        return not known or any(mode.value for mode in self._two)

    def _stroke(self, points: list[tuple[float, float]], matrix: Matrix) -> Stroke | None:
        if matrix is not AS_IT_IS:
            points = [matrix(x, y) for x, y in points]
        if self._shown:
            points = [self._shown(x, y) for x, y in points]
        ys = [y for _, y in points]
        bottom, top = min(ys), max(ys)
        if top - bottom > _THICKEST:
            return None
        xs = [x for x, _ in points]
        left, right = min(xs), max(xs)
        if right - left < max(top - bottom, _THINNEST_PIECE):
            return None
        return Stroke(left, right, (bottom + top) / 2)


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


class _Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float


def _links(page: Any, shown: Shown | None) -> Iterator[_Box]:
    place = c_int(0)
    link = pdfium.FPDF_LINK()
    box = pdfium.FS_RECTF()
    while pdfium.FPDFLink_Enumerate(page, place, link):
        if pdfium.FPDFLink_GetAnnotRect(link, box):
            corners = [(box.left, box.bottom), (box.right, box.top)]
            if shown:
                corners = [shown(x, y) for x, y in corners]
            xs, ys = zip(*corners, strict=True)
            yield _Box(min(xs), min(ys), max(xs), max(ys))


def _is_of(stroke: Stroke, link: _Box) -> bool:
    """Whether a stroke underlines a link."""
    foot = link.bottom + _LINK_FOOT * (link.top - link.bottom)
    return (
        link.bottom - 2 <= stroke.y <= foot
        and stroke.left >= link.left - 2
        and stroke.right <= link.right + 2
    )
