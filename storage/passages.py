"""Matches as they were stored: for digests as facts, for commands as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import ChangeKind, Standing
from pipelines.citation import Cited, citation_json

from . import tables
from .ports import MatchFacts
from .writes import chunks

Json = dict[str, Any]

MOST_OF_CHANGE = 5
"""With how many passages a change is listed; those that are new come first."""

_OF_FIELDS = frozenset({str(ChangeKind.NEW), str(ChangeKind.TITLE)})
_matches = tables.matches.c
_versions = tables.versions.c


class Passage(Cited, Protocol):
    """What a match is, before it was stored and after."""

    @property
    def field(self) -> str: ...

    @property
    def term(self) -> str: ...

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def snippet(self) -> str: ...

    @property
    def standing(self) -> Standing: ...

    @property
    def score(self) -> float: ...


def passage_json(found: Passage, version_id: int | None) -> Json:
    """A match as JSON; `version` is null for a title or an abstract."""
    return {
        "version": version_id,
        "field": found.field,
        "term": found.term,
        "start": found.start,
        "end": found.end,
        "snippet": found.snippet,
        "standing": str(found.standing),
        "score": round(found.score, 3),
    } | citation_json(found)


def match_json(found: MatchFacts) -> Json:
    """A stored match as JSON, under the names that every command and channel has it by."""
    return {"topic": found.topic} | passage_json(found, found.version_id) | {"new": found.new}


def match_facts(row: Any) -> MatchFacts:
    return MatchFacts(
        topic=row.topic, term=row.term, field=row.field, version_id=row.version_id, page=row.page,
        start=row.start, end=row.stop, snippet=row.snippet, standing=Standing(row.standing),
        score=row.score, new=row.new, section=row.section,
        lines=None if row.first_line is None else (row.first_line, row.last_line),
        confidence=row.confidence,
    )  # fmt: skip


def matches_of(connection: Connection, measure_ids: Iterable[int]) -> Mapping[int, list[Any]]:
    """The stored matches by measure, each with when its version was `replaced_at`."""
    found: dict[int, list[Any]] = {}
    for part in chunks(sorted(measure_ids)):
        rows = connection.execute(
            sa.select(tables.matches, _versions.replaced_at)
            .outerjoin(tables.versions, _versions.id == _matches.version_id)
            .where(_matches.measure_id.in_(part))
        )
        for row in rows:
            found.setdefault(row.measure_id, []).append(row)
    return found


def with_passages(connection: Connection, measures: Sequence[Json], *, now: bool) -> list[Json]:
    """Measures as JSON with their `matches`: in the versions listed and, `now`, in the fields."""
    stored = matches_of(connection, {measure["id"] for measure in measures})
    told = []
    for measure in measures:
        rank = {version["id"]: rank for rank, version in enumerate(measure["versions"])}
        rows = [
            row
            for row in stored.get(measure["id"], ())
            if row.version_id in rank or (now and row.version_id is None)
        ]
        # The latest text is the one to cite; what stands in no text comes first.
        rows.sort(key=lambda row: (-rank.get(row.version_id, len(rank)), row.start, row.id))
        told.append(measure | {"matches": [match_json(match_facts(row)) for row in rows]})
    return told


def passages_of_changes(connection: Connection, changes: Sequence[Any]) -> Mapping[int, list[Json]]:
    """By change, the first passages of the text it brought, and of the title where that is new."""
    versions = {row.new_version_id for row in changes} - {None}
    measures = {row.measure_id for row in changes if row.kind in _OF_FIELDS}
    texts: dict[int, list[Any]] = {}
    fields: dict[int, list[Any]] = {}
    for part in chunks(sorted(versions)):
        for row in connection.execute(
            sa.select(tables.matches).where(_matches.version_id.in_(part))
        ):
            texts.setdefault(row.version_id, []).append(row)
    for part in chunks(sorted(measures)):
        of_fields = _matches.measure_id.in_(part), _matches.version_id.is_(None)
        for row in connection.execute(sa.select(tables.matches).where(*of_fields)):
            fields.setdefault(row.measure_id, []).append(row)
    told = {}
    for change in changes:
        rows = list(texts.get(change.new_version_id, ()))
        if change.kind in _OF_FIELDS:
            rows += fields.get(change.measure_id, ())
        rows.sort(key=lambda row: (not row.new, row.version_id is None, row.start, row.id))
        told[change.id] = [match_json(match_facts(row)) for row in rows[:MOST_OF_CHANGE]]
    return told
