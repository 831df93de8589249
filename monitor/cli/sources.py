"""sources: what is visited, and how it is doing."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from monitor.cli.checking import check_sources
from monitor.cli.output import Output, counted, output
from monitor.cli.root import examples, shared
from monitor.cli.tables import STYLES, printable
from monitor.cli.volatile import probe, volatile

FEW = 2
"""How many notes of a source that is well are shown unasked."""


@click.group(help="List sources and how they are doing.")
@shared
def sources() -> None:
    pass


@sources.command(
    "list",
    help="The sources of the watchlist: where they look, and what they need.",
    epilog=examples(
        ("sources list", "with what each needs, and whether it is set"),
        ("sources list --json", "with hosts, first page and schedule"),
    ),
)
@shared
@click.pass_context
def list_sources(ctx: click.Context) -> None:
    from monitor.app import build

    rows = build(ctx.ensure_object(dict)).source_rows()
    columns = {
        "source": "source",
        "place": "place",
        "kind": "kind",
        "crawl": "crawl",
        "needs": "needs",
    }
    out = output(ctx)
    out.lines(rows, columns, "The watchlist names no source. Next: measurewatch init")
    missing = [f"{name} for {row['source']}" for row in rows for name in row["missing"]]
    if missing:
        out.remark(f"Not set: {', '.join(missing)}. They go into HOME/settings.env.")


@sources.command(
    help="How each source is doing; only a change of state is told in alerts.",
    epilog=examples(
        ("sources health", "states, and notes where something is odd"),
        ("sources health -v", "with every note"),
        note="States: ok, quiet (rightly nothing), stale (nothing for longer than ever), "
        "failing (no usable answer), blocked (refused), drifted (unknown pages), "
        "waiting (for a key that is not set). Overdue: its turn came over a day ago, and nobody "
        "visited it.",
    ),
)
@shared
@click.pass_context
def health(ctx: click.Context) -> None:
    from monitor.app import build

    app = build(ctx.ensure_object(dict))
    rows = app.health_rows()
    out = output(ctx)
    columns = {"source": "source", "state": "state", "since (UTC)": "since",
               "last visit (UTC)": "last_visit", "last success (UTC)": "last_success",
               "crawl": "expected_every"}  # fmt: skip
    shown = rows if out.as_json else map(_in_words, rows)
    out.lines(shown, columns, "No source was crawled yet. Next: measurewatch crawl")
    if out.as_json:
        return
    for row in rows:
        _print_notes(out, row)
    seen = {row["source"] for row in rows}
    if late := [row["source"] for row in rows if row["overdue"]]:
        out.remark(
            f"Overdue, since nobody visited them when it was their turn: {', '.join(late)}. "
            "Does `measurewatch serve` run? Now: measurewatch crawl"
        )
    never = [spec.name for spec in app.watchlist().sources if spec.name not in seen]
    if rows and never:
        out.remark(f"Not visited yet: {', '.join(never)}. Next: measurewatch crawl")


def _in_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row for people: a state nobody looked after says so; one moment is told once."""
    parts = (row["state"], "overdue" if row["overdue"] else "")
    success = row["last_success"] if row["last_success"] != row["last_visit"] else ""
    return {**row, "state": ", ".join(part for part in parts if part), "last_success": success}


def _print_notes(out: Output, row: Mapping[str, Any]) -> None:
    """A source's notes beneath the table, each on a line of its own."""
    state = row["state"] or ""
    notes = without_echoes([note.removeprefix(f"{state}: ") for note in row["notes"]])
    if not notes:
        return
    printer = out.printer()
    printer.write("")
    printer.folded(row["source"], STYLES["state"].get(state, "") if state != "ok" else "bold")
    shown = notes if out.verbose or state != "ok" else notes[:FEW]
    for note in shown:
        printer.folded(printable(note), indent="    ", first="  - ")
    if len(notes) > len(shown):
        printer.folded(f"{counted(len(notes) - len(shown), 'more note')}: -v", "dim", indent="    ")


def without_echoes(notes: Sequence[str]) -> list[str]:
    """Notes without those that are only a part of another one."""
    return [
        note for at, note in enumerate(notes)
        if not any(note in other and (note != other or at > before)
                   for before, other in enumerate(notes) if before != at)
    ]  # fmt: skip


@sources.command(
    help="What is held back: alerts of a crawl that changed or lost too much to be believed unseen.",
    epilog=examples(
        ("sources held", "what waits for a decision, and why"),
        ("sources held --all", "with what was released or discarded"),
    ),
)
@click.option("--all", "ended", is_flag=True, help="Also those that were decided.")
@shared
@click.pass_context
def held(ctx: click.Context, ended: bool) -> None:
    from monitor.app import build
    from monitor.holding import held_rows

    rows = held_rows(build(ctx.ensure_object(dict)), ended=ended)
    out = output(ctx)
    columns = {"source": "source", "state": "state", "since (UTC)": "since", "alerts": "alerts",
               "why": "reason"}  # fmt: skip
    out.lines(rows, columns, "Nothing is held back.")
    if out.as_json or not rows:
        return
    printer = out.printer()
    for row in rows:
        printer.write("")
        printer.folded(row["source"], "bold")
        for sample in row["samples"]:
            printer.folded(printable(sample), indent="    ", first="  - ")
    if any(row["state"] == "held" for row in rows):
        out.remark(
            "Next: measurewatch sources release SOURCE, or: measurewatch sources discard SOURCE"
        )


@sources.command(
    help="Send what is held back of a source: it is real.",
    epilog=examples(("sources release virginia", "the alerts go out as if nothing had been")),
)
@click.argument("source")
@click.option("--by", default="", metavar="NAME", help="Who decides so; kept with the hold.")
@shared
@click.pass_context
def release(ctx: click.Context, source: str, by: str) -> None:
    from monitor.app import build
    from monitor.holding import release as send

    ended = send(build(ctx.ensure_object(dict)), source, by=by)
    out = output(ctx)
    if out.as_json:
        out.line({"source": source, "state": "released", "alerts": ended.alerts})
    else:
        out.remark(
            f"{counted(ended.alerts, 'alert')} of {source} released. Next: measurewatch deliver"
        )


@sources.command(
    help="Drop what is held back of a source: it was a fault of the site.",
    epilog=examples(
        ("sources discard virginia", "nothing is sent, the state before it holds again"),
        note="The next crawl is compared with the state before the fault.",
    ),
)
@click.argument("source")
@click.option("--by", default="", metavar="NAME", help="Who decides so; kept with the hold.")
@shared
@click.pass_context
def discard(ctx: click.Context, source: str, by: str) -> None:
    from monitor.app import build
    from monitor.holding import discard as drop

    ended = drop(build(ctx.ensure_object(dict)), source, by=by)
    out = output(ctx)
    if out.as_json:
        out.line({"source": source, "state": "discarded", "alerts": ended.alerts,
                  "measures": ended.measures})  # fmt: skip
    else:
        out.remark(
            f"{counted(ended.alerts, 'alert')} of {source} dropped, "
            f"{counted(ended.measures, 'measure')} set back to the state before."
        )


@sources.command(
    help="Take what is known of a source to its new name in the watchlist.",
    epilog=examples(
        ("sources rename oakland oakland-council", "its measures, history and texts go along"),
        note="Rename it in the watchlist first. Without this, the new name begins anew, and "
        "nothing is told of measures that the old one had shown.",
    ),
)
@click.argument("old")
@click.argument("new")
@shared
@click.pass_context
def rename(ctx: click.Context, old: str, new: str) -> None:
    from monitor.app import build
    from monitor.renaming import rename_source

    measures = rename_source(build(ctx.ensure_object(dict)), old, new)
    out = output(ctx)
    if out.as_json:
        out.line({"source": new, "formerly": old, "measures": measures})
    else:
        out.remark(f"{old} is {new} now, with {counted(measures, 'measure')}.")


sources.add_command(volatile)
sources.add_command(probe)
sources.add_command(check_sources)
