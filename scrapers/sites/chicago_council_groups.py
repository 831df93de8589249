"""Which rows of Chicago's lists are one measure, and how much each presses. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from scrapers.platforms.legistar_rows import Row, words
from scrapers.platforms.legistar_words import LAWMAKING, kind_of
from scrapers.ports import KnownMeasure
from scrapers.sites.chicago_council_rows import day, number_of, paper_of, stamp_of
from scrapers.sites.chicago_council_words import original_of


class Group:
    """The matters that are one measure: `row` is what it stands as now, `others` are before that.

    `points_on` is the number of a substitute that no row shows, "" when the row is the last word.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.row, *self.others = sorted(rows, key=_currency, reverse=True)
        into = words(self.row, "supersededBy")
        own = into and original_of(into) == paper_of(self.row)
        self.points_on = into if own and into != number_of(self.row) else ""

    def stamp(self, known: KnownMeasure | None) -> str:
        """The digest of its row; "" for the original of a substitute that is known already."""
        if known and self.points_on and known.identifier == self.points_on:
            return ""
        return stamp_of(self.row)


def _currency(row: Row) -> tuple[bool, int, str]:
    """How much a row speaks for its measure: the last substitute, and of equals the latest."""
    number = number_of(row)
    depth = len(number) - len(original_of(number))
    return not words(row, "supersededBy"), depth, words(row, "lastPublicationDate")


def grouped(rows: Iterable[Row]) -> dict[str, Group]:
    """The rows of lists by the measure they are about."""
    found = defaultdict[str, dict[str, Row]](dict)
    for row in rows:
        found[paper_of(row)][words(row, "matterId")] = row
    return {id_: Group(list(some.values())) for id_, some in found.items()}


def by_paper(known: Sequence[KnownMeasure]) -> dict[str, KnownMeasure]:
    """What is known, by the original's number; of several the one seen last."""
    by_sight = sorted(known, key=lambda one: str(one.seen_last or ""))
    return {paper_of({"recordNumber": one.identifier, **one.extras}): one for one in by_sight}


def moved(told: Mapping[str, Any]) -> date | None:
    """The last day a matter is known to have changed."""
    days = (
        day(words(told, name))
        for name in ("lastPublicationDate", "finalActionDate", "introductionDate")
    )
    return max((found for found in days if found), default=None)


def rank(told: Mapping[str, Any]) -> int:
    """What is looked at first: what makes law, and of that what is not routine."""
    lawmaking = kind_of(words(told, "type")) in LAWMAKING
    return 2 * (not lawmaking) + (words(told, "routine").upper() == "YES")
