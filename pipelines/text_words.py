"""The words of one text, and which of those that are looked for it has."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from pipelines import misread
from pipelines.inflections import uninflected
from pipelines.lexicon import WORD, Folded, stem
from pipelines.tokens import Anchor, Hit, Token, is_of_word

_LETTERS = re.compile(r"[^\W\d_]{1,60}")
_LAST_LETTERS = re.compile(r"[^\W\d_]{1,60}\Z")
_BREAK_BEFORE = re.compile(r"([^\W\d_]{1,60})-\s{1,9}\Z")
_BREAK_AFTER = re.compile(r"-\s{1,9}([^\W\d_]{1,60})")
_AROUND, _GAP = 70, 10
_STEM_KEY = 2
_FEW = 40  # words that are searched for one by one


# Signs that readers of scans take for one another.
_ALIKE = {sign: group for group in (("(", "{", "["), (")", "}", "]")) for sign in group}


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
            if not (at and is_of_word(text[at - 1])) and not is_of_word(text[end : end + 1]):
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

    @cached_property
    def unjoined(self) -> "Words":
        """The words of the same text with no broken word joined."""
        return Words(self.folded.unjoined, self._lexicon)

    def in_place(self, hits: Iterable[Hit]) -> Iterator[Hit]:
        """Where hits in the unjoined text stand in this one."""
        for hit in hits:
            start, end = self.folded.unjoined.origin(hit.start, hit.end)
            position = self.folded.position
            yield hit._replace(start=position(start), end=position(end - 1) + 1)

    def may_be_half(self, tokens: Iterable[Token]) -> bool:
        """Tell whether one of some tokens may be half of a word that was joined."""
        halves, roots = self._halves
        return any(
            token.text.lower() in halves
            or (token.how == "stem" and uninflected(token.text) in roots)
            or (token.how == "begins" and any(half.startswith(token.text) for half in halves))
            for token in tokens
        )

    @cached_property
    def _halves(self) -> tuple[frozenset[str], frozenset[str]]:
        halves = frozenset(half.lower() for half in self.folded.halves)
        return halves, frozenset(map(uninflected, halves))

    def is_half(self, start: int, end: int, *, begins: bool) -> bool:
        """Tell whether a span begins or ends within a word that a line end broke.

        It did where the text has the whole word elsewhere; else the hyphen may be
        a real one. What only `begins` as is looked for may end anywhere.
        """
        text = self.folded.text
        if text[max(0, start - _GAP) : start].rstrip().endswith("-"):
            before = _BREAK_BEFORE.search(text, max(0, start - _AROUND), start)
            first = _LETTERS.match(text, start)
            if before and first and before[1] + first[0] in self.folded.unjoined.vocabulary:
                return True
        if begins or text[end : end + 1] != "-":
            return False
        after = _BREAK_AFTER.match(text, end)
        last = _LAST_LETTERS.search(text, max(start, end - _AROUND), end)
        if after is None or last is None:
            return False
        return last[0] + after[1] in self.folded.unjoined.vocabulary

    def begins(self, beginning: str) -> bool:
        """Tell whether a word begins so."""
        if len(beginning) >= _STEM_KEY and beginning[:_STEM_KEY] not in self._heads:
            return False
        if any(half.startswith(beginning) for half in self._halves[0]):
            return True
        text, at = self.folded.text, -1
        while (at := text.find(beginning, at + 1)) >= 0:
            if not at or not is_of_word(text[at - 1]):
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
        return self._knows_stem(word)

    def joins(self, left: str, word: str) -> bool:
        """Tell whether a word that a line end broke after its left part is one that is looked for.

        One that begins as is looked for in its left part already need not be joined.
        """
        if word in self.exact or self._knows_stem(word):
            return True
        return word.startswith(self.beginnings) and any(
            word.startswith(one) and not left.startswith(one) for one in self.beginnings
        )

    def _knows_stem(self, word: str) -> bool:
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
