"""crawl: visit sources now, or replay recordings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import click

from monitor.cli.output import Output, counted, output
from monitor.cli.root import examples, shared
from monitor.cli.sources import without_echoes

COLUMNS = {"source": "source", "state": "state", "found": "found", "new": "new",
           "changed": "changed", "unchanged": "unchanged", "failed": "failed",
           "documents": "documents", "pending": "pending", "seconds": "seconds"}  # fmt: skip


@click.command(
    help="Visit the named sources (all when none is named), or replay recordings.",
    epilog=examples(
        ("crawl", "every source of the watchlist, now"),
        ("crawl virginia --compare", "what would change, without recording it"),
        ("crawl virginia --replay FILE.warc.gz", "without network, from a recording"),
        note="The first complete visit of a source is a baseline: measures, but no changes.",
    ),
)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--replay",
    "archives",
    multiple=True,
    metavar="WARC",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Feed the crawl from this archive, without network (repeatable).",
)
@click.option("--no-record", is_flag=True, help="Do not keep what the sites serve as an archive.")
@click.option("--compare", is_flag=True, help="Record nothing; say what would change.")
@shared
@click.pass_context  # fmt: skip
def crawl(
    ctx: click.Context,
    sources: tuple[str, ...],
    archives: tuple[Path, ...],
    no_record: bool,
    compare: bool,
) -> None:
    from monitor.app import build
    from monitor.cli.read import CHANGE_COLUMNS
    from monitor.comparing import compare_crawls
    from monitor.crawls import run_crawls
    from monitor.health import HARMLESS

    out = output(ctx)
    app = build(ctx.ensure_object(dict))
    with Bars(out) as bars:
        if compare:
            lines = compare_crawls(app, sources, archives=archives, listener=bars.tell)
        else:
            lines = run_crawls(
                app, sources, archives=archives, record=not no_record, listener=bars.tell
            )
    if out.as_json:
        for line in lines:
            out.line(line)
    else:
        out.lines(lines, COLUMNS, "There is nothing to crawl: the watchlist names no source.")
        for line in lines:
            for note in without_echoes(line["notes"]):
                # A note on the state of a source names the source itself.
                named = note.startswith(f"{line['source']} is ")
                out.remark(note if named else f"{line['source']}: {note}")
        if compare:
            told = [change for line in lines for change in line["changes"]]
            out.lines(told, CHANGE_COLUMNS, "No change would be told.")
            out.remark("Nothing was recorded.")
        elif any(line["new"] or line["changed"] for line in lines):
            out.remark("Next: measurewatch changes")
    if any(line["state"] not in HARMLESS or line["failed"] for line in lines):
        ctx.exit(1)


class Bars:
    """A progress line for each source, on standard error, only where a person looks."""

    def __init__(self, out: Output) -> None:
        self.progress = out.progress()
        self.quiet = out.quiet
        self.tasks: dict[str, Any] = {}
        self.counts: dict[str, dict[str, int]] = {}

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def tell(self, event: Mapping[str, Any]) -> None:
        """Show one progress event of a child."""
        if event.get("event") == "stopping":
            self._say("Stopping: what is under way is finished. Ctrl-C again ends at once.")
        if event.get("event") == "waiting":
            named, hosts = ", ".join(event["sources"]), ", ".join(event["hosts"])
            self._say(f"{named}: another crawl is at {hosts}; this one waits until it has ended.")
        if event.get("event") == "interrupted":
            self._say(_kept(event))
        source = event.get("source")
        if not source:
            return
        if source not in self.tasks:
            self.tasks[source] = self.progress.add_task(
                source, total=event.get("expected"), detail=""
            )
            self.counts[source] = {}
        counts = self.counts[source]
        counts.update({key: value for key, value in event.items() if isinstance(value, int)})
        self.progress.update(
            self.tasks[source],
            completed=counts.get("measures", 0),
            detail=f"{counts.get('pages', 0)} pages, {counts.get('documents', 0)} documents",
        )

    def _say(self, sentence: str) -> None:
        if not self.quiet:
            self.progress.console.print(sentence, markup=False)


def _kept(event: Mapping[str, Any]) -> str:
    """What an interrupted crawl leaves, in a sentence."""
    measures, documents = event["measures"], event["documents"]
    found = (
        f": {counted(measures, 'measure')}, {counted(documents, 'document')}" if measures else ""
    )
    return f"What was read until then is kept{found}. The next crawl goes on from there."
