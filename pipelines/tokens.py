"""What terms are made of, and what is found of them."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

How = Literal["exact", "stem", "begins", "symbol"]


class Hit(NamedTuple):
    """A folded span [start, end), how well it fits (0 to 1), and the term found there.

    For terms found together `term` is what stood there: `"federal agents" NEAR/9 mask`.
    """

    start: int
    end: int
    score: float
    term: str


@dataclass(frozen=True, slots=True)
class Token:
    """One word or symbol of a term; `gap` when space or a hyphen stands before it."""

    how: How
    text: str
    gap: bool


class Anchor(NamedTuple):
    """A word in lower case without which a term is not in a text: as it is, a stem, a beginning."""

    how: How
    text: str


def apart(found: list[Hit], further: Iterable[Hit]) -> list[Hit]:
    """Join hits in order; of overlapping ones the first list's stay."""
    kept = sorted(found)
    for hit in further:
        at = bisect_right(kept, hit)
        if (not at or kept[at - 1].end <= hit.start) and (
            at == len(kept) or hit.end <= kept[at].start
        ):
            kept.insert(at, hit)
    return kept


def is_of_word(sign: str) -> bool:
    """Tell whether a sign is a letter, a figure or an underscore."""
    return sign.isalnum() or sign == "_"
