"""Lists that sites serve as CSV and XLSX."""

import io
import pickle
import zipfile
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.errors import ParseDrift
from scrapers.rows import csv_rows, xlsx_rows


def workbook(*sheets, path=None):
    """A workbook whose sheets are (title, rows, links by cell)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows, links in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cell, link in links.items():
            sheet[cell].hyperlink = link
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class TestCsv:
    def test_columns_are_found_by_name_and_blanks_are_stripped(self):
        """Headers with stray blanks and padded values read as if they had none."""
        table = csv_rows(b'"HST_BILNO", "HST_REFID"\n"HB1   ", " X "\n', required=("HST_REFID",))
        assert table.header == ("HST_BILNO", "HST_REFID")
        assert table.rows == ({"HST_BILNO": "HB1", "HST_REFID": "X"},)
        assert table.problems == ()

    def test_a_required_column_is_known_in_any_case(self):
        """The row has the name that was asked for."""
        assert csv_rows(b"BILL_ID,x\nHB1,2\n", required=("Bill_id",)).rows == (
            {"Bill_id": "HB1", "x": "2"},
        )

    def test_quotes_that_end_in_mid_value_are_read_as_printed(self):
        """`"1" - Chief Patron` is one value, not an error."""
        table = csv_rows(b'"NAME","TYPE"\n"Ann","1" - Chief Patron\n"Bob","2" - Chief Co-Patron\n')
        assert [row["TYPE"] for row in table.rows] == ["1 - Chief Patron", "2 - Chief Co-Patron"]

    def test_line_breaks_inside_quotes_belong_to_the_value(self):
        """A summary may run over lines; CRLF and LF both end rows."""
        table = csv_rows(b'id,text\r\n1,"one\r\ntwo"\r\n2,three\n')
        assert [row["text"] for row in table.rows] == ["one\r\ntwo", "three"]

    def test_nul_bytes_and_blank_lines_are_dropped(self):
        """What is no text and no row is neither."""
        assert csv_rows(b"\n\nid,x\n1\0,a\n,\n\n2,b\n").rows == (
            {"id": "1", "x": "a"},
            {"id": "2", "x": "b"},
        )

    def test_ragged_rows_are_kept_and_told(self):
        """A short row lacks its last columns, a long one has them by number."""
        table = csv_rows(b"a,b\n1\n1,2,3\n")
        assert table.rows == ({"a": "1"}, {"a": "1", "b": "2", "column 3": "3"})
        assert table.problems == (
            "line 2: 1 values under 2 columns",
            "line 3: 3 values under 2 columns",
        )

    def test_columns_of_the_same_name_are_all_kept(self):
        """The second has a number; a column without a name goes by its place."""
        assert csv_rows(b"a,a,,b\n1,2,3,4\n").rows == (
            {"a": "1", "a 2": "2", "column 3": "3", "b": "4"},
        )

    @pytest.mark.parametrize(
        "content",
        [
            "n\u00e4me,x\n\u00c9,1\n".encode("utf-8-sig"),
            "n\u00e4me,x\n\u00c9,1\n".encode(),
            "n\u00e4me,x\n\u00c9,1\n".encode("cp1252"),
            b"\xff\xfe" + "n\u00e4me,x\n\u00c9,1\n".encode("utf-16-le"),
        ],
    )
    def test_the_encoding_is_found(self, content):
        """With a mark, as UTF-8, else as Windows-1252."""
        assert csv_rows(content, required=("n\u00e4me",)).rows == (
            {"n\u00e4me": "\u00c9", "x": "1"},
        )

    @pytest.mark.parametrize(
        "content", [b"", b"\n", b"<html><body>no</body></html>", b"x,y\n1,2\n"]
    )
    def test_a_missing_column_is_drift(self, content):
        """A page that is not the list is an error, never an empty list."""
        with pytest.raises(ParseDrift, match="no column Bill_id"):
            csv_rows(content, required=("Bill_id",))

    def test_a_list_without_rows_is_drift_unless_it_may_be_empty(self):
        """Zero rows would look like a quiet day."""
        with pytest.raises(ParseDrift, match="no rows"):
            csv_rows(b"a,b\n")
        assert csv_rows(b"a,b\n", may_be_empty=True).rows == ()

    def test_a_missing_quote_is_told(self):
        """A value that swallows hundreds of lines is no value."""
        table = csv_rows(b'a,b\n1,"x\n' + b"2,y\n" * 300)
        assert len(table.rows) == 1
        assert "a quote may be missing" in table.problems[0]

    @settings(deadline=None)
    @given(st.binary(max_size=400))
    def test_no_bytes_break_it(self, content):
        """Whatever is served, the answer is rows or drift."""
        with suppress(ParseDrift):
            assert csv_rows(content).rows


class TestXlsx:
    def test_the_header_is_found_by_names_and_rows_keep_their_numbers(self):
        """Titles above the header, other column orders and blank rows do not matter."""
        rows = [
            ["A title"],
            [],
            ["COUNTY", "State ", "signed"],
            ["Polk", "FL", datetime(2025, 3, 4)],
            [],
            [None, "GA", "soon"],
        ]
        [sheet] = xlsx_rows(workbook(("One", rows, {})), required=("STATE", "SIGNED"))
        assert (sheet.name, sheet.header, sheet.hidden) == (
            "One",
            ("COUNTY", "STATE", "SIGNED"),
            False,
        )
        assert [row.number for row in sheet.rows] == [4, 6]
        assert sheet.rows[0].values == {"COUNTY": "Polk", "STATE": "FL", "SIGNED": date(2025, 3, 4)}
        assert sheet.rows[1].values == {"COUNTY": None, "STATE": "GA", "SIGNED": "soon"}

    def test_links_stand_beside_their_values(self):
        """A hyperlink is given under its column; of a range, at the first cell."""
        content = workbook(
            (
                "One",
                [["STATE", "MOA"], ["FL", "link"], ["GA", "link"]],
                {"B2": "https://x.gov/a.pdf"},
            )
        )
        [sheet] = xlsx_rows(content, required=("STATE",))
        assert [row.links for row in sheet.rows] == [{"MOA": "https://x.gov/a.pdf"}, {}]

    def test_every_sheet_with_the_columns_is_read(self):
        """A second sheet counts, one without the columns does not."""
        content = workbook(
            ("One", [["STATE"], ["FL"]], {"A2": "https://x.gov/1"}),
            ("Notes", [["nothing"]], {}),
            ("Two", [["STATE"], ["GA"]], {"A2": "https://x.gov/2"}),
        )
        sheets = xlsx_rows(content, required=("STATE",))
        assert [
            (sheet.name, sheet.rows[0].values["STATE"], sheet.rows[0].links["STATE"])
            for sheet in sheets
        ] == [
            ("One", "FL", "https://x.gov/1"),
            ("Two", "GA", "https://x.gov/2"),
        ]

    def test_values_outside_the_header_are_kept_by_number(self):
        """Nothing a row says is lost."""
        [sheet] = xlsx_rows(
            workbook(("One", [["STATE"], ["FL", "extra", 3.5]], {})), required=("STATE",)
        )
        assert sheet.rows[0].values == {"STATE": "FL", "column 2": "extra", "column 3": 3.5}

    def test_a_path_is_read_and_what_comes_back_crosses_processes(self, tmp_path):
        """The function can be run in a pool: a path goes in, plain values come out."""
        path = tmp_path / "list.xlsx"
        path.write_bytes(workbook(("One", [["STATE"], ["FL"]], {})))
        sheets = xlsx_rows(path, required=("STATE",))
        assert pickle.loads(pickle.dumps(sheets)) == sheets
        assert pickle.loads(pickle.dumps(xlsx_rows)) is xlsx_rows

    @pytest.mark.timeout(20)
    def test_a_stray_cell_in_the_last_corner_costs_nothing(self):
        """Rows come as they are stored, not as the sheet's size claims."""
        book = openpyxl.Workbook()
        book.active.append(["STATE"])
        book.active.append(["FL"])
        book.active.cell(1048576, 16384).value = "stray"
        file = io.BytesIO()
        book.save(file)
        [sheet] = xlsx_rows(file.getvalue(), required=("STATE",))
        assert [row.values["STATE"] for row in sheet.rows] == ["FL"]

    def test_a_link_over_the_whole_sheet_costs_nothing(self):
        """A hostile range of hyperlinks is one link."""
        content = workbook(("One", [["STATE"], ["FL"]], {"A2": "https://x.gov/1"}))
        with zipfile.ZipFile(io.BytesIO(content)) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
            b'ref="A2"', b'ref="A2:XFD1048576"'
        )
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as new:
            for name, part in parts.items():
                new.writestr(name, part)
        [sheet] = xlsx_rows(file.getvalue(), required=("STATE",))
        assert sheet.rows[0].links == {"STATE": "https://x.gov/1"}

    @pytest.mark.parametrize(
        "content", [b"", b"<html>no</html>", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old"]
    )
    def test_what_is_no_workbook_is_drift(self, content):
        """HTML, a torn file, an encrypted or an old one: one clear error."""
        with pytest.raises(ParseDrift, match="not a readable workbook"):
            xlsx_rows(content, required=("STATE",))

    def test_a_zip_without_a_workbook_is_drift(self):
        """A packed file of another kind is named as such."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("hello.txt", "hello")
        with pytest.raises(ParseDrift, match="not a readable workbook"):
            xlsx_rows(file.getvalue(), required=("STATE",))

    def test_a_workbook_without_the_columns_is_drift(self):
        """A redesign is an error, never an empty list."""
        with pytest.raises(ParseDrift, match="no sheet with the columns STATE"):
            xlsx_rows(workbook(("One", [["Staat"], ["FL"]], {})), required=("STATE",))

    def test_a_zip_bomb_is_refused_before_it_is_unpacked(self):
        """What a file would unpack to is judged by its directory."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/workbook.xml", b" " * (60 << 20))
        with pytest.raises(ParseDrift, match="would unpack to 60 MiB"):
            xlsx_rows(file.getvalue(), required=("STATE",))

    def test_an_entity_bomb_is_refused(self):
        """XML entities are never expanded."""
        content = workbook(("One", [["STATE"], ["FL"]], {}))
        with zipfile.ZipFile(io.BytesIO(content)) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        bomb = (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        )
        parts["xl/worksheets/sheet1.xml"] = (
            bomb + parts["xl/worksheets/sheet1.xml"].partition(b"?>")[2]
        )
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as new:
            for name, part in parts.items():
                new.writestr(name, part)
        with pytest.raises(ParseDrift):
            xlsx_rows(file.getvalue(), required=("STATE",))


@pytest.mark.corpus
def test_real_workbooks_are_read(corpus):
    """Every recorded workbook has its columns, its agencies and its links."""
    files = sorted((corpus / "287g" / "ice" / "sheets").glob("*.xlsx"))
    assert len(files) == 32
    for file in files:
        [sheet] = xlsx_rows(file, required=("STATE", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE"))
        assert sheet.rows, file.name
        linked = sum("MOA" in row.links for row in sheet.rows)
        assert (linked > 100) == ("MOA" in sheet.header), file.name


@pytest.mark.corpus
def test_real_csv_files_are_read(corpus):
    """Every recorded file of Virginia reads without a ragged line, down to its last row."""
    files = [
        path
        for path in sorted((corpus / "state-bills" / "virginia").rglob("*"))
        if path.suffix.lower() == ".csv"
    ]
    assert len(files) > 20
    for file in files:
        assert csv_rows(file.read_bytes()).problems == (), file.name
    sponsors = csv_rows(
        (corpus / "state-bills/virginia/lis-csv-20261/Sponsors.csv").read_bytes(),
        required=("PATRON_TYPE",),
    )
    assert len(sponsors.rows) == 15851
    assert sponsors.rows[0]["PATRON_TYPE"] == "1 - Chief Patron"
    impact = csv_rows(
        (corpus / "state-bills/virginia/lis-csv-20261/FiscalImpactStatements.csv").read_bytes(),
        required=("HST_URL",),
    )
    assert all(row["HST_URL"].startswith("https://") for row in impact.rows)
