"""Documents of all kinds become text; bad ones become a reason."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from pipelines.extract import DOCX, EXTRACTOR, XLSX, extract_plainly, extract_text, sniff
from pipelines.extract.html import text_and_marks
from pipelines.texts import PAGE_BREAK, Limits

LIMITS = Limits()
SENTENCES = [
    "A sheriff may not enter into an agreement under which",
    "an officer of the county acts for the immigration service",
    "unless the council of the county has agreed to it in an",
    "open meeting, and an agreement that is in force ends on",
    "the first day of July after this Act becomes law, which",
    "the Governor shall make known in the manner of the law.",
]


def pdf(pages, **options):
    """A PDF whose pages are lists of (x, y, words) and of functions that draw."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(612, 792), invariant=True, **options)
    for page in pages:
        canvas.setFont("Times-Roman", 12)
        for item in page:
            if callable(item):
                item(canvas)
            else:
                canvas.drawString(*item)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def column(words, *, x=72, top=700, step=16):
    return [(x, top - step * rank, text) for rank, text in enumerate(words)]


# --- what a document is


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\r\nHTTP junk\r\n%PDF-1.4", "application/pdf"),
        (b"PK\x03\x04....xl/workbook.xml", XLSX),
        (b"PK\x03\x04....word/document.xml", DOCX),
        (b"PK\x03\x04....", "application/zip"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"\xef\xbb\xbf <!-- x -->\n<!DOCTYPE html>", "text/html"),
        ("<html>".encode("utf-16"), "text/html"),
        (b'<?xml version="1.0"?><html xmlns="x">', "text/html"),
        (b'<?xml version="1.0"?><bill/>', "application/xml"),
        (b'<p class="x">A fragment', "text/html"),
        (b"A < b and <nothing> else", "text/plain"),
        (b"<A bill to amend> the code", "text/plain"),
        (b"<s and <p are marks of the clerk", "text/plain"),
        (b"Section 1. The <u>sheriff</u> may go", "text/html"),
        (b"Line one<br>line two<br/>", "text/html"),
        (b"<body bgcolor=white nowrap", "text/html"),
        (b" \r\n{\\rtf1\\ansi", "application/rtf"),
        (b"{curly} and \\rtf1", "text/plain"),
        (b"", "text/plain"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\x00\x01\x02", "application/octet-stream"),
    ],
)
def test_the_type_is_found_by_content(head, media_type):
    """Names and headers do not decide what a document is."""
    assert sniff(head) == media_type


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "image/png"),
        (b'<?xml version="1.0"?><bill>x</bill>', "XML"),
        (bytes(range(256)), "octet-stream"),
    ],
)
def test_types_we_cannot_read_are_named(read, content, word):
    """A document of a kind we do not read yet says so, and is not mistaken for an empty one."""
    extracted = read(content)
    assert (extracted.reason, extracted.pages) == ("unknown-type", ())
    assert word in extracted.warnings[0]


def test_a_word_document_is_known_by_its_members(read):
    """A ZIP with a word/ folder anywhere in it is a DOCX."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "x" * 9000)
        archive.writestr("word/document.xml", "x")
    extracted = read(file.getvalue())
    assert (extracted.media_type, extracted.reason) == (DOCX, "broken")


def test_an_empty_file_is_empty(read):
    """No bytes, no text, and a word for it."""
    assert read(b"").reason == "empty"


def test_a_file_beyond_the_limit_is_not_opened(read):
    """Bytes are counted before anything is decoded."""
    extracted = read(pdf([column(SENTENCES)]), Limits(bytes=500))
    assert (extracted.reason, extracted.pages) == ("limit", ())


def test_a_path_that_cannot_be_read_raises(tmp_path):
    """That the file is not there tells nothing of the document."""
    with pytest.raises(OSError, match="nowhere"):
        extract_text(tmp_path / "nowhere", LIMITS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.sampled_from([b"", b"PK\x03\x04", b"<html>", b"<p>", b"\xff\xfe", b"{\\rtf1", b"\x1f\x8b"]),
    st.binary(max_size=200),
)
def test_no_content_makes_it_raise(read, head, rest):
    """Whatever the bytes are, the answer is a value with text or a reason."""
    extracted = read(head + rest)
    assert extracted.reason or extracted.text.strip() or not extracted.text
    assert all(page.text in extracted.text for page in extracted.pages)


def test_there_is_a_version_word():
    """Texts are kept with the version that read them."""
    assert EXTRACTOR


# --- PDF


def test_a_page_reads_as_printed(read):
    """Lines keep their order and their breaks; offsets lead back to the pages."""
    extracted = read(pdf([column(SENTENCES[:3]), column(SENTENCES[3:])]))
    assert (extracted.media_type, extracted.method, extracted.reason) == (
        "application/pdf", "pdfium", "",
    )  # fmt: skip
    assert [page.text for page in extracted.pages] == [
        "\n".join(SENTENCES[:3]),
        "\n".join(SENTENCES[3:]),
    ]
    assert [page.number for page in extracted.pages] == [1, 2]
    assert all(extracted.text[p.start :].startswith(p.text) for p in extracted.pages)
    assert extracted.text.count(PAGE_BREAK) == 1


def test_lines_drawn_in_any_order_are_read_top_down(read):
    """Where a line stands decides, not when it was drawn."""
    lines = column(SENTENCES)
    extracted = read(pdf([[lines[4], lines[1], lines[5], lines[0], lines[3], lines[2]]]))
    assert extracted.text == "\n".join(SENTENCES)


def test_pieces_on_one_baseline_are_one_row(read):
    """A label and its value, drawn far apart in time, stand on one line."""
    page = [(72, 700, "Sponsor:"), (72, 660, "Status:"), (300, 660.4, "Passed"), (300, 700, "Moon")]
    assert read(pdf([page])).text == "Sponsor: Moon\nStatus: Passed"


def test_words_printed_twice_for_boldness_are_read_once(read):
    """Some printers make bold by printing a line again, a hair to the right."""
    page = [(72, 700, "ORDINANCE"), *column(SENTENCES, top=600), (72.4, 700, "ORDINANCE")]
    assert read(pdf([page])).text.startswith("ORDINANCE\n\nA sheriff")


def test_columns_of_prose_are_read_one_after_the_other(read):
    """Prose side by side is not read across; what spans the page stays above and below."""
    left = [f"{text[:24]} left" for text in SENTENCES]
    right = [f"{text[:24]} right" for text in SENTENCES]
    title = "A title that runs over both of the columns of this page, as titles do"
    page = [*column(right, x=330), (72, 740, title), (72, 560, title.lower()), *column(left)]
    assert read(pdf([page])).text.split() == " ".join([title, *left, *right, title.lower()]).split()


def test_line_numbers_are_not_text(read):
    """Bills print the numbers of their lines in the margin."""
    pages = [
        [*column([str(n) for n in range(1, 7)], x=30), *column(SENTENCES)],
        [*column([str(n) for n in range(1, 6)], x=30), *column(SENTENCES[:5])],
        [*column(["1"], x=30), *column(SENTENCES[:1])],
    ]
    assert read(pdf(pages)).text.split(PAGE_BREAK) == [
        "\n".join(SENTENCES), "\n".join(SENTENCES[:5]), SENTENCES[0],
    ]  # fmt: skip


def test_line_numbers_are_places_to_cite(read):
    """Each line keeps its number where it stands in the text, and the page as printed is kept."""
    numbers = [(40, 700 - 16 * rank, str(rank + 1)) for rank in range(12)]
    [page] = read(pdf([column(SENTENCES * 2) + numbers])).pages
    assert [number for _, number in page.lines] == list(range(1, 13))
    assert [page.text[place:].split()[0] for place, _ in page.lines] == [
        words.split()[0] for words in SENTENCES * 2
    ]
    start = page.text.index("county acts")
    assert page.printed_lines(start, page.text.index("open meeting") + 4) == (2, 4)
    assert "12" in page.original
    assert "12" not in page.text


def test_heads_and_feet_are_not_text(read):
    """What each page repeats at its edges is no part of the sentence that crosses pages."""
    pages = [
        [(260, 750, f"HOUSE BILL 44    {n}"), *column(SENTENCES[n : n + 2]), (300, 30, f"- {n} -")]
        for n in range(1, 5)
    ]
    assert [page.text for page in read(pdf(pages)).pages] == [
        "\n".join(SENTENCES[n : n + 2]) for n in range(1, 5)
    ]


def test_words_broken_at_the_line_end_are_joined(read):
    """A word is whole whichever line it began on."""
    page = column(["an officer shall not help the immi-", "gration service with self-", "made law"])
    assert read(pdf([page])).text == (
        "an officer shall not help the immigration\nservice with self-made\nlaw"
    )


def test_a_foot_that_counts_the_pages_is_not_text(read):
    """Also on the only page; a sentence that names another page stays."""
    [page] = read(pdf([[*column(SENTENCES), (72, 80, "Order 2026-07 - Page 1 of 1")]])).pages
    assert "Page 1 of 1" not in page.text
    assert "Page 1 of 1" in page.original
    [page] = read(pdf([[*column(SENTENCES), (72, 80, "as set out on page 2 of 3")]])).pages
    assert page.text.endswith("as set out on page 2 of 3")


def test_letters_set_apart_are_words(read):
    """Headings are sometimes spaced out by hand."""
    page = [
        lambda canvas: canvas.drawString(72, 750, "F I N A L   P A S S A G E"),
        *column(SENTENCES),
    ]
    assert read(pdf([page])).text.startswith("FINAL PASSAGE\n")


def test_letters_printed_twice_are_read_once(read):
    """Boldness made letter by letter is no doubled word; words that double letters stay."""

    def twice(canvas):
        x = 72
        for letter in "THE BOOKKEEPER":
            canvas.drawString(x, 660, letter)
            canvas.drawString(x + 0.4, 660, letter)
            x += canvas.stringWidth(letter, "Times-Roman", 12)

    text = read(pdf([[(72, 700, "A bookkeeper, Mississippi"), twice]])).text
    assert text.split("\n") == ["A bookkeeper, Mississippi", "THE BOOKKEEPER"]


def test_capitals_split_within_a_line_are_words(read):
    """A gap within a word is narrower than the blanks about it; a class B stays a class B."""

    def split(canvas):
        x = 72
        for piece, gap in (("THE", 4), ("C", 1.7), ("IT", 1.7), ("Y", 4), ("OF EXAMPLE", 0)):
            canvas.drawString(x, 660, piece)
            x += canvas.stringWidth(piece, "Times-Roman", 12) + gap

    text = read(pdf([[(72, 700, "A CLASS B OFFENCE OF X COUNTY"), split]])).text
    assert text.split("\n") == ["A CLASS B OFFENCE OF X COUNTY", "THE CITY OF EXAMPLE"]


def test_a_stamp_up_the_margin_stands_apart(read):
    """Turned text in the margin never breaks into the lines beside it."""

    def stamp(canvas):
        canvas.saveState()
        canvas.translate(20, 640)
        canvas.rotate(90)
        canvas.drawString(0, 0, "printed at night")
        canvas.restoreState()

    assert read(pdf([[stamp, *column(SENTENCES)]])).text == "\n".join(
        [*SENTENCES, "printed at night"]
    )


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_reads_as_it_is_shown(read, turn):
    """A page drawn sideways and turned upright by its Rotate entry has its lines in order."""

    def sideways(canvas):
        canvas.setPageRotation(turn)
        canvas.rotate(turn)
        for x, y, text in reversed(column(SENTENCES, top=400)):
            dx, dy = {90: (0, -612), 180: (-612, -792), 270: (-792, 0)}[turn]
            canvas.drawString(x + dx, y + dy, text)

    assert read(pdf([[sideways]])).text == "\n".join(SENTENCES)


def test_a_page_without_text_is_empty_and_said(read):
    """A scan gives an empty page and a warning; a blank page is just blank."""
    drawing = [lambda canvas: canvas.rect(100, 100, 300, 300)]
    extracted = read(pdf([column(SENTENCES), drawing, [], drawing, drawing]))
    assert [bool(page.text) for page in extracted.pages] == [True, False, False, False, False]
    assert extracted.warnings == ("pages 2, 4-5 have no text layer",)
    assert extracted.reason == "low-confidence"
    alone = read(pdf([drawing]))
    assert (alone.reason, len(alone.pages)) == ("empty", 1)
    assert alone.warnings == ("page 1 has no text layer",)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_a_truncated_pdf_is_told(read, share):
    """A file whose end is missing is never taken for a whole one."""
    content = pdf([column(SENTENCES) for _ in range(40)])
    extracted = read(content[: int(len(content) * share)])
    assert extracted.reason == "truncated"
    assert "the end of the PDF is missing" in extracted.warnings
    assert all(page.text for page in extracted.pages)


def test_junk_round_a_pdf_is_no_harm(read):
    """Bytes before the header and after the end are put up with."""
    content = pdf([column(SENTENCES)])
    extracted = read(b"\r\n\r\n" + content + b"\n<!-- served in 5 ms -->" + bytes(5000))
    assert (extracted.reason, extracted.text) == ("", "\n".join(SENTENCES))


def test_a_locked_pdf_is_told_from_one_that_opens(read):
    """Only a password that is needed for reading makes a document unreadable."""
    locked = pdf([column(SENTENCES)], encrypt=StandardEncryption("secret", "owner"))
    assert read(locked).reason == "encrypted"
    guarded = pdf([column(SENTENCES)], encrypt=StandardEncryption("", "owner", canCopy=0))
    assert read(guarded).text == "\n".join(SENTENCES)


def test_a_broken_pdf_is_told(read):
    """A header and an end make no document."""
    extracted = read(b"%PDF-1.4\nnothing\nstartxref\n9\n%%EOF\n")
    assert (extracted.reason, extracted.pages) == ("broken", ())
    assert extracted.warnings


def test_a_pdf_with_too_many_pages_is_read_in_part(read):
    """What fits is kept, and that there was more is said."""
    content = pdf([column([f"{word} page"]) for word in ("first", "second", "third")])
    extracted = read(content, Limits(pages=2))
    assert [page.text for page in extracted.pages] == ["first page", "second page"]
    assert (extracted.reason, extracted.warnings) == (
        "limit", ("only the first 2 of 3 pages were read",),
    )  # fmt: skip


def test_a_pdf_with_too_many_characters_is_read_in_part(read):
    """Reading stops before the page that would exceed the limit."""
    extracted = read(pdf([column(SENTENCES), column(SENTENCES)]), Limits(characters=500))
    assert (extracted.reason, len(extracted.pages)) == ("limit", 1)


def test_the_second_reader_gives_the_words(tmp_path):
    """The plain reader finds the same words, whatever their order."""
    path = tmp_path / "bill.pdf"
    path.write_bytes(pdf([column(SENTENCES)]))
    plain = extract_plainly(path, LIMITS)
    assert plain.method == "pdfium-plain"
    assert plain.text.split() == " ".join(SENTENCES).split()
    path.write_bytes(pdf([column(["the immi-", "gration law"])]))
    assert extract_plainly(path, LIMITS).text == "the immigration\nlaw"


# --- HTML


def test_inline_tags_do_not_break_words():
    """Markup within a word leaves it whole; blocks begin new lines."""
    text, _ = text_and_marks(
        "<p>Im<b>mi</b>gra<i>tion</i> and\n <a>customs</a></p><div>x<br>y</div>"
    )
    assert text == "Immigration and customs\n\nx\ny"


def test_marked_words_are_spans():
    """Tags and styles that add or strike become marks over the text's own offsets."""
    text, marks = text_and_marks(
        "<p>It <s>may</s> <em class='new'>shall</em><em class='new'> not</em>, <del>or</del>"
        "<ins>nor</ins> <u>may</u> <strike>it</strike> <em>ever</em>"
        "<span style='text-decoration: line-through'>!</span></p>"
    )
    assert text == "It may shall not, or nor may it ever!"
    assert [(mark.kind, text[mark.start : mark.end]) for mark in marks] == [
        ("struck", "may"), ("added", "shall not"), ("struck", "or"), ("added", "nor may"),
        ("struck", "it"), ("struck", "!"),
    ]  # fmt: skip


def test_marks_in_preformatted_text_leave_the_spaces():
    """Lines and columns stay, and so does the blank before and after a marked word."""
    text, marks = text_and_marks("<pre>  1  may <s>not</s> go\n  2  <u>in</u>  May</pre>")
    assert text == "  1  may not go\n  2 in  May"
    assert [text[mark.start : mark.end] for mark in marks] == ["not", "in"]


def test_struck_words_are_struck_whatever_else_they_are():
    """What is struck within an addition is struck, and so is what was added to struck words."""
    struck, marks = text_and_marks('<s>old <em class="new">new</em> words</s>')
    assert [(mark.kind, struck[mark.start : mark.end]) for mark in marks] == [
        ("struck", "old new words")
    ]
    text, marks = text_and_marks("<ins>new <s>old</s> words</ins>")
    assert [(mark.kind, text[mark.start : mark.end]) for mark in marks] == [
        ("added", "new"), ("struck", "old"), ("added", "words"),
    ]  # fmt: skip


def test_furniture_is_left_out():
    """Scripts, styles, navigation and what is hidden are not the document."""
    text, _ = text_and_marks(
        "<html><head><title>T</title><style>p{}</style></head><body><nav>Menu</nav>"
        "<header>Site</header><article><header>Order 5</header>Text</article>"
        "<p hidden>no</p><p style='display:none'>no</p><!-- no --><script>no()</script>"
        "<footer>Contact</footer></body></html>"
    )
    assert text == "Order 5\n\nText"


def test_a_main_element_with_most_of_the_text_is_the_document():
    """What stands round it is left out, unless that is where the text is."""
    page = "<body><div>Skip to content</div><main>{}</main><div>{}</div></body>"
    assert text_and_marks(page.format("A long order. " * 9, "Share"))[0].endswith("order.")
    assert "the order" in text_and_marks(page.format("Share", "It is the order. " * 9))[0]


def test_tables_keep_their_cells_apart():
    """Cells are parted by tabs, rows by lines."""
    text, _ = text_and_marks("<table><tr><th>No.<th>Title<tr><td>1<td>Masks</table>")
    assert text == "No.\tTitle\n1\tMasks"


def test_entities_and_preformatted_text():
    """Entities become characters, pre keeps its lines and its spaces."""
    text, _ = text_and_marks("<p>&sect;&nbsp;287(g)&shy;x &amp; y</p><pre>  1  a\n  2  b</pre>")
    assert text == "\u00a7 287(g)x & y\n\n  1  a\n  2  b"


def test_deep_nesting_is_no_harm(read):
    """A hostile page nests deeper than Python recurses."""
    extracted = read(b"<html>" + b"<div>" * 20_000 + b"words")
    assert extracted.media_type == "text/html"
    assert extracted.reason in {"", "empty", "broken"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<p>Ma\u00f1ana \u2019s \u00a7</p>".encode(), ""),
        ("<p>Ma\u00f1ana \u2019s \u00a7</p>".encode("cp1252"), ""),
        ("<p>Ma\u00f1ana \u2019s \u00a7</p>".encode("cp1252"), "text/html; charset=ISO-8859-1"),
        ("<p>Ma\u00f1ana \u2019s \u00a7</p>".encode("utf-16"), ""),
        ("<meta charset=windows-1252><p>Ma\u00f1ana \u2019s \u00a7</p>".encode("cp1252"), ""),
        ("<meta charset=utf-8><p>Ma\u00f1ana \u2019s \u00a7</p>".encode("cp1252"), ""),
        ("<p>Ma\u00f1ana \u2019s \u00a7</p>".encode(), "text/html; charset=no-such-thing"),
    ],
)
def test_encodings_are_found(read, content, told):
    """UTF-8 where it is valid, then what was claimed and holds, then Windows-1252."""
    assert read(content, media_type_hint=told).text == "Ma\u00f1ana \u2019s \u00a7"


def test_a_claimed_encoding_is_believed_when_it_holds(read):
    """Cyrillic in its own encoding is no Windows-1252."""
    content = "<p>\u041f\u0440\u0438\u043a\u0430\u0437</p>".encode("cp1251")
    assert read(content, media_type_hint="text/html; charset=windows-1251").text == (
        "\u041f\u0440\u0438\u043a\u0430\u0437"
    )


@pytest.mark.parametrize(
    "told",
    [{"media_type_hint": "application/pdf"}, {"name": "EO 5.PDF"}, {"media_type_hint": XLSX}],
)
def test_a_web_page_instead_of_a_document_is_an_error_page(read, told):
    """A page that came where a PDF was promised gives no text, and says what it said."""
    extracted = read(b"<html><body><h1>Access denied</h1></body></html>", **told)
    assert (extracted.media_type, extracted.reason) == ("text/html", "error-page")
    assert extracted.pages == ()
    assert "Access denied" in extracted.warnings[0]


def test_a_web_page_beyond_the_limit_is_cut(read):
    """The beginning is kept, with the marks that are wholly in it."""
    extracted = read(b"<p>ab <s>cd</s> ef <s>gh</s></p>", Limits(characters=7))
    assert (extracted.reason, extracted.text, len(extracted.marks)) == ("limit", "ab cd e", 1)


# --- workbooks


def workbook(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rank, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {rank}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_is_its_rows(read):
    """A sheet is a page, a row a line, and values read as a person sees them."""
    extracted = read(
        workbook(
            [
                ["STATE", "SIGNED", "N"],
                ["ALABAMA", datetime(2025, 5, 8), 2.0],
                [],
                [None, True, 1.5],
            ],
            [["two\nlines", date(2025, 1, 2)]],
        )
    )
    assert (extracted.media_type, extracted.method) == (XLSX, "sheet")
    assert [page.text for page in extracted.pages] == [
        "STATE\tSIGNED\tN\nALABAMA\t2025-05-08\t2\n\tTRUE\t1.5",
        "two lines\t2025-01-02",
    ]
    assert extracted.pages[1].start == len(extracted.pages[0].text) + 1


def test_a_workbook_beyond_the_limit_is_read_in_part(read):
    """Whole rows are kept as long as they fit."""
    extracted = read(workbook([["one"], ["two"], ["three"]]), Limits(characters=8))
    assert (extracted.reason, extracted.text) == ("limit", "one\ntwo")


def test_a_workbook_that_unpacks_to_too_much_is_refused(read):
    """The declared sizes are added up before a byte is unpacked."""
    extracted = read(workbook([["x"]]), Limits(decompressed=1000))
    assert (extracted.reason, extracted.pages) == ("limit", ())
    assert "1,000 are allowed" in extracted.warnings[0]


def test_a_decompression_bomb_is_refused(read):
    """Nothing real is packed a thousand to one."""
    file = io.BytesIO(workbook([["x"]]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/bomb.xml", bytes(20 << 20))
    extracted = read(file.getvalue())
    assert (extracted.reason, extracted.pages) == ("limit", ())


def test_a_workbook_with_entities_is_not_expanded(read):
    """XML entities in a workbook are refused, not read."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["x"]]))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(
                    b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet', 1
                )
            new.writestr(name, content)
    extracted = read(file.getvalue())
    assert (extracted.reason, extracted.pages) == ("broken", ())
    assert "invalid XML" in extracted.warnings[0]


def test_a_broken_workbook_is_told(read):
    """A ZIP that is cut short has no text."""
    extracted = read(workbook([["x"]])[:2000])
    assert extracted.pages == ()
    assert extracted.reason == "truncated"


# --- plain text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_plain_text_in_any_usual_encoding(read, encoding):
    """A byte order mark is believed, then UTF-8, then Windows-1252."""
    extracted = read("\u00a7 1\r\nMa\u00f1ana\r\u201cx\u201d".encode(encoding))
    assert extracted.text == "\u00a7 1\nMa\u00f1ana\n\u201cx\u201d"
    assert (extracted.media_type, extracted.method) == ("text/plain", "plain")


def test_form_feeds_part_the_pages_of_plain_text(read):
    """Printed pages keep their numbers."""
    extracted = read(b"one\ftwo\f")
    assert [(page.number, page.start, page.text) for page in extracted.pages] == [
        (1, 0, "one"), (2, 4, "two"),
    ]  # fmt: skip


def test_bytes_of_no_encoding_are_told(read):
    """What cannot be decoded is replaced, and that is said."""
    extracted = read(b"words \x81\x8d words")
    assert extracted.warnings == ("some characters could not be decoded",)


# --- real documents


@pytest.mark.corpus
def test_the_maryland_ban_reads_as_printed(corpus):
    """The 287(g) ban of 2026: sentences whole over lines, no numbers, no heads."""
    path = next((corpus / "state-bills/maryland/pdf-2026").glob("HB0444__*.pdf"))
    extracted = extract_text(path, LIMITS)
    words = " ".join(extracted.text.split())
    assert (
        "(B) THE STATE, A UNIT OF LOCAL GOVERNMENT, A COUNTY SHERIFF, OR ANY AGENCY, OFFICER, "
        "EMPLOYEE, OR AGENT OF THE STATE OR A UNIT OF LOCAL GOVERNMENT MAY NOT ENTER INTO AN "
        "IMMIGRATION ENFORCEMENT AGREEMENT." in words
    )
    assert "all the members elected to each of the two Houses" in words
    assert "(II) 8 U.S.C. \u00a7 1357; OR" in words
    assert not [line for line in extracted.text.splitlines() if line.strip().isdigit()]
    assert extracted.pages[1].text.startswith("SECTION 1. BE IT ENACTED")


@pytest.mark.corpus
def test_the_oregon_bill_loses_its_numbers_and_keeps_its_words(corpus):
    """Numbers printed apart from the lines go; words that lines break are whole."""
    path = corpus / "state-bills/oregon/measure-2026r1-hb4138-introduced.pdf"
    pages = extract_text(path, LIMITS).pages
    assert pages[1].text.startswith("(b) A requirement that all sworn officers visibly display")
    assert "as part of the regular performance\nof the officer" in pages[1].text
    assert not [page for page in pages if "HB 4138" in page.text or "\n1\n" in page.text]


@pytest.mark.corpus
def test_an_order_of_the_federal_register_is_free_of_its_furniture(corpus):
    """Heads, the typesetter's line and the stamp in the margin are gone."""
    extracted = extract_text(corpus / "executive-orders/federal/2025-02007.pdf", LIMITS)
    words = " ".join(extracted.text.split())
    assert "universally to everyone born within the United States" in words
    assert "any policies" not in words
    assert "VerDate" not in words
    assert "PROD with" not in words
    assert "Federal Register / Vol." not in words


@pytest.mark.corpus
def test_every_real_pdf_is_read(corpus):
    """No recorded document is broken to us; what has no text layer says so."""
    for path in sorted(corpus.rglob("*.pdf")):
        if path.stat().st_size:
            extracted = extract_text(path, LIMITS)
            assert extracted.reason in {"", "empty", "low-confidence"}, path
            assert extracted.text.strip() or extracted.warnings, path
            assert "\ufffe" not in extracted.text, path


@pytest.mark.corpus
def test_the_agency_workbooks_are_rows(corpus):
    """Every recorded list of agreements has its header and its states."""
    for path in sorted((corpus / "287g/ice/sheets").glob("*.xlsx"))[::6]:
        extracted = extract_text(path, LIMITS)
        assert extracted.reason == "", path
        assert "STATE" in extracted.text.partition("\n")[0].upper(), path


@pytest.mark.corpus
def test_real_web_pages_are_text(corpus):
    """Recorded pages of all sites give text without markup."""
    for path in sorted(Path(corpus).rglob("*.html"))[::4]:
        if path.stat().st_size:
            extracted = extract_text(path, LIMITS)
            assert extracted.reason in {"", "empty", "error-page"}, path
            assert "<div" not in extracted.text, path
