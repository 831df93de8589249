"""Volatile parts of a source's texts: kept, counted, forgotten, and proved by history.

A decision is made with the parts that are kept and with those that its own
observation proved; both are written in its transaction.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import ChangeKind
from pipelines.proving import Seen, is_of_a_visit, learn_across, learn_from_history
from pipelines.texts import Learned, Volatile
from pipelines.volatile import covers, generalised

from . import tables
from .database import Database
from .errors import StorageError
from .writes import Ids

MOST_PARTS = 500
"""Parts that are kept of a source: one that has more is not understood."""

_HISTORY = 4
_OTHERS = 5

_parts = tables.volatiles.c
_versions = tables.versions.c
_changes = tables.changes.c
_sightings = tables.sightings.c
_texts = tables.texts.c


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatileRow:
    """A part as operators see it: `ignored` times, last at `last_ignored`, still in force or not."""

    id: int
    source: str
    part: Volatile
    how: str
    example: str
    url: str
    learned: datetime
    ignored: int
    last_ignored: datetime | None
    forgotten: datetime | None


class Volatiles:
    """Lists, learns and forgets the volatile parts of sources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, source: str) -> tuple[Volatile, ...]:
        """The parts of a source that are in force."""
        with self._database.reading() as connection:
            return parts_of(connection, [source])

    def of_versions(self, version_ids: Iterable[int]) -> tuple[Volatile, ...]:
        """The parts of all sources that show the measures of some versions."""
        sources = (
            sa.select(_sightings.source)
            .join(tables.versions, _versions.measure_id == _sightings.measure_id)
            .where(_versions.id.in_(list(version_ids)))
        )
        with self._database.reading() as connection:
            return parts_of(connection, connection.execute(sources.distinct()).scalars().all())

    def addresses(self, source: str, most: int) -> list[str]:
        """Where the texts of a source that were seen last are."""
        statement = (
            sa.select(_versions.document_url)
            .join(tables.sightings, _sightings.measure_id == _versions.measure_id)
            .where(
                _sightings.source == source,
                _versions.replaced_at.is_(None),
                _versions.document_url != "",
            )
            .group_by(_versions.document_url)
            .order_by(sa.func.max(_versions.id).desc())
            .limit(most)
        )
        with self._database.reading() as connection:
            return list(connection.execute(statement).scalars())

    def rows(self, source: str | None = None, *, forgotten: bool = False) -> list[VolatileRow]:
        """The parts of one source or of all, by source and age; forgotten ones where asked for."""
        statement = sa.select(tables.volatiles).order_by(_parts.source, _parts.id)
        if source is not None:
            statement = statement.where(_parts.source == source)
        if not forgotten:
            statement = statement.where(_parts.forgotten_at.is_(None))
        with self._database.reading() as connection:
            return [
                VolatileRow(
                    id=row.id, source=row.source, part=_part(row), how=row.how,
                    example=row.example, url=row.url, learned=row.learned_at,
                    ignored=row.ignored, last_ignored=row.last_ignored_at,
                    forgotten=row.forgotten_at,
                )
                for row in connection.execute(statement)
            ]  # fmt: skip

    def learn(self, source: str, learned: Iterable[Learned], *, now: datetime) -> list[Volatile]:
        """Keep what was proved; returns what is new."""
        with self._database.writing() as connection:
            ignoring = Ignoring(connection, source, now)
            fresh = ignoring.learn(learned)
            ignoring.flush()
        return fresh

    def forget(self, part_id: int, *, now: datetime) -> None:
        """Tell what changes there from now on, and never learn it again. Raises StorageError."""
        with self._database.writing() as connection:
            done = connection.execute(
                sa.update(tables.volatiles)
                .where(_parts.id == part_id, _parts.forgotten_at.is_(None))
                .values(forgotten_at=now)
            )
            if not done.rowcount:
                raise StorageError(f"there is no volatile part {part_id}; see: sources volatile")


class Ignoring:
    """The parts that one source's texts are compared with, in one transaction.

    What is learned is in force at once and written by `flush`, with how often
    each part was ignored.
    """

    def __init__(self, connection: Connection, source: str, now: datetime) -> None:
        self._connection = connection
        self._source = source
        self._now = now
        self._known: dict[Volatile, bool] | None = None
        self._fresh: dict[Volatile, Learned] = {}
        self._covered: dict[Volatile, Volatile] = {}
        self._ignored: Counter[Volatile] = Counter()
        self._changed: list[tuple[Seen, Seen]] = []

    def parts(self) -> tuple[Volatile, ...]:
        """The parts in force."""
        return tuple(part for part, stands in self._all().items() if stands)

    def learn(self, learned: Iterable[Learned]) -> list[Volatile]:
        """Take parts in, and what they have in common with known ones; returns those in force."""
        fresh: list[Volatile] = []
        for one in learned:
            fresh += self._take(one)
            for known in self.parts():
                if known != one.part and (common := generalised(known, one.part)):
                    fresh += self._take(
                        Learned(part=common, how=one.how, example=one.example, url=one.url)
                    )
                    break
        return fresh

    def saw(self, ignored: Counter[Volatile]) -> None:
        """Count what a decision left out."""
        self._ignored.update(ignored)

    def prove(self, measure_id: int, seq: int, text: str, *, crawl_id: int, url: str) -> bool:
        """Learn from what history says of a text just fetched; whether anything was learned.

        `seq` is the version of the measure that had other texts before.
        """
        rows = self._connection.execute(
            _STATES, {"measure_id": measure_id, "seq": seq, "most": _HISTORY - 1}
        ).all()
        states = [Seen(row.body, row.read_at or row.first_seen) for row in reversed(rows)]
        if not states:
            return False
        latest = Seen(text, self._now)
        found = learn_from_history([*states, latest], url=url)
        if not found and is_of_a_visit(states[-1], latest):
            # The same in other documents of this crawl; those of this group are not written yet.
            found = learn_across(
                [*self._others(crawl_id), *self._changed, (states[-1], latest)], url=url
            )
            self._changed.append((states[-1], latest))
        return bool(self.learn(found))

    def flush(self) -> None:
        """Write what was learned and counted."""
        ids = Ids(self._connection)
        for part, one in self._fresh.items():
            values = {
                "id": ids.next(tables.volatiles), "source": self._source, "before": part.before,
                "shape": part.shape, "after": part.after, "example": one.example, "url": one.url,
                "how": one.how, "learned_at": self._now, "ignored": 0,
            }  # fmt: skip
            self._connection.execute(sa.insert(tables.volatiles), values)
        for part, count in self._ignored.items():
            self._connection.execute(
                sa.update(tables.volatiles)
                .where(self._is(part))
                .values(ignored=_parts.ignored + count, last_ignored_at=self._now)
            )
        self._fold()
        self._fresh, self._ignored, self._covered = {}, Counter(), {}

    def _fold(self) -> None:
        """Give what special parts were ignored to the general ones that stand for them."""
        for special, general in self._covered.items():
            row = self._connection.execute(
                sa.select(_parts.id, _parts.ignored, _parts.last_ignored_at).where(
                    self._is(special)
                )
            ).first()
            if row is None:
                continue
            self._connection.execute(
                sa.update(tables.volatiles)
                .where(self._is(general))
                .values(ignored=_parts.ignored + row.ignored)
            )
            self._connection.execute(sa.delete(tables.volatiles).where(_parts.id == row.id))

    def _is(self, part: Volatile) -> sa.ColumnElement[bool]:
        return sa.and_(
            _parts.source == self._source, _parts.before == part.before,
            _parts.shape == part.shape, _parts.after == part.after,
        )  # fmt: skip

    def _all(self) -> dict[Volatile, bool]:
        """Every part that is kept, and whether it is in force."""
        if self._known is None:
            rows = self._connection.execute(
                sa.select(tables.volatiles).where(_parts.source == self._source).order_by(_parts.id)
            )
            self._known = {_part(row): row.forgotten_at is None for row in rows}
        return self._known

    def _take(self, one: Learned) -> list[Volatile]:
        known = self._all()
        part = one.part
        if len(known) >= MOST_PARTS:
            return []
        for other, stands in known.items():
            # What an operator forgot comes back in no other guise.
            if covers(other, part) or (not stands and covers(part, other)):
                return []
        for other in [other for other, stands in known.items() if stands and covers(part, other)]:
            del known[other]
            if self._fresh.pop(other, None) is None:
                self._covered[other] = part
            self._ignored[part] += self._ignored.pop(other, 0)
        known[part] = True
        self._fresh[part] = one
        return [part]

    def _others(self, crawl_id: int) -> list[tuple[Seen, Seen]]:
        """What else of the source was amended in this crawl, the latest few."""
        rows = self._connection.execute(
            _AMENDED, {"source": self._source, "crawl_id": crawl_id, "most": _OTHERS}
        )
        pairs = [
            (Seen(row.old_body, row.old_at or row.old_seen), Seen(row.new_body, self._now))
            for row in rows
        ]
        return [pair for pair in pairs if is_of_a_visit(*pair)]


def parts_of(connection: Connection, sources: Sequence[str]) -> tuple[Volatile, ...]:
    """The parts of some sources that are in force."""
    rows = connection.execute(
        sa.select(_parts.before, _parts.shape, _parts.after)
        .where(_parts.source.in_(sources), _parts.forgotten_at.is_(None))
        .order_by(_parts.id)
    )
    return tuple(dict.fromkeys(map(_part, rows)))


def _part(row: Any) -> Volatile:
    return Volatile(row.before, row.shape, row.after)


_STATES = (
    sa.select(_texts.body, _versions.read_at, _versions.first_seen)
    .join(tables.texts, _texts.id == _versions.text_id)
    .where(_versions.measure_id == sa.bindparam("measure_id"), _versions.seq == sa.bindparam("seq"))
    .order_by(_versions.id.desc())
    .limit(sa.bindparam("most"))
)
_old, _new = tables.versions.alias("old"), tables.versions.alias("new")
_old_text, _new_text = tables.texts.alias("old_text"), tables.texts.alias("new_text")
_AMENDED = (
    sa.select(
        _old_text.c.body.label("old_body"),
        _old.c.read_at.label("old_at"),
        _old.c.first_seen.label("old_seen"),
        _new_text.c.body.label("new_body"),
    )
    .join(_old, _old.c.id == _changes.old_version_id)
    .join(_new, sa.and_(_new.c.id == _changes.new_version_id, _new.c.seq == _old.c.seq))
    .join(_old_text, _old_text.c.id == _old.c.text_id)
    .join(_new_text, _new_text.c.id == _new.c.text_id)
    .where(
        _changes.source == sa.bindparam("source"),
        _changes.crawl_id == sa.bindparam("crawl_id"),
        _changes.kind == str(ChangeKind.AMENDED),
    )
    .order_by(_changes.id.desc())
    .limit(sa.bindparam("most"))
)
