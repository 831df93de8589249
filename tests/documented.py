"""A folder in which every documented command finds what it is shown with."""

import json
import re
from pathlib import Path

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from tests.recordings import Bill, pack_virginia
from tests.running import measurewatch

OLD = "Section 1. No city property may be used as a staging area.\n"
NEW = "Section 1. No city property, and no garage, may be used as a staging area.\n"


def prepare(folder: Path) -> Path:
    """Write the example files, and crawl a small recording into the folder's home."""
    example_pdf(folder / "example.pdf")
    example_bill(folder / "bill.pdf")
    (folder / "example-old.txt").write_text(OLD, encoding="utf-8")
    (folder / "example-new.txt").write_text(NEW, encoding="utf-8")
    recording = folder / "example.warc.gz"
    pack_virginia(recording, "2026-02-01T12:00:00Z", [Bill("HB1"), Bill("SB2")])
    (folder / "example.csv").write_text("Bill_id\n", encoding="utf-8")
    line = {"url": "https://example.org/example.csv", "file": "example.csv"}
    (folder / "example.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    measurewatch("crawl", "virginia", "--replay", str(recording), cwd=folder, check=True)
    return folder


def example_pdf(path: Path) -> None:
    """One page that a topic matches."""
    canvas = Canvas(str(path), pagesize=letter)
    canvas.drawString(
        72, 700, "A sheriff shall not enter into an immigration enforcement agreement"
    )
    canvas.drawString(72, 680, "under 8 U.S.C. 1357(g).")
    canvas.save()


BILL = (
    "SECTION 1. Be it enacted by the General Assembly of Elmford, That section",
    "4-101 of the Code is amended to read as follows:",
    "4-101. (a) A county sheriff -may- +may not+ enter into an immigration",
    "enforcement agreement with an agency of the United States.",
    "(b) +A sheriff who is party to an agreement under 8 U.S.C. 1357(g) on+",
    "+July 1, 2026 shall end it as the agreement provides.+",
    "(c) The sheriff shall report each agreement to the county council",
    "-within 90 days- +within 10 days+ and shall publish it.",
    "SECTION 2. And be it further enacted, That this Act shall take effect",
    "-October- +July+ 1, 2026.",
)
LEGEND = (
    "EXPLANATION: +Underlining+ indicates matter added to the law; "
    "-strike out- indicates matter deleted."
)


def example_bill(path: Path) -> None:
    """A bill of one page with numbered lines, as it is printed: +added+ underlined, -struck-."""
    canvas = Canvas(str(path), pagesize=(540, 420))
    canvas.setFont("Times-Bold", 13)
    canvas.drawCentredString(270, 380, "HOUSE BILL 7")
    for number, line in enumerate(BILL, 1):
        canvas.setFont("Times-Roman", 13)
        canvas.drawRightString(58, 362 - 26 * number, str(number))
        _set(canvas, 78, 362 - 26 * number, line)
    canvas.line(60, 74, 490, 74)
    _set(canvas, 60, 54, LEGEND, size=10.5)
    canvas.save()


def _set(canvas: Canvas, x: float, y: float, line: str, size: float = 13) -> None:
    """Set a line in which +words+ are underlined and -words- struck."""
    canvas.setFont("Times-Roman", size)
    for part in re.split(r"(\+[^+]+\+|(?<= )-[^-]+-|^-[^-]+-)", line):
        sign = part[:1] if part[:1] in {"+", "-"} else ""
        words = part.strip(sign) if sign else part
        canvas.drawString(x, y, words)
        end = x + canvas.stringWidth(words, "Times-Roman", size)
        if sign:
            rise = -0.12 * size if sign == "+" else 0.28 * size
            canvas.setLineWidth(0.6)
            canvas.line(x, y + rise, end, y + rise)
        x = end
