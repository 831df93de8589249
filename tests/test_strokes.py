"""What lines drawn on pages of PDFs mark, and what they do not."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from pipelines.extract import extract_text
from pipelines.extract.strokes import Stroke, joined
from pipelines.texts import Limits

LIMITS = Limits()
LEGEND = "Underlining indicates amendments to bill."
FONT, SIZE = "Times-Roman", 12.0
THROUGH, UNDER = 0.27 * SIZE, -0.14 * SIZE


class Paper:
    """A page on which words are drawn, and lines where chosen words of them stand."""

    def __init__(self, turn=0, **options):
        self.file = io.BytesIO()
        self.canvas = Canvas(self.file, pagesize=letter, invariant=True, **options)
        self.canvas.setPageRotation(turn)
        self.canvas.setFont(FONT, SIZE)
        self.canvas.setLineWidth(0.6)

    def write(self, text, x=72, y=700, font=FONT):
        self.canvas.setFont(font, SIZE)
        self.canvas.drawString(x, y, text)
        return lambda words: self.place(text, words, x, font)

    def place(self, text, words, x, font):
        left = x + self.canvas.stringWidth(text[: text.index(words)], font, SIZE)
        return left, left + self.canvas.stringWidth(words, font, SIZE)

    def line(self, ends, y):
        self.canvas.line(ends[0], y, ends[1], y)

    def read(self, tmp_path, *, legend=LEGEND):
        if legend:
            self.write(legend, y=60)
        self.canvas.save()
        path = tmp_path / "paper.pdf"
        path.write_bytes(self.file.getvalue())
        return extract_text(path, LIMITS)


def marked(extracted):
    return [(mark.kind, extracted.text[mark.start : mark.end]) for mark in extracted.marks]


def by_line(paper, ends, y):
    paper.line(ends, y)


def by_box(paper, ends, y):
    paper.canvas.rect(ends[0], y - 0.3, ends[1] - ends[0], 0.6, stroke=0, fill=1)


def by_two_lines(paper, ends, y):
    paper.line(ends, y - 0.8)
    paper.line(ends, y + 0.8)


def by_dashes(paper, ends, y):
    at = ends[0]
    while at < ends[1]:
        paper.line((at, min(at + 1.4, ends[1])), y)
        at += 2.4


def by_dash_pattern(paper, ends, y):
    paper.canvas.setDash(2, 2)
    paper.line(ends, y)
    paper.canvas.setDash()


def by_one_path(paper, ends, y):
    """A path that also holds a line elsewhere, so that its bounds are no line's."""
    paper.canvas.lines([(ends[0], y, ends[1], y), (300, 200, 400, 200)])


def by_form(paper, ends, y):
    canvas = paper.canvas
    canvas.beginForm("stroke", 0, 0, 10, 10)
    canvas.rect(0, -0.03, 1, 0.06, stroke=0, fill=1)
    canvas.endForm()
    canvas.saveState()
    canvas.translate(ends[0], y)
    canvas.scale(ends[1] - ends[0], 10)
    canvas.doForm("stroke")
    canvas.restoreState()


MANNERS = [by_line, by_box, by_two_lines, by_dashes, by_dash_pattern, by_one_path, by_form]
SENTENCE = "The sheriff may never shall enter into an agreement."


class TestMarks:
    @pytest.mark.parametrize("manner", MANNERS)
    def test_a_stroke_through_words_strikes_them(self, tmp_path, manner):
        """However it is drawn, it strikes the letters it crosses and no others."""
        paper = Paper()
        place = paper.write(SENTENCE)
        manner(paper, place("may never"), 700 + THROUGH)
        assert marked(paper.read(tmp_path)) == [("struck", "may never")]

    @pytest.mark.parametrize("manner", MANNERS)
    def test_a_stroke_under_words_underlines_them(self, tmp_path, manner):
        """Where a legend says so they are new, and its own example is not."""
        paper = Paper()
        place = paper.write(SENTENCE)
        manner(paper, place("shall"), 700 + UNDER)
        paper.line(paper.place(LEGEND, "Underlining", 72, FONT), 60 + UNDER)
        assert marked(paper.read(tmp_path)) == [("added", "shall")]

    @pytest.mark.parametrize("turn", [0, 90, 180, 270])
    def test_a_turned_page_is_marked_as_it_is_shown(self, tmp_path, turn):
        """Text and strokes that are drawn sideways are upright as shown."""
        paper = Paper(turn)
        canvas = paper.canvas
        width, height = letter
        canvas.translate(*{0: (0, 0), 90: (width, 0), 180: (width, height), 270: (0, height)}[turn])
        canvas.rotate(turn)
        place = paper.write(SENTENCE, y=500)
        paper.line(place("may never"), 500 + THROUGH)
        paper.line(place("shall"), 500 + UNDER)
        assert marked(paper.read(tmp_path)) == [("struck", "may never"), ("added", "shall")]

    def test_type_that_is_scaled_is_as_large_as_it_looks(self, tmp_path):
        """A font of one point enlarged twelve times is measured by what is seen."""
        paper = Paper()
        text = paper.canvas.beginText()
        text.setFont(FONT, 1)
        text.setTextTransform(12, 0, 0, 12, 72, 700)
        text.textOut(SENTENCE)
        paper.canvas.drawText(text)
        paper.line(paper.place(SENTENCE, "may never", 72, FONT), 700 + THROUGH)
        assert marked(paper.read(tmp_path)) == [("struck", "may never")]

    def test_strokes_drawn_word_by_word_mark_a_passage(self, tmp_path):
        """Gaps at the blanks and ends of lines leave it one mark."""
        paper = Paper()
        first = paper.write("The sheriff may not enter")
        second = paper.write("into an agreement.", y=684)
        for word in ("may", "not", "enter"):
            paper.line(first(word), 700 + THROUGH)
        paper.line(second("into"), 684 + THROUGH)
        assert marked(paper.read(tmp_path)) == [("struck", "may not enter\ninto")]

    def test_a_single_comma_can_be_struck(self, tmp_path):
        """What is narrower than any word is marked too."""
        paper = Paper()
        place = paper.write("The mayor, may go.")
        paper.line(place(","), 700 + THROUGH)
        assert marked(paper.read(tmp_path)) == [("struck", ",")]

    def test_struck_and_underlined_words_are_struck(self, tmp_path):
        """What an amendment added and another struck is gone."""
        paper = Paper()
        place = paper.write(SENTENCE)
        paper.line(place("may never shall"), 700 + UNDER)
        paper.line(place("may never"), 700 + THROUGH)
        assert marked(paper.read(tmp_path)) == [("struck", "may never"), ("added", "shall")]

    def test_marks_move_with_the_words(self, tmp_path):
        """A word broken at the line's end is whole and marked whole; numbers and heads go."""
        paper = Paper()
        for rank in range(12):
            words = (
                "A sheriff shall not go into an immi-"
                if rank == 5
                else f"gration comes before the county in line {rank}x"
            )
            place = paper.write(words, y=700 - 24 * rank)
            paper.write(str(rank + 1), x=40, y=700 - 24 * rank)
            if rank in {5, 6}:
                paper.line(place("immi-" if rank == 5 else "gration"), 700 - 24 * rank + THROUGH)
        assert marked(paper.read(tmp_path)) == [("struck", "immigration")]

    @given(st.data())
    def test_any_words_struck_are_found_exactly(self, tmp_path_factory, data):
        """Whatever words a stroke crosses, the span is theirs."""
        words = SENTENCE.split()
        first = data.draw(st.integers(0, len(words) - 1))
        last = data.draw(st.integers(first, len(words) - 1))
        chosen = " ".join(words[first : last + 1])
        manner = data.draw(st.sampled_from(MANNERS))
        kind = data.draw(st.sampled_from(["struck", "added"]))
        paper = Paper()
        manner(paper, paper.write(SENTENCE)(chosen), 700 + (THROUGH if kind == "struck" else UNDER))
        assert marked(paper.read(tmp_path_factory.mktemp("paper"))) == [(kind, chosen)]


class TestOtherLines:
    def test_lines_that_go_beyond_words_mark_nothing(self, tmp_path):
        """Rules of tables, lines to sign on and rules between parts of a page."""
        paper = Paper()
        paper.write("Name")
        paper.write("County", x=250)
        paper.line((66, 540), 700 + UNDER)
        paper.write("Approved:", y=600)
        paper.line((72, 400), 600 + UNDER)
        paper.write("The end of a part.", y=500)
        paper.line((72, 540), 500 + UNDER)
        assert marked(paper.read(tmp_path)) == []

    def test_boxes_and_lines_between_lines_mark_nothing(self, tmp_path):
        """A frame round words, a shade behind them, a rule above them."""
        paper = Paper()
        place = paper.write(SENTENCE)
        left, right = place(SENTENCE)
        paper.canvas.rect(left, 696, right - left, 14, stroke=1, fill=0)
        paper.line((left, right), 712)
        assert marked(paper.read(tmp_path)) == []

    def test_the_underline_of_a_link_marks_nothing(self, tmp_path):
        """It says that one can go there; a stroke through a link still strikes."""
        paper = Paper()
        text = "See the council and the mayor on it."
        place = paper.write(text)
        for words in ("the council", "the mayor"):
            left, right = place(words)
            paper.canvas.linkURL("https://example.org", (left, 697, right, 711))
        paper.line(place("the council"), 700 + UNDER)
        paper.line(place("the mayor"), 700 + THROUGH)
        assert marked(paper.read(tmp_path)) == [("struck", "the mayor")]

    def test_underlines_without_a_legend_mark_no_memo(self, tmp_path):
        """Where no law is rewritten they are emphasis."""
        paper = Paper()
        place = paper.write("The office shall under no circumstances wait.")
        paper.line(place("under no circumstances"), 700 + UNDER)
        assert marked(paper.read(tmp_path, legend="")) == []

    def test_underlines_of_a_rewritten_law_are_new(self, tmp_path):
        """An ordinance needs no legend, and its headings and formulas are none of it."""
        paper = Paper()
        heading = paper.write("City of Example", y=740)
        paper.line(heading("City of Example"), 740 + UNDER)
        paper.write("Section 9 of the code is amended to read as follows:", y=720)
        place = paper.write(SENTENCE)
        paper.line(place("may never"), 700 + THROUGH)
        paper.line(place("shall"), 700 + UNDER)
        assert marked(paper.read(tmp_path, legend="")) == [
            ("struck", "may never"), ("added", "shall"),
        ]  # fmt: skip

    def test_a_path_that_only_clips_draws_nothing(self, tmp_path):
        """What is there to cut out others is no line."""
        paper = Paper()
        place = paper.write(SENTENCE)
        left, right = place("shall")
        paper.canvas.saveState()
        path = paper.canvas.beginPath()
        path.rect(left, 700 + THROUGH, right - left, 0.5)
        paper.canvas.clipPath(path, stroke=0, fill=0)
        paper.canvas.restoreState()
        assert marked(paper.read(tmp_path)) == []

    def test_a_drawing_of_many_lines_marks_nothing(self, tmp_path):
        """Thousands of lines make a picture, and cost little."""
        paper = Paper()
        paper.write(SENTENCE)
        for row in range(5000):
            paper.canvas.line(72 + row % 70 * 6, 690 + row % 30, 75 + row % 70 * 6, 690 + row % 30)
        assert marked(paper.read(tmp_path)) == []


class TestFaces:
    NOTE = "Matter in boldfaced type in an amended section is new; matter [in brackets] is omitted."

    def test_bold_words_are_new_where_a_legend_says_so(self, tmp_path):
        """From the enacting clause on; titles and lead lines are bold in any case."""
        paper = Paper()
        paper.write("A BILL FOR AN ACT", y=740, font="Times-Bold")
        paper.write("Be It Enacted by the People of the State:", y=720)
        lead = "SECTION 1. "
        paper.write(lead, y=700, font="Times-Bold")
        at = 72 + paper.canvas.stringWidth(lead, "Times-Bold", SIZE)
        old = "A sheriff [may] "
        paper.write(old, x=at, y=700)
        at += paper.canvas.stringWidth(old, FONT, SIZE)
        paper.write("shall", x=at, y=700, font="Times-Bold")
        at += paper.canvas.stringWidth("shall", "Times-Bold", SIZE)
        paper.write(" go.", x=at, y=700)
        assert marked(paper.read(tmp_path, legend=self.NOTE)) == [
            ("struck", "[may]"), ("added", "shall"),
        ]  # fmt: skip

    def test_a_legend_on_the_last_page_counts_for_all(self, tmp_path):
        """Philadelphia says at the end that italics are new."""
        paper = Paper()
        paper.write("The board ")
        at = 72 + paper.canvas.stringWidth("The board ", FONT, SIZE)
        paper.write("of health", x=at, font="Times-Italic")
        paper.canvas.showPage()
        legend = "[Brackets] indicate matter deleted. Italics indicate new matter added."
        assert marked(paper.read(tmp_path, legend=legend)) == [("added", "of health")]

    def test_without_a_legend_faces_mean_nothing(self, tmp_path):
        """Bold words are then bold words."""
        paper = Paper()
        paper.write("A bold man.", font="Times-Bold")
        assert marked(paper.read(tmp_path, legend="")) == []


STROKES = st.lists(
    st.builds(
        lambda left, width, y: Stroke(left, left + width, y),
        st.floats(0, 600), st.floats(0.2, 300), st.floats(0, 790),
    ),
    max_size=30,
)  # fmt: skip


@given(STROKES)
def test_joined_strokes_cover_what_they_are_joined_of(pieces):
    """Every piece that is long enough lies within one stroke; none is longer than all together."""
    whole = joined(pieces)
    assert whole == sorted(whole, key=lambda stroke: stroke.y)
    for piece in pieces:
        if piece.right - piece.left >= 2:
            assert any(
                one.left <= piece.left and piece.right <= one.right and abs(one.y - piece.y) <= 0.6
                for one in whole
            )
    if whole:
        assert min(one.left for one in whole) >= min(one.left for one in pieces)
        assert max(one.right for one in whole) <= max(one.right for one in pieces)
