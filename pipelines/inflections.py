"""Which words are inflections of one another: officer and officers, but not office.

A stemmer goes further: it makes one of police and policy, of hospital and
hospitality. So two words are one here when the endings that only inflect are
taken from both: those of the plural, of -ed and -ing, and the letters that these
change (https://snowballstem.org/algorithms/english/stemmer.html, steps 0 to 1c
and the -e of step 5).
"""

import re
from functools import lru_cache

_VOWELS = "aeiouy"
_AFTER_VOWEL = re.compile(rf"[^{_VOWELS}]*[{_VOWELS}]+[^{_VOWELS}]")
_HAS_VOWEL = re.compile(rf"[{_VOWELS}]")
_SHORT_END = re.compile(
    rf"(?:[^{_VOWELS}]|\A)[{_VOWELS}][^{_VOWELS}wxy]\Z|\A[{_VOWELS}][^{_VOWELS}]\Z"
)
_DOUBLED = re.compile(r"(bb|dd|ff|gg|mm|nn|pp|rr|tt)\Z")
_PAST = re.compile(r"(?:ed|edly|ing|ingly)\Z")
_POSSESSIVE = re.compile(r"'s?'?\Z")


@lru_cache(maxsize=1 << 16)
def uninflected(word: str) -> str:
    """Return what the inflections of a lower-case word have in common."""
    if len(word) < 3:
        return word
    word = _without_past(_singular(_POSSESSIVE.sub("", word)))
    if len(word) > 2 and word[-1] == "y" and word[-2] not in _VOWELS:
        word = word[:-1] + "i"
    word = _without_e(word)
    # Patrolled, controlled and cancelled double a letter that called does not.
    return word[:-1] if word.endswith("ll") else word


def _singular(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and _HAS_VOWEL.search(word[:-2]):
        return word[:-1]
    return word


def _without_past(word: str) -> str:
    if word.endswith("ceed"):  # exceed, proceed, succeed
        return word
    if word.endswith(("eed", "eedly")):
        cut = word.removesuffix("ly")[:-1]
        return cut if word.rindex("eed") >= _region(word) else word
    found = _PAST.search(word)
    if not found or not _HAS_VOWEL.search(word[: found.start()]):
        return word
    bare = word[: found.start()]
    if bare.endswith(("at", "bl", "iz")):
        return bare + "e"
    if _DOUBLED.search(bare):
        return bare[:-1]
    return bare + "e" if _SHORT_END.search(bare) and _region(bare) >= len(bare) else bare


def _without_e(word: str) -> str:
    if not word.endswith("e"):
        return word
    bare, first = word[:-1], _region(word)
    in_first, in_second = len(bare) >= first, len(bare) >= _region(word, first)
    return bare if in_second or (in_first and not _SHORT_END.search(bare)) else word


def _region(word: str, start: int = 0) -> int:
    """Where a word goes on after the first consonant behind a vowel."""
    found = _AFTER_VOWEL.match(word, start)
    return found.end() if found else len(word)
