"""What persons said of pages, and what that makes of a text.

A correction holds for its page of its document whoever reads it. That a reading
is right, or wrong, holds for those words only: other words are to be looked at
again. The text as it was read stays in the table of texts as it is; a corrected
one is kept beside it, and the other verdicts are laid over what is shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.clean import text_digest
from pipelines.correcting import number_of, with_page
from pipelines.extract.scans import HARD_TO_READ, LOW, LOW_REASON, about_pages
from pipelines.extract.scans import METHOD as SCANNED
from pipelines.texts import Extracted, Page

from . import tables

Judgement = Literal["right", "wrong", "corrected"]

_reviews = tables.page_reviews.c
_CONFIDENCE = {"right": 1.0, "wrong": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a person said of one page; `text` are the right words of a corrected one."""

    page: int
    verdict: Judgement
    reading_sha256: str
    text: str = ""
    note: str = ""
    reviewer: str = ""
    at: datetime | None = None

    def is_of(self, page: Page) -> bool:
        """Whether it was said of these words of this page."""
        return self.page == number_of(page) and (
            self.verdict == "corrected" or self.reading_sha256 == text_digest(page.text)
        )


def is_doubtful(page: Page) -> bool:
    """Whether a person should look at a page: as a whole, or at words of its picture."""
    return page.confidence < LOW or (page.method == SCANNED and bool(page.doubtful))


def standing(connection: Connection, documents: Iterable[str]) -> dict[str, tuple[Verdict, ...]]:
    """The verdicts on these documents that nobody took back, by the document's SHA-256."""
    found: dict[str, list[Verdict]] = {}
    for row in connection.execute(_STANDING, {"documents": list(documents)}):
        found.setdefault(row.document_sha256, []).append(
            Verdict(
                page=row.page, verdict=row.verdict, reading_sha256=row.reading_sha256,
                text=row.text, note=row.note, reviewer=row.reviewer, at=row.at,
            )
        )  # fmt: skip
    return {document: tuple(verdicts) for document, verdicts in found.items()}


def inherited(
    connection: Connection, document: str, others: Iterable[str]
) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """The standing verdicts on a document, and those of others with the same words, page by page.

    What was said of the document itself counts before what was said of the others.
    """
    found = standing(connection, {document, *others})
    own = found.pop(document, ())
    said = {verdict.page for verdict in own}
    pages = {
        verdict.page: verdict
        for verdicts in found.values()
        for verdict in verdicts
        if verdict.page not in said
    }
    return own, tuple(pages.values())


def keep_verdict(connection: Connection, document: str, verdict: Verdict) -> None:
    """Write down what was said of a page."""
    connection.execute(sa.insert(tables.page_reviews), {
        "document_sha256": document, "page": verdict.page, "verdict": verdict.verdict,
        "reading_sha256": verdict.reading_sha256, "text": verdict.text, "note": verdict.note,
        "reviewer": verdict.reviewer, "at": verdict.at,
    })  # fmt: skip


def with_corrections(extracted: Extracted, verdicts: Sequence[Verdict]) -> Extracted:
    """A reading with its corrected pages in place of what was read."""
    if not verdicts:
        return extracted
    for verdict in verdicts:
        if verdict.verdict == "corrected":
            extracted = with_page(extracted, verdict.page, verdict.text)
    return _with_remarks(extracted)


def judged(extracted: Extracted, verdicts: Sequence[Verdict]) -> Extracted:
    """A text as it is shown: what is said to be right is sure, what is wrong is not at all."""
    if not verdicts:
        return extracted
    return _with_remarks(replace(extracted, pages=judged_pages(extracted.pages, verdicts)))


def judged_pages(pages: Sequence[Page], verdicts: Sequence[Verdict]) -> tuple[Page, ...]:
    """Pages as they are shown."""
    return tuple(_judged(page, verdicts) for page in pages)


def _judged(page: Page, verdicts: Sequence[Verdict]) -> Page:
    for verdict in verdicts:
        if verdict.verdict in _CONFIDENCE and verdict.is_of(page):
            doubtful = () if verdict.verdict == "right" else page.doubtful
            return replace(page, confidence=_CONFIDENCE[verdict.verdict], doubtful=doubtful)
    return page


def _with_remarks(extracted: Extracted) -> Extracted:
    """The text with remarks on confidence that hold for its pages as they are now."""
    low = [page for page in extracted.pages if page.confidence < LOW]
    reason = "" if extracted.reason == LOW_REASON and not low else extracted.reason
    numbers = [number_of(page) for page in low if page.method == SCANNED]
    hard = about_pages(numbers, *HARD_TO_READ)
    told = (hard if one.endswith(HARD_TO_READ) else one for one in extracted.warnings)
    return replace(extracted, reason=reason, warnings=tuple(filter(None, told)))


_STANDING = (
    sa.select(tables.page_reviews)
    .where(
        _reviews.document_sha256.in_(sa.bindparam("documents", expanding=True)),
        _reviews.undone_at.is_(None),
    )
    .order_by(_reviews.id)
)
