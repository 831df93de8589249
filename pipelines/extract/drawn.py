"""What is asked of a drawn page and what comes back, without what it takes to draw one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.texts import Page


class PictureError(Exception):
    """The page cannot be drawn; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What to show: [start, end) of the whole text, and why. A match names its topic."""

    start: int
    end: int
    kind: Literal["added", "struck", "doubtful", "match"]
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page of the PDF at `path`, to be drawn with those of `shown` that touch it.

    `name` stands in the caption, and so do `topics`, in the order of their colours.
    """

    path: Path
    page: Page
    shown: tuple[Shown, ...]
    name: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn page: the PNG, its size, how many pages there are, what was placed and what not."""

    png: bytes
    width: int
    height: int
    pages: int
    placed: tuple[Shown, ...]
    unplaced: tuple[Shown, ...]
