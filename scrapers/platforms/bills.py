"""Indexes of bills with a page for each, read by selectors.   2026-11-22: first version.

Beside what every index has (`scrapers.platforms.index`), the watchlist gives
`session` and selectors. Within a row of the index: `identifier`, `title`, `link`.
On a bill's page: `page_identifier`, `full_title`, `status`, `introduced`,
`sponsors`, `cosponsors`, `actions` (rows, with `action_date` and
`action_words`), `versions` (rows, with `version_date`, `version_note`,
`version_link`). Each field has one owner: with `full_title` the index's brief
title is never taken for the title.

A bill whose page cannot be had still stands in the index: it is observed with
what the index shows. Only a bill met for the first time waits until its page
can be read, so that its `new` is judged by its text; not so in the first crawl.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import ClassVar

from parsel import Selector
from scrapy.http import TextResponse

from config.vocabulary import ActionClassification as Step
from config.vocabulary import (
    DateKind,
    MeasureClassification,
    SponsorClassification,
    VersionClassification,
)
from scrapers.actions import Rule, classifier
from scrapers.errors import Gone, ParseDrift, SourceError
from scrapers.items import Action, Link, Listing, Measure, MeasureDate, Sponsor, Version, Withdrawn
from scrapers.platforms.index import INDEX_SELECTORS, IndexSpider
from scrapers.selectors import addresses, columns, day, words

ROW = frozenset({"identifier", "title", "link"})
PAGE = MappingProxyType(
    {
        "status": ".status",
        "sponsors": ".sponsors li",
        "actions": ".actions tr",
        "action_date": "td:nth-child(1)",
        "action_words": "td:nth-child(2)",
        "versions": ".versions tr",
        "version_date": "td:nth-child(1)",
        "version_note": "td:nth-child(2)",
        "version_link": "a",
    }
)
"""Where things stand on a bill's page unless the watchlist says otherwise."""

MAY_BE = frozenset({"page_identifier", "full_title", "introduced", "cosponsors"})
HEADINGS = MappingProxyType(
    {
        "title": (r"\b(title|subject|description|caption)\b", r"\bname\b"),
        "identifier": (
            r"\b(bill|file|measure) (no|number)",
            r"\bnumber\b|\bno\.|#",
            r"\b(bill|file|measure)\b",
        ),
    }
)

ACTIONS = (
    Rule(r"\bwithdrawn\b|\bstricken at (the )?request\b", (Step.WITHDRAWAL,)),
    Rule(r"veto overrid|overr(ode|idden)", (Step.VETO_OVERRIDE_PASSAGE,)),
    Rule(r"\bvetoed\b", (Step.EXECUTIVE_VETO,)),
    Rule(
        r"(signed|approved) by (the )?(governor|mayor)|(governor|mayor) signed",
        (Step.EXECUTIVE_SIGNATURE,),
    ),
    Rule(
        r"(delivered|presented|sent|transmitted) to (the )?(governor|mayor)",
        (Step.EXECUTIVE_RECEIPT,),
    ),
    Rule(r"became law|\bchapter \d|effective date", (Step.BECAME_LAW,)),
    Rule(r"do not pass|unfavorable", (Step.COMMITTEE_PASSAGE_UNFAVORABLE,)),
    Rule(r"substitut\w+ .*do pass", (Step.SUBSTITUTION, Step.COMMITTEE_PASSAGE_FAVORABLE)),
    Rule(
        r"\bdo pass\b|reported favorabl|recommended? (to|for) pass",
        (Step.COMMITTEE_PASSAGE_FAVORABLE,),
    ),
    Rule(r"substitut\w+ (bill )?adopted|\bsubstituted\b", (Step.SUBSTITUTION,)),
    Rule(r"amendment.* (adopted|agreed)|\bas amended\b", (Step.AMENDMENT_PASSAGE,)),
    Rule(r"amendment.* (failed|rejected)", (Step.AMENDMENT_FAILURE,)),
    Rule(r"(hearing|testimony)\b.*\b(scheduled|cancel)"),
    Rule(r"public hearing|hearing held", (Step.HEARING_HELD,)),
    Rule(r"\b(postponed|deferred|held (in|over)|tabled|laid on the table)\b", (Step.DEFERRAL,)),
    Rule(r"carried over|continued to", (Step.CARRIED_OVER,)),
    Rule(r"reconsider", (Step.RECONSIDERATION,)),
    Rule(r"(third|final|3rd) reading.*(pass|adopt)", (Step.READING_3, Step.PASSAGE)),
    Rule(r"(failed|defeated|lost)\b.*(pass|reading|vote)|\bnot adopted\b", (Step.FAILURE,)),
    Rule(r"(first|1st) reading.*refer", (Step.READING_1, Step.REFERRAL_COMMITTEE)),
    Rule(r"(first|1st) reading|read first time", (Step.READING_1,)),
    Rule(r"(second|2nd) reading|read second time", (Step.READING_2,)),
    Rule(r"(third|3rd) reading|read third time", (Step.READING_3,)),
    Rule(r"\bintroduced\b.*refer", (Step.INTRODUCTION, Step.REFERRAL_COMMITTEE)),
    Rule(r"\bintroduced\b", (Step.INTRODUCTION,)),
    Rule(r"\b(pre)?filed\b", (Step.FILING,)),
    Rule(r"\breferred\b|assigned to", (Step.REFERRAL_COMMITTEE,)),
    Rule(r"\bengrossed\b", (Step.ENGROSSMENT,)),
    Rule(r"\benrolled\b", (Step.ENROLLED,)),
    Rule(r"\bconcurred\b", (Step.CONCURRENCE,)),
    Rule(r"^(received|transmitted)\b", (Step.RECEIPT,)),
    Rule(
        r"^(finally )?(passed|adopted|enacted)\b|passed (the )?(house|senate|council|assembly)",
        (Step.PASSAGE,),
    ),
)
"""Words most legislatures and councils share; the first rule that fits decides."""

TEXTS = (
    ("substitute", VersionClassification.SUBSTITUTED),
    ("engrossed", VersionClassification.ENGROSSED),
    ("enrolled", VersionClassification.ENROLLED),
    ("chapter", VersionClassification.BECAME_LAW),
    ("session law", VersionClassification.BECAME_LAW),
    ("signed", VersionClassification.SIGNED),
    ("amend", VersionClassification.AMENDMENT),
    ("filed", VersionClassification.FILED),
    ("introduced", VersionClassification.INTRODUCED),
    ("original", VersionClassification.INTRODUCED),
)
"""What a text's name says it is; the first word that stands in it decides."""

KINDS = (
    ("ORDINANCE", MeasureClassification.ORDINANCE),
    ("ORD", MeasureClassification.ORDINANCE),
    ("RESOLUTION", MeasureClassification.RESOLUTION),
    ("RES", MeasureClassification.RESOLUTION),
    ("MOTION", MeasureClassification.MOTION),
    ("CR", MeasureClassification.CONCURRENT_RESOLUTION),
    ("JR", MeasureClassification.JOINT_RESOLUTION),
    ("JM", MeasureClassification.MEMORIAL),
    ("BILL", MeasureClassification.BILL),
    ("R", MeasureClassification.RESOLUTION),
    ("B", MeasureClassification.BILL),
)
"""How the letters of a number end; the first line that fits says the kind."""

FIRST_STEPS = frozenset({Step.INTRODUCTION, Step.READING_1, Step.FILING})
WATCHED = ("full_title", "status", "actions", "versions")

classify = classifier(ACTIONS)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the index: a number, a brief title, the address of the bill's page."""

    identifier: str
    title: str
    url: str


@dataclass(slots=True)
class Tally:
    """How the bills' pages went: how many were read, whether each selector found anything on any."""

    found: dict[str, bool]
    pages: int = 0
    error: SourceError | None = None

    def read(self, page: TextResponse, layout: Mapping[str, str]) -> None:
        """Count one page."""
        self.pages += 1
        for name, found in self.found.items():
            self.found[name] = found or bool(page.css(layout[name]))


class Bills(IndexSpider):
    """One legislature's or council's bills."""

    name = "bills"
    selectors: ClassVar[frozenset[str]] = INDEX_SELECTORS | ROW | MAY_BE | frozenset(PAGE)

    async def crawl(self) -> AsyncIterator[Measure | Listing | Withdrawn]:
        """Yield each bill of the index with what its own page says, then the listing.

        Raises the last error when bills' pages were asked for and none could be read.
        """
        layout = self.layout()
        session = self.given("session")
        if not session:
            raise SourceError(
                'the watchlist gives no session for these bills, as in session: "2026"'
            )
        known = {alike(one.identifier) for one in self.known if one.session == session}
        index = await self.read_index(layout, lambda row, page: entry(row, page, layout))
        tally = Tally(dict.fromkeys([name for name in WATCHED if name in layout], False))
        for bill in {alike(bill.identifier): bill for bill in index.entries}.values():
            measure = self.indexed(bill, layout, session)
            try:
                page = await self.page(measure.url)
                measure = detailed(measure, page, layout)
            except Gone as error:
                tally.error = error
                yield self.withdrawn(bill.identifier, session, error)
                continue
            except SourceError as error:
                tally.error = error
                self.report.failed += 1
                self.report.note("row", f"{bill.identifier}: its page was not read: {error}")
                if known and alike(bill.identifier) not in known:
                    continue
            else:
                tally.read(page, layout)
                self.count_unmapped(measure)
            yield measure
        self.judge(tally, layout)
        listing = index.listing(f"bills {session}")
        if listing:
            yield listing

    def judge(self, tally: "Tally", layout: Mapping[str, str]) -> None:
        """Say which selectors found nothing anywhere; raise when no page could be read at all."""
        if tally.error is not None and not tally.pages:
            raise tally.error
        for name, found in tally.found.items():
            if not found:
                self.report.note(
                    "drifted",
                    f"{layout[name]!r} found no {name} on any of {tally.pages} bills' pages",
                )

    def indexed(self, bill: Entry, layout: Mapping[str, str], session: str) -> Measure:
        """What the index alone says of a bill."""
        fixed = self.given("classification")
        kind = MeasureClassification(fixed) if fixed else kind_of(bill.identifier)
        place = self.given("place")
        seen = {"url": True, "classification": kind, "from_organization": True,
                "title": bill.title and "full_title" not in layout}  # fmt: skip
        return Measure(
            place=place,
            session=session,
            identifier=bill.identifier,
            title=bill.title,
            classification=(kind,) if kind else (),
            from_organization=body_of(bill.identifier, place),
            url=self.address(bill.url),
            listing=f"bills {session}",
            observed=frozenset(name for name, shown in seen.items() if shown),
        )

    def count_unmapped(self, measure: Measure) -> None:
        """Count words we have no classification for; they are kept as printed."""
        for action in measure.actions:
            if not classify.knows(action.description):
                self.report.unmapped[action.description] += 1
        for text in measure.versions:
            if text.classification is None:
                self.report.unmapped[f"text {text.note}"] += 1


def entry(row: Selector, page: TextResponse, layout: Mapping[str, str]) -> Entry:
    """A row of the index. Raises ParseDrift for a row without a number or a link."""
    chosen = {**columns(row, HEADINGS), "link": "a", **layout}
    identifier = words(row, chosen.get("identifier", chosen["link"]))
    link = next(iter(addresses(row, chosen["link"], page.url)), "")
    if not identifier or not link:
        raise ParseDrift("a row has no number or no link to the bill's page", page.url)
    title = words(row, chosen["title"]) if "title" in chosen else ""
    return Entry(identifier, title, link)


def detailed(bill: Measure, page: TextResponse, layout: Mapping[str, str]) -> Measure:
    """The bill with what its page shows.

    Raises ParseDrift when the page is another bill's, or shows neither a
    status nor a history nor texts.
    """
    chosen = {**PAGE, **layout}
    check_page(bill, page, chosen)
    status = words(page.selector, chosen["status"])
    steps = (action(row, chosen) for row in page.css(chosen["actions"]))
    actions = in_order([step for step in steps if step])
    texts = (version(row, page, chosen) for row in page.css(chosen["versions"]))
    versions = tuple(text for text in texts if text)
    if not (status or actions or versions):
        raise ParseDrift("the page shows neither a status nor a history nor texts", page.url)
    title = words(page.selector, chosen["full_title"]) if "full_title" in chosen else ""
    sponsors = tuple(sponsors_of(page, chosen))
    dates = introduced(page, chosen, actions)
    seen = {"title": title, "status": status, "sponsors": sponsors, "dates": dates,
            "actions": actions, "versions": versions}  # fmt: skip
    return replace(
        bill,
        title=title or bill.title,
        status=status,
        sponsors=sponsors,
        dates=dates,
        actions=actions,
        versions=versions,
        observed=bill.observed | {name for name, shown in seen.items() if shown},
    )


def check_page(bill: Measure, page: TextResponse, chosen: Mapping[str, str]) -> None:
    """Refuse the page of another bill, where the page says whose it is."""
    shown = words(page.selector, chosen["page_identifier"]) if "page_identifier" in chosen else ""
    if shown and alike(bill.identifier) not in alike(shown):
        raise ParseDrift(f"the page of {bill.identifier} is headed {shown[:60]!r}", page.url)


def action(row: Selector, chosen: Mapping[str, str]) -> Action | None:
    """A line of the history, None for a heading or an empty one."""
    said = words(row, chosen["action_words"])
    printed = words(row, chosen["action_date"])
    if not said:
        return None
    return Action(
        description=said, date=day(printed), date_text=printed, classification=classify(said)
    )


def in_order(actions: list[Action]) -> tuple[Action, ...]:
    """The steps from first to last; many sites print the newest on top."""
    days = [step.date for step in actions if step.date]
    newest_first = bool(days) and days[0] > days[-1]
    return tuple(reversed(actions) if newest_first else actions)


def version(row: Selector, page: TextResponse, chosen: Mapping[str, str]) -> Version | None:
    """A line of the list of texts, None for a heading; all its links are kept in their order."""
    links = addresses(row, chosen["version_link"], page.url)
    note = words(row, chosen["version_note"]) or words(row, chosen["version_link"])
    if not note:
        return None
    printed = words(row, chosen["version_date"])
    return Version(
        note=note,
        links=tuple(Link(url=url) for url in links),
        date=day(printed),
        date_text=printed,
        classification=next((kind for word, kind in TEXTS if word in note.casefold()), None),
    )


def sponsors_of(page: TextResponse, chosen: Mapping[str, str]) -> list[Sponsor]:
    """The sponsors, then the cosponsors if they stand apart; a semicolon parts names."""
    found = []
    for field, kind in (
        ("sponsors", SponsorClassification.PRIMARY),
        ("cosponsors", SponsorClassification.COSPONSOR),
    ):
        parts = page.css(chosen[field]) if field in chosen else []
        names = [name.strip() for part in parts for name in words(part).split(";")]
        found += [Sponsor(name=name, classification=kind) for name in names if name]
    return found


def introduced(
    page: TextResponse, chosen: Mapping[str, str], actions: tuple[Action, ...]
) -> tuple[MeasureDate, ...]:
    """The day of introduction: as the page states it, else that of the first step of the history."""
    if "introduced" in chosen:
        printed = words(page.selector, chosen["introduced"])
        return (
            (MeasureDate(kind=DateKind.INTRODUCED, date=day(printed), text=printed),)
            if printed
            else ()
        )
    first = [step for step in actions if step.date and FIRST_STEPS & set(step.classification)]
    if not first:
        return ()
    step = min(first, key=lambda step: step.date or date.max)
    return (MeasureDate(kind=DateKind.INTRODUCED, date=step.date, text=step.date_text),)


def alike(identifier: str) -> str:
    """A number without what sites print now so, now so: "H.B. 12" and "HB12"."""
    return "".join(mark for mark in identifier.casefold() if mark.isalnum())


def kind_of(identifier: str) -> MeasureClassification | None:
    """What a number's letters say the paper is, None when they say nothing."""
    letters = "".join(mark for mark in identifier if mark.isalpha()).upper()
    return next((kind for ending, kind in KINDS if letters.endswith(ending)), None)


def body_of(identifier: str, place: str) -> str:
    """The chamber of a state's bill by its first letter; elsewhere the legislature."""
    chambers = {"H": "lower", "A": "lower", "S": "upper"} if place.count("/") == 1 else {}
    return chambers.get(identifier[:1].upper(), "legislature")
