"""Changed topics applied to what is stored, without a change and without an alert.

Each version says with which topics (by digest) its text was matched, each
measure the same of its title and abstract. What says otherwise than the
watchlist is matched anew, a few at a time, each few in one transaction; so
whatever is killed when, each is either as it was or wholly done, and to run
again does only what is missing. What a crawl wrote meanwhile counts, and is
looked at again.

What the full-text index rules out needs no look at its text.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.again import Case, Topics
from pipelines.texts import Match

from . import tables
from .backtesting import load_texts
from .codec import load_measure
from .columns import dump
from .database import Database
from .passages import Json, match_facts, match_json, passage_json
from .search import Needs
from .texting import match_row
from .writes import chunks

Side = Literal["versions", "measures"]
"""Texts of versions, or titles and abstracts of measures."""

PART = 2000
BATCH = 24

_versions = tables.versions.c
_measures = tables.measures.c
_matches = tables.matches.c


@dataclass(frozen=True, slots=True)
class Task:
    """Some versions or measures whose matches are to be made anew, of the topics named.

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
class Effect:
    """What a topic gained and lost in one version's text (or title: None), as JSON passages."""

    topic: str
    measure: Json
    version: int | None
    gained: tuple[Json, ...]
    lost: tuple[Json, ...]
    had: bool
    has: bool


@dataclass(slots=True)
class _Group:
    """Rows that say the same of the topics they were matched with."""

    side: Side
    was: str
    becomes: str
    changed: frozenset[str]
    again: Topics
    count: int = 0
    ids: list[int] = field(default_factory=list)


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
        for side in _SIDES:
            with self._database.reading() as connection:
                groups = self._groups(connection, side)
            for group in groups:
                # Asked once: the index answers as slowly for a few rows as for all.
                candidates = self._candidates(group)
                after = 0
                while part := self._part(group, after):
                    after = max(part)
                    looked_at = part.keys() if candidates is None else candidates & part.keys()
                    rest = {id_: known for id_, known in part.items() if id_ not in looked_at}
                    self._mark(group, rest)
                    yield len(rest)
                    for some in chunks(sorted(looked_at), BATCH):
                        yield self._task(group, {id_: part[id_] for id_ in some})

    def keep(self, task: Task, found: Mapping[int, Sequence[Match]]) -> list[Effect]:
        """Write the matches of a task, of what nobody wrote meanwhile; returns what is other now."""
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

    def _part(self, group: _Group, after: int) -> dict[int, Any]:
        """The next rows of a group, by id, with what each is known by."""
        table = _table(group.side)
        statement = (
            sa.select(table.c.id, _guard(group.side))
            .where(table.c.id > after, _raw(group.side) == group.was, _has_words(group.side))
            .order_by(table.c.id)
            .limit(PART)
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}

    def _candidates(self, group: _Group) -> set[int] | None:
        """Those of a group that may match a changed topic, or have matches of one; None: any may."""
        of_versions = group.side == "versions"
        table = _table(group.side)
        fields = ("text",) if of_versions else ("title", "abstract")
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

    def _task(self, group: _Group, known: Mapping[int, Any]) -> Task:
        with self._database.reading() as connection:
            load = _text_cases if group.side == "versions" else _field_cases
            cases = tuple(load(connection, sorted(known)))
        return Task(
            group.side, group.again, group.changed, group.was, group.becomes, known, cases
        )  # fmt: skip


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
            text, measure = texts[row.id], load_measure(row.data)
            yield Case(
                key=row.id, title=measure.title,
                sponsors="; ".join(one.name for one in measure.sponsors),
                text=text.extracted, previous=text.previous,
            )  # fmt: skip


def _field_cases(connection: Connection, ids: Sequence[int]) -> Iterator[Case]:
    rows = connection.execute(sa.select(_measures.id, _measures.data).where(_measures.id.in_(ids)))
    for row in rows:
        measure = load_measure(row.data)
        yield Case(
            key=row.id, title=measure.title, abstract=measure.abstract,
            sponsors="; ".join(one.name for one in measure.sponsors),
        )  # fmt: skip


def _keep(
    connection: Connection, task: Task, found: Mapping[int, Sequence[Match]]
) -> list[Effect]:  # fmt: skip
    table = _table(task.side)
    rows = {
        row.id: row
        for row in connection.execute(
            sa.select(table.c.id, _guard(task.side).label("known"), _raw(task.side).label("raw"),
                      _measures.id.label("measure_id"), _measures.identifier, _measures.title,
                      _measures.place)
            .select_from(_with_measures(task.side))
            .where(table.c.id.in_(list(task.known)))
            .order_by(table.c.id)
        )
        if row.raw == task.was and row.known == task.known[row.id]
    }  # fmt: skip
    changed = sorted(task.changed)
    had: dict[tuple[int, str], list[Any]] = {}
    mine = sa.and_(_of(task.side, rows), _matches.topic.in_(changed))
    for match in connection.execute(sa.select(tables.matches).where(mine).order_by(_matches.id)):
        owner = match.version_id if task.side == "versions" else match.measure_id
        had.setdefault((owner, match.topic), []).append(match)
    effects: list[Effect] = []
    fresh: list[dict[str, Any]] = []
    for id_, row in rows.items():
        version = id_ if task.side == "versions" else None
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
        .values(matched=sa.literal(task.becomes, sa.Text))
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
        had=bool(had),
        has=bool(now),
    )  # fmt: skip
