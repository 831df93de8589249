"""`measurewatch demo --serve` as a real process: what it prints to copy works, and Ctrl-C ends it."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

from tests.running import ROOT

PATIENCE_SECONDS = 90
pytestmark = pytest.mark.timeout(180)


@contextmanager
def serving(folder, *arguments, keys=subprocess.DEVNULL):
    """A serving demo with its output in a file; killed if the test leaves it running.

    `keys` is what it reads.
    """
    names = {key: value for key, value in os.environ.items() if not key.startswith("MEASUREWATCH_")}
    log = folder / "out.txt"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor.cli", "demo", "--serve", *arguments],
            cwd=folder, env={**names, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdin=keys, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield process, log
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_for(log, process, words):
    """What was written once the words are there; fails after a while, or when the process ends."""
    until = time.monotonic() + PATIENCE_SECONDS
    while words not in (said := log.read_text(encoding="utf-8")):
        assert process.poll() is None, said
        assert time.monotonic() < until, said
        time.sleep(0.1)
    return said


def typed(command, folder):
    """Run a copied line as a second terminal would: a shell that knows nothing of the demo."""
    names = {key: value for key, value in os.environ.items() if not key.startswith("MEASUREWATCH_")}
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env={**names, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip


def test_printed_commands_work_and_ctrl_c_ends_it(tmp_path):
    """After the day the sites are up; each command runs as printed elsewhere; SIGINT gives 0."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with serving(tmp_path, "--day", "2") as (process, log):
        said = wait_for(log, process, "Ctrl-C stops.")
        assert "It is Tuesday, March 3." in said
        for name, start in re.findall(r"^  (mayor|state|council) +(http://\S+)$", said, re.M):
            request = urllib.request.Request(start, headers={"Accept": "application/json"})
            with urllib.request.urlopen(request, timeout=5) as answer:
                assert answer.status == 200, name
        _, _, printed = said.partition("In another terminal")
        commands = [line.strip() for line in printed.splitlines() if " --home " in line]
        verbs = [
            shlex.split(command)[shlex.split(command).index("--home") + 2] for command in commands
        ]
        assert verbs == ["crawl", "changes", "search", "show", "diff", "sources", "export"]
        for command in commands:
            result = typed(command, elsewhere)
            assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
        assert (tmp_path / "measurewatch-demo" / "measures.csv").stat().st_size > 1000
        assert list(elsewhere.iterdir()) == []
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert "Stopped." in log.read_text(encoding="utf-8")


def test_enter_turns_to_a_day_that_a_crawl_then_tells(tmp_path):
    """The home's clock turns with the governments': what is due on the next day is looked at anew."""
    keyboard, keys = os.openpty()
    with serving(tmp_path, "--day", "8", keys=keys) as (process, log):
        said = wait_for(log, process, "Ctrl-C stops.")
        crawl = next(line.strip() for line in said.splitlines() if line.endswith("home crawl"))
        same = typed(crawl, tmp_path)
        assert same.returncode == 0, same.stdout + same.stderr
        assert "stale" not in same.stdout + same.stderr
        assert "not one meeting" not in same.stdout + same.stderr
        os.write(keyboard, b"\n")
        wait_for(log, process, "Executive Order 2026-04 rewritten in silence")
        next_day = typed(crawl, tmp_path)
        assert next_day.returncode == 0, next_day.stdout + next_day.stderr
        changes = typed(crawl.removesuffix("crawl") + "changes --since 1h --kind amended", tmp_path)
        assert "Executive Order 2026-04" in changes.stdout
        assert "could not be checked" not in changes.stderr
        served = typed(crawl.removesuffix("crawl") + "serve", tmp_path)
        assert served.returncode == 2
        assert "This home's clock is behind" in served.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    os.close(keyboard)
    os.close(keys)


def test_as_json_it_says_where_it_is_and_sigterm_ends_it(tmp_path):
    """For machines the last line holds the addresses and the commands."""
    with serving(tmp_path, "--day", "0", "--json") as (process, log):
        said = json.loads(wait_for(log, process, '"serving"').splitlines()[-1])
        assert set(said["serving"]) == {"mayor", "state", "council"}
        assert said["day"] == "2026-03-01"
        assert said["commands"][0].endswith(" crawl")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_ctrl_c_in_the_month_stops_in_order(tmp_path):
    """Interrupted while it crawls: 130, no crawl is left running, and the next run begins anew."""
    with serving(tmp_path) as (process, log):
        home = tmp_path / "measurewatch-demo" / "home"
        until = time.monotonic() + PATIENCE_SECONDS
        while not list(home.glob("archives/**/*.gz")):
            assert time.monotonic() < until, log.read_text(encoding="utf-8")
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    assert "Interrupted." in log.read_text(encoding="utf-8")
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(home) not in left
