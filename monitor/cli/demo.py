"""demo: a simulated government, watched for a week."""

from pathlib import Path

import click

from monitor.cli.output import output
from monitor.cli.root import shared


@click.command(help="Watch a simulated government on this machine for a week, in under a minute.")
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
    type=click.IntRange(0, 65534),
    default=0,
    help="The government's first port [any free one].",
)
@shared
@click.pass_context  # fmt: skip
def demo(ctx: click.Context, folder: Path, port: int) -> None:
    from monitor.demo.run import run_demo

    out = output(ctx)
    if not run_demo(folder, out, port):
        ctx.exit(1)
