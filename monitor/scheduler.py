"""The long-running watcher: decides what is due, and stops in the right order.

APScheduler only makes the ticks. Its jobs live in memory and are rebuilt from
the watchlist at each start, so nothing is pickled and nothing can be stale;
what must survive a crash is in our own tables. No Twisted here: a crawl is a
child process.

Stop order: no new ticks, no new children, ask the children to finish, end
those that do not, wait for the jobs, shut down. A second signal ends the
children at once and leaves.
"""

import json
import logging
import os
import queue
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from monitor.jobs import Children
from monitor.timetable import Planned, Timetable
from storage.locks import Held

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Crawl = Callable[[str, tuple[str, ...]], object]
Deliver = Callable[[Callable[[], bool]], object]

SIGNALS = (signal.SIGINT, signal.SIGTERM)
DELIVER = "deliver"
_WORDS = {
    EVENT_JOB_EXECUTED: "run",
    EVENT_JOB_ERROR: "failed",
    EVENT_JOB_MAX_INSTANCES: "skipped",
    EVENT_JOB_MISSED: "missed",
}
_STEP_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the scheduler works. Times are wall time."""

    crawls_at_once: int = 2
    deliver_every: timedelta = timedelta(seconds=30)
    beat_every: timedelta = timedelta(seconds=60)
    grace: timedelta = timedelta(seconds=20)


class DueTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler is untyped
    """Fires when a source of one group's timetable is due."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next due time; at first, now if something waits to be caught up."""
        if previous_fire_time is None:
            return max(self._timetable.first(), now)
        return self._timetable.after(max(previous_fire_time, now))


def serve(
    planned: Iterable[Planned],
    *,
    crawl: Crawl,
    deliver: Deliver,
    children: Children,
    clock: Clock,
    lock: AbstractContextManager[Held | None],
    pace: Pace = Pace(),
    heartbeat: Path | None = None,
    leave: Callable[[int], None] = os._exit,
) -> signal.Signals:
    """Crawl and deliver until SIGINT or SIGTERM; returns the signal. Main thread only.

    `crawl(group, sources)` runs a crawl to its end in one of `children`.
    `deliver(keep_going)` sends what is due and looks at `keep_going` between
    messages. Both run in threads; what they raise is logged and counted.
    `lock` is held throughout; it refuses a second scheduler by raising as it is
    entered. What it gives is checked at each beat: LockLost is raised, after
    stopping in order, when the database server dropped it.
    `heartbeat` is a file rewritten with JSON at each beat. A second signal ends
    all children and calls `leave(130)`.
    """
    with lock as held, _signals() as told:
        service = _Service(planned, crawl, deliver, children=children, clock=clock, pace=pace)
        service.start()
        try:
            first = _wait(told, service, held, pace, heartbeat)
            log.info("stopping on %s; once more to leave at once", first.name)
        finally:
            if not _stopped(told, service, children, pace):
                children.kill()
                log.warning("left without waiting")
                leave(130)
            service.shut_down()
        _beat(service, heartbeat, state="stopped")
        log.info("stopped")
        return first


class _Service:
    """The scheduler with its jobs, and what became of them."""

    def __init__(
        self,
        planned: Iterable[Planned],
        crawl: Crawl,
        deliver: Deliver,
        *,
        children: Children,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self.clock = clock
        self.children = children
        self.counts: Counter[str] = Counter()
        self._crawl = crawl
        self._deliver = deliver
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={
                "default": ThreadPoolExecutor(pace.crawls_at_once),
                DELIVER: ThreadPoolExecutor(1),
            },
            # Late is better than never, and once is enough.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )
        self._scheduler.add_listener(self._count, sum(_WORDS))
        for group, timetable in timetables(planned, clock()).items():
            self._scheduler.add_job(
                self._run_crawl, DueTrigger(timetable), args=(group, timetable), id=f"crawl:{group}"
            )
        self._scheduler.add_job(
            self._run_deliver,
            IntervalTrigger(seconds=pace.deliver_every.total_seconds(), timezone=UTC),
            id=DELIVER,
            executor=DELIVER,
            next_run_time=clock(),
        )

    def start(self) -> None:
        self._scheduler.start()

    def pause(self) -> None:
        """No more ticks and no more children; what runs goes on."""
        self.children.close()
        self._scheduler.pause()

    def shut_down(self) -> None:
        self._scheduler.shutdown(wait=True)

    def busy(self) -> tuple[str, ...]:
        """The names of the jobs that run now."""
        with self._lock:
            return tuple(sorted(+self._busy))

    def next_run(self) -> datetime | None:
        """When the next crawl is due."""
        times = [job.next_run_time for job in self._scheduler.get_jobs() if job.id != DELIVER]
        return min((time for time in times if time), default=None)

    # A job marks itself busy before it looks whether we are stopping, and whoever
    # stops says so before looking for busy jobs: none can slip in between.

    def _run_crawl(self, group: str, timetable: Timetable) -> None:
        """Crawl what is due, and what becomes due meanwhile."""
        with self._marked(f"crawl:{group}"):
            while not self.children.closed and (sources := timetable.take(self.clock())):
                self._crawl(group, sources)
                self._deliver_soon()

    def _run_deliver(self) -> None:
        with self._marked(DELIVER):
            if not self.children.closed:
                self._deliver(lambda: not self.children.closed)

    def _deliver_soon(self) -> None:
        """What a crawl found at once is sent at once, not at the next round."""
        # A round that runs takes it along. A scheduler that shuts down waits for us,
        # holding what this would wait for.
        if self.children.closed or DELIVER in self.busy():
            return
        try:
            self._scheduler.modify_job(DELIVER, next_run_time=self.clock())
        except JobLookupError:
            log.debug("no round of delivery to bring forward")

    @contextmanager
    def _marked(self, name: str) -> Iterator[None]:
        with self._lock:
            self._busy[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy[name] -= 1

    def _count(self, event: JobEvent) -> None:
        self.counts[_WORDS[event.code]] += 1


def timetables(planned: Iterable[Planned], now: datetime) -> Mapping[str, Timetable]:
    """One timetable a group, in the order of the watchlist."""
    groups: dict[str, list[Planned]] = {}
    for entry in planned:
        groups.setdefault(entry.group, []).append(entry)
    return {group: Timetable(entries, now) for group, entries in groups.items()}


@contextmanager
def _signals() -> "Iterator[queue.SimpleQueue[signal.Signals]]":
    """SIGINT and SIGTERM as values of a queue; the handlers before are put back."""
    told: queue.SimpleQueue[signal.Signals] = queue.SimpleQueue()

    def tell(number: int, _frame: FrameType | None) -> None:
        # SimpleQueue.put may be called in a signal handler; an Event's set may not.
        told.put(signal.Signals(number))

    before = {number: signal.signal(number, tell) for number in SIGNALS}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(
    told: "queue.SimpleQueue[signal.Signals]",
    service: _Service,
    held: Held | None,
    pace: Pace,
    heartbeat: Path | None,
) -> signal.Signals:
    """Beat until a signal comes. Raises LockLost."""
    while True:
        if held is not None:
            held.check()
        _beat(service, heartbeat, state="serving")
        try:
            return told.get(timeout=pace.beat_every.total_seconds())
        except queue.Empty:
            continue


def _stopped(
    told: "queue.SimpleQueue[signal.Signals]", service: _Service, children: Children, pace: Pace
) -> bool:
    """Stop in order; False when a second signal came before all was quiet."""
    service.pause()
    steps = 0
    while service.busy() or children.names():
        children.ask()
        if steps * _STEP_SECONDS >= pace.grace.total_seconds():
            children.kill()
        try:
            told.get(timeout=_STEP_SECONDS)
        except queue.Empty:
            steps += 1
        else:
            return False
    return True


def _beat(service: _Service, heartbeat: Path | None, *, state: str) -> None:
    """Say that we live, in the log and in a file others can look at."""
    following = service.next_run() if state == "serving" else None
    told = {
        "state": state,
        "at": service.clock().isoformat(),
        "pid": os.getpid(),
        "busy": list(service.busy()),
        "next_crawl": following.isoformat() if following else None,
        "jobs": dict(service.counts),
    }
    log.info("heartbeat %s", json.dumps(told))
    if heartbeat is None:
        return
    beside = heartbeat.with_name(heartbeat.name + ".new")
    try:
        beside.write_text(json.dumps(told) + "\n", encoding="utf-8")
        beside.replace(heartbeat)
    except OSError as error:
        # A full disk must not stop the watching.
        log.warning("the heartbeat was not written: %s", error)
