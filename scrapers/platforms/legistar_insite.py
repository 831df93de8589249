"""Legistar's public pages (InSite), read where the Web API is closed to us.

A search by year lists all matters with a line each; the pager is posted back
until the last page. What a line does not say stands on the matter's own page,
which is asked for when its turn comes (`scrapers.turns`), and roll calls on a page
of each step. The pages become the same measures as the API's rows: a matter is
known by its number in both, for the ids in the pages' addresses are their own.
Which fields come from where: docs/sources/legistar.md.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from parsel import Selector

from scrapers.errors import Gone, NotRecorded, ParseDrift, SourceError
from scrapers.items import EMPTY, Item, Listing, Measure, Version
from scrapers.platforms import legistar_insite_pages as pages
from scrapers.platforms.legistar_client import Client
from scrapers.platforms.legistar_measures import (
    Children,
    alike_key,
    as_measure,
    count_unmapped,
    has_roll,
    session_of,
)
from scrapers.platforms.legistar_rows import Row, day, digest, moment, whole, words
from scrapers.ports import KnownMeasure
from scrapers.rows import decoded
from scrapers.spider import health_of
from scrapers.turns import STAMP, TRIED, Paper, turns

if TYPE_CHECKING:
    from scrapers.spider import SiteSpider

DOOR = "door"
"""In the memory: when the API was last found closed."""

ADDRESS, LINE = "InSite", "InSite row"
"""In the extras: a matter's own page, and the digest of its line when it was read."""

ASK_AGAIN = timedelta(days=6, hours=12)
MOST_PAGES = 300
GIVES_UP = 10
ALL = "All Years"
FIRST_PRINTS = frozenset({"Version *", "Version 0", "Version 1"})
HEADERS = MappingProxyType({"Content-Type": "application/x-www-form-urlencoded"})
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A matter in the results: the address of its page, its row, the year that was asked for."""

    address: str
    row: Row
    year: int

    @property
    def file(self) -> str:
        return words(self.row, "MatterFile")

    @property
    def stamp(self) -> str:
        """The digest of the row."""
        return digest(self.row)

    @property
    def moved(self) -> date | None:
        """The last of its days."""
        return max(
            (day_ for name in pages.DAYS if (day_ := day(words(self.row, name)))), default=None
        )


def is_closed(remembered: str, now: datetime) -> bool:
    """Whether the API was found closed so lately that it is not asked again; `now` is aware."""
    at = moment(remembered)
    return at is not None and now - at < ASK_AGAIN


class InSite:
    """One crawl of the pages: a search for each year covered, then the matters whose turn it is."""

    def __init__(self, spider: "SiteSpider", client: Client, place: str) -> None:
        self.spider, self.client, self.place = spider, client, place
        self.known = {(one.session, alike_key(one.identifier)): one for one in spider.known}
        self.spent = self.failures = 0
        self.tried: set[Key] = set()
        self.start = f"{client.site}/Legislation.aspx"

    async def crawl(self) -> AsyncIterator[Item]:
        """The matters that were looked at, the others as seen, then the lists read to the end.

        Raises SourceError when the search cannot be had, ParseDrift when it finds nothing.
        """
        lines, lists = await self._lines()
        done: set[Key] = set()
        for key in self._in_turn(lines):
            spent = self.spent >= self.client.requests and not self._replaying
            if spent or self.failures >= GIVES_UP:
                break
            self.tried.add(key)
            looked = await self._matter(key, lines[key])
            if looked is not None:
                done.add(key)
                yield looked
        for key, line in lines.items():
            if key not in done and key in self.known:
                yield self._as_known(self.known[key], line)
        # Until each matter was asked for once there is no baseline, or each would be news. One
        # whose page fails is news when it can be read; it must not keep all others silent.
        unread = sum(key not in self.tried and key not in self.known for key in lines)
        report = self.spider.report
        report.partial = report.partial or bool(unread) or not lists
        if unread:
            report.note(
                "info", f"{unread} matters were never looked at; they wait for the next crawls"
            )
        for one in lists:
            yield one

    async def _lines(self) -> tuple[dict[Key, Line], list[Listing]]:
        """The matters of all years covered by session and number, and the lists read to the end."""
        search = await self._search_page()
        lines: dict[Key, Line] = {}
        lists: list[Listing] = []
        now = self.spider.now
        for year in range(now.year, self.client.covered_from(now).year - 1, -1):
            found, complete = await self._year(search, year)
            lines = found | lines
            if complete:
                lists.append(Listing(name=listing_of(year), rows=len(found)))
        if not lines:
            raise ParseDrift("the search finds not one matter", self.start)
        return lines, lists

    def _in_turn(self, lines: Mapping[Key, Line]) -> list[Key]:
        """The matters whose turn it is to be looked at, the most pressing first."""
        known = {
            "\0".join(key): {**one.extras, STAMP: one.extras.get(LINE, lines[key].stamp)}
            for key, one in self.known.items()
            if key in lines
        }
        papers = [
            Paper(id="\0".join(key), stamp=line.stamp, moved=line.moved, rank=-line.year)
            for key, line in lines.items()
        ]
        keys = {"\0".join(key): key for key in lines}
        todo = turns(papers, known, now=self.spider.now, first=not self.spider.known)
        return [keys[turn.id] for turn in todo]

    @property
    def _replaying(self) -> bool:
        return getattr(getattr(self.spider, "crawler", None), "replaying", None) is not None

    # --- the search --------------------------------------------------------------

    async def _search_page(self) -> Selector:
        """The search with all its fields; its simple form where the other cannot be had."""
        response = await self.spider.page(self.start, role="start")
        page = Selector(text=decoded(response.body))
        if not pages.is_simple(page):
            return page
        try:
            other = await self._post(pages.switched(page))
        except SourceError as error:
            self.spider.report.note("info", f"the search keeps its simple form: {error}")
            return page
        return page if pages.is_simple(other) else other

    async def _post(self, body: bytes) -> Selector:
        self.spent += 1
        response = await self.spider.fetch(
            self.start, method="POST", body=body, headers=HEADERS, expects="text/html"
        )
        return Selector(text=decoded(response.body))

    async def _year(self, search: Selector, year: int) -> tuple[dict[Key, Line], bool]:
        """The matters of a year by session and number, and whether those are all.

        Only the first page's errors are raised.
        """
        offered = pages.years(search)
        asked = str(year) if not offered or str(year) in offered else ALL
        page = await self._post(pages.searched(search, asked))
        found: dict[Key, Line] = {}
        good = True
        seen: set[str] = set()
        for number in range(1, MOST_PAGES + 1):
            try:
                results = pages.results(page, self.start)
            except ParseDrift as error:
                if number == 1:
                    raise
                self._broken_off(year, number, error)
                return found, False
            seen.update(address for address, _ in results.rows)
            before = len(found)
            good = self._take(results.rows, year, found) and good
            if results.year and results.year != asked:
                # The site forgets the span at times, and shows another one.
                self.spider.report.note("info", f"asked for {asked}, the site shows {results.year}")
                return found, False
            if not results.turn:
                complete = good and (results.stated is None or results.stated == len(seen))
                if not complete:
                    self.spider.report.note(
                        "info", f"{year}: {len(seen)} lines were shown of {results.stated} stated"
                    )
                return found, complete
            if number > 1 and results.rows and len(found) == before:
                self._broken_off(year, number, ParseDrift("it holds only what was read before"))
                return found, False
            try:
                page = await self._post(pages.turned(page, results.turn))
            except SourceError as error:
                self._broken_off(year, number + 1, error)
                return found, False
        self._broken_off(year, MOST_PAGES, ParseDrift("there is no end to it"))
        return found, False

    def _take(self, rows: Sequence[tuple[str, Row]], year: int, found: dict[Key, Line]) -> bool:
        """Take the lines of a page, each number once; a line without one is counted."""
        all_good = True
        for address, row in rows:
            file = words(row, "MatterFile")
            if not file or not address:
                all_good = False
                with self.spider.row(words(row, "MatterTitle")[:80] or "a line"):
                    raise ValueError("a line without a number or an address")
                continue
            intro = day(words(row, "MatterIntroDate"))
            if intro is not None and intro < self.client.covered_from(self.spider.now):
                continue
            session = session_of(row) or str(year)
            found.setdefault((session, alike_key(file)), Line(address, row, year))
        return all_good

    def _broken_off(self, year: int, number: int, error: SourceError) -> None:
        self.spider.report.failed += 1
        self.spider.report.note("row", f"page {number} of {year}: {error}")

    # --- one matter ----------------------------------------------------------------

    async def _matter(self, key: Key, line: Line) -> Item | None:
        """A matter as its own page shows it, as it is known when that cannot be had, or None."""
        known = self.known.get(key)
        self.spent += 1
        found: list[Measure] = []
        try:
            response = await self.spider.page(f"{line.address}&FullText=1")
            page = pages.matter(Selector(text=decoded(response.body)), response.url)
        except NotRecorded:
            return self._as_known(known, line) if known else None
        except Gone as error:
            return self.spider.withdrawn(known.identifier, known.session, error) if known else None
        except SourceError as error:
            self.failures += 1
            self.spider.report.failed += 1
            self.spider.report.note("row", f"{line.file}: {error}")
            tried = {TRIED: self.spider.now.isoformat()}
            return self._as_known(known, line, tried) if known else None
        self.failures = 0
        with self.spider.row(line.file):
            found.append(await self._measure(key, line, page, known))
        return found[0] if found else None

    async def _measure(
        self, key: Key, line: Line, page: pages.Page, known: KnownMeasure | None
    ) -> Measure:
        row = dict(line.row)
        # The list cuts long titles; what the page says holds.
        row |= {name: value for name, value in page.row.items() if value or name not in row}
        if known is not None and "MatterId" in known.extras:
            row["MatterId"] = known.extras["MatterId"]
        version = words(row, "MatterVersion") or "*"
        votes = await self._votes(page)
        children = Children(
            at=self.spider.now,
            histories=page.histories,
            votes=votes,
            sponsors=[
                {"MatterSponsorName": name, "MatterSponsorSequence": rank,
                 "MatterSponsorMatterVersion": version}
                for rank, name in enumerate(page.sponsors)
            ],
            attachments=[
                {"MatterAttachmentName": name, "MatterAttachmentHyperlink": link,
                 "MatterAttachmentId": rank}
                for rank, (name, link) in enumerate(page.attachments)
            ],
            versions=[("page", version)] if page.text else [],
            texts={"page": {"MatterTextPlain": page.text}} if page.text else {},
            indexes=[{"MatterIndexName": name} for name in page.indexes],
            codesections=[{"MatterCodeSectionName": name} for name in page.codesections],
        )  # fmt: skip
        shown = known.identifier if known else words(row, "MatterFile")
        found = as_measure(
            {**row, "MatterFile": shown},
            client=self.client, place=self.place, known=known, children=children,
            page=line.address,
        )  # fmt: skip
        count_unmapped(row, children, self.spider.report.unmapped)
        extras = {**found.extras, ADDRESS: line.address, LINE: line.stamp}
        return replace(
            found, session=key[0], listing=listing_of(line.year), extras=MappingProxyType(extras),
            versions=tuple(_later(one) for one in found.versions),
        )  # fmt: skip

    async def _votes(self, page: pages.Page) -> Mapping[int, tuple[Row, ...]]:
        """The roll calls of the steps that show a result."""
        found: dict[int, tuple[Row, ...]] = {}
        for step in page.histories or ():
            id_ = whole(step, "MatterHistoryId") or 0
            if id_ not in page.steps or not has_roll(step):
                continue
            self.spent += 1
            try:
                response = await self.spider.page(page.steps[id_], role="companion")
                found[id_] = pages.roll(Selector(text=decoded(response.body)))
            except NotRecorded:
                continue
            except SourceError as error:
                self.spider.report.note(str(health_of(error)), f"a roll call was not read: {error}")
        return {id_: roll for id_, roll in found.items() if roll}

    def _as_known(
        self, known: KnownMeasure, line: Line, marks: Mapping[str, str] = EMPTY
    ) -> Measure:
        """A matter that stands in the list and was not looked at: it is seen, and no more is said."""
        return Measure(
            place=self.place, session=known.session, identifier=known.identifier,
            listing=listing_of(line.year), extras=MappingProxyType({**known.extras, **marks}),
        )  # fmt: skip


def _later(version: Version) -> Version:
    """A text that is not the first print, although the only one that the page shows."""
    later = version.note.startswith("Version ") and version.note not in FIRST_PRINTS
    return replace(version, classification=None) if later else version


def listing_of(year: int) -> str:
    """The list a matter stands in: what the search of one year finds. Not the API's, which has years of its own."""
    return f"pages {year}"
