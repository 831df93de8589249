"""The only pool: worker processes that read documents.

A document is hostile until it has been read. It is read in a process with
little memory, by a deadline, and what happens to that process happens to that
document alone. Workers import only what reading needs, die with this process
and leave Ctrl-C to it.
"""

import ctypes
import errno
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import ModuleType
from typing import Any, Self, TypeVar
from weakref import WeakSet

from pebble import ProcessExpired, ProcessPool

from monitor.scanning import Scanning, unread
from pipelines.extract import extract_plainly, extract_text, sniff
from pipelines.extract.drawn import Drawing, Picture
from pipelines.extract.scans import METHOD as SCANNED
from pipelines.extract.scans import Scan, has_engine, to_read
from pipelines.texts import Extracted, Limits

T = TypeVar("T")

_TASKS_PER_WORKER = 200  # a new process now and then gives leaked memory back
_NICENESS = 10
_SNIFFED = 4096
_SCANNING_MEMORY = 2 << 30  # bytes: the networks that read pictures take most of one
_LOOK_SECONDS = 0.5


class WorkerDied(Exception):
    """The process that did the work ended in the middle of it."""


class Pool:
    """A few worker processes, started by the first task.

    Use it in a `with` block. At its end running tasks are killed and futures
    that are not done are cancelled: wait for what you want before.
    """

    def __init__(self, *, workers: int = 0, memory: int = Limits().memory) -> None:
        """`workers` of 0 means one for each processor we may use; `memory` is bytes a worker."""
        self._crew = _Crew(workers or _processors(), _TASKS_PER_WORKER, memory)
        self._alone = _Crew(1, 1, memory)
        self._scanner = _Crew(1, _TASKS_PER_WORKER, _SCANNING_MEMORY)
        self._lock = threading.Lock()
        self._open: set[Future[Any]] = set()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, function: Callable[..., T], *args: Any, timeout: float) -> Future[T]:
        """Run an importable function in a worker, for at most `timeout` seconds.

        The future raises what the function raised, TimeoutError, or WorkerDied.
        Cancelling it ends the work. Raises RuntimeError when the pool is closed.
        """
        outer: Future[T] = self._future()
        inner = self._crew.schedule(function, args, timeout)
        outer.add_done_callback(partial(_cancel_too, inner))
        inner.add_done_callback(partial(_hand_over, outer))
        return outer

    def extract(
        self, path: Path, limits: Limits, *, media_type_hint: str = "", name: str = ""
    ) -> Future[Extracted]:
        """Read the document at `path`; only the path goes to the worker.

        The future never raises for a bad document. One that kills its worker,
        or takes more than `limits.seconds` or `limits.memory`, is tried once
        more, in a process of its own by the plainest reader. If that fails too
        its reason is "crashed", "timeout" or "limit". Pages of a PDF without
        text, or with bad text, are read as pictures, one after another in the
        one worker for that, each within `limits.seconds`. The future raises OSError
        when the path cannot be read. Cancelling it ends the work. Raises
        RuntimeError when the pool is closed.
        """
        outer: Future[Extracted] = self._future()
        document = _Document(path, limits, media_type_hint, name)
        _Reading(document, outer, self._alone, self._scanner).start(self._crew)
        return outer

    def draw(self, drawing: Drawing, limits: Limits, *, again: bool = True) -> Future[Picture]:
        """Draw a page of a PDF; see `pipelines.extract.picture.draw_page`.

        A page that was read as a picture is read `again`, to know where its
        words stand, by the worker for that. The future raises PictureError,
        MemoryError, TimeoutError, WorkerDied, or OSError for a file that is
        gone. Cancelling it ends the work. Raises RuntimeError when the pool is
        closed.
        """
        outer: Future[Picture] = self._future()
        again = again and drawing.page.method == SCANNED
        crew = self._scanner if again else self._crew
        inner = crew.schedule(_draw, (drawing, limits, again), limits.seconds)
        outer.add_done_callback(partial(_cancel_too, inner))
        inner.add_done_callback(partial(_hand_over, outer))
        return outer

    def close(self) -> None:
        """Kill the workers and cancel what is not done. May be called again."""
        with self._lock:
            self._closed = True
            unfinished = tuple(self._open)
        for future in unfinished:
            future.cancel()
        self._crew.close()
        self._alone.close()
        self._scanner.close()

    def _future(self) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._open.add(future)
        future.add_done_callback(self._forget)
        return future

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._open.discard(future)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --- one document -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Document:
    """What crosses the border to a worker."""

    path: Path
    limits: Limits
    media_type_hint: str
    name: str


class _Reading:
    """One document on its way through the pool: tried once, and once more alone."""

    def __init__(
        self, document: _Document, outer: Future[Extracted], alone: "_Crew", scanner: "_Crew"
    ) -> None:
        self._document = document
        self._outer = outer
        self._alone = alone
        self._scanner = scanner
        self._first_failure = ""

    def start(self, crew: "_Crew") -> None:
        self._crew = crew
        self._run(crew, extract_text)

    def _run(self, crew: "_Crew", reader: Callable[..., Extracted]) -> None:
        inner = crew.schedule(
            _read_document, (reader, self._document), self._document.limits.seconds
        )
        self._outer.add_done_callback(partial(_cancel_too, inner))
        inner.add_done_callback(self._done)

    def _done(self, inner: Future[Extracted]) -> None:
        reason = _failure(inner)
        if not reason:
            if not self._reads_scans(inner):
                _hand_over(self._outer, inner, self._noted)
        elif self._first_failure:
            _finish(self._outer, self._unreadable(reason))
        else:
            self._first_failure = reason
            self._try_alone()

    def _reads_scans(self, inner: Future[Extracted]) -> bool:
        """Have the pages read as pictures whose text is absent or bad, if there are any."""
        if inner.cancelled() or inner.exception() is not None:
            return False
        wanted = to_read(inner.result())
        if not wanted:
            return False
        if not has_engine():
            self._scanned(unread(inner.result()))
            return True
        scanning = Scanning(
            inner.result(), compose=self._composed, done=self._scanned, failure=_failure,
            said=_SAID.__getitem__,
        )  # fmt: skip
        document = self._document
        try:
            pages = scanning.start(document.path, wanted, document.limits, self._scanner.schedule)
        except RuntimeError:
            # The pool was closed meanwhile; nobody waits for the text.
            self._outer.cancel()
            return True
        for page in pages:
            self._outer.add_done_callback(partial(_cancel_too, page))
        return True

    def _composed(self, scans: dict[int, Scan]) -> Future[Extracted]:
        reader = partial(extract_text, scans=scans)
        future: Future[Extracted] = self._crew.schedule(
            _read_document, (reader, self._document), self._document.limits.seconds
        )
        self._outer.add_done_callback(partial(_cancel_too, future))
        return future

    def _scanned(self, extracted: Extracted) -> None:
        _finish(self._outer, self._noted(extracted))

    def _try_alone(self) -> None:
        try:
            self._run(self._alone, extract_plainly)
        except RuntimeError:
            # The pool was closed meanwhile; nobody waits for the text.
            self._outer.cancel()

    def _noted(self, extracted: Extracted) -> Extracted:
        if not self._first_failure:
            return extracted
        note = f"read plainly, because the first reading {_SAID[self._first_failure]}"
        return replace(extracted, warnings=(*extracted.warnings, note))

    def _unreadable(self, reason: str) -> Extracted:
        warning = f"the reading {_SAID[reason]}, twice"
        if reason != self._first_failure:
            warning = f"one reading {_SAID[self._first_failure]}, the other {_SAID[reason]}"
        with self._document.path.open("rb") as file:
            media_type = sniff(file.read(_SNIFFED))
        return Extracted(media_type=media_type, method="", reason=reason, warnings=(warning,))


_SAID = {
    "crashed": "killed its process",
    "timeout": "took too long",
    "limit": "needed too much memory",
}


def _failure(inner: Future[Any]) -> str:
    """The reason word for a task that ended as only a bad document's does, or ""."""
    error = None if inner.cancelled() else inner.exception()
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ProcessExpired | BrokenProcessPool):
        return "crashed"
    if isinstance(error, MemoryError):
        return "limit"
    return "limit" if isinstance(error, OSError) and error.errno == errno.ENOMEM else ""


# --- futures ----------------------------------------------------------------


def _cancel_too(inner: Future[Any], outer: Future[Any]) -> None:
    if outer.cancelled():
        inner.cancel()


def _hand_over(
    outer: Future[T], inner: Future[T], change: Callable[[T], T] = lambda result: result
) -> None:
    """Give a task's outcome to whoever waits for it."""
    if inner.cancelled():
        outer.cancel()
        return
    error = inner.exception()
    if error is None:
        _finish(outer, change(inner.result()))
    elif outer.set_running_or_notify_cancel():
        died = isinstance(error, ProcessExpired | BrokenProcessPool)
        outer.set_exception(WorkerDied(str(error)) if died else error)


def _finish(outer: Future[T], result: T) -> None:
    if outer.set_running_or_notify_cancel():
        outer.set_result(result)


# --- worker processes -------------------------------------------------------


class _Crew:
    """Worker processes, started by the first task and started anew when they all broke."""

    def __init__(self, workers: int, tasks_per_worker: int, memory: int) -> None:
        self._make = partial(
            ProcessPool,
            max_workers=workers,
            max_tasks=tasks_per_worker,
            initializer=_prepare_worker,
            initargs=(memory, os.getpid()),
            context=_Context(),
        )
        self._lock = threading.Lock()
        self._keeper: _Keeper | None = None
        self._closed = False

    def schedule(
        self, function: Callable[..., Any], args: tuple[Any, ...], timeout: float
    ) -> Future[Any]:
        """Have a function run; raises RuntimeError when the crew is closed."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            if self._keeper is None or self._keeper.broken:
                self._keeper = _Keeper(self._make)
            return self._keeper.schedule(function, args, timeout)

    def close(self) -> None:
        with self._lock:
            self._closed = True
        if self._keeper:
            self._keeper.release()


class _Keeper:
    """Holds one pebble pool in a thread of its own until it is released or breaks.

    Linux kills a worker when the thread that started it ends, so the workers
    must not be started by the thread that happens to submit the first task.
    """

    def __init__(self, make: Callable[[], ProcessPool]) -> None:
        self._pool: ProcessPool = make()
        self._futures: WeakSet[Future[Any]] = WeakSet()
        self._lock = threading.Lock()
        self._started = threading.Event()
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="pool-keeper", daemon=True)
        self._thread.start()
        self._started.wait()

    @property
    def broken(self) -> bool:
        return not self._pool.active

    def schedule(
        self, function: Callable[..., Any], args: tuple[Any, ...], timeout: float
    ) -> Future[Any]:
        try:
            future: Future[Any] = self._pool.schedule(function, args, timeout=timeout)
        except RuntimeError as error:
            # It broke since we asked; the task fails as those that were under way.
            future = Future()
            future.set_exception(BrokenProcessPool(str(error)))
        with self._lock:
            self._futures.add(future)
        return future

    def release(self) -> None:
        """End the workers at once and wait until they are gone."""
        self._released.set()
        self._thread.join()

    def _keep(self) -> None:
        try:
            # To ask is to start the workers.
            _ = self._pool.active
        finally:
            self._started.set()
        while not self._released.wait(_LOOK_SECONDS) and self._pool.active:
            pass
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        with self._lock:
            left = [future for future in self._futures if not future.done()]
        for future in left:
            # pebble forgets what it had not handed to a worker yet.
            future.set_exception(BrokenProcessPool("the pool ended"))


class _Process(SpawnProcess):
    """A worker process that does not run our main module again.

    Spawning makes a child import the parent's main module, which in a crawl is
    the whole of Scrapy. Nothing that a worker runs lives in a main module.
    """

    def start(self) -> None:
        with _STARTING, _anonymous_main(), _undisturbed():
            super().start()


class _Context(SpawnContext):
    Process = _Process


_STARTING = threading.Lock()


@contextmanager
def _anonymous_main() -> Iterator[None]:
    """Hide which module is main, for as long as a process is being started."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep Ctrl-C from a process that is being started: it cannot ignore it yet.

    The process inherits the mask of the thread that starts it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in the worker ----------------------------------------------------------

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _prepare_worker(memory: int, parent: int) -> None:
    """Bound what this process may take, and tie its life to its parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Python's own handler would wait for a decoder that never returns.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _allow_memory(memory)


def _allow_memory(size: int) -> None:
    """Set how much address space this process may use, in bytes."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    allowed = size if most == resource.RLIM_INFINITY else min(size, most)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, most))


def _read_document(reader: Callable[..., Extracted], document: _Document) -> Extracted:
    _allow_memory(document.limits.memory)
    return reader(
        document.path,
        document.limits,
        media_type_hint=document.media_type_hint,
        name=document.name,
    )


def _draw(drawing: Drawing, limits: Limits, again: bool) -> Picture:
    """Draw a page in a worker; what it takes to do so is imported only there."""
    from pipelines.extract.picture import draw_page

    if again:
        return draw_page(drawing, seconds=limits.seconds)
    _allow_memory(limits.memory)
    return draw_page(drawing)
