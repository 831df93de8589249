"""Sending what is due, put together: outbox, channels, rendering, coverage."""

import random
import sys
from collections.abc import Callable, Collection
from typing import Any

from config.addresses import check_address
from config.problems import Unexpected
from config.settings import PREFIX
from config.watchlist import Watchlist
from monitor.app import App, Opened, UsageError
from monitor.channels import Channel, ChannelError, Channels, Outgoing, Write, scheme_of, send
from monitor.channels.command import Command
from monitor.channels.envelope import TEST
from monitor.channels.feed import Feed, Ledger
from monitor.channels.schemes import NotSetUp, open_channels
from monitor.channels.webhook import Webhook
from monitor.delivering import Delivered, deliver
from monitor.digests import Rendered, render_for
from monitor.notices import announce
from monitor.reach import recipients, resolved, secret_of
from scrapers.agent import user_agent
from storage.ports import Claim

KEEP_GOING: Callable[[], bool] = lambda: True  # noqa: E731 - a default, typed


def channels_of(
    app: App, write: Write, *, commands: Collection[str], ledger: Ledger | None
) -> Channels:
    """The channels this home can reach people by.

    `write` prints for `terminal:`, `commands` are the command addresses that may
    be run, `ledger` is what feeds are made from, None where none is written.
    """
    environment = {
        name: value for name, value in app.environment.items() if not name.startswith(PREFIX)
    }
    return open_channels(
        mail=mail_of(app),
        webhook=Webhook(
            secrets=lambda name: secret_of(app, name),
            clock=app.clock,
            agent=user_agent(app.settings.contact),
            allow_private=app.settings.allow_private_addresses,
        ),
        feed=Feed(app.home, ledger) if ledger else NotSetUp("no ledger is open"),
        command=Command(
            app.home,
            allowed=commands,
            environment={**environment, f"{PREFIX}HOME": str(app.home.absolute())},
        ),
        write=write,
        folder=app.home,
    )


def ledger_of(opened: Opened, watchlist: Watchlist) -> Ledger:
    """What the home's feeds are made from: its messages, titled by the watches that ask for them."""
    titles = {
        address: ", ".join(watch.name for watch in watchlist.watches if address in watch.to)
        or "sources"
        for address in recipients(watchlist)
    }
    return Ledger(
        home=opened.outbox.home(),
        told=lambda address: (payload.get("facts", {}) for payload in opened.outbox.told(address)),
        titles={address: f"Measurewatch: {names}" for address, names in titles.items()},
    )


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
    """Send what is due in an open home, as an accepted watchlist has it.

    What operators have to hear of the sources is written first.
    """
    announce(opened, watchlist, now=app.clock())
    return deliver(
        opened.outbox,
        channels_of(
            app, write, commands=recipients(watchlist), ledger=ledger_of(opened, watchlist)
        ),
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


def send_test(app: App, address: str, write: Write = write_out) -> Any:
    """Send one test message; returns what the receiver called it. Raises UsageError."""
    now = app.clock()
    try:
        address = check_address(address)
        message = Outgoing(
            key=f"test-{now.isoformat()}", address=resolved(app, address),
            subject="[Measurewatch] test",
            text="This is a test message from Measurewatch. Alerts will reach this address.\n",
            facts={"type": TEST, "timestamp": now.isoformat(), "sources": None, "alerts": []},
        )  # fmt: skip
    except (Unexpected, LookupError) as error:
        said = str(error)
        raise UsageError(f"{said[:1].upper()}{said[1:]}.") from error
    try:
        if scheme_of(message.address) == "feed":
            with app.store(create=True) as opened:
                ledger = ledger_of(opened, app.watchlist())
                channels = channels_of(app, write, commands=(), ledger=ledger)
                return send(channels, message).reference
        channels = channels_of(app, write, commands=(message.address,), ledger=None)
        return send(channels, message).reference
    except ChannelError as error:
        raise UsageError(f"The test message was not sent: {error}") from error
