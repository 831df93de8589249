"""Steps back: a measure shown as it was before, by its own site.

A is amended to B and back to A: that is two changes, and both are told. But
where several servers answer for one address, one that lags shows A again and
again after B. What tells the two apart stands here; docs/mirrors.md says why.

A step back that loses what had happened (actions, versions) within the last day
is a stale copy, and so is every step back at a source whose servers are known to
disagree. A
stale copy moves nothing. It is believed once it has settled: seen so many times
and so long, with nothing else in between.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.clean import normalise
from pipelines.compare import compare, loses
from pipelines.texts import Change
from scrapers.items import Measure

from . import tables
from .codec import measure_from_json
from .known import KnownRow, SightingRow, VersionRow

WITHIN = timedelta(days=30)
"""How long ago a state may have ended that a lagging server still shows."""

PROOF = timedelta(days=14)
"""Within this time two steps back of one measure prove that the source's servers disagree."""

MARKED = timedelta(days=30)
"""How long a source stays marked after its last flap."""

TIMES, LASTING = 3, timedelta(days=1)
"""How often and how long a stale copy must be seen, alone, to be believed."""

_MOST, _MOST_TEXTS = 20, 3  # past states of a measure, and texts of a version, that are looked at
_FIELDS, _LISTED = "fields", "listed"

_sightings = tables.sightings.c
_snapshots = tables.snapshots.c
_versions = tables.versions.c


class Mirrors:
    """Whether the servers of one source are known to disagree: asked for once, when it matters."""

    def __init__(self, connection: Connection, source: str, now: datetime) -> None:
        self.connection = connection
        self._source = source
        self._now = now
        self._flapped: datetime | None = None
        self._asked = False

    @property
    def flap(self) -> bool:
        """Whether every step back must settle first."""
        if not self._asked:
            self._flapped, self._asked = last_flap(self.connection, self._source), True
        return self._flapped is not None and self._now - self._flapped <= MARKED

    def mark(self) -> None:
        """A flap was seen now."""
        self._flapped, self._asked = self._now, True


class Steps:
    """The steps back of one measure, as one source's sighting remembers them.

    `stale` counts the stale copies in this observation. What is waited for is
    kept in `memory`: by part ("fields", "text 2", "listed") the state, since
    when, how often, and in which crawl last; and when each part last went back.
    """

    def __init__(
        self, mirrors: Mirrors, known: KnownRow | None, sighting_id: int | None, *,
        crawl_id: int, now: datetime,
    ) -> None:  # fmt: skip
        self.stale = 0
        self._connection = mirrors.connection
        self._mirrors = mirrors
        self._known = known
        self._crawl_id = crawl_id
        self._now = now
        self._sighting = _of(known.sightings if known else (), sighting_id)
        kept = (self._sighting.going_back if self._sighting else None) or {}
        self._waits: dict[str, dict[str, Any]] = {
            part: dict(waits) for part, waits in kept.get("waits", {}).items()
        }
        self._went: dict[str, str] = {
            part: at for part, at in kept.get("went", {}).items() if self._ago(at) <= PROOF
        }
        flapped = kept.get("flapped")
        self._flapped: str | None = flapped if flapped and self._ago(flapped) <= MARKED else None

    @property
    def memory(self) -> Mapping[str, Any] | None:
        """What the sighting is to remember; None where there is nothing."""
        found = {"waits": self._waits, "went": self._went, "flapped": self._flapped}
        return {name: value for name, value in found.items() if value} or None

    @property
    def is_waiting(self) -> bool:
        """Whether the next observation must be looked at, though it says what this one said."""
        return bool(self._waits)

    def is_stale(self, observed: Measure, changes: Sequence[Change]) -> bool:
        """Whether an observation is a stale copy; `changes` are those against the known state."""
        if self._known is None or self._sighting is None:
            return False
        past = self._past(observed) if changes else None
        if past is None:
            self._not_back(_FIELDS, same=not changes, shown=observed.observed)
        if changes and past is None:
            self._waits.pop(_LISTED, None)
            return False
        unlisted = self._known.vanished_at
        relisted = unlisted is not None and self._is_stale_listing(unlisted)
        if past is None:
            return relisted
        earlier, name = past
        shown = replace(earlier, observed=observed.observed)
        young = self._now - self._known.changed_at < LASTING
        lost = young and loses(self._known.measure, shown)
        stale = self._waits_for(_FIELDS, name, lost=lost, shown=observed.observed)
        return stale or relisted

    def earlier_texts(self, row: VersionRow) -> list[VersionRow]:
        """The version with each text that it had lately, the latest first."""
        if self._known is None or self._sighting is None:
            return []
        values = {"measure_id": self._known.id, "seq": row.seq, "since": self._now - WITHIN}
        found = self._connection.execute(_HAD, values | {"most": _MOST_TEXTS})
        return [replace(row, text_id=had.text_id, text_sha256=had.text_sha256) for had in found]

    def is_stale_text(self, row: VersionRow, earlier: VersionRow | None) -> bool:
        """Whether another text of a version than the known one is a stale copy of `earlier`."""
        part = f"text {row.seq}"
        if earlier is None:
            self._not_back(part, same=False)
            return False
        return self._waits_for(part, earlier.text_sha256, lost=False)

    def same_text(self, row: VersionRow) -> None:
        """A version is shown with the text that is known."""
        self._not_back(f"text {row.seq}", same=True)

    def disagree(self) -> None:
        """One address gave two states in one crawl: its servers disagree."""
        if self._sighting is not None:
            self._flap()

    def _is_stale_listing(self, vanished_at: datetime) -> bool:
        """A measure that has just left a list and stands in it again."""
        if self._now - vanished_at > WITHIN:
            self._waits.pop(_LISTED, None)
            return False
        if self._sighting is not None and self._sighting.absent_count:
            self._waits.pop(_LISTED, None)
        return self._waits_for(_LISTED, _LISTED, lost=False)

    def _past(self, observed: Measure) -> tuple[Measure, str] | None:
        """The latest earlier state that the observation shows as a whole, and a name for it."""
        # The time of the last change is when the latest earlier state ended.
        known = self._known
        if known is None or known.changed_at == known.first_seen:
            return None
        if self._now - known.changed_at > WITHIN:
            return None
        rows = self._connection.execute(
            _PAST, {"measure_id": known.id, "since": self._now - WITHIN, "most": _MOST}
        )
        title = normalise(observed.title)
        for data in rows.scalars():
            kept = json.loads(data)
            if not _may_be(kept, observed, title):
                continue
            earlier = measure_from_json(kept)
            if observed.observed <= earlier.observed and not compare(earlier, observed):
                return earlier, blake2b(data.encode(), digest_size=8).hexdigest()
        return None

    def _waits_for(self, part: str, state: str, *, lost: bool, shown: Collection[str] = ()) -> bool:
        """Note a step back of a part; whether it is not believed yet."""
        if not lost and part not in self._waits and not self._mirrors.flap:
            self._goes_back(part)
            return False
        waits = self._waits.get(part)
        if waits is None or waits["state"] != state:
            waits = {
                "state": state, "since": self._now.isoformat(), "seen": 0, "crawl": 0,
                "shown": sorted(shown),
            }  # fmt: skip
            self._waits[part] = waits
        # What is recorded twice in one crawl was seen once.
        if waits["crawl"] != self._crawl_id:
            waits["seen"] += 1
            waits["crawl"] = self._crawl_id
        if waits["seen"] >= TIMES and self._ago(waits["since"]) >= LASTING:
            del self._waits[part]
            self._went[part] = self._now.isoformat()
            return False
        self.stale += 1
        return True

    def _goes_back(self, part: str) -> None:
        """A step back is told; the second one in short time proves that servers disagree."""
        if part in self._went:
            self._flap()
        self._went[part] = self._now.isoformat()

    def _not_back(self, part: str, *, same: bool, shown: Collection[str] = ()) -> None:
        """A part is shown in another state than an earlier one; `same` says: as it is known."""
        waits = self._waits.get(part)
        # Who shows less than the stale copy did denies nothing of it.
        if waits is None or not set(waits["shown"]) <= set(shown):
            return
        del self._waits[part]
        if same and self._ago(waits["since"]) <= PROOF:
            self._flap()

    def _flap(self) -> None:
        self._flapped = self._now.isoformat()
        self._mirrors.mark()

    def _ago(self, at: str) -> timedelta:
        return self._now - datetime.fromisoformat(at)


def last_flap(connection: Connection, source: str) -> datetime | None:
    """When the servers of a source were last seen to disagree."""
    kept = connection.execute(_KEPT, {"source": source}).scalars()
    times = [datetime.fromisoformat(one["flapped"]) for one in kept if one.get("flapped")]
    return max(times, default=None)


def _may_be(kept: Mapping[str, Any], observed: Measure, title: str) -> bool:
    """Whether a kept state is worth comparing: most differ in their title or number of actions."""
    if "actions" in observed.observed and len(kept.get("actions", ())) != len(observed.actions):
        return False
    return "title" not in observed.observed or normalise(kept.get("title", "")) == title


def _of(sightings: Sequence[SightingRow], sighting_id: int | None) -> SightingRow | None:
    return next((one for one in sightings if one.id == sighting_id), None)


_PAST = (
    sa.select(_snapshots.data)
    .where(
        _snapshots.measure_id == sa.bindparam("measure_id"),
        _snapshots.until >= sa.bindparam("since", type_=_snapshots.until.type),
    )
    .order_by(_snapshots.until.desc(), _snapshots.id.desc())
    .limit(sa.bindparam("most"))
)
_HAD = (
    sa.select(_versions.text_id, _versions.text_sha256)
    .where(
        _versions.measure_id == sa.bindparam("measure_id"),
        _versions.seq == sa.bindparam("seq"),
        _versions.text_id.is_not(None),
        _versions.replaced_at >= sa.bindparam("since", type_=_versions.replaced_at.type),
    )
    .order_by(_versions.id.desc())
    .limit(sa.bindparam("most"))
)
_KEPT = sa.select(_sightings.going_back).where(
    _sightings.source == sa.bindparam("source"), _sightings.going_back.is_not(None)
)
