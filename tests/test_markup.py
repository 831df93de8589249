"""What the type of a law means, and the law as it would read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.legends import legend_of
from pipelines.markup import as_it_was, as_it_would_read, law_marks
from pipelines.texts import Mark
from scrapers.marked import Span

KINDS = st.sampled_from(["added", "struck", "underlined", "bold", "italic"])
MARYLAND = (
    "EXPLANATION: CAPITALS INDICATE MATTER ADDED TO EXISTING LAW.\n"
    "[Brackets] indicate matter deleted from existing law.\n"
    "Underlining indicates amendments to bill.\n"
    "Strike out indicates matter stricken from the bill by amendment."
)
OREGON = (
    "NOTE: Matter in boldfaced type in an amended section is new; matter [italic and bracketed] "
    "is existing law to be omitted.\nNew sections are in boldfaced type."
)
NEW_YORK = (
    "EXPLANATION--Matter in italics (underscored) is new; matter in brackets\n"
    "[ ] is old law to be omitted."
)


def spans_of(text, **words):
    """Where each of the given words stands first, as spans of the given kind."""
    return [
        Span(text.index(one), text.index(one) + len(one), kind)
        for kind, some in words.items()
        for one in some
    ]


def quoted(text, marks):
    return [(mark.kind, text[mark.start : mark.end]) for mark in marks]


class TestLegends:
    @pytest.mark.parametrize(
        ("text", "means"),
        [
            (MARYLAND, {"capitals", "brackets", "underlined"}),
            (OREGON, {"bold", "brackets"}),
            (NEW_YORK, {"italic", "underlined", "brackets"}),
            (
                "[Brackets] indicate matter deleted. Italics indicate new matter added.",
                {"brackets", "italic"},
            ),
            ("by inserting the language underscored, as follows", {"underlined"}),
            ("Capital letters indicate new material added to existing law", {"capitals"}),
            ("Deleted text is shown in [brackets]; new text is underlined.",
             {"brackets", "underlined"}),
            ("BE IT ENACTED BY THE GENERAL\nASSEMBLY OF MARYLAND", {"capitals", "underlined",
             "brackets"}),
            ("Be It Enacted by the People of the State of Oregon:", {"bold", "brackets"}),
            ("The tax brackets of this title are repealed.", set()),
            ("The tax brackets of this title stay. Section 9 is repealed.", set()),
            ("A bold new plan underlines the capital city's italic signs.", set()),
            ("", set()),
        ],
    )  # fmt: skip
    def test_legends_are_told_by_their_sentences(self, text, means):
        """Each house says it in words of its own; other sentences use these words too."""
        assert legend_of(text).means == means

    def test_a_legend_is_told_where_it_stands(self):
        """Its paragraph, with the printer's line below it at the foot of the page."""
        text = f"A bill of old.\n\n{MARYLAND}\n\n*hb0001*\fThe law of the next page."
        legend = legend_of(text)
        assert text[legend.start : legend.end].strip().startswith("EXPLANATION")
        assert text[legend.start : legend.end].endswith("*hb0001*")

    def test_names_of_taxes_in_thousands_cost_little(self):
        """Words of legends may stand in every line of a law."""
        assert (
            legend_of("The bracket is underlined in bold italic capital. " * 20_000).means == set()
        )


class TestMarks:
    def test_maryland(self):
        """Capitals and brackets within the law, underlines everywhere, strikes above all."""
        text = (
            f"FOR the purpose of naming a board; and of paying it.\n\n{MARYLAND}\n\n*hb0001*\f"
            "SECTION 1. BE IT ENACTED BY THE GENERAL ASSEMBLY OF MARYLAND, That the Laws of "
            "Maryland read as follows:\n\n(a) The [clerk] BOARD OF COUNTIES may\nKEEP A BOOK "
            "A LIST.\n\nSECTION 2. AND BE IT FURTHER ENACTED, That this Act take effect."
        )
        styles = spans_of(
            text, struck=["A BOOK"], underlined=["; and of paying it", "A LIST", "Underlining"]
        )
        assert quoted(text, law_marks(text, styles, drawn=True)) == [
            ("added", "; and of paying it"),
            ("struck", "[clerk]"),
            ("added", "BOARD OF COUNTIES"),
            ("added", "KEEP"),
            ("struck", "A BOOK"),
            ("added", "A LIST."),
        ]

    def test_brackets_within_underlined_law_delete_where_a_legend_says_so(self):
        """A section that an amendment puts in deletes as others do."""
        text = f"{MARYLAND}\n\nThe law [and] the order."
        styles = spans_of(text, underlined=["The law [and] the order."])
        assert quoted(text, law_marks(text, styles, drawn=True)) == [
            ("added", "The law"), ("struck", "[and]"), ("added", "the order."),
        ]  # fmt: skip

    def test_oregon(self):
        """Bold is new from the enacting clause on; an underline is none."""
        text = (
            "Relating to boards.\nBe It Enacted by the People of the State of Oregon:\n"
            f"SECTION 1. ORS 9.99 is amended to read:\nThe [clerk] board may.\n\n{OREGON}\n\nLC 9\f"
        )
        styles = spans_of(text, bold=["Relating", "SECTION 1. ", "board may", "LC 9"])
        styles += spans_of(text, underlined=["SECTION 1."])
        assert quoted(text, law_marks(text, styles, drawn=True)) == [
            ("struck", "[clerk]"), ("added", "board may"),
        ]  # fmt: skip

    def test_new_york(self):
        """The enacting clause and what stands above it are set as new matter is, and are none."""
        text = (
            "(Prefiled)\nThe People of the State of New York, represented in Senate and Assem-\n"
            "bly, do enact as follows:\nSection 1. The law is amended to read as follows:\n"
            f"Section 492. Boards. The [clerk] board may.\n{NEW_YORK}"
        )
        new = ["Section 492. Boards.", "board"]
        clause = ["(Prefiled)", text[text.index("The People") : text.index("\nSection 1.")]]
        for kind in ("underlined", "italic"):
            marks = law_marks(text, spans_of(text, **{kind: [*clause, *new]}), drawn=True)
            assert quoted(text, marks) == [
                ("added", "Section 492. Boards."), ("struck", "[clerk]"), ("added", "board"),
            ]  # fmt: skip

    @pytest.mark.parametrize("end", ["\n\nLC 9\f", "\n\nLC 2265", "\n\nLC 2265\n"])
    def test_the_printers_number_below_a_legend_is_no_law(self, end):
        """Oregon sets it in bold, on the last page too."""
        text = (
            f"Be It Enacted by the People of the State of Oregon:\nThe board may.\n\n{OREGON}{end}"
        )
        number = text[text.index("LC") :].strip()
        marks = law_marks(text, spans_of(text, bold=["board", number]), drawn=True)
        assert quoted(text, marks) == [("added", "board")]

    def test_words_below_a_legend_are_law(self):
        """A short text may open with its legend."""
        text = f"{OREGON}\n\nThe board may."
        marks = law_marks(text, spans_of(text, bold=["board may"]))
        assert quoted(text, marks) == [("added", "board may")]

    def test_explicit_marks_need_no_legend(self):
        """A tag that says what it is, is believed, beside all else."""
        text = "The clerk board may go."
        marks = law_marks(text, spans_of(text, struck=["clerk"], added=["board"]))
        assert quoted(text, marks) == [("struck", "clerk"), ("added", "board")]

    @pytest.mark.parametrize("words", ["______", "www.example.org/bills", "clerk@example.org"])
    def test_blanks_and_addresses_are_no_law(self, words):
        """What is underlined to be written on or to be clicked."""
        text = f"{NEW_YORK}\n\nThe board {words} may."
        assert law_marks(text, spans_of(text, underlined=[words]), drawn=True) == ()

    def test_a_printed_line_within_a_sentence_is_no_heading(self):
        """New matter may fill a line of a page from end to end."""
        text = (
            "Section 9 is amended to read as follows:\nA board may, after it has heard\n"
            "the people of the county in an open meeting\nand the clerk, go.\n\nOn Boards\n\nEnd."
        )
        new = "the people of the county in an open meeting"
        marks = law_marks(text, spans_of(text, underlined=[new, "On Boards"]), drawn=True)
        assert quoted(text, marks) == [("added", new)]

    @given(st.data())
    def test_marks_are_in_order_apart_and_in_the_text(self, data):
        """Whatever is set how, and whatever the legend says."""
        piece = st.sampled_from(
            [MARYLAND, OREGON, NEW_YORK, "law [old] NEW", "\n\n", "\f", " ", "[", "]", "\n",
             "read as follows:", "SECTION 2. AND BE IT FURTHER ENACTED", "is amended to read"]
        )  # fmt: skip
        text = "".join(data.draw(st.lists(piece, max_size=12)))
        places = st.integers(0, len(text))
        spans = data.draw(
            st.lists(
                st.builds(
                    lambda a, b, kind: Span(min(a, b), max(a, b), kind), places, places, KINDS
                )
            )
        )
        marks = law_marks(text, spans, drawn=data.draw(st.booleans()))
        ends = [0, *(at for mark in marks for at in (mark.start, mark.end))]
        assert ends == sorted(ends)
        assert ends[-1] <= len(text)
        assert all(mark.start < mark.end for mark in marks)
        assert all(
            text[mark.start : mark.end].strip() == text[mark.start : mark.end] for mark in marks
        )


def marks_of(text):
    """The text without its signs, and marks where {new} and <old> words stood."""
    bare, marks, begin = "", [], 0
    for letter in text:
        if letter in "{<":
            begin = len(bare)
        elif letter in "}>":
            kind = "added" if letter == "}" else "struck"
            marks.append(Mark(start=begin, end=len(bare), kind=kind))
        else:
            bare += letter
    return bare, marks


class TestReadings:
    @pytest.mark.parametrize(
        ("printed", "would_read", "was"),
        [
            ("A <may> {shall} go.", "A shall go.", "A may go."),
            ("Sections 1 through <5 6> {5} of it", "Sections 1 through 5 of it",
             "Sections 1 through 5 6 of it"),
            ("known<; saying that it must>; and", "known; and", "known; saying that it must; and"),
            ("a <b>, c", "a, c", "a b, c"),
            ("One.\n\n<Two.>\n\nThree.", "One.\n\nThree.", "One.\n\nTwo.\n\nThree."),
            ("One <two>\nthree", "One\nthree", "One two\nthree"),
            ("<One> two <three>", "two", "One two three"),
            ("a <b> <c> d", "a d", "a b c d"),
            ("a.\f<b.> c", "a.\fc", "a.\fb. c"),
            ("<all>", "", "all"),
            ("plain", "plain", "plain"),
        ],
    )  # fmt: skip
    def test_the_law_reads_without_its_marks(self, printed, would_read, was):
        """One gap stays where a passage went, and none before a comma."""
        text, marks = marks_of(printed)
        assert as_it_would_read(text, marks).strip() == would_read
        assert as_it_was(text, marks).strip() == was

    @given(st.lists(st.tuples(st.text("ab, .\n\f", max_size=6), st.sampled_from(["", "{}", "<>"]))))
    def test_words_that_are_not_marked_stay(self, pieces):
        """In order, with nothing but blanks lost between them."""
        text, marks = marks_of("".join(f"{way[:1]}{words}{way[1:]}" for words, way in pieces))
        for reading, sign in ((as_it_would_read, "<>"), (as_it_was, "{}")):
            kept = "".join(words for words, way in pieces if way != sign)
            assert "".join(reading(text, marks).split()) == "".join(kept.split())
