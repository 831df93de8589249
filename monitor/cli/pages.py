"""The pages of a text for people: rules, printed line numbers, marks, doubts.

With colours added words are green and struck ones red and struck through;
without them they stand in {+signs+} and [-signs-], line by line, so that a line
taken alone still says what it is. A word that was hard to read is followed by (?).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from rich.cells import cell_len

from monitor.cli.tables import Printer
from pipelines.extract.scans import LOW
from pipelines.extract.scans import METHOD as SCANNED

if TYPE_CHECKING:
    from pipelines.texts import Extracted, Page

MARK_STYLES = {"added": "green underline", "struck": "red strike"}
SIGNS = {"added": ("{+", "+}"), "struck": ("[-", "-]")}
DOUBT, DOUBT_STYLE = "(?)", "yellow"
_METHODS = {SCANNED: "read as a picture", "pdfium-plain": "read plainly"}
_RULE = 80
_NARROWEST = 30
_GAP = "  "

Span = tuple[int, int, str]
"""Start and end in a page's text, and what it is: a kind of mark, or "doubtful"."""


@dataclass(frozen=True)
class PageWriter:
    """Writes pages of one text. `width` is where lines are folded, None for nowhere."""

    printer: Printer
    width: int | None = None
    original: bool = False
    total: int = 0

    def write(self, extracted: "Extracted") -> None:
        """Write all pages, with a rule above each where there are several, or doubts."""
        marks = sorted((mark.start, mark.end, mark.kind) for mark in extracted.marks)
        first = 0
        for page in extracted.pages:
            beyond = page.start + len(page.text)
            while first < len(marks) and marks[first][1] <= page.start:
                first += 1
            spans: list[Span] = []
            for start, end, kind in marks[first:]:
                if start >= beyond:
                    break
                spans.append((start - page.start, end - page.start, kind))
            self._page(page, spans)

    def _page(self, page: "Page", spans: list[Span]) -> None:
        if self.total > 1 or page.confidence < 1:
            self.printer.write(self._rule(page))
        if self.original:
            rows = self._rows(page.original or page.text, [], ())
        else:
            doubts = ((start, end, "doubtful") for start, end, _ in page.doubtful)
            rows = self._rows(page.text, [*spans, *doubts], page.lines)
        self.printer.write("\n".join(rows))

    def _rule(self, page: "Page") -> str:
        """The line above a page: its number, how it was read, and how far to trust that."""
        said = f"page {page.number}" if page.number else "text"
        said += f" of {self.total}" if self.total > 1 else ""
        if page.method in _METHODS:
            said += f", {_METHODS[page.method]}"
        low = page.confidence < LOW
        doubt = f", confidence {page.confidence:.2f}" if page.confidence < 1 else ""
        doubt += "; low confidence: compare with the page" if low else ""
        rest = "\u2500" * max(2, min(_RULE, self.printer.width) - len(said + doubt) - 5)
        styled = self.printer.styled
        return (
            styled(f"\u2500\u2500 {said}", "dim")
            + styled(doubt, "bold yellow" if low else "dim")
            + styled(f" {rest}", "dim")
        )

    def _rows(
        self, text: str, spans: list[Span], numbers: Sequence[tuple[int, int]]
    ) -> Iterator[str]:
        """A page's lines, with their numbers in a margin where the page prints some."""
        digits = max((len(str(number)) for _, number in numbers), default=0)
        margin = digits + len(_GAP) if digits else 0
        room = max(self.width - margin, _NARROWEST) if self.width else None
        spans.sort(key=itemgetter(0))
        first = at = rank = 0
        for line in text.split("\n"):
            end = at + len(line)
            while first < len(spans) and spans[first][1] <= at:
                first += 1
            number = 0
            while rank < len(numbers) and numbers[rank][0] <= end:
                number = number or numbers[rank][1]
                rank += 1
            lead = f"{number or '':>{digits}}{_GAP}" if digits else ""
            here = _within(spans, first, at, end)
            for start, stop in _folds(line, room):
                shown = self._marked(line, start, stop, here)
                yield f"{self.printer.styled(lead, 'dim') if lead.strip() else lead}{shown}".rstrip()
                lead = " " * margin
            at = end + 1

    def _marked(self, line: str, start: int, end: int, spans: Sequence[Span]) -> str:
        """The part [start, end) of a line, with what its spans are."""
        cuts = {start, end}
        for begin, stop, _ in spans:
            cuts |= {min(max(begin, start), end), min(max(stop, start), end)}
        edges = sorted(cuts)
        pieces = []
        for low, high in pairwise(edges):
            kinds = {kind for begin, stop, kind in spans if begin <= low and high <= stop}
            mark = next((kind for kind in MARK_STYLES if kind in kinds), "")
            pieces.append(self._piece(plain(line[low:high]), mark, doubtful="doubtful" in kinds))
            if any(kind == "doubtful" and stop == high for _, stop, kind in spans):
                pieces.append(self.printer.styled(DOUBT, DOUBT_STYLE))
        return "".join(pieces)

    def _piece(self, words: str, mark: str, *, doubtful: bool) -> str:
        bare = words.strip()
        if not bare or not (mark or doubtful):
            return words
        if self.printer.colours:
            style = f"{MARK_STYLES.get(mark, '')} {'' if mark else DOUBT_STYLE}".strip()
            bare = self.printer.styled(bare, style)
        elif mark:
            opened, closed = SIGNS[mark]
            bare = f"{opened}{bare}{closed}"
        lead = len(words) - len(words.lstrip())
        return f"{words[:lead]}{bare}{words[lead + len(words.strip()) :]}"


def plain(words: str) -> str:
    """A document's words for a terminal: what would steer it, or turn the direction, is a blank."""
    if words.isprintable():
        return words
    return "".join(mark if mark.isprintable() or mark in "\n\t" else " " for mark in words)


def _within(spans: Sequence[Span], first: int, start: int, end: int) -> list[Span]:
    """The spans from a rank on that touch the line [start, end), as places of it."""
    here = []
    for begin, stop, kind in spans[first:]:
        if begin >= end:
            break
        if stop > start:
            here.append((max(0, begin - start), min(end, stop) - start, kind))
    return here


_WORD = re.compile(r"\s*\S+")


def _folds(line: str, room: int | None) -> Iterator[tuple[int, int]]:
    """Where a line is folded: parts of it, each of whole words where they have room."""
    size: Callable[[str], int] = len if line.isascii() else cell_len
    if room is None or size(line) <= room:
        yield 0, len(line)
        return
    start = end = 0
    for word in _WORD.finditer(line):
        if end > start and size(line[start : word.end()]) > room:
            yield start, end
            start = word.end() - len(word[0].lstrip())
        end = word.end()
    yield start, len(line)
