"""Text of HTML pages, with what they mark as added or struck.

BeautifulSoup over lxml, because official pages are often broken and their
inline tags split words. Inline pieces are joined as they stand, blocks begin
new lines, paragraphs stand apart by a blank line, cells by a tab.
"""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from pipelines.clean import restore_symbols
from pipelines.extract.flowing import flowing
from pipelines.extract.plain import decode
from pipelines.markup import law_marks
from pipelines.texts import Extracted, Limits, Mark
from scrapers.marked import Kind, Span, Writer

MEDIA_TYPE = "text/html"
METHOD = "html"

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_WITHIN = 4096
_QUOTED = 200  # letters of an error page that its warning shows

_NOT_TEXT = frozenset(
    {
        "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "select",
        "button", "input", "textarea", "head", "canvas", "audio", "video", "map", "datalist",
        "dialog"
    }
)  # fmt: skip
_FURNITURE = frozenset({"nav", "header", "footer", "aside"})
_PARAGRAPHS = frozenset(
    {
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "blockquote",
        "pre", "section", "article", "main", "form", "fieldset", "figure", "hr", "address",
        "center", "header", "footer", "nav", "aside"
    }
)  # fmt: skip
_LINES = frozenset(
    {
        "div", "li", "tr", "dt", "dd", "br", "caption", "option", "legend", "body", "html",
        "details", "summary"
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
_STRUCK = frozenset({"del", "s", "strike"})
_STYLE = re.compile(r"text-decoration[\w-]*\s*:[^;]*\b(?:(line-through)|(underline))")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")


def read(path: Path, limits: Limits, *, charset: str = "") -> Extracted:
    """An HTML page as one page of text. `charset` is what the site claimed."""
    content = path.read_bytes()
    declared = _META_CHARSET.search(content[:_META_WITHIN])
    claimed = charset or (declared[1].decode("ascii", "replace") if declared else "")
    markup, notes = decode(content, claimed)
    text, spans = text_and_spans(markup)
    return flowing(text, spans, media_type=MEDIA_TYPE, method=METHOD, limits=limits, notes=notes)


def read_error_page(path: Path, limits: Limits) -> Extracted:
    """A web page that came where a document of another kind was promised."""
    page = read(path, limits)
    words = " ".join(page.text.split())[:_QUOTED]
    warning = f"a web page came instead of the document: {words or 'it has no text'}"
    return Extracted(media_type=MEDIA_TYPE, method=METHOD, reason="error-page", warnings=(warning,))


def text_and_marks(markup: str) -> tuple[str, tuple[Mark, ...]]:
    """The readable text of a page or a fragment of one, and what it adds and strikes."""
    text, spans = text_and_spans(markup)
    return text, law_marks(text, spans)


def text_and_spans(markup: str) -> tuple[str, list[Span]]:
    """The readable text of a page or a fragment of one, and the spans it draws."""
    with warnings.catch_warnings():
        # Notes for programmers on what the markup resembles.
        warnings.simplefilter("ignore")
        soup = BeautifulSoup(markup, "lxml")
    writer = Writer(restore_symbols)
    for event, node, kind in _events(_main(soup)):
        if event != "text":
            writer.part(_gap(node, closing=event == "end"))
        elif node.find_parent("pre") is not None:
            writer.write_lines(str(node), kind)
        else:
            writer.write(str(node), kind)
    return writer.text, writer.spans


def _main(soup: BeautifulSoup) -> Tag:
    """The page's main element when it says which that is and most of the text is in it."""
    mains = soup.find_all("main")
    if len(mains) == 1 and 2 * len(mains[0].get_text()) > len((soup.body or soup).get_text()):
        return mains[0]
    return soup


def _events(root: Tag) -> Iterator[tuple[str, Tag | NavigableString, Kind | None]]:
    """Starts and ends of elements and the texts in them, with how each text is marked.

    Walks with a stack of its own: hostile pages nest deeper than Python recurses.
    """
    stack: list[tuple[Tag, Iterator[object], Kind | None]] = [(root, iter(root.contents), None)]
    while stack:
        parent, children, kind = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", parent, kind
        elif isinstance(child, Tag):
            if not _is_skipped(child):
                inner = _kind(child) or kind
                yield "start", child, inner
                stack.append((child, iter(child.contents), inner))
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            yield "text", child, kind


def _is_skipped(element: Tag) -> bool:
    if element.name in _NOT_TEXT or element.has_attr("hidden"):
        return True
    if element.name in _FURNITURE:
        # Within an article a header holds its title.
        return element.find_parent(("main", "article")) is None
    return bool(_HIDDEN.search(_attribute(element, "style")))


def _kind(element: Tag) -> Kind | None:
    if element.name in _STRUCK:
        return "struck"
    if element.name == "ins":
        return "added"
    if element.name == "u":
        return "underlined"
    if element.name == "em" and "new" in _attribute(element, "class").split():
        return "added"
    drawn = _STYLE.search(_attribute(element, "style").lower())
    if drawn is None or element.name == "a":
        return None
    return "struck" if drawn[1] else "underlined"


def _attribute(element: Tag, name: str) -> str:
    value = element.get(name) or ""
    return value if isinstance(value, str) else " ".join(value)


def _gap(element: Tag | NavigableString, *, closing: bool) -> str:
    """What stands between the text before and after an element's start or end."""
    if element.name in _PARAGRAPHS:
        return "\n\n"
    if element.name == "br":
        return "\n" if closing else ""
    if element.name in _LINES:
        return "\n"
    return "\t" if element.name in _CELLS and closing else ""
