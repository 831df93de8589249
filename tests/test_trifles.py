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
        ("( a )", "(a)"),
        ("( 1 )", "(1)"),
        ("[ the fee ]", "[the fee]"),
        ("• masks", "masks"),
        ("SUBSECTION (A) APPLIES", "Subsection (a) applies"),
        ("informa- tion", "information"),
        ("10 A.M.", "10 a.m."),
        ("$ 5", "$5"),
        ("sections 5, 6 and 7", "sections 5, 6, and 7"),
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
        ("[shall]", "shall"), ("[not", "not"), ("fee]", "fee"),
        ("6'", '6"'), ("subsection (A)", "subsection (a)"), ("paragraph (I)", "paragraph (i)"),
        ("section 5 A", "section 5A"), ("section 5 a", "section 5a"), ("A 5", "A5"),
        ("5 mW", "5 MW"), ("in formal", "informal"), ("a typical case", "atypical case"),
        ("no table", "notable"), ("not able", "notable"), ("or der", "order"), ("if fy", "iffy"),
        ("; or", "; and"), ("and/or", "and or"), ("and/or", "and"), ("12:30", "1230"),
        ("January 31,", "January 3 1,"), ("2026", "20 26"), ("30 days", "3 0 days"), ("½", "2"),
        ("one-half", "half"), ("90 days", "90 years"), ("paragraph (1)(b)", "paragraph (1)(c)"),
        ("section 5", "section 6"), ("10%", "10"), ("10°", "10"), ("1/2", "12"), ("1,5", "15"),
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


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("(b)", "(c)", True), ("(a)", "(1)", True), ("Section 4.", "Section 3.", True),
        ("(iii)", "(iv)", True), ("10.", "B.", False), ("(2)", "(d)", False),
        ("90", "30", False), ("will.", "ill.", False), ("$5.", "$6.", False),
    ],
)  # fmt: skip
def test_numbers_of_paragraphs_count_within_their_series(old, new, same):
    """The next number of a list is numbering; another place in another list may be law."""
    assert is_trifle(old.split(), new.split(), at_heading=True) == same


def test_words_that_both_readings_know_are_no_misreadings():
    """In a scan "dear" may be "clear", but not where each is a word of both texts."""
    assert is_trifle(["clear"], ["dear"], scanned=True)
    assert not is_trifle(["clear"], ["dear"], scanned=True, known={"clear", "dear"})
    old = "The modern form is on the modem. The modem is clear."
    new = "The modem form is on the modem. The modern is clear."
    assert redline(old, old.replace("modern form", "modem form"), scanned=True).cosmetic
    assert not redline(old, new, scanned=True).cosmetic


SIGNIFICANT = st.sampled_from(
    ["not", "no", "or", "and", "unless", "$5", "10", "1,000", "(b)", "[", "]", "%", "5A", "nor"]
)


@given(WORDS, SIGNIFICANT, st.integers(0, 20), st.booleans())
def test_a_word_that_matters_never_goes_or_comes_as_a_trifle(words, word, at, scanned):
    """Wherever a "not", a figure, a bracket or a reference is put in or left out, it is seen."""
    longer = [*words[:at], word, *words[at:]]
    assert not is_trifle(words, longer, scanned=scanned)
    assert not redline(" ".join(words), " ".join(longer), scanned=scanned).cosmetic


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.booleans())
def test_figures_differ_however_they_are_set(first, second, scanned):
    """Two numbers are two numbers, with commas, signs, units and in brackets."""
    if first == second:
        return
    for form in ("{}", "{:,}", "${:,}", "{}%", "({})", "{} days", "section {}.", "§ {}-a"):
        old, new = form.format(first), form.format(second)
        assert not is_trifle(old.split(), new.split(), scanned=scanned)


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
