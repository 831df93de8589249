"""The simulated governments crawled without a network, through noise, into a database of their own."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import yaml
from scrapy.http import HtmlResponse, Request, Response

from benchmarks.kit.replay import Replay, replayed, text_of
from config.vocabulary import TextState
from monitor.demo.noise import NoisyLoad
from monitor.demo.sites import Asked
from monitor.demo.synthetic import Jurisdiction, when
from pipelines.confirming import Confirmer
from pipelines.texts import Extracted, Learned, VersionText
from scrapers.errors import SourceError
from scrapers.items import Listing, Measure
from scrapers.platforms.bills import Bills
from scrapers.platforms.orders import Orders
from scrapers.spider import SiteSpider

SITE = "https://load.example"
REFUSED = VersionText(state=TextState.PENDING, reason="error-page", accepted=False)
# A version told while its text was awaited and the amendment that completes it are one alert.
_TOLD = (
    "SELECT m.identifier, c.kind FROM changes c JOIN measures m ON m.id = c.measure_id"
    " WHERE c.crawl_id > ? AND NOT (c.kind = 'version' AND EXISTS (SELECT 1 FROM changes later"
    " WHERE later.measure_id = c.measure_id AND json_extract(later.details, '$.completes') = c.id))"
    " ORDER BY c.id"
)
Told = Counter[tuple[str, str, str]]


class Unserved(NoisyLoad):
    """The noisy load without servers, for whoever asks it directly; without noise unless `noisy`."""

    noisy = True

    @property
    def urls(self) -> Mapping[str, str]:
        return MappingProxyType({one.name: f"{SITE}/{one.name}" for one in self.jurisdictions})


@dataclass(slots=True)
class Verdict:
    """What was told against what happened: (source, identifier, kind), as often as it was."""

    refetches: int = 0
    failed: int = 0
    happened: Told = field(default_factory=Counter)
    told: Told = field(default_factory=Counter)

    @property
    def missed(self) -> Told:
        return self.happened - self.told

    @property
    def invented(self) -> Told:
        return self.told - self.happened


def watched(load: Unserved, *, refetches: int, days: int) -> Verdict:
    """Crawl each jurisdiction so many times over the days, the first time and the last quietly.

    A refetch is one crawl of one jurisdiction: its list, its pages, its texts.
    The last crawl is quiet so that what the noise hid to the end is told.
    """
    verdict = Verdict()
    share = max(1, refetches // len(load.jurisdictions))
    for home in load.jurisdictions:
        with replayed(home.name) as replay, TemporaryDirectory() as folder:
            one = Source(load, home, replay, Path(folder))
            one.crawl(0, quiet=True)
            for turn in range(1, share + 1):
                verdict.failed += not one.crawl(turn * days // share)
                verdict.refetches += 1
            one.crawl(days, quiet=True)
            verdict.told.update(one.told())
    for day in range(1, days + 1):
        for home, measure, kind in load.changes(day):
            verdict.happened[home.name, measure.identifier, str(kind)] += 1
    return verdict


@dataclass(slots=True)
class Source:
    """One jurisdiction: its spider, its texts, its store."""

    load: Unserved
    home: Jurisdiction
    replay: Replay
    folder: Path
    read: dict[bytes, VersionText] = field(default_factory=dict)
    given: dict[str, Extracted] = field(default_factory=dict)  # by path, what it gave last
    learned: list[Learned] = field(default_factory=list)

    def crawl(self, day: int, *, quiet: bool = False) -> bool:
        """One crawl on a day; False when the site could not be read."""
        self.load.quiet = quiet or not self.load.noisy
        measures, listings, failed = asyncio.run(self._crawl(day))
        complete = [one for one in listings if one.total is None or one.rows >= one.total]
        self.replay.observe(
            f"{self.replay.crawl}", when(day), [one for one, _ in measures],
            [texts for _, texts in measures], complete[0] if complete and not failed else None,
            self.learned,
        )  # fmt: skip
        return not failed

    async def _crawl(
        self, day: int
    ) -> tuple[list[tuple[Measure, list[VersionText]]], list[Listing], bool]:
        spider = self._spider(day)
        self.learned = []
        confirmer = Confirmer(self.replay.parts(), spider.report.note)
        measures: dict[str, tuple[Measure, list[VersionText]]] = {}
        listings = []
        try:
            async for item in spider.crawl():
                if isinstance(item, Listing):
                    listings.append(item)
                elif isinstance(item, Measure):
                    texts = [
                        await self._confirmed(spider, confirmer, one.links[0].url)
                        for one in item.versions
                    ]
                    measures[item.identifier] = item, texts
        except SourceError:
            return list(measures.values()), [], True
        return list(measures.values()), listings, bool(spider.report.failed)

    def _spider(self, day: int) -> SiteSpider:
        kind = Orders if self.home.orders else Bills
        known = self.replay.store.known(self.home.name)
        spider = kind(
            source=self.home.name, parameters=parameters(self.load, self.home), known=known,
            now=datetime.combine(when(day), time(12), UTC),
        )  # fmt: skip

        async def download(request: Request) -> Response:
            answer = self.load.answer(Asked(request.url.removeprefix(SITE), day, self.load.visit()))
            return HtmlResponse(
                request.url, status=int(answer.status), body=answer.body,
                headers={"Content-Type": answer.media_type}, encoding="utf-8",
            )  # fmt: skip

        spider._download = download  # type: ignore[method-assign]  # noqa: SLF001 (no network)
        return spider

    async def _confirmed(self, spider: SiteSpider, confirmer: Confirmer, url: str) -> VersionText:
        """A text as the product's own stage believes it: one that changed is fetched once more."""
        text = await self._text(spider, url)
        path = urlsplit(url).path

        async def again() -> Extracted | None:
            return (await self._text(spider, url)).extracted

        confirmed = await confirmer.confirm(text, self.given.get(path), again)
        self.learned += confirmed.learned
        if confirmed.text.extracted is not None:
            self.given[path] = confirmed.text.extracted
        return confirmed.text

    async def _text(self, spider: SiteSpider, url: str) -> VersionText:
        try:
            response = await spider.fetch(url, role="document")
        except SourceError:
            return REFUSED
        if response.body not in self.read:
            ending = "pdf" if response.body.startswith(b"%PDF") else "html"
            self.read[response.body] = text_of(self.folder / f"text.{ending}", response.body)
        return self.read[response.body]

    def told(self) -> Told:
        """All that was told after the first crawl."""
        with closing(sqlite3.connect(self.replay.file)) as connection:
            rows = connection.execute(_TOLD, (1,)).fetchall()
        return Counter((self.home.name, identifier, kind) for identifier, kind in rows)


def parameters(load: Unserved, home: Jurisdiction) -> dict[str, Any]:
    """What the load's own watchlist says of a jurisdiction; session ids are named as incidental."""
    kind = "orders" if home.orders else "bills"
    found = yaml.safe_load(load.watchlist())["sources"][kind][home.name]
    return {**found, "incidental": ["sid"]}
