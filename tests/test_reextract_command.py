"""`reextract` as an operator calls it: on a crawled home, stopped, killed, and crawled again."""

import io
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor import reextracting
from monitor.app import App, build
from monitor.cli.root import main
from monitor.jobs import reextract as job
from monitor.reextracting import reextract
from pipelines.clean import text_digest
from pipelines.extract import EXTRACTOR
from storage import tables
from storage.blobs import Blobs
from storage.database import Database
from storage.home import Home
from storage.locks import Locks
from storage.unread import Wanted
from tests.recordings import pack_files
from tests.running import ROOT, measurewatch
from tests.storage_makers import Site, bill, readable

INDEX = "https://www.example.gov/mayor/orders/"
WATCHLIST = f"""\
name: Test desk
sources:
  orders:
    mayor: {{place: us/wa/seattle, index: "{INDEX}"}}
topics: [masks]
watches:
  - {{name: Desk, places: [us/wa/*], topics: [masks], when: [new, amended], to: ["terminal:"], every: at once}}
"""
ORDER = (
    "No law enforcement officer shall wear a mask or other face covering while on duty. Each "
    "department shall report to the council on the first of July. This order, number {number}, "
    "takes effect at once."
)
OLD = "0"
BROKEN = "%PDF-1.7 and nothing else"


def recording(folder: Path, day: int, texts: list[str]) -> Path:
    """The index of as many orders as there are texts, and their documents, on a day of February."""
    rows = "".join(
        f"<tr><td>EO 2026-{number:02}</td><td>Order on masks {number}</td><td>January 5, 2026</td>"
        f'<td><a href="{number}.html">Text</a></td></tr>'
        for number in range(1, len(texts) + 1)
    )
    head = "<tr><th>Number</th><th>Title</th><th>Signed</th><th>Document</th></tr>"
    page = (
        f"<html><head><title>Orders</title></head><body><table>{head}{rows}</table></body></html>"
    )
    files = {INDEX: page.encode()} | {
        f"{INDEX}{number}.html": html(text).encode() for number, text in enumerate(texts, 1)
    }
    return pack_files(folder / f"{day}.warc.gz", f"2026-02-{day:02}T12:00:00Z", files)


@dataclass
class Desk:
    """A working folder with a home in which orders were read by an older, worse extractor."""

    folder: Path
    environment: dict[str, str]
    texts: list[str]
    broken: bool = False

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command, in this process where its database needs no other environment."""
        if "MEASUREWATCH_DATABASE" in self.environment:
            return measurewatch(*arguments, cwd=self.folder, **self.environment)
        out, err = io.StringIO(), io.StringIO()
        home = ["--home", str(self.folder / "measurewatch-home")]
        watchlist = ["--watchlist", str(self.folder / "watchlist.yaml")]
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main([*home, *watchlist, *arguments])
        code = int(left.value.code or 0)
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    def lines(self, *arguments: str, code: int = 0) -> list[Any]:
        done = self.run(*arguments, "--json")
        assert done.returncode == code, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def crawl(self, day: int, texts: list[str]) -> dict[str, Any]:
        file = recording(self.folder, day, texts)
        [line] = self.lines("crawl", "mayor", "--replay", str(file))
        return dict(line)

    def database(self) -> Database:
        url = self.environment.get("MEASUREWATCH_DATABASE", "")
        return Database.open(url, home=Home.create(self.folder / "measurewatch-home"))

    def age(self) -> None:
        """Make the texts those of an older extractor, which took every m for rn."""
        database = self.database()
        with database.writing() as connection:
            for row in connection.execute(sa.select(tables.texts)).all():
                words = row.body.replace("m", "rn")
                changed = {"extractor": OLD, "text_sha256": text_digest(words)}
                page = [[1, 0, len(words), "html", 1.0]]
                connection.execute(
                    sa.update(tables.texts)
                    .where(tables.texts.c.id == row.id)
                    .values(body=words, pages=page, **changed)
                )
                connection.execute(
                    sa.update(tables.versions)
                    .where(tables.versions.c.text_id == row.id)
                    .values(**changed)
                )
            connection.execute(sa.delete(tables.matches))
        database.close()

    def read(self) -> dict[str, list[tuple[int, str]]]:
        """Every text, with its id, by the extractor that read it."""
        database = self.database()
        found: dict[str, list[tuple[int, str]]] = {}
        with database.reading() as connection:
            for row in connection.execute(sa.select(tables.texts).order_by(tables.texts.c.id)):
                found.setdefault(row.extractor, []).append((row.id, row.body))
        assert database.check() == []
        database.close()
        return found

    def blob(self, sha256: str) -> Path:
        return Blobs(self.folder / "measurewatch-home/blobs").path(sha256)

    def keep(self) -> None:
        """Record the orders as an older extractor read them, which took every m for rn."""
        database = self.database()
        site = Site(database)
        blobs = Blobs(self.folder / "measurewatch-home/blobs")
        seen = []
        for number, text in enumerate(self.texts, 1):
            page = html(text)
            blobs.put(page.encode())
            misread = readable(text.replace("m", "rn"), file=page, extractor=OLD)
            seen.append(bill(("signed", misread), identifier=f"EO 2026-{number:02}"))
        if self.broken:
            blobs.put(BROKEN.encode())
            torn = readable(self.texts[0], file=BROKEN, extractor=OLD)
            seen.append(bill(("signed", torn), identifier="EO 2026-99"))
        site.crawl(*seen)
        database.close()


def html(text: str) -> str:
    return f"<html><body><p>{text}</p></body></html>"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def both(request, tmp_path) -> Desk:
    """An empty desk, on each kind of database."""
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    chosen = {"MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml")}
    if request.param == "postgresql":
        chosen["MEASUREWATCH_DATABASE"] = request.getfixturevalue("postgres_url")
    return Desk(tmp_path, chosen, [])


@pytest.fixture
def made(tmp_path) -> Desk:
    """An empty desk."""
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    return Desk(tmp_path, {"MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml")}, [])


@pytest.fixture
def desk(made) -> Desk:
    """Four orders that an older extractor read."""
    found = replace(made, texts=orders(4))
    found.keep()
    return found


def orders(count: int) -> list[str]:
    return [ORDER.format(number=number) for number in range(1, count + 1)]


def test_reading_anew_is_silent_before_and_after_the_next_crawl(both):
    """No change, no alert; the same pages are unchanged; a real amendment alerts once."""
    desk = replace(both, texts=orders(4))
    desk.crawl(1, desk.texts)
    desk.age()
    done = desk.run("reextract")
    assert done.returncode == 0, done.stderr
    assert "4 documents read: 4 better." in done.stderr
    assert "Found now: masks in 4 documents." in done.stderr
    assert done.stdout.count("EO 2026-0") == 4
    assert desk.lines("changes") == []
    line = desk.crawl(2, desk.texts)
    assert (line["unchanged"], line["changed"], line["new"]) == (4, 0, 0)
    assert desk.lines("changes") == []
    amended = [desk.texts[0].replace("on duty", "on or off duty"), *desk.texts[1:]]
    assert desk.crawl(3, amended)["changed"] == 1
    [change] = desk.lines("changes")
    assert change["kind"] == "amended"
    assert change["details"] == {"inserted": 2, "deleted": 0, "cosmetic": 0, "ignored": 0}
    assert len(desk.lines("alerts", "list")) == 1
    again = desk.run("reextract")
    assert (again.returncode, again.stdout) == (0, "")
    assert "Every kept document has been read by this release." in again.stderr


def test_a_dry_run_tells_the_same_and_keeps_nothing(desk):
    """What is printed is what would come of it; the next run has all to do."""
    before = desk.read()
    rows = desk.lines("reextract", "--dry-run")
    assert desk.read() == before
    assert {row["verdict"] for row in rows} == {"better"}
    kept = desk.lines("reextract")
    key = lambda row: row["document"]  # noqa: E731
    assert sorted(kept, key=key) == sorted(rows, key=key)


def test_a_row_says_what_is_better_and_by_how_much(desk):
    """Figures of both readings, the words that differ, the topics found now, the measure."""
    row, *_ = desk.lines("reextract", "--limit", "1")
    assert (row["verdict"], row["versions"], row["refused"]) == ("better", 1, False)
    assert row["measure"]["identifier"].startswith("EO 2026-")
    assert row["measure"]["place"] == "us/va"
    assert row["before"]["unknown"] > 0.05 > row["after"]["unknown"]
    assert row["before"]["characters"] - row["after"]["characters"] == row["inserted"]
    assert row["inserted"] == row["deleted"] > 2
    assert row["topics"] == {"gained": ["masks"], "lost": []}
    assert row["extractor"] == OLD
    assert len(desk.lines("reextract")) == 3


def test_one_documents_readings_can_be_compared(desk):
    """Before it is kept the document is read for it; afterwards both texts are there."""
    row, *_ = desk.lines("reextract", "--dry-run", "--limit", "1")
    name = row["document"][:10]
    [first] = desk.lines("reextract", "--diff", name)
    assert first["extractors"] == [OLD, EXTRACTOR]
    assert first["inserted"] == row["inserted"]
    desk.run("reextract")
    assert desk.lines("reextract", "--diff", name) == [first]
    shown = desk.run("reextract", "--diff", name)
    assert "rnask" in shown.stdout
    assert f"{row['inserted']} words inserted" in shown.stderr


def test_a_document_that_is_mistyped_is_an_error_beside_one_that_is_not(desk):
    """What begins like no document is refused; what is read already has nothing to do."""
    row, *_ = desk.lines("reextract", "--dry-run", "--limit", "1")
    name = row["document"][:10]
    refused = desk.run("reextract", name, "deadbeef")
    assert refused.returncode == 2
    assert "No kept document has a SHA-256 that begins with 'deadbeef'." in refused.stderr
    assert "1 document read" in desk.run("reextract", name).stderr
    again = desk.run("reextract", name)
    assert again.returncode == 0
    assert "has been read by this release" in again.stderr
    database = desk.database()
    with database.writing() as connection:
        document = tables.versions.c.document_sha256
        connection.execute(
            sa.update(tables.versions).where(document == row["document"]).values(
                document_sha256="0" * 64
            )
        )  # fmt: skip
    database.close()
    left = desk.run("reextract", name)
    assert left.returncode == 2
    assert f"No version has the document that begins with '{name}' any more." in left.stderr


def test_what_cannot_be_read_is_named_and_the_rest_is_done(made):
    """Bytes that are gone or are others fail that document; one that is broken now keeps its text."""
    desk = replace(made, texts=orders(2), broken=True)
    desk.keep()
    changes = len(desk.lines("changes"))
    waiting = desk.lines("reextract", "--dry-run", code=1)
    gone, altered = (desk.blob(row["document"]) for row in waiting if row["verdict"] == "better")
    gone.unlink()
    altered.write_bytes(b"<p>Another text.</p>")
    done = desk.run("reextract")
    assert done.returncode == 1
    assert "1 document read: 1 worse." in done.stderr
    assert "2 documents could not be read this time." in done.stderr
    assert "1 document cannot be read any more; the text stays as it was." in done.stderr
    assert "cannot be read any more (truncated); the earlier text is kept" in done.stdout
    assert "its bytes cannot be had" in done.stdout
    assert "its bytes were altered" in done.stdout
    assert "2 documents left. Go on with the same command." in done.stderr
    assert [row["verdict"] for row in desk.lines("reextract", code=1)] == ["failed"] * 2
    taken = desk.lines("reextract", "--accept-worse", code=1)
    assert sorted(row["verdict"] for row in taken) == ["failed", "failed", "worse"]
    states = {one["state"] for row in desk.lines("measures") for one in row["versions"]}
    assert states == {"readable", "unreadable"}
    assert len(desk.lines("changes")) == changes


def start(desk: Desk, *arguments: str) -> subprocess.Popen[str]:
    names = {key: value for key, value in os.environ.items() if not key.startswith("MEASUREWATCH_")}
    return subprocess.Popen(
        [sys.executable, "-m", "monitor.cli", "reextract", "--json", *arguments],
        cwd=desk.folder, env={**names, "PYTHONPATH": str(ROOT), **desk.environment, "MEASUREWATCH_WORKERS": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


@pytest.mark.faults
def test_a_killed_run_is_ended_by_the_next_which_reads_only_what_is_missing(both):
    """SIGKILL in the middle: what was kept stays, nothing is kept twice, nothing is lost."""
    many = replace(both, texts=orders(60))
    many.keep()
    changes = len(many.lines("changes"))
    process = start(many)
    assert process.stdout is not None
    for _ in range(5):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    process.communicate()
    kept = many.read()[EXTRACTOR]
    assert 5 <= len(kept) < 60
    rows = many.lines("reextract")
    assert len(rows) == 60 - len(kept)
    texts = many.read()
    assert texts[EXTRACTOR][: len(kept)] == kept
    assert sorted(text for _, text in texts[EXTRACTOR]) == sorted(many.texts)
    assert len(texts[OLD]) == 60
    assert {row["extractor"] for one in many.lines("measures") for row in one["versions"]} == {
        EXTRACTOR
    }
    assert len(many.lines("changes")) == changes


@pytest.mark.faults
def test_ctrl_c_ends_it_in_order_and_says_how_to_go_on(made):
    """Exit code 130, no traceback, and the next run does the rest."""
    many = replace(made, texts=orders(60))
    many.keep()
    with start(many) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = [process.stdout.readline() for _ in range(3)]
        os.killpg(process.pid, signal.SIGINT)
        # Not `communicate`: it leaves out what `readline` had read ahead.
        rest, err = process.stdout.read(), process.stderr.read()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    done = len(first) + len(rest.splitlines())
    assert f"Stopped; {60 - done} documents left. Go on with the same command." in err
    assert len(many.read()[EXTRACTOR]) == done
    assert len(many.lines("reextract")) == 60 - done


def app_of(desk: Desk) -> App:
    return build({"home": str(desk.folder / "measurewatch-home"),
                  "watchlist": str(desk.folder / "watchlist.yaml")})  # fmt: skip


def test_parts_done_as_jobs_are_the_whole_work(desk):
    """Each part is a plain function of two numbers; a job run again has nothing to do."""
    rows: list[Any] = []

    def run(shard: int, shards: int) -> Any:
        return reextract(app_of(desk), Wanted(shard=shard, shards=shards), listener=rows.append)

    assert [job(number, 2, run=run) for number in (1, 2)] == [0, 0]
    read = [row["document"] for row in rows if row["event"] == "document"]
    assert len(read) == len(set(read)) == 4
    assert job(1, 2, run=run) == 0
    assert len(rows) == 4 + 3


def test_a_fault_of_ours_costs_one_document(desk, monkeypatch, caplog):
    """What cannot be compared is told as failed, with the fault in the log; the rest is done."""
    whole = reextracting.compared

    def faulty(before: Any, after: Any, **known: Any) -> Any:
        if "number 2" in after.text:
            raise ZeroDivisionError("a fault")
        return whole(before, after, **known)

    monkeypatch.setattr(reextracting, "compared", faulty)
    rows = desk.lines("reextract", code=1)
    assert sorted(row["verdict"] for row in rows) == ["better", "better", "better", "failed"]
    assert [row["because"] for row in rows if row["verdict"] == "failed"] == [
        ["ZeroDivisionError: a fault"]
    ]
    assert "could not be kept" in caplog.text
    monkeypatch.undo()
    assert len(desk.lines("reextract")) == 1


def test_two_runs_on_the_same_part_do_not_both_work(desk):
    """The second one says what to do instead."""
    database = desk.database()
    with Locks(database).hold(["reextract:1/1"]):
        refused = desk.run("reextract")
        other = desk.run("reextract", "--dry-run", "--limit", "1")
    database.close()
    assert refused.returncode == 2
    assert "--shard 1/2" in refused.stderr
    assert other.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--shard", "3/2"], "write 2/5 for the second of five"),
        (["--shard", "0/2"], "write 2/5 for the second of five"),
        (["--source", "nowhere"], "Nothing was ever crawled from a source 'nowhere'"),
        (["xyz"], "'xyz' is not the beginning of a SHA-256"),
        (["--diff", ""], "'' is not the beginning of a SHA-256"),
        (["--diff", "abc"], "No document that was read has a SHA-256 that begins with 'abc'"),
        (["deadbeef"], "No kept document has a SHA-256 that begins with 'deadbeef'."),
        (["--since", "soon"], "'soon' is no time"),
        (["--only", "ugly"], "'ugly' is not one of"),
        (["--limit", "0"], "0 is not in the range"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_a_sentence(tmp_path, arguments, said):
    """Exit code 2, nothing on standard output, no traceback."""
    measurewatch("db", "upgrade", cwd=tmp_path, check=True)
    done = measurewatch("reextract", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_without_documents_has_nothing_to_do(tmp_path):
    """No document waits: exit code 0 and a sentence."""
    measurewatch("db", "upgrade", cwd=tmp_path, check=True)
    done = measurewatch("reextract", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Every kept document has been read by this release." in done.stderr
