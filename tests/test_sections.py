"""Headings of laws, and references that look like them."""

import pytest

from pipelines.sections import outline


@pytest.mark.parametrize(
    ("text", "word", "section"),
    [
        ("2\u2013503.\n(A) UNDER TITLE 3,\nSUBTITLE 11 OF THE CRIMINAL ARTICLE; here", "here",
         "2\u2013503(A)"),
        ("SUBTITLE 5. BOARDS.\n\n2\u2013501.\n\n(A) here", "here", "2\u2013501(A)"),
        ("SECTION 2. AND BE IT FURTHER ENACTED, here", "here", "SECTION 2"),
        ("SECTION 1. ORS 181A.823 is amended to read:\n181A.823. (1) No.\n(a) here", "here",
         "181A.823(1)(a)"),
        ("amending ORS 181A.823 and\n181A.826.\nBe It Enacted:\nSECTION 1. here", "here",
         "SECTION 1"),
        ("§ 20-539 Definitions. Words.\na. One.\nb. Two: here", "here", "§ 20-539(b)"),
        ("§ 20-539 Definitions.\nIn vitamin c. Then here", "here", "§ 20-539"),
    ],
)  # fmt: skip
def test_headings_of_many_houses(text, word, section):
    """Maryland, Oregon and New York City number in ways of their own."""
    assert outline(text).at(text.split().index(word)) == section
