"""A source under another name: all that is known of it goes along.

A source is its name. Under a name that is not known yet a source begins anew:
its first crawl is quiet, and of the measures that are known already the source
that showed them first decides. So what was known under the old name is moved.
Where the source was crawled under its new name meanwhile, what that brought
beyond the old name's knowledge is kept, and what both have is as it was under
the old one: the next crawl tells what has changed since.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import tables
from .database import Database
from .errors import StorageError

_sources = tables.sources.c
_measures = tables.measures.c
_crawls = tables.crawls.c
_ONE_EACH = (tables.sightings, tables.events, tables.volatiles, tables.reports)
"""Tables with a key of which the source is a part."""

_OF_EVENTS = (tables.event_snapshots, tables.agenda_items)


def rename(database: Database, old: str, new: str) -> int:
    """Give a source another name; returns how many measures it has shown. Raises StorageError.

    While a crawl runs nothing is renamed.
    """

    def work(connection: Connection) -> int:
        _check(connection, old, new)
        row = connection.execute(sa.select(tables.sources).where(_sources.name == old)).one()
        values = {**row._mapping, "name": new}  # noqa: SLF001 - the documented way to a dict
        if _is_known(connection, new):
            connection.execute(sa.update(tables.sources).where(_sources.name == new).values(values))
        else:
            connection.execute(sa.insert(tables.sources), values)
        for table in _ONE_EACH:
            _clear(connection, table, old, new)
        for table in tables.metadata.sorted_tables:
            if "source" in table.c:
                column = table.c.source
                connection.execute(sa.update(table).where(column == old).values({column: new}))
        _rename_within(connection, old, new)
        connection.execute(sa.delete(tables.sources).where(_sources.name == old))
        shown = sa.select(sa.func.count(tables.sightings.c.measure_id.distinct()))
        return int(connection.execute(shown.where(tables.sightings.c.source == new)).scalar_one())

    return database.write(work)


def _check(connection: Connection, old: str, new: str) -> None:
    if old == new:
        raise StorageError(f"the source {old!r} has that name")
    if not _is_known(connection, old):
        raise StorageError(f"no source {old!r} is known")
    running = sa.select(sa.func.count()).where(_crawls.state == "running")
    if connection.execute(running).scalar_one():
        raise StorageError("a crawl is running; wait for its end")


def _is_known(connection: Connection, name: str) -> bool:
    found = connection.execute(sa.select(_sources.name).where(_sources.name == name)).first()
    return found is not None


def _clear(connection: Connection, table: sa.Table, old: str, new: str) -> None:
    """Make room: what both names have goes under the new one, with all that hangs on it."""
    [key] = [
        [column for column in constraint.columns if column.name != "source"]
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
        and "source" in constraint.columns
    ]
    other = table.alias("other")
    both = sa.and_(
        table.c.source == new,
        sa.exists().where(
            other.c.source == old, *(other.c[column.name] == column for column in key)
        ),
    )
    if table is tables.events:
        gone = sa.select(table.c.id).where(both)
        for child in _OF_EVENTS:
            connection.execute(sa.delete(child).where(child.c.event_id.in_(gone)))
    connection.execute(sa.delete(table).where(both))


def _rename_within(connection: Connection, old: str, new: str) -> None:
    """Names that stand inside of values: who decides a field, what a crawl was of."""
    shown = sa.select(tables.sightings.c.measure_id).where(tables.sightings.c.source == new)
    _swap(connection, tables.measures, "fields", _measures.id.in_(shown), old, new)
    _swap(connection, tables.crawls, "sources", sa.true(), old, new)


def _swap(
    connection: Connection, table: sa.Table, name: str, where: Any, old: str, new: str
) -> None:
    column = table.c[name]
    rows = connection.execute(sa.select(table.c.id, column.label("value")).where(where)).all()
    changed = []
    for row in rows:
        if isinstance(row.value, dict):
            value: Any = {key: new if one == old else one for key, one in row.value.items()}
        else:
            value = [new if one == old else one for one in row.value]
        if value != row.value:
            changed.append({"of": row.id, "value": value})
    if changed:
        connection.execute(
            sa.update(table)
            .where(table.c.id == sa.bindparam("of"))
            .values({column: sa.bindparam("value", type_=column.type)}),
            changed,
        )
