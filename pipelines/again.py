"""Topics held once more against what is stored: texts and titles, away from any database.

It runs in worker processes, which compile the topics of a run once and keep them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.query import Query
from pipelines.match import Matcher, compile_topics, find_matches
from pipelines.match_fields import FIELDS, Fields, match_fields
from pipelines.texts import Extracted, Match

Topics = tuple[tuple[str, Query], ...]
"""Names with queries, each name once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to hold topics against, as a crawl does: a text, or a measure's fields.

    `key` is the caller's own. `fields` are those of the measure at that time;
    where there is no `text` those `among` them are searched themselves. `texts`
    are the measure's then, for queries that ask for `text:` in company of a
    field. `previous` is the text of the version before, None where there is none.
    """

    key: int
    fields: Fields
    among: tuple[str, ...] = FIELDS
    texts: tuple[str, ...] = ()
    text: Extracted | None = None
    previous: str | None = None


Found = tuple[int, tuple[Match, ...]]
"""The key of a case that matches, with its matches."""


def find_again(topics: Topics, cases: Iterable[Case]) -> list[Found]:
    """The cases that match, in their order. Raises UnevaluableQueryError."""
    matcher = _matcher(topics)
    found = ((case.key, _matches(matcher, case)) for case in cases)
    return [(key, matches) for key, matches in found if matches]


def find_in_each(topics: Topics, groups: Sequence[Sequence[Case]]) -> list[list[Found]]:
    """What matches in each of several groups of cases."""
    return [find_again(topics, cases) for cases in groups]


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    tree: Query


@lru_cache(maxsize=4)
def _matcher(topics: Topics) -> Matcher:
    return compile_topics([_Named(name, tree) for name, tree in topics])


def _matches(matcher: Matcher, case: Case) -> tuple[Match, ...]:
    if case.text is None:
        return match_fields(matcher, case.fields, case.texts, among=case.among)
    fields = case.fields.named
    found = find_matches(matcher, case.text, fields=fields)
    # Few texts match, and only for those it matters what the text before said.
    if found and case.previous is not None:
        found = find_matches(matcher, case.text, previous=case.previous, fields=fields)
    return found
