"""Which papers of a measure are its text, and which stand beside it.

An amendment is offered on a paper of its own: a page that says where to strike and
what to insert. Governments list it among the versions of the bill. Held against
the bill it would show nearly every word struck, and the next print nearly every
word added; so it is told of by itself. A print that calls itself amended has most
of the words of the text it was made from, in their order.
"""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

from config.vocabulary import VersionClassification
from pipelines.stamps import folded

_NUMBERED = re.compile(r"version\s+(\*|[0-9]{1,4}|[a-z]{1,3})", re.IGNORECASE)
LEAST: Mapping[str | None, float] = MappingProxyType(
    {VersionClassification.AMENDMENT: 0.4, None: 0.1}
)
"""The least share of a text's pairs of words that a print made from it keeps, by its step.

Versions of other steps are prints, whatever they keep: a substitute may keep a
tenth. Of 160 texts of 16 Virginia bills of 2026, amendments, conference reports,
vetoes and recommendations of the governor keep 0 to 3 % of the bill (one amendment
44 %); engrossed, enrolled and chaptered prints keep nine tenths, where they are not
of a substitute.
"""


def is_print(text: str, base: str, step: str | None) -> bool:
    """Whether a version is a print of a measure whose earlier text is `base`, however much amended."""
    if step not in LEAST:
        return True
    pairs = _pairs(base)
    return (pairs & _pairs(text)).total() >= LEAST[step] * pairs.total()


def is_earlier_print(note: str, other: str) -> bool:
    """Whether a numbered print ("Version 1") is an earlier one than another ("Version 3", "Version A").

    The order is that of Legistar: `*`, 0, 1, 2 ..., then A, B ... Z, AA.
    """
    one, two = _NUMBERED.fullmatch(note.strip()), _NUMBERED.fullmatch(other.strip())
    return bool(one and two) and _rank(one[1]) < _rank(two[1])  # type: ignore[index]


def _rank(number: str) -> tuple[int, int, str]:
    if number == "*":
        return 0, 0, ""
    return (1, int(number), "") if number.isdecimal() else (2, len(number), number.upper())


def _pairs(text: str) -> Counter[tuple[str, str]]:
    return Counter(pairwise(folded(word) for word in text.split()))
