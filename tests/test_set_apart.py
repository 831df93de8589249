"""Capitals set apart letter by letter, as old headings have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import query
from pipelines.lexicon import fold
from pipelines.match import matches_query

ASKED = '"immigration enforcement"'


def found(asked: str, text: str) -> list[str]:
    return [text[start:end] for start, end in matches_query(query.parse(asked), text)]


@pytest.mark.parametrize(
    ("asked", "text", "passages"),
    [
        (ASKED, "I M M I G R A T I O N   E N F O R C E M E N T", ["I M M I G R A T I O N   E N F O R C E M E N T"]),
        (ASKED, "on I M M I G R A T I O N\nE N F O R C E M E N T.", ["I M M I G R A T I O N\nE N F O R C E M E N T"]),
        (ASKED, "T H E I M M I G R A T I O N E N F O R C E M E N T A C T", 1),
        ("order", "E X E C U T I V E  O R D E R\N{NO-BREAK SPACE}\N{SECTION SIGN} 5", ["O R D E R"]),
        ("mask", "M A S K S and masks", ["M A S K S", "masks"]),
        ("mask", "A M A S K", 1),
        ("abc", "Exhibits A B C", 0),
        ("mask", "xM A S K", 0),
        ("=ICE", "I C E agents of ICE", ["ICE"]),
    ],
)  # fmt: skip
def test_words_are_closed_up(asked, text, passages):
    """Wider gaps part words; where there are none, the words that are looked for do."""
    hits = found(asked, text)
    assert len(hits) == passages if isinstance(passages, int) else hits == passages


@given(
    st.lists(
        st.sampled_from(["M A S K", "mask", "A", "B C", "\n", "  ", "\u00a7", "co-\nop"]),
        max_size=12,
    )
)
def test_places_stay_right(pieces):
    """Every folded position leads back into the text, in order."""
    text = " ".join(pieces)
    folded = fold(text, {"mask", "coop"}.__contains__)
    places = [folded.origin(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    for start, end in matches_query(query.parse("mask"), text):
        assert "m" in text[start:end].lower()
