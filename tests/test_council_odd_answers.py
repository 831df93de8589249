"""Odd answers of the Legistar Web API: one bad row, one bad value, one bad page cost only themselves."""

import json
from datetime import timedelta

import pytest

from config.vocabulary import Health
from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift
from scrapers.items import Listing
from scrapers.platforms.legistar_asking import PAGE
from scrapers.platforms.legistar_fields import USED
from scrapers.report import health_of
from tests.legistar_city import API, City, known_from, tables
from tests.odd_values import MISSING, ODD, changed, fields_of, in_rounds, not_words
from tests.test_legistar import again, asked_for, crawl
from tests.visiting import NOW

TABLES = tables()
FIELDS = fields_of(TABLES)
ROUNDS = in_rounds(TABLES, frozenset().union(*USED.values()))
FIRST_DAY, LAST_DAY = "0001-01-01T00:00:00", "9999-12-31T23:59:59.997"


def ids(seen):
    return {one.extras.get("MatterId") for one in seen.measures.values()} | set(seen.events)


WHOLE = ids(crawl())


class TestValues:
    @pytest.mark.parametrize("value", [None, MISSING], ids=["null", "missing"])
    def test_every_field_may_be_null_or_missing(self, value):
        """In turn: the row is told all the same, or set aside with a reason; all others are told."""
        for name, path in FIELDS.items():
            if (name, value) == ("MatterId", MISSING):
                continue  # our city finds its rows by it
            seen = crawl(City(rows=changed(TABLES, value, path)))
            assert seen.error is None, name
            assert len(WHOLE - ids(seen)) <= seen.report.failed <= 1, name
            assert not_words(seen.items) == [], name

    @pytest.mark.parametrize("value", ODD.values(), ids=ODD)
    def test_every_field_may_hold_anything(self, value):
        """A value of another type, a day that is none, markup: the next crawls go on too."""
        for paths in ROUNDS:
            city = City(rows=changed(TABLES, value, *paths))
            seen = crawl(city)
            assert seen.error is None, paths
            assert len(WHOLE) - len(ids(seen)) <= seen.report.failed, paths
            assert not_words(seen.items) == [], paths
            city.changed = set()
            assert again(seen, city).error is None, paths

    @pytest.mark.parametrize("value", [["x"], {"a": 1}], ids=["list", "object"])
    def test_words_that_are_no_words_are_kept_and_counted(self, value):
        """A title that is a list says nothing, so the one known stays; the list is not lost."""
        city = City()
        city.matter(501)["MatterTitle"] = value
        seen = crawl(city)
        measure = next(one for one in seen.measures.values() if one.extras["MatterId"] == "501")
        assert (
            measure.title == tables()["matters"][0]["MatterName"] or "title" not in measure.observed
        )
        assert json.loads(measure.extras["MatterTitle"]) == value
        assert seen.report.unmapped["matter field MatterTitle holds rows"] == 1

    def test_an_agenda_of_words_is_counted(self):
        """Where rows are expected words are as odd as rows where words are."""
        city = City()
        city.rows["events/71/eventitems"][0]["EventItemMatterAttachments"] = "see clerk"
        seen = crawl(city)
        counted = seen.report.unmapped
        assert counted["eventitem field EventItemMatterAttachments holds no rows"] == 1

    @pytest.mark.parametrize("stamp", [FIRST_DAY, LAST_DAY])
    def test_the_first_and_the_last_day_there_are_mean_none(self, stamp):
        """.NET writes them for no day: they make no session and no list, and stand as printed."""
        city = City()
        for name in ("MatterIntroDate", "MatterAgendaDate", "MatterPassedDate"):
            city.matter(502)[name] = stamp
        city.matter(502)["MatterFile"] = "Res 12"
        measure = crawl(city).measures["Res 12"]
        assert measure.session in {"", "2026"}
        assert measure.listing == ""
        assert {one.date for one in measure.dates if one.text == stamp} == {None}

    @pytest.mark.parametrize("stamp", [FIRST_DAY, LAST_DAY, "2031-01-01T00:00:00"])
    def test_a_stamp_of_another_time_hides_no_change(self, stamp):
        """Up to when changes are known is never a time to come, nor one that cannot be counted back from."""
        city = City()
        for row in city.rows["matters"]:
            row["MatterLastModifiedUtc"] = stamp
        seen = crawl(city)
        assert "changed" not in seen.remember
        after = again(seen, city)
        assert after.error is None
        assert "MatterIntroDate ge" in city.filters[-2][1]

    def test_a_stamp_that_was_kept_before_is_not_believed(self):
        """What an earlier version remembered is looked at the same way."""
        first = crawl()
        for stamp in (FIRST_DAY, LAST_DAY):
            first.remember["changed"] = stamp
            seen = again(first, City())
            assert seen.error is None
            assert seen.listings == [Listing(name="matters 2026", rows=4)]
            assert seen.remember["changed"].startswith("2026-")

    def test_a_z_on_a_local_day_is_not_believed(self):
        """A meeting on the evening of the tenth is on the tenth, whatever zone is written behind."""
        city = City()
        event = city.rows["events"][0]
        day = event["EventDate"][:10]
        event["EventDate"] = f"{day}T00:00:00Z"
        city.matter(501)["MatterIntroDate"] = "2026-01-12T00:00:00Z"
        seen = crawl(city)
        assert seen.events[str(event["EventId"])].date.isoformat() == day
        measure = next(one for one in seen.measures.values() if one.extras["MatterId"] == "501")
        assert "2026-01-12" in {str(one.date) for one in measure.dates}

    def test_a_day_that_is_none_is_kept_and_counted(self):
        """Mistyped days are no days; the first there is means none and is not worth a word."""
        city = City()
        city.matter(501)["MatterPassedDate"] = "05/272026"
        city.matter(502)["MatterPassedDate"] = FIRST_DAY
        city.rows["matters/501/histories"][0]["MatterHistoryActionDate"] = "2026-02-30T00:00:00"
        seen = crawl(city)
        measure = next(one for one in seen.measures.values() if one.extras["MatterId"] == "501")
        assert ("05/272026", None) in {(one.text, one.date) for one in measure.dates}
        days = {name for name in seen.report.unmapped if name.startswith("day ")}
        assert days == {"day 05/272026", "day 2026-02-30T00:00:00"}

    def test_an_address_that_is_none_is_no_page(self):
        """A script where a meeting's page should be is not linked."""
        city = City()
        city.rows["events"][0]["EventInSiteURL"] = "javascript:alert(1)"
        assert crawl(city).events[str(city.rows["events"][0]["EventId"])].url == ""


class TestRows:
    @pytest.mark.parametrize("row", [None, "x", 7, ["x"], {}])
    def test_what_is_no_row_costs_only_itself(self, row):
        """Among the matters it is set aside, and the list is not believed to be whole."""
        rows = [TABLES["matters"][0], row, *TABLES["matters"][1:]]
        seen = crawl(City(bodies={"matters": json.dumps(rows).encode()}))
        assert seen.error is None
        assert seen.report.failed == 1
        assert "a row without MatterId" in seen.notes
        assert set(seen.measures) == set(crawl().measures)
        assert seen.listings == []

    @pytest.mark.parametrize("child", ["histories", "sponsors", "attachments", "indexes"])
    def test_what_is_no_row_among_children_is_counted(self, child):
        """The other children are read."""
        city = City()
        city.rows[f"matters/501/{child}"].append("see clerk")
        seen = crawl(city)
        assert seen.report.failed == 0
        assert [name for name in seen.report.unmapped if "what is no row" in name]
        kept = [one.extras.get(child, "") for one in seen.measures.values()]
        assert child == "attachments" or any("see clerk" in one for one in kept)

    def test_a_list_of_other_things_is_drift(self):
        """Not one row in it: the site changed."""
        seen = crawl(City(bodies={"matters": b'["x", 3]'}))
        assert isinstance(seen.error, ParseDrift)

    def test_a_server_that_gives_fewer_rows_than_asked_is_read_on(self):
        """A page of a hundred rows may be cut short: the rest is asked for, and nothing vanishes."""
        city = City(page=100)
        city.more(250)
        seen = crawl(city, requests=1)
        assert len(seen.measures) == 254
        assert [url.rpartition("=")[2] for url in asked_for(seen, "/matters?")] == [
            "0",
            "100",
            "200",
        ]

    def test_a_page_that_comes_again_and_again_ends_the_list(self):
        """A server that does not skip is not asked two hundred times, and its list is not whole."""
        city = City()
        city.more(PAGE - len(city.rows["matters"]), MatterIntroDate="2026-01-05T00:00:00")
        seen = crawl(
            City(rows=city.rows, bodies={"matters": json.dumps(city.rows["matters"]).encode()}),
            requests=1,
        )
        assert len(asked_for(seen, "/matters?")) == 2
        assert "only what was read before" in seen.notes
        assert seen.listings == []
        assert "swept" not in seen.remember

    def test_a_year_that_lost_all_its_matters_is_drift(self):
        """The other years do not make up for it; what is known of it stays."""
        city = City()
        city.more(8, MatterIntroDate="2025-03-05T00:00:00", MatterFile="CB 1")
        for number, row in enumerate(city.rows["matters"][-8:]):
            row["MatterFile"] = f"CB {number} of 2025"
        first = crawl(city)
        assert {one.name for one in first.listings} == {"matters 2025", "matters 2026"}
        seen = again(first, City(), days=8)
        assert isinstance(seen.error, ParseDrift)
        assert "not one matter of 2025, where 8 are known" in str(seen.error)
        assert (seen.items, seen.remember) == ([], first.remember)
        del city.rows["matters"][-7:]
        assert again(first, city, days=8).error is None

    def test_no_meeting_where_there_were_some_forgets_none(self):
        """An empty calendar is noted, and the stamps of what was read stay."""
        first = crawl()
        city = City(changed=set())
        city.rows["events"] = []
        seen = again(first, city)
        assert "not one meeting is listed, where 4 were" in seen.notes
        assert seen.remember["meetings"] == first.remember["meetings"]


class TestAnswers:
    @pytest.mark.parametrize(
        ("body", "kind", "health"),
        [
            (b"", ErrorPage, Health.FAILING),
            (b" \r\n", ErrorPage, Health.FAILING),
            (b"null", ParseDrift, Health.DRIFTED),
            (b"{}", ParseDrift, Health.DRIFTED),
            (b'"x"', ParseDrift, Health.DRIFTED),
            (b'{"value": [{"MatterId": 1}]}', ParseDrift, Health.DRIFTED),
            (b'[{"MatterId": 1}', ParseDrift, Health.DRIFTED),
            (b"[" * 100_000, ParseDrift, Health.DRIFTED),
            (b"<ArrayOfGranicusMatter", ParseDrift, Health.DRIFTED),
            (b"%PDF-1.7", ParseDrift, Health.DRIFTED),
            (b"<html><body><h1>Legislation</h1></body></html>", ParseDrift, Health.DRIFTED),
            (b"Invalid parameters!", ErrorPage, Health.FAILING),
            (b"<html><title>The resource cannot be found.</title></html>", ErrorPage, Health.FAILING),
            (b'{"Message": "An error has occurred.", "ExceptionType": "x"}', ErrorPage, Health.FAILING),
            (b"<html><title>Just a moment...</title></html>", Challenge, Health.BLOCKED),
        ],
    )  # fmt: skip
    def test_what_is_no_list_of_matters_is_told_for_what_it_is(self, body, kind, health):
        """Blocked, drifted or failing; never an empty crawl, and the next one begins where this did."""
        seen = crawl(City(bodies={"matters": body}))
        assert isinstance(seen.error, kind)
        assert health_of(seen.error) is health
        assert seen.measures == {}
        assert seen.remember == {}

    @pytest.mark.parametrize("body", [b"", b"null", b"{}", b"<html><body>x</body></html>"])
    def test_a_child_that_is_none_costs_only_its_fields(self, body):
        """The matter is told; what hung on it before stays."""
        bodies = {f"matters/501/{child}": body for child in ("histories", "sponsors", "versions")}
        seen = crawl(City(bodies=bodies))
        assert set(seen.measures) == set(crawl().measures)
        measure = next(one for one in seen.measures.values() if one.extras["MatterId"] == "501")
        assert not {"actions", "sponsors", "versions"} & measure.observed
        assert "details read" not in measure.extras

    @pytest.mark.parametrize(
        ("error", "failed"),
        [
            (ErrorPage("the site answered 404", API, status=404), False),
            (ErrorPage("no page answered 404 here", API, status=500), True),
            (FetchError("the site answered 503"), True),
        ],
    )
    def test_a_child_is_absent_by_the_status_alone(self, error, failed):
        """What an error's words say is not looked at."""
        seen = crawl(City(errors={"matters/502/sponsors": error}))
        measure = next(one for one in seen.measures.values() if one.extras["MatterId"] == "502")
        assert ("details read" not in measure.extras) is failed

    @pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\r\n "])
    def test_a_mark_before_the_rows_is_no_part_of_them(self, mark):
        """A byte order mark and blank lines are passed over."""
        city = City(bodies={"matters": mark + json.dumps(TABLES["matters"]).encode()})
        assert set(crawl(city).measures) == set(crawl().measures)

    def test_known_matters_stay_while_the_list_is_odd(self):
        """A sweep that meets an object instead of the list says nothing of what is known."""
        first = crawl()
        seen = crawl(
            City(bodies={"matters": b"{}"}), known=known_from(first.measures),
            memory=first.remember, now=NOW + timedelta(days=8),
        )  # fmt: skip
        assert (seen.items, seen.remember) == ([], first.remember)
