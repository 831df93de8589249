"""The rows of crawls: opened by whoever starts one, closed by the crawl itself.

The row is what is believed, never an exit code. A crawl holds the lock that
bears its number as long as it lives, so an open row whose lock is free belongs
to a crawl that crashed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import Health

from . import tables
from .database import Database
from .errors import StorageError
from .locks import Locks
from .ports import CrawlRow, CrawlState, SourceReport

GRACE = timedelta(minutes=2)
"""How long a crawl may take from its row to its lock."""

_WELL = ("ok", "quiet", "stale")
_CRASHED = ["the crawl crashed before it could report; what it had recorded is kept"]
_SOON = timedelta(minutes=1)
_crawls = tables.crawls.c
_reports = tables.reports.c
_sources = tables.sources.c


def lock_name(crawl_id: int) -> str:
    """The lock that a crawl holds from its start to its end, before those of its hosts."""
    return f"crawl:{crawl_id}"


class Crawls:
    """Opens, follows and closes the rows of crawls."""

    def __init__(self, database: Database, locks: Locks) -> None:
        self._database = database
        self._locks = locks

    def open(
        self,
        group: str,
        sources: Sequence[str],
        hosts: Sequence[str],
        *,
        now: datetime,
        archive: str = "",
        replay: bool = False,
    ) -> int:
        """Begin a crawl; returns its id. Its process then holds `lock_name(id)`."""
        with self._database.writing() as connection:
            created = connection.execute(
                sa.insert(tables.crawls),
                {
                    "group_name": group, "sources": list(sources), "hosts": list(hosts),
                    "started": now, "beat": now, "state": "running", "archive": archive,
                    "replay": replay, "progress": {},
                },
            )  # fmt: skip
            key = created.inserted_primary_key
            assert key is not None
            return int(key[0])

    def set_archive(self, crawl_id: int, archive: str) -> None:
        """Name the archive that the crawl records to."""
        with self._database.writing() as connection:
            connection.execute(
                sa.update(tables.crawls).where(_crawls.id == crawl_id).values(archive=archive)
            )

    def progress(self, crawl_id: int, counts: Mapping[str, Any], *, now: datetime) -> None:
        """Tell how far a running crawl is."""
        with self._database.writing() as connection:
            connection.execute(
                sa.update(tables.crawls)
                .where(_crawls.id == crawl_id, _crawls.state == "running")
                .values(progress=dict(counts), beat=now)
            )

    def close(
        self,
        crawl_id: int,
        state: CrawlState,
        reports: Sequence[SourceReport],
        *,
        now: datetime,
        baselines: Sequence[str] = (),
        seen: datetime | None = None,
        memories: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        """End a crawl with a report a source, in one transaction: the crawl's last.

        `baselines` are the sources whose quiet time ends with this crawl: those
        that were complete for the first time, as of `seen`. `memories` hold what the spiders
        of sources want to remember; all they yielded is recorded by now.
        """
        with self._database.writing() as connection:
            _close(connection, crawl_id, state, now)
            if reports:
                rows = [_report_row(crawl_id, report, now) for report in reports]
                connection.execute(sa.insert(tables.reports), rows)
            for source in baselines:
                connection.execute(
                    sa.update(tables.sources)
                    .where(_sources.name == source, _sources.baseline_at.is_(None))
                    .values(baseline_at=seen or now)
                )
            for source, memory in memories.items():
                connection.execute(
                    sa.update(tables.sources)
                    .where(_sources.name == source)
                    .values(memory=dict(memory))
                )

    def get(self, crawl_id: int) -> CrawlRow:
        """One crawl's row. Raises StorageError when there is none."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(tables.crawls).where(_crawls.id == crawl_id)).first()
        if row is None:
            raise StorageError(f"there is no crawl {crawl_id}")
        return _crawl(row)

    def running(self) -> list[CrawlRow]:
        """The crawls whose rows are open, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                sa.select(tables.crawls).where(_crawls.state == "running").order_by(_crawls.id)
            ).all()
        return [_crawl(row) for row in rows]

    def reap(
        self, *, now: datetime, grace: timedelta = GRACE, crawl_id: int | None = None
    ) -> list[int]:
        """Mark open crawls whose lock is free as crashed, and return their ids.

        A crawl younger than `grace` may still be on its way to its lock. Whoever
        knows that a crawl's process has ended gives its `crawl_id` and no grace.
        """
        crashed = [
            row
            for row in self.running()
            if crawl_id in (None, row.id)
            and row.started <= now - grace
            and self._locks.is_free(lock_name(row.id))
        ]
        with self._database.writing() as connection:
            return [row.id for row in crashed if _crash(connection, row, now)]

    def reports(self, crawl_id: int) -> list[SourceReport]:
        """What a crawl reported, a source each."""
        with self._database.reading() as connection:
            rows = connection.execute(
                sa.select(tables.reports)
                .where(_reports.crawl_id == crawl_id)
                .order_by(_reports.source)
            ).all()
        return [_report(row) for row in rows]

    def history(self, source: str, *, limit: int = 30) -> list[SourceReport]:
        """The latest reports of a source, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                sa.select(tables.reports)
                .where(_reports.source == source)
                .order_by(_reports.crawl_id.desc())
                .limit(limit)
            ).all()
        return [_report(row) for row in rows]

    def whole(self, source: str, *, limit: int = 1) -> list[SourceReport]:
        """The reports of the last crawls that went well and asked for everything, newest first."""
        statement = (
            sa.select(tables.reports)
            .where(_reports.source == source, _reports.state.in_(_WELL))
            .order_by(_reports.crawl_id.desc())
        )
        with (
            self._database.reading() as connection,
            connection.execute(statement, execution_options={"yield_per": 20}) as rows,
        ):
            reports = (_report(row) for row in rows)
            return list(islice((report for report in reports if not report.partial), limit))

    def short_lists(self, source: str, listing: str) -> tuple[int, datetime | None]:
        """How many crawls in a row found a list short, up to the last one, and since when.

        A crawl that failed, or asked only for what changed, tells nothing of the list.
        """
        statement = (
            sa.select(tables.reports)
            .where(_reports.source == source)
            .order_by(_reports.crawl_id.desc())
        )
        count, since = 0, None
        with (
            self._database.reading() as connection,
            connection.execute(statement, execution_options={"yield_per": 20}) as rows,
        ):
            for report in map(_report, rows):
                if listing in report.short:
                    count, since = count + 1, report.at
                elif report.state in _WELL and not report.partial:
                    break
        return count, since


def _close(connection: Connection, crawl_id: int, state: str, now: datetime) -> None:
    # A crawl that was taken for crashed, and was not, knows better.
    closed = connection.execute(
        sa.update(tables.crawls)
        .where(_crawls.id == crawl_id, _crawls.state.in_(("running", "crashed")))
        .values(state=state, ended=now, beat=now)
    )
    if closed.rowcount != 1:
        raise StorageError(f"the crawl {crawl_id} is not open")


def _crash(connection: Connection, row: CrawlRow, now: datetime) -> bool:
    marked = connection.execute(
        sa.update(tables.crawls)
        .where(_crawls.id == row.id, _crawls.state == "running")
        .values(state="crashed", ended=now)
    )
    if marked.rowcount == 1 and not row.replay:
        _break(connection, row, now)
    return marked.rowcount == 1


def _break(connection: Connection, row: CrawlRow, now: datetime) -> None:
    """Note that the sources of a crashed crawl fail, but those it had read before."""
    unread = sa.and_(
        _sources.name.in_(row.sources),
        sa.or_(_sources.last_success.is_(None), _sources.last_success < row.started - _SOON),
    )
    failing = str(Health.FAILING)
    connection.execute(
        sa.update(tables.sources)
        .where(unread, sa.or_(_sources.health.is_(None), _sources.health != failing))
        .values(health_since=now)
    )
    connection.execute(
        sa.update(tables.sources).where(unread).values(health=failing, notes=_CRASHED)
    )


def _report_row(crawl_id: int, report: SourceReport, now: datetime) -> dict[str, Any]:
    data = asdict(report)
    for name in ("source", "state", "at", "crawl_id"):
        del data[name]
    return {
        "crawl_id": crawl_id, "source": report.source, "at": report.at or now,
        "state": report.state,
        "data": data,
    }  # fmt: skip


def _report(row: Any) -> SourceReport:
    data: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.data.items()
    }
    return SourceReport(
        source=row.source, state=row.state, at=row.at, crawl_id=row.crawl_id, **data
    )


def _crawl(row: Any) -> CrawlRow:
    return CrawlRow(
        id=row.id, group=row.group_name, sources=tuple(row.sources), hosts=tuple(row.hosts),
        started=row.started, state=row.state, ended=row.ended, beat=row.beat,
        archive=row.archive, replay=row.replay, progress=row.progress,
    )  # fmt: skip
