"""From a watchlist's source to its spider."""

import importlib
from typing import Any

from config.watches import SourceSpec

NEEDS = {"virginia": "a LIS API key for texts (without one they stay pending)"}


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

        return HOSTS[spec.name]
    named = spec.parameters.get("hosts", ())
    hosts = [named] if isinstance(named, str) else list(named)
    hosts.append(urlsplit(str(spec.parameters.get("index", ""))).hostname or "")
    return tuple(sorted({host.lower() for host in hosts if host}))


def start_of(spec: SourceSpec) -> str:
    """Where a source's crawl begins."""
    if spec.kind == "site":
        from scrapers.sites import STARTS

        return STARTS[spec.name]
    return str(spec.parameters.get("index", ""))


def describe(spec: SourceSpec) -> dict[str, Any]:
    """A source as `sources list --json` tells it."""
    return {
        "source": spec.name,
        "place": spec.place,
        "kind": spec.kind,
        "hosts": list(hosts_of(spec)),
        "start": start_of(spec),
        "needs": NEEDS.get(spec.name, ""),
        "crawl": str(spec.schedule),
    }
