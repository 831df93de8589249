"""Where alerts can go, as a watchlist writes it."""

import re
from urllib.parse import urlsplit

from config.problems import Unexpected, meant

SCHEMES = ("mailto", "terminal", "https", "file")
ENVIRONMENT = re.compile(r"env:[A-Z_][A-Z0-9_]*")
EXAMPLES = "mailto:desk@example.org, https://hooks.example.org/x, terminal: or file:alerts.txt"

_PART = r"[^\s@<>,;:\"()]+"
_MAIL = re.compile(rf"{_PART}@(?:{_PART}\.[^\s@<>,;:\".()]+|localhost)")


class AddressError(Unexpected):
    """Nothing can be sent there."""


def check_address(text: str) -> str:
    """An address in its one spelling: mailto:, terminal:, https:, file:, or env:NAME.

    `env:NAME` stands for an address in the environment. Raises AddressError.
    """
    scheme, colon, rest = text.partition(":")
    if any(mark.isspace() or not mark.isprintable() for mark in text):
        joined = "".join(text.split())
        hint = f"did you mean {joined!r}?" if joined.isprintable() else ""
        raise AddressError(repr(text), "an address without blanks", hint)
    if scheme == "terminal" and not rest:
        return "terminal:"
    if scheme == "env":
        return check_environment(text)
    if scheme == "mailto" and is_mail_address(rest):
        return text
    if scheme == "https" and _has_host(text):
        return text
    if scheme == "file" and rest:
        return text
    hint = ""
    if is_mail_address(text):
        hint = f"did you mean 'mailto:{text}'?"
    elif scheme == "http":
        hint = "a webhook needs https"
    elif colon and scheme not in SCHEMES:
        hint = meant(f"{scheme}:", [f"{known}:" for known in SCHEMES])
    raise AddressError(repr(text), f"an address such as {EXAMPLES}", hint)


def is_mail_address(text: str) -> bool:
    """Whether a text has the form of one mail address, without a name."""
    return bool(_MAIL.fullmatch(text))


def check_environment(text: str) -> str:
    """A value taken from the environment, `env:NAME`. Raises AddressError."""
    if not ENVIRONMENT.fullmatch(text):
        raise AddressError(repr(text), "env: and a name in capitals, as in env:API_TOKEN")
    return text


def _has_host(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            bool(parts.hostname)
            and "@" not in parts.netloc
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False
