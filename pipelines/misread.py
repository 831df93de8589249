"""Words read wrongly: how far a printed word is from the one meant, and how far it may be.

A distance is the number of letters put in, left out or exchanged (Levenshtein,
by rapidfuzz), after shapes that readers of scans mistake for one another were
made alike: "rn" and "m", "1" and "l", "0" and "o". The first letter must be
right, or look alike: most words a letter apart are other words (detainer,
retainer), and readers err within words more than at their heads. Numbers and
single letters have no errors but shapes: "1357" may be "l357", never "1358".
"""

import re
from collections import defaultdict
from collections.abc import Collection
from functools import cached_property, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

__all__ = ["MOST_ERRORS", "Printed", "allowed", "distance"]

MOST_ERRORS = 2
"""However long a word is, and however badly its page was read."""

_SHORTEST = 5
_LONG, _VERY_LONG = 6, 9
_SHAPES = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "n"))
_LETTERS = str.maketrans("015", "ols")
_DIGITS = str.maketrans("oilsbzgq", "01158299")
_HAS_DIGIT = re.compile(r"\d")


def allowed(letters: int, confidence: float | None) -> int:
    """How many errors a word of so many letters may have.

    `confidence` is that in its page, from 0 to 1: twice the letters that may be
    wrong by it; None where the query allows errors, one from five letters on and
    two from nine.
    """
    if letters < _SHORTEST:
        return 0
    if confidence is None:
        return 2 if letters >= _VERY_LONG else 1
    return min(MOST_ERRORS, int(2 * letters * (1 - confidence) + 1e-9))


@lru_cache(maxsize=1 << 15)
def distance(meant: str, printed: str) -> int | None:
    """How many errors make one lower-case word of the other; None for words never mistaken."""
    if meant == printed:
        return 0
    if _is_number(meant):
        return 1 if _as_number(meant) == _as_number(printed) else None
    one, other = _shape(meant), _shape(printed)
    if one[:1] != other[:1] or len(meant) < _SHORTEST:
        return None
    found = Levenshtein.distance(one, other, score_cutoff=MOST_ERRORS)
    return max(1, found) if found <= MOST_ERRORS else None


class Printed:
    """The distinct words of a text, to be asked which of them may be a word meant."""

    def __init__(self, vocabulary: Collection[str]) -> None:
        self._vocabulary = vocabulary

    def near(self, meant: str) -> tuple[str, ...]:
        """The words that may be this one read wrongly, whatever their page, itself among them."""
        if _is_number(meant):
            known = (meant,) if meant in self._vocabulary else ()
            return tuple(self._numbers.get(_as_number(meant), known))
        shape = _shape(meant)
        if len(meant) < _SHORTEST:
            return tuple(self._shapes.get(shape[:1], {}).get(shape, ()))
        shapes = self._shapes.get(shape[:1], {})
        found = process.extract(
            shape, shapes.keys(), scorer=Levenshtein.distance, score_cutoff=MOST_ERRORS, limit=None
        )
        return tuple(word for one, *_ in found for word in shapes[one])

    @cached_property
    def _shapes(self) -> dict[str, dict[str, list[str]]]:
        shapes: dict[str, dict[str, list[str]]] = defaultdict(dict)
        for word in sorted(self._vocabulary):
            shape = _shape(word)
            shapes[shape[:1]].setdefault(shape, []).append(word)
        return shapes

    @cached_property
    def _numbers(self) -> dict[str, list[str]]:
        numbers: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._vocabulary):
            number = _as_number(word)
            if number.isdigit():
                numbers[number].append(word)
        return numbers


def _is_number(word: str) -> bool:
    # A single letter, as the g of 287(g), is mistaken by its shape too.
    return len(word) == 1 or bool(_HAS_DIGIT.search(word))


def _as_number(word: str) -> str:
    return word.translate(_DIGITS)


def _shape(word: str) -> str:
    made = word.translate(_LETTERS)
    for pair, letter in _SHAPES:
        made = made.replace(pair, letter)
    return made
