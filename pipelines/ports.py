"""What the stages need from the right: a pool, a place for bytes, a recorder."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipelines.match import Matcher
from pipelines.texts import EventObservation, Extracted, Limits, Observation, Volatile
from scrapers.items import Listing, Withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchState:
    """What is known of an address: its validators and the bytes it gave last."""

    sha256: str
    etag: str = ""
    last_modified: str = ""
    checked_at: datetime | None = None
    changed_at: datetime | None = None


class Extractor(Protocol):
    """A pool that reads documents in other processes; it never raises for a bad one."""

    def extract(
        self, path: Path, limits: Limits, *, media_type_hint: str = "", name: str = ""
    ) -> "Future[Extracted]": ...


class Documents(Protocol):
    """Bytes and texts that are kept, by SHA-256."""

    def put(self, content: bytes) -> tuple[str, Path]:
        """Keep bytes; returns their hex SHA-256 and where they lie."""

    def path(self, sha256: str) -> Path: ...

    def fetch_state(self, url: str) -> FetchState | None: ...

    def text(self, sha256: str) -> Extracted | None:
        """The text of known bytes as the current extractor read them, if it did."""

    def previous_text(self, observation: Observation) -> str | None:
        """The latest readable text of the measure, for telling new passages from old."""


class Recorder(Protocol):
    """Takes observations in batches; blocks when it cannot keep up."""

    def is_known(self, observation: Observation) -> bool:
        """Whether it says just what its source said last: nothing in it need be looked for again."""

    def submit(
        self,
        observation: Observation | EventObservation,
        fetches: Mapping[str, FetchState],
        *,
        wait: bool,
    ) -> bool:
        """Take an observation; false when the line is full and `wait` is false."""

    def listing(self, source: str, listing: Listing) -> None: ...

    def withdrawn(self, source: str, item: Withdrawn) -> None:
        """Take the source's word that a measure is no more; it counts once all else is recorded."""


@dataclass(frozen=True, slots=True)
class Services:
    """What `monitor` hands to the stages of one crawl; `volatile` are the source's parts."""

    source: str
    now: datetime
    extractor: Extractor
    documents: Documents
    recorder: Recorder
    matcher: Matcher
    limits: Limits
    replaying: bool = False
    progress: "Progress | None" = None
    volatile: Sequence[Volatile] = ()


class Progress(Protocol):
    """Told as work goes on; `what` is pages, documents, measures or events."""

    def __call__(self, what: str, count: int = 1) -> None: ...


__all__ = [
    "Documents",
    "Extractor",
    "FetchState",
    "Progress",
    "Recorder",
    "Sequence",
    "Services",
]
