"""Which fields of a site's rows are known, so that what it adds or renames is kept and counted.

A field is used (a value of an item is made of it) or kept (it goes into the
`extras` as the site names it). A field that is neither is kept too, and counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scrapers.platforms.legistar_rows import Row, said


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one site by kind of row ("matter", "vote")."""

    used: Mapping[str, frozenset[str]]
    also_kept: Mapping[str, frozenset[str]]

    def kept(self, kind: str, row: Row) -> dict[str, Any]:
        """What a row says beyond what values are made of, unknown fields among it."""
        return {name: value for name, value in said(row).items() if name not in self.used[kind]}

    def count_unknown(self, kind: str, rows: Iterable[Row], unmapped: Counter[str]) -> None:
        """Count the fields that say something and that nobody knows ("matter field newName")."""
        known = self.used[kind] | self.also_kept[kind]
        for row in rows:
            unmapped.update(f"{kind} field {name}" for name in said(row) if name not in known)


def named(words: str) -> frozenset[str]:
    """Fields written in one line."""
    return frozenset(words.split())
