"""Measuring two things beside each other, and what a command costs with its children."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")
ROOT = Path(__file__).parent.parent.parent
LONGEST_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: seconds by the clock, CPU seconds with all it started and waited for.

    `output` is what it printed.
    """

    seconds: float
    cpu: float
    output: str = field(default="", compare=False)

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.seconds - other.seconds, self.cpu - other.cpu)

    def __truediv__(self, parts: int) -> "Cost":
        return Cost(self.seconds / parts, self.cpu / parts)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(*works: Callable[[], Found], runs: int) -> list[tuple[Found, ...]]:
    """Measure each in every run, so that a busy machine slows all; who goes first alternates."""
    rows = []
    for run in range(runs):
        order = range(len(works)) if run % 2 else reversed(range(len(works)))
        found = {place: works[place]() for place in order}
        rows.append(tuple(found[place] for place in range(len(works))))
    return rows


def cost(
    command: Sequence[str], *, folder: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run a command to its end. Raises RuntimeError with its words when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=surroundings(environment), capture_output=True, text=True,
        check=False, timeout=LONGEST_SECONDS, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(took, cpu, done.stdout)


def surroundings(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without settings of ours and of Python that could tilt a measurement."""
    ours = ("MEASUREWATCH", "PYTHON")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**plain, "PYTHONPATH": str(ROOT), **(more or {})}


def python(*arguments: str) -> list[str]:
    """A command line of this Python."""
    return [sys.executable, *arguments]
