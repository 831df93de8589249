"""Pages of a document that are read as pictures, on their way through the pool.

A first reading tells which pages have no text or bad text. Each of them is a
task of its own in the worker that has the memory for it, so that a page that
hangs or kills its process costs that page alone; then the document is read
once more, with what the pictures told.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from pipelines.extract.scans import HOW_TO_READ, Scan, about_pages
from pipelines.texts import Extracted, Limits


class Schedule(Protocol):
    """Has a function run in a worker; raises RuntimeError when there are none any more."""

    def __call__(
        self, function: Callable[..., Any], args: tuple[Any, ...], timeout: float
    ) -> "Future[Any]": ...


class Scanning:
    """The pages of one document that are wanted as pictures.

    `compose` reads the document with the pages, given by number, and returns a
    future; `done` is told of the text in the end, which is the one read first
    where nothing better came of it. `failure` names what ended a task, "" for
    none; `said` puts its word into a sentence.
    """

    def __init__(
        self,
        first: Extracted,
        *,
        compose: "Callable[[dict[int, Scan]], Future[Extracted]]",
        done: Callable[[Extracted], None],
        failure: "Callable[[Future[Any]], str]",
        said: Callable[[str], str],
    ) -> None:
        self._first = first
        self._compose = compose
        self._done = done
        self._failure = failure
        self._said = said
        self._lock = threading.Lock()
        self._left = 0
        self._scans: dict[int, Scan] = {}
        self._failed: dict[str, list[int]] = {}

    def start(
        self, path: Path, numbers: tuple[int, ...], limits: Limits, schedule: Schedule
    ) -> "list[Future[Scan]]":
        """Have the pages read, each within the limits; returns their futures, to cancel them.

        Raises RuntimeError when the pool is closed.
        """
        self._left = len(numbers)
        futures = [
            schedule(read_scan, (path, number, limits), limits.seconds) for number in numbers
        ]
        for number, future in zip(numbers, futures, strict=True):
            future.add_done_callback(partial(self._page_done, number))
        return futures

    def _page_done(self, number: int, future: "Future[Scan]") -> None:
        if future.cancelled():
            return
        error = future.exception()
        with self._lock:
            if error is None:
                self._scans[number] = future.result()
            else:
                reason = self._failure(future)
                told = f"reading {self._said(reason)}" if reason else str(error)
                self._failed.setdefault(told, []).append(number)
            self._left -= 1
            if self._left:
                return
        self._pages_done()

    def _pages_done(self) -> None:
        if not self._scans:
            self._finish(self._first)
            return
        try:
            self._compose(self._scans).add_done_callback(self._composed)
        except RuntimeError:
            # The pool was closed meanwhile; what was read first is all there is.
            self._finish(self._first)

    def _composed(self, future: "Future[Extracted]") -> None:
        if not future.cancelled():
            self._finish(self._first if future.exception() else future.result())

    def _finish(self, extracted: Extracted) -> None:
        verb = "could not be read as"
        told = (
            about_pages(sorted(numbers), f"{verb} a picture: {why}", f"{verb} pictures: {why}")
            for why, numbers in self._failed.items()
        )
        self._done(replace(extracted, warnings=(*extracted.warnings, *told)))


def unread(extracted: Extracted) -> Extracted:
    """The text where no engine is installed that could read its pictures: it says what to do."""
    return replace(extracted, warnings=(*extracted.warnings, HOW_TO_READ))


def read_scan(path: Path, number: int, limits: Limits) -> Scan:
    """Read one page in a worker; what it takes to do so is imported only there.

    Raises what `pipelines.extract.ocr.read_page` raises, and OSError where the
    libraries are there but cannot be loaded.
    """
    try:
        from pipelines.extract.ocr import read_page
    except ImportError as error:
        raise OSError(
            f"{error}. Without a display OpenCV lacks libraries: pip install"
            " opencv-python-headless instead of opencv-python, or install the system's libgl1"
        ) from None
    return read_page(path, number, limits)
