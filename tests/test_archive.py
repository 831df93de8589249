"""Recording what sites served, and replaying it."""

import gzip
import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from scrapers.archive import (
    BadArchive,
    CannotRecord,
    ReplayArchive,
    WarcWriter,
    overview,
    pack,
    read,
    verify,
)
from scrapers.errors import NotRecorded
from scrapers.items import Measure
from scrapers.spider import SiteSpider
from tests.loopback.crawling import NOW, crawl
from tests.loopback.server import Page, html, packed, serving

ROOT = Path(__file__).parent.parent
NOON = datetime(2026, 2, 25, 12, tzinfo=UTC)


def record(path, *answers, info=None):
    """An archive of answers: (url, body) or (url, body, changes of what is written)."""
    writer = WarcWriter(path, info)
    for number, (url, body, *changes) in enumerate(answers):
        facts = {
            "url": url, "method": "GET", "request_headers": [], "request_body": b"", "status": 200,
            "headers": [("Content-Type", "text/plain")], "body": body, "date": NOON + timedelta(minutes=number),
        }  # fmt: skip
        writer.write(**(facts | (changes[0] if changes else {})))
    writer.close()
    return path


def foreign(path, *records):
    """An archive as other tools write it: (type, address, start line, http headers, body, warc headers)."""
    content = b""
    for kind, url, line, http, body, facts in records:
        block = body
        if line:
            block = (
                "\r\n".join(
                    [line, *(f"{name}: {value}" for name, value in http.items()), "", ""]
                ).encode()
                + body
            )
        named = {
            "WARC-Type": kind,
            "WARC-Target-URI": url,
            "Content-Length": len(block),
            "WARC-Date": "2026-01-01T00:00:00Z",
        } | facts
        content += "\r\n".join(
            ["WARC/1.0", *(f"{name}: {value}" for name, value in named.items()), "", ""]
        ).encode()
        content += block + b"\r\n\r\n"
    path.write_bytes(content)
    return path


class TestRecording:
    def test_every_answer_is_kept_as_request_and_response(self, tmp_path):
        """The file is WARC 1.1, each record its own gzip member, with digests that hold."""
        path = record(
            tmp_path / "a.warc.gz",
            ("https://x.gov/a?b=1", b"hello"),
            info={"software": "Measurewatch/0.1"},
        )
        with path.open("rb") as file:
            records = [
                (
                    r.rec_type,
                    r.rec_headers.protocol,
                    r.rec_headers.get_header("WARC-Target-URI"),
                    r.content_stream().read(),
                )
                for r in ArchiveIterator(file)
            ]
        assert records == [
            ("warcinfo", "WARC/1.1", None, b"software: Measurewatch/0.1\r\n"),
            ("request", "WARC/1.1", "https://x.gov/a?b=1", b""),
            ("response", "WARC/1.1", "https://x.gov/a?b=1", b"hello"),
        ]
        assert verify(path) == (3, [])
        assert path.stat().st_mode & 0o777 == 0o600

    def test_secrets_are_not_kept(self, tmp_path):
        """Tokens in addresses, authorisation and cookies we sent stay out of the evidence, and replay finds it."""
        changes = {
            "request_headers": [
                ("Authorization", "Bearer s3cret"),
                ("Cookie", "id=s3cret"),
                ("Accept", "*/*"),
            ]
        }
        path = record(
            tmp_path / "a.warc", ("https://x.gov/api?token=s3cret&page=2", b"hello", changes)
        )
        assert b"s3cret" not in path.read_bytes()
        assert b"Accept: */*" in path.read_bytes()
        assert (
            ReplayArchive(path).answer("GET", "https://x.gov/api?token=other&page=2").body
            == b"hello"
        )

    def test_headers_cannot_break_out_of_their_lines(self, tmp_path):
        """A control character in a header becomes a blank."""
        path = record(
            tmp_path / "a.warc", ("https://x.gov/", b"x", {"headers": [("X-A", "one\r\nX-B: two")]})
        )
        [entry] = read(path)
        assert dict(entry.headers) == {"X-A": "one  X-B: two"}

    def test_an_empty_recording_leaves_no_file(self, tmp_path):
        """Nothing seen, nothing kept."""
        WarcWriter(tmp_path / "a.warc.gz").close()
        assert list(tmp_path.iterdir()) == []

    def test_a_place_that_cannot_be_written_to_is_named(self, tmp_path):
        """The error says which file and why."""
        (tmp_path / "file").write_text("not a folder")
        with pytest.raises(CannotRecord, match=r"a\.warc\.gz cannot be written to: "):
            WarcWriter(tmp_path / "file" / "a.warc.gz")

    def test_a_full_disk_is_one_clear_error(self, tmp_path):
        """What cannot be kept is told, not swallowed; what was kept before is whole."""
        code = (
            "import random, resource, signal\nfrom tests.test_archive import *\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
            "record(Path('a.warc.gz'), ('https://x.gov/1', b'one'), ('https://x.gov/2', random.Random(1).randbytes(20000)))\n"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, check=False, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert "CannotRecord: a.warc.gz cannot be written to: File too large" in ended.stderr
        assert ReplayArchive(tmp_path / "a.warc.gz").answer("GET", "https://x.gov/1").body == b"one"

    @pytest.mark.faults
    def test_a_killed_crawl_leaves_whole_records(self, tmp_path):
        """Whatever was recorded before a kill -9 replays."""
        code = (
            "import os, sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
            "from scrapers.archive import WarcWriter\nwriter = WarcWriter(Path(sys.argv[1]))\n"
            "for number in range(3):\n    writer.write(url=f'https://x.gov/{number}', method='GET', request_headers=[],"
            " request_body=b'', status=200, headers=[], body=b'x' * 1000, date=datetime(2026, 1, 1, tzinfo=UTC))\n"
            "os.kill(os.getpid(), 9)\n"
        )
        path = tmp_path / "a.warc.gz"
        ended = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            cwd=ROOT,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert ended.returncode == -9
        assert ReplayArchive(path).answer("GET", "https://x.gov/2").body == b"x" * 1000

    @pytest.mark.parametrize("suffix", [".warc", ".warc.gz"])
    def test_a_torn_end_costs_only_the_last_answer(self, tmp_path, suffix):
        """A file cut anywhere replays what is whole in it, and tells of the damage."""
        path = record(
            tmp_path / f"a{suffix}",
            ("https://x.gov/1", b"one"),
            ("https://x.gov/2", random.Random(1).randbytes(5000)),
        )
        whole = path.read_bytes()
        for cut in (1, 20, 3000):
            path.write_bytes(whole[:-cut])
            archive = ReplayArchive(path)
            assert archive.answer("GET", "https://x.gov/1").body == b"one"
            if cut > 4:
                assert "breaks off" in archive.problem or "not readable" in archive.problem
                with pytest.raises(NotRecorded):
                    archive.answer("GET", "https://x.gov/2")
                assert verify(path)[1]

    @pytest.mark.parametrize("suffix", [".warc", ".warc.gz"])
    def test_whatever_is_cut_off_is_found(self, tmp_path, suffix):
        """Not a byte can be missing from the end of a file, but for whole records."""
        path = record(
            tmp_path / f"a{suffix}", ("https://x.gov/1", b"one"), ("https://x.gov/2", b"two" * 9)
        )
        whole = path.read_bytes()
        assert verify(path) == (4, [])
        for cut in range(1, len(whole)):
            path.write_bytes(whole[:-cut])
            count, problems = verify(path)
            assert problems or count < 4, cut
            assert all(one.isascii() and one.isprintable() for one in problems)
        assert problems

    def test_a_damaged_file_is_listed_with_what_is_wrong(self, tmp_path):
        """One bad recording does not hide the others."""
        path = record(tmp_path / "a.warc", ("https://x.gov/1", b"one"))
        assert (overview(path)["records"], overview(path)["problem"]) == (1, "")
        path.write_bytes(b"no recording at all")
        found = overview(path)
        assert (found["records"], found["first_date"]) == (0, None)
        assert "a.warc" in found["problem"]

    def test_bytes_of_a_damaged_file_are_never_quoted(self, tmp_path):
        """A terminal would obey them."""
        path = tmp_path / "a.warc"
        good = record(tmp_path / "b.warc", ("https://x.gov/1", b"one")).read_bytes()
        junk = b"\x1b]0;owned\x07\xff\xfe" + random.Random(2).randbytes(300)
        torn = good.replace(b"WARC-Target-URI: https://x.gov/1\r\n", b"")
        for content in (junk, good + junk, torn, good.replace(b"sha1:", b"sha1:\x1b[2J")):
            path.write_bytes(content)
            problems = verify(path)[1]
            assert problems
            assert all(one.isascii() and one.isprintable() for one in problems), problems

    def test_a_changed_byte_is_found(self, tmp_path):
        """`archive verify` checks every digest."""
        path = record(tmp_path / "a.warc", ("https://x.gov/1", b"the law as it was"))
        path.write_bytes(path.read_bytes().replace(b"as it was", b"as it is!"))
        assert "digest" in " ".join(verify(path)[1])


class TestReplay:
    def test_a_request_is_answered_by_method_address_and_body(self, tmp_path):
        """Two posts to one address are two pages."""
        path = record(
            tmp_path / "a.warc.gz",
            ("https://x.gov/s", b"got"),
            ("https://x.gov/s", b"posted 1", {"method": "POST", "request_body": b"page=1"}),
            ("https://x.gov/s", b"posted 2", {"method": "POST", "request_body": b"page=2"}),
        )
        archive = ReplayArchive(path)
        assert archive.answer("GET", "https://x.gov/s").body == b"got"
        assert archive.answer("POST", "https://x.gov/s", b"page=2").body == b"posted 2"
        with pytest.raises(NotRecorded, match=r"POST https://x\.gov/s is not in a\.warc\.gz"):
            archive.answer("POST", "https://x.gov/s", b"page=3")

    def test_incidental_parameters_do_not_tell_pages_apart(self, tmp_path):
        """Tokens, filters, orders, sizes and date windows are left out, and what the source names; the rest is not."""
        path = record(
            tmp_path / "a.warc.gz",
            ("https://x.gov/v1/matters?$filter=MatterDate+gt+1&$top=1000&$skip=0", b"first"),
            ("https://x.gov/v1/matters?$filter=MatterDate+gt+1&$top=1000&$skip=1000", b"second"),
            ("https://x.gov/list?session=5&view=big", b"list"),
        )
        archive = ReplayArchive(path)
        assert (
            archive.answer(
                "GET", "https://x.gov/v1/matters?$skip=1000&$filter=other&token=t&$orderby=x"
            ).body
            == b"second"
        )
        assert archive.answer("GET", "https://x.gov/v1/matters?%24skip=0").body == b"first"
        with pytest.raises(NotRecorded):
            archive.answer("GET", "https://x.gov/v1/matters?$skip=2000")
        with pytest.raises(NotRecorded):
            archive.answer("GET", "https://x.gov/list?session=5&view=small")
        assert (
            archive.answer(
                "GET", "https://x.gov/list?session=5&view=small", incidental={"VIEW"}
            ).body
            == b"list"
        )
        with pytest.raises(NotRecorded):
            archive.answer("GET", "https://x.gov/list?session=6&view=big", incidental={"view"})

    def test_of_several_windows_the_most_alike_answers(self, tmp_path):
        """Where only incidental parameters differ, equal ones still count."""
        path = record(
            tmp_path / "a.warc.gz",
            ("https://x.gov/m?$filter=A&$top=5", b"a5"),
            ("https://x.gov/m?$filter=B&$top=5", b"b5"),
        )
        assert ReplayArchive(path).answer("GET", "https://x.gov/m?$filter=A&$top=9").body == b"a5"

    def test_path_case_and_host_are_the_last_resort(self, tmp_path):
        """BILLS.CSV answers for Bills.csv, another host for this one; the exact page comes first."""
        path = record(
            tmp_path / "a.warc.gz",
            ("https://old.gov/files/BILLS.CSV", b"upper"),
            ("https://x.gov/files/bills.csv", b"lower"),
        )
        archive = ReplayArchive(path)
        assert archive.answer("GET", "https://x.gov/files/bills.csv").body == b"lower"
        assert archive.answer("GET", "https://x.gov/files/BILLS.CSV").body == b"upper"
        assert archive.answer("GET", "https://x.gov/files/Bills.Csv").body == b"lower"
        assert archive.answer("GET", "http://X.gov:80/files/bills.csv#top").body == b"lower"

    def test_the_best_answer_is_given(self, tmp_path):
        """A retry that worked counts, not the failure before or after it; of two pages the later."""
        down = {"status": 503}
        path = record(
            tmp_path / "a.warc.gz",
            ("https://x.gov/a", b"down", down), ("https://x.gov/a", b"one"), ("https://x.gov/a", b"two"),
            ("https://x.gov/a", b"down", down), ("https://x.gov/b", b"gone", {"status": 404}),
        )  # fmt: skip
        archive = ReplayArchive(path)
        assert archive.answer("GET", "https://x.gov/a").body == b"two"
        assert archive.answer("GET", "https://x.gov/b").status == 404

    def test_not_modified_gives_the_payload_it_refers_to(self, tmp_path):
        """A 304 stands for the last page before it, in the same archive or in an earlier one."""
        unchanged = {"status": 304, "date": NOON + timedelta(days=2)}
        first = record(
            tmp_path / "1.warc.gz", ("https://x.gov/a", b"old"), ("https://x.gov/a", b"page")
        )
        second = record(
            tmp_path / "2.warc.gz",
            ("https://x.gov/a", b"", unchanged),
            ("https://x.gov/b", b"", unchanged),
        )
        archive = ReplayArchive(second, earlier=[first])
        found = archive.answer("GET", "https://x.gov/a")
        assert (found.status, found.body, found.date) == (200, b"page", unchanged["date"])
        with pytest.raises(NotRecorded):
            archive.answer("GET", "https://x.gov/b")
        with pytest.raises(NotRecorded):
            ReplayArchive(second).answer("GET", "https://x.gov/a")
        both = record(
            tmp_path / "3.warc.gz",
            ("https://x.gov/a", b"page"),
            ("https://x.gov/a", b"", unchanged),
        )
        assert ReplayArchive(both).answer("GET", "https://x.gov/a").body == b"page"

    def test_a_revisit_gives_the_payload_it_refers_to(self, tmp_path):
        """By digest, or by the address and date it names."""
        ok, later = "HTTP/1.1 200 OK", {"WARC-Date": "2026-01-02T00:00:00Z"}
        path = foreign(
            tmp_path / "b.warc",
            ("response", "https://x.gov/a", ok, {}, b"page", {"WARC-Payload-Digest": "sha1:AAAA"}),
            ("response", "https://x.gov/a", ok, {}, b"newer", {"WARC-Date": "2026-01-01T06:00:00Z"}),
            ("revisit", "https://x.gov/b", ok, {}, b"", later | {"WARC-Payload-Digest": "sha1:AAAA"}),
            ("revisit", "https://x.gov/c", "", {}, b"", later | {
                "WARC-Refers-To-Target-URI": "https://x.gov/a", "WARC-Refers-To-Date": "2026-01-01T00:00:00Z"}),
            ("revisit", "https://x.gov/d", "", {}, b"", later | {"WARC-Payload-Digest": "sha1:GONE"}),
        )  # fmt: skip
        archive = ReplayArchive(path)
        for name in "bc":
            found = archive.answer("GET", f"https://x.gov/{name}")
            assert (found.status, found.body, found.date.day) == (200, b"page", 2)
        with pytest.raises(NotRecorded):
            archive.answer("GET", "https://x.gov/d")

    def test_archives_of_other_tools_replay(self, tmp_path):
        """Chunked bodies, resources, requests before or after, addresses in brackets, headers that lie."""
        ok, post = "HTTP/1.1 200 OK", "POST /x HTTP/1.1"
        path = foreign(
            tmp_path / "a.warc",
            ("warcinfo", "", "", {}, b"software: other\r\n", {}),
            (
                "response",
                "<https://x.gov/chunked>",
                ok,
                {"Transfer-Encoding": "chunked"},
                b"5\r\nhello\r\n0\r\n\r\n",
                {},
            ),
            (
                "resource",
                "https://x.gov/file",
                "",
                {},
                b"%PDF-1.7",
                {"Content-Type": "application/pdf"},
            ),
            ("request", "https://x.gov/asked", post, {"Host": "x.gov"}, b"q=1", {}),
            ("response", "https://x.gov/asked", ok, {}, b"told", {}),
            (
                "response",
                "https://x.gov/later",
                ok,
                {},
                b"told too",
                {"WARC-Record-ID": "<urn:uuid:1>"},
            ),
            (
                "request",
                "https://x.gov/later",
                post,
                {"Host": "x.gov"},
                b"q=2",
                {"WARC-Concurrent-To": "<urn:uuid:1>"},
            ),
            (
                "response",
                "https://x.gov/decoded",
                "HTTP/2 200",
                {"content-encoding": "gzip"},
                b"a,b\n",
                {},
            ),
            (
                "response",
                "https://x.gov/brotli",
                ok,
                {"Content-Encoding": "br"},
                b"<html>decoded</html>",
                {},
            ),
            (
                "response",
                "https://x.gov/lost.csv",
                ok,
                {"Content-Type": "text/csv"},
                gzip.compress(b"a,b\n"),
                {},
            ),
            ("response", "https://x.gov/really.gz", ok, {}, gzip.compress(b"a,b\n"), {}),
            ("metadata", "https://x.gov/file", "", {}, b"ignored", {}),
        )
        archive = ReplayArchive(path)
        assert archive.answer("GET", "https://x.gov/chunked").body == b"hello"
        pdf = archive.answer("GET", "https://x.gov/file")
        assert (pdf.body, dict(pdf.headers)["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
        assert archive.answer("POST", "https://x.gov/asked", b"q=1").body == b"told"
        assert archive.answer("POST", "https://x.gov/later", b"q=2").body == b"told too"
        assert dict(archive.answer("GET", "https://x.gov/decoded").headers) == {
            "Content-Type": "text/plain"
        }
        assert dict(archive.answer("GET", "https://x.gov/brotli").headers) == {
            "Content-Type": "text/html"
        }
        lost = dict(archive.answer("GET", "https://x.gov/lost.csv").headers)
        assert lost == {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
        assert "Content-Encoding" not in dict(
            archive.answer("GET", "https://x.gov/really.gz").headers
        )

    def test_a_file_compressed_as_a_whole_replays(self, tmp_path):
        """Some tools gzip the whole file instead of each record."""
        plain = record(
            tmp_path / "a.warc", ("https://x.gov/1", b"one"), ("https://x.gov/2", b"two")
        )
        whole = tmp_path / "b.warc.gz"
        whole.write_bytes(gzip.compress(plain.read_bytes()))
        assert ReplayArchive(whole).answer("GET", "https://x.gov/2").body == b"two"
        assert verify(whole) == (4, [])
        whole.write_bytes(whole.read_bytes()[:-20])
        assert verify(whole)[1] == ["the compressed bytes are damaged"]

    @pytest.mark.parametrize(
        "content",
        [b"", b"<html>no archive</html>", gzip.compress(b"no archive", mtime=0), b"WARC/1.1\r\n"],
    )
    def test_what_is_no_archive_is_told(self, tmp_path, content):
        """One clear error names the file."""
        path = tmp_path / "a.warc.gz"
        path.write_bytes(content)
        with pytest.raises(BadArchive, match=r"a\.warc\.gz"):
            ReplayArchive(path)
        with pytest.raises(BadArchive, match="cannot be read: No such file"):
            ReplayArchive(tmp_path / "none.warc.gz")

    def test_dates_and_hosts_are_known(self, tmp_path):
        """An archive's first date orders it, its last is the time of its observation."""
        archive = ReplayArchive(
            record(tmp_path / "a.warc.gz", ("https://a.gov/", b"x"), ("https://B.gov/", b"y"))
        )
        assert (archive.first_date, archive.last_date) == (NOON, NOON + timedelta(minutes=1))
        assert archive.hosts == {"a.gov", "b.gov"}


class TestPacking:
    def lines(self, tmp_path, *lines):
        listing = tmp_path / "list.jsonl"
        listing.write_text(
            "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines),
            encoding="utf-8",
        )
        return listing

    def test_a_list_of_files_becomes_an_archive_that_replays(self, tmp_path):
        """Types are found by content, dates kept, packed files stay packed on the way."""
        (tmp_path / "sub").mkdir()
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 text")
        (tmp_path / "sub" / "b.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
        listing = self.lines(
            tmp_path,
            {"url": "https://x.gov/a", "file": "a.pdf", "date": "2026-02-25T12:00:00-05:00"},
            "",
            {"url": "https://x.gov/b.csv", "file": str(tmp_path / "sub" / "b.csv.gz"), "date": "2026-02-24", "type": "text/csv"},
            {"url": "https://x.gov/s", "file": "a.pdf", "date": "2026-02-26T00:00:00Z", "status": 404, "method": "post", "body": "q=1"},
            {"url": "https://x.gov/moved", "date": "2026-02-26", "status": 301, "headers": {"Location": "https://x.gov/a"}},
        )  # fmt: skip
        assert pack(listing, tmp_path / "out.warc.gz") == 4
        assert verify(tmp_path / "out.warc.gz")[1] == []
        archive = ReplayArchive(tmp_path / "out.warc.gz")
        assert archive.first_date == datetime(2026, 2, 24, tzinfo=UTC)
        found = archive.answer("GET", "https://x.gov/a")
        assert (found.date, dict(found.headers)) == (
            datetime(2026, 2, 25, 17, tzinfo=UTC),
            {"Content-Type": "application/pdf"},
        )
        csv = archive.answer("GET", "https://x.gov/b.csv")
        assert dict(csv.headers) == {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
        assert archive.answer("POST", "https://x.gov/s", b"q=1").status == 404
        assert (
            dict(archive.answer("GET", "https://x.gov/moved").headers)["Location"]
            == "https://x.gov/a"
        )

    def test_every_bad_line_is_told_at_once(self, tmp_path):
        """Each with its file and line and what was expected; nothing is written."""
        (tmp_path / "a").write_bytes(b"x")
        good = {"url": "https://x.gov/", "file": "a", "date": "2026-01-01"}
        listing = self.lines(
            tmp_path, good, "{not json", "[1]", {**good, "file": "none"}, {**good, "url": "ftp://x.gov/"},
            {**good, "date": "yesterday"}, {**good, "status": "soon"}, {"status": 200}, {**good, "method": 5, "body": []},
        )  # fmt: skip
        with pytest.raises(BadArchive) as bad:
            pack(listing, tmp_path / "out.warc.gz")
        said = str(bad.value).splitlines()
        assert [line.removeprefix(f"{listing}:").partition(" ")[0] for line in said] == [
            "2:2:",
            "3:",
            "4:",
            "5:",
            "6:",
            "7:",
            "8:",
            "9:",
        ]
        for words, line in zip(
            ["not JSON", "expected an object", "there is no file", "not an http or https address", "date should be like",
             "status should be a number", "file is missing; url is missing", "method should be text, found 5; body should"],
            said, strict=True,
        ):  # fmt: skip
            assert words in line
        assert not (tmp_path / "out.warc.gz").exists()

    def test_an_empty_or_missing_list_is_told(self, tmp_path):
        """There is nothing to pack."""
        with pytest.raises(BadArchive, match="no lines to pack"):
            pack(self.lines(tmp_path, ""), tmp_path / "out.warc.gz")
        with pytest.raises(BadArchive, match="cannot be read"):
            pack(tmp_path / "none", tmp_path / "out.warc.gz")

    def test_a_place_that_cannot_be_written_to_is_told(self, tmp_path):
        """And what was there before is still there."""
        (tmp_path / "a").write_bytes(b"x")
        listing = self.lines(tmp_path, {"url": "https://x.gov/", "file": "a", "date": "2026-01-01"})
        with pytest.raises(BadArchive, match="cannot be made"):
            pack(listing, tmp_path / "a" / "out.warc.gz")


class Site(SiteSpider):
    """Reads a page, follows its redirect, reads a document."""

    name = "site"
    hosts = ("127.0.0.1",)

    async def crawl(self):
        base = self.parameters["url"]
        start = await self.page(f"{base}/moved", role="start")
        document = await self.fetch(f"{base}/doc.pdf", role="document")
        yield Measure(
            place="us/va", session="1", identifier=start.css("h1::text").get(),
            extras={"document": document.body.decode(), "url": start.url},
        )  # fmt: skip


PAGES = {
    "/robots.txt": Page(
        b"User-agent: *\nDisallow: /private\n", headers={"Content-Type": "text/plain"}
    ),
    "/moved": Page(status=302, headers={"Location": "/list"}),
    "/list": packed(html("<h1>HB 1</h1>")),
    "/doc.pdf": Page(b"%PDF-1.7 words"),
}


class TestCrawl:
    def test_what_was_recorded_replays_to_the_same_items_without_network(self, tmp_path):
        """robots.txt, the redirect, the packed page and the document are all in the file."""
        from scrapers.handler import Recording

        path = tmp_path / "a.warc.gz"
        writer = WarcWriter(path)
        with serving(PAGES) as server:
            url = server.url
            live = crawl(
                Site,
                attributes={"recording": Recording(writer, lambda: NOW)},
                arguments={"parameters": {"url": url}},
            )
            visits = server.paths()
        writer.close()
        assert visits == ["/robots.txt", "/moved", "/list", "/doc.pdf"]
        assert [(entry.url.removeprefix(url), entry.status, entry.date) for entry in read(path)] == [
            ("/robots.txt", 200, NOW), ("/moved", 302, NOW), ("/list", 200, NOW), ("/doc.pdf", 200, NOW),
        ]  # fmt: skip
        assert verify(path) == (8, [])
        replayed = crawl(
            Site,
            replay=True,
            attributes={"replaying": ReplayArchive(path)},
            arguments={"parameters": {"url": url}},
        )
        assert live.report.state() == replayed.report.state() == "ok"
        assert live.items == replayed.items
        assert replayed.items[0].extras == {"document": "%PDF-1.7 words", "url": f"{url}/list"}
        assert replayed.report.documents == 1

    def test_bytes_are_kept_as_they_were_received(self, tmp_path):
        """A compressed page is compressed in the evidence."""
        from scrapers.handler import Recording

        writer = WarcWriter(tmp_path / "a.warc.gz")
        with serving(PAGES) as server:
            crawl(
                Site,
                attributes={"recording": Recording(writer, lambda: NOW)},
                arguments={"parameters": {"url": server.url}},
            )
            url = server.url
        writer.close()
        found = ReplayArchive(tmp_path / "a.warc.gz").answer("GET", f"{url}/list")
        assert found.body == PAGES["/list"].body
        assert dict(found.headers)["Content-Encoding"] == "gzip"

    def test_a_missing_start_page_fails_the_replay_and_a_missing_document_does_not(self, tmp_path):
        """What the archive does not hold is told as such."""
        url = "https://site.example"
        empty = record(tmp_path / "a.warc.gz", ("https://site.example/other", b"x"))
        crawled = crawl(
            Site,
            replay=True,
            attributes={"replaying": ReplayArchive(empty)},
            arguments={"parameters": {"url": url, "hosts": "site.example"}},
        )
        assert crawled.report.state() == "failing"
        assert "GET https://site.example/moved is not in a.warc.gz" in str(crawled.report.notes[0])

    def test_a_crawl_stops_when_its_evidence_cannot_be_kept(self, tmp_path):
        """A full disk makes the source failing, with one clear note."""
        from scrapers.handler import Recording

        class Full:
            def write(self, **_):
                raise CannotRecord("a.warc.gz cannot be written to: No space left on device")

        with serving(PAGES) as server:
            crawled = crawl(
                Site,
                attributes={"recording": Recording(Full(), lambda: NOW)},
                arguments={"parameters": {"url": server.url}},
            )
        assert (crawled.report.state(), crawled.items) == ("failing", [])
        assert "No space left" in str(crawled.report.notes[0])
