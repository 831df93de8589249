"""The simulated government: two web servers on this machine, one for the mayor, one for the state.

The second server listens on 127.0.0.2, so that there are two hosts; where a
machine has only 127.0.0.1 the two differ by their ports.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import MappingProxyType, TracebackType
from typing import Self

from monitor.demo.sites import Answer, Site, legislature, mayor, seen_by
from monitor.demo.story import DAYS

MAYOR_HOST, STATE_HOST = "127.0.0.1", "127.0.0.2"


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


class Government:
    """Serves the week, one day at a time; a context manager that starts and stops.

    `port` is the mayor's port, the state's is the next; 0 takes free ones.
    Raises OSError on entering when a port is taken.
    """

    def __init__(self, port: int = 0, *, stopwatch: Callable[[], float] = time.monotonic) -> None:
        self._port = port
        self._stopwatch = stopwatch
        self._day = 0
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._servers: dict[str, Server] = {}

    def start(self) -> None:
        """Open both sites. Raises OSError when an address cannot be had."""
        try:
            self._servers["mayor"] = Server(self, "mayor", mayor, MAYOR_HOST, self._port)
            self._servers["state"] = self._open_state(self._port + 1 if self._port else 0)
        except OSError:
            self.stop()
            raise
        for name, server in self._servers.items():
            threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.05}, name=name, daemon=True
            ).start()
            server.serving = True

    def _open_state(self, port: int) -> "Server":
        try:
            return Server(self, "state", legislature, STATE_HOST, port)
        except OSError:
            return Server(self, "state", legislature, MAYOR_HOST, port)

    def stop(self) -> None:
        """Close both sites; harmless when they are closed."""
        for server in self._servers.values():
            if server.serving:
                server.shutdown()
            server.server_close()
        self._servers.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def day(self) -> int:
        return self._day

    def set_day(self, day: int) -> None:
        """Turn to a day of the story. Raises ValueError for one it does not have."""
        if not 0 <= day < len(DAYS):
            raise ValueError(f"the story has the days 0 to {len(DAYS) - 1}, not {day}")
        self._day = day

    @property
    def urls(self) -> MappingProxyType[str, str]:
        """The address of each site, `mayor` and `state`, without a slash at its end."""
        return MappingProxyType({name: server.url for name, server in self._servers.items()})

    @property
    def requests(self) -> tuple[Request, ...]:
        """All requests so far, in the order of their answers."""
        with self._lock:
            return tuple(self._requests)

    def watchlist(self) -> str:
        """The demo's watchlist with the addresses of the two sites."""
        text = files("monitor.demo").joinpath("watchlist.yaml").read_text(encoding="utf-8")
        for name, url in self.urls.items():
            text = text.replace(f"{{{name}}}", url)
        return text

    def now(self) -> datetime:
        """The story's time on the present day, for what servers print."""
        return seen_by(DAYS[self._day], 0).at

    def note(self, handler: "Handler", status: int) -> None:
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


class Server(ThreadingHTTPServer):
    """One site on one address."""

    daemon_threads = True

    def __init__(self, government: Government, name: str, site: Site, host: str, port: int) -> None:
        self.government = government
        self.name = name
        self.site = site
        self.serving = False
        super().__init__((host, port), Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"


class Handler(BaseHTTPRequestHandler):
    """Turns an answer into HTTP: validators, 304, HEAD, transfers that break off."""

    protocol_version = "HTTP/1.1"
    server_version = "Harborview/1.0"
    sys_version = ""
    timeout = 10
    disable_nagle_algorithm = True  # else each answer waits for the visitor's acknowledgement
    server: Server

    def do_GET(self) -> None:
        government = self.server.government
        answer = self.server.site(self.path, government.day, len(government.requests))
        unchanged = answer.status is HTTPStatus.OK and self.has(answer)
        status = HTTPStatus.NOT_MODIFIED if unchanged else answer.status
        # Before the answer goes out, so that who has it finds the request kept.
        government.note(self, int(status))
        self.respond(answer, status)

    do_HEAD = do_GET  # noqa: N815 (http.server's name)

    def has(self, answer: Answer) -> bool:
        """Whether the visitor has this file already, by its validators."""
        if answer.modified is None:
            return False
        tag = self.headers.get("If-None-Match")
        if tag:
            return tag.removeprefix("W/") == answer.etag
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and answer.modified <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def respond(self, answer: Answer, status: HTTPStatus) -> None:
        body = b"" if status is HTTPStatus.NOT_MODIFIED else answer.body
        self.send_response(status)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(answer.announced or len(body)))
        if answer.modified is None:
            self.send_header("Cache-Control", "no-store")
        else:
            self.send_header("Last-Modified", format_datetime(answer.modified, usegmt=True))
            if self.server.name == "state":  # the mayor's server knows dates only
                self.send_header("ETag", answer.etag)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.announced is not None:
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 (the story has its own time)
        return format_datetime(self.server.government.now(), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Say nothing: `Government.requests` keeps what came."""
