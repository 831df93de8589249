"""Topics: named queries with examples, and the packs of them that come with us."""

import hashlib
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import BaseModel, ConfigDict

from config.problems import WatchlistErrors, meant
from config.query import Query, QueryError
from config.query_common import parse_asked
from config.reading import Reader
from config.yaml_marks import Entry

LANGUAGE = "4"
"""What queries mean. With another number `rematch` looks at everything stored anew."""

TOPIC_KEYS = ("title", "query", "matches", "rejects")


class Topic(BaseModel):
    """What is looked for. `matches` and `rejects` are texts it must find and must leave.

    `query` is as written. Raises QueryError when that is no query.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    query: str
    matches: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ARG002 - pydantic's signature
        self.tree  # noqa: B018 - a topic that cannot be understood is refused here

    @cached_property
    def tree(self) -> Query:
        """The query, understood."""
        return parse_asked(self.query)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of name and meaning: as long as it is the same, so are the matches."""
        said = f"{LANGUAGE}\n{self.name}\n{self.tree}"
        return hashlib.sha256(said.encode()).hexdigest()


def pack_names() -> tuple[str, ...]:
    """The names of the topic packs that come with Measurewatch."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in _packs().iterdir()))


def load_pack(name: str) -> Topic:
    """The topic of a pack. Raises WatchlistErrors for a faulty one, KeyError for none."""
    if name not in pack_names():
        raise KeyError(f"there is no topic pack {name!r}; {meant(name, pack_names())}")
    file = _packs() / f"{name}.yaml"
    reader = Reader(str(file))
    entry = reader.root(file.read_bytes())
    topic = read_topic(reader, name, entry, TOPIC_KEYS) if entry else None
    if topic is None or reader.problems:
        raise WatchlistErrors(reader.problems)
    return topic


def read_topic(reader: Reader, name: str, entry: Entry, known: tuple[str, ...]) -> Topic | None:
    """A topic from its mapping; None, with the problems noted, when something is wrong."""
    before = len(reader.problems)
    keys = reader.keys(entry, known, required=("query",))
    title = reader.text(keys["title"], "a title") if "title" in keys else name
    query = _query(reader, keys["query"]) if "query" in keys else None
    matches, rejects = (
        tuple(text for text, _ in reader.texts(keys[key], "an example")) if key in keys else ()
        for key in ("matches", "rejects")
    )
    if query is None or title is None or len(reader.problems) > before:
        return None
    return Topic(name=name, title=title, query=query, matches=matches, rejects=rejects)


def _query(reader: Reader, entry: Entry) -> str | None:
    query = reader.text(entry, "a query")
    if query is None:
        return None
    try:
        parse_asked(query)
    except QueryError as error:
        found = f"{error.found} at column {error.column} of the query"
        reader.problem(entry, found, error.expected, error.hint)
        return None
    return query


def _packs() -> Traversable:
    return files("config") / "watchlists" / "topics"
