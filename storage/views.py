"""Measures as JSON, in the shape that DESIGN section 6 promises."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.places import PlaceError, place
from config.vocabulary import TextState
from pipelines.votes import vote_json

from . import tables
from .codec import vote_from_json
from .event_views import events_of
from .writes import chunks

Json = dict[str, Any]

_versions = tables.versions.c
_sightings = tables.sightings.c
_snapshots = tables.snapshots.c


def measures_json(
    connection: Connection, ids: Sequence[int], *, at: datetime | None = None
) -> list[Json]:
    """Measures in the order of `ids`, as they are or as they were known at a time.

    A measure that was not known then is left out.
    """
    found: dict[int, Json] = {}
    for part in chunks(ids):
        found |= _read(connection, part, at)
    return [found[id_] for id_ in ids if id_ in found]


@lru_cache(maxsize=4096)
def jurisdiction(path: str) -> str:
    """The Open Civic Data id of a place's government; the path itself for a place unknown to us."""
    try:
        return place(path).jurisdiction
    except PlaceError:
        return path


def _read(connection: Connection, ids: Sequence[int], at: datetime | None) -> dict[int, Json]:
    statement = sa.select(tables.measures).where(tables.measures.c.id.in_(ids))
    if at is not None:
        statement = statement.where(tables.measures.c.first_seen <= at)
    rows = {row.id: row for row in connection.execute(statement)}
    states = {id_: (row.data, row.changed_at) for id_, row in rows.items()}
    if at is not None:
        states |= _earlier_states(connection, list(rows), at)
    versions = _grouped(connection, _versions_at(list(rows), at))
    sightings = _grouped(connection, _seen(list(rows)))
    events = events_of(connection, rows, at=at)
    found: dict[int, Json] = {}
    for id_, row in rows.items():
        gone = (
            row.vanished_at if at is None or (row.vanished_at and row.vanished_at <= at) else None
        )
        state, since = states[id_]
        data = json.loads(state)
        found[id_] = _measure(row, data) | {
            "versions": [_version(version, at) for version in versions.get(id_, ())],
            "events": events.get(id_, []),
            "sources": [_source(one, data) for one in sightings.get(id_, ())],
            "changed_at": since.isoformat(),
            "vanished_at": gone.isoformat() if gone else None,
        }
    return found


def _measure(row: Any, data: Json) -> Json:
    printed = {data.get("identifier", ""), *data.get("identifiers", ())}
    former = [name for name in data.get("formerly", ()) if name not in printed]
    return {
        "id": row.id,
        "jurisdiction": jurisdiction(row.place),
        "place": row.place,
        "session": row.session,
        "identifier": data.get("identifier", ""),
        "identifiers": list(dict.fromkeys(data.get("identifiers", ()))),
        "formerly": former,
        "title": data.get("title", ""),
        "classification": data.get("classification", []),
        "from_organization": data.get("from_organization", ""),
        "status": data.get("status", ""),
        "abstract": data.get("abstract", ""),
        "subjects": data.get("subjects", []),
        "concerns": data.get("concerns", []),
        "sponsors": [
            _filled(person, "name", "classification") for person in data.get("sponsors", [])
        ],
        "dates": [_filled(day, "kind", "date", "text") for day in data.get("dates", [])],
        "actions": [_action(action) for action in data.get("actions", [])],
        "related": [
            _filled(other, "identifier", "relation", "session") for other in data.get("related", [])
        ],
        "documents": [
            {"note": one.get("text", ""), **_filled(one, "url", "media_type")}
            for one in data.get("documents", [])
        ],
        "url": data.get("url", ""),
        "first_seen": row.first_seen.isoformat(),
    }


def _action(data: Json) -> Json:
    action = _filled(data, "date", "description", "organization")
    action["classification"] = data.get("classification", [])
    if "vote" in data:
        action["vote"] = vote_json(vote_from_json(data["vote"]))
    return action


def _version(row: Any, at: datetime | None) -> Json:
    unread = at is not None and (row.read_at is None or row.read_at > at)
    return {
        "id": row.id,
        "note": row.note,
        "date": row.date.isoformat() if row.date else None,
        "classification": row.classification,
        "links": [_filled(link, "url", "media_type") for link in row.links],
        "text_sha256": None if unread else row.text_sha256 or None,
        "state": str(TextState.PENDING) if unread and row.read_at else row.state,
        "waits_for": row.waits_for,
        "reason": row.reason,
        "document_sha256": row.document_sha256 or None,
        "extractor": row.extractor or None,
        "first_seen": row.first_seen.isoformat(),
    }


def _source(row: Any, data: Json) -> Json:
    return {
        "source": row.source,
        "url": data.get("url", ""),
        "listing": row.listing,
        "last_seen": row.last_seen.isoformat(),
        "extras": row.extras,
    }


def _filled(data: Json, *names: str) -> Json:
    """The named values; a date that is not known is null, other words are empty."""
    return {name: data.get(name, None if name == "date" else "") for name in names}


def _grouped(connection: Connection, statement: sa.Select[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in connection.execute(statement):
        groups.setdefault(row.measure_id, []).append(row)
    return groups


def _versions_at(ids: Iterable[int], at: datetime | None) -> sa.Select[Any]:
    statement = (
        sa.select(tables.versions)
        .where(_versions.measure_id.in_(list(ids)))
        .order_by(_versions.seq, _versions.id)
    )
    if at is None:
        return statement.where(_versions.replaced_at.is_(None))
    return statement.where(
        _versions.first_seen <= at,
        sa.or_(_versions.replaced_at.is_(None), _versions.replaced_at > at),
    )


def _seen(ids: Iterable[int]) -> sa.Select[Any]:
    return (
        sa.select(
            _sightings.measure_id, _sightings.source, _sightings.listing, _sightings.last_seen,
            _sightings.extras,
        )
        .where(_sightings.measure_id.in_(list(ids)))
        .order_by(_sightings.id)
    )  # fmt: skip


def _earlier_states(
    connection: Connection, ids: Sequence[int], at: datetime
) -> dict[int, tuple[str, datetime]]:
    """The state each measure had at a time, and since when, for those that have changed since."""
    rows = connection.execute(
        sa.select(_snapshots.measure_id, _snapshots.data, _snapshots.since)
        .where(_snapshots.measure_id.in_(ids), _snapshots.until > at)
        .order_by(_snapshots.measure_id, _snapshots.until.desc())
    )
    return {row.measure_id: (row.data, row.since) for row in rows}
