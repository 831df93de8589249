"""RTF becomes words and marks, whoever wrote it and however broken it is."""

import json
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from pipelines.clean import restore_symbols
from pipelines.extract import RTF, extract_text
from pipelines.markup import law_marks
from pipelines.texts import Limits
from scrapers.rtf import read_rtf, rtf_words

FONTS = (
    r"{\fonttbl{\f0\froman\fcharset0 Times;}{\f1\fcharset2 Symbol;}{\f2\fcharset204 Cyr;}"
    r"{\f3\fcharset128 Mincho;}}"
)
HEAD = rf"{{\rtf1\ansi\ansicpg1252\deff0{FONTS}{{\colortbl ;\red0\green0\blue0;}}\uc1 "


def words(body):
    return read_rtf(f"{HEAD}{body}}}", most=100_000).text


def spans(body):
    found = read_rtf(f"{HEAD}{body}}}", most=100_000)
    return [(span.kind, found.text[span.start : span.end]) for span in found.spans]


class TestWords:
    @pytest.mark.parametrize(
        ("body", "text"),
        [
            (r"one\par two\par\par three", "one\n\ntwo\n\nthree"),
            (r"one\line two\tab three", "one\ntwo\tthree"),
            ("one \r\ntwo", "one two"),
            ("one\\\ntwo", "one\n\ntwo"),
            (
                r"\ldblquote a\rdblquote\emdash b\rquote s \bullet",
                "\u201ca\u201d\u2014b\u2019s \u2022",
            ),
            (r"\{x\} \\ a\~b c\_d e\-f", "{x} \\ a b c-d ef"),
            (r"\'a7 287(g) caf\'e9 \'93x\'94", "\xa7 287(g) caf\xe9 \u201cx\u201d"),
            ("\xa7 5 \u2019 \ud55c", "\xa7 5 \u2019 \ud55c"),
            (r"\u8217 's \u-3913 ?", "\u2019s \u2022"),
            (r"\u8217\'92s", "\u2019s"),
            (r"{\uc2\u167 --x}\u167 -x", "\xa7x\xa7x"),
            (r"{\uc0\u167 x}", "\xa7x"),
            (r"\u55357 ?\u56832 ?", "\U0001f600"),
            (r"\u56832 ?a\u55357 ?b", "ab"),
            (r"{\f1\'b7}\f0\'b7 {\f2\'e4\'e0}", "\u2022\xb7 \u0434\u0430"),
            (r"{\f3\'83A\'83\'41}", "\u30a2\u30a2"),
            (r"{\v hidden}seen{\v0 too}", "seentoo"),
            (r"\v x\plain y", "y"),
            (
                r"{\info{\title T}}{\*\generator G;}{\header H\par}{\pict 0a0b}{\*\new x}text",
                "text",
            ),
            (r"{\pict\bin5 }}}{{}text", "text"),
            (r"{\field{\*\fldinst PAGE }{\fldrslt 7}} of", "7 of"),
            (r"{\listtext (a)\tab}No one{\*\pn{\pntxta .}}", "(a)\tNo one"),
            (r"a\intbl 1\cell 2\cell\row 3\cell\row\pard b", "a1\t2\n3\nb"),
            (r"{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt boxed}}", "boxed"),
            (r"law{\footnote a note} goes on", "law goes on\n\na note"),
            (r"law{\super\chftn{\*\footnote\chftn a note}} goes on", "law goes on\n\na note"),
            (r"{\upr{one}{\*\ud{\u233 ?}}}", "one"),
            (r"\unknown42 x\'zz", "xzz"),
        ],
    )
    def test_what_is_written_is_read(self, body, text):
        """Control words, code pages, Unicode and what nobody sees, after the specification."""
        assert words(body) == text

    def test_a_note_is_plain_words(self):
        """A line for each paragraph and no blank ones; what is no RTF stays as it is."""
        assert (
            rtf_words(rf"{HEAD}\b Start: 9:32\par By: X\b0\par\par\cf1\par}}")
            == "Start: 9:32\nBy: X"
        )
        assert rtf_words("plain {words}\n") == "plain {words}\n"
        assert rtf_words("") == ""

    def test_bytes_of_another_code_page(self, tmp_path):
        """A file may hold bytes beyond ASCII as they are; UTF-8 is told from a code page."""
        path = tmp_path / "x.rtf"
        for content in (
            rb"{\rtf1\ansi\ansicpg1251 "
            + "\u0437\u0430\u043a\u043e\u043d \xa7 5".encode("cp1251")
            + b"}",
            rb"{\rtf1\ansi\ansicpg1251 " + "\u0437\u0430\u043a\u043e\u043d \xa7 5".encode() + b"}",
        ):
            path.write_bytes(content)
            extracted = extract_text(path, Limits())
            assert (extracted.media_type, extracted.text) == (
                RTF,
                "\u0437\u0430\u043a\u043e\u043d \xa7 5",
            )


class TestMarks:
    def test_strikes_underlines_and_tracked_changes(self):
        """What is drawn and what is tracked, through groups and resets."""
        assert spans(
            r"It {\strike may}\ul shall\ulnone  go {\uldb now} {\striked1 not}\striked0  go"
            r"{\revised  on}{\deleted  off} \ulw a\plain b\ul0 c\ulc3 d"
        ) == [
            ("struck", "may"), ("underlined", "shall"), ("underlined", "now"), ("struck", "not"),
            ("added", "on"), ("struck", "off"), ("underlined", "a"),
        ]  # fmt: skip

    def test_a_struck_word_and_its_successor_stay_apart(self):
        """Marks part words: "may" replaced by "shall" never becomes "mayshall"."""
        assert words(r"{\strike may}{\ul shall}") == "may shall"
        assert words(r"{\strike may}{\ul shall}").split() == ["may", "shall"]

    def test_links_are_not_underlined(self):
        """The words of a link look so because they are a link, also after the field ends."""
        assert spans(
            r'{\field{\*\fldinst{HYPERLINK "https://x.gov"}}{\fldrslt{\ul here}}} {\ul new}'
        ) == [("underlined", "new")]

    def test_tabs_and_blanks_do_not_part_a_mark(self):
        """A number and what it numbers are one addition."""
        assert spans(r"\ul 1.\tab\ul0 \ul Coats\ulnone") == [("underlined", "1.\tCoats")]


class TestBroken:
    def test_a_cut_file_gives_what_could_be_read(self, tmp_path):
        """Its end is missing: it is read and told, and is never an amendment."""
        found = read_rtf(HEAD + r"one {\strike two", most=1000)
        assert (found.text, found.truncated) == ("one two", True)
        path = tmp_path / "x.rtf"
        path.write_text(HEAD + "one", encoding="ascii")
        assert extract_text(path, Limits()).reason == "truncated"

    def test_what_stands_after_the_end_is_told(self):
        """Blanks, NULs and spare braces are usual; words are not."""
        assert read_rtf(r"{\rtf1 a}}" + "\r\n\0", most=99).problems == ()
        assert read_rtf(r"{\rtf1 a} b", most=99).problems == (
            "something stands after the end of the RTF",
        )

    def test_reading_stops_at_the_limit(self, tmp_path):
        """What fits is kept."""
        path = tmp_path / "x.rtf"
        path.write_text(HEAD + r"abc\par " * 1000 + "}", encoding="ascii")
        extracted = extract_text(path, Limits(characters=100))
        assert (extracted.reason, len(extracted.text)) == ("limit", 100)

    @pytest.mark.parametrize(
        "body",
        ["{" * 200_000, "}" * 200_000, "{}" * 100_000, "\\*{\\*\\x" * 30_000, r"\bin999999999 x",
         r"\bin" * 50_000, r"{\*\fldinst " * 20_000, "\\'8" * 50_000, r"\u-99999" * 30_000,
         r"is amended \par " + r"\ul a\ulnone  b " * 100_000, r"\ul a\ulnone\par " * 100_000,
         r"{\footnote " * 20_000, r"{\fonttbl{\f0 x}" * 20_000, r"\uc999999999\u5 x", "[" * 200_000],
    )  # fmt: skip
    @pytest.mark.timeout(10)
    def test_a_hostile_file_costs_little(self, body):
        """Time grows with the length and with nothing else."""
        found = read_rtf(rf"{{\rtf1 {body}", most=1_000_000)
        law_marks(found.text, found.spans)

    @settings(max_examples=300)
    @given(
        st.lists(
            st.sampled_from(
                ["{", "}", "\\", "\\*", "\\par", "\\ul ", "\\strike", "\\plain", "\\u", "\\uc",
                 "-", "9", "\\'", "\\'e4", "\\'83", "\\f3", "\\f1", "\\bin", "\\v", "\\cell",
                 "\\footnote", "{\\field", "{\\*\\fldinst HYPERLINK", "\\deff", "\\ansicpg65001 ",
                 "\\ansicpg932 ", "word", " ", "\n", "\udc83", "\ud800", "\xa7", "\x85", "[", "]"]
            ),
            max_size=40,
        )
    )  # fmt: skip
    def test_no_rtf_makes_it_raise(self, pieces):
        """Any order of tokens gives a text whose spans lie in it, in order and apart."""
        found = read_rtf(HEAD + "".join(pieces), most=10_000, mend=restore_symbols)
        ends = [0, *(at for span in found.spans for at in (span.start, span.end))]
        assert ends == sorted(ends)
        assert ends[-1] <= len(found.text)
        marks = law_marks(found.text, found.spans)
        assert all(0 <= mark.start < mark.end <= len(found.text) for mark in marks)


class TestMeaning:
    """The rules are drawn from New York City's bills; the examples are ours."""

    AMENDS = r"\par Section 1. Section 9-1 of the code is amended to read as follows:\par "

    def marks(self, body):
        found = read_rtf(f"{HEAD}{body}}}", most=100_000)
        return [
            (mark.kind, found.text[mark.start : mark.end])
            for mark in law_marks(found.text, found.spans)
        ]

    def test_brackets_beside_new_matter_delete(self):
        """Who strikes nothing deletes in brackets; an underlined bracket is new text."""
        assert self.marks(self.AMENDS + r"A [sheriff] {\ul marshal} of [2] {\ul two [2] areas}.") == [
            ("struck", "[sheriff]"), ("added", "marshal"), ("struck", "[2]"),
            ("added", "two [2] areas"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "body",
        [
            r"Whereas it said \ldblquote [t]he [mayor] shall\rdblquote , and",
            AMENDS + r"A [sheriff] may {\strike not} {\ul never} go.",
            AMENDS + r"{\ul New words} of [sic] and [ ] and [t]he law.",
        ],
    )
    def test_other_brackets_do_not(self, body):
        """In quotations, where strikes delete, and what editors put in."""
        assert ("struck", "[sheriff]") not in self.marks(body)
        assert not [words for kind, words in self.marks(body) if "[" in words]

    def test_a_legend_says_what_brackets_do(self):
        """Where the document says so they delete, whatever else is marked."""
        legend = r"Matter in brackets [] is to be deleted.\par "
        assert self.marks(legend + r"A {\strike law} or [order] stands.") == [
            ("struck", "law"), ("struck", "[order]"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "heading",
        [r"Be it enacted by the Council as follows:", r"Session 12", r"WHEREAS,", r"RESOLVED",
         r"Be it ordained by the people of the town:", "______"],
    )  # fmt: skip
    def test_headings_and_formulas_are_not_new(self, heading):
        """They are underlined, and the law does not change by them."""
        assert self.marks(rf"{{\ul {heading}}}{self.AMENDS}{{\ul b. New words of law.}}") == [
            ("added", "b. New words of law."),
        ]

    def test_headings_of_new_law_are_new(self):
        """A heading that stands with new paragraphs is part of them."""
        assert self.marks(
            self.AMENDS + r"{\ul Subchapter 33\par Persons in costumes\par "
            r"\'a7 1 No person in a costume may ask for money within ten feet of a door.}\par End"
        ) == [
            ("added", "Subchapter 33"), ("added", "Persons in costumes"),
            ("added", "\xa7 1 No person in a costume may ask for money within ten feet of a door."),
        ]  # fmt: skip

    def test_labels_of_a_memo_are_no_law(self):
        """Where nothing is amended an underlined label is a label; words within a line count."""
        assert self.marks(
            r"{\ul Background:} The city {\ul shall not} wait.\par {\ul Next Steps}\par x"
        ) == [
            ("added", "shall not"),
        ]


@pytest.fixture(scope="module")
def texts(corpus):
    """New York City's texts as RTF, beside what Legistar makes of them without markup."""
    found = []
    for path in sorted((corpus / "legistar" / "nyc").glob("*_20*_*.json")):
        value = json.loads(path.read_text(encoding="utf-8"))
        if value.get("RTF"):
            rtf = read_rtf(value["RTF"], most=10_000_000, mend=restore_symbols)
            found.append((path.stem, rtf, value["Text"]))
    return found


@pytest.mark.corpus
class TestRecorded:
    def test_the_words_are_those_of_the_plain_text(self, texts):
        """Quotes are straight there and footnotes follow; all else is the same."""
        straight = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
        alike = [
            fuzz.ratio(
                rtf.text.translate(straight).split(),
                restore_symbols(plain).translate(straight).split(),
            )
            for _, rtf, plain in texts
        ]
        assert len(alike) >= 100
        assert min(alike) > 93
        assert mean(alike) > 99
        assert not [stem for stem, rtf, _ in texts if rtf.problems]

    def test_every_bill_marks_what_it_amends(self, texts):
        """A local law amends and so adds; a resolution amends nothing."""
        adding, marking = 0, set()
        bills = [(stem, rtf) for stem, rtf, _ in texts if stem.startswith("introduction")]
        for stem, rtf in bills:
            marks = law_marks(rtf.text, rtf.spans)
            if any(mark.kind == "added" for mark in marks):
                adding += 1
            for mark in marks:
                quoted = rtf.text[mark.start : mark.end]
                assert "Be it enacted" not in quoted, stem
                assert not quoted.startswith("Session "), stem
                marking.add((stem, mark.kind))
        assert adding >= 0.75 * len(bills)
        struck = {stem for stem, kind in marking if kind == "struck"}
        assert len(struck) >= 11
        for stem, rtf, _ in texts:
            if stem.startswith("resolution"):
                assert law_marks(rtf.text, rtf.spans) == (), stem
