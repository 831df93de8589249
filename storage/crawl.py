"""What all observations of one call share, and the plan they are gathered in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from .going_back import Mirrors
from .index import Index
from .known import Key
from .linking import adopt_items
from .messages import Draft, write_alerts
from .ports import Outcome, Route
from .shelf import Shelf
from .told import not_told_before
from .volatile import Ignoring
from .writes import Ids, Writes

if TYPE_CHECKING:
    from .replacing import Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """The crawl on whose behalf rows are written.

    Sources in `quiet` are before their baseline: no changes, no alerts. `topics`
    holds the digest of each topic that the matches were made with.
    """

    id: int
    now: datetime
    route: Route
    quiet: frozenset[str] = frozenset()
    topics: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """Rows to write, alerts to send, and what each observation came to.

    `named` are the keys under which measures are known from now on, `endings`
    what measures say of others that they end.
    """

    connection: Connection
    crawl: Crawl
    source: str = ""
    writes: Writes = field(default_factory=Writes)
    drafts: list[Draft] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    endings: list["Ending"] = field(default_factory=list)
    named: dict[Key, int] = field(default_factory=dict)
    ids: Ids = field(init=False)
    shelf: Shelf = field(init=False)
    index: Index = field(init=False)
    ignoring: Ignoring = field(init=False)
    mirrors: Mirrors = field(init=False)

    def __post_init__(self) -> None:
        self.ids = Ids(self.connection)
        self.shelf = Shelf(self.connection, self.ids, self.writes)
        self.index = Index(self.connection)
        self.ignoring = Ignoring(self.connection, self.source, self.crawl.now)
        self.mirrors = Mirrors(self.connection, self.source, self.crawl.now)

    def flush(self) -> None:
        """Write it all: state, changes, the search index, alerts and their messages."""
        self.writes.flush(self.connection)
        adopt_items(self.connection, self.named)
        self.index.add_texts((id_, body) for id_, body in self.shelf.added if body)
        self.index.flush()
        self.ignoring.flush()
        now = self.crawl.now
        drafts = not_told_before(self.connection, self.drafts, now=now)
        write_alerts(self.connection, drafts, now=now, crawl_id=self.crawl.id)
