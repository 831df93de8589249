"""Minneapolis' files become measures: entities, shared numbers, two years, votes, and no key no request."""

import asyncio
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.http import TextResponse

from config.vocabulary import EventStatus, VoteOption, VoteResult
from scrapers.archive import WarcWriter
from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift, SourceError
from scrapers.genuine import check_genuine
from scrapers.handler import Recording
from scrapers.items import Event, Listing, Measure
from scrapers.ports import KnownMeasure
from scrapers.secrets import SECRET_QUERY
from scrapers.sites import minneapolis_council
from scrapers.sites.minneapolis_council import API, MinneapolisCouncil
from scrapers.sites.minneapolis_council_rows import (
    FIELDS,
    folded,
    is_meeting,
    meeting,
    numbered,
)
from tests.loopback.crawling import crawl
from tests.loopback.server import Page, serving
from tests.visiting import as_json

PAGES = Path(__file__).parent / "pages" / "minneapolis_council"
JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 2, 12, tzinfo=UTC)


def recording(**other):
    """What the API answers, by search and year."""
    return {
        f"{search} {year}": (PAGES / f"{file}-{year}.json").read_bytes()
        for search, file in (("FileItemSearch", "items"), ("meetingCalendar", "calendar"))
        for year in (2025, 2026)
    } | other


def visit(pages=None, now=JUNE, known=(), **parameters):
    """Crawl; gives measures, events, lists, what was asked and how it ended."""
    spider = MinneapolisCouncil(now=now, known=known, parameters={"token": "key-1"} | parameters)
    pages = recording() if pages is None else pages
    asked, items = [], []

    async def fetch(url, *, role="page", method="GET", body=b"", expects="", meta=None, **_):
        year = json.loads(body)["CalendarYear"]
        asked.append(SimpleNamespace(url=url, year=year, method=method, role=role, meta=meta))
        answer = pages.get(f"{url.removeprefix(f'{API}/')} {year}", b"[]")
        if isinstance(answer, Exception):
            raise answer
        status, answer = (answer, b"refused") if isinstance(answer, int) else (200, answer)
        check_genuine(status=status, headers={}, body=answer, url=url, expects=expects)
        return TextResponse(url, body=answer)

    async def collect():
        async for item in spider.crawl():
            items.append(item)  # noqa: PERF401 - what came before an error counts

    spider.fetch = fetch
    ended = None
    try:
        asyncio.run(collect())
    except SourceError as error:
        ended = error
    return SimpleNamespace(
        measures={one.identifier: one for one in items if isinstance(one, Measure)},
        events=[one for one in items if isinstance(one, Event)],
        listings=[one for one in items if isinstance(one, Listing)],
        report=spider.report,
        asked=asked,
        error=ended,
        notes=" | ".join(map(str, spider.report.notes)),
    )


def as_known(seen):
    return [
        KnownMeasure(
            identifier=one.identifier, session=one.session, title=one.title, extras=one.extras
        )
        for one in seen.measures.values()
    ]


def test_the_answers_become_the_expected_items():
    """Every field of every measure and meeting is as the expected file says."""
    seen = visit()
    found = [*seen.measures.values(), *seen.events, *seen.listings]
    assert json.loads(json.dumps(as_json(found))) == json.loads(
        (PAGES / "expected.json").read_text()
    )


def test_the_key_is_no_part_of_what_is_recorded():
    """It goes out as a header that only the wire sees."""
    seen = visit()
    assert {one.method for one in seen.asked} == {"POST"}
    told = seen.asked[0].meta[SECRET_QUERY]
    assert told["headers"] == {"Authorization": "Bearer key-1"}
    assert told["origin"] == "https://lims.minneapolismn.gov"


def test_without_a_key_nothing_is_asked():
    """The source says where a key is to be had, and makes no request."""
    seen = visit(token="")
    assert seen.asked == []
    assert "token: env:MINNEAPOLIS_LIMS_KEY" in str(seen.error)


def test_entities_are_words():
    """LIMS stores what its editor wrote: &rsquo; and &#39; are apostrophes."""
    titles = {one.title for one in visit().measures.values()}
    assert "Mayor's nomination: Clerk of Weights" in titles
    assert not any("&" in title for title in titles)


def test_a_file_of_several_items_is_several_measures():
    """The first goes by the file's number; order, new neighbours and a new title change no number."""
    first = visit()
    assert first.measures["2026-00102"].title == "Election of Council President"
    assert first.measures["2026-00102 item 2"].title == "Election of Council Vice-President"
    rows = json.loads((PAGES / "items-2026.json").read_bytes())
    rows[1]["ItemTitle"] = "Election of the President of the Council"
    rows.insert(0, rows[2] | {"ItemTitle": "Election of a Parliamentarian"})
    rows.reverse()
    again = visit(
        recording(**{"FileItemSearch 2026": json.dumps(rows[:-1]).encode()}), known=as_known(first)
    )
    assert again.measures["2026-00102"].title == "Election of the President of the Council"
    assert again.measures["2026-00102 item 2"].title == "Election of Council Vice-President"
    more = visit(
        recording(**{"FileItemSearch 2026": json.dumps(rows).encode()}), known=as_known(again)
    )
    assert more.measures["2026-00102"].title == "Election of the President of the Council"
    assert more.measures["2026-00102 item 3"].title == "Election of a Parliamentarian"


def test_an_item_of_two_years_is_one_measure_with_all_its_steps():
    """What was done in December and in January stands in two searches."""
    one = visit().measures["2025-01400"]
    assert [step.date.isoformat() for step in one.actions] == ["2025-12-09", "2026-01-05"]
    assert one.listing == "items 2026"
    assert "actions" in one.observed


def test_of_a_file_older_than_the_search_only_the_last_steps_are_seen():
    """Its earlier history may not be in this answer: so nothing of it is taken back."""
    one = visit().measures["2024-00077"]
    assert "actions.latest" in one.observed
    assert "actions" not in one.observed


def test_votes_are_read_as_printed():
    """Aye, Nay, Absent and Abstain; words nobody knows are kept and counted."""
    seen = visit()
    vote = seen.measures["2026-00101"].actions[1].vote
    assert vote.result is VoteResult.PASS
    assert [cast.option for cast in vote.roll] == [
        VoteOption.YES,
        VoteOption.ABSENT,
        VoteOption.NO,
        VoteOption.ABSTAIN,
    ]
    odd = seen.measures["2026-00102 item 2"].actions[0].vote
    assert (odd.result, odd.text, odd.roll[0].text) == (None, "Split verdict", "Maybe")
    unmapped = seen.report.unmapped
    assert unmapped["vote result Split verdict"] == unmapped["vote Maybe"] == 1
    assert unmapped["item field NewField"] == unmapped["type Weathervane"] == 1


def test_a_row_without_a_number_costs_only_itself():
    """The others are read; no list is believed whole, so nothing can vanish by it."""
    seen = visit()
    assert len(seen.measures) == 6
    assert "no file number" in seen.notes
    assert seen.listings == []


def test_a_clean_answer_gives_a_list_for_each_year():
    """So a file that is gone from its year's list can be noticed."""
    rows = json.loads((PAGES / "items-2026.json").read_bytes())
    good = [row for row in rows if row["FileNumber"] != "none"]
    calendar = json.loads((PAGES / "calendar-2026.json").read_bytes())[:3]
    seen = visit(
        recording(
            **{
                "FileItemSearch 2026": json.dumps(good).encode(),
                "meetingCalendar 2026": json.dumps(calendar).encode(),
            }
        )
    )
    assert [one.name for one in seen.listings] == ["items 2025", "items 2026"]
    assert seen.report.failed == 0


def test_an_act_number_is_told_from_a_file_number():
    """2026-008 of an ordinance is not the file 2026-00008."""
    assert visit().measures["2026-00101"].identifiers == ("Ordinance 2026-008",)


def test_what_is_no_meeting_is_left_out():
    """Holidays and empty forms of the calendar are counted; the same meeting twice is one."""
    seen = visit()
    assert [(one.name, one.status) for one in seen.events] == [
        ("City Council", None),
        ("City Council", EventStatus.CANCELLED),
    ]
    assert "2 rows of the calendar are no meetings" in seen.notes
    assert [link.text for link in seen.events[0].links] == ["Agenda"]
    assert seen.events[1].links == ()
    assert seen.events[1].time.isoformat() == "09:30:00"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"<html><title>Just a moment...</title></html>", Challenge),
        (403, Challenge),
        (503, FetchError),
        (b'{"Message": "An error has occurred."}', SourceError),
        (b"[]", ParseDrift),
        (b"null", ErrorPage),
    ],
)
def test_what_is_no_list_of_files_is_not_believed(answer, error):
    """A challenge, a refusal, an error or nothing at all in place of every year's files."""
    pages = {f"FileItemSearch {year}": answer for year in (2025, 2026)}
    seen = visit(pages)
    assert isinstance(seen.error, error)
    assert seen.measures == {}


def test_a_year_that_had_files_and_has_none_is_not_believed():
    """The other year is read; nothing vanishes by the empty answer."""
    known = as_known(visit())
    seen = visit(recording(**{"FileItemSearch 2026": b"[]"}), known=known)
    assert "holds no file, where there were some" in seen.notes
    assert all(one.name == "items 2025" for one in seen.listings)


def test_a_year_that_cannot_be_had_shows_no_whole_history():
    """The steps of the year that failed stay as they were; its list is not told."""
    seen = visit(recording(**{"FileItemSearch 2026": FetchError("the site answered 503")}))
    assert seen.measures
    assert all("actions" not in one.observed for one in seen.measures.values())
    assert all("actions.latest" in one.observed for one in seen.measures.values())
    assert "the site answered 503" in seen.notes
    assert all(one.name == "items 2025" for one in seen.listings)


def test_a_year_that_has_no_file_yet_has_no_list():
    """On New Year's Day nothing is filed; that is no failure and no list of nothing."""
    seen = visit(now=NEW_YEAR, known=as_known(visit()))
    assert seen.error is None
    assert "items 2027" not in {one.name for one in seen.listings}


def test_without_the_calendar_files_are_read_all_the_same():
    """Meetings stay as they were, and a note says so."""
    seen = visit(recording(**{"meetingCalendar 2026": ErrorPage("gone", API)}))
    assert len(seen.measures) == 6
    assert "the meetings of 2026 stay as they were" in seen.notes


def test_a_new_year_is_followed_by_the_clock_of_minneapolis():
    """In November the next year's meetings are asked for, at New Year its files, the old year's too."""
    years = {
        when: sorted({(one.url.split("/")[-1], one.year) for one in visit(now=when).asked})
        for when in (JUNE, datetime(2026, 11, 23, 12, tzinfo=UTC), NEW_YEAR)
    }
    files = {when: [y for name, y in asked if name[0] == "F"] for when, asked in years.items()}
    meetings = {when: [y for name, y in asked if name[0] == "m"] for when, asked in years.items()}
    assert list(files.values()) == [[2025, 2026], [2025, 2026], [2026, 2027]]
    assert list(meetings.values()) == [[2025, 2026], [2025, 2026, 2027], [2026, 2027]]
    late = datetime(2027, 1, 1, 5, 59, tzinfo=UTC)
    assert {one.year for one in visit(now=late).asked if "File" in one.url} == {2025, 2026}


@pytest.mark.parametrize("since", ["soon", 2013, 2030])
def test_a_first_year_that_makes_no_sense_is_an_error(since):
    """It says which years are searched."""
    assert "expected a year from 2014 to 2026" in str(visit(since=since).error)


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["minn_accab.html", "minn_bac.json", "minn_city_calendar.json",
                                  "minn_city_attachments.json", "minn_pogo_comm.html"])  # fmt: skip
def test_recorded_calendars_are_read_field_by_field(corpus, name):
    """Each row is a meeting of its day, and no field that says something is unknown or lost."""
    path = corpus / "minneapolis-lims" / "minneapolis" / name
    rows = json.loads(path.read_bytes())
    assert rows
    unknown = MinneapolisCouncil(now=JUNE).report.unmapped
    for row in map(folded, rows):
        assert is_meeting(row)
        FIELDS.count_unknown("meeting", [row], unknown)
        event = meeting(row)
        assert event.date.isoformat() == row["meetingdate"][:10]
        assert event.time.isoformat() == row["meetingtime"][11:]
        assert event.id == str(row["id"])
        assert (event.status is EventStatus.CANCELLED) == row.get("cancelled", False)
        assert set(FIELDS.kept("meeting", row)) <= set(event.extras)
    assert dict(unknown) == {}


def test_numbers_do_not_depend_on_the_order_of_years():
    """Items of one file in two years are one item when they have one title."""
    row = {"FileNumber": "2025-1", "ItemTitle": "A"}
    found = numbered({2026: [row | {"ItemTitle": "B"}], 2025: [row]}, ())
    assert [(one.identifier, one.year) for one in found] == [
        ("2025-1", 2025),
        ("2025-1 item 2", 2026),
    ]


def test_the_key_is_on_the_wire_and_nowhere_else(tmp_path, monkeypatch):
    """The API's own host gets it; a host that a redirect leads to, the recording and the notes do not."""
    pages = {
        "/search/FileItemSearch": lambda asked: Page(
            (PAGES / f"items-{json.loads(asked.body)['CalendarYear']}.json").read_bytes(),
            headers={"Content-Type": "application/json"},
        ),
    }
    archive = tmp_path / "lims.warc.gz"
    writer = WarcWriter(archive)
    with serving(pages) as server:
        monkeypatch.setattr(minneapolis_council, "API", f"{server.url}/search")
        elsewhere = server.url.replace("127.0.0.1", "localhost")
        pages["/search/meetingCalendar"] = Page(
            status=302, headers={"Location": f"{elsewhere}/elsewhere"}
        )
        server.pages.update(pages)
        done = crawl(
            MinneapolisCouncil,
            arguments={
                "now": JUNE,
                "parameters": {"token": "key-very-secret", "hosts": ["127.0.0.1", "localhost"]},
            },
            attributes={"recording": Recording(writer, lambda: JUNE)},
        )
    writer.close()
    told = {visit_.path: visit_.headers.get("authorization") for visit_ in server.visits}
    assert told["/search/FileItemSearch"] == "Bearer key-very-secret"
    assert told["/search/meetingCalendar"] == "Bearer key-very-secret"
    assert told["/elsewhere"] is None
    assert len([item for item in done.items if isinstance(item, Measure)]) == 6
    assert b"key-very-secret" not in gzip.decompress(archive.read_bytes())
    assert "key-very-secret" not in " ".join(map(str, done.report.notes))
