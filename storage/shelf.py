"""Texts by the document they were read from: found, or put on their way to the table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.clean import text_digest
from pipelines.texts import Extracted, VersionText

from . import tables
from .codec import dump_originals, is_scanned, pages_to_json
from .index import is_unsure
from .verdicts import is_doubtful
from .writes import Ids, Row, Writes, chunks

_texts = tables.texts.c


@dataclass(frozen=True, slots=True)
class Shelved:
    """A text in the table, or on its way there."""

    id: int
    text_sha256: str
    extractor: str


class Shelf:
    """The texts that a group of observations refers to."""

    def __init__(self, connection: Connection, ids: Ids, writes: Writes) -> None:
        self._connection = connection
        self._ids = ids
        self._writes = writes
        self._found: dict[tuple[str, str, str], Shelved] = {}
        self._bodies: dict[int, str] = {}
        self._scanned: dict[int, bool] = {}
        self.added: list[tuple[int, str]] = []

    def look_up(self, texts: Iterable[VersionText]) -> None:
        """Find which of these texts are in the table already."""
        documents = sorted({text.sha256 for text in texts if text.sha256})
        for part in chunks(documents):
            for row in self._connection.execute(_FIND, {"documents": part}):
                self._keep(row.document_sha256, Shelved(row.id, row.text_sha256, row.extractor))

    def put(self, text: VersionText) -> Shelved | None:
        """Give the text of a readable version; None when nobody can say what it is."""
        if text.extracted is None:
            return self._found.get((text.sha256, text.extractor, text.text_sha256)) or (
                self._found.get((text.sha256, text.extractor, ""))
            )
        words = text.text_sha256 or text_digest(text.extracted.text)
        known = self._found.get((text.sha256, text.extractor, words))
        if known is not None:
            self._bodies[known.id] = text.extracted.text
            return known
        shelved = Shelved(self._ids.next(tables.texts), words, text.extractor)
        row = text_row(text.sha256, text.extracted, text.extractor, words)
        self._writes.insert(tables.texts, row | {"id": shelved.id})
        self._keep(text.sha256, shelved)
        self._bodies[shelved.id] = row["body"]
        self._scanned[shelved.id] = is_scanned(row["pages"])
        self.added.append((shelved.id, row["body"]))
        return shelved

    def body(self, text_id: int) -> str:
        """The whole text, pages joined by form feeds."""
        if text_id not in self._bodies:
            found = self._connection.execute(_BODY, {"id": text_id}).scalar_one()
            self._bodies[text_id] = found
        return self._bodies[text_id]

    def scanned(self, text_id: int) -> bool:
        """Whether pages of a text were read as pictures."""
        if text_id not in self._scanned:
            pages = self._connection.execute(_PAGES, {"id": text_id}).scalar_one()
            self._scanned[text_id] = is_scanned(pages)
        return self._scanned[text_id]

    def _keep(self, document: str, shelved: Shelved) -> None:
        self._found[document, shelved.extractor, shelved.text_sha256] = shelved
        self._found[document, shelved.extractor, ""] = shelved


def text_row(document: str, extracted: Extracted, extractor: str, text_sha256: str) -> Row:
    """The columns of a text, its id apart."""
    body = extracted.text
    row: dict[str, Any] = {
        "document_sha256": document,
        "extractor": extractor,
        "text_sha256": text_sha256,
        "media_type": extracted.media_type,
        "method": extracted.method,
        "body": body,
        "pages": pages_to_json(extracted),
        "marks": [[mark.start, mark.end, mark.kind] for mark in extracted.marks],
        "warnings": list(extracted.warnings),
        "reason": extracted.reason,
        "characters": len(body),
        "originals": dump_originals(extracted.pages),
        "doubtful_pages": sum(map(is_doubtful, extracted.pages)),
        "unsure": is_unsure(extracted.pages),
    }
    return row


_FIND = sa.select(_texts.id, _texts.document_sha256, _texts.extractor, _texts.text_sha256).where(
    _texts.document_sha256.in_(sa.bindparam("documents", expanding=True))
)
_PAGES = sa.select(_texts.pages).where(_texts.id == sa.bindparam("id"))
_BODY = sa.select(_texts.body).where(_texts.id == sa.bindparam("id"))
