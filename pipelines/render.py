"""A redline for people, inline: as HTML, as segments a terminal colours, as plain text; and as JSON.

The first three show the same passages: each edit with some words round it, under the
heading where it stands; rows of a table stay rows, with "|" between cells. Words
come from documents of strangers, so HTML is escaped, and control, bidirectional
and invisible characters never get out. Edits of looks alone are shown as
unchanged words, unless there is nothing else to show. Side by side stands in
`pipelines.render_pairs`, whole pages in `pipelines.render_page`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import takewhile
from typing import Any, Literal

from pipelines.citation import Lines, WordPlaces, citation_json, doubt, location
from pipelines.clean import normalise
from pipelines.lexicon import printable
from pipelines.shape import Shape, shape
from pipelines.texts import Hunk, Page, Redline

Kind = Literal["same", "inserted", "deleted", "moved-from", "moved-to", "omitted"]

CONTEXT = 12
"""How many unchanged words stand on each side of an edit."""

UNCHANGED = "No words changed."
COSMETIC = "Only spacing, capitals, punctuation or numbering changed."
NO_SECTION = "At the beginning"
ELLIPSIS = "…"
CELL = "|"
"""What parts the cells of a table row."""
_HYPHEN = re.compile(r"(?<=[^\W\d_])-\s?(?=[^\W\d_])")

_TAGS: dict[Kind, tuple[str, str]] = {
    "same": ("", ""),
    "omitted": ('<span class="omitted">', "</span>"),
    "inserted": ("<ins>", "</ins>"),
    "deleted": ("<del>", "</del>"),
    "moved-from": ('<del class="moved" title="moved from here">', "</del>"),
    "moved-to": ('<ins class="moved" title="moved to here">', "</ins>"),
}
_SIGNS: dict[Kind, tuple[str, str]] = {
    "same": ("", ""),
    "omitted": ("", ""),
    "inserted": ("{+", "+}"),
    "deleted": ("[-", "-]"),
    "moved-from": ("[-moved from here: ", "-]"),
    "moved-to": ("{+moved to here: ", "+}"),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """Some words that are the same, gone, come or left out."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring edits with the words round them, under one heading.

    Page, lines and confidence are those of the new text, where they are known.
    """

    section: str
    segments: tuple[Segment, ...]
    page: int | None = None
    lines: Lines | None = None
    confidence: float = 1.0

    @property
    def heading(self) -> str:
        """Where it stands, as it is cited, and how far to trust it."""
        return f"{self.place} ({self.doubt})" if self.doubt else self.place

    @property
    def place(self) -> str:
        """Where it stands, with a capital letter."""
        words = location(self) or NO_SECTION
        return words[0].upper() + words[1:]

    @property
    def doubt(self) -> str:
        """What a reader must know of a page that was hard to read, else ""."""
        return doubt(self.confidence)


def passages(
    redline: Redline,
    old: str,
    new: str,
    *,
    context: int = CONTEXT,
    longest: int | None = None,
    pages: Sequence[Page] = (),
) -> tuple[Passage, ...]:
    """List the edits of a redline of these two texts, grouped where they lie close.

    `longest` is how many words of one edit are shown; the middle of a longer
    one is left out and counted. `pages` are those of the new text, so that a
    passage can be cited by page and line. All text is printable, none is escaped.
    """
    hunks = shown(redline)
    if not hunks:
        return ()
    words = new.split()
    shapes = shape(old), shape(new)
    groups = list(_groups(hunks, 2 * context, shapes))
    fence = [0, *(end for group in groups for end in _ends(group)), len(words)]
    places = WordPlaces(pages)
    made = []
    for rank, group in enumerate(groups):
        start = max(fence[2 * rank], group[0].new_start - context)
        end = min(fence[2 * rank + 3], group[-1].new_end + context)
        if row := _row(group[0], shapes):
            start, end = max(start, row[0]), min(end, max(row[1], group[-1].new_end))
        made.append(_passage(group, words, (start, end), longest, shapes, places))
    return tuple(made)


def render_html(
    redline: Redline,
    old: str,
    new: str,
    *,
    context: int = CONTEXT,
    longest: int | None = None,
    pages: Sequence[Page] = (),
) -> str:
    """Render a fragment of HTML: one <section class="redline"> a passage, nothing unescaped."""
    if not redline.hunks:
        said = COSMETIC if redline.cosmetic else UNCHANGED
        return f'<p class="redline-none">{said}</p>'
    blocks = []
    for passage in passages(redline, old, new, context=context, longest=longest, pages=pages):
        body = " ".join(
            f"{_TAGS[segment.kind][0]}{escape(segment.text)}{_TAGS[segment.kind][1]}"
            for segment in passage.segments
        )
        heading = escape(passage.heading)
        blocks.append(f'<section class="redline"><h4>{heading}</h4><p>{body}</p></section>')
    return "\n".join(blocks)


def render_segments(
    redline: Redline,
    old: str,
    new: str,
    *,
    context: int = CONTEXT,
    longest: int | None = None,
    pages: Sequence[Page] = (),
) -> list[tuple[str, str]]:
    """Give pairs of a kind and its text, in order; the caller colours by kind.

    Kinds are those of Segment, and "section" for a heading and "break" for what
    stands between. The texts put together are what `render_text` gives.
    """
    if not redline.hunks:
        return [("same", COSMETIC if redline.cosmetic else UNCHANGED)]
    pairs: list[tuple[str, str]] = []
    for passage in passages(redline, old, new, context=context, longest=longest, pages=pages):
        if pairs:
            pairs.append(("break", "\n\n"))
        pairs += [("section", passage.heading), ("break", "\n")]
        for rank, segment in enumerate(passage.segments):
            if rank:
                pairs.append(("break", " "))
            opening, closing = _SIGNS[segment.kind]
            pairs.append((segment.kind, f"{opening}{segment.text}{closing}"))
    return pairs


def render_text(
    redline: Redline,
    old: str,
    new: str,
    *,
    context: int = CONTEXT,
    longest: int | None = None,
    pages: Sequence[Page] = (),
) -> str:
    """Render plain text: [-gone-] and {+come+}."""
    pairs = render_segments(redline, old, new, context=context, longest=longest, pages=pages)
    return "".join(text for _, text in pairs)


def redline_json(redline: Redline, pages: Sequence[Page] = ()) -> dict[str, Any]:
    """Write a redline as JSON values, under the names the command line promises.

    `pages` are those of the new text: each hunk then says where it can be cited.
    """
    places = WordPlaces(pages)
    return {
        "equal": redline.equal,
        "cosmetic": redline.cosmetic,
        "inserted": redline.inserted,
        "deleted": redline.deleted,
        "hunks": [
            {
                "kind": hunk.kind,
                "section": hunk.section,
                "old": hunk.old,
                "new": hunk.new,
                "old_start": hunk.old_start,
                "old_end": hunk.old_end,
                "new_start": hunk.new_start,
                "new_end": hunk.new_end,
                "cosmetic": hunk.cosmetic,
                "volatile": hunk.volatile is not None,
            }
            | citation_json(places.at(hunk.new_start, hunk.new_end, hunk.section))
            for hunk in redline.hunks
        ],
    }


def shown(redline: Redline) -> Sequence[Hunk]:
    """The edits that say something, or all when none does."""
    return [hunk for hunk in redline.hunks if not hunk.cosmetic] or redline.hunks


def spelled(words: Sequence[str], first: int, lies: Shape) -> str:
    """Words of a text as one string, with a sign before each cell but the first word's.

    `first` is where in the text they begin.
    """
    if not lies.cells:
        return printable(" ".join(words))
    told: list[str] = []
    for at, word in enumerate(words, first):
        told += [CELL] * (lies.cells.get(at, 0) if told else 0)
        told.append(word)
    return printable(" ".join(told))


def _plain(text: str) -> str:
    """Fold glyphs away, and hyphens that broke a word at a line end when there was one."""
    return _HYPHEN.sub("", normalise(text))


def _groups(hunks: Sequence[Hunk], reach: int, shapes: tuple[Shape, Shape]) -> Iterator[list[Hunk]]:
    group: list[Hunk] = []
    for hunk in hunks:
        near = group and hunk.new_start - group[-1].new_end <= reach
        here = near and hunk.section == group[-1].section
        if group and not (here and _row(hunk, shapes) == _row(group[-1], shapes)):
            yield group
            group = []
        group.append(hunk)
    if group:
        yield group


def _row(hunk: Hunk, shapes: tuple[Shape, Shape]) -> tuple[int, int] | None:
    """The row of new in which an edit stands; of a row that went, the place where it was."""
    if hunk.new:
        return shapes[1].row_at(hunk.new_start)
    row = shapes[0].row_at(hunk.old_start)
    if row is None:
        return None
    if row[0] == hunk.old_start and row[1] <= hunk.old_end:
        return hunk.new_start, hunk.new_start
    at_its_end = hunk.old_end >= row[1]
    return shapes[1].row_at(hunk.new_start - at_its_end) or (hunk.new_start, hunk.new_start)


def _ends(group: list[Hunk]) -> tuple[int, int]:
    return group[0].new_start, group[-1].new_end


def _passage(
    group: list[Hunk],
    new: list[str],
    around: tuple[int, int],
    longest: int | None,
    shapes: tuple[Shape, Shape],
    places: WordPlaces,
) -> Passage:
    at, end = around
    segments = [Segment("omitted", ELLIPSIS)] if at else []
    for hunk in group:
        segments += _same(new, at, hunk.new_start, shapes[1])
        segments += _edit(hunk, new, longest, shapes)
        at = hunk.new_end
    segments += _same(new, at, end, shapes[1])
    if end < len(new):
        segments.append(Segment("omitted", ELLIPSIS))
    place = places.at(*_ends(group))
    return Passage(
        section=printable(group[0].section),
        segments=tuple(segments),
        page=place.page,
        lines=place.lines,
        confidence=place.confidence,
    )


def _same(words: Sequence[str], start: int, end: int, lies: Shape) -> Iterator[Segment]:
    if start < end:
        lead = f"{CELL} " * lies.cells.get(start, 0)
        yield Segment("same", lead + spelled(words[start:end], start, lies))


def _edit(
    hunk: Hunk, new: Sequence[str], longest: int | None, shapes: tuple[Shape, Shape]
) -> Iterator[Segment]:
    head, tail = trimmed(hunk)
    gone, come = hunk.old.split(), hunk.new.split()
    a, c = hunk.old_start + head, hunk.new_start + head
    moves = hunk.kind == "move"
    yield from _same(new, hunk.new_start, c, shapes[1])
    gone, come = gone[head : len(gone) - tail], come[head : len(come) - tail]
    tabs = shapes[0].cells.get(a, 0) if gone else shapes[1].cells.get(c, 0)
    if tabs:
        yield Segment("same", " ".join([CELL] * tabs))
    if gone:
        yield Segment("moved-from" if moves else "deleted", _shortened(gone, a, shapes[0], longest))
    if come:
        yield Segment("moved-to" if moves else "inserted", _shortened(come, c, shapes[1], longest))
    yield from _same(new, hunk.new_end - tail, hunk.new_end, shapes[1])


def trimmed(hunk: Hunk) -> tuple[int, int]:
    """Count the words at the beginning and the end of an edit that only glyphs tell apart."""
    old, new = hunk.old.split(), hunk.new.split()
    if hunk.kind == "move" or not old or not new:
        return 0, 0
    head = _alike(old, new)
    return head, _alike(old[head:][::-1], new[head:][::-1])


def _alike(old: list[str], new: list[str]) -> int:
    """Count the words at the beginning that only glyphs tell apart, but never all."""
    pairs = list(zip(old, new, strict=False))
    if len(old) == len(new) and all(_plain(one) == _plain(other) for one, other in pairs):
        return 0
    return len(list(takewhile(lambda pair: _plain(pair[0]) == _plain(pair[1]), pairs)))


def _shortened(words: Sequence[str], first: int, lies: Shape, longest: int | None) -> str:
    if longest is None or len(words) <= longest:
        return spelled(words, first, lies)
    head = longest - longest // 2
    tail = len(words) - longest // 2
    left_out = f"{ELLIPSIS} {tail - head} words {ELLIPSIS}"
    ends = spelled(words[:head], first, lies), left_out, spelled(words[tail:], first + tail, lies)
    return " ".join(filter(None, ends))
