"""archive: recordings of what the sites served."""

from pathlib import Path

import click

from monitor.cli.output import output
from monitor.cli.root import examples, shared


@click.group(help="List, verify and pack recordings.")
@shared
def archive() -> None:
    pass


@archive.command(
    "list",
    help="The recordings of this home.",
    epilog=examples(("archive list", "files, dates, records")),
)
@shared
@click.pass_context
def list_archives(ctx: click.Context) -> None:
    from monitor.app import build

    rows = build(ctx.ensure_object(dict)).archive_rows()
    names = ("file", "bytes", "first_date", "last_date", "records", "problem")
    output(ctx).lines(rows, {name: name for name in names}, "No recordings yet.")


@archive.command(
    help="Read every record of FILE (all recordings when none is named) and check its digest.",
    epilog=examples(("archive verify", "exit code 1 when a record is damaged")),
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@shared
@click.pass_context
def verify(ctx: click.Context, files: tuple[Path, ...]) -> None:
    from monitor.app import build

    out = output(ctx)
    rows = build(ctx.ensure_object(dict)).verify_archives(files)
    out.lines(rows, {name: name for name in ("file", "records", "problems")}, "No recordings yet.")
    if any(row["problems"] for row in rows):
        ctx.exit(1)


@archive.command(
    help='Make OUT, a recording that replays, from LIST: lines of {"url","file","date",...}.',
    epilog=examples(
        ("archive pack list.jsonl out.warc.gz", "files saved by hand, made replayable")
    ),
)
@click.argument(
    "list_file", metavar="LIST", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.argument("out_file", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@shared
@click.pass_context
def pack(ctx: click.Context, list_file: Path, out_file: Path) -> None:
    from pipelines.compare_words import how_many
    from scrapers.archive import pack as pack_list

    out = output(ctx)
    count = pack_list(list_file, out_file)
    if out.as_json:
        out.line({"file": str(out_file), "records": count})
    else:
        out.remark(
            f"{how_many(range(count), 'record')} in {out_file}. Next: measurewatch crawl SOURCE --replay {out_file}"
        )
