"""Topics: how many of the texts a researcher would want they find, and what they find besides.

    MEASUREWATCH_CORPUS=folder python -m benchmarks.topics [--small] [read]

holds every pack against the real texts that benchmarks/labels/texts.tsv labels (its
rules: benchmarks/labels/RULES.md). A third of the measures, chosen by the hash of
their names, is the part left unread: nobody looked at what the packs make of it
before they were finished. `read` shows the other part alone, for work on a pack, and
writes nothing. docs/topics.md is written from a whole run. Without recordings, or in
small, the packs' own examples are held against them, and nothing is written.
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.kit.real_texts import RealText, measure_of, plain, read
from benchmarks.kit.record import made_up, options, record, recordings, row
from benchmarks.kit.tables import renewed, table
from benchmarks.kit.timing import ROOT
from config.topics import load_pack, pack_names
from pipelines.match import Matcher, compile_topics, find_matches
from pipelines.match_fields import Fields, match_fields

LABELS = ROOT / "benchmarks" / "labels" / "texts.tsv"
PAGE = ROOT / "docs" / "topics.md"
RECALL, PRECISION = 0.98, 0.95
PARTS = ("read", "unread")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text's identifier, the topics it belongs to, and why.

    Two readers disagreed over the `unsettled` topics, for which it does not count.
    """

    identifier: str
    topics: frozenset[str]
    reason: str
    unsettled: frozenset[str] = frozenset()

    @property
    def part(self) -> str:
        """The part that its measure falls into."""
        name = measure_of(self.identifier).encode()
        return PARTS[int(sha256(name).hexdigest()[:8], 16) % 3 == 0]


@dataclass(slots=True)
class Score:
    """What a pack made of one part: right, missed, and false, each with the texts."""

    topic: str
    part: str
    right: list[Labelled] = field(default_factory=list)
    missed: list[Labelled] = field(default_factory=list)
    false: list[tuple[Labelled, str]] = field(default_factory=list)
    texts: int = 0

    @property
    def recall(self) -> float | None:
        wanted = len(self.right) + len(self.missed)
        return len(self.right) / wanted if wanted else None

    @property
    def precision(self) -> float | None:
        told = len(self.right) + len(self.false)
        return len(self.right) / told if told else None

    @property
    def below(self) -> bool:
        """Whether it misses an aim."""
        recall, precision = self.recall, self.precision
        return (recall is not None and recall < RECALL) or (
            precision is not None and precision < PRECISION
        )


def labelled(file: Path = LABELS) -> list[Labelled]:
    """All labelled texts, in the order of the file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            Labelled(
                identifier,
                frozenset(one for one in topics.split(",") if one[0] not in "-?"),
                why,
                frozenset(one[1:] for one in topics.split(",") if one[0] == "?"),
            )
            for identifier, topics, why in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def found_in(matcher: Matcher, text: RealText) -> dict[str, str]:
    """The topics that a text, its title or its abstract matches, with the first passage of each."""
    fields = Fields(title=text.title, abstract=text.abstract)
    matches = [
        *match_fields(matcher, fields, [text.document.text]),
        *find_matches(matcher, text.document, fields=fields.named),
    ]
    found: dict[str, str] = {}
    for match in matches:
        found.setdefault(match.topic, f"{match.term}: {match.snippet}")
    return found


def scores(pairs: Iterable[tuple[Labelled, RealText]]) -> list[Score]:
    """Every pack on both parts."""
    names = pack_names()
    matcher = compile_topics([load_pack(name) for name in names])
    made = {(name, part): Score(name, part) for name in names for part in PARTS}
    for label, text in pairs:
        found = found_in(matcher, text)
        for name in names:
            if name in label.unsettled:
                continue
            score = made[name, label.part]
            score.texts += 1
            if name in label.topics:
                (score.right if name in found else score.missed).append(label)
            elif name in found:
                score.false.append((label, found[name]))
    return list(made.values())


def examples() -> list[tuple[Labelled, RealText]]:
    """The packs' own examples as labelled texts: each belongs to its pack, or not."""
    pairs = []
    for name in pack_names():
        pack = load_pack(name)
        for wanted, texts in ((True, pack.matches), (False, pack.rejects)):
            for rank, text in enumerate(texts):
                identifier = f"{name} {'match' if wanted else 'reject'} {rank}"
                label = Labelled(identifier, frozenset({name} if wanted else ()), "an example")
                pairs.append((label, RealText(identifier, identifier, "", "", plain(text))))
    return pairs


def page(found: Sequence[Score]) -> str:
    """The tables of docs/topics.md: figures, and every miss and false alarm."""
    head = (
        "topic",
        "part",
        "texts",
        "belong",
        "found",
        "missed",
        "false alarms",
        "recall",
        "precision",
        "aims",
    )
    rows = [
        (
            f"`{one.topic}`", one.part, str(one.texts), str(len(one.right) + len(one.missed)),
            str(len(one.right)), str(len(one.missed)), str(len(one.false)), share(one.recall),
            share(one.precision), "**missed**" if one.below else "reached",
        )
        for one in found
    ]  # fmt: skip
    lines = [table(head, rows), ""]
    for one in found:
        if not (one.missed or one.false):
            continue
        lines.append(f"**`{one.topic}`, {one.part} part**\n")
        lines += [f"- missed `{label.identifier}`: {label.reason}" for label in one.missed]
        lines += [f"- false alarm `{label.identifier}`: {label.reason}" for label, _ in one.false]
        lines.append("")
    return "\n".join(lines)


def share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def rows_of(found: Sequence[Score]) -> list[dict[str, Any]]:
    """Recall and precision of each pack on the part left unread, as rows."""
    rows = []
    for one in found:
        if one.part != "unread" or one.recall is None:
            continue
        wanted, told = len(one.right) + len(one.missed), len(one.right) + len(one.false)
        for what, of, reference, aim in (
            ("found", wanted, "labelled texts that belong", RECALL),
            ("rightly found", told, "texts found", PRECISION),
        ):
            if of:
                rows.append(row(
                    f"topic {one.topic}, {what}, part left unread", [(len(one.right), of)],
                    reference_name=reference, limit=aim, unit="texts",
                ))  # fmt: skip
    return rows


def main() -> int:
    """Print, keep and write what was measured."""
    chosen = options(__doc__)
    folder = recordings(chosen)
    if folder is None:
        kept = made_up(chosen, "the packs' own examples are read")
        found = scores(examples())
        print(page(found))
        record(rows_of(found), kept)
        return 0
    working = "read" in chosen.rest
    labels = [one for one in labelled() if not working or one.part == "read"]
    found = scores((one, read(folder, one.identifier)) for one in labels)
    if working:
        found = [one for one in found if one.part == "read"]
        print(page(found))
        for one in found:
            for label, why in one.false:
                print(f"{one.topic}: {label.identifier}\n    {label.reason}\n    {why}")
        return 0
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), page(found)), encoding="utf-8")
    print(page(found))
    record(rows_of(found), chosen.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
