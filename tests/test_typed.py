"""Bills typed in lines of fixed width, with numbers before them."""

from pipelines.extract.html import text_and_spans
from pipelines.typed import as_typed
from scrapers.marked import Span

BILL = """                STATE OF EXAMPLE
                    IN SENATE

     1    Section 1. No person in charge of a city garage shall let it be  used
     2  as a staging area for the enforcement of <s>federal</s> civil immi-
     3  gration law, <u>unless a warrant signed by a judge is shown to the com-
     4  missioner</u>.
     5    § 2. The commissioner shall publish each request for such use within
     6  ten days, with
     7      (a) its date; and
     8      (b) 2 names.
     9    § 3. This act shall take effect on the first of July.
        S. 4711                             2
     1    § 4. Nothing herein limits a court.
     2  The rest stands.
     3  One person in charge of a garage and another of its gates.
     4  Two judges of the court of the county, neither of them in office.
     5  Three days after the request was published by the commissioner.
     6  Four words.
     7  Five.
     8  Six.
"""


def typed(html):
    """The typed text of a preformatted block."""
    return as_typed(*text_and_spans(f"<html><body><pre>{html}</pre></body></html>"))


def test_numbers_and_heads_are_no_text():
    """Each line's number is kept as its place; the head between the pages goes."""
    page = typed(BILL)
    assert "4711" not in page.text
    assert "a staging area" in page.text
    assert "      (b) 2 names." in page.text.replace("    (b)", "      (b)")
    assert [number for _, number in page.numbers] == [*range(1, 10), *range(1, 9)]
    said = {number: page.text[place:].strip()[:9] for place, number in page.numbers[:9]}
    assert (said[1], said[5], said[9]) == ("Section 1", "§ 2. The ", "§ 3. This")
    assert all(page.text[place - 1] == "\n" for place, _ in page.numbers)


def test_words_are_made_whole():
    """A word broken at a line's end is whole, and its mark goes over all of it."""
    page = typed(BILL)
    assert "civil immigration law" in " ".join(page.text.split())
    said = {"underlined": "", "struck": ""}
    for span in page.spans:
        said[span.kind] += page.text[span.start : span.end]
    assert " ".join(said["underlined"].split()) == (
        "unless a warrant signed by a judge is shown to the commissioner"
    )
    assert said["struck"] == "federal"


def test_lists_and_tables_are_no_typed_bills():
    """Numbers in another column, too few, or far apart are the text's own."""
    for text in (
        "\n".join(f"  {number}  item" for number in range(1, 12)),
        "\n".join(f"{' ' * number}{number}  item" for number in range(1, 10)),
        "\n\n\n\n\n".join(f"  {number}  item" for number in range(1, 12)),
        "\n".join(f"  {number * 2}  item" for number in range(1, 30)),
        "",
    ):
        assert as_typed(text, [Span(0, 1, "added")]) is None
