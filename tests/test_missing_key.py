"""A source whose key is missing says so once, costs no request, and keeps no other one waiting."""

import pytest

from config.watchlist import read_watchlist
from monitor.sources import lacking, waits_for
from tests.loopback.server import html, serving
from tests.running import json_lines, measurewatch

ROW = '<tr><td class="n">EO {n}</td><td class="t">Masks {n}</td><td><a href="/{n}.html">Text</a></td></tr>'
INDEX = html(f"<h1>Orders</h1><table>{''.join(ROW.format(n=n) for n in (1, 2))}</table>")
PAGE = html(
    "<h1>Executive order</h1><p>No officer shall wear a mask within ten feet of a school.</p>"
)
WATCHLIST = """\
name: Test desk
sources:
  orders:
    mayor: {{place: us/wa/x, index: "{url}/orders", row: tr, identifier: .n, title: .t, document: a}}
    other: {{place: us/wa/y, index: "{url}/closed", row: tr, identifier: .n, document: a,
             title: "env:OTHER_TITLE"}}
watches:
  - {{name: Everything, to: ["terminal:"]}}
operators: ["file:told"]
"""


@pytest.fixture
def desk(tmp_path):
    """A folder with two sources, one of which wants a setting that is secret, and the server of both."""
    pages = {"/orders": INDEX, "/closed": INDEX, "/1.html": PAGE, "/2.html": PAGE}
    with serving(pages) as server:
        path = tmp_path / "watchlist.yaml"
        path.write_text(WATCHLIST.format(url=server.url), encoding="utf-8")
        environment = {
            "MEASUREWATCH_WATCHLIST": str(path),
            "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES": "yes",
            "MEASUREWATCH_DELAY": "0",
        }
        yield tmp_path, environment, server


def states(folder, environment, *names):
    lines = json_lines("crawl", *names, cwd=folder, **environment)
    return {line["source"]: line for line in lines}


def test_the_others_are_crawled_and_it_costs_nothing(desk):
    """It waits, with the name of what to set; nothing is asked of it and no archive is made."""
    folder, environment, server = desk
    found = states(folder, environment)
    assert {name: line["state"] for name, line in found.items()} == {
        "mayor": "ok", "other": "waiting",
    }  # fmt: skip
    assert any("OTHER_TITLE" in note for note in found["other"]["notes"])
    assert "/closed" not in server.paths()
    before = len(server.paths())
    alone = measurewatch("crawl", "other", cwd=folder, **environment)
    assert alone.returncode == 0
    assert "OTHER_TITLE" in alone.stdout + alone.stderr
    assert len(server.paths()) == before
    archives = json_lines("archive", "list", cwd=folder, **environment)
    assert not [row for row in archives if "other" in str(row)]


def test_it_is_said_once_and_a_key_that_is_given_later_works(desk):
    """Operators hear that it waits, and that it is read; nothing between."""
    folder, environment, server = desk
    first = states(folder, environment)["other"]
    assert any(note.startswith("other is waiting") for note in first["notes"])
    again = states(folder, environment)["other"]
    assert not any(note.startswith("other is ") for note in again["notes"])
    (row,) = [
        row for row in json_lines("sources", "health", cwd=folder, **environment)
        if row["source"] == "other"
    ]  # fmt: skip
    assert row["state"] == "waiting"
    given = states(folder, {**environment, "OTHER_TITLE": ".t"})["other"]
    assert (given["state"], given["found"]) == ("ok", 2)
    assert "/closed" in server.paths()


def test_a_crawl_that_is_only_tried_goes_by_the_home_s_settings_file(desk):
    """Keys, contact and permissions that stand in the home are those of a trial too."""
    folder, environment, _ = desk
    home = folder / "measurewatch-home"
    home.mkdir()
    (home / "settings.env").write_text(
        "MEASUREWATCH_ALLOW_PRIVATE_ADDRESSES=yes\nMEASUREWATCH_DELAY=0\nOTHER_TITLE=.t\n",
        encoding="utf-8",
    )
    only = {"MEASUREWATCH_WATCHLIST": environment["MEASUREWATCH_WATCHLIST"]}
    lines = json_lines("crawl", "--compare", cwd=folder, **only)
    assert {line["source"]: (line["state"], line["found"]) for line in lines} == {
        "mayor": ("ok", 2), "other": ("ok", 2),
    }  # fmt: skip


def sources_of(text):
    return {
        spec.name: spec for spec in read_watchlist(f"name: x\nsources:\n{text}".encode()).sources
    }


def test_what_can_do_without_its_key_does_not_wait():
    """Virginia's texts and an open council are read without one; Minneapolis answers nobody."""
    found = sources_of(
        "  sites: [virginia, minneapolis-council]\n"
        "  legistar:\n    seattle: {place: us/wa/seattle, token: env:X}\n"
    )
    assert set(lacking(found.values(), lambda _: None)) == {"minneapolis-council"}
    assert waits_for(found["seattle"], lambda _: None) == ""
