"""The text of a part of a Word document, element by element as its XML is read.

After ECMA-376 part 1, 17: paragraphs hold runs, runs hold text and say how it
is drawn; tracked changes, links and fields stand round runs.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pipelines.clean import restore_symbols
from pipelines.extract.word_numbers import Numbers
from pipelines.extract.word_styles import PLAIN, Look, Styles, with_property
from scrapers.marked import Kind, Runs

_BULLET = "\u2022"
_SPACES = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_CHOICES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# What an element's text is not part of: comments have parts of their own, the
# rest repeats what is said elsewhere or tells how it was before.
_UNSEEN = frozenset(
    {
        "instrText", "delInstrText", "rPrChange", "pPrChange", "tblPrChange", "tcPrChange",
        "trPrChange", "sectPrChange", "sectPr", "numberingChange", "tblGrid", "ffData",
        "rubyPr", "rt",
    }
)  # fmt: skip
_TRACKED: dict[str, Kind] = {
    "ins": "added", "moveTo": "added", "del": "struck", "moveFrom": "struck",
}  # fmt: skip
_BREAKS = {"tab": "\t", "ptab": "\t", "cr": "\n"}
_WORDS = {"noBreakHyphen": "-"}
# What belongs to the paragraph and the run we are in; a text box within a run has its own.
_PLACE = (
    "_style", "_list_id", "_list_level", "_number", "_mark", "_mark_kind", "_run_style_id",
    "_own", "_look", "_tracked", "_tables", "_opens_cell", "_links", "_fields", "_writer",
)  # fmt: skip


class Story:
    """What is told of the elements of a part becomes text: the target of `stream`."""

    def __init__(self, styles: Styles, numbers: Numbers, *, most: int) -> None:
        self.out = Runs(restore_symbols)
        self.notes: set[str] = set()
        self._styles = styles
        self._numbers = numbers
        self._most = most
        self._looks: dict[tuple[str, str, Look], Look] = {}
        self._starts: dict[str, Callable[[Any], None]] = {
            "p": self._paragraph, "r": self._run, "hyperlink": self._link, "br": self._break,
            "sym": self._symbol, "fldChar": self._field, "tbl": self._table, "tc": self._cell,
            "footnote": self._note, "endnote": self._note, "altChunk": self._chunk,
            "pStyle": self._paragraph_style, "rStyle": self._run_style, "fldSimple": self._simple,
            "numId": self._list, "ilvl": self._level, "txbxContent": self._box,
        }  # fmt: skip
        self._ends: dict[str, Callable[[], None]] = {
            "pPr": self._properties_end, "r": self._reset_run,
            "tc": self._cell_ends, "tr": lambda: self._writer.part("\n"), "tbl": self._table_ends,
            "hyperlink": self._link_ends, "fldSimple": self._field_ends,
            "txbxContent": self._box_ends,
        }  # fmt: skip
        self.begin()

    def begin(self) -> None:
        """Make ready for another part; what was read stays."""
        self._path: list[str] = []
        self._unseen = 0  # how many elements without text of ours we are in
        self._in_instruction = False
        self._writer = self.out
        self._boxes = Runs(restore_symbols)
        self._outside: list[dict[str, Any]] = []  # the places that text boxes are in
        self._enter()

    def finish(self) -> None:
        """End the part: what stands in text boxes comes after what they float over."""
        self._writer.flush()
        self.out.append(self._boxes)

    def is_full(self) -> bool:
        return self.out.length + self._boxes.length > self._most

    def _enter(self) -> None:
        """Begin where nothing of what is outside holds."""
        self._tracked: list[Kind] = []
        self._tables = 0
        self._opens_cell = False
        self._links = 0
        self._fields: list[list[bool]] = []  # of each field: in its result, is a link
        self._reset_paragraph()
        self._reset_run()
        self._writer.part("\n\n")

    # the parser tells

    def start(self, tag: str, attributes: Any) -> None:
        name = _local(tag)
        self._path.append(name)
        if self._unseen or name in _UNSEEN or tag == f"{_CHOICES}Fallback":
            self._unseen += 1
            if name == "instrText" and self._unseen == 1:
                self._in_instruction = True
            return
        if name in _TRACKED and self._path[-2:-1] != ["rPr"]:
            self._tracked.append(_TRACKED[name])
        elif name in _BREAKS and self._path[-2:-1] == ["r"]:
            self._writer.part(_BREAKS[name])
        elif name in _WORDS:
            self._write(_WORDS[name])
        elif name in self._starts:
            self._starts[name](attributes)
        elif self._path[-2:-1] == ["rPr"]:
            self._property(name, _value(attributes))

    def end(self, _: str) -> None:
        name = self._path.pop() if self._path else ""
        if self._unseen:
            self._unseen -= 1
            self._in_instruction = False
            return
        if name in _TRACKED and self._path[-1:] != ["rPr"]:
            if self._tracked:
                self._tracked.pop()
        elif name in self._ends:
            self._ends[name]()

    def data(self, text: str) -> None:
        if self._in_instruction:
            if self._fields and "HYPERLINK" in text:
                self._fields[-1][1] = True
        elif not self._unseen and self._path and self._path[-1] in {"t", "delText"}:
            self._write(text)

    # paragraphs and lists

    def _reset_paragraph(self) -> None:
        self._style = self._styles.paragraph
        self._list_id = self._list_level = ""
        self._number = ""
        self._mark = PLAIN
        self._mark_kind: Kind | None = None

    def _paragraph(self, _: Any) -> None:
        if not self._opens_cell:
            self._writer.part("\n" if self._tables else "\n\n")
        self._opens_cell = False
        self._reset_paragraph()
        self._reset_run()
        for field in self._fields:
            # An instruction is short; where its end is missing the text goes on.
            field[0] = True

    def _paragraph_style(self, attributes: Any) -> None:
        self._style = _value(attributes) or self._style

    def _list(self, attributes: Any) -> None:
        self._list_id = _value(attributes) or ""

    def _level(self, attributes: Any) -> None:
        self._list_level = _value(attributes) or ""

    def _properties_end(self) -> None:
        styled_id, styled_level = self._styles.numbering(self._style)
        number = self._list_id or styled_id
        level = self._list_level or styled_level or "0"
        if number and level.isdecimal() and len(level) == 1:
            self._number = self._numbers.following(number, int(level))

    # runs

    def _reset_run(self) -> None:
        self._run_style_id = ""
        self._own = PLAIN
        self._look: Look | None = None

    def _run(self, _: Any) -> None:
        self._reset_run()

    def _run_style(self, attributes: Any) -> None:
        if self._path[-3:-2] == ["r"]:
            self._run_style_id = _value(attributes) or ""
            self._look = None

    def _property(self, name: str, value: str | None) -> None:
        if self._path[-3:-2] == ["r"]:
            self._own = with_property(self._own, name, value)
            self._look = None
        elif self._path[-3:-2] != ["pPr"]:
            return
        elif name in _TRACKED:
            self._mark_kind = _TRACKED[name]
        else:
            self._mark = with_property(self._mark, name, value)

    def _looked_up(self, run_style: str, own: Look) -> Look:
        key = (self._style, run_style, own)
        if key not in self._looks:
            look = own.over(self._styles.look(run_style))
            look = look.over(self._styles.look(self._style)).over(self._styles.default)
            self._looks[key] = look
        return self._looks[key]

    def _kind_of(self, look: Look) -> Kind | None:
        if look.strike or "struck" in self._tracked:
            return "struck"
        if self._tracked:
            return "added"
        is_link = self._links or any(is_link for _, is_link in self._fields)
        return "underlined" if look.underline and not is_link else None

    # text

    def _write(self, text: str) -> None:
        if self._look is None:
            self._look = self._looked_up(self._run_style_id, self._own)
        if self._look.hidden or any(not in_result for in_result, _ in self._fields):
            return
        if self._number:
            number, self._number = self._number, ""
            self._writer.add(
                number, self._mark_kind or self._kind_of(self._looked_up("", self._mark))
            )
            self._writer.add("\t", None)
        self._writer.add(text, self._kind_of(self._look))

    def _break(self, attributes: Any) -> None:
        kind = next((value for name, value in attributes.items() if _local(name) == "type"), "")
        self._writer.part("\n\n" if kind in {"page", "column"} else "\n")

    def _symbol(self, attributes: Any) -> None:
        code = next((value for name, value in attributes.items() if _local(name) == "char"), "")
        try:
            number = int(code, 16) & 0xFFFF
        except ValueError:
            return
        # The private characters of symbol fonts are pictures.
        is_character = number and not 0xD800 <= number < 0xF900
        self._write(chr(number) if is_character else _BULLET)

    # fields, links, tables, notes

    def _field(self, attributes: Any) -> None:
        kind = next(
            (value for name, value in attributes.items() if _local(name) == "fldCharType"), ""
        )
        if kind == "begin":
            self._fields.append([False, False])
        elif kind == "separate" and self._fields:
            self._fields[-1][0] = True
        elif kind == "end":
            self._field_ends()

    def _field_ends(self) -> None:
        if self._fields:
            self._fields.pop()

    def _simple(self, attributes: Any) -> None:
        words = "".join(attributes.values())
        self._fields.append([True, "HYPERLINK" in words])

    def _link(self, _: Any) -> None:
        self._links += 1

    def _link_ends(self) -> None:
        self._links -= 1

    def _box(self, _: Any) -> None:
        self._writer.flush()
        self._outside.append({name: getattr(self, name) for name in _PLACE})
        self._writer = self._boxes
        self._enter()

    def _box_ends(self) -> None:
        self._writer.flush()
        for name, value in (self._outside.pop() if self._outside else {}).items():
            setattr(self, name, value)

    def _table(self, _: Any) -> None:
        self._tables += 1
        self._writer.part("\n\n")

    def _cell(self, _: Any) -> None:
        self._opens_cell = True

    def _cell_ends(self) -> None:
        self._writer.part("\t")

    def _table_ends(self) -> None:
        self._tables -= 1
        self._writer.part("\n\n")

    def _note(self, attributes: Any) -> None:
        kinds = {value for name, value in attributes.items() if _local(name) == "type"}
        if kinds & {"separator", "continuationSeparator", "continuationNotice"}:
            self._unseen += 1

    def _chunk(self, _: Any) -> None:
        self.notes.add("a document within this one was not read")


@lru_cache(maxsize=1024)
def _local(name: str) -> str:
    """An element's or attribute's name without the namespaces that Word's text stands in."""
    for space in (*_SPACES, _MATH):
        if name.startswith(space):
            return name[len(space) :]
    return name


def _value(attributes: Any) -> str | None:
    """The element's `val`; None where it says nothing, which switches on."""
    return next((value for name, value in attributes.items() if _local(name) == "val"), None)
