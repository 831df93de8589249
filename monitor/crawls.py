"""A crawl seen from outside: plan, open the row, start the child, believe the row.

No Scrapy here: the command line and the scheduler use this.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.watches import SourceSpec
from monitor.app import App, Opened, UsageError
from monitor.children import Child, run_all
from monitor.sources import hosts_of, lacking
from scrapers.archive import ReplayArchive
from scrapers.plan import Group, SourceHosts, plan
from storage.ports import SourceReport

log = logging.getLogger(__name__)

Listener = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One archive to replay, or (None) one visit to the live site, of some sources."""

    group: Group
    specs: tuple[SourceSpec, ...]
    archive: Path | None
    now: datetime
    earlier: tuple[Path, ...] = ()


def run_crawls(
    app: App,
    names: Sequence[str],
    *,
    archives: Sequence[Path] = (),
    record: bool = True,
    listener: Listener = lambda _: None,
    make_child: Callable[..., Child] = Child,
) -> list[dict[str, Any]]:
    """Crawl the named sources, or all, and return DESIGN's line for each.

    Groups run side by side; a group's replays run one after another in the
    order of their dates. `make_child` makes a group's process, as `Child` does.
    Raises UsageError, and KeyboardInterrupt after Ctrl-C once the children have
    ended.
    """
    specs = app.sources(names)
    if not archives:
        require_contact(app)
    dated = sorted(
        (ReplayArchive(path) for path in archives), key=lambda archive: archive.first_date
    )
    if dated and not names:
        hosts = {host for archive in dated for host in archive.hosts}
        specs = tuple(spec for spec in specs if hosts & set(hosts_of(spec)))
        if not specs:
            raise UsageError(
                f"No source of the watchlist visits {', '.join(sorted(hosts))}, which is what was "
                "recorded. Name a source, or another watchlist with --watchlist."
            )
    moments = [(archive.path, archive.last_date) for archive in dated]
    with app.store(create=True) as opened:
        text = app.watchlist_path.read_text(encoding="utf-8")
        watchlist = opened.store.accept_watchlist(text, app.clock())
        opened.crawls.reap(now=app.clock())
        work = [
            [open_crawl(app, opened, visit, watchlist, record=record)
             for visit in visits(group, moments, app.clock())]
            for group in groups_of(specs)
        ]  # fmt: skip
        ids = [crawl_id for crawls in work for crawl_id, _ in crawls]
        plans = [{"home": str(app.home), "crawls": [plan for _, plan in crawls]} for crawls in work]
        children = [
            make_child(plan, listener, app.settings.crawl_deadline, app.environment)
            for plan in plans
        ]
        try:
            run_all(children, on_stop=lambda: listener({"event": "stopping"}))
        except KeyboardInterrupt:
            close_interrupted(app, opened, ids)
            listener(kept(opened, ids))
            raise
        finally:
            for crawl_id in ids:
                opened.crawls.reap(now=app.clock(), grace=timedelta(0), crawl_id=crawl_id)
        reports = {crawl_id: reports_of(opened, crawl_id) for crawl_id in ids}
        return [line(spec, [report for found in reports.values() for report in found if report.source == spec.name])
                for spec in specs]  # fmt: skip


def close_interrupted(app: App, opened: Opened, ids: Sequence[int]) -> None:
    """Close the rows of crawls that we stopped before they could do so; they are no crashes."""
    for crawl_id in ids:
        if opened.crawls.get(crawl_id).state == "running":
            opened.crawls.close(crawl_id, "interrupted", [], now=app.clock())


def kept(opened: Opened, ids: Sequence[int]) -> dict[str, Any]:
    """What crawls that were interrupted had read, as an event; those that were killed do not say."""
    reports = [report for crawl_id in ids for report in opened.crawls.reports(crawl_id)]
    return {
        "event": "interrupted",
        "measures": sum(report.found for report in reports),
        "documents": sum(report.documents for report in reports),
    }


def require_contact(app: App) -> None:
    """A live crawl says who it is; raises UsageError when nobody told us."""
    if not app.settings.contact and not app.settings.allow_private_addresses:
        raise UsageError(
            "A crawl of live sites tells them whom to contact. Set MEASUREWATCH_CONTACT to an "
            "address or page of yours, such as mailto:you@example.org."
        )


def groups_of(specs: Iterable[SourceSpec]) -> list[tuple[Group, tuple[SourceSpec, ...]]]:
    """The sources that share hosts, together."""
    named = {spec.name: spec for spec in specs}
    groups = plan(SourceHosts(spec.name, hosts_of(spec)) for spec in named.values())
    return [(group, tuple(named[name] for name in group.sources)) for group in groups]


def visits(
    grouped: tuple[Group, tuple[SourceSpec, ...]],
    moments: Sequence[tuple[Path, datetime]],
    now: datetime,
) -> list[Visit]:
    """What a group's child does, in order: each archive, or one live visit."""
    group, members = grouped
    if not moments:
        return [Visit(group=group, specs=members, archive=None, now=now)]
    paths = tuple(path for path, _ in moments)
    return [
        Visit(group=group, specs=members, archive=path, now=last, earlier=paths[:rank])
        for rank, (path, last) in enumerate(moments)
    ]


def open_crawl(
    app: App,
    opened: Opened,
    visit: Visit,
    watchlist: str,
    *,
    record: bool,
) -> tuple[int, dict[str, Any]]:
    """Open the row of one crawl; returns its id and the plan its child is given."""
    replay = visit.archive is not None
    crawl_id = opened.crawls.open(
        visit.group.name, visit.group.sources, visit.group.hosts,
        now=app.clock(), archive=str(visit.archive or ""), replay=replay,
    )  # fmt: skip
    archive = ""
    waiting = {} if replay else lacking(visit.specs, app.variable)
    if record and not replay and len(waiting) < len(visit.specs):
        archive = opened.archives.name_for(visit.group.name, crawl_id, visit.now)
        opened.crawls.set_archive(crawl_id, archive)
    return crawl_id, {
        "crawl_id": crawl_id,
        "watchlist": watchlist,
        "sources": [spec.name for spec in visit.specs],
        "hosts": list(visit.group.hosts),
        "replay": str(visit.archive.absolute()) if visit.archive else "",
        "earlier": [str(path.absolute()) for path in visit.earlier],
        "now": visit.now.isoformat(),
        "archive": archive,
        "waiting": waiting,
    }


def reports_of(opened: Opened, crawl_id: int) -> list[SourceReport]:
    """A crawl's reports; for one that crashed, a report that says so."""
    row = opened.crawls.get(crawl_id)
    found = opened.crawls.reports(crawl_id)
    if row.state not in {"crashed", "interrupted"}:
        return found
    told = {report.source for report in found}
    note = "the crawl crashed before it could report; what it had recorded is kept"
    if row.state == "interrupted":
        note = "interrupted; what it had recorded is kept"
    return found + [
        SourceReport(source=name, state=row.state, notes=(note,), crawl_id=crawl_id)
        for name in row.sources
        if name not in told
    ]


def line(spec: SourceSpec, reports: Sequence[SourceReport]) -> dict[str, Any]:
    """A source's line: what the last observation found, and the sums of all."""
    last = (
        reports[-1]
        if reports
        else SourceReport(source=spec.name, state="failing", notes=("it was not run",))
    )
    each = [told(report) for report in reports]
    sums = {
        name: sum(one[name] for one in each)
        for name in ("new", "changed", "failed", "documents", "seconds")
    }
    found = told(last) | sums
    found["seconds"] = round(found["seconds"], 2)
    return found | {"observations": each}


def told(report: SourceReport) -> dict[str, Any]:
    """A report in the words of DESIGN section 6."""
    values = asdict(report)
    names = (
        "source",
        "state",
        "found",
        "new",
        "changed",
        "unchanged",
        "failed",
        "documents",
        "pending",
        "seconds",
        "events",
    )
    return {name: values[name] for name in names} | {"notes": list(report.notes)}
