"""Word errors are counted as docs/text-quality.md says, and alike for every reader."""

from collections import Counter
from functools import partial
from itertools import groupby

import pytest

from benchmarks.kit.printed import HOUSES, bill
from benchmarks.kit.published import Pair, cleaned, printed, unnumbered
from benchmarks.kit.readers import here
from benchmarks.kit.wording import (
    Marked,
    agreement,
    citations,
    compared,
    joined,
    whole_words,
    words,
)
from benchmarks.text_quality import (
    Row,
    marks_table,
    marks_told,
    measured,
    quality_table,
    worst_table,
)
from pipelines.extract import extract_text
from pipelines.texts import Limits


def test_what_is_no_word_does_not_count():
    """Ligatures, quotes, dashes and white space are folded; case, signs and hyphens stay."""
    assert words("The \ufb01rst\n \u201cofficer\u2019s\u201d  2\u20131A, § 5.") == [
        "The", "first", "officer's", "2-1A", "§", "5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "errors", "kind"),
    [
        ("the state shall enforce § 5", 0, None),
        ("the state shall en-\nforce § 5", 2, ("broken", 1)),
        ("the state 14 shall enforce § 5", 1, ("numbers", 1)),
        ("the state shall enforce \ufffd 5", 1, ("signs", 1)),
        ("state shall enforce § 5 the", 2, ("moved", 1)),
        ("", 6, ("signs", 1)),
    ],
)
def test_each_kind_of_error_is_counted(found, errors, kind):
    """One fault at a time, in six words."""
    seen = compared(words("the state shall enforce § 5"), words(found))
    assert (seen.truth, seen.errors) == (6, errors)
    assert seen.rate == pytest.approx(100 * errors / 6)
    counts = {name: getattr(seen, name) for name in ("moved", "numbers", "broken", "signs")}
    assert {name: count for name, count in counts.items() if count} == dict([kind] if kind else [])


def test_truth_is_joined_by_the_words_it_knows():
    """A hyphen at a line end stays where the word has it elsewhere, or both halves are words."""
    known = words("conformance re-enter pre session")
    assert joined("conform-\nance re-\nenter pre-\nsession immi-\n\n \ngration", known) == (
        "conformance re-enter pre-session immigration"
    )


def test_halves_of_broken_words_are_no_words():
    """Else a word broken twice would keep its hyphen."""
    text = "for sta-\ntistical use; sta-\ntistical ends"
    assert whole_words(text) == ["for", "use", "ends"]
    assert joined(text, whole_words(text)).startswith("for statistical use")


def test_lines_that_are_counted_lose_their_numbers_and_others_keep_them():
    """A line of the law may begin with a number too."""
    page = "1 under section\n42 U.S.C. 1983\n2 of the code\n3 and 1 more"
    assert unnumbered(page) == "under section\n42 U.S.C. 1983\nof the code\nand 1 more"


def test_the_truths_cleaning_spares_other_readers_what_it_spared_the_truth():
    """Heads and line numbers, and pdfium's own sign for a broken line."""
    raw = "2   HOUSE BILL 7\r\n1 an immi\ufffegration\r\n2 officer"
    assert words(cleaned(raw, words("immigration officer"))) == ["an", "immigration", "officer"]


def test_citations_are_found_whole_or_not_at_all():
    """What a line number or a broken line parts is lost to a search."""
    text = "8 U.S.C. § 1357(g), under section 287(g) and\n§ 10\u2013843; ORS 181A.820 (1) or Article 41"
    found = citations(text)
    assert found == Counter(
        ["8 U.S.C. § 1357(g)", "section 287(g)", "§ 10-843", "ORS 181A.820", "Article 41"]
    )
    assert not citations("8 U.S.C. 12 § 13") & citations("8 U.S.C. § 13")
    assert citations("under 287(g), 22 C.F.R. 62(a)") == Counter(["287(g)", "22 C.F.R. 62(a)"])


def test_marks_are_compared_word_by_word():
    """Precision is of the words marked, recall of those that should be."""
    seen = agreement(["may", "not", "detain"], ["may", "not", "the", "the"])
    assert (seen.precision, seen.recall) == (50, pytest.approx(200 / 3))
    assert agreement([], []).precision is None


def test_a_table_tells_where_nothing_was_to_be_marked():
    """And gives no precision where the truth names only some of the marks."""
    rows = [
        Row("a", "added", "words", Marked(0, 0, 0)),
        Row("b", "struck", "words", Marked(4, 8, 4), is_whole=False),
        Row("b", "struck", "words", Marked(4, 0, 0), is_whole=False),
    ]
    told = marks_table(rows).splitlines()[2:]
    assert told == [
        "| a | added | words | 0 | 0 | nothing marked | none to mark |",
        "| b | struck | words | 8 | 8 | not told | 50.00 % |",
    ]


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.name)
def test_a_printed_bill_is_read_as_it_was_set(tmp_path, house):
    """Line numbers and heads are no words, a word broken at a line's end is one, marks are found."""
    made = bill(3, house=house)
    path = tmp_path / "bill.pdf"
    path.write_bytes(made.body)
    extracted = extract_text(path, Limits())
    seen = compared(words(made.text), words(extracted.text))
    assert seen.truth > 700
    assert seen.numbers == 0
    # Only a word broken at the end of a page may be left in two.
    assert seen.errors == 2 * seen.broken <= 2 * (len(extracted.pages) - 1)
    is_marked = any(kind in house.looks for kind in ("added", "struck"))
    assert bool(made.struck) == bool(made.added) == is_marked == bool(extracted.marks)
    pair = Pair("printed here", "bill", path, made.text, made.struck, made.added)
    for one in marks_told(pair):
        assert one.count.truth > 60 or not is_marked
        assert one.count.precision is None or one.count.precision > 93
        assert one.count.recall is None or one.count.recall > 98


def test_a_small_run_shows_what_the_page_promises(tmp_path):
    """Our rate is lower than that of every other reader, and nearly all marks are found."""
    pairs = [
        next(group) for _, group in groupby(printed(tmp_path, 1, 2), key=lambda pair: pair.house)
    ][:1]  # fmt: skip
    scores, rows = measured(pairs, here(), [partial(list)], small=True)
    [found] = scores.values()
    assert {"raw pdfium", "pdfminer.six", "pdfplumber"} < set(found)
    ours = found.pop("ours")
    assert all(one.rate < 1 for one in ours.plain)
    assert ours.cited.recall == 100
    for reader, score in found.items():
        assert all(
            mine.rate < other.rate for mine, other in zip(ours.plain, score.plain, strict=True)
        ), reader
        assert min(one.rate for one in score.cleaned) < 1, "the cleaning is worth something"
    assert all(one.count.recall > 95 and one.count.precision > 90 for one in rows)
    assert len(quality_table({"printed here": {"ours": ours, **found}}).splitlines()) == 3 + len(
        found
    )
    assert "in 0;" in worst_table(pairs, {"printed here": {"ours": ours, **found}})
