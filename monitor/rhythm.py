"""How long a source is usually silent, learned from the days on which it had news.

Quiet is a silence longer than usual, stale one longer than ever before, by far:
a site that answers well and shows last year's list looks like a quiet one until
then. Days count in UTC. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

_ENOUGH = 5  # silences between days of news, from which a rhythm is learned
_SHORTEST_QUIET = 3  # days
_SHORTEST_STALE = 10
_TIMES_USUAL = 3
_TIMES_LONGEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Days without news: now, usually (the median), and at most until now; and since when."""

    days: int
    usual: float
    longest: int
    since: date

    @property
    def is_quiet(self) -> bool:
        return self.days > max(_SHORTEST_QUIET, _TIMES_USUAL * self.usual)

    @property
    def is_stale(self) -> bool:
        return self.days > max(_SHORTEST_STALE, _TIMES_LONGEST * self.longest)

    def __str__(self) -> str:
        return (
            f"nothing new since {self.since.isoformat()}, {self.days} days; "
            f"before, it never took longer than {self.longest}"
        )


def silence(news: Sequence[date], today: date) -> Silence | None:
    """Hold today's silence against those before it; None while too little is known.

    `news` are the days on which something was new or changed, in any order.
    """
    days = sorted(set(news))
    gaps = [(after - before).days for before, after in pairwise(days)]
    if len(gaps) < _ENOUGH:
        return None
    return Silence(
        days=max(0, (today - days[-1]).days), usual=median(gaps), longest=max(gaps), since=days[-1]
    )
