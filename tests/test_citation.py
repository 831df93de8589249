"""Where a passage stands is worded once, and shown wherever the passage is."""

import json
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from config import query
from monitor.alert_json import alerts_json
from monitor.cli.read import passage
from monitor.cli.show import _Shown
from monitor.cli.tables import Printer
from monitor.digests import render
from monitor.entries import entries
from monitor.exporting import exported
from monitor.templating import template
from pipelines.citation import Place, WordPlaces, citation, citation_json, doubt, quoted
from pipelines.extract.scans import LOW
from pipelines.match import compile_topics, find_matches, match_field
from pipelines.redline import redline
from pipelines.render import passages, redline_json, render_html, render_text
from pipelines.texts import Extracted, Page, joined
from storage.search import Search
from tests.storage_makers import LAW, Site, bill, readable
from tests.test_digests import NEW, NOW, alert, match, message, version

DOUBT = "hard to read, confidence 0.71: compare with the page"
PAGES = (
    "SECTION 1. Rules.\n(a) A mask is worn.\n(b) No mask is\nworn by an agent.",
    "SEC. 2. Costs.\nA fee is due.",
)


def paged(*texts, confidence=1.0, numbered=True):
    """Pages whose lines are numbered from 1, as an engine reads them."""
    made, start = [], 0
    for number, text in enumerate(texts, 1):
        begins = [0, *(at + 1 for at, mark in enumerate(text) if mark == "\n")]
        lines = tuple((place, line) for line, place in enumerate(begins, 1)) if numbered else ()
        made.append(
            Page(number=number, start=start, text=text, method="pdfium", confidence=confidence,
                 lines=lines)
        )  # fmt: skip
        start += len(text) + 1
    return tuple(made)


def extracted(*texts, **changes):
    return Extracted(media_type="application/pdf", method="pdfium", pages=paged(*texts, **changes))


class Asked:
    name = "masks"
    tree = query.parse("mask OR fee")


MATCHER = compile_topics([Asked()])


class TestWording:
    @pytest.mark.parametrize(
        ("place", "words"),
        [
            (Place(page=3, lines=(4, 9), section="Section 3(b)"),
             "page 3, lines 4\u20139, Section 3(b)"),
            (Place(page=3, lines=(4, 4)), "page 3, line 4"),
            (Place(page=3, lines=(41, 2)), "page 3, line 41"),
            (Place(page=3), "page 3"),
            (Place(section="Article 41"), "Article 41"),
            (Place(), ""),
            (Place(page=3, confidence=0.71), f"page 3 ({DOUBT})"),
            (Place(page=3, section="§ 10-843", confidence=0.714), f"page 3, § 10-843 ({DOUBT})"),
            (Place(confidence=0.71), DOUBT),
        ],
    )  # fmt: skip
    def test_what_is_known_is_said(self, place, words):
        """Page, lines, section in this order; a page of low confidence warns."""
        assert citation(place) == words
        assert citation_json(place)["citation"] == words

    def test_the_limit_is_that_of_pages_to_be_looked_at(self):
        """What is queued for a person is what warns, no more and no less."""
        assert doubt(LOW) == ""
        assert doubt(LOW - 0.001)

    def test_as_json_it_is_values_and_words(self):
        """Programs need not read the sentence."""
        value = citation_json(Place(page=3, lines=(4, 9), section="§ 1", confidence=0.71234))
        assert json.loads(json.dumps(value)) == {
            "page": 3, "lines": [4, 9], "section": "§ 1", "confidence": 0.712,
            "citation": "page 3, lines 4\u20139, § 1 (" + DOUBT + ")",
        }  # fmt: skip
        assert quoted(value | {"snippet": "words"}).startswith("page 3, lines 4\u20139, § 1 (")
        assert quoted(citation_json(Place()) | {"snippet": "words"}) == "words"

    def test_control_characters_stay_inside(self):
        """A heading is a stranger's text."""
        assert "\x1b" not in citation(Place(section="§ 1\x1b[2J"))


class TestMatches:
    def test_a_match_says_where_it_is_cited(self):
        """Its section, its printed lines and its page's confidence."""
        found = find_matches(MATCHER, extracted(*PAGES, confidence=0.9))
        told = [(one.page, one.lines, one.section, one.confidence) for one in found]
        assert told == [
            (1, (2, 2), "Section 1(a)", 0.9),
            (1, (3, 3), "Section 1(b)", 0.9),
            (2, (2, 2), "Section 2", 0.9),
        ]

    def test_where_nothing_is_printed_nothing_is_said(self):
        """No lines without numbers, no section without headings, none in a title."""
        [found] = find_matches(MATCHER, extracted("No heading, a mask.", numbered=False))
        assert (found.lines, found.section, found.confidence) == (None, "", 1.0)
        [found] = match_field(MATCHER, "An act on masks", "title")
        assert (found.page, found.lines, found.section) == (None, None, "")
        assert citation(found) == ""


class TestWordPlaces:
    def test_words_are_placed_on_their_pages(self):
        """By their index in the whole text, to the line."""
        places = WordPlaces(paged(*PAGES))
        words = joined(paged(*PAGES)).split()
        agent, due = words.index("agent."), words.index("due.")
        assert places.at(agent, agent + 1).lines == (4, 4)
        assert places.at(due - 3, due + 1, "§ 2") == Place(page=2, lines=(2, 2), section="§ 2")

    @pytest.mark.parametrize("texts", [(), ("",), ("", "a b", ""), ("a", "b")])
    @pytest.mark.parametrize("start", [0, 1, 2, 9])
    def test_no_place_is_out_of_reach(self, texts, start):
        """A deletion at the very end stands on the last page."""
        found = WordPlaces(paged(*texts)).at(start, start)
        assert found.page in {None, *range(1, len(texts) + 1)}

    def test_a_redline_says_where_its_passages_stand(self):
        """In every form of it; pages are those of the new text."""
        new = paged(*PAGES)
        old = joined(new).replace("is due", "is not due")
        result = redline(old, joined(new))
        [passage] = passages(result, old, joined(new), pages=new)
        assert passage.heading == "Page 2, line 2, Section 2"
        assert "<h4>Page 2, line 2, Section 2</h4>" in render_html(
            result, old, joined(new), pages=new
        )
        assert render_text(result, old, joined(new), pages=new).startswith("Page 2, line 2, Sec")
        [hunk] = redline_json(result, new)["hunks"]
        assert (hunk["page"], hunk["lines"], hunk["section"]) == (2, [2, 2], "Section 2")
        assert passages(result, old, joined(new))[0].heading == "Section 2"


LOW_MATCH = match(lines=(4, 9), section="Section <3>", confidence=0.71)
SHAKY = version(pages=paged(NEW, confidence=0.71))
WHERE = f"page 3, lines 4\u20139, Section <3> ({DOUBT})"


class TestMessages:
    def test_a_mail_cites_and_warns(self):
        """Text and HTML, for the passages that match and for the redline; all escaped."""
        told = render(message(alert(matches=(LOW_MATCH,), new=SHAKY)), now=NOW)
        flat = " ".join(told.text.split())
        assert WHERE in flat
        assert f"Page 1, line 1, Section 1 ({DOUBT})" in flat
        shown = " ".join(BeautifulSoup(told.html, "html.parser").get_text().split())
        assert f"page 3, lines 4\u20139, Section <3> {DOUBT}" in shown
        assert f"Page 1, line 1, Section 1 {DOUBT}" in shown
        assert "<3>" not in told.html

    def test_programs_get_the_values(self):
        """Webhooks and feeds: of matches and of passages of the redline."""
        [value] = alerts_json(entries((alert(matches=(LOW_MATCH,), new=SHAKY),)))
        [told] = value["matches"]
        assert (told["section"], told["lines"], told["confidence"]) == ("Section <3>", [4, 9], 0.71)
        assert told["citation"] == WHERE
        assert value["redline"]["passages"][0]["page"] == 1
        page = template("alert.html.j2").render(alert=value)
        assert "Section &lt;3&gt; (hard to read" in page

    def test_a_message_from_before_is_still_shown(self):
        """What was prepared by an older release knows of no citation."""
        [value] = alerts_json(entries((alert(),)))
        for row in [*value["matches"], *value["redline"]["passages"]]:
            del row["citation"], row["lines"], row["confidence"]
        assert "Section 1" in template("alert.html.j2").render(alert=value)

    def test_without_pages_the_heading_is_enough(self):
        """Web pages have no pages."""
        told = render(message(alert(matches=(match(page=None, section="§ 5"),))), now=NOW)
        assert "287g, § 5, would be added" in " ".join(told.text.split())


CITED = f"page 3, lines 4\u20139, Section 3(b) ({DOUBT})"


def cited_bill(**places):
    """A bill with a match in its text and one in its title."""
    text = readable(LAW, topics=["masks"])
    [found] = text.matches
    seen = bill(("Introduced", replace(text, matches=(replace(found, **places),))), status="Filed")
    title = replace(found, field="title", page=None, snippet="Name tags and masks")
    return replace(seen, matches=(title,))


@pytest.fixture
def site(database):
    """A measure that cites a page that was hard to read."""
    site = Site(database)
    site.crawl(cited_bill(page=3, section="Section 3(b)", lines=(4, 9), confidence=0.71))
    return site


class TestStored:
    def test_a_match_is_shown_as_it_was_found(self, site):
        """By `show`, in exports and by `changes`, in the same words."""
        shown = site.shown()
        assert shown["matches"] == next(site.queries.measures(passages=True))["matches"]
        told = {one["field"]: one for one in shown["matches"]}
        assert told["text"]["citation"] == CITED
        assert (told["text"]["lines"], told["text"]["section"]) == ([4, 9], "Section 3(b)")
        assert told["text"]["version"] == shown["versions"][0]["id"]
        assert (told["title"]["citation"], told["title"]["version"]) == ("", None)
        [row] = [json.loads(line) for line in exported("matches", [shown], "jsonl")
                 if json.loads(line)["field"] == "text"]  # fmt: skip
        assert (row["citation"], row["first_line"], row["last_line"]) == (CITED, 4, 9)

    def test_measures_alone_are_listed_without(self, site):
        """A long list stays short."""
        assert "matches" not in next(site.queries.measures())

    def test_a_change_comes_with_its_passages(self, site):
        """Of the text it brought; a later one that brought none has none."""
        site.crawl(bill(("Introduced", readable(LAW, topics=["masks"])), status="Passed"))
        found = {one["kind"]: one["matches"] for one in site.queries.changes()}
        assert CITED in [match["citation"] for match in found["new"]]
        assert found["status"] == []

    def test_people_are_told(self, site):
        """`show` and the lists of `changes` and `search` name the place before the words."""
        lines = []
        _Shown(Printer(200, colours=False, write=lines.append), verbose=False).measure(site.shown())
        assert f"  masks \u00b7 {CITED}" in "\n".join(lines)
        assert "  masks \u00b7 title" in lines
        shown = site.shown()
        assert passage(shown) == f"{CITED}: {shown['matches'][-1]['snippet']}"
        assert passage(shown, "287g") == ""

    def test_a_better_reading_is_no_change(self, site):
        """What only cites otherwise is no news: matches are apart from what a source said."""
        better = cited_bill(page=3, section="§ 1", lines=(1, 2), confidence=0.9)
        assert {one.status for one in site.crawl(better)} == {"unchanged"}

    def test_a_search_cites_what_it_finds(self, site):
        """It reads the text anew, so even what was stored before has a section."""
        [found] = Search(site.database).search("mask")
        [told] = [one for one in found["matches"] if one["field"] == "text"]
        assert {"page", "lines", "section", "confidence", "citation"} <= told.keys()
        assert told["citation"] == "page 1"
