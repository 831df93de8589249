"""The load as a command: crawl synthetic governments day by day and say how fast it went."""

import time as stopwatch
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from config.vocabulary import ChangeKind
from monitor.app import App, UsageError
from monitor.cli.output import Output
from monitor.crawls import run_crawls
from monitor.delivery import deliver_due
from monitor.demo.load import LoadGovernment
from monitor.demo.month import SETTINGS, claimed, demo_app, prepare
from monitor.demo.nursery import Nursery
from monitor.demo.synthetic import when

UNHURRIED = {**SETTINGS, "MEASUREWATCH_DELAY": "0"}
"""No pause between visits: what is measured is us, and nobody else is bothered."""

COLUMNS = {
    "day": "day", "found": "found", "new": "new", "changed": "changed", "unchanged": "unchanged",
    "failed": "failed", "visits": "visits", "visits/s": "visits_per_second",
    "documents": "documents", "seconds": "seconds", "delivery": "delivery_seconds",
    "as it should be": "right",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Load:
    """How much is to be crawled, for how many days."""

    measures: int
    jurisdictions: int
    days: int
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What one day's crawl found and cost; `right` when it is exactly what had happened."""

    day: str
    measures: int
    jurisdictions: int
    found: int
    new: int
    changed: int
    unchanged: int
    failed: int
    documents: int
    visits: int
    not_modified: int
    seconds: float
    visits_per_second: float
    delivery_seconds: float
    right: bool


def run_load(folder: Path, out: Output, load: Load) -> bool:
    """Crawl a load; true when each day found what it had to. Raises UsageError."""
    if load.jurisdictions > load.measures:
        raise UsageError("A load needs at least as many --measures as --jurisdictions.")
    rows = []
    with (
        claimed(folder),
        LoadGovernment(load.measures, load.jurisdictions, load.seed) as government,
    ):
        prepare(folder)
        app = demo_app(folder, government.watchlist(), UNHURRIED)
        with Nursery(app.environment) as nursery:
            for day in range(load.days):
                loaded = crawl_day(app, government, nursery, day)
                rows.append(loaded)
                if out.as_json:
                    out.line(asdict(loaded))
    if not out.as_json:
        out.lines([asdict(row) for row in rows], COLUMNS, "")
        out.remark(f"The home is {app.home}; look at it with --home.")
    return all(row.right for row in rows)


def crawl_day(app: App, government: LoadGovernment, nursery: Nursery, day: int) -> Loaded:
    """One day: crawl all, deliver, and hold what was found against what happened."""
    government.set_day(day)
    today = replace(app, clock=partial(morning, day))
    before = Counter(government.visits)
    began = stopwatch.monotonic()
    lines = run_crawls(today, [], make_child=nursery.child)
    crawled = stopwatch.monotonic()
    deliver_due(today)
    delivered = stopwatch.monotonic()
    visits = Counter(government.visits) - before
    seconds = crawled - began
    sums = {name: sum(line[name] for line in lines) for name in
            ("found", "new", "changed", "unchanged", "failed", "documents")}  # fmt: skip
    return Loaded(
        day=when(day).isoformat(),
        measures=sum(one.count_on(day) for one in government.jurisdictions),
        jurisdictions=len(government.jurisdictions),
        visits=visits.total(),
        not_modified=visits[304],
        seconds=round(seconds, 2),
        visits_per_second=round(visits.total() / seconds, 1),
        delivery_seconds=round(delivered - crawled, 2),
        right=is_right(government, day, lines),
        **sums,
    )


def morning(day: int) -> datetime:
    return datetime.combine(when(day), time(14), UTC)


def is_right(government: LoadGovernment, day: int, lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether every source was well and found, new and changed are as they happened."""
    new: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for home, _, kind in government.changes(day):
        (new if kind is ChangeKind.NEW else changed)[home.name] += 1
    by_name = {line["source"]: line for line in lines}
    for home in government.jurisdictions:
        line = by_name[home.name]
        count = home.count_on(day)
        wanted = (
            "ok", count, count if day == 0 else new[home.name], changed[home.name], 0,
        )  # fmt: skip
        found = (line["state"], line["found"], line["new"], line["changed"], line["failed"])
        if found != wanted:
            return False
    return True
