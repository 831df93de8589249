"""Finding topics in texts."""

import os
import pickle
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import query
from config.query import parse
from config.topics import load_pack
from config.vocabulary import Standing
from pipelines.lexicon import fold, printable
from pipelines.match import (
    UnevaluableQueryError,
    compile_topics,
    find_matches,
    match_field,
    matches_query,
)
from pipelines.match_fields import Fields, match_fields
from pipelines.snippets import SNIPPET
from pipelines.texts import PAGE_BREAK, Extracted, Limits, Mark, Page


def found(written: str, text: str) -> list[str]:
    """The passages of a text that a query finds."""
    return [text[start:end] for start, end in matches_query(parse(written), text)]


def matcher(**queries: str):
    """A matcher for topics written as keyword arguments."""
    return compile_topics(
        [SimpleNamespace(name=name, tree=parse(written)) for name, written in queries.items()]
    )


def document(*pages: str, method: str = "pdfium", confidence: float = 1.0, marks=()) -> Extracted:
    """A document of these pages."""
    start, made = 0, []
    for number, text in enumerate(pages, 1):
        made.append(
            Page(number=number, start=start, text=text, method=method, confidence=confidence)
        )
        start += len(text) + len(PAGE_BREAK)
    return Extracted(
        media_type="application/pdf", method=method, pages=tuple(made), marks=tuple(marks)
    )


class TestTerms:
    """What single terms find."""

    @pytest.mark.parametrize(
        "printed",
        [
            "287(g)",
            "287 (g)",
            "287( g )",
            "287\u00a0(g)",
            "287(\ng)",
            "287\u200b(g)",
            "Section 287(G)",
            "287\uff08g\uff09",
        ],
    )
    def test_symbols_survive(self, printed):
        """A phrase with symbols is found with the spaces and glyphs documents give it."""
        assert len(found('"287(g)"', f"under {printed} of the Act")) == 1

    @pytest.mark.parametrize(
        "printed", ["1287(g)", "287(h)", "287", "§ 14-287(g)", "2.287(g)", "287(g)x", "287 g"]
    )
    def test_longer_numbers_are_others(self, printed):
        """A citation inside a longer number or word is another citation."""
        assert found('"287(g)"', f"under {printed} of the code") == []

    @pytest.mark.parametrize(
        "printed",
        [
            "§ 3-113.1",
            "§3-113.1",
            "§ 3\u2013113.1",
            "§\u00a03-113.1.",
            "\ufffd 3-113.1",
            "§\n3-113.1",
        ],
    )
    def test_section_signs(self, printed):
        """A section sign is found whether printed with a space, a dash or lost to U+FFFD."""
        assert len(found('"§ 3-113.1"', f"see {printed}")) == 1

    @pytest.mark.parametrize("printed", ["§ 3-113.12", "§ 13-113.1", "§ 3-113"])
    def test_other_sections(self, printed):
        """A neighbouring section is not found."""
        assert found('"§ 3-113.1"', f"see {printed} of it") == []

    @pytest.mark.parametrize(
        "printed",
        [
            "immigration enforcement",
            "IMMIGRATION ENFORCEMENT",
            "immigration\nenforcement",
            "immigration\f\nenforcement",
            "immigration\u00a0enforcement",
            "immigration\u2013enforcement",
            "immigra-\ntion enforcement",
            "immi-\ngra-\ntion enforce-\n  ment",
            "immigra\u00ad\ntion en\u00adforcement",
            "immigra\u2010\ntion enforcement",
            "immi\u200bgration enforce\u202ement",
            "immigra- tion enforcement",
        ],
    )
    def test_spaces_and_hyphens_within_a_term(self, printed):
        """A phrase is found across line ends, page breaks, broken words and odd glyphs."""
        assert found('"immigration enforcement"', f"any {printed}.") == [printed]

    def test_ligatures_and_letters_built_of_two(self):
        """Compatibility forms are the letters they stand for."""
        assert found("confine", "to con\ufb01ne them") == ["con\ufb01ne"]
        assert found('"josé"', "Jose\u0301 and José") == ["Jose\u0301", "José"]

    def test_quoted_is_exact(self):
        """A quoted word matches no inflection, and a quoted compound not its parts."""
        assert found('"mask"', "masks masked mask") == ["mask"]
        assert found('"fox-it"', "a fox, it ran; fox news; foxit; fox-it") == ["fox-it"]

    def test_a_broken_compound_is_found(self):
        """A compound broken at its hyphen is the compound."""
        assert found('"fox-it"', "by fox-\nit") == ["fox-\nit"]
        assert found("employed", "the self-\nemployed") == ["employed"]

    def test_bare_words_match_inflections(self):
        """A bare word finds its inflections, whole words only, in any case."""
        assert found("mask", "Masks, masked; MASKING unmask task mask-free") == [
            "Masks",
            "masked",
            "MASKING",
            "mask",
        ]

    def test_capitals_as_written(self):
        """With = the capitals count."""
        assert found("=ICE", "ICE ice Ice ICES") == ["ICE"]
        assert found('="Ice Out"', "Ice Out of here, ice out") == ["Ice Out"]

    def test_prefixes(self):
        """With a star, words that begin so are found."""
        assert found("deput*", "Deputy deputize depu-\ntization undeputized") == [
            "Deputy",
            "deputize",
            "depu-\ntization",
        ]

    @given(st.text(max_size=200))
    def test_any_text_can_be_read(self, text):
        """No characters break matching, and spans lie within the text."""
        for start, end in matches_query(parse('"a" OR be* OR =C OR "0" OR "§ 1"'), text):
            assert 0 <= start < end <= len(text)

    @given(
        st.lists(
            st.sampled_from(
                ["ma-\nsk ", "\u00ad", "\ufb01", "\u200b", "é", "e\u0301", "\u2013", " x "]
            )
        )
    )
    def test_offsets_lead_back_to_the_code_points(self, parts):
        """Whatever stands before a hit, its offsets name it in the text itself."""
        text = "".join(parts) + " 287 (g) end"
        assert found('"287(g)"', text) == ["287 (g)"]

    @given(st.text(max_size=80))
    def test_folded_spans_lead_back_in_order(self, text):
        """Each folded character comes from a span of the text, in the text's order."""
        folded = fold(text, lambda _: True)
        assert len(folded.text) == len(folded.cased)
        spans = [folded.origin(at, at + 1) for at in range(len(folded.text))]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert spans == sorted(spans)


class TestOperators:
    """What operators mean."""

    @pytest.mark.parametrize(
        ("written", "text", "passages"),
        [
            ("mask AND police", "police wear masks", ["police", "masks"]),
            ("mask AND police", "only masks", []),
            ("mask police", "police wear masks", ["police", "masks"]),
            ("mask OR badge", "a badge", ["badge"]),
            ("mask NOT covid", "a mask", ["mask"]),
            ("mask NOT covid", "a covid mask", []),
            ("mask NEAR/3 police", "police may wear masks", ["police may wear masks"]),
            ("mask NEAR/3 police", "masks that such police", ["masks that such police"]),
            ("mask NEAR/2 police", "police may wear masks", []),
            ("mask NEAR/1 police", "mask police", ["mask police"]),
            ("mask NEAR/3 police", "mask mask police", ["mask police"]),
            ("mask NEAR/5 mask", "one mask", []),
            ("mask NEAR/5 mask", "mask on mask", ["mask on mask"]),
            ("police THEN/3 mask", "police may mask", ["police may mask"]),
            ("police THEN/3 mask", "mask the police", []),
            ("mask UNLESS covid", "a mask", ["mask"]),
            ("mask UNLESS covid", "a mask, far from covid", []),
            ("mask UNLESS NEAR/2 covid", "covid mask. The police wear a mask", ["mask"]),
            ('mask UNLESS NEAR/2 "mask mandate"', "a mask mandate", []),
            ("mask SENTENCE police", "A mask. The police wear a mask.", ["police wear a mask"]),
            ("mask SENTENCE police", "A mask is here. Police are there.", []),
            ("mask SENTENCE police", "A mask under 8 U.S.C. Police wear it", None),
            ("mask PARAGRAPH police", "A mask. Police.\n\nA badge.", ["mask. Police"]),
            ("mask PARAGRAPH police", "A mask.\n\nPolice.", []),
            ("mask PARAGRAPH police", "A mask.\n(b) Police.", []),
            ("(mask OR badge) NEAR/2 police", "badge of police", ["badge of police"]),
            ("(a NEAR/2 b) NEAR/2 c", "a x b y c", ["a x b y c"]),
            ("text:mask", "a mask", ["mask"]),
            ("title:mask", "a mask", []),
        ],
    )
    def test_operators(self, written, text, passages):
        """Operators find exactly these passages."""
        if passages is None:
            assert found(written, text)
        else:
            assert found(written, text) == passages

    def test_capitals_after_an_apostrophe_are_the_tail_of_a_word(self):
        """OF'F'ICE, as scans have it, is no ICE; quotes round it are."""
        assert not found("=ICE", "the OF'F'ICE of the mayor")
        assert found("=ICE", "called 'ICE' here") == ["ICE"]

    def test_a_word_is_what_people_call_one(self):
        """Distances count "U.S.C." and "city-owned" as one word."""
        assert found("mask NEAR/3 police", "mask U.S.C. city-owned police")
        assert not found("mask NEAR/2 police", "mask U.S.C. city-owned police")


class TestCompiling:
    """What cannot be evaluated is said at once."""

    def test_a_query_for_nothing_is_refused(self):
        """A query that only says what must be absent matches everything."""
        tree = query.Not(query.Word("mask"))
        with pytest.raises(UnevaluableQueryError, match="lacks a word"):
            compile_topics([SimpleNamespace(name="t", tree=tree)])

    def test_near_nothing_is_refused(self):
        """Nothing can be near what is absent."""
        near = query.Near(query.Word("police"), query.Not(query.Word("mask")), 5)
        with pytest.raises(UnevaluableQueryError, match="UNLESS NEAR"):
            compile_topics([SimpleNamespace(name="t", tree=near)])

    def test_a_matcher_can_be_pickled(self):
        """A matcher goes to other processes unchanged."""
        made = matcher(t='"287(g)" OR mask NEAR/3 polic*')
        again = pickle.loads(pickle.dumps(made))
        text = document("Under 287(g), masks of the police")
        assert find_matches(again, text) == find_matches(made, text) != ()


class TestMatches:
    """What a match says."""

    def test_page_offsets_and_term(self):
        """A match names its page, its code points and the term as written."""
        text = document("One 😀 page.", "The 287(g) agreement.")
        (match,) = find_matches(matcher(agreements='"287(g)"'), text)
        assert (match.topic, match.term, match.page) == ("agreements", '"287(g)"', 2)
        assert text.text[match.start : match.end] == "287(g)"
        assert (match.field, match.score, match.new) == ("text", 1.0, True)

    def test_a_match_may_cross_pages(self):
        """A passage that runs over a page break is found and counted to its first page."""
        text = document("civil immigration", "enforcement agreement")
        (match,) = find_matches(matcher(t='"immigration enforcement"'), text)
        assert match.page == 1
        assert "\f" not in match.snippet

    def test_scores(self):
        """What is written so scores 1, another form less, and doubtful pages less still."""
        text = document("a mask", confidence=1.0)
        assert find_matches(matcher(t="mask"), text)[0].score == 1.0
        assert find_matches(matcher(t="mask"), document("masked"))[0].score == 0.9
        assert find_matches(matcher(t="mask"), document("mask", confidence=0.5))[0].score == 0.5

    def test_the_longest_hit_is_reported(self):
        """A hit inside a longer hit of the same topic is not told twice."""
        made = matcher(t='enforcement OR "immigration enforcement"')
        (match,) = find_matches(made, document("immigration enforcement"))
        assert match.term == '"immigration enforcement"'

    def test_one_passage_for_one_citation(self):
        """A term with company on either side is told once, with the nearer one."""
        text = "an agreement under 8 U.S.C. § 1357; there is such another agreement"
        made = matcher(t='"8 U.S.C. § 1357" NEAR/9 agreement')
        (match,) = find_matches(made, document(text))
        assert text[match.start : match.end] == "agreement under 8 U.S.C. § 1357"

    def test_topics_do_not_hide_one_another(self):
        """Two topics both report the same passage."""
        made = matcher(one="mask", two="mask OR badge")
        assert [match.topic for match in find_matches(made, document("mask"))] == ["one", "two"]

    @pytest.mark.parametrize(
        ("marks", "standing"),
        [
            ([], Standing.EXISTING),
            ([Mark(start=4, end=8, kind="added")], Standing.ADDED),
            ([Mark(start=0, end=20, kind="struck")], Standing.STRUCK),
            ([Mark(start=4, end=6, kind="added")], Standing.EXISTING),
            ([Mark(start=4, end=7, kind="added")], Standing.ADDED),
            (
                [Mark(start=0, end=7, kind="struck"), Mark(start=1, end=2, kind="added")],
                Standing.STRUCK,
            ),
        ],
    )
    def test_standing(self, marks, standing):
        """More than half of a passage being marked decides where it stands."""
        read = document("the mask is worn now", marks=marks, method="html")
        (match,) = find_matches(matcher(t="mask"), read)
        assert match.standing == standing

    def test_nothing_is_known_of_the_standing_on_scans(self):
        """On pages read by OCR the standing is unknown."""
        (match,) = find_matches(matcher(t="mask"), document("the mask", method="ocr-tesseract"))
        assert match.standing == Standing.UNKNOWN

    def test_nothing_is_known_of_the_standing_in_a_pdf_without_marks(self):
        """A PDF whose markup nobody has read does not tell what is law already."""
        (match,) = find_matches(matcher(t="mask"), document("the mask", method="pdfium"))
        assert match.standing == Standing.UNKNOWN

    def test_an_unreadable_document_has_no_matches(self):
        """A document without pages is searched and gives nothing."""
        empty = Extracted(media_type="application/pdf", method="", warnings=("broken",))
        assert find_matches(matcher(t="mask"), empty, previous="mask") == ()

    def test_fields(self):
        """A title is matched like a text; a query may ask for both."""
        made = matcher(t="title:mask AND police")
        (match,) = match_field(made, "Masks of police", "title")[:1]
        assert (match.field, match.page, match.standing) == ("title", None, Standing.EXISTING)
        assert find_matches(made, document("the police")) == ()
        (match,) = find_matches(made, document("the police"), fields={"title": "Masks"})
        assert match.term == "police"

    def test_a_field_knows_the_texts_beside_it(self):
        """What is absent from a measure is absent from all its texts."""
        made, title = matcher(t="title:mask NOT text:covid"), "Masks of police"
        assert match_field(made, title, "title", texts=["A ban."])
        assert not match_field(made, title, "title", texts=["A ban.", "On COVID."])
        both = matcher(t="title:mask AND text:covid")
        assert match_field(both, title, "title", texts=["A ban.", "On COVID."])
        assert not match_field(both, title, "title", texts=["A ban."])

    def test_sponsors_are_looked_at_for_who_asks(self):
        """A bare word is not found in names; with `sponsor:` it is."""
        said = Fields(title="A ban", sponsors="Delegate Mask; Delegate Ban")
        made = matcher(bare="mask", named="sponsor:mask", other="title:ban")
        found = [(one.topic, one.field) for one in match_fields(made, said)]
        assert found == [("other", "title"), ("named", "sponsor")]
        found = [(one.topic, one.field) for one in match_fields(made, said, all_names=True)]
        assert found == [("other", "title"), ("bare", "sponsor"), ("named", "sponsor")]


class TestSnippets:
    """The passage shown."""

    @given(
        st.lists(
            st.sampled_from(["word", "longerword", "\n", "\x1b[1m", "é", "287"]), max_size=120
        ),
        st.lists(st.sampled_from(["word", "longerword", "\f", "\u202e", "ß", "287"]), max_size=120),
    )
    def test_whole_words_on_one_line(self, before, after):
        """A snippet is a clean piece of the text, of whole words, that holds the hit."""
        text = " ".join([*before, "mask", *after])
        (match,) = find_matches(matcher(t="mask"), document(text))
        assert len(match.snippet) <= SNIPPET
        assert not re.search("[\x00-\x1f\u202e]", match.snippet)
        assert f" {match.snippet} " in f" {printable(text)} "
        assert "mask" in match.snippet.split()

    def test_the_hit_is_in_the_middle(self):
        """There is about as much before a hit as after it."""
        (match,) = find_matches(matcher(t="mask"), document("word " * 100 + "mask" + " word" * 100))
        assert 200 <= len(match.snippet) <= SNIPPET
        assert abs(match.snippet.index("mask") - SNIPPET // 2) < 20

    def test_a_long_hit_is_cut(self):
        """A passage longer than a snippet is shown from its beginning."""
        text = "mask " + "word " * 90 + "police"
        (match,) = find_matches(matcher(t="mask NEAR/200 police"), document(text))
        assert match.snippet.startswith("mask word")
        assert len(match.snippet) <= SNIPPET


class TestNew:
    """Which passages were there before."""

    OLD = "Section 1. An officer shall not wear a mask on duty. Section 2. This act is short."

    def new(self, text: str) -> list[bool]:
        """Whether each mask in a text is new against OLD."""
        return [m.new for m in find_matches(matcher(t="mask"), document(text), previous=self.OLD)]

    def test_without_a_previous_text_all_is_new(self):
        """The first version of a measure holds nothing old."""
        (match,) = find_matches(matcher(t="mask"), document(self.OLD))
        assert match.new

    def test_the_same_text_has_nothing_new(self):
        """A passage that stood there is not new."""
        assert self.new(self.OLD) == [False]

    def test_typography_is_nothing_new(self):
        """Other line breaks, capitals and hyphenation leave a passage the same."""
        again = self.OLD.replace("officer shall", "offi-\ncer  SHALL").replace(
            "on duty", "on\nduty"
        )
        assert self.new(again) == [False]

    def test_a_passage_amended_on_one_side_is_not_new(self):
        """Words changed after a hit leave the hit where it was."""
        assert self.new(self.OLD.replace("on duty", "in public")) == [False]

    def test_a_passage_that_moved_is_not_new(self):
        """The same words elsewhere in the text are the same passage."""
        assert self.new("Section 0. Short. " + self.OLD) == [False]

    def test_another_passage_is_new(self):
        """A hit in words that were not there is new, beside the old one."""
        more = self.OLD + " Section 3. Every mask shall be blue."
        assert self.new(more) == [False, True]

    def test_a_copy_is_new(self):
        """A passage that now stands twice is new once."""
        assert sorted(self.new(self.OLD + " " + self.OLD)) == [False, True]

    def test_the_old_passage_keeps_its_claim(self):
        """An inserted near-copy before it does not make the old passage new."""
        added = "Section 0. An officer shall not wear a mask at home. "
        assert self.new(added + self.OLD) == [True, False]


class TestBounds:
    """Nothing makes matching slow."""

    @pytest.mark.parametrize(
        "text",
        [
            "mask " * 60_000,
            "287 ( " * 60_000,
            "- " * 150_000,
            "a-\n" * 100_000,
            "\u00ad" * 200_000,
            " ".join(f"deput{number}" for number in range(30_000)),
        ],
        ids=["hits", "starts", "hyphens", "broken", "invisible", "beginnings"],
    )
    def test_hostile_texts(self, text):
        """A third of a million hostile characters are read in seconds at most."""
        made = matcher(
            one='mask NEAR/500 police OR mask NEAR/3 mask OR "287(g)"',
            two='mask UNLESS NEAR/500 police OR "a a a a b" OR mask SENTENCE police',
            three="deput* NEAR/2 deput*",
        )
        start = time.perf_counter()
        found = find_matches(made, document(text), previous=text)
        assert time.perf_counter() - start < 20
        assert len(found) <= 3_000


@pytest.mark.corpus
def test_the_ban_that_never_prints_its_name(corpus):
    """Maryland's HB 444 matches 287g by its own words, and says where and on which page."""
    from pipelines.extract import extract_text

    (path,) = (corpus / "state-bills" / "maryland" / "pdf-2026").glob("HB0444__*.pdf")
    extracted = extract_text(path, Limits())
    assert "287(g)" not in extracted.text
    matches = find_matches(compile_topics([load_pack("287g")]), extracted)
    assert matches
    assert {match.page for match in matches} == {1, 2}
    for match in matches:
        passage = extracted.text[match.start : match.end].lower()
        assert "immigration" in passage or "8 u.s.c. § 1357" in passage
    defined = [match for match in matches if "MEANS A CONTRACT" in match.snippet]
    assert defined
    assert all(match.score > 0.8 for match in matches)


JOINED = """
from config.topics import load_pack, pack_names
from pipelines.match import compile_topics, find_matches
from pipelines.texts import Extracted, Page

text = "Masks and masks of agents of agencies: no agent may wear a mask. " * 3
page = Page(number=1, start=0, text=text, method="html")
names = ("mask", "masks", "mask*", '"mask"', '"masks"', "=mask", "agent", "agents", "agen*")
class Topic:
    name = "t"
    from config.query import parse
    tree = parse("(%s) NEAR/9 (%s)" % (" OR ".join(names[:6]), " OR ".join(names[6:])))
document = Extracted(media_type="text/html", method="html", pages=(page,))
for found in find_matches(compile_topics([Topic]), document):
    print(found.term, found.start, found.end, found.score)
"""


def test_the_same_matches_whatever_the_process():
    """Of passages that join different words over the same span always the same one is told.

    Sets have another order in each process; what is told of must not depend on it.
    """
    told = {
        subprocess.run(
            [sys.executable, "-c", JOINED], env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1],
        ).stdout
        for seed in range(1, 5)
    }  # fmt: skip
    assert len(told) == 1
    assert "NEAR/9" in told.pop()
