"""The texts of the invented governments, written for this demo.

A text is paragraphs parted by blank lines; a paragraph that begins with `#` is
a heading. `{+words+}` are words the law is adding and `{-words-}` words it
strikes, for papers that are printed with such marks. An amended text is made
from the text before it by named edits, so that what a redline has to find can
be read here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Literal

Standing = Literal["plain", "added", "struck"]

_MARKED = re.compile(r"\{\+(.*?)\+\}|\{-(.*?)-\}")


@dataclass(frozen=True, slots=True)
class Paper:
    """The words of one order or bill, before they are printed."""

    text: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """One line of words a paragraph, headings with their `#`."""
        return tuple(" ".join(block.split()) for block in self.text.split("\n\n") if block.strip())

    def revised(self, *edits: tuple[str, str]) -> "Paper":
        """The same paper with each old wording replaced once; raises ValueError if one is absent."""
        text = "\n\n".join(self.paragraphs)
        for old, new in edits:
            if text.count(old) != 1:
                raise ValueError(f"not there exactly once: {old!r}")
            text = text.replace(old, new)
        return Paper(text)


def paper(text: str) -> Paper:
    return Paper(dedent(text).strip())


def runs(paragraph: str) -> Iterator[tuple[str, Standing]]:
    """The words of a paragraph in runs, each plain, added or struck."""
    at = 0
    for found in _MARKED.finditer(paragraph):
        if found.start() > at:
            yield paragraph[at : found.start()], "plain"
        yield (found[1], "added") if found[1] is not None else (found[2], "struck")
        at = found.end()
    if at < len(paragraph):
        yield paragraph[at:], "plain"


def unmarked(paragraph: str) -> str:
    """All words of a paragraph, struck ones too, without the marks."""
    return "".join(words for words, _ in runs(paragraph))
