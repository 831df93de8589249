"""Opening, upgrading, refusing and checking databases."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy.exc import DBAPIError

from storage import schema
from storage.backup import copy
from storage.database import Database
from storage.errors import (
    DamagedDatabase,
    NewerDatabase,
    OlderDatabase,
    StorageError,
    StorageFull,
    Unavailable,
)
from storage.home import DATABASE, Home
from storage.tables import metadata
from tests.storage_makers import LAW, Site, bill, everything, readable


def on_file(home: Home, *commands: str) -> None:
    """Change a SQLite file behind the store's back."""
    with closing(sqlite3.connect(home.path / DATABASE)) as connection:
        for command in commands:
            connection.execute(command)
        connection.commit()


@pytest.fixture
def filled(home: Home) -> Home:
    """A home whose SQLite database holds a measure."""
    database = Database.open("", home=home)
    Site(database).crawl(bill(("Introduced", readable(LAW * 200))))
    database.close()
    return home


def test_the_named_revision_is_the_newest_migration() -> None:
    """The constant that opening relies on is the head of the migrations."""
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(schema._config()).get_current_head() == schema.REVISION


def test_the_migrations_make_the_tables_we_use(database: Database) -> None:
    """Alembic finds no difference between the migrated database and the tables, on both kinds."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def ours(_object, name, kind, reflected, _other):
        return kind != "table" or not reflected or name in metadata.tables

    with database.writing() as connection:
        options = {"include_object": ours, "compare_type": False}
        assert (
            compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        )


def test_a_fresh_database_is_sound(database: Database) -> None:
    """A new database is at the newest revision, checks clean and knows its installation."""
    assert database.check() == []
    assert database.revision() == schema.REVISION
    with database.reading() as connection:
        assert len(connection.exec_driver_sql("SELECT value FROM meta").scalar()) == 36


def test_opening_again_changes_nothing(filled: Home) -> None:
    """A current database is opened as it is, without a backup and without Alembic."""
    before = (filled.path / DATABASE).read_bytes()
    database = Database.open("", home=filled, verify=True)
    database.close()
    assert (filled.path / DATABASE).read_bytes() == before
    assert list(filled.backups.iterdir()) == []


def test_only_the_owner_can_read_the_database(home: Home) -> None:
    """The home is 0700 and the database 0600, its log too."""
    database = Database.open("", home=home)
    Site(database)
    assert home.path.stat().st_mode & 0o777 == 0o700
    modes = {path.stat().st_mode & 0o777 for path in home.path.glob(f"{DATABASE}*")}
    assert modes == {0o600}
    database.close()


def test_sqlite_runs_as_it_should(home: Home) -> None:
    """Write-ahead log, synchronous enough for it, and foreign keys."""
    database = Database.open("", home=home)
    with database.writing() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                   for name in ("journal_mode", "synchronous", "foreign_keys")}  # fmt: skip
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}
    database.close()


def test_a_reader_cannot_write(database: Database) -> None:
    """A read connection refuses to write, on both kinds of database."""
    with pytest.raises((DBAPIError, StorageError)), database.reading() as connection:
        connection.exec_driver_sql("DELETE FROM meta")


def test_a_newer_database_is_refused(database: Database, database_url: str, home: Home) -> None:
    """A revision we do not know is a newer version: nothing is touched."""
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(
        NewerDatabase, match=r"newer version \(9999\); install a newer Measurewatch"
    ):
        Database.open(database_url, home=home)
    assert database.revision() == "9999"


def old_release(filled: Home) -> None:
    """Put a database back to a revision that has a successor; its tables stay as they are."""
    on_file(filled, "UPDATE alembic_version SET version_num = '0001'")


def test_an_older_database_is_backed_up_before_its_upgrade(
    filled: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The whole database is copied; the copy holds what it held."""
    old_release(filled)

    def upgraded(connection, _where, *, allowed):
        assert allowed
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")

    monkeypatch.setattr(schema, "upgrade", upgraded)
    Database.open("", home=filled).close()
    (saved,) = filled.backups.iterdir()
    assert saved.name == "before-upgrade-from-0001-1.db"
    assert saved.stat().st_mode & 0o777 == 0o600
    other = Home.create(tmp_path / "restored")
    copy(saved, other.path / DATABASE)
    on_file(other, "UPDATE alembic_version SET version_num = '0002'")
    restored = Database.open("", home=other, verify=True)
    assert Site(restored).shown()["identifier"] == "HB 1"
    restored.close()


def test_an_older_database_is_refused_when_no_upgrade_is_wanted(filled: Home) -> None:
    """Without leave to upgrade the message names the command that does it."""
    old_release(filled)
    with pytest.raises(OlderDatabase, match="measurewatch db upgrade"):
        Database.open("", home=filled, upgrade=False)
    assert list(filled.backups.iterdir()) == []


def test_an_upgrade_without_room_for_a_backup_does_not_begin(
    filled: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No backup, no upgrade."""
    old_release(filled)

    def full(*_arguments):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("storage.backup._sync", full)
    with pytest.raises(StorageFull, match="nothing was changed"):
        Database.open("", home=filled)
    assert list(filled.backups.iterdir()) == []


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 3\0"])
def test_a_file_that_is_no_database_is_refused(home: Home, content: bytes) -> None:
    """A stranger's file is named and left alone."""
    path = home.path / DATABASE
    path.write_bytes(content)
    with pytest.raises(DamagedDatabase, match="restore a backup"):
        Database.open("", home=home)
    assert path.read_bytes() == content


def test_a_cut_off_database_is_refused(filled: Home) -> None:
    """A database that lost its end is not opened."""
    path = filled.path / DATABASE
    path.write_bytes(path.read_bytes()[:-8192])
    with pytest.raises(DamagedDatabase, match="cut off"):
        Database.open("", home=filled)


def test_a_damaged_database_is_found_by_reading_it_all(filled: Home) -> None:
    """Garbage in the middle is found by `verify` and `check`, and opening by `verify` refuses."""
    path = filled.path / DATABASE
    content = bytearray(path.read_bytes())
    for page in range(10, len(content) // 4096, 3):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    with pytest.raises(DamagedDatabase, match="restore a backup"):
        Database.open("", home=filled, verify=True)


def test_a_missing_table_is_damage(filled: Home) -> None:
    """Tables that someone dropped are missed at once."""
    on_file(filled, "DROP TABLE deliveries")
    with pytest.raises(DamagedDatabase, match="lacks the table deliveries"):
        Database.open("", home=filled)


def test_somebody_elses_tables_are_not_taken_over(home: Home) -> None:
    """A database with tables named like ours but no revision is not upgraded."""
    on_file(home, "CREATE TABLE measures (id integer)")
    with pytest.raises(DamagedDatabase, match="database of its own"):
        Database.open("", home=home)


def test_a_missing_folder_is_made_and_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """A home is made with all above it; what cannot be made is said."""
    home = Home.create(tmp_path / "a" / "b")
    Database.open("", home=home).close()
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="--home"):
        Home.create(tmp_path / "file" / "home")


def test_a_server_that_does_not_answer_is_named_without_its_password(home: Home) -> None:
    """The message says what to check and keeps the secret."""
    with pytest.raises(Unavailable, match="does not answer") as caught:
        Database.open("postgresql://me:secret@127.0.0.1:9/none?connect_timeout=2", home=home)
    assert "secret" not in str(caught.value)


def test_a_full_disk_keeps_nothing_of_the_batch(home: Home) -> None:
    """When SQLite cannot grow, the batch is rolled back and StorageFull says what to do."""
    database = Database.open("", home=home)
    site = Site(database)
    site.crawl(bill(("Introduced", readable(LAW))))
    batch = [bill(("Introduced", readable(LAW * 40 + str(number))), identifier=f"HB {number}")
             for number in range(2, 60)]  # fmt: skip

    def no_room(connection, _record):
        connection.execute("PRAGMA max_page_count=1")

    database._write.dispose()
    from sqlalchemy import event

    event.listen(database._write, "connect", no_room)
    with pytest.raises(StorageFull, match="free some space"):
        site.store.record(batch, crawl_id=9, now=site.now, route=everything)
    event.remove(database._write, "connect", no_room)
    database._write.dispose()
    assert database.check() == []
    assert len(list(site.queries.measures())) == len(site.alerts()) == 1
    assert len(site.crawl(*batch)) == len(batch)
    database.close()


def test_many_changes_are_read_page_by_page(database: Database) -> None:
    """Reading goes on over pages, in order, and may be left early."""
    site = Site(database)
    for start in range(0, 450, 150):
        site.crawl(*(bill(identifier=f"HB {number}") for number in range(start, start + 150)))
    found = [one["measure"]["identifier"] for one in site.changes()]
    assert found == [f"HB {number}" for number in range(450)]
    reading = site.queries.changes()
    next(reading)
    reading.close()
    assert len(site.crawl(bill(identifier="HB 1"))) == 1


def test_a_fresh_database_is_made_once_by_many_at_once(
    home: Home, request: pytest.FixtureRequest
) -> None:
    """Whoever opens first makes the tables; the others wait and find them."""
    server = request.getfixturevalue("postgres")
    for url in ("", server.create(empty=True)):
        errors: list[Exception] = []

        def work(url: str = url, errors: list[Exception] = errors) -> None:
            try:
                Database.open(url, home=home, verify=True).close()
            except Exception as error:  # noqa: BLE001 - told to the main thread
                errors.append(error)

        openers = [Thread(target=work) for _ in range(4)]
        for opener in openers:
            opener.start()
        for opener in openers:
            opener.join()
        assert errors == []
    server.drop(url)
