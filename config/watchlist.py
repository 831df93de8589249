"""The watchlist: one YAML file that says what is visited, looked for, and told to whom.

`load_watchlist` gives frozen values or raises all the faults of the file at
once. How it is written stands in the default watchlist.
"""

import hashlib
from collections.abc import Collection, Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from config.places import place
from config.problems import WatchlistError, WatchlistErrors
from config.read_sources import SourcesReader
from config.read_topics import read_topics
from config.read_watches import read_addresses, read_watches
from config.reading import Reader
from config.schedules import Cadence, QuietHours, Schedule, parse_schedule
from config.topics import Topic, load_pack, pack_names
from config.watches import SourceSpec, Watch, Watchlist
from config.yaml_marks import MAX_BYTES

__all__ = [
    "DEFAULT_WATCHLIST", "KNOWN_SITES", "Cadence", "QuietHours", "Schedule", "SourceSpec", "Topic",
    "Watch", "Watchlist", "WatchlistError", "WatchlistErrors", "load_pack", "load_watchlist",
    "pack_names", "read_watchlist",
]  # fmt: skip

DEFAULT_WATCHLIST = Path(str(files("config") / "watchlists" / "immigration.yaml"))

# The sites that have a spider of their own, and the place each is about.
KNOWN_SITES: Mapping[str, str] = MappingProxyType(
    {
        "maryland": "us/md",
        "virginia": "us/va",
        "maine": "us/me",
        "new-mexico": "us/nm",
        "minnesota": "us/mn",
        "ice-287g": "us",
        "federal-register": "us",
        "minneapolis-council": "us/mn/minneapolis",
        "chicago-council": "us/il/chicago",
        "los-angeles-council": "us/ca/los_angeles",
    }
)

KEYS = ("name", "sources", "crawl", "topics", "watches", "operators")
DEFAULT_CRAWL = "every 6 hours"


def load_watchlist(path: Path, *, known_sites: Collection[str] = KNOWN_SITES) -> Watchlist:
    """The watchlist in a file. Raises WatchlistErrors with every fault of it.

    `known_sites` are the names that may stand under `sites`, as a mapping to
    their places or as bare names.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"the watchlist cannot be read: {reason}"
        unreadable = WatchlistError(str(path), 1, 1, reason, "a watchlist", message)
        raise WatchlistErrors([unreadable]) from error
    return read_watchlist(content, str(path), known_sites=known_sites)


def read_watchlist(
    content: bytes, file: str = "watchlist.yaml", *, known_sites: Collection[str] = KNOWN_SITES
) -> Watchlist:
    """The watchlist in a file's bytes; `file` names it in errors. Raises WatchlistErrors."""
    reader = Reader(file)
    watchlist = _read(reader, content, _with_places(known_sites))
    if watchlist is None or reader.problems:
        raise WatchlistErrors(reader.problems)
    return watchlist


def _with_places(known_sites: Collection[str]) -> Mapping[str, str]:
    if isinstance(known_sites, Mapping):
        return known_sites
    return {name: KNOWN_SITES.get(name, "us") for name in known_sites}


def _read(reader: Reader, content: bytes, sites: Mapping[str, str]) -> Watchlist | None:
    root = reader.root(content)
    if root is None:
        return None
    keys = reader.keys(root, KEYS, required=("name",))
    clock = place("us").timezone
    name = reader.worded(keys, "name", "a name", str)
    told = reader.worded(keys, "crawl", "a schedule", lambda text: parse_schedule(text, clock))
    crawl = told or parse_schedule(DEFAULT_CRAWL, clock)
    of_sources = SourcesReader(reader, sites, crawl.text)
    sources = tuple(of_sources.read(keys["sources"])) if "sources" in keys else ()
    topics = tuple(read_topics(reader, keys["topics"])) if "topics" in keys else ()
    # A watch may name a topic that is itself faulty: one fault is told once.
    names = [topic if isinstance(topic, str) else topic.name for topic in topics]
    watches = tuple(read_watches(reader, keys["watches"], names)) if "watches" in keys else ()
    if name is None:
        return None
    return Watchlist(
        name=name,
        sources=sources,
        topics=tuple(topic for topic in topics if isinstance(topic, Topic)),
        watches=watches,
        operators=read_addresses(reader, keys, "operators"),
        crawl=crawl,
        digest=hashlib.sha256(content).hexdigest(),
    )
