"""New Mexico's Legislature: folders of texts, pages of bills, sessions."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from parsel import Selector

from config.vocabulary import VersionClassification
from scrapers.errors import Challenge, ParseDrift, SourceError
from scrapers.sites.new_mexico import NewMexico, regular, year_of
from scrapers.sites.new_mexico_lists import File, number_in, printed, read_folder, stamp, versions
from scrapers.sites.new_mexico_pages import read_page
from tests.legislatures import Watched
from tests.visiting import NOW, as_json, visit

PAGES = Path(__file__).parent / "pages" / "new_mexico"
SITE = "https://www.nmlegis.gov"
FOLDERS = {("bills", "house"), ("bills", "senate"), ("memorials", "house")}
BILLS = {
    "HB9": ("H", "B", 9),
    "HB112": ("H", "B", 112),
    "SB21": ("S", "B", 21),
    "HJM3": ("H", "JM", 3),
}
MARKS = {"details read", "row", "Texts asked for"}
DAY = timedelta(days=1)


def folder(name, house, session="26%20Regular"):
    return f"{SITE}/Sessions/{session}/{name}/{house}/"


FINAL = f"{SITE}/Sessions/26%20Regular/final/"


def bill(letter, kind, number, year="26"):
    return (
        f"{SITE}/Legislation/Legislation?Chamber={letter}&LegType={kind}&LegNo={number}&year={year}"
    )


def pages(**changed):
    """The site by address; `changed` are bodies in the place of some, by the name of their file."""
    served = {folder(*one): f"{'-'.join(one)}.html" for one in FOLDERS}
    served |= {bill(*one): f"{name}.html" for name, one in BILLS.items()} | {FINAL: "final.html"}
    said = {f"{name.replace('_', '-')}.html": body for name, body in changed.items()}
    return {
        url: said[name] if name in said else (PAGES / name).read_bytes()
        for url, name in served.items()
    }


def without_marks(measure):
    found = as_json(measure)
    found["extras"] = {name: one for name, one in found["extras"].items() if name not in MARKS}
    return found


def test_the_pages_become_what_is_expected():
    """Every field of folders and pages; substitutes are versions, roll calls documents."""
    seen = visit(NewMexico, pages())
    expected = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
    assert [without_marks(one) for one in seen.measures.values()] == expected
    assert [(one.name, one.rows) for one in seen.listings] == [("26 Regular", 4)]
    assert seen.error is None


def test_what_nobody_understands_is_counted():
    """A file, a text, a step and a field of the page."""
    unmapped = visit(NewMexico, pages()).report.unmapped
    assert unmapped == {
        "file Thumbs.db": 1, "text XQ": 1, "Something nobody has a word for ##": 1,
        "formViewLegislation_lblEmergency": 1,
    }  # fmt: skip


def test_a_substitute_takes_the_place_of_the_text():
    """It keeps the number; the final version is the last."""
    texts = visit(NewMexico, pages()).measures["HB 9"].versions
    assert [one.note for one in texts] == [
        "Introduced", "JC committee substitute", "JC committee report 1", "House floor amendment 1",
        "Final version",
    ]  # fmt: skip
    assert texts[1].classification is VersionClassification.SUBSTITUTED
    assert [link.media_type for link in texts[0].links] == ["application/pdf", "text/html"]


class TestBad:
    def test_a_challenge_ends_the_crawl(self):
        """The first folder refuses us."""
        seen = visit(NewMexico, pages(bills_house=(PAGES / "challenge.html").read_bytes()))
        assert isinstance(seen.error, Challenge)
        assert seen.items == []

    def test_a_page_that_is_no_folder_is_drift(self):
        """The site was built anew."""
        seen = visit(NewMexico, pages(bills_house=(PAGES / "redesigned.html").read_bytes()))
        assert isinstance(seen.error, ParseDrift)

    def test_a_bill_whose_page_is_not_one_costs_only_itself(self):
        """It is counted and noted; in a first crawl it stands as the folders show it."""
        seen = visit(NewMexico, pages(HB9=(PAGES / "redesigned.html").read_bytes()))
        assert seen.report.failed == 1
        assert "HB 9" in seen.notes
        assert "title" not in seen.measures["HB 9"].observed
        assert seen.measures["SB 21"].title
        assert len(seen.listings) == 1

    def test_another_bills_page_is_not_taken(self):
        """An address that leads to another bill."""
        seen = visit(NewMexico, pages(HB9=(PAGES / "HB112.html").read_bytes()))
        assert "asked for HB 9, got HB 112" in seen.notes
        assert seen.measures["HB 112"].title == "ICE RINKS"

    def test_a_folder_that_lost_its_files_is_no_whole_list(self):
        """Papers of it are known: nothing vanishes by that."""
        house = pages()[folder("bills", "house")]
        empty = house[: house.index(b"</A>") + 4] + b"<br></pre></body></html>"
        seen = visit(NewMexico, pages(bills_house=empty), known=visit_known())
        assert "a folder is empty, where papers are known" in seen.notes
        assert seen.listings == []
        assert seen.measures["SB 21"].title

    @pytest.mark.parametrize(
        ("old", "new", "whole"),
        [
            (b"<A HREF=", b'<A CLASS="file" HREF=', True),
            (b'<A HREF="/Sessions/26%20Regular/bills/house/HB0112', b'<A HREF="http://[::1/HB0112', False),
            (b'<A HREF="/Sessions/26%20Regular/bills/house/HB0112', b"<A HREF='/x/HB0112", False),
        ],
    )  # fmt: skip
    def test_links_of_another_form_cost_only_themselves(self, old, new, whole):
        """What can be read is read; a list with others is not whole."""
        house = pages()[folder("bills", "house")]
        assert old in house
        seen = visit(NewMexico, pages(bills_house=house.replace(old, new)))
        assert seen.error is None
        assert bool(seen.listings) is whole
        assert ("links of a folder are no files" in seen.notes) is not whole
        assert "HB 9" in seen.measures

    def test_a_link_of_a_page_that_is_no_address_is_left_out(self):
        """The bill is read without it."""
        page = pages()[bill(*BILLS["HB9"])]
        links = [one for one in page.split(b'href="') if b".pdf" in one[:120].lower()]
        assert links
        broken = page.replace(b'href="' + links[0][:12], b'href="http://[::1' + links[0][:12])
        seen = visit(NewMexico, pages(HB9=broken))
        assert seen.error is None
        assert seen.measures["HB 9"].title

    def test_no_session_is_no_empty_one(self):
        """Nothing is there where papers are known: drift; where none are, it has not begun."""
        known = visit_known()
        assert isinstance(visit(NewMexico, {}, known=known).error, ParseDrift)
        ended = visit(NewMexico, {}).error
        assert isinstance(ended, SourceError)
        assert "no papers yet" in str(ended)

    @pytest.mark.parametrize("given", [{"texts": "some"}, {"visits_per_crawl": 0}, {"rows": "tr"}])
    def test_a_parameter_that_makes_no_sense_is_told(self, given):
        """Before anything is asked."""
        seen = visit(NewMexico, pages(), **given)
        assert isinstance(seen.error, SourceError)
        assert seen.asked == []


def visit_known():
    from scrapers.ports import KnownMeasure

    return [
        KnownMeasure(session="26 Regular", identifier="HB 9"),
    ]


class TestNames:
    def test_numbers_are_read_as_printed(self):
        """With blanks and zeros."""
        assert [number_in(one) for one in ("HB  73", "SJR 5", "hjm003", "Title 9")] == [
            ("H", "B", 73), ("S", "JR", 5), ("H", "JM", 3), None,
        ]  # fmt: skip
        assert printed(("S", "CR", 1)) == "SCR 1"

    def test_sessions_open_by_the_calendar(self):
        """The next one is looked for once bills may be filed for it."""
        assert regular(date(2026, 3, 1)) == ("26 Regular",)
        assert regular(date(2026, 11, 20)) == ("26 Regular", "27 Regular")
        assert [year_of(one) for one in ("25 Special2", "27 Regular")] == [2025, 2027]

    @pytest.mark.parametrize(
        ("session", "year"), [("26 Regular", "26"), ("25 Special", "25s"), ("25 Special2", "25s2")]
    )
    def test_a_bills_page_knows_its_session(self, session, year):
        """A special session has a letter behind the year."""
        assert NewMexico(now=NOW).page_of(("H", "B", 9), session).endswith(f"&year={year}")

    def test_a_text_posted_anew_is_another_stamp(self):
        """Whichever of its files it is; their order does not matter."""
        one = File(("H", "B", 1), "", "https://x/1.pdf", "application/pdf", datetime(2026, 1, 2), 5)
        two = File(("H", "B", 1), "", "https://x/1.html", "text/html", None, 7)
        assert stamp([one, two]) == stamp([two, one]) != stamp([one])
        assert versions([], [])[0] == ()


class Capitol:
    """A stand-in for the site, made of files and pages that a test changes."""

    def __init__(self):
        self.pages = pages()

    def answer(self, url, _body=None, _meta=None):
        return (200, self.pages[url]) if url in self.pages else (404, b"<title>Not found</title>")

    def change(self, url, old, new):
        body = self.pages[url]
        assert old in body
        self.pages[url] = body.replace(old, new)


@pytest.fixture
def capitol():
    return Capitol()


@pytest.fixture
def watched(database, capitol):
    return Watched(database, NewMexico, capitol.answer)


MARCH = datetime(2026, 3, 2, 18, tzinfo=UTC)


class TestStore:
    def test_quiet_days_tell_nothing(self, watched):
        """Not within the hour, not on the next days, not after weeks."""
        for wait in (0, 1 / 24, 1, 2, 9, 70):
            assert watched.crawl(MARCH + wait * DAY).told == []

    def test_a_new_text_and_a_step_are_told_once(self, watched, capitol):
        """A committee substitute, and what the committee did."""
        watched.crawl(MARCH)
        line = b' 3/3/2026  5:00 PM         9999 <A HREF="/Sessions/26%20Regular/bills/senate/SB0021SJS.PDF">SB0021SJS.PDF</A><br>'
        capitol.change(folder("bills", "senate"), b"</pre>", line + b"</pre>")
        step = b'<tr><td><span id="MainContent_tabContainerLegislation_tabPanelActions_dataListActions_lblAction_1" class="list-group-item">Legislative Day: 9<br/>Calendar Day: 03/03/2026</br><strong>SJC: Reported by committee with Do Pass recommendation</strong></span></td></tr></table></div>'
        capitol.change(bill("S", "B", 21), b'</table></div>\n<div id="MainContent_tabContainerLegislation_tabPanelVetoes', step + b'\n<div id="MainContent_tabContainerLegislation_tabPanelVetoes')  # fmt: skip
        seen = watched.crawl(MARCH + DAY)
        assert sorted(seen.told) == [
            ("26 Regular", "SB 21", "action"), ("26 Regular", "SB 21", "amended"),
        ]  # fmt: skip
        assert watched.crawl(MARCH + 2 * DAY).told == []

    def test_a_paper_that_left_its_folder_vanishes_after_two_looks(self, watched, capitol):
        """And a new one is told with its title."""
        watched.crawl(MARCH)
        capitol.change(folder("bills", "house"), b"HB0112", b"HB0113")
        capitol.pages[bill("H", "B", 113)] = capitol.pages[bill("H", "B", 112)].replace(
            b"HB 112", b"HB 113"
        )
        seen = watched.crawl(MARCH + DAY)
        assert seen.told == [("26 Regular", "HB 113", "new")]
        assert seen.measures["26 Regular", "HB 113"].title == "ICE RINKS"
        assert watched.crawl(MARCH + 2 * DAY).told == [("26 Regular", "HB 112", "vanished")]

    def test_the_next_session_is_followed_when_its_folder_is_there(self, watched, capitol):
        """It is reported once; the old one is still read."""
        watched.crawl(MARCH)
        body = (PAGES / "bills-senate.html").read_bytes().replace(b"26%20Regular", b"27%20Regular")
        capitol.pages[folder("bills", "senate", "27%20Regular")] = body
        capitol.pages[bill("S", "B", 21, "27")] = (PAGES / "SB21.html").read_bytes()
        seen = watched.crawl(datetime(2026, 12, 20, 18, tzinfo=UTC))
        assert ("27 Regular", "SB 21", "new") in seen.told
        assert "session 27 Regular has opened" in seen.notes
        assert set(seen.listings) == {"26 Regular", "27 Regular"}
        later = watched.crawl(datetime(2026, 12, 21, 18, tzinfo=UTC))
        assert later.told == []
        assert "has opened" not in later.notes


@pytest.mark.corpus
class TestReal:
    def test_every_paper_of_the_recorded_folders_is_read(self, corpus):
        """Four folders of 2019: all files but one with a stray letter behind its name are understood."""
        found = {}
        for path in sorted((corpus / "state-bills/new-mexico").glob("Sessions_19_*.html")):
            listed = read_folder(path.read_text(encoding="utf-8", errors="replace"), f"{SITE}/x/")
            by_number = {}
            for one in listed.files:
                by_number.setdefault(one.number, []).append(one)
            unknown = [name for files in by_number.values() for name in versions(files, [])[1]]
            found[path.stem] = (
                len(listed.files),
                len(by_number),
                listed.unknown.total(),
                sorted(unknown),
            )
            assert all(one.posted for one in listed.files)
        assert found == {
            "Sessions_19_Regular_bills_house": (3699, 695, 1, ["GI", "HSEIC"]),
            "Sessions_19_Regular_memorials_house": (362, 110, 0, []),
            "Sessions_19_Regular_resolutions_house": (56, 12, 0, []),
            "Sessions_19_Regular_resolutions_senate": (84, 20, 0, []),
        }

    def test_the_recorded_page_of_a_bill_is_read_whole(self, corpus):
        """HB 73 of 2019: every field is mapped, nothing is left to count."""
        path = corpus / "state-bills/new-mexico/2019-HB73.html"
        page = read_page(Selector(text=path.read_text(encoding="utf-8", errors="replace")), SITE)
        assert (page.number, page.session, page.status) == (
            ("H", "B", 73), "2019 Regular Session", "HOUSE JUDICIARY COMMITTEE",
        )  # fmt: skip
        assert [(one.date, one.organization) for one in page.actions] == [
            (None, "lower"), (date(2019, 1, 16), "lower"), (date(2019, 1, 29), "lower"),
        ]  # fmt: skip
        assert all(one.classification for one in page.actions)
        assert [one.id for one in page.sponsors] == ["HGONZ"]
        assert len(page.documents) == 2
        assert not page.unknown
