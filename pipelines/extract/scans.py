"""What is known of pages read as pictures, without what it takes to read them.

Whoever plans or shows such reading imports this; `pipelines.extract.ocr`, which
does it, brings networks along.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from types import MappingProxyType

from pipelines.extract.kinds import PDF
from pipelines.extract.quality import State, Verdict
from pipelines.lines import Line
from pipelines.texts import Extracted

METHOD = "ocr"
"""`Page.method` of a page read as a picture."""

LOW = 0.8
"""A page of lower confidence is to be looked at by a person; see `Extracted.reason`."""

LOW_REASON = "low-confidence"

HARD_TO_READ = ("was hard to read: compare it", "were hard to read: compare them")
"""What is said of such a page that was read as a picture, and of several."""

BAD_TEXT = 0.3
"""Confidence in a page's own text that is bad."""

_OWN_TEXT: dict[State, float] = {"good": 1.0, "absent": 0.0, "bad": BAD_TEXT}
_READ_BY_OTHERS = 0.9

PAGES_AT_MOST = 300
"""Pages of one document that are read as pictures: an hour at worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What was read of one page.

    `lines` are in reading order, in points from the lower left of the page once
    it was turned by `turns` quarters and `skew` degrees, both clockwise.
    `confidence`, from 0 to 1, tells how far to trust the page; words that the
    engine doubts are spans of their lines (`pipelines.doubts`). `engines` names
    who was there to read it.
    """

    lines: tuple[Line, ...] = ()
    confidence: float = 0.0
    engines: str = ""
    turns: int = 0
    skew: float = 0.0

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


NO_SCANS: Mapping[int, Scan] = MappingProxyType({})


HOW_TO_READ = "to read pictures: pip install rapidocr onnxruntime, or install tesseract as well"
"""What to do where pages cannot be read as pictures."""


def has_rapid() -> bool:
    """Whether RapidOCR and what runs its networks are installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def engines() -> tuple[str, ...]:
    """The programs that can read pictures here; OpenCV prepares the pages for either."""
    if find_spec("cv2") is None:
        return ()
    here = {"RapidOCR": has_rapid(), "Tesseract": shutil.which("tesseract") is not None}
    return tuple(name for name, is_here in here.items() if is_here)


def has_engine() -> bool:
    """Whether pages can be read as pictures here."""
    return bool(engines())


def about_pages(numbers: Sequence[int], one: str, many: str) -> str:
    """Say it of page 3, or of pages 2-5, 9; nothing of no page."""
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"page {numbers[0]} {one}"
    runs = [[numbers[0], numbers[0]]]
    for before, number in pairwise(numbers):
        if number == before + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    spans = (str(first) if first == last else f"{first}-{last}" for first, last in runs)
    return f"pages {', '.join(spans)} {many}"


def confidence_in(verdict: Verdict) -> float:
    """How far to trust a page's own text; one that a program read in a scan never wholly."""
    is_read = verdict.scanned and verdict.state == "good"
    return _READ_BY_OTHERS if is_read else _OWN_TEXT[verdict.state]


def to_read(extracted: Extracted) -> tuple[int, ...]:
    """The numbers of the pages whose text is absent or bad, so that their pictures tell more.

    Pages are drawn from PDFs alone; those within an archive keep what text they have.
    """
    if extracted.media_type != PDF:
        return ()
    wanted = [
        page.number
        for page in extracted.pages
        if page.number is not None and page.method != METHOD and page.confidence <= BAD_TEXT
    ]
    return tuple(wanted[:PAGES_AT_MOST])


def is_better(scan: Scan, confidence: float, text: str) -> bool:
    """Whether to believe a page's picture and not its own text, in which we have `confidence`."""
    read = scan.text
    if not read.strip():
        return not text.strip()
    if not confidence or not text.strip():
        return True
    letters = sum(map(str.isalnum, read)), sum(map(str.isalnum, text))
    return scan.confidence >= _SURE and letters[0] >= _AS_LONG * letters[1]


_SURE = 0.6
_AS_LONG = 0.6
