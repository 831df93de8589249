"""The same law as PDF, HTML, Word and plain text: no false difference, and the true one found."""

import io
import textwrap
from functools import partial
from itertools import pairwise

import docx
import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.pagesizes import letter
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from pipelines.extract import extract_text, ocr, ocr_rapid, ocr_tesseract
from pipelines.extract.page_image import render
from pipelines.redline import redline
from pipelines.texts import Limits, is_scanned

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


NOTE = "1 The council publishes this note with each copy of the law."


def pages_of(pages, font=("Times-Roman", 11)):
    """A PDF of pages that are (x, y, text, letter spacing) each."""
    stream = io.BytesIO()
    canvas = Canvas(stream, letter)
    for page in pages:
        canvas.setFont(*font)
        for x, y, text, spacing in page:
            line = canvas.beginText(x, y)
            line.setCharSpace(spacing)
            line.textOut(text)
            canvas.drawText(line)
        canvas.showPage()
    canvas.save()
    return stream.getvalue(), "law.pdf"


def set_in(law, rows, width):
    """The lines of the law, its tables without their shape, in a column so many letters wide."""
    paragraphs = [*law, *(" ".join(row) for row in rows), *END]
    return [line for text in paragraphs for line in textwrap.wrap(text, width)]


def two_columns(law, rows):
    """As gazettes are set: down the left column, then down the right one."""
    lines = set_in(law, rows, 38)
    half = (len(lines) + 1) // 2
    return pages_of([[(60 + 270 * (at >= half), 720 - 16 * (at % half), line, 0)
                      for at, line in enumerate(lines)]])  # fmt: skip


def line_numbers(law, rows):
    """As bills are set: a number beside each line, from 1 on every page."""
    lines = set_in(law, rows, 60)
    return pages_of(
        [
            [item for at, line in enumerate(lines[first : first + 18])
             for item in ((70, 720 - 24 * at, str(at + 1), 0), (100, 720 - 24 * at, line, 0))]
            for first in range(0, len(lines), 18)
        ]
    )  # fmt: skip


def spaced_headings(law, rows):
    """Headings with letters set apart."""
    lines = set_in(law, rows, 66)
    return pages_of([[(80, 740 - 16 * at, line, 3 * line.startswith("SECTION"))
                      for at, line in enumerate(lines)]])  # fmt: skip


def ligatures(law, rows):
    """Letters that are cast as one, in a font that has them."""
    registerFont(TTFont("Vera", "Vera.ttf"))
    lines = [line.replace("fi", "\ufb01").replace("fl", "\ufb02") for line in set_in(law, rows, 66)]
    return pages_of([[(80, 740 - 16 * at, line, 0) for at, line in enumerate(lines)]],
                    ("Vera", 9))  # fmt: skip


def footnotes(law, rows, a_page=16):
    """A note at the foot of the first page, in the middle of a sentence."""
    lines = set_in(law, rows, 64)
    pages = [[(80, 720 - 24 * at, line, 0) for at, line in enumerate(lines[first : first + a_page])]
             for first in range(0, len(lines), a_page)]  # fmt: skip
    pages[0].append((80, 90, NOTE, 0))
    return pages_of(pages)


def wide_footnotes(law, rows):
    return footnotes(law, rows, a_page=22)


def typewritten(law, rows):
    """HTML with ligatures, soft hyphens, blanks that hold, and quotes of other shapes."""
    content, name = html([line.replace("fi", "\ufb01") for line in law], rows)
    text = content.decode().replace("enforcement", "enforce\u00admen\u00adt")
    text = text.replace("section ", "section\u00a0").replace("\u201c", "\u201e")
    return text.replace("\u2019", "\u02bc").encode(), name


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


EASY = tuple(FORMS)
PAIRS = [(one, other) for one in EASY for other in EASY if one != other]


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


HARD = {"columns": two_columns, "line numbers": line_numbers, "spaced": spaced_headings,
        "ligatures": ligatures, "typewritten": typewritten}  # fmt: skip
FORMS |= HARD | {"footnotes": footnotes, "wide footnotes": wide_footnotes}


def amended(law=LAW):
    return [line.replace("shall transmit it", "may transmit it") for line in law]


@pytest.mark.parametrize("hard", HARD)
@pytest.mark.parametrize("form", ["text", "HTML", "Word", "PDF"])
def test_hard_settings_say_the_same(text_of, hard, form):
    """Columns, numbered lines, letter-spaced headings, ligatures and odd quotes are looks."""
    assert said(text_of(form), text_of(hard)) == []
    assert said(text_of(hard), text_of(form)) == []


@pytest.mark.parametrize("hard", HARD)
@pytest.mark.parametrize("form", ["text", "HTML", "Word", "PDF"])
def test_one_amended_sentence_is_exactly_that_hunk(text_of, hard, form):
    """Whichever of the two is set so, and the section is named."""
    for old, new in ((form, hard), (hard, form)):
        (hunk,) = (
            one for one in redline(text_of(old), text_of(new, amended())).hunks if not one.cosmetic
        )
        assert (hunk.section, hunk.old, hunk.new) == ("Section 3(2)", "shall", "may")


def test_footnotes_go_where_pages_end(text_of):
    """At the foot of the first page in one print, after other words in another."""
    old, new = text_of("footnotes"), text_of("wide footnotes")
    assert old.split() != new.split()
    assert said(old, new) == []
    assert said(old, text_of("wide footnotes", amended())) == [("shall", "may")]


def test_columns_beside_another_form_keep_their_table(text_of):
    """A cell that changed is told where its row stands, tabs or none."""
    rows = (ROWS[0], ("Film crew, per day", "$100", "$160"))
    (hunk,) = redline(text_of("HTML"), text_of("columns", rows=rows)).hunks[-1:]
    assert (hunk.section, hunk.old, hunk.new) == ("Section 4", "$150", "$160")


@pytest.fixture(scope="module")
def scan_of(tmp_path_factory):
    """What an engine reads of the pages of the PDF, drawn as a scanner would give them."""
    if ocr_tesseract.is_here():
        engine = partial(ocr.by_tesseract, seconds=30)
    elif ocr_rapid.is_here():
        engine = ocr.by_rapid
    else:
        pytest.skip("neither tesseract nor rapidocr can be used here")

    def read(law):
        path = tmp_path_factory.mktemp("scan") / "scan.pdf"
        with pypdfium2.PdfDocument(pdf(law, ROWS, a_page=40)[0]) as document:
            (page,) = [render(page) for page in document]
        Image.fromarray(page.pixels).save(path, format="PDF", resolution=page.dpi)
        extracted = extract_text(path, Limits(), scans={1: ocr.read_image(page, engine)})
        assert is_scanned(extracted.pages)
        return extracted.text

    return read


def test_a_real_scan_against_every_form(text_of, scan_of):
    """The page as a picture, read by a program: the same law, and the amended sentence alone."""
    scan, changed = scan_of(LAW), scan_of(amended())
    for form in ("text", "HTML", "Word", "PDF", "other PDF", *HARD):
        text = text_of(form)
        assert said(text, scan, scanned=True) == []
        assert said(text, changed, scanned=True) == [("shall", "may")]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("3-113.1", "3- 113. 1"),
        ("law", "1aw"),
        ("Officer", "0fficer"),
        ("immigration", "imrnigration"),
    ],
)
def test_confusions_of_scans(right, wrong):
    """l, 1 and I, O and 0, rn and m, a section number with blanks: in scans alone."""
    old = f"An agent under {right} shall keep it."
    assert redline(old, old.replace(right, wrong), scanned=True).cosmetic
    assert not redline(old, old.replace(right, wrong)).cosmetic


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("3-113.1", "3- 113. 2"),
        ("$5 10", "$510"),
        ("31, 2026", "3 1, 2026"),
        ("10 days", "1 0 days"),
    ],
)
def test_figures_are_no_confusions(right, wrong):
    """Another figure, or one that may be two, is told in scans too."""
    old = f"An agent under {right} shall keep it."
    assert not redline(old, old.replace(right, wrong), scanned=True).cosmetic


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
