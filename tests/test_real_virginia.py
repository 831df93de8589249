"""Virginia's real snapshots, from recording to recorded changes, against a count made by other means."""

import csv
import io
from collections import Counter

import pytest

from tests.recordings import BASE, pack_files
from tests.running import json_lines

PAIRS = [("20251", "2025-01-20", "2025-08-01"), ("20261", "2026-02-25", "2026-04-22")]
CHAMBERS = ("house", "senate", "conference", "governor")
# What the flags mean together, the first that fits; docs/sources/virginia.md has the same table.
STATUSES = [
    ("Vetoed", "vetoed"), ("Approved", "approved"), ("Passed", "passed"), ("Failed", "failed"),
    ("Carried_over", "carried over"), ("both", "passed house and senate"),
    ("Passed_house", "passed house"), ("Passed_senate", "passed senate"),
]  # fmt: skip


def rows_of(content):
    rows = csv.DictReader(io.StringIO(content.decode("utf-8")))
    return {
        row["Bill_id"].strip(): {key: value.strip() for key, value in row.items()} for row in rows
    }


def status_of(row):
    flags = {name for name, value in row.items() if value == "Y"}
    if {"Passed_house", "Passed_senate"} <= flags:
        flags.add("both")
    return next((word for flag, word in STATUSES if flag in flags), "introduced")


def latest_of(row):
    """The last action of each chamber that is printed: what BILLS.CSV shows of the history."""
    return {
        (chamber, row[f"Last_{chamber}_action"], row[f"Last_{chamber}_action_date"])
        for chamber in CHAMBERS
        if row[f"Last_{chamber}_action"]
    }


def texts_of(row):
    return {row[f"Full_text_doc{number}"] for number in range(1, 7)} - {""}


def expected_changes(old, new):
    """Every change between two readings of the file, as (bill, kind, what it is now)."""
    found = Counter()
    seen_actions = {}
    for bill, row in new.items():
        before = old.get(bill)
        if before is None:
            found[bill, "new", ""] += 1
            continue
        fields = (
            (
                "title",
                " ".join(row["Bill_description"].split()),
                " ".join(before["Bill_description"].split()),
            ),
            ("status", status_of(row), status_of(before)),
            (
                "sponsors",
                (row["Patron_id"], row["Patron_name"]),
                (before["Patron_id"], before["Patron_name"]),
            ),
            ("dates", row["Introduction_date"], before["Introduction_date"]),
            ("renumbered", row["Chapter_id"], before["Chapter_id"]),
        )
        for kind, now, then in fields:
            if now != then:
                found[bill, kind, now if kind in {"title", "status"} else ""] += 1
        seen_actions[bill] = latest_of(row) - latest_of(before)
        if seen_actions[bill]:
            found[bill, "action", len(seen_actions[bill])] += 1
        for text in texts_of(row) - texts_of(before):
            found[bill, "version", text] += 1
    return found


WHAT = {
    "title": lambda after: after,
    "status": lambda after: after,
    "action": len,
    "version": lambda after: after["note"],
}


def told_changes(changes):
    """What was recorded, in the same words."""
    found = Counter()
    for change in changes:
        kind, after = change["kind"], change["after"]
        what = WHAT[kind](after) if kind in WHAT else ""
        found[change["measure"]["identifier"], kind, what] += 1
    return found


@pytest.mark.corpus
@pytest.mark.parametrize(("session", "first", "second"), PAIRS)
def test_a_pair_of_real_snapshots_gives_exactly_what_differs(
    session, first, second, corpus, tmp_path
):
    """Baseline, then every field that differs is a change, and nothing else is."""
    folder = corpus / "state-bills" / "virginia" / "lis-snapshots"
    contents = [(folder / f"{day}_BILLS.csv").read_bytes() for day in (first, second)]
    recordings = [
        pack_files(
            tmp_path / f"{day}.warc.gz",
            f"{day}T12:00:00Z",
            {f"{BASE}/{session}/BILLS.CSV": content},
        )
        for day, content in zip((first, second), contents, strict=True)
    ]
    old, new = map(rows_of, contents)

    [line] = json_lines("crawl", "virginia", "--replay", str(recordings[0]), cwd=tmp_path)
    assert (line["found"], line["new"], line["failed"]) == (len(old), len(old), 0)
    assert json_lines("changes", cwd=tmp_path) == []
    assert len(json_lines("measures", cwd=tmp_path)) == len(old)

    [line] = json_lines("crawl", "virginia", "--replay", str(recordings[1]), cwd=tmp_path)
    assert (line["found"], line["new"]) == (len(new), len(new.keys() - old.keys()))
    told, expected = told_changes(json_lines("changes", cwd=tmp_path)), expected_changes(old, new)
    assert told - expected == Counter()
    assert expected - told == Counter()
