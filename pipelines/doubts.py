"""Words that were hard to read in a picture, on their way to `Page.doubtful`.

They travel as spans of a line's text, beside what is struck or underlined, so
that whatever mends the text and moves those moves these: a word keeps its doubt
through a broken line, a line number taken away and a symbol put right.
"""

from collections.abc import Iterable

from scrapers.marked import Doubt, Span

DOUBTED = 0.6
"""A word of lower confidence is hard to read."""


def doubt(confidence: float) -> Doubt:
    """The kind of a span whose words were read with this confidence, from 0 to 1."""
    return Doubt(f"{confidence:.2f}")


def without_doubts(
    spans: Iterable[Span],
) -> tuple[list[Span], tuple[tuple[int, int, float], ...]]:
    """The spans that are drawn, and the doubts among them as (start, end, confidence), in order."""
    drawn: list[Span] = []
    doubtful: list[tuple[int, int, float]] = []
    for span in spans:
        if span.kind[0].isdigit():
            doubtful.append((span.start, span.end, float(span.kind)))
        else:
            drawn.append(span)
    return drawn, tuple(sorted(doubtful))
