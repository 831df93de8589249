"""Documents to text: `extract_text` tells what a file is by its content and reads it.

Decoders are imported when a document needs them, so that this module costs
nothing where only `sniff` or `EXTRACTOR` is wanted.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.texts import Extracted, Limits

if TYPE_CHECKING:
    from pipelines.extract.scans import Scan

EXTRACTOR = "3"
"""The version of what is here. Texts read by another version are read anew, without alerts."""

PDF = "application/pdf"
HTML = "text/html"
PLAIN = "text/plain"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
RTF = "application/rtf"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ZIP = "application/zip"
OLE = "application/x-ole-storage"
DOC = "application/msword"
UNKNOWN = "application/octet-stream"

_HEAD = 4096
_ZIPPED = b"PK\x03\x04"
_BLANK = "\ufeff \t\r\n"
_PDF_WITHIN = 1024  # bytes of junk that readers of PDF put up with
_SIGNATURES = (
    (b"%PDF-", PDF),
    (_ZIPPED, ZIP),
    (b"{\\rtf", RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
)
_PACKED = ((b"xl/", XLSX), (b"word/", DOCX), (b"ppt/", PPTX), (ODT.encode(), ODT))
_LOCKED = "application/x-encrypted-office"
_NAMES = {
    OLE: "old Office",
    "application/vnd.ms-excel": "old Excel (XLS)",
    "application/vnd.ms-powerpoint": "old PowerPoint (PPT)",
    "application/vnd.ms-outlook": "Outlook message",
    ODT: "OpenDocument (ODT)",
    PPTX: "PowerPoint (PPTX)",
    ZIP: "ZIP",
    "application/gzip": "gzip",
    "application/xml": "XML",
}
_PAGE_TAGS = "html|head|body|title|meta|link|script|style|main|article|section"
_TEXT_TAGS = (
    "div|span|p|h[1-6]|table|tr|td|li|ul|ol|pre|blockquote|center|font|b|i|u|s|em|strong|a"
    "|del|ins|strike|sup|sub"
)
_ATTRIBUTES = r"(?:\s[^<>]*=[^<>]*|\s*/?)(?:>|\Z)"
_MARKUP = re.compile(
    rf"(?:\s|<!--.*?-->|<\?xml[^>]*>)*<(?:!doctype\s+html|(?:{_PAGE_TAGS})\b[^<>]*(?:>|\Z)"
    rf"|(?:{_TEXT_TAGS}|br|hr){_ATTRIBUTES})",
    re.IGNORECASE | re.DOTALL,
)
_FRAGMENT = re.compile(
    rf"<({_TEXT_TAGS}){_ATTRIBUTES}[^<]*(?:<[^<]*){{0,40}}?</\1\s*>|<br\s*/?>.*?<br\s*/?>",
    re.IGNORECASE | re.DOTALL,
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def sniff(head: bytes) -> str:
    """The media type of a document by its first bytes; 4,096 of them are plenty."""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return _packed(head) if media_type == ZIP else media_type
    text = _as_text(head)
    if text and _MARKUP.match(text):
        return HTML
    if b"%PDF-" in head[: _PDF_WITHIN + 5]:
        return PDF
    return UNKNOWN if text is None else _written(text)


def _written(text: str) -> str:
    """What kind of text a text is that does not begin as a web page."""
    bare = text.lstrip(_BLANK)
    if bare.startswith("{\\rtf"):
        return RTF
    if bare.startswith("<?xml"):
        return "application/xml"
    return HTML if _FRAGMENT.search(text) else PLAIN


def _packed(head: bytes) -> str:
    """What a ZIP seems to hold by the names near its head."""
    return next((media_type for folder, media_type in _PACKED if folder in head), ZIP)


def _as_text(head: bytes) -> str | None:
    """The bytes as text for a look at it, None when they are no text."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return None if b"\x00" in head else head.decode("latin-1")


def extract_text(
    path: Path,
    limits: Limits,
    *,
    media_type_hint: str = "",
    name: str = "",
    scans: "Mapping[int, Scan] | None" = None,
) -> Extracted:
    """Read a document of any kind: PDF, HTML, RTF, Word (DOCX, DOC), XLSX or plain text.

    `media_type_hint` is what the site claimed, with its charset if it gave one;
    `name` is the file's name there. Neither decides what the document is. They
    tell that a web page came where a PDF or workbook was promised: such a page
    has reason "error-page", no pages, and its own words in the warning.
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
    """The second reader: like `extract_text`, but a PDF's text is taken as it comes."""
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
    with path.open("rb") as file:
        head = file.read(_HEAD)
    media_type = _media_type(path, head)
    refused = _refused(path, head, media_type, limits)
    if refused:
        return unreadable(media_type, *refused)
    read = _reader(media_type, hint, name, plainly=plainly, scans=scans)
    if read is None:
        kind = _NAMES.get(media_type, media_type)
        return unreadable(media_type, "unknown-type", f"{kind} documents cannot be read yet")
    try:
        return read(path, limits)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a hostile document makes decoders raise anything
        message = " ".join(str(error).replace(str(path), "the document").split())
        return unreadable(media_type, "broken", f"{type(error).__name__}: {message}"[:300])


def _refused(path: Path, head: bytes, media_type: str, limits: Limits) -> tuple[str, str] | None:
    """Why a document is not even opened: a reason and a warning."""
    size = path.stat().st_size
    if size == 0:
        return "empty", "the document is empty"
    if size > limits.bytes:
        return "limit", f"the document has {size:,} bytes; {limits.bytes:,} are allowed"
    if media_type == _LOCKED:
        return "encrypted", "the document needs a password"
    if head.startswith(_ZIPPED) and _is_cut(path):
        return "truncated", "the end of the document is missing"
    return None


_Reader = Callable[[Path, Limits], Extracted]


def _reader(
    media_type: str,
    hint: str,
    name: str,
    *,
    plainly: bool,
    scans: "Mapping[int, Scan] | None" = None,
) -> _Reader | None:
    """Who reads a document of this type, if anybody does."""
    if media_type == PDF:
        from pipelines.extract import pdf

        if plainly:
            return pdf.read_plainly
        return partial(pdf.read, scans=scans) if scans else pdf.read
    if media_type == HTML:
        from pipelines.extract import html

        if _promised_otherwise(hint, name):
            return html.read_error_page
        return lambda path, limits: html.read(path, limits, charset=_charset(hint))
    if media_type == PLAIN:
        from pipelines.extract import plain

        return lambda path, limits: plain.read(path, limits, charset=_charset(hint))
    reader = {
        XLSX: "pipelines.extract.sheet", RTF: "pipelines.extract.rtf",
        DOCX: "pipelines.extract.word", DOC: "pipelines.extract.doc",
    }.get(media_type)  # fmt: skip
    return import_module(reader).read if reader else None


def _media_type(path: Path, head: bytes) -> str:
    """The type by content; of a ZIP or an OLE file by the names of all that it holds."""
    media_type = sniff(head)
    if media_type == OLE:
        from pipelines.extract import ole

        return ole.kind(path)
    if not head.startswith(_ZIPPED):
        return media_type
    from pipelines.extract.packed import names

    found = "\n".join(names(path)).encode("utf-8", "replace")
    return _packed(found) if found and media_type != ODT else media_type


def _is_cut(path: Path) -> bool:
    from pipelines.extract.packed import is_cut

    return is_cut(path)


def _promised_otherwise(hint: str, name: str) -> bool:
    """Whether the site promised a kind of document that is never a web page.

    A .doc is not among them: legislatures do serve web pages under that name.
    """
    claimed = hint.partition(";")[0].strip().lower()
    endings = (".pdf", ".xlsx", ".docx", ".rtf")
    return claimed in {PDF, XLSX, DOCX, RTF, "text/rtf"} or name.lower().endswith(endings)


def _charset(hint: str) -> str:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", hint, re.IGNORECASE)
    return found[1] if found else ""


def unreadable(media_type: str, reason: str, warning: str) -> Extracted:
    """A document without text, and why."""
    return Extracted(media_type=media_type, method="", reason=reason, warnings=(warning,))
