"""RTF (Rich Text Format) as text and marked spans: pure, bounded, no decoder library.

Legislative systems keep the text of measures and the notes of agendas as RTF;
it alone tells what is underlined and struck. The specification is Microsoft's
"Rich Text Format (RTF) Specification 1.9.1". Read are groups with the state
they restore, strike and underline, revision marks, hidden text, code pages by
document and by font, Unicode with its substitutes, fields, tables, footnotes.
Not read are pictures, heads and feet, comments, and what nobody sees.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from scrapers.marked import Kind, Runs, Span

__all__ = ["Rtf", "Span", "is_rtf", "read_rtf", "rtf_words"]

DEEPEST = 1000  # groups within groups; Word itself stays below 100

_TOKEN = re.compile(
    r"([^\\{}\r\n]+)|\\([A-Za-z]{1,32}(?:-?[0-9]{1,10})?) ?|([{}])|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])",
    re.DOTALL,
)
_SKIPPING = re.compile(r"[{}]|\\bin([0-9]{1,10}) ?|\\[\\{}]")
_BEFORE = "\ufeff \t\r\n\0"
_AFTER = re.compile(r"[\s\0}\ufeff\x1a]*")

_WESTERN = "cp1252"
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk",
    136: "big5", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256",
    186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_PAGES = {
    437, 708, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869,
    874, 932, 936, 949, 950, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 1361
}  # fmt: skip
_PAGE_NAMES = {708: "iso8859_6", 936: "gbk", 950: "big5", 1361: "johab", 10000: "mac_roman",
               65001: "utf-8"}  # fmt: skip
_DOCUMENT_PAGES = {"ansi": _WESTERN, "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_SYMBOLS = 2  # the charset of fonts whose characters are pictures
_BULLET = "\u2022"

_WORDS = {
    "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d",
    "bullet": _BULLET, "endash": "\u2013", "emdash": "\u2014", "emspace": " ", "enspace": " ",
    "qmspace": " ",
}  # fmt: skip
_MARKS = {"~": " ", "_": "-", "\\": "\\", "{": "{", "}": "}"}
_GAPS = {
    "par": "\n\n", "sect": "\n\n", "page": "\n\n", "column": "\n\n", "line": "\n", "lbr": "\n",
    "row": "\n", "nestrow": "\n", "cell": "\t", "nestcell": "\t", "tab": "\t",
}  # fmt: skip
_UNSEEN = frozenset(
    {
        "fonttbl", "colortbl", "stylesheet", "info", "pict", "nonshppict", "shprslt", "sp",
        "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf",
        "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "xe", "tc", "tcn", "rxe",
        "txe", "private", "filetbl", "revtbl", "listtable", "listoverridetable", "objdata",
        "objclass", "annotation", "atnid", "atnauthor", "nonesttables", "docvar", "template",
        "themedata", "falt", "panose",
    }
)  # fmt: skip
# Of the destinations that a reader may leave out, the ones that hold text of the document.
_SEEN = frozenset({"shpinst", "nesttableprops", "fldinst", "footnote"})
_UNDERLINE_COLOUR = "ulc"
_SWITCHES = {"strike": "strike", "striked": "strike", "deleted": "deleted", "revised": "revised",
             "v": "hidden", "intbl": "table"}  # fmt: skip
_FORMATS = frozenset(
    {*_SWITCHES, "plain", "pard", "footnote", "f", "uc", "deff", "ansicpg", *_DOCUMENT_PAGES}
)
_INSTRUCTION = 200  # characters within which a field says what it does


@dataclass(frozen=True, slots=True)
class Rtf:
    """What an RTF says.

    Spans have the kinds "struck" (struck through, or deleted with tracked
    changes), "added" (inserted with tracked changes) and "underlined", in order
    and apart. Paragraphs stand apart by a blank line, lines by a line break,
    cells by a tab; footnotes stand at the end. `limited` tells that it was not
    read to the end because of its length, `truncated` that its end is missing,
    and `problems` what was wrong with it.
    """

    text: str
    spans: tuple[Span, ...] = ()
    limited: bool = False
    truncated: bool = False
    problems: tuple[str, ...] = ()


def is_rtf(source: str) -> bool:
    """Whether a text is RTF, by its first characters."""
    return source.lstrip(_BEFORE).startswith("{\\rtf")


def rtf_words(source: str, *, most: int = 1_000_000) -> str:
    """The plain words of a short RTF, one line a paragraph; what is no RTF comes back as it is."""
    if not is_rtf(source):
        return source
    return read_rtf(source, most=most).text.replace("\n\n", "\n")


def read_rtf(source: str, *, most: int, mend: Callable[[str], str] = str) -> Rtf:
    """Read an RTF of any size and shape; never raises, takes time in proportion to its length.

    About `most` characters of text are read. A character beyond ASCII stands
    for itself; a byte of a file whose encoding only the RTF knows is handed in
    as Python's "surrogateescape" gives it. `mend` is applied to the words.
    """
    return _Reader(source, most, mend).read()


class _State:
    """What a group inherits and gives back at its end."""

    __slots__ = ("deleted", "font", "hidden", "kind", "link", "out", "revised", "strike",
                 "table", "uc", "underline")  # fmt: skip

    def __init__(self, out: Runs) -> None:
        self.out = out
        self.uc = 1
        self.link = self.table = False
        self.font = -1
        self.plain()

    def plain(self) -> None:
        self.underline = self.strike = self.hidden = self.deleted = self.revised = False
        self.kind: Kind | None = None

    def judge(self) -> None:
        if self.strike or self.deleted:
            self.kind = "struck"
        elif self.revised:
            self.kind = "added"
        else:
            self.kind = "underlined" if self.underline and not self.link else None

    def copy(self) -> "_State":
        other = _State.__new__(_State)
        for name in _State.__slots__:
            setattr(other, name, getattr(self, name))
        return other


class _Reader:
    def __init__(self, source: str, most: int, mend: Callable[[str], str]) -> None:
        self.source = source
        self.most = most
        self.main = Runs(mend)
        self.notes = Runs(mend)
        self.state = _State(self.main)
        self.owned = True  # whether the state is this group's alone; copied when it changes
        self.stack: list[tuple[_State, bool]] = []
        self.too_deep = 0
        self.page = _WESTERN
        self.default_font = -1
        self.fonts: dict[int, str] = {}
        self.starred = False
        self.substitutes = 0  # characters to pass over after a Unicode one
        self.high = 0  # the first half of a pair of UTF-16 units
        self.bytes = bytearray()  # not decoded yet
        self.left = most
        self.problems: list[str] = []

    def read(self) -> Rtf:
        at, end = len(self.source) - len(self.source.lstrip(_BEFORE)), len(self.source)
        while at < end:
            at = self._run(at, end)
        self._decode()
        self.main.flush()
        self.notes.flush()
        limited = self.left < 0
        truncated = bool(self.stack) and not limited
        if truncated:
            self.problems.append("the end of the RTF is missing")
        self.main.append(self.notes)
        return Rtf(
            self.main.text,
            tuple(self.main.spans),
            limited=limited,
            truncated=truncated,
            problems=tuple(dict.fromkeys(self.problems)),
        )

    def _run(self, at: int, end: int) -> int:
        """Read tokens until one says where to go on; tells where."""
        for token in _TOKEN.finditer(self.source, at):
            match token.lastindex:
                case 1:
                    self._text(token[1])
                case 2:
                    to = self._control(token[2], token.end())
                    if to is not None:
                        return to
                case 3 if token[3] == "{":
                    self._open()
                case 3:
                    self._close()
                    if not self.stack:
                        return self._after(token.end())
                case 4:
                    self._byte(int(token[4], 16))
                case _:
                    self._mark(token[5])
            if self.left < 0:
                return end
        return end

    def _after(self, at: int) -> int:
        rest = _AFTER.match(self.source, at)
        if rest is not None and rest.end() < len(self.source):
            self.problems.append("something stands after the end of the RTF")
        return len(self.source)

    # groups

    def _open(self) -> None:
        self._unpaired()
        if len(self.stack) >= DEEPEST:
            self.too_deep += 1
            if self.too_deep == 1:
                self.problems.append(f"groups are nested deeper than {DEEPEST}")
            return
        self.stack.append((self.state, self.owned))
        self.owned = False

    def _close(self) -> None:
        self._unpaired()
        if self.too_deep:
            self.too_deep -= 1
        elif self.stack:
            self._decode()
            self.state, self.owned = self.stack.pop()

    def _unpaired(self) -> None:
        """What a group's border ends: a star without a word, substitutes not found."""
        self.starred = False
        self.substitutes = 0

    def _end_of_group(self, at: int) -> int:
        """Where the closing brace of the group stands in which `at` is."""
        depth = 0
        while found := _SKIPPING.search(self.source, at):
            at = found.end()
            if found[1]:
                at += int(found[1])
            elif found[0] == "{":
                depth += 1
            elif found[0] == "}":
                if not depth:
                    return found.start()
                depth -= 1
        return len(self.source)

    # control words and symbols

    def _control(self, token: str, at: int) -> int | None:
        """Do what a control word says; where to go on, if not right behind it."""
        if self.bytes:
            self._decode()
        name = token.rstrip("-0123456789")
        number = int(token[len(name) :] or 1)
        if self.starred:
            self.starred = False
            if name not in _SEEN:
                return self._end_of_group(at)
        if name == "u":
            self._unicode(number)
            return None
        self.substitutes = 0
        if name in _WORDS:
            self._emit(_WORDS[name])
        elif name in _GAPS:
            self._part(_GAPS[name])
        elif name in _UNSEEN or name in {"fldinst", "bin"}:
            return self._unseen(name, number, at)
        else:
            self._format(name, number)
        return None

    def _unseen(self, name: str, number: int, at: int) -> int:
        if name == "bin":
            return at + max(0, number)
        end = self._end_of_group(at)
        if name == "fonttbl":
            self._read_fonts(at, end)
        elif self.stack and "HYPERLINK" in self.source[at : min(end, at + _INSTRUCTION)]:
            # The words of a link are underlined because they are a link.
            field = self.stack[-1][0].copy()
            field.link = name == "fldinst"
            self.stack[-1] = (field, True)
        return end

    def _format(self, name: str, number: int) -> None:
        is_underline = name.startswith("ul") and name != _UNDERLINE_COLOUR
        if not is_underline and name not in _FORMATS:
            return
        if not self.owned:
            self.state, self.owned = self.state.copy(), True
        state = self.state
        if is_underline:
            state.underline = number != 0 and name != "ulnone"
        elif name in _SWITCHES:
            setattr(state, _SWITCHES[name], number != 0)
        elif name == "plain":
            state.plain()
            state.font = self.default_font
        elif name == "pard":
            state.table = False
        elif name == "footnote":
            state.out = self.notes
            self._part("\n\n")
        else:
            self._encode(name, number)
        state.judge()

    def _encode(self, name: str, number: int) -> None:
        match name:
            case "f":
                self.state.font = number
            case "uc":
                self.state.uc = max(0, number)
            case "deff":
                self.default_font = self.state.font = number
            case "ansicpg":
                self.page = _page_name(number) or self.page
            case _:
                self.page = _DOCUMENT_PAGES[name]

    def _read_fonts(self, at: int, end: int) -> None:
        font = -1
        for found in re.finditer(r"\\(fcharset|cpg|f)([0-9]{1,5})", self.source[at:end]):
            number = int(found[2])
            if found[1] == "f":
                font = number
            elif found[1] == "cpg":
                self.fonts[font] = _page_name(number) or self.page
            elif number == _SYMBOLS:
                self.fonts[font] = ""
            elif self.page != "utf-8" and number in _CHARSETS:
                self.fonts[font] = _CHARSETS[number]

    def _mark(self, mark: str) -> None:
        """Do what a control symbol says."""
        if mark == "*":
            self.starred = True
        elif mark in "\r\n":
            self._part("\n\n")
        elif mark in _MARKS:
            if self.substitutes:
                self.substitutes -= 1
            else:
                self._emit(_MARKS[mark])

    # characters

    def _text(self, text: str) -> None:
        if self.substitutes:
            passed = min(self.substitutes, len(text))
            self.substitutes -= passed
            text = text[passed:]
        if self.bytes and text:
            text = self._second_byte(text)
        if text and not text.isascii():
            self._foreign(text)
        elif text:
            self._emit(text)

    def _second_byte(self, text: str) -> str:
        """Complete a character of two bytes whose second one is written as a letter."""
        try:
            self.bytes.decode(self._page() or _WESTERN)
        except UnicodeDecodeError:
            self.bytes += text[0].encode("ascii", "ignore")
            text = text[1:] if text[0].isascii() else text
        self._decode()
        return text

    def _foreign(self, text: str) -> None:
        """Text with characters beyond ASCII, or with bytes handed in as surrogates."""
        for piece in re.split("([\udc80-\udcff]+)", text):
            if piece and "\udc80" <= piece[0] <= "\udcff":
                self.bytes += bytes(ord(one) - 0xDC00 for one in piece)
            elif piece:
                self._emit(piece.translate(_C1))

    def _byte(self, byte: int) -> None:
        if self.substitutes:
            self.substitutes -= 1
        else:
            self.bytes.append(byte)

    def _unicode(self, number: int) -> None:
        unit = number & 0xFFFF
        self.substitutes = self.state.uc
        if 0xD800 <= unit < 0xDC00:
            self.high = unit
            return
        if 0xDC00 <= unit < 0xE000:
            high, self.high = self.high, 0
            if high:
                self._emit(chr(0x10000 + ((high - 0xD800) << 10) + unit - 0xDC00))
            return
        self.high = 0
        self._emit(_BULLET if 0xF080 <= unit <= 0xF0FF else chr(unit))

    def _page(self) -> str:
        """The code page of the current font; "" for a font of symbols."""
        return self.fonts.get(self.state.font, self.page)

    def _decode(self) -> None:
        if not self.bytes:
            return
        page = self._page()
        content = bytes(self.bytes)
        self.bytes.clear()
        self._emit(content.decode(page, "replace") if page else _BULLET * len(content))

    def _emit(self, text: str) -> None:
        if self.bytes:
            self._decode()
        state = self.state
        if state.hidden:
            return
        state.out.add(text, state.kind)
        self.left -= len(text)

    def _part(self, gap: str) -> None:
        self._decode()
        if self.state.hidden:
            return
        if gap == "\n\n" and self.state.table:
            gap = "\n"
        self.left -= 1
        self.state.out.part(gap)


# Some writers put Windows' characters where Unicode has controls.
_C1 = {code: bytes([code]).decode(_WESTERN, "replace") for code in range(0x80, 0xA0)}


def _page_name(number: int) -> str:
    """Python's name of a code page, "" for one it does not have."""
    return _PAGE_NAMES.get(number) or (f"cp{number}" if number in _PAGES else "")
