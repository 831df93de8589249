"""Asks Maine's site: the directory range by range, a paper's page, and LawMaker where it is open."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from scrapy.http import TextResponse

from scrapers.errors import ErrorPage, NotRecorded, RobotsDenied, SourceError
from scrapers.sites.maine_chambers import (
    StatusPage,
    read_docket,
    read_sponsors,
    read_status,
    read_subjects,
)
from scrapers.sites.maine_lists import WIDTH, Range, Row, address, read_range
from scrapers.sites.maine_measures import LAWMAKER, Chambers
from scrapers.sites.maine_names import Name, ld_of, name_in
from scrapers.sites.maine_papers import PaperPage, read_page
from scrapers.spider import Role
from scrapers.turns import READ

if TYPE_CHECKING:
    from scrapers.spider import SiteSpider

MOST_RANGES = 60
TRIES = 3
"""How often a page of LawMaker is asked for that is said not to be there: such answers come and go."""
GIVES_UP = 5
"""How many papers in a row LawMaker may fail before it is asked no more in a crawl."""


class Asking:
    """One crawl's requests. `visits` counts those for papers.

    `found` counts on how many pages something was found, `expected` on how many it should be.
    """

    def __init__(
        self, spider: "SiteSpider", site: str, layout: Mapping[str, str], *, lawmaker: bool
    ) -> None:
        self.spider = spider
        self.site = site
        self.layout = layout
        self.visits = self.pages = 0
        self.expected, self.found = Counter[str](), Counter[str]()
        self._open = lawmaker
        self._failures = 0
        self._missed: set[str] = set()

    @property
    def replaying(self) -> bool:
        """Whether answers come from an archive and cost nothing."""
        return getattr(getattr(self.spider, "crawler", None), "replaying", None) is not None

    def first_page(self, session: str) -> str:
        return address(self.site, session, 1)

    async def directory(self, session: str) -> tuple[list[Row], bool]:
        """A legislature's papers, each once, and whether every row of every range was read.

        The first page names the other ranges; where it names none they are
        counted on until one is empty. Raises SourceError when the first page
        cannot be had.
        """
        rows: dict[tuple[str, int], Row] = {}
        waiting, asked, empty, whole, named = [1], set[int](), set[int](), True, False
        while waiting:
            start = waiting.pop(0)
            if len(asked) == MOST_RANGES:
                self.spider.report.note("info", f"{session}: more than {MOST_RANGES} ranges")
                return list(rows.values()), False
            asked.add(start)
            try:
                found = await self._range(session, start, "page" if asked - {1} else "start")
            except SourceError as error:
                if asked == {1}:
                    raise
                whole = False
                self.spider.report.failed += 1
                self.spider.report.note("row", f"{session}: the range from LD {start}: {error}")
                continue
            for fault in found.faults:
                whole = False
                self.spider.report.failed += 1
                self.spider.report.note("row", f"{session}: {fault}")
            for row in found.rows:
                # While we page, a paper may be printed: the row with its LD number counts.
                if row.name.ld or row.name.key not in rows:
                    rows[row.name.key] = row
            if not found.rows and not found.faults:
                empty.add(start)
            whole = whole and not self._is_short(session, start, found)
            named = named or bool(found.starts)
            more = found.starts if named else {start + WIDTH} if found.rows else set()
            waiting = sorted({*waiting, *(more - asked)})
        if 0 in empty and (gone := self._unprinted(session) - rows.keys()):
            whole = False
            self.spider.report.note(
                "drifted",
                f"{session}: the range of unprinted papers is empty, {len(gone)} are known",
            )
        return list(rows.values()), whole

    async def _range(self, session: str, start: int, role: Role) -> Range:
        page = await self.spider.page(address(self.site, session, start), role=role)
        return read_range(page, session, self.site, self.layout)

    def _unprinted(self, session: str) -> set[tuple[str, int]]:
        """The papers that were without an LD number when they were seen last."""
        known = (one.identifier for one in self.spider.known if one.session == session)
        names = (name_in(identifier, session) for identifier in known)
        return {name.key for name in names if name and not name.ld}

    def _is_short(self, session: str, start: int, found: Range) -> bool:
        """Whether a range is empty of which papers are known: that is never that they are gone."""
        if found.rows or found.faults or start < 1:
            return False
        held = range(start, start + WIDTH)
        known = sum(
            ld_of(one.identifier) in held for one in self.spider.known if one.session == session
        )
        if known and start > 1:
            self.spider.report.note(
                "drifted",
                f"{session}: the range from LD {start} is empty, {known} papers are known",
            )
        return bool(known)

    async def about(self, name: Name, before: Mapping[str, str]) -> tuple[PaperPage, Chambers]:
        """A paper's page and what LawMaker adds. Raises SourceError when its page cannot be had.

        `before` are its extras as last seen: subjects are asked for when it is read first.
        """
        self.visits += 1
        response = await self.spider.page(name.page)
        page = read_page(response, name, self.layout)
        self.pages += 1
        for part in ("text", *(["docket_row"] if "Committee" in page.extras else [])):
            self.expected[part] += 1
            self.found[part] += bool(response.css(self.layout[part]))
        for fault in page.faults:
            self.spider.report.failed += 1
            self.spider.report.note("row", f"{name.printed}: {fault}")
        return page, await self._chambers(name, before)

    async def _chambers(self, name: Name, before: Mapping[str, str]) -> Chambers:
        """What LawMaker says of a paper, as far as it lets us in."""
        closed = Chambers(is_open=LAWMAKER in before)
        if not self._open:
            return closed
        if self._failures >= GIVES_UP:
            return Chambers(is_open=True)
        try:
            status = read_status(await self._patiently(name.status_page), name)
        except RobotsDenied as error:
            self._open = False
            self.spider.report.note(
                "info", f"what the chambers did is not read, LawMaker is closed to us: {error}"
            )
            return closed
        except SourceError as error:
            self._failed(name, error)
            return Chambers(is_open=True)
        self._failures = 0
        docket = await self._part(status, "dockets", name)
        sponsors = await self._part(status, "sponsors", name)
        topics = await self._part(status, "subjects", name) if READ not in before else None
        try:
            return Chambers(
                is_open=True,
                status=status,
                docket=read_docket(docket, name, status.said) if docket else None,
                sponsors=read_sponsors(sponsors, name) if sponsors else None,
                subjects=read_subjects(topics, name) if topics else None,
            )
        except (SourceError, ValueError) as error:
            self._failed(name, error)
            return Chambers(is_open=True, status=status)

    async def _part(self, status: StatusPage, kind: str, name: Name) -> TextResponse | None:
        """One of LawMaker's further pages; None, and a note, when it cannot be had."""
        if kind not in status.pages:
            return None
        parts = urlsplit(status.pages[kind])
        try:
            return await self._patiently(f"{self.site}{parts.path}?{parts.query}")
        except SourceError as error:
            self._failed(name, error)
            return None

    async def _patiently(self, url: str) -> TextResponse:
        """A page of LawMaker, asked for again when it is said not to be there."""
        for _ in range(TRIES - 1):
            self.visits += 1
            try:
                return await self.spider.page(url, role="companion")
            except ErrorPage as error:
                if error.status != 404:
                    raise
        self.visits += 1
        return await self.spider.page(url, role="companion")

    def _failed(self, name: Name, error: Exception) -> None:
        """Tell it, and after a few papers in a row leave LawMaker alone for this crawl."""
        if isinstance(error, NotRecorded):
            return
        self._failures += 1
        self.spider.report.note(
            "info", f"{name.printed}: without LawMaker some fields stay as they were: {error}"
        )
        if self._failures == GIVES_UP:
            self.spider.report.note("info", "LawMaker is asked no more in this crawl")

    def missed(self, url: str) -> None:
        """See to it that the next crawl asks again for the texts of this paper."""
        asked = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}
        name = name_in(asked.get("paper", ""), asked.get("snum", ""))
        if name is not None and name.session:
            self._missed.add(f"{name.session} {name.code}")
            place = f"again {name.session}"
            papers = {*self.spider.remember.get(place, "").split(), name.code}
            self.spider.remember[place] = " ".join(sorted(papers))

    def again(self, session: str) -> frozenset[tuple[str, int]]:
        """The papers of which a text could not be had in the crawl before."""
        codes = self.spider.memory.get(f"again {session}", "").split()
        names = (name_in(code, session) for code in codes)
        return frozenset(name.key for name in names if name)

    def read_again(self, session: str, read: Collection[tuple[str, int]]) -> None:
        """Forget the papers whose turn came, but for those of which a text failed again."""
        place = f"again {session}"
        left = []
        for code in self.spider.remember.get(place, "").split():
            name = name_in(code, session)
            if name and (name.key not in read or f"{session} {code}" in self._missed):
                left.append(code)
        self.spider.remember[place] = " ".join(left)
