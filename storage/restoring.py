"""Putting a backup in the place of the database, without telling anybody anything twice."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import tables
from .backup import copy
from .database import Database
from .errors import DamagedDatabase, NewerDatabase, StorageError
from .home import DATABASE, Home
from .messages import RESTORED
from .told import Told, remember, told_since

_changes = tables.changes.c
_messages = tables.messages.c
_meta = tables.meta.c


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restore.

    `before` is the copy of the database that was replaced, None where there was
    none; `told` how many alerts it had delivered that the backup does not know,
    None where it could not be read.
    """

    before: Path | None
    told: int | None
    revision: str


def restore(backup: Path, home: Home, *, now: datetime) -> Restored:
    """Put a backup in the place of the home's SQLite database.

    The backup is checked and brought up to date first, and the database that it
    replaces is kept beside the backups. Nobody else may use the home meanwhile.
    Raises DamagedDatabase, NewerDatabase, StorageFull or StorageError, and then
    nothing was changed.
    """
    target = home.path / DATABASE
    if not backup.is_file() or not backup.stat().st_size:
        raise StorageError(f"there is no backup in {backup}; `db backup` says where it writes one")
    fresh = home.path / f"{DATABASE}.restoring"
    _remove(fresh)
    try:
        copy(backup, fresh)
        with closing(_opened(fresh, backup, home)) as restored:
            told = _carry_over(target, restored, home, now) if target.exists() else set()
            restored.write(lambda connection: _note(connection, now))
            revision = restored.revision() or ""
        _settle(fresh)
        before = _put_aside(target, home) if target.exists() else None
        _remove(target, logs_only=True)
        fresh.replace(target)
    finally:
        _remove(fresh)
    return Restored(before, None if told is None else len(told), revision)


def _opened(fresh: Path, backup: Path, home: Home) -> Database:
    """The copy of a backup, open and sound; what is wrong is told of the backup."""
    with closing(sqlite3.connect(fresh)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not {"alembic_version", tables.measures.name, tables.changes.name} <= names:
        raise StorageError(
            f"{backup} is no backup of Measurewatch but another database; nothing was changed"
        )
    try:
        return Database.open(f"sqlite:///{fresh}", home=home, verify=True)
    except DamagedDatabase as error:
        raise DamagedDatabase(
            f"the backup {backup} is damaged; take another, nothing was changed"
        ) from error
    except NewerDatabase as error:
        raise NewerDatabase(
            f"the backup {backup} is of a newer version; install a newer Measurewatch, nothing was changed"
        ) from error


def _carry_over(target: Path, restored: Database, home: Home, now: datetime) -> set[Told] | None:
    """Take over what the database to be replaced told; None where it cannot be read."""
    try:
        with closing(Database.open(f"sqlite:///{target}", home=home, upgrade=False)) as replaced:
            with restored.reading() as connection:
                last = connection.execute(sa.select(sa.func.max(_changes.id))).scalar() or 0
            with replaced.reading() as connection:
                told = told_since(connection, last)
                sent = _sent(connection)
    except StorageError:
        return None
    with restored.writing() as connection:
        remember(connection, told, now=now)
        for key, at in sent.items():
            connection.execute(_SENT, {"sent_key": key, "at": at})
    return told


def _note(connection: Connection, now: datetime) -> None:
    connection.execute(sa.delete(tables.meta).where(_meta.key == RESTORED))
    connection.execute(sa.insert(tables.meta), {"key": RESTORED, "value": now.isoformat()})


def _sent(connection: Connection) -> dict[str, datetime]:
    rows = connection.execute(
        sa.select(_messages.key, _messages.sent_at).where(_messages.state == "sent")
    )
    return {row.key: row.sent_at for row in rows}


def _settle(path: Path) -> None:
    """Bring all of a database into its one file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _put_aside(target: Path, home: Home) -> Path:
    kept = next(
        path
        for number in count(1)
        if not (path := home.backups / f"before-restore-{number}.db").exists()
    )
    try:
        return copy(target, kept)
    except StorageError:
        # What cannot be copied as a database is kept as the file it is.
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(target.read_bytes())
        return kept


def _remove(path: Path, *, logs_only: bool = False) -> None:
    for end in ("-wal", "-shm", *(() if logs_only else ("",))):
        path.with_name(path.name + end).unlink(missing_ok=True)


_SENT = (
    sa.update(tables.messages)
    .where(_messages.key == sa.bindparam("sent_key"), _messages.state != "sent")
    .values(state="sent", sent_at=sa.bindparam("at", type_=_messages.sent_at.type))
)
