"""Whatever is wrong with what is given: one clear message, the right exit code, no traceback."""

import ctypes
import io
import json
import resource
import socket
import sqlite3
import subprocess
import sys

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.recordings import Bill, pack_virginia
from tests.running import ROOT, json_lines, measurewatch

GOOD = """\
name: Desk
sources:
  sites: [virginia]
topics: [287g]
watches: [{name: All, places: [us/*], to: "file:all.txt"}]
"""
TIGHT = """\
import resource
import sys

resource.setrlimit(resource.RLIMIT_FSIZE, (%d, %d))
from monitor.cli import main

main(sys.argv[1:])
"""


def refused(*arguments, cwd, code=2, says=(), **environment):
    """Run a command that must fail; stdout stays empty, stderr is clear. Returns stderr."""
    done = measurewatch(*arguments, cwd=cwd, **environment)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, (done.stdout, done.stderr)
    assert done.stdout == ""
    for words in says:
        assert words in done.stderr, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recording")
    return pack_virginia(folder / "a.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1"), Bill("HB2")])


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory):
    """The bytes of a new database."""
    folder = tmp_path_factory.mktemp("empty")
    measurewatch("db", "upgrade", cwd=folder, check=True)
    return (folder / "measurewatch-home" / "measurewatch.db").read_bytes()


@pytest.fixture
def desk(tmp_path, empty_home):
    """A folder with a home that is empty."""
    home = tmp_path / "measurewatch-home"
    home.mkdir()
    (home / "measurewatch.db").write_bytes(empty_home)
    (tmp_path / "watchlist.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


class TestWatchlist:
    def test_all_faults_are_told_at_once_with_their_places(self, tmp_path):
        """Each line names the file, the line and the column, what was found and what was expected."""
        file = tmp_path / "w.yaml"
        file.write_text(
            "name: x\nsources:\n  sites: [virgina]\ntopics: [masc]\n"
            "watches:\n  - {name: w, places: [us/zz], to: 'pigeon:coop'}\n",
            encoding="utf-8",
        )
        err = refused("sources", "list", "--watchlist", str(file), cwd=tmp_path)
        lines = err.splitlines()
        assert len(lines) >= 4
        assert {line.removeprefix("Error: ").split(":")[1] for line in lines} >= {"3", "4", "6"}
        assert all("w.yaml:" in line for line in lines)
        assert "'virginia'" in err
        assert "'masks'" in err

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        """The message names the file that was looked for."""
        refused("crawl", "--watchlist", "no.yaml", cwd=tmp_path, says=["no.yaml"])
        assert not (tmp_path / "measurewatch-home").exists()

    def test_a_file_that_is_no_text_is_told(self, tmp_path):
        """Bytes that are no UTF-8 are a fault of the file."""
        (tmp_path / "w.yaml").write_bytes(b"\xff\xfe\x00")
        refused("watches", "list", "--watchlist", "w.yaml", cwd=tmp_path, says=["w.yaml"])

    def test_a_variable_that_is_not_set_is_named(self, desk, recording):
        """The source waits and asks nobody; no other one does."""
        (desk / "w.yaml").write_text(
            "name: x\nsources:\n  orders:\n    elmford: {place: us/mn, index: 'https://a.example/',"
            " session: 'env:ELMFORD_TERM'}\n",
            encoding="utf-8",
        )
        told = measurewatch(
            "crawl", "--watchlist", "w.yaml", cwd=desk, MEASUREWATCH_CONTACT="desk@example.org"
        )
        assert told.returncode == 0
        assert "elmford is waiting: set ELMFORD_TERM" in told.stdout + told.stderr


class TestNames:
    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("crawl", "virgina"), ["virgina", "Did you mean virginia?"]),
            (("match", "FILE", "--topic", "masc"), ["masc", "masks"]),
            (("topics", "test", "masc"), ["masc", "masks"]),
            (
                ("changes", "--kind", "ammended"),
                [
                    "There is no kind of change 'ammended'; did you mean 'amended'? Kinds are new, amended"
                ],
            ),
            (
                ("show", "9", "--at", "2020-01-01"),
                ["There is no measure 9 at 2020-01-01 23:59 UTC."],
            ),
            (("sources", "release", "virgina"), ["No source is called 'virgina'"]),
            (("changes", "--place", "us/vaa"), ["us/vaa", "as in us/va"]),
            (("measures", "--place", "us/md/counti:x"), ["us/md/counti:x"]),
            (("changes", "--since", "yesterday"), ["yesterday", "7d"]),
            (("changes", "--topic", "masc"), ["masc", "masks"]),
            (("measures", "--source", "virgina"), ["virgina", "virginia"]),
            (("search", '"masks AND'), ["column 1"]),
            (("search", "masks AND"), ["column"]),
            (("show", "HB 999"), ["HB 999", "measurewatch search"]),
            (("diff", "1", "2"), ["Version 1"]),
            (("diff", "no.pdf", "2"), ["no.pdf"]),
            (("text", "no.pdf"), ["no.pdf"]),
            (("crawll",), ["Did you mean crawl?"]),
            (("alerts", "retry", "7"), ["7"]),
            (("alerts", "list", "--state", "sennt"), ["sent"]),
            (("crawl", "--replay", "no.warc"), ["no.warc"]),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
    )
    def test_what_nobody_knows_is_refused_with_a_hint(self, desk, arguments, says):
        """A name, a time or a query that cannot be understood: exit code 2 and what would be right."""
        file = desk / "a.txt"
        file.write_text("A law.", encoding="utf-8")
        given = [str(file) if word == "FILE" else word for word in arguments]
        code = 1 if arguments[:2] == ("alerts", "retry") else 2
        err = refused(*given, "--json", cwd=desk, says=says, code=code)
        assert len(err.splitlines()) <= 8


class TestSettings:
    def test_all_settings_that_cannot_be_understood_are_named(self, tmp_path):
        """One line for each, with what was found and what was expected."""
        err = refused(
            "changes", cwd=tmp_path, MEASUREWATCH_DELAY="fast", MEASUREWATCH_SMTP_PORT="99999",
            MEASUREWATCH_DATABASE="mysql://user:secret@host/db",
            says=["MEASUREWATCH_DELAY: found 'fast'", "MEASUREWATCH_SMTP_PORT", "PostgreSQL"],
        )  # fmt: skip
        assert "secret" not in err

    def test_a_crawl_without_a_contact_is_refused(self, tmp_path):
        """Live sites are told whom to write to, so somebody has to be named."""
        refused("crawl", "virginia", cwd=tmp_path, says=["MEASUREWATCH_CONTACT"])

    def test_a_database_server_that_does_not_answer_is_told(self, desk):
        """The address is named without its password."""
        err = refused(
            "changes", cwd=desk, code=1,
            MEASUREWATCH_DATABASE="postgresql://u:secret@127.0.0.1:1/none", says=["does not answer"],
        )  # fmt: skip
        assert "secret" not in err


class TestHome:
    @pytest.mark.parametrize(
        "command",
        [
            ("changes",), ("measures",), ("search", "x"), ("show", "1"), ("sources", "health"),
            ("alerts", "list"), ("deliver",), ("archive", "list"), ("db", "check"), ("db", "backup"),
        ],
        ids=" ".join,
    )  # fmt: skip
    def test_reading_without_a_home_says_how_to_make_one(self, tmp_path, command):
        """The message names the folder, the command that makes it and the option that names another."""
        refused(*command, cwd=tmp_path, says=["measurewatch-home", "measurewatch init", "--home"])
        assert list(tmp_path.iterdir()) == []

    def test_a_file_where_the_home_should_be_is_told(self, tmp_path, recording):
        """It is never written over."""
        (tmp_path / "measurewatch-home").write_text("mine", encoding="utf-8")
        refused(
            "crawl", "--replay", str(recording), cwd=tmp_path, says=["measurewatch-home", "--home"]
        )
        refused("changes", cwd=tmp_path, says=["measurewatch-home", "--home"])
        assert (tmp_path / "measurewatch-home").read_text(encoding="utf-8") == "mine"

    def test_a_home_that_cannot_be_made_is_told(self, tmp_path, recording):
        """The folder and the reason are named."""
        (tmp_path / "locked").mkdir(mode=0o500)
        done = without_privilege(
            "crawl", "--home", "locked/home", "--replay", recording, cwd=tmp_path
        )
        assert done.returncode in (1, 2)
        assert "Traceback" not in done.stderr
        assert "cannot be made (Permission denied)" in done.stderr
        assert "--home" in done.stderr

    def test_a_home_that_is_only_to_be_read_is_read(self, desk, recording):
        """What writes says in a sentence whose the home has to be; `doctor` says it too."""
        json_lines("crawl", "virginia", "--replay", str(recording), cwd=desk)
        home = desk / "measurewatch-home"
        inside = [home, *home.rglob("*")]
        for path in inside:
            path.chmod(0o500 if path.is_dir() else 0o400)
        before = {path: path.stat().st_mtime_ns for path in inside}
        try:
            assert "HB1" in without_privilege("measures", cwd=desk).stdout
            assert without_privilege("db", "check", cwd=desk).returncode == 0
            for command in (
                ("db", "backup"),
                ("rematch",),
                ("crawl", "virginia", "--replay", str(recording)),
                ("db", "restore", str(home / "measurewatch.db")),
            ):
                done = without_privilege(*command, cwd=desk)
                assert done.returncode == 1, (command, done.stderr)
                assert "Traceback" not in done.stderr, done.stderr
                assert "the user who runs this" in done.stderr, done.stderr
            rows = without_privilege("doctor", "--json", cwd=desk).stdout.splitlines()
            told = {row["check"]: row for row in map(json.loads, rows)}
            assert told["home"]["result"] == "wrong"
            assert "cannot be written to" in told["home"]["advice"]
            assert told["database"]["result"] == "right"
            assert told["watchlist"]["advice"].endswith(" topics, 1 watch")
            assert {path: path.stat().st_mtime_ns for path in [home, *home.rglob("*")]} == before
        finally:
            for path in inside:
                path.chmod(0o700)

    def test_a_database_of_a_newer_version_is_left_alone(self, desk):
        """Exit code 2, and what to install; nothing is written."""
        file = desk / "measurewatch-home" / "measurewatch.db"
        connection = sqlite3.connect(file)
        with connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
        before = file.read_bytes()
        refused("changes", cwd=desk, says=["newer version (9999)", "install a newer Measurewatch"])
        assert file.read_bytes() == before

    @pytest.mark.parametrize("how", ["not a database", "cut off", "scribbled over"])
    def test_a_damaged_database_is_told(self, desk, how):
        """The message says that it is damaged and to restore a backup; exit code 2."""
        file = desk / "measurewatch-home" / "measurewatch.db"
        content = file.read_bytes()
        damaged = {
            "not a database": b"a letter to the clerk " * 900,
            "cut off": content[: len(content) // 2],
            "scribbled over": content[:4096] + b"\x55" * (len(content) - 4096),
        }[how]
        file.write_bytes(damaged)
        refused("measures", cwd=desk, says=["restore a backup"])
        assert file.read_bytes() == damaged


def without_privilege(*arguments, cwd):
    """Run a command as one who may not write everywhere, also when the tests run as root."""

    def drop():
        cap_dac_override, pr_capbset_drop = 1, 24
        ctypes.CDLL(None).prctl(pr_capbset_drop, cap_dac_override, 0, 0, 0)

    return subprocess.run(
        [sys.executable, "-m", "monitor.cli", *(str(one) for one in arguments)],
        cwd=cwd, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        preexec_fn=drop,
    )  # fmt: skip


def encrypted():
    """A PDF that only a password opens."""
    file = io.BytesIO()
    canvas = Canvas(file, encrypt="secret")
    canvas.drawString(72, 720, "A law.")
    canvas.save()
    return file.getvalue()


class TestDocuments:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"%PDF-1.7\nnothing that is a page", "PDF"),
            (b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog", "PDF"),
            (b"", "empty"),
            (encrypted(), "password"),
            (b"\x00\x01\x02\x03" * 400, ""),
        ],
        ids=["no page", "cut off", "empty", "encrypted", "bytes"],
    )
    def test_a_file_that_cannot_be_read_is_a_warning_and_exit_code_1(self, tmp_path, content, says):
        """Standard output holds the JSON with the warning, and nothing else."""
        (tmp_path / "a.pdf").write_bytes(content)
        done = measurewatch("text", "a.pdf", "--json", cwd=tmp_path)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        found = json.loads(done.stdout)
        assert found["text"].strip() == ""
        assert found["warnings"]
        assert says in " ".join(found["warnings"])
        done = measurewatch("text", "a.pdf", cwd=tmp_path)
        assert done.returncode == 1
        assert "Warning: " in done.stderr


class TestArchives:
    def test_a_file_that_is_no_archive_is_told(self, tmp_path):
        """Nothing is crawled and no home is made."""
        (tmp_path / "a.warc.gz").write_bytes(b"<html>not found</html>")
        refused("crawl", "virginia", "--replay", "a.warc.gz", cwd=tmp_path, says=["a.warc.gz"])
        assert not (tmp_path / "measurewatch-home").exists()

    def test_all_faults_of_a_list_are_told(self, tmp_path):
        """Each bad line is named by its number."""
        (tmp_path / "list").write_text(
            '{"url": "ftp://x", "file": "none"}\nnot json\n{"file": 3}\n', encoding="utf-8"
        )
        err = refused("archive", "pack", "list", "out.warc.gz", cwd=tmp_path)
        assert all(f"list:{line}" in err for line in (1, 2, 3))
        assert not (tmp_path / "out.warc.gz").exists()


def test_a_port_in_use_is_told(tmp_path):
    """The demo names the port and the option."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused("demo", "--port", str(port), cwd=tmp_path, says=[str(port), "--port"])


@pytest.mark.faults
def test_a_full_disk_loses_nothing(tmp_path, recording):
    """Exit code 1 and one sentence; with room again the next run goes on as if nothing had been."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    json_lines("crawl", "virginia", "--replay", str(recording), cwd=tmp_path)
    more = pack_virginia(
        tmp_path / "b.warc.gz", "2026-02-10T12:00:00Z",
        [Bill("HB1"), *(Bill(f"HB{number}", title=f"Act {number}. " * 90) for number in range(3, 400))],
    )  # fmt: skip
    size = (tmp_path / "measurewatch-home" / "measurewatch.db").stat().st_size + 200_000
    done = subprocess.run(
        [sys.executable, "-c", TIGHT % (size, size), "crawl", "virginia", "--replay", more, "--json"],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert "disk" in done.stderr
    assert "space" in done.stderr
    measurewatch("db", "check", cwd=tmp_path, check=True)
    [line] = json_lines("crawl", "virginia", "--replay", str(more), cwd=tmp_path)
    assert line["state"] == "ok"
    changes = json_lines("changes", cwd=tmp_path)
    assert sorted(row["measure"]["identifier"] for row in changes) == sorted(
        f"HB{number}" for number in range(3, 400)
    )
