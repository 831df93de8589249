"""Rows on their way to the tables, written many at a time.

Ids are given out before the rows are written, so that rows can point to one
another without asking the database in between.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from . import tables

Row = dict[str, Any]

CHUNK = 500
_MOST_IDS = 64

_INSERT_ORDER: tuple[sa.Table, ...] = (
    tables.measures,
    tables.measure_identifiers,
    tables.measure_places,
    tables.documents,
    tables.texts,
    tables.versions,
    tables.changes,
    tables.matches,
    tables.snapshots,
    tables.sightings,
    tables.events,
    tables.event_snapshots,
    tables.agenda_items,
)


class Removal(Enum):
    """What is written anew as a whole, and so removed first."""

    PLACES = auto()
    FIELD_MATCHES = auto()
    VERSION_MATCHES = auto()
    SIGHTINGS = auto()


class Ids:
    """Gives out ids of new rows: from the sequence, or after the highest on SQLite.

    On SQLite the transaction is the only writer, so nobody else can take them.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._free: dict[str, Iterator[int]] = {}
        self._asked: dict[str, int] = {}

    def next(self, table: sa.Table) -> int:
        """Give the next id of the table."""
        free = self._free.setdefault(table.name, iter(()))
        found = next(free, None)
        if found is None:
            self._free[table.name] = free = iter(self._more(table.name))
            found = next(free)
        return found

    def _more(self, name: str) -> Iterable[int]:
        if self._connection.dialect.name == "sqlite":
            last = self._connection.exec_driver_sql(_LAST.format(name=name), (name,)).scalar()
            return iter(range((last or 0) + 1, 1 << 62))
        # Twice as many each time: few round trips, and few numbers that nobody uses.
        self._asked[name] = count = min(_MOST_IDS, 2 * self._asked.get(name, 0) or 1)
        rows = self._connection.exec_driver_sql(
            f"SELECT nextval('{name}_id_seq') FROM generate_series(1, {count})"  # noqa: S608 - our own names
        )
        return [int(row[0]) for row in rows]


_LAST = (
    "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0),"
    " coalesce((SELECT max(id) FROM {name}), 0))"
)


class Writes:
    """Everything one group of observations changes, table by table."""

    def __init__(self) -> None:
        self.inserts: dict[str, list[Row]] = defaultdict(list)
        self.updates: dict[str, list[Row]] = defaultdict(list)
        self.deletes: dict[Removal, list[int]] = defaultdict(list)
        self.offers: dict[str, list[Row]] = defaultdict(list)
        self.topics: list[Row] = []

    def insert(self, table: sa.Table, row: Row) -> None:
        self.inserts[table.name].append(row)

    def offer(self, table: sa.Table, row: Row) -> None:
        """Write the row unless one with its key is there already."""
        self.offers[table.name].append(row)

    def update(self, table: sa.Table, row: Row) -> None:
        """Write the row's columns over those of the row with the same `id`."""
        self.updates[table.name].append(row)

    def delete(self, removal: "Removal", value: int) -> None:
        """Remove what `removal` names of the row `value`, before anything is written."""
        self.deletes[removal].append(value)

    def flush(self, connection: Connection) -> None:
        """Write it all, in the order in which rows may point to one another."""
        for removal, values in self.deletes.items():
            for part in chunks(values):
                connection.execute(_REMOVALS[removal], {"ids": part})
        for table_ in _INSERT_ORDER:
            if rows := self.inserts.get(table_.name):
                connection.execute(_insert(table_), rows)
            if rows := self.offers.get(table_.name):
                connection.execute(_offer(table_, connection.dialect.name), rows)
            if rows := self.updates.get(table_.name):
                _update_all(connection, table_, rows)
        if self.topics:
            connection.execute(_topic_upsert(connection.dialect.name), self.topics)


def _ids() -> sa.BindParameter[Any]:
    return sa.bindparam("ids", expanding=True)


_matches = tables.matches.c
_REMOVALS = {
    Removal.PLACES: sa.delete(tables.measure_places).where(
        tables.measure_places.c.measure_id.in_(_ids())
    ),
    Removal.FIELD_MATCHES: sa.delete(tables.matches).where(
        _matches.measure_id.in_(_ids()), _matches.version_id.is_(None)
    ),
    Removal.VERSION_MATCHES: sa.delete(tables.matches).where(_matches.version_id.in_(_ids())),
    Removal.SIGHTINGS: sa.delete(tables.sightings).where(tables.sightings.c.id.in_(_ids())),
}


def upsert(table: sa.Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what to do when the row is there already."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _offer(table: sa.Table, dialect: str) -> sa.Insert:
    return upsert(table, dialect).on_conflict_do_nothing()


@cache
def _topic_upsert(dialect: str) -> sa.Insert:
    statement = upsert(tables.change_topics, dialect)
    new = sa.or_(tables.change_topics.c.new, statement.excluded.new)
    return statement.on_conflict_do_update(index_elements=["change_id", "topic"], set_={"new": new})


def chunks(values: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """Cut a long list into pieces that fit in one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


@cache
def _insert(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


def _update_all(connection: Connection, table: sa.Table, rows: list[Row]) -> None:
    shapes: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        shapes[tuple(sorted(row))].append({f"b_{name}": value for name, value in row.items()})
    for shape, bound in shapes.items():
        connection.execute(_update(table, shape), bound)


@cache
def _update(table: sa.Table, names: tuple[str, ...]) -> sa.Update:
    values: dict[str, Any] = {name: sa.bindparam(f"b_{name}") for name in names if name != "id"}
    return sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(values)
