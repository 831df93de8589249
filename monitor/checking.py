"""Whether sources are told rightly in the watchlist: their spiders begin, and are stopped at the network."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn

from config.watches import SourceSpec
from monitor.app import App
from monitor.sources import hosts_of, spider_class, waits_for
from scrapers.errors import SourceError

Row = dict[str, str]


class _Asked(Exception):
    """The spider would visit its site now: all that stands in the watchlist was taken."""


def check(app: App, names: Sequence[str]) -> list[Row]:
    """A row for each source: `source`, `kind`, `result` (right, waits or wrong) and `advice`.

    Nothing is visited. Raises UsageError for a name the watchlist does not have.
    """
    return [
        {"source": spec.name, "kind": spec.kind, **_checked(app, spec)}
        for spec in app.sources(names)
    ]


def _checked(app: App, spec: SourceSpec) -> Row:
    if wanted := waits_for(spec, app.variable):
        return {"result": "waits", "advice": wanted}
    try:
        asyncio.run(_begin(app, spec, app.clock()))
    except _Asked:
        return {"result": "right", "advice": ""}
    except (SourceError, ValueError) as error:
        return {"result": "wrong", "advice": str(error)}
    return {"result": "wrong", "advice": "its spider ends before it visits anything"}


async def _begin(app: App, spec: SourceSpec, now: datetime) -> None:
    base = spider_class(spec)

    async def refuse(*_: Any, **__: Any) -> NoReturn:
        raise _Asked

    spider = type(base.__name__, (base,), {"_download": refuse})(
        source=spec.name,
        now=now,
        parameters=app.resolved(spec.parameters, leniently=True)
        | {"place": spec.place, "hosts": hosts_of(spec)},
    )
    async for _ in spider.crawl():
        pass
