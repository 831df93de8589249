"""What is stored, as it would be held against topics: one unit for each alert there would be.

A unit is a recorded change that brings words (a new measure, a new title, other
sponsors, a new or amended text) with the versions it brought, or a version that was recorded in
silence, before its source had a baseline. The full-text index says which units
cannot match; what it cannot speak of (pages that were hard to read, on which
words may be misspelt, and titles that were others then) is looked at itself.

Nothing here writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.query import Query, fields_named
from config.vocabulary import ChangeKind
from pipelines.again import Case
from pipelines.match_fields import FIELDS, fields_of
from pipelines.texts import Extracted

from . import tables
from .codec import load_measure, marks_from_json, pages_from_json
from .database import Database
from .queries import in_place
from .search import Needs
from .verdicts import judged, standing
from .writes import chunks

Json = dict[str, Any]

SILENT = "silent"
"""The kind of a unit that no change told of."""

_WORDED = (ChangeKind.NEW, ChangeKind.TITLE, ChangeKind.VERSION, ChangeKind.AMENDED)
_OF_FIELDS = {
    str(ChangeKind.NEW): FIELDS,
    str(ChangeKind.TITLE): ("title",),
    str(ChangeKind.SPONSORS): ("sponsor",),
}
"""The fields that a change of a kind brings."""

_RENAMING = {"title": str(ChangeKind.TITLE), "sponsor": str(ChangeKind.SPONSORS)}

_versions = tables.versions.c
_changes = tables.changes.c
_texts = tables.texts.c
_measures = tables.measures.c
_snapshots = tables.snapshots.c


@dataclass(slots=True)
class Unit:
    """What one alert would be about: a change of a measure with the versions it brought.

    `change` is None, and `kind` SILENT, for what was recorded without a change.
    `fields` says that the fields which it brought are to be looked at too.
    """

    at: datetime
    measure_id: int
    change: int | None
    kind: str
    fields: bool = False
    versions: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A unit with what it is called and its cases; their keys are versions, 0 is the fields."""

    unit: Unit
    measure: Json
    cases: tuple[Case, ...]


class Backtesting:
    """The stored versions and changes since a moment, in a place."""

    def __init__(
        self, database: Database, *, since: datetime | None = None, place: str = "*"
    ) -> None:
        self._database = database
        self._since = since
        self._place = place

    def held(self) -> int:
        """How many stored versions with a text there are to be held against topics."""
        with self._database.reading() as connection:
            found: int = connection.execute(_counted(self._chosen())).scalar_one()
            return found

    def period(self) -> tuple[datetime, datetime] | None:
        """From when until when anything could be noticed; None where nothing was.

        It begins with what was recorded first, or later where only what is
        since then is asked for, and ends with the last visit to any source.
        """
        statement = sa.select(sa.func.min(_measures.first_seen)).where(
            in_place(_measures.id, self._place)
        )
        visited = sa.select(sa.func.max(tables.reports.c.at))
        # What was brought in without a visit counts as well.
        changed = sa.select(sa.func.max(_changes.at))
        with self._database.reading() as connection:
            first = connection.execute(statement).scalar()
            if first is None:
                return None
            last = [connection.execute(one).scalar() for one in (visited, changed)]
        start = first if self._since is None else max(first, self._since.astimezone(UTC))
        return start, max(start, first, *filter(None, last))

    def units(self, trees: Sequence[Query], *, index: bool = True) -> list[Unit]:
        """The units that may match one of the queries, the first recorded first.

        Without the `index` they are all there are.
        """
        if not index:
            trees = ()
        with self._database.reading() as connection:
            needed = _needed(connection, trees, ("text",), of_versions=True)
            versions = self._version_rows(connection, needed)
            return _grouped(versions.values(), self._field_rows(connection, trees))

    def sample(self, most: int) -> list[Unit]:
        """At most so many versions with a text, drawn from all there are, the same at every time.

        Each with the fields of its measure.
        """
        with self._database.reading() as connection:
            ids = connection.execute(
                self._chosen().with_only_columns(_versions.id).order_by(_versions.id)
            )
            every = list(ids.scalars())
            count = min(most, len(every))
            # Not every so many: what is stored has rhythms of its own.
            spread = sorted(Random(len(every)).sample(every, count))  # noqa: S311 - no secret
            versions: dict[int, Any] = {}
            for part in chunks(spread):
                versions |= self._version_rows(connection, _versions.id.in_(part))
        units = _grouped(versions.values(), ())
        for unit in units:
            unit.fields = True
        return units

    def load(self, units: Sequence[Unit], trees: Sequence[Query] = ()) -> list[Loaded]:
        """The units with their texts, in the same order, to be held against queries."""
        with self._database.reading() as connection:
            return _load(connection, units, besides="text" in named(trees))

    def other_changes(self, measures: Sequence[int]) -> int:
        """How many changes without words of their own (actions, statuses) these measures had."""
        count = 0
        with self._database.reading() as connection:
            for part in chunks(sorted(measures)):
                statement = sa.select(sa.func.count()).where(
                    _changes.measure_id.in_(part), _changes.kind.not_in([str(k) for k in _WORDED])
                )
                if self._since is not None:
                    statement = statement.where(_changes.at >= self._since)
                count += int(connection.execute(statement).scalar_one())
        return count

    def _chosen(self) -> sa.Select[Any]:
        statement = sa.select(_versions.id).where(_versions.text_id.is_not(None))
        if self._place != "*":
            statement = statement.where(in_place(_versions.measure_id, self._place))
        if self._since is not None:
            statement = statement.where(_versions.first_seen >= self._since)
        return statement

    def _version_rows(
        self, connection: Connection, needed: sa.ColumnElement[bool] | None
    ) -> dict[int, Any]:
        """Rows of versions by id, each with the change that told of it, if one did."""
        statement = (
            self._chosen()
            .with_only_columns(
                _versions.id, _versions.measure_id, _versions.first_seen.label("at"),
                _changes.id.label("change_id"), _changes.kind, _changes.at.label("told_at"),
            )
            .outerjoin(tables.changes, _changes.id == _versions.change_id)
        )  # fmt: skip
        if needed is not None:
            statement = statement.where(needed)
        return {row.id: row for row in connection.execute(statement)}

    def _field_rows(self, connection: Connection, trees: Sequence[Query]) -> Sequence[Any]:
        """The changes that brought a field which may match."""
        kinds = set(_OF_FIELDS)
        if "sponsor" not in named(trees):
            kinds.discard(str(ChangeKind.SPONSORS))
        statement = sa.select(
            _changes.id, _changes.at, _changes.kind, _changes.measure_id
        ).where(_changes.kind.in_(sorted(kinds)))  # fmt: skip
        if self._place != "*":
            statement = statement.where(in_place(_changes.measure_id, self._place))
        if self._since is not None:
            statement = statement.where(_changes.at >= self._since)
        # What the index holds of texts is what they say now.
        known = () if "text" in named(trees) else trees
        needed = _needed(connection, known, ("title", "abstract", "sponsors"), of_versions=False)
        if needed is not None:
            may = sa.select(_measures.id).where(needed)
            statement = statement.where(_changes.measure_id.in_(may))
        return connection.execute(statement).all()


def _load(connection: Connection, units: Sequence[Unit], *, besides: bool) -> list[Loaded]:
    """Units with what they are about, as it was when they were recorded."""
    ids = sorted({unit.measure_id for unit in units})
    measures = {
        row.id: row
        for part in chunks(ids)
        for row in connection.execute(sa.select(tables.measures).where(_measures.id.in_(part)))
    }
    states = _states(connection, ids)
    texts = load_texts(connection, [id_ for unit in units for id_ in unit.versions])
    return [
        _loaded(
            unit, measures[unit.measure_id], states, texts,
            texts_of(connection, [unit.measure_id], unit.at) if besides and unit.fields else {},
        )
        for unit in units
    ]  # fmt: skip


def texts_of(
    connection: Connection, measure_ids: Sequence[int], at: datetime | None = None
) -> dict[int, tuple[str, ...]]:
    """What the current texts of measures say, or those that were current at a moment."""
    current: Any = _versions.replaced_at.is_(None)
    if at is not None:
        current = sa.and_(
            _versions.first_seen <= at, sa.or_(current, _versions.replaced_at > at)
        )  # fmt: skip
    statement = (
        sa.select(_versions.id, _versions.measure_id)
        .where(_versions.measure_id.in_(measure_ids), _versions.text_id.is_not(None), current)
        .order_by(_versions.id)
    )
    rows = connection.execute(statement).all()
    texts = load_texts(connection, [row.id for row in rows])
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        found[row.measure_id] = (*found.get(row.measure_id, ()), texts[row.id].extracted.text)
    return found


@dataclass(frozen=True, slots=True)
class Text:
    """A version's text as it is shown, with that of the version before; `text_id` is its row."""

    text_id: int
    extracted: Extracted
    previous: str | None


def load_texts(connection: Connection, version_ids: Sequence[int]) -> dict[int, Text]:
    """The texts of versions, with what persons said of their pages laid over them."""
    wanted = set(version_ids)
    order: list[Any] = []
    for part in chunks(sorted(wanted)):
        of = sa.select(_versions.measure_id).where(_versions.id.in_(part))
        order += connection.execute(
            sa.select(_versions.id, _versions.measure_id, _versions.text_id, _texts.document_sha256)
            .join(tables.texts, _texts.id == _versions.text_id)
            .where(_versions.measure_id.in_(of), _versions.text_id.is_not(None))
            .order_by(_versions.measure_id, _versions.seq, _versions.id)
        ).all()
    before: dict[int, int | None] = {}
    chosen: dict[int, Any] = {}
    last: Any = None
    for row in order:
        if row.id in wanted and row.id not in chosen:
            chosen[row.id] = row
            follows = last is not None and last.measure_id == row.measure_id
            before[row.id] = last.text_id if follows else None
        last = row
    bodies = _whole(connection, sorted({row.text_id for row in chosen.values()}))
    earlier = _bodies(connection, sorted({one for one in before.values() if one is not None}))
    documents = sorted({row.document_sha256 for row in chosen.values()})
    verdicts = {
        name: said
        for part in chunks(documents)
        for name, said in standing(connection, part).items()
    }
    return {
        id_: Text(
            row.text_id,
            judged(bodies[row.text_id], verdicts.get(row.document_sha256, ())),
            earlier.get(before[id_] or 0),
        )
        for id_, row in chosen.items()
    }


def _needed(
    connection: Connection, trees: Sequence[Query], fields: Sequence[str], *, of_versions: bool
) -> sa.ColumnElement[bool] | None:
    if not trees:
        return None
    needs = Needs(connection.dialect.name, of_versions=of_versions)
    known = []
    for tree in trees:
        need = needs.of(tree, fields)
        if need is None:
            return None
        known.append(need)
    # What the index holds of titles and sponsors is how they are now.
    asked = named(trees) & _RENAMING.keys()
    if not of_versions:
        asked |= {"title"}
    if asked:
        column = _versions.measure_id if of_versions else _measures.id
        known.append(column.in_(_renamed(asked)))
    return sa.or_(*known, needs.unknown())


def named(trees: Iterable[Query]) -> set[str]:
    """The fields that queries ask for by name."""
    return {name for tree in trees for name in fields_named(tree)}


def _renamed(asked: Iterable[str]) -> Any:
    """The measures of which one of these fields was another once."""
    kinds = sorted(_RENAMING[name] for name in asked)
    return sa.select(_changes.measure_id).where(_changes.kind.in_(kinds))


def _counted(statement: sa.Select[Any]) -> Any:
    return sa.select(sa.func.count()).select_from(statement.subquery())


def _grouped(versions: Iterable[Any], fields: Iterable[Any]) -> list[Unit]:
    told: dict[int, Unit] = {}
    silent: list[Unit] = []
    for row in fields:
        told[row.id] = Unit(row.at, row.measure_id, row.id, row.kind, fields=True)
    for row in versions:
        if row.change_id is None:
            silent.append(Unit(row.at, row.measure_id, None, SILENT, versions=[row.id]))
            continue
        unit = told.get(row.change_id)
        if unit is None:
            told[row.change_id] = unit = Unit(row.told_at, row.measure_id, row.change_id, row.kind)
        unit.versions.append(row.id)
    for unit in told.values():
        unit.versions.sort()
    return sorted(
        (*told.values(), *silent), key=lambda unit: (unit.at, unit.change or 0, unit.versions)
    )


def _loaded(
    unit: Unit,
    row: Any,
    states: dict[int, list[Any]],
    texts: dict[int, Text],
    besides: Mapping[int, tuple[str, ...]],
) -> Loaded:
    now = load_measure(row.data)
    then = next((one for one in states.get(row.id, ()) if one.until > unit.at), None)
    was = load_measure(then.data) if then is not None else now
    # An abstract is kept as it is now: nothing tells when it became so.
    fields = replace(fields_of(was), abstract=now.abstract)
    cases = [
        Case(key=id_, fields=fields, text=texts[id_].extracted, previous=texts[id_].previous)
        for id_ in unit.versions
        if id_ in texts
    ]
    if unit.fields:
        said = besides.get(row.id, ())
        cases.append(
            Case(key=0, fields=fields, among=_OF_FIELDS.get(unit.kind, FIELDS), texts=said)
        )
    measure = {
        "id": row.id, "place": row.place, "session": row.session, "identifier": row.identifier,
        "title": row.title, "url": row.url,
    }  # fmt: skip
    return Loaded(unit, measure, tuple(cases))


def _states(connection: Connection, ids: Sequence[int]) -> dict[int, list[Any]]:
    """Earlier states of the measures whose title or sponsors were others, the oldest first."""
    found: dict[int, list[Any]] = {}
    for part in chunks(ids):
        rows = connection.execute(
            sa.select(_snapshots.measure_id, _snapshots.until, _snapshots.data)
            .where(
                _snapshots.measure_id.in_(part),
                _snapshots.measure_id.in_(_renamed(_RENAMING).where(_changes.measure_id.in_(part))),
            )
            .order_by(_snapshots.until)
        )
        for row in rows:
            found.setdefault(row.measure_id, []).append(row)
    return found


def _whole(connection: Connection, ids: Sequence[int]) -> dict[int, Extracted]:
    statement = sa.select(
        _texts.id, _texts.media_type, _texts.method, _texts.body, _texts.pages, _texts.marks
    )
    return {
        row.id: Extracted(
            media_type=row.media_type, method=row.method,
            pages=pages_from_json(row.pages, row.body), marks=marks_from_json(row.marks),
        )
        for part in chunks(ids)
        for row in connection.execute(statement.where(_texts.id.in_(part)))
    }  # fmt: skip


def _bodies(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    return {
        row.id: row.body
        for part in chunks(ids)
        for row in connection.execute(sa.select(_texts.id, _texts.body).where(_texts.id.in_(part)))
    }
