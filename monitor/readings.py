"""Two readings of one document held against each other: which is the better one, and why.

No single number tells how good a text is, so several are looked at, and each
that differs enough to mean something is said in words. Words that are in no
language tell bad recognition and broken words, the confidence is the reader's
own, lost characters and pages tell what was left out.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from pipelines.align import TooManyWordsError
from pipelines.extract.quality import suspicion
from pipelines.redline import redline
from pipelines.texts import Extracted

Verdict = Literal["worse", "mixed", "different", "better", "same"]

_CONFIDENCE = 0.02
_UNKNOWN = 0.005
_CHARACTERS = 0.2  # of the longer text; line numbers and running heads are less


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A reading in numbers. `unknown` is the share of its different words that are in no language.

    `confidence` is the mean of the pages, by their length. `marks` are the
    characters marked as added or struck.
    """

    readable: bool
    reason: str
    method: str
    characters: int
    pages: int
    marks: int
    confidence: float
    unknown: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two readings. `inserted` and `deleted` count words; `because` are short sentences.

    `verdict` is on the later one: "different" when it reads otherwise but no
    figure tells which is better, "mixed" when figures disagree.
    """

    verdict: Verdict
    because: tuple[str, ...]
    before: Figures | None
    after: Figures
    inserted: int
    deleted: int

    @property
    def badness(self) -> tuple[int, int]:
        """Orders what a person should look at first."""
        lost = self.before is not None and self.before.readable and not self.after.readable
        ranks = {"worse": 1, "mixed": 2, "different": 3, "better": 4, "same": 5}
        return (0 if lost else ranks[self.verdict]), -(self.inserted + self.deleted)

    def json(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self) | {"because": list(self.because)}


def compared(
    before: Extracted | None, after: Extracted, *, was_readable: bool, is_readable: bool
) -> Compared:
    """Compare two readings of one document. Pure."""
    old = figures(before, readable=was_readable) if before is not None else None
    new = figures(after, readable=is_readable)
    inserted, deleted = _edits(before.text if before and was_readable else "",
                               after.text if is_readable else "")  # fmt: skip
    good, bad = _signs(old, new)
    verdict: Verdict
    if good and bad:
        verdict = "mixed"
    elif good or bad:
        verdict = "better" if good else "worse"
    elif inserted or deleted or (old and old.marks != new.marks):
        verdict = "different"
    else:
        verdict = "same"
    return Compared(
        verdict=verdict, because=(*bad, *good), before=old, after=new,
        inserted=inserted, deleted=deleted,
    )  # fmt: skip


def figures(extracted: Extracted, *, readable: bool) -> Figures:
    """A reading in numbers."""
    text = extracted.text if readable else ""
    trusted = sum(len(page.text) * page.confidence for page in extracted.pages)
    return Figures(
        readable=readable,
        reason=extracted.reason,
        method=extracted.method,
        characters=len(text),
        pages=len(extracted.pages) if readable else 0,
        marks=sum(mark.end - mark.start for mark in extracted.marks) if readable else 0,
        confidence=round(trusted / max(1, sum(len(page.text) for page in extracted.pages)), 3),
        unknown=round(suspicion(text), 4),
    )


def _edits(old: str, new: str) -> tuple[int, int]:
    try:
        found = redline(old, new)
    except TooManyWordsError:
        return len(new.split()), len(old.split())
    return found.inserted, found.deleted


def _signs(old: Figures | None, new: Figures) -> tuple[list[str], list[str]]:
    """What is better about the new reading, and what is worse."""
    if old is None or not old.readable or not new.readable:
        return _by_being_read(old, new)
    good: list[str] = []
    bad: list[str] = []
    if abs(new.unknown - old.unknown) >= _UNKNOWN:
        told = f"words in no language {old.unknown:.1%}, now {new.unknown:.1%}"
        (good if new.unknown < old.unknown else bad).append(told)
    # A reader that never doubted said nothing by that.
    if old.confidence < 1 and abs(new.confidence - old.confidence) >= _CONFIDENCE:
        told = f"confidence {old.confidence:.2f}, now {new.confidence:.2f}"
        (good if new.confidence > old.confidence else bad).append(told)
    longer = max(old.characters, new.characters)
    if abs(new.characters - old.characters) >= _CHARACTERS * longer:
        told = f"{abs(new.characters - old.characters):,} characters"
        good += [f"{told} more"] if new.characters > old.characters else []
        bad += [f"{told} fewer"] if new.characters < old.characters else []
    if new.pages < old.pages:
        bad.append(f"pages {old.pages}, now {new.pages}")
    if bool(new.marks) != bool(old.marks):
        told = (
            "tells what is added or struck"
            if new.marks
            else "no longer tells what is added or struck"
        )
        (good if new.marks else bad).append(told)
    return good, bad


def _by_being_read(old: Figures | None, new: Figures) -> tuple[list[str], list[str]]:
    was = old is not None and old.readable
    if was == new.readable:
        return [], []
    if new.readable:
        return ["can be read now"], []
    return [], [f"cannot be read any more ({new.reason or 'no text'})"]
