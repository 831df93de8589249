"""What a crawl is held against: the source's own past, read from the store."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from config.places import place
from config.watches import SourceSpec
from monitor.app import Opened
from monitor.brake import Found, implausible, is_opening_day
from monitor.recording import Totals
from monitor.rhythm import Silence, silence
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
        self._opening = _opening(spec, now)
        self._crawl_id = crawl_id
        self._now = now
        self._history = history
        self.remarks: list[str] = []

    def silence(self) -> Silence | None:
        """How long the source has had no news."""
        days = self._opened.queries.news_days(self._source)
        return silence(days, self._now.date())

    def held(self, report: SourceReport, totals: Totals) -> str:
        """Why what the crawl found must not be told before somebody has looked; "" to tell it.

        Once something of the source is held, all that follows is, until it is decided.
        """
        waiting = self._opened.holds.open(self._source)
        if waiting:
            return waiting[0].reason
        found = Found(
            known=self._history[0].found if self._history else 0,
            changed=report.changed,
            vanished=report.vanished,
            new=report.new,
            twins=self._opened.queries.twins(self._source, self._crawl_id) if report.new else 0,
        )
        common = totals.kinds.most_common(_KINDS_NAMED)
        kinds = ", ".join(f"{count} {kind}" for kind, count in common)
        why = implausible(found, self._history, now=self._now, kinds=kinds)
        if why and self._opening and is_opening_day(found, totals.kinds):
            self.remarks = [f"info: {why}; it is told all the same, as {self._opening}"]
            return ""
        return why


def _opening(spec: SourceSpec, now: datetime) -> str:
    """What explains that most measures of a legislature's own site move; "" for any other source."""
    if spec.kind not in {"site", "bills"}:
        return ""
    return opening(spec.place, now.astimezone(ZoneInfo(place(spec.place).timezone)).date())
