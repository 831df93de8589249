"""What a document says its type means: "CAPITALS INDICATE MATTER ADDED", "[Brackets] ...".

Legends are sentences of the legislatures: Maryland's EXPLANATION on the first
page of each bill, Oregon's NOTE, New York's EXPLANATION, Philadelphia's last
lines, the words of an ordinance of Chicago. Some papers are set after a
convention of their house without saying it: Maryland's chapters are printed as
its bills are, Oregon's enrolled bills as the introduced ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Means = Literal["capitals", "underlined", "bold", "italic", "brackets"]

FACES: frozenset[Means] = frozenset({"bold", "italic"})
"""Meanings for which the faces of the letters must be read."""

SETS_NEW: frozenset[Means] = frozenset({"capitals", "underlined", "bold", "italic"})
"""Meanings that say how new matter is set."""

_NEW = r"\b(?:new|added|adding|additions?|insert(?:ed|ing|ions?)|amendments?)\b"
_OLD = (
    r"\b(?:deleted|deletions?|deleting|omit(?:ted)?|repeal(?:ed)?|stricken|struck|removed"
    r"|old\s+law|existing\s+law\s+to\s+be)\b"
)
_WITHIN = r"[^.;]{0,60}?"


def _either_way(words: str, meaning: str) -> re.Pattern[str]:
    return re.compile(rf"{words}{_WITHIN}{meaning}|{meaning}{_WITHIN}{words}", re.IGNORECASE)


# By what its sentence has, in lower case. Capitals need their verb, for they are named in
# many a sentence on style.
_SAID: MappingProxyType[Means, tuple[str, re.Pattern[str]]] = MappingProxyType(
    {
        "capitals": (
            "capital",
            re.compile(
                rf"\bcapital(?:s|\s+letters)\b[^.;]{{0,40}}?\bindicate\b{_WITHIN}{_NEW}",
                re.IGNORECASE,
            ),
        ),
        "underlined": ("undersc|underlin", _either_way(r"\b(?:underlin|underscor)\w*", _NEW)),
        "bold": ("bold", _either_way(r"\bbold(?:\s*-?\s*faced?)?\b", _NEW)),
        "italic": ("italic", _either_way(r"\bitalic(?:s|ized)?\b(?!\s+and\s+bracket)", _NEW)),
        "brackets": ("bracket", _either_way(r"\bbracket(?:s|ed)?\b", _OLD)),
    }
)
_OF_TYPE = re.compile(
    r"\b(?:matter|material|language|text|type|letters?|indicat\w+|show[ns]?|denot\w+)\b",
    re.IGNORECASE,
)
_ASIDE = 40  # letters about such a sentence in which it speaks of type
_REACH = 160  # letters at both sides of such a word that its sentence may take
_OFTEN = 50  # a document that names brackets more often is about taxes

_MARYLAND: frozenset[Means] = frozenset({"capitals", "underlined", "brackets"})
_OREGON: frozenset[Means] = frozenset({"bold", "brackets"})
_HOUSES = (
    (
        "maryland",
        re.compile(r"\bENACTED\s+BY\s+THE\s+GENERAL\s+ASSEMBLY\s+OF\s+MARYLAND\b", re.IGNORECASE),
        _MARYLAND,
    ),
    (
        "oregon",
        re.compile(
            r"\bEnacted\s+by\s+the\s+People\s+of\s+the\s+State\s+of\s+Oregon\b", re.IGNORECASE
        ),
        _OREGON,
    ),
)
"""Whose papers are set after one convention: a name to look for, what opens them, the convention."""

_LONG = 400  # letters that a legend may have around what was recognised
_SHORT_REST = 80  # letters of a page below its legend that are the printer's
_PRINTERS = re.compile(r"\*?[A-Za-z]{2,4} ?[\d-]+\*?")  # as the printer ends a last page


@dataclass(frozen=True, slots=True)
class Legend:
    """What a document says its type means, and the part [start, end) in which it says so."""

    means: frozenset[Means]
    start: int = 0
    end: int = 0


def legend_of(text: str) -> Legend:
    """The legend of a document; one that says nothing has no meanings."""
    folded = text.lower()
    if len(folded) != len(text):  # a capital that has no one small letter
        folded = text
    found: dict[Means, tuple[int, int]] = {}
    for means in get_args(Means):
        stems, pattern = _SAID[means]
        for start, end in _near(folded, stems.split("|")):
            match = pattern.search(text, start, end)
            if match and _OF_TYPE.search(
                text, max(0, match.start() - _ASIDE), match.end() + _ASIDE
            ):
                found[means] = match.span()
                break
    said = frozenset(found)
    for name, opening, convention in _HOUSES:
        if name in folded and any(
            opening.search(text, *part) for part in _near(folded, ["enacted"])
        ):
            said |= convention
    if not found:
        return Legend(said)
    first = min(start for start, _ in found.values())
    last = max(end for _, end in found.values())
    return Legend(said, *_paragraph(text, first, last))


def faces_mean(text: str) -> bool:
    """Whether a document gives a meaning to faces, so that they must be read."""
    folded = text.lower()
    words = (
        *(_SAID[means][0] for means in FACES),
        *(word for word, _, says in _HOUSES if says & FACES),
    )
    return any(word in folded for word in words) and bool(legend_of(text).means & FACES)


def _near(folded: str, stems: list[str]) -> Iterator[tuple[int, int]]:
    """The surroundings of each place where one of the stems stands."""
    for stem in stems:
        at = folded.find(stem)
        seen = 0
        while at >= 0 and seen < _OFTEN:
            yield max(0, at - _REACH), min(len(folded), at + _REACH)
            at = folded.find(stem, at + 1)
            seen += 1


def _paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to its paragraph, and to the foot of its page where little stands below.

    Where no blank line is near, it is widened to whole lines.
    """
    above = max(text.rfind(gap, max(0, start - _LONG), start) for gap in ("\n\n", "\f"))
    if above < 0:
        above = text.rfind("\n", 0, start)
    page_end = text.find("\f", end)
    bottom = page_end if page_end >= 0 else len(text)
    below = text.find("\n\n", end, min(bottom, end + _LONG))
    rest = text[max(below, end) : bottom].strip()
    if len(rest) <= _SHORT_REST if page_end >= 0 else _PRINTERS.fullmatch(rest):
        return max(above, 0), bottom
    if below < 0:
        line_end = text.find("\n", end, bottom)
        below = line_end if line_end >= 0 else bottom
    return max(above, 0), below
