"""Days that cannot be: the printed words stay, the day goes, and it is told."""

from datetime import date

from config.vocabulary import DateKind
from pipelines.days import with_possible_days
from scrapers.items import Action, Measure, MeasureDate, Version


def measure(*days: date, text: str = "") -> Measure:
    """A bill with an action, a date and a version on each of some days."""
    return Measure(
        place="us/md", session="2026RS", identifier="HB 1", title="A law",
        actions=tuple(Action(description="Read", date=day, date_text=text) for day in days),
        dates=tuple(MeasureDate(kind=DateKind.INTRODUCED, date=day, text=text) for day in days),
        versions=tuple(Version(note="First", date=day, date_text=text) for day in days),
    )  # fmt: skip


def test_a_slip_of_the_pen_is_told_and_no_day():
    """The years 0206 and 2206; once a day, however often it stands."""
    told: list[str] = []
    found = with_possible_days(
        measure(date(206, 2, 3), date(2026, 2, 3), date(2206, 2, 3)), told.append
    )
    for dated in (found.actions, found.dates, found.versions):
        assert [one.date for one in dated] == [None, date(2026, 2, 3), None]
    assert [one.date_text for one in found.actions] == ["0206-02-03", "", "2206-02-03"]
    assert told == [
        "HB 1: 0206-02-03 is no day to be believed", "HB 1: 2206-02-03 is no day to be believed",
    ]  # fmt: skip


def test_what_was_printed_stays():
    """As the site has it, not as it was read."""
    found = with_possible_days(measure(date(206, 2, 3), text="02/03/0206"), lambda _: None)
    assert found.actions[0].date_text == found.dates[0].text == "02/03/0206"


def test_possible_days_are_left_alone():
    """Old law, and ends far ahead."""
    plain = measure(date(1868, 7, 9), date(2026, 2, 3), date(2099, 12, 31))
    assert with_possible_days(plain, lambda _: None) is plain
