"""`rematch`: changed topics applied to what is stored; silent, resumable, and never in a crawl's way."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.topics import Topic
from config.watchlist import load_watchlist
from monitor.app import build
from monitor.cli.root import main
from monitor.rematching import rematch
from pipelines.clean import text_digest
from pipelines.match import compile_topics, find_matches
from scrapers.items import Sponsor
from storage import tables
from storage.database import Database
from storage.home import Home
from storage.rematching import Rematching
from tests.running import ROOT, measurewatch
from tests.storage_makers import NOW, Site, bill, extracted, measure, nobody, observed, readable

PLAIN = "No officer shall enter the building. The clerk shall report."
VEIL = "No officer shall wear a veil while on duty. The clerk shall report."
HOOD = "A hood may be worn in winter, and a veil in summer."


def watchlist(**queries: str) -> str:
    topics = [{"name": name, "query": query} for name, query in queries.items()]
    return json.dumps({"name": "Desk", "topics": topics})  # JSON is YAML


@dataclass
class Desk:
    """A folder with a home and a watchlist, and the command run on it."""

    folder: Path
    environment: dict[str, str]

    def topics(self, **queries: str) -> None:
        (self.folder / "watchlist.yaml").write_text(watchlist(**queries), encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command, in this process where its database needs no other environment."""
        if "MEASUREWATCH_DATABASE" in self.environment:
            done = measurewatch(*arguments, cwd=self.folder, **self.environment)
            return done.returncode, done.stdout, done.stderr
        out, err = io.StringIO(), io.StringIO()
        options = ["--home", str(self.home), "--watchlist", str(self.folder / "watchlist.yaml")]
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main([*options, *arguments])
        return int(left.value.code or 0), out.getvalue(), err.getvalue()

    def lines(self, *arguments: str) -> list[Any]:
        code, out, err = self.run(*arguments, "--json")
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()]

    @property
    def home(self) -> Path:
        return self.folder / "measurewatch-home"

    def database(self) -> Database:
        url = self.environment.get("MEASUREWATCH_DATABASE", "")
        return Database.open(url, home=Home.create(self.home))

    def matches(self) -> set[tuple[Any, ...]]:
        """What is stored of every match but its id."""
        database = self.database()
        with database.reading() as connection:
            found = {tuple(row)[1:] for row in connection.execute(sa.select(tables.matches))}
        database.close()
        return found

    def told(self) -> list[int]:
        """How much anybody could be told of."""
        database = self.database()
        counted = (tables.changes, tables.change_topics, tables.alerts, tables.messages)
        with database.reading() as connection:
            counts = [
                connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in counted
            ]
        assert database.check() == []
        database.close()
        return counts


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request, tmp_path) -> Iterator[Desk]:
    """Bills with two texts and titles that were recorded without any topic, on each database."""
    environment = {"MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml")}
    if request.param == "postgresql":
        environment["MEASUREWATCH_DATABASE"] = request.getfixturevalue("postgres_url")
    made = Desk(tmp_path, environment)
    database = made.database()
    site = Site(database)
    site.crawl(
        bill(("Introduced", readable(VEIL))),
        bill(("Introduced", readable(PLAIN)), identifier="HB 2"),
    )
    site.crawl(bill(("Introduced", readable(f"{VEIL} {HOOD}"))))
    site.crawl(observed(measure("HB 3", title="Veils at work", abstract="On hoods.")))
    database.close()
    return made


def test_topics_are_applied_to_all_that_is_stored_and_nobody_is_told(desk):
    """Texts, replaced ones too, titles, abstracts; new passages are known; then nothing is to do."""
    desk.topics(veils="veil")
    told = desk.told()
    rows = desk.lines("rematch")
    assert desk.told() == told
    found = [
        (row["topic"], row["measure"]["identifier"], row["version"] is None,
         [(one["field"], one["new"], one["standing"]) for one in row["gained"]], row["lost"])
        for row in rows
    ]  # fmt: skip
    text = ("text", True, "existing")
    assert found == [
        ("veils", "HB 1", False, [text], []),
        ("veils", "HB 1", False, [("text", False, "existing"), text], []),
        ("veils", "HB 3", True, [("title", True, "existing")], []),
    ]
    assert rows[0]["gained"][0]["citation"] == "page 1"
    stored = desk.matches()
    assert len(stored) == 4
    assert desk.lines("rematch") == []
    code, out, err = desk.run("rematch")
    assert (code, out) == (0, "")
    assert "There is nothing to do" in err
    assert desk.lines("rematch", "--again") == []
    assert desk.matches() == stored


def test_a_changed_topic_gains_and_loses_and_one_taken_out_is_forgotten(desk):
    """The counts are of measures and passages; other topics stay as they are until asked for."""
    desk.topics(veils="veil", clerks="clerk")
    desk.lines("rematch")
    desk.topics(veils="hood", clerks="clerk NEAR/3 winter", winters="winter")
    code, out, err = desk.run("rematch", "--topic", "veils")
    assert code == 0
    assert "veils: 0 measures gained, 0 lost; 2 passages gained, 4 lost." in err
    assert "clerks" not in out + err
    code, out, err = desk.run("rematch")
    assert "clerks: 0 measures gained, 2 lost; 0 passages gained, 3 lost." in err
    assert "winters: 1 measure gained, 0 lost; 1 passage gained, 0 lost." in err
    assert "A hood may be worn" in out
    desk.topics(winters="winter")
    [row] = {row["topic"] for row in desk.lines("rematch")}
    assert row == "veils"
    assert {match[3] for match in desk.matches()} == {"winters"}
    assert desk.run("rematch", "--topic", "hats")[0] == 2


def test_a_measure_is_lost_when_nothing_of_it_matches_any_more(desk):
    """One row a measure, whatever its versions and title gained and lost; `--show` counts them."""
    desk.topics(veils="veil")
    desk.lines("rematch")
    desk.topics(veils="hood")
    [first, *rows] = desk.lines("rematch")
    assert {row["measure"]["identifier"] for row in (first, *rows)} == {"HB 1", "HB 3"}
    assert {row["outcome"] for row in (first, *rows)} == {"kept"}
    assert (len(first["gained"]), len(first["lost"])) == (0, 1)
    desk.topics(veils="winter OR report")
    _, out, err = desk.run("rematch", "--show", "1")
    assert "veils: 1 measure gained, 1 lost;" in err
    assert "And 2 more; see --show." in err
    assert out.count("HB 1") == 1
    desk.topics(veils="hood")
    _, out, err = desk.run("rematch")
    shown = [line for line in out.splitlines() if line.startswith("veils")]
    assert [(line.split()[1], line[line.index("HB") :][:4]) for line in shown] == [
        ("kept", "HB 1"), ("lost", "HB 2"), ("gained", "HB 3"),
    ]  # fmt: skip
    assert "veils: 1 measure gained, 1 lost;" in err


def test_what_stopped_runs_say_of_measures_adds_up(desk, monkeypatch):
    """A measure is done whole or not at all: its text of before is not lost while another waits."""
    if "MEASUREWATCH_DATABASE" in desk.environment:
        pytest.skip("stopped in this process, on the embedded database")
    monkeypatch.setattr("storage.rematching.BATCH", 1)
    desk.topics(veils="veil")
    desk.lines("rematch")
    desk.topics(veils="hood OR report")
    app = build({"home": str(desk.home), "watchlist": str(desk.folder / "watchlist.yaml")})
    kept: list[Any] = []
    runs = [
        rematch(app, listener=lambda event: kept.append(event["event"]) if "topic" in event else 0,
                stopping=lambda run=run: len(kept) > run)
        for run in (0, 2, 99)
    ]  # fmt: skip
    assert [one.stopped for one in runs] == [True, True, False]
    said = [one.topics["veils"] for one in runs]
    assert [(one.gained, one.lost) for one in said] == [(0, 0), (1, 0), (0, 0)]
    assert [set(one.measures) for one in said] == [{1}, {2}, {3}]


def test_what_a_crawl_matched_needs_no_rematch(desk):
    """A crawl notes its topics on versions and measures; one with other topics is looked at again."""
    desk.topics(veils="veil")
    desk.lines("rematch")
    [topic] = load_watchlist(desk.folder / "watchlist.yaml").topics
    database = desk.database()
    site = Site(database)
    site.store.record(
        [bill(("Introduced", readable(PLAIN)), identifier="HB 9")], crawl_id=9, now=NOW,
        route=nobody, topics={"veils": topic.digest},
    )  # fmt: skip
    desk_rows = desk.lines("rematch")
    site.store.record(
        [observed(measure("HB 3", title="Veils and hats"))], crawl_id=10, now=NOW,
        route=nobody, topics={"veils": "of an older watchlist"},
    )  # fmt: skip
    database.close()
    assert desk_rows == []
    [row] = desk.lines("rematch")
    assert (row["measure"]["identifier"], len(row["gained"])) == ("HB 3", 1)


def test_what_a_crawl_writes_meanwhile_counts(desk, monkeypatch):
    """A text that is amended between being read and being matched gets the matches of its new words."""
    desk.topics(veils="veil OR badge")
    seen = []
    keep = Rematching.keep

    def crawled(store: Rematching, task: Any, found: Any) -> Any:
        if not seen:
            seen.append(task)
            database = desk.database()
            with database.writing() as connection:
                connection.execute(sa.update(tables.texts).values(body="A badge for all of us"))
                connection.execute(sa.update(tables.versions).values(matched={"other": "crawl"}))
            database.close()
        return keep(store, task, found)

    monkeypatch.setattr(Rematching, "keep", crawled)
    app = build({"home": str(desk.home), "watchlist": str(desk.folder / "watchlist.yaml")})
    if "MEASUREWATCH_DATABASE" in desk.environment:
        pytest.skip("the race is staged on the embedded database")
    totals = rematch(app)
    assert (totals.left, totals.stopped) == (0, False)
    snippets = {match[8] for match in desk.matches() if match[1] is not None}
    assert snippets == {"A badge for all of us"}


def test_what_a_person_said_of_a_page_still_holds(desk):
    """A page that is judged wrong stays so: matches on it have no confidence."""
    if "MEASUREWATCH_DATABASE" in desk.environment:
        pytest.skip("the same statements on both")
    database = desk.database()
    with database.writing() as connection:
        document = connection.execute(
            sa.select(tables.versions.c.document_sha256).order_by(tables.versions.c.id).limit(1)
        ).scalar_one()
        connection.execute(sa.insert(tables.page_reviews).values(
            document_sha256=document, page=1, verdict="wrong", reading_sha256=text_digest(VEIL),
            text="", note="", reviewer="", at=NOW,
        ))  # fmt: skip
    database.close()
    desk.topics(veils="veil")
    rows = desk.lines("rematch")
    assert [one["confidence"] for row in rows for one in row["gained"]] == [0.0, 1.0, 1.0, 1.0]


@pytest.mark.faults
def test_a_killed_rematch_goes_on_where_it_was(tmp_path):
    """SIGKILL in the middle: what was kept stays, the next run does the rest, none is done twice."""
    desk = Desk(tmp_path, {"MEASUREWATCH_WATCHLIST": str(tmp_path / "watchlist.yaml")})
    texts = [f"{VEIL} Number {number}." for number in range(400)]
    database = desk.database()
    Site(database, route=nobody).crawl(*(
        bill(("Introduced", readable(text)), identifier=f"HB {number}")
        for number, text in enumerate(texts)
    ))  # fmt: skip
    database.close()
    desk.topics(veils="veil")
    names = {key: value for key, value in os.environ.items() if not key.startswith("MEASUREWATCH_")}
    child = subprocess.Popen(
        [sys.executable, "-m", "monitor.cli", "rematch", "--json"], cwd=tmp_path, text=True,
        env={**names, "PYTHONPATH": str(ROOT), **desk.environment, "MEASUREWATCH_WORKERS": "1"},
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert child.stdout is not None
    first = child.stdout.readline()
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert first
    done = len(desk.matches())
    assert 0 < done < len(texts)
    rest = desk.lines("rematch")
    assert len(rest) == len(texts) - done
    assert len(desk.matches()) == len(texts)
    assert desk.lines("rematch") == []


def test_fields_are_matched_with_the_texts_beside_them(desk):
    """Sponsors where they are asked for; a title alone does not answer for what a text has."""
    database = desk.database()
    ada = (Sponsor(name="Delegate Ada"),)
    Site(database).crawl(bill(("Introduced", readable("A hat.")), identifier="HB 4", sponsors=ada))
    database.close()
    desk.topics(ada="sponsor:ada", clear="title:officer NOT text:veil", names="delegate")
    found = {(row["topic"], row["measure"]["identifier"]) for row in desk.lines("rematch")}
    assert found == {("ada", "HB 4"), ("clear", "HB 2"), ("clear", "HB 4")}


def test_a_rematch_makes_the_matches_that_a_crawl_makes(desk):
    """The stored rows are what exact matching of each text gives, whatever the index said."""
    queries = {
        "veils": "veil UNLESS NEAR/4 summer",
        "hoods": "~hod OR winter",
        "works": "title:work",
    }
    desk.topics(**queries)
    desk.lines("rematch")
    topics = [Topic(name=name, title="", query=query) for name, query in queries.items()]
    matcher = compile_topics(topics)
    expected = {
        (match.topic, match.start, match.end)
        for text in (VEIL, PLAIN, f"{VEIL} {HOOD}")
        for match in find_matches(matcher, extracted(text), fields={"title": "Officers; name tags"})
    }
    found = {(match[3], match[5], match[6]) for match in desk.matches() if match[1] is not None}
    assert found == expected
    assert {match[3] for match in desk.matches() if match[1] is None} == {"veils", "works"}
