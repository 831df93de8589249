"""Webhooks: a message as signed JSON, posted to a web address (standardwebhooks.com).

The receiver knows a repeat by `webhook-id`, which is the message's key, and a
forgery by `webhook-signature`, an HMAC over id, time of the try and body.

A watchlist could name any address, and a name can be re-pointed at any moment.
So the host is resolved once, each address is judged by the guard, and the
connection goes to the very address that passed. No redirect is followed. One
try, from the connection to the last byte of the answer, has one deadline.
"""

import contextlib
import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from standardwebhooks import Webhook as Signer

from config.addresses import AddressError, check_address, check_secret, webhook_parts
from monitor.channels import ChannelError, Outgoing, Permanent, Sent, Temporary
from monitor.channels.envelope import envelope
from monitor.channels.safe import one_line
from scrapers.errors import AddressRefused
from scrapers.guard import check_address as check_public
from scrapers.guard import check_url

TIMEOUT_SECONDS = 15.0
_CONNECT_SECONDS = 5.0
_MOST_ADDRESSES = 4
_LONGEST_ANSWER = 1 << 16
_PIECE = 1 << 14
_AGAIN = frozenset({408, 425, 429})

Secrets = Callable[[str], str]
Target = tuple[socket.AddressFamily, Any]
"""A family of addresses and one of them, as the resolver gives it."""


class Webhook:
    """Posts messages, each signed with its address's secret.

    `secrets` gives the secret of a variable's name, the common one for "", and
    "" for one that is not set. `agent` is the User-Agent. `allow_private`
    lets messages go to this machine and network, and over http. `timeout` is
    seconds for one whole try.
    """

    def __init__(
        self,
        *,
        secrets: Secrets,
        clock: Callable[[], datetime],
        agent: str,
        allow_private: bool = False,
        timeout: float = TIMEOUT_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._agent = agent
        self._allow_private = allow_private
        self._timeout = timeout
        self._context = context

    def send(self, message: Outgoing) -> Sent:
        """Post the message; the reference is the host and its answer.

        Raises Temporary and Permanent. They name the host only: an address from
        the environment is a secret.
        """
        parts, secret = self._read(message.address)
        body = envelope(message)
        headers = {
            "Host": parts.netloc,
            "User-Agent": self._agent,
            "Content-Type": "application/json",
            "Connection": "close",
            **signed(secret, message.key, self._clock(), body),
        }
        host = parts.hostname or ""
        status, retry_after = self._post(parts, headers, body)
        self._judge(host, status, retry_after)
        return Sent(f"{host} answered {status}")

    def _read(self, address: str) -> tuple[SplitResult, str]:
        """The address's parts and its secret. Raises Temporary where a setting is missing."""
        try:
            url, name = webhook_parts(check_address(address))
        except AddressError as error:
            raise Permanent("the address is none of a webhook") from error
        try:
            parts = check_url(url, allow_private=self._allow_private)
        except AddressRefused as error:
            raise _refused(urlsplit(url).hostname or "", str(error)) from error
        if parts.scheme == "http" and not self._allow_private:
            raise _refused(parts.hostname or "", "a webhook needs https")
        try:
            return parts, check_secret(self._secrets(name))
        except ValueError as error:
            wanted = name or "MEASUREWATCH_WEBHOOK_SECRET"
            raise Temporary(
                f"{parts.hostname} needs a secret to sign with: set {wanted} to {error}"
            ) from error

    def _post(
        self, parts: SplitResult, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, str | None]:
        """Status and Retry-After of the answer. Raises Temporary when there is none."""
        host = parts.hostname or ""
        deadline = time.monotonic() + self._timeout
        asked = False
        try:
            with contextlib.closing(self._connect(parts, deadline)) as wire:
                connection = http.client.HTTPConnection(parts.netloc)
                connection.sock = cast("socket.socket", _Timed(wire, deadline))
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                asked = True
                connection.request("POST", target, body, headers)
                answer = connection.getresponse()
                # Some receivers stop working when nobody reads what they say. The
                # status is known: how the rest ends changes nothing.
                with contextlib.suppress(OSError, http.client.HTTPException):
                    answer.read(_LONGEST_ANSWER)
                return answer.status, answer.headers["Retry-After"]
        except ChannelError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(host, error, asked=asked) from error

    def _connect(self, parts: SplitResult, deadline: float) -> socket.socket:
        """A connection to an address of the host that the guard passed. Raises OSError."""
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        wire = _first(self._passed(host, port), deadline)
        if not secure:
            return wire
        context = self._context or ssl.create_default_context()
        try:
            wire.settimeout(_left(deadline))
            return context.wrap_socket(wire, server_hostname=host)
        except BaseException:
            wire.close()
            raise

    def _passed(self, host: str, port: int) -> list[Target]:
        """The addresses of a host that may be visited, in the resolver's order."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise Temporary(f"the name {host} leads nowhere: {_words(error)}") from error
        passed: list[Target] = [
            (family, address) for family, *_, address in found if self._may_visit(str(address[0]))
        ]
        if not passed:
            raise _refused(host, "it has no public address")
        return passed[:_MOST_ADDRESSES]

    def _may_visit(self, address: str) -> bool:
        try:
            check_public(address, allow_private=self._allow_private)
        except AddressRefused:
            return False
        return True

    def _failed(self, host: str, error: Exception, *, asked: bool) -> Temporary:
        taken = "; the message may have been taken" if asked else ""
        match error:
            case TimeoutError():
                said = f"{host} did not answer within {self._timeout:g} seconds{taken}"
                return Temporary(said, slow=True)
            case ssl.SSLError():
                return Temporary(f"no safe connection to {host}: {_words(error)}")
            case OSError():
                return Temporary(f"no answer from {host}: {_words(error)}{taken}")
            case _:
                return Temporary(f"{host} answered what is not HTTP{taken}")

    def _judge(self, host: str, status: int, retry_after: str | None) -> None:
        """Raise what an answer means unless it is a yes."""
        said = f"{host} answered {status}{_phrase(status)}"
        if 200 <= status < 300:
            return
        if status in _AGAIN or not 300 <= status < 500:
            raise Temporary(said, after=_asked_for(retry_after, self._clock()))
        if status < 400:
            raise Permanent(f"{said}; redirects are not followed: write where it leads")
        if status == HTTPStatus.GONE:
            raise Permanent(f"{said}: take it out of the watchlist")
        raise Permanent(said)


def signed(secrets: str, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove who sends a body, with one signature for each secret."""
    at = at.astimezone(UTC)
    signatures = (Signer(secret).sign(key, at, body.decode()) for secret in secrets.split())
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class _Timed:
    """A connection that sends and reads until a deadline, however slowly it is served."""

    def __init__(self, wire: socket.socket, deadline: float) -> None:
        self._wire = wire
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._wire.settimeout(_left(self._deadline))
            rest = rest[self._wire.send(rest[:_PIECE]) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Answer(self._wire, self._deadline))

    def close(self) -> None:
        """Whoever opened the connection closes it, after the answer is read."""


class _Answer(io.RawIOBase):
    """What the server says, up to a deadline and a number of bytes."""

    def __init__(self, wire: socket.socket, deadline: float) -> None:
        self._wire = wire
        self._deadline = deadline
        self._room = _LONGEST_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._wire.settimeout(_left(self._deadline))
        got = self._wire.recv_into(memoryview(buffer)[: self._room])
        self._room -= got
        return got


def _first(targets: list[Target], deadline: float) -> socket.socket:
    """Connect to the first address that takes us. Raises OSError when none does."""
    *others, last = targets
    for target in others:
        with contextlib.suppress(OSError):
            return _connected(target, min(_left(deadline), _CONNECT_SECONDS))
    return _connected(last, _left(deadline))


def _connected(target: Target, wait: float) -> socket.socket:
    family, address = target
    wire = socket.socket(family, socket.SOCK_STREAM)
    try:
        wire.settimeout(wait)
        wire.connect(address)
    except BaseException:
        wire.close()
        raise
    return wire


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time is up")
    return left


def _refused(host: str, why: str) -> Temporary:
    # A network that answers every name with itself, until one logs in, does this too.
    return Temporary(
        f"{host} is not visited: {why}; "
        "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES=yes lets webhooks be on this machine or network"
    )


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return one_line(f"certificate verify failed: {error.verify_message}", 200)
    reason = error.strerror if isinstance(error, OSError) else None
    return one_line(reason or type(error).__name__, 200)


def _phrase(status: int) -> str:
    """The standard's own words for a status; the server's are a stranger's."""
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _asked_for(retry_after: str | None, now: datetime) -> timedelta:
    """How long a Retry-After asks to wait, in seconds or as a date; none where it says nothing."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 86_400))
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return timedelta(0)
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return min(max(then - now, timedelta(0)), timedelta(days=1))
