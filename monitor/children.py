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
from typing import Any

Listener = Callable[[Mapping[str, Any]], None]
GRACE_SECONDS = 20.0


@dataclass
class Child:
    """One crawl process in a session of its own, so that it can be ended whole."""

    plan: Mapping[str, Any]
    listener: Listener
    deadline_seconds: float
    environment: Mapping[str, str]
    log: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def run(self) -> int:
        """Start the child, pass its progress on until it ends; returns its exit code.

        A child that outlives its deadline is killed with everything it started.
        """
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor.crawling"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            env=dict(self.environment),
            start_new_session=True,
        )
        self.process = process
        timer = threading.Timer(self.deadline_seconds, self.kill)
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
            timer.cancel()

    def _send_plan(self, process: subprocess.Popen[bytes]) -> None:
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


def run_all(children: Sequence[Child], *, side_by_side: int = 4) -> None:
    """Run the children, at most `side_by_side` at a time; Ctrl-C stops, twice kills."""
    waiting = list(children)
    slots = threading.Semaphore(side_by_side)
    stopping = threading.Event()

    def work(child: Child) -> None:
        with slots:
            if not stopping.is_set():
                child.run()

    threads = [threading.Thread(target=work, args=(child,), daemon=True) for child in waiting]
    for thread in threads:
        thread.start()
    interrupts = 0
    while any(thread.is_alive() for thread in threads):
        try:
            for thread in threads:
                thread.join(timeout=0.2)
        except KeyboardInterrupt:
            interrupts += 1
            stopping.set()
            for child in waiting:
                if interrupts == 1:
                    child.stop()
                else:
                    child.kill()
    if interrupts:
        raise KeyboardInterrupt
