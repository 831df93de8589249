"""All topic packs with their logic on raw page text, normalising included.

The reference is one `re` alternation of the same terms, ignoring case, that
only lists where they stand: no inflections, broken words, distances or pages.
"""

import random
import re
from collections.abc import Callable

from benchmarks.kit.record import options, record, row
from benchmarks.kit.timing import in_turn, seconds
from config import query
from config.topics import load_pack, pack_names
from pipelines.match import compile_topics, find_matches
from pipelines.texts import Extracted, Page

PAGES, FEW_PAGES = 400, 20
WORDS_A_PAGE = 350
RUNS = 3
AIM = 60.0
"""Megabytes a second, of text that is read by hyperscan at a thousand."""
PLAIN = re.findall(
    r"\w+",
    "the of and to a in shall for be is by or any state act section person as not under may this"
    " with that officer public agency department law court county such on subsection city which"
    " from chapter board service notice property employee local federal data report government",
)


def pages(texts: list[str], every: int, count: int) -> Extracted:
    """A document of running text; each so many pages bear one of the texts."""
    chance = random.Random(400)
    made, start = [], 0
    for number in range(1, count + 1):
        words = chance.choices(PLAIN, k=WORDS_A_PAGE)
        words += [f"w{chance.randrange(5_000)}" for _ in range(20)]
        chance.shuffle(words)
        lines = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]
        if number % every == 0:
            lines.insert(10, chance.choice(texts))
        text = "\n".join(lines).replace("section", "§\u00a012\u2013345 “section”")
        made.append(Page(number=number, start=start, text=text, method="pdfium"))
        start += len(text) + 1
    return Extracted(media_type="application/pdf", method="pdfium", pages=tuple(made))


def main() -> None:
    chosen = options(__doc__)
    count, runs = (FEW_PAGES, 1) if chosen.small else (PAGES, RUNS)
    topics = [load_pack(name) for name in pack_names()]
    examples = [text for topic in topics for text in topic.matches]
    matcher = compile_topics(topics)
    terms = {
        node.text for topic in topics for node in query.walk(topic.tree) if hasattr(node, "text")
    }
    alternation = re.compile("|".join(map(re.escape, sorted(terms))), re.IGNORECASE)
    rows = []
    for name, every in (("seldom", 100), ("on each page", 1)):
        document = pages(examples, every, count)
        size = len(document.text) / 1e6
        found = len(find_matches(matcher, document))
        print(f"{size:.2f} million characters, {len(terms)} terms, {found} matches")
        works = (
            lambda document=document: find_matches(matcher, document),
            lambda text=document.text: list(alternation.finditer(text)),
        )
        pairs = in_turn(*(rate(work, size) for work in works), runs=runs)
        rows.append(
            row(
                f"all topics with their logic, hits {name}", pairs,
                reference_name="re alternation of the terms", limit=None, unit="MB/s",
            )
        )  # fmt: skip
        rows.append(
            row(
                f"all topics with their logic, hits {name}", [(ours, AIM) for ours, _ in pairs],
                reference_name="what we aim at", limit=1.0, unit="MB/s",
            )
        )  # fmt: skip
    record(rows, chosen.file)


def rate(work: Callable[[], object], size: float) -> Callable[[], float]:
    """Megabytes a second of something that goes over them once."""
    return lambda: size / seconds(work)


if __name__ == "__main__":
    main()
