"""The command line as a user calls it: a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def measurewatch(
    *arguments: str, cwd: Path, check: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command; its home is `cwd/measurewatch-home` unless said otherwise."""
    names = {key: value for key, value in os.environ.items() if not key.startswith("MEASUREWATCH_")}
    result = subprocess.run(
        [sys.executable, "-m", "monitor.cli", *arguments],
        cwd=cwd,
        env={**names, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    if check and result.returncode:
        raise AssertionError(
            f"{arguments} ended with {result.returncode}\n{result.stdout}\n{result.stderr}"
        )
    return result


def json_lines(*arguments: str, cwd: Path, **environment: str) -> list[Any]:
    """The JSON lines a command prints; a failing command fails the test."""
    result = measurewatch(*arguments, "--json", cwd=cwd, check=True, **environment)
    return [json.loads(line) for line in result.stdout.splitlines()]
