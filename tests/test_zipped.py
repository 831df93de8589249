"""Archives become the text of their members; bad members and bombs are told."""

import gzip
import io
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from pipelines.extract import DOCX, XLSX, ZIP, extract_plainly
from pipelines.extract.zipped import MOST_MEMBERS
from pipelines.texts import Limits
from tests.test_extract import SENTENCES, column, pdf
from tests.test_word import p, r, word


def zipped(*members, packing=zipfile.ZIP_DEFLATED, **named):
    """A ZIP of (name, content) in the order given."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, content in (*members, *named.items()):
            archive.writestr(name, content)
    return file.getvalue()


def flagged(content, flag, name):
    """The archive with a flag set for one member, at its head and in the table."""
    content = bytearray(content)
    for mark, flags, to_name in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        at = content.find(mark)
        while not content[at + to_name :].startswith(name):
            at = content.find(mark, at + 1)
        content[at + flags] |= flag
    return bytes(content)


def texts(extracted):
    return [page.text for page in extracted.pages]


class TestMembers:
    def test_each_member_is_read_as_what_it_is(self, read):
        """Names do not decide: a PDF called .txt is a PDF."""
        content = zipped(
            ("b.docx", word(p(r("A word")))), ("a.txt", pdf([column(SENTENCES[:2]), []])),
            ("c", "<p>A page</p>"),
        )  # fmt: skip
        extracted = read(content)
        assert (extracted.media_type, extracted.method, extracted.reason) == (ZIP, "zip", "")
        assert texts(extracted) == [
            "a.txt", "\n".join(SENTENCES[:2]), "", "b.docx", "A word", "c", "A page",
        ]  # fmt: skip
        assert [page.method for page in extracted.pages] == [
            "zip", "pdfium", "pdfium", "zip", "docx", "zip", "html",
        ]  # fmt: skip
        assert [page.number for page in extracted.pages] == list(range(1, 8))
        assert all(extracted.text[page.start :].startswith(page.text) for page in extracted.pages)

    def test_members_come_by_name_as_people_sort(self, read):
        """The second exhibit comes before the tenth."""
        names = ["Exhibit 10.txt", "exhibit 2.txt", "Bill.txt", "Exhibit 1/a.txt"]
        assert texts(read(zipped(*((name, "x") for name in names))))[::2] == [
            "Bill.txt", "Exhibit 1/a.txt", "exhibit 2.txt", "Exhibit 10.txt",
        ]  # fmt: skip

    def test_marks_move_with_their_words(self, read):
        """What a member strikes is struck in the whole text."""
        body = p(r("A sheriff "), r("may", "<w:strike/>"), r(" go."))
        extracted = read(zipped(("a.docx", word(body)), ("b.docx", word(body))))
        assert [extracted.text[mark.start : mark.end] for mark in extracted.marks] == ["may", "may"]
        assert {mark.kind for mark in extracted.marks} == {"struck"}

    def test_what_computers_leave_in_folders_is_no_member(self, read):
        """Resource forks and pictures of folders hold no text of anybody's."""
        content = zipped(
            ("__MACOSX/._a.txt", "no"), (".DS_Store", "no"), ("x/Thumbs.db", "no"), ("x/", ""),
            ("x/a.txt", "yes"),
        )  # fmt: skip
        assert texts(read(content)) == ["x/a.txt", "yes"]

    def test_an_archive_within_is_opened_once(self, read):
        """One level of archives in an archive is read; what is deeper is told."""
        deep = zipped(("deep.txt", "too deep"))
        inner = zipped(("a.txt", "inner"), ("deep.zip", deep))
        extracted = read(zipped(("inner.zip", inner), ("b.txt", "outer")))
        assert texts(extracted) == ["b.txt", "outer", "inner.zip/a.txt", "inner"]
        assert extracted.warnings == ("inner.zip/deep.zip: it is an archive within archives",)

    def test_names_are_words_of_a_stranger(self, read, tmp_path):
        """They are shown on one line and lead nowhere."""
        names = ["../../etc/passwd", "/abs.txt", "a\nb\x1b[31m.txt", "x" * 5000]
        extracted = read(zipped(*((name, "x") for name in names)))
        shown = texts(extracted)[::2]
        assert len(shown) == len(names)
        assert all(name.isprintable() and len(name) <= 200 for name in shown)
        assert [path.name for path in tmp_path.rglob("*")] == ["document"]

    def test_names_without_a_flag_can_be_utf_8(self, read):
        """Many programs write UTF-8 and do not say so."""
        content = zipped(("Ma\u00f1ana.txt", "x"))
        at = content.rfind(b"PK\x01\x02")
        content = content[:7] + b"\0" + content[8 : at + 9] + b"\0" + content[at + 10 :]
        assert texts(read(content))[0] == "Ma\u00f1ana.txt"

    def test_the_second_reader_reads_members_plainly(self, read):
        """What stopped the first reader was in a member."""
        content = zipped(("a.html", "<p>words</p>"), ("b.docx", word(p(r("A word")))))
        extracted = read(content, reader=extract_plainly)
        assert texts(extracted) == ["a.html", "words", "b.docx", "A word"]
        assert [page.method for page in extracted.pages] == ["zip", "bare"] * 2


class TestOffice:
    def test_office_files_are_no_archives_of_documents(self, read):
        """A workbook is known by its package, wherever its parts stand in the file."""
        book = io.BytesIO()
        Workbook().save(book)
        assert read(book.getvalue()).media_type == XLSX
        assert read(word(p(r("x")))).media_type == DOCX

    @pytest.mark.parametrize("name", ["password/a.txt", "word/a.txt", "xl/a.txt", "my/ppt/a.txt"])
    def test_folders_do_not_make_an_office_file(self, read, name):
        """Only a package is one, whatever people call their folders."""
        assert texts(read(zipped((name, "words")))) == [name, "words"]


class TestBad:
    def test_bad_members_cost_themselves_alone(self, read):
        """Encrypted, broken and unknown members are told; the others are read."""
        content = zipped(
            ("a.txt", "good"), ("b.pdf", b"%PDF-1.4 broken"), ("c.png", b"\x89PNG\r\n\x1a\n" + b"0" * 99),
            ("d.pdf", "<html><h1>Access denied</h1></html>"), ("e.txt", "secret"), ("f.txt", "spoilt"),
            packing=zipfile.ZIP_STORED,
        )  # fmt: skip
        content = flagged(content, 1, b"e.txt").replace(b"spoilt", b"spoilT")
        extracted = read(content)
        assert texts(extracted) == ["a.txt", "good"]
        told = dict(warning.split(": ", 1) for warning in extracted.warnings)
        assert list(told) == ["b.pdf", "c.png", "d.pdf", "e.txt", "f.txt"]
        assert "image/png" in told["c.png"]
        assert "Access denied" in told["d.pdf"]
        assert "password" in told["e.txt"]
        assert "CRC" in told["f.txt"]

    def test_a_truncated_member_makes_the_whole_truncated(self, read):
        """A text that lacks something is never taken for an amendment."""
        cut = pdf([column(SENTENCES) for _ in range(20)])[:-4000]
        extracted = read(zipped(("a.pdf", cut), ("b.txt", "good")))
        assert extracted.reason == "truncated"
        assert texts(extracted)[-1] == "good"

    @pytest.mark.parametrize(
        ("members", "reason"),
        [
            ((), "empty"),
            ((("a/", ""),), "empty"),
            ((("a.txt", ""), ("b.txt", "")), "empty"),
            ((("a.txt", ""), ("b.pdf", "%PDF-1.4 broken")), "broken"),
        ],
    )
    def test_an_archive_without_text_has_a_reason(self, read, members, reason):
        """It is its members' where they agree."""
        extracted = read(zipped(*members))
        assert (extracted.reason, extracted.pages) == (reason, ())
        assert extracted.warnings

    def test_a_locked_archive_is_told(self, read):
        """Where every member needs a password the archive does."""
        content = flagged(zipped(("e.txt", "secret"), packing=zipfile.ZIP_STORED), 1, b"e.txt")
        assert read(content).reason == "encrypted"

    def test_a_cut_archive_is_truncated(self, read):
        """Its table of contents stands at its end."""
        assert read(zipped(("a.txt", SENTENCES[0] * 50))[:-30]).reason == "truncated"

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
    @given(st.data())
    def test_no_damage_makes_it_raise(self, read, data):
        """Whatever bytes are changed, the answer is a value."""
        content = bytearray(zipped(("a.txt", SENTENCES[0]), ("b.zip", zipped(("c", "d")))))
        for _ in range(data.draw(st.integers(1, 6))):
            content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
        extracted = read(bytes(content))
        assert extracted.reason or extracted.pages


class TestLimits:
    def test_members_share_the_characters(self, read):
        """What one takes the next does not have; that something is missing is said."""
        content = zipped(("a", "x" * 60), ("b", "y" * 60), ("c", "z"))
        extracted = read(content, Limits(characters=100))
        assert extracted.reason == "limit"
        assert texts(extracted)[:3] == ["a", "x" * 60, "b"]
        assert "z" not in extracted.text
        assert len(extracted.text) < 120

    def test_members_share_the_pages(self, read):
        """A thousand members of many pages each are not read for ever."""
        paper = pdf([column(["one"]), column(["two"])])
        extracted = read(zipped(*((name, paper) for name in "abc")), Limits(pages=3))
        assert extracted.reason == "limit"
        assert [page.method for page in extracted.pages].count("pdfium") == 3

    def test_too_many_members_are_read_in_part(self, read):
        """An archive of dust is read up to a number."""
        content = zipped(*((f"{n:05}", "x") for n in range(MOST_MEMBERS + 50)))
        extracted = read(content)
        assert extracted.reason == "limit"
        assert len(extracted.pages) == 2 * MOST_MEMBERS
        assert extracted.warnings == (f"only the first {MOST_MEMBERS} members were read",)

    def test_warnings_are_counted_when_they_are_many(self, read):
        """An archive of rubbish needs no more to be known as that."""
        extracted = read(zipped(("a", "x"), *((f"m{n:03}", bytes(range(256))) for n in range(90))))
        assert len(extracted.warnings) == 41
        assert extracted.warnings[-1] == "and 50 more like these"

    def test_bombs_are_not_unpacked(self, read):
        """Neither one that says how large it is, nor one within an archive."""
        bomb = zipped(("a.txt", bytes(30 << 20)))
        assert read(bomb).reason == "limit"
        within = read(zipped(("bomb.zip", bomb), ("b.txt", "good")))
        assert (within.reason, texts(within)) == ("limit", ["b.txt", "good"])
        assert "decompression bomb" in within.warnings[0]

    def test_all_members_share_what_is_unpacked(self, read):
        """Nested archives do not start a new account."""
        inner = zipped(("x.txt", "x" * 700))
        content = zipped(*((f"{n}.zip", inner) for n in range(9)), ("z.txt", "z" * 700))
        extracted = read(content, Limits(decompressed=2500))
        assert extracted.reason == "limit"
        assert len(extracted.text) < 2500

    def test_a_member_that_lies_about_its_size_is_broken(self, read):
        """No more is unpacked than was said, and then the sum is wrong."""
        content = zipped(("a.txt", "x" * 10_000))
        at = content.rfind(b"PK\x01\x02")
        content = content[: at + 24] + (100).to_bytes(4, "little") + content[at + 28 :]
        assert read(content).reason == "broken"


class TestGzip:
    def test_a_body_served_packed_is_read(self, read):
        """Servers forget to say that they packed a document."""
        content = gzip.compress(pdf([column(SENTENCES[:2])]))
        assert read(content, name="a.pdf").text == "\n".join(SENTENCES[:2])
        assert read(gzip.compress(b"<html><p>words</html>")).text == "words"

    def test_an_error_page_is_one_packed_or_not(self, read):
        """What was promised still counts."""
        content = gzip.compress(b"<html><h1>Access denied</h1></html>")
        assert read(content, name="a.pdf").reason == "error-page"

    def test_bad_gzip_is_told(self, read):
        """Cut short, spoilt, packed twice or without end."""
        good = gzip.compress(SENTENCES[0].encode() * 50)
        assert read(good[:-20]).reason == "truncated"
        assert read(good[:-6] + b"123456").reason == "broken"
        assert read(gzip.compress(good)).reason == "unknown-type"
        bomb = gzip.compress(bytes(5 << 20))
        assert read(bomb, Limits(decompressed=1 << 20)).reason == "limit"
        packer = zlib.compressobj(wbits=31)
        assert read(packer.compress(b"x") + b"rubbish").reason in {"broken", "truncated"}
