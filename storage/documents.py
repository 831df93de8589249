"""Documents, their texts, and what a recheck of their addresses needs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.clean import text_digest
from pipelines.correcting import METHOD as REVIEWED
from pipelines.ports import FetchState
from pipelines.texts import Extracted
from scrapers.addresses import canonical_url

from . import tables
from .codec import marks_from_json, pages_from_json, with_originals
from .database import Database
from .index import Index
from .shelf import text_row
from .verdicts import judged, standing
from .writes import Ids, upsert

_documents = tables.documents.c
_texts = tables.texts.c
_fetches = tables.fetches.c


def save_document(
    connection: Connection,
    sha256: str,
    *,
    media_type: str,
    size: int | None,
    url: str,
    now: datetime,
) -> None:
    """Note where bytes were first seen. They themselves are in `storage.blobs`."""
    statement = upsert(tables.documents, connection.dialect.name).on_conflict_do_nothing()
    connection.execute(statement, {
        "sha256": sha256, "media_type": media_type, "bytes": size, "url": url, "first_seen": now,
    })  # fmt: skip


def known_documents(database: Database) -> Iterator[tuple[str, str]]:
    """SHA-256 and address of every document whose bytes were kept, in order."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(_documents.sha256, _documents.url).order_by("sha256"))
        yield from ((row.sha256, row.url) for row in rows)


def save_text(
    connection: Connection, sha256: str, extracted: Extracted, extractor: str, text_sha256: str = ""
) -> int:
    """Keep and index the text of a document as one extractor read it; returns its id.

    Saving it again, or an unreadable document, is fine.
    """
    words = text_sha256 or text_digest(extracted.text)
    known = connection.execute(
        sa.select(_texts.id).where(
            _texts.document_sha256 == sha256,
            _texts.extractor == extractor,
            _texts.text_sha256 == words,
        )
    ).scalar()
    if known is not None:
        return int(known)
    text_id = Ids(connection).next(tables.texts)
    row = text_row(sha256, extracted, extractor, words)
    connection.execute(sa.insert(tables.texts), row | {"id": text_id})
    index = Index(connection)
    index.add_texts([(text_id, row["body"])])
    index.flush()
    return text_id


def text_of(connection: Connection, sha256: str, extractor: str) -> Extracted | None:
    """The text of a document as this extractor read it, if it did.

    What a person said of its pages is laid over it. A text with corrected pages
    is given whichever extractor read the others.
    """
    row = connection.execute(_READING, {"document": sha256, "extractor": extractor}).first()
    if row is not None and not row.reviewed:
        return extracted_of(row)
    verdicts = standing(connection, [sha256]).get(sha256, ())
    if any(verdict.verdict == "corrected" for verdict in verdicts):
        row = connection.execute(_CORRECTED, {"document": sha256}).first() or row
    return None if row is None else judged(extracted_of(row), verdicts)


def extracted_of(row: sa.Row[Any]) -> Extracted:
    """The text that a whole row of the table of texts holds."""
    return Extracted(
        media_type=row.media_type,
        method=row.method,
        pages=with_originals(pages_from_json(row.pages, row.body), row.originals),
        marks=marks_from_json(row.marks),
        warnings=tuple(row.warnings),
        reason=row.reason,
    )


def fetch_state(connection: Connection, url: str) -> FetchState | None:
    """What is known of an address: its validators and the bytes it gave last.

    One that differs only in a session, a signature or the order of parameters is the same.
    """
    known = sa.select(tables.fetches).where(_fetches.url == canonical_url(url))
    row = connection.execute(known).first()
    if row is None:
        return None
    return FetchState(
        sha256=row.sha256, etag=row.etag, last_modified=row.last_modified,
        checked_at=row.checked_at, changed_at=row.changed_at,
    )  # fmt: skip


def save_fetches(connection: Connection, fetches: Mapping[str, FetchState]) -> None:
    """Keep validators. Call it only once all that the addresses gave is recorded."""
    if not fetches:
        return
    statement = upsert(tables.fetches, connection.dialect.name)
    names = ("sha256", "etag", "last_modified", "checked_at", "changed_at")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["url"], set_={name: statement.excluded[name] for name in names}
        ),
        [
            {"url": url} | {name: getattr(state, name) for name in names}
            for url, state in {canonical_url(url): state for url, state in fetches.items()}.items()
        ],
    )


_OF_DOCUMENT = _texts.document_sha256 == sa.bindparam("document")
_READING = (
    sa.select(
        tables.texts,
        sa.exists()
        .where(
            tables.page_reviews.c.document_sha256 == _texts.document_sha256,
            tables.page_reviews.c.undone_at.is_(None),
        )
        .label("reviewed"),
    )
    .where(
        _OF_DOCUMENT, _texts.extractor == sa.bindparam("extractor"), _texts.method != REVIEWED
    )
    .order_by(_texts.id.desc())
    .limit(1)
)  # fmt: skip
_CORRECTED = (
    sa.select(tables.texts)
    .join(tables.versions, tables.versions.c.text_id == _texts.id)
    .where(_OF_DOCUMENT, _texts.method == REVIEWED)
    .order_by(tables.versions.c.id.desc())
    .limit(1)
)
