"""Texts made to be slow or to mislead: matching stays bounded, and finds what is there."""

import time

import pytest

from config import query
from config.topics import load_pack, pack_names
from pipelines.match import MOST, compile_topics, find_matches
from tests.storage_makers import extracted

SECONDS = 15
"""Far more than any needs; what grows with the square of a text takes minutes."""


class Topic:
    """A topic of one query."""

    def __init__(self, text: str) -> None:
        self.name = text
        self.tree = query.parse(text)


@pytest.mark.parametrize(
    ("asked", "pieces", "least"),
    [
        ("mas*", [("mask masque mason ", 80_000)], MOST),
        ("mask NEAR/8 officer", [("mask officer ", 80_000)], MOST),
        ("mask NEAR/8 officer", [("mask ", 80_000), ("officer ", 80_000)], 1),
        ("(a NEAR/5 b) NEAR/9 (c NEAR/5 d)", [("a b c d ", 25_000)], MOST),
        ("mask SENTENCE officer", [("mask ", 80_000), ("officer ", 80_000)], 1),
        ("mask UNLESS NEAR/3 covid", [("mask covid ", 80_000)], 0),
        ('"immigration enforcement"', [("immigra-\n", 150_000)], 0),
        ('"287(g)"', [("287 ( ", 200_000)], 0),
        ('"INA 287(g)"', [("section 287, 236 and ", 50_000)], 0),
        ('"INA 287(g)"', [("287(g) of the ", 80_000)], 0),
        ('"face covering"', [("face", 1), (" ", 2_000_000), ("covering", 1)], 0),
        ("mask", [("\u202emask\u200b ", 80_000)], MOST),
        ("~immigration", [("imigration ", 80_000)], MOST),
    ],
    ids=str,
)
def test_a_long_line_stays_bounded(asked, pieces, least):
    """A line of a million characters full of hits takes seconds, and no more is told than is of use."""
    text = "".join(piece * times for piece, times in pieces)
    start = time.monotonic()
    found = find_matches(compile_topics([Topic(asked)]), extracted(text))
    assert time.monotonic() - start < SECONDS
    assert least <= len(found) <= MOST
    assert all(text[match.start : match.end].strip() for match in found)


def test_all_packs_on_a_text_full_of_hits():
    """A hundred thousand hits are found in a text and its former version within seconds."""
    line = "the sheriff made a 287(g) agreement and masked agents wore face coverings. "
    start = time.monotonic()
    packs = compile_topics([load_pack(name) for name in pack_names()])
    found = find_matches(packs, extracted(line * 10_000), previous=line * 9_000)
    assert time.monotonic() - start < SECONDS
    assert found
    assert max(sum(one.topic == name for one in found) for name in pack_names()) <= MOST


@pytest.mark.parametrize(
    "written",
    [
        "im\u200bmi\u200dgra\u2060tion enforce\u00adment",
        "\u202bimmigration\u202c \u2067enforcement\u2069",
        "immigration\u200b\u200b enforcement",
        "\ufeffimmigration\ufeff enforcement",
        "I\u0301mmigration enforcement",
    ],
)
def test_invisible_signs_hide_nothing(written):
    """Zero-width and bidirectional signs are passed over; a letter with an accent is another letter."""
    found = find_matches(compile_topics([Topic('"immigration enforcement"')]), extracted(written))
    assert bool(found) is ("\u0301" not in written)
    assert all("\u200b" not in match.snippet and "\u202b" not in match.snippet for match in found)
