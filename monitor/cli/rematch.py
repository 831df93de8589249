"""rematch: apply changed topics to what is stored, and say what they gained and lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import click

from monitor.cli.output import Output, counted, output
from monitor.cli.reextract import interrupts
from monitor.cli.root import examples, shared

if TYPE_CHECKING:
    from monitor.rematching import Totals

COLUMNS = {
    "topic": "topic", "outcome": "outcome", "passages": "passages",
    "measure": "measure.identifier", "title": "measure.title", "passage": "passage",
}  # fmt: skip
SHOWN = 20


@click.command(
    help="Apply the watchlist's topics, as they are now, to every stored version, title and "
    "abstract, and say what each gained and lost. Nothing is visited, no change is recorded, "
    "nobody is alerted.\n\n"
    "Only what was matched with other topics is looked at, so it may be stopped at any time and "
    "run again: it goes on where it was.",
    epilog=examples(
        ("rematch", "after topics were changed, added or taken out"),
        ("rematch --topic masks", "one of them"),
        note="Exit codes: 0 done, 1 a crawl wrote meanwhile and something is left, 130 stopped.",
    ),
)
@click.option(
    "--topic", "topics", multiple=True, metavar="NAME", help="Only this topic (repeatable)."
)
@click.option("--again", is_flag=True, help="Also what was matched with these topics already.")
@click.option(
    "--show", type=click.IntRange(0), default=SHOWN, show_default=True, metavar="N",
    help="How many measures to list.",
)  # fmt: skip
@shared
@click.pass_context
def rematch(ctx: click.Context, topics: tuple[str, ...], again: bool, show: int) -> None:
    from monitor.app import build
    from monitor.rematching import rematch as run

    out = output(ctx)
    with Shown(out, most=show) as shown, interrupts() as asked:
        totals = run(
            build(ctx.ensure_object(dict)), topics, again=again, listener=shown.take,
            stopping=lambda: bool(asked),
        )  # fmt: skip
    shown.tell(totals)
    if totals.stopped:
        ctx.exit(130)
    if totals.left:
        ctx.exit(1)


@dataclass
class Shown:
    """A progress line while topics are applied; then what differs, and the sums."""

    out: Output
    most: int
    rows: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    differing: set[tuple[str, int]] = field(default_factory=set)

    def __enter__(self) -> Self:
        self.progress = self.out.progress()
        self.task = self.progress.add_task("rematch", total=None, detail="")
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def take(self, event: Mapping[str, Any]) -> None:
        """Show one event; in JSON what differs is a line at once."""
        if event["event"] == "start":
            self.progress.update(self.task, total=event["waiting"])
        elif event["event"] == "done":
            self.progress.update(self.task, advance=event["count"])
        elif self.out.as_json:
            self.out.line({key: value for key, value in event.items() if key != "event"})
        else:
            self._add(event)

    def _add(self, event: Mapping[str, Any]) -> None:
        """What differs in a version or title, to the row of its measure."""
        key = (event["topic"], event["measure"]["id"])
        self.differing.add(key)
        row = self.rows.get(key)
        if row is not None:
            row["outcome"] = event["outcome"]
            row["gained"] += event["gained"]
            row["lost"] += event["lost"]
        elif len(self.rows) < self.most:
            self.rows[key] = dict(event)

    def tell(self, totals: "Totals") -> None:
        """The table, a row a measure, and the sums."""
        if self.rows:
            self.out.lines([_cells(row) for row in self.rows.values()], COLUMNS, "")
            if len(self.differing) > len(self.rows):
                more = len(self.differing) - len(self.rows)
                self.out.remark(f"And {more:,} more; see --show.")
        for sentence in _sums(totals):
            self.out.remark(sentence)


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    from pipelines.citation import quoted

    counts = [
        f"{sign}{len(row[key])}" for sign, key in (("+", "gained"), ("-", "lost")) if row[key]
    ]
    return {
        **row,
        "passages": " ".join(counts),
        "passage": quoted([*row["gained"], *row["lost"]][0]),
    }


def _sums(totals: "Totals") -> Iterator[str]:
    if not totals.waiting:
        yield "There is nothing to do: everything stored was matched with these topics."
        return
    for topic, one in sorted(totals.topics.items()):
        yield (
            f"{topic}: {counted(one.gained, 'measure')} gained, {one.lost:,} lost; "
            f"{counted(one.passages_gained, 'passage')} gained, {one.passages_lost:,} lost."
        )
    if not totals.topics:
        yield "No topic gained or lost anything."
    yield (
        f"{counted(totals.done, 'text')} and titles done, {totals.matched:,} of them word by word "
        "after the index. Nobody was alerted."
    )
    if totals.left:
        why = "Stopped; " if totals.stopped else "A crawl wrote meanwhile; "
        yield f"{why}{totals.left:,} left. Go on with the same command."
