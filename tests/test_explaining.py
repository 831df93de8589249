"""Why a text answers a query, or does not."""

import pytest

from config import query
from pipelines.explaining import reasons
from tests.storage_makers import extracted


def told(asked: str, text: str) -> list[tuple[int, str, int | None, str]]:
    return [
        (one.depth, one.part, one.found, one.why)
        for one in reasons(query.parse(asked), extracted(text))
    ]


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("mask", "a mask and masks", [(0, "mask", 2, "")]),
        ("mask", "nothing", [(0, "mask", None, "")]),
        ("mask OR police OR badge", "police, police, mask", [(0, "mask (1), police (2)", 3, "")]),
        ("mask OR police", "nothing", [(0, "mask OR police", None, "")]),
        (
            "title:mask OR detainer", "a mask",
            [
                (0, "one of 2", None, ""),
                (1, "title:mask", None, "asked of the title, which a file does not have"),
                (1, "1 more", None, "not all of their words stand here"),
            ],
        ),
        (
            "mask NEAR/2 police", "mask one two three police",
            [
                (0, "within 2 words", None, "both stand here, never within 2 words"),
                (1, "mask", 1, ""), (1, "police", 1, ""),
            ],
        ),
        (
            "mask THEN/2 police", "police mask",
            [
                (0, "within 2 words, in this order", None, "both stand here, never within 2 words, in this order"),
                (1, "mask", 1, ""), (1, "police", 1, ""),
            ],
        ),
        (
            "mask SENTENCE police", "A mask. The police.",
            [
                (0, "in one sentence", None, "both stand here, never in one sentence"),
                (1, "mask", 1, ""), (1, "police", 1, ""),
            ],
        ),
        (
            "mask UNLESS NEAR/3 covid", "a covid mask, and far from all of it another mask",
            [(0, "unless", 1, "1 passage kept out by the company of covid"), (1, "mask", 2, "")],
        ),
        (
            "mask NOT covid", "a covid mask",
            [(0, "all of", None, ""), (1, "mask", 1, ""), (1, "not", None, ""), (2, "covid", 1, "")],
        ),
        (
            "title:mask OR (mask NEAR/3 police) OR (badge NEAR/3 name)", "mask of the police",
            [
                (0, "one of 3", 1, ""),
                (1, "title:mask", None, "asked of the title, which a file does not have"),
                (1, "within 3 words", 1, ""), (2, "mask", 1, ""), (2, "police", 1, ""),
                (1, "1 more", None, "not all of their words stand here"),
            ],
        ),
        (
            "title:mask", "mask",
            [(0, "title:mask", None, "asked of the title, which a file does not have")],
        ),
    ],
    ids=str,
)  # fmt: skip
def test_each_part_is_told(asked, text, expected):
    """What stands there with how often, what is missing, and what kept passages out."""
    assert told(asked, text) == expected
