"""Forked crawl processes behave as started ones do: code, stop, kill, and where nothing can be forked."""

import os
import signal
import time

import pytest

from monitor.children import Child
from monitor.demo import nursery as nurseries
from monitor.demo.government import Government
from monitor.demo.month import live
from monitor.demo.nursery import FORKS, ForkedChild, Nursery
from tests.running import ROOT

forking = pytest.mark.skipif(not FORKS, reason="crawls are forked on Linux only")


@pytest.fixture(scope="module")
def nursery():
    """A nursery with everything imported."""
    with Nursery({**os.environ, "PYTHONPATH": str(ROOT)}) as running:
        yield running


def ended(process):
    """Wait for a process; its code, as the child reads it."""
    with process:
        process.stdin.close()
        process.stdout.read()
        return process.wait()


def gone(pid):
    """Whether no such process is left, a moment being allowed for it to go."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@forking
class TestForked:
    def test_a_process_without_a_plan_ends_with_1(self, nursery):
        """The crawl itself decides its exit code, and leads a session of its own."""
        process = nursery.fork()
        assert os.getsid(process.pid) == process.pid
        assert process.poll() is None
        assert ended(process) == 1
        assert process.poll() == 1
        assert gone(process.pid)

    def test_many_run_side_by_side(self, nursery):
        """Each fork is a process of its own."""
        processes = [nursery.fork() for _ in range(4)]
        assert len({process.pid for process in processes}) == 4
        assert [ended(process) for process in processes] == [1] * 4

    def test_a_killed_process_says_no_code(self, nursery):
        """It counts as killed by the signal, and nobody waits for ever."""
        process = nursery.fork()
        os.killpg(process.pid, signal.SIGKILL)
        assert ended(process) == -signal.SIGKILL

    def test_a_child_that_is_gone_can_be_stopped(self, nursery):
        """To stop what has ended is harmless."""
        child = nursery.child({}, lambda _: None, 60.0, {})
        assert isinstance(child, ForkedChild)
        child.process = process = nursery.fork()
        os.killpg(process.pid, signal.SIGKILL)
        assert gone(process.pid)
        child.stop()
        child.kill()
        assert not child.alive()
        ended(process)

    def test_a_nursery_that_is_gone_is_an_error(self):
        """Nobody forks any more: that is told, not waited for."""
        with Nursery({**os.environ, "PYTHONPATH": str(ROOT)}) as closing:
            fork = closing.fork
            ended(fork())
        with pytest.raises(OSError, match=r"gone|descriptor|[Bb]roken"):
            fork()


def test_where_nothing_can_be_forked_crawls_are_started(tmp_path, monkeypatch):
    """The month begins the same, with a process started for each crawl."""
    monkeypatch.setattr(nurseries, "FORKS", False)
    with Nursery({}) as plain:
        assert plain.child is Child
    with Government() as government:
        month = live(tmp_path / "demo", government, 0)
    assert month.right
    assert month.days[0].states == {
        "harborview-mayor": "ok", "cascadia": "ok", "harborview-council": "ok",
    }  # fmt: skip
