"""The pages that a person should look at, and what the person says of them.

The queue is worked out from the texts in effect each time: pages of current
versions that are doubtful (`storage.verdicts`) and of whose words nobody has
said anything yet. Only what is said is kept. A verdict is no change of the law:
it makes no change and no alert.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.clean import text_digest
from pipelines.correcting import METHOD as REVIEWED
from pipelines.correcting import number_of
from pipelines.texts import Extracted, Page

from . import tables
from .codec import pages_from_json
from .database import Database
from .documents import extracted_of
from .reextracting import Reextracting
from .unread import Waiting, begins, was_kept
from .verdicts import Verdict, is_doubtful, judged, keep_verdict, standing, with_corrections
from .writes import chunks

_versions = tables.versions.c
_texts = tables.texts.c
_measures = tables.measures.c
_matches = tables.matches.c
_alerts = tables.alerts.c
_changes = tables.changes.c
_reviews = tables.page_reviews.c
_sightings = tables.sightings.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A page in the queue, or one that was in it; `versions` counts those with this text.

    Measure and version are the first that has it. `topics` are those found on
    the page, `elsewhere` those found on other pages of the text; `alerted` is
    when an alert first told of a version with it.
    """

    document: str
    page: int
    pages: int
    measure_id: int
    identifier: str
    place: str
    version_id: int
    note: str
    versions: int
    method: str
    confidence: float
    doubtful: int
    since: datetime
    topics: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    alerted: datetime | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A document's text in effect, as it is shown, with what was said of it.

    `reading` is what was read of it before anybody corrected anything,
    `versions` are all that have it, `version_id` the one to show.
    """

    document: str
    extractor: str
    text: Extracted
    reading: Extracted
    verdicts: tuple[Verdict, ...]
    versions: tuple[int, ...]
    version_id: int
    measure_id: int
    identifier: str
    place: str
    note: str
    url: str
    topics: frozenset[str]


class Reviewing:
    """The queue of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def items(self, *, source: str | None = None, settled: bool = False) -> list[Item]:
        """The pages that wait, those of alerts and matches first; with `settled` those judged too."""
        with self._database.reading() as connection:
            return _items(connection, source=source, settled=settled)

    def documents(self, prefix: str) -> list[str]:
        """The documents with a text in effect whose SHA-256 begins so.

        A document that came later with the same words stands for the one they
        were read from.
        """
        statement = (
            sa.select(_texts.document_sha256)
            .join(tables.versions, _versions.text_id == _texts.id)
            .where(
                sa.or_(
                    begins(_texts.document_sha256, prefix),
                    begins(_versions.document_sha256, prefix),
                )
            )
            .distinct()
            .order_by(_texts.document_sha256)
            .limit(10)
        )
        with self._database.reading() as connection:
            return list(connection.execute(statement).scalars())

    def was_kept(self, prefix: str) -> bool:
        """Whether a document whose SHA-256 begins so was ever kept."""
        with self._database.reading() as connection:
            return was_kept(connection, prefix)

    def document(self, sha256: str) -> Reviewed | None:
        """A document's text in effect; None when no version has it."""
        with self._database.reading() as connection:
            rows = connection.execute(_OF_DOCUMENT, {"document": sha256}).all()
            if not rows:
                return None
            row = min(rows, key=lambda one: (one.replaced_at is not None, one.version_id))
            reading = _reading(connection, sha256, row.extractor) or row
            verdicts = standing(connection, [sha256]).get(sha256, ())
            ids = [one.version_id for one in rows]
            topics = connection.execute(
                sa.select(_matches.topic).where(_matches.version_id.in_(ids)).distinct()
            ).scalars()
            return Reviewed(
                document=sha256, extractor=row.extractor,
                text=judged(extracted_of(row), verdicts), reading=extracted_of(reading),
                verdicts=verdicts, versions=tuple(ids), version_id=row.version_id,
                measure_id=row.measure_id, identifier=row.identifier, place=row.place,
                note=row.note, url=row.document_url, topics=frozenset(topics),
            )  # fmt: skip

    def judge(self, document: Reviewed, page: Page, verdict: Verdict) -> None:
        """Keep that a page's words are right, or wrong, in place of what was said before."""
        sure = 1.0 if verdict.verdict == "right" else 0.0

        def work(connection: Connection) -> None:
            _write(connection, document.document, verdict)
            _set_confidence(connection, document.versions, page, sure)

        self._database.write(work)

    def correct(
        self, document: Reviewed, verdict: Verdict, store: Reextracting, *, now: datetime
    ) -> frozenset[str]:
        """Put right words in place of a page's; returns the topics in the text from then on.

        `store` is that of `document.extractor`.
        """
        others = (one for one in document.verdicts if one.page != verdict.page)
        return store.keep(
            Waiting(document.document, document.versions), document.reading, now=now,
            verdicts=(*others, verdict),
            also=lambda connection: _write(connection, document.document, verdict),
        ).topics  # fmt: skip

    def undo(
        self, document: Reviewed, number: int, store: Reextracting, *, now: datetime
    ) -> frozenset[str]:
        """Take back what was said of a page; returns the topics in the text from then on."""
        others = tuple(one for one in document.verdicts if one.page != number)

        def take_back(connection: Connection) -> None:
            _take_back(connection, document.document, number, now)
            text = judged(with_corrections(document.reading, others), others)
            for page in text.pages:
                if number_of(page) == number:
                    _set_confidence(connection, document.versions, page, page.confidence)

        return store.keep(
            Waiting(document.document, document.versions), document.reading, now=now,
            verdicts=others, also=take_back,
        ).topics  # fmt: skip


# --- the queue ---------------------------------------------------------------


def _items(connection: Connection, *, source: str | None, settled: bool) -> list[Item]:
    rows = sorted(
        connection.execute(_queued(source, settled=settled)), key=lambda row: row.version_id
    )
    texts: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        texts[row.text_id].append(row)
    documents = sorted({row.document_sha256 for row in rows})
    verdicts = {
        name: found
        for part in chunks(documents)
        for name, found in standing(connection, part).items()
    }
    judged_ids = [one for one, of in texts.items() if of[0].document_sha256 in verdicts]
    bodies = _bodies(connection, judged_ids)
    ids = [row.version_id for row in rows]
    matched, alerted = _matched(connection, ids), _alerted(connection, ids)
    found: list[Item] = []
    for text_id, of in texts.items():
        said = verdicts.get(of[0].document_sha256, ())
        pages = pages_from_json(of[0].pages, bodies.get(text_id, ""))
        topics: dict[int, set[str]] = defaultdict(set)
        for row in of:
            for number, topic in matched.get(row.version_id, ()):
                topics[number].add(topic)
        times = [alerted[row.version_id] for row in of if row.version_id in alerted]
        for page in pages:
            verdict = next((one for one in said if one.is_of(page)), None) if said else None
            waits = is_doubtful(page) and verdict is None
            if waits or (settled and verdict is not None):
                found.append(_item(of, page, len(pages), topics, min(times, default=None), verdict))
    return sorted(found, key=_urgency)


def _item(
    rows: Sequence[Any], page: Page, pages: int, topics: Mapping[int, set[str]],
    alerted: datetime | None, verdict: Verdict | None,
) -> Item:  # fmt: skip
    row, number = rows[0], number_of(page)
    here = topics.get(number, set())
    return Item(
        document=row.document_sha256, page=number, pages=pages, measure_id=row.measure_id,
        identifier=row.identifier, place=row.place, version_id=row.version_id, note=row.note,
        versions=len(rows), method=page.method, confidence=page.confidence,
        doubtful=len(page.doubtful), since=min(one.first_seen for one in rows),
        topics=tuple(sorted(here)),
        elsewhere=tuple(sorted(set().union(*topics.values()) - here)),
        alerted=alerted, verdict=verdict,
    )  # fmt: skip


def _urgency(item: Item) -> tuple[Any, ...]:
    """What somebody was told of first, the longest ago first; then what matched, then the rest."""
    matters = 0 if item.alerted else 1 if item.topics else 2 if item.elsewhere else 3
    return matters, item.alerted or item.since, item.measure_id, item.document, item.page


def _queued(source: str | None, *, settled: bool) -> sa.Select[Any]:
    # The number stands in the statement: only so does SQLite use the index of doubtful texts.
    doubtful = sa.select(_texts.id).where(_texts.doubtful_pages > sa.literal_column("0"))
    if settled:
        said = sa.select(_reviews.document_sha256).where(_reviews.undone_at.is_(None))
        of_said = sa.select(_texts.id).where(_texts.document_sha256.in_(said))
        chosen: Any = sa.union(doubtful, of_said)
    else:
        chosen = doubtful
    statement = (
        sa.select(
            _texts.id.label("text_id"), _texts.document_sha256, _texts.pages,
            _versions.id.label("version_id"), _versions.note, _versions.first_seen,
            _versions.measure_id, _measures.identifier, _measures.place,
        )
        .join(tables.versions, _versions.text_id == _texts.id)
        .join(tables.measures, _measures.id == _versions.measure_id)
        .where(_versions.text_id.in_(chosen), _versions.replaced_at.is_(None))
    )  # fmt: skip
    if source is not None:
        shown = sa.select(_sightings.measure_id).where(_sightings.source == source)
        statement = statement.where(_versions.measure_id.in_(shown))
    return statement


def _bodies(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The words of texts of which something was said: it holds for these words only."""
    return {
        row.id: row.body
        for part in chunks(ids)
        for row in connection.execute(sa.select(_texts.id, _texts.body).where(_texts.id.in_(part)))
    }


def _matched(connection: Connection, ids: Sequence[int]) -> dict[int, set[tuple[int, str]]]:
    """On which pages of each version which topics were found."""
    found: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for part in chunks(ids):
        statement = sa.select(_matches.version_id, _matches.page, _matches.topic)
        for row in connection.execute(statement.where(_matches.version_id.in_(part))):
            found[row.version_id].add((row.page or 1, row.topic))
    return found


def _alerted(connection: Connection, ids: Sequence[int]) -> dict[int, datetime]:
    """When an alert first told of each version that one told of."""
    found: dict[int, datetime] = {}
    tells = sa.and_(
        _changes.measure_id == _versions.measure_id,
        sa.or_(_changes.new_version_id == _versions.id, _changes.id == _versions.change_id),
    )
    statement = (
        sa.select(_versions.id, _alerts.created)
        .join(tables.changes, tells)
        .join(tables.alerts, _alerts.change_id == _changes.id)
    )
    for part in chunks(ids):
        for row in connection.execute(statement.where(_versions.id.in_(part))):
            found[row.id] = min(row.created, found.get(row.id, row.created))
    return found


# --- what is said ------------------------------------------------------------


def _write(connection: Connection, document: str, verdict: Verdict) -> None:
    if verdict.at is None:
        raise ValueError("a verdict has a time")
    _take_back(connection, document, verdict.page, verdict.at)
    keep_verdict(connection, document, verdict)


def _take_back(connection: Connection, document: str, number: int, now: datetime) -> None:
    connection.execute(
        sa.update(tables.page_reviews)
        .where(
            _reviews.document_sha256 == document,
            _reviews.page == number,
            _reviews.undone_at.is_(None),
        )
        .values(undone_at=now)
    )


def _set_confidence(
    connection: Connection, versions: Iterable[int], page: Page, confidence: float
) -> None:
    """Let what was found on a page say how far to trust the page."""
    on_page = _matches.page.is_(None) if page.number is None else _matches.page == page.number
    for part in chunks(list(versions)):
        connection.execute(
            sa.update(tables.matches)
            .where(_matches.version_id.in_(part), on_page)
            .values(confidence=confidence)
        )


def digest_of(page: Page) -> str:
    """What names the words of a page in a verdict."""
    return text_digest(page.text)


def _reading(connection: Connection, sha256: str, extractor: str) -> sa.Row[Any] | None:
    """The text as it was read, by this extractor if it did."""
    return connection.execute(
        sa.select(tables.texts)
        .where(_texts.document_sha256 == sha256, _texts.method != REVIEWED, _texts.characters > 0)
        .order_by((_texts.extractor == extractor).desc(), _texts.id.desc())
        .limit(1)
    ).first()


_OF_DOCUMENT = (
    sa.select(
        tables.texts, _versions.id.label("version_id"), _versions.measure_id, _versions.note,
        _versions.document_url, _versions.replaced_at, _measures.identifier, _measures.place,
    )
    .join(tables.versions, _versions.text_id == _texts.id)
    .join(tables.measures, _measures.id == _versions.measure_id)
    .where(_texts.document_sha256 == sa.bindparam("document"))
    .order_by(_versions.id)
)  # fmt: skip
