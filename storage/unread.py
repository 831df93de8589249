"""Which kept documents an extractor has not read, or has read without effect yet."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import TextState
from pipelines.clean import text_digest
from pipelines.extract.scans import LOW

from . import tables
from .writes import chunks

Only = Literal["low-confidence", "unreadable"]

UNREAD = text_digest("")
"""The digest of a text that nobody could read."""

_READABLE = str(TextState.READABLE)
_versions = tables.versions.c
_texts = tables.texts.c
_documents = tables.documents.c
_sightings = tables.sightings.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents to read anew.

    `shard` of `shards` counts from 1. `documents` are beginnings of SHA-256,
    none for all. `again` takes also what this extractor has read already,
    `accept_worse` what it could not read although another one could.
    """

    shard: int = 1
    shards: int = 1
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    only: Only | None = None
    documents: tuple[str, ...] = ()
    again: bool = False
    accept_worse: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document to read anew, and the versions whose text it is."""

    sha256: str
    versions: tuple[int, ...]


def find_waiting(connection: Connection, extractor: str, wanted: Wanted) -> list[Waiting]:
    """The documents that are to be read or moved, in the order of their SHA-256."""
    read = _read(connection, extractor)
    found: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(_of_wanted(wanted)):
        found[row.document_sha256].append(row)
    chosen = [
        sha256
        for sha256, rows in found.items()
        if _in_shard(sha256, wanted)
        and (wanted.again or _is_missing(rows, extractor, read.get(sha256), wanted))
    ]
    if wanted.only is not None:
        chosen = _only(connection, wanted.only, {one: found[one] for one in chosen})
    return [Waiting(one, tuple(row.id for row in found[one])) for one in sorted(chosen)]


def begins(sha256: sa.ColumnElement[str], prefix: str) -> sa.ColumnElement[bool]:
    """A range, which an index can answer: no digit of a SHA-256 comes after f."""
    return sa.and_(sha256 >= prefix, sha256 < f"{prefix}g")


def was_kept(connection: Connection, prefix: str) -> bool:
    """Whether a document whose SHA-256 begins so was ever kept."""
    found = sa.select(_documents.sha256).where(begins(_documents.sha256, prefix)).limit(1)
    return connection.execute(found).first() is not None


def is_current(connection: Connection, prefix: str) -> bool:
    """Whether a version has a document whose SHA-256 begins so."""
    named = begins(_versions.document_sha256, prefix)
    return connection.execute(sa.select(_versions.id).where(named).limit(1)).first() is not None


def _read(connection: Connection, extractor: str) -> dict[str, str]:
    """The documents an extractor has read, with the digest of its latest text of each.

    It is answered from the index alone: the texts themselves are not touched.
    """
    rows = connection.execute(
        sa.select(_texts.document_sha256, _texts.text_sha256)
        .where(_texts.extractor == extractor)
        .order_by(_texts.id)
    )
    return {row.document_sha256: row.text_sha256 for row in rows}


def _is_missing(rows: Sequence[Any], extractor: str, digest: str | None, wanted: Wanted) -> bool:
    """Whether a document is not read yet, or read and not in effect."""
    if digest is None:
        return True
    others = [row for row in rows if row.extractor != extractor]
    if digest == UNREAD:
        return wanted.accept_worse and any(row.state == _READABLE for row in others)
    return bool(others)


def _of_wanted(wanted: Wanted) -> sa.Select[Any]:
    statement = sa.select(
        _versions.id, _versions.document_sha256, _versions.extractor, _versions.state,
        _versions.text_id,
    ).where(_versions.document_sha256 != "")  # fmt: skip
    if wanted.sources:
        seen = sa.select(_sightings.measure_id).where(_sightings.source.in_(wanted.sources))
        statement = statement.where(_versions.measure_id.in_(seen))
    if wanted.since is not None:
        since = sa.select(_documents.sha256).where(_documents.first_seen >= wanted.since)
        statement = statement.where(_versions.document_sha256.in_(since))
    if wanted.documents:
        named = (begins(_versions.document_sha256, one) for one in wanted.documents)
        statement = statement.where(sa.or_(*named))
    return statement.order_by(_versions.id)


def _in_shard(sha256: str, wanted: Wanted) -> bool:
    return int(sha256[:8], 16) % wanted.shards == wanted.shard - 1


def _only(
    connection: Connection, only: Only, found: Mapping[str, Sequence[Any]]
) -> list[str]:  # fmt: skip
    if only == "unreadable":
        return [one for one, rows in found.items() if any(row.state != _READABLE for row in rows)]
    ids = {row.text_id for rows in found.values() for row in rows} - {None}
    doubtful = set(_doubtful(connection, sorted(ids)))
    return [one for one, rows in found.items() if any(row.text_id in doubtful for row in rows)]


def _doubtful(connection: Connection, ids: Sequence[int]) -> Iterator[int]:
    """The texts with a page that a person should look at."""
    for part in chunks(ids):
        rows = connection.execute(sa.select(_texts.id, _texts.pages).where(_texts.id.in_(part)))
        yield from (row.id for row in rows if any(page[4] < LOW for page in row.pages))
