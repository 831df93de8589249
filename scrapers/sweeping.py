"""How far a source was read that is swept whole once a week and asked for what changed in between.

Also what its watchlist says of that: `since` and `requests`. Pure.
"""

import json
from collections.abc import Mapping, MutableMapping
from datetime import date, datetime, timedelta
from typing import Any

from scrapers.errors import SourceError
from scrapers.platforms.legistar_client import first_day
from scrapers.turns import when

SWEEP_AFTER = timedelta(days=6, hours=12)
SWEPT, WATERMARK, GONE = "swept", "changed", "gone"


class Sweeping:
    """One crawl of such a source; `memory` is what the last one left, `now` is aware.

    `first` says that it was never swept, `due` that it is to be swept now, `after`
    up to when what changed is known, None for a source never read. `gone` are
    papers that had no detail any more when they were asked for; a crawl adds to
    it. `waiting` is set where something new waits to be told of.
    """

    def __init__(self, memory: Mapping[str, str], now: datetime) -> None:
        self._now = now
        swept = when(memory.get(SWEPT, ""))
        self.first = SWEPT not in memory
        self.due = swept is None or now - swept >= SWEEP_AFTER
        self.after = when(memory.get(WATERMARK, ""))
        self.gone: set[str] = set(json.loads(memory.get(GONE, "[]")))
        self.waiting = False

    def keep(self, remember: MutableMapping[str, str], *, complete: bool) -> None:
        """Hand on how far this crawl came, if its lists were `complete`; not past what waits."""
        if not complete:
            return
        if self.due:
            remember[SWEPT] = self._now.isoformat()
            # With each sweep they get another chance.
            self.gone.clear()
        remember[GONE] = json.dumps(sorted(self.gone))
        if not self.waiting:
            remember[WATERMARK] = self._now.isoformat()


def asked_for(parameters: Mapping[str, Any], *, today: date, requests: int) -> tuple[date, int]:
    """From which day on papers are told of, and how many details are asked for in a crawl.

    Without a word: from the first day of last year on, and `requests`. Raises
    SourceError for a parameter that makes no sense.
    """
    try:
        since = first_day(parameters.get("since")) or date(today.year - 1, 1, 1)
    except ValueError as error:
        raise SourceError(
            f"since: found {parameters['since']!r}, expected a year or a day"
        ) from error
    most = parameters.get("requests", requests)
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise SourceError(f"requests: found {most!r}, expected a number from 1 on")
    return since, most
