"""Laws whose sections are told by their mark-up: the printed text, and where each part begins.

Federal bills (USLM) have an element for each level with its number; Virginia's
bills head each section of the code and each clause in a paragraph of its own
kind. Only the words and the numbers as printed are given to what is measured.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

from bs4 import BeautifulSoup

from benchmarks.kit.papers import WORDS

LEVELS = frozenset(
    {"section", "subsection", "paragraph", "subparagraph", "clause", "subclause", "item"}
)
DIVISIONS = frozenset({"title", "subtitle", "chapter", "part", "division"})
QUOTED = "quotedContent"
_TAG = re.compile(r"\{[^}]*\}")
_CODE = re.compile(r"§\s*([\d.:\-]+\d)\.")
_CLAUSE = re.compile(r"(\d+)\. That\b")


@dataclass(slots=True)
class Law:
    """A text, and places in it with the citation that its mark-up gives them."""

    name: str
    text: str = ""
    places: list[tuple[int, str]] = field(default_factory=list)


def federal(folder: Path) -> Iterator[Law]:
    """Bills in USLM, the latest print of each; those without sections are left out."""
    for path in sorted(folder.glob("*.[xX][mM][lL]")):
        root = ET.fromstring(path.read_bytes())
        law = Law(path.stem)
        for main in root.iter():
            if _name(main) in {"main", "resolution-body"}:
                _Printer(law).element(main, "", None)
        if law.places:
            yield law


class _Printer:
    """Writes elements as they are printed, a line a numbered element unless it runs in."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.cited = ""  # of a number after which nothing was printed yet

    def element(self, element: ET.Element, own: str, quoted: str | None) -> None:
        """`own` is the citation so far, `quoted` that within quoted law, None outside it."""
        name = _name(element)
        if name == QUOTED:
            quoted = ""
        if name in {"recital", "resolvingClause"}:
            own = "Recitals" if name == "recital" else ""
            self.words("\n")
        number = next((child for child in element if _name(child) == "num"), None)
        if name in LEVELS | DIVISIONS and number is not None:
            self.words("" if "inline" in element.get("class", "") else "\n")
            self.words("".join(number.itertext()), numbers=True)
            mark = "".join(number.itertext()).strip(' .\u201c\u201d"\u2014')
            cited = _cited(name, mark, own if quoted is None else quoted)
            own, quoted = (cited, None) if quoted is None else (own, cited)
            self.cited = _both(own, quoted)
        elif name in {"heading", "chapeau", "content", "continuation", "p"}:
            self.words(" " if name != "continuation" else "\n")
        self.words(element.text or "")
        for child in element:
            if child is not number:
                self.element(child, own, quoted)
            self.words(child.tail or "")

    def words(self, text: str, *, numbers: bool = False) -> None:
        if self.cited and text.strip() and not numbers:
            self.law.places.append((len(self.law.text), self.cited))
            self.cited = ""
        if text == "\n":
            self.law.text = self.law.text.rstrip() + "\n"
        else:
            self.law.text += re.sub(r"\s+", " ", text)


def _name(element: ET.Element) -> str:
    return _TAG.sub("", element.tag) if isinstance(element.tag, str) else ""


def _cited(name: str, mark: str, above: str) -> str:
    if name in DIVISIONS:
        return f"{name.capitalize()} {mark.rsplit(maxsplit=1)[-1]}"
    if name == "section":
        return (
            f"§ {mark[1:].strip()}"
            if mark.startswith("§")
            else f"Section {mark.rsplit(maxsplit=1)[-1]}"
        )
    return above + mark


def _both(own: str, quoted: str | None) -> str:
    return f"{own}, quoting {quoted}" if quoted is not None else own


def virginia(folder: Path) -> Iterator[Law]:
    """Bills as the legislature's site marks them, down to the section of the code or the clause."""
    for path in sorted(folder.glob("*.json")):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        law = Law(path.stem)
        cited = ""
        for block in BeautifulSoup(recorded["text"], "html.parser").find_all("p"):
            words = " ".join(block.get_text().split())
            kind = " ".join(block.get("class") or ())
            if kind == "catchln" and (found := _CODE.match(words)):
                cited = f"§ {found[1]}"
            elif kind == "enactcls" and (found := _CLAUSE.match(words)):
                cited = f"Clause {found[1]}"
            if words and cited:
                law.places.append((len(law.text) + len(words) // 2, cited))
            law.text += f"{words}\n"
        if any(one != other for (_, one), (_, other) in pairwise(law.places)):
            yield law


def made(count: int) -> Iterator[Law]:
    """Laws of our own: all levels, run-in numbers, references at line starts, quoted law."""
    for number in range(count):
        chance = random.Random(number)
        law = Law(f"made {number}")
        for section in range(1, chance.randint(4, 9)):
            law.text += f"{'SECTION' if section == 1 else 'SEC.'} {section}. RULES.\n"
            if chance.randrange(3):
                _levels(law, f"Section {section}", "", chance)
            else:
                law.text += f"Section {chance.randint(1, 90)} of the Act is amended by adding:\n"
                _levels(law, f"Section {section}, quoting § {section}0", "\u201c", chance)
        yield law


def _levels(law: Law, cited: str, quote: str, chance: random.Random) -> None:
    """Subsections, paragraphs and clauses under a heading; the last one of quoted law ends it."""
    if quote:
        law.text += f"{quote}§ {cited.rpartition(' ')[2]}. New rules.\n"
    letters = "abcdefghij"[: chance.randint(2, 10)]
    for letter in letters:
        law.text += f"{quote}({letter}) "
        for figure in range(1, chance.randint(2, 5)):
            law.text += f"{'' if figure == 1 else quote}({figure}) "
            law.places.append((len(law.text), f"{cited}({letter})({figure})"))
            romans = ("i", "ii", "iii", "iv", "v")[: chance.randint(0, 5)]
            law.text += f"{_words(chance)} under\nsubsection (a) or\nSection {figure} of the Act"
            law.text += ":\n" if romans else ".\n"
            for roman in romans:
                law.text += f"{quote}({roman}) "
                law.places.append((len(law.text), f"{cited}({letter})({figure})({roman})"))
                law.text += f"{_words(chance)};\n"
    if quote:
        law.text = law.text.rstrip() + "\u201d.\n"


def _words(chance: random.Random) -> str:
    return f"the {' '.join(chance.choices(WORDS, k=12))}"
