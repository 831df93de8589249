"""Measures that are gone from a list that was read to its end.

Gone once may be a mistake of the site's; gone from two complete readings of the
same list, or for as many readings and days as that list says, and from every
other list the measure stood in, is vanished. A measure that is news itself is
given a day: a mirror that lags does not list it yet.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import ChangeKind
from pipelines.texts import Change
from scrapers.items import Listing

from . import tables
from .changing import Brought, Earlier, route_change, write_change
from .columns import storable
from .crawl import Crawl, Group
from .going_back import LASTING
from .known import KnownRow, load_by_id, topics_now
from .ports import Outcome
from .writes import chunks

_sightings = tables.sightings.c
_measures = tables.measures.c


@dataclass(frozen=True, slots=True)
class _Gone:
    measure_id: int
    last_seen: datetime


def finish(connection: Connection, crawl: Crawl, source: str, listing: Listing) -> list[Outcome]:
    """Count the absences of one complete reading; returns what vanished by it."""
    scope = {"of_source": source, "of_listing": storable(listing.name), "crawl": crawl.id}
    waits = {
        "of_patience": listing.patience, "since": crawl.now - timedelta(days=listing.days),
        "young": crawl.now - LASTING,
    }  # fmt: skip
    connection.execute(_COUNT_ABSENCE, scope | waits)
    gone = [_Gone(row.measure_id, row.last_seen) for row in connection.execute(_VANISHED, scope)]
    if not gone:
        return []
    known = load_by_id(connection, [one.measure_id for one in gone], source)
    group = Group(connection, crawl)
    topics = topics_now(connection, known)
    for one in gone:
        row = known[one.measure_id]
        found = topics.get(one.measure_id, set())
        group.outcomes.append(_vanish(group, source, row, one.last_seen, found))
    group.flush()
    for part in chunks([one.measure_id for one in gone]):
        connection.execute(
            sa.update(tables.measures).where(_measures.id.in_(part)).values(vanished_at=crawl.now)
        )
        # An unchanged observation must not be taken by the fast path: it restores the measure.
        connection.execute(
            sa.update(tables.sightings).where(_sightings.measure_id.in_(part)).values(digest="")
        )
    return group.outcomes


def _vanish(
    group: Group, source: str, known: KnownRow, last_seen: datetime, topics: set[str]
) -> Outcome:
    if source in group.crawl.quiet:
        return Outcome(status="unchanged", measure_id=known.id)
    measure = known.measure
    change = Change(
        kind=ChangeKind.VANISHED,
        before={"listing": measure.listing, "status": measure.status, "url": measure.url},
        summary=f"No longer listed, last seen {last_seen.date().isoformat()}",
    )
    change_id = write_change(group, source, known.id, Brought(change))
    told = Earlier(change_id, change.kind, change.summary, ())
    route_change(group, source, measure, told, topics=topics, fresh=())
    return Outcome(status="changed", measure_id=known.id, kinds=(change.kind,))


_ABSENCES = _sightings.absent_count + sa.case(
    # A crawl that died after it had counted is made again: its absence counts once.
    (
        sa.exists().where(
            tables.crawls.c.id == _sightings.absent_crawl_id,
            tables.crawls.c.state.in_(("crashed", "interrupted")),
        ),
        0,
    ),
    else_=1,
)
_PATIENCE = sa.bindparam("of_patience", type_=sa.Integer)
# New since the baseline, and so recently that a server may not list it yet.
_YOUNG = sa.and_(
    _sightings.first_seen > sa.bindparam("young"),
    sa.exists().where(
        tables.sources.c.name == _sightings.source,
        tables.sources.c.baseline_at < _sightings.first_seen,
    ),
)
_COUNT_ABSENCE = (
    sa.update(tables.sightings)
    .where(
        _sightings.source == sa.bindparam("of_source"),
        _sightings.listing == sa.bindparam("of_listing"),
        _sightings.crawl_id != sa.bindparam("crawl"),
        _sightings.absent_crawl_id != sa.bindparam("crawl"),
    )
    .values(
        # Until its days are over, a measure stays one absence short of its list's patience.
        absent_count=sa.case(
            (
                sa.and_(
                    sa.or_(_sightings.last_seen > sa.bindparam("since"), _YOUNG),
                    _ABSENCES >= _PATIENCE,
                ),
                _PATIENCE - 1,
            ),
            else_=_ABSENCES,
        ),
        absent_crawl_id=sa.bindparam("crawl"),
        patience=_PATIENCE,
    )
)
_OTHER = tables.sightings.alias("other")
_VANISHED = (
    sa.select(_sightings.measure_id, sa.func.max(_sightings.last_seen).label("last_seen"))
    .join(tables.measures, _measures.id == _sightings.measure_id)
    .where(
        _sightings.source == sa.bindparam("of_source"),
        _sightings.listing == sa.bindparam("of_listing"),
        _sightings.absent_crawl_id == sa.bindparam("crawl"),
        _sightings.absent_count >= _sightings.patience,
        _measures.vanished_at.is_(None),
        ~sa.exists().where(
            _OTHER.c.measure_id == _sightings.measure_id, _OTHER.c.absent_count < _OTHER.c.patience
        ),
    )
    .group_by(_sightings.measure_id)
    .order_by(_sightings.measure_id)
)
