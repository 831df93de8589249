"""Edits that say nothing: capitals, punctuation, numbering, broken words, misread letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.redline import apply, redline
from pipelines.trifles import is_trifle

WORDS = st.lists(
    st.sampled_from(
        ["the", "officer", "shall", "not", "wear", "a", "mask,", "(b)", "§", "3-113.1", "$500"]
    )
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The officer", "THE OFFICER"),
        ("shall not, wear", "shall not wear"),
        ("immi- gration", "immigration"),
        ("law enforcement", "law-enforcement"),
        ("“mask”", "mask"),
        ("10,000 dollars.", "10,000 dollars"),
        ("—", ""),
    ],
)
def test_looks_are_trifles(old, new):
    """The same letters and figures in the same order say the same."""
    assert is_trifle(old.split(), new.split())
    assert is_trifle(new.split(), old.split())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("may", "shall"), ("$50", "$60"), ("10,000", "10.000"), ("1.5", "15"), ("5-10", "510"),
        ("(500)", "500"), ("-5", "5"), ("$5", "5"), ("5%", "5"), ("§ 5", "5"), ("5 10", "510"),
        ("lawful", "unlawful"), ("not", ""), ("", "(b)"), ("and", "or"), ("3-113.1", "3-113"),
    ],
)  # fmt: skip
def test_words_and_figures_are_no_trifles(old, new):
    """Nothing that could change the law is taken for a change of looks, in scans neither."""
    assert not is_trifle(old.split(), new.split())
    assert not is_trifle(old.split(), new.split(), scanned=True)


@pytest.mark.parametrize(
    ("old", "new"), [("perfonn", "perform"), ("OHS", "DHS"), ("13S7(g)", "1357(g)"), ("I", "1")]
)
def test_letters_that_look_alike_are_trifles_in_scans_only(old, new):
    """A program that reads pictures takes them for one another; a printer does not."""
    assert is_trifle([old], [new], scanned=True)
    assert not is_trifle([old], [new])


NUMBERED = """Section 1. Definitions.
(a) Mask means a covering of the face.
(b) Officer means a person who enforces law.
Section 2. No officer shall wear a mask under subsection (b)."""
ONE_MORE = """Section 1. Definitions.
(a) Duty means service.
(b) Mask means a covering of the face.
(c) Officer means a person who enforces law.
Section 2. No officer shall wear a mask under subsection (c)."""


def test_renumbering_is_a_trifle_where_paragraphs_begin():
    """A paragraph that moved down by one says what it said; a reference points elsewhere now."""
    hunks = redline(NUMBERED, ONE_MORE).hunks
    real = [(hunk.old, hunk.new) for hunk in hunks if not hunk.cosmetic]
    assert any("(c)." in new for _, new in real)
    assert any("Duty means service." in new for _, new in real)
    renumbered = NUMBERED.replace("\n(a)", "\n(1)").replace("\n(b)", "\n(2)")
    result = redline(NUMBERED, renumbered)
    assert result.cosmetic
    assert len(result.hunks) == 2
    assert not redline(NUMBERED, NUMBERED.replace("subsection (b)", "subsection (a)")).cosmetic


@given(WORDS, WORDS)
def test_cosmetic_edits_are_edits(old, new):
    """Whatever is cosmetic, the hunks turn the old words into the new ones."""
    result = redline(" ".join(old), " ".join(new))
    assert apply(old, result.hunks) == new
    if result.hunks:
        assert result.cosmetic == all(hunk.cosmetic for hunk in result.hunks)


@given(WORDS, WORDS, st.booleans())
def test_trifles_work_both_ways(old, new, scanned):
    """What says the same says it in both directions."""
    assert is_trifle(old, new, scanned=scanned) == is_trifle(new, old, scanned=scanned)
    assert is_trifle(old, old, scanned=scanned)
