"""Los Angeles: council files, from the City Clerk's council file system.

2026-11-23: first version. One record of 2010 was read from a recording. The
search, its list of results, online documents and votes are known from public
clients only. Not crawled live. docs/sources/los-angeles-council.md says which
section becomes what. Meetings come from the platform `primegov`.

A crawl asks for the files received (all since `since` in a weekly sweep, a month
at a time, in between those of the last weeks) and for those in which something
was done of late, and then looks closely at the files whose turn it is
(`scrapers.turns`). The search cuts long lists short without a word, so a file
that is missing from them counts as gone only when its own page says so.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from parsel import Selector

from scrapers.errors import ABSENT, ErrorPage, NotRecorded, ParseDrift, SourceError
from scrapers.items import Listing, Measure
from scrapers.platforms.legistar_rows import digest
from scrapers.rows import decoded
from scrapers.selectors import day
from scrapers.sites.los_angeles_council_measures import (
    CHANGED,
    LISTING,
    PLACE,
    as_measure,
    count_unmapped,
    listed,
)
from scrapers.sites.los_angeles_council_pages import NoRecord, record_of, results_of
from scrapers.sites.los_angeles_council_words import FILE, year_of
from scrapers.spider import Role, SiteSpider
from scrapers.sweeping import Sweeping, asked_for
from scrapers.turns import READ, STAMP, TRIED, Paper, Turn, turns

SITE = "https://cityclerk.lacity.org/lacityclerkconnect/index.cfm"
ZONE = ZoneInfo("America/Los_Angeles")
A_MONTH = timedelta(days=30)
LATELY = timedelta(days=14)
OVERLAP = timedelta(days=3)
REQUESTS = 300
GIVE_UP_AFTER = 3
DONE = ("2", "4", "5", "7", "14", "18", "22", "25", "34", "44", "46", "50")
"""The clerk's numbers of what can be done in a file: referred, continued, document submitted,
scheduled for committee, approved, scheduled for council, community impact statement, motion
referred, introduced, adopted, adopted forthwith, expired."""


class LosAngelesCouncil(SiteSpider):
    """Council files of Los Angeles.

    Parameters: `since`, a year or a day, from which on files are told of (the
    first day of last year); `requests`, how many pages of files are asked for in
    one crawl (300); `files`, numbers of further files to watch; `site`, where to ask.

    Remembers: `swept`, when all months were last read; `changed`, up to when what
    was done is known; `gone`, files of which the clerk has no record any more.
    """

    name = "los-angeles-council"
    place: ClassVar[str] = PLACE
    hosts = ("cityclerk.lacity.org", "clkrep.lacity.org")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.site = str(self.parameters.get("site") or SITE)
        self.files = {one.identifier.upper(): one for one in self.known}
        self.sweeping = Sweeping(self.memory, self.now)
        self.tried: set[str] = set()
        self.failing = 0

    @property
    def replaying(self) -> bool:
        """Whether answers come from an archive: then nothing costs, and much may be missing."""
        return getattr(getattr(self, "crawler", None), "replaying", None) is not None

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Yield the files and, after a sweep, the lists. Raises SourceError when none can be searched for, ParseDrift when none is found."""
        since, requests, further = self._asked()
        first, sweep = self.sweeping.first, self.sweeping.due
        self.report.partial = not sweep
        rows, whole = await self._received(since, sweep=sweep)
        acted = await self._acted_on()
        missing = self.missing(rows, since) if sweep else set[str]()
        before = {} if self.replaying else self.files
        todo = turns(
            self._turning(rows, acted | further, missing),
            {number: known.extras for number, known in before.items()},
            now=self.now,
            first=first,
        )
        done: set[str] = set()
        async for measure in self._closely(todo, rows, requests):
            done.add(measure.identifier)
            yield measure
        for measure in self._in_list(rows, done, everything=sweep, first=first):
            done.add(measure.identifier)
            yield measure
        if sweep and whole:
            for item in self._still_there(done):
                yield item
        left = sum(turn.id not in self.tried for turn in todo)
        if left:
            self.report.note(
                "info",
                f"{left} of {len(todo)} files whose turn it is were not looked at closely; "
                "they come first in the next crawls",
            )
        self.sweeping.keep(self.remember, complete=whole)

    def _asked(self) -> tuple[date, int, set[str]]:
        """What the parameters say. Raises SourceError for one that makes no sense."""
        today = self.now.astimezone(ZONE).date()
        since, requests = asked_for(self.parameters, today=today, requests=REQUESTS)
        named = self.parameters.get("files") or ()
        files = [str(one).upper() for one in ([named] if isinstance(named, str) else named)]
        wrong = [one for one in files if not FILE.fullmatch(one)]
        if wrong:
            raise SourceError(f"files: found {wrong[0]!r}, expected a number like 26-0204")
        return since, requests, set(files)

    async def _received(self, since: date, *, sweep: bool) -> tuple[dict[str, str], bool]:
        """The files received, by number with their titles; whether every month was had.

        Raises SourceError when not one month can be had, ParseDrift when a sweep finds nothing.
        """
        today = self.now.astimezone(ZONE).date()
        begin = since if sweep else max(since, today - LATELY)
        months = windows(begin, today + timedelta(days=1))
        rows: dict[str, str] = {}
        refused: list[SourceError] = []
        for start, end in months:
            try:
                asked = {"DateRecStart": printed(start), "DateRecEnd": printed(end)}
                rows |= await self._searched(asked, role="start")
            except SourceError as error:
                refused.append(error)
                self.report.note("row", f"files received from {start} to {end}: {error}")
        # Months without a file beside months that were refused are no sign of a redesign.
        if len(refused) == len(months) or (sweep and refused and not rows):
            raise refused[0]
        if sweep and not rows:
            raise ParseDrift(f"the search finds not one file received since {since}", self.site)
        self.report.failed += len(refused)
        return rows, not refused

    async def _acted_on(self) -> set[str]:
        """The files in which something was done since the last crawl; what cannot be had is noted."""
        today = self.now.astimezone(ZONE).date()
        last = self.sweeping.after
        begin = (last.astimezone(ZONE).date() if last else today - LATELY) - OVERLAP
        span = {"ActDateStart": printed(begin), "ActDateEnd": printed(today + LATELY)}
        found: set[str] = set()
        for number in DONE:
            try:
                found |= set(
                    await self._searched({"ActionTaken": number, **span}, role="companion")
                )
            except NotRecorded:
                continue
            except SourceError as error:
                self.report.note("info", f"what was done in files is not known: {error}")
                self.sweeping.waiting = True
                break
        return found

    async def _searched(self, asked: Mapping[str, str], *, role: Role) -> dict[str, str]:
        """The files an advanced search finds."""
        response = await self.fetch(
            f"{self.site}?fa=vcfi.doSearch", role=role, **self._posted(asked)
        )
        return results_of(Selector(text=decoded(response.body)), response.url)

    def _posted(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """How the advanced search is asked."""
        form = {"searchform": "advanced", "btnAdvanced": "Search", **asked}
        return {
            "method": "POST",
            "body": urlencode(form).encode("ascii"),
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
            "expects": "text/html",
        }

    def asks_first(self) -> Mapping[str, Any]:
        """The files received of late."""
        today = self.now.astimezone(ZONE).date()
        return self._posted({"DateRecStart": printed(today - LATELY), "DateRecEnd": printed(today)})

    def missing(self, rows: Mapping[str, str], since: date) -> set[str]:
        """The files that a sweep leaves out: they are looked at themselves, before they count as gone.

        Of those older than the sweep it says nothing.
        """
        covered = {number for number in self.files if int(year_of(number) or 0) >= since.year}
        return covered - set(rows) - self.sweeping.gone

    def _turning(
        self, rows: Mapping[str, str], pressing: set[str], missing: set[str]
    ) -> Iterator[Paper]:
        """Every file that could be looked at: received, acted upon, named or known."""
        lasting = (number for number in self.files if number not in self.sweeping.gone)
        for number in dict.fromkeys((*rows, *sorted(pressing), *lasting)):
            known = self.files.get(number)
            told = known.extras if known else {}
            yield Paper(
                id=number,
                stamp=row_stamp(rows[number]) if number in rows else "",
                moved=day(told.get(CHANGED, "")) or opened(number),
                agenda=True if number in missing else False if number in pressing else None,
            )

    async def _closely(
        self, todo: Sequence[Turn], rows: Mapping[str, str], requests: int
    ) -> AsyncIterator[Measure]:
        """The files whose turn it is, as many as there are requests for."""
        for turn in todo if self.replaying else todo[:requests]:
            if self.failing >= GIVE_UP_AFTER:
                break
            measure = None
            with self.row(turn.id):
                measure = await self._looked_at(turn.id, rows.get(turn.id, ""))
            if measure is not None:
                yield measure

    async def _looked_at(self, number: str, title: str) -> Measure | None:
        """A file as its page shows it; None when that cannot be had."""
        url = self._page(number)
        self.tried.add(number)
        try:
            response = await self.fetch(url, expects="text/html")
        except NotRecorded:
            return None
        except ErrorPage as error:
            if error.status not in ABSENT:
                self.failing += 1
            self.report.note("info", f"some fields stay as they were: {error}")
            return None
        except SourceError as error:
            self.failing += 1
            self.report.note("info", f"some fields stay as they were: {error}")
            return None
        self.failing = 0
        try:
            record = record_of(Selector(text=decoded(response.body)), response.url)
        except NoRecord as error:
            self.sweeping.gone.add(number)
            self.report.note("info", f"{number}: {error}")
            return None
        if record.number != number:
            raise ParseDrift(f"the page is about council file {record.number}", url)
        count_unmapped(record, self.report.unmapped)
        stamp = row_stamp(title) if title else ""
        known = self.files.get(number)
        return as_measure(record, url=url, stamp=stamp, read_at=self.now, known=known)

    def _page(self, number: str) -> str:
        return f"{self.site}?fa=ccfi.viewrecord&cfnumber={number}"

    def _in_list(
        self, rows: Mapping[str, str], done: set[str], *, everything: bool, first: bool
    ) -> Iterator[Measure]:
        """The other files, as the list shows them. One never seen before waits for its page."""
        for number, title in rows.items():
            known = self.files.get(number)
            if number in done:
                continue
            if known is None and not first and number not in self.tried:
                self.sweeping.waiting = True
                continue
            if everything or known is None or known.extras.get(STAMP) != row_stamp(title):
                with self.row(number):
                    measure = listed(number, title, self._page(number))
                    extras = dict(known.extras) if known else {}
                    if READ in extras:
                        # The list may cut a title short that the page has whole.
                        measure = replace(measure, observed=frozenset())
                    if number in self.tried:
                        extras[TRIED] = self.now.isoformat()
                    yield replace(measure, extras=extras)

    def _still_there(self, done: set[str]) -> Iterator[Measure | Listing]:
        """Files that nothing says are gone, then the lists by which the others can vanish.

        The search cuts long lists short: only a file whose own page says that the
        clerk has none is missing from the list of its year.
        """
        years = Counter(year_of(number) for number in done)
        for number, known in self.files.items():
            if number in done or number in self.sweeping.gone:
                continue
            years[year_of(number)] += 1
            yield replace(
                listed(number, known.title or number, self._page(number)),
                observed=frozenset(),
                extras=dict(known.extras),
            )
        for year, rows in sorted(years.items()):
            yield Listing(name=LISTING.format(year=year), rows=rows)


def windows(begin: date, end: date) -> list[tuple[date, date]]:
    """The days from one to another in stretches that the search does not cut short."""
    found = []
    while begin <= end:
        last = min(begin + A_MONTH - timedelta(days=1), end)
        found.append((begin, last))
        begin = last + timedelta(days=1)
    return found


def printed(day_: date) -> str:
    """A day as the search's form wants it."""
    return day_.strftime("%m/%d/%Y")


def row_stamp(title: str) -> str:
    """The digest of what the list shows of a file."""
    return digest({"title": title})


def opened(number: str) -> date | None:
    """About when a file was opened: the first day of its year."""
    year = year_of(number)
    return date(int(year), 1, 1) if year else None
