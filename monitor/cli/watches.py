"""watches: who wants to know what."""

import click

from monitor.cli.output import output
from monitor.cli.root import examples, shared


@click.group(help="List who wants to know what.")
@shared
def watches() -> None:
    pass


@watches.command(
    "list",
    help="The watches of the watchlist: who hears of what, where and how often.",
    epilog=examples(("watches list", "one line a watch")),
)
@shared
@click.pass_context
def list_watches(ctx: click.Context) -> None:
    from monitor.app import build

    rows = [
        {"watch": watch.name, "places": list(watch.places), "topics": list(watch.topics),
         "when": [str(kind) for kind in watch.when], "to": list(watch.to), "every": str(watch.every)}
        for watch in build(ctx.ensure_object(dict)).watchlist().watches
    ]  # fmt: skip
    columns = {name: name for name in ("watch", "places", "topics", "when", "to", "every")}
    output(ctx).lines(rows, columns, "The watchlist names no watch.")
