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
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, Protocol

from config import query
from pipelines import misread
from pipelines.inflections import uninflected
from pipelines.lexicon import WORD, Folded, fold, stem

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
_STEM_KEY = 2
_NEVER = 99
_FEW = 40  # words that are searched for one by one

# Signs that readers of scans take for one another.
_ALIKE = {sign: group for group in (("(", "{", "["), (")", "}", "]")) for sign in group}

How = Literal["exact", "stem", "begins", "symbol"]


class UnevaluableQueryError(ValueError):
    """The query asks for something that cannot be evaluated on a text."""


class Hit(NamedTuple):
    """A folded span [start, end), how well it fits (0 to 1), and the term found there.

    For terms found together `term` is what stood there: `"federal agents" NEAR/9 mask`.
    """

    start: int
    end: int
    score: float
    term: str


@dataclass(frozen=True, slots=True)
class Token:
    """One word or symbol of a term; `gap` when space or a hyphen stands before it."""

    how: How
    text: str
    gap: bool


class Anchor(NamedTuple):
    """A word in lower case without which a term is not in a text: as it is, a stem, a beginning."""

    how: How
    text: str


class Looked(Protocol):
    """What can be looked for in a text."""

    @property
    def name(self) -> str: ...

    @property
    def tokens(self) -> tuple[Token, ...]: ...

    @property
    def anchors(self) -> tuple[frozenset["Anchor"], ...]:
        """Sets of words of which a text has one whole wherever it has a hit; () if unknown."""

    def hits(self, words: "Words") -> list[Hit]: ...


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
        if _is_of_word(before[-1]) or (self.cased and _APOSTROPHE.search(before)):
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


class Doubt(NamedTuple):
    """A folded span [start, end), such as a page, that was read with less than full confidence."""

    start: int
    end: int
    confidence: float


class Words:
    """The words of one folded text, held against the stems and beginnings looked for.

    `doubts` are in order and do not overlap.
    """

    def __init__(self, folded: Folded, lexicon: "Lexicon", doubts: Sequence[Doubt] = ()) -> None:
        self.folded = folded
        self.doubts = doubts
        self._lexicon = lexicon
        self._near: dict[Token, tuple[str, ...]] = {}
        self._places: dict[str, Sequence[int]] = {}
        self._inflected: dict[str, tuple[str, ...]] = {}

    def confidence(self, position: int) -> float:
        """How far the reading of what stands there is to be trusted, from 0 to 1."""
        rank = bisect_right(self.doubts, position, key=lambda doubt: doubt.start) - 1
        inside = rank >= 0 and position < self.doubts[rank].end
        return self.doubts[rank].confidence if inside else 1.0

    def readings(self, token: Token) -> tuple[str, ...]:
        """List what the token can be where words may be spelled wrongly."""
        near = self._near.get(token)
        if near is None:
            if token.how == "symbol":
                near = _ALIKE.get(token.text, (token.text,))
            elif token.how == "begins":
                near = self.choices(token, cased=False)
            else:
                near = tuple({*self._printed.near(token.text), *self.choices(token, cased=False)})
            self._near[token] = near
        return near

    @cached_property
    def _printed(self) -> misread.Printed:
        return misread.Printed(self.folded.vocabulary)

    def choices(self, token: Token, *, cased: bool) -> tuple[str, ...]:
        """List what the token can be in this text; nothing when it cannot be there.

        Of words that begin so only the beginning is listed: they may be many.
        """
        if token.how == "symbol":
            return (token.text,)
        if token.how == "exact":
            known = self.folded.cased_vocabulary if cased else self.folded.vocabulary
            return (token.text,) if token.text in known else ()
        if token.how == "stem":
            return self._forms(token.text)
        return (token.text,) if self.begins(token.text) else ()

    def places(self, words: Sequence[str]) -> Sequence[int]:
        """Find where any of some whole words stand, in order."""
        found = [self._spots(word.lower()) for word in words]
        return found[0] if len(found) == 1 else sorted(place for part in found for place in part)

    def _spots(self, word: str) -> Sequence[int]:
        known = self._places.get(word)
        if known is None:
            # A few words are found sooner by a search each, many by one pass over all words.
            few = len(self._places) < _FEW
            known = self._places[word] = self._searched(word) if few else self._index.get(word, ())
        return known

    def _searched(self, word: str) -> list[int]:
        text, length, found = self.folded.text, len(word), []
        at = text.find(word)
        while at >= 0:
            end = at + length
            if not (at and _is_of_word(text[at - 1])) and not _is_of_word(text[end : end + 1]):
                found.append(at)
            at = text.find(word, end)
        return found

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        """Where the first words of terms stand."""
        firsts = self._lexicon.firsts & self.folded.vocabulary
        forms = (
            words for root, words in self.inflections.items() if root in self._lexicon.first_stems
        )
        wanted = firsts.union(*forms)
        index: dict[str, list[int]] = {}
        for found in WORD.finditer(self.folded.text):
            word = found[0]
            if word in wanted:
                index.setdefault(word, []).append(found.start())
        return index

    def begins(self, beginning: str) -> bool:
        """Tell whether a word begins so."""
        if len(beginning) >= _STEM_KEY and beginning[:_STEM_KEY] not in self._heads:
            return False
        text, at = self.folded.text, -1
        while (at := text.find(beginning, at + 1)) >= 0:
            if not at or not _is_of_word(text[at - 1]):
                return True
        return False

    def _forms(self, text: str) -> tuple[str, ...]:
        """The inflections of a word that the text has: a stem alone joins more (police, policy)."""
        known = self._inflected.get(text)
        if known is None:
            alike, root = self.inflections.get(stem(text), ()), uninflected(text)
            known = tuple([word for word in alike if uninflected(word) == root])
            self._inflected[text] = known
        return known

    @cached_property
    def _heads(self) -> frozenset[str]:
        return frozenset([word[:_STEM_KEY] for word in self.folded.vocabulary])

    @cached_property
    def inflections(self) -> dict[str, tuple[str, ...]]:
        """The text's words by the stems that are looked for."""
        stems, keys = self._lexicon.stems, self._lexicon.stem_keys
        found: dict[str, list[str]] = {}
        for word in self.folded.vocabulary:
            if word[:_STEM_KEY] in keys:
                root = stem(word)
                if root in stems:
                    found.setdefault(root, []).append(word)
        return {root: tuple(sorted(words)) for root, words in found.items()}


@dataclass(frozen=True)
class Lexicon:
    """All words that a set of terms looks for, and those that terms begin with."""

    exact: frozenset[str]
    stems: frozenset[str]
    stem_keys: frozenset[str]
    beginnings: tuple[str, ...]
    firsts: frozenset[str]
    first_stems: frozenset[str]

    def knows(self, word: str) -> bool:
        """Tell whether a lower-case word is, or is a form of, one that is looked for."""
        if word in self.exact or word.startswith(self.beginnings):
            return True
        return word[:_STEM_KEY] in self.stem_keys and stem(word) in self.stems


def lexicon(looked: Iterable[Looked]) -> Lexicon:
    """Gather the words of some terms."""
    terms = [*looked]
    firsts = [term.tokens[0] for term in terms if term.tokens]
    tokens = [token for term in terms for token in term.tokens]
    texts = {
        how: frozenset(token.text.lower() for token in tokens if token.how == how)
        for how in ("exact", "stem", "begins")
    }
    return Lexicon(
        exact=texts["exact"],
        stems=frozenset(map(stem, texts["stem"])),
        stem_keys=frozenset(word[:_STEM_KEY] for word in texts["stem"]),
        beginnings=tuple(sorted(texts["begins"])),
        firsts=frozenset(token.text.lower() for token in firsts if token.how == "exact"),
        first_stems=frozenset(stem(token.text) for token in firsts if token.how == "stem"),
    )


def _is_of_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _at(pattern: re.Pattern[str], text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
    """Where a pattern stands at some places in order, none overlapping another."""
    end = 0
    for place in places:
        if place >= end and (found := pattern.match(text, place)):
            end = found.end()
            yield found


def _root(token: Token) -> str:
    return stem(token.text) if token.how == "stem" else token.text.lower()


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


def apart(found: list[Hit], further: Iterable[Hit]) -> list[Hit]:
    """Join hits in order; of overlapping ones the first list's stay."""
    kept = sorted(found)
    for hit in further:
        at = bisect_right(kept, hit)
        if (not at or kept[at - 1].end <= hit.start) and (
            at == len(kept) or hit.end <= kept[at].start
        ):
            kept.insert(at, hit)
    return kept


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


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
