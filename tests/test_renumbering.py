"""Sections that came, went or changed places, and the numbers and references that follow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.redline import apply, redline

TITLE = "Short title. This act may be cited as the Clear Streets Act of the city."
DEFINED = "Definitions. An officer is a sworn member of any agency that enforces law."
MASKS = "Masks. An officer shall not wear a mask while on duty in a public place."
FEES = "Fees. The commissioner shall set the fee for each permit not later than January 31."
RECORDS = "Records. The agency shall keep what is described in Section 3 for 10 years."
NAMES = "Names. Each officer shall display a name that can be read from ten feet away."
LAW = (TITLE, DEFINED, MASKS, FEES, RECORDS)
STYLES = (
    "SECTION {}. ",
    "Sec. {}. ",
    "SECTION {}.\n",
    "\u00a7 10-84{}. ",
    "10-84{}. ",
    "Article {}\n",
)


def law(*sections, style="SECTION {}. "):
    return "\n".join(style.format(rank) + text for rank, text in enumerate(sections, 1))


def edits(old, new, *, cosmetic=False, **options):
    hunks = redline(old, new, **options).hunks
    assert apply(old.split(), hunks) == new.split()
    return [(one.kind, one.old, one.new) for one in hunks if one.cosmetic == cosmetic]


def refers(number):
    return RECORDS.replace("Section 3", f"Section {number}")


@pytest.mark.parametrize("style", STYLES)
def test_a_section_put_in_is_the_only_edit(style):
    """The sections behind it have other numbers and say what they said, however numbered."""
    new = law(TITLE, DEFINED, NAMES, MASKS, FEES, style=style)
    ((kind, gone, come),) = edits(law(TITLE, DEFINED, MASKS, FEES, style=style), new)
    assert (kind, gone) == ("insert", "")
    assert come.split() == (style.format(3) + NAMES).split()


@pytest.mark.parametrize("style", STYLES)
def test_a_section_taken_out_is_the_only_edit(style):
    """With its own heading, and not with that of the next one."""
    old = law(TITLE, DEFINED, NAMES, MASKS, FEES, style=style)
    ((kind, gone, come),) = edits(old, law(TITLE, DEFINED, MASKS, FEES, style=style))
    assert (kind, come) == ("delete", "")
    assert gone.split() == (style.format(3) + NAMES).split()


@pytest.mark.parametrize("style", STYLES)
def test_a_section_that_moved_has_another_number(style):
    """The words are followed to their new place; numbers are looks, its own among them."""
    old = law(TITLE, DEFINED, MASKS, FEES, NAMES, style=style)
    new = law(TITLE, NAMES, DEFINED, MASKS, FEES, style=style)
    assert edits(old, new) == [("move", "", NAMES), ("move", NAMES, "")]
    renumbered = edits(old, new, cosmetic=True)
    assert [kind for kind, _, _ in renumbered] == ["insert", *["replace"] * 3, "delete"]


def test_a_section_amended_as_it_moved():
    """The word that became another is told beside the move."""
    moved = f"{NAMES} A vehicle of the agency bears its number on each side of it."
    new = law(TITLE, moved.replace("A vehicle", "No vehicle"), DEFINED, MASKS, FEES)
    found = edits(law(TITLE, DEFINED, MASKS, FEES, moved), new)
    assert [kind for kind, _, _ in found] == ["move", "insert", "move", "move", "delete", "move"]
    assert found[1] == ("insert", "", "No")
    assert found[4] == ("delete", "A", "")


def test_sections_and_paragraphs_move_beside_other_edits():
    """Each is told for itself: a move, a swap of paragraphs, a figure and a reference that follows."""
    paragraphs = [MASKS, FEES]
    rules = "Rules.\n(a) {}\n(b) {}"
    due = "Due. The fee is due within 10 days under Section 3."
    old = law(TITLE, rules.format(*paragraphs), DEFINED, due, NAMES)
    due = due.replace("10", "30").replace("Section 3", "Section 4")
    new = law(TITLE, NAMES, rules.format(*reversed(paragraphs)), DEFINED, due)
    real = edits(old, new)
    assert [one for one in real if one[0] != "move"] == [("replace", "10", "30")]
    moved = {gone + come for kind, gone, come in real if kind == "move"}
    assert NAMES in moved
    assert moved <= {NAMES, MASKS, FEES}
    assert len(moved) == 2


def test_references_follow_what_was_renumbered():
    """The same section under its new number: in place, and where sections changed places."""
    assert edits(law(*LAW), law(TITLE, DEFINED, NAMES, MASKS, FEES, refers(4))) == [
        ("insert", "", f"SECTION 3. {NAMES}")
    ]
    found = edits(law(*LAW), law(TITLE, FEES, DEFINED, MASKS, refers(4)))
    assert found == [("move", "", FEES), ("move", FEES, "")]


@pytest.mark.parametrize(
    ("sections", "number"),
    [
        ((TITLE, DEFINED, MASKS, FEES), 4),  # nothing came or went
        ((TITLE, DEFINED, NAMES, MASKS, FEES), 5),  # to another section
        ((TITLE, DEFINED, NAMES, MASKS, FEES), 2),
        ((TITLE, DEFINED, MASKS, FEES, NAMES), 4),  # it came behind the section
    ],
)
def test_a_reference_that_does_not_follow_is_an_amendment(sections, number):
    """It points to another section than before."""
    assert ("replace", "3", str(number)) in edits(law(*LAW), law(*sections, refers(number)))


@pytest.mark.parametrize(
    "citation",
    [
        "Section {} of the Privacy Act", "section {} of title 8", "section {}, chapter 20",
        "Penal Law section {}", "8 U.S.C. \u00a7 {}", "INA section {}", "Section {} of Article 2",
        "within {} days", "a fee of ${}", "section {} in chapter 9", "subsection ({})",
        "\u00a7 10-84{}", "sections 9 and {}",
    ],
)  # fmt: skip
def test_figures_of_other_law_never_follow(citation):
    """Though a section of this law went from 3 to 4, another law's section 3 did not."""
    says = "Duty. It is meant as {} says and has said."
    old = law(TITLE, DEFINED, MASKS, says.format(citation.format(3)))
    new = law(TITLE, DEFINED, NAMES, MASKS, says.format(citation.format(4)))
    found = edits(old, new)
    assert len(found) == 2
    assert [("3" in gone, "4" in come) for kind, gone, come in found if kind == "replace"] == [
        (True, True)
    ]


def test_a_number_of_a_code_that_nothing_explains_is_an_amendment():
    """A bill that now adds section 10-850 instead of 10-843 adds something else."""
    style = "\u00a7 10-84{}. "
    old = law(TITLE, DEFINED, style=style)
    assert edits(old, old.replace("10-842", "10-847")) == [("replace", "10-842.", "10-847.")]
    more = law(TITLE, NAMES, DEFINED, style=style)
    assert edits(old, more) == [("insert", "", f"\u00a7 10-842. {NAMES}")]
    assert len(edits(old, more.replace("10-843", "10-847"))) == 2


def test_the_number_of_a_section_put_into_other_law_is_an_amendment():
    """A bill that adds "SEC. 704" to an act instead of "SEC. 703" adds something else."""
    old = f"SECTION 1. The Housing Act is amended by adding:\n\u201cSec. 703. {NAMES}\u201d."
    assert edits(old, old.replace("703", "704")) == [("replace", "703.", "704.")]
    assert edits(old, old.replace("SECTION 1", "SECTION 2")) == []


def test_paragraphs_that_change_places_keep_their_words():
    """(a) and (b) change places: one moved, and the letters follow."""
    old = f"SECTION 1. Rules.\n(a) {MASKS}\n(b) {NAMES}\n(c) {FEES}"
    new = f"SECTION 1. Rules.\n(a) {NAMES}\n(b) {MASKS}\n(c) {FEES}"
    found = edits(old, new)
    assert [kind for kind, _, _ in found] == ["move", "move"]
    assert found[0][2] == found[1][1]


SECTIONS = st.lists(st.sampled_from([*LAW, NAMES, refers(2), refers(4)]), max_size=8)


@given(SECTIONS, SECTIONS, st.sampled_from(STYLES), st.sampled_from(STYLES))
def test_any_sections_in_any_order_apply(before, after, style, other):
    """Whatever came, went, moved and was numbered otherwise, the hunks give the new words."""
    old, new = law(*before, style=style), law(*after, style=other)
    result = redline(old, new)
    assert apply(old.split(), result.hunks) == new.split()
    if sorted(before) != sorted(after):
        assert not result.cosmetic


@given(SECTIONS, st.integers(0, 8), st.integers(1, 99), st.integers(1, 99))
def test_a_figure_in_the_text_is_always_an_amendment(sections, at, first, second):
    """Whatever shifts around it, "10 days" that became "30 days" is seen."""
    said = [f"Terms. The permit ends {count} days after notice." for count in (first, second)]
    old = law(*sections[:at], said[0], *sections[at:])
    new = law(NAMES, *sections[:at], said[1], *sections[at:])
    real = [gone + come for _, gone, come in edits(old, new)]
    assert first == second or any(str(second) in words for words in real)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The law.\np. 1", "The law."),
        ("The law.\npg. 1 of 1", "The law.\npg. 1 of 2"),
        ("Int. 5\nThe law is short.\fInt. 5\np. 2", "Int. 5\nThe law is short."),
        ("The law\n- Page 1 -\fgoes on.", "The law goes on."),
    ],
)
def test_lines_that_number_pages_say_nothing(old, new):
    """A law that flows onto one page, or has an empty last page, is the same law."""
    assert redline(old, new).cosmetic
    assert redline(new, old).cosmetic


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("As shown on\npage 12", "As shown on\npage 13"),
        ("The law.\nPay $1", "The law.\nPay $2"),
        ("The law is this.\nRepealed.\fThe law is that.\nRepealed.",
         "The law is this.\nRepealed.\fThe law is that."),
        ("The law.\n12", "The law.\n13"),
        ("The law, page 1 of it.", "The law, page 2 of it."),
    ],
)  # fmt: skip
def test_what_a_page_says_is_no_number_of_a_page(old, new):
    """A page referred to, a figure alone and a line that stands twice are of the law."""
    assert not redline(old, new).cosmetic


def test_footnotes_stand_where_pages_end():
    """They go to the foot of another page with each print, as they are."""
    note = "1 See the report of the council on masks."
    old = f"{MASKS}\n{note}\f{FEES}\n{NAMES}"
    assert redline(old, f"{MASKS}\n{FEES}\f{NAMES}\n{note}").cosmetic
    assert not redline(old, f"{MASKS}\n{FEES}\f{NAMES}\n{note.replace('See', 'Not')}").cosmetic
    inside = old.replace(note, note[2:])
    assert not redline(inside, f"{MASKS}\n{FEES}\f{NAMES}\n{note[2:]}").cosmetic
