"""Where answers go: JSON lines for machines, tables for people, remarks on stderr."""

import json
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.tables import Printer, print_table, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

__all__ = ["Output", "counted", "output", "printable"]

PIPED = 200
"""The width of a table that no terminal shows."""


@dataclass(frozen=True)
class Output:
    """How one command speaks."""

    as_json: bool
    quiet: bool
    verbose: int
    program: str = "measurewatch"

    def command(self, words: str) -> str:
        """A command as it must be typed to reach the same home and watchlist."""
        return f"{self.program} {words}"

    def line(self, value: Any) -> None:
        """One JSON value on a line of standard output."""
        click.echo(json.dumps(value, ensure_ascii=False, default=str))

    def lines(
        self, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str], empty: str
    ) -> int:
        """JSON lines, or a table with the columns {heading: key}; returns the count."""
        if self.as_json:
            count = 0
            for row in rows:
                self.line(row)
                count += 1
            return count
        count = print_table(rows, columns, self.printer())
        if not count:
            self.remark(empty)
        return count

    def remark(self, message: str) -> None:
        """Something a person may like to know; never on standard output."""
        if not self.quiet:
            click.echo(message, err=True)

    def printer(self) -> Printer:
        """What writes styled lines on standard output."""
        return Printer.on(self.console(), click.echo)

    def console(self, *, stderr: bool = False) -> "Console":
        """A rich console that wraps only where there is a terminal to wrap for."""
        from rich.console import Console

        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() else PIPED
        return Console(file=stream, width=width, highlight=False, soft_wrap=False)

    def progress(self) -> "Progress":
        """Lines that show how far tasks are, on standard error, only where a person looks.

        Each task has a field `detail`.
        """
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        console = self.console(stderr=True)
        return Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"), TimeElapsedColumn(),
            console=console, disable=self.quiet or not console.is_terminal, transient=True,
        )  # fmt: skip


def output(ctx: click.Context) -> Output:
    options = ctx.ensure_object(dict)
    return Output(
        as_json=bool(options.get("json")),
        quiet=bool(options.get("quiet")),
        verbose=int(options.get("verbose", 0)),
        program=_program(options),
    )


def _program(options: Mapping[str, Any]) -> str:
    """What to type before a command's name: where the home and the watchlist are, if it was said."""
    said = [
        f"--{key} {shlex.quote(str(options[key]))}"
        for key in ("home", "watchlist")
        if options.get(key)
    ]
    return " ".join(["measurewatch", *said])


def counted(count: int, word: str) -> str:
    """A number with its word: 1 change, 3,041 measures."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
