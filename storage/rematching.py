"""Changed topics applied to what is stored, without a change and without an alert.

Each version says with which topics (by digest) its text was matched, each
measure the same of its fields. What says otherwise than the
watchlist is matched anew, a few measures at a time, each few with all their
versions in one transaction; so whatever is killed when, each measure is either
as it was or wholly done, and to run again does only what is missing. What a
crawl wrote meanwhile counts, and is looked at again.

What the full-text index rules out needs no look at its text.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.again import Case, Topics
from pipelines.match_fields import fields_of
from pipelines.texts import Match

from . import tables
from .backtesting import load_texts, named, texts_of
from .codec import load_measure
from .columns import dump
from .database import Database
from .passages import Json, match_facts, match_json, passage_json
from .search import Needs
from .texting import match_row

Side = Literal["versions", "measures"]
"""Texts of versions, or titles, abstracts and sponsors of measures."""

PART = 2000
BATCH = 24

_versions = tables.versions.c
_measures = tables.measures.c
_matches = tables.matches.c


@dataclass(frozen=True, slots=True)
class Part:
    """Some versions, or fields of measures, whose matches of the topics named are to be made anew.

    `known` is, by id, what they are known by; when that is another afterwards,
    somebody else wrote them. `was` and `becomes` are what they say they were
    matched with.
    """

    side: Side
    topics: Topics
    changed: frozenset[str]
    was: str
    becomes: str
    known: Mapping[int, Any]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """Some measures with all of them that is to be matched anew."""

    measures: tuple[int, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a topic gained and lost in one version's text (or title: None), as JSON passages.

    `had` and `has` are of the measure: whether any text or field of it matched
    before the task was kept, and whether any does now.
    """

    topic: str
    measure: Json
    version: int | None
    gained: tuple[Json, ...]
    lost: tuple[Json, ...]
    had: bool = False
    has: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows that say the same of the topics they were matched with."""

    side: Side
    was: str
    becomes: str
    changed: frozenset[str]
    again: Topics
    count: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A version, or a measure's fields, to be looked at."""

    group: _Group
    id: int
    measure_id: int
    known: Any


class Rematching:
    """What of a store was matched with other topics than these.

    `digests` are those of `topics`. With `only` just those are looked at, else
    matches of topics that the watchlist does not name any more are removed too.
    `again` takes also what was matched with them already.
    """

    def __init__(
        self,
        database: Database,
        topics: Topics,
        digests: Mapping[str, str],
        *,
        only: Iterable[str] = (),
        again: bool = False,
    ) -> None:
        chosen = frozenset(only)
        self._database = database
        self._topics = tuple(one for one in topics if not chosen or one[0] in chosen)
        self._digests = {name: digests[name] for name, _ in self._topics}
        self._whole = not chosen
        self._again = again

    def waiting(self) -> int:
        """How many versions and measures are to be looked at."""
        with self._database.reading() as connection:
            return sum(group.count for side in _SIDES for group in self._groups(connection, side))

    def tasks(self) -> Iterator["Task | int"]:
        """What must be matched anew; between, how many could be marked as done without a look."""
        with self._database.reading() as connection:
            groups = [group for side in _SIDES for group in self._groups(connection, side)]
        # Asked once: the index answers as slowly for a few rows as for all.
        candidates = [self._candidates(group) for group in groups]
        after = 0
        while groups and (last := self._last(after)) is not None:
            todo: dict[int, list[_Row]] = {}
            for group, may in zip(groups, candidates, strict=True):
                rows = self._rows(group, after, last)
                rest = {row.id: row.known for row in rows if may is not None and row.id not in may}
                self._mark(group, rest)
                yield len(rest)
                for row in rows:
                    if row.id not in rest:
                        todo.setdefault(row.measure_id, []).append(row)
            for some in _bundles(todo):
                yield self._task(some)
            after = last

    def keep(self, task: Task, found: Sequence[Mapping[int, Sequence[Match]]]) -> list[Effect]:
        """Write the matches of a task's parts, of what nobody wrote meanwhile.

        Returns what is other now.
        """
        return self._database.write(lambda connection: _keep(connection, task, found))

    def _groups(self, connection: Connection, side: Side) -> list[_Group]:
        table, raw = _table(side), _raw(side)
        rows = connection.execute(
            sa.select(raw.label("raw"), sa.func.count().label("rows"))
            .select_from(table)
            .where(_has_words(side))
            .group_by(raw)
        )
        groups = []
        for row in rows:
            was: dict[str, str] = json.loads(row.raw)
            gone = was.keys() - self._digests.keys() if self._whole else set()
            other = {
                name
                for name, digest in self._digests.items()
                if self._again or was.get(name) != digest
            }
            if not gone and not other:
                continue
            becomes = {name: said for name, said in was.items() if name not in gone}
            groups.append(
                _Group(
                    side, row.raw, dump(becomes | self._digests), frozenset(gone | other),
                    tuple(one for one in self._topics if one[0] in other), row.rows,
                )
            )  # fmt: skip
        return groups

    def _last(self, after: int) -> int | None:
        """The last of the next few measures; None where there are no more."""
        some = (
            sa.select(_measures.id)
            .where(_measures.id > after)
            .order_by(_measures.id)
            .limit(PART)
            .subquery()
        )
        with self._database.reading() as connection:
            found: int | None = connection.execute(sa.select(sa.func.max(some.c.id))).scalar()
            return found

    def _rows(self, group: _Group, after: int, last: int) -> list[_Row]:
        """The rows of a group that belong to the measures after one, up to another."""
        table, measure = _table(group.side), _measure(group.side)
        statement = (
            sa.select(table.c.id, measure, _guard(group.side))
            .where(measure > after, measure <= last)
            .where(_raw(group.side) == group.was, _has_words(group.side))
            .order_by(measure, table.c.id)
        )
        with self._database.reading() as connection:
            return [_Row(group, *row) for row in connection.execute(statement)]

    def _candidates(self, group: _Group) -> set[int] | None:
        """Those of a group that may match a changed topic, or have matches of one; None: any may."""
        of_versions = group.side == "versions"
        table = _table(group.side)
        fields = ("text",) if of_versions else ("title", "abstract", "sponsors")
        chosen = sa.select(table.c.id).where(_raw(group.side) == group.was, _has_words(group.side))
        with self._database.reading() as connection:
            needs = Needs(connection.dialect.name, of_versions=of_versions)
            asked = [needs.of(tree, fields) for _, tree in group.again]
            known = [need for need in asked if need is not None]
            if len(known) < len(asked):
                return None
            owner = _owner(group.side)
            having = sa.select(owner).where(
                _matches.version_id.is_not(None) if of_versions else _matches.version_id.is_(None),
                _matches.topic.in_(sorted(group.changed)),
            )
            found = set(connection.execute(having.distinct()).scalars())
            if known:
                may = sa.or_(*known, needs.unknown())
                found.update(connection.execute(chosen.where(may)).scalars())
        return found

    def _mark(self, group: _Group, rows: Mapping[int, Any]) -> None:
        """Note that rows were matched, of which the index knows that nothing matches."""
        if not rows:
            return
        with self._database.writing() as connection:
            connection.execute(
                _marking(group.side),
                [
                    {"b_id": id_, "b_known": known, "b_was": group.was, "b_new": group.becomes}
                    for id_, known in rows.items()
                ],
            )

    def _task(self, rows: Sequence[_Row]) -> Task:
        groups: dict[tuple[Side, str], list[_Row]] = {}
        for row in rows:
            groups.setdefault((row.group.side, row.group.was), []).append(row)
        with self._database.reading() as connection:
            parts = tuple(_part(connection, some) for some in groups.values())
        return Task(tuple(sorted({row.measure_id for row in rows})), parts)


def _bundles(todo: Mapping[int, Sequence[_Row]]) -> Iterator[list[_Row]]:
    """The rows of whole measures, not many more than a batch at a time."""
    some: list[_Row] = []
    for measure in sorted(todo):
        some += todo[measure]
        if len(some) >= BATCH:
            yield some
            some = []
    if some:
        yield some


def _part(connection: Connection, rows: Sequence[_Row]) -> Part:
    group = rows[0].group
    known = {row.id: row.known for row in rows}
    if group.side == "versions":
        cases = tuple(_text_cases(connection, sorted(known)))
    else:
        besides = "text" in named(tree for _, tree in group.again)
        cases = tuple(_field_cases(connection, sorted(known), besides=besides))
    return Part(group.side, group.again, group.changed, group.was, group.becomes, known, cases)


_SIDES: tuple[Side, ...] = ("versions", "measures")


def _table(side: Side) -> sa.Table:
    return tables.versions if side == "versions" else tables.measures


def _raw(side: Side) -> Any:
    """What rows say they were matched with, as the text that it is kept as."""
    return sa.type_coerce(_table(side).c.matched, sa.Text)


def _guard(side: Side) -> Any:
    """What is another as soon as there are other words."""
    return _versions.text_id if side == "versions" else _measures.changed_at


def _has_words(side: Side) -> sa.ColumnElement[bool]:
    return _versions.text_id.is_not(None) if side == "versions" else sa.true()


def _measure(side: Side) -> Any:
    return _versions.measure_id if side == "versions" else _measures.id


def _owner(side: Side) -> Any:
    return _matches.version_id if side == "versions" else _matches.measure_id


def _of(side: Side, ids: Iterable[int]) -> sa.ColumnElement[bool]:
    """The matches of versions, or those of measures that stand in no text."""
    if side == "versions":
        return _matches.version_id.in_(list(ids))
    return sa.and_(_matches.measure_id.in_(list(ids)), _matches.version_id.is_(None))


def _marking(side: Side) -> sa.Update:
    table = _table(side)
    return (
        sa.update(table)
        .where(
            table.c.id == sa.bindparam("b_id"), _guard(side) == sa.bindparam("b_known"),
            _raw(side) == sa.bindparam("b_was"),
        )
        .values(matched=sa.bindparam("b_new", type_=sa.Text))
    )  # fmt: skip


def _text_cases(connection: Connection, ids: Sequence[int]) -> Iterator[Case]:
    rows = connection.execute(
        sa.select(_versions.id, _measures.data)
        .join(tables.measures, _measures.id == _versions.measure_id)
        .where(_versions.id.in_(ids))
    ).all()
    texts = load_texts(connection, ids)
    for row in rows:
        if row.id in texts:
            text, fields = texts[row.id], fields_of(load_measure(row.data))
            yield Case(key=row.id, fields=fields, text=text.extracted, previous=text.previous)


def _field_cases(connection: Connection, ids: Sequence[int], *, besides: bool) -> Iterator[Case]:
    rows = connection.execute(sa.select(_measures.id, _measures.data).where(_measures.id.in_(ids)))
    texts = texts_of(connection, ids) if besides else {}
    for row in rows:
        fields = fields_of(load_measure(row.data))
        yield Case(key=row.id, fields=fields, texts=texts.get(row.id, ()))


def _keep(
    connection: Connection, task: Task, found: Sequence[Mapping[int, Sequence[Match]]]
) -> list[Effect]:
    topics = sorted({name for part in task.parts for name in part.changed})
    before = _matching(connection, task.measures, topics)
    effects = [
        effect
        for part, matches in zip(task.parts, found, strict=True)
        for effect in _keep_part(connection, part, matches)
    ]
    after = _matching(connection, task.measures, topics) if effects else before
    return [
        replace(
            effect, had=(effect.measure["id"], effect.topic) in before,
            has=(effect.measure["id"], effect.topic) in after,
        )
        for effect in effects
    ]  # fmt: skip


def _matching(
    connection: Connection, measures: Sequence[int], topics: Sequence[str]
) -> set[tuple[int, str]]:
    """Which of these measures match which of these topics, in any text or field."""
    statement = (
        sa.select(_matches.measure_id, _matches.topic)
        .where(_matches.measure_id.in_(measures), _matches.topic.in_(topics))
        .distinct()
    )
    return {(row[0], row[1]) for row in connection.execute(statement)}


def _keep_part(
    connection: Connection, part: Part, found: Mapping[int, Sequence[Match]]
) -> list[Effect]:
    table = _table(part.side)
    rows = {
        row.id: row
        for row in connection.execute(
            sa.select(table.c.id, _guard(part.side).label("known"), _raw(part.side).label("raw"),
                      _measures.id.label("measure_id"), _measures.identifier, _measures.title,
                      _measures.place)
            .select_from(_with_measures(part.side))
            .where(table.c.id.in_(list(part.known)))
            .order_by(table.c.id)
        )
        if row.raw == part.was and row.known == part.known[row.id]
    }  # fmt: skip
    changed = sorted(part.changed)
    had: dict[tuple[int, str], list[Any]] = {}
    mine = sa.and_(_of(part.side, rows), _matches.topic.in_(changed))
    for match in connection.execute(sa.select(tables.matches).where(mine).order_by(_matches.id)):
        owner = match.version_id if part.side == "versions" else match.measure_id
        had.setdefault((owner, match.topic), []).append(match)
    effects: list[Effect] = []
    fresh: list[dict[str, Any]] = []
    for id_, row in rows.items():
        version = id_ if part.side == "versions" else None
        fresh += [match_row(match, row.measure_id, version) for match in found.get(id_, ())]
        for topic in changed:
            now = [match for match in found.get(id_, ()) if match.topic == topic]
            effect = _effect(topic, row, version, had.get((id_, topic), []), now)
            if effect:
                effects.append(effect)
    connection.execute(sa.delete(tables.matches).where(mine))
    if fresh:
        connection.execute(sa.insert(tables.matches), fresh)
    connection.execute(
        sa.update(table)
        .where(table.c.id.in_(list(rows)))
        .values(matched=sa.literal(part.becomes, sa.Text))
    )
    return effects


def _with_measures(side: Side) -> Any:
    if side == "measures":
        return tables.measures
    return tables.versions.join(tables.measures, _measures.id == _versions.measure_id)


def _effect(
    topic: str, row: Any, version: int | None, had: Sequence[Any], now: Sequence[Match]
) -> Effect | None:
    """What differs: a passage is the same when it stands in the same place."""
    before = {(match.field, match.start, match.stop) for match in had}
    after = {(match.field, match.start, match.end) for match in now}
    if before == after:
        return None
    return Effect(
        topic=topic,
        measure={
            "id": row.measure_id, "place": row.place, "identifier": row.identifier,
            "title": row.title,
        },
        version=version,
        gained=tuple(
            {"topic": topic} | passage_json(match, version) | {"new": match.new}
            for match in now
            if (match.field, match.start, match.end) not in before
        ),
        lost=tuple(
            match_json(match_facts(match))
            for match in had
            if (match.field, match.start, match.stop) not in after
        ),
    )  # fmt: skip
