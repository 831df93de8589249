"""Everything a digest needs to say of each alert: what changed, where, and the evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import ChangeKind, TextState
from pipelines.texts import Page, Volatile

from . import tables
from .codec import pages_from_json
from .errors import StorageError
from .hits import Hits
from .passages import match_facts, matches_of
from .ports import AlertFacts, MatchFacts, MeasureFacts, MessageFacts, VersionFacts
from .verdicts import judged_pages, standing
from .volatile import parts_of
from .writes import chunks

MOST_MATCHES = 200
"""How many passages of one measure are given; those that are new come first."""

_messages = tables.messages.c
_links = tables.message_alerts.c
_alerts = tables.alerts.c
_changes = tables.changes.c
_measures = tables.measures.c
_versions = tables.versions.c
_texts = tables.texts.c
_crawls = tables.crawls.c
_topics = tables.change_topics.c


def message_facts(connection: Connection, message_id: int) -> MessageFacts:
    """The facts of one message. Raises StorageError when there is none with this id."""
    message = connection.execute(
        sa.select(tables.messages).where(_messages.id == message_id)
    ).first()
    if message is None:
        raise StorageError(f"there is no message {message_id}")
    return MessageFacts(
        id=message.id, key=message.key, address=message.address, slot=message.slot,
        due_at=message.due_at, alerts=_alerts_of(connection, message_id),
    )  # fmt: skip


def _alerts_of(connection: Connection, message_id: int) -> tuple[AlertFacts, ...]:
    rows = connection.execute(
        sa.select(_alerts.change_id, _alerts.watch, _alerts.reasons)
        .join(tables.message_alerts, _links.alert_id == _alerts.id)
        .where(_links.message_id == message_id)
        .order_by(_alerts.id)
    ).all()
    asked: dict[int, list[Any]] = {}
    for row in rows:
        asked.setdefault(row.change_id, []).append(row)
    changes = _by_id(connection, tables.changes, asked)
    measures = _by_id(connection, tables.measures, {row.measure_id for row in changes.values()})
    evidence = _Evidence(connection, changes.values())
    topics = _topics_of(connection, list(asked))
    ordered = sorted(changes.values(), key=lambda row: (row.measure_id, row.id))
    return tuple(
        _alert(row, measures[row.measure_id], asked[row.id], topics.get(row.id, ()), evidence)
        for row in ordered
    )


def _alert(
    change: Any, measure: Any, asked: Sequence[Any], topics: Sequence[str], evidence: "_Evidence"
) -> AlertFacts:
    reasons = dict.fromkeys(reason for row in asked for reason in row.reasons)
    return AlertFacts(
        change_id=change.id, kind=ChangeKind(change.kind), at=change.at, source=change.source,
        summary=change.summary, before=change.before, after=change.after,
        details=change.details,
        measure=MeasureFacts(
            id=measure.id, place=measure.place, session=measure.session,
            identifier=measure.identifier, title=measure.title, status=measure.status,
            url=measure.url,
        ),
        watches=tuple(dict.fromkeys(row.watch for row in asked)),
        reasons=tuple(reasons),
        topics=tuple(topics),
        matches=evidence.matches(change),
        old=evidence.version(change.old_version_id),
        new=evidence.version(change.new_version_id),
        archive=evidence.archive(change.crawl_id),
        compared=evidence.compared(change), volatile=evidence.volatile(change.source),
    )  # fmt: skip


class _Evidence:
    """Versions with their texts, matches and archives, read once for all changes."""

    def __init__(self, connection: Connection, changes: Iterable[Any]) -> None:
        changes = list(changes)
        wanted = {row.old_version_id for row in changes} | {row.new_version_id for row in changes}
        self._versions = _by_id(connection, tables.versions, wanted - {None})
        text_ids = {row.text_id for row in self._versions.values()} - {None}
        self._texts = _by_id(connection, tables.texts, text_ids)
        self._told = _texts_told(connection, changes, self._versions)
        # Not the versions' own: bytes that came later with the same words were never reviewed.
        documents = {row.document_sha256 for row in (*self._texts.values(), *self._told.values())}
        self._verdicts = {
            name: found
            for part in chunks(sorted(documents))
            for name, found in standing(connection, part).items()
        }
        crawls = {row.crawl_id for row in [*changes, *self._versions.values()]}
        self._archives = {
            id_: row.archive for id_, row in _by_id(connection, tables.crawls, crawls).items()
        }
        self._matches = matches_of(connection, {row.measure_id for row in changes})
        self._hits = Hits(connection, self._matches)
        self._volatile = {
            source: parts_of(connection, [source]) for source in {row.source for row in changes}
        }

    def volatile(self, source: str) -> tuple[Volatile, ...]:
        return self._volatile[source]

    def archive(self, crawl_id: int) -> str:
        return str(self._archives.get(crawl_id, ""))

    def compared(self, change: Any) -> tuple[VersionFacts, VersionFacts] | None:
        """The versions of an amendment with the texts it was told from, where they moved on since."""
        sides = (
            (change.old_version_id, _digest(change.before)),
            (change.new_version_id, _digest(change.after)),
        )
        if not any(side in self._told for side in sides):
            return None
        old, new = (self.version(*side) for side in sides)
        return (old, new) if old and new else None

    def version(self, version_id: int | None, told: str = "") -> VersionFacts | None:
        """A version with its text, or with the one of digest `told` where that was read otherwise."""
        if version_id is None:
            return None
        row = self._versions[version_id]
        text = self._told.get((version_id, told)) or self._texts.get(row.text_id)
        return VersionFacts(
            id=row.id, note=row.note, date=row.date, state=TextState(row.state),
            text=text.body if text else "", text_sha256=row.text_sha256,
            document=row.document_sha256, document_url=row.document_url,
            archive=self.archive(row.crawl_id),
            links=tuple(link["url"] for link in row.links if link.get("url")),
            pages=self._pages(text) if text else (),
        )  # fmt: skip

    def _pages(self, text: Any) -> tuple[Page, ...]:
        pages = pages_from_json(text.pages, text.body)
        return judged_pages(pages, self._verdicts.get(text.document_sha256, ()))

    def matches(self, change: Any) -> tuple[MatchFacts, ...]:
        """The passages of the text a change brought, else of all current texts; and of the fields."""
        rows = self._matches.get(change.measure_id, [])
        if change.new_version_id is not None:
            chosen = [row for row in rows if row.version_id in (None, change.new_version_id)]
        else:
            chosen = [row for row in rows if row.version_id is None or row.replaced_at is None]
        chosen.sort(key=lambda row: (not row.new, row.version_id or 0, row.start))
        return tuple(
            replace(match_facts(row), hit=self._hits.of(row)) for row in chosen[:MOST_MATCHES]
        )


def _digest(said: Any) -> str:
    """The digest of the text that a change's `before` or `after` names."""
    return str(said.get("text_sha256") or "") if isinstance(said, Mapping) else ""


def _texts_told(
    connection: Connection, changes: Iterable[Any], versions: Mapping[int, Any]
) -> dict[tuple[int, str], Any]:
    """The texts that amendments were told from, where their versions were read anew since."""
    wanted = {
        (versions[version_id].document_sha256, digest): (version_id, digest)
        for change in changes
        if change.kind == str(ChangeKind.AMENDED)
        for version_id, digest in (
            (change.old_version_id, _digest(change.before)),
            (change.new_version_id, _digest(change.after)),
        )
        if version_id is not None and digest and versions[version_id].text_sha256 != digest
    }
    found = {}
    for part in chunks(sorted({document for document, _ in wanted})):
        rows = connection.execute(
            sa.select(tables.texts).where(_texts.document_sha256.in_(part)).order_by(_texts.id)
        )
        for row in rows:
            key = wanted.get((row.document_sha256, row.text_sha256))
            if key is not None:
                found[key] = row
    return found


def _by_id(connection: Connection, table: sa.Table, ids: Iterable[int]) -> Mapping[int, Any]:
    found: dict[int, Any] = {}
    for part in chunks(sorted(ids)):
        rows = connection.execute(sa.select(table).where(table.c.id.in_(part)))
        found |= {row.id: row for row in rows}
    return found


def _topics_of(connection: Connection, change_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for part in chunks(change_ids):
        rows = connection.execute(
            sa.select(_topics.change_id, _topics.topic)
            .where(_topics.change_id.in_(part))
            .order_by(_topics.topic)
        )
        for row in rows:
            found.setdefault(row.change_id, []).append(row.topic)
    return found
