"""sources volatile, sources probe: what changes at every visit and says nothing."""

from collections.abc import Mapping
from typing import Any

import click

from monitor.cli.output import counted, output
from monitor.cli.root import examples, shared
from monitor.cli.tables import printable


@click.command(
    help="What changes at every visit in a source's texts and is therefore left out: dates of "
    "printing, counters, session ids. Each is a few words with what stands between them.",
    epilog=examples(
        ("sources volatile", "of all sources, and how often each was left out"),
        ("sources volatile virginia --forget 3", "tell what changes there from now on"),
        note="docs/noise.md tells how it is learned, and what never is.",
    ),
)
@click.argument("source", required=False)
@click.option("--forget", type=int, metavar="ID", help="Never leave this one out again.")
@shared
@click.pass_context
def volatile(ctx: click.Context, source: str | None, forget: int | None) -> None:
    from monitor.app import build
    from monitor.volatile import forget as drop
    from monitor.volatile import rows

    app = build(ctx.ensure_object(dict))
    out = output(ctx)
    if forget is not None:
        drop(app, source, forget)
        if out.as_json:
            out.line({"id": forget, "state": "forgotten"})
        else:
            out.remark(f"Forgotten: what changes there is told from now on ({forget}).")
        return
    columns = {"id": "id", "source": "source", "left out": "ignored", "example": "example",
               "between": "between", "learned (UTC)": "learned", "from": "how"}  # fmt: skip
    found = [_readable(row) for row in rows(app, source)]
    out.lines(found, columns, "Nothing is known to change at every visit.")


@click.command(
    help="Fetch a source's first page and a few of its documents twice, and show what changes "
    "from one visit to the next. Robots rules and pauses are kept as in a crawl.",
    epilog=examples(
        ("sources probe virginia", "only shows it"),
        ("sources probe virginia --learn", "and leaves it out from now on"),
    ),
)
@click.argument("source")
@click.option("--learn", is_flag=True, help="Keep what the documents show as volatile.")
@shared
@click.pass_context
def probe(ctx: click.Context, source: str, learn: bool) -> None:
    from monitor.app import build
    from monitor.probing import probe as look

    lines = look(build(ctx.ensure_object(dict)), source, keep=learn)
    out = output(ctx)
    if out.as_json:
        for line in lines:
            out.line(line)
        return
    printer = out.printer()
    for line in lines:
        printer.folded(printable(line["url"]), "bold")
        said = line["problem"] or (
            "" if line["parts"] else f"two fetches of {counted(line['words'], 'word')} are the same"
        )
        if said:
            printer.folded(printable(said), indent="    ")
        for part in line["parts"]:
            shown = f"{part['before']} [{part['example']}] {part['after']}"
            printer.folded(printable(shown), indent="    ", first="  - ")
    found = sum(len(line["parts"]) for line in lines if line["role"] == "document")
    if learn:
        out.remark(f"Learned: {counted(sum(line['learned'] for line in lines), 'part')}.")
    elif found:
        out.remark("To leave them out: sources probe SOURCE --learn")
    if not any(line["role"] == "document" for line in lines):
        out.remark("No document of it is known yet. Next: measurewatch crawl")


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "between": f"{row['before']} [{row['shape']}] {row['after']}"}
