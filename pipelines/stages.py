"""What Scrapy runs on each item: fetch its documents, read them, match, record.

The stages know nothing of databases or pools; `monitor.visiting` hangs a
`Services` on the crawler (`crawler.services`) and each stage takes it there.
A document that cannot be had or read costs only itself: its version is kept
as pending or unreadable, with the reason.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, cached_property, partial
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from config.vocabulary import TextState
from pipelines.clean import text_digest
from pipelines.confirming import Confirmed, Confirmer
from pipelines.days import with_possible_days
from pipelines.extract import EXTRACTOR, claimed_type, sniff
from pipelines.match import find_matches
from pipelines.match_fields import fields_of, match_fields
from pipelines.ports import FetchState, Services
from pipelines.texts import EventObservation, Extracted, Observation, VersionText
from scrapers.addresses import canonical_url
from scrapers.errors import Gone, NotRecorded, SourceError
from scrapers.items import Event, Link, Listing, Measure, Version, Withdrawn

log = logging.getLogger(__name__)

# Documents change most in their first weeks. After that, once a week is enough
# to notice a silent amendment and keeps a large source's recheck small.
YOUNG = timedelta(days=21)
SLOW_RECHECK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Passing:
    """An observation on its way, with the validators to keep once it is recorded."""

    observation: Observation
    fetches: dict[str, FetchState] = field(default_factory=dict)


class Stage:
    """What all stages share: the services of this crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.services: Services = crawler.services  # type: ignore[attr-defined]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def note(self, kind: str, message: str, url: str = "") -> None:
        self.crawler.spider.report.note(kind, message, url)  # type: ignore[union-attr]

    def settled(self, measure: Measure) -> Measure:
        """The measure without days that cannot be."""
        return with_possible_days(measure, lambda said: self.note("row", said, measure.url))


class FetchDocuments(Stage):
    """Downloads the text of every version that can be had, with validators."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.asking: dict[str, asyncio.Lock] = {}
        self.got: dict[str, tuple[VersionText, FetchState | None]] = {}

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, Measure):
            return item
        item = self.settled(item)
        fetches: dict[str, FetchState] = {}
        texts = [await self.fetch(version, fetches) for version in item.versions]
        observation = Observation(source=self.services.source, measure=item, texts=tuple(texts))
        return Passing(observation, fetches)

    async def fetch(self, version: Version, fetches: dict[str, FetchState]) -> VersionText:
        """Never raises: what went wrong becomes the version's state and a note."""
        if version.text is not None:
            # Half of a pair, which JSON can hold, is no character; nor is it worth a crawl.
            sha256, _ = self.services.documents.put(version.text.encode(errors="replace"))
            return VersionText(state=TextState.PENDING, sha256=sha256, url="")
        if version.waits_for:
            return VersionText(state=TextState.PENDING, reason=version.waits_for)
        if not version.links:
            return VersionText(state=TextState.PENDING, reason="no address", accepted=False)
        link = version.links[0]
        try:
            return await self.once(link, fetches)
        except NotRecorded:
            return self.missing(link, "not in the archives")
        except SourceError as error:
            gone = "the address is gone, what it gave is kept"
            what = gone if isinstance(error, Gone) else type(error).__name__
            self.note("document", f"{what}: {error}", link.url)
            return self.missing(link, str(error))

    async def once(self, link: Link, fetches: dict[str, FetchState]) -> VersionText:
        """The document's bytes; one that several versions lead to is asked for once a crawl."""
        key = canonical_url(link.url)
        async with self.asking.setdefault(key, asyncio.Lock()):
            if key not in self.got:
                text = await self.download(link, fetches)
                self.got[key] = text, fetches.get(link.url)
            text, state = self.got[key]
        if state is not None:
            fetches[link.url] = state
        return replace(text, url=link.url)

    def missing(self, link: Link, reason: str) -> VersionText:
        return VersionText(state=TextState.PENDING, url=link.url, reason=reason, accepted=False)

    async def download(self, link: Link, fetches: dict[str, FetchState]) -> VersionText:
        """The document's bytes, from the site or, when unchanged, from the store."""
        known = None if self.services.replaying else self.services.documents.fetch_state(link.url)
        if known and not self.is_due(known):
            return VersionText(state=TextState.PENDING, url=link.url, sha256=known.sha256)
        response = await self.crawler.spider.fetch(  # type: ignore[union-attr]
            link.url, role="document", headers=validators(known)
        )
        if known and response.status == 304:
            fetches[link.url] = replace(known, checked_at=self.services.now)
            return VersionText(state=TextState.PENDING, url=link.url, sha256=known.sha256)
        sha256, _ = self.services.documents.put(response.body)
        self.tell_progress()
        fetches[link.url] = FetchState(
            sha256=sha256,
            etag=header(response, "ETag"),
            last_modified=header(response, "Last-Modified"),
            checked_at=self.services.now,
            changed_at=known.changed_at if known and known.sha256 == sha256 else self.services.now,
        )
        before = known.sha256 if known and known.sha256 != sha256 else ""
        return VersionText(state=TextState.PENDING, url=link.url, sha256=sha256, instead_of=before)

    def is_due(self, known: FetchState) -> bool:
        """Whether an address we know is to be asked again in this crawl."""
        now = self.services.now
        if known.checked_at is None or known.changed_at is None:
            return True
        return now - known.changed_at < YOUNG or now - known.checked_at >= SLOW_RECHECK

    def tell_progress(self) -> None:
        if self.services.progress:
            self.services.progress("documents")


class ExtractText(Stage):
    """Reads the fetched documents in the pool; known bytes are not read again."""

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, Passing):
            return item
        observation = item.observation
        texts = await asyncio.gather(
            *(
                self.read(version, text)
                for version, text in zip(
                    observation.measure.versions, observation.texts, strict=True
                )
            )
        )
        confirmed = await asyncio.gather(
            *(
                self.confirmed(version, text)
                for version, text in zip(observation.measure.versions, texts, strict=True)
            )
        )
        texts = [one.text for one in confirmed]
        learned = tuple(part for one in confirmed for part in one.learned)
        for text in texts:
            if not text.accepted:
                # A file we did not believe must be asked for in full next time.
                item.fetches.pop(text.url, None)
        measure = self.completed(observation.measure, texts)
        found = replace(observation, measure=measure, texts=tuple(texts), learned=learned)
        return replace(item, observation=found)

    def completed(self, measure: Measure, texts: Iterable[VersionText]) -> Measure:
        """The measure with what its spider reads out of its texts; most read nothing."""
        complete = getattr(self.crawler.spider, "completed", None)
        if complete is None:
            return measure
        read = map(readable_text, texts)
        whole = [None if extracted is None else extracted.text for extracted in read]
        return self.settled(complete(measure, whole))

    @cached_property
    def confirmer(self) -> Confirmer:
        """Of this source and crawl."""
        return Confirmer(self.services.volatile, self.note)

    async def confirmed(self, version: Version, text: VersionText) -> Confirmed:
        """A text that changed since its address was read last is read once more."""
        if not text.instead_of or not text.accepted or self.services.replaying:
            return Confirmed(text)
        before = self.services.documents.text(text.instead_of)
        return await self.confirmer.confirm(text, before, partial(self.again, version, text))

    async def again(self, version: Version, text: VersionText) -> Extracted | None:
        """What the address of a text gives now, if that can be had and read."""
        url = version.links[0].url
        try:
            response = await self.crawler.spider.fetch(url, role="document")  # type: ignore[union-attr]
        except SourceError as error:
            self.note("document", f"{type(error).__name__}: {error}", url)
            return None
        sha256, _ = self.services.documents.put(response.body)
        read = await self.read(version, replace(text, sha256=sha256))
        return read.extracted if read.state is TextState.READABLE else None

    async def read(self, version: Version, text: VersionText) -> VersionText:
        if not text.sha256:
            return text
        known = self.services.documents.text(text.sha256)
        return self.judge(text, known or await self.extract(version, text))

    async def extract(self, version: Version, text: VersionText) -> Extracted:
        path = self.services.documents.path(text.sha256)
        with path.open("rb") as file:
            head = file.read(2048)
        # A text that a page carries was promised as nothing; its content tells what it is.
        link = version.links[0] if text.url and version.links else None
        claimed = (link.media_type if link else "") or claimed_type(text.url)
        future = self.services.extractor.extract(
            path,
            self.services.limits,
            media_type_hint=claimed or sniff(head),
            name=text.url.rsplit("/", 1)[-1],
        )
        return await asyncio.wrap_future(future)

    def judge(self, text: VersionText, extracted: Extracted) -> VersionText:
        """What an extraction means for the version it was made for."""
        whole = extracted.text
        if extracted.reason in {"error-page", "truncated"}:
            self.note("document", f"{extracted.reason}: {'; '.join(extracted.warnings)}", text.url)
            return replace(
                text, state=TextState.PENDING, reason=extracted.reason, accepted=False, sha256=""
            )
        if not whole.strip():
            reason = extracted.reason or "no text"
            return replace(
                text, state=TextState.UNREADABLE, extracted=extracted, extractor=EXTRACTOR,
                reason=reason, accepted=False,
            )  # fmt: skip
        return replace(
            text, state=TextState.READABLE, extracted=extracted, extractor=EXTRACTOR,
            text_sha256=text_digest(whole), reason=extracted.reason,
        )  # fmt: skip


class MatchTopics(Stage):
    """Finds the topics in every readable text, in the title, the abstract and the sponsors.

    What says the same as last time has its matches; changed topics are `rematch`'s affair.
    """

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, Passing) or self.services.recorder.is_known(item.observation):
            return item
        observation = item.observation
        fields = fields_of(observation.measure)
        # Few texts match, and only for those it matters what the text before said.
        stored = cache(partial(self.services.documents.previous_text, observation))
        texts: list[VersionText] = []
        earlier: list[str] = []
        for text in observation.texts:
            texts.append(self.matched(text, stored, earlier, fields.named))
            if read := readable_text(text):
                earlier.append(read.text)
        found = match_fields(self.services.matcher, fields, earlier)
        return replace(item, observation=replace(observation, texts=tuple(texts), matches=found))

    def matched(
        self,
        text: VersionText,
        stored: Callable[[], str | None],
        earlier: Sequence[str],
        fields: Mapping[str, str],
    ) -> VersionText:
        """A text with its matches; of a measure seen first the version before is seen with it."""
        read = readable_text(text)
        if read is None:
            return text
        find = partial(find_matches, self.services.matcher, read, fields=fields)
        found = find()
        if found:
            before = stored()
            if before is None and earlier:
                before = earlier[-1]
            found = found if before is None else find(previous=before)
        return replace(text, matches=found)


class Record(Stage):
    """Hands observations to the recorder; listings last, when all else is recorded."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.listings: list[Listing] = []

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Passing):
            await self.submit(item.observation, item.fetches, "measures")
            return item.observation.measure
        if isinstance(item, Event):
            seen = EventObservation(source=self.services.source, event=item)
            await self.submit(seen, {}, "events")
            return item
        if isinstance(item, Listing):
            self.listings.append(item)
            return item
        if isinstance(item, Withdrawn):
            self.services.recorder.withdrawn(self.services.source, item)
            return item
        raise DropItem(f"not an item of ours: {type(item).__name__}")

    async def submit(
        self,
        observation: Observation | EventObservation,
        fetches: Mapping[str, FetchState],
        what: str,
    ) -> None:
        """Put an observation in line, waiting where the recorder cannot keep up."""
        recorder = self.services.recorder
        if not recorder.submit(observation, fetches, wait=False):
            await asyncio.to_thread(recorder.submit, observation, fetches, wait=True)
        if self.services.progress:
            self.services.progress(what)

    def close_spider(self) -> None:
        for listing in self.listings:
            self.services.recorder.listing(self.services.source, listing)


STAGES = {FetchDocuments: 100, ExtractText: 200, MatchTopics: 300, Record: 400}


def readable_text(text: VersionText) -> Extracted | None:
    """What was read of a version, where that can be used."""
    return text.extracted if text.state is TextState.READABLE else None


def validators(known: FetchState | None) -> dict[str, str]:
    """Request headers that let the site answer "not modified"."""
    if known is None:
        return {}
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


def header(response: Any, name: str) -> str:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else ""
