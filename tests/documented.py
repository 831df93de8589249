"""A folder in which every documented command finds what it is shown with."""

import json
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
