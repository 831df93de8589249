"""The database: opening, upgrading and checking it, and its two kinds of transaction.

SQLite runs in WAL mode with two engines: one that only reads, and one whose
transactions begin as writers (BEGIN IMMEDIATE). A transaction that begins as a
reader and then writes would fail at once when another process wrote meanwhile.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from . import backup, schema
from .errors import DamagedDatabase, is_transient, translated
from .home import Home, make_folder

T = TypeVar("T")

BUSY_SECONDS = 60
RETRIES = 5
_UPGRADE_LOCK = 0x4D57_0001


class Database:
    """An open database. `dialect` is "sqlite" or "postgresql".

    A SQLite database that this user may not write to can be read.
    """

    def __init__(self, url: sa.URL, home: Home) -> None:
        self.url = url
        self.home = home
        self.where = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite":
            self.dialect: Literal["sqlite", "postgresql"] = "sqlite"
            path = Path(str(url.database))
            self.is_writable = backup.is_writable(path)
            file = url if self.is_writable else sa.make_url(f"sqlite:///{backup.address(path)}")
            self._write = _sqlite_engine(file, begin="BEGIN IMMEDIATE")
            self._read = _sqlite_engine(file, begin="BEGIN", readonly=True)
        else:
            self.dialect = "postgresql"
            self.is_writable = True
            self._write = sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
            self._read = self._write.execution_options(postgresql_readonly=True)

    @classmethod
    def open(
        cls, url: str, *, home: Home, upgrade: bool = True, verify: bool = False
    ) -> "Database":
        """Open the database at `url` ("" is SQLite in the home), made or upgraded as needed.

        A SQLite database that holds anything is copied to the home's backups
        before it is upgraded. `verify` reads the whole database first.

        Raises NewerDatabase, DamagedDatabase, OlderDatabase (when `upgrade` is
        false and an upgrade is due), StorageFull or Unavailable.
        """
        database = cls(_url(url or home.database_url), home)
        try:
            with translated(database.where):
                database._prepare(upgrade=upgrade)
            if verify:
                database.verify()
        except BaseException:
            database.close()
            raise
        return database

    @property
    def path(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(str(self.url.database)) if self.dialect == "sqlite" else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database and cannot write."""
        with translated(self.where), self._read.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one transaction of a piece of work: all of it is kept, or nothing."""
        with translated(self.where), self._write.begin() as connection:
            yield connection

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction, again when PostgreSQL broke a deadlock by it."""
        for _ in range(RETRIES):
            try:
                with self.writing() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not is_transient(error):
                    raise
        with self.writing() as connection:
            return work(connection)

    def dedicated(self) -> Connection:
        """Give a connection outside the pool and outside transactions, for locks that live with it."""
        connection = self._write.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        return connection

    def check(self) -> list[str]:
        """Read the whole database and return what is wrong with it, in sentences."""
        with self._read.connect() as connection:
            try:
                with connection.begin():
                    return schema.problems(connection)
            except DBAPIError as error:
                return [str(error.orig)]

    def verify(self) -> None:
        """Read the whole database; raise DamagedDatabase when something is wrong with it."""
        problems = self.check()
        if problems:
            raise DamagedDatabase(
                f"the database {self.where} is damaged ({problems[0]}); restore a backup"
            )

    def revision(self) -> str | None:
        """The migration the database is at; None when it is empty."""
        with self.reading() as connection:
            return schema.revision(connection)

    def close(self) -> None:
        self._read.dispose()
        self._write.dispose()

    def _prepare(self, *, upgrade: bool) -> None:
        if self.dialect == "sqlite":
            self._prepare_file(upgrade=upgrade)
            return
        with self._write.begin() as connection:
            if schema.state(connection, self.where) == "current":
                return
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
            schema.upgrade(connection, self.where, allowed=upgrade)

    def _prepare_file(self, *, upgrade: bool) -> None:
        path = self.path
        assert path is not None
        if self.is_writable:
            make_folder(path.parent)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        schema.check_header(path)
        with self._read.begin() as connection:
            state = schema.state(connection, self.where)
        if state == "current":
            return
        with _alone(self.home.locks / "upgrade.lock"):
            with self._read.begin() as connection:
                if schema.state(connection, self.where) == "old" and upgrade:
                    backup.before_upgrade(path, self.home.backups, schema.revision(connection))
            _use_wal(self._write)
            with self._write.begin() as connection:
                schema.upgrade(connection, self.where, allowed=upgrade)


def _url(text: str) -> sa.URL:
    url = sa.make_url(text)
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return url


def _sqlite_engine(url: sa.URL, *, begin: str, readonly: bool = False) -> Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000"):
            connection.execute(f"PRAGMA {pragma}")
        if readonly:
            connection.execute("PRAGMA query_only=ON")

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _use_wal(engine: Engine) -> None:
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA journal_mode=WAL")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    make_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
