"""From a watchlist's source to its spider."""

import importlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from config.watches import SourceSpec

if TYPE_CHECKING:
    from scrapers.platforms.legistar_client import Client

NEEDS = {
    "virginia": "a LIS API key for texts (without one they stay pending)",
    "minneapolis-council": "a key from the City Clerk, named as token: env:NAME",
}
KEYED = frozenset({"minneapolis-council"})
"""The sites that answer nobody without a key."""

ABOUT = {
    "virginia": "bills and resolutions of the General Assembly",
    "maine": "bills and other papers of the Legislature",
    "maryland": "bills and resolutions of the General Assembly",
    "new-mexico": "bills, resolutions and memorials of the Legislature",
    "minnesota": "bills and resolutions of the Legislature",
    "ice-287g": "ICE's 287(g) agreements, wherever they are",
    "federal-register": "presidential documents, and rules and notices on immigration",
    "minneapolis-council": "files and meetings of the City Council",
    "chicago-council": "matters and meetings of the City Council",
    "los-angeles-council": "council files (their meetings: `primegov`)",
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
    if spec.kind == "primegov":
        from scrapers.platforms.primegov_client import hosts_named

        return hosts_named(spec.name, spec.parameters)
    from scrapers.platforms.index_addresses import hosts_named as of_indexes

    return of_indexes(spec.parameters)


def start_of(spec: SourceSpec) -> str:
    """Where a source's crawl begins."""
    if spec.kind == "site":
        from scrapers.sites import STARTS

        return STARTS[spec.name]
    if spec.kind == "legistar":
        return _council(spec).start
    if spec.kind == "primegov":
        from scrapers.platforms.primegov_client import site_of

        return site_of(spec.name, spec.parameters)
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

        council = _council(spec)
        where = CLOSED.get(council.slug)
        named = "" if spec.parameters.get("token") else ", named as token: env:NAME"
        without = " (without one a public copy is read)" if council.copy else ""
        return [f"a token from {where}{named}{without}"] if where else []
    return [NEEDS[spec.name]] if spec.name in NEEDS else []


def wanted_variables(spec: SourceSpec) -> tuple[str, ...]:
    """The names in the environment that a source's parameters ask for (`env:NAME`)."""
    return tuple(
        value.removeprefix("env:")
        for value in spec.parameters.values()
        if isinstance(value, str) and value.startswith("env:")
    )


def waits_for(spec: SourceSpec, variable: Callable[[str], str | None]) -> str:
    """What a source lacks without which it cannot be asked, in words; "" when nothing.

    `variable` gives a setting by its name. A key that a source can do without is
    not waited for.
    """
    if _does_without_key(spec):
        return ""
    missing = [name for name in wanted_variables(spec) if not variable(name)]
    if missing:
        return f"set {' and '.join(missing)} in the environment or in the home's settings.env"
    return "; ".join(_needs(spec)) if not spec.parameters.get("token") else ""


def lacking(specs: Iterable[SourceSpec], variable: Callable[[str], str | None]) -> dict[str, str]:
    """Those of some sources that lack their key, and what each waits for."""
    return {spec.name: words for spec in specs if (words := waits_for(spec, variable))}


def _does_without_key(spec: SourceSpec) -> bool:
    if spec.kind == "legistar":
        from scrapers.platforms.legistar_client import CLOSED

        council = _council(spec)
        return council.slug not in CLOSED or council.copy is not None
    return spec.kind == "site" and spec.name not in KEYED


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
