"""Patience: waiting as long as a site asks, and leaving it alone when it is down.

A failed request is tried again twice. The pause doubles, or is what
`Retry-After` asks for, and holds for every request to that host. A host that
asks for more than two minutes, or that failed five requests in a row, is not
asked again in this crawl.
"""

import asyncio
from collections import Counter
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from scrapers.errors import FetchError

LONGEST_WAIT = 120.0
FIRST_WAIT = 2.0
GIVE_UP_AFTER = 5
BUSY = frozenset({429, 502, 503, 504, 522, 524})
"""Statuses that tell of the host rather than of the page."""


class PatientRetry(RetryMiddleware):
    """Scrapy's retries, with pauses and an end. Raises FetchError for a host given up."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        middleware: Self = super().from_crawler(crawler)
        middleware.pace = crawler.settings.getfloat("MEASUREWATCH_RETRY_PACE", 1.0)
        middleware.not_before = {}
        middleware.failures = Counter()
        middleware.given_up = {}
        return middleware

    pace: float
    not_before: dict[str, float]
    failures: Counter[str]
    given_up: dict[str, str]

    async def process_request(self, request: Request) -> None:
        host = host_of(request)
        pause = self.not_before.get(host, 0.0) - asyncio.get_running_loop().time()
        if pause > 0:
            await asyncio.sleep(pause)
        if host in self.given_up:
            raise FetchError(
                f"{self.given_up[host]}; it is not asked again in this crawl ({request.url})"
            )

    def process_response(  # type: ignore[override]  # Scrapy's has a deprecated parameter more
        self, request: Request, response: Response
    ) -> Request | Response:
        host = host_of(request)
        if response.status not in BUSY:
            self.failures[host] = 0
        if response.status not in self.retry_http_codes or request.meta.get("dont_retry"):
            return response
        wait = wait_seconds(response, request.meta.get("retry_times", 0))
        if wait > LONGEST_WAIT:
            self.given_up[host] = f"{host} asks to be left alone for {wait:.0f} seconds"
            return response
        again = self._retry(request, str(response.status))
        self._wait(host, wait)
        if again is None and response.status in BUSY:
            self._count_failure(host)
        return again or response

    def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Request | Response | None:
        if not isinstance(exception, self.exceptions_to_retry):
            return None
        host = host_of(request)
        again = self._retry(request, exception)
        self._wait(host, FIRST_WAIT * 2.0 ** request.meta.get("retry_times", 0))
        if again is None:
            self._count_failure(host)
        return again

    def _wait(self, host: str, seconds: float) -> None:
        until = asyncio.get_running_loop().time() + seconds * self.pace
        self.not_before[host] = max(until, self.not_before.get(host, 0.0))

    def _count_failure(self, host: str) -> None:
        self.failures[host] += 1
        if self.failures[host] >= GIVE_UP_AFTER:
            self.given_up[host] = f"{host} failed {self.failures[host]} requests in a row"


def host_of(request: Request) -> str:
    return urlsplit(request.url).hostname or ""


def wait_seconds(response: Response, tries: int) -> float:
    """How long to wait before asking again, by the answer or by doubling."""
    asked = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if asked.isdecimal():
        return float(asked)
    if asked:
        return _until(asked, (response.headers.get("Date") or b"").decode("latin-1"))
    return FIRST_WAIT * 2.0**tries


def _until(when: str, served: str) -> float:
    """Seconds between the answer's own date and the date it asks us to wait for."""
    try:
        later = parsedate_to_datetime(when)
        now = parsedate_to_datetime(served)
        return max(0.0, (later - now).total_seconds())
    except (TypeError, ValueError):
        return FIRST_WAIT
