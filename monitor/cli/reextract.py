"""reextract: read kept documents with the extractor of this release, and say what it did to them."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, Self

import click

from monitor.cli.output import Output, counted, output
from monitor.cli.root import examples, shared

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.reextracting import Totals
    from storage.unread import Only, Wanted

COLUMNS = {
    "document": "document", "of": "of", "verdict": "verdict", "words": "words",
    "characters": "characters", "pages": "pages", "marked": "marked", "topics": "topics",
    "what": "what",
}  # fmt: skip
SHOWN = 20
_SHORT = 12  # characters of a SHA-256 that name a document among many


class Part(click.ParamType):  # type: ignore[type-arg]
    """A part of the work: 2/5 is the second of five."""

    name = "N/M"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value[0], value[1]
        shard, _, shards = str(value).partition("/")
        if not (shard.isdecimal() and shards.isdecimal() and 1 <= int(shard) <= int(shards)):
            self.fail(f"{value!r} is no part; write 2/5 for the second of five.", param, ctx)
        return int(shard), int(shards)


@click.command(
    help="Read kept documents anew with this release's extractor, and say what became better or "
    "worse. Nothing is visited, no change is recorded, nobody is alerted.\n\n"
    "Only what this extractor has not read yet is read, so it may be stopped at any time and run "
    "again: it goes on where it was. The old texts stay. A document that cannot be read any more "
    "keeps the text it had, and is reported.\n\n"
    "DOCUMENT is the beginning of a document's SHA-256, as the table shows it.",
    epilog=examples(
        ("reextract", "everything this release has not read"),
        ("reextract --dry-run --limit 50", "what it would do, on fifty documents"),
        ("reextract --only low-confidence --again", "scans once more, with a new OCR engine"),
        ("reextract --diff 3fa91c", "one document: its old text against the new one"),
        ("reextract --shard 1/2", "half of the work; the other half elsewhere"),
        note="Exit codes: 0 done, 1 a document could not be read (it says which), 130 stopped.",
    ),
)
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="NAME",
    help="Only documents of this source (repeatable).",
)
@click.option("--since", metavar="T", help="Only documents first seen since (7d, 2026-02-01).")
@click.option(
    "--only",
    type=click.Choice(["low-confidence", "unreadable"]),
    help="Only documents whose text is doubtful, or that could not be read.",
)
@click.option("--again", is_flag=True, help="Also what this extractor has read already.")
@click.option(
    "--accept-worse",
    is_flag=True,
    help="Let a document lose its text where it cannot be read any more.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many documents.")
@click.option(
    "--shard",
    type=Part(),
    default="1/1",
    metavar="N/M",
    help="The Nth of M parts, for several runs side by side.",
)
@click.option("--dry-run", is_flag=True, help="Read and compare, keep nothing.")
@click.option(
    "--show",
    type=click.IntRange(0),
    default=SHOWN,
    show_default=True,
    metavar="N",
    help="How many documents to list, the worst first.",
)
@click.option("--diff", metavar="SHA", help="The redline of one document's old and new text.")
@shared
@click.pass_context  # fmt: skip
def reextract(
    ctx: click.Context,
    documents: tuple[str, ...],
    sources: tuple[str, ...],
    since: str | None,
    only: "Only | None",
    again: bool,
    accept_worse: bool,
    limit: int | None,
    shard: tuple[int, int],
    dry_run: bool,
    show: int,
    diff: str | None,
) -> None:
    from monitor.app import build, moment
    from storage.unread import Wanted

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    for name in (*documents, *([diff] if diff is not None else [])):
        if not name or set(name) - set("0123456789abcdef"):
            raise click.UsageError(f"{name!r} is not the beginning of a SHA-256.")
    if diff is not None:
        _print_diff(out, app, diff)
        return
    wanted = Wanted(
        shard=shard[0], shards=shard[1], sources=sources, documents=documents, only=only,
        since=moment(since, app.clock()) if since else None, again=again,
        accept_worse=accept_worse,
    )  # fmt: skip
    with Shown(out, most=show) as shown, interrupts() as asked:
        totals = _run(app, wanted, shown, asked, limit=limit, dry_run=dry_run)
    shown.tell(totals, dry_run=dry_run, again=again)
    if totals.stopped:
        ctx.exit(130)
    if totals.failed or totals.refused:
        ctx.exit(1)


def _run(
    app: "App", wanted: "Wanted", shown: "Shown", asked: list[int], *, limit: int | None,
    dry_run: bool,
) -> "Totals":  # fmt: skip
    from monitor.reextracting import reextract as run

    return run(
        app, wanted, limit=limit, dry_run=dry_run, listener=shown.take,
        stopping=lambda: bool(asked),
    )  # fmt: skip


@dataclass
class Shown:
    """A progress line while documents are read; then the worst of them, and the sums."""

    out: Output
    most: int
    worst: list[Mapping[str, Any]] = field(default_factory=list)
    differing: int = 0

    def __enter__(self) -> Self:
        self.progress = self.out.progress()
        self.task = self.progress.add_task("reextract", total=None, detail="")
        self.counts = {"better": 0, "worse": 0}
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def take(self, event: Mapping[str, Any]) -> None:
        """Show one event; in JSON a document is a line at once."""
        if event["event"] == "start":
            self.progress.update(self.task, total=event["expected"])
            return
        row = {key: value for key, value in event.items() if key not in {"event", "badness"}}
        if self.out.as_json:
            self.out.line(row)
        elif row["verdict"] != "same":
            self.differing += 1
            self.worst = nsmallest(self.most, [*self.worst, event], key=lambda one: one["badness"])
        if row["verdict"] in self.counts:
            self.counts[row["verdict"]] += 1
        self.progress.update(
            self.task, advance=1,
            detail=f"{self.counts['better']} better, {self.counts['worse']} worse",
        )  # fmt: skip

    def tell(self, totals: "Totals", *, dry_run: bool, again: bool) -> None:
        """The table and the sums."""
        if not self.out.as_json and self.worst:
            self.out.lines([_cells(row) for row in self.worst], COLUMNS, "")
            if self.differing > len(self.worst):
                self.out.remark(f"And {self.differing - len(self.worst):,} more; see --show.")
        for sentence in _sums(totals, dry_run=dry_run, again=again):
            self.out.remark(sentence)


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row for people: what did not change is left out."""
    old, new = row["before"] or {}, row["after"] or {}

    def moved(name: str) -> str:
        was, now = old.get(name, 0), new.get(name)
        return "" if now is None or was == now else f"{was:,} → {now:,}"

    gained = [f"+{topic}" for topic in row["topics"]["gained"]]
    lost = [f"-{topic}" for topic in row["topics"]["lost"]]
    because = list(row["because"])
    if row["refused"]:
        because.append("the earlier text is kept")
    return {
        "document": row["document"][:_SHORT],
        "of": " ".join(filter(None, (row["measure"]["identifier"], row["note"]))),
        "verdict": row["verdict"],
        "words": f"+{row['inserted']:,} -{row['deleted']:,}" if new else "",
        "characters": moved("characters"),
        "pages": moved("pages"),
        "marked": moved("marks"),
        "topics": ", ".join(gained + lost),
        "what": "; ".join(because),
    }


def _sums(totals: "Totals", *, dry_run: bool, again: bool) -> Iterator[str]:
    if not totals.waiting:
        yield "Every kept document has been read by this release."
        return
    counts = totals.verdicts
    read = totals.done - totals.failed
    judged = ", ".join(
        f"{counts[verdict]:,} {word}"
        for verdict, word in (
            ("better", "better"), ("worse", "worse"), ("mixed", "better and worse"),
            ("different", "different, neither better nor worse"), ("same", "the same"),
        )
        if counts[verdict]
    )  # fmt: skip
    yield f"{counted(read, 'document')} read{f': {judged}' if judged else ''}."
    if totals.failed:
        yield f"{counted(totals.failed, 'document')} could not be read this time."
    if totals.refused:
        yield (
            f"{counted(totals.refused, 'document')} cannot be read any more; the text stays as it "
            "was. To let it go: --accept-worse."
        )
    for word, topics in (("Found now", totals.gained), ("No longer found", totals.lost)):
        if topics:
            named = ", ".join(f"{topic} in {counted(n, 'document')}" for topic, n in topics.items())
            yield f"{word}: {named}."
    if dry_run:
        yield "Nothing was kept."
    elif totals.left and not again:
        stopped = "Stopped; " if totals.stopped else ""
        yield f"{stopped}{counted(totals.left, 'document')} left. Go on with the same command."
    elif totals.stopped:
        yield "Stopped."


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """Ctrl-C asks for an end after the document that is being kept; a second one ends at once."""
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _print_diff(out: Output, app: "App", prefix: str) -> None:
    from monitor.cli.diff import print_redline
    from monitor.reextracting import two_readings
    from pipelines.redline import redline
    from pipelines.render import redline_json
    from pipelines.texts import is_scanned

    old, new = two_readings(app, prefix)
    before, after = old.extracted.text, new.extracted.text
    pages = (*old.extracted.pages, *new.extracted.pages)
    result = redline(before, after, scanned=is_scanned(pages))
    if out.as_json:
        out.line({"document": old.sha256, "extractors": [old.extractor, new.extractor]}
                 | redline_json(result))  # fmt: skip
        return
    for reading in (old, new):
        if not reading.extracted.text.strip():
            why = reading.extracted.reason or "no text"
            out.remark(f"Extractor {reading.extractor} could not read it ({why}).")
    print_redline(out, result, before, after)
