"""Text of HTML pages, with what they mark as added or struck.

BeautifulSoup over lxml, because official pages are often broken and their
inline tags split words. Inline pieces are joined as they stand, blocks begin
new lines, paragraphs stand apart by a blank line, cells by a tab.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from pipelines.clean import restore_symbols
from pipelines.extract.encodings import decode, unscrambled
from pipelines.extract.flowing import flowing
from pipelines.extract.html_looks import (
    NUMBERED,
    Decoration,
    decoration_of,
    decorations,
    numbers_of,
)
from pipelines.markup import law_marks
from pipelines.texts import Extracted, Limits, Mark
from scrapers.marked import Kind, Span, Writer

MEDIA_TYPE = "text/html"
METHOD = "html"

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_WITHIN = 4096

_NOT_TEXT = frozenset(
    {
        "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "select",
        "button", "input", "textarea", "head", "canvas", "audio", "video", "map", "datalist",
        "dialog"
    }
)  # fmt: skip
_FURNITURE = frozenset({"nav", "header", "footer", "aside"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "dialog"})
_WHOLES = frozenset({"html", "body", "main", "article"})
_NAMED_FURNITURE = frozenset(
    {
        "nav", "navbar", "navigation", "topnav", "sidenav", "mainnav", "main-nav", "menu",
        "main-menu", "breadcrumb", "breadcrumbs", "skip-link", "skiplink", "skip-to-content",
        "skipnav", "site-header", "siteheader", "site-footer", "sitefooter", "footer",
        "global-header", "global-footer", "page-footer", "sidebar", "cookie-banner", "share",
        "share-buttons", "social", "social-media", "pagination",
    }
)  # fmt: skip
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
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")


def read(path: Path, limits: Limits, *, charset: str = "") -> Extracted:
    """An HTML page as one page of text. `charset` is what the site claimed."""
    text, spans, notes = spans_of(path.read_bytes(), charset)
    return flowing(
        text, spans, media_type=MEDIA_TYPE, method=METHOD, limits=limits, notes=notes,
        printed=True,
    )  # fmt: skip


def spans_of(content: bytes, charset: str) -> tuple[str, list[Span], list[str]]:
    """The text of a page's bytes, the spans it draws, and what was wrong with it."""
    declared = _META_CHARSET.search(content[:_META_WITHIN])
    claims = [charset, declared[1].decode("ascii", "replace") if declared else ""]
    markup, notes = decode(content, *claims)
    return (*text_and_spans(markup), notes)


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
    page = _Page(_main(soup), decorations(sheet.get_text() for sheet in soup.find_all("style")))
    writer = page.written(by_name=True)
    if page.dropped > writer.length:
        # What calls itself furniture here is where the text is.
        writer = page.written(by_name=False)
    return writer.text, writer.spans


def _main(soup: BeautifulSoup) -> Tag:
    """The page's main part when it says which that is and most of the text is in it."""
    whole = len((soup.body or soup).get_text())
    for names in _MAINS:
        found: list[Tag] = soup.find_all(**names)
        if len(found) == 1 and 2 * len(found[0].get_text()) > whole:
            return found[0]
    return soup


_MAINS: tuple[dict[str, Any], ...] = (
    {"name": "main"}, {"role": "main"},
    {"id": re.compile(r"(?i)^(?:main|content|main-?content|page-?content)$")},
)  # fmt: skip


class _Around(NamedTuple):
    """What holds for the text in an element."""

    kind: Kind | None = None
    lines: bool = False  # line breaks and blanks count
    inner: bool = False  # within what says it is the page's own text
    items: Iterator[str] | None = None  # the numbers of a list


class _Page:
    """Walks over a page with a stack of its own: hostile ones nest deeper than Python recurses."""

    def __init__(self, root: Tag, sheet: Mapping[str, Decoration]) -> None:
        self._root = root
        self._sheet = sheet
        self.dropped = 0  # letters left out for their element's name alone

    def written(self, *, by_name: bool) -> Writer:
        """The text. `by_name` leaves out what only its name calls furniture."""
        self._by_name = by_name
        self.dropped = 0
        writer = Writer(restore_symbols)
        number = ""
        whole = _Around(inner=not isinstance(self._root, BeautifulSoup))
        stack: list[tuple[Tag, Iterator[object], _Around]] = [
            (self._root, iter(self._root.contents), whole)
        ]
        while stack:
            parent, children, around = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                writer.part(_gap(parent, closing=True))
            elif isinstance(child, Tag):
                if not self._is_skipped(child, around):
                    if child.name == "li":
                        number = next(around.items, "") if around.items else ""
                    writer.part(_gap(child, closing=False))
                    stack.append((child, iter(child.contents), self._within(child, around)))
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                text = unscrambled(str(child))
                if number and text.strip():
                    if not NUMBERED.match(text):
                        writer.write(f"{number} ", around.kind)
                    number = ""
                if around.lines:
                    writer.write_lines(text, around.kind)
                else:
                    writer.write(text, around.kind)
        return writer

    def _within(self, element: Tag, around: _Around) -> _Around:
        return _Around(
            self._kind(element, around.kind),
            around.lines or element.name == "pre",
            around.inner or element.name in {"main", "article"},
            numbers_of(element) if element.name == "ol" else None,
        )

    def _is_skipped(self, element: Tag, around: _Around) -> bool:
        if (
            element.name in _NOT_TEXT
            or element.has_attr("hidden")
            or _HIDDEN.search(_attribute(element, "style").lower())
        ):
            return True
        if around.inner or element.name in _WHOLES:
            # Within an article a header holds its title.
            return False
        if element.name in _FURNITURE or _attribute(element, "role").lower() in _ROLES:
            return True
        return self._by_name and self._is_named_furniture(element)

    def _is_named_furniture(self, element: Tag) -> bool:
        names = f"{_attribute(element, 'class')} {_attribute(element, 'id')}".lower().split()
        if _NAMED_FURNITURE.isdisjoint(names):
            return False
        self.dropped += len(" ".join(element.get_text().split()))
        return True

    def _kind(self, element: Tag, outer: Kind | None) -> Kind | None:
        if outer == "struck":
            # Words that a bill adds and an amendment strikes are no law.
            return outer
        if element.name in _STRUCK:
            own: Kind | None = "struck"
        elif element.name == "ins" or _is_virginias_new(element):
            own = "added"
        else:
            own = "underlined" if element.name == "u" else None
        drawn = decoration_of(_attribute(element, "style")) or self._from_sheet(element)
        if drawn == "none":
            return outer if own in {None, "underlined"} else own
        if drawn == "struck":
            return drawn
        if drawn and not own and element.name != "a":
            return drawn
        return own or outer

    def _from_sheet(self, element: Tag) -> Decoration | None:
        if not self._sheet:
            return None
        for name in _attribute(element, "class").split():
            found = self._sheet.get(f"{element.name}.{name}") or self._sheet.get(f".{name}")
            if found:
                return found
        return None


def _is_virginias_new(element: Tag) -> bool:
    return element.name == "em" and "new" in _attribute(element, "class").split()


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
