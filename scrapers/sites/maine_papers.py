"""The page of a paper: its texts and amendments, its committee, its end. Pure.

Every text's link says only "Printed Document PDF": what a text is follows from
the block it stands in. The chambers' own dockets are not on this page; they are
LawMaker's (`scrapers.sites.maine_chambers`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scrapy.http import TextResponse

from config.vocabulary import SponsorClassification, VersionClassification
from scrapers.errors import ErrorPage, ParseDrift
from scrapers.items import Action, Link, Sponsor, Version
from scrapers.selectors import addresses, day, words
from scrapers.sites.maine_names import Name, first_year, name_in
from scrapers.sites.maine_words import chapter, classify

PDF = "application/pdf"
ORIGINAL = "Printed Document"
NO_SUCH = "cannot find requested paper"

_DATED = re.compile(r"^(?P<said>.*?),?\s*(?P<day>[A-Z][a-z]{2,8}\.? \d{1,2}, ?\d{4})\.?$")
_GOVERNOR = re.compile(r"\s*Governor.?s Action:\s*", re.IGNORECASE)
_REFERRED = re.compile(
    r"\bReferred to (?:the )?(?:Joint )?(?:Committee on )?(?P<committee>.+?) on "
    r"(?P<day>[A-Z][a-z]{2,8}\.? \d{1,2}, ?\d{4})"
)
_CHAPTERED = re.compile(r"\b([A-Z]{4,})\W{1,4}Chapter (\w+)")
_LATEST = re.compile(
    r"Latest Committee (?P<what>Action|Report):\s*(?P<said>.+?)"
    r"(?=\s*(?:Latest Committee|Committee Docket|Committee Amendments|Date Action|$))"
)
_NAMES = re.compile(r",|;|\band\b|(?<=s):")
_TITLE = re.compile(r"(Representative|Senator|Speaker|President)(s?)\b\s*")
_SPONSORS = re.compile(
    r"\b(?:Presented|Sponsored|Introduced) by:?\s*(?P<primary>.+?)"
    r"(?:\.?\s*Cosponsored by:?\s*(?P<others>.+?))?\.?\s*$"
)


class NoSuchPaper(ErrorPage):
    """The site's own word, with a good status, that it has no page of a paper."""


@dataclass(slots=True)
class PaperPage:
    """What a paper's page says. `chapters` are citations, `committee` is where it was referred to."""

    versions: list[Version] = field(default_factory=list)
    documents: list[Link] = field(default_factory=list)
    chapters: list[str] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    sponsors: list[Sponsor] = field(default_factory=list)
    status: str = ""
    is_over: bool = False
    extras: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_page(page: TextResponse, name: Name, layout: Mapping[str, str]) -> PaperPage:
    """What the page of a paper says.

    Raises NoSuchPaper where the site says that it has no such paper, ParseDrift for
    the page of another paper or of no paper at all.
    """
    _check(page, name, layout)
    found = PaperPage()
    documents = page.css(layout["documents"])
    said = words(documents[0]) if documents else ""
    found.versions = list(_versions(page, said, layout))
    found.documents = list(_fiscal_notes(page, layout))
    year = first_year(name.session)
    found.chapters = [
        chapter(kind, number, year) for kind, number in dict.fromkeys(_CHAPTERED.findall(said))
    ]
    _committee(page, layout, found)
    _ending(page, layout, found)
    found.sponsors = _sponsors(page)
    _extras(page, layout, found)
    return found


def _check(page: TextResponse, name: Name, layout: Mapping[str, str]) -> None:
    text = words(page.selector)
    if NO_SUCH in text.casefold():
        raise NoSuchPaper(f"the site says that it has no paper {name.printed}", page.url)
    title = words(page.selector, "title")
    shown = name_in(title, name.session) or name_in(
        words(page.selector, layout["documents"]), name.session
    )
    if shown is not None and shown.key != name.key:
        raise ParseDrift(f"the page of {name.paper} is about {shown.paper}", page.url)
    if shown is None and not page.css(layout["documents"]):
        raise ParseDrift("the page shows neither a paper's number nor its texts", page.url)


def _versions(page: TextResponse, said: str, layout: Mapping[str, str]) -> Iterator[Version]:
    """The original, the amendments by their filing numbers, the chapter; each text once."""
    taken: dict[str, int] = Counter()
    of_amendments: set[str] = set()
    amendments = []
    for block in page.css(layout["amendment"]):
        urls = addresses(block, layout["text"], page.url)
        of_amendments.update(urls)
        note = words(block, layout["amendment_number"])
        if urls and note and not taken[note]:
            taken[note] += 1
            amendments.append(_version(note, urls[0], VersionClassification.AMENDMENT))
    laws = []
    for link in page.css(layout["text"]):
        url = next(iter(addresses(link, "", page.url)), "")
        if not url or url in of_amendments:
            continue
        of_amendments.add(url)
        note = re.sub(r"\s*\b(PDF|HTML|RTF)\b", "", words(link)) or ORIGINAL
        heading = _CHAPTERED.search(" ".join(map(words, link.xpath("./parent::span"))))
        if heading or "chapter" in note.casefold():
            heading = heading or _CHAPTERED.search(said)
            note = f"{heading[1]} Chapter {heading[2]}" if heading else note
            laws.append(_version(note, url, VersionClassification.BECAME_LAW))
            continue
        taken[note] += 1
        first = note == ORIGINAL and taken[note] == 1
        yield _version(
            note if taken[note] == 1 else f"{note} {taken[note]}",
            url,
            VersionClassification.INTRODUCED if first else None,
        )
    yield from amendments
    yield from laws


def _version(note: str, url: str, kind: VersionClassification | None) -> Version:
    told = PDF if "getpdf" in url.casefold() else ""
    return Version(
        note=note, links=(Link(url=url, media_type=told, text=note),), classification=kind
    )


def _fiscal_notes(page: TextResponse, layout: Mapping[str, str]) -> Iterator[Link]:
    """The fiscal notes, of the bill and of its amendments, each address once."""
    seen: set[str] = set()
    blocks = [
        (words(one, layout["amendment_number"]), one) for one in page.css(layout["amendment"])
    ]
    for number, node in (*blocks, ("", page.selector)):
        for url in addresses(node, layout["fiscal_note"], page.url):
            if url not in seen:
                seen.add(url)
                yield Link(url=url, text=f"Fiscal Note {number}".rstrip())


def _committee(page: TextResponse, layout: Mapping[str, str], found: PaperPage) -> None:
    """The referral and the committee's docket, as they follow one another."""
    said = words(page.selector, layout["committee"])
    referred = _REFERRED.search(said)
    if referred:
        committee = referred["committee"].strip()
        found.extras["Committee"] = committee
        found.actions.append(dated(f"Referred to Committee on {committee}", referred["day"]))
    for latest in _LATEST.finditer(said):
        found.extras[f"Latest Committee {latest['what']}"] = latest["said"]
    for row in page.css(layout["docket_row"]):
        cells = [words(cell) for cell in row.xpath("./td | ./th")]
        if [cell.casefold() for cell in cells[:2]] == ["date", "action"] or not any(cells):
            continue
        if len(cells) < 2:
            found.extras.setdefault("Docket", cells[0])
        elif not cells[1]:
            found.faults.append(f"a line of the committee's docket has no action: {cells}")
        else:
            found.actions.append(dated(" - ".join(filter(None, cells[1:3])), cells[0]))
    found.status = found.actions[-1].description if found.actions else ""


def _ending(page: TextResponse, layout: Mapping[str, str], found: PaperPage) -> None:
    """How the paper ended, and what the governor did."""
    for block in page.css(layout["disposition"]):
        disposition, *governor = _GOVERNOR.split(words(block), maxsplit=1)
        for label, printed, where in (
            ("Final Disposition", disposition, "legislature"),
            ("Governor's Action", governor[0] if governor else "", "executive"),
        ):
            if not printed.strip():
                continue
            match = _DATED.match(printed.strip())
            said = match["said"] if match else printed.strip()
            when = match["day"] if match else ""
            found.actions.append(dated(f"{label}: {said}", when, where))
            found.extras[label] = printed.strip()
            found.status = said if label == "Final Disposition" else f"{found.status}; {said}"
    passed = re.search(r"enacted|finally passed", found.extras.get("Final Disposition", ""), re.I)
    found.is_over = "Final Disposition" in found.extras and (
        not passed or "Governor's Action" in found.extras
    )


def dated(description: str, printed: str, where: str = "legislature") -> Action:
    """A step on a printed day; words that are no day are kept beside it. Committees are joint."""
    return Action(
        description=description,
        date=day(printed),
        date_text=printed,
        classification=classify(description),
        organization=where,
    )


def _sponsors(page: TextResponse) -> list[Sponsor]:
    """The sponsors as the page has them, under their own heading, where it has one."""
    headings = page.css("span.story_heading").xpath("./self::*[contains(., 'Sponsors')]")
    for heading in headings:
        for block in heading.xpath("./ancestor::div[1]//p | ./ancestor::div[1]"):
            match = _SPONSORS.search(words(block))
            if match:
                primary = [
                    Sponsor(name=one, classification=SponsorClassification.PRIMARY)
                    for one in people(match["primary"])
                ]
                return primary + [
                    Sponsor(name=one, classification=SponsorClassification.COSPONSOR)
                    for one in people(match["others"] or "")
                ]
    return []


def people(printed: str) -> list[str]:
    """Names of a list such as "Senator A of X and Representatives: B of Y, C of Z", with their titles."""
    found, title = [], ""
    for part in _NAMES.split(printed):
        name = part.strip(" .:")
        match = _TITLE.match(name)
        if match:
            title = match[1] if match[2] else ""
            name = name[match.end() :].strip(" :") if title else name
        if name:
            found.append(f"{title} {name}".strip())
    return list(dict.fromkeys(found))


def _extras(page: TextResponse, layout: Mapping[str, str], found: PaperPage) -> None:
    """What is kept beside: marks, what became of each amendment, where testimony is."""
    marks = re.findall(r"\(([^)]+)\)", words(page.selector, layout["flags"]))
    testimony = addresses(page.selector, layout["testimony"], page.url)
    told = {
        "Marks": "|".join(marks),
        "Testimony": "|".join(testimony),
        "Title on its page": words(page.selector, layout["page_title"]),
    }
    for block in page.css(layout["amendment"]):
        number = words(block, layout["amendment_number"])
        fate = words(block, layout["amendment_fate"])
        also = words(block, layout["amendment_note"])
        if number:
            told[f"Amendment {number}"] = "; ".join(filter(None, (fate, also)))
    found.extras |= {name: value for name, value in told.items() if value}
