"""Which of Maine's papers are looked at in a crawl: what is new, what is live, what waited longest."""

from types import SimpleNamespace

import pytest

from scrapers.errors import Challenge, FetchError, NotRecorded
from scrapers.ports import KnownMeasure
from scrapers.sites.maine import Maine
from scrapers.sites.maryland_texts import ASKED
from scrapers.turns import READ, TRIED
from tests.maine_site import (
    DAY,
    LIST,
    MARCH,
    MISSING,
    PAPER,
    Paper,
    Statehouse,
    fixture,
    known_of,
    papers_asked,
    served,
    visit,
)
from tests.visiting import visit as visit_site


class TestTurns:
    def test_a_crawl_asks_for_no_more_than_its_visits(self):
        """The rest stands as the directory shows it, and comes first the next time."""
        first = visit(visits_per_crawl=2, lawmaker=False)
        assert len(papers_asked(first)) == 2
        assert len(first.measures) == 6
        assert "4 of 6 papers whose turn it is were not looked at" in first.notes
        second = visit(
            known=known_of(first), visits_per_crawl=9, lawmaker=False, now=MARCH + DAY / 4
        )
        assert not set(papers_asked(first)) & set(papers_asked(second))
        assert len(papers_asked(second)) == 4

    def test_a_live_paper_is_looked_at_each_day_and_one_that_is_over_is_not(self):
        """The directory never tells that something moved."""
        first = visit(lawmaker=False)
        later = {"known": known_of(first), "lawmaker": False}
        assert papers_asked(visit(now=MARCH + DAY / 2, **later)) == []
        live = papers_asked(visit(now=MARCH + DAY, **later))
        assert sorted(live) == [
            "LD=12&snum=132", "LD=201&snum=132", "paper=HP0815&snum=132", "paper=SP0320&snum=132",
        ]  # fmt: skip
        assert "LD=7&snum=132" in papers_asked(visit(now=MARCH + 61 * DAY, **later))

    def test_the_longest_unread_comes_first(self):
        """With fewer visits than papers none is left out for ever."""
        papers = [Paper(f"HP {n}", n) for n in range(1, 7)]
        house = Statehouse({"132": papers})
        pages = {f"{LIST}{n}": house.answer(f"{LIST}{n}")[1] for n in (0, 1)}
        pages |= {f"{PAPER}LD={n}&snum=132": house.answer(f"{PAPER}LD={n}&snum=132")[1] for n in range(1, 7)}  # fmt: skip
        known, asked = (), []
        for step in range(9):
            site = visit(
                pages, known=known, now=MARCH + step * DAY, visits_per_crawl=2, lawmaker=False
            )
            known = known_of(site)
            asked.append(papers_asked(site))
        assert all(len({*asked[n], *asked[n + 1], *asked[n + 2]}) == 6 for n in range(7))

    def test_a_row_that_changed_presses(self):
        """Another title, or a number as legislative document where there was none."""
        first = visit(lawmaker=False)
        body = fixture("directory-1.html").replace(b"Lengthen Terms", b"Shorten Terms")
        pages = {**served(), f"{LIST}1": body}
        site = visit(pages, known=known_of(first), lawmaker=False, now=MARCH + DAY / 4)
        assert papers_asked(site) == ["LD=13&snum=132"]

    def test_a_new_paper_waits_for_its_page(self):
        """So that it is judged by its text; in the first crawl nothing waits."""
        known = tuple(one for one in known_of(visit()) if one.identifier != "LD 201")
        pages = {**served(), f"{PAPER}LD=201&snum=132": FetchError("the site answered 503")}
        site = visit(pages, known=known)
        assert "LD 201" not in site.measures
        assert site.report.failed == 1
        assert "LD 201" in visit(pages).measures
        # A paper of which the site itself says that it has no page is told as it is listed.
        pages[f"{PAPER}LD=201&snum=132"] = MISSING
        assert "LD 201" in visit(pages, known=known).measures

    def test_a_page_that_fails_is_tried_again_after_a_day(self):
        """It must not take the visits of what can be read."""
        pages = {**served(), f"{PAPER}LD=12&snum=132": FetchError("the site answered 503")}
        site = visit(pages, lawmaker=False)
        assert TRIED in site.measures["LD 12"].extras
        known = known_of(site)
        assert papers_asked(visit(known=known, now=MARCH + DAY / 2, lawmaker=False)) == []
        later = visit(known=known, now=MARCH + DAY, lawmaker=False)
        assert "LD=12&snum=132" in papers_asked(later)
        assert TRIED not in later.measures["LD 12"].extras
        assert READ in later.measures["LD 12"].extras

    def test_when_no_page_can_be_read_the_source_says_why(self):
        """A list alone is no success; and the site is soon left alone."""
        papers = [Paper(f"HP {n}", n) for n in range(1, 30)]
        house = Statehouse({"132": papers})
        pages = {f"{LIST}{n}": house.answer(f"{LIST}{n}")[1] for n in (0, 1)}
        refused = Challenge("the site answered 403: access refused")
        pages |= {f"{PAPER}LD={n}&snum=132": refused for n in range(1, 30)}
        site = visit(pages)
        assert site.error is refused
        assert len(papers_asked(site)) == 10

    def test_texts_are_asked_for_when_there_are_others_and_once_a_week(self):
        """A page is read each day, its PDF files only when that may bring something."""
        first = visit(lawmaker=False)
        assert "versions" in first.measures["LD 12"].observed
        known = known_of(first)
        again = visit(known=known, now=MARCH + DAY, lawmaker=False).measures["LD 12"]
        assert "versions" not in again.observed
        assert again.extras[ASKED] == first.measures["LD 12"].extras[ASKED]
        body = fixture("SP0029.html").replace(b"item=2", b"item=3")
        pages = {**served(), f"{PAPER}LD=12&snum=132": body}
        other = visit(pages, known=known, now=MARCH + DAY, lawmaker=False)
        assert "versions" in other.measures["LD 12"].observed
        week = visit(known=known, now=MARCH + 7 * DAY, lawmaker=False)
        assert "versions" in week.measures["LD 12"].observed

    def test_a_text_that_could_not_be_had_is_asked_for_again(self):
        """Its paper's page is read in the next crawl, whether or not a day has passed."""
        memory = {"again 132": "SP0029"}
        site = visit(known=known_of(visit(lawmaker=False)), memory=memory, lawmaker=False,
                     now=MARCH + DAY / 4)  # fmt: skip
        assert papers_asked(site) == ["LD=12&snum=132"]
        assert "versions" in site.measures["LD 12"].observed
        assert site.remember["again 132"] == ""

    def test_a_replay_reads_everything(self):
        """It costs no visit; what the archive lacks is no failure and marks nothing as tried."""

        class Replayed(Maine):
            crawler = SimpleNamespace(replaying=object())

        pages = {**served(), f"{PAPER}LD=12&snum=132": NotRecorded("not in the archives")}
        site = visit_site(
            Replayed, pages, now=MARCH + DAY / 4, known=known_of(visit()), visits_per_crawl=1
        )
        assert len(papers_asked(site)) == 6
        assert site.measures["LD 7"].versions
        assert READ in site.measures["LD 12"].extras
        assert TRIED not in site.measures["LD 12"].extras
        assert "LD 12" not in site.notes
        assert ASKED in site.measures["LD 12"].extras
        assert site.error is None

    def test_without_texts_they_wait(self):
        """An operator may do without them."""
        found = visit(texts="none", lawmaker=False).measures["LD 12"].versions
        assert {one.waits_for for one in found} == {"the watchlist, which says `texts: none`"}

    @pytest.mark.parametrize(
        ("parameters", "why"),
        [
            ({"texts": "some"}, "texts: found 'some', expected all or none"),
            ({"visits_per_crawl": 0}, "visits_per_crawl: found 0"),
            ({"visits_per_crawl": True}, "visits_per_crawl: found True"),
            ({"sessions": "next"}, "sessions: found 'next'"),
            ({"amendment": "span["}, "is no CSS selector"),
        ],
    )
    def test_a_parameter_that_makes_no_sense_is_told(self, parameters, why):
        """Before anything is asked."""
        site = visit(**parameters)
        assert why in str(site.error)
        assert site.asked == []

    def test_a_selector_that_finds_nothing_anywhere_is_told(self):
        """On one page that may be right, on twenty it is not."""
        papers = [Paper(f"HP {n}", n) for n in range(1, 21)]
        house = Statehouse({"132": papers})
        pages = {f"{LIST}{n}": house.answer(f"{LIST}{n}")[1] for n in (0, 1)}
        pages |= {f"{PAPER}LD={n}&snum=132": house.answer(f"{PAPER}LD={n}&snum=132")[1] for n in range(1, 21)}  # fmt: skip
        site = visit(pages, lawmaker=False, text="a.pdf")
        assert "drifted: 'a.pdf' found no text on any of 20 papers' pages" in site.notes

    def test_a_paper_that_left_the_list_holds_nobody_up(self):
        """One that was never read, and is listed no more, does not keep live papers from their turn."""
        gone = KnownMeasure(identifier="LD 99", session="132", listing="132", extras={})
        known = (*known_of(visit(lawmaker=False)), gone)
        assert "LD=12&snum=132" in papers_asked(visit(known=known, now=MARCH + DAY, lawmaker=False))

    def test_a_docket_that_is_nowhere_is_told(self):
        """Of papers that were referred to a committee; others may well have none."""
        papers = [Paper(f"HP {n}", n) for n in range(1, 21)]
        house = Statehouse({"132": papers})
        pages = {f"{LIST}{n}": house.answer(f"{LIST}{n}")[1] for n in (0, 1)}
        referred = fixture("SP0029.html").replace(b'name="CDtab"', b"")
        for n in range(1, 21):
            pages[f"{PAPER}LD={n}&snum=132"] = house.answer(f"{PAPER}LD={n}&snum=132")[1]
        assert "drifted" not in visit(pages, lawmaker=False).notes
        for n in range(1, 21):
            pages[f"{PAPER}LD={n}&snum=132"] = referred.replace(
                b"LD 12, SP 29", f"LD {n}, HP {n}".encode()
            )
        assert (
            "found no docket_row on any of 20 papers' pages" in visit(pages, lawmaker=False).notes
        )
