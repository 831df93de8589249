"""Folding for comparison, and the mending of printed lines."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.clean import normalise, restore_symbols, symbol_edits, text_digest
from pipelines.lines import Line, drop_line_numbers, set_out
from pipelines.mending import Edit, mend, moved, moved_places
from pipelines.running import drop_running_lines
from pipelines.texts import Page
from pipelines.words import SOFT_BREAK, join_broken_words, split_words
from scrapers.marked import Span

TRICKY = st.text(
    st.one_of(
        st.sampled_from(
            " \n\f\t-'\"`aeAB9\u00ad\ufffe\u200b\u2013\u2014\u2019\u201c\u2033\u00a0\u0301"
        ),
        st.characters(),
    ),
    max_size=40,
)
PROSE = st.lists(
    st.text(st.sampled_from("abcdefgXYZ()§.,;"), min_size=1, max_size=9), min_size=1, max_size=40
)


@given(TRICKY)
@example("a-\n-b")
@example("--\u2014 -'''")
@example("e\u200b\u0301")
@example("\u1100-\n\u1161")
def test_folding_twice_is_folding_once(text):
    """What is normalised stays as it is."""
    assert normalise(normalise(text)) == normalise(text)


@given(PROSE, st.data())
def test_line_breaks_change_neither_words_nor_digest(words, data):
    """A text is the same text however its lines are broken."""
    gaps = st.sampled_from([" ", "\n", "\n\n", "\f", "\r\n", "\u00a0", " \t "])
    printed = "".join(word + data.draw(gaps) for word in words)
    assert normalise(printed) == " ".join(words)
    assert text_digest(printed) == text_digest(" ".join(words))


@given(st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x148), max_size=30))
def test_letters_and_their_case_are_kept(text):
    """Folding never takes a letter away or changes its case."""
    assert normalise(text) == unicodedata.normalize("NFKC", text)


@given(PROSE, PROSE)
def test_other_words_have_another_digest(one, other):
    """The digest tells texts apart by their letters."""
    same = "".join(one) == "".join(other)
    assert (text_digest(" ".join(one)) == text_digest(" ".join(other))) is same


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("the Sheriff\u2019s \u201coffice\u201d", 'the Sheriff\'s "office"'),
        ("\u2018\u2018ICE\u2019\u2019 and ``ICE''", '"ICE" and "ICE"'),
        ("\u00a7\u00a0287(g)", "\u00a7 287(g)"),
        ("three\u2013fifths of 5\u2212104", "three-fifths of 5-104"),
        ("law\u2014and order -- or not", "law - and order - or not"),
        ("o\ufb03cer of the \ufb01rst \ufb02oor", "officer of the first floor"),
        ("immi-\ngration IMMI-\n GRATION", "immigration IMMIGRATION"),
        ("Vice-\nChair in 2025-\n26", "Vice-Chair in 2025-26"),
        ("immi\u00ad\ngra\u00adtion en\ufffe\nforce", "immigration enforce"),
        ("no\u200bthing \u202ehid\u2069den\ufeff", "nothing hidden"),
        ("  one\r\n\r\n two\fthree\t ", "one two three"),
    ],
)
def test_glyphs_are_folded(printed, folded):
    """The same words set with other glyphs compare as equal."""
    assert normalise(printed) == folded


def test_digest_ignores_hyphens_within_words_alone():
    """A new print may break "self-support" elsewhere; a dash between numbers is law."""
    assert text_digest("self-support") == text_digest("selfsupport")
    assert text_digest("sections 1-2") != text_digest("sections 12")
    assert len(text_digest("")) == 64


def test_a_lost_section_sign_comes_back_before_a_number_only():
    """U+FFFD before a section number was a section sign; elsewhere nobody knows."""
    assert restore_symbols("\ufffd 287(g) \ufffd\ufffd 1-2 \ufffdrsonnel") == (
        "\u00a7 287(g) \u00a7\u00a7 1-2 \ufffdrsonnel"
    )


def test_odd_characters_become_readable():
    """Ligatures, odd spaces and bullets are replaced, controls and widthless characters go."""
    assert restore_symbols("\ufb01rst\u00a0o\ufb00ice\x00 \uf0b7 a\u200bb\x0c\n\tc") == (
        "first office \u2022 ab\n\tc"
    )


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        (f"the immi{SOFT_BREAK}\ngration law of", "the immigration\nlaw of"),
        ("the immi-\ngration", "the immigration"),
        ("the immi\u00ad\ngration law", "the immigration\nlaw"),
        ("welfare-\nrelated positions", "welfare-related\npositions"),
        ("the Vice-\nChair shall", "the Vice-Chair\nshall"),
        ("Law 107-\n276, as amended", "Law 107-276,\nas amended"),
        ("three\u2013\nfifths of all", "three\u2013fifths\nof all"),
        ("public safety: a public-\nsafety threat", "public safety: a public-safety\nthreat"),
        ("deep-sea and deep-\nsea ports", "deep-sea and deep-sea\nports"),
        ("law \u2013\nand order", "law \u2013\nand order"),
        (f"re{SOFT_BREAK}", "re-"),
        ("re-\n\nNext", "re-\n\nNext"),
    ],
)
def test_words_broken_at_the_line_end_are_made_whole(broken, whole):
    """The second half comes up, and hyphens that belong to a word stay."""
    assert join_broken_words([broken]) == [whole]


def test_the_whole_document_decides_on_a_hyphen():
    """How another page writes a word tells whether its hyphen is its own."""
    assert join_broken_words(["a tax-\nfree gift", "taxfree and more"])[0] == "a taxfree\ngift"


def numbered(words, *, x=30.0, body_x=70.0, y=700.0):
    """Lines with the numbers 1, 2, 3 ... before them, as pdfium gives them."""
    return [
        Line(f"{number} {text}", x - 6.0 * (number > 9), y - 14 * number, body_x=body_x)
        for number, text in enumerate(words, 1)
    ]


WORDS = [
    "no", "sheriff", "shall", "enter", "into", "an", "agreement", "under", "which", "officers",
    "act", "for", "another",
]  # fmt: skip
PROSE_LINES = [f"{word} and so forth until the line is full of words" for word in WORDS]


def test_line_numbers_on_several_pages_are_dropped():
    """Numbers that count the lines of each page anew are not part of the law."""
    pages = [numbered(PROSE_LINES), numbered(PROSE_LINES[:7]), numbered(PROSE_LINES[:2])]
    cleaned = drop_line_numbers(pages)
    assert [[line.text for line in page] for page in cleaned] == [
        PROSE_LINES, PROSE_LINES[:7], PROSE_LINES[:2],
    ]  # fmt: skip
    assert cleaned[0][0].x == 70


def test_a_page_number_in_the_margin_does_not_hide_the_line_numbers():
    """The page's own number may stand above or below the column."""
    above, below = Line("3 HOUSE BILL 4", 30, 750, body_x=200), Line("3", 30, 40)
    pages = [[above, *numbered(PROSE_LINES), below], [above, *numbered(PROSE_LINES[:6])]]
    assert [len(page) for page in pages] == [15, 7]
    cleaned = drop_line_numbers(pages)
    assert texts(cleaned) == [
        ["3 HOUSE BILL 4", *PROSE_LINES, "3"],
        ["3 HOUSE BILL 4", *PROSE_LINES[:6]],
    ]


def test_one_long_page_vouches_for_short_ones():
    """A bill of three pages may have only one that is full."""
    pages = [numbered(PROSE_LINES[:3]), numbered(PROSE_LINES), numbered(PROSE_LINES[:1])]
    assert texts(drop_line_numbers(pages)) == [PROSE_LINES[:3], PROSE_LINES, PROSE_LINES[:1]]


def test_line_numbers_at_the_right_are_dropped():
    """The margin may be the right one."""
    pages = [
        [
            Line(f"{words} {n}", 70, 700 - 14 * n, tail_x=560)
            for n, words in enumerate(PROSE_LINES, 1)
        ]
        for _ in range(2)
    ]
    cleaned = drop_line_numbers(pages)
    assert [line.text for line in cleaned[1]] == PROSE_LINES


def test_numbered_rows_of_a_table_are_kept():
    """A table that counts its rows over two pages holds facts."""
    names = ["Adams", "Baker", "Clark", "Davis", "Evans", "Frank"]
    table = [numbered(names), numbered(names)]
    assert drop_line_numbers(table) == table


def test_numbers_that_skip_are_kept():
    """Section numbers at the margin do not run 1, 2, 3."""
    page = numbered(PROSE_LINES)
    del page[4]
    assert drop_line_numbers([page, page]) == [page, page]


def test_numbers_close_to_their_text_are_kept():
    """A list "1 first, 2 second" is set with a word's space, not in a margin."""
    page = numbered(PROSE_LINES, x=70.0, body_x=79.0)
    assert drop_line_numbers([page, page]) == [page, page]


def body(*texts, top=700.0):
    return [Line(text, 70, top - 14 * rank) for rank, text in enumerate(texts)]


def inner(page):
    """Three lines that no other page has."""
    return [f"{'abcdefghijklmnopqrstuvwxyz'[page]} {word}" for word in WORDS[:3]]


def texts(pages):
    return [[line.text for line in page] for page in pages]


def test_heads_and_feet_that_count_pages_go():
    """A head with the page's number and a foot with it are furniture."""
    pages = [
        [Line(f"HOUSE BILL 4 {n}" if n % 2 else f"{n} HOUSE BILL 4", 70, 750), *body(*lines),
         Line(f"Page {n} of 4", 300, 30)]
        for n, lines in enumerate([WORDS[:3], WORDS[3:6], WORDS[6:9], WORDS[9:12]], 1)
    ]  # fmt: skip
    assert texts(drop_running_lines(pages)) == [
        WORDS[:3], WORDS[3:6], WORDS[6:9], WORDS[9:12],
    ]  # fmt: skip


def test_a_constant_head_stays_on_the_first_page():
    """The head of the first page may be the only place that names the document."""
    pages = [[Line("ORDINANCE 7", 70, 750), *body(word, "x", "y")] for word in WORDS[:4]]
    heads = [page[0] for page in texts(drop_running_lines(pages))]
    assert heads == ["ORDINANCE 7", *WORDS[1:4]]


def test_body_lines_that_happen_to_repeat_stay():
    """The same words at the top of three pages far apart, or at other heights, are body."""
    far = [
        body("The amount is" if n in {0, 9, 19} else f"words {inner(n)[2]}", *inner(n))
        for n in range(20)
    ]
    assert texts(drop_running_lines(far)) == texts(far)
    uneven = [body("The amount is", *inner(n), top=700 - 20 * n) for n in range(4)]
    assert texts(drop_running_lines(uneven)) == texts(uneven)


def test_section_numbers_that_rise_with_the_pages_stay():
    """A section's number inside a line is no page number, unless most pages have it."""
    pages = [body(f"SECTION {n + 3}. In addition,", *inner(n)) for n in range(4)]
    pages += [body(*inner(n)) for n in range(4, 12)]
    assert texts(drop_running_lines(pages)) == texts(pages)


def test_a_page_number_alone_goes_even_once():
    """The second of two pages often is the only numbered one."""
    pages = [
        body("SENATE BILL 245", "a", "b"),
        [Line("2 SENATE BILL 245", 70, 750), *body("c", "d")],
    ]
    assert texts(drop_running_lines(pages)) == [["SENATE BILL 245", "a", "b"], ["c", "d"]]
    pages = [body("a", "b"), [*body("c", "d"), Line("- 2 -", 300, 30)]]
    assert texts(drop_running_lines(pages)) == [["a", "b"], ["c", "d"]]


def test_a_page_of_nothing_but_furniture_keeps_it():
    """Cleaning never empties a page."""
    pages = [[Line("Sheriff's Office", 70, 30)] for _ in range(9)]
    assert texts(drop_running_lines(pages)) == texts(pages)


def test_stamps_up_the_margin_go_when_they_repeat():
    """A typesetter's stamp on every page goes; an aside of one page stays at its end."""
    stamp = Line("stamped by night", 20, 18, aside=True)
    pages = [[*body("a", "b"), stamp], [*body("c", "d"), stamp, Line("COPY", 20, 90, aside=True)]]
    assert texts(drop_running_lines(pages)) == [["a", "b"], ["c", "d", "COPY"]]


def test_lines_that_stand_apart_are_parted_by_a_blank_line():
    """Paragraphs are told by the space above them, in this document's own measure."""
    lines = [Line("a", 0, 700), Line("b", 0, 686), Line("c", 0, 657), Line("d", 0, 643)]
    assert [page.text for page in set_out([lines, []])] == ["a\nb\n\nc\nd", ""]
    single = [Line(word, 0, 700 - 14 * rank) for rank, word in enumerate("abcd")]
    assert [page.text for page in set_out([single])] == ["a\nb\nc\nd"]


# --- edits, and what moves with them


EDITS = st.lists(
    st.tuples(
        st.text("ab c", max_size=4),
        st.text("XY", min_size=1, max_size=3),
        st.text("xy", max_size=3),
    )
)  # what stays, what goes, what comes


@given(EDITS, st.text("ab c", max_size=4), st.data())
def test_spans_move_exactly(pieces, rest, data):
    """A span holds after any mending what it held: all that stayed, and what came for the rest."""
    before, after, places, edits = "", "", [], []
    for stays, goes, comes in pieces:
        start = len(before) + len(stays)
        edits.append(Edit(start, start + len(goes), comes))
        places += [(len(before) + rank, stays[rank]) for rank in range(len(stays))]
        places.append((start, comes))
        before, after = before + stays + goes, after + stays + comes
    places += [(len(before) + rank, rest[rank]) for rank in range(len(rest))]
    before, after = before + rest, after + rest
    assert mend(before, edits) == after

    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    ends = {edit.start: edit.end for edit in edits}
    held = "".join(
        words for place, words in places if place < end and max(ends.get(place, 0), place + 1) > start
    ) if start < end else ""  # fmt: skip
    found = moved([Span(start, end, "struck")], edits)
    assert "".join(after[one.start : one.end] for one in found) == held
    assert moved_places([len(before)], edits) == [len(after)]


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("CAPITALS INDICATE MAT TER ADDED", "CAPITALS INDICATE MATTER ADDED"),
        ("TO EXISTIN G LAW", "TO EXISTING LAW"),
        ("THE C IT Y OF EXAMPLE", "THE CITY OF EXAMPLE"),
        ("Delegates Ames and Mireku \u2013North", "Delegates Ames and Mireku\u2013North"),
        ("Mireku\u2013 North came", "Mireku\u2013North came"),
        ("OF AN ACT OF THE ICE", "OF AN ACT OF THE ICE"),
        ("A CLASS B MISDEMEANOR OF THIS MOA", "A CLASS B MISDEMEANOR OF THIS MOA"),
        ("Title \u2013The Rest", "Title \u2013The Rest"),
    ],
)
def test_words_split_by_blanks_are_closed_up(printed, meant):
    """The document's own words decide what belongs together."""
    known = (
        "No matter what the city has existing, Mireku\u2013North said. THISMOA. THIS MOA. THIS MOA."
    )
    edits, others = split_words([printed, known])
    assert mend(printed, edits) == meant
    assert others == []


def test_symbols_that_spread_are_edits():
    """What becomes longer or goes moves all that stands behind it."""
    text = "of\ufb01ce\u200b of\u00a0the \ufffd 9"
    assert restore_symbols(text) == "office of the \u00a7 9"
    assert mend(text, symbol_edits(text)).replace("\u00a0", " ").replace("\ufffd", "\u00a7") == (
        "office of the \u00a7 9"
    )


def test_lines_keep_the_numbers_of_their_margin():
    """A citation can say lines 4 to 9; unnumbered lines below have none."""
    page = numbered([f"words of the line that is number {rank}" for rank in range(1, 13)])
    page.append(Line("EXPLANATION: the end.", 70.0, 300.0))
    [text] = set_out(drop_line_numbers([page]))
    numbers = {number: place for place, number in text.numbers}
    assert sorted(numbers) == list(range(13))
    assert text.text[numbers[4] :].startswith("words of the line that is number 4\n")
    assert text.text[numbers[0] :] == "EXPLANATION: the end."
    told = Page(number=3, start=0, text=text.text, method="pdfium", lines=text.numbers)
    assert told.printed_lines(numbers[4] + 3, numbers[9] + 1) == (4, 9)
    assert told.printed_lines(numbers[4], numbers[5]) == (4, 4)
    assert told.printed_lines(numbers[0], len(text.text)) is None
    assert Page(number=1, start=0, text="x", method="html").printed_lines(0, 1) is None
