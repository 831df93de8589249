"""Copies of a SQLite database, taken while others use it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from .errors import DamagedDatabase, StorageError, StorageFull, is_full
from .home import make_folder


def before_upgrade(path: Path, folder: Path, revision: str | None) -> Path:
    """Copy the database to a new file of `folder`, named after the revision it is at."""
    for number in count(1):
        target = folder / f"before-upgrade-from-{revision or 'none'}-{number}.db"
        if not target.exists():
            return copy(path, target)
    raise AssertionError  # count() does not end


def copy(path: Path, target: Path) -> Path:
    """Copy the database at `path` to `target`, whole or not at all.

    Raises StorageFull when there is no room, StorageError when the copy fails.
    """
    make_folder(target.parent)
    beside = target.with_name(target.name + ".part")
    with _translated(path, beside):
        os.close(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        with (
            closing(sqlite3.connect(address(path), uri=True)) as source,
            closing(sqlite3.connect(beside)) as copied,
        ):
            source.backup(copied)
        _sync(beside)
        beside.replace(target)
    return target


def is_writable(path: Path) -> bool:
    """Whether SQLite may write to a database, or make one; its log lies beside it."""
    return not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def address(path: Path) -> str:
    """The address by which SQLite opens a database, to read where this user may not write.

    Without a log nobody writes to it now, and SQLite has to be told that it need
    not make one; a log that is there is another user's, and is read with it.
    """
    how = "mode=rwc"
    if not is_writable(path):
        logged = path.with_name(f"{path.name}-wal").exists()
        how = "mode=ro" if logged else "mode=ro&immutable=1"
    return f"{path.absolute().as_uri()}?{how}&uri=true"


@contextmanager
def _translated(path: Path, beside: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        beside.unlink(missing_ok=True)
        raise _told(path, error) from error


def _told(path: Path, error: sqlite3.Error | OSError) -> StorageError:
    if isinstance(error, OSError):
        full, code = is_full(error), 0
    else:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        full = code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
    if full:
        return StorageFull(
            f"a copy of {path} could not be written ({error}); "
            "free some space, then run again: nothing was changed"
        )
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return DamagedDatabase(
            f"{path} is no database, or a damaged one ({error}); nothing was changed"
        )
    return StorageError(
        f"a copy of {path} could not be written ({error}); "
        "check that the folder belongs to the user who runs this: nothing was changed"
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
