"""Documents whose text flows: it has no pages until somebody prints it."""

from collections.abc import Sequence

from pipelines.markup import law_marks
from pipelines.texts import Extracted, Limits, Page
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
) -> Extracted:
    """A flowing text as one page without a number, with what its spans mean for the law.

    `limited` tells that the reader stopped of its own at `limits.characters`,
    `truncated` that the document's end is missing.
    """
    limited = limited or len(text) > limits.characters
    if limited:
        text = text[: limits.characters]
        spans = [span for span in spans if span.end <= limits.characters]
        notes = [*notes, f"reading stopped at {limits.characters} characters"]
    if not text:
        notes = [*notes, "the document has no text"]
    reason = "truncated" if truncated else "limit" if limited else "" if text else "empty"
    return Extracted(
        media_type=media_type,
        method=method,
        pages=(Page(number=None, start=0, text=text, method=method),) if text else (),
        marks=law_marks(text, spans),
        warnings=tuple(notes),
        reason=reason,
    )
