"""When each source of a group is due. No scheduler and no clock in here.

A group's sources run one after another in one child, each by its own
schedule. Due times are kept as the schedule names them, not as they were met,
so lateness does not add up; and a source that was due several times while
nobody looked is due once.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Recurring(Protocol):
    """A schedule, such as `config.watchlist.Schedule`."""

    def next_after(self, now: datetime) -> datetime:
        """The first due instant after `now` (aware)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One source of a group: how often it is visited and when it last was, if ever."""

    source: str
    group: str
    schedule: Recurring
    last_started: datetime | None = None


class Timetable:
    """The due times of one group's sources. Safe to use from several threads.

    A source that was never visited, or became due while nothing ran, is due at
    `now`. Raises ValueError when there is no source.
    """

    def __init__(self, planned: Iterable[Planned], now: datetime) -> None:
        kept = tuple(planned)
        if not kept:
            raise ValueError("a timetable needs at least one source")
        self._schedules = {entry.source: entry.schedule for entry in kept}
        self._due = {entry.source: _first(entry, now) for entry in kept}
        self._lock = threading.Lock()

    def first(self) -> datetime:
        """The earliest due time; in the past when something waits to be caught up."""
        with self._lock:
            return min(self._due.values())

    def after(self, now: datetime) -> datetime:
        """The earliest due time after `now`, taking what is due by then as taken."""
        with self._lock:
            return min(
                due if due > now else self._schedules[source].next_after(now)
                for source, due in self._due.items()
            )

    def take(self, now: datetime) -> tuple[str, ...]:
        """The sources that are due, in the watchlist's order; each is then due next time."""
        with self._lock:
            taken = tuple(source for source, due in self._due.items() if due <= now)
            for source in taken:
                self._due[source] = _following(self._schedules[source], self._due[source], now)
            return taken


def _first(entry: Planned, now: datetime) -> datetime:
    if entry.last_started is None:
        return now
    return max(entry.schedule.next_after(entry.last_started), entry.last_started)


def _following(schedule: Recurring, due: datetime, now: datetime) -> datetime:
    """The next due time after now, on the schedule's own beat where it still holds."""
    following = schedule.next_after(due)
    return following if following > now else schedule.next_after(now)
