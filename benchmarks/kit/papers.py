"""PDFs of our own, set like bills: numbered lines, a running head, struck and underlined words."""

import random
import re
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

WORDS = re.findall(
    r"\w+",
    "the of and to a in shall for be is by or any state act section person as not under may this with that"
    " officer public agency department law court county such subsection city which from chapter board service"
    " notice property employee local federal data report government identification immigration enforcement",
)
LINES = 32
WORDS_A_LINE = 11


def paper(number: int, pages: int = 12) -> bytes:
    """One bill; the same number gives the same bytes."""
    chance = random.Random(number)
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=letter, invariant=1)
    for page in range(1, pages + 1):
        canvas.setFont("Times-Roman", 9)
        canvas.drawCentredString(306, 760, f"HOUSE BILL {number} - page {page}")
        canvas.setFont("Times-Roman", 12)
        for line in range(1, LINES + 1):
            _draw(canvas, line, 735 - 21 * line, chance)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Canvas, line: int, y: float, chance: random.Random) -> None:
    """One line with its number; one in ten has struck words or underlined ones."""
    words = chance.choices(WORDS, k=WORDS_A_LINE)
    canvas.drawRightString(80, y, str(line))
    canvas.drawString(95, y, " ".join(words))
    if not chance.randrange(10):
        start = 95 + canvas.stringWidth(" ".join(words[:4]) + " ")
        end = start + canvas.stringWidth(" ".join(words[4:7]))
        rule = y + (3.5 if chance.randrange(2) else -1.5)
        canvas.line(start, rule, end, rule)


def print_papers(folder: Path, count: int, pages: int = 12) -> list[Path]:
    """Write some bills to a folder."""
    paths = [folder / f"bill-{number}.pdf" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(paper(number, pages))
    return paths
