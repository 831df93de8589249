"""The page of a redline: whole, safe, without scripts."""

import re
import time
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.redline import redline
from pipelines.render_page import render_page
from tests.test_render_pairs import NEW, OLD

VOID = {"meta", "input"}


class Reader(HTMLParser):
    """Reads a page, and fails where its elements do not nest."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.ids, self.links, self.text = [], [], [], [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def page(old, new, **options):
    return render_page(redline(old, new), old, new, title="HB 12", **options)


@pytest.mark.parametrize("whole", [False, True])
def test_every_link_leads_somewhere(whole):
    """Sections and moves link within the page; each id is there once."""
    read = Reader(page(OLD, NEW, whole=whole))
    assert len(read.ids) == len(set(read.ids))
    assert read.links
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)


def test_the_summary_stands_above():
    """Counts, sections touched, and the edits of looks folded away."""
    text = " ".join(Reader(page(OLD, NEW)).text)
    for words in ("4 edits of looks only", "words moved", "sections touched", "Section 1(a)"):
        assert words in text
    shown = page(OLD, NEW)
    folded = shown[shown.index("<details><summary>Capitals") :]
    assert "<del>act</del> <ins>Act</ins>" in folded[: folded.index("</details>")]
    assert "<del>act</del>" not in folded[folded.index("</details>") :]


def test_both_names_head_the_columns():
    """The columns say which text they are, and are headers of a table."""
    shown = page(OLD, NEW, names=("HB 12 <first>", "second"))
    assert '<th scope="col">HB 12 &lt;first&gt;</th><th scope="col">second</th>' in shown


def test_the_policy_allows_this_style_and_nothing_else():
    """No script, no address, no inline style; the style sheet is allowed by its hash."""
    shown = page(OLD, NEW, whole=True)
    style = re.search(r"<style>(.*?)</style>", shown, re.DOTALL)[1]
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'" in shown
    assert "<script" not in shown
    assert not re.search(r"\s(?:style|on\w+|src)=", shown.replace(style, ""))
    assert not re.search(r"https?:|url\(|@import", shown)


def test_edits_are_told_without_colour():
    """Insertions and deletions are elements, which screen readers and styles name in words."""
    shown = page(OLD, NEW)
    assert "<del>the</del>" in shown
    assert "<ins>any</ins>" in shown
    assert 'content: " [inserted: "' in shown
    assert "line-through" in shown


def test_light_dark_paper_and_phone():
    """The style knows each of them."""
    shown = page(OLD, NEW)
    for rule in (
        "prefers-color-scheme: dark",
        "@media print",
        "@media screen and (max-width: 48rem)",
    ):
        assert rule in shown


@given(st.text(max_size=80), st.text(max_size=80), st.booleans())
def test_no_document_breaks_the_page(old, new, whole):
    """Whatever the texts and their names hold, the page's elements nest and are ours."""
    shown = render_page(
        redline(old, new), old, new, title=old, names=(old, new), note=new, whole=whole
    )
    read = Reader(shown)
    assert {tag for tag, _ in read.tags} <= {
        "html", "head", "meta", "title", "style", "body", "header", "h1", "p", "ul", "ol", "li",
        "nav", "details", "summary", "a", "label", "input", "table", "caption", "thead", "tbody",
        "tr", "th", "td", "div", "ins", "del", "span", "footer",
    }  # fmt: skip
    assert not re.search("[\x00-\x08\x1b\u202a-\u202e\u2066-\u2069\u200b-\u200f]", shown)


def test_markup_of_a_document_is_shown():
    """Tags, entities and attributes of a bill come out as words."""
    hostile = 'keep <script>alert(1)</script> &lt;b&gt; " onclick=x \u202eevil\u200b\x1b[31m this'
    shown = page("keep this", hostile)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;b&amp;gt; &quot; onclick=x evil" in shown


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a b", "a b", "No words changed."),
        ("a  b", "a b", "Only spacing"),
        ("a, b", "a b", "looks only"),
    ],
)
def test_nothing_to_show_is_said(old, new, said):
    """Equal and merely cosmetic texts say so."""
    assert said in page(old, new)


def test_a_long_page_is_made_in_a_second():
    """Fifty thousand words, two hundred edits, unchanged paragraphs collapsed."""
    lines = [
        f"({n % 26}) " + " ".join(f"w{(n * 31 + at) % 4999}" for at in range(24)) + "."
        for n in range(2_000)
    ]
    edited = [line.replace("w", "v", 1) if n % 10 == 0 else line for n, line in enumerate(lines)]
    old, new = "\n".join(lines), "\n".join(edited)
    result = redline(old, new)
    start = time.perf_counter()
    brief = render_page(result, old, new, title="Long")
    assert time.perf_counter() - start < 1.5  # a second on a quiet machine
    assert "9 paragraphs unchanged" in brief
    assert len(brief) < 300_000
