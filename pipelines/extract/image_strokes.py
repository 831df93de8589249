"""Lines drawn through words and under them, found in a picture of the page.

A stroke is a long thin run of ink with words beside it. In a coarse scan the
feet of letters run together into such runs too ("mini", "LEA"), and to take
these for strokes would strike law that stands. So it is asked where a run
touches other ink: a line under words touches little above it and a line
through words is crossed by letters, with stretches between them where it is
alone; the feet of letters touch theirs and end with them.

Struck words are read better without their strokes, so those are taken out of
the picture but for where a letter goes on across them. A stroke through less
than a fifth of an inch, a letter or two, is not told from the bar of a letter.
"""

from typing import Literal, NamedTuple

import cv2
import numpy as np

from pipelines.extract.ocr_words import Box
from pipelines.extract.page_image import Grey, Ink, PageImage
from pipelines.extract.strokes import Stroke

_SHORTEST = 1 / 5  # of an inch; the bar of a T in type of 14 points has 1/7
_THICKEST = 1 / 24  # of an inch, 3 points: a pair of thin strokes together
_BRIDGED = 1 / 100  # of an inch: gaps of a scan within a stroke
_NEAR = 1 / 9  # of an inch: how far from a stroke its words may be
_BESIDE_WORDS = 0.3  # of its length
_TWIN = 1 / 60  # of an inch: two strokes that are no further apart are one
_LONG = 0.6  # of an inch: letters that run together are shorter
_BESIDE = 2  # rows of pixels in which a stroke touches ink, beyond the fringe
_CROSSED = 0.12  # of its length, above and below
_EVENLY = 0.4  # the less of both is of the more
_SOLID = 0.6  # of its length, above or below: so much touches the feet of heavy letters
_RUN_TOGETHER = 10  # letters that do so on one page: there only long strokes are believed
_ALONE, _ALONE_IF_LONG = 0.2, 0.1  # of the length of one that is crossed
_APART, _APART_IF_LONG = 0.3, 0.6  # of the length of one under words, at most, touches ink
_AT_MOST = 600
_FRINGE = 1  # pixels of a stroke's grey edge


class Drawn(NamedTuple):
    """What is drawn across a page.

    `strokes` are in points from its lower left and `through` the boxes of those
    that strike. `unstruck` is the picture without these; `letters` is its ink
    without any strokes.
    """

    strokes: list[Stroke]
    through: list[Box]
    unstruck: PageImage
    letters: Ink


def drawn(image: PageImage, ink: Ink) -> Drawn:
    """The strokes of a page; none where there are so many that they make a picture."""
    found = {bar: _role(bar, ink, image.dpi) for bar in _bars(ink, image.dpi)}
    is_coarse = list(found.values()).count("") > _RUN_TOGETHER
    bars = [
        bar
        for bar, role in found.items()
        if role and (not is_coarse or bar.right - bar.left >= image.dpi * _LONG)
    ]
    if len(bars) > _AT_MOST:
        return Drawn([], [], image, ink)
    height = image.pixels.shape[0]
    strokes = [
        Stroke(
            image.points(bar.left),
            image.points(bar.right),
            image.points(height - (bar.top + bar.bottom) / 2),
        )
        for bar in bars
    ]
    through = [bar for bar in bars if found[bar] == "through"]
    unstruck = image._replace(pixels=_erased(image.pixels, ink, through))
    letters = ink.copy()
    for bar in bars:
        letters[max(0, bar.top - _FRINGE) : bar.bottom + _FRINGE, bar.left : bar.right] = 0
    return Drawn(strokes, through, unstruck, letters)


def _bars(ink: Ink, dpi: float) -> list[Box]:
    length = max(3, int(dpi * _SHORTEST))
    bridge = np.ones((1, max(1, int(dpi * _BRIDGED))), np.uint8)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, bridge)
    runs = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    twins = np.ones((max(1, int(dpi * _TWIN)), 1), np.uint8)
    runs = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, twins)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(runs.astype(np.uint8), connectivity=8)
    thickest = max(2.0, dpi * _THICKEST)
    bars = [
        Box(int(left), int(top), int(left + width), int(top + height))
        for left, top, width, height, area in boxes[1:count]
        if height <= thickest + width * _LEAN and area <= width * thickest
    ]
    return [bar for bar in bars if _has_words(bar, ink, int(dpi * _NEAR))]


def _has_words(bar: Box, ink: Ink, near: int) -> bool:
    """Whether ink stands right above or below a good part of a stroke."""
    above = ink[max(0, bar.top - near) : max(0, bar.top - 1), bar.left : bar.right]
    below = ink[bar.bottom + 1 : bar.bottom + near, bar.left : bar.right]
    beside = above.any(axis=0) | below.any(axis=0)
    return bool(beside.mean() >= _BESIDE_WORDS)


_LEAN = 0.004  # what a levelled page may still lean


def _role(bar: Box, ink: Ink, dpi: float) -> Literal["through", "under", ""]:
    """What a bar is to the words beside it; nothing where it is part of their letters."""
    top, bottom = bar.top - _FRINGE, bar.bottom + _FRINGE
    above = ink[max(0, top - _BESIDE) : max(0, top), bar.left : bar.right].any(axis=0)
    below = ink[bottom : bottom + _BESIDE, bar.left : bar.right].any(axis=0)
    less, more = sorted((float(above.mean()), float(below.mean())))
    alone = 1 - float((above | below).mean())
    is_long = bar.right - bar.left >= dpi * _LONG
    if less >= _CROSSED and less >= _EVENLY * more and more <= _SOLID:
        return "through" if alone >= (_ALONE_IF_LONG if is_long else _ALONE) else ""
    is_apart = more <= (_APART_IF_LONG if is_long else _APART)
    return "under" if is_apart and below.mean() <= above.mean() + _CROSSED else ""


def _erased(pixels: Grey, ink: Ink, bars: list[Box]) -> Grey:
    """The picture with the strokes white, but for columns where a letter goes on across."""
    clean = pixels.copy()
    height = pixels.shape[0]
    for bar in bars:
        top, bottom = max(0, bar.top - _FRINGE), min(height, bar.bottom + _FRINGE)
        above = ink[max(0, top - 2) : max(1, top), bar.left : bar.right].any(axis=0)
        below = ink[min(bottom, height - 1) : bottom + 2, bar.left : bar.right].any(axis=0)
        part = clean[top:bottom, bar.left : bar.right]
        part[:, ~(above & below)] = 255
    return clean
