"""What watches were told before a backup was restored, so that they are not told again.

A restored database does not know what happened after its copy was made: the
next crawl notices it once more, rightly, and has to write the changes. The
database that was replaced knows what was told of them. Each such alert is kept
by what it said, and used up when the same change is noticed again.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import tables
from .messages import Draft
from .writes import chunks

REMEMBERED = timedelta(days=30)
"""How long a change may take to be noticed again; later it is another one."""

Told = tuple[str, str]

_alerts = tables.alerts.c
_changes = tables.changes.c
_links = tables.message_alerts.c
_measures = tables.measures.c
_messages = tables.messages.c
_told = tables.told_before.c
_versions = tables.versions.c


def told_since(connection: Connection, last_change: int) -> set[Told]:
    """The watches and fingerprints of changes after one, of alerts that were delivered."""
    rows = connection.execute(_DELIVERED, {"last": last_change}).all()
    names = fingerprints(connection, sorted({row.change_id for row in rows}))
    return {(row.watch, names[row.change_id]) for row in rows if row.change_id in names}


def remember(connection: Connection, told: Iterable[Told], *, now: datetime) -> None:
    """Keep what was told; what is kept already stays."""
    kept = {tuple(row) for row in connection.execute(sa.select(_told.watch, _told.fingerprint))}
    rows = [
        {"watch": watch, "fingerprint": fingerprint, "at": now}
        for watch, fingerprint in sorted(set(told) - kept)
    ]
    if rows:
        connection.execute(sa.insert(tables.told_before), rows)


def not_told_before(
    connection: Connection, drafts: Sequence[Draft], *, now: datetime
) -> list[Draft]:
    """The alerts without those that said the same before the restore; these are used up."""
    if not drafts or connection.execute(_ANY, {"since": now - REMEMBERED}).first() is None:
        return list(drafts)
    names = fingerprints(connection, sorted({draft.change_id for draft in drafts}))
    found: dict[Told, int] = {}
    for part in chunks(sorted(set(names.values()))):
        rows = connection.execute(_KEPT, {"names": part, "since": now - REMEMBERED})
        found |= {(row.watch, row.fingerprint): row.id for row in rows}
    said = {
        (draft.change_id, draft.alert.watch): found.get(
            (draft.alert.watch, names.get(draft.change_id, ""))
        )
        for draft in drafts
    }
    used = sorted({row for row in said.values() if row is not None})
    if used:
        connection.execute(sa.delete(tables.told_before).where(_told.id.in_(used)))
    return [draft for draft in drafts if said[draft.change_id, draft.alert.watch] is None]


def fingerprints(connection: Connection, change_ids: Collection[int]) -> dict[int, str]:
    """What each change says of its measure, in short; the same in every database.

    What was before is not in it: a copy may be older than the change before.
    """
    found = {}
    for part in chunks(list(change_ids)):
        for row in connection.execute(_SAID, {"ids": part}):
            after = json.dumps(row.after, sort_keys=True, ensure_ascii=True)
            said = (row.place, row.session, row.key, row.kind, after, row.text_sha256 or "")
            text = "\x1f".join(said)
            found[row.id] = blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()
    return found


_SAID = (
    sa.select(
        _changes.id, _changes.kind, _changes.after, _measures.place, _measures.session,
        _measures.key, _versions.text_sha256,
    )
    .join(tables.measures, _measures.id == _changes.measure_id)
    .outerjoin(tables.versions, _versions.id == _changes.new_version_id)
    .where(_changes.id.in_(sa.bindparam("ids", expanding=True)))
)  # fmt: skip
_DELIVERED = (
    sa.select(_alerts.watch, _alerts.change_id)
    .join(tables.message_alerts, _links.alert_id == _alerts.id)
    .join(tables.messages, _messages.id == _links.message_id)
    .where(_messages.state == "sent", _alerts.change_id > sa.bindparam("last"))
    .distinct()
)
_since = sa.bindparam("since", type_=_told.at.type)
_ANY = sa.select(_told.id).where(_told.at >= _since).limit(1)
_KEPT = sa.select(_told.id, _told.watch, _told.fingerprint).where(
    _told.fingerprint.in_(sa.bindparam("names", expanding=True)), _told.at >= _since
)
