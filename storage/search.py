"""Search: candidates from the full-text index, then the exact check on the texts themselves.

The index is asked for what a query needs at the least: of `a NEAR/5 b` both
words, of `a AND NOT b` the first one. So it finds every measure that matches and
some that do not; `pipelines.match` decides, on one measure after the other, and
stops when enough are found. What a user types reaches the database only as
values, and the index only as words between quotes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config import query
from pipelines.match import Matcher, compile_topics, find_matches
from pipelines.match_fields import fields_of, match_fields
from pipelines.statutes import citation_of
from pipelines.texts import Extracted

from . import tables
from .codec import load_measure, marks_from_json, pages_from_json
from .database import Database
from .index import UNSURE_MARK, stemmed, words
from .passages import passage_json
from .queries import in_place
from .verdicts import Verdict, judged_pages, standing
from .views import Json, measures_json
from .writes import chunks

DEFAULT_LIMIT = 50
PASSAGES = 5
"""How many passages a found measure is shown with."""

_PAGE = 50
_FIELDS = ("text", "title", "abstract", "sponsors")
_measures = tables.measures.c
_versions = tables.versions.c
_texts = tables.texts.c
_reviews = tables.page_reviews.c
_REVIEWED = sa.select(_reviews.document_sha256).where(_reviews.undone_at.is_(None))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query as a topic without a name."""

    tree: query.Query
    name: str = "search"


class Search:
    """Searches titles, abstracts, sponsors and the current texts of measures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(
        self,
        asked: query.Query | str,
        *,
        place: str = "*",
        source: str | None = None,
        since: datetime | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> Iterator[Json]:
        """Measures that a query matches, the latest changed first, with passages in `matches`.

        Raises QueryError for a text that is no query and UnevaluableQueryError
        for one that cannot be evaluated.
        """
        tree = query.parse(asked) if isinstance(asked, str) else asked
        matcher = compile_topics([_Asked(tree)])
        return self._found(tree, matcher, place, source, since, limit)

    def _found(
        self,
        tree: query.Query,
        matcher: Matcher,
        place: str,
        source: str | None,
        since: datetime | None,
        limit: int,
    ) -> Iterator[Json]:
        left = limit
        with self._database.reading() as connection:
            candidates = _candidates(connection, tree, place, source, since)
            for part in chunks(candidates, _PAGE):
                passages = _check(connection, matcher, part)
                for found in measures_json(connection, [id_ for id_ in part if id_ in passages]):
                    yield found | {"matches": passages[found["id"]]}
                    left -= 1
                    if not left:
                        return


def _candidates(
    connection: Connection,
    tree: query.Query,
    place: str,
    source: str | None,
    since: datetime | None,
) -> Sequence[int]:
    statement = sa.select(_measures.id).where(in_place(_measures.id, place))
    if source is not None:
        sightings = tables.sightings.c
        statement = statement.where(
            _measures.id.in_(sa.select(sightings.measure_id).where(sightings.source == source))
        )
    if since is not None:
        statement = statement.where(_measures.changed_at >= since)
    needs = Needs(connection.dialect.name)
    needed = needs.of(tree, _FIELDS)
    if needed is not None:
        statement = statement.where(sa.or_(needed, needs.unknown()))
    statement = statement.order_by(_measures.changed_at.desc(), _measures.id.desc())
    return connection.execute(statement).scalars().all()


class Needs:
    """What the index must hold of a measure for a query to match it.

    None stands for nothing: the index cannot help. `of_versions` asks for the
    text of one row of `versions`, replaced or not, in place of any current text.
    """

    def __init__(self, dialect: str, *, of_versions: bool = False) -> None:
        self._rows = _Rows(of_versions)
        self._index = (_Sqlite if dialect == "sqlite" else _Postgresql)(self._rows)

    def unknown(self) -> sa.ColumnElement[bool]:
        """What the index cannot speak of: it may match whatever the index holds of it.

        Those are words that `storage.index.is_unsure` tells of, and texts of which a
        person said what a page says.
        """
        marked = self._index.phrase([UNSURE_MARK], prefix=False)
        reviewed = sa.select(_texts.id).where(_texts.document_sha256.in_(_REVIEWED))
        texts = sa.union_all(sa.select(_texts.id).where(_texts.unsure), reviewed)
        return sa.or_(
            self._rows.chosen(_versions.text_id.in_(texts)),
            *(self._index.holds(field, marked) for field in _FIELDS if field != "text"),
        )

    def of(  # noqa: PLR0911 - one line a kind
        self, tree: query.Query, fields: Sequence[str]
    ) -> sa.ColumnElement[bool] | None:
        match tree:
            case query.Not():
                return None
            case query.And(operands):
                return self._all(operands, fields)
            case query.Or(operands):
                return self._any(operands, fields)
            case query.Unless():
                return self.of(tree.left, fields)
            case query.Near() | query.Then() | query.Sentence() | query.Paragraph():
                return self._all((tree.left, tree.right), fields)
            case query.Field(name, operand):
                return self.of(operand, ("sponsors",) if name == "sponsor" else (name,))
            case _:
                return self._term(tree, fields)

    def _all(
        self, operands: Sequence[query.Query], fields: Sequence[str]
    ) -> sa.ColumnElement[bool] | None:
        needs = [self.of(operand, fields) for operand in operands]
        known = [need for need in needs if need is not None]
        return sa.and_(*known) if known else None

    def _any(
        self, operands: Sequence[query.Query], fields: Sequence[str]
    ) -> sa.ColumnElement[bool] | None:
        needs = [self.of(operand, fields) for operand in operands]
        known = [need for need in needs if need is not None]
        return sa.or_(*known) if len(known) == len(needs) else None

    def _term(self, term: query.Term, fields: Sequence[str]) -> sa.ColumnElement[bool] | None:
        if isinstance(term, query.Fuzzy):
            return None
        if cited := citation_of(term):
            # The numbers stand in every spelling of a citation, and nothing else does.
            numbers = [self._index.phrase(words(one), prefix=False) for one in cited.numbers]
            return sa.or_(*(self._index.holds(field, one) for field in fields for one in numbers))
        found = words(term.text)
        if not found:
            return None
        if isinstance(term, query.Word):
            found = [stemmed(word) for word in found]
            asked = self._index.each(found)
        else:
            asked = self._index.phrase(found, prefix=isinstance(term, query.Prefix))
        return sa.or_(*(self._index.holds(field, asked) for field in fields))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which rows are chosen by what the index finds."""

    of_versions: bool

    def with_text(self, sql: str, asked: str) -> sa.ColumnElement[bool]:
        return self.chosen(_versions.text_id.in_(_texts_of(sql, asked)))

    def chosen(self, those: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        """Some versions, or the measures that have one of them now."""
        if self.of_versions:
            return those
        return _measures.id.in_(
            sa.select(_versions.measure_id).where(those, _versions.replaced_at.is_(None))
        )

    def with_field(self, ids: Any) -> sa.ColumnElement[bool]:
        return (_versions.measure_id if self.of_versions else _measures.id).in_(ids)


@dataclass(frozen=True, slots=True)
class _Sqlite:
    """The index in FTS5. A word in double quotes is never an operator."""

    rows: _Rows

    def each(self, found: Sequence[str]) -> str:
        return " AND ".join(f'"{word}"' for word in found)

    def phrase(self, found: Sequence[str], *, prefix: bool) -> str:
        return f'"{" ".join(found)}"' + ("*" if prefix else "")

    def holds(self, field: str, asked: str) -> sa.ColumnElement[bool]:
        if field == "text":
            return self.rows.with_text(
                "SELECT rowid FROM text_index WHERE text_index MATCH :asked", asked
            )
        return self.rows.with_field(
            sa.text("SELECT rowid FROM measure_index WHERE measure_index MATCH :asked")
            .bindparams(sa.bindparam("asked", f"{{{field}}} : ({asked})", unique=True))
            .columns(sa.column("rowid", sa.Integer))
        )


@dataclass(frozen=True, slots=True)
class _Postgresql:
    """The index in tsvectors. Words are quoted, so that none is an operator."""

    rows: _Rows

    def each(self, found: Sequence[str]) -> str:
        return " & ".join(f"'{word}'" for word in found)

    def phrase(self, found: Sequence[str], *, prefix: bool) -> str:
        quoted = [f"'{word}'" for word in found]
        return " <-> ".join(quoted) + (":*" if prefix else "")

    def holds(self, field: str, asked: str) -> sa.ColumnElement[bool]:
        if field == "text":
            sql = "SELECT text_id FROM text_index WHERE words @@ CAST(:asked AS tsquery)"
            return self.rows.with_text(sql, asked)
        sql = f"SELECT measure_id FROM measure_index WHERE {field} @@ CAST(:asked AS tsquery)"  # noqa: S608 - a column of ours
        return self.rows.with_field(
            sa.text(sql)
            .bindparams(sa.bindparam("asked", asked, unique=True))
            .columns(sa.column("measure_id", sa.BigInteger))
        )


def _texts_of(sql: str, asked: str) -> Any:
    return (
        sa.text(sql)
        .bindparams(sa.bindparam("asked", asked, unique=True))
        .columns(sa.column("id", sa.BigInteger))
    )


def _check(connection: Connection, matcher: Matcher, ids: Sequence[int]) -> dict[int, list[Json]]:
    """The passages of each measure that really matches."""
    rows = connection.execute(
        sa.select(_measures.id, _measures.data).where(_measures.id.in_(ids))
    ).all()
    versions: dict[int, list[Any]] = {}
    for row in connection.execute(_current_texts(ids)):
        versions.setdefault(row.measure_id, []).append(row)
    documents = {row.document_sha256 for texts in versions.values() for row in texts}
    verdicts = {
        name: said
        for part in chunks(sorted(documents))
        for name, said in standing(connection, part).items()
    }
    found: dict[int, list[Json]] = {}
    for row in rows:
        passages = _passages(matcher, load_measure(row.data), versions.get(row.id, ()), verdicts)
        if passages is not None:
            found[row.id] = passages
    return found


def _passages(
    matcher: Matcher,
    measure: Any,
    versions: Sequence[Any],
    verdicts: Mapping[str, Sequence[Verdict]],
) -> list[Json] | None:
    """The first passages of a measure; None when it does not match."""
    fields = fields_of(measure)
    texts = {
        row.version_id: Extracted(
            media_type=row.media_type, method=row.method,
            pages=judged_pages(
                pages_from_json(row.pages, row.body), verdicts.get(row.document_sha256, ())
            ),
            marks=marks_from_json(row.marks),
        )
        for row in versions
    }  # fmt: skip
    bodies = [extracted.text for extracted in texts.values()]
    passages = [
        passage_json(match, None) for match in match_fields(matcher, fields, bodies, all_names=True)
    ]
    for version_id, extracted in texts.items():
        passages += [
            passage_json(match, version_id)
            for match in find_matches(matcher, extracted, fields=fields.named)
        ]
        if len(passages) >= PASSAGES:
            break
    return passages[:PASSAGES] or None


def _current_texts(ids: Sequence[int]) -> sa.Select[Any]:
    """The texts of measures, the latest version's first."""
    return (
        sa.select(
            _versions.measure_id, _versions.id.label("version_id"), _texts.media_type,
            _texts.method, _texts.body, _texts.pages, _texts.marks, _texts.document_sha256,
        )
        .join(tables.texts, _texts.id == _versions.text_id)
        .where(_versions.measure_id.in_(ids), _versions.replaced_at.is_(None))
        .order_by(_versions.measure_id, _versions.seq.desc(), _versions.id.desc())
    )  # fmt: skip
