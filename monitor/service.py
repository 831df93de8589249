"""The long-running watcher, put together: what is due, crawl children, delivery. No Scrapy."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from monitor.app import App, Opened, UsageError
from monitor.children import Child
from monitor.crawls import Visit, groups_of, open_crawl, require_contact
from monitor.delivery import deliver_from
from monitor.jobs import Children, crawl
from monitor.reach import recipients, unready
from monitor.scheduler import Pace
from monitor.scheduler import serve as run_scheduler
from monitor.timetable import Planned
from pipelines.compare_words import how_many
from storage.locks import Held

log = logging.getLogger(__name__)


def serve(app: App, *, remark: Callable[[str], None]) -> None:
    """Crawl and deliver on the watchlist's schedule until a signal comes."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    require_contact(app)
    if app.settings.clock_behind:
        raise UsageError(
            "This home's clock is behind, as a demo's is, and serve goes by the real one. Use "
            "measurewatch crawl and measurewatch deliver, or take MEASUREWATCH_CLOCK_BEHIND out."
        )
    with app.store(create=True) as opened:
        watched = app.watchlist()
        watchlist = opened.store.accept_watchlist(
            app.watchlist_path.read_text(encoding="utf-8"), app.clock()
        )
        children = Children()
        make_child = partial(new_child, app, opened, watchlist)
        remark(
            f"Watching {how_many(watched.sources, 'source')} for {watched.name!r}. Ctrl-C stops."
        )
        for missing in unready(app, recipients(watched)):
            remark(f"Alerts will wait: {missing}.")
        run_scheduler(
            planned(app, opened),
            crawl=lambda group, sources: crawled(app, opened, group, sources, make_child, children),
            deliver=lambda keep_going: deliver_from(app, opened, watched, keep_going),
            children=children,
            clock=app.clock,
            lock=only_one(opened),
            pace=Pace(crawls_at_once=app.settings.crawls_at_once),
            heartbeat=app.home / "serve.json",
        )
        remark("Stopped.")


def planned(app: App, opened: Opened) -> list[Planned]:
    """What is to be crawled, and when each source was last."""
    found = []
    for group, specs in groups_of(app.watchlist().sources):
        for spec in specs:
            history = opened.crawls.history(spec.name, limit=1)
            found.append(
                Planned(source=spec.name, group=group.name, schedule=spec.schedule,
                        last_started=history[0].at if history else None)
            )  # fmt: skip
    return found


def crawled(
    app: App,
    opened: Opened,
    group: str,
    sources: tuple[str, ...],
    make_child: Any,
    children: Children,
) -> int | None:
    """Run one crawl and mark what it left open; the row says how it went."""
    code = crawl(group, sources, make_child=make_child, children=children)
    opened.crawls.reap(now=app.clock())
    return code


def new_child(
    app: App, opened: Opened, watchlist: str, group: str, sources: tuple[str, ...]
) -> Child:
    """Open a crawl's row and make its process."""
    grouped = next(item for item in groups_of(app.watchlist().sources) if item[0].name == group)
    specs = tuple(spec for spec in grouped[1] if spec.name in sources)
    visit = Visit(group=grouped[0], specs=specs, archive=None, now=app.clock())
    _, plan = open_crawl(app, opened, visit, watchlist, record=True)
    return Child(
        {"home": str(app.home), "crawls": [plan]},
        log_progress,
        app.settings.crawl_deadline,
        app.environment,
    )


def log_progress(event: Any) -> None:
    log.debug("%s", event)


@contextmanager
def only_one(opened: Opened) -> Iterator[Held]:
    """Hold the scheduler's lock. Raises UsageError when another one serves this home."""
    with opened.locks.try_hold(["serve"]) as held:
        if held is None:
            raise UsageError("Another measurewatch serve runs on this home; stop it first.")
        yield held
