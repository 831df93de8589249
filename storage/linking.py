"""Which measure an item of an agenda is about, whichever of the two was seen first.

An item names a measure of its event's place by its number, and by its session
when the source says it. Without one the latest session counts in which the
number is known. A link that was made stays.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import tables
from .known import Key
from .writes import chunks

_identifiers = tables.measure_identifiers.c
_items = tables.agenda_items.c
_NUMBERS = re.compile(r"\d+")


def find_measures(connection: Connection, wanted: Iterable[Key]) -> dict[Key, int]:
    """Find the measures that items name by place, session ("" when not said) and key."""
    wanted = set(wanted)
    known: dict[tuple[str, str], dict[str, int]] = {}
    for place, keys in _by_place(wanted).items():
        for part in chunks(keys):
            for row in connection.execute(_NAMED, {"place": place, "keys": part}):
                known.setdefault((place, row.key), {})[row.session] = row.measure_id
    found = {}
    for place, session, key in wanted:
        sessions = known.get((place, key), {})
        if session in sessions:
            found[place, session, key] = sessions[session]
        elif not session and sessions:
            found[place, session, key] = sessions[max(sessions, key=_age)]
    return found


def adopt_items(connection: Connection, named: Mapping[Key, int]) -> None:
    """Link the items that named a measure before it was known; `named` are the new keys."""
    links: list[dict[str, Any]] = []
    for place, keys in _by_place(named).items():
        for part in chunks(keys):
            for row in connection.execute(_WAITING, {"place": place, "keys": part}):
                measure_id = _named(named, place, row.session, row.key)
                if measure_id is not None:
                    links.append({"item": row.id, "measure": measure_id})
    if links:
        connection.execute(_LINK, links)


def _named(named: Mapping[Key, int], place: str, session: str, key: str) -> int | None:
    if session:
        return named.get((place, session, key))
    sessions = [known for known in named if (known[0], known[2]) == (place, key)]
    return named[max(sessions, key=lambda known: _age(known[1]))] if sessions else None


def _by_place(keys: Iterable[Key]) -> dict[str, list[str]]:
    places: dict[str, set[str]] = {}
    for place, _, key in keys:
        places.setdefault(place, set()).add(key)
    return {place: sorted(names) for place, names in sorted(places.items())}


def _age(session: str) -> tuple[list[int], str]:
    """Order sessions by the numbers in their names: "2025", "2025-2026", "2026RS"."""
    return [int(number) for number in _NUMBERS.findall(session)], session


_NAMED = sa.select(_identifiers.session, _identifiers.key, _identifiers.measure_id).where(
    _identifiers.place == sa.bindparam("place"),
    _identifiers.key.in_(sa.bindparam("keys", expanding=True)),
)
_WAITING = sa.select(_items.id, _items.session, _items.key).where(
    _items.place == sa.bindparam("place"),
    _items.key.in_(sa.bindparam("keys", expanding=True)),
    _items.measure_id.is_(None),
)
_LINK = (
    sa.update(tables.agenda_items)
    .where(_items.id == sa.bindparam("item"))
    .values(measure_id=sa.bindparam("measure"))
)
