"""Orders through the whole of Measurewatch: what an order's text says it ends is told of the other."""

import json
from pathlib import Path

from tests.recordings import pack_files
from tests.running import json_lines, measurewatch

CHALLENGE = Path(__file__).parent / "pages" / "challenges" / "akamai-denied.html"
INDEX = "https://www.example.gov/mayor/orders/"
WATCHLIST = f"""
name: Orders
sources:
  orders:
    elmford-mayor: {{place: us/mn/elmford, index: "{INDEX}"}}
topics: [city-property]
watches:
  - {{name: Here, topics: [city-property], to: ["file:outbox/"]}}
"""


def index(*rows):
    cells = "".join(
        f'<tr><td><a href="{number}/">EO {number}</a></td><td>{title}</td><td>{signed}</td></tr>'
        for number, title, signed in rows
    )
    head = "<tr><th>Number</th><th>Description</th><th>Date Signed</th></tr>"
    return f"<!DOCTYPE html><html><body><table>{head}{cells}</table></body></html>".encode()


def paper(*sentences):
    said = "".join(f"<p>{one}</p>" for one in sentences)
    return f"<!DOCTYPE html><html><body><main>{said}</main></body></html>".encode()


FIRST = ("2026-1", "Use of city lots", "January 5, 2026")
SECOND = ("2026-02", "Property of the city", "February 9, 2026")
PAPERS = {
    f"{INDEX}2026-1/": paper(
        "Section 1. City lots may be used by any agency.", "It is so ordered."
    ),
    f"{INDEX}2026-02/": paper(
        "WHEREAS, Executive Order 2026-07 was rescinded long ago; and",
        "Section 1. No city lot shall be a staging area.",
        "Section 2. Executive Order No. 2026-01, dated January 5, 2026, is hereby rescinded.",
    ),
}


def test_an_order_that_another_ones_text_ends_is_told_as_superseded(tmp_path):
    """Once, although no title says it and the number is written another way; then all is quiet."""
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    recordings = [
        pack_files(tmp_path / "1.warc.gz", "2026-02-01T12:00:00Z", {INDEX: index(FIRST), **PAPERS}),
        pack_files(tmp_path / "2.warc.gz", "2026-02-10T12:00:00Z", {INDEX: index(SECOND, FIRST), **PAPERS}),
        # In the third the text cannot be had: what it said stays.
        pack_files(tmp_path / "3.warc.gz", "2026-02-11T12:00:00Z", {INDEX: index(FIRST, SECOND)}),
        pack_files(tmp_path / "4.warc.gz", "2026-02-12T12:00:00Z", {INDEX: index(SECOND, FIRST), **PAPERS}),
    ]  # fmt: skip
    replays = [part for file in recordings for part in ("--replay", str(file))]
    common = ("--watchlist", "watchlist.yaml", "--home", "home")
    [told] = json_lines("crawl", *replays, *common, cwd=tmp_path)
    assert (told["state"], told["failed"]) == ("ok", 0)
    changes = json_lines("changes", *common, cwd=tmp_path)
    assert [(one["kind"], one["measure"]["identifier"]) for one in changes] == [
        ("new", "EO 2026-02"), ("superseded", "EO 2026-1"),
    ]  # fmt: skip
    [ended] = [one for one in changes if one["kind"] == "superseded"]
    assert ended["after"] == [
        {"identifier": "EO 2026-02", "relation": "rescinded-by", "session": "2026"}
    ]


def test_a_list_that_is_blocked_is_told_and_costs_the_other_nothing(tmp_path):
    """However long it lasts nothing vanishes, and what is new in the other list is told."""
    archive = "https://www.example.gov/mayor/archive/"
    watchlist = WATCHLIST.replace(f'index: "{INDEX}"', f'index: "{INDEX}", indexes: ["{archive}"]')
    (tmp_path / "watchlist.yaml").write_text(watchlist, encoding="utf-8")
    old, late = ("2025-3", "Ramps", "May 5, 2025"), ("2025-4", "Parks", "June 9, 2025")
    papers = PAPERS | {
        f"{archive}{number}/": paper(f"Section 1. {title} are open.", "It is so ordered.")
        for number, title, _ in (old, late)
    }
    well = {INDEX: index(FIRST), archive: index(old), **papers}
    blocked = {INDEX: CHALLENGE.read_bytes(), archive: index(late, old), **papers}
    replays = [
        part
        for day, pages in enumerate([well, blocked, blocked, blocked], 1)
        for part in (
            "--replay",
            str(pack_files(tmp_path / f"{day}.warc.gz", f"2026-02-0{day}T12:00:00Z", pages)),
        )
    ]
    common = ("--watchlist", "watchlist.yaml", "--home", "home")
    done = measurewatch("crawl", *replays, *common, "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["state"] == "blocked"
    changes = json_lines("changes", *common, cwd=tmp_path)
    assert [(one["kind"], one["measure"]["identifier"]) for one in changes] == [
        ("new", "EO 2025-4")
    ]
