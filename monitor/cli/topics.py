"""topics: what is looked for."""

import click

from monitor.cli.output import output
from monitor.cli.root import examples, shared


@click.group(help="List topics and test their examples.")
@shared
def topics() -> None:
    pass


@topics.command(
    "list",
    help="The topics of the watchlist; -v shows their queries.",
    epilog=examples(("topics list", "names and titles"), ("topics list -v", "with queries")),
)
@shared
@click.pass_context
def list_topics(ctx: click.Context) -> None:
    from monitor.app import build

    found = build(ctx.ensure_object(dict)).watchlist().topics
    rows = [
        {"topic": topic.name, "title": topic.title, "query": topic.query,
         "examples": len(topic.matches) + len(topic.rejects)}
        for topic in found
    ]  # fmt: skip
    out = output(ctx)
    columns = {"topic": "topic", "title": "title", "examples": "examples"}
    if out.verbose:
        # A query can be a page long; nobody reads a table with one in it unasked.
        columns["query"] = "query"
    out.lines(rows, columns, "The watchlist names no topic.")


@topics.command(
    "test",
    help="Run the examples of the topics named (all when none is named).",
    epilog=examples(("topics test", "all"), ("topics test masks", "one topic's")),
)
@click.argument("names", nargs=-1)
@shared
@click.pass_context
def test_topics(ctx: click.Context, names: tuple[str, ...]) -> None:
    from monitor.app import build, examine_topics

    out = output(ctx)
    rows = examine_topics(build(ctx.ensure_object(dict)), names)
    columns = {"topic": "topic", "expected": "expected", "result": "result", "example": "example"}
    wrong = [row for row in rows if row["result"] != "right"]
    if out.as_json:
        out.lines(rows, columns, "")
    else:
        out.lines(wrong, columns, f"All {len(rows)} examples are right.")
    if wrong:
        ctx.exit(1)
