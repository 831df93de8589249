"""robots.txt as RFC 9309 has it.

Scrapy's own middleware lets everything through when robots.txt cannot be
fetched, and reads the body of an error page as rules. RFC 9309 section 2.3.1:
4xx, and more than five redirects, mean there are no rules; 5xx or no answer
means stay out, unless a copy of the last 24 hours is at hand. We also stay out
on 429, and honour Crawl-delay and Request-rate, which are not in the RFC.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from scrapers.errors import FetchError, RobotsDenied, SourceError
from scrapers.guard import ANY_HOST
from scrapers.ports import RobotsCopy, RobotsStore
from scrapers.reasons import RobotsUnreachable, reason

log = logging.getLogger(__name__)

LARGEST = 500 * 1024
LONGEST_DELAY = 600.0
GOOD_FOR = timedelta(hours=24)
TOO_MANY_REQUESTS = 429


class RobotsMiddleware:
    """Fetches a host's robots.txt once a crawl and refuses what it forbids.

    Raises RobotsDenied for a forbidden address, for every address of a host
    whose robots.txt cannot be had, and where it asks for a delay nobody can keep.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self.store: RobotsStore | None = getattr(crawler, "robots_store", None)
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
        # Shielded: one request that is given up must not take the rules from the others.
        rules = await asyncio.shield(self._rules[site])
        if not rules.can_fetch(request.url, self.agent):
            raise RobotsDenied(f"{site}/robots.txt does not allow {request.url}")
        self._slow_down(request, rules)

    async def _fetch(self, site: str) -> Protego:
        try:
            text = await self._text(site)
        except RobotsDenied as denied:
            copy = self._kept(site)
            if copy is None:
                raise
            log.warning("%s; its copy of %s is used", denied, copy.fetched_at)
            return Protego.parse(copy.text)
        if self.store is not None:
            self.store.put(site, RobotsCopy(text=text, fetched_at=self._now()))
        return Protego.parse(text)

    async def _text(self, site: str) -> str:
        """The rules of a site, "" when it has none. Raises RobotsDenied when they cannot be had."""
        url = f"{site}/robots.txt"
        request = Request(
            url, callback=NO_CALLBACK, meta={"dont_obey_robotstxt": True, ANY_HOST: True}
        )
        try:
            response: Response = await self.crawler.engine.download_async(request)
        except IgnoreRequest:
            # Redirected too often.
            return ""
        except FetchError as error:
            raise RobotsUnreachable(f"stayed out: {url} cannot be fetched: {error}") from error
        except SourceError:
            raise
        except Exception as error:
            said = f"stayed out: {url} cannot be fetched: {reason(url, error)}"
            raise RobotsUnreachable(said) from error
        if response.status >= 500:
            raise RobotsUnreachable(f"stayed out: {url} answered {response.status}")
        if response.status == TOO_MANY_REQUESTS:
            raise RobotsDenied(f"stayed out: {url} answered {response.status}")
        if response.status >= 300:
            return ""
        return rules_text(response.body)

    def _kept(self, site: str) -> RobotsCopy | None:
        copy = self.store.get(site) if self.store is not None else None
        return copy if copy and self._now() - copy.fetched_at <= GOOD_FOR else None

    def _now(self) -> Any:
        return self.crawler.spider.now  # type: ignore[union-attr]

    def _slow_down(self, request: Request, rules: Protego) -> None:
        """Raise the host's delay to what its robots.txt asks for."""
        asked = wanted_delay(rules, self.agent)
        if not asked:
            return
        if asked > LONGEST_DELAY:
            raise RobotsDenied(
                f"robots.txt of {urlsplit(request.url).netloc} asks for {asked:.0f} seconds between "
                f"visits, more than the {LONGEST_DELAY:.0f} we can keep"
            )
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        # Scrapy forgets a slot that was idle for a minute; the setting makes the next one as slow.
        ours = downloader.per_slot_settings.setdefault(key, {})
        ours["delay"] = max(
            asked, ours.get("delay", self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        )
        slot = downloader.slots.get(key)
        if slot is not None:
            slot.delay = max(slot.delay, asked)


def rules_text(body: bytes) -> str:
    """The text of a robots.txt; what lies beyond 500 KiB is not read, nor a line cut there."""
    if len(body) > LARGEST:
        body = body[:LARGEST].rpartition(b"\n")[0]
    return body.decode("utf-8-sig", "replace")


def wanted_delay(rules: Protego, agent: str) -> float:
    """The seconds between visits that a robots.txt asks for, 0 when it asks for none."""
    rate = rules.request_rate(agent)
    return max(
        float(rules.crawl_delay(agent) or 0),
        float(rate.seconds) / rate.requests if rate and rate.requests else 0.0,
    )
