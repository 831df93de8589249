"""Tables in redlines: rows stay rows, cells stay cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.redline import apply, redline
from pipelines.render import passages, render_text
from pipelines.shape import shape

FEES = """The fees are as follows.
Permit\tResident\tOthers
Dog license\t$10\t$20
Cat license\t$5\t$8
Parade, one block\t$25\t$40
The fees are paid on filing."""
VOTES = """The roll was called.
Smith\tAye
Jones\tNay
Lee\tAye
Brown\tNay
The motion carried."""

CELLS = st.lists(st.sampled_from(["Aye", "Nay", "$5", "$10", "Smith", "Jones", ""]), min_size=2)
TABLES = st.lists(CELLS.map("\t".join), max_size=8).map("\n".join)


def edits(old, new):
    result = redline(old, new)
    assert apply(old.split(), result.hunks) == new.split()
    return [(hunk.kind, hunk.old, hunk.new) for hunk in result.hunks]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Cat license\t$5", "Cat license\t$6", [("replace", "$5", "$6")]),
        ("Cat license\t$5\t$8\n", "", [("delete", "Cat license $5 $8", "")]),
        (
            "Cat license\t$5\t$8\n",
            "Bird license\t$5\t$8\nCat license\t$5\t$8\n",
            [("insert", "", "Bird license $5 $8")],
        ),
        ("$20", "$25", [("replace", "$20", "$25")]),
        ("Dog license", "Dog or wolf license", [("insert", "", "or wolf")]),
    ],
)
def test_fees(before, after, expected):
    """A changed cell is a change in its row; a row that came or went is a row."""
    assert edits(FEES, FEES.replace(before, after)) == expected


def test_votes_are_not_smeared():
    """A member whose row went does not lend a vote to the member above."""
    new = VOTES.replace("Smith\tAye\nJones\tNay\n", "Smith\tNay\n")
    assert edits(VOTES, new) == [("replace", "Aye", "Nay"), ("delete", "Jones Nay", "")]
    new = VOTES.replace("Lee\tAye", "Adams\tNay\nLee\tNay")
    assert edits(VOTES, new) == [("insert", "", "Adams Nay"), ("replace", "Aye", "Nay")]


@given(TABLES, TABLES)
def test_any_tables_apply(old, new):
    """Whatever rows became, the hunks turn old into new and run forward."""
    result = redline(f"Before.\n{old}\nAfter.", f"Before.\n{new}\nAfter.")
    assert apply(f"Before. {old} After.".split(), result.hunks) == f"Before. {new} After.".split()
    ends = [(hunk.old_end, hunk.new_end) for hunk in result.hunks]
    assert ends == sorted(ends)


def test_a_long_table_is_left_to_words():
    """Thousands of rows that all changed cost no square of rows."""
    old = "\n".join(f"Row {n}\t${n}" for n in range(3_000))
    new = "\n".join(f"Line {n}\t{n} cents" for n in range(3_000))
    assert apply(old.split(), redline(old, new).hunks) == new.split()


def test_rows_are_shown_one_by_one():
    """Inline, each row is a passage of its own, with a sign between its cells."""
    new = FEES.replace("$20", "$25").replace("Cat license\t$5\t$8\n", "").replace("$40", "$45")
    shown = render_text(redline(FEES, new), FEES, new)
    lines = [line for line in shown.splitlines() if "[-" in line]
    assert lines == [
        "… Dog license | $10 | [-$20-] {+$25+} …",
        "… [-Cat license | $5 | $8-] …",
        "… Parade, one block | $25 | [-$40-] {+$45+} …",
    ]


def test_a_row_that_came_has_its_cells():
    """An inserted row keeps the signs between its cells."""
    new = FEES.replace("Cat license", "Bird license\t$1\t$2\nCat license")
    (passage,) = passages(redline(FEES, new), FEES, new)
    assert ("inserted", "Bird license | $1 | $2") in [(p.kind, p.text) for p in passage.segments]


def test_shape_of_lines_that_go_on():
    """Lines of a printed page go on; stops, enumerators and short lines end paragraphs."""
    text = (
        "An officer shall not wear a mask while on duty in a public\n"
        "place in this city or elsewhere within the state at large.\n"
        "(b) A respirator is no mask when it is worn for health and\n"
        "nothing else\n"
        "A mask of cloth is a mask\n\nEnd"
    )
    words = text.split()
    begins = [words[at] for at in sorted(shape(text).blocks)]
    assert begins == ["An", "(b)", "A", "End"]


def test_empty_cells_are_counted():
    """A row with an empty cell shows that there is one."""
    found = shape("Smith\t\tNay\n\tJones\tAye")
    assert dict(found.cells) == {1: 2, 3: 1}
    assert found.rows == ((0, 2), (2, 4))
    assert found.row_at(1) == (0, 2)
    assert found.row_at(4) is None
