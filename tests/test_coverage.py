"""docs/coverage.md is in step with what is registered: no source is missing, none is made up."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from config.watchlist import DEFAULT_WATCHLIST, KNOWN_SITES, load_watchlist
from monitor.sources import NEEDS, hosts_of, start_of, wanted_variables
from monitor.starting import VENDORS, known_sources
from scrapers.platforms import PLATFORMS
from scrapers.sites import SITES

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
CHECKED = {
    "real recording replayed",
    "fixture after the documented structure",
    "unverified: markup not seen",
}
CITIES = {
    "us/ma/boston", "us/il/chicago", "us/ca/los_angeles", "us/ny/new_york", "us/ca/oakland",
    "us/wa/seattle", "us/mn/minneapolis", "us/pa/philadelphia",
}  # fmt: skip
STATES = {"us/md", "us/va", "us/nm", "us/me", "us/mn"}
NOT_OF_THE_MISSION = {"sanjose"}


def table(title):
    """The rows under a heading of the page, as cells by column."""
    part = PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


ROWS = {row["source"].strip("`"): row for row in table("Governments")}
KNOWN = {spec.name: spec for spec in known_sources()}


def test_every_site_and_preset_has_a_row_and_no_other_source():
    """A source that is registered and not told here fails, and so does one that is gone."""
    presets = {path.stem for path in (ROOT / "config" / "watchlists" / "platforms").glob("*.yaml")}
    assert presets == set(VENDORS), "monitor.starting.VENDORS names every file of presets"
    assert set(ROWS) == set(SITES) | {spec.name for spec in known_sources()}
    assert set(SITES) == set(KNOWN_SITES)


def test_every_platform_has_a_row():
    """A kind of source that a watchlist may name is told with how to write one."""
    rows = table("Platforms")
    assert {row["kind"].strip("`") for row in rows} == set(PLATFORMS)
    for row in rows:
        assert row["checked"] in CHECKED
        assert row["how to write one"]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_row_says_what_is_so(name):
    """Place, host, key and how it was checked, as the source itself has them."""
    row, spec = ROWS[name], KNOWN[name]
    assert f"(`{spec.place}`)" in row["government"]
    assert row["where"] in hosts_of(spec)
    assert row["where"] in start_of(spec)
    assert row["checked"] in CHECKED
    wanted = wanted_variables(spec)
    expected = f"`{wanted[0]}`" if wanted else "yes" if name in NEEDS else "none"
    assert row["key"] == expected


def test_what_is_unverified_says_why():
    """A guess without its gap told would be a promise."""
    assert all(row["gaps"] for row in ROWS.values() if row["checked"].startswith("unverified"))


def test_what_is_told_as_missing_is_missing():
    """A source that has come is taken out of the list, into a table."""
    part = (
        PAGE.split("\n## Not there yet\n", 1)[-1].split("\n## ", 1)[0]
        if "Not there" in PAGE
        else ""
    )
    assert set(re.findall(r"`([\w-]+)`", part)) & (set(SITES) | set(PLATFORMS)) == set()


def test_pages_of_a_structure_that_nobody_saw_say_so_themselves():
    """The fixtures of an unverified source are marked, those of the others are not."""
    for name, spec in KNOWN.items():
        if spec.kind == "orders":
            file = Path(__file__).parent / "pages" / "orders" / name / "expected.json"
            marked = json.loads(file.read_text(encoding="utf-8")).get("unverified", False)
            assert marked == ROWS[name]["checked"].startswith("unverified"), name


def test_every_government_of_the_mission_has_its_sources():
    """A mayor and a council for each city, a governor and a legislature for each state."""
    count = Counter(re.search(r"\(`(.+)`\)", row["government"])[1] for row in ROWS.values())
    orders = {spec.place for spec in KNOWN.values() if spec.kind == "orders"}
    assert orders == CITIES | STATES
    assert [place for place in CITIES if count[place] < 2] == []
    assert count["us"] >= 1


def test_the_default_watchlist_visits_every_source_of_the_mission():
    """What is known and of the mission is in it; a key that is missing is no reason to leave it out."""
    visited = {spec.name for spec in load_watchlist(DEFAULT_WATCHLIST).sources}
    text = DEFAULT_WATCHLIST.read_text(encoding="utf-8")
    needed = set(KNOWN) - NOT_OF_THE_MISSION
    assert sorted(name for name in needed - visited if not re.search(rf"\b{name}\b", text)) == []


RECORDED = {
    "ice-287g": "test_ice_287g.py", "federal-register": "test_federal_register.py",
    "nyc-mayor": "test_orders_corpus.py",
    "new-mexico": "test_new_mexico.py",
    "chicago-council": "test_chicago_council.py", "lacity": "test_primegov.py",
    "nyc": "test_real_legistar.py", "oakland": "test_real_legistar.py",
    "seattle": "test_real_legistar.py", "sanjose": "test_real_legistar.py",
    "maryland": "test_real_maryland.py", "virginia": "test_real_virginia.py",
}  # fmt: skip
"""Which test replays the recordings of a source."""


def test_a_recording_that_is_told_of_is_replayed_by_a_test():
    """Who claims a recording names the test that reads it, which is one of the corpus."""
    told = {name for name, row in ROWS.items() if row["checked"] == "real recording replayed"}
    assert told == set(RECORDED)
    for file in set(RECORDED.values()):
        text = (Path(__file__).parent / file).read_text(encoding="utf-8")
        assert "corpus" in text, file
