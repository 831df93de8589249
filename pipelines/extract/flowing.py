"""Documents whose text flows: it has no pages until somebody prints it."""

from collections.abc import Sequence

from pipelines.markup import law_marks
from pipelines.texts import Extracted, Limits, Page
from pipelines.typed import as_typed
from scrapers.marked import Span


def flowing(
    text: str,
    spans: Sequence[Span],
    *,
    media_type: str,
    method: str,
    limits: Limits,
    limited: bool = False,
    truncated: bool = False,
    notes: Sequence[str] = (),
    printed: bool = False,
) -> Extracted:
    """A flowing text as one page without a number, with what its spans mean for the law.

    `limited` tells that the reader stopped of its own at `limits.characters`,
    `truncated` that the document's end is missing, `printed` that its lines may
    be those of a printed page, with their numbers.
    """
    limited = limited or len(text) > limits.characters
    if limited:
        text = text[: limits.characters]
        spans = [span for span in spans if span.end <= limits.characters]
        notes = [*notes, f"reading stopped at {limits.characters} characters"]
    original = ""
    lines: tuple[tuple[int, int], ...] = ()
    if typed := as_typed(text, spans) if printed else None:
        original, text, spans, lines = text, typed.text, typed.spans, typed.numbers
    if not text:
        notes = [*notes, "the document has no text"]
    reason = "truncated" if truncated else "limit" if limited else "" if text else "empty"
    page = Page(number=None, start=0, text=text, method=method, lines=lines, original=original)
    return Extracted(
        media_type=media_type,
        method=method,
        pages=(page,) if text else (),
        marks=law_marks(text, spans),
        warnings=tuple(notes),
        reason=reason,
    )
