"""Words that a page takes apart: broken at a line's end, or split by stray blanks.

Typesetters break words at the end of a line, and what a PDF draws letter by
letter comes out with blanks within ("EXISTIN G", "Mireku \u2013North"). The
document's own words decide what belongs together: a word is made whole where
the document writes it whole elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.mending import Edit, mend

# --- words broken at the end of a line --------------------------------------

SOFT_BREAK = "\ufffe"  # pdfium's sign for a hyphen at the end of a line
_BREAKS = ("-\n", "\u2013\n", "\u00ad\n", SOFT_BREAK)
_BREAK = re.compile(r"([-\u2013\u00ad\ufffe])\n(\w\S*)( ?)")
_SIGNS = ("-", "\u00ad", SOFT_BREAK)
_REST = re.compile(r"(([^\W\d_]+)\S*)\s+(?=\S)")  # of a word, and more follows
_WORD = re.compile(r"\w+")
_LAST_WORD = re.compile(r"\w+\Z")
_LONGEST_WORD = 40
_FIRST_OF_COMPOUND = frozenset({"self", "cross", "two", "three", "five", "half"})
_LAST_OF_COMPOUND = frozenset(
    {
        "related", "based", "neutral", "responsive", "specific", "free", "thirds", "fifths",
        "fourths", "class", "time", "term", "owned", "funded", "level", "year", "being"
    }
)  # fmt: skip
_SHORTEST_PART = 3


def join_broken_words(texts: Sequence[str]) -> list[str]:
    """The pages' texts with the words made whole that `broken_words` finds."""
    edits = broken_words(texts)
    return [mend(text, found) for text, found in zip(texts, edits, strict=True)]


def broken_words(texts: Sequence[str]) -> list[list[Edit]]:
    """For each page the edits that make words whole that were broken at the end of a line.

    The second half comes up to the first, also from the next page, and the line
    ends after it. A hyphen that belongs to the word stays; the document's own
    words decide where they can.
    """
    words = _Usage(texts)
    edits = [list(_broken(text, words)) for text in texts]
    for page, (text, following) in enumerate(pairwise(texts)):
        if text.endswith(_SIGNS):
            _join_pages(text, following, edits[page : page + 2], words)
    return edits


def _join_pages(text: str, following: str, edits: list[list[Edit]], words: "_Usage") -> None:
    """Add the edits that make a word whole that goes on at the head of the next page."""
    here, there = edits
    first = _LAST_WORD.search(text[:-1][-_LONGEST_WORD:])
    rest = _REST.match(following)
    if not first or not rest or not rest[1][0].islower():
        return
    if there and there[0].start < rest.end():
        return
    if here and here[-1].end == len(text):
        here.pop()  # the sign as a hyphen, if that edit is there
    kept = "-" if words.keep_hyphen(first[0], rest[2]) else ""
    here.append(Edit(len(text) - 1, len(text), kept + rest[1]))
    there.insert(0, Edit(0, rest.end(), ""))


def _broken(text: str, words: "_Usage") -> Iterator[Edit]:
    if not any(sign in text for sign in _BREAKS):
        return
    done = 0
    for found in _BREAK.finditer(text):
        sign, rest, space = found.groups()
        start = found.start()
        first = _LAST_WORD.search(text[max(0, start - _LONGEST_WORD) : start])
        second = _WORD.match(rest)
        if not first or not second:
            continue
        yield from _softly(text, done, start)
        if sign == "\u2013":
            yield Edit(start + 1, start + 2, "")
        else:
            kept = "-" if words.keep_hyphen(first[0], second[0]) else ""
            yield Edit(start, start + 2, kept)
        done = found.end()
        yield from _softly(text, start + 2, done)
        if space:
            yield Edit(done - 1, done, "\n")
    yield from _softly(text, done, len(text))


def _softly(text: str, start: int, end: int) -> Iterator[Edit]:
    """Soft breaks in [start, end) that break no word, as the hyphens that they look like."""
    at = text.find(SOFT_BREAK, start, end)
    while at >= 0:
        yield Edit(at, at + 1, "-")
        at = text.find(SOFT_BREAK, at + 1, end)


class _Usage:
    """How a document itself writes its words; looked up only once a word is in doubt."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._folded = ""

    def keep_hyphen(self, first: str, second: str) -> bool:
        """Whether the hyphen between two parts of a word is the word's own."""
        if second[0].isdigit() or first[-1].isdigit():
            return True
        if second[0].isupper() and not first.isupper():
            return True
        first, second = first.lower(), second.lower()
        if self.has(first + second):
            return False
        if self.has(f"{first}-{second}") or self.has(f"{first} {second}"):
            return True
        if first in _FIRST_OF_COMPOUND:
            return True
        return len(first) >= _SHORTEST_PART and second in _LAST_OF_COMPOUND

    def has(self, word: str) -> bool:
        """Whether the document has the word, in lower case here, standing by itself."""
        return self.count(word, most=1) > 0

    def count(self, word: str, *, most: int) -> int:
        """How often the document has the word by itself, as far as `most` times."""
        self._folded = self._folded or "\n".join(self._texts).lower()
        at = self._folded.find(word)
        seen = 0
        while at >= 0 and seen < most:
            after = at + len(word)
            alone = not self._folded[max(0, at - 1) : at].isalpha()
            seen += alone and not self._folded[after : after + 1].isalpha()
            at = self._folded.find(word, after)
        return seen


# --- words split by stray blanks --------------------------------------------

# Capitals that stand next to a piece of at most three, and dashes with a blank at one side.
_PIECES = re.compile(r"(?<![\w.])[A-Z]+(?: [A-Z]+)+(?![\w.])")
_SHORT_WORDS = frozenset(
    {
        "A", "I", "O", "AN", "AS", "AT", "BE", "BY", "DO", "GO", "HE", "IF", "IN", "IS", "IT",
        "ME", "MY", "NO", "OF", "ON", "OR", "SO", "TO", "UP", "US", "WE", "ACT", "ADD", "AGE",
        "AGO", "AID", "AIR", "ALL", "AND", "ANY", "ARE", "ART", "BAD", "BAN", "BAR", "BAY",
        "BED", "BID", "BIG", "BOX", "BUS", "BUT", "BUY", "CAN", "CAP", "CAR", "CAT", "CUT", "DAY",
        "DOG", "DRY", "DUE", "EAR", "EAT", "END", "EYE", "FAR", "FEE", "FEW", "FIT", "FOR", "GAS",
        "GET", "GUN", "HAD", "HAS", "HER", "HIM", "HIS", "HOT", "HOW", "ICE", "ILL", "ITS", "JOB",
        "KEY", "LAW", "LAY", "LET", "LOT", "LOW", "MAN", "MAP", "MAY", "MEN", "MET", "NEW", "NON",
        "NOR", "NOT", "NOW", "OFF", "OLD", "ONE", "OUR", "OUT", "OWN", "PAY", "PER", "PUT", "RAW",
        "RAY", "RED", "RUN", "SAY", "SEA", "SEE", "SET", "SEX", "SHE", "SIT", "SIX", "SON", "TAX",
        "TEN", "THE", "TOO", "TOP", "TWO", "USE", "VIA", "WAR", "WAS", "WAY", "WHO", "WHY", "YES",
        "YET", "YOU", "ADA", "CEO", "CFR", "DHS", "DNA", "EMS", "FBI", "ID", "II", "III", "IV",
        "IX", "LLC", "MD", "NY", "PC", "SSN", "TV", "VI", "VII", "XI", "XII", "USC"
    }
)  # fmt: skip
# The dash first: the search then skips plain text at the speed of C.
_STRAY_DASH = re.compile(r"[\u2013-](?:(?<=[^\W\d_] .)(?=[^\W\d_])|(?<=[^\W\d_].) (?=[^\W\d_]))")
_FIRST_WORD = re.compile(r"[^\W\d_]{2,40}")
_LAST_LETTERS = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,40}\Z")
_FEW = 3  # letters
_MOST_PIECES = 5
_SHORTEST_WHOLE = 4
_OFTEN = 200


def split_words(texts: Sequence[str]) -> list[list[Edit]]:
    """For each page the edits that close up words which stray blanks split.

    Capitals are closed up where a piece of at most three letters is no usual word,
    the document has the whole word elsewhere, and that piece only as it is here.
    """
    words = _Usage(texts)
    return [sorted([*_split_capitals(text, words), *_stray_dashes(text, words)]) for text in texts]


def _split_capitals(text: str, words: _Usage) -> Iterator[Edit]:
    if not any(map(_is_odd, {piece for piece in text.split() if len(piece) <= _FEW})):
        return
    for found in _PIECES.finditer(text):
        pieces = found[0].split(" ")
        if not any(map(_is_odd, pieces)):
            continue
        starts = [found.start()]
        for piece in pieces:
            starts.append(starts[-1] + len(piece) + 1)
        rank = 0
        while rank < len(pieces):
            beyond = _whole(pieces, rank, words)
            for before in range(rank + 1, beyond):
                yield Edit(starts[before] - 1, starts[before], "")
            rank = max(beyond, rank + 1)


def _is_odd(piece: str) -> bool:
    """Whether a piece is in capitals and short, and no usual word."""
    return len(piece) <= _FEW and piece.isupper() and piece.isalpha() and piece not in _SHORT_WORDS


def _whole(pieces: Sequence[str], rank: int, words: _Usage) -> int:
    """How far the pieces from one on make a word of the document; the rank itself for none."""
    for beyond in range(min(len(pieces), rank + _MOST_PIECES), rank + 1, -1):
        within = pieces[rank:beyond]
        whole = "".join(within).lower()
        if len(whole) < _SHORTEST_WHOLE or not words.has(whole):
            continue
        split = words.count(" ".join(within).lower(), most=_OFTEN)
        if split <= words.count(whole, most=_OFTEN):
            odd = (one.lower() for one in within if _is_odd(one))
            if any(words.count(one, most=_OFTEN) <= split for one in odd):
                return beyond
    return rank


def _stray_dashes(text: str, words: _Usage) -> Iterator[Edit]:
    """Blanks at one side of a dash, where the document writes the same words without."""
    for found in _STRAY_DASH.finditer(text):
        at, end = found.span()
        blank = at + 1 if end > at + 1 else at - 1
        start = min(at, blank)
        first = _LAST_LETTERS.search(text[max(0, start - _LONGEST_WORD) : start])
        second = _FIRST_WORD.match(text, end)
        if first and second and words.has(f"{first[0]}{text[at]}{second[0]}".lower()):
            yield Edit(blank, blank + 1, "")
