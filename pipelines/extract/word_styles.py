"""How the styles of a Word document draw text: struck, underlined, hidden.

After ECMA-376 part 1, 17.7: a style inherits from the one it is based on; a
run's own properties come before those of its character style, and those before
its paragraph's style and the document's defaults.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_OFF = frozenset({"0", "false", "off", "none"})
_HEADING = re.compile(r"(?:heading|title|subtitle|toc|header|footer|caption)\b", re.IGNORECASE)
_LINK = re.compile(r"(?:followed)?hyperlink", re.IGNORECASE)
_DEEPEST = 50  # styles based on styles; Word allows 11


@dataclass(frozen=True, slots=True)
class Look:
    """What is said of how text is drawn; None where nothing is said."""

    strike: bool | None = None
    underline: bool | None = None
    hidden: bool | None = None

    def over(self, base: "Look") -> "Look":
        """What this look says and, where it says nothing, what `base` says."""
        return Look(
            base.strike if self.strike is None else self.strike,
            base.underline if self.underline is None else self.underline,
            base.hidden if self.hidden is None else self.hidden,
        )


PLAIN = Look()


def with_property(look: Look, name: str, value: str | None) -> Look:
    """The look with one run property more, by its local name and `val`."""
    on = value not in _OFF
    match name:
        case "strike" | "dstrike":
            # Single and double lines are two properties; one of them is enough.
            return replace(look, strike=on or bool(look.strike))
        case "u":
            return replace(look, underline=on)
        case "vanish":
            return replace(look, hidden=on)
    return look


@dataclass(frozen=True, slots=True)
class Style:
    """A style as it is written: its look, what it is based on, its place in a list."""

    name: str = ""
    base: str = ""
    look: Look = PLAIN
    number: str = ""
    level: str = ""


@dataclass(frozen=True)
class Styles:
    """The styles of a document by their ids."""

    styles: Mapping[str, Style] = field(default_factory=dict)
    default: Look = PLAIN
    paragraph: str = ""  # the style of paragraphs that name none

    def look(self, style_id: str) -> Look:
        """How a style draws text, with all that it inherits."""
        look = PLAIN
        for style in self._line(style_id):
            if style.look.underline and (_HEADING.match(style.name) or _LINK.match(style.name)):
                # The underline of headings and links says nothing of the law.
                look = look.over(replace(style.look, underline=False))
            else:
                look = look.over(style.look)
        return look

    def numbering(self, style_id: str) -> tuple[str, str]:
        """The list and the level that a paragraph style gives, "" where none."""
        number = level = ""
        for style in self._line(style_id):
            number, level = number or style.number, level or style.level
        return number, level

    def _line(self, style_id: str) -> list[Style]:
        line: list[Style] = []
        while style_id in self.styles and len(line) < _DEEPEST:
            line.append(self.styles[style_id])
            style_id = line[-1].base
        return line


def read_styles(root: Any) -> Styles:
    """The styles of a `styles.xml`, None for a document without one."""
    if root is None:
        return Styles()
    space = root.nsmap.get(root.prefix) or ""
    val = f"{{{space}}}val"

    def child_value(element: Any, path: str) -> str:
        found = element.find("/".join(f"{{{space}}}{name}" for name in path.split("/")))
        return "" if found is None else found.get(val) or ""

    def look(element: Any) -> Look:
        found = PLAIN
        properties = element.find(f"{{{space}}}rPr")
        for one in properties if properties is not None else ():
            if isinstance(one.tag, str):
                found = with_property(found, one.tag.rpartition("}")[2], one.get(val))
        return found

    styles: dict[str, Style] = {}
    paragraph = ""
    for element in root.iterfind(f"{{{space}}}style"):
        style_id = element.get(f"{{{space}}}styleId") or ""
        styles[style_id] = Style(
            name=child_value(element, "name"),
            base=child_value(element, "basedOn"),
            look=look(element),
            number=child_value(element, "pPr/numPr/numId"),
            level=child_value(element, "pPr/numPr/ilvl"),
        )
        is_default = (element.get(f"{{{space}}}default") or "0") not in _OFF
        if is_default and element.get(f"{{{space}}}type") == "paragraph":
            paragraph = style_id
    defaults = root.find(f"{{{space}}}docDefaults/{{{space}}}rPrDefault")
    return Styles(styles, look(defaults) if defaults is not None else PLAIN, paragraph)
