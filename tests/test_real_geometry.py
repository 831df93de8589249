"""Tables, fields and margins of real PDFs."""

import re

import pytest

from pipelines.extract import extract_text
from pipelines.texts import Limits

pytestmark = pytest.mark.corpus


@pytest.fixture
def read(corpus):
    """Reads the one document of the corpus whose path matches."""

    def read(pattern):
        (path,) = corpus.glob(pattern)
        return extract_text(path, Limits())

    return read


@pytest.mark.parametrize(
    ("chamber", "half", "counts"), [("house", 5, r"YEAS: (\d+) NAYS: (\d+)"),
                                    ("senate", 6, r"PASSED: (\d+)-(\d+)")]
)  # fmt: skip
def test_a_roll_call_adds_up_to_what_it_says(read, chamber, half, counts):
    """Every X stands in the column of its vote: counted by column they make the printed sums."""
    text = read(f"state-bills/new-mexico/2017_vote_{chamber}.pdf").text
    rows = [line.split("\t") for line in text.splitlines() if line.count("\t") and "X" in line]
    yeas, nays = (
        sum(row[start + vote : start + vote + 1] == ["X"] for row in rows for start in (0, half))
        for vote in (1, 2)
    )
    found = re.search(counts, text)
    assert (yeas, nays) == (int(found[1]), int(found[2]))
    assert yeas + nays > 40


def test_a_notice_of_a_meeting_says_when_and_where(read):
    """All that makes it a notice is typed into fields and over the page."""
    text = read("meetings/chicago/chi_police_district_councils__Notice*.pdf").text
    assert "District Council 001 will hold" in text
    assert "Meeting Type: \u2612 Regular \u2610 Special \u2610 Closed" in text
    assert "Date/Time: June 6, 530pm" in text
    assert "Location/Address: Maggie Daley Fieldhouse, 337 E Randolph St" in text
    assert "will be 20 minutes long. Each commenter will have up to 2 minutes" in text
    assert "___" not in text


def test_the_fields_of_a_scanned_agreement_are_read(read):
    """Who signed for the agency, and when, is filled in over a picture."""
    page = read("287g/ice/moa-pdf/MineralCountyNV*.pdf").pages[6]
    assert "March 10, 2025" in page.text
    assert "Acting Director" in page.text


def test_the_federal_register_keeps_its_notes_to_itself(corpus):
    """The name of a picture's file stands in white on white, up the margin."""
    paths = sorted((corpus / "executive-orders/federal").glob("*.pdf"))
    assert len(paths) > 5
    for path in paths:
        text = extract_text(path, Limits()).text
        assert "GPH" not in text, path.name
        assert "THE WHITE HOUSE" in text, path.name


def test_bills_have_no_tables(corpus):
    """No lines under and through words are taken for those of a table."""
    for folder in ("maryland/pdf", "maryland/pdf-2026", "oregon"):
        for path in sorted((corpus / "state-bills" / folder).glob("*.pdf")):
            assert "\t" not in extract_text(path, Limits()).text, path.name
