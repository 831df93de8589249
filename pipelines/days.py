"""Days that a measure cannot have: a site's slips of the pen, such as the year 0206.

What was printed stays; only the day that it was taken for goes. So a slip sorts
nothing to the wrong end and no date limit meets it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from scrapers.items import Action, Measure, MeasureDate, Version

FIRST, LAST = 1850, 2100
"""The years between which a day is believed: sites list old law, and end dates far ahead."""

Dated = TypeVar("Dated", Action, Version)


def with_possible_days(measure: Measure, tell: Callable[[str], None]) -> Measure:
    """The measure without impossible days; each is told in a sentence."""
    dated: tuple[Action | MeasureDate | Version, ...] = (
        *measure.actions, *measure.dates, *measure.versions,
    )  # fmt: skip
    wrong = sorted({one.date for one in dated if one.date and not _is_possible(one.date)})
    if not wrong:
        return measure
    for day in wrong:
        tell(f"{measure.identifier}: {day.isoformat()} is no day to be believed")
    return replace(
        measure,
        actions=tuple(_undated(one) if one.date in wrong else one for one in measure.actions),
        dates=tuple(
            replace(one, date=None, text=one.text or str(one.date)) if one.date in wrong else one
            for one in measure.dates
        ),
        versions=tuple(_undated(one) if one.date in wrong else one for one in measure.versions),
    )


def _undated(one: Dated) -> Dated:
    return replace(one, date=None, date_text=one.date_text or str(one.date))


def _is_possible(day: date) -> bool:
    return FIRST <= day.year <= LAST
