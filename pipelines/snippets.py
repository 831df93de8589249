"""Where in its snippet a match stands."""

from pipelines.lexicon import printable

_REACH = 1000
"""How much text before a match is looked at: more than any snippet holds of it."""

Place = tuple[int, int]


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
