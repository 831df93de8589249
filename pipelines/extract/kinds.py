"""What kind of document bytes are, by what they are and not by what they are called.

`sniff` looks at the first bytes, `media_type_of` also at what a ZIP or an OLE
file holds.
"""

import re
from collections.abc import Sequence
from pathlib import Path

PDF = "application/pdf"
HTML = "text/html"
PLAIN = "text/plain"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
RTF = "application/rtf"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ZIP = "application/zip"
GZIP = "application/gzip"
MHTML = "multipart/related"
XML = "application/xml"
OLE = "application/x-ole-storage"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
LOCKED = "application/x-encrypted-office"
UNKNOWN = "application/octet-stream"

HEAD = 4096
"""As many bytes as `sniff` needs."""

ZIPPED = b"PK\x03\x04"
NAMES = {
    OLE: "old Office",
    "application/vnd.ms-powerpoint": "old PowerPoint (PPT)",
    "application/vnd.ms-outlook": "Outlook message",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument workbook (ODS)",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument presentation (ODP)",
    "application/x-7z-compressed": "7-Zip",
    "application/vnd.rar": "RAR",
    XML: "XML",
}
"""What people call the kinds of documents that cannot be read."""

_BLANK = "\ufeff \t\r\n"
_PDF_WITHIN = 1024  # bytes of junk that readers of PDF put up with
_SIGNATURES = (
    (b"%PDF-", PDF),
    (ZIPPED, ZIP),
    (b"PK\x05\x06", ZIP),
    (b"{\\rtf", RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b\x08", GZIP),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
)
# Errors of a server's own can stand before a PDF: it is one where its objects follow.
_PDF_HEAD = re.compile(rb"%PDF-[12]\.\d\s.*?\d\s+\d\s+obj\b", re.DOTALL)
_PACKED = ((b"xl/", XLSX), (b"word/", DOCX), (b"ppt/", PPTX), (ODT.encode(), ODT))
_PACKAGE = {"[content_types].xml", "_rels/.rels"}
_OPEN_DOCUMENT = "mimetype"
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
# A saved page with all that belongs to it; heads of other messages are just text.
_SAVED_PAGE = re.compile(
    r"(?:[\w-]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){0,20}?content-type:\s*multipart/related\b",
    re.IGNORECASE,
)


def sniff(head: bytes) -> str:
    """The media type of a document by its first bytes; `HEAD` of them are plenty."""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return _packed(head) if media_type == ZIP else media_type
    if _PDF_HEAD.search(head, 0, HEAD) and b"%PDF-" in head[: _PDF_WITHIN + 5]:
        return PDF
    text = _as_text(head)
    if text and _MARKUP.match(text):
        return HTML
    if b"%PDF-" in head[: _PDF_WITHIN + 5]:
        return PDF
    return UNKNOWN if text is None else _written(text)


def media_type_of(path: Path) -> str:
    """The type by content; of a ZIP or an OLE file by the names of all that it holds.

    Raises OSError when the path cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    media_type = sniff(head)
    if media_type == OLE:
        from pipelines.extract import ole

        return ole.kind(path)
    if not head.startswith(ZIPPED):
        return media_type
    from pipelines.extract.packed import names, said_type

    found = names(path)
    if _OPEN_DOCUMENT in found:
        return said_type(path) or ZIP
    return package(found) if found else media_type


def package(names: Sequence[str]) -> str:
    """What a ZIP holds by the names of its members: an Office document, or files of any kind."""
    if not _PACKAGE & {name.lower() for name in names}:
        return ZIP
    folders = {name.partition("/")[0].encode("utf-8", "replace") + b"/" for name in names}
    return next((kind for folder, kind in _PACKED if folder in folders), ZIP)


def _packed(head: bytes) -> str:
    """What a ZIP seems to hold by the names near its head."""
    return next((media_type for folder, media_type in _PACKED if folder in head), ZIP)


def _written(text: str) -> str:
    """What kind of text a text is that does not begin as a web page."""
    bare = text.lstrip(_BLANK)
    if bare.startswith("{\\rtf"):
        return RTF
    if bare.startswith("<?xml"):
        return XML
    if _SAVED_PAGE.match(bare):
        return MHTML
    return HTML if _FRAGMENT.search(text) else PLAIN


def _as_text(head: bytes) -> str | None:
    """The bytes as text for a look at it, None when they are no text."""
    wide = wide_encoding(head)
    if wide:
        return head[: len(head) // 2 * 2].decode(wide, "replace")
    return None if b"\x00" in head else head.decode("latin-1")


def wide_encoding(content: bytes) -> str:
    """The encoding of a text whose characters have two or four bytes; "" for any other.

    A byte order mark tells; without one, texts of the Latin alphabet in UTF-16
    have a zero in every other byte, and none in the others.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding
    head = content[: HEAD // 2 * 2]
    if len(head) < _FEWEST_WIDE or b"\x00" not in head:
        return ""
    zeros = head[0::2].count(0), head[1::2].count(0)
    if min(zeros) or 2 * max(zeros) < _WIDE_SHARE * len(head):
        return ""
    encoding = "utf-16-le" if zeros[1] else "utf-16-be"
    return "" if _CONTROL.search(head.decode(encoding, "replace")) else encoding


_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_FEWEST_WIDE = 8
_WIDE_SHARE = 0.7
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
