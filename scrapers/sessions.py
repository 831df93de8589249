"""Which sessions of a legislature a crawl reads, and what is said when one opens or ends. Pure.

The sessions that are open by the site's own rule are read in every crawl. One
that was read before and is open no more goes on for a while: bills are carried
over, signed, vetoed. It is read once a week, until its list has stood still for
so long that nothing more is to be expected. docs/sessions.md tells the whole.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

from scrapers.errors import NotOpen, SourceError
from scrapers.ports import KnownMeasure
from scrapers.report import Report, health_of

AGAIN = timedelta(days=6, hours=12)
"""How long a past session is left alone."""

STILL = timedelta(days=120)
"""How long the list of a past session stands still until the session counts as over."""

OPENING = timedelta(days=21)
"""How long after a session has convened whole lists change at once, and rightly so."""

_YEAR = re.compile(r"\d{4}")


@dataclass(slots=True)
class Sessions:
    """The sessions of one source in one crawl.

    `known` are the source's measures as last seen. `remember` is where what this
    crawl learns is left for the next one: `swept S`, when the past session S was
    asked for, `list S`, a digest of its list then, `moved S`, when that changed last,
    `gone S`, since when its list is not there, and `over S`, the day from which it
    is read no more.
    """

    known: Collection[str]
    remember: dict[str, str]
    now: datetime
    report: Report
    told: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls,
        known: Iterable[KnownMeasure],
        remember: dict[str, str],
        now: datetime,
        report: Report,
    ) -> "Sessions":
        return cls({one.session for one in known if one.session}, remember, now, report)

    def past(
        self,
        current: Sequence[str],
        year: Callable[[str], int],
        *,
        refused: Sequence[SourceError] = (),
        read: bool = True,
    ) -> list[str]:
        """The sessions to be read again beside the `current` ones, oldest first.

        `year` gives the last year of a session; it may raise ValueError for what
        is no session's name. While no current one was `read`, and none of those
        `refused` is open yet, the past ones are what there is to read, in every crawl.
        """
        between = not read and all(map(self.is_to_come, refused))
        found = []
        for session in sorted(set(self.known) - set(current)):
            try:
                recent = year(session) >= self.now.year - 1
            except ValueError:
                continue
            due = between or self._is_due(session)
            if recent and due and f"over {session}" not in self.remember:
                found.append(session)
        return found

    def _is_due(self, session: str) -> bool:
        swept = self.remember.get(f"swept {session}", "")
        return not swept or self.now - datetime.fromisoformat(swept) >= AGAIN

    def was_read(self, session: str) -> None:
        """Say so, once, when a session is there that the source never had before."""
        if self.known and session not in self.known and session not in self.told:
            self.told.add(session)
            self.report.note("info", f"session {session} has opened")

    def was_swept(self, session: str, digest: str) -> None:
        """Keep that a past session was read; `digest` is that of its list, "" for an unchanged one."""
        now = self.now.isoformat()
        self.remember[f"swept {session}"] = now
        self.remember.pop(f"gone {session}", None)
        if f"moved {session}" not in self.remember or (
            digest and digest != self.remember.get(f"list {session}", "")
        ):
            self.remember[f"moved {session}"] = now
            self.remember[f"list {session}"] = digest
            return
        moved = datetime.fromisoformat(self.remember[f"moved {session}"])
        if self.now - moved >= STILL:
            self._close(session, f"nothing in it has changed since {moved.date().isoformat()}")

    def is_gone(self, session: str) -> None:
        """The site has no list of a past session: it is asked once more in a week, then the session is over."""
        if f"gone {session}" in self.remember:
            self._close(session, "its list is not there any more")
            return
        now = self.now.isoformat()
        self.remember |= {f"swept {session}": now, f"gone {session}": now}
        self.report.note("info", f"the list of the past session {session} is not there")

    def judge(self, refused: Sequence[SourceError], *, read: bool) -> None:
        """Say what kept sessions away; raise the worst of it when none was `read`.

        A session that is not open yet is no failure, unless it was open before, or
        it is all there is to read.
        """
        if refused and not read:
            raise next((what for what in refused if not self.is_to_come(what)), refused[0])
        for what in refused:
            kind = "info" if self.is_to_come(what) else str(health_of(what))
            self.report.note(kind, str(what))

    def is_to_come(self, what: SourceError) -> bool:
        """Tell whether what kept a session away is that it is not open yet."""
        return isinstance(what, NotOpen) and what.session not in self.known

    def _close(self, session: str, why: str) -> None:
        for name in ("swept", "list", "moved", "gone"):
            self.remember.pop(f"{name} {session}", None)
        self.remember[f"over {session}"] = self.now.date().isoformat()
        self.report.note("info", f"session {session} is over and is read no more: {why}")


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth Monday (0) to Sunday (6) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _minnesota(year: int) -> list[date]:
    """The second Tuesday after the first Monday of an odd year; the even years' day is voted on."""
    return [nth_weekday(year, 1, 0, 1) + timedelta(days=8)] if year % 2 else []


def _maine(year: int) -> list[date]:
    """The first Wednesday of December after an election, and that after each January's first Tuesday."""
    january = nth_weekday(year, 1, 1, 1) + timedelta(days=1)
    return [nth_weekday(year, 12, 2, 1), january] if year % 2 == 0 else [january]


CONVENES: Mapping[str, Callable[[int], list[date]]] = MappingProxyType(
    {
        "us/md": lambda year: [nth_weekday(year, 1, 2, 2)],
        "us/me": _maine,
        "us/mn": _minnesota,
        "us/nm": lambda year: [nth_weekday(year, 1, 1, 3)],
        "us/va": lambda year: [nth_weekday(year, 1, 2, 2)],
    }
)
"""On which days of a year a state's legislature convenes, by its constitution or law."""


def opening(place: str, today: date) -> str:
    """What explains that most measures of a legislature move at once: its session has just convened."""
    rule = CONVENES.get(place)
    if rule is None:
        return ""
    for convened in (*rule(today.year - 1), *rule(today.year)):
        if timedelta() <= today - convened < OPENING:
            return f"the legislature convened about {convened.isoformat()}"
    return ""


def year_in(session: str) -> int:
    """The last year that stands in a session's name ("2026RS", "2025-2026"). Raises ValueError."""
    years = _YEAR.findall(session)
    if not years:
        raise ValueError(f"{session!r} names no year")
    return max(map(int, years))
