"""Drawn pages: what is added, struck, doubted and found is marked where it stands."""

import unicodedata
from collections import Counter
from concurrent.futures import Future
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops
from reportlab.pdfgen.canvas import Canvas

from monitor.compute import Pool, WorkerDied
from monitor.reading import _drawn
from pipelines.extract import extract_text
from pipelines.extract.caption import Entry, caption
from pipelines.extract.drawn import Drawing, PictureError, Shown
from pipelines.extract.ocr_words import Word
from pipelines.extract.picture import DPI, draw_page
from pipelines.extract.picture import _drawn as _drawn_page
from pipelines.extract.placing import Box, places_of
from pipelines.texts import Limits, Page
from tests.documented import example_bill

SCALE = DPI / 72
RED, GREEN = (200, 0, 0), (0, 128, 40)
YELLOW, BLUE = (255, 240, 110), (170, 220, 255)
GREY = (222, 222, 222)
BILL_SIZE = (540, 420)


@pytest.fixture(scope="module")
def bill(tmp_path_factory):
    """The example bill, its text and the place of words in it."""
    path = tmp_path_factory.mktemp("picture") / "bill.pdf"
    example_bill(path)
    return path, extract_text(path, Limits())


def drawn(bill, *shown, topics=(), **page):
    """The picture of the bill's page with its marks, as pixels without the caption, and whole."""
    path, extracted = bill
    marks = tuple(Shown(mark.start, mark.end, mark.kind) for mark in extracted.marks)
    [first] = extracted.pages
    shown_page = Page(**{name: getattr(first, name) for name in Page.__slots__} | page)
    picture = draw_page(Drawing(path, shown_page, (*marks, *shown), "bill.pdf", topics))
    return picture, *parts(picture, BILL_SIZE[1] * SCALE)


def parts(picture, height):
    """The caption and the page of a picture, whose page is so many pixels high."""
    whole = Image.open(BytesIO(picture.png))
    assert whole.size == (picture.width, picture.height)
    edge = whole.height - round(height)
    return whole.crop((0, 0, whole.width, edge)), whole.crop((0, edge, whole.width, whole.height))


def found(extracted, words, topic="x"):
    start = extracted.text.index(words)
    return Shown(start, start + len(words), "match", topic)


def colours(page, line, left, right, some=30):
    """The colours within a printed line of the bill, between two x in points."""
    base = BILL_SIZE[1] - (362 - 26 * line)
    box = (left * SCALE, (base - 9) * SCALE, right * SCALE, (base + 4) * SCALE)
    part = page.crop(tuple(round(edge) for edge in box))
    # Letters have softened edges of many colours; what is tinted or drawn has more of one.
    return {colour for count, colour in part.getcolors(part.width * part.height) if count > some}


class TestMarks:
    def test_added_words_are_tinted_and_underlined_and_struck_ones_crossed(self, bill):
        """ "may" goes and "may not" comes, each in its own colour; the rest of the line stays."""
        _, _, page = drawn(bill)
        struck, added = colours(page, 3, 222, 242), colours(page, 3, 248, 286)
        assert RED in struck
        assert GREEN not in struck
        assert GREEN in added
        assert RED not in added
        plain = colours(page, 3, 80, 215) | colours(page, 4, 80, 300)
        assert not {RED, GREEN, (205, 245, 205), (255, 215, 215)} & plain

    def test_letters_show_through(self, bill):
        """Black stays black under a tint."""
        _, _, page = drawn(bill)
        darkest = min(sum(colour) for colour in colours(page, 6, 80, 300))
        assert darkest < 120

    def test_the_margin_with_its_numbers_is_left_alone(self, bill):
        """Printed line numbers stay grey on white."""
        _, _, page = drawn(bill)
        for line in range(1, 11):
            margin = colours(page, line, 40, 62, some=0)
            assert len(margin) > 1
            assert all(max(colour) - min(colour) < 12 for colour in margin)

    def test_topics_have_colours_of_their_own(self, bill):
        """The first is yellow, the second blue, and both keep what is added visible."""
        _, extracted = bill
        spans = found(extracted, "1357(g)", "one"), found(extracted, "July 1, 2026 shall", "two")
        _, captioned, page = drawn(bill, *spans, topics=("one", "two"))
        line_5, line_6 = colours(page, 5, 300, 425), colours(page, 6, 80, 170)
        assert YELLOW in line_5
        assert BLUE not in line_5
        assert {BLUE, GREEN} <= line_6
        assert YELLOW not in line_6
        swatches = {colour for _, colour in captioned.getcolors(1 << 20)}
        assert {YELLOW, BLUE, RED, GREEN} <= swatches

    def test_a_match_over_two_lines_is_marked_on_both(self, bill):
        """Each line has its box, and what stands between in the margin has none."""
        _, extracted = bill
        _, _, page = drawn(bill, found(extracted, "immigration\nenforcement agreement"), topics="x")
        assert YELLOW in colours(page, 3, 365, 425)
        assert YELLOW in colours(page, 4, 80, 190)
        assert YELLOW not in colours(page, 3, 80, 350) | colours(page, 4, 40, 70)

    def test_overlapping_matches_of_a_topic_have_one_border(self, bill):
        """No line is drawn within them."""
        _, extracted = bill
        pair = found(extracted, "agreement under 8 U.S.C."), found(extracted, "8 U.S.C. 1357(g)")
        _, _, both = drawn(bill, *pair, topics="x")
        _, _, whole = drawn(bill, found(extracted, "agreement under 8 U.S.C. 1357(g)"), topics="x")
        assert ImageChops.difference(both, whole).getbbox() is None

    def test_a_topic_without_a_match_here_is_told_and_has_no_swatch(self, bill):
        """The caption speaks of it in words alone."""
        _, captioned, _ = drawn(bill, topics=("none",))
        without = drawn(bill)[1]
        assert YELLOW not in {colour for _, colour in captioned.getcolors(1 << 20)}
        assert ImageChops.difference(captioned, without).getbbox()

    def test_doubted_words_are_shaded(self, bill):
        """Grey under the word and nowhere else."""
        _, extracted = bill
        start = extracted.text.index("county council")
        picture, _, page = drawn(bill, Shown(start, start + 6, "doubtful"))
        assert GREY in colours(page, 7, 300, 430)
        assert GREY not in colours(page, 7, 80, 250)
        assert [one.kind for one in picture.placed].count("doubtful") == 1

    @pytest.mark.parametrize(
        ("page", "warns"), [({"confidence": 0.72}, True), ({"confidence": 0.9}, False), ({}, False)]
    )
    def test_a_page_of_low_confidence_warns(self, bill, page, warns):
        """In red, above the page."""
        _, captioned, _ = drawn(bill, **page)
        assert ((180, 0, 0) in {colour for _, colour in captioned.getcolors(1 << 20)}) == warns

    def test_only_what_touches_the_page_is_shown(self, bill):
        """A span of another page is neither placed nor missed."""
        _, extracted = bill
        beyond = Shown(len(extracted.text) + 1, len(extracted.text) + 9, "match", "x")
        picture, _, _ = drawn(bill, beyond, topics="x")
        assert beyond not in picture.placed + picture.unplaced
        assert len(picture.placed) == len(extracted.marks)


# --- any page ---------------------------------------------------------------


def canvas_of(path, size, prepare=lambda canvas: None, x=72.0, y=300.0, letters=12):
    """A page with two words; the second is the one that is found."""
    canvas = Canvas(str(path), pagesize=size)
    prepare(canvas)
    canvas.setFont("Helvetica", letters)
    canvas.drawString(x, y, "ordinary")
    canvas.drawString(x + 6 * letters, y, "Wednesday")
    canvas.save()
    return path


@pytest.mark.parametrize(
    ("size", "prepare", "place"),
    [
        ((612, 792), lambda canvas: None, {}),
        ((1224, 612), lambda canvas: None, {}),
        ((612, 792), lambda canvas: canvas.setPageRotation(90), {}),
        ((612, 792), lambda canvas: canvas.setPageRotation(180), {}),
        ((612, 792), lambda canvas: canvas.setPageRotation(270), {}),
        ((612, 792), lambda canvas: canvas.setCropBox((50, 250, 400, 500)), {}),
        ((612, 792), lambda canvas: canvas.transform(0, 1, -1, 0, 400, 100), {"y": 0}),
        ((60, 40), lambda canvas: None, {"x": 4, "y": 20, "letters": 3}),
        ((14000, 9000), lambda canvas: None, {"y": 5000, "letters": 200}),
    ],
    ids=["upright", "landscape", "90", "180", "270", "cropped", "turned text", "tiny", "huge"],
)
def test_a_box_stands_on_its_word_on_any_page(tmp_path, size, prepare, place):
    """What changes between the page alone and the page with the match is where the word is."""
    path = canvas_of(tmp_path / "x.pdf", size, prepare, **place)
    page = Page(number=1, start=0, text="ordinary Wednesday", method="pdfium")
    start = page.text.index("Wednesday")
    bare = draw_page(Drawing(path, page, (), "x"))
    shown = Shown(start, start + 9, "match", "x")
    picture = draw_page(Drawing(path, page, (shown,), "x", ("x",)))
    assert picture.placed == (shown,)
    assert picture.width >= 640
    assert picture.width * picture.height <= 13_500_000
    alone, marked = (Image.open(BytesIO(one.png)).convert("L") for one in (bare, picture))
    assert alone.size == marked.size
    # Both captions have a heading and one row.
    top = round(80 * max(1, min(4, alone.width / 1100)))
    lower = [image.crop((0, top, *image.size)) for image in (alone, marked)]
    box = ImageChops.difference(*lower).getbbox()
    ink = lower[0].crop(box).point(lambda value: 255 * (value < 100))
    word = ink.getbbox()
    assert word is not None
    spare = max(box[2] - box[0], box[3] - box[1])
    assert min(word[2] - word[0], word[3] - word[1]) > 0.4 * min(box[2] - box[0], box[3] - box[1])
    assert max(word[2] - word[0], word[3] - word[1]) > 0.85 * spare
    rest = lower[0].copy()
    rest.paste(255, box)
    left = rest.point(lambda value: 255 * (value < 100)).getbbox()
    assert left is not None, "the other word must not be covered"


@pytest.mark.parametrize(
    ("content", "number", "says"),
    [
        (None, 2, "there is no page 2: the document has 1 page"),
        (b"%PDF-1.7\nnothing", 1, "pdfium cannot draw page 1"),
        (b"", 1, "pdfium cannot draw page 1"),
    ],
)
def test_a_page_that_cannot_be_drawn_says_why(tmp_path, content, number, says):
    """No picture is better than a wrong one."""
    path = tmp_path / "x.pdf"
    if content is None:
        canvas_of(path, (300, 300))
    else:
        path.write_bytes(content)
    page = Page(number=number, start=0, text="x", method="pdfium")
    with pytest.raises(PictureError, match=says):
        draw_page(Drawing(path, page, (), "x"))


# --- where words stand ------------------------------------------------------


def placed(printed, width=10):
    """The characters of printed lines, each `width` wide and 12 high."""
    return [
        (letter, Box(width * x, 20 * y, width * (x + 1), 20 * y + 12))
        for y, line in enumerate(printed)
        for x, letter in enumerate(line)
    ]


LEFT = ("The mayor reports each spring", "on gardens and on libraries. ")
RIGHT = ("Sheriffs wear name tags daily", "and no officer hides a badge.")


def where(text, words, printed):
    page = Page(number=1, start=0, text=text, method="pdfium")
    start = text.index(words)
    return places_of(page, [(start, start + len(words))], placed(printed))[0]


@pytest.mark.parametrize(
    ("text", "words", "printed", "lines"),
    [
        ("one two three", "two", ["one two three"], [(4, 0, 7)]),
        ("a law enforcement\nofficer", "enforcement", ["1 a law enforce-", "2 ment officer"],
         [(8, 0, 15), (2, 1, 6)]),
        ("the office of the fire chief", "office", ["the o\ufb03ce of the \ufb01re chief"],
         [(4, 0, 8)]),
        ("\n".join((*LEFT, *RIGHT)), "name tags",
         [f"{one}   {two}" for one, two in zip(LEFT, RIGHT, strict=True)],
         [(46, 0, 55)]),
        ("nothing of the kind", "kind", ["an entirely different page"], []),
    ],
    ids=["plain", "broken and numbered", "ligatures", "columns", "not there"],
)  # fmt: skip
def test_words_are_found_among_the_printed_characters(text, words, printed, lines):
    """Whatever cleaning did: joined, took numbers away, read columns one after the other."""
    boxes = [Box(10 * left, 20 * y, 10 * right, 20 * y + 12) for left, y, right in lines]
    assert where(text, words, printed) == boxes


def test_words_that_repeat_are_found_in_their_own_place():
    """The second "officer" is the second one printed."""
    text = "an officer shall wear a tag\nno officer shall wear a mask"
    page = Page(number=1, start=0, text=text, method="pdfium")
    start = text.rindex("officer")
    [boxes] = places_of(page, [(start, start + 7)], placed(text.split("\n")))
    assert boxes == [Box(30, 20, 100, 32)]


# --- scans ------------------------------------------------------------------


@pytest.fixture
def scan(tmp_path):
    """A page that bears a picture and no text."""
    path = tmp_path / "scan.pdf"
    canvas = Canvas(str(path), pagesize=(400, 300))
    canvas.rect(60, 180, 200, 30, fill=1)
    canvas.save()
    page = Page(number=1, start=0, text="the black bar", method="ocr", confidence=0.6)
    return Drawing(path, page, (Shown(4, 9, "match", "x"),), "scan.pdf", ("x",))


def test_a_scan_is_read_again_for_the_places_of_its_words(scan, monkeypatch):
    """The engine's boxes are in pixels of its own picture."""

    def reader(image, _ink, _drawn):
        inch = image.dpi
        words = ("the", 0.1, 0.5), ("black", 1.0, 2.0), ("bar", 2.2, 2.8)
        return [[Word(word, left * inch, 1.5 * inch, right * inch, 1.8 * inch, 0.9)
                 for word, left, right in words]]  # fmt: skip

    monkeypatch.setattr("pipelines.extract.ocr.best_reader", lambda _seconds: reader)
    picture = draw_page(scan, seconds=1.0)
    assert (picture.placed, picture.unplaced) == (scan.shown, ())
    _, page = parts(picture, 300 * SCALE)
    offset = (picture.width - round(400 * SCALE)) // 2
    tinted = page.crop(
        (
            offset + round(1.02 * DPI),
            round(1.52 * DPI),
            offset + round(1.98 * DPI),
            round(1.78 * DPI),
        )
    )
    assert {colour for _, colour in tinted.getcolors(1 << 16)} >= {YELLOW}
    outside = page.crop((offset, round(1.5 * DPI), offset + round(0.9 * DPI), round(1.8 * DPI)))
    assert YELLOW not in {colour for _, colour in outside.getcolors(1 << 16)}


@pytest.mark.parametrize("seconds", [None, 1.0], ids=["not asked", "no engine"])
def test_a_scan_whose_places_are_not_known_is_drawn_all_the_same(scan, monkeypatch, seconds):
    """What could not be placed is counted."""

    def refuse(_seconds):
        raise OSError("no OCR engine is installed")

    monkeypatch.setattr("pipelines.extract.ocr.best_reader", refuse)
    picture = draw_page(scan, seconds=seconds)
    assert (picture.placed, picture.unplaced) == ((), scan.shown)
    assert picture.height > 300 * SCALE


# --- the caption ------------------------------------------------------------


def test_a_caption_is_as_wide_as_its_page_and_loses_no_entry():
    """Entries go on to further rows; words too long for a row are cut."""
    painted = []
    entries = [
        Entry(f"topic {number} (1)", lambda _pen, box: painted.append(box)) for number in range(20)
    ]
    strip = caption(640, "x" * 500, "", [*entries, Entry("y" * 500)])
    assert strip.width == 640
    assert len(set(painted)) == 20
    assert all(box.left >= 0 and box.right < 640 and box.bottom < strip.height for box in painted)


# --- in the pool ------------------------------------------------------------


def test_pages_are_drawn_in_a_worker(bill):
    """What comes back through the pipe is the picture, or the sentence that says why not."""
    path, extracted = bill
    [page] = extracted.pages
    with Pool(workers=1) as pool:
        picture = pool.draw(Drawing(path, page, (), "x"), Limits()).result(timeout=30)
        gone = pool.draw(Drawing(Path("gone.pdf"), page, (), "x"), Limits())
        assert picture.png.startswith(b"\x89PNG")
        with pytest.raises((PictureError, OSError)):
            gone.result(timeout=30)


class Drawer:
    """A pool whose drawings end as told, and which remembers whether scans were read again."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.again = []

    def draw(self, _drawing, _limits, *, again=True):
        self.again.append(again)
        future = Future()
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
        return future


@pytest.mark.parametrize("error", [TimeoutError(), MemoryError(), WorkerDied("x")])
def test_a_scan_that_cannot_be_read_again_is_drawn_without_places(scan, error):
    """Only the second drawing decides."""
    pool = Drawer(error, "picture")
    assert _drawn(pool, scan) == "picture"
    assert pool.again == [True, False]
    with pytest.raises(PictureError, match="drawing it"):
        _drawn(Drawer(error, error), scan)


# --- real bills -------------------------------------------------------------


def letters(words):
    """What can be compared: letters and digits, whatever their case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", words))).casefold()


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("file", "pages"),
    [
        ("state-bills/maryland/pdf-2026/HB0444__2026-02-03_a01bd3.pdf", (1, 2, 3)),
        ("state-bills/maryland/pdf/2024rs_HB0338.pdf", (1, 2, 3, 7)),
        ("state-bills/oregon/measure-2026r1-hb4138-introduced.pdf", (1, 3)),
    ],
)
def test_the_boxes_of_real_marks_cover_their_words_and_no_others(corpus, file, pages):
    """Each letter that stands in a mark's boxes is one of its words, and none is missing."""
    extracted = extract_text(corpus / file, Limits())
    with closing(pypdfium2.PdfDocument(corpus / file)) as document:
        for number in pages:
            page = extracted.pages[number - 1]
            beyond = page.start + len(page.text)
            marks = [
                (max(mark.start, page.start) - page.start, min(mark.end, beyond) - page.start)
                for mark in extracted.marks
                if mark.start < beyond and mark.end > page.start
            ]
            _, characters = _drawn_page(document[number - 1])
            assert marks
            for (start, end), boxes in zip(marks, places_of(page, marks, characters), strict=True):
                covered = "".join(
                    letter
                    for letter, at in characters
                    if any(
                        box.left <= (at.left + at.right) / 2 <= box.right
                        and box.top <= (at.top + at.bottom) / 2 <= box.bottom
                        for box in boxes
                    )
                )
                # A word broken at the page's end has the rest of its letters on the next one.
                words = page.text[start:end]
                broken = words.split()[-1] if end == len(page.text) else ""
                covered, wanted = Counter(letters(covered)), Counter(letters(words))
                assert not covered - wanted
                assert not wanted - covered - Counter(letters(broken))
