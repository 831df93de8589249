"""The one download handler: pages, documents, robots.txt and every redirect pass it.

It wraps Scrapy's own. What it does beside depends on what `monitor` hung on
the crawler: `crawler.recording` (a `WarcWriter` and a clock) keeps every
answer; `crawler.replaying` (a `ReplayArchive`) answers from an archive and
lets nothing reach the network. With neither it only passes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from scrapers.archive import Recorded, ReplayArchive, WarcWriter

# What the archive holds is decoded already; these would make Scrapy decode it again.
TRANSPORT = frozenset({"content-encoding", "transfer-encoding", "content-length"})


@dataclass(frozen=True, slots=True)
class Recording:
    """Where answers are kept, and the clock that dates them."""

    writer: WarcWriter
    clock: Callable[[], datetime]


class ArchivingHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler that also records, or that answers from an archive."""

    lazy = False

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self.recording: Recording | None = getattr(crawler, "recording", None)
        self.replaying: ReplayArchive | None = getattr(crawler, "replaying", None)

    async def download_request(self, request: Request) -> Response:
        if self.replaying is not None:
            return self._replay(request, self.replaying)
        response = await super().download_request(request)
        if self.recording is not None:
            self._keep(request, response, self.recording)
        return response

    def _replay(self, request: Request, archive: ReplayArchive) -> Response:
        incidental: frozenset[str] = getattr(self._crawler.spider, "incidental", frozenset())
        recorded = archive.answer(request.method, request.url, request.body, incidental)
        headers = Headers()
        for name, value in recorded.headers:
            if name.lower() not in TRANSPORT:
                headers.appendlist(name, value)
        return make_response(request, recorded, headers)

    def _keep(self, request: Request, response: Response, recording: Recording) -> None:
        recording.writer.write(
            url=request.url,
            method=request.method,
            request_headers=_pairs(request.headers),
            request_body=request.body,
            status=response.status,
            headers=_pairs(response.headers),
            body=response.body,
            date=recording.clock(),
        )


def make_response(request: Request, recorded: Recorded, headers: Headers) -> Response:
    """The answer as Scrapy would have made it from the network."""
    kind = responsetypes.from_args(headers=headers, url=recorded.url, body=recorded.body)
    return kind(
        url=request.url, status=recorded.status, headers=headers, body=recorded.body, request=request
    )


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]
