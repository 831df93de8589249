"""When something is due, in the words of a watchlist.

    hourly                  every 6 hours          every 30 minutes
    daily at 07:30          daily at 07:30 America/New_York
    weekly on monday at 08:00 Europe/Berlin
    0 5 * * 1-5             0 5 * * 1-5 America/Chicago     (cron, five fields)
    at once                 (only where messages are sent)

A time of day is local time. On the night when clocks go forward a time that
does not exist is met once, at the first instant after the gap; on the night
when they go back a time that comes twice is met once, the first time.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, ConfigDict

from config.cron import Cron, CronError, parse_cron
from config.problems import Unexpected, meant

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXAMPLES = (
    "hourly, every 6 hours, every 30 minutes, daily at 07:30 America/New_York, "
    "weekly on monday at 08:00, or five cron fields"
)
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=31)
_HORIZON_DAYS = 8 * 366 + 1  # a 29 February may be eight years away


class ScheduleError(Unexpected):
    """The words are no schedule."""


class Schedule(BaseModel):
    """A recurring time. `text` is as written; `str` gives it back.

    `interval` is set for kind interval, `hour` and `minute` for daily and
    weekly, `weekday` (0 is Monday) for weekly, `cron` for cron. `timezone` is
    an IANA name, empty for intervals.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    kind: Literal["interval", "daily", "weekly", "cron"]
    interval: timedelta | None = None
    hour: int = 0
    minute: int = 0
    weekday: int | None = None
    cron: str = ""
    timezone: str = ""

    def __str__(self) -> str:
        return self.text

    def next_after(self, now: datetime) -> datetime:
        """The first due instant after `now`, in UTC.

        An interval counts from `now`. Raises ValueError when `now` has no time zone.
        """
        if now.tzinfo is None:
            raise ValueError("now needs a time zone")
        if self.interval is not None:
            return now.astimezone(UTC) + self.interval
        zone = ZoneInfo(self.timezone)
        today = now.astimezone(zone).date()
        for ahead in range(_HORIZON_DAYS):
            for at in self._times(today + timedelta(days=ahead)):
                instant = first_instant(today + timedelta(days=ahead), at, zone)
                if instant > now:
                    return instant
        raise ValueError(f"{self.text!r} is never due")  # parse_schedule lets none such through

    def _times(self, day: date) -> Iterator[time]:
        """The local times due on a day, in order."""
        if self.kind == "cron":
            cron = _cron(self.cron)
            if cron.on(day):
                yield from cron.times
        elif self.weekday is None or day.weekday() == self.weekday:
            yield time(self.hour, self.minute)


def first_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a local time is met.

    Of two, the first; of none, the first instant after the gap.
    """
    early = datetime.combine(day, at, zone)
    instant = early.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == early.replace(tzinfo=None):
        return instant
    # In a gap fold 0 reckons with the offset before it, fold 1 with the one after it; so the
    # clock changed between the two readings.
    before, after = early.replace(fold=1).astimezone(UTC), instant
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


def _instants(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Every instant at which a local time is met: one, or two when clocks go back."""
    first = first_instant(day, at, zone)
    second = datetime.combine(day, at, zone).replace(fold=1).astimezone(UTC)
    return (first, second) if second > first else (first,)


def parse_schedule(text: str, timezone: str) -> Schedule:
    """The schedule that a watchlist's words mean.

    `timezone` is the clock of times that name none. Raises ScheduleError.
    """
    plain = " ".join(text.split())
    words = plain.lower()
    if words in {"hourly", "every hour"}:
        return Schedule(text=plain, kind="interval", interval=timedelta(hours=1))
    if match := _EVERY.fullmatch(words):
        return _interval(plain, int(match["number"] or 1), match["unit"])
    if match := _AT.fullmatch(plain):
        return _at(plain, match, timezone)
    if len(fields := plain.split()) in {5, 6} and _CRON_START.match(plain):
        return _cron_schedule(plain, fields, timezone)
    raise _refused(plain)


_EVERY = re.compile(r"every(?: (?P<number>\d{1,6}))? (?P<unit>minute|hour|day)s?")
_AT = re.compile(
    r"(?i:(?P<kind>daily|weekly)(?: on (?P<day>[a-z]+))? at) (?P<time>\S+)(?: (?P<zone>[A-Za-z]\S*))?"
)
_CRON_START = re.compile(r"[\d*]")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


def _interval(text: str, number: int, unit: str) -> Schedule:
    interval = number * timedelta(**{f"{unit}s": 1})
    if not SHORTEST <= interval <= LONGEST:
        raise ScheduleError(repr(text), "an interval of one minute to 31 days")
    return Schedule(text=text, kind="interval", interval=interval)


def _at(text: str, match: re.Match[str], timezone: str) -> Schedule:
    weekly, day = match["kind"].lower() == "weekly", (match["day"] or "").lower()
    at, zone = parse_clock(match["time"]), _zone(match["zone"] or timezone)
    if weekly != bool(day):
        wanted = "weekly on monday at 08:00" if weekly else "daily at 08:00"
        raise ScheduleError(repr(text), f"the form {wanted!r}")
    if day and day not in WEEKDAYS:
        expected = f"one of {', '.join(WEEKDAYS)}"
        raise ScheduleError(f"the day {day!r}", expected, meant(day, WEEKDAYS))
    return Schedule(
        text=text,
        kind="weekly" if weekly else "daily",
        hour=at.hour,
        minute=at.minute,
        weekday=WEEKDAYS.index(day) if day else None,
        timezone=zone,
    )


def _cron_schedule(text: str, fields: list[str], timezone: str) -> Schedule:
    cron = " ".join(fields[:5])
    try:
        _cron(cron)
    except CronError as error:
        raise ScheduleError(error.found, error.expected, error.hint) from None
    zone = _zone(fields[5] if len(fields) == 6 else timezone)
    return Schedule(text=text, kind="cron", cron=cron, timezone=zone)


def _refused(text: str) -> ScheduleError:
    first = text.lower().split(" ", 1)[0]
    words = ("hourly", "every", "daily", "weekly")
    hint = "" if first in words else meant(first, words)
    return ScheduleError(repr(text), f"a schedule such as {EXAMPLES}", hint)


def parse_clock(text: str) -> time:
    """A time of day, "07:30". Raises ScheduleError."""
    match = _CLOCK.fullmatch(text)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ScheduleError(repr(text), "a time of day from 00:00 to 23:59")
    return time(int(match[1]), int(match[2]))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = meant(name, available_timezones())
        expected = "an IANA name such as America/New_York"
        raise ScheduleError(f"the time zone {name!r}", expected, hint) from None
    return name


@cache
def _cron(text: str) -> Cron:
    return parse_cron(text)


class Cadence(BaseModel):
    """How often a watch is told: at once, or gathered until a schedule is due."""

    model_config = ConfigDict(frozen=True)

    at_once: bool = True
    schedule: Schedule | None = None

    def __str__(self) -> str:
        return str(self.schedule) if self.schedule else "at once"


def parse_cadence(text: str, timezone: str) -> Cadence:
    """The cadence that a watchlist's words mean. Raises ScheduleError."""
    if " ".join(text.lower().split()) in {"at once", "immediately"}:
        return Cadence()
    return Cadence(at_once=False, schedule=parse_schedule(text, timezone))


class QuietHours(BaseModel):
    """Local hours in which nothing is sent, from `start` up to `end`; may pass midnight."""

    model_config = ConfigDict(frozen=True)

    start: time
    end: time
    timezone: str

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def covers(self, now: datetime) -> bool:
        """Whether `now` (aware) lies in the quiet hours."""
        at = now.astimezone(ZoneInfo(self.timezone)).time()
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def end_after(self, now: datetime) -> datetime:
        """The first instant from `now` on that is not quiet, in UTC."""
        if not self.covers(now):
            return now.astimezone(UTC)
        zone = ZoneInfo(self.timezone)
        today = now.astimezone(zone).date()
        days = (today, today + timedelta(days=1))
        return min(end for day in days for end in _instants(day, self.end, zone) if end > now)


def parse_quiet(text: str, timezone: str) -> QuietHours:
    """Quiet hours, "20:00-07:00", with a time zone behind if wanted. Raises ScheduleError."""
    hours, _, zone = " ".join(text.split()).partition(" ")
    start, dash, end = hours.replace("\u2013", "-").partition("-")
    if not dash:
        raise ScheduleError(repr(text), "hours such as 20:00-07:00")
    quiet = QuietHours(
        start=parse_clock(start), end=parse_clock(end), timezone=_zone(zone or timezone)
    )
    if quiet.start == quiet.end:
        raise ScheduleError(repr(text), "hours that end at another time than they begin")
    return quiet
