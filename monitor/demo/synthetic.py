"""Any number of synthetic measures, as values: what each is on each day, made from the seed alone.

Nothing is kept: a measure is worked out when it is asked for, so a load of any
size needs the memory of one.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Literal

from config.vocabulary import ChangeKind
from monitor.demo.words import amended, sections, subject, watched

Form = Literal["bills-pdf", "bills-html", "orders-pdf"]

START = date(2026, 3, 1)
FORMS: tuple[Form, ...] = ("bills-pdf", "bills-html", "bills-pdf", "orders-pdf")
"""How a jurisdiction publishes, by its number, over and over."""

NEW_A_DAY = 0.004
ACTION, AMENDMENT, TITLE = 0.02, 0.008, 0.002
"""How likely a measure moves, is amended, is retitled on a day."""

SENTENCES = (
    "Public hearing in committee", "Reported favorably by committee", "Second reading",
    "Amendment adopted", "Third reading, passed", "Referred to the committee on rules",
)  # fmt: skip
STATES = (
    "al", "az", "ca", "co", "ct", "ga", "ia", "id", "il", "in", "ks", "ky", "la", "ma", "md", "me",
    "mi", "mn", "mo", "ms", "mt", "nc", "nd", "ne", "nh", "nj", "nm", "nv", "ny", "oh", "ok", "or",
    "pa", "ri", "sc", "sd", "tn", "tx", "ut", "va", "vt", "wa", "wi", "wv", "wy",
)  # fmt: skip


@dataclass(frozen=True)
class Jurisdiction:
    """One synthetic government: its number, how it publishes, how many measures it began with."""

    number: int
    count: int
    seed: int

    @property
    def name(self) -> str:
        return f"load-{self.number:04}"

    @property
    def place(self) -> str:
        """Invented towns, spread over the states: a place must lie in one."""
        return f"us/{STATES[self.number % len(STATES)]}/loadville_{self.number:04}"

    @property
    def form(self) -> Form:
        return FORMS[self.number % len(FORMS)]

    @property
    def orders(self) -> bool:
        return self.form == "orders-pdf"

    def count_on(self, day: int) -> int:
        """How many measures it has on a day; new ones come evenly, each place at its own time."""
        part = chance(self.seed, self.number, "new")
        return self.count + int(self.count * NEW_A_DAY * day + part) - int(part)

    def measure(self, number: int, day: int) -> "Synthetic":
        """The measure of a number, from 1, as it is on a day."""
        return Synthetic(self, number, day)


@dataclass(frozen=True)
class Synthetic:
    """One measure on one day."""

    home: Jurisdiction
    number: int
    day: int

    @property
    def identifier(self) -> str:
        return f"Executive Order 2026-{self.number:04}" if self.home.orders else f"CB {self.number}"

    @cached_property
    def born(self) -> int:
        """The day on which it was published, 0 for those that were there before."""
        return next(day for day in range(self.day + 1) if self.home.count_on(day) >= self.number)

    def rng(self, *more: object) -> random.Random:
        return random.Random(f"{self.home.seed}/{self.home.number}/{self.number}/{more}")  # noqa: S311 (no secret)

    @cached_property
    def topic(self) -> str:
        return watched(self.rng("topic"))

    @cached_property
    def brief(self) -> str:
        rng = self.rng("title")
        return subject(rng, self.topic).capitalize()

    @cached_property
    def events(self) -> tuple[tuple[int, ChangeKind], ...]:
        """What happened to it up to its day, as (day, kind), oldest first; at most one a day."""
        found = []
        for day in range(self.born + 1, self.day + 1):
            drawn = chance(self.home.seed, self.home.number, self.number, day)
            if drawn < AMENDMENT:
                found.append((day, ChangeKind.AMENDED))
            elif not self.home.orders and drawn < AMENDMENT + TITLE:
                found.append((day, ChangeKind.TITLE))
            elif not self.home.orders and drawn < AMENDMENT + TITLE + ACTION:
                found.append((day, ChangeKind.ACTION))
        return tuple(found)

    def days_of(self, kind: ChangeKind) -> list[int]:
        return [day for day, what in self.events if what is kind]

    @property
    def title(self) -> str:
        times = len(self.days_of(ChangeKind.TITLE))
        return f"{self.brief}, as retitled {times}" if times else self.brief

    @property
    def introduced(self) -> date:
        before = 1 + int(chance(self.home.seed, self.home.number, self.number, "age") * 59)
        return when(self.born or -before)

    @property
    def steps(self) -> list[tuple[date, str]]:
        """Its history, as (day, words)."""
        first = [(self.introduced, "First reading, referred to committee")]
        moved = self.days_of(ChangeKind.ACTION)
        return first + [
            (when(day), f"{SENTENCES[rank % len(SENTENCES)]}") for rank, day in enumerate(moved)
        ]

    @property
    def prints(self) -> list[tuple[str, date]]:
        """The texts it has, as (note, day): bills add one with each amendment, orders rewrite theirs."""
        if self.home.orders:
            return [("signed", when(max([self.born, *self.days_of(ChangeKind.AMENDED)])))]
        later = enumerate(self.days_of(ChangeKind.AMENDED), 1)
        return [("Original", self.introduced), *((f"Amendment {n}", when(day)) for n, day in later)]

    def text(self, version: int) -> list[str]:
        """The paragraphs after so many amendments."""
        return list(text_of(self.home.seed, self.home.number, self.number, self.topic, version))

    @property
    def version(self) -> int:
        """How often it was amended."""
        return len(self.days_of(ChangeKind.AMENDED))

    @property
    def change(self) -> ChangeKind | None:
        """What is news of it on its day."""
        if self.day and self.born == self.day:
            return ChangeKind.NEW
        return next((kind for day, kind in self.events if day == self.day), None)


@lru_cache(maxsize=256)
def text_of(seed: int, place: int, number: int, topic: str, version: int) -> tuple[str, ...]:
    """A text after so many amendments."""
    paragraphs = sections(random.Random(f"{seed}/{place}/{number}/text"), topic)  # noqa: S311 (no secret)
    for amendment in range(version):
        rng = random.Random(f"{seed}/{place}/{number}/amendment/{amendment}")  # noqa: S311 (no secret)
        paragraphs = amended(paragraphs, rng)
    return tuple(paragraphs)


def when(day: int) -> date:
    return START + timedelta(days=day)


def chance(*names: object) -> float:
    """A number from 0 to 1 that belongs to names."""
    drawn = blake2b("/".join(map(str, names)).encode(), digest_size=8).digest()
    return int.from_bytes(drawn, "big") / 2**64
