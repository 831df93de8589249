"""PDF text: pages per CPU second, ours beside other readers; two workers; memory.

    python -m benchmarks.pdf_text [FOLDER]

FOLDER holds the PDFs; by default those of Maryland in MEASUREWATCH_CORPUS, and
without that variable bills we print ourselves, which the row's name says. Ours
gives reading order without line numbers and running heads, and what is added
and struck. Raw pdfium and pypdf give text in the order of the file, pdfminer.six,
pdftotext and pdfplumber in an order of their own; with its letters and lines
pdfplumber also tells what is struck. Those that are slow get, with us beside
them, every sixth file. pdftotext and pypdf are measured where they are installed.
Memory is that of a process that reads one long bill.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pypdfium2

from benchmarks.kit.marking import by_geometry
from benchmarks.kit.papers import paper, print_papers
from benchmarks.kit.readers import (
    LIMITS,
    MODES,
    Reader,
    here,
    ours,
    pdfminer_six,
    pdftotext,
    plumber,
    pypdf,
    raw_pdfium,
)  # fmt: skip
from benchmarks.kit.record import Options, options, record, recordings, row
from benchmarks.kit.timing import in_turn
from monitor.compute import Pool

RUNS, FEW_RUNS = 9, 3
PRINTED = 40
LONG_PAGES = 400
MEGABYTE = 1e6
Measure = Callable[[Sequence[Path]], float]


def with_geometry(path: Path) -> list[str]:
    """Text by pdfplumber, and which of its letters are struck."""
    by_geometry(path)
    return plumber()(path)


SLOW: dict[str, tuple[Reader, float | None]] = {
    "pdfplumber": (plumber(), 40),
    "pdfplumber with its lines": (with_geometry, 30),
    "pdfminer.six": (pdfminer_six, None),
    "pypdf": (pypdf(), None),
    "pdftotext": (pdftotext(), None),
}
"""Readers beside us on every sixth file, and how many times faster we want to be."""


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


def by_cpu(read: Reader) -> Measure:
    """Measures a reader by the CPU seconds of this process and of those that it started."""

    def measure(paths: Sequence[Path]) -> float:
        started = cpu_seconds()
        pages = sum(len(read(path)) for path in paths)
        return pages / (cpu_seconds() - started)

    return measure


def cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def memory_of(read: Reader, path: Path) -> tuple[float, float]:
    """The most resident memory and address space of a fresh process that reads a file, in MB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_most_memory, read, path).result()


def _most_memory(read: Reader, path: Path) -> tuple[float, float]:
    read(path)
    told = Path("/proc/self/status")
    if not told.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE, 0.0
    # getrusage would also count what the parent held when it started this process.
    said = dict(line.split(":", 1) for line in told.read_text(encoding="ascii").splitlines())
    resident, space = (int(said[name].split()[0]) * 1024 for name in ("VmHWM", "VmPeak"))
    return resident / MEGABYTE, space / MEGABYTE


def memory_rows(chosen: Options, folder: Path) -> list[dict[str, Any]]:
    """What the longest documents take, beside raw pdfium and the ceiling that the pool sets."""
    pages = 12 if chosen.small else LONG_PAGES
    printed = folder / "long.pdf"
    printed.write_bytes(paper(1, pages))
    long = {f"a bill of {pages} pages": printed}
    corpus = recordings(chosen)
    if corpus is not None:
        most, path = max((page_count(one), one) for one in (corpus / "state-bills").rglob("*.pdf"))
        long[f"the longest recorded bill, {most} pages"] = path
    rows = []
    for name, path in long.items():
        (mine, space), (raw, _) = (memory_of(read, path) for read in (ours, raw_pdfium))
        told = partial(row, unit="MB", lower_is_better=True)
        rows.append(told(f"memory, {name}", [(mine, raw)], reference_name="raw pdfium", limit=None))
        if space:
            rows.append(
                told(f"address space, {name}", [(space, LIMITS.memory / MEGABYTE)],
                     reference_name="the ceiling of a worker", limit=1)
            )  # fmt: skip
    return rows


def page_count(path: Path) -> int:
    """How many pages a PDF has; none where it cannot be opened."""
    try:
        with pypdfium2.PdfDocument(path) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return 0


def papers(chosen: Options, stack: ExitStack) -> tuple[str, list[Path]]:
    """What the PDFs are, for the row's name, and where."""
    corpus = None if chosen.rest else recordings(chosen)
    if chosen.rest or corpus is not None:
        folder = corpus / "state-bills" / "maryland" if corpus else Path(chosen.rest[0])
        paths = sorted(path for path in folder.rglob("*.pdf") if path.stat().st_size)
        if not paths:
            sys.exit(f"no PDFs in {folder}")
        return "PDF text" if chosen.rest else "PDF text, Maryland", paths
    if not chosen.small:
        print("MEASUREWATCH_CORPUS is not set; reading bills of our own")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    return "PDF text, printed here", print_papers(folder, *((7, 2) if chosen.small else (PRINTED,)))


def main() -> None:
    chosen = options(__doc__)
    runs, few = (1, 1) if chosen.small else (RUNS, FEW_RUNS)
    mine, raw = by_cpu(ours), by_cpu(raw_pdfium)
    known = {*here(), *(name for name in SLOW if name not in MODES)}
    slow = {name: by_cpu(read) for name, (read, _) in SLOW.items() if name in known}
    one, two = in_pool(1), in_pool(2)
    with ExitStack() as stack:
        name, paths = papers(chosen, stack)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        print(f"{len(paths)} files, {sum(len(ours(path)) for path in paths)} pages")
        every_sixth = paths[::6]
        beside_raw = in_turn(lambda: mine(paths), lambda: raw(paths), runs=runs)
        beside_slow = in_turn(
            *(partial(measure, every_sixth) for measure in (mine, *slow.values())), runs=few
        )
        beside_one = in_turn(lambda: two(paths), lambda: one(paths), runs=few)
        memory = memory_rows(chosen, folder)
    unit = "pages per CPU s"
    rows = [row(name, beside_raw, reference_name="raw pdfium", limit=0.6, unit=unit)]
    for place, other in enumerate(slow, 1):
        pairs = [(run[0], run[place]) for run in beside_slow]
        rows.append(row(name, pairs, reference_name=other, limit=SLOW[other][1], unit=unit))
    rows.append(
        row(f"{name}, two workers", beside_one, reference_name="one worker", limit=1.8, unit="pages/s")
    )  # fmt: skip
    record([*rows, *memory], chosen.file)


if __name__ == "__main__":
    main()
