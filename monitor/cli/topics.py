"""topics: what is looked for, and what it would find."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.output import Output, counted, output
from monitor.cli.root import examples, shared

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.lab import Backtest, Difference

SHOWN = 20
_BAR = 40
_MOST_WEEKS = 60
_DAYS_TOLD = 14
PLACE = click.option(
    "--place", metavar="P", help="A place such as us/va, or us/va/* and all in it."
)
SINCE = click.option("--since", metavar="T", help="Only what was recorded since (90d, 2026-02-01).")
ALERT_COLUMNS = {
    "at (UTC)": "at", "kind": "kind", "measure": "measure.identifier", "text": "text",
    "title": "measure.title", "passage": "passage",
}  # fmt: skip
DIFF_COLUMNS = {
    "which": "which", "measure": "measure.identifier", "title": "measure.title",
    "passage": "passage",
}  # fmt: skip


@click.group(help="List topics, test their examples, and try them on what is stored.")
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
    help="Run the examples of the topics named (all when none is named), and hold the topics "
    "against a sample of what is stored: one that matches more than half of it is refused.",
    epilog=examples(("topics test", "all"), ("topics test masks", "one topic's")),
)
@click.argument("names", nargs=-1)
@shared
@click.pass_context
def test_topics(ctx: click.Context, names: tuple[str, ...]) -> None:
    from monitor.app import build, chosen_topics, examine_topics

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    rows = examine_topics(app, names)
    columns = {"topic": "topic", "expected": "expected", "result": "result", "example": "example"}
    wrong = [row for row in rows if row["result"] != "right"]
    if out.as_json:
        out.lines(rows, columns, "")
    else:
        out.lines(wrong, columns, f"All {len(rows)} examples are right.")
    refused: list[str] = []
    if app.home.is_dir():
        from monitor.lab import too_much

        refused = too_much(app, chosen_topics(app, names, None))
    for sentence in refused:
        click.echo(f"Error: {sentence}", err=True)
    if wrong or refused:
        ctx.exit(1)


@topics.command(
    "backtest",
    help="What a topic, by its name or as a query, would have matched on what is stored: alerts a "
    "week, measures and passages. Nothing is written and nobody is alerted.\n\n"
    "An alert is a recorded change (a new measure, a new or amended text, a new title) whose words "
    "match. Texts recorded in silence, before their source had a baseline, are counted apart.",
    epilog=examples(
        ("topics backtest masks --since 90d", "a topic of the watchlist, or a pack"),
        ("topics backtest 'detainer NEAR/8 fee*' --place 'us/md/*'", "a query"),
        ("topics backtest masks --added-only", "only passages that were new then"),
        note="Exit codes: 0 done, 1 it matches more than half of everything, 2 no such query.",
    ),
)
@click.argument("asked", metavar="QUERY|TOPIC")
@SINCE
@PLACE
@click.option("--added-only", is_flag=True, help="Only what was new in its version.")
@click.option(
    "--limit", type=click.IntRange(0), metavar="N",
    help=f"Show so many alerts, the latest (with --json all, else {SHOWN}).",
)  # fmt: skip
@shared
@click.pass_context
def backtest(
    ctx: click.Context,
    asked: str,
    since: str | None,
    place: str | None,
    added_only: bool,
    limit: int | None,
) -> None:
    from collections import deque

    from monitor.app import build
    from monitor.lab import TooMuch
    from monitor.lab import backtest as run

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    remarks = _taken_as_queries(out, app, asked)
    most = limit if limit is not None else None if out.as_json else SHOWN
    rows: deque[Mapping[str, Any]] = deque(maxlen=most)
    take = out.line if out.as_json and most is None else rows.append
    try:
        with _progress(out, "backtest") as listener:
            found = run(
                app, asked, since=since, place=place, added_only=added_only, take=take,
                listener=listener,
            )  # fmt: skip
    except TooMuch as error:
        _refuse(ctx, error)
    if out.as_json:
        for row in rows:
            out.line(row)
        out.line({"summary": found.json() | {"remarks": remarks}})
        return
    _weeks(out, found)
    out.lines([_cells(row) for row in reversed(rows)], ALERT_COLUMNS, "")
    for sentence in _sums(found, len(rows), asked):
        out.remark(sentence)


@topics.command(
    "diff",
    help="What a changed topic gains and loses against the one in use, over what is stored: "
    "measures, with the passages that make the difference.\n\n"
    "OLD and NEW are each a topic's name, a file that holds one topic as the packs do, or a query.",
    epilog=examples(
        ("topics diff masks --with changed.yaml", "a file against the topic in use"),
        ("topics diff masks --with 'mask* NEAR/8 officer'", "a query against it"),
        ("topics diff old.yaml new.yaml --since 90d", "two files"),
    ),
)
@click.argument("old", metavar="OLD")
@click.argument("new", required=False, metavar="[NEW]")
@click.option("--with", "other", metavar="NEW", help="The same as NEW.")
@SINCE
@PLACE
@click.option(
    "--limit", type=click.IntRange(0), metavar="N",
    help=f"Show so many measures (with --json all, else {SHOWN} of each).",
)  # fmt: skip
@shared
@click.pass_context
def diff_topics(
    ctx: click.Context,
    old: str,
    new: str | None,
    other: str | None,
    since: str | None,
    place: str | None,
    limit: int | None,
) -> None:
    from monitor.app import build
    from monitor.lab import TooMuch, compare

    if (new is None) == (other is None):
        raise click.UsageError("Name one topic, file or query to compare with: --with NEW.")
    changed = str(new or other)
    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    remarks = _taken_as_queries(out, app, old, changed)
    try:
        with _progress(out, "topics diff") as listener:
            found = compare(app, old, changed, since=since, place=place, listener=listener)
    except TooMuch as error:
        _refuse(ctx, error)
    most = limit if limit is not None else None if out.as_json else SHOWN
    rows = [row for which in ("gained", "lost") for row in found.of(which)[:most]]
    if out.as_json:
        for row in rows:
            out.line(row)
        out.line({"summary": _difference(found) | {"remarks": remarks}})
        return
    out.lines([_cells(row) for row in rows], DIFF_COLUMNS, "")
    told = _difference(found)
    out.remark(
        f"{counted(told['gained'], 'measure')} gained, {told['lost']:,} lost, {told['kept']:,} "
        f"found by both, among {counted(told['held'], 'stored version')}; "
        f"{told['seconds']:.1f} seconds."
    )


def _taken_as_queries(out: Output, app: "App", *asked: str) -> list[str]:
    """Say what may be a name mistyped, and return the sentences."""
    from monitor.lab import taken_as_query

    said = [sentence for one in asked if (sentence := taken_as_query(app, one))]
    for sentence in said:
        out.remark(sentence)
    return said


def _difference(found: "Difference") -> dict[str, Any]:
    return {
        "gained": len(found.of("gained")), "lost": len(found.of("lost")), "kept": found.kept,
        "held": found.held, "seconds": round(found.seconds, 3),
    }  # fmt: skip


def _refuse(ctx: click.Context, error: Exception) -> None:
    click.echo(f"Error: {error}", err=True)
    ctx.exit(1)


@contextmanager
def _progress(out: Output, name: str) -> Iterator[Callable[[int, int], None]]:
    with out.progress() as progress:
        task = progress.add_task(name, total=None, detail="")
        yield lambda done, of: progress.update(task, completed=done, total=of)


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    from pipelines.citation import quoted

    passages = [quoted(match) for match in row["matches"] if match["field"] != "title"]
    text = "new" if row.get("new") else "standing"
    return {**row, "text": text, "passage": passages[0] if passages else ""}


def _weeks(out: Output, found: "Backtest") -> None:
    """A bar for each week, as long as its alerts are many."""
    weeks = found.by_week()[-_MOST_WEEKS:]
    if not weeks:
        return
    printer = out.printer()
    most = max(*(count for _, count in weeks), 1)
    wide = len(f"{most:,}")
    printer.write(printer.styled("week of     alerts", "bold"))
    for week, count in weeks:
        bar = "█" * max(round(_BAR * count / most), bool(count))
        printer.write(f"{week}  {count:>{wide},}  {printer.styled(bar, 'green')}".rstrip())
    printer.write("")


def _period(found: "Backtest") -> str:
    """How long it was looked, and how often it was alerted: 4 weeks, 0.5 a week."""
    days, rate = found.days, found.a_week
    told = counted(days, "day") if days < _DAYS_TOLD else counted(round(days / 7), "week")
    return told if rate is None else f"{told}, {rate:.1f} a week"


def _sums(found: "Backtest", shown: int, asked: str) -> Iterator[str]:
    if found.alerts:
        yield (
            f"{counted(found.alerts, 'alert')} in {_period(found)}, on {counted(len(found.measures), 'measure')}: "
            f"{found.fresh:,} with words that were new then, {found.alerts - found.fresh:,} with "
            "words that stood already."
        )
    else:
        yield "No alert would have been sent."
    if found.silent:
        yield (
            f"{counted(found.silent, 'version')} more that match were recorded in silence: a "
            "source's first visit alerts nobody."
        )
    if found.other:
        yield (
            f"Those measures also had {counted(found.other, 'change')} without words of their own "
            "(actions, statuses), which a watch hears of too unless its `when` or `text` says not."
        )
    if found.alerts + found.silent > shown:
        yield f"The latest {shown:,} are shown; --limit shows more."
    yield (
        f"{counted(found.held, 'stored version')} held against {asked}, {found.evaluated:,} of them "
        f"word by word after the index, in {found.seconds:.1f} seconds."
    )
