"""Readers of PDFs beside ours, each in the modes it has: a path in, the texts of its pages out.

pdftotext comes with poppler-utils (`apt-get install poppler-utils`, `brew install poppler`),
pypdf with `pip install pypdf`; neither is needed by the product, so they are measured
where they are found.
"""

import importlib
import importlib.util
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTTextContainer

from pipelines.extract import extract_text
from pipelines.texts import Limits

Reader = Callable[[Path], list[str]]
LIMITS = Limits()
LONGEST_SECONDS = 120


def ours(path: Path) -> list[str]:
    return [page.text for page in extract_text(path, LIMITS).pages]


def raw_pdfium(path: Path) -> list[str]:
    pages = []
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            textpage = page.get_textpage()
            pages.append(textpage.get_text_range())
            textpage.close()
            page.close()
    return pages


def pdfminer_six(path: Path) -> list[str]:
    """What pdfminer.high_level.extract_text gives, page by page."""
    return [
        "".join(part.get_text() for part in page if isinstance(part, LTTextContainer))
        for page in extract_pages(path)
    ]


def plumber(**how: Any) -> Reader:
    def read(path: Path) -> list[str]:
        pages = []
        with pdfplumber.open(path) as document:
            for page in document.pages:
                pages.append(page.extract_text(**how) or "")
                page.close()
        return pages

    return read


def pdftotext(*how: str) -> Reader:
    def read(path: Path) -> list[str]:
        command = ["pdftotext", *how, "-enc", "UTF-8", str(path), "-"]
        done = subprocess.run(command, capture_output=True, check=True, timeout=LONGEST_SECONDS)
        return done.stdout.decode().removesuffix("\f").split("\f")

    return read


def pypdf(**how: Any) -> Reader:
    def read(path: Path) -> list[str]:
        reader = importlib.import_module("pypdf").PdfReader(path)
        return [page.extract_text(**how) for page in reader.pages]

    return read


MODES: dict[str, dict[str, Reader]] = {
    "ours": {"": ours},
    "raw pdfium": {"": raw_pdfium},
    "pdfminer.six": {"": pdfminer_six},
    "pdfplumber": {
        "plain": plumber(), "x_tolerance 1.5": plumber(x_tolerance=1.5),
        "layout": plumber(layout=True),
    },
    "pdftotext": {
        "plain": pdftotext(), "-layout": pdftotext("-layout"), "-raw": pdftotext("-raw"),
    },
    "pypdf": {"plain": pypdf(), "layout": pypdf(extraction_mode="layout")},
}  # fmt: skip


def here() -> list[str]:
    """The readers that are installed; says how to get those that are not."""
    found = list(MODES)
    if not shutil.which("pdftotext"):
        found.remove("pdftotext")
        print("pdftotext is left out: it is not installed (apt-get install poppler-utils)")
    if not importlib.util.find_spec("pypdf"):
        found.remove("pypdf")
        print("pypdf is left out: it is not installed (pip install pypdf)")
    return found
