"""Snippets, cut out of texts, and where in them a match stands."""

import re

from pipelines.lexicon import printable

SNIPPET = 240
"""About how many characters a snippet has."""

_SPACE = re.compile(r"\s+")
_REACH = 1000
"""How much text before a match is looked at: more than any snippet holds of it."""

Place = tuple[int, int]


def snippet_of(text: str, start: int, end: int) -> str:
    """Cut the passage round a span at whole words and put it on one line."""
    if end - start >= SNIPPET:
        return printable(_without_last_part(text, start, start + SNIPPET))
    spare = SNIPPET - (end - start)
    before = min(start, max(spare // 2, spare - (len(text) - end)))
    left = _without_first_part(text, start - before, start)
    right = _without_last_part(text, end, end + spare - before)
    return printable(f"{left}{text[start:end]}{right}")


def _without_first_part(text: str, start: int, end: int) -> str:
    """Cut text[start:end], less a word that starts before it."""
    part = text[start:end]
    if start and not text[start - 1].isspace() and (space := _SPACE.search(part)):
        return part[space.start() :]
    return part


def _without_last_part(text: str, start: int, end: int) -> str:
    """Cut text[start:end], less a word that ends after it."""
    part = text[start:end]
    if end < len(text) and not text[end].isspace():
        spaces = list(_SPACE.finditer(part))
        return part[: spaces[-1].start()] if spaces else part
    return part


def place_in(snippet: str, text: str, start: int, end: int) -> Place | None:
    """The span of a snippet that is text[start:end].

    The same words may stand in it more than once: it is where what comes before
    agrees with the text too. None where the snippet was cut from another text.
    """
    hit = printable(text[start:end])
    if not hit or not snippet:
        return None
    if hit.startswith(snippet):
        return 0, len(snippet)
    before = _letters(text[max(0, start - _REACH) : start])
    at = snippet.find(hit)
    while at >= 0 and not before.endswith(_letters(snippet[:at])):
        at = snippet.find(hit, at + 1)
    return (at, at + len(hit)) if at >= 0 else None


def _letters(text: str) -> str:
    """A text without its spaces, which a snippet folds."""
    return printable(text).replace(" ", "")
