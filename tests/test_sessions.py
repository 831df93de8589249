"""Sessions of legislatures open and end; a crawl follows them by itself, and says so once."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scrapers.errors import SourceError
from scrapers.ports import KnownMeasure
from scrapers.report import Report
from scrapers.sessions import AGAIN, STILL, Sessions, nth_weekday, opening, year_in
from scrapers.sites.maryland import SITE, Maryland
from scrapers.sites.minnesota import Minnesota
from scrapers.sites.new_mexico import NewMexico
from scrapers.sites.virginia import Virginia
from tests import test_minnesota, test_new_mexico
from tests.legislatures import Lis, Watched, sessions_in
from tests.recordings import Bill

DAY = timedelta(days=1)
NOW = datetime(2027, 1, 14, 12, tzinfo=UTC)
ROWS = json.loads((Path(__file__).parent / "pages/maryland/legislation.json").read_bytes())
DAYS = [*range(16), *(day for day in range(16, 150) if day % 7 in {0, 3})]
"""A fortnight day by day, then two days of each week: crawls cost time, quiet ones prove little."""

APPROVED = {
    "Passed_house": "Y", "Passed_senate": "Y", "Passed": "Y", "Approved": "Y",
    "Last_governor_action": "Approved by Governor-Chapter 7 (effective 7/1/27)",
    "Last_governor_action_date": "1/20/2027",
}  # fmt: skip


def at(memory=None, *, known=("2026RS",), now=NOW):
    """The sessions of a crawl at a time, of a source that knows one measure of each of some."""
    measures = [KnownMeasure(identifier="HB1", session=one) for one in known]
    return Sessions.of(measures, {} if memory is None else memory, now, Report())


def said(sessions):
    return [str(note) for note in sessions.report.notes]


class TestOpening:
    def test_a_new_session_is_reported_once(self):
        """However often its list is read in a crawl; in the next its measures are known."""
        sessions = at()
        sessions.was_read("2026RS")
        sessions.was_read("2027RS")
        sessions.was_read("2027RS")
        assert said(sessions) == ["info: session 2027RS has opened"]
        later = at(known=("2026RS", "2027RS"))
        later.was_read("2027RS")
        assert said(later) == []

    def test_the_first_crawl_of_a_source_reports_none(self):
        """Everything is new then."""
        sessions = at(known=())
        sessions.was_read("2027RS")
        assert said(sessions) == []

    @pytest.mark.parametrize(
        ("place", "convened"),
        [
            ("us/md", date(2027, 1, 13)), ("us/md", date(2026, 1, 14)),
            ("us/va", date(2027, 1, 13)), ("us/nm", date(2027, 1, 19)),
            ("us/me", date(2026, 12, 2)), ("us/me", date(2026, 1, 7)),
            ("us/mn", date(2027, 1, 12)), ("us/mn", date(2025, 1, 14)),
        ],
    )  # fmt: skip
    def test_legislatures_convene_by_their_laws(self, place, convened):
        """For three weeks from that day on, and on no day before, most of a list may move at once."""
        assert opening(place, convened - DAY) == ""
        assert convened.isoformat() in opening(place, convened)
        assert convened.isoformat() in opening(place, convened + 20 * DAY)
        assert opening(place, date(convened.year, 6, 1)) == ""

    def test_a_place_without_a_rule_explains_nothing(self):
        """A city council has no opening day; nor has Minnesota in an even year."""
        assert opening("us/il/chicago", NOW.date()) == ""
        assert opening("us/mn", date(2026, 1, 13)) == ""

    @pytest.mark.parametrize(
        ("nth", "weekday", "day"), [(1, 4, 1), (1, 3, 7), (2, 2, 13), (3, 1, 19), (5, 4, 29)]
    )
    def test_weekdays_are_counted(self, nth, weekday, day):
        """January 2027 begins on a Friday."""
        assert nth_weekday(2027, 1, weekday, nth) == date(2027, 1, day)


class TestPast:
    def test_a_session_that_is_open_no_more_is_read_once_a_week(self):
        """At once when it is the first time, then after a week."""
        memory = {}
        assert at(memory).past(["2027RS"], year_in) == ["2026RS"]
        at(memory).was_swept("2026RS", "one")
        assert at(memory, now=NOW + AGAIN - DAY).past(["2027RS"], year_in) == []
        assert at(memory, now=NOW + AGAIN).past(["2027RS"], year_in) == ["2026RS"]

    def test_current_old_and_unreadable_sessions_are_not_past(self):
        """Older than last year is not read, nor is what is no session's name."""
        sessions = at(known=("2027RS", "2025RS", "whatever", "2026S1", "2026RS"))
        assert sessions.past(["2027RS"], year_in) == ["2026RS", "2026S1"]

    def test_it_is_over_once_it_has_stood_still(self):
        """Each change begins the time anew; an unchanged answer (no digest) does not."""
        memory = {}
        changed = NOW + 20 * DAY
        at(memory).was_swept("2026RS", "one")
        at(memory, now=changed).was_swept("2026RS", "two")
        at(memory, now=NOW + STILL).was_swept("2026RS", "two")
        at(memory, now=changed + STILL - DAY).was_swept("2026RS", "")
        assert "over 2026RS" not in memory
        last = at(memory, now=changed + STILL)
        last.was_swept("2026RS", "two")
        assert set(memory) == {"over 2026RS"}
        [note] = said(last)
        assert "session 2026RS is over and is read no more" in note
        assert "nothing in it has changed since 2027-02-03" in note
        assert at(memory, now=changed + STILL + 30 * DAY).past([], year_in) == []

    def test_a_list_that_is_not_there_is_asked_for_once_more(self):
        """One 404 may be a slip; a second one a week later ends the session."""
        memory = {}
        at(memory).is_gone("2026RS")
        assert at(memory, now=NOW + DAY).past([], year_in) == []
        later = at(memory, now=NOW + AGAIN)
        assert later.past([], year_in) == ["2026RS"]
        later.is_gone("2026RS")
        assert set(memory) == {"over 2026RS"}
        assert "its list is not there any more" in said(later)[0]

    def test_a_list_that_came_back_is_not_gone(self):
        """Two absences with the list between them do not end a session."""
        memory = {}
        at(memory).is_gone("2026RS")
        at(memory, now=NOW + AGAIN).was_swept("2026RS", "one")
        at(memory, now=NOW + 2 * AGAIN).is_gone("2026RS")
        assert "over 2026RS" not in memory

    @pytest.mark.parametrize(
        ("name", "year"), [("2026RS", 2026), ("2021S1", 2021), ("2025-2026", 2026)]
    )
    def test_a_name_tells_its_last_year(self, name, year):
        """Whatever else stands in it."""
        assert year_in(name) == year

    def test_a_name_without_a_year_is_an_error(self):
        """Such a source needs a rule of its own."""
        with pytest.raises(ValueError, match="names no year"):
            year_in("94")


@pytest.fixture(params=["", "k-1"], ids=["files", "api"])
def key(request):
    """Virginia without and with a key."""
    return request.param


class TestTurnOfTheYearInVirginia:
    """Six weeks over the turn of the year, a crawl a day, into a real store."""

    @pytest.fixture
    def site(self):
        carried = Bill("HB9", columns={"Carried_over": "Y", "Introduction_date": "12/19/2025"})
        return Lis({"20261": [Bill("HB1"), carried, Bill("SB2")]})

    @pytest.fixture
    def watched(self, database, site):
        return Watched(database, Virginia, site.answer)

    def test_every_move_is_noticed_and_nothing_vanishes(self, watched, site, key):
        """Prefiled bills, carried-over bills and the old session's last signature; no code changes."""
        start = datetime(2026, 12, 14, 17, tzinfo=UTC)
        seen = {}
        for day in range(45):
            now = start + day * DAY
            if now.date() == date(2026, 12, 16):
                # The next session takes its first bills, one of them under a number that is taken.
                site.sessions["20271"] = [
                    Bill("HB9", columns={"Introduction_date": "12/19/2025"}),
                    Bill("HB1", title="Another matter.", columns={"Introduction_date": "12/15/2026"}),
                ]  # fmt: skip
            if now.date() == date(2026, 12, 30):
                site.sessions["20271"].append(Bill("SB3"))
            if now.date() == date(2027, 1, 20):
                site.sessions["20261"][0] = replace(site.sessions["20261"][0], columns=APPROVED)
            seen[now.date()] = watched.crawl(now, key=key)
        told = {day: one.told for day, one in seen.items() if one.told}
        assert told == {
            date(2026, 12, 16): [("20271", "HB9", "new"), ("20271", "HB1", "new")],
            date(2026, 12, 30): [("20271", "SB3", "new")],
            date(2027, 1, 22): [("20261", "HB1", "status"), ("20261", "HB1", "action")],
        }
        prefiled = seen[date(2026, 12, 16)].measures
        [before] = prefiled["20271", "HB9"].related
        assert (before.identifier, before.session) == ("HB9", "20261")
        assert prefiled["20271", "HB1"].related == ()

    def test_the_opening_is_reported_on_one_day(self, watched, site):
        """Noted when the first bill is there, and never again."""
        notes = {}
        for day in range(10):
            if day == 3:
                site.sessions["20271"] = [Bill("HB9")]
            notes[day] = watched.crawl(datetime(2026, 12, 14, 17, tzinfo=UTC) + day * DAY).notes
        assert [day for day, found in notes.items() if "session 20271 has opened" in found] == [3]

    def test_a_session_that_is_named_does_not_open(self, watched, site):
        """Who asks for an old session is not told that it has opened."""
        site.sessions["20251"] = [Bill("HB5")]
        watched.crawl(datetime(2026, 12, 14, 17, tzinfo=UTC))
        seen = watched.crawl(datetime(2026, 12, 15, 17, tzinfo=UTC), sessions="20251")
        assert seen.listings == ["20251"]
        assert "opened" not in seen.notes

    def test_a_session_without_bills_has_not_opened(self, watched, site):
        """A header and no row is a session to come, and no drift."""
        site.sessions["20271"] = []
        seen = watched.crawl(datetime(2026, 12, 14, 17, tzinfo=UTC))
        assert seen.listings == ["20261"]
        assert "info: session 20271 has no bills yet" in seen.notes
        assert "opened" not in seen.notes

    def test_the_past_session_is_read_once_a_week_until_it_is_still(self, watched, site):
        """Its list is asked for seven days apart; four months after its last change no more."""
        site.sessions["20271"] = [Bill("SB3")]
        watched.crawl(datetime(2026, 12, 20, 17, tzinfo=UTC))
        asked = {}
        for day in DAYS:
            now = datetime(2027, 1, 2, 17, tzinfo=UTC) + day * DAY
            seen = watched.crawl(now)
            assert seen.told == []
            if "20261" in sessions_in(seen.asked, "BILLS"):
                asked[day] = seen.notes
        assert list(asked) == list(range(0, 127, 7))
        assert "session 20261 is over and is read no more" in asked[126]

    def test_a_past_session_whose_file_is_taken_away_loses_nothing(self, watched, site):
        """No list, no absence: its bills stay as they were."""
        site.sessions["20271"] = [Bill("SB3")]
        watched.crawl(datetime(2026, 12, 20, 17, tzinfo=UTC))
        del site.sessions["20261"]
        for day in range(20):
            seen = watched.crawl(datetime(2027, 1, 2, 17, tzinfo=UTC) + day * DAY)
            assert seen.told == []
        known = {(one.session, one.identifier) for one in watched.store.known("virginia")}
        assert ("20261", "HB1") in known

    def test_a_bill_of_the_past_session_that_is_struck_vanishes_by_two_weekly_lists(
        self, watched, site
    ):
        """What is read weekly is still believed twice, and then told once."""
        site.sessions["20271"] = [Bill("SB3")]
        watched.crawl(datetime(2026, 12, 20, 17, tzinfo=UTC))
        site.sessions["20261"].pop()
        told = {}
        for day in range(20):
            seen = watched.crawl(datetime(2027, 1, 2, 17, tzinfo=UTC) + day * DAY)
            if seen.told:
                told[day] = seen.told
        assert told == {7: [("20261", "SB2", "vanished")]}


def bills(session, *rows, as_of=""):
    """Maryland's list of a session; `rows` are a number and other values."""
    shown = {"YearAndSession": f"{session[:4]} Regular Session", "StatusCurrentAsOf": as_of}
    plain = next(one for one in ROWS if one["BillNumber"] == "HB0007")
    plain |= dict.fromkeys(name for name in plain if "Date" in name)
    plain |= {"ChapterNumber": "", "CrossfileBillNumber": "", "Status": "In the House",
              "BillVersion": "F"}  # fmt: skip
    return json.dumps([plain | {"BillNumber": number} | more | shown for number, more in rows])


class TestTurnOfTheYearInMaryland:
    def test_a_year_turns_without_a_false_word(self, database):
        """A prefiled session, a late chapter of the old one, and a file made anew every day."""
        lists = {"2026rs": [("HB0001", {}), ("HB0002", {})]}
        day = 0

        def answer(url, *_):
            session = url.removeprefix(f"{SITE}/").partition("/")[0]
            if session not in lists:
                return 404, b"<title>Not found</title>"
            return 200, bills(session, *lists[session], as_of=f"{day}").encode()

        watched = Watched(database, Maryland, answer)
        told, notes, asked = {}, {}, {}
        for day in [*range(18), *(18 + later for later in DAYS)]:
            now = datetime(2026, 12, 14, 17, tzinfo=UTC) + day * DAY
            if day == 2:
                lists["2027rs"] = [("HB0001", {"Title": "Another matter"})]
            if day == 25:
                lists["2026rs"][1] = (
                    "HB0002", {"ChapterNumber": "CH0009", "Status": "Enacted - Chapter 9"},
                )  # fmt: skip
            seen = watched.crawl(now)
            if seen.told:
                told[day] = [one[:2] for one in seen.told]
            notes[day] = seen.notes
            asked[day] = [url.split("/")[3] for url in seen.asked if "legislation.json" in url]
        assert told == {2: [("2027RS", "HB0001")], 25: told[25]}
        assert set(told[25]) == {("2026RS", "HB0002")}
        assert [day for day, found in notes.items() if "2027RS has opened" in found] == [2]
        weekly = [day for day in asked if day >= 18 and "2026rs" in asked[day]]
        assert weekly == [18, *range(25, 152, 7)]
        assert "session 2026RS is over" in notes[weekly[-1]]


def legislature_of(name):
    """A state's spider, its site by address, the old session, and the new one with its list of one bill."""
    if name == "virginia":
        lis = Lis({"20261": [Bill("HB1"), Bill("SB2")]})
        return Virginia, lis.answer, "20271", lambda: lis.sessions.update({"20271": [Bill("HB1")]})
    if name == "maryland":
        lists = {"2026rs": bills("2026RS", ("HB0001", {}), ("HB0002", {}))}

        def answer(url, *_):
            found = lists.get(url.removeprefix(f"{SITE}/").partition("/")[0])
            return (200, found.encode()) if found else (404, b"<title>Not found</title>")

        return Maryland, answer, "2027RS", lambda: lists.update(
            {"2027rs": bills("2027RS", ("HB0001", {}))}
        )  # fmt: skip
    if name == "minnesota":
        site, now = test_minnesota.Revisor(), "0952027"
        nothing = (test_minnesota.PAGES / "nothing.html").read_bytes()
        for address in list(site.pages):
            if "session=0942025" in address:
                site.pages[address.replace("0942025", now)] = nothing
        first = test_minnesota.ranges("House", "bill")
        one = site.pages[first]
        return Minnesota, site.answer, now, lambda: site.pages.update(
            {first.replace("0942025", now): one}
        )  # fmt: skip
    served = dict(test_new_mexico.pages())
    later = {
        address.replace("/26%20", "/27%20").replace("&year=26", "&year=27"): body
        for address, body in served.items()
        if "/bills/house/" in address or "Chamber=H" in address
    }
    return (
        NewMexico,
        lambda url, *_: (200, served[url]) if url in served else (404, b"<title>Not found</title>"),
        "27 Regular",
        lambda: served.update(later),
    )


@pytest.mark.parametrize("name", ["maryland", "minnesota", "new_mexico", "virginia"])
def test_before_the_new_session_opens_the_old_one_is_followed(database, name):
    """Day by day in January: no failure, nothing gone, one word that it opened; a lost list is a failure."""
    kind, answer, session, opens = legislature_of(name)
    watched = Watched(database, kind, answer)
    watched.crawl(datetime(2026, 12, 20, 17, tzinfo=UTC))
    opened = []
    for day in range(1, 21):
        if day == 14:
            opens()
        seen = watched.crawl(datetime(2027, 1, day, 17, tzinfo=UTC))
        assert seen.measures
        assert seen.report.start_health is None
        assert not [
            note for note in seen.report.notes if note.kind in {"failing", "drifted", "blocked"}
        ]
        assert {kind for *_, kind in seen.told} <= ({"new"} if day == 14 else set())
        if f"session {session} has opened" in seen.notes:
            opened.append(day)
    assert opened == [14]
    gone = Watched(database, kind, lambda *_: (404, b"<title>Not found</title>"))
    gone.memory = watched.memory
    with pytest.raises(SourceError):
        gone.crawl(datetime(2027, 1, 21, 17, tzinfo=UTC))
