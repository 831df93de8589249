"""Turns answers into HTTP: validators, 304, HEAD, transfers that break off."""

from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Protocol, Self

from monitor.demo.sites import Answer, Asked, Site


class Host(Protocol):
    """Whoever runs servers: tells them the day and hears of each request."""

    @property
    def day(self) -> int: ...

    def now(self) -> datetime:
        """The time that servers print."""

    def visit(self) -> int:
        """The number of the next visit."""

    def note(self, handler: "Handler", status: int) -> None:
        """Hear of a request before its answer goes out."""


class Server(ThreadingHTTPServer):
    """One site on one address."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, owner: Host, name: str, site: Site, host: str, port: int) -> None:
        """Take the address. Raises OSError when it cannot be had."""
        self.owner = owner
        self.name = name
        self.site = site
        self.serving = False
        super().__init__((host, port), Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def open(self) -> None:
        """Serve in a thread of its own."""
        Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name=self.name, daemon=True
        ).start()
        self.serving = True

    def close(self) -> None:
        """Stop serving and give the address back."""
        if self.serving:
            self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One visitor's connection."""

    protocol_version = "HTTP/1.1"
    server_version = "Harborview/1.0"
    sys_version = ""
    timeout = 10
    disable_nagle_algorithm = True  # else each answer waits for the visitor's acknowledgement
    wbufsize = -1  # headers and body leave together
    server: Server

    def do_GET(self) -> None:
        owner = self.server.owner
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.site(Asked(self.path, owner.day, owner.visit(), headers))
        unchanged = answer.status is HTTPStatus.OK and self.has(answer)
        status = HTTPStatus.NOT_MODIFIED if unchanged else answer.status
        # Before the answer goes out, so that who has it finds the request kept.
        owner.note(self, int(status))
        self.respond(answer, status)

    do_HEAD = do_GET  # noqa: N815 (http.server's name)

    def has(self, answer: Answer) -> bool:
        """Whether the visitor has this file already, by its validators."""
        if answer.modified is None:
            return False
        tag = self.headers.get("If-None-Match")
        if tag and answer.tagged:
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
            if answer.tagged:
                self.send_header("ETag", answer.etag)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.announced is not None:
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 (the story has its own time)
        return format_datetime(self.server.owner.now(), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Say nothing: whoever runs the server keeps what came."""


class Sites:
    """Servers that open and close together; a context manager.

    Whoever inherits says in `makers` how each is made.
    """

    def __init__(self) -> None:
        self.servers: tuple[Server, ...] = ()

    def makers(self) -> Iterable[Callable[[], Server]]:
        """What makes each server; it raises OSError when its address cannot be had."""
        raise NotImplementedError

    def start(self) -> None:
        """Take every address, then serve; none stays open when one cannot be had. Raises OSError."""
        servers: list[Server] = []
        try:
            servers.extend(make() for make in self.makers())
        except OSError:
            for server in servers:
                server.close()
            raise
        for server in servers:
            server.open()
        self.servers = tuple(servers)

    def stop(self) -> None:
        """Close all; harmless when they are closed."""
        for server in self.servers:
            server.close()
        self.servers = ()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def on_host(make: Callable[[str], Server], host: str, instead: str) -> Server:
    """A server on a host, else on another: some machines have only 127.0.0.1. Raises OSError."""
    try:
        return make(host)
    except OSError:
        if host == instead:
            raise
        return make(instead)
