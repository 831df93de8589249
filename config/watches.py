"""The values of a watchlist: what is visited, what is looked for, who is told."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from config.schedules import Cadence, QuietHours, Schedule
from config.topics import Topic
from config.vocabulary import ChangeKind

SourceKind = Literal["site", "orders", "bills", "legistar", "primegov", "feeds", "pages"]

Words = Literal["any", "added"]
"""Which words a watch asks for: all that match, or those that are new in their version."""

DEFAULT_WHEN = (
    ChangeKind.NEW,
    ChangeKind.AMENDED,
    ChangeKind.VERSION,
    ChangeKind.ACTION,
    ChangeKind.STATUS,
    ChangeKind.SCHEDULED,
    ChangeKind.VANISHED,
    ChangeKind.RESTORED,
    ChangeKind.RENUMBERED,
    ChangeKind.SUPERSEDED,
)


class SourceSpec(BaseModel):
    """A source: a spider of a kind with its parameters, for one place.

    `parameters` are what the watchlist says beyond place and crawl. A value
    `env:NAME` in them is still that text; `monitor.app` puts the variable's
    value in its place.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: SourceKind
    place: str
    parameters: dict[str, Any]
    schedule: Schedule


class Watch(BaseModel):
    """Who wants to know what.

    `places` are patterns for `config.places.covers`, `topics` names (none: every
    change counts, whatever the text says), `to` addresses. With `text` "added"
    only a topic counts that has a passage which is new in this change.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    places: tuple[str, ...] = ("*",)
    topics: tuple[str, ...] = ()
    when: tuple[ChangeKind, ...] = DEFAULT_WHEN
    text: Words = "any"
    to: tuple[str, ...]
    every: Cadence = Cadence()
    quiet: QuietHours | None = None


class Watchlist(BaseModel):
    """A whole watchlist. `digest` is the SHA-256 (hex) of the file's bytes.

    `operators` are addresses that hear when a source breaks, and when it is well again.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    sources: tuple[SourceSpec, ...] = ()
    topics: tuple[Topic, ...] = ()
    watches: tuple[Watch, ...] = ()
    operators: tuple[str, ...] = ()
    crawl: Schedule
    digest: str
