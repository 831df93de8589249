"""The strip above a drawn page: what is shown, how far to trust it, what colours mean."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from pipelines.extract.placing import Box

_WHITE, _INK, _GREY, _WARNING = (255, 255, 255), (32, 32, 32), (120, 120, 120), (180, 0, 0)
_USUAL_WIDTH = 1100  # pixels; on wider strips everything is larger, so that it can be read
_LARGEST = 4


class Entry(NamedTuple):
    """Words of the caption, and what paints the sample before them, if there is one."""

    words: str
    paint: Callable[[ImageDraw.ImageDraw, Box], None] | None = None


def caption(
    width: int, heading: str, doubts: str, entries: Sequence[Entry], *, warning: bool = False
) -> Image.Image:
    """A strip of this width: the heading, a line of doubts if there are any, the entries.

    The doubts are red where they are a `warning`. Entries that find no room
    beside the others go on to the next row; words wider than the strip are cut.
    """
    return _Strip(width).painted(heading, doubts, entries, _WARNING if warning else _INK)


class _Strip:
    """Measures in pixels, and how they become a strip."""

    def __init__(self, width: int) -> None:
        scale = min(max(1.0, width / _USUAL_WIDTH), _LARGEST)
        self._width = width
        self._pad, self._row, self._letters, self._sample = (
            round(scale * size) for size in (12, 26, 16, 28)
        )
        self._font = ImageFont.load_default(self._letters)

    def painted(
        self, heading: str, doubts: str, entries: Sequence[Entry], colour: tuple[int, int, int]
    ) -> Image.Image:
        rows = self._rows(entries)
        lines = 1 + bool(doubts) + len(rows)
        height = 2 * self._pad + self._row * lines - (self._row - self._letters) // 2
        strip = Image.new("RGB", (self._width, height), _WHITE)
        pen = ImageDraw.Draw(strip)
        self._write(pen, heading, self._pad, self._pad, _INK)
        top = self._pad + self._row
        if doubts:
            self._write(pen, doubts, self._pad, top, colour)
            top += self._row
        for row in rows:
            for left, entry in row:
                if entry.paint:
                    right, bottom = left + self._sample, top + round(1.2 * self._letters)
                    entry.paint(pen, Box(left, top, right, bottom))
                self._write(pen, entry.words, left + self._indent(entry), top, _INK)
            top += self._row
        pen.line((0, height - 1, self._width, height - 1), fill=_GREY)
        return strip

    def _rows(self, entries: Sequence[Entry]) -> list[list[tuple[int, Entry]]]:
        """The entries with where each begins, as many in a row as there is room for."""
        rows: list[list[tuple[int, Entry]]] = []
        left = self._width
        for entry in entries:
            needs = self._indent(entry) + round(self._font.getlength(_plain(entry.words)))
            if left + needs > self._width - self._pad:
                rows.append([])
                left = self._pad
            rows[-1].append((left, entry))
            left += needs + 2 * self._pad
        return rows

    def _indent(self, entry: Entry) -> int:
        return self._sample + self._pad if entry.paint else 0

    def _write(
        self,
        pen: ImageDraw.ImageDraw,
        words: str,
        left: int,
        top: int,
        colour: tuple[int, int, int],
    ) -> None:
        """Words in one line, cut where there is no room for them."""
        words, room = _plain(words), self._width - self._pad - left
        if self._font.getlength(words) > room:
            while words and self._font.getlength(f"{words}...") > room:
                words = words[:-1]
            words += "..."
        pen.text((left, top), words, fill=colour, font=self._font)


_LONGEST = 400  # characters; no strip has room for more


def _plain(words: str) -> str:
    return "".join(mark if mark.isprintable() else " " for mark in words[:_LONGEST])
