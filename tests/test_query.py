"""The query language: what is understood, and how what is not is explained."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import query
from config.query import (
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
    QueryError,
    Sentence,
    Then,
    Unless,
    Word,
    parse,
)
from tests.strategies import QUERIES

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("mask", Word("mask")),
        ("fox-it", Word("fox-it")),
        ("non\u2013local o\u2019clock", And((Word("non-local"), Word("o'clock")))),
        ('"287(g)"', Phrase("287(g)")),
        ("\u201c287(g)\u201d", Phrase("287(g)")),
        ('"\u00a7  3-113.1"', Phrase("\u00a7 3-113.1")),
        (r'"a \"b\" \\ c"', Phrase('a "b" \\ c')),
        ("=ICE", Cased("ICE")),
        ('="Ice Out"', Cased("Ice Out")),
        ("deput*", Prefix("deput")),
        ("~detainer", Fuzzy("detainer")),
        ("a b c", And((A, B, C))),
        ("a AND b", And((A, B))),
        ("a AND b c", And((A, B, C))),
        ("a OR b OR c", Or((A, B, C))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("(a b) c", And((And((A, B)), C))),
        ("a NOT b", And((A, Not(B)))),
        ("a AND NOT NOT b", And((A, Not(Not(B))))),
        ("a NEAR/8 b", Near(A, B, 8)),
        ("a THEN/8 b", Then(A, B, 8)),
        ("a SENTENCE b", Sentence(A, B)),
        ("a PARAGRAPH b", Paragraph(A, B)),
        ("a NEAR/8 b THEN/2 c", Then(Near(A, B, 8), C, 2)),
        ("a b NEAR/8 c", And((A, Near(B, C, 8)))),
        ("a UNLESS b", Unless(A, B)),
        ("a UNLESS NEAR/6 b", Unless(A, B, 6)),
        ("a UNLESS NEAR/6 b NEAR/2 c", Unless(A, Near(B, C, 2), 6)),
        ("a UNLESS b UNLESS NEAR/6 c", Unless(Unless(A, B), C, 6)),
        ("a UNLESS b c OR a", Or((And((Unless(A, B), C)), A))),
        ("NOT a UNLESS b c", And((Not(Unless(A, B)), C))),
        ("title:a b", And((Field("title", A), B))),
        ("sponsor:(a OR b)", Field("sponsor", Or((A, B)))),
        ("text: a", Field("text", A)),
        ("title:a UNLESS NEAR/3 b", Unless(Field("title", A), B, 3)),
        ("near sentence AND then", And((Word("near"), Word("sentence"), Word("then")))),
        ("ANDROID ORacle NOTice", And((Word("ANDROID"), Word("ORacle"), Word("NOTice")))),
        ("a\n  b\u00a0c", And((A, B, C))),
    ],
)
def test_the_grammar(text, tree):
    """Each form of the language gives its tree, and binds as documented."""
    assert parse(text) == tree
    assert parse(str(tree)) == tree


@given(QUERIES)
def test_a_tree_spelled_and_parsed_is_the_same_tree(tree):
    """The text of any tree parses to an equal tree, so queries can be shown, stored and edited."""
    assert parse(str(tree)) == tree


@given(st.text(alphabet='ab "()*=~:/\\ORANDNEAR8title\u00a7-', max_size=40))
def test_any_text_is_understood_or_explained(text):
    """No text makes the parser fail otherwise than by its own error, with a column inside the text."""
    try:
        tree = parse(text)
    except QueryError as error:
        column = error.column
    else:
        column = 1
        assert parse(str(tree)) == tree
    assert 1 <= column <= len(text) + 1


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "expected a query"),
        ("   ", 1, "expected a query"),
        ("NOT a", 1, "nearly every text"),
        ("a OR NOT b", 1, "nearly every text"),
        ("NOT NOT a", 1, "nearly every text"),
        ("287(g)", 4, '"287(g)"'),
        ('"a""b"', 4, "a blank"),
        ("a NEAR b", 3, "NEAR/8"),
        ("a NEAR/0 b", 3, "from 1 to 500"),
        ("a NEAR/501 b", 3, "from 1 to 500"),
        ("a near/8 b", 7, "NEAR/8"),
        ("a NEAR/3 NOT b", 10, "UNLESS NEAR/6"),
        ("a NEAR/3 (b NOT c)", 10, "UNLESS NEAR/6"),
        ("a UNLESS NOT b", 10, "UNLESS NEAR/6"),
        ("a (NOT b) UNLESS c", 3, "something that is found"),
        ("title:a NEAR/3 b", 1, "title:(A NEAR/8 B)"),
        ("a UNLESS title:b", 10, "title:(A NEAR/8 B)"),
        ("title:(a text:b)", 7, "a field inside a field"),
        ("tite:mask", 1, "did you mean 'title:'?"),
        ("12:30", 1, "quotes"),
        ("(a OR (b c)", 1, "never closed"),
        ('(a "(" b', 1, "never closed"),
        ("a)", 2, "closes no '('"),
        ("()", 2, "expected a term"),
        ('a "bc', 3, "never closed"),
        ("a or b", 3, "write OR"),
        ("not a", 1, "write NOT"),
        ("a, b", 2, "AND or OR"),
        ("-a b", 1, "write NOT"),
        ("a | b", 3, "write OR"),
        ("a AND", 6, "expected a term"),
        ("OR a", 1, "expected a term"),
        ("a AND OR b", 7, "expected a term"),
        ("*ing", 1, "at the end of a word"),
        ("a*", 1, "at least 2 letters"),
        ('"--"', 1, "words or symbols"),
        ('=""', 1, "words or symbols"),
        ("title:", 7, "expected a term"),
        ("a\u200bb", 2, "U+200B"),
        ("\u00a7 5", 1, "quotes"),
    ],
)
def test_what_is_wrong_is_said_with_its_column(text, column, words):
    """An error names the column, what was found there and what to write instead."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.column == column
    assert words in caught.value.message
    assert str(caught.value).startswith(f"column {column}: found ")


@pytest.mark.parametrize(
    "text",
    ["(" * 300 + "a" + ")" * 300, "a AND " + "NOT " * 400 + "b", "a " * 1001, "a" * 20_001],
    ids=["parentheses", "negations", "terms", "characters"],
)
def test_boundless_queries_are_refused(text):
    """Depth, length and the number of terms are bounded: a query cannot exhaust the reader."""
    with pytest.raises(QueryError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (" NEAR/3 ".join("abc" for _ in range(200)), "more than 150 parts within each other"),
        ('"\u200b\u200d"', "a phrase without words"),
        ('"\xad"', "a phrase without words"),
    ],
)
def test_what_nobody_can_read_is_refused_with_the_reason(text, says):
    """Long chains, and signs that nobody sees."""
    with pytest.raises(QueryError, match=says):
        parse(text)


def test_walking_visits_every_part_in_order():
    """`walk` gives the tree itself, then everything below it as written."""
    tree = parse('a NEAR/8 "b" UNLESS =C title:(~d de*)')
    assert [str(part) for part in query.walk(tree)][-3:] == ["~d AND de*", "~d", "de*"]
    assert next(query.walk(tree)) == tree


def test_trees_are_values():
    """Equal queries are equal keys, cannot be changed, and survive a pickle."""
    tree = parse("a NEAR/8 (b OR c)")
    assert {tree: 1}[parse("a   NEAR/8 (b OR c)")] == 1
    assert pickle.loads(pickle.dumps(tree)) == tree
    with pytest.raises(AttributeError):
        tree.distance = 9
