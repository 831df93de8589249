"""Plain pages become statements: one page with one text, or a list of links to several."""

import json
from datetime import date
from pathlib import Path

import pytest

from config.watchlist import read_watchlist
from monitor.sources import hosts_of, spider_class, start_of
from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift
from scrapers.items import Listing
from scrapers.platforms.pages import Pages
from scrapers.ports import KnownMeasure
from tests.visiting import as_json, visit

PAGES = Path(__file__).parent / "pages" / "pages"
POLICY = "https://prosecutor.example.org/policy"
NEWS = "https://prosecutor.example.org/news"
LIST = {"row": "li.news", "link": "a.title::attr(href)", "title": "a.title", "abstract": "p"}


def page(name):
    return (PAGES / f"{name}.html").read_bytes()


def watch(body=None, **more):
    """Watch one page."""
    served = {POLICY: page("policy") if body is None else body}
    more = {"index": POLICY, "place": "us/mn/county:hennepin", **more}
    return visit(Pages, served | more.pop("served", {}), **more)


def lines(body=None, **more):
    """Read a list of links."""
    served = {NEWS: page("news") if body is None else body}
    return visit(Pages, served, **{"index": NEWS, "place": "us/mn", **LIST, **more})


def news(*rows):
    items = "".join(f"<li class=news>{row}</li>" for row in rows)
    return f"<html><body><ul>{items}</ul></body></html>".encode()


class TestOnePage:
    def test_the_pages_become_the_expected_items(self):
        """Every field of the watched page and of the list is as the expected file says."""
        found = [*watch().items, *watch(select="#policy", name="Courthouses").items, *lines().items]
        assert json.loads(json.dumps(as_json(found))) == json.loads(
            (PAGES / "expected.json").read_text(encoding="utf-8")
        )

    def test_a_page_is_one_measure_whose_text_is_the_page(self):
        """The text is fetched as any document is, so a change comes with a redline."""
        seen = watch()
        [one] = seen.measures.values()
        assert (one.identifier, one.title) == (
            "prosecutor.example.org/policy", "Policy on courthouse arrests",
        )  # fmt: skip
        [version] = one.versions
        assert (version.links[0].url, version.text) == (POLICY, None)
        assert seen.listings == []

    def test_a_part_of_a_page_can_be_what_counts(self):
        """What stands around it, such as the time of the visit, is no change then."""
        [one] = watch(select="#policy").measures.values()
        text = one.versions[0].text
        assert "judicial warrant" in text
        assert "12:01:07" not in text

    @pytest.mark.parametrize(
        ("body", "error", "words"),
        [
            (b"<html><body><div id=root></div><script>run()</script></body></html>", ParseDrift,
             "hardly a word of its own"),
            (b"<html><head><title>Access Denied</title></head></html>", Challenge, "challenge"),
            (b"<html><head><title>Page not found</title></head></html>", ErrorPage, "error page"),
            (FetchError("no answer"), FetchError, "no answer"),
        ],
    )  # fmt: skip
    def test_a_page_that_is_not_there_is_no_empty_page(self, body, error, words):
        """A shell without data is drift, a challenge a block, an error an error."""
        seen = watch(body)
        assert isinstance(seen.error, error)
        assert words in str(seen.error)
        assert seen.items == []

    def test_a_part_that_is_gone_is_drift(self):
        """A redesign must not look like a page that was emptied."""
        seen = watch(select="#statement")
        assert isinstance(seen.error, ParseDrift)
        assert "'#statement'" in str(seen.error)

    def test_several_pages_are_several_measures_and_one_may_fail(self):
        """It is noted; the others are read."""
        more = ["https://prosecutor.example.org/b", "https://prosecutor.example.org/c"]
        seen = watch(indexes=more, served={more[0]: page("policy"), more[1]: FetchError("none")})
        assert set(seen.measures) == {
            "prosecutor.example.org/policy", "prosecutor.example.org/b",
        }  # fmt: skip
        assert seen.error is None
        assert "one of several was not read: none" in seen.notes

    def test_a_page_of_several_that_was_read_before_counts(self):
        """Blocked now, it is the source's state; what the others say is kept."""
        more = ["https://prosecutor.example.org/b"]
        first = watch(indexes=more, served={more[0]: page("policy")})
        again = watch(
            indexes=more, served={more[0]: Challenge("a challenge")}, memory=first.remember
        )
        assert isinstance(again.error, Challenge)
        assert set(again.measures) == {"prosecutor.example.org/policy"}


class TestList:
    def test_a_statement_that_loses_its_words_is_not_gone(self):
        """The link is still there; a picture's link to what is not known is none."""
        told = '<a class=title href="/x">On courts</a>'
        first = lines(news(told), whole=True)
        known = [
            KnownMeasure(identifier=one.identifier, title=one.title, listing=one.listing)
            for one in first.measures.values()
        ]
        blank, picture = '<a class=title href="/x"></a>', '<a class=title href="/y"><img></a>'
        other = '<a class=title href="/z">On courts and towns</a>'
        again = lines(news(blank, picture, other), whole=True, known=known, only="courts")
        assert set(again.measures) == {"prosecutor.example.org/x", "prosecutor.example.org/z"}
        assert "title" not in again.measures["prosecutor.example.org/x"].observed
        assert again.listings[0].rows == 2

    def test_a_list_of_news_says_nothing_of_what_has_left_it(self):
        """No list, unless the watchlist says that it shows all there is."""
        seen = lines()
        assert seen.listings == []
        assert lines(known=[KnownMeasure(identifier="x")]).report.partial
        whole = lines(
            news("<a class=title href=/news/a>A</a>", "<a class=title href=/news/a>A</a>"),
            whole=True,
        )
        assert whole.listings == [Listing(name="pages", rows=1)]
        assert {one.listing for one in whole.measures.values()} == {"pages"}
        assert not whole.report.partial

    def test_an_entry_that_leads_nowhere_costs_only_itself(self):
        """It is counted; a whole list with it is not believed to be whole."""
        seen = lines(whole=True)
        assert seen.report.failed == 1
        assert "leads nowhere" in seen.notes
        assert len(seen.measures) == 3
        assert seen.listings == []

    def test_days_and_addresses_are_read(self):
        """A day in a `time` element, an address with tracking in it."""
        seen = lines().measures
        garages = seen["prosecutor.example.org/news/2026/January/garages"]
        assert garages.title == "City garages & federal staging"
        assert [day.date for day in garages.dates] == [date(2026, 1, 29)]

    def test_links_without_words_are_pictures(self):
        """A selector of bare links finds them twice; a list of nothing else is drift."""
        seen = lines(row="li.news a", link="::attr(href)", title="::text", abstract="")
        assert len(seen.measures) == 3
        bare = lines(
            b"<html><body><li class=news><a href=/a><img></a></body></html>",
            row="li.news a", link="", title="",
        )  # fmt: skip
        assert isinstance(bare.error, ParseDrift)

    def test_a_list_without_rows_is_drift(self):
        """Zero rows is never success, whatever was there before."""
        assert isinstance(
            lines(b"<html><body><p>News have moved</p></body></html>").error, ParseDrift
        )

    def test_only_what_is_asked_for_is_taken(self):
        """By words of title and abstract."""
        assert list(lines(only="garage").measures) == [
            "prosecutor.example.org/news/2026/January/garages"
        ]


class TestWatchlist:
    def test_a_page_is_a_line_of_the_watchlist(self):
        """Its place and address are all it needs."""
        text = f"name: x\nsources:\n  pages:\n    da: {{place: us/mn, index: '{POLICY}'}}\n"
        [spec] = read_watchlist(text.encode()).sources
        assert (spec.kind, hosts_of(spec), start_of(spec)) == (
            "pages", ("prosecutor.example.org",), POLICY,
        )  # fmt: skip
        assert spider_class(spec) is Pages

    def test_a_selector_that_is_none_is_told_before_anything_is_asked(self):
        """And so is a word nobody knows."""
        for parameters, hint in (
            ({"select": "[["}, "no CSS selector"),
            ({"selct": "p"}, "'select'"),
        ):
            seen = watch(**parameters)
            assert hint in str(seen.error)
            assert seen.asked == []
