"""What keeps alerts from an address as things are set: told before the first one is due."""

import shutil
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from config.addresses import AddressError, check_address, check_secret, command_words, webhook_parts
from config.settings import PREFIX
from config.watchlist import Watchlist
from monitor.app import App
from scrapers.errors import AddressRefused
from scrapers.guard import check_url

COMMON_SECRET = f"{PREFIX}WEBHOOK_SECRET"

# What is secret is an address itself; these hold no secret, and a command is
# the watchlist's to name, which is read, reviewed and kept.
_NOT_FROM_OUTSIDE = ("env:", "command:", "feed:")


def recipients(watchlist: Watchlist) -> tuple[str, ...]:
    """Every address of a watchlist, once."""
    of_watches = (address for watch in watchlist.watches for address in watch.to)
    return tuple(dict.fromkeys([*of_watches, *watchlist.operators]))


def resolved(app: App, address: str) -> str:
    """An address with `env:NAME` replaced. Raises LookupError when that is not set or none."""
    if not address.startswith("env:"):
        return address
    name = address.removeprefix("env:")
    told = app.variable(name)
    if not told:
        raise LookupError(f"{name} is not set")
    try:
        found = check_address(told)
    except AddressError:
        found = "env:"
    if found.startswith(_NOT_FROM_OUTSIDE):
        # Not even part of it is shown: it may be a secret with a slip in it.
        raise LookupError(f"{name} holds no mailto: or https: address")
    return found


def secret_of(app: App, name: str) -> str:
    """The secret in a variable, the common one for "", and "" for one that is not set."""
    if not name:
        return app.settings.webhook_secret.get_secret_value()
    return app.variable(name) or ""


def unready(app: App, addresses: Iterable[str]) -> tuple[str, ...]:
    """What is missing for these addresses, each in a few words and each once."""
    return tuple(dict.fromkeys(said for one in addresses for said in _missing(app, one)))


def _missing(app: App, address: str) -> Iterator[str]:
    try:
        found = resolved(app, address)
    except LookupError as error:
        yield str(error)
        return
    match found.partition(":")[0]:
        case "https" | "http":
            yield from _missing_for_webhook(app, found)
        case "command":
            program = command_words(found)[0]
            where = program if "/" not in program else str(app.home / program)
            if shutil.which(where, path=app.environment.get("PATH")) is None:
                yield f"{program} is no program that can be run from {app.home}"


def _missing_for_webhook(app: App, address: str) -> Iterator[str]:
    url, name = webhook_parts(address)
    host = urlsplit(url).hostname
    private = app.settings.allow_private_addresses
    try:
        check_url(url, allow_private=private)
    except AddressRefused as error:
        yield f"{host} is not visited: {error}"
    if url.startswith("http:") and not private:
        yield f"{host} is not visited: http needs {PREFIX}ALLOW_PRIVATE_ADDRESSES=yes"
    secret = secret_of(app, name)
    if not secret:
        yield f"{name} is not set" if name else f"{host} needs {COMMON_SECRET} to sign with"
        return
    try:
        check_secret(secret)
    except ValueError as error:
        yield f"{name} holds something else than {error}"
