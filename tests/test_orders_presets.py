"""The mayors and governors that come with Measurewatch, each against pages of our own making."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from config.watchlist import load_watchlist
from scrapers.items import Measure
from scrapers.platforms.orders import Orders
from scrapers.ports import KnownMeasure
from tests.visiting import as_json, visit

PAGES = Path(__file__).parent / "pages" / "orders"
PRESETS = {
    spec.name: spec
    for spec in load_watchlist(
        Path(str(files("config") / "watchlists" / "platforms" / "orders.yaml"))
    ).sources
}
KEPT = (
    "session", "identifier", "formerly", "title", "classification", "abstract", "sponsors",
    "dates", "versions", "related", "url", "listing", "observed", "extras",
)  # fmt: skip


def served(name):
    folder = PAGES / name
    told = json.loads((folder / "visit.json").read_text(encoding="utf-8"))
    return {url: (folder / file).read_bytes() for url, file in told.items()}


def crawled(name, *, pages=None, known=(), memory=None, **changed):
    spec = PRESETS[name]
    parameters = {"place": spec.place, **spec.parameters, **changed}
    return visit(Orders, served(name) | (pages or {}), known=known, memory=memory, **parameters)


def without_orders(body):
    """A page on which nothing is an order any more: its words and numbers are others."""
    return re.sub(rb"(?i)\b(executive|orders?|directives?|directs|EO|ED)\b|\d", b"x", body)


def orders_of(seen):
    """All orders of a crawl: two mayors' may have one number."""
    return [one for one in seen.items if isinstance(one, Measure)]


def brief(measure: Measure):
    """What a measure says, without what it leaves empty."""
    told = {name: as_json(getattr(measure, name)) for name in KEPT}
    told["versions"] = [
        {"note": one.note, "date_text": one.date_text, "links": [link.url for link in one.links]}
        for one in measure.versions
    ]
    return {name: value for name, value in told.items() if value not in ([], {}, "")}


def known_from(seen):
    """What the store would hand in at the next crawl."""
    return [
        KnownMeasure(
            identifier=one.identifier,
            session=one.session,
            title=one.title,
            listing=one.listing,
            extras=one.extras,
        )
        for one in orders_of(seen)
    ]


@pytest.mark.parametrize("name", sorted(PRESETS))
class TestEach:
    def test_its_pages_become_the_expected_measures(self, name):
        """A preset without pages of its own fails here."""
        seen = crawled(name)
        expected = json.loads((PAGES / name / "expected.json").read_text(encoding="utf-8"))
        assert [brief(one) for one in orders_of(seen)] == expected["measures"]
        assert as_json(seen.listings) == expected["listings"]
        assert (seen.error, seen.report.failed) == (None, 0)

    def test_the_next_crawl_gives_the_same_orders(self, name):
        """What is known of an order changes neither its name nor its term, and costs few pages."""
        first = crawled(name)
        again = crawled(name, known=known_from(first))
        assert [(one.session, one.identifier) for one in orders_of(again)] == [
            (one.session, one.identifier) for one in orders_of(first)
        ]
        assert [one.versions for one in orders_of(again)] == [
            one.versions for one in orders_of(first)
        ]
        indexes = [url for role, url in first.asked if role == "start"]
        read_again = [url for _, url in again.asked if url not in indexes]
        assert len(read_again) <= len(first.asked) - len(indexes)

    @pytest.mark.parametrize("page", ["challenge.html", "redesigned.html", "blank-rows.html"])
    def test_another_page_in_its_place_is_an_error(self, name, page):
        """A challenge, a redesign, a page without an order: no measure, no listing."""
        other = (PAGES / page).read_bytes()
        seen = crawled(name, pages=dict.fromkeys(served(name), other))
        assert seen.error is not None
        assert (seen.measures, seen.listings) == ({}, [])


@pytest.mark.parametrize("name", [name for name in PRESETS if "only" in PRESETS[name].parameters])
def test_a_list_without_an_order(name):
    """Of a mayor's news that is an ordinary day; of a list of orders it is an error."""
    pages = {url: without_orders(body) for url, body in served(name).items()}
    seen = crawled(name, pages=pages)
    assert seen.measures == {}
    if PRESETS[name].parameters.get("newest_only"):
        assert (seen.error, seen.report.failed, seen.listings) == (None, 0, [])
        assert not seen.report.partial, "the first crawl ends the quiet time"
        again = crawled(name, pages=pages, memory=seen.remember)
        assert again.report.partial
    else:
        assert seen.error is not None


def test_every_folder_of_pages_is_a_preset():
    """A preset that is renamed takes its pages along."""
    assert {path.name for path in PAGES.iterdir() if path.is_dir()} == set(PRESETS)


class TestNewYork:
    def test_emergency_orders_are_not_the_orders_of_their_number(self):
        """EEO 1 and EO 1 are two, and so are EO 1 of two mayors."""
        seen = crawled("nyc-mayor")
        assert {"Emergency Executive Order 1", "Executive Order 1"} <= set(seen.measures)
        assert [one.name for one in seen.listings] == ["orders 2026", "orders 2025"]

    def test_a_renewal_is_related_to_the_first(self):
        """1.2 renews 1, whatever the list has between them."""
        order = crawled("nyc-mayor").measures["Emergency Executive Order 1.2"]
        [first] = order.related
        assert (first.identifier, first.relation) == ("Emergency Executive Order 1", "renews")

    def test_internal_hosts_are_never_asked(self):
        """A link to the city's own network is rewritten before it is followed."""
        seen = crawled("nyc-mayor")
        assert {url.split("/")[2] for _, url in seen.asked} == {"www.nyc.gov"}

    def test_an_article_is_read_once(self):
        """What an article said is known; it is read again in its turn."""
        first = crawled("nyc-mayor")
        again = crawled("nyc-mayor", known=known_from(first))
        assert len([url for _, url in first.asked if url.endswith(".html")]) == 7
        assert [url for _, url in again.asked if url.endswith(".html")] == []

    def test_a_term_is_the_mayors(self):
        """Numbers begin anew with the mayor, not with the year."""
        found = {(one.session, one.identifier) for one in orders_of(crawled("nyc-mayor"))}
        assert {("adams", "Executive Order 1"), ("mamdani", "Executive Order 1")} <= found
        assert ("adams", "Emergency Executive Order 903") in found

    def test_fields_that_nobody_knows_are_kept_and_counted(self):
        """A field the city adds is no reason to fail, nor lost."""
        pages = {
            url: body.replace(b'"articleImage": null', b'"articleSigner": "A. Quill"')
            for url, body in served("nyc-mayor").items()
        }
        seen = crawled("nyc-mayor", pages=pages)
        assert seen.measures["Executive Order 13"].extras["articleSigner"] == "A. Quill"
        assert seen.report.unmapped["row field articleSigner"] == 8


class TestOthers:
    def test_numbers_of_two_governors_are_two_orders(self):
        """EO-10 of 2022 and EO-10 of 2026."""
        seen = crawled("virginia-governor")
        tens = [one for one in orders_of(seen) if one.identifier == "EO-10"]
        assert [one.session for one in tens] == ["spanberger", "youngkin"]
        assert tens[0].related[0].identifier == "EO-47"

    def test_two_mayors_of_one_year_who_both_begin_at_one_have_two_orders(self):
        """Chicago's number names the year alone; who signed tells them apart, also tomorrow."""
        seen = crawled("chicago-mayor")
        ones = [one for one in orders_of(seen) if one.identifier == "1987-1"]
        assert [one.session for one in ones] == ["1987", "1987 D. Orr"]
        again = crawled("chicago-mayor", known=known_from(seen))
        assert [one.session for one in orders_of(again)] == [one.session for one in orders_of(seen)]

    def test_a_day_in_a_title_is_not_virginias_day_of_signing(self):
        """The day stands in the card, outside its link."""
        url = "https://www.governor.virginia.gov/executive-actions/"
        body = served("virginia-governor")[url]
        body = body.replace(b"Flood Plans", b"Closing on March 5, 2021").replace(
            b"EO-18 Designation of Executive Branch Officers", b"EO-18 Snow"
        )
        found = orders_of(crawled("virginia-governor", pages={url: body}))
        assert [one.dates[0].date.isoformat() for one in found] == [
            "2026-06-30", "2026-02-04", "2026-01-17", "2022-06-15",
        ]  # fmt: skip

    def test_an_order_in_two_indexes_is_one(self):
        """New Mexico's archive repeats what the list has."""
        seen = crawled("new-mexico-governor")
        assert list(seen.measures) == [
            "Executive Order 2026-001", "Executive Order 2025-358", "Executive Order 2019-001",
        ]  # fmt: skip

    def test_the_other_index_may_fail_alone(self):
        """The orders of the one that was read are there, and no listing of the other."""
        archive = "https://www.governor.state.nm.us/executive-orders-archive/"
        seen = crawled("new-mexico-governor", pages={archive: b"<title>Error 404</title>"})
        assert len(seen.measures) == 2
        assert [one.name for one in seen.listings] == ["orders"]
        assert "one of several was not read" in seen.notes

    def test_an_order_that_gets_a_number_stays_itself(self):
        """Found again by the address of its page, it is renumbered, not new."""
        first = crawled("boston-mayor")
        url = "https://www.boston.gov/news?field_contact_target_id%5B0%5D=446"
        body = served("boston-mayor")[url].replace(
            b"Mayor signs executive order on the use", b"Executive Order 2026-02 on the use"
        )
        again = crawled("boston-mayor", pages={url: body}, known=known_from(first))
        order = again.measures["Executive Order 2026-02"]
        [before] = [one for one in orders_of(first) if "City property" in one.title]
        assert order.formerly == (before.identifier,)
        assert order.session == before.session

    def test_a_number_that_is_put_right_is_no_new_order(self):
        """The same paper under another number, and nobody else has the first: renumbered."""
        first = crawled("new-mexico-governor")
        url = "https://www.governor.state.nm.us/about-the-governor/executive-orders/"
        body = served("new-mexico-governor")[url]
        pages = {url: body.replace(b">Executive Order 2026-001", b">Executive Order 2026-002")}
        again = crawled("new-mexico-governor", pages=pages, known=known_from(first))
        assert again.measures["Executive Order 2026-002"].formerly == ("Executive Order 2026-001",)
        both = body.replace(
            b"<p><a", b'<p><a href="/o.pdf">Executive Order 2026-001</a></p><p><a', 1
        ).replace(b'-001.pdf">Executive Order 2026-001', b'-001.pdf">Executive Order 2026-002')
        again = crawled("new-mexico-governor", pages={url: both}, known=known_from(first))
        assert again.measures["Executive Order 2026-002"].formerly == ()

    def test_an_order_without_number_survives_another_title(self):
        """Its page is at the same address, so it is the same order."""
        first = crawled("oakland-mayor")
        url = "https://www.oaklandca.gov/News-Releases/Mayor"
        body = served("oakland-mayor")[url].replace(b"Mayor Directs City", b"The Mayor Directs All")
        again = crawled("oakland-mayor", pages={url: body}, known=known_from(first))
        [before], [after] = orders_of(first), orders_of(again)
        assert (after.identifier, after.session) == (before.identifier, before.session)
        assert after.title != before.title
