"""serve: the long-running watcher."""

import click

from monitor.cli.output import output
from monitor.cli.root import shared


@click.command(help="Crawl and deliver on the watchlist's schedule until stopped (Ctrl-C).")
@shared
@click.pass_context
def serve(ctx: click.Context) -> None:
    from monitor.app import build
    from monitor.service import serve as run

    app = build(ctx.ensure_object(dict))
    run(app, remark=output(ctx).remark)
