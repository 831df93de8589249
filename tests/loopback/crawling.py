"""Real crawls inside a test: the real settings and handler on one reactor.

Twisted's reactor can be started once in a process. It is started here on an
event loop of its own and driven crawl by crawl.
"""

import asyncio
import atexit
import functools
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scrapers.polite import settings as polite_settings
from scrapers.spider import Report, SiteSpider

NOW = datetime(2026, 2, 25, 12, tzinfo=UTC)
QUICK = {"delay": 0.0, "allow_private": True, "contact": "https://example.org/contact"}


@dataclass
class Crawled:
    """What a crawl gave. `finish` is Scrapy's own word for how it ended."""

    items: list[Any]
    report: Report
    spider: Any
    crawler: Any
    finish: str


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """The event loop with the reactor on it, made at the first crawl."""
    from twisted.internet.asyncioreactor import AsyncioSelectorReactor
    from twisted.internet.main import installReactor

    loop = asyncio.new_event_loop()
    reactor: Any = AsyncioSelectorReactor(loop)
    installReactor(reactor)
    reactor.startRunning(installSignalHandlers=False)

    # Names are resolved in threads; they must not keep the tests from ending.
    reactor.getThreadPool().threadFactory = functools.partial(threading.Thread, daemon=True)
    atexit.register(loop.close)
    return loop


def crawl(
    spider: type[SiteSpider],
    *,
    settings: Mapping[str, Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
    arguments: Mapping[str, Any] | None = None,
    **polite: Any,
) -> Crawled:
    """Run one crawl to its end.

    `polite` goes to `scrapers.polite.settings`, `settings` overrides what came
    of it, `attributes` are hung on the crawler as `monitor` does, `arguments`
    are the spider's.
    """
    loop = _loop()
    return loop.run_until_complete(
        _crawl(
            spider,
            {**polite_settings(**{**QUICK, **polite}), **(settings or {})},
            attributes or {},
            arguments or {},
        )
    )


async def _crawl(
    spider: type[SiteSpider],
    settings: Mapping[str, Any],
    attributes: Mapping[str, Any],
    arguments: Mapping[str, Any],
) -> Crawled:
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerRunner, Crawler

    items: list[Any] = []
    crawler = Crawler(spider, dict(settings))
    for name, value in attributes.items():
        setattr(crawler, name, value)

    def keep(item: Any) -> None:
        items.append(item)

    crawler.signals.connect(keep, signals.item_scraped)
    await AsyncCrawlerRunner().crawl(crawler, **{"now": NOW, **arguments})
    finish = crawler.stats.get_value("finish_reason")
    return Crawled(items, crawler.spider.report, crawler.spider, crawler, finish)  # type: ignore[union-attr]
