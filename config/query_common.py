"""Queries that nearly every text would answer, since all they ask for is common words.

`parse` refuses what asks for nothing (`NOT a`, `a OR NOT b`). This refuses what
asks for `the`: it is asked where a topic is read and where a person types a query.
"""

import re

from config.query import Query, QueryError, parse
from config.query_errors import surprise
from config.query_tree import (
    And,
    Cased,
    Field,
    Fuzzy,
    Near,
    Not,
    Or,
    Paragraph,
    Phrase,
    Prefix,
    Sentence,
    Term,
    Then,
    Unless,
    Word,
    walk,
)

COMMON = frozenset(
    """
    a an and are as at be been but by for from has have if in into is it its nor not of on
    or so than that the their then there these they this those to was were which with
    """.split()  # noqa: SIM905 - a list of words
)
"""Words that stand in nearly every English text of more than a page, and mean nothing alone."""

BEGINNINGS = frozenset(
    """
    ac ad ci co de en ex ha im la ma no pe pr re se sh st su wi com con cou inc pro sta
    """.split()  # noqa: SIM905 - a list of words
)
"""What words begin with in 19 of 20 texts: measured on 207 recorded bills, orders and laws."""

_OF_A_STATE = 2
_PUNCTUATION = frozenset(" .,;:()'\"-/?!\u201c\u201d\u2018\u2019\u2013\u2014")
_FEW_WORDS = 2
"""A longer phrase says something even where all its words are common: "by and between"."""


def parse_asked(text: str) -> Query:
    """The tree of a query, as `config.query.parse` gives it.

    Raises QueryError for what it refuses, and for a query that common words
    alone answer, with the column of the first of them.
    """
    tree = parse(text)
    if _tells(tree):
        return tree
    common = next(node for node in walk(tree) if isinstance(node, Term) and is_common(node))
    raise _common(text, common)


def is_common(term: Term) -> bool:
    """Whether nearly every text has what a term asks for."""
    match term:
        case Prefix(text):
            begin = text.lower()
            return begin in BEGINNINGS or any(word.startswith(begin) for word in COMMON)
        case Cased(text) if text.isupper() and len(text) == _OF_A_STATE:
            return False  # =OR is Oregon, =IN Indiana
        case Cased(text) | Phrase(text) | Word(text) | Fuzzy(text):
            words = re.findall(r"\w+", text.lower())
            if not words:
                return set(text) <= _PUNCTUATION
            return len(words) <= _FEW_WORDS and all(word in COMMON for word in words)


def _tells(tree: Query) -> bool:  # noqa: PLR0911 - one line a kind
    """Whether a text needs some uncommon term to answer the query."""
    match tree:
        case Not():
            return False
        case Or(operands):
            return all(_tells(operand) for operand in operands)
        case And(operands):
            return any(_tells(operand) for operand in operands)
        case Field(_, operand):
            return _tells(operand)
        case Unless():
            return _tells(tree.left)
        case Near() | Then() | Sentence() | Paragraph():
            return _tells(tree.left) or _tells(tree.right)
        case _:
            return not is_common(tree)


def _common(text: str, term: Term) -> QueryError:
    shown = str(term)
    place = re.search(rf"(?<!\w){re.escape(term.text)}(?!\w)", text, re.IGNORECASE)
    column = place.start() + 1 if place else 1
    what = "a beginning of words" if isinstance(term, Prefix) else "a word"
    if " " in term.text:
        what = "words"
    return surprise(
        f"{shown}, {what} that nearly every text has", "something that few texts have", column,
        "add what you look for with AND or NEAR, or take it out",
    )  # fmt: skip
