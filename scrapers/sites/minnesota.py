"""Minnesota: bills and resolutions, from the Revisor's search and the page of each bill.

2026-11-23: first version. No page of the search or of a bill is recorded; their
markup follows what programs that read them in 2026 rely on, and every selector
can be given in the watchlist. Not crawled live. docs/sources/minnesota.md says
which field becomes what, and what is not verified.

The search answers with at most 500 bills of a range of numbers, each with the
day of its last action: a bill's page is asked for when that day is another one.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from config.vocabulary import ActionClassification, DateKind
from scrapers.errors import ABSENT, ErrorPage, NotOpen, NotRecorded, ParseDrift, SourceError
from scrapers.inturn import PARAMETERS, PagesInTurn
from scrapers.items import Item, Listing, Measure, MeasureDate
from scrapers.platforms.legistar_rows import digest
from scrapers.selectors import checked
from scrapers.sessions import Sessions, nth_weekday
from scrapers.sites.minnesota_pages import (
    PLACE,
    SITE,
    WIDTH,
    BillPage,
    Row,
    number_of,
    read_bill,
    read_list,
    read_versions,
)
from scrapers.sites.minnesota_words import KINDS, LAYOUT, LISTS, classify
from scrapers.spider import Role
from scrapers.turns import READ, Paper, when

ZONE = ZoneInfo("America/Chicago")
MOST_RANGES = 30  # 15,000 bills of one body
MOST_SPECIALS = 6
FEW = 2  # known bills that may be gone from the end of the list
FIRST = 1837  # legislature n sits from 1837 + 2n on: the 94th in 2025
OVER, LAST, LAW = "Over", "Last step", "Chapters"
ENOUGH = 20  # pages on which a selector that finds nothing at all is one that fits no more
DECEMBER = 12

_CODE = re.compile(r"(\d)(\d{2,3})(\d{4})")


class Minnesota(PagesInTurn):
    """The bills of the legislature that sits, and of its special sessions of this year.

    Parameters: `sessions`, codes ("0942025") to read instead; `visits_per_crawl`,
    `texts` (`scrapers.inturn`); `site`, where to ask; and the selectors of
    `scrapers.sites.minnesota_words.LAYOUT`.

    Remembers what `scrapers.sessions` remembers.
    """

    name = "minnesota"
    place: ClassVar[str] = PLACE
    hosts = ("www.revisor.mn.gov",)
    zone = ZONE

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.site = str(self.parameters.get("site") or SITE).rstrip("/")
        self.found = dict.fromkeys(("description", "author", "actions", "versions"), 0)

    async def crawl(self) -> AsyncIterator[Item]:
        """Read each session that is there. When none can be read, raise what kept the first one away."""
        self.settle(frozenset(LAYOUT))
        self.layout = {**LAYOUT, **checked(self.parameters, LAYOUT, PARAMETERS)}
        self.sessions = Sessions.of(self.known, self.remember, self.now, self.report)
        refused: list[SourceError] = []
        read = False
        async for name, rows, whole in self._sessions(refused):
            read = True
            if not self.parameters.get("sessions"):
                self.sessions.was_read(name)
            async for item in self.in_turn(name, rows):
                yield item
            if whole:
                yield Listing(name=name, rows=len(rows))
        self.sessions.judge(refused, read=read)
        self.judge()
        for name, pages in self.found.items():
            if self.pages >= ENOUGH and not pages:
                self.report.note("drifted", f"no {name} on any of {self.pages} pages of bills")

    async def _sessions(
        self, refused: list[SourceError]
    ) -> AsyncIterator[tuple[str, dict[str, Row], bool]]:
        """The sessions that can be had, and whether their lists are whole."""
        named = self.parameters.get("sessions") or ()
        fixed = [named] if isinstance(named, str | int) else list(named)
        today = self.now.astimezone(ZONE).date()
        current = [session_code(one) for one in fixed] or list(regular(today))
        read = False
        for name in current:
            try:
                rows, whole = await self._session(name, "start")
            except SourceError as error:
                refused.append(error)
                continue
            read = True
            yield name, rows, whole
        for rank in range(1, MOST_SPECIALS) if not fixed else ():
            name = f"{rank}{legislature(today):02}{today.year}"
            try:
                rows, whole = await self._session(name, "page")
            except (NotOpen, NotRecorded):
                break
            except SourceError as error:
                refused.append(error)
                break
            current.append(name)
            read = True
            yield name, rows, whole
        past = self.sessions.past(current, last_year, refused=refused, read=read)
        for name in past if not fixed else ():
            try:
                rows, whole = await self._session(name, "start")
            except NotRecorded:
                continue
            except NotOpen:
                self.sessions.is_gone(name)
                continue
            except SourceError as error:
                refused.append(error)
                continue
            yield name, rows, whole
            moved = {one.identifier: [one.title, one.moved] for one in rows.values()}
            self.sessions.was_swept(name, digest({"rows": moved}))

    async def _session(self, name: str, role: Role) -> tuple[dict[str, Row], bool]:
        """A session's bills, each once. Raises NotOpen when it has none yet, ParseDrift when it had some."""
        rows: dict[str, Row] = {}
        known = {one.identifier for one in self.known if one.session == name}
        whole = True
        for body, kind, letters in LISTS:
            had = any(one.startswith(f"{letters} ") for one in known)
            if not rows and kind != "bill" and not known:
                # Without one bill there is no session; nothing else need be asked.
                continue
            listed, complete = await self._list(name, body, kind, role)
            role = "page"
            whole = whole and complete and (bool(listed) or not had)
            for row in listed:
                rows.setdefault(row.identifier, row)
        if not rows:
            url = self.range_of(name, "House", "bill", 1)
            if known:
                raise ParseDrift(f"{name} has no bills, where {len(known)} are known", url)
            raise NotOpen(f"the session {name} has no bills yet", url, session=name)
        return rows, whole

    async def _list(self, session: str, body: str, kind: str, role: Role) -> tuple[list[Row], bool]:
        """The bills of one kind of a body, range by range until one is empty, and whether those are all."""
        found: list[Row] = []
        letters = next(three for one, two, three in LISTS if (one, two) == (body, kind))
        known = {
            number_of(one.identifier)
            for one in self.known
            if one.session == session and one.identifier.startswith(f"{letters} ")
        }
        met: set[int] = set()
        whole = True
        for step in range(MOST_RANGES):
            start = step * WIDTH + 1
            url = self.range_of(session, body, kind, start)
            try:
                page = await self.page(url, role=role if not step else "page")
            except SourceError as error:
                if role == "start" and not step:
                    raise
                if not step and isinstance(error, ErrorPage) and error.status in ABSENT:
                    return [], True
                self.report.failed += 1
                self.report.note("row", f"{session}: {body} {kind} from {start}: {error}")
                return found, False
            rows, faults = read_list(page.selector, url, self.layout)
            if faults:
                whole = False
                self.report.failed += faults
                self.report.note(
                    "row", f"{session}: {faults} rows without a number or an address of a bill", url
                )
            left = sorted(number for number in known - met if number >= start)
            if not rows and len(left) <= FEW:
                return found, whole
            if not rows and left[0] < start + WIDTH:
                # Bills that are known do not go by the range: the answer is what is wrong.
                whole = False
                said = f"{session}: {body} {kind} from {start} is empty, where bills are known"
                self.report.note("drifted", said, url)
            met |= {number_of(row.identifier) for row in rows}
            found += rows
        return found, False

    def range_of(self, session: str, body: str, kind: str, start: int) -> str:
        """The address of the bills of one kind from a number on."""
        return (
            f"{self.site}/bills/status_result.php?body={body}&session={session}"
            f"&bill={start}-{start + WIDTH - 1}&bill_type={kind}&submit_bill=GO"
        )

    def turning(self, row: Row, before: Mapping[str, str], *, filled: bool) -> Paper:
        """A bill is looked at when its last action is of another day, and now and then."""
        read = when(before.get(READ, ""))
        return Paper(
            id=row.identifier,
            stamp=digest({"title": row.title, "moved": row.moved}),
            moved=row.day,
            rank=int(read.timestamp() // 60) if read and filled else 0,
        )

    def listed(self, session: str, row: Row, before: Mapping[str, str]) -> Measure:
        """A bill as the list shows it."""
        kind = KINDS.get(row.identifier[:2])
        title = {"title"} if row.title else set()
        return Measure(
            place=PLACE, session=session, identifier=row.identifier, title=row.title,
            identifiers=tuple(filter(None, before.get(LAW, "").split("|"))),
            classification=(kind,) if kind else (),
            from_organization="lower" if row.identifier.startswith("H") else "upper",
            url=row.url, listing=session,
            observed=frozenset({"classification", "from_organization", "url", *title}),
            extras=MappingProxyType(dict(before)),
        )  # fmt: skip

    async def read(self, found: Measure, row: Row) -> Measure:
        """A bill with what its page says. Raises SourceError, ParseDrift for another bill's page."""
        page = await self.page(row.url)
        said = read_bill(page.selector, row.url, self.layout)
        if said.identifier != found.identifier:
            raise ParseDrift(f"asked for {found.identifier}, got {said.identifier}", row.url)
        if said.texts_at:
            texts = await self.page(said.texts_at)
            said.versions = read_versions(texts.selector, said.texts_at, self.layout, said.unknown)
        self._count_unmapped(said)
        return _with_page(found, said)

    def _count_unmapped(self, page: BillPage) -> None:
        """Count what we do not understand, and which parts of a page were there at all."""
        self.report.unmapped.update(page.unknown)
        if page.broken_days:
            self.report.unmapped["day of an action"] += page.broken_days
        for action in page.actions:
            if not classify.knows(action.description):
                self.report.unmapped[re.sub(r"\d", "#", action.description)[:120]] += 1
        for name, there in (
            ("description", page.description), ("author", page.sponsors),
            ("actions", page.actions), ("versions", page.versions),
        ):  # fmt: skip
            self.found[name] += bool(there)


def _with_page(found: Measure, page: BillPage) -> Measure:
    last = max((one.date for one in page.actions if one.date), default=None)
    year = int(found.session[-4:]) if not page.actions or last is None else last.year
    laws = tuple(dict.fromkeys(f"Laws {year}, Chapter {one}" for one in page.chapters))
    told = {
        OVER: page.over,
        LAST: last.isoformat() if last else "",
        LAW: "|".join(laws),
        "Description": page.description if page.description != found.title else "",
    }
    signed = [
        one for one in page.actions
        if ActionClassification.EXECUTIVE_SIGNATURE in one.classification and one.date
    ][-1:]  # fmt: skip
    dates = tuple(
        MeasureDate(kind=DateKind.SIGNED, date=one.date, text=one.date_text) for one in signed
    )
    status = page.over or (page.actions[-1].description if page.actions else "")
    seen = {
        "actions": page.actions, "sponsors": page.sponsors, "versions": page.versions,
        "related": page.related, "identifiers": laws, "dates": dates, "status": status,
    }  # fmt: skip
    return replace(
        found, title=found.title or page.description, status=status, sponsors=tuple(page.sponsors),
        actions=tuple(page.actions), versions=tuple(page.versions), related=tuple(page.related),
        identifiers=laws or found.identifiers, dates=dates,
        observed=found.observed
        | {name for name, there in seen.items() if there}
        | ({"title"} if found.title or page.description else set()),
        extras=MappingProxyType({name: one for name, one in told.items() if one}),
    )  # fmt: skip


def legislature(today: date) -> int:
    """The number of the legislature that sits: the 94th in 2025 and 2026."""
    return (today.year - FIRST) // 2


def regular(today: date) -> tuple[str, ...]:
    """The regular sessions whose lists are worth asking for, the sitting one first.

    In the December before a new legislature convenes its list may be there.
    """
    sitting = legislature(today)
    found = [f"0{sitting:02}{FIRST + 2 * sitting}"]
    if today.month == DECEMBER and today.year % 2 == 0:
        found.append(f"0{sitting + 1:02}{today.year + 1}")
    elif today.year % 2 and today < nth_weekday(today.year, 1, 0, 1):
        found.append(f"0{sitting - 1:02}{today.year - 2}")
    return tuple(found)


def session_code(named: object) -> str:
    """A session as addresses have it, "0942025". Raises SourceError for what is none."""
    # YAML takes digits that begin with 0 for a number.
    code = f"{named:07}" if isinstance(named, int) else str(named)
    if not _CODE.fullmatch(code):
        raise SourceError(f"sessions: found {named!r}, expected a code such as '0942025'")
    return code


def last_year(session: str) -> int:
    """The year in which a session ends. Raises ValueError for what is none."""
    match = _CODE.fullmatch(session)
    if match is None:
        raise ValueError(session)
    return int(match[3]) + (match[1] == "0")
