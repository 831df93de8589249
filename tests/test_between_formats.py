"""The same law as PDF, HTML, Word and plain text: no false difference, and the true one found."""

import io
import textwrap
from itertools import pairwise

import docx
import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from pipelines.extract import extract_text
from pipelines.redline import redline
from pipelines.texts import Limits

HEAD = "Int. No. 217-2026"
LAW = (
    HEAD,
    "SECTION 1. Short title.",
    "This chapter may be cited as the \u201cClear Streets Act\u201d of the city.",
    "SECTION 2. Definitions.",
    (
        "(a) \u201cOfficer\u201d means a sworn member of a law enforcement agency who carries out "
        "immigration enforcement, with or without a written agreement under section 287(g)."
    ),
    (
        "(b) \u201cMask\u201d means anything that hides the face of its wearer from ordinary view, "
        "including a balaclava or a gaiter, but not a respirator worn for health."
    ),
    "SECTION 3. Masks.",
    (
        "(1) An officer shall not wear a mask while on duty in a public place of this state, "
        "notwithstanding any identification requirement of section 3-113.1 of this code."
    ),
    (
        "(2) The commissioner shall publish a report of each violation not later than January 31 "
        "of the following year, and shall transmit it to the council\u2019s committee."
    ),
    "SECTION 4. Fees.",
)
ROWS = (("Parade, one block", "$10", "$1,020"), ("Film crew, per day", "$100", "$150"))
END = ("SECTION 5. Effective date.", "This act takes effect 90 days after it becomes law.")


def plain(law, rows):
    lines = [*law, *("\t".join(row) for row in rows), *END]
    return "\n".join(lines).replace("\u201c", '"').replace("\u201d", '"').encode(), "law.txt"


def html(law, rows):
    paragraphs = "".join(f"<p>{line}</p>\n" for line in law)
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    ends = "".join(f"<p>{line}</p>" for line in END)
    page = f"<title>Law</title><body>{paragraphs}<table>{cells}</table>{ends}</body>"
    return f"<!doctype html><html><meta charset=utf-8>{page}</html>".encode(), "law.html"


def word(law, rows):
    document = docx.Document()
    for line in law:
        document.add_paragraph(line)
    table = document.add_table(rows=0, cols=3)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    for line in END:
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue(), "law.docx"


def pdf(law, rows, width=64, a_page=14):
    """Pages with a running head and foot, lines that break words, enumerators set apart."""
    hyphens = {"enforcement": "enforce-ment", "identification": "identifi-cation",
               "commissioner": "commis-sioner", "including": "includ-ing"}  # fmt: skip
    lines: list[tuple[str, ...]] = []
    for paragraph in law[1:]:  # the first line stands at the head of each page
        words = " ".join(hyphens.get(word, word) for word in paragraph.split())
        broken = textwrap.wrap(words, width, break_on_hyphens=True)
        for line, following in pairwise([*broken, ""]):
            ends_in_half = any(line.endswith(half.split("-")[0] + "-") for half in hyphens.values())
            for full, half in hyphens.items():
                line = line.replace(half, full)  # noqa: PLW2901 - the line is being set
            lines.append((line,))
            assert not ends_in_half or following
    lines += [*rows, *((line,) for line in END)]
    stream = io.BytesIO()
    canvas = Canvas(stream, letter)
    for first in range(0, len(lines), a_page):
        canvas.setFont("Times-Roman", 12)
        canvas.drawString(72, 760, HEAD)
        canvas.drawCentredString(306, 40, f"Page {first // a_page + 1}")
        for at, line in enumerate(lines[first : first + a_page]):
            for column, cell in enumerate(line):
                canvas.drawString(90 + 170 * column, 720 - 22 * at, cell)
        canvas.showPage()
    canvas.save()
    return stream.getvalue(), "law.pdf"


def narrow(law, rows):
    return pdf(law, rows, width=48, a_page=20)


FORMS = {"text": plain, "HTML": html, "Word": word, "PDF": pdf, "other PDF": narrow}


@pytest.fixture
def text_of(tmp_path):
    def read(form, law=LAW, rows=ROWS):
        content, name = FORMS[form](law, rows)
        path = tmp_path / name
        path.write_bytes(content)
        return extract_text(path, Limits()).text

    return read


def said(old, new, **options):
    return [(h.old, h.new) for h in redline(old, new, **options).hunks if not h.cosmetic]


PAIRS = [(one, other) for one in FORMS for other in FORMS if one != other]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_same_law_in_another_form_is_the_same(text_of, one, other):
    """Lines, hyphens, heads, quotes and cells of the form are no differences of the law."""
    assert said(text_of(one), text_of(other)) == []


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_true_difference_is_the_only_one(text_of, one, other):
    """A word, a figure in a table and a "not" are found in any other form."""
    law = [
        line.replace("shall publish", "may publish").replace("but not a", "but a") for line in LAW
    ]
    rows = ((*ROWS[0][:2], "$1,025"), ROWS[1])
    found = said(text_of(one), text_of(other, law, rows))
    assert len(found) == 3
    assert [old for old, _ in found] == ["not", "shall", "$1,020"]
    assert [new for _, new in found] == ["", "may", "$1,025"]


MISREAD = {"immigration": "irnmigration", "becomes": "bec0mes", "violation": "vio1ation",
           "Streets": "5treets", "balaclava": "balac1ava", "council\u2019s": "counci1's"}  # fmt: skip


def test_a_scan_against_text(text_of):
    """What a program misread is no difference where pages were read as pictures, and only there."""
    scan = text_of("PDF")
    for right, wrong in MISREAD.items():
        assert right in scan or right.replace("\u2019", "'") in scan
        scan = scan.replace(right, wrong).replace(right.replace("\u2019", "'"), wrong)
    assert said(text_of("HTML"), scan, scanned=True) == []
    assert len(said(text_of("HTML"), scan)) == len(MISREAD)
    changed = scan.replace("90 days", "30 days").replace("shall not", "shall")
    found = said(text_of("HTML"), changed, scanned=True)
    assert sorted(found) == [("90", "30"), ("not", "")]
