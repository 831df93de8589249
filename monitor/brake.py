"""The mass-change brake: when a crawl changes or loses more than is plausible.

A site that is rebuilt, or that shows the wrong list for a night, changes
hundreds of measures at once. Whether that is plausible is told by the source's
own past: how many of its measures changed in one crawl before, and how long ago
the last crawl was. Where the past is short, as right after the baseline, only a
change of most measures is implausible; the loss of many always is. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from config.vocabulary import ChangeKind
from storage.ports import SourceReport

FEW = 20
"""Measures that may change or vanish at any time."""

_ENOUGH = 8  # crawls from which a past can be judged
_SHARE = 0.2
_SHARE_UNKNOWN = 0.5
_LOST_SHARE = 0.2
_TIMES = 4
_TWINS = 0.5
_STEPS = (ChangeKind.ACTION, ChangeKind.STATUS)
_LONG_AFTER_ONE = timedelta(days=7)  # in weeks a session can move every bill; no past says how many
_LONGEST_WAIT = 30  # usual intervals: a longer pause allows no more changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a crawl came to: measures changed, lost and new, of how many `known` before it (`known_before`).

    `twins` are new measures that have the title of a known one.
    """

    known: int
    changed: int
    vanished: int = 0
    new: int = 0
    twins: int = 0


def known_before(report: SourceReport, history: Sequence[SourceReport]) -> int:
    """How many measures a crawl could change or lose: those it saw that were not new, and those it lost.

    A crawl that asked only for what changed saw few of them: the last whole one saw all.
    """
    last = history[0].found if history else 0
    return max(last, report.found - report.new + report.vanished)


def implausible(
    found: Found, history: Sequence[SourceReport], *, now: datetime, kinds: str = ""
) -> str:
    """Say why a crawl's changes should be looked at before they are told, or "".

    `history` are the source's earlier reports that went well, newest first,
    without the crawl in question; `kinds` says what changed, for the reader.
    """
    return (
        (_lost(found) or _renumbered(found) or _changed(found, history, now, kinds))
        if found.known
        else ""
    )


def is_opening_day(found: Found, kinds: Mapping[str, int]) -> bool:
    """Whether what changed is what the opening of a session changes: measures take steps.

    Then all that was filed before is referred within days, and no past crawl had
    its like. A site that is rebuilt, renumbers or loses measures does otherwise.
    """
    steps = max(kinds.get(kind, 0) for kind in _STEPS)
    return not (_lost(found) or _renumbered(found)) and 2 * steps >= found.changed


def _lost(found: Found) -> str:
    if found.vanished <= max(FEW, _LOST_SHARE * found.known):
        return ""
    return f"{found.vanished} of {found.known} measures vanished at once"


def _renumbered(found: Found) -> str:
    if found.twins <= max(FEW, _TWINS * found.new):
        return ""
    return (
        f"{found.twins} of {found.new} new measures have the titles of known ones: "
        "the site may number them otherwise now"
    )


def _changed(found: Found, history: Sequence[SourceReport], now: datetime, kinds: str) -> str:
    past = [report for report in history if report.at is not None]
    if len(past) == 1 and past[0].at and now - past[0].at > _LONG_AFTER_ONE:
        return ""
    share = _SHARE if len(past) >= _ENOUGH else _SHARE_UNKNOWN
    most = max((report.changed for report in past), default=0)
    if found.changed <= max(FEW, share * found.known, _TIMES * most * _waits(past, now)):
        return ""
    what = f" ({kinds})" if kinds else ""
    before = "the crawl before" if len(past) == 1 else f"the {len(past)} crawls before"
    return (
        f"{found.changed} of {found.known} measures changed at once{what}; "
        f"at most {most} did in {before}"
    )


def _waits(past: Sequence[SourceReport], now: datetime) -> float:
    """How many usual intervals have passed since the last crawl, at least one."""
    times = sorted(report.at for report in past if report.at is not None)
    steps = [(after - before).total_seconds() for before, after in pairwise(times)]
    usual = median(steps) if steps else 0.0
    if usual <= 0:
        return 1.0
    passed = (now - times[-1]).total_seconds() / usual
    return min(max(1.0, passed), _LONGEST_WAIT)
