"""How Maine names its legislatures and papers, and where the site keeps them. Pure.

A paper has a number from the chamber it began in, "HP 1315" or "SP 29", from
the day it is known. Once it is printed it also has a number as legislative
document, "LD 1971", by which everybody calls it from then on. Both run through
a whole legislature, which is two years with its regular and special sessions.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from scrapers.errors import SourceError
from scrapers.sessions import nth_weekday

PLACE = "us/me"
SITE = "https://legislature.maine.gov"
DIRECTORY = "/bills/billdirectory_ps.asp"
PAGE = "/legis/bills/display_ps.asp"
STATUS = "/LawMakerWeb/summary.asp"

FIRST_YEAR = 1761  # legislature n sits in 1761 + 2n and the year after: the 132nd in 2025
LAWMAKER = 116  # its number of a session is the legislature's less this
NOVEMBER = 11  # a look at the next legislature's list before it convenes costs one visit
OVERLAP = timedelta(days=75)
"""How long a legislature's list is read in every crawl after the next one has convened."""

_LD = re.compile(r"LD\s*0*(\d+)")
_ORDINAL = re.compile(r"\s*0*(\d{2,3})(?:st|nd|rd|th)?\s*(?:legislature)?\s*", re.IGNORECASE)
_PAPER = r"([HSI][A-Z])\s*0*(\d+)\b"
_BETWEEN = r"\s?[,(;]?\s?"
_NUMBERS = re.compile(
    rf"\bLD\s*0*(\d+){_BETWEEN}\b{_PAPER}|\b{_PAPER}(?:{_BETWEEN}\bLD\s*0*(\d+)\b)?"
)


@dataclass(frozen=True)
class Name:
    """A paper's numbers in its legislature; `ld` is 0 before it is printed."""

    session: str
    kind: str
    number: int
    ld: int = 0
    site: str = SITE

    @property
    def key(self) -> tuple[str, int]:
        """What tells a paper from the others of its legislature from its first day to its last."""
        return self.kind, self.number

    @cached_property
    def paper(self) -> str:
        """The number from its chamber, "HP 1315"."""
        return f"{self.kind} {self.number}"

    @property
    def code(self) -> str:
        """That number as addresses have it, "HP1315" or "SP0029"."""
        return f"{self.kind}{self.number:04}"

    @property
    def printed(self) -> str:
        """The number it goes by: "LD 1971", before it is printed "HP 1315"."""
        return f"LD {self.ld}" if self.ld else self.paper

    @property
    def page(self) -> str:
        """The page with its texts and its way through committee."""
        asked = f"LD={self.ld}" if self.ld else f"paper={self.code}"
        return f"{self.site}{PAGE}?{asked}&snum={self.session}"

    @property
    def status_page(self) -> str:
        """LawMaker's page of the paper."""
        number = int(self.session) - LAWMAKER
        return f"{self.site}{STATUS}?paper={self.code}&SessionID={number}"


def name_in(said: str, session: str, site: str = SITE) -> Name | None:
    """The first paper named in words such as "LD 1971, HP 1315"; None when there is none."""
    match = _NUMBERS.search(" ".join(said.split()))
    if match is None:
        return None
    ld, kind, number = match.group(1, 2, 3) if match[2] else match.group(6, 4, 5)
    return Name(session, kind, int(number), int(ld or 0), site)


def ld_of(identifier: str) -> int:
    """The number of a legislative document, 0 for what is none."""
    match = _LD.fullmatch(identifier.strip())
    return int(match[1]) if match else 0


def legislature(named: object) -> str:
    """A legislature as the site's addresses have it, "132". Raises SourceError for what is none."""
    match = _ORDINAL.fullmatch(str(named))
    if not match:
        raise SourceError(f"sessions: found {named!r}, expected a legislature such as 132")
    return match[1]


def last_year(session: str) -> int:
    """The year in which a legislature ends. Raises ValueError for what is none."""
    return FIRST_YEAR + 2 * int(session) + 1


def first_year(session: str) -> int:
    """The year after which laws of a legislature are cited, whichever year they are made in."""
    return FIRST_YEAR + 2 * int(session)


def convenes(session: str) -> date:
    """The first Wednesday of December after the election."""
    return nth_weekday(first_year(session) - 1, 12, 2, 1)


def open_legislatures(today: date) -> tuple[str, ...]:
    """The legislatures whose lists are worth asking for, the newest first.

    From November of an election year on the next one may have papers; until well
    after it has convened the one before is read with it, so that a list is there.
    """
    sitting = (today.year - FIRST_YEAR) // 2
    if today.year % 2 == 0 and today >= convenes(str(sitting + 1)):
        sitting += 1
    found = [sitting]
    if today.year % 2 == 0 and today.month >= NOVEMBER and sitting * 2 + FIRST_YEAR <= today.year:
        found.insert(0, sitting + 1)
    elif today - convenes(str(sitting)) < OVERLAP:
        found.append(sitting - 1)
    return tuple(map(str, found))
