"""export: CSV that no spreadsheet runs, and JSON lines in the shape of Open Civic Data."""

import csv
import io
import json
from itertools import count, islice

import pytest

from monitor.exporting import COLUMNS, as_csv, civic_measure, exported, safe_cell
from monitor.files import whole_file
from tests.recordings import Bill, pack_virginia
from tests.running import ROOT, json_lines, measurewatch

VOTE = {
    "result": "pass", "text": "Passed 31-18", "counts": {"yes": 31, "no": 18},
    "roll": [{"voter": "Moss", "option": "yes", "text": "Y"},
             {"voter": "Tran", "option": "other", "text": "Rule 36"}],
}  # fmt: skip
MEASURE = {
    "id": 7, "jurisdiction": "ocd-jurisdiction/country:us/state:va/government", "place": "us/va",
    "session": "20261", "identifier": "HB7", "identifiers": ["HB 7", "LD 3"], "formerly": ["HB70"],
    "title": '=HYPERLINK("http://x")', "classification": ["bill"], "from_organization": "lower",
    "status": "passed house", "abstract": "About masks.", "subjects": ["Police", "Masks"],
    "concerns": ["us/va/richmond"],
    "sponsors": [{"name": "Moss", "classification": "primary"},
                 {"name": "Tran", "classification": "cosponsor"}],
    "dates": [{"kind": "introduced", "date": "2026-01-05", "text": "1/5/26"},
              {"kind": "effective", "date": None, "text": "on passage"}],
    "actions": [
        {"date": None, "description": "Filed", "classification": [], "organization": ""},
        {"date": "2026-02-01", "description": "Read third time", "organization": "lower",
         "classification": ["passage"], "vote": VOTE},
    ],
    "versions": [{
        "id": 9, "note": "Introduced", "date": "2026-01-05", "classification": None,
        "links": [{"url": "https://x/1.pdf", "media_type": "application/pdf"},
                  {"url": "https://x/1.html", "media_type": ""}],
        "text_sha256": "a" * 64, "state": "readable", "waits_for": "", "reason": "",
        "document_sha256": "b" * 64, "extractor": "1", "first_seen": "2026-01-06T00:00:00+00:00",
    }],
    "matches": [{
        "topic": "masks", "version": 9, "field": "text", "term": "mask*", "start": 40, "end": 45,
        "snippet": "no mask is worn", "standing": "added", "score": 1.0, "new": True, "page": 3,
        "lines": [4, 9], "section": "Section 3(b)", "confidence": 0.71,
        "citation": "page 3, lines 4-9, Section 3(b) (hard to read)",
    }],
    "documents": [{"note": "Fiscal note", "url": "https://x/n.pdf", "media_type": ""}],
    "events": [], "related": [{"identifier": "SB1", "relation": "companion", "session": "20261"}],
    "sources": [{"source": "virginia", "url": "https://x/7", "listing": "bills",
                 "last_seen": "2026-02-02T00:00:00+00:00", "extras": {"Patron id": "12"}}],
    "url": "https://x/7", "first_seen": "2026-01-06T00:00:00+00:00",
    "changed_at": "2026-02-01T00:00:00+00:00", "vanished_at": None,
}  # fmt: skip


def table(what: str, *found: dict) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(exported(what, found, "csv")), newline="")))


class TestCells:
    @pytest.mark.parametrize(
        "risky",
        [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\uff1d1",
            "\uff0d2",
            "=cmd|'/c'!A0",
        ],
    )
    def test_what_begins_like_a_formula_gets_a_quote(self, risky):
        """A spreadsheet shows it as the text it is."""
        assert safe_cell(risky) == f"'{risky}"

    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (None, ""), (0, "0"), (-3, "-3"), (True, "True"), ("a=b", "a=b"), ("'x", "'x"),
            (["b", "-a"], "b; -a"), (["-a", "b"], "'-a; b"), ([], ""), ({"a": [1]}, '{"a": [1]}'),
            ("bell\x07 and \x00nul", "bell  and  nul"), ("§ 3-113.1", "§ 3-113.1"),
        ],
    )  # fmt: skip
    def test_other_values_stay_what_they_are(self, value, cell):
        """Lists are joined, structures are JSON, control characters are blanks."""
        assert safe_cell(value) == cell

    def test_every_cell_of_a_row_is_made_safe_and_comes_back_whole(self):
        """Quotes, commas and line ends of a title do not break the row."""
        title = '-"one",\r\ntwo'
        [head, row] = csv.reader(
            io.StringIO("".join(as_csv([{"a": 1, "b": title}], "ab")), newline="")
        )
        assert (head, row) == (["a", "b"], ["1", f"'{title}"])


class TestShapes:
    def test_a_row_a_measure(self):
        """A date that was only printed is given as printed."""
        [row] = table("measures", MEASURE)
        assert list(row) == list(COLUMNS["measures"])
        assert row["title"].startswith("'=HYPERLINK")
        assert (row["introduced"], row["effective"], row["signed"]) == (
            "2026-01-05",
            "on passage",
            "",
        )
        assert (row["sponsors"], row["subjects"]) == ("Moss; Tran", "Police; Masks")
        assert (row["actions"], row["last_action"], row["versions"]) == (
            "2",
            "Read third time",
            "1",
        )

    def test_a_row_a_version_an_action_and_a_members_vote(self):
        """Each names its measure; what a member did stands as understood and as printed."""
        [version] = table("versions", MEASURE)
        assert (version["version_id"], version["url"]) == ("9", "https://x/1.pdf")
        assert version["links"] == "https://x/1.pdf; https://x/1.html"
        filed, read = table("actions", MEASURE)
        assert (filed["result"], filed["counts"]) == ("", "")
        assert (read["number"], read["result"], read["counts"]) == ("2", "pass", "yes 31; no 18")
        votes = table("votes", MEASURE)
        assert [(row["voter"], row["option"], row["text"]) for row in votes] == [
            ("Moss", "yes", "Y"), ("Tran", "other", "Rule 36"),
        ]  # fmt: skip
        assert {row["measure_id"] for row in (version, filed, read, *votes)} == {"7"}

    def test_a_measure_is_a_bill_of_open_civic_data(self):
        """Their names and nesting; nothing we know is left out."""
        bill = civic_measure(MEASURE)
        assert (bill["legislative_session"], bill["subject"]) == ("20261", ["Police", "Masks"])
        assert bill["abstracts"][0]["abstract"] == "About masks."
        assert [name["identifier"] for name in bill["other_identifiers"]] == [
            "HB 7",
            "LD 3",
            "HB70",
        ]
        assert [person["primary"] for person in bill["sponsorships"]] == [True, False]
        assert [action["order"] for action in bill["actions"]] == [0, 1]
        [vote] = bill["votes"]
        assert (vote["motion_text"], vote["start_date"]) == ("Read third time", "2026-02-01")
        assert {one["option"]: one["value"] for one in vote["counts"]} == {"yes": 31, "no": 18}
        assert vote["votes"][1] == {"option": "other", "voter_name": "Tran", "note": "Rule 36"}
        assert bill["versions"][0]["links"][0] == {
            "url": "https://x/1.pdf", "media_type": "application/pdf",
        }  # fmt: skip
        assert bill["documents"][0]["links"][0]["url"] == "https://x/n.pdf"
        assert bill["related_bills"][0]["relation_type"] == "companion"
        assert bill["extras"]["sources"] == {"virginia": {"Patron id": "12"}}
        assert bill["title"] == MEASURE["title"]

    def test_a_row_a_passage(self):
        """It names its version and says where it is cited, in words and in columns."""
        [row] = table("matches", MEASURE)
        assert (row["identifier"], row["version_id"], row["note"]) == ("HB7", "9", "Introduced")
        assert (row["page"], row["first_line"], row["last_line"]) == ("3", "4", "9")
        assert (row["section"], row["confidence"]) == ("Section 3(b)", "0.71")
        assert row["citation"] == MEASURE["matches"][0]["citation"]
        assert (row["url"], row["snippet"]) == ("https://x/1.pdf", "no mask is worn")

    def test_a_change_names_its_measure_and_versions(self):
        """Before and after are JSON in a cell."""
        change = {
            "id": 3, "at": "2026-02-01T00:00:00+00:00", "kind": "status", "source": "virginia",
            "measure": {"id": 7, "identifier": "HB7", "title": "T", "place": "us/va", "url": "u",
                        "jurisdiction": "j", "session": "20261", "classification": ["bill"]},
            "before": "a", "after": {"b": 1}, "versions": [None, 9], "topics": ["masks"],
            "summary": "S", "details": {}, "matches": MEASURE["matches"],
        }  # fmt: skip
        [row] = table("changes", change)
        assert (row["id"], row["measure_id"], row["new_version"]) == ("3", "7", "9")
        assert (row["before"], row["after"], row["old_version"]) == ("a", '{"b": 1}', "")
        assert row["passages"] == (
            "page 3, lines 4-9, Section 3(b) (hard to read): no mask is worn"
        )
        assert json.loads(next(exported("changes", [change], "jsonl"))) == change

    @pytest.mark.parametrize("form", ["csv", "jsonl"])
    @pytest.mark.parametrize("what", COLUMNS)
    def test_nothing_is_gathered(self, what, form):
        """Of a list without end the first lines are there at once."""
        change = {"id": 1, "measure": {"id": 1}, "versions": [None, None]}
        endless = (change if what == "changes" else MEASURE for _ in count())
        assert len(list(islice(exported(what, endless, form), 3))) == 3

    def test_every_column_is_documented(self):
        """The command page lists the columns of each table in order."""
        page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
        for what, columns in COLUMNS.items():
            listed = ", ".join(f"`{name}`" for name in columns)
            assert f"| `{what}` | {listed} |" in page


class TestFiles:
    def test_a_file_is_there_whole_or_not_at_all(self, tmp_path):
        """What breaks off leaves the older one, and nothing beside it."""
        path = tmp_path / "out.csv"
        path.write_text("old", encoding="utf-8")
        with pytest.raises(TypeError), whole_file(path) as file:
            file.writelines(["half", None])
        assert path.read_text(encoding="utf-8") == "old"
        with whole_file(path) as file:
            file.write("new\r\n")
        assert path.read_bytes() == b"new\r\n"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_folder_that_is_not_there_is_named(self, tmp_path):
        """Not the name of a file nobody asked for."""
        with pytest.raises(FileNotFoundError) as missing, whole_file(tmp_path / "no" / "x.csv"):
            pass
        assert missing.value.filename == str(tmp_path / "no")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home that has seen two bills, and one of them change."""
    folder = tmp_path_factory.mktemp("export")
    pack_virginia(folder / "1.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1"), Bill("HB2")])
    passed = Bill("HB2", title="=1+1", columns={"Passed_house": "Y"})
    pack_virginia(folder / "2.warc.gz", "2026-02-10T12:00:00Z", [Bill("HB1"), passed])
    replays = ["--replay", "1.warc.gz", "--replay", "2.warc.gz"]
    measurewatch("crawl", "virginia", *replays, cwd=folder, check=True)
    return folder


class TestCommand:
    def test_csv_on_standard_output_by_itself(self, home):
        """Only the table is there, ready for a pipe."""
        result = measurewatch("export", "measures", cwd=home, check=True)
        rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
        assert [row["identifier"] for row in rows] == ["HB1", "HB2"]
        assert rows[1]["title"] == "'=1+1"
        assert result.stderr == ""

    def test_a_file_by_its_name_and_what_was_written_as_json(self, home):
        """The name's ending is the format; --json tells of the file on standard output."""
        [said] = json_lines("export", "measures", "--out", "all.jsonl", cwd=home)
        assert said == {"file": "all.jsonl", "format": "jsonl", "measures": 2, "rows": 2}
        bills = [json.loads(line) for line in (home / "all.jsonl").read_text("utf-8").splitlines()]
        assert [bill["identifier"] for bill in bills] == ["HB1", "HB2"]
        assert bills[1]["title"] == "=1+1"

    def test_the_rows_are_counted_beside_the_measures_they_are_of(self, home):
        """A table of versions tells both numbers; headings are no row."""
        for name, form in (("v.csv", "csv"), ("v.jsonl", "jsonl")):
            [said] = json_lines("export", "actions", "--out", name, cwd=home)
            rows = (home / name).read_text("utf-8").splitlines()
            count = len(rows) - (form == "csv")
            assert said == {"file": name, "format": form, "measures": 2, "rows": count}
        done = measurewatch("export", "votes", "--out", "votes.csv", cwd=home, check=True)
        assert "Written: votes.csv (0 rows: votes of 2 measures)" in done.stderr

    def test_a_file_that_cannot_be_made_is_called_as_it_was_asked_for(self, home):
        """Not by the name of the file that is written first beside it."""
        name = f"{'n' * 245}.csv"
        done = measurewatch("export", "measures", "--out", name, cwd=home)
        assert done.returncode == 2
        assert done.stderr.strip().endswith(f": {name}")
        assert ".part" not in done.stderr

    @pytest.mark.parametrize(
        ("asked", "count"),
        [
            (["measures"], 2), (["measures", "--since", "2026-02-10"], 1), (["changes"], 2),
            (["measures", "--place", "us/md/*"], 0), (["changes", "--since", "2026-02-11"], 0),
            (["measures", "--topic", "masks"], 0), (["versions"], 2),
        ],
    )  # fmt: skip
    def test_since_place_and_topic_choose(self, home, asked, count):
        """With --json and no file, the JSON lines themselves are told."""
        assert len(json_lines("export", *asked, cwd=home)) == count

    @pytest.mark.parametrize(
        "asked",
        [
            ["bills"], ["measures", "--format", "xls"], ["measures", "--since", "soon"],
            ["measures", "--format", "csv", "--json"], ["measures", "--out", "no/such/x.csv"],
            ["measures", "--place", "us/zz", "--out", "never.csv"],
        ],
    )  # fmt: skip
    def test_what_cannot_be_exported_is_bad_usage(self, home, asked):
        """Exit code 2, a sentence, and no file."""
        result = measurewatch("export", *asked, cwd=home)
        assert (result.returncode, result.stdout) == (2, "")
        assert "Error:" in result.stderr
        assert "Traceback" not in result.stderr
        assert not list(home.glob("*never*"))
