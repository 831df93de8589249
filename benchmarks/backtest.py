"""A back-test over 100,000 stored versions, and `rematch` of all of them, on SQLite.

The references hold the same topic against every version without the index, in
one process, and only read all texts.
"""

import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.kit.record import options, record, row
from benchmarks.kit.timing import in_turn, seconds
from benchmarks.match import PLAIN
from config.query import parse
from config.settings import PREFIX, Settings
from config.vocabulary import TextState
from monitor.app import App
from monitor.lab import backtest
from monitor.rematching import rematch
from pipelines.again import find_again
from pipelines.clean import text_digest
from pipelines.texts import Extracted, Observation, Page, VersionText
from scrapers.items import Link, Measure, Version
from storage import tables
from storage.backtesting import Backtesting
from storage.database import Database
from storage.home import Home
from storage.store import Store

COUNT, FEW = 100_000, 300
WORDS = 400
BATCH = 100
RUNS = 2
NOW = datetime(2025, 1, 6, tzinfo=UTC)
QUERY = '"287(g)" OR detainer NEAR/8 fee* OR "immigration enforcement" NEAR/30 agreement'
FUZZY = "~sherriff"
GOAL = 1.0  # seconds for all of them, with passages
HIT = "No sheriff shall enter into an agreement on immigration enforcement under section 287(g)."
EVERY = 50  # a version in so many matches


def text(number: int) -> str:
    """Some words of law that no other version has in this order; a few match."""
    chance = random.Random(number)
    words = chance.choices(PLAIN, k=WORDS) + [f"w{chance.randrange(5_000)}" for _ in range(20)]
    chance.shuffle(words)
    lines = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]
    if number % EVERY == 0:
        lines.insert(10, HIT)
    return "\n".join(lines)


def observation(number: int) -> Observation:
    body = text(number)
    page = Page(number=1, start=0, text=body, method="html")
    read = VersionText(
        state=TextState.READABLE, sha256=f"{number:064x}", text_sha256=text_digest(body),
        extracted=Extracted(media_type="text/html", method="html", pages=(page,)),
        extractor="1", url=f"https://law.example/{number}",
    )  # fmt: skip
    measure = Measure(
        place="us/va", session="2025", identifier=f"HB {number}", listing="bills",
        title=f"An act relating to {body.split()[0]} {number}",
        observed=frozenset({"title", "versions"}),
        versions=(Version(note="Introduced", links=(Link(url=read.url),)),),
    )  # fmt: skip
    return Observation(source="cascadia", measure=measure, texts=(read,))


def fill(folder: Path, count: int) -> App:
    """A home with so many measures of one version each, recorded over a year."""
    home = Home.create(folder / "home")
    database = Database.open("", home=home)
    store = Store(database)
    store.register("cascadia", place="us/va", kind="site")
    store.set_baseline("cascadia", NOW)
    for start in range(0, count, BATCH):
        seen = [observation(number) for number in range(start, min(start + BATCH, count))]
        at = NOW + timedelta(days=365 * start / count)
        store.record(seen, crawl_id=1, now=at, route=lambda _facts: ())
    database.close()
    (folder / "watchlist.yaml").write_text("name: Benchmark\n", encoding="utf-8")
    settings = Settings.from_mapping(
        {f"{PREFIX}HOME": str(home.path), f"{PREFIX}WATCHLIST": str(folder / "watchlist.yaml")}
    )
    return App(settings=settings, clock=lambda: NOW + timedelta(days=400), environment={})


def word_by_word(app: App, query: str = QUERY) -> int:
    """Hold a query against every version in this process."""
    topics = (("query", parse(query)),)
    with app.store() as opened:
        stored = Backtesting(opened.database)
        units = stored.units([], index=False)
        return sum(
            len(find_again(topics, loaded.cases))
            for start in range(0, len(units), BATCH)
            for loaded in stored.load(units[start : start + BATCH])
        )


def raw_read(app: App) -> int:
    """Read all texts, and no more."""
    with app.store() as opened, opened.database.reading() as connection:
        bodies = sa.select(tables.texts.c.body).execution_options(yield_per=1_000)
        return sum(len(body) for body in connection.execute(bodies).scalars())


def versions_of(count: int) -> int:
    return len(range(0, count, EVERY))


def measured(app: App, count: int, runs: int) -> Iterator[dict[str, object]]:
    """All rates, in versions a second; every way must find the same."""

    def ours(query: str = QUERY) -> float:
        found = []
        took = seconds(lambda: found.append(backtest(app, query)))
        assert found[0].alerts == versions_of(count)
        return count / took

    def theirs(query: str = QUERY) -> float:
        found = []
        took = seconds(lambda: found.append(word_by_word(app, query)))
        assert found == [versions_of(count)]
        return count / took

    def again() -> float:
        queries = (QUERY, "nothing")
        written = app.watchlist_path.read_text(encoding="utf-8")
        query = queries[QUERY in written]
        app.watchlist_path.write_text(
            f"name: Benchmark\ntopics:\n  - {{name: agreements, query: '{query}'}}\n",
            encoding="utf-8",
        )
        return count / seconds(lambda: rematch(app))

    works = (ours, theirs, lambda: count / seconds(lambda: raw_read(app)), again)
    found = in_turn(*works, runs=runs)
    for stage, mine in (("back-test", 0), ("rematch", 3)):
        for name, other in (("every version word by word", 1), ("raw read of the texts", 2)):
            yield row(
                f"{stage} of 100,000 versions", [(one[mine], one[other]) for one in found],
                reference_name=name, limit=None, unit="versions/s",
            )  # fmt: skip
    yield row(
        "back-test of 100,000 versions, time", [(count / one[0], GOAL * count / COUNT) for one in found],
        reference_name="a second", limit=1.0, unit="s", lower_is_better=True,
    )  # fmt: skip
    pairs: list[Any] = in_turn(lambda: ours(FUZZY), lambda: theirs(FUZZY), runs=1)
    yield row(
        "back-test of 100,000 versions, spelling errors allowed", pairs,
        reference_name="every version word by word", limit=None, unit="versions/s",
    )  # fmt: skip


def main() -> None:
    chosen = options(__doc__)
    count, runs = (FEW, 1) if chosen.small else (COUNT, RUNS)
    with tempfile.TemporaryDirectory() as folder:
        app = fill(Path(folder), count)
        record(list(measured(app, count, runs)), chosen.file)


if __name__ == "__main__":
    main()
