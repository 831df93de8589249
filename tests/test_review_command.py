"""`review` as a researcher calls it: what waits, what it says, and what it refuses."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.app import build
from monitor.cli.root import main
from monitor.doctor import review as examined
from storage import tables
from storage.backtesting import load_texts
from storage.database import Database
from storage.home import Home
from tests.storage_makers import Site, about, bill, readable
from tests.test_review import MISREAD, read, scan

WATCHLIST = """\
name: Desk
sources:
  sites: [virginia]
topics: [masks]
watches:
  - {name: Desk, to: ["terminal:"], every: at once}
"""
RIGHT = "No law enforcement officer shall wear a mask or other face covering while on duty."


@dataclass
class Desk:
    """A home with a bill of two scanned pages, of which the first was read badly."""

    folder: Path

    @property
    def options(self) -> list[str]:
        return ["--home", str(self.folder / "home"), "--watchlist", str(self.folder / "list.yaml")]

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, the output and the remarks of `review`."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main([*self.options, "review", *arguments])
        return int(left.value.code or 0), out.getvalue(), err.getvalue()

    def lines(self, *arguments: str) -> list[Any]:
        code, out, err = self.run(*arguments, "--json")
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()]

    def first(self) -> str:
        return str(self.lines("list")[0]["id"])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A crawled home."""
    found = Desk(tmp_path)
    (tmp_path / "list.yaml").write_text(WATCHLIST)
    database = Database.open("", home=Home.create(tmp_path / "home"))
    site = Site(database, about("masks"))
    site.crawl(bill(("Introduced", read(scan(MISREAD, "It begins\x1b[2J here.")))))
    database.close()
    return found


def test_the_list_says_what_waits_and_what_to_do(desk: Desk) -> None:
    """A row for each page, for people and for machines, and the next command."""
    code, out, err = desk.run("list")
    assert code == 0
    assert "HB 1 Introduced, us/va" in out
    assert "1 of 2" in out
    assert "low confidence, 1 word hard to read" in out
    assert f"2 pages to look at. Next: measurewatch review show {desk.first()}" in err
    first, second = desk.lines("list")
    assert (first["page"], second["page"]) == (1, 2)
    assert (first["confidence"], first["doubtful"], first["verdict"]) == (0.6, 1, None)
    app = build({"home": desk.folder / "home"})
    assert examined(app)["advice"] == "2 pages wait to be looked at; see: measurewatch review list"


def test_a_page_is_shown_with_its_doubts_and_without_its_escapes(desk: Desk) -> None:
    """What was hard to read is marked; what would steer a terminal is not printed."""
    first, second = (row["id"] for row in desk.lines("list"))
    _, out, _ = desk.run("show", first)
    assert "page 1 of 2" in out
    assert "Be(?) it enacted" in out
    assert "confidence 0.60; low confidence: compare with the page" in out
    assert "https://lis.example/text" in out
    _, out, _ = desk.run("show", second)
    assert "It(?) begins [2J here." in out
    [row] = desk.lines("show", second)
    assert row["doubtful"] == [{"start": 0, "end": 2, "confidence": 0.4}]
    assert row["path"].endswith(row["document"])


def test_right_and_wrong_end_the_wait_and_undo_begins_it_again(desk: Desk) -> None:
    """What was said, by whom and why, is shown with --all."""
    first, second = (row["id"] for row in desk.lines("list"))
    [row] = desk.lines("right", first, "--by", "Ada")
    assert (row["verdict"]["by"], row["confidence"]) == ("Ada", 1.0)
    code, _, err = desk.run("wrong", second, "--by", "Bo", "--note", "upside down")
    assert code == 0
    assert err.startswith(f"Page {second}: read wrong by Bo, ")
    assert "(upside down)" in err
    code, _, err = desk.run("list")
    assert (code, err) == (0, "No page waits.\n")
    assert [row["verdict"]["verdict"] for row in desk.lines("list", "--all")] == ["right", "wrong"]
    assert "read right by Ada" in desk.run("list", "--all")[1]
    assert "read wrong by Bo" in desk.run("show", second)[1]
    assert "nothing is said of it any more" in desk.run("undo", first)[2]
    assert desk.first() == first
    code, _, err = desk.run("undo", first)
    assert (code, err) == (2, f"Error: Nothing was said of page {first}.\n")


def test_right_words_are_the_text_and_say_what_they_brought_to_light(desk: Desk) -> None:
    """The topic is found, nobody is alerted, and taking it back loses the topic again."""
    name = desk.first()
    file = desk.folder / "page.txt"
    file.write_text(f"\n{RIGHT}  \r\n", encoding="utf-8")
    code, _, err = desk.run("correct", name, "--text", str(file), "--by", "Ada")
    assert code == 0
    assert f"Page {name}: corrected by Ada, " in err
    assert "Found now: masks. Nobody was alerted." in err
    [row] = desk.lines("show", name)
    assert (row["text"], row["confidence"], row["method"]) == (RIGHT, 1.0, "reviewed")
    code, _, err = desk.run("right", name)
    assert code == 2
    assert "was corrected already" in err
    [row] = desk.lines("undo", name)
    assert row["topics"] == {"gained": [], "lost": ["masks"]}
    assert desk.lines("show", name)[0]["text"] == MISREAD


def test_a_document_that_came_anew_with_the_same_words_names_the_same_page(desk: Desk) -> None:
    """Its SHA-256 finds the page, and what is said of the page counts for the version."""
    name = desk.first()
    database = Database.open("", home=Home.create(desk.folder / "home"))
    site = Site(database, about("masks"), baseline=False)
    site.now, site.crawl_id = site.now + timedelta(days=3), 3
    text = replace(read(scan(MISREAD, "It begins\x1b[2J here.")), sha256="c0ffee" + "0" * 58)
    site.crawl(bill(("Introduced", text)))
    database.close()
    assert desk.first() == name
    [row] = desk.lines("show", "c0ffee-1")
    assert (row["id"], row["text"]) == (name, MISREAD)
    assert desk.lines("show", f"{text.sha256}-1")[0]["id"] == name
    file = desk.folder / "page.txt"
    file.write_text(RIGHT, encoding="utf-8")
    code, _, err = desk.run("correct", "c0ffee-1", "--text", str(file))
    assert code == 0
    assert "Found now: masks." in err
    assert desk.lines("show", name)[0]["text"] == RIGHT
    assert desk.lines("undo", name)[0]["topics"]["lost"] == ["masks"]
    assert desk.lines("show", name)[0]["text"] == MISREAD


def test_what_is_said_counts_wherever_the_text_is_read(desk: Desk) -> None:
    """Topics tried on what is stored trust a page as a person said, whichever bytes came last."""
    name = desk.first()
    database = Database.open("", home=Home.create(desk.folder / "home"))
    site = Site(database, about("masks"), baseline=False)
    site.now, site.crawl_id = site.now + timedelta(days=3), 3
    text = replace(read(scan(MISREAD, "It begins\x1b[2J here.")), sha256="c0ffee" + "0" * 58)
    site.crawl(bill(("Introduced", text)))
    assert desk.run("right", name)[0] == 0
    with database.reading() as connection:
        ids = list(connection.execute(sa.select(tables.versions.c.id)).scalars())
        found = load_texts(connection, ids)
    database.close()
    assert [one.extracted.pages[0].confidence for one in found.values()] == [1.0]


def test_a_page_that_was_easy_to_read_is_shown_as_such(desk: Desk) -> None:
    """Nothing is wrong with it, and nothing was said of it; a document without a text is told."""
    name = f"{'ea5e' * 2}-1"
    database = Database.open("", home=Home.create(desk.folder / "home"))
    site = Site(database, about("masks"), baseline=False)
    site.now, site.crawl_id = site.now + timedelta(days=3), 3
    easy = replace(readable("Plain words."), sha256="ea5e" * 16)
    site.crawl(bill(("Introduced", easy), identifier="HB 2"))
    assert name not in {row["id"] for row in desk.lines("list")}
    code, out, _ = desk.run("show", name)
    assert (code, "nothing is wrong with it" in out) == (0, True)
    code, _, err = desk.run("undo", name)
    assert (code, f"Nothing was said of page {name}." in err) == (2, True)
    with database.writing() as connection:
        connection.execute(sa.update(tables.versions).values(text_id=None))
    database.close()
    code, _, err = desk.run("show", name)
    assert code == 2
    assert "The document that begins with ea5eea5e is kept, but no version has a text" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"  \n", "There are no words in it."),
        (b"one\x0ctwo", "a page break"),
        (b"\xff\xfe", "is not plain text in UTF-8"),
        (MISREAD.encode(), "These are the words that were read."),
        (b"x" * 100_001, "more than 100,000 characters"),
    ],
)
def test_what_is_no_page_is_refused(desk: Desk, words: bytes, said: str) -> None:
    """A file that cannot be a page changes nothing, and it is said why."""
    file = desk.folder / "page.txt"
    file.write_bytes(words)
    code, _, err = desk.run("correct", desk.first(), "--text", str(file))
    assert code == 2
    assert said in err
    assert len(desk.lines("list")) == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nonsense", "is no id of a page"),
        ("0000-1", "No version has a document that begins with 0000."),
        ("{}-9", "There is no page 9 in {}: it has 2 pages."),
    ],
)
def test_a_wrong_id_is_an_error_that_says_what_to_do(desk: Desk, name: str, said: str) -> None:
    """Bad usage is exit code 2."""
    document = desk.first().partition("-")[0]
    code, _, err = desk.run("right", name.format(document))
    assert code == 2
    assert said.format(document) in err


def test_a_source_nobody_knows_is_an_error(desk: Desk) -> None:
    """A wrong name is not taken for an empty queue."""
    assert len(desk.lines("list", "--source", "virginia")) == 2
    code, _, err = desk.run("list", "--source", "nowhere")
    assert code == 2
    assert "Nothing was ever crawled from a source 'nowhere'." in err
