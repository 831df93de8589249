"""Which of many papers are looked at closely in one crawl, and in which order. Pure.

A list is cheap: hundreds of rows come with one request. What each row leads to
costs a visit of its own, at the host's own pace. So a crawl spends a fixed
number of visits on what is most likely to have changed, and what was left comes
first the next time. Changes can be silent, so what was read is read again: the
older its last change, the later.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from scrapers.items import EMPTY

READ = "details read"
TRIED = "details tried"
STAMP = "row"
KEPT = frozenset({READ, TRIED, STAMP})
"""Extras: when a paper was read closely, when that was tried, and the digest of its row then."""

RECENT = timedelta(days=120)
AGAIN = timedelta(days=7)
SETTLED = timedelta(days=730)
AGAIN_LATER = timedelta(days=60)
A_DAY = timedelta(days=1)


class Why(IntEnum):
    """Why a paper is looked at, the most pressing first."""

    NEW = 0
    CHANGED = 1
    AGENDA = 2
    UNREAD = 3
    AGAIN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper as the lists of a crawl show it.

    `stamp` is the digest of its row, "" when this crawl did not see it listed;
    `moved` the last day it is known to have changed; `rank` orders papers that
    press equally, smaller first. `agenda` is None for one on no agenda seen, else
    whether that agenda is new or changed.
    """

    id: str
    stamp: str = ""
    moved: date | None = None
    rank: int = 0
    agenda: bool | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A paper whose turn it is, and why."""

    id: str
    why: Why


def turns(
    papers: Iterable[Paper],
    known: Mapping[str, Mapping[str, str]],
    *,
    now: datetime,
    first: bool,
) -> list[Turn]:
    """The papers whose turn it is, the most pressing first.

    `known` are the extras of the papers as last observed. In the `first` crawl
    everything is new and nothing presses but what is on an agenda. `now` is aware.
    """
    found = []
    for paper in papers:
        why = reason(paper, known.get(paper.id), now=now, first=first)
        if why is not None:
            before = known.get(paper.id, EMPTY)
            found.append((why, _order(paper, why, before), paper.id))
    return [Turn(id_, why) for why, _, id_ in sorted(found)]


def reason(
    paper: Paper, before: Mapping[str, str] | None, *, now: datetime, first: bool
) -> Why | None:
    """Why a paper is to be looked at; None when it is not."""
    if before is None:
        return Why.NEW if not first else Why.UNREAD if paper.agenda is None else Why.AGENDA
    read, tried = when(before.get(READ, "")), when(before.get(TRIED, ""))
    if tried is not None and (read is None or tried > read) and now - tried < A_DAY:
        # What cannot be read must not take the visits of what can.
        return None
    if paper.stamp and before.get(STAMP) != paper.stamp:
        return Why.CHANGED
    if paper.agenda or (paper.agenda is False and read is not None and now - read >= A_DAY):
        return Why.AGENDA
    if read is None:
        return Why.UNREAD
    return Why.AGAIN if now - read >= _wait(paper, now) else None


def _wait(paper: Paper, now: datetime) -> timedelta:
    """How long a paper is left alone that shows no sign of change."""
    age = timedelta() if paper.moved is None else now.date() - paper.moved
    if age < RECENT:
        return AGAIN
    return AGAIN_LATER if age < SETTLED else timedelta.max


def _order(paper: Paper, why: Why, before: Mapping[str, str]) -> tuple[float, float]:
    """Within one reason: by rank, the newest first; of those read before, the longest ago."""
    if why is Why.AGAIN:
        read = when(before.get(READ, ""))
        return read.timestamp() if read else 0.0, 0.0
    return paper.rank, -(paper.moved.toordinal() if paper.moved else 0)


def when(stamp: str) -> datetime | None:
    """A moment as it was marked (ISO, aware); None for nothing or something else."""
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return found if found.tzinfo else None
