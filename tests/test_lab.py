"""The lab: what topics would match on what is stored, and what a changed one would change."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.query import QueryError, parse
from config.query_common import parse_asked
from config.topics import Topic
from monitor.cli.root import main
from monitor.compute import Pool
from pipelines.match import compile_topics, find_matches
from scrapers.items import Sponsor
from storage import tables
from storage.backtesting import SILENT, Backtesting
from storage.database import Database
from storage.home import Home
from tests.storage_makers import (
    Site,
    bill,
    extracted,
    measure,
    nobody,
    observed,
    readable,
)

WATCHLIST = """\
name: Lab
topics:
  - name: veils
    query: veil OR "face covering"
"""
PLAIN = "No officer shall enter the building. The clerk shall report."
VEIL = "No officer shall wear a veil while on duty. The clerk shall report."
BOTH = VEIL + " A veil may be worn in winter."


def put(one: Any, number: int) -> Any:
    """The same bill under another number."""
    return replace(one, measure=replace(one.measure, identifier=f"HB {number}"))


@dataclass
class Lab:
    """A folder with a home, and commands run on it in this process."""

    folder: Path
    database: Database
    site: Site

    def run(self, *arguments: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        home = ["--home", str(self.folder / "home")]
        watchlist = ["--watchlist", str(self.folder / "watchlist.yaml")]
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main([*home, *watchlist, *arguments])
        return int(left.value.code or 0), out.getvalue(), err.getvalue()

    def lines(self, *arguments: str) -> list[Any]:
        code, out, err = self.run(*arguments, "--json")
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()]

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.database.reading() as connection:
            return {
                table.name: connection.execute(
                    sa.select(sa.func.count()).select_from(table)
                ).scalar_one()
                for table in tables.metadata.sorted_tables
            }


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """An empty home with a source past its baseline."""
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    database = Database.open("", home=Home.create(tmp_path / "home"))
    yield Lab(tmp_path, database, Site(database, route=nobody))
    database.close()


def test_a_backtest_counts_the_alerts_of_each_week(lab):
    """A new measure, an amendment that adds and one that leaves: what each would have told, when."""
    lab.site.every = timedelta(weeks=1)
    lab.site.crawl(
        bill(("Introduced", readable(VEIL))),
        bill(("Introduced", readable(PLAIN)), identifier="HB 2"),
    )
    lab.site.crawl()
    lab.site.crawl(bill(("Introduced", readable(VEIL + " It takes effect in July."))))
    lab.site.crawl(bill(("Introduced", readable(BOTH + " It takes effect in July."))))
    before = lab.rows()
    *rows, last = lab.lines("topics", "backtest", "veils")
    assert lab.rows() == before
    assert [(row["kind"], row["new"]) for row in rows] == [
        ("new", True), ("amended", False), ("amended", True),
    ]  # fmt: skip
    weeks = [date(2026, 1, 12) + timedelta(weeks=number) for number in range(4)]
    found = last["summary"]
    assert found["weeks"] == [
        {"week": str(week), "alerts": count}
        for week, count in zip(weeks, (1, 0, 1, 1), strict=True)
    ]
    assert (found["alerts"], found["new"], found["standing"], found["measures"]) == (3, 2, 1, 1)
    assert (found["held"], found["evaluated"], found["matched"], found["silent"]) == (4, 3, 3, 0)
    changes = {row["id"]: row["at"] for row in lab.site.changes()}
    assert {row["change"]: row["at"] for row in rows}.items() <= changes.items()
    added = lab.lines("topics", "backtest", "veils", "--added-only")
    assert [row["kind"] for row in added[:-1]] == ["new", "amended"]
    assert [match["new"] for match in added[1]["matches"]] == [True]
    assert added[-1]["summary"]["alerts"] == 2
    since = lab.lines("topics", "backtest", "veil", "--since", "2026-01-20")
    assert since[-1]["summary"]["held"] == 2
    assert lab.lines("topics", "backtest", "veil", "--place", "us/md")[-1]["summary"]["held"] == 0


def test_a_passage_says_where_it_stands(lab):
    """As `search` shows it: version, page, snippet, citation, standing, and whether it was new."""
    lab.site.crawl(bill(("Introduced", readable(VEIL))))
    row, _ = lab.lines("topics", "backtest", "veil")
    (passage,) = row["matches"]
    [shown] = lab.lines("search", "veil")
    assert shown["matches"] == [{key: passage[key] for key in passage if key != "new"}]
    assert passage["citation"] == "page 1"


def test_the_table_has_a_bar_a_week_and_says_what_was_held(lab):
    """People see weeks, the latest alerts with a passage, the sums, and what was cut off."""
    lab.site.every = timedelta(weeks=1)
    lab.site.crawl(*(put(bill(("Introduced", readable(VEIL))), number) for number in range(4)))
    lab.site.crawl(bill(("Introduced", readable(VEIL)), identifier="HB 9"))
    code, out, err = lab.run("topics", "backtest", "veils", "--limit", "2")
    assert code == 0
    assert f"2026-01-12  4  {'█' * 40}\n2026-01-19  1  {'█' * 10}\n" in out
    assert out.count("page 1: No officer shall wear a veil") == 2
    assert "5 alerts in 7 days, 5.0 a week, on 5 measures: 5 with words that were new then" in err
    assert "The latest 2 are shown" in err
    assert "5 stored versions held against veils" in err


def test_alerts_a_week_are_told_of_all_the_time_that_was_looked_at(lab):
    """Weeks without an alert count too: from what was recorded first, or --since, to the last visit."""
    lab.site.every = timedelta(weeks=1)
    lab.site.crawl(bill(("Introduced", readable(PLAIN)), identifier="HB 2"))
    lab.site.crawl(bill(("Introduced", readable(VEIL))))
    *_, last = lab.lines("topics", "backtest", "veils")
    assert last["summary"]["alerts_a_week"] == 1
    for number in range(3, 6):
        lab.site.crawl(bill(("Introduced", readable(PLAIN)), identifier=f"HB {number}"))
    *_, last = lab.lines("topics", "backtest", "veils")
    found = last["summary"]
    assert (found["alerts"], found["alerts_a_week"]) == (1, 0.25)
    assert [one["alerts"] for one in found["weeks"]] == [0, 1, 0, 0, 0]
    first, until = found["from"], found["until"]
    assert (first[:10], until[:10]) == ("2026-01-12", "2026-02-09")
    assert (
        "1 alert in 4 weeks, 0.2 a week, on 1 measure" in lab.run("topics", "backtest", "veils")[2]
    )
    _, out, err = lab.run("topics", "backtest", "veils", "--since", "2026-01-19T00:00Z")
    assert "1 alert in 3 weeks, 0.3 a week" in err
    assert out.startswith("week of     alerts\n2026-01-19  1")
    late = lab.lines("topics", "backtest", "report", "--since", "2026-02-08")[-1]["summary"]
    assert (late["alerts"], late["alerts_a_week"]) == (1, None)
    assert (
        "1 alert in 1 day, on"
        in lab.run("topics", "backtest", "report", "--since", "2026-02-08")[2]
    )


def test_a_quiet_visit_is_time_that_was_looked_at(lab):
    """Visits that found nothing new say that nothing was to be told then."""
    lab.site.crawl(bill(("Introduced", readable(VEIL))))
    with lab.database.writing() as connection:
        connection.execute(sa.insert(tables.crawls).values(
            id=1, sources=[], hosts=[], started=lab.site.now, beat=lab.site.now, state="ok",
        ))  # fmt: skip
        connection.execute(sa.insert(tables.reports).values(
            crawl_id=1, source="virginia", at=lab.site.now + timedelta(weeks=10), state="ok",
            data={},
        ))  # fmt: skip
    assert lab.lines("topics", "backtest", "veils")[-1]["summary"]["alerts_a_week"] == 0.1


def test_a_name_that_no_topic_has_is_said_to_be_a_query(lab):
    """One word may be a name mistyped: it is told on standard error, in JSON too, with a close one."""
    lab.site.crawl(bill(("Introduced", readable(VEIL))))
    said = "No topic is called 'veil'; it is taken as a query. Did you mean 'veils'?"
    code, _, err = lab.run("topics", "backtest", "veil")
    assert code == 0
    assert err.startswith(f"{said}\n")
    assert lab.lines("topics", "backtest", "veil")[-1]["summary"]["remarks"] == [said]
    unlike = "No topic is called 'zzz'; it is taken as a query."
    assert lab.lines("topics", "diff", "veils", "--with", "zzz")[-1]["summary"]["remarks"] == [
        unlike
    ]
    assert f"{unlike}\n" in lab.run("topics", "diff", "veils", "--with", "zzz")[2]
    for query in ("veil OR hood", '"veil"', "vei*", "title:veil"):
        assert "No topic" not in lab.run("topics", "diff", "veils", "--with", query)[2]


def test_what_is_recorded_in_silence_is_no_alert(tmp_path, lab):
    """Before the baseline nobody would have been told; it is counted apart and shown."""
    other = Database.open("", home=Home.create(tmp_path / "other"))
    Site(other, route=nobody, baseline=False).crawl(bill(("Introduced", readable(VEIL))))
    other.close()
    quiet = replace(lab, folder=tmp_path)
    code, out, err = quiet.run("topics", "backtest", "veil", "--home", str(tmp_path / "other"))
    assert code == 0
    assert "No alert would have been sent." in err
    assert "1 version more that match were recorded in silence" in err
    assert SILENT in out


def test_titles_and_sponsors_are_those_of_then(lab):
    """A title that was another at the time decides, though the index knows the one of today."""
    text = readable(PLAIN)
    lab.site.crawl(bill(("Introduced", text), title="Veils in winter"))
    lab.site.crawl(bill(("Introduced", text), title="Hats in summer"))
    lab.site.crawl(observed(measure("HB 7", title="Hats", abstract="About a veil.")))
    lab.site.crawl(bill(
        ("Introduced", readable("A hat is a hat.")), identifier="HB 8",
        sponsors=(Sponsor(name="Delegate Okafor"),),
    ))  # fmt: skip
    found = [
        (row["kind"], row["measure"]["identifier"])
        for row in lab.lines("topics", "backtest", "veil")[:-1]
    ]
    assert found == [("new", "HB 1"), ("new", "HB 7")]
    hats = lab.lines("topics", "backtest", "title:hat")
    assert [row["kind"] for row in hats[:-1]] == ["title", "new"]
    for query in ("sponsor:okafor AND hat", "sponsor:okafor"):
        named = lab.lines("topics", "backtest", query)
        assert [row["measure"]["identifier"] for row in named[:-1]] == ["HB 8"]


def test_new_sponsors_and_texts_beside_titles_are_those_of_then(lab):
    """A new sponsor is a would-be alert of who asks for it; a title alone knows its texts of then."""
    hat, text = "title:hat NOT text:veil", readable("A hat.")
    joined = (Sponsor(name="Delegate Ada"), Sponsor(name="Delegate Okafor"))
    first = {"title": "Hats", "identifier": "HB 8", "sponsors": joined[:1]}
    lab.site.crawl(bill(("Introduced", text), **first))
    lab.site.crawl(bill(("Introduced", text), title="Hats", identifier="HB 8", sponsors=joined))
    lab.site.crawl(bill(("Introduced", readable(VEIL)), title="Hats", identifier="HB 9"))
    lab.site.crawl(bill(("Introduced", readable(BOTH)), **first))
    found = lab.lines("topics", "backtest", "sponsor:okafor")[:-1]
    assert [(row["kind"], row["matches"][0]["field"]) for row in found] == [("sponsors", "sponsor")]
    told = [
        (row["kind"], row["measure"]["identifier"])
        for row in lab.lines("topics", "backtest", hat)[:-1]
    ]
    assert told == [("new", "HB 8")]
    assert [one["identifier"] for one in lab.lines("search", "sponsor:okafor")] == []
    assert lab.lines("search", hat) == []


QUERIES = (
    "veil", "veils NOT winter", '"face covering" OR report*', "veil UNLESS NEAR/4 duty", "~viel",
    "title:name AND officer", "NOT veil AND clerk", "officer NEAR/3 wear", "=No", '"287(g)"',
)  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_the_index_never_costs_a_match(database, query):
    """What the index rules out does not match: exact evaluation of every version finds the same."""
    texts = [
        PLAIN,
        VEIL,
        BOTH,
        "A face-\ncovering.",
        "Section 287(g) of the Act.",
        "The v3il of winter",
    ]
    read = [extracted(text, 0.4 if "v3il" in text else 1.0) for text in texts]
    site = Site(database, route=nobody)
    site.crawl(*(
        bill(("Introduced", replace(readable(text), extracted=one)), identifier=f"HB {number}")
        for number, (text, one) in enumerate(zip(texts, read, strict=True))
    ))  # fmt: skip
    tree = parse(query)
    matcher = compile_topics([Topic(name="q", title="", query=query)])
    fields = {"title": "Officers; name tags", "sponsor": ""}
    expected = {
        f"HB {number}"
        for number, one in enumerate(read)
        if find_matches(matcher, one, fields=fields)
    }
    stored = Backtesting(database)
    units = stored.units([tree])
    loaded = {one.measure["identifier"]: one for one in stored.load(units)}
    found = {
        name
        for name, one in loaded.items()
        for case in one.cases
        if case.text and find_matches(matcher, case.text, fields=fields)
    }
    assert found == expected
    assert "HB 5" in loaded  # hard to read, so the index cannot speak of it


def test_a_topic_that_matches_nearly_everything_is_refused(lab):
    """With a hundred versions the share is told, by `backtest`, `diff` and `test`; exit code 1."""
    texts = [VEIL if number % 3 else PLAIN for number in range(102)]
    lab.site.crawl(*(
        bill(("Introduced", readable(f"{text} Number {number}.")), identifier=f"HB {number}")
        for number, text in enumerate(texts[:99])
    ))  # fmt: skip
    assert lab.run("topics", "backtest", "officer")[0] == 0  # of so few a share is chance
    lab.site.crawl(*(
        bill(("Introduced", readable(f"{text} Number {number}.")), identifier=f"HB {number}")
        for number, text in enumerate(texts) if number >= 99
    ))  # fmt: skip
    for command in (
        ("backtest", "veils"), ("backtest", "veil*", "--json"), ("test", "veils"),
        ("diff", "clerks", "--with", "veil"),
    ):  # fmt: skip
        code, _, err = lab.run("topics", *command)
        assert code == 1, command
        assert "matches 68 of 102 stored versions (67 %)" in err
    code, _, err = lab.run("topics", "backtest", "title:name")
    assert code == 1
    assert "matches 102 of 102 stored versions (100 %)" in err
    assert lab.run("topics", "backtest", "veil AND winter")[0] == 0


def test_a_changed_topic_tells_what_it_gains_and_loses(lab):
    """By file, by query, between two files: measures with the passages that make the difference."""
    lab.site.crawl(
        bill(("Introduced", readable(VEIL))),
        bill(("Introduced", readable(BOTH)), identifier="HB 2"),
        bill(("Introduced", readable("A hood is worn.")), identifier="HB 3"),
        bill(("Introduced", readable(PLAIN)), identifier="HB 4"),
    )
    changed = lab.folder / "changed.yaml"
    changed.write_text("title: Hoods\nquery: hood OR (veil AND winter)\n", encoding="utf-8")
    old = lab.folder / "old.yaml"
    old.write_text('title: Veils\nquery: veil OR "face covering"\n', encoding="utf-8")
    before = lab.rows()
    asked = ("veils", "--with", str(changed))
    gained, lost, last = lab.lines("topics", "diff", *asked)
    assert (gained["which"], gained["measure"]["identifier"]) == ("gained", "HB 3")
    assert gained["matches"][0]["snippet"] == "A hood is worn."
    assert (lost["which"], lost["measure"]["identifier"]) == ("lost", "HB 1")
    assert "veil" in lost["matches"][0]["snippet"]
    assert last["summary"] | {"seconds": 0} == {
        "gained": 1,
        "lost": 1,
        "kept": 1,
        "held": 4,
        "seconds": 0,
        "remarks": [],
    }
    assert lab.lines("topics", "diff", str(old), str(changed))[:2] == [gained, lost]
    assert lab.lines("topics", "diff", "veils", "--with", "hood OR veil AND winter")[:2] == [
        gained,
        lost,
    ]
    assert lab.rows() == before
    code, out, err = lab.run("topics", "diff", *asked)
    assert code == 0
    assert "A hood is worn." in out
    assert "1 measure gained, 1 lost, 1 found by both, among 4 stored versions" in err
    assert lab.run("topics", "diff", "veils")[0] == 2
    assert lab.run("topics", "diff", "veils", "--with", "missing.yaml")[0] == 2
    changed.write_text("query: (hood\n", encoding="utf-8")
    assert "never closed" in lab.run("topics", "diff", *asked)[2]


@pytest.mark.parametrize(
    ("query", "column"),
    [("the", 1), ("mask OR of", 9), ("title:the", 7), ("th*", 1), ('mask OR "of the"', 10),
     ("the NEAR/3 of", 1), ("the UNLESS mask", 1), ("NOT mask", 1), ("a*", 1), ("co*", 1), ("~their", 2)],
)  # fmt: skip
def test_a_query_of_common_words_is_refused_at_the_word(lab, query, column):
    """Nearly every text has them: the first one is pointed at, wherever a query is given."""
    with pytest.raises(QueryError) as caught:
        parse_asked(query)
    assert caught.value.column == column
    for command in (("search", query), ("topics", "backtest", query)):
        code, _, err = lab.run(*command)
        assert code == 2
        assert f"column {column}:" in err
    quoted = json.dumps(query)
    (lab.folder / "watchlist.yaml").write_text(
        f"name: X\ntopics:\n  - {{name: all, query: {quoted}}}\n"
    )
    code, _, err = lab.run("topics", "list")
    assert code == 2
    assert f"at column {column} of the query" in err


@pytest.mark.parametrize(
    "query", ["mask the", '"by and between"', "=IT", "the THEN/2 mask", "mask*"]
)
def test_common_words_beside_others_are_fine(query):
    """Only a query that nothing uncommon is needed for is refused."""
    assert parse_asked(query) == parse(query)


def test_a_big_backtest_runs_in_workers_and_tells_the_same(lab, monkeypatch):
    """Where it takes long the pool does it; order and findings are those of one process."""
    from monitor import lab as module

    lab.site.crawl(*(
        bill(("Introduced", readable(f"{VEIL if number % 5 == 0 else PLAIN} Number {number}.")),
             identifier=f"HB {number}")
        for number in range(60)
    ))  # fmt: skip
    alone = lab.lines("topics", "backtest", "veil OR building NEAR/3 nothing")
    started = []
    monkeypatch.setattr(module, "Pool", lambda **wanted: started.append(wanted) or Pool(**wanted))
    monkeypatch.setattr(module, "_PATIENCE", 0)
    pooled = lab.lines("topics", "backtest", "veil OR building NEAR/3 nothing")
    assert pooled[:-1] == alone[:-1]
    assert len(pooled) == 13
    assert len(started) == 1


def test_a_watch_is_tried_on_what_was_recorded(lab):
    """`watches preview`: what each watch would have been told; added text only where that is asked."""
    text = (
        "watches:\n"
        "  - {name: All, topics: [veils], to: ['terminal:']}\n"
        "  - {name: Fresh, topics: [veils], text: added, to: ['terminal:']}\n"
    )
    (lab.folder / "watchlist.yaml").write_text(WATCHLIST + text, encoding="utf-8")
    found = lambda words: readable(words, topics=["veils"])  # noqa: E731
    standing = found(VEIL + " It takes effect in July.")
    standing = replace(standing, matches=tuple(replace(one, new=False) for one in standing.matches))
    lab.site.crawl(bill(("Introduced", found(VEIL))))
    lab.site.crawl(bill(("Introduced", standing)))
    lab.site.crawl(bill(("Introduced", found(BOTH + " It takes effect in July."))))
    rows = lab.lines("watches", "preview")
    assert [(row["watch"], row["kind"]) for row in rows] == [
        ("All", "new"), ("Fresh", "new"), ("All", "amended"), ("All", "amended"), ("Fresh", "amended"),
    ]  # fmt: skip
    assert rows[1]["reasons"] == ["topic veils, new in this change"]
    code, out, err = lab.run("watches", "preview", "Fresh", "--limit", "1")
    assert code == 0
    assert out.count("HB 1") == 1
    assert "Fresh: 2 alerts." in err
    assert lab.run("watches", "preview", "Nobody")[0] == 2


@pytest.mark.parametrize(
    ("watch", "message"),
    [("{name: A, text: adde, topics: [veils], to: ['terminal:']}", "one of any, added"),
     ("{name: A, text: added, topics: [], to: ['terminal:']}", "only passages of a topic can be new")],
)  # fmt: skip
def test_a_watch_says_which_words_it_wants(lab, watch, message):
    """Another word than `any` or `added`, or added text of no topic, is refused at its place."""
    (lab.folder / "watchlist.yaml").write_text(f"{WATCHLIST}watches:\n  - {watch}\n")
    code, _, err = lab.run("watches", "list")
    assert code == 2
    assert message in err


def test_a_sample_is_spread_over_all_that_is_stored(lab):
    """So many versions as are asked for, the old and the late alike, each once."""
    lab.site.crawl(*(put(bill(("Introduced", readable(f"{PLAIN} {n}"))), n) for n in range(50)))
    stored = Backtesting(lab.database)
    ids = sorted(unit.versions[0] for unit in stored.sample(20))
    assert len(set(ids)) == 20
    assert min(ids) <= 10
    assert max(ids) >= 40
    assert ids == sorted(unit.versions[0] for unit in stored.sample(20))
    assert len({later - earlier for earlier, later in pairwise(ids)}) > 1
    assert len(stored.sample(80)) == 50
