"""serve: the long-running watcher."""

import click

from monitor.cli.output import output
from monitor.cli.root import examples, shared


@click.command(
    help="Crawl and deliver on the watchlist's schedule until stopped (Ctrl-C).",
    epilog=examples(
        ("serve", "one process for a home"),
        note="Ctrl-C finishes what is under way; a second one ends at once.",
    ),
)
@shared
@click.pass_context
def serve(ctx: click.Context) -> None:
    from monitor.app import build
    from monitor.service import serve as run

    app = build(ctx.ensure_object(dict))
    run(app, remark=output(ctx).remark)
