"""Tables for people: columns where there is room, two or more lines a row where there is none.

Columns that identify a row stay whole; the long ones (titles, notes) share what
is left of the width. Where that would leave them a gutter, each row becomes a
line of its short cells with the long ones folded beneath. Rows are taken a
batch at a time, so that a table of any length is printed in bounded memory.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

BATCH = 500
GAP = "  "
INDENT = "    "
NARROWEST = 20
ROOMY = 28
"""The fewest characters a long column can be read in."""

MOST_SHORT = 40
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?(?:\+00:00|Z)")

LONG = frozenset(
    {"title", "what", "notes", "advice", "query", "example", "passage", "needs", "problems", "to"}
)
"""Headings of columns that may be folded."""

PLAIN = frozenset({"title", "what", "passage"})
"""Those that need no label where they stand beneath their row."""

BENEATH = frozenset({"passage"})
"""Those that stand beneath their row however wide the terminal is."""

_GOOD, _BAD, _ODD, _DIM = "green", "red", "yellow", "dim"
STYLES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "kind": {
        "new": _GOOD, "restored": _GOOD, "amended": "bold magenta", "version": "magenta",
        "vanished": _BAD, "superseded": _BAD, "status": "cyan", "action": "cyan",
        "scheduled": "blue",
    },
    "state": {
        "ok": _GOOD, "sent": _GOOD, "readable": _GOOD, "failing": _BAD, "blocked": _BAD,
        "drifted": _BAD, "crashed": _BAD, "dead": _BAD, "unreadable": _BAD, "stale": _ODD,
        "quiet": _ODD, "failed": _ODD, "pending": _ODD, "interrupted": _ODD, "open": _DIM,
        "prepared": _DIM, "ok, overdue": _BAD, "quiet, overdue": _BAD,
    },
    "verdict": {"better": _GOOD, "worse": _BAD, "failed": _BAD, "mixed": _ODD},
    "result": {"right": _GOOD, "wrong": _BAD, "note": _ODD},
    "vote": {"pass": _GOOD, "fail": _BAD},
    "standing": {"added": _GOOD, "struck": _BAD, "existing": _DIM},
})  # fmt: skip
"""By heading, the colours of the words that stand under it."""


@dataclass(frozen=True)
class Printer:
    """Writes styled lines of a known width; styles fall away where colours do."""

    width: int
    colours: bool
    write: Callable[[str], object]

    @classmethod
    def on(cls, console: Console, write: Callable[[str], object]) -> "Printer":
        return cls(console.width, bool(console.color_system) and not console.no_color, write)

    def styled(self, text: str, style: str) -> str:
        if not (style and text and self.colours):
            return text
        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)

    def folded(self, text: str, style: str = "", *, indent: str = "", first: str = "") -> None:
        """Write a text in as many lines as it needs; `first` opens the first one."""
        lead = first or indent
        opens = cell_len(_COLOUR.sub("", lead)) - len(indent)
        for line in wrapped(text, max(self.width - len(indent), NARROWEST), opens):
            self.write((lead + self.styled(line, style)).rstrip())
            lead = indent


def printable(value: Any) -> str:
    """A cell: times to the minute, no control characters, whatever a site printed."""
    if value is None:
        return ""
    if isinstance(value, str) and (stamp := STAMP.fullmatch(value)):
        return f"{stamp[1]} {stamp[2]} UTC"
    if isinstance(value, Mapping):
        value = ", ".join(f"{key} {printable(item)}" for key, item in value.items() if item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        value = ", ".join(printable(item) for item in value)
    return "".join(mark if mark.isprintable() else " " for mark in str(value))


def wrapped(text: str, width: int, opens: int = 0) -> list[str]:
    """A text in lines of at most `width` cells, the first one shorter by `opens`.

    A word longer than a line is broken.
    """
    size = len if text.isascii() else cell_len
    lines: list[str] = []
    line, room = "", width - opens
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if size(joined) <= room:
            line = joined
            continue
        if line or (opens and not lines):
            lines.append(line)
        room, line = width, word
        while size(line) > room:
            head = _head(line, room)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line]


def _head(word: str, width: int) -> str:
    """As much of a word as fits, but at least one character."""
    end = 1
    while cell_len(word[: end + 1]) <= width:
        end += 1
    return word[:end]


def print_table(
    rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str], printer: Printer
) -> int:
    """Print rows under {heading: key}; keys may have dots. Returns how many there were."""
    count, table = 0, None
    for batch in _batches(rows, BATCH):
        cells = [[_cell(row, heading, key) for heading, key in columns.items()] for row in batch]
        if table is None:
            table = _Table.fitting(list(columns), cells, printer)
            table.header()
        for texts in cells:
            table.row(texts)
        count += len(cells)
    return count


def _batches(rows: Iterable[Mapping[str, Any]], size: int) -> Iterator[list[Mapping[str, Any]]]:
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


def _cell(row: Mapping[str, Any], heading: str, key: str) -> str:
    value: Any = row
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    text = printable(value)
    # A heading that names the clock spares every cell the word.
    return text.removesuffix(" UTC") if heading.endswith("(UTC)") else text


@dataclass(frozen=True)
class _Table:
    """How the rows are laid out: cells of `widths` on the first line, `beneath` on lines below."""

    headings: Sequence[str]
    widths: Mapping[int, int]
    beneath: Sequence[int]
    printer: Printer

    @classmethod
    def fitting(
        cls, headings: Sequence[str], cells: Sequence[Sequence[str]], printer: Printer
    ) -> "_Table":
        """Lay out columns for the cells seen first; one that holds nothing is left out.

        Where there are more cells to come, nothing is known to be empty.
        """
        whole = len(cells) < BATCH
        natural = {
            at: max(cell_len(heading), *(cell_len(texts[at]) for texts in cells))
            for at, heading in enumerate(headings)
            if not whole or any(texts[at] for texts in cells)
        }
        beside = {at: size for at, size in natural.items() if headings[at] not in BENEATH}
        long = {
            at for at, size in beside.items() if headings[at] in LONG or size > MOST_SHORT
        }  # fmt: skip
        short = sum(size for at, size in beside.items() if at not in long)
        left = printer.width - short - len(GAP) * (len(beside) - 1)
        if left >= sum(min(natural[at], ROOMY) for at in long):
            widths = _shared(beside, long, left)
        else:
            widths, used = {}, 0
            for at, size in beside.items():
                if at not in long and used + size <= printer.width:
                    widths[at] = size
                    used += size + len(GAP)
        beneath = [at for at in natural if at not in widths]
        return cls(headings, widths, beneath, printer)

    def header(self) -> None:
        texts = {at: [self.headings[at]] for at in self.widths}
        self._lines(texts, dict.fromkeys(texts, "bold"))

    def row(self, texts: Sequence[str]) -> None:
        styles = {at: STYLES.get(self.headings[at], {}).get(texts[at], "") for at in self.widths}
        if self.beneath:
            # The eye finds the rows by their first cell.
            first = next(iter(self.widths), None)
            styles |= {first: "bold"} if first is not None and not styles[first] else {}
        self._lines({at: wrapped(texts[at], width) for at, width in self.widths.items()}, styles)
        for at in self.beneath:
            if texts[at]:
                heading = self.headings[at]
                label = "" if heading in PLAIN or len(self.beneath) == 1 else f"{heading}: "
                style = "dim" if heading in BENEATH else ""
                self.printer.folded(label + texts[at], style, indent=INDENT)

    def _lines(self, texts: Mapping[int, list[str]], styles: Mapping[int, str]) -> None:
        for number in range(max(map(len, texts.values()), default=0)):
            parts, pad = [], ""
            for at, lines in texts.items():
                text = lines[number] if number < len(lines) else ""
                parts.append(pad + self.printer.styled(text, styles.get(at, "")))
                pad = " " * (self.widths[at] - cell_len(text)) + GAP
            self.printer.write("".join(parts).rstrip())


def _shared(natural: Mapping[int, int], long: set[int], left: int) -> dict[int, int]:
    """Widths by column: short ones whole; the long ones share what is left, the least wanting first."""
    widths = {at: size for at, size in natural.items() if at not in long}
    for number, at in enumerate(sorted(long, key=natural.__getitem__)):
        widths[at] = min(natural[at], left // (len(long) - number))
        left -= widths[at]
    return dict(sorted(widths.items()))
