"""The crawl child: one process, Scrapy with its reactor, one source after another.

Its plan comes as JSON on standard input, its progress goes out as lines of
JSON. For each crawl it takes the crawl's lock and those of its hosts, runs the
spiders through the stages, and closes the row with its reports in its last
transaction. SIGTERM stops it in order: what was seen is recorded, the row is
closed as interrupted.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem
from scrapy.logformatter import LogFormatter

from config.vocabulary import Health
from config.watches import SourceSpec
from monitor import mirrors
from monitor.alerting import route_for
from monitor.app import App, Opened, build, explain, fixed_sources
from monitor.compute import Pool
from monitor.health import READ, Verdict, judge
from monitor.past import HISTORY, Past
from monitor.recording import Totals, Writer
from monitor.series import gaps
from monitor.sources import hosts_of, spider_class
from pipelines.extract import EXTRACTOR
from pipelines.match import compile_topics
from pipelines.ports import FetchState, Services
from pipelines.stages import STAGES
from pipelines.texts import EventObservation, Extracted, Limits, Observation
from scrapers.archive import CannotRecord, ReplayArchive, WarcWriter
from scrapers.errors import SourceError
from scrapers.handler import ArchivingHandler, Recording
from scrapers.items import Listing, Withdrawn
from scrapers.polite import settings as polite_settings
from storage.crawls import lock_name
from storage.errors import StorageError
from storage.ports import SourceReport, SourceState

if TYPE_CHECKING:
    from scrapy.settings import Settings

log = logging.getLogger("measurewatch.crawl")

SECONDS_BETWEEN_TELLING = 0.25
STOPPED = "not asked for, as the crawl was stopped"


def main() -> int:
    """Run the plan on standard input; returns 0 unless the store could not be used."""
    said = sys.stdin.read()
    if not said:
        # Whoever started us died before they could say what for.
        return 1
    work = json.loads(said)
    app = build({"home": work["home"]})
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    # What a download met is in the report's notes; Scrapy's own words add nothing for a reader.
    logging.getLogger("scrapy.core").setLevel(logging.ERROR)
    try:
        return in_reactor(_run(app, work["crawls"]))
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        _tell_person(explained[0])
        return 1


def _tell_person(message: str) -> None:
    sys.stderr.write(f"Error: {message}\n")
    sys.stderr.flush()


def in_reactor(work: Any) -> int:
    """Run a coroutine on Twisted's asyncio reactor and return what it returns."""
    from twisted.internet.asyncioreactor import AsyncioSelectorReactor
    from twisted.internet.main import installReactor

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    reactor: Any = AsyncioSelectorReactor(loop)
    installReactor(reactor)  # type: ignore[no-untyped-call]

    result: list[int | BaseException] = []

    async def finish() -> None:
        try:
            result.append(await work)
        except BaseException as error:  # noqa: BLE001 - raised again outside the reactor
            result.append(error)
        finally:
            reactor.stop()

    tasks = {loop.create_task(finish())}
    reactor.run(installSignalHandlers=False)
    tasks.clear()
    if isinstance(result[0], BaseException):
        raise result[0]
    return result[0]


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


async def _run(app: App, crawls: list[Mapping[str, Any]]) -> int:
    stopping = Stopping()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.ask)
    code = 0
    with app.store() as opened, Pool() as pool:
        for plan in crawls:
            code = await _crawl(app, opened, pool, plan, stopping)
            if code:
                # Later observations must not be recorded before one that is missing.
                break
    return code


async def _crawl(
    app: App, opened: Opened, pool: Pool, plan: Mapping[str, Any], stopping: Stopping
) -> int:
    """One crawl of a group; its row is closed whatever happens, if it can be written to."""
    crawl_id = plan["crawl_id"]
    names = [lock_name(crawl_id)]
    reports: list[SourceReport] = []
    memories: dict[str, Mapping[str, str]] = {}
    with opened.locks.hold(names), opened.locks.hold([f"host:{host}" for host in plan["hosts"]]):
        try:
            with _archive(opened, plan) as archive:
                for name in plan["sources"]:
                    if stopping.asked:
                        break
                    run = SourceRun(app, opened, pool, plan, name, stopping, archive)
                    reports.append(await run.run())
                    if run.memory is not None:
                        memories[name] = run.memory
        except Exception as error:  # noqa: BLE001 - whatever it is, the row is closed with it
            _give_up(app, opened, plan, reports, error)
            return 1
        state = "interrupted" if stopping.asked else _worst(reports)
        _close(app, opened, plan, state, reports, memories)
    return 0


def _give_up(
    app: App, opened: Opened, plan: Mapping[str, Any], reports: list[SourceReport], error: Exception
) -> None:
    """Say why a crawl cannot go on, and close its row if that can still be written."""
    explained = explain(error)
    if explained is None:
        log.error("the crawl failed", exc_info=error)
    message = explained[0] if explained else f"{type(error).__name__}: {error}"
    _tell_person(message)
    told = {report.source for report in reports}
    lost = [
        SourceReport(source=name, state="crashed", notes=(message,), crawl_id=plan["crawl_id"])
        for name in plan["sources"]
        if name not in told
    ]
    # Where even this cannot be written, the row stays open and its free lock says the same.
    with suppress(StorageError):
        _close(app, opened, plan, "crashed", [*reports, *lost], {})


def _close(
    app: App,
    opened: Opened,
    plan: Mapping[str, Any],
    state: Any,
    reports: list[SourceReport],
    memories: Mapping[str, Mapping[str, str]],
) -> None:
    # What changed since a baseline that never was cannot be told: only a whole crawl sets one.
    baselines = [report.source for report in reports if report.complete and not report.partial]
    opened.crawls.close(
        plan["crawl_id"], state, reports, now=app.clock(), baselines=baselines,
        seen=datetime.fromisoformat(plan["now"]), memories=memories,
    )  # fmt: skip


def _worst(reports: list[SourceReport]) -> str:
    order = ["drifted", "blocked", "failing"]
    bad = [report.state for report in reports if report.state in order]
    return max(bad, key=order.index, default="ok")


@contextmanager
def _archive(
    opened: Opened, plan: Mapping[str, Any]
) -> Iterator[WarcWriter | ReplayArchive | None]:
    """What answers are kept in, or come from."""
    if plan["replay"]:
        yield ReplayArchive(Path(plan["replay"]), [Path(one) for one in plan["earlier"]])
    elif plan["archive"]:
        writer = WarcWriter(opened.archives.create(plan["archive"]))
        try:
            yield writer
        finally:
            writer.close()
    else:
        yield None


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
            certificates=str(app.home / "certificates"),
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


if __name__ == "__main__":
    sys.exit(main())
