"""Real scans: which text layers are bad, and what the pages say when they are read."""

import re

import pytest

from pipelines.extract import extract_text, ocr, ocr_rapid, ocr_tesseract
from pipelines.extract.quality import Look, judge
from pipelines.extract.scans import BAD_TEXT, METHOD, to_read
from pipelines.texts import Limits

pytestmark = pytest.mark.corpus
LIMITS = Limits()
MISREAD = re.compile(r"\bOHS\b|perfonn|13S7")
BAD = ("287gJEM_CecilCoMD2020-03-09.pdf", "NavajoCoAZ_WSO_MOA_04.16.2025.pdf")
NO_LAYER = "PortageCoSheriffsOfficeOH_TFM_MOA_03.12.2025.pdf"
BORN_DIGITAL = "state-bills/maryland"


def paper(corpus, name):
    return next(corpus.rglob(name))


@pytest.mark.parametrize("name", BAD)
def test_bad_layers_of_real_agreements_are_told(corpus, name):
    """Every page on which a known misreading stands is to be read as a picture."""
    extracted = extract_text(paper(corpus, name), LIMITS)
    wanted = set(to_read(extracted))
    misread = {page.number for page in extracted.pages if MISREAD.search(page.text)}
    assert misread
    assert misread <= wanted
    assert {page.confidence for page in extracted.pages if page.number in misread} == {BAD_TEXT}


def test_pages_without_a_layer_are_told(corpus):
    """A scan straight from the copier has nothing but pictures."""
    extracted = extract_text(paper(corpus, NO_LAYER), LIMITS)
    assert len(to_read(extracted)) == len(extracted.pages)


def test_no_born_digital_bill_is_taken_for_a_scan(corpus):
    """Names, numbers and capitals of bills make no layer bad."""
    for path in sorted((corpus / BORN_DIGITAL).rglob("*.pdf"))[:12]:
        extracted = extract_text(path, LIMITS)
        assert to_read(extracted) == (), path.name


def test_a_misread_page_is_read_right(corpus):
    """Where the layer says OHS the picture says DHS, and the page's own text is kept beside."""
    if not (ocr_rapid.is_here() or ocr_tesseract.is_here()):
        pytest.skip("no engine can be used here")
    path, number = paper(corpus, BAD[0]), 4
    before = extract_text(path, LIMITS).pages[number - 1]
    scan = ocr.read_page(path, number, LIMITS)
    after = extract_text(path, LIMITS, scans={number: scan}).pages[number - 1]
    assert MISREAD.search(before.text)
    assert after.method == METHOD
    assert not MISREAD.search(after.text)
    assert "DHS" in after.text
    assert after.confidence > 0.9
    assert MISREAD.search(after.original)
    assert judge([Look(after.text, pictured=1.0)])[0].state == "good"
