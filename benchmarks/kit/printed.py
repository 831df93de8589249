"""Bills of our own in print, whose words and marks are known: the truth needs no reader.

Set as legislatures do: line numbers, a running head, words broken at line ends,
section signs, citations, and new and struck matter after the conventions that
docs/markup.md tells of. Beside them stands what looks like marks and is none:
headings that are underlined or bold, capitals of a title, rules between parts.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from reportlab.lib.pagesizes import letter
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from benchmarks.kit.papers import WORDS

LINES = 30
LEFT, WIDTH, LEADING = 95, 440, 21
SIZE = 12
BROKEN_AFTER = 5  # letters of a word broken at a line's end
LONG = ("enforcement", "immigration", "department", "government", "identification")
CITED = (
    ("8", "U.S.C.", "1357(g)"),
    ("8", "U.S.C.", "§", "1373"),
    ("section", "287(g)"),
    ("§", "10-843"),
    ("Section", "5-104.1(a)(2)"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """How words of one kind are set. `rules` are heights above the baseline, in points."""

    font: str = "Times-Roman"
    rules: tuple[float, ...] = ()
    capitals: bool = False
    brackets: bool = False


STRUCK, UNDERLINED = Look(rules=(3.5,)), Look(rules=(-1.5,))
BOLD, ITALIC = Look(font="Times-Bold"), Look(font="Times-Italic")
Set = tuple[str, str]  # words and of what kind they are


@dataclass(frozen=True, slots=True)
class House:
    """A house's convention: its looks by kind, what opens its law, its legend.

    `aside` are lines that no law adds or strikes, in looks of their own.
    """

    name: str
    looks: Mapping[str, Look]
    opening: tuple[Set, ...] = ()
    legend: tuple[str, ...] = ()
    aside: tuple[Set, ...] = ()


HOUSES = (
    House(
        "a legend of rules",
        {"added": UNDERLINED, "struck": STRUCK},
        legend=(
            "EXPLANATION: Underlining indicates matter added to existing law.",
            "Strike out indicates matter stricken from existing law.",
        ),
    ),
    House(
        "as in Maryland",
        {
            "added": Look(capitals=True), "amended": UNDERLINED,
            "struck": Look(brackets=True), "stricken": STRUCK,
        },
        opening=(
            ("A BILL ENTITLED", ""), ("AN ACT concerning", ""),
            ("SECTION 1. BE IT ENACTED BY THE GENERAL ASSEMBLY OF MARYLAND,", ""),
            ("That the Laws of Maryland read as follows:", ""),
        ),
        legend=(
            "EXPLANATION: CAPITALS INDICATE MATTER ADDED TO EXISTING LAW.",
            "[Brackets] indicate matter deleted from existing law.",
            "Underlining indicates amendments to bill.",
            "Strike out indicates matter stricken from the bill by amendment.",
        ),
    ),
    House(
        "as in Oregon",
        {"added": BOLD, "struck": Look(font="Times-Italic", brackets=True), "lead": BOLD},
        opening=(
            ("A BILL FOR AN ACT", "lead"),
            ("Be It Enacted by the People of the State of Oregon:", "lead"),
            ("SECTION 1.", "lead"), ("ORS 181A.820 is amended to read:", ""),
        ),
        legend=(
            "NOTE: Matter in boldfaced type in an amended section is new; matter [italic and",
            "bracketed] is existing law to be omitted. New sections are in boldfaced type.",
        ),
    ),
    House(
        "as in New York",
        {"added": Look(font="Times-Italic", rules=(-1.5,)), "struck": Look(brackets=True)},
        opening=(
            ("The People of the State of New York, represented in Senate and Assembly,", ""),
            ("do enact as follows:", ""),
        ),
        legend=(
            "EXPLANATION--Matter in italics (underscored) is new; matter in brackets",
            "[ ] is old law to be omitted.",
        ),
    ),
    House(
        "as in Philadelphia",
        {"added": ITALIC, "struck": Look(brackets=True), "lead": BOLD},
        opening=(("THE COUNCIL OF THE CITY OF PHILADELPHIA HEREBY ORDAINS:", "lead"),),
        legend=("Explanation: [Brackets] indicate matter deleted. Italics indicate new matter added.",),
    ),
    House(
        "rules without a legend",
        {"added": UNDERLINED, "struck": STRUCK, "lead": UNDERLINED},
        opening=(("Section 10-843 of the code is amended to read as follows:", ""),),
        aside=(("Powers of the Board", "lead"),),
    ),
    House(
        "an order, no marks",
        {"lead": UNDERLINED, "heading": BOLD, "title": ITALIC},
        opening=(("EXECUTIVE ORDER", "heading"), ("Protecting the People of the State", "title")),
        aside=(("Purpose and Policy", "lead"), ("REPORTS OF THE OFFICE", "heading")),
    ),
)  # fmt: skip
KINDS = {"added": "added", "amended": "added", "struck": "struck", "stricken": "struck"}


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF, its words in order, and which of them are struck and added."""

    body: bytes
    text: str
    struck: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(slots=True)
class _Press:
    """A bill in the making."""

    canvas: Canvas
    house: House
    head: str
    text: list[str] = field(default_factory=list)
    page: int = 0
    line: int = LINES

    def set_line(self, words: Sequence[Set]) -> None:
        """Print one line; a full page is followed by another."""
        if self.line == LINES:
            self.begin_page()
        self.line += 1
        y = 735 - LEADING * self.line
        self.canvas.setFont("Times-Roman", SIZE)
        self.canvas.drawRightString(80, y, str(self.line))
        x = float(LEFT)
        for kind, run in _runs(words):
            look = self.house.looks.get(kind, Look())
            self.canvas.setFont(look.font, SIZE)
            self.canvas.drawString(x, y, run)
            end = x + stringWidth(run, look.font, SIZE)
            for rule in look.rules:
                self.canvas.line(x, y + rule, end, y + rule)
            x = end + stringWidth(" ", look.font, SIZE)

    def begin_page(self) -> None:
        if self.page:
            self.canvas.showPage()
        self.page, self.line = self.page + 1, 0
        self.canvas.setFont("Times-Roman", SIZE)
        self.canvas.drawCentredString(306, 760, f"{self.page}   {self.head}")
        self.canvas.line(LEFT, 84, LEFT + WIDTH, 84)  # a rule that marks nothing


def bill(number: int, pages: int = 3, house: House = HOUSES[0]) -> Printed:
    """One bill; the same number, pages and house give the same bill."""
    chance = random.Random(number)
    buffer = BytesIO()
    press = _Press(Canvas(buffer, pagesize=letter, invariant=1), house, f"HOUSE BILL {number}")
    for opening in house.opening:
        press.set_line([opening])
        press.text.append(opening[0])
    marked: dict[str, list[str]] = {"struck": [], "added": []}
    stream = _stream(chance, house, marked, press.text)
    rest: Set | None = None
    while press.page < pages or press.line < LINES:
        # An aside takes the line below, so the last two are left to the law.
        is_last = press.page == pages and press.line >= LINES - 2
        closes = bool(house.aside) and not is_last and not chance.randrange(9)
        words, rest = _filled(stream, rest, house, may_break=not (closes or is_last))
        if closes:
            words.append(("thing.", ""))
            press.text.append("thing.")
        press.set_line(words)
        if closes:
            aside = chance.choice(house.aside)
            press.set_line([aside])
            press.text += (aside[0], "The")
            rest = ("The", "")
    if rest:
        raise AssertionError("the last line must hold its words whole")
    press.canvas.setFont("Times-Roman", 9)
    for place, told in enumerate(house.legend):
        press.canvas.drawString(LEFT, 70 - 12 * place, told)
    press.text += house.legend
    press.canvas.save()
    return Printed(
        buffer.getvalue(), " ".join(press.text), tuple(marked["struck"]), tuple(marked["added"])
    )


def _stream(
    chance: random.Random, house: House, marked: dict[str, list[str]], text: list[str]
) -> Iterator[Set]:
    """Words without end, each written to the truth when it is taken."""
    kinds = [kind for kind in house.looks if kind in KINDS]
    while True:
        passages = [("", chance.randint(8, 20))]
        if kinds:
            passages += [(chance.choice(kinds), chance.randint(2, 12))]
            passages += [(chance.choice(kinds), chance.randint(1, 6))] * chance.randrange(2)
        for kind, count in passages:
            words = chance.choices((*WORDS, *LONG), k=count)
            if not chance.randrange(3):
                words += chance.choice(CITED)
            look = house.looks.get(kind, Look())
            if look.brackets:
                words = [f"[{words[0]}", *words[1:]]
                words[-1] += "]"
            for word in words:
                shown = word.upper() if look.capitals else word
                text.append(shown)
                if kind:
                    marked[KINDS[kind]].append(shown)
                yield shown, kind


def _filled(
    stream: Iterator[Set], rest: Set | None, house: House, *, may_break: bool
) -> tuple[list[Set], Set | None]:
    """The words of one line, and the second half of the one that is broken at its end."""
    line = [rest] if rest else []
    room = WIDTH - sum(_width(one, house) for one in line)
    while room > 90:
        line.append(next(stream))
        room -= _width(line[-1], house)
    word, kind = line[-1]
    if may_break and word.lower() in LONG and line[-1] is not rest:
        line[-1] = (f"{word[:BROKEN_AFTER]}-", kind)
        return line, (word[BROKEN_AFTER:], kind)
    return line, None


def _width(word: Set, house: House) -> float:
    return float(stringWidth(f"{word[0]} ", house.looks.get(word[1], Look()).font, SIZE))


def _runs(words: Sequence[Set]) -> Iterator[Set]:
    """Neighbours of one kind as one run: (kind, words)."""
    run: list[str] = []
    for place, (word, kind) in enumerate(words):
        run.append(word)
        if place + 1 == len(words) or words[place + 1][1] != kind:
            yield kind, " ".join(run)
            run = []
