"""Messages on their way to people: claimed by lease, rendered once, sent at least once.

    open       gathers alerts until it is due
    prepared   claimed once: closed to new alerts, its rendering kept before the first send
    failed     a try failed, another is due
    sent       done
    dead       given up; visible, and can be tried again by hand

A message whose sender dies is claimed again when its lease ends, and goes out
with the same key and the same rendering.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import tables
from .database import Database
from .errors import LockLost, StorageError
from .ports import Claim

_messages = tables.messages.c
_crawls = tables.crawls.c
_links = tables.message_alerts.c
_alerts = tables.alerts.c
_changes = tables.changes.c
_UNSENT = ("open", "prepared", "failed")


class Outbox:
    """Hands out messages to send, each to one sender at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, *, now: datetime, lease: timedelta, limit: int = 20) -> list[Claim]:
        """Take messages that are due, the longest due first.

        Until `now + lease` nobody else gets them. Messages that hold something of
        a crawl that still runs are left alone.
        """
        until = now + lease
        with self._database.writing() as connection:
            rows = connection.execute(_DUE, {"now": now, "limit": limit}).all()
            for row in rows:
                connection.execute(
                    sa.update(tables.messages)
                    .where(_messages.id == row.id)
                    .values(state="prepared", lease_until=until, attempts=row.attempts + 1)
                )
        return [
            Claim(
                id=row.id, key=row.key, address=row.address, slot=row.slot, payload=row.payload,
                attempts=row.attempts + 1, lease_until=until,
            )
            for row in rows
        ]  # fmt: skip

    def prepare(self, claim: Claim, payload: Mapping[str, Any]) -> None:
        """Keep the rendering before the first send, so that every try sends the same.

        Raises LockLost when the lease has ended and another sender took over.
        """
        with self._database.writing() as connection:
            self._settle(connection, claim, {"payload": dict(payload)}, keep_lease=True)

    def sent(self, claim: Claim, *, now: datetime, detail: str = "") -> None:
        """The message is delivered. Raises LockLost like `prepare`."""
        with self._database.writing() as connection:
            _log(connection, claim, now, ok=True, detail=detail)
            self._settle(connection, claim, {"state": "sent", "sent_at": now, "error": ""})

    def failed(
        self, claim: Claim, *, now: datetime, detail: str, retry_at: datetime | None
    ) -> None:
        """A try failed: it is made again at `retry_at`, or given up when that is None."""
        values: dict[str, Any] = {"state": "dead", "error": detail}
        if retry_at is not None:
            values |= {"state": "failed", "due_at": retry_at}
        with self._database.writing() as connection:
            _log(connection, claim, now, ok=False, detail=detail)
            self._settle(connection, claim, values)

    def release(self, claim: Claim) -> None:
        """Give a message back untried, because the sender has to stop."""
        with self._database.writing() as connection:
            self._settle(connection, claim, {"attempts": claim.attempts - 1})

    def retry(self, message_id: int, *, now: datetime) -> None:
        """Try a dead or failed message again at once. Raises StorageError for any other, with why."""
        with self._database.writing() as connection:
            again = connection.execute(
                sa.update(tables.messages)
                .where(_messages.id == message_id, _messages.state.in_(("dead", "failed")))
                .values(state="failed", due_at=now, lease_until=None)
            )
            if again.rowcount != 1:
                raise StorageError(_why_not(connection, message_id))

    def retry_alert(self, alert_id: int, *, now: datetime) -> list[int]:
        """Try the dead and failed messages of an alert again; returns their ids."""
        with self._database.writing() as connection:
            ids = list(
                connection.execute(
                    sa.select(_messages.id)
                    .join(tables.message_alerts, _links.message_id == _messages.id)
                    .where(_links.alert_id == alert_id, _messages.state.in_(("dead", "failed")))
                ).scalars()
            )
            connection.execute(
                sa.update(tables.messages)
                .where(_messages.id.in_(ids))
                .values(state="failed", due_at=now, lease_until=None)
            )
        return ids

    def next_due(self) -> datetime | None:
        """When the next message falls due; None when none waits."""
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(
                sa.select(sa.func.min(_messages.due_at, type_=_messages.due_at.type)).where(
                    _messages.state.in_(_UNSENT)
                )
            ).scalar()
        return found

    def told(self, address: str, *, limit: int = 200) -> Iterator[Mapping[str, Any]]:
        """What was rendered for an address so far, sent or not, the newest messages first."""
        newest = (
            sa.select(_messages.id)
            .where(_messages.address == address, _messages.attempts > 0)
            .order_by(_messages.id.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            ids = connection.execute(newest).scalars().all()
        for id_ in ids:
            # One at a time: payloads are large, and a reader leaves when it has enough.
            with self._database.reading() as connection:
                payload = connection.execute(
                    sa.select(_messages.payload).where(_messages.id == id_)
                ).scalar()
            if payload is not None:
                yield payload

    def home(self) -> str:
        """What tells this home's messages from those of every other."""
        with self._database.reading() as connection:
            return str(
                connection.execute(
                    sa.select(tables.meta.c.value).where(tables.meta.c.key == "installation")
                ).scalar_one()
            )

    @staticmethod
    def _settle(
        connection: Connection, claim: Claim, values: dict[str, Any], *, keep_lease: bool = False
    ) -> None:
        if not keep_lease:
            values["lease_until"] = None
        # The end of the lease tells whose claim it is.
        settled = connection.execute(
            sa.update(tables.messages)
            .where(
                _messages.id == claim.id,
                _messages.lease_until == claim.lease_until,
                _messages.attempts == claim.attempts,
            )
            .values(values)
        )
        if settled.rowcount != 1:
            raise LockLost(f"the message {claim.id} was taken over by another sender")


def _log(connection: Connection, claim: Claim, now: datetime, *, ok: bool, detail: str) -> None:
    connection.execute(
        sa.insert(tables.deliveries),
        {"message_id": claim.id, "at": now, "ok": ok, "detail": detail},
    )


_now = sa.bindparam("now", type_=_messages.due_at.type)
# What a crawl found may still be held back until it is closed.
_HAS_OF_RUNNING = (
    sa.exists()
    .where(_links.message_id == _messages.id)
    .where(_alerts.id == _links.alert_id)
    .where(_changes.id == _alerts.change_id)
    .where(_crawls.id == _changes.crawl_id, _crawls.state == "running")
)
_DUE = (
    sa.select(tables.messages)
    .where(
        _messages.state.in_(_UNSENT),
        _messages.due_at <= _now,
        sa.or_(_messages.lease_until.is_(None), _messages.lease_until <= _now),
        ~_HAS_OF_RUNNING,
    )
    .order_by(_messages.due_at, _messages.id)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True, of=tables.messages)
)


def _why_not(connection: Connection, message_id: int) -> str:
    """Why a message cannot be tried again."""
    state = connection.scalar(sa.select(_messages.state).where(_messages.id == message_id))
    if state is None:
        return f"there is no message {message_id}; the numbers stand in: measurewatch alerts list"
    if state == "sent":
        return f"message {message_id} was sent already; only one that failed can be tried again"
    return f"message {message_id} has not failed; measurewatch deliver sends it when it is due"
