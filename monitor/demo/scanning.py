"""An order as it leaves a scanner: a PDF of pictures, without a word of text in it."""

import random
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import reportlab
from PIL import Image, ImageChops, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader

from monitor.demo.papers import Paper
from monitor.demo.printing import (
    BOLD,
    HEIGHT,
    LEFT,
    TOP,
    WIDTH,
    Line,
    open_canvas,
    order_pages,
)

DOTS = 110
"""Dots an inch, as a clerk's scanner is set."""
SKEW = 0.6
PAPER, INK = 246, 40
FONTS = Path(reportlab.__file__).parent / "fonts"


def scan_order(identifier: str, title: str, paper: Paper, signed: str, at: datetime) -> bytes:
    """An executive order, signed on paper and scanned; no page has a text layer."""
    # A scanner names its files by number: not even the title says what it is.
    canvas, buffer = open_canvas("scan", at)
    for number, lines in enumerate(order_pages(identifier, title, paper, signed)):
        picture = ImageReader(BytesIO(photograph(lines, seed=number)))
        canvas.drawImage(picture, 0, 0, WIDTH, HEIGHT)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def photograph(lines: list[Line], *, seed: int) -> bytes:
    """A page as a grey JPEG: a little askew, a little dusty; the same page gives the same bytes."""
    scale = DOTS / 72
    page = Image.new("L", (round(WIDTH * scale), round(HEIGHT * scale)), PAPER)
    pen = ImageDraw.Draw(page)
    for row, line in enumerate(lines):
        at = (LEFT * scale, (HEIGHT - TOP + row * 16 - 12) * scale)
        pen.text(at, line.words, INK, font=font(line.font == BOLD, round(10 * scale)))
    askew = page.rotate(SKEW, resample=Image.Resampling.BILINEAR, fillcolor=PAPER)
    dust = random.Random(seed).randbytes(64 * 64)  # noqa: S311 (dust keeps no secret)
    grain = Image.frombytes("L", (64, 64), dust).resize(askew.size).point(lambda grey: grey // 24)
    kept = BytesIO()
    ImageChops.subtract(askew, grain).save(kept, "JPEG", quality=60)
    return kept.getvalue()


@lru_cache
def font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    """The typeface that comes with reportlab."""
    return ImageFont.truetype(str(FONTS / ("VeraBd.ttf" if bold else "Vera.ttf")), size)
