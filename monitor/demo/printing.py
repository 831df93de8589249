"""Prints the demo's papers as PDF files, the way a city and a legislature print theirs.

Orders are set like letters with a foot line; bills carry a running head and a
number beside every line. The same paper printed at the same time gives the
same bytes; printed at another time it gives other bytes with the same words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from reportlab.lib.pagesizes import letter
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from monitor.demo.papers import Paper, unmarked

WIDTH, HEIGHT = letter
FONT, BOLD, SIZE = "Times-Roman", "Times-Bold", 12
LEFT, RIGHT, TOP = 90, 540, 700


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; an empty one is space."""

    words: str
    font: str = FONT


def print_order(identifier: str, title: str, paper: Paper, signed: str, at: datetime) -> bytes:
    """An executive order as a PDF: letterhead, title, text, signature, foot line."""
    canvas, buffer = open_canvas(f"{identifier}: {title}", at)
    pages = order_pages(identifier, title, paper, signed)
    for number, lines in enumerate(pages, 1):
        draw_lines(canvas, lines, spacing=16)
        canvas.setFont(FONT, 9)
        canvas.drawCentredString(WIDTH / 2, 40, f"{identifier} - Page {number} of {len(pages)}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def order_pages(identifier: str, title: str, paper: Paper, signed: str) -> list[list[Line]]:
    """The lines of an order's pages."""
    head = [
        Line("CITY OF HARBORVIEW", BOLD),
        Line("OFFICE OF THE MAYOR", BOLD),
        Line(""),
        Line(identifier.upper(), BOLD),
        *wrapped(title, BOLD),
        Line(""),
    ]
    foot = [Line(f"Signed this day, {signed}."), Line(""), Line("Rosalind Achterberg, Mayor")]
    return list(paged([*head, *set_text(paper), *foot], 38))


def print_bill(identifier: str, note: str, paper: Paper, at: datetime) -> bytes:
    """A bill as a PDF: running head, numbered lines, page number at the foot.

    The note stands in the file's title only, so that a new print of the same
    text has the same words on its pages.
    """
    canvas, buffer = open_canvas(f"{identifier} {note}", at)
    for number, lines in enumerate(paged(list(set_text(paper)), 26), 1):
        canvas.setFont(FONT, 9)
        canvas.drawString(LEFT, 750, identifier)
        canvas.drawRightString(RIGHT, 750, "Cascadia Legislature, 2026 Regular Session")
        draw_lines(canvas, lines, spacing=24, numbered=True)
        canvas.setFont(FONT, 9)
        canvas.drawCentredString(WIDTH / 2, 40, f"p. {number}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def print_plainly(title: str, paper: Paper, at: datetime) -> bytes:
    """A memorandum as a PDF: its text and nothing else."""
    canvas, buffer = open_canvas(title, at)
    for lines in paged(list(set_text(paper)), 38):
        draw_lines(canvas, lines, spacing=16)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def open_canvas(title: str, at: datetime) -> tuple[Canvas, BytesIO]:
    """A canvas whose only trace of time is `at`, told as the time of printing."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=letter, invariant=1)
    stamp = f"D:{at:%Y%m%d%H%M%S}Z"
    canvas.setDateFormatter(lambda *_: stamp)
    canvas.setTitle(title)
    return canvas, buffer


def set_text(paper: Paper) -> Iterator[Line]:
    """The paragraphs as lines that fit, with space after each."""
    for paragraph in paper.paragraphs:
        heading = paragraph.startswith("#")
        yield from wrapped(unmarked(paragraph).lstrip("# "), BOLD if heading else FONT)
        yield Line("")


def wrapped(words: str, font: str) -> list[Line]:
    return [Line(line, font) for line in simpleSplit(words, font, SIZE, RIGHT - LEFT)]


def paged(lines: list[Line], length: int) -> Iterator[list[Line]]:
    for start in range(0, len(lines), length):
        yield lines[start : start + length]


def draw_lines(canvas: Canvas, lines: list[Line], spacing: int, *, numbered: bool = False) -> None:
    """Draws from the top down; numbers count printed lines and stand left of the text."""
    number = 0
    for row, line in enumerate(lines):
        if not line.words:
            continue
        height = TOP - row * spacing
        number += 1
        if numbered:
            canvas.setFont(FONT, SIZE)
            canvas.drawRightString(LEFT - 18, height, str(number))
        canvas.setFont(line.font, SIZE)
        canvas.drawString(LEFT, height, line.words)
