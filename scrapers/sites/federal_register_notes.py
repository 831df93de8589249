"""What the editors of the Federal Register note of an order: what it amends, revokes, follows. Pure.

"Amends: EO 13788 of 4/18/2017; See: Proc. 8693 of 7/24/2011", in forms that a recorded
search of 96 orders has.
"""

import re
from collections.abc import Mapping

from scrapers.items import Related

VERBS: Mapping[str, str] = {
    "amends": "amends", "revokes": "revokes", "supersedes": "supersedes",
    "superseded by": "superseded-by", "revoked by": "revoked-by", "amended by": "amended-by",
    "continues": "extends", "continued by": "extended-by", "rescinds": "rescinds",
}  # fmt: skip
"""What the editors of the Register write of an order and another one, and the relation it is."""

_CLAUSE = re.compile(r"(?P<verb>[A-Z][a-z]+(?:\s+(?:in\s+part|by|in\s+part\s+by))?)\s*:\s*")
_OTHER = re.compile(
    r"\b(?P<kind>E\.?\s?O\.?|Executive Order|Proc(?:lamation|\.)?)\s*(?:No\.?\s*)?(?P<number>\d{4,5})\b"
)


def noted(notes: str) -> list[Related]:
    """The orders that an editor's note names: "Amends: EO 13788 of 4/18/2017; See: Proc. 8693 of ...".

    What ends or amends only a part of another order, and what is only to be seen, is related.
    """
    pieces = _CLAUSE.split(notes)
    found = []
    for verb, told in zip(pieces[1::2], pieces[2::2], strict=True):
        relation = VERBS.get(" ".join(verb.casefold().split()), "related")
        for other in _OTHER.finditer(told):
            kind = "Executive Order" if other["kind"].startswith("E") else "Proclamation"
            found.append(Related(identifier=f"{kind} {other['number']}", relation=relation))
    return found
