"""Retries that wait as long as the site asks, within bounds."""

import asyncio
from datetime import datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware, get_retry_request
from scrapy.http import Response

LONGEST_WAIT = 120.0
FIRST_WAIT = 2.0


class PatientRetry(RetryMiddleware):
    """Tries a failed request again, twice, after a pause that doubles.

    `Retry-After` is honoured up to two minutes; a site that asks for more is
    taken at its word and not asked again in this crawl.
    """

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        if request.meta.get("dont_retry") or response.status not in self.retry_http_codes:
            return response
        wait = wait_seconds(response, request.meta.get("retry_times", 0))
        assert self.crawler.spider is not None
        again = get_retry_request(
            request, spider=self.crawler.spider, reason=str(response.status),
            max_retry_times=self.max_retry_times, priority_adjust=self.priority_adjust,
        )  # fmt: skip
        if again is None or wait > LONGEST_WAIT:
            return response
        await asyncio.sleep(wait * self.crawler.settings.getfloat("MEASUREWATCH_RETRY_PACE", 1.0))
        return again


def wait_seconds(response: Response, tries: int) -> float:
    """How long to wait before asking again, by the answer or by doubling."""
    asked = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if asked.isdigit():
        return float(asked)
    if asked:
        return _until(asked, (response.headers.get("Date") or b"").decode("latin-1"))
    return FIRST_WAIT * 2.0**tries


def _until(when: str, served: str) -> float:
    """Seconds between the answer's own date and the date it asks us to wait for."""
    try:
        later: datetime = parsedate_to_datetime(when)
        now: datetime = parsedate_to_datetime(served)
        return max(0.0, (later - now).total_seconds())
    except (TypeError, ValueError):
        return FIRST_WAIT

