"""PDF files written fast: running head, numbered lines, a typewriter's face. No library.

A load of thousands of documents is made while it is asked for, so a page must
cost far less to write than to read.
"""

import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 68
LINES = 28
_FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"


def quick_pdf(head: str, paragraphs: Iterable[str], *, width: int = WIDTH) -> bytes:
    """A PDF of the paragraphs, lines at most so many signs wide; the same words give the same bytes."""
    lines = [line for paragraph in paragraphs for line in (*textwrap.wrap(paragraph, width), "")]
    lines = lines[:-1]  # else the blank line after the last paragraph may be a page of its own
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)] or [[]]
    streams = [content(head, page, number) for number, page in enumerate(pages, 1)]
    kids = " ".join(f"{4 + 2 * rank} 0 R" for rank in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        _FONT,
    ]
    for rank, stream in enumerate(streams):
        drawn = f"/Resources << /Font << /F 3 0 R >> >> /Contents {5 + 2 * rank} 0 R"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {drawn} >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    return file_of(objects)


def content(head: str, lines: Sequence[str], number: int) -> str:
    """What draws one page; numbers count printed lines and stand left of the text."""
    drawn = [f"BT /F 9 Tf 90 750 Td ({escaped(head)}) Tj ET"]
    printed = 0
    for row, line in enumerate(lines):
        if not line:
            continue
        printed += 1
        height = 710 - 23 * row
        drawn.append(f"BT /F 10 Tf 1 0 0 1 66 {height} Tm ({printed:>2}) Tj ET")
        drawn.append(f"BT /F 10 Tf 1 0 0 1 96 {height} Tm ({escaped(line)}) Tj ET")
    drawn.append(f"BT /F 9 Tf 300 40 Td (p. {number}) Tj ET")
    return "\n".join(drawn)


def escaped(words: str) -> str:
    """Words as a string of PDF; what its encoding has no sign for becomes a question mark."""
    plain = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return plain.encode("latin-1", "replace").decode("latin-1")


def file_of(objects: Sequence[str]) -> bytes:
    """The objects with their table of places."""
    body, places = bytearray(b"%PDF-1.4\n"), []
    for number, said in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{said}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    )
    return bytes(body) + tail.encode("latin-1")
