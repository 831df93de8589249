"""Recording measures, unchanged and changed, on both databases.

The references write the same rows without knowing what a change is: the
driver's `executemany` of plain inserts, and SQLAlchemy's core upsert.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa
from record import record, row, seconds

from config.vocabulary import TextState
from pipelines.texts import Observation, VersionText
from scrapers.items import Action, Link, Measure, Sponsor, Version
from storage.codec import dump_measure
from storage.database import Database
from storage.home import Home
from storage.store import Store
from storage.writes import upsert
from tests.postgres import running

COUNT = 3_600
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


def bill(number: int, status: str = "In committee") -> Measure:
    """A bill as a state prints it in the middle of a session."""
    steps = ("Prefiled and ordered printed", "Referred to Committee on Courts of Justice",
             "Assigned sub: Criminal", "Subcommittee recommends reporting", "Reported from Courts",
             "Read second time and engrossed")  # fmt: skip
    return Measure(
        place="us/va", session="20261", identifier=f"HB {number}", listing="bills",
        title=f"Law-enforcement officers; identification to be worn, section {number}.",
        status=status, url=f"https://lis.example/20261/HB{number}", observed=OBSERVED,
        sponsors=(Sponsor(name="Delegate Hope"), Sponsor(name="Senator Reyes")),
        actions=tuple(
            Action(description=f"H {words}", date=date(2026, 1, day), date_text=f"1/{day}/2026")
            for day, words in enumerate(steps, 1)
        ),
        versions=tuple(
            Version(note=note, waits_for="an API key",
                    links=(Link(url=f"https://lis.example/20261/HB{number}/{note}"),))
            for note in ("Introduced", "Committee substitute")
        ),
    )  # fmt: skip


def observations(status: str = "In committee") -> list[Observation]:
    waits = VersionText(state=TextState.PENDING, reason="an API key")
    return [
        Observation(source="virginia", measure=bill(number, status), texts=(waits, waits))
        for number in range(COUNT)
    ]


def recorded(store: Store, seen: list[Observation]) -> Callable[[], None]:
    def work() -> None:
        for start in range(0, len(seen), BATCH):
            store.record(seen[start : start + BATCH], crawl_id=1, now=NOW, route=lambda _facts: ())

    return work


def plain_rows() -> list[dict[str, str]]:
    return [
        {"key": f"hb{number}", "source": "virginia", "place": "us/va", "session": "20261",
         "identifier": f"HB {number}", "title": one.title, "status": one.status, "url": one.url,
         "digest": "0" * 32, "data": dump_measure(one)}
        for number, one in ((number, bill(number)) for number in range(COUNT))
    ]  # fmt: skip


def raw(database: Database) -> float:
    """Rows a second of the driver's own executemany into an empty table, a batch a transaction."""
    rows = [tuple(one.values()) for one in plain_rows()]
    sqlite = database.dialect == "sqlite"
    mark = "?" if sqlite else "%s"
    insert = f"INSERT INTO plain VALUES ({', '.join([mark] * 10)})"
    connection = (
        sqlite3.connect(str(database.path)) if sqlite
        else psycopg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    )  # fmt: skip

    def work() -> None:
        connection.execute("DELETE FROM plain")
        for start in range(0, COUNT, BATCH):
            connection.cursor().executemany(insert, rows[start : start + BATCH])
            connection.commit()

    try:
        return COUNT / seconds(work, RUNS)
    finally:
        connection.close()


def core(database: Database) -> float:
    """Rows a second of SQLAlchemy's upsert of the same rows, a batch a transaction."""
    rows = plain_rows()
    statement = upsert(PLAIN, database.dialect)
    statement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={column.name: statement.excluded[column.name] for column in PLAIN.columns},
    )

    def work() -> None:
        for start in range(0, COUNT, BATCH):
            with database.writing() as connection:
                connection.execute(statement, rows[start : start + BATCH])

    return COUNT / seconds(work, RUNS)


def measured(database: Database) -> list[dict[str, object]]:
    """All rates of one database."""
    with database.writing() as connection:
        PLAIN.create(connection)
    store, name = (
        Store(database),
        {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database.dialect],
    )
    same = observations()
    first = COUNT / seconds(recorded(store, same), 1)
    store.set_baseline("virginia", NOW)
    unchanged = COUNT / seconds(recorded(store, same), RUNS)
    changed = max(
        COUNT / seconds(recorded(store, observations(f"Passed step {step}")), 1)
        for step in range(RUNS)
    )
    inserts, upserts = raw(database), core(database)
    figures = (
        ("unchanged", unchanged, 0.75), ("changed", changed, 0.5), ("first seen", first, 0.5),
    )  # fmt: skip
    return [
        row(f"recording, {what}, {name}", ours=ours, reference=reference, reference_name=against,
            limit=limit, unit="rows/s", runs=RUNS)
        for what, ours, limit in figures
        for against, reference in (("core upsert", upserts), ("raw executemany", inserts))
    ]  # fmt: skip


@contextmanager
def databases(folder: Path) -> Iterator[list[Database]]:
    home = Home.create(folder / "home")
    with running(home) as server:
        opened = [Database.open("", home=home), Database.open(server.create(), home=home)]
        yield opened
        for database in opened:
            database.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as both:
        record([line for database in both for line in measured(database)])


if __name__ == "__main__":
    main()
