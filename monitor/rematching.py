"""Changed topics applied to everything stored, without a change and without an alert.

Texts are matched in the pool, a few at a time, and what comes of it is kept a
few at a time; what is done is known by the topics' digests. So this can be
ended at any moment, by whatever: run again, it does what is missing. A crawl
at the same time waits for no more than one such few.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from monitor.app import App, Opened, UsageError
from monitor.compute import Pool
from pipelines.again import Found, find_again
from storage.rematching import Effect, Part, Rematching, Task

Listener = Callable[[Mapping[str, Any]], None]

_ROUNDS = 3  # what a crawl wrote meanwhile is looked at again, but not for ever
_SECONDS = 600


@dataclass(slots=True)
class Difference:
    """What one topic gained and lost: passages, and measures that match now or do no more.

    `measures` says by id whether a measure matched before, and whether it does now.
    """

    passages_gained: int = 0
    passages_lost: int = 0
    measures: dict[int, tuple[bool, bool]] = field(default_factory=dict)

    @property
    def gained(self) -> int:
        """How many measures match in which nothing matched before."""
        return sum(has and not had for had, has in self.measures.values())

    @property
    def lost(self) -> int:
        """How many measures matched in which nothing does any more."""
        return sum(had and not has for had, has in self.measures.values())

    def add(self, effect: Effect) -> None:
        self.passages_gained += len(effect.gained)
        self.passages_lost += len(effect.lost)
        measure: int = effect.measure["id"]
        # What a crawl wrote meanwhile comes in a later round: the first word of before counts.
        had, _ = self.measures.get(measure, (effect.had, False))
        self.measures[measure] = (had, effect.has)


@dataclass(slots=True)
class Totals:
    """What a run did. `waiting` counts the versions and measures there were to look at.

    `matched` are those whose words were looked at: of the others the index
    knows that nothing matches. `left` are for the next run.
    """

    waiting: int = 0
    done: int = 0
    matched: int = 0
    left: int = 0
    stopped: bool = False
    topics: dict[str, Difference] = field(default_factory=dict)


def rematch(
    app: App,
    names: Sequence[str] = (),
    *,
    again: bool = False,
    listener: Listener = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Totals:
    """Apply the watchlist's topics, or those named, to every stored version and title.

    `listener` is told {"event": "start", "waiting"}, {"event": "done", "count"}
    and, for each version and topic with another outcome, {"event": "effect"}
    with `topic`, `measure`, `version`, `outcome`, `gained`, `lost`. The outcome
    is the measure's: "gained" when nothing of it matched before, "lost" when
    nothing does any more, else "kept". `again` matches also what was matched
    with these topics before.

    Raises UsageError for a topic that the watchlist does not have, and when
    another run is at work; StorageError when nothing can be kept.
    """
    with app.store() as opened, _alone(opened):
        store = _store(app, opened, names, again=again)
        totals = Totals(waiting=store.waiting())
        listener({"event": "start", "waiting": totals.waiting})
        if not totals.waiting:
            return totals
        with Pool(workers=app.settings.workers) as pool:
            for _ in range(1 if again else _ROUNDS):
                _round(store, pool, app.settings.workers, totals, listener, stopping)
                totals.left = 0 if again else store.waiting()
                if not totals.left or stopping():
                    break
        totals.stopped = stopping() and bool(totals.left or again)
        return totals


def _round(
    store: Rematching, pool: Pool, workers: int, totals: Totals, listener: Listener,
    stopping: Callable[[], bool],
) -> None:  # fmt: skip
    flying: deque[tuple[Task, list[Future[list[Found]]]]] = deque()
    for task in store.tasks():
        if stopping():
            return
        if isinstance(task, int):
            totals.done += task
            listener({"event": "done", "count": task})
            continue
        flying.append((task, [_find(pool, part) for part in task.parts]))
        if len(flying) > 2 * max(workers, 2):
            _keep(store, *flying.popleft(), totals, listener)
    while flying and not stopping():
        _keep(store, *flying.popleft(), totals, listener)


def _find(pool: Pool, part: Part) -> "Future[list[Found]]":
    if part.topics:
        return pool.submit(find_again, part.topics, part.cases, timeout=_SECONDS)
    future: Future[list[Found]] = Future()
    future.set_result([])
    return future


def _keep(
    store: Rematching,
    task: Task,
    futures: "Sequence[Future[list[Found]]]",
    totals: Totals,
    listener: Listener,
) -> None:
    for effect in store.keep(task, [dict(future.result()) for future in futures]):
        totals.topics.setdefault(effect.topic, Difference()).add(effect)
        listener({
            "event": "effect", "topic": effect.topic, "measure": effect.measure,
            "version": effect.version, "outcome": _outcome(effect),
            "gained": list(effect.gained), "lost": list(effect.lost),
        })  # fmt: skip
    count = sum(len(part.known) for part in task.parts)
    totals.done += count
    totals.matched += count
    listener({"event": "done", "count": count})


def _outcome(effect: Effect) -> str:
    """What became of the measure."""
    if effect.had and effect.has:
        return "kept"
    return "gained" if effect.has else "lost"


@contextmanager
def _alone(opened: Opened) -> Iterator[None]:
    """Two runs at once would do everything twice."""
    with opened.locks.try_hold(["rematch"]) as held:
        if held is None:
            raise UsageError("Another rematch is at work on this home. Wait for it.")
        yield


def _store(app: App, opened: Opened, names: Sequence[str], *, again: bool) -> Rematching:
    """The store with the topics of the watchlist, which is thereby accepted."""
    watchlist = app.watchlist()
    known = {topic.name: topic for topic in watchlist.topics}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"The watchlist has no topic {unknown[0]!r}; it has {', '.join(known) or 'none'}."
        )
    opened.store.accept_watchlist(app.watchlist_path.read_text(encoding="utf-8"), app.clock())
    return Rematching(
        opened.database, tuple((topic.name, topic.tree) for topic in watchlist.topics),
        {topic.name: topic.digest for topic in watchlist.topics}, only=names, again=again,
    )  # fmt: skip
