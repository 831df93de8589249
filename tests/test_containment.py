"""Hostile documents of every kind cost themselves alone: a reason, in time, and neighbours unharmed."""

import ctypes
import io
import time
import zipfile
import zlib
from concurrent.futures import wait

import pytest

from monitor.compute import Pool, WorkerDied
from pipelines.texts import Limits
from tests.test_slides import shape, show
from tests.test_word import p, r, word
from tests.test_zipped import zipped

SECONDS = 8
LIMITS = Limits(seconds=SECONDS, memory=700 << 20)
GOOD = b"A sheriff may not."


@pytest.fixture(scope="module")
def pool():
    with Pool(workers=2) as pool:
        yield pool


@pytest.fixture
def paper(tmp_path):
    def paper(content, name="paper"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return paper


def pdf(*objects):
    """A PDF from the bodies of its objects, the first being its catalog."""
    file, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return (
        file
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + end % (len(objects) + 1, len(file))
    )


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>"


def stream(content, filters=b"/FlateDecode"):
    return b"<< /Length %d /Filter [%s] >> stream\n%s\nendstream" % (
        len(content), filters, content,
    )  # fmt: skip


def entities(head, tail):
    """The billion laughs: ten entities, each of ten of the one before."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lol">{levels}]>{head}&e9;{tail}'


def deep_xml(name):
    return f"<{name}>" * 200_000 + f"</{name}>" * 200_000


def many_shared_strings():
    """A workbook of a million cells in little space."""
    file = io.BytesIO()
    cells = "<c t='inlineStr'><is><t>x</t></is></c>" * 100
    rows = f"<row>{cells}</row>" * 8_000
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet xmlns='{space}'>{rows}")
    return file.getvalue()


def packed_twice(size):
    return zlib.compress(zlib.compress(bytes(size), 9), 9)


HOSTILE = {
    "a zip bomb": lambda: zipped(("a.txt", bytes(60 << 20))),
    "a zip bomb in a zip": lambda: zipped(("a.zip", zipped(("a.txt", bytes(60 << 20))))),
    "a DOCX of entities": lambda: word("", **{"word/document.xml": entities("<w:t>", "</w:t>")}),
    "a DOCX without end of depth": lambda: word(deep_xml("w:p")),
    "a DOCX of one long word": lambda: word(p(r("x" * 10_000_000))),
    "a PPTX of entities": lambda: show(
        shape("a"), **{"ppt/slides/slide0.xml": entities("<a:t>", "</a:t>")}
    ),
    "a PPTX without end of depth": lambda: show(deep_xml("p:grpSp")),
    "a workbook that is cut": many_shared_strings,
    "HTML without end of depth": lambda: b"<div><table><tr><td>" * 20_000,
    "HTML of entities": lambda: b"<p>" + b"&amp;" * 500_000,
    "HTML of one attribute": lambda: b"<p " + b"a='b' " * 1_000_000,
    "HTML that opens comments": lambda: b"<p>x" + b"<!--" * 1_000_000,
    "RTF without end of depth": lambda: b"{\\rtf1 " + b"{" * 1_000_000,
    "RTF of bytes": lambda: b"{\\rtf1 " + b"\\'a7" * 500_000 + b"}",
    "RTF of fields": lambda: b"{\\rtf1 " + b"{\\field{\\*\\fldinst HYPERLINK}}" * 150_000 + b"}",
    "one line of 10 MB": lambda: b"a" * 10_000_000,
    "one line of broken words": lambda: b"a-" * 5_000_000,
    "one line of section signs": lambda: "\u00a7 1-\u00a7 ".encode() * 800_000,
    "one line of blanks": lambda: b"x" + b" " * 10_000_000 + b"x",
    "a PDF of 10^9 pages": lambda: pdf(
        CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1000000000 >>", PAGE, stream(b"")
    ),
    "a PDF of pages in a circle": lambda: pdf(
        CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 /Parent 2 0 R >>"
    ),
    "a PDF whose objects are one another": lambda: pdf(
        CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE, b"4 0 R"
    ),
    "a PDF of arrays without end": lambda: pdf(
        CATALOG, b"<< /Type /Pages /Kids " + b"[" * 1_000_000, PAGE
    ),
    "a PDF packed twice": lambda: pdf(
        CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE,
        stream(packed_twice(120 << 20), b"/FlateDecode /FlateDecode"),
    ),
}  # fmt: skip


@pytest.mark.faults
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_document_costs_itself_alone(pool, paper, what):
    """It ends in time, with its text or a reason, and what is read beside it is read."""
    hostile, good = paper(HOSTILE[what](), "hostile"), paper(GOOD, "good")
    began = time.monotonic()
    bad = pool.extract(hostile, LIMITS)
    beside = [pool.extract(good, LIMITS) for _ in range(6)]
    extracted = bad.result(3 * SECONDS)
    assert time.monotonic() - began < 2 * SECONDS + 4
    assert extracted.reason or extracted.text
    assert extracted.warnings or not extracted.reason
    assert len(extracted.text) <= LIMITS.characters
    assert {task.result(30).text for task in beside} == {GOOD.decode()}


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("a zip bomb", "limit"), ("a zip bomb in a zip", "limit"), ("a DOCX of entities", "broken"),
        ("a PPTX of entities", "broken"), ("a PDF of pages in a circle", "broken"),
    ],
)  # fmt: skip
def test_the_reason_is_recorded(pool, paper, what, reason):
    """What was wrong is a word for machines and a sentence for people."""
    extracted = pool.extract(paper(HOSTILE[what]()), LIMITS).result(30)
    assert (extracted.reason, extracted.pages) == (reason, ())
    assert len(extracted.warnings[0]) > 10


@pytest.mark.faults
def test_what_happens_to_workers_happens_to_their_tasks(pool, paper):
    """A loop without end, a segmentation fault and a hog beside documents that are read."""
    good = paper(GOOD)
    loop = pool.submit(exec, "while True: pass", timeout=1)
    fault = pool.submit(ctypes.string_at, 0, timeout=20)
    hog = pool.submit(eval, "[bytearray(1 << 20) for _ in iter(int, 1)]", timeout=20)
    beside = [pool.extract(good, LIMITS) for _ in range(20)]
    wait([loop, fault, hog], 30)
    assert isinstance(loop.exception(0), TimeoutError)
    assert isinstance(fault.exception(0), WorkerDied)
    assert isinstance(hog.exception(0), MemoryError)
    assert {task.result(30).text for task in beside} == {GOOD.decode()}


@pytest.mark.faults
def test_the_second_reader_reads_what_the_first_could_not(pool, paper):
    """A page too large to be held as a tree is read by one pass over it, and that is said."""
    page = b"<p>x</p>" * 400_000
    extracted = pool.extract(paper(page), Limits(seconds=20, memory=320 << 20)).result(45)
    assert extracted.text.count("x") == 400_000
    assert extracted.pages[0].method == "bare"
    assert extracted.warnings == ("read plainly, because the first reading needed too much memory",)
