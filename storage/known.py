"""What the store knows of measures: read for a whole group of observations at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import TextState
from scrapers.items import Measure

from . import tables
from .codec import load_measure
from .identity import canonical, measure_key
from .writes import chunks

Key = tuple[str, str, str]

_versions = tables.versions.c
_measures = tables.measures.c
_identifiers = tables.measure_identifiers.c
_sightings = tables.sightings.c
_matches = tables.matches.c


@dataclass(slots=True)
class VersionRow:
    """A current version. Changed in memory while a group is planned, then written."""

    id: int
    seq: int
    note: str
    note_key: str
    date: date | None
    date_text: str
    classification: str | None
    links: list[dict[str, Any]]
    state: TextState
    waits_for: str
    document_sha256: str
    document_url: str
    text_sha256: str
    extractor: str
    reason: str
    text_id: int | None
    change_id: int | None

    @property
    def readable(self) -> bool:
        return self.state is TextState.READABLE and self.text_id is not None


@dataclass(slots=True)
class SightingRow:
    """One source's own view of a measure."""

    id: int
    identity: str
    measure_id: int
    digest: str
    absent_count: int = 0
    going_back: dict[str, Any] | None = None


@dataclass(slots=True)
class KnownRow:
    """A measure with its merged state, identifiers and current versions.

    `topics` are those found in each version's text, `matched` the digests of
    those that the title was held against.
    """

    id: int
    source: str
    key: str
    data: str
    measure: Measure
    fields: dict[str, str]
    first_seen: datetime
    changed_at: datetime
    vanished_at: datetime | None
    keys: set[Key] = field(default_factory=set)
    versions: list[VersionRow] = field(default_factory=list)
    sightings: list[SightingRow] = field(default_factory=list)
    topics: dict[int, set[str]] = field(default_factory=dict)
    matched: dict[str, str] = field(default_factory=dict)


def keys_of(measure: Measure) -> list[Key]:
    """Every key under which a measure may be known, the surest first."""
    names = (measure.identifier, *measure.formerly, *measure.identifiers)
    folded = [measure_key(measure), *(canonical(name) for name in names)]
    return [(measure.place, measure.session, key) for key in dict.fromkeys(folded) if key]


def load(connection: Connection, measures: Sequence[Measure], source: str) -> list[KnownRow | None]:
    """Find each measure by its keys; None for one that is not known."""
    owners = _owners(connection, {key for measure in measures for key in keys_of(measure)})
    found = [
        next((owners[key] for key in keys_of(measure) if key in owners), None)
        for measure in measures
    ]
    rows = load_by_id(connection, {id_ for id_ in found if id_ is not None}, source)
    return [None if id_ is None else rows[id_] for id_ in found]


def load_by_id(connection: Connection, ids: Iterable[int], source: str) -> dict[int, KnownRow]:
    """Read measures with identifiers, current versions and the source's sightings."""
    wanted = sorted(ids)
    rows: dict[int, KnownRow] = {}
    for part in chunks(wanted):
        for row in connection.execute(_MEASURES, {"ids": part}):
            rows[row.id] = KnownRow(
                id=row.id, source=row.source, key=row.key, data=row.data,
                measure=load_measure(row.data), fields=row.fields, first_seen=row.first_seen,
                changed_at=row.changed_at, vanished_at=row.vanished_at,
                matched=row.matched,
            )  # fmt: skip
        for name in connection.execute(_KEYS, {"ids": part}):
            rows[name.measure_id].keys.add((name.place, name.session, name.key))
        for version in connection.execute(_VERSIONS, {"ids": part}):
            rows[version.measure_id].versions.append(_version(version))
        for match in connection.execute(_TOPICS, {"ids": part}):
            rows[match.measure_id].topics.setdefault(match.version_id, set()).add(match.topic)
        for seen in connection.execute(_SIGHTINGS, {"ids": part, "source": source}):
            rows[seen.measure_id].sightings.append(
                SightingRow(
                    id=seen.id,
                    identity=seen.identity,
                    measure_id=seen.measure_id,
                    digest=seen.digest,
                    absent_count=seen.absent_count,
                    going_back=seen.going_back,
                )
            )
    return rows


def topics_now(connection: Connection, ids: Iterable[int]) -> dict[int, set[str]]:
    """The topics that match measures now, in any current text or field."""
    found: dict[int, set[str]] = {}
    for part in chunks(sorted(ids)):
        for row in connection.execute(_TOPICS_NOW, {"ids": part}):
            found.setdefault(row.measure_id, set()).add(row.topic)
    return found


def _owners(connection: Connection, keys: set[Key]) -> dict[Key, int]:
    by_session: dict[tuple[str, str], list[str]] = {}
    for place, session, key in sorted(keys):
        by_session.setdefault((place, session), []).append(key)
    owners: dict[Key, int] = {}
    for (place, session), names in by_session.items():
        for part in chunks(names):
            found = connection.execute(_OWNERS, {"place": place, "session": session, "keys": part})
            owners |= {(place, session, row.key): row.measure_id for row in found}
    return owners


def _version(row: Any) -> VersionRow:
    return VersionRow(
        id=row.id, seq=row.seq, note=row.note, note_key=row.note_key, date=row.date,
        date_text=row.date_text, classification=row.classification, links=row.links,
        state=TextState(row.state), waits_for=row.waits_for, document_sha256=row.document_sha256,
        document_url=row.document_url, text_sha256=row.text_sha256, extractor=row.extractor,
        reason=row.reason, text_id=row.text_id, change_id=row.change_id,
    )  # fmt: skip


def _ids() -> sa.BindParameter[Any]:
    return sa.bindparam("ids", expanding=True)


_OWNERS = sa.select(_identifiers.key, _identifiers.measure_id).where(
    _identifiers.place == sa.bindparam("place"),
    _identifiers.session == sa.bindparam("session"),
    _identifiers.key.in_(sa.bindparam("keys", expanding=True)),
)
_MEASURES = sa.select(
    _measures.id, _measures.source, _measures.key, _measures.data, _measures.fields,
    _measures.first_seen, _measures.changed_at, _measures.vanished_at,
    _measures.matched,
).where(_measures.id.in_(_ids()))  # fmt: skip
_KEYS = sa.select(
    _identifiers.measure_id, _identifiers.place, _identifiers.session, _identifiers.key
).where(_identifiers.measure_id.in_(_ids()))
_VERSIONS = (
    sa.select(tables.versions)
    .where(_versions.measure_id.in_(_ids()), _versions.replaced_at.is_(None))
    .order_by(_versions.seq, _versions.id)
)
_TOPICS = (
    sa.select(_matches.measure_id, _matches.version_id, _matches.topic)
    .where(_matches.measure_id.in_(_ids()), _matches.version_id.is_not(None))
    .distinct()
)
_TOPICS_NOW = (
    sa.select(_matches.measure_id, _matches.topic)
    .outerjoin(tables.versions, _versions.id == _matches.version_id)
    .where(_matches.measure_id.in_(_ids()), _versions.replaced_at.is_(None))
    .distinct()
)
_SIGHTINGS = sa.select(
    _sightings.id,
    _sightings.identity,
    _sightings.measure_id,
    _sightings.digest,
    _sightings.absent_count,
    _sightings.going_back,
).where(_sightings.measure_id.in_(_ids()), _sightings.source == sa.bindparam("source"))
