"""Virginia: bills and resolutions, from the Legislative Information System's files and its API.

2026-11-22: first version. Seen working on recordings of sessions 241 (2024), 20251,
20261 and 20271. docs/sources/virginia.md says which column becomes which field.
2026-11-23: with a key also the JSON API; no answer of it was ever recorded.

BILLS.CSV is the list. HISTORY.CSV, Sponsors.csv, Summaries.csv and Amendments.csv
are companions: without one, the fields it shows stay as they were. The API
lists the bills a second time; it is asked for the texts and votes of the bills
that are due, and for whatever the files lack.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from types import MappingProxyType
from typing import Any, ClassVar

from scrapers.errors import ErrorPage, FetchError, NotOpen, NotRecorded, ParseDrift, SourceError
from scrapers.items import Listing, Measure
from scrapers.rows import RowTable, csv_rows
from scrapers.sessions import CONVENES, Sessions
from scrapers.sites.virginia_api import FIELDS, Details
from scrapers.sites.virginia_asking import Api
from scrapers.sites.virginia_bills import Bill, Reading, moved
from scrapers.sites.virginia_rows import (
    AMENDMENTS_READ,
    BILLS,
    HISTORY,
    SPONSORS,
    SUMMARIES,
    Companions,
    by_bill,
    older_amendments,
    whole,
)
from scrapers.sites.virginia_words import (
    ZONE,
    Row,
    bill_number,
    classify,
    number_in,
    open_sessions,
    session_code,
    session_year,
)
from scrapers.spider import SiteSpider, health_of
from scrapers.turns import Paper, turns

FILES = "https://lis.blob.core.windows.net/lisfiles"
BILLS_PER_CRAWL = 300  # at two to four questions each, an hour of visits at one every 1.5 seconds

WITHOUT = "without it some fields stay as they were"


def is_cut_off(content: bytes) -> bool:
    """Whether a file of LIS broke off: every recorded one ends with the end of a line."""
    return not content.rstrip(b"\0 ").endswith(b"\n")


FILED = MappingProxyType(
    {
        "HISTORY.CSV": "history", "Sponsors.csv": "sponsors", "Summaries.csv": "summaries",
        "Amendments.csv": "amendments",
    }
)  # fmt: skip
"""The files beside BILLS.CSV, and what is read in them."""


class Virginia(SiteSpider):
    """Bills and resolutions of the sessions that are open, each session a list of its own.

    Parameters: `sessions`, codes ("20261") to read instead of those open at `now`;
    `key`, the key to LIS's API; `bills_per_crawl`, how many bills the API is asked
    about in one crawl. Remembers what `scrapers.sessions` does.
    """

    name = "virginia"
    place: ClassVar[str] = "us/va"
    hosts = ("lis.blob.core.windows.net", "lis.virginia.gov")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.api = Api(self, str(self.parameters.get("key") or ""))
        self.room = int(self.parameters.get("bills_per_crawl") or BILLS_PER_CRAWL)

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Read each open session. When none can be read, raise what kept the first one away.

        Raises FetchError at the end, when all that came is handed over, for a list that broke off.
        """
        self.cut: list[str] = []
        refused: list[SourceError] = []
        read = False
        fixed = self._fixed()
        current = fixed or open_sessions(self.now)
        self.sessions = Sessions.of(self.known, self.remember, self.now, self.report)
        for session in current:
            try:
                reading = await self._reading(session)
            except SourceError as error:
                refused.append(error)
                continue
            read = True
            async for item in self._session(session, reading):
                yield item
        if not read and not all(map(self.sessions.is_to_come, refused)):
            self.sessions.judge(refused, read=False)
        if not fixed:
            specials: list[str] = []
            async for item in self._specials(specials):
                read = True
                yield item
            asked = (*current, *specials)
            past = self.sessions.past(asked, session_year, refused=refused, read=read)
            async for item in self._past(past):
                read = True
                yield item
        self.sessions.judge(refused, read=read)
        if self.cut:
            raise FetchError(
                f"BILLS.CSV of session {', '.join(self.cut)} is cut off: its last line has no end"
            )

    def _fixed(self) -> tuple[str, ...]:
        """The sessions the watchlist names, if any."""
        named = self.parameters.get("sessions") or ()
        return tuple(str(code) for code in ([named] if isinstance(named, str | int) else named))

    async def _specials(self, asked: list[str]) -> AsyncIterator[Measure | Listing]:
        """The year's special sessions, one after another until one is not there; names them in `asked`."""
        year = self.now.astimezone(ZONE).year
        for number in count(2):
            session = session_code(year, number)
            asked.append(session)
            try:
                reading = await self._reading(session)
            except (NotOpen, NotRecorded):
                return
            except SourceError as error:
                self.report.note(str(health_of(error)), str(error))
                return
            async for item in self._session(session, reading):
                yield item

    async def _past(self, sessions: Sequence[str]) -> AsyncIterator[Measure | Listing]:
        """The sessions that are open no more and not over yet."""
        for session in sessions:
            try:
                reading = await self._reading(session)
            except NotRecorded:
                continue
            except NotOpen:
                self.sessions.is_gone(session)
                continue
            except SourceError as error:
                self.report.note(str(health_of(error)), str(error))
                continue
            async for item in self._session(session, reading):
                yield item
            if not reading.cut:
                self.sessions.was_swept(session, reading.digest)

    async def _session(self, session: str, reading: Reading) -> AsyncIterator[Measure | Listing]:
        """A session's measures, and its list when every row of it was read."""
        if not self._fixed():
            self.sessions.was_read(session)
        known = {
            number_in(one.identifier): one.extras for one in self.known if one.session == session
        }
        companions = await self._companions(session)
        due = self._due(reading, known)
        failed = self.report.failed
        for rank, row in enumerate(reading.rows):
            found = None
            with self.row(f"{session} {row.get('Bill_id', '')}"):
                number = bill_number(row.get("Bill_id", ""))
                if rank < len(reading.table.rows):
                    whole(row, reading.table.header)
                one = Bill(session, number, row, reading.listed.get(number), known.get(number))
                details = await self._details(one, companions) if number in due else None
                found = one.measure(companions, details, self.now, reading.stamp(number, row))
            if found:
                self._count_unmapped(found)
                yield found
        FIELDS.count_unknown("bill", reading.listed.values(), self.report.unmapped)
        if reading.cut:
            self.cut.append(session)
        elif self.report.failed == failed:
            yield Listing(name=session, rows=len(reading.rows))
        else:
            self.report.note("info", f"session {session}: rows failed, so an absence means nothing")

    def _due(self, reading: Reading, known: Mapping[str, Mapping[str, str]]) -> set[str]:
        """The bills of a session about which the API is asked now. In a replay all: that costs no visit."""
        if not self.api.is_open or not reading.listed:
            return set()
        if getattr(getattr(self, "crawler", None), "replaying", None) is not None:
            return set(reading.listed)
        papers = [
            Paper(id=number, stamp=reading.stamp(number, row), moved=moved(row))
            for row in reading.rows
            if (number := number_in(row.get("Bill_id", ""))) in reading.listed
        ]
        waiting = turns(papers, known, now=self.now, first=not known)
        taken = {turn.id for turn in waiting[: self.room]}
        self.room -= len(taken)
        if left := len(waiting) - len(taken):
            self.report.note(
                "info", f"{left} bills wait for the next crawls to have the API asked about them"
            )
        return taken

    async def _details(self, one: Bill, companions: Companions) -> Details | None:
        """What the API says of a bill; None, and a note, when it cannot be had."""
        if one.line is None or not self.api.is_open:
            return None
        try:
            details = await self.api.details(
                one.session,
                one.line,
                events=one.number not in (companions.history or {}),
                patrons=one.number not in (companions.sponsors or {}),
            )
        except NotRecorded:
            return None
        except SourceError as error:
            self.api.refused(error)
            self.report.note(
                "info", f"{one.number}: its texts and votes stay as they were: {error}"
            )
            return None
        details.count_unknown(self.report.unmapped)
        return details

    async def _reading(self, session: str) -> Reading:
        """A session's lists. Raises NotOpen when there is none, else what is wrong with it."""
        lines = await self.api.bills(session)
        cut = False
        try:
            table, cut = await self._bills(session)
        except SourceError as error:
            if not lines:
                raise
            kind = "info" if isinstance(error, NotOpen) else str(health_of(error))
            self.report.note(kind, f"without it statuses stay as they were: {error}")
            table = RowTable(header=(), rows=())
        return Reading(table, lines, cut)

    async def _bills(self, session: str) -> tuple[RowTable, bool]:
        """A session's list, and whether it broke off, then without its last row.

        Raises NotOpen when there is none, else what is wrong with it.
        """
        session_year(session)
        url = f"{FILES}/{session}/BILLS.CSV"
        for name in (url, f"{FILES}/{session}/BILLS.csv"):
            missing = self.report.by_status[404]
            try:
                page = await self.fetch(name, role="start", expects="text/csv")
            except ErrorPage:
                if self.report.by_status[404] == missing:
                    raise
            else:
                table = csv_rows(
                    page.body,
                    required=BILLS,
                    name=f"{session}/BILLS.CSV",
                    may_be_empty=self._may_have_no_bills(session),
                )
                if not table.rows:
                    raise NotOpen(f"session {session} has no bills yet", url, session=session)
                cut = is_cut_off(page.body)
                return (replace(table, rows=table.rows[:-1]) if cut else table), cut
        raise NotOpen(f"session {session} is not open", url, session=session)

    def _may_have_no_bills(self, session: str) -> bool:
        """Whether a header without rows is a session to come: none that has begun, or had bills."""
        today = self.now.astimezone(ZONE).date()
        begun = session == session_code(today.year) and today >= CONVENES["us/va"](today.year)[0]
        return not begun and session not in self.sessions.known

    async def _companions(self, session: str) -> Companions:
        """The files beside a session's list."""
        known = [one for one in self.known if one.session == session]
        self._doubtful: set[tuple[str, str]] = set()
        history = await self._companion(session, "HISTORY.CSV", "Bill_id", *HISTORY)
        sponsors = await self._companion(session, "Sponsors.csv", "BILL_NUMBER", *SPONSORS)
        summaries = await self._companion(session, "Summaries.csv", "SUM_BILNO", *SUMMARIES)
        amendments = await self._companion(session, "Amendments.csv", "BILL_NUMBER", "TXT_DOCID")
        before = any(AMENDMENTS_READ in one.extras for one in known)
        return Companions(
            history=history,
            sponsors=sponsors,
            summaries=summaries,
            amendments=amendments,
            amendments_read=before or amendments is not None,
            older=older_amendments(amendments, known),
            doubtful=frozenset(self._doubtful),
        )

    async def _companion(
        self, session: str, file: str, bill: str, *columns: str
    ) -> Mapping[str, Sequence[Row]] | None:
        """The rows of a companion file by bill; None, and a note, when it cannot be had."""
        url = f"{FILES}/{session}/{file}"
        page = await self.companion(url, expects="text/csv")
        if page is None:
            return None
        if is_cut_off(page.body):
            self.report.note("failing", f"{WITHOUT}: {session}/{file} is cut off", url)
            return None
        try:
            table = csv_rows(page.body, required=(bill, *columns), name=f"{session}/{file}")
        except ParseDrift as error:
            self.report.note("drifted", f"{WITHOUT}: {error}", url)
            return None
        found, bad = by_bill(table, bill)
        if bad:
            self.report.failed += len(bad)
            self.report.note(
                "row",
                f"{session}/{file}: {len(bad)} rows cannot be read; what is known of their bills stays",
                url,
            )
            self._doubtful |= {(FILED[file], number) for number in bad if number}
        return found

    def _count_unmapped(self, found: Measure) -> None:
        """Count words we have no classification for; they are kept as printed."""
        if not found.classification:
            self.report.unmapped[f"kind of {found.identifier[:2]}"] += 1
        for version in found.versions:
            if version.classification is None:
                self.report.unmapped[f"text {re.sub('[0-9]+', '#', version.note)}"] += 1
        for action in found.actions:
            if not action.classification and not classify.knows(action.description):
                self.report.unmapped[re.sub("[0-9]+", "#", action.description)] += 1
