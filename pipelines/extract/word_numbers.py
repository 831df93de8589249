"""The numbers that Word writes before paragraphs and that stand nowhere in the text.

After ECMA-376 part 1, 17.9. "(a)" and "Section 3." are law: without them a
reference to a subsection finds nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_HIGHEST_ROMAN = 4000
_BULLET = "\u2022"


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered: `%1` in `text` is the number of the first level."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False


@dataclass
class Numbers:
    """The lists of a document and how far each has come."""

    lists: Mapping[str, str] = field(default_factory=dict)  # a list's kind
    levels: Mapping[str, Mapping[int, Level]] = field(default_factory=dict)  # of a kind
    overrides: Mapping[tuple[str, int], int] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def following(self, number: str, level: int) -> str:
        """The next number of a list as it is printed; "" where none is."""
        kind = self.lists.get(number)
        known = self.levels.get(kind or "", {})
        if kind is None or level not in known:
            return ""
        counts = self._counts.setdefault(kind, [None] * _LEVELS)
        override = self.overrides.get((number, level))
        before = counts[level]
        if override is not None and (number, level) not in self._begun:
            counts[level] = override
        else:
            counts[level] = known[level].start if before is None else before + 1
        self._begun.add((number, level))
        for deeper in range(level + 1, _LEVELS):
            restart = known[deeper].restart if deeper in known else None
            # By default a level starts anew after every level above it; 0 means never.
            if restart is None or 0 <= level < restart:
                counts[deeper] = None
        return self._printed(known, level, counts)

    def _printed(self, known: Mapping[int, Level], level: int, counts: list[int | None]) -> str:
        own = known[level]
        if own.format == "bullet":
            return _BULLET

        def count(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            at = known.get(place, Level())
            value = counts[place]
            return printed(
                at.start if value is None else value, "decimal" if own.legal else at.format
            )

        return _PLACE.sub(count, own.text)


def printed(value: int, form: str) -> str:
    """A number as Word prints it in one of its formats; unknown ones as digits."""
    match form:
        case "none":
            return ""
        case "lowerLetter" | "upperLetter" if value > 0:
            letter = chr(ord("a") + (value - 1) % 26) * min(-(-value // 26), 50)
            return letter if form == "lowerLetter" else letter.upper()
        case "lowerRoman" | "upperRoman" if 0 < value < _HIGHEST_ROMAN:
            roman = _roman(value)
            return roman if form == "lowerRoman" else roman.upper()
        case "decimalZero":
            return f"{value:02}"
        case "ordinal":
            ending = {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
            return f"{value}{'th' if value % 100 in {11, 12, 13} else ending}"
    return str(value)


def _roman(value: int) -> str:
    letters = ""
    for worth, letter in _ROMAN:
        count, value = divmod(value, worth)
        letters += letter * count
    return letters


def read_numbers(root: Any) -> Numbers:
    """The lists of a `numbering.xml`, None for a document without one."""
    if root is None:
        return Numbers()
    space = f"{{{root.nsmap.get(root.prefix) or ''}}}"

    def value(element: Any, name: str) -> str | None:
        found = element.find(f"{space}{name}")
        # An element without a value switches something on.
        return None if found is None else found.get(f"{space}val", "1")

    def level(element: Any) -> Level:
        return Level(
            start=_whole(value(element, "start"), 1),
            format=value(element, "numFmt") or "decimal",
            text=(value(element, "lvlText") or "")[:80],
            restart=_maybe(value(element, "lvlRestart")),
            legal=(value(element, "isLgl") or "0") not in {"0", "false", "off"},
        )

    def levels(element: Any) -> dict[int, Level]:
        found = {
            _whole(one.get(f"{space}ilvl"), -1): level(one)
            for one in element.iterfind(f"{space}lvl")
        }
        return {rank: one for rank, one in found.items() if 0 <= rank < _LEVELS}

    kinds = {
        one.get(f"{space}abstractNumId", ""): levels(one)
        for one in root.iterfind(f"{space}abstractNum")
    }
    lists: dict[str, str] = {}
    overrides: dict[tuple[str, int], int] = {}
    for one in root.iterfind(f"{space}num"):
        number = one.get(f"{space}numId", "")
        lists[number] = value(one, "abstractNumId") or ""
        for override in one.iterfind(f"{space}lvlOverride"):
            start = _maybe(value(override, "startOverride"))
            if start is not None:
                overrides[number, _whole(override.get(f"{space}ilvl"), -1)] = start
    return Numbers(lists, kinds, overrides)


def _whole(text: str | None, otherwise: int) -> int:
    found = _maybe(text)
    return otherwise if found is None else found


def _maybe(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,9}", text) else None
