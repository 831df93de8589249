"""An index of bills with a page for each becomes measures by selectors alone."""

import json
from datetime import date
from pathlib import Path

import pytest

from config.vocabulary import (
    ActionClassification,
    DateKind,
    MeasureClassification,
    SponsorClassification,
    VersionClassification,
)
from scrapers.errors import Challenge, FetchError, ParseDrift, SourceError
from scrapers.items import Listing
from scrapers.platforms.bills import Bills, body_of, classify, kind_of
from scrapers.ports import KnownMeasure
from tests.visiting import as_json, visit

PAGES = Path(__file__).parent / "pages" / "bills"
SITE = "https://leg.example.gov"
INDEX = f"{SITE}/bills"
LAYOUT = {
    "session": "2026",
    "incidental": "sid",
    "next": "a.more",
    "total": ".count",
    "page_identifier": "h1",
    "full_title": ".long-title",
    "cosponsors": ".friends li",
}


def page(name):
    return (PAGES / name).read_bytes()


def served(**pages):
    """The site with pages put in place of others, by the last part of their address."""
    site = {
        INDEX: page("index.html"),
        f"{INDEX}?page=2": page("index-2.html"),
        f"{SITE}/bill/HB12": page("HB12.html"),
        f"{SITE}/bill/SB7": page("SB7.html"),
        f"{SITE}/bill/HJR3": page("HJR3.html"),
        f"{SITE}/bill/HB40": FetchError("the site answered 500"),
    }
    return site | {f"{SITE}/bill/{name}": body for name, body in pages.items()}


def crawl(site=None, *, known=(), **parameters):
    pages = served() if site is None else site
    return visit(Bills, pages, known=known, place="us/or", index=INDEX, **(LAYOUT | parameters))


def known(*identifiers):
    return [KnownMeasure(identifier=name, session="2026") for name in identifiers]


class TestFixtures:
    def test_the_pages_become_the_expected_measures(self):
        """Every field of every measure is as the expected file says."""
        assert as_json(list(crawl().measures.values())) == json.loads(page("expected.json"))


class TestFields:
    def test_the_identifier_is_as_the_index_prints_it(self):
        """A bill that stands twice in the index is one bill."""
        assert list(crawl().measures) == ["HB 12", "SB 7", "HJR 3", "HB 40"]

    def test_the_title_is_the_long_one(self):
        """With a long title on the bill's page, the index's brief one is not the title."""
        title = crawl().measures["HB 12"].title
        assert title == "Prohibits agreements that let local officers enforce immigration law."

    def test_without_a_long_title_the_index_gives_it(self):
        """Where a bill's page has no title, the index's is the title."""
        bill = crawl(full_title="").measures["HB 12"]
        assert bill.title == "Immigration agreements"
        assert "title" in bill.observed

    def test_the_status_is_its_words(self):
        """A status is kept as printed, blanks folded."""
        assert crawl().measures["HB 12"].status == "Delivered to Governor"

    def test_sponsors_and_cosponsors_stand_apart(self):
        """Each name is a sponsor; a semicolon parts names."""
        assert [(one.name, one.classification) for one in crawl().measures["HB 12"].sponsors] == [
            ("Rep. Rivera", SponsorClassification.PRIMARY),
            ("Rep. Okoye", SponsorClassification.PRIMARY),
            ("Sen. Stone", SponsorClassification.COSPONSOR),
        ]

    def test_the_history_runs_from_first_to_last(self):
        """A history printed newest first is turned, one printed oldest first is not."""
        seen = crawl().measures
        assert [step.date for step in seen["HB 12"].actions] == [
            date(2026, 1, 13), date(2026, 1, 14), date(2026, 1, 30), date(2026, 2, 9),
            date(2026, 2, 12),
        ]  # fmt: skip
        assert seen["SB 7"].actions[-1].description == "Withdrawn by sponsor"
        assert seen["SB 7"].actions[-1].date_text == "February 3, 2026"

    def test_actions_are_classified_by_rules(self):
        """Known words mean a step; unknown words are kept and counted."""
        seen = crawl()
        steps = {step.description: step.classification for step in seen.measures["HB 12"].actions}
        assert steps["Delivered to the Governor"] == (ActionClassification.EXECUTIVE_RECEIPT,)
        assert steps["Ways of the House were waived"] == ()
        assert seen.report.unmapped["Ways of the House were waived"] == 1

    def test_versions_keep_their_note_date_and_links(self):
        """Each text is a version; a row without a link has a version that waits."""
        first, second, third = crawl().measures["HB 12"].versions
        assert (first.note, first.date) == ("Introduced", date(2026, 1, 13))
        assert [link.url for link in first.links] == [
            f"{SITE}/text/hb12-1.pdf",
            f"{SITE}/text/hb12-1.html",
        ]
        assert second.classification == VersionClassification.SUBSTITUTED
        assert (third.note, third.links, third.classification) == ("Floor draft", (), None)

    def test_the_day_of_introduction_is_that_of_the_first_step(self):
        """Without a selector of its own, the history tells when a bill was introduced."""
        [introduced] = crawl().measures["HB 12"].dates
        assert (introduced.kind, introduced.date) == (DateKind.INTRODUCED, date(2026, 1, 13))

    def test_a_printed_day_of_introduction_is_taken(self):
        """A selector for the day of introduction wins over the history."""
        seen = crawl(introduced=".versions tr:last-child td")
        assert seen.measures["SB 7"].dates[0].text == "January 12, 2026"

    def test_classification_and_chamber_follow_the_number(self):
        """The letters of a number say the kind of paper and the chamber."""
        seen = crawl().measures
        assert seen["HJR 3"].classification == (MeasureClassification.JOINT_RESOLUTION,)
        assert (seen["HB 12"].from_organization, seen["SB 7"].from_organization) == (
            "lower",
            "upper",
        )

    def test_fields_the_page_does_not_show_are_not_observed(self):
        """A page without history and texts leaves what is known of them."""
        bill = crawl().measures["HJR 3"]
        assert not {"actions", "versions", "sponsors", "dates"} & bill.observed
        assert {"title", "status"} <= bill.observed

    def test_the_listing_has_the_sites_total(self):
        """A list read to its end is a listing of its session, with the site's own count."""
        assert crawl().listings == [Listing(name="bills 2026", rows=5, total=1004)]

    def test_a_visits_id_is_no_part_of_an_address(self):
        """Incidental parameters are neither asked for nor kept."""
        seen = crawl()
        assert all("sid" not in url for _, url in seen.asked)
        assert seen.measures["HB 12"].url == f"{SITE}/bill/HB12"


class TestFailingPages:
    def test_a_failing_page_costs_only_that_bill(self):
        """A bill whose page fails is observed as the index shows it; the list stays complete."""
        seen = crawl(known=known("HB 12", "SB 7", "HJR 3", "HB 40"))
        bill = seen.measures["HB 40"]
        assert bill.observed == {"url", "classification", "from_organization"}
        assert (bill.title, bill.listing) == ("County jails", "bills 2026")
        assert seen.report.failed == 1
        assert "HB 40: its page was not read: the site answered 500" in seen.notes
        assert seen.listings[0].rows == 5

    def test_a_new_bill_waits_for_its_page(self):
        """A bill met for the first time is told when its text can be judged, not before."""
        seen = crawl(known=known("H.B. 12"))
        assert list(seen.measures) == ["HB 12", "SB 7", "HJR 3"]
        assert len(seen.listings) == 1

    def test_another_bills_page_is_not_believed(self):
        """A page headed by another number is drift of that page."""
        seen = crawl(served(SB7=page("HB12.html")))
        assert "versions" not in seen.measures["SB 7"].observed
        assert "the page of SB 7 is headed 'House Bill HB 12'" in seen.notes

    def test_a_challenge_in_place_of_a_bill_costs_only_that_bill(self):
        """A challenge page with status 200 never touches what is known of a bill."""
        seen = crawl(served(SB7=page("challenge.html")))
        assert "status" not in seen.measures["SB 7"].observed
        assert seen.measures["HB 12"].status == "Delivered to Governor"

    def test_a_bills_page_of_another_shape_is_drift_of_that_page(self):
        """A page that shows nothing of a bill is not taken for a bill without history."""
        seen = crawl(served(HB40=page("redesigned-bill.html")))
        assert seen.measures["HB 40"].observed == {"url", "classification", "from_organization"}
        assert "neither a status nor a history nor texts" in seen.notes


class TestDrift:
    def test_when_no_page_can_be_read_the_source_has_drifted(self):
        """A redesign of all bills' pages is an error and no listing."""
        redesigned = page("redesigned-bill.html").replace(b"<h1>HB 40</h1>", b"")
        seen = crawl(served(**dict.fromkeys(("HB12", "SB7", "HJR3", "HB40"), redesigned)))
        assert isinstance(seen.error, ParseDrift)
        assert seen.listings == []

    def test_a_redesigned_index_is_drift_not_an_empty_list(self):
        """An index without rows is an error."""
        seen = crawl({INDEX: page("redesigned.html")})
        assert isinstance(seen.error, ParseDrift)
        assert (seen.measures, seen.listings) == ({}, [])

    def test_a_challenged_index_is_a_challenge(self):
        """A bot challenge in place of the index is told as such."""
        assert isinstance(crawl({INDEX: page("challenge.html")}).error, Challenge)

    def test_a_selector_that_finds_nothing_anywhere_is_noted(self):
        """A part of the page that went missing everywhere is told to the operator."""
        seen = crawl(versions=".printings tr")
        assert "'.printings tr' found no versions on any of 3 bills' pages" in seen.notes
        assert "versions" not in seen.measures["HB 12"].observed

    def test_a_missing_session_is_a_mistake_of_the_watchlist(self):
        """Bills without a session have no identity."""
        seen = crawl(session="")
        assert isinstance(seen.error, SourceError)
        assert "gives no session" in str(seen.error)


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("HB 12", MeasureClassification.BILL),
        ("S.B. 783", MeasureClassification.BILL),
        ("AB 1", MeasureClassification.BILL),
        ("SCR 4", MeasureClassification.CONCURRENT_RESOLUTION),
        ("HJM 4001", MeasureClassification.MEMORIAL),
        ("Res 0246-2026", MeasureClassification.RESOLUTION),
        ("Bill 260056", MeasureClassification.BILL),
        ("Ordinance 12", MeasureClassification.ORDINANCE),
        ("26-0123", None),
    ],
)
def test_a_number_says_the_kind_of_paper(identifier, kind):
    """The letters before a number are read; without letters the kind stays unknown."""
    assert kind_of(identifier) == kind


def test_only_states_have_chambers():
    """A council's bill comes from its legislature."""
    assert body_of("SB 7", "us/or") == "upper"
    assert body_of("26-0123", "us/or") == "legislature"
    assert body_of("HB 7", "us/or/portland") == "legislature"


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        ("Withdrawn by sponsor", (ActionClassification.WITHDRAWAL,)),
        ("Public hearing in Senate committee", (ActionClassification.HEARING_HELD,)),
        ("Public hearing scheduled for 1/30", ()),
        (
            "Third reading, passed; yeas, 31; nays, 18",
            (ActionClassification.READING_3, ActionClassification.PASSAGE),
        ),
        ("Signed by Governor", (ActionClassification.EXECUTIVE_SIGNATURE,)),
        ("Vetoed by the mayor", (ActionClassification.EXECUTIVE_VETO,)),
        ("Became law without signature", (ActionClassification.BECAME_LAW,)),
        ("Referred to Committee on Public Safety", (ActionClassification.REFERRAL_COMMITTEE,)),
        ("Do not pass recommended", (ActionClassification.COMMITTEE_PASSAGE_UNFAVORABLE,)),
    ],
)
def test_common_words_mean_a_step(words, steps):
    """Words that most legislatures share are classified."""
    assert classify(words) == steps
