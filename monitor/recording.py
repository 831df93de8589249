"""The one writer of a crawl: a thread that records observations in batches.

A batch is one transaction. The stages put observations in; when the writer
cannot keep up they wait. If the store cannot be written to, the crawl is told
to stop and the error comes out at the end, so nothing is half-believed.
"""

import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.ports import FetchState
from pipelines.texts import EventObservation, Observation
from scrapers.items import Listing, Withdrawn
from storage.errors import StorageError
from storage.listings import Lacking
from storage.ports import Outcome, Route
from storage.store import Store, digest_of

log = logging.getLogger(__name__)

Waiting = tuple[Observation | EventObservation, Mapping[str, FetchState]]

COVERED = ("title", "status", "sponsors", "dates", "actions", "versions", "abstract", "url")
"""The fields whose presence is held against a source's past."""

BATCH = 100
WAITING = 4 * BATCH
PAUSE_SECONDS = 0.05


@dataclass
class Totals:
    """What was recorded in one crawl of one source: measures in `statuses`, events beside them.

    `fields` counts the measures that had each field, `names` are their sessions
    and identifiers, `stale` counts stale copies (`storage.going_back`).
    """

    fields: Counter[str] = field(default_factory=Counter)
    names: set[tuple[str, str]] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    pending: int = 0
    stale: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        counts = self.events if outcome.of == "event" else self.statuses
        counts[outcome.status] += 1
        self.kinds.update(str(kind) for kind in outcome.kinds)
        self.pending += outcome.pending
        self.stale += outcome.stale
        if outcome.error:
            self.errors.append(outcome.error)

    def see(self, observation: Observation | EventObservation) -> None:
        """Count what an observation shows, whatever comes of it."""
        if isinstance(observation, Observation):
            measure = observation.measure
            self.fields.update(name for name in COVERED if getattr(measure, name))
            self.names.add((measure.session, measure.identifier))

    @property
    def recorded(self) -> int:
        """How many measures and events were recorded, or failed and were counted."""
        return self.statuses.total() + self.events.total()


class Writer:
    """Records what the stages submit. `flush` waits until all of it is kept."""

    def __init__(
        self,
        store: Store,
        *,
        source: str,
        crawl_id: int,
        now: datetime,
        route: Route,
        topics: Mapping[str, str],
        on_error: Callable[[], None] = lambda: None,
    ) -> None:
        self.store = store
        self.crawl_id = crawl_id
        self.now = now
        self.route = route
        self.topics = topics
        self.on_error = on_error
        self.totals = Totals()
        self.error: Exception | None = None
        self._queue: queue.Queue[Waiting | None] = queue.Queue(WAITING)
        self._source = source
        self._listings: list[tuple[str, Listing]] = []
        self._withdrawn: list[Withdrawn] = []
        self._said = store.said(source)
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def is_known(self, observation: Observation) -> bool:
        """Whether the store will find that it says what its source said last.

        A measure that is seen twice in a crawl is held against its first sight.
        """
        name, digest = digest_of(observation)
        known = digest != "" and self._said.get(name) == digest
        self._said[name] = digest
        return known

    def submit(
        self,
        observation: Observation | EventObservation,
        fetches: Mapping[str, FetchState],
        *,
        wait: bool,
    ) -> bool:
        """Put an observation in line; false when the line is full and `wait` is false."""
        if self.error is None:
            try:
                self._queue.put((observation, fetches), block=wait)
            except queue.Full:
                return False
        self.totals.see(observation)
        return True

    def listing(self, source: str, listing: Listing) -> None:
        """A list was read to its end; it is closed after all else is recorded."""
        self._listings.append((source, listing))

    def withdrawn(self, source: str, item: Withdrawn) -> None:
        """The source says that a measure is no more; it is believed after all else is recorded."""
        assert source == self._source
        self._withdrawn.append(item)

    @property
    def taken(self) -> int:
        """How many items came to an end that is known; right once `flush` has returned."""
        return self.totals.recorded + len(self._listings) + len(self._withdrawn)

    def flush(self) -> Totals:
        """Record what is left; raises what kept the store from being written to."""
        self._queue.put(None)
        self._thread.join()
        if self.error is not None:
            raise self.error
        return self.totals

    @property
    def lists(self) -> list[Listing]:
        """The lists that were read to their end: none that holds fewer rows than it says itself."""
        return [
            listing
            for _, listing in self._listings
            if listing.total is None or listing.rows >= listing.total
        ]

    def lacking(self, listing: str) -> Lacking:
        """Hold a list against what stood in it before; right once `flush` has returned."""
        return self.store.lacking(
            self._source, listing, crawl_id=self.crawl_id, withdrawn=self._withdrawn
        )

    def close_listings(self) -> int:
        """Close the lists that were read, once the crawl is known to be complete.

        What the source itself says is no more is believed with them. Returns how
        many measures vanished.
        """
        when: Any = {"crawl_id": self.crawl_id, "now": self.now, "route": self.route}
        outcomes: list[Outcome] = []
        if self._withdrawn:
            outcomes += self.store.withdraw(self._source, self._withdrawn, **when)
        for listing in self.lists:
            outcomes += self.store.finish_listing(self._source, listing, **when)
        for outcome in outcomes:
            self.totals.kinds.update(str(kind) for kind in outcome.kinds)
        return len(outcomes)

    def _work(self) -> None:
        ended = False
        while not ended:
            batch, ended = self._next_batch()
            if not batch or self.error is not None:
                continue
            try:
                self._record(batch)
            except Exception as error:
                if not isinstance(error, StorageError):
                    log.exception("recording failed")
                self.error = error
                self.on_error()

    def _next_batch(self) -> tuple[list[Waiting], bool]:
        """Up to a batch of what waits; returns early when nothing more comes for a moment."""
        first = self._queue.get()
        if first is None:
            return [], True
        batch = [first]
        while len(batch) < BATCH:
            try:
                item = self._queue.get(timeout=PAUSE_SECONDS)
            except queue.Empty:
                return batch, False
            if item is None:
                return batch, True
            batch.append(item)
        return batch, False

    def _record(self, batch: list[Waiting]) -> None:
        fetches = {url: state for _, some in batch for url, state in some.items()}
        outcomes = self.store.record(
            [observation for observation, _ in batch],
            crawl_id=self.crawl_id,
            now=self.now,
            route=self.route,
            fetches=fetches,
            topics=self.topics,
        )
        for outcome in outcomes:
            self.totals.add(outcome)
