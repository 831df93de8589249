"""Crawling a spider against pages that a test hands it, with no network."""

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from types import SimpleNamespace

from scrapy.http import HtmlResponse

from scrapers.errors import SourceError
from scrapers.genuine import check_genuine
from scrapers.items import Event, Listing, Measure

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def visit(kind, served, /, *, known=(), memory=None, now=NOW, **parameters):
    """Crawl with a spider; gives its items, report, memory, requests and the error it ended with.

    `served` are bodies, or exceptions, by address; every other address is a 404.
    """
    spider = kind(now=now, known=known, memory=memory, parameters=parameters)
    asked, items = [], []

    async def fetch(url, *, role="page", expects="", body=b"", **_):
        # What was posted tells pages apart as a query does.
        url = f"{url}&{body.decode()}" if body else url
        asked.append((role, url))
        body = served.get(url, b"<title>Not found</title>")
        if isinstance(body, Exception):
            raise body
        status = 200 if url in served else 404
        spider.report.by_status[status] += 1
        check_genuine(status=status, headers={}, body=body, url=url, expects=expects)
        return HtmlResponse(url, body=body, encoding="utf-8")

    async def collect():
        async for item in spider.crawl():
            items.append(item)  # noqa: PERF401 - what came before an error counts

    spider.fetch = fetch
    ended = None
    try:
        asyncio.run(collect())
    except SourceError as error:
        ended = error
    return SimpleNamespace(
        measures={item.identifier: item for item in items if isinstance(item, Measure)},
        events={item.id: item for item in items if isinstance(item, Event)},
        listings=[item for item in items if isinstance(item, Listing)],
        items=items,
        report=spider.report,
        remember=spider.remember,
        notes=" | ".join(str(note) for note in spider.report.notes),
        asked=asked,
        error=ended,
    )


def as_json(value):
    """A measure as an expected file has it."""
    if dataclasses.is_dataclass(value):
        return {
            field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    return value.isoformat() if isinstance(value, date | time) else value
