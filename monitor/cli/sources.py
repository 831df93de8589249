"""sources: what is visited, and how it is doing."""

import click

from monitor.cli.output import output
from monitor.cli.root import shared


@click.group(help="List sources and how they are doing.")
@shared
def sources() -> None:
    pass


@sources.command("list", help="The sources of the watchlist.")
@shared
@click.pass_context
def list_sources(ctx: click.Context) -> None:
    from monitor.app import build

    rows = build(ctx.ensure_object(dict)).source_rows()
    columns = {
        "source": "source",
        "place": "place",
        "kind": "kind",
        "hosts": "hosts",
        "needs": "needs",
    }
    output(ctx).lines(rows, columns, "The watchlist names no source.")


@sources.command(help="How each source is doing; only a change of state is told in alerts.")
@shared
@click.pass_context
def health(ctx: click.Context) -> None:
    from monitor.app import build

    rows = build(ctx.ensure_object(dict)).health_rows()
    columns = {"source": "source", "state": "state", "since": "since",
               "last success": "last_success", "expected": "expected_every", "notes": "notes"}  # fmt: skip
    output(ctx).lines(rows, columns, "No source was crawled yet. Next: measurewatch crawl")
