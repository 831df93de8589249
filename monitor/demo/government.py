"""The simulated governments: three web servers on this machine.

Each listens on a loopback address of its own, so that there are three hosts;
where a machine has only 127.0.0.1 they differ by their ports.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.resources import files
from types import MappingProxyType

from monitor.demo.legistar.api import council
from monitor.demo.serving import Handler, Server, Sites, on_host
from monitor.demo.sites import Site, legislature, mayor, seen_by
from monitor.demo.story import DAYS

SITES: Mapping[str, tuple[Site, str]] = MappingProxyType(
    {
        "mayor": (mayor, "127.0.0.1"),
        "state": (legislature, "127.0.0.2"),
        "council": (council, "127.0.0.3"),
    }
)
PORTS = len(SITES)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a site saw it; `at` is seconds on the government's stopwatch."""

    day: int
    site: str
    method: str
    path: str
    status: int
    agent: str
    conditional: bool
    at: float


class Government(Sites):
    """Serves the month, one day at a time; a context manager that starts and stops.

    `port` is the mayor's port, the state's and the council's are the next; 0
    takes free ones. Raises OSError on entering when a port is taken.
    """

    def __init__(self, port: int = 0, *, stopwatch: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._port = port
        self._stopwatch = stopwatch
        self._day = 0
        self._lock = threading.Lock()
        self._requests: list[Request] = []

    def makers(self) -> Iterator[Callable[[], Server]]:
        for rank, (name, (site, host)) in enumerate(SITES.items()):
            port = self._port + rank if self._port else 0

            def on(host: str, name: str = name, site: Site = site, port: int = port) -> Server:
                return Server(self, name, site, host, port)

            yield partial(on_host, on, host, SITES["mayor"][1])

    @property
    def day(self) -> int:
        return self._day

    def set_day(self, day: int) -> None:
        """Turn to a day of the story. Raises ValueError for one it does not have."""
        if not 0 <= day < len(DAYS):
            raise ValueError(f"the story has the days 0 to {len(DAYS) - 1}, not {day}")
        self._day = day

    @property
    def urls(self) -> Mapping[str, str]:
        """The address of each site, `mayor`, `state` and `council`, without a slash at its end."""
        return MappingProxyType({server.name: server.url for server in self.servers})

    @property
    def requests(self) -> tuple[Request, ...]:
        """All requests so far, in the order of their answers."""
        with self._lock:
            return tuple(self._requests)

    def watchlist(self) -> str:
        """The demo's watchlist with the addresses of the sites."""
        text = files("monitor.demo").joinpath("watchlist.yaml").read_text(encoding="utf-8")
        for name, url in self.urls.items():
            text = text.replace(f"{{{name}}}", url)
        return text

    def now(self) -> datetime:
        """The story's time on the present day, for what servers print."""
        return seen_by(DAYS[self._day], 0).at

    def visit(self) -> int:
        """The number of the next visit."""
        with self._lock:
            return len(self._requests)

    def note(self, handler: Handler, status: int) -> None:
        """Keep one request."""
        request = Request(
            day=self._day,
            site=handler.server.name,
            method=handler.command,
            path=handler.path,
            status=status,
            agent=handler.headers.get("User-Agent", ""),
            conditional=bool(
                handler.headers.get("If-None-Match") or handler.headers.get("If-Modified-Since")
            ),
            at=self._stopwatch(),
        )
        with self._lock:
            self._requests.append(request)
