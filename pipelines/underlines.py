"""Which underlined words of a text without a legend are new matter.

In the text of an amendment an underline marks new matter, but headings,
enacting clauses and labels are underlined too, and documents that amend
nothing underline for emphasis.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

_Range = tuple[int, int]

_AMENDS = re.compile(
    r"\b(?:is|are|be)\s+(?:hereby\s+)?(?:further\s+)?(?:amended|repealed|renumbered)\b"
    r"|\bamended\s+(?:to\s+read|by)\b|\bto\s+read\s+as\s+follows\b|\b(?:by|and)\s+adding\b",
    re.IGNORECASE,
)
_REWRITES = re.compile(
    r"\b(?:amend(?:ed|s|ing)?|add(?:ed|s|ing)?)\b[^.;]{0,160}?\b(?:to\s+read|as\s+follows)\b"
    r"|\b(?:insert|substitute|strike)\s*:?\s*[\"\u201c]"
    r"|\bis\s+(?:hereby\s+)?(?:further\s+)?amended\s+by\s+(?:adding|deleting|striking|inserting)\b",
    re.IGNORECASE,
)
_FORMULA = re.compile(
    r"(?:whereas|(?:now,?\s+)?therefore(?:,?\s+be\s+it\s+(?:further\s+)?(?:resolved|ordained))?"
    r"|be\s+it\s+(?:further\s+)?(?:enacted|ordained|resolved)[^.;]{0,160}|(?:further\s+)?resolved)"
    r"[\s,:;.]*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S*(?:https?://|www\.|\w@\w)\S*")
_LINE = re.compile(r"\S(?:[^\n\f]*\S)?")
_SENTENCE = ".;:,"
_BLANKS = "_ \t\n"  # what is underlined to be written on
_HEADING_WORDS = 12
_LABEL_WORDS = 8
_NEAR = 20  # letters that may stand between two lines and be blanks


def amends(text: str) -> bool:
    """Whether a text says that it amends a law."""
    return _AMENDS.search(text) is not None


def rewrites(text: str) -> bool:
    """Whether a text not only says that a law is amended but prints what it becomes."""
    return _REWRITES.search(text) is not None


def is_formula(words: str) -> bool:
    """Whether words are a formula like "Be it enacted ...", or no words but an address."""
    return bool(_FORMULA.fullmatch(words) or _ADDRESS.fullmatch(words))


def new_matter(
    text: str, underlined: Sequence[_Range], *, amending: bool, drawn: bool = False
) -> list[_Range]:
    """The underlined ranges, in order, without formulas, headings and labels.

    `amending` tells whether the text amends a law, `drawn` whether its lines
    are a page's lines and no paragraphs.
    """
    kept: list[_Range] = []
    headings: list[_Range] = []  # a run of paragraphs that may be headings
    in_law = False  # whether the run holds or adjoins more than headings
    run_ends = -1
    lines = _Lines(text)
    for span in underlined:
        start, end = span
        words = text[start:end]
        if not words.strip(_BLANKS) or is_formula(words.strip()):
            continue
        opens, closes = lines.open_at(start), lines.close_at(end)
        if drawn and opens and closes and _is_within(text, start, end):
            opens = closes = False
        if not (opens and closes):
            if not (opens and not amending and _is_label(text, start, end)):
                kept.append(span)
            continue
        if not 0 <= run_ends <= start or text[run_ends:start].strip():
            kept += headings if in_law else ()
            headings, in_law = [], False
        headings.append(span)
        in_law = in_law or not _is_heading(words, amending=amending)
        run_ends = end
    kept += headings if in_law else ()
    return sorted(kept)


class _Lines:
    """Where the lines of a text that hold anything begin and end."""

    def __init__(self, text: str) -> None:
        lines = [found.span() for found in _LINE.finditer(text)]
        self._starts = [start for start, _ in lines]
        self._ends = [end for _, end in lines]

    def open_at(self, start: int) -> bool:
        rank = bisect_left(self._starts, start)
        return rank < len(self._starts) and self._starts[rank] == start

    def close_at(self, end: int) -> bool:
        rank = bisect_left(self._ends, end)
        return rank < len(self._ends) and self._ends[rank] == end


def _is_within(text: str, start: int, end: int) -> bool:
    """Whether whole printed lines stand in the middle of a sentence."""
    above = text[max(0, start - _NEAR) : start].rpartition("\n\n")[2]
    below = text[end : end + _NEAR].partition("\n\n")[0]
    before, after = above.rstrip()[-1:], below.lstrip()[:1]
    return before.islower() or before == "," or after.islower()


def _is_heading(words: str, *, amending: bool) -> bool:
    """Whether a paragraph that is underlined from end to end looks like a heading."""
    if len(words.split()) > _HEADING_WORDS:
        return False
    return not amending or words.rstrip()[-1] not in _SENTENCE


def _is_label(text: str, start: int, end: int) -> bool:
    """Whether underlined words at the head of a paragraph name what follows."""
    words = text[start:end].rstrip()
    if len(words.split()) > _LABEL_WORDS:
        return False
    return words[-1] in ".:," or text[end : end + 1] in {".", ":"}
