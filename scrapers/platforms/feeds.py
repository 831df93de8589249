"""Feeds of statements: RSS 2.0, RSS 1.0 and Atom.   2026-11-23: first version.

What a prosecutor, a mayor's press office or an advocate says, an entry is a measure.
A feed lists its newest entries alone: what has fallen out of it is not gone, so there
is never a `Listing`. docs/feeds-and-pages.md tells what may stand in the watchlist.
Real feeds of towns, recorded in April 2026, are replayed in a test; none of the
feeds of the default watchlist was ever read.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import ClassVar
from urllib.parse import urlsplit

from config.places import place
from config.vocabulary import DateKind, MeasureClassification
from scrapers.addresses import distinct
from scrapers.errors import SourceError
from scrapers.items import Link, Listing, Measure, MeasureDate, Sponsor, Version
from scrapers.platforms.feeds_xml import Entry, Feed, read_feed
from scrapers.platforms.index import IndexSpider
from scrapers.platforms.index_addresses import Place, indexes
from scrapers.platforms.orders_names import compiled
from scrapers.platforms.statements import (
    GUID,
    Names,
    ambiguous,
    day_of,
    extras_of,
    kind_given,
    lasting,
    page_of,
)
from scrapers.selectors import checked

WORDS = frozenset(
    {
        "place",
        "index",
        "indexes",
        "hosts",
        "session",
        "classification",
        "incidental",
        "only",
        "text",
    }
)
BEGAN = "began"
TEXTS = ("page", "entry")


class Feeds(IndexSpider):
    """The entries of one feed, or of several.

    `text` says where an entry's text is: on its `page` (the usual), if that is on a
    host the source visits, or in the `entry` itself. Remembers when it was first read.
    """

    name = "feeds"
    selectors: ClassVar[frozenset[str]] = frozenset()

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Yield each entry of the feeds. Raises SourceError when no feed can be had."""
        checked(self.parameters, self.selectors, WORDS)
        if self.given("text") not in {"", *TEXTS}:
            raise SourceError(f"text: found {self.given('text')!r}, expected page or entry")
        only = compiled("only", self.given("only")) if self.given("only") else None
        kind = kind_given(self.parameters)
        feeds, amiss = await self._feeds()
        # There may be no news in a feed: finding nothing is well once it was read.
        self.report.partial = bool(self.known) or BEGAN in self.memory
        names, seen, left, again = Names(self.known), set[str](), 0, 0
        shared = ambiguous(
            (lasting(entry.guid, entry.link), self.address(entry.link))
            for _, feed in feeds
            for entry in feed.entries
        )
        for one, feed in feeds:
            for entry in feed.entries:
                with self.row(entry.title or entry.guid or entry.link):
                    if only and not only.search(f"{entry.title} {entry.summary}"):
                        left += 1
                        continue
                    measure = self._measure(entry, feed, one, names, kind, shared)
                    if measure.identifier in seen:
                        again += 1
                        continue
                    seen.add(measure.identifier)
                    yield measure
        for count, what in ((left, "left out, as `only` says"), (again, "shown twice")):
            if count:
                self.report.note("info", f"{count} entries {what}")
        self.remember.setdefault(BEGAN, self.now.isoformat())
        if amiss:
            raise amiss

    async def _feeds(self) -> tuple[list[tuple[Place, Feed]], SourceError | None]:
        """The feeds that can be had, and what is amiss with the source for want of others.

        Raises what keeps the first away when none can.
        """
        found: list[tuple[Place, Feed]] = []
        failed: list[tuple[Place, SourceError]] = []
        try:
            places = indexes(self.parameters, year=lambda: self.now.year, listing=self.name)
        except ValueError as error:
            raise SourceError(str(error)) from error
        for one in places:
            try:
                found.append((one, await self._feed(one.url)))
            except SourceError as error:
                failed.append((one, error))
        if not found:
            raise failed[0][1]
        return found, self.judged((one for one, _ in found), failed)

    async def _feed(self, url: str) -> Feed:
        page = await self.fetch(url, role="start")
        feed = read_feed(page.body, page.url)
        if feed.mended:
            self.report.note("info", f"the feed is broken XML, {feed.mended}", url)
        if feed.lost:
            self.report.failed += feed.lost
            self.report.note("row", f"{feed.lost} entries of a broken feed could not be read", url)
        if not feed.entries:
            self.report.note("info", "the feed has no entry", url)
        self.report.unmapped.update(feed.unknown)
        return feed

    def _measure(
        self, entry: Entry, feed: Feed, one: Place, names: Names, kind: MeasureClassification,
        shared: Collection[str],
    ) -> Measure:  # fmt: skip
        """An entry as a measure. Raises ValueError for one that nothing names."""
        link = self.address(entry.link)
        guid = lasting(entry.guid, entry.link)
        guid = "" if guid in shared and link else guid
        name = names.of(guid, link, entry.title)
        if not name:
            raise ValueError("an entry has no address, no name and no title")
        path = self.given("place") or "us"
        printed = entry.published or entry.updated
        dated = MeasureDate(
            kind=DateKind.PUBLISHED, date=day_of(printed, place(path).timezone), text=printed
        )
        versions = self._versions(entry, link)
        files = tuple(Link(url=url, media_type=media) for url, media in entry.files if url)
        seen: Mapping[str, object] = {
            "classification": True, "from_organization": feed.title, "title": entry.title,
            "abstract": entry.summary, "dates": printed, "versions": versions, "url": link,
            "sponsors": entry.authors, "subjects": entry.subjects, "documents": files,
        }  # fmt: skip
        return Measure(
            place=path,
            session=one.session,
            identifier=name,
            title=entry.title or entry.summary[:200],
            classification=(kind,),
            from_organization=feed.title,
            abstract=entry.summary,
            sponsors=tuple(Sponsor(name=author) for author in entry.authors),
            dates=(dated,) if printed else (),
            versions=versions,
            subjects=entry.subjects,
            documents=files,
            url=link,
            observed=frozenset(name for name, shown in seen.items() if shown),
            extras=extras_of({**dict(entry.others), "updated": entry.updated}) | {GUID: guid},
        )

    def _versions(self, entry: Entry, link: str) -> tuple[Version, ...]:
        """An entry's page, or what the feed itself says of it."""
        visited = (urlsplit(link).hostname or "") in self.hosts
        if visited and self.given("text") != "entry":
            return (Version(note="statement", links=(Link(url=link),)),)
        if not entry.body:
            return ()
        links = tuple(Link(url=url) for url in distinct([link])) if link else ()
        return (Version(note="statement", links=links, text=page_of(entry.body, entry.title)),)
