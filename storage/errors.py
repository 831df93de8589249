"""What can go wrong with the store.

    StorageError             the store cannot be used as it is
    ├── NewerDatabase        the database was written by a newer Measurewatch
    ├── OlderDatabase        the database needs an upgrade that was not allowed
    ├── DamagedDatabase      the database, or a stored file, is not what was written
    ├── StorageFull          the disk, or the quota, is full
    ├── Unavailable          the database does not answer
    └── LockLost             a lock that was held is held no more

Each message is one sentence for the operator and says what to do.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy.exc

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_CODES = frozenset({"53100", "53200"})
_DAMAGED_CODES = frozenset({"XX001", "XX002"})
_RETRY_CODES = frozenset({"40001", "40P01"})


class StorageError(Exception):
    """The store cannot be used as it is."""


class NewerDatabase(StorageError):
    """The database was written by a newer Measurewatch."""


class OlderDatabase(StorageError):
    """The database needs an upgrade that was not allowed."""


class DamagedDatabase(StorageError):
    """The database, or a stored file, is not what was written."""


class StorageFull(StorageError):
    """The disk, or the quota, is full."""


class Unavailable(StorageError):
    """The database does not answer."""


class LockLost(StorageError):
    """A lock that was held is held no more."""


def is_full(error: OSError) -> bool:
    """Whether the system refused to write for want of space."""
    return error.errno in _FULL


def is_transient(error: BaseException) -> bool:
    """Whether PostgreSQL gave up a transaction that may be run again as it is."""
    original = getattr(error, "orig", None)
    return getattr(original, "sqlstate", None) in _RETRY_CODES


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn the errors of drivers and of the system into ours; `where` names the database."""
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        ours = _translate(error, where)
        if ours is None:
            raise
        raise ours from error
    except OSError as error:
        if not is_full(error):
            raise
        raise _full(where) from error


def _translate(error: sqlalchemy.exc.DBAPIError, where: str) -> StorageError | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(original, where)
    state = getattr(original, "sqlstate", None)
    if state in _FULL_CODES:
        return _full(where)
    if state in _DAMAGED_CODES:
        return _damaged(where, str(original))
    if isinstance(error, sqlalchemy.exc.OperationalError) and (
        state is None or state.startswith(("08", "57P", "3D", "28"))
    ):
        return Unavailable(
            f"the database {where} does not answer ({_first_line(original)}); "
            "check that the server runs and that the address is right"
        )
    return None


def _from_sqlite(original: sqlite3.Error, where: str) -> StorageError | None:
    # Errors of our own converters carry no code.
    code = getattr(original, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return _full(where)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(where, str(original))
    if code == sqlite3.SQLITE_IOERR:
        return StorageFull(
            f"the disk does not take what is written to {where} ({original}); "
            "free some space or check the disk, then run again"
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return Unavailable(
            f"the database {where} cannot be written to ({original}); "
            "check that it and its folder exist and belong to the user who runs this"
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Unavailable(
            f"the database {where} is in use by another program for too long; "
            "stop that program or try again"
        )
    return None


def _full(where: str) -> StorageFull:
    return StorageFull(f"the disk with {where} is full; free some space, then run again")


def _damaged(where: str, detail: str) -> DamagedDatabase:
    return DamagedDatabase(f"the database {where} is damaged ({detail}); restore a backup")


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
