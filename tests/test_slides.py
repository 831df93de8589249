"""PPTX become text, a page a slide; hostile ones a reason."""

import io
import zipfile

import pytest

from pipelines.extract import PPTX
from pipelines.texts import PAGE_BREAK, Limits

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:r="{OFFICE}"'
)


def relations(**parts):
    """The relations of a part: of each its id, its kind and where it leads."""
    return "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in parts.items()
    )


def show(*slides, order=None, **parts):
    """A PPTX of our own; a slide is its shapes, or its shapes and its speaker's notes."""
    members = {
        "_rels/.rels": relations(r=("officeDocument", "ppt/presentation.xml")),
        "ppt/_rels/presentation.xml.rels": relations(
            m=("slideMaster", "slideMasters/slideMaster1.xml"),
            **{f"s{rank}": ("slide", f"slides/slide{rank}.xml") for rank in range(len(slides))},
        ),
    }
    ids = "".join(f'<p:sldId id="{256 + rank}" r:id="s{rank}"/>'
                  for rank in order or range(len(slides)))  # fmt: skip
    members["ppt/presentation.xml"] = (
        f"<p:presentation {SPACES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
    )
    for rank, slide in enumerate(slides):
        shapes, notes, look, more = slide if isinstance(slide, tuple) else (slide, "", "", {})
        at, beside = "ppt/slides", dict(more)
        if notes:
            beside["n"] = ("notesSlide", f"../notesSlides/notesSlide{rank}.xml")
            members[f"ppt/notesSlides/notesSlide{rank}.xml"] = drawn("notes", notes)
        members[f"{at}/slide{rank}.xml"] = drawn("sld", shapes, look)
        members[f"{at}/_rels/slide{rank}.xml.rels"] = relations(**beside)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members | parts).items():
            wrapped = f"<Relationships>{content}</Relationships>"
            archive.writestr(name, wrapped if name.endswith(".rels") else content)
    return file.getvalue()


def drawn(kind, shapes, look=""):
    return f"<p:{kind} {SPACES} {look}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{kind}>"


def shape(*paragraphs, place="", hidden=""):
    """A shape with its paragraphs; `place` is its placeholder's type."""
    holder = f"<p:ph {place}/>" if place else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x" {hidden}/><p:nvPr>{holder}</p:nvPr></p:nvSpPr>'
        f"<p:txBody><a:bodyPr/>{''.join(map(paragraph, paragraphs))}</p:txBody></p:sp>"
    )


def paragraph(text):
    return text if text.startswith("<a:p>") else f"<a:p>{run(text)}</a:p>"


def run(text, look=""):
    return f"<a:r><a:rPr {look}/><a:t>{text}</a:t></a:r>"


def item(text, numbered='type="alphaLcParenBoth"', level=0):
    return f'<a:p><a:pPr lvl="{level}"><a:buAutoNum {numbered}/></a:pPr>{run(text)}</a:p>'


TITLE = 'type="title"'
BODY = 'idx="1"'


def texts(extracted):
    return [page.text for page in extracted.pages]


class TestText:
    def test_a_slide_is_a_page(self, read):
        """Pages are numbered as slides are, and their places lead into the whole text."""
        extracted = read(show(shape("One"), shape("Two")))
        assert (extracted.media_type, extracted.method, extracted.reason) == (PPTX, "slides", "")
        assert [(page.number, page.text) for page in extracted.pages] == [(1, "One"), (2, "Two")]
        assert extracted.text == f"One{PAGE_BREAK}Two"
        assert all(extracted.text[page.start :].startswith(page.text) for page in extracted.pages)

    def test_slides_come_in_the_order_of_the_show(self, read):
        """Files are numbered as slides were made; the presentation says how they follow."""
        assert texts(read(show(shape("a"), shape("b"), shape("c"), order=[2, 0, 1]))) == [
            "c", "a", "b",
        ]  # fmt: skip

    def test_the_title_comes_first(self, read):
        """Shapes stand in the order in which they were drawn, the title before them."""
        page = shape("Body", place=BODY) + shape("Aside") + shape("Title", place=TITLE)
        assert texts(read(show(page))) == ["Title\n\nBody\n\nAside"]

    def test_paragraphs_and_breaks_are_lines(self, read):
        """Runs that cut a word leave it whole."""
        body = f"<a:p>{run('immi')}{run('gration', 'b=&quot;1&quot;')}<a:br/>{run('law')}</a:p>"
        body = body.replace("&quot;", '"')
        assert texts(read(show(shape(body, "and more")))) == ["immigration\nlaw\nand more"]

    def test_numbers_of_lists_are_counted(self, read):
        """What the show prints before a paragraph stands nowhere in the file."""
        page = shape(
            item("first"), item("deep", 'type="romanLcPeriod"', 1),
            item("deeper", 'type="romanLcPeriod"', 1), item("second"), "plain",
            item("anew", 'type="arabicPeriod" startAt="4"'),
            item("next", 'type="arabicPeriod" startAt="4"'), item("odd", 'type="hebrew2Minus"'),
        )  # fmt: skip
        assert texts(read(show(page))) == [
            "(a) first\ni. deep\nii. deeper\n(b) second\nplain\n4. anew\n5. next\nodd"
        ]

    def test_tables_are_read_row_by_row(self, read):
        """Cells are parted by tabs."""
        rows = "".join(
            "<a:tr>"
            + "".join(f"<a:tc><a:txBody>{paragraph(cell)}</a:txBody></a:tc>" for cell in row)
            + "</a:tr>"
            for row in (("Bill", "Status"), ("HB 1", "Passed"))
        )
        table = f"<p:graphicFrame><a:graphic><a:tbl>{rows}</a:tbl></a:graphic></p:graphicFrame>"
        assert texts(read(show(shape("Bills", place=TITLE) + table))) == [
            "Bills\n\nBill\tStatus\nHB 1\tPassed"
        ]

    def test_groups_are_opened(self, read):
        """Shapes within shapes are read where they stand."""
        page = shape("a") + f"<p:grpSp><p:grpSp>{shape('b')}</p:grpSp></p:grpSp>" + shape("c")
        assert texts(read(show(page))) == ["a\n\nb\n\nc"]

    def test_notes_stand_at_the_end(self, read):
        """What the speaker sees is said to be that; the picture and number there are not read."""
        notes = shape("Ask the sheriff", place='type="body"') + shape("7", place='type="sldNum"')
        assert texts(read(show((shape("Plan"), notes, "", {})))) == [
            "Plan\n\nNotes:\n\nAsk the sheriff"
        ]
        assert texts(read(show((shape("Plan"), shape("7", place='type="sldNum"'), "", {})))) == [
            "Plan"
        ]

    def test_dates_feet_and_numbers_are_left_out(self, read):
        """What each slide repeats is no part of what it says."""
        page = shape("Text") + "".join(
            shape("no", place=f'type="{kind}"') for kind in ("dt", "ftr", "sldNum")
        )
        assert texts(read(show(page))) == ["Text"]

    def test_hidden_shapes_and_second_drawings_are_left_out(self, read):
        """A drawing that is given twice is read once."""
        page = (
            shape("seen") + shape("no", hidden='hidden="1"') + "<mc:AlternateContent>"
            f'<mc:Choice Requires="x">{shape("new")}</mc:Choice>'
            f"<mc:Fallback>{shape('old')}</mc:Fallback></mc:AlternateContent>"
        )
        assert texts(read(show(page))) == ["seen\n\nnew"]

    def test_the_words_of_diagrams_are_read(self, read):
        """A diagram's words stand in a part of their own."""
        diagram = (
            f"<dgm:dataModel {SPACES}><dgm:ptLst><dgm:pt><dgm:t>{paragraph('Step')}</dgm:t>"
            "</dgm:pt></dgm:ptLst></dgm:dataModel>"
        )
        slide = (shape("Steps"), "", "", {"d": ("diagramData", "../diagrams/data1.xml")})
        assert texts(read(show(slide, **{"ppt/diagrams/data1.xml": diagram}))) == ["Steps\n\nStep"]

    def test_strikes_and_underlines_are_marks(self, read):
        """They mean what they mean in other documents; a link's underline means nothing."""
        link = '<a:r><a:rPr u="sng"><a:hlinkClick r:id="x"/></a:rPr><a:t> here</a:t></a:r>'
        body = (
            f"<a:p>{run('The section is amended: a sheriff ')}{run('may', 'strike=`sngStrike`')}"
            f"{run(' ')}{run('shall', 'u=`sng`')}{run(' not.')}{link}</a:p>"
        ).replace("`", '"')
        extracted = read(show(shape("Before"), shape(body)))
        assert [(mark.kind, extracted.text[mark.start : mark.end]) for mark in extracted.marks] == [
            ("struck", "may"),
            ("added", "shall"),
        ]


class TestWarnings:
    def test_hidden_slides_are_read_and_told(self, read):
        """A slide that the show passes over is still in the document."""
        hidden = [(shape(f"s{n}"), "", 'show="0"', {}) for n in range(3)]
        extracted = read(show(shape("a"), *hidden, shape("b"), hidden[0]))
        assert len(extracted.pages) == 6
        assert extracted.warnings == ("slides 2-4, 6 are hidden in the show",)

    def test_slides_without_text_are_told(self, read):
        """A slide that is a picture says nothing to us."""
        extracted = read(show(shape("a"), "<p:pic/>"))
        assert texts(extracted) == ["a", ""]
        assert extracted.warnings == ("slide 2 is without text",)
        assert extracted.reason == ""

    def test_a_show_without_a_word_is_empty(self, read):
        """Neither slides without text nor no slides at all are a text."""
        assert (read(show("")).reason, read(show("")).pages) == ("empty", ())
        assert read(show()).warnings == ("the presentation has no slides",)

    def test_a_broken_slide_costs_itself_alone(self, read):
        """The others are read, and that it is missing is said."""
        extracted = read(show(shape("a"), "<p:sp>", shape("c")))
        assert texts(extracted) == ["a", "", "c"]
        assert extracted.warnings == ("slide 2 is not readable",)
        assert read(show("<p:sp>")).reason == "broken"

    def test_charts_are_told(self, read):
        """Numbers that stand in a chart are not read."""
        extracted = read(show((shape("a"), "", "", {"c": ("chart", "../charts/chart1.xml")})))
        assert "charts" in extracted.warnings[0]


class TestLimits:
    def test_too_many_slides_are_read_in_part(self, read):
        """What fits is kept, and that there was more is said."""
        extracted = read(show(*map(shape, "abc")), Limits(pages=2))
        assert (texts(extracted), extracted.reason) == (["a", "b"], "limit")
        assert extracted.warnings == ("only the first 2 of 3 slides were read",)

    def test_too_many_characters_are_read_in_part(self, read):
        """Whole slides are kept as long as they fit."""
        extracted = read(show(*map(shape, ["one", "two", "three"])), Limits(characters=8))
        assert (texts(extracted), extracted.reason) == (["one", "two"], "limit")

    def test_a_bomb_is_not_opened(self, read):
        """Sizes are judged before anything is unpacked."""
        extracted = read(show(shape("a"), **{"ppt/media/x.xml": bytes(20 << 20)}))
        assert (extracted.reason, extracted.pages) == ("limit", ())

    def test_entities_are_refused(self, read):
        """A document type definition can be a bomb."""
        part = '<!DOCTYPE x [<!ENTITY a "aaa">]>' + drawn("sld", shape("&a;"))
        extracted = read(show(shape("a"), shape("b"), **{"ppt/slides/slide1.xml": part}))
        assert texts(extracted) == ["a", ""]
        assert "slide 2 is not readable" in extracted.warnings

    @pytest.mark.parametrize("part", ["ppt/presentation.xml", "_rels/.rels"])
    def test_a_broken_package_is_told(self, read, part):
        """Without its table of slides there is nothing to read."""
        assert read(show(shape("a"), **{part: "<broken"})).reason == "broken"

    def test_deep_groups_are_no_harm(self, read):
        """A slide nested deeper than a parser goes is not readable, and that is all."""
        deep = "<p:grpSp>" * 5000 + shape("x") + "</p:grpSp>" * 5000
        assert texts(read(show(shape("a"), deep))) == ["a", ""]
