"""`sources check`: mistakes in the watchlist are told without a visit."""

import json

import pytest
import yaml

from tests.running import measurewatch

ORDERS = {"place": "us/wa/x", "index": "https://orders.example/o", "row": "tr"}


@pytest.fixture
def check(tmp_path):
    """Check a watchlist with these sources; returns the exit code and the rows by source."""

    def check(sources, *names):
        path = tmp_path / "watchlist.yaml"
        path.write_text(yaml.safe_dump({"name": "Desk", "sources": sources}), encoding="utf-8")
        done = measurewatch(
            "sources", "check", *names, "--json", cwd=tmp_path,
            MEASUREWATCH_WATCHLIST=str(path), MEASUREWATCH_HOME=str(tmp_path / "home"),
        )  # fmt: skip
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, {row["source"]: row for row in rows}

    return check


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        ("orders", ORDERS | {"row": "tr[["}, "row is no CSS selector: 'tr[['"),
        ("orders", ORDERS | {"identifer": ".n"}, "did you mean 'identifier'?"),
        ("orders", ORDERS | {"format": "xml"}, "expected html or json"),
        ("bills", ORDERS | {"title": "td:nth("}, "title is no CSS selector"),
        ("pages", ORDERS | {"title": "p{"}, "title is no CSS selector"),
    ],
)
def test_a_mistake_is_told_and_the_others_are_checked(check, kind, wrong, told):
    """With what was found and what was meant; the network is never asked."""
    code, rows = check({kind: {"bad": wrong}, "sites": ["maine"]})
    assert code == 1
    assert rows["bad"]["result"] == "wrong"
    assert told in rows["bad"]["advice"]
    assert rows["maine"] == {"source": "maine", "kind": "site", "result": "right", "advice": ""}


def test_all_that_comes_with_us_is_right(tmp_path):
    """The watchlist that is there without one; a source without its key says what it waits for."""
    done = measurewatch("sources", "check", "--json", "--home", str(tmp_path), cwd=tmp_path)
    rows = {row["source"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert rows.pop("minneapolis-council")["result"] == "waits"
    assert len(rows) > 30
    assert {row["result"] for row in rows.values()} == {"right"}
    assert list(tmp_path.iterdir()) == []


def test_one_by_name(check):
    """Only what was asked for; a name that is none is an error of use."""
    code, rows = check({"sites": ["maine", "maryland"]}, "maine")
    assert (code, list(rows)) == (0, ["maine"])
    assert check({"sites": ["maine"]}, "main")[0] == 2
