"""Minnesota's Legislature: ranges of bills, their pages, the days that clerks type."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scrapers.errors import Challenge, FetchError, ParseDrift, SourceError
from scrapers.ports import KnownMeasure
from scrapers.sites.minnesota import Minnesota, last_year, regular, session_code
from scrapers.sites.minnesota_pages import day_in, identifier_in
from tests.legislatures import Watched
from tests.visiting import as_json, visit

PAGES = Path(__file__).parent / "pages" / "minnesota"
SITE = "https://www.revisor.mn.gov"
NOW = "0942025"
BILLS = {"HF16": "House", "HF902": "House", "SF30": "Senate", "SR7": "Senate"}
MARKS = {"details read", "row", "Texts asked for"}
DAY = timedelta(days=1)
MARCH = datetime(2026, 3, 2, 18, tzinfo=UTC)


def ranges(body, kind, start=1, session=NOW):
    return (
        f"{SITE}/bills/status_result.php?body={body}&session={session}"
        f"&bill={start}-{start + 499}&bill_type={kind}&submit_bill=GO"
    )


def bill(name, year=2025):
    return f"{SITE}/bills/bill.php?b={BILLS[name]}&f={name}&ssn=0&y={year}"


TEXTS = f"{SITE}/bills/94/2025/0/SF/30/versions/latest/"


def pages(**changed):
    """The site by address; `changed` are bodies in the place of some, by the name of their file."""
    served = {
        ranges(body, kind, start): "nothing"
        for body in ("House", "Senate")
        for kind in ("bill", "concurrent", "resolution")
        for start in (1, 501)
    }
    served |= {
        ranges("House", "bill"): "house-bill-1", ranges("Senate", "bill"): "senate-bill-1",
        ranges("Senate", "resolution"): "senate-resolution-1", TEXTS: "SF30-texts",
    }  # fmt: skip
    served |= {bill(name): name for name in BILLS}
    said = {name.replace("_", "-"): body for name, body in changed.items()}
    return {
        url: said[name] if name in said else (PAGES / f"{name}.html").read_bytes()
        for url, name in served.items()
    }


def test_the_pages_become_what_is_expected():
    """Every field of lists and pages; the texts of one bill are listed on another page."""
    seen = visit(Minnesota, pages())
    expected = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
    found = [as_json(one) for one in seen.measures.values()]
    for one in found:
        one["extras"] = {name: said for name, said in one["extras"].items() if name not in MARKS}
    assert found == expected
    assert [(one.name, one.rows) for one in seen.listings] == [(NOW, 4)]
    assert (seen.error, seen.notes) == (None, "")


def test_what_nobody_understands_is_counted():
    """A text, a day and a step."""
    assert visit(Minnesota, pages()).report.unmapped == {
        "text A curious print #": 1, "day of an action": 1, "Something no clerk ever wrote #": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("05/27/2026", date(2026, 5, 27)), ("5/7/26", date(2026, 5, 7)),
        ("05/272026", date(2026, 5, 27)), ("3/05/226", date(2026, 3, 5)),
        ("03/05/225", date(2025, 3, 5)), ("5/1/20266", None), ("13/45/2026", None),
        ("03/05/126", None), ("", None), ("May 5", None),
    ],
)  # fmt: skip
def test_a_day_that_can_only_mean_one_is_read(said, meant):
    """A slash or a figure was left out; what could be several days is none."""
    assert day_in(said) == meant


def test_numbers_and_sessions():
    """As lists print them, and as addresses have them."""
    assert [identifier_in(one) for one in ("HF  0042", "SF30", "See", "SR 0007")] == [
        "HF 42", "SF 30", "", "SR 7",
    ]  # fmt: skip
    assert [session_code(one) for one in ("0942025", 942025)] == [NOW, NOW]
    assert [last_year(one) for one in (NOW, "1942025")] == [2026, 2025]
    with pytest.raises(SourceError, match="expected a code"):
        session_code("94th")


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (date(2026, 3, 1), (NOW,)), (date(2026, 12, 5), (NOW, "0952027")),
        (date(2027, 1, 2), ("0952027", NOW)), (date(2027, 2, 1), ("0952027",)),
    ],
)  # fmt: skip
def test_sessions_open_by_the_calendar(day, codes):
    """The next legislature's list is looked for in the December before."""
    assert regular(day) == codes


class TestBad:
    def test_a_challenge_ends_the_crawl(self):
        """The first list refuses us."""
        seen = visit(Minnesota, pages(house_bill_1=(PAGES / "challenge.html").read_bytes()))
        assert isinstance(seen.error, Challenge)

    def test_a_list_without_rows_where_rows_were_is_drift(self):
        """A page built anew shows none; so does one whose markup is another."""
        known = [KnownMeasure(identifier="HF 16", session=NOW)]
        empty = (PAGES / "redesigned.html").read_bytes()
        every = dict.fromkeys(
            ("house_bill_1", "senate_bill_1", "senate_resolution_1", "nothing"), empty
        )
        assert isinstance(visit(Minnesota, pages(**every), known=known).error, ParseDrift)

    def test_bodies_that_lost_all_bills_are_no_whole_list(self):
        """The other body's are there: nothing vanishes by that."""
        known = [KnownMeasure(identifier="SF 30", session=NOW)]
        seen = visit(
            Minnesota, pages(senate_bill_1=(PAGES / "nothing.html").read_bytes()), known=known
        )
        assert seen.listings == []
        assert seen.error is None

    def test_a_range_that_fails_costs_only_itself(self):
        """The others are read, and the list is not whole."""
        seen = visit(Minnesota, pages(senate_bill_1=FetchError("timed out")))
        assert "Senate bill from 1" in seen.notes
        assert "HF 16" in seen.measures
        assert seen.listings == []

    def test_a_later_range_that_lost_its_bills_is_no_end(self):
        """They are known: nothing vanishes by an empty answer, and what comes after it is read."""
        first, later = pages(), ranges("House", "bill", 1001)
        served = first | {
            ranges("House", "bill", 501): (PAGES / "nothing.html").read_bytes(),
            later: first[ranges("House", "bill")],
        }
        known = [KnownMeasure(identifier=f"HF {number}", session=NOW) for number in range(600, 640)]
        seen = visit(
            Minnesota, served, known=[*known, KnownMeasure(identifier="HF 1100", session=NOW)]
        )
        assert "House bill from 501 is empty, where bills are known" in seen.notes
        assert seen.listings == []
        assert later in dict(map(reversed, seen.asked))

    @pytest.mark.parametrize(
        "where", [b'href="/bills/bill.php?b=House&amp;f=HF16', b'href="/bills/94']
    )
    def test_what_is_no_address_costs_only_its_row(self, where):
        """In the list and on the page of a bill."""
        served = {
            url: body.replace(where, b'href="http://[::1') if where in body else body
            for url, body in pages().items()
        }
        seen = visit(Minnesota, served)
        assert seen.error is None
        assert "SF 30" in seen.measures

    def test_a_bill_whose_page_is_another_is_kept_as_listed(self):
        """Counted and noted; what the list says of it stands."""
        seen = visit(Minnesota, pages(HF16=(PAGES / "HF902.html").read_bytes()))
        assert "asked for HF 16, got HF 902" in seen.notes
        assert seen.report.failed == 1
        assert seen.measures["HF 16"].title
        assert "actions" not in seen.measures["HF 16"].observed

    def test_a_selector_may_be_given_and_a_mistyped_one_is_told(self):
        """The watchlist knows better than we where a page has what."""
        seen = visit(Minnesota, pages(), row_title="td:nth-child(1)")
        assert seen.measures["HF 16"].title == "1"
        assert "does not know" in str(visit(Minnesota, pages(), row_titel="td").error)


class Revisor:
    """A stand-in for the site, made of pages that a test changes."""

    def __init__(self):
        self.pages = pages()

    def answer(self, url, _body=None, _meta=None):
        return (200, self.pages[url]) if url in self.pages else (404, b"<title>Not found</title>")

    def change(self, url, old, new):
        assert old in self.pages[url]
        self.pages[url] = self.pages[url].replace(old, new)


@pytest.fixture
def site():
    return Revisor()


@pytest.fixture
def watched(database, site):
    return Watched(database, Minnesota, site.answer)


class TestStore:
    def test_quiet_days_tell_nothing(self, watched):
        """Not within the hour, not on the next days, not after weeks."""
        for wait in (0, 1 / 24, 1, 2, 9, 70):
            assert watched.crawl(MARCH + wait * DAY).told == []

    def test_a_step_of_another_day_has_the_page_asked_for(self, watched, site):
        """And nothing else: the list is the cheap detector of change."""
        watched.crawl(MARCH)
        assert bill("HF902") not in watched.crawl(MARCH + DAY).asked
        site.change(ranges("House", "bill"), b"02/18/2026", b"03/03/2026")
        row = b"<tr><td>03/03/2026</td><td><div><div>Committee report, to adopt</div></div></td></tr></tbody>"
        site.change(bill("HF902"), b'</tbody></table></div>\n<div class="senate"', row + b'</table></div>\n<div class="senate"')  # fmt: skip
        seen = watched.crawl(MARCH + 2 * DAY)
        assert bill("HF902") in seen.asked
        assert bill("HF16") not in seen.asked
        assert sorted(seen.told) == [(NOW, "HF 902", "action"), (NOW, "HF 902", "status")]

    def test_a_new_engrossment_is_told(self, watched, site):
        """With the day it was posted."""
        watched.crawl(MARCH)
        site.change(ranges("Senate", "bill"), b"05/272025", b"03/03/2026")
        line = b'<tr><td><a href="/bills/94/2025/0/SF/30/versions/1/">1st engrossment</a></td><td>Posted on 03/03/2026</td></tr></tbody>'
        site.change(TEXTS, b"</tbody>", line)
        assert watched.crawl(MARCH + DAY).told == [(NOW, "SF 30", "amended")]

    def test_a_bill_that_left_the_list_vanishes_after_two_looks(self, watched, site):
        """A withdrawn resolution."""
        watched.crawl(MARCH)
        rows = site.pages[ranges("House", "bill")].split(b"<tr>")
        site.pages[ranges("House", "bill")] = (
            b"<tr>".join(rows[:3]) + b"</tbody></table></body></html>"
        )
        assert watched.crawl(MARCH + DAY).told == []
        assert watched.crawl(MARCH + 2 * DAY).told == [(NOW, "HF 902", "vanished")]

    def test_the_next_legislature_is_followed_when_its_list_is_there(self, watched, site):
        """Without a change of code, and reported once."""
        watched.crawl(datetime(2026, 12, 10, 18, tzinfo=UTC))
        body = site.pages[ranges("House", "bill")].replace(b"y=2025", b"y=2027")
        site.pages[ranges("House", "bill", session="0952027")] = body
        for name in ("HF16", "HF902"):
            site.pages[bill(name, 2027)] = site.pages[bill(name)]
        january = datetime(2027, 1, 13, 18, tzinfo=UTC)
        seen = watched.crawl(january)
        assert ("0952027", "HF 16", "new") in seen.told
        assert "session 0952027 has opened" in seen.notes
        assert watched.crawl(january + DAY).told == []
