"""Killed at every step, and several at once: nothing is lost, doubled or half-recorded."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database
from storage.home import Home
from storage.outbox import Outbox
from storage.queries import Queries

pytestmark = pytest.mark.faults

CHANGES = [
    ["HB 1", "amended"], ["HB 1", "new"], ["HB 2", "new"], ["HB 2", "version"], ["HB 3", "new"],
    ["HB 3", "title"], ["HB 4", "new"], ["HB 4", "scheduled"], ["HB 5", "new"], ["HB 6", "new"],
    ["HB 7", "new"], ["HB 8", "new"], ["HB 9", "new"],
]  # fmt: skip


def killed(what: str, url: str, home: Home, out: Path) -> list[dict[str, Any]]:
    """Run work that is killed at every step; returns what was seen after each death."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage_killed", what, url, str(home.path), str(out)],
        capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.timeout(170)
def test_recording_that_is_killed_at_every_step_is_whole(
    database_url: str, home: Home, tmp_path: Path
) -> None:
    """After each death the database opens and is sound, no change lacks its alert, and the next run goes on."""
    steps = killed("record", database_url, home, tmp_path / "unused")
    assert len(steps) > 20
    assert {step["ended"] for step in steps[:-1]} == {-9}
    for step in steps:
        assert step["problems"] == []
        assert step["silent"] == []
        assert step["measures"] in (6, 7, 8, 9)
    last = steps[-1]
    assert last["ended"] == 0
    assert last["changes"] == CHANGES
    told = Counter((change, watch) for change, watch, _ in last["alerts"])
    assert set(told.values()) == {1}
    assert len(told) == len(CHANGES) + 1


@pytest.mark.timeout(170)
def test_sending_that_is_killed_at_every_step_repeats_only_recognisably(
    database_url: str, home: Home, tmp_path: Path
) -> None:
    """Every message is sent; one sent twice by a death carries the same key and rendering."""
    out = tmp_path / "sent.jsonl"
    steps = killed("send", database_url, home, out)
    assert {step["ended"] for step in steps[:-1]} == {-9}
    assert steps[-1]["unsent"] == 0
    database = Database.open(database_url, home=home)
    keys = {line["key"] for line in Queries(database).alerts()}
    assert Outbox(database).next_due() is None
    database.close()
    sent = [json.loads(line) for line in out.read_text().splitlines()]
    assert {one["key"] for one in sent} == keys
    renderings = {(one["key"], json.dumps(one["payload"])) for one in sent}
    assert len(renderings) == len(keys)


def test_processes_that_write_at_once_do_not_disturb_each_other(
    database_url: str, home: Home
) -> None:
    """Writers wait for each other; none is told that the database is locked."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage_killed", "write", database_url, str(home.path)],
        capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["statuses"] == [0, 0, 0], done.stderr
    database = Database.open(database_url, home=home)
    assert len(list(Queries(database).measures())) == 300
    assert database.check() == []
    database.close()
