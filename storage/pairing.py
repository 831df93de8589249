"""Which version of a measure an observed version is.

A note may stand twice in one list, and lists are re-ordered. So versions with
the same note are told apart by what they say: first by their text, then by
their bytes, then by their address, at last by their order.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from pipelines.texts import VersionText
from scrapers.addresses import canonical_url
from scrapers.items import Version

from .identity import note_key
from .known import VersionRow


@dataclass(frozen=True, slots=True)
class Incoming:
    """A version as observed, with what became of its text."""

    version: Version
    text: VersionText


Pair = tuple[VersionRow | None, Incoming]


def pair(current: Sequence[VersionRow], incoming: Sequence[Incoming]) -> list[Pair]:
    """Give each observed version the row it belongs to, or None for a new one.

    No row is given twice. Pairs keep the order of `incoming`.
    """
    rows: dict[str, list[VersionRow]] = defaultdict(list)
    for row in current:
        rows[row.note_key].append(row)
    groups: dict[str, list[Incoming]] = defaultdict(list)
    for one in incoming:
        groups[note_key(one.version.note)].append(one)
    found: dict[int, VersionRow | None] = {}
    for key, members in groups.items():
        found |= _pair_group(rows[key], members)
    return [(found[id(one)], one) for one in incoming]


def _pair_group(rows: list[VersionRow], members: list[Incoming]) -> dict[int, VersionRow | None]:
    found: dict[int, VersionRow | None] = {}
    rows, members = list(rows), list(members)
    for row_mark, member_mark in _MARKS:
        for member in list(members):
            mark = member_mark(member)
            row = next((row for row in rows if mark and row_mark(row) == mark), None)
            if row is not None:
                found[id(member)] = row
                rows.remove(row)
                members.remove(member)
    for position, member in enumerate(members):
        found[id(member)] = rows[position] if position < len(rows) else None
    return found


def _row_address(row: VersionRow) -> str:
    return canonical_url(str(row.links[0].get("url", ""))) if row.links else ""


def _address(one: Incoming) -> str:
    return canonical_url(one.version.links[0].url) if one.version.links else ""


def _words(one: Incoming) -> str:
    return one.text.text_sha256 if one.text.accepted else ""


def _bytes(one: Incoming) -> str:
    return one.text.sha256 if one.text.accepted else ""


_Mark = tuple[Callable[[VersionRow], Hashable], Callable[[Incoming], Hashable]]

# Each in turn; where several rows are equal by one mark, the fuller one before decided.
_MARKS: tuple[_Mark, ...] = (
    (
        lambda row: (row.text_sha256, row.date, _row_address(row)),
        lambda one: _words(one) and (_words(one), one.version.date, _address(one)),
    ),
    (
        lambda row: (row.text_sha256, row.date),
        lambda one: _words(one) and (_words(one), one.version.date),
    ),
    (lambda row: row.text_sha256, _words),
    (lambda row: row.document_sha256, _bytes),
    (
        lambda row: (_row_address(row), row.date),
        lambda one: _address(one) and (_address(one), one.version.date),
    ),
    (_row_address, _address),
    (lambda row: row.date, lambda one: one.version.date),
)
