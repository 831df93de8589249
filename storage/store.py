"""The store: what a crawl writes and what it needs to know.

`record` is one transaction. Observations that say what their source said last
time only touch their sighting; all others are planned and written in groups.
An observation that cannot be recorded costs only itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError, StatementError

from config.vocabulary import Health
from pipelines.ports import FetchState
from pipelines.texts import Extracted, Observation
from scrapers.items import EMPTY, Listing
from scrapers.ports import KnownMeasure

from . import documents, listings, tables
from .codec import Said, said
from .columns import dump, storable
from .crawl import Crawl
from .database import Database
from .errors import StorageError
from .identity import identity
from .known import Key, keys_of, load
from .ports import Outcome, Route, SourceState
from .recording import pending, plan
from .stating import Seen
from .writes import CHUNK, upsert

_sources = tables.sources.c
_sightings = tables.sightings.c
_measures = tables.measures.c
_versions = tables.versions.c
_texts = tables.texts.c


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
        observations: Sequence[Observation],
        *,
        crawl_id: int,
        now: datetime,
        route: Route,
        fetches: Mapping[str, FetchState] = MappingProxyType({}),
        topics: Mapping[str, str] = MappingProxyType({}),
    ) -> list[Outcome]:
        """Record observations with their changes, alerts and messages in one transaction.

        Outcomes run along `observations`. `fetches` are the validators of
        addresses that these observations read, kept with them; those of a
        failed observation's documents are not. `topics` maps each topic's name
        to the digest of the topic the matches were made with.

        Raises StorageFull, DamagedDatabase or Unavailable, and nothing is kept then.
        """

        def work(connection: Connection) -> list[Outcome]:
            names = {observation.source: observation.measure.place for observation in observations}
            crawl = Crawl(
                id=crawl_id,
                now=now,
                route=route,
                quiet=_quiet(connection, names),
                topics=dict(topics),
            )
            outcomes = _record(connection, crawl, observations)
            failed = {
                text.url
                for observation, outcome in zip(observations, outcomes, strict=True)
                if outcome.status == "failed"
                for text in observation.texts
            }
            kept = {url: state for url, state in fetches.items() if url not in failed}
            documents.save_fetches(connection, kept)
            return outcomes

        return self._database.write(work)

    def finish_listing(
        self, source: str, listing: Listing, *, crawl_id: int, now: datetime, route: Route
    ) -> list[Outcome]:
        """Close a list that was read to its end: what it lacks twice has vanished.

        Call it once all measures of the crawl are recorded, and only for a
        genuine, complete list. Returns an outcome for each vanished measure.
        """

        def work(connection: Connection) -> list[Outcome]:
            crawl = Crawl(id=crawl_id, now=now, route=route, quiet=_quiet(connection, {source: ""}))
            return listings.finish(connection, crawl, source, storable(listing.name))

        return self._database.write(work)

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
        self, source: str, health: Health, *, now: datetime, notes: Sequence[str] = ()
    ) -> Health | None:
        """Note how a source is doing; returns how it was doing before.

        `since` moves only when the state does; `ok` and `quiet` are successes.
        """
        with self._database.writing() as connection:
            row = connection.execute(
                sa.select(_sources.health).where(_sources.name == source)
            ).one()
            values: dict[str, Any] = {"health": str(health), "notes": list(notes)}
            if row.health != health:
                values["health_since"] = now
            if health in (Health.OK, Health.QUIET):
                values["last_success"] = now
            connection.execute(
                sa.update(tables.sources).where(_sources.name == source).values(values)
            )
        return Health(row.health) if row.health else None

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


def _record(
    connection: Connection, crawl: Crawl, observations: Sequence[Observation]
) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    unchanged: list[int] = []
    changed: list[tuple[int, Seen]] = []
    names = [storable(identity(observation.measure)) for observation in observations]
    known = _known_sightings(connection, observations, names)
    for rank, (observation, name) in enumerate(zip(observations, names, strict=True)):
        seen = Seen(observation, _said(observation), name)
        row = known.get((observation.source, name))
        if row is not None:
            seen.sighting_id = row.id
            if row.digest == seen.said.digest and row.digest:
                unchanged.append(row.id)
                outcomes[rank] = Outcome(
                    status="unchanged", measure_id=row.measure_id, pending=pending(observation)
                )
                continue
        changed.append((rank, seen))
    _touch(connection, unchanged, crawl)
    for group in _groups(changed):
        for (rank, _), outcome in zip(group, _write_group(connection, crawl, group), strict=True):
            outcomes[rank] = outcome
    return [outcomes[rank] for rank in range(len(observations))]


def _said(observation: Observation) -> Said:
    """The digest, or one that nothing equals: what is wrong is said when it is planned."""
    try:
        return said(observation)
    except (AttributeError, TypeError, ValueError):
        return Said("", unstorable=False)


def _groups(changed: Iterable[tuple[int, Seen]]) -> Iterator[list[tuple[int, Seen]]]:
    """Cut observations into groups of one source in which no measure stands twice."""
    group: list[tuple[int, Seen]] = []
    taken: set[Key] = set()
    source = ""
    for rank, seen in changed:
        keys = set(keys_of(seen.observation.measure))
        if group and (keys & taken or seen.observation.source != source or len(group) >= CHUNK):
            yield group
            group, taken = [], set()
        group.append((rank, seen))
        taken |= keys
        source = seen.observation.source
    if group:
        yield group


def _write_group(
    connection: Connection, crawl: Crawl, group: Sequence[tuple[int, Seen]]
) -> list[Outcome]:
    """Write a group at once; when something in it is bad, each observation by itself."""
    try:
        return _try(connection, crawl, [seen for _, seen in group])
    except Exception as error:
        if not _costs_only_itself(error):
            raise
    return [_write_alone(connection, crawl, seen) for _, seen in group]


def _write_alone(connection: Connection, crawl: Crawl, seen: Seen) -> Outcome:
    # A conflict means that another process recorded the measure meanwhile: look again, once.
    for last in (False, True):
        try:
            fresh = _with_sighting(connection, seen)
            return _try(connection, crawl, [fresh])[0]
        except Exception as error:
            if not _costs_only_itself(error):
                raise
            if last or not isinstance(error, IntegrityError):
                return _failed(connection, crawl, seen, error)
    raise AssertionError


def _try(connection: Connection, crawl: Crawl, seen: Sequence[Seen]) -> list[Outcome]:
    savepoint = connection.begin_nested()
    try:
        group = plan(connection, crawl, seen, seen[0].observation.source)
        group.flush()
    except Exception as error:
        # On a full disk SQLite has given up the whole transaction, savepoints and all.
        if _costs_only_itself(error):
            savepoint.rollback()
        raise
    savepoint.commit()
    return group.outcomes


def _with_sighting(connection: Connection, seen: Seen) -> Seen:
    row = _known_sightings(connection, [seen.observation], [seen.identity]).get(
        (seen.observation.source, seen.identity)
    )
    return replace(seen, sighting_id=row.id if row else None)


def _failed(connection: Connection, crawl: Crawl, seen: Seen, error: Exception) -> Outcome:
    """Give up one observation. Its measure was seen all the same: it must not vanish."""
    if seen.sighting_id is not None:
        _touch(connection, [seen.sighting_id], crawl)
    measure = seen.observation.measure
    what = getattr(error, "orig", None) or error
    said = str(what).strip().split("\n", 1)[0]
    return Outcome(
        status="failed",
        error=f"{measure.identifier or measure.title}: {type(what).__name__}: {said}",
    )


def _costs_only_itself(error: Exception) -> bool:
    if isinstance(error, IntegrityError | DataError):
        return True
    if isinstance(error, SQLAlchemyError):
        # A value that could not be bound; anything else of the database concerns all.
        return type(error) is StatementError
    return not isinstance(error, StorageError | OSError)


def _known_sightings(
    connection: Connection, observations: Sequence[Observation], names: Sequence[str]
) -> dict[tuple[str, str], Any]:
    by_source: dict[str, list[str]] = defaultdict(list)
    for observation, name in zip(observations, names, strict=True):
        by_source[observation.source].append(name)
    found: dict[tuple[str, str], Any] = {}
    for source, identities in by_source.items():
        rows = _many(connection, _SIGHTINGS, {"source": source}, identities)
        found |= {(source, row.identity): row for row in rows}
    return found


def _touch(connection: Connection, sighting_ids: Sequence[int], crawl: Crawl) -> None:
    if sighting_ids:
        values = {"now": crawl.now, "crawl_id": crawl.id}
        _many(connection, _TOUCH, values, sighting_ids)


def _many(
    connection: Connection, statements: Mapping[str, sa.TextClause], values: Mapping[str, Any],
    items: Sequence[Any],
) -> Any:  # fmt: skip
    """Run a statement on a list of any length, which travels as one parameter."""
    dialect = connection.dialect.name
    listed = dump(items) if dialect == "sqlite" else list(items)
    return connection.execute(statements[dialect], {**values, "items": listed})


def _both(sql: str, kind: str, **types: sa.types.TypeEngine[Any]) -> dict[str, sa.TextClause]:
    spelled = {
        "sqlite": sql.format(items="IN (SELECT value FROM json_each(:items))"),
        "postgresql": sql.format(items=f"= ANY(CAST(:items AS {kind}[]))"),
    }
    bound = [sa.bindparam(name, type_=type_) for name, type_ in types.items()]
    return {dialect: sa.text(text).bindparams(*bound) for dialect, text in spelled.items()}


_SIGHTINGS = _both(
    "SELECT id, identity, measure_id, digest FROM sightings"
    " WHERE source = :source AND identity {items}",
    "text",
)
_TOUCH = _both(
    "UPDATE sightings SET last_seen = :now, crawl_id = :crawl_id, absent_count = 0,"
    " absent_crawl_id = 0 WHERE id {items}",
    "bigint",
    now=tables.sightings.c.last_seen.type,
)
