"""Headings of laws, and references that look like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sections import outline


@pytest.mark.parametrize(
    ("text", "word", "section"),
    [
        ("2\u2013503.\n(A) UNDER TITLE 3,\nSUBTITLE 11 OF THE CRIMINAL ARTICLE; here", "here",
         "§ 2\u2013503(A)"),
        ("SUBTITLE 5. BOARDS.\n\n2\u2013501.\n\n(A) here", "here", "§ 2\u2013501(A)"),
        ("SECTION 2. AND BE IT FURTHER ENACTED, here", "here", "Section 2"),
        ("SECTION 1. ORS 181A.823 is amended to read:\n181A.823. (1) No.\n(a) here", "here",
         "§ 181A.823(1)(a)"),
        ("amending ORS 181A.823 and\n181A.826.\nBe It Enacted:\nSECTION 1. here", "here",
         "Section 1"),
        ("§ 20-539 Definitions. Words.\na. One.\nb. Two: here", "here", "§ 20-539(b)"),
        ("§ 20-539 Definitions.\nIn vitamin c. Then here", "here", "§ 20-539"),
    ],
)  # fmt: skip
def test_headings_of_many_houses(text, word, section):
    """Maryland, Oregon and New York City number in ways of their own."""
    assert outline(text).at(text.split().index(word)) == section


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("Section 1. As in 8 U.S.C. § 1357(g), or any law, here", "Section 1"),
        ("Section 1. As in 8 U.S.C.\n§ 1357(g) Agreements are here", "Section 1"),
        ("Section 1. A body acting under\nSection 5. Its head is here", "Section 1"),
        ("Section 1. It reports as in sections 2 and\nSection 5. Its head is here", "Section 1"),
        ("Section 1. A fee; and\nSection 2. Its head is here", "Section 2"),
        ("Section 1. A fee under subsection\n(b) Shall be paid here", "Section 1"),
        ("Section 1. (a) Within thirty\n(30) days: here", "Section 1(a)"),
        ("Section 1. (a) A fee (see\n(The) table) here", "Section 1(a)"),
        ("Section 1. As one knows from J.\nB. Smith here", "Section 1"),
        ("Section 9(a) Agreements are made here", ""),
    ],
)
def test_a_reference_is_no_heading(text, section):
    """Neither where a line or a sentence begins with one."""
    assert outline(text).over(text.rindex("here")) == section


@pytest.mark.parametrize(
    ("marks", "section"),
    [
        ("(a) (1) (A) (i) (I) (aa) (bb)", "(a)(1)(A)(i)(I)(bb)"),
        ("(a) (b) (c) (d) (e) (f) (g) (h) (i)", "(i)"),
        ("(A) (B) (C) (I) (II) (V)", "(C)(V)"),
        ("(A) (1) (I) (II) (III) (IV) (V) (2)", "(A)(2)"),
        ("(x) (y) (z) (aa) (bb)", "(bb)"),
        ("(a) (1) (2) (b) (1)", "(b)(1)"),
        ("(a) (3) (7)", "(a)(7)"),
        ("(a) (90)", "(a)"),
    ],
)
def test_enumerators_of_one_shape_are_told_apart(marks, section):
    """(i) is a letter or a numeral by what stands before it; a series begins anew under another."""
    text = "Section 4.\n" + "".join(f"{mark} The words.\n" for mark in marks.split()) + "here"
    assert outline(text).over(len(text)) == f"Section 4{section}"


def test_a_numeral_that_opens_a_list_is_none_of_the_letters():
    """ "may: (i)" under (h)(4) leads deeper, although (h) comes before (i)."""
    opened = "Section 4.\n(h) One.\n(4) The head may:\n"
    assert outline(f"{opened}(i) here").over(len(opened) + 4) == "Section 4(h)(4)(i)"
    closed = "Section 4.\n(h) One.\n(4) The head may.\n"
    assert outline(f"{closed}(i) here").over(len(closed) + 4) == "Section 4(i)"


QUOTING = """SEC. 2. FEES.
(a) In General.\u2014Section 9 of the Act is amended\u2014
(1) by adding at the end the following:
\u201c(c) Waiver.\u2014(1) The head may waive it.
\u201c(2) A waiver lapses.\u201d; and
(2) by inserting after section 9 the following:
\u201cSEC. 10. RECORDS.
\u201c(a) The head keeps \u2018records\u2019 for
years.\u201d.
(b) Date.\u2014It takes effect at once.
SEC. 3. END."""


@pytest.mark.parametrize(
    ("words", "section"),
    [
        ("by adding", "Section 2(a)(1)"),
        ("may waive", "Section 2(a)(1), quoting (c)(1)"),
        ("lapses", "Section 2(a)(1), quoting (c)(2)"),
        ("by inserting", "Section 2(a)(2)"),
        ("RECORDS", "Section 2(a)(2), quoting Section 10"),
        ("years", "Section 2(a)(2), quoting Section 10(a)"),
        ("at once", "Section 2(b)"),
        ("END", "Section 3"),
    ],
)
def test_law_that_is_quoted_is_numbered_apart(words, section):
    """The amending law's own numbers go on after it, and what is quoted says so."""
    assert outline(QUOTING).over(QUOTING.index(words)) == section
    straight = QUOTING.replace("\u201c", '"').replace("\u201d", '"')
    assert outline(straight).over(straight.index(words)) == section


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("WHEREAS, masks are worn; and\nWHEREAS, here", "Recitals"),
        ("Whereas, masks are worn;\nNow, therefore, be it ordered here", ""),
        ("Whereas masks are worn\nResolved, That here", ""),
        ("WHEREAS, masks are worn;\nNOW, THEREFORE, it is ordered:\nSection 1. here", "Section 1"),
        ("1. That § 2.2-1 is amended:\n§ 2.2-1. Head.\nA. One.\n2. That here", "Clause 2"),
        ("Section 1.142\nSTATE FLOWER.\nSubdivision 1. One.\nSubd. 2. (a) here",
         "Section 1.142, subd. 2(a)"),
        ("Section 1. Subdivision b is amended to read:\nb. Fees. here", "Section 1(b)"),
        ("Sec. 4. Duties. (a) here", "Section 4(a)"),
        ("NEW SECTION. Sec. 1. Head.\nNEW SECTION. Sec. 2. Words. (1) here", "Section 2(1)"),
        ("\ufffd 27-2093.1 Certification here", "§ 27-2093.1"),
    ],
)  # fmt: skip
def test_orders_and_houses_with_parts_of_their_own(text, section):
    """Recitals, clauses and subdivisions are cited by their names."""
    assert outline(text).over(text.rindex("here")) == section


@given(st.text(alphabet='\n .(a1)iv2\u00a7Section3\u201c\u201d"WHEREAS:;', max_size=200))
def test_any_text_has_an_outline(text):
    """Words and code points name the same headings, whatever stands there."""
    found = outline(text)
    assert len(found.starts) == len(found.labels) == len(found.places)
    assert list(found.places) == sorted(found.places)
    assert list(found.starts) == sorted(found.starts)
    for place, label in zip(found.places, found.labels, strict=True):
        assert found.over(place) == label
        assert 0 <= place <= len(text)
    assert found.over(-1) == found.at(-1) == ""
