"""Odd answers of Chicago's, Los Angeles', Minneapolis' and PrimeGov's systems cost only themselves."""

import json
from datetime import timedelta

import pytest

from config.vocabulary import Health
from scrapers.errors import Challenge, ErrorPage, ParseDrift
from scrapers.report import health_of
from scrapers.sites import chicago_council_rows, minneapolis_council_rows
from scrapers.sites.chicago_council_asking import PAGE
from tests import chicago_elms
from tests.chicago_elms import Elms
from tests.odd_values import MISSING, ODD, changed, fields_of, in_rounds, not_words
from tests.test_chicago_council import again, council
from tests.test_los_angeles_council import LAMPS, MASKS, ORDINANCE, Clerk, page, results
from tests.test_los_angeles_council import council as los_angeles
from tests.test_minneapolis import recording
from tests.test_minneapolis import visit as minneapolis
from tests.test_primegov import Portal, city
from tests.test_primegov import tables as portal_tables

HTML = b"<html><body><h1>City Clerk</h1><p>Welcome to the records of the city.</p></body></html>"
WALL = b"<html><title>Just a moment...</title><body>Checking your browser</body></html>"
ENVELOPE = b'{"error": {"code": 500, "message": "The service failed"}}'
PORTAL = fields_of(portal_tables())
LIMS = {name: json.loads(body) for name, body in recording().items()}
LIMS_FIELDS = fields_of(LIMS)
NAMES_A_ROW = {"introductionDate", "dateTime"}
"""What our own servers sort rows by, and so cannot do without."""

CHICAGO = in_rounds(
    chicago_elms.tables(), fields_of(chicago_elms.tables()).keys() - NAMES_A_ROW - {"meetingId"}
)

SERVED = {
    "chicago": lambda body: council(Elms(bodies={"matter": body})),
    "minneapolis": lambda body: minneapolis(dict.fromkeys(recording(), body)),
    "los-angeles": lambda body: los_angeles(Clerk(received=body)),
    "primegov": lambda body: city(Portal(errors={"List": body})),
}


class TestChicago:
    @pytest.mark.parametrize("value", [*ODD.values(), MISSING], ids=[*ODD, "missing"])
    def test_every_field_may_hold_anything(self, value):
        """Its row is told or set aside with a reason, all others are told."""
        whole = council(Elms())
        for paths in CHICAGO:
            seen = council(Elms(rows=changed(chicago_elms.tables(), value, *paths)))
            assert seen.error is None, paths
            lost = len(whole.measures) - len(seen.measures)
            lost += len(whole.events) - len(seen.events)
            assert lost <= len(paths) + seen.report.failed, paths
            assert not_words(seen.items) == [], paths

    def test_a_day_at_the_end_of_time_is_none(self):
        """Turning it into Chicago's time would leave the calendar."""
        for printed in ("9999-12-31T23:59:59-11:00", "0001-01-01T00:00:00+00:00", "05/272026"):
            assert chicago_council_rows.day(printed) is None

    def test_what_is_no_row_costs_only_itself(self):
        """It is set aside, and a list with it in is not whole."""
        elms = Elms()
        listed = elms.listed
        elms.listed = lambda kind, asked: (
            found := listed(kind, asked),
            found["data"].insert(0, None) if kind == "matter" and found["data"] else None,
        )[0]
        seen = council(elms)
        assert seen.error is None
        assert set(seen.measures) == set(council(Elms()).measures)
        assert seen.report.failed >= 1
        assert "a row without matterId" in seen.notes
        assert seen.listings == []

    @pytest.mark.parametrize("stated", [None, -1, "many", [3], 0, True])
    def test_a_list_that_does_not_say_how_long_it_is_is_read_to_its_short_page(self, stated):
        """A full page is followed by the next one; the first was taken for all before."""
        elms = Elms()
        elms.more(PAGE + 20, introductionDate="2026-02-02T06:00:00+00:00")
        listed = elms.listed

        def without_count(kind, asked):
            found = listed(kind, asked)
            return found | {"meta": {"count": stated}}

        elms.listed = without_count
        seen = council(elms, requests=1)
        assert seen.error is None
        assert len(seen.measures) == len(council(Elms()).measures) + PAGE + 20

    def test_a_number_in_words_is_a_number(self):
        """How long a list is may be written as text, or as 700.0."""
        for stated in ("700", 700.0):
            body = json.dumps({"data": [{}], "meta": {"count": stated}}).encode()
            assert chicago_council_rows.page_of(body, "")[1] == 700

    def test_a_server_that_gives_fewer_rows_than_asked_is_read_on(self):
        """The next page begins where this one ended."""
        elms = Elms()
        elms.more(250, introductionDate="2026-02-02T06:00:00+00:00")
        listed = elms.listed
        elms.listed = lambda kind, asked: listed(kind, asked | {"top": "100"})
        seen = council(elms, requests=1)
        assert len(seen.measures) == len(council(Elms()).measures) + 250
        assert {one.name for one in seen.listings} >= {"matters 2026"}

    @pytest.mark.parametrize("stated", [None, 90_000])
    def test_a_page_that_comes_again_and_again_ends_the_list(self, stated):
        """A server that does not skip is asked twice, and its list is not whole."""
        elms = Elms()
        elms.more(PAGE, introductionDate="2026-02-02T06:00:00+00:00")
        listed = elms.listed
        elms.listed = lambda kind, asked: (
            listed(kind, asked | {"skip": "0"}) | {"meta": {"count": stated}}
        )
        seen = council(elms, requests=1)
        assert len([url for _, url in seen.asked if "/matter?" in url]) <= 6
        assert "only what was read before" in seen.notes
        assert "matters 2026" not in {one.name for one in seen.listings}
        assert "swept" not in seen.remember

    def test_a_detail_that_is_none_stays_as_it_was(self):
        """An empty or other answer to a question for one matter costs that matter's details."""
        first = council(Elms())
        for body in (b"", b"null", b"[]", HTML):
            ids = [one["matterId"] for one in chicago_elms.tables()["matters"]]
            elms = Elms(bodies={f"matter/{id_}": body for id_ in ids})
            seen = again(first, elms, later=timedelta(days=8))
            assert seen.error is None
            assert set(seen.measures) == set(first.measures)
            assert not any("actions" in one.observed for one in seen.measures.values())


class TestMinneapolis:
    @pytest.mark.parametrize("value", [*ODD.values(), MISSING], ids=[*ODD, "missing"])
    def test_every_field_may_hold_anything(self, value):
        """Each in turn, of files and of meetings."""
        whole = minneapolis()
        for name, path in LIMS_FIELDS.items():
            tables = changed(LIMS, value, path)
            seen = minneapolis({key: json.dumps(rows).encode() for key, rows in tables.items()})
            assert seen.error is None, name
            lost = len(whole.measures) - len(seen.measures)
            assert lost + len(whole.events) - len(seen.events) <= 1 + seen.report.failed, name
            assert not_words([*seen.measures.values(), *seen.events]) == [], name

    def test_a_vote_in_words_is_counted_and_kept(self):
        """Where an object should be, words are not lost."""
        path = LIMS_FIELDS["VotingInformation"]
        tables = changed(LIMS, "Adopted 12 to 1", path)
        seen = minneapolis({key: json.dumps(rows).encode() for key, rows in tables.items()})
        assert seen.report.unmapped["history field VotingInformation holds no rows"] == 1
        extras = [one.extras.get("LegislativeHistory", "") for one in seen.measures.values()]
        assert any("Adopted 12 to 1" in one for one in extras)

    def test_what_is_no_row_costs_only_itself(self):
        """A null among the files is set aside; nothing vanishes by a list with it in."""
        rows = [None, *LIMS["FileItemSearch 2026"]]
        seen = minneapolis(recording(**{"FileItemSearch 2026": json.dumps(rows).encode()}))
        whole = minneapolis()
        assert set(seen.measures) == set(whole.measures)
        assert seen.report.failed == whole.report.failed + 1
        assert seen.listings == []

    def test_the_hour_of_a_false_zone_is_local(self):
        """Half past nine is half past nine in Minneapolis, whatever is written behind."""
        row = {"meetingbody": "Council", "meetingdatetime": "2026-02-10T09:30:00Z"}
        meeting = minneapolis_council_rows.meeting(row)
        assert (str(meeting.date), str(meeting.time)) == ("2026-02-10", "09:30:00")

    @pytest.mark.parametrize(
        "printed", ["0001-01-01T00:00:00", "9999-12-31", "05/272026", "2/30/2026"]
    )
    def test_a_day_that_is_none_is_none(self, printed):
        """It is kept as printed."""
        assert minneapolis_council_rows.day(printed) is None
        step = minneapolis_council_rows.action({"Action": "Adopted", "ActionDate": printed})
        assert (step.date, step.date_text) == (None, printed)


class TestPrimeGov:
    @pytest.mark.parametrize("value", [*ODD.values(), MISSING], ids=[*ODD, "missing"])
    def test_every_field_may_hold_anything(self, value):
        """Each in turn; a document without a number leads nowhere and is not linked."""
        whole = city()
        for name, path in PORTAL.items():
            if name in NAMES_A_ROW:
                continue
            seen = city(Portal(rows=changed(portal_tables(), value, path)))
            assert seen.error is None, name
            assert len(whole.events) - len(seen.events) <= 1, name
            assert not_words(seen.items) == [], name

    def test_a_meeting_on_the_first_day_there_is_is_not_an_old_one(self):
        """It is told without a day, not left out as long past."""
        portal = Portal()
        portal.rows["upcoming"][0]["dateTime"] = "0001-01-01T00:00:00"
        seen = city(portal)
        assert set(seen.events) == set(city().events)
        assert seen.events[str(portal.rows["upcoming"][0]["id"])].date is None

    def test_what_is_no_row_costs_only_itself(self):
        """It is set aside with a reason."""
        portal = Portal()
        portal.rows["upcoming"].insert(0, "closed")
        seen = city(portal)
        assert set(seen.events) == set(city().events)
        assert (seen.report.failed, "a row without an id" in seen.notes) == (1, True)

    def test_a_link_that_is_no_address_costs_only_itself(self):
        """The agenda is read without it."""
        agenda = Portal().agenda.replace(b'href="', b'href="http://[::1', 1)
        seen = city(Portal(agenda=agenda))
        whole = city()
        assert {id_: len(one.items) for id_, one in seen.events.items()} == {
            id_: len(one.items) for id_, one in whole.events.items()
        }
        assert seen.report.failed == whole.report.failed


class TestLosAngeles:
    def test_a_link_that_is_no_address_costs_only_itself(self):
        """One in the list of results or among a file's papers stops neither."""
        body = results(ORDINANCE, LAMPS).replace(
            b"</table>", b'<tr><td><a href="http://[::1">?</a></td><td>x</td></tr></table>'
        )
        record = page(f"{ORDINANCE}.html").replace(
            b"<tr>", b'<tr><td><a href="http://[">x</a></td>', 1
        )
        seen = los_angeles(Clerk(received=body, records={ORDINANCE: record}))
        assert seen.error is None
        assert set(seen.measures) == {ORDINANCE, LAMPS}
        assert "title" in seen.measures[ORDINANCE].observed
        assert seen.report.failed == 0

    @pytest.mark.parametrize("printed", [b"05/272026", b"13/45/2026", b"00/00/0000", b"", b"soon"])
    def test_a_day_that_is_none_costs_only_itself(self, printed):
        """The file is told with all its steps; the day stands as printed."""
        record = page(f"{ORDINANCE}.html")
        odd = record.replace(b"/2026<", b"/2026 <").replace(b"02/03/2026", printed)
        seen = los_angeles(Clerk(records={ORDINANCE: odd, MASKS: page(f"{MASKS}.html")}))
        assert set(seen.measures) == set(los_angeles().measures)
        assert seen.report.failed == 0

    def test_a_record_that_lost_its_parts_is_set_aside(self):
        """Each part in turn: the other file is told, and this one as the list shows it."""
        record = page(f"{ORDINANCE}.html")
        for name in (b"reclabel", b"rectext", b"viewrecord", b"CouncilFileHeader", b"showtip_"):
            odd = record.replace(name, b"renamed")
            seen = los_angeles(Clerk(records={ORDINANCE: odd, MASKS: page(f"{MASKS}.html")}))
            assert seen.error is None
            assert {ORDINANCE, MASKS} <= set(seen.measures), name

    def test_entities_and_marks_of_direction_are_words(self):
        """What is escaped once is read once; nothing in it is markup."""
        body = results(LAMPS).replace(
            f"File {LAMPS}".encode(), b"Lamps &amp; &lt;script&gt; \xe2\x80\xae signs &#128161;"
        )
        seen = los_angeles(Clerk(received=body, records={}))
        assert "Lamps & <script>" in seen.measures[LAMPS].title


class TestAnswers:
    @pytest.mark.parametrize("source", SERVED)
    @pytest.mark.parametrize(
        ("body", "kind", "health"),
        [
            (b"", ErrorPage, Health.FAILING),
            (WALL, Challenge, Health.BLOCKED),
            (ENVELOPE, ErrorPage, Health.FAILING),
            (b"<html><title>Runtime Error</title></html>", ErrorPage, Health.FAILING),
            (b"Invalid parameters!", ErrorPage, Health.FAILING),
        ],
    )
    def test_what_is_no_list_is_told_for_what_it_is(self, source, body, kind, health):
        """Blocked is told from failing, and nothing is told of any measure."""
        seen = SERVED[source](body)
        assert isinstance(seen.error, kind)
        assert health_of(seen.error) is health
        assert seen.measures == {}

    @pytest.mark.parametrize("source", SERVED)
    @pytest.mark.parametrize("body", [b"{}", b'["x", 3]', b"[null]", HTML, b"[" * 100_000])
    def test_a_page_of_another_shape_is_no_empty_list(self, source, body):
        """Drifted, or failing where another kind of file came."""
        seen = SERVED[source](body)
        assert isinstance(seen.error, ParseDrift | ErrorPage)
        assert seen.measures == {}
