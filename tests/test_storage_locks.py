"""Locks of hosts, and the crawls that hold them."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from storage.crawls import Crawls, lock_name
from storage.database import Database
from storage.errors import LockLost, StorageError
from storage.home import Home
from storage.locks import Locks
from storage.ports import SourceReport
from storage.store import Store
from tests.storage_makers import NOW

HOLDER = """
import sys
from pathlib import Path
from storage.database import Database
from storage.home import Home
from storage.locks import Locks
locks = Locks(Database.open(sys.argv[1], home=Home(Path(sys.argv[2]))))
with locks.hold(sys.argv[3:]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def locks(database: Database) -> Locks:
    return Locks(database)


def holder(url: str, home: Home, *names: str) -> subprocess.Popen[str]:
    """Another process that holds locks until it is killed."""
    started = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url, str(home.path), *names],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()


def test_a_lock_is_held_by_one_at_a_time(locks: Locks) -> None:
    """While a lock is held it cannot be had again, and it is free afterwards."""
    with locks.hold(["lis.example"]):
        assert not locks.is_free("lis.example")
        with locks.try_hold(["lis.example"]) as other:
            assert other is None
        with locks.try_hold(["other.example"]) as other:
            assert other is not None
            other.check()
    assert locks.is_free("lis.example")


def test_a_part_of_the_locks_is_not_kept(locks: Locks) -> None:
    """Who cannot have all has none: what was taken is let go again."""
    with locks.hold(["b.example"]):
        with locks.try_hold(["a.example", "b.example", "c.example"]) as other:
            assert other is None
        assert locks.is_free("a.example")
        assert locks.is_free("c.example")


def test_whoever_waits_gets_the_lock_when_it_is_free(locks: Locks) -> None:
    """`hold` waits for its turn."""
    got = Event()

    def wait() -> None:
        with locks.hold(["lis.example"]):
            got.set()

    with locks.hold(["lis.example"]):
        waiting = Thread(target=wait)
        waiting.start()
        assert not got.wait(0.1)
    waiting.join(10)
    assert got.is_set()


def test_locks_in_opposite_order_do_not_block_each_other(locks: Locks) -> None:
    """Locks are taken in one order, whatever order they are asked for."""
    errors: list[Exception] = []

    def work(names: list[str]) -> None:
        try:
            for _ in range(20):
                with locks.hold(names):
                    pass
        except Exception as error:  # noqa: BLE001 - told to the main thread
            errors.append(error)

    workers = [Thread(target=work, args=([*order],)) for order in (("a", "b"), ("b", "a"))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
        assert not worker.is_alive()
    assert errors == []


@pytest.mark.faults
def test_a_killed_process_frees_its_locks(database_url: str, home: Home, locks: Locks) -> None:
    """However a process ends, its locks are free: nobody has to clean up."""
    other = holder(database_url, home, "lis.example", "crawl:1")
    try:
        assert not locks.is_free("lis.example")
        with locks.try_hold(["lis.example"]) as mine:
            assert mine is None
    finally:
        end(other)
    with locks.hold(["lis.example"]):
        assert not locks.is_free("lis.example")
    assert locks.is_free("crawl:1")


@pytest.mark.postgres
def test_machines_meet_the_same_lock_on_postgresql(postgres, home: Home, tmp_path: Path) -> None:
    """Two homes with one PostgreSQL database exclude each other."""
    url = postgres.create()
    here = Database.open(url, home=home)
    there = Database.open(url, home=Home.create(tmp_path / "another machine"))
    try:
        with Locks(here).hold(["lis.example"]):
            assert not Locks(there).is_free("lis.example")
            with Locks(there).try_hold(["lis.example"]) as other:
                assert other is None
        assert Locks(there).is_free("lis.example")
    finally:
        here.close()
        there.close()
        postgres.drop(url)


@pytest.mark.postgres
def test_a_lock_whose_connection_broke_is_known_to_be_lost(postgres, home: Home) -> None:
    """Who holds a lock by a connection can ask whether it still does."""
    url = postgres.create()
    database = Database.open(url, home=home)
    try:
        with Locks(database).hold(["lis.example"]) as held:
            held.check()
            with database.reading() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                )
            with pytest.raises(LockLost):
                held.check()
    finally:
        database.close()
        postgres.drop(url)


def test_a_crawl_is_closed_with_its_reports(database: Database, locks: Locks) -> None:
    """The row holds the state, the reports of all sources and the end; baselines are set with it."""
    crawls, store = Crawls(database, locks), Store(database)
    store.register("virginia", place="us/va", kind="site")
    crawl_id = crawls.open("virginia", ["virginia"], ["lis.example"], now=NOW, archive="a.warc.gz")
    crawls.progress(crawl_id, {"pages": 4}, now=NOW)
    (running,) = crawls.running()
    assert (running.progress, running.archive) == ({"pages": 4}, "a.warc.gz")
    report = SourceReport(source="virginia", state="ok", found=9, new=9, notes=("a note",),
                          complete=True, total=9, fields={"title": 9})  # fmt: skip
    crawls.close(crawl_id, "ok", [report], now=NOW, baselines=["virginia"])
    (kept,) = crawls.reports(crawl_id)
    assert (kept.found, kept.notes, kept.fields, kept.crawl_id) == (
        9,
        ("a note",),
        {"title": 9},
        crawl_id,
    )
    assert crawls.history("virginia") == [kept]
    assert crawls.get(crawl_id).state == "ok"
    assert crawls.running() == []
    state = store.source("virginia")
    assert state is not None
    assert state.baseline_at == NOW
    with pytest.raises(StorageError):
        crawls.close(crawl_id, "failing", [], now=NOW)


def test_an_open_row_whose_lock_is_free_has_crashed(database: Database, locks: Locks) -> None:
    """A crawl that lives is left alone, one that is starting too; the rest crashed."""
    crawls = Crawls(database, locks)
    alive = crawls.open("a", ["a"], [], now=NOW)
    dead = crawls.open("b", ["b"], [], now=NOW)
    starting = crawls.open("c", ["c"], [], now=NOW + timedelta(minutes=4))
    now = NOW + timedelta(minutes=5)
    with locks.hold([lock_name(alive)]):
        assert crawls.reap(now=now) == [dead]
        assert crawls.reap(now=now) == []
        assert crawls.reap(now=now, grace=timedelta(0), crawl_id=starting) == [starting]
        assert crawls.reap(now=now, grace=timedelta(0), crawl_id=alive) == []
    assert crawls.get(dead).state == "crashed"
    assert [row.id for row in crawls.running()] == [alive]
