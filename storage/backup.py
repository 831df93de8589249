"""Copies of a SQLite database, taken while others use it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from .errors import StorageError, StorageFull
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
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(beside)) as copied:
            source.backup(copied)
        _sync(beside)
        beside.replace(target)
    return target


@contextmanager
def _translated(path: Path, beside: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        beside.unlink(missing_ok=True)
        full = getattr(error, "sqlite_errorcode", 0) & 0xFF in (
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
        ) or isinstance(error, OSError)
        kind = StorageFull if full else StorageError
        raise kind(
            f"the backup of {path} could not be written ({error}); "
            "free some space, then run again: nothing was changed"
        ) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
