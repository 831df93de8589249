"""Ways to reach a recipient.

A channel is a class with `send(message) -> Sent`; it raises

    ChannelError        the message was not delivered
    ├── Temporary       a later attempt may succeed
    └── Permanent       no attempt will: the message or its address is refused

`schemes.open_channels` is the whole list of schemes. A channel sends a message exactly
once per call and never retries: `monitor.delivering` does that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

MACHINES = frozenset({"https", "http", "feed", "command"})
"""Schemes of receivers that take a message's facts and no HTML page."""

PEOPLE = frozenset({"mailto", "terminal", "file"})
"""Schemes of receivers that read the words only."""


class ChannelError(Exception):
    """The message was not delivered."""


class Temporary(ChannelError):
    """A later attempt may succeed.

    `after` is how long the receiver asks to be left alone. `slow` says that the
    time ran out: the next message for the same address would wait as long.
    """

    def __init__(
        self, message: str, *, after: timedelta = timedelta(0), slow: bool = False
    ) -> None:
        super().__init__(message)
        self.after = after
        self.slow = slow


class Permanent(ChannelError):
    """No attempt will succeed; the message or its address is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A rendered message for one recipient.

    `key` names the message for ever: a repeat carries the same one. `address`
    is the watchlist's ("mailto:desk@example.org", "terminal:"). `html` may be
    empty, `headers` are for channels that have such. `facts` are JSON values
    for programs: "type", "timestamp", "sources" and "alerts", as
    `monitor.alert_json` makes them; empty for people.
    """

    key: str
    address: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """The message was taken; `reference` is what the receiver can look it up by."""

    reference: str = ""


class Channel(Protocol):
    """Hands one message to one recipient."""

    def send(self, message: Outgoing) -> Sent:
        """Deliver it, or raise `Temporary` or `Permanent`."""


Channels = Mapping[str, Channel]
Write = Callable[[str], object]


def scheme_of(address: str) -> str:
    """The word before the colon, in small letters ("mailto")."""
    return address.partition(":")[0].lower()


def send(channels: Channels, message: Outgoing) -> Sent:
    """Send over the channel of the address's scheme.

    Raises Permanent when there is no such channel, Temporary and Permanent as
    the channel does.
    """
    scheme = scheme_of(message.address)
    if scheme not in channels:
        known = ", ".join(f"{name}:" for name in sorted(channels))
        raise Permanent(f"no channel for {scheme}: addresses; there are {known}")
    return channels[scheme].send(message)
