"""Minnesota's lists of bills and the page of a bill. Pure.

Clerks type the days of actions by hand: "05/272026", "5/20/226". One that can
only mean one day is read as it, any other stays as printed.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from parsel import Selector, SelectorList

from config.vocabulary import SponsorClassification, VersionClassification
from scrapers.actions import in_order
from scrapers.errors import ParseDrift
from scrapers.items import Action, Link, Related, Sponsor, Version
from scrapers.selectors import address
from scrapers.sites.minnesota_words import BODIES, NO_STEPS, TEXTS, classify

PLACE = "us/mn"
SITE = "https://www.revisor.mn.gov"
WIDTH = 500
"""Rows that an answer holds at most, and so the numbers of a range."""

_NUMBER = re.compile(r"\b([HS][FRC])\s*0*(\d+)\b", re.IGNORECASE)
_DATE = re.compile(r"\s*(\d{1,2})/(\d{1,2})/?(\d{2,4})\s*")
_INLINE = re.compile(r"\b(\d{1,2}/\d{1,2}/?\d{2,4})\b")
_POSTED = re.compile(r"Posted on\s+(\d{1,2}/\d{1,2}/\d{2,4})", re.IGNORECASE)
_CHAPTER = re.compile(r"\bchapter(?: number)?:?\s*(\d+)\b", re.IGNORECASE)
_OVER = re.compile(
    r"secretary of state|governor'?s action (?:approval|veto)|^veto|chapter number", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Row:
    """A bill as a list shows it; `moved` is the day of its last action, as printed and as understood."""

    identifier: str
    title: str
    url: str
    moved: str = ""
    day: date | None = None


@dataclass(slots=True)
class BillPage:
    """What a bill's page says; `texts_at` is where its texts are listed when that is elsewhere."""

    identifier: str
    description: str = ""
    sponsors: list[Sponsor] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    chapters: list[str] = field(default_factory=list)
    texts_at: str = ""
    over: str = ""
    broken_days: int = 0
    unknown: Counter[str] = field(default_factory=Counter)


def day_in(said: str) -> date | None:
    """The day that a clerk's figures mean; None where they could mean several, or none."""
    match = _DATE.fullmatch(said)
    if match is None:
        return None
    month, day, year = match[1], match[2], match[3]
    if len(year) == 3:
        # A figure was left out: "226" is 2026, "225" is 2025.
        year = f"20{year[1:]}" if year.startswith("2") else ""
    elif len(year) == 2:
        year = f"20{year}"
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def identifier_in(said: str) -> str:
    """The first number in words such as "HF  0042", as "HF 42"; "" where there is none."""
    match = _NUMBER.search(said)
    return f"{match[1].upper()} {int(match[2])}" if match else ""


def number_of(identifier: str) -> int:
    """The figure of a number such as "HF 42", 0 for what is none."""
    match = _NUMBER.fullmatch(identifier)
    return int(match[2]) if match else 0


def read_list(page: Selector, url: str, layout: Mapping[str, str]) -> tuple[list[Row], int]:
    """The bills of a range, and how many rows had no number or led nowhere."""
    rows, faults = [], 0
    for row in page.css(layout["row"]):
        link = row.css(layout["row_number"])
        identifier, page_of = identifier_in(_text(link)), _leads_to(link, url)
        if not identifier or not page_of:
            faults += bool(row.css("td"))
            continue
        moved = _text(row.css(layout["row_moved"]))
        title = _text(row.css(layout["row_title"]))
        rows.append(Row(identifier, title, page_of, moved, day_in(moved)))
    return rows, faults


def read_bill(page: Selector, url: str, layout: Mapping[str, str]) -> BillPage:
    """A bill's page. Raises ParseDrift for one without a number."""
    identifier = next(
        filter(None, (identifier_in(_text(one)) for one in page.css(layout["number"]))), ""
    )
    if not identifier:
        raise ParseDrift("the page shows no number of a bill", url)
    found = BillPage(identifier, description=_text(page.css(layout["description"])[:1]))
    names = dict.fromkeys(filter(None, (_text(one) for one in page.css(layout["author"]))))
    found.sponsors = [
        Sponsor(name=name, classification=SponsorClassification.COSPONSOR if rank else SponsorClassification.PRIMARY)
        for rank, name in enumerate(names)
    ]  # fmt: skip
    twins = dict.fromkeys(
        filter(None, (identifier_in(_text(one)) for one in page.css(layout["companion"])))
    )
    found.related = [
        Related(identifier=one, relation="companion") for one in twins if one != identifier
    ]
    for body, selector in (("House", "house_action"), ("Senate", "senate_action")):
        for row in page.css(layout[selector]):
            _take_action(found, row, body, layout)
    found.actions = in_order(found.actions)
    found.versions = read_versions(page, url, layout, found.unknown)
    if not found.versions:
        link = page.css(layout["current_text"])
        found.texts_at = _leads_to(link, url)
    return found


def read_versions(
    page: Selector, url: str, layout: Mapping[str, str], unknown: Counter[str]
) -> list[Version]:
    """A bill's texts, oldest first, the PDF of each before its page: it shows what is marked."""
    found = []
    for row in page.css(layout["version"]):
        link = row.css(layout["version_name"])
        note = _text(link[:1])
        if not note:
            continue
        here = _leads_to(link, url)
        # Where the row has no PDF, it stands below the text's own address.
        paper = _leads_to(row.css(layout["version_pdf"]), url) or (
            f"{here.rstrip('/')}/pdf/" if here else ""
        )
        step = _step(note)
        if step is None:
            unknown[f"text {re.sub(r'[0-9]+', '#', note)[:60]}"] += 1
        posted = match[1] if (match := _POSTED.search(_text(row))) else ""
        links = (
            Link(url=paper, media_type="application/pdf"),
            Link(url=here, media_type="text/html"),
        )
        found.append(
            Version(
                note=note,
                links=tuple(one for one in links if one.url),
                date=day_in(posted),
                date_text=posted,
                classification=step,
            )
        )
    dated = [one for one in found if one.date]
    return (
        sorted(found, key=lambda one: one.date or date.max) if len(dated) == len(found) else found
    )


def _step(note: str) -> VersionClassification | None:
    return next((step for words, step in TEXTS if re.search(words, note, re.IGNORECASE)), None)


def _take_action(found: BillPage, row: Selector, body: str, layout: Mapping[str, str]) -> None:
    printed = _text(row.css(layout["action_date"])[:1])
    words = row.css(layout["action_words"])
    description = _text(words[:1]) or _text(row.css("td:nth-child(2)"))
    if not description:
        return
    if description.lower().startswith(NO_STEPS):
        if match := _CHAPTER.search(_text(row)):
            found.chapters.append(match[1])
            found.over = found.over or description
        return
    if not printed and (match := _INLINE.search(description)):
        # The day of some steps stands among their words.
        printed = match[1]
    day = day_in(printed)
    found.broken_days += bool(printed) and day is None
    executive = re.search(r"governor|secretary of state", description, re.IGNORECASE)
    found.actions.append(
        Action(
            description=description,
            date=day,
            date_text=printed,
            classification=classify(description),
            organization="executive" if executive else BODIES[body],
        )
    )
    if match := _CHAPTER.search(description):
        found.chapters.append(match[1])
    if _OVER.search(description):
        found.over = description


def _leads_to(links: SelectorList[Selector], url: str) -> str:
    """Where the first of some links leads; "" where there is none, or no address in it."""
    return address(url, links[0].attrib.get("href", "")) if links else ""


def _text(found: Selector | SelectorList[Selector]) -> str:
    return " ".join(" ".join(found.css("::text").getall()).split())
