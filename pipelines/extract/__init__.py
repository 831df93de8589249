"""Documents to text: `extract_text` tells what a file is by its content and reads it.

Decoders are imported when a document needs them, so that this module costs
nothing where only `sniff` or `EXTRACTOR` is wanted.
"""

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from pipelines.texts import Extracted, Limits

EXTRACTOR = "1"
"""The version of what is here. Texts read by another version are read anew, without alerts."""

PDF = "application/pdf"
HTML = "text/html"
PLAIN = "text/plain"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ZIP = "application/zip"
UNKNOWN = "application/octet-stream"

_HEAD = 4096
_PDF_WITHIN = 1024  # bytes of junk that readers of PDF put up with
_SIGNATURES = (
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
)
_PACKED = ((b"xl/", XLSX), (b"word/", DOCX), (b"ppt/", PPTX))
_NAMES = {
    "application/rtf": "RTF",
    "application/x-ole-storage": "old Office (DOC, XLS)",
    DOCX: "Word (DOCX)",
    PPTX: "PowerPoint (PPTX)",
    ZIP: "ZIP",
    "application/gzip": "gzip",
    "application/xml": "XML",
}
_MARKUP = re.compile(
    r"(?:\s|<!--.*?-->|<\?xml[^>]*>)*<(?:!doctype\s+html|(?:html|head|body|title|meta|link|script|style"
    r"|main|article|section|div|span|p|h[1-6]|table|ul|ol|pre|center|font|b|i|u|s|em|strong|a|br)\b)",
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
    if text is None:
        return UNKNOWN
    return "application/xml" if text.lstrip().startswith("<?xml") else PLAIN


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
    path: Path, limits: Limits, *, media_type_hint: str = "", name: str = ""
) -> Extracted:
    """Read a document of any kind: PDF, HTML, XLSX or plain text.

    `media_type_hint` is what the site claimed, with its charset if it gave one;
    `name` is the file's name there. Neither decides what the document is. They
    tell that a web page came where a PDF or workbook was promised: such a page
    has reason "error-page", no pages, and its own words in the warning.

    A bad document gives an `Extracted` with a reason and a warning, never an
    exception. Raises OSError when the path cannot be read, and lets MemoryError
    through, which tells of this process and not of the document.
    """
    return _extract(path, limits, media_type_hint, name, plainly=False)


def extract_plainly(
    path: Path, limits: Limits, *, media_type_hint: str = "", name: str = ""
) -> Extracted:
    """The second reader: like `extract_text`, but a PDF's text is taken as it comes."""
    return _extract(path, limits, media_type_hint, name, plainly=True)


def _extract(path: Path, limits: Limits, hint: str, name: str, *, plainly: bool) -> Extracted:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    media_type = _media_type(path, head)
    size = path.stat().st_size
    if size == 0:
        return unreadable(media_type, "empty", "the document is empty")
    if size > limits.bytes:
        warning = f"the document has {size:,} bytes; {limits.bytes:,} are allowed"
        return unreadable(media_type, "limit", warning)
    read = _reader(media_type, hint, name, plainly=plainly)
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


_Reader = Callable[[Path, Limits], Extracted]


def _reader(media_type: str, hint: str, name: str, *, plainly: bool) -> _Reader | None:
    """Who reads a document of this type, if anybody does."""
    if media_type == PDF:
        from pipelines.extract import pdf

        return pdf.read_plainly if plainly else pdf.read
    if media_type == HTML:
        from pipelines.extract import html

        if _promised_otherwise(hint, name):
            return html.read_error_page
        return lambda path, limits: html.read(path, limits, charset=_charset(hint))
    if media_type == XLSX:
        from pipelines.extract import sheet

        return sheet.read
    if media_type == PLAIN:
        from pipelines.extract import plain

        return lambda path, limits: plain.read(path, limits, charset=_charset(hint))
    return None


def _media_type(path: Path, head: bytes) -> str:
    """The type by content; a ZIP's by the names of all its members."""
    media_type = sniff(head)
    if not head.startswith(b"PK\x03\x04"):
        return media_type
    try:
        with ZipFile(path) as archive:
            names = "\n".join(archive.namelist()).encode("utf-8", "replace")
    except (BadZipFile, ValueError, NotImplementedError):
        return media_type
    return _packed(names)


def _promised_otherwise(hint: str, name: str) -> bool:
    """Whether the site promised a kind of document that is never a web page.

    A .doc is not among them: legislatures do serve web pages under that name.
    """
    claimed = hint.partition(";")[0].strip().lower()
    return claimed in {PDF, XLSX} or name.lower().endswith((".pdf", ".xlsx"))


def _charset(hint: str) -> str:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", hint, re.IGNORECASE)
    return found[1] if found else ""


def unreadable(media_type: str, reason: str, warning: str) -> Extracted:
    """A document without text, and why."""
    return Extracted(media_type=media_type, method="", reason=reason, warnings=(warning,))
