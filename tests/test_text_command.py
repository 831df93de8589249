"""What `measurewatch text` shows to people and machines, of files and of kept versions."""

from concurrent.futures import Future
from dataclasses import replace

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from config.vocabulary import TextState
from monitor.app import UsageError, build
from monitor.cli.pages import PageWriter
from monitor.cli.tables import Printer
from monitor.reading import Document, draw, only_pages, open_document
from pipelines.extract import extract_text
from pipelines.texts import Extracted, Limits, Mark, Page, VersionText
from tests.documented import example_bill
from tests.running import json_lines, measurewatch
from tests.storage_makers import Site
from tests.storage_makers import bill as observed_bill

TEXT = "A sheriff may may not act.\nIt ends on May 1."
MAY, MAY_NOT = Mark(start=10, end=13, kind="struck"), Mark(start=14, end=21, kind="added")


def page(text=TEXT, number=1, start=0, **more):
    return Page(number=number, start=start, text=text, method="pdfium", **more)


def paged(*texts):
    """A text of pages."""
    pages, start = [], 0
    for number, text in enumerate(texts, 1):
        pages.append(page(text, number, start))
        start += len(text) + 1
    return Extracted(media_type="application/pdf", method="pdfium", pages=tuple(pages))


def screen(pages=None, marks=(MAY, MAY_NOT), *, width=None, colours=False, total=1, original=False):
    """What people see of some pages."""
    written = []
    extracted = Extracted(
        media_type="application/pdf", method="pdfium", pages=pages or (page(),), marks=marks
    )
    printer = Printer(width or 80, colours=colours, write=written.append)
    PageWriter(printer, width, original=original, total=total).write(extracted)
    return "\n".join(written)


class TestPeople:
    def test_without_colours_marks_stand_in_signs(self):
        """The way word diffs are written."""
        assert screen().split("\n") == ["A sheriff [-may-] {+may not+} act.", "It ends on May 1."]

    def test_with_colours_they_are_green_and_red_and_struck_through(self):
        """No signs then, and nothing of the text is lost."""
        shown = screen(colours=True)
        assert "\x1b[9;31mmay\x1b[0m" in shown
        assert "\x1b[4;32mmay not\x1b[0m" in shown
        assert "{+" not in shown
        assert "[-" not in shown

    def test_a_mark_over_lines_and_pages_is_signed_on_each(self):
        """A line taken alone still says what it is."""
        pages = paged("one two\nthree", "four five").pages
        mark = Mark(start=4, end=18, kind="added")
        rows = screen(pages, (mark,), total=2).split("\n")
        assert [row for row in rows if "page" not in row] == [
            "one {+two+}", "{+three+}", "{+four+} five",
        ]  # fmt: skip

    def test_printed_line_numbers_stand_in_the_margin(self):
        """Lines without one are indented as far."""
        text = "HOUSE BILL\nfirst line\nsecond line\nfoot"
        numbers = ((11, 9), (22, 10), (34, 0))
        assert screen((page(text, lines=numbers),), ()).split("\n") == [
            "    HOUSE BILL", " 9  first line", "10  second line", "    foot",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("total", "more", "told"),
        [
            (1, {}, []),
            (9, {}, ["page 1 of 9"]),
            (1, {"confidence": 0.9}, ["page 1", "confidence 0.90"]),
            (2, {"confidence": 0.5}, ["confidence 0.50", "low confidence: compare with the page"]),
        ],
    )
    def test_a_rule_says_which_page_and_how_far_to_trust_it(self, total, more, told):
        """A lone page that is read well needs none."""
        first, *rest = screen((page(**more),), (), total=total).split("\n")
        assert all(words in first for words in told)
        assert ("\u2500" in first) == bool(told)
        assert ("low" in first) == (more.get("confidence", 1) < 0.8)
        assert "A sheriff may may not act." in [first, *rest]

    def test_a_scan_is_said_to_be_one_and_its_doubted_words_are_asked_about(self):
        """The sign follows the word."""
        scan = replace(page(), method="ocr", confidence=0.9, doubtful=((2, 9, 0.4),))
        rule, line, _ = screen((scan,)).split("\n")
        assert "read as a picture" in rule
        assert line == "A sheriff(?) [-may-] {+may not+} act."

    def test_what_would_steer_a_terminal_is_taken_out(self):
        """Escapes, overrides of direction and carriage returns are blanks; marks stay in place."""
        text = "A \x1b[31mred\u202eder\rx\u2066y may go."
        start = text.index("may")
        shown = screen((page(text),), (Mark(start=start, end=start + 3, kind="struck"),))
        assert shown == "A  [31mred der x y [-may-] go."

    def test_long_lines_are_folded_at_words_beneath_themselves(self):
        """The margin stays free; signs go round each part."""
        text = "shall " * 12
        marks = (Mark(start=0, end=71, kind="added"),)
        rows = screen((page(text.rstrip(), lines=((0, 7),)),), marks, width=43).split("\n")
        assert rows[0].startswith("7  {+shall")
        assert all(row.startswith("   {+shall") for row in rows[1:])
        assert sum(row.count("shall") for row in rows) == 12
        assert max(map(len, rows)) <= 43 + len("{++}")

    def test_the_original_is_the_page_before_it_was_cleaned(self):
        """With its numbers and heads, without marks; where nothing was cleaned, the text."""
        pages = (page(original="HB 7\n1 A sheriff may\n"), page("same", 2, len(TEXT) + 1))
        shown = screen(pages, (MAY,), total=2, original=True)
        assert "HB 7\n1 A sheriff may\n" in shown
        assert shown.endswith("same")
        assert "[-" not in shown


class TestSomePages:
    def test_offsets_count_from_the_first_page_chosen(self):
        """What is left keeps the contract: pages joined by form feeds, marks in place."""
        whole = replace(
            paged("one two", "three four", "five six"),
            marks=(Mark(start=4, end=13, kind="added"), Mark(start=19, end=23, kind="struck")),
        )
        some = only_pages(Document("x.pdf", None, whole), [2, 3])
        assert some.text == "three four\ffive six"
        assert [page.start for page in some.pages] == [0, 11]
        words = [(mark.kind, some.text[mark.start : mark.end]) for mark in some.marks]
        assert words == [("added", "three"), ("struck", "five")]

    @pytest.mark.parametrize(
        ("extracted", "number", "says"),
        [
            (paged("a", "b"), 3, "There is no page 3 in x.pdf: it has 2 pages."),
            (replace(paged("a", "b", "c"), pages=paged("a", "b", "c").pages[::2]), 2,
             "Page 2 of x.pdf could not be read."),
            (Extracted(media_type="text/html", method="html", pages=(page(number=None),)), 1,
             "x.pdf has no pages: it is a web page."),
        ],
    )  # fmt: skip
    def test_a_page_that_is_not_there_is_told(self, extracted, number, says):
        """And why."""
        with pytest.raises(UsageError, match=says):
            only_pages(Document("x.pdf", None, extracted), [number])


def test_whoever_waits_is_told_once(tmp_path, monkeypatch):
    """Scans take long; the text comes all the same."""
    monkeypatch.setattr("monitor.reading._SLOW", 0.0)
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-")
    reading, told = Future(), []

    class Reader:
        def extract(self, *_paths, **_names):
            return reading

    def slow():
        told.append("slow")
        reading.set_result(paged("read at last"))

    document = open_document(None, str(tmp_path / "scan.pdf"), Reader(), slow=slow)
    assert (document.extracted.text, told) == ("read at last", ["slow"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A bill, a second one of two pages, a web page and a broken file."""
    folder = tmp_path_factory.mktemp("text")
    example_bill(folder / "bill.pdf")
    canvas = Canvas(str(folder / "two.pdf"))
    for words in ("The first page of it.", "The second page of it."):
        canvas.drawString(72, 700, words)
        canvas.showPage()
    canvas.save()
    (folder / "order.html").write_text(
        "<html><body><p>Nobody <del>may</del> <ins>shall</ins> park here.</p></body></html>",
        encoding="utf-8",
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing that is a page")
    return folder


class TestCommand:
    def test_a_pipe_gets_signs_numbers_and_no_escapes(self, folder):
        """And what was counted on the other stream."""
        done = measurewatch("text", "bill.pdf", cwd=folder, check=True)
        assert " 3  4-101. (a) A county sheriff [-may-] {+may not+} enter into" in done.stdout
        assert "\x1b" not in done.stdout
        assert done.stderr == "4 passages added, 3 passages struck.\n"

    def test_clean_is_the_law_as_it_would_read_and_nothing_else(self, folder):
        """No signs, no numbers."""
        done = measurewatch("text", "bill.pdf", "--clean", cwd=folder, check=True)
        assert "\n4-101. (a) A county sheriff may not enter into an immigration\n" in done.stdout
        assert "{+" not in done.stdout

    def test_the_json_holds_the_contract_and_what_goes_beside_it(self, folder):
        """All offsets count in the whole text; originals come only when asked for."""
        [plain] = json_lines("text", "bill.pdf", cwd=folder)
        assert set(plain) == {
            "media_type",
            "method",
            "pages",
            "text",
            "markup",
            "warnings",
            "reason",
        }
        [first] = plain["pages"]
        assert set(first) == {
            "number",
            "start",
            "text",
            "method",
            "confidence",
            "lines",
            "doubtful",
        }
        assert {frozenset(mark) for mark in plain["markup"]} == {
            frozenset({"start", "end", "kind"})
        }
        struck = [plain["text"][m["start"] : m["end"]] for m in plain["markup"]
                  if m["kind"] == "struck"]  # fmt: skip
        assert struck == ["may", "within 90 days", "October"]
        numbered = {line["number"]: line["start"] for line in first["lines"]}
        assert plain["text"][numbered[9] :].startswith("SECTION 2.")
        [more] = json_lines("text", "bill.pdf", "--original", cwd=folder)
        assert "9 SECTION 2." in " ".join(more["pages"][0].pop("original").split())
        assert more == plain

    def test_some_pages_alone(self, folder):
        """A rule still tells of how many they are."""
        done = measurewatch("text", "two.pdf", "--page", "2", cwd=folder, check=True)
        assert "page 2 of 2" in done.stdout
        assert "second" in done.stdout
        assert "first" not in done.stdout

    def test_a_page_is_drawn_over_an_older_picture(self, folder):
        """The file is the picture that the JSON describes."""
        (folder / "page.png").write_bytes(b"older")
        [told] = json_lines(
            "text", "bill.pdf", "--picture", "1", "page.png", "--topic", "287g",
            "--query", "council", cwd=folder,
        )  # fmt: skip
        with Image.open(folder / "page.png") as picture:
            assert picture.size == (told["width"], told["height"])
        assert {one.get("topic") for one in told["shown"]} == {None, "287g", "query"}
        assert (told["page"], told["pages"], told["not_placed"]) == (1, 1, [])

    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (("bill.pdf", "--picture", "2", "x.png"), 2, "no page 2 in bill.pdf: it has 1 page"),
            (("order.html", "--picture", "1", "x.png"), 2, "order.html is a web page"),
            (("bill.pdf", "--picture", "1", "none/x.png"), 2, "no folder"),
            (("bill.pdf", "--picture", "1", "bill.pdf"), 2, "the document itself"),
            (("broken.pdf", "--picture", "1", "x.png"), 1, "broken.pdf cannot be read"),
            (("bill.pdf", "--topic", "287g"), 2, "--picture"),
            (("bill.pdf", "--clean", "--json"), 2, "do not go together"),
            (("bill.pdf", "--pages", "5-3"), 2, "write 3, 3-5 or 1,4-6"),
            ((".",), 2, "folder"),
            (("none.pdf",), 2, "neither a file nor the id of a version"),
        ],
    )
    def test_what_cannot_be_done_is_told_with_what_to_do(self, folder, arguments, code, says):
        """A sentence and the exit code; nothing is written."""
        done = measurewatch("text", *arguments, cwd=folder)
        assert (done.returncode, done.stdout) == (code, "")
        assert says in done.stderr
        assert not (folder / "x.png").exists()
        assert (folder / "bill.pdf").read_bytes().startswith(b"%PDF")


@pytest.fixture(scope="module")
def app(tmp_path_factory, folder):
    """A home that keeps a bill's one version, read from a PDF."""
    app = build({"home": str(tmp_path_factory.mktemp("kept") / "home")})
    path = folder / "bill.pdf"
    with app.store(create=True) as opened:
        sha256, _ = opened.blobs.put(path.read_bytes())
        text = VersionText(
            state=TextState.READABLE, extracted=extract_text(path, Limits()), sha256=sha256,
            text_sha256="0" * 64, extractor="1", url="https://lis.example/1.pdf",
        )  # fmt: skip
        Site(opened.database).crawl(observed_bill(("Introduced", text)))
    return app


class TestVersions:
    def test_the_json_of_a_version_is_that_of_its_document(self, app, folder):
        """The command reads the home it is given."""
        [kept] = json_lines("text", "1", "--home", str(app.home), "--original", cwd=folder)
        assert [kept] == json_lines("text", "bill.pdf", "--original", cwd=folder)

    def test_a_version_is_shown_and_drawn_as_it_was_kept(self, app):
        """Marks, numbers and originals come from the store, the page from the kept bytes."""
        document = open_document(app, "1")
        assert document.name == "version 1"
        assert [mark.kind for mark in document.extracted.marks].count("struck") == 3
        assert document.extracted.pages[0].lines
        assert "9 SECTION 2." in " ".join(document.extracted.pages[0].original.split())
        _, picture = draw(app, "1", 1, query="council")
        assert [one.topic for one in picture.placed if one.topic] == ["query"]

    @pytest.mark.parametrize("name", ["2", "9" * 30])
    def test_a_version_nobody_knows_is_told(self, app, name):
        """However long its number."""
        with pytest.raises(UsageError, match=f"Version {name} is not known"):
            open_document(app, name)
