"""Maine's markup as somebody else's test keeps it: reduced, so it says more of words than of places."""

import pytest
from scrapy.http import HtmlResponse

from scrapers.sites.maine_lists import read_range
from scrapers.sites.maine_names import SITE, Name
from scrapers.sites.maine_papers import read_page
from scrapers.sites.maine_words import LAYOUT, classify, kind_of

BARE = {
    "list_row": "tr",
    "list_numbers": "td:nth-child(2)",
    "list_title": "td:nth-child(3)",
    "documents": "body",
}
"""The excerpt has no ids and classes: a watchlist would name these selectors."""


@pytest.fixture
def excerpt(corpus):
    path = corpus / "state-bills" / "test-strings" / "axiom_us_me_strings.html"
    return HtmlResponse(f"{SITE}/legis/bills/x.asp", body=path.read_bytes(), encoding="utf-8")


@pytest.mark.corpus
def test_a_row_of_the_directory_is_read(excerpt):
    """The cells and their words are real: both numbers, the legislature, the title."""
    rows = [row for row in read_range(excerpt, "132", SITE, LAYOUT | BARE).rows if row.name.ld]
    [row] = rows
    assert row.name == Name("132", "HP", 1451, 2162, SITE)
    assert kind_of(row.title) == "bill"


@pytest.mark.corpus
def test_the_links_of_texts_are_read(excerpt):
    """Two links that say the same, with addresses beside the page's own."""
    found = read_page(excerpt, Name("132", "HP", 1451, 2162), LAYOUT | BARE)
    assert [one.note for one in found.versions] == ["Printed Document", "Printed Document 2"]
    assert [one.links[0].url for one in found.versions] == [
        f"{SITE}/legis/bills/getPDF.asp?paper=HP1451&item={item}&snum=132" for item in (1, 2)
    ]


@pytest.mark.corpus
def test_the_words_of_the_docket_are_known(excerpt):
    """Every line of it means something to us."""
    lines = excerpt.xpath("//tr[count(td)=3]/td[3]/text()").getall()[1:]
    assert len(lines) == 3
    assert all(map(classify.knows, lines))
    assert [str(classify(one)[0]) for one in lines] == ["referral-committee", "passage", "failure"]
