"""What scrapers need from the right: what is known of a source, and a place for robots.txt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scrapers.items import EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMeasure:
    """A measure the store already has of this source, as last observed.

    Handed in so that a scraper can tell a relabelled measure from a new one
    without a database. `seen_last` is aware UTC.
    """

    identifier: str
    session: str = ""
    title: str = ""
    status: str = ""
    listing: str = ""
    extras: Mapping[str, str] = field(default_factory=lambda: EMPTY, hash=False)
    seen_last: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsCopy:
    """A robots.txt as a site served it; `fetched_at` is aware UTC."""

    text: str
    fetched_at: datetime


class RobotsStore(Protocol):
    """Keeps the last good robots.txt of each site ("https://www.example.gov")."""

    def get(self, site: str) -> RobotsCopy | None: ...

    def put(self, site: str, copy: RobotsCopy) -> None: ...
