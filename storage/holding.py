"""Alerts that are held back: what a crawl found is too much to be told unseen.

A hold is of one source. It takes the alerts of a crawl out of the messages that
gathered them, before anything of the crawl is sent, and while it is open those
of the source's next crawls too: what follows may be the other half of a fault.
An operator ends it. Released, the alerts go out as if nothing had been.
Discarded, they never go out, and the measures go back to the state that was
accepted before, so that the next crawl is compared with that: a fault that is
repaired is no change, and what is real is told then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from config.vocabulary import ChangeKind

from . import tables
from .codec import load_measure
from .database import Database
from .errors import StorageError
from .index import Index
from .messages import open_message
from .ports import HoldRow
from .writes import Ids, chunks

_alerts = tables.alerts.c
_changes = tables.changes.c
_crawls = tables.held_crawls.c
_held = tables.held_alerts.c
_holds = tables.holds.c
_links = tables.message_alerts.c
_measures = tables.measures.c
_messages = tables.messages.c
_sightings = tables.sightings.c
_snapshots = tables.snapshots.c
_versions = tables.versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What the end of a hold touched: alerts sent or dropped, and measures set back."""

    alerts: int
    measures: int = 0


class Holds:
    """Opens, lists and ends the holds of sources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, source: str, crawl_id: int, reason: str, *, now: datetime) -> int:
        """Hold back what a crawl of the source would tell; returns how many alerts wait.

        An open hold of the source takes the crawl in and keeps its first reason.
        Call it before the crawl is closed: until then none of it is sent.
        """
        with self._database.writing() as connection:
            found = _open(connection, source)
            hold_id = found.id if found else _begin(connection, source, reason, now)
            joined = sa.select(_crawls.crawl_id).where(
                _crawls.hold_id == hold_id, _crawls.crawl_id == crawl_id
            )
            if connection.execute(joined).first() is None:
                connection.execute(
                    sa.insert(tables.held_crawls), {"hold_id": hold_id, "crawl_id": crawl_id}
                )
            _take_out(connection, hold_id, source, crawl_id)
            return _count(connection, hold_id)

    def open(self, source: str | None = None) -> list[HoldRow]:
        """The holds that wait for a decision, of one source or of all."""
        return [row for row in self.all(source) if row.state == "held"]

    def all(self, source: str | None = None) -> list[HoldRow]:
        """Every hold, the oldest first."""
        statement = sa.select(tables.holds).order_by(_holds.id)
        if source is not None:
            statement = statement.where(_holds.source == source)
        with self._database.reading() as connection:
            return [_row(connection, row) for row in connection.execute(statement).all()]

    def release(self, source: str, *, by: str, now: datetime) -> Ended:
        """Send what is held, as soon as each message's time has come. Raises StorageError."""
        with self._database.writing() as connection:
            hold = _the_open(connection, source)
            waiting = connection.execute(
                sa.select(tables.held_alerts)
                .where(_held.hold_id == hold.id)
                .order_by(_held.address, _held.slot, _held.alert_id)
            ).all()
            _file(connection, waiting, now)
            connection.execute(sa.delete(tables.held_alerts).where(_held.hold_id == hold.id))
            _end(connection, hold.id, "released", by, now)
        return Ended(alerts=len({row.alert_id for row in waiting}))

    def discard(self, source: str, *, by: str, now: datetime) -> Ended:
        """Drop what is held and set its measures back. Raises StorageError."""
        with self._database.writing() as connection:
            hold = _the_open(connection, source)
            alerts = _count(connection, hold.id)
            measures = _set_back(connection, hold.id, source, now)
            _end(connection, hold.id, "discarded", by, now)
        return Ended(alerts=alerts, measures=measures)


def _open(connection: Connection, source: str) -> Row[Any] | None:
    return connection.execute(
        sa.select(tables.holds).where(_holds.source == source, _holds.state == "held")
    ).first()


def _the_open(connection: Connection, source: str) -> Row[Any]:
    found = _open(connection, source)
    if found is None:
        raise StorageError(f"nothing of the source {source!r} is held")
    return found


def _begin(connection: Connection, source: str, reason: str, now: datetime) -> int:
    hold_id = Ids(connection).next(tables.holds)
    connection.execute(
        sa.insert(tables.holds),
        {"id": hold_id, "source": source, "since": now, "reason": reason, "state": "held",
         "ended": None, "by": ""},
    )  # fmt: skip
    return hold_id


def _end(connection: Connection, hold_id: int, state: str, by: str, now: datetime) -> None:
    connection.execute(
        sa.update(tables.holds).where(_holds.id == hold_id).values(state=state, ended=now, by=by)
    )


def _count(connection: Connection, hold_id: int) -> int:
    return int(
        connection.execute(
            sa.select(sa.func.count(_held.alert_id.distinct())).where(_held.hold_id == hold_id)
        ).scalar_one()
    )


def _row(connection: Connection, row: Row[Any]) -> HoldRow:
    crawls = connection.execute(
        sa.select(_crawls.crawl_id).where(_crawls.hold_id == row.id).order_by(_crawls.crawl_id)
    ).scalars()
    kinds = connection.execute(
        sa.select(_changes.kind, sa.func.count())
        .where(_of_hold(row.id, row.source))
        .group_by(_changes.kind)
        .order_by(_changes.kind)
    )
    return HoldRow(
        id=row.id, source=row.source, since=row.since, reason=row.reason, state=row.state,
        ended=row.ended, by=row.by, crawls=tuple(crawls), alerts=_count(connection, row.id),
        changes={row.kind: row[1] for row in kinds},
    )  # fmt: skip


def _of_hold(hold_id: int, source: str) -> sa.ColumnElement[bool]:
    """The changes that a hold is about."""
    crawls = sa.select(_crawls.crawl_id).where(_crawls.hold_id == hold_id)
    return sa.and_(_changes.source == source, _changes.crawl_id.in_(crawls))


# --- alerts and messages ----------------------------------------------------


def _take_out(connection: Connection, hold_id: int, source: str, crawl_id: int) -> None:
    gathered = connection.execute(
        sa.select(_links.alert_id, _links.message_id, _messages.address, _messages.slot,
                  _messages.due_at)
        .join(tables.alerts, _alerts.id == _links.alert_id)
        .join(tables.changes, _changes.id == _alerts.change_id)
        .join(tables.messages, _messages.id == _links.message_id)
        .where(_changes.source == source, _changes.crawl_id == crawl_id, _messages.state == "open")
    ).all()  # fmt: skip
    if not gathered:
        return
    connection.execute(
        sa.insert(tables.held_alerts),
        [
            {"hold_id": hold_id, "alert_id": row.alert_id, "address": row.address,
             "slot": row.slot, "due_at": row.due_at}
            for row in gathered
        ],
    )  # fmt: skip
    for alerts, messages in _in_parts(gathered):
        connection.execute(
            sa.delete(tables.message_alerts).where(
                _links.alert_id.in_(alerts), _links.message_id.in_(messages)
            )
        )
        connection.execute(
            sa.delete(tables.messages).where(
                _messages.id.in_(messages),
                ~sa.exists().where(_links.message_id == _messages.id),
            )
        )


def _in_parts(rows: Sequence[Any]) -> Iterator[tuple[list[int], list[int]]]:
    by_message: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_message[row.message_id].append(row.alert_id)
    for message, alerts in by_message.items():
        for part in chunks(alerts):
            yield list(part), [message]


def _file(connection: Connection, waiting: Iterable[Any], now: datetime) -> None:
    ids = Ids(connection)
    by_message: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in waiting:
        by_message[row.address, row.slot].append(row)
    for to, rows in by_message.items():
        due = max(now, min(row.due_at for row in rows))
        message_id = open_message(connection, ids, to, due=due)
        connection.execute(
            sa.insert(tables.message_alerts),
            [{"message_id": message_id, "alert_id": row.alert_id} for row in rows],
        )


# --- the accepted state -----------------------------------------------------


def _set_back(connection: Connection, hold_id: int, source: str, now: datetime) -> int:
    """Give the measures of a hold the state they had before it; returns how many."""
    changes = connection.execute(
        sa.select(_changes.id, _changes.measure_id, _changes.kind, _changes.at,
                  _changes.old_version_id, _changes.new_version_id)
        .where(_of_hold(hold_id, source))
        .order_by(_changes.id)
    ).all()  # fmt: skip
    since: dict[int, datetime] = {}
    for change in changes:
        since.setdefault(change.measure_id, change.at)
    gone = {one.measure_id for one in changes if one.kind == ChangeKind.NEW}
    back = {one.measure_id for one in changes if one.kind == ChangeKind.VANISHED}
    _set_back_versions(connection, changes, now)
    index = Index(connection)
    for measure_id, at in since.items():
        if measure_id in gone:
            _update(connection, measure_id, vanished_at=now)
            continue
        values: dict[str, Any] = {"vanished_at": None} if measure_id in back else {}
        before = connection.execute(_BEFORE, {"measure_id": measure_id, "at": at}).first()
        if before is not None:
            measure = load_measure(before.data)
            values |= {
                "data": before.data, "identifier": measure.identifier, "title": measure.title,
                "status": measure.status, "url": measure.url, "changed_at": before.since,
            }  # fmt: skip
            index.add_measure(measure_id, measure)
        if values:
            _update(connection, measure_id, **values)
    index.flush()
    for part in chunks(sorted(since)):
        # An unchanged observation must not take the fast path: it is compared with another state.
        connection.execute(
            sa.update(tables.sightings)
            .where(_sightings.measure_id.in_(part), _sightings.source == source)
            .values(digest="", absent_count=0, absent_crawl_id=0)
        )
    return len(since)


def _set_back_versions(connection: Connection, changes: Sequence[Any], now: datetime) -> None:
    for change in reversed(changes):
        if change.new_version_id is None or change.kind == ChangeKind.NEW:
            continue
        fresh = connection.execute(_VERSION, {"id": change.new_version_id}).one()
        connection.execute(
            sa.update(tables.versions).where(_versions.id == fresh.id).values(replaced_at=now)
        )
        if change.old_version_id is None:
            continue
        old = connection.execute(_VERSION, {"id": change.old_version_id}).one()
        if old.seq == fresh.seq:
            connection.execute(
                sa.update(tables.versions).where(_versions.id == old.id).values(replaced_at=None)
            )


def _update(connection: Connection, measure_id: int, **values: Any) -> None:
    connection.execute(sa.update(tables.measures).where(_measures.id == measure_id).values(values))


_VERSION = sa.select(_versions.id, _versions.seq).where(_versions.id == sa.bindparam("id"))
_BEFORE = (
    sa.select(_snapshots.data, _snapshots.since)
    .where(
        _snapshots.measure_id == sa.bindparam("measure_id"),
        _snapshots.until >= sa.bindparam("at", type_=_snapshots.until.type),
    )
    .order_by(_snapshots.until, _snapshots.id)
    .limit(1)
)
