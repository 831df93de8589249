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
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.app import App, Opened, build, explain
from monitor.compute import Pool
from monitor.gates import Stopping
from monitor.visiting import SourceRun
from scrapers.archive import ReplayArchive, WarcWriter
from storage.crawls import lock_name
from storage.errors import StorageError
from storage.ports import SourceReport

log = logging.getLogger("measurewatch.crawl")

SECONDS_BETWEEN_TRIES = 0.5
"""How often a crawl that waits for another one looks whether its hosts are free."""


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
    with ExitStack() as held:
        held.enter_context(opened.locks.hold(names))
        if not await _held_hosts(held, opened, plan, stopping):
            _close(app, opened, plan, "interrupted", [], {})
            return 0
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


async def _held_hosts(
    held: ExitStack, opened: Opened, plan: Mapping[str, Any], stopping: Stopping
) -> bool:
    """Hold the locks of the hosts; false when we were asked to stop while another crawl had them."""
    hosts = [f"host:{host}" for host in plan["hosts"]]
    told = False
    while not stopping.asked:
        with ExitStack() as tried:
            if tried.enter_context(opened.locks.try_hold(hosts)) is not None:
                held.push(tried.pop_all())
                return True
        if not told:
            _tell_parent({"event": "waiting", "sources": plan["sources"], "hosts": plan["hosts"]})
            told = True
        await asyncio.sleep(SECONDS_BETWEEN_TRIES)
    return False


def _tell_parent(event: Mapping[str, Any]) -> None:
    # Where nobody listens any more, the crawl's own first line says so.
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


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


if __name__ == "__main__":
    sys.exit(main())
