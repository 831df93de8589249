"""Words read in a picture: what every engine gives."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipelines.extract.quality import suspicion


class Word(NamedTuple):
    """A word, its box in pixels from the picture's upper left, and how sure the engine is, 0 to 1."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float


Row = Sequence[Word]
"""The words of one printed line, or of one column of it, from left to right."""


class Box(NamedTuple):
    """A rectangle in pixels; right and bottom are beyond it."""

    left: int
    top: int
    right: int
    bottom: int


def text_of(row: Row) -> str:
    return " ".join(word.text for word in row)


def box_of(row: Row) -> Box:
    """What the words of a row cover together."""
    return Box(
        int(min(word.left for word in row)),
        int(min(word.top for word in row)),
        int(max(word.right for word in row) + 1),
        int(max(word.bottom for word in row) + 1),
    )


def confidence_of(rows: Iterable[Row]) -> float:
    """How sure the engine is of the letters of some rows, on the whole; 0 for none."""
    words = [word for row in rows for word in row]
    letters = sum(len(word.text) for word in words)
    sure = sum(len(word.text) * word.confidence for word in words)
    return sure / letters if letters else 0.0


def worth(row: Row) -> float:
    """How far to trust a row beside another reading of it: by its engine and by its words."""
    return confidence_of([row]) - 0.5 * suspicion(text_of(row))
