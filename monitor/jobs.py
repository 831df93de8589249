"""What is run when something is due: plain functions.

What each one does is said by plain arguments first (a group's name, sources'
names), so that a queue on another machine can be asked for the same job. What
it needs to do it comes as keywords, bound once by `monitor.app`.
"""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger(__name__)


class CrawlChild(Protocol):
    """One crawl process with everything it starts, in a session of its own."""

    def run(self) -> int:
        """Start it, follow it to its end or its deadline; returns its exit code."""

    def stop(self) -> None:
        """Ask it to finish what it holds."""

    def kill(self) -> None:
        """End it and everything it started, at once."""

    def alive(self) -> bool: ...


class Reextracted(Protocol):
    """What came of reading documents anew, as `monitor.reextracting.Totals` says it."""

    @property
    def done(self) -> int: ...
    @property
    def failed(self) -> int: ...
    @property
    def left(self) -> int: ...


MakeChild = Callable[[str, tuple[str, ...]], CrawlChild]


class Children:
    """The crawl processes of this process. Once closed, none is started any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, CrawlChild | None] = {}
        self._asked: set[str] = set()
        self._closed = False

    def run(self, name: str, make: Callable[[], CrawlChild]) -> int | None:
        """Make a child and run it to its end; returns its exit code.

        None, and nothing is made, when closed or when one of that name runs.
        """
        with self._lock:
            if self._closed or name in self._running:
                return None
            self._running[name] = None
        try:
            child = make()
            with self._lock:
                self._running[name] = child
            return child.run()
        finally:
            with self._lock:
                del self._running[name]
                self._asked.discard(name)

    def close(self) -> None:
        """Let no further child be started. May be called again."""
        with self._lock:
            self._closed = True

    @property
    def closed(self) -> bool:
        return self._closed

    def names(self) -> tuple[str, ...]:
        """The names of the children that run now."""
        with self._lock:
            return tuple(self._running)

    def ask(self) -> None:
        """Ask each running child to stop, once.

        A child that was let in just before `close` may still be starting; call
        again until `names` is empty. A second request would make a crawl drop
        what it holds, so no child gets one.
        """
        with self._lock:
            for name, child in self._running.items():
                if child is not None and name not in self._asked and child.alive():
                    self._asked.add(name)
                    child.stop()

    def kill(self) -> None:
        """End every running child at once, with everything it started."""
        with self._lock:
            for child in self._running.values():
                if child is not None:
                    child.kill()


def crawl(
    group: str, sources: tuple[str, ...], *, make_child: MakeChild, children: Children
) -> int | None:
    """Crawl the named sources of a group in a child process; returns its exit code.

    None when it was not started, because the process is stopping or the group
    is being crawled. Whether the crawl succeeded is told by its row in the
    database, never by the exit code.
    """
    log.info("crawl of %s begins: %s", group, ", ".join(sources))
    code = children.run(group, lambda: make_child(group, sources))
    if code is None:
        log.info("crawl of %s was not started", group)
    else:
        log.info("crawl of %s ended with exit code %s", group, code)
    return code


def reextract(shard: int, shards: int, *, run: Callable[[int, int], Reextracted]) -> int:
    """Read anew what one part of the kept documents still lacks; returns how many are left.

    What is done is known by document and extractor, so that the job may be run
    again at any time, after whatever ended it.
    """
    log.info("reextract of part %s/%s begins", shard, shards)
    totals = run(shard, shards)
    log.info(
        "reextract of part %s/%s ended: %s read, %s failed, %s left",
        shard, shards, totals.done - totals.failed, totals.failed, totals.left,
    )  # fmt: skip
    return totals.left
