"""Los Angeles' council files become measures; the search says which, their own pages what."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from parsel import Selector

from config.vocabulary import DateKind, MeasureClassification, VoteOption, VoteResult
from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift
from scrapers.sites.los_angeles_council import SITE, LosAngelesCouncil, windows
from scrapers.sites.los_angeles_council_measures import as_measure, count_unmapped
from scrapers.sites.los_angeles_council_pages import NoRecord, record_of, results_of
from scrapers.sites.los_angeles_council_words import (
    body_of,
    classify,
    is_text,
    kinds_of,
    split_from,
    year_of,
)
from tests.legistar_city import known_from
from tests.visiting import NOW, as_json, visit

PAGES = Path(__file__).parent / "pages" / "los_angeles_council"
ORDINANCE, MASKS, LAMPS = "26-0301", "26-0301-S1", "26-0302"
HOUR = timedelta(hours=1)


def page(name):
    return (PAGES / name).read_bytes()


def results(*numbers):
    """A list of results with these files only."""
    rows = "".join(
        f'<tr><td><a href="index.cfm?fa=ccfi.viewrecord&amp;cfnumber={one}">{one}</a></td>'
        f"<td>File {one}</td><td>02/03/2026</td></tr>"
        for one in numbers
    )
    return f'<html><body><table id="CFIResultList">{rows}</table></body></html>'.encode()


@dataclass
class Clerk:
    """The clerk's system, to be served to `tests.visiting.visit`.

    `received` is the list for the month that has `day` in it, `acted` the one for what was done,
    `records` pages of files; of other files the clerk has none. `errors` are raised, by
    what an address holds.
    """

    received: bytes = field(default_factory=lambda: page("results.html"))
    acted: bytes = field(default_factory=lambda: page("nothing.html"))
    records: dict = field(
        default_factory=lambda: {one: page(f"{one}.html") for one in (ORDINANCE, MASKS)}
    )
    errors: dict = field(default_factory=dict)
    day: date = date(2026, 2, 3)
    asked: list = field(default_factory=list)

    def __contains__(self, url):
        return True

    def get(self, url, default=None):
        del default
        told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.asked.append(told)
        for part, error in self.errors.items():
            if part in url:
                return error
        if told["fa"] == "ccfi.viewrecord":
            return self.records.get(told["cfnumber"], page("nothing.html"))
        if "ActionTaken" in told:
            return self.acted if told["ActionTaken"] == "25" else page("nothing.html")
        first, last = (
            date(int(day[6:]), int(day[:2]), int(day[3:5]))
            for day in (told["DateRecStart"], told["DateRecEnd"])
        )
        return self.received if first <= self.day <= last else page("nothing.html")

    @property
    def looked_at(self):
        return [told["cfnumber"] for told in self.asked if told["fa"] == "ccfi.viewrecord"]


def council(clerk=None, **options):
    return visit(LosAngelesCouncil, clerk or Clerk(), **options)


def again(first, clerk, *, later=6 * HOUR, **options):
    """The crawl after a first one, with what it left."""
    known = known_from(first.measures, seen_last=NOW)
    return council(clerk, known=known, memory=first.remember, now=NOW + later, **options)


class TestFixture:
    def test_files_and_lists_are_as_expected(self):
        """The whole fixture, field by field. Its votes and online documents are `unverified`."""
        found = council()
        shown = {
            "measures": [as_json(one) for one in found.measures.values()],
            "listings": [as_json(one) for one in found.listings],
        }
        assert shown == json.loads(page("expected.json"))
        assert found.error is None

    def test_what_nobody_knows_is_counted_and_kept(self):
        """Labels, activities and votes without a rule pass through."""
        found = council()
        assert found.report.unmapped == {
            "section Weather": 1,
            "activity Somebody hummed a tune.": 1,
            "vote SHRUGGED": 1,
        }
        assert found.measures[ORDINANCE].extras["Weather"] == "Fair"


class TestRecord:
    def test_a_paper_on_two_hosts_is_one(self):
        """Activities link to another host than the table of online documents does."""
        one = council().measures[ORDINANCE]
        assert [version.note for version in one.versions] == [
            "Motion",
            "Draft Ordinance",
            "Amending Motion",
            "Final Ordinance No. 199001",
        ]
        assert [link.text for link in one.documents] == [
            "Council Action (02/24/2026)",
            "Report from City Attorney (02/05/2026)",
        ]

    def test_a_vote_stands_beside_the_councils_own_step(self):
        """One without a step among the activities is a step of its own."""
        steps = {step.description: step for step in council().measures[ORDINANCE].actions}
        adopted = next(step for name, step in steps.items() if name.startswith("Council adopted"))
        assert adopted.vote.result is VoteResult.PASS
        assert adopted.vote.counts == (
            (VoteOption.YES, 2),
            (VoteOption.NO, 1),
            (VoteOption.ABSENT, 1),
        )
        assert [cast.option for cast in adopted.vote.roll] == [
            VoteOption.YES,
            VoteOption.YES,
            VoteOption.NO,
            VoteOption.ABSENT,
        ]
        assert steps["Continued"].vote.result is None
        assert [cast.text for cast in steps["Continued"].vote.roll] == ["RECUSED", "SHRUGGED"]

    def test_a_file_expires_on_a_day_that_is_told(self):
        """Adopted is not enacted: the council adopted what was before it."""
        one = council().measures[ORDINANCE]
        assert [(date_.kind, str(date_.date)) for date_ in one.dates] == [
            (DateKind.INTRODUCED, "2026-01-16"),
            (DateKind.EXPIRES, "2028-02-24"),
        ]
        assert not any("became-law" in step.classification for step in one.actions)

    def test_a_file_that_was_split_off_names_the_other(self):
        """Its suffix is part of its number."""
        one = council().measures[MASKS]
        assert [related.identifier for related in one.related] == [ORDINANCE]
        assert [sponsor.name for sponsor in one.sponsors] == ["City Attorney"]
        assert [str(step.date) for step in one.actions] == ["2026-02-03", "2026-02-04"]
        assert one.abstract == "Report on masks worn by officers."

    @pytest.mark.parametrize(
        ("number", "year", "base"),
        [
            ("26-0204", "2026", ""),
            ("25-0160-S93", "2025", "25-0160"),
            ("98-0001", "1998", ""),
            ("EO 5", "", ""),
        ],
    )
    def test_a_number_names_its_year(self, number, year, base):
        """Two digits, the century by what can be."""
        assert (year_of(number), split_from(number)) == (year, base)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("Motion", True),
            ("Draft Ordinance", True),
            ("Resolution", True),
            ("Amending Motion", True),
            ("Report from City Attorney", False),
            ("Communication(s) from Public", False),
            ("Community Impact Statement", False),
            ("Council Action", False),
        ],
    )
    def test_texts_are_told_from_papers_about_them(self, name, text):
        """By how they are called."""
        assert is_text(name) is text

    @pytest.mark.parametrize(
        ("activity", "step", "body"),
        [
            ("Council adopted item forthwith.", "passage", "legislature"),
            ("Council adopted item as amended.", "amendment-passage", "legislature"),
            ("Council action final.", None, "legislature"),
            ("Motion referred to Public Safety Committee.", "referral-committee", ""),
            (
                "Public Safety Committee approved item(s).",
                "committee-passage-favorable",
                "Public Safety Committee",
            ),
            (
                "Public Safety Committee continued item to/for .",
                "deferral",
                "Public Safety Committee",
            ),
            ("File expired per Council policy, Council file No. 05-0553.", "failure", ""),
            ("Mayor vetoed ordinance.", "executive-veto", "executive"),
            ("City Clerk scheduled item for Council on February 18, 2026.", None, ""),
            ("Community Impact Statement submitted by Elm Park Neighborhood Council.", None, ""),
        ],
    )
    def test_activities_mean_steps(self, activity, step, body):
        """The clerk's sentences, by rules."""
        steps = classify(activity)
        assert classify.knows(activity)
        assert step in steps if step else not steps
        assert body_of(activity) == body

    def test_a_title_says_what_a_file_is_else_its_papers_do(self):
        """One file can be several things."""
        assert kinds_of("Elm / Ordinance", ["Motion"]) == (MeasureClassification.ORDINANCE,)
        assert kinds_of("Elm", ["Motion"]) == (MeasureClassification.MOTION,)
        assert kinds_of("Elm", []) == ()


class TestTurns:
    def test_a_page_that_cannot_be_had_leaves_what_the_list_says(self):
        """Its number, its title, and the day it was tried."""
        found = council()
        assert found.measures[LAMPS].title == "Street Lighting / Elm Street"
        assert found.measures[LAMPS].observed == {"title", "from_organization", "url"}
        assert "no such council file" in found.notes

    def test_nothing_new_costs_only_questions(self):
        """And is no drift."""
        first, clerk = council(), Clerk()
        found = again(first, clerk)
        assert found.report.partial
        assert not found.measures
        assert not clerk.looked_at
        assert len(clerk.asked) == 13

    def test_a_file_in_which_something_was_done_is_looked_at(self):
        """Once a day, while the search finds it; also one never heard of."""
        first = council()
        clerk = Clerk(acted=results(ORDINANCE, "19-0001"))
        clerk.records["19-0001"] = page(f"{MASKS}.html").replace(b"26-0301-S1", b"19-0001")
        found = again(first, clerk)
        assert clerk.looked_at == ["19-0001"]
        assert found.measures["19-0001"].session == "2019"
        clerk.asked.clear()
        again(first, clerk, later=25 * HOUR)
        assert ORDINANCE in clerk.looked_at

    def test_a_crawl_asks_for_as_many_pages_as_it_may(self):
        """The rest comes first the next time."""
        clerk = Clerk(received=results(*(f"26-{one:04d}" for one in range(400, 440))))
        first = council(clerk, requests=5)
        assert len(clerk.looked_at) == 5
        assert len(first.measures) == 40
        assert "35 of 40 files" in first.notes

    def test_files_can_be_named(self):
        """A file from long ago is watched when the watchlist names it."""
        clerk = Clerk()
        clerk.records["11-0002"] = page(f"{MASKS}.html").replace(b"26-0301-S1", b"11-0002")
        assert "11-0002" in council(clerk, files="11-0002").measures
        assert "expected a number like 26-0204" in str(council(files=["tree"]).error)

    def test_a_host_that_fails_is_left_alone(self):
        """Three pages in a row; the list is told of all the same."""
        clerk = Clerk(
            received=results(*(f"26-{one:04d}" for one in range(400, 440))),
            errors={"viewrecord": FetchError("down")},
        )
        found = council(clerk)
        assert len(clerk.looked_at) == 3
        assert len(found.measures) == 40


class TestLists:
    def test_a_file_the_search_leaves_out_is_looked_at_before_it_is_gone(self):
        """Long lists are cut short without a word."""
        first = council()
        clerk = Clerk(received=results(MASKS))
        found = again(first, clerk, later=8 * 24 * HOUR)
        assert set(found.measures) == {ORDINANCE, MASKS}
        assert [(one.name, one.rows) for one in found.listings] == [("council files 2026", 2)]
        assert LAMPS not in found.measures

    def test_files_older_than_the_sweep_do_not_press(self):
        """At the turn of a year those of the year before last are no longer searched for, nor missed."""
        known = known_from(council().measures, seen_last=NOW)
        spider = LosAngelesCouncil(now=NOW, known=known)
        assert spider.missing({MASKS: ""}, date(2026, 1, 1)) == {ORDINANCE, LAMPS}
        assert spider.missing({}, date(2027, 1, 1)) == set()

    def test_a_page_that_fails_is_not_gone(self):
        """Nothing says so; the measure is seen as it was."""
        first = council()
        clerk = Clerk(received=results(MASKS), errors={f"cfnumber={ORDINANCE}": FetchError("down")})
        found = again(first, clerk, later=8 * 24 * HOUR)
        assert found.measures[ORDINANCE].observed == frozenset()
        assert found.measures[ORDINANCE].extras["details read"]

    def test_a_month_that_cannot_be_had_leaves_the_list_open(self):
        """The others are told of."""
        found = council(Clerk(errors={"DateRecStart=06": FetchError("down")}))
        assert found.error is None
        assert not found.listings
        assert "swept" not in found.remember

    def test_the_search_is_asked_a_month_at_a_time(self):
        """Without a gap, up to tomorrow."""
        asked = windows(date(2025, 1, 1), date(2026, 3, 2))
        assert asked[0] == (date(2025, 1, 1), date(2025, 1, 30))
        assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(asked))
        assert asked[-1][1] == date(2026, 3, 2)


class TestTrouble:
    @pytest.mark.parametrize(
        ("body", "error"),
        [
            (page("challenge.html"), Challenge),
            (page("redesigned.html"), ParseDrift),
            (b"", ErrorPage),
        ],
    )
    def test_what_is_no_list_of_results_is_an_error(self, body, error):
        """A challenge, a redesign, nothing at all."""
        found = council(Clerk(errors={"doSearch": body}))
        assert isinstance(found.error, error)
        assert not found.measures

    def test_no_file_at_all_is_drift(self):
        """Months without a file do not happen."""
        found = council(Clerk(received=page("nothing.html")))
        assert isinstance(found.error, ParseDrift)

    def test_a_redesigned_record_costs_itself(self):
        """It is set aside with its reason."""
        clerk = Clerk()
        clerk.records[ORDINANCE] = page("redesigned.html")
        found = council(clerk)
        assert "no council file where it should be" in found.notes
        assert found.report.failed == 1
        assert MASKS in found.measures

    def test_a_record_of_another_file_is_not_believed(self):
        """A number in the address is not the page's own."""
        clerk = Clerk()
        clerk.records[ORDINANCE] = page(f"{MASKS}.html")
        assert f"the page is about council file {MASKS}" in council(clerk).notes

    def test_pages_are_told_apart(self):
        """No record, no results, another page."""
        nothing = Selector(text=page("nothing.html").decode())
        other = Selector(text=page("redesigned.html").decode())
        assert results_of(nothing, SITE) == {}
        with pytest.raises(NoRecord):
            record_of(nothing, SITE)
        with pytest.raises(ParseDrift):
            results_of(other, SITE)

    @pytest.mark.parametrize("parameters", [{"since": "long ago"}, {"requests": "many"}])
    def test_a_parameter_that_makes_no_sense_is_told(self, parameters):
        """With what was expected."""
        assert "expected" in str(council(**parameters).error)


@pytest.mark.corpus
def test_a_real_record_is_read(corpus):
    """A file of 2010 that expired: every section of it is used, kept or counted."""
    path = corpus / "city-legislation" / "los-angeles" / "ccfi_viewrecord_10-0180.html"
    url = f"{SITE}?fa=ccfi.viewrecord&cfnumber=10-0180"
    record = record_of(Selector(text=path.read_text(encoding="utf-8")), url)
    unmapped = Counter()
    count_unmapped(record, unmapped)
    one = as_measure(record, url=url, stamp="", read_at=NOW)
    assert not unmapped
    assert (one.identifier, one.session) == ("10-0180", "2010")
    assert [
        (str(step.date), [str(kind) for kind in step.classification]) for step in one.actions
    ] == [
        ("2010-01-29", ["referral-committee"]),
        ("2012-07-09", ["failure"]),
    ]
    assert [sponsor.name for sponsor in one.sponsors] == ["PAUL KORETZ", "DENNIS ZINE"]
    assert [version.note for version in one.versions] == ["Motion"]
    assert [link.text for link in one.documents] == ["Council Action (07/09/2012)"]
    assert [str(day.date) for day in one.dates] == ["2010-01-29", "2012-02-01"]
    assert one.extras["Council District"] == "5"
