"""ICE's workbooks of 287(g) agreements in order: what their cells prove, what we notice.

What is proven is read with openpyxl alone. Two rows of different lists are one
agreement when state, model and name are the same. What is left over is paired by
the address of the agreement, or by likeness of names in one county, unless both
names once stood in one list: then they are two.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import openpyxl

from benchmarks.ice_history import editions
from benchmarks.kit.proof import Fact, Proof
from benchmarks.kit.replay import Replay, replayed
from scrapers.agreements import Agreement, reconcile, unlisted
from scrapers.items import Listing
from scrapers.rows import xlsx_rows
from scrapers.sites.ice_287g import (
    DAYS,
    PARTICIPATING,
    PATIENCE,
    PENDING,
    REQUIRED,
    agreement,
    measure,
)

YEAR = 2026
INDEX = "https://www.ice.gov/"
ALIKE, ALIKE_SAME_DAY, ALIKE_LINKED = 0.8, 0.9, 0.5
GENERIC = frozenset((
    "so", "pd", "sheriffs", "sheriff", "office", "department", "police", "of", "the", "and",
    "city", "county", "parish", "town", "township", "state", "board", "trustees",
))  # fmt: skip
MODELS = ("jail", "task", "warrant")
SPELT = (
    ("sherrif", "sheriff"), ("sheriffs office", "so"), ("police department", "pd"),
    ("saint ", "st "), ("fort ", "ft "), (" parish", " county"),
)  # fmt: skip


class Key(NamedTuple):
    """What names an agreement: state, agency and model, each folded."""

    state: str
    agency: str
    model: str


class Cells(NamedTuple):
    """One row: its name, and what tells it from others of like names."""

    key: Key
    county: str
    signed: str
    address: str


@dataclass(slots=True)
class Reading:
    """One workbook: the rows by key, and the keys of our agreements."""

    kind: str
    day: date
    step: str
    rows: dict[Key, Cells]


def ice(corpus: Path) -> Proof:
    """Every workbook against those before it: agreements new, signed, vanished and restored."""
    proof = Proof("ICE, lists of agreements")
    named: dict[tuple[str, str], Key] = {}
    readings: list[Reading] = []
    participating: list[Agreement] = []
    with replayed("ice-287g") as replay:
        for day, _, kind, path in editions(corpus / "287g/ice/sheets"):
            step = f"{day} {kind}"
            readings.append(Reading(kind, day, step, {one.key: one for one in _cells(path)}))
            rows = _agreements(path)
            if kind == PARTICIPATING:
                participating = rows
            else:
                rows = unlisted(rows, participating)
            proof.found |= _observed(replay, step, day, kind, rows, named)
            proof.compared += len(rows)
    same = _one_agreement(readings)
    proof.proven = {_told(fact) for fact in _proven(readings, same)}
    proof.found = {_told(_of_key(fact, named, same)) for fact in proof.found if fact.kind in KINDS}
    return proof


KINDS = frozenset({"new", "status", "vanished", "restored"})


def _told(fact: Fact) -> Fact:
    """When a thing is known to have vanished depends on patience; that it vanished does not."""
    return fact._replace(step="") if fact.kind == "vanished" else fact


# --- ours -----------------------------------------------------------------------


def _agreements(path: Path) -> list[Agreement]:
    sheets = xlsx_rows(path.read_bytes(), required=REQUIRED, name=path.name)
    return [agreement(row, INDEX, YEAR) for sheet in sheets for row in sheet.rows]


def _observed(
    replay: Replay,
    step: str,
    day: date,
    kind: str,
    rows: Sequence[Agreement],
    named: dict[tuple[str, str], Key],
) -> set[Fact]:
    """One crawl of one list, with what the store knows; `named` learns who is who at each step."""
    known = replay.store.known(replay.source)
    if kind == PENDING:
        known = [one for one in known if one.listing != PARTICIPATING]
    pairs = [
        (row, one) for row, one in zip(rows, reconcile(rows, known), strict=True) if one is not None
    ]
    for row, one in pairs:
        key = Key(_fold(row.state), _agency(row.agency), _model(row.model))
        named[step, one.identifier] = named["", one.identifier] = key
    measures = [measure(row, one, kind) for row, one in pairs]
    listing = Listing(name=kind, rows=len(rows), patience=PATIENCE[kind], days=DAYS[kind])
    return replay.observe(step, day, measures, listing=listing)


def _of_key(fact: Fact, named: Mapping[tuple[str, str], Key], same: "Same") -> Fact:
    key = named.get((fact.step, fact.about)) or named["", fact.about]
    return fact._replace(about=same.name(key))


# --- what the cells prove -------------------------------------------------------


def _cells(path: Path) -> Iterable[Cells]:
    book = openpyxl.load_workbook(path)
    for sheet in book:
        places: dict[str, int] = {}
        for row in sheet.iter_rows():
            words = [str(cell.value).strip() if cell.value is not None else "" for cell in row]
            if "STATE" in words and not places:
                places = {name: place for place, name in enumerate(words) if name}
            elif places and words[places["STATE"]]:
                at = {name: words[place] for name, place in places.items()}
                link = row[places["MOA"]].hyperlink if "MOA" in places else None
                yield Cells(
                    Key(_fold(at["STATE"]), _agency(at["LAW ENFORCEMENT AGENCY"]), _model(at["SUPPORT TYPE"])),
                    _agency(at.get("COUNTY", "")),
                    at.get("SIGNED", ""),
                    str(link.target or "") if link else "",
                )  # fmt: skip


def _fold(words: str) -> str:
    return " ".join(
        "".join(
            c if c.isalnum() else " "
            for c in words.casefold().replace("'", "").replace("\u2019", "")
        ).split()
    )


def _agency(words: str) -> str:
    folded = _fold(words)
    for spelt, short in SPELT:
        folded = folded.replace(spelt, short)
    return "" if folded in ("n a", "na") else folded


def _model(words: str) -> str:
    return next((one for one in MODELS if one in words.casefold()), words.casefold())


@dataclass(slots=True)
class Same:
    """Names that are of one agreement."""

    first: dict[Key, Key] = field(default_factory=dict)

    def root(self, key: Key) -> Key:
        while key in self.first:
            key = self.first[key]
        return key

    def join(self, old: Key, new: Key) -> None:
        old, new = self.root(old), self.root(new)
        if old != new:
            self.first[new] = old

    def name(self, key: Key) -> str:
        return " / ".join(self.root(key))

    def states(self, keys: Iterable[Key]) -> None:
        """A state with letters too many is the one it begins with."""
        known = {key.state for key in keys}
        for key in keys:
            meant = min((one for one in known if key.state.startswith(one)), key=len)
            self.join(key._replace(state=meant), key)


def _one_agreement(readings: Sequence[Reading]) -> Same:
    """Pair what is left over of each list with what was listed before and is not now."""
    same = Same()
    same.states({key for one in readings for key in one.rows})
    before: dict[Key, Cells] = {}
    lists: dict[str, set[Key]] = {PARTICIPATING: set(), PENDING: set()}
    together = {
        frozenset(pair)
        for one in readings
        for pair in combinations(sorted(one.rows), 2)
        if pair[0].state == pair[1].state and pair[0].model == pair[1].model
    }
    for reading in readings:
        left: dict[tuple[str, str], list[Cells]] = defaultdict(list)
        for key, cells in before.items():
            if key not in reading.rows and not (
                reading.kind == PENDING and key in lists[PARTICIPATING]
            ):
                left[key.state, key.model].append(cells)
        for key, cells in reading.rows.items():
            if key in before:
                continue
            fits = [
                one
                for one in left[key.state, key.model]
                if _likeness(one, cells) > 0 and frozenset((one.key, key)) not in together
            ]
            fit = max(fits, key=lambda one: _likeness(one, cells), default=None)
            if fit is not None:
                left[key.state, key.model].remove(fit)
                same.join(fit.key, key)
        before |= reading.rows
        lists[reading.kind] = set(reading.rows)
    return same


def _likeness(old: Cells, new: Cells) -> float:
    """How alike two rows are; 0 for two agreements."""
    ratio = SequenceMatcher(None, old.key.agency, new.key.agency).ratio()
    # The link of one agreement stands beside another's name now and then.
    if old.address and old.address == new.address and ratio >= ALIKE_LINKED:
        return 2.0
    if old.signed and old.signed == new.signed and ratio >= ALIKE_SAME_DAY:
        return 1 + ratio
    if old.county and new.county and old.county != new.county:
        return 0.0
    one, other = (_distinctive(cells.key) for cells in (old, new))
    same_day = bool(old.signed) and old.signed == new.signed
    known_alike = same_day or bool(old.county and new.county)
    if one and other and (one == other or (known_alike and (one <= other or other <= one))):
        return 1 + ratio / 2
    other_day = bool(old.signed and new.signed) and not same_day
    return ratio if ratio >= ALIKE and not other_day else 0.0


def _distinctive(key: Key) -> set[str]:
    """The words of a name that are no kind of agency and not its state."""
    return set(key.agency.split()) - GENERIC - set(key.state.split())


def _proven(readings: Sequence[Reading], same: Same) -> set[Fact]:
    """New: never listed before. Status: listed elsewhere last. Vanished: gone for good, as two
    readings say. Restored: back in its own list after two without it.
    """
    facts: set[Fact] = set()
    where: dict[str, str] = {}
    absent: Counter[str] = Counter()
    participating: set[str] = set()
    for reading in readings:
        shown = {same.name(key) for key in reading.rows}
        if reading.kind == PARTICIPATING:
            participating = shown
        else:
            shown -= participating
        for name in shown:
            facts |= _of_one(reading, name, where.get(name), absent[name])
            where[name], absent[name] = reading.kind, 0
        absent.update(
            name for name, last in where.items() if last == reading.kind and name not in shown
        )
    # The first workbook is what the source begins with.
    facts = {fact for fact in facts if fact.step != readings[0].step}
    return facts | {Fact("", name, "vanished") for name, count in absent.items() if count >= 2}


def _of_one(reading: Reading, name: str, last: str | None, absent: int) -> set[Fact]:
    """What a row says of an agreement that was in the list `last`, and absent from so many since."""
    if last is None:
        return {Fact(reading.step, name, "new")}
    if last != reading.kind:
        return {Fact(reading.step, name, "status")}
    if absent >= 2:
        return {Fact(reading.step, name, "restored"), Fact("", name, "vanished")}
    return set()
