"""A site that garbles its list for a day: held, explained, discarded; and a real one, released."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from storage.crawls import Crawls
from storage.database import Database
from storage.home import Home
from storage.locks import Locks
from tests.recordings import Bill, pack_virginia
from tests.running import json_lines, measurewatch

WATCHLIST = """\
name: Test desk
sources: {sites: [virginia]}
watches:
  - name: Everything
    when: [new, title]
    to: ["terminal:"]
    every: at once
"""
BILLS = [Bill(f"HB{number}", title=f"Title {number}.") for number in range(1, 61)]
GARBLED = [Bill(one.number, title="Untitled") for one in BILLS]


def run(folder: Path, *arguments: str):
    return json_lines("--watchlist", "watchlist.yaml", *arguments, cwd=folder)


def see(folder: Path, day: int, bills):
    """One day's crawl of the legislature."""
    archive = f"{day}.warc.gz"
    pack_virginia(folder / archive, f"2026-02-{day:02}T12:00:00Z", bills)
    said = measurewatch("--watchlist", "watchlist.yaml", "crawl", "virginia", "--replay", archive,
                        "--json", cwd=folder)  # fmt: skip
    line = json.loads(said.stdout)
    assert said.returncode == (0 if line["state"] == "ok" else 1)
    return line


def sent(folder: Path) -> str:
    """What deliver prints for the reader."""
    said = measurewatch("--watchlist", "watchlist.yaml", "deliver", cwd=folder)
    return said.stdout


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Path:
    """A home that has seen three days, of which the second brought a bill."""
    folder = tmp_path_factory.mktemp("known")
    (folder / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    for day, bills in ((1, BILLS[:59]), (2, BILLS), (3, BILLS)):
        assert see(folder, day, bills)["state"] == "ok"
    assert "HB60" in sent(folder)
    return folder


@pytest.fixture
def folder(known: Path, tmp_path: Path) -> Path:
    """A copy of that home."""
    return shutil.copytree(known, tmp_path / "desk")


def test_a_garbled_list_is_held_and_discarded(folder):
    """Nothing of it is told, health says why, and the repaired list is no news."""
    line = see(folder, 5, GARBLED)
    assert line["state"] == "drifted"
    assert any("held: 60 of 60 measures changed at once" in note for note in line["notes"])
    assert sent(folder) == ""
    [health] = run(folder, "sources", "health")
    assert health["state"] == "drifted"
    assert health["notes"][0].startswith("held: 60 of 60 measures changed at once (60 title)")
    [held] = run(folder, "sources", "held")
    assert (held["source"], held["state"], held["alerts"]) == ("virginia", "held", 60)
    assert held["samples"]
    assert {alert["state"] for alert in run(folder, "alerts", "list") if alert["kind"] == "title"} == {
        "held"
    }  # fmt: skip
    [ended] = run(folder, "sources", "discard", "virginia", "--by", "ada")
    assert (ended["alerts"], ended["measures"]) == (60, 60)
    [health] = run(folder, "sources", "health")
    assert (health["state"], health["notes"][0]) == (
        "ok", "info: what was held is discarded by ada"
    )  # fmt: skip
    assert see(folder, 6, BILLS)["state"] == "ok"
    assert sent(folder) == ""
    assert [one["kind"] for one in run(folder, "changes", "--kind", "title")] == []


def test_what_is_real_is_released(folder):
    """An operator looks and lets it out: each alert once, and the source is well again."""
    see(folder, 5, GARBLED)
    again = see(folder, 6, [*GARBLED, Bill("HB61", title="New.")])
    assert again["state"] == "drifted"
    assert sent(folder) == ""
    [ended] = run(folder, "sources", "release", "virginia")
    assert ended["alerts"] == 61
    [health] = run(folder, "sources", "health")
    assert health["state"] == "ok"
    assert not any("held:" in note for note in health["notes"])
    told = sent(folder)
    assert "HB61" in told
    assert "Untitled" in told
    assert sent(folder) == ""
    assert see(folder, 7, [*GARBLED, Bill("HB61", title="New.")])["state"] == "ok"


def test_a_flood_that_was_held_does_not_raise_the_bar(folder):
    """Discarded, it is held again when it comes again."""
    for day in (5, 7):
        assert see(folder, day, GARBLED)["state"] == "drifted"
        run(folder, "sources", "discard", "virginia", "--by", "ada")
        assert see(folder, day + 1, BILLS)["state"] == "ok"
    assert sent(folder) == ""


def test_a_crawl_keeps_which_sessions_it_read(known):
    """A session is held against its like; so every report names those of its measures."""
    home = Home.create(known / "measurewatch-home")
    with closing(Database.open("", home=home)) as database:
        reports = Crawls(database, Locks(database)).whole("virginia", limit=9)
    assert [one.sessions for one in reports] == [("20261",)] * 3


def test_a_flood_right_after_the_baseline_is_held(tmp_path):
    """The first crawl after the first is no freer than the others."""
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    assert see(tmp_path, 1, BILLS)["state"] == "ok"
    line = see(tmp_path, 2, GARBLED)
    assert line["state"] == "drifted"
    assert any("held: 60 of 60 measures changed at once" in note for note in line["notes"])
    assert sent(tmp_path) == ""


def test_nothing_held_is_a_clear_error(folder):
    """Who releases what is not held learns what is."""
    said = measurewatch("--watchlist", "watchlist.yaml", "sources", "release", "virginia",
                        cwd=folder, check=False)  # fmt: skip
    assert said.returncode == 2
    assert "nothing of the source 'virginia' is held" in said.stderr
    assert "measurewatch sources held" in said.stderr
    for command in ("release", "discard"):
        said = measurewatch("--watchlist", "watchlist.yaml", "sources", command, "virgina",
                            cwd=folder, check=False)  # fmt: skip
        assert said.returncode == 2
        assert "No source is called 'virgina'; did you mean 'virginia'?" in said.stderr
    people = measurewatch("--watchlist", "watchlist.yaml", "sources", "held", cwd=folder)
    assert "Nothing is held back." in people.stderr
    assert json.loads("[]") == run(folder, "sources", "held")
