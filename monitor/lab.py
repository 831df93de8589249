"""Topics tried on what is stored: what they would have matched, and what a changed one would change.

Everything is read, nothing is written. What the index cannot rule out is
evaluated exactly, in the pool where there is much of it, and told in the order
in which it was recorded.
"""

import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from config.problems import WatchlistErrors, meant
from config.query_common import parse_asked
from config.reading import Reader
from config.topics import TOPIC_KEYS, Topic, pack_names, read_topic
from monitor.app import App, chosen_topics, moment, pattern
from monitor.compute import Pool
from pipelines.again import Case, Found, Topics, find_again, find_in_each
from pipelines.texts import Match
from storage.backtesting import SILENT, Backtesting, Loaded, Unit
from storage.passages import passage_json
from storage.views import jurisdiction

Json = dict[str, Any]

MOST_SHARE = 0.5
"""A topic that matches more of the stored versions than this says nothing about any."""

ENOUGH = 100
"""Of fewer versions a share is chance."""

WEEK = 7
"""Days; of a shorter time a rate a week would be a guess."""

PASSAGES = 5
"""How many passages one alert is shown with; those that are new come first."""

_NAME = re.compile(r"[\w-]+")
_BATCH = 24
_PATIENCE = 0.8  # seconds after which it pays to start workers
_SAMPLE = 200
_SECONDS = 600


@dataclass(slots=True)
class Backtest:
    """What a topic would have matched.

    `held` counts the stored versions, `evaluated` those the index could not
    rule out, `matched` those that match. `period` is when anything could be
    noticed: from what was recorded first, or `since`, to the last visit. `weeks`
    counts alerts by the Monday of the week their change was recorded in;
    `silent` are versions that match but were recorded before their source had a
    baseline. `other` counts further changes (actions, statuses) of the measures
    that match.
    """

    held: int
    period: tuple[datetime, datetime] | None = None
    evaluated: int = 0
    matched: int = 0
    alerts: int = 0
    fresh: int = 0
    silent: int = 0
    other: int = 0
    seconds: float = 0.0
    measures: set[int] = field(default_factory=set)
    weeks: Counter[date] = field(default_factory=Counter)

    def json(self) -> Json:
        return {
            "held": self.held, "evaluated": self.evaluated, "matched": self.matched,
            "share": round(self.matched / self.held, 4) if self.held else 0.0,
            "alerts": self.alerts, "new": self.fresh, "standing": self.alerts - self.fresh,
            "silent": self.silent, "measures": len(self.measures), "other_changes": self.other,
            "from": self.period[0].isoformat() if self.period else None,
            "until": self.period[1].isoformat() if self.period else None,
            "alerts_a_week": None if (rate := self.a_week) is None else round(rate, 2),
            "weeks": [{"week": str(week), "alerts": count} for week, count in self.by_week()],
            "seconds": round(self.seconds, 3),
        }  # fmt: skip

    @property
    def days(self) -> int:
        """How long the period is, in days; no less than one."""
        if self.period is None:
            return 1
        first, last = self.period
        return max(1, round((last - first) / timedelta(days=1)))

    @property
    def a_week(self) -> float | None:
        """Alerts a week over the whole period; None where it has no week."""
        return 7 * self.alerts / self.days if self.days >= WEEK else None

    def by_week(self) -> list[tuple[date, int]]:
        """Every week of the period, those without an alert among them; none where there is no alert."""
        if not self.weeks:
            return []
        known = [*self.weeks, *map(week_of, self.period or ())]
        first, last = min(known), max(known)
        count = (last - first).days // 7 + 1
        every = (first + timedelta(weeks=number) for number in range(count))
        return [(week, self.weeks[week]) for week in every]


class TooMuch(Exception):
    """A topic matches more than half of what is stored; the sentence tells the share."""


Listener = Callable[[int, int], None]
"""Is told how many units are done, and how many there are."""


def backtest(
    app: App,
    asked: str,
    *,
    since: str | None = None,
    place: str | None = None,
    added_only: bool = False,
    take: Callable[[Json], None] = lambda _: None,
    listener: Listener = lambda _done, _of: None,
) -> Backtest:
    """Hold a topic, by its name or as a query, against what is stored.

    `take` is given each alert there would have been, the first recorded first,
    and what matches of the versions recorded in silence. With `added_only` only
    what has a passage that is new in its version counts.

    Raises QueryError and UsageError; TooMuch, after all was told, for a topic
    that matches nearly everything.
    """
    started = time.perf_counter()
    topics = _topics([topic_or_query(app, asked)])
    with app.store() as opened:
        then = moment(since, app.clock()) if since else None
        stored = Backtesting(opened.database, since=then, place=pattern(place))
        found = Backtest(held=stored.held(), period=stored.period())
        units = stored.units([tree for _, tree in topics])
        found.evaluated = sum(len(unit.versions) for unit in units)
        if found.evaluated > MOST_SHARE * found.held:
            _refuse_universal(stored, topics, asked)
        for loaded, matches in _matching(stored, topics, units, app.settings.workers, listener):
            row = _alert(loaded, matches, added_only=added_only)
            if row is None:
                continue
            _count(found, loaded.unit, row, matches)
            take(row)
        found.other = stored.other_changes(sorted(found.measures))
    found.seconds = time.perf_counter() - started
    if not added_only:
        _check_share(asked, found.matched, found.held)
    return found


@dataclass(slots=True)
class Difference:
    """What a changed topic gains and loses: measures only one of the two finds.

    A row is a measure's JSON with `matches`, the passages that make the
    difference, and `which`, "gained" or "lost".
    """

    held: int
    kept: int
    rows: list[Json]
    seconds: float

    def of(self, which: str) -> list[Json]:
        return [row for row in self.rows if row["which"] == which]


def compare(
    app: App,
    old: str,
    new: str,
    *,
    since: str | None = None,
    place: str | None = None,
    listener: Listener = lambda _done, _of: None,
) -> Difference:
    """Hold two topics, each by name, file or query, against what is stored.

    Raises QueryError, WatchlistErrors, UsageError, and TooMuch where the new
    one matches nearly everything.
    """
    started = time.perf_counter()
    topics = (("old", topic_or_query(app, old).tree), ("new", topic_or_query(app, new).tree))
    with app.store() as opened:
        then = moment(since, app.clock()) if since else None
        stored = Backtesting(opened.database, since=then, place=pattern(place))
        _refuse_universal(stored, topics[1:], new)
        held = stored.held()
        sides: dict[int, dict[str, list[Json]]] = {}
        names: dict[int, Json] = {}
        units = stored.units([tree for _, tree in topics])
        for loaded, matches in _matching(stored, topics, units, app.settings.workers, listener):
            names[loaded.unit.measure_id] = _measure_json(loaded.measure)
            both = sides.setdefault(loaded.unit.measure_id, {"old": [], "new": []})
            for version, match in matches:
                passages = both[match.topic]
                if len(passages) < PASSAGES:
                    passages.append(_passage(version, match))
    rows: list[Json] = []
    for id_, both in sides.items():
        if bool(both["old"]) != bool(both["new"]):
            which = "gained" if both["new"] else "lost"
            rows.append({
                "which": which, "measure": names[id_], "matches": both["new"] or both["old"]
            })  # fmt: skip
    rows.sort(key=lambda row: (row["which"], row["measure"]["id"]))
    return Difference(held, len(sides) - len(rows), rows, time.perf_counter() - started)


def too_much(app: App, topics: Iterable[Topic]) -> list[str]:
    """A sentence for each topic that matches more than half of a sample of what is stored.

    There is none where the home holds too little to tell, or there is no home.
    """
    if not app.home.is_dir():
        return []
    asked = _topics(topics)
    with app.store() as opened:
        held, matched = _sampled(Backtesting(opened.database), asked)
    return [_universal(name, matched[name], held) for name, _ in asked
            if _is_universal(matched[name], held)]  # fmt: skip


def topic_or_query(app: App, asked: str) -> Topic:
    """A topic by its name, from a file that holds one, or made of a query.

    Raises QueryError, WatchlistErrors for a faulty file, UsageError for a file that is not there.
    """
    if asked.endswith((".yaml", ".yml")):
        return read_file(Path(asked))
    if asked in topic_names(app):
        [topic] = chosen_topics(app, [asked], None)
        return topic
    parse_asked(asked)
    return Topic(name="query", title="Query", query=asked)


def taken_as_query(app: App, asked: str) -> str:
    """A sentence where what is asked for could be a name, but no topic is called so; else empty."""
    known = topic_names(app)
    if asked in known or not _NAME.fullmatch(asked):
        return ""
    hint = meant(asked, known)
    return (
        f"No topic is called {asked!r}; it is taken as a query."
        + (f" {hint[:1].upper()}{hint[1:]}" if hint else "")
    )  # fmt: skip


def topic_names(app: App) -> list[str]:
    """The names of the watchlist's topics and of the packs."""
    return sorted({*(topic.name for topic in app.watchlist().topics), *pack_names()})


def read_file(path: Path) -> Topic:
    """The topic of a file written as the packs are."""
    reader = Reader(str(path))
    entry = reader.root(path.read_bytes())
    topic = read_topic(reader, path.stem, entry, ("name", *TOPIC_KEYS)) if entry else None
    if topic is None or reader.problems:
        raise WatchlistErrors(reader.problems)
    return topic


def _topics(topics: Iterable[Topic]) -> Topics:
    return tuple((topic.name, topic.tree) for topic in topics)


Passages = list[tuple[int, Match]]
"""Matches with the version they stand in, 0 for a title or an abstract."""


def _matching(
    stored: Backtesting,
    topics: Topics,
    units: Sequence[Unit],
    workers: int,
    listener: Listener,
) -> Iterator[tuple[Loaded, Passages]]:
    """The units that match, in order; a bounded number of texts is in memory at any moment."""
    parts = [units[start : start + _BATCH] for start in range(0, len(units), _BATCH)]
    done, started = 0, time.perf_counter()
    listener(0, len(units))
    with ExitStack() as stack:
        pool: Pool | None = None
        flying: deque[tuple[list[Loaded], Future[list[list[Found]]]]] = deque()
        todo = iter(parts)
        while True:
            late = time.perf_counter() - started > _PATIENCE
            if pool is None and late and 2 * done < len(units):
                pool = stack.enter_context(Pool(workers=workers))
            while len(flying) < (1 if pool is None else 4 * max(workers, 2)):
                part = next(todo, None)
                if part is None:
                    break
                loaded = stored.load(part, [tree for _, tree in topics])
                flying.append((loaded, _start(pool, topics, [one.cases for one in loaded])))
            if not flying:
                return
            loaded, future = flying.popleft()
            for one, found in zip(loaded, future.result(), strict=True):
                if found:
                    yield one, [(key, match) for key, matches in found for match in matches]
            done += len(loaded)
            listener(done, len(units))


def _start(
    pool: Pool | None, topics: Topics, cases: list[tuple[Case, ...]]
) -> "Future[list[list[Found]]]":
    if pool is not None:
        return pool.submit(find_in_each, topics, cases, timeout=_SECONDS)
    future: Future[list[list[Found]]] = Future()
    future.set_result(find_in_each(topics, cases))
    return future


def _alert(loaded: Loaded, passages: Passages, *, added_only: bool) -> Json | None:
    """The row of one would-be alert; None where nothing in it is new and that is asked for."""
    unit = loaded.unit
    fresh = any(match.new for _, match in passages)
    if added_only:
        passages = [one for one in passages if one[1].new]
        if not passages:
            return None
    shown = sorted(passages, key=lambda one: (not one[1].new, one[0] == 0))
    return {
        "at": unit.at.isoformat(),
        "week": str(week_of(unit.at)),
        "change": unit.change,
        "kind": unit.kind,
        "measure": _measure_json(loaded.measure),
        "new": fresh,
        "matches": [_passage(version, match) for version, match in shown[:PASSAGES]],
        "more_matches": max(0, len(shown) - PASSAGES),
    }


def week_of(at: datetime) -> date:
    """The Monday, in UTC, of a moment's week."""
    return at.date() - timedelta(days=at.weekday())


def _measure_json(measure: Json) -> Json:
    return {
        "id": measure["id"], "jurisdiction": jurisdiction(measure["place"]),
        "session": measure["session"], "identifier": measure["identifier"],
        "title": measure["title"], "url": measure["url"],
    }  # fmt: skip


def _passage(version: int, match: Match) -> Json:
    return passage_json(match, version or None) | {"new": match.new}


def _count(found: Backtest, unit: Unit, row: Json, passages: Passages) -> None:
    found.matched += len({version for version, _ in passages if version})
    found.measures.add(unit.measure_id)
    if unit.kind == SILENT:
        found.silent += 1
        return
    found.alerts += 1
    found.fresh += row["new"]
    found.weeks[week_of(unit.at)] += 1


def _refuse_universal(stored: Backtesting, topics: Topics, asked: str) -> None:
    """Raise TooMuch where a sample says that the one topic matches nearly everything."""
    held, matched = _sampled(stored, topics)
    _check_share(asked, matched[topics[0][0]], held)


def _sampled(stored: Backtesting, topics: Topics) -> tuple[int, Counter[str]]:
    """How many versions a sample has, and how many of them each topic matches.

    A version whose measure's title matches counts too: an alert would tell of it.
    """
    units = stored.sample(_SAMPLE)
    trees = [tree for _, tree in topics]
    matched: Counter[str] = Counter()
    for start in range(0, len(units), _BATCH):
        for loaded in stored.load(units[start : start + _BATCH], trees):
            versions = loaded.unit.versions
            found: dict[str, set[int]] = {}
            for key, matches in find_again(topics, loaded.cases):
                for match in matches:
                    found.setdefault(match.topic, set()).update([key] if key else versions)
            matched.update({topic: len(keys) for topic, keys in found.items()})
    return sum(len(unit.versions) for unit in units), matched


def _check_share(asked: str, matched: int, held: int) -> None:
    if _is_universal(matched, held):
        raise TooMuch(_universal(asked, matched, held))


def _is_universal(matched: int, held: int) -> bool:
    return held >= ENOUGH and matched > MOST_SHARE * held


def _universal(asked: str, matched: int, held: int) -> str:
    share = round(100 * matched / held)
    return (
        f"{asked} matches {matched:,} of {held:,} stored versions ({share} %). A topic that "
        "matches more than half of everything tells nobody anything: ask for more, with AND, "
        "NEAR or a phrase in quotes."
    )
