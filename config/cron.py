"""Five cron fields: minute, hour, day of month, month, day of week.

`*`, numbers, `1-5`, lists with commas, steps (`*/15`, `8-18/2`), names of
months and days (`mon`, `jan`); Sunday is 0 or 7. As in cron, when both day
fields are restricted a day need only fit one of them.
"""

import calendar
from dataclasses import dataclass
from datetime import date, time

from config.problems import Unexpected

_DAYS = {name.lower(): (number + 1) % 7 for number, name in enumerate(calendar.day_abbr)}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_LEAP_YEAR = 2024


class CronError(Unexpected):
    """These are no cron fields."""


@dataclass(frozen=True, slots=True)
class _Range:
    """What one field may hold."""

    name: str
    low: int
    high: int
    names: dict[str, int]


_FIELDS = (
    _Range("minute", 0, 59, {}),
    _Range("hour", 0, 23, {}),
    _Range("day of month", 1, 31, {}),
    _Range("month", 1, 12, _MONTHS),
    _Range("day of week", 0, 7, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """The days and local times that cron fields name. `times` are in order."""

    times: tuple[time, ...]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None

    def on(self, day: date) -> bool:
        """Whether any time of this day is named."""
        if day.month not in self.months:
            return False
        tests = []
        if self.days is not None:
            tests.append(day.day in self.days)
        if self.weekdays is not None:
            tests.append(day.isoweekday() % 7 in self.weekdays)
        return any(tests) if tests else True


def parse_cron(text: str) -> Cron:
    """The days and times of five fields. Raises CronError, also for days that never come."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise CronError(f"{len(fields)} cron fields in {text!r}", "5")
    minutes, hours, days, months, weekdays = (
        _values(field, known) for field, known in zip(fields, _FIELDS, strict=True)
    )
    cron = Cron(
        times=tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)),
        days=None if fields[2].startswith("*") else days,
        months=months,
        weekdays=None if fields[4].startswith("*") else frozenset(day % 7 for day in weekdays),
    )
    if cron.weekdays is None and not any(
        day <= calendar.monthrange(_LEAP_YEAR, month)[1] for month in months for day in days
    ):
        raise CronError(repr(text), "a day that comes in one of its months")
    return cron


def _values(field: str, known: _Range) -> frozenset[int]:
    values: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        if span == "*":
            low, high = known.low, known.high
        else:
            first, dash, last = span.partition("-")
            low = _number(first, known, field)
            high = _number(last, known, field) if dash else (known.high if slash else low)
        if slash and not (step.isascii() and step.isdigit() and int(step)):
            raise CronError(f"the step {step!r} in {field!r}", "a number from 1")
        if low > high:
            raise CronError(f"{part!r} as {known.name}", "the smaller number first")
        values.update(range(low, high + 1, int(step) if slash else 1))
    return frozenset(values)


def _number(text: str, known: _Range, field: str) -> int:
    value = known.names.get(text.lower()[:3] if text.isalpha() else "", -1)
    if text.isascii() and text.isdigit() and len(text) <= 2:
        value = int(text)
    if not known.low <= value <= known.high:
        raise CronError(
            f"{text!r} in the cron field {field!r}",
            f"a {known.name} from {known.low} to {known.high}",
        )
    return value
