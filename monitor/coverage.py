"""Which of a reader's sources were checked, so that they know what silence means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.vocabulary import Health
from config.watchlist import SourceSpec, Watchlist
from monitor.alerting import sources_for
from monitor.health import WELL
from storage.ports import SourceState

# A round that is a day late is missing, not late.
LATE = timedelta(days=1)

_WHAT = {
    Health.STALE: "shows nothing new for longer than it should",
    Health.FAILING: "could not be read",
    Health.BLOCKED: "refused the visit",
    Health.DRIFTED: "changed its pages beyond recognition",
    Health.WAITING: "waits for a key",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """A source that could not be checked: `what` is how ("could not be read"), `note` why."""

    source: str
    what: str
    since: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many of the reader's sources were checked, and which could not be."""

    checked: int
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def total(self) -> int:
        return self.checked + len(self.unchecked)


def coverage_for(
    watchlist: Watchlist, address: str, states: Iterable[SourceState], *, now: datetime
) -> Coverage:
    """Count the sources that can bring news to an address, and name those that could not."""
    names = set(sources_for(watchlist, address))
    return coverage([spec for spec in watchlist.sources if spec.name in names], states, now=now)


def coverage(
    specs: Sequence[SourceSpec], states: Iterable[SourceState], *, now: datetime
) -> Coverage:
    """Count the sources given, and name those that could not be checked."""
    known = {state.name: state for state in states}
    missing = tuple(
        found for spec in specs if (found := _unchecked(spec, known.get(spec.name), now))
    )
    return Coverage(checked=len(specs) - len(missing), unchecked=missing)


def _unchecked(spec: SourceSpec, state: SourceState | None, now: datetime) -> Unchecked | None:
    if state is None or state.health is None:
        return Unchecked(source=spec.name, what="was not visited yet")
    note = state.notes[0] if state.notes else ""
    if state.health in _WHAT:
        return Unchecked(source=spec.name, what=_WHAT[state.health], since=state.since, note=note)
    last = state.last_success
    if is_overdue(spec, state.health, last, last, now=now):
        return Unchecked(source=spec.name, what="was not visited", since=last)
    return None


def is_overdue(
    spec: SourceSpec,
    health: Health | None,
    last_success: datetime | None,
    last_visit: datetime | None,
    *,
    now: datetime,
) -> bool:
    """Whether a source's turn came more than a day ago and it was not visited.

    What nobody has completed is no visit of a source that is well.
    """
    last = last_success if health in WELL else last_visit
    return last is not None and spec.schedule.next_after(last) + LATE < now


def overdue(
    specs: Iterable[SourceSpec], rows: Iterable[Mapping[str, Any]], *, now: datetime
) -> frozenset[str]:
    """The sources that are overdue, of rows as `sources health --json` prints them."""
    known = {spec.name: spec for spec in specs}
    return frozenset(
        row["source"]
        for row in rows
        if row["source"] in known
        and is_overdue(
            known[row["source"]],
            row["state"] and Health(row["state"]),
            _moment(row["last_success"]),
            _moment(row["last_visit"]),
            now=now,
        )
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
