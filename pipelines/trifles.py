"""Edits that change how a text looks and not what it says.

Capitals, punctuation, words broken at lines and the numbers of paragraphs that
moved down by one are set anew with each print; a program that reads a scan takes
some letters for others. None of that is an amendment. What can be one never
counts as a trifle:

- figures: "$1,000" and "$1.000", "(500)" and "500", "5-10" and "510", 6' and 6";
- brackets, which delete words in New York City and elsewhere;
- "(a)" for "(A)", which point to different paragraphs, "5 A" for "5A";
- "mW" for "MW";
- "informal" for "in formal": a small word that is gone may have meant much;
- "officers" for "officer's".
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

from pipelines.clean import normalise

_PUNCTUATION = re.compile(
    r"(?<!\d)[,.;:!?\"_\-()\u2022]+(?!\d)"
    r"|(?<=\d)[,.;:!?_]+(?!\d)"
    r"|(?<!\d)[;:!?_]+(?=\d)"
)  # what stands beside a figure may belong to it
_QUOTES_OUTSIDE = re.compile(r"(?<![^\W_])'+|(?<![\d'])'+(?![^\W_])")
_SET_APART = re.compile(r"(?<=[(\[])\s+|\s+(?=[)\]])")
# A blank parts two figures, a figure and a letter ("5 A"), a letter and a figure.
_BLANK = re.compile(
    r"(?<!\d) (?!\d)|(?<=\d) (?!\d|[a-z]{1,2}(?![a-z]))|(?<![a-z])(?<!\d) (?=\d)"
    r"|(?<=[a-z]{2}) (?=\d)"
)
_ROMAN = r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})"
_ENUMERATOR = re.compile(
    r"(?:section|sec\.?|article|art\.?|chapter|part|§)"
    rf"|[(\[]*(?:\d{{1,3}}[a-z]?|[a-z]|{_ROMAN})[)\].:]+",
    re.IGNORECASE,
)
_NUMBERED_AT_MOST = 3  # words of a heading: "Section 3. (b)"
_REFERENCE = re.compile(rf"\((?:[a-z]{{1,2}}|{_ROMAN})\)", re.IGNORECASE)
_MILLI_OR_MEGA = re.compile(r"\b[mM](?:[wWvVaAgGlLsSjJ]|[hH][zZ]|[pP][aA])\b")

_SMALL = frozenset({"no", "not", "nor", "non", "or", "and", "if", "un", "all", "any", "only"}
                   | {"a", "an", "in", "at", "to", "be", "on", "is", "it", "as", "by", "of"})  # fmt: skip
_PARTED = re.compile(r"[\s/\u2014\u2013]+|--+|(?<=\w)-(?=\w)")
_EDGES = ".,;:!?\"'()[]\u2022_"

_CODE = re.compile(r"\u00a7?\d{1,3}[A-Za-z]?-\d{1,5}(?:\.\d{1,3})?")
_LETTERS = re.compile("rn|nn|rm|vv|cl")
_READ_AS = {"rn": "m", "nn": "m", "rm": "m", "vv": "w", "cl": "o"}  # as "d", which is an "o"
_ALIKE = str.maketrans("0qd1i|!5826e", "ooollllsbzgc")
_FIGURES = re.compile(r"[\d$%§.,()\- ]+")


def is_trifle(
    old: Sequence[str],
    new: Sequence[str],
    *,
    at_heading: bool = False,
    scanned: bool = False,
    known: Collection[str] = frozenset(),
) -> bool:
    """Tell whether words became others that say the same.

    `at_heading` says that the words stand where headings begin in both texts,
    so that numbers among them number paragraphs; `scanned` that one of the
    texts was read from a picture, and `known` are the words, as `bare` gives
    them, that both readings have elsewhere: they are no misreadings. Pure.
    """
    if at_heading and _renumbers(old, new):
        return True
    first, second = _folded(old), _folded(new)
    if first == second:
        capitals = _in_capitals(old) or _in_capitals(new)
        if _signs(old, in_capitals=capitals) != _signs(new, in_capitals=capitals):
            return False
        return _small_words(old) == _small_words(new)
    if scanned and _is_code_parted(old, new):
        return True
    if not scanned or not _misread(first, second):
        return False
    return not all(bare(word) in known for word in (*old, *new))


def bare(word: str) -> str:
    """A word without what stands round it, in small letters."""
    return word.strip(_EDGES).casefold()


def _plain(words: Sequence[str]) -> str:
    text = unicodedata.normalize("NFKC", normalise(" ".join(words)))
    return _SET_APART.sub("", text)


def _folded(words: Sequence[str]) -> str:
    """The letters and figures of some words as one string, blanks only where they tell."""
    text = _QUOTES_OUTSIDE.sub("", _plain(words).casefold())
    return _BLANK.sub("", " ".join(_PUNCTUATION.sub("", text).split()))


def _signs(words: Sequence[str], *, in_capitals: bool) -> list[str]:
    """What must be the same to the letter: units of measure and references to paragraphs.

    The letters of references tell nothing where one of the texts is in capitals.
    """
    text = _plain(words)
    found = [*_MILLI_OR_MEGA.findall(text), *_REFERENCE.findall(text)]
    return [sign.casefold() for sign in found] if in_capitals else found


def _in_capitals(words: Sequence[str]) -> bool:
    return any(len(word) > 3 and word.isalpha() for word in words) and " ".join(words).isupper()


def _small_words(words: Sequence[str]) -> Counter[str]:
    """The small words among them, which a blank too many or too few makes or loses."""
    parts = map(bare, _PARTED.split(" ".join(words)))
    return Counter(part for part in parts if part in _SMALL)


def _renumbers(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether numbers of paragraphs became others of their series, or the same of another.

    The tenth item that becomes paragraph B has left its list: that may mean much.
    """
    if not (_numbers_only(old) and _numbers_only(new)):
        return False
    return len(old) != len(new) or all(map(_same_series, old, new))


def _numbers_only(words: Sequence[str]) -> bool:
    return 0 < len(words) <= _NUMBERED_AT_MOST and all(map(_ENUMERATOR.fullmatch, words))


def _same_series(old: str, new: str) -> bool:
    first, second = _ordinal(bare(old)), _ordinal(bare(new))
    return not first or not second or first[0] == second[0] or first[1] == second[1]


def _ordinal(mark: str) -> tuple[str, int] | None:
    """A number or a letter as its series and its place in it; None for what may be either."""
    if mark.isdigit():
        return "1", int(mark)
    is_letter = len(mark) == 1 and mark not in "ivxl"
    return ("a", ord(mark) - ord("a") + 1) if is_letter and mark.isascii() else None


def _misread(first: str, second: str) -> bool:
    """Whether a program that reads letters could take one text for the other.

    What is nothing but figures is never taken for other figures.
    """
    if not first or not second or (_FIGURES.fullmatch(first) and _FIGURES.fullmatch(second)):
        return False
    return _shape(first) == _shape(second)


def _is_code_parted(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the number of a code's section, one word in one text, has blanks in the other."""
    whole = "".join(old)
    return (
        min(len(old), len(new)) == 1
        and whole == "".join(new)
        and _CODE.fullmatch(whole.strip(_EDGES)) is not None
    )


def _shape(text: str) -> str:
    """What is left of a text when letters that look alike are one letter."""
    joined, text = text.translate(_ALIKE), ""
    while joined != text:
        text = joined
        joined = _LETTERS.sub(lambda found: _READ_AS[found[0]], text)
    return joined


def begins_heading(starts: Collection[int], first: int, last: int) -> bool:
    """Whether the words [first, last) stand at the beginning of a heading."""
    return any(at in starts for at in range(max(0, first - 1), last))
