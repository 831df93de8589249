"""export: measures and changes as CSV or JSON lines."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.output import Output, counted, output
from monitor.cli.root import examples, shared

if TYPE_CHECKING:
    from monitor.exporting import Format

KINDS = ("measures", "versions", "matches", "actions", "votes", "changes")
FORMATS = ("csv", "jsonl")
STEP = 100


@click.command(
    help="Write measures, their versions, topic matches, actions or members' votes, or changes, to a "
    "file or to standard output. JSON lines of measures are bills as Open Civic Data has them.",
    epilog=examples(
        ("export measures --out measures.csv", "for a spreadsheet"),
        ("export measures --format jsonl --place 'us/va/*'", "Open Civic Data, a bill a line"),
        ("export changes --since 30d --topic 287g", "a month's changes"),
        note="Cells that begin like a formula get a ' before them. docs/commands.md lists all columns.",
    ),
)
@click.argument("what", type=click.Choice(KINDS), metavar="|".join(KINDS))
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="[by the name of FILE, else csv]"
)
@click.option(
    "--out",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Written whole or not at all [standard output].",
)
@click.option("--since", metavar="T", help="What changed since a date, a date-time, 7d or 12h.")
@click.option("--place", metavar="P", help="Such as us/va (itself) or us/md/* (all in it).")
@click.option("--topic", metavar="T", help="Only what this topic matched.")
@shared
@click.pass_context  # fmt: skip
def export(
    ctx: click.Context,
    what: str,
    form: "Format | None",
    file: Path | None,
    since: str | None,
    place: str | None,
    topic: str | None,
) -> None:
    from monitor.app import build
    from monitor.exporting import exported
    from monitor.files import whole_file

    out = output(ctx)
    target = None if file is None or str(file) == "-" else file
    chosen = form or _format_of(out, target)
    if out.as_json and target is None and chosen == "csv":
        raise click.UsageError("--json promises JSON on standard output: add --out FILE.", ctx)
    app = build(ctx.ensure_object(dict))
    measures = partial(app.measures, passages=True) if what == "matches" else app.measures
    read = app.changes if what == "changes" else measures
    found = _Counted(read(since=since, place=place, topic=topic))
    with whole_file(target) if target else nullcontext(sys.stdout) as stream:
        lines = exported(what, _with_progress(out, found, quiet=target is None), chosen)
        rows = -1 if chosen == "csv" else 0  # a table's headings are no row
        for line in lines:
            stream.write(line)
            rows += 1
    if target is None:
        return
    word = "change" if what == "changes" else "measure"
    if out.as_json:
        out.line({"file": str(target), "format": chosen, f"{word}s": found.count, "rows": rows})
    held = counted(found.count, word)
    if what not in {"measures", "changes"}:
        held = f"{counted(rows, 'row')}: {what} of {held}"
    out.remark(f"Written: {target} ({held})")


def _format_of(out: Output, target: Path | None) -> "Format":
    if target is None:
        return "jsonl" if out.as_json else "csv"
    return "jsonl" if target.suffix in {".jsonl", ".json", ".ndjson"} else "csv"


class _Counted:
    """Passes rows on and counts them."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for row in self._rows:
            self.count += 1
            yield row


def _with_progress(out: Output, rows: _Counted, *, quiet: bool) -> Iterator[Mapping[str, Any]]:
    """Pass rows on, with a progress line on standard error where a person looks."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = out.console(stderr=True)
    hidden = out.quiet or not console.is_terminal or (quiet and sys.stdout.isatty())
    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} read"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=hidden, transient=True) as progress:
        task = progress.add_task("read", total=None)
        for row in rows:
            if not rows.count % STEP:
                progress.update(task, completed=rows.count)
            yield row
