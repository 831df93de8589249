"""Keeps measurements in benchmarks/results/latest.json; run alone, prints them."""

import json
import time
from collections.abc import Callable
from pathlib import Path

LATEST = Path(__file__).parent / "results" / "latest.json"


def seconds(work: Callable[[], object], runs: int) -> float:
    """The best of some runs: what the machine can do when nothing else disturbs it."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def record(rows: list[dict[str, object]]) -> None:
    """Put rows in the place of those of the same stage and reference, and print them."""
    known = json.loads(LATEST.read_text(encoding="utf-8")) if LATEST.exists() else []
    names = {(row["stage"], row["reference_name"]) for row in rows}
    kept = [row for row in known if (row["stage"], row["reference_name"]) not in names]
    LATEST.parent.mkdir(exist_ok=True)
    everything = sorted([*kept, *rows], key=lambda row: (row["stage"], row["reference_name"]))
    LATEST.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
    show(rows)


def row(
    stage: str,
    *,
    ours: float,
    reference: float,
    reference_name: str,
    limit: float,
    unit: str,
    runs: int,
    lower_is_better: bool = False,
) -> dict[str, object]:
    """One measurement; the ratio tells how many times better ours is, the limit our goal."""
    ratio = reference / ours if lower_is_better else ours / reference
    return {
        "stage": stage,
        "ours": round(ours, 3),
        "reference": round(reference, 3),
        "reference_name": reference_name,
        "ratio": round(ratio, 2),
        "limit": limit,
        "unit": unit,
        "runs": runs,
    }


def show(rows: list[dict[str, object]]) -> None:
    for one in rows:
        print(
            f"{one['stage']:<44} {one['ours']:>10} {one['unit']:<6}"
            f" {one['reference_name']:<34} {one['reference']:>10}"
            f"   ratio {one['ratio']}, goal {one['limit']}"
        )


if __name__ == "__main__" and LATEST.exists():
    show(json.loads(LATEST.read_text(encoding="utf-8")))
