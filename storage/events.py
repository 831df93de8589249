"""Observed events become rows: the event, its agenda, and what that means for measures.

An event is its source and the source's own name of it. Its agenda is kept item
by item, each as it was worded from one day to another, so that an agenda can be
shown as it was. Only a complete agenda takes items away.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.vocabulary import ChangeKind
from pipelines.agenda import ITEM_KEYS, is_over, scheduling
from pipelines.pairs import pairs
from pipelines.texts import Change, EventObservation
from scrapers.addresses import canonical_url
from scrapers.items import AgendaItem, Event

from . import tables
from .changing import Brought, Earlier, route_change, write_change
from .codec import Said, load_measure
from .crawl import Crawl, Group
from .event_codec import (
    event_from_json,
    event_to_json,
    item_from_json,
    item_to_json,
    storable_event,
)
from .identity import canonical
from .known import Key, topics_now
from .linking import find_measures
from .ports import Outcome, RecordStatus
from .summaries import event_summary
from .writes import Row, chunks

_events = tables.events.c
_items = tables.agenda_items.c
_measures = tables.measures.c


@dataclass(slots=True)
class SeenEvent:
    """An observed event with its digest and, when it is known, its id."""

    observation: EventObservation
    said: Said
    identity: str
    id: int | None = None


@dataclass(slots=True)
class _Item:
    """A current item of a known agenda; `id` is None for one that is new."""

    id: int | None
    measure_id: int | None
    seq: int
    item: AgendaItem


@dataclass(slots=True)
class _Known:
    """An event as it is kept."""

    event: Event
    changed_at: datetime
    items: list[_Item] = field(default_factory=list)


@dataclass(slots=True)
class _Told:
    """A change of a measure on its way; `rank` is the place of its event in the group."""

    rank: int
    source: str
    measure_id: int
    change: Change


def plan_events(connection: Connection, crawl: Crawl, seen: Sequence[SeenEvent]) -> Group:
    """Work out what observed events change, no event twice among them. Writes nothing."""
    group = Group(connection, crawl)
    known = _load(connection, [one.id for one in seen if one.id is not None])
    plans = [_Agenda(group, one, known.get(one.id or 0)) for one in seen]
    found = find_measures(connection, {key for plan in plans for key in plan.wanted()})
    told: list[_Told] = []
    for rank, (one, plan) in enumerate(zip(seen, plans, strict=True)):
        news = plan.write(found)
        told += [_Told(rank, one.observation.source, id_, change) for id_, change in news]
    kinds = _tell(group, told)
    group.outcomes += [
        Outcome(of="event", status=plan.status, kinds=tuple(kinds.get(rank, ())))
        for rank, plan in enumerate(plans)
    ]
    return group


class _Agenda:
    """One event while it is planned: what it was, what it is, what goes and comes."""

    def __init__(self, group: Group, seen: SeenEvent, known: _Known | None) -> None:
        event = seen.observation.event
        if not event.id:
            raise ValueError("its source gives the event no id")
        self.group = group
        self.seen = seen
        self.event = storable_event(event) if seen.said.unstorable else event
        self.known = known
        self.id = seen.id if seen.id is not None else group.ids.next(tables.events)
        self.before = known.items if known else []
        self._places = {one.id: (one.seq, one.measure_id) for one in self.before}
        self.gone: list[_Item] = []
        self.now = self._agenda()
        self.status = self._status()

    def wanted(self) -> Iterator[Key]:
        """The keys of the measures to look for."""
        for one in self.now:
            if one.measure_id is None and (key := self._key(one.item))[2]:
                yield key

    def write(self, measures: dict[Key, int]) -> list[tuple[int, Change]]:
        """Put all rows on their way; returns what is news, for whichever measures are known."""
        was_on = {one.measure_id: one.item for one in reversed(self.before) if one.measure_id}
        for one in self.now:
            self._write_item(one, measures)
        for one in self.gone:
            self.group.writes.update(
                tables.agenda_items, {"id": one.id, "until": self.group.crawl.now}
            )
        self._write_event()
        crawl = self.group.crawl
        if self.seen.observation.source in crawl.quiet or is_over(self.event, crawl.now):
            return []
        is_on = {one.measure_id: one.item for one in reversed(self.now) if one.measure_id}
        return list(self._news(was_on, is_on))

    def _agenda(self) -> list[_Item]:
        """The items as they are now; those of before that are worded otherwise, or left, are gone."""
        items = self.event.items
        paired = pairs([one.item for one in self.before], items, ITEM_KEYS)
        found = []
        for rank, item in enumerate(items):
            before = self.before[paired[rank]] if rank in paired else None
            if before is not None and before.item == item:
                found.append(replace(before, seq=rank))
                continue
            measure_id = None
            if before is not None:
                self.gone.append(before)
                if self._key(before.item) == self._key(item):
                    measure_id = before.measure_id
            found.append(_Item(None, measure_id, rank, item))
        here = set(paired.values())
        left = [one for rank, one in enumerate(self.before) if rank not in here]
        if self.event.complete:
            self.gone += left
        else:
            found += left
        return found

    def _status(self) -> RecordStatus:
        if self.known is None:
            return "new"
        same = _facts(self.event) == _facts(self.known.event) and self.now == self.before
        return "unchanged" if same else "changed"

    def _key(self, item: AgendaItem) -> Key:
        return self.event.place, item.session, canonical(item.identifier)

    def _write_item(self, one: _Item, measures: dict[Key, int]) -> None:
        writes, key = self.group.writes, self._key(one.item)
        found = one.measure_id if one.measure_id is not None else measures.get(key)
        if one.id is None:
            writes.insert(tables.agenda_items, {
                "event_id": self.id, "measure_id": found, "seq": one.seq, "place": key[0],
                "session": key[1], "key": key[2], "data": item_to_json(one.item),
                "since": self.group.crawl.now, "until": None,
            })  # fmt: skip
        else:
            row: Row = {"id": one.id, "seq": one.seq, "measure_id": found}
            if (one.seq, found) != self._places[one.id]:
                writes.update(tables.agenda_items, row)
        one.measure_id = found

    def _write_event(self) -> None:
        event, known, writes, crawl = self.event, self.known, self.group.writes, self.group.crawl
        changed = known is None or _facts(event) != _facts(known.event)
        row: Row = {
            "id": self.id, "place": event.place, "date": event.date,
            "time": event.time.isoformat() if event.time else "", "data": event_to_json(event),
            "digest": self.seen.said.digest, "last_seen": crawl.now, "crawl_id": crawl.id,
            "changed_at": crawl.now if known is None or changed else known.changed_at,
        }  # fmt: skip
        if known is None:
            writes.insert(tables.events, row | {
                "source": self.seen.observation.source, "identity": self.seen.identity,
                "first_seen": crawl.now,
            })  # fmt: skip
            return
        if changed:
            writes.insert(tables.event_snapshots, {
                "event_id": self.id, "since": known.changed_at, "until": crawl.now,
                "data": event_to_json(known.event),
            })  # fmt: skip
        writes.update(tables.events, row)

    def _news(
        self, was_on: dict[int, AgendaItem], is_on: dict[int, AgendaItem]
    ) -> Iterator[tuple[int, Change]]:
        old, source = self.known.event if self.known else None, self.seen.observation.source
        for measure_id in sorted(was_on.keys() | is_on.keys()):
            before, after = was_on.get(measure_id), is_on.get(measure_id)
            found = scheduling(old, self.event, was_on=before is not None, is_on=after is not None)
            if found is None:
                continue
            change = Change(
                kind=ChangeKind.SCHEDULED,
                before=event_summary(self.id, source, old, before) if old and before else None,
                after=event_summary(self.id, source, self.event, after) if after else None,
                summary=found.summary,
                details={"event": self.id, "what": list(found.what)},
            )
            yield measure_id, change


def _tell(group: Group, told: Sequence[_Told]) -> dict[int, list[ChangeKind]]:
    """Write and route the changes; one of a measure that is new itself is told as `new` only."""
    ids = {one.measure_id for one in told}
    measures = {
        row.id: row
        for part in chunks(sorted(ids))
        for row in group.connection.execute(_TOLD, {"ids": part})
    }
    topics = topics_now(group.connection, ids)
    kinds: dict[int, list[ChangeKind]] = {}
    for one in told:
        row = measures[one.measure_id]
        if row.first_seen >= group.crawl.now:
            continue
        change_id = write_change(group, one.source, one.measure_id, Brought(one.change))
        change = Earlier(change_id, one.change.kind, one.change.summary, ())
        about = topics.get(one.measure_id, set())
        route_change(group, one.source, load_measure(row.data), change, topics=about, fresh=())
        kinds.setdefault(one.rank, []).append(one.change.kind)
    return kinds


def _facts(event: Event) -> tuple[object, ...]:
    """What a reader sees of an event; a source's own stamps are not part of it."""
    return (event.name, event.date, event.time, event.when_text, event.status, event.status_text,
            event.location, canonical_url(event.url))  # fmt: skip


def _load(connection: Connection, ids: Iterable[int]) -> dict[int, _Known]:
    """Read known events with their current agendas."""
    known: dict[int, _Known] = {}
    for part in chunks(sorted(ids)):
        for row in connection.execute(_KNOWN, {"ids": part}):
            known[row.id] = _Known(event_from_json(row.data), row.changed_at)
        for line in connection.execute(_AGENDA, {"ids": part}):
            item = _Item(line.id, line.measure_id, line.seq, item_from_json(line.data))
            known[line.event_id].items.append(item)
    return known


def _ids() -> sa.BindParameter[Any]:
    return sa.bindparam("ids", expanding=True)


_KNOWN = sa.select(_events.id, _events.data, _events.changed_at).where(_events.id.in_(_ids()))
_AGENDA = (
    sa.select(_items.id, _items.event_id, _items.measure_id, _items.seq, _items.data)
    .where(_items.event_id.in_(_ids()), _items.until.is_(None))
    .order_by(_items.event_id, _items.seq, _items.id)
)
_TOLD = sa.select(_measures.id, _measures.data, _measures.first_seen).where(
    _measures.id.in_(_ids())
)
