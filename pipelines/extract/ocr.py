"""Pages of PDFs read as pictures: scans, and pages whose own text is bad.

Tesseract reads a page in a second and a half and loses struck words; RapidOCR
takes four and reads them. Where the machine has both, Tesseract reads the page
with the strokes taken out, and RapidOCR what of it is struck, what Tesseract
doubts and what it left out. Which of them are here changes how a page is read,
never whether.

What is read, and how much of it, depends on the picture alone and never on the
clock, so that a page reads the same each time.

A page is read in a process of its own, with limits (`monitor.compute`): the
networks need up to a gigabyte, and a hostile picture may crash them.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2

from pipelines.extract import ocr_rapid, ocr_tesseract
from pipelines.extract.image_strokes import Drawn, drawn
from pipelines.extract.ocr_lines import lines_of
from pipelines.extract.ocr_words import Box, Row, Word, box_of, confidence_of, text_of, worth
from pipelines.extract.page_image import (
    Ink,
    PageImage,
    has_line_numbers,
    ink_of,
    levelled,
    render,
    runs_down,
    turned,
)
from pipelines.extract.quality import is_likely, suspicion
from pipelines.extract.scans import HOW_TO_READ, Scan
from pipelines.texts import Limits

cv2.setNumThreads(1)  # other documents are read beside


def read_page(path: Path, number: int, limits: Limits) -> Scan:
    """Read a page of a PDF, by its 1-based number, as a picture.

    Raises OSError when the file cannot be read or no engine is installed,
    ValueError when the page cannot be drawn, TimeoutError when an engine took
    more than `limits.seconds`, and MemoryError.
    """
    reader = best_reader(limits.seconds)
    try:
        with closing(pypdfium2.PdfDocument(path)) as document:
            document.init_forms()  # what is filled into fields is drawn only then
            page = document[number - 1]
            page_image = render(page)
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise ValueError(f"page {number} cannot be drawn: {error}") from None
    return read_image(page_image, reader)


Reader = Callable[[PageImage, Ink, Drawn], list[Row]]


def read_image(image: PageImage, reader: Reader | None = None) -> Scan:
    """Read a picture of a page, whichever way up it is."""
    reader = reader or best_reader(Limits().seconds)
    best = Scan()
    ink = ink_of(image)
    if not ink.any():
        return replace(best, confidence=1.0)
    first = 1 if runs_down(ink, image.dpi) else 0
    for turns in (first, first + 2, first + 1, first + 3):
        scan = _read_upright(turned(image, turns % 4), reader)
        if scan.confidence > best.confidence:
            best = scan
        if best.confidence >= _RIGHT_WAY_UP:
            break
    return best


_RIGHT_WAY_UP = 0.65  # lines read upside down give less


def _read_upright(image: PageImage, reader: Reader) -> Scan:
    image = levelled(image)
    ink = ink_of(image)
    lines_drawn = drawn(image, ink)
    rows = [_doubting(row) for row in reader(image, ink, lines_drawn) if _is_text(row)]
    lines = lines_of(rows, image, lines_drawn.letters, lines_drawn.strokes)
    text = "\n".join(line.text for line in lines)
    return Scan(
        lines=tuple(lines),
        confidence=round(confidence_of(rows) * (1 - suspicion(text)), 3),
        turns=image.turns,
        skew=round(image.skew, 2),
        engines=_engines(),
    )


_NO_TEXT = 0.35  # of confidence: specks, stamps and signatures


def _is_text(row: Row) -> bool:
    return confidence_of([row]) >= _NO_TEXT and any(map(str.isalnum, text_of(row)))


_LETTERS = re.compile(r"[a-z]{4,}")
_LONGEST = 20  # letters
_NO_WORD = 0.5


def _doubting(row: Row) -> Row:
    """The row with words doubted that are none, such as two without the blank between them."""
    return [
        word._replace(confidence=min(word.confidence, _NO_WORD)) if _is_no_word(word.text) else word
        for word in row
    ]


def _is_no_word(text: str) -> bool:
    bare = text.strip(".,;:()\"'\u201c\u201d\u2018\u2019")
    if len(bare) > _LONGEST and bare.isalpha():
        return True
    return bool(_LETTERS.fullmatch(bare)) and not is_likely(bare)


# --- the engines ------------------------------------------------------------


def _engines() -> str:
    here = {"tesseract": ocr_tesseract.is_here(), "rapidocr": ocr_rapid.is_here()}
    return "+".join(name for name, is_here in here.items() if is_here)


def best_reader(seconds: float) -> Reader:
    """The best way to read a page with the engines that are here. Raises OSError without any."""
    if not ocr_tesseract.is_here():
        if not ocr_rapid.is_here():
            raise OSError(f"no engine can be used; {HOW_TO_READ}")
        return by_rapid
    read = by_both if ocr_rapid.is_here() else by_tesseract
    return partial(read, seconds=seconds)


def by_rapid(image: PageImage, _ink: Ink, found: Drawn) -> list[Row]:
    """Read by RapidOCR alone."""
    return list(ocr_rapid.read(image, found.letters))


def by_tesseract(image: PageImage, _ink: Ink, found: Drawn, *, seconds: float) -> list[Row]:
    """Read by Tesseract alone."""
    numbered = has_line_numbers(found.letters, image.dpi)
    rows = ocr_tesseract.read(found.unstruck, seconds, numbered=numbered)
    # It also reads lines that run up a page; on a page laid sideways all do, out of order.
    return [row for row in rows if len(row) == 1 or _runs_across(box_of(row))]


def _runs_across(box: Box) -> bool:
    return box.right - box.left >= box.bottom - box.top


def by_both(image: PageImage, ink: Ink, found: Drawn, *, seconds: float) -> list[Row]:
    """Read by Tesseract, and by RapidOCR where Tesseract doubts, sees nothing or fails."""
    try:
        rows = by_tesseract(image, ink, found, seconds=seconds * _FIRST_TRY)
    except OSError:
        return by_rapid(image, ink, found)
    if sum(worth(row) < _DOUBTED_ROW for row in rows) > _MOSTLY * len(rows):
        anew = by_rapid(image, ink, found)
        if _worth_of(anew) >= _worth_of(rows):
            return anew
    struck = {rank for rank, row in enumerate(rows) if _is_struck(box_of(row), found.through)}
    rest = _unread(found.letters, [word for row in rows for word in row])
    whole = {rank: _widened(box_of(row), rest) for rank, row in enumerate(rows)}
    short = {
        rank
        for rank, row in enumerate(rows)
        if whole[rank] != box_of(row) or _has_hole(box_of(row), rest)
    }
    struck = {rank for rank in struck if worth(rows[rank]) < _SURE_ROW}
    for rank in (*(struck | short), *_doubted(rows, struck | short)):
        row = rows[rank]
        blanks = [(before.right + word.left) / 2 for before, word in pairwise(row)]
        again = _doubting(ocr_rapid.read_row(image.pixels, found.letters, whole[rank], blanks))
        if again and worth(again) >= worth(row) - (_FOR_MORE if rank in short else 0):
            rows[rank] = again
    return [*rows, *_left_out(image, found, rows)]


def _worth_of(rows: Sequence[Row]) -> float:
    return worth([word for row in rows for word in row])


def _unread(letters: Ink, words: Sequence[Word]) -> Ink:
    """The ink of a page that is no part of these words."""
    rest = letters.copy()
    for word in words:
        top, left = max(0, int(word.top) - 2), max(0, int(word.left) - 2)
        rest[top : int(word.bottom) + 2, left : int(word.right) + 2] = 0
    return rest


def _widened(box: Box, rest: Ink) -> Box:
    """A row's box with the words at its ends that an engine passed over, if it did."""
    height = box.bottom - box.top
    room = int(_WORD_LONG * height)
    middle = slice(box.top + height // 4, box.bottom - height // 4)
    edge = max(0, box.left - room)
    before = np.flatnonzero(rest[middle, edge : box.left][:, ::-1].any(axis=0))
    after = np.flatnonzero(rest[middle, box.right : box.right + room].any(axis=0))
    left = box.left - _reach(before, height)
    right = box.right + _reach(after, height)
    return box._replace(left=left, right=right)


def _has_hole(box: Box, rest: Ink) -> bool:
    """Whether a word within a row was passed over."""
    height = box.bottom - box.top
    middle = rest[box.top + height // 4 : box.bottom - height // 4, box.left : box.right]
    return int(np.count_nonzero(middle.any(axis=0))) >= height


def _reach(inked: Any, height: int) -> int:
    """How far ink goes on from a row's end, over blanks as they are between words."""
    far = 0
    for at in inked:
        if at - far > height:
            break
        far = int(at)
    return far + 1 if far >= height else 0


_WORD_LONG = 8.0  # heights of a row
_FOR_MORE = 0.15  # of worth: a row with more words in it may be read less surely

_FIRST_TRY = 0.4  # of the time that a page may take
_DOUBTED_ROW, _SURE_ROW = 0.88, 0.94
_MOSTLY = 0.4  # of its rows: a page of which so many are doubted is read anew
_AGAIN_AT_MOST = 0.2  # of a page's rows, so that a page costs no more than half as much again
_AGAIN_AT_LEAST = 3


def _doubted(rows: Sequence[Row], struck: set[int]) -> list[int]:
    """The ranks of the rows to be read again, those that are worth least."""
    worths = {rank: worth(row) for rank, row in enumerate(rows) if rank not in struck}
    poor = sorted((rank for rank in worths if worths[rank] < _DOUBTED_ROW), key=worths.__getitem__)
    return poor[: max(_AGAIN_AT_LEAST, int(_AGAIN_AT_MOST * len(rows)))]


def _is_struck(row: Box, through: Sequence[Box]) -> bool:
    """Whether a stroke crosses a row between its top and its bottom."""
    height = row.bottom - row.top
    return any(
        row.top + _EDGE * height < (bar.top + bar.bottom) / 2 < row.bottom - _EDGE * height
        and bar.left < row.right
        and bar.right > row.left
        for bar in through
    )


_EDGE = 0.1

_LEFT_OUT = 0.04  # of a page's ink: less is dirt and line numbers
_WORDS_WIDE = 3.0  # heights: a shorter box holds a number
_COVERED = 0.4
_SURE, _SURE_IF_STRUCK = 0.7, 0.4
_LEFT_OUT_AT_MOST = 15


def _left_out(image: PageImage, drawn_there: Drawn, rows: Sequence[Row]) -> list[Row]:
    """The printed lines that an engine passed over, struck ones above all."""
    letters, through = drawn_there.letters, drawn_there.through
    rest = letters.copy()
    for row in rows:
        box = box_of(row)
        rest[max(0, box.top - 2) : box.bottom + 2, max(0, box.left - 2) : box.right + 2] = 0
    boxes = list(map(box_of, rows))
    unread = [bar for bar in through if not any(_is_struck(box, [bar]) for box in boxes)]
    enough = _LEFT_OUT * max(1, int(letters.sum(dtype=np.int64)))
    if not unread and _textlike(rest, image.dpi) < enough:
        return []
    found: list[Row] = []
    for box in ocr_rapid.find(image):
        part = slice(box.top, box.bottom), slice(box.left, box.right)
        here, left = int(letters[part].sum()), int(rest[part].sum())
        long = box.right - box.left >= _WORDS_WIDE * (box.bottom - box.top)
        if long and left > (1 - _COVERED) * here and len(found) < _LEFT_OUT_AT_MOST:
            words = ocr_rapid.read_row(image.pixels, letters, box)
            sure = _SURE_IF_STRUCK if _is_struck(box, unread) else _SURE
            found += (part for part in ocr_rapid.parted(words) if confidence_of([part]) >= sure)
    return found


_LOWEST, _HIGHEST = 1 / 25, 1 / 3  # of an inch: letters


def _textlike(ink: Ink, dpi: float) -> int:
    """How many pixels belong to things of the size of letters."""
    count, _, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    tall = boxes[1:count, cv2.CC_STAT_HEIGHT]
    wide = boxes[1:count, cv2.CC_STAT_WIDTH]
    fits = (tall >= dpi * _LOWEST) & (tall <= dpi * _HIGHEST) & (wide <= dpi * 2 * _HIGHEST)
    return int(boxes[1:count, cv2.CC_STAT_AREA][fits].sum())
