"""demo: simulated governments, watched for a month; or many of them, to measure with."""

from pathlib import Path

import click

from monitor.cli.output import output
from monitor.cli.root import shared


@click.command(
    help="Watch three simulated governments on this machine for a month, in under a minute.\n\n"
    "With --measures, --jurisdictions or --days: crawl a load of synthetic measures and say how "
    "fast it went."
)
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("measurewatch-demo"),
    show_default=True,
    help="Where the mails, redlines and the demo's home go; made anew each time.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65533),
    default=0,
    help="The governments' first port [any free ones].",
)
@click.option(
    "--serve",
    is_flag=True,
    help="Leave the governments running, to try commands against them, until Ctrl-C.",
)
@click.option(
    "--day",
    type=click.IntRange(0, 27),
    metavar="N",
    help="Live only up to this day of the story, 0 to 27.",
)
@click.option(
    "--measures",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="Load: measures in all [1000].",
)
@click.option(
    "--jurisdictions",
    type=click.IntRange(1, 10_000),
    metavar="N",
    help="Load: sources they are spread over [10].",
)
@click.option("--days", type=click.IntRange(1, 3650), metavar="N", help="Load: days to crawl [3].")
@click.option("--seed", type=int, metavar="S", help="Load: another seed gives another load [1].")
@shared
@click.pass_context  # fmt: skip
def demo(
    ctx: click.Context,
    folder: Path,
    port: int,
    serve: bool,
    day: int | None,
    measures: int | None,
    jurisdictions: int | None,
    days: int | None,
    seed: int | None,
) -> None:
    out = output(ctx)
    if any(given is not None for given in (measures, jurisdictions, days, seed)):
        if serve or day is not None or port:
            raise click.UsageError("--serve, --day and --port belong to the story, not to a load.")
        from monitor.demo.loading import Load, run_load

        load = Load(measures or 1000, jurisdictions or 10, days or 3, 1 if seed is None else seed)
        right = run_load(folder, out, load)
    else:
        from monitor.demo.run import LAST, run_demo

        right = run_demo(folder, out, port, last=LAST if day is None else day, serve=serve)
    if not right:
        ctx.exit(1)
