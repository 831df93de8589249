"""Locks by name, held by a process as long as it lives.

On one machine a lock is a locked file; the system frees it when the process
ends, however it ends. With PostgreSQL it is an advisory lock as well, so that
all machines meet the same lock. Locks are always taken in one order, so two
that want the same ones never wait for each other.
"""

import fcntl
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from .database import Database
from .errors import LockLost, StorageError, translated
from .home import make_folder

_TRIES = 3
_BETWEEN_TRIES = 0.02


class Held:
    """Locks that are held now."""

    def __init__(self, names: tuple[str, ...], connection: Connection | None) -> None:
        self.names = names
        self._connection = connection

    def check(self) -> None:
        """Raise LockLost when the server that kept the locks dropped the connection."""
        if self._connection is None:
            return
        try:
            self._connection.execute(sa.text("SELECT 1"))
        except DBAPIError as error:
            raise LockLost(
                f"the lock of {', '.join(self.names)} was lost with the connection to the database"
            ) from error


class Locks:
    """Locks in the home's folder, and in the database when that is PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folder = database.home.locks

    @contextmanager
    def hold(self, names: Iterable[str]) -> Iterator[Held]:
        """Wait for all the locks and hold them."""
        with self._take(names, wait=True) as held:
            assert held is not None
            yield held

    @contextmanager
    def try_hold(self, names: Iterable[str]) -> Iterator[Held | None]:
        """Hold all the locks, or give None at once when one of them is held elsewhere."""
        with self._take(names, wait=False) as held:
            yield held

    def is_free(self, name: str) -> bool:
        """Whether nobody holds the lock now."""
        if not _file_is_free(self._path(name)):
            return False
        if self._database.dialect == "sqlite":
            return True
        high, low = divmod(_number(name) % (1 << 64), 1 << 32)
        with self._database.reading() as connection:
            return connection.execute(_HOLDERS, {"high": high, "low": low}).first() is None

    @contextmanager
    def _take(self, names: Iterable[str], *, wait: bool) -> Iterator[Held | None]:
        ordered = tuple(sorted(set(names)))
        with ExitStack() as stack:
            if not all(self._take_file(stack, name, wait=wait) for name in ordered):
                yield None
                return
            connection = None
            if self._database.dialect == "postgresql":
                connection = self._take_advisory(stack, ordered, wait=wait)
                if connection is None:
                    yield None
                    return
            yield Held(ordered, connection)

    def _take_file(self, stack: ExitStack, name: str, *, wait: bool) -> bool:
        path = self._path(name)
        descriptor = _lock_file(path) if wait else _try_lock_file(path)
        if descriptor is None:
            return False
        stack.callback(_release, path, descriptor)
        return True

    def _take_advisory(
        self, stack: ExitStack, names: Sequence[str], *, wait: bool
    ) -> Connection | None:
        with translated(self._database.where):
            connection = self._database.dedicated()
            # The locks live with the connection: closing it is letting them go.
            stack.callback(connection.close)
            for name in names:
                statement = _WAIT if wait else _TRY
                if connection.execute(statement, {"key": _number(name)}).scalar() is False:
                    return None
        return connection

    def _path(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.lock"


def held_in(folder: Path) -> list[str]:
    """The names of the locks of a folder that somebody on this machine holds now."""
    return sorted(unquote(path.stem) for path in folder.glob("*.lock") if not _file_is_free(path))


def _number(name: str) -> int:
    digest = blake2b(name.encode(), digest_size=8, person=b"measurewatch").digest()
    return int.from_bytes(digest, "big", signed=True)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        make_folder(path.parent)
        return _open(path)
    except OSError as error:
        raise StorageError(
            f"the lock {path} cannot be made ({error.strerror}); "
            "check that its folder belongs to the user who runs this"
        ) from error


def _lock_file(path: Path) -> int:
    while True:
        descriptor = _open(path)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_current(path, descriptor):
            return descriptor
        os.close(descriptor)


def _try_lock_file(path: Path) -> int | None:
    # Another process may be asking whether the lock is free: that takes no time.
    for _ in range(_TRIES):
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            time.sleep(_BETWEEN_TRIES)
            continue
        if _is_current(path, descriptor):
            return descriptor
        os.close(descriptor)
    return None


def _is_current(path: Path, descriptor: int) -> bool:
    """Whether the file that was locked still has its name: who lets a lock go removes it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _release(path: Path, descriptor: int) -> None:
    path.unlink(missing_ok=True)
    os.close(descriptor)


def _file_is_free(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


_WAIT = sa.text("SELECT pg_advisory_lock(:key)")
_TRY = sa.text("SELECT pg_try_advisory_lock(:key)")
_HOLDERS = sa.text(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = :high AND objid = :low"
)
