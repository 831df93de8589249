"""What people and programs ask of the store, in the shapes that DESIGN section 6 promises.

Generators read in one transaction, so what they yield belongs together.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.states import CITY_COUNTIES
from config.vocabulary import ChangeKind
from pipelines.texts import Extracted

from . import facts, tables
from .database import Database
from .documents import extracted_of
from .errors import StorageError
from .event_views import agendas
from .identity import canonical
from .passages import passages_of_changes, with_passages
from .ports import MessageFacts
from .verdicts import judged, standing
from .views import Json, jurisdiction, measures_json
from .writes import chunks

PAGE = 200

_measures = tables.measures.c
_changes = tables.changes.c
_places = tables.measure_places.c
_topics = tables.change_topics.c
_sightings = tables.sightings.c
_reports = tables.reports.c
_sources = tables.sources.c
_alerts = tables.alerts.c
_messages = tables.messages.c
_links = tables.message_alerts.c
_holds = tables.holds.c
_held = tables.held_alerts.c
_identifiers = tables.measure_identifiers.c
_events = tables.events.c


class Queries:
    """Reads the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def measures(
        self,
        *,
        since: datetime | None = None,
        place: str = "*",
        session: str | None = None,
        source: str | None = None,
        topic: str | None = None,
        identifier: str | None = None,
        vanished: bool | None = None,
        limit: int | None = None,
        passages: bool = False,
    ) -> Iterator[Json]:
        """Measures that a place pattern, a session, a source, a topic or a number selects.

        `place` is matched by the issuing jurisdiction and by the places a measure
        concerns. `vanished` true or false keeps only those that are, or are not,
        `since` those that changed since then. With `passages` each has its `matches`.
        """
        statement = sa.select(_measures.id).where(in_place(_measures.id, place))
        if since is not None:
            statement = statement.where(_measures.changed_at >= since)
        if session is not None:
            statement = statement.where(_measures.session == session)
        if source is not None:
            statement = statement.where(
                _measures.id.in_(
                    sa.select(_sightings.measure_id).where(_sightings.source == source)
                )
            )
        if topic is not None:
            statement = statement.where(_measures.id.in_(_with_topic(topic)))
        if identifier is not None:
            key = canonical(identifier)
            statement = statement.where(
                _measures.id.in_(sa.select(_identifiers.measure_id).where(_identifiers.key == key))
            )
        if vanished is not None:
            gone = _measures.vanished_at.is_not(None)
            statement = statement.where(gone if vanished else ~gone)
        statement = statement.order_by(_measures.place, _measures.session, _measures.id).limit(
            limit
        )
        with self._database.reading() as connection:
            ids = connection.execute(statement).scalars().all()
            for part in chunks(ids, PAGE):
                found = measures_json(connection, part)
                yield from with_passages(connection, found, now=True) if passages else found

    def show(self, measure_id: int, *, at: datetime | None = None) -> Json:
        """One measure with its `matches`, as it is or as it was known at a time.

        Raises StorageError when it does not exist or was not known then.
        """
        with self._database.reading() as connection:
            found = measures_json(connection, [measure_id], at=at)
            found = with_passages(connection, found, now=at is None)
        if not found:
            then = f" at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""
            raise StorageError(f"there is no measure {measure_id}{then}")
        return found[0]

    def events(
        self,
        *,
        place: str = "*",
        since: date | None = None,
        until: date | None = None,
        source: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Json]:
        """Events with their agendas, by day; with `since` today, those to come.

        `place` is matched by the place that holds them. Days are local to it,
        `until` is the last one; events without a day come last, and only when
        neither is given.
        """
        statement = sa.select(_events.id).where(_covered(_events.place, place))
        if since is not None:
            statement = statement.where(_events.date >= since)
        if until is not None:
            statement = statement.where(_events.date <= until)
        if source is not None:
            statement = statement.where(_events.source == source)
        order = (_events.date.is_(None), _events.date, _events.time, _events.id)
        statement = statement.order_by(*order).limit(limit)
        with self._database.reading() as connection:
            ids = connection.execute(statement).scalars().all()
            for part in chunks(ids, PAGE):
                yield from agendas(connection, part)

    def find(self, identifier: str, *, place: str = "*") -> list[int]:
        """The ids of measures known under a number, in any typography."""
        statement = (
            sa.select(_identifiers.measure_id)
            .where(
                _identifiers.key == canonical(identifier), in_place(_identifiers.measure_id, place)
            )
            .distinct()
            .order_by(_identifiers.measure_id)
        )
        with self._database.reading() as connection:
            return list(connection.execute(statement).scalars())

    def changes(
        self,
        *,
        since: datetime | None = None,
        kinds: Sequence[ChangeKind] = (),
        place: str = "*",
        topic: str | None = None,
        source: str | None = None,
        measure_id: int | None = None,
        crawl_id: int | None = None,
        limit: int | None = None,
        discarded: bool = False,
    ) -> Iterator[Json]:
        """Recorded changes, oldest first; with a limit, the latest ones.

        Those that an operator discarded are left out unless `discarded` asks for them.
        """
        statement = sa.select(tables.changes).where(in_place(_changes.measure_id, place))
        if not discarded:
            statement = statement.where(~_is_discarded())
        if since is not None:
            statement = statement.where(_changes.at >= since)
        if kinds:
            statement = statement.where(_changes.kind.in_([str(kind) for kind in kinds]))
        if topic is not None:
            statement = statement.where(
                _changes.id.in_(sa.select(_topics.change_id).where(_topics.topic == topic))
            )
        for column, value in (
            (_changes.source, source), (_changes.measure_id, measure_id),
            (_changes.crawl_id, crawl_id),
        ):  # fmt: skip
            if value is not None:
                statement = statement.where(column == value)
        with self._database.reading() as connection:
            if limit is not None:
                latest = statement.order_by(_changes.id.desc()).limit(limit).subquery()
                statement = sa.select(latest).order_by(latest.c.id)
            else:
                statement = statement.order_by(_changes.id)
            # Closed by `with`: a reader may leave early.
            with connection.execute(statement, execution_options={"yield_per": PAGE}) as rows:
                for part in rows.partitions():
                    yield from _changes_json(connection, part)

    def news_days(self, source: str) -> list[date]:
        """The days (UTC) on which something of a source was new or had changed."""
        crawls = (
            sa.select(sa.func.max(_changes.at, type_=_changes.at.type))
            .where(_changes.source == source, ~_is_discarded())
            .group_by(_changes.crawl_id)
        )
        with self._database.reading() as connection:
            return sorted({at.date() for at in connection.execute(crawls).scalars()})

    def shown_before(self, source: str, crawl_id: int) -> dict[str, int]:
        """By which other sources the measures that a crawl of one saw were first shown, with their numbers."""
        seen = sa.select(_sightings.measure_id).where(
            _sightings.source == source, _sightings.crawl_id == crawl_id
        )
        statement = (
            sa.select(_measures.source, sa.func.count())
            .where(_measures.id.in_(seen), _measures.source != source)
            .group_by(_measures.source)
            .order_by(_measures.source)
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}

    def twins(self, source: str, crawl_id: int) -> int:
        """How many measures that a crawl brought have the title of one known before in their session."""
        fresh = (
            sa.select(_changes.measure_id)
            .where(_changes.source == source, _changes.crawl_id == crawl_id)
            .where(_changes.kind == str(ChangeKind.NEW))
        )
        # In another session the same title is another measure, often the same bill tried again.
        named = sa.tuple_(_measures.session, _measures.title)
        of_source = sa.select(_measures.session, _measures.title).where(_measures.source == source)
        titles = of_source.where(_measures.id.not_in(fresh), _measures.title != "")
        with self._database.reading() as connection:
            found: int = connection.execute(
                sa.select(sa.func.count())
                .select_from(tables.measures)
                .where(_measures.id.in_(fresh), named.in_(titles))
            ).scalar_one()
        return found

    def sources_health(
        self, expected: Mapping[str, str] | None = None, *, names: Sequence[str] | None = None
    ) -> Iterator[Json]:
        """How each source is doing. `expected` says how often each is to be crawled."""
        visited = sa.select(sa.func.max(_reports.at)).where(_reports.source == _sources.name)
        statement = sa.select(
            tables.sources, visited.scalar_subquery().label("last_visit")
        ).order_by(_sources.name)
        if names is not None:
            statement = statement.where(_sources.name.in_(list(names)))
        with self._database.reading() as connection:
            for row in connection.execute(statement):
                yield {
                    "source": row.name,
                    "state": row.health,
                    "since": _iso(row.health_since),
                    "last_success": _iso(row.last_success),
                    "last_visit": _iso(row.last_visit),
                    "expected_every": (expected or {}).get(row.name),
                    "notes": row.notes,
                    "place": row.place,
                    "baseline_at": _iso(row.baseline_at),
                }

    def alerts(
        self,
        *,
        states: Sequence[str] = (),
        watch: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[Json]:
        """Alerts with the messages that carry them, a line for each recipient, oldest first.

        With a limit, the latest ones. An alert that is held back, or was
        discarded, has no message.
        """
        statement = (
            sa.select(
                _alerts.id, _alerts.watch, _alerts.change_id, _alerts.reasons, _alerts.created,
                _tellings.c.message_id, _tellings.c.address, _tellings.c.state,
                _messages.key, _messages.attempts, _messages.sent_at, _tellings.c.due_at,
                _messages.error, _changes.kind, _changes.summary, _changes.measure_id,
                _measures.place, _measures.session, _measures.identifier, _measures.title,
            )
            .join(_tellings, _tellings.c.alert_id == _alerts.id)
            .outerjoin(tables.messages, _messages.id == _tellings.c.message_id)
            .join(tables.changes, _changes.id == _alerts.change_id)
            .join(tables.measures, _measures.id == _changes.measure_id)
            .order_by(_alerts.id.desc(), _tellings.c.address.desc())
            .limit(limit)
        )  # fmt: skip
        if states:
            statement = statement.where(_tellings.c.state.in_(list(states)))
        if watch is not None:
            statement = statement.where(_alerts.watch == watch)
        if since is not None:
            statement = statement.where(_alerts.created >= since)
        with self._database.reading() as connection:
            for row in reversed(connection.execute(statement).all()):
                yield {
                    "id": row.id,
                    "watch": row.watch,
                    "change": row.change_id,
                    "kind": row.kind,
                    "summary": row.summary,
                    "measure": {
                        "id": row.measure_id,
                        "jurisdiction": jurisdiction(row.place),
                        "place": row.place,
                        "session": row.session,
                        "identifier": row.identifier,
                        "title": row.title,
                    },
                    "channel": row.address.partition(":")[0],
                    "address": row.address,
                    "state": row.state,
                    "key": row.key,
                    "attempts": row.attempts or 0,
                    "sent_at": _iso(row.sent_at),
                    "due_at": _iso(row.due_at),
                    "message": row.message_id,
                    "reasons": row.reasons,
                    "created": _iso(row.created),
                    "error": row.error or "",
                }

    def message_facts(self, message_id: int) -> MessageFacts:
        """Everything a digest needs. Raises StorageError when there is no such message."""
        with self._database.reading() as connection:
            return facts.message_facts(connection, message_id)

    def version_text(self, version_id: int) -> str | None:
        """The text of a version; None when there is no such version or it has no text."""
        statement = (
            sa.select(tables.texts.c.body)
            .join(tables.versions, tables.versions.c.text_id == tables.texts.c.id)
            .where(tables.versions.c.id == version_id)
        )
        with self._database.reading() as connection:
            found: str | None = connection.execute(statement).scalar()
            return found

    def version_document(self, version_id: int) -> tuple[Extracted, str] | None:
        """The whole text of a version and the SHA-256 of its document; None as for `version_text`.

        What a person said of its pages is laid over it.
        """
        statement = (
            sa.select(tables.texts)
            .join(tables.versions, tables.versions.c.text_id == tables.texts.c.id)
            .where(tables.versions.c.id == version_id)
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
            if row is None:
                return None
            document = row.document_sha256
            verdicts = standing(connection, [document]).get(document, ())
            return judged(extracted_of(row), verdicts), document


# Where each alert stands: in a message, or held back from all of them.
_tellings = sa.union_all(
    sa.select(
        _links.alert_id, _links.message_id, _messages.address, _messages.state, _messages.due_at
    ).join(tables.messages, _messages.id == _links.message_id),
    sa.select(
        _held.alert_id, sa.null().label("message_id"), _held.address, _holds.state, _held.due_at
    ).join(tables.holds, _holds.id == _held.hold_id),
).subquery("tellings")


def _is_discarded() -> sa.ColumnElement[bool]:
    """Whether a change is of a crawl whose findings at its source an operator discarded."""
    crawls = tables.held_crawls.c
    return (
        sa.exists()
        .where(_holds.source == _changes.source, _holds.state == "discarded")
        .where(crawls.hold_id == _holds.id, crawls.crawl_id == _changes.crawl_id)
    )


def in_place(measure_id: sa.ColumnElement[int], pattern: str) -> sa.ColumnElement[bool]:
    """Whether a measure is issued by, or concerns, a place that the pattern covers."""
    if pattern == "*":
        return sa.true()
    covered = _covered(_places.place, pattern)
    return measure_id.in_(sa.select(_places.measure_id).where(covered))


def _covered(place: sa.ColumnElement[str], pattern: str) -> sa.ColumnElement[bool]:
    if pattern == "*":
        return sa.true()
    base = pattern.removesuffix("/*")
    one = CITY_COUNTIES.get(base, base)
    same = {base, one, *(path for path, city in CITY_COUNTIES.items() if city == one)}
    covered: sa.ColumnElement[bool] = place.in_(sorted(same))
    if base != pattern:
        within = [place.startswith(f"{path}/", autoescape=True) for path in sorted(same)]
        covered = sa.or_(covered, *within)
    return covered


def _with_topic(topic: str) -> sa.Select[tuple[int]]:
    matches, versions = tables.matches.c, tables.versions.c
    return (
        sa.select(matches.measure_id)
        .outerjoin(tables.versions, versions.id == matches.version_id)
        .where(matches.topic == topic, versions.replaced_at.is_(None))
    )


def _changes_json(connection: Connection, rows: Sequence[Any]) -> Iterator[Json]:
    ids = [row.id for row in rows]
    found = connection.execute(
        sa.select(tables.measures).where(_measures.id.in_({row.measure_id for row in rows}))
    )
    measures = {row.id: row for row in found}
    topics: dict[int, list[str]] = {}
    fresh: dict[int, list[str]] = {}
    for row in connection.execute(
        sa.select(_topics.change_id, _topics.topic, _topics.new)
        .where(_topics.change_id.in_(ids))
        .order_by(_topics.topic)
    ):
        topics.setdefault(row.change_id, []).append(row.topic)
        if row.new:
            fresh.setdefault(row.change_id, []).append(row.topic)
    passages = passages_of_changes(connection, rows)
    for row in rows:
        measure = measures[row.measure_id]
        data = json.loads(measure.data)
        yield {
            "id": row.id,
            "at": row.at.isoformat(),
            "kind": row.kind,
            "source": row.source,
            "measure": {
                "id": measure.id,
                "jurisdiction": jurisdiction(measure.place),
                "place": measure.place,
                "session": measure.session,
                "identifier": measure.identifier,
                "title": measure.title,
                "classification": data.get("classification", []),
                "concerns": data.get("concerns", []),
                "url": measure.url,
            },
            "before": row.before,
            "after": row.after,
            "versions": [row.old_version_id, row.new_version_id],
            "topics": topics.get(row.id, []),
            "new_topics": fresh.get(row.id, []),
            "matches": passages[row.id],
            "summary": row.summary,
            "details": row.details,
        }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
