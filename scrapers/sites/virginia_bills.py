"""One session's bills as both lists of LIS show them, and each as one measure. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from scrapers.items import EMPTY, Measure
from scrapers.platforms.legistar_rows import digest
from scrapers.rows import RowTable
from scrapers.sites.virginia_api import (
    OLDER_EVENTS,
    Details,
    abstract_of,
    bill_row,
    carried,
    detailed,
    event_rows,
    list_extras,
    older_events,
    patron_rows,
)
from scrapers.sites.virginia_rows import Companions, measure
from scrapers.sites.virginia_words import BODIES, Row, day, number_in, session_year
from scrapers.turns import READ, STAMP

ITS_TURN = "its turn: the API is asked about so many bills a crawl"


@dataclass(frozen=True, slots=True)
class Reading:
    """A session's bills: the rows of BILLS.CSV, and by number the lines of the API's list.

    `cut` says that BILLS.CSV broke off: `table` has the rows before that, and no
    bill is missing because it is not among them.
    """

    table: RowTable
    listed: Mapping[str, Row]
    cut: bool = False

    @property
    def rows(self) -> list[Row]:
        """All rows; of a bill that only the API lists, one made of the API's line."""
        have = {number_in(row.get("Bill_id", "")) for row in self.table.rows}
        more = [bill_row(row) for number, row in self.listed.items() if number not in have]
        return [*self.table.rows, *more]

    @property
    def digest(self) -> str:
        """What both lists say, in short."""
        said = [*map(digest, self.table.rows), *map(digest, self.listed.values())]
        return digest({"rows": sorted(said)})

    def stamp(self, number: str, row: Row) -> str:
        """What both lists say of one bill, in short."""
        return digest({"row": row, "line": self.listed.get(number)})


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of one session: its row, its line in the API's list, and its extras as last seen, if any."""

    session: str
    number: str
    row: Row
    line: Row | None
    before: Mapping[str, str] | None

    def measure(
        self, companions: Companions, details: Details | None, now: datetime, stamp: str
    ) -> Measure:
        """The bill as a measure, the same one whether it comes of the files or of the API.

        Raises ValueError when a row has no bill number.
        """
        year = session_year(self.session)
        older: set[str] = set()
        if details is not None:
            if self.before is not None and details.events is not None:
                older = older_events(details.events, self.row, self.before)
            companions = self._completed(companions, details, year, older)
        found = measure(self.session, self.row, companions)
        if self.line is None:
            return carried(found, self.before or EMPTY, by_api=False)
        abstract = found.abstract or abstract_of(self.line)
        found = replace(
            found,
            abstract=abstract,
            observed=found.observed | ({"abstract"} if abstract else set()),
            extras={**list_extras(self.line), **found.extras},
        )
        if details is not None:
            found = detailed(found, details, self.before, year=year, read_at=now, stamp=stamp)
            held = {OLDER_EVENTS: "|".join(sorted(older))} if older else {}
            return replace(found, extras={**found.extras, **held})
        return self._unasked(found, stamp)

    def _completed(
        self, companions: Companions, details: Details, year: int, older: set[str]
    ) -> Companions:
        """The companions with the API's events and patrons where the files have none of this bill."""
        if details.events is not None:
            steps = event_rows(details.events, year, older)
            companions = replace(companions, history={self.number: steps} if steps else None)
        if details.patrons is not None:
            people = patron_rows(details.patrons, self.row)
            companions = replace(companions, sponsors={self.number: people})
        return companions

    def _unasked(self, found: Measure, stamp: str) -> Measure:
        """The bill where the API was not asked about it: its texts stay as they are unless a row moved."""
        before = self.before or EMPTY
        if READ in before and before.get(STAMP) == stamp:
            found = replace(found, versions=(), observed=found.observed - {"versions"})
        waiting = tuple(replace(one, waits_for=ITS_TURN) for one in found.versions)
        return carried(replace(found, versions=waiting), before, by_api=True)


def moved(row: Row) -> date | None:
    """The day of the last action that a row of BILLS.CSV shows."""
    days = (day(row.get(f"Last_{body}_action_date", "")) for body in BODIES)
    return max((one for one in days if one), default=None)
