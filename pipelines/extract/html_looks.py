"""What a web page's lists are numbered with, and what its styles draw over and under words."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from bs4.element import Tag

from pipelines.extract.word_numbers import printed

Decoration = Literal["struck", "underlined", "none"]

_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_STYLES = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A",
    "lower-roman": "i", "upper-roman": "I", "decimal": "1", "none": "",
}  # fmt: skip
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b(" + "|".join(_STYLES) + r")\b")
_WHOLE = re.compile(r"-?[0-9]{1,6}")

NUMBERED = re.compile(r"\s*(?:\(?[0-9A-Za-z]{1,5}[.)]|[\u00a7\u2022])")
"""The beginning of an item that has its number in its words, and no other is drawn."""

_DECORATION = re.compile(r"text-decoration(?:-line)?\s*:\s*([^;}]*)", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACES = re.compile(r"[{}]")
_SELECTOR = re.compile(r"[a-z][a-z0-9]*\.[\w-]+|\.[\w-]+", re.IGNORECASE)
_LARGEST_SHEET = 1_000_000


def numbers_of(ordered: Tag) -> Iterator[str]:
    """The numbers that stand before the items of an ordered list, one after the other."""
    style = _LIST_STYLE.search(_words(ordered.get("style")).lower())
    form = _STYLES[style[1]] if style else _words(ordered.get("type")) or "1"
    count = _whole(ordered.get("start"), 1)
    step = -1 if ordered.has_attr("reversed") else 1
    for item in ordered.find_all("li", recursive=False):
        count = _whole(item.get("value"), count)
        yield f"{printed(count, _FORMS.get(form, 'decimal'))}." if form else ""
        count += step


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object, otherwise: int) -> int:
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else otherwise


def decoration_of(style: str) -> Decoration | None:
    """What a style draws over or under words, "none" where it says that it draws nothing."""
    said = " ".join(_DECORATION.findall(style)).lower() if "ecoration" in style.lower() else ""
    if "line-through" in said:
        return "struck"
    if "underline" in said:
        return "underlined"
    return "none" if "none" in said else None


def decorations(sheets: Iterable[str]) -> dict[str, Decoration]:
    """What style sheets draw over and under elements of a class, by selector (".x", "span.x").

    Rules for print and other media, and selectors of any other shape, are
    passed over: what they say depends on more than the element.
    """
    found: dict[str, Decoration] = {}
    for sheet in sheets:
        for selectors, style in _rules(_COMMENT.sub("", sheet[:_LARGEST_SHEET])):
            drawn = decoration_of(style)
            for selector in map(str.strip, selectors.split(",") if drawn else ()):
                if drawn and _SELECTOR.fullmatch(selector):
                    found[selector] = drawn
    return found


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The rules outside of any other block: selectors and style."""
    depth, at, selectors = 0, 0, ""
    for brace in _BRACES.finditer(sheet):
        if brace[0] == "{":
            if depth == 0:
                selectors, at = sheet[at : brace.start()].strip(), brace.end()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                if not selectors.startswith("@"):
                    yield selectors, sheet[at : brace.start()]
                at = brace.end()
