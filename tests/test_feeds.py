"""Feeds become statements: every form of feed, broken ones as far as they go, and nothing ever vanishes."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.watchlist import WatchlistErrors, read_watchlist
from monitor.sources import hosts_of, spider_class, start_of
from scrapers.errors import Challenge, ErrorPage, FetchError, ParseDrift
from scrapers.genuine import check_genuine
from scrapers.platforms.feeds import Feeds
from scrapers.platforms.feeds_xml import EXTENSIONS, KEPT, read_feed
from scrapers.platforms.statements import Names, day_of, lasting, named_by
from scrapers.ports import KnownMeasure
from tests.loopback.crawling import crawl
from tests.loopback.server import Page, serving
from tests.visiting import as_json, visit

PAGES = Path(__file__).parent / "pages" / "feeds"
INDEX = "https://prosecutor.example.org/feed/"
EASTERN = "America/New_York"
NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)


def rss(*items, title="News"):
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>'
        f"{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    ).encode()


def read(body=None, **more):
    served = {INDEX: (PAGES / "rss2.xml").read_bytes() if body is None else body}
    more = {"index": INDEX, "place": "us/mn/county:hennepin", "now": NOW, **more}
    return visit(Feeds, served | more.pop("served", {}), **more)


def known(seen):
    return [
        KnownMeasure(identifier=one.identifier, title=one.title, extras=one.extras)
        for one in seen.measures.values()
    ]


class TestEntries:
    def test_the_feeds_become_the_expected_statements(self):
        """Every field of every entry is as the expected file says."""
        seen = read(indexes=["https://advocate.example.org/feed.atom"], served={
            "https://advocate.example.org/feed.atom": (PAGES / "atom.xml").read_bytes()
        })  # fmt: skip
        assert seen.error is None
        found = json.loads(json.dumps(as_json(seen.items)))
        assert found == json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))

    def test_an_entry_nobody_can_name_costs_only_itself(self):
        """It is counted with its reason; the others are read."""
        seen = read()
        assert seen.report.failed == 1
        assert "no address, no name and no title" in seen.notes
        assert len(seen.measures) == 3

    def test_a_statement_on_a_visited_host_has_its_page_as_text(self):
        """Elsewhere, or where the watchlist says so, the entry itself is the text."""
        seen = read()
        page = seen.measures["prosecutor.example.org/news/2026/masked-agents"].versions[0]
        assert page.text is None
        assert page.links[0].url.startswith("https://prosecutor.example.org/news/2026/masked")
        letter = seen.measures["elsewhere.example.net/letter"].versions[0]
        assert "<em>letter</em>" in letter.text
        entry = read(text="entry").measures["prosecutor.example.org/news/2026/masked-agents"]
        assert "Section 287(g) changes nothing." in entry.versions[0].text

    def test_a_feed_is_no_list_of_all_there_is(self):
        """What has fallen out of it does not vanish; in between there may be no news at all."""
        first = read()
        assert first.listings == []
        assert not first.report.partial
        empty = read(rss(), known=known(first), memory=first.remember)
        assert (empty.error, empty.listings, empty.report.partial) == (None, [], True)
        assert "the feed has no entry" in empty.notes

    def test_old_feeds_and_single_words_are_read(self):
        """RSS 1.0 has its entries beside the channel and its names in another vocabulary."""
        feed = read_feed((PAGES / "rss1.xml").read_bytes(), INDEX)
        [entry] = feed.entries
        assert (feed.title, entry.title, entry.link) == (
            "Old Council News", "Ordinance on garages", "https://old.example.org/n/1",
        )  # fmt: skip
        assert (entry.published, entry.subjects) == ("2026-02-20", ("Property",))

    def test_only_what_is_asked_for_is_taken(self):
        """`only` leaves the rest out, and says how many."""
        seen = read(only="courthouse|garages")
        assert list(seen.measures) == ["prosecutor.example.org/news/2026/masked-agents"]
        assert "4 entries left out" in seen.notes

    def test_fields_nobody_knows_are_kept_and_counted(self):
        """A widespread extension is kept too, and not counted."""
        seen = read()
        assert seen.report.unmapped == {"entry field odd:mood": 1}
        one = seen.measures["prosecutor.example.org/news/2026/masked-agents"]
        assert (one.extras["odd:mood"], one.extras["slash:comments"]) == ("stern", "0")


class TestNames:
    def test_a_publishers_name_outlives_its_clock(self):
        """CivicPlus and Legistar write the moment of the last change behind it."""
        link = "https://town.example.org/flash.aspx?aid=7"
        assert lasting(f"{link}/639104730510000000", link) == named_by(link)
        assert lasting(f"{link}/639104730510000000", "") != named_by(link)
        first = lasting("08396C01-1563-4E18-B521-B489520E087A-2025-09-22-16-48-13", "")
        assert first == "08396C01-1563-4E18-B521-B489520E087A"
        assert lasting("http://x.org/?p=1", "") == lasting("https://x.org/?p=1", "")

    def test_a_statement_keeps_its_name_at_a_new_address(self):
        """Known again by its publisher's name, it is no new one."""
        first = read(rss("<title>A</title><link>/a</link><guid>tag:1</guid>"))
        again = read(
            rss("<title>A!</title><link>/moved/a</link><guid>tag:1</guid>"), known=known(first)
        )
        assert list(first.measures) == list(again.measures) == ["prosecutor.example.org/a"]

    def test_statements_of_one_address_are_told_apart(self):
        """Where all entries lead to one page, a publisher's own names tell them apart."""
        seen = read(
            rss(
                "<title>A</title><link>/all</link><guid>tag:1</guid>",
                "<title>B</title><link>/all</link><guid>tag:2</guid>",
            )
        )
        assert list(seen.measures) == ["prosecutor.example.org/all", "tag:2"]
        names = Names([KnownMeasure(identifier="x.org/all", title="A", extras={"guid": "old"})])
        assert names.of("new", "https://x.org/all", "A") == "x.org/all"

    def test_what_is_incidental_in_an_address_is_no_other_name(self):
        """Tracking, scheme and a last slash."""
        assert (
            named_by("http://x.org/a/?utm_source=rss") == named_by("https://x.org/a") == "x.org/a"
        )

    @pytest.mark.parametrize(
        ("printed", "expected"),
        [
            ("Wed, 25 Feb 2026 02:30:00 +0000", date(2026, 2, 24)),
            ("Tue, 7 Apr 2026 11:35 -0500", date(2026, 4, 7)),
            ("Mon, 30 Mar 2026 13:10:51 EST", date(2026, 3, 30)),
            ("30 Mar 26 23:10 GMT", date(2026, 3, 30)),
            ("2026-02-25T03:00:00Z", date(2026, 2, 24)),
            ("2026-02-25T23:00:00", date(2026, 2, 25)),
            ("2026-02-25", date(2026, 2, 25)),
            ("February 25, 2026 11:00 pm", date(2026, 2, 25)),
            ("  Wednesday,\n 02/25/2026 - 3:21 PM", date(2026, 2, 25)),
            ("yesterday", None),
            ("", None),
            ("Wed, 31 Feb 2026 02:30:00 +0000", None),
        ],
    )
    def test_days_are_those_of_the_place(self, printed, expected):
        """Whatever zone a feed prints its moments in."""
        assert day_of(printed, EASTERN) == expected


class TestBroken:
    def test_what_is_broken_is_mended_or_read_as_far_as_it_goes(self):
        """Entities of HTML, bare ampersands, control characters, bytes of another encoding."""
        seen = read((PAGES / "broken.xml").read_bytes())
        assert [one.title for one in seen.measures.values()] == [
            "Law & order for all", "Second \u00a9 2026",
        ]  # fmt: skip
        assert seen.measures["prosecutor.example.org/a?x=1&y=2"].from_organization.startswith(
            "Caf\u00e9"
        )
        assert "the feed is broken XML, mended" in seen.notes
        assert seen.report.failed == 0

    def test_what_cannot_be_read_is_counted(self):
        """A feed that breaks off has fewer entries than it opened; an entry in a quotation is none."""
        whole = rss(
            "<title>One</title><link>/1</link><description><![CDATA[<item>]]></description>",
            "<title>Two</title><link>/2</link>",
        )
        cut = read(whole[: whole.index(b"<title>Two")])
        assert "one" not in cut.measures
        assert "prosecutor.example.org/1" in cut.measures
        assert "read as far as it goes" in cut.notes
        nested = read(whole.replace(b"</title><link>/2", b"<link>/2"))
        assert nested.error is None
        assert nested.report.failed + len(nested.measures) >= 2

    def test_entities_of_its_own_are_refused_and_nothing_is_loaded(self):
        """Neither a bomb nor a file of this machine gets in; a document type alone does no harm."""
        bomb = b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]>' + rss()[21:]
        with pytest.raises(ParseDrift, match="entities of its own"):
            read_feed(bomb, INDEX)
        typed = b'<!DOCTYPE rss SYSTEM "http://192.0.2.1/rss.dtd">' + rss("<title>A</title>")[21:]
        assert [entry.title for entry in read_feed(typed, INDEX).entries] == ["A"]

    @settings(max_examples=150, deadline=None)
    @given(
        st.sampled_from(["rss2.xml", "atom.xml", "rss1.xml", "broken.xml"]),
        st.lists(
            st.tuples(
                st.integers(0, 2600), st.integers(0, 30),
                st.sampled_from([b"", b"&", b"<", b"]]>", b"<![CDATA[", b"<item>", b"</item>",
                                 b"\x00", b"http://[::1", b"<!--", b"\xff\xfe", b"<x:y>"]),
            ), max_size=6,
        ),
    )  # fmt: skip
    def test_whatever_is_wrong_with_a_feed_it_is_read_or_drift(self, name, damages):
        """Bytes that are lost, doubled or put in anywhere; no entry ends the others."""
        body = bytearray((PAGES / name).read_bytes())
        for at, length, put in damages:
            body[at : at + length] = put
        seen = read(bytes(body))
        assert seen.error is None or isinstance(seen.error, ParseDrift | ErrorPage)

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            (b"<!DOCTYPE html><html><body><p>Our news have moved</p></body></html>", ParseDrift),
            (b"<html><head><title>Just a moment...</title></head></html>", Challenge),
            (b"<html><head><title>404 Not Found</title></head></html>", ErrorPage),
            (b'{"version":"https://jsonfeed.org/version/1.1"}', ParseDrift),
            (b"<div class='section'><h1>Page not found</h1></div>", ParseDrift),
            (b"<urlset><url/></urlset>", ParseDrift),
            (b"<?xml version='1.0'?>", ParseDrift),
            (b"", ErrorPage),
            (b"This feed is no longer valid", ErrorPage),
        ],
    )
    def test_what_is_no_feed_says_what_it_is(self, body, error):
        """A challenge blocks, a page where a feed was is drift, an error page is an error."""
        seen = read(body)
        assert isinstance(seen.error, error)
        assert seen.measures == {}

    def test_one_feed_of_several_may_fail(self):
        """It is noted; with none that can be had the source fails."""
        other = "https://prosecutor.example.org/other"
        seen = read(indexes=[other], served={other: FetchError("no answer")})
        assert seen.error is None
        assert "one of several was not read: no answer" in seen.notes
        none = read(FetchError("nobody"), indexes=[other], served={other: FetchError("no answer")})
        assert str(none.error) == "nobody"

    @pytest.mark.parametrize("blocked", [0, 1])
    def test_a_feed_of_several_that_was_read_before_counts(self, blocked):
        """Blocked now, it is the source's state; the entries of the other are kept."""
        feeds = [INDEX, "https://prosecutor.example.org/other"]
        body = (PAGES / "rss2.xml").read_bytes()
        first = read(indexes=feeds[1:], served=dict.fromkeys(feeds, body))
        served = dict.fromkeys(feeds, body) | {feeds[blocked]: Challenge("a challenge")}
        again = read(indexes=feeds[1:], served=served, memory=first.remember)
        assert isinstance(again.error, Challenge)
        assert again.measures == first.measures


class TestSharedNames:
    """Publishers that give every entry the same name."""

    ENTRY = "<title>{0}</title><link>https://prosecutor.example.org/{0}</link><guid>x</guid>"

    def entries(self, *titles):
        return rss(*(self.ENTRY.format(title) for title in titles))

    def test_entries_of_one_name_are_told_apart_by_their_links(self):
        """None is lost, also where one was known under that name."""
        first = read(self.entries("a"))
        again = read(self.entries("c", "b", "a"), known=known(first))
        assert list(again.measures) == [f"prosecutor.example.org/{one}" for one in "cba"]
        assert again.measures["prosecutor.example.org/a"].title == "a"

    def test_also_in_two_feeds(self):
        """Names are a publisher's, not a feed's."""
        other = "https://prosecutor.example.org/other"
        seen = read(self.entries("a"), indexes=[other], served={other: self.entries("b")})
        assert len(seen.measures) == 2


class TestWatchlist:
    def test_a_feed_is_a_line_of_the_watchlist(self):
        """Its place and address are all it needs; hosts and first page follow."""
        text = "name: x\nsources:\n  feeds:\n    da: {place: us/ny/new_york, index: https://da.example.org/feed}\n"
        [spec] = read_watchlist(text.encode()).sources
        assert (spec.kind, spec.place) == ("feeds", "us/ny/new_york")
        assert (hosts_of(spec), start_of(spec)) == (
            ("da.example.org",), "https://da.example.org/feed",
        )  # fmt: skip
        assert spider_class(spec) is Feeds

    @pytest.mark.parametrize(
        "told", ["{place: us}", "{index: https://x.org/f}", "{place: us, index: x}"]
    )
    def test_what_is_missing_is_told(self, told):
        """Place and address are both needed, and the address is one."""
        with pytest.raises(WatchlistErrors):
            read_watchlist(f"name: x\nsources:\n  feeds:\n    da: {told}\n".encode())

    @pytest.mark.parametrize(
        ("parameters", "hint"),
        [
            ({"clasification": "order"}, "did you mean 'classification'"),
            ({"classification": "statment"}, "did you mean 'statement'"),
            ({"text": "body"}, "expected page or entry"),
            ({"only": "("}, "no regular expression"),
        ],
    )
    def test_a_mistake_in_it_is_told_before_anything_is_asked(self, parameters, hint):
        """With what was probably meant."""
        seen = read(**parameters)
        assert hint in str(seen.error)
        assert seen.asked == []

    def test_a_feed_is_read_over_the_wire(self):
        """Through the real engine, whatever media type the server names."""
        body = (PAGES / "rss2.xml").read_bytes()
        with serving({"/feed": Page(body, headers={"Content-Type": "text/xml"})}) as site:
            done = crawl(Feeds, arguments={"parameters": {
                "place": "us", "index": f"{site.url}/feed", "hosts": ["127.0.0.1"], "text": "entry",
            }})  # fmt: skip
        assert str(done.report.state()) == "ok"
        assert len(done.items) == 3


@pytest.mark.corpus
class TestRecorded:
    @pytest.fixture
    def recordings(self, corpus):
        """All bodies of recorded feeds by name, and what should have been feeds."""
        folder = corpus / "feeds-errors"
        return {
            path.name: path.read_bytes()
            for part in ("rss", "other")
            for path in sorted((folder / part).iterdir())
            if not path.name.endswith(".headers.txt")
        }

    def test_every_recorded_feed_is_read_whole(self, recordings):
        """Each entry has a name of its own, a title, an address and a day; every field is known."""
        feeds = SimpleNamespace(read=0, entries=0)
        refused = {}
        for name, body in recordings.items():
            try:
                check_genuine(status=200, headers={}, body=body, url=INDEX)
                feed = read_feed(body, INDEX)
            except (ErrorPage, ParseDrift) as error:
                refused[name] = type(error)
                continue
            assert (feed.lost, feed.mended, dict(feed.unknown)) == (0, "", {}), name
            assert feed.title
            names = Names()
            called = {
                names.of(lasting(one.guid, one.link), one.link, one.title) for one in feed.entries
            }
            assert len(called) == len(feed.entries), name
            assert all(one.title and one.link for one in feed.entries)
            assert all(day_of(one.published or one.updated, EASTERN) for one in feed.entries)
            feeds.read += 1
            feeds.entries += len(feed.entries)
        assert (feeds.read, feeds.entries) == (34, 213)
        assert refused == {
            "haines-city-fl-rssfeed-modid0.xml": ErrorPage,
            "winter-haven-fl-rss-missing.xml": ErrorPage,
            "lake-wales-fl-civicplus-rss-aspx.html": ParseDrift,
            "lake-wales-fl-rss-modids.txt": ParseDrift,
            "legistar_calendar_item_bellevue.xml": ParseDrift,
            "winter-haven-fl-evt-rss.out": ParseDrift,
        }

    def test_an_entry_that_was_cut_out_of_a_feed_is_an_entry(self, recordings):
        """Legistar's calendar: an address with line breaks, a name with the time of its change."""
        cut = recordings["legistar_calendar_item_bellevue.xml"].strip().decode()
        inside = cut.removeprefix("<item>").removesuffix("</item>")
        [entry] = read_feed(rss(inside), INDEX).entries
        assert entry.link.startswith("https://bellevue.legistar.com/Gateway.aspx?M=MD&From=RSS&ID=")
        assert lasting(entry.guid, entry.link) == "08396C01-1563-4E18-B521-B489520E087A"

    def test_no_field_of_them_is_only_known_by_its_prefix_here(self, recordings):
        """The extensions that are passed over silently are those that recordings have, or standards name."""
        said = b" ".join(recordings.values()).decode("utf-8", "replace")
        assert all(f"<{prefix}" in said for prefix in ("gran:", "calendarEvent:"))
        assert {"gran:", "calendarEvent:"} <= set(EXTENSIONS)
        assert not KEPT & set(EXTENSIONS)
