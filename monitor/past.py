"""What a crawl is held against: the source's own past, read from the store."""

from collections.abc import Sequence
from datetime import datetime

from monitor.app import Opened
from monitor.brake import Found, implausible
from monitor.recording import Totals
from monitor.rhythm import Silence, silence
from storage.ports import SourceReport

HISTORY = 30
"""Crawls that are looked back at."""

_KINDS_NAMED = 3


class Past:
    """A source's past as a crawl of it meets it. `history` are its whole crawls, newest first."""

    def __init__(
        self,
        opened: Opened,
        source: str,
        crawl_id: int,
        now: datetime,
        history: Sequence[SourceReport],
    ) -> None:
        self._opened = opened
        self._source = source
        self._crawl_id = crawl_id
        self._now = now
        self._history = history

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
        return implausible(found, self._history, now=self._now, kinds=kinds)
