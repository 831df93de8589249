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

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType
from typing import Protocol

from config import query
from config.vocabulary import Standing
from pipelines.evaluate import Reading, check
from pipelines.gate import Gate, Need, need, passes
from pipelines.lexicon import Folded, fold, printable, squeezed, whole_words
from pipelines.sections import outline
from pipelines.statutes import citation_of
from pipelines.terms import (
    Doubt,
    Hit,
    Lexicon,
    Looked,
    UnevaluableQueryError,
    Words,
    compile_term,
    lexicon,
)
from pipelines.texts import Extracted, Mark, Match, Page

__all__ = [
    "Matcher",
    "UnevaluableQueryError",
    "compile_topics",
    "find_matches",
    "match_field",
    "matches_query",
    "reading_of",
]

SNIPPET = 240
"""About how many characters a snippet has."""

MOST = 1000
"""How many matches of one topic in one text are reported; the first ones are."""

_CONSIDERED = 20 * MOST
"""How many passages, the first ones, those are chosen from."""

# A passage is known again by so many letters and digits beside the hit, which
# are looked for within so many characters.
_CONTEXT = 24
_REACH = 4 * _CONTEXT
_EDGE = "\n"
_NO_FIELDS: Mapping[str, str] = MappingProxyType({})
_SPACE = re.compile(r"\s+")


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
    found = _found(matcher, text, "text", fields, extracted.pages)
    if not found:
        return ()
    old: set[tuple[str, Hit]] = set()
    if previous is not None:
        before = fold(previous, matcher.lexicon.knows)
        old = _Passages(found.folded, before).old(found.pairs())
    places = _Places(extracted)
    matches: list[Match] = []
    spans = list(found.spans())
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
                snippet=_snippet(text, start, end),
                standing=places.standing(start, end, page),
                score=round(hit.score * (page.confidence if page else 1.0), 3),
                new=(topic, hit) not in old,
                section=sections.over(start),
                lines=page.printed_lines(start - page.start, end - page.start) if page else None,
                confidence=page.confidence if page else 1.0,
            )
        )
    return tuple(sorted(matches, key=lambda match: (match.start, match.end, match.topic)))


def match_field(
    matcher: Matcher, text: str, field: str, *, fields: Mapping[str, str] = _NO_FIELDS
) -> tuple[Match, ...]:
    """Find the topics in a title, an abstract or the names of sponsors.

    `field` is "title", "abstract" or "sponsor"; `fields` holds others of the
    same measure, "text" among them, for queries that ask for those too.
    """
    if not text:
        return ()
    found = _found(matcher, text, field, fields)
    if not found:
        return ()
    matches = [
        Match(
            topic=topic,
            term=hit.term,
            start=start,
            end=end,
            page=None,
            snippet=_snippet(text, start, end),
            standing=Standing.EXISTING,
            score=hit.score,
            field=field,
        )
        for topic, hit, start, end in found.spans()
    ]
    return tuple(sorted(matches, key=lambda match: (match.start, match.end, match.topic)))


def matches_query(tree: query.Query, text: str) -> tuple[tuple[int, int], ...]:
    """Find the spans [start, end) of a text that satisfy a query, in order.

    Raises UnevaluableQueryError. The last queries compiled are remembered.
    """
    found = _found(_compiled_query(tree), text, "text", _NO_FIELDS)
    if not found:
        return ()
    return tuple(sorted({(start, end) for _, _, start, end in found.spans()}))


def reading_of(tree: query.Query, document: Extracted) -> Reading:
    """A document's text, to be asked for the parts of a query. Raises UnevaluableQueryError."""
    return _reading(_compiled_query(tree), document.text, "text", _NO_FIELDS, document.pages)


def _compile(topics: Sequence[tuple[str, query.Query]]) -> Matcher:
    terms: dict[query.Term, Looked] = {}
    for _, tree in topics:
        for node in query.walk(tree):
            if isinstance(node, query.Term) and node not in terms:
                terms[node] = citation_of(node) or compile_term(node)
        check(tree)
    wanted = tuple(need(tree) for _, tree in topics)
    return Matcher(tuple(topics), terms, lexicon(terms.values()), Gate(terms), wanted)


@lru_cache(maxsize=64)
def _compiled_query(tree: query.Query) -> Matcher:
    return _compile([("", tree)])


@dataclass(frozen=True, slots=True)
class _Found:
    """The topics' hits in one text."""

    folded: Folded
    hits: tuple[tuple[str, tuple[Hit, ...]], ...]

    def pairs(self) -> list[tuple[str, Hit]]:
        return [(topic, hit) for topic, hits in self.hits for hit in hits]

    def spans(self) -> Iterator[tuple[str, Hit, int, int]]:
        for topic, hit in self.pairs():
            start, end = self.folded.origin(hit.start, hit.end)
            yield topic, hit, start, end


def _found(
    matcher: Matcher,
    text: str,
    field: str,
    fields: Mapping[str, str],
    pages: Sequence[Page] = (),
) -> _Found | None:
    reading = _reading(matcher, text, field, fields, pages)
    possible = reading.possible_anywhere()
    hits = tuple(
        (name, tuple(_outermost(_apart(found[:_CONSIDERED]))[:MOST]))
        for (name, tree), wanted in zip(matcher.topics, matcher.needs, strict=True)
        if passes(wanted, possible) and (found := reading.evaluate(tree))
    )
    return _Found(reading.folded, hits) if hits else None


def _reading(
    matcher: Matcher,
    text: str,
    field: str,
    fields: Mapping[str, str],
    pages: Sequence[Page] = (),
) -> Reading:
    others = {
        name: _reading(matcher, other, name, _NO_FIELDS)
        for name, other in fields.items()
        if name != field
    }
    words = _words(matcher, text, pages)
    return Reading(field, words, matcher.terms, others, matcher.gate.passing(words))


def _words(matcher: Matcher, text: str, pages: Sequence[Page] = ()) -> Words:
    folded = fold(text, matcher.lexicon.knows)
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


_UNMARKED = ("pdfium", "doc-bare", "bare")
_SCANNED = "ocr"


class _Places:
    """The pages and marks of a document, asked by code point."""

    def __init__(self, extracted: Extracted) -> None:
        self._pages = extracted.pages
        self._page_starts = [page.start for page in extracted.pages]
        self._marks = sorted(extracted.marks, key=lambda mark: mark.start)
        self._mark_starts = [mark.start for mark in self._marks]
        self._reaches = list(accumulate((mark.end for mark in self._marks), max))

    def page(self, start: int) -> Page | None:
        rank = bisect_right(self._page_starts, start) - 1
        return self._pages[rank] if rank >= 0 else None

    def standing(self, start: int, end: int, page: Page | None) -> Standing:
        """Tell how more than half of a span is marked.

        Nothing is known of a scan in which no line was found, nor of PDFs whose
        drawn lines and capitals nobody has read yet: to call their words
        existing law would be a guess.
        """
        if page and self._is_unmarked(page):
            return Standing.UNKNOWN
        marked: Counter[str] = Counter()
        for mark in self._over(start, end):
            marked[mark.kind] += min(end, mark.end) - max(start, mark.start)
        for kind, length in marked.most_common(1):
            if 2 * length > end - start:
                return Standing(kind)
        return Standing.EXISTING

    def _is_unmarked(self, page: Page) -> bool:
        if page.method.startswith(_SCANNED):
            return not any(self._over(page.start, page.start + len(page.text)))
        return page.method.startswith(_UNMARKED) and not self._marks

    def _over(self, start: int, end: int) -> Iterator[Mark]:
        rank = bisect_left(self._mark_starts, end) - 1
        while rank >= 0 and self._reaches[rank] > start:
            if self._marks[rank].end > start:
                yield self._marks[rank]
            rank -= 1


class _Passages:
    """Tells passages that were there before from new ones, each old one used up once.

    A passage is the hit with the letters and digits on one side of it: it stays
    the same passage when only what is on the other side was amended. There it
    began and ended as words do, else ICE would have been in the police.
    """

    def __init__(self, folded: Folded, previous: Folded) -> None:
        self._folded = folded.text
        words = whole_words(previous.text)
        self._previous = f"{_EDGE}{''.join(words)}{_EDGE}"
        self._borders = frozenset(accumulate(map(len, words), initial=len(_EDGE)))
        self._used: Counter[tuple[str, str, str]] = Counter()

    def old(self, found: Sequence[tuple[str, Hit]]) -> set[tuple[str, Hit]]:
        """Say which of the topics' hits stood in the previous text."""
        old: set[tuple[str, Hit]] = set()
        # What is the same on both sides claims its passage before what is not.
        for whole in (True, False):
            for topic, hit in found:
                if (topic, hit) not in old and self._was_there(topic, hit, whole=whole):
                    old.add((topic, hit))
        return old

    def _was_there(self, topic: str, hit: Hit, *, whole: bool) -> bool:
        left, core, right = self._round(hit)
        sides = left + core, core + right
        asked = (left + core + right,) if whole else sides
        if not any(
            self._left_over(topic, hit.term, passage, len(left) if passage != sides[1] else 0, core)
            for passage in asked
        ):
            return False
        for passage in {*asked, *sides}:
            self._used[topic, hit.term, passage] += 1
        return True

    def _left_over(self, topic: str, term: str, passage: str, before: int, core: str) -> bool:
        """Whether the passage was there once more than it was used; its core begins at `before`."""
        left = self._used[topic, term, passage] + 1
        at = self._previous.find(passage)
        while at >= 0:
            start = at + before
            if start in self._borders and start + len(core) in self._borders:
                left -= 1
                if not left:
                    return True
                at += len(passage) - 1
            at = self._previous.find(passage, at + 1)
        return False

    def _round(self, hit: Hit) -> tuple[str, str, str]:
        before = max(0, hit.start - _REACH)
        after = min(len(self._folded), hit.end + _REACH)
        left = ("" if before else _EDGE) + squeezed(self._folded[before : hit.start])
        right = squeezed(self._folded[hit.end : after])
        if after == len(self._folded):
            right += _EDGE
        return left[-_CONTEXT:], squeezed(self._folded[hit.start : hit.end]), right[:_CONTEXT]


def _snippet(text: str, start: int, end: int) -> str:
    """Cut the passage round a span at whole words and put it on one line."""
    if end - start >= SNIPPET:
        return printable(_without_last_part(text, start, start + SNIPPET))
    spare = SNIPPET - (end - start)
    before = min(start, max(spare // 2, spare - (len(text) - end)))
    left = _without_first_part(text, start - before, start)
    right = _without_last_part(text, end, end + spare - before)
    return printable(f"{left}{text[start:end]}{right}")


def _without_first_part(text: str, start: int, end: int) -> str:
    """Cut text[start:end], less a word that starts before it."""
    part = text[start:end]
    if start and not text[start - 1].isspace() and (space := _SPACE.search(part)):
        return part[space.start() :]
    return part


def _without_last_part(text: str, start: int, end: int) -> str:
    """Cut text[start:end], less a word that ends after it."""
    part = text[start:end]
    if end < len(text) and not text[end].isspace():
        spaces = list(_SPACE.finditer(part))
        return part[: spaces[-1].start()] if spaces else part
    return part
