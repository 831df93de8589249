"""Legistar's public pages in the place of a Web API that is closed."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from parsel import Selector

from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift
from scrapers.platforms import legistar_insite_pages as shown
from scrapers.platforms.legistar import Legistar
from scrapers.platforms.legistar_insite import DOOR
from tests.insite_site import COLUMNS, SITE, InSiteSite
from tests.legislatures import Watched
from tests.legistar_city import City, wrong_client
from tests.visiting import as_json
from tests.visiting import visit as visit_site

PAGES = Path(__file__).parent / "pages" / "insite"
PLACE = "us/wa/elmford"
CLOSED = Challenge(
    "the site answered 403 and wants a login", "https://webapi.legistar.com/v1/elmford/matters"
)
visit = partial(visit_site, Legistar, client="elmford", place=PLACE, since="2025")
insite = partial(visit, door="insite")
MARCH = datetime(2026, 3, 20, 18, tzinfo=UTC)
DAY = timedelta(days=1)
MARKS = {"details read", "details tried"}


class TestStore:
    """Doors that open and close, into a real store."""

    @pytest.mark.parametrize(
        "days",
        [
            [(0, "api"), (1, "insite"), (2, "insite"), (9, "insite"), (10, "api"), (17, "api"), (18, "insite")],
            [(0, "insite"), (1, "insite"), (8, "insite"), (9, "api"), (10, "api"), (17, "api"), (18, "insite")],
        ],
        ids=["api first", "pages first"],
    )  # fmt: skip
    def test_another_door_tells_nothing(self, database, days):
        """To the pages and back, with every matter looked at through both."""
        api = City()
        site = InSiteSite(city=api)
        for cast in api.rows["eventitems/9003/votes"]:
            if cast["VoteValueName"] == "Beamed in":
                cast["VoteValueName"] = "In Favor"
        # Only the API shows what has no day of introduction.
        api.rows["matters"] = [row for row in api.rows["matters"] if row.get("MatterIntroDate")]

        def answer(url, body=None, meta=None):
            if "webapi.legistar.com" not in url:
                return site.answer(url, body, meta)
            found = api.get(url)
            return (404, b'{"Message": "none"}') if found is None else (200, found)

        watched = Watched(database, Legistar, answer)
        for day, door in days:
            seen = watched.crawl(
                MARCH + day * DAY, client="elmford", place=PLACE, since="2026", door=door
            )
            assert list(zip(seen.told, seen.summaries, strict=True)) == [], (day, door)
            assert seen.report.failed == 0

    def test_an_api_that_closes_tells_nothing_and_is_not_asked_for_a_week(self, database):
        """The pages are read in the same crawl; then only they, until it is time to ask again."""
        api = City()
        site = InSiteSite(city=api)
        api.rows["matters"] = [row for row in api.rows["matters"] if row.get("MatterIntroDate")]
        for cast in api.rows["eventitems/9003/votes"]:
            cast["VoteValueName"] = cast["VoteValueName"].replace("Beamed in", "In Favor")
        closed: list[bool] = []

        def answer(url, body=None, meta=None):
            if "webapi.legistar.com" not in url:
                return site.answer(url, body, meta)
            found = api.get(url)
            if closed:
                return 403, b"<title>403 Forbidden</title>"
            return (404, b'{"Message": "none"}') if found is None else (200, found)

        watched = Watched(database, Legistar, answer)
        crawl = partial(watched.crawl, client="elmford", place=PLACE, since="2026")
        assert crawl(MARCH).told == []
        closed.append(True)
        seen = crawl(MARCH + DAY)
        assert seen.told == []
        assert (
            "the public pages (InSite) are read: Legistar client 'elmford' is closed" in seen.notes
        )
        quiet = crawl(MARCH + 2 * DAY)
        assert not any("webapi" in url for url in quiet.asked)
        assert "the Web API was closed on 2026-03-21" in quiet.notes
        asked = crawl(MARCH + 9 * DAY).asked
        assert sum("webapi" in url for url in asked) == 1
        closed.clear()
        again = crawl(MARCH + 16 * DAY)
        assert again.told == []
        assert "InSite" not in again.notes
        assert DOOR not in watched.memory

    def test_what_changes_is_told_once(self, database):
        """A new matter, a status, a step with its roll call; nothing else is asked for."""
        site = InSiteSite()
        watched = Watched(database, Legistar, site.answer)
        crawl = partial(watched.crawl, client="elmford", place=PLACE, since="2026", door="insite")
        crawl(MARCH)
        quiet = crawl(MARCH + DAY)
        assert quiet.told == []
        assert not any("LegislationDetail" in url for url in quiet.asked)
        row = site.city.matter(502)
        row["MatterStatusName"] = "Withdrawn"
        site.city.more(1, MatterIntroDate="2026-03-19T00:00:00")
        seen = crawl(MARCH + 2 * DAY)
        assert {kind for *_, kind in seen.told} == {"status", "new"}
        assert len([url for url in seen.asked if "LegislationDetail" in url]) == 2
        assert crawl(MARCH + 3 * DAY).told == []

    def test_what_is_gone_from_the_list_vanishes_after_two_looks(self, database):
        """The list of a year is whole when it shows as many lines as it states."""
        site = InSiteSite()
        watched = Watched(database, Legistar, site.answer)
        crawl = partial(watched.crawl, client="elmford", place=PLACE, since="2026", door="insite")
        crawl(MARCH)
        site.city.rows["matters"] = [
            one for one in site.city.rows["matters"] if one["MatterId"] != 505
        ]
        assert crawl(MARCH + DAY).told == []
        assert crawl(MARCH + 2 * DAY).told == [("2026", "Min 77", "vanished")]


class TestPages:
    """What a crawl of the pages gives."""

    def test_the_pages_become_what_is_expected(self):
        """Every field of a matter, its steps with roll calls, its text, its papers."""
        seen = insite(InSiteSite())
        found = [as_json(one) for one in seen.measures.values()]
        for one in found:
            one["extras"] = {
                name: said for name, said in one["extras"].items() if name not in MARKS
            }
        assert json.loads(json.dumps(found)) == json.loads(
            (PAGES / "expected.json").read_text(encoding="utf-8")
        )
        assert [(one.name, one.rows) for one in seen.listings] == [
            ("pages 2026", 3),
            ("pages 2025", 0),
        ]
        assert seen.report.unmapped == {"vote Beamed in": 1}
        assert not seen.report.partial

    def test_pages_are_turned_with_the_state_of_the_page_before(self):
        """Two searches and one turn; every post sends back what the page had hidden."""
        site = InSiteSite()
        insite(site)
        asked = [
            (one["__VIEWSTATE"], one.get("ctl00$ContentPlaceHolder1$lstYearsAdvanced"))
            for one in site.posted
        ]
        assert list(dict.fromkeys(asked)) == [
            ("state 0", "2026"),
            ("state 2026", None),
            ("state 0", "2025"),
        ]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"stated": 9}, "3 lines were shown of 9 stated"),
            ({"year": "All Years"}, "asked for 2026, the site shows All Years"),
        ],
    )
    def test_a_list_that_is_not_whole_ends_nothing(self, changes, said):
        """Its matters are taken; that others are missing means nothing."""
        seen = insite(InSiteSite(**changes))
        assert said in seen.notes
        assert set(seen.measures) <= {"CB 120001", "2026-0138", "Min 77"}
        assert seen.measures
        assert "pages 2026" not in [one.name for one in seen.listings]

    def test_a_page_that_shows_what_was_shown_breaks_off(self):
        """Rows that come again while paging count once, and a pager without an end ends."""
        site = InSiteSite(page=1)
        again = site.grid
        site.grid = lambda rows, number: (
            again(rows, min(number, 2)).replace('class="rgCurrentPage" ', "", 1)
            if number > 2
            else again(rows, number)
        )
        seen = insite(site)
        assert len(seen.measures) == 2
        assert "pages 2026" not in [one.name for one in seen.listings]

    def test_unknown_columns_are_counted_and_missing_ones_missed(self):
        """A city's own columns are kept under their names; without numbers it is drift."""
        columns = (*COLUMNS[:2], ("Prime&#160;Sponsor", "MatterRequester"), COLUMNS[-1])
        site = InSiteSite(columns=columns)
        site.city.matter(501)["MatterRequester"] = "Ada Alvarez"
        seen = insite(site)
        assert set(seen.measures) == {"CB 120001", "2026-0138", "Min 77"}
        assert seen.measures["CB 120001"].extras["InSite Prime Sponsor"] == "Ada Alvarez"
        assert seen.report.unmapped["matter field InSite Prime Sponsor"] == 1
        assert isinstance(insite(InSiteSite(columns=COLUMNS[1:])).error, ParseDrift)

    def test_a_bad_matter_costs_only_itself(self):
        """It is counted, waits to be read, and keeps nothing else silent."""
        seen = insite(
            InSiteSite(broken={"ID=7000502": b"<html><title>x</title><p>Nothing</p></html>"})
        )
        assert set(seen.measures) == {"CB 120001", "Min 77"}
        assert seen.report.failed == 1
        assert not seen.report.partial
        assert [one.name for one in seen.listings] == ["pages 2026", "pages 2025"]

    def test_what_a_crawl_has_no_room_for_waits_and_there_is_no_baseline(self):
        """Or every matter read later would be news."""
        seen = insite(InSiteSite(), requests=1)
        assert seen.report.partial
        assert "were never looked at; they wait" in seen.notes

    def test_a_line_without_a_number_costs_only_itself(self):
        """Its reason is noted, and the list does not count as whole."""
        site = InSiteSite()
        site.city.matter(505)["MatterFile"] = None
        seen = insite(site)
        assert set(seen.measures) == {"CB 120001", "2026-0138"}
        assert "a line without a number or an address" in seen.notes
        assert "pages 2026" not in [one.name for one in seen.listings]

    def test_what_is_no_address_leads_nowhere(self):
        """A row or a paper with one is read as one without, and stops nothing."""
        for link in ("http://[::1", "javascript:void(0)", "mailto:clerk@elmford.example"):
            assert shown.address(SITE, link) == ""
        assert shown.address(f"{SITE}/x", "LegislationDetail.aspx?ID=5&GUID=AB&Search=1") == (
            f"{SITE}/LegislationDetail.aspx?ID=5&GUID=AB"
        )

    def test_a_roll_call_that_fails_leaves_the_step(self):
        """Its result stays."""
        seen = insite(InSiteSite(broken={"HistoryDetail": (500, b"oops")}))
        vote = seen.measures["CB 120001"].actions[-1].vote
        assert (str(vote.result), vote.roll) == ("pass", ())
        assert "a roll call was not read" in seen.notes

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"Invalid parameters!", ErrorPage),
            (b"", ErrorPage),
            (b"<html><title>Just a moment...</title><script>cf_chl_opt</script></html>", Challenge),
            (b"<html><title>Elmford</title><p>Welcome</p></html>", ParseDrift),
        ],
    )
    def test_a_search_that_is_none(self, body, kind):
        """An unknown client, an empty answer, a challenge and another page are told apart."""
        seen = insite(InSiteSite(broken={"Legislation.aspx": body}))
        assert isinstance(seen.error, kind)
        assert not seen.items

    def test_an_empty_search_is_drift(self):
        """Not one matter in all years is never success."""
        site = InSiteSite()
        site.city.rows["matters"] = []
        assert isinstance(insite(site).error, ParseDrift)


class TestDoors:
    """Which door is read."""

    def test_a_plain_outage_is_no_closed_door(self):
        """The API fails, and the source with it."""
        seen = visit(City(errors={"matters": FetchError("the site answered 503")}))
        assert isinstance(seen.error, FetchError)
        assert not any(url.startswith(SITE) for _, url in seen.asked)

    def test_an_unknown_client_and_no_pages_tell_of_the_client(self):
        """What the API said is the more helpful word."""
        seen = visit(City(errors={"matters": wrong_client()}))
        assert isinstance(seen.error, FetchError)
        assert "knows no client" in str(seen.error)

    def test_the_watchlist_may_forbid_the_pages(self):
        """With `door: api` a closed API blocks the source."""
        seen = visit(City(errors={"matters": CLOSED}), door="api")
        assert isinstance(seen.error, Challenge)
        assert not any(url.startswith(SITE) for _, url in seen.asked)

    def test_a_door_that_is_none_is_refused(self):
        """With the words that are meant."""
        with pytest.raises(ValueError, match="expected api or insite"):
            insite(InSiteSite(), door="back")


@pytest.mark.corpus
@pytest.mark.parametrize(("city", "stated", "unknown"), [
    ("nyc", 438, {"InSite Prime Sponsor", "InSite Council Member Sponsors"}), ("la-metro", 765, set()),
])  # fmt: skip
def test_recorded_results_are_read_whole(corpus, city, stated, unknown):
    """A hundred lines a page, each with number, type, status and title; every column has its name."""
    text = (corpus / f"legistar/{city}/bills.html").read_text(encoding="utf-8", errors="replace")
    page = Selector(text=text)
    found = shown.results(page, f"https://{city}.legistar.com/Legislation.aspx")
    assert (len(found.rows), found.stated, found.year) == (100, stated, "All Years")
    assert found.turn.endswith("ctl04")
    assert len({address for address, _ in found.rows}) == 100
    for address, row in found.rows:
        assert {"ID", "GUID"} <= set(shown.parse_qs(shown.urlsplit(address).query))
        assert row["MatterFile"]
        assert row["MatterTypeName"]
        assert row["MatterTitle"]
        assert {name for name in row if not name.startswith("Matter")} <= unknown
    assert b"__VIEWSTATE=" in shown.searched(page, "2018")
    assert "2018" in shown.years(page)


@pytest.mark.corpus
def test_a_recorded_history_is_read(corpus):
    """Steps from the first, one without an action among them, and where the roll call is."""
    rows = (corpus / "legistar/saint-paul/LegislationDetail_gridLegislation_row.html").read_text()
    steps, rolls = shown._histories(
        Selector(text=f"<table>{rows}</table>"),
        "https://stpaul.legistar.com/LegislationDetail.aspx",
    )
    assert [
        (step["MatterHistoryActionDate"], step["MatterHistoryActionName"], step["MatterHistoryActionBodyName"])
        for step in steps
    ] == [
        ("2020-07-08T00:00:00", None, "City Council"), ("2020-07-14T00:00:00", "Signed", "Mayor's Office"),
    ]  # fmt: skip
    assert list(rolls) == [20458353]
