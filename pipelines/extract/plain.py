"""Plain text files, and the decoding of bytes whose encoding is doubtful."""

import codecs
import re
from pathlib import Path

from pipelines.clean import restore_symbols
from pipelines.texts import PAGE_BREAK, Extracted, Limits, Page

MEDIA_TYPE = "text/plain"
METHOD = "plain"

_WESTERN = "cp1252"
# What a site means when it claims one of these is Windows' superset of them.
_WESTERN_NAMES = {"ascii", "us-ascii", "iso8859-1", "latin-1"}
_TRUSTED = re.compile(r"(?:utf-(?:8|16|32)|iso8859-|cp12|gb|big5|shift_jis|euc|koi8|mac)")


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
        words = restore_symbols(raw)
        number = rank if len(parts) > 1 else None
        pages.append(Page(number=number, start=start, text=words, method=METHOD))
        start += len(words) + 1
    return Extracted(
        media_type=MEDIA_TYPE,
        method=METHOD,
        pages=tuple(pages),
        warnings=tuple(warnings),
        reason=reason,
    )


def decode(content: bytes, claimed: str = "") -> tuple[str, list[str]]:
    """Bytes as text, with warnings about what could not be decoded.

    What is valid UTF-8 is UTF-8, whatever was claimed; then the claim is
    believed if the bytes bear it out; what remains is Windows-1252.
    """
    for encoding in (*_marked(content), "utf-8", *_usable(claimed), _WESTERN):
        try:
            return content.decode(encoding), []
        except UnicodeDecodeError:
            continue
    return content.decode(_WESTERN, "replace"), ["some characters could not be decoded"]


def _marked(content: bytes) -> list[str]:
    """The encoding that a byte order mark tells."""
    if content.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return []


def _usable(claimed: str) -> list[str]:
    """A claimed encoding by Python's name for it, when it is one of text."""
    try:
        name = codecs.lookup(claimed).name if claimed else ""
    except LookupError:
        return []
    if name in _WESTERN_NAMES:
        return [_WESTERN]
    return [name] if _TRUSTED.match(name) else []
