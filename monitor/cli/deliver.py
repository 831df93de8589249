"""deliver: send what is due."""

import click

from monitor.cli.output import output
from monitor.cli.root import examples, shared


@click.command(
    help="Send the messages that are due now.",
    epilog=examples(
        ("deliver", "once, for instance from cron"),
        note="`measurewatch serve` does it all the time.",
    ),
)
@shared
@click.pass_context
def deliver(ctx: click.Context) -> None:
    from monitor.app import build
    from monitor.delivery import deliver_due, write_aside, write_out

    out = output(ctx)
    write = write_aside if out.as_json else write_out
    summary = deliver_due(build(ctx.ensure_object(dict)), write=write)
    if out.as_json:
        out.line(summary)
    else:
        out.remark(", ".join(f"{count} {word}" for word, count in summary.items()))
    if summary.get("failed") or summary.get("dead"):
        ctx.exit(1)
