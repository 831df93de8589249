"""The full-text index, the same words in both databases.

The words are cut here, not by the database, so that SQLite and PostgreSQL find
the same. The index only finds candidates: what a query really matches is
decided on the text itself. So it may hold words twice, and does where a line
breaks inside a word, but it must not miss any. Behind the words stand their
stems, each once, with a mark before them that no word begins with.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product

from sqlalchemy.engine import Connection

from pipelines.lexicon import fold, has_set_apart, stem
from pipelines.texts import Page
from scrapers.items import Measure

PART = 5_000
OVERLAP = 60
LONGEST = 40
"""PostgreSQL forgets positions beyond 16,383 and takes no more than 1 MB at once,
so long texts are indexed in parts, which overlap by more words than any phrase
has, and what is longer than any word is cut."""

STEM_MARK = "x0"
UNSURE_MARK = "x1"
"""Stands among the words of a title, an abstract or sponsors that is unsure, as a text is."""

_AROUND = 120
_MOST_BREAKS = 5
_WORD = re.compile(r"[^\W_]+")
_BROKEN = re.compile(r"[-\u2010\u2011\x02\xad\ufffe]\s+(?=[^\W\d_])")


def words(text: str) -> list[str]:
    """Cut a text into the words it is found by, as matching folds them."""
    return _cut(fold(text, _never).text)


def stemmed(word: str) -> str:
    """The mark and the stem under which all inflections of a word are found."""
    return STEM_MARK + stem(word)


def indexed(text: str) -> list[str]:
    """All that a text is indexed by."""
    found = words(text)
    for broken in _BROKEN.finditer(text):
        around = text[max(0, broken.start() - _AROUND) : broken.end() + _AROUND]
        for joined in _joined(around):
            found += _cut(fold(joined, _always).text)
    return found + sorted({stemmed(word) for word in set(found)})


def _joined(around: str) -> Iterator[str]:
    """A passage with its broken words joined: all of them, and some where there are few.

    Matching joins those that make a word that is looked for, and a hyphen may
    be a real one: "city-/owned prop-/erty".
    """
    yield around
    parts = _BROKEN.split(around)
    if 2 < len(parts) <= _MOST_BREAKS + 1:
        for between in product(("", " "), repeat=len(parts) - 1):
            if any(between) and not all(between):
                yield "".join(map("".join, zip(parts, (*between, ""), strict=True)))


def is_unsure(pages: Iterable[Page]) -> bool:
    """Whether matching may find words in a text that it is not indexed by.

    They are words read wrongly, and words in capitals set apart with nothing
    that parts them: which ones they are depends on what is looked for.
    """
    return any(page.confidence < 1 or has_set_apart(page.text) for page in pages)


def _cut(folded: str) -> list[str]:
    return [word[:LONGEST] for word in _WORD.findall(folded)]


def _never(_word: str) -> bool:
    return False


def _always(_word: str) -> bool:
    return True


class Index:
    """Gathers what is to be indexed and writes it at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sqlite = connection.dialect.name == "sqlite"
        self._texts: list[tuple[int, str]] = []
        self._measures: list[tuple[int, str, str, str]] = []

    def add_texts(self, texts: Iterable[tuple[int, str]]) -> None:
        """Take texts by id; a text is indexed once and never changes."""
        self._texts += texts

    def add_measure(self, measure_id: int, measure: Measure) -> None:
        """Take a measure's title, abstract and sponsors, in place of what was indexed of it."""
        names = " ".join(sponsor.name for sponsor in measure.sponsors)
        fields = (measure.title, measure.abstract, names)
        spell = " ".join if self._sqlite else _positions
        title, abstract, sponsors = (
            spell([*indexed(field), *([UNSURE_MARK] if has_set_apart(field) else [])])
            for field in fields
        )
        self._measures.append((measure_id, title, abstract, sponsors))

    def flush(self) -> None:
        """Write what was gathered."""
        if self._texts and self._sqlite:
            rows = [(id_, " ".join(indexed(body))) for id_, body in self._texts]
            self._connection.exec_driver_sql(_SQLITE_TEXT, rows)
        elif self._texts:
            parts = [
                (id_, number, part) for id_, body in self._texts for number, part in _parts(body)
            ]
            self._connection.exec_driver_sql(_POSTGRESQL_TEXT, parts)
        if self._measures:
            statement = _SQLITE_MEASURE if self._sqlite else _POSTGRESQL_MEASURE
            self._connection.exec_driver_sql(statement, self._measures)
        self._texts, self._measures = [], []


def _parts(body: str) -> Iterator[tuple[int, str]]:
    found = indexed(body)
    for number, start in enumerate(range(0, max(1, len(found)), PART)):
        yield number, _positions(found[start : start + PART + OVERLAP])


def _positions(found: list[str]) -> str:
    """Words as the text form of a tsvector, past PostgreSQL's own idea of words."""
    return " ".join(f"{word}:{place}" for place, word in enumerate(found, start=1))


_SQLITE_TEXT = "INSERT INTO text_index (rowid, body) VALUES (?, ?)"
_SQLITE_MEASURE = (
    "INSERT OR REPLACE INTO measure_index (rowid, title, abstract, sponsors) VALUES (?, ?, ?, ?)"
)
_POSTGRESQL_TEXT = "INSERT INTO text_index (text_id, part, words) VALUES (%s, %s, %s::tsvector)"
_POSTGRESQL_MEASURE = (
    "INSERT INTO measure_index (measure_id, title, abstract, sponsors)"
    " VALUES (%s, %s::tsvector, %s::tsvector, %s::tsvector)"
    " ON CONFLICT (measure_id) DO UPDATE SET title = excluded.title,"
    " abstract = excluded.abstract, sponsors = excluded.sponsors"
)
