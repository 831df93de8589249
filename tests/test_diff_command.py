"""measurewatch diff: two texts, or one against the law; terminal, page, JSON."""

import io
import json
from contextlib import closing
from dataclasses import replace

import pytest
from click.testing import CliRunner
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from monitor import app, reading
from monitor.cli import diff as command
from monitor.cli.root import root
from pipelines import texts
from pipelines.redline import apply
from pipelines.texts import Extracted, Hunk, Mark, Page
from storage.database import Database
from storage.home import Home
from tests.storage_makers import Site, bill, readable
from tests.test_render_pairs import NEW, OLD

HUNK = ("kind", "section", "old", "new", "old_start", "old_end", "new_start", "new_end")
BILL = """<!doctype html><html><head><meta charset="utf-8"><title>HB 12</title></head><body>
<p>Be it enacted:</p>
<p>1. That section 3-1 is amended and reenacted as follows:</p>
<p>A. An officer <s>may</s> <em class="new">shall not</em> wear a mask in a public place.</p>
<p>B. The fee is <s>$10</s> <em class="new">$25</em>.</p>
</body></html>"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs `diff` in a folder with an old and a new text and a bill that marks its changes."""
    for name, text in {"old.txt": OLD, "new.txt": NEW, "bill.html": BILL}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*arguments, code=0):
        result = CliRunner().invoke(root, ["diff", *arguments], obj={})
        assert result.exit_code == code, result.output
        return result

    return run


def test_two_files_inline(run):
    """Signs, sections and counts; moved words are neither inserted nor deleted."""
    result = run("old.txt", "new.txt")
    assert "Section 1(a)" in result.stdout
    assert "[-the-] {+any+} police department." in result.stdout
    assert "{+moved to here: Names." in result.stdout
    assert "words moved" in result.stderr
    assert "4 edits of looks only" in result.stderr


def test_two_columns(run):
    """Paragraph beside paragraph, named by the files."""
    lines = run("old.txt", "new.txt", "--side-by-side").stdout.splitlines()
    assert lines[0].split() == ["old.txt", "│", "new.txt"]
    assert any("[-$10-]" in left and "{+$12+}" in right
               for left, _, right in (line.partition(" │ ") for line in lines))  # fmt: skip


def test_a_narrow_terminal_gets_one_column(run, monkeypatch):
    """Where two columns do not fit, they are one, and it is said."""
    monkeypatch.setattr(command, "WIDEST", 60)
    result = run("old.txt", "new.txt", "--side-by-side")
    assert "│" not in result.stdout
    assert "Dog license | [-$10-] {+$12+}" in result.stdout
    assert "Too narrow for two columns: 60 of 80" in result.stderr


def test_the_whole_text(run):
    """With --whole the unchanged paragraphs stand between the edits."""
    shown = run("old.txt", "new.txt", "--whole").stdout
    assert '(b) "Mask" means anything that hides the face.' in shown
    assert "unchanged" not in shown


def test_a_page(run, tmp_path):
    """The page is written beside what the terminal shows, and said."""
    result = run("old.txt", "new.txt", "--html", "redline.html")
    assert "Written: redline.html" in result.stderr
    page = (tmp_path / "redline.html").read_text(encoding="utf-8")
    assert '<th scope="col">old.txt</th>' in page
    assert "<title>old.txt → new.txt</title>" in page


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (OLD, "No words differ."),
        (OLD.replace("at once", "AT ONCE"), "Only looks differ: spacing, capitals"),
    ],
)
def test_nothing_that_differs_is_said(run, tmp_path, new, said):
    """Equal texts and edits of looks are told apart and shown as neither."""
    (tmp_path / "same.txt").write_text(new, encoding="utf-8")
    result = run("old.txt", "same.txt")
    assert said in result.stderr
    assert not result.stdout


@pytest.mark.parametrize("blank", ["", "\n \n"])
def test_an_empty_file_is_a_text_without_words(run, tmp_path, blank):
    """A first draft has an empty one before it; what came, or went, is everything."""
    (tmp_path / "blank.txt").write_text(blank, encoding="utf-8")
    found = json.loads(run("blank.txt", "old.txt", "--json").stdout)
    assert [hunk["kind"] for hunk in found["hunks"]] == ["insert"]
    assert found["hunks"][0]["new"].split() == OLD.split()
    gone = json.loads(run("old.txt", "blank.txt", "--json").stdout)
    assert (gone["inserted"], gone["deleted"]) == (0, found["inserted"])
    assert json.loads(run("blank.txt", "blank.txt", "--json").stdout)["equal"]


def test_a_file_without_a_readable_text_is_an_error(run, tmp_path):
    """It is told for programs as for people, and is no empty text."""
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\n")
    result = run("old.txt", "broken.pdf", "--json", code=1)
    assert json.loads(result.stdout) == {
        "error": "broken.pdf cannot be read: the end of the PDF is missing",
        "reason": "truncated", "warnings": ["the end of the PDF is missing"],
    }  # fmt: skip
    result = run("broken.pdf", "old.txt", code=1)
    assert "broken.pdf cannot be read" in result.stderr
    assert not result.stdout


class TestLaw:
    """One bill against existing law, by its own marks."""

    def test_struck_words_went_and_new_words_came(self, run):
        """Old is the law without what the bill adds, new the law without what it strikes."""
        result = run("bill.html", "--law")
        assert "[-may-] {+shall not+} wear a mask" in result.stdout
        assert "[-$10.-] {+$25.+}" in result.stdout or "[-$10-] {+$25+}" in result.stdout
        assert "3 words inserted, 2 words deleted." in result.stderr

    def test_its_json_applies(self, run):
        """The hunks are those of the contract and make the law as it would read."""
        value = json.loads(run("bill.html", "--law", "--json").stdout)
        was, would = (
            [
                "A.",
                "An",
                "officer",
                "may",
                "wear",
                "a",
                "mask",
                "in",
                "a",
                "public",
                "place.",
                "B.",
                "The",
                "fee",
                "is",
                "$10.",
            ],
            [
                "A.",
                "An",
                "officer",
                "shall",
                "not",
                "wear",
                "a",
                "mask",
                "in",
                "a",
                "public",
                "place.",
                "B.",
                "The",
                "fee",
                "is",
                "$25.",
            ],
        )
        assert not value["equal"]
        assert not value["cosmetic"]
        first = value["hunks"][0]["old_start"] - was.index("may")
        hunks = [
            Hunk(
                **{name: hunk[name] for name in HUNK}
                | {"old_start": hunk["old_start"] - first, "old_end": hunk["old_end"] - first}
            )
            for hunk in value["hunks"]
        ]
        assert apply(was, hunks) == would

    def test_its_page_says_what_it_shows(self, run, tmp_path):
        """The columns are the law and the text, not two files."""
        run("bill.html", "--law", "--html", "law.html")
        page = (tmp_path / "law.html").read_text(encoding="utf-8")
        assert '<th scope="col">Existing law, as the text shows it</th>' in page
        assert "<title>bill.html</title>" in page

    @pytest.mark.parametrize("more", [(), ("--json",), ("--side-by-side",), ("--whole",)])
    def test_a_text_without_marks_does_not_tell(self, run, more):
        """That nothing is marked never shows as "nothing changed"."""
        result = run("old.txt", "--law", *more, code=1)
        assert "standing of its words is unknown" in result.stderr
        assert not result.stdout

    def test_it_takes_one_text(self, run):
        """Two texts with --law, or one without, are asked about."""
        assert "name one only" in run("old.txt", "new.txt", "--law", code=2).stderr
        assert "or one with --law" in run("old.txt", code=2).stderr


def test_pages_read_as_pictures_forgive_letters(run, monkeypatch):
    """Letters that a program takes for one another differ in a text, not in a scan."""

    def read(path, *_):
        scanned = path.name == "new.txt"
        text = "Agents perforrn searches." if scanned else "Agents perform searches."
        method = "ocr" if scanned else "pdfium"
        page = Page(number=1, start=0, text=text, method=method)
        return Extracted(media_type="application/pdf", method=method, pages=(page,))

    monkeypatch.setattr(reading, "_read", read)
    assert "Only looks differ" in run("old.txt", "new.txt").stderr
    monkeypatch.setattr(texts, "is_scanned", lambda _: False)
    assert "[-perform-] {+perforrn+}" in run("old.txt", "new.txt").stdout


def test_a_drawn_bill_against_the_law(run, tmp_path):
    """A PDF's strikes and underlines are its marks."""
    stream = io.BytesIO()
    canvas = Canvas(stream, letter)
    canvas.setFont("Times-Roman", 12)
    before = "Section 3-1 is amended to read as follows: An officer "
    canvas.drawString(72, 700, before + "may shall not wear a mask.")
    at = 72 + canvas.stringWidth(before)
    canvas.line(at, 703.5, at + canvas.stringWidth("may"), 703.5)
    at += canvas.stringWidth("may ")
    canvas.line(at, 698.3, at + canvas.stringWidth("shall not"), 698.3)
    canvas.drawString(72, 680, "This act takes effect on the first day of the next month.")
    canvas.save()
    (tmp_path / "bill.pdf").write_bytes(stream.getvalue())
    assert "[-may-] {+shall not+} wear a mask." in run("bill.pdf", "--law").stdout


class TestVersions:
    """Versions in the database, by their ids."""

    LAW = "A. An officer may shall not wear a mask."

    @pytest.fixture
    def kept(self, run, tmp_path):
        """Runs `diff` where two versions are kept; the second marks what it changes."""
        home = Home.create(tmp_path / "home")
        plain = readable("A. An officer may wear a mask.")
        marks = (Mark(start=14, end=17, kind="struck"), Mark(start=18, end=27, kind="added"))
        marked = readable(self.LAW)
        marked = replace(marked, extracted=replace(marked.extracted, marks=marks))
        with closing(Database.open("", home=home)) as database:
            site = Site(database)
            site.crawl(bill(("Introduced", plain), ("Engrossed", marked)))
            ids = [str(version["id"]) for version in site.shown()["versions"]]
        return lambda *more, **told: run(*more, "--home", str(home.path), **told), ids

    def test_two_versions(self, kept):
        """Columns are headed by the versions' ids."""
        run, (first, second) = kept
        assert f"version {first}" in run(first, second, "--side-by-side").stdout
        assert "may {+shall not+} wear" in run(first, second).stdout

    def test_one_version_against_the_law(self, kept):
        """The marks that were kept with the text tell; a version without them does not."""
        run, (first, second) = kept
        assert "[-may-] {+shall not+} wear a mask." in run(second, "--law").stdout
        assert f"version {first} marks nothing" in run(first, "--law", code=1).stderr

    def test_a_version_that_is_not_known(self, kept):
        """It is said which of the two is missing."""
        run, (first, _) = kept
        assert isinstance(run(first, "999", code=1).exception, app.UsageError)
