"""Which terms can be in a text at all, and which topics, told in one pass whatever their number.

Most texts have none of a topic's words, and of a long list of topics most are
absent from any one text. So the words of a text are gathered once and held
against the words of all terms. What passes is still looked for in earnest; what
does not pass is nowhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from config import query
from pipelines.text_words import Looked, Words
from pipelines.tokens import Anchor

__all__ = ["Gate", "Need", "need", "passes"]


@dataclass(frozen=True)
class Gate:
    """The words of some terms. Plain data."""

    terms: Mapping[query.Term, Looked]

    def passing(self, words: Words) -> AbstractSet[query.Term]:
        """The terms that may have hits in a text; none but these can."""
        if words.doubts:
            return self.terms.keys()
        found = set(self._found(words))
        passed = set(self._always)
        for anchor in found:
            for node, others in self._by_longest.get(anchor, ()):
                if others <= found:
                    passed.add(node)
        return passed

    def _found(self, words: Words) -> Iterator[Anchor]:
        exact, stems, beginnings = self._texts
        for word in exact & words.folded.vocabulary:
            yield Anchor("exact", word)
        for root in stems & words.inflections.keys():
            yield Anchor("stem", root)
        for beginning in beginnings:
            if words.begins(beginning):
                yield Anchor("begins", beginning)

    @cached_property
    def _always(self) -> frozenset[query.Term]:
        return frozenset(node for node, term in self.terms.items() if not term.anchors)

    @cached_property
    def _by_longest(self) -> Mapping[Anchor, Sequence[tuple[query.Term, frozenset[Anchor]]]]:
        """Terms by the word that says most, with the others that they need."""
        found: dict[Anchor, list[tuple[query.Term, frozenset[Anchor]]]] = {}
        for node, term in self.terms.items():
            for anchors in term.anchors:
                longest = max(anchors, key=lambda anchor: len(anchor.text))
                found.setdefault(longest, []).append((node, anchors - {longest}))
        return found

    @cached_property
    def _texts(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        every = {
            anchor for term in self.terms.values() for anchors in term.anchors for anchor in anchors
        }
        exact, stems, beginnings = (
            frozenset(anchor.text for anchor in every if anchor.how == how)
            for how in ("exact", "stem", "begins")
        )
        return exact, stems, beginnings


@dataclass(frozen=True, slots=True)
class Need:
    """What a measure needs to answer a query: one of some terms, or all or one of some needs."""

    terms: frozenset[query.Term] = frozenset()
    every: tuple["Need", ...] = ()
    either: tuple["Need", ...] = ()


def passes(need: Need, possible: AbstractSet[query.Term]) -> bool:
    """Whether a measure in which no other terms are possible may answer the query."""
    if need.every:
        return all(passes(part, possible) for part in need.every)
    if not need.terms.isdisjoint(possible):
        return True
    return any(passes(part, possible) for part in need.either)


def need(tree: query.Query) -> Need:
    """What a measure needs to answer a query that selects (`query.selects`)."""
    match tree:
        case query.And(operands):
            return Need(every=tuple(need(one) for one in operands if query.selects(one)))
        case query.Or(operands):
            needs = [need(one) for one in operands]
            return Need(
                terms=frozenset().union(*(one.terms for one in needs)),
                either=tuple(
                    part for one in needs for part in ((one,) if one.every else one.either)
                ),
            )
        case query.Near() | query.Then() | query.Sentence() | query.Paragraph():
            return Need(every=(need(tree.left), need(tree.right)))
        case query.Unless():
            return need(tree.left)
        case query.Field(_, operand):
            return need(operand)
        case query.Not():
            raise ValueError(f"{tree}: a text needs nothing to lack a word")
        case _:
            return Need(terms=frozenset((tree,)))
