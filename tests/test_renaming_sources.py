"""A source under another name goes on where it was, also when that is thought of late."""

import json
from dataclasses import replace

import pytest

from pipelines.texts import EventObservation, Observation
from scrapers.items import Listing
from storage.crawls import Crawls
from storage.database import Database
from storage.errors import StorageError
from storage.locks import Locks
from storage.ports import SourceReport
from storage.renaming import rename
from tests.recordings import pack_files
from tests.running import json_lines, measurewatch
from tests.storage_makers import (
    LAW,
    NOW,
    SOURCE,
    Site,
    bill,
    everything,
    item,
    measure,
    meeting,
    observed,
    readable,
)

NEW = "richmond"


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline that has shown a bill with a text, another, and a meeting."""
    found = Site(database)
    found.crawl(bill(("Introduced", readable(LAW))), observed(measure("HB 2")), meeting(item()))
    return found


def under(name: str, *seen: Observation | EventObservation) -> list:
    """Observations of a source under another name."""
    return [replace(one, source=name) for one in seen]


def test_it_goes_on_where_it_was(site: Site, database: Database) -> None:
    """What is the same is unchanged, what is another is told, what is gone vanishes."""
    assert rename(database, SOURCE, NEW) == 2
    assert site.store.source(SOURCE) is None
    assert site.store.source(NEW).baseline_at == NOW
    same = under(
        NEW, bill(("Introduced", readable(LAW))), observed(measure("HB 2")), meeting(item())
    )
    assert site.kinds(*same) == []
    amended = under(NEW, bill(("Introduced", readable(LAW.replace("July", "June")))))
    assert site.kinds(*amended) == ["amended"]
    assert site.kinds(*under(NEW, observed(measure("HB 2", title="Other")))) == ["title"]
    assert {change["source"] for change in site.changes()} == {NEW}
    for _ in range(2):
        site.crawl(*under(NEW, bill(("Introduced", readable(LAW)))), complete=False)
        listing = Listing(name="bills", rows=1)
        gone = site.store.finish_listing(
            NEW, listing, crawl_id=site.crawl_id, now=site.now, route=everything
        )
    assert [str(kind) for one in gone for kind in one.kinds] == ["vanished"]


def test_without_it_the_old_name_decides(site: Site) -> None:
    """Why it matters: under a name that is not known, nothing is told of what is known."""
    site.store.register(NEW, place="us/va", kind="site")
    site.store.set_baseline(NEW, site.now)
    assert site.kinds(*under(NEW, observed(measure("HB 2", title="Other")))) == []


def test_thought_of_late(site: Site, database: Database) -> None:
    """Crawled under the new name meanwhile: the next crawl tells what has changed since."""
    site.store.register(NEW, place="us/va", kind="site")
    seen = under(
        NEW, observed(measure("HB 2", title="Other")), observed(measure("HB 3")),
        meeting(item(), location="Elsewhere"),
    )  # fmt: skip
    site.crawl(*seen)
    assert rename(database, SOURCE, NEW) == 3
    assert site.kinds(*seen) == ["title", "scheduled"]
    assert site.kinds(*seen) == []
    assert len(site.store.known(NEW)) == 3


def test_its_history_goes_along(site: Site, database: Database) -> None:
    """Reports of its crawls are what its next crawl is held against."""
    crawls = Crawls(database, Locks(database))
    id_ = crawls.open("virginia", [SOURCE, "other"], [], now=site.now)
    with pytest.raises(StorageError, match="a crawl is running"):
        rename(database, SOURCE, NEW)
    report = SourceReport(source=SOURCE, state="ok", found=2, at=site.now, crawl_id=id_)
    crawls.close(id_, "ok", [report], now=site.now)
    rename(database, SOURCE, NEW)
    assert [one.found for one in crawls.whole(NEW)] == [2]
    assert crawls.get(id_).sources == (NEW, "other")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("unheard", NEW, "no source 'unheard' is known"), (SOURCE, SOURCE, "has that name")],
)
def test_what_cannot_be_renamed(
    site: Site, database: Database, old: str, new: str, said: str
) -> None:
    """It is said, and nothing is changed."""
    with pytest.raises(StorageError, match=said):
        rename(database, old, new)
    assert len(site.store.known(SOURCE)) == 2


WATCHLIST = """\
name: Test desk
sources:
  bills:
    NAME: {place: us/wa, index: "https://leg.example/bills", session: "2026", status: .status}
watches:
  - {name: Everything, when: [status, vanished], to: ["terminal:"], every: at once}
"""


def test_by_command(tmp_path):
    """The first crawl under the new name says what to do; then what changed meanwhile is told."""

    def use(name: str) -> None:
        text = WATCHLIST.replace("NAME", name)
        (tmp_path / "watchlist.yaml").write_text(text, encoding="utf-8")

    def see(name: str, day: int, status: str) -> dict:
        site = "https://leg.example"
        index = b'<html><table><tr><td><a href="/1">HB 1</a></td></tr></table></html>'
        page = f"<html><h1>HB 1</h1><p class=status>{status}</p></html>".encode()
        pages = {f"{site}/bills": index, f"{site}/1": page}
        pack_files(tmp_path / f"{day}.warc.gz", f"2026-02-{day:02}T12:00:00Z", pages)
        return json.loads(run("crawl", name, "--replay", f"{day}.warc.gz", "--json").stdout)

    def run(*arguments: str):
        return measurewatch("--watchlist", "watchlist.yaml", *arguments, cwd=tmp_path)

    use("elmford")
    see("elmford", 1, "Filed")
    said = run("sources", "rename", "elmford", "council")
    assert (said.returncode, "no source 'council'" in said.stderr) == (2, True)
    use("council")
    notes = see("council", 2, "Passed")["notes"]
    assert any("run: measurewatch sources rename elmford council" in note for note in notes)
    said = run("sources", "rename", "elmford", "council")
    assert "elmford is council now, with 1 measure." in said.stderr
    assert run("sources", "rename", "elmford", "council").returncode == 2
    assert see("council", 3, "Passed")["changed"] == 1
    [change] = json_lines("--watchlist", "watchlist.yaml", "changes", cwd=tmp_path)
    assert (change["kind"], change["source"], change["after"]) == ("status", "council", "Passed")
