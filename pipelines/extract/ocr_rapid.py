"""Words in a picture by RapidOCR, whose models come with its wheel.

It has a network that finds printed lines and one that reads them. The second
leaves out blanks between words, so these are put where the picture has them: a
gap between two letters that is as wide as a blank is one. It was taught many
scripts and puts foreign accents on capitals ("M\u00d2A"); letters that neither
English nor Spanish has lose theirs.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import cv2
import numpy as np

from pipelines.extract.ocr_words import Box, Row, Word
from pipelines.extract.page_image import Grey, Ink, PageImage

_SETTINGS = {
    "Global.log_level": "critical",
    "Global.max_side_len": 10_000,  # pictures are bounded already
    "Global.text_score": 0.0,  # what is doubtful is kept, and says so
    # Two documents may be read side by side.
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    # Lines are found as well in a small picture, in a sixth of the time.
    "Det.limit_type": "max",
    "Det.limit_side_len": 960,
}
_ROWS_AT_MOST = 400
_MARGIN = 0.12  # of a line's height, round it
_NARROWEST_BLANK = 0.12  # of a line's height
_WIDEST_GAP = 0.36  # the same, within a word
_BLANK_READ = 0.05  # the same, where the network saw a blank, and
_BLANK_SEEN = 0.02  # the same, where another reader did
_SPECK = 0.06  # the same: less ink in a column is dirt, or the edge of a stroke taken out
_BETWEEN_DIGITS = 0.45  # the same: a 1 stands in the room of a 0
_SAME_LINE = 0.6  # of the lower of two boxes: they overlap in height
_APART = 4.0  # heights: boxes of one line that are no further apart are read together, and
_PARTED = 1.3  # heights: words that are further apart are parts of it
_SPANISH = frozenset(
    "\u00e1\u00e9\u00ed\u00f3\u00fa\u00fc\u00f1\u00c1\u00c9\u00cd\u00d3\u00da\u00dc\u00d1"
)
_SIGNS = {"\u3001": ",", "\u3002": ".", "\u300c": "[", "\u300d": "]", "\u30fb": "\u2022"}


@cache
def is_here() -> bool:
    """Whether RapidOCR can be used here; what is installed may still lack a library."""
    try:
        import onnxruntime  # noqa: F401 - to import it is to know
        import rapidocr  # noqa: F401 - the same
    except (ImportError, OSError):
        return False
    return True


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params=_SETTINGS)


def read(image: PageImage, letters: Ink) -> Iterator[Row]:
    """The printed lines of an upright picture, in no order that matters.

    `letters` is the picture's ink without strokes.
    """
    for box in _together(find(image)):
        yield from parted(read_row(image.pixels, letters, box))


def _together(boxes: list[Box]) -> list[Box]:
    """The boxes with those of one line, such as its number and its words, put together."""
    rows: list[Box] = []
    for box in sorted(boxes):
        for rank, row in enumerate(rows):
            height = min(row.bottom - row.top, box.bottom - box.top)
            shared = min(row.bottom, box.bottom) - max(row.top, box.top)
            if shared >= _SAME_LINE * height and box.left - row.right <= _APART * height:
                rows[rank] = Box(
                    row.left, min(row.top, box.top), max(row.right, box.right),
                    max(row.bottom, box.bottom),
                )  # fmt: skip
                break
        else:
            rows.append(box)
    return rows


def parted(row: list[Word]) -> Iterator[Row]:
    """The words of a line by its parts: columns may stand close beside each other."""
    start = 0
    for rank, (before, word) in enumerate(pairwise(row), 1):
        if word.left - before.right > _PARTED * (word.bottom - word.top):
            yield row[start:rank]
            start = rank
    if row:
        yield row[start:]


def find(image: PageImage) -> list[Box]:
    """Where printed lines stand."""
    found = _engine()(_coloured(image.pixels), use_det=True, use_cls=False, use_rec=False)
    if found.boxes is None:
        return []
    height, width = image.pixels.shape
    return [
        Box(
            max(0, int(corners[:, 0].min())),
            max(0, int(corners[:, 1].min())),
            min(width, int(corners[:, 0].max()) + 1),
            min(height, int(corners[:, 1].max()) + 1),
        )
        for corners in found.boxes[:_ROWS_AT_MOST]
    ]


def read_row(pixels: Grey, ink: Ink, box: Box, blanks: Sequence[float] = ()) -> list[Word]:
    """The words of one printed line that stands in a box; none where there is no ink.

    `blanks` are about where another reader saw blanks, in pixels from the left.
    """
    box = _fitted(ink, box)
    if box.right - box.left < 2 or box.bottom - box.top < 4:
        return []
    part = pixels[box.top : box.bottom, box.left : box.right]
    read = _engine()(
        _coloured(part), use_det=False, use_cls=False, use_rec=True,
        return_word_box=True, return_single_char_box=True,
    )  # fmt: skip
    if not read.txts or not read.txts[0].strip():
        return []
    letters = list(_letters(read.txts[0], read.word_results[0], box.right - box.left))
    letters = _spaced(letters, [blank - box.left for blank in blanks])
    inked = ink[box.top : box.bottom, box.left : box.right].sum(axis=0)
    columns = inked > _SPECK * (box.bottom - box.top)
    return _words(letters, columns, box)


class _Letter(NamedTuple):
    """A letter, about where its middle stands in the line, and what room a blank before it has.

    That is 0 where no blank was read, else the least, in heights of the line.
    """

    text: str
    x: float
    confidence: float
    blank: float


def _letters(text: str, read: Any, width: int) -> Iterator[_Letter]:
    places = [column for word in read.word_cols for column in word]
    spaced = False
    rank = 0
    for letter, confidence in zip(text, read.confs, strict=True):
        if letter.isspace():
            spaced = True
            continue
        x = (places[rank] + 0.5) / read.line_txt_len * width
        blank = _BLANK_READ if spaced else 0.0
        yield _Letter(_plain(letter), min(x, width - 1.0), float(confidence), blank)
        spaced = False
        rank += 1


def _spaced(letters: Sequence[_Letter], blanks: Sequence[float]) -> list[_Letter]:
    """The letters, told of a blank before them where one was seen."""
    befores = [0.0, *(letter.x for letter in letters)]
    return [
        letter._replace(blank=_BLANK_SEEN) if any(before < x < letter.x for x in blanks) else letter
        for before, letter in zip(befores, letters, strict=False)
    ]


def _plain(letter: str) -> str:
    """A letter as English and Spanish write it."""
    if letter.isascii() or letter in _SPANISH:
        return letter
    if letter in _SIGNS:
        return _SIGNS[letter]
    folded = unicodedata.normalize("NFKC", letter)
    bare = unicodedata.normalize("NFD", letter)[0]
    if bare.isascii() and bare.isalpha():
        return bare
    return folded if len(folded) == 1 else letter


def _words(letters: Sequence[_Letter], columns: Any, box: Box) -> list[Word]:
    """Letters as words, parted where the picture has a blank."""
    height = box.bottom - box.top
    gaps = [_gap(columns, before.x, after.x) for before, after in pairwise(letters)]
    blank = _blank([(right - left) / height for left, right in gaps])
    words: list[Word] = []
    first = 0
    left = _next_ink(columns, 0)
    for rank in range(1, len(letters) + 1):
        if rank < len(letters):
            width = gaps[rank - 1][1] - gaps[rank - 1][0]
            if width < _narrowest(letters[rank - 1], letters[rank], blank) * height:
                continue
        right = gaps[rank - 1][0] if rank < len(letters) else _last_ink(columns)
        part = letters[first:rank]
        words.append(
            Word(
                "".join(letter.text for letter in part),
                box.left + left,
                box.top,
                box.left + max(right, left + 1),
                box.bottom,
                sum(letter.confidence for letter in part) / len(part),
            )
        )
        first = rank
        left = gaps[rank - 1][1] if rank < len(letters) else right
    return words


def _narrowest(before: _Letter, after: _Letter, blank: float) -> float:
    """The narrowest gap between two letters that is a blank, in heights of the line."""
    if after.blank:
        return after.blank
    return _BETWEEN_DIGITS if before.text.isdigit() and after.text.isdigit() else blank


def _blank(gaps: list[float]) -> float:
    """What parts a line's gaps into those within words and those between them."""
    within = sorted(gap for gap in gaps if _NARROWEST_BLANK < gap < _WIDEST_GAP)
    steps = pairwise((_NARROWEST_BLANK, *within, _WIDEST_GAP))
    return max((wide - narrow, (narrow + wide) / 2) for narrow, wide in steps)[1]


def _gap(columns: Any, before: float, after: float) -> tuple[int, int]:
    """The widest run of columns without ink between two letters' middles."""
    start, end = int(before), max(int(after), int(before) + 1)
    best = (end, end)
    run = start
    for at in range(start, end + 1):
        if at == end or columns[at]:
            if at - run > best[1] - best[0]:
                best = (run, at)
            run = at + 1
    return best


def _next_ink(columns: Any, start: int) -> int:
    found = np.flatnonzero(columns[start:])
    return start + int(found[0]) if found.size else start


def _last_ink(columns: Any) -> int:
    found = np.flatnonzero(columns)
    return int(found[-1]) + 1 if found.size else len(columns)


def _fitted(ink: Ink, box: Box) -> Box:
    """The box drawn close round its ink, with a little room."""
    part = ink[box.top : box.bottom, box.left : box.right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not rows.size:
        return Box(box.left, box.top, box.left, box.top)
    room = max(2, int((int(rows[-1]) - int(rows[0])) * _MARGIN))
    height, width = ink.shape
    return Box(
        max(0, box.left + int(columns[0]) - room),
        max(0, box.top + int(rows[0]) - room),
        min(width, box.left + int(columns[-1]) + 1 + room),
        min(height, box.top + int(rows[-1]) + 1 + room),
    )


def _coloured(pixels: Grey) -> Any:
    return cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
