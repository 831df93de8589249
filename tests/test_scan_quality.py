"""Bad text layers are told from good ones, by their letters alone."""

import pytest

from pipelines.extract.quality import Look, is_likely, judge, suspicion
from pipelines.extract.scans import (
    BAD_TEXT,
    METHOD,
    Scan,
    about_pages,
    confidence_in,
    is_better,
    to_read,
)
from pipelines.lines import Line
from pipelines.texts import Extracted, Page

GOOD = (
    "The department shall not enter into an agreement under which its officers perform"
    " functions of a federal officer, and an agreement made before this section takes effect"
    " shall be ended at the earliest date that its terms permit. The sheriff shall report each"
    " year to the county board how many persons were held and at whose request."
)
BAD = GOOD.replace("perform", "perfonn").replace("sheriff", "sherifl").replace("county", "c0unty")


def scanned(text):
    return Look(text, pictured=1.0)


def states(*looks):
    return [verdict.state for verdict in judge(looks)]


def test_a_scan_with_a_sound_layer_is_good():
    """What another program read well is kept, but never trusted wholly."""
    (verdict,) = judge([scanned(GOOD)])
    assert (verdict.state, verdict.scanned) == ("good", True)
    assert confidence_in(verdict) < confidence_in(judge([Look(GOOD)])[0]) == 1.0


def test_misread_letters_make_a_layer_bad():
    """perfonn, sherifl, c0unty: letters that follow one another in no word."""
    (verdict,) = judge([scanned(BAD)])
    assert verdict.state == "bad"
    assert 0 < verdict.share < 0.2
    assert confidence_in(verdict) == BAD_TEXT


@pytest.mark.parametrize("citation", ["13S7(g)", "1225(b)(l)", "123 l(a)"])
def test_a_citation_that_cannot_be_makes_a_layer_bad(citation):
    """One misread section number is enough: it is what people search for."""
    assert states(scanned(f"{GOOD} See 8 U.S.C. {citation}.")) == ["bad"]


@pytest.mark.parametrize("citation", ["1357(g)", "1225(b)(1)", "1231(a)", "24-30-1701(4)(l)"])
def test_real_citations_do_not(citation):
    """Neither do those that are right, an item (l) among them."""
    assert states(scanned(f"{GOOD} See section {citation}.")) == ["good"]


def test_a_born_digital_page_is_believed_whatever_its_words():
    """Names and jargon break the rules for letters, and nobody misread them."""
    assert states(Look(BAD)) == ["good"]


def test_letters_without_meaning_are_bad_on_any_page():
    """A font that does not say which letters it draws gives none of any language."""
    shifted = "".join(chr(ord(letter) + 1) if letter.isalpha() else letter for letter in GOOD)
    assert states(Look(f"{shifted} {shifted.upper()}")) == ["bad"]
    assert states(Look("\x01\x02\x03 ab \x04\x05" * 40)) == ["bad"]


def test_nothing_and_a_stamp_are_no_text():
    """A scan whose only text is a signature's has none; a page where nothing is drawn is blank."""
    stamp = "Digitally signed by A. Person on 2025-03-03"
    assert states(scanned(""), scanned(stamp), Look("", drawn=True), Look("", drawn=False)) == [
        "absent", "absent", "absent", "good",
    ]  # fmt: skip


def test_scanned_pages_of_one_document_are_judged_together():
    """One program read them all: what is bad on three pages is not good on the fourth."""
    pages = [scanned(f"{BAD} {word}") for word in ("ofthc", "whicb", "tbeir")]
    assert states(*pages, scanned(GOOD), Look(GOOD)) == ["bad", "bad", "bad", "bad", "good"]


@pytest.mark.parametrize("word", ["subdivision", "detainer", "the", "inmigraci\u00f3n"])
def test_words_are_likely(word):
    """English and Spanish words pass."""
    assert is_likely(word)


@pytest.mark.parametrize("word", ["perfonn", "ofthc", "tbeir"])
def test_misreadings_are_not(word):
    """Letters in an order that no word has."""
    assert not is_likely(word)


def test_suspicion_is_a_share():
    """None of no words, and the share of different words that are none."""
    assert suspicion("") == 0
    assert suspicion("perfonn shall perform") == pytest.approx(1 / 3)


def page(number, confidence, method="pdfium"):
    return Page(number=number, start=0, text="x", method=method, confidence=confidence)


def test_pages_without_sound_text_are_read():
    """Those that a picture could tell more of, and none that was read so already."""
    pages = (page(1, 1.0), page(2, 0.0), page(3, BAD_TEXT), page(4, 0.9), page(5, 0.1, METHOD))
    assert to_read(Extracted(media_type="application/pdf", method="pdfium", pages=pages)) == (2, 3)
    flowing = (page(None, 0.0),)
    assert to_read(Extracted(media_type="text/html", method="html", pages=flowing)) == ()


def scan(text, confidence=0.9):
    return Scan(lines=(Line(text, 72, 700),), confidence=confidence)


def test_a_scan_must_tell_more_than_the_text_it_replaces():
    """Any words beat none; a short or poor reading does not beat a bad text."""
    assert is_better(scan("words", 0.1), 0.0, "")
    assert is_better(scan(GOOD), BAD_TEXT, BAD)
    assert not is_better(scan(GOOD[:50]), BAD_TEXT, BAD)
    assert not is_better(scan(GOOD, 0.3), BAD_TEXT, BAD)
    assert not is_better(Scan(), BAD_TEXT, BAD)


def test_pages_are_named_in_runs():
    """Of one, of several, of none."""
    assert about_pages([3], "is", "are") == "page 3 is"
    assert about_pages([1, 2, 3, 7], "is", "are") == "pages 1-3, 7 are"
    assert about_pages([], "is", "are") == ""
