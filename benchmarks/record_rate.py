"""Recording measures, unchanged and changed, on both databases.

The references write the same rows without knowing what a change is: the
driver's `executemany` of plain inserts, and SQLAlchemy's core upsert. Each run
measures all of them, a batch of a hundred a transaction; the bills of its first
recording are of a session of their own. Comparing unchanged bills without a
database is held against comparing their JSON.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa

from benchmarks.kit.record import options, record, row
from benchmarks.kit.timing import in_turn, seconds
from config.vocabulary import TextState
from pipelines.compare import compare
from pipelines.texts import Observation, VersionText
from scrapers.items import Action, Link, Measure, Sponsor, Version
from storage.codec import dump_measure
from storage.database import Database
from storage.home import Home
from storage.store import Store
from storage.writes import upsert
from tests.postgres import running

COUNT, FEW = 3_600, 200
BATCH = 100
RUNS = 5
NOW = datetime(2026, 1, 5, tzinfo=UTC)
OBSERVED = frozenset({"title", "status", "sponsors", "actions", "versions", "url"})
PLAIN = sa.Table(
    "plain",
    sa.MetaData(),
    *(sa.Column(name, sa.Text, primary_key=name == "key") for name in
      ("key", "source", "place", "session", "identifier", "title", "status", "url", "digest", "data")),
)  # fmt: skip


def bill(number: int, session: int, status: str) -> Measure:
    """A bill as a state prints it in the middle of a session."""
    steps = ("Prefiled and ordered printed", "Referred to Committee on Courts of Justice",
             "Assigned sub: Criminal", "Subcommittee recommends reporting", "Reported from Courts",
             "Read second time and engrossed")  # fmt: skip
    return Measure(
        place="us/va", session=str(session), identifier=f"HB {number}", listing="bills",
        title=f"Law-enforcement officers; identification to be worn, section {number}.",
        status=status, url=f"https://lis.example/{session}/HB{number}", observed=OBSERVED,
        sponsors=(Sponsor(name="Delegate Hope"), Sponsor(name="Senator Reyes")),
        actions=tuple(
            Action(description=f"H {words}", date=date(2026, 1, day), date_text=f"1/{day}/2026")
            for day, words in enumerate(steps, 1)
        ),
        versions=tuple(
            Version(note=note, waits_for="an API key",
                    links=(Link(url=f"https://lis.example/{session}/HB{number}/{note}"),))
            for note in ("Introduced", "Committee substitute")
        ),
    )  # fmt: skip


def observations(count: int, session: int, status: str) -> list[Observation]:
    waits = VersionText(state=TextState.PENDING, reason="an API key")
    return [
        Observation(
            source=f"session {session}", measure=bill(number, session, status), texts=(waits, waits)
        )
        for number in range(count)
    ]


class Recording:
    """Rates of the store, in bills a second. Made once a database."""

    def __init__(self, database: Database, count: int) -> None:
        self.store = Store(database)
        self.count = count
        self.session = self.step = 0
        self.status = "In committee"
        self.record(observations(count, 0, self.status))
        self.store.set_baseline("session 0", NOW)

    def record(self, seen: list[Observation]) -> float:
        def work() -> None:
            for start in range(0, len(seen), BATCH):
                self.store.record(
                    seen[start : start + BATCH], crawl_id=1, now=NOW, route=lambda _facts: ()
                )

        return self.count / seconds(work)

    def first(self) -> float:
        """Bills nobody has seen, of a source that is crawled for the first time."""
        self.session += 1
        return self.record(observations(self.count, self.session, "In committee"))

    def changed(self) -> float:
        """Bills with another status than last time."""
        self.step += 1
        self.status = f"Passed step {self.step}"
        return self.record(observations(self.count, 0, self.status))

    def unchanged(self) -> float:
        """Bills as they were last time."""
        return self.record(observations(self.count, 0, self.status))


def plain_rows(count: int) -> list[dict[str, str]]:
    bills = ((number, bill(number, 20261, "In committee")) for number in range(count))
    return [
        {"key": f"hb{number}", "source": "virginia", "place": "us/va", "session": "20261",
         "identifier": f"HB {number}", "title": one.title, "status": one.status, "url": one.url,
         "digest": "0" * 32, "data": dump_measure(one)}
        for number, one in bills
    ]  # fmt: skip


@contextmanager
def raw(database: Database, count: int) -> Iterator[Callable[[], float]]:
    """Rows a second of the driver's own executemany into an empty table."""
    rows = [tuple(one.values()) for one in plain_rows(count)]
    sqlite = database.dialect == "sqlite"
    mark = "?" if sqlite else "%s"
    insert = f"INSERT INTO plain VALUES ({', '.join([mark] * 10)})"
    connection = (
        sqlite3.connect(str(database.path)) if sqlite
        else psycopg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    )  # fmt: skip

    def work() -> None:
        for start in range(0, count, BATCH):
            connection.cursor().executemany(insert, rows[start : start + BATCH])
            connection.commit()

    def rate() -> float:
        connection.execute("DELETE FROM plain")
        connection.commit()
        return count / seconds(work)

    with closing(connection):
        if sqlite:
            connection.execute("PRAGMA synchronous=NORMAL")  # as ours
        yield rate


def core(database: Database, count: int) -> Callable[[], float]:
    """Rows a second of SQLAlchemy's upsert of the same rows."""
    rows = plain_rows(count)
    statement = upsert(PLAIN, database.dialect)
    statement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={column.name: statement.excluded[column.name] for column in PLAIN.columns},
    )

    def work() -> None:
        for start in range(0, count, BATCH):
            with database.writing() as connection:
                connection.execute(statement, rows[start : start + BATCH])

    return lambda: count / seconds(work)


def measured(database: Database, count: int, runs: int) -> list[dict[str, object]]:
    """All rates of one database."""
    with database.writing() as connection:
        PLAIN.create(connection)
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database.dialect]
    ours = Recording(database, count)
    with raw(database, count) as inserts:
        found = in_turn(
            inserts, core(database, count), ours.first, ours.changed, ours.unchanged, runs=runs
        )
    figures = (("unchanged", 4, 0.75), ("changed", 3, 0.5), ("first seen", 2, 0.5))
    return [
        row(f"recording, {what}, {name}", [(one[mine], one[theirs]) for one in found],
            reference_name=against, limit=limit, unit="rows/s")
        for what, mine, limit in figures
        for against, theirs in (("core upsert", 1), ("raw executemany", 0))
    ]  # fmt: skip


def compared(count: int, runs: int) -> dict[str, object]:
    """Bills a second that are compared with themselves as they were read another time."""
    old, new = ([bill(number, 20261, "In committee") for number in range(count)] for _ in range(2))

    def ours() -> None:
        assert not any(compare(*both) for both in zip(old, new, strict=True))

    def theirs() -> None:
        assert all(dump_measure(a) == dump_measure(b) for a, b in zip(old, new, strict=True))

    found = in_turn(
        lambda: count / seconds(ours), lambda: count / seconds(theirs), runs=runs
    )  # fmt: skip
    return row(
        "comparing, unchanged", found, reference_name="comparing their JSON", limit=None,
        unit="bills/s",
    )  # fmt: skip


@contextmanager
def databases(folder: Path) -> Iterator[list[Database]]:
    home = Home.create(folder / "home")
    with running(home) as server:
        opened = [Database.open("", home=home), Database.open(server.create(), home=home)]
        yield opened
        for database in opened:
            database.close()


def main() -> None:
    chosen = options(__doc__)
    count, runs = (FEW, 1) if chosen.small else (COUNT, RUNS)
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as both:
        rows = [compared(count, runs)]
        rows += [line for database in both for line in measured(database, count, runs)]
    record(rows, chosen.file)


if __name__ == "__main__":
    main()
