"""DOCX and DOC become text with what they add and strike; hostile ones a reason."""

import io
import struct
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract import DOC, DOCX
from pipelines.extract.word_numbers import Level, Numbers, printed
from pipelines.match import compile_topics, find_matches
from pipelines.texts import Limits

DOCUMENTS = Path(__file__).parent / "documents"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def word(body, styles="", numbering="", footnotes="", **parts):
    """A DOCX of our own from the XML of its body and of other parts."""
    kinds = {"styles": styles, "numbering": numbering, "footnotes": footnotes}
    relations = "".join(
        f'<Relationship Id="r{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
        for kind, content in kinds.items()
        if content
    )
    members = {
        "_rels/.rels": f'<Relationships><Relationship Id="r" Type="{OFFICE}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
    }
    members |= {
        f"word/{kind}.xml": f"<w:{kind} {SPACES}>{content}</w:{kind}>"
        for kind, content in kinds.items()
        if content
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members | parts).items():
            archive.writestr(name, content)
    return file.getvalue()


def p(*runs, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def r(text, look=""):
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def item(text, level=0, number=1):
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return p(r(text), properties=numbered)


def marked(extracted):
    return [(mark.kind, extracted.text[mark.start : mark.end]) for mark in extracted.marks]


class TestMarks:
    def test_struck_and_underlined_words_are_marked(self, read):
        """A strike deletes, single or double; an underline adds."""
        body = p(
            r("A sheriff "), r("may", "<w:strike/>"), r(" "), r("shall", '<w:u w:val="single"/>'),
            r(" go "), r("home", "<w:dstrike/>"), r("."),
        )  # fmt: skip
        extracted = read(word(body))
        assert (extracted.media_type, extracted.method, extracted.reason) == (DOCX, "docx", "")
        assert extracted.text == "A sheriff may shall go home."
        assert marked(extracted) == [("struck", "may"), ("added", "shall"), ("struck", "home")]
        assert [page.number for page in extracted.pages] == [None]

    def test_a_mark_can_be_switched_off(self, read):
        """A value of false, 0 or none says that the words are plain."""
        body = p(
            r("one ", '<w:strike w:val="0"/>'), r("two ", '<w:dstrike w:val="false"/>'),
            r("three", '<w:u w:val="none"/>'),
        )  # fmt: skip
        assert marked(read(word(body))) == []

    def test_tracked_changes_are_marked(self, read):
        """Insertions, deletions and moves say themselves what they are, however they look."""
        body = p(
            r("It "), f"<w:ins>{r('shall ')}</w:ins>",
            '<w:del><w:r><w:delText xml:space="preserve">may </w:delText></w:r></w:del>',
            f"<w:moveFrom>{r('soon ')}</w:moveFrom>", r("end "), f"<w:moveTo>{r('soon')}</w:moveTo>",
        )  # fmt: skip
        extracted = read(word(body))
        assert extracted.text == "It shall may soon end soon"
        assert marked(extracted) == [
            ("added", "shall"), ("struck", "may soon"), ("added", "soon"),
        ]  # fmt: skip

    def test_words_inserted_and_struck_again_are_struck(self, read):
        """A deletion within an insertion goes."""
        body = p(f"<w:ins>{r('new ')}<w:del>{r('newer')}</w:del></w:ins>")
        assert marked(read(word(body))) == [("added", "new"), ("struck", "newer")]

    def test_how_it_looked_before_is_not_how_it_looks(self, read):
        """The properties that a tracked change of format keeps are of the past."""
        look = "<w:rPrChange><w:rPr><w:strike/></w:rPr></w:rPrChange>"
        assert marked(read(word(p(r("words", look))))) == []

    def test_styles_draw_too(self, read):
        """A character style, one it is based on and a paragraph's style strike and underline."""
        styles = (
            '<w:style w:styleId="Gone" w:type="character"><w:rPr><w:strike/></w:rPr></w:style>'
            '<w:style w:styleId="Gone2" w:type="character"><w:basedOn w:val="Gone"/></w:style>'
            '<w:style w:styleId="New" w:type="paragraph"><w:rPr><w:u w:val="single"/></w:rPr>'
            "</w:style>"
        )
        body = p(r("old", '<w:rStyle w:val="Gone2"/>'), r(" law")) + p(
            r("All of this paragraph is new matter that stands in the law from now on, "),
            r("but", '<w:u w:val="none"/>'),
            properties='<w:pStyle w:val="New"/>',
        )
        assert marked(read(word(body, styles))) == [
            ("struck", "old"),
            ("added", "All of this paragraph is new matter that stands in the law from now on,"),
        ]

    def test_styles_based_on_each_other_end(self, read):
        """A circle of styles is walked for a while and left."""
        styles = "".join(
            f'<w:style w:styleId="{one}" w:type="character"><w:basedOn w:val="{other}"/></w:style>'
            for one, other in ("AB", "BA")
        )
        body = p(r("words", '<w:rStyle w:val="A"/>'))
        assert read(word(body, styles)).text == "words"

    def test_headings_and_links_are_not_added(self, read):
        """What only a heading's or a link's style underlines is no new matter."""
        under = '<w:rPr><w:u w:val="single"/></w:rPr>'
        styles = (
            f'<w:style w:styleId="H1" w:type="paragraph"><w:name w:val="heading 1"/>{under}'
            f'</w:style><w:style w:styleId="L" w:type="character"><w:name w:val="Hyperlink"/>'
            f"{under}</w:style>"
        )
        see = r("see", '<w:u w:val="single"/>')
        body = (
            p(r("A long heading of a bill"), properties='<w:pStyle w:val="H1"/>')
            + p(r("It is amended at "), r("x.gov", '<w:rStyle w:val="L"/>'), r(" and "))
            + p(r("or "), f"<w:hyperlink>{see}</w:hyperlink>", r(" below"))
        )
        assert marked(read(word(body, styles))) == []


class TestText:
    def test_tables_are_read_row_by_row(self, read):
        """Cells stand on a line, parted by tabs; paragraphs in a cell on lines."""
        rows = "".join(
            f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in row)}</w:tr>"
            for row in ((p(r("No.")), p(r("Fee"))), (p(r("1")), p(r("$5")) + p(r("a day"))))
        )
        extracted = read(word(p(r("Fees")) + f"<w:tbl>{rows}</w:tbl>" + p(r("End"))))
        assert extracted.text == "Fees\n\nNo.\tFee\n1\t$5\na day\n\nEnd"

    def test_numbers_of_lists_are_text(self, read):
        """Word keeps them out of the text; "(a)" is law all the same."""
        levels = "".join(
            f'<w:lvl w:ilvl="{rank}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
            for rank, (form, text) in enumerate(
                [("decimal", "Section %1."), ("lowerLetter", "(%2)"), ("upperRoman", "%1-%3.")]
            )
        )
        numbering = (
            f'<w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
            '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        )
        body = (
            item("Title.") + item("one", 1) + item("two", 1) + item("deep", 2)
            + item("Masks.") + item("three", 1) + item("no such level", 8) + item("no list", 0, 9)
        )  # fmt: skip
        assert read(word(body, numbering=numbering)).text.split("\n\n") == [
            "Section 1. Title.", "(a) one", "(b) two", "1-I. deep", "Section 2. Masks.",
            "(a) three", "no such level", "no list",
        ]  # fmt: skip

    def test_what_nobody_sees_is_left_out(self, read):
        """Hidden text, instructions of fields and the second copy of a drawing."""
        body = p(
            r("seen "), r("hidden ", "<w:vanish/>"),
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            "<w:r><w:instrText>DATE</w:instrText></w:r>"
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', r("May 1"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            f"<mc:AlternateContent><mc:Fallback>{r('twice')}</mc:Fallback></mc:AlternateContent>",
        )  # fmt: skip
        assert read(word(body)).text == "seen May 1"

    def test_a_text_box_stands_after_the_text(self, read):
        """What floats over a paragraph does not break into it."""
        box = f"<wps:txbx><w:txbxContent>{p(r('boxed'))}</w:txbxContent></wps:txbx>"
        body = p(r("be"), f"<w:r>{box}</w:r>", r("fore", "<w:strike/>")) + p(r("after"))
        extracted = read(word(body))
        assert extracted.text == "before\n\nafter\n\nboxed"
        assert marked(extracted) == [("struck", "fore")]

    def test_footnotes_stand_at_the_end(self, read):
        """The line between text and notes is none of them."""
        notes = (
            f'<w:footnote w:type="separator" w:id="0">{p(r("line"))}</w:footnote>'
            f'<w:footnote w:id="1">{p(r("See the code."))}</w:footnote>'
        )
        body = p(r("A law"), '<w:r><w:footnoteReference w:id="1"/></w:r>', r(" of old."))
        assert read(word(body, footnotes=notes)).text == "A law of old.\n\nSee the code."

    def test_breaks_tabs_and_symbols(self, read):
        """Signs that are elements of their own."""
        body = p(
            "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
            '<w:sym w:font="Wingdings" w:char="F0A8"/></w:r>'
        )
        assert read(word(body)).text == "a\tb\nc-d\u2022"

    def test_a_document_of_another_program(self, read):
        """python-docx writes all that Word writes: heads, feet, styles, lists."""
        document = docx.Document()
        document.sections[0].header.paragraphs[0].text = "Head of every page"
        document.add_heading("An act", 1)
        document.add_paragraph("It begins.", style="List Number")
        document.add_paragraph("It ends.", style="List Number")
        file = io.BytesIO()
        document.save(file)
        assert read(file.getvalue()).text == "An act\n\n1. It begins.\n\n2. It ends."


class TestHostile:
    def test_entities_are_not_expanded(self, read):
        """A part that defines entities is refused before it can grow."""
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        part = (
            f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><w:document {SPACES}><w:body>'
            f"{p(r('&l9;'))}</w:body></w:document>"
        )
        for name in ("word/document.xml", "word/styles.xml"):
            extracted = read(word(p(r("words")), **{name: part}))
            assert (extracted.reason, extracted.pages) == ("broken", ())

    def test_a_bomb_is_refused(self, read):
        """Sizes are judged before anything is unpacked."""
        content = word(p(r(" " * (20 << 20))))
        assert len(content) < 1 << 20
        assert read(content).reason == "limit"
        assert read(word(p(r("words"))), Limits(decompressed=200)).reason == "limit"

    def test_a_long_document_is_read_in_part(self, read):
        """What fits is kept, with its marks, and that there was more is said."""
        body = "".join(p(r(f"paragraph {n} "), r("old", "<w:strike/>")) for n in range(30_000))
        extracted = read(word(body), Limits(characters=100))
        assert (extracted.reason, len(extracted.text)) == ("limit", 100)
        assert set(marked(extracted)) == {("struck", "old")}
        assert extracted.warnings == ("reading stopped at 100 characters",)

    @pytest.mark.parametrize("share", [0.3, 0.9])
    def test_a_cut_document_is_truncated(self, read, share):
        """A download that broke off is no amendment."""
        content = word(p(r("words")))
        assert read(content[: int(len(content) * share)]).reason == "truncated"

    def test_a_locked_archive_is_told(self, read):
        """Parts that need a password are not broken."""
        content = bytearray(word(p(r("words"))))
        at = content.find(b"PK\x01\x02")
        while at >= 0:
            content[at + 8] |= 1
            at = content.find(b"PK\x01\x02", at + 4)
        assert read(bytes(content)).reason == "encrypted"

    def test_no_text_is_empty(self, read):
        """A document that holds nothing has no pages."""
        extracted = read(word(p()))
        assert (extracted.reason, extracted.pages) == ("empty", ())

    def test_a_document_within_is_told(self, read):
        """What we do not read is said."""
        assert read(word(p(r("words")) + "<w:altChunk/>")).warnings

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(
        st.lists(
            st.sampled_from(
                [
                    "<w:p>", "</w:p>", "<w:r>", "</w:r>", "<w:t>x", "</w:t>", "<w:tbl>", "</w:tbl>",
                    "<w:ins>", "</w:ins>", "<w:rPr>", "</w:rPr>", "<w:strike/>", "<w:txbxContent>",
                    "</w:txbxContent>", '<w:fldChar w:fldCharType="end"/>', "<w:hyperlink>",
                    "</w:hyperlink>", "<w:tc>", "</w:tc>", '<w:sym w:char="zz"/>',
                    '<w:numId w:val="-3"/>', "<w:fldSimple>", "</w:fldSimple>",
                ]
            ),
            max_size=30,
        )
    )  # fmt: skip
    def test_no_xml_makes_it_raise(self, read, pieces):
        """Elements in any order give text or a reason."""
        extracted = read(word("".join(pieces)))
        assert extracted.reason in {"", "broken", "empty"}
        assert all(0 <= m.start < m.end <= len(extracted.text) for m in extracted.marks)


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "form", "words"),
        [
            (4, "decimal", "4"), (4, "decimalZero", "04"), (28, "lowerLetter", "bb"),
            (3, "upperLetter", "C"), (1994, "upperRoman", "MCMXCIV"), (9, "lowerRoman", "ix"),
            (21, "ordinal", "21st"), (12, "ordinal", "12th"), (3, "none", ""), (7, "chicago", "7"),
            (0, "lowerRoman", "0"),
        ],
    )  # fmt: skip
    def test_numbers_as_word_prints_them(self, value, form, words):
        """The formats of ECMA-376 that lists of laws use."""
        assert printed(value, form) == words

    def test_lists_of_one_kind_go_on_unless_started_anew(self):
        """Two lists share their numbers; one with a start of its own begins there."""
        numbers = Numbers(
            {"1": "k", "2": "k", "3": "k"}, {"k": {0: Level(text="%1.")}}, {("3", 0): 1}
        )
        printed = [numbers.following(number, 0) for number in ("1", "1", "2", "3", "3")]
        assert printed == ["1.", "2.", "3.", "1.", "2."]


@pytest.fixture(scope="module")
def old():
    """A genuine DOC; its text is ours. It was saved by LibreOffice 7.4."""
    return (DOCUMENTS / "amendment.doc").read_bytes()


def patched(content, offset, data):
    """The DOC with bytes of its main stream changed; the stream lies in one piece."""
    at = content.index(b"\xec\xa5", 512) + offset
    return content[:at] + data + content[at + len(data) :]


class TestDoc:
    def test_text_and_marks_are_read(self, read, old):
        """Strikes, underlines, tracked changes; tables by rows; notes at the end; no heads."""
        extracted = read(old)
        assert (extracted.media_type, extracted.method, extracted.reason) == (DOC, "doc", "")
        assert extracted.text == (
            "An Act on agreements with the border police\n\n"
            "A sheriff may shall not make an agreement under \u00a7\u2009287(g). "
            "\u201cMask\u201d \u2013 it\u2019s \u0141\u00f3d\u017a."
            "\n\nIt now then ends. See the code today.\n\nNo.\tFee\n1\t$5\nAfter the table."
            "\n\nA footnote of law."
        ).replace("\u2009", " ")
        assert marked(extracted) == [
            ("struck", "may"), ("added", "shall not"), ("added", "now"), ("struck", "then"),
        ]  # fmt: skip

    def test_a_match_in_it_has_no_page_and_a_standing(self, read, old):
        """DOC has no pages; struck words are known as such."""
        [topic] = [type("Topic", (), {"name": "t", "tree": parsed('"may"')})]
        [match] = find_matches(compile_topics([topic]), read(old))
        assert (match.page, str(match.standing)) == (None, "struck")

    def test_a_document_with_a_password_is_told(self, read, old):
        """The head says that the rest is encrypted."""
        flags = struct.unpack_from("<H", old, old.index(b"\xec\xa5", 512) + 10)[0]
        extracted = read(patched(old, 10, struct.pack("<H", flags | 0x100)))
        assert (extracted.reason, extracted.pages) == ("encrypted", ())

    def test_a_locked_docx_is_told(self, read, old):
        """A DOCX with a password is an OLE file that holds a package."""
        assert read(renamed(old, "EncryptedPackage")).reason == "encrypted"

    @pytest.mark.parametrize(
        ("name", "reason", "word"),
        [
            ("Workbook", "broken", "workbook"),
            ("PowerPoint Document", "unknown-type", "PowerPoint"),
        ],
    )
    def test_other_old_documents_are_named(self, read, old, name, reason, word):
        """What an OLE file is, its streams tell; a workbook's must then be one."""
        extracted = read(renamed(old, name))
        assert extracted.reason == reason
        assert word in extracted.warnings[0]

    def test_the_text_of_word_6_is_read_and_its_marks_are_unknown(self, read, old):
        """There is no piece table; what a word's standing is, nobody knows."""
        text = "A sheriff may go.\r287(g) \xa7 5\r".encode("cp1252")
        bare = patched(old, 0, struct.pack("<HH", 0xA5DC, 104))
        at = old.index(b"\xec\xa5", 512)
        bare = bare[: at + 24] + struct.pack("<II", 2048, 2048 + len(text)) + bare[at + 32 :]
        bare = bare[: at + 2048] + text + bare[at + 2048 + len(text) :]
        extracted = read(bare)
        assert extracted.text == "A sheriff may go.\n\n287(g) \xa7 5"
        assert extracted.warnings
        [topic] = [type("Topic", (), {"name": "t", "tree": parsed('"may"')})]
        [match] = find_matches(compile_topics([topic]), extracted)
        assert str(match.standing) == "unknown"

    @pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.95])
    def test_a_cut_document_costs_only_itself(self, read, old, share):
        """Where the tables of the file are missing there is a reason."""
        extracted = read(old[: int(len(old) * share)])
        assert extracted.reason in {"broken", "unknown-type"}
        assert extracted.pages == ()

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
    @given(st.data())
    def test_no_bytes_make_it_raise(self, read, old, data):
        """Any four bytes changed anywhere give text or a reason."""
        at = data.draw(st.integers(8, len(old) - 4))
        extracted = read(old[:at] + data.draw(st.binary(min_size=4, max_size=4)) + old[at + 4 :])
        assert extracted.reason or extracted.text
        assert all(0 <= m.start < m.end <= len(extracted.text) for m in extracted.marks)

    def test_a_web_page_or_rtf_under_its_name_is_read_as_what_it_is(self, read):
        """Legislatures serve both with the ending .doc."""
        told = {"media_type_hint": "application/msword", "name": "bill.doc"}
        assert read(b"<html><p>A <s>law</s></p></html>", **told).method == "html"
        assert read(b"{\\rtf1 A {\\strike law}}", **told).method == "rtf"


def parsed(words):
    from config.query import parse

    return parse(words)


def renamed(content, name):
    """The OLE file with its stream WordDocument called otherwise."""
    old = "WordDocument".encode("utf-16-le").ljust(64, b"\0")
    at = content.index(old)
    new = name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2)
    return content[:at] + new + content[at + 66 :]
