"""Encodings are found and not assumed: the section sign survives whatever was claimed."""

import codecs

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.extract.encodings import decode, unscrambled

LAW = "\u00a7 10-843. El alcalde podr\u00e1 \u201cfirmar\u201d el a\u00f1o \u2013 Beyonc\u00e9\u2019s law\u2026"
FORMS = {
    "html": lambda text: f"<p>{text}</p>",
    "text": lambda text: text,
    "csv": lambda text: f'No.,Text\r\n1,"{text}"\r\n',
}
CLAIMS = [
    "", "utf-8", "UTF8", "iso-8859-1", "windows-1252", "us-ascii", "utf-16", "utf-16le", "utf-32",
    "windows-1251", "koi8-r", "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc-kr", "rot13",
    "hex", "idna", "x-none", "\x00",
]  # fmt: skip
# Letters and signs of Windows-1252 that are not their own bytes in UTF-8 read wrongly.
WESTERN = st.text(
    st.sampled_from("\u00a7\u00b6\u00e1\u00e9\u00f1\u00fc\u0161\u2013\u2014\u2019\u201c\u201d aBc1.,\u00bd"),
    max_size=60,
)  # fmt: skip


def rtf(text, page=1252):
    """An RTF whose letters beyond ASCII are bytes of a code page."""
    body = "".join(
        one if one.isascii() else "".join(f"\\'{byte:02x}" for byte in one.encode(f"cp{page}"))
        for one in text
    )
    return f"{{\\rtf1\\ansi\\ansicpg{page}\\deff0 {body}\\par}}".encode()


class TestClaims:
    @pytest.mark.parametrize("claimed", CLAIMS)
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
    @pytest.mark.parametrize("form", FORMS)
    def test_what_bytes_are_counts_more_than_what_is_claimed(self, read, form, encoding, claimed):
        """No wrong header loses a letter."""
        content = FORMS[form](LAW).encode(encoding)
        extracted = read(content, media_type_hint=f"text/plain; charset={claimed}")
        assert LAW in extracted.text
        assert extracted.warnings == ()

    @pytest.mark.parametrize("claimed", [name for name in CLAIMS if name.isprintable()])
    def test_a_wrong_meta_element_loses_nothing(self, read, claimed):
        """Nor does a page that is wrong about itself."""
        for encoding in ("utf-8", "cp1252"):
            page = f'<html><head><meta charset="{claimed}"></head><p>{LAW}</p></html>'
            assert read(page.encode(encoding)).text == LAW

    def test_the_page_is_asked_when_the_header_is_wrong(self):
        """A claim that the bytes do not bear out is passed over for the next."""
        text = "\u041f\u0440\u0438\u043a\u0430\u0437 \u00a7 5"
        assert decode(text.encode("cp1251"), "utf-8", "windows-1251")[0] == text

    @pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "gbk", "big5", "shift_jis", "euc-kr"])
    def test_other_alphabets_are_believed_where_they_are(self, encoding):
        """A claim of one is true where most bytes are beyond ASCII."""
        words = {"cp1251": "\u041f\u0440\u0438\u043a\u0430\u0437", "koi8-r": "\u041f\u0440\u0438"}
        text = words.get(encoding, "\u4e2d\u6587" if encoding != "euc-kr" else "\ud55c\uad6d")
        assert decode(f"<p>{text * 9}</p>".encode(encoding), encoding) == (
            f"<p>{text * 9}</p>", [],
        )  # fmt: skip

    @given(WESTERN, st.sampled_from(CLAIMS))
    def test_utf_8_is_read_whatever_is_claimed(self, text, claimed):
        """What is valid UTF-8 is that."""
        assert decode(text.encode(), claimed)[0] == text

    @given(st.binary(max_size=300), st.lists(st.sampled_from(CLAIMS), max_size=3))
    def test_no_bytes_make_it_raise(self, content, claims):
        """Whatever they are, text comes back, with a warning where letters were lost."""
        text, warnings = decode(content, *claims)
        assert isinstance(text, str)
        assert not warnings or "\ufffd" in text


class TestBytes:
    @pytest.mark.parametrize("byte", range(0x80, 0x100))
    def test_each_byte_of_windows_is_its_letter(self, byte):
        """0x9A is a letter, 0xA7 the section sign; the five that are none are told."""
        content = b"see X" + bytes([byte]) + b"X there"
        text, warnings = decode(content)
        try:
            assert text == content.decode("cp1252")
        except UnicodeDecodeError:
            assert text == "see X\ufffdX there"
            assert warnings

    @pytest.mark.parametrize("order", ["le", "be"])
    @pytest.mark.parametrize("mark", [True, False])
    def test_utf_16_is_found_with_and_without_its_mark(self, order, mark):
        """Zeros in every other byte tell."""
        bom = {"le": codecs.BOM_UTF16_LE, "be": codecs.BOM_UTF16_BE}[order] if mark else b""
        assert decode(bom + LAW.encode(f"utf-16-{order}")) == (LAW, [])

    def test_utf_8_with_a_few_wrong_bytes_stays_utf_8(self):
        """Files are joined, and cut within a letter: the others are still what they were."""
        content = (LAW * 3).encode()
        assert (
            decode(content + " a\u00f1o \u00a7".encode("cp1252"))[0] == LAW * 3 + " a\u00f1o \u00a7"
        )
        assert decode(content[:-1])[0].startswith(LAW * 2)
        assert decode(content + b"\xc2", "iso-8859-1")[0].startswith(LAW * 3)

    def test_section_signs_of_other_tables_are_found(self):
        """DOS wrote it as 0xF5 or 0x15, New York's files as 0xB9 too; before a number it is one."""
        content = b"Add \xf5669-h, Rule \xb93(e), \x15 12 of the Code, caf\xe9"
        assert (
            decode(content)[0]
            == "Add \u00a7669-h, Rule \u00a73(e), \u00a7 12 of the Code, caf\u00e9"
        )
        assert decode("m\u00b9 a\u00f5es 5".encode("cp1252"))[0] == "m\u00b9 a\u00f5es 5"

    def test_a_sign_of_printers_is_no_letter(self):
        """California's old analyses begin lines with the byte 0x9A and blanks."""
        content = b"officers whose  \n\x9a     principal duties\n\x9aumava"
        assert decode(content)[0] == "officers whose  \n      principal duties\n\u0161umava"


class TestScrambled:
    @given(WESTERN)
    def test_what_was_encoded_twice_is_put_right(self, text):
        """A program took UTF-8 for Windows-1252."""
        scrambled = _scrambled(text)
        assert unscrambled(scrambled) == text or _ends_on_a_tilde(scrambled)

    def test_what_was_encoded_three_times_is_put_right(self):
        """Programs make the same mistake one after the other."""
        assert unscrambled(_scrambled(_scrambled("\u00a7 5 a\u00f1o"))) == "\u00a7 5 a\u00f1o"

    @pytest.mark.parametrize("form", FORMS)
    def test_documents_encoded_twice_are_read(self, read, form):
        """The section sign is one again in every kind of text."""
        scrambled = LAW.encode().decode("latin-1")
        assert LAW in read(FORMS[form](scrambled).encode()).text

    def test_pages_that_name_scrambled_letters_are_read(self, read):
        """Entities are no protection."""
        assert read(b"<p>&Acirc;&sect;&nbsp;5, Mayor&acirc;&euro;&trade;s</p>").text == (
            "\u00a7 5, Mayor\u2019s"
        )

    def test_an_rtf_of_utf_8_is_read(self, read):
        """Exports hand UTF-8 to a writer of Windows-1252."""
        assert read(rtf("\u00c2\u00a7 5")).text == "\u00a7 5"

    @pytest.mark.parametrize(
        "text",
        [
            "CAF\u00c9\u2122", "\u00c2ngela", "\u201cIRM\u00c3\u201d", "NA\u00c7\u00c3O", "\u00e2\u20ac",
            "p\u00e2t\u00e9", "\u00a7 5", "5 \u20ac\u2013 6", "\u00ef\u00bf\u00bd",
            "S\u00c3O \u2013 \u00c2nimo", "\u00c2", "\u00c3",
        ],
    )  # fmt: skip
    def test_real_words_stay(self, text):
        """Letters that scrambling makes are letters of languages too."""
        assert unscrambled(text) == text

    def test_controls_are_the_signs_that_windows_has_there(self, read):
        """Quotation marks that were taken for Latin-1 are quotation marks."""
        text = "the mayor\x92s \x93order\x94 \x96 \u00a7 5"
        assert read(text.encode()).text == "the mayor\u2019s \u201corder\u201d \u2013 \u00a7 5"


def _scrambled(text):
    return "".join(_as_windows_reads(byte) for byte in text.encode())


def _as_windows_reads(byte):
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _ends_on_a_tilde(text):
    """Whether a word seems to end on a tilde before a quotation mark, which is real in places."""
    return any(
        one == "\u00c3" and not text[at + 2 : at + 3].isalpha() for at, one in enumerate(text)
    )


def is_utf8(content):
    """Whether bytes happen to be UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class TestRtf:
    @pytest.mark.parametrize("page", [1252, 437, 850])
    def test_code_pages_are_the_rtf_s_own(self, read, page):
        """The section sign is another byte in each."""
        text = "a\u00f1o \u00e9 \u00fc" if page == 437 else "\u00a7 5 a\u00f1o"
        assert read(rtf(text, page)).text == text

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(WESTERN)
    def test_words_survive_in_rtf(self, read, text):
        """Bytes, raw bytes and Unicode numbers say the same."""
        expected = " ".join(text.split())
        raw = b"{\\rtf1\\ansi\\ansicpg1252 " + text.encode("cp1252") + b"\\par}"
        assume(text.isascii() or not is_utf8(raw))  # two letters that are one of UTF-8 are that
        numbered = "".join(one if one.isascii() else f"\\u{ord(one)}?" for one in text)
        for content in (rtf(text), raw, f"{{\\rtf1\\ansi {numbered}\\par}}".encode()):
            assert read(content).text == expected
