"""Presentations (PPTX) as text: a slide is a page, its title first.

After ECMA-376 part 1, 19 and 21. Read are the shapes of a slide in the order in
which they were drawn, groups opened, with the numbers of their lists, tables row
by row, the words of diagrams, and at the end the speaker's notes. Dates, feet
and slide numbers, charts, comments and pictures are left out.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from lxml import etree

from pipelines.clean import restore_symbols
from pipelines.extract.packed import PackedError, bomb, is_locked, relations, tree
from pipelines.extract.word_numbers import printed
from pipelines.markup import law_marks
from pipelines.texts import PAGE_BREAK, Extracted, Limits, Page
from scrapers.marked import Kind, Runs, Span

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
METHOD = "slides"

NOTES = "Notes:"
"""The line before a speaker's notes, which the audience does not see."""

_MAIN = "ppt/presentation.xml"
_TITLES = {"title", "ctrTitle"}
_FURNITURE = {"dt", "ftr", "sldNum", "hdr", "sldImg"}
_OFF = {"0", "false"}
_LIST = re.compile(r"(arabic|alphaLc|alphaUc|romanLc|romanUc)(Period|ParenR|ParenBoth|Plain)")
_FORMS = {
    "arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter",
    "romanLc": "lowerRoman", "romanUc": "upperRoman",
}  # fmt: skip
_WRITTEN = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}
_LEVELS = 9


def read(path: Path, limits: Limits) -> Extracted:
    """A PPTX, one page a slide. One that unpacks to too much is not opened at all."""
    warning = bomb(path, limits, "presentation")
    if warning:
        return _nothing("limit", warning)
    with ZipFile(path) as archive:
        if is_locked(archive):
            return _nothing("encrypted", "the presentation needs a password")
        return _read(archive, limits)


def _nothing(reason: str, warning: str) -> Extracted:
    return Extracted(media_type=MEDIA_TYPE, method=METHOD, reason=reason, warnings=(warning,))


def _read(archive: ZipFile, limits: Limits) -> Extracted:
    slides = _slides(archive)
    pages: list[Page] = []
    spans: list[Span] = []
    silent: dict[str, list[int]] = {
        "hidden in the show": [], "without text": [], "not readable": [],
        "not read to the end: there are charts": [],
    }  # fmt: skip
    start, stopped = 0, ""
    if len(slides) > limits.pages:
        stopped = f"only the first {limits.pages} of {len(slides)} slides were read"
    for number, part in enumerate(slides[: limits.pages], 1):
        slide = _Slide()
        try:
            slide.read(archive, part)
        except (etree.XMLSyntaxError, PackedError, BadZipFile, zlib.error, EOFError):
            silent["not readable"].append(number)
        text = slide.writer.text
        if start + len(text) > limits.characters:
            stopped = f"reading stopped at {limits.characters} characters, on slide {number}"
            break
        silent["hidden in the show"] += [number] * slide.is_hidden
        silent["not read to the end: there are charts"] += [number] * slide.has_charts
        silent["without text"] += [number] * (not text and number not in silent["not readable"])
        pages.append(Page(number=number, start=start, text=text, method=METHOD))
        spans += (Span(start + s.start, start + s.end, s.kind) for s in slide.writer.spans)
        start += len(text) + 1
    text = PAGE_BREAK.join(page.text for page in pages)
    is_empty = not any(page.text for page in pages)
    warnings = [_said(numbers, what) for what, numbers in silent.items() if numbers]
    warnings += [stopped] if stopped else []
    warnings += ["the presentation has no slides"] if not slides else []
    broken = len(silent["not readable"]) == len(slides) > 0
    reason = "limit" if stopped else "broken" if broken else "empty" if is_empty else ""
    return Extracted(
        media_type=MEDIA_TYPE,
        method=METHOD,
        pages=() if is_empty else tuple(pages),
        marks=law_marks(text, spans),
        warnings=tuple(warnings),
        reason=reason,
    )


def _said(numbers: list[int], what: str) -> str:
    """Say it of slide 3, or of slides 2-5, 9."""
    if len(numbers) == 1:
        return f"slide {numbers[0]} is {what}"
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), lambda one: one[1] - one[0])
    ]
    spans = (f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
    return f"slides {', '.join(spans)} are {what}"


def _slides(archive: ZipFile) -> list[str]:
    """The parts that hold the slides, in the order of the show."""
    main = next((one.part for one in relations(archive) if one.kind == "officeDocument"), _MAIN)
    root = tree(archive, main)
    if root is None:
        raise PackedError("the archive holds no presentation")
    parts = {one.id: one.part for one in relations(archive, main) if one.kind == "slide"}
    listed = [_related(one) for one in root.iterfind("{*}sldIdLst/{*}sldId")]
    return [parts[name] for name in listed if name in parts]


def _related(element: Any) -> str:
    """The `r:id` of an element; `id` alone is something else."""
    return next((value for name, value in element.items() if name.endswith("}id")), "")


class _Slide:
    """The text of one slide, put together shape by shape."""

    def __init__(self) -> None:
        self.writer = Runs(restore_symbols)
        self.is_hidden = False
        self.has_charts = False

    def read(self, archive: ZipFile, part: str) -> None:
        root = tree(archive, part)
        if root is None:
            raise PackedError(f"{part} is missing")
        self.is_hidden = root.get("show") in _OFF
        beside = relations(archive, part)
        shapes = list(_shapes(root))
        # Sorting keeps the order of what is no title.
        shapes.sort(key=lambda shape: _place(shape) not in _TITLES)
        for shape in shapes:
            self._shape(shape)
        for one in beside:
            if one.kind == "diagramData" and (diagram := tree(archive, one.part)) is not None:
                for body in diagram.iter("{*}t"):
                    self._body(body)
        self.has_charts = any(one.kind.startswith("chart") for one in beside)
        for one in beside:
            if one.kind == "notesSlide" and (notes := tree(archive, one.part)) is not None:
                self._notes(notes)
        self.writer.flush()

    def _notes(self, root: Any) -> None:
        bodies = [shape for shape in _shapes(root) if _place(shape) not in _FURNITURE]
        if any((text or "").strip() for shape in bodies for text in shape.itertext("{*}t")):
            self.writer.part("\n\n")
            self.writer.add(NOTES, None)
            for shape in bodies:
                self._shape(shape)

    def _shape(self, shape: Any) -> None:
        if _place(shape) in _FURNITURE:
            return
        for body in shape.iterfind("{*}txBody"):
            self._body(body)
        for table in shape.iter("{*}tbl"):
            self.writer.part("\n\n")
            for row in table.iterfind("{*}tr"):
                for cell in row.iterfind("{*}tc"):
                    for body in cell.iterfind("{*}txBody"):
                        self._body(body, within_table=True)
                    self.writer.part("\t")
                self.writer.part("\n")
            self.writer.part("\n\n")

    def _body(self, body: Any, *, within_table: bool = False) -> None:
        counts: list[int | None] = [None] * _LEVELS
        for rank, paragraph in enumerate(body.iterfind("{*}p")):
            if not within_table:
                self.writer.part("\n" if rank else "\n\n")
            elif rank:
                self.writer.part("\n")
            self._paragraph(paragraph, counts)
        if not within_table:
            self.writer.part("\n\n")

    def _paragraph(self, paragraph: Any, counts: list[int | None]) -> None:
        number = _number(paragraph, counts)
        for piece in paragraph:
            name = _local(piece)
            if name == "br":
                self.writer.part("\n")
            elif name in {"r", "fld"}:
                text = "".join(one.text or "" for one in piece.iterfind("{*}t"))
                if number and text:
                    self.writer.add(f"{number} ", None)
                    number = ""
                self.writer.add(text, _kind(piece.find("{*}rPr")))


def _shapes(root: Any) -> Iterator[Any]:
    """What can hold text, groups opened; of drawings given twice the one meant for us."""
    for shape in root.iter("{*}sp", "{*}graphicFrame"):
        named = shape.find("{*}nvSpPr/{*}cNvPr")
        is_seen = named is None or named.get("hidden", "0") in _OFF
        if is_seen and next(shape.iterancestors("{*}Fallback"), None) is None:
            yield shape


def _place(shape: Any) -> str:
    """What a shape is on its slide: title, body, sldNum ...; "" for one of its own."""
    place = shape.find("*/{*}nvPr/{*}ph")
    return "" if place is None else place.get("type", "body")


def _kind(look: Any) -> Kind | None:
    if look is None:
        return None
    if look.get("strike", "noStrike") != "noStrike":
        return "struck"
    is_link = look.find("{*}hlinkClick") is not None
    return "underlined" if look.get("u", "none") != "none" and not is_link else None


def _number(paragraph: Any, counts: list[int | None]) -> str:
    """The number that the show prints before a paragraph; `counts` are moved on."""
    said = paragraph.find("{*}pPr")
    level = said.get("lvl", "0") if said is not None else "0"
    place = int(level) if level.isdecimal() and len(level) == 1 and int(level) < _LEVELS else 0
    counts[place + 1 :] = [None] * (_LEVELS - place - 1)
    numbered = said.find("{*}buAutoNum") if said is not None else None
    form = None if numbered is None else _LIST.fullmatch(numbered.get("type", ""))
    if numbered is None or form is None:
        counts[place] = None
        return ""
    before, first = counts[place], numbered.get("startAt", "1")
    start = int(first) if re.fullmatch("[0-9]{1,5}", first) else 1
    value = start if before is None else before + 1
    counts[place] = value
    return _WRITTEN[form[2]].format(printed(value, _FORMS[form[1]]))


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
