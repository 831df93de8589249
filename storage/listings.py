"""Measures that are gone: from a list that was read to its end, or by the source's own word.

Gone once may be a mistake of the site's; gone from two complete readings of the
same list, or for as many readings and days as that list says, and from every
other list the measure stood in, is vanished. A measure that is news itself is
given a day: a mirror that lags does not list it yet. Of what the source itself
says is no more, nothing more is waited for. docs/vanishing.md tells the whole.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import ChangeKind
from pipelines.texts import Change
from scrapers.items import Listing, Measure, Withdrawn

from . import tables
from .changing import Brought, Earlier, route_change, write_change
from .columns import storable
from .crawl import Crawl, Group
from .going_back import LASTING
from .known import KnownRow, load, load_by_id, topics_now
from .ports import Outcome
from .writes import chunks

_sightings = tables.sightings.c
_measures = tables.measures.c


@dataclass(frozen=True, slots=True)
class Lacking:
    """How many measures a list had when it was believed last, and how many of them it lacks now."""

    known: int
    lacks: int


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
    rows = connection.execute(_VANISHED.where(_sightings.listing == _LISTING), scope)
    return _tell_gone(connection, crawl, source, [_Gone(*row) for row in rows], {})


def withdraw(
    connection: Connection, crawl: Crawl, source: str, items: Sequence[Withdrawn]
) -> list[Outcome]:
    """Believe the source of measures that it says are no more; returns what vanished by it.

    What the crawl saw all the same, and what stands in another source's list, is there.
    """
    said = _known_of(connection, source, items)
    for part in chunks(sorted(said)):
        connection.execute(
            sa.update(tables.sightings)
            .where(
                _sightings.source == source,
                _sightings.measure_id.in_(part),
                _sightings.crawl_id != crawl.id,
            )
            # An unchanged observation must not be taken by the fast path: it restores the measure.
            .values(absent_count=_sightings.patience, absent_crawl_id=crawl.id, digest="")
        )
    scope = {"of_source": source, "crawl": crawl.id}
    gone = [_Gone(*row) for row in connection.execute(_VANISHED, scope) if row.measure_id in said]
    return _tell_gone(connection, crawl, source, gone, said)


def lacking(
    connection: Connection,
    crawl_id: int,
    source: str,
    listing: str,
    withdrawn: Sequence[Withdrawn] = (),
) -> Lacking:
    """Hold a list that a crawl read against what stood in it when it was believed last.

    What the source says is `withdrawn` is not lacking.
    """
    said = set(_known_of(connection, source, withdrawn))
    values = {"of_source": source, "of_listing": storable(listing), "crawl": crawl_id}
    rows = connection.execute(_STOOD, values).all()
    lacks = [row for row in rows if row.crawl_id != crawl_id and row.measure_id not in said]
    return Lacking(known=len(rows), lacks=len(lacks))


def _known_of(
    connection: Connection, source: str, items: Sequence[Withdrawn]
) -> dict[int, Withdrawn]:
    """The measures of a source that it says are no more, by their ids."""
    named = [
        Measure(place=item.place, session=item.session, identifier=item.identifier)
        for item in items
    ]
    found = zip(load(connection, named, source), items, strict=True)
    return {row.id: item for row, item in found if row and row.sightings}


def _tell_gone(
    connection: Connection,
    crawl: Crawl,
    source: str,
    gone: Collection[_Gone],
    said: Mapping[int, Withdrawn],
) -> list[Outcome]:
    """Note that measures vanished; `said` is the source's own word of those that it withdrew."""
    if not gone:
        return []
    known = load_by_id(connection, [one.measure_id for one in gone], source)
    group = Group(connection, crawl)
    topics = topics_now(connection, known)
    for one in gone:
        row = known[one.measure_id]
        found = topics.get(one.measure_id, set())
        change = _change(row.measure, one.last_seen, said.get(one.measure_id))
        group.outcomes.append(_vanish(group, source, row, change, found))
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
    group: Group, source: str, known: KnownRow, change: Change, topics: set[str]
) -> Outcome:
    if source in group.crawl.quiet:
        return Outcome(status="unchanged", measure_id=known.id)
    change_id = write_change(group, source, known.id, Brought(change))
    told = Earlier(change_id, change.kind, change.summary, ())
    route_change(group, source, known.measure, told, topics=topics, fresh=())
    return Outcome(status="changed", measure_id=known.id, kinds=(change.kind,))


def _change(measure: Measure, last_seen: datetime, said: Withdrawn | None) -> Change:
    seen = f"last seen {last_seen.date().isoformat()}"
    return Change(
        kind=ChangeKind.VANISHED,
        before={"listing": measure.listing, "status": measure.status, "url": measure.url},
        summary=f"Withdrawn: {said.reason}, {seen}" if said else f"No longer listed, {seen}",
        details={"withdrawn": {"reason": said.reason, "url": said.url}} if said else {},
    )


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
_LISTING = sa.bindparam("of_listing", type_=_sightings.listing.type)
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
        _sightings.listing == _LISTING,
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
# What stood in a list when it was believed last: an absence that was counted since is not counted again.
_STOOD = (
    sa.select(_sightings.measure_id, _sightings.crawl_id)
    .join(tables.measures, _measures.id == _sightings.measure_id)
    .where(
        _sightings.source == sa.bindparam("of_source"),
        _sightings.listing == _LISTING,
        _sightings.absent_crawl_id == 0,
        _measures.vanished_at.is_(None),
        sa.or_(
            _sightings.crawl_id != sa.bindparam("crawl"),
            _sightings.first_seen < _sightings.last_seen,
        ),
    )
)
