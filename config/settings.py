"""What the operator sets, from a mapping of names to texts; nothing here reads the environment.

Each setting is one field below; its name, meaning and default come from there,
so that help and documentation cannot drift from the code. An empty text counts
as not set.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from config.addresses import check_secret, is_mail_address

PREFIX = "MEASUREWATCH_"
MIN_DELAY = 1.0
_PORTS = MappingProxyType({"starttls": 587, "tls": 465, "none": 25})
_HIDDEN = frozenset({"smtp_password", "webhook_secret", "database_url", "proxy"})
_NOT_OURS = frozenset({"MEASUREWATCH_CORPUS"})  # the test suite's

Security = Literal["starttls", "tls", "none"]


class SettingsError(ValueError):
    """Settings that cannot be understood; `errors` has a sentence for each."""

    def __init__(self, errors: tuple[str, ...]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


class Settings(BaseModel):
    """The operator's settings. Secrets do not show in its `repr`."""

    model_config = ConfigDict(frozen=True)

    home: Path = Field(Path("measurewatch-home"), description="folder of all state")
    watchlist: Path | None = Field(None, description="the watchlist, else HOME/watchlist.yaml")
    database_url: str = Field(
        "",
        description="a PostgreSQL server, postgresql://user:password@host/name, else SQLite in the home",
        repr=False,
    )
    contact: str = Field(
        "",
        description="your mail or web address, told to every site visited; live crawls need it",
    )
    smtp_host: str = Field("", description="the mail server; without one no mail is sent")
    smtp_port: int = Field(587, description="its port, else 587, 465 or 25, by security")
    smtp_security: Security = Field("starttls", description="starttls, tls (at once) or none")
    smtp_user: str = Field("", description="login at the mail server")
    smtp_password: SecretStr = Field(SecretStr(""), description="password at the mail server")
    smtp_from: str = Field(
        "", description="the sender, Desk <desk@example.org>; a mail server needs it"
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="signs webhooks that name no secret of their own, whsec_..."
    )
    proxy: str = Field("", description="an HTTP proxy for all visits, http://host:port", repr=False)
    allow_private_addresses: bool = Field(
        default=False,
        description="yes lets sources and webhooks be on this machine or network; for tests",
    )
    delay: float = Field(1.5, description="seconds between two visits of a host, at least 1")
    timeout: float = Field(60.0, description="seconds that one answer may take")
    crawl_deadline: float = Field(7200.0, description="seconds after which a crawl is ended")
    crawls_at_once: int = Field(2, description="crawls that serve runs side by side")
    workers: int = Field(2, description="processes of a crawl that read documents")
    clock_behind: float = Field(
        0.0, description="seconds the clock is behind; the demo's home keeps its story's time by it"
    )
    unknown: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, str]) -> Self:
        """The settings in a mapping such as the environment.

        Only names that begin with MEASUREWATCH_ count; `unknown` lists those of
        them that are no setting. Raises SettingsError with every fault at once;
        it never shows the value of a secret.
        """
        given = {
            name: value.strip()
            for name, value in mapping.items()
            if name.startswith(PREFIX) and value.strip()
        }
        values: dict[str, Any] = {}
        errors: list[str] = []
        for field, name in _NAMES.items():
            if name in given:
                try:
                    values[field] = _PARSERS[field](given[name])
                except ValueError as error:
                    found = "what is there" if field in _HIDDEN else repr(given[name])
                    errors.append(f"{name}: found {found}, expected {error}")
        errors += _together(values, given)
        if errors:
            raise SettingsError(tuple(errors))
        values.setdefault("smtp_port", _PORTS[values.get("smtp_security", "starttls")])
        unknown = tuple(sorted(given.keys() - _NAMES.values() - _NOT_OURS))
        return cls(**values, unknown=unknown)

    @property
    def smtp_starttls(self) -> bool:
        """Whether the mail connection is upgraded to TLS after the greeting."""
        return self.smtp_security == "starttls"


def likely_setting(name: str) -> str:
    """The setting that an unknown name was probably meant to be, or empty."""
    short = {known.removeprefix(PREFIX): known for known in SETTINGS}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), short, 1)
    return short[near[0]] if near else ""


def _together(values: Mapping[str, Any], given: Mapping[str, str]) -> list[str]:
    """What is wrong with settings that are each right."""
    errors = []
    missing = {field for field, name in _NAMES.items() if name not in given}
    if values.get("delay", MIN_DELAY) < MIN_DELAY and not values.get("allow_private_addresses"):
        errors.append(
            f"{_NAMES['delay']}: found {values['delay']:g}, expected at least {MIN_DELAY:g} second, "
            "out of politeness to the sites"
        )
    if "smtp_from" in missing and "smtp_host" not in missing:
        errors.append(
            f"{_NAMES['smtp_from']}: found nothing, expected the sender of the mails, as a mail server is set"
        )
    login = {"smtp_user", "smtp_password"}
    if len(login & missing) == 1:
        [half] = login & missing
        errors.append(f"{_NAMES[half]}: found nothing, expected the other half of the login")
    return errors


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?", text):
        raise ValueError("the name of a host, without port or scheme")
    return text


def _sender(text: str) -> str:
    address = text.rpartition("<")[2].removesuffix(">") if "<" in text else text
    if not text.isprintable() or not is_mail_address(address.strip()):
        raise ValueError("an address to send from, as in Desk <desk@example.org>")
    return text


def _contact(text: str) -> str:
    plain = text.removeprefix("mailto:")
    # It becomes part of a header, inside parentheses.
    if not text.isascii() or re.search(r"[\s()<>\x00-\x1f\x7f]", text):
        raise ValueError("a mail or web address in plain letters")
    if not is_mail_address(plain) and not _is_url(text, ("https", "http")):
        raise ValueError("a mail address or a web address, where a webmaster reaches you")
    return text


def _database(text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError("the address of a PostgreSQL server, postgresql://user:password@host/name")
    return text


def _proxy(text: str) -> str:
    if not _is_url(text, ("http", "https")):
        raise ValueError("the address of a proxy, http://host:port")
    return text


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _bool(text: str) -> bool:
    if text.lower() in {"1", "yes", "true", "on"}:
        return True
    if text.lower() in {"0", "no", "false", "off"}:
        return False
    raise ValueError("yes or no")


def _security(text: str) -> str:
    if text.lower() not in _PORTS:
        raise ValueError(f"one of {', '.join(_PORTS)}")
    return text.lower()


def _number(low: float, high: float, what: str) -> Callable[[str], float]:
    def parse(text: str) -> float:
        if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text) and low <= float(text) <= high:
            return float(text)
        raise ValueError(f"{what} from {low:g} to {high:g}")

    return parse


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if re.fullmatch(r"\d{1,9}", text) and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"a whole number from {low} to {high}")

    return parse


_PARSERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "home": lambda text: Path(text).expanduser(),
        "watchlist": lambda text: Path(text).expanduser(),
        "database_url": _database,
        "contact": _contact,
        "smtp_host": _host,
        "smtp_port": _whole(1, 65535),
        "smtp_security": _security,
        "smtp_user": str,
        "smtp_password": SecretStr,
        "smtp_from": _sender,
        "webhook_secret": lambda text: SecretStr(check_secret(text)),
        "proxy": _proxy,
        "allow_private_addresses": _bool,
        "delay": _number(0, 3600, "seconds"),
        "timeout": _number(1, 3600, "seconds"),
        "crawl_deadline": _number(1, 7 * 86400, "seconds"),
        "crawls_at_once": _whole(1, 64),
        "workers": _whole(1, 64),
        "clock_behind": _number(0, 10**9, "seconds"),
    }
)

# By field, the name it has outside.
_NAMES: Mapping[str, str] = MappingProxyType(
    {field: PREFIX + field.removesuffix("_url").upper() for field in _PARSERS}
)

SETTINGS: Mapping[str, str] = MappingProxyType(
    {name: str(Settings.model_fields[field].description) for field, name in _NAMES.items()}
)
"""What each name means, for help and documentation."""
