"""Crawls as child processes: start, listen, stop. No Scrapy here.

A child reads its plan as JSON from standard input and tells progress as lines
of JSON on standard output. Whether it succeeded is not told here: the row it
closes in the database says so.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol, Self

Listener = Callable[[Mapping[str, Any]], None]

GRACE_SECONDS = 60.0
"""How long a child that met its deadline may take to finish what it holds."""


class Process(Protocol):
    """What a child needs of `subprocess.Popen`; the session is named by its `pid`."""

    stdin: IO[bytes] | None
    stdout: IO[bytes] | None

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self) -> int: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: Any) -> None: ...  # noqa: PYI036 (Popen takes fewer)


@dataclass
class Child:
    """One crawl process in a session of its own, so that it can be ended whole."""

    plan: Mapping[str, Any]
    listener: Listener
    deadline_seconds: float
    environment: Mapping[str, str]
    process: Process | None = field(default=None, init=False)
    asked: bool = field(default=False, init=False)

    def run(self) -> int:
        """Start the child, pass its progress on until it ends; returns its exit code.

        At its deadline a child is asked to stop, so that what it holds is kept;
        one that does not is killed with everything it started.
        """
        process = self.start()
        self.process = process
        if self.asked:
            # It was asked while it was being started, when there was nobody to tell.
            self.stop()
        grace = min(GRACE_SECONDS, self.deadline_seconds)
        timers = [
            threading.Timer(self.deadline_seconds, self.stop),
            threading.Timer(self.deadline_seconds + grace, self.kill),
        ]
        for timer in timers:
            timer.daemon = True
            timer.start()
        try:
            with process:
                assert process.stdin is not None
                assert process.stdout is not None
                self._send_plan(process)
                for line in process.stdout:
                    self._pass_on(line)
                return process.wait()
        finally:
            for timer in timers:
                timer.cancel()

    def start(self) -> Process:
        """Start the process, its plan not yet told. Raises OSError when it cannot be started."""
        return subprocess.Popen(
            [sys.executable, "-m", "monitor.crawling"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            env=dict(self.environment),
            start_new_session=True,
        )

    def _send_plan(self, process: Process) -> None:
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(dict(self.plan)).encode())
            process.stdin.close()
        except BrokenPipeError:
            # The child died while starting; its open row says so.
            self.listener({"event": "died"})

    def _pass_on(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            # A library that prints must not break the conversation.
            sys.stderr.buffer.write(line)
            return
        self.listener(event)

    def stop(self) -> None:
        """Ask the child to finish what it holds and close its row."""
        self.asked = True
        if self.alive():
            os.kill(self.pid(), signal.SIGTERM)

    def kill(self) -> None:
        """End the child and everything it started, at once, even when it is gone itself."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def alive(self) -> bool:
        # poll() reaps, so a pid that is still ours cannot be another process.
        return self.process is not None and self.process.poll() is None

    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid


def run_all(
    children: Sequence[Child],
    *,
    side_by_side: int = 4,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Run the children, at most `side_by_side` at a time; Ctrl-C stops, twice kills.

    `on_stop` is called when they were asked to stop. Raises KeyboardInterrupt
    once they have ended, and OSError when one cannot be started.
    """
    slots = threading.Semaphore(side_by_side)
    stopping = threading.Event()
    errors: list[OSError] = []
    ended = [threading.Event() for _ in children]

    def work(child: Child, end: threading.Event) -> None:
        try:
            with slots:
                if not stopping.is_set():
                    child.run()
        except OSError as error:
            errors.append(error)
        finally:
            end.set()

    for pair in zip(children, ended, strict=True):
        threading.Thread(target=work, args=pair, daemon=True).start()
    interrupts = 0
    while True:
        try:
            if interrupts:
                stopping.set()
                _end(children, at_once=interrupts > 1)
                on_stop()
            _wait(ended)
            break
        except KeyboardInterrupt:
            # Whatever it broke off is done again, more firmly.
            interrupts += 1
    if interrupts:
        raise KeyboardInterrupt
    if errors:
        raise errors[0]


def _end(children: Sequence[Child], *, at_once: bool) -> None:
    for child in children:
        if at_once:
            child.kill()
        else:
            child.stop()


def _wait(ended: Sequence[threading.Event]) -> None:
    # Not Thread.join: a Ctrl-C in it makes Python 3.11 take a running thread for ended.
    for end in ended:
        while not end.wait(0.2):
            pass
