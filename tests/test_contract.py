"""DESIGN section 6: what every command promises to those who call it from outside."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from tests.documented import example_pdf
from tests.recordings import BASE, Bill, bills_csv, pack_files, pack_virginia
from tests.running import json_lines, measurewatch

WATCHLIST = """\
name: Test desk
sources:
  sites: [virginia]
  orders:
    elmford-mayor:
      place: us/mn/minneapolis
      index: https://www.example.gov/orders/
      row: table tr
      identifier: td:nth-child(1)
      title: td:nth-child(2)
      signed: td:nth-child(3)
topics: [287g, city-property]
watches:
  - name: Everything
    topics: [287g, city-property]
    to: ["terminal:"]
    every: at once
"""
RINKS = Bill("HB3", title="Ice rinks; hours.")
ORDERS = "https://www.example.gov/orders/"
INDEX = """\
<html><body><h1>Executive orders</h1><table>
<tr><th>Number</th><th>Title</th><th>Signed</th></tr>
<tr><td>EO 2026-02</td><td><a href="2.pdf">Agreements</a></td><td>February 2, 2026</td></tr>
<tr><td>EO 2026-01</td><td><a href="1.html">City garages</a></td><td>January 5, 2026</td></tr>
<tr><td>EO 2025-09</td><td><a href="9.pdf">Lost paper</a></td><td>June 5, 2025</td></tr>
</table></body></html>
"""
ORDER = """\
<html><body><main><h1>Executive Order 2026-01</h1>
<p>No city garage <del>should</del><ins>shall</ins> be used as a staging area for immigration
enforcement. \N{SNOWMAN} Any such use is reported to the clerk.</p></main></body></html>
"""
PAGED = {"number": int, "start": int, "text": str, "method": str, "confidence": float}
TEXT = {
    "media_type": str,
    "method": str,
    "pages": list,
    "text": str,
    "markup": list,
    "warnings": list,
}
MATCH = {"topic": str, "term": str, "start": int, "end": int, "page": (int, type(None)),
         "snippet": str, "standing": str, "score": float}  # fmt: skip
DIFF = {"equal": bool, "cosmetic": bool, "inserted": int, "deleted": int, "hunks": list}
HUNK = {"kind": str, "section": str, "old": str, "new": str, "old_start": int, "old_end": int,
        "new_start": int, "new_end": int}  # fmt: skip
CRAWL = {"source": str, "state": str, "found": int, "new": int, "changed": int, "unchanged": int,
         "failed": int, "documents": int, "pending": int, "seconds": (int, float), "notes": list}  # fmt: skip
CHANGE = {"id": int, "at": str, "kind": str, "source": str, "measure": dict, "before": object,
          "after": object, "versions": list, "topics": list, "summary": str}  # fmt: skip
BRIEF = {"id": int, "jurisdiction": str, "session": str, "identifier": str, "title": str,
         "classification": list, "url": str}  # fmt: skip
MEASURE = {"id": int, "jurisdiction": str, "session": str, "identifier": str, "identifiers": list,
           "title": str, "classification": list, "status": str, "sponsors": list, "dates": list,
           "actions": list, "versions": list, "events": list, "related": list, "sources": list}  # fmt: skip
VERSION = {"id": int, "note": str, "date": (str, type(None)), "links": list,
           "text_sha256": (str, type(None)), "state": str}  # fmt: skip
ACTION = {"date": (str, type(None)), "description": str, "classification": list}
INIT = {"watchlist": str, "sources": list, "topics": list, "next": str}
SOURCE = {"source": str, "place": str, "kind": str, "hosts": list, "start": object, "needs": object}
HEALTH = {"source": str, "state": str, "since": (str, type(None)),
          "last_success": (str, type(None)), "expected_every": (str, type(None)), "notes": list}  # fmt: skip
ALERT = {"id": int, "watch": str, "change": int, "channel": str, "state": str,
         "key": (str, type(None)), "attempts": int, "sent_at": (str, type(None))}  # fmt: skip


def check(value, shape):
    """The value has every promised key, each of its type."""
    missing = shape.keys() - value.keys()
    assert not missing, f"{sorted(missing)} missing in {value}"
    for key, kind in shape.items():
        assert isinstance(value[key], kind), f"{key} is {value[key]!r}"
        if kind is int:
            assert not isinstance(value[key], bool)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with files, recordings, and a home that has seen Virginia twice and a mayor."""
    folder = tmp_path_factory.mktemp("contract")
    example_pdf(folder / "bill.pdf")
    (folder / "order.html").write_text(ORDER, encoding="utf-8")
    (folder / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    pack_virginia(folder / "1.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1"), Bill("HB2")])
    passed = Bill("HB2", columns={"Passed_house": "Y", "Full_text_doc2": "HB2H1"})
    pack_virginia(folder / "2.warc.gz", "2026-02-10T12:00:00Z", [Bill("HB1"), passed, RINKS])
    pack_files(
        folder / "orders.warc.gz",
        "2026-02-11T12:00:00Z",
        {
            ORDERS: INDEX.encode(),
            f"{ORDERS}1.html": ORDER.encode(),
            f"{ORDERS}2.pdf": (folder / "bill.pdf").read_bytes(),
            "https://www.example.gov/unknown.bin": b"\x00\x01 nobody asks for it",
        },
    )
    # The later recording is named first: their dates decide.
    [line] = run(folder, "crawl", "virginia", "--replay", "2.warc.gz", "--replay", "1.warc.gz")
    [order] = run(folder, "crawl", "elmford-mayor", "--replay", "orders.warc.gz")
    (folder / "crawls.json").write_text(json.dumps([line, order]), encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str):
    return json_lines("--watchlist", "watchlist.yaml", *arguments, cwd=folder)


def read(folder: Path, name: str):
    [value] = json_lines("text", name, cwd=folder)
    return value


class TestText:
    @pytest.mark.parametrize(
        ("name", "kind"), [("bill.pdf", "application/pdf"), ("order.html", "text/html")]
    )
    def test_pages_joined_by_form_feeds_are_the_text(self, place, name, kind):
        """Every promised key is there, and the offsets point into the text."""
        value = read(place, name)
        check(value, TEXT)
        assert value["media_type"] == kind
        assert value["text"] == "\f".join(page["text"] for page in value["pages"])
        for number, page in enumerate(value["pages"], start=1):
            check(page, PAGED)
            assert page["number"] == number
            assert value["text"][page["start"] :].startswith(page["text"])

    def test_what_a_page_marks_is_told_by_code_points(self, place):
        """Struck words stay in the text; marks give their spans, apart from what replaces them."""
        value = read(place, "order.html")
        spans = [(m["kind"], value["text"][m["start"] : m["end"]]) for m in value["markup"]]
        assert spans == [("struck", "should"), ("added", "shall")]
        assert "garage should shall be" in value["text"]

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nbroken", bytes(range(256)) * 9])
    def test_an_unreadable_file_has_no_pages_a_warning_and_exit_code_1(self, tmp_path, content):
        """Unreadable is an answer, not a crash."""
        (tmp_path / "x.pdf").write_bytes(content)
        result = measurewatch("text", "x.pdf", "--json", cwd=tmp_path)
        value = json.loads(result.stdout)
        assert (result.returncode, value["pages"], value["text"]) == (1, [], "")
        assert value["warnings"]


class TestMatch:
    @pytest.mark.parametrize(
        ("name", "topic"), [("bill.pdf", "287g"), ("order.html", "city-property")]
    )
    def test_offsets_are_those_of_the_text_command(self, place, name, topic):
        """The span holds the words that the snippet shows."""
        [found] = json_lines("match", name, "--topic", topic, cwd=place)
        text = read(place, name)["text"]
        assert found
        for match in found:
            check(match, MATCH)
            assert match["topic"] == topic
            assert 0 <= match["score"] <= 1
            words = " ".join(text[match["start"] : match["end"]].split())
            assert words
            assert words in " ".join(match["snippet"].split())

    def test_no_match_is_no_error(self, place):
        """An empty list and exit code 0."""
        assert json_lines("match", "bill.pdf", "--query", "zebra", cwd=place) == [[]]

    def test_a_query_tells_the_standing_and_explains_itself_beside_the_json(self, place):
        """--explain speaks on standard error only."""
        result = measurewatch(
            "match", "order.html", "--query", "shall", "--explain", "--json", cwd=place
        )
        [match] = json.loads(result.stdout)
        assert match["standing"] == "added"
        assert "shall" in result.stderr

    @pytest.mark.parametrize(
        "asked", [("--query", "(a"), ("--query", "NOT speling"), ("--topic", "no-such-topic")]
    )
    def test_what_cannot_be_asked_is_bad_usage(self, place, asked):
        """A broken query or an unknown topic ends with 2 and a sentence."""
        result = measurewatch("match", "bill.pdf", *asked, "--json", cwd=place)
        assert (result.returncode, result.stdout) == (2, "")
        assert "Error:" in result.stderr
        assert "Traceback" not in result.stderr

    @pytest.mark.corpus
    def test_a_bill_that_never_prints_287g_matches_the_topic(self, corpus, tmp_path):
        """Maryland's HB 444 of 2026 defines the agreements in other words."""
        bill = str(
            corpus / "state-bills" / "maryland" / "pdf-2026" / "HB0444__2026-02-03_a01bd3.pdf"
        )
        [value] = json_lines("text", bill, cwd=tmp_path)
        [found] = json_lines("match", bill, "--topic", "287g", cwd=tmp_path)
        assert "287(g)" not in value["text"]
        assert found
        for match in found:
            page = value["pages"][match["page"] - 1]
            assert page["start"] <= match["start"] < page["start"] + len(page["text"])
            assert "agreement" in value["text"][match["start"] : match["end"]].lower()


class TestDiff:
    OLD = "Section 1. A garage may be used.\n\nSection 2. The mayor reports yearly.\n\nSection 3. It begins in May.\n"
    NEW = "Section 1. No garage may be used.\n\nSection 3. It begins in May.\n\nSection 2. The mayor reports monthly to us.\n"

    def diff(self, folder, old, new, *more):
        (folder / "old.txt").write_text(old, encoding="utf-8")
        (folder / "new.txt").write_text(new, encoding="utf-8")
        [value] = json_lines("diff", "old.txt", "new.txt", *more, cwd=folder)
        check(value, DIFF)
        return value

    def test_the_hunks_applied_to_old_give_new(self, tmp_path):
        """In order, each hunk's new words stand where its old words were; offsets are words."""
        value = self.diff(tmp_path, self.OLD, self.NEW)
        old, new = self.OLD.split(), self.NEW.split()
        made, at = [], 0
        for hunk in value["hunks"]:
            check(hunk, HUNK)
            assert old[hunk["old_start"] : hunk["old_end"]] == hunk["old"].split()
            assert new[hunk["new_start"] : hunk["new_end"]] == hunk["new"].split()
            made += old[at : hunk["old_start"]] + hunk["new"].split()
            at = hunk["old_end"]
        assert made + old[at:] == new
        assert not value["equal"]
        assert not value["cosmetic"]

    def test_equal_and_cosmetic_are_told_apart(self, tmp_path):
        """The same text is equal; other spacing and quotes are cosmetic."""
        same = self.diff(tmp_path, "He said “no”.", "He said “no”.")
        assert (same["equal"], same["hunks"]) == (True, [])
        other = self.diff(tmp_path, "He said “no”.", 'He  said "no".')
        assert (other["equal"], other["cosmetic"]) == (False, True)

    def test_the_page_it_writes_shows_markup_as_words(self, tmp_path):
        """Nothing of a document or of a file's name becomes markup."""
        self.diff(
            tmp_path,
            "a <script>alert(1)</script>",
            "b <img src=x onerror=alert(1)>",
            "--html",
            "r.html",
        )
        page = (tmp_path / "r.html").read_text(encoding="utf-8")
        assert "&lt;img" in page
        assert "<img" not in page
        assert "<script" not in page

    def test_versions_are_compared_by_id_and_a_pending_one_is_refused(self, place):
        """A version with a text can be named by its id; one without says so."""
        by_state = {
            version["state"]: version["id"]
            for measure in run(place, "measures")
            for version in measure["versions"]
        }
        ready = str(by_state["readable"])
        [value] = json_lines("diff", ready, ready, cwd=place)
        assert value["equal"]
        result = measurewatch("diff", ready, str(by_state["pending"]), "--json", cwd=place)
        assert (result.returncode, result.stdout) == (2, "")
        assert "no text" in result.stderr


class TestCrawl:
    def test_a_line_a_source_with_every_promised_key(self, place):
        """Several replays are one line; what could not be fetched is pending."""
        virginia, mayor = json.loads((place / "crawls.json").read_text(encoding="utf-8"))
        for line in (virginia, mayor):
            check(line, CRAWL)
            assert line["state"] == "ok"
        assert (virginia["found"], virginia["new"], virginia["changed"]) == (3, 3, 1)
        assert (mayor["found"], mayor["new"], mayor["documents"]) == (3, 3, 2)
        assert mayor["pending"] >= 1

    def test_compare_tells_what_would_change_and_keeps_nothing(self, place):
        """The home is the same afterwards, to the row."""
        both = [Bill("HB1", title="Another title."), Bill("HB2"), RINKS, Bill("HB4")]
        pack_virginia(place / "3.warc.gz", "2026-02-12T12:00:00Z", both)
        before = [
            run(place, *command)
            for command in (["measures"], ["changes"], ["alerts", "list"], ["sources", "health"])
        ]
        [line] = run(place, "crawl", "virginia", "--replay", "3.warc.gz", "--compare")
        check(line, CRAWL)
        told = {(change["measure"]["identifier"], change["kind"]) for change in line["changes"]}
        assert {("HB1", "title"), ("HB4", "new")} <= told
        after = [
            run(place, *command)
            for command in (["measures"], ["changes"], ["alerts", "list"], ["sources", "health"])
        ]
        assert before == after

    def test_a_304_gives_the_page_of_an_earlier_recording(self, tmp_path):
        """Of two replays in one command the second may only say that nothing changed."""
        url = f"{BASE}/20261/BILLS.CSV"
        pack_files(tmp_path / "a.warc.gz", "2026-02-01T12:00:00Z", {url: bills_csv([Bill("HB1")])})
        line = {"url": url, "date": "2026-02-02T12:00:00Z", "status": 304}
        (tmp_path / "b.jsonl").write_text(json.dumps(line), encoding="utf-8")
        measurewatch("archive", "pack", "b.jsonl", "b.warc.gz", cwd=tmp_path, check=True)
        [line] = json_lines(
            "crawl", "virginia", "--replay", "b.warc.gz", "--replay", "a.warc.gz", cwd=tmp_path
        )
        assert [(one["state"], one["found"], one["unchanged"]) for one in line["observations"]] == [
            ("ok", 1, 0),
            ("ok", 1, 1),
        ]

    def test_a_recording_of_hosts_that_no_source_visits_is_bad_usage(self, place):
        """It says which hosts were recorded."""
        result = measurewatch("crawl", "--replay", "orders.warc.gz", "--json", cwd=place)
        assert (result.returncode, result.stdout) == (2, "")
        assert "www.example.gov" in result.stderr

    def test_an_unknown_source_is_bad_usage(self, place):
        """The name is told, with the one that was probably meant."""
        result = measurewatch("crawl", "virgina", "--replay", "1.warc.gz", cwd=place)
        assert result.returncode == 2
        assert "Did you mean virginia?" in result.stderr


class TestReading:
    def test_changes(self, place):
        """Every change has its measure, its kind and the versions it is between."""
        rows = run(place, "changes")
        assert {row["kind"] for row in rows} == {"new", "status", "version"}
        for row in rows:
            check(row, CHANGE)
            check(row["measure"], BRIEF)
            assert len(row["versions"]) == 2
            assert datetime.fromisoformat(row["at"]).tzinfo is not None

    @pytest.mark.parametrize(
        ("asked", "count"),
        [
            (["--since", "2026-02-10T12:00:00Z"], 3), (["--since", "2026-02-11"], 0),
            (["--kind", "new"], 1), (["--kind", "new", "--kind", "status"], 2),
            (["--place", "us/va"], 3), (["--place", "us/va/*"], 3), (["--place", "us/md/*"], 0),
            (["--topic", "287g"], 2), (["--topic", "city-property"], 0),
        ],
    )  # fmt: skip
    def test_changes_are_chosen_by_time_kind_place_and_topic(self, place, asked, count):
        """Each choice narrows the list."""
        assert len(run(place, "changes", *asked)) == count

    @pytest.mark.parametrize(
        "asked", [["--since", "soon"], ["--kind", "odd"], ["--place", "us/zz"]]
    )
    def test_a_choice_nobody_knows_is_bad_usage(self, place, asked):
        """It ends with 2, a sentence and no JSON."""
        result = measurewatch("changes", *asked, "--json", cwd=place)
        assert (result.returncode, result.stdout) == (2, "")
        assert "Traceback" not in result.stderr

    def test_measures_have_every_promised_field(self, place):
        """So have their versions and actions; what waits for a text has no hash."""
        rows = run(place, "measures")
        assert len(rows) == 6
        for row in rows:
            check(row, MEASURE)
            for version in row["versions"]:
                check(version, VERSION)
                assert (version["state"] == "readable") == bool(version["text_sha256"])
            for action in row["actions"]:
                check(action, ACTION)

    @pytest.mark.parametrize(
        ("query", "place_asked", "found"),
        [
            ('"staging area"', "*", {"EO 2026-01"}),
            ('"staging area" OR "1357(g)"', "*", {"EO 2026-01", "EO 2026-02"}),
            ("garage NEAR/12 immigration", "*", {"EO 2026-01"}),
            ("garage NEAR/2 immigration", "*", set()),
            ('"immigration enforcement" AND NOT garage', "us/va", {"HB1", "HB2"}),
            ('"immigration enforcement"', "us/mn/*", {"EO 2026-01", "EO 2026-02"}),
        ],
    )
    def test_search_finds_by_phrase_operators_and_place(self, place, query, place_asked, found):
        """Texts and titles answer; the place narrows."""
        rows = run(place, "search", query, "--place", place_asked)
        assert {row["identifier"] for row in rows} == found
        for row in rows:
            check(row, MEASURE)

    def test_show_at_a_date_is_what_was_known_then(self, place):
        """Before the second observation HB2 was introduced; now it passed the house."""
        then, now = run(place, "show", "HB2", "--at", "2026-02-05"), run(place, "show", "HB2")
        check(now[0], MEASURE)
        check(then[0], MEASURE)
        assert (then[0]["status"], now[0]["status"]) == ("introduced", "passed house")
        assert [len(one[0]["versions"]) for one in (then, now)] == [1, 2]

    def test_show_of_nothing_known_is_bad_usage(self, place):
        """It says how to look for it."""
        result = measurewatch("show", "HB99", "--json", cwd=place)
        assert (result.returncode, result.stdout) == (2, "")
        assert "measurewatch search" in result.stderr

    @pytest.mark.parametrize(
        ("command", "shape"),
        [
            (["sources", "list"], SOURCE), (["sources", "health"], HEALTH), (["alerts", "list"], ALERT),
            (["topics", "list"], {"topic": str, "title": str, "query": str}),
            (["topics", "test"], {"topic": str, "result": str}),
            (["watches", "list"], {"watch": str, "places": list, "topics": list, "to": list}),
            (["doctor"], {"check": str, "result": str}), (["db", "check"], {"problems": list}),
            (["db", "backup"], {"file": str}),
        ],
    )  # fmt: skip
    def test_lists_are_lines_of_json(self, place, command, shape):
        """Each line is an object with the promised keys."""
        rows = run(place, *command)
        assert rows
        for row in rows:
            check(row, shape)


class TestStarting:
    def test_init_tells_what_it_wrote_and_the_next_command(self, tmp_path):
        """The watchlist it names is one that every other command reads."""
        [said] = json_lines("init", "--place", "Virginia", "--topic", "masks", cwd=tmp_path)
        check(said, INIT)
        assert {"virginia", "ice-287g", "virginia-governor"} <= set(said["sources"])
        assert said["topics"] == ["masks"]
        assert said["next"] == "measurewatch crawl"
        [topic] = json_lines("topics", "list", "--watchlist", said["watchlist"], cwd=tmp_path)
        assert topic["topic"] == "masks"

    def test_export_gives_the_measures_and_changes_of_the_same_home(self, place):
        """Bills as Open Civic Data has them, and the changes that `changes` tells."""
        bills = run(place, "export", "measures")
        assert [bill["identifier"] for bill in bills] == [
            row["identifier"] for row in run(place, "measures")
        ]
        assert all(bill["legislative_session"] and bill["sources"] for bill in bills)
        assert run(place, "export", "changes") == run(place, "changes")


class TestArchive:
    def test_pack_verify_and_damage(self, place, tmp_path):
        """A packed recording is sound; one with a flipped byte is not, and the exit code says so."""
        [row] = json_lines("archive", "verify", "orders.warc.gz", cwd=place)
        assert row["records"] >= 4
        assert row["problems"] == []
        damaged = bytearray((place / "orders.warc.gz").read_bytes())
        damaged[len(damaged) // 2] ^= 0xFF
        (tmp_path / "bad.warc.gz").write_bytes(bytes(damaged))
        result = measurewatch("archive", "verify", "bad.warc.gz", "--json", cwd=tmp_path)
        assert result.returncode in {1, 2}
        assert "Traceback" not in result.stderr

    def test_pack_tells_what_it_wrote_and_every_bad_line(self, tmp_path):
        """A list with faults is refused with all of them, and nothing is written."""
        (tmp_path / "page.html").write_text("<p>page</p>", encoding="utf-8")
        good = {"url": "https://x.gov/", "file": "page.html", "date": "2026-02-01T12:00:00Z",
                "status": 200, "type": "text/html", "method": "POST", "body": "q=1"}  # fmt: skip
        (tmp_path / "list.jsonl").write_text(json.dumps(good) + "\n", encoding="utf-8")
        [row] = json_lines("archive", "pack", "list.jsonl", "out.warc.gz", cwd=tmp_path)
        assert row == {"file": "out.warc.gz", "records": 1}
        (tmp_path / "bad.jsonl").write_text('{"url": "x"}\n{"file": 1}\n', encoding="utf-8")
        result = measurewatch("archive", "pack", "bad.jsonl", "no.warc.gz", "--json", cwd=tmp_path)
        assert (result.returncode, result.stdout) == (2, "")
        assert not (tmp_path / "no.warc.gz").exists()

    def test_the_recordings_of_a_home_are_listed(self, place):
        """Replays record nothing, so a home that only replayed has none."""
        assert json_lines("archive", "list", cwd=place) == []


class TestOptions:
    @pytest.mark.parametrize("before", [True, False])
    def test_home_json_and_quiet_stand_before_or_after(self, place, tmp_path, before):
        """Both orders give the same JSON, alone."""
        shutil.copytree(place / "measurewatch-home", tmp_path / "elsewhere")
        options = ["--home", "elsewhere", "--json", "--quiet"]
        command = [*options, "measures"] if before else ["measures", *options]
        result = measurewatch(*command, cwd=tmp_path, check=True)
        assert len([json.loads(line) for line in result.stdout.splitlines()]) == 6
        assert result.stderr == ""

    def test_options_stand_between_a_group_and_its_command_too(self, place):
        """`sources --json list` is `sources list --json`."""
        middle = measurewatch("sources", "--json", "list", cwd=place, check=True).stdout
        assert middle == measurewatch("sources", "list", "--json", cwd=place, check=True).stdout

    @pytest.mark.parametrize(
        "asked",
        [["measure"], ["text"], ["text", "none.pdf"], ["--odd"], ["measures", "--home", "none"]],
    )
    def test_bad_usage_ends_with_2(self, place, asked):
        """One message on standard error, nothing on standard output."""
        result = measurewatch(*asked, "--json", cwd=place)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr
        assert "Traceback" not in result.stderr

    def test_a_long_title_keeps_the_table_in_order(self, tmp_path):
        """What identifies a row stays on one line; only the title is wrapped."""
        pack_virginia(
            tmp_path / "a.warc.gz",
            "2026-02-01T12:00:00Z",
            [Bill("HB1234", title="long words " * 60)],
        )
        measurewatch("crawl", "virginia", "--replay", "a.warc.gz", cwd=tmp_path, check=True)
        shown = measurewatch("measures", cwd=tmp_path, check=True).stdout.splitlines()
        assert all(len(line) <= 200 for line in shown)
        assert "HB1234" in shown[1]
        assert "introduced" in shown[1]


class TestCheck:
    def test_documents_that_are_gone_or_altered_are_found(self, place, tmp_path):
        """`db check` names a few, and says what to do."""
        shutil.copytree(place / "measurewatch-home", tmp_path / "measurewatch-home")
        measurewatch("db", "check", cwd=tmp_path, check=True)
        blobs = tmp_path / "measurewatch-home" / "blobs"
        one, *others = sorted(path for path in blobs.rglob("*") if path.is_file())
        one.write_bytes(b"altered")
        for other in others:
            other.unlink()
        done = measurewatch("db", "check", "--json", cwd=tmp_path)
        altered, missing = json.loads(done.stdout)["problems"]
        assert done.returncode == 1
        assert f"{one.name} is not what was written" in altered
        assert f"{len(others)} document" in missing
        assert others[0].name[:12] in missing
        assert "copy of the home's blobs" in missing
