"""Words spelled wrongly: where a page was hard to read, or the query allows it."""

import pytest

from config import query
from pipelines.match import compile_topics, find_matches
from pipelines.misread import Printed, allowed, distance
from pipelines.texts import Extracted, Page


class Topic:
    """A topic of one query."""

    def __init__(self, text: str) -> None:
        self.name = "t"
        self.tree = query.parse(text)


def scanned(*pages: tuple[str, float]) -> Extracted:
    """Pages that were read with so much confidence."""
    made, start = [], 0
    for number, (text, confidence) in enumerate(pages, 1):
        page = Page(number=number, start=start, text=text, method="ocr", confidence=confidence)
        made.append(page)
        start += len(text) + 1
    return Extracted(media_type="application/pdf", method="ocr", pages=tuple(made))


def found(asked: str, *pages: tuple[str, float]) -> list[tuple[str, float]]:
    document = scanned(*pages)
    matches = find_matches(compile_topics([Topic(asked)]), document)
    return [(document.text[match.start : match.end], match.score) for match in matches]


class TestDistance:
    """How far words are from each other."""

    @pytest.mark.parametrize(
        ("meant", "printed", "errors"),
        [
            ("detainer", "detainer", 0), ("detainer", "detaincr", 1), ("detainer", "delaincr", 2),
            ("immigration", "imrnigration", 1), ("enforcement", "enforcernent", 1),
            ("detainer", "retainer", None), ("mask", "task", None), ("mask", "musk", None),
            ("1357", "l357", 1), ("1357", "1358", None), ("g", "9", 1), ("g", "h", None),
            ("287", "2B7", None), ("287", "2b7", 1), ("sheriff", "shcrlffs", None),
        ],
    )  # fmt: skip
    def test_pairs(self, meant, printed, errors):
        """Letters that look alike count once; another first letter or number is another word."""
        assert distance(meant, printed) == errors

    def test_allowed(self):
        """Short words have none, long ones two at most, and a page read well none."""
        assert [allowed(n, None) for n in (3, 4, 5, 8, 9, 30)] == [0, 0, 1, 1, 2, 2]
        assert [allowed(11, c) for c in (1.0, 0.99, 0.95, 0.9, 0.5, 0.0)] == [0, 0, 1, 2, 2, 2]
        assert allowed(4, 0.0) == 0

    def test_near(self):
        """All words of the text that may be meant, itself among them."""
        printed = Printed(
            {"detainer", "detaincr", "retainer", "container", "l357", "1357", "g", "9"}
        )
        assert set(printed.near("detainer")) == {"detainer", "detaincr"}
        assert set(printed.near("1357")) == {"l357", "1357"}
        assert set(printed.near("g")) == {"g", "9"}
        assert printed.near("sheriff") == ()


class TestPages:
    """A page's confidence decides."""

    def test_a_page_hard_to_read(self):
        """The term is found, with a score that tells of the errors and of the page."""
        assert found('"immigration detainer"', ("an imrnigration detaincr was", 0.8)) == [
            ("imrnigration detaincr", round(round(1 - 2 / 19, 3) * 0.8, 3))
        ]

    def test_a_page_read_well(self):
        """What is clearly printed is not taken for something else."""
        assert found('"immigration detainer"', ("an imrnigration detaincr was", 1.0)) == []
        assert found("detainer", ("the detaincr of goods", 0.99)) == []

    def test_only_the_page_in_doubt(self):
        """Another page of the same document is read as it stands."""
        pages = (("an immigration detaincr", 1.0), ("an immigration detaincr", 0.7))
        document = scanned(*pages)
        matches = find_matches(compile_topics([Topic("detainer")]), document)
        assert [match.page for match in matches] == [2]

    def test_numbers_and_brackets(self):
        """287(g) is found as scans have it, and no other number is."""
        for text in ("section 287(9) of", "section 287{g) of", "section 2B7 (g] of"):
            assert found('"287(g)"', (text, 0.7))
        for text in ("section 288(g) of", "section 287(h) of", "section 287 of"):
            assert found('"287(g)"', (text, 0.7)) == []

    def test_inflections_stay(self):
        """A form of a bare word is found beside misread ones, in the order of the text."""
        assert [text for text, _ in found("detainer", ("detainers or detaincr", 0.7))] == [
            "detainers",
            "detaincr",
        ]

    def test_capitals_as_written_have_no_errors(self):
        """Three capitals say too little to guess at."""
        assert found("=ICE", ("the LCE of the lCE", 0.5)) == []

    def test_positions_behind_folded_signs(self):
        """Ligatures and broken words before a page move nothing."""
        pages = (("o\ufb03ce immi-\ngration \N{SECTION SIGN}" * 40, 1.0), ("one detaincr", 0.7))
        assert [text for text, _ in found("detainer", *pages)] == ["detaincr"]


class TestQueries:
    """`~term` allows errors in any text."""

    def test_a_typing_error(self):
        """An error is found, and its score tells how much of the word is wrong."""
        assert found("~detainer", ("an immigration detaner", 1.0)) == [("detaner", 0.875)]
        assert found('~"immigration detainer"', ("an imigration detainer", 1.0)) == [
            ("imigration detainer", 0.947)
        ]

    def test_rightly_spelled(self):
        """A word without errors scores as ever, and so does its inflection."""
        assert found("~detainer", ("a detainer and detainers", 1.0)) == [
            ("detainer", 1.0),
            ("detainers", 0.9),
        ]

    def test_too_far(self):
        """Other words are other words."""
        assert found("~detainer", ("a retainer, a container, a detention", 1.0)) == []
        assert found("~mask", ("a task, a musk ox", 1.0)) == []

    def test_within_operators(self):
        """It can stand wherever a term can."""
        assert found("~detainer NEAR/5 sheriff", ("the sheriff got a detaner", 1.0))
