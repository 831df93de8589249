"""Indexes of executive orders, directives and proclamations.   2026-11-22: first version.

2026-11-23: also JSON (paths, paging by number, offset or link), several indexes and
years, numbers out of titles and file names, signers' terms, identity by address,
what an order ends or renews by its title and its text, pages of orders read in
turn. docs/orders.md tells every key and the rules of identity.

`rows` of an index become `Measure`s; rows of one number and term are one order
with several texts. None of it was run against a live site.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from scrapy.http import TextResponse

from config.places import place
from config.vocabulary import DateKind, MeasureClassification, VersionClassification
from scrapers.errors import Gone, ParseDrift, SourceError
from scrapers.items import Link, Listing, Measure, MeasureDate, Related, Sponsor, Version, Withdrawn
from scrapers.platforms.index import INDEX_SELECTORS, INDEX_WORDS, Index, IndexSpider
from scrapers.platforms.index_addresses import Place, indexes, listed
from scrapers.platforms.index_forms import HtmlForm, JsonForm, html_page, label_of
from scrapers.platforms.legistar_rows import digest
from scrapers.platforms.orders_grouping import Entry, by_signer, entry
from scrapers.platforms.orders_names import (
    DOCUMENT,
    NUMBER,
    PAGE,
    SIGNER,
    Named,
    Numbering,
    Register,
    Terms,
    alike,
    called,
    compiled,
)
from scrapers.platforms.orders_relations import Mention, mentions, related, renewed
from scrapers.platforms.orders_rows import PATHS, ROW, Order, Rows, documents, fields_of
from scrapers.selectors import checked
from scrapers.turns import KEPT, READ, STAMP, TRIED, Paper, turns

LISTING = "orders"
BEGAN = "began"
_KINDS = {"directive": "directive", "ed": "directive", "proclamation": "proclamation"}
_KIND = re.compile(rf"\b({'|'.join(_KINDS)})\b", re.IGNORECASE)
DETAILS = 300
ORDER_SELECTORS = frozenset({*PATHS, "detail_document"})
ORDER_WORDS = INDEX_WORDS | {
    "format", "rows", "indexes", "years", "number", "number_as", "only", "terms", "rewrite",
    "details", "else_page", "heading", "newest_only",
}  # fmt: skip


class Orders(IndexSpider):
    """One government's orders, from one index or several.

    The words that may stand in the watchlist are told in docs/orders.md.
    Remembers, of an index of the newest entries alone, when it was first read. What
    was read of an order's own page stands in its extras.
    """

    name = "orders"
    selectors: ClassVar[frozenset[str]] = INDEX_SELECTORS | ORDER_SELECTORS

    async def crawl(self) -> AsyncIterator[Measure | Listing | Withdrawn]:
        """Yield each order of the indexes, over all their pages, then the listings.

        Raises SourceError when no index can be had, ParseDrift when none holds an order.
        """
        rows = self.reader()
        told = self.given("classification")
        kind = MeasureClassification(told) if told else None
        found = [(one, await self.index_at(one, rows)) for one in self._indexes()]
        if not self.parameters.get("newest_only"):
            found = [(one, self.not_emptied(one, index)) for one, index in found]
        read = [(one, index) for one, index in found if isinstance(index, Index)]
        failed = [(one, error) for one, error in found if isinstance(error, SourceError)]
        if not read:
            raise failed[0][1]
        amiss = self.judged((one for one, _ in read), failed)
        entries = [
            replace(self.addressed(row), listing=one.listing, session=one.session)
            for one, index in read
            for row in index.entries
        ]
        newest_only = bool(self.parameters.get("newest_only"))
        if newest_only:
            # Of a mayor's news there may be none of an order: finding nothing is well.
            self.report.partial = bool(self.known) or BEGAN in self.memory
            self.remember.setdefault(BEGAN, self.now.isoformat())
        if not entries and not newest_only:
            raise ParseDrift(
                f"not one of {sum(index.rows for _, index in read)} rows is an order as `only` "
                "says",
                self.given("index"),
            )
        orders = self.named(entries)
        pages = self.pages_due(orders)
        for order in orders:
            yield await self.measured(order, kind, rows.layout, pages)
        # A page of the newest entries alone says nothing of what has left it.
        for one, index in () if newest_only else read:
            listing = index.listing(one.listing)
            if listing:
                yield listing
        if amiss:
            raise amiss

    def reader(self) -> Rows:
        """How rows are read. Raises SourceError for a mistake in the watchlist."""
        only = self.given("only")
        tags = tuple(listed(self.parameters.get("heading") or ()))
        if unknown := [tag for tag in tags if not re.fullmatch(r"h[1-6]|dt|legend|caption", tag)]:
            raise SourceError(f"heading: found {unknown[0]!r}, expected elements such as h2")
        return Rows(self.layout(), self.numbering, compiled("only", only) if only else None, tags)

    def layout(self) -> dict[str, str]:
        """Selectors, or with `format: json` paths. Raises SourceError for a mistake in them."""
        if self.given("format") not in {"", "html", "json"}:
            raise SourceError(f"format: found {self.given('format')!r}, expected html or json")
        if not self.is_json:
            return checked(self.parameters, self.selectors, ORDER_WORDS)
        css = {"detail_document"}
        paths = {"rows", "next", "total", *PATHS}
        found = checked(self.parameters, css, {*ORDER_WORDS, *paths})
        return found | {
            name: str(self.parameters[name]) for name in paths if self.parameters.get(name)
        }

    @property
    def is_json(self) -> bool:
        return self.given("format") == "json"

    @cached_property
    def numbering(self) -> Numbering:
        return Numbering.given(self.parameters)

    @cached_property
    def terms(self) -> Terms:
        return Terms.given(self.parameters)

    @cached_property
    def rewriting(self) -> list[tuple[re.Pattern[str], str]]:
        """What is put in the place of parts of addresses."""
        told = self.parameters.get("rewrite") or {}
        if not isinstance(told, Mapping):
            raise SourceError(f"rewrite: found {told!r}, expected patterns with what replaces them")
        return [(compiled("rewrite", str(old)), str(new)) for old, new in told.items()]

    def address(self, url: str) -> str:
        """An address as it is to be asked for: rewritten, without what is incidental in it."""
        for pattern, new in self.rewriting if url else ():
            url = pattern.sub(lambda _, new=new: new, url, count=1)  # type: ignore[misc]
        return super().address(url)

    def _indexes(self) -> list[Place]:
        try:
            return indexes(self.parameters, year=self._year, listing=LISTING)
        except ValueError as error:
            raise SourceError(str(error)) from error

    def _year(self) -> int:
        return self._clock().year

    def _clock(self) -> datetime:
        """The time of this crawl on the government's own clock."""
        return self.now.astimezone(ZoneInfo(place(self.given("place") or "us").timezone))

    async def index_at(self, one: Place, rows: Rows) -> Index[Order] | SourceError:
        """An index, or why it could not be read; of several each may fail alone."""
        form = JsonForm(rows.layout) if self.is_json else HtmlForm(rows.layout)
        fields = fields_of(rows.layout)

        def read(row: Any, page: Any) -> Order | None:
            if not self.is_json:
                return rows.html(row, page)
            if not isinstance(row, Mapping):
                raise ParseDrift(f"a row is {label_of(row)}, expected names with values", page.url)
            fields.count_unknown(ROW, [row], self.report.unmapped)
            return rows.json(row, page)

        try:
            index = await self.read_index(rows.layout, read, url=one.url, form=form)
        except SourceError as error:
            return error
        left = index.rows - len(index.entries)
        if rows.only and left:
            self.report.note("info", f"rows left out of {one.listing}: {left}")
        return replace(index, entries=tuple(replace(row, index=one.url) for row in index.entries))

    def not_emptied(
        self, one: Place, index: Index[Order] | SourceError
    ) -> Index[Order] | SourceError:
        """An index, or what is wrong with one in which no order is left where orders were."""
        if isinstance(index, SourceError) or index.entries or not self.knows(one):
            return index
        return ParseDrift(
            f"not one of {index.rows} rows is an order as `only` says, where orders were", one.url
        )

    def addressed(self, row: Order) -> Order:
        """The row without what is incidental in its addresses: shown twice, it is one row."""
        return replace(row, document=self.address(row.document), detail=self.address(row.detail))

    def named(self, rows: Sequence[Order]) -> list[Entry]:
        """The orders of all rows, each under the name it had before."""
        distinct = list(dict.fromkeys(rows))
        register = Register.of(
            self.terms,
            self.known,
            ((row.number, row.document, row.detail) for row in distinct),
            lambda: self._clock().date(),
        )
        groups: dict[tuple[str, str], list[tuple[Named, Order]]] = {}
        for row in distinct:
            named = register.named(
                row.number, title=row.title, signed=row.signed, printed=row.signed_text,
                year=row.year, session=row.session, addresses=(row.detail, row.document),
            )  # fmt: skip
            groups.setdefault((named.session, alike(named.identifier)), []).append((named, row))
        signers = {
            (one.session, alike(one.identifier)): one.extras.get(SIGNER, "") for one in self.known
        }
        return [
            entry(part, register.at)
            for key, group in groups.items()
            for part in by_signer(group, signers.get(key, ""))
        ]

    def pages_due(self, orders: Iterable[Entry]) -> dict[str, str]:
        """The addresses of the orders' own pages to be read now, with a digest of their rows.

        In a replay all of them. Else those that are new or changed, and the others
        in turn, at most as many as the watchlist's `details`.
        """
        wanted = {
            row.detail: (row, stamp(row))
            for order in orders
            for row in order.rows
            if row.detail and not row.document
        }
        if self._replaying() or not wanted:
            return {url: digest_ for url, (_, digest_) in wanted.items()}
        papers = [Paper(id=url, stamp=one, moved=row.signed) for url, (row, one) in wanted.items()]
        most = int(self.given("details") or DETAILS)
        due = turns(papers, self._by_page, now=self.now, first=not self.known)
        if len(due) > most:
            self.report.note("info", f"{len(due) - most} pages of orders are read another time")
        return {turn.id: wanted[turn.id][1] for turn in due[:most]}

    def _replaying(self) -> bool:
        return getattr(getattr(self, "crawler", None), "replaying", None) is not None

    async def measured(
        self,
        order: Entry,
        kind: MeasureClassification | None,
        layout: Mapping[str, str],
        due: Mapping[str, str],
    ) -> Measure | Withdrawn:
        """An order as a measure, its documents looked for on its own pages where they stand there.

        One whose own pages the site says are no more is withdrawn, though the index still names it.
        """
        marks: dict[str, str] = {}
        rows = []
        gone: list[Gone] = []
        for row in order.rows:
            if row.document or not row.detail:
                rows.append(row)
            elif "detail_document" not in layout:
                rows.append(replace(row, document=row.detail))
            else:
                before = self._by_page.get(row.detail, {})
                marks |= {name: before[name] for name in KEPT if name in before}
                try:
                    rows.append(
                        await self.with_document(row, layout, due, before.get(DOCUMENT, ""), marks)
                    )
                except Gone as error:
                    gone.append(error)
                    rows.append(replace(row, document=before.get(DOCUMENT, "")))
        if len(gone) == len(rows):
            named = order.named
            return self.withdrawn(named.identifier, named.session, gone[0])
        for lost in gone:
            self.report.note("info", f"of {order.named.identifier} a page is gone: {lost}")
        measure = self.as_measure(Entry(order.named, tuple(rows)), kind, marks)
        if len(rows) > 1:
            self.report.note("info", f"{measure.identifier} stands in {len(rows)} rows")
        if any(not version.links for version in measure.versions):
            self.report.note("info", f"{measure.identifier} has no document", measure.url)
        return measure

    async def with_document(
        self,
        row: Order,
        layout: Mapping[str, str],
        due: Mapping[str, str],
        before: str,
        marks: dict[str, str],
    ) -> Order:
        """The row with the document its own page links to: as it says now, or when it was read last.

        Raises Gone where the site says that the page is no more.
        """
        if row.detail not in due:
            return replace(row, document=before)
        marks[TRIED] = self.now.isoformat()
        told = await self._own_page(row)
        if isinstance(told, Gone):
            raise told
        if told is None:
            return replace(row, document=before)
        with self.row(row.label):
            page = html_page(told)
            found = self.address(documents(page.selector, layout["detail_document"], page.url))
            if not found and self.parameters.get("else_page"):
                found = row.detail
            if not found:
                raise ParseDrift(
                    f"no document where {layout['detail_document']!r} should find it", page.url
                )
            marks |= {READ: self.now.isoformat(), STAMP: due[row.detail]}
            return replace(row, document=found)
        return replace(row, document=before)

    async def _own_page(self, row: Order) -> TextResponse | Gone | None:
        """An order's own page, or the site's word that it is no more; None, and a note, when it fails."""
        with self.row(row.label):
            try:
                return await self.page(row.detail)
            except Gone as error:
                return error
        return None

    def as_measure(
        self, order: Entry, kind: MeasureClassification | None, marks: Mapping[str, str]
    ) -> Measure:
        """The rows of one order as a measure; the first is the order, others amend it."""
        first, named = order.rows[0], order.named
        others = self.related_by(
            mentions(". ".join(row.title for row in order.rows)), named.identifier
        )
        extras = {
            **dict(first.fields),
            PAGE: first.detail,
            DOCUMENT: first.document,
            NUMBER: first.number,
            SIGNER: first.signer,
            **marks,
        }
        seen = {
            "classification": True, "from_organization": True, "versions": True, "url": True,
            "related": True, "title": first.title, "dates": first.signed_text,
            "abstract": first.abstract, "sponsors": first.signer,
        }  # fmt: skip
        signed = MeasureDate(kind=DateKind.SIGNED, date=first.signed, text=first.signed_text)
        return Measure(
            place=self.given("place"),
            session=named.session,
            identifier=named.identifier,
            formerly=named.formerly,
            title=first.title,
            abstract=first.abstract,
            classification=(kind_of(named.identifier, kind),),
            from_organization="executive",
            sponsors=(Sponsor(name=first.signer),) if first.signer else (),
            dates=(signed,) if first.signed_text else (),
            versions=(
                version(first, "signed"),
                *(version(row, row.title or "amended") for row in order.rows[1:]),
            ),
            related=others,
            url=first.detail or first.index,
            listing=first.listing,
            observed=frozenset(name for name, shown in seen.items() if shown),
            extras={name: value for name, value in extras.items() if value},
        )

    def related_by(self, found: Iterable[Mention], name: str) -> tuple[Related, ...]:
        """Other orders that words of an order name, and the first one of which it is a renewal."""
        told = related(found, name, lambda one: called(one, name, self.numbering), self.session_of)
        first = renewed(name)
        if first and alike(first) not in {alike(one.identifier) for one in told}:
            told = (*told, Related(identifier=first, relation="renews"))
        return told

    def session_of(self, signed: date) -> str:
        """The session of another order, named with its day; "" where every order has the same."""
        if self.given("session"):
            return ""
        return self.terms.of(signed) if self.terms.first_days else str(signed.year)

    def completed(self, measure: Measure, texts: Sequence[str | None]) -> Measure:
        """A measure with what its texts say of other orders; None is a text that was not read.

        With a text missing nothing is said of an order known before, so that what
        its text said stays.
        """
        if any(text is None for text in texts):
            known = (measure.session, alike(measure.identifier)) in self._known_names
            return replace(measure, observed=measure.observed - {"related"}) if known else measure
        found = [one for words in (measure.title, *map(str, texts)) for one in mentions(words)]
        return replace(measure, related=self.related_by(found, measure.identifier))

    @cached_property
    def _by_page(self) -> dict[str, Mapping[str, str]]:
        """What was kept of known orders, by the addresses of their own pages."""
        return {one.extras[PAGE]: one.extras for one in self.known if PAGE in one.extras}

    @cached_property
    def _known_names(self) -> frozenset[tuple[str, str]]:
        return frozenset((one.session, alike(one.identifier)) for one in self.known)


def kind_of(name: str, told: MeasureClassification | None) -> MeasureClassification:
    """What kind of paper an order is: as the watchlist says of all, else by its own name."""
    if told:
        return told
    found = _KIND.search(name)
    return (
        MeasureClassification(_KINDS[found[1].casefold()]) if found else MeasureClassification.ORDER
    )


def stamp(row: Order) -> str:
    """A digest of what a row says."""
    return digest({"row": [row.number, row.title, row.signed_text, row.abstract, row.detail]})


def version(row: Order, note: str) -> Version:
    """The text of a row; without an address it waits to be completed."""
    return Version(
        note=note,
        links=(Link(url=row.document),) if row.document else (),
        date=row.signed,
        date_text=row.signed_text,
        classification=VersionClassification.SIGNED,
    )
