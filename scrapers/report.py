"""What a crawl of one source met: counts, notes, and how the source did."""

from collections import Counter
from dataclasses import dataclass, field

from config.vocabulary import Health
from scrapers.errors import Challenge, ParseDrift, RobotsDenied, SourceError
from scrapers.items import Listing
from scrapers.reasons import RobotsUnreachable

NOTES_KEPT = 200
FEW_WITHDRAWN = 2
"""Measures that may be withdrawn although a crawl for what changed met no other."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell the operator about one page or row."""

    kind: str
    message: str
    url: str = ""

    def __str__(self) -> str:
        # Most errors name their page already.
        where = f" ({self.url})" if self.url and self.url not in self.message else ""
        return f"{self.kind}: {self.message}{where}"


@dataclass
class Report:
    """What one crawl of one source met.

    `start_ok` is true once any start page was read, false when start pages
    were asked for and none could be had (`start_health` then says why).
    `ended` tells how the spider ended, None while it runs or when it was
    interrupted. `partial` says that only what changed was asked for, so that
    finding little or nothing is well. `withdrawn` counts measures that the site
    says are no more. Counts are exact; notes are the first 200 different ones.
    """

    pages: int = 0
    documents: int = 0
    bytes: int = 0
    measures: int = 0
    events: int = 0
    withdrawn: int = 0
    partial: bool = False
    rows: int = 0
    failed: int = 0
    start_ok: bool | None = None
    start_health: Health | None = None
    ended: Health | None = None
    listings: list[Listing] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    notes_dropped: int = 0
    unmapped: Counter[str] = field(default_factory=Counter)
    undeclared: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)

    def note(self, kind: str, message: str, url: str = "") -> None:
        """Keep a note once.

        Kinds: failing, blocked, drifted, robots, undeclared-host, document, row, info.
        """
        note = Note(kind, message, url)
        if note in self.notes:
            return
        if len(self.notes) < NOTES_KEPT:
            self.notes.append(note)
        else:
            self.notes_dropped += 1

    def start_page(self, error: SourceError | None = None) -> None:
        """Keep how asking for a start page went."""
        if error is None:
            self.start_ok, self.start_health = True, None
        elif not self.start_ok:
            self.start_ok = False
            self.start_health = self.start_health or health_of(error)

    @property
    def read(self) -> int:
        """How many items the spider has handed over: measures, events, lists and withdrawals."""
        return self.measures + self.events + len(self.listings) + self.withdrawn

    @property
    def all_but_gone(self) -> bool:
        """Whether the site says of most measures that they are no more: then it is the site that fails."""
        return self.withdrawn > max(FEW_WITHDRAWN if self.partial else 0, self.measures)

    def state(self) -> Health:
        """How the source did: ok, failing, blocked or drifted.

        A missing companion leaves a source ok; a start page that cannot be
        had, a spider that broke off, or rows of which none could be read do not.
        """
        if self.ended is not Health.OK:
            return self.ended or Health.FAILING
        if self.start_health is not None:
            return self.start_health
        if self.failed and not self.measures and not self.events:
            return Health.DRIFTED
        return Health.OK


def health_of(error: SourceError) -> Health:
    """What an error on a start page says of the source."""
    match error:
        case ParseDrift():
            return Health.DRIFTED
        case RobotsUnreachable():
            return Health.FAILING
        case Challenge() | RobotsDenied():
            return Health.BLOCKED
        case _:
            return Health.FAILING
