"""Maine's papers followed crawl after crawl: into a store, through the real engine, by the command line."""

from datetime import UTC, datetime

import pytest

from config.vocabulary import Health, VersionClassification
from scrapers.errors import SourceError
from scrapers.items import Listing, Measure
from scrapers.sites.maine import Maine
from tests.documented import example_pdf
from tests.legislatures import Watched
from tests.loopback.crawling import crawl
from tests.loopback.server import Page, serving
from tests.maine_site import DAY, MARCH, Paper, Statehouse, served
from tests.running import json_lines

WATCHLIST = """\
name: Test desk
sources: {{sites: {{maine: {{site: "{site}", sessions: 132}}}}}}
topics: [287g]
watches: [{{name: Desk, topics: [287g], to: "terminal:"}}]
"""


class TestStore:
    """Crawl after crawl into a real store, with LawMaker closed as its robots.txt is said to have it."""

    @pytest.fixture
    def house(self):
        return Statehouse(
            {
                "132": [
                    Paper("HP 11", 7, docket=[("Jan 15, 2026", "Public Hearing Held", "")]),
                    Paper("SP 29", 12, title="Resolve, to Study Ferries"),
                    Paper("SP 320", title="An Act to Name a Bridge"),
                    Paper("HP 40", 201, title="An Act Regarding Nets"),
                ]
            }
        )

    @pytest.fixture
    def watched(self, database, house):
        return Watched(database, Maine, house.answer)

    def test_nothing_is_told_twice(self, watched):
        """An unchanged site is quiet, however often its pages are read."""
        first = watched.crawl(MARCH, lawmaker=False)
        assert (first.told, len(first.measures)) == ([], 4)
        for step in (1, 2, 9, 70):
            assert watched.crawl(MARCH + step * DAY, lawmaker=False).told == []

    def test_an_amended_bill_shows_its_amendment_and_its_steps(self, watched, house):
        """A new paper with a filing number is a version, a new line of the docket an action."""
        watched.crawl(MARCH, lawmaker=False)
        bill = house.legislatures["132"][0]
        bill.amendments.append("C-A (H-751)")
        bill.docket.append(("Mar 3, 2026", "Reported Out", "OTP-AM"))
        seen = watched.crawl(MARCH + DAY, lawmaker=False)
        assert {kind for _, _, kind in seen.told} == {"version", "action", "status"}, seen.summaries
        assert {name for _, name, _ in seen.told} == {"LD 7"}
        assert any("C-A (H-751)" in one for one in seen.summaries)
        bill.disposition = "Enacted, Mar 9, 2026<br>Governor's Action: Signed, Mar 16, 2026"
        bill.chapter = "ACTPUB<br>Chapter 433"
        law = watched.crawl(MARCH + 15 * DAY, lawmaker=False).measures["132", "LD 7"]
        assert law.identifiers == ("HP 11", "PL 2025, c. 433")
        assert law.versions[-1].classification is VersionClassification.BECAME_LAW
        # Until it is looked at again only the directory speaks, which knows of no chapter.
        assert watched.crawl(MARCH + 15.1 * DAY, lawmaker=False).told == []

    def test_a_paper_that_became_an_ld_is_the_same_measure(self, watched, house):
        """It keeps its history, is told under its new number, and is found under the old one."""
        watched.crawl(MARCH, lawmaker=False)
        house.legislatures["132"][2].ld = 300
        seen = watched.crawl(MARCH + DAY, lawmaker=False)
        assert ("132", "LD 300", "new") not in seen.told
        assert "SP 320" not in {name for _, name, _ in seen.told}
        known = [one.identifier for one in watched.store.known("maine")]
        assert sorted(known) == ["LD 12", "LD 201", "LD 300", "LD 7"]
        later = watched.crawl(MARCH + 2 * DAY, lawmaker=False)
        assert later.told == []
        assert later.measures["132", "LD 300"].identifiers == ("SP 320",)
        for step in (3, 4, 5):
            assert watched.crawl(MARCH + step * DAY, lawmaker=False).told == []

    def test_an_ld_that_is_listed_as_a_paper_again_stays_an_ld(self, watched, house):
        """A range may fail while a stale list of papers still has it: no number is taken back."""
        watched.crawl(MARCH, lawmaker=False)
        house.legislatures["132"][0].ld = 0
        house.broken["paper=HP0011"] = (500, b"")
        seen = watched.crawl(MARCH + DAY, lawmaker=False)
        assert seen.told == []
        assert "LD 7" in {one.identifier for one in watched.store.known("maine")}

    def test_a_bill_that_left_the_list_has_vanished(self, watched, house):
        """After two complete readings without it; and it comes back as itself."""
        watched.crawl(MARCH, lawmaker=False)
        gone = house.legislatures["132"].pop(1)
        assert watched.crawl(MARCH + DAY, lawmaker=False).told == []
        seen = watched.crawl(MARCH + 2 * DAY, lawmaker=False)
        assert seen.told == [("132", "LD 12", "vanished")]
        house.legislatures["132"].insert(1, gone)
        seen = watched.crawl(MARCH + 3 * DAY, lawmaker=False)
        assert ("132", "LD 12", "restored") in seen.told

    def test_a_list_that_was_not_read_whole_makes_nothing_vanish(self, watched, house):
        """A range that fails, and one that is empty, are no word about its papers."""
        watched.crawl(MARCH, lawmaker=False)
        house.broken["ldFrom=201"] = (503, b"busy")
        for step in (1, 2, 3):
            seen = watched.crawl(MARCH + step * DAY, lawmaker=False)
            assert (seen.told, seen.listings) == ([], [])

    def test_unprinted_papers_do_not_vanish_with_their_range(self, watched, house):
        """It is empty, and they were printed nowhere else."""
        watched.crawl(MARCH, lawmaker=False)
        asked = {"snum": "132", "ldfrom": "0"}
        house.broken["ldFrom=0"] = (200, house.directory([], asked))
        for day in (1, 2, 9):
            seen = watched.crawl(MARCH + day * DAY, lawmaker=False)
            assert (seen.told, seen.listings) == ([], [])
            assert "the range of unprinted papers is empty, 1 are known" in seen.notes

    def test_the_next_legislature_opens_without_a_change_of_the_program(self, watched, house):
        """Its papers have the same numbers and are other measures; the one before goes on."""
        november = datetime(2026, 11, 20, 12, tzinfo=UTC)
        seen = watched.crawl(november, lawmaker=False)
        assert "legislature 133 has no papers yet" in seen.notes
        assert seen.report.start_health is None
        assert seen.listings == ["132"]
        house.legislatures["133"] = [Paper("HP 11", title="An Act to Begin Anew")]
        december = datetime(2026, 12, 9, 12, tzinfo=UTC)
        seen = watched.crawl(december, lawmaker=False)
        assert "session 133 has opened" in seen.notes
        assert ("133", "HP 11", "new") in seen.told
        assert sorted(seen.listings) == ["132", "133"]
        spring = watched.crawl(datetime(2027, 4, 1, 12, tzinfo=UTC), lawmaker=False)
        assert sorted(spring.listings) == ["132", "133"]
        soon = watched.crawl(datetime(2027, 4, 2, 12, tzinfo=UTC), lawmaker=False)
        assert soon.listings == ["133"]

    def test_a_list_that_is_not_there_is_no_failure_of_the_source(self, watched, house):
        """A legislature to come may answer 404, one that is past too: then it is over."""
        house.broken["snum=133"] = (404, b"<html><title>404</title></html>")
        seen = watched.crawl(datetime(2026, 11, 20, 12, tzinfo=UTC), lawmaker=False)
        assert "legislature 133 has no list" in seen.notes
        assert (seen.report.start_health, seen.listings) == (None, ["132"])
        house.legislatures["133"], house.broken = [Paper("HP 1", 1)], {}
        watched.crawl(datetime(2026, 12, 20, 12, tzinfo=UTC), lawmaker=False)
        house.broken["snum=132"] = (404, b"<html><title>404</title></html>")
        notes = ""
        for day in (1, 8, 15):
            spring = watched.crawl(datetime(2027, 4, day, 12, tzinfo=UTC), lawmaker=False)
            assert (spring.listings, spring.told) == (["133"], [])
            notes += spring.notes
        assert "session 132 is over and is read no more" in notes

    def test_a_legislature_that_is_over_is_read_no_more(self, watched, house):
        """Once nothing in it has moved for months."""
        watched.crawl(MARCH, lawmaker=False)
        house.legislatures["133"] = [Paper("HP 1", 1)]
        told = []
        for week in range(22):
            at = datetime(2027, 3, 1, 12, tzinfo=UTC) + week * 7 * DAY
            told.append(watched.crawl(at, lawmaker=False))
        assert "132" in told[0].listings
        assert told[-1].listings == ["133"]
        assert "session 132 is over and is read no more" in " ".join(one.notes for one in told)


class TestLawmakerComesAndGoes:
    """Where LawMaker is open, a crawl without it changes nothing that it had told."""

    @pytest.mark.parametrize("missing", ["summary.asp", "dockets.asp", "sponsors.asp", "LawMaker"])
    def test_an_outage_tells_nothing(self, database, missing):
        """Not when its pages fail, and not when they are back."""
        pages, broken = served(), set()

        def answer(url, *_):
            if url not in pages or any(part in url for part in broken):
                return 404, b"<html><head><title>404 Not Found</title></head></html>"
            return 200, pages[url]

        watched = Watched(database, Maine, answer)
        watched.crawl(MARCH, visits_per_crawl=100)
        # Of a paper that is over the page is read again after two months.
        for step, out in enumerate((True, False), start=1):
            broken.update([missing] if out else [])
            broken.difference_update([] if out else [missing])
            seen = watched.crawl(MARCH + step * 61 * DAY, visits_per_crawl=100)
            assert seen.told == [], (out, seen.summaries)
            assert any("LD=7&" in url for url in seen.asked)
            [law] = [one for one in watched.store.known("maine") if one.identifier == "LD 7"]
            assert law.status == "Emergency Enacted; Emergency Signed"

    def test_a_door_that_is_shut_tells_nothing(self, database):
        """Names and steps that LawMaker told are not told again in the words of the paper's page."""
        pages = served()
        watched = Watched(
            database, Maine, lambda url, *_: (200, pages[url]) if url in pages else (404, b"none")
        )
        watched.crawl(MARCH, visits_per_crawl=100)
        seen = watched.crawl(MARCH + 61 * DAY, lawmaker=False)
        assert any("LD=7&" in url for url in seen.asked)
        assert not any("LawMaker" in url for url in seen.asked)
        assert seen.told == []


class TestLoopback:
    """The real engine: robots.txt, types of documents, what is remembered."""

    def pages(self, house, robots=b"User-agent: *\nDisallow: /LawMakerWeb/\n"):
        def answer(visit):
            status, body = house.answer(visit.path)
            if "getPDF" in visit.path:
                sorry = b"<html><head><title>Maine</title></head><body><p>Sorry.</p></body></html>"
                status, body = (200, sorry) if "item=2" in visit.path else (200, b"%PDF-1.4 ...")
            return Page(body, status=status, headers={"Content-Type": "text/html; charset=utf-8"})

        paths = ("/bills/billdirectory_ps.asp", "/legis/bills/display_ps.asp",
                 "/legis/bills/getPDF.asp", "/LawMakerWeb/summary.asp")  # fmt: skip
        return dict.fromkeys(paths, answer) | {"/robots.txt": Page(robots)}

    def visit(self, server, **arguments):
        class Reading(Maine):
            """Asks for the texts of each bill itself, as the stages do."""

            async def crawl(self):
                async for item in super().crawl():
                    for version in item.versions if isinstance(item, Measure) else ():
                        try:
                            await self.fetch(version.links[0].url, role="document")
                        except SourceError as error:
                            self.report.note("document", str(error))
                    yield item

        parameters = {"site": server.url, "hosts": ["127.0.0.1"], "sessions": [132]}
        return crawl(Reading, arguments={"now": MARCH, "parameters": parameters, **arguments})

    def test_robots_txt_keeps_us_out_of_lawmaker_and_of_nothing_else(self):
        """It is told once, costs no visit, and the source is well."""
        house = Statehouse({"132": [Paper("HP 11", 7), Paper("SP 29", 12)]})
        with serving(self.pages(house)) as server:
            seen = self.visit(server)
            paths = server.paths()
        assert not [path for path in paths if "LawMaker" in path]
        assert seen.report.state() is Health.OK
        notes = [str(one) for one in seen.report.notes if "LawMaker" in str(one)]
        assert len(notes) == 1
        assert "what the chambers did is not read" in notes[0]
        assert [one.name for one in seen.items if isinstance(one, Listing)] == ["132"]
        assert sum(isinstance(one, Measure) for one in seen.items) == 2

    def test_where_it_lets_us_in_lawmaker_is_asked(self):
        """Nothing about it is written into the program."""
        house = Statehouse({"132": [Paper("HP 11", 7)]})
        with serving(self.pages(house, robots=b"User-agent: *\nDisallow:\n")) as server:
            self.visit(server)
            assert "/LawMakerWeb/summary.asp?paper=HP0011&SessionID=16" in server.paths()

    def test_a_page_in_the_place_of_a_text_is_an_error(self):
        """Texts are PDF files; the site's apology with status 200 is none, and is asked for again."""
        house = Statehouse({"132": [Paper("HP 11", 7, amendments=["C-A (H-1)"])]})
        with serving(self.pages(house)) as server:
            seen = self.visit(server)
        assert "HTML came where application/pdf was expected" in " ".join(
            map(str, seen.report.notes)
        )
        assert seen.spider.remember["again 132"] == "HP0011"


def test_through_the_command_line_a_bill_is_followed_from_paper_to_amendment(tmp_path):
    """Its PDF files are read and matched; a second crawl tells only what is new."""
    example_pdf(tmp_path / "bill.pdf")
    text = (tmp_path / "bill.pdf").read_bytes()
    bill, other = Paper("HP 11"), Paper("SP 29", 12)
    house = Statehouse({"132": [bill, other]})

    def answer(visit):
        if "getPDF" in visit.path:
            return Page(text, headers={"Content-Type": "application/pdf"})
        status, body = house.answer(visit.path)
        return Page(body, status=status, headers={"Content-Type": "text/html; charset=utf-8"})

    paths = (
        "/bills/billdirectory_ps.asp",
        "/legis/bills/display_ps.asp",
        "/legis/bills/getPDF.asp",
    )
    robots = {"/robots.txt": Page(b"User-agent: *\nDisallow: /LawMakerWeb/\n")}
    with serving(dict.fromkeys(paths, answer) | robots) as server:
        (tmp_path / "watchlist.yaml").write_text(WATCHLIST.format(site=server.url))
        environment = {
            "MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml"),
            "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
            "MEASUREWATCH_DELAY": "0",
            "MEASUREWATCH_CONTACT": "https://example.org/contact",
        }
        [first] = json_lines("crawl", "maine", cwd=tmp_path, **environment)
        bill.ld = 7
        bill.amendments.append("C-A (H-751)")
        server.visits.clear()
        [second] = json_lines("crawl", "maine", cwd=tmp_path, **environment)
        asked = [path.rpartition("?")[2] for path in server.paths() if "getPDF" in path]
        matching = json_lines("measures", "--topic", "287g", cwd=tmp_path, **environment)
    assert (first["state"], first["found"], first["documents"]) == ("ok", 2, 2)
    assert (second["state"], second["changed"], second["unchanged"]) == ("ok", 1, 1)
    assert asked == [f"paper=HP0011&snum=132&item={item}" for item in (1, 2)]
    assert {one["identifier"] for one in matching} == {"LD 7", "LD 12"}
