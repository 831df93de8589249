"""A page whose words a person has set right, among the other pages of its text.

What lies on the page (what it adds and strikes, its printed line numbers) is
moved along with the words that stayed; it goes where its words are gone.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import accumulate

from pipelines.texts import Extracted, Mark, Page

METHOD = "reviewed"
"""`Page.method` and `Extracted.method` of what a person set right."""

_TOKEN = re.compile(r"\s+|\S+")


def number_of(page: Page) -> int:
    """A page's number; a text without pages is page 1."""
    return page.number or 1


def with_page(extracted: Extracted, number: int, words: str) -> Extracted:
    """The text with other words on one page; as it is when the page has these or is not there.

    The page's `original` tells what was read before.
    """
    old = next((page for page in extracted.pages if number_of(page) == number), None)
    if old is None or old.text == words:
        return extracted
    moves = _Moves(old.text, words)
    new = replace(
        old, text=words, method=METHOD, confidence=1.0, doubtful=(),
        lines=tuple((moves.start(at), printed) for at, printed in old.lines),
        original=old.original or old.text,
    )  # fmt: skip
    pages = [new if page is old else page for page in extracted.pages]
    starts = accumulate((len(page.text) + 1 for page in pages), initial=0)
    longer = len(words) - len(old.text)
    return replace(
        extracted,
        method=METHOD,
        pages=tuple(replace(page, start=at) for page, at in zip(pages, starts, strict=False)),
        marks=tuple(_moved(extracted.marks, old, moves, longer)),
    )


def _moved(marks: tuple[Mark, ...], old: Page, moves: "_Moves", longer: int) -> Iterator[Mark]:
    first, beyond = old.start, old.start + len(old.text)

    def placed(at: int, *, end: bool) -> int:
        if at < first or (end and at == first):
            return at
        if at > beyond:
            return at + longer
        return first + (moves.end(at - first) if end else moves.start(at - first))

    for mark in marks:
        start, end = placed(mark.start, end=False), placed(mark.end, end=True)
        if start < end:
            yield replace(mark, start=start, end=end)


class _Moves:
    """Where places of the old words are among the new ones."""

    def __init__(self, old: str, new: str) -> None:
        before, after = _TOKEN.findall(old), _TOKEN.findall(new)
        old_at = list(accumulate(map(len, before), initial=0))
        new_at = list(accumulate(map(len, after), initial=0))
        codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        self._blocks = [
            (old_at[low], new_at[begin], new_at[end], kind == "equal")
            for kind, low, high, begin, end in codes
            if high > low
        ]
        self._starts = [block[0] for block in self._blocks]
        self._length = len(new)

    def start(self, at: int) -> int:
        """Where what begins there begins now."""
        if not self._blocks:
            return 0
        low, begin, end, same = self._blocks[max(0, bisect_right(self._starts, at) - 1)]
        return min(begin + at - low, end) if same else begin

    def end(self, at: int) -> int:
        """Where what ends there ends now."""
        if not self._blocks or not at:
            return 0
        low, begin, end, same = self._blocks[max(0, bisect_right(self._starts, at - 1) - 1)]
        return begin + at - low if same else end
