"""Maine: the papers of a legislature, from its directory, their own pages and LawMaker's.

2026-11-23: first version. No page of this site is recorded; its markup follows
what programs that read it in 2025 and 2026 rely on. docs/sources/maine.md says
which field becomes what, and what is not verified.

The directory has a row for each paper and tells nothing of what changed, so
papers are looked at in turn. What the chambers did is in LawMaker, which the
site's robots.txt is said to close to programs: it is read only where that file
lets us in.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from scrapy.http import Request, Response

from scrapers.errors import ErrorPage, NotOpen, NotRecorded, ParseDrift, SourceError
from scrapers.items import EMPTY, Listing, Measure
from scrapers.platforms.legistar_rows import digest
from scrapers.ports import KnownMeasure
from scrapers.selectors import checked
from scrapers.sessions import Sessions
from scrapers.sites.maine_asking import Asking
from scrapers.sites.maine_lists import Row
from scrapers.sites.maine_measures import CITED, LAST, OVER, in_directory, looked_at, text_digest
from scrapers.sites.maine_names import (
    PLACE,
    SITE,
    Name,
    last_year,
    ld_of,
    legislature,
    name_in,
    open_legislatures,
)
from scrapers.sites.maine_papers import PDF, NoSuchPaper
from scrapers.sites.maine_words import LAYOUT, classify
from scrapers.sites.maryland_texts import Turn as Texts
from scrapers.spider import Role, SiteSpider, health_of
from scrapers.turns import READ, STAMP, TRIED, Paper, turns, when

ZONE = ZoneInfo("America/New_York")
NOT_FOUND = 404
VISITS = 600  # at one every 1.5 seconds a quarter of an hour, and each live bill once a day
GIVES_UP = 10
"""How many papers' pages in a row may fail before no more are asked for in a crawl."""
PARAMETERS = frozenset(
    {"site", "sessions", "visits_per_crawl", "texts", "lawmaker", "hosts", "place"}
)
WAITS_FOR = "the watchlist, which says `texts: none`"
ENOUGH = 20  # pages on which a selector that finds nothing at all is one that fits no more


class Looked(Enum):
    """How it went to look at a paper's page; the site may have none of a paper it lists."""

    READ = "read"
    FAILED = "failed"
    NO_PAGE = "no page"


class Maine(SiteSpider):
    """The papers of the legislatures that are open, each legislature a list of its own.

    Parameters: `sessions`, legislatures ("131") to read instead of those open at
    `now`; `visits_per_crawl`, how many pages of papers are asked for in one crawl
    (600); `texts`, which texts to fetch (all, none); `lawmaker`, whether to read
    what the chambers did (true); `site`, where to ask; and the selectors of
    `scrapers.sites.maine_words.LAYOUT`.

    Remembers of each legislature: `again`, the papers of which a text could not
    be had; and what `scrapers.sessions` remembers.
    """

    name = "maine"
    place: ClassVar[str] = PLACE
    hosts = ("legislature.maine.gov",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.site = str(self.parameters.get("site") or SITE).rstrip("/")
        self.room = 0
        self.failures = 0
        self.last_error: SourceError | None = None

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Read each open legislature. When none can be read, raise what kept the first one away.

        Raises also what kept every page of a paper away, when not one could be read.
        """
        layout = self._settled()
        self.asking = Asking(
            self, self.site, layout, lawmaker=self.parameters.get("lawmaker", True)
        )
        self.sessions = Sessions.of(self.known, self.remember, self.now, self.report)
        refused: list[SourceError] = []
        read = False
        async for session, rows, whole in self._lists(refused):
            read = True
            if not self.parameters.get("sessions"):
                self.sessions.was_read(session)
            async for item in self._session(session, rows):
                yield item
            if whole:
                yield Listing(name=session, rows=len(rows))
        self.sessions.judge(refused, read=read)
        self._judge(layout)

    def _settled(self) -> dict[str, str]:
        """The selectors. Raises SourceError for a parameter that makes no sense."""
        given = checked(self.parameters, LAYOUT, PARAMETERS)
        texts = self.parameters.get("texts") or "all"
        if texts not in {"all", "none"}:
            raise SourceError(f"texts: found {texts!r}, expected all or none")
        room = self.parameters.get("visits_per_crawl", VISITS)
        if not isinstance(room, int) or isinstance(room, bool) or room < 1:
            raise SourceError(f"visits_per_crawl: found {room!r}, expected a number from 1 on")
        self.without_texts, self.room = texts == "none", room
        return {**LAYOUT, **given}

    def _judge(self, layout: Mapping[str, str]) -> None:
        """Tell which selectors found nothing anywhere; raise when no paper's page could be read."""
        if self.last_error is not None and not self.asking.pages:
            raise self.last_error
        if self.failures >= GIVES_UP and self.last_error is not None:
            self.report.note(
                str(health_of(self.last_error)),
                f"{self.failures} papers' pages in a row could not be read: {self.last_error}",
            )
        for name, pages in self.asking.expected.items():
            if pages >= ENOUGH and not self.asking.found[name]:
                self.report.note(
                    "drifted", f"{layout[name]!r} found no {name} on any of {pages} papers' pages"
                )

    async def _genuine(self, request: Request, role: Role, expects: str) -> Response:
        """Believe only PDF files in the place of texts; keep in mind what could not be had."""
        if role != "document" or "getpdf" not in request.url.lower():
            return await super()._genuine(request, role, expects)
        try:
            return await super()._genuine(request, role, PDF)
        except NotRecorded:
            raise
        except SourceError:
            self.asking.missed(request.url)
            raise

    async def _lists(
        self, refused: list[SourceError]
    ) -> AsyncIterator[tuple[str, list[Row], bool]]:
        """The lists that can be had and whether they are whole; what kept others away goes to `refused`."""
        named = self.parameters.get("sessions") or ()
        names = [named] if isinstance(named, str | int) else named
        fixed = tuple(legislature(one) for one in names)
        current = fixed or open_legislatures(self.now.astimezone(ZONE).date())
        read = False
        for session in current:
            try:
                rows, whole = await self._list(session)
            except SourceError as error:
                refused.append(error)
                continue
            read = True
            yield session, rows, whole
        past = self.sessions.past(current, last_year, refused=refused, read=read)
        for session in () if fixed else past:
            try:
                rows, whole = await self._list(session)
            except NotRecorded:
                continue
            except SourceError as error:
                if isinstance(error, ErrorPage) and error.status == NOT_FOUND:
                    self.sessions.is_gone(session)
                else:
                    refused.append(error)
                continue
            yield session, rows, whole
            self.sessions.was_swept(session, self._standing(session, rows))

    async def _list(self, session: str) -> tuple[list[Row], bool]:
        """A legislature's papers and whether those are all. Raises NotOpen when there are none yet.

        No rows where rows were is never that the papers are gone.
        """
        known = sum(one.session == session for one in self.known)
        try:
            rows, whole = await self.asking.directory(session)
        except ErrorPage as error:
            if error.status != NOT_FOUND or known:
                raise
            raise NotOpen(
                f"legislature {session} has no list", error.url, session=session
            ) from error
        if rows:
            return rows, whole
        url = self.asking.first_page(session)
        newest = max(open_legislatures(self.now.astimezone(ZONE).date()), key=int)
        if known or int(session) < int(newest):
            where = f", where {known} papers are known" if known else ""
            raise ParseDrift(f"the list of {session} is empty{where}", url)
        raise NotOpen(f"legislature {session} has no papers yet", url, session=session)

    def _standing(self, session: str, rows: Sequence[Row]) -> str:
        """A digest of where all papers stand: the list alone never shows that one has moved."""
        status = {one.identifier: one.status for one in self.known if one.session == session}
        return digest(
            {"rows": sorted([row.name.printed, row.title] for row in rows), "status": status}
        )

    async def _session(self, session: str, rows: Sequence[Row]) -> AsyncIterator[Measure]:
        """The papers: closely those whose turn it is, the others as the directory shows them."""
        known = {name.key: one for one in self.known if (name := self._name_of(one, session))}
        extras = {key: one.extras for key, one in known.items()}
        again = self.asking.again(session)
        listed = {row.name.key: _as_known(row, known.get(row.name.key)) for row in rows}
        replaying = self.asking.replaying
        # While papers wait that were never looked at, none is looked at for the second time.
        seen = [extras[key] for key in listed if key in extras]
        filled = all(READ in said or TRIED in said for said in seen)
        texts = Texts(
            today=self.now.astimezone(ZONE).date(),
            known=extras, again=again, filled=True, room=len(rows),
            everything=replaying or self.without_texts,
        )  # fmt: skip
        todo = turns(
            (_turning(row, extras.get(key, EMPTY), again, filled) for key, row in listed.items()),
            {_id(key): said for key, said in ({} if replaying else extras).items()},
            now=self.now,
            first=not self.known,
        )
        by_id = {_id(key): row for key, row in listed.items()}
        done: dict[tuple[str, int], Looked] = {}
        for turn in todo:
            if not replaying and (self.asking.visits >= self.room or self.failures >= GIVES_UP):
                break
            row = by_id[turn.id]
            before = extras.get(row.name.key, EMPTY)
            formerly = _formerly(row.name, known)
            measure, done[row.name.key] = await self._closely(row, before, texts, formerly)
            if measure is not None:
                yield measure
        left = len(todo) - len(done)
        if left:
            self.report.note(
                "info",
                f"legislature {session}: {left} of {len(todo)} papers whose turn it is were not "
                "looked at; they come first in the next crawls",
            )
        for key, row in listed.items():
            looked = done.get(key)
            # A paper met for the first time waits for its page, so that it is judged by its text.
            waits = self.known and key not in known and looked is not Looked.NO_PAGE
            if waits or looked is Looked.READ:
                continue
            found = in_directory(row, extras.get(key, EMPTY), formerly=_formerly(row.name, known))
            tried = looked is not None and not replaying
            yield _marked(found, {TRIED: self.now.isoformat()}) if tried else found
        self.asking.read_again(session, {key for key, how in done.items() if how is Looked.READ})

    async def _closely(
        self, row: Row, before: Mapping[str, str], texts: Texts, formerly: tuple[str, ...]
    ) -> tuple[Measure | None, Looked]:
        """A paper with what its pages say, and how that went."""
        try:
            page, chambers = await self.asking.about(row.name, before)
        except NotRecorded:
            return None, Looked.NO_PAGE
        except NoSuchPaper as error:
            self.report.note("info", f"{row.name.printed} is listed and has no page: {error}")
            return None, Looked.NO_PAGE
        except SourceError as error:
            self.report.failed += 1
            self.report.note("row", f"{row.name.printed}: its page was not read: {error}")
            self.failures, self.last_error = self.failures + 1, error
            return None, Looked.FAILED
        self.failures = 0
        measure = None
        with self.row(row.name.printed):
            found = looked_at(in_directory(row, before, formerly=formerly), page, chambers)
            self._count_unmapped(found)
            found = _marked(found, {READ: self.now.isoformat(), STAMP: _stamp(row)})
            if self.without_texts:
                waiting = tuple(replace(one, waits_for=WAITS_FOR) for one in found.versions)
                found = replace(found, versions=waiting)
            measure = texts.seen(found, row.name.key, text_digest(found))
        return measure, Looked.READ if measure else Looked.FAILED

    def _count_unmapped(self, measure: Measure) -> None:
        """Count the words we do not understand; they are kept as they stand."""
        if not measure.classification:
            self.report.unmapped[f"kind of {measure.title.split(' ')[0]}"] += 1
        for version in measure.versions:
            if version.classification is None:
                self.report.unmapped[f"text {version.note.rstrip('0123456789 ')}"] += 1
        for action in measure.actions:
            if not classify.knows(action.description):
                self.report.unmapped[_plain(action.description)] += 1

    def _name_of(self, known: KnownMeasure, session: str) -> Name | None:
        """The paper a known measure is; None for one of another legislature, or of no paper."""
        if known.session != session:
            return None
        return name_in(known.extras.get(CITED, "") or known.identifier, session, self.site)


def _as_known(row: Row, before: KnownMeasure | None) -> Row:
    """The row of a paper that was listed as an LD before, and is listed without its number now."""
    ld = ld_of(before.identifier) if before else 0
    return replace(row, name=replace(row.name, ld=ld)) if ld and not row.name.ld else row


def _formerly(name: Name, known: Mapping[tuple[str, int], KnownMeasure]) -> tuple[str, ...]:
    """The number under which a paper is known that now goes by another: it has become an LD."""
    before = known.get(name.key)
    if before is None or before.identifier == name.printed:
        return ()
    return (before.identifier,)


def _turning(
    row: Row, before: Mapping[str, str], again: frozenset[tuple[str, int]], filled: bool
) -> Paper:
    """What decides when a paper is looked at: a live one each day, the longest unread first."""
    read = when(before.get(READ, ""))
    failed = row.name.key in again
    daily = False if filled and read and OVER not in before else None
    return Paper(
        id=_id(row.name.key),
        stamp=_stamp(row),
        moved=date.fromisoformat(before[LAST]) if LAST in before else None,
        rank=int(read.timestamp() // 60) if read and not failed else 0,
        agenda=True if failed else daily,
    )


def _id(key: tuple[str, int]) -> str:
    return f"{key[0]} {key[1]}"


def _stamp(row: Row) -> str:
    return digest({"name": row.name.printed, "title": row.title})


def _marked(measure: Measure, marks: Mapping[str, str]) -> Measure:
    told = {name: said for name, said in measure.extras.items() if name != TRIED}
    return replace(measure, extras=MappingProxyType({**told, **marks}))


def _plain(said: str) -> str:
    """The words of an action without its numbers, so that alike ones are counted together."""
    return "".join("#" if one.isdecimal() else one for one in said)[:120]
