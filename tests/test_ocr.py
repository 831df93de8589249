"""Pages read as pictures: words, strokes, doubts, and whichever way up they lie.

The pages are drawn here, and rendered as a scanner would give them. Each engine
that the machine has is tried alone, and both together.
"""

import subprocess
import sys
from difflib import SequenceMatcher
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from config.topics import load_pack
from pipelines.doubts import DOUBTED, doubt, without_doubts
from pipelines.extract import extract_text, ocr, ocr_rapid, ocr_tesseract
from pipelines.extract.image_strokes import drawn
from pipelines.extract.ocr_lines import lines_of
from pipelines.extract.ocr_words import Word, text_of
from pipelines.extract.page_image import PageImage, ink_of, render, skew_of, turned
from pipelines.extract.scans import LOW, LOW_REASON, METHOD, Scan
from pipelines.lines import Line
from pipelines.match import compile_topics, find_matches
from pipelines.texts import Limits
from scrapers.marked import Span

LIMITS = Limits()
ROOT = Path(__file__).parent.parent
LETTER, A4_ACROSS = (612, 792), (842, 595)
SENTENCES = (
    "A sheriff shall not enter into an agreement under 8 U.S.C. 1357(g)",
    "by which an officer performs functions of a federal officer.",
    "DHS may ask for a record, and the agency shall keep what it was",
    "asked for five years from the day on which the request came.",
)
ENGINES = {
    "rapidocr": ocr.by_rapid,
    "tesseract": partial(ocr.by_tesseract, seconds=30),
    "both": partial(ocr.by_both, seconds=30),
}


def needs(name):
    here = {"rapidocr": ocr_rapid.is_here(), "tesseract": ocr_tesseract.is_here()}
    missing = [
        engine for engine, is_here in here.items() if not is_here and name in {engine, "both"}
    ]
    if missing:
        pytest.skip(f"{' and '.join(missing)} cannot be used here")
    return ENGINES[name]


def page(draw, size=LETTER):
    """A page as a PDF, drawn upon with reportlab."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=1)
    canvas.setFont("Times-Roman", 13)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def picture(draw, size=LETTER):
    """The page as a picture, at the resolution that pages are read at."""
    with pypdfium2.PdfDocument(page(draw, size)) as document:
        return render(document[0])


def printed(canvas, sentences=SENTENCES, top=520):
    for rank, sentence in enumerate(sentences):
        canvas.drawString(72, top - 24 * rank, sentence)


def rule(canvas, rank, before, words, *, rise, top=520):
    """Draw a line through words or under them, after others of a sentence."""
    start = 72 + canvas.stringWidth(before)
    y = top - 24 * rank + rise
    canvas.setLineWidth(0.8)
    canvas.line(start, y, start + canvas.stringWidth(words), y)


def pdf_of(image, path):
    """A PDF whose only page is this picture."""
    Image.fromarray(image.pixels).save(path, format="PDF", resolution=image.dpi)
    return path


def likeness(text, sentences=SENTENCES):
    return SequenceMatcher(None, text.split(), " ".join(sentences).split()).ratio()


# --- words ------------------------------------------------------------------


@pytest.mark.parametrize("name", ENGINES)
def test_each_engine_reads_a_page(name):
    """Words with their blanks, section numbers and capitals, surely."""
    scan = ocr.read_image(picture(printed), needs(name))
    assert likeness(scan.text) > 0.97
    assert "1357(g)" in scan.text
    assert "DHS" in scan.text
    assert scan.confidence >= LOW
    assert [round(line.x) for line in scan.lines] == pytest.approx([72] * 4, abs=2)


@pytest.mark.parametrize(("name", "turns"), [("rapidocr", 2), ("tesseract", 1), ("both", 3)])
def test_a_page_is_read_whichever_way_up(name, turns):
    """Scanners lay pages sideways and on their heads."""
    scan = ocr.read_image(turned(picture(printed), turns), needs(name))
    assert likeness(scan.text) > 0.97
    assert scan.turns == 0  # as it was drawn


@pytest.mark.parametrize("name", ENGINES)
def test_a_leaning_page_is_made_level(name):
    """Two degrees are enough for lines to run into each other."""

    def leaning(canvas):
        canvas.rotate(2)
        printed(canvas)

    scan = ocr.read_image(picture(leaning), needs(name))
    assert scan.skew == pytest.approx(2, abs=0.3)
    assert likeness(scan.text) > 0.9


def test_a_broad_page_of_another_size_is_read():
    """A4 laid across is a page like any other."""
    scan = ocr.read_image(picture(partial(printed, top=400), A4_ACROSS), needs("rapidocr"))
    assert likeness(scan.text) > 0.97
    assert scan.turns == 0


def test_a_blank_page_has_no_words_and_no_doubt():
    """Nothing is drawn on it, so nothing was missed; no engine is asked."""

    def never(*_):
        pytest.fail("a blank page was given to an engine")

    scan = ocr.read_image(picture(lambda _: None), never)
    assert (scan.text, scan.confidence) == ("", 1.0)


def test_a_page_of_specks_is_not_trusted():
    """Dirt gives few words, and a confidence that says so."""
    chance = np.random.default_rng(3)
    dirt = np.full((400, 300), 255, np.uint8)
    dirt[chance.integers(0, 400, 90), chance.integers(0, 300, 90)] = 0
    assert ocr.read_image(PageImage(dirt, 100.0), needs("rapidocr")).confidence < LOW


def test_the_lean_of_lines_is_measured():
    """Nothing of a blank page; clockwise is what must be done to it."""
    blank = np.zeros((400, 400), np.uint8)
    assert skew_of(blank, 75) == 0


# --- strokes ----------------------------------------------------------------


def amended(canvas):
    printed(canvas)
    rule(canvas, 1, "by which an officer ", "performs functions", rise=3.6)
    rule(canvas, 3, "asked for ", "five years", rise=-2)


@pytest.mark.parametrize("name", ENGINES)
def test_struck_and_underlined_words_are_told(name):
    """The stroke neither hides its words nor is lost."""
    scan = ocr.read_image(picture(amended), needs(name))
    spans = [
        (*line.text[span.start : span.end].split(), span.kind)
        for line in scan.lines
        for span in without_doubts(line.spans)[0]
    ]
    (performs, functions, struck), underlined = spans
    assert (performs, functions[:3], functions[4:], struck) == (
        "performs",
        "fun",
        "tions",
        "struck",
    )
    assert underlined == ("five", "years", "underlined")


def test_letters_that_run_together_are_no_strokes():
    """The feet of letters in a coarse scan make runs of ink; a line under words stands apart."""

    def rows(gap):
        pixels = np.full((300, 600), 255, np.uint8)
        for left in range(100, 160, 8):
            pixels[100:120, left : left + 3] = 0
        pixels[120 + gap : 122 + gap, 98:162] = 0
        return PageImage(pixels, 200.0)

    feet, line = rows(gap=0), rows(gap=5)
    assert drawn(feet, ink_of(feet)).strokes == []
    assert len(drawn(line, ink_of(line)).strokes) == 1


def standing(scan, path):
    extracted = extract_text(path, LIMITS, scans={1: scan})
    matcher = compile_topics([load_pack("287g")])
    return extracted, {match.standing for match in find_matches(matcher, extracted)}


def test_words_of_a_scan_without_strokes_have_no_known_standing(tmp_path):
    """To call them existing law would be a guess."""
    image = picture(printed)
    scan = ocr.read_image(image, needs("rapidocr"))
    extracted, found = standing(scan, pdf_of(image, tmp_path / "scan"))
    assert extracted.marks == ()
    assert found == {"unknown"}


def test_struck_words_of_a_scan_are_struck(tmp_path):
    """The mark is one of the law, and a topic found in it stands so."""
    words = SENTENCES[0].removeprefix("A sheriff ")

    def struck(canvas):
        printed(canvas)
        rule(canvas, 0, "A sheriff ", words, rise=3.6)

    image = picture(struck)
    extracted, found = standing(
        ocr.read_image(image, needs("rapidocr")), pdf_of(image, tmp_path / "scan")
    )
    (mark,) = extracted.marks
    assert (mark.kind, extracted.text[mark.start : mark.end].split()) == ("struck", words.split())
    assert found == {"struck"}


# --- doubts -----------------------------------------------------------------


def test_words_hard_to_read_are_found_in_the_mended_text(tmp_path):
    """Broken at a line's end and moved by it, a word keeps its place and its doubt."""
    path = pdf_of(picture(printed), tmp_path / "scan")
    lines = (
        Line("The agency shall keep a rec-", 72, 700, spans=(Span(24, 28, doubt(0.41)),)),
        Line("ord of evcry request it gets.", 72, 680, spans=(Span(7, 12, doubt(0.3)),)),
    )
    (read,) = extract_text(path, LIMITS, scans={1: Scan(lines=lines, confidence=0.7)}).pages
    assert read.text == "The agency shall keep a record\nof evcry request it gets."
    assert [(read.text[start:end], sure) for start, end, sure in read.doubtful] == [
        ("rec", 0.41),
        ("evcry", 0.3),
    ]
    assert read.confidence == 0.7


def test_doubts_are_no_marks():
    """What is struck stays a span, what is doubted goes its own way, in order."""
    spans = (Span(9, 12, doubt(0.5)), Span(0, 4, "struck"), Span(2, 4, doubt(0.25)))
    assert without_doubts(spans) == ([Span(0, 4, "struck")], ((2, 4, 0.25), (9, 12, 0.5)))


def test_only_words_below_the_limit_are_doubted():
    """Of a row of words, the one that its engine was unsure of."""
    ink = np.zeros((100, 400), np.uint8)
    ink[20:40, 10:390] = 1
    row = [Word("sure", 10, 20, 100, 40, DOUBTED), Word("nnsure", 110, 20, 200, 40, DOUBTED - 0.2)]
    (line,) = lines_of([row], PageImage(255 * (1 - ink), 200.0), ink, [])
    assert [line.text[span.start : span.end] for span in line.spans] == ["nnsure"]


def test_words_without_their_blanks_are_doubted():
    """An engine is often sure of them; that no such word exists tells."""
    sure = [Word(text, 0, 0, 9, 9, 0.99) for text in ("performimmigration", "perform", "Wqxzk")]
    assert [word.confidence for word in ocr._doubting(sure)] == [0.5, 0.99, 0.99]
    long = [Word("thesuspensionandtermination", 0, 0, 9, 9, 0.99)]
    assert ocr._doubting(long)[0].confidence == 0.5


def test_blanks_that_another_reader_saw_are_kept():
    """RapidOCR leaves out blanks; where Tesseract saw one, a narrow gap is enough."""
    places = zip("ofbail", range(5, 65, 10), strict=True)
    letters = [ocr_rapid._Letter(letter, x, 0.9, 0.0) for letter, x in places]
    told = ocr_rapid._spaced(letters, [20.0])
    assert [letter.text for letter in told if letter.blank] == ["b"]


# --- the document -----------------------------------------------------------


def with_layer(path, layer):
    """A scan that carries the text which some program read in it, unseen."""

    def scanned(canvas):
        canvas.rect(0, 0, 612, 792, stroke=0, fill=0)
        image = Image.new("L", (850, 1100), 255)
        canvas.drawInlineImage(image, 0, 0, 612, 792)
        text = canvas.beginText(72, 700)
        text.setTextRenderMode(3)
        for sentence in layer:
            text.textLine(sentence)
        canvas.drawText(text)

    path.write_bytes(page(scanned))
    return path


BAD_LAYER = [
    line.replace("performs", "perfonns").replace("1357(g)", "13S7(g)").replace("DHS", "OHS")
    for line in SENTENCES
] * 2


def test_a_bad_layer_is_replaced_and_kept_beside(tmp_path):
    """The page says what its picture does, how it was read, and what stood there before."""
    path = with_layer(tmp_path / "paper", BAD_LAYER)
    first = extract_text(path, LIMITS)
    assert first.warnings == ("page 1 has a bad text layer",)
    assert first.reason == LOW_REASON
    lines = tuple(Line(text, 72, 700 - 20 * rank) for rank, text in enumerate([*SENTENCES] * 2))
    second = extract_text(path, LIMITS, scans={1: Scan(lines=lines, confidence=0.95)})
    (read,) = second.pages
    assert (second.method, read.method, read.confidence) == (METHOD, METHOD, 0.95)
    assert "1357(g)" in read.text
    assert "13S7(g)" in read.original
    assert second.warnings == ("page 1 was read as a picture",)
    assert second.reason == ""


def test_a_good_layer_is_not_replaced(tmp_path):
    """A scan is believed only where the page's own text is none or bad."""
    path = with_layer(tmp_path / "paper", [*SENTENCES] * 2)
    before = extract_text(path, LIMITS)
    other = Scan(lines=(Line("something else " * 90, 72, 700),), confidence=1.0)
    assert extract_text(path, LIMITS, scans={1: other}) == before
    assert before.pages[0].confidence == 0.9


def test_a_page_that_was_hard_to_read_says_so(tmp_path):
    """It is to be compared by a person, and its reason is a word for machines."""
    path = pdf_of(picture(printed), tmp_path / "scan")
    scan = Scan(lines=(Line("Hardly a word of this", 72, 700),), confidence=LOW - 0.01)
    extracted = extract_text(path, LIMITS, scans={1: scan})
    assert extracted.reason == LOW_REASON
    assert extracted.warnings[-1] == "page 1 was hard to read: compare it"


def test_reading_pages_as_pictures_costs_nothing_until_it_is_done():
    """Neither OpenCV nor the networks come with the extractor or the pool."""
    check = (
        "import sys, pipelines.extract, pipelines.extract.pdf, monitor.compute;"
        "sys.exit(' '.join({'cv2', 'numpy', 'onnxruntime', 'rapidocr'} & set(sys.modules)) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_a_page_that_cannot_be_drawn_is_said(tmp_path):
    """A number beyond the last page, and a file that is no PDF."""
    needs("rapidocr")
    path = pdf_of(picture(printed), tmp_path / "scan")
    with pytest.raises(ValueError, match="page 7 cannot be drawn"):
        ocr.read_page(path, 7, LIMITS)
    path.write_bytes(b"no PDF")
    with pytest.raises(ValueError, match="page 1 cannot be drawn"):
        ocr.read_page(path, 1, LIMITS)


# --- the engines ------------------------------------------------------------


def test_the_engines_that_are_here_are_used(monkeypatch):
    """Both, either, or an error that says what to install."""
    here = {"rapid": True, "tesseract": True}
    monkeypatch.setattr(ocr_rapid, "is_here", lambda: here["rapid"])
    monkeypatch.setattr(ocr_tesseract, "is_here", lambda: here["tesseract"])
    assert ocr.best_reader(9).func is ocr.by_both
    here["rapid"] = False
    assert ocr.best_reader(9).func is ocr.by_tesseract
    here.update(rapid=True, tesseract=False)
    assert ocr.best_reader(9) is ocr.by_rapid
    here["rapid"] = False
    with pytest.raises(OSError, match="pip install rapidocr onnxruntime"):
        ocr.best_reader(9)


def test_where_tesseract_fails_rapidocr_reads(monkeypatch):
    """A program that is broken or too slow costs no page."""

    def broken(*_, **__):
        raise OSError("tesseract failed")

    monkeypatch.setattr(ocr_tesseract, "read", broken)
    monkeypatch.setattr(ocr_rapid, "read", lambda *_: iter([[Word("read", 0, 0, 9, 9, 0.9)]]))
    image = picture(printed)
    ink = ink_of(image)
    rows = ocr.by_both(image, ink, drawn(image, ink), seconds=9)
    assert [text_of(row) for row in rows] == ["read"]


def test_a_page_that_tesseract_doubts_is_read_anew(monkeypatch):
    """Grain on the paper takes most words from Tesseract and none from RapidOCR."""
    doubted = [[Word("doubted", 0, 20 * rank, 99, 20 * rank + 9, 0.5)] for rank in range(9)]
    sure = [[Word("read", 0, 0, 9, 9, 0.9)]]
    monkeypatch.setattr(ocr_tesseract, "read", lambda *_, **__: doubted)
    monkeypatch.setattr(ocr_rapid, "read", lambda *_: iter(sure))
    image = picture(printed)
    ink = ink_of(image)
    assert ocr.by_both(image, ink, drawn(image, ink), seconds=9) == sure


def test_the_table_of_tesseract_is_read_by_lines():
    """Words with their boxes, and confidence from 0 to 1; rows that are no words are left out."""
    head = "level page_num block_num par_num line_num word_num left top width height conf text"
    rows = [
        "4 1 1 1 1 0 10 20 90 12 -1 ",
        "5 1 1 1 1 1 10 20 40 12 96.5 A",
        "5 1 1 1 1 2 60 20 40 12 41 sher\u00edff",
        '5 1 1 1 2 1 10 40 40 12 88 "may',
        "5 1 1 1 2 2 60 40 40 12 95  ",
    ]
    table = "\n".join("\t".join(row.split(" ", 11)) for row in (head, *rows))
    assert ocr_tesseract.rows_of(table) == [
        [Word("A", 10, 20, 50, 32, 0.965), Word("sher\u00edff", 60, 20, 100, 32, 0.41)],
        [Word('"may', 10, 40, 50, 52, 0.88)],
    ]
