"""Alerts and the messages that gather them, written with the change itself.

One alert is one change for one watch, whatever its recipients. One message is
all that one recipient gets in one slot. A message that was closed to be sent
takes nothing more: the next alert of its slot opens the next message.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import tables
from .ports import AlertDraft
from .writes import Ids, Row, chunks

RESTORED = "restored"
_NAMESPACE = UUID("6f1c3a52-6d0e-5c0b-9d5e-7e0a1f3b9c44")
_alerts = tables.alerts.c
_messages = tables.messages.c
_meta = tables.meta.c


@dataclass(frozen=True, slots=True)
class Draft:
    """An alert on its way, for the change with this id."""

    change_id: int
    alert: AlertDraft


def write_alerts(
    connection: Connection, drafts: Sequence[Draft], *, now: datetime, crawl_id: int
) -> None:
    """Write alerts that were not made before, and put them in their recipients' messages."""
    if not drafts:
        return
    ids = Ids(connection)
    made = _write_alerts(connection, ids, drafts, now)
    by_message: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if (draft.change_id, draft.alert.watch) in made:
            by_message[draft.alert.address, _slot(draft.alert, crawl_id)].append(draft)
    links: dict[tuple[int, int], Row] = {}
    # Sorted, so that two writers on PostgreSQL never wait for each other in a circle.
    for (address, slot), gathered in sorted(by_message.items()):
        due = min(draft.alert.due_at for draft in gathered)
        message_id = open_message(connection, ids, (address, slot), due=due)
        for draft in gathered:
            alert_id = made[draft.change_id, draft.alert.watch]
            links[message_id, alert_id] = {"message_id": message_id, "alert_id": alert_id}
    if links:
        connection.execute(sa.insert(tables.message_alerts), list(links.values()))


def message_key(connection: Connection, address: str, slot: str, number: int) -> str:
    """The key that a message keeps through every try, unlike that of any other installation.

    A restored backup counts its messages anew, so the restore is part of the key.
    """
    about = {row.key: row.value for row in connection.execute(_INSTALLATION)}
    parts = (about["installation"], address, slot, str(number))
    restored = about.get(RESTORED)
    return str(uuid5(_NAMESPACE, "\x1f".join((*parts, restored) if restored else parts)))


def _slot(draft: AlertDraft, crawl_id: int) -> str:
    return f"{draft.slot}#{crawl_id}" if draft.at_once else draft.slot


def _write_alerts(
    connection: Connection, ids: Ids, drafts: Iterable[Draft], now: datetime
) -> dict[tuple[int, str], int]:
    reasons: dict[tuple[int, str], dict[str, None]] = defaultdict(dict)
    for draft in drafts:
        reasons[draft.change_id, draft.alert.watch] |= dict.fromkeys(draft.alert.reasons)
    there = _existing(connection, sorted({change_id for change_id, _ in reasons}))
    made: dict[tuple[int, str], int] = {}
    rows: list[Row] = []
    for (change_id, watch), why in reasons.items():
        if (change_id, watch) in there:
            continue
        made[change_id, watch] = alert_id = ids.next(tables.alerts)
        rows.append(
            {"id": alert_id, "watch": watch, "change_id": change_id, "reasons": list(why),
             "created": now}
        )  # fmt: skip
    if rows:
        connection.execute(sa.insert(tables.alerts), rows)
    return made


def _existing(connection: Connection, change_ids: Sequence[int]) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    for part in chunks(change_ids):
        rows = connection.execute(
            sa.select(_alerts.change_id, _alerts.watch).where(_alerts.change_id.in_(part))
        )
        found |= {(row.change_id, row.watch) for row in rows}
    return found


def watches_told(connection: Connection, change_id: int | None) -> set[str]:
    """The watches that a change made an alert for."""
    if change_id is None:
        return set()
    told = connection.execute(sa.select(_alerts.watch).where(_alerts.change_id == change_id))
    return set(told.scalars())


def open_message(connection: Connection, ids: Ids, to: tuple[str, str], *, due: datetime) -> int:
    """Find the message that gathers this slot's alerts, or open the next one."""
    address, slot = to
    last = connection.execute(_LAST, {"address": address, "slot": slot}).first()
    if last is not None and last.state == "open":
        if due < last.due_at:
            connection.execute(
                sa.update(tables.messages).where(_messages.id == last.id).values(due_at=due)
            )
        return int(last.id)
    number = last.number + 1 if last is not None else 1
    message_id = ids.next(tables.messages)
    connection.execute(
        sa.insert(tables.messages),
        {
            "id": message_id, "key": message_key(connection, address, slot, number),
            "address": address, "slot": slot, "number": number, "state": "open", "due_at": due,
            "attempts": 0,
        },
    )  # fmt: skip
    return message_id


_INSTALLATION = sa.select(_meta.key, _meta.value).where(_meta.key.in_(("installation", RESTORED)))
_LAST = (
    sa.select(_messages.id, _messages.number, _messages.state, _messages.due_at)
    .where(_messages.address == sa.bindparam("address"), _messages.slot == sa.bindparam("slot"))
    .order_by(_messages.number.desc())
    .limit(1)
    .with_for_update()
)
