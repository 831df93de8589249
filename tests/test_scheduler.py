"""The scheduler: what is due, real signals to real processes, and the order of stopping."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.app import UsageError
from monitor.jobs import Children, crawl
from monitor.scheduler import DueTrigger, Pace, serve, timetables
from monitor.service import only_one
from monitor.timetable import Planned, Timetable
from storage.database import Database
from storage.errors import LockLost
from storage.locks import Held, Locks

ROOT = Path(__file__).parent.parent
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Every:
    """A schedule with one beat: so and so long after the last time."""

    step: timedelta

    def next_after(self, now):
        return now + self.step


def planned(source="virginia", *, hours=6, last=None, group="g"):
    return Planned(
        source=source, group=group, schedule=Every(timedelta(hours=hours)), last_started=last
    )


def test_a_source_never_visited_is_due_at_once():
    """A newcomer does not wait six hours for the first crawl."""
    table = Timetable([planned()], NOON)
    assert table.first() == NOON
    assert table.take(NOON) == ("virginia",)
    assert table.first() == NOON + 6 * HOUR


def test_what_was_missed_while_nothing_ran_is_due_once():
    """Four missed rounds are one crawl at start."""
    table = Timetable([planned(last=NOON - 25 * HOUR)], NOON)
    assert table.first() < NOON
    assert table.take(NOON) == ("virginia",)
    assert table.take(NOON) == ()
    assert table.first() > NOON


def test_what_is_not_due_waits_for_its_time():
    """A restart does not crawl what was crawled an hour ago."""
    table = Timetable([planned(last=NOON - HOUR)], NOON)
    assert table.first() == NOON + 5 * HOUR
    assert table.take(NOON) == ()


def test_lateness_does_not_add_up():
    """A round taken late leaves the next one on its beat."""
    table = Timetable([planned(last=NOON - 6 * HOUR)], NOON)
    assert table.take(NOON + timedelta(minutes=20)) == ("virginia",)
    assert table.first() == NOON + 6 * HOUR


def test_each_source_of_a_group_keeps_its_own_schedule():
    """Only what is due is visited, in the order of the watchlist."""
    table = Timetable(
        [planned("daily", hours=24, last=NOON), planned("hourly", hours=1, last=NOON)], NOON
    )
    assert table.take(NOON + HOUR) == ("hourly",)
    assert table.take(NOON + 24 * HOUR) == ("daily", "hourly")


def test_the_trigger_always_looks_ahead():
    """APScheduler asks for the time after a tick before the tick was taken."""
    table = Timetable([planned(last=NOON - 6 * HOUR), planned("b", hours=1, last=NOON)], NOON)
    trigger = DueTrigger(table)
    assert trigger.get_next_fire_time(None, NOON) == NOON
    assert trigger.get_next_fire_time(NOON, NOON + timedelta(seconds=1)) == NOON + HOUR
    late = NOON + 3 * HOUR
    assert trigger.get_next_fire_time(NOON, late) > late


def test_groups_keep_the_order_of_the_watchlist():
    """One timetable a group."""
    entries = [planned("a", group="x"), planned("b", group="y"), planned("c", group="x")]
    tables = timetables(entries, NOON)
    assert list(tables) == ["x", "y"]
    assert tables["x"].take(NOON) == ("a", "c")


def test_a_timetable_of_nothing_is_a_mistake():
    """A group without sources is never planned."""
    with pytest.raises(ValueError, match="at least one"):
        Timetable([], NOON)


class FakeChild:
    """A child that runs until it is told to stop."""

    def __init__(self, *, starts=True):
        self.started = threading.Event()
        self.ended = threading.Event()
        self.starts = starts
        self.stops = 0

    def run(self):
        if self.starts:
            self.started.set()
        assert self.ended.wait(10)
        return 7

    def stop(self):
        self.stops += 1

    def kill(self):
        self.ended.set()

    def alive(self):
        return self.started.is_set()


def test_a_child_is_asked_to_stop_once():
    """A second request would make a crawl drop what it holds."""
    children, child, codes = Children(), FakeChild(starts=False), []
    thread = threading.Thread(target=lambda: codes.append(children.run("g", lambda: child)))
    thread.start()
    while not children.names():
        time.sleep(0.01)
    children.close()
    children.ask()
    assert child.stops == 0, "it had not started yet"
    child.started.set()
    children.ask()
    children.ask()
    assert child.stops == 1
    child.ended.set()
    thread.join()
    assert codes == [7]
    assert children.names() == ()


def test_nothing_starts_once_closed_or_twice():
    """Neither a stopping process nor a group that is being crawled starts a child."""
    children, child = Children(), FakeChild()
    thread = threading.Thread(target=children.run, args=("g", lambda: child))
    thread.start()
    child.started.wait(5)
    made = []
    assert crawl("g", ("a",), make_child=lambda *_: made.append(1), children=children) is None
    children.kill()
    thread.join()
    children.close()
    assert crawl("h", ("a",), make_child=lambda *_: made.append(1), children=children) is None
    assert made == [], "a row would have been opened for a crawl that never runs"


def now():
    return datetime.now(UTC)


def serve_until(
    condition, *, entries, crawl_group, deliver=lambda _: None, heartbeat=None, pace=None
):
    """Serve in this process, send SIGTERM once `condition` holds, and wait for the end."""

    def end():
        for _ in range(500):
            if condition():
                break
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end, daemon=True).start()
    return serve(
        entries,
        crawl=crawl_group,
        deliver=deliver,
        children=Children(),
        clock=now,
        lock=contextlib.nullcontext(Held((), None)),
        pace=pace or Pace(deliver_every=timedelta(seconds=0.1), beat_every=timedelta(seconds=0.1)),
        heartbeat=heartbeat,
        leave=lambda code: pytest.fail(f"left with {code}"),
    )


def soon(source, group, seconds):
    return Planned(source=source, group=group, schedule=Every(timedelta(seconds=seconds)))


def test_serving_crawls_delivers_and_beats(tmp_path):
    """Due groups are crawled, messages are sent at start and after a crawl, and a file says so."""
    before = signal.getsignal(signal.SIGTERM)
    crawled, rounds = [], []
    heartbeat = tmp_path / "heartbeat.json"
    told = serve_until(
        lambda: len(crawled) >= 3 and len(rounds) >= 3,
        entries=[soon("a", "x", 0.3), soon("b", "y", 3600)],
        crawl_group=lambda group, sources: crawled.append((group, sources)),
        deliver=lambda keep_going: rounds.append(keep_going()),
        heartbeat=heartbeat,
    )
    assert told == signal.SIGTERM
    assert crawled.count(("y", ("b",))) == 1
    assert crawled.count(("x", ("a",))) >= 2
    assert rounds[0] is True
    beat = json.loads(heartbeat.read_text())
    assert beat["state"] == "stopped"
    assert beat["jobs"]["run"] >= 5
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_failing_job_is_counted_and_the_rest_goes_on(tmp_path, caplog):
    """One group that always fails does not stop the others."""
    crawled = []
    heartbeat = tmp_path / "heartbeat.json"

    def crawl_group(group, _sources):
        if group == "bad":
            raise RuntimeError("this group is broken")
        crawled.append(group)

    serve_until(
        lambda: len(crawled) >= 2,
        entries=[soon("a", "bad", 0.1), soon("b", "good", 0.1)],
        crawl_group=crawl_group,
        heartbeat=heartbeat,
    )
    assert json.loads(heartbeat.read_text())["jobs"]["failed"] >= 1
    assert "this group is broken" in caplog.text


def test_a_round_that_is_still_running_is_not_started_twice(tmp_path):
    """A slow delivery is skipped over, counted, and never doubled."""
    heartbeat = tmp_path / "heartbeat.json"
    running, most, rounds = [], [], []

    def deliver(_keep_going):
        running.append(1)
        most.append(len(running))
        time.sleep(0.5)
        running.pop()
        rounds.append(1)

    serve_until(
        lambda: len(rounds) >= 2,
        entries=[soon("a", "x", 3600)],
        crawl_group=lambda *_: None,
        deliver=deliver,
        heartbeat=heartbeat,
    )
    assert max(most) == 1
    assert json.loads(heartbeat.read_text())["jobs"]["skipped"] >= 1


def test_delivery_is_told_to_stop_between_messages():
    """A long round of messages does not hold up the end."""
    looked = []

    def deliver(keep_going):
        while keep_going():
            looked.append(1)
            time.sleep(0.02)

    started = time.monotonic()
    serve_until(
        lambda: len(looked) > 3,
        entries=[soon("a", "x", 3600)],
        crawl_group=lambda *_: None,
        deliver=deliver,
    )
    assert time.monotonic() - started < 5


def test_a_full_disk_does_not_stop_the_watching(tmp_path, caplog):
    """A heartbeat that cannot be written is a warning."""
    rounds = []
    serve_until(
        lambda: len(rounds) >= 2,
        entries=[soon("a", "x", 3600)],
        crawl_group=lambda *_: None,
        deliver=lambda _: rounds.append(1),
        heartbeat=tmp_path / "missing" / "heartbeat.json",
    )
    assert "heartbeat was not written" in caplog.text


def test_a_crawl_picks_up_what_became_due_meanwhile():
    """A source that fell due during its group's crawl does not wait for another round."""
    crawled = []

    def crawl_group(_group, sources):
        crawled.append(sources)
        if len(crawled) == 1:
            time.sleep(0.6)

    serve_until(
        lambda: len(crawled) >= 2,
        entries=[
            soon("slow", "x", 3600),
            Planned(source="quick", group="x", schedule=Every(timedelta(seconds=3600)),
                    last_started=now() - timedelta(seconds=3599.7)),
        ],
        crawl_group=crawl_group,
    )  # fmt: skip
    assert crawled == [("slow",), ("quick",)]


def test_there_is_one_scheduler_only(database, database_url):
    """A second one of the same home or database is refused with a word on what to do."""
    other = Database.open(database_url, home=database.home)
    homes = [SimpleNamespace(locks=Locks(opened)) for opened in (database, other)]
    with only_one(homes[0]), pytest.raises(UsageError, match="stop it first"), only_one(homes[1]):
        pytest.fail("a second scheduler was let in")
    with only_one(homes[1]):
        pass
    other.close()


class Lost(Held):
    """A lock that was lost with its connection."""

    def check(self):
        raise LockLost("the lock was lost")


def test_a_scheduler_that_lost_its_lock_stops():
    """Another may have taken over; two would crawl and deliver side by side."""
    children = Children()
    with pytest.raises(LockLost):
        serve(
            [soon("a", "x", 3600)],
            crawl=lambda *_: None,
            deliver=lambda _: None,
            children=children,
            clock=now,
            lock=contextlib.nullcontext(Lost((), None)),
            leave=lambda code: pytest.fail(f"left with {code}"),
        )
    assert children.closed


def test_the_scheduler_holds_no_scrapy_and_no_twisted():
    """What decides must not share a process, or a reactor, with what crawls."""
    code = "import sys, monitor.scheduler; print([m for m in ('scrapy', 'twisted') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


PROGRAM = '''
import contextlib, os, signal, subprocess, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from functools import partial
from monitor.jobs import Children, crawl
from monitor.scheduler import Pace, serve
from monitor.timetable import Planned
from storage.locks import Held

folder, manners, grace = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
CHILD = """
import os, signal, subprocess, sys, time
from pathlib import Path
folder, manners = Path(sys.argv[1]), sys.argv[2]
def finish(*_):
    (folder / f"finished-{os.getpid()}").touch()
    time.sleep(0.3)
    sys.exit(0)
signal.signal(signal.SIGTERM, finish if manners == "polite" else signal.SIG_IGN)
helper = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"])
(folder / f"started-{os.getpid()}-{helper.pid}").touch()
while True:
    time.sleep(0.05)
"""

class Child:
    process = None
    def run(self):
        self.process = subprocess.Popen([sys.executable, "-c", CHILD, folder, manners], start_new_session=True)
        code = self.process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return code
    def alive(self):
        return self.process is not None and self.process.poll() is None
    def stop(self):
        os.kill(self.process.pid, signal.SIGTERM)
    def kill(self):
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

class Often:
    def next_after(self, now):
        return now + timedelta(seconds=0.2)

children = Children()
told = serve(
    [Planned(source=name, group=name, schedule=Often()) for name in ("a", "b")],
    crawl=partial(crawl, make_child=lambda *_: Child(), children=children),
    deliver=lambda keep_going: None,
    children=children,
    clock=lambda: datetime.now(UTC),
    lock=contextlib.nullcontext(Held((), None)),
    pace=Pace(grace=timedelta(seconds=grace), crawls_at_once=4),
)
print(told.name)
'''


@contextlib.contextmanager
def service(tmp_path, manners, grace):
    """A real serving process with two running children."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    process = subprocess.Popen(
        [sys.executable, program, tmp_path, manners, str(grace)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        wait_for(lambda: len(list(tmp_path.glob("started-*"))) == 2)
        yield process
    finally:
        process.kill()
        process.wait()
        for pid in pids(tmp_path):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def wait_for(condition, seconds=20):
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen in time")


def pids(folder):
    return [int(pid) for path in folder.glob("started-*") for pid in path.name.split("-")[1:]]


def dead(pid):
    """Whether a process is gone, or only its exit code is left of it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.mark.faults
def test_a_signal_stops_children_before_the_scheduler(tmp_path):
    """SIGTERM: each child finishes, its helpers die too, and no crawl starts meanwhile."""
    with service(tmp_path, "polite", 20) as process:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
        assert process.returncode == 0
        assert output.strip() == b"SIGTERM"
        assert len(list(tmp_path.glob("finished-*"))) == 2
        assert len(list(tmp_path.glob("started-*"))) == 2, "a crawl started while stopping"
        wait_for(lambda: all(dead(pid) for pid in pids(tmp_path)))


@pytest.mark.faults
def test_a_child_that_does_not_listen_is_ended(tmp_path):
    """After the grace time the whole group of a stubborn child is killed."""
    with service(tmp_path, "stubborn", 0.5) as process:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 0
        assert not list(tmp_path.glob("finished-*"))
        wait_for(lambda: all(dead(pid) for pid in pids(tmp_path)))


@pytest.mark.faults
def test_a_second_signal_leaves_at_once(tmp_path):
    """Ctrl-C twice does not wait for the grace time, and leaves no child behind."""
    with service(tmp_path, "stubborn", 60) as process:
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert time.monotonic() - started < 5
        assert process.returncode == 130
        wait_for(lambda: all(dead(pid) for pid in pids(tmp_path)))
