"""The rows that hold a measure's state: what is known of it, and where it was seen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipelines.texts import Observation
from scrapers.items import Measure

from . import tables
from .codec import Said, dump_measure
from .crawl import Group
from .going_back import Steps
from .identity import canonical, identity, measure_key
from .known import KnownRow, SightingRow, keys_of
from .texting import match_row
from .writes import Removal, Row


@dataclass(slots=True)
class Seen:
    """An observation with its digest and, when its source saw it before, that sighting's id."""

    observation: Observation
    said: Said
    identity: str
    sighting_id: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What a measure is after an observation, on its way to the tables.

    `known` is what it was before, or None, `fields` says which source decides
    which field, and `back` what its sighting remembers of earlier states.
    """

    group: Group
    seen: Seen
    known: KnownRow | None
    measure_id: int
    merged: Measure
    fields: Mapping[str, str]
    back: Steps

    def write(self, *, changed: bool) -> None:
        """Put all rows on their way; `changed` keeps the state the measure had before."""
        self._measure(changed=changed)
        self._names()
        self._places()
        self._sighting()
        self._matches()

    def _measure(self, *, changed: bool) -> None:
        known, merged, writes, now = (
            self.known,
            self.merged,
            self.group.writes,
            self.group.crawl.now,
        )
        row: Row = {
            "id": self.measure_id, "key": measure_key(merged), "identifier": merged.identifier,
            "title": merged.title, "status": merged.status, "url": merged.url,
            "data": dump_measure(merged), "fields": dict(self.fields), "vanished_at": None,
            "matched": dict(self.group.crawl.topics),
        }  # fmt: skip
        if known is None:
            writes.insert(tables.measures, row | {
                "source": self.seen.observation.source, "place": merged.place,
                "session": merged.session, "first_seen": now, "changed_at": now,
            })  # fmt: skip
            return
        if changed:
            writes.insert(tables.snapshots, {
                "measure_id": known.id, "since": known.changed_at, "until": now,
                "data": known.data,
            })  # fmt: skip
        same = (row["data"], row["fields"], row["matched"]) == (
            known.data, known.fields, known.matched,
        )  # fmt: skip
        if changed or known.vanished_at or not same:
            row["changed_at"] = now if changed else known.changed_at
            writes.update(tables.measures, row)

    def _names(self) -> None:
        """File the measure under its numbers. A further number that is another measure's stays so."""
        merged = self.merged
        have = self.known.keys if self.known else set()
        first = (merged.place, merged.session, measure_key(merged))
        names = (merged.identifier, *merged.formerly, *merged.identifiers)
        printed = {canonical(name): name for name in reversed(names)}
        for key in keys_of(merged):
            if key in have:
                continue
            row = {
                "place": key[0], "session": key[1], "key": key[2], "measure_id": self.measure_id,
                "identifier": printed.get(key[2], ""),
            }  # fmt: skip
            self.group.named[key] = self.measure_id
            if key == first:
                self.group.writes.insert(tables.measure_identifiers, row)
            else:
                self.group.writes.offer(tables.measure_identifiers, row)

    def _places(self) -> None:
        places = {self.merged.place, *self.merged.concerns}
        if self.known:
            if places == {self.known.measure.place, *self.known.measure.concerns}:
                return
            self.group.writes.delete(Removal.PLACES, self.measure_id)
        for place in sorted(places):
            row = {"measure_id": self.measure_id, "place": place}
            self.group.writes.insert(tables.measure_places, row)

    def _sighting(self) -> None:
        measure, writes, now = (
            self.seen.observation.measure,
            self.group.writes,
            self.group.crawl.now,
        )
        row: Row = {
            "measure_id": self.measure_id, "listing": measure.listing,
            "extras": dict(measure.extras), "last_seen": now,
            "digest": "" if self.back.is_waiting else self.seen.said.digest,
            "crawl_id": self.group.crawl.id, "absent_count": 0, "absent_crawl_id": 0,
            "going_back": self.back.memory,
        }  # fmt: skip
        if self.seen.sighting_id is not None:
            writes.update(tables.sightings, row | {"id": self.seen.sighting_id})
            return
        former = self._former()
        if not former:
            writes.insert(tables.sightings, row | {
                "source": self.seen.observation.source, "identity": self.seen.identity,
                "first_seen": now,
            })  # fmt: skip
            return
        # The source shows the measure under another number now: its sighting moves along.
        writes.update(tables.sightings, row | {"id": former[0].id, "identity": self.seen.identity})
        for extra in former[1:]:
            writes.delete(Removal.SIGHTINGS, extra.id)

    def _former(self) -> list[SightingRow]:
        measure = self.seen.observation.measure
        names = {identity(replace(measure, identifier=name)) for name in measure.formerly}
        rows = self.known.sightings if self.known else []
        return [row for row in rows if row.identity in names]

    def _matches(self) -> None:
        """Matches in fields are made anew each time: they follow the watchlist."""
        if self.known:
            self.group.writes.delete(Removal.FIELD_MATCHES, self.measure_id)
        for match in self.seen.observation.matches:
            row = match_row(match, self.measure_id, None)
            self.group.writes.insert(tables.matches, row)
        old, new = self.known.measure if self.known else None, self.merged
        searched = (new.title, new.abstract, new.sponsors)
        if old is None or searched != (old.title, old.abstract, old.sponsors):
            self.group.index.add_measure(self.measure_id, new)
