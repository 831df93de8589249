"""Side by side: rows, moves, counts; columns of a terminal."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.redline import redline
from pipelines.render_columns import inline, render_columns
from pipelines.render_pairs import pairs, tally, told

WORDS = st.sampled_from(
    ["the", "officer", "shall", "not.", "mask;", "\n(b)", "\nSection 3.", "\tAye", "\n", "a", "(a)"]
)
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)
OLD = """SECTION 1. Definitions.
(a) "Officer" means a sworn member of the police department.
(b) "Mask" means anything that hides the face.
SECTION 2. Masks.
(a) An officer shall not wear a mask while on duty in a public place.
(b) This section does not apply to a respirator worn for health.
SECTION 3. Names.
Each officer shall display a name and number that can be read from ten feet away.
SECTION 4. Fees.
Dog license\t$10
Cat license\t$5
SECTION 5. This act takes effect at once.
"""
NEW = """SECTION 1. Definitions.
(a) "Officer" means a sworn member of any police department.
(b) "Mask" means anything that hides the face.
SECTION 2. Names.
Each officer shall display a name and number that can be read from ten feet away.
SECTION 3. Masks.
(a) An officer shall not wear a mask while on duty in a public place.
(b) This section does not apply to a respirator worn for health.
SECTION 4. Fees.
Dog license\t$12
Bird license\t$3
Cat license\t$5
SECTION 5. This Act takes effect at once.
"""


def words_of(parts):
    return " ".join(part.text for part in parts).replace("|", " ").split()


@given(TEXTS, TEXTS)
def test_the_columns_hold_both_texts(old, new):
    """Read down, the left column is old and the right one new, whatever was cut where."""
    made = pairs(redline(old, new), old, new, whole=True)
    assert [word for row in made.rows for word in words_of(row.old)] == old.split()
    assert [word for row in made.rows for word in words_of(row.new)] == new.split()


@given(TEXTS, TEXTS)
def test_only_edits_are_marked(old, new):
    """Without what is marked on either side, the columns of a row read alike but for looks."""
    result = redline(old, new)
    made = pairs(result, old, new, whole=True)
    edits = [hunk for hunk in result.hunks if not hunk.cosmetic] or result.hunks
    assert {part.edit for row in made.rows for part in (*row.old, *row.new)} - {0} == set(
        range(1, len(edits) + 1)
    )
    if not any(hunk.cosmetic for hunk in result.hunks):
        for row in made.rows:
            plain = [
                words_of(part for part in side if part.kind == "same")
                for side in (row.old, row.new)
            ]
            assert "".join(plain[0]).count("a") == "".join(plain[1]).count("a")


def test_paragraphs_stand_beside_what_they_became():
    """A changed word leaves its paragraph beside itself; a row that came has nothing beside."""
    made = pairs(redline(OLD, NEW), OLD, NEW)
    beside = [(" ".join(words_of(row.old)), " ".join(words_of(row.new))) for row in made.rows]
    assert (
        '(a) "Officer" means a sworn member of the police department.',
        '(a) "Officer" means a sworn member of any police department.',
    ) in beside
    assert ("", "Bird license $3") in beside
    assert ("Dog license $10", "Dog license $12") in beside


def test_moves_lead_to_one_another():
    """Each half of a move names the row and the section of the other."""
    made = pairs(redline(OLD, NEW), OLD, NEW)
    rows = {row.number: row for row in made.rows}
    halves = [
        (row, made.partner[part.edit])
        for row in made.rows for part in (*row.old, *row.new) if part.kind.startswith("moved")
    ]  # fmt: skip
    assert {other.section for _, other in halves} == {"Section 2", "Section 3"}
    for row, other in halves:
        there = [part for side in (rows[other.row].old, rows[other.row].new) for part in side]
        back = [made.partner[part.edit] for part in there if part.edit in made.partner]
        assert {half.section for half in back} == {row.section}
        assert {other.section for half in back} == {rows[other.row].section}


def test_unchanged_rows_are_counted_or_shown():
    """What is left out is said; with `whole` nothing is."""
    result = redline(OLD, NEW)
    brief, whole = pairs(result, OLD, NEW), pairs(result, OLD, NEW, whole=True)
    left_out = sum(row.skipped for row in brief.rows) + brief.left_out
    assert left_out == len(whole.rows) - len(brief.rows) > 0
    assert [number for _, number in brief.sections] == sorted(n for _, n in brief.sections)


def test_long_paragraphs_are_shortened_round_their_edits():
    """Of a paragraph of thousands of words only those near the edit are shown."""
    old = " ".join(f"w{n}" for n in range(3_000))
    new = old.replace("w1500 ", "changed ")
    (row,) = pairs(redline(old, new), old, new).rows
    assert len(words_of(row.new)) < 100
    assert [part.kind for part in row.new] == ["omitted", "same", "inserted", "same", "omitted"]
    (whole,) = pairs(redline(old, new), old, new, whole=True).rows
    assert words_of(whole.new) == new.split()


def test_the_tally_leaves_looks_and_moves_apart():
    """Looks are counted as edits, moved words once, and neither as inserted or deleted."""
    counted = tally(redline(OLD, NEW))
    assert counted.looks == 4  # a capital, a number that follows, and that of what moved, twice
    assert counted.moved >= 16
    assert counted.inserted < 10
    assert [words for _, words in told(counted)][-1] == "4 edits of looks only"
    assert told(tally(redline("a", "a"))) == []


class TestColumns:
    """Two columns on a terminal."""

    def lines(self, old, new, width=80, **options):
        made = pairs(redline(old, new), old, new, **options)
        found = render_columns(made, width=width, names=("old.pdf", "new.pdf"))
        return ["".join(text for _, text in line) for line in found]

    @given(TEXTS, TEXTS, st.integers(10, 90))
    def test_no_line_is_wider_than_the_terminal(self, old, new, width):
        """However narrow, no line breaks the columns; headings and gaps may run over."""
        for line in self.lines(old, new, width, whole=True):
            if " │ " in line:
                assert len(line) <= max(width, len(" │ ") + 2)

    def test_signs_stand_without_colours(self):
        """What went and what came is told by signs, and moves by where the other half is."""
        shown = "\n".join(self.lines(OLD, NEW, 140))
        assert "[-the-]" in shown
        assert "{+any+}" in shown
        assert "[-↑ moved to Section 2: Names." in shown
        assert "{+↓ moved from Section 3: Names.+}" in shown
        assert "paragraphs unchanged" in shown

    def test_inline_rows_keep_paragraphs(self):
        """The same rows one below another, each edit in its line."""
        lines = [
            "".join(text for _, text in line) for line in inline(pairs(redline(OLD, NEW), OLD, NEW))
        ]
        assert "Dog license | [-$10-] {+$12+}" in lines
        assert "{+Bird license | $3+}" in lines

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_no_control_characters_get_out(self, old, new):
        """Whatever a document holds, the terminal gets nothing to obey."""
        for line in self.lines(old, new, whole=True):
            assert not re.search("[\x00-\x1f\x7f-\x9f]", line)
            assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f]", line)


@pytest.mark.parametrize("whole", [False, True])
def test_fifty_thousand_words_take_less_than_a_second(whole):
    """A long text with hundreds of edits is set side by side while one waits."""
    lines = [
        f"({n % 26}) " + " ".join(f"w{(n * 31 + at) % 4999}" for at in range(24)) + "."
        for n in range(2_000)
    ]
    edited = [line.replace("w", "v", 1) if n % 10 == 0 else line for n, line in enumerate(lines)]
    old, new = "\n".join(lines), "\n".join(edited)
    result = redline(old, new)
    start = time.perf_counter()
    made = pairs(result, old, new, whole=whole)
    assert time.perf_counter() - start < 1.5  # a second on a quiet machine
    assert len(made.rows) == (2_000 if whole else 200)
