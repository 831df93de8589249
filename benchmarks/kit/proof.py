"""What the data itself proves against what was noticed: missed, invented, and the page of both."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.kit.tables import table

LONGEST = 160


class Fact(NamedTuple):
    """One change: between which recordings, of what, and its kind."""

    step: str
    about: str
    kind: str


@dataclass(slots=True)
class Proof:
    """The changes of one kind of data; `compared` counts rows, texts or bills held side by side."""

    name: str
    compared: int = 0
    proven: set[Fact] = field(default_factory=set)
    found: set[Fact] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    @property
    def missed(self) -> list[Fact]:
        return sorted(self.proven - self.found)

    @property
    def invented(self) -> list[Fact]:
        return sorted(self.found - self.proven)


def page(proofs: Sequence[Proof]) -> str:
    """The table of all proofs, what was proven by kind, then each miss and invention by name."""
    head = ("data", "compared", "proven", "found", "missed", "invented")
    rows = [
        (
            one.name, f"{one.compared:,}", f"{len(one.proven):,}",
            f"{len(one.proven & one.found):,}", str(len(one.missed)), str(len(one.invented)),
        )
        for one in proofs
    ]  # fmt: skip
    parts = [table(head, rows)]
    parts += [f"- {one.name}: {_kinds(one)}." for one in proofs if one.proven]
    parts += [f"- {note}" for one in proofs for note in one.notes]
    parts += [line for one in proofs for line in _listed(one)]
    return "\n".join([parts[0], "", *parts[1:], ""])


def _kinds(proof: Proof) -> str:
    counts = Counter(fact.kind for fact in proof.proven)
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{kind} {count:,}" for kind, count in ranked)


def _listed(proof: Proof) -> Iterator[str]:
    for title, facts in (("missed", proof.missed), ("invented", proof.invented)):
        if facts:
            yield f"\n<details><summary>{proof.name}, {title}: {len(facts)}</summary>\n"
            yield from (f"- {_told(fact)}" for fact in facts)
            yield "\n</details>"


def _told(fact: Fact) -> str:
    step = f"{fact.step}: " if fact.step else ""
    return f"{step}{fact.about[:LONGEST]}: {fact.kind}"
