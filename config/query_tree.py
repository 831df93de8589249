"""The parts of a query: a frozen tree, and how it is spelled.

Texts of terms are as written, but runs of white space are one blank,
apostrophes are straight and hyphens plain. `str` of a tree parses to an equal
tree, with the parentheses it needs and no others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

FieldName = Literal["title", "text", "sponsor"]

_BARE = re.compile(r"[^\W_]+(?:['_-][^\W_]+)*")


class _Node:
    """What all parts share: their spelling."""

    __slots__ = ()

    def __str__(self) -> str:
        return _spell(self, 0)  # type: ignore[arg-type]  # all subclasses are in Query


@dataclass(frozen=True, slots=True)
class Word(_Node):
    """A bare word; it matches its inflections too, in any case."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase(_Node):
    """Exactly these words and symbols, in any case."""

    text: str


@dataclass(frozen=True, slots=True)
class Cased(_Node):
    """Exactly these words and symbols, capitals as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefix(_Node):
    """Words that begin with `text` (which is without the star), in any case."""

    text: str


@dataclass(frozen=True, slots=True)
class Fuzzy(_Node):
    """A word or words, spelling errors allowed."""

    text: str


@dataclass(frozen=True, slots=True)
class And(_Node):
    """All of two or more."""

    operands: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Or(_Node):
    """One of two or more."""

    operands: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Not(_Node):
    """The operand is absent."""

    operand: "Query"


@dataclass(frozen=True, slots=True)
class Near(_Node):
    """Both within `distance` words, in either order."""

    left: "Query"
    right: "Query"
    distance: int


@dataclass(frozen=True, slots=True)
class Then(_Node):
    """The right one within `distance` words after the left one."""

    left: "Query"
    right: "Query"
    distance: int


@dataclass(frozen=True, slots=True)
class Sentence(_Node):
    """Both in one sentence."""

    left: "Query"
    right: "Query"


@dataclass(frozen=True, slots=True)
class Paragraph(_Node):
    """Both in one paragraph."""

    left: "Query"
    right: "Query"


@dataclass(frozen=True, slots=True)
class Unless(_Node):
    """Hits of the left one, but none with the right one within `distance` words.

    Without a distance (None) the right one must be absent from the whole text.
    """

    left: "Query"
    right: "Query"
    distance: int | None = None


@dataclass(frozen=True, slots=True)
class Field(_Node):
    """The operand, looked for in one field only."""

    name: FieldName
    operand: "Query"


Term = Word | Phrase | Cased | Prefix | Fuzzy
Query = Term | And | Or | Not | Near | Then | Sentence | Paragraph | Unless | Field


def children(tree: Query) -> tuple[Query, ...]:
    """The parts directly below, in the order written; none below a term."""
    match tree:
        case And(operands) | Or(operands):
            return operands
        case Not(operand) | Field(_, operand):
            return (operand,)
        case Near() | Then() | Sentence() | Paragraph() | Unless():
            return (tree.left, tree.right)
        case _:
            return ()


def walk(tree: Query) -> Iterator[Query]:
    """The tree and everything below it, in the order written."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def fields_named(tree: Query) -> frozenset[str]:
    """The fields that a query asks for by name, such as `title` in `title:mask`."""
    return frozenset(node.name for node in walk(tree) if isinstance(node, Field))


def selects(tree: Query) -> bool:
    """Whether a text needs some term to answer the query.

    False for a query which nearly every text answers, such as `NOT a` or
    `a OR NOT b`.
    """
    match tree:
        case Not():
            return False
        case And(operands):
            return any(selects(operand) for operand in operands)
        case Or(operands):
            return all(selects(operand) for operand in operands)
        case Field(_, operand):
            return selects(operand)
        case Unless():
            return selects(tree.left)
        case _:
            return True


# How tightly each kind binds, in the grammar's order.
_OR, _AND, _NOT, _UNLESS, _COMPANY, _SCOPED = range(6)


def _spell(tree: Query, needed: int) -> str:
    """The query's text, in parentheses when it binds less tightly than needed."""
    text, bound = _spelled(tree)
    return f"({text})" if bound < needed else text


def _spelled(tree: Query) -> tuple[str, int]:  # noqa: PLR0911 - one line a kind
    """The text, and how tightly it binds."""
    match tree:
        case Field(name, operand):
            return f"{name}:{_spell(operand, _SCOPED)}", _SCOPED
        case Not(operand):
            return f"NOT {_spell(operand, _NOT)}", _NOT
        case And(operands):
            return " AND ".join(_spell(operand, _NOT) for operand in operands), _AND
        case Or(operands):
            return " OR ".join(_spell(operand, _AND) for operand in operands), _OR
        case Unless(left, right, distance):
            word = "UNLESS" if distance is None else f"UNLESS NEAR/{distance}"
            return f"{_spell(left, _UNLESS)} {word} {_spell(right, _COMPANY)}", _UNLESS
        case Near() | Then() | Sentence() | Paragraph():
            word = _operator(tree)
            return f"{_spell(tree.left, _COMPANY)} {word} {_spell(tree.right, _SCOPED)}", _COMPANY
        case _:
            return _spelled_term(tree), _SCOPED


def _spelled_term(term: Term) -> str:
    match term:
        case Word(text):
            return text
        case Phrase(text):
            return _quoted(text)
        case Prefix(text):
            return f"{text}*"
        case Cased(text):
            return f"={_bare_or_quoted(text)}"
        case Fuzzy(text):
            return f"~{_bare_or_quoted(text)}"


def _operator(tree: Near | Then | Sentence | Paragraph) -> str:
    word = type(tree).__name__.upper()
    return f"{word}/{tree.distance}" if isinstance(tree, Near | Then) else word


def _bare_or_quoted(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
