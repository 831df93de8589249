"""Redlines: alignment, moves, sections, rendering."""

import gc
import json
import random
import re
import time
import tracemalloc
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import align
from pipelines.clean import normalise
from pipelines.extract import extract_text
from pipelines.redline import apply, redline
from pipelines.render import (
    passages,
    redline_json,
    render_html,
    render_segments,
    render_text,
)
from pipelines.render_page import render_page
from pipelines.sections import outline
from pipelines.texts import Limits

WORDS = st.sampled_from(["the", "officer", "shall", "may", "not", "mask.", "(b)", "287(g)", "a"])
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)
PARAGRAPHS = st.lists(
    st.lists(WORDS, min_size=5, max_size=15).map(" ".join), min_size=1, max_size=6
)

BEFORE = """SECTION 1. Definitions.
(a) In this chapter, "officer" means a sworn member of the police department.
(b) "Mask" means anything that hides the face.
SECTION 2. Masks.
(a) An officer shall not wear a mask while on duty in a public place.
(b) This section does not apply to a respirator worn for health.
SECTION 3. Names.
Each officer shall display a name and number that can be read from ten feet away.
"""
AFTER = """SECTION 1. Definitions.
(a) In this chapter, "officer" means a sworn member of any police department.
(b) "Mask" means anything that hides the face.
SECTION 2. Names.
Each officer shall display a name and number that can be read from ten feet away.
SECTION 3. Masks.
(a) An officer may not wear a mask while on duty in a public place.
(b) This section does not apply to a respirator worn for health.
(c) A violation is a misdemeanor.
"""


def anchored(old: str, new: str):
    """The redline as made when even short texts go by anchors."""
    with mock.patch.object(align, "_PAIRS_DIRECT", 0):
        return redline(old, new)


class TestHunks:
    """What a redline promises of its hunks."""

    @given(TEXTS, TEXTS)
    def test_hunks_applied_to_old_give_new(self, old, new):
        """The hunks turn the words of old into the words of new."""
        assert apply(old.split(), redline(old, new).hunks) == new.split()

    @given(TEXTS, TEXTS)
    def test_anchored_hunks_applied_to_old_give_new(self, old, new):
        """Alignment by anchors is as right as the direct one."""
        assert apply(old.split(), anchored(old, new).hunks) == new.split()

    @given(PARAGRAPHS, st.randoms(use_true_random=False))
    def test_shuffled_paragraphs_apply(self, paragraphs, chance):
        """Moves are edits like others: applying them gives the shuffled text."""
        shuffled = list(paragraphs)
        chance.shuffle(shuffled)
        old, new = "\n".join(paragraphs), "\n".join(shuffled)
        assert apply(old.split(), redline(old, new).hunks) == new.split()

    @given(TEXTS, TEXTS)
    def test_hunks_name_their_words(self, old, new):
        """Each hunk's texts are the words of its ranges, and ranges run forward."""
        old_words, new_words = old.split(), new.split()
        done = (0, 0)
        for hunk in redline(old, new).hunks:
            assert hunk.old.split() == old_words[hunk.old_start : hunk.old_end]
            assert hunk.new.split() == new_words[hunk.new_start : hunk.new_end]
            assert hunk.old or hunk.new
            assert (hunk.old_start, hunk.new_start) >= done
            done = (hunk.old_end, hunk.new_end)

    @given(TEXTS, TEXTS)
    def test_counts_are_words(self, old, new):
        """Inserted less deleted is the difference in length, for moves cancel out."""
        result = redline(old, new)
        assert result.inserted - result.deleted == len(new.split()) - len(old.split())

    @given(TEXTS, TEXTS)
    def test_a_real_difference_is_never_an_empty_redline(self, old, new):
        """Texts that normalise to different texts have hunks and are not cosmetic."""
        result = redline(old, new)
        if normalise(old) != normalise(new):
            assert result.hunks
            assert not result.cosmetic
            assert not result.equal

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_any_text_at_all(self, old, new):
        """No characters break the redline or its promise."""
        result = redline(old, new)
        assert apply(old.split(), result.hunks) == new.split()
        assert result.equal == (old == new)
        assert result.hunks or result.equal or result.cosmetic

    def test_the_same_text_is_equal(self):
        """A text against itself has no hunks and is not cosmetic."""
        result = redline(BEFORE, BEFORE)
        assert (result.equal, result.cosmetic, result.hunks) == (True, False, ())

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("An  officer\nshall not", "An officer shall\tnot"),
            ("the \u201cofficer\u2019s\u201d mask", 'the "officer\'s" mask'),
            ("city\u2013owned lots", "city-owned lots"),
            ("§\u00a03-113", "§ 3-113"),
        ],
    )
    def test_typography_is_cosmetic(self, old, new):
        """Space, quotation marks and dashes are no amendment."""
        result = redline(old, new)
        assert not result.equal
        assert result.cosmetic

    def test_one_word_is_one_hunk(self):
        """A replaced word is one replace hunk of one word."""
        result = redline("The officer shall act.", "The officer may act.")
        (hunk,) = result.hunks
        assert (hunk.kind, hunk.old, hunk.new) == ("replace", "shall", "may")
        assert (hunk.old_start, hunk.old_end, hunk.new_start, hunk.new_end) == (2, 3, 2, 3)
        assert (result.inserted, result.deleted) == (1, 1)

    def test_stray_common_words_join_large_edits(self):
        """A rewritten passage is one hunk although both wordings have "the"."""
        old = "Keep. " + " ".join(f"old{n}" for n in range(9)) + " the " + "x y z " * 4 + "End."
        new = "Keep. " + " ".join(f"new{n}" for n in range(9)) + " the " + "p q r " * 4 + "End."
        assert [hunk.kind for hunk in redline(old, new).hunks] == ["replace"]

    def test_a_paragraph_that_came_has_its_own_number(self):
        """The new paragraph is what came; the ones behind it have other numbers now."""
        old = "Section 1. Masks.\n(a) No masks.\n(b) No hoods."
        new = "Section 1. Masks.\n(a) No masks.\n(b) Veils are out.\n(c) No hoods."
        for before, after, kind in ((old, new, "insert"), (new, old, "delete")):
            hunks = redline(before, after).hunks
            assert [(hunk.kind, hunk.cosmetic) for hunk in hunks] == [
                (kind, False),
                ("replace", True),
            ]
            assert hunks[0].old + hunks[0].new == "(b) Veils are out."
            assert {hunks[1].old, hunks[1].new} == {"(b)", "(c)"}
            assert apply(before.split(), hunks) == after.split()

    def test_a_number_that_became_a_paragraph_and_a_number(self):
        """The same, where the words make it a replacement of the number."""
        old = "(a) No masks. (b) No hoods."
        new = "(b) No masks. (c) Veils are out. (d) No hoods."
        for before, after in ((old, new), (new, old)):
            real = [hunk for hunk in redline(before, after).hunks if not hunk.cosmetic]
            assert [hunk.old + hunk.new for hunk in real] == ["(c) Veils are out."]
            assert apply(before.split(), redline(before, after).hunks) == after.split()

    def test_a_reference_in_a_sentence_is_no_number_of_a_paragraph(self):
        """Words that come between two references are told as they stand."""
        old = "Under subsection (b) of this section."
        new = "Under subsection (a) and, where it applies. (b) of this section."
        assert not any(hunk.cosmetic for hunk in redline(old, new).hunks)


class TestMoves:
    """Passages that change places."""

    def test_a_moved_section_is_marked_moved(self):
        """The words of a section that went elsewhere are neither inserted nor deleted."""
        result = redline(BEFORE, AFTER)
        moved = [hunk for hunk in result.hunks if hunk.kind == "move"]
        assert {hunk.old for hunk in moved if hunk.old} == {hunk.new for hunk in moved if hunk.new}
        assert any("display a name and number" in hunk.old for hunk in moved)
        others = [hunk for hunk in result.hunks if hunk.kind != "move"]
        assert not any("ten feet" in hunk.old + hunk.new for hunk in others)
        assert apply(BEFORE.split(), result.hunks) == AFTER.split()

    def test_the_halves_of_a_move_have_one_empty_range_each(self):
        """Where a passage left, nothing came; where it came, nothing left."""
        for hunk in redline(BEFORE, AFTER).hunks:
            if hunk.kind == "move":
                assert (hunk.old_start == hunk.old_end) != (hunk.new_start == hunk.new_end)

    def test_an_edit_inside_a_moved_passage_is_seen(self):
        """A word changed on the way is a hunk of its own, not lost in the move."""
        passage = [f"word{n}" for n in range(40)]
        rest = [f"rest{n}" for n in range(100)]
        edited = [*passage[:20], "changed", *passage[21:]]
        result = redline(" ".join(passage + rest), " ".join(rest + edited))
        shown = {(hunk.kind, hunk.old, hunk.new) for hunk in result.hunks if hunk.kind != "move"}
        assert shown == {("delete", "word20", ""), ("insert", "", "changed")}
        assert (result.inserted, result.deleted) == (1, 1)

    def test_boilerplate_is_no_move(self):
        """A few words deleted here and, by chance, inserted there have not moved."""
        filler = " ".join(f"w{n}" for n in range(50))
        result = redline(f"of this section {filler}", f"{filler} of this section")
        assert {hunk.kind for hunk in result.hunks} == {"delete", "insert"}


class TestAlignment:
    """Long texts."""

    def test_a_long_text_with_edits_and_a_move(self):
        """Fifty thousand words with five hundred edits align, and stay as minimal as edited."""
        chance = random.Random(7)
        words = [f"w{chance.randrange(5000)}" for _ in range(50_000)]
        new = list(words)
        block = new[9_000:9_200]
        del new[9_000:9_200]
        new[30_000:30_000] = block
        for at in sorted(chance.sample(range(len(new)), 500), reverse=True):
            new[at : at + 1] = chance.choice(([], ["extra", new[at]], ["other"]))
        result = redline(" ".join(words), " ".join(new))
        assert apply(words, result.hunks) == new
        assert result.inserted + result.deleted <= 1_000
        moved = sum(hunk.new_end - hunk.new_start for hunk in result.hunks if hunk.kind == "move")
        assert moved >= 150

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("a " * 30_000, "b a " * 15_000),
            ("x " * 20_000 + "y z " * 12_000, "y z " * 12_000 + ("x " * 20_000 + "q ") * 2),
            ("a b c " * 10_000, "c b a " * 10_000),
            (" ".join(map(str, range(30_000))), " ".join(map(str, reversed(range(30_000))))),
        ],
        ids=["sparse", "twice", "turned", "reversed"],
    )
    def test_hostile_texts(self, old, new):
        """Texts made to be hard are compared in seconds, and rightly."""
        start = time.perf_counter()
        result = redline(old, new)
        assert time.perf_counter() - start < 30
        assert apply(old.split(), result.hunks) == new.split()

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (" ".join(map(str, range(60_000))), " ".join(map(str, range(1, 60_001)))),
            ("a " * 200_000, "a " * 150_000),
            (" ".join(f"a{n}" for n in range(20_000)), " ".join(f"b{n}" for n in range(20_000))),
            ("\u00a71" * 200_000, "\u00a71" * 199_999 + "\u00a72"),
            ("\f".join(["p. 1"] * 1_500), "\f".join(["p. 2"] * 1_500)),
            ("\n".join(f"SECTION {n}." for n in range(1_500)),
             "\n".join(f"SECTION {n}." for n in range(700, 2_200))),
            ("\f".join(["x y z\n1 a note here"] * 700), "\f".join(["x y\n2 a note here"] * 700)),
        ],
        ids=["equal", "one word", "different", "no spaces", "pages", "headings", "notes"],
    )  # fmt: skip
    def test_hostile_shapes_cost_little(self, old, new):
        """Neither many words nor many marks cost more than their share of time and memory."""
        gc.collect()
        start = time.perf_counter()
        result = redline(old, new)
        assert time.perf_counter() - start < 10
        tracemalloc.start()
        try:
            redline(old, new)
            assert tracemalloc.get_traced_memory()[1] < 200e6
        finally:
            tracemalloc.stop()
        assert apply(old.split(), result.hunks) == new.split()

    def test_texts_without_a_common_stretch(self):
        """Two long texts that share only scattered words still give a right redline."""
        chance = random.Random(8)
        old = [f"w{chance.randrange(40)}" for _ in range(4_000)]
        new = [f"w{chance.randrange(40)}" for _ in range(4_000)]
        assert apply(old, redline(" ".join(old), " ".join(new)).hunks) == new

    def test_words_beyond_the_first_plane_are_told_apart(self):
        """More than 55,296 distinct words skip the code points that are no characters."""
        words = [f"n{n}" for n in range(60_000)]
        new = [*words[:100], "new", *words[100:]]
        (hunk,) = redline(" ".join(words), " ".join(new)).hunks
        assert (hunk.kind, hunk.new, hunk.new_start) == ("insert", "new", 100)


class TestSections:
    """The heading above a word."""

    @pytest.mark.parametrize(
        ("text", "word", "section"),
        [
            ("SEC. 2. Masks are out.", "Masks", "Section 2"),
            ("ARTICLE 41\nOf masks", "masks", "Article 41"),
            ("Section 3. Rules.\n(b) No masks.", "masks.", "Section 3(b)"),
            (
                "§ 10-843. Concealment.\n(1) In general.\n(a) First.\n(b) Then",
                "Then",
                "§ 10-843(1)(b)",
            ),
            ("5\u2013104.1.\n(A) (1) IN THIS SECTION", "THIS", "§ 5\u2013104.1(A)(1)"),
            ("§ 9.1-200. Rules.\nA. One.\nB. Two masks", "masks", "§ 9.1-200(B)"),
            ("Section 1. One. Section 2. Two masks", "masks", "Section 2"),
            ("Section 4. Rules under\nSection 5 of the Act are void", "void", "Section 4"),
            ("(h) Eight.\n(i) Nine.\n(j) Ten", "Ten", "(j)"),
            ("(a) One:\n(i) first;\n(ii) second;\n(iii) third", "third", "(a)(iii)"),
            ("No heading at all", "all", ""),
        ],
    )
    def test_the_nearest_heading_above(self, text, word, section):
        """Headings as legislatures print them are found, and references are not."""
        assert outline(text).at(text.split().index(word)) == section

    def test_a_hunk_says_where_it_stands(self):
        """An edit carries the section it stands in; a deleted section its own."""
        result = redline(BEFORE, AFTER)
        where = {hunk.old or hunk.new: hunk.section for hunk in result.hunks}
        assert where["the"] == "Section 1(a)"
        assert where["(c) A violation is a misdemeanor."] == "Section 3(c)"
        gone = redline(BEFORE, BEFORE[: BEFORE.index("SECTION 3")])
        assert [hunk.section for hunk in gone.hunks] == ["Section 3"]

    def test_many_open_brackets_are_read_quickly(self):
        """A hostile text of nothing but headings is read in linear time."""
        assert len(outline("(a)\n" * 20_000).starts) == 20_000


class TestRendering:
    """Redlines for people."""

    @given(st.text(max_size=80), st.text(max_size=80))
    def test_html_holds_only_our_tags(self, old, new):
        """Whatever the documents hold, no markup of theirs gets out."""
        html = render_html(redline(old, new), old, new)
        ours = r'</?(?:ins|del|p|section|span|h4)(?: (?:class|title)="[a-z -]+")*>'
        left = re.sub(ours, "", html)
        assert "<" not in left
        assert ">" not in left

    def test_markup_in_a_document_is_shown_not_obeyed(self):
        """Tags in a text come out escaped."""
        old, new = "keep this", "keep <script>alert(1)</script> this"
        html = render_html(redline(old, new), old, new)
        assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins>" in html

    def test_control_and_bidirectional_characters_never_get_out(self):
        """A document cannot send escape sequences to a terminal or turn text round."""
        old, new = "keep this", "keep \x1b[31m\u202eevil\u200b this"
        shown = render_text(redline(old, new), old, new) + render_html(redline(old, new), old, new)
        assert not re.search("[\x1b\u202e\u200b]", shown)
        assert "evil" in shown

    def test_context_and_section_stand_round_an_edit(self):
        """An edit is shown under its heading, between unchanged words and ellipses."""
        result = redline(BEFORE, BEFORE.replace("ten feet", "six feet"))
        (passage,) = passages(result, BEFORE, BEFORE.replace("ten feet", "six feet"), context=3)
        assert passage.section == "Section 3"
        assert [(part.kind, part.text) for part in passage.segments] == [
            ("omitted", "…"),
            ("same", "be read from"),
            ("deleted", "ten"),
            ("inserted", "six"),
            ("same", "feet away."),
        ]

    def test_neighbouring_passages_do_not_show_an_edit_as_unchanged(self):
        """The words round one edit stop where the next edit begins."""
        old = "Section 1. Alpha beta.\nSection 2. Gamma delta."
        new = "Section 1. Alpha bold.\nSection 2. Green delta."
        for passage in passages(redline(old, new), old, new):
            same = " ".join(part.text for part in passage.segments if part.kind == "same")
            assert "bold." not in same
            assert "Green" not in same

    def test_moves_are_named(self):
        """Both ends of a move say so."""
        result = redline(BEFORE, AFTER)
        text = render_text(result, BEFORE, AFTER)
        assert "[-moved from here: " in text
        assert "{+moved to here: " in text
        assert 'class="moved"' in render_html(result, BEFORE, AFTER)

    def test_a_long_edit_can_be_shortened(self):
        """The middle of a long edit is left out and counted."""
        new = " ".join(f"w{n}" for n in range(100))
        text = render_text(redline("", new), "", new, longest=10)
        assert "w4 … 90 words … w95" in text

    def test_cosmetic_edits_are_not_shown_beside_real_ones(self):
        """Straightened quotation marks do not drown the one word that changed."""
        old = "The \u201cofficer\u201d shall, when on duty in a public place, show a \u201cnumber\u201d always."
        new = 'The "officer" may, when on duty in a public place, show a "number" always.'
        shown = render_segments(redline(old, new), old, new)
        changed = {text for kind, text in shown if kind in ("inserted", "deleted")}
        assert changed == {"[-shall,-]", "{+may,+}"}

    @pytest.mark.parametrize(("old", "new"), [("a b", "a b"), ("a  b", "a b")])
    def test_nothing_to_show_is_said(self, old, new):
        """Equal and merely cosmetic texts give a sentence, not an empty page."""
        html = render_html(redline(old, new), old, new)
        assert html.startswith('<p class="redline-none">')

    def test_a_page_of_its_own(self):
        """A whole page says its charset, escapes its title and may load nothing."""
        page = render_page(redline("a", "$b"), "a", "$b", title="<old> → $new")
        assert page.startswith("<!doctype html>")
        assert "<title>&lt;old&gt; → $new</title>" in page
        assert "default-src 'none'" in page
        assert "<del>a</del> <ins>$b</ins>" in page

    @given(TEXTS, TEXTS)
    def test_terminal_segments_are_the_text(self, old, new):
        """The coloured segments put together are the plain text."""
        result = redline(old, new)
        joined = "".join(text for _, text in render_segments(result, old, new))
        assert joined == render_text(result, old, new)


def test_json_has_the_promised_names():
    """The command line's contract: these names, and only JSON values."""
    value = json.loads(json.dumps(redline_json(redline(BEFORE, AFTER))))
    assert {"equal", "cosmetic", "inserted", "deleted", "hunks"} <= set(value)
    names = {"kind", "section", "old", "new", "old_start", "old_end", "new_start", "new_end"}
    assert all(names <= set(hunk) for hunk in value["hunks"])


@pytest.mark.corpus
def test_real_successive_versions_apply(corpus):
    """Redlines of real introduced and enrolled bills give the later text."""
    folder = corpus / "state-bills" / "oregon"
    pairs = [
        (path, path.with_name(path.name.replace("introduced", "enrolled")))
        for path in sorted(folder.glob("*-introduced.txt"))
    ]
    pairs = [(old, new) for old, new in pairs if new.exists()]
    assert pairs
    for before, after in pairs:
        old = before.read_text(encoding="utf-8", errors="replace")
        new = after.read_text(encoding="utf-8", errors="replace")
        result = redline(old, new)
        assert apply(old.split(), result.hunks) == new.split()
        assert result.hunks
        assert sum(bool(hunk.section) for hunk in result.hunks) >= len(result.hunks) / 2


@pytest.mark.corpus
def test_real_pages_against_the_text_published_beside_them(corpus):
    """Oregon's PDFs and plain texts say the same but for the heads and numbers of lines.

    The plain texts have those, our reading of the PDFs takes them out.
    """
    furniture = re.compile(r"(?:\d{1,2}|\[\d+\]|[HS]B|Enrolled|House|Senate|Bill|\d{4}|Page|\d{3}"
                           r"|\([HS]B|\d+-\w+\))(?:\s|$)")  # fmt: skip
    pages = sorted((corpus / "state-bills" / "oregon").glob("*-introduced.pdf"))
    compared = 0
    for page in pages:
        beside = page.with_suffix(".txt")
        if beside.exists():
            old = extract_text(page, Limits()).text
            new = beside.read_text(encoding="utf-8", errors="replace")
            # The published text leaves a word in two round the head of the next page.
            real = [
                hunk
                for hunk in redline(old, new).hunks
                if not hunk.cosmetic and not re.search(r"- \[\d+\]", hunk.new)
            ]
            assert not [hunk for hunk in real if hunk.old], page.name
            assert not [hunk.new for hunk in real if furniture.sub("", hunk.new).strip()], page.name
            compared += 1
    assert compared >= 5
