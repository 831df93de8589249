"""Text of PDF files, by pdfium.

Each page is read as printed lines (`pipelines.extract.printed`), which are
mended over the whole document: line numbers and running heads go
(`pipelines.lines`, `pipelines.running`), words are made whole
(`pipelines.words`). A page whose own text is absent or bad is read as a picture
(`pipelines.extract.ocr`), elsewhere and before: its lines are handed in and are
mended with the others. What was struck, underlined or set in another face moves
along and becomes what the law adds and strikes (`pipelines.markup`).

pdfium is not thread-safe and can abort on a hostile file: read documents in a
process of their own, with limits (`monitor.compute`).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from pipelines.clean import restore_symbols, symbol_edits
from pipelines.doubts import without_doubts
from pipelines.extract.forms import Field, Fields
from pipelines.extract.pictures import pictured
from pipelines.extract.printed import PrintedPage, as_drawn, printed, printed_with_faces
from pipelines.extract.quality import Look, State, judge
from pipelines.extract.scans import (
    HARD_TO_READ,
    LOW,
    LOW_REASON,
    NO_SCANS,
    Scan,
    about_pages,
    confidence_in,
    is_better,
)
from pipelines.extract.scans import METHOD as SCANNED
from pipelines.legends import faces_mean
from pipelines.lines import Line, SetText, drop_line_numbers, set_out
from pipelines.markup import law_marks
from pipelines.mending import Edit, mend, moved, moved_places
from pipelines.running import drop_running_lines
from pipelines.texts import PAGE_BREAK, Extracted, Limits, Page
from pipelines.words import broken_words, join_broken_words, split_words
from scrapers.marked import Span

MEDIA_TYPE = "application/pdf"
METHOD = "pdfium"
PLAIN_METHOD = "pdfium-plain"


def read(path: Path, limits: Limits, scans: Mapping[int, Scan] = NO_SCANS) -> Extracted:
    """The text of a PDF in reading order, cleaned. Never raises for a bad document.

    `scans` are pages that were read as pictures, by number; each is believed
    where the page's own text is absent or bad and it tells more.
    """
    return _read(path, limits, METHOD, printed, _mended, scans)


def read_plainly(path: Path, limits: Limits) -> Extracted:
    """The text of a PDF just as pdfium gives it: the second reader, which asks for less."""
    return _read(path, limits, PLAIN_METHOD, as_drawn, _as_drawn)


# --- the document -----------------------------------------------------------

_PageReader = Callable[[Any, Any, Sequence[Field]], PrintedPage]
_Mender = Callable[[Sequence[list[Line]]], list[SetText]]

_LOCKED = {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DAMAGED = 0.03  # of the characters: beyond this the fonts do not say what they draw
_DAMAGED_CONFIDENCE = 0.1


@dataclass(slots=True)
class _Taken:
    """What could be taken from a document's pages, and by which reader."""

    reader: _PageReader
    numbers: list[int] = field(default_factory=list)
    pages: list[list[Line]] = field(default_factory=list)
    originals: list[str] = field(default_factory=list)
    pictured: list[float] = field(default_factory=list)
    drawn: list[bool] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    stopped: str = ""


class _Source(NamedTuple):
    """Where a page's words come from: by which method, how far to trust it, and what was there."""

    method: str
    confidence: float
    own: State


def _read(
    path: Path, limits: Limits, method: str, reader: _PageReader, mender: _Mender,
    scans: Mapping[int, Scan] = NO_SCANS,
) -> Extracted:  # fmt: skip
    content = path.read_bytes()
    truncated = _is_truncated(content)
    try:
        with closing(pypdfium2.PdfDocument(content)) as document:
            taken = _take(document.raw, limits, reader)
            if taken.reader is printed and _needs_faces(taken.pages):
                taken = _take(document.raw, limits, printed_with_faces)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _LOCKED:
            return _nothing(method, "encrypted", "the PDF is encrypted and asks for a password")
        if truncated:
            return _nothing(method, "truncated", "the end of the PDF is missing")
        return _nothing(method, "broken", f"not a readable PDF: {error}")
    sources = _sources(taken, method, scans)
    return _composed(taken, sources, mender(taken.pages), method, truncated=truncated)


def _sources(taken: _Taken, method: str, scans: Mapping[int, Scan]) -> list[_Source]:
    """Judge the pages' own texts, and put scans in place of those that tell less."""
    texts = [
        original or "\n".join(line.text for line in lines)
        for original, lines in zip(taken.originals, taken.pages, strict=True)
    ]
    found = []
    for rank, verdict in enumerate(judge(list(map(Look, texts, taken.pictured, taken.drawn)))):
        source = _Source(method, confidence_in(verdict), verdict.state)
        scan = scans.get(taken.numbers[rank])
        if scan and verdict.state != "good" and is_better(scan, source.confidence, texts[rank]):
            taken.pages[rank] = list(scan.lines)
            taken.originals[rank] = texts[rank] or scan.text
            source = _Source(SCANNED, scan.confidence, verdict.state)
        found.append(source)
    return found


def _needs_faces(pages: Sequence[list[Line]]) -> bool:
    return faces_mean("\n".join(line.text for page in pages for line in page))


def _nothing(method: str, reason: str, warning: str) -> Extracted:
    return Extracted(media_type=MEDIA_TYPE, method=method, reason=reason, warnings=(warning,))


def _take(document: Any, limits: Limits, reader: _PageReader) -> _Taken:
    taken = _Taken(reader)
    count = pdfium.FPDF_GetPageCount(document)
    if count > limits.pages:
        taken.stopped = f"only the first {limits.pages} of {count} pages were read"
    left = limits.characters
    fields = Fields(document)
    for number in range(1, min(count, limits.pages) + 1):
        with _page(document, number - 1) as (page, textpage):
            if not textpage:
                taken.unreadable.append(number)
                continue
            filled = fields.on(page)
            left -= pdfium.FPDFText_CountChars(textpage) + sum(len(one.text) for one in filled)
            if left < 0:
                taken.stopped = (
                    f"reading stopped at {limits.characters} characters, on page {number}"
                )
                break
            lines, original = taken.reader(page, textpage, filled)
            if not taken.pages and taken.reader is printed and _needs_faces([lines]):
                # Most legends stand on the first page; what others say is found in the end.
                taken.reader = printed_with_faces
                lines, original = taken.reader(page, textpage, filled)
            taken.pictured.append(pictured(page))
            taken.drawn.append(pdfium.FPDFPage_CountObjects(page) > 0)
            taken.numbers.append(number)
            taken.pages.append(lines)
            taken.originals.append(original)
    fields.close()
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


def _composed(
    taken: _Taken,
    sources: Sequence[_Source],
    mended: Sequence[SetText],
    method: str,
    *,
    truncated: bool,
) -> Extracted:
    pages: list[Page] = []
    spans: list[Span] = []
    damaged: list[int] = []
    start = 0
    for number, original, source, page in zip(
        taken.numbers, taken.originals, sources, mended, strict=True
    ):
        raw, text = page.text, restore_symbols(page.text)
        confidence = source.confidence
        if text is not raw:
            if len(_CONTROL.findall(raw)) > _DAMAGED * len(raw):
                confidence = min(confidence, _DAMAGED_CONFIDENCE)
                damaged.append(number)
            page = _moved(page, symbol_edits(raw), text)  # noqa: PLW2901 - the same page mended
        drawn, doubtful = without_doubts(page.spans)
        pages.append(
            Page(
                number=number,
                start=start,
                text=text,
                method=source.method,
                confidence=confidence,
                lines=page.numbers,
                original="" if original == text else original,
                doubtful=doubtful,
            )
        )
        spans += (Span(start + one.start, start + one.end, one.kind) for one in drawn)
        start += len(text) + 1
    empty = start == len(pages)
    warnings = [
        "the end of the PDF is missing" if truncated else "",
        taken.stopped,
        about_pages(taken.unreadable, "cannot be read", "cannot be read"),
        *_about_sources(taken.numbers, sources, damaged),
    ]
    if empty and not any(source.own == "absent" for source in sources):
        warnings.append("no page has any text")
    is_scan = bool(sources) and all(source.method == SCANNED for source in sources)
    return Extracted(
        media_type=MEDIA_TYPE,
        method=SCANNED if is_scan else method,
        pages=() if empty and truncated else tuple(pages),
        marks=law_marks(PAGE_BREAK.join(page.text for page in pages), spans, drawn=True),
        warnings=tuple(filter(None, warnings)),
        reason=_reason(taken, empty=empty, truncated=truncated)
        or (LOW_REASON if any(page.confidence < LOW for page in pages) else ""),
    )


def _about_sources(
    numbers: Sequence[int], sources: Sequence[_Source], damaged: Sequence[int]
) -> Iterator[str]:
    """Say of the pages where their words come from, if not from a sound text layer."""
    own: dict[State, list[int]] = {"absent": [], "bad": [], "good": []}
    scanned: list[int] = []
    low: list[int] = []
    for number, source in zip(numbers, sources, strict=True):
        if source.method == SCANNED:
            scanned.append(number)
            low += [number] * (source.confidence < LOW)
        elif number not in damaged:
            own[source.own].append(number)
    yield about_pages(own["absent"], "has no text layer", "have no text layer")
    yield about_pages(own["bad"], "has a bad text layer", "have a bad text layer")
    yield about_pages(damaged, "has a damaged text layer", "have a damaged text layer")
    yield about_pages(scanned, "was read as a picture", "were read as pictures")
    yield about_pages(low, *HARD_TO_READ)


def _mended(pages: Sequence[list[Line]]) -> list[SetText]:
    texts = set_out(drop_running_lines(drop_line_numbers(pages)))
    for find in (broken_words, split_words):
        edits = find([page.text for page in texts])
        texts = [
            _moved(page, found, mend(page.text, found)) if found else page
            for page, found in zip(texts, edits, strict=True)
        ]
    return texts


def _moved(page: SetText, edits: Sequence[Edit], text: str) -> SetText:
    """The page with the text that the edits make of it."""
    places = moved_places([place for place, _ in page.numbers], edits)
    numbers = zip(places, (number for _, number in page.numbers), strict=True)
    return SetText(text, tuple(moved(page.spans, edits)), tuple(numbers))


def _as_drawn(pages: Sequence[list[Line]]) -> list[SetText]:
    texts = ["\n".join(line.text for line in page) for page in pages]
    return [SetText(text) for text in join_broken_words(texts)]


def _reason(taken: _Taken, *, empty: bool, truncated: bool) -> str:
    if truncated:
        return "truncated"
    if taken.stopped:
        return "limit"
    if not taken.pages:
        return "broken"
    return "empty" if empty else ""


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
