"""Minneapolis: files of the City Council and its committees' meetings, from the API of LIMS.

2026-11-23: first version. The API wants a key, and no answer of it to a search
was ever recorded: its shape is what others who use it describe. Rows of
calendars are read from recordings. docs/sources/minneapolis-council.md says which
field becomes what, and what is not verified.

A search answers with a whole year and has no pages. The site itself stands
behind a bot challenge, so without a key nothing is asked.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from scrapers.errors import ErrorPage, ParseDrift, SourceError
from scrapers.items import Event, Listing, Measure
from scrapers.platforms.legistar_rows import Row, digest, rows_of
from scrapers.secrets import secret_headers
from scrapers.sites.minneapolis_council_rows import (
    FIELDS,
    PLACE,
    SITE,
    Item,
    count_unmapped,
    folded,
    is_meeting,
    listing_of,
    measure,
    meeting,
    numbered,
    words,
)
from scrapers.spider import Role, SiteSpider, health_of

API = f"{SITE}/api/v1/search"  # in small letters: /API/v1 is refused as if the key were wrong
FIRST_YEAR = 2014
ZONE = ZoneInfo("America/Chicago")
CALENDAR_OPENS = 11  # the month from which the next year's meetings are worth asking for
NO_KEY = (
    "LIMS gives its answers only to a key: ask the City Clerk for one at "
    f"{SITE} and name its variable, as in token: env:MINNEAPOLIS_LIMS_KEY"
)


class MinneapolisCouncil(SiteSpider):
    """The council's files of this year and the last, and its meetings.

    Parameters: `token`, the key; `since`, the first year to search (2014 at the earliest).
    """

    name = "minneapolis-council"
    place: ClassVar[str] = PLACE
    hosts = ("lims.minneapolismn.gov",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.token = str(self.parameters.get("token") or "")

    async def crawl(self) -> AsyncIterator[Measure | Event | Listing]:
        """Yield the files of all years, then the meetings, then the lists that were read.

        Raises SourceError without a key, and when no year can be read.
        """
        if not self.token and not self._replaying():
            raise SourceError(NO_KEY)
        years = self._years()
        found, refused = await self._searched(years)
        # Where a year is not had, the steps of that year are not shown.
        first = years[-1] + 1 if refused else years[0]
        failed = self.report.failed
        for one in self._measures(found, first):
            yield one
        whole = self.report.failed == failed
        async for event in self._meetings(years):
            yield event
        if whole:
            for year, rows in found.items():
                if rows:
                    yield Listing(name=listing_of(year), rows=len(rows))
        else:
            self.report.note("info", "rows failed, so an absence means nothing")

    async def _searched(
        self, years: Sequence[int]
    ) -> tuple[dict[int, Sequence[Row]], list[SourceError]]:
        """The rows of the years that can be had, and what kept others away. Raises SourceError for none."""
        found: dict[int, Sequence[Row]] = {}
        refused: list[SourceError] = []
        for year in years:
            try:
                found[year] = await self._items(year)
            except SourceError as error:
                refused.append(error)
        if not any(found.values()):
            raise refused[0] if refused else ParseDrift("no year's search holds one file", API)
        for what in refused:
            self.report.note(str(health_of(what)), str(what))
        return found, refused

    def _replaying(self) -> bool:
        return getattr(getattr(self, "crawler", None), "replaying", None) is not None

    def _years(self) -> list[int]:
        """The years to search, the first one first. Raises SourceError for a year that is none."""
        this = self.now.astimezone(ZONE).year
        said = str(self.parameters.get("since") or this - 1)
        if not said.isdecimal() or not FIRST_YEAR <= int(said) <= this:
            raise SourceError(f"since: found {said!r}, expected a year from {FIRST_YEAR} to {this}")
        return list(range(int(said), this + 1))

    async def _items(self, year: int) -> list[Row]:
        """All items of a year, each row once. Raises ErrorPage when a year that had some has none."""
        rows = await self._search("FileItemSearch", year, role="start")
        if not rows and any(
            one.session == str(year) or one.listing == listing_of(year) for one in self.known
        ):
            raise ErrorPage(f"the search of {year} holds no file, where there were some", API)
        return list({digest(row): row for row in rows}.values())

    async def _search(self, name: str, year: int, *, role: Role) -> list[Row]:
        url = f"{API}/{name}"
        page = await self.fetch(url, role=role, **self._posted(url, year))
        return rows_of(page.body, url)

    def _posted(self, url: str, year: int) -> dict[str, Any]:
        """How a year is asked for."""
        return {
            "method": "POST",
            "body": json.dumps({"CalendarYear": year}).encode(),
            "headers": {"Content-Type": "application/json", "Accept": "application/json"},
            "expects": "application/json",
            "meta": secret_headers(url, Authorization=f"Bearer {self.token}" if self.token else ""),
        }

    def asks_first(self) -> Mapping[str, Any] | None:
        """The files of this year; without a key nothing is asked."""
        this = self.now.astimezone(ZONE).year
        return self._posted(f"{API}/FileItemSearch", this) if self.token else None

    def _measures(self, found: dict[int, Sequence[Row]], first: int) -> list[Measure]:
        """The items of all years as measures; one that cannot be read costs only itself."""
        read = []
        items = numbered(found, self.known)
        for item in items:
            with self.row(item.identifier or words(item.row, "ItemTitle")):
                read.append(self._measure(item, first))
        shared = Counter(words(one.row, "FileNumber") for one in items)
        if several := sum(count > 1 for count in shared.values()):
            self.report.note("info", f"{several} files hold more than one item under their number")
        return read

    def _measure(self, item: Item, first: int) -> Measure:
        one = measure(item, first)
        count_unmapped(item.row, self.report.unmapped)
        return one

    async def _meetings(self, years: Sequence[int]) -> AsyncIterator[Event]:
        """The meetings of all years, and late in the year of the next; without them files are read all the same."""
        today = self.now.astimezone(ZONE)
        more = [today.year + 1] if today.month >= CALENDAR_OPENS else []
        left = 0
        seen: set[str] = set()
        for year in (*years, *more):
            try:
                rows = await self._search("meetingCalendar", year, role="companion")
            except SourceError as error:
                self.report.note("info", f"the meetings of {year} stay as they were: {error}")
                continue
            for row in map(folded, rows):
                if not is_meeting(row):
                    left += 1
                    continue
                FIELDS.count_unknown("meeting", [row], self.report.unmapped)
                event = None
                with self.row(f"a meeting of {words(row, 'meetingbody')}"):
                    event = meeting(row)
                if event and event.id not in seen:
                    seen.add(event.id)
                    yield event
        if left:
            self.report.note("info", f"{left} rows of the calendar are no meetings")
