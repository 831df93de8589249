"""Columns and tables of PDFs: what stands side by side is read in its order."""

import io
from textwrap import wrap

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipelines.extract import extract_text
from pipelines.texts import Limits

LIMITS = Limits()
PROSE = (
    "An officer of the county may not enter into an agreement under which the officer acts for "
    "the immigration service unless the council of the county has agreed to it in an open "
    "meeting. An agreement that is in force on the day when this Act becomes law ends on the "
    "first day of July that follows. The council shall make known each year which agreements "
    "it has agreed to and how often officers of the county acted under them, and shall send "
    "what it makes known to the General Assembly by the end of the year. "
) * 2
MORE = PROSE.replace("officer", "sheriff").replace("county", "city").replace("year", "quarter")
THIRD = PROSE.replace("officer", "warden").replace("county", "district")
SCHEDULE = [
    ("Permit for a stall on the market square", "Forty dollars a month, or four hundred a year"),
    ("Permit for a cart that is moved each day", "Twelve dollars a month, or ninety a year"),
    ("Permit to close a street for a festival", "Two hundred dollars for each day it is closed"),
    ("Permit to hang banners over a street", "Thirty dollars for each banner and each week"),
    ("Permit to film on a street or in a park", "Ninety dollars for each day and each place"),
    ("Permit to dig up a street or a sidewalk", "Seven dollars for each foot that is dug up"),
    ("Permit to cut down a tree of the street", "Two hundred dollars and a tree of same kind"),
    ("Permit to set up a crane in the street", "Sixty dollars for each day that it stands"),
    ("Permit to store material on a sidewalk", "Nine dollars for each day and each square"),
    ("Permit to put tables before a restaurant", "Eighty dollars for each table and season"),
]


def rows(*columns):
    """The texts of columns, each wrapped as narrow as its tuple says, drawn row by row."""
    wrapped = [(x, wrap(text, width)) for x, width, text in columns]

    def draw(canvas):
        for rank in range(max(len(lines) for _, lines in wrapped)):
            for x, lines in wrapped:
                if rank < len(lines):
                    canvas.drawString(x, 680 - 13 * rank, lines[rank])

    return draw


def grid(cells, *, lefts, top=680, height=18, boxes=False):
    """A ruled table; a cell of two lines is a tuple, an empty one is empty."""

    def draw(canvas):
        bottom = top - height * len(cells)
        for rank, row in enumerate(cells):
            for left, right, words in zip(lefts[:-1], lefts[1:], row, strict=True):
                y = top - height * rank
                if boxes:
                    canvas.rect(left, y - height, right - left, height)
                for line, text in enumerate(words if isinstance(words, tuple) else (words,)):
                    canvas.drawString(left + 3, y - 10 - 11 * line, text)
        if not boxes:
            for rank in range(len(cells) + 1):
                canvas.line(lefts[0], top - height * rank, lefts[-1], top - height * rank)
            for left in lefts:
                canvas.line(left, top, left, bottom)

    return draw


@pytest.fixture
def read(tmp_path):
    """Reads a page that functions draw."""

    def read(*drawings, turn=0):
        file = io.BytesIO()
        canvas = Canvas(file, pagesize=(612, 792), invariant=True)
        canvas.setFont("Times-Roman", 10)
        for draw in drawings:
            draw(canvas)
        canvas.setPageRotation(turn)
        canvas.showPage()
        canvas.save()
        path = tmp_path / "page.pdf"
        path.write_bytes(file.getvalue())
        return extract_text(path, LIMITS).text

    return read


def flat(text):
    return " ".join(text.split())


def printed_on(pages):
    """A document whose pages are lists of lines."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(612, 792), invariant=True)
    for lines in pages:
        for rank, line in enumerate(lines):
            canvas.drawString(72, 700 - 14 * rank, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


# --- words broken between pages ---------------------------------------------


@pytest.mark.parametrize(
    ("end", "head", "whole", "rest"),
    [
        ("a federal immi-", "gration officer, and the", "a federal immigration", "officer, and the"),
        ("the long-", "term plan of the county", "the long-term", "plan of the county"),
        ("agreements of 2024-", "2025 are void", "agreements of 2024-", "2025 are void"),
        ("sections one and two-", "Sheriffs of the county", "sections one and two-",
         "Sheriffs of the county"),
        ("end of the line-", "alone", "end of the line-", "alone"),
    ],
)  # fmt: skip
def test_a_word_broken_between_pages_is_whole_on_the_first(tmp_path, end, head, whole, rest):
    """What goes on at the head of the next page comes up to it; a number or a name does not."""
    path = tmp_path / "pages.pdf"
    path.write_bytes(printed_on([["The council shall tell", end], [head]]))
    first, second = extract_text(path, LIMITS).pages
    assert first.text.splitlines()[-1] == whole
    assert second.text == rest


# --- columns ----------------------------------------------------------------


def test_two_columns_drawn_row_by_row_are_read_one_after_the_other(read):
    """The rows go across the gutter in the file, and words of a heading over it stay whole."""
    heading = "A HEADING THAT REACHES OVER BOTH OF THE COLUMNS OF THIS PAGE"
    text = read(
        lambda canvas: canvas.drawString(120, 720, heading),
        rows((60, 48, PROSE), (320, 48, MORE)),
    )
    assert flat(text) == flat(f"{heading} {PROSE} {MORE}")


def test_three_columns_drawn_row_by_row_are_read_one_after_the_other(read):
    """As in the Federal Register, but by rows."""
    text = read(rows((40, 32, PROSE), (225, 32, MORE), (410, 32, THIRD)))
    assert flat(text) == flat(f"{PROSE} {MORE} {THIRD}")


def test_columns_of_unlike_length_lose_no_words(read):
    """Below the end of the shorter column the other goes on."""
    text = read(rows((60, 48, PROSE), (320, 48, MORE[: len(MORE) // 2])))
    assert flat(text) == flat(f"{PROSE} {MORE[: len(MORE) // 2]}")


def test_a_list_with_the_same_gutter_is_read_by_rows(read):
    """Rows that begin anew are entries of a table, however long: what a permit costs stays by it."""
    left, right = zip(*SCHEDULE, strict=True)

    def draw(canvas):
        for rank, (one, other) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(60, 680 - 14 * rank, one)
            canvas.drawString(320, 680 - 14 * rank, other)

    assert [flat(line) for line in read(draw).splitlines()] == [
        f"{one} {other}" for one, other in SCHEDULE
    ]


def test_one_column_with_wide_blanks_stays_one(read):
    """Two spaces after each full stop make no gutter."""
    lines = wrap(PROSE, 90)

    def draw(canvas):
        for rank, line in enumerate(lines):
            canvas.drawString(60, 680 - 13 * rank, line.replace(". ", ".      "))

    assert flat(read(draw)) == flat(PROSE)


# --- tables -----------------------------------------------------------------

VOTES = [
    ["MEMBER", "YEA", "NAY", "MEMBER", "YEA", "NAY"],
    ["Adams", "X", "", "Olsen", "", "X"],
    ["Baker", "", "X", "Perez", "X", ""],
    ["Curtis", "X", "", "Quinn", "", ""],
]
LEFTS = [60, 160, 200, 240, 340, 380, 420]
READ = [
    "MEMBER\tYEA\tNAY\tMEMBER\tYEA\tNAY",
    "Adams\tX\t\tOlsen\t\tX",
    "Baker\t\tX\tPerez\tX",
    "Curtis\tX\t\tQuinn",
]


@pytest.mark.parametrize("boxes", [False, True], ids=["lines", "boxes"])
def test_a_ruled_table_is_its_rows(read, boxes):
    """A cell without words keeps its tab: which way a member voted is in where the X stands."""
    text = read(
        lambda canvas: canvas.drawString(60, 720, "OFFICIAL ROLL CALL"),
        grid(VOTES, lefts=LEFTS, boxes=boxes),
        lambda canvas: canvas.drawString(60, 560, "Certified to be correct by the clerk"),
    )
    lines = [line for line in text.splitlines() if line]
    assert lines == ["OFFICIAL ROLL CALL", *READ, "Certified to be correct by the clerk"]


@pytest.mark.parametrize("turn", [90, 270])
def test_a_table_on_a_turned_page_is_its_rows(read, turn):
    """A landscape page holds the table up the page as drawn."""

    def draw(canvas):
        canvas.translate(*((612, 0) if turn == 90 else (0, 792)))
        canvas.rotate(turn)
        canvas.setFont("Times-Roman", 10)
        grid(VOTES, lefts=LEFTS, top=400)(canvas)

    assert read(draw, turn=turn).splitlines() == READ


def test_the_lines_of_a_cell_are_one(read):
    """A row is one line, whatever its cells need on paper."""
    cells = [["Fee", "Amount"], [("Permit to close", "a street"), "$ 40"], ["Copy", "$ 2"]]
    text = read(grid(cells, lefts=[60, 200, 300], height=26))
    assert text.splitlines() == ["Fee\tAmount", "Permit to close a street\t$ 40", "Copy\t$ 2"]


def test_words_beside_a_table_stay_beside_it(read):
    """What stands left of the table is read with its row and is no cell."""
    text = read(
        grid(VOTES, lefts=LEFTS),
        lambda canvas: canvas.drawString(20, 680 - 18 - 10, "See"),
    )
    assert text.splitlines() == [READ[0], f"See {READ[1]}", *READ[2:]]


def test_boxes_round_paragraphs_are_no_table(read):
    """Prose in a frame is read as prose, line by line."""
    lines = tuple(wrap(PROSE, 44)[:12])
    text = read(grid([[lines, lines], [lines, lines]], lefts=[50, 300, 560], top=720, height=160))
    assert "\t" not in text
    assert flat(lines[0]) in flat(text)


def test_strikes_in_a_table_are_marks(read, tmp_path):
    """A row is put together with what is struck and underlined in it."""
    cells = [["Fee", "was", "is"], ["Permit", "forty dollars", "fifty dollars"]]

    def strike(canvas):
        canvas.line(163, 655, 163 + canvas.stringWidth("forty dollars"), 655)

    read(grid(cells, lefts=[60, 160, 260, 360]), strike)
    extracted = extract_text(tmp_path / "page.pdf", LIMITS)
    assert extracted.text.splitlines()[1] == "Permit\tforty dollars\tfifty dollars"
    struck = [mark for mark in extracted.marks if mark.kind == "struck"]
    assert [extracted.text[mark.start : mark.end] for mark in struck] == ["forty dollars"]


def test_a_drawing_of_very_many_lines_costs_no_hours(read):
    """A map is no table; its page is read as any other."""

    def hatch(canvas):
        for rank in range(900):
            canvas.line(20 + rank % 560, 20, 20 + rank % 560, 770)
            canvas.line(20, 20 + rank % 700, 590, 20 + rank % 700)

    text = read(hatch, lambda canvas: canvas.drawString(100, 100, "A map of the district"))
    assert text == "A map of the district"
