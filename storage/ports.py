"""What the store hands out and what it asks for: values and one protocol.

Every time is an aware datetime in UTC. Every value is frozen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

from config.vocabulary import ChangeKind, Health, Standing, TextState
from pipelines.texts import Page, Volatile

CrawlState = Literal[
    "running",
    "ok",
    "quiet",
    "stale",
    "failing",
    "blocked",
    "drifted",
    "waiting",
    "crashed",
    "interrupted",
]
MessageState = Literal["open", "prepared", "sent", "failed", "dead"]
HoldState = Literal["held", "released", "discarded"]
RecordStatus = Literal["new", "changed", "unchanged", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    """All a route needs to know of one change to say whom it concerns.

    `topics` are the topics that match the measure now, in any current text, its
    title or its abstract; `new_topics` those of them with a passage that this
    very change brought. `place` is the issuing jurisdiction and `concerns` the
    places the measure is about.
    """

    kind: ChangeKind
    source: str
    place: str
    concerns: tuple[str, ...]
    session: str
    identifier: str
    title: str
    topics: tuple[str, ...]
    new_topics: tuple[str, ...]
    summary: str
    now: datetime
    crawl_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDraft:
    """One recipient of one change.

    Drafts with the same `watch` make one alert, whatever their addresses. All
    drafts with the same `address` and `slot` gather in one message. A draft
    that is `at_once` gathers with the others of the same crawl only, and its
    message is not sent while that crawl runs.
    """

    watch: str
    reasons: tuple[str, ...]
    address: str
    slot: str
    due_at: datetime
    at_once: bool = False


class Route(Protocol):
    """Says whom a change concerns. A pure function of the facts."""

    def __call__(self, facts: ChangeFacts, /) -> Sequence[AlertDraft]:
        """Return the alerts this change makes; none is a good answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one observation, of a measure or of an event.

    `kinds` are the changes written, in order, `stale` the parts of it that were
    as they had been before, from a server that lags, and were left aside.
    """

    status: RecordStatus
    of: Literal["measure", "event"] = "measure"
    measure_id: int | None = None
    kinds: tuple[ChangeKind, ...] = ()
    pending: int = 0
    error: str = ""
    stale: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRow:
    """One run of a group of sources, as its row says."""

    id: int
    group: str
    sources: tuple[str, ...]
    hosts: tuple[str, ...]
    started: datetime
    state: CrawlState
    ended: datetime | None = None
    beat: datetime | None = None
    archive: str = ""
    replay: bool = False
    progress: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What one crawl found at one source: the line that `crawl --json` prints.

    `found` counts measures, `events` events. A `partial` crawl asked only for
    what had changed, so that its counts say nothing of how much there is.
    `fields` counts the measures that have each field, `gaps` names numbers that
    are missing from their series, `sessions` those that its measures are of,
    `short` the lists that lack too much to be believed. `at` is when the source was seen.
    """

    source: str
    state: CrawlState
    found: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    documents: int = 0
    pending: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    complete: bool = False
    total: int | None = None
    fields: Mapping[str, int] = field(default_factory=dict)
    at: datetime | None = None
    crawl_id: int | None = None
    events: int = 0
    partial: bool = False
    vanished: int = 0
    gaps: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    short: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of a source. `baseline_at` is None until its first complete crawl."""

    name: str
    place: str
    kind: str
    health: Health | None
    since: datetime | None
    baseline_at: datetime | None
    last_success: datetime | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """Alerts of a source that are held back, and why; `changes` counts what they are of, by kind.

    `state` is "held", "released" or "discarded", `by` who decided so.
    """

    id: int
    source: str
    since: datetime
    reason: str
    state: HoldState
    alerts: int
    crawls: tuple[int, ...]
    changes: Mapping[str, int]
    ended: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFacts:
    """A measure as a reader of a message needs it."""

    id: int
    place: str
    session: str
    identifier: str
    title: str
    status: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """A version with its text ("" until it is read) and the evidence behind it.

    `document` is the SHA-256 of the bytes, `document_url` where they came from
    and `archive` the file name of the WARC of the crawl that brought them.
    `pages` are those of the text, without their originals.
    """

    id: int
    note: str
    date: date | None
    state: TextState
    text: str
    text_sha256: str
    document: str
    document_url: str
    archive: str
    links: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchFacts:
    """A passage that matched a topic. `field` is text, title, abstract or sponsor.

    `section`, `lines` and `confidence` are those of `pipelines.texts.Match`;
    a passage found by an older release has no section and no lines. `hit` is
    where in the snippet the match stands, None where that is not known.
    """

    topic: str
    term: str
    field: str
    version_id: int | None
    page: int | None
    start: int
    end: int
    snippet: str
    standing: Standing
    score: float
    new: bool
    section: str = ""
    lines: tuple[int, int] | None = None
    confidence: float = 1.0
    hit: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """One change of one measure, and every watch of the recipient that asked for it.

    `compared` are `old` and `new` with the texts that an amendment was told
    from, where these were read anew since; None where they still are theirs.
    `volatile` are the parts of the source that no redline shows.
    """

    change_id: int
    kind: ChangeKind
    at: datetime
    source: str
    summary: str
    before: Any
    after: Any
    details: Mapping[str, Any]
    measure: MeasureFacts
    watches: tuple[str, ...]
    reasons: tuple[str, ...]
    topics: tuple[str, ...]
    matches: tuple[MatchFacts, ...]
    old: VersionFacts | None
    new: VersionFacts | None
    archive: str
    compared: tuple[VersionFacts, VersionFacts] | None = None
    volatile: tuple[Volatile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """Everything a digest says, in the order of measures and changes."""

    id: int
    key: str
    address: str
    slot: str
    due_at: datetime
    alerts: tuple[AlertFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message this process alone may send until `lease_until`.

    `payload` is what was rendered before an earlier try, or None: then render,
    and store it with `Outbox.prepare` before the first send. `attempts` counts
    this try.
    """

    id: int
    key: str
    address: str
    slot: str
    payload: Mapping[str, Any] | None
    attempts: int
    lease_until: datetime
