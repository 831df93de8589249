"""From a recording to the alert, through every layer, on both databases."""

import json

import pytest

from tests.recordings import Bill, pack_virginia
from tests.running import json_lines, measurewatch

WATCHLIST = """\
name: Test desk
sources:
  sites: [virginia]
topics: [287g]
watches:
  - name: Everything in Virginia
    places: [us/va/*]
    topics: [287g]
    when: [new, version, status, action, title]
    to: ["terminal:"]
    every: at once
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request, tmp_path):
    """A working folder with a watchlist, and the environment of one of the two databases."""
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    environment = {"MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml")}
    if request.param == "postgresql":
        environment["MEASUREWATCH_DATABASE"] = request.getfixturevalue("postgres_url")
    return tmp_path, environment


def test_a_baseline_is_quiet_and_the_next_crawl_tells_what_changed(place):
    """The first complete crawl records without changes; the second gives exactly what differs."""
    folder, environment = place
    first = pack_virginia(folder / "a.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1"), Bill("HB2")])
    amended = Bill(
        "HB2",
        columns={"Passed_house": "Y", "Full_text_doc2": "HB2H1", "Full_text_date2": "2/9/2026"},
    )
    second = pack_virginia(
        folder / "b.warc.gz", "2026-02-10T12:00:00Z", [Bill("HB1"), amended, Bill("HB3")]
    )

    [line] = json_lines("crawl", "virginia", "--replay", str(first), cwd=folder, **environment)
    assert (line["state"], line["found"], line["new"], line["pending"]) == ("ok", 2, 2, 2)
    assert json_lines("changes", cwd=folder, **environment) == []

    [line] = json_lines("crawl", "virginia", "--replay", str(second), cwd=folder, **environment)
    assert (line["found"], line["new"], line["changed"], line["unchanged"]) == (3, 1, 1, 1)
    changes = json_lines("changes", cwd=folder, **environment)
    assert sorted((change["measure"]["identifier"], change["kind"]) for change in changes) == [
        ("HB2", "status"), ("HB2", "version"), ("HB3", "new"),
    ]  # fmt: skip
    assert all(change["at"].startswith("2026-02-10T12:00:00") for change in changes)


def test_the_same_archives_again_change_nothing(place):
    """An archive of before what is known turns nothing back, and says so."""
    folder, environment = place
    first = pack_virginia(folder / "a.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1")])
    passed = Bill("HB1", columns={"Passed_house": "Y"})
    second = pack_virginia(folder / "b.warc.gz", "2026-02-10T12:00:00Z", [passed])
    both = ("crawl", "virginia", "--replay", str(first), "--replay", str(second))
    for _ in range(3):
        [line] = json_lines(*both, cwd=folder, **environment)
        changes = json_lines("changes", cwd=folder, **environment)
        assert [change["kind"] for change in changes] == ["status"]
    assert (line["state"], line["found"], line["unchanged"], line["changed"]) == ("ok", 1, 1, 0)
    [note] = line["observations"][0]["notes"]
    assert note.startswith("older: this archive is of 2026-02-01 12:00 UTC")
    [health] = json_lines("sources", "health", cwd=folder, **environment)
    assert (health["state"], health["baseline_at"][:10]) == ("ok", "2026-02-01")


def test_the_alert_reaches_the_terminal_once(place):
    """One message tells all changes of a crawl; a second delivery has nothing to send."""
    folder, environment = place
    first = pack_virginia(folder / "a.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1")])
    second = pack_virginia(folder / "b.warc.gz", "2026-02-10T12:00:00Z", [Bill("HB1"), Bill("HB3")])
    measurewatch("crawl", "virginia", "--replay", str(first), cwd=folder, check=True, **environment)
    measurewatch(
        "crawl", "virginia", "--replay", str(second), cwd=folder, check=True, **environment
    )
    sent = measurewatch("deliver", cwd=folder, check=True, **environment)
    assert "HB3" in sent.stdout
    assert "287g" in sent.stdout
    again = measurewatch("deliver", cwd=folder, check=True, **environment)
    assert "HB3" not in again.stdout
    [alert] = json_lines("alerts", "list", cwd=folder, **environment)
    assert (alert["watch"], alert["state"], alert["attempts"]) == (
        "Everything in Virginia",
        "sent",
        1,
    )


def test_the_same_recording_again_changes_nothing(place):
    """Replaying what is known finds everything unchanged."""
    folder, environment = place
    first = pack_virginia(folder / "a.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1"), Bill("HB2")])
    for _ in range(3):
        measurewatch(
            "crawl", "virginia", "--replay", str(first), cwd=folder, check=True, **environment
        )
    assert json_lines("changes", cwd=folder, **environment) == []
    assert len(json_lines("measures", cwd=folder, **environment)) == 2


def test_a_recording_without_the_start_page_is_failing_and_nothing_vanishes(place):
    """A failed fetch is told as such; it never touches what is known."""
    folder, environment = place
    good = pack_virginia(folder / "a.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1")])
    empty = pack_virginia(
        folder / "b.warc.gz", "2026-02-02T12:00:00Z", [Bill("HB1")], session="19991"
    )
    measurewatch("crawl", "virginia", "--replay", str(good), cwd=folder, check=True, **environment)
    for _ in range(3):
        result = measurewatch(
            "crawl", "virginia", "--replay", str(empty), "--json", cwd=folder, **environment
        )
        assert result.returncode == 1
        assert json.loads(result.stdout)["state"] == "failing"
    assert json_lines("changes", cwd=folder, **environment) == []
    [health] = json_lines("sources", "health", cwd=folder, **environment)
    assert health["state"] == "failing"


def test_a_measure_vanishes_after_two_complete_lists_without_it(place):
    """One absence is no news; the second complete list without the bill is."""
    folder, environment = place
    both, one = [Bill("HB1"), Bill("HB2")], [Bill("HB1")]
    for day, bills in enumerate((both, one, one, both), start=1):
        file = pack_virginia(folder / f"{day}.warc.gz", f"2026-02-0{day}T12:00:00Z", bills)
        measurewatch(
            "crawl", "virginia", "--replay", str(file), cwd=folder, check=True, **environment
        )
        kinds = [change["kind"] for change in json_lines("changes", cwd=folder, **environment)]
        assert kinds == [[], [], ["vanished"], ["vanished", "restored"]][day - 1]


def test_search_and_show_find_what_was_recorded(place):
    """What a source says of a bill can be searched for and shown by its identifier."""
    folder, environment = place
    file = pack_virginia(
        folder / "a.warc.gz",
        "2026-02-01T12:00:00Z",
        [Bill("HB1"), Bill("HB2", title="Ice rinks; hours.")],
    )
    measurewatch("crawl", "virginia", "--replay", str(file), cwd=folder, check=True, **environment)
    [found] = json_lines("search", '"immigration enforcement"', cwd=folder, **environment)
    assert found["identifier"] == "HB1"
    [shown] = json_lines("show", "HB1", cwd=folder, **environment)
    assert shown["jurisdiction"] == "ocd-jurisdiction/country:us/state:va/government"
    assert [version["state"] for version in shown["versions"]] == ["pending"]
