"""The only pool: documents are read in other processes, with limits, and cost only themselves.

A path crosses the process border, never bytes. A worker that crashes, hangs or
runs out of memory costs the document it was reading; that document is tried
once more, alone, and then given up with its reason.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from pipelines.extract import extract_text
from pipelines.texts import Extracted, Limits

WORKERS = 2
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
TASKS_A_WORKER = 200


def _prepare(memory: int, parent: int) -> None:
    """Make a worker harmless: bounded memory, no life after its parent, no say on Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    os.nice(5)


class Pool:
    """Worker processes for decoders, started at first need.

    Use as a context manager; leaving it ends the workers at once.
    """

    def __init__(self, workers: int = WORKERS, memory: int = Limits().memory) -> None:
        self._workers = workers
        self._memory = memory
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; what they were doing is abandoned."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def submit(self, function: Callable[..., Any], *arguments: Any, timeout: float = 120.0) -> "Future[Any]":
        """Run an importable function in a worker.

        The future raises TimeoutError, MemoryError or pebble's ProcessExpired
        when the worker hung, had no memory left or died.
        """
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._workers, max_tasks=TASKS_A_WORKER, context=get_context("spawn"),
                initializer=_prepare, initargs=[self._memory, os.getpid()],
            )  # fmt: skip
        found: Future[Any] = self._pool.schedule(function, args=list(arguments), timeout=timeout)
        return found

    def extract(
        self, path: Path, limits: Limits, *, media_type_hint: str = "", name: str = ""
    ) -> "Future[Extracted]":
        """The text of a document; the future never raises for a bad one."""
        answer: Future[Extracted] = Future()
        self._try(answer, (path, limits, media_type_hint, name), limits, last=False)
        return answer

    def _try(self, answer: "Future[Extracted]", arguments: tuple[Any, ...], limits: Limits, *, last: bool) -> None:
        running = self.submit(_extract, *arguments, timeout=limits.seconds)
        running.add_done_callback(lambda done: self._settle(answer, done, arguments, limits, last=last))

    def _settle(
        self, answer: "Future[Extracted]", done: "Future[Extracted]", arguments: tuple[Any, ...], limits: Limits, *, last: bool
    ) -> None:
        if done.cancelled():
            answer.cancel()
            return
        error = done.exception()
        if error is None:
            answer.set_result(done.result())
        elif not isinstance(error, TimeoutError | MemoryError | ProcessExpired):
            answer.set_exception(error)
        elif last:
            answer.set_result(given_up(error))
        else:
            self._try(answer, arguments, limits, last=True)


def given_up(error: BaseException) -> Extracted:
    """What is known of a document that no worker survived."""
    reason, words = "crashed", "the reader crashed on it, twice"
    if isinstance(error, TimeoutError):
        reason, words = "timeout", "it could not be read in the time allowed, twice"
    elif isinstance(error, MemoryError):
        reason, words = "limit", "reading it needs more memory than is allowed"
    return Extracted(media_type="", method="none", reason=reason, warnings=(words,))


def _extract(path: Path, limits: Limits, media_type_hint: str, name: str) -> Extracted:
    return extract_text(path, limits, media_type_hint=media_type_hint, name=name)
