"""Where one city's PrimeGov is: its address and its hosts. Pure, and loads nothing."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def site_of(source: str, parameters: Mapping[str, Any]) -> str:
    """Where a city's PrimeGov is, without a slash at the end; a source is named after its client."""
    client = str(parameters.get("client") or source)
    return str(parameters.get("site") or f"https://{client}.primegov.com").rstrip("/")


def hosts_named(source: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """All hosts a city's source visits: its own, and those the watchlist adds."""
    own = urlsplit(site_of(source, parameters)).hostname or ""
    further = parameters.get("hosts") or ()
    hosts = [further] if isinstance(further, str) else list(map(str, further))
    return tuple(sorted({host.lower() for host in (own, *hosts) if host}))
