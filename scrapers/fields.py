"""Which fields of a site's rows are known, so that what it adds or renames is kept and counted.

A field is used (a value of an item is made of it) or kept (it goes into the
`extras` as the site names it). A field that is neither is kept too, and counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scrapers.platforms.legistar_rows import Row, odd_shape, said


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one site by kind of row ("matter", "vote").

    Of the used ones `parts` hold rows, `plain` lists of words or either, and all
    others words; without `parts` their shapes are not judged.
    """

    used: Mapping[str, frozenset[str]]
    also_kept: Mapping[str, frozenset[str]]
    parts: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()

    def kept(self, kind: str, row: Row) -> dict[str, Any]:
        """What a row says beyond what values are made of, unknown fields and odd shapes among it."""
        return {
            name: value
            for name, value in said(row).items()
            if name not in self.used[kind] or self._odd(name, value)
        }

    def count_unknown(self, kind: str, rows: Iterable[Row], unmapped: Counter[str]) -> None:
        """Count the fields that say something and that nobody knows, or not in that shape.

        As "matter field newName", "matter field title holds rows".
        """
        known = self.used[kind] | self.also_kept[kind]
        for row in rows:
            for name, value in said(row).items():
                odd = self._odd(name, value) if name in self.used[kind] else ""
                if odd or name not in known:
                    unmapped[f"{kind} field {name} {odd}".rstrip()] += 1

    def _odd(self, name: str, value: Any) -> str:
        if not self.parts or name in self.plain:
            return ""
        return odd_shape(value, parts=name in self.parts)


def named(words: str) -> frozenset[str]:
    """Fields written in one line."""
    return frozenset(words.split())
