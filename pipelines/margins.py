"""Lines that only say which page this is, where a text still has them.

`pipelines.running` takes away what runs through the pages of a document. It
cannot tell what runs on one page alone, nor leave a page without a word. A law
set on one page instead of two, or with an empty last page, so gains or loses a
"p. 1", or a page with nothing but its head; and its footnotes go to the feet of
other pages. That is no amendment.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.align import Gap
from pipelines.moves import Move
from pipelines.texts import PAGE_BREAK

_FOOT = 24  # lines at the foot of a page that may be notes
_EDGE = 3  # lines at the head or foot of a page
_LONGEST_PAGE = 60  # words of a page that has nothing to say
_NUMBERS = re.compile(  # in scans a 1 may be read as a stroke
    r"[-\u2013\u2014\[(]* ?(?:page|pg\.?|p\.) ?[-\u2013\u2014]? ?[\dIl|]{1,6}"
    r"(?: ?(?:of|/) ?[\dIl|]{1,6})? ?[-\u2013\u2014\])]*",
    re.IGNORECASE,
)
_LEADS = frozenset(
    {"on", "at", "of", "see", "and", "or", "to", "in", "from", "through", "by", "the", "after"}
)
_NOTE = re.compile(r"\d{1,3}|\*{1,4}|[\u2020\u2021]|\[\d{1,3}\]")
_HINT = re.compile(r"\b[Pp](?:age|AGE|[gG])?\b")


@dataclass(frozen=True, slots=True)
class _Line:
    """The words [start, end) of a text, on one line, or on a page that has nothing to say."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Margins:
    """The lines of one text that tell pages apart and say nothing else."""

    text: str

    def hold(self, first: int, last: int) -> bool:
        """Whether words [first, last) are nothing but whole lines of this kind."""
        while first < last:
            line = self._line_at(first)
            if line is None or line.start != first:
                return False
            first = line.end
        return first == last

    def touch(self, first: int, last: int) -> bool:
        """Whether words [first, last) stand within one line that numbers its page."""
        line = self._line_at(first)
        return line is not None and last <= line.end and bool(_NUMBERS.fullmatch(line.text))

    def _line_at(self, word: int) -> _Line | None:
        rank = bisect_right(self._lines, word, key=lambda line: line.start) - 1
        return self._lines[rank] if rank >= 0 else None

    def is_footnote(self, first: int, last: int) -> bool:
        """Whether words [first, last) are whole notes at the foot of a page: "1 See the act."."""
        if not _NOTE.fullmatch(self._words_at.get(first, "")):
            return False
        return last in self._feet or bool(_NOTE.fullmatch(self._words_at.get(last, "")))

    @cached_property
    def _words_at(self) -> dict[int, str]:
        """The word that begins each line of a page's foot."""
        return {
            line.start: line.text.partition(" ")[0]
            for page in self._pages
            for line in page[-_FOOT:]
        }

    @cached_property
    def _feet(self) -> frozenset[int]:
        """Where pages end, counted in words."""
        return frozenset(page[-1].end for page in self._pages if page)

    @cached_property
    def _pages(self) -> list[list[_Line]]:
        return list(_pages(self.text))

    @cached_property
    def _lines(self) -> list[_Line]:
        pages = self._pages
        seen: dict[str, int] = {}
        for page in pages:
            for text in {line.text for line in _edges(page)}:
                seen[text] = seen.get(text, 0) + 1
        found: list[_Line] = []
        for page in pages:
            numbers = _numbers(page)
            if len(numbers) < len(page) and _says_nothing(page, seen):
                found.append(_Line(page[0].start, page[-1].end, ""))
            else:
                found += numbers
        return found


def _pages(text: str) -> Iterator[list[_Line]]:
    at = 0
    for page in text.split(PAGE_BREAK):
        lines: list[_Line] = []
        for line in page.splitlines():
            words = line.split()
            if words:
                lines.append(_Line(at, at + len(words), " ".join(words)))
            at += len(words)
        yield lines


def _edges(page: Sequence[_Line]) -> Sequence[_Line]:
    return page if len(page) <= 2 * _EDGE else [*page[:_EDGE], *page[-_EDGE:]]


def _numbers(page: Sequence[_Line]) -> list[_Line]:
    """The lines that number a page, unless a sentence leads to them: "the map on / page 12"."""
    at_edge = {line.start for line in _edges(page)}
    before = ""
    found = []
    for line in page:
        if line.start in at_edge and before not in _LEADS and _NUMBERS.fullmatch(line.text):
            found.append(line)
        before = line.text.rpartition(" ")[2].lower()
    return found


def _says_nothing(page: Sequence[_Line], seen: dict[str, int]) -> bool:
    """Whether all lines of a page number it or stand at the edge of another page too."""
    others = [line for line in page if not _NUMBERS.fullmatch(line.text)]
    return 0 < len(others) <= _EDGE and all(seen.get(line.text, 0) > 1 for line in others)


def only_margins(edit: Gap, old: Margins, new: Margins, words: tuple[Sequence[str], ...]) -> bool:
    """Whether an edit touches nothing but lines that tell pages apart.

    Texts are taken apart only where an edit could be of this kind.
    """
    gone, come = edit.b - edit.a, edit.d - edit.c
    if max(gone, come) > _LONGEST_PAGE:
        return False
    paged = PAGE_BREAK in old.text or PAGE_BREAK in new.text
    said = " ".join((*words[0][edit.a : edit.b], *words[1][edit.c : edit.d]))
    if gone and come and not any(map(str.isdigit, said)):
        return False
    if not paged and not gone == come == 1 and not _HINT.search(said):
        return False
    if gone and come:
        return old.touch(edit.a, edit.b) and new.touch(edit.c, edit.d)
    return old.hold(edit.a, edit.b) and new.hold(edit.c, edit.d)


def only_notes(move: Move, old: Margins, new: Margins) -> bool:
    """Whether what moved are footnotes, from the foot of one page to that of another."""
    return old.is_footnote(move.old, move.old + move.length) and new.is_footnote(
        move.new, move.new + move.length
    )
