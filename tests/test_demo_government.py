"""The demo's government serves what its story says, day by day, over HTTP."""

import re
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import IncompleteRead
from types import SimpleNamespace
from urllib.parse import urlsplit

import pypdfium2
import pytest

from config.vocabulary import ChangeKind
from config.watchlist import load_watchlist
from monitor.demo.expected import EXPECTED
from monitor.demo.government import Government
from monitor.demo.papers import Paper, bills, runs, unmarked
from monitor.demo.printing import print_bill
from monitor.demo.sites import Asked, legislature, mayor
from monitor.demo.story import DAYS, world
from monitor.demo.world import CITY, STATE
from scrapers.errors import Challenge
from scrapers.genuine import check_genuine
from scrapers.platforms.bills import Bills
from scrapers.platforms.orders import Orders
from tests.visiting import visit

BAD_DAY, FORBIDDEN_DAY, WALLED_DAY, LAST = 3, 10, 11, len(DAYS) - 1
SCAN = "2026-07"
READABLE_ORDERS = [day.number for day in DAYS if not day.trouble.mayor_challenges]
READABLE_BILLS = [
    day.number for day in DAYS if not (day.trouble.state_challenges or day.trouble.page_missing)
]


@pytest.fixture
def government():
    """The government on free ports, on the first day."""
    with Government() as running:
        yield running


def get(url, **headers):
    """One visit: status, headers, body; an error status is an answer like others."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return SimpleNamespace(status=answer.status, headers=answer.headers, body=answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return SimpleNamespace(status=error.code, headers=error.headers, body=error.read())


def pdf_text(body):
    """The words of a PDF, its blanks folded."""
    document = pypdfium2.PdfDocument(body)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return " ".join(" ".join(pages).split())


def bill_text(identifier, note="original", day=0):
    """What the legislature serves as a bill's text."""
    return legislature(Asked(f"/texts/{identifier.replace(' ', '')}-{note}.pdf", day, 0))


def order_text(number, day=0):
    return mayor(Asked(f"/media/executive-order-{number}.pdf", day, 0))


class Served(dict):
    """A site's answers to `visit`, without a server; only pages that answer 200 are there."""

    def __init__(self, site, day):
        super().__init__()
        self.site, self.day = site, day

    def answer(self, url):
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.site(Asked(target, self.day, 0))

    def __contains__(self, url):
        return self.answer(url).status == HTTPStatus.OK

    def get(self, url, default=None):
        return self.answer(url).body if url in self else default


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The demo's sources by their kind, as its watchlist has them."""
    path = tmp_path_factory.mktemp("demo") / "watchlist.yaml"
    with Government() as running:
        path.write_text(running.watchlist(), encoding="utf-8")
    return {spec.kind: spec for spec in load_watchlist(path).sources}


def seen_by_spider(sources, kind, day):
    """What the real spider makes of a site on a day; all bills count as known."""
    spec = sources[kind]
    spider, site = {"orders": (Orders, mayor), "bills": (Bills, legislature)}[kind]
    return visit(spider, Served(site, day), **{**spec.parameters, "place": spec.place})


class TestWatchlist:
    def test_the_watchlist_is_valid_and_names_all_sites(self, government, tmp_path):
        """The template becomes a watchlist with the addresses of the running sites."""
        (tmp_path / "watchlist.yaml").write_text(government.watchlist(), encoding="utf-8")
        watchlist = load_watchlist(tmp_path / "watchlist.yaml")
        by_kind = {spec.kind: spec for spec in watchlist.sources}
        mayors, state, council = (by_kind[kind] for kind in ("orders", "bills", "legistar"))
        assert (mayors.place, state.place, council.place) == (CITY, STATE, CITY)
        assert mayors.parameters["index"] == f"{government.urls['mayor']}/orders"
        assert state.parameters["index"] == f"{government.urls['state']}/bills"
        assert council.parameters["api"] == f"{government.urls['council']}/v1"
        assert [topic.name for topic in watchlist.topics] == ["287g", "masks", "city-property"]


class TestServing:
    def test_every_page_and_file_of_every_day_is_served(self, government):
        """Over the month the mayor's site answers, and each listed paper is where its link says."""
        for day in READABLE_ORDERS[::3]:
            government.set_day(day)
            index = get(f"{government.urls['mayor']}/orders").body.decode()
            links = re.findall(r'href="(/media/[^"]+)"', index)
            assert len(links) == len(world(day).orders)
            for link in links:
                assert get(government.urls["mayor"] + link).body.startswith(b"%PDF-")

    def test_the_three_sites_are_three_hosts(self, government):
        """The mayor, the legislature and the council are visited apart."""
        assert list(government.urls) == ["mayor", "state", "council"]
        assert len({urlsplit(url).hostname for url in government.urls.values()}) == 3

    def test_a_page_differs_on_each_visit(self, government):
        """Timestamps and session ids are fresh on every page, and nothing else is."""
        url = f"{government.urls['state']}/bills"
        first, second = get(url).body.decode(), get(url).body.decode()
        assert first != second
        volatile = re.compile(r"sid=\w+|data-session=\"\w+\"|Page generated [^<]+")
        assert volatile.sub("", first) == volatile.sub("", second)

    def test_robots_txt_is_served_even_on_the_bad_day(self, government):
        """Whatever else fails, mayor and legislature say what may be visited; the API says nothing."""
        government.set_day(BAD_DAY)
        for name in ("mayor", "state"):
            assert b"Disallow: /drafts/" in get(f"{government.urls[name]}/robots.txt").body
        assert get(f"{government.urls['council']}/robots.txt").status == 404

    def test_robots_txt_forbids_the_mayors_site_for_a_day(self, government):
        """On one day everything of the mayor's is closed to robots, then open again."""
        url = f"{government.urls['mayor']}/robots.txt"
        rules = []
        for day in (FORBIDDEN_DAY - 1, FORBIDDEN_DAY, FORBIDDEN_DAY + 1):
            government.set_day(day)
            rules.append(b"Disallow: /\n" in get(url).body)
        assert rules == [False, True, False]

    def test_the_new_design_has_the_same_rows(self):
        """The mayor's pages get another frame, and their table stays."""
        before, after = (mayor(Asked("/orders", day, 0)).body.decode() for day in (7, 8))
        rows = [re.findall(r"<tr>.*?</tr>", page) for page in (before, after)]
        assert rows[0] == rows[1]
        assert ("newsletter" in before, "newsletter" in after) == (False, True)

    def test_unchanged_files_answer_304(self, government):
        """A file is not sent again to who has it, by its tag or its date."""
        text = f"{government.urls['state']}/texts/HB1107-original.pdf"
        tag = get(text).headers["ETag"]
        answer = get(text, **{"If-None-Match": tag})
        assert (answer.status, answer.body) == (304, b"")
        order = f"{government.urls['mayor']}/media/executive-order-2026-02.pdf"
        first = get(order)
        assert first.headers["ETag"] is None
        assert get(order, **{"If-Modified-Since": first.headers["Last-Modified"]}).status == 304
        government.set_day(2)
        assert get(order, **{"If-Modified-Since": first.headers["Last-Modified"]}).status == 200

    def test_pages_are_never_304(self, government):
        """A page with a fresh timestamp has no validators."""
        headers = get(f"{government.urls['mayor']}/orders").headers
        assert headers["ETag"] is None
        assert headers["Last-Modified"] is None

    def test_the_sites_clock_is_the_storys(self, government):
        """Servers state the simulated day."""
        government.set_day(2)
        assert (
            get(f"{government.urls['mayor']}/orders").headers["Date"].startswith("Tue, 03 Mar 2026")
        )

    def test_requests_are_kept(self, government):
        """Each request is kept with its day, site, path, status and visitor."""
        government.set_day(1)
        get(f"{government.urls['mayor']}/drafts/", **{"User-Agent": "Tester/1"})
        [seen] = government.requests
        assert (seen.day, seen.site, seen.path) == (1, "mayor", "/drafts/")
        assert (seen.status, seen.agent, seen.conditional) == (404, "Tester/1", False)
        assert seen.at > 0

    def test_a_taken_port_is_an_error(self):
        """A port in use is told, and nothing stays open."""
        with Government() as running:
            port = int(running.urls["mayor"].rsplit(":", 1)[1])
            second = Government(port)
            with pytest.raises(OSError, match="in use"):
                second.start()
            assert dict(second.urls) == {}

    def test_days_outside_the_story_are_refused(self, government):
        """There is no fifth week."""
        with pytest.raises(ValueError, match="days 0 to 27, not 28"):
            government.set_day(28)


class TestPapers:
    @pytest.mark.parametrize("bill", world(LAST).bills, ids=lambda bill: bill.slug)
    def test_a_bills_pdf_holds_its_words(self, bill):
        """Each printed text opens and holds every word of its paper, beside line numbers."""
        for text in bill.prints:
            words = pdf_text(bill_text(bill.identifier, text.slug, LAST).body)
            for paragraph in text.paper.paragraphs:
                for word in paragraph.lstrip("# ").split():
                    assert word in words

    @pytest.mark.parametrize("order", world(LAST).orders, ids=lambda order: order.number)
    def test_an_orders_pdf_holds_its_words(self, order):
        """Each order opens and holds its number, its title and its text."""
        words = pdf_text(order_text(order.number, LAST).body)
        words = re.sub(rf"{order.identifier} - Page \d of \d ", "", words)
        assert order.identifier.upper() in words
        for paragraph in order.paper.paragraphs:
            assert paragraph.lstrip("# ") in words

    def test_bills_have_line_numbers_and_a_running_head(self):
        """A bill is set like a bill: a number at each line, a head on each page."""
        words = pdf_text(bill_text("HB 1107").body)
        assert words.count("Cascadia Legislature, 2026 Regular Session") == 2
        assert "1 AN ACT Relating to immigration enforcement agreements" in words

    def test_the_same_day_gives_the_same_bytes(self):
        """Nothing in a file depends on the real time."""
        at = datetime(2026, 3, 1, tzinfo=UTC)
        first, again = (print_bill("HB 1", "Original", Paper("Words."), at) for _ in range(2))
        assert first == again

    def test_marks_part_a_paragraph_into_runs(self):
        """Added and struck words are told apart, and none is lost."""
        marked = "Members {-may-} {+shall not+} cover their faces."
        assert list(runs(marked)) == [
            ("Members ", "plain"), ("may", "struck"), (" ", "plain"), ("shall not", "added"),
            (" cover their faces.", "plain"),
        ]  # fmt: skip
        assert unmarked(marked) == "Members may shall not cover their faces."

    def test_the_scanned_order_has_pictures_and_no_text(self):
        """What the scanner made cannot be searched; a page of it is one large picture."""
        scan = order_text(SCAN, FORBIDDEN_DAY)
        document = pypdfium2.PdfDocument(scan.body)
        try:
            [page] = list(document)
            assert page.get_textpage().get_text_range().strip() == ""
            assert [each.type for each in page.get_objects()] == [3]  # pdfium's word for an image
            width, height = page.get_size()
        finally:
            document.close()
        assert (width, height) == (612, 792)
        assert scan.body == order_text(SCAN, FORBIDDEN_DAY + 1).body

    def test_the_scanned_order_gets_a_text_later(self):
        """A week later the same address has a PDF with words in it."""
        assert "masked agents" in pdf_text(order_text(SCAN, 18).body)

    def test_an_edit_of_words_that_are_not_there_is_an_error(self):
        """An amended paper can only be made from words that stand in it once."""
        with pytest.raises(ValueError, match="not there exactly once"):
            bills.HB_1107.revised(("no such words", "others"))


class TestStory:
    def test_expectations_follow_the_days(self):
        """Each day has its expectations, in order, and each day has something to tell or not to."""
        assert [expected.day for expected in EXPECTED] == [day.number for day in DAYS]
        assert all(expected.told or expected.untold for expected in EXPECTED)
        assert [day.name for day in DAYS if day.number in {0, LAST}] == ["Sunday", "Saturday"]

    def test_sentences_fit_a_line(self):
        """What is told of the quiet things can be read at a glance."""
        sentences = [told.sentence for expected in EXPECTED for told in expected.untold]
        assert max(map(len, sentences)) <= 88
        assert not any(sentence.endswith(".") for sentence in sentences)

    def test_quiet_days_are_quiet(self):
        """On a day on which nothing is expected nothing happens, and nothing goes wrong."""
        for day, expected in zip(DAYS, EXPECTED, strict=True):
            nothing = any("nothing happened" in told.sentence for told in expected.untold)
            assert nothing == (not day.events and day.number > 0)
            assert not (nothing and expected.told)

    def test_each_change_is_expected_once(self):
        """No change is expected twice, nor alerted and silent at once."""
        for expected in EXPECTED:
            changes = [(told.place, told.identifier, told.kind) for told in expected.told]
            assert len(changes) == len(set(changes))
            quiet = {
                name for untold in expected.untold if untold.change for name in untold.identifiers
            }
            assert not quiet & {told.identifier for told in expected.told}

    def test_every_kind_of_the_story_occurs(self):
        """The month shows nearly every kind of change."""
        kinds = {told.kind for expected in EXPECTED for told in expected.told}
        assert set(ChangeKind) - kinds == {
            ChangeKind.SPONSORS,
            ChangeKind.RELATED,
            ChangeKind.ECHO,
        }

    def test_the_substitute_says_other_things(self):
        """On Tuesday HB 1107 has a second text with other words."""
        bill = next(bill for bill in world(2).bills if bill.identifier == "HB 1107")
        assert [text.note for text in bill.prints] == ["Original", "Substitute"]
        assert "within ninety days" in pdf_text(bill_text("HB 1107", "original", 2).body)
        substitute = pdf_text(bill_text("HB 1107", "substitute", 2).body)
        assert "within thirty days" in substitute
        assert "civil immigration detainer" in substitute

    def test_the_silent_amendment_is_at_the_same_address(self):
        """On Thursday the order on city property says something else, and its page does not."""
        exception = "unless the Chief of Staff has approved it in writing"
        assert exception not in pdf_text(order_text("2026-02", 3).body)
        assert exception in pdf_text(order_text("2026-02", 4).body)
        rows = [
            re.search(
                r"<tr>(?:(?!<tr>).)*2026-02.*?</tr>", mayor(Asked("/orders", day, 0)).body.decode()
            )[0]
            for day in (1, 4)
        ]
        assert rows[0] == rows[1]

    def test_the_engrossed_print_says_the_same(self):
        """On Friday SB 5031 is printed again under another name, word for word."""
        assert pdf_text(bill_text("SB 5031", "original", 5).body) == pdf_text(
            bill_text("SB 5031", "engrossed", 5).body
        )

    @pytest.mark.parametrize(
        ("text", "before", "after"),
        [(order_text, 1, 2), (bill_text, 5, 6)],
        ids=["orders", "bills"],
    )
    def test_reprinted_files_differ_in_bytes_only(self, text, before, after):
        """A file made anew has other bytes and the same words."""
        name = "2026-02" if text is order_text else "HB 1107"
        old, new = text(name, day=before), text(name, day=after)
        assert old.body != new.body
        assert old.etag != new.etag
        assert pdf_text(old.body) == pdf_text(new.body)

    def test_lists_are_re_ordered_on_tuesday(self, sources):
        """Tuesday's lists have Monday's measures in another order."""
        for kind in ("orders", "bills"):
            monday, tuesday = (seen_by_spider(sources, kind, day).measures for day in (1, 2))
            assert set(monday) == set(tuesday)
            assert list(monday) != list(tuesday)


class TestBadDay:
    def test_the_mayors_index_is_a_challenge_with_status_200(self):
        """A wall stands where the list was."""
        answer = mayor(Asked("/orders", BAD_DAY, 0))
        assert answer.status == HTTPStatus.OK
        with pytest.raises(Challenge):
            check_genuine(status=200, headers={}, body=answer.body, url="http://x/")

    def test_two_bills_pages_answer_500(self, government):
        """Errors are told with their status, and may be tried again at once."""
        government.set_day(BAD_DAY)
        for slug in ("HB1107", "HB1212"):
            answer = get(f"{government.urls['state']}/bill/{slug}")
            assert (answer.status, answer.headers["Retry-After"]) == (500, "0")

    def test_the_truncated_pdf_is_truncated(self, government):
        """Half a file comes with a length that fits it; it is a PDF that does not end."""
        government.set_day(BAD_DAY)
        answer = get(f"{government.urls['state']}/texts/SB5031-original.pdf")
        whole = bill_text("SB 5031").body
        assert answer.body == whole[: len(whole) // 2]
        assert b"%%EOF" not in answer.body
        assert len(answer.body) == int(answer.headers["Content-Length"])

    def test_the_truncated_pdf_is_no_304(self, government):
        """Who has the whole file is still sent the half one, as a new file."""
        text = f"{government.urls['state']}/texts/SB5031-original.pdf"
        tag = get(text).headers["ETag"]
        government.set_day(BAD_DAY)
        assert get(text, **{"If-None-Match": tag}).status == 200

    def test_one_transfer_breaks_off(self, government):
        """A length is announced that never comes."""
        government.set_day(BAD_DAY)
        with pytest.raises(IncompleteRead):
            get(f"{government.urls['state']}/texts/HB1058-original.pdf")

    def test_one_text_is_an_error_page(self):
        """A web page with status 200 stands where a PDF was."""
        answer = bill_text("SB 5009", day=BAD_DAY)
        assert (answer.status, answer.media_type) == (HTTPStatus.OK, "text/html; charset=utf-8")

    def test_the_spider_keeps_the_list_whole(self, sources):
        """Bills whose pages fail are still observed; the list is complete."""
        seen = seen_by_spider(sources, "bills", BAD_DAY)
        assert set(seen.measures) == {bill.identifier for bill in world(BAD_DAY).bills}
        assert seen.report.failed == 3
        assert seen.listings[0].total == seen.listings[0].rows == 13
        for name in ("HB 1107", "HB 1212", "HB 1120"):
            assert not {"status", "title", "versions"} & seen.measures[name].observed


class TestSpidersOnTheMonth:
    @pytest.mark.parametrize("day", READABLE_ORDERS)
    def test_orders_are_read_as_the_story_has_them(self, sources, day):
        """Number, title and day of signing of each order are the story's."""
        seen = seen_by_spider(sources, "orders", day)
        assert {
            (order.identifier, order.title, order.dates[0].date) for order in seen.measures.values()
        } == {(order.identifier, order.title, order.signed) for order in world(day).orders}
        assert seen.notes == ""

    @pytest.mark.parametrize("day", READABLE_BILLS)
    def test_bills_are_read_as_the_story_has_them(self, sources, day):
        """Title, status, sponsors, history and texts of each readable bill are the story's."""
        seen = seen_by_spider(sources, "bills", day).measures
        for bill in world(day).bills:
            found = seen[bill.identifier]
            if "status" not in found.observed:
                continue
            assert (found.title, found.status) == (bill.title, bill.status)
            assert [one.name for one in found.sponsors] == list(bill.sponsors)
            assert [(one.date, one.description) for one in found.actions] == [
                (step.day, step.words) for step in bill.steps
            ]
            assert [(one.note, one.date) for one in found.versions] == [
                (text.note, text.day) for text in bill.prints
            ]
            assert all(one.classification for one in found.versions)
            assert all(one.classification for one in found.actions)

    def test_the_walled_list_is_no_list(self, sources):
        """A challenge in the list's place ends the visit; it is not a list without bills."""
        seen = seen_by_spider(sources, "bills", WALLED_DAY)
        assert isinstance(seen.error, Challenge)
        assert not seen.measures
        assert not seen.listings

    def test_a_bill_left_out_for_a_day_is_not_seen_that_day(self, sources):
        """On Thursday HB 1165 is neither listed nor to be had; on Friday it is back."""
        thursday, friday = (seen_by_spider(sources, "bills", day) for day in (4, 5))
        assert "HB 1165" not in thursday.measures
        assert "HB 1165" in friday.measures
        assert thursday.listings[0].rows == 12
