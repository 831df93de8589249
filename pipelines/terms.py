"""Single terms of a query, and where they stand in a folded text.

A term is a row of tokens: words, matched exactly, by their stem or by how they
begin, and symbols. Between two words of a term the text may have any white
space or hyphens; beside a symbol it may have white space or none, so that
"287(g)" is found in "287 (g)" and "§ 3-113.1" in "§3-113.1".

The text's distinct words are gathered once and decide which terms can be in it
at all; only those are searched for, each from its first word on. Patterns are
made here from escaped words, with bounded repeats: no query can make one slow.

Where a page was hard to read, or the query allows it (`~term`), a term is found
in words that are spelled wrongly too: `pipelines.misread` says how wrongly.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from config import query
from pipelines import misread
from pipelines.inflections import uninflected
from pipelines.lexicon import fold, stem
from pipelines.text_words import Words
from pipelines.tokens import Anchor, Hit, How, Token, apart, is_of_word

SCORE_INFLECTED = 0.9
"""The score of a word found in another form than the query's; as written it is 1."""

SCORE_WORST = 0.5
"""The lowest score of words spelled wrongly: one less the share of letters that are wrong."""

_TOKEN = re.compile(r"\w+|[^\w\s-]")
_BETWEEN_WORDS = r"[\s-]{1,40}"
_BESIDE_SYMBOL = r"\s{0,10}"
_GAP_AT_SYMBOL = r"[\s-]{0,10}"
_WORD_ENDS = r"(?!\w)"
_NUMBER_ENDS = r"(?!\w|[.,-]\d)"
_NUMBER_GOES_ON = re.compile(r"\d[.,-]\Z")
_APOSTROPHE = re.compile(r"[^\W\d_]['\"]\Z")  # OF'F'ICE, as scans have it, is no ICE
_NEVER = 99


class UnevaluableQueryError(ValueError):
    """The query asks for something that cannot be evaluated on a text."""


@dataclass(frozen=True)
class Term:
    """A term ready to be looked for: its spelling in the query, and its tokens.

    `errors` tells that the query allows errors of spelling.
    """

    name: str
    tokens: tuple[Token, ...]
    cased: bool = False
    errors: bool = False

    def hits(self, words: "Words") -> list[Hit]:
        """Find all places of the term, in order, none overlapping another."""
        found = self._as_spelled(words)
        if words.folded.halves and words.may_be_half(self.tokens):
            found = apart(found, words.in_place(self._as_spelled(words.unjoined)))
        if not self.errors and (self.cased or not words.doubts):
            return found
        return apart(found, self._misread(words))

    @property
    def anchors(self) -> tuple[frozenset[Anchor], ...]:
        """All its words; nothing is known where errors are allowed."""
        words = [token for token in self.tokens if token.how != "symbol"]
        if self.errors or not words:
            return ()
        return (frozenset(Anchor(token.how, _root(token)) for token in words),)

    def _as_spelled(self, words: "Words") -> list[Hit]:
        if not self._needs <= words.folded.vocabulary:
            return []
        choices = [words.choices(token, cased=self.cased) for token in self.tokens]
        if not all(choices):
            return []
        text = words.folded.cased if self.cased else words.folded.text
        pattern = self._as_written or _compiled(_pattern(self.tokens, choices))
        if self.tokens[0].how in ("exact", "stem"):
            matches = _at(pattern, text, words.places(choices[0]))
        else:
            matches = pattern.finditer(text)
        if self._starts_anywhere:
            matches = (found for found in matches if self._starts_well(text, found.start()))
        begins = self.tokens[-1].how == "begins"
        matches = (one for one in matches if not words.is_half(*one.span(), begins=begins))
        if self._as_spelled_only:
            return [Hit(*found.span(), 1.0, self.name) for found in matches]
        return [Hit(*found.span(), self._score(found[0]), self.name) for found in matches]

    @cached_property
    def _starts_anywhere(self) -> bool:
        """Whether a place where a word begins need not be one where the term may."""
        first = self.tokens[0]
        return self.cased or first.how == "begins" or first.text[0].isdigit()

    @cached_property
    def _as_spelled_only(self) -> bool:
        return all(token.how in ("exact", "symbol") for token in self.tokens)

    @cached_property
    def _as_written(self) -> re.Pattern[str] | None:
        """The pattern of a term that is found in one form only."""
        if any(token.how == "stem" for token in self.tokens):
            return None
        return _compiled(_pattern(self.tokens, [(token.text,) for token in self.tokens]))

    def _misread(self, words: "Words") -> Iterator[Hit]:
        """Find where words that may be the term's, read or spelled wrongly, stand for it."""
        choices = [words.readings(token) for token in self.tokens]
        if not all(choices):
            return
        pattern = _compiled(_pattern(self.tokens, choices))
        letters = sum(len(token.text) for token in self.tokens if token.how != "symbol")
        for found in pattern.finditer(words.folded.text):
            confidence = None if self.errors else words.confidence(found.start())
            errors = self._errors(found[0], confidence)
            if errors and self._starts_well(words.folded.text, found.start()):
                score = max(SCORE_WORST, round(1 - errors / letters, 3))
                yield Hit(found.start(), found.end(), score, self.name)

    def _errors(self, found: str, confidence: float | None) -> int:
        """Count the errors in what was found; 0 also where a word has more than it may."""
        printed = _TOKEN.findall(found)
        if confidence == 1 or len(printed) != len(self.tokens):
            return 0
        total = 0
        for token, word in zip(self.tokens, printed, strict=True):
            errors = _errors(token, word)
            number = len(token.text) == 1 or token.text.isdigit()
            if errors > (1 if number else misread.allowed(len(token.text), confidence)):
                return 0
            total += errors
        return total

    @cached_property
    def _needs(self) -> frozenset[str]:
        """The words, in lower case, without which a text cannot have the term."""
        return frozenset(token.text.lower() for token in self.tokens if token.how == "exact")

    def _starts_well(self, text: str, start: int) -> bool:
        """Tell whether the term's first word is not the tail of a longer one.

        A number must not be the tail of a longer number either: § 14-287(g) is
        not 287(g).
        """
        first = self.tokens[0]
        if first.how == "symbol" or not start:
            return True
        before = text[max(0, start - 2) : start]
        if is_of_word(before[-1]) or (self.cased and _APOSTROPHE.search(before)):
            return False
        return not (first.text[0].isdigit() and _NUMBER_GOES_ON.search(before))

    def _score(self, found: str) -> float:
        if self._as_spelled_only:
            return 1.0
        written = [token.text for token in self.tokens]
        return 1.0 if _TOKEN.findall(found) == written else SCORE_INFLECTED


def compile_term(node: query.Term) -> Term:
    """Make a term of a query ready. Raises UnevaluableQueryError."""
    errors = isinstance(node, query.Fuzzy)
    how: How = "stem" if isinstance(node, query.Word | query.Fuzzy) else "exact"
    cased = isinstance(node, query.Cased)
    tokens = list(_tokens(node.text, how, cased=cased))
    if not tokens:
        raise UnevaluableQueryError(f"{node}: there is nothing in it to look for")
    if isinstance(node, query.Prefix):
        tokens[-1] = Token("begins", tokens[-1].text, tokens[-1].gap)
    return Term(str(node), tuple(tokens), cased, errors)


def _tokens(text: str, how: How, *, cased: bool) -> Iterator[Token]:
    folded = fold(text, lambda _: False)
    written = folded.cased if cased else folded.text
    end = 0
    for found in _TOKEN.finditer(written):
        word = found[0][0].isalnum() or found[0][0] == "_"
        yield Token(how if word else "symbol", found[0], found.start() > end)
        end = found.end()


def _errors(token: Token, printed: str) -> int:
    """How wrongly a token is printed; many for what it never is."""
    if token.how == "symbol":
        return int(token.text != printed)
    if token.how == "begins" or token.text == printed:
        return 0
    if token.how == "stem" and uninflected(token.text) == uninflected(printed):
        return 0
    errors = misread.distance(token.text, printed)
    return _NEVER if errors is None else errors


def _pattern(tokens: tuple[Token, ...], choices: list[tuple[str, ...]]) -> str:
    parts: list[str] = []
    for rank, (token, words) in enumerate(zip(tokens, choices, strict=True)):
        if rank:
            parts.append(_between(tokens[rank - 1], token))
        # The longest first: one choice may begin another.
        spelled = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        ends = "" if token.how == "symbol" else _WORD_ENDS
        parts.append(spelled if len(words) == 1 else f"(?:{spelled}){ends}")
        if token.how == "begins":
            parts.append(r"\w*")
    last = choices[-1][0]
    if any(token.how != "symbol" for token in tokens):
        parts.append(_NUMBER_ENDS if last[-1].isdigit() else _WORD_ENDS)
    return "".join(parts)


def _between(left: Token, right: Token) -> str:
    if "symbol" not in (left.how, right.how):
        return _BETWEEN_WORDS
    return _GAP_AT_SYMBOL if right.gap else _BESIDE_SYMBOL


def _at(pattern: re.Pattern[str], text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
    """Where a pattern stands at some places in order, none overlapping another."""
    end = 0
    for place in places:
        if place >= end and (found := pattern.match(text, place)):
            end = found.end()
            yield found


def _root(token: Token) -> str:
    return stem(token.text) if token.how == "stem" else token.text.lower()


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
