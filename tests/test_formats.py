"""What comes as a document: web pages as they are made, saved pages, and what is no document."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from pipelines.extract import PPTX, extract_plainly, extract_text, sniff
from pipelines.extract.html import text_and_marks
from pipelines.texts import Limits
from tests.test_extract import SENTENCES, column, pdf, workbook
from tests.test_slides import shape, show
from tests.test_word import p, r, word

LIMITS = Limits()
AKAMAI = (
    "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have "
    'permission to access "http://x.gov/a.pdf" on this server.<P>Reference #18.2&#46;3</BODY></HTML>'
)
CLOUDFLARE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><noscript>Enable "
    "JavaScript and cookies to continue</noscript><script>window._cf_chl_opt={}</script></body>"
)
IIS = (
    "<html><head><title>Runtime Error</title></head><body><h1>Server Error in '/' Application."
    "</h1><h2>Runtime Error</h2></body></html>"
)
LOG_IN = (
    "<html><head><title>City of X - Sign In</title></head><body><form><label>User name</label>"
    "<input name=u><input type='password' name=p></form></body></html>"
)
ERRORS = [AKAMAI, CLOUDFLARE, IIS, LOG_IN, json.dumps({"Message": "An error has occurred."}),
          "<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>"]  # fmt: skip
XFA = [
    "Please wait...", "If this message is not eventually replaced by the proper contents of the",
    "document, your PDF viewer may not be able to display this type of document.",
]  # fmt: skip
PORTFOLIO = ["For the best experience, open this PDF portfolio in", "Acrobat X or Adobe Reader X."]


@pytest.fixture
def read(tmp_path):
    def read(content, limits=LIMITS, reader=extract_text, **told):
        path = tmp_path / "document"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return reader(path, limits, **told)

    return read


def marked(markup):
    text, marks = text_and_marks(markup)
    return [(mark.kind, text[mark.start : mark.end]) for mark in marks]


class TestLists:
    def test_numbers_of_lists_are_text(self):
        """A page says that a list is ordered; a reader sees "a." and "iv."."""
        text, _ = text_and_marks(
            "<ol type=a><li>first<ol type=i start=4><li>deep<li><p>deeper</p></ol><li>second</ol>"
            "<ol reversed start=2><li>x<li>y</ol><ol style='list-style-type: upper-roman'>"
            "<li>I am<li value=9>nine</ol><ul><li>dot</ul>"
        )
        assert text.split() == [
            "a.",
            "first",
            "iv.",
            "deep",
            "v.",
            "deeper",
            "b.",
            "second",
            "2.",
            "x",
            "1.",
            "y",
            "I.",
            "I",
            "am",
            "IX.",
            "nine",
            "dot",
        ]

    def test_numbers_that_are_written_are_not_doubled(self):
        """Law prints its own numbers and tells the browser to draw none."""
        text, _ = text_and_marks(
            "<ol><li>(a) first<li>2. second<li>\u00a7 5 third</ol>"
            "<ol style='list-style:none inside'><li>none</ol>"
        )
        assert text.split("\n") == ["(a) first", "2. second", "\u00a7 5 third", "", "none"]

    def test_a_number_is_new_where_its_words_are(self):
        """An inserted paragraph brings its number."""
        assert marked("<ins><ol><li>one</ol></ins>") == [("added", "1. one")]


class TestStyles:
    def test_style_sheets_strike_and_underline(self):
        """Pages made by word processors say in classes what they strike."""
        sheet = (
            "<style>/* x */ .old, span.gone {text-decoration-line: line-through} .new{color:red;"
            "text-decoration:underline} @media print{.plain{text-decoration:line-through}}"
            "p .plain{text-decoration:line-through}</style>"
        )
        page = (
            "<p>It is amended: <span class='a old'>may</span> <b class=new>shall</b> "
            "<i class=gone>x</i> <span class=gone>go</span> <i class=plain>plain</i>.</p>"
        )
        assert marked(sheet + page) == [("struck", "may"), ("added", "shall"), ("struck", "go")]

    @pytest.mark.parametrize(
        ("markup", "kinds"),
        [
            ("<span style='text-decoration: underline line-through'>x</span>", ["struck"]),
            ("<span style='TEXT-DECORATION: Line-Through'>x</span>", ["struck"]),
            ("<u style='text-decoration:none'>x</u>", []),
            ("<a style='text-decoration:underline'>x</a>", []),
            ("<ins style='text-decoration:none'>x</ins>", ["added"]),
            ("<del style='text-decoration:none'>x</del>", ["struck"]),
            ("<span style='text-decoration-color: red'>x</span>", []),
        ],
    )
    def test_styles_say_what_is_drawn(self, markup, kinds):
        """The element's own style counts more than what browsers draw for it."""
        assert [kind for kind, _ in marked(f"<p>It is amended: {markup}, and so on.</p>")] == kinds

    def test_hostile_style_sheets_take_no_time(self):
        """Braces without end and comments without end are read once."""
        for sheet in ("{" * 200_000, "a{" * 100_000, "/*" * 200_000, ".a{b:c}" * 50_000):
            assert text_and_marks(f"<style>{sheet}</style><p>x</p>")[0] == "x"


class TestFurniture:
    def test_what_its_name_calls_furniture_is_left_out(self):
        """Menus, trails of crumbs and links to skip them are no law."""
        text, _ = text_and_marks(
            "<div class='breadcrumb'>Home / Laws</div><ul id=menu><li>About</ul>"
            "<div role=navigation>More</div><a class='skip-link x'>Skip</a>"
            f"<h1>Order 5</h1><p>{' '.join(SENTENCES)}</p><div class=site-footer>Contact</div>"
        )
        assert text == f"Order 5\n\n{' '.join(SENTENCES)}"

    def test_where_the_text_is_no_name_counts(self):
        """A page whose whole text stands in a thing called menu is not empty."""
        page = f"<div class=menu><p>{SENTENCES[0]}</p></div><p>x</p>"
        assert text_and_marks(page)[0] == f"{SENTENCES[0]}\n\nx"

    @pytest.mark.parametrize(
        "tag", ["main", "div role=main", "div id=content", "div id=mainContent"]
    )
    def test_the_main_part_is_the_document(self, tag):
        """Pages name it in several ways."""
        page = f"<div>Subscribe</div><{tag}><header>Order</header>{SENTENCES[0]}</{tag.split()[0]}>"
        assert text_and_marks(page)[0] == f"Order\n\n{SENTENCES[0]}"

    def test_deep_pages_with_many_words_take_no_time(self):
        """What an element stands in is not asked anew for each word."""
        page = "<div>x" * 3000 + "<pre>" + "<b>y</b>" * 3000
        assert "y" in text_and_marks(page)[0]


class TestErrorPages:
    @pytest.mark.parametrize("page", ERRORS)
    @pytest.mark.parametrize("name", ["a.pdf", ""])
    def test_error_pages_are_no_documents(self, read, page, name):
        """They are told from documents by what they say, whatever was promised."""
        extracted = read(page, name=name)
        assert (extracted.reason, extracted.pages) == ("error-page", ())
        assert extracted.warnings[0].strip()

    def test_a_few_words_under_the_name_of_a_pdf_are_no_document(self, read):
        """ "File not found" is not the text of a bill; a whole bill under that name is."""
        assert read("File not found.", name="a.pdf").reason == "error-page"
        assert read("\n".join(SENTENCES) * 9, name="a.pdf").reason == ""
        assert read("The bill is short.", name="a.txt").reason == ""

    def test_an_order_about_errors_is_a_document(self, read):
        """Words of error pages in real ones harm nobody."""
        page = (
            f"<html><title>Order 5</title><p>Access Denied. Sign in. {' '.join(SENTENCES)}</html>"
        )
        assert read(page).reason == ""
        assert read(json.dumps({"error": None, "text": SENTENCES})).reason == ""

    def test_a_page_with_a_box_to_log_in_is_a_document(self, read):
        """Sites have such boxes on every page."""
        page = f"<html><title>Order 5</title>{' '.join(SENTENCES)}<input type=password></html>"
        assert read(page).reason == ""

    @pytest.mark.parametrize("blank", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"<html></html>", b"\0\0"])
    def test_nothing_is_nothing(self, read, blank):
        """Blanks, a byte order mark or a page without words are empty or of no kind."""
        extracted = read(blank)
        assert extracted.reason in {"empty", "unknown-type"}
        assert extracted.pages == ()

    @pytest.mark.parametrize("words", [XFA, PORTFOLIO])
    def test_a_pdf_that_only_adobe_shows_is_told(self, read, words):
        """What it asks to wait for is not in its pages, and its words are not the law's."""
        extracted = read(pdf([column(words)]))
        assert (extracted.reason, extracted.pages) == ("unknown-type", ())
        assert "PDF" in extracted.warnings[0]
        assert read(pdf([column(words), column(SENTENCES), column(SENTENCES)])).reason == ""

    @pytest.mark.parametrize(
        "junk",
        [
            b"\xef\xbb\xbf", b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n",
            b"<br />\n<b>Warning</b>: fopen() in <b>/x.php</b> on line <b>3</b><br />\n",
            b"<!-- served by x -->\n", b"\n" * 900,
        ],
    )  # fmt: skip
    def test_a_pdf_behind_junk_is_a_pdf(self, read, junk):
        """Servers print their troubles before what they serve."""
        assert read(junk + pdf([column(SENTENCES)]), name="a.pdf").text == "\n".join(SENTENCES)

    def test_a_page_that_speaks_of_pdf_is_a_page(self):
        """The beginning of a PDF in words makes none."""
        assert sniff(b"<p>A PDF begins with %PDF-1.4 and goes on.</p>") == "text/html"

    @pytest.mark.corpus
    def test_recorded_error_pages_are_told(self, corpus):
        """Those of Cloudflare, Akamai, Legistar, Granicus and IIS, without a word of their status."""
        folder = Path(corpus) / "feeds-errors"
        pages = [*folder.glob("waf/*.html"), *folder.glob("legistar/*odata*.json"),
                 *folder.glob("novusagenda/*.out")]  # fmt: skip
        assert len(pages) > 9
        for path in pages:
            assert extract_text(path, LIMITS, name="bill.pdf").reason == "error-page", path
            assert extract_text(path, LIMITS).reason == "error-page", path


class TestOtherKinds:
    def test_a_saved_page_is_read(self, read):
        """The page among the parts of a message, in its own encoding."""
        saved = (
            b"From: <Saved by a browser>\r\nSubject: Order\r\nMIME-Version: 1.0\r\n"
            b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="=-x"\r\n\r\n'
            b"--=-x\r\nContent-Type: text/html; charset=windows-1252\r\n"
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n<html><p>=A7 5 <s>may</s> sh=\r\n"
            b"all</html>\r\n--=-x\r\nContent-Type: image/png\r\n\r\nx\r\n--=-x--\r\n"
        )
        extracted = read(saved)
        assert (extracted.media_type, extracted.text) == ("multipart/related", "\u00a7 5 may shall")
        assert [mark.kind for mark in extracted.marks] == ["struck"]
        assert read(saved.replace(b"text/html; ", b"text/plain; ")).reason == "broken"

    @pytest.mark.parametrize(
        ("head", "word"),
        [
            (b"7z\xbc\xaf\x27\x1c\0\4", "7-Zip"), (b"Rar!\x1a\x07\x00", "RAR"),
            (b"<?xml version='1.0'?><bill/>", "XML"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_says_what_to_do(self, read, head, word):
        """A person who reads the warning knows what to look for."""
        extracted = read(head + b"0" * 99)
        assert extracted.reason == "unknown-type"
        assert word in extracted.warnings[0]
        assert "look for the same document as PDF" in extracted.warnings[0]

    def test_open_documents_are_told_by_what_they_say_they_are(self, read):
        """A workbook is no text."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", "<x/>")
        assert "ODS" in read(file.getvalue()).warnings[0]


class TestSecondReaders:
    """What is asked when the first reader was killed, by other means and without marks."""

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (word(p(r("A "), r("struck", "<w:strike/>"), r(" word")) + p(r("\u00a7 5"))),
             "A struck word\n\u00a7 5"),
            (show(shape("One"), shape("Two")), "One\nTwo"),
            (workbook([["STATE", "N"], ["\u00a7 5", 2]]), "STATE N\n\u00a7 5"),
            (b"<title>T</title><p>A <s>b</s>c<!-- > --> &sect;&nbsp;5<script>x<y</script><p>1 < 2", "T\nA bc \u00a7 5\n1 < 2"),
        ],
        ids=["docx", "pptx", "xlsx", "html"],
    )  # fmt: skip
    def test_they_find_the_words(self, read, content, words):
        """Words come paragraph by paragraph; what they add or strike is not known."""
        extracted = read(content, reader=extract_plainly)
        assert extracted.text == words
        assert extracted.marks == ()
        assert [page.method for page in extracted.pages] == ["bare"]

    def test_they_find_the_words_of_old_word_documents(self):
        """Bytes that look like words are shown, and that they may be none is said."""
        path = next((Path(__file__).parent / "documents").glob("*.doc"))
        found = extract_plainly(path, LIMITS)
        wanted = [word for word in extract_text(path, LIMITS).text.split() if len(word) > 6]
        assert sum(word in found.text for word in wanted) > 0.8 * len(wanted)
        assert "no words of the document" in found.warnings[0]

    def test_they_keep_the_limits(self, read):
        """The second reading is no way round them."""
        long = word(p(r("x" * 5000)))
        extracted = read(long, Limits(characters=100), reader=extract_plainly)
        assert (extracted.reason, len(extracted.text)) == ("limit", 100)
        bomb = show(shape("a"), **{"ppt/media/x.xml": bytes(20 << 20)})
        extracted = read(bomb, reader=extract_plainly)
        assert (extracted.media_type, extracted.reason) == (PPTX, "limit")

    def test_they_refuse_entities(self, read):
        """A document type definition can be a bomb to any reader."""
        part = '<!DOCTYPE x [<!ENTITY a "aaa">]><w:t>&a;</w:t>'
        extracted = read(word("", **{"word/document.xml": part}), reader=extract_plainly)
        assert (extracted.reason, extracted.pages) == ("broken", ())
