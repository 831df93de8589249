"""Where the words of a page's text stand on the printed page.

Whoever draws a page says where each of its characters stands; a span of our
text is found among them again by its characters alone, without spaces: cleaning
took line numbers and running heads away, joined broken words and may have put
columns in another order.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rapidfuzz.distance import Indel

from pipelines.texts import Page


class Box(NamedTuple):
    """A rectangle of a picture, in pixels from its upper left."""

    left: int
    top: int
    right: int
    bottom: int


Placed = Sequence[tuple[str, Box]]
"""A page's characters with their places, in the order they were drawn."""

_Range = tuple[int, int]

_ANCHOR = 16  # characters that stand once on the page and once in its text
_SLACK = 200  # characters that cleaning may have taken away between two
_LONGEST_GAP = 20_000
_SUREST = 3  # fewer equal characters in a row are chance
_ENOUGH = 0.5  # of a span's characters
_WIDEST_GAP = 3  # times the height of a line
_TURNED_WIDTH = 1.5  # upright letters are higher than wide, turned ones wider than high


def places_of(page: Page, spans: Sequence[_Range], boxes: Placed) -> list[list[Box]]:
    """For each span [start, end) of the page's text its boxes, one for each printed line.

    A span that is not found has none. Parts of it that lie on other pages are left out.
    """
    printed = _folded(character for character, _ in boxes)
    read = _folded(page.text)
    found = _aligned("".join(mark for mark, _ in read), "".join(mark for mark, _ in printed))
    at = [rank for _, rank in read]
    places = []
    for start, end in spans:
        within = found[bisect_left(at, start) : bisect_left(at, end)]
        sure = sorted({printed[where][1] for where in within if where >= 0})
        enough = sum(where >= 0 for where in within) > _ENOUGH * len(within)
        places.append(_lines(boxes[index][1] for index in sure) if enough else [])
    return places


def _folded(characters: Iterable[str]) -> list[tuple[str, int]]:
    """What can be seen of each character, ligatures as letters, with its rank."""
    return [
        (mark, rank)
        for rank, character in enumerate(characters)
        for mark in (character if character.isascii() else unicodedata.normalize("NFKC", character))
        if mark.isprintable() and not mark.isspace()
    ]


def _aligned(read: str, printed: str) -> list[int]:
    """For each character of what was read its place in what is printed, -1 where not found.

    Passages that stand once in both are found wherever they went; what is
    between is looked for near them.
    """
    found = [-1] * len(read)
    used = bytearray(len(printed))
    ours, theirs = _once(read), _once(printed)
    for gram, start in ours.items():
        there = theirs.get(gram, -1)
        if start < 0 or there < 0 or found[start] >= 0 or used[there]:
            continue
        shift = there - start
        first, last = start, start
        while min(first, first + shift) > 0 and read[first - 1] == printed[first - 1 + shift]:
            if found[first - 1] >= 0 or used[first - 1 + shift]:
                break
            first -= 1
        while last < len(read) and last + shift < len(printed):
            if read[last] != printed[last + shift] or found[last] >= 0 or used[last + shift]:
                break
            last += 1
        found[first:last] = range(first + shift, last + shift)
        used[first + shift : last + shift] = b"\1" * (last - first)
    for start, end in _gaps(found):
        _fill(found, used, read, printed, start, end)
    return found


def _once(text: str) -> dict[str, int]:
    """Each run of characters of the anchor's length with its place, -1 where it repeats."""
    places: dict[str, int] = {}
    for start in range(len(text) - _ANCHOR + 1):
        gram = text[start : start + _ANCHOR]
        places[gram] = -1 if gram in places else start
    return places


def _gaps(found: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for missing, run in groupby(list(found), lambda where: where < 0):
        end = start + len(list(run))
        if missing:
            yield start, end
        start = end


def _fill(found: list[int], used: bytearray, read: str, printed: str, start: int, end: int) -> None:
    """Find what is between two found characters, after the first or before the second."""
    reach = end - start + _SLACK
    before = found[start - 1] if start else -1
    beyond = found[end] if end < len(found) else len(printed)
    if end - start > _LONGEST_GAP:
        return
    if before < beyond <= before + 1 + reach:
        near: Iterable[int] = range(before + 1, beyond)
    else:
        near = sorted({
            *range(before + 1, min(before + 1 + reach, len(printed))),
            *range(max(0, beyond - reach), beyond),
        })  # fmt: skip
    window = [place for place in near if not used[place]]
    words = "".join(printed[place] for place in window)
    for step in Indel.opcodes(read[start:end], words):
        if step.tag != "equal":
            continue
        first, last = start + step.src_start, start + step.src_end
        there = window[step.dest_start : step.dest_end]
        joins = (first == start and there[0] == before + 1) or (
            last == end and there[-1] == beyond - 1
        )
        if last - first >= _SUREST or last - first == end - start or joins:
            found[first:last] = there
            for place in there:
                used[place] = 1


def _lines(boxes: Iterable[Box]) -> list[Box]:
    """The boxes of characters put together, one for each stretch of a line."""
    lines: list[Box] = []
    for box in boxes:
        if box.left == box.right or box.top == box.bottom:
            continue
        if lines and _continues(lines[-1], box):
            last = lines[-1]
            lines[-1] = Box(
                min(last.left, box.left), min(last.top, box.top),
                max(last.right, box.right), max(last.bottom, box.bottom),
            )  # fmt: skip
        else:
            lines.append(box)
    return lines


def _continues(line: Box, box: Box) -> bool:
    """Whether a character stands beside those before it, or above or below them where it is turned."""
    height = min(line.bottom - line.top, box.bottom - box.top)
    beside = min(line.bottom, box.bottom) - max(line.top, box.top)
    reach = _WIDEST_GAP * height
    if 2 * beside > height:
        return line.left - reach < box.right and box.left < line.right + reach
    width = box.right - box.left
    if width <= box.bottom - box.top or line.right - line.left > _TURNED_WIDTH * width:
        return False
    stacked = min(line.right, box.right) - max(line.left, box.left)
    return 2 * stacked > width and line.top - width < box.bottom and box.top < line.bottom + width
