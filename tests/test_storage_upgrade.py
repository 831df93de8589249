"""A database of the first release, with data, becomes one of this release."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from storage import schema
from storage.crawls import Crawls
from storage.database import Database
from storage.errors import OlderDatabase
from storage.home import Home
from storage.locks import Locks
from storage.ports import SourceReport
from storage.store import Store
from storage.tables import metadata
from tests.storage_makers import (
    LAW,
    NOW,
    SOURCE,
    Site,
    action,
    bill,
    item,
    measure,
    meeting,
    observed,
    readable,
)

FIRST = "0001"
TEXT = bill(("Introduced", readable(LAW, topics=["masks"])), actions=(action("Filed", 5),))
AMENDED = bill(("Introduced", readable(LAW.replace("mask", "veil"))), actions=(action("Filed", 5),))
SECOND = observed(measure("HB 2"))


@pytest.fixture
def source(database: Database) -> Site:
    """A database of this release that holds measures, changes and alerts."""
    site = Site(database)
    site.crawl(TEXT, SECOND)
    site.crawl(AMENDED, SECOND)
    return site


@pytest.fixture
def old_home(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "old")


@pytest.fixture
def old(source: Site, old_home: Home, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database of the first release with the same rows."""
    made_on = source.database.dialect
    server = request.getfixturevalue("postgres") if made_on == "postgresql" else None
    url = server.create(empty=True) if server else old_home.database_url
    database = Database(sa.make_url(url).set(drivername="postgresql+psycopg") if server else
                        sa.make_url(url), old_home)  # fmt: skip
    with database.writing() as connection:
        command.upgrade(schema._config(connection), FIRST)
    with database.writing() as target, source.database.reading() as rows:
        copy_rows(rows, target)
    database.close()
    yield url
    if server:
        server.drop(url)


def copy_rows(rows: sa.Connection, target: sa.Connection) -> None:
    """Copy what the first release had a place for."""
    then = sa.MetaData()
    then.reflect(target, only=lambda name, _: name in metadata.tables)
    for table in then.sorted_tables:
        target.execute(table.delete())
        kept = [column for column in table.c if column.name in metadata.tables[table.name].c]
        found = [dict(row._mapping) for row in rows.execute(sa.select(*kept))]
        if found:
            target.execute(table.insert(), found)
        if found and "id" in table.c and target.dialect.name == "postgresql":
            last = max(row["id"] for row in found)
            target.exec_driver_sql(f"SELECT setval('{table.name}_id_seq', {last})")


def test_a_database_of_the_first_release_is_upgraded(
    source: Site, old: str, old_home: Home
) -> None:
    """All it holds is shown as before, and the tables are those of a fresh database."""
    with closing(Database.open(old, home=old_home)) as database:
        assert database.revision() == schema.REVISION
        assert database.check() == []
        later = Site(database)
        for measure_id in (1, 2):
            assert later.shown(measure_id) == source.shown(measure_id)
        assert later.changes() == source.changes()
        assert later.alerts() == source.alerts()
        with database.reading() as connection:
            found = sa.inspect(connection)
            assert set(metadata.tables) <= set(found.get_table_names())
            for name, table in metadata.tables.items():
                assert {one["name"] for one in found.get_columns(name)} == set(table.c.keys())


def test_what_was_digested_otherwise_is_compared_anew(source: Site) -> None:
    """Digests of an earlier release equal none of ours: what they stand for is no news."""
    with source.database.writing() as connection:
        connection.execute(sa.text("UPDATE sightings SET digest = 'a7e4c40a803441ee929e5bcb'"))
    outcomes = source.crawl(AMENDED, SECOND)
    assert {one.status for one in outcomes} == {"unchanged"}
    assert [kind for one in outcomes for kind in one.kinds] == []


def test_an_upgraded_database_goes_on_where_it_was(source: Site, old: str, old_home: Home) -> None:
    """What it knew is no news, events find its measures, and spiders remember nothing yet."""
    with closing(Database.open(old, home=old_home)) as database:
        site = Site(database, now=source.now, crawl_id=source.crawl_id)
        assert {one.status for one in site.crawl(AMENDED, SECOND)} == {"unchanged"}
        assert site.kinds(TEXT, meeting(item("HB 2"))) == ["amended", "scheduled"]
        assert site.kinds(TEXT, complete=True) == []
        assert site.kinds(TEXT, complete=True) == ["vanished"]
        assert site.store.memory(SOURCE) == {}


def test_an_upgrade_asks_for_leave_and_leaves_a_copy(
    source: Site, old: str, old_home: Home
) -> None:
    """Without leave nothing is touched; on SQLite the copy is of the first release."""
    with pytest.raises(OlderDatabase, match="measurewatch db upgrade"):
        Database.open(old, home=old_home, upgrade=False)
    assert list(old_home.backups.iterdir()) == []
    Database.open(old, home=old_home).close()
    saved = [path.name for path in old_home.backups.iterdir()]
    kept = ["before-upgrade-from-0001-1.db"] if source.database.dialect == "sqlite" else []
    assert saved == kept


class TestMemory:
    """What a spider wants to remember, kept with the end of its crawl."""

    def test_it_is_kept_with_the_crawl_that_ends(self, database: Database) -> None:
        """It replaces what was kept before; other sources keep theirs."""
        store, crawls = Store(database), Crawls(database, Locks(database))
        for name in ("a", "b"):
            store.register(name, place="us/va", kind="site")
        assert store.memory("a") == store.memory("unknown") == {}
        for memory in ({"since": "2026-01-05", "etag": '"x"'}, {"since": "2026-01-06"}):
            crawl = crawls.open("group", ["a", "b"], [], now=NOW)
            crawls.close(crawl, "ok", [], now=NOW, memories={"a": memory})
            assert store.memory("a") == memory
        assert store.memory("b") == {}
        store.register("a", place="us/va", kind="site")
        assert store.memory("a") == {"since": "2026-01-06"}

    def test_the_last_whole_crawls_are_found(self, database: Database) -> None:
        """However many partial ones came after it, and never one that went wrong."""
        store, crawls = Store(database), Crawls(database, Locks(database))
        store.register("a", place="us/va", kind="site")
        assert crawls.whole("a") == []
        runs = [
            ("ok", 80, False), ("quiet", 90, False), ("failing", 7, False),
            *[("ok", 1, True)] * 45,
        ]  # fmt: skip
        for state, found, partial in runs:
            crawl = crawls.open("group", ["a"], [], now=NOW)
            report = SourceReport(source="a", state=state, found=found, partial=partial, events=3)
            crawls.close(crawl, state, [report], now=NOW)
        last, earlier = crawls.whole("a", limit=5)
        assert (last.found, last.events, last.partial) == (90, 3, False)
        assert earlier.found == 80
        assert crawls.history("a", limit=1)[0].partial
