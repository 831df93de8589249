"""A small web server on loopback that tests script and question.

    with serving({"/a": Page(b"hello")}) as server:
        ...
        assert server.paths() == ["/robots.txt", "/a"]

Addresses without a page answer 404. A page may be a list: each visit takes
the next, the last one stays.
"""

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Page:
    """What one visit is answered with. `wait` is seconds before the answer.

    `hang_up` ends the connection without an answer; `promise` states another
    length than the body has.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    hang_up: bool = False
    promise: int | None = None


@dataclass(frozen=True)
class Visit:
    """One request as it came; `at` is the monotonic clock, header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


Pages = Mapping[str, "Page | Sequence[Page] | Callable[[Visit], Page]"]


class Server:
    """A running server: `url` is where it is, `visits` what was asked."""

    def __init__(self, pages: Pages, certificate: Path | None = None) -> None:
        self.pages: dict[str, Any] = dict(pages)
        self.visits: list[Visit] = []
        self._lock = threading.Lock()
        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._httpd.daemon_threads = True
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._httpd.socket = context.wrap_socket(self._httpd.socket, server_side=True)
            scheme = "https"
        self.port: int = self._httpd.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._httpd.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [visit.path for visit in self.visits]

    def close(self) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()
        self._thread.join(timeout=5)

    def answer(self, visit: Visit) -> Page:
        with self._lock:
            self.visits.append(visit)
            found = self.pages.get(visit.path) or self.pages.get(visit.path.partition("?")[0])
            if found is None:
                return Page(b"<html><title>Not Found</title></html>", status=404)
            if callable(found):
                return found(visit)
            if isinstance(found, Page):
                return found
            page, *rest = found
            if rest:
                self.pages[visit.path] = rest
            return page

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the inner class has its own self
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                visit = Visit(
                    self.command, self.path, headers, self.rfile.read(length), time.monotonic()
                )
                page = server.answer(visit)
                time.sleep(page.wait)
                if page.hang_up:
                    self.close_connection = True
                    return
                self._send(page)

            do_POST = do_HEAD = do_GET  # noqa: N815 - http.server's interface

            def _send(self, page: Page) -> None:
                self.send_response(page.status)
                given = {name.lower() for name in page.headers}
                for name, value in page.headers.items():
                    self.send_header(name, value)
                if "transfer-encoding" not in given:
                    promised = len(page.body) if page.promise is None else page.promise
                    self.send_header("Content-Length", str(promised))
                if page.promise is not None:
                    self.close_connection = True
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(page.body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextmanager
def serving(pages: Pages, certificate: Path | None = None) -> Iterator[Server]:
    """Serve pages, over TLS when a certificate (with its key) is given."""
    server = Server(pages, certificate)
    try:
        yield server
    finally:
        server.close()


def html(text: str, title: str = "A page") -> Page:
    """A genuine page."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body>{text}</body></html>"
    return Page(body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def packed(page: Page) -> Page:
    """The same page, compressed on its way."""
    headers = {**page.headers, "Content-Encoding": "gzip"}
    return Page(gzip.compress(page.body), status=page.status, headers=headers)
