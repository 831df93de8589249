"""What a crawl is held against: the source's own past, read from the store."""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from config.places import place
from config.watches import SourceSpec
from monitor.app import Opened
from monitor.brake import Found, implausible, is_opening_day, known_before
from monitor.recording import Totals, Writer
from monitor.rhythm import Silence, silence
from monitor.short import DAYS, is_believed, is_short, told
from scrapers.sessions import opening
from storage.ports import SourceReport

HISTORY = 30
"""Crawls that are looked back at."""

_KINDS_NAMED = 3


class Past:
    """A source's past as a crawl of it meets it. `history` are its whole crawls, newest first."""

    def __init__(
        self,
        opened: Opened,
        spec: SourceSpec,
        crawl_id: int,
        now: datetime,
        history: Sequence[SourceReport],
    ) -> None:
        self._opened = opened
        self._source = spec.name
        self._spec = spec
        self._opening = _opening(spec, now)
        self._crawl_id = crawl_id
        self._now = now
        self._history = history
        self.remarks: list[str] = []

    def silence(self) -> Silence | None:
        """How long the source has had no news."""
        days = self._opened.queries.news_days(self._source)
        return silence(days, self._now.date())

    def short(self, writer: Writer) -> dict[str, str]:
        """The lists of a crawl that lack too much to be believed, each with what is said of it."""
        said = {}
        # A list that itself waits as many days for each measure is not emptied by a bad week.
        for name in dict.fromkeys(one.name for one in writer.lists if one.days < DAYS):
            found = writer.lacking(name)
            if not is_short(found):
                continue
            before, since = self._opened.crawls.short_lists(self._source, name)
            if not is_believed(before, since, self._now):
                said[name] = told(name, found, before, since or self._now)
        return said

    def renamed(self, names: Collection[str]) -> list[str]:
        """Notes of a source's first crawl: it may be known under a name that no source has any more.

        `names` are those of the watchlist.
        """
        found = self._opened.queries.shown_before(self._source, self._crawl_id)
        return [
            f"info: {count} of these measures are known from {other}, which the watchlist does not "
            f"name; if this is the same source, run: measurewatch sources rename {other} {self._source}"
            for other, count in found.items()
            if other not in names
        ]

    def held(self, report: SourceReport, totals: Totals) -> str:
        """Why what the crawl found must not be told before somebody has looked; "" to tell it.

        Once something of the source is held, all that follows is, until it is decided.
        """
        waiting = self._opened.holds.open(self._source)
        if waiting:
            return waiting[0].reason
        found = Found(
            known=known_before(report, self._history),
            changed=report.changed,
            vanished=report.vanished,
            new=report.new,
            twins=self._opened.queries.twins(self._source, self._crawl_id) if report.new else 0,
        )
        common = totals.kinds.most_common(_KINDS_NAMED)
        kinds = ", ".join(f"{count} {kind}" for kind, count in common)
        why = implausible(found, self._usual(), now=self._now, kinds=kinds)
        if why and self._opening and is_opening_day(found, totals.kinds):
            self.remarks = [f"info: {why}; it is told all the same, as {self._opening}"]
            return ""
        return why

    def _usual(self) -> list[SourceReport]:
        """The crawls that say what is usual; the days of an opening say it only of such days."""
        found = [
            one
            for one in self._history
            if self._opening or one.at is None or not _opening(self._spec, one.at)
        ]
        return found or list(self._history)


def _opening(spec: SourceSpec, now: datetime) -> str:
    """What explains that most measures of a legislature's own site move; "" for any other source."""
    if spec.kind not in {"site", "bills"}:
        return ""
    return opening(spec.place, now.astimezone(ZoneInfo(place(spec.place).timezone)).date())
