"""A query held against one text.

Evaluating gives the passages that satisfy the query, or None when the text does
not. An empty list means satisfied without a passage to show, as `NOT mask` is
by a text without masks. What each operator means is told in `config.query`;
distances count words, so that neighbours are one apart.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property, partial

from config import query
from pipelines.lexicon import Folded
from pipelines.neighbours import Neighbours
from pipelines.terms import UnevaluableQueryError
from pipelines.text_words import Looked, Words
from pipelines.tokens import Hit

_PARAGRAPH_STARTS = re.compile(
    r"(?<![-\n])\n[ \t]*\n\s*"
    r"|[\n\f]\s{0,200}(?=\((?:\d{1,3}|[a-z]{1,4})\)|(?:section|sec\.|article|§)\s*\d|\d{1,2}\.\s|[a-z]\.\s)"
)
_SENTENCE_ENDS = re.compile(r"[.!?][\"')\]]{0,3}\s+(?=[\"'(\[¿¡]{0,2}[A-Z0-9§À-ÖØ-Þ])")
_REACH, _REACH_OF_EVERY = 4, 24
"""How many hits on each side of one, the nearest, are looked at."""
_EVERY = 2_000
"""Of more joined passages than these only the tightest are joined on: texts made to be slow."""
_OF_WORD = re.compile(r"\w")
_CLOSING = "\"')]}%"
_WORD_BEFORE = re.compile(r"[\w.]{1,12}\Z")
_ABBREVIATIONS = frozenset(
    {
        "no", "nos", "sec", "secs", "art", "ch", "cl", "par", "pars", "subd", "subsec", "vs", "st",
        "mr", "mrs", "ms", "dr", "jr", "sr", "inc", "co", "corp", "dept", "gov", "sen", "rep",
        "del", "pub", "stat", "app", "cf", "e.g", "i.e", "u.s", "u.s.c", "c.f.r", "ann",
    }
)  # fmt: skip


class Reading:
    """One field of a measure being read: its folded text and what was found in it.

    `others` are readings of other fields of the same measure, for queries that
    name them; `possible` are the terms that may have hits here (`pipelines.gate`).
    """

    def __init__(
        self,
        field: str,
        words: Words,
        terms: Mapping[query.Term, Looked],
        others: Mapping[str, Sequence["Reading"]],
        possible: AbstractSet[query.Term],
    ) -> None:
        self.field = field
        self.folded: Folded = words.folded
        self._words = words
        self._terms = terms
        self._others = others
        self.possible = possible
        self._found: dict[query.Term, list[Hit]] = {}

    def possible_anywhere(self) -> AbstractSet[query.Term]:
        """The terms that may have hits here or in another field."""
        others = (other.possible for some in self._others.values() for other in some)
        return frozenset(self.possible).union(*others)

    def evaluate(  # noqa: PLR0911 - one a kind
        self, node: query.Query, *, every: bool = False
    ) -> list[Hit] | None:
        """Find the passages that satisfy a query; None when the text does not.

        Of passages that join words the tightest, or `every` one: another word may
        be near a wider one only.
        """
        if isinstance(node, query.Term):  # nearly all of a topic, so asked first
            return self._term(node) or None
        match node:
            case query.And():
                return self._all(node.operands, every)
            case query.Or():
                return self._any(node.operands, every)
            case query.Not():
                return [] if self.evaluate(node.operand) is None else None
            case query.Unless():
                return self._unless(node, every)
            case query.Field():
                return self._in_field(node, every)
            case _:
                return self._together(node, every)

    def _term(self, node: query.Term) -> list[Hit]:
        found = self._found.get(node)
        if found is None and node not in self.possible:
            return []
        if found is None:
            found = self._found[node] = self._terms[node].hits(self._words)
        return found

    def _all(self, operands: Sequence[query.Query], every: bool) -> list[Hit] | None:
        hits: list[Hit] = []
        for operand in operands:
            found = self.evaluate(operand, every=every)
            if found is None:
                return None
            hits += found
        return sorted(hits)

    def _any(self, operands: Sequence[query.Query], every: bool) -> list[Hit] | None:
        found = [hits for one in operands if (hits := self.evaluate(one, every=every)) is not None]
        return sorted(hit for hits in found for hit in hits) if found else None

    def _in_field(self, node: query.Field, every: bool) -> list[Hit] | None:
        if node.name == self.field:
            return self.evaluate(node.operand, every=every)
        others = self._others.get(node.name, ())
        found = any(other.evaluate(node.operand) is not None for other in others)
        return [] if found else None

    def _unless(self, node: query.Unless, every: bool) -> list[Hit] | None:
        hits = self.evaluate(node.left, every=every)
        if not hits:
            return hits
        company = self.evaluate(node.right, every=node.distance is not None)
        if company is None:
            return hits
        if node.distance is None:
            return None
        near = Neighbours(company)
        distance = node.distance
        alone = [
            hit
            for hit in hits
            if not any(self._within(hit, other, distance) for other in near.nearest(hit))
        ]
        return alone or None

    def _together(
        self, node: query.Near | query.Then | query.Sentence | query.Paragraph, every: bool
    ) -> list[Hit] | None:
        left = self.evaluate(node.left, every=True)
        right = self.evaluate(node.right, every=True) if left else None
        if not left or not right:
            return None
        near = Neighbours(right)
        reach = _REACH_OF_EVERY if every else _REACH
        names: dict[tuple[str, str], str] = {}
        hits = set()
        by_distance = isinstance(node, query.Near | query.Then)
        for one in left:
            joins = partial(self._joins, node, one)
            for other in near.of(one, joins, reach, by_distance=by_distance):
                both = (one.term, other.term)
                name = names.get(both)
                if name is None:
                    name = names[both] = f"{both[0]} {_operator(node)} {both[1]}"
                start, end = min(one.start, other.start), max(one.end, other.end)
                hits.add(Hit(start, end, min(one.score, other.score), name))
        if every and len(hits) <= _EVERY:
            return sorted(hits) or None
        return _tightest(hits) or None

    def _joins(
        self,
        node: query.Near | query.Then | query.Sentence | query.Paragraph,
        left: Hit,
        right: Hit,
    ) -> bool:
        if left[:2] == right[:2]:
            return False
        match node:
            case query.Near():
                return self._within(left, right, node.distance)
            case query.Then():
                return left.end <= right.start and self._within(left, right, node.distance)
            case query.Sentence():
                return _same(self._sentences, left, right)
            case query.Paragraph():
                return _same(self._paragraphs, left, right)

    def _within(self, left: Hit, right: Hit, distance: int) -> bool:
        """Tell whether one is so many words from the other: neighbours are 1 apart."""
        if left.start > right.start:
            left, right = right, left
        if right.start < left.end:
            return True
        # A sign before a word is of that word; one alone counts as a word.
        word = _OF_WORD.search(self.folded.text, right.start, right.end)
        if word is None:
            distance -= 1
        return self.folded.within(left.end - 1, word.start() if word else right.start, distance)

    @cached_property
    def _paragraphs(self) -> list[int]:
        return [found.end() for found in _PARAGRAPH_STARTS.finditer(self.folded.text)]

    @cached_property
    def _sentences(self) -> list[int]:
        return sorted({*self._paragraphs, *_sentence_starts(self.folded.cased)})


def _operator(node: query.Near | query.Then | query.Sentence | query.Paragraph) -> str:
    word = type(node).__name__.upper()
    return f"{word}/{node.distance}" if isinstance(node, query.Near | query.Then) else word


def _tightest(hits: Iterable[Hit]) -> list[Hit]:
    """Keep the hits that hold no other one, in order."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.start, hit.end, -hit.score, hit.term)):
        if not kept or hit.end < kept[-1].end:
            kept.append(hit)
    kept.reverse()
    return kept


def _same(starts: list[int], left: Hit, right: Hit) -> bool:
    return bisect_right(starts, left.start) == bisect_right(starts, right.start)


def _sentence_starts(text: str) -> Iterator[int]:
    for found in _SENTENCE_ENDS.finditer(text):
        before = _WORD_BEFORE.search(text, max(0, found.start() - 12), found.start())
        word = before[0].lower() if before else ""
        closed = text[found.start() - 1 : found.start()] in tuple(_CLOSING)
        if closed or (len(word) > 1 and word not in _ABBREVIATIONS):
            yield found.end()


def check(tree: query.Query) -> None:
    """Refuse a query that nearly every text answers, or that makes no sense.

    Raises UnevaluableQueryError.
    """
    if not query.selects(tree):
        raise UnevaluableQueryError(f"{tree}: this matches whatever lacks a word; say what to find")
    for part in query.walk(tree):
        if not isinstance(part, query.Near | query.Then | query.Sentence | query.Paragraph):
            continue
        if not (query.selects(part.left) and query.selects(part.right)):
            raise UnevaluableQueryError(
                f"{part}: nothing can be near what is absent; write UNLESS NEAR instead"
            )
