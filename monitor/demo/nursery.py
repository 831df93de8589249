"""Crawl processes that start at once: each is forked from one that has everything imported.

Most of a small crawl is Python reading Scrapy and SQLAlchemy. The demo crawls
some eighty times in a minute, so it pays for that once: a process of its own
imports what a crawl needs and then only forks. What is forked is
`monitor.crawling`, as any crawl runs it, in a session of its own.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import IO, Any, Self

from monitor.children import Child, Listener

FORKS = sys.platform == "linux"
"""Elsewhere system libraries forbid to fork a process that has them loaded."""

WARMED = (
    "monitor.crawling", "scrapers.platforms.bills", "scrapers.platforms.legistar",
    "scrapers.platforms.orders", "scrapers.retry", "scrapers.robots", "storage.archives",
    "storage.blobs", "storage.outbox", "storage.queries", "scrapy.core.engine",
    "scrapy.downloadermiddlewares.cookies", "scrapy.downloadermiddlewares.httpcompression",
    "scrapy.extensions.feedexport", "scrapy.extensions.remote_control", "scrapy.extensions.telnet",
    "scrapy.spidermiddlewares.referer", "scrapy.squeues", "scrapy.statscollectors",
    "multiprocessing.popen_spawn_posix",
)  # fmt: skip
"""What every crawl imports sooner or later; one that is missing here costs its time each crawl."""


class Nursery:
    """Starts crawl children fast where that can be; a context manager.

    `child` makes them, with the parameters of `monitor.children.Child`;
    `environment` is what they see.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if FORKS:
            self._line, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "monitor.demo.nursery"],
                    stdin=theirs.fileno(),
                    env=dict(self._environment),
                    start_new_session=True,
                )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._line is not None and self._process is not None:
            self._line.close()
            self._process.wait()

    @property
    def child(self) -> Callable[..., Child]:
        """What makes a crawl's child."""
        return partial(ForkedChild, self.fork) if self._line else Child

    def fork(self) -> "Forked":
        """A new crawl process, waiting for its plan. Raises OSError when there can be none."""
        assert self._line is not None
        with self._lock:
            return Forked(self._line)


class ForkedChild(Child):
    """A crawl process that the nursery forks."""

    def __init__(
        self,
        fork: Callable[[], "Forked"],
        plan: Mapping[str, Any],
        listener: Listener,
        deadline_seconds: float,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(plan, listener, deadline_seconds, environment)
        self._fork = fork

    def start(self) -> "Forked":
        return self._fork()

    def stop(self) -> None:
        # The kernel forgets it as soon as it ends: it may be gone between look and signal.
        with contextlib.suppress(ProcessLookupError):
            super().stop()


class Forked:
    """A forked process, as much of `subprocess.Popen` as a child needs."""

    def __init__(self, line: socket.socket) -> None:
        """Have it forked by whoever listens on the line. Raises OSError when nobody does."""
        plan, ours_to_write = os.pipe()
        ours_to_read, progress = os.pipe()
        told, tell = os.pipe()
        self.stdin: IO[bytes] | None = os.fdopen(ours_to_write, "wb")
        self.stdout: IO[bytes] | None = os.fdopen(ours_to_read, "rb")
        self._told = os.fdopen(told, "rb", buffering=0)
        self._code: int | None = None
        try:
            socket.send_fds(line, [b"f"], [plan, progress, tell])
        except OSError:
            self._close()
            raise
        finally:
            for theirs in (plan, progress, tell):
                os.close(theirs)
        self.pid = int(self._line())
        if self.pid <= 0:
            self._close()
            raise ChildProcessError("the process that starts crawls is gone")

    def _close(self) -> None:
        self._hang_up()
        self._told.close()

    def _hang_up(self) -> None:
        """Close what it is talked to by, so that it cannot wait for us."""
        assert self.stdin is not None
        assert self.stdout is not None
        self.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            self.stdin.close()

    def _line(self) -> bytes:
        """The next line it tells; a minus sign and the number of the signal when it was killed."""
        said = bytearray()
        while not said.endswith(b"\n"):
            more = self._told.read(1)
            if not more:
                return b"%d" % -signal.SIGKILL
            said += more
        return bytes(said)

    def poll(self) -> int | None:
        if self._code is None and select.select([self._told], [], [], 0)[0]:
            self.wait()
        return self._code

    def wait(self) -> int:
        """Wait until it ends; returns its exit code, -9 when it could not say one."""
        if self._code is None:
            self._code = int(self._line())
        return self._code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()
        self.wait()
        self._told.close()


def serve(line: socket.socket) -> int:
    """Fork a crawl for each request until whoever asks is gone."""
    for module in WARMED:
        importlib.import_module(module)
    # Nobody waits for the crawls here; the kernel is to forget them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    while True:
        asked, descriptors, _, _ = socket.recv_fds(line, 1, 3)
        if not asked:
            return 0
        if os.fork() == 0:
            line.close()
            return crawl(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def crawl(plan: int, progress: int, tell: int) -> int:
    """Be a crawl process: its plan on standard input, its progress on standard output."""
    from monitor import crawling

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for ours, standard in ((plan, 0), (progress, 1)):
        os.dup2(ours, standard)
        os.close(ours)
    os.write(tell, b"%d\n" % os.getpid())
    code = 1
    try:
        code = crawling.main()
    finally:
        sys.stdout.flush()
        os.write(tell, b"%d\n" % code)
    return code


if __name__ == "__main__":
    with socket.socket(fileno=0) as asker:
        sys.exit(serve(asker))
