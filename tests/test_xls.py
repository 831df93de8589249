"""XLS become the rows of their sheets; broken ones a reason."""

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract import XLS, extract_plainly
from pipelines.texts import Limits

NONE, END = 0xFFFFFFFF, 0xFFFFFFFE


def ole(name, content):
    """An OLE file of one stream: after its head a table of sectors, a directory, the stream."""
    content = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
    sectors = len(content) // 512
    head = struct.pack(
        "<8s16x4HH6x10I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, 4096, END, 0, END, 0, 0,
    )  # fmt: skip
    table = [0xFFFFFFFD, END, *range(3, 2 + sectors), END]
    table += [NONE] * (128 - len(table))
    entries = [("Root Entry", 5, 1, END, 0), (name, 2, NONE, 2, len(content))]
    directory = b"".join(
        struct.pack(
            "<64sHBB3I36xIQ", label.encode("utf-16-le"), 2 * len(label) + 2, kind, 1,
            NONE, NONE, child, start, size,
        )
        for label, kind, child, start, size in entries
    )  # fmt: skip
    return (
        head + struct.pack("<108I", *[NONE] * 108) + struct.pack("<128I", *table)
        + directory.ljust(512, b"\0") + content
    )  # fmt: skip


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def text(words, *, wide=False):
    """A string with its length and whether its characters have two bytes."""
    return struct.pack("<HB", len(words), wide) + words.encode("utf-16-le" if wide else "latin-1")


def cell(kind, row, column, body, look=0):
    return record(kind, struct.pack("<HHH", row, column, look) + body)


def number(row, column, value, look=0):
    return cell(0x203, row, column, struct.pack("<d", value), look)


def formula(row, column, result):
    return cell(0x06, row, column, result + bytes(8))


def book(*sheets, before=b"", strings=None, version=0x600):
    """A workbook from the records of its sheets."""
    shared = strings if strings is not None else b""
    bof, eof = record(0x809, struct.pack("<HH", version, 5) + bytes(12)), record(0x0A)
    name = b"\x01\x00S" if version == 0x600 else b"\x01S"
    heads = len(sheets) * (4 + 6 + len(name))
    at = len(bof) + len(before) + heads + len(shared) + len(eof)
    table, bodies = b"", b""
    for sheet in sheets:
        table += record(0x85, struct.pack("<IBB", at + len(bodies), 0, 0) + name)
        bodies += bof + sheet + eof
    stream = bof + before + table + shared + eof + bodies
    return ole("Workbook" if version == 0x600 else "Book", stream)


def sst(*words):
    body = struct.pack("<II", len(words), len(words)) + b"".join(words)
    return record(0xFC, body)


class TestCells:
    def test_a_sheet_is_a_page_and_a_row_a_line(self, read):
        """Cells are parted by tabs; shared strings stand where they are used."""
        strings = sst(text("STATE"), text("\u00a7 287(g) \u2013", wide=True))
        first = (
            cell(0xFD, 0, 0, struct.pack("<I", 0)) + cell(0xFD, 0, 2, struct.pack("<I", 1))
            + cell(0xFD, 3, 1, struct.pack("<I", 0))
        )  # fmt: skip
        extracted = read(book(first, cell(0x204, 0, 0, text("Two")), strings=strings))
        assert (extracted.media_type, extracted.method, extracted.reason) == (XLS, "sheet", "")
        assert [(page.number, page.text) for page in extracted.pages] == [
            (1, "STATE\t\t\u00a7 287(g) \u2013\n\tSTATE"), (2, "Two"),
        ]  # fmt: skip
        assert extracted.pages[1].start == len(extracted.pages[0].text) + 1

    def test_numbers_are_unpacked(self, read):
        """They are kept in four ways, and read as a person sees them."""
        packed = [((5 << 2) | 2, 0), (((-7 & 0x3FFFFFFF) << 2) | 2, 0), ((1250 << 2) | 3, 0),
                  (struct.unpack("<I", struct.pack("<d", 1.5)[4:])[0], 0)]  # fmt: skip
        many = struct.pack("<HH", 1, 0) + b"".join(
            struct.pack("<HI", look, value) for value, look in packed
        )
        sheet = (
            number(0, 0, 2.0) + number(0, 1, 0.25)
            + record(0xBD, many + struct.pack("<H", 3)) + cell(0x27E, 2, 0, struct.pack("<I", 22))
        )  # fmt: skip
        assert read(book(sheet)).text == "2\t0.25\n5\t-7\t12.5\t1.5\n5"

    def test_dates_are_days(self, read):
        """A format makes a number a day, a time or both; one with words in it too."""
        looks = record(0x41E, struct.pack("<H", 200) + text('"Due" yyyy\\-mm'))
        looks += record(0x41E, struct.pack("<H", 201) + text('0.0 "days"'))
        looks += b"".join(record(0xE0, struct.pack("<HH", 0, kind)) for kind in (0, 14, 200, 201))
        sheet = (
            number(0, 0, 45785, 1) + number(0, 1, 45785.5, 2) + number(0, 2, 45785, 3)
            + number(0, 3, 0.75, 1) + number(0, 4, 59, 1) + number(0, 5, 61, 1)
            + number(0, 6, -3, 1)
        )  # fmt: skip
        assert read(book(sheet, before=looks)).text.split("\t") == [
            "2025-05-08", "2025-05-08 12:00:00", "45785", "18:00:00", "1900-02-28", "1900-03-01",
            "-3",
        ]  # fmt: skip

    def test_days_of_the_macintosh_begin_later(self, read):
        """A workbook says from when it counts."""
        looks = record(0x22, b"\1\0") + record(0xE0, struct.pack("<HH", 0, 14))
        assert read(book(number(0, 0, 1, 0), before=looks)).text == "1904-01-02"

    def test_formulas_are_what_they_came_to(self, read):
        """A number, words in the next record, yes or no, an error, nothing."""
        sheet = (
            formula(0, 0, struct.pack("<d", 3.0)) + formula(0, 1, b"\0\0\0\0\0\0\xff\xff")
            + record(0x207, text("words")) + formula(0, 2, b"\1\0\1\0\0\0\xff\xff")
            + formula(0, 3, b"\2\0\x2a\0\0\0\xff\xff") + formula(0, 4, b"\3\0\0\0\0\0\xff\xff")
            + cell(0x205, 0, 5, b"\0\0") + cell(0x205, 0, 6, b"\7\1")
        )  # fmt: skip
        assert read(book(sheet)).text == "3\twords\tTRUE\t#N/A\t\tFALSE\t#DIV/0!"

    def test_shared_strings_go_on_in_the_next_record(self, read):
        """Within a string, even in another width; and between strings with runs and more."""
        rich = struct.pack("<HBH", 4, 8, 1) + b"rich" + bytes(4)
        more = struct.pack("<HBI", 4, 4, 3) + b"more" + bytes(3)
        half = struct.pack("<HB", 6, 0) + b"one"
        body = struct.pack("<II", 4, 4) + rich + more + half
        strings = record(0xFC, body) + record(0x3C, b"\1" + "t\u00a7o".encode("utf-16-le"))
        strings += record(0x3C, text("last"))
        sheet = b"".join(cell(0xFD, 0, n, struct.pack("<I", n)) for n in range(5))
        assert read(book(sheet, strings=strings)).text == "rich\tmore\tonet\u00a7o\tlast"

    def test_charts_within_sheets_are_passed_over(self, read):
        """They have cells of their own, which nobody sees."""
        chart = record(0x809, bytes(16)) + number(0, 9, 7.0) + record(0x0A)
        assert read(book(number(0, 0, 1.0) + chart + number(1, 0, 2.0))).text == "1\n2"

    def test_excel_95_keeps_bytes(self, read):
        """Its strings are in a code page, which it names."""
        before = record(0x42, struct.pack("<H", 1252))
        words = "\u00a7 5".encode("cp1252")
        sheet = cell(0x204, 0, 0, struct.pack("<H", len(words)) + words)
        assert read(book(sheet, before=before, version=0x500)).text == "\u00a7 5"


class TestBad:
    def test_a_locked_workbook_is_told(self, read):
        """A password keeps us out."""
        assert read(book(number(0, 0, 1.0), before=record(0x2F, b"\0\0"))).reason == "encrypted"

    def test_a_workbook_without_words_is_empty(self, read):
        """Sheets without cells are no text."""
        assert (read(book(b"")).reason, read(book(b"")).pages) == ("empty", ())

    @pytest.mark.parametrize(
        "content",
        [
            ole("Workbook", b""), ole("Workbook", record(0x809, struct.pack("<HH", 0x200, 5))),
            ole("Book", b"\xff" * 5000), book(cell(0x203, 0, 300, bytes(8))),
            book(cell(0x203, 0, 0, b"\0")),
        ],
    )  # fmt: skip
    def test_a_broken_workbook_is_told(self, read, content):
        """It says what is wrong with it."""
        extracted = read(content)
        assert (extracted.reason, extracted.pages) == ("broken", ())
        assert extracted.warnings[0].startswith("XlsError: ")

    def test_the_limits_are_kept(self, read):
        """Whole rows are kept as long as they fit, and whole sheets."""
        rows = b"".join(number(row, 0, row + 100.0) for row in range(50))
        extracted = read(book(rows), Limits(characters=10))
        assert (extracted.reason, extracted.text) == ("limit", "100\n101")
        extracted = read(book(rows, rows, rows), Limits(pages=2))
        assert (extracted.reason, len(extracted.pages)) == ("limit", 2)

    def test_the_second_reader_finds_words(self, read):
        """Bytes that look like words, for want of a better reader."""
        sheet = cell(0x204, 0, 0, text("Memorandum of agreement"))
        extracted = read(book(sheet), reader=extract_plainly)
        assert "Memorandum of agreement" in extracted.text
        assert extracted.pages[0].method == "bare"

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
    @given(st.data())
    def test_no_damage_makes_it_raise(self, read, data):
        """Whatever bytes are changed, the answer is a value."""
        strings = sst(text("STATE"), text("\u2013", wide=True))
        content = bytearray(book(cell(0xFD, 0, 0, bytes(4)) + number(1, 1, 2.0), strings=strings))
        for _ in range(data.draw(st.integers(1, 8))):
            at = data.draw(st.integers(8, 2000))
            content[at] = data.draw(st.integers(0, 255))
        extracted = read(bytes(content))
        assert extracted.reason or extracted.text
