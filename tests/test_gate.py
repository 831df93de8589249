"""The gate: what it keeps out has no hits, and what needs a word says which."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import query
from pipelines.gate import Gate, Need, need, passes
from pipelines.match import compile_topics, find_matches, match_field
from tests.storage_makers import extracted

PIECES = st.lists(
    st.sampled_from([
        "mask", "masks", "masked", "officer", "officers", "287(g)", "8 U.S.C. 1357(g)", "INA", "§ 287",
        "immi-\ngration", "immigration", "deputies", "deputy", "ICE", "ice", "covid", ".", "\n\n",
        "of", "the", "city\N{EN DASH}owned", "\u00ad", "DETAIN", "d\u00e9tenir", "\ufb01re",
    ]),
    max_size=14,
)  # fmt: skip
QUERIES = [
    "mask AND officer", "mask NEAR/4 officer OR ICE", '"287(g)"', '"INA 287(g)"', "deput* THEN/3 =ICE",
    "immigration UNLESS covid", "title:mask", "mask NOT covid", "~immigration", '"city-owned" SENTENCE mask',
    "(mask OR =ICE OR fire) PARAGRAPH (officer OR deputy OR covid)", "detain OR (mask AND NOT ice)",
]  # fmt: skip


class Topic:
    """A topic of one query."""

    def __init__(self, text: str) -> None:
        self.name = text
        self.tree = query.parse(text)


TOPICS = compile_topics([Topic(text) for text in QUERIES])


@given(text=PIECES.map(" ".join), title=PIECES.map(" ".join))
def test_the_gate_changes_no_match(text, title):
    """With every term let through, the same is found."""
    fields = {"title": title, "sponsor": ""}
    gated = find_matches(TOPICS, extracted(text or "x"), fields=fields)
    titled = match_field(TOPICS, title, "title", fields=fields)
    with patch.object(Gate, "passing", lambda gate, _: gate.terms.keys()):
        assert find_matches(TOPICS, extracted(text or "x"), fields=fields) == gated
        assert match_field(TOPICS, title, "title", fields=fields) == titled


@pytest.mark.parametrize(
    ("asked", "possible", "passed"),
    [
        ("a", "a", True), ("a", "b", False), ("a OR b", "b", True), ("a AND b", "a", False),
        ("a AND b", "a b", True), ("a NOT b", "a", True), ("a NEAR/3 (b OR c)", "a c", True),
        ("a NEAR/3 (b OR c)", "b c", False), ("a UNLESS b", "a", True), ("title:a OR b c", "c", False),
        ("x OR (a AND b) OR (c AND d)", "a d", False), ("x OR (a AND b) OR (c AND d)", "c d", True),
    ],
)  # fmt: skip
def test_what_a_query_needs(asked, possible, passed):
    """All of what belongs together must be possible, one of what stands side by side."""
    assert passes(need(query.parse(asked)), {query.Word(one) for one in possible.split()}) is passed


def test_what_only_lacks_needs_nothing():
    """A query that selects nothing has no need, and is refused before."""
    with pytest.raises(ValueError, match="needs nothing"):
        need(query.Not(query.Word("a")))
    assert not passes(Need(), {query.Word("a")})
