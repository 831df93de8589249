"""The page of a bill at New Mexico's Legislature. Pure.

Every field stands in an element of its own with an id that ends in its name, as
ASP.NET writes them; ids of rows end in a number besides. Ids that are neither
read nor known to say nothing are counted.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from parsel import Selector, SelectorList

from config.vocabulary import ActionClassification, DateKind, SponsorClassification
from scrapers.errors import ParseDrift
from scrapers.items import Action, Link, MeasureDate, Sponsor
from scrapers.selectors import address
from scrapers.sites.new_mexico_lists import Number, number_in
from scrapers.sites.new_mexico_words import classify

_READ = re.compile(
    r"_(?:lblSession|lblBillID|lblTitle|linkSponsor\d*|linkLocation|lblLocation|lblActionText"
    r"|lblAction|lblSponsorTitle|lblSponsorName|linkPDF|lblCommitteeName|linkVote\w*|lblVote\w*"
    r"|linkVeto\w*|lblVeto\w*|linkAmendmentsInContext)(?:_\d+)?$"
)
_SILENT = re.compile(
    # Counts on tabs, words that say that there is nothing, and texts, which the folders list.
    r"Count$|_lblEmpty\w*$|_lbl(?:Sponsors|Votes|Analysis|Reports|FloorReports|Actions|Vetoes)$"
    r"|LegislationText(?:Introduced|Final)_|_lblDateRead\w*(?:_\d+)?$|_lblIntroName\w*$"
    r"|_lblCommitteeReportName(?:_\d+)?$|_linkLegislativeDayChart$|dataList(?:Adopted|Failed|Proposed)\w*$"
    r"|_lbl\w*Amendment\w*(?:_\d+)?$"
)
_DAY = re.compile(r"Calendar Day:\s*(\d{1,2}/\d{1,2}/\d{4})", re.IGNORECASE)
_LEGISLATIVE = re.compile(r"Legislative Day:\s*(\d+)", re.IGNORECASE)
_CHAPTER = re.compile(r"\bCh(?:apter|\.)\s*(\d+)\b", re.IGNORECASE)
_CODE = re.compile(r"SponCode=(\w+)", re.IGNORECASE)
_OVER = re.compile(
    r"^(?:signed|vetoed|pocket veto|became law|law without|dead\b|postponed indefinitely)"
    r"|\bCh(?:apter|\.)\s*\d|without (?:the )?governor'?s signature",
    re.IGNORECASE,
)
_COMMITTEE = re.compile(r"^(?i:(?:sent|referred|re-?referred|assigned) to\s+)?([HS])[A-Z]{2,5}\b")


@dataclass(slots=True)
class BillPage:
    """What a bill's page says. `over` is the step that ended the bill, "" of a live one."""

    number: Number
    title: str
    session: str
    status: str = ""
    sponsors: list[Sponsor] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    documents: list[Link] = field(default_factory=list)
    chapters: list[str] = field(default_factory=list)
    over: str = ""
    extras: dict[str, str] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)


def read_page(page: Selector, url: str) -> BillPage:
    """A bill's page. Raises ParseDrift for one without a number or a title."""
    number = number_in(_said(page, "formViewLegislation_lblBillID"))
    title = _said(page, "formViewLegislation_lblTitle")
    if number is None or not title:
        raise ParseDrift("the page shows no number and title of a bill", url)
    found = BillPage(number, title, _said(page, "formViewLegislationTitle_lblSession"))
    found.status = _said(page, "_linkLocation") or _said(page, "_lblLocation")
    found.sponsors = _sponsors(page)
    found.actions = [one for one in map(_action, page.css('[id*="_lblAction_"]')) if one]
    found.documents = _documents(page, url)
    steps = [one.description for one in found.actions]
    text = _said(page, "_lblActionText")
    found.chapters = list(
        dict.fromkeys(match[1] for said in (*steps, text) for match in _CHAPTER.finditer(said))
    )
    found.over = next((step for step in reversed(steps) if _OVER.search(step)), "")
    if text:
        found.extras["Action text"] = text
    found.unknown = _unknown(page)
    return found


def dates(actions: Iterable[Action]) -> tuple[MeasureDate, ...]:
    """The day the governor signed."""
    signed = [
        one for one in actions
        if ActionClassification.EXECUTIVE_SIGNATURE in one.classification and one.date
    ][-1:]  # fmt: skip
    return tuple(
        MeasureDate(kind=DateKind.SIGNED, date=one.date, text=one.date_text) for one in signed
    )


def _sponsors(page: Selector) -> list[Sponsor]:
    """Those named first above the tabs are primary; the tab of sponsors names all."""
    named: dict[str, Sponsor] = {}
    for link in page.css('a[id*="formViewLegislation_linkSponsor"]'):
        name = _text(link)
        if name:
            named[name] = Sponsor(name=name, id=_code(link))
    for link in page.css('a[id*="dataListSponsors_linkSponsor"]'):
        name = " ".join(filter(None, map(_text, link.css('[id*="_lblSponsorName"]')))) or _text(
            link
        )
        if name and name not in named:
            named[name] = Sponsor(
                name=name, id=_code(link), classification=SponsorClassification.COSPONSOR
            )
    return list(named.values())


def _action(row: Selector) -> Action | None:
    """A step: its words stand in bold below its legislative and its calendar day."""
    words = " ".join(" ".join(row.css("strong ::text").getall()).split())
    whole = _text(row)
    description = words or _LEGISLATIVE.sub("", _DAY.sub("", whole)).strip()
    if not description:
        return None
    said = match[1] if (match := _DAY.search(whole)) else ""
    body = _COMMITTEE.match(description)
    house = re.search(r"\b(House|Senate)\b", description)
    organization = (
        {"H": "lower", "S": "upper"}[body[1]] if body
        else {"House": "lower", "Senate": "upper"}[house[1]] if house
        else "executive" if re.search(r"governor", description, re.IGNORECASE)
        else ""
    )  # fmt: skip
    return Action(
        description=description,
        date=_day(said),
        date_text=said,
        classification=classify(description),
        organization=organization,
    )


def _day(said: str) -> date | None:
    try:
        return datetime.strptime(said, "%m/%d/%Y").date()  # noqa: DTZ007 - a day, no moment
    except ValueError:
        return None


def _documents(page: Selector, url: str) -> list[Link]:
    """Analyses, votes, vetoes and the text with its amendments worked in, each once."""
    found: dict[str, Link] = {}
    panels = ("tabPanelAnalysis", "tabPanelVotes", "tabPanelVetoes")
    links = [link for panel in panels for link in page.css(f'[id$="{panel}"] a[href]')]
    for link in (*links, *page.css('a[id$="_linkAmendmentsInContext"]')):
        leads_to = address(url, link.attrib["href"].strip().replace(" ", "%20"))
        if not leads_to.lower().endswith((".pdf", ".html", ".htm")):
            continue
        found.setdefault(leads_to, Link(url=leads_to, text=_text(link)))
    return list(found.values())


def _unknown(page: Selector) -> Counter[str]:
    """The fields of the page that we neither read nor know to say nothing."""
    found: Counter[str] = Counter()
    for one in page.css('[id^="MainContent_"][id*="_lbl"], [id^="MainContent_"][id*="_link"]'):
        name = one.attrib["id"]
        if _READ.search(name) or _SILENT.search(name) or not _text(one):
            continue
        found[re.sub(r"_\d+$", "", name.removeprefix("MainContent_"))] += 1
    return found


def _said(page: Selector, name: str) -> str:
    return _text(page.css(f'[id$="{name}"]'))


def _text(found: Selector | SelectorList[Selector]) -> str:
    return " ".join(" ".join(found.css("::text").getall()).split())


def _code(link: Selector) -> str:
    match = _CODE.search(link.attrib.get("href", ""))
    return match[1] if match else ""
