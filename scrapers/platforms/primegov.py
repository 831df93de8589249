"""Meetings of cities on PrimeGov, with their agendas.

2026-11-23: first version. Lists of meetings were read from recordings of Los
Angeles; the markup of an agenda is known from public clients and from items
they read. Not crawled live.
docs/sources/primegov.md says what is asked for and which field becomes what.

The platform has no list of measures: an item names its measure by a number, and
another source (Los Angeles: `los-angeles-council`) has the measure itself.
"""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parsel import Selector

from config.places import place
from scrapers.errors import NotRecorded, ParseDrift, SourceError
from scrapers.items import Event
from scrapers.meetings import Rereading
from scrapers.platforms.legistar_rows import Row, digest, rows_of, whole, words
from scrapers.platforms.primegov_agendas import (
    NUMBER,
    TRANSLATED,
    Line,
    agenda_of,
    as_event,
    count_unmapped,
    lines_of,
    moment_of,
    page_url,
)
from scrapers.platforms.primegov_client import hosts_named, site_of
from scrapers.rows import decoded
from scrapers.spider import SiteSpider

BACK = timedelta(weeks=8)
GIVE_UP_AFTER = 3
API = "api/v2/PublicPortal"


class PrimeGov(SiteSpider):
    """One city's meetings.

    Parameters: `place`; `client`, the first part of the city's primegov.com
    address (the source's name); `committees`, the ids of those whose meetings
    are told of (all); `identifier`, how a measure's number is printed, as a
    regular expression; `site`, where to ask; `hosts`, further hosts.

    Remembers: `meetings`, which agendas were read.
    """

    name = "primegov"

    def __init__(self, name: str | None = None, **options: Any) -> None:
        super().__init__(name, **options)
        self.site = site_of(self.source, self.parameters)
        self.hosts = hosts_named(self.source, self.parameters)
        self.failing = 0

    @classmethod
    def hosts_for(cls, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        return hosts_named("", parameters)

    async def crawl(self) -> AsyncIterator[Event]:
        """Yield the meetings from eight weeks back on whose turn it is.

        Raises SourceError when the lists cannot be had, ParseDrift when they are empty.
        """
        number, committees = self._asked()
        rows = await self._listed()
        before = {} if self._replaying() else self.memory
        self.report.partial = "meetings" in before
        rereading = Rereading(before, self.now)
        for id_, row in self._ours(rows, committees).items():
            event = None
            with self.row(f"meeting {id_}"):
                event = await self._event(id_, row, rereading, number)
            if event is not None:
                yield event
        rereading.keep(self.remember)

    def _asked(self) -> tuple[re.Pattern[str], frozenset[int]]:
        """What the parameters say. Raises SourceError for one that makes no sense."""
        pattern = str(self.parameters.get("identifier") or NUMBER)
        try:
            number = re.compile(pattern, re.IGNORECASE)
        except re.error as error:
            raise SourceError(
                f"identifier: found {pattern!r}, expected a regular expression ({error})"
            ) from error
        named = self.parameters.get("committees") or ()
        ids = [named] if isinstance(named, int | str) else named
        try:
            return number, frozenset(int(one) for one in ids)
        except (TypeError, ValueError) as error:
            raise SourceError(f"committees: found {named!r}, expected numbers") from error

    def _replaying(self) -> bool:
        return getattr(getattr(self, "crawler", None), "replaying", None) is not None

    async def _listed(self) -> dict[int, Row]:
        """The meetings to come, and those of the years that eight weeks reach back to."""
        clock = self._clock()
        years = sorted({(clock - BACK).year, clock.year})
        paths = [f"ListArchivedMeetings?year={year}" for year in years] + ["ListUpcomingMeetings"]
        found: dict[int, Row] = {}
        for path in paths:
            try:
                listed = await self._list(f"{self.site}/{API}/{path}")
            except NotRecorded as error:
                self.report.note("info", str(error))
                continue
            for row in listed:
                id_ = whole(row, "id")
                with self.row(str(row)[:80]):
                    if id_ is None:
                        raise ValueError("a row without an id")
                    found[id_] = row
        if not found:
            raise ParseDrift("the lists hold not one meeting", self.site)
        return found

    async def _list(self, url: str) -> list[Row]:
        response = await self.fetch(url, role="start", expects="application/json")
        return rows_of(response.body, response.url)

    def _place(self) -> str:
        return str(self.parameters.get("place") or self.place)

    def _clock(self) -> datetime:
        """The time of this crawl on the city's own clock, without its zone."""
        zone = ZoneInfo(place(self._place()).timezone)
        return self.now.astimezone(zone).replace(tzinfo=None)

    def _ours(self, rows: Mapping[int, Row], committees: frozenset[int]) -> dict[int, Row]:
        """The meetings to tell of: of the last weeks and to come, none twice in another language."""
        clock = self._clock()
        found = {}
        translated = 0
        for id_ in sorted(rows):
            row = rows[id_]
            held = moment_of(words(row, "dateTime"))
            if held is not None and held < clock - BACK:
                continue
            if committees and whole(row, "committeeId") not in committees:
                continue
            if TRANSLATED.search(words(row, "title")):
                translated += 1
                continue
            found[id_] = row
        if translated:
            self.report.note("info", f"meetings left out: {translated} that are others in Spanish")
        return found

    async def _event(
        self, id_: int, row: Row, rereading: Rereading, number: re.Pattern[str]
    ) -> Event | None:
        """A meeting whose turn it is; None for another, and for one whose agenda fails."""
        held = moment_of(words(row, "dateTime"))
        shown = digest(row)
        if not rereading.is_due(str(id_), shown, held.date() if held else None):
            return None
        agenda = agenda_of(row)
        lines = await self._agenda(page_url(self.site, agenda)) if agenda else ()
        if lines is None:
            return None
        rereading.is_news(str(id_), shown, digest({"lines": [line.lines for line in lines]}))
        count_unmapped(row, self.report.unmapped)
        return as_event(row, lines, place=self._place(), site=self.site, number=number)

    async def _agenda(self, url: str) -> tuple[Line, ...] | None:
        """The items of an agenda; none where an archive lacks it, None when it cannot be had."""
        if self.failing >= GIVE_UP_AFTER:
            return None
        try:
            response = await self.fetch(url, expects="text/html")
            lines = lines_of(Selector(text=decoded(response.body)), response.url)
        except NotRecorded:
            return ()
        except SourceError as error:
            self.failing += 1
            self.report.note("info", f"an agenda stays as it was: {error}")
            return None
        self.failing = 0
        return lines
