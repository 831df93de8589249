"""Citations in real laws, against the sections that their own mark-up numbers."""

import re

import pytest

from benchmarks.kit.structure import federal, virginia
from benchmarks.sections import ours, right, short_cut
from config import query
from pipelines.citation import citation
from pipelines.extract import extract_text
from pipelines.match import compile_topics, find_matches
from pipelines.sections import outline
from pipelines.texts import Limits

pytestmark = pytest.mark.corpus


class Agreements:
    name = "agreements"
    tree = query.parse('"immigration enforcement agreement"')


def test_federal_bills_are_cited_as_they_are_numbered(corpus):
    """Sections, all levels under them, and law that is quoted."""
    laws = list(federal(corpus / "federal-bills" / "uslm-versions"))
    places = [truth for law in laws for _, truth in law.places]
    assert len(places) >= 2000
    assert sum("quoting" in truth for truth in places) >= 250
    assert right(laws, ours, whole=True) >= 99.5
    assert right(laws, ours, whole=False) > right(laws, short_cut, whole=False) + 10


def test_virginia_bills_are_cited_by_section_and_clause(corpus):
    """But for clauses of an act that another clause quotes."""
    laws = list(virginia(corpus / "state-bills" / "virginia" / "lis-text-versions"))
    assert sum(len(law.places) for law in laws) >= 6000
    assert right(laws, ours, whole=False) >= 99.5


@pytest.fixture(scope="module")
def bills(corpus):
    """Reads state bills by name, each once."""
    known = {}

    def read(name):
        if name not in known:
            path = next((corpus / "state-bills").glob(name))
            known[name] = extract_text(path, Limits())
        return known[name]

    return read


@pytest.mark.parametrize(
    ("name", "words", "section"),
    [
        ("maryland/pdf/2024rs_HB0338.pdf", "PREEMPTS THE RIGHT", "§ 2\u2013502"),
        ("maryland/pdf-2026/HB0444__*.pdf", "WITH AN EXISTING IMMIGR", "§ 5\u2013104.1(C)"),
        ("maryland/pdf-2026/HB0735__*.pdf", "research changes to the filing", "Section 2(b)(6)"),
        ("oregon/measure-2026r1-hb4079-enrolled.pdf", "Ensure compliance with ORS 180.805",
         "Section 1(3)(g)"),
        ("oregon/measure-2025r1-sb277-enrolled.pdf", "least annually thereafter",
         "§ 181A.826(4)(d)"),
        ("minnesota/section_with_subsections.html", "A photograph of the pink",
         "Section 1.142, subd. 2"),
    ],
)  # fmt: skip
def test_places_that_were_read_by_a_person(bills, name, words, section):
    """Taken at random from three states, and read."""
    text = bills(name).text
    assert outline(text).over(text.index(words)) == section


def test_a_real_passage_is_cited_by_page_line_and_section(bills):
    """Maryland prints line numbers: page, lines and section are all there."""
    read = bills("maryland/pdf-2026/HB0444__*.pdf")
    found = find_matches(compile_topics([Agreements()]), read)
    told = [citation(one) for one in found if one.section]
    assert told
    for words in told:
        assert re.match(
            r"page \d+, lines? \d+(?:\u2013\d+)?, (?:§ 5\u2013104|Section \d)", words
        ), words
