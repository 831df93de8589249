"""What the three invented governments publish: orders, bills, matters, meetings. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from monitor.demo.papers import Paper

CITY = "us/wa/harborview"
STATE = "us/wa"
START = date(2026, 3, 1)
MAYOR, LEGISLATURE, COUNCIL = "harborview-mayor", "cascadia", "harborview-council"
"""The names of the sources in the demo's watchlist."""


@dataclass(frozen=True, slots=True)
class Order:
    """An executive order as the mayor's site lists it; `posted` is the day of its file.

    `scanned` says that the file is a picture of the paper, without a word in it.
    """

    number: str
    title: str
    signed: date
    paper: Paper
    posted: date = START
    scanned: bool = False

    @property
    def identifier(self) -> str:
        return f"Executive Order {self.number}"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a bill's history."""

    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Print:
    """One printed text of a bill."""

    note: str
    day: date
    paper: Paper

    @property
    def slug(self) -> str:
        return self.note.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill as the legislature's site shows it; `brief` is its name in the list."""

    identifier: str
    brief: str
    title: str
    status: str
    introduced: date
    sponsors: tuple[str, ...]
    steps: tuple[Step, ...]
    prints: tuple[Print, ...]

    @property
    def slug(self) -> str:
        return self.identifier.replace(" ", "")


def bill(
    identifier: str,
    brief: str,
    title: str,
    sponsors: tuple[str, ...],
    introduced: date,
    paper: Paper,
) -> Bill:
    """A bill on the day of its introduction."""
    house = "House" if identifier.startswith("H") else "Senate"
    return Bill(
        identifier=identifier,
        brief=brief,
        title=title,
        status=f"In {house} committee",
        introduced=introduced,
        sponsors=sponsors,
        steps=(Step(introduced, f"First reading, referred to {house} committee"),),
        prints=(Print("Original", introduced, paper),),
    )


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote of the council: its result as printed, and how each member voted."""

    passed: bool
    tally: str
    roll: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of a matter's history; `body` did it on `day`, `text` is its long form."""

    day: date
    action: str
    body: str
    text: str = ""
    version: str = "1"
    ballot: Ballot | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One version of a matter's text, as the clerk keeps it: RTF with marks."""

    version: str
    paper: Paper
    kept: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a matter. `guid` names its address; a file put in its place has another."""

    name: str
    guid: str
    paper: Paper
    kept: datetime
    supporting: bool = True


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter of the city council, as the Legistar API gives it.

    `touched` is its time of modification: what is done to attachments or
    histories alone need not move it.
    """

    id: int
    file: str
    title: str
    kind: str
    status: str
    body: str
    introduced: date
    touched: datetime
    sponsors: tuple[str, ...] = ()
    deeds: tuple[Deed, ...] = ()
    texts: tuple[Text, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    related: tuple[int, ...] = ()
    agenda: date | None = None
    passed: date | None = None
    enacted: date | None = None
    enactment: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an agenda; about a matter when `file` names one. `note` goes out as RTF."""

    title: str
    file: str = ""
    note: str = ""
    number: str = ""
    action: str = ""
    ballot: Ballot | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of the council or a committee, with its agenda."""

    id: int
    body: str
    day: date
    time: time
    place: str
    touched: datetime
    lines: tuple[Line, ...] = ()
    agenda: str = "Final"
    minutes: str = "Draft"
    comment: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """All that the three governments publish on one day."""

    orders: tuple[Order, ...]
    bills: tuple[Bill, ...]
    matters: tuple[Matter, ...]
    meetings: tuple[Meeting, ...]
