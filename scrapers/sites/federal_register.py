"""The Federal Register: presidential documents, and rules and notices on immigration.

2026-11-23: first version, after the API's answers as public programs describe
them (October 2026) and one recorded search. docs/sources/federal-register.md says
which field becomes what, and what is not verified.

What is filed for public inspection stands in one list, what is published in
another, a few days later and under the same number: that is one measure. The API
is open and wants no key. The pages for people stand behind a wall, and are not read.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar

from scrapers.errors import ErrorPage, ParseDrift, SourceError
from scrapers.items import EMPTY, Listing, Measure
from scrapers.platforms.legistar_client import first_day
from scrapers.platforms.legistar_rows import Row, rows_in, words
from scrapers.sites.federal_register_asking import (
    AGENCIES,
    CAP,
    CURRENT,
    MOST_PAGES,
    PRESIDENTIAL,
    Page,
    Window,
    address,
    months,
    read_page,
)
from scrapers.sites.federal_register_rows import (
    FIELDS,
    PLACE,
    WASHINGTON,
    Found,
    is_of,
    is_presidential,
    measure,
    number_of,
    session_of,
    unknown_words,
)
from scrapers.spider import Role, SiteSpider, health_of
from scrapers.sweeping import Sweeping

SLUGS = (
    "homeland-security-department", "u-s-immigration-and-customs-enforcement",
    "u-s-customs-and-border-protection", "u-s-citizenship-and-immigration-services",
    "executive-office-for-immigration-review",
)  # fmt: skip
"""The agencies whose documents are of interest here, by the API's own names of them."""

BACK = timedelta(days=365)
AGAIN = timedelta(days=31)
"""How far back each crawl asks again: corrections and late notes come within a month."""


@dataclass(slots=True)
class Reading:
    """What one search came to; `whole` when every document of it was had and understood."""

    rows: list[Row] = field(default_factory=list)
    count: int = 0
    whole: bool = True

    def add(self, other: "Reading") -> None:
        self.rows += other.rows
        self.count += other.count
        self.whole = self.whole and other.whole


class FederalRegister(SiteSpider):
    """Documents of the last year, and what is on public inspection.

    Parameters: `since`, the first day or year of publication that is read (else a
    year ago); `agencies`, the API's names of those whose rules and notices are
    read, besides the documents of the President (else Homeland Security itself,
    ICE, CBP, USCIS and the immigration courts).
    """

    name = "federal-register"
    place: ClassVar[str] = PLACE
    hosts = (
        "www.federalregister.gov",
        "public-inspection.federalregister.gov",
        "www.govinfo.gov",
    )

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Yield the documents, then the months that were read to their end.

        Once a week every month since the first day is read, in between the last two.
        Raises SourceError when the newest presidential documents cannot be had.
        """
        first, slugs = self._since(), self._agencies()
        self._known = {(one.session, one.identifier): one.extras for one in self.known}
        sweeping = Sweeping(self.memory, self.now)
        today = self.now.astimezone(WASHINGTON).date()
        start = first if sweeping.due else max(first, today - AGAIN)
        self.report.partial = not sweeping.due
        found, listings, whole = await self._published(list(months(start, today)), slugs)
        filings = await self._filed(slugs)
        if not found and not filings:
            raise ParseDrift("neither a document nor a filing was found", CURRENT)
        for one in self._joined(found, filings):
            with self.row(one.number):
                read = measure(
                    one, self._known.get((session_of(one.number, one.row), one.number), EMPTY)
                )
                self._count_unmapped(one)
                yield read
        for listing in listings:
            yield listing
        sweeping.keep(self.remember, complete=whole)

    def _since(self) -> date:
        told = self.parameters.get("since")
        try:
            first = first_day(told) or (self.now - BACK).date()
        except ValueError as error:
            raise SourceError(f"since: found {told!r}, expected a year or a day") from error
        if first > self.now.date():
            raise SourceError(f"since: {first} is still to come")
        return first

    def _agencies(self) -> frozenset[str]:
        told = self.parameters.get("agencies") or SLUGS
        return frozenset([told] if isinstance(told, str) else map(str, told))

    async def _published(
        self, windows: Iterable[Window], slugs: frozenset[str]
    ) -> tuple[dict[str, Found], list[Listing], bool]:
        """The documents published in some months, their lists, and whether all could be read."""
        found: dict[str, Found] = {}
        listings, complete = [], True
        for at, window in enumerate(windows):
            for kind in (PRESIDENTIAL, AGENCIES):
                role: Role = "page" if at or kind == AGENCIES else "start"
                name = f"{kind} {window.name}"
                try:
                    reading = await self._searched(kind, window, slugs, role)
                    wanted = self._believed(name, kind, reading, slugs)
                except SourceError as error:
                    if role == "start":
                        raise
                    self.report.note(str(health_of(error)), f"{name} was not read: {error}")
                    complete = False
                    continue
                failed = self.report.failed
                rows = self._numbered(wanted, name)
                for number, row in rows.items():
                    found.setdefault(number, Found(number, document=row, listing=name))
                complete = complete and reading.whole
                if reading.whole and rows and self.report.failed == failed:
                    listings.append(Listing(name=name, rows=len(rows)))
        return found, listings, complete

    def _believed(self, name: str, kind: str, reading: Reading, slugs: frozenset[str]) -> list[Row]:
        """The rows that are looked for. Raises ErrorPage for none where there were some."""
        rows = reading.rows
        # A document that names none was found as one of them all the same.
        wanted = [
            row
            for row in rows
            if kind == PRESIDENTIAL or not rows_in(row, "agencies") or is_of(row, slugs)
        ]
        if len(wanted) < len(rows):
            left = len(rows) - len(wanted)
            self.report.note("info", f"{name}: {left} documents of other agencies left out")
        if not wanted and any(one.listing == name for one in self.known):
            raise ErrorPage(f"the search of {name} holds no document, where there were some")
        return wanted

    def _numbered(self, rows: Iterable[Row], name: str) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for row in rows:
            with self.row(f"a document of {name}"):
                found.setdefault(number_of(row), row)
        return found

    async def _searched(
        self, kind: str, window: Window, slugs: frozenset[str], role: Role
    ) -> Reading:
        """All documents of a search, by halves of its days where it has more than are shown."""
        url = address(kind, window, sorted(slugs))
        page = await self._page(url, role)
        halves = window.halves()
        if page.count >= CAP and halves:
            whole = Reading()
            for half in halves:
                whole.add(await self._searched(kind, half, slugs, "page"))
            return whole
        rows = list(page.rows)
        for _ in range(MOST_PAGES - 1):
            if not page.next or len(rows) >= page.count:
                break
            page = await self._page(page.next, "page")
            rows += page.rows
        distinct = list({_stamp(row): row for row in rows}.values())
        whole_search = len(distinct) >= page.count and page.count < CAP
        if not whole_search:
            self.report.note("info", f"{len(distinct)} of {page.count} documents were shown", url)
        return Reading(distinct, page.count, whole_search)

    async def _page(self, url: str, role: Role) -> Page:
        response = await self.fetch(url, role=role, expects="application/json")
        page = read_page(response.body, url)
        if page.bad:
            self.report.failed += page.bad
            of = len(page.rows) + page.bad
            self.report.note("row", f"{page.bad} of {of} results are no documents", url)
        return page

    async def _filed(self, slugs: frozenset[str]) -> dict[str, Row]:
        """The filings on public inspection; without them documents are read all the same."""
        try:
            page = await self._page(CURRENT, "companion")
        except SourceError as error:
            self.report.note(str(health_of(error)), f"public inspection was not read: {error}")
            return {}
        if len(page.rows) < page.count:
            self.report.note(
                "info", f"{len(page.rows)} of {page.count} filings were shown", CURRENT
            )
        wanted = [row for row in page.rows if is_presidential(row) or is_of(row, slugs)]
        return self._numbered(wanted, "public inspection")

    def _joined(self, found: Mapping[str, Found], filings: Mapping[str, Row]) -> Iterable[Found]:
        """Each number once; what was published before and is only filed anew here stays published."""
        for number, one in found.items():
            yield replace(one, filing=filings.get(number, EMPTY))
        for number, row in filings.items():
            if number not in found:
                yield Found(number, filing=row)

    def _count_unmapped(self, one: Found) -> None:
        FIELDS.count_unknown("filing", [one.filing], self.report.unmapped)
        FIELDS.count_unknown("document", [one.document], self.report.unmapped)
        self.report.unmapped.update(unknown_words(one.row))


def _stamp(row: Row) -> tuple[str, ...]:
    """What tells documents apart: numbers were given twice before 2016."""
    return tuple(words(row, name) for name in ("document_number", "publication_date", "title"))
