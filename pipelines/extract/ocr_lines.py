"""Rows of words as the printed lines of a page, with what strokes mark in them."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from pipelines.doubts import DOUBTED, doubt
from pipelines.extract.ocr_words import Row, Word, text_of
from pipelines.extract.page_image import Ink, PageImage
from pipelines.extract.reading import in_order
from pipelines.extract.rows import Letters, Rows
from pipelines.extract.strokes import Stroke
from pipelines.extract.strokes import mark as mark_by_strokes
from pipelines.lines import LEADING_NUMBER, TRAILING_NUMBER, Line
from scrapers.marked import Span

_TAILS = frozenset("gjpqyQ,;()[]{}/|$\u00a7@_\u201e")
_TALL = frozenset("bdfhklABCDEFGHIJKLMNOPRSTUVWXYZ0123456789")
_CAPITAL = 0.67  # of the type's size, in the faces that laws are printed in
_SMALL = 0.46
_NARROW = frozenset("iljtfrI1.,;:'!|()[]\u2019")
_WIDE = frozenset("mwMW\u2014")


def lines_of(
    rows: Sequence[Row], image: PageImage, letters: Ink, strokes: Sequence[Stroke]
) -> list[Line]:
    """The lines of a page in reading order; `letters` is its ink without strokes."""
    found = [_Printed(row, image, letters) for row in rows if row]
    lines = [one.line for one in found]
    marks = Rows(lines, lambda rank: found[rank].letters)
    mark_by_strokes(marks, strokes)
    for rank, spans in marks.marked():
        lines[rank].spans = tuple(found[rank].whole_words(span) for span in spans)
    for line, one in zip(lines, found, strict=True):
        line.spans += one.doubts()
    return in_order(lines, lambda: [one.right for one in found])


class _Printed:
    """A row of words, measured in points from the page's lower left."""

    def __init__(self, row: Row, image: PageImage, letters: Ink) -> None:
        self._starts = _starts(row)
        self._words = [
            word._replace(left=image.points(word.left), right=image.points(word.right))
            for word in row
        ]
        self.right = self._words[-1].right
        base, height = _measures(row, letters)
        y = image.points(letters.shape[0] - base)
        self.line = Line(text_of(row), self._words[0].left, y)
        self.letters = Letters(image.points(height), self._edges)
        if len(row) > 1 and LEADING_NUMBER.match(row[0].text):
            self.line.body_x = self._words[1].left
        if TRAILING_NUMBER.search(self.line.text):
            self.line.tail_x = self._words[-1].left

    def whole_words(self, span: Span) -> Span:
        """The span with its ends where words end, if they nearly do."""
        start, end = span.start, span.end
        for begin, word in zip(self._starts, self._words, strict=True):
            if abs(span.start - begin) <= 1:
                start = begin
            if abs(span.end - begin - len(word.text)) <= 1:
                end = begin + len(word.text)
        return Span(start, end, span.kind) if start < end else span

    def doubts(self) -> tuple[Span, ...]:
        """The words that were hard to read, as spans of the line."""
        return tuple(
            Span(start, start + len(word.text), doubt(word.confidence))
            for start, word in zip(self._starts, self._words, strict=True)
            if word.confidence < DOUBTED
        )

    def _edges(self, index: int) -> tuple[float, float]:
        """About where a letter stands: engines tell it of words alone."""
        rank = int(np.searchsorted(self._starts, index, side="right")) - 1
        word, at = self._words[rank], index - self._starts[rank]
        if at >= len(word.text):
            return word.right, word.right
        widths = [_width(letter) for letter in word.text]
        unit = (word.right - word.left) / sum(widths)
        left = word.left + unit * sum(widths[:at])
        return left, left + unit * widths[at]


def _starts(row: Row) -> list[int]:
    starts = [0]
    for before, _ in pairwise(row):
        starts.append(starts[-1] + len(before.text) + 1)
    return starts


def _width(letter: str) -> float:
    if letter in _NARROW:
        return 0.5
    if letter in _WIDE:
        return 1.5
    return 1.2 if letter.isupper() else 1.0


def _measures(row: Row, letters: Ink) -> tuple[float, float]:
    """A row's baseline, in pixels from the top, and the size of its type in pixels."""
    inked = [(word.text, *_extent(word, letters)) for word in row]
    feet = [bottom for text, _, bottom in inked if not _TAILS.intersection(text)]
    base = median(feet or [bottom for _, _, bottom in inked])
    tall = [base - top for text, top, _ in inked if _TALL.intersection(text)]
    if tall:
        return base, max(median(tall), 1.0) / _CAPITAL
    return base, max(median(base - top for _, top, _ in inked), 1.0) / _SMALL


def _extent(word: Word, letters: Ink) -> tuple[float, float]:
    """Where a word's ink begins and ends, in pixels from the top."""
    top, left = max(0, int(word.top)), max(0, int(word.left))
    part = letters[top : int(word.bottom) + 1, left : int(word.right) + 1]
    found = np.flatnonzero(part.any(axis=1))
    return (top + int(found[0]), top + int(found[-1]) + 1) if found.size else (top, word.bottom)
