"""Where answers go: JSON lines for machines, tables for people, remarks on stderr."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

SHORT = 22
STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?(?:\+00:00|Z)")


@dataclass(frozen=True)
class Output:
    """How one command speaks."""

    as_json: bool
    quiet: bool
    verbose: int

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
        found = list(rows)
        if not found:
            self.remark(empty)
            return 0
        table = Table(box=None, pad_edge=False, header_style="bold")
        cells = [[printable(_pick(row, key)) for key in columns.values()] for row in found]
        for heading, column in zip(columns, zip(*cells, strict=True), strict=True):
            # Long texts share what is left; words that identify a row stay whole.
            short = max(map(len, column)) <= SHORT
            table.add_column(heading, overflow="fold", no_wrap=short)
        for texts in cells:
            table.add_row(*map(Text, texts))
        self.console().print(table)
        return len(found)

    def remark(self, message: str) -> None:
        """Something a person may like to know; never on standard output."""
        if not self.quiet:
            click.echo(message, err=True)

    def console(self, *, stderr: bool = False) -> Console:
        """A rich console that wraps only where there is a terminal to wrap for."""
        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() else 200
        return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def output(ctx: click.Context) -> Output:
    options = ctx.ensure_object(dict)
    return Output(
        as_json=bool(options.get("json")),
        quiet=bool(options.get("quiet")),
        verbose=int(options.get("verbose", 0)),
    )


def printable(value: Any) -> str:
    """A cell: times to the minute, no control characters, whatever a site printed."""
    if value is None:
        return ""
    if isinstance(value, str) and (stamp := STAMP.fullmatch(value)):
        return f"{stamp[1]} {stamp[2]} UTC"
    if isinstance(value, Mapping):
        value = ", ".join(f"{key} {printable(item)}" for key, item in value.items() if item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        value = ", ".join(printable(item) for item in value)
    return "".join(mark if mark.isprintable() else " " for mark in str(value))


def _pick(row: Mapping[str, Any], key: str) -> Any:
    value: Any = row
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
