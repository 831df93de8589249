"""LawMaker's pages of a paper: what the chambers did, who sponsors it, its subjects. Pure.

Each page carries the same box "Bill Info" and table of its own, told apart by
headings and not by place. A cell of the docket holds several actions, one a line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from parsel import Selector
from scrapy.http import TextResponse

from config.vocabulary import SponsorClassification, VoteOption, VoteResult
from scrapers.errors import ErrorPage, ParseDrift
from scrapers.items import Action, Sponsor, Vote
from scrapers.selectors import addresses, day, words
from scrapers.sites.maine_names import Name, name_in
from scrapers.sites.maine_words import HOUSES, classify

PAGES = ("dockets", "sponsors", "subjects")
NO_SUCH = "bill not found"

_COUNTS = (
    re.compile(
        r"Yeas (?P<yes>\d+) ?- ?Nays (?P<no>\d+) ?- ?Absent (?P<absent>\d+) ?- ?Excused (?P<excused>\d+)"
    ),
    re.compile(
        r"(?P<yes>\d+) -?Yeas ?[-,] ?(?P<no>\d+) -?Nays ?[-,] ?"
        r"(?P<excused>\d+) -?Excused ?[-,] ?(?P<absent>\d+) -?Absent"
    ),
)
_DATED = re.compile(r"(?P<day>\d{1,2}/\d{1,2}/\d{4})\s*-\s*(?P<said>.+)")


@dataclass(slots=True)
class StatusPage:
    """LawMaker's summary of a paper: what it says by label, and where its other pages are."""

    said: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """What the governor did, else the later of the chambers' last actions."""
        if self.said.get("Governor Action"):
            return self.said["Governor Action"]
        last = []
        for label in ("Last House Action", "Last Senate Action"):
            match = _DATED.match(self.said.get(label, ""))
            when = day(match["day"]) if match else None
            if match and when:
                last.append((when, match["said"]))
        return max(last, key=lambda one: one[0])[1] if last else ""

    @property
    def governor(self) -> Action | None:
        """What the governor did, with the day that stands beside it."""
        said, printed = self.said.get("Governor Action", ""), self.said.get("Date", "")
        if not said:
            return None
        return Action(
            description=said,
            date=day(printed),
            date_text=printed,
            classification=classify(said),
            organization="executive",
        )


def read_status(page: TextResponse, name: Name) -> StatusPage:
    """The summary of a paper. Raises ErrorPage where there is none, ParseDrift for another's."""
    check(page, name)
    found = StatusPage()
    for row in page.xpath("//tr[count(./td)=2]"):
        label = words(row, "td:first-child").rstrip(":")
        value = words(row, "td:nth-child(2)").strip(" -")
        if label and len(label) < 40 and value and value != "None":
            found.said.setdefault(label, value)
    for kind in PAGES:
        url = next(iter(addresses(page.selector, f'a[href*="{kind}.asp"]', page.url)), "")
        if url:
            found.pages[kind] = url
    if "dockets" not in found.pages:
        raise ParseDrift("LawMaker's page of the paper leads to no docket", page.url)
    return found


def check(page: TextResponse, name: Name) -> None:
    """Refuse the page of another paper, or of none."""
    if NO_SUCH in words(page.selector).casefold():
        raise ErrorPage(f"LawMaker says that it has no paper {name.paper}", page.url)
    heads = page.xpath("//tr[td[normalize-space(.)='Bill Info']]/following-sibling::tr[1]")
    shown = name_in(words(heads[0]) if heads else "", name.session)
    if shown is None or shown.key != name.key:
        what = shown.paper if shown else "no paper"
        raise ParseDrift(f"LawMaker's page of {name.paper} is about {what}", page.url)


def read_docket(page: TextResponse, name: Name, said: Mapping[str, str]) -> list[Action]:
    """What the chambers did, in the order of the page.

    Raises ParseDrift for a page without a docket of a paper of which a chamber
    did something, and ValueError for a line that is not three cells.
    """
    check(page, name)
    headings = page.xpath("//tr[*[1][normalize-space(.)='Date'] and count(*)>2 and not(.//tr)]")
    if not headings:
        if said.get("Last House Action") or said.get("Last Senate Action"):
            raise ParseDrift("LawMaker's docket is not where it should be", page.url)
        return []
    return [
        action for row in headings[0].xpath("./following-sibling::tr") for action in _actions(row)
    ]


def _actions(row: Selector) -> Iterator[Action]:
    cells = row.xpath("./td")
    if not cells or not words(row):
        return
    if len(cells) != 3:
        raise ValueError(f"a line of the docket has {len(cells)} cells: {words(row)[:60]!r}")
    printed, chamber = words(cells[0]), words(cells[1])
    for said in lines(cells[2]):
        yield Action(
            description=said,
            date=day(printed),
            date_text=printed,
            classification=classify(said),
            organization=HOUSES.get(chamber.casefold(), chamber),
            vote=vote(said),
        )


def lines(cell: Selector) -> list[str]:
    """The lines of a cell, as `br` parts them; blanks folded, empty ones left out."""
    pieces = (
        " ".join(node.get().split()) + " " if isinstance(node.root, str) else "\n"
        for node in cell.xpath(".//text() | .//br")
    )
    return [" ".join(one.split()) for one in "".join(pieces).split("\n") if one.strip()]


def vote(said: str) -> Vote | None:
    """The count of a roll call as an action's words have it; None for an action without one."""
    match = next((found for form in _COUNTS if (found := form.search(said))), None)
    if match is None:
        return None
    options = {
        "yes": VoteOption.YES, "no": VoteOption.NO,
        "absent": VoteOption.ABSENT, "excused": VoteOption.EXCUSED,
    }  # fmt: skip
    return Vote(
        result=_result(said),
        text=match[0],
        counts=tuple((option, int(match[name])) for name, option in options.items()),
    )


def _result(said: str) -> VoteResult | None:
    """Whether the vote was won, where the words say so; of a motion, that is not the bill's fate."""
    if re.search(r"\b(failed|not sustained|rejected)\b", said, re.IGNORECASE):
        return VoteResult.FAIL
    won = r"\b(prevailed|passed|enacted|accepted|adopted|sustained|postponed|engrossed)\b"
    return VoteResult.PASS if re.search(won, said, re.IGNORECASE) else None


def read_sponsors(page: TextResponse, name: Name) -> list[Sponsor]:
    """Who presented the paper, then who else stands behind it, as LawMaker names them."""
    check(page, name)
    found = []
    for label, kind in (
        ("Sponsored By", SponsorClassification.PRIMARY),
        ("Cosponsored By", SponsorClassification.COSPONSOR),
    ):
        cells = page.xpath(
            "//td[normalize-space(translate(., ':', ''))=$label]/following-sibling::td[1]",
            label=label,
        )
        found += [Sponsor(name=one, classification=kind) for cell in cells for one in lines(cell)]
    return list({one.name: one for one in reversed(found)}.values())[::-1]


def read_subjects(page: TextResponse, name: Name) -> list[str]:
    """The subjects, from the widest to the narrowest, each once."""
    check(page, name)
    rows = page.xpath("//tr[td[normalize-space(.)='Major Subject'] and not(.//tr)]")
    cells = (words(cell) for row in rows for cell in row.xpath("./following-sibling::tr/td"))
    return list(dict.fromkeys(one for one in cells if one and not one.strip(" .").isdecimal()))
