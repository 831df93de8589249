"""Bills that were typed, not set: lines of fixed width with their numbers before them.

New York's legislature serves its bills so, within one preformatted block: each
page's lines count from 1, words are broken at their ends, and a head with the
bill's number stands between the pages. The numbers are kept as places to cite.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipelines.lines import SetText
from pipelines.mending import Edit, mend, moved, moved_places
from pipelines.words import broken_words
from scrapers.marked import Span

_NUMBER = re.compile(r"^( *)(\d{1,2})(?: {1,2}|$)", re.MULTILINE)
_CONVINCING = 6  # lines that count from 1 in one column
_PROSE = 30  # characters of such a line, on average: fewer make a list
_LONGEST_WORD = 40
_LINES_APART = 3
_HEAD = re.compile(r"^[ \t]*(?:[AS]\. ?\d+(?:--?[A-Z])?[ \t]+\d+|\d+[ \t]+[AS]\. ?\d+(?:--?[A-Z])?)[ \t]*\n",
                   re.MULTILINE)  # fmt: skip
_INDENTED_REST = re.compile(r"(?<=\w-\n) +(?=[a-z])")


class _Numbered(NamedTuple):
    """A line that begins with a number: where, which, and the column the number ends in."""

    start: int
    end: int
    number: int
    column: int


def as_typed(text: str, spans: Sequence[Span]) -> SetText | None:
    """The text without its line numbers and heads, words made whole; None if it was not typed so.

    A number is believed where six lines of prose or more count from 1, each soon
    after the one before and ended in one column.
    """
    numbered = list(_numbered(text))
    if not numbered:
        return None
    cut = [Edit(one.start, one.end, "") for one in numbered]
    heads = [Edit(found.start(), found.end(), "") for found in _HEAD.finditer(text)]
    edits = sorted(cut + heads)
    plain = mend(text, edits)
    places = moved_places([one.start for one in numbered], edits)
    found = tuple(zip(places, (one.number for one in numbered), strict=True))
    page = SetText(plain, tuple(moved(spans, edits)), found)
    rests = [Edit(rest.start(), rest.end(), "") for rest in _INDENTED_REST.finditer(plain)]
    page = _mended(page, rests)
    whole = _mended(page, broken_words([page.text])[0])
    numbers = tuple((_line_start(whole.text, place), number) for place, number in whole.numbers)
    return whole._replace(numbers=numbers)


def _line_start(text: str, place: int) -> int:
    """The place, or the start of the line after a word that came up from there."""
    if place == 0 or text[place - 1] == "\n":
        return place
    found = text.find("\n", place, place + _LONGEST_WORD)
    return place if found < 0 else found + 1


def _mended(page: SetText, edits: Sequence[Edit]) -> SetText:
    places = moved_places([place for place, _ in page.numbers], edits)
    numbers = zip(places, (number for _, number in page.numbers), strict=True)
    return SetText(mend(page.text, edits), tuple(moved(page.spans, edits)), tuple(numbers))


def _numbered(text: str) -> Iterator[_Numbered]:
    run: list[_Numbered] = []
    for found in _NUMBER.finditer(text):
        one = _Numbered(found.start(), found.end(), int(found[2]), len(found[1]) + len(found[2]))
        if run and _follows(text, run[-1], one):
            run.append(one)
            continue
        if one.number == 1:
            if _convinces(text, run):
                yield from run
            run = [one]
    if _convinces(text, run):
        yield from run


def _convinces(text: str, run: Sequence[_Numbered]) -> bool:
    if len(run) < _CONVINCING:
        return False
    ends = (text.find("\n", one.end) for one in run)
    lengths = (end - one.end if end >= 0 else len(text) - one.end
               for one, end in zip(run, ends, strict=True))  # fmt: skip
    return sum(lengths) >= _PROSE * len(run)


def _follows(text: str, before: _Numbered, after: _Numbered) -> bool:
    return (
        after.number == before.number + 1
        and after.column == before.column
        and text.count("\n", before.end, after.start) <= _LINES_APART
    )
