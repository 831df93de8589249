"""Text with marked spans, put together piece by piece as a document is read.

Readers of HTML, RTF and Word documents all meet pieces of text and the gaps
between them. What a mark means is not decided here: "underlined" is what was
drawn, and becomes "added" or nothing where somebody knows the whole document.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NewType

Kind = Literal["added", "struck", "underlined", "bold", "italic"]
Doubt = NewType("Doubt", str)
"""In the place of a kind: these words were hard to read in a picture; see `pipelines.doubts`."""

_WITHIN = {"", " ", "\t"}  # gaps that a span goes on across


@dataclass(frozen=True, slots=True)
class Span:
    """A span [start, end) of a text, in code points, and how it is marked."""

    start: int
    end: int
    kind: Kind | Doubt


class Writer:
    """Puts pieces of text together, folding the white space between them.

    `mend` is applied to each piece; what it drops or adds moves the spans along.
    """

    _STRENGTH = ("", " ", "\t", "\n", "\n\n")

    def __init__(self, mend: Callable[[str], str] = str) -> None:
        self.spans: list[Span] = []
        self.length = 0
        self._mend = mend
        self._pieces: list[str] = []
        self._gap = ""

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def part(self, gap: str) -> None:
        """Ask for a gap before what comes next; two line breaks leave a line blank."""
        if gap == self._gap == "\n" or self._STRENGTH.index(gap) > self._STRENGTH.index(self._gap):
            self._gap = gap

    def write(self, text: str, kind: Kind | None = None) -> None:
        """Add words; white space round them becomes a gap, within them one space."""
        words = self._mend(" ".join(text.split()))
        if text[:1].isspace():
            self.part(" ")
        if words:
            self._put(words, kind)
            if text[-1:].isspace():
                self.part(" ")

    def write_lines(self, text: str, kind: Kind | None = None) -> None:
        """Add preformatted text, whose line breaks and spaces stay."""
        for rank, line in enumerate(text.expandtabs().split("\n")):
            if rank:
                self.part("\n" if self._gap != "\n" else "\n\n")
            words = self._mend(line.rstrip())
            if words.strip():
                self._put(words, kind)
            if line[-1:].isspace():
                self.part(" ")

    def append(self, other: "Writer") -> None:
        """Add what another writer has put together, as a paragraph of its own."""
        if not other.length:
            return
        gap = "\n\n" if self.length else ""
        start = self.length + len(gap)
        self._pieces += (gap, other.text)
        self.spans += (Span(s.start + start, s.end + start, s.kind) for s in other.spans)
        self.length = start + other.length
        self._gap = ""

    def _put(self, words: str, kind: Kind | None) -> None:
        gap = self._gap if self.length else ""
        if not gap and self._replaces(words, kind):
            gap = " "
        self._gap = ""
        start = self.length + len(gap)
        end = start + len(words)
        self._pieces += (gap, words)
        self.length = end
        if kind is None:
            return
        last = self.spans[-1] if self.spans else None
        if last and last.kind == kind and last.end + len(gap) == start and gap in _WITHIN:
            self.spans[-1] = Span(last.start, end, kind)
        else:
            self.spans.append(Span(start, end, kind))

    def _replaces(self, words: str, kind: Kind | None) -> bool:
        """Whether struck and new words touch: they stand for each other and make no one word."""
        last = self.spans[-1] if self.spans else None
        return (
            kind is not None
            and last is not None
            and last.end == self.length
            and last.kind != kind
            and "struck" in {last.kind, kind}
            and words[0].isalnum()
            and self._pieces[-1][-1].isalnum()
        )


class Runs(Writer):
    """A writer for documents that cut words anywhere: runs of one kind are joined first."""

    def __init__(self, mend: Callable[[str], str] = str) -> None:
        super().__init__(mend)
        self._run: list[str] = []
        self._kind: Kind | None = None

    def add(self, text: str, kind: Kind | None) -> None:
        """Add a part of a run; it is written when the next gap or another kind comes."""
        if kind != self._kind:
            self.flush()
            self._kind = kind
        self._run.append(text)

    def part(self, gap: str) -> None:
        """Ask for a gap before what comes next."""
        self.flush()
        super().part(gap)

    def flush(self) -> None:
        """Write what was added."""
        if self._run:
            run = "".join(self._run)
            self._run.clear()
            self.write(run, self._kind)
