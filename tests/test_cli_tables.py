"""Tables for people: readable at any width, whatever a site printed."""

import re

import pytest
from rich.cells import cell_len

from monitor.cli.tables import BATCH, Printer, print_table, printable, wrapped

COLUMNS = {
    "id": "id",
    "kind": "kind",
    "place": "measure.place",
    "title": "title",
    "topics": "topics",
}
ROW = {
    "id": 4711, "kind": "amended", "measure": {"place": "us/md/county:prince_george~s"},
    "title": "Officers who wear no name tag shall say who they are when they are asked for it",
    "topics": ["masks", "287g"],
}  # fmt: skip
PLAIN = re.compile(r"\x1b\[[\d;]*m")


def shown(rows, columns=COLUMNS, *, width=80, colours=False):
    lines = []
    count = print_table(rows, columns, Printer(width, colours, lines.append))
    return lines, count


@pytest.mark.parametrize("width", [40, 80, 100, 140, 200])
@pytest.mark.parametrize("title", [ROW["title"], "議会" * 60, "x" * 500, "a\x1b[31mb\nc " * 20])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(width, title):
    """Long words are broken, wide characters count double, a site's control characters are gone."""
    lines, _ = shown([ROW | {"title": title}], width=width)
    assert max(map(cell_len, lines)) <= width
    assert "\x1b" not in "".join(lines)
    words = printable(title).split()
    assert "".join(words) in "".join("".join(lines).split()) or width >= 100


def test_with_room_there_are_columns():
    """Short cells stay whole on the row's first line, whatever the title takes."""
    lines, count = shown([ROW], width=140)
    assert count == 1
    assert lines[0].split() == ["id", "kind", "place", "title", "topics"]
    assert "us/md/county:prince_george~s" in lines[1]
    assert lines[1].endswith("masks, 287g")


def test_without_room_the_title_stands_beneath():
    """At 80 columns nothing becomes a gutter of broken words."""
    lines, _ = shown([ROW, ROW | {"id": 1}], width=80)
    assert lines[0].split() == ["id", "kind", "place", "topics"]
    assert lines[1].split() == ["4711", "amended", "us/md/county:prince_george~s", "masks,", "287g"]
    assert lines[2].strip().startswith("Officers who wear no name tag")
    assert lines[2].startswith("    ")


def test_what_does_not_fit_on_the_first_line_is_named_beneath():
    """A short column without room keeps its heading."""
    lines, _ = shown([ROW], width=48)
    assert "    topics: masks, 287g" in lines


def test_a_column_that_holds_nothing_is_left_out():
    """But not where later rows may still fill it."""
    rows = [ROW | {"topics": []}]
    assert "topics" not in shown(rows)[0][0]
    many = (ROW | {"topics": []} for _ in range(BATCH))
    assert "topics" in shown(many)[0][0]


def test_rows_are_taken_a_batch_at_a_time():
    """The first line is out before the second batch is read."""
    lines, read = [], []

    def rows():
        for number in range(2 * BATCH):
            if number == BATCH:
                read.append(len(lines))
            yield ROW | {"id": number}

    assert print_table(rows(), {"id": "id"}, Printer(80, False, lines.append)) == 2 * BATCH
    assert read == [1 + BATCH]


def test_colours_are_for_terminals_that_have_them_and_change_no_width():
    """The words are the same; only known kinds and states have a colour."""
    plain, _ = shown([ROW])
    coloured, _ = shown([ROW], colours=True)
    assert [PLAIN.sub("", line) for line in coloured] == plain
    assert coloured != plain


def test_a_heading_that_names_the_clock_spares_the_cells_the_word():
    """Elsewhere a moment says that it is UTC."""
    row = {"at": "2026-02-01T12:00:30+00:00"}
    assert shown([row], {"at (UTC)": "at"})[0] == ["at (UTC)", "2026-02-01 12:00"]
    assert shown([row], {"at": "at"})[0] == ["at", "2026-02-01 12:00 UTC"]


@pytest.mark.parametrize(
    ("text", "width", "opens", "lines"),
    [
        ("", 10, 0, [""]), ("a b c", 3, 0, ["a b", "c"]), ("abcdef", 4, 0, ["abcd", "ef"]),
        ("aa bb", 6, 4, ["aa", "bb"]), ("abcd e", 6, 4, ["", "abcd e"]), ("ab 議会", 6, 0, ["ab", "議会"]),
    ],
)  # fmt: skip
def test_folding(text, width, opens, lines):
    """The first line may be shorter by what opens it; a word that fits no line is broken."""
    assert wrapped(text, width, opens) == lines
