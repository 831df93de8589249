"""YAML as values that know where they stand.

The scalars of YAML 1.2: `NO`, `on`, `12:30` and `2026-11-22` are texts, `010`
is ten. Nothing is ever constructed from a tag. Duplicate keys, tags and second
documents are faults; files, nesting and the growth by aliases are bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import yaml

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
MAX_VALUES = 50_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number, yes or no, or nothing. `raw` is as written, without quotes."""

    line: int
    column: int
    value: str | int | float | bool | None
    raw: str
    size: int = 1


@dataclass(frozen=True, slots=True)
class Items:
    """A list. `size` counts the values in it, aliases as often as they are used."""

    line: int
    column: int
    values: "tuple[Entry, ...]"
    size: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping, in the order written."""

    line: int
    column: int
    values: "tuple[tuple[Scalar, Entry], ...]"
    size: int


Entry = Scalar | Items | Pairs


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the YAML itself. Lines and columns count from 1."""

    line: int
    column: int
    found: str
    expected: str
    hint: str = ""


class _Broken(Exception):
    """The file cannot be read beyond this."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def read_yaml(content: bytes) -> tuple[Entry | None, tuple[Fault, ...]]:
    """The one value of a YAML file, and the faults found on the way.

    There is no value when the file is empty or cannot be read to its end.
    """
    faults: list[Fault] = []
    try:
        return _Composer(_decoded(content), faults).document(), tuple(faults)
    except _Broken as broken:
        return None, (*faults, broken.fault)


def plain(entry: Entry) -> Any:
    """The value without marks: texts, numbers, lists, dicts."""
    match entry:
        case Scalar():
            return entry.value
        case Items():
            return [plain(item) for item in entry.values]
        case Pairs():
            return {key.raw: plain(value) for key, value in entry.values}


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _Broken(Fault(1, 1, f"{len(content):,} bytes", f"at most {MAX_BYTES:,}"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise _Broken(Fault(line, column, "bytes that are no UTF-8", "text in UTF-8")) from None


class _Composer:
    """Builds one value out of the parser's events."""

    def __init__(self, text: str, faults: list[Fault]) -> None:
        self._events = _events(text)
        self._faults = faults
        self._anchors: dict[str, Entry] = {}

    def document(self) -> Entry | None:
        found: Entry | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Broken(_fault(event, "a second document", "one document a file"))
            elif isinstance(event, yaml.NodeEvent):
                found = self._entry(event, 1)
        return found

    def _entry(self, event: yaml.NodeEvent, depth: int) -> Entry:
        if depth > MAX_DEPTH:
            raise _Broken(_fault(event, f"more than {MAX_DEPTH} levels", "less nesting"))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        entry = self._made(event, depth)
        if entry.size > MAX_VALUES:
            raise _Broken(_fault(event, "too many values", f"at most {MAX_VALUES:,}"))
        if event.anchor:
            self._anchors[event.anchor] = entry
        return entry

    def _alias(self, event: yaml.AliasEvent) -> Entry:
        entry = self._anchors.get(event.anchor or "")
        if entry is None:
            hint = 'a star at the start of a value is written in quotes: "*"'
            raise _Broken(_fault(event, f"the alias *{event.anchor}", "one defined above it", hint))
        return replace(entry, **_at(event))

    def _made(self, event: yaml.NodeEvent, depth: int) -> Entry:
        # A lone "!" and !!str say "text"; everything else would make objects.
        tag = getattr(event, "tag", None)
        if tag not in {None, "!", "tag:yaml.org,2002:str"}:
            self._faults.append(_fault(event, f"the tag {tag!r}", "a plain value"))
        if isinstance(event, yaml.SequenceStartEvent):
            items = tuple(self._until(yaml.SequenceEndEvent, depth))
            return Items(**_at(event), values=items, size=1 + sum(item.size for item in items))
        if isinstance(event, yaml.MappingStartEvent):
            pairs = tuple(self._pairs(depth))
            size = 1 + sum(1 + value.size for _, value in pairs)
            return Pairs(**_at(event), values=pairs, size=size)
        assert isinstance(event, yaml.ScalarEvent)
        is_plain = event.implicit[0] and tag is None
        value = _resolved(event.value) if is_plain else event.value
        return Scalar(**_at(event), value=value, raw=event.value)

    def _until(self, end: type[yaml.Event], depth: int) -> Iterator[Entry]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield self._entry(event, depth + 1)

    def _pairs(self, depth: int) -> Iterator[tuple[Scalar, Entry]]:
        seen: dict[str, int] = {}
        entries = self._until(yaml.MappingEndEvent, depth)
        for key, value in zip(entries, entries, strict=True):
            if not isinstance(key, Scalar):
                fault = Fault(key.line, key.column, "a list or mapping as a key", "a name")
                self._faults.append(fault)
            elif key.raw in seen:
                found = f"the key {key.raw!r} again"
                expected = f"it once; it stands in line {seen[key.raw]} already"
                self._faults.append(Fault(key.line, key.column, found, expected))
            else:
                seen[key.raw] = key.line
                yield key, value


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=yaml.CSafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        mark = error.character
        number = mark if isinstance(mark, int) else ord(mark[:1])
        found = f"the character U+{number:04X}"
        raise _Broken(Fault(line, column, found, "printable text")) from None
    except yaml.MarkedYAMLError as error:
        raise _Broken(_syntax(error)) from None


_WORDS = (
    ("alphabetic or numeric", 'a star at the start of a value is written in quotes: "*"'),
    (
        "mapping values are not allowed",
        "a text that holds a colon and a blank is written in quotes",
    ),
    ("could not find expected ':'", "is a colon missing, or a quotation mark?"),
    ("found unexpected ':'", 'a text that ends in a colon is written in quotes: "terminal:"'),
    ("cannot start any token", "tabs and the marks @ ` % begin no value; use blanks, or quotes"),
    ("block collection", "the lines of a list or mapping begin in the same column"),
    ("block mapping", "the lines of a mapping begin in the same column"),
)


def _syntax(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error)
    context = f"{error.context}: " if error.context else ""
    hint = next((hint for words, hint in _WORDS if words in context + problem), "")
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Fault(line, column, f"no YAML ({context}{problem})", "YAML", hint)


def _fault(event: Any, found: str, expected: str, hint: str = "") -> Fault:
    return Fault(event.start_mark.line + 1, event.start_mark.column + 1, found, expected, hint)


def _at(event: Any) -> dict[str, Any]:
    return {"line": event.start_mark.line + 1, "column": event.start_mark.column + 1}


_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INT = re.compile(r"[-+]?[0-9]{1,300}")
_BASED = re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def _resolved(raw: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar in the core schema of YAML 1.2."""
    if raw in _NULL:
        return None
    if raw in _TRUE or raw in _FALSE:
        return raw in _TRUE
    if _INT.fullmatch(raw):
        return int(raw)
    if _BASED.fullmatch(raw):
        return int(raw, 0)
    if _FLOAT.fullmatch(raw):
        return float(raw)
    return raw
