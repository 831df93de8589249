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


def compare(
    paths: Sequence[Path], mine: Measure, reference: Measure, runs: int, **said: Any
) -> dict[str, Any]:
    """One row of the table: both measured in each run, and who goes first alternates."""
    pairs = []
    for run in range(runs):
        if run % 2:
            rate = mine(paths)
            pairs.append((rate, reference(paths)))
        else:
            rate = reference(paths)
            pairs.append((mine(paths), rate))
    return {
        "stage": said["stage"],
        "ours": round(median(ours for ours, _ in pairs), 1),
        "reference": round(median(theirs for _, theirs in pairs), 1),
        "reference_name": said["reference_name"],
        "ratio": round(median(ours / theirs for ours, theirs in pairs), 3),
        "limit": said["limit"],
        "unit": said["unit"],
        "runs": runs,
    }


def measure_all(paths: Sequence[Path], runs: int) -> list[dict[str, Any]]:
    mine, raw, plumber = by_cpu(ours), by_cpu(raw_pdfium), by_cpu(with_pdfplumber)
    unit = "pages per CPU second"
    few = max(1, runs // 3)
    ours(paths)  # the files are in memory from here on
    return [
        compare(
            paths, mine, raw, runs,
            stage="PDF text", reference_name="raw pdfium", limit=0.85, unit=unit,
        ),
        compare(
            paths[::6], mine, plumber, few,
            stage="PDF text", reference_name="pdfplumber", limit=40, unit=unit,
        ),
        compare(
            paths, in_pool(2), in_pool(1), few,
            stage="PDF text, two workers", reference_name="one worker", limit=1.8,
            unit="pages per second",
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
