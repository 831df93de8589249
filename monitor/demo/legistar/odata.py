"""OData version 3 as the Legistar Web API understands it: $filter, $orderby, $top, $skip.

Rows are mappings with the API's own names; dates are strings without a zone. A
comparison with nothing is never true, but `eq null` finds it. Like the real
service it gives at most 1,000 rows, refuses a filter of more than 100 nodes
(which is what keeps an `or` chain below 17 terms), `$format`, `$count` and
names it does not know.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], Any]

MOST_ROWS = 1000
MOST_NODES = 100
ALLOWED = frozenset({"$filter", "$orderby", "$top", "$skip", "$select", "$inlinecount"})
"""Options the service takes; the last two change nothing here."""

_TOKEN = re.compile(
    r"\s*(?:(?P<moment>datetime'(?P<when>[^']*)')|(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>-?\d+(?:\.\d+)?[LMFDlmfd]?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark>[(),]))"
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}
_CALLS: Mapping[str, Callable[..., Any]] = {
    "substringof": lambda part, whole: part in whole,
    "startswith": lambda whole, part: whole.startswith(part),
    "endswith": lambda whole, part: whole.endswith(part),
    "tolower": str.lower,
    "toupper": str.upper,
    "year": lambda moment: moment.year,
    "month": lambda moment: moment.month,
    "day": lambda moment: moment.day,
}
_COMPARISON_NODES = 5
"""What one comparison counts in the real service: its operator, property, literal and two casts."""


class BadQuery(Exception):
    """A query the service does not answer; the message is what it would say."""


def select(rows: Sequence[Row], query: Mapping[str, str]) -> list[Row]:
    """The rows a query asks for, in their order. Raises BadQuery."""
    for option in query:
        if option.startswith("$") and option not in ALLOWED:
            name = option.removeprefix("$").capitalize()
            raise BadQuery(
                f"Query option '{name}' is not allowed. To allow it, set the "
                "'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings."
            )
    found = list(rows)
    fields = list(found[0]) if found else []
    if found and query.get("$filter"):
        wanted = Filter(query["$filter"], fields).parse()
        found = [row for row in found if wanted(row)]
    ways = list(order(query.get("$orderby", ""), fields)) if found else []
    for name, backwards in reversed(ways):
        # Nothing comes before everything, as in the database behind the service.
        found.sort(key=lambda row: (row[name] is not None, row[name] or ""), reverse=backwards)
    skip, top = (number(query, option) for option in ("$skip", "$top"))
    start = skip or 0
    return found[start : start + min(MOST_ROWS if top is None else top, MOST_ROWS)]


def number(query: Mapping[str, str], option: str) -> int | None:
    """The value of `$skip` or `$top`."""
    if option not in query:
        return None
    if not query[option].isdecimal():
        raise BadQuery(f"Invalid value '{query[option]}' for {option} query option found.")
    return int(query[option])


def order(said: str, fields: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The names of `$orderby`, each with whether it goes backwards."""
    for part in filter(None, (part.strip() for part in said.split(","))):
        name, _, way = part.partition(" ")
        if name not in fields or way not in {"", "asc", "desc"}:
            raise BadQuery(f"Could not find a property named '{part}'.")
        yield name, way == "desc"


def tokens(said: str) -> Iterator[re.Match[str]]:
    """The parts of a filter. Raises BadQuery at the first sign that begins none."""
    at = 0
    while said[at:].strip():
        found = _TOKEN.match(said, at)
        if not found:
            position = at + len(said[at:]) - len(said[at:].lstrip())
            raise BadQuery(
                f"Syntax error: character '{said[position]}' is not valid at position {position} "
                f"in '{said}'."
            )
        yield found
        at = found.end()


class Filter:
    """Reads one `$filter`: comparisons, calls, `not`, `and` and `or`, by precedence."""

    def __init__(self, said: str, fields: Sequence[str]) -> None:
        self.fields = fields
        self.tokens = list(tokens(said))
        self.at = 0
        self.nodes = 0

    def parse(self) -> Test:
        """What tells whether a row is wanted. Raises BadQuery."""
        found = self.either()
        if self.at < len(self.tokens):
            raise BadQuery(f"Syntax error at position {self.tokens[self.at].start()}.")
        if self.nodes > MOST_NODES:
            raise BadQuery(
                f"The node count limit of '{MOST_NODES}' has been exceeded. To increase the limit, "
                "set the 'MaxNodeCount' property on EnableQueryAttribute or ODataValidationSettings."
            )
        return found

    def either(self) -> Test:
        parts = [self.both()]
        while self.took("or"):
            self.nodes += 1
            parts.append(self.both())
        return lambda row: any(part(row) for part in parts)

    def both(self) -> Test:
        parts = [self.negated()]
        while self.took("and"):
            self.nodes += 1
            parts.append(self.negated())
        return lambda row: all(part(row) for part in parts)

    def negated(self) -> Test:
        if self.took("not"):
            self.nodes += 1
            inner = self.negated()
            return lambda row: not inner(row)
        return self.compared()

    def compared(self) -> Test:
        if self.took("("):
            inner = self.either()
            self.expect(")")
            return inner
        self.nodes += _COMPARISON_NODES
        left = self.operand()
        word = self.peek()
        if word in _COMPARE:
            self.at += 1
            return comparing(_COMPARE[word], left, self.operand())
        if word in {"eq", "ne"}:
            self.at += 1
            right = self.operand()
            equal = word == "eq"
            return lambda row: (left(row) == right(row)) is equal
        return lambda row: left(row) is True

    def operand(self) -> Test:
        """A literal, a property or a call."""
        if self.at >= len(self.tokens):
            raise BadQuery("Expression expected at the end of the filter.")
        token = self.tokens[self.at]
        self.at += 1
        if token["moment"]:
            moment = moment_of(token["when"])
            return lambda _: moment
        if token["text"]:
            text = token["text"][1:-1].replace("''", "'")
            return lambda _: text
        if token["number"]:
            value = float(token["number"].rstrip("LMFDlmfd"))
            return lambda _: value
        if not token["name"]:
            raise BadQuery(f"Expression expected at position {token.start()}.")
        return self.named(token["name"])

    def named(self, name: str) -> Test:
        constants = {"null": None, "true": True, "false": False}
        if name in constants:
            return lambda _: constants[name]
        if name in _CALLS and self.took("("):
            given = [self.operand()]
            while self.took(","):
                given.append(self.operand())
            self.expect(")")
            return lambda row: called(_CALLS[name], [one(row) for one in given])
        if name not in self.fields:
            raise BadQuery(f"Could not find a property named '{name}'.")
        return lambda row: value_of(row[name])

    def peek(self) -> str:
        return self.tokens[self.at][0].strip() if self.at < len(self.tokens) else ""

    def took(self, word: str) -> bool:
        if self.peek() != word:
            return False
        self.at += 1
        return True

    def expect(self, mark: str) -> None:
        if not self.took(mark):
            raise BadQuery(f"Syntax error: '{mark}' expected, found '{self.peek()}'.")


def comparing(compare: Callable[[Any, Any], bool], left: Test, right: Test) -> Test:
    """A comparison that is false where a side is nothing. Raises BadQuery for unlike sides."""

    def compared(row: Row) -> bool:
        one, other = left(row), right(row)
        if one is None or other is None:
            return False
        try:
            return compare(one, other)
        except TypeError as error:
            raise BadQuery(
                "A binary operator with incompatible types was detected. Found operand types "
                f"'{type(one).__name__}' and '{type(other).__name__}'."
            ) from error

    return compared


def called(function: Callable[..., Any], given: Sequence[Any]) -> Any:
    """A call; of nothing comes nothing."""
    return None if any(one is None for one in given) else function(*given)


def value_of(printed: Any) -> Any:
    """A field as it is compared: a stamp becomes a moment, a whole number a number."""
    if isinstance(printed, str) and _STAMP.fullmatch(printed):
        return datetime.fromisoformat(printed)
    if isinstance(printed, int) and not isinstance(printed, bool):
        return float(printed)
    return printed


def moment_of(said: str) -> datetime:
    """A datetime literal's moment. Raises BadQuery."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError as error:
        raise BadQuery(f"Unrecognized 'Edm.DateTime' literal 'datetime'{said}''.") from error
    return found.replace(tzinfo=None)


_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?")
