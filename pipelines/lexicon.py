"""Text made comparable for matching, with the way back to where it stood.

`fold` gives a copy in which typography no longer matters: compatibility forms
(NFKC), straight quotes, plain hyphens, no invisible characters, lower case, and
words joined again that a line end had broken. Every position of the copy leads
back to the code point of the text it came from.

Which words are joined depends on what is looked for. What may not depend on it
is told apart: where a joined word's halves stand, and how many words lie between
two places.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import snowballstemmer

WORD = re.compile(r"\w+")
"""A word for finding terms: letters and digits, nothing else."""

# A broken word and capitals set apart count as one, whether they were joined or not.
_IN_RUN = "\x1f"
_SPACED_WORD = re.compile(r"\w+(?:(?:[.'\x1f-]|-\s{1,40}(?=[^\W\d_]))\w+)*")
_SPACE = re.compile(r"(?<![-\s])[^\S\x1f]")
_STRETCH = 2048
_NOT_LETTERS = re.compile(r"[\W_]+")
_RIGHT_WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f]{0,4})+")
_LONGEST_WORD = 60
_SURE_WORD = 5
_SMALL_WORDS = frozenset(
    ("a", "an", "and", "by", "for", "in", "of", "on", "or", "the", "to", "use")
)

_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\xab\xbb\u2033\u2036"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032\u2035\u02bc`\xb4"
_QUOTES = dict.fromkeys(_DOUBLE_QUOTES, '"') | dict.fromkeys(_SINGLE_QUOTES, "'")
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-")
_SINGLE = _QUOTES | _DASHES | {"İ": "I"}
_LOST_SIGN = "\ufffd"
_SECTION_SIGN = "§"

# A hyphen of any make before white space: perhaps a word broken at a line end.
_BROKEN_ASCII = re.compile(r"[-\x02]\s+(?=[A-Za-z])|\x02")
# One set first: the search then skips plain text at the speed of C.
_BROKEN_OR_FOREIGN = re.compile(
    r"[-\x02\x80-\U0010ffff](?:(?<=[-\u2010\u2011\x02\xad\ufffe])\s+(?=[^\W\d_]))?"
)
# Capitals set apart, as headings have them: I M M I G R A T I O N; wider gaps part words.
_CAPITAL = r"[A-Z\xc0-\xd6\xd8-\xde][\u0300-\u036f]?"
_GAP = r"(?: {2,9}|[ \t]{0,9}\n[ \t]{0,9})"
_RUN = re.compile(rf"{_CAPITAL}(?: {_CAPITAL}){{1,59}}")
_SPACED = re.compile(rf"(?P<apart>{_RUN.pattern}(?:{_GAP}{_RUN.pattern}){{0,9}})(?!\w)")
_SET_APART = re.compile(rf"{_CAPITAL} {_CAPITAL}(?: {_CAPITAL} |{_GAP}{_CAPITAL} ){_CAPITAL}")
_FEW_LETTERS = 4
_COMBINING = re.compile(r"[\u0300-\u036f]")
_WITH_COMBINED = re.compile(rf"[^\W\d_]{_COMBINING.pattern}+|{_BROKEN_OR_FOREIGN.pattern}")
_SPACED_OR_ASCII = re.compile(f"{_SPACED.pattern}|{_BROKEN_ASCII.pattern}")
_WITH_ALL = re.compile(f"{_SPACED.pattern}|{_WITH_COMBINED.pattern}")
_DIGIT_AHEAD = re.compile(r"\s{0,3}\d")
_SOFT_HYPHENS = "\x02\xad\ufffe"

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e0fff]+"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Folded [start, end) came from the text's [origin, origin_end), not one to one."""

    start: int
    end: int
    origin: int
    origin_end: int


@dataclass(frozen=True)
class Folded:
    """A folded copy. `text` is lower case, `cased` the same with its capitals.

    `halves` are the two parts of each word that was joined, with their capitals.
    """

    text: str
    cased: str
    origin_text: str
    halves: frozenset[str] = frozenset()
    _pieces: tuple[_Piece, ...] = ()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The distinct words of `text`, and the halves of those that were joined."""
        return _distinct_words(self.text) | {half.lower() for half in self.halves}

    @cached_property
    def cased_vocabulary(self) -> frozenset[str]:
        """The distinct words of `cased`, and the halves of those that were joined."""
        return _distinct_words(self.cased) | self.halves

    @cached_property
    def unjoined(self) -> "Folded":
        """The same text with no broken word joined, and none closed up."""
        if not self.halves and not has_set_apart(self.origin_text):
            return self
        return fold(self.origin_text, _nothing)

    @cached_property
    def _piece_starts(self) -> tuple[int, ...]:
        return tuple(piece.start for piece in self._pieces)

    def within(self, start: int, end: int, words: int) -> bool:
        """Tell whether at most so many words begin after one position and up to a later one.

        Counted as people do: "U.S.C." and "city-owned" are one word each.
        """
        first = bisect_right(self._stretches, start) - 1
        last = bisect_right(self._stretches, end) - 1
        for rank in range(first, last + 1):
            starts = self._words_of(rank)
            words += bisect_right(starts, start) if rank == first else 0
            words -= bisect_right(starts, end) if rank == last else len(starts)
            if words < 0:
                return False
        return True

    @cached_property
    def _stretches(self) -> list[int]:
        """Where the stretches of text begin whose words are numbered together: at white space."""
        starts = range(_STRETCH, len(self.text), _STRETCH)
        spaces = (_SPACE.search(self.text, at, at + _STRETCH) for at in starts)
        return [0, *sorted({found.start() for found in spaces if found})]

    def _words_of(self, rank: int) -> list[int]:
        """Where the words of a stretch begin; few stretches are ever asked for."""
        known = self._numbered.get(rank)
        if known is None:
            start, end = (*self._stretches[rank : rank + 2], len(self.text))[:2]
            found = _SPACED_WORD.finditer(self.text, start, end)
            known = self._numbered[rank] = [word.start() for word in found]
        return known

    @cached_property
    def _numbered(self) -> dict[int, list[int]]:
        return {}

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Find where the non-empty folded span [start, end) stands in the text, in code points."""
        return self._origin(start)[0], self._origin(end - 1)[1]

    def position(self, origin: int) -> int:
        """Find where a code point of the text stands in the copy."""
        rank = bisect_right(self._pieces, origin, key=lambda piece: piece.origin) - 1
        if rank < 0:
            return origin
        piece = self._pieces[rank]
        return (
            min(piece.end + origin - piece.origin_end, len(self.text))
            if (origin >= piece.origin_end)
            else piece.start
        )

    def _origin(self, position: int) -> tuple[int, int]:
        rank = bisect_right(self._piece_starts, position) - 1
        if rank < 0:
            return position, position + 1
        piece = self._pieces[rank]
        if position < piece.end:
            return piece.origin, piece.origin_end
        origin = piece.origin_end + position - piece.end
        return origin, origin + 1


Joins = Callable[[str, str], bool]
"""Whether a left part and the whole word, in lower case, are a word that is looked for, broken."""


def fold(text: str, knows: Callable[[str], bool], joins: Joins | None = None) -> Folded:
    """Make the comparable copy of a text.

    `knows` says whether a word, in lower case, is one that is looked for: a
    hyphen at a line end is taken out only where that makes such a word, so that
    "immigra-/tion" is found and "self-/employed" stays two words. `joins` says
    it more narrowly.
    """
    folding = _Folding(text, knows, joins or (lambda _, word: knows(word)))
    cased = folding.pattern().sub(folding.replace, text)
    return Folded(cased.lower(), cased, text, frozenset(folding.halves), tuple(folding.pieces))


def has_set_apart(text: str) -> bool:
    """Tell whether capitals are set apart in a text, as headings have them."""
    return _SET_APART.search(text) is not None


def _nothing(_word: str) -> bool:
    return False


def _distinct_words(text: str) -> frozenset[str]:
    # Most words stand there often; to part at white space first is a quarter faster.
    return frozenset(WORD.findall(" ".join(set(text.split()))))


class _Folding:
    """One pass over one text."""

    def __init__(self, text: str, knows: Callable[[str], bool], joins: Joins) -> None:
        self._text = text
        self._knows = knows
        self._joins = joins
        self._shift = 0  # folded position minus origin
        self._joined = ""  # the left part of a word already joined to what comes next
        self._joined_end = -1
        self.pieces: list[_Piece] = []
        self.halves: set[str] = set()

    def pattern(self) -> re.Pattern[str]:
        spaced = has_set_apart(self._text)
        if self._text.isascii():
            return _SPACED_OR_ASCII if spaced else _BROKEN_ASCII
        if spaced or _COMBINING.search(self._text):
            return _WITH_ALL
        return _BROKEN_OR_FOREIGN

    def replace(self, found: re.Match[str]) -> str:
        printed = found[0]
        if printed == "-":
            return printed
        if found.lastgroup == "apart":
            return "".join(self._runs(found))
        folded = self._break(found) if printed[-1].isspace() else self._sign(found)
        self._note(found.start(), printed, folded)
        return folded

    def _note(self, origin: int, printed: str, folded: str) -> None:
        if len(folded) != len(printed):
            start = origin + self._shift
            self._shift += len(folded) - len(printed)
            self.pieces.append(_Piece(start, start + len(folded), origin, origin + len(printed)))

    def _break(self, found: re.Match[str]) -> str:
        """Drop a hyphen and the white space after it where they broke a known word."""
        printed = found[0]
        if len(printed) == 1:  # a foreign space, no hyphen
            return " "
        left = self._word_before(found.start())
        right = _RIGHT_WORD.match(self._text, found.end())
        if not left or not right or (len(right[0]) == 1 and right[0].isupper()):
            return self._kept(printed)
        if printed[0] in _SOFT_HYPHENS:
            return ""
        head = left
        if self._joined_end == found.start():
            head = self._joined
            if self._knows(_plain(head)):  # "immigra-/tion-/related"
                return self._kept(printed)
        word = head + right[0].lower()
        goes_on = self._text[right.end() : right.end() + 1] in ("-", "\xad", "\x02")
        whole = self._joins(_plain(head), _plain(word))
        if whole or (goes_on and self._completes(word, right.end())):
            self.halves |= {self._text[found.start() - len(left) : found.start()], right[0]}
            self._joined, self._joined_end = word, right.end()
            return ""
        return self._kept(printed)

    def _runs(self, found: re.Match[str]) -> Iterator[str]:
        """Capitals that were set apart, run by run, with what stands between."""
        start, printed = found.start(), found[0]
        of_word = start and (self._text[start - 1].isalnum() or self._text[start - 1] == "_")
        few = sum(map(str.isalpha, printed)) < _FEW_LETTERS
        at = 0
        for run in _RUN.finditer(printed):
            yield printed[at : run.start()]
            at = run.end()
            folded = run[0] if of_word or few else self._closed_up(run[0])
            self._note(start + run.start(), run[0], folded)
            yield folded

    def _closed_up(self, run: str) -> str:
        """The words that a run of letters is made of, where those are looked for."""
        letters = _plain(run.replace(" ", ""))
        if self._is_word(letters.lower()):
            return letters
        words: list[str] = []
        unknown, rest = "", letters
        while rest:
            known = self._longest(rest)
            if known:
                words += [*self._parted(unknown), known]
                unknown, rest = "", rest[len(known) :]
            else:
                unknown, rest = unknown + rest[0], rest[1:]
        if not words and len(self._parted(unknown)) == 1:
            return run.replace(" ", _IN_RUN)
        return _IN_RUN.join([*words, *self._parted(unknown)])

    def _longest(self, letters: str) -> str:
        """The longest word looked for that letters begin with; short ones stand in too many words."""
        sizes = range(len(letters), _SURE_WORD - 1, -1)
        return next((letters[:size] for size in sizes if self._knows(letters[:size].lower())), "")

    def _parted(self, letters: str) -> list[str]:
        """Letters parted into words looked for and small words; whole where they are not made of such.

        So "ICE" is found in USE OF ICE and not in NOTICE.
        """
        ways: list[list[str] | None] = [[]]
        for end in range(1, len(letters) + 1):
            ways.append(
                next(
                    (
                        [*way, letters[at:end]]
                        for at, way in enumerate(ways)
                        if way is not None and self._is_word(letters[at:end].lower())
                    ),
                    None,
                )
            )
        parted = ways[-1]
        return ([letters] if letters else []) if parted is None else parted

    def _is_word(self, word: str) -> bool:
        return word in _SMALL_WORDS or (len(word) > 1 and self._knows(word))

    def _word_before(self, end: int) -> str:
        start = end
        while start > 0 and end - start < _LONGEST_WORD and _is_of_letter(self._text[start - 1]):
            start -= 1
        return self._text[start:end].lower()

    def _completes(self, head: str, end: int) -> bool:
        """Tell whether a further break, as in narrow columns, ends in a known word."""
        again = _BROKEN_OR_FOREIGN.match(self._text, end)
        rest = _RIGHT_WORD.match(self._text, again.end()) if again else None
        whole = _plain(head + rest[0].lower()) if rest else ""
        return rest is not None and self._joins(_plain(head), whole)

    @staticmethod
    def _kept(printed: str) -> str:
        hyphen = "" if printed[0] in _SOFT_HYPHENS else "-"
        return hyphen + printed[1:]

    def _sign(self, found: re.Match[str]) -> str:
        sign = found[0]
        if sign == _LOST_SIGN and _DIGIT_AHEAD.match(self._text, found.end()):
            return _SECTION_SIGN
        return _folded_sign(sign)


def _is_of_letter(sign: str) -> bool:
    return sign.isalpha() or _COMBINING.match(sign) is not None


def _plain(word: str) -> str:
    """A word without ligatures, its accents one with their letters."""
    return word if word.isascii() else unicodedata.normalize("NFKC", word)


@lru_cache(maxsize=8192)
def _folded_sign(sign: str) -> str:
    if sign in _SINGLE:
        return _SINGLE[sign]
    if sign == _LOST_SIGN:
        return sign
    if _UNPRINTABLE.fullmatch(sign):
        return ""
    return "".join(_SINGLE.get(part, part) for part in unicodedata.normalize("NFKC", sign))


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the common part of a lower-case word's inflections (Snowball's English stemmer)."""
    # A stemmer holds the word it is at: each call has its own, for threads stem side by side.
    return str(snowballstemmer.stemmer("english").stemWord(word))


def squeezed(text: str) -> str:
    """Keep letters and digits alone: equal for passages that only typography tells apart."""
    return _NOT_LETTERS.sub("", text)


def whole_words(text: str) -> list[str]:
    """What `squeezed` keeps, word by word."""
    return [word for word in _NOT_LETTERS.split(text) if word]


def printable(text: str) -> str:
    """Put a text on one line, without control, bidirectional and invisible characters."""
    return " ".join(_UNPRINTABLE.sub("", text).split())
