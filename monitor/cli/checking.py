"""sources check: whether what the watchlist says of sources can be read."""

import click

from monitor.cli.output import output
from monitor.cli.root import examples, shared


@click.command(
    "check",
    help="Check what the watchlist says of its sources: selectors, patterns, numbers. Each "
    "source is begun and stopped before it visits anything.",
    epilog=examples(
        ("sources check", "all of them"),
        ("sources check my-mayor", "one that was just written"),
    ),
)
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@shared
@click.pass_context
def check_sources(ctx: click.Context, names: tuple[str, ...]) -> None:
    from monitor.app import build
    from monitor.checking import check

    out = output(ctx)
    rows = check(build(ctx.ensure_object(dict)), names)
    columns = {"source": "source", "kind": "kind", "result": "result", "advice": "advice"}
    out.lines(rows, columns, "The watchlist names no source. Next: measurewatch init")
    if any(row["result"] == "wrong" for row in rows):
        ctx.exit(1)
