"""Cities on Granicus' Legistar Web API.   2026-11-23: first version.

A crawl reads the list of matters (all since `since` in a weekly sweep, in
between what changed), then the meetings from eight weeks back on with their
agendas, and then looks closely at the matters that are due
(`scrapers.platforms.legistar_due`). What is asked for, what every field
becomes and what it costs: docs/sources/legistar.md.

Not one city has been crawled live: the shapes are those of recorded answers.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from scrapers.errors import ParseDrift, SourceError
from scrapers.items import Item, Listing, Measure, Withdrawn
from scrapers.platforms.legistar_agendas import Agendas
from scrapers.platforms.legistar_asking import Asking, Closed, Listed, NoClient
from scrapers.platforms.legistar_children import Closely
from scrapers.platforms.legistar_client import Client, Copy, changed, swept
from scrapers.platforms.legistar_due import Due, due, newest, plausible
from scrapers.platforms.legistar_insite import DOOR, InSite, is_closed
from scrapers.platforms.legistar_measures import (
    READ,
    STAMP,
    Children,
    alike_key,
    as_measure,
    belongs,
    count_unmapped,
    listing_of,
    session_of,
)
from scrapers.platforms.legistar_mirror import Mirror
from scrapers.platforms.legistar_rows import Row, day, digest, moment, truth, whole, words
from scrapers.ports import KnownMeasure
from scrapers.spider import SiteSpider
from scrapers.turns import Why

SWEEP_AFTER = timedelta(days=6, hours=12)
OVERLAP = timedelta(days=2)
WAITS = timedelta(days=2)
"""How long a new matter waits for details that fail, before it is told of without them."""

A_FEW = 5
SWEPT, WATERMARK, GONE = "swept", "changed", "gone"


class Legistar(SiteSpider):
    """One city's matters and meetings."""

    name = "legistar"
    incidental = frozenset(
        {"agendanote", "minutesnote", "attachments", "eventitems", "eventitemattachments"}
    )

    def __init__(self, name: str | None = None, **options: Any) -> None:
        super().__init__(name, **options)
        self.client = Client.of(self.source, self.parameters)
        self.hosts = self.client.hosts
        self.asking = Asking(self, self.client)
        self.matters = by_matter(self.known)
        self.of_pages = {
            (one.session, alike_key(one.identifier)): one
            for one in self.known
            if "MatterId" not in one.extras
        }
        self.done: set[int] = set()
        self.waiting = False
        self.gone: set[int] = set(json.loads(self.memory.get(GONE, "[]")))

    @classmethod
    def hosts_for(cls, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        return Client.of("", parameters).hosts

    async def crawl(self) -> AsyncIterator[Item]:
        """Yield the matters that were seen, then the meetings, then the lists that were read whole.

        Raises SourceError when the list of matters cannot be had, ParseDrift when it is empty.
        """
        if (copy := self.copy_to_read()) is not None:
            place = str(self.parameters.get("place") or self.place)
            async for copied in Mirror(self, self.client, copy, place).crawl():
                yield copied
            return
        if self.client.door == "insite" or self.is_api_closed():
            async for shown in self.read_pages():
                yield shown
            return
        first = SWEPT not in self.memory
        sweep = first or self.is_sweep_due()
        try:
            found = await self.read_list(self.client.covered_from(self.now), sweep=sweep)
        except (Closed, NoClient) as error:
            if self.client.door == "api":
                raise
            async for shown in self.read_pages(error):
                yield shown
            return
        self.remember.pop(DOOR, None)
        async for item in self.read_api(found, first=first, sweep=sweep):
            yield item

    async def read_api(self, found: Listed, *, first: bool, sweep: bool) -> AsyncIterator[Item]:
        """What the API shows, after its list of matters."""
        since = self.client.covered_from(self.now)
        sweep = sweep and not found.only_changes
        self.report.partial = not sweep
        self.meet_again(found.rows)
        rows = self.taken(found.rows, since, sweep=sweep or first)
        agendas = Agendas(self, self.asking, self.client)
        await agendas.read(self.sessions(rows))
        # What a replay looks at costs nothing, and a child may have changed without its matter.
        before = {} if self.asking.replaying else self.matters
        todo = due(rows, before, agendas.matters, now=self.now, first=first, gone=self.gone)
        closely = Closely(self, self.asking, self.client, self.matters, rows)
        async for measure in self.read_closely(todo, closely):
            yield measure
        for measure in self.read_in_list(rows, whole_list=sweep or first, first=first):
            yield measure
        for event in agendas.events:
            yield event
        if sweep and found.complete:
            for listing in listings(found.rows, since):
                yield listing
        self.asking.tell()
        self.keep(found, sweep=sweep)

    def copy_to_read(self) -> Copy | None:
        """The public copy, where the API is closed to us; in a replay, where it is what was recorded."""
        copy = self.client.copy
        if copy is None or self.client.token:
            return None
        archive = getattr(getattr(self, "crawler", None), "replaying", None)
        return copy if archive is None or set(copy.hosts) & set(archive.hosts) else None

    def is_api_closed(self) -> bool:
        """Whether the API was found closed so lately that it is not asked again in this crawl."""
        return not self.client.door and is_closed(self.memory.get(DOOR, ""), self.now)

    async def read_pages(self, closed: SourceError | None = None) -> AsyncIterator[Item]:
        """The public pages in the place of the API; `closed` is what that answered.

        Raises what the API answered where the pages' search cannot be had either.
        """
        place = str(self.parameters.get("place") or self.place)
        shown = False
        try:
            async for one in InSite(self, self.client, place).crawl():
                if not shown:
                    self.tell_door(closed)
                shown = True
                yield one
        except SourceError as error:
            if shown or closed is None or isinstance(error, ParseDrift):
                raise
            self.report.note("info", f"its public pages could not be read either: {error}")
            raise closed from error

    def tell_door(self, closed: SourceError | None) -> None:
        """Note that the pages are read, and why; remember it for the crawls of the next days."""
        if self.client.door == "insite":
            self.report.note("info", "the public pages (InSite) are read, as the watchlist says")
            return
        since = self.now.isoformat() if closed else self.memory.get(DOOR, "")
        why = str(closed) if closed else f"the Web API was closed on {since[:10]}"
        self.report.note("info", f"the public pages (InSite) are read: {why}")
        self.remember[DOOR] = since

    async def read_closely(
        self, todo: Sequence[Due], closely: Closely
    ) -> AsyncIterator[Measure | Withdrawn]:
        """The matters that are due, as many as there are requests for."""
        most = self.asking.spent + self.client.requests
        for one in todo:
            if self.asking.spent >= most and not self.asking.replaying:
                break
            measure = await self.looked_at(one, closely)
            if measure is not None:
                self.done.add(one.id)
                yield measure
            elif one.id in closely.gone and one.id in self.matters:
                known = self.matters[one.id]
                yield self.withdrawn(known.identifier, known.session, closely.gone[one.id])
        left = sum(one.id not in self.done for one in todo)
        if left:
            self.report.note(
                "info",
                f"{left} of {len(todo)} matters that are due were not looked at closely; "
                "they come first in the next crawls",
            )

    def read_in_list(
        self, rows: Mapping[int, Row], *, whole_list: bool, first: bool
    ) -> Iterator[Measure]:
        """The other matters, as the list shows them; one never seen before waits until it is looked at."""
        for id_, row in rows.items():
            if id_ in self.done:
                continue
            if id_ not in self.matters and not first:
                self.waiting = True
            elif whole_list or self.has_changed(id_, row):
                with self.row(label(row)):
                    yield self.in_list(row)

    def is_sweep_due(self) -> bool:
        swept_at = moment(self.memory.get(SWEPT, ""))
        return swept_at is None or self.reached() is None or self.now - swept_at >= SWEEP_AFTER

    def reached(self) -> datetime | None:
        """Up to when the last crawl saw what changed; None where a stamp of another time was kept."""
        return plausible(self.memory.get(WATERMARK, ""), self.now)

    async def read_list(self, since: date, *, sweep: bool) -> Listed:
        """The matters of this crawl. Raises SourceError, and ParseDrift for a sweep without rows."""
        watermark = self.reached()
        filters = swept(since) if sweep or watermark is None else changed(watermark - OVERLAP)
        found = await self.asking.listed("matters", "MatterId", filters, role="start")
        if sweep and not found.rows and not found.only_changes:
            raise ParseDrift(
                f"the list holds not one matter since {since.isoformat()}", self.client.start
            )
        if sweep and not found.only_changes:
            self.check_years(found.rows, since)
        return found

    def check_years(self, rows: Mapping[int, Row], since: date) -> None:
        """Raises ParseDrift for a year that lost all its matters, where there were more than a few."""
        held = Counter(known.listing for known in self.matters.values())
        shown = {listing.name for listing in listings(rows, date.min)}
        for year in range(since.year + (since > date(since.year, 1, 1)), self.now.year + 1):
            name = listing_of(year)
            # A single matter can be given another date; many do not lose theirs at once.
            if held[name] > A_FEW and name not in shown:
                raise ParseDrift(
                    f"the list holds not one matter of {year}, where {held[name]} are known",
                    self.client.start,
                )

    def taken(self, rows: Mapping[int, Row], since: date, *, sweep: bool) -> dict[int, Row]:
        """The matters that are ours to tell of: public, of the time covered, each number once."""
        left: Counter[str] = Counter()
        found: dict[int, Row] = {}
        latest = {
            (known.session, alike_key(known.identifier)): id_
            for id_, known in sorted(self.matters.items())
        }
        for id_ in sorted(rows):
            row, known = rows[id_], self.matters.get(id_)
            if truth(row, "MatterRestrictViewViaWeb"):
                left["not public"] += 1
            elif not sweep and known is None and not belongs(row, since):
                left[f"older than {since.isoformat()}"] += 1
            else:
                found[id_] = row
                number = alike_key(words(row, "MatterFile"))
                key = (known.session if known else session_of(row), number)
                other = latest.setdefault(key, id_) if number else id_
                if other != id_:
                    left["under a number that a later matter has"] += 1
                    found.pop(min(id_, other), None)
                    latest[key] = max(id_, other)
        for why, count in left.items():
            self.report.note("info", f"matters left out: {count} {why}")
        return found

    def meet_again(self, rows: Mapping[int, Row]) -> None:
        """Know matters by their ids that were met on the public pages, which have others."""
        for id_, row in rows.items():
            key = (session_of(row), alike_key(words(row, "MatterFile")))
            if id_ not in self.matters and key in self.of_pages:
                self.matters[id_] = self.of_pages[key]

    def sessions(self, rows: Mapping[int, Row]) -> dict[int, str]:
        """Under which session each matter is known, or will be."""
        fresh = {id_: session_of(row) for id_, row in rows.items()}
        return fresh | {id_: known.session for id_, known in self.matters.items()}

    async def looked_at(self, one: Due, closely: Closely) -> Measure | None:
        """A matter with its details; None when its row was not had, or a new one has to wait."""
        known = self.matters.get(one.id)
        row = one.row if one.row is not None else await closely.row(one.id)
        if row is None or truth(row, "MatterRestrictViewViaWeb"):
            self.gone.add(one.id)
            return None
        measure: Measure | None = None
        with self.row(label(row)):
            children = await closely.children(one.id, None if self.asking.replaying else known)
            if one.why is Why.NEW and children.trouble and self.is_young(row):
                self.report.note("info", f"{label(row)} waits, as its details could not be had")
                return None
            measure = self.measure(row, children)
            count_unmapped(row, children, self.report.unmapped)
        return measure

    def is_young(self, row: Row) -> bool:
        changed_at = moment(words(row, "MatterLastModifiedUtc"))
        return changed_at is not None and self.now - changed_at < WAITS

    def measure(self, row: Row, children: Children | None = None) -> Measure:
        known = self.matters.get(whole(row, "MatterId") or 0)
        return as_measure(
            row,
            client=self.client,
            place=str(self.parameters.get("place") or self.place),
            known=known,
            children=children,
        )

    def has_changed(self, id_: int, row: Row) -> bool:
        known = self.matters.get(id_)
        return known is None or known.extras.get(STAMP) != digest(row)

    def in_list(self, row: Row) -> Measure:
        """What the list alone says of a matter. One that changed is looked at the next time."""
        measure = self.measure(row)
        count_unmapped(row, None, self.report.unmapped)
        if not self.has_changed(whole(row, "MatterId") or 0, row):
            return measure
        extras = {name: value for name, value in measure.extras.items() if name != READ}
        return replace(measure, extras=extras)

    def keep(self, found: Listed, *, sweep: bool) -> None:
        """Remember how far this crawl came. Not past matters that wait to be told of."""
        if not found.complete:
            return
        if sweep:
            self.remember[SWEPT] = self.now.isoformat()
            # With each sweep they get another chance.
            self.gone.clear()
        self.remember[GONE] = json.dumps(sorted(self.gone))
        marks = [self.memory.get(WATERMARK, ""), newest(found.rows.values(), self.now)]
        reached = max((mark for mark in marks if plausible(mark, self.now)), key=str, default="")
        if reached and not self.waiting:
            self.remember[WATERMARK] = reached


def by_matter(known: Sequence[KnownMeasure]) -> dict[int, KnownMeasure]:
    """What is known, by MatterId; of several under one id the one seen last."""
    found: dict[int, KnownMeasure] = {}
    for one in sorted(known, key=lambda one: str(one.seen_last or "")):
        id_ = whole(one.extras, "MatterId")
        if id_ is not None:
            found[id_] = one
    return found


def label(row: Row) -> str:
    return words(row, "MatterFile") or f"matter {words(row, 'MatterId')}"


def listings(rows: Mapping[int, Row], since: date) -> list[Listing]:
    """The lists that a sweep read to their end: the matters introduced in each whole year of it."""
    days = (day(words(row, "MatterIntroDate")) for row in rows.values())
    years = Counter(found.year for found in days if found)
    return [
        Listing(name=listing_of(year), rows=count)
        for year, count in sorted(years.items())
        if date(year, 1, 1) >= since
    ]
