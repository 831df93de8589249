"""Answers of the Legistar Web API as rows: JSON as asked for, XML all the same.

A row is a mapping from the API's own field names. Values are what JSON has; in
XML all are words, so whatever reads a row goes through `words`, `whole`,
`truth` and `day`. Both formats are bounded by the size of the answer; an XML
answer with a document type, and so with entities of its own, is refused.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from math import isfinite
from typing import Any, TypeVar

from lxml import etree

from scrapers.errors import ParseDrift
from scrapers.genuine import what_it_is

Row = Mapping[str, Any]

NO_ROW = "what is no row"
"""Under what name something stands that came in a list of rows and is none."""

NOT_ALL_THERE = frozenset({1, 9999})
"""The years of .NET's first and last day, which say that there is no day."""

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::\d{2})?\s*([ap])\.?\s*m\b", re.I)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::\d\d)?\s*$")
_NAMED = {"noon": time(12), "12 noon": time(12), "midnight": time(0)}


def rows_of(body: bytes, url: str = "") -> list[Row]:
    """The rows of a list. Raises ParseDrift for an answer that is no list of rows."""
    return as_rows(_read(body, url), url)


def as_rows(found: Any, url: str = "", where: str = "the answer") -> list[Row]:
    """The rows of a list; what stands among them and is none becomes a row that says so.

    Whoever reads the rows counts it as one bad row, or as a field nobody knows.
    Raises ParseDrift for something that is no list, or has no row in it but other things.
    """
    if not isinstance(found, list) or (found and not any(isinstance(row, dict) for row in found)):
        raise ParseDrift(f"{where} is no list of rows", url)
    return [row if isinstance(row, dict) else {NO_ROW: row} for row in found]


def row_of(body: bytes, url: str = "") -> Row:
    """One row. Raises ParseDrift for an answer that is none."""
    found = _read(body, url)
    if not isinstance(found, dict):
        raise ParseDrift("the answer is no row", url)
    return found


def _read(body: bytes, url: str) -> Any:
    kind = what_it_is(body[:2048])
    if kind == "XML":
        return _from_xml(body, url)
    if kind != "JSON" and body.strip():
        raise ParseDrift(f"{kind} came where rows were expected", url)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseDrift(f"the answer is no JSON: {error}", url) from error


def _from_xml(body: bytes, url: str) -> Any:
    """XML as JSON would have it: an array is a list, an element with parts a row, the rest words."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ParseDrift(f"the answer is no XML: {error}", url) from error
    if root.getroottree().docinfo.doctype:
        raise ParseDrift("XML with a document type is not read", url)
    return _value(root)


def _value(node: Any) -> Any:
    if node.get(NIL) == "true":
        return None
    parts = [part for part in node if isinstance(part.tag, str)]
    name = etree.QName(node).localname
    kinds = {etree.QName(part).localname for part in parts}
    # Only an array's parts are named after their type; a field is never named so.
    if name.startswith("ArrayOf") or any(
        kind.startswith(("Granicus", "KeyValue")) for kind in kinds
    ):
        return [_value(part) for part in parts]
    if parts:
        return {_field(part): _value(part) for part in parts}
    return (node.text or "").strip() if not name.startswith("Granicus") else {}


def _field(node: Any) -> str:
    """A field's name. Pairs are written `key` and `value` in XML, `Key` and `Value` in JSON."""
    name: str = etree.QName(node).localname
    return name.capitalize() if name in {"key", "value"} else name


def words(row: Row, field: str) -> str:
    """A field as printed words, blanks folded; "" for nothing, and for what holds no words."""
    return " ".join(block(row, field).split())


def block(row: Row, field: str) -> str:
    """A field as it stands, lines and all; "" for nothing, a list, an object and no finite number."""
    value = row.get(field)
    if value is None or isinstance(value, list | dict):
        return ""
    return "" if isinstance(value, float) and not isfinite(value) else str(value)


def odd_shape(value: Any, *, parts: bool) -> str:
    """What is wrong with the shape of a field that is not empty: "holds a list"; "" for nothing.

    `parts` says that rows are expected, in a list or one alone; else it is words.
    """
    if not parts:
        return "holds rows" if isinstance(value, list | dict) else ""
    if not isinstance(value, list | dict):
        return "holds no rows"
    rows = value if isinstance(value, list) else [value]
    return (
        "" if all(isinstance(row, dict) or row is None for row in rows) else "holds what is no row"
    )


def whole(row: Row, field: str) -> int | None:
    """A whole number, None for nothing or something else."""
    value = row.get(field)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return None if value is None or isinstance(value, bool) else int(str(value).strip())
    except ValueError:
        return None


def truth(row: Row, field: str) -> bool:
    """Whether a flag is set, be it true, 1 or their words."""
    return str(row.get(field)).strip().lower() in {"true", "1"}


def rows_in(row: Row, field: str) -> list[Row]:
    """The rows that stand within a row; an XML list without rows is empty words."""
    value = row.get(field)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def day(printed: str) -> date | None:
    """The day of a local date-time without a zone; None for nothing or something else."""
    try:
        return on_calendar(date.fromisoformat(printed[:10]))
    except ValueError:
        return None


D = TypeVar("D", date, datetime)


def on_calendar(found: D) -> D | None:
    """A day or moment; None for the first and the last that .NET can write: they mean that there is none."""
    return None if found.year in NOT_ALL_THERE else found


def moment(printed: str) -> datetime | None:
    """A stamp in UTC that is printed without its Z, with or without a fraction."""
    try:
        found = datetime.fromisoformat(printed.removesuffix("Z"))
        return on_calendar(found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def time_of_day(printed: str) -> time | None:
    """A time like "10:00 AM", "9 a.m." or "14:30"; None where it is none."""
    found = _TIME.search(printed)
    if found and 1 <= int(found[1]) <= 12 and int(found[2] or 0) < 60:
        afternoon = found[3].lower() == "p"
        return time(int(found[1]) % 12 + 12 * afternoon, int(found[2] or 0))
    clock = _CLOCK.match(printed.strip())
    if clock:
        return time(int(clock[1]), int(clock[2]))
    return _NAMED.get(printed.strip().lower())


def said(row: Row) -> dict[str, Any]:
    """The fields that say something: not nothing, not empty."""
    return {name: value for name, value in row.items() if value not in (None, "", [], {})}


def digest(row: Row) -> str:
    """What a row says, in short; another digest is a changed row."""
    text = json.dumps(row, sort_keys=True, ensure_ascii=True, default=str)
    return blake2b(text.encode("ascii"), digest_size=12).hexdigest()


def version_rank(value: str) -> tuple[int, int, str]:
    """Where a version stands among a matter's: `*`, 0, 1, 2 ..., then A, B ... Z, AA, "-AAA"."""
    plain = value.strip().lstrip("-").upper()
    number = re.match(r"\d{1,9}", plain)
    if number:
        return 1, int(number[0]), plain[number.end() :]
    return (2, len(plain), plain) if plain.strip("*") else (0, 0, "")
