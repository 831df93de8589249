"""Values that no site's documentation promises, put into rows field by field; for tests of council sources."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass
from typing import Any

Place = tuple[Any, ...]

ODD: dict[str, Any] = {
    "null": None,
    "empty": "",
    "blank": " \u00a0\u200b",
    "zero": 0,
    "negative": -7,
    "huge": 10**40,
    "fraction": 2.5,
    "endless": float("inf"),
    "true": True,
    "list": ["x"],
    "nested": [["x"], None, 3],
    "object": {"a": {"b": 1}},
    "no rows": [None],
    "digits": "9" * 5000,
    "slashed day": "05/272026",
    "first day": "0001-01-01T00:00:00",
    "last day": "9999-12-31T23:59:59-11:00",
    "no day": "2026-13-45T99:00:00Z",
    "false zone": "2026-02-10T09:30:00Z",
    "no zone": "2026-02-10T09:30:00+99:99",
    "byte order mark": "\ufeffCB 1",
    "nothing at all": "\0",
    "half a character": "\ud800",
    "turned round": "\u202eCB 1",
    "entities": "&amp;lt;b&amp;gt; &#x1F4A9; &#0; &nbsp;",
    "markup": "<script>alert(1)</script>",
    "rich text": "{\\rtf1\\ansi\\ul be it \\ulnone enacted\\par}",
    "broken rich text": "{\\rtf1\\bin99999999 \\'zz {{{\\u-99999 ",
    "address": "javascript:alert(1)",
    "no address": "http://[::1",
}
"""One value of every kind that was met in public data or that JSON allows."""


MISSING = object()
"""In the place of a value: the field is not there at all."""

NEVER = ("['x']", "[['x']", "{'a'", "[None", "inf", "None")
"""What Python makes of odd values; no site prints it."""


def rows_within(value: Any, path: Place = ()) -> Iterator[Place]:
    """Where the rows of an answer are, those that hang on others among them."""
    if isinstance(value, dict) and path and isinstance(path[-1], int):
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in parts:
        if isinstance(part, dict | list):
            yield from rows_within(part, (*path, name))


def fields_of(tables: Any) -> dict[str, Place]:
    """Every field by name, with its place in the first row that says something in it."""
    found: dict[str, Place] = {}
    for path in rows_within(tables):
        for name, value in at(tables, path).items():
            if name not in found or (value and not at(tables, found[name])):
                found[name] = (*path, name)
    return found


def at(tables: Any, path: Place) -> Any:
    """What stands at a place."""
    for part in path:
        tables = tables[part]
    return tables


def changed(tables: Any, value: Any, *paths: Place) -> Any:
    """The same tables with another value at some places."""
    tables = deepcopy(tables)
    # The deepest first: what a value takes the place of is not looked into any more.
    for path in sorted(paths, key=len, reverse=True):
        row = at(tables, path[:-1])
        if value is MISSING:
            del row[path[-1]]
        else:
            row[path[-1]] = value
    return tables


def in_rounds(tables: Any, names: Iterable[str]) -> list[list[Place]]:
    """Places of these fields in as few rounds as there can be with one field a kind of row in each."""
    kinds: dict[str, list[Place]] = {}
    for name, path in fields_of(tables).items():
        if name in names:
            kind = " ".join(part for part in path[:-1] if isinstance(part, str))
            kinds.setdefault(kind, []).append(path)
    longest = max(map(len, kinds.values()))
    return [
        [found[turn] for found in kinds.values() if turn < len(found)] for turn in range(longest)
    ]


def not_words(items: Iterable[Any]) -> list[str]:
    """The values of items, extras apart, that only a program would print."""
    return [text for item in items for text in _texts(item) if any(odd in text for odd in NEVER)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            if field.name != "extras":
                yield from _texts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
