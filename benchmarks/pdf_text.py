"""PDF text: pages per CPU second, ours beside raw pdfium and pdfplumber in one run.

    python -m benchmarks.pdf_text [--json] [--runs N] [FOLDER]

FOLDER holds the PDFs; by default those of Maryland in MEASUREWATCH_CORPUS.
Each run reads the same files by each reader in turn, so that a busy machine
slows all of them. Rates are medians over the runs, ratios the medians of the
ratios within a run. `limit` is the ratio we aim at. pdfplumber is so slow that
it gets, with us beside it, every sixth file.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import pdfplumber
import pypdfium2

from monitor.compute import Pool
from pipelines.extract import extract_text
from pipelines.texts import Limits

LIMITS = Limits()
Read = Callable[[Sequence[Path]], int]


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


def in_pool(workers: int) -> Read:
    """A reader by the pool, warm before the clock starts."""

    def read(paths: Sequence[Path]) -> int:
        with Pool(workers=workers) as pool:
            for task in [pool.extract(paths[0], LIMITS) for _ in range(workers)]:
                task.result()
            started = time.perf_counter()
            tasks = [pool.extract(path, LIMITS) for path in paths for _ in range(4)]
            pages = sum(len(task.result().pages) for task in tasks)
            read.seconds = time.perf_counter() - started  # type: ignore[attr-defined]
        return pages

    return read


def rate_by_cpu(read: Read, paths: Sequence[Path]) -> float:
    started = time.process_time()
    pages = read(paths)
    return pages / (time.process_time() - started)


def rate_by_clock(read: Read, paths: Sequence[Path]) -> float:
    pages = read(paths)
    return pages / read.seconds  # type: ignore[attr-defined]


def compare(
    stage: str,
    measure: Callable[[Read, Sequence[Path]], float],
    paths: Sequence[Path],
    mine: Read,
    reference: Read,
    reference_name: str,
    limit: float,
    unit: str,
    runs: int,
) -> dict[str, Any]:
    pairs = []
    for run in range(runs):
        # Who goes first changes, since the machine may warm up or get busy.
        first, second = (mine, reference) if run % 2 else (reference, mine)
        rates = {read: measure(read, paths) for read in (first, second)}
        pairs.append((rates[mine], rates[reference]))
    return {
        "stage": stage,
        "ours": round(median(mine for mine, _ in pairs), 1),
        "reference": round(median(theirs for _, theirs in pairs), 1),
        "reference_name": reference_name,
        "ratio": round(median(mine / theirs for mine, theirs in pairs), 3),
        "limit": limit,
        "unit": unit,
        "runs": runs,
    }


def measure_all(paths: Sequence[Path], runs: int) -> list[dict[str, Any]]:
    cpu = "pages per CPU second"
    raw_pdfium(paths), ours(paths)  # the files are in memory from here on
    few = paths[::6]
    return [
        compare("PDF text", rate_by_cpu, paths, ours, raw_pdfium, "raw pdfium", 0.85, cpu, runs),
        compare(
            "PDF text", rate_by_cpu, few, ours, with_pdfplumber, "pdfplumber", 40, cpu,
            max(1, runs // 3),
        ),
        compare(
            "PDF text, two workers", rate_by_clock, paths, in_pool(2), in_pool(1), "one worker",
            1.8, "pages per second", max(1, runs // 3),
        ),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where the PDFs are")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = options.folder or Path(os.environ.get("MEASUREWATCH_CORPUS", "")) / (
        "state-bills/maryland"
    )
    paths = sorted(path for path in folder.rglob("*.pdf") if path.stat().st_size)
    if not paths:
        sys.exit(f"no PDFs in {folder}: name a folder or set MEASUREWATCH_CORPUS")
    rows = measure_all(paths, options.runs)
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{len(paths)} files, {raw_pdfium(paths)} pages")
    for row in rows:
        print(
            "{stage:22} {ours:8.1f} {unit:21} {reference_name:12} {reference:8.1f}"
            "  ratio {ratio:7.3f}  aim {limit}  ({runs} runs)".format(**row)
        )


if __name__ == "__main__":
    main()
