"""Topics found in texts: which term, where, in what standing, and whether new.

Scores, from 0 to 1: what stands exactly as the query writes it scores 1.0, a
word in another form (an inflection, or more letters after a beginning) 0.9, and
words found together score as the lesser of them. Words spelled wrongly, which
are found where a page was hard to read or the query allows it, score one less
the share of their letters that are wrong. On a page that was read with less than
full confidence the score is multiplied by that confidence.

A hit inside a longer hit of the same topic is not reported beside it, and of
overlapping passages that join the same terms the shortest are.
"""

from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

from config import query
from config.vocabulary import Standing
from pipelines.evaluate import Reading, check
from pipelines.gate import Gate, Need, need, passes
from pipelines.lexicon import Folded, fold
from pipelines.passages import Passages
from pipelines.places import Places
from pipelines.sections import outline
from pipelines.snippets import snippet_of
from pipelines.statutes import citation_of
from pipelines.terms import UnevaluableQueryError, compile_term
from pipelines.text_words import Doubt, Lexicon, Looked, Words, lexicon
from pipelines.texts import Extracted, Match, Page
from pipelines.tokens import Hit

__all__ = [
    "Matcher",
    "UnevaluableQueryError",
    "compile_topics",
    "find_matches",
    "match_field",
    "matches_query",
    "reading_of",
]

MOST = 1000
"""How many matches of one topic in one text are reported: the first ones, new ones before others."""

_CONSIDERED = 20 * MOST
"""How many passages, the first ones, those are chosen from."""

_NO_FIELDS: Mapping[str, str] = MappingProxyType({})


class TopicLike(Protocol):
    """What of `config.watchlist.Topic` is needed here."""

    @property
    def name(self) -> str: ...

    @property
    def tree(self) -> query.Query: ...


@dataclass(frozen=True)
class Matcher:
    """Topics made ready. Plain data: it can be pickled and shared between threads."""

    topics: tuple[tuple[str, query.Query], ...]
    terms: Mapping[query.Term, Looked]
    lexicon: Lexicon
    gate: Gate
    needs: tuple[Need, ...]
    named: tuple[frozenset[str], ...]

    def names(self, field: str) -> bool:
        """Tell whether any topic asks for a field by its name, as `text:mask` does."""
        return any(field in one for one in self.named)


def compile_topics(topics: Sequence[TopicLike]) -> Matcher:
    """Make topics ready for matching.

    Raises UnevaluableQueryError, which names the topic, for a query with
    operators that cannot be evaluated or one that asks for nothing.
    """
    for topic in topics:
        try:
            _compile([(topic.name, topic.tree)])
        except UnevaluableQueryError as error:
            raise UnevaluableQueryError(f"topic {topic.name}: {error}") from error
    return _compile([(topic.name, topic.tree) for topic in topics])


def find_matches(
    matcher: Matcher,
    extracted: Extracted,
    *,
    previous: str | None = None,
    fields: Mapping[str, str] = _NO_FIELDS,
) -> tuple[Match, ...]:
    """Find the topics in a document's text, in the order of the text.

    `previous` is the text of the version before; without it every match is new.
    A match is new when its passage, judged by the letters and digits on either
    side, stands there less often. `fields` holds the measure's title and
    sponsors ("title", "sponsor") for queries that ask for those too.
    """
    text = extracted.text
    found = _found(matcher, text, "text", _alone(fields), extracted.pages)
    if not found:
        return ()
    old: Mapping[tuple[str, Hit], bool] = {}
    if previous is not None:
        before = fold(previous, matcher.lexicon.knows, matcher.lexicon.joins)
        old = Passages(found.folded, before).judged(found.pairs())
        found = found.only(old)
    places = Places(extracted)
    matches: list[Match] = []
    spans = list(found.most(old).spans())
    # What follows the last hit says nothing of where it stands.
    sections = outline(text[: max(end for *_, end in spans)])
    for topic, hit, start, end in spans:
        page = places.page(start)
        matches.append(
            Match(
                topic=topic,
                term=hit.term,
                start=start,
                end=end,
                page=page.number if page else None,
                snippet=snippet_of(text, start, end),
                standing=places.standing(start, end, page),
                score=round(hit.score * (page.confidence if page else 1.0), 3),
                new=not old.get((topic, hit)),
                section=sections.over(start),
                lines=page.printed_lines(start - page.start, end - page.start) if page else None,
                confidence=page.confidence if page else 1.0,
            )
        )
    return tuple(sorted(matches, key=lambda match: (match.start, match.end, match.topic)))


def match_field(
    matcher: Matcher,
    text: str,
    field: str,
    *,
    fields: Mapping[str, str] = _NO_FIELDS,
    texts: Sequence[str] = (),
    named: bool = False,
) -> tuple[Match, ...]:
    """Find the topics in a title, an abstract or the names of sponsors.

    `field` is "title", "abstract" or "sponsor"; `fields` holds others of the
    same measure, and `texts` its texts, for queries that ask for those too. With
    `named` only topics are looked for that ask for the field by its name.
    """
    if not text:
        return ()
    others = _alone(fields)
    if matcher.names("text"):
        others["text"] = texts
    found = _found(matcher, text, field, others, named=named)
    if not found:
        return ()
    matches = [
        Match(
            topic=topic,
            term=hit.term,
            start=start,
            end=end,
            page=None,
            snippet=snippet_of(text, start, end),
            standing=Standing.EXISTING,
            score=hit.score,
            field=field,
        )
        for topic, hit, start, end in found.most({}).spans()
    ]
    return tuple(sorted(matches, key=lambda match: (match.start, match.end, match.topic)))


def matches_query(tree: query.Query, text: str) -> tuple[tuple[int, int], ...]:
    """Find the spans [start, end) of a text that satisfy a query, in order.

    Raises UnevaluableQueryError. The last queries compiled are remembered.
    """
    found = _found(_compiled_query(tree), text, "text", {})
    if not found:
        return ()
    return tuple(sorted({(start, end) for _, _, start, end in found.most({}).spans()}))


def reading_of(tree: query.Query, document: Extracted) -> Reading:
    """A document's text, to be asked for the parts of a query. Raises UnevaluableQueryError."""
    return _reading(_compiled_query(tree), document.text, "text", {}, document.pages)


def _compile(topics: Sequence[tuple[str, query.Query]]) -> Matcher:
    terms: dict[query.Term, Looked] = {}
    for _, tree in topics:
        for node in query.walk(tree):
            if isinstance(node, query.Term) and node not in terms:
                terms[node] = citation_of(node) or compile_term(node)
        check(tree)
    return Matcher(
        tuple(topics), terms, lexicon(terms.values()), Gate(terms),
        tuple(need(tree) for _, tree in topics), tuple(query.fields_named(tree) for _, tree in topics),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _compiled_query(tree: query.Query) -> Matcher:
    return _compile([("", tree)])


@dataclass(frozen=True, slots=True)
class _Found:
    """The topics' hits in one text."""

    folded: Folded
    hits: tuple[tuple[str, tuple[Hit, ...]], ...]

    def only(self, chosen: Container[tuple[str, Hit]]) -> "_Found":
        """Those of the hits that were chosen."""
        return _Found(
            self.folded,
            tuple(
                (topic, tuple(hit for hit in hits if (topic, hit) in chosen))
                for topic, hits in self.hits
            ),
        )

    def most(self, old: Mapping[tuple[str, Hit], bool]) -> "_Found":
        """As many of each topic as are reported."""
        return _Found(
            self.folded,
            tuple(
                (topic, tuple(sorted(hits, key=lambda hit: old.get((topic, hit), False))[:MOST]))
                for topic, hits in self.hits
            ),
        )

    def pairs(self) -> list[tuple[str, Hit]]:
        return [(topic, hit) for topic, hits in self.hits for hit in hits]

    def spans(self) -> Iterator[tuple[str, Hit, int, int]]:
        for topic, hit in self.pairs():
            start, end = self.folded.origin(hit.start, hit.end)
            yield topic, hit, start, end


_Others = Mapping[str, Sequence[str]]
"""Further fields of a measure: one title, several texts."""


def _alone(fields: Mapping[str, str]) -> dict[str, Sequence[str]]:
    return {name: (text,) for name, text in fields.items()}


def _found(
    matcher: Matcher,
    text: str,
    field: str,
    others: _Others,
    pages: Sequence[Page] = (),
    *,
    named: bool = False,
) -> _Found | None:
    reading = _reading(matcher, text, field, others, pages)
    possible = reading.possible_anywhere()
    hits = tuple(
        (name, tuple(_outermost(_apart(found[:_CONSIDERED]))))
        for (name, tree), wanted, asked in zip(
            matcher.topics, matcher.needs, matcher.named, strict=True
        )
        if not (named and field not in asked)
        and passes(wanted, possible)
        and (found := reading.evaluate(tree))
    )
    return _Found(reading.folded, hits) if hits else None


def _reading(
    matcher: Matcher,
    text: str,
    field: str,
    others: _Others,
    pages: Sequence[Page] = (),
) -> Reading:
    besides = {
        name: [_reading(matcher, other, name, {}) for other in texts]
        for name, texts in others.items()
        if name != field
    }
    words = _words(matcher, text, pages)
    return Reading(field, words, matcher.terms, besides, matcher.gate.passing(words))


def _words(matcher: Matcher, text: str, pages: Sequence[Page] = ()) -> Words:
    folded = fold(text, matcher.lexicon.knows, matcher.lexicon.joins)
    doubts = [
        Doubt(folded.position(page.start), folded.position(page.start + len(page.text)), sure)
        for page in pages
        if (sure := page.confidence) < 1
    ]
    return Words(folded, matcher.lexicon, doubts)


def _apart(hits: Sequence[Hit]) -> list[Hit]:
    """Keep, of overlapping hits of the same term, the shortest."""
    kept: list[Hit] = []
    ends: dict[str, list[int]] = {}
    starts: dict[str, list[int]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.end - hit.start, hit.start)):
        mine_start, mine_end = starts.setdefault(hit.term, []), ends.setdefault(hit.term, [])
        at = bisect_left(mine_end, hit.start + 1)
        if at < len(mine_end) and mine_start[at] < hit.end:
            continue
        mine_start.insert(at, hit.start)
        mine_end.insert(at, hit.end)
        kept.append(hit)
    return kept


def _outermost(hits: Sequence[Hit]) -> list[Hit]:
    """Keep the hits that do not lie within another."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, -hit.score, hit.term)):
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return kept
