r"""The query language that topics, the search box, alerts and back-tests share.

    mask                the word and its inflections
    "287(g)"            exactly this, symbols included; a quotation mark inside is written \"
    =ICE  ="Ice Out"    capitals as written
    deput*              words that begin so (two letters at least)
    ~detainer           spelling errors allowed
    a b, a AND b        both: terms side by side mean AND; for neighbours write "a b"
    a OR b, NOT a, (a)  either; absent; grouping
    a NEAR/8 b          within eight words, either order;  a THEN/8 b  in this order
    a SENTENCE b        in one sentence;  a PARAGRAPH b  in one paragraph
    a UNLESS b          a, but not in a text that has b
    a UNLESS NEAR/6 b   a, but no hit that has b within six words
    title: text: sponsor:   only there; binds to the next term or parenthesis

From tight to loose: field, NEAR/THEN/SENTENCE/PARAGRAPH, UNLESS, NOT, AND, OR;
so `a b OR c` is `(a AND b) OR c`. Operators are capitals and group to the left.

`parse` gives a frozen tree (config.query_tree). What of it can be evaluated is
the matcher's business.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import pairwise

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from config.query_errors import QueryError, explain, surprise
from config.query_tree import (
    And,
    Cased,
    Field,
    FieldName,
    Fuzzy,
    Near,
    Not,
    Or,
    Paragraph,
    Phrase,
    Prefix,
    Query,
    Sentence,
    Term,
    Then,
    Unless,
    Word,
    children,
    fields_named,
    selects,
    walk,
)

__all__ = [
    "And", "Cased", "Field", "FieldName", "Fuzzy", "Near", "Not", "Or", "Paragraph", "Phrase",
    "Prefix", "Query", "QueryError", "Sentence", "Term", "Then", "Unless", "Word",
    "children", "fields_named", "parse", "selects", "walk",
]  # fmt: skip

MAX_LENGTH = 20_000
MAX_NESTING = 150
MAX_TERMS = 1_000
MAX_DISTANCE = 500
MIN_PREFIX = 2

_FIELDS: dict[str, FieldName] = {"title": "title", "text": "text", "sponsor": "sponsor"}
# Curly quotes, and the hyphens and dashes that documents print for a plain one.
_SIGN = re.compile("[^\\s\"'\u201c\u201d\u2010\u2011\u2013\u2014-]")
_HYPHENS = str.maketrans("\u2010\u2011\u2013", "---")
_SMALL = frozenset({"and", "or", "not"})
_NEED_DISTANCE = frozenset({"near", "then"})

_Node = Tree[Token]


def parse(text: str) -> Query:
    """The tree of a query.

    Raises QueryError, with the column and what was expected there, for what is
    no query, for one that nearly every text would answer (only NOT), and for
    one beyond the bounds above.
    """
    text = unicodedata.normalize("NFC", text)
    if len(text) > MAX_LENGTH:
        raise surprise(f"{len(text):,} characters", f"at most {MAX_LENGTH:,}", MAX_LENGTH)
    if not text.strip():
        raise surprise("nothing", "a query", 1)
    try:
        root = _grammar().parse(text)
    except UnexpectedInput as error:
        raise explain(text, error) from None
    tree = _build(root, 0)
    if not selects(tree):
        found = "a query that nearly every text would answer, as it only says what must be absent"
        raise surprise(found, "a term that must be there", 1)
    if sum(1 for _ in walk(tree)) > MAX_TERMS:
        raise surprise("a query of more parts", f"at most {MAX_TERMS:,}", 1)
    return tree


@cache
def _grammar() -> Lark:
    source = files("config").joinpath("query.lark").read_text(encoding="utf-8")
    # The basic lexer: with the contextual one an operator out of place is read as a word.
    return Lark(source, parser="lalr", lexer="basic", propagate_positions=True)


def _build(node: _Node, depth: int) -> Query:
    if depth > MAX_NESTING:
        raise surprise(
            f"more than {MAX_NESTING} parts within each other", "fewer", _column(node),
            "every NEAR, THEN, SENTENCE, PARAGRAPH, UNLESS and bracket is one; "
            "words joined by OR or AND are not",
        )  # fmt: skip
    match node.data:
        case "term":
            return _term(node)
        case "any" | "all":
            return _joined(node, depth)
        case "negation":
            return Not(_part(node, 0, depth))
        case "field":
            return _field(node, depth)
        case "unless" | "unless_near" | "near" | "then" | "sentence" | "paragraph":
            return _company(node, depth)
        case _:
            return _part(node, 0, depth)


def _part(node: _Node, index: int, depth: int) -> Query:
    return _build(_tree(node, index), depth + 1)


def _tree(node: _Node, index: int) -> _Node:
    child = node.children[index]
    if isinstance(child, Token):  # the grammar gives none there
        raise TypeError(f"{node.data} begins with {child!r}")
    return child


def _joined(node: _Node, depth: int) -> Query:
    parts = [_tree(node, index) for index in range(len(node.children))]
    for left, right in pairwise(parts):
        if left.meta.end_pos == right.meta.start_pos:
            raise surprise(
                "two terms without a blank between them", "a blank, or quotes round both",
                _column(right), 'a term that holds symbols is written in quotes: "287(g)"',
            )  # fmt: skip
    operands = tuple(_build(part, depth + 1) for part in parts)
    if len(operands) == 1:
        return operands[0]
    return Or(operands) if node.data == "any" else And(operands)


def _field(node: _Node, depth: int) -> Field:
    name, operand = _FIELDS[str(node.children[0])[:-1]], _part(node, 1, depth)
    if any(isinstance(part, Field) for part in walk(operand)):
        raise surprise("a field inside a field", "a term", _column(_tree(node, 1)))
    return Field(name, operand)


def _company(node: _Node, depth: int) -> Query:
    """An operator between two parts, each of which has hits that can be near one another."""
    last = len(node.children) - 1
    left, right = _part(node, 0, depth), _part(node, last, depth)
    _check_hits(right, _column(_tree(node, last)))
    if not node.data.startswith("unless"):
        _check_hits(left, _column(_tree(node, 0)))
    elif not selects(left):
        raise surprise("NOT", "something that is found, before UNLESS", _column(_tree(node, 0)))
    match node.data:
        case "near":
            return Near(left, right, _distance(node))
        case "then":
            return Then(left, right, _distance(node))
        case "sentence":
            return Sentence(left, right)
        case "paragraph":
            return Paragraph(left, right)
        case _:
            return Unless(left, right, _distance(node) if node.data == "unless_near" else None)


def _check_hits(part: Query, column: int) -> None:
    """Refuse what has no place in one text from which a distance could be counted."""
    for below in walk(part):
        if isinstance(below, Not):
            hint = "to leave out hits in a given company write A UNLESS NEAR/6 B"
            raise surprise("NOT", "terms only, on this side of the operator", column, hint)
        if isinstance(below, Field):
            hint = "put the field before all of it: title:(A NEAR/8 B)"
            raise surprise(
                f"{below.name}:", "terms only, on this side of the operator", column, hint
            )


def _distance(node: _Node) -> int:
    token = next(child for child in node.children if isinstance(child, Token))
    written = token.partition("/")[2]
    distance = int(written) if len(written) <= len(str(MAX_DISTANCE)) else 0
    if not 1 <= distance <= MAX_DISTANCE:
        column = (token.start_pos or 0) + 1
        raise surprise(repr(str(token)), f"a distance from 1 to {MAX_DISTANCE} words", column)
    return distance


def _term(node: _Node) -> Query:
    token = node.children[0]
    if not isinstance(token, Token):  # the grammar gives none there
        raise TypeError(f"a term holds {token!r}")
    written = str(token)
    column = (token.start_pos or 0) + 1
    match token.type:
        case "PHRASE":
            return Phrase(_unquoted(written, column))
        case "CASED":
            return Cased(_unquoted(written[1:], column))
        case "FUZZY":
            return Fuzzy(_unquoted(written[1:], column))
        case "PREFIX":
            return _prefix(_plain(written[:-1]), column)
        case _:
            return _word(_plain(written), column)


def _word(text: str, column: int) -> Word:
    if text.lower() in _SMALL:
        hint = f'write {text.upper()}, or put it in quotes if you mean the word: "{text}"'
        raise surprise(repr(text), "operators in capitals", column, hint)
    if text.lower() in _NEED_DISTANCE and text.isupper():
        hint = f'put it in quotes if you mean the word: "{text}"'
        raise surprise(repr(text), f"a distance, as in {text}/8", column, hint)
    return Word(text)


def _prefix(text: str, column: int) -> Prefix:
    if len(text) < MIN_PREFIX:
        raise surprise(f"{text + '*'!r}", f"at least {MIN_PREFIX} letters before the star", column)
    return Prefix(text)


def _plain(text: str) -> str:
    return text.replace("\u2019", "'").translate(_HYPHENS)


def _unquoted(text: str, column: int) -> str:
    if text[0] == '"':
        text = re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
    elif text[0] == "“":
        text = text[1:-1]
    else:
        return _plain(text)
    text = " ".join(text.split())
    if not any(sign.isprintable() for sign in _SIGN.findall(text)):
        raise surprise("a phrase without words", "words or symbols between the quotes", column)
    return text


def _column(node: _Node) -> int:
    return int(node.meta.start_pos) + 1
