"""Recorded observations through the store in the order of their dates, as crawls record them."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.kit.proof import Fact
from config.vocabulary import TextState
from pipelines.clean import text_digest
from pipelines.extract import extract_text
from pipelines.texts import Learned, Limits, Observation, VersionText, Volatile
from scrapers.items import Listing, Measure
from storage.database import Database
from storage.home import Home
from storage.store import Store
from storage.volatile import Volatiles

LIMITS = Limits()
WAITING = VersionText(state=TextState.PENDING)
_CHANGES = (
    "SELECT m.identifier, c.kind, c.summary FROM changes c"
    " JOIN measures m ON m.id = c.measure_id WHERE c.crawl_id = ? ORDER BY c.id"
)


@dataclass(slots=True)
class Replay:
    """One source in a database of its own; its first observation is the baseline.

    `said` holds the sentence of each change that was told.
    """

    store: Store
    volatiles: Volatiles
    file: Path
    source: str
    crawl: int = 0
    said: dict[Fact, str] = field(default_factory=dict)

    def observe(
        self,
        step: str,
        day: date,
        measures: Sequence[Measure],
        texts: Sequence[Sequence[VersionText]] | None = None,
        listing: Listing | None = None,
        learned: Sequence[Learned] = (),
    ) -> set[Fact]:
        """One crawl of a day. Raises AssertionError when something could not be recorded.

        `learned` are volatile parts that the crawl's second fetches proved.
        """
        self.crawl += 1
        now = datetime.combine(day, time(12, self.crawl % 60), UTC)
        read = texts or [[WAITING] * len(one.versions) for one in measures]
        seen = [
            Observation(source=self.source, measure=one, texts=tuple(own), learned=tuple(learned))
            for one, own in zip(measures, read, strict=True)
        ]
        outcomes = self.store.record(seen, crawl_id=self.crawl, now=now, route=lambda _facts: ())
        if listing:
            outcomes += self.store.finish_listing(
                self.source, listing, crawl_id=self.crawl, now=now, route=lambda _facts: ()
            )
        failed = [outcome.error for outcome in outcomes if outcome.error]
        assert not failed, failed
        self.store.set_baseline(self.source, now)
        with closing(sqlite3.connect(self.file)) as connection:
            told = connection.execute(_CHANGES, (self.crawl,)).fetchall()
        facts = {Fact(step, identifier, kind): summary for identifier, kind, summary in told}
        self.said |= facts
        return set(facts)

    def parts(self) -> tuple[Volatile, ...]:
        """What changes at every visit, as far as the store has learned it."""
        return self.volatiles.of(self.source)


@contextmanager
def replayed(source: str) -> Iterator[Replay]:
    """A replay in a folder that goes when it ends."""
    with TemporaryDirectory() as folder:
        home = Home.create(Path(folder) / "home")
        database = Database.open("", home=home)
        try:
            yield Replay(Store(database), Volatiles(database), Path(str(database.path)), source)
        finally:
            database.close()


def text_of(path: Path, content: bytes | None = None) -> VersionText:
    """A document as the product reads it; `content` is written to the path first."""
    if content is not None:
        path.write_bytes(content)
    extracted = extract_text(path, LIMITS)
    whole = extracted.text
    if not whole.strip():
        return VersionText(state=TextState.UNREADABLE, reason=extracted.reason, accepted=False)
    return VersionText(
        state=TextState.READABLE, extracted=extracted, extractor="benchmark 1",
        sha256=sha256(path.read_bytes()).hexdigest(), text_sha256=text_digest(whole),
        url=path.name,
    )  # fmt: skip
