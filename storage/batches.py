"""A batch of observations in one transaction, so that a bad one costs only itself.

What says the same as its source said last time is only touched. All else is
planned and written in groups, each in a savepoint; when something in a group is
bad, its observations are written one by one.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError, StatementError

from pipelines.texts import EventObservation, Observation

from . import tables
from .codec import Said, said
from .columns import dump, storable
from .crawl import Crawl, Group
from .errors import StorageError
from .event_codec import said_of_event
from .events import SeenEvent, plan_events
from .identity import identity
from .known import keys_of
from .ports import Outcome
from .recording import pending, plan
from .stating import Seen
from .writes import CHUNK

Observed = TypeVar("Observed", Observation, EventObservation)
Seeing = TypeVar("Seeing", Seen, SeenEvent)


def record_batch(
    connection: Connection, crawl: Crawl, observations: Sequence[Observation | EventObservation]
) -> list[Outcome]:
    """Record observations, measures before events; outcomes run along them."""
    measures = [one for one in observations if isinstance(one, Observation)]
    events = [one for one in observations if isinstance(one, EventObservation)]
    of_measures = iter(_record(connection, crawl, measures, _MEASURES))
    of_events = iter(_record(connection, crawl, events, _OF_EVENTS))
    return [
        next(of_events if isinstance(one, EventObservation) else of_measures)
        for one in observations
    ]


@dataclass(frozen=True, slots=True)
class _Kind(Generic[Observed, Seeing]):
    """How observations of one kind are recognised and written.

    `known` finds rows by `name`, `touch` notes that they were seen, `same` is
    what comes of that. Within a group no two observations share one of `keys`.
    """

    name: Callable[[Observed], str]
    said: Callable[[Observed], Said]
    seen: Callable[[Observed, Said, str, int | None], Seeing]
    known: Mapping[str, sa.TextClause]
    touch: Mapping[str, sa.TextClause]
    same: Callable[[Any, Observed], Outcome]
    keys: Callable[[Seeing], Iterable[Hashable]]
    plan: Callable[[Connection, Crawl, Sequence[Seeing]], Group]
    failed: Callable[[Observed, str], Outcome]


def _record(
    connection: Connection,
    crawl: Crawl,
    observations: Sequence[Observed],
    kind: _Kind[Observed, Seeing],
) -> list[Outcome]:
    if not observations:
        return []
    outcomes: dict[int, Outcome] = {}
    unchanged: list[int] = []
    changed: list[tuple[int, Seeing]] = []
    names = [storable(kind.name(observation)) for observation in observations]
    known = _known(connection, kind.known, observations, names)
    for rank, (observation, name) in enumerate(zip(observations, names, strict=True)):
        digest = _said(kind.said, observation)
        row = known.get((observation.source, name))
        if row is not None and row.digest == digest.digest and row.digest:
            unchanged.append(row.id)
            outcomes[rank] = kind.same(row, observation)
        else:
            id_ = row.id if row is not None else None
            changed.append((rank, kind.seen(observation, digest, name, id_)))
    _touch(connection, kind.touch, unchanged, crawl)
    for group in _groups(changed, kind):
        written = _write_group(connection, crawl, [seen for _, seen in group], kind)
        outcomes |= {rank: outcome for (rank, _), outcome in zip(group, written, strict=True)}
    return [outcomes[rank] for rank in range(len(observations))]


def _said(digest: Callable[[Observed], Said], observation: Observed) -> Said:
    """The digest, or one that nothing equals: what is wrong is said when it is planned."""
    try:
        return digest(observation)
    except (AttributeError, TypeError, ValueError):
        return Said("", unstorable=False)


def _groups(
    changed: Iterable[tuple[int, Seeing]], kind: _Kind[Observed, Seeing]
) -> Iterator[list[tuple[int, Seeing]]]:
    """Cut observations into groups of one source in which no key stands twice."""
    group: list[tuple[int, Seeing]] = []
    taken: set[Hashable] = set()
    source = ""
    for rank, seen in changed:
        keys = set(kind.keys(seen))
        if group and (keys & taken or seen.observation.source != source or len(group) >= CHUNK):
            yield group
            group, taken = [], set()
        group.append((rank, seen))
        taken |= keys
        source = seen.observation.source
    if group:
        yield group


def _write_group(
    connection: Connection, crawl: Crawl, group: Sequence[Seeing], kind: _Kind[Observed, Seeing]
) -> list[Outcome]:
    """Write a group at once; when something in it is bad, each observation by itself."""
    try:
        return _try(connection, crawl, group, kind)
    except Exception as error:
        if not _costs_only_itself(error):
            raise
    return [_write_alone(connection, crawl, seen, kind) for seen in group]


def _write_alone(
    connection: Connection, crawl: Crawl, seen: Seeing, kind: _Kind[Observed, Seeing]
) -> Outcome:
    # A conflict means that another process recorded the same meanwhile: look again, once.
    for last in (False, True):
        observation: Any = seen.observation
        known = _known(connection, kind.known, [observation], [seen.identity])
        row = known.get((observation.source, seen.identity))
        id_ = row.id if row is not None else None
        try:
            fresh = kind.seen(observation, seen.said, seen.identity, id_)
            return _try(connection, crawl, [fresh], kind)[0]
        except Exception as error:
            if not _costs_only_itself(error):
                raise
            if last or not isinstance(error, IntegrityError):
                # It was seen all the same: a measure must not vanish by that.
                _touch(connection, kind.touch, [] if id_ is None else [id_], crawl)
                return kind.failed(observation, _why(error))
    raise AssertionError


def _try(
    connection: Connection, crawl: Crawl, seen: Sequence[Seeing], kind: _Kind[Observed, Seeing]
) -> list[Outcome]:
    savepoint = connection.begin_nested()
    try:
        group = kind.plan(connection, crawl, seen)
        group.flush()
    except Exception as error:
        # On a full disk SQLite has given up the whole transaction, savepoints and all.
        if _costs_only_itself(error):
            savepoint.rollback()
        raise
    savepoint.commit()
    return group.outcomes


def _costs_only_itself(error: Exception) -> bool:
    if isinstance(error, IntegrityError | DataError):
        return True
    if isinstance(error, SQLAlchemyError):
        # A value that could not be bound; anything else of the database concerns all.
        return type(error) is StatementError
    return not isinstance(error, StorageError | OSError)


def _why(error: Exception) -> str:
    what = getattr(error, "orig", None) or error
    said = str(what).strip().split("\n", 1)[0]
    return f"{type(what).__name__}: {said}"


def _same_measure(row: Any, observation: Observation) -> Outcome:
    return Outcome(status="unchanged", measure_id=row.measure_id, pending=pending(observation))


def _failed_measure(observation: Observation, why: str) -> Outcome:
    measure = observation.measure
    return Outcome(status="failed", error=f"{measure.identifier or measure.title}: {why}")


def _failed_event(observation: EventObservation, why: str) -> Outcome:
    event = observation.event
    return Outcome(of="event", status="failed", error=f"{event.name} (event {event.id}): {why}")


def _plan_measures(connection: Connection, crawl: Crawl, seen: Sequence[Seen]) -> Group:
    return plan(connection, crawl, seen, seen[0].observation.source)


def _known(
    connection: Connection,
    statements: Mapping[str, sa.TextClause],
    observations: Sequence[Observation | EventObservation],
    names: Sequence[str],
) -> dict[tuple[str, str], Any]:
    by_source: dict[str, list[str]] = defaultdict(list)
    for observation, name in zip(observations, names, strict=True):
        by_source[observation.source].append(name)
    found: dict[tuple[str, str], Any] = {}
    for source, identities in by_source.items():
        rows = _many(connection, statements, {"source": source}, identities)
        found |= {(source, row.identity): row for row in rows}
    return found


def _touch(
    connection: Connection, statements: Mapping[str, sa.TextClause], ids: Sequence[int],
    crawl: Crawl,
) -> None:  # fmt: skip
    if ids:
        _many(connection, statements, {"now": crawl.now, "crawl_id": crawl.id}, ids)


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
_EVENTS = _both(
    "SELECT id, identity, digest FROM events WHERE source = :source AND identity {items}", "text"
)
_TOUCH = _both(
    "UPDATE sightings SET last_seen = :now, crawl_id = :crawl_id, absent_count = 0,"
    " absent_crawl_id = 0 WHERE id {items}",
    "bigint",
    now=tables.sightings.c.last_seen.type,
)
_TOUCH_EVENTS = _both(
    "UPDATE events SET last_seen = :now, crawl_id = :crawl_id WHERE id {items}",
    "bigint",
    now=tables.events.c.last_seen.type,
)
_MEASURES: _Kind[Observation, Seen] = _Kind(
    name=lambda observation: identity(observation.measure),
    said=said,
    seen=Seen,
    known=_SIGHTINGS,
    touch=_TOUCH,
    same=_same_measure,
    keys=lambda seen: keys_of(seen.observation.measure),
    plan=_plan_measures,
    failed=_failed_measure,
)
_OF_EVENTS: _Kind[EventObservation, SeenEvent] = _Kind(
    name=lambda observation: observation.event.id,
    said=said_of_event,
    seen=SeenEvent,
    known=_EVENTS,
    touch=_TOUCH_EVENTS,
    same=lambda _row, _observation: Outcome(of="event", status="unchanged"),
    keys=lambda seen: (seen.identity,),
    plan=plan_events,
    failed=_failed_event,
)
