"""Marks of real bills without our reader: by pdfplumber's lines and fonts, letter by letter."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pdfplumber

from pipelines.markup import as_it_was
from pipelines.texts import Extracted

THIN = 2.5  # points
ENACTED = "BeItEnactedbythePeopleoftheStateofOregon:"
LEAD = re.compile(r"SECTION\d+[a-z]?\.")
LEGEND = re.compile(
    r"NOTE:Matterinboldfaced.{0,120}?boldfacedtype\.(?:LC\d+)?"
    r"|EXPLANATION:CAPITALS.{0,200}?byamendment"
)
SECTION = re.compile(
    r"[\n\f](\d{1,3}[A-Z]?\.\d{3})\. (.*?)(?=[\n\f](?:SECTION|\d{1,3}[A-Z]?\.\d{3}\. )|\Z)",
    re.DOTALL,
)
NOTE = re.compile(r"\s*NOTE: Matter in boldfaced.*?boldfaced type\.\s*LC \d+\s*", re.DOTALL)
BRACKETED = re.compile(r"\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters and digits by how they are set, but those of legends.

    `struck` and `underlined` leave out what stands in brackets.
    """

    struck: Counter[str]
    underlined: Counter[str]
    new_in_bold: Counter[str]


def by_geometry(path: Path) -> Letters:
    """What thin boxes and lines strike and underline, and what is bold after Oregon's clause."""
    letters: list[tuple[str, bool, bool, bool]] = []
    with pdfplumber.open(path) as document:
        for page in document.pages:
            thin = [
                (line["x0"], line["x1"], (line["top"] + line["bottom"]) / 2)
                for line in [*page.rects, *page.lines]
                if line["bottom"] - line["top"] < THIN
            ]
            for letter in page.chars:
                if letter["text"].strip():  # brackets are told below
                    middle = (letter["x0"] + letter["x1"]) / 2
                    base = letter["bottom"] - 0.22 * letter["size"]
                    heights = [
                        (base - y) / letter["size"]
                        for left, right, y in thin
                        if left - 0.3 <= middle <= right + 0.3
                    ]
                    is_struck = any(0.1 <= height <= 0.5 for height in heights)
                    is_under = any(-0.3 <= height <= 0.06 for height in heights)
                    letters.append(
                        (letter["text"], is_struck, is_under, "Bold" in letter["fontname"])
                    )
            page.close()
    text = "".join(letter[0][0] for letter in letters)
    depths = list(accumulate((letter == "[") - (letter == "]") for letter in text))
    lead, legend = (
        {place for found in pattern.finditer(text) for place in range(*found.span())}
        for pattern in (LEAD, LEGEND)
    )
    enacted = text.find(ENACTED) + len(ENACTED) if ENACTED in text else len(text)
    places = [at for at, letter in enumerate(text) if letter.isalnum() and at not in legend]
    free = [at for at in places if depths[at] <= 0]
    return Letters(
        Counter(text[at] for at in free if letters[at][1]),
        Counter(text[at] for at in free if letters[at][2] and not letters[at][1]),
        Counter(text[at] for at in places if letters[at][3] and at >= enacted and at not in lead),
    )


def marked(extracted: Extracted, kind: str) -> Counter[str]:
    """The letters that we mark, those struck without what stands in brackets."""
    text = extracted.text
    spans = (text[one.start : one.end] for one in extracted.marks if one.kind == kind)
    bare = (BRACKETED.sub("", span) if kind == "struck" else span for span in spans)
    return Counter(letter for span in bare for letter in span if letter.isalnum())


def old_law(extracted: Extracted) -> dict[str, str]:
    """Oregon's sections as they were, without the signs of their marks and all blanks."""
    text = NOTE.sub(" ", as_it_was(extracted.text, extracted.marks))
    return {number: re.sub(r"[\s\[\]-]+", "", law).lower() for number, law in SECTION.findall(text)}
