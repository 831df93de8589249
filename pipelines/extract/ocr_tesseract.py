"""Words in a picture by Tesseract, where the machine has it.

Tesseract is a program of its own: it is run once a page, gets the picture on
its standard input and writes a table. One thread, since pages are read side by
side. Its confidence runs from 0 to 100.
"""

import csv
import os
import re
import shutil
import subprocess
from functools import cache
from itertools import groupby

import cv2

from pipelines.extract.ocr_words import Row, Word
from pipelines.extract.page_image import PageImage

_LISTING_SECONDS = 10.0
_WORD = "5"  # the level of a row of the table that is a word
_ANY_LAYOUT, _ONE_BLOCK = "3", "6"
_LANGUAGE = re.compile(r"[a-z]{3}\Z")


@cache
def languages() -> tuple[str, ...]:
    """The languages that Tesseract can read here; none where it is not installed or fails."""
    program = shutil.which("tesseract")
    if program is None:
        return ()
    try:
        listed = subprocess.run(  # noqa: S603 - found above, with words of ours
            [program, "--list-langs"], capture_output=True, timeout=_LISTING_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    names = listed.stdout.decode("ascii", "replace").split()
    return tuple(name for name in names if _LANGUAGE.match(name) and name != "osd")


def is_here() -> bool:
    """Whether Tesseract can read English here."""
    return "eng" in languages()


def read(image: PageImage, seconds: float, *, numbered: bool = False) -> list[Row]:
    """The printed lines of an upright picture, in Tesseract's order.

    Of a page whose lines are `numbered` it is told that all of it is one block,
    or it takes the numbers in the margin for dirt.
    Raises TimeoutError, or OSError when it cannot be run or fails.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise OSError("tesseract is not installed")
    fine, picture = cv2.imencode(".pgm", image.pixels)
    if not fine:
        raise OSError("the picture cannot be handed to tesseract")
    # Reading the environment is not ours to do; the child gets it as it is, with this in it.
    os.putenv("OMP_THREAD_LIMIT", "1")
    command = [program, "-", "-", "--dpi", str(round(image.dpi)), "-l", "eng"]
    command += ["--psm", _ONE_BLOCK if numbered else _ANY_LAYOUT, "tsv"]
    try:
        done = subprocess.run(  # noqa: S603 - found by name, with words of ours
            command, input=picture.tobytes(), capture_output=True, timeout=seconds, check=True
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"tesseract did not end within {seconds:.0f} seconds") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise OSError(f"tesseract failed: {said[-1] if said else error.returncode}") from None
    return rows_of(done.stdout.decode("utf-8", "replace"))


def rows_of(table: str) -> list[Row]:
    """The words of Tesseract's table by its lines."""
    cells = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    words = [row for row in cells if row["level"] == _WORD and (row["text"] or "").strip()]
    lines = groupby(words, key=lambda row: (row["block_num"], row["par_num"], row["line_num"]))
    return [[_word(row) for row in found] for _, found in lines]


def _word(row: dict[str, str]) -> Word:
    left, top = float(row["left"]), float(row["top"])
    right, bottom = left + float(row["width"]), top + float(row["height"])
    confidence = min(max(float(row["conf"]) / 100, 0.0), 1.0)
    return Word(row["text"].strip(), left, top, right, bottom, confidence)
