"""From the outbox to people: claim, prepare, send, mark. At least once, recognisably.

A message is claimed by lease, so no two senders have it. What it says is
rendered and kept before the first send, so every try sends the same bytes
under the same key. It is sent outside any transaction and marked afterwards.
Whoever dies between sending and marking causes one repeat, which carries the
same Message-ID; nothing is ever lost.

A message that fails waits longer each time, with some chance in it so that a
crowd does not come back at once, and is given up visibly after its last try. A
receiver that asks for more time gets it. One that cannot be rendered or sent
never keeps another from going out: who let the time run out once is not waited
for again in the same round.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from monitor.channels import ChannelError, Channels, Outgoing, Permanent, Sent, Temporary, send
from monitor.channels.safe import one_line
from monitor.digests import Rendered
from storage.errors import LockLost, StorageError
from storage.outbox import Outbox
from storage.ports import Claim

log = logging.getLogger(__name__)

T = TypeVar("T")
Clock = Callable[[], datetime]
Render = Callable[[Claim], Rendered]
Resolve = Callable[[str], str]

LEASE = timedelta(minutes=10)
_DETAIL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often and how soon a failed message is tried again: about two days in all."""

    tries: int = 16
    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=6)

    def wait(self, tried: int, chance: float, asked: timedelta = timedelta(0)) -> timedelta:
        """How long to wait after so many tries; `chance` is from 0 up to 1.

        The wait doubles each time up to `longest`, less up to half of it by
        chance. It is at least what the receiver `asked` for, up to `longest`.
        """
        doubled = self.first * (1 << min(tried - 1, 30))
        return max(
            min(doubled, self.longest) * (1 - chance / 2),
            min(asked, self.longest),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one round came to. `failed` are tried again, `dead` are given up."""

    sent: int = 0
    failed: int = 0
    dead: int = 0

    def counts(self) -> dict[str, int]:
        """Return the counts under the names the command line prints."""
        return asdict(self)


def deliver(
    outbox: Outbox,
    channels: Channels,
    render: Render,
    *,
    clock: Clock,
    chance: Callable[[], float],
    lease: timedelta = LEASE,
    retry: Retry = Retry(),
    keep_going: Callable[[], bool] = lambda: True,
    resolve: Resolve = lambda address: address,
) -> Delivered:
    """Send what is due, one message after another, until nothing is or `keep_going` says no.

    `render` makes a claimed message. `chance` gives numbers from 0 up to 1.
    `resolve` turns an address such as "env:HOOK" into the one to send to, and
    raises LookupError when it cannot. `lease` must outlast the slowest send.
    Raises StorageError when the outbox cannot be read or written.
    """
    sender = _Sender(outbox, channels, render, clock, chance, retry, resolve)
    ended: Counter[str] = Counter()
    while keep_going() and (claims := outbox.claim(now=clock(), lease=lease, limit=1)):
        for claim in claims:
            try:
                ended[sender.deliver(claim)] += 1
            except LockLost as error:
                # Whoever took the message over ends it; the receiver can tell a repeat.
                log.warning("%s", error)
    return Delivered(**ended)


@dataclass(frozen=True, slots=True)
class _Sender:
    """Brings one claimed message to an end: sent, failed or dead."""

    outbox: Outbox
    channels: Channels
    render: Render
    clock: Clock
    chance: Callable[[], float]
    retry: Retry
    resolve: Resolve
    slow: set[str] = field(default_factory=set)

    def deliver(self, claim: Claim) -> str:
        """Send a claimed message and mark it. Raises LockLost and StorageError."""
        if claim.attempts > self.retry.tries:
            # Its sender died each time, so nobody was left to give it up.
            return self._give_up(claim, f"no try ended, after {claim.attempts - 1}")
        try:
            sent = self._send(claim)
        except Permanent as error:
            return self._give_up(claim, str(error))
        except Temporary as error:
            if error.slow:
                self.slow.add(claim.address)
            return self._postpone(claim, str(error), error.after)
        self.outbox.sent(claim, now=self.clock(), detail=sent.reference)
        log.info("message %s went to %s", claim.id, claim.address)
        return "sent"

    def _send(self, claim: Claim) -> Sent:
        """Prepare the message unless an earlier try did, and hand it to its channel."""
        if claim.payload is None:
            message = self._guarded(claim, lambda: self.render(claim))
            self.outbox.prepare(claim, message.payload())
        else:
            message = self._guarded(claim, lambda: Rendered.from_payload(claim.payload or {}))
        if claim.address in self.slow:
            raise Temporary("not tried: an earlier message for this address ran out of time")
        outgoing = Outgoing(
            key=claim.key,
            address=self._address(claim),
            subject=message.subject,
            text=message.text,
            html=message.html,
            headers=message.headers,
            facts=message.facts,
        )
        return self._guarded(claim, lambda: send(self.channels, outgoing))

    def _address(self, claim: Claim) -> str:
        try:
            return self.resolve(claim.address)
        except LookupError as error:
            raise Temporary(f"{claim.address} stands for no address now") from error

    def _guarded(self, claim: Claim, work: Callable[[], T]) -> T:
        """Turn any fault of ours into a failed try, so that it costs this message only."""
        try:
            return work()
        except (ChannelError, StorageError):
            raise
        except Exception as error:
            log.exception("message %s could not be sent", claim.id)
            raise Temporary(f"{type(error).__name__}: {error}") from error

    def _postpone(self, claim: Claim, detail: str, asked: timedelta) -> str:
        if claim.attempts >= self.retry.tries:
            return self._give_up(claim, f"given up after {claim.attempts} tries: {detail}")
        now = self.clock()
        again = now + self.retry.wait(claim.attempts, self.chance(), asked)
        detail = one_line(detail, _DETAIL)
        self.outbox.failed(claim, now=now, detail=detail, retry_at=again)
        then = f"{again.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        log.warning("message %s failed, again at %s: %s", claim.id, then, detail)
        return "failed"

    def _give_up(self, claim: Claim, detail: str) -> str:
        detail = one_line(detail, _DETAIL)
        self.outbox.failed(claim, now=self.clock(), detail=detail, retry_at=None)
        log.error("message %s is given up: %s", claim.id, detail)
        return "dead"
