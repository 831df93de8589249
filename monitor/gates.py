"""What stands between a spider of the crawl child and the world: politeness, stopping, evidence."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem
from scrapy.logformatter import LogFormatter

from monitor.app import App, Opened
from monitor.recording import Writer
from pipelines.extract import EXTRACTOR
from pipelines.ports import FetchState
from pipelines.texts import EventObservation, Extracted, Observation
from scrapers.archive import CannotRecord, WarcWriter
from scrapers.errors import SourceError
from scrapers.handler import ArchivingHandler
from scrapers.items import Listing, Withdrawn
from scrapers.polite import settings as polite_settings

if TYPE_CHECKING:
    from scrapy.settings import Settings

STOPPED = "not asked for, as the crawl was stopped"


class Stopping:
    """Whether the child was asked to stop, and the crawler that is running.

    From then on nothing new is asked for and no new item is taken (`Gate`), so
    the spider comes to its end by itself once what is under way is done.
    Closing the engine instead would leave items waiting for ever for requests
    that a closed downloader never answers.
    """

    def __init__(self) -> None:
        self.asked = False
        self.crawler: Any = None

    def ask(self) -> None:
        """Finish what is held: queued requests are refused, queued work is recorded."""
        self.asked = True
        engine = getattr(self.crawler, "engine", None)
        if engine is not None:
            for slot in engine.downloader.slots.values():
                # To refuse a request is no visit: there is nothing to wait for.
                slot.delay = 0


def politeness(app: App, *, replaying: bool) -> "Settings":
    """Scrapy's settings for a visit: who we are, how slowly we ask, what we never touch."""
    from scrapy.settings import Settings

    settings = Settings(
        polite_settings(
            contact=app.settings.contact,
            delay=app.settings.delay,
            timeout=app.settings.timeout,
            proxy=app.settings.proxy,
            allow_private=app.settings.allow_private_addresses,
            replay=replaying,
            certificates=str(app.certificates),
        )
    )
    # A delay below a second is only allowed on this machine; then waits shrink with it.
    settings.set("MEASUREWATCH_RETRY_PACE", min(1.0, app.settings.delay), priority="cmdline")
    settings.set(
        "TWISTED_REACTOR",
        "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        priority="cmdline",
    )
    return settings


class Evidence:
    """A recording that tells when it cannot be written to: without evidence no crawl goes on."""

    def __init__(self, writer: WarcWriter, on_error: Callable[[Exception], None]) -> None:
        self.writer = writer
        self.on_error = on_error

    def write(self, **answer: Any) -> None:
        """Keep one answer. Raises CannotRecord."""
        try:
            self.writer.write(**answer)
        except CannotRecord as error:
            self.on_error(error)
            raise


class Stopped(SourceError):
    """The crawl was asked to stop before this request was made."""


class Gate:
    """Lets nothing new in once the crawl was asked to stop: no request, no item."""

    def __init__(self, stopping: Stopping) -> None:
        self.stopping = stopping

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        return cls(crawler.stopping)

    def process_request(self, request: Any) -> None:
        if self.stopping.asked:
            raise Stopped(f"{STOPPED} ({request.url})")

    def process_item(self, item: Any) -> Any:
        if self.stopping.asked:
            raise DropItem("the crawl was stopped")
        return item


class GatedHandler(ArchivingHandler):
    """The download handler, which refuses what was queued when the crawl was asked to stop."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self.gate = Gate(crawler.stopping)

    async def download_request(self, request: Any) -> Any:
        self.gate.process_request(request)
        return await super().download_request(request)


class Whole:
    """The writer, without measures whose documents were not asked for: the next run sees them whole."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def is_known(self, observation: Observation) -> bool:
        return self.writer.is_known(observation)

    def submit(
        self,
        observation: Observation | EventObservation,
        fetches: Mapping[str, FetchState],
        *,
        wait: bool,
    ) -> bool:
        texts = observation.texts if isinstance(observation, Observation) else ()
        if any(text.reason.startswith(STOPPED) for text in texts):
            return True
        return self.writer.submit(observation, fetches, wait=wait)

    def listing(self, source: str, listing: Listing) -> None:
        self.writer.listing(source, listing)

    def withdrawn(self, source: str, item: Withdrawn) -> None:
        self.writer.withdrawn(source, item)


class Formatter(LogFormatter):
    """Scrapy's log lines, but for items that failed or were left out: we say those ourselves."""

    def dropped(self, *_: Any, **__: Any) -> None:  # type: ignore[override]
        return None

    def item_error(self, *arguments: Any, **named: Any) -> Any:
        # Unlike an item left out, an error without words breaks Scrapy before it tells of it.
        return {**super().item_error(*arguments, **named), "level": logging.DEBUG}


class KeptDocuments:
    """The store's documents in the shape the stages ask for."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened

    def put(self, content: bytes) -> tuple[str, Path]:
        return self.opened.blobs.put(content)

    def path(self, sha256: str) -> Path:
        return self.opened.blobs.path(sha256)

    def fetch_state(self, url: str) -> FetchState | None:
        return self.opened.store.fetch_state(url)

    def text(self, sha256: str) -> Extracted | None:
        return self.opened.store.text_of(sha256, EXTRACTOR)

    def previous_text(self, observation: Observation) -> str | None:
        return self.opened.store.previous_text(observation)
