"""Everything a site changes that says nothing: no change is invented, none is missed."""

import pypdfium2
import pytest

from benchmarks.kit.noisy import Unserved, Verdict, watched
from benchmarks.noise import told
from monitor.demo.noise import NoisyLoad
from monitor.demo.quick_pdf import quick_pdf
from monitor.demo.sites import Asked
from pipelines.extract import extract_text
from pipelines.texts import Limits
from scrapers.platforms.orders import Orders
from tests.visiting import visit

LIST = Asked("/load-0000/bills", 0, 1)


def test_through_noise_exactly_what_happened_is_told():
    """A hundred refetches with real changes between them: nothing missed, nothing invented."""
    verdict = watched(Unserved(16, 4, 7, stamps=0.5), refetches=100, days=12)
    assert verdict.refetches == 100
    assert verdict.happened.total() > 2
    assert (verdict.missed, verdict.invented) == ({}, {}), told(verdict)


def test_the_noise_is_loud():
    """Every visit to a list and to a document gets other bytes, and some get an error page."""
    load = NoisyLoad(16, 4, 7)
    for path in ("/load-0000/bills", "/load-0000/bill/1", "/load-0000/text/1-0.pdf"):
        answers = [load.answer(Asked(path, 0, visit)) for visit in range(200)]
        bodies = {answer.body for answer in answers if answer.status == 200}
        assert len(bodies) > 190
        assert 0 < sum(answer.status != 200 for answer in answers) < 20


def test_the_same_visit_hears_the_same_noise():
    """A run can be told again: noise depends on the seed and the number of the visit alone."""
    one, other = (NoisyLoad(16, 4, 7).answer(LIST) for _ in range(2))
    assert one == other
    assert NoisyLoad(16, 4, 8).answer(LIST) != one


def test_a_verdict_lists_what_is_wrong():
    """What was told and never happened, and what happened and was never told."""
    verdict = Verdict(refetches=1)
    verdict.happened["load-0000", "CB 1", "amended"] += 1
    verdict.told["load-0000", "CB 2", "new"] += 1
    said = told(verdict)
    assert "missed: ('load-0000', 'CB 1', 'amended')" in said
    assert "invented: ('load-0000', 'CB 2', 'new')" in said


def test_dates_printed_at_each_visit_are_learned():
    """With a date in every head, another one each time, nothing is invented."""
    verdict = watched(Unserved(4, 4, 7, stamps=1.0), refetches=12, days=3)
    assert (verdict.missed, verdict.invented) == ({}, {}), told(verdict)


ROW = (
    "<tr><td class=n>EO 1</td><td class=t>Masks</td><td class=d>March 2, 2026</td>"
    "<td><a href='/{file}.pdf?sid={sid}'>PDF</a></td></tr>"
)


@pytest.mark.parametrize(("file", "texts"), [("1", 1), ("2", 2)])
def test_a_row_shown_twice_is_one_row(file, texts):
    """An order's row repeated with another session id is one text; with another file it is two."""
    index = "https://city.example/orders"
    rows = ROW.format(file="1", sid="aa") + ROW.format(file=file, sid="bb")
    page = f"<html><body><h1>Orders</h1><table>{rows}</table></body></html>".encode()
    found = visit(
        Orders, {index: page}, place="us/wa/x", index=index, incidental="sid", row="tr",
        identifier=".n", title=".t", signed=".d", document="a",
    )  # fmt: skip
    assert len(found.measures["EO 1"].versions) == texts


@pytest.mark.parametrize("width", range(56, 69))
def test_a_document_has_no_empty_page(width):
    """However its lines break, a text does not end in a page that bears its head alone."""
    lines = ["word " * 200] * 9
    document = pypdfium2.PdfDocument(quick_pdf("Head", lines, width=width))
    assert all("word" in page.get_textpage().get_text_range() for page in document)


def test_numbers_side_by_side_in_a_head_count_no_pages(tmp_path):
    """In "CB 4 ... 10/05", the same on both pages, 4 and 5 are no page numbers: the head stays, once."""
    head = "CB 4   elmford   printed 10/05/2026"
    file = tmp_path / "bill.pdf"
    file.write_bytes(quick_pdf(head, ["The council shall meet. " * 60] * 4))
    text = extract_text(file, Limits()).text
    assert text.split()[:5] == head.split()
    assert text.count("printed") == 1
