"""What drawn marks mean for the law: which underlined words are new, which bracketed ones go.

Words struck through are going, and tracked changes say themselves what they
are. An underline says less. In the text of an amendment it marks new matter,
but headings, enacting clauses and labels are underlined too, and documents
that amend nothing underline for emphasis. New York City and others strike
nothing: what they delete stands in [brackets] beside the underlined new words.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from pipelines.texts import Mark
from scrapers.marked import Span

_AMENDS = re.compile(
    r"\b(?:is|are|be)\s+(?:hereby\s+)?(?:further\s+)?(?:amended|repealed|renumbered)\b"
    r"|\bamended\s+(?:to\s+read|by)\b|\bto\s+read\s+as\s+follows\b|\b(?:by|and)\s+adding\b",
    re.IGNORECASE,
)
_GOING = r"(?:delet(?:ed?|ions?)|omit(?:ted)?|repeal(?:ed)?|struck|removed)"
_LEGEND = re.compile(
    rf"\bbrackets?\b[^.\n]{{0,60}}\b{_GOING}\b|\b{_GOING}\b[^.\n]{{0,60}}\bbrackets?\b",
    re.IGNORECASE,
)
_FORMULA = re.compile(
    r"(?:whereas|(?:now,?\s+)?therefore(?:,?\s+be\s+it\s+(?:further\s+)?(?:resolved|ordained))?"
    r"|be\s+it\s+(?:further\s+)?(?:enacted|ordained|resolved)[^.;]{0,160}|(?:further\s+)?resolved)"
    r"[\s,:;.]*",
    re.IGNORECASE,
)
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_SENTENCE = ".;:,"
_BLANKS = "_ \t"  # what is underlined to be written on
_HEADING_WORDS = 12
_LABEL_WORDS = 8
_LONGEST_BRACKET = 20_000
_EDITORIAL = re.compile(r"(?:sic\b.*|[\s_\u2026]*)", re.IGNORECASE | re.DOTALL)


def law_marks(text: str, spans: Sequence[Span]) -> tuple[Mark, ...]:
    """What a text says is added or struck, in order; `spans` do not overlap and are in order."""
    underlined = [span for span in spans if span.kind == "underlined"]
    is_struck = any(span.kind == "struck" for span in spans)
    amends = is_struck or _AMENDS.search(text) is not None
    new = _new_matter(text, underlined, amends=amends) if underlined else []
    marks = [Mark(start=s.start, end=s.end, kind="added") for s in new]
    marks += (Mark(start=s.start, end=s.end, kind=s.kind) for s in spans if s.kind != "underlined")
    if "[" in text and ((new and amends and not is_struck) or _LEGEND.search(text)):
        marks += _bracketed(text, sorted(marks, key=lambda mark: mark.start))
    return tuple(_joined(text, sorted(marks, key=lambda mark: mark.start)))


def _joined(text: str, marks: Iterable[Mark]) -> Iterator[Mark]:
    """Marks of one kind with nothing but blanks between them as one."""
    last: Mark | None = None
    for mark in marks:
        if last and last.kind == mark.kind and not text[last.end : mark.start].strip(" \t"):
            last = Mark(start=last.start, end=mark.end, kind=mark.kind)
            continue
        if last:
            yield last
        last = mark
    if last:
        yield last


def _new_matter(text: str, underlined: Sequence[Span], *, amends: bool) -> list[Span]:
    """The underlined spans without formulas, headings and labels."""
    kept: list[Span] = []
    headings: list[Span] = []  # a run of paragraphs that may be headings
    in_law = False  # whether the run holds or adjoins more than headings
    run_ends = -1
    lines = _Lines(text)
    for span in underlined:
        words = text[span.start : span.end]
        if not words.strip(_BLANKS) or _FORMULA.fullmatch(words.strip()):
            continue
        opens, closes = lines.opened_by(span), lines.closed_by(span)
        if not (opens and closes):
            if not (opens and not amends and _is_label(text, span)):
                kept.append(span)
            continue
        if not 0 <= run_ends <= span.start or text[run_ends : span.start].strip():
            kept += headings if in_law else ()
            headings, in_law = [], False
        headings.append(span)
        in_law = in_law or not _is_heading(words, amends=amends)
        run_ends = span.end
    kept += headings if in_law else ()
    return sorted(kept, key=lambda span: span.start)


class _Lines:
    """Where the lines of a text that hold anything begin and end."""

    def __init__(self, text: str) -> None:
        lines = [found.span() for found in _LINE.finditer(text)]
        self._starts = [start for start, _ in lines]
        self._ends = [end for _, end in lines]

    def opened_by(self, span: Span) -> bool:
        rank = bisect_left(self._starts, span.start)
        return rank < len(self._starts) and self._starts[rank] == span.start

    def closed_by(self, span: Span) -> bool:
        rank = bisect_left(self._ends, span.end)
        return rank < len(self._ends) and self._ends[rank] == span.end


def _is_heading(words: str, *, amends: bool) -> bool:
    """Whether a paragraph that is underlined from end to end looks like a heading."""
    if len(words.split()) > _HEADING_WORDS:
        return False
    return not amends or words.rstrip()[-1] not in _SENTENCE


def _is_label(text: str, span: Span) -> bool:
    """Whether underlined words at the head of a paragraph name what follows."""
    words = text[span.start : span.end].rstrip()
    if len(words.split()) > _LABEL_WORDS:
        return False
    return words[-1] in ".:," or text[span.end : span.end + 1] in {".", ":"}


def _bracketed(text: str, marks: Sequence[Mark]) -> Iterator[Mark]:
    """The outermost [brackets] that delete words, outside of what is marked already."""
    rank = 0
    for start, end in _pairs(text):
        while rank < len(marks) and marks[rank].end <= start:
            rank += 1
        within = rank < len(marks) and marks[rank].start <= start
        if not within and _deletes(text, start, end):
            yield Mark(start=start, end=end, kind="struck")


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    """Where outermost brackets open and end; one that is not closed soon is no bracket."""
    start, depth = -1, 0
    for found in re.finditer(r"[\[\]]", text):
        at = found.start()
        if depth and at - start > _LONGEST_BRACKET:
            depth = 0
        if found[0] == "[":
            start = start if depth else at
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield start, at + 1


def _deletes(text: str, start: int, end: int) -> bool:
    """Whether words in brackets go, and are not what an editor put into a quotation."""
    inner = text[start + 1 : end - 1]
    if _EDITORIAL.fullmatch(inner):
        return False
    begins_word = len(inner) == 1 and inner.isalpha() and text[end : end + 1].isalpha()
    return not begins_word or text[start - 1 : start].isalpha()
