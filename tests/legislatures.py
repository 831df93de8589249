"""Legislatures' sites that a test serves, crawled again and again into a real store."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapy.http import TextResponse

from pipelines.texts import Observation
from scrapers.errors import SourceError
from scrapers.genuine import check_genuine
from scrapers.items import Listing, Measure
from storage.database import Database
from storage.ports import ChangeFacts
from storage.store import Store
from tests.recordings import Bill, bills_csv
from tests.storage_makers import PENDING, readable

FILES = "https://lis.blob.core.windows.net/lisfiles"
API = "https://lis.virginia.gov"


class Lis:
    """LIS with its files and its API, both made of the same bills.

    `sessions` are bills by session; `further` are rows of the API by bill: TextsList,
    Votes, LegislationEvents, Patrons. A file or answer in `broken` comes as it stands there.
    """

    def __init__(self, sessions: dict[str, list[Bill]], further: Mapping[str, Any] | None = None):
        self.sessions = sessions
        self.further = dict(further or {})
        self.broken: dict[str, Any] = {}
        self.companions: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.keys: list[str] = []

    def answer(self, url: str, body: bytes | None, meta: Mapping[str, Any]) -> tuple[int, bytes]:
        """Status and body of an answer, as LIS would give it."""
        self.asked.append(url)
        for part, answer in self.broken.items():
            if part in url:
                return answer
        if url.startswith(FILES):
            return self._file(url.removeprefix(f"{FILES}/"))
        self.keys += [meta.get("secret_query", {}).get("headers", {}).get("WebAPIKey", "")]
        return self._api(url, json.loads(body or b"{}"))

    def _file(self, path: str) -> tuple[int, bytes]:
        session, _, name = path.partition("/")
        if path in self.companions:
            return 200, self.companions[path]
        if name == "BILLS.CSV" and session in self.sessions:
            return 200, bills_csv(self.sessions[session])
        return 404, b"<?xml version='1.0'?><Error><Code>BlobNotFound</Code></Error>"

    def _api(self, url: str, body: Mapping[str, Any]) -> tuple[int, bytes]:
        if body:
            session = body["SessionCode"]
            assert body["IncludeFailed"] is True
            if session not in self.sessions:
                return 200, b'"No session"'
            rows = [
                self.line(number, bill) for number, bill in enumerate(self.sessions[session], 1)
            ]
            return 200, json.dumps({"Legislations": [*rows, *rows[:1]], "Success": True}).encode()
        asked = parse_qs(urlsplit(url).query)
        id_ = int(asked.get("legislationID", [url.rsplit("/", 1)[-1]])[0])
        bill = self.sessions[asked.get("sessionCode", ["20261"])[0]][id_ - 1]
        name = next(
            name
            for part, name in (
                ("LegislationText/", "TextsList"), ("Vote/", "Votes"),
                ("LegislationEvent/", "LegislationEvents"), ("LegislationPatron/", "Patrons"),
            )
            if part in url
        )  # fmt: skip
        rows = self.further.get(bill.number, {}).get(name)
        return (200, json.dumps({name: rows}).encode()) if rows else (204, b"")

    @staticmethod
    def line(number: int, bill: Bill) -> dict[str, Any]:
        """A bill's line in the API's list. Ids are those of the place: a next session has them again."""
        return {
            "LegislationID": number, "LegislationNumber": bill.number,
            "ChamberCode": bill.number[0], "Description": bill.title,
            "LegislationTitle": None, "LegislationSummary": None, "SummaryVersion": None,
        }  # fmt: skip


class Watched:
    """A source in a store, crawled at times that a test names."""

    def __init__(self, database: Database, kind: type, answer: Callable[..., tuple[int, bytes]]):
        self.store = Store(database)
        self.kind, self.answer = kind, answer
        self.memory: dict[str, str] = {}
        self.crawls = 0
        self.source = kind.name
        self.store.register(self.source, place=kind.place, kind="site")

    def crawl(self, now: datetime, *, texts: Mapping[str, str] | None = None, **parameters: Any):
        """One crawl; gives the changes told, by (measure, kind), the report and the requests."""
        spider = self.kind(
            now=now, known=self.store.known(self.source), memory=self.memory, parameters=parameters
        )
        asked: list[str] = []

        async def fetch(url, *, role="page", expects="", body=None, meta=None, headers=None, **_):
            asked.append(url)
            status, answered = self.answer(url, body, meta or {})
            spider.report.by_status[status] += 1
            try:
                check_genuine(status=status, headers={}, body=answered, url=url, expects=expects)
            except SourceError as error:
                if role == "start":
                    spider.report.start_page(error)
                raise
            if role == "start":
                spider.report.start_page()
            return TextResponse(url, status=status, body=answered)

        spider.fetch = fetch

        async def collect():
            return [item async for item in spider.crawl()]

        items = asyncio.run(collect())
        self.crawls += 1
        told: list[ChangeFacts] = []
        first = not self.store.source(self.source).baseline_at
        measures = [item for item in items if isinstance(item, Measure)]
        outcomes = self.store.record(
            [self._observed(one, texts or {}) for one in measures],
            crawl_id=self.crawls, now=now, route=lambda facts: told.append(facts) or (),
        )  # fmt: skip
        listings = [item for item in items if isinstance(item, Listing)]
        for listing in listings:
            self.store.finish_listing(
                self.source, listing, crawl_id=self.crawls, now=now,
                route=lambda facts: told.append(facts) or (),
            )  # fmt: skip
        self.memory = dict(spider.remember)
        if first:
            self.store.set_baseline(self.source, now)
        assert not [one.error for one in outcomes if one.error]
        return SimpleNamespace(
            told=[(one.session, one.identifier, str(one.kind)) for one in told],
            summaries=[one.summary for one in told],
            measures={(one.session, one.identifier): one for one in measures},
            listings=[one.name for one in listings],
            notes=" | ".join(map(str, spider.report.notes)),
            report=spider.report,
            asked=asked,
        )

    def _observed(self, one: Measure, texts: Mapping[str, str]) -> Observation:
        found = tuple(
            PENDING if version.waits_for else readable(texts.get(version.note, version.note))
            for version in one.versions
        )
        return Observation(source=self.source, measure=one, texts=found)


def sessions_in(urls: Iterable[str], part: str) -> list[str]:
    """The sessions whose lists were asked for, in order; `part` stands in the address of a list."""
    return [url.split("/")[4 if "lisfiles" in url else 3] for url in urls if part in url]
