"""PDF text: pages per CPU second, ours beside raw pdfium and pdfplumber.

    python -m benchmarks.pdf_text [FOLDER]

FOLDER holds the PDFs; by default those of Maryland in MEASUREWATCH_CORPUS, and
without that variable bills we print ourselves, which the row's name says. Raw
pdfium gives text in the order of the file, pdfplumber in reading order; ours
gives reading order, without line numbers and running heads. pdfplumber is so
slow that it gets, with us beside it, every sixth file.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pdfplumber
import pypdfium2

from benchmarks.kit.papers import print_papers
from benchmarks.kit.record import Options, options, record, row
from benchmarks.kit.timing import in_turn
from monitor.compute import Pool
from pipelines.extract import extract_text
from pipelines.texts import Limits

LIMITS = Limits()
RUNS, FEW_RUNS = 9, 3
PRINTED = 40
Measure = Callable[[Sequence[Path]], float]


def ours(paths: Sequence[Path]) -> int:
    return sum(len(extract_text(path, LIMITS).pages) for path in paths)


def raw_pdfium(paths: Sequence[Path]) -> int:
    pages = 0
    for path in paths:
        document = pypdfium2.PdfDocument(path)
        for page in document:
            textpage = page.get_textpage()
            textpage.get_text_range()
            textpage.close()
            page.close()
            pages += 1
        document.close()
    return pages


def with_pdfplumber(paths: Sequence[Path]) -> int:
    pages = 0
    for path in paths:
        with pdfplumber.open(path) as document:
            for page in document.pages:
                page.extract_text()
                page.close()
                pages += 1
    return pages


def in_pool(workers: int) -> Measure:
    """Measures our pool by the clock, from when its workers are warm."""

    def measure(paths: Sequence[Path]) -> float:
        with Pool(workers=workers) as pool:
            for task in [pool.extract(paths[0], LIMITS) for _ in range(workers)]:
                task.result()
            started = time.perf_counter()
            tasks = [pool.extract(path, LIMITS) for path in paths for _ in range(4)]
            pages = sum(len(task.result().pages) for task in tasks)
            return pages / (time.perf_counter() - started)

    return measure


def by_cpu(read: Callable[[Sequence[Path]], int]) -> Measure:
    def measure(paths: Sequence[Path]) -> float:
        started = time.process_time()
        pages = read(paths)
        return pages / (time.process_time() - started)

    return measure


def papers(chosen: Options, stack: ExitStack) -> tuple[str, list[Path]]:
    """What the PDFs are, for the row's name, and where."""
    corpus = os.environ.get("MEASUREWATCH_CORPUS", "")
    if chosen.rest or (corpus and not chosen.small):
        folder = Path(chosen.rest[0] if chosen.rest else f"{corpus}/state-bills/maryland")
        paths = sorted(path for path in folder.rglob("*.pdf") if path.stat().st_size)
        if not paths:
            sys.exit(f"no PDFs in {folder}")
        return "PDF text" if chosen.rest else "PDF text, Maryland", paths
    if not corpus:
        print("MEASUREWATCH_CORPUS does not point to recorded bills; reading bills of our own")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    return "PDF text, printed here", print_papers(folder, *((7, 2) if chosen.small else (PRINTED,)))


def main() -> None:
    chosen = options(__doc__)
    runs, few = (1, 1) if chosen.small else (RUNS, FEW_RUNS)
    mine, raw, plumber = by_cpu(ours), by_cpu(raw_pdfium), by_cpu(with_pdfplumber)
    one, two = in_pool(1), in_pool(2)
    with ExitStack() as stack:
        name, paths = papers(chosen, stack)
        print(f"{len(paths)} files, {ours(paths)} pages")  # and the files are in memory
        every_sixth = paths[::6]
        beside_raw = in_turn(lambda: mine(paths), lambda: raw(paths), runs=runs)
        beside_plumber = in_turn(lambda: mine(every_sixth), lambda: plumber(every_sixth), runs=few)
        beside_one = in_turn(lambda: two(paths), lambda: one(paths), runs=few)
    unit = "pages per CPU s"
    record(
        [
            row(name, beside_raw, reference_name="raw pdfium", limit=0.85, unit=unit),
            row(name, beside_plumber, reference_name="pdfplumber", limit=40, unit=unit),
            row(f"{name}, two workers", beside_one, reference_name="one worker", limit=1.8, unit="pages/s"),
        ],
        chosen.file,
    )  # fmt: skip


if __name__ == "__main__":
    main()
