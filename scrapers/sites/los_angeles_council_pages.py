"""Pages of Los Angeles' council file system as values: a record, a list of results. Pure.

A record is a box of sections, each a label over its text (`div.reclabel`,
`div.rectext`). Under File Activities stands a table of days and words, with
papers in hidden boxes (`showtip_1` ...) that the icons of rows open; under
Online Documents one of papers and days. Votes follow `Council Vote
Information`: pairs of a label and a value, then a row a member. The record is
known from a recording of 2010, online documents and votes from public clients.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from parsel import Selector

from scrapers.errors import ErrorPage, ParseDrift
from scrapers.selectors import address, words
from scrapers.sites.los_angeles_council_words import FILE

NOTHING = re.compile(
    r"no records? (?:were )?found|no such council file|record not found", re.IGNORECASE
)
VOTES = "Council Vote Information"
RESULTS = "CFIResultList"
_DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
_TIP = re.compile(r"showtip_\d+")


class NoRecord(ErrorPage):
    """The clerk knows no council file under this number."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of a file: what it is called, where it is, its day as printed."""

    name: str
    url: str
    date_text: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """A line of a file's activities, with the papers it leads to."""

    date_text: str
    text: str
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote of the council: `told` are its labels and values, `roll` (member, district, vote)."""

    told: Mapping[str, str]
    roll: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A council file's page. `fields` are its other sections by label, values of lines joined by a line break."""

    number: str
    fields: Mapping[str, str]
    activities: tuple[Activity, ...] = ()
    papers: tuple[Paper, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    history: str = ""


def record_of(page: Selector, url: str) -> Record:
    """A record. Raises NoRecord where the clerk has none, ParseDrift for another page."""
    header = words(page, "#CouncilFileHeader") or words(page, ".cfheader")
    found = FILE.search(header)
    box = page.css("#viewrecord")
    if not found or not box:
        told = words(page, "body")
        if NOTHING.search(told):
            raise NoRecord("the clerk has no such council file", url)
        raise ParseDrift("the page has no council file where it should be", url)
    fields = _fields(box[0])
    if not fields.get("Title"):
        raise ParseDrift(f"council file {found[1]} has no title", url)
    tips = {tip.attrib["id"]: _papers(tip, url) for tip in box.css("[id^=showtip_]")}
    activities = tuple(_activities(box[0], tips))
    return Record(
        number=found[1].upper(),
        fields=MappingProxyType(fields),
        activities=activities,
        papers=_documents(page, url, activities),
        ballots=tuple(_ballots(page)),
        history=_section(box[0], "File History"),
    )


def _fields(box: Selector) -> dict[str, str]:
    """What stands under each label but the tables."""
    found = {}
    for label in box.css(".reclabel"):
        name = words(label).rstrip(":")
        text = label.xpath("following-sibling::*[contains(@class, 'rectext')][1]")
        if name and text and not text.css("table") and name != "File History":
            lines = [words(part) for part in text.css("div div")] or [words(text[0])]
            found[name] = "\n".join(line for line in lines if line)
    return found


def _section(box: Selector, label: str) -> str:
    """A section's text, its lines as they are printed."""
    nodes = box.xpath(
        f".//*[contains(@class, 'reclabel')][normalize-space()='{label}']"
        "/following-sibling::*[contains(@class, 'rectext')][1]//text()"
    ).getall()
    lines = (" ".join(line.split()) for line in "\n".join(nodes).splitlines())
    return "\n".join(line for line in lines if line)


def _activities(box: Selector, tips: Mapping[str, tuple[Paper, ...]]) -> list[Activity]:
    rows = box.xpath(
        ".//*[contains(@class, 'reclabel')][normalize-space()='File Activities']"
        "/following-sibling::*[contains(@class, 'rectext')][1]//tr[td]"
    )
    found = []
    for row in rows:
        cells = row.css("td")
        day, text = words(cells[0]), words(cells[1]) if len(cells) > 1 else ""
        opened = _TIP.findall(" ".join(row.css("[onclick]::attr(onclick)").getall()))
        papers = tuple(paper for tip in opened for paper in tips.get(tip, ()))
        if day or text:
            found.append(Activity(day, text, papers))
    return found


def _papers(box: Selector, url: str) -> tuple[Paper, ...]:
    """The papers of a table: a link, and its day in the row."""
    found = []
    for row in box.xpath(".//tr[.//a[@href]]"):
        link = row.css("a[href]")[0]
        day = _DAY.search(words(row).replace(words(link), " ", 1))
        leads = address(url, link.attrib["href"])
        if leads and words(link):
            found.append(Paper(words(link), leads, day[0] if day else ""))
    return tuple(found)


def _documents(page: Selector, url: str, activities: tuple[Activity, ...]) -> tuple[Paper, ...]:
    """All papers of a file, each address once: those of its own table, then those of its activities."""
    tables = page.xpath(".//table[not(ancestor::*[starts-with(@id, 'showtip_')])]")
    own = [paper for table in tables for paper in _papers(table, url) if _is_document(paper)]
    found: dict[str, Paper] = {}
    for paper in (*own, *(paper for one in activities for paper in one.papers)):
        found.setdefault(address_key(paper.url), paper)
    return tuple(found.values())


def _is_document(paper: Paper) -> bool:
    return "onlinedocs" in urlsplit(paper.url).path.casefold()


def address_key(url: str) -> str:
    """A paper's path: the same papers are served by more than one of the clerk's hosts."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}".casefold() if parts.query else parts.path.casefold()


def _ballots(page: Selector) -> list[Ballot]:
    """The votes of the council: a table of labels, then a table of members, again and again."""
    found: list[Ballot] = []
    heading = page.xpath(f".//*[normalize-space(text())='{VOTES}']")
    told: dict[str, str] = {}
    for table in heading.xpath("following::table"):
        members = [
            tuple(words(cell) for cell in row.css("td"))
            for row in table.xpath(".//tr[td and not(.//table)]")
        ]
        if words(table, "tr").casefold().startswith("member name"):
            roll = tuple(
                (cells[0], cells[1], cells[2])
                for cells in members
                if len(cells) == 3 and cells[0] and cells[0].casefold() != "member name"
            )
            if told:
                found.append(Ballot(MappingProxyType(told), roll))
            told = {}
            continue
        labels = {cells[0].rstrip(":"): cells[1] for cells in members if len(cells) == 2}
        if "Meeting Date" in labels:
            if told:
                found.append(Ballot(MappingProxyType(told)))
            told = labels
    return [*found, Ballot(MappingProxyType(told))] if told else found


def results_of(page: Selector, url: str) -> dict[str, str]:
    """The council files of a list of results, by number, with their titles.

    A search without results says so. Raises ParseDrift for a page that has
    neither results nor those words.
    """
    table = page.css(f"#{RESULTS}")
    found: dict[str, str] = {}
    for row in table.xpath(".//tr[td]"):
        number = number_in(row)
        if number:
            titles = [words(cell) for cell in row.css("td") if not FILE.fullmatch(words(cell))]
            found.setdefault(number, next((title for title in titles if title), ""))
    if not found and not NOTHING.search(words(page, "body")):
        raise ParseDrift("the page has neither council files nor says that there are none", url)
    return found


def number_in(row: Selector) -> str:
    """The council file a row of results is about: where its link leads, else its first cell."""
    for href in row.css("a::attr(href)").getall():
        asked = {
            name.casefold(): values
            for name, values in parse_qs(href.partition("?")[2].partition("#")[0]).items()
        }
        for value in asked.get("cfnumber", []):
            if FILE.fullmatch(value.strip()):
                return value.strip().upper()
    found = FILE.fullmatch(words(row, "td"))
    return found[1].upper() if found else ""
