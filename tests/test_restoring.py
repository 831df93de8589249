"""Restoring a backup: what was told since is not told again, what was not told is."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.root import root
from storage.backup import copy
from storage.database import Database
from storage.errors import DamagedDatabase, StorageError
from storage.home import DATABASE, Home
from storage.locks import Locks
from storage.outbox import Outbox
from storage.restoring import restore
from storage.told import REMEMBERED
from tests.storage_makers import NOW, Site, amended, bill, readable

TEXT = ("Introduced", readable("No officer shall wear a mask."))
LEASE = timedelta(minutes=5)


@contextmanager
def opened(home: Home, like: Site | None = None) -> Iterator[Site]:
    """The home's source: new, or going on where another one was."""
    with closing(Database.open("", home=home)) as database:
        if like is None:
            yield Site(database)
        else:
            yield Site(database, baseline=False, now=like.now, crawl_id=like.crawl_id)


def send(site: Site) -> set[str]:
    """Deliver all that waits; the keys of what went out."""
    outbox = Outbox(site.database)
    claims = outbox.claim(now=site.now + LEASE, lease=LEASE)
    for claim in claims:
        outbox.prepare(claim, {"subject": claim.key})
        outbox.sent(claim, now=site.now + LEASE)
    return {claim.key for claim in claims}


def shown(status: str):
    return amended(bill(TEXT), status=status)


@pytest.fixture
def site(home: Home) -> Iterator[Site]:
    """A source with a bill that is pending, and nothing untold."""
    with opened(home) as made:
        made.crawl(shown("Pending"))
        send(made)
        yield made


def test_what_was_delivered_since_is_not_told_again(home: Home, site: Site) -> None:
    """The change is noticed once more, rightly, and nobody hears of it twice."""
    kept = copy(site.database.path, home.backups / "kept.db")
    assert site.kinds(shown("Passed")) == ["status"]
    told = send(site)
    site.database.close()
    found = restore(kept, home, now=site.now)
    assert (found.told, found.before is not None) == (1, True)
    with opened(home, site) as after:
        alerts = len(after.alerts())
        assert after.kinds(shown("Passed")) == ["status"]
        assert len(after.alerts()) == alerts
        assert send(after) == set()
        assert after.kinds(shown("Signed")) == ["status"]
        fresh = send(after)
        assert len(fresh) == 1
        assert not fresh & told


def test_it_is_used_up_by_the_first_time(home: Home, site: Site) -> None:
    """The same change later is another one, and is told."""
    kept = copy(site.database.path, home.backups / "kept.db")
    site.crawl(shown("Passed"))
    send(site)
    site.database.close()
    restore(kept, home, now=site.now)
    with opened(home, site) as after:
        for status in ("Passed", "Pending", "Passed"):
            after.crawl(shown(status))
        assert [row["after"] for row in _told(after)] == ["Pending", "Passed"]


def test_what_was_not_delivered_is_told(home: Home, site: Site) -> None:
    """An alert that nobody got goes out after the restore."""
    kept = copy(site.database.path, home.backups / "kept.db")
    site.crawl(shown("Passed"))
    site.database.close()
    assert restore(kept, home, now=site.now).told == 0
    with opened(home, site) as after:
        after.crawl(shown("Passed"))
        assert [row["after"] for row in _told(after)] == ["Passed"]


def test_what_waited_in_the_copy_and_went_out_is_not_sent_again(home: Home, site: Site) -> None:
    """A message that the backup still has to send was sent meanwhile."""
    site.crawl(shown("Passed"))
    kept = copy(site.database.path, home.backups / "kept.db")
    assert len(send(site)) == 1
    site.database.close()
    restore(kept, home, now=site.now)
    with opened(home, site) as after:
        assert send(after) == set()


def test_after_a_month_it_is_another_change(home: Home, site: Site) -> None:
    """What takes so long to come again did not come from the backup."""
    kept = copy(site.database.path, home.backups / "kept.db")
    site.crawl(shown("Passed"))
    send(site)
    site.database.close()
    restore(kept, home, now=site.now)
    with opened(home, site) as after:
        after.now += REMEMBERED
        after.crawl(shown("Passed"))
        assert len(_told(after)) == 1


def test_a_damaged_database_is_replaced_and_kept(home: Home, site: Site) -> None:
    """What it told is not known then, and that is said."""
    kept = copy(site.database.path, home.backups / "kept.db")
    site.database.close()
    path = home.path / DATABASE
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(b"SQLite format 3\0" + b"?" * 4096)
    found = restore(kept, home, now=NOW)
    assert found.told is None
    assert found.before is not None
    assert found.before.read_bytes().endswith(b"?")
    with opened(home, site) as after:
        assert after.shown()["status"] == "Pending"


@pytest.mark.parametrize("content", [None, b"", b"no database at all", b"SQLite format 3\0cut"])
def test_a_bad_backup_changes_nothing(home: Home, site: Site, content: bytes | None) -> None:
    """It is refused with a reason, and the database stays as it is."""
    bad = home.backups / "bad.db"
    if content is not None:
        bad.write_bytes(content)
    site.crawl(shown("Passed"))
    site.database.close()
    with pytest.raises((DamagedDatabase, StorageError)):
        restore(bad, home, now=site.now)
    assert not (home.path / f"{DATABASE}.restoring").exists()
    with opened(home, site) as after:
        assert after.shown()["status"] == "Passed"


@pytest.mark.parametrize("table", ["pages", "alembic_version"])
def test_another_database_is_no_backup(home: Home, site: Site, table: str) -> None:
    """A database of another program is refused, also one that keeps its versions as we do."""
    other = home.backups / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute(f"CREATE TABLE {table} (version_num TEXT)")
        connection.execute(f"INSERT INTO {table} VALUES ('0001')")
        connection.commit()
    site.crawl(shown("Passed"))
    site.database.close()
    with pytest.raises(StorageError, match=r"other\.db is no backup of Measurewatch"):
        restore(other, home, now=site.now)
    with opened(home, site) as after:
        assert after.shown()["status"] == "Passed"


def test_the_command_says_what_it_did(home: Home, site: Site) -> None:
    """Where the old database went and what will not be sent again; not while somebody works."""
    kept = copy(site.database.path, home.backups / "kept.db")
    site.crawl(shown("Passed"))
    send(site)
    run = ["--home", str(home.path), "db", "restore", str(kept)]
    with Locks(site.database).hold(["serve"]):
        refused = CliRunner().invoke(root, run, obj={})
    assert "in use (serve)" in str(refused.exception)
    site.database.close()
    done = CliRunner().invoke(root, run, obj={})
    assert done.exit_code == 0, done.output
    assert "before-restore-1.db" in done.output
    assert "1 alert that it delivered since will not be sent again" in done.output
    assert Path(home.backups / "before-restore-1.db").is_file()


def _told(site: Site) -> list[dict]:
    alerted = {alert["change"] for alert in site.alerts()}
    rows = [row for row in site.changes(kinds=["status"]) if row["id"] in alerted]
    return sorted(rows, key=lambda row: row["id"])
