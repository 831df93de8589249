"""alerts: what was, is and could not be sent."""

import click

from monitor.cli.output import output
from monitor.cli.root import shared


@click.group(help="List alerts, retry a failed message, send a test.")
@shared
def alerts() -> None:
    pass


@alerts.command("list", help="Every alert with the state of its message.")
@click.option("--state", metavar="S", help="Only open, prepared, sent, failed or dead.")
@shared
@click.pass_context
def list_alerts(ctx: click.Context, state: str | None) -> None:
    from monitor.app import build

    rows = build(ctx.ensure_object(dict)).alert_rows(state)
    columns = {
        name: name for name in ("id", "watch", "change", "channel", "state", "attempts", "sent_at")
    }
    output(ctx).lines(rows, columns, "No alerts.")


@alerts.command(help="Make a failed or dead message due again.")
@click.argument("message", type=int)
@shared
@click.pass_context
def retry(ctx: click.Context, message: int) -> None:
    from monitor.app import build

    out = output(ctx)
    build(ctx.ensure_object(dict)).retry(message)
    if out.as_json:
        out.line({"message": message, "state": "open"})
    out.remark(f"Message {message} is due again. Next: measurewatch deliver")


@alerts.command(help="Send a test message to ADDRESS, such as mailto:me@example.org.")
@click.argument("address")
@shared
@click.pass_context
def test(ctx: click.Context, address: str) -> None:
    from monitor.app import build
    from monitor.delivery import send_test, write_aside, write_out

    out = output(ctx)
    write = write_aside if out.as_json else write_out
    detail = send_test(build(ctx.ensure_object(dict)), address, write)
    if out.as_json:
        out.line({"to": address, "detail": detail})
    out.remark(f"Sent to {address}. {detail}".rstrip())
