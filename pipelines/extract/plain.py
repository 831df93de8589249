"""Plain text files, tables in CSV among them."""

from pathlib import Path

from pipelines.extract.encodings import decode, readable
from pipelines.texts import PAGE_BREAK, Extracted, Limits, Page

MEDIA_TYPE = "text/plain"
METHOD = "plain"


def read(path: Path, limits: Limits, *, charset: str = "") -> Extracted:
    """A text file; form feeds part its pages, if any. `charset` is what the site claimed."""
    text, warnings = decode(path.read_bytes(), charset)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reason = ""
    if len(text) > limits.characters:
        text = text[: limits.characters]
        warnings.append(f"reading stopped at {limits.characters} characters")
        reason = "limit"
    pages: list[Page] = []
    start = 0
    parts = text.removesuffix(PAGE_BREAK).split(PAGE_BREAK)
    for rank, raw in enumerate(parts, 1):
        words = readable(raw)
        number = rank if len(parts) > 1 else None
        pages.append(Page(number=number, start=start, text=words, method=METHOD))
        start += len(words) + 1
    is_empty = not any(page.text.strip() for page in pages)
    if is_empty:
        warnings.append("the document has no text")
    return Extracted(
        media_type=MEDIA_TYPE,
        method=METHOD,
        pages=() if is_empty else tuple(pages),
        warnings=tuple(warnings),
        reason=reason or ("empty" if is_empty else ""),
    )
