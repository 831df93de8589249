"""Fields of PDF forms: what is filled in is read where the page shows it."""

import io

import pytest
from reportlab.lib.colors import white
from reportlab.pdfgen.canvas import Canvas

from pipelines.extract import extract_plainly, extract_text
from pipelines.texts import Limits

LIMITS = Limits()


@pytest.fixture
def form(tmp_path):
    """Makes a page that a function draws, and gives its path."""

    def make(draw, turn=0):
        file = io.BytesIO()
        canvas = Canvas(file, pagesize=(612, 792), invariant=True)
        canvas.setFont("Times-Roman", 12)
        draw(canvas)
        canvas.setPageRotation(turn)
        canvas.showPage()
        canvas.save()
        path = tmp_path / "form.pdf"
        path.write_bytes(file.getvalue())
        return path

    return make


def after(canvas, words, x=72):
    """Where words end that begin at a place."""
    return x + canvas.stringWidth(words)


def lines(path):
    return [line for line in extract_text(path, LIMITS).text.splitlines() if line]


def test_what_is_typed_over_a_blank_takes_its_place(form):
    """The sentence reads as the filled form does, its full stop close to the last word."""

    def draw(canvas):
        canvas.drawString(72, 700, "This agreement is between the Service and __________________.")
        x = after(canvas, "This agreement is between the Service and ")
        canvas.acroForm.textfield(
            value="Garrett County", x=x, y=697, width=105, height=14, borderWidth=0, fontSize=10
        )

    assert lines(form(draw)) == ["This agreement is between the Service and Garrett County."]


def test_a_field_beside_its_label_is_in_the_row(form):
    """The label is text and the field follows it on the same height."""

    def draw(canvas):
        for rank, label in enumerate(("Agency:", "Title:")):
            canvas.drawString(72, 700 - 30 * rank, label)
        for rank, value in enumerate(("Sheriff's Office", "Chief Deputy")):
            canvas.acroForm.textfield(
                value=value, x=130, y=696 - 30 * rank, width=200, height=18, fontSize=10
            )

    assert lines(form(draw)) == ["Agency: Sheriff's Office", "Title: Chief Deputy"]


def test_ticked_boxes_are_told_from_others(form):
    """Check boxes and the buttons of a choice read as signs before their labels."""

    def draw(canvas):
        canvas.drawString(140, 670, "Jail model")
        canvas.drawString(280, 670, "Task force model")
        canvas.drawString(140, 640, "One year")
        canvas.drawString(280, 640, "Two years")
        fields = canvas.acroForm
        fields.checkbox(name="jail", checked=False, x=120, y=668, size=12)
        fields.checkbox(name="task", checked=True, x=260, y=668, size=12)
        fields.radio(name="term", value="one", selected=True, x=120, y=638, size=12)
        fields.radio(name="term", value="two", selected=False, x=260, y=638, size=12)

    assert lines(form(draw)) == [
        "\u2610 Jail model \u2612 Task force model",
        "\u2612 One year \u2610 Two years",
    ]


def test_a_choice_reads_as_it_is_shown(form):
    """By its label, not by what the form sends."""

    def draw(canvas):
        canvas.drawString(72, 700, "State:")
        canvas.acroForm.choice(
            value="MD", options=[("Maryland", "MD"), ("Virginia", "VA")],
            x=120, y=697, width=100, height=14, fontSize=10,
        )  # fmt: skip

    assert lines(form(draw)) == ["State: Maryland"]


def test_the_lines_of_a_large_field_are_lines(form):
    """What is typed into a box stands under its heading and before what follows."""

    def draw(canvas):
        canvas.drawString(72, 720, "Votes")
        canvas.acroForm.textfield(
            value="Budget: passed 5-0\nLease: tabled", x=72, y=640, width=400, height=70,
            fieldFlags="multiline", fontSize=10,
        )  # fmt: skip
        canvas.drawString(72, 600, "Next meeting")

    assert lines(form(draw)) == ["Votes", "Budget: passed 5-0", "Lease: tabled", "Next meeting"]


def test_secrets_and_hidden_fields_are_not_read(form):
    """A page shows dots for a password and nothing of a hidden field."""

    def draw(canvas):
        canvas.drawString(72, 700, "Sign in")
        canvas.acroForm.textfield(value="hush", x=72, y=600, fieldFlags="password")
        canvas.acroForm.textfield(value="draft 3", x=72, y=500, annotationFlags="hidden")

    assert lines(form(draw)) == ["Sign in"]


def test_a_field_over_words_stands_between_them(form):
    """No word is torn by a field that laps over it."""

    def draw(canvas):
        canvas.drawString(72, 700, "Number of deputies to be trained")
        x = after(canvas, "Number of dep")
        canvas.acroForm.textfield(value="12", x=x, y=697, width=20, height=14, fontSize=10)

    assert lines(form(draw)) == ["Number of 12 deputies to be trained"]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_fields_of_a_turned_page_stand_as_shown(form, turn):
    """The fields' places turn with the page."""

    def draw(canvas):
        canvas.translate(*{90: (612, 0), 180: (612, 792), 270: (0, 792)}[turn])
        canvas.rotate(turn)
        canvas.setFont("Times-Roman", 12)
        canvas.drawString(72, 500, "Agency:")
        canvas.drawString(72, 470, "Nothing follows")
        x, y, width, height = {
            90: (612 - 511, 130, 14, 100),
            180: (612 - 230, 792 - 511, 100, 14),
            270: (497, 792 - 230, 14, 100),
        }[turn]
        canvas.acroForm.textfield(value="Kent County", x=x, y=y, width=width, height=height)

    assert lines(form(draw, turn)) == ["Agency: Kent County", "Nothing follows"]


def test_a_page_of_fields_alone_is_text(form):
    """A form laid over a picture has no text of its own."""

    def draw(canvas):
        canvas.acroForm.textfield(value="Todd Example", x=72, y=600, width=200, height=18)

    assert lines(form(draw)) == ["Todd Example"]


def test_the_second_reader_gives_the_fields_at_the_end(form):
    """It does not ask where anything stands."""

    def draw(canvas):
        canvas.acroForm.textfield(value="Kent County", x=130, y=697, width=100, height=14)
        canvas.drawString(72, 700, "Agency:")

    assert extract_plainly(form(draw), LIMITS).text == "Agency:\nKent County"


def test_fields_count_as_characters(form):
    """A field may hold more than any page."""

    def draw(canvas):
        canvas.drawString(72, 700, "Remarks")
        canvas.acroForm.textfield(value="x" * 900, maxlen=1000, x=72, y=600, width=200, height=18)

    extracted = extract_text(form(draw), Limits(characters=500))
    assert extracted.reason == "limit"


def test_the_picture_of_a_page_shows_its_fields(form, monkeypatch):
    """What is read as a picture, as a scan that was filled in, is read with its fields."""
    ocr = pytest.importorskip("pipelines.extract.ocr")
    monkeypatch.setattr(ocr, "best_reader", lambda _seconds: None)
    monkeypatch.setattr(ocr, "read_image", lambda image, _reader: image)

    def filled(canvas):
        canvas.acroForm.textfield(
            value="Kent County", x=130, y=600, width=100, height=18, borderWidth=0, fillColor=white
        )

    empty, full = (
        ocr.read_page(form(draw), 1, LIMITS).pixels.min() for draw in (lambda _canvas: None, filled)
    )
    assert (empty, full < 100) == (255, True)
