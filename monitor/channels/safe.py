"""Words from elsewhere, made fit for a header, a terminal or a line of text.

Scraped titles can carry line breaks (which would start a header of their own),
terminal commands, and direction or zero-width marks (which make a reader see
other words than the ones that stand there). They end here.
"""

import re
import unicodedata

# Other (C*): control, format (bidi, zero-width), surrogate, private use, unassigned.
# Zl and Zp are the two separators that some programs read as line breaks.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPACES = re.compile(r"\s+")
_ELLIPSIS = "…"


def one_line(text: str, limit: int = 0) -> str:
    """`text` on one line: spaces folded, unseen marks out, cut at `limit` characters if given."""
    spaced = _SPACES.sub(" ", text)
    seen = "".join(mark for mark in spaced if unicodedata.category(mark) not in _UNSEEN)
    line = _SPACES.sub(" ", seen).strip()
    return shortened(line, limit) if limit else line


def lines(text: str) -> str:
    """`text` with its line breaks (as LF) and without any other unseen mark."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(
        mark for mark in kept if mark == "\n" or unicodedata.category(mark) not in _UNSEEN
    )


def shortened(line: str, limit: int) -> str:
    """At most `limit` characters, cut between words where one is near, with an ellipsis."""
    if len(line) <= limit:
        return line
    room = line[: limit - 1]
    between = room.rfind(" ")
    return (room[:between] if between > limit // 2 else room).rstrip(" ,;:") + _ELLIPSIS
