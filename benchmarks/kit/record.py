"""Keeps measurements in benchmarks/results/latest.json, and prints them.

The file is a list of rows: what DESIGN section 10 says, no more. Beside it
stands about.json: of each row the lowest and highest ratio of its runs, the
day, the machine, and the command.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

CORPUS = "MEASUREWATCH_CORPUS"
LATEST = Path(__file__).parent.parent / "results" / "latest.json"
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Options:
    """How a stage is run: `small` is a quick look; `file` is where rows are kept, if anywhere."""

    small: bool
    file: Path | None
    rest: tuple[str, ...]


def options(about: str | None) -> Options:
    """Read the command line of a stage. A small run is not kept unless a file is named."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="a quick look: small sizes, one run")
    parser.add_argument(
        "--keep", type=Path, metavar="FILE",
        help="where the rows are kept (benchmarks/results/latest.json; of a small run nowhere)",
    )  # fmt: skip
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    found = parser.parse_args()
    file = found.keep or (None if found.small else LATEST)
    return Options(found.small, file, tuple(found.rest))


def recordings(chosen: Options) -> Path | None:
    """The folder of the recordings; None in a small run, and where none is named.

    Ends the program for a folder that is not there: it was meant to be read.
    """
    named = "" if chosen.small else os.environ.get(CORPUS, "")
    if named and not Path(named).is_dir():
        print(
            f"There is no folder {named}. Set {CORPUS} to the recordings' folder.", file=sys.stderr
        )
        sys.exit(2)
    return Path(named) if named else None


def made_up(chosen: Options, instead: str) -> Path | None:
    """Say what is read `instead` of recordings; returns where its rows go: where somebody named.

    Figures of what was made up must not take the place of those of real data.
    """
    why = "A small run" if chosen.small else f"{CORPUS} is not set"
    file = None if chosen.file == LATEST else chosen.file
    written = f"only {file} is" if file else "nothing is"
    print(f"{why}: {instead}; {written} written.", file=sys.stderr)
    return file


def row(
    stage: str,
    pairs: Sequence[Pair],
    *,
    reference_name: str,
    limit: float | None,
    unit: str,
    lower_is_better: bool = False,
) -> dict[str, Any]:
    """One row from (ours, reference) of each run.

    Figures are medians; the ratio is that of the ratios within a run. It tells
    how many times better ours is, and `limit` is the least we want, None where
    there is no goal. `lowest` and `highest` ratio go to about.json.
    """
    ratios = [theirs / ours if lower_is_better else ours / theirs for ours, theirs in pairs]
    return {
        "stage": stage,
        "ours": rounded(median(ours for ours, _ in pairs)),
        "reference": rounded(median(theirs for _, theirs in pairs)),
        "reference_name": reference_name,
        "ratio": rounded(median(ratios)),
        "limit": limit,
        "unit": unit,
        "runs": len(pairs),
        "lowest": rounded(min(ratios)),
        "highest": rounded(max(ratios)),
    }


def rounded(value: float) -> float:
    """Three digits that count, whole numbers whole."""
    if abs(value) >= 100:
        return round(value)
    return float(f"{value:.3g}")


def record(rows: Sequence[dict[str, Any]], file: Path | None) -> None:
    """Print rows and keep them in the place of those of the same stage and reference."""
    show(rows)
    if file is None:
        return
    about = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "command": f"python -m benchmarks.{Path(sys.argv[0]).stem}",
    }
    spread = ("lowest", "highest")
    plain = [{name: one[name] for name in one if name not in spread} for one in rows]
    beside = [
        {name: one[name] for name in ("stage", "reference_name", *spread)} | about for one in rows
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    _merge(file, plain)
    _merge(file.with_name("about.json"), beside)


def _merge(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    all_rows = {key(one): one for one in [*known, *rows]}
    text = json.dumps([all_rows[name] for name in sorted(all_rows)], indent=1, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def key(one: dict[str, Any]) -> tuple[str, str]:
    """What a row is known by."""
    return one["stage"], one["reference_name"]


def machine() -> str:
    """The machine as a reader wants to know it: processors, their kind, system, Python."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = "1 core" if count == 1 else f"{count} cores"
    return f"{cores} of {processor()}, {platform.system()}, Python {platform.python_version()}"


def processor() -> str:
    """The processor's name, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Print rows for a person."""
    for one in rows:
        goal = "" if one["limit"] is None else f", goal {one['limit']}"
        spread = f" ({one['lowest']} to {one['highest']})" if "lowest" in one else ""
        print(
            f"{one['stage']:<44} {one['ours']:>9} against {one['reference']:>9} {one['unit']:<20}"
            f" {one['reference_name']:<32} ratio {one['ratio']}{spread}{goal}",
            flush=True,
        )
