"""Which meetings of a calendar have their agendas read again, from what the last crawl remembered."""

import json
from collections.abc import Mapping, MutableMapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from scrapers.turns import when

AGAIN = timedelta(days=7)
AGAIN_BEFORE = timedelta(hours=20)
"""How long after its agenda was read that of a meeting to come is read again."""


class Read(NamedTuple):
    """One meeting as it was last read: digest of its row, moment (ISO), digest of its agenda."""

    row: str
    at: str
    agenda: str


class Rereading:
    """The meetings of one crawl; `now` is aware.

    A meeting is read when it is new or its row changed, one to come once a day,
    one that is over after a week: minutes and votes come late. What is known of
    meetings that are not read, or cannot be, stays.
    """

    def __init__(self, memory: Mapping[str, str], now: datetime, name: str = "meetings") -> None:
        self.name, self.now = name, now
        self._before = _reads(memory.get(name, ""))
        self._after: dict[str, Read] = {}

    def is_due(self, id_: str, row: str, held: date | None) -> bool:
        """Whether to read a meeting whose row has this digest. One that is not stays as it was."""
        before = self._before.get(id_)
        if before is None:
            return True
        self._after[id_] = before
        # The day is the place's own, which may be a day behind ours.
        to_come = held is None or held >= (self.now - timedelta(days=1)).date()
        at = when(before.at)
        wait = AGAIN_BEFORE if to_come else AGAIN
        return before.row != row or at is None or self.now - at >= wait

    def is_news(self, id_: str, row: str, agenda: str) -> bool:
        """Keep a meeting as it was read now; says whether its agenda is new or changed."""
        before = self._before.get(id_)
        self._after[id_] = Read(row, self.now.isoformat(), agenda)
        return before is None or before.agenda != agenda

    def keep(self, remember: MutableMapping[str, str]) -> None:
        """Hand what was read to the next crawl."""
        remember[self.name] = json.dumps(self._after, separators=(",", ":"))


def _reads(kept: str) -> dict[str, Read]:
    found: Any = json.loads(kept) if kept else {}
    return {str(id_): Read(*map(str, parts)) for id_, parts in found.items() if len(parts) == 3}
