"""Chicago: matters and meetings of the City Council, from the City Clerk's eLMS.

2026-11-23: first version. One matter with its roll call, some rows of a list
and a list of meetings were read from recordings; the agenda of a meeting and
the filters are known from public clients. Not crawled live.
docs/sources/chicago-council.md says which field becomes what.

A crawl reads the list of matters (all since `since` in a weekly sweep, in
between what changed), then the meetings from eight weeks back on, and then
looks closely at the matters whose turn it is (`scrapers.turns`).
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar

from scrapers.errors import ParseDrift, SourceError
from scrapers.items import Event, Listing, Measure
from scrapers.platforms.legistar_rows import Row, rows_in, words
from scrapers.ports import KnownMeasure
from scrapers.sites.chicago_council_agendas import Agendas
from scrapers.sites.chicago_council_asking import (
    API,
    Asking,
    Listed,
    changed,
    ordered,
    undated,
    years,
)
from scrapers.sites.chicago_council_groups import Group, by_paper, grouped, moved, rank
from scrapers.sites.chicago_council_measures import (
    PLACE,
    as_measure,
    count_unmapped,
    listing_of,
    originals_in,
)
from scrapers.sites.chicago_council_rows import ZONE, day, local, number_of, paper_of
from scrapers.sites.chicago_council_words import is_substitute
from scrapers.spider import SiteSpider
from scrapers.sweeping import SWEEP_AFTER, Sweeping, asked_for
from scrapers.turns import STAMP, TRIED, Paper, Turn, turns

OVERLAP = timedelta(days=2)
WAITS = timedelta(days=2)
"""How long a new matter waits for details that fail, before it is told of without them."""

REQUESTS = 400


class ChicagoCouncil(SiteSpider):
    """Matters and meetings of Chicago's City Council.

    Parameters: `since`, a year or a day, from which on matters are told of (the
    first day of last year); `requests`, how many details are asked for in one
    crawl (400); `site`, where to ask.

    Remembers: `swept`, when the whole list was last read; `changed`, up to when
    what changed is told; `meetings`, which agendas were read; `gone`, the matters
    that had no detail any more when they were last asked for.
    """

    name = "chicago-council"
    place: ClassVar[str] = PLACE
    hosts = ("api.chicityclerkelms.chicago.gov", "occprodstoragev1.blob.core.usgovcloudapi.net")
    incidental = frozenset({"filter", "sort", "top"})

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asking = Asking(self, str(self.parameters.get("site") or API).rstrip("/"))
        self.papers = by_paper(self.known)
        self.done: set[str] = set()
        self.tried: set[str] = set()
        self.sweeping = Sweeping(self.memory, self.now)
        self.legacy: Counter[str] = Counter()

    async def crawl(self) -> AsyncIterator[Measure | Event | Listing]:
        """Yield matters, then meetings, then the lists that were read whole.

        Raises SourceError when the list of matters cannot be had, ParseDrift when it is empty.
        """
        since, requests = asked_for(
            self.parameters, today=self.now.astimezone(ZONE).date(), requests=REQUESTS
        )
        first, sweep = self.sweeping.first, self.sweeping.due
        lists = await self._sweep(since) if sweep else [("", await self._changes(since))]
        self.report.partial = not sweep or not all(one.as_asked for _, one in lists)
        groups = grouped(row for _, one in lists for row in one.rows.values())
        told = {id_: known.extras for id_, known in self.papers.items()}
        told |= {id_: group.row for id_, group in groups.items()}
        self.legacy.update(words(row, "legacyRecordNumber") for row in told.values())
        agendas = Agendas(self, self.asking)
        await agendas.read()
        # What a replay looks at costs nothing.
        before = {} if self.asking.replaying else self.papers
        todo = turns(
            self._turning(groups, agendas.papers),
            {id_: known.extras for id_, known in before.items()},
            now=self.now,
            first=first,
        )
        async for measure in self._closely(todo, groups, requests):
            yield measure
        for measure in self._in_list(groups, everything=sweep, first=first):
            yield measure
        for event in agendas.events:
            yield event
        if not self.report.partial:
            for listing in listings(lists, since):
                yield listing
        if self.asking.missing:
            where = "in the archives" if self.asking.replaying else "there"
            self.report.note("info", f"{self.asking.missing} details were not {where}")
        self.sweeping.keep(self.remember, complete=all(one.complete for _, one in lists))

    async def _sweep(self, since: date) -> list[tuple[str, Listed]]:
        """Every matter, year by year of its introduction, and those not introduced yet."""
        found = [
            (listing_of(year), await self.asking.windowed(window, role="start"))
            for year, window in years(since, self.now).items()
        ]
        if not any(one.rows for _, one in found):
            raise ParseDrift(f"the lists hold not one matter since {since}", self.asking.api)
        self._check_years(found)
        try:
            found.append(
                ("", await self.asking.listed("matter", "matterId", ordered(undated(since))))
            )
        except SourceError as error:
            self.report.note("info", f"matters not yet introduced are not seen: {error}")
        return found

    def _check_years(self, found: Sequence[tuple[str, Listed]]) -> None:
        """Raises ParseDrift for a year without a matter of which matters are known."""
        held = Counter(known.listing for known in self.known)
        for name, one in found:
            if held[name] and not one.rows and one.as_asked:
                raise ParseDrift(
                    f"the list {name!r} is empty, where {held[name]} are known", self.asking.api
                )

    async def _changes(self, since: date) -> Listed:
        """What changed since the last crawl, without what is older than the source covers."""
        after = self.sweeping.after or self.now - SWEEP_AFTER
        asked = [(where, "introductionDate asc") for where in changed(after - OVERLAP)]
        found = await self.asking.listed("matter", "matterId", asked, role="start")
        ours = {
            id_: row
            for id_, row in found.rows.items()
            if paper_of(row) in self.papers
            or (day(words(row, "introductionDate")) or since) >= since
        }
        if len(ours) < len(found.rows):
            left = len(found.rows) - len(ours)
            self.report.note("info", f"matters left out: {left} older than {since}")
        return replace(found, rows=ours)

    def _turning(
        self, groups: Mapping[str, "Group"], on_agendas: Mapping[str, bool]
    ) -> Iterator[Paper]:
        """Every matter that could be looked at: listed, known, or on an agenda."""
        lasting = (id_ for id_ in self.papers if id_ not in self.sweeping.gone)
        for id_ in dict.fromkeys((*groups, *on_agendas, *lasting)):
            group, known = groups.get(id_), self.papers.get(id_)
            told: Mapping[str, Any] = group.row if group else known.extras if known else {}
            yield Paper(
                id=id_,
                stamp=group.stamp(known) if group else "",
                moved=moved(told),
                rank=rank(told),
                agenda=on_agendas.get(id_),
            )

    async def _closely(
        self, todo: Sequence[Turn], groups: Mapping[str, "Group"], requests: int
    ) -> AsyncIterator[Measure]:
        """The matters whose turn it is, as many as there are requests for."""
        most = self.asking.spent + requests
        for turn in todo:
            if (self.asking.spent >= most and not self.asking.replaying) or self.asking.gives_up:
                break
            measure = None
            with self.row(turn.id):
                measure = await self._looked_at(turn, groups.get(turn.id))
            if measure is not None:
                self.done.add(turn.id)
                yield measure
        left = sum(turn.id not in self.done for turn in todo)
        if left:
            self.report.note(
                "info",
                f"{left} of {len(todo)} matters whose turn it is were not looked at closely; "
                "they come first in the next crawls",
            )

    async def _looked_at(self, turn: Turn, group: "Group | None") -> Measure | None:
        """A matter with what hangs on it; None when that was not had."""
        known = self.papers.get(turn.id)
        self.tried.add(turn.id)
        row = await self._detail(turn.id, group, known)
        if row is None:
            if not self.asking.failing:
                self.sweeping.gone.add(turn.id)
            return None
        if paper_of(row) != turn.id:
            raise ValueError(f"the clerk's answer is about {number_of(row) or 'no matter'}")
        count_unmapped(row, self.report.unmapped)
        return as_measure(
            row,
            known=known,
            read_at=self.now,
            originals=await self._originals(row, group, known),
            legacy=self._is_alone(row),
        )

    def _is_alone(self, row: Row) -> bool:
        """Whether nothing else is known under a matter's old number: some were given twice."""
        return self.legacy[words(row, "legacyRecordNumber")] < 2

    async def _detail(
        self, id_: str, group: "Group | None", known: KnownMeasure | None
    ) -> Row | None:
        """The matter that a measure stands as now: its substitute, where there is one."""
        if group is not None and not group.points_on:
            return await self.asking.matter(words(group.row, "matterId"))
        if group is not None:
            return await self.asking.numbered(group.points_on)
        if known is not None and words(known.extras, "matterId"):
            return await self.asking.matter(words(known.extras, "matterId"))
        return await self.asking.numbered(id_)

    async def _originals(
        self, row: Row, group: "Group | None", known: KnownMeasure | None
    ) -> list[Row]:
        """The attachments of the matters that a substitute took the place of, asked for once."""
        if not is_substitute(number_of(row)):
            return []
        kept = originals_in(known)
        if kept:
            return kept
        own = words(row, "matterId")
        others = [one for one in (group.others if group else ()) if words(one, "matterId") != own]
        found = [await self.asking.matter(words(one, "matterId")) for one in others]
        if not others and words(row, "originalRecordNumber"):
            found = [await self.asking.numbered(words(row, "originalRecordNumber"))]
        return [paper for one in found if one for paper in rows_in(one, "attachments")]

    def _in_list(
        self, groups: Mapping[str, "Group"], *, everything: bool, first: bool
    ) -> Iterator[Measure]:
        """The other matters, as the list shows them. A young one never seen before waits for its details."""
        for id_, group in groups.items():
            known = self.papers.get(id_)
            if id_ in self.done or (known is not None and group.points_on):
                continue
            if known is None and not first and self._is_young(group.row):
                self.sweeping.waiting = True
                continue
            stale = known is None or known.extras.get(STAMP) != group.stamp(known)
            if everything or stale or id_ in self.tried:
                with self.row(id_):
                    measure = as_measure(group.row, known=known, legacy=self._is_alone(group.row))
                    count_unmapped(group.row, self.report.unmapped)
                    yield self._marked(measure)

    def _marked(self, measure: Measure) -> Measure:
        """A measure whose details were asked for in vain says so, and waits a day for the next try."""
        if paper_of({"recordNumber": measure.identifier, **measure.extras}) not in self.tried:
            return measure
        return replace(measure, extras={**measure.extras, TRIED: self.now.isoformat()})

    def _is_young(self, row: Row) -> bool:
        """Whether a matter is so new that its details may yet be had before it is told of."""
        published = local(words(row, "lastPublicationDate")) or local(
            words(row, "recordCreateDate")
        )
        return published is not None and self.now - published < WAITS


def listings(lists: Sequence[tuple[str, Listed]], since: date) -> Iterator[Listing]:
    """The lists that were read whole: a year of introduction each, if it is covered whole."""
    for name, one in lists:
        if (
            name
            and one.complete
            and one.rows
            and name >= listing_of(since.year + (since > date(since.year, 1, 1)))
        ):
            yield Listing(name=name, rows=len(grouped(one.rows.values())))
