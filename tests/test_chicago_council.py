"""Chicago's matters become measures and its meetings events, and their details are asked for in turn."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

import pytest

from config.vocabulary import EventStatus, Health, MeasureClassification, VoteOption, VoteResult
from scrapers.archive import ReplayArchive, WarcWriter
from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift
from scrapers.handler import Recording
from scrapers.items import Listing, Measure
from scrapers.platforms.legistar_rows import said
from scrapers.sites import chicago_council_asking as asking
from scrapers.sites import chicago_council_meetings as meetings
from scrapers.sites.chicago_council import ChicagoCouncil
from scrapers.sites.chicago_council_measures import as_measure, count_unmapped
from scrapers.sites.chicago_council_rows import FIELDS, HUNG, day, local, page_of
from scrapers.sites.chicago_council_words import classify, original_of, year_in
from tests.chicago_elms import API, PAGES, Elms
from tests.legistar_city import known_from
from tests.loopback.crawling import crawl
from tests.loopback.server import Page, serving
from tests.visiting import NOW, as_json, visit

HOUR = timedelta(hours=1)
SUBSTITUTE, ORIGINAL = "SO2026-0030001", "O2026-0030001"


def council(elms, **options):
    return visit(ChicagoCouncil, elms, **options)


def again(first, elms, *, later=6 * HOUR, **options):
    """The crawl after a first one, with what it left."""
    known = known_from(first.measures, seen_last=NOW)
    return council(elms, known=known, memory=first.remember, now=NOW + later, **options)


def details(found):
    """Which matters were looked at, by id or number."""
    return [url.rpartition("/")[2] for _, url in found.asked if "/matter/" in url]


class TestFixture:
    def test_measures_meetings_and_lists_are_as_expected(self):
        """The whole fixture, field by field."""
        found = council(Elms())
        shown = {
            "measures": [as_json(one) for one in found.measures.values()],
            "events": [as_json(one) for one in found.events.values()],
            "listings": [as_json(one) for one in found.listings],
        }
        assert shown == json.loads((PAGES / "expected.json").read_bytes())
        assert found.error is None

    def test_what_nobody_knows_is_counted_and_kept(self):
        """Words and fields without a rule pass through."""
        found = council(Elms())
        assert found.report.unmapped == {
            "meeting status Mislaid": 1,
            "vote Present, Not Counted": 1,
            "action Sent up the chimney": 1,
            "sponsor type Muse": 1,
            "matter field unheardOf": 1,
        }
        assert found.measures["CL2025-0020006"].extras["unheardOf"] == "yes"


class TestMatters:
    def test_a_substitute_is_its_original_under_a_new_number(self):
        """One measure with the texts of both, formerly the original."""
        found = council(Elms())
        assert ORIGINAL not in found.measures
        one = found.measures[SUBSTITUTE]
        assert one.formerly == (ORIGINAL,)
        assert [version.note for version in one.versions] == [
            "O2026-0030001 Ordinance",
            "SO2026-0030001 Substitute Ordinance",
            "SO2026-0030001 Redline",
            "SO2026-0030001 Final Substitute Ordinance",
        ]
        assert [version.waits_for for version in one.versions if version.waits_for] == [
            "the clerk's upload, of which only a part is there"
        ]

    def test_a_matter_that_went_into_another_is_replaced_by_it(self):
        """A different number takes its place; the measure stays its own."""
        [related] = council(Elms()).measures["Or2026-0030005"].related
        assert (related.identifier, related.relation) == ("Or2026-0030006", "replaced-by")

    def test_an_executive_order_is_an_order_of_the_executive(self):
        """The clerk files the mayor's orders among the council's matters."""
        one = council(Elms()).measures["EO2026-0030004"]
        assert one.classification == (MeasureClassification.ORDER,)
        assert one.from_organization == "executive"
        assert one.identifiers == ("EO-26-1",)

    def test_an_old_number_that_two_matters_share_identifies_neither(self):
        """Else one would be taken for the other."""
        elms = Elms()
        elms.matter("CL2025-0020006")["legacyRecordNumber"] = "EO-26-1"
        assert council(elms).measures["EO2026-0030004"].identifiers == ()

    def test_a_blank_behind_the_number_is_no_part_of_it(self):
        """Some numbers are stored so; the API finds them only with the blank."""
        found = council(Elms())
        assert found.measures["R2026-0030003"].title.endswith("agents' use of masks")

    def test_null_says_nothing_and_1900_means_never(self):
        """What a detail leaves null is not observed."""
        one = council(Elms()).measures["CL2025-0020006"]
        assert not one.observed & {"actions", "sponsors", "versions", "related"}
        assert [one.date.isoformat() for one in one.dates] == ["2025-12-31"]

    def test_a_roll_call_has_its_words_and_no_seat_that_was_vacant(self):
        """A rising vote is a yes, unknown words stay as printed."""
        steps = {step.description: step for step in council(Elms()).measures[SUBSTITUTE].actions}
        vote = steps["Passed as Substitute"].vote
        assert vote.result is VoteResult.PASS
        assert [(cast.voter, cast.option) for cast in vote.roll] == [
            ("Alvarez, Ada", VoteOption.YES),
            ("Brook, Ben", VoteOption.NO),
            ("Creek, Cleo", VoteOption.YES),
            ("Dale, Dora", VoteOption.OTHER),
        ]

    def test_steps_of_the_clerks_own_system_are_no_actions(self):
        """Create and Accept are kept by name; a row that stands twice is one step."""
        one = council(Elms()).measures[SUBSTITUTE]
        assert [step.description for step in one.actions].count("Referred") == 1
        assert "Accept" not in {step.description for step in one.actions}
        assert "Accept" in one.extras["actions"]

    @pytest.mark.parametrize(
        ("printed", "meant"),
        [
            ("2026-07-15T05:00:00+00:00", "2026-07-15"),
            ("2026-01-22T03:30:00+00:00", "2026-01-21"),
            ("2026-01-22T00:00:00+00:00", "2026-01-22"),
            ("1900-01-01T00:00:00+00:00", None),
            ("", None),
            ("soon", None),
        ],
    )
    def test_a_moment_is_a_day_in_chicago(self, printed, meant):
        """Midnight in UTC is a day that was written without a time."""
        found = day(printed)
        assert (found.isoformat() if found else None) == meant

    @pytest.mark.parametrize(
        ("number", "original"),
        [
            ("SO2024-0013357", "O2024-0013357"),
            ("SOr2011-189", "Or2011-189"),
            ("SSR2024-1", "R2024-1"),
            ("O2024-1", "O2024-1"),
            ("S2024-1", "S2024-1"),
        ],
    )
    def test_the_s_of_a_substitute_stands_before_a_number_of_its_own(self, number, original):
        """An S without another letter behind it is no substitute's."""
        assert original_of(number) == original

    def test_a_row_without_anything_to_name_it_is_set_aside(self):
        """One bad row costs itself, and then no list is whole."""
        elms = Elms()
        elms.matter("CL2026-0030007").update(introductionDate="2026-02-01T00:00:00Z", matterId=None)
        found = council(elms)
        assert "a row without matterId" in found.notes
        assert [one.name for one in found.listings] == ["matters 2025"]
        assert len(found.measures) == 5


class TestMeetings:
    def test_a_meeting_is_at_its_hour_in_chicago(self):
        """The clerk's moments are UTC, winter and summer."""
        found = council(Elms()).events
        assert [str(one.time) for one in found.values()] == [
            "10:00:00", "14:00:00", "10:00:00", "10:00:00",
        ]  # fmt: skip

    def test_items_name_the_measures_they_are_about(self):
        """An agenda with items is whole; one that is only a PDF file says nothing of its items."""
        first, second, third, _ = council(Elms()).events.values()
        assert [(item.identifier, item.session) for item in first.items] == [
            ("", ""),
            (SUBSTITUTE, "2026"),
        ]
        assert first.complete
        assert not second.complete
        assert third.status is EventStatus.CANCELLED

    def test_an_upload_that_broke_off_is_no_link(self):
        """The clerk's store has files that a browser never finished."""
        first = next(iter(council(Elms()).events.values()))
        assert [link.text for link in first.links] == ["Agenda: Council Agenda.pdf", "Video"]

    def test_a_meeting_that_is_over_is_not_read_again_the_same_day(self):
        """One to come is, once a day."""
        elms = Elms()
        first = council(elms)
        assert not again(first, elms).events
        assert len(again(first, elms, later=25 * HOUR).events) == 3
        assert len(again(first, elms, later=8 * 24 * HOUR).events) == 4

    def test_without_the_list_of_meetings_the_source_is_well(self):
        """It is noted."""
        found = council(Elms(errors={"meeting": FetchError("down")}))
        assert found.error is None
        assert "no meeting is seen: down" in found.notes


class TestTurns:
    def test_a_crawl_spends_its_requests_on_what_presses(self):
        """What stands on an agenda, then what makes law and is not routine; the rest comes later."""
        elms = Elms()
        elms.more(30, routine="YES")
        first = council(elms, requests=4)
        assert details(first)[:4] == [
            "AAAAAAAA-0000-F111-0000-000000000002",
            "AAAAAAAA-0000-F111-0000-000000000001",
            "AAAAAAAA-0000-F111-0000-000000000004",
            "AAAAAAAA-0000-F111-0000-000000000003",
        ]
        assert len(first.measures) == 36
        assert "33 of 36 matters" in first.notes
        second = again(first, elms, requests=40)
        assert len(details(second)) == 33

    def test_nothing_new_costs_one_question(self):
        """And is no drift."""
        first = council(Elms())
        found = again(first, Elms())
        assert found.report.partial
        assert not found.measures
        assert not details(found)
        [question] = [unquote(url) for role, url in found.asked if role == "start"]
        since = "gt 2026-02-27T12:00:00Z"
        assert question == (
            f"{API}/matter?filter=lastPublicationDate {since} or introductionDate {since} or "
            f"recordCreateDate {since} or actions/any(a: a/actionDate {since})"
            "&sort=introductionDate asc&skip=0&top=500"
        )

    def test_what_was_published_again_is_looked_at(self):
        """Its row is another, so its details are asked for."""
        elms = Elms(changed=frozenset({"EO2026-0030004"}))
        first = council(elms)
        elms.matter("EO2026-0030004")["lastPublicationDate"] = "2026-03-01T13:00:00+00:00"
        assert list(again(first, elms).measures) == ["EO2026-0030004"]

    def test_a_new_substitute_renames_what_is_known(self):
        """The original alone comes back, and points on; its texts stay those of the measure."""
        elms = Elms()
        before = elms.matter(ORIGINAL) | {"supersededBy": None}
        substitute = elms.matter(SUBSTITUTE)
        elms.rows["matters"] = [
            before if one["recordNumber"] == ORIGINAL else one
            for one in elms.rows["matters"]
            if one is not substitute
        ]
        first = council(elms)
        assert ORIGINAL in first.measures
        before |= {"supersededBy": SUBSTITUTE, "lastPublicationDate": "2026-03-01T13:00:00+00:00"}
        elms.rows["matters"] = [before, substitute, *elms.rows["matters"][1:]]
        elms.changed = frozenset({ORIGINAL})
        [one] = again(first, elms).measures.values()
        assert one.identifier == SUBSTITUTE
        assert ORIGINAL in one.formerly
        assert len(one.versions) == 4

    def test_a_new_matter_waits_until_its_details_are_had(self):
        """It is told of with its text, or after two days without."""
        elms = Elms(changed=frozenset({"R2026-0030003 "}))
        elms.matter("R2026-0030003")["lastPublicationDate"] = "2026-03-01T13:00:00+00:00"
        first = council(elms)
        del first.measures["R2026-0030003"]
        elms.errors["matter/AAAAAAAA-0000-F111-0000-000000000003"] = FetchError("down")
        found = again(first, elms)
        assert "R2026-0030003" not in found.measures
        assert found.remember["changed"] == first.remember["changed"]
        found = again(first, elms, later=60 * HOUR)
        assert "R2026-0030003" in found.measures

    def test_details_that_fail_again_and_again_are_not_asked_for_any_more(self):
        """Three in a row, and the host is left alone."""
        elms = Elms()
        for row in elms.rows["matters"]:
            elms.errors[f"matter/{row['matterId']}"] = FetchError("down")
        found = council(elms)
        assert len(details(found)) == 3
        assert found.error is None
        assert len(found.measures) == 6

    def test_a_weekly_sweep_looks_at_all_again(self):
        """What changed in silence is found."""
        elms = Elms()
        first = council(elms)
        found = again(first, elms, later=8 * 24 * HOUR)
        assert not found.report.partial
        assert len(details(found)) == 6
        assert [one.name for one in found.listings] == ["matters 2025", "matters 2026"]


class TestLists:
    def test_pages_are_read_to_the_end(self):
        """A page holds 500 rows."""
        elms = Elms()
        elms.more(1203)
        found = council(elms, requests=1)
        assert {url.partition("skip=")[2] for _, url in found.asked if "skip=" in url} == {
            "0&top=500", "500&top=500", "1000&top=500",
        }  # fmt: skip
        assert [one.rows for one in found.listings] == [1, 1207]

    def test_a_list_that_holds_fewer_than_it_says_is_not_whole(self):
        """Rows shift while pages are read; then an absence means nothing."""
        found = council(Elms(stated=9))
        assert not found.listings
        assert "of 9 rows were read" in found.notes
        assert "swept" not in found.remember

    def test_a_window_that_holds_too_many_is_read_in_halves(self, monkeypatch):
        """The API skips no more than 100,000 rows."""
        monkeypatch.setattr(asking, "FURTHEST", 4)
        elms = Elms()
        found = council(elms)
        assert len(elms.filters) > 4
        assert len(found.measures) == 6
        assert [one.rows for one in found.listings] == [1, 4]

    def test_an_order_that_is_refused_is_asked_for_otherwise(self):
        """400 is an answer about the question."""
        refusal = ErrorPage("the site answered 400", API, status=400)

        class Refusing(Elms):
            def answer(self, url, **told):
                return refusal if "recordNumber%20asc" in url else super().answer(url, **told)

        elms = Refusing()
        found = council(elms)
        assert found.error is None
        assert len(found.measures) == 6
        assert "a plainer one is asked" in found.notes

    def test_next_year_needs_no_new_code(self):
        """The last year's window has no end, and years follow the clock of Chicago."""
        windows = asking.years(date(2026, 1, 1), datetime(2027, 1, 1, 5, tzinfo=UTC))
        assert [window.until for window in windows.values()] == [None]
        windows = asking.years(date(2026, 1, 1), datetime(2027, 1, 1, 7, tzinfo=UTC))
        assert list(windows) == [2026, 2027]
        assert windows[2026].where.endswith("lt 2027-01-01T06:00:00Z")

    def test_a_year_covered_in_part_is_no_list(self):
        """What was introduced before cannot vanish from it."""
        found = council(Elms(), since="2026-01-02")
        assert [one.name for one in found.listings] == []
        assert len(found.measures) == 5


class TestTrouble:
    def test_no_matter_at_all_is_drift(self):
        """An empty list is never success."""
        found = council(Elms(rows={"matters": [], "meetings": []}))
        assert isinstance(found.error, ParseDrift)
        assert not found.listings

    def test_a_year_that_lost_all_its_matters_is_drift(self):
        """Where rows were there are rows."""
        first = council(Elms())
        elms = Elms()
        elms.rows["matters"] = [one for one in elms.rows["matters"] if one["fileYear"] != 2025]
        found = again(first, elms, later=8 * 24 * HOUR)
        assert isinstance(found.error, ParseDrift)
        assert "matters 2025" in str(found.error)

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            ((PAGES / "challenge.html").read_bytes(), Challenge),
            (b"<html><title>eLMS</title><body>" + b"Matters " * 400 + b"</body></html>", ErrorPage),
            (b'{"Message":"An error has occurred."}', ErrorPage),
            (b'{"results":[],"meta":{"count":0}}', ParseDrift),
            (b'[{"matterId":"1"}]', ParseDrift),
            (b"", ErrorPage),
        ],
    )
    def test_what_is_no_list_is_told_from_an_empty_one(self, body, error):
        """Challenge, shell, envelope, another shape, nothing."""
        found = council(Elms(bodies={"matter": body}))
        assert isinstance(found.error, error)

    def test_an_answer_about_another_matter_is_not_believed(self):
        """A detail that names another number costs itself."""
        elms = Elms()
        other = json.dumps(elms.matter("EO2026-0030004")).encode()
        elms.bodies["matter/AAAAAAAA-0000-F111-0000-000000000003"] = other
        found = council(elms)
        assert "the clerk's answer is about EO2026-0030004" in found.notes
        assert not found.measures["R2026-0030003"].actions

    @pytest.mark.parametrize("parameters", [{"since": "last spring"}, {"requests": 0}])
    def test_a_parameter_that_makes_no_sense_is_told(self, parameters):
        """With what was expected."""
        assert "expected" in str(council(Elms(), **parameters).error)


@pytest.mark.corpus
class TestRecordings:
    """Real answers: every field of every row is used, kept or counted."""

    def matters(self, corpus):
        folder = corpus / "city-legislation" / "chicago-elms"
        page = (folder / "matter_list_rows_excerpt.json").read_bytes()
        rows, count = page_of(page, API)
        assert count == 290
        return [json.loads((folder / "matter_O2026-0024863.json").read_bytes()), *rows]

    def test_no_field_of_a_real_matter_is_dropped(self, corpus):
        """Used, or in the extras; nothing is unknown."""
        unmapped = Counter()
        for row in self.matters(corpus):
            measure = as_measure(row, read_at=NOW)
            count_unmapped(row, unmapped)
            for name in said(row):
                assert name in FIELDS.used["matter"] or name in measure.extras, name
        assert not unmapped

    def test_a_real_matter_is_read(self, corpus):
        """Its steps, its roll call, its texts."""
        one = as_measure(self.matters(corpus)[0], read_at=NOW)
        assert [(str(step.date), step.description) for step in one.actions] == [
            ("2026-04-15", "Referred"),
            ("2026-07-14", "Recommended to Pass"),
            ("2026-07-15", "Passed"),
        ]
        votes = Counter(cast.option for cast in one.actions[-1].vote.roll)
        assert votes == {VoteOption.YES: 49, VoteOption.NOT_VOTING: 1}
        assert [str(version.classification) for version in one.versions] == [
            "introduced",
            "enrolled",
        ]
        assert len(one.documents) == 5

    def test_a_real_list_is_crawled(self, corpus):
        """Four of 290 rows: told of, and no list, since the rest is missing."""
        rows = self.matters(corpus)
        elms = Elms(rows={"matters": rows, "meetings": []}, stated=290)
        found = council(elms, since="2024")
        assert found.error is None
        assert found.measures["SO2024-0013357"].formerly == ("O2024-0013357",)
        assert len(found.measures) == 5
        assert not found.listings
        assert all(classify.knows(one.status) for one in found.measures.values())

    def test_real_meetings_are_read(self, corpus):
        """Ninety-nine of them, with their papers; every field used, kept or counted."""
        path = corpus / "meetings" / "chicago" / "chi_citycouncil.json"
        rows, count = page_of(path.read_bytes(), API)
        unmapped = Counter()
        assert (len(rows), count) == (99, 2809)
        for row in rows:
            event = meetings.as_event(row)
            meetings.count_unmapped(row, unmapped)
            papers = [paper for paper in row["files"] if paper["path"]]
            assert len(event.links) == len(papers) + (row["videoLink"] or "").startswith("http")
            assert event.date == local(row["date"]).date()
            assert 8 <= event.time.hour <= 19
            for name in said(row):
                assert name in FIELDS.used["meeting"] or name in event.extras, name
        assert not unmapped
        states = Counter(meetings.as_event(row).status for row in rows)
        assert states[EventStatus.CANCELLED] >= 5

    @pytest.mark.parametrize(
        "name", ["bad_action_date", "bad_agenda_action", "bad_introductions", "dupe_actions"]
    )
    def test_numbers_and_steps_with_known_slips_are_read(self, corpus, name):
        """What others found wrong at the clerk's: every number names its year, every step is known."""
        path = corpus / "legistar" / "chicago-data-issues" / f"{name}.csv"
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        assert rows
        assert all(year_in(row["identifier"]) for row in rows)
        assert all(classify.knows(row["action"]) for row in rows if row.get("action"))
        originals = {row["identifier"]: original_of(row["identifier"]) for row in rows}
        assert all(one == number.removeprefix("S") for number, one in originals.items())

    def test_an_older_list_of_meetings_is_read(self, corpus):
        """One that was recorded with the clerk's counts of states beside the rows."""
        path = corpus / "legistar" / "chicago" / "chi_citycouncil_020d936.json"
        rows, count = page_of(path.read_bytes(), API)
        unmapped = Counter()
        for row in rows:
            meetings.count_unmapped(row, unmapped)
        found = Counter(meetings.as_event(row).status for row in rows)
        assert (len(rows), count, sum(unmapped.values())) == (99, 2809, 0)
        assert found == {EventStatus.CONFIRMED: 61, EventStatus.CANCELLED: 12, None: 26}


def test_a_list_shows_nothing_of_what_hangs_on_a_matter():
    """The fixture's lists are as the clerk's: null where a detail has more."""
    body = Elms().get(
        f"{API}/matter?filter=introductionDate%20ge%202026-01-01T06:00:00Z&sort=x&skip=0&top=5"
    )
    rows, _ = page_of(body, API)
    assert all(row[name] is None for row in rows for name in HUNG)


class TestWire:
    """The clerk's API over real connections, recorded and replayed."""

    class Pages(dict):
        """The fixture for the loopback server."""

        def __init__(self, elms):
            super().__init__()
            self.elms = elms

        def get(self, path, default=None):
            if path == "/robots.txt":
                return default
            return lambda visit_: self.page(visit_.path)

        def page(self, path):
            body = self.elms.get(f"{API}{path}")
            kind = {"Content-Type": "application/json; charset=utf-8"}
            return (
                Page(b'{"title":"Not Found"}', status=404)
                if body is None
                else Page(body, headers=kind)
            )

    def recorded(self, tmp_path, elms, name="elms", **arguments):
        archive = tmp_path / f"{name}.warc.gz"
        writer = WarcWriter(archive)
        with serving({}) as server:
            server.pages = self.Pages(elms)
            arguments["parameters"] = {"site": server.url, "hosts": ["127.0.0.1", "localhost"]}
            done = crawl(
                ChicagoCouncil,
                arguments=arguments,
                attributes={"recording": Recording(writer, lambda: NOW)},
                settings={"MEASUREWATCH_RETRY_PACE": 0},
            )
        writer.close()
        return done, archive

    def replayed(self, archive):
        return crawl(ChicagoCouncil, attributes={"replaying": ReplayArchive(archive)}, replay=True)

    def items(self, done, kind):
        return [one for one in done.items if isinstance(one, kind)]

    def test_a_recording_replays_to_the_same_measures(self, tmp_path):
        """Through the real handler; a whole list is whole again."""
        done, archive = self.recorded(tmp_path, Elms())
        assert done.report.state() is Health.OK
        assert len(self.items(done, Measure)) == 6
        again_ = self.replayed(archive)
        assert again_.report.state() is Health.OK
        assert {as_json(one)["identifier"] for one in self.items(again_, Measure)} == {
            one.identifier for one in self.items(done, Measure)
        }
        assert self.items(again_, Listing) == self.items(done, Listing)

    def test_a_recording_of_changes_is_no_whole_list(self, tmp_path):
        """What it lacks was not asked for, so nothing can vanish by it."""
        first, _ = self.recorded(tmp_path, Elms())
        memory = first.spider.remember
        elms = Elms(changed=frozenset({"EO2026-0030004"}))
        _, archive = self.recorded(tmp_path, elms, "changes", memory=memory)
        done = self.replayed(archive)
        assert done.report.partial
        assert not self.items(done, Listing)
        assert [one.identifier for one in self.items(done, Measure)] == ["EO2026-0030004"]
