"""Where alerts can go, as a watchlist writes it.

An address is one text, in the watchlist, on the command line and in the
ledger. So it never holds a secret: what is secret stays in the environment and
is named, as in `env:DESK_HOOK` or `https://hooks.example.org/x#secret=env:DESK`.
"""

import base64
import binascii
import ipaddress
import posixpath
import re
import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from config.problems import Unexpected, meant

SCHEMES = ("mailto", "terminal", "https", "feed", "command", "file")
ENVIRONMENT = re.compile(r"env:[A-Z_][A-Z0-9_]*")
EXAMPLES = (
    "mailto:desk@example.org, https://hooks.example.org/x, feed:feeds/desk.xml, "
    "command:./notify.sh, terminal: or file:alerts.txt"
)
LONGEST_URL = 2000
FEED_ENDINGS = (".xml", ".atom")

_PART = r"[^\s@<>,;:\"()]+"
_MAIL = re.compile(rf"{_PART}@(?:{_PART}\.[^\s@<>,;:\".()]+|localhost)")
_SECRET = re.compile(rf"secret={ENVIRONMENT.pattern}")
_KEY_BYTES = range(24, 65)  # of a Standard Webhooks secret

# What others call it.
_ALSO = {
    "exec": "command:",
    "run": "command:",
    "atom": "feed:",
    "rss": "feed:",
    "webhook": "https:",
}


class AddressError(Unexpected):
    """Nothing can be sent there."""


def check_address(text: str) -> str:
    """An address in its one spelling: one of SCHEMES, http: on the own network, or env:NAME.

    `env:NAME` stands for an address in the environment. Raises AddressError,
    which never shows a login or a secret that was written into a web address.
    """
    scheme = text.partition(":")[0]
    if scheme == "command":
        return f"command:{shlex.join(command_words(text))}"
    _refuse_blanks(text)
    checked = _CHECKS[scheme](text) if scheme in _CHECKS else None
    if checked is None:
        raise AddressError(repr(text), f"an address such as {EXAMPLES}", _likely(text))
    return checked


def is_mail_address(text: str) -> bool:
    """Whether a text has the form of one mail address, without a name."""
    return bool(_MAIL.fullmatch(text))


def check_environment(text: str) -> str:
    """A value taken from the environment, `env:NAME`. Raises AddressError."""
    if not ENVIRONMENT.fullmatch(text):
        raise AddressError(repr(text), "env: and a name in capitals, as in env:API_TOKEN")
    return text


def command_words(address: str) -> tuple[str, ...]:
    """The program of a `command:` address and its arguments; no shell reads them.

    Raises AddressError.
    """
    rest = address.removeprefix("command:")
    expected = "a program and its arguments, as in command:./notify.sh --desk"
    if not rest.isprintable():
        raise AddressError(repr(address), expected)
    try:
        words = tuple(shlex.split(rest))
    except ValueError as error:
        raise AddressError(repr(address), "a command whose quotes are closed") from error
    if not words or not words[0]:
        raise AddressError(repr(address), expected)
    return words


def webhook_parts(address: str) -> tuple[str, str]:
    """The URL of a webhook, and the name of the variable that holds its secret, or "".

    `address` is one that passed `check_address`.
    """
    url, _, named = address.partition("#")
    return url, named.removeprefix("secret=env:")


def check_secret(text: str) -> str:
    """One secret of a webhook, or several between blanks while they are exchanged.

    Raises ValueError, which does not show it.
    """
    secrets = text.split()
    if not secrets or not all(_is_secret(secret) for secret in secrets):
        raise ValueError("whsec_ and 24 to 64 random bytes in base64")
    return " ".join(secrets)


def _is_secret(text: str) -> bool:
    encoded = text.removeprefix("whsec_")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return encoded != text and len(key) in _KEY_BYTES


def _refuse_blanks(text: str) -> None:
    if any(mark.isspace() or not mark.isprintable() for mark in text):
        if text.startswith(("https:", "http:")):
            raise AddressError("a blank in a web address", "an address without blanks")
        joined = "".join(text.split())
        hint = f"did you mean {joined!r}?" if joined.isprintable() else ""
        raise AddressError(repr(text), "an address without blanks", hint)


def _likely(text: str) -> str:
    """A hint at what was probably meant, or empty."""
    if is_mail_address(text):
        return f"did you mean 'mailto:{text}'?"
    scheme, colon, _ = text.partition(":")
    if not colon or scheme in SCHEMES:
        return ""
    other = _ALSO.get(scheme.lower())
    return f"did you mean {other!r}?" if other else meant(f"{scheme}:", [f"{s}:" for s in SCHEMES])


def _webhook(text: str) -> str | None:
    if "//" not in text.partition(":")[2][:2]:
        return None
    url, mark, named = text.partition("#")
    scheme = url.partition(":")[0]
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressError("what is no web address", "https://, a host and a path") from error
    if "@" in parts.netloc:
        raise AddressError(
            f"a login in an address of {host}",
            "an address without one",
            "a webhook is signed; one that is secret itself is written env:NAME",
        )
    if len(url) > LONGEST_URL:
        raise AddressError(
            f"{len(url)} characters", f"a web address of at most {LONGEST_URL} characters"
        )
    if not host or port == 0 or "\\" in url or not url.isascii():
        raise AddressError(repr(url), "https://, a host and a path, in plain letters")
    if scheme == "http" and not _is_local(host):
        raise AddressError(
            repr(url), f"an address such as {EXAMPLES}",
            "a webhook needs https; http is for this machine and network, as in http://127.0.0.1:8080/x",
        )  # fmt: skip
    if mark and not _SECRET.fullmatch(named):
        raise AddressError(
            f"{url!r} with more behind #",
            "behind # only secret=env:NAME, the variable that holds the webhook's secret",
            "the secret itself is not written here",
        )
    return text


def _is_local(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost"


def _feed(text: str) -> str:
    path = text.partition(":")[2]
    if path.endswith(FEED_ENDINGS) and posixpath.basename(path) not in FEED_ENDINGS:
        return f"feed:{posixpath.normpath(path)}"
    hint = f"did you mean '{text}.xml'?" if path and not path.endswith("/") else ""
    raise AddressError(repr(text), "a file for the feed, as in feed:feeds/desk.xml", hint)


_CHECKS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "env": check_environment,
        "https": _webhook,
        "http": _webhook,
        "feed": _feed,
        "terminal": lambda text: "terminal:" if text in {"terminal", "terminal:"} else None,
        "mailto": lambda text: text if is_mail_address(text.removeprefix("mailto:")) else None,
        "file": lambda text: text if text.removeprefix("file:") not in {"", "file"} else None,
    }
)
