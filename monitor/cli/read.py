"""changes, measures, show, search: reading what is known."""

from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.output import Output, output, printable
from monitor.cli.root import shared

CHANGE_COLUMNS = {"at": "at", "kind": "kind", "place": "measure.place",
                  "measure": "measure.identifier", "what": "summary", "topics": "topics"}  # fmt: skip
MEASURE_COLUMNS = {"id": "id", "place": "place", "session": "session", "measure": "identifier",
                   "title": "title", "status": "status"}  # fmt: skip


@click.command(help="What changed, oldest first.")
@click.option("--since", metavar="T", help="A date, a date-time, or like 7d or 12h.")
@click.option(
    "--kind", "kinds", multiple=True, metavar="K", help="new, amended, status ... (repeatable)"
)
@click.option("--place", metavar="P", help="Such as us/va or us/md/*.")
@click.option("--topic", metavar="T", help="Only changes in which this topic matched.")
@shared
@click.pass_context
def changes(
    ctx: click.Context,
    since: str | None,
    kinds: tuple[str, ...],
    place: str | None,
    topic: str | None,
) -> None:
    from monitor.app import build

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    rows = app.changes(since=since, kinds=kinds, place=place, topic=topic)
    out.lines(rows, CHANGE_COLUMNS, "No changes.")


@click.command(help="The measures known now.")
@click.option("--place", metavar="P", help="Such as us/va or us/md/*.")
@click.option("--session", metavar="S", help="Only this session.")
@click.option("--source", metavar="NAME", help="Only what this source observes.")
@click.option("--topic", metavar="T", help="Only measures in which this topic matches.")
@shared
@click.pass_context
def measures(
    ctx: click.Context,
    place: str | None,
    session: str | None,
    source: str | None,
    topic: str | None,
) -> None:
    from monitor.app import build

    out = output(ctx)
    rows = build(ctx.ensure_object(dict)).measures(
        place=place, session=session, source=source, topic=topic
    )
    out.lines(rows, MEASURE_COLUMNS, "No measures yet. Next: measurewatch crawl")


@click.command(help='Measures whose texts answer QUERY, such as: "287(g)" AND sheriff*')
@click.argument("query")
@click.option("--place", metavar="P", help="Such as us/va or us/md/*.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@shared
@click.pass_context
def search(ctx: click.Context, query: str, place: str | None, limit: int) -> None:
    from monitor.app import build

    out = output(ctx)
    rows = build(ctx.ensure_object(dict)).search(query, place=place, limit=limit)
    out.lines(rows, MEASURE_COLUMNS, "Nothing found.")


@click.command(help="Everything known of one measure: its ID, or its identifier such as HB12.")
@click.argument("measure")
@click.option("--at", metavar="DATE", help="As it was known then.")
@shared
@click.pass_context
def show(ctx: click.Context, measure: str, at: str | None) -> None:
    from monitor.app import build

    out = output(ctx)
    found = build(ctx.ensure_object(dict)).show(measure, at=at)
    if out.as_json:
        out.line(found)
        return
    _print_measure(out, found)


def _print_measure(out: Output, found: dict[str, Any]) -> None:
    console = out.console()
    console.print(Text(f"{found['identifier']}  {printable(found['title'])}", style="bold"))
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim")
    facts.add_column(overflow="fold")
    for key in ("id", "jurisdiction", "session", "identifiers", "classification", "status"):
        if found[key]:
            facts.add_row(key, Text(printable(found[key])))
    if found["sponsors"]:
        names = "; ".join(sponsor["name"] for sponsor in found["sponsors"])
        facts.add_row("sponsors", Text(printable(names)))
    for item in found["dates"]:
        facts.add_row(item["kind"], Text(printable(item["date"] or item["text"])))
    for item in found["sources"]:
        where = {key: item[key] for key in ("source", "url", "last_seen")}
        facts.add_row("source", Text(printable(where)))
    console.print(facts)
    _print_list(console, "Versions", [
        f"{item['date'] or '':10}  {item['note']}  [{item['state']}]  id {item['id']}"
        for item in found["versions"]
    ])  # fmt: skip
    _print_list(console, "Actions", [
        f"{item['date'] or '':10}  {item['description']}" for item in found["actions"]
    ])  # fmt: skip


def _print_list(console: Console, heading: str, lines: list[str]) -> None:
    if lines:
        console.print(Text(heading, style="bold"))
    for line in lines:
        console.print(Text(f"  {printable(line)}"))
