"""robots.txt as RFC 9309 has it.

Scrapy's own middleware lets everything through when robots.txt cannot be
fetched, and reads the body of an error page as rules. RFC 9309 section 2.3.1:
4xx means there are no rules; 5xx or no answer means stay out. A Crawl-delay is
not in the RFC and honoured all the same.
"""

import asyncio
import logging
from typing import Any, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK

from scrapers.errors import RobotsDenied

log = logging.getLogger(__name__)

LARGEST = 500 * 1024
LONGEST_DELAY = 60.0


class RobotsMiddleware:
    """Fetches a host's robots.txt once a crawl and refuses what it forbids.

    Raises RobotsDenied for a forbidden address, and for every address of a
    host whose robots.txt cannot be had.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Task[Protego]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = asyncio.ensure_future(self._fetch(site))
        rules = await asyncio.shield(self._rules[site])
        if not rules.can_fetch(request.url, self.agent):
            raise RobotsDenied(f"blocked by robots: {site}/robots.txt does not allow {request.url}")
        self._slow_down(request, rules)

    async def _fetch(self, site: str) -> Protego:
        url = f"{site}/robots.txt"
        request = Request(
            url, priority=1000, callback=NO_CALLBACK, meta={"dont_obey_robotstxt": True},
        )  # fmt: skip
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            raise RobotsDenied(f"blocked by robots: {url} cannot be fetched ({error})") from error
        if 400 <= response.status < 500:
            return Protego.parse("")
        if response.status >= 300:
            raise RobotsDenied(f"blocked by robots: {url} answered {response.status}")
        return Protego.parse(response.body[:LARGEST].decode("utf-8", "replace"))

    def _slow_down(self, request: Request, rules: Protego) -> None:
        """Raise the host's delay to what its robots.txt asks for."""
        asked = rules.crawl_delay(self.agent)
        if not asked or self.crawler.engine is None:
            return
        downloader: Any = self.crawler.engine.downloader
        slot = downloader.slots.get(downloader.get_slot_key(request))
        if slot is not None and slot.delay < asked:
            slot.delay = min(float(asked), LONGEST_DELAY)
