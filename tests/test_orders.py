"""An index of executive orders becomes measures by selectors alone."""

import json
import time
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest
from scrapy.http import Response

from config.vocabulary import DateKind, MeasureClassification, VersionClassification
from scrapers.errors import Challenge, ErrorPage, FetchError, Gone, ParseDrift, SourceError
from scrapers.items import Listing, Withdrawn
from scrapers.platforms.index_forms import JsonForm, values
from scrapers.platforms.orders import Orders
from scrapers.platforms.orders_relations import ENDS, mentions, renewed
from scrapers.ports import KnownMeasure
from scrapers.selectors import day
from tests.visiting import NOW, as_json, visit

PAGES = Path(__file__).parent / "pages" / "orders"
INDEX = "https://www.example.gov/mayor/orders/"
CARDS = "https://gov.example.gov/actions"
BY_CARD = {
    "row": "li.card",
    "identifier": "::attr(data-number)",
    "title": ".card-title",
    "signed": "time",
    "detail": ".card-title",
    "detail_document": "a.file",
    "incidental": ["visit"],
    "total": ".shown",
}


def page(name):
    return (PAGES / name).read_bytes()


def table(name="table.html", **parameters):
    return visit(Orders, {INDEX: page(name)}, place="us/mn/elmford", index=INDEX, **parameters)


def clerk(**pages):
    found = {INDEX: page("clerk.html"), f"{INDEX}?page=1": page("clerk-2.html")} | pages
    return visit(Orders, found, place="us/il/elmford", index=INDEX, next=".pager-next a")


def cards(pages=None, **parameters):
    found = {
        CARDS: page("cards.html"),
        "https://gov.example.gov/actions/18": page("card-18.html"),
        "https://gov.example.gov/actions/17": FetchError("the site answered 503"),
        "https://gov.example.gov/actions/storm": page("redesigned.html"),
    } | (pages or {})
    return visit(Orders, found, place="us/va", index=CARDS, **(BY_CARD | parameters))


def as_items(*rows):
    return json.dumps({"items": rows}).encode()


def order(number):
    return {"n": f"EO {number}", "t": f"Order {number}"}


def known_from(seen):
    return [
        KnownMeasure(
            identifier=one.identifier, session=one.session, title=one.title,
            listing=one.listing, extras=one.extras,
        )
        for one in seen.measures.values()
    ]  # fmt: skip


class TestFixtures:
    @pytest.mark.parametrize(
        ("name", "seen"), [("table", table), ("clerk", clerk), ("cards", cards)]
    )
    def test_the_pages_become_the_expected_measures(self, name, seen):
        """Every field of every measure is as the expected file says."""
        expected = json.loads(page("expected.json"))[name]
        assert as_json(list(seen().measures.values())) == expected


class TestFields:
    def test_the_identifier_is_as_printed(self):
        """A number is kept as the city prints it."""
        assert list(table().measures) == ["EO 2026-02", "EO 2026-01", "EO 2025-07"]

    def test_columns_are_found_by_their_headings(self):
        """Without selectors, a headed table says itself which column is which."""
        order = clerk().measures["2026-1"]
        assert (order.title, order.dates[0].text) == ("Officers on Notice", "January 31, 2026")

    def test_selectors_win_over_headings(self):
        """What the watchlist says of a column is believed before its heading."""
        seen = table(title="td:nth-child(1)")
        assert seen.measures["EO 2026-02"].title == "EO 2026-02"

    def test_a_title_is_its_words(self):
        """Markup, line breaks and odd spaces in a title are no part of it."""
        title = table().measures["EO 2026-02"].title
        assert title == "Closing city ramps to immigration enforcement staging"

    def test_signed_is_kept_printed_and_understood(self):
        """The day of signing is kept in the site's words and as a date."""
        [signed] = table().measures["EO 2026-01"].dates
        assert (signed.kind, signed.text) == (DateKind.SIGNED, "Monday, January 5, 2026")
        assert signed.date == date(2026, 1, 5)

    def test_a_blank_date_leaves_dates_unobserved(self):
        """An order whose day is not printed says nothing of its dates."""
        order = clerk().measures["2025-8"]
        assert order.dates == ()
        assert "dates" not in order.observed

    def test_the_classification_is_order_by_the_executive(self):
        """An executive order is an order from the executive."""
        order = table().measures["EO 2026-02"]
        assert order.classification == (MeasureClassification.ORDER,)
        assert order.from_organization == "executive"

    def test_the_classification_can_be_given(self):
        """A list of directives yields directives."""
        seen = table(classification="directive")
        assert seen.measures["EO 2026-02"].classification == (MeasureClassification.DIRECTIVE,)

    def test_the_version_is_the_signed_document(self):
        """The text is one version, signed, with its document's address."""
        [version] = clerk().measures["2026-1"].versions
        assert (version.note, version.classification) == ("signed", VersionClassification.SIGNED)
        assert [link.url for link in version.links] == [
            "https://www.example.gov/files/eo-2026-1.pdf"
        ]

    def test_a_pdf_is_preferred_and_other_links_are_no_documents(self):
        """Mail addresses and fragments are no documents; of several links the PDF is taken."""
        [version] = clerk().measures["2025-8"].versions
        assert [link.url for link in version.links] == ["https://files.example.org/eo%202025-8.pdf"]

    def test_an_order_that_is_a_web_page_has_that_page_as_its_text(self):
        """Where the link leads to a page, the page is the document."""
        [version] = table().measures["EO 2026-01"].versions
        assert [link.url for link in version.links] == [f"{INDEX}2026-01/"]

    def test_a_row_without_a_document_has_a_version_that_waits(self):
        """The order is there although its text is not; this is noted."""
        seen = clerk()
        [version] = seen.measures["2025-7"].versions
        assert (version.note, version.links) == ("signed", ())
        assert "2025-7 has no document" in seen.notes

    def test_the_listing_counts_rows_of_all_pages(self):
        """A list read to its end is a listing."""
        assert clerk().listings == [Listing(name="orders", rows=5)]
        assert {order.listing for order in clerk().measures.values()} == {"orders"}

    def test_the_sites_own_total_is_kept(self):
        """The number a site states stands in the listing."""
        assert cards().listings == [] or cards().listings[0].total == 41

    def test_only_hosts_of_the_watchlist_are_declared(self):
        """The index's host is declared, others as named."""
        hosts = Orders.hosts_for({"index": INDEX, "hosts": ["Files.example.org"]})
        assert hosts == ("files.example.org", "www.example.gov")


class TestTerm:
    def test_the_year_of_the_number_is_the_term(self):
        """A number that names its year says the term, whatever the date says."""
        assert table().measures["EO 2025-07"].session == "2025"
        assert clerk().measures["2025-8"].session == "2025"

    def test_the_year_of_signing_is_the_term_of_other_numbers(self):
        """A number without a year belongs to the year of signing."""
        assert cards().measures["EO-18"].session == "2026"

    def test_a_given_term_holds_for_all(self):
        """The watchlist's term is taken as it is."""
        assert {order.session for order in table(session="quill").measures.values()} == {"quill"}

    def test_a_known_order_keeps_its_term_while_its_date_is_missing(self):
        """A date that goes missing, or comes late, makes no other measure of an order."""
        body = (
            page("table.html")
            .replace(b"EO 2026-01", b"EO 1")
            .replace(b"Monday, January 5, 2026", b"")
        )
        known = [KnownMeasure(identifier="EO 1", session="2026")]
        seen = visit(Orders, {INDEX: body}, known=known, place="us/mn/elmford", index=INDEX)
        assert seen.measures["EO 1"].session == "2026"
        dated = page("table.html").replace(b"EO 2026-01", b"EO 1")
        known = [KnownMeasure(identifier="EO 1", session="")]
        seen = visit(Orders, {INDEX: dated}, known=known, place="us/mn/elmford", index=INDEX)
        assert seen.measures["EO 1"].session == ""


class TestIdentity:
    def test_without_a_number_title_and_day_are_the_name(self):
        """An emergency order without a number is named by title and day."""
        assert "Declaring a State of Emergency (2026-01-24)" in cards().measures

    def test_two_rows_of_one_number_are_one_order(self):
        """An amendment printed under the same number is a version of the order."""
        seen = clerk()
        order = seen.measures["2025-3"]
        assert order.title == "Labor Peace"
        assert [version.note for version in order.versions] == [
            "signed",
            "Amendment of Executive Order 2025-3",
        ]
        assert "2025-3 stands in 2 rows" in seen.notes

    def test_a_re_ordered_list_gives_the_same_measures(self):
        """The order of rows says nothing, not even for two rows of one number."""
        body = page("clerk-2.html")
        start, first, second, end = (
            body[: body.index(b'<tr class="odd">')],
            body[body.index(b'<tr class="odd">') : body.index(b'<tr class="even">')],
            body[body.index(b'<tr class="even">') : body.index(b"</tbody>")],
            body[body.index(b"</tbody>") :],
        )
        turned = clerk(**{f"{INDEX}?page=1": start + second + first + end})
        assert turned.measures == clerk().measures

    def test_incidental_parameters_are_left_out_of_addresses(self):
        """A visit's id is neither asked for nor kept."""
        seen = cards()
        assert all("visit=" not in url for _, url in seen.asked)
        order = seen.measures["EO-18"]
        assert order.url == "https://gov.example.gov/actions/18"
        assert order.versions[0].links[0].url == "https://gov.example.gov/media/eo-18-signed.pdf"


class TestPagesOfOrders:
    def test_a_page_of_the_order_that_fails_costs_only_its_document(self):
        """The order is observed from the index; its text waits."""
        seen = cards()
        order = seen.measures["EO-17"]
        assert order.title == "Flags at Half-Staff"
        assert order.versions[0].links == ()
        assert "EO-17: FetchError" in seen.notes

    def test_a_page_without_the_document_is_drift_of_that_page(self):
        """A page of another shape is noted, and the order stays."""
        seen = cards()
        assert seen.measures["Declaring a State of Emergency (2026-01-24)"].versions[0].links == ()
        assert "State of Emergency (2026-01-24): ParseDrift" in seen.notes
        assert seen.report.failed == 2
        assert seen.listings == [Listing(name="orders", rows=3, total=41)]

    def test_an_order_whose_page_is_gone_is_withdrawn(self):
        """The site's own 410 is told at once, though its index still names the order."""
        url = "https://gov.example.gov/actions/18"
        seen = cards({url: Gone("the site answered 410", url, status=410)})
        assert "EO-18" not in seen.measures
        [told] = [one for one in seen.items if isinstance(one, Withdrawn)]
        assert (told.identifier, told.session, told.url) == ("EO-18", "2026", url)
        assert told.reason == "the site answered 410"
        assert "EO-17" in seen.measures

    def test_a_page_that_is_not_found_is_no_word_of_the_site(self):
        """A 404 can be a slip of the index: the order stays."""
        url = "https://gov.example.gov/actions/18"
        seen = cards({url: ErrorPage("the site answered 404", url, status=404)})
        assert "EO-18" in seen.measures
        assert [one for one in seen.items if isinstance(one, Withdrawn)] == []

    def test_a_page_can_be_the_document(self):
        """With `detail` alone the order's own page is its text."""
        seen = cards(detail_document="")
        assert (
            seen.measures["EO-17"].versions[0].links[0].url == "https://gov.example.gov/actions/17"
        )
        assert len(seen.asked) == 1


class TestDrift:
    @pytest.mark.parametrize("name", ["redesigned.html", "blank-rows.html"])
    def test_a_redesign_is_drift_not_an_empty_list(self, name):
        """A page without rows, or with rows that say nothing, is an error."""
        seen = table(name)
        assert isinstance(seen.error, ParseDrift)
        assert (seen.measures, seen.listings) == ({}, [])

    def test_a_challenge_page_is_a_challenge(self):
        """A bot challenge with status 200 is told as such."""
        seen = table("challenge.html")
        assert isinstance(seen.error, Challenge)
        assert seen.measures == {}

    def test_a_second_page_that_fails_leaves_the_list_incomplete(self):
        """What was read is kept, but no listing says that the rest is gone."""
        seen = clerk(**{f"{INDEX}?page=1": FetchError("the site answered 500")})
        assert list(seen.measures) == ["2026-1", "2025-8", "2025-7"]
        assert seen.listings == []
        assert "page 2 of the index" in seen.notes

    def test_a_row_that_cannot_be_read_leaves_the_list_incomplete(self):
        """One bad row costs itself, and nothing may be taken for gone."""
        seen = table()
        body = (
            page("table.html")
            .replace(b'<a href="/mayor/orders/2026-02/">EO 2026-02</a>', b"")
            .replace(b"1/29/2026", b"")
        )
        seen = visit(Orders, {INDEX: body}, place="us/mn/elmford", index=INDEX)
        assert list(seen.measures) == ["EO 2026-01", "EO 2025-07"]
        assert (seen.report.failed, seen.listings) == (1, [])

    def test_the_number_of_pages_is_bounded(self):
        """An index that goes on for ever is read as far as allowed, and is not complete."""
        pages = {
            f"{INDEX}?page={number}": page("table.html").replace(
                b"</body>", f'<a class="next" href="?page={number + 1}">next</a></body>'.encode()
            )
            for number in range(100)
        }
        seen = visit(
            Orders, pages, place="us/mn/elmford", index=f"{INDEX}?page=0", next="a.next", pages=4
        )
        assert len(seen.asked) == 4
        assert seen.listings == []
        assert "more than 4 pages" in seen.notes

    def test_a_next_link_to_a_page_already_read_ends_the_list(self):
        """A pager that points to its own page is at its end."""
        assert [url for _, url in clerk().asked] == [INDEX, f"{INDEX}?page=1"]


class TestWatchlistMistakes:
    def test_an_unknown_parameter_is_named_with_a_guess(self):
        """A slip in a parameter's name is not silently ignored."""
        seen = table(identifer="td")
        assert isinstance(seen.error, SourceError)
        assert "'identifer', which this source does not know; did you mean 'identifier'?" in str(
            seen.error
        )

    def test_a_selector_that_is_no_css_is_named(self):
        """A broken selector is told before the site is visited."""
        seen = table(row="table tr[")
        assert "row is no CSS selector" in str(seen.error)
        assert seen.asked == []


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("January 29, 2026", date(2026, 1, 29)),
        ("Thursday, January 29, 2026", date(2026, 1, 29)),
        ("JANUARY 29TH, 2026", date(2026, 1, 29)),
        ("Signed: Sept. 4, 2025", date(2025, 9, 4)),
        ("29 January 2026", date(2026, 1, 29)),
        ("1/29/2026", date(2026, 1, 29)),
        ("01/29/26", date(2026, 1, 29)),
        ("3/7/84", date(1984, 3, 7)),
        ("2026-01-29", date(2026, 1, 29)),
        ("2026-01-29T18:04:00-06:00", date(2026, 1, 29)),
        ("Signed 1/29/2026, filed 1/30/2026", date(2026, 1, 29)),
        ("2026-13-29", None),
        ("February 30, 2026", None),
        ("2023-19", None),
        ("1/29", None),
        ("Mayor 29, 2026", None),
        ("", None),
    ],
)
def test_days_are_read_as_us_sites_print_them(printed, expected):
    """Each printed form is the day it says; what is no day is None."""
    assert day(printed) == expected


@pytest.mark.parametrize(
    ("title", "name", "said"),
    [
        ("Rescinding Executive Order 2026-04 on Masks", "Executive Order 2026-08",
         ("Executive Order 2026-04", "rescinds")),
        ("An order revoking EO No. 23-17.", "EO 26-02", ("EO 23-17", "revokes")),
        ("Supersedes Executive Directive 9", "Executive Directive 12",
         ("Executive Directive 9", "supersedes")),
        ("Rescission of Executive Order 7.1", "EO-9", ("EO-7.1", "rescinds")),
        ("Protecting city property", "Executive Order 2026-08", None),
        ("Rescinding a rule on 5 parks", "Executive Order 2026-08", None),
        ("Rescinding Executive Order 2026-04", "An order (2026-01-05)",
         ("Executive Order 2026-04", "rescinds")),
        ("Rescinding Executive Directive 4", "EO-9", ("ED-4", "rescinds")),
        ("Rescinding Executive Directive 4", "EO 9", ("ED 4", "rescinds")),
        ("Rescinding Emergency Executive Order No. 4", "Executive Order 9",
         ("Emergency Executive Order 4", "rescinds")),
        ("Amendment of Executive Order 86-1", "1986-1d", ("1986-1", "amends")),
        ("Extending Executive Orders 5, 6 and 7 for 30 days", "Executive Order 8",
         ("Executive Order 5", "extends")),
        ("Second Renewal of Executive Order 8", "Executive Order 08", None),
    ],
)  # fmt: skip
def test_a_title_says_which_order_it_ends(title, name, said):
    """The other order is named as this one is."""
    spider = Orders(now=NOW, parameters={"place": "us/va", "index": INDEX})
    found = [(one.identifier, one.relation) for one in spider.related_by(mentions(title), name)]
    assert found[:1] == ([said] if said else [])


class TestTexts:
    """What the text of an order says of others, once it is read."""

    TEXT = (
        "WHEREAS, Executive Order 3 was revoked in 2011; and\n\nNOW, THEREFORE, it is ordered:\n"
        "Section 1. Executive Order 2025-07, dated November 3, 2025, is hereby rescinded.\n"
        "Section 2. Nothing herein shall amend Executive Order 2024-01."
    )

    def spider(self, known=()):
        return Orders(now=NOW, known=known, parameters={"place": "us/mn/elmford", "index": INDEX})

    def test_an_order_that_the_text_ends_is_related(self):
        """With the session of its day; recitals and denials say nothing."""
        order = table().measures["EO 2026-02"]
        [other] = self.spider().completed(order, [self.TEXT]).related
        assert (other.identifier, other.relation, other.session) == (
            "EO 2025-07",
            "rescinds",
            "2025",
        )

    def test_a_text_that_cannot_be_read_says_nothing_of_a_known_order(self):
        """What was learned from it stays; a new order is told of by its title alone."""
        order = table().measures["EO 2026-02"]
        known = [KnownMeasure(identifier="EO 2026-2", session="2026")]
        assert "related" not in self.spider(known).completed(order, [None]).observed
        assert "related" in self.spider().completed(order, [None]).observed

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("Executive Orders 5, 6 and 7 are hereby revoked.", ["5", "6", "7"]),
            ("Section 2 of Executive Order 5 is hereby repealed.", []),
            ("Executive Order 5, as amended by Executive Order 9, is repealed.", ["5", "9"]),
            ("This Order does not rescind Executive Order 5.", []),
            ("This Order supersedes Executive Order No. 5.", ["5"]),
            ("An Executive Order 5 page long replaces nothing.", []),
            ("WHEREAS Executive Order 5 is hereby revoked", []),
        ],
    )
    def test_only_what_ends_a_whole_order_ends_it(self, words, said):
        """The numbers of the orders that a sentence ends."""
        assert [one.number for one in mentions(words) if one.relation in ENDS] == said

    def test_a_long_text_is_read_in_no_time(self):
        """A hostile text costs as much more as it is longer, no more."""
        text = "amending the Executive Order 5, 6, 7 and the extension of " * 3_000
        started = time.perf_counter()
        mentions(text)
        assert time.perf_counter() - started < 3


class TestPages:
    """Paging by number and offset, in JSON and HTML."""

    def rows(self, *numbers):
        return json.dumps(
            {"all": 4, "items": [{"n": f"EO {one}", "t": f"Order {one}"} for one in numbers]}
        ).encode()

    def visit(self, pages, **changed):
        parameters = {"format": "json", "rows": "items", "identifier": "n", "title": "t"} | changed
        return visit(Orders, pages, place="us/md", index=INDEX, **parameters)

    def test_pages_are_counted_from_the_address_on(self):
        """To the total that the site states."""
        pages = {INDEX: self.rows(1, 2), f"{INDEX}?p=2": self.rows(3, 4)}
        seen = self.visit(pages, page="p", total="all")
        assert list(seen.measures) == ["EO 1", "EO 2", "EO 3", "EO 4"]
        assert seen.listings == [Listing(name="orders", rows=4, total=4)]

    def test_an_offset_counts_rows(self):
        """As OData's skip does; an empty list is the end."""
        pages = {
            INDEX: self.rows(1, 2), f"{INDEX}?skip=2": self.rows(3, 4),
            f"{INDEX}?skip=4": self.rows(),
        }  # fmt: skip
        seen = self.visit(pages, offset="skip")
        assert len(seen.measures) == 4
        assert seen.listings == [Listing(name="orders", rows=4)]

    def test_a_link_in_the_answer_leads_on(self):
        """Its path is the watchlist's `next`."""
        first = json.loads(self.rows(1, 2)) | {"links": {"next": "?after=2"}}
        pages = {INDEX: json.dumps(first).encode(), f"{INDEX}?after=2": self.rows(3)}
        assert len(self.visit(pages, next="links.next").measures) == 3

    def test_rows_that_come_twice_while_paging_are_one_order(self):
        """A new order on top moves the others down a page."""
        pages = {INDEX: self.rows(1, 2), f"{INDEX}?p=2": self.rows(2, 3)}
        seen = self.visit(pages, page="p", total="all")
        assert len(seen.measures["EO 2"].versions) == 1

    def test_a_site_that_ignores_the_page_is_read_once(self):
        """The same page again is the end, not fifty pages."""
        page = (PAGES / "table.html").read_bytes()
        pages = {f"{INDEX}?p={number}": page for number in range(9)} | {INDEX: page}
        seen = visit(Orders, pages, place="us/mn/elmford", index=INDEX, page="p")
        assert len(seen.asked) == 2
        assert len(seen.measures) == 3

    @pytest.mark.parametrize("body", [b"[]", b'{"items": null}', b'{"items": {"a": 1}}', b"{}"])
    def test_an_answer_without_rows_is_drift(self, body):
        """An empty list where a list of orders was expected is never success."""
        seen = self.visit({INDEX: body})
        assert isinstance(seen.error, ParseDrift)
        assert seen.listings == []

    def test_html_in_the_place_of_json_is_an_error(self):
        """A challenge says so."""
        assert isinstance(self.visit({INDEX: page("challenge.html")}).error, Challenge)

    def test_null_and_markup_in_fields(self):
        """A null says nothing; entities and tags are typography."""
        row = {"n": None, "t": "A &amp;amp; <b>B</b>&#8217;s order", "d": "2026-01-05"}
        body = json.dumps({"items": [row]}).encode()
        [order] = self.visit({INDEX: body}, signed="d").measures.values()
        assert (order.title, order.identifier) == (
            "A & B\u2019s order", "A & B\u2019s order (2026-01-05)",
        )  # fmt: skip


HEAD = "<tr><th>Number</th><th>Title</th><th>Date Signed</th><th>Link</th></tr>"
ORIGINAL = ("2026-1", "Youth Commission", "", "/f/1.pdf")
AMENDMENT = ("2026-1", "Amendment of Executive Order 2026-1", "March 3, 2026", "/f/1a.pdf")
OTHER = ("2026-2", "Ramps", "February 5, 2026", "/f/2.pdf")
EMPTY = "<tr><td colspan=4>No data available in table</td></tr>"


def row(number, title, signed, url):
    return (
        f"<tr><td>{number}</td><td>{title}</td><td>{signed}</td><td><a href={url}>x</a></td></tr>"
    )


def printed(*rows, **more):
    """Crawl a table with these rows."""
    rows = "".join(one if isinstance(one, str) else row(*one) for one in rows)
    body = f"<html><body><table>{HEAD}{rows}</table></body></html>".encode()
    return visit(Orders, {INDEX: body}, place="us/mn/elmford", index=INDEX, **more)


class TestPapersOfOneNumber:
    @pytest.mark.parametrize("rows", [(ORIGINAL, AMENDMENT), (AMENDMENT, ORIGINAL)])
    def test_an_amendment_is_never_the_order(self, rows):
        """Not even where the order's own day is not printed."""
        found = printed(*rows).measures["2026-1"]
        assert (found.title, found.extras["document"][-6:]) == ("Youth Commission", "/1.pdf")
        assert [one.note for one in found.versions] == ["signed", AMENDMENT[1]]

    def test_without_a_day_the_known_paper_is_the_order_still(self):
        """The other row says nothing of what it is."""
        known = known_from(printed(ORIGINAL))
        later = ("2026-1", "Commission of Youth", "March 3, 2026", "/f/1a.pdf")
        found = printed(later, ORIGINAL, known=known).measures["2026-1"]
        assert found.title == "Youth Commission"
        assert len(found.versions) == 2

    @pytest.mark.parametrize("shown", [("Ramps", ""), ("RAMPS", OTHER[2])])
    def test_a_paper_in_two_rows_is_one_text(self, shown):
        """A featured row, without its day or in capitals, repeats the list's."""
        featured = ("2026-02", *shown, "/f/2.pdf")
        assert printed(featured, OTHER).measures == printed(OTHER).measures

    @pytest.mark.parametrize("dash", "\u2010\u2011\u2013\u2014\u2212")
    def test_whatever_dash_a_number_has_it_is_the_same(self, dash):
        """Typography is no other number, with a pattern or without."""
        known = known_from(printed(OTHER))
        dashed = (f"2026{dash}02", *OTHER[1:3], "/moved.pdf")
        for more in ({}, {"number": r"20\d\d-(\d+)"}):
            [found] = printed(dashed, known=known, **more).measures.values()
            assert (found.identifier, found.session) == ("2026-02", "2026")

    def test_a_new_signers_order_without_a_day_is_not_the_former_ones(self):
        """The former one's stands in the same list; an amendment says that it is one."""
        terms = {"reed": "2020-01-01", "quill": "2026-01-01"}
        former = ("4", "Lots", "May 5, 2024", "/f/4.pdf")
        known = known_from(printed(former, terms=terms))
        seen = printed(("4", "Snow", "", "/g/4.pdf"), former, known=known, terms=terms)
        assert {(one.session, one.title) for one in seen.items if hasattr(one, "title")} == {
            ("quill", "Snow"), ("reed", "Lots"),
        }  # fmt: skip
        seen = printed(("4", "Amending Order 4", "", "/g/4.pdf"), former, known=known, terms=terms)
        assert [(one.session, len(one.versions)) for one in seen.measures.values()] == [("reed", 2)]


class TestRowsThatAreNoOrder:
    def test_a_table_that_says_it_is_empty_is_drift(self):
        """Its words are no order."""
        seen = printed(EMPTY)
        assert isinstance(seen.error, ParseDrift)
        assert seen.measures == {}

    def test_a_row_across_the_table_is_a_heading(self):
        """It costs nothing."""
        seen = printed("<tr><td colspan=4>Mayor A. Quill</td></tr>", OTHER, EMPTY)
        assert list(seen.measures) == ["2026-2"]
        assert (seen.report.failed, seen.listings[0].rows) == (0, 1)

    def test_a_row_that_lacks_a_cell_is_kept_aside(self):
        """Its words would be taken for those of other columns; nothing is taken for gone."""
        lacking = row(*ORIGINAL).replace("<td>2026-1</td>", "")
        seen = printed(OTHER, lacking)
        assert list(seen.measures) == ["2026-2"]
        assert (seen.report.failed, seen.listings) == (1, [])
        assert "lacks 1 of the table's cells" in seen.notes


class TestBadRowsOfJson:
    PATHS: ClassVar = {
        "index": INDEX, "format": "json", "rows": "items", "identifier": "n", "title": "t",
    }  # fmt: skip

    def visit(self, body, **more):
        body = body if isinstance(body, bytes) else as_items(*body)
        return visit(Orders, {INDEX: body}, place="us/md", **self.PATHS, **more)

    @pytest.mark.parametrize("bad", [None, 5, "x", []])
    def test_a_row_that_is_none_costs_only_itself(self, bad):
        """It is kept aside with its reason, and nothing is taken for gone."""
        seen = self.visit([order(1), bad, order(2)])
        assert list(seen.measures) == ["EO 1", "EO 2"]
        assert (seen.report.failed, seen.listings, seen.error) == (1, [], None)
        assert "expected names with values" in seen.notes

    def test_a_number_beyond_all_measure_is_no_total(self):
        """It costs the total, not the orders."""
        body = as_items(order(1))[:-1] + b', "all": ' + b"9" * 5000 + b"}"
        seen = self.visit(body, total="all")
        assert list(seen.measures) == ["EO 1"]
        assert seen.listings == [Listing(name="orders", rows=1)]

    def test_a_mapping_in_the_place_of_the_list_is_drift(self):
        """Though `only` would let nothing of it through."""
        seen = self.visit(b'{"items": {"new": 1}}', only="order")
        assert isinstance(seen.error, ParseDrift)
        assert seen.listings == []

    @pytest.mark.parametrize("title", [None, "", " \u00a0\u200b"])
    def test_a_title_that_is_null_makes_nothing_vanish(self, title):
        """What `only` cannot judge is kept aside; a number that it knows is enough."""
        blank = {"n": "EO 2", "t": title}
        seen = self.visit([order(1), blank], only="order")
        assert list(seen.measures) == ["EO 1"]
        assert (seen.report.failed, seen.listings) == (1, [])
        seen = self.visit([order(1), blank], only="EO|order")
        assert list(seen.measures) == ["EO 1", "EO 2"]
        assert "title" not in seen.measures["EO 2"].observed


class TestYears:
    """One index a year: what befalls one of them is told, and costs the others nothing."""

    ROWS: ClassVar = {"format": "json", "rows": "items", "identifier": "n", "title": "t"}

    def visit(self, *years, known=(), **changed):
        """Crawl the index of this year, and of those before it."""
        pages = {
            f"{INDEX}?y={2026 - rank}": body if isinstance(body, Exception) else as_items(*body)
            for rank, body in enumerate(years)
        }
        told = {**self.ROWS, "index": f"{INDEX}?y={{year}}", "years": len(years), **changed}
        return visit(Orders, pages, place="us/md", known=known, **told)

    def known(self):
        seen = self.visit([order(3), order(4)], [order(1), order(2)])
        assert seen.error is None
        assert len(seen.listings) == 2
        return known_from(seen)

    @pytest.mark.parametrize("error", [Challenge("blocked"), ParseDrift("drift"), FetchError("no")])
    @pytest.mark.parametrize("rank", [0, 1])
    def test_a_year_that_was_read_before_counts(self, error, rank):
        """It is the source's state; the other year's orders are kept, nothing is closed of it."""
        years = [[order(3), order(4)], [order(1), order(2)]]
        left = list(years[1 - rank])
        years[rank] = error
        seen = self.visit(*years, known=self.known())
        assert seen.error is error
        assert list(seen.measures) == [row["n"] for row in left]
        assert [one.name for one in seen.listings] == [f"orders {2026 - (1 - rank)}"]

    @pytest.mark.parametrize("rows", [[], [{"n": "Notice 1", "t": "Nothing"}]])
    def test_a_year_without_orders_where_there_were_some_is_drift(self, rows):
        """Empty, or without one that `only` lets through: neither is success."""
        seen = self.visit(rows, [order(1), order(2)], known=self.known(), only="EO")
        assert isinstance(seen.error, ParseDrift)
        assert list(seen.measures) == ["EO 1", "EO 2"]
        assert [one.name for one in seen.listings] == ["orders 2025"]

    def test_a_new_year_without_orders_is_well(self):
        """In January there is none yet."""
        seen = self.visit([], [order(1), order(2)])
        assert seen.error is None
        assert "one of several was not read" in seen.notes

    def test_a_year_that_is_blocked_at_first_counts(self):
        """A challenge is no sign that there are none."""
        seen = self.visit(Challenge("blocked"), [order(1)])
        assert isinstance(seen.error, Challenge)
        assert list(seen.measures) == ["EO 1"]


class TestMistakes:
    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"number": "(EO"}, "number is no regular expression"),
            ({"number": "EO (\\d+)", "number_as": "EO {2}"}, "{2} is no group"),
            ({"terms": {"quill": "soon"}}, "expected names with their first days"),
            ({"format": "xml"}, "expected html or json"),
            ({"rewrite": "x"}, "expected patterns"),
            ({"indexes": [5]}, "expected an address or a mapping with index"),
            ({"heading": "script"}, "expected elements such as h2"),
            ({"format": "json", "row": "tr"}, "did you mean 'rows'"),
            ({"only": "nothing has this"}, "is an order as `only` says"),
        ],
    )
    def test_a_mistake_in_the_watchlist_is_named(self, changed, said):
        """Each with what was expected, and no order is taken for gone."""
        seen = table(**changed)
        assert said in str(seen.error)
        assert seen.listings == []


def test_wordpress_says_the_total_in_a_header():
    """Where no path names one, X-WP-Total counts."""
    page = Response(INDEX, headers={"X-WP-Total": "51"}, body=b'[{"id": 1}]')
    assert JsonForm({}).total(page) == 51
    assert JsonForm({"total": "0.id"}).total(page) == 1


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", [{"a": [{"b": 1}, {"b": None}, {"b": 3}]}]), ("a.*.b", [1, 3]), ("a.2.b", [3]),
        ("a.9.b", []), ("x.y", []), ("a.b", []),
    ],
)  # fmt: skip
def test_a_path_leads_to_values_or_to_nothing(path, found):
    """A null is nothing, and a path that leads nowhere is no error."""
    assert values({"a": [{"b": 1}, {"b": None}, {"b": 3}]}, path) == found


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("EO 50.12", "EO 50"), ("Emergency Executive Order 1.1", "Emergency Executive Order 1"),
        ("01.01.2026.05", ""), ("2026.05", ""), ("EO 2026-05", ""), ("EO 5", ""), ("v1.2 draft", ""),
    ],
)  # fmt: skip
def test_one_dot_in_a_number_is_a_renewal(name, first):
    """Several dots, or a year before the dot, are a style of numbering."""
    assert renewed(name) == first
