"""A Legistar city, crawled: what is asked for when, what comes of it, what its errors mean."""

import json
from datetime import timedelta

import pytest

from config.vocabulary import EventStatus, VoteResult
from scrapers.errors import Challenge, FetchError, NotRecorded, ParseDrift
from scrapers.items import Listing
from scrapers.platforms.legistar import OVERLAP, Legistar
from tests.legistar_city import API, PAGES, City, known_from, wrong_client
from tests.visiting import NOW, as_json, visit

CITY = {"client": "elmford", "place": "us/wa/elmford"}
DETAILS = ("histories", "attachments", "sponsors", "versions")


def crawl(city=None, **options):
    return visit(Legistar, city or City(), **(CITY | options))


def again(before, city, *, days=0.25, **options):
    """The next crawl, with what the one before left."""
    return crawl(
        city,
        known=options.pop("known", known_from(before.measures)),
        memory=before.remember,
        now=NOW + timedelta(days=days),
        **options,
    )


def asked_for(seen, what):
    return [url for _, url in seen.asked if what in url]


class TestFixtures:
    def test_the_rows_become_the_expected_items(self):
        """Every field of every measure and meeting is as the expected file says."""
        seen = crawl()
        expected = json.loads((PAGES / "expected.json").read_bytes())
        assert as_json(list(seen.measures.values())) == expected["measures"]
        assert as_json(list(seen.events.values())) == expected["events"]

    def test_words_no_rule_knows_are_counted_and_kept(self):
        """A way of voting, a status and a time nobody foresaw stand as printed, and are counted."""
        seen = crawl()
        assert seen.report.unmapped == {
            "vote Beamed in": 1, "event status Set in stone": 1, "event time After Council": 1,
        }  # fmt: skip
        assert seen.measures["CB 120001"].actions[-1].vote.roll[-1].text == "Beamed in"
        assert seen.events["74"].when_text == "After Council"


class TestPaging:
    def test_a_list_is_read_to_its_short_page(self):
        """A thousand rows are followed by the next page, each asked for in one stable order."""
        city = City()
        city.more(1998)
        seen = crawl(city, requests=1)
        pages = asked_for(seen, "/matters?")
        assert [url.rpartition("=")[2] for url in pages] == ["0", "1000", "2000"]
        assert all("$orderby=MatterId&$top=1000" in url for url in pages)
        assert len(seen.measures) == 2002
        assert seen.error is None

    def test_a_row_that_comes_twice_is_one_measure(self):
        """Rows shift while pages are read; what stands on two pages is taken once."""
        city = City()
        city.more(1500)
        rows = city.rows["matters"]
        rows.insert(1000, rows[999])
        seen = crawl(city, requests=1)
        assert len(seen.measures) == 1504
        assert seen.report.failed == 0

    def test_a_page_that_fails_leaves_the_list_open(self):
        """What was read is told, but nothing can vanish by a list that broke off."""
        city = City()
        city.more(1500, MatterIntroDate="2026-01-05T00:00:00")

        def second_page(asked):
            return FetchError("the site answered 502") if asked["$skip"] == "1000" else None

        whole = City.found
        city.errors["matters"] = lambda asked: (
            second_page(asked) or json.dumps(whole(city, "matters", asked)).encode()
        )
        seen = crawl(city, requests=1)
        assert seen.listings == []
        assert "swept" not in seen.remember
        assert "page 2 of matters" in seen.notes

    def test_a_row_without_an_id_costs_only_itself(self):
        """It is counted; the rest is read, and the list is not believed to be whole."""
        city = City()
        city.rows["matters"].append({"MatterId": None, "MatterTitle": "Malformed"})
        seen = crawl(city)
        assert (seen.report.failed, len(seen.measures)) == (1, 4)
        assert seen.listings == []

    def test_a_sweep_lists_every_year_it_covers_whole(self):
        """What is gone from a year that was read to its end can be noticed."""
        assert crawl().listings == [Listing(name="matters 2026", rows=4)]
        assert crawl(since="2026-01-15").listings == []

    def test_an_empty_list_is_an_error(self):
        """A city without one matter in two years is a mistake of ours or theirs."""
        city = City()
        city.rows["matters"] = []
        assert isinstance(crawl(city).error, ParseDrift)


class TestErrors:
    def test_a_wrong_slug_is_said_so(self):
        """The server's own words are for its makers; ours say what to change."""
        seen = crawl(City(errors={"matters": wrong_client()}))
        assert "knows no client 'elmford'" in str(seen.error)
        assert "client:" in str(seen.error)

    def test_a_closed_client_is_blocked_and_says_where_tokens_are_given(self):
        """403 means that a token is needed; for New York it says who gives another one."""
        closed = {"https://webapi.legistar.com/v1/nyc": Challenge("the site answered 403: refused")}

        class Closed(dict):
            def get(self, url, default=None):
                return closed["https://webapi.legistar.com/v1/nyc"]

            def __contains__(self, url):
                return True

        seen = visit(Legistar, Closed(), client="elsewhere", place="us/ny/new_york")
        assert isinstance(seen.error, Challenge)
        assert "needs a token" in str(seen.error)
        refused = visit(Legistar, Closed(), client="nyc", place="us/ny/new_york", token="x").error
        assert "not accepted" in str(refused)
        assert "https://council.nyc.gov/legislation/api/" in str(refused)

    def test_a_challenge_page_is_no_list(self):
        """What asks for proof of a human is blocked, not empty."""
        page = (PAGES / "challenge.html").read_bytes()
        assert isinstance(crawl(City(bodies={"matters": page})).error, Challenge)

    @pytest.mark.parametrize(
        "body", [b"{}", b'["x"]', b"12 rows", b"[{]", b"<html><body>Down</body></html>"]
    )
    def test_what_is_no_list_of_rows_is_drift(self, body):
        """Another shape is an error, never an empty crawl."""
        assert isinstance(crawl(City(bodies={"matters": body})).error, ParseDrift)

    def test_a_vote_that_fails_costs_only_its_roll_call(self):
        """The server fails on some votes for ever; result and tally stand, and nothing is retried."""
        seen = crawl(City(errors={"eventitems/9003/votes": FetchError("the site answered 500")}))
        vote = seen.measures["CB 120001"].actions[-1].vote
        assert (vote.result, vote.roll) == (VoteResult.PASS, ())
        assert len(asked_for(seen, "eventitems/9003/votes")) == 1
        assert seen.report.failed == 0
        assert "details read" in seen.measures["CB 120001"].extras

    def test_a_child_that_fails_again_and_again_is_not_asked_for(self):
        """Three failures in a row of one kind are enough for one crawl."""
        city = City()
        city.more(20)
        seen = crawl(
            City(rows=city.rows, errors={
                f"matters/{row['MatterId']}/indexes": FetchError("the site answered 500")
                for row in city.rows["matters"]
            })
        )  # fmt: skip
        assert len(asked_for(seen, "/indexes")) == 3
        assert "indexes: 24 could not be had" in seen.notes

    def test_a_child_that_fails_leaves_its_fields_unobserved(self):
        """Unknown is not empty: versions seen in part would look new later."""
        error = FetchError("the site answered 500")
        seen = crawl(City(errors={"matters/501/texts/2001": error, "matters/501/sponsors": error}))
        observed = seen.measures["CB 120001"].observed
        assert "versions" not in observed
        assert "sponsors" not in observed
        assert "actions" in observed
        assert "details read" not in seen.measures["CB 120001"].extras

    def test_a_refused_filter_is_asked_more_plainly(self):
        """A server that answers 400 to the long filter is asked the short one."""
        from scrapers.errors import ErrorPage

        city = City()
        city.errors["matters"] = lambda asked: (
            ErrorPage("the site answered 400", API, status=400)
            if " or " in asked["$filter"]
            else json.dumps(city.rows["matters"]).encode()
        )
        seen = crawl(city)
        assert seen.error is None
        assert [what for _, what in city.filters][
            1
        ] == "MatterIntroDate ge datetime'2025-01-01T00:00:00'"


class TestWatermark:
    def test_a_first_crawl_sweeps_and_remembers(self):
        """The latest stamp of the list is where the next crawl goes on, and a sweep is dated."""
        seen = crawl()
        assert seen.remember["changed"] == "2026-02-21T01:00:00"
        assert seen.remember["swept"] == NOW.isoformat()
        assert not seen.report.partial

    def test_the_next_crawl_asks_for_what_changed(self):
        """Sixteen dates are asked for, two days back: seventeen would be refused."""
        city = City(changed=set())
        seen = again(crawl(), city)
        [asked] = [what for path, what in city.filters if path == "matters"]
        assert OVERLAP.days == 2
        assert asked.count("gt datetime'2026-02-19T01:00:00'") == 16
        assert "MatterEXDate1 " not in asked
        assert seen.report.partial
        assert seen.listings == []

    def test_what_did_not_change_is_not_told_again(self):
        """Rows of the overlap that are as they were are no items."""
        seen = again(crawl(), City(changed={501, 502, 503, 505}))
        assert seen.measures == {}

    def test_what_changed_is_looked_at_closely(self):
        """A row that says something else is read with all that hangs on it."""
        city = City(changed={505})
        city.matter(505)["MatterStatusName"] = "Filed"
        seen = again(crawl(), city)
        assert seen.measures["Min 77"].status == "Filed"
        assert all(asked_for(seen, f"/matters/505/{child}") for child in DETAILS)
        assert seen.remember["changed"] == "2026-02-21T01:00:00"

    def test_after_a_week_all_is_read_again(self):
        """Stamps lie: a sweep reads the whole list, tells of every matter, and lists it."""
        seen = again(crawl(), City(), days=7)
        assert not seen.report.partial
        assert len(seen.measures) == 4
        assert seen.listings == [Listing(name="matters 2026", rows=4)]

    def test_an_old_matter_that_was_only_edited_is_not_news(self):
        """Staff edit matters of decades ago; without a date in the time covered they are left out."""
        city = City(changed={1000})
        city.more(
            1, MatterIntroDate="2007-01-08T00:00:00", MatterLastModifiedUtc="2026-03-01T01:00:00"
        )
        seen = again(crawl(), city)
        assert "File 1000" not in seen.measures
        assert "matters left out: 1 older than 2025-01-01" in seen.notes


class TestDetails:
    def test_only_so_many_requests_go_into_details(self):
        """The first crawl tells of all, reads closely what it has requests for, law first."""
        city = City()
        city.rows["events"] = []
        city.more(30, MatterTypeName="Minutes (Min)")
        seen = crawl(city, requests=12)
        read = [name for name, one in seen.measures.items() if "details read" in one.extras]
        assert read == ["CB 120001", "2026-0138"]
        assert len(seen.measures) == 34
        assert "32 of 34 matters that are due were not looked at closely" in seen.notes

    def test_the_next_crawls_read_on(self):
        """What was left is asked for by its own address, as the list does not hold it any more."""
        city = City(changed=set())
        city.rows["events"] = []
        first = crawl(city, requests=1)
        seen = again(first, city, requests=1)
        [asked, *_] = [url for url in asked_for(seen, "/matters/") if "?" not in url]
        assert asked == f"{API}/matters/502"
        assert set(seen.measures) == {"2026-0138"}

    def test_what_cannot_be_read_takes_no_requests_from_what_can(self):
        """A matter whose details failed is tried again after a day, not in each crawl."""
        city = City(
            changed=set(), errors={"matters/501/sponsors": FetchError("the site answered 500")}
        )
        city.rows["events"] = []
        first = crawl(city)
        assert not asked_for(again(first, city), "/matters/501/")
        assert asked_for(again(first, city, days=1), "/matters/501/sponsors")

    def test_a_new_matter_waits_until_it_can_be_read(self):
        """Its alert is judged by its text; the watermark does not move past it."""
        city = City(changed={1000})
        city.more(
            1, MatterIntroDate="2026-03-01T00:00:00", MatterLastModifiedUtc="2026-03-01T11:00:00"
        )
        city.errors["matters/1000/attachments"] = FetchError("the site answered 503")
        first = crawl()
        seen = again(first, city)
        assert "File 1000" not in seen.measures
        assert seen.remember["changed"] == first.remember["changed"]
        later = again(first, city, days=3)
        assert "File 1000" in later.measures

    def test_a_matter_whose_row_is_all_it_has_keeps_what_was_read_before(self):
        """An observation of the list alone says nothing of texts and actions, and forgets no stamp."""
        first = crawl()
        seen = again(first, City(), days=7, requests=1)
        row_only = next(one for one in seen.measures.values() if "actions" not in one.observed)
        before = first.measures[row_only.identifier]
        assert "versions" not in row_only.observed
        assert row_only.extras["details read"] == before.extras["details read"]

    def test_a_matter_on_an_agenda_that_changed_is_read_again(self):
        """An item that appears on an agenda is a reason to look, whatever the matter's stamp says."""
        first = crawl()
        city = City(changed=set())
        city.rows["events/72/eventitems"][0] |= {"EventItemMatterId": 501}
        seen = again(first, city)
        assert set(seen.measures) == {"CB 120001"}

    def test_recent_matters_are_looked_at_again_each_week(self):
        """Changes to attachments do not move a matter's stamp."""
        first = crawl()
        city = City(changed=set())
        city.rows["events"] = []
        memory = first.remember | {"swept": (NOW + timedelta(days=7)).isoformat()}
        seen = crawl(
            city, known=known_from(first.measures), memory=memory, now=NOW + timedelta(days=8)
        )
        assert set(seen.measures) == {"CB 120001", "2026-0138", "Inf 12", "Min 77"}
        assert not asked_for(seen, "texts/2001")
        assert asked_for(seen, "texts/2002")
        assert not asked_for(seen, "/indexes")

    def test_a_roll_call_that_settled_is_not_asked_for_again(self):
        """After a month a vote that was read stands."""
        first = crawl()
        city = City(changed={501})
        city.matter(501)["MatterStatusName"] = "Enacted"
        assert asked_for(again(first, city, days=5), "eventitems/9003/votes")
        assert not asked_for(again(first, city, days=35), "eventitems/9003/votes")


class TestIdentity:
    def test_a_known_matter_keeps_its_session(self):
        """A date of introduction that is mended does not make another measure."""
        first = crawl()
        city = City(changed={505})
        city.matter(505)["MatterIntroDate"] = "2025-12-30T00:00:00"
        measure = again(first, city).measures["Min 77"]
        assert (measure.session, measure.listing) == ("2026", "matters 2025")

    def test_a_matter_that_gets_another_number_says_how_it_was_called(self):
        """A draft that becomes a bill is the same measure: its MatterId tells."""
        first = crawl()
        city = City(changed={505})
        city.matter(505)["MatterFile"] = "CB 120009"
        assert again(first, city).measures["CB 120009"].formerly == ("Min 77",)

    def test_one_number_is_one_measure(self):
        """Of two matters under one number in one year the later one is told of."""
        city = City()
        city.more(
            2, MatterFile="CB 120001", MatterIntroDate="2026-02-20T00:00:00", MatterTitle="Again"
        )
        seen = crawl(city)
        assert seen.measures["CB 120001"].extras["MatterId"] == "1001"
        assert "matters left out: 2 under a number that a later matter has" in seen.notes

    def test_numbers_that_begin_anew_are_of_different_years(self):
        """Docket 0138 of one year is not that of the next."""
        city = City()
        city.more(1, MatterFile="#0138", MatterIntroDate="2026-02-01T00:00:00", MatterTitle="One")
        first = crawl(city)
        city.more(1, MatterFile="#0138", MatterIntroDate="2025-02-01T00:00:00", MatterTitle="Two")
        city.rows["matters"][-1]["MatterId"] = 2000
        sessions = {one.session for one in crawl(city).measures.values()}
        assert first.measures["#0138"].session == "2026"
        assert "2025" in sessions

    def test_what_is_not_public_is_left_out(self):
        """A matter that the city does not show is not told of."""
        seen = crawl()
        assert "2026-0140" not in seen.measures
        assert "matters left out: 1 not public" in seen.notes


class TestMeetings:
    def test_a_meeting_that_is_over_is_read_again_when_it_changed(self):
        """Minutes and votes come late; without news it waits a week."""
        first = crawl()
        assert set(again(first, City(changed=set())).events) == {"72", "73", "74"}
        assert "71" in again(first, City(changed=set()), days=7).events
        city = City(changed=set())
        city.rows["events"][0]["EventMinutesStatusName"] = "Approved"
        assert "71" in again(first, city).events

    def test_a_meeting_whose_agenda_fails_is_not_told_of(self):
        """An agenda that was not had is not an empty one."""
        city = City(errors={"events/71/eventitems": FetchError("the site answered 500")})
        seen = crawl(city)
        assert set(seen.events) == {"72", "73", "74"}
        assert "71" not in json.loads(seen.remember["meetings"])

    def test_without_a_list_of_meetings_the_measures_stand(self):
        """Meetings are a companion: without them it is said so, and that is all."""
        seen = crawl(City(errors={"events": FetchError("the site answered 500")}))
        assert len(seen.measures) == 4
        assert "no meeting is seen" in seen.notes

    def test_a_comment_can_call_a_meeting_off(self):
        """An agenda may be final and its meeting cancelled all the same."""
        assert crawl().events["73"].status is EventStatus.CANCELLED

    def test_an_agenda_item_names_its_measure_and_session(self):
        """An item leads to the measure as that is known, also when its session is not its year."""
        known = known_from(crawl().measures)
        known = [one for one in known if one.identifier != "2026-0138"] + [
            type(one)(**{
                name: getattr(one, name) for name in one.__slots__
            } | {"session": "2025-2026"})
            for one in known
            if one.identifier == "2026-0138"
        ]  # fmt: skip
        [item] = crawl(City(), known=known).events["72"].items
        assert (item.identifier, item.session) == ("2026-0138", "2025-2026")

    def test_a_draft_agenda_is_not_the_whole(self):
        """Absence from a draft means nothing."""
        events = crawl().events
        assert (events["71"].complete, events["72"].complete) == (True, False)


class TestReplay:
    """A replay has no memory and may lack pages; `crawler.replaying` says that it is one."""

    class Replayed(Legistar):
        crawler = type("Crawler", (), {"replaying": object()})

    def replay(self, city, **options):
        return visit(self.Replayed, city, **(CITY | options))

    def test_what_the_archive_lacks_leaves_its_fields_unobserved(self):
        """Lists without anything that hangs on them still give measures and meetings."""
        lists = City()
        for path in [path for path in lists.rows if path not in {"matters", "events"}]:
            lists.errors[path] = NotRecorded(f"GET {path} is not in archive")
        for id_ in (501, 502, 503, 505):
            for child in (*DETAILS, "relations", "codesections", "indexes"):
                lists.errors[f"matters/{id_}/{child}"] = NotRecorded("not in archive")
        for id_ in (71, 72, 73, 74):
            lists.errors[f"events/{id_}"] = NotRecorded("not in archive")
        seen = self.replay(lists)
        assert len(seen.measures) == 4
        assert "actions" not in seen.measures["CB 120001"].observed
        assert set(seen.events) == {"71", "72", "73", "74"}
        assert seen.error is None

    def test_pages_shorter_than_asked_for_are_read_on(self):
        """Who recorded may have asked for smaller pages; a missing one after a short one is the end."""
        city = City(page=2)

        def page(asked):
            rows = City.found(city, "matters", asked)
            return json.dumps(rows).encode() if rows else NotRecorded("not in archive")

        city.errors["matters"] = page
        seen = self.replay(city)
        assert len(seen.measures) == 4
        assert len(seen.listings) == 1

    def test_details_cost_nothing(self):
        """However few requests a crawl may make, a replay reads all that was recorded."""
        seen = self.replay(City(), requests=1)
        assert all("details read" in one.extras for one in seen.measures.values())

    def test_all_that_was_recorded_is_read_whatever_is_known(self):
        """A child may have changed without its matter, and asking an archive costs nothing."""
        first = self.replay(City())
        city = City()
        city.rows["matters/505/histories"] = city.rows["matters/502/histories"]
        seen = self.replay(city, known=known_from(first.measures))
        assert [step.description for step in seen.measures["Min 77"].actions] == ["Referred"]
        assert asked_for(seen, "texts/2001")

    def test_a_recording_of_changes_is_no_whole_list(self, monkeypatch):
        """Nothing vanishes by a list that was asked for as changes when it was recorded."""
        recorded = (
            "https://webapi.legistar.com/v1/elmford/matters?$filter=MatterLastModifiedUtc%20gt%20"
        )
        monkeypatch.setattr(
            "scrapers.platforms.legistar_asking.recorded_address",
            lambda _: recorded.replace("%20", " "),
        )
        seen = self.replay(City())
        assert seen.listings == []
        assert seen.report.partial
        assert "swept" not in seen.remember


def test_a_crawl_that_finds_nothing_new_is_well():
    """Nothing changed is no drift."""
    first = crawl()
    city = City(changed=set())
    city.rows["events"] = []
    seen = again(first, city)
    assert (seen.measures, seen.error) == ({}, None)
    assert seen.report.start_health is None
    assert seen.report.partial
