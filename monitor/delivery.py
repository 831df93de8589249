"""Sending what is due, put together: outbox, channels, rendering, coverage."""

import random
import sys
from collections.abc import Callable
from typing import Any

from config.watchlist import Watchlist
from monitor.app import App, Opened, UsageError
from monitor.channels import Channel, Channels, Outgoing, Write, send
from monitor.channels.schemes import open_channels
from monitor.delivering import Delivered, deliver
from monitor.digests import Rendered, render_for
from storage.ports import Claim

KEEP_GOING: Callable[[], bool] = lambda: True  # noqa: E731 - a default, typed


def channels_of(app: App, write: Write) -> Channels:
    """The channels this home can reach people by; `write` prints for `terminal:`."""
    return open_channels(mail=mail_of(app), write=write, folder=app.home)


def mail_of(app: App) -> Channel | None:
    """The mail channel, when a server is set."""
    settings = app.settings
    if not settings.smtp_host:
        return None
    from monitor.channels.mail import Mail

    return Mail(
        host=settings.smtp_host, port=settings.smtp_port, sender=settings.smtp_from,
        user=settings.smtp_user, password=settings.smtp_password.get_secret_value(),
        security=settings.smtp_security,
    )  # fmt: skip


def write_out(text: str) -> None:
    """Print a message for `terminal:`; what is printed must be out before it counts as sent."""
    sys.stdout.write(text)
    sys.stdout.flush()


def write_aside(text: str) -> None:
    """Print it where a program that reads standard output is not disturbed."""
    sys.stderr.write(text)
    sys.stderr.flush()


def deliver_due(
    app: App, keep_going: Callable[[], bool] = KEEP_GOING, *, write: Write = write_out
) -> dict[str, int]:
    """Send what is due; returns how many messages were sent, failed and given up."""
    with app.store() as opened:
        opened.crawls.reap(now=app.clock())
        return deliver_from(app, opened, app.watchlist(), keep_going, write=write).counts()


def deliver_from(
    app: App,
    opened: Opened,
    watchlist: Watchlist,
    keep_going: Callable[[], bool],
    *,
    write: Write = write_out,
) -> Delivered:
    """Send what is due in an open home, as an accepted watchlist has it."""
    return deliver(
        opened.outbox,
        channels_of(app, write),
        lambda claim: rendered(app, opened, watchlist, claim),
        clock=app.clock,
        chance=random.random,
        keep_going=keep_going,
        resolve=lambda address: resolved(app, address),
    )


def rendered(app: App, opened: Opened, watchlist: Watchlist, claim: Claim) -> Rendered:
    """A claimed message in words."""
    states = [state for spec in watchlist.sources if (state := opened.store.source(spec.name))]
    facts = opened.queries.message_facts(claim.id)
    return render_for(watchlist, facts, states, now=app.clock())


def resolved(app: App, address: str) -> str:
    """An address with `env:NAME` replaced. Raises LookupError when it is not set."""
    if not address.startswith("env:"):
        return address
    return app.environment[address.removeprefix("env:")]


def send_test(app: App, address: str, write: Write = write_out) -> Any:
    """Send one test message; returns what the receiver called it. Raises UsageError."""
    from monitor.channels import ChannelError

    now = app.clock()
    message = Outgoing(
        key=f"test-{now.isoformat()}", address=address, subject="[Measurewatch] test",
        text="This is a test message from Measurewatch. Alerts will reach this address.\n",
    )  # fmt: skip
    try:
        return send(channels_of(app, write), message).reference
    except ChannelError as error:
        raise UsageError(f"The test message was not sent: {error}") from error
