"""The store: what a crawl writes and what it needs to know.

`record` is one transaction; an observation that cannot be recorded costs only
itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import Health
from pipelines.ports import FetchState
from pipelines.texts import EventObservation, Extracted, Observation
from scrapers.items import EMPTY, Listing, Withdrawn
from scrapers.ports import KnownMeasure

from . import documents, listings, tables
from .batches import record_batch
from .codec import said
from .columns import storable
from .crawl import Crawl
from .database import Database
from .going_back import last_flap
from .identity import identity
from .known import load
from .listings import Lacking
from .ports import Outcome, Route, SourceState
from .writes import upsert

_sources = tables.sources.c
_sightings = tables.sightings.c
_measures = tables.measures.c
_versions = tables.versions.c
_texts = tables.texts.c


def digest_of(observation: Observation) -> tuple[str, str]:
    """Name an observation's measure as its source's sightings do, and digest what it says.

    The digest is empty, and equals no other, where it cannot be made.
    """
    try:
        return storable(identity(observation.measure)), said(observation).digest
    except (AttributeError, TypeError, ValueError):
        return "", ""


class Store:
    """Records what crawls observe. One thread of a process writes at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, name: str, *, place: str, kind: str) -> None:
        """Make a source known, or correct what is known of it."""
        with self._database.writing() as connection:
            _register(connection, name, place, kind)

    def record(
        self,
        observations: Sequence[Observation | EventObservation],
        *,
        crawl_id: int,
        now: datetime,
        route: Route,
        fetches: Mapping[str, FetchState] = MappingProxyType({}),
        topics: Mapping[str, str] = MappingProxyType({}),
    ) -> list[Outcome]:
        """Record observations with their changes, alerts and messages in one transaction.

        Measures are recorded before events, whose agendas point to them.
        Outcomes run along `observations`. `fetches` are the validators of
        addresses that these observations read, kept with them; those of a
        failed observation's documents are not. `topics` maps each topic's name
        to the digest of the topic the matches were made with.

        Raises StorageFull, DamagedDatabase or Unavailable, and nothing is kept then.
        """

        def work(connection: Connection) -> list[Outcome]:
            names = {observation.source: _place(observation) for observation in observations}
            crawl = Crawl(
                id=crawl_id,
                now=now,
                route=route,
                quiet=_quiet(connection, names),
                topics=dict(topics),
            )
            outcomes = record_batch(connection, crawl, observations)
            failed = {
                text.url
                for observation, outcome in zip(observations, outcomes, strict=True)
                if outcome.status == "failed" and isinstance(observation, Observation)
                for text in observation.texts
            }
            kept = {url: state for url, state in fetches.items() if url not in failed}
            documents.save_fetches(connection, kept)
            return outcomes

        return self._database.write(work)

    def finish_listing(
        self, source: str, listing: Listing, *, crawl_id: int, now: datetime, route: Route
    ) -> list[Outcome]:
        """Close a list that was read to its end: what it lacks twice, or as often as it says, vanished.

        Call it once all measures of the crawl are recorded, and only for a
        genuine, complete list. Returns an outcome for each vanished measure.
        """

        def work(connection: Connection) -> list[Outcome]:
            crawl = Crawl(id=crawl_id, now=now, route=route, quiet=_quiet(connection, {source: ""}))
            return listings.finish(connection, crawl, source, listing)

        return self._database.write(work)

    def withdraw(
        self, source: str, items: Sequence[Withdrawn], *, crawl_id: int, now: datetime, route: Route
    ) -> list[Outcome]:
        """Believe the source of measures that it says are no more; returns an outcome for each that vanished.

        Call it once all measures of the crawl are recorded.
        """

        def work(connection: Connection) -> list[Outcome]:
            crawl = Crawl(id=crawl_id, now=now, route=route, quiet=_quiet(connection, {source: ""}))
            return listings.withdraw(connection, crawl, source, items)

        return self._database.write(work)

    def lacking(
        self, source: str, listing: str, *, crawl_id: int, withdrawn: Sequence[Withdrawn] = ()
    ) -> Lacking:
        """Hold a list that a crawl read, and recorded, against what stood in it when it was believed last."""
        with self._database.reading() as connection:
            return listings.lacking(connection, crawl_id, source, listing, withdrawn)

    def set_baseline(self, source: str, now: datetime) -> bool:
        """End a source's quiet time at its first complete crawl; false when it was over."""
        with self._database.writing() as connection:
            ended = connection.execute(
                sa.update(tables.sources)
                .where(_sources.name == source, _sources.baseline_at.is_(None))
                .values(baseline_at=now)
            )
            return ended.rowcount > 0

    def set_health(
        self,
        source: str,
        health: Health,
        *,
        now: datetime,
        notes: Sequence[str] = (),
        seen: datetime | None = None,
    ) -> Health | None:
        """Note how a source is doing; returns how it was doing before.

        `since` moves only when the state does; `ok`, `quiet` and `stale` are successes:
        the source was read, whatever it had, at the time `seen` (now).
        """
        with self._database.writing() as connection:
            row = connection.execute(
                sa.select(_sources.health).where(_sources.name == source)
            ).one()
            values: dict[str, Any] = {"health": str(health), "notes": list(notes)}
            if row.health != health:
                values["health_since"] = now
            if health in (Health.OK, Health.QUIET, Health.STALE):
                values["last_success"] = seen or now
            connection.execute(
                sa.update(tables.sources).where(_sources.name == source).values(values)
            )
        return Health(row.health) if row.health else None

    def said(self, source: str) -> dict[str, str]:
        """The digest of what a source said last of each measure it shows, by the measure's name.

        See `digest_of`. What vanished is left out: its return is news.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                sa.select(_sightings.identity, _sightings.digest).where(
                    _sightings.source == source, _sightings.digest != ""
                )
            )
            return {row.identity: row.digest for row in rows}

    def source(self, name: str) -> SourceState | None:
        """What is known of a source."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(tables.sources).where(_sources.name == name)).first()
        if row is None:
            return None
        return SourceState(
            name=row.name, place=row.place, kind=row.kind,
            health=Health(row.health) if row.health else None, since=row.health_since,
            baseline_at=row.baseline_at, last_success=row.last_success, notes=tuple(row.notes),
        )  # fmt: skip

    def memory(self, source: str) -> dict[str, str]:
        """What the spider of the source's last complete crawl wanted to remember."""
        with self._database.reading() as connection:
            found: dict[str, str] | None = connection.execute(
                sa.select(_sources.memory).where(_sources.name == source)
            ).scalar()
        return found or {}

    def last_flap(self, source: str) -> datetime | None:
        """When servers of the source were last seen to disagree; see `storage.going_back`."""
        with self._database.reading() as connection:
            return last_flap(connection, source)

    def known(self, source: str) -> list[KnownMeasure]:
        """What the source has shown so far, vanished measures among it."""
        statement = (
            sa.select(
                _measures.identifier, _measures.session, _measures.title, _measures.status,
                _sightings.listing, _sightings.extras, _sightings.last_seen,
            )
            .join(tables.measures, _measures.id == _sightings.measure_id)
            .where(_sightings.source == source)
            .order_by(_sightings.id)
        )  # fmt: skip
        with self._database.reading() as connection:
            return [
                KnownMeasure(
                    identifier=row.identifier, session=row.session, title=row.title,
                    status=row.status, listing=row.listing,
                    extras=MappingProxyType(row.extras) if row.extras else EMPTY,
                    seen_last=row.last_seen,
                )
                for row in connection.execute(statement)
            ]  # fmt: skip

    def previous_text(self, observation: Observation) -> str | None:
        """The latest readable text of the measure, for telling new passages from old."""
        if not observation.measure.versions:
            return None
        with self._database.reading() as connection:
            known = load(connection, [observation.measure], observation.source)[0]
            readable = [row for row in known.versions if row.readable] if known else []
            if not readable:
                return None
            latest = max(readable, key=lambda row: (row.seq, row.id))
            body: str = connection.execute(
                sa.select(_texts.body).where(_texts.id == latest.text_id)
            ).scalar_one()
            return body

    def fetch_state(self, url: str) -> FetchState | None:
        """What is known of an address: its validators and the bytes it gave last."""
        with self._database.reading() as connection:
            return documents.fetch_state(connection, url)

    def save_fetches(self, fetches: Mapping[str, FetchState]) -> None:
        """Keep validators of pages whose measures are all recorded."""
        with self._database.writing() as connection:
            documents.save_fetches(connection, fetches)

    def save_document(
        self, sha256: str, *, media_type: str, size: int, url: str, now: datetime
    ) -> None:
        """Note where bytes were first seen."""
        with self._database.writing() as connection:
            documents.save_document(
                connection, sha256, media_type=media_type, size=size, url=url, now=now
            )

    def save_text(
        self, sha256: str, extracted: Extracted, extractor: str, text_sha256: str = ""
    ) -> None:
        """Keep the text of a document as one extractor read it, unreadable ones too."""
        self._database.write(
            lambda connection: documents.save_text(
                connection, sha256, extracted, extractor, text_sha256
            )
        )

    def text_of(self, sha256: str, extractor: str) -> Extracted | None:
        """The text of a document as this extractor read it, if it did."""
        with self._database.reading() as connection:
            return documents.text_of(connection, sha256, extractor)

    def accept_watchlist(self, text: str, now: datetime) -> str:
        """Keep an accepted watchlist by the SHA-256 of its text, and return that."""
        key = sha256(text.encode()).hexdigest()
        with self._database.writing() as connection:
            statement = upsert(tables.watchlists, connection.dialect.name)
            connection.execute(
                statement.on_conflict_do_nothing(),
                {"hash": key, "text": text, "accepted_at": now},
            )
        return key

    def watchlist(self, key: str) -> str | None:
        """The text of an accepted watchlist."""
        with self._database.reading() as connection:
            found: str | None = connection.execute(
                sa.select(tables.watchlists.c.text).where(tables.watchlists.c.hash == key)
            ).scalar()
            return found


def _place(observation: Observation | EventObservation) -> str:
    if isinstance(observation, EventObservation):
        return observation.event.place
    return observation.measure.place


def _register(connection: Connection, name: str, place: str, kind: str) -> None:
    statement = upsert(tables.sources, connection.dialect.name)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"place": statement.excluded.place, "kind": statement.excluded.kind},
        ),
        {"name": name, "place": place, "kind": kind, "notes": []},
    )


def _quiet(connection: Connection, sources: Mapping[str, str]) -> frozenset[str]:
    """The sources, given with their places, that are before their baseline; new ones are made known."""
    rows = connection.execute(
        sa.select(_sources.name, _sources.baseline_at).where(_sources.name.in_(sources))
    ).all()
    for name in sources.keys() - {row.name for row in rows}:
        _register(connection, name, sources[name], "")
    return frozenset(sources) - {row.name for row in rows if row.baseline_at is not None}
