"""Maryland: bills and resolutions, from the General Assembly's list of a session in JSON.

2026-11-23: first version. Lists of 2024 and 2025 and rows of 2026, and bills of
2023 to 2026, read from recordings; addresses of chapters and fiscal notes are not
verified. docs/sources/maryland.md says which field becomes what.

One file holds a session. It has neither texts nor a history: texts are PDF
files whose addresses follow from the bill's number, thousands of them, so this
spider also decides which bills' texts are asked for in a crawl.
"""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from scrapy.http import Request, Response

from scrapers.errors import ErrorPage, NotOpen, NotRecorded, ParseDrift, SourceError
from scrapers.items import Event, Listing, Measure
from scrapers.platforms.legistar_rows import digest as rows_digest
from scrapers.sessions import Sessions, year_in
from scrapers.sites.maryland_rows import (
    PDF,
    PLACE,
    Bill,
    Row,
    bill,
    digest,
    hearings,
    is_number,
    measure,
    unmapped,
    words,
)
from scrapers.sites.maryland_texts import Turn, is_due
from scrapers.spider import Role, SiteSpider

SITE = "https://mgaleg.maryland.gov"
ZONE = ZoneInfo("America/New_York")
PREFILING = 7  # bills are prefiled from autumn on; to ask early costs one answer of 404
BILLS_PER_CRAWL = 1500  # some 2,400 texts: an hour of visits at one every 1.5 seconds
CHOICES = ("all", "latest", "none")
WAITS_FOR = "the watchlist, which says `texts: none`"
JUNK = "OIS Test"

_SESSION = re.compile(r"(\d{4})(RS|S\d)?", re.IGNORECASE)
_TEXT = re.compile(r"/(\w+)/bills/\w\w/([a-z]{2})(\d+)(\w)\.pdf$")


@dataclass(frozen=True, slots=True)
class Reading:
    """A session's list as it was answered: its rows, and the validator for the next time."""

    rows: Sequence[Any]
    etag: str

    @property
    def digest(self) -> str:
        """What all rows say, in short, whatever their order and the time of the file."""
        said = sorted(digest(row) for row in self.rows if isinstance(row, dict))
        return rows_digest({"rows": said})


def open_sessions(now: datetime) -> tuple[str, ...]:
    """The regular sessions whose lists are worth asking for; `now` is aware.

    From July on, the next year's session may take prefiled bills.
    """
    today = now.astimezone(ZONE)
    years = (today.year, today.year + 1) if today.month >= PREFILING else (today.year,)
    return tuple(f"{year}RS" for year in years)


def session_code(named: str) -> str:
    """A session as the site writes it, "2026RS" or "2021S1". Raises SourceError for what is none."""
    match = _SESSION.fullmatch(named.strip())
    if not match:
        raise SourceError(f"sessions: found {named!r}, expected one like 2026RS or 2021S1")
    return f"{match[1]}{match[2] or 'RS'}".upper()


def read_list(body: bytes, session: str, url: str) -> Sequence[Any]:
    """The rows of a session's list. Raises ParseDrift, or ErrorPage for a list of nothing.

    The site can answer with an empty list: that never means that there are no
    bills any more.
    """
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseDrift(f"the list of {session} is no JSON: {error}", url) from error
    if rows is None or rows == []:
        raise ErrorPage(f"the list of {session} is empty", url)
    if not isinstance(rows, list) or not any(
        isinstance(row, dict) and "BillNumber" in row for row in rows
    ):
        raise ParseDrift(f"the list of {session} has no rows with a BillNumber", url)
    years = {words(row.get("YearAndSession"))[:4] for row in rows if isinstance(row, dict)} - {""}
    if years and session[:4] not in years:
        raise ParseDrift(f"the list of {session} is about {', '.join(sorted(years))}", url)
    return rows


class Maryland(SiteSpider):
    """Bills and resolutions of the sessions that are open, each session a list of its own.

    Parameters: `sessions`, sessions ("2021S1") to read instead of those open at
    `now`; `texts`, which texts to fetch (all, latest, none); `bills_per_crawl`,
    how many bills have their texts asked for in one crawl besides those that are
    new or changed; `site`, where to ask.

    Remembers of each session: `etag`, the validator of its list; `filled`, that
    every bill's texts were asked for once; `again`, bills of which a text could
    not be had; `as of`, the time the list gives itself; and what
    `scrapers.sessions` remembers.
    """

    name = "maryland"
    place: ClassVar[str] = PLACE
    hosts = ("mgaleg.maryland.gov",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.site = str(self.parameters.get("site") or SITE).rstrip("/")
        self.texts = str(self.parameters.get("texts") or CHOICES[0])
        self.room = self.parameters.get("bills_per_crawl", BILLS_PER_CRAWL)
        self._stated: set[str] = set()

    async def crawl(self) -> AsyncIterator[Measure | Event | Listing]:
        """Read each open session. When none can be read, raise what kept the first one away."""
        self._check_parameters()
        refused: list[SourceError] = []
        read = False
        self.sessions = Sessions.of(self.known, self.remember, self.now, self.report)
        async for session, reading in self._lists(refused):
            read = True
            if not self.parameters.get("sessions"):
                self.sessions.was_read(session)
            if reading is None:
                self.report.partial = True
                continue
            for item in self._session(session, reading):
                yield item
        self.sessions.judge(refused, read=read)

    def _check_parameters(self) -> None:
        """Raises SourceError for a parameter that makes no sense."""
        if self.texts not in CHOICES:
            raise SourceError(f"texts: found {self.texts!r}, expected one of {', '.join(CHOICES)}")
        if not isinstance(self.room, int) or self.room < 1:
            raise SourceError(f"bills_per_crawl: found {self.room!r}, expected a number from 1 on")

    async def _genuine(self, request: Request, role: Role, expects: str) -> Response:
        """Believe only PDF files in the place of texts; keep in mind what could not be had."""
        if role != "document":
            return await super()._genuine(request, role, expects)
        try:
            return await super()._genuine(request, role, PDF)
        except NotRecorded:
            raise
        except SourceError as error:
            self._missed(request.url, error)
            raise

    def _missed(self, url: str, error: SourceError) -> None:
        """See to it that the next crawl asks again for the texts of this bill.

        A text that the list only implies, and that is not there, is not worth it.
        """
        match = _TEXT.search(url)
        if match is None or (isinstance(error, ErrorPage) and url not in self._stated):
            return
        name = f"again {match[1]}"
        bills = {*self.remember.get(name, "").split(), f"{match[2].upper()}{match[3]}"}
        self.remember[name] = " ".join(sorted(bills))

    async def _lists(self, refused: list[SourceError]) -> AsyncIterator[tuple[str, Reading | None]]:
        """The lists that can be had, None for one that did not change; other errors go to `refused`.

        Special sessions of the year are asked for one after another until one is not there.
        """
        named = self.parameters.get("sessions") or ()
        names = [named] if isinstance(named, str | int) else named
        fixed = tuple(session_code(str(name)) for name in names)
        current = list(fixed or open_sessions(self.now))
        read = False
        for session in current:
            try:
                reading = await self._list(session)
            except SourceError as error:
                refused.append(error)
                continue
            read = True
            yield session, reading
        for number in () if fixed else count(1):
            session = f"{self.now.astimezone(ZONE).year}S{number}"
            current.append(session)
            try:
                reading = await self._list(session)
            except (NotOpen, NotRecorded):
                break
            except SourceError as error:
                refused.append(error)
                break
            read = True
            yield session, reading
        past = self.sessions.past(current, year_in, refused=refused, read=read)
        for session in () if fixed else past:
            try:
                reading = await self._list(session)
            except NotRecorded:
                continue
            except NotOpen:
                self.sessions.is_gone(session)
                continue
            except SourceError as error:
                refused.append(error)
                continue
            yield session, reading
            self.sessions.was_swept(session, reading.digest if reading else "")

    async def _list(self, session: str) -> Reading | None:
        """A session's list. Raises NotOpen when there is none, else what is wrong with it."""
        url = f"{self.site}/{session.lower()}/misc/billsmasterlist/legislation.json"
        missing = self.report.by_status[404]
        try:
            page = await self.fetch(
                url, role="start", headers=self._validators(session), expects="application/json"
            )
        except ErrorPage as error:
            if self.report.by_status[404] == missing:
                raise
            raise NotOpen(f"session {session} is not open", url, session=session) from error
        if page.status == 304:
            return None
        etag = (page.headers.get("ETag") or b"").decode("latin-1")
        try:
            return Reading(read_list(page.body, session, url), etag)
        except ErrorPage as error:
            if session in self.sessions.known:
                raise
            raise NotOpen(f"session {session} has no bills yet", url, session=session) from error

    def _validators(self, session: str) -> dict[str, str]:
        """Lets the site answer "not modified", unless texts are to be asked for without a change."""
        etag = self.memory.get(f"etag {session}", "")
        if not etag or self.memory.get(f"again {session}"):
            return {}
        known = [one for one in self.known if one.session == session]
        last = max((one.seen_last for one in known if one.seen_last), default=None)
        # A bill that was not in the last list waits for nothing.
        due = any(is_due(one.extras, self._today()) for one in known if one.seen_last == last)
        return {} if due and self.texts != "none" else {"If-None-Match": etag}

    def _today(self) -> date:
        return self.now.astimezone(ZONE).date()

    def _session(self, session: str, reading: Reading) -> Iterator[Measure | Event | Listing]:
        """A session's measures and hearings, and its list when every row of it was read."""
        failed = self.report.failed
        turn = self._turn(session)
        self.remember[f"again {session}"] = ""
        readable = []
        for row in reading.rows:
            with self.row(f"{session} {_printed(row)}"):
                if words(row["Title"]) == JUNK:
                    self.report.note("info", f"{_printed(row)} is the site's own test, left out")
                    continue
                readable.append((bill(row["BillNumber"], session, self.site), digest(row), row))
        # What is news comes first, in case the crawl does not come to its end.
        readable.sort(key=lambda one: not turn.is_news(one[0].key, one[1]))
        for paper, said, row in readable:
            items: list[Measure | Event] = []
            with self.row(f"{session} {_printed(row)}"):
                items = self._items(paper, said, row, turn)
            yield from items
        self._keep(session, reading, turn, whole=self.report.failed == failed)
        if self.report.failed == failed:
            yield Listing(name=session, rows=len(reading.rows))
        else:
            self.report.note("info", f"session {session}: rows failed, so an absence means nothing")

    def _turn(self, session: str) -> Turn:
        """Whose texts are asked for. In a replay everybody's: that costs no visit."""
        known = {
            bill(one.identifier).key: one.extras
            for one in self.known
            if one.session == session and is_number(one.identifier)
        }
        again = self.memory.get(f"again {session}", "").split()
        return Turn(
            today=self._today(),
            known=known,
            again=frozenset(bill(printed).key for printed in again),
            filled=bool(self.memory.get(f"filled {session}")),
            room=self.room,
            everything=self._replaying() or self.texts == "none",
        )

    def _replaying(self) -> bool:
        return getattr(getattr(self, "crawler", None), "replaying", None) is not None

    def _items(self, paper: Bill, said: str, row: Row, turn: Turn) -> list[Measure | Event]:
        """A bill and its hearings, with its texts when it is their turn."""
        found = measure(row, paper, only_latest=self.texts == "latest")
        events = list(hearings(row, paper, turn.before(paper.key)))
        self.report.unmapped.update(unmapped(row, found))
        if self.texts == "none":
            waiting = tuple(replace(one, waits_for=WAITS_FOR) for one in found.versions)
            found = replace(found, versions=waiting)
        self._stated.add(paper.text(row["BillVersion"].strip()))
        return [turn.seen(found, paper.key, said), *events]

    def _keep(self, session: str, reading: Reading, turn: Turn, *, whole: bool) -> None:
        """Remember how far this crawl came, and tell what it left out."""
        rows = [row for row in reading.rows if isinstance(row, dict)]
        self.remember[f"etag {session}"] = reading.etag if whole else ""
        self.remember[f"as of {session}"] = max(words(row.get("StatusCurrentAsOf")) for row in rows)
        self.room = turn.room
        if turn.left:
            self.report.note(
                "info", f"session {session}: the texts of {turn.left} bills wait for the next crawl"
            )
        else:
            self.remember[f"filled {session}"] = "yes"
        gaps = missing_numbers(_printed(row) for row in rows)
        if gaps:
            self.report.note("info", f"session {session}: the list leaves out numbers: {gaps}")


def missing_numbers(printed: Iterable[str]) -> str:
    """How many numbers up to the highest of each kind a list lacks: "HB 3 of 1547"; "" for none."""
    found: dict[str, set[int]] = defaultdict(set)
    for name in printed:
        if is_number(name):
            prefix, number = bill(name).key
            found[prefix].add(number)
    lacking = {prefix: max(numbers) - len(numbers) for prefix, numbers in found.items()}
    return ", ".join(
        f"{prefix} {missing} of {max(found[prefix])}"
        for prefix, missing in sorted(lacking.items())
        if missing
    )


def _printed(row: Any) -> str:
    return words(row.get("BillNumber")) if isinstance(row, dict) else ""
