"""`measurewatch --help` against Python itself and the least click can do.

LIBRARIES' goal is 120 ms where Python takes 18 ms and click 54: the limits are
those ratios, so that they hold on a machine of any speed.
"""

import sys
from pathlib import Path

from benchmarks.kit.record import options, record, row
from benchmarks.kit.timing import cost, in_turn, python

RUNS = 15
CLICK = "import click\n@click.command()\ndef least(): pass\nleast(['--help'])"


def ours() -> list[str]:
    """The installed command, or the module where it is not installed."""
    script = Path(sys.executable).with_name("measurewatch")
    command = [str(script)] if script.exists() else python("-m", "monitor.cli")
    return [*command, "--help"]


def milliseconds(command: list[str]) -> float:
    return 1e3 * cost(command).seconds


def main() -> None:
    chosen = options(__doc__)
    runs = 1 if chosen.small else RUNS
    milliseconds(ours())  # bytecode is written, files are in memory
    found = in_turn(
        lambda: milliseconds(ours()), lambda: milliseconds(python("-c", "pass")),
        lambda: milliseconds(python("-c", CLICK)), runs=runs,
    )  # fmt: skip
    references = (("python -c pass", 1, 0.15), ("click alone", 2, 0.45))
    record(
        [
            row(
                "measurewatch --help", [(one[0], one[place]) for one in found],
                reference_name=name, limit=limit, unit="ms", lower_is_better=True,
            )
            for name, place, limit in references
        ],
        chosen.file,
    )  # fmt: skip


if __name__ == "__main__":
    main()
