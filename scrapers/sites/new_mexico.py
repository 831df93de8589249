"""New Mexico: bills, resolutions and memorials, from the Legislature's folders and pages.

2026-11-23: first version. One bill's page and four folders of 2019 were read from
recordings; no page of a later session is recorded, nor one of a bill that was
signed. Not crawled live. docs/sources/new-mexico.md says which field becomes what.

The folders of a session name every paper and every text with the day it was
posted; they know neither titles nor steps. Those stand on a page a bill, which
is asked for when the bill's turn comes (`scrapers.turns`).
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from scrapers.errors import ABSENT, ErrorPage, NotOpen, NotRecorded, ParseDrift, SourceError
from scrapers.inturn import PagesInTurn
from scrapers.items import Item, Listing, Measure
from scrapers.platforms.legistar_rows import digest
from scrapers.rows import decoded
from scrapers.sessions import Sessions
from scrapers.sites.new_mexico_lists import (
    PLACE,
    SITE,
    File,
    Number,
    chamber,
    final_folder,
    folders,
    number_in,
    printed,
    read_folder,
    stamp,
    versions,
)
from scrapers.sites.new_mexico_measures import CHAPTERS, LAST, OVER, looked_at
from scrapers.sites.new_mexico_pages import BillPage, read_page
from scrapers.sites.new_mexico_words import KINDS, classify
from scrapers.turns import READ, Paper, when

ZONE = ZoneInfo("America/Denver")
PREFILING = (
    11,
    15,
)  # bills may be filed before a session from mid December on; a look costs little
MOST_SPECIALS = 6


@dataclass(slots=True)
class Session:
    """The papers of a session as its folders show them; `whole` says that every folder was read."""

    files: dict[Number, list[File]] = field(default_factory=dict)
    final: dict[Number, list[File]] = field(default_factory=dict)
    whole: bool = True


class NewMexico(PagesInTurn):
    """The papers of the sessions of this year, and of the next once they may be filed.

    Parameters: `sessions`, folders of sessions ("26 Regular", "25 Special2") to read
    instead; `visits_per_crawl`, how many pages of bills are asked for in one crawl
    (400), and of how many bills the texts; `texts`, which texts to fetch (all,
    none); `site`, where to ask.

    Remembers what `scrapers.sessions` remembers.
    """

    name = "new-mexico"
    place: ClassVar[str] = PLACE
    hosts = ("www.nmlegis.gov",)
    zone = ZONE

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.site = str(self.parameters.get("site") or SITE).rstrip("/")

    async def crawl(self) -> AsyncIterator[Item]:
        """Read each session that is there. When none can be read, raise what kept the first one away."""
        self.settle()
        self.sessions = Sessions.of(self.known, self.remember, self.now, self.report)
        refused: list[SourceError] = []
        read = False
        async for name, session in self._sessions(refused):
            read = True
            if not self.parameters.get("sessions"):
                self.sessions.was_read(name)
            rows = {printed(number): (number, session) for number in session.files}
            async for item in self.in_turn(name, rows):
                yield item
            if session.whole:
                yield Listing(name=name, rows=len(session.files))
        self.sessions.judge(refused, read=read)
        self.judge()

    async def _sessions(self, refused: list[SourceError]) -> AsyncIterator[tuple[str, Session]]:
        """The sessions that can be had; what kept others away goes to `refused`."""
        named = self.parameters.get("sessions") or ()
        fixed = [named] if isinstance(named, str) else list(map(str, named))
        today = self.now.astimezone(ZONE).date()
        current = list(fixed or regular(today))
        read = False
        for name in current:
            try:
                session = await self._session(name)
            except SourceError as error:
                refused.append(error)
                continue
            read = True
            yield name, session
        for rank in range(1, MOST_SPECIALS) if not fixed else ():
            name = f"{today:%y} Special{rank if rank > 1 else ''}"
            try:
                session = await self._session(name, role="page")
            except (NotOpen, NotRecorded):
                break
            except SourceError as error:
                refused.append(error)
                break
            current.append(name)
            read = True
            yield name, session
        past = self.sessions.past(current, year_of, refused=refused, read=read)
        for name in past if not fixed else ():
            try:
                session = await self._session(name)
            except NotRecorded:
                continue
            except NotOpen:
                self.sessions.is_gone(name)
                continue
            except SourceError as error:
                refused.append(error)
                continue
            yield name, session
            self.sessions.was_swept(name, self._standing(name, session))

    async def _session(self, name: str, role: Any = "start") -> Session:
        """A session's papers. Raises NotOpen when it has none yet, ParseDrift when it had some."""
        found = Session()
        known = sum(one.session == name for one in self.known)
        missing: list[ErrorPage] = []
        for folder, url in folders(name, self.site):
            try:
                response = await self.fetch(url, role=role, expects="text/html")
            except ErrorPage as error:
                if error.status not in ABSENT:
                    raise
                # A session without resolutions has no folder for them; one we know of had.
                missing.append(error)
                found.whole = found.whole and not self._knows(name, folder)
                continue
            role = "page"
            listed = read_folder(decoded(response.body), url)
            self.report.unmapped.update({f"file {one}": n for one, n in listed.unknown.items()})
            if listed.unread:
                found.whole = False
                self.report.failed += listed.unread
                self.report.note(
                    "row", f"{name}: {listed.unread} links of a folder are no files", url
                )
            elif not listed.files and self._knows(name, folder):
                found.whole = False
                self.report.note(
                    "drifted", f"{name}: a folder is empty, where papers are known", url
                )
            for one in listed.files:
                found.files.setdefault(one.number, []).append(one)
        if not found.files:
            if known:
                raise ParseDrift(
                    f"{name} has no papers, where {known} are known", folders(name, self.site)[0][1]
                )
            raise NotOpen(
                f"the session {name} has no papers yet",
                missing[0].url if missing else "",
                session=name,
            )
        found.final = await self._final(name)
        return found

    def _knows(self, session: str, folder: str) -> bool:
        """Whether papers are known that stand in a folder which is not there now."""
        kinds = {"bills": {"B"}, "resolutions": {"R", "JR", "CR"}}.get(
            folder.split("/", maxsplit=1)[0], {"M", "JM"}
        )
        letter = "H" if folder.endswith("house") else "S"
        numbers = (number_in(one.identifier) for one in self.known if one.session == session)
        return any(one and one[0] == letter and one[1] in kinds for one in numbers)

    async def _final(self, session: str) -> dict[Number, list[File]]:
        """The texts as they left the Legislature; without the folder the versions stay as they were."""
        url = final_folder(session, self.site)
        try:
            response = await self.fetch(url, role="companion", expects="text/html")
            listed = read_folder(decoded(response.body), url)
        except SourceError as error:
            self.report.note("info", f"without it no final texts are seen: {error}")
            return {}
        found: dict[Number, list[File]] = {}
        for one in listed.files:
            found.setdefault(one.number, []).append(one)
        return found

    def _standing(self, name: str, session: Session) -> str:
        """A digest of where all papers stand: the folders never show that one has moved."""
        status = {one.identifier: one.status for one in self.known if one.session == name}
        return digest(
            {
                "files": {printed(number): stamp(files) for number, files in session.files.items()},
                "status": status,
            }
        )

    def turning(
        self, row: tuple[Number, Session], before: Mapping[str, str], *, filled: bool
    ) -> Paper:
        """A live bill is looked at each day, the longest unread first."""
        number, session = row
        files = session.files[number]
        read = when(before.get(READ, ""))
        posted = max((one.posted for one in files if one.posted), default=None)
        return Paper(
            id=printed(number),
            stamp=stamp(files),
            moved=_day(before.get(LAST, ""), posted),
            rank=int(read.timestamp() // 60) if read else 0,
            agenda=False if filled and read and OVER not in before else None,
        )

    def listed(
        self, session: str, row: tuple[Number, Session], before: Mapping[str, str]
    ) -> Measure:
        """A paper as the folders show it: its number and its texts."""
        number, papers = row
        shown, unknown = versions(papers.files[number], papers.final.get(number, ()))
        for suffix in unknown:
            self.report.unmapped[f"text {suffix}"] += 1
        return Measure(
            place=PLACE, session=session, identifier=printed(number),
            identifiers=tuple(filter(None, before.get(CHAPTERS, "").split("|"))),
            classification=(KINDS[number[1]],), from_organization=chamber(number), versions=shown,
            url=self.page_of(number, session), listing=session,
            observed=frozenset({"classification", "from_organization", "versions", "url"}),
            extras=MappingProxyType(dict(before)),
        )  # fmt: skip

    def page_of(self, number: Number, session: str) -> str:
        """A bill's page; special sessions have a letter, and from the second on a number, behind the year."""
        year, _, kind = session.partition(" ")
        year += "" if kind == "Regular" else f"s{kind.removeprefix('Special')}"
        letter, sort, rank = number
        return f"{self.site}/Legislation/Legislation?Chamber={letter}&LegType={sort}&LegNo={rank}&year={year}"

    async def read(self, found: Measure, row: tuple[Number, Session]) -> Measure:
        """A paper with what its page says. Raises SourceError, ParseDrift for another paper's page."""
        number, session = row
        page = await self.page(found.url)
        said = read_page(page.selector, found.url)
        if said.number != number:
            raise ParseDrift(f"asked for {found.identifier}, got {printed(said.number)}", found.url)
        self._count_unmapped(said)
        return looked_at(found, said, session.files[number])

    def _count_unmapped(self, page: BillPage) -> None:
        """Count the fields and words we do not understand; words are kept as they stand."""
        self.report.unmapped.update(page.unknown)
        for action in page.actions:
            if not classify.knows(action.description):
                plain = "".join("#" if one.isdecimal() else one for one in action.description)
                self.report.unmapped[plain[:120]] += 1


def regular(today: date) -> tuple[str, ...]:
    """The regular sessions whose folders are worth asking for, the sitting one first."""
    found = [f"{today:%y} Regular"]
    if (today.month, today.day) >= PREFILING:
        found.append(f"{today.year + 1 - 2000} Regular")
    return tuple(found)


def year_of(session: str) -> int:
    """The year of a session named by its folder. Raises ValueError for what is none."""
    return 2000 + int(session.split(" ", maxsplit=1)[0])


def _day(last: str, posted: datetime | None) -> date | None:
    days = [date.fromisoformat(last)] if last else []
    return max([*days, *([posted.date()] if posted else [])], default=None)
