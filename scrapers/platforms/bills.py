"""Indexes of bills with a page for each, read by selectors.   2026-11-22: first version.

The watchlist gives `place`, `index` and `session` and, where the pages differ
from the defaults, CSS selectors: `row`, `identifier`, `title` and `link` on the
index; `status`, `sponsors`, `actions` (rows), `action_date`, `action_words`,
`versions` (rows), `version_date`, `version_note`, `version_link` on a bill's page.

A bill whose own page cannot be had is observed with what the index shows of it:
it is not gone, and what is known of it stays.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from parsel import Selector
from scrapy.http import TextResponse

from config.vocabulary import (
    ActionClassification,
    DateKind,
    MeasureClassification,
    SponsorClassification,
    VersionClassification,
)
from scrapers.actions import Rule, classifier
from scrapers.errors import ParseDrift, SourceError
from scrapers.items import Action, Link, Listing, Measure, MeasureDate, Sponsor, Version
from scrapers.platforms.orders import rows
from scrapers.selectors import address, day, needed, words
from scrapers.spider import SiteSpider

INDEX = {
    "row": "table tr:has(td)",
    "identifier": "td:nth-child(1)",
    "title": "td:nth-child(2)",
    "link": "a",
}
DETAIL = {
    "status": ".status",
    "sponsors": ".sponsors li",
    "actions": ".actions tr:has(td)",
    "action_date": "td:nth-child(1)",
    "action_words": "td:nth-child(2)",
    "versions": ".versions tr:has(td)",
    "version_date": "td:nth-child(1)",
    "version_note": "td:nth-child(2)",
    "version_link": "a",
}
ON_INDEX = frozenset({"title", "classification", "url"})
ON_DETAIL = ON_INDEX | {"status", "sponsors", "actions", "versions", "dates"}

RULES = classifier(
    (
        Rule(r"withdrawn", (ActionClassification.WITHDRAWAL,)),
        Rule(r"^(prefiled|filed)", (ActionClassification.FILING,)),
        Rule(r"^introduced|first reading", (ActionClassification.INTRODUCTION,)),
        Rule(r"referred to", (ActionClassification.REFERRAL_COMMITTEE,)),
        Rule(r"public hearing", (ActionClassification.HEARING_HELD,)),
        Rule(r"do pass", (ActionClassification.COMMITTEE_PASSAGE_FAVORABLE,)),
        Rule(r"(passed|adopted)\b", (ActionClassification.PASSAGE,)),
        Rule(r"governor signed", (ActionClassification.EXECUTIVE_SIGNATURE,)),
        Rule(r"vetoed", (ActionClassification.EXECUTIVE_VETO,)),
    )
)
NOTES = (
    ("introduced", VersionClassification.INTRODUCED),
    ("prefiled", VersionClassification.FILED),
    ("substitute", VersionClassification.SUBSTITUTED),
    ("amend", VersionClassification.AMENDMENT),
    ("engrossed", VersionClassification.ENGROSSED),
    ("enrolled", VersionClassification.ENROLLED),
    ("session law", VersionClassification.BECAME_LAW),
)
KINDS = (
    ("R", MeasureClassification.RESOLUTION),
    ("JR", MeasureClassification.JOINT_RESOLUTION),
    ("CR", MeasureClassification.CONCURRENT_RESOLUTION),
)


class Bills(SiteSpider):
    """One legislature's or council's bills."""

    name = "bills"

    async def crawl(self) -> AsyncIterator[Measure | Listing]:
        """Yield each bill of the index with what its own page says, then the listing."""
        index = await self.fetch(
            needed(self.parameters, "index"), role="start", expects="text/html"
        )
        count = 0
        for row in rows(index, {"row": self.parameters.get("row") or INDEX["row"]}):
            with self.row(words(row, "")[:60]):
                bill = indexed(row, index, self.parameters)
                yield await self.detailed(bill)
                count += 1
        yield Listing(name=f"bills {self.parameters.get('session', '')}".strip(), rows=count)

    async def detailed(self, bill: Measure) -> Measure:
        """The bill with what its page adds; as the index shows it when the page cannot be had."""
        try:
            page = await self.fetch(bill.url, expects="text/html")
            return detail(page, bill, self.parameters)
        except SourceError as error:
            self.report.failed += 1
            self.report.note("row", f"{bill.identifier}: its page was not read: {error}")
            return bill


def indexed(row: Selector, page: TextResponse, parameters: Mapping[str, Any]) -> Measure:
    """A row of the index as a measure. Raises ParseDrift for a row without number or link."""
    chosen = {name: parameters.get(name) or css for name, css in INDEX.items()}
    identifier, link = words(row, chosen["identifier"]), address(row, chosen["link"])
    if not identifier or not link:
        raise ParseDrift("a row has no number or no link", page.url)
    session = str(parameters.get("session", ""))
    return Measure(
        place=str(parameters.get("place", "")),
        session=session,
        identifier=identifier,
        title=words(row, chosen["title"]),
        classification=(kind_of(identifier),),
        url=page.urljoin(link),
        listing=f"bills {session}".strip(),
        observed=ON_INDEX,
    )


def detail(page: Any, bill: Measure, parameters: Mapping[str, Any]) -> Measure:
    """The bill with what its page shows. Raises ParseDrift when it shows neither history nor texts."""
    if not isinstance(page, TextResponse):
        raise ParseDrift("a bill's page is not a page of text", page.url)
    chosen = {name: parameters.get(name) or css for name, css in DETAIL.items()}
    actions = tuple(action(row, chosen) for row in page.css(chosen["actions"]))
    versions = tuple(version(row, page, chosen) for row in page.css(chosen["versions"]))
    if not actions and not versions:
        raise ParseDrift("a bill's page shows neither history nor texts", page.url)
    introduced = next((step for step in actions if step.date), None)
    return replace(
        bill,
        status=words(page.selector, chosen["status"]),
        sponsors=tuple(
            Sponsor(
                name=words(item, ""),
                classification=SponsorClassification.COSPONSOR
                if rank
                else SponsorClassification.PRIMARY,
            )
            for rank, item in enumerate(page.css(chosen["sponsors"]))
        ),
        dates=(
            MeasureDate(kind=DateKind.INTRODUCED, date=introduced.date, text=introduced.date_text),
        )
        if introduced
        else (),
        actions=actions,
        versions=versions,
        observed=ON_DETAIL,
    )


def action(row: Selector, chosen: Mapping[str, str]) -> Action:
    printed, said = words(row, chosen["action_date"]), words(row, chosen["action_words"])
    return Action(
        description=said, date=day(printed), date_text=printed, classification=RULES(said)
    )


def version(row: Selector, page: TextResponse, chosen: Mapping[str, str]) -> Version:
    printed, note = words(row, chosen["version_date"]), words(row, chosen["version_note"])
    link = address(row, chosen["version_link"])
    return Version(
        note=note,
        date=day(printed),
        date_text=printed,
        classification=next((kind for word, kind in NOTES if word in note.casefold()), None),
        links=(Link(url=page.urljoin(link)),) if link else (),
    )


def kind_of(identifier: str) -> MeasureClassification:
    """What a number's letters say the paper is, whatever the chamber."""
    letters = "".join(mark for mark in identifier.split()[0] if mark.isalpha()).upper()
    return next((kind for end, kind in KINDS if letters[1:] == end), MeasureClassification.BILL)
