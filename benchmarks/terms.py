"""Many terms in long texts: our matching beside scanners that only list where terms stand.

Ours folds the text (typography, broken words), counts inflections out, decides by
the logic and says page and passage; the references list places of plain words. Each is
measured on the same text in the same run: `re` with one alternation, pyahocorasick and
hyperscan where they are installed (pip install pyahocorasick hyperscan; they are
no dependencies), and one search for bytes that are not there, which is what reading
costs at the least. Then what ours costs by the number of topics and the length of texts.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from benchmarks.kit.real_texts import plain
from benchmarks.kit.record import options, record, row
from benchmarks.kit.timing import in_turn, seconds
from benchmarks.match import PLAIN
from config import query
from pipelines.match import compile_topics, find_matches

TERMS = (20, 200, 5_000)
AIMS = {200: 500.0, 5_000: 200.0}
"""Megabytes a second that we want at so many terms."""
TOPICS = (1, 10, 100)
LENGTHS = (10_000, 100_000, 1_000_000, 10_000_000)
SLOW = 200
"""Above so many terms `re` takes minutes a megabyte and reads a part of the text only."""

RUNS = 3


class Topic:
    """A topic of plain words, one of which is enough."""

    def __init__(self, name: str, words: Sequence[str]) -> None:
        self.name = name
        terms = tuple(query.Phrase(word) for word in words)
        self.tree: query.Query = query.Or(terms) if len(terms) > 1 else terms[0]


def text_of(length: int, words: Sequence[str], *, every: int) -> str:
    """Running text of so many characters, in which one of the words stands now and then."""
    chance = random.Random(length)
    parts: list[str] = []
    made = 0
    while made < length:
        line = [*chance.choices(PLAIN, k=12), f"x{chance.randrange(20_000)}"]
        if chance.randrange(every) == 0:
            line.insert(6, chance.choice(words))
        parts.append(" ".join(line))
        made += len(parts[-1]) + 1
    return "\n".join(parts)


def made_up(count: int) -> list[str]:
    """Words of six to ten letters that begin in all ways, the same in each run."""
    chance = random.Random(count)
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(chance.choices("abcdefghilmnoprstu", k=chance.randint(6, 10)))] = None
    return [*found]


def scanners(words: Sequence[str], text: str) -> Iterator[tuple[str, Callable[[], object], float]]:
    """References: a name, one pass, and over how many megabytes."""
    size = len(text) / 1e6
    alternation = re.compile("|".join(sorted(words, key=len, reverse=True)))
    part = text if len(words) <= SLOW else text[: len(text) // 20]
    yield "re", lambda: list(alternation.finditer(part)), len(part) / 1e6
    if find_spec("ahocorasick"):
        automaton = import_module("ahocorasick").Automaton()
        for word in words:
            automaton.add_word(word, word)
        automaton.make_automaton()
        yield "pyahocorasick", lambda: list(automaton.iter(text)), size
    if find_spec("hyperscan"):
        yield "hyperscan", hyperscan(words, text), size
    raw = text.encode()
    yield "one search for bytes", lambda: raw.find(b"\0never"), size


def hyperscan(words: Sequence[str], text: str) -> Callable[[], object]:
    """Hyperscan with plain words, all of their places."""
    library: Any = import_module("hyperscan")
    base = library.Database()
    base.compile(
        expressions=[word.encode() for word in words], ids=list(range(len(words))),
        flags=[0] * len(words), literal=True,
    )  # fmt: skip
    scratch, raw = library.Scratch(base), text.encode()

    def scan() -> list[int]:
        found: list[int] = []
        base.scan(raw, match_event_handler=lambda id_, *_: found.append(id_), scratch=scratch)
        return found

    return scan


def rate(work: Callable[[], object], size: float) -> Callable[[], float]:
    """Megabytes a second of one pass."""
    return lambda: size / seconds(work)


def main() -> None:
    chosen = options(__doc__)
    runs = 1 if chosen.small else RUNS
    length = 50_000 if chosen.small else 4_000_000
    rows = []
    for count in TERMS:
        words = made_up(count)
        text = text_of(length, words, every=200)
        document, matcher = plain(text), compile_topics([Topic("all", words)])
        ours = rate(lambda: find_matches(matcher, document), len(text) / 1e6)  # noqa: B023 - called in this turn
        for name, work, size in scanners(words, text):
            rows.append(row(
                f"{count:,} terms, with passages and pages", in_turn(ours, rate(work, size), runs=runs),
                reference_name=f"{name}, places alone", limit=None, unit="MB/s",
            ))  # fmt: skip
        if count in AIMS:
            pairs = [(ours(), AIMS[count]) for _ in range(runs)]
            rows.append(row(
                f"{count:,} terms, with passages and pages", pairs,
                reference_name="what we aim at", limit=1.0, unit="MB/s",
            ))  # fmt: skip
    words = made_up(2_000)
    for count in TOPICS:
        topics = [Topic(f"topic {n}", words[n * 20 : n * 20 + 20]) for n in range(count)]
        text = text_of(length, words[: count * 20], every=200)
        pairs = in_turn(*timed(text, topics, compared=topics[:1]), runs=runs)
        rows.append(row(
            f"{count:,} topics of 20 terms", pairs, reference_name=f"{TOPICS[0]} topic",
            limit=None, unit="MB/s",
        ))  # fmt: skip
    for count in LENGTHS[:2] if chosen.small else LENGTHS:
        topics = [Topic("all", words[:200])]
        text = text_of(count, words[:200], every=200)
        pairs = in_turn(*timed(text, topics, compared=topics, part=LENGTHS[0]), runs=runs)
        rows.append(row(
            f"200 terms in a text of {count:,} characters", pairs,
            reference_name=f"in {LENGTHS[0]:,} characters", limit=None, unit="MB/s",
        ))  # fmt: skip
    record(rows, chosen.file)


def timed(
    text: str, topics: Sequence[Topic], *, compared: Sequence[Topic], part: int = 0
) -> tuple[Callable[[], float], Callable[[], float]]:
    """The rate of topics on a text, and that of others on it, or on its first part."""
    shorter = text[:part] if part else text
    ours, theirs = compile_topics(topics), compile_topics(compared)
    whole, beginning = plain(text), plain(shorter)
    return (
        rate(lambda: find_matches(ours, whole), len(text) / 1e6),
        rate(lambda: find_matches(theirs, beginning), len(shorter) / 1e6),
    )


if __name__ == "__main__":
    main()
