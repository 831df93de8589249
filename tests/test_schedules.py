"""Schedules: what is understood, and when it is due, over both nights on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schedules import (
    Cadence,
    QuietHours,
    Schedule,
    ScheduleError,
    parse_cadence,
    parse_quiet,
    parse_schedule,
)

NEW_YORK = "America/New_York"


def due(words, after, count=3):
    """The next local due times, as text."""
    schedule = parse_schedule(words, NEW_YORK)
    now = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(schedule.timezone or "UTC"))
    times = []
    for _ in range(count):
        now = schedule.next_after(now)
        times.append(
            now.astimezone(ZoneInfo(schedule.timezone or "UTC")).strftime("%m-%d %H:%M %Z")
        )
    return times


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("hourly", {"kind": "interval", "interval": timedelta(hours=1)}),
        ("every hour", {"kind": "interval", "interval": timedelta(hours=1)}),
        ("every 6 hours", {"kind": "interval", "interval": timedelta(hours=6)}),
        ("Every  30 minutes", {"kind": "interval", "interval": timedelta(minutes=30)}),
        ("every 2 days", {"kind": "interval", "interval": timedelta(days=2)}),
        ("daily at 07:30", {"kind": "daily", "hour": 7, "minute": 30, "timezone": NEW_YORK}),
        (
            "daily at 7:05 Europe/Berlin",
            {"kind": "daily", "hour": 7, "minute": 5, "timezone": "Europe/Berlin"},
        ),
        (
            "weekly on Monday at 08:00",
            {"kind": "weekly", "weekday": 0, "hour": 8, "timezone": NEW_YORK},
        ),
        ("0 5 * * 1-5", {"kind": "cron", "cron": "0 5 * * 1-5", "timezone": NEW_YORK}),
        ("*/15 8-18 * * mon-fri America/Denver", {"kind": "cron", "timezone": "America/Denver"}),
    ],
)
def test_the_words_of_a_schedule(words, fields):
    """Each form is understood, keeps its own words, and survives JSON."""
    schedule = parse_schedule(words, NEW_YORK)
    assert {name: getattr(schedule, name) for name in fields} == fields
    assert str(schedule) == " ".join(words.split())
    assert Schedule.model_validate_json(schedule.model_dump_json()) == schedule


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "such as hourly"),
        ("dayly at 07:30", "did you mean 'daily'"),
        ("daily", "such as"),
        ("daily at 25:00", "00:00 to 23:59"),
        ("daily at 7.30", "00:00 to 23:59"),
        ("daily on monday at 08:00", "daily at 08:00"),
        ("weekly at 08:00", "weekly on monday at 08:00"),
        ("weekly on mondy at 08:00", "did you mean 'monday'"),
        ("daily at 07:30 America/NewYork", "did you mean 'America/New_York'"),
        ("daily at 07:30 ../../etc/passwd", "such as"),
        ("every 0 hours", "one minute to 31 days"),
        ("every 40 days", "one minute to 31 days"),
        ("every six hours", "such as"),
        ("at once", "such as"),
        ("0 5 * *", "such as"),
        ("0 24 * * *", "hour from 0 to 23"),
        ("0 5 31 2 *", "a day that comes"),
        ("*/0 * * * *", "a number from 1"),
        ("5-1 * * * *", "smaller number first"),
        ("1,,2 * * * *", "minute from 0 to 59"),
        ("0 5 * * noday", "day of week"),
    ],
)
def test_what_is_no_schedule_is_explained(words, expected):
    """An error says what was found and which words are understood."""
    with pytest.raises(ScheduleError, match=r"^found ") as caught:
        parse_schedule(words, NEW_YORK)
    assert expected in str(caught.value)


def test_a_time_that_does_not_exist_is_met_once_after_the_gap():
    """On the night when clocks go forward 02:30 is met at 03:00, and the next day at 02:30 again."""
    assert due("daily at 02:30", "2026-03-07T12:00") == [
        "03-08 03:00 EDT",
        "03-09 02:30 EDT",
        "03-10 02:30 EDT",
    ]
    assert due("weekly on sunday at 02:30", "2026-03-07T12:00", 2) == [
        "03-08 03:00 EDT",
        "03-15 02:30 EDT",
    ]


def test_a_time_that_comes_twice_is_met_once():
    """On the night when clocks go back 01:30 is met the first time only."""
    assert due("daily at 01:30", "2026-10-31T12:00") == [
        "11-01 01:30 EDT",
        "11-02 01:30 EST",
        "11-03 01:30 EST",
    ]
    between = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)  # after the first 01:30, before the second
    assert parse_schedule("daily at 01:30", NEW_YORK).next_after(between).day == 2


def test_cron_times_within_a_gap_are_met_together_once():
    """Of several cron times that do not exist one instant after the gap is left."""
    assert due("*/20 * * * *", "2026-03-08T01:30", 3) == [
        "03-08 01:40 EST",
        "03-08 03:00 EDT",
        "03-08 03:20 EDT",
    ]
    assert due("10,50 2 * * *", "2026-03-08T00:00", 2) == ["03-08 03:00 EDT", "03-09 02:10 EDT"]


def test_gaps_of_other_lengths_and_hours():
    """Half an hour (Lord Howe), at midnight (Havana) and a whole day (Samoa, 2011) come out right."""
    assert due("daily at 02:15 Australia/Lord_Howe", "2026-10-03T12:00", 2) == [
        "10-04 02:30 +11",
        "10-05 02:15 +11",
    ]
    assert due("daily at 00:30 America/Havana", "2026-03-07T12:00", 2) == [
        "03-08 01:00 CDT",
        "03-09 00:30 CDT",
    ]
    assert due("daily at 08:00 Pacific/Apia", "2011-12-29T12:00", 2) == [
        "12-31 00:00 +14",
        "12-31 08:00 +14",
    ]


def test_cron_days():
    """Two restricted day fields are alternatives, 7 is Sunday, and a leap day may be years away."""
    assert due("0 6 13 * fri", "2026-11-01T00:00", 3) == [
        "11-06 06:00 EST",
        "11-13 06:00 EST",
        "11-20 06:00 EST",
    ]
    assert due("0 6 * * 7", "2026-11-02T00:00", 1) == ["11-08 06:00 EST"]
    assert due("0 6 15 */6 *", "2026-02-01T00:00", 2) == ["07-15 06:00 EDT", "01-15 06:00 EST"]
    leap = parse_schedule("0 6 29 2 *", NEW_YORK).next_after(datetime(2096, 3, 1, tzinfo=UTC))
    assert leap.year == 2104


def test_an_interval_counts_from_now():
    """`every 6 hours` is due six hours later, whatever clocks do meanwhile."""
    now = datetime(2026, 3, 8, 5, 0, tzinfo=UTC)
    assert parse_schedule("every 6 hours", NEW_YORK).next_after(now) == now + timedelta(hours=6)


def test_a_time_without_a_zone_is_refused():
    """A naive time could mean two instants."""
    with pytest.raises(ValueError, match="time zone"):
        parse_schedule("hourly", NEW_YORK).next_after(datetime(2026, 1, 1))


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    st.sampled_from(
        [NEW_YORK, "Europe/London", "Australia/Lord_Howe", "America/Phoenix", "America/Havana"]
    ),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_daily_is_due_once_each_local_day(now, zone, hour, minute):
    """The next due time lies ahead, within a day and a clock change, on a day of its own, at its time or after a gap."""
    schedule = parse_schedule(f"daily at {hour:02}:{minute:02} {zone}", NEW_YORK)
    first = schedule.next_after(now)
    second = schedule.next_after(first)
    assert now < first <= now + timedelta(hours=25)
    local = [instant.astimezone(ZoneInfo(zone)) for instant in (first, second)]
    assert (local[1].date() - local[0].date()).days == 1
    for at in local:
        late = (at.hour * 60 + at.minute) - (hour * 60 + minute)
        assert late == 0 or 0 < late <= 60


def test_cadences():
    """A watch is told at once, or when a schedule is due."""
    assert parse_cadence("at once", NEW_YORK) == Cadence(at_once=True)
    daily = parse_cadence("daily at 07:30", NEW_YORK)
    assert not daily.at_once
    assert daily.schedule == parse_schedule("daily at 07:30", NEW_YORK)
    assert (str(Cadence()), str(daily)) == ("at once", "daily at 07:30")


def test_quiet_hours_pass_midnight():
    """20:00-07:00 is quiet in the evening and the early morning, up to but not at its end."""
    quiet = parse_quiet("20:00-07:00", NEW_YORK)

    def local(text):
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(NEW_YORK))

    assert [quiet.covers(local(f"2026-11-22T{at}")) for at in ("19:59", "20:00", "06:59", "07:00")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert quiet.end_after(local("2026-11-22T21:00")) == local("2026-11-23T07:00")
    assert quiet.end_after(local("2026-11-23T03:00")) == local("2026-11-23T07:00")
    assert quiet.end_after(local("2026-11-23T12:00")) == local("2026-11-23T12:00")
    assert str(quiet) == "20:00-07:00"


def test_quiet_hours_end_soon_in_the_hour_that_comes_twice():
    """In the second 01:15 of the long night quiet hours to 01:30 end in a quarter of an hour."""
    quiet = parse_quiet("22:00-01:30 America/New_York", "UTC")
    second = datetime(2026, 11, 1, 6, 15, tzinfo=UTC)
    assert quiet.covers(second)
    assert quiet.end_after(second) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "words", ["20-7", "20:00", "20:00-20:00", "20:00-25:00", "20:00-07:00 Mars/Base", "night"]
)
def test_what_are_no_quiet_hours_is_explained(words):
    """Hours that never end, or are none, are refused."""
    with pytest.raises(ScheduleError, match="expected"):
        parse_quiet(words, NEW_YORK)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_quiet_hours_always_end(now, start, end):
    """The end of quiet hours is never before now, never quiet itself, and at most a day and an hour away."""
    if start == end:
        return
    quiet = QuietHours(start=start, end=end, timezone=NEW_YORK)
    over = quiet.end_after(now)
    assert now <= over <= now + timedelta(hours=25)
    assert over == now or quiet.covers(now)
