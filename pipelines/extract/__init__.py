"""Documents to text: `extract_text` tells what a file is by its content and reads it.

Decoders are imported when a document needs them, so that this module costs
nothing where only `sniff` or `EXTRACTOR` is wanted.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipelines.extract.instead import error_page, placeholder
from pipelines.extract.kinds import (
    DOC,
    DOCX,
    LOCKED,
    MHTML,
    NAMES,
    ODT,
    PDF,
    PPTX,
    RTF,
    XLS,
    XLSX,
    ZIP,
    ZIPPED,
    media_type_of,
    sniff,
)
from pipelines.texts import Extracted, Limits

if TYPE_CHECKING:
    from pipelines.extract.scans import Scan

__all__ = [
    "DOC", "DOCX", "EXTRACTOR", "ODT", "PPTX", "RTF", "XLS", "XLSX", "ZIP", "claimed_type",
    "extract_plainly", "extract_text", "media_type_of", "sniff", "unreadable",
]  # fmt: skip

EXTRACTOR = "3"
"""The version of what is here. Texts read by another version are read anew, without alerts."""


def claimed_type(url: str) -> str:
    """The media type an address ends in, when it ends in one."""
    path = url.split("?", 1)[0].lower()
    endings = {".pdf": "application/pdf", ".html": "text/html", ".htm": "text/html"}
    return next((kind for end, kind in endings.items() if path.endswith(end)), "")


def extract_text(
    path: Path,
    limits: Limits,
    *,
    media_type_hint: str = "",
    name: str = "",
    scans: "Mapping[int, Scan] | None" = None,
) -> Extracted:
    """Read a document of any kind: PDF, HTML, Office, RTF, plain text, or a ZIP of these.

    `media_type_hint` is what the site claimed, with its charset if it gave one;
    `name` is the file's name there. Neither decides what the document is. They
    tell that a web page came where a PDF or workbook was promised: such a page,
    and one that tells of an error or asks to log in whatever was promised, has
    reason "error-page", no pages, and its own words in the warning.
    `scans` are pages of a PDF that were read as pictures (`pipelines.extract.ocr`);
    which ones are wanted is told by `scans.to_read` of a first reading without.

    A bad document gives an `Extracted` with a reason and a warning, never an
    exception. Raises OSError when the path cannot be read, and lets MemoryError
    through, which tells of this process and not of the document.
    """
    return _extract(path, limits, media_type_hint, name, plainly=False, scans=scans)


def extract_plainly(
    path: Path, limits: Limits, *, media_type_hint: str = "", name: str = ""
) -> Extracted:
    """The second reader: like `extract_text`, but by the simplest means (`bare`)."""
    return _extract(path, limits, media_type_hint, name, plainly=True)


def _extract(
    path: Path,
    limits: Limits,
    hint: str,
    name: str,
    *,
    plainly: bool,
    scans: "Mapping[int, Scan] | None" = None,
) -> Extracted:
    media_type = media_type_of(path)
    refused = _refused(path, media_type, limits)
    if not refused:
        said = error_page(path, media_type, promised=_promised_otherwise(hint, name))
        refused = ("error-page", said) if said else None
    if refused:
        return unreadable(media_type, *refused)
    read = _plain_reader if plainly else _reader
    reader = read(media_type, _Told(hint, name, scans or {}))
    if reader is None:
        return unreadable(media_type, "unknown-type", _cannot_be_read(media_type))
    try:
        found = reader(path, limits)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a hostile document makes decoders raise anything
        message = " ".join(str(error).replace(str(path), "the document").split())
        return unreadable(media_type, "broken", f"{type(error).__name__}: {message}"[:300])
    why = placeholder(found) if media_type == PDF else ""
    return unreadable(media_type, "unknown-type", why) if why else found


def _refused(path: Path, media_type: str, limits: Limits) -> tuple[str, str] | None:
    """Why a document is not even opened: a reason and a warning."""
    size = path.stat().st_size
    if size == 0:
        return "empty", "the document is empty"
    if size > limits.bytes:
        return "limit", f"the document has {size:,} bytes; {limits.bytes:,} are allowed"
    if media_type == LOCKED:
        return "encrypted", "the document needs a password"
    if _is_cut(path):
        return "truncated", "the end of the document is missing"
    return None


def _is_cut(path: Path) -> bool:
    with path.open("rb") as file:
        if file.read(len(ZIPPED)) != ZIPPED:
            return False
    from pipelines.extract.packed import is_cut

    return is_cut(path)


def _cannot_be_read(media_type: str) -> str:
    """What kind of document it is and what to do about it."""
    kind = NAMES.get(media_type, media_type)
    return f"{kind} documents cannot be read: look for the same document as PDF, Word or HTML"


_Reader = Callable[[Path, Limits], Extracted]


class _Told(NamedTuple):
    """What a reader is told beside where the document is."""

    hint: str
    name: str
    scans: "Mapping[int, Scan]"


_READERS = {
    XLSX: "pipelines.extract.sheet", RTF: "pipelines.extract.rtf", DOCX: "pipelines.extract.word",
    DOC: "pipelines.extract.doc", PPTX: "pipelines.extract.slides", ZIP: "pipelines.extract.zipped",
    MHTML: "pipelines.extract.mhtml", XLS: "pipelines.extract.xls",
}  # fmt: skip


def _reader(media_type: str, told: _Told) -> _Reader | None:
    """Who reads a document of this type, if anybody does."""
    match media_type:
        case "application/pdf":
            from pipelines.extract import pdf

            return partial(pdf.read, scans=told.scans)
        case "text/html":
            from pipelines.extract import html

            return partial(html.read, charset=_charset(told.hint))
        case "text/plain":
            from pipelines.extract import plain

            return partial(plain.read, charset=_charset(told.hint))
        case "application/gzip":
            from pipelines.extract import zipped

            return partial(zipped.read_gzip, hint=told.hint, name=told.name)
    return import_module(_READERS[media_type]).read if media_type in _READERS else None


def _plain_reader(media_type: str, told: _Told) -> _Reader | None:
    """Who reads a document when the first reader failed at it."""
    from pipelines.extract import bare

    match media_type:
        case "application/pdf":
            from pipelines.extract import pdf

            return pdf.read_plainly
        case "text/html":
            return partial(bare.read_markup, charset=_charset(told.hint))
        case "application/zip":
            from pipelines.extract import zipped

            return partial(zipped.read, plainly=True)
    if media_type in bare.PACKED:
        return partial(bare.read_packed, media_type=media_type)
    if media_type in bare.OLD:
        return partial(bare.read_ole, media_type=media_type)
    return _reader(media_type, told)


def _promised_otherwise(hint: str, name: str) -> bool:
    """Whether the site promised a kind of document that is never a web page.

    A .doc is not among them: legislatures do serve web pages under that name.
    """
    claimed = hint.partition(";")[0].strip().lower()
    endings = (".pdf", ".xlsx", ".docx", ".pptx", ".rtf", ".zip")
    return claimed in _NEVER_PAGES or name.lower().endswith(endings)


_NEVER_PAGES = {PDF, XLSX, DOCX, PPTX, RTF, "text/rtf", ZIP}


def _charset(hint: str) -> str:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", hint, re.IGNORECASE)
    return found[1] if found else ""


def unreadable(media_type: str, reason: str, warning: str) -> Extracted:
    """A document without text, and why."""
    return Extracted(media_type=media_type, method="", reason=reason, warnings=(warning,))
