"""Plain pages that are watched, and lists of links to statements.   2026-11-23: first version.

Without `row` a page is one measure with one text: its own. With `row` it is a list
of news whose entries are measures. docs/feeds-and-pages.md tells what may stand in the
watchlist. No page of the default watchlist was ever read: its selectors are guesses.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from parsel import Selector

from config.places import place
from config.vocabulary import DateKind, MeasureClassification
from scrapers.errors import ParseDrift, SourceError
from scrapers.genuine import words_of
from scrapers.items import Link, Listing, Measure, MeasureDate, Version
from scrapers.platforms.index import INDEX_SELECTORS, INDEX_WORDS, IndexSpider
from scrapers.platforms.index_addresses import Place, indexes
from scrapers.platforms.orders_names import compiled
from scrapers.platforms.statements import Names, day_of, kind_given, named_by, page_of
from scrapers.selectors import addresses, checked, day_words, words

SELECTORS = INDEX_SELECTORS | {"title", "link", "date", "abstract", "select"}
WORDS = INDEX_WORDS | {"indexes", "only", "whole", "name"}
BEGAN = "began"
LEAST = 5
"""Words that a page has at least; one with fewer is drawn by a program that did not run."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of a list as printed."""

    title: str
    link: str
    dated: str = ""
    abstract: str = ""


class Pages(IndexSpider):
    """Pages that are watched each as one measure, or lists of links by `row`.

    `select` is the part of a watched page that counts, `name` what it goes by.
    `whole` says that a list shows all there is, so that what is gone from it
    vanishes; else it shows the newest, of which one page is read (`pages`: more).
    """

    name = "pages"
    selectors: ClassVar[frozenset[str]] = SELECTORS

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Yield each page, or each entry of the lists. Raises SourceError when none can be had."""
        layout = checked(self.parameters, self.selectors, WORDS)
        kind = kind_given(self.parameters)
        try:
            places = indexes(self.parameters, year=lambda: self.now.year, listing=self.name)
        except ValueError as error:
            raise SourceError(str(error)) from error
        read, failed = list[Place](), list[tuple[Place, SourceError]]()
        for one in places:
            try:
                if "row" in layout:
                    async for item in self._listed(one, layout, kind):
                        yield item
                else:
                    yield await self._watched(one, layout, kind)
                read.append(one)
            except SourceError as error:
                failed.append((one, error))
        if not read:
            raise failed[0][1]
        amiss = self.judged(read, failed)
        if amiss:
            raise amiss

    async def _watched(
        self, one: Place, layout: Mapping[str, str], kind: MeasureClassification
    ) -> Measure:
        """A page as one measure. Raises ParseDrift for one without words, or without its part."""
        url = self.address(one.url)
        page = await self.page(url, role="start")
        title = words(page.selector, layout.get("title", "")) if "title" in layout else ""
        title = title or words(page.selector, "h1") or words(page.selector, "title")
        part = layout.get("select", "")
        chosen = page.css(part) if part else []
        said = words(chosen[0]) if chosen else "" if part else words_of(page.body)
        if len(said.split()) < LEAST:
            where = f"where {part!r} should find them" if part else "of its own"
            raise ParseDrift(f"the page has hardly a word {where}", page.url)
        text = page_of(chosen[0].get(), "") if chosen else None
        return Measure(
            place=self.given("place") or "us",
            session=one.session,
            identifier=self.given("name") or named_by(url),
            title=title,
            classification=(kind,),
            versions=(Version(note="page", links=(Link(url=url),), text=text),),
            url=url,
            observed=frozenset(
                {"classification", "versions", "url", *(("title",) if title else ())}
            ),
        )

    async def _listed(
        self, one: Place, layout: Mapping[str, str], kind: MeasureClassification
    ) -> AsyncIterator[Measure | Listing]:
        """The entries of a list, then the list itself where it is `whole`."""
        whole = bool(self.parameters.get("whole"))
        only = compiled("only", self.given("only")) if self.given("only") else None

        def read(row: Selector, page: Any) -> Line | None:
            line = line_of(row, layout, page.url)
            if not line.title:
                # A picture's link; one whose statement is known has lost its words, and is not gone.
                return line if named_by(self.address(line.link)) in known else None
            fits = not only or only.search(f"{line.title} {line.abstract}")
            return line if fits else None

        known = {measure.identifier for measure in self.known}
        index = await self.read_index(layout, read, url=one.url)
        if not index.entries and not only:
            raise ParseDrift(f"not one of {index.rows} links of the list has words", one.url)
        if not whole:
            # Of a list of news what is gone from it says nothing, and no news is well.
            self.report.partial = bool(self.known) or BEGAN in self.memory
            self.remember.setdefault(BEGAN, self.now.isoformat())
        names, seen = Names(self.known), set[str]()
        for line in index.entries:
            measure = self._measure(line, names, one, kind)
            if measure.identifier not in seen:
                seen.add(measure.identifier)
                yield measure
        listing = index.listing(one.listing) if whole else None
        if listing:
            yield Listing(name=listing.name, rows=len(seen), total=listing.total)

    def _measure(
        self, line: Line, names: Names, one: Place, kind: MeasureClassification
    ) -> Measure:
        link = self.address(line.link)
        path = self.given("place") or "us"
        dated = MeasureDate(
            kind=DateKind.PUBLISHED,
            date=day_of(line.dated, place(path).timezone),
            text=line.dated,
        )
        seen: Mapping[str, object] = {
            "classification": True, "versions": True, "url": True, "title": line.title,
            "dates": line.dated, "abstract": line.abstract,
        }  # fmt: skip
        return Measure(
            place=path,
            session=one.session,
            identifier=names.of("", link, line.title),
            title=line.title,
            classification=(kind,),
            abstract=line.abstract,
            dates=(dated,) if line.dated else (),
            versions=(Version(note="statement", links=(Link(url=link),)),),
            url=link,
            listing=one.listing if self.parameters.get("whole") else "",
            observed=frozenset(name for name, shown in seen.items() if shown),
        )


def line_of(row: Selector, layout: Mapping[str, str], base: str) -> Line:
    """An entry of a list; without a title where its link has no words.

    Raises LookupError for one that leads nowhere.
    """
    link = next(iter(addresses(row, layout.get("link", ""), base)), "")
    if not link:
        raise LookupError("an entry leads nowhere")
    title = words(row, layout["title"]) if "title" in layout else words(row, "a") or words(row)
    dated = words(row, layout["date"]) if "date" in layout else day_words(words(row, "time"))
    abstract = words(row, layout["abstract"]) if "abstract" in layout else ""
    return Line(title, link, day_words(dated), abstract)
