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
from storage.rematching import Effect, Rematching, Task

Listener = Callable[[Mapping[str, Any]], None]

_ROUNDS = 3  # what a crawl wrote meanwhile is looked at again, but not for ever
_SECONDS = 600


@dataclass(slots=True)
class Difference:
    """What one topic gained and lost: passages, and measures that match now or do no more."""

    passages_gained: int = 0
    passages_lost: int = 0
    gained: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)

    def add(self, effect: Effect) -> None:
        self.passages_gained += len(effect.gained)
        self.passages_lost += len(effect.lost)
        measure: int = effect.measure["id"]
        if effect.has and not effect.had:
            self.gained.add(measure)
        if effect.had and not effect.has:
            self.lost.add(measure)


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
    with `topic`, `measure`, `version`, `gained`, `lost`. `again` matches also
    what was matched with these topics before.

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
    flying: deque[tuple[Task, Future[list[Found]]]] = deque()
    for task in store.tasks():
        if stopping():
            return
        if isinstance(task, int):
            totals.done += task
            listener({"event": "done", "count": task})
            continue
        if task.topics:
            future = pool.submit(find_again, task.topics, task.cases, timeout=_SECONDS)
        else:
            future = Future()
            future.set_result([])
        flying.append((task, future))
        if len(flying) > 2 * max(workers, 2):
            _keep(store, *flying.popleft(), totals, listener)
    while flying and not stopping():
        _keep(store, *flying.popleft(), totals, listener)


def _keep(
    store: Rematching, task: Task, future: "Future[list[Found]]", totals: Totals, listener: Listener
) -> None:
    for effect in store.keep(task, dict(future.result())):
        totals.topics.setdefault(effect.topic, Difference()).add(effect)
        listener({
            "event": "effect", "topic": effect.topic, "measure": effect.measure,
            "version": effect.version, "gained": list(effect.gained), "lost": list(effect.lost),
        })  # fmt: skip
    totals.done += len(task.known)
    totals.matched += len(task.known)
    listener({"event": "done", "count": len(task.known)})


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
