"""Word error rates: how far a reader's words are from the published ones.

Both texts pass through the same `words`: ligatures and typographic quotes and
dashes are folded, white space and loose punctuation fall away, case stays, and
so do the signs § $ % &. A word broken at a line end is two words, an error of
the reader that leaves it. So is a line number, or a head in mid-sentence.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rapidfuzz.distance import Levenshtein

WORD = re.compile(r"[^\W_]+(?:[-'.,][^\W_]+)*|[§$%&\ufffd]")
FOLDED = dict.fromkeys((0x2018, 0x2019, 0x201B), "'") | dict.fromkeys(
    (0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), "-"
)
AT_LINE_END = re.compile(r"([^\W\d_]+)-[ \t]*\n\s*([^\W\d_]+)")
LINE_NUMBER = re.compile(r"\d{1,2}")
CITATION = re.compile(
    r"\b\d{1,2} (?:U\. ?S\. ?C\.|USC|C\. ?F\. ?R\.|CFR) (?:§{1,2} ?)?\d+\w{0,2}(?:-\d+)?(?:\(\w{1,4}\))*"
    r"|(?:§{1,2} ?|\b(?:ORS|[Ss]ections?|Articles?|[Cc]hapters?|Ch\.) )"
    r"\d+[A-Z]?(?:[.:-]\d+(?:\.\d+)*)*(?:\(\w{1,4}\))*"
    r"|\b287\(g\)"
)


@dataclass(frozen=True, slots=True)
class Errors:
    """What one reader did wrong in one document; all are counts of words.

    `errors` is the Levenshtein distance. `moved` words stand in both texts at
    different places (each costs two errors), `numbers` are inserted numbers of
    one or two digits, `broken` words stand in the truth whole and in the text
    as two, `signs` are section signs lost.
    """

    truth: int
    errors: int
    moved: int = 0
    numbers: int = 0
    broken: int = 0
    signs: int = 0

    @property
    def rate(self) -> float:
        """Errors by words of the truth, in percent; above 100 where much was inserted."""
        return 100 * self.errors / max(1, self.truth)

    @property
    def spared(self) -> float:
        """The rate with inserted line numbers forgiven."""
        return 100 * (self.errors - self.numbers) / max(1, self.truth)


@dataclass(frozen=True, slots=True)
class Marked:
    """How many words are marked, in truth and by the reader, and how many of both agree."""

    truth: int
    found: int
    right: int

    @property
    def precision(self) -> float | None:
        """The share of marked words rightly so, in percent; None where none is marked."""
        return 100 * self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """The share of words that should be marked and are, in percent."""
        return 100 * self.right / self.truth if self.truth else None


def words(text: str) -> list[str]:
    """The words that count, after what is folded for everyone."""
    return WORD.findall(unicodedata.normalize("NFKC", text).translate(FOLDED))


def whole_words(text: str) -> list[str]:
    """The words of a text but for those broken at a line's end, whose halves are no words."""
    return words(AT_LINE_END.sub(" ", text))


def joined(text: str, known: Iterable[str]) -> str:
    """A published text with the words joined that it breaks at line ends.

    Blank lines between the halves do not matter, so that one at a page's end is
    joined too. The hyphen stays where `known`, the words of all the truth, has the word
    with it and not without it, or has neither and knows both halves.
    """
    vocabulary = {word.lower() for word in known}

    def whole(match: re.Match[str]) -> str:
        first, second = match.groups()
        plain, hyphened = f"{first}{second}".lower(), f"{first}-{second}".lower()
        if plain in vocabulary:
            return f"{first}{second}"
        halves = {first.lower(), second.lower()} <= vocabulary
        return f"{first}-{second}" if hyphened in vocabulary or halves else f"{first}{second}"

    return AT_LINE_END.sub(whole, text)


def compared(truth: Sequence[str], found: Sequence[str]) -> Errors:
    """Count the errors of one reading, and of what kind they are."""
    lost: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    broken = 0
    steps = Levenshtein.opcodes(truth, found)
    for equal, group in groupby(steps, lambda one: one.tag == "equal"):
        if equal:
            continue
        run = list(group)
        here = truth[run[0].src_start : run[-1].src_end]
        there = found[run[0].dest_start : run[-1].dest_end]
        # A line number may stand between the halves.
        plain = [one for one in there if not LINE_NUMBER.fullmatch(one)]
        halves = {one + other for one, other in pairwise(plain)}
        broken += sum(one in halves for one in here)
        lost.update(here)
        extra.update(there)
    return Errors(
        truth=len(truth),
        errors=Levenshtein.distance(truth, found),
        moved=(lost & extra).total(),
        numbers=sum(
            count for one, count in (extra - lost).items() if LINE_NUMBER.fullmatch(one)
        ),
        broken=broken,
        signs=max(0, lost["§"] - extra["§"]),
    )  # fmt: skip


def citations(text: str) -> Counter[str]:
    """The places of laws that a text names ("8 U.S.C. 1357(g)", "§ 10-843"), and how often.

    Glyphs are folded as in `words`, and any white space is one blank. A citation
    that a line number or a broken word parts is not found.
    """
    folded = unicodedata.normalize("NFKC", text).translate(FOLDED)
    return Counter(CITATION.findall(" ".join(folded.split())))


def agreement(truth: Sequence[str], found: Sequence[str]) -> Marked:
    """Compare marked words as two bags: where in the document they stand is not asked."""
    right = (Counter(truth) & Counter(found)).total()
    return Marked(len(truth), len(found), right)
