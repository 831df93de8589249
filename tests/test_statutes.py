"""Citations of law in queries: all usual spellings, equivalents, and nothing else."""

import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import query
from pipelines.match import compile_topics, find_matches, matches_query
from pipelines.statutes import citation_of
from pipelines.texts import Extracted, Page


def found(asked: str, text: str) -> list[str]:
    return [text[start:end] for start, end in matches_query(query.parse(asked), text)]


DELEGATION = '"8 U.S.C. 1357(g)"'


class TestSpellings:
    """One citation, as many ways as drafters have."""

    @pytest.mark.parametrize(
        "text",
        [
            "8 U.S.C. 1357(g)",
            "8 U.S.C. § 1357(g)",
            "8 USC §1357 (g)",
            "8 U. S. C. § 1357(g)",
            "8 U.S.C.A. § 1357(g)",
            "8 U.S. Code § 1357(g)",
            "8 United States Code Section 1357(g)",
            "8 U.S.C. Sec. 1357(g)",
            "8 U.S.C.\n1357( g )",
            "8\N{NO-BREAK SPACE}U.S.C. §\N{NO-BREAK SPACE}1357(g)",
            "section 1357(g) of title 8",
            "Section 1357(g) of Title 8 of the United States Code",
            "section 1357(g), title 8, United States Code",
            "Title 8, United States Code, Section 1357(g)",
            "INA 287(g)",
            "INA § 287(g)",
            "I.N.A. section 287(g)",
            "section 287(g) of the INA",
            "Section 287(g) of the federal Immigration and Nationality Act",
            "287(g) of the Immigration and Nationality Act",
            "Immigration & Nationality Act § 287(g)",
            "IMMIGRATION AND\nNATIONALITY ACT, SECTION 287(G)",
            "Immigration and Na-\ntionality Act section 287(g)",
            "8 USC sec 1357(g)",
            "8 U.S.C.1357(g)",
            "8 U.S.C.S. § 1357(g)",
            "8 U.S.C. 1357, subd. (g)",
            "8 U.S.C. §§ 1357(a) and (g)",
            "8 U.S.C. §§ 1226(a)-(c) and 1357(g)",
            "Immigration and Nationality Act (INA) § 287(g)",
            "Immigration and Nationality Act (\u201cINA\u201d) section 287(g)",
            "Immigration and Nationality Act of 1952, as amended, section 287(g)",
            "section 287(a) or (g) of the INA",
            "sections 287(f), (g), and (h) of the INA",
            "INA\u2019s section 287(g)",
            "subsection (g) of section 287 of the Immigration and Nationality Act",
            "subsection (g) of 8 U.S.C. 1357",
        ],
    )
    def test_every_usual_spelling(self, text):
        """It is found whole, in the midst of a sentence too."""
        for asked in (
            DELEGATION, '"INA 287(g)"', '"section 287(g) of the INA"', '"8 U.S.C. sec 1357(g)"',
            '"title 8 section 1357(g)"',
        ):  # fmt: skip
            assert found(asked, text) == [text]
            assert found(asked, f"made under {text}, or renewed") == [text]

    @pytest.mark.parametrize(
        ("text", "cited"),
        [
            ("8 U.S.C. 1357(g)(1)", "8 U.S.C. 1357(g)"),
            ("8 U.S.C. §§ 1226(a), 1231 and 1357(g)", "8 U.S.C. §§ 1226(a), 1231 and 1357(g)"),
            (
                "sections 236 and 287(g) of the Immigration and Nationality Act",
                "sections 236 and 287(g) of the Immigration and Nationality Act",
            ),
            (
                "section 287(g)(5) or 241 of the Immigration and Nationality Act",
                "section 287(g)(5) or 241 of the Immigration and Nationality Act",
            ),
        ],
    )
    def test_lists_and_what_is_below(self, text, cited):
        """One of several sections is found, and one with further subsections."""
        assert found(DELEGATION, text) == [cited]

    @pytest.mark.parametrize(
        "text",
        [
            "18 U.S.C. 1357(g)", "8 U.S.C. 1357(h)", "8 U.S.C. 1357", "8 U.S.C. 13570(g)",
            "section 287(g) of the Tax Law", "INA 287(a)", "287(g)", "8 C.F.R. 1357(g)",
            "section 1357(g) of title 18", "5.8 U.S.C. 1357(g)", "section 14-287(g)", "china 287(g)",
            "subsection (g) of section 236 of the INA", "8 U.S.C. 1357(a) and 1226(g)",
        ],
    )  # fmt: skip
    def test_other_law_is_not_found(self, text):
        """Another title, section, subsection or act is another citation."""
        assert found(DELEGATION, text) == []

    def test_without_a_subsection_all_are_found(self):
        """A section stands for all of it."""
        for text in ("8 U.S.C. 1357", "INA § 287", "section 1357(d) of title 8"):
            assert found('"8 U.S.C. § 1357"', text)

    def test_other_acts(self):
        """A section of the Code that comes from another act is found there as well."""
        act = "section 642 of the Illegal Immigration Reform and Immigrant Responsibility Act"
        assert found('"8 U.S.C. 1373"', f"under {act} of 1996") == [act]
        assert found('"8 U.S.C. 1644"', "PRWORA § 434") == ["PRWORA § 434"]
        assert found('"INA 287"', act) == []

    def test_lists_of_sections(self):
        """However the sections of a list are joined."""
        for text in ("Sections 1373 & 1644", "§§ 1373, 1644", "1373 and/or 1644", "1373; 1644"):
            assert found('"8 U.S.C. 1644"', f"8 U.S.C. {text}")
        for text in ("sections 236 and 287(g)", "subsection (g) of section 287"):
            assert found('"§ 287(g)"', text) == [text]

    def test_equivalents_that_were_hard_to_read(self):
        """On such a page an equivalent may be misspelt as the citation may."""
        matcher = compile_topics([SimpleNamespace(name="t", tree=query.parse('"INA 287(g)"'))])
        text = "under 8 U.S.C. l357(g) now"
        for confidence, count in ((0.6, 1), (1.0, 0)):
            page = Page(number=1, start=0, text=text, method="ocr", confidence=confidence)
            read = Extracted(media_type="image/png", method="ocr", pages=(page,))
            assert [one.term for one in find_matches(matcher, read)] == ['"INA 287(g)"'] * count

    def test_a_section_of_an_act_that_we_do_not_know(self):
        """It is found in the act's spellings, and never confused with the Code's."""
        assert found('"INA 999"', "section 999 of the INA")
        assert found('"INA 999"', "8 U.S.C. 999") == []

    def test_regulations(self):
        """Regulations have their own spellings."""
        for text in ("8 C.F.R. § 287.7(a)", "8 CFR 287.7", "8 Code of Federal Regulations 287.7"):
            assert found('"8 CFR 287.7"', text)
        for text in ("28 CFR 287.7", "8 CFR 287.71", "8 U.S.C. 287.7"):
            assert found('"8 CFR 287.7"', text) == []

    def test_a_section_of_a_state(self):
        """The sign and the word are one."""
        for text in (
            "§3\N{EN DASH}113.1(b)",
            "Section 3-113.1.",
            "sec. 3-113.1",
            "SECTION\n3-113.1",
            "Sec 3-113.1",
            "Section 3-\n113.1",
            "§§ 3-113 and 3-113.1",
        ):
            assert found('"§ 3-113.1"', text)
        for text in ("§ 3-113.12", "§ 13-113.1", "3-113.1"):
            assert found('"§ 3-113.1"', text) == []


class TestOnlyCitations:
    """What is no citation stays what it was."""

    @pytest.mark.parametrize(
        "asked", ['"287(g)"', '"agreement under 8 U.S.C. 1357"', '"ice"', "INA"]
    )
    def test_other_terms(self, asked):
        """A bare number, and a phrase with other words, are looked for as written."""
        assert citation_of(query.parse(asked)) is None

    @given(st.text(alphabet="8 U.S.C§ection1357(g)INAof,-\n", max_size=60))
    def test_any_text_is_searched(self, text):
        """Whatever stands round, what is found has the number and lies in the text."""
        for span in found(DELEGATION, text):
            assert re.search(r"1357|287", span)

    def test_hostile_lists_are_bounded(self):
        """A megabyte of numbers that never end in the act takes no time to speak of."""
        assert found(DELEGATION, "section 1, 2 and 3(a)(b)(c), 287 " * 20_000) == []
        assert found(DELEGATION, "section 287(a), (b), (c)-(d) and (e), (f)(h) " * 20_000) == []
