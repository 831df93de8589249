"""How much of a page of a PDF is covered by pictures, which tells a scan."""

from collections.abc import Iterator
from ctypes import byref, c_float
from itertools import chain
from typing import Any

import pypdfium2.raw as pdfium

_LOOKED_AT = 12
"""Objects at either end of a page: the picture of a scan is drawn first or last."""
_DEEPEST = 3


def pictured(page: Any) -> float:
    """The part of a page that its largest pictures cover, from 0 to 1."""
    area = pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page)
    covered = sum(
        map(_area, _pictures(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject))
    )
    return min(1.0, covered / area) if area > 0 else 0.0


def _pictures(holder: Any, count: Any, get: Any, depth: int = 0) -> Iterator[Any]:
    length = count(holder)
    first = range(min(length, _LOOKED_AT))
    last = range(max(len(first), length - _LOOKED_AT), length)
    for index in chain(first, last):
        thing = get(holder, index)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            yield thing
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            yield from _pictures(
                thing, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, depth + 1
            )


def _area(picture: Any) -> float:
    left, bottom, right, top = (c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(
        picture, byref(left), byref(bottom), byref(right), byref(top)
    ):
        return 0.0
    return max(0.0, right.value - left.value) * max(0.0, top.value - bottom.value)
