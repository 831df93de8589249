"""Maryland's list becomes measures and hearings, and its thousands of texts are asked for in turn."""

import asyncio
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.vocabulary import EventStatus, Health, VersionClassification
from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift, SourceError
from scrapers.items import Listing, Measure
from scrapers.ports import KnownMeasure
from scrapers.sites.maryland import (
    SITE,
    ZONE,
    Maryland,
    missing_numbers,
    open_sessions,
    read_list,
    session_code,
)
from scrapers.sites.maryland_rows import bill, day, digest, hearings, measure, statutes, words
from scrapers.sites.maryland_texts import ASKED
from tests.documented import example_pdf
from tests.loopback.crawling import crawl
from tests.loopback.server import Page, serving
from tests.running import json_lines
from tests.visiting import as_json
from tests.visiting import visit as visit_site

PAGES = Path(__file__).parent / "pages" / "maryland"
LIST = "/2026rs/misc/billsmasterlist/legislation.json"
FEBRUARY = datetime(2026, 2, 25, 12, tzinfo=UTC)
ROWS = json.loads((PAGES / "legislation.json").read_bytes())
WATCHLIST = """\
name: Test desk
sources: {{sites: {{maryland: {{site: "{site}"}}}}}}
topics: [287g]
watches: [{{name: Desk, topics: [287g], to: "terminal:"}}]
"""


def row(number="HB0007", **fields):
    """A row of the fixture with other values in some fields."""
    found = next(one for one in ROWS if one["BillNumber"] == number)
    return found | fields


def paper(number="HB0007"):
    return bill(number, "2026RS", SITE)


def seen(number="HB0007", *, only_latest=False, **fields):
    return measure(row(number, **fields), paper(number), only_latest=only_latest)


def notes(found):
    return [version.note for version in found.versions]


def moments(events):
    return {event.id: (event.date, event.time) for event in events}


class TestFixture:
    def test_the_list_becomes_the_expected_measures(self):
        """Every field of every measure and hearing is as the expected file says."""
        site = visit_site(Maryland, {f"{SITE}{LIST}": (PAGES / "legislation.json").read_bytes()})
        hearing = [
            event for one in ROWS[:3] for event in hearings(one, paper(one["BillNumber"]), {})
        ]
        told = {
            "measures": as_json([_unmarked(one) for one in site.measures.values()]),
            "events": [{**as_json(one), "time": one.time.isoformat()} for one in hearing],
        }
        assert told == json.loads((PAGES / "expected.json").read_bytes())
        assert site.listings == [Listing(name="2026RS", rows=len(ROWS))]
        assert site.report.events == 0  # counted where they are yielded, by `start`

    def test_words_we_do_not_know_are_counted_and_kept(self):
        """An unknown kind of paper, text and step pass through and are counted."""
        site = visit_site(Maryland, {f"{SITE}{LIST}": (PAGES / "legislation.json").read_bytes()})
        assert dict(site.report.unmapped) == {
            "kind of XR": 1,
            "text Text S": 1,
            "Read across the desk": 1,
        }
        assert site.measures["XR0001"].classification == ()
        assert "HB9999 is the site's own test" in site.notes
        assert "HB9999" not in site.measures

    def test_numbers_the_list_leaves_out_are_told(self):
        """A gap says nothing about a bill, but an operator should know of it."""
        site = visit_site(Maryland, {f"{SITE}{LIST}": (PAGES / "legislation.json").read_bytes()})
        assert "the list leaves out numbers: HB 9996 of 9999, SB 38 of 40" in site.notes
        assert missing_numbers(["HB0001", "HB0002", "", "HB 3"]) == ""


def _unmarked(found):
    """A measure without the mark of the day, which is not what the site said."""
    extras = {name: value for name, value in found.extras.items() if name != ASKED}
    return {**{name: getattr(found, name) for name in found.__slots__}, "extras": extras}


class TestWords:
    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), ("2025RS", "2026RS")),
            (datetime(2026, 1, 1, 5, 0, tzinfo=UTC), ("2026RS",)),
            (datetime(2026, 7, 1, 3, 59, tzinfo=UTC), ("2026RS",)),
            (datetime(2026, 11, 23, 12, tzinfo=UTC), ("2026RS", "2027RS")),
        ],
    )
    def test_sessions_follow_the_clock_of_annapolis(self, now, expected):
        """The year is Maryland's; from July on the next session may take bills."""
        assert open_sessions(now) == expected

    def test_a_session_is_written_as_the_site_writes_it(self):
        """A year alone is its regular session; case does not matter."""
        assert [session_code(one) for one in ("2026", "2026rs", "2021s1")] == [
            "2026RS",
            "2026RS",
            "2021S1",
        ]
        with pytest.raises(SourceError, match="expected one like 2026RS"):
            session_code("latest")

    @pytest.mark.parametrize(
        ("printed", "key"), [("HB0444", ("HB", 444)), ("HB 444", ("HB", 444)), ("SJ1", ("SJ", 1))]
    )
    def test_a_bill_is_one_however_it_is_printed(self, printed, key):
        """Padding and blanks are typography."""
        assert bill(printed).key == key

    @pytest.mark.parametrize("printed", ["", "444", "HB", "HB0444F", "hb0444"])
    def test_what_is_no_number_is_an_error(self, printed):
        """A row without a bill number cannot be a measure."""
        with pytest.raises(ValueError, match="no bill number"):
            bill(printed)

    def test_addresses_follow_from_the_number(self):
        """Texts, chapter, page and fiscal note stand where the site's own links point."""
        at = paper("HB0444")
        assert at.text("T") == f"{SITE}/2026RS/bills/hb/hb0444T.pdf"
        assert at.chapter("2", "T") == f"{SITE}/2026RS/Chapters_noln/CH_2_hb0444t.pdf"
        assert at.fiscal_note == f"{SITE}/2026RS/fnotes/bil_0004/hb0444.pdf"
        assert at.page == f"{SITE}/mgawebsite/Legislation/Details/hb0444?ys=2026RS"

    @pytest.mark.parametrize(
        ("printed", "expected"),
        [("2026-01-22", date(2026, 1, 22)), ("2026-01-22T13:00:00", date(2026, 1, 22)),
         ("2026-02-30", None), ("soon", None), ("", None)],
    )  # fmt: skip
    def test_days_are_read_as_printed(self, printed, expected):
        """What is no day keeps its words only."""
        assert day(printed) == expected

    @pytest.mark.parametrize(
        ("value", "text"),
        [(" a \xa0b ", "a b"), (None, ""), (True, "yes"), (False, "no"), (3, "3"), ({"a": [1]}, '{"a": [1]}')],
    )  # fmt: skip
    def test_any_value_has_words(self, value, text):
        """Whatever the file holds one day, it can be kept."""
        assert words(value) == text


class TestFields:
    def test_no_field_is_dropped(self):
        """Whatever stands in a field of a row stands in the measure or its hearings."""
        for name, value in row().items():
            if name == "StatusCurrentAsOf":
                continue
            marked, marker = marked_field(name, value)
            one = row(**{name: marked})
            number = one["BillNumber"]
            at = bill(number, "2026RS", SITE)
            told = as_json(measure(one, at))
            events = [as_json(event) | {"time": ""} for event in hearings(one, at, {})]
            assert marker in json.dumps([told, events]), name

    def test_the_time_of_the_file_is_no_part_of_a_row(self):
        """It changes with every edition of the file, so it may not make a bill look changed."""
        later = row(StatusCurrentAsOf="2026-02-26T06:30:01.123")
        assert digest(later) == digest(row())
        assert measure(later, paper()) == seen()
        assert measure(later, paper()).extras == seen().extras
        assert digest(row(Status="Vetoed by the Governor")) != digest(row())

    def test_steps_keep_the_order_of_the_procedure(self):
        """A second reading may be dated before the report: legislative days run behind."""
        house = [one for one in seen().actions if one.organization == "lower"]
        assert [one.description for one in house] == [
            "First Reading",
            "Report Favorable with Amendments",
            "Second Reading Passed with Amendments",
            "Third Reading Passed",
        ]
        assert house[2].date < house[1].date

    def test_the_file_is_no_history(self):
        """Steps are seen in part: an earlier one that is gone from the file is no news."""
        assert "actions.latest" in seen().observed
        assert "actions" not in seen().observed

    @pytest.mark.parametrize(
        ("status", "steps"),
        [
            ("Approved by the Governor - Chapter 2", ["executive-signature", "became-law"]),
            (
                "Approved by the Governor - Chapter 9; line item veto by the Governor - Section 1",
                ["executive-signature", "became-law", "executive-veto-line-item"],
            ),
            ("Vetoed by the Governor (Policy)", ["executive-veto"]),
            ("Vetoed by the Governor - Veto Overridden - Chapter 7", ["veto-override-passage"]),
            ("Assigned a chapter number, enactment subject to constitutional referendum", []),
            ("Signed by the President and the Speaker - Joint Resolution 1", []),
        ],
    )
    def test_the_end_of_a_bill_is_an_action(self, status, steps):
        """What the governor did stands only in the status; it has no day there."""
        last = seen(Status=status).actions[-1]
        assert (last.description, last.date, list(last.classification)) == (status, None, steps)

    def test_a_status_within_a_chamber_is_no_action(self):
        """It says again what the steps say, or announces a hearing."""
        assert [one.description for one in seen("SB0011").actions] == ["First Reading"]

    def test_statutes_are_cited_and_kept(self):
        """Sections are subjects as one cites them; codes stay in the extras."""
        assert list(statutes(row())) == [
            "Criminal Procedure § 5-104.1",
            "Public Safety § 3-601 through 3-605",
            "Public Safety § 3-701",
        ]
        assert list(statutes(row("HB0012"))) == ["Chapter of the Acts of 2024"]
        assert list(statutes(row("SB0011"))) == ["IV - Judiciary Department"]
        assert list(statutes(row("SB0040"))) == []
        assert set(statutes(row())) <= set(seen().subjects)
        assert seen().extras["Statutes"].startswith("gcp Criminal Procedure 5-104.1|gps ")

    def test_sponsors_are_named_once_the_primary_one_first(self):
        """The primary sponsor stands among the others too."""
        assert [(one.name, str(one.classification)) for one in seen().sponsors] == [
            ("Delegate Rivers", "primary"),
            ("Delegate Creek", "cosponsor"),
            ("Delegate Brook, A.", "cosponsor"),
        ]

    def test_a_blank_cross_file_is_none(self):
        """The file prints a single blank where there is nothing."""
        assert seen("SB0040").related == ()
        assert "related" in seen("SB0040").observed
        assert [(one.identifier, one.relation) for one in seen().related] == [
            ("SB0011", "companion")
        ]

    def test_a_field_the_file_lacks_is_not_observed(self):
        """A file without a column says nothing about it."""
        one = {name: value for name, value in row().items() if name in {
            "BillNumber", "Title", "Status", "BillVersion",
        }}  # fmt: skip
        observed = measure(one, paper()).observed
        assert (
            not {"related", "identifiers", "subjects", "abstract", "sponsors", "dates"} & observed
        )

    @pytest.mark.parametrize("name", ["Title", "Status", "BillVersion"])
    def test_a_row_without_what_every_bill_has_is_an_error(self, name):
        """It is counted as failed instead of recorded half."""
        with pytest.raises(ValueError, match=f"the row has no {name}"):
            measure(row(**{name: None}), paper())


def marked_field(name, value):
    """A value for a field in which a marker stands, and the marker."""
    if name == "BillNumber":
        return "HB4321", "HB4321"
    if isinstance(value, list):
        if name == "Statutes":
            article = {"Code": "marker", "Title": "marker"}
            return [
                {"Article": article, "Sections": [{"Section": "marked"}]}
            ], "marker marker marked"
        return [{"Name": "marker", "Code": "mark"}], "mark" if name != "Sponsors" else "marker"
    if isinstance(value, bool):
        return not value, f'"{name}": "{words(not value)}"'
    return f"marker-{name}", f"marker-{name}"


class TestTexts:
    @pytest.mark.parametrize(
        ("latest", "chapter", "expected"),
        [
            ("F", "", ["First Reader"]),
            ("T", "", ["First Reader", "Third Reader"]),
            ("E", "", ["First Reader", "Third Reader", "Enrolled"]),
            ("T", "CH0002", ["First Reader", "Third Reader", "Chapter 2"]),
            ("F", "JR0003", ["First Reader"]),
            ("S", "", ["Text S"]),
            ("", "", []),
        ],
    )
    def test_the_latest_text_names_those_before_it(self, latest, chapter, expected):
        """Only texts that were made are claimed; a resolution's number is no chapter."""
        assert notes(seen(BillVersion=latest, ChapterNumber=chapter)) == expected

    def test_the_kinds_of_texts(self):
        """First reader, third reader, enrolled act and chapter are four stages."""
        found = seen("HB0012").versions
        assert [version.classification for version in found] == [
            VersionClassification.INTRODUCED,
            VersionClassification.ENGROSSED,
            VersionClassification.ENROLLED,
            VersionClassification.BECAME_LAW,
        ]
        assert found[-1].links[0].url == f"{SITE}/2026RS/Chapters_noln/CH_310_hb0012e.pdf"

    def test_only_the_latest_text_on_request(self):
        """An operator may do without earlier texts."""
        assert notes(seen("HB0012", only_latest=True)) == ["Enrolled"]

    def test_a_fiscal_note_is_no_text_of_the_bill(self):
        """It is a document about the bill, and never a version."""
        found = seen()
        assert [(one.text, one.url) for one in found.documents] == [
            ("Fiscal and Policy Note", f"{SITE}/2026RS/fnotes/bil_0007/hb0007.pdf")
        ]
        assert not any("fnotes" in link.url for one in found.versions for link in one.links)


class TestHearings:
    def test_each_chamber_and_committee_has_its_own(self):
        """The id names bill, chamber and rank, so a hearing that is moved stays the same event."""
        before = moments(hearings(row(), paper(), {}))
        assert before == {
            "2026RS/hb0007/lower/primary": (date(2026, 1, 22), time(13)),
            "2026RS/hb0007/upper/primary": (date(2026, 2, 3), time(9, 30)),
        }
        moved = row(HearingDateTimePrimaryOppositeHouse="2026-02-05T13:00:00")
        after = moments(hearings(moved, paper(), {}))
        assert after.keys() == before.keys()
        assert after["2026RS/hb0007/upper/primary"] == (date(2026, 2, 5), time(13))

    def test_the_body_is_the_committee(self):
        """A joint hearing names each committee; the agenda names the bill."""
        first, second = hearings(row("HB0012"), paper("HB0012"), {})
        assert [first.name, second.name] == ["Ways and Means", "Appropriations"]
        [item] = first.items
        assert (item.identifier, item.session, first.complete) == ("HB0012", "2026RS", False)

    def test_a_hearing_that_is_taken_out_is_cancelled(self):
        """The file's own null says so, if there was a day before; a lost field says nothing."""
        before = seen("SB0011").extras
        gone = row("SB0011", HearingDateTimePrimaryHouseOfOrigin=None)
        [event] = hearings(gone, paper("SB0011"), before)
        assert (event.status, event.date) == (EventStatus.CANCELLED, date(2026, 3, 5))
        assert list(hearings(gone, paper("SB0011"), {})) == []
        del gone["HearingDateTimePrimaryHouseOfOrigin"]
        assert list(hearings(gone, paper("SB0011"), before)) == []

    def test_a_status_that_calls_it_off_cancels_it(self):
        """Only the hearing in the chamber that the status names."""
        off = row("SB0011", Status="In the Senate - Hearing canceled")
        [event] = hearings(off, paper("SB0011"), {})
        assert (event.status, event.status_text) == (EventStatus.CANCELLED, off["Status"])
        other = row("SB0011", Status="In the House - Hearing canceled")
        assert [event.status for event in hearings(other, paper("SB0011"), {})] == [None]

    def test_a_time_that_is_none_keeps_its_words(self):
        """A day without a time, or words, still make an event."""
        for printed, expected in (("2026-03-05", date(2026, 3, 5)), ("to be announced", None)):
            one = row("SB0011", HearingDateTimePrimaryHouseOfOrigin=printed)
            [event] = hearings(one, paper("SB0011"), {})
            assert (event.date, event.time, event.when_text) == (expected, None, printed)


class TestList:
    @pytest.mark.parametrize("body", [b"null", b"[]", b" [ ] "])
    def test_a_list_of_nothing_is_an_error(self, body):
        """It never means that all bills are gone."""
        with pytest.raises(ErrorPage, match="is empty"):
            read_list(body, "2026RS", "u")

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (b'[{"BillNumber": "HB0001"', "no JSON"),
            (b"[" * 100_000, "no JSON"),
            (b"\xff\xfe[", "no JSON"),
            (b'{"bills": []}', "no rows with a BillNumber"),
            (b'[["HB0001"]]', "no rows with a BillNumber"),
            (b'[{"BillNumber": "HB0001", "YearAndSession": "2025 Regular Session"}]', "about 2025"),
        ],
    )
    def test_another_shape_is_drift(self, body, why):
        """A cut file, another shape or another year's list are told and not read."""
        with pytest.raises(ParseDrift, match=why):
            read_list(body, "2026RS", "u")

    def test_a_mark_of_byte_order_is_no_matter(self):
        """Windows servers write one."""
        assert read_list(b"\xef\xbb\xbf" + json.dumps(ROWS).encode(), "2026RS", "u") == ROWS

    def test_a_bad_row_costs_only_itself(self):
        """The others are read; but then the list is not whole, so nothing can vanish by it."""
        broken = [row(), row("SB0011", Title=None), row("SB0040", Statutes=[3]), "junk", None, []]
        site = visit_site(Maryland, {f"{SITE}{LIST}": json.dumps(broken).encode()})
        assert list(site.measures) == ["HB0007"]
        assert (site.report.failed, site.listings) == (5, [])
        assert "an absence means nothing" in site.notes


class TestSessions:
    def test_a_coming_session_that_is_not_there_is_no_failure(self):
        """In autumn the next list is asked for, and special ones until one is missing."""
        served = {f"{SITE}{LIST}": json.dumps([row()]).encode()}
        site = visit_site(autumn(), served)
        assert [url.split("/")[3] for _, url in site.asked] == ["2026rs", "2027rs", "2026s1"]
        assert (site.error, len(site.listings)) == (None, 1)
        assert "session 2027RS is not open" in site.notes

    def test_special_sessions_are_found(self):
        """One after another until one is not there."""
        special = {"YearAndSession": "2026 Special Session 1"}
        served = {
            f"{SITE}{LIST}": json.dumps([row()]).encode(),
            f"{SITE}{LIST}".replace("2026rs", "2026s1"): json.dumps([row(**special)]).encode(),
        }
        site = visit_site(Maryland, served)
        assert [listing.name for listing in site.listings] == ["2026RS", "2026S1"]
        assert [url.split("/")[3] for _, url in site.asked] == ["2026rs", "2026s1", "2026s2"]

    def test_the_watchlist_may_name_sessions(self):
        """Then only those are read."""
        url = f"{SITE}{LIST}".replace("2026rs", "2021s1")
        one = row(YearAndSession="2021 Special Session")
        site = visit_site(Maryland, {url: json.dumps([one]).encode()}, sessions="2021s1")
        assert [listing.name for listing in site.listings] == ["2021S1"]
        assert len(site.asked) == 1

    def test_when_no_list_can_be_had_the_first_error_is_the_sources(self):
        """An error of the site goes before a session that is not open."""
        site = visit_site(autumn(), {f"{SITE}{LIST}": FetchError("the site answered 503")})
        assert isinstance(site.error, FetchError)

    @pytest.mark.parametrize(
        ("parameters", "why"),
        [
            ({"texts": "some"}, "expected one of all, latest, none"),
            ({"bills_per_crawl": "many"}, "expected a number from 1 on"),
            ({"sessions": ["now"]}, "expected one like 2026RS"),
        ],
    )
    def test_a_parameter_that_makes_no_sense_is_told(self, parameters, why):
        """The source fails with words that say what to write."""
        site = visit_site(Maryland, {}, **parameters)
        assert why in str(site.error)


def autumn():
    """The spider as it runs in November."""
    return lambda **options: Maryland(**{**options, "now": datetime(2026, 11, 23, 12, tzinfo=UTC)})


class Crawl:
    """Crawls of one site, each knowing what the one before left."""

    def __init__(self, **parameters):
        self.parameters = parameters
        self.memory = {}
        self.known = []
        self.now = FEBRUARY

    def __call__(self, rows, *, missed=()):
        """One crawl: the bills seen with their texts; `missed` are documents that fail, by address."""
        spider = Maryland(
            now=self.now, known=self.known, memory=self.memory, parameters=self.parameters
        )
        asked, spider.fetch = [], None
        spider.fetch = self.answering(rows, asked)
        items = asyncio.run(collect(spider))
        for url, error in dict(missed).items():
            spider._missed(url, error)
        measures = [one for one in items if isinstance(one, Measure)]
        self.memory = spider.remember
        self.known = [
            KnownMeasure(identifier=one.identifier, session=one.session, extras=one.extras, seen_last=self.now)
            for one in measures
        ]  # fmt: skip
        return SimpleNamespace(
            texts=[one.identifier for one in measures if "versions" in one.observed],
            measures=measures,
            validators=asked[0],
            notes=" ".join(str(note) for note in spider.report.notes),
            report=spider.report,
            listings=[one for one in items if isinstance(one, Listing)],
        )

    def answering(self, rows, asked):
        async def fetch(url, *, role="page", headers=None, expects="", **_):
            asked.append(dict(headers or {}))
            if not url.endswith(LIST):
                raise ErrorPage("the site answered 404", url)
            if headers and headers.get("If-None-Match") == etag(rows):
                return SimpleNamespace(status=304, headers={}, body=b"")
            body = json.dumps(rows).encode()
            return SimpleNamespace(status=200, headers={"ETag": etag(rows).encode()}, body=body)

        return fetch


def etag(rows):
    return f'"{digest({"rows": rows})}"'


async def collect(spider):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spider, "_replaying", lambda: False)
        return [item async for item in spider.crawl()]


BILLS = [row(number) for number in ("HB0007", "HB0012", "SB0011", "SB0040")]


class TestTurns:
    def test_texts_are_asked_for_once_and_again_when_the_row_changed(self):
        """An unchanged bill is seen, but what is known of its texts is left alone."""
        site = Crawl()
        assert site(BILLS).texts == [one["BillNumber"] for one in BILLS]
        changed = [row(Status="Vetoed by the Governor"), *BILLS[1:]]
        second = site(changed)
        assert second.texts == ["HB0007"]
        assert len(second.measures) == 4
        assert [listing.rows for listing in second.listings] == [4]
        unchanged = next(one for one in second.measures if one.identifier == "HB0012")
        assert unchanged.versions == ()
        assert {"title", "status"} <= unchanged.observed

    def test_after_a_week_all_are_asked_for_again(self):
        """Texts can change in silence."""
        site = Crawl()
        site(BILLS)
        site.now += timedelta(days=6)
        assert site([*BILLS, row("HJ0001")]).texts == ["HJ0001"]
        site.now += timedelta(days=1)
        assert len(site([*BILLS, row("HJ0001")]).texts) == 4

    def test_an_unchanged_list_is_not_sent_again(self):
        """A 304 is a good crawl that found nothing; so it is asked for only when nothing is due."""
        site = Crawl()
        assert site(BILLS).validators == {}
        second = site(BILLS)
        assert second.validators == {"If-None-Match": etag(BILLS)}
        assert (second.measures, second.listings, second.report.partial) == ([], [], True)

    def test_a_week_later_the_list_is_read_in_full(self):
        """Not to be sent a list would mean to have no rows whose texts could be asked for."""
        site = Crawl()
        site(BILLS)
        site.now += timedelta(days=7)
        assert site(BILLS).validators == {}

    def test_a_text_that_could_not_be_had_is_asked_for_again(self):
        """A timeout, or a 404 of the very text that the list names, is tried at the next crawl."""
        site = Crawl()
        url = paper("HB0007").text("T")
        site(BILLS, missed={url: ErrorPage("the site answered 404", url)})
        assert site.memory["again 2026RS"] == "HB0007"
        second = site(BILLS)
        assert (second.validators, second.texts) == ({}, ["HB0007"])
        assert site(BILLS).report.partial

    def test_a_missing_text_that_is_only_implied_waits_for_its_week(self):
        """Else a text that was never printed would be asked for, and told of, in every crawl."""
        site = Crawl()
        missed = {
            paper("HB0007").text("F"): ErrorPage("the site answered 404"),
            paper("HB0007").chapter("2", "T"): ErrorPage("the site answered 404"),
        }
        site(BILLS, missed=missed)
        assert site.memory["again 2026RS"] == ""
        site.now += timedelta(hours=1)
        refused = {paper("HB0012").text("F"): Challenge("the site answered 403")}
        site([row(Status="x"), *BILLS[1:]], missed=refused)
        assert site.memory["again 2026RS"] == "HB0012"

    def test_a_first_crawl_takes_no_more_than_it_bears(self):
        """The rest are seen without texts, told of, and have their turn in the next crawl."""
        site = Crawl(bills_per_crawl=3)
        first = site(BILLS)
        assert len(first.texts) == 3
        assert len(first.measures) == 4
        assert "the texts of 1 bills wait for the next crawl" in first.notes
        assert "filled 2026RS" not in site.memory
        second = site(BILLS)
        assert (second.validators, second.texts) == ({}, ["SB0040"])
        assert site(BILLS).report.partial

    def test_later_what_is_new_or_changed_never_waits(self):
        """Only the weekly visits are limited: a new bill is judged by its text at once."""
        site = Crawl(bills_per_crawl=2)
        site(BILLS)
        site(BILLS)
        site.now += timedelta(days=8)
        changed = [row(one["BillNumber"], Status="Changed") for one in BILLS[1:]]
        assert sorted(site([BILLS[0], *changed, row("HJ0001")]).texts) == [
            "HB0007", "HB0012", "HJ0001", "SB0011", "SB0040",
        ]  # fmt: skip

    def test_what_is_news_comes_first(self):
        """A crawl that is ended before it is through has seen what matters."""
        site = Crawl()
        site(BILLS)
        site.now += timedelta(days=8)
        order = [one.identifier for one in site([*BILLS, row("HJ0001")]).measures]
        assert order[0] == "HJ0001"

    def test_a_crawl_that_was_killed_goes_on_where_it_ended(self):
        """What was recorded is marked so; without memory only the rest is asked for."""
        site = Crawl()
        site(BILLS)
        site.memory, site.known = {}, site.known[:1]
        assert site(BILLS).texts == ["HB0012", "SB0011", "SB0040"]

    def test_without_texts_nothing_is_asked_for(self):
        """The versions say why they wait, and an unchanged list is still not sent again."""
        site = Crawl(texts="none")
        first = site(BILLS)
        waiting = {version.waits_for for one in first.measures for version in one.versions}
        assert waiting == {"the watchlist, which says `texts: none`"}
        assert site(BILLS).report.partial


class TestLoopback:
    """The real engine on loopback: validators, types of documents, what is remembered."""

    def serve(self, **pages):
        body = json.dumps(BILLS[:1]).encode()
        return {
            LIST: Page(body, headers={"ETag": '"a"', "Content-Type": "application/json"})
        } | pages

    def spider(self):
        class Reading(Maryland):
            """Asks for the texts of each bill itself, as the stages do."""

            async def crawl(self):
                async for item in super().crawl():
                    if isinstance(item, Measure):
                        for version in item.versions:
                            try:
                                await self.fetch(version.links[0].url, role="document")
                            except SourceError as error:
                                self.report.note("document", str(error))
                    yield item

        return Reading

    def visit(self, server, **arguments):
        parameters = {"site": server.url, "hosts": ["127.0.0.1"], "sessions": "2026RS"}
        return crawl(
            self.spider(), arguments={"now": FEBRUARY, "parameters": parameters, **arguments}
        )

    def test_the_validator_is_sent_and_a_304_is_a_good_crawl(self):
        """The second visit sends the ETag of the first."""
        with serving(self.serve()) as server:
            first = self.visit(server)
        assert first.spider.remember["etag 2026RS"] == '"a"'
        assert first.report.events == 2
        known = [
            KnownMeasure(identifier=one.identifier, session="2026RS", extras=one.extras, seen_last=FEBRUARY)
            for one in first.items if isinstance(one, Measure)
        ]  # fmt: skip
        pages = {LIST: Page(status=304)}
        with serving(pages) as server:
            memory = {"etag 2026RS": '"a"'}
            second = self.visit(server, known=known, memory=memory)
            [visit] = [one for one in server.visits if one.path == LIST]
        assert visit.headers["if-none-match"] == '"a"'
        assert (second.items, second.report.partial) == ([], True)
        assert second.report.state() is Health.OK
        assert second.spider.remember == memory

    def test_a_page_in_the_place_of_a_text_is_an_error(self):
        """Texts are PDF files; the site's apology with status 200 is none."""
        text = "/2026RS/bills/hb/hb0007T.pdf"
        sorry = Page(b"<html><title>Maryland General Assembly</title><p>Sorry.</p></html>")
        with serving(self.serve(**{text: sorry})) as server:
            seen = self.visit(server)
        assert seen.spider.remember["again 2026RS"] == "HB0007"
        assert "HTML came where application/pdf was expected" in " ".join(
            map(str, seen.report.notes)
        )


def test_what_a_crawl_leaves_alone_stays_known(tmp_path):
    """Through the command line: an unchanged bill keeps its text and topics without being asked again."""
    example_pdf(tmp_path / "bill.pdf")
    text = Page((tmp_path / "bill.pdf").read_bytes())
    year = datetime.now(ZONE).year
    rows = [row(number, YearAndSession=f"{year}") for number in ("SB0011", "SB0040")]
    at = f"/{year}rs/misc/billsmasterlist/legislation.json"
    pages = {at: Page(json.dumps(rows).encode())}
    texts = [f"/{year}RS/bills/sb/{number}F.pdf" for number in ("sb0011", "sb0040")]
    with serving(pages | dict.fromkeys(texts, text)) as server:
        (tmp_path / "watchlist.yaml").write_text(WATCHLIST.format(site=server.url))
        environment = {
            "MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml"),
            "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
            "MEASUREWATCH_DELAY": "0",
            "MEASUREWATCH_CONTACT": "https://example.org/contact",
        }
        [first] = json_lines("crawl", "maryland", cwd=tmp_path, **environment)
        rows[1]["Status"] = "In the Senate - Returned"
        server.pages[at] = Page(json.dumps(rows).encode())
        server.visits.clear()
        [second] = json_lines("crawl", "maryland", cwd=tmp_path, **environment)
        asked = [path for path in server.paths() if path.endswith(".pdf")]
        matching = json_lines("measures", "--topic", "287g", cwd=tmp_path, **environment)
    assert (first["state"], first["found"], first["documents"]) == ("ok", 2, 2)
    assert (second["state"], second["changed"], second["unchanged"]) == ("ok", 1, 1)
    assert asked == texts[1:]
    assert {one["identifier"] for one in matching} == {"SB0011", "SB0040"}
    assert {version["state"] for one in matching for version in one["versions"]} == {"readable"}
