"""doctor: is everything needed in place?"""

import click

from monitor.cli.output import output
from monitor.cli.root import examples, shared


@click.command(
    help="Check home, database, watchlist, mail and readers; says what to mend.",
    epilog=examples(("doctor", "exit code 1 when something is wrong")),
)
@shared
@click.pass_context
def doctor(ctx: click.Context) -> None:
    from monitor.app import build
    from monitor.doctor import examine

    out = output(ctx)
    rows = examine(build(ctx.ensure_object(dict)))
    columns = {"check": "check", "result": "result", "advice": "advice"}
    out.lines(rows, columns, "")
    if any(row["result"] == "wrong" for row in rows):
        ctx.exit(1)
