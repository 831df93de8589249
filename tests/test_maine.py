"""Maine's directory, papers' pages and LawMaker become measures, whatever number a paper goes by."""

import json
from dataclasses import replace
from datetime import date

import pytest
from scrapy.http import HtmlResponse

from config.vocabulary import (
    ActionClassification,
    MeasureClassification,
    SponsorClassification,
    VersionClassification,
    VoteOption,
    VoteResult,
)
from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift, SourceError
from scrapers.items import Listing
from scrapers.sites.maine_chambers import read_docket, read_sponsors, read_status, vote
from scrapers.sites.maine_lists import read_range
from scrapers.sites.maine_names import (
    SITE,
    Name,
    convenes,
    last_year,
    legislature,
    name_in,
    open_legislatures,
)
from scrapers.sites.maine_papers import NoSuchPaper, people, read_page
from scrapers.sites.maine_words import LAYOUT, chapter, classify, kind_of
from tests.maine_site import (
    LAWMAKER,
    LIST,
    PAPER,
    Paper,
    Statehouse,
    fixture,
    known_of,
    served,
    visit,
)
from tests.visiting import as_json

RECORDS = Name("132", "HP", 11, 7)


def page(body, url=f"{SITE}/x"):
    return HtmlResponse(url, body=body, encoding="utf-8")


class TestFixture:
    def test_the_pages_become_the_expected_measures(self):
        """Every field of every measure is as the expected file says."""
        site = visit()
        assert as_json(list(site.measures.values())) == json.loads(fixture("expected.json"))
        assert site.listings == [Listing(name="132", rows=6)]
        assert site.error is None

    def test_words_we_do_not_know_are_counted_and_kept(self):
        """A step nobody knows and a second text without a name of its own."""
        assert dict(visit().report.unmapped) == {"Weighed Anchor": 1, "text Printed Document": 1}

    def test_a_bad_line_costs_only_itself(self):
        """A docket's line without an action is told with its paper; the others stand."""
        site = visit()
        assert "LD 7: a line of the committee's docket has no action" in site.notes
        assert site.report.failed == 1

    def test_a_row_that_comes_twice_is_one_paper(self):
        """The second range repeats a paper of the first, as happens while paging."""
        assert list(visit().measures).count("LD 12") == 1
        assert visit().report.pages == 0  # counted by the engine only


class TestNames:
    @pytest.mark.parametrize(
        ("said", "printed", "paper"),
        [
            ("LD 1971, HP 1315, 132nd Legislature", "LD 1971", "HP 1315"),
            ("LD 7 (HP 11)", "LD 7", "HP 11"),
            ("LD 0, SP 320", "SP 320", "SP 320"),
            ("SP0029", "SP 29", "SP 29"),
            ("LD 1971 HP 1315", "LD 1971", "HP 1315"),
            ("HP 1315, LD 1971", "LD 1971", "HP 1315"),
            ("HP 1315 (LD 1971), SP 20, LD 5", "LD 1971", "HP 1315"),
            ("SP 20; see the report on LD 5", "SP 20", "SP 20"),
            ("LD 2\n, IB 1", "LD 2", "IB 1"),
        ],
    )
    def test_both_numbers_are_read(self, said, printed, paper):
        """The directory, LawMaker and page titles print them each in their way."""
        name = name_in(said, "132")
        assert (name.printed, name.paper) == (printed, paper)

    @pytest.mark.parametrize("said", ["", "LD 1971", "LR 588", "132nd Legislature", "HP"])
    def test_what_names_no_paper_is_none(self, said):
        """A number as legislative document alone does not tell which paper it is."""
        assert name_in(said, "132") is None

    def test_addresses_follow_from_the_numbers(self):
        """An LD is asked for by its number, a paper not yet printed by that of its chamber."""
        assert RECORDS.page == f"{PAPER}LD=7&snum=132"
        assert replace(RECORDS, ld=0).page == f"{PAPER}paper=HP0011&snum=132"
        assert RECORDS.status_page == f"{LAWMAKER}summary.asp?paper=HP0011&SessionID=16"

    @pytest.mark.parametrize(
        ("today", "expected"),
        [
            (date(2026, 10, 31), ("132",)),
            (date(2026, 11, 1), ("133", "132")),
            (date(2026, 12, 1), ("133", "132")),
            (date(2026, 12, 2), ("133", "132")),
            (date(2027, 1, 5), ("133", "132")),
            (date(2027, 2, 14), ("133", "132")),
            (date(2027, 2, 15), ("133",)),
            (date(2028, 1, 5), ("133",)),
            (date(2028, 12, 6), ("134", "133")),
        ],
    )
    def test_legislatures_follow_the_calendar(self, today, expected):
        """The next one is looked for from November on, and the one before goes on until February."""
        assert open_legislatures(today) == expected

    def test_a_legislature_is_two_years(self):
        """The 133rd convenes on December 2, 2026 and ends in 2028."""
        assert (convenes("133"), last_year("132"), last_year("133")) == (
            date(2026, 12, 2),
            2026,
            2028,
        )
        assert [legislature(one) for one in (132, "132nd", "131st Legislature")] == [
            "132",
            "132",
            "131",
        ]
        with pytest.raises(SourceError, match="expected a legislature such as 132"):
            legislature("2026RS")


class TestWords:
    @pytest.mark.parametrize(
        ("said", "steps"),
        [
            ("The Bill was REFERRED to the Committee on JUDICIARY.", ["referral-committee"]),
            ("READ A SECOND TIME.", ["reading-2"]),
            ('PASSED TO BE ENGROSSED AS AMENDED BY Committee Amendment "A" (H-751).', ["engrossment"]),
            ('Committee Amendment "A" (H-751) READ and ADOPTED.', ["amendment-passage"]),
            ("PASSED TO BE ENACTED.", ["passage"]),
            ("FINALLY PASSED.", ["passage"]),
            ("Majority Ought Not to Pass Report ACCEPTED.", ["committee-failure"]),
            ("PLACED IN THE LEGISLATIVE FILES. (DEAD)", ["failure"]),
            ("Died in Possession of the Senate when the Legislature adjourned Sine Die. (DEAD)", ["failure"]),
            ("VETO was SUSTAINED.", ["veto-override-failure"]),
            ("VETO was NOT SUSTAINED.", ["veto-override-passage"]),
            ("VETO was OVERRIDDEN.", ["veto-override-passage"]),
            ("CARRIED OVER, in the same posture, to the next special or regular session", ["carried-over"]),
            ("HELD BY THE GOVERNOR.", []),
            ("Became Law without Governor's Signature", ["became-law"]),
            ("Governor's Action: Unsigned", ["became-law"]),
            ("Signed by the Governor (Emergency Measure)", ["executive-signature"]),
            ("Final Disposition: Emergency Enacted", ["passage"]),
            ("Reported Out - OTP-AM", ["committee-passage-favorable"]),
            ("Reported Out - ONTP", ["committee-passage-unfavorable"]),
            ("Reported Out - OTP-AM/ONTP", ["committee-passage"]),
            ("Public Hearing Held", ["hearing-held"]),
            ("Motion to ACCEPT the Minority Report FAILED.", []),
        ],
    )  # fmt: skip
    def test_steps_are_told_by_their_words(self, said, steps):
        """The words of the dockets, as they are quoted of the site."""
        assert classify.knows(said)
        assert [str(step) for step in classify(said)] == steps

    @pytest.mark.parametrize(
        ("title", "kind"),
        [
            ("An Act to Name a Bridge", MeasureClassification.BILL),
            ("Resolve, Directing a Study", MeasureClassification.BILL),
            ("RESOLUTION, Proposing an Amendment to the Constitution of Maine", MeasureClassification.CONSTITUTIONAL_AMENDMENT),
            ("Joint Resolution Honoring Keepers", MeasureClassification.JOINT_RESOLUTION),
            ("Joint Order, to Print a Report", MeasureClassification.ORDER),
            ("Something Else", None),
        ],
    )  # fmt: skip
    def test_a_title_says_what_a_paper_is(self, title, kind):
        """A Resolve is a law; a kind nobody knows has none."""
        assert kind_of(title) == kind

    def test_a_chapter_is_cited_by_the_legislatures_first_year(self):
        """Chapters run through both years; a kind of law we do not know is kept as printed."""
        assert chapter("ACTPUB", "433", 2025) == "PL 2025, c. 433"
        assert chapter("RESLV", "9", 2025) == "Resolves 2025, c. 9"
        assert chapter("CONRES", "1", 2025) == "CONRES Chapter 1"

    def test_names_keep_the_title_of_their_list(self):
        """A list says "Representatives:" once for all who follow."""
        assert people("Senator TIDE of Sound and Representatives: GULL of Point, O'REEF of Old Shoals") == [
            "Senator TIDE of Sound",
            "Representative GULL of Point",
            "Representative O'REEF of Old Shoals",
        ]  # fmt: skip


class TestDirectory:
    def test_another_legislatures_list_is_drift(self):
        """The site answers for a number it does not know with what it has."""
        with pytest.raises(ParseDrift, match="the list of 133 is about the 132nd Legislature"):
            read_range(page(fixture("directory-1.html")), "133", SITE, LAYOUT)

    def test_a_row_without_number_or_title_is_kept_aside(self):
        """It is counted, and then absence from the list means nothing."""
        body = fixture("directory-1.html").replace(b"LD 13, HP 40", b"LD 13, ?")
        site = visit({**served(), f"{LIST}1": body})
        assert "132: no paper's number: 'LD 13, ?, 132nd Legislature'" in site.notes
        assert len(site.measures) == 5
        assert site.listings == []

    def test_a_range_that_cannot_be_had_leaves_the_list_unfinished(self):
        """The papers of the other ranges are told; nothing may vanish."""
        site = visit({**served(), f"{LIST}201": FetchError("the site answered 503")})
        assert site.listings == []
        assert "LD 7" in site.measures
        assert "the range from LD 201: the site answered 503" in site.notes

    def test_a_range_that_is_empty_where_papers_were_is_drift(self):
        """No rows where rows were never means that they are gone."""
        empty = fixture("directory-201.html").split(b"<tr>")[0] + b"</table></body></html>"
        site = visit({**served(), f"{LIST}201": empty}, known=known_of(visit()))
        assert site.listings == []
        assert "drifted: 132: the range from LD 201 is empty, 1 papers are known" in site.notes

    def test_ranges_that_are_not_named_are_counted_on(self):
        """Without its list of ranges the directory is read until one is empty."""
        pages = {
            url: body.replace(b"paperList", b"menu") if "directory" in url else body
            for url, body in served().items()
        }
        pages[f"{LIST}401"] = pages[f"{LIST}1"].split(b"<tr>")[0] + b"</table></body></html>"
        site = visit(pages)
        assert [url.rpartition("=")[2] for _, url in site.asked if "directory" in url] == ["1", "201", "401"]  # fmt: skip
        assert [one.rows for one in site.listings] == [4]

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (b"<html><body><table id='search-results'></table></body></html>", ParseDrift),
            (b"<html><body><h1>Our new site</h1></body></html>", ParseDrift),
            (Challenge("the site answered 403: access refused"), Challenge),
            (FetchError("no whole answer"), FetchError),
            (b"<html><head><title>Server Error</title></head><body></body></html>", ErrorPage),
        ],
    )
    def test_what_is_no_list_is_never_success(self, answer, error):
        """An empty list, another page, a refusal and a failure each end the crawl as what they are."""
        site = visit({f"{LIST}1": answer}, known=known_of(visit()))
        assert isinstance(site.error, error)
        assert (site.measures, site.listings) == ({}, [])


class TestPaper:
    def test_the_page_of_another_paper_is_drift(self):
        """What it says is not this paper's."""
        with pytest.raises(ParseDrift, match="the page of HP 12 is about HP 11"):
            read_page(page(fixture("HP0011.html")), Name("132", "HP", 12, 8), LAYOUT)

    def test_a_page_without_number_and_texts_is_drift(self):
        """A shell of the site's design is no paper."""
        with pytest.raises(ParseDrift, match="neither a paper's number nor its texts"):
            read_page(page(b"<html><body><h1>Maine</h1></body></html>"), RECORDS, LAYOUT)

    def test_the_sites_own_word_is_told_from_a_page(self):
        """It answers 200 and says in words that there is no such paper."""
        with pytest.raises(NoSuchPaper, match="has no paper LD 7"):
            read_page(page(fixture("no-such-paper.html")), RECORDS, LAYOUT)

    def test_texts_are_named_by_their_blocks(self):
        """Every link says the same; an amendment that is listed twice is one text."""
        found = read_page(page(fixture("HP0011.html")), RECORDS, LAYOUT).versions
        assert [(one.note, one.classification) for one in found] == [
            ("Printed Document", VersionClassification.INTRODUCED),
            ("C-A (H-751)", VersionClassification.AMENDMENT),
            ("S-A to C-A (S-402)", VersionClassification.AMENDMENT),
            ("ACTPUB Chapter 433", VersionClassification.BECAME_LAW),
        ]
        assert len({one.links[0].url for one in found}) == 4

    def test_another_form_of_the_texts_has_the_same_names(self):
        """An operator may choose the pages in HTML beside the PDF files."""
        chosen = LAYOUT | {"text": 'a[href*="billtexts"]'}
        body = fixture("HP0011.html").replace(
            b"Chapter 433</span>", b'Chapter 433</span><a href="/billtexts/law.asp">HTML</a>'
        )
        found = read_page(page(body), RECORDS, chosen).versions
        assert [one.note for one in found] == ["Printed Document", "ACTPUB Chapter 433"]
        assert [one.links[0].media_type for one in found] == ["", ""]

    def test_fiscal_notes_and_testimony_are_no_texts(self):
        """They are about the bill: documents, and in the extras."""
        found = read_page(page(fixture("HP0011.html")), RECORDS, LAYOUT)
        assert [one.text for one in found.documents] == ["Fiscal Note C-A (H-751)", "Fiscal Note"]
        assert "Testimony" in found.extras
        assert not any("fiscal" in link.url for one in found.versions for link in one.links)

    @pytest.mark.parametrize(
        ("disposition", "over", "status"),
        [
            ("Enacted, Jun 18, 2025", False, "Enacted"),
            ("Enacted, Jun 18, 2025 <br>Governor's Action: Unsigned, Jan 11, 2026", True, "Enacted; Unsigned"),
            ("Ought Not to Pass Pursuant To Joint Rule 310, Mar 20, 2025", True, "Ought Not to Pass Pursuant To Joint Rule 310"),
            ("Enacted", False, "Enacted"),
            ("", False, ""),
        ],
    )  # fmt: skip
    def test_a_paper_is_over_when_nobody_has_a_say_any_more(self, disposition, over, status):
        """What was enacted waits for the governor."""
        house = Statehouse({"132": [Paper("HP 11", 7, disposition=disposition)]})
        _, body = house.answer(RECORDS.page)
        found = read_page(page(body), RECORDS, LAYOUT)
        assert (found.is_over, found.status) == (over, status)

    def test_sponsors_of_the_page_do_where_lawmaker_is_closed(self):
        """Names are as that page prints them."""
        one = visit(lawmaker=False).measures["LD 7"]
        assert [(who.name, who.classification) for who in one.sponsors] == [
            ("Representative WHARF of Cove", SponsorClassification.PRIMARY),
            ("Senator TIDE of Sound", SponsorClassification.COSPONSOR),
            ("Representative GULL of Point", SponsorClassification.COSPONSOR),
            ("Representative O'REEF of Old Shoals", SponsorClassification.COSPONSOR),
        ]
        assert one.actions[-1].description == "Governor's Action: Emergency Signed"
        assert "actions.latest" in one.observed

    def test_selectors_are_the_watchlists_to_change(self):
        """A class that was renamed is named in the watchlist, without a new program."""
        body = fixture("HP0011.html").replace(b"tlnk-amdblk", b"amendment-block")
        site = visit({**served(), f"{PAPER}LD=7&snum=132": body}, amendment="span.amendment-block")
        assert [one.note for one in site.measures["LD 7"].versions][1] == "C-A (H-751)"
        with pytest.raises(SourceError, match="did you mean 'amendment'"):
            raise visit(amendmnt="span").error


class TestLawmaker:
    def test_lines_of_a_cell_are_actions(self):
        """Each has the chamber and the day of its row; a mistyped day keeps its words."""
        said = {"Last House Action": "6/18/2025 - PASSED"}
        found = read_docket(page(fixture("dockets.html")), RECORDS, said)
        assert [(one.organization, one.date) for one in found[:4]] == [
            ("lower", date(2025, 5, 13)), ("lower", date(2025, 5, 13)),
            ("lower", date(2025, 5, 13)), ("upper", date(2025, 5, 13)),
        ]  # fmt: skip
        [mistyped] = [one for one in found if one.date is None]
        assert (mistyped.date_text, mistyped.classification) == (
            "06/172025", (ActionClassification.AMENDMENT_FAILURE,),
        )  # fmt: skip

    def test_a_docket_of_another_shape_is_drift(self):
        """A chamber did something, and no table says what."""
        body = fixture("dockets.html").replace(b"<b>Date</b>", b"<b>When</b>")
        with pytest.raises(ParseDrift, match="not where it should be"):
            read_docket(page(body), RECORDS, {"Last House Action": "6/18/2025 - PASSED"})
        assert read_docket(page(body), RECORDS, {}) == []

    def test_pages_of_another_paper_are_refused(self):
        """The box "Bill Info" says whose page it is."""
        other = replace(RECORDS, number=12)
        for read in (read_status, read_sponsors):
            with pytest.raises(ParseDrift, match="LawMaker's page of HP 12 is about HP 11"):
                read(page(fixture("summary.html")), other)
        with pytest.raises(ErrorPage, match="has no paper"):
            read_status(page(b"<html><body>Bill not found.</body></html>"), other)

    @pytest.mark.parametrize(
        ("said", "result"),
        [
            ("ROLL CALL NO. 574 (Yeas 74 - Nays 73 - Absent 2 - Excused 2) PREVAILED", VoteResult.PASS),
            ("74 -Yeas, 73 -Nays, 2 -Excused, 2 -Absent, FAILED", VoteResult.FAIL),
            ("(Yeas 74 - Nays 73 - Absent 2 - Excused 2) (Vacancy 1)", None),
        ],
    )  # fmt: skip
    def test_counts_are_read_from_the_words(self, said, result):
        """Both ways in which dockets print them."""
        found = vote(said)
        assert dict(found.counts)[VoteOption.YES] == 74
        assert dict(found.counts)[VoteOption.EXCUSED] == 2
        assert found.result is result
        assert vote("READ ONCE.") is None

    def test_a_page_that_is_said_not_to_be_there_is_asked_for_again(self):
        """Its subpages answer 404 now and then; after three times the rest goes without."""
        pages = served()
        del pages[f"{LAWMAKER}dockets.asp?ID=280090011"]
        site = visit(pages)
        assert [url for _, url in site.asked if "dockets" in url] == [
            f"{LAWMAKER}dockets.asp?ID=280090011"
        ] * 3
        one = site.measures["LD 7"]
        assert "actions" not in one.observed
        # What LawMaker tells in other words is not taken from the page this once.
        assert not [step for step in one.actions if step.organization == "executive"]
        assert one.sponsors[0].name == "Representative Ada WHARF of Cove"

    def test_without_a_status_page_only_its_fields_stay_as_they_were(self):
        """Names and status are not told in two ways in turn."""
        one = visit().measures["LD 12"]
        assert not {"sponsors", "status", "actions", "subjects"} & one.observed
        assert {"versions", "actions.latest"} <= one.observed

    def test_lawmaker_is_left_alone_when_it_only_fails(self):
        """After five papers in a row nothing more is asked of it in this crawl."""
        papers = [Paper(f"HP {n}", n) for n in range(1, 9)]
        house = Statehouse({"132": papers})
        pages = {f"{LIST}{n}": house.answer(f"{LIST}{n}")[1] for n in (0, 1)}
        pages |= {
            (url := f"{PAPER}LD={one.ld}&snum=132"): house.answer(url)[1] for one in papers
        }  # fmt: skip
        site = visit(pages)
        assert len({url for _, url in site.asked if "summary" in url}) == 5
        assert "LawMaker is asked no more in this crawl" in site.notes
        assert len(site.measures) == 8
