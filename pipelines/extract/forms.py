"""What is filled into the fields of a PDF, as the page shows it.

A filled field is no part of a page's text: it is an annotation with a value,
and the same goes for words typed over a page (free text). Both are taken with
their boxes and set among the page's lines where they stand. A box that may be
ticked reads as the sign it would be on paper. XFA forms are read by the fields
that they carry beside for programs that know no XFA.
"""

from collections.abc import Callable, Iterator, Sequence
from ctypes import POINTER, c_int, c_ushort, cast, create_string_buffer
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from pipelines.extract.parts import Part, cut, piece, together, typed
from pipelines.extract.paths import Shown

TICKED = "\u2612"
UNTICKED = "\u2610"
BOXES = frozenset("\u2610\u2611\u2612\u25a1\u25fb\u2751\u274f\uf06f\uf0a8")
"""Signs that pages print where a box may be ticked; a field upon one takes its place."""

_FIELDS_AT_MOST = 1000  # on a page
_BYTES_AT_MOST = 1 << 18  # of one field
_UNSEEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
_SECRET = 1 << 13  # a text field for a password (PDF 1.7, table 228)
_TICKS = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
_CHOICES = (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
_Text = Callable[..., int]


class Field(NamedTuple):
    """Words set upon a page, and their box: points of the page as it is drawn."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class Fields:
    """Reads the fields of one document's pages; its forms are opened when a page has any."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._config = pdfium.FPDF_FORMFILLINFO(version=2)
        self._opened: Any = None

    def on(self, page: Any) -> list[Field]:
        """What is filled in on a page, in the order of the file; most pages have nothing."""
        count = min(pdfium.FPDFPage_GetAnnotCount(page), _FIELDS_AT_MOST)
        return list(self._found(page, count)) if count > 0 else []

    def close(self) -> None:
        """Let go of the document's forms; to be called before the document is closed."""
        if self._opened:
            pdfium.FPDFDOC_ExitFormFillEnvironment(self._opened)
            self._opened = None

    def _found(self, page: Any, count: int) -> Iterator[Field]:
        for index in range(count):
            annotation = pdfium.FPDFPage_GetAnnot(page, index)
            if not annotation:
                continue
            try:
                text = self._shown(annotation)
                box = pdfium.FS_RECTF()
                if text and pdfium.FPDFAnnot_GetRect(annotation, box):
                    yield Field(text, box.left, box.bottom, box.right, box.top)
            finally:
                pdfium.FPDFPage_CloseAnnot(annotation)

    def _shown(self, annotation: Any) -> str:
        """The words that an annotation shows; nothing of one that shows none."""
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        if kind not in (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT):
            return ""
        if pdfium.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
            return ""
        if kind == pdfium.FPDF_ANNOT_FREETEXT:
            return _text(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents")
        self._opened = self._opened or pdfium.FPDFDOC_InitFormFillEnvironment(
            self._document, self._config
        )
        return _value(self._opened, annotation) if self._opened else ""


def _value(forms: Any, annotation: Any) -> str:
    kind = pdfium.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind in _TICKS:
        # pdfium tells what is checked only of pages that are open for filling in.
        state = _text(pdfium.FPDFAnnot_GetStringValue, annotation, b"AS")
        return UNTICKED if state in {"", "Off"} else TICKED
    if kind in _CHOICES and (chosen := list(_chosen(forms, annotation))):
        return "\n".join(chosen)
    if kind == pdfium.FPDF_FORMFIELD_TEXTFIELD or kind in _CHOICES:
        if pdfium.FPDFAnnot_GetFormFieldFlags(forms, annotation) & _SECRET:
            return ""
        return _text(pdfium.FPDFAnnot_GetFormFieldValue, forms, annotation)
    return ""


def _chosen(forms: Any, annotation: Any) -> Iterator[str]:
    """The labels of what is chosen in a list."""
    count = min(pdfium.FPDFAnnot_GetOptionCount(forms, annotation), _FIELDS_AT_MOST)
    for index in range(max(0, count)):
        if pdfium.FPDFAnnot_IsOptionSelected(forms, annotation, index):
            yield _text(pdfium.FPDFAnnot_GetOptionLabel, forms, annotation, c_int(index))


def _text(get: _Text, *arguments: Any) -> str:
    """What one of pdfium's functions writes: UTF-16 whose size in bytes it tells first."""
    size = get(*arguments, None, 0)
    if not 2 < size <= _BYTES_AT_MOST:
        return ""
    buffer = create_string_buffer(size)
    get(*arguments, cast(buffer, POINTER(c_ushort)), size)
    text = buffer.raw[: size - 2].decode("utf-16-le", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


# --- among the lines --------------------------------------------------------

_ONE_LINE = 30.0  # points; what is typed into a higher box begins at its top
_PITCH = 14.0  # points from line to line within a box, at most
_BASELINE = 0.28  # of the height of a field of one line
_ASCENT = 0.8  # of the pitch
_LETTER = 5.5  # points
_SAME_BASELINE = 3.0
_NEAR = 5.0  # points from the baseline that a field has to that of its row
_BLANK = frozenset("_ ")


def set_in(parts: list[Part], fields: Sequence[Field], shown: Shown | None) -> list[Part]:
    """The parts of a page with what is filled in, each in the row that it stands in.

    What is typed over a blank ("____") or a printed box takes its place.
    `shown` turns points of the page as drawn into points of it as shown.
    """
    for field in fields:
        for words in _typed(field, shown):
            _put(parts, words)
    return parts


def _typed(field: Field, shown: Shown | None) -> Iterator[Part]:
    """The lines of a field, each where it is likely to stand."""
    _, left, bottom, right, top = field
    if shown:
        (left, bottom), (right, top) = shown(left, bottom), shown(right, top)
    left, right = sorted((left, right))
    bottom, top = sorted((bottom, top))
    lines = field.text.split("\n")
    pitch = min(_PITCH, (top - bottom) / len(lines))
    y = top - _ASCENT * pitch
    if len(lines) == 1 and top - bottom <= _ONE_LINE:
        y = bottom + _BASELINE * (top - bottom)
    for rank, text in enumerate(lines):
        width = right - left
        if text not in {TICKED, UNTICKED}:
            width = max(1.0, min(width, _LETTER * len(text)))
        yield typed(text, left, left + width, y - rank * pitch)


def _put(parts: list[Part], words: Part) -> None:
    """Put words among the parts: into one that reaches over them, else beside it."""
    left, right, y = words.line.x, words.right, words.line.y
    beside = [
        (abs(part.line.y - y), rank)
        for rank, part in enumerate(parts)
        if abs(part.line.y - y) <= _NEAR and not part.line.aside
    ]
    if not beside:
        parts.append(words)
        return
    y = parts[min(beside)[1]].line.y
    words = typed(words.line.text, left, right, y)
    for _, rank in sorted(beside):
        part = parts[rank]
        if abs(part.line.y - y) < _SAME_BASELINE and part.line.x < right and part.right > left:
            parts[rank] = _over(part, words)
            return
    parts.append(words)


def _over(part: Part, words: Part) -> Part:
    """The part with words typed over it, in the place of the blank that they fill."""
    text = part.line.text
    pieces = dict(cut(part, [words.line.x, words.right]))
    under = pieces.get(1)
    if under and under.line.text.replace(" ", "") == words.line.text.replace(" ", ""):
        return part
    start = end = _length(pieces.get(0))
    if under:
        start = text.index(under.line.text, start)
        end = start + len(under.line.text)
        if not set(under.line.text) <= _BLANK | BOXES:
            # A field that laps over words stands between them.
            while start and not text[start - 1].isspace() and text[start - 1] not in _BLANK:
                start -= 1
            end = start
    while end < len(text) and text[end] in _BLANK:
        end += 1
    while start and text[start - 1] in _BLANK:
        start -= 1
    around = [piece(part, 0, start)] if start else []
    after = [piece(part, end, len(text))] if end < len(text) else []
    return together([*around, words, *after])


def _length(part: Part | None) -> int:
    return len(part.line.text) if part else 0
