"""alerts: what was, is and could not be sent."""

from collections.abc import Iterable, Iterator
from typing import Any

import click

from monitor.cli.output import counted, output
from monitor.cli.read import SINCE
from monitor.cli.root import examples, shared
from monitor.cli.tables import printable


@click.group(help="List alerts, retry a failed message, send a test.")
@shared
def alerts() -> None:
    pass


@alerts.command(
    "list",
    help="Every alert with the state of its message.",
    epilog=examples(
        ("alerts list --since 7d", "what was told to whom in a week"),
        ("alerts list --state dead", "what could not be sent, and why"),
    ),
)
@click.option("--state", metavar="S", help="Only open, prepared, sent, failed or dead.")
@SINCE
@click.option("--limit", type=click.IntRange(min=1), help="Only the latest so many.")
@shared
@click.pass_context
def list_alerts(
    ctx: click.Context, state: str | None, since: str | None, limit: int | None
) -> None:
    from monitor.app import build

    out = output(ctx)
    rows = build(ctx.ensure_object(dict)).alert_rows(state, since=since, limit=limit)
    failed: set[int] = set()
    told = rows if out.as_json else (_in_words(row) for row in _noting(rows, failed))
    columns = {"message": "message", "state": "state", "sent (UTC)": "sent_at",
               "watch": "watch", "kind": "kind", "measure": "measure.identifier",
               "what": "summary", "to": "address", "notes": "notes"}  # fmt: skip
    nothing = (
        f"No alert fits. All of them: {out.command('alerts list')}" if state or since
        else "No alerts yet. They are made when a crawl finds a change that a watch asked for."
    )  # fmt: skip
    count = out.lines(told, columns, nothing)
    if count:
        retries = [out.command(f"alerts retry {message}") for message in sorted(failed)[:1]]
        again = [f"Try what failed again: {command}" for command in retries]
        out.remark(" ".join([f"{counted(count, 'alert')}.", *again]))


def _noting(rows: Iterable[dict[str, Any]], failed: set[int]) -> Iterator[dict[str, Any]]:
    """Pass rows on and keep the numbers of the messages that `alerts retry` takes."""
    for row in rows:
        if row["state"] in {"failed", "dead"}:
            failed.add(row["message"])
        yield row


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """An alert for people: what keeps its message from being sent is a note."""
    tries = f"tried {row['attempts']} times" if row["attempts"] > 1 else ""
    waits = f"due {printable(row['due_at'])}" if row["state"] in {"open", "failed"} else ""
    return row | {"notes": "; ".join(part for part in (waits, tries, row["error"]) if part)}


@alerts.command(
    help="Make a failed or dead message due again.",
    epilog=examples(("alerts retry 12", "the message's number stands in: alerts list")),
)
@click.argument("message", type=int)
@shared
@click.pass_context
def retry(ctx: click.Context, message: int) -> None:
    from monitor.app import build

    out = output(ctx)
    build(ctx.ensure_object(dict)).retry(message)
    if out.as_json:
        out.line({"message": message, "state": "open"})
    out.remark(f"Message {message} is due again. Next: {out.command('deliver')}")


@alerts.command(
    help="Send a test message to ADDRESS, such as mailto:me@example.org.",
    epilog=examples(("alerts test mailto:desk@example.org", "does our mail get out?")),
)
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
