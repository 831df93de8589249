"""Marks, line numbers and sections of real bills, against what was published beside them."""

import re
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from benchmarks.kit.marking import by_geometry, marked, old_law
from pipelines.extract import extract_text
from pipelines.markup import as_it_would_read
from pipelines.sections import outline
from pipelines.texts import Limits

pytestmark = pytest.mark.corpus
BILLS = {
    "Maryland HB 338 of 2024": "maryland/pdf/2024rs_HB0338.pdf",
    "Maryland HB 444 of 2026": "maryland/pdf-2026/HB0444__*.pdf",
    "Maryland HB 1071 of 2023": "maryland/pdf/2023rs_HB1071.pdf",
    "Oregon HB 2466 of 2025": "oregon/measure-2025r1-hb2466-introduced.pdf",
    "Oregon HB 4079 of 2026": "oregon/measure-2026r1-hb4079-introduced.pdf",
}
ROW = re.compile(r"^\| (\w+ HB \d+ of \d+) \| (.+) \| (.+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def bills(corpus):
    """Reads bills by name or by file, each once."""
    known = {}

    def read(name):
        if name not in known:
            path = next((corpus / "state-bills").glob(BILLS.get(name, name)))
            known[name] = extract_text(path, Limits())
        return known[name]

    return read


def flat(text):
    return " ".join(text.split())


def with_signs(extracted):
    """The text with ~~ round what is struck and ** round what is added."""
    pieces, done = [], 0
    for mark in extracted.marks:
        sign = "~~" if mark.kind == "struck" else "**"
        pieces += [
            extracted.text[done : mark.start],
            sign,
            extracted.text[mark.start : mark.end],
            sign,
        ]
        done = mark.end
    return flat("".join([*pieces, extracted.text[done:]]))


def test_the_sentences_of_the_documentation_are_those_of_the_bills(bills):
    """As printed but for signs at the ends of the quotation, and as the law would read."""
    page = Path(__file__).parents[1] / "docs" / "markup.md"
    rows = ROW.findall(page.read_text(encoding="utf-8"))
    assert len(rows) >= 7
    assert {"Maryland HB 338 of 2024", "Maryland HB 444 of 2026"} <= {name for name, _, _ in rows}
    for name, printed, would_read in rows:
        extracted = bills(name)
        shown = re.sub(r"^(?:\*\*|~~)|(?:\*\*|~~)$", "", printed)
        assert shown in with_signs(extracted), name
        assert would_read in flat(as_it_would_read(extracted.text, extracted.marks)), name


def test_the_ban_of_2026_reads_as_its_amended_text(bills, corpus):
    """What a reader of the bill wrote down as amended, but for two paragraphs he left out."""
    published = corpus / "state-bills/maryland/md-derived/raybell-md/2026rs_HB0444_amended.md"
    lines = published.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not re.match(r"(START|END) OF PAGE|\d? ?HOUSE BILL", line)]
    theirs = flat(" ".join(re.sub(r"^\d+ ", "", line) for line in kept)).replace(
        "three-f", "three\u2013f"
    )
    extracted = bills("Maryland HB 444 of 2026")
    ours = flat(as_it_would_read(extracted.text, extracted.marks))
    begin = "SECTION 1. BE IT"
    steps = SequenceMatcher(
        None,
        theirs[theirs.index(begin) :].split(),
        ours[ours.index(begin) :].split(),
        autojunk=False,
    ).get_opcodes()
    assert [step for step, *_ in steps if step != "equal"] == ["insert"]


def test_what_the_ban_strikes_is_struck(bills, corpus):
    """Every word that was written down as struck, in order, is struck."""
    published = corpus / "state-bills/maryland/md-derived/chrisrieth/2026rs_HB0444.md"
    theirs = re.findall(r"~~([^~]*)~~", published.read_text(encoding="utf-8"))
    extracted = bills("Maryland HB 444 of 2026")
    ours = [
        word
        for mark in extracted.marks
        if mark.kind == "struck"
        for word in extracted.text[mark.start : mark.end].split()
    ]
    theirs = [word for word in theirs if word not in {"Strike", "out"}]  # of the legend
    assert len(theirs) >= 25
    assert not Counter(theirs) - Counter(ours)


@pytest.mark.parametrize("name", ["2024rs_HB0338", "2024rs_HB0544", "2023rs_HB0267"])
def test_struck_letters_are_those_of_another_reader(corpus, bills, name):
    """No more and no fewer, in chapters that strike nothing by brackets."""
    drawn = by_geometry(corpus / f"state-bills/maryland/pdf/{name}.pdf")
    extracted = bills(f"maryland/pdf/{name}.pdf")
    assert drawn.struck.total() > 400
    assert marked(extracted, "struck") == drawn.struck
    assert not drawn.underlined - marked(extracted, "added")


@pytest.mark.parametrize("name", ["2025r1-hb2191-introduced", "2026r1-hb4079-enrolled"])
def test_oregon_adds_what_is_bold(corpus, bills, name):
    """Letter by letter, after the enacting clause, but for lead lines and the printer's number."""
    drawn = by_geometry(corpus / f"state-bills/oregon/measure-{name}.pdf")
    assert drawn.new_in_bold.total() > 200
    assert marked(bills(f"oregon/measure-{name}.pdf"), "added") == drawn.new_in_bold


def test_introduced_and_enrolled_bills_amend_the_same_law(corpus, bills):
    """Without what they add, both print the section as it was."""
    compared = 0
    for path in sorted((corpus / "state-bills/oregon").glob("*-introduced.pdf")):
        enrolled = path.with_name(path.name.replace("introduced", "enrolled"))
        if enrolled.exists():
            before = old_law(bills(f"oregon/{path.name}"))
            after = old_law(bills(f"oregon/{enrolled.name}"))
            for number in before.keys() & after.keys():
                assert before[number] == after[number], (path.name, number)
                compared += 1
    assert compared >= 8


@pytest.mark.parametrize(
    ("name", "page", "words", "lines"),
    [
        ("Maryland HB 444 of 2026", 2, "(A) (1) IN THIS SECTION", (5, 5)),
        ("Maryland HB 444 of 2026", 1, "FOR the purpose of prohibiting", (3, 3)),
        ("Oregon HB 2466 of 2025", 1, "SECTION 1.", None),
    ],
)
def test_line_numbers_are_kept_as_locators(bills, name, page, words, lines):
    """A citation can say on which printed lines words stand; some papers print none."""
    found = bills(name).pages[page - 1]
    start = found.text.index(words)
    told = found.printed_lines(start, start + len(words))
    assert told == lines if lines else told is not None
    assert found.original
    assert words.split()[-1] in found.original


@pytest.mark.parametrize(
    ("name", "words", "section"),
    [
        ("Maryland HB 444 of 2026", "MAY NOT ENTER INTO", "§ 5\u2013104.1(B)"),
        ("Maryland HB 444 of 2026", "8 U.S.C. § 1357", "§ 5\u2013104.1(A)(2)(II)"),
        ("Maryland HB 338 of 2024", "FUGITIVE FROM JUSTICE", "§ 2\u2013503(A)(1)(I)(12)"),
        ("Maryland HB 338 of 2024", "SKETCH OR MANUALLY", "§ 2\u2013503(A)(1)(III)"),
        ("Oregon HB 2466 of 2025", "Inquire into or collect", "§ 181A.823(1)(b)"),
    ],
)
def test_words_are_found_under_their_sections(bills, name, words, section):
    """Headings as three legislatures print them; references in the text are none."""
    text = bills(name).text
    before = len(text[: text.index(words)].split())
    assert outline(text).at(before) == section
