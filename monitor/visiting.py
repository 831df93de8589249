"""One source's part of a crawl: its spider hung up, what it saw recorded, and judged."""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from config.vocabulary import Health
from config.watches import SourceSpec
from monitor import mirrors
from monitor.alerting import route_for
from monitor.app import App, Opened, fixed_sources
from monitor.compute import Pool
from monitor.gates import (
    Evidence,
    Formatter,
    Gate,
    GatedHandler,
    KeptDocuments,
    Stopping,
    Whole,
    politeness,
)
from monitor.health import READ, Verdict, judge
from monitor.past import HISTORY, Past
from monitor.recording import Totals, Writer
from monitor.series import gaps
from monitor.sources import hosts_of, spider_class
from pipelines.match import compile_topics
from pipelines.ports import Services
from pipelines.stages import STAGES
from pipelines.texts import Limits
from scrapers.archive import ReplayArchive, WarcWriter
from scrapers.handler import Recording
from storage.errors import StorageError
from storage.ports import SourceReport, SourceState

log = logging.getLogger("measurewatch.crawl")

SECONDS_BETWEEN_TELLING = 0.25


class SourceRun:
    """One source's part of a crawl."""

    def __init__(
        self, app: App, opened: Opened, pool: Pool, plan: Mapping[str, Any], name: str,
        stopping: Stopping, archive: WarcWriter | ReplayArchive | None,
    ) -> None:  # fmt: skip
        self.app = app
        self.opened = opened
        self.pool = pool
        self.plan = plan
        self.stopping = stopping
        self.archive = archive
        self.replaying = isinstance(archive, ReplayArchive)
        self.now = datetime.fromisoformat(plan["now"])
        watchlist = app.watchlist_by(opened, plan["watchlist"])
        self.watchlist = watchlist
        known = {spec.name: spec for spec in watchlist.sources} | {
            key: spec for key, spec in fixed_sources(watchlist).items()
            if key not in {spec.name for spec in watchlist.sources}
        }  # fmt: skip
        self.spec: SourceSpec = known[name]
        self.counts = {"pages": 0, "documents": 0, "measures": 0}
        self.told_at = 0.0
        self.fault: Exception | None = None
        self.lost = 0
        self.memory: Mapping[str, str] | None = None  # what the next crawl is to know, if anything
        self.loop = asyncio.get_running_loop()

    async def run(self) -> SourceReport:
        """Crawl the source; returns its report. Raises StorageError."""
        started = time.monotonic()
        opened, spec = self.opened, self.spec
        opened.store.register(spec.name, place=spec.place, kind=spec.kind)
        state = opened.store.source(spec.name)
        if state and (known := state.last_success) and self.replaying and self.now < known:
            return self._older(known)
        if wanted := self.plan["waiting"].get(spec.name):
            return self._waiting(wanted, state)
        history = opened.crawls.whole(spec.name, limit=HISTORY)
        self.tell("start", expected=history[0].found if history else None)
        writer = Writer(
            opened.store, source=spec.name, crawl_id=self.plan["crawl_id"], now=self.now,
            route=route_for(self.watchlist), on_error=self._store_failed,
            topics={topic.name: topic.digest for topic in self.watchlist.topics},
        )  # fmt: skip
        try:
            spider = await self._visit(writer)
        finally:
            totals = writer.flush()
        if self.fault is not None:
            raise self.fault
        report = self._report(spider.report, totals, time.monotonic() - started)
        mirrored = mirrors.notes(
            totals.stale, opened.store.last_flap(spec.name), now=self.now,
            before=state.notes if state else (),
        )  # fmt: skip
        report = replace(report, notes=(*report.notes, *mirrored))
        if report.state == "interrupted":
            # What was not begun was dropped; the next crawl sees it again.
            return report
        report = self._balanced(report, spider.report.read, writer.taken)
        past = Past(opened, spec, self.plan["crawl_id"], self.now, history)
        is_known = bool(state and state.baseline_at)
        short = past.short(writer) if is_known else {}
        notes = (f"drifted: {note}" for note in short.values())
        watched = {spec.name for spec in self.watchlist.sources}
        anew = () if is_known else past.renamed(watched)
        report = replace(report, short=tuple(short), notes=(*notes, *anew, *report.notes))
        held = past.held(report, totals) if is_known else ""
        report = replace(report, notes=(*report.notes, *past.remarks))
        verdict = judge(report, known=state, history=history, silence=past.silence(), held=held)
        report = self._judged(report, verdict)
        # What was seen and then lost is not absent, nor is it done with.
        if report.complete and not self.lost:
            lost = writer.close_listings()
            report = replace(report, vanished=lost)
            if is_known and (held := past.held(report, totals)):
                report = self._judged(
                    report, judge(report, known=state, history=history, held=held)
                )
            recorded = not totals.statuses["failed"] and not totals.events["failed"]
            if recorded and not self.replaying:
                self.memory = {str(name): str(value) for name, value in spider.remember.items()}
        if held:
            opened.holds.hold(spec.name, self.plan["crawl_id"], held, now=self.now)
        self.tell("end")
        return report

    def _older(self, known: datetime) -> SourceReport:
        """An archive of before what is known: to record it would turn the source back."""
        note = (
            f"older: this archive is of {self.now:%Y-%m-%d %H:%M} UTC, and the source is known as it "
            f"was at {known:%Y-%m-%d %H:%M} UTC; nothing of it was recorded"
        )
        self.tell("start", expected=None)
        self.tell("end")
        return SourceReport(
            source=self.spec.name, state="ok", notes=(note,), partial=True, at=self.now,
            crawl_id=self.plan["crawl_id"],
        )  # fmt: skip

    def _waiting(self, wanted: str, state: SourceState | None) -> SourceReport:
        """A source that lacks its key: it says so, and costs no request."""
        self.tell("start", expected=None)
        self.tell("end")
        report = SourceReport(
            source=self.spec.name, state="waiting", notes=(f"{Health.WAITING}: {wanted}",),
            partial=True, at=self.now, crawl_id=self.plan["crawl_id"],
        )  # fmt: skip
        return self._judged(report, judge(report, known=state))

    def _judged(self, report: SourceReport, verdict: Verdict) -> SourceReport:
        """Keep the verdict; a source that is not well is not complete, so nothing of it vanishes."""
        if verdict.health is not None:
            self.opened.store.set_health(
                self.spec.name, verdict.health, now=self.now, notes=verdict.notes
            )
            report = replace(report, state=str(verdict.health))  # type: ignore[arg-type]
        if verdict.transition:
            report = replace(report, notes=(*report.notes, str(verdict.transition)))
        return replace(report, complete=verdict.health in READ)

    async def _visit(self, writer: Writer) -> Any:
        from scrapy import signals
        from scrapy.crawler import AsyncCrawlerRunner, Crawler

        settings = politeness(self.app, replaying=self.replaying)
        settings.set("ITEM_PIPELINES", {Gate: 1, **STAGES}, priority="cmdline")
        settings["DOWNLOADER_MIDDLEWARES"].set(Gate, 1, priority="cmdline")
        handlers = dict.fromkeys(("http", "https"), GatedHandler)
        settings["DOWNLOAD_HANDLERS"].update(handlers, priority="cmdline")
        settings.set("LOG_FORMATTER", Formatter, priority="cmdline")
        crawler = Crawler(spider_class(self.spec), settings)
        self.stopping.crawler = crawler
        crawler.stopping = self.stopping  # type: ignore[attr-defined]
        crawler.services = Services(  # type: ignore[attr-defined]
            source=self.spec.name, now=self.now, extractor=self.pool, recorder=Whole(writer),
            documents=KeptDocuments(self.opened), matcher=compile_topics(self.watchlist.topics),
            limits=Limits(), replaying=self.replaying, progress=self.count,
            volatile=self.opened.volatiles.of(self.spec.name),
        )  # fmt: skip
        crawler.signals.connect(self._item_failed, signals.item_error)
        crawler.decoders = self.pool.submit  # type: ignore[attr-defined]
        if isinstance(self.archive, ReplayArchive):
            crawler.replaying = self.archive  # type: ignore[attr-defined]
        elif self.archive is not None:
            evidence = Evidence(self.archive, self._broke)
            crawler.recording = Recording(evidence, self.app.clock)  # type: ignore[attr-defined, arg-type]
        runner = AsyncCrawlerRunner(settings)
        await runner.crawl(
            crawler,
            source=self.spec.name,
            now=self.now,
            known=self.opened.store.known(self.spec.name),
            memory={} if self.replaying else self.opened.store.memory(self.spec.name),
            # What a source cannot do without is there, or it would wait.
            parameters=self.app.resolved(self.spec.parameters, leniently=True)
            | {"place": self.spec.place, "hosts": hosts_of(self.spec)},
        )
        self.stopping.crawler = None
        return crawler.spider

    def _item_failed(self, failure: Any, item: Any, spider: Any) -> None:
        """A stage could not bear an item: a store that fails ends the crawl, all else is counted."""
        error = failure.value
        if isinstance(error, StorageError | OSError):
            self._broke(error)
            return
        self.lost += 1
        name = getattr(item, "identifier", "") or getattr(item, "name", "") or type(item).__name__
        spider.report.note("row", f"{name}: {type(error).__name__}: {error}")
        log.error("an item was lost: %s", name, exc_info=error)

    def _broke(self, error: Exception) -> None:
        """What is seen can no longer be kept: the crawl ends, and says why."""
        self.fault = self.fault or error
        self.stopping.ask()

    def _store_failed(self) -> None:
        """The writer's thread cannot write: stop visiting, keep nothing half-believed."""
        self.loop.call_soon_threadsafe(self.stopping.ask)

    def _report(self, met: Any, totals: Totals, seconds: float) -> SourceReport:
        """What the crawl found, in the words of DESIGN section 6."""
        statuses, events = totals.statuses, totals.events
        stated = [listing.total for listing in met.listings if listing.total is not None]
        state = "interrupted" if self.stopping.asked else str(met.state())
        notes = [str(note) for note in met.notes] + [
            f"record: {error}" for error in totals.errors[:20]
        ]
        if met.notes_dropped:
            notes.append(f"and {met.notes_dropped} more notes")
        return SourceReport(
            source=self.spec.name, state=state, found=sum(statuses.values()),  # type: ignore[arg-type]
            new=statuses["new"], changed=statuses["changed"], unchanged=statuses["unchanged"],
            failed=statuses["failed"] + events["failed"] + met.failed + self.lost,
            documents=met.documents, events=sum(events.values()), partial=met.partial,
            pending=totals.pending, seconds=round(seconds, 2), notes=tuple(notes),
            total=sum(stated) if stated else None, crawl_id=self.plan["crawl_id"], at=self.now,
            fields=dict(totals.fields), gaps=() if met.partial else gaps(totals.names),
            sessions=tuple(sorted({session for session, _ in totals.names if session})),
        )  # fmt: skip

    def _balanced(self, report: SourceReport, read: int, taken: int) -> SourceReport:
        """Hold what the spider read against what came out: a loss without a word is a failure."""
        missing = read - taken - self.lost
        if not missing:
            return report
        note = f"failing: {read} items were read, but {read - missing} were recorded or failed"
        return replace(
            report,
            state="failing" if report.state == "ok" else report.state,
            failed=report.failed + max(0, missing),
            notes=(note, *report.notes),
        )

    def count(self, what: str, count: int = 1) -> None:
        """Progress of a stage, passed on a few times a second."""
        self.counts[what] = self.counts.get(what, 0) + count
        if time.monotonic() - self.told_at >= SECONDS_BETWEEN_TELLING:
            self.tell("progress")

    def tell(self, event: str, **more: Any) -> None:
        """One line of JSON for the parent."""
        self.told_at = time.monotonic()
        spider = getattr(self.stopping.crawler, "spider", None)
        if spider is not None:
            self.counts["pages"] = spider.report.pages
        line = {"event": event, "source": self.spec.name, **self.counts, **more}
        try:
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody listens any more: whoever started us is gone. Stop in order.
            with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
                os.dup2(nowhere.fileno(), sys.stdout.fileno())
            self.stopping.ask()
