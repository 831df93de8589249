"""changes, measures, search: reading what is known."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.output import Output, counted, output
from monitor.cli.root import examples, shared

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.coverage import Unchecked

CHANGE_COLUMNS = {"at (UTC)": "at", "kind": "kind", "place": "measure.place",
                  "measure": "measure.identifier", "what": "summary", "topics": "topics"}  # fmt: skip
MEASURE_COLUMNS = {"id": "id", "place": "place", "session": "session", "measure": "identifier",
                   "title": "title", "status": "status"}  # fmt: skip
NAMED = 5

SINCE = click.option(
    "--since", metavar="T", help="A date, a date-time (UTC unless said), 7d or 12h."
)
PLACE = click.option("--place", metavar="P", help="Such as us/va (itself) or us/md/* (all in it).")


@click.command(
    help="What changed, oldest first.",
    epilog=examples(
        ("changes --since 7d --topic 287g", "a topic's week"),
        ("changes --kind amended --place 'us/va/*'", "texts that changed in a state"),
        ("changes --limit 20", "the latest twenty"),
    ),
)
@SINCE
@click.option(
    "--kind", "kinds", multiple=True, metavar="K", help="new, amended, status ... (repeatable)"
)
@PLACE
@click.option("--topic", metavar="T", help="Only changes in which this topic matched.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the latest so many.")
@shared
@click.pass_context  # fmt: skip
def changes(
    ctx: click.Context,
    since: str | None,
    kinds: tuple[str, ...],
    place: str | None,
    topic: str | None,
    limit: int | None,
) -> None:
    from monitor.app import build

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    rows = app.changes(since=since, kinds=kinds, place=place, topic=topic, limit=limit)
    chosen = any((since, kinds, place, topic))
    nothing = (
        "No change fits. All of them: measurewatch changes" if chosen
        else "No changes yet; the first complete visit of a source is a quiet baseline. "
        "Next: measurewatch crawl"
    )  # fmt: skip
    shown = rows if out.as_json else (row | {"passage": passage(row, topic)} for row in rows)
    count = out.lines(shown, CHANGE_COLUMNS | {"passage": "passage"}, nothing)
    _sum_up(out, app, count, "change")


@click.command(
    help="The measures known now.",
    epilog=examples(
        ("measures --place us/va --topic masks", "those that speak of masks"),
        ("measures --session 20261 --json", "one JSON object a line"),
    ),
)
@PLACE
@click.option("--session", metavar="S", help="Only this session.")
@click.option("--source", metavar="NAME", help="Only what this source observes.")
@click.option("--topic", metavar="T", help="Only measures in which this topic matches.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@shared
@click.pass_context  # fmt: skip
def measures(
    ctx: click.Context,
    place: str | None,
    session: str | None,
    source: str | None,
    topic: str | None,
    limit: int | None,
) -> None:
    from monitor.app import build

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    rows = app.measures(place=place, session=session, source=source, topic=topic, limit=limit)
    chosen = any((place, session, source, topic))
    nothing = (
        "No measure fits. All of them: measurewatch measures" if chosen
        else "No measures yet. Next: measurewatch crawl"
    )  # fmt: skip
    count = out.lines(rows, MEASURE_COLUMNS, nothing)
    if count:
        out.remark(f"{counted(count, 'measure')}. One of them in full: measurewatch show ID")


@click.command(
    help="Measures whose title, abstract, sponsors or texts answer QUERY.",
    epilog=examples(
        ("search '\"287(g)\" AND sheriff*' --place 'us/va/*'", "a phrase and a beginning"),
        ("search 'title:mask* NEAR/8 officer'", "two words near each other in the title"),
        note="The query language is that of topics: docs/write-a-topic.md.",
    ),
)
@click.argument("query")
@PLACE
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@shared
@click.pass_context
def search(ctx: click.Context, query: str, place: str | None, limit: int) -> None:
    from monitor.app import build

    out = output(ctx)
    rows = build(ctx.ensure_object(dict)).search(query, place=place, limit=limit)
    shown = rows if out.as_json else [row | {"passage": passage(row)} for row in rows]
    columns = MEASURE_COLUMNS | {"passage": "passage"}
    nothing = "Nothing found. Fewer words, OR, or a beginning such as deport* find more."
    count = out.lines(shown, columns, nothing)
    if count == limit:
        out.remark(f"The latest {counted(count, 'measure')}; there may be more: --limit")
    elif count:
        out.remark(counted(count, "measure"))


def passage(found: Mapping[str, Any], topic: str | None = None) -> str:
    """The first passage of a text that answers a search or came with a change, as it is cited.

    A title or a sponsor that answers is in the table already.
    """
    from pipelines.citation import quoted

    for match in found.get("matches", ()):
        if match["field"] in {"text", "abstract"} and topic in {None, match.get("topic")}:
            return quoted(match)
    return ""


def _sum_up(out: Output, app: "App", count: int, word: str) -> None:
    """Say how much was told, and what silence about the other sources means."""
    if out.as_json or out.quiet:
        return
    from config.problems import WatchlistErrors
    from monitor.app import UsageError

    said = [f"{counted(count, word)}."] if count else []
    try:
        coverage = app.coverage()
    except (WatchlistErrors, UsageError) as error:
        said.append(f"Which sources were checked is not known: {error}")
    else:
        missing = coverage.unchecked
        if missing:
            named = "; ".join(_missing(one) for one in missing[:NAMED])
            more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
            said.append(
                f"{len(missing)} of {counted(coverage.total, 'source')} could not be checked: "
                f"{named}{more}. See: measurewatch sources health"
            )
    if said:
        out.remark(" ".join(said))


def _missing(one: "Unchecked") -> str:
    return f"{one.source} {one.what}" + (f" since {one.since:%Y-%m-%d}" if one.since else "")
