"""The second readers: the words of a document, by simpler means than the first reader's.

They are asked when reading a document killed its process, took too long or took
too much. They share no decoder with the first readers, tell nothing of marks,
lists, tables and order beyond paragraphs, and stop at the limit of characters.
PDF has its own (`pipelines.extract.pdf.read_plainly`). Plain text and RTF have
none: their readers are one pass over the bytes already, and what stops them
would stop another.
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.handler import ContentHandler
from zipfile import ZipFile

from defusedxml.expatreader import DefusedExpatParser

from pipelines.extract.encodings import decode, readable
from pipelines.extract.flowing import flowing
from pipelines.extract.kinds import DOC, DOCX, HTML, ODT, PPTX, XLS, XLSX
from pipelines.extract.packed import bomb
from pipelines.texts import Extracted, Limits

METHOD = "bare"
"""`Page.method` of what was read so: it cannot say what its words add or strike."""

_CHUNK = 1 << 16
_SILENT = ("script", "style", "noscript", "template", "svg", "head")
_INLINE = frozenset(
    {
        "a", "abbr", "b", "bdo", "big", "cite", "code", "del", "em", "font", "i", "img", "ins",
        "mark", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr",
    }
)  # fmt: skip
_NAME = re.compile(r"/?[A-Za-z][A-Za-z0-9]*")
PACKED = {
    DOCX: r"word/(?:document|footnotes|endnotes)\.xml",
    PPTX: r"ppt/(?:slides/slide|notesSlides/notesSlide)\d+\.xml",
    XLSX: r"xl/(?:sharedStrings|worksheets/[^/]+)\.xml",
    ODT: r"content\.xml",
}
_WORDS = {"t", "delText"}
_LINES = {"p", "h", "si", "row", "br", "line-break", "tr"}
_TABS = {"tab", "tc", "c", "table-cell"}
OLD = {DOC: ("WordDocument",), XLS: ("Workbook", "Book")}
# Words as old Office keeps them: a byte a character, or two of which the second is zero.
_RUNS = re.compile(
    rb"(?:[\x20-\x7e\x91-\x97\xa0-\xff\t\r\n]\x00){6,}|[\x20-\x7e\x91-\x97\xa0-\xff\t\r\n]{12,}"
)


def read_markup(path: Path, limits: Limits, *, charset: str = "") -> Extracted:
    """The words between the tags of a web page."""
    markup, notes = decode(path.read_bytes(), charset)
    return _told("".join(_between_tags(markup)), HTML, limits, notes)


def _between_tags(markup: str) -> Iterator[str]:
    """One pass, whatever is left open."""
    first, *rest = markup.split("<")
    yield html.unescape(first)
    until = ""  # what ends that which nobody sees
    for piece in rest:
        if until == "-->":
            _, ended, text = piece.partition("-->")
            if ended:
                until = ""
                yield html.unescape(text)
            continue
        found = _NAME.match(piece)
        name = found[0].lower() if found else ""
        if until:
            until = "" if name == until else until
            continue
        if piece.startswith("!--"):
            _, ended, text = piece.partition("-->")
            until = "" if ended else "-->"
        elif name or piece.startswith(("!", "?")):
            text = piece.partition(">")[2]
            until = f"/{name}" if name in _SILENT else ""
        else:
            text = f"<{piece}"
        if until:
            continue
        if name and name.lstrip("/") not in _INLINE:
            yield "\t" if name in {"/td", "/th"} else "\n"
        yield html.unescape(text)


def read_packed(path: Path, limits: Limits, media_type: str) -> Extracted:
    """The words of a DOCX, PPTX, XLSX or ODT; of workbooks the strings, not the cells."""
    warning = bomb(path, limits, "document")
    if warning:
        return Extracted(media_type=media_type, method=METHOD, reason="limit", warnings=(warning,))
    words = _Words(limits.characters, everywhere=media_type == ODT)
    wanted = re.compile(PACKED[media_type])
    with ZipFile(path) as archive:
        for name in sorted(filter(wanted.fullmatch, archive.namelist()), key=_in_order):
            parser = DefusedExpatParser(forbid_dtd=True)
            parser.setContentHandler(words)
            with archive.open(name) as file:
                while words.left >= 0 and (chunk := file.read(_CHUNK)):
                    parser.feed(chunk)
    return _told("".join(words.pieces), media_type, limits, [])


def _in_order(name: str) -> tuple[int, str]:
    """Slides by their numbers."""
    digits = re.search(r"\d{1,9}", name)
    return (int(digits[0]) if digits else 0, name)


class _Words(ContentHandler):
    """Takes the text of text elements, or of paragraphs where there are no others."""

    def __init__(self, most: int, *, everywhere: bool) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.left = most
        self._everywhere = everywhere
        self._open = 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: ARG002, N802 - as SAX calls it
        local = name.rpartition(":")[2]
        if local in _WORDS or (self._everywhere and local in {"p", "h"}):
            self._open += 1
        elif local in _TABS:
            self.pieces.append("\t")

    def endElement(self, name: str) -> None:  # noqa: N802
        local = name.rpartition(":")[2]
        if local in _WORDS or (self._everywhere and local in {"p", "h"}):
            self._open -= 1
        if local in _LINES:
            self.pieces.append("\n")

    def characters(self, content: str) -> None:
        if self._open and self.left >= 0:
            self.left -= len(content)
            self.pieces.append(content)


def read_ole(path: Path, limits: Limits, media_type: str) -> Extracted:
    """What looks like words in an old Word document or workbook."""
    from pipelines.extract.ole import opened

    with opened(path) as file:
        name = next(name for name in OLD[media_type] if file.exists(name))
        content = file.openstream(name).read()
    pieces: list[str] = []
    left = limits.characters
    for found in _RUNS.finditer(content):
        is_wide = found[0][1:2] == b"\x00"
        text = found[0].decode("utf-16-le" if is_wide else "cp1252", "replace")
        pieces.append(text.replace("\r", "\n"))
        left -= len(text)
        if left < 0:
            break
    notes = ["words in no order of their own; some may be no words of the document"]
    return _told("\n".join(pieces), media_type, limits, notes)


def _told(text: str, media_type: str, limits: Limits, notes: list[str]) -> Extracted:
    """The words line by line, without marks."""
    lines = (" ".join(readable(line).split()) for line in text.splitlines())
    return flowing(
        "\n".join(filter(None, lines)), (), media_type=media_type, method=METHOD, limits=limits,
        notes=notes,
    )  # fmt: skip
