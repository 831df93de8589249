"""Statements and federal documents through the whole of Measurewatch: redlines, and nothing lost."""

import json
from datetime import date
from pathlib import Path

from scrapers.sites.federal_register import SLUGS
from scrapers.sites.federal_register_asking import AGENCIES, CURRENT, PRESIDENTIAL, address, months
from tests.recordings import pack_files
from tests.running import json_lines

COMMON = ("--watchlist", "watchlist.yaml", "--home", "home")
WATCHES = 'watches: [{name: Here, to: ["file:outbox/"]}]\n'
FEDERAL = Path(__file__).parent / "pages" / "federal_register"


def replay(folder, sources, *recordings):
    """Crawl recordings in their order; gives what the last command said and the changes."""
    (folder / "watchlist.yaml").write_text(
        f"name: Statements\nsources:\n{sources}{WATCHES}", encoding="utf-8"
    )
    files = [
        pack_files(folder / f"{number}.warc.gz", when, pages)
        for number, (when, pages) in enumerate(recordings)
    ]
    replays = [part for file in files for part in ("--replay", str(file))]
    [told] = json_lines("crawl", *replays, *COMMON, cwd=folder)
    return told, json_lines("changes", *COMMON, cwd=folder)


def page(*said):
    lines = "".join(f"<p>{one}</p>" for one in said)
    return (
        f"<!DOCTYPE html><html><body><main><h1>A policy</h1>{lines}</main></body></html>".encode()
    )


def feed(*titles):
    items = "".join(
        f"<item><title>{one}</title><link>https://da.example.gov/{one.lower()}</link></item>"
        for one in titles
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()


def test_a_watched_page_that_changes_is_told_with_what_changed(tmp_path):
    """The words that were added and struck, as of any measure's text."""
    url = "https://da.example.gov/policy"
    before = page("Federal agents may wait in the lobby of the courthouse.", "Call the clerk.")
    after = page("Federal agents may not wait in the lobby of the courthouse.", "Call the clerk.")
    told, changes = replay(
        tmp_path,
        f"  pages:\n    policy: {{place: us/mn, index: '{url}'}}\n",
        ("2026-02-01T12:00:00Z", {url: before}),
        ("2026-02-05T12:00:00Z", {url: before}),
        ("2026-02-10T12:00:00Z", {url: after}),
    )
    assert told["state"] == "ok"
    [change] = changes
    assert (change["kind"], change["measure"]["identifier"]) == (
        "amended", "da.example.gov/policy",
    )  # fmt: skip
    assert change["summary"] == "page: 1 word added, 0 removed"
    [compared] = json_lines("diff", *map(str, change["versions"]), *COMMON, cwd=tmp_path)
    assert [(hunk["old"], hunk["new"]) for hunk in compared["hunks"]] == [("", "not")]


def test_what_falls_out_of_a_feed_never_vanishes(tmp_path):
    """However often it is not there; what is new is told, once."""
    url = "https://da.example.gov/feed"
    texts = {
        f"https://da.example.gov/{name}": page(f"We say {name} to the press and to the people.")
        for name in ("one", "two", "three")
    }
    told, changes = replay(
        tmp_path,
        f"  feeds:\n    da: {{place: us/mn, index: '{url}'}}\n",
        ("2026-02-01T12:00:00Z", {url: feed("Two", "One"), **texts}),
        ("2026-02-05T12:00:00Z", {url: feed("Three"), **texts}),
        ("2026-02-09T12:00:00Z", {url: feed("Three"), **texts}),
        ("2026-02-13T12:00:00Z", {url: feed(), **texts}),
    )
    assert (told["state"], told["failed"]) == ("ok", 0)
    assert [(one["kind"], one["measure"]["identifier"]) for one in changes] == [
        ("new", "da.example.gov/three")
    ]


def test_a_filing_that_is_published_is_the_same_measure(tmp_path):
    """It is told once as new, then as published with another text; it does not vanish."""
    [month] = months(date(2026, 2, 1), date(2026, 2, 20))
    urls = {kind: address(kind, month, sorted(SLUGS)) for kind in (PRESIDENTIAL, AGENCIES)}
    orders = json.loads((FEDERAL / "presidential-2026-02.json").read_bytes())["results"]
    filed = json.loads((FEDERAL / "current.json").read_bytes())["results"][0]
    printed = orders[0] | {
        "document_number": filed["document_number"], "publication_date": "2026-02-27",
        "executive_order_number": "14991", "raw_text_url": "https://www.federalregister.gov/t.txt",
    }  # fmt: skip

    def answers(published, filings, texts):
        return {
            urls[PRESIDENTIAL]: results(published), urls[AGENCIES]: results([]),
            CURRENT: results(filings), **texts,
        }  # fmt: skip

    old = {row["raw_text_url"]: b"An older order of the President, as printed." for row in orders}
    draft = {filed["raw_text_url"]: b"No ward may be kept in a camp. This is not yet printed."}
    final = {printed["raw_text_url"]: b"No ward may be kept in a camp. Filed and now printed."}
    told, changes = replay(
        tmp_path,
        "  sites:\n    federal-register: {since: 2026-02-01}\n",
        ("2026-02-20T12:00:00Z", answers(orders, [], old)),
        ("2026-02-25T17:00:00Z", answers(orders, [filed], old | draft)),
        ("2026-02-27T17:00:00Z", answers([printed, *orders], [], old | draft | final)),
        ("2026-02-28T17:00:00Z", answers([printed, *orders], [], old | draft | final)),
    )
    assert (told["state"], told["failed"]) == ("ok", 0)
    assert {one["measure"]["identifier"] for one in changes} == {filed["document_number"]}
    kinds = [one["kind"] for one in changes]
    assert kinds[0] == "new"
    assert {"status", "action", "amended"} <= set(kinds)
    assert not {"vanished", "renumbered"} & set(kinds)


def results(rows):
    return json.dumps({"count": len(rows), "results": rows}).encode()
