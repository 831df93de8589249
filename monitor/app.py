"""Where things are put together: the only reader of the environment and the clock.

`build` makes an `App` from the environment and the command's options; its
`store` opens everything that lies in the home. What is opened here is handed
on as values; nothing else in the house looks for it.
"""

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from config.settings import PREFIX, Settings
from config.settings_file import MAX_BYTES, SETTINGS_FILE, read_settings_file
from config.topics import Topic
from config.watches import SourceSpec
from config.watchlist import KNOWN_SITES, Watchlist, load_watchlist, read_watchlist

if TYPE_CHECKING:
    from monitor.coverage import Coverage
    from pipelines.texts import Extracted, Match, Volatile
    from storage.archives import Archives
    from storage.blobs import Blobs
    from storage.crawls import Crawls
    from storage.database import Database
    from storage.holding import Holds
    from storage.locks import Locks
    from storage.notices import Notices
    from storage.outbox import Outbox
    from storage.queries import Queries
    from storage.restoring import Restored
    from storage.store import Store
    from storage.volatile import Volatiles

NO_TEXT = (
    "Version {} is not known or has no text (yet). `measurewatch show MEASURE` lists the versions "
    "of a measure with their ids."
)
NAMED = 3
PUT_BACK = "put back what is missing from a copy of the home's blobs folder"
BUILT_IN = Path(__file__).parent.parent / "config" / "watchlists" / "immigration.yaml"
DAY_LONG = timedelta(days=1, microseconds=-1)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SPAN = re.compile(r"(\d+)([dhm])")
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class UsageError(Exception):
    """What was asked for cannot be done as asked; the sentence says what to do."""


@dataclass(frozen=True)
class Opened:
    """Everything in a home, open."""

    database: "Database"
    store: "Store"
    crawls: "Crawls"
    queries: "Queries"
    outbox: "Outbox"
    holds: "Holds"
    volatiles: "Volatiles"
    notices: "Notices"
    locks: "Locks"
    blobs: "Blobs"
    archives: "Archives"

    def backup(self) -> Path:
        """Copy the database as it is now. Raises UsageError for a server's."""
        from storage.backup import copy

        path = self.database.path
        if path is None:
            raise UsageError("The database is on a PostgreSQL server; back it up with pg_dump.")
        revision = self.database.revision()
        return copy(path, self.database.home.backups / f"measurewatch-{revision}-by-hand.db")

    def check(self) -> list[str]:
        """What is wrong with the database and the kept documents, in sentences.

        A document that the database knows and the home has not is wrong; one that
        only the home has was kept by a crawl that ended before it was recorded.
        """
        from pipelines.compare_words import how_many
        from storage.documents import known_documents

        problems = list(self.database.check())
        if problems:
            return problems
        problems += [
            f"the kept document {name} is not what was written; remove it and {PUT_BACK}"
            for name in self.blobs.names()
            if not self.blobs.verify(name)
        ]
        known = known_documents(self.database)
        missing = [f"{name[:12]} ({url})" for name, url in known if not self.blobs.has(name)]
        if missing:
            more = ", ..." if len(missing) > NAMED else ""
            problems.append(
                f"{how_many(missing, 'document')} that the database knows cannot be found in "
                f"{self.blobs.folder}: {', '.join(missing[:NAMED])}{more}; {PUT_BACK}"
            )
        return problems


@dataclass(frozen=True)
class App:
    """The settings of this run and its clock; opens the store and the watchlist.

    `kept` are the values of the home's settings file.
    """

    settings: Settings
    clock: Callable[[], datetime]
    environment: Mapping[str, str]
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def watchlist_path(self) -> Path:
        """The chosen watchlist, else the home's, else the built-in one."""
        if self.settings.watchlist is not None:
            return self.settings.watchlist
        own = self.home / "watchlist.yaml"
        return own if own.exists() else BUILT_IN

    @property
    def certificates(self) -> Path:
        """The folder of certificates that sites forget to send."""
        return self.home / "certificates"

    def variable(self, name: str) -> str | None:
        """A value by its name in the environment, else in the home's settings file."""
        return self.environment.get(name) or self.kept.get(name)

    def watchlist(self) -> Watchlist:
        """Load the watchlist. Raises WatchlistErrors, or UsageError when there is none."""
        if not self.watchlist_path.is_file():
            raise UsageError(f"There is no watchlist at {self.watchlist_path}.")
        return load_watchlist(self.watchlist_path)

    def watchlist_by(self, opened: Opened, key: str) -> Watchlist:
        """An accepted watchlist, by its hash: what a crawl was planned with."""
        text = opened.store.watchlist(key)
        if text is None:
            raise UsageError(f"The watchlist {key[:12]} is not known to this home.")
        return read_watchlist(text.encode())

    def sources(self, names: Sequence[str]) -> tuple[SourceSpec, ...]:
        """The named sources, or all. Raises UsageError for a name nobody knows."""
        watchlist = self.watchlist()
        known = {spec.name: spec for spec in watchlist.sources}
        if not names:
            return watchlist.sources
        fixed = fixed_sources(watchlist)
        unknown = [name for name in names if name not in known and name not in fixed]
        if unknown:
            import difflib

            close = difflib.get_close_matches(unknown[0], [*known, *fixed], n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise UsageError(
                f"The watchlist has no source {unknown[0]!r}.{hint} "
                "`measurewatch sources list` shows those it has."
            )
        return tuple(known.get(name) or fixed[name] for name in names)

    def restore(self, backup: Path) -> "Restored":
        """Put a backup in the database's place.

        Raises UsageError for a server's database, or while somebody uses the
        home, and StorageError when the backup cannot be put there.
        """
        from storage.home import Home
        from storage.locks import held_in
        from storage.restoring import restore

        if self.settings.database_url:
            raise UsageError("The database is on a PostgreSQL server; restore it with pg_restore.")
        home = Home.create(self.home)
        if held := held_in(home.locks):
            raise UsageError(
                f"This home is in use ({', '.join(held)}); stop serve and wait for crawls to end."
            )
        return restore(backup, home, now=self.clock())

    @contextmanager
    def store(self, *, create: bool = False) -> Iterator[Opened]:
        """Open the home. Raises UsageError when there is none and `create` is false."""
        from storage.archives import Archives
        from storage.blobs import Blobs
        from storage.crawls import Crawls
        from storage.database import Database
        from storage.holding import Holds
        from storage.home import Home
        from storage.locks import Locks
        from storage.notices import Notices
        from storage.outbox import Outbox
        from storage.queries import Queries
        from storage.store import Store
        from storage.volatile import Volatiles

        if self.home.exists() and not self.home.is_dir():
            raise UsageError(f"{self.home} is not a folder. Name another home with --home.")
        if not create and not self.home.is_dir():
            raise UsageError(
                f"There is no Measurewatch home at {self.home}. Make one with: measurewatch init, "
                "or name another with --home."
            )
        home = Home.create(self.home)
        database = Database.open(self.settings.database_url, home=home)
        try:
            locks = Locks(database)
            yield Opened(
                database=database, store=Store(database), crawls=Crawls(database, locks),
                queries=Queries(database), outbox=Outbox(database),
                holds=Holds(database), volatiles=Volatiles(database),
                notices=Notices(database), locks=locks,
                blobs=Blobs(home.blobs), archives=Archives(home.archives),
            )  # fmt: skip
        finally:
            database.close()

    def changes(
        self,
        *,
        since: str | None = None,
        kinds: Sequence[str] = (),
        place: str | None = None,
        topic: str | None = None,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Recorded changes, oldest first, as DESIGN's JSON; with a limit, the latest ones."""
        chosen = chosen_kinds(kinds)
        with self.store() as opened:
            found = opened.queries.changes(
                since=moment(since, self.clock()) if since else None,
                kinds=chosen,
                place=pattern(place),
                topic=topic,
                limit=limit,
            )
            yield from self._or_unknown(found, topic=topic)

    def measures(
        self,
        *,
        since: str | None = None,
        place: str | None = None,
        session: str | None = None,
        source: str | None = None,
        topic: str | None = None,
        limit: int | None = None,
        passages: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """Known measures, as DESIGN's JSON; `since` keeps those that changed since then.

        With `passages` each has its `matches` too.
        """
        with self.store() as opened:
            found = opened.queries.measures(
                since=moment(since, self.clock()) if since else None,
                place=pattern(place), session=session, source=source, topic=topic, limit=limit,
                passages=passages,
            )  # fmt: skip
            yield from self._or_unknown(found, topic=topic, source=source)

    def _or_unknown(
        self,
        rows: Iterable[dict[str, Any]],
        *,
        topic: str | None = None,
        source: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Pass rows on; where there are none, raise UsageError for a name nobody knows."""
        none = True
        for row in rows:
            none = False
            yield row
        if none and topic is not None:
            chosen_topics(self, [topic], None)
        if none and source is not None:
            self.sources([source])

    def search(self, query: str, *, place: str | None, limit: int) -> list[dict[str, Any]]:
        """Measures that answer a query. Raises QueryError."""
        from config.query_common import parse_asked
        from storage.search import Search

        tree = parse_asked(query)
        with self.store() as opened:
            return list(Search(opened.database).search(tree, place=pattern(place), limit=limit))

    def show(self, measure: str, *, at: str | None) -> dict[str, Any]:
        """One measure, by id or printed identifier. Raises UsageError when none or several fit."""
        from storage.errors import StorageError

        with self.store() as opened:
            found = [int(measure)] if measure.isdecimal() else opened.queries.find(measure)
            if not found:
                raise UsageError(
                    f"No measure is known as {measure!r}. Try: measurewatch search {measure!r}"
                )
            if len(found) > 1:
                several = [opened.queries.show(number) for number in found]
                listed = ", ".join(
                    f"{row['id']} ({row['identifier']}, {row['jurisdiction']}, {row['session']})"
                    for row in several
                )
                raise UsageError(
                    f"Several measures are known as {measure!r}; give the id: {listed}"
                )
            then = end_of(at, self.clock()) if at else None
            try:
                return opened.queries.show(found[0], at=then)
            except StorageError as error:
                raise UsageError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error

    def version(self, version: int) -> "Extracted":
        """A version as it was read. Raises UsageError when it has no text."""
        with self.store() as opened:
            found = opened.queries.version_document(version)
        if found is None:
            raise UsageError(NO_TEXT.format(version))
        return found[0]

    def volatile_parts(self, versions: Iterable[int]) -> "tuple[Volatile, ...]":
        """What changes at every visit in the texts of the sources that show these versions."""
        wanted = list(versions)
        if not wanted:
            return ()
        with self.store() as opened:
            return opened.volatiles.of_versions(wanted)

    def source_rows(self) -> list[dict[str, Any]]:
        """The watchlist's sources, as DESIGN's JSON."""
        from monitor.sources import describe

        return [describe(spec, self.variable) for spec in self.watchlist().sources]

    def coverage(self) -> "Coverage":
        """Which of the watchlist's sources were checked lately. Raises as `watchlist` does."""
        from monitor.coverage import coverage

        specs = self.watchlist().sources
        with self.store() as opened:
            states = [state for spec in specs if (state := opened.store.source(spec.name))]
        return coverage(specs, states, now=self.clock())

    def health_rows(self) -> list[dict[str, Any]]:
        """How each crawled source does, as DESIGN's JSON; `overdue` are those whose turn was missed."""
        from monitor.coverage import overdue

        specs = self.watchlist().sources
        with self.store() as opened:
            rows = list(
                opened.queries.sources_health({spec.name: str(spec.schedule) for spec in specs})
            )
        late = overdue(specs, rows, now=self.clock())
        return [row | {"overdue": row["source"] in late} for row in rows]

    def alert_rows(
        self, state: str | None, *, since: str | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Alerts with their messages, as DESIGN's JSON. Raises UsageError for an unknown state."""
        from storage.ports import MessageState

        known = get_args(MessageState)
        if state and state not in known:
            raise UsageError(f"{state!r} is no state of a message; states are {', '.join(known)}.")
        with self.store() as opened:
            yield from opened.queries.alerts(
                states=[state] if state else [],
                since=moment(since, self.clock()) if since else None,
                limit=limit,
            )

    def retry(self, message: int) -> None:
        """Make a failed or dead message due now. Raises StorageError when there is none."""
        with self.store() as opened:
            opened.outbox.retry(message, now=self.clock())

    def archive_rows(self) -> list[dict[str, Any]]:
        """The home's recordings; `problem` says why one cannot be read, or not to its end."""
        from scrapers.archive import overview

        with self.store() as opened:
            return [
                {"file": file.name, "bytes": file.bytes, **overview(file.path)}
                for file in opened.archives.list()
            ]

    def verify_archives(self, files: Sequence[Path]) -> list[dict[str, Any]]:
        """Check the digests of the files given, or of all recordings."""
        from scrapers.archive import verify

        paths = list(files)
        if not paths:
            with self.store() as opened:
                paths = [file.path for file in opened.archives.list()]
        rows = []
        for path in paths:
            records, problems = verify(path)
            rows.append({"file": str(path), "records": records, "problems": problems})
        return rows

    def resolved(self, parameters: Mapping[str, Any], *, leniently: bool = False) -> dict[str, Any]:
        """A source's parameters with `env:NAME` replaced. Raises UsageError for one not set.

        `leniently`, what is not set is left out.
        """
        found = {}
        for key, value in parameters.items():
            if isinstance(value, str) and value.startswith("env:"):
                name = value.removeprefix("env:")
                told = self.variable(name)
                if told is None:
                    if leniently:
                        continue
                    raise UsageError(
                        f"The watchlist's {key!r} is {value}, but the environment variable {name} "
                        "is not set."
                    )
                value = told  # noqa: PLW2901
            found[key] = value
        return found


def build(options: Mapping[str, Any]) -> App:
    """Make the app of this process from its environment and the options of its command."""
    environment = dict(os.environ)
    values = {key: value for key, value in environment.items() if key.startswith(PREFIX)}
    for name in ("home", "watchlist"):
        if options.get(name):
            values[PREFIX + name.upper()] = str(options[name])
    kept = settings_file(values.get(f"{PREFIX}HOME", ""))
    values = {name: value for name, value in kept.items() if name.startswith(PREFIX)} | {
        name: value for name, value in values.items() if value.strip()
    }
    settings = Settings.from_mapping(values)
    behind = timedelta(seconds=settings.clock_behind)
    return App(
        settings=settings,
        clock=lambda: datetime.now(UTC) - behind,
        environment=environment,
        kept=kept,
    )


def settings_file(home: str) -> dict[str, str]:
    """What a home's settings file holds; nothing where there is none. Raises SettingsError."""
    folder = Settings.from_mapping({f"{PREFIX}HOME": home}).home
    try:
        with (folder / SETTINGS_FILE).open(encoding="utf-8") as file:
            text = file.read(MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError as error:
        raise UsageError(f"{folder / SETTINGS_FILE} is not text in UTF-8.") from error
    return read_settings_file(text, str(folder / SETTINGS_FILE))


def fixed_sources(watchlist: Watchlist) -> dict[str, SourceSpec]:
    """The sources whose names are fixed, for a watchlist that does not list them."""
    return {
        name: SourceSpec(
            name=name, kind="site", place=where, parameters={}, schedule=watchlist.crawl
        )
        for name, where in KNOWN_SITES.items()
    }


def pattern(text: str | None) -> str:
    """A place pattern as given, checked. Raises PlaceError."""
    from config.places import check_pattern

    return check_pattern(text) if text else "*"


def chosen_kinds(kinds: Sequence[str]) -> tuple[Any, ...]:
    """Kinds of change by name. Raises UsageError for an unknown one."""
    from config.problems import meant
    from config.vocabulary import ChangeKind

    known = {str(kind): kind for kind in ChangeKind}
    unknown = [kind for kind in kinds if kind not in known]
    if unknown:
        hint = meant(unknown[0], known)
        raise UsageError(
            f"There is no kind of change {unknown[0]!r}"
            + (f"; {hint}" if hint else ".")
            + f" Kinds are {', '.join(known)}."
        )
    return tuple(known[kind] for kind in kinds)


def moment(text: str, now: datetime) -> datetime:
    """A point in time as people write it: 7d, 12h, 2026-02-01, 2026-02-01T10:00Z (UTC unless said)."""
    span = SPAN.fullmatch(text.strip())
    try:
        if span:
            return now - timedelta(**{UNITS[span[2]]: int(span[1])})
        found = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no time; write 7d, 12h, 2026-02-01 or 2026-02-01T10:00Z."
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def end_of(text: str, now: datetime) -> datetime:
    """A point in time as `moment` reads it; a day alone is its end."""
    found = moment(text, now)
    return found + DAY_LONG if DAY.fullmatch(text.strip()) else found


def read_document(file: Path) -> "Extracted":
    """The text of a file, read in the pool as a crawl would read it."""
    from monitor.compute import Pool
    from pipelines.texts import Limits

    with Pool(workers=1) as pool:
        return pool.extract(file.absolute(), Limits(), name=file.name).result()


def match_document(
    app: App, file: Path, names: Sequence[str], query: str | None
) -> "tuple[Extracted, tuple[Topic, ...], tuple[Match, ...]]":
    """A file's text, the topics looked for, and where they match."""
    from pipelines.match import compile_topics, find_matches

    topics = chosen_topics(app, names, query)
    extracted = read_document(file)
    return extracted, topics, find_matches(compile_topics(topics), extracted)


def chosen_topics(app: App, names: Sequence[str], query: str | None) -> tuple[Topic, ...]:
    """Topics by name from the watchlist or the packs, or one made of a query."""
    if query is not None:
        return (Topic(name="query", title="Query", query=query),)
    from config.topics import load_pack, pack_names

    known = {topic.name: topic for topic in app.watchlist().topics}
    packs = pack_names()
    unknown = [name for name in names if name not in known and name not in packs]
    if unknown:
        raise UsageError(
            f"There is no topic {unknown[0]!r}; there are {', '.join(sorted({*known, *packs}))}."
        )
    if not names:
        return tuple(known.values())
    return tuple(known.get(name) or load_pack(name) for name in names)


def examine_topics(app: App, names: Sequence[str]) -> list[dict[str, Any]]:
    """Each example of each topic with what came of it: right or wrong."""
    from pipelines.match import compile_topics, match_field

    rows = []
    for topic in chosen_topics(app, names, None):
        matcher = compile_topics([topic])
        for expected, examples in (("match", topic.matches), ("no match", topic.rejects)):
            for example in examples:
                found = bool(match_field(matcher, example, "text"))
                right = found == (expected == "match")
                rows.append({"topic": topic.name, "expected": expected,
                             "result": "right" if right else "wrong", "example": example})  # fmt: skip
    return rows


def explain(error: Exception) -> tuple[str, int] | None:
    """The sentence and exit code for an error a user can mend; None for a fault of ours.

    2 is bad usage or input, 1 is a thing that failed although it was asked for rightly.
    """
    from config.places import PlaceError
    from config.problems import WatchlistErrors
    from config.query import QueryError
    from config.settings import SettingsError
    from scrapers.errors import SourceError

    if isinstance(
        error, UsageError | WatchlistErrors | PlaceError | QueryError | SettingsError | SourceError
    ):
        return str(error), 2
    if isinstance(error, OSError):
        said = f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
        if error.errno in REFUSED:
            said = f"{said}; check that it belongs to the user who runs this and can be written to"
        return said, 1 if error.errno in FULL else 2
    # A command that never touched the store must not load it to explain itself.
    import sys

    if "pipelines.terms" in sys.modules:
        from pipelines.terms import UnevaluableQueryError

        if isinstance(error, UnevaluableQueryError):
            return str(error), 2
    if "storage.errors" not in sys.modules:
        return None
    from storage.errors import DamagedDatabase, NewerDatabase, StorageError

    if isinstance(error, NewerDatabase | DamagedDatabase):
        return str(error), 2
    return (str(error), 1) if isinstance(error, StorageError) else None


__all__ = ["App", "Opened", "UsageError", "build", "explain"]
