"""Texts that a page carries are documents: kept, read by content, never read twice."""

import asyncio
import hashlib
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from config.topics import Topic
from config.vocabulary import TextState
from pipelines.extract import extract_text
from pipelines.match import compile_topics
from pipelines.stages import ExtractText, FetchDocuments, MatchTopics
from pipelines.texts import Limits
from scrapers.items import Measure, Sponsor, Version


@dataclass
class Kept:
    """Documents in a folder, and a pool that reads them at once."""

    folder: object
    read: list = field(default_factory=list)
    texts: dict = field(default_factory=dict)

    def put(self, content):
        name = hashlib.sha256(content).hexdigest()
        self.path(name).write_bytes(content)
        return name, self.path(name)

    def path(self, sha256):
        return self.folder / sha256

    def text(self, sha256):
        return self.texts.get(sha256)

    def extract(self, path, limits, **told):
        self.read.append(told)
        future = Future()
        extracted = extract_text(path, limits, **told)
        self.texts[path.name] = extracted
        future.set_result(extracted)
        return future


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path)


def carried(kept, *texts):
    """What the two stages make of a measure whose page carries these texts."""
    services = SimpleNamespace(
        source="city", documents=kept, extractor=kept, limits=Limits(), replaying=False
    )
    crawler = SimpleNamespace(services=services, spider=None)
    measure = Measure(
        place="us/ny/new_york", session="2026", identifier="Int 1", title="A law",
        versions=tuple(Version(note=f"Version {n}", text=text) for n, text in enumerate(texts)),
    )  # fmt: skip

    async def run():
        passing = await FetchDocuments(crawler).process_item(measure)
        return await ExtractText(crawler).process_item(passing)

    return asyncio.run(run()).observation.texts


@pytest.mark.parametrize(
    ("text", "method", "words", "marks"),
    [
        (r"{\rtf1\ansi No {\strike old} {\ul new} law \'a7 5\par}", "rtf", "No old new law \xa7 5",
         [("struck", "old"), ("added", "new")]),
        ("<p>No <s>old</s> <u>new</u> law</p>", "html", "No old new law",
         [("struck", "old"), ("added", "new")]),
        ("No <s>old</s> <u>new</u> law", "html", "No old new law",
         [("struck", "old"), ("added", "new")]),
        ("No < 5 & <html> is\nno tag, \u2019tis law", "plain",
         "No < 5 & <html> is\nno tag, \u2019tis law", []),
    ],
)  # fmt: skip
def test_a_carried_text_is_read_by_its_content(kept, text, method, words, marks):
    """RTF and HTML keep their marks; plain text stays as it is."""
    [found] = carried(kept, text)
    assert (found.state, found.reason, found.accepted) == (TextState.READABLE, "", True)
    assert found.sha256 == hashlib.sha256(text.encode()).hexdigest()
    extracted = found.extracted
    assert (extracted.method, extracted.text) == (method, words)
    assert [(m.kind, extracted.text[m.start : m.end]) for m in extracted.marks] == marks
    assert extracted.pages[0].number is None


def test_known_bytes_are_not_read_again(kept):
    """The same text in a later crawl is taken from the store."""
    first = carried(kept, "A law.")
    assert carried(kept, "A law.") == first
    assert len(kept.read) == 1


def test_a_carried_text_is_promised_as_nothing(kept):
    """No name and no address tell of another kind: an HTML text is no error page."""
    carried(kept, "<p>A law</p>")
    assert kept.read == [{"media_type_hint": "text/html", "name": ""}]


def test_no_text_and_half_a_character_cost_nobody_else(kept):
    """An empty text is unreadable; half of a pair, which JSON can hold, is one bad sign."""
    empty, half = carried(kept, "", "A law \ud800.")
    assert (empty.state, empty.accepted) == (TextState.UNREADABLE, False)
    assert half.extracted.text == "A law ?."


@pytest.mark.parametrize(
    ("stored", "new"), [(None, [True, False, True]), ("A mask.", [False, False, True])]
)
def test_matches_are_of_all_that_is_said_of_a_measure(kept, stored, new):
    """Of one seen first each version is held against the one before; sponsors are asked for by name."""
    kept.previous_text = lambda _observation: stored
    topics = [Topic(name="m", title="", query="mask"), Topic(name="s", title="", query="sponsor:ada"),
              Topic(name="t", title="", query="title:law NOT text:hood")]  # fmt: skip
    services = SimpleNamespace(
        source="city", documents=kept, extractor=kept, limits=Limits(), replaying=False,
        matcher=compile_topics(topics), recorder=SimpleNamespace(is_known=lambda _: False),
    )  # fmt: skip
    crawler = SimpleNamespace(services=services, spider=None)
    texts = ("A mask.", "A mask.", "A hood. A mask, a mask.")
    measure = Measure(
        place="us/ny/new_york", session="2026", identifier="Int 1", title="A law",
        sponsors=(Sponsor(name="Ada Mask"),),
        versions=tuple(Version(note=f"Version {n}", text=text) for n, text in enumerate(texts)),
    )  # fmt: skip

    async def run():
        passing = await FetchDocuments(crawler).process_item(measure)
        return await MatchTopics(crawler).process_item(
            await ExtractText(crawler).process_item(passing)
        )

    seen = asyncio.run(run()).observation
    assert [(one.topic, one.field) for one in seen.matches] == [("s", "sponsor")]
    assert [any(match.new for match in text.matches) for text in seen.texts] == new
    assert all(text.matches for text in seen.texts)
