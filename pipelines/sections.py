"""Where in a law a word stands: the nearest numbered heading above it.

Read from the printed form alone: "SECTION 3.", "§ 10-843.", "ARTICLE 41",
Maryland's bare "5-104.1.", Oregon's "181A.823.", and the enumerators under
them, "(b)", "(1)", "A.", New York City's "a.".
A heading counts at the start of a line, or in running text after a stop, and
not where the sentence goes on ("Section 5 of the Act"), which is a reference.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

# One set first: the search then skips plain text at the speed of C.
_START = r"[\n\f.;:](?:(?<=[\n\f])|[ \t])[ \t]*(?P<place>[\"“\[]?)"
_NAMED = (
    r"(?:(?:SECTION|Section|SEC\.|Sec\.|ARTICLE|Article|CHAPTER|Chapter|TITLE|Title|PART|Part"
    r"|SUBTITLE|Subtitle|DIVISION|Division)\s{1,3}|§\s{0,3})"
    r"(?>\d{1,6}[A-Za-z]{0,2}(?:[-\u2013.:]\d{1,6}[A-Za-z]?){0,5}|[IVXLC]{1,7}|[A-Z])(?![\w\u2013-])"
)
_BARE = (
    r"(?:\d{1,3}[A-Za-z]?[-\u2013]\d{1,5}(?:\.\d{1,3})?(?=\.\s)"
    r"|\d{1,3}[A-Z]?\.\d{3}(?=\.[ ]{1,3}[A-Z(\[\u201c]))"
)
_REFERS = (  # "SUBTITLE 11 OF THE CRIMINAL LAW ARTICLE" at the start of a line
    r"(?!\s{1,3}(?:OF|AND|OR|TO|THROUGH|IN|IS|ARE|SHALL|MAY|UNDER|FOR|BY|WITH|THAT|AS|HAS|DOES)\b)"
)
_GOES_ON = rf"{_REFERS}(?=\s*(?:[.:\u2014\u2013\-(\n\f]|\Z|[A-Z“\"]))"
_ENUMERATOR = (
    r"\((?:[1-9]\d{0,2}|[A-Za-z]{1,5})\)(?!\s{0,2}(?:of|or|and|through|to|above|below)\b|[,;])"
)
_LETTERED = r"(?:\d{1,2}|[A-Za-z])\.(?=\s{1,3}[A-Z“\"(§])"
_HEADING = re.compile(
    rf"{_START}(?P<all>(?P<named>{_NAMED}{_GOES_ON}|{_BARE})|{_ENUMERATOR}|{_LETTERED})"
)
_FOLLOWING = re.compile(rf"[ \t.]{{0,4}}(?P<mark>{_ENUMERATOR}|{_LETTERED})")
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})\Z")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}
_DEPTH = 8
_SKIPPED = 3  # a repealed paragraph or two may be left out of a series


@dataclass(frozen=True, slots=True)
class Outline:
    """The headings of one text. `starts` are indices of whitespace-separated words."""

    starts: tuple[int, ...]
    labels: tuple[str, ...]

    def at(self, word: int) -> str:
        """Name the heading under which the word stands: "Section 3(b)(1)", or ""."""
        rank = bisect_right(self.starts, word)
        return self.labels[rank - 1] if rank else ""


def outline(text: str) -> Outline:
    """Find all headings of a text, in the order of its words."""
    starts: list[int] = []
    labels: list[str] = []
    here = _Here()
    text = f"\n{text}"
    words = 0
    counted = 0
    for found in _HEADING.finditer(text):
        if not here.follows(found["all"]):
            continue
        start = found.start("place")
        words += len(text[counted:start].split())
        counted = start
        starts.append(words)
        labels.append(here.enter(found, text))
    return Outline(tuple(starts), tuple(labels))


class _Here:
    """Where the reading stands: a named heading and the enumerators open under it."""

    def __init__(self) -> None:
        self._named = ""
        self._open: list[tuple[str, str, str]] = []  # kind, mark in lower case, as printed

    def follows(self, heading: str) -> bool:
        """Tell whether "B." follows "A."; else it is an initial or a number in a list."""
        mark = heading[:-1]
        if heading[-1] != "." or not mark.isalnum() or mark.lower() in ("1", "a"):
            return True
        before = {kind: known for kind, known, _ in self._open}.get(self._kind(mark, "."))
        if not before:
            return False
        if mark.isdigit():
            return before.isdigit() and 0 < int(mark) - int(before) <= _SKIPPED
        return len(before) == 1 and 0 < ord(mark.lower()) - ord(before) <= _SKIPPED

    def enter(self, found: re.Match[str], text: str) -> str:
        """Take in one heading and the enumerators on its line; return the whole label."""
        if found["named"]:
            self._named = " ".join(found["named"].split()).rstrip(".:")
            self._open.clear()
        else:
            self._enumerate(found["all"])
        end = found.end()
        while following := _FOLLOWING.match(text, end):
            self._enumerate(following["mark"])
            end = following.end()
        return self._named + "".join(printed for _, _, printed in self._open)

    def _enumerate(self, printed: str) -> None:
        mark = printed.strip("().")
        style = printed[-1]
        kind = self._kind(mark, style)
        kinds = [known for known, _, _ in self._open]
        if kind in kinds:
            del self._open[kinds.index(kind) :]
        elif len(self._open) >= _DEPTH:
            self._open.pop()
        shown = printed if style == ")" else f"({mark})"
        self._open.append((kind, mark.lower(), shown))

    def _kind(self, mark: str, style: str) -> str:
        """Tell which series a mark belongs to; (i) is a letter only after (h)."""
        if mark.isdigit():
            return f"1{style}"
        case = "A" if mark.isupper() else "a"
        letters, numerals = f"{case}{style}", f"roman{case}{style}"
        value = _roman(mark.lower())
        if not value:
            return letters
        before = {kind: known for kind, known, _ in self._open}
        follows_letter = len(mark) == 1 and before.get(letters) == chr(ord(mark.lower()) - 1)
        if follows_letter:
            return letters
        starts_or_goes_on = value == 1 or _roman(before.get(numerals, "")) == value - 1
        return numerals if starts_or_goes_on or len(mark) > 1 else letters


def _roman(mark: str) -> int:
    """Read a numeral up to 39; 0 when it is none."""
    if not mark or not _ROMAN.match(mark):
        return 0
    values = [_ROMAN_VALUES[sign] for sign in mark]
    return sum(
        -value if any(after > value for after in values[rank + 1 :]) else value
        for rank, value in enumerate(values)
    )
