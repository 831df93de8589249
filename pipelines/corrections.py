"""When a new text is the publisher putting a mistake right, not a legislature changing the law.

Read from the source's own words alone: the note of a version ("Introduced,
corrected copy", "Erratum"), a step of the day ("Introduced bill reprinted
26109688D", "Technical correction made by the Clerk"), or a relation to the
document that is corrected (the Federal Register's `correction_of`). Whatever
says that somebody amended is an amendment: New Jersey's "First Reprint" and
"reprinted as amended" are, and so are "technical corrections" that a bill makes
in the law.
"""

import re
from collections.abc import Iterable

CORRECTS = frozenset({"correction-of", "corrects"})
"""Relations of a document that puts another one right."""

_TEXT = (
    r"(?:copy|copies|print(?:ing|ed)?|reprint(?:ed|ing)?|text|version|bill|resolution|ordinance"
    r"|order|document|page|line|enroll\w*|engross\w*|introduced|substitute|chapter|clerical)"
)
# What else a journal puts right: none of it is the text.
_OTHER = (
    r"(?:fiscal|impact|vote|votes|voting|roll\s+call|journal|minutes|record|calendar|agenda"
    r"|sponsor\w*|patron\w*|committee|department|facilit\w+|officers?|hearing|statement|summary)"
)
_AMENDED = re.compile(
    r"\b(?:as\s+(?:further\s+)?amend\w*|amend\w*\s+(?:and|by)\b|substituted|with\s+amendments?"
    r"|(?:first|second|third|fourth|fifth|sixth|\d+(?:st|nd|rd|th))\s+(?:official\s+copy\s+)?reprint"
    r"|not\s+(?:be(?:en)?\s+)?(?:corrected|reprinted))\b",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\b(?:corrected|errat(?:um|a)|corrigend(?:um|a)|scriveners?['\u2019]?s?\s+error"
    r"|(?:technical|clerical|printing|typographical)\s+(?:correction|error)"
    r"|correct(?:ed|s|ing)?\s+(?:a\s+)?(?:copy|print\w*|version))\b"
    r"|^\W*(?:(?:introduced|engrossed|enrolled|substitute|committee\s+substitute|bill)\W+)?"
    r"(?:correction|re-?print(?:ed)?)\W*$",
    re.IGNORECASE,
)
_STEP = re.compile(
    rf"\bcorrected\s+(?:\w+\s+)?{_TEXT}\b|\b{_TEXT}\s+(?:was\s+|were\s+|is\s+|has\s+been\s+)?corrected\b"
    rf"|\b{_TEXT}\s+(?:was\s+)?re-?printed\b|\bre-?printed\s+to\s+correct\b"
    r"|\berrat(?:um|a)\b|\bcorrigend(?:um|a)\b|\bscriveners?['\u2019]?s?\s+error\b"
    r"|\b(?:technical|clerical|printing|typographical)\s+(?:corrections?|errors?)\s+"
    r"(?:\w+\s+)?(?:made|corrected|by|in\s+the\s+(?:print|text|bill))\b",
    re.IGNORECASE,
)
_OF_OTHER = re.compile(
    rf"\b{_OTHER}\s+(?:\w+\s+)?(?:was\s+|were\s+)?(?:corrected|errat)|\bcorrected\s+(?:\w+\s+)?{_OTHER}\b",
    re.IGNORECASE,
)


def is_correction(note: str, steps: Iterable[str] = ()) -> bool:
    """Tell whether a version's note, or a step that came with it, says its text was corrected.

    `steps` are the descriptions of actions first seen together with the text. Pure.
    """
    return (bool(_NOTE.search(note)) and not _AMENDED.search(note)) or any(
        _STEP.search(step) and not _AMENDED.search(step) and not _OF_OTHER.search(step)
        for step in steps
    )
