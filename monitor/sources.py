"""From a watchlist's source to its spider."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from config.watches import SourceSpec

if TYPE_CHECKING:
    from scrapers.platforms.legistar_client import Client

NEEDS = {"virginia": "a LIS API key for texts (without one they stay pending)"}
ABOUT = {
    "virginia": "bills and resolutions of the General Assembly",
    "maryland": "bills and resolutions of the General Assembly",
    "ice-287g": "ICE's 287(g) agreements, wherever they are",
}
"""What each site has, for people."""


def spider_path(spec: SourceSpec) -> str:
    """Where a source's spider class is: "module:class"."""
    from scrapers.platforms import PLATFORMS
    from scrapers.sites import SITES

    return SITES[spec.name] if spec.kind == "site" else PLATFORMS[spec.kind]


def spider_class(spec: SourceSpec) -> Any:
    """A source's spider class; importing it imports Scrapy."""
    module, name = spider_path(spec).split(":")
    return getattr(importlib.import_module(module), name)


def hosts_of(spec: SourceSpec) -> tuple[str, ...]:
    """All hosts a source visits."""
    from urllib.parse import urlsplit

    if spec.kind == "site":
        from scrapers.sites import HOSTS

        elsewhere = urlsplit(str(spec.parameters.get("site", ""))).hostname
        return (elsewhere,) if elsewhere else HOSTS[spec.name]
    if spec.kind == "legistar":
        return _council(spec).hosts
    named = spec.parameters.get("hosts", ())
    hosts = [named] if isinstance(named, str) else list(named)
    hosts.append(urlsplit(str(spec.parameters.get("index", ""))).hostname or "")
    return tuple(sorted({host.lower() for host in hosts if host}))


def start_of(spec: SourceSpec) -> str:
    """Where a source's crawl begins."""
    if spec.kind == "site":
        from scrapers.sites import STARTS

        return STARTS[spec.name]
    if spec.kind == "legistar":
        return _council(spec).start
    return str(spec.parameters.get("index", ""))


def _council(spec: SourceSpec) -> "Client":
    from scrapers.platforms.legistar_client import Client

    try:
        return Client.of(spec.name, spec.parameters)
    except ValueError as error:
        from monitor.app import UsageError

        raise UsageError(f"The source {spec.name!r} of the watchlist: {error}") from error


def _needs(spec: SourceSpec) -> list[str]:
    """What a source cannot do without, or only less well, in words."""
    if spec.kind == "legistar":
        from scrapers.platforms.legistar_client import CLOSED

        where = CLOSED.get(_council(spec).slug)
        named = "" if spec.parameters.get("token") else ", named as token: env:NAME"
        return [f"a token from {where}{named}"] if where else []
    return [NEEDS[spec.name]] if spec.name in NEEDS else []


def wanted_variables(spec: SourceSpec) -> tuple[str, ...]:
    """The names in the environment that a source's parameters ask for (`env:NAME`)."""
    return tuple(
        value.removeprefix("env:")
        for value in spec.parameters.values()
        if isinstance(value, str) and value.startswith("env:")
    )


def describe(spec: SourceSpec, variable: Callable[[str], str | None]) -> dict[str, Any]:
    """A source as `sources list --json` tells it; `variable` gives a setting by its name."""
    wanted = wanted_variables(spec)
    missing = [name for name in wanted if not variable(name)]
    told = [f"{name} ({'not set' if name in missing else 'set'})" for name in wanted]
    return {
        "source": spec.name,
        "place": spec.place,
        "kind": spec.kind,
        "hosts": list(hosts_of(spec)),
        "start": start_of(spec),
        "needs": "; ".join(_needs(spec) + told),
        "missing": missing,
        "crawl": str(spec.schedule),
    }
