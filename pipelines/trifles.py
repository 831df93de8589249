"""Edits that change how a text looks and not what it says.

Capitals, punctuation, words broken at lines and the numbers of paragraphs that
moved down by one are set anew with each print; a program that reads a scan takes
some letters for others. None of that is an amendment. Figures are never trifles:
"$1,000" and "$1.000", "(500)" and "500", "5-10" and "510" differ.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence

from pipelines.clean import normalise

_PUNCTUATION = re.compile(
    r"(?<!\d)[,.;:!?'\"_\-()\[\]{}]+(?!\d)"
    r"|(?<=\d)[,.;:!?'\"_]+(?!\d)"
    r"|(?<!\d)[;:!?'\"_]+(?=\d)"
)  # what stands beside a figure may belong to it
_ENUMERATOR = re.compile(
    r"(?:section|sec\.?|article|art\.?|chapter|part|§)"
    r"|[(\[]*(?:\d{1,3}[a-z]?|[a-z]|[ivxl]{1,6})[)\].:]+",
    re.IGNORECASE,
)
_NUMBERED_AT_MOST = 3  # words of a heading: "Section 3. (b)"

_LETTERS = re.compile("rn|nn|rm|vv|cl")
_READ_AS = {"rn": "m", "nn": "m", "rm": "m", "vv": "w", "cl": "d"}
_ALIKE = str.maketrans("0qd1i|!5826e", "ooollllsbzgc")
_FIGURES = re.compile(r"[\d$%§.,()\- ]+")


def is_trifle(
    old: Sequence[str], new: Sequence[str], *, at_heading: bool = False, scanned: bool = False
) -> bool:
    """Tell whether words became others that say the same.

    `at_heading` says that the words stand where headings begin in both texts,
    so that numbers among them number paragraphs; `scanned` that one of the
    texts was read from a picture. Pure.
    """
    first, second = _folded(old), _folded(new)
    if first == second:
        return True
    if at_heading and _numbers_only(old) and _numbers_only(new):
        return True
    return scanned and _misread(first, second)


def _folded(words: Sequence[str]) -> str:
    """The letters and figures of some words as one string, blanks only between figures."""
    text = unicodedata.normalize("NFKC", normalise(" ".join(words))).casefold()
    bare = _PUNCTUATION.sub("", text)
    return re.sub(r"(?<!\d) | (?!\d)", "", bare.strip())


def _numbers_only(words: Sequence[str]) -> bool:
    return 0 < len(words) <= _NUMBERED_AT_MOST and all(map(_ENUMERATOR.fullmatch, words))


def _misread(first: str, second: str) -> bool:
    """Whether a program that reads letters could take one text for the other.

    What is nothing but figures is never taken for other figures.
    """
    if not first or not second or (_FIGURES.fullmatch(first) and _FIGURES.fullmatch(second)):
        return False
    return _shape(first) == _shape(second)


def _shape(text: str) -> str:
    joined = _LETTERS.sub(lambda found: _READ_AS[found[0]], text)
    return joined.translate(_ALIKE)


def begins_heading(starts: Collection[int], first: int, last: int) -> bool:
    """Whether the words [first, last) stand at the beginning of a heading."""
    return any(at in starts for at in range(max(0, first - 1), last))
