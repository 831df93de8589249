"""Which of thousands of bills have their texts asked for in one crawl. Pure.

A session has some 3,000 bills with up to four texts each: at one visit every
second and a half, hours. So a text is asked for when its bill's row in the list
changed, or when its last try failed, and else once a week, since texts can
change in silence. What a crawl leaves is marked in the bill's extras, so that
the next one goes on where it ended, however it ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from scrapers.items import EMPTY, Measure

ASKED = "Texts asked for"  # in the extras: the day, and the digest of the row as it was then
WEEK = timedelta(days=7)

Number = tuple[str, int]


@dataclass(slots=True)
class Turn:
    """Whose turn it is in one session of one crawl.

    `known` are the extras of the bills as last seen, by number. `again` are
    bills of which a text could not be had. `filled` says that every bill had its
    turn once: from then on a row that changed never waits. `room` is how many
    other bills this crawl bears, `left` counts those that found none. `everything`
    is for a crawl to which texts cost nothing: all are asked for, none is marked.
    """

    today: date
    known: Mapping[Number, Mapping[str, str]]
    again: frozenset[Number]
    filled: bool
    room: int
    everything: bool = False
    left: int = 0

    def before(self, number: Number) -> Mapping[str, str]:
        return self.known.get(number, EMPTY)

    def is_news(self, number: Number, digest: str) -> bool:
        """Whether a bill is new, or its row another than when its texts were asked for."""
        return number in self.again or _digest(self.before(number)) != digest

    def seen(self, found: Measure, number: Number, digest: str) -> Measure:
        """A measure as this crawl shows it: with its texts, or with what is known of them left alone."""
        if self.everything:
            return found
        if self._takes(number, digest):
            return _marked(found, f"{self.today} {digest}")
        shown = _marked(found, self.before(number).get(ASKED, ""))
        return replace(shown, versions=(), observed=found.observed - {"versions"})

    def _takes(self, number: Number, digest: str) -> bool:
        """Whether the texts of a bill are asked for now; takes up room when they are."""
        news = self.is_news(number, digest)
        if news and self.filled:
            return True
        if not news and not is_due(self.before(number), self.today):
            return False
        if self.room <= 0:
            self.left += 1
            return False
        self.room -= 1
        return True


def _marked(found: Measure, mark: str) -> Measure:
    extras = {**found.extras, ASKED: mark} if mark else found.extras
    return replace(found, extras=MappingProxyType(dict(extras)))


def is_due(extras: Mapping[str, str], today: date) -> bool:
    """Whether a bill's texts were not asked for in the last week."""
    day = extras.get(ASKED, "").partition(" ")[0]
    return not day or today - date.fromisoformat(day) >= WEEK


def _digest(extras: Mapping[str, str]) -> str:
    return extras.get(ASKED, "").partition(" ")[2]
