"""When two printed identifiers, or two notes, are the same one.

Case, spaces, punctuation and leading zeros are typography: "HB 444", "H.B. 0444"
and "hb444" are one bill. Numbers stay apart: "Int 1-2024" is not "Int 12-024".
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from config.vocabulary import DateKind
from scrapers.items import Measure

SEPARATOR = "\x1f"

_RUNS = re.compile(r"\d+|[^\W\d_]+")


@lru_cache(maxsize=1 << 15)
def canonical(identifier: str) -> str:
    """Fold an identifier as printed to the key that identifies it; "" when it has no letter or digit."""
    runs = _RUNS.findall(unicodedata.normalize("NFKC", identifier).casefold())
    runs = [run.lstrip("0") or "0" if run.isdecimal() else run for run in runs]
    folded = runs[:1]
    for before, run in pairwise(runs):
        folded.append(f"-{run}" if before.isdecimal() and run.isdecimal() else run)
    return "".join(folded)


def measure_key(measure: Measure) -> str:
    """The key of a measure: its identifier, or without one its title and the day it was signed."""
    return canonical(measure.identifier) or _titled(measure)


def identity(measure: Measure) -> str:
    """Place, session and key in one string: what a source's own view is filed under."""
    return SEPARATOR.join((measure.place, measure.session, measure_key(measure)))


def note_key(note: str) -> str:
    """Fold a version's note: case and spaces are typography, punctuation is not."""
    return " ".join(unicodedata.normalize("NFKC", note).casefold().split())


def _titled(measure: Measure) -> str:
    signed = next(
        (day.date.isoformat() for day in measure.dates if day.kind is DateKind.SIGNED and day.date),
        "",
    )
    return f"{note_key(measure.title)}@{signed}"
