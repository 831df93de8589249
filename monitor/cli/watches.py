"""watches: who wants to know what."""

from collections import deque

import click

from monitor.cli.output import counted, output
from monitor.cli.root import examples, shared


@click.group(help="List who wants to know what, and try a watch on what was recorded.")
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
         "when": [str(kind) for kind in watch.when], "text": watch.text, "to": list(watch.to), "every": str(watch.every)}
        for watch in build(ctx.ensure_object(dict)).watchlist().watches
    ]  # fmt: skip
    columns = {name: name for name in ("watch", "places", "topics", "when", "text", "to", "every")}
    output(ctx).lines(rows, columns, "The watchlist names no watch.")


PREVIEW = {
    "at (UTC)": "at", "watch": "watch", "kind": "kind", "measure": "measure.identifier",
    "title": "measure.title", "what": "what",
}  # fmt: skip


@watches.command(
    "preview",
    help="What the watches named (all when none is named) would have been told, as they stand now, "
    "of the changes that were recorded. Nobody is alerted.",
    epilog=examples(
        ("watches preview --since 30d", "all watches, the last month"),
        ("watches preview Desk", "one of them"),
        note="Topics count as they were when a change was recorded; `topics backtest` tries others.",
    ),
)
@click.argument("names", nargs=-1)
@click.option("--since", metavar="T", help="Only changes since then (30d, 2026-02-01).")
@click.option(
    "--limit", type=click.IntRange(0), metavar="N",
    help="Show so many alerts, the latest (with --json all, else 20).",
)  # fmt: skip
@shared
@click.pass_context
def preview_watches(
    ctx: click.Context, names: tuple[str, ...], since: str | None, limit: int | None
) -> None:
    from monitor.app import build
    from monitor.previewing import preview

    out = output(ctx)
    found = preview(build(ctx.ensure_object(dict)), names, since=since)
    most = limit if limit is not None else None if out.as_json else 20
    if out.as_json and most is None:
        out.lines(found, PREVIEW, "")
        return
    counts: dict[str, int] = {}
    rows: deque[dict[str, object]] = deque(maxlen=most)
    for row in found:
        counts[row["watch"]] = counts.get(row["watch"], 0) + 1
        rows.append(row | {"what": f"{'; '.join(row['reasons'])}: {row['summary']}"})
    out.lines(rows, PREVIEW, "No watch would have been told of anything.")
    for watch, count in sorted(counts.items()):
        out.remark(f"{watch}: {counted(count, 'alert')}.")
