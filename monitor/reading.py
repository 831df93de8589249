"""A document that somebody asks to see: a file or a kept version, as text or as a picture."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.app import NO_TEXT, App, UsageError, chosen_topics
from monitor.compute import Pool, WorkerDied
from pipelines.extract.drawn import Drawing, Picture, PictureError, Shown
from pipelines.extract.kinds import (
    DOC,
    DOCX,
    HTML,
    MHTML,
    NAMES,
    ODT,
    PDF,
    PLAIN,
    PPTX,
    RTF,
    XLSX,
    ZIP,
)
from pipelines.extract.scans import METHOD as SCANNED
from pipelines.texts import Extracted, Limits, Mark, Page

if TYPE_CHECKING:
    from pipelines.texts import Match

_KINDS = {
    HTML: "a web page", DOCX: "a Word document", DOC: "a Word document", RTF: "an RTF document",
    ODT: "an OpenDocument text", XLSX: "a workbook", PPTX: "a presentation", PLAIN: "plain text",
    MHTML: "a saved web page", ZIP: "a ZIP", PDF: "a PDF",
}  # fmt: skip

_SLOW = 3.0  # seconds
_LONGEST_ID = 18  # digits; a database knows no longer ones

__all__ = ["Document", "PictureError", "draw", "only_pages", "open_document"]


@dataclass(frozen=True)
class Document:
    """What was asked for by `name`, where its bytes lie, and what was read in them."""

    name: str
    path: Path
    extracted: Extracted


def open_document(
    app: App, name: str, pool: Pool | None = None, *, slow: Callable[[], object] = lambda: None
) -> Document:
    """A file by its path, read as a crawl would read it, or a version by its id, as it was read.

    `slow` is called once when reading takes long, as it does for scans. Raises
    UsageError when `name` is neither or the version has no text, and OSError
    when the file cannot be read.
    """
    path = Path(name)
    if path.exists():
        if path.is_dir():
            raise UsageError(f"{name} is a folder; name a file in it.")
        return Document(path.name, path, _read(path, pool, slow))
    if not name.isdecimal():
        raise UsageError(f"{name!r} is neither a file nor the id of a version.")
    with app.store() as opened:
        known = len(name) <= _LONGEST_ID
        found = opened.queries.version_document(int(name)) if known else None
        if found is None:
            raise UsageError(NO_TEXT.format(name))
        extracted, sha256 = found
        return Document(f"version {name}", opened.blobs.path(sha256), extracted)


def _read(path: Path, pool: Pool | None, slow: Callable[[], object]) -> Extracted:
    with ExitStack() as stack:
        pool = pool or stack.enter_context(Pool(workers=1))
        reading = pool.extract(path.absolute(), Limits(), name=path.name)
        if wait([reading], timeout=_SLOW).not_done:
            slow()
        return reading.result()


def kind_of(document: Document) -> str:
    """What the document is, in words."""
    media_type = document.extracted.media_type
    return _KINDS.get(media_type) or NAMES.get(media_type, media_type)


# --- pages ------------------------------------------------------------------


def only_pages(document: Document, numbers: Sequence[int]) -> Extracted:
    """The text of these pages alone, with offsets that count from the first of them.

    Raises UsageError for a page that is not there.
    """
    known = {page.number: page for page in document.extracted.pages}
    pages = [known.get(number) or page_of(document, number) for number in numbers]
    starts = accumulate((len(page.text) + 1 for page in pages), initial=0)
    moved = [replace(page, start=start) for page, start in zip(pages, starts, strict=False)]
    marks = document.extracted.marks
    found: list[Mark] = []
    for old, new in zip(pages, moved, strict=True):
        beyond = old.start + len(old.text)
        first = bisect_right(marks, old.start, key=attrgetter("end"))
        last = bisect_left(marks, beyond, key=attrgetter("start"))
        found += (
            replace(
                mark,
                start=new.start + max(old.start, mark.start) - old.start,
                end=new.start + min(beyond, mark.end) - old.start,
            )
            for mark in marks[first:last]
        )
    return replace(document.extracted, pages=tuple(moved), marks=tuple(found))


def page_of(document: Document, number: int) -> Page:
    """A page by its number. Raises UsageError when there is none."""
    pages = {page.number: page for page in document.extracted.pages}
    if number in pages:
        return pages[number]
    if None in pages:
        raise UsageError(f"{document.name} has no pages: it is {kind_of(document)}.")
    last = max(filter(None, pages), default=0)
    if number <= last:
        raise UsageError(f"Page {number} of {document.name} could not be read.")
    count = "1 page" if last == 1 else f"{last} pages"
    raise UsageError(f"There is no page {number} in {document.name}: it has {count}.")


# --- pictures ---------------------------------------------------------------


def draw(
    app: App,
    name: str,
    number: int,
    *,
    topics: Sequence[str] = (),
    query: str | None = None,
    slow: Callable[[], object] = lambda: None,
) -> tuple[Document, Picture | None]:
    """Draw a page of a PDF with its marks, and with what topics and a query find on it.

    `slow` is that of `open_document`. The picture is None where nothing of the document could be read. Raises
    UsageError when there is no such page or what is asked for is no PDF, and
    PictureError when the page cannot be drawn.
    """
    from pipelines.match import compile_topics, find_matches

    chosen = chosen_topics(app, topics, None) if topics else ()
    chosen += chosen_topics(app, (), query) if query is not None else ()
    matcher = compile_topics(chosen)
    with Pool(workers=1) as pool:
        document = open_document(app, name, pool, slow=slow)
        extracted = document.extracted
        if extracted.media_type != PDF:
            raise UsageError(
                f"Only pages of a PDF can be drawn, and {document.name} is "
                f"{kind_of(document)}. Its text with marks: measurewatch text {name}"
            )
        if not extracted.pages:
            return document, None
        page = page_of(document, number)
        found = find_matches(matcher, extracted) if chosen else ()
        drawing = Drawing(
            document.path, page, _shown(extracted, page, found), document.name,
            tuple(topic.name for topic in chosen),
        )  # fmt: skip
        return document, _drawn(pool, drawing)


def _shown(extracted: Extracted, page: Page, found: "Sequence[Match]") -> tuple[Shown, ...]:
    return (
        *(Shown(mark.start, mark.end, mark.kind) for mark in extracted.marks),
        *(
            Shown(page.start + start, page.start + end, "doubtful")
            for start, end, _ in page.doubtful
        ),
        *(Shown(match.start, match.end, "match", match.topic) for match in found),
    )


def _drawn(pool: Pool, drawing: Drawing) -> Picture:
    limits = Limits()
    failed = (TimeoutError, MemoryError, WorkerDied)
    try:
        if drawing.page.method != SCANNED:
            return pool.draw(drawing, limits).result()
        with suppress(*failed):
            return pool.draw(drawing, limits).result()
        # A picture that does not know where words stand is better than none.
        return pool.draw(drawing, limits, again=False).result()
    except TimeoutError:
        raise PictureError(f"drawing it took more than {limits.seconds:.0f} seconds") from None
    except MemoryError:
        raise PictureError("drawing it needed too much memory") from None
    except WorkerDied:
        raise PictureError("drawing it killed its process") from None
