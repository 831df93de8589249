"""Pages that are read as pictures pass through the pool one by one, and fail one by one."""

import os
import sys
import time
from concurrent.futures import Future
from functools import partial
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

import monitor.compute
from monitor.compute import _SAID, Pool, _failure
from monitor.scanning import Scanning, read_scan
from pipelines.extract import ocr_rapid
from pipelines.extract.scans import HOW_TO_READ, METHOD, Scan
from pipelines.lines import Line
from pipelines.texts import Extracted, Limits

LIMITS = Limits(seconds=30)
FIRST = Extracted(media_type="application/pdf", method="pdfium", warnings=("as it was",))
SECOND = Extracted(media_type="application/pdf", method=METHOD)


def scan(words="read"):
    return Scan(lines=(Line(words, 72, 700),), confidence=0.9)


def finished(outcome):
    future = Future()
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
    return future


def scanned(outcomes, composed=SECOND):
    """What comes of pages that end so, by number, and the scans that were composed."""
    told, given = [], []

    def compose(scans):
        given.append(dict(scans))
        if isinstance(composed, RuntimeError):
            raise composed
        return finished(composed)

    scanning = Scanning(
        FIRST, compose=compose, done=told.append, failure=_failure, said=_SAID.__getitem__
    )
    scanning.start(
        "paper", tuple(outcomes), LIMITS, lambda _, args, timeout: finished(outcomes[args[1]])
    )
    (extracted,) = told
    return extracted, given


def test_all_pages_are_waited_for_and_composed_once():
    """The document is read again when the last page is there."""
    assert scanned({2: scan("two"), 5: scan("five")}) == (
        SECOND, [{2: scan("two"), 5: scan("five")}],
    )  # fmt: skip


def test_failed_pages_are_said_and_the_others_kept():
    """Those that failed alike are told of together, by their numbers."""
    extracted, given = scanned(
        {1: TimeoutError(), 2: scan(), 3: MemoryError(), 4: TimeoutError(), 9: OSError("no engine")}
    )
    assert given == [{2: scan()}]
    assert extracted.warnings == (
        "pages 1, 4 could not be read as pictures: reading took too long",
        "page 3 could not be read as a picture: reading needed too much memory",
        "page 9 could not be read as a picture: no engine",
    )


def test_where_no_page_could_be_read_the_first_reading_stands():
    """Nothing is composed; the warnings are added to those there were."""
    extracted, given = scanned({1: OSError("no engine")})
    assert given == []
    assert extracted.method == FIRST.method
    assert extracted.warnings == (
        "as it was",
        "page 1 could not be read as a picture: no engine",
    )


@pytest.mark.parametrize("composed", [TimeoutError(), RuntimeError("the pool is closed")])
def test_where_composing_fails_the_first_reading_stands(composed):
    """A second reading that fails takes nothing away."""
    assert scanned({1: scan()}, composed)[0] == FIRST


def test_a_library_that_cannot_be_loaded_is_a_clear_message(monkeypatch, tmp_path):
    """OpenCV needs libraries that a server may lack."""
    monkeypatch.delitem(sys.modules, "pipelines.extract.ocr", raising=False)
    monkeypatch.delitem(sys.modules, "pipelines.extract.image_strokes", raising=False)
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(OSError, match=r"cv2.*opencv-python-headless.*libgl1"):
        read_scan(tmp_path / "paper", 1, LIMITS)


# --- with real workers ------------------------------------------------------

WORDS = "DHS may ask the county sheriff for a record under section 1357(g) of title 8"


def paper(path, *pages):
    """A PDF of pages: words that are drawn as a picture, or None for words in type."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(612, 200), invariant=1)
    for words in pages:
        if words is None:
            canvas.drawString(72, 100, "This page has text of its own, and plenty of it.")
        else:
            image = Image.new("L", (1700, 556), 255)
            ImageDraw.Draw(image).text((150, 250), words, fill=0, font_size=38)
            canvas.drawInlineImage(image, 0, 0, 612, 200)
        canvas.showPage()
    canvas.save()
    path.write_bytes(buffer.getvalue())
    return path


@pytest.fixture(scope="module")
def pool():
    with Pool(workers=1) as pool:
        yield pool


def test_a_scan_is_read_in_the_pool(pool, tmp_path):
    """Pages with text keep it; one without is read as a picture, within the worker's memory."""
    if not ocr_rapid.is_here():
        pytest.skip("rapidocr cannot be used here")
    path = paper(tmp_path / "paper", None, WORDS)
    extracted = pool.extract(path, LIMITS).result(60)
    assert extracted.warnings == ("page 2 was read as a picture",)
    assert [page.method for page in extracted.pages] == ["pdfium", METHOD]
    assert extracted.pages[1].text.split() == WORDS.split()


def test_without_an_engine_it_is_said_what_to_install(pool, tmp_path, monkeypatch):
    """The text that is there stays, and the warning helps."""
    monkeypatch.setattr(monitor.compute, "has_engine", lambda: False)
    extracted = pool.extract(paper(tmp_path / "paper", None, WORDS), LIMITS).result(30)
    assert extracted.warnings == ("page 2 has no text layer", HOW_TO_READ)
    assert extracted.pages[0].text
    assert "pip install rapidocr onnxruntime" in HOW_TO_READ


def fate(path, number, limits):
    """In a worker: page 1 kills it, page 2 never ends, others are read."""
    if number == 1:
        os.abort()
    if number == 2:
        time.sleep(600)
    return scan(f"page {number} of {path.name}, {limits.seconds:.0f}")


@pytest.mark.faults
def test_a_page_that_kills_or_hangs_costs_that_page(pool, tmp_path):
    """The pages after it are read, and the document is composed of what there is."""
    told, given = Future(), []

    def compose(scans):
        given.append(scans)
        return finished(SECOND)

    def schedule(_, args, timeout):
        return pool._scanner.schedule(fate, args, 0.5 if args[1] == 2 else timeout)

    scanning = Scanning(
        FIRST, compose=compose, done=told.set_result, failure=_failure, said=_SAID.__getitem__
    )
    scanning.start(tmp_path / "paper", (1, 2, 3, 4), LIMITS, partial(schedule))
    assert told.result(30).warnings == (
        "page 1 could not be read as a picture: reading killed its process",
        "page 2 could not be read as a picture: reading took too long",
    )
    assert given == [{3: scan("page 3 of paper, 30"), 4: scan("page 4 of paper, 30")}]
