"""Events as JSON: those of a measure, and a place's calendar."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import tables
from .event_codec import event_from_json, item_from_json
from .summaries import event_summary, item_summary
from .writes import chunks

Json = dict[str, Any]

_events = tables.events.c
_items = tables.agenda_items.c
_snapshots = tables.event_snapshots.c


def events_of(
    connection: Connection, measure_ids: Iterable[int], *, at: datetime | None = None
) -> dict[int, list[Json]]:
    """The events of measures with the item about each, by day; one entry an item.

    At a time they are as they were known then.
    """
    current: sa.ColumnElement[bool] = _items.until.is_(None)
    if at is not None:
        current = sa.and_(_items.since <= at, sa.or_(current, _items.until > at))
    rows = connection.execute(
        sa.select(
            _items.measure_id, _items.data.label("item"), _events.id, _events.source, _events.data
        )
        .join(tables.events, _events.id == _items.event_id)
        .where(_items.measure_id.in_(list(measure_ids)), current)
        .order_by(_events.date, _events.time, _events.id, _items.seq)
    ).all()
    earlier = _earlier(connection, {row.id for row in rows}, at) if at is not None else {}
    found: dict[int, list[Json]] = {}
    for row in rows:
        event = event_from_json(earlier.get(row.id, row.data))
        item = item_from_json(row.item)
        found.setdefault(row.measure_id, []).append(event_summary(row.id, row.source, event, item))
    return found


def agendas(connection: Connection, ids: Sequence[int]) -> Iterator[Json]:
    """Events in the order of `ids`, each with its place and its whole agenda."""
    rows = {row.id: row for row in connection.execute(_EVENTS, {"ids": list(ids)})}
    items: dict[int, list[Any]] = {}
    for row in connection.execute(_AGENDA, {"ids": list(ids)}):
        items.setdefault(row.event_id, []).append(row)
    for id_ in ids:
        row = rows[id_]
        event = event_from_json(row.data)
        summary = event_summary(id_, row.source, event, None)
        del summary["item"]
        yield summary | {
            "place": row.place,
            "links": [{"url": link.url, "text": link.text} for link in event.links],
            "complete": event.complete,
            "first_seen": row.first_seen.isoformat(),
            "changed_at": row.changed_at.isoformat(),
            "items": [_item(one) for one in items.get(id_, ())],
        }


def _item(row: Any) -> Json:
    item = item_from_json(row.data)
    about = {"identifier": item.identifier, "session": item.session, "measure": row.measure_id}
    return item_summary(item) | about


def _earlier(connection: Connection, ids: Iterable[int], at: datetime) -> dict[int, Json]:
    """What events were at a time, for those that have changed since."""
    found: dict[int, Json] = {}
    for part in chunks(sorted(ids)):
        rows = connection.execute(
            sa.select(_snapshots.event_id, _snapshots.data)
            .where(_snapshots.event_id.in_(part), _snapshots.until > at)
            .order_by(_snapshots.event_id, _snapshots.until.desc())
        )
        found |= {row.event_id: row.data for row in rows}
    return found


def _ids() -> sa.BindParameter[Any]:
    return sa.bindparam("ids", expanding=True)


_EVENTS = sa.select(tables.events).where(_events.id.in_(_ids()))
_AGENDA = (
    sa.select(tables.agenda_items)
    .where(_items.event_id.in_(_ids()), _items.until.is_(None))
    .order_by(_items.event_id, _items.seq, _items.id)
)
