"""A crawl's process at its deadline: asked to stop first, ended if it does not."""

import signal
import subprocess
import sys
import time

import pytest

from monitor import children
from monitor.children import Child

TAKES_ITS_LEAVE = """
import signal, sys, time
sys.stdin.read()
signal.signal(signal.SIGTERM, lambda *_: (print('{"event": "end"}', flush=True), sys.exit(0)))
print('{"event": "start"}', flush=True)
time.sleep(30)
"""
HANGS = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdin.read()
print('{"event": "start"}', flush=True)
time.sleep(30)
"""


class Playing(Child):
    """A child that runs a script of its own."""

    def start(self):
        return subprocess.Popen(
            [sys.executable, "-c", self.environment["script"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )


def run(script, deadline):
    heard = []
    child = Playing({}, lambda event: heard.append(event["event"]), deadline, {"script": script})
    began = time.monotonic()
    return child.run(), heard, time.monotonic() - began


def test_at_its_deadline_a_child_may_finish_what_it_holds():
    """SIGTERM comes first, and what the child then says is still heard."""
    code, heard, seconds = run(TAKES_ITS_LEAVE, deadline=1.0)
    assert (code, heard) == (0, ["start", "end"])
    assert seconds < 10


def test_a_child_that_does_not_stop_is_ended(monkeypatch: pytest.MonkeyPatch):
    """After the grace it is killed."""
    monkeypatch.setattr(children, "GRACE_SECONDS", 0.5)
    code, heard, seconds = run(HANGS, deadline=1.0)
    assert (code, heard) == (-signal.SIGKILL, ["start"])
    assert seconds < 10
