"""Databases for the tests: each test that asks for `database` runs on SQLite and PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.home import DATABASE, Home
from storage.store import Store

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh folder of state."""
    return Home.create(tmp_path / "home")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, made once a session and copied for each test."""
    home = Home.create(tmp_path_factory.mktemp("sqlite") / "home")
    Database.open("", home=home).close()
    return home.path / DATABASE


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, home: Home) -> Iterator[str]:
    """The address of a fresh database with our tables, of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), home.path / DATABASE)
        yield home.database_url
        return
    server = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str, home: Home) -> Iterator[Database]:
    """A fresh database, of each kind."""
    opened = Database.open(database_url, home=home)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> Store:
    """A store on a fresh database, of each kind."""
    return Store(database)
