"""What the topic packs find: their examples, and real documents."""

import pytest

from config.topics import Topic, load_pack, pack_names
from pipelines.match import Matcher, compile_topics, find_matches, match_field
from pipelines.texts import Extracted, Page

PACKS = [load_pack(name) for name in pack_names()]
EXAMPLES = [
    pytest.param(topic, text, expected, id=f"{topic.name}-{kind}-{number}")
    for topic in PACKS
    for kind, texts, expected in (
        ("matches", topic.matches, True),
        ("rejects", topic.rejects, False),
    )
    for number, text in enumerate(texts)
]


def document(text: str) -> Extracted:
    """A text as a document of one page."""
    page = Page(number=1, start=0, text=text, method="html")
    return Extracted(media_type="text/html", method="html", pages=(page,))


def hits(topic: Topic, text: str) -> list[str]:
    """What a topic finds in a text."""
    return [match.term for match in find_matches(compile_topics([topic]), document(text))]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """All packs made ready."""
    return compile_topics(PACKS)


@pytest.mark.parametrize(("topic", "text", "expected"), EXAMPLES)
def test_examples(topic, text, expected):
    """A pack finds what it says it must find, and leaves what it says it must leave."""
    assert bool(hits(topic, text)) == expected, hits(topic, text)


@pytest.mark.parametrize("topic", PACKS, ids=lambda topic: topic.name)
def test_examples_in_capitals(topic):
    """Laws that print what they add in capitals are found as well, but for words with =."""

    def hangs_on_capitals(text: str) -> bool:
        return any("=" in term for term in hits(topic, text))

    missed = [
        text
        for text in topic.matches
        if not hits(topic, text.upper()) and not hangs_on_capitals(text)
    ]
    assert missed == []


@pytest.mark.parametrize("topic", PACKS, ids=lambda topic: topic.name)
def test_examples_on_narrow_lines(topic):
    """Line breaks within and between words change nothing."""

    def narrow(text: str) -> str:
        words = [
            f"{word[:4]}-\n{word[4:]}" if len(word) > 8 and word.isalpha() else word
            for word in text.split()
        ]
        return "\n".join(words)

    missed = [text for text in topic.matches if not hits(topic, narrow(text))]
    found = [text for text in topic.rejects if hits(topic, narrow(text))]
    assert (missed, found) == ([], [])


@pytest.mark.parametrize(
    "title",
    ["Law-enforcement officers; wearing of facial coverings prohibited", "Law enf. face coverings"],
)
def test_a_title_alone_can_match(matcher, title):
    """Where a title is all there is, and abbreviated at that, it is enough."""
    assert {match.topic for match in match_field(matcher, title, "title")} == {"masks"}


@pytest.mark.corpus
def test_real_orders_on_masks_against_disease_are_left(corpus, matcher):
    """Of New York's orders over fifty years three concern these topics, though many say mask."""
    found: dict[str, set[str]] = {}
    orders = sorted((corpus / "executive-orders" / "nyc").glob("*.md"))
    texts = {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in orders}
    assert sum("face covering" in text.lower() for text in texts.values()) >= 5
    for name, text in texts.items():
        for match in find_matches(matcher, document(text)):
            found.setdefault(name, set()).add(match.topic)
    assert found == {
        "2022-EEO-224": {"data-sharing"},
        "2025-EO-050": {"city-property", "data-sharing", "immigration-enforcement"},
        "2026-EO-013": {
            "city-property", "courthouses-and-sensitive-places", "data-sharing",
            "immigration-enforcement", "warrants-and-detainers",
        },
    }  # fmt: skip


@pytest.mark.corpus
def test_real_bills_are_found_by_what_they_say(corpus, matcher):
    """Laws about these topics are found in the words legislatures chose, neighbours are not."""
    folder = corpus / "state-bills" / "oregon"

    def topics(name: str) -> set[str]:
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
        return {match.topic for match in find_matches(matcher, document(text))}

    assert topics("measure-2025r1-hb2191-introduced.txt") == {
        "287g", "data-sharing", "immigration-enforcement",
    }  # fmt: skip
    assert topics("measure-2026r1-hb4079-enrolled.txt") == {
        "city-property", "courthouses-and-sensitive-places", "data-sharing",
        "immigration-enforcement", "warrants-and-detainers",
    }  # fmt: skip
    assert topics("measure-2026r1-hb4034-introduced.txt") == set()
