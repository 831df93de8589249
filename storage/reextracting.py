"""New texts of kept documents taking effect, where another extractor had read them.

A new text is kept beside the old one, which stays: it is what past changes were
told from. What points at the old one (versions, their matches) is moved to the
new one in one transaction a document, without a change and without an alert. So
whatever is killed when, each document is either as it was or wholly moved, and
to run again does only what is missing.

A text that can no longer be read takes the place of one that could only where
that is asked for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from config.vocabulary import TextState
from pipelines.clean import text_digest
from pipelines.correcting import METHOD as REVIEWED
from pipelines.match import Matcher, find_matches
from pipelines.match_fields import fields_of
from pipelines.texts import Extracted, Match

from . import tables
from .codec import load_measure
from .database import Database
from .documents import extracted_of, save_text
from .texting import match_row
from .unread import UNREAD, Waiting, Wanted, begins, find_waiting, is_current, was_kept
from .verdicts import Verdict, inherited, judged, keep_verdict, with_corrections
from .writes import Removal, Row, Writes

DISBELIEVED = frozenset({"error-page", "truncated"})
"""Reasons for which a reading is not taken for the document's text, words or not."""

_versions = tables.versions.c
_texts = tables.texts.c
_measures = tables.measures.c
_documents = tables.documents.c
_sightings = tables.sightings.c
_matches = tables.matches.c


def is_readable(extracted: Extracted) -> bool:
    """Whether a reading may be taken for the document's text, as a crawl would."""
    return extracted.reason not in DISBELIEVED and bool(extracted.text.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A document as it is known now.

    `before` is the text its versions have, else the last reading by another
    extractor; None when nobody read it. `after` is the reading of this
    extractor, if there is one already. `media_type` is what the site claimed;
    `identifier`, `place` and `note` tell which measure's text it is, the first
    where there are several; `topics` are those found in it now.
    """

    sha256: str
    url: str
    media_type: str
    measure_id: int
    identifier: str
    place: str
    note: str
    before: Extracted | None
    extractor: str
    after: Extracted | None
    topics: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a reading does, or would do: to how many versions, and which topics are in it.

    `refused` says that a text that could be read was kept instead.
    """

    versions: int
    refused: bool
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One text of a document, by the extractor that read it."""

    sha256: str
    extractor: str
    extracted: Extracted


class Reextracting:
    """The documents of a store, read by the extractor of this name.

    `topics` maps the topics of `matcher` to their digests, as `Store.record`
    takes them.
    """

    def __init__(
        self, database: Database, extractor: str, *, matcher: Matcher, topics: Mapping[str, str]
    ) -> None:
        self._database = database
        self._extractor = extractor
        self._matcher = matcher
        self._topics = dict(topics)

    def waiting(self, wanted: Wanted) -> list[Waiting]:
        """The documents that are to be read or moved, in the order of their SHA-256."""
        with self._database.reading() as connection:
            return find_waiting(connection, self._extractor, wanted)

    def stored(self, waiting: Waiting) -> Stored | None:
        """What is known of a document; None when no version has its text any more."""
        with self._database.reading() as connection:
            rows = _rows(connection, waiting)
            if not rows:
                return None
            row = max(
                rows, key=lambda one: (one.replaced_at is None, one.state == _READABLE, one.id)
            )
            # A crawl that met a corrected text kept it under our name without reading it.
            ours = sa.and_(_texts.extractor == self._extractor, _texts.method != REVIEWED)
            after = _latest(connection, waiting.sha256, ours)
            before = _by_id(connection, row.text_id) if row.text_id is not None else None
            if before is None:
                other = _texts.extractor != self._extractor
                before = _latest(connection, waiting.sha256, other)
            topics = connection.execute(
                sa.select(_matches.topic)
                .where(_matches.version_id.in_([one.id for one in rows]))
                .distinct()
            ).scalars()
            return Stored(
                sha256=waiting.sha256, url=row.document_url,
                media_type=str(row.links[0].get("media_type", "")) if row.links else "",
                measure_id=row.measure_id, identifier=row.identifier, place=row.place,
                note=row.note, before=extracted_of(before) if before else None,
                extractor=before.extractor if before else "",
                after=extracted_of(after) if after else None, topics=frozenset(topics),
            )  # fmt: skip

    def weigh(self, waiting: Waiting, reading: Extracted, *, accept_worse: bool = False) -> Effect:
        """What it would do to keep a reading. Writes nothing."""
        with self._database.reading() as connection:
            return self._plan(connection, waiting, reading, accept_worse=accept_worse).effect

    def keep(
        self,
        waiting: Waiting,
        reading: Extracted,
        *,
        now: datetime,
        accept_worse: bool = False,
        verdicts: Sequence[Verdict] | None = None,
        also: Callable[[Connection], None] | None = None,
    ) -> Effect:
        """Keep a reading and move the document's versions to it, with their matches.

        Pages that a person corrected keep their correction. `verdicts` are those
        to hold from now on, where they are not the standing ones; `also` writes
        them in the same transaction.

        Raises StorageFull, DamagedDatabase or Unavailable, and nothing is kept then.
        """
        with self._database.reading() as connection:
            # Topics are looked for before the database is locked for others.
            plan = self._plan(
                connection, waiting, reading, accept_worse=accept_worse, verdicts=verdicts
            )

        def work(connection: Connection) -> Effect:
            current = plan
            if also is not None:
                also(connection)
            if _siblings(connection, plan.measures) != plan.seen:
                # A crawl recorded meanwhile: what it wrote counts.
                current = self._plan(
                    connection, waiting, reading, accept_worse=accept_worse, verdicts=verdicts
                )
            self._apply(connection, current, now)
            return current.effect

        try:
            return self._database.write(work)
        except IntegrityError:
            # A crawl kept the same text at the same moment; now it is there.
            return self._database.write(work)

    def is_current(self, prefix: str) -> bool:
        """Whether a version has a document whose SHA-256 begins so."""
        with self._database.reading() as connection:
            return is_current(connection, prefix)

    def was_kept(self, prefix: str) -> bool:
        """Whether a document whose SHA-256 begins so was ever kept."""
        with self._database.reading() as connection:
            return was_kept(connection, prefix)

    def readings(self, prefix: str) -> list[Reading]:
        """Every text of the documents whose SHA-256 begins so, oldest first."""
        statement = (
            sa.select(tables.texts)
            .where(begins(_texts.document_sha256, prefix))
            .order_by(_texts.document_sha256, _texts.id)
        )
        with self._database.reading() as connection:
            return [
                Reading(row.document_sha256, row.extractor, extracted_of(row))
                for row in connection.execute(statement)
            ]

    def _plan(
        self,
        connection: Connection,
        waiting: Waiting,
        reading: Extracted,
        *,
        accept_worse: bool,
        verdicts: Sequence[Verdict] | None = None,
    ) -> "_Plan":
        rows = _rows(connection, waiting)
        passed_on: Sequence[Verdict] = ()
        if verdicts is None:
            # Bytes that came anew with the same words were never looked at themselves.
            others = _documents_of(connection, [row.text_id for row in rows])
            verdicts, passed_on = inherited(connection, waiting.sha256, others)
            verdicts = (*verdicts, *passed_on)
        measures = tuple(sorted({row.measure_id for row in rows}))
        seen = _siblings(connection, measures)
        plan = _Plan(waiting.sha256, with_corrections(reading, verdicts), measures, seen)
        plan.read, plan.verdicts, plan.passed_on = reading, verdicts, passed_on
        if is_readable(reading):
            plan.digest = text_digest(plan.reading.text)
            self._move(connection, plan, rows)
        else:
            self._refuse(plan, rows, accept_worse=accept_worse)
        return plan

    def _move(self, connection: Connection, plan: "_Plan", rows: Sequence[Any]) -> None:
        """Give the versions the new text; what follows them is new against that."""
        mine = {row.id for row in rows}
        for row in rows:
            order = [one for one in plan.seen if one.measure_id == row.measure_id]
            before, after = _neighbours(order, row.id, mine)
            if row.extractor == self._extractor and row.text_sha256 == plan.digest:
                plan.topics |= _topics_of(connection, row.id)
                continue
            previous = _body(connection, before.text_id) if before else None
            if before and before.id in mine:
                previous = plan.reading.text
            found = self._found(judged(plan.reading, plan.verdicts), row, previous)
            plan.topics |= {match.topic for match in found}
            plan.moved.append(_Moved(row.id, row.measure_id, found, was=row.state))
            # One that is not read anew yet will be, and will meet this text then.
            if after is None or after.id in mine or after.extractor != self._extractor:
                continue
            if _topics_of(connection, after.id):
                text = _by_id(connection, after.text_id)
                found = self._found(extracted_of(text), row, plan.reading.text) if text else ()
                plan.followers.append(_Moved(after.id, row.measure_id, found, was=_READABLE))

    def _found(self, text: Extracted, row: Any, previous: str | None) -> tuple[Match, ...]:
        fields = fields_of(load_measure(row.data)).named
        found = find_matches(self._matcher, text, fields=fields)
        if found and previous is not None:
            found = find_matches(self._matcher, text, previous=previous, fields=fields)
        return found

    def _refuse(self, plan: "_Plan", rows: Sequence[Any], *, accept_worse: bool) -> None:
        # Without pages it is known again as unread, whatever words it had.
        plan.reading = replace(plan.reading, pages=(), marks=())
        plan.digest = UNREAD
        for row in rows:
            if row.state != _READABLE:
                plan.unread.append(row.id)
            elif accept_worse:
                plan.lost.append(row.id)
            else:
                plan.refused = True
                # What this extractor read itself stays its reading, for crawls too.
                plan.discarded |= row.extractor == self._extractor

    def _apply(self, connection: Connection, plan: "_Plan", now: datetime) -> None:
        if plan.discarded:
            return
        if plan.reading.method == REVIEWED and plan.read.method != REVIEWED:
            save_text(connection, plan.sha256, plan.read, self._extractor)
        text_id = save_text(connection, plan.sha256, plan.reading, self._extractor, plan.digest)
        writes = Writes()
        for verdict in plan.passed_on if plan.moved else ():
            keep_verdict(connection, plan.sha256, verdict)
        for one in plan.moved:
            row: Row = {
                "id": one.id, "state": _READABLE, "reason": plan.reading.reason,
                "text_id": text_id, "text_sha256": plan.digest, "extractor": self._extractor,
            }  # fmt: skip
            # What could be read before was read when it was, whoever reads it now.
            writes.update(tables.versions, row | ({} if one.was == _READABLE else {"read_at": now}))
        for one in [*plan.moved, *plan.followers]:
            writes.update(tables.versions, {"id": one.id, "matched": self._topics})
            writes.delete(Removal.VERSION_MATCHES, one.id)
            for match in one.matches:
                writes.insert(tables.matches, match_row(match, one.measure_id, one.id))
        unread = {"state": str(TextState.UNREADABLE), "reason": plan.reading.reason or "no text"}
        for version_id in plan.unread:
            writes.update(tables.versions, {"id": version_id} | unread)
        for version_id in plan.lost:
            writes.delete(Removal.VERSION_MATCHES, version_id)
            writes.update(tables.versions, {
                "id": version_id, "text_id": None, "text_sha256": "",
                "extractor": self._extractor, "matched": {}, **unread,
            })  # fmt: skip
        writes.flush(connection)


@dataclass(frozen=True, slots=True)
class _Sibling:
    """A version among those of its measure, in their order."""

    measure_id: int
    id: int
    text_id: int | None
    extractor: str
    document_sha256: str


@dataclass(frozen=True, slots=True)
class _Moved:
    """A version with its new matches, and the state it was in."""

    id: int
    measure_id: int
    matches: tuple[Match, ...]
    was: str


class _Plan:
    """What a reading is to change, worked out against what was `seen`."""

    def __init__(
        self, sha256: str, reading: Extracted, measures: tuple[int, ...], seen: list[_Sibling]
    ) -> None:
        self.sha256 = sha256
        self.reading = reading
        self.read = reading
        self.verdicts: Sequence[Verdict] = ()
        self.passed_on: Sequence[Verdict] = ()
        self.measures = measures
        self.seen = seen
        self.digest = ""
        self.refused = False
        self.discarded = False
        self.topics: set[str] = set()
        self.moved: list[_Moved] = []
        self.followers: list[_Moved] = []
        self.unread: list[int] = []
        self.lost: list[int] = []

    @property
    def effect(self) -> Effect:
        return Effect(
            versions=len(self.moved) + len(self.lost),
            refused=self.refused,
            topics=frozenset(self.topics),
        )


_READABLE = str(TextState.READABLE)


def _rows(connection: Connection, waiting: Waiting) -> Sequence[Any]:
    """The versions that still have the document's text, with their measures.

    Those too whose document came anew, with other bytes and the same words.
    """
    texts = sa.select(_texts.id).where(_texts.document_sha256 == waiting.sha256)
    has_it = sa.or_(_versions.document_sha256 == waiting.sha256, _versions.text_id.in_(texts))
    return connection.execute(
        sa.select(
            tables.versions, _measures.data, _measures.identifier, _measures.place,
        )
        .join(tables.measures, _measures.id == _versions.measure_id)
        .where(_versions.id.in_(waiting.versions), has_it)
        .order_by(_versions.id)
    ).all()  # fmt: skip


def _siblings(connection: Connection, measures: Iterable[int]) -> list[_Sibling]:
    """All versions of the measures that have a text or a document, in their order."""
    rows = connection.execute(
        sa.select(
            _versions.measure_id, _versions.id, _versions.text_id, _versions.extractor,
            _versions.document_sha256,
        )
        .where(_versions.measure_id.in_(list(measures)))
        .order_by(_versions.measure_id, _versions.seq, _versions.id)
    )  # fmt: skip
    return [_Sibling(*row) for row in rows]


def _neighbours(
    order: Sequence[_Sibling], version_id: int, mine: set[int]
) -> tuple[_Sibling | None, _Sibling | None]:
    """The versions before and after one that have a text, or get the same one now."""
    read = [one for one in order if one.text_id or one.id in mine]
    at = next(rank for rank, one in enumerate(read) if one.id == version_id)
    return (read[at - 1] if at else None), (read[at + 1] if at + 1 < len(read) else None)


def _documents_of(connection: Connection, text_ids: Sequence[int | None]) -> set[str]:
    """The documents that these texts were read from."""
    statement = sa.select(_texts.document_sha256).where(_texts.id.in_(set(text_ids) - {None}))
    return set(connection.execute(statement).scalars())


def _topics_of(connection: Connection, version_id: int) -> set[str]:
    statement = sa.select(_matches.topic).where(_matches.version_id == version_id).distinct()
    return set(connection.execute(statement).scalars())


def _body(connection: Connection, text_id: int | None) -> str | None:
    return connection.execute(sa.select(_texts.body).where(_texts.id == text_id)).scalar()


def _by_id(connection: Connection, text_id: int | None) -> sa.Row[Any] | None:
    return connection.execute(sa.select(tables.texts).where(_texts.id == text_id)).first()


def _latest(
    connection: Connection, sha256: str, condition: sa.ColumnElement[bool]
) -> sa.Row[Any] | None:
    return connection.execute(
        sa.select(tables.texts)
        .where(_texts.document_sha256 == sha256, condition)
        .order_by(_texts.id.desc())
        .limit(1)
    ).first()
