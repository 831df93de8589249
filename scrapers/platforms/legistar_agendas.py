"""The meetings of a city and their agendas: which are read again, and which matters they name."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from scrapers.errors import SourceError
from scrapers.items import Event
from scrapers.platforms.legistar_asking import Asking
from scrapers.platforms.legistar_client import Client, meetings, weeks_before
from scrapers.platforms.legistar_events import as_event, count_unmapped, matters_on
from scrapers.platforms.legistar_rows import Row, day, digest, moment, words
from scrapers.spider import SiteSpider

WEEKS_BACK = 8
AGAIN = timedelta(days=7)
REMEMBERED = "meetings"


class Agendas:
    """The meetings of one crawl: `events` to tell of, and `matters` on their agendas.

    A meeting whose row is as it was, and which is over, is read again only
    after a week: minutes and votes come late. `matters` say whether the agenda
    is new or changed. The stamps of what was read are kept in `remember`.
    """

    def __init__(self, spider: SiteSpider, asking: Asking, client: Client) -> None:
        self.spider = spider
        self.asking = asking
        self.client = client
        self.events: list[Event] = []
        self.matters: dict[int, bool] = {}
        self._before: dict[str, list[str]] = _stamps(spider.memory.get(REMEMBERED, ""))
        self._now: dict[str, list[str]] = {}

    async def read(self, sessions: Mapping[int, str]) -> None:
        """Read what is due; `sessions` are those of matters. A list that cannot be had is noted."""
        since = weeks_before(self.spider.now, WEEKS_BACK)
        try:
            listed = await self.asking.listed("events", "EventId", meetings(since))
        except SourceError as error:
            self.spider.report.note("info", f"no meeting is seen: {error}")
            return
        if self._before and not listed.rows:
            # Eight weeks back to whatever is planned: a city that meets has something there.
            self.spider.report.note(
                "info",
                f"not one meeting is listed, where {len(self._before)} were: they stay as they were",
            )
            return
        for id_, row in listed.rows.items():
            with self.spider.row(f"meeting {id_}"):
                await self._meeting(id_, row, sessions)
        self.spider.remember[REMEMBERED] = json.dumps(self._now, separators=(",", ":"))

    async def _meeting(self, id_: int, row: Row, sessions: Mapping[int, str]) -> None:
        before = self._before.get(str(id_))
        if before and not self._is_due(row, before):
            self._now[str(id_)] = before
            return
        items = await self._items(id_, row)
        if items is None:
            return
        stamp = digest({"items": items})
        news = not before or before[2] != stamp
        self._now[str(id_)] = [digest(row), self.spider.now.isoformat(), stamp]
        for matter in matters_on(items):
            self.matters[matter] = self.matters.get(matter, False) or news
        self.events.append(
            as_event(
                row,
                items,
                place=str(self.spider.parameters.get("place") or self.spider.place),
                sessions=sessions,
            )
        )
        count_unmapped(row, items, self.spider.report.unmapped)

    def _is_due(self, row: Row, before: Sequence[str]) -> bool:
        held = day(words(row, "EventDate"))
        # The day is the city's own, which may be a day behind ours.
        to_come = held is None or held >= (self.spider.now - timedelta(days=1)).date()
        read = moment(before[1])
        return (
            to_come or before[0] != digest(row) or read is None or self.spider.now - read >= AGAIN
        )

    async def _items(self, id_: int, row: Row) -> Sequence[Row] | None:
        """The agenda; an archive without it gives a meeting without items, a failure none at all."""
        within: Any = row.get("EventItems")
        if isinstance(within, list) and within:
            return [item for item in within if isinstance(item, dict)]
        answer = await self.asking.agenda(id_)
        if answer.failed:
            return None
        return answer.rows or []


def _stamps(kept: str) -> dict[str, list[str]]:
    found: Any = json.loads(kept) if kept else {}
    return {
        str(id_): [str(part) for part in parts] for id_, parts in found.items() if len(parts) == 3
    }
