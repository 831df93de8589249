"""The one download handler: pages, documents, robots.txt and every redirect pass it.

It wraps Scrapy's own. What it does beside depends on what `monitor` hung on
the crawler before it started: `crawler.recording` (a `Recording`) keeps every
answer; `crawler.replaying` (a `ReplayArchive`) answers from an archive and
lets nothing reach the network. With neither it only passes on.

A secret that a site wants in its addresses (`scrapers.secrets`) is added here and
nowhere else, so no recording holds it.

Certificates that a site forgets to send come from a folder (`scrapers.certificates`); one
that is not there yet is fetched from its issuer, once for a host (`scrapers.issuers`).

Before the first connection it sees to it that names are resolved under the
address guard, and after each that the address was a public one.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.httpobj import urlparse_cached

from scrapers.archive import Recorded, ReplayArchive, WarcWriter
from scrapers.certificates import intermediates, keep, policy
from scrapers.errors import AddressRefused, FetchError, SourceError
from scrapers.guard import check_address, check_url
from scrapers.issuers import LARGEST, chased, unled
from scrapers.reasons import not_verified, reason
from scrapers.resolver import GuardedResolver, guard_reactor
from scrapers.secrets import openly, secretly

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recording:
    """Where answers are kept, and the clock that dates them (aware)."""

    writer: WarcWriter
    clock: Callable[[], datetime]


class ArchivingHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler that also records, or that answers from an archive.

    Raises NotRecorded in a replay, AddressRefused for a host without a public
    address, CannotRecord when the recording cannot be written.
    """

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.recording: Recording | None = getattr(crawler, "recording", None)
        self.replaying: ReplayArchive | None = getattr(crawler, "replaying", None)
        self.allow_private = crawler.settings.getbool("MEASUREWATCH_ALLOW_PRIVATE")
        self._resolver: GuardedResolver | None = None
        folder = crawler.settings.get("MEASUREWATCH_CERTIFICATES")
        self.certificates: Path | None = Path(folder) if folder else None
        self._led: set[tuple[str, int]] = set()
        if self.certificates and (found := intermediates(self.certificates)):
            self._contextFactory = policy(found)

    async def download_request(self, request: Request) -> Response:
        if self.replaying is not None:
            return self._replay(request, self.replaying)
        response = await self._visit(request)
        if self.recording is not None:
            self._keep(request, response, self.recording)
        return response

    async def _visit(self, request: Request) -> Response:
        resolver = self._guard()
        try:
            response = openly(request, await self._answer(secretly(request)))
        except CannotResolveHostError as error:
            host = urlparse_cached(request).hostname or ""
            if host in resolver.refused:
                address = resolver.refused[host]
                raise AddressRefused(
                    f"{host} resolves to {address}, which is not a public address"
                ) from error
            raise
        # A proxy's own address says nothing of the site's.
        if response.ip_address and not request.meta.get("proxy"):
            check_address(str(response.ip_address), allow_private=self.allow_private)
        return response

    async def _answer(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            if not (not_verified(error) and await self._complete(request)):
                raise
        return await super().download_request(request)

    async def _complete(self, request: Request) -> bool:
        """Whether a certificate that the host forgets to send was found, asked once for a host."""
        parts = urlparse_cached(request)
        host, port = parts.hostname or "", parts.port or 443
        # Behind a proxy we could neither look at the host's own certificate nor guard addresses.
        if self.certificates is None or request.meta.get("proxy") or (host, port) in self._led:
            return False
        self._led.add((host, port))
        known = intermediates(self.certificates)
        try:
            leaf = await asyncio.to_thread(
                unled, host, port, known, allow_private=self.allow_private,
                timeout=self._crawler.settings.getfloat("DOWNLOAD_TIMEOUT"),
            )  # fmt: skip
            found = await chased(leaf, self._published) if leaf else ()
        except (SourceError, OSError, ValueError) as error:
            log.warning("%s sends no certificate that leads to a root, and %s", host, error)
            return False
        if not found:
            return False
        log.info("%s forgets to send a certificate: %s", host, keep(self.certificates, host, found))
        self._contextFactory = policy((*known, *found))
        return True

    async def _published(self, address: str) -> bytes:
        """What an issuer published. Raises FetchError."""
        try:
            check_url(address, allow_private=self.allow_private)
            answer = await super().download_request(
                Request(address, meta={"download_maxsize": LARGEST, "download_timeout": 30})
            )
            check_address(str(answer.ip_address), allow_private=self.allow_private)
        except Exception as error:
            raise FetchError(reason(address, error)) from error
        if answer.status != 200:
            raise FetchError(f"{address} answers {answer.status}")
        return answer.body

    def _guard(self) -> GuardedResolver:
        """The guarded resolver, in place: another part of the process may have replaced it."""
        from twisted.internet import reactor

        if self._resolver is None or reactor.nameResolver is not self._resolver:
            self._resolver = guard_reactor(self._crawler)
        return self._resolver

    def _replay(self, request: Request, archive: ReplayArchive) -> Response:
        incidental: frozenset[str] = getattr(self._crawler.spider, "incidental", frozenset())
        return make_response(
            request, archive.answer(request.method, request.url, request.body, incidental)
        )

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
            ip_address=str(response.ip_address or ""),
        )


def make_response(request: Request, recorded: Recorded) -> Response:
    """The answer as Scrapy would have made it from the network; its flag is the address recorded."""
    headers = Headers()
    for name, value in recorded.headers:
        headers.appendlist(name, value)
    kind = responsetypes.from_args(headers=headers, url=recorded.url, body=recorded.body)
    return kind(
        url=request.url,
        status=recorded.status,
        headers=headers,
        body=recorded.body,
        request=request,
        flags=[recorded.url],
    )


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]
