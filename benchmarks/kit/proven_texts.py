"""Successive texts of one bill: what their words and sections prove, what our redline says.

What is proven is read by plain code alone (html.parser, xml.etree, the text that
a publisher gives beside its PDF) and aligned by difflib.
"""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.kit.proof import Fact, Proof
from benchmarks.kit.replay import replayed, text_of
from pipelines.redline import apply, redline
from pipelines.texts import PAGE_BREAK, Redline
from scrapers.items import Link, Measure, Version

STEPS = ("Introduced", "Substitute", "Engrossed", "Enrolled", "Reenrolled", "Chaptered")
LONGER = 1.02
"""How much longer than difflib's our edits may be, in words, before it is told."""
USLM = "{http://schemas.gpo.gov/xml/uslm}"
UNITS = ("section", "subsection", "paragraph", "subparagraph", "recital", "p", "longTitle")
STAGES = ("IH", "IS", "ATS", "EH", "ES", "RFS", "RFH", "RDS", "PCS", "ENR")


# --- Virginia: HTML with marks --------------------------------------------------


class Words(HTMLParser):
    """The words of a page: inline tags join, all others part."""

    INLINE = frozenset(
        {"em", "s", "i", "b", "u", "span", "a", "sup", "sub", "font", "strong", "ins"}
    )

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in self.INLINE:
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.INLINE:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @classmethod
    def of(cls, markup: str) -> list[str]:
        reader = cls()
        reader.feed(markup)
        reader.close()
        return "".join(reader.pieces).replace("\N{SOFT HYPHEN}", "").split()


def virginia(corpus: Path) -> Proof:
    """Each bill's texts in the order they were written, through the store, and their redlines."""
    proof = Proof("Virginia, texts of bills")
    bills: dict[str, list[Mapping[str, Any]]] = {}
    for path in sorted((corpus / "state-bills/virginia/lis-text-versions").glob("*.json")):
        one = json.loads(path.read_text(encoding="utf-8"))
        if one["version_label"] in STEPS:
            bills.setdefault(one["bill"], []).append(one)
    ours = theirs = 0
    for bill, texts in sorted(bills.items()):
        texts.sort(key=lambda one: (one["draft_date"], int(one["version_id"])))
        with replayed("virginia") as replay, TemporaryDirectory() as folder:
            seen: list[tuple[str, str]] = []
            read = []
            for one in texts:
                note = f"{one['version_label']} {one['version_id']}"
                seen.append((note, one["draft_date"][:10]))
                path = Path(folder) / f"{one['version_id']}.html"
                read.append(text_of(path, _paged(one["text"])))
                day = date.fromisoformat(one["draft_date"][:10])
                told = replay.observe(note, day, [_bill(bill, seen)], [tuple(read)])
                proof.found |= told - {Fact(note, bill, "new")}
        for rank, (before, after) in enumerate(pairwise(texts), 1):
            old, new = Words.of(before["text"]), Words.of(after["text"])
            proof.compared += 1
            step = Fact(
                seen[rank][0], bill, "amended" if _letters(old) != _letters(new) else "version"
            )
            proof.proven.add(step)
            bodies = [
                one.extracted.text if one.extracted else "" for one in read[rank - 1 : rank + 1]
            ]
            lengths = _lengths(bodies[0], bodies[1], old, new)
            ours, theirs = ours + lengths[0], theirs + lengths[1]
            if lengths[0] > LONGER * lengths[1] + 5:
                proof.notes.append(
                    f"{bill}, {seen[rank][0]}: {lengths[0]} words in our edits, {lengths[1]} in difflib's"
                )
    proof.notes.insert(
        0,
        f"{proof.name}: every redline's hunks give the new text from the old; they hold {ours:,}"
        f" words where difflib's hold {theirs:,}",
    )
    return proof


def _paged(markup: str) -> bytes:
    return f"<html><head><meta charset=utf-8></head><body>{markup}</body></html>".encode()


def _bill(bill: str, seen: Sequence[tuple[str, str]]) -> Measure:
    return Measure(
        place="us/va", session="20261", identifier=bill, observed=frozenset({"versions"}),
        versions=tuple(
            Version(note=note, date=date.fromisoformat(day), links=(Link(url=f"https://lis.example/{note}"),))
            for note, day in seen
        ),
    )  # fmt: skip


def _letters(words: Iterable[str]) -> str:
    """Letters and digits, without case: what is left is typography."""
    return "".join(filter(str.isalnum, "".join(words).casefold()))


def _lengths(
    old_text: str, new_text: str, old_words: Sequence[str], new_words: Sequence[str]
) -> tuple[int, int]:
    """Words in our edits and in difflib's; a passage that moved counts twice in both."""
    found = redline(old_text, new_text)
    old, new = old_text.split(), new_text.split()
    assert found.hunks or old == new or found.cosmetic
    assert not found.hunks or apply(old, found.hunks) == new, "the hunks do not give the new text"
    ours = sum((one.old_end - one.old_start) + (one.new_end - one.new_start) for one in found.hunks)
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    theirs = sum((b - a) + (d - c) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal")
    return ours, theirs


# --- sections: USLM and Oregon --------------------------------------------------


class Unit(NamedTuple):
    """A section or recital: its name, its words behind the heading, and their letters alone."""

    name: str
    start: int
    end: int
    letters: str


def uslm(corpus: Path) -> Proof:
    """Federal bills: versions of one bill, and reported ones whose XML says what is struck and added."""
    proof = Proof("USLM, sections and recitals")
    versions: dict[str, list[tuple[str, ET.Element]]] = {}
    for path in sorted((corpus / "federal-bills/uslm-versions").iterdir()):
        root = ET.parse(path).getroot()
        main = root.find(f"{USLM}main")
        if main is None:
            continue
        names = [one.text or "" for one in root.iter(f"{USLM}citableAs")]
        name, _, stage = (names[0] if names else path.stem).rpartition(" ")
        versions.setdefault(name, []).append((stage, main))
        if {"added", "deleted"} <= {one.get("changed") for one in main.iter()}:
            _two_views(proof, f"{name} {stage}, as reported", main, main, ("added", "deleted"))
    for name, found in sorted(versions.items()):
        ordered = sorted(found, key=lambda one: STAGES.index(one[0]) if one[0] in STAGES else 0)
        for (_, old), (stage, new) in pairwise(ordered):
            _two_views(proof, f"{name} {stage}", old, new, ("", ""))
    return proof


def _two_views(
    proof: Proof, step: str, old: ET.Element, new: ET.Element, without: tuple[str, str]
) -> None:
    """Compare old without what the one word marks as changed, and new without the other."""
    proof.compared += 1
    before, after = _lines(old, without[0]), _lines(new, without[1])
    units = _units(after, _IN_USLM)
    proof.proven |= _proven(step, {one.letters for one in _units(before, _IN_USLM)}, units)
    proof.found |= _edited(step, redline(before, after), units, _IN_USLM)


def _lines(main: ET.Element, without: str) -> str:
    """The main text, a line for each unit that has a place of its own."""
    pieces: list[str] = []
    _walk(main, without, pieces)
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\v"))
    return "\n".join(line for line in lines if line)


def _walk(element: ET.Element, without: str, pieces: list[str]) -> None:
    name = element.tag.removeprefix(USLM)
    if without and (element.get("changed") == without or name == f"{without}Text"):
        return
    edge = "\v" if name in UNITS else ""
    pieces += [edge, element.text or ""]
    for child in element:
        _walk(child, without, pieces)
        pieces.append(child.tail or "")
    pieces.append(edge)


def oregon(corpus: Path) -> Proof:
    """Introduced and enrolled bills read from PDF, against the text the legislature gives beside them."""
    proof = Proof("Oregon, sections of bills")
    folder = corpus / "state-bills/oregon"
    for enrolled in sorted(folder.glob("*-enrolled.pdf")):
        introduced = enrolled.with_name(enrolled.name.replace("-enrolled", "-introduced"))
        beside = [path.with_suffix(".txt") for path in (introduced, enrolled)]
        if not all(path.exists() for path in (introduced, *beside)):
            continue
        proof.compared += 1
        step = enrolled.name.removesuffix("-enrolled.pdf").removeprefix("measure-")
        old, new = (_units(_without_heads(path), _IN_OREGON) for path in beside)
        proof.proven |= _proven(step, {one.letters for one in old}, new)
        read = [text_of(path).extracted for path in (introduced, enrolled)]
        texts = [one.text.replace(PAGE_BREAK, "\n") if one else "" for one in read]
        edited = _edited(step, redline(*texts), _units(texts[1], _IN_OREGON), _IN_OREGON)
        proof.found |= edited
    return proof


def _without_heads(path: Path) -> str:
    """The text beside a PDF without line numbers, running heads and the note under the first page."""
    text = _NOTE.sub("", path.read_text(encoding="utf-8", errors="replace"))
    return "\n".join(line for line in text.splitlines() if not _HEAD.fullmatch(line))


def _units(text: str, heading: re.Pattern[str]) -> list[Unit]:
    """The units of a text; what stands before the first is none."""
    starts = list(heading.finditer(text))
    ends = [*(one.start() for one in starts[1:]), len(text)][: len(starts)]
    units = []
    for one, following in zip(starts, ends, strict=True):
        signed = _SIGNED.search(text, one.end(), following)
        end = signed.start() if signed else following
        words = text[one.end() : end].split()
        first = len(text[: one.end()].split())
        name = f"section {one['number']}" if one["number"] else "whereas " + " ".join(words[:8])
        units.append(Unit(name, first, first + len(words), _letters([text[one.end() : end]])))
    return units


def _proven(step: str, old: AbstractSet[str], new: Iterable[Unit]) -> set[Fact]:
    """Units of the new text with words that no unit of the old one has; a number is none of them."""
    return {Fact(step, unit.name, "changed") for unit in new if unit.letters not in old}


def _edited(
    step: str, found: Redline, units: Sequence[Unit], heading: re.Pattern[str]
) -> set[Fact]:
    """The units in which the redline has a real edit beyond the heading."""
    facts = set()
    for hunk in found.hunks:
        if hunk.cosmetic or hunk.kind == "move":
            continue
        whole_units_gone = not hunk.new and heading.match(hunk.old)
        for unit in units:
            inside = (
                max(hunk.new_start, unit.start) < min(hunk.new_end, unit.end)
                if hunk.new
                else unit.start <= hunk.new_start <= unit.end and not whole_units_gone
            )
            if inside:
                facts.add(Fact(step, unit.name, "changed"))
    return facts


_IN_USLM = re.compile(r"^(?:(?:SECTION|SEC\.) (?P<number>\d+[A-Z]?)\.|Whereas\b)", re.M)
_IN_OREGON = re.compile(r"^SECTION (?P<number>\d+[a-z]?)\.", re.M)
_SIGNED = re.compile(r"^\s*(?:Passed by (?:House|Senate)|_{10})", re.M)
_HEAD = re.compile(
    r"\s*(?:\d{0,2}|(?:HB|SB) \d+|\[\d+\]|Enrolled (?:House|Senate) Bill \d+ \(.*\) {1,4}Page \d+)\s*"
)
_NOTE = re.compile(r"^NOTE: +Matter in boldfaced.*?^ *LC +\d+.*?$", re.M | re.S)
