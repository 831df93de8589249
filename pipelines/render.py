"""A redline for people: as HTML, as segments a terminal colours, as plain text; and as JSON.

The first three show the same passages: each edit with some words round it, under the
heading where it stands. Words come from documents of strangers, so HTML is
escaped, and control, bidirectional and invisible characters never get out.
Edits in which only glyphs differ are shown as unchanged words, unless there is
nothing else to show.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import takewhile
from string import Template
from typing import Any, Literal

from pipelines.citation import Lines, WordPlaces, citation_json, doubt, location
from pipelines.clean import normalise
from pipelines.lexicon import printable
from pipelines.texts import Hunk, Page, Redline

Kind = Literal["same", "inserted", "deleted", "moved-from", "moved-to", "omitted"]

CONTEXT = 12
"""How many unchanged words stand on each side of an edit."""

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 Georgia, serif; }
ins { background: #d8f3dc; text-decoration: none; }
del { background: #ffdfdc; }
.moved { background: #dce8ff; }
.omitted { color: #777; }
</style>
</head>
<body>
<h1>$title</h1>
<p>$told</p>
$body
</body>
</html>
""")
_UNCHANGED = "No words changed."
_COSMETIC = "Only spacing, capitals, punctuation or numbering changed."
_NO_SECTION = "At the beginning"
_ELLIPSIS = "…"
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
        words = location(self) or _NO_SECTION
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
    del old  # its words are in the hunks
    words = new.split()
    groups = list(_groups(_shown(redline), 2 * context))
    places = WordPlaces(pages)
    fence = [0, *(end for group in groups for end in _ends(group)), len(words)]
    return tuple(
        _passage(
            group,
            words,
            max(fence[2 * rank], group[0].new_start - context),
            min(fence[2 * rank + 3], group[-1].new_end + context),
            longest,
            places,
        )
        for rank, group in enumerate(groups)
    )


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
        said = _COSMETIC if redline.cosmetic else _UNCHANGED
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


def render_page(
    redline: Redline,
    old: str,
    new: str,
    *,
    title: str,
    context: int = CONTEXT,
    pages: Sequence[Page] = (),
) -> str:
    """Render a whole HTML page that stands by itself and may load and run nothing."""
    told = f"{redline.inserted} words inserted, {redline.deleted} deleted"
    return _PAGE.substitute(
        title=escape(printable(title)),
        told=escape(told),
        body=render_html(redline, old, new, context=context, pages=pages),
    )


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
        return [("same", _COSMETIC if redline.cosmetic else _UNCHANGED)]
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
            }
            | citation_json(places.at(hunk.new_start, hunk.new_end, hunk.section))
            for hunk in redline.hunks
        ],
    }


def _shown(redline: Redline) -> Sequence[Hunk]:
    return [hunk for hunk in redline.hunks if not hunk.cosmetic] or redline.hunks


def _plain(text: str) -> str:
    """Fold glyphs away, and hyphens that broke a word at a line end when there was one."""
    return _HYPHEN.sub("", normalise(text))


def _groups(hunks: Sequence[Hunk], reach: int) -> Iterator[list[Hunk]]:
    group: list[Hunk] = []
    for hunk in hunks:
        near = group and hunk.new_start - group[-1].new_end <= reach
        if group and not (near and hunk.section == group[-1].section):
            yield group
            group = []
        group.append(hunk)
    if group:
        yield group


def _ends(group: list[Hunk]) -> tuple[int, int]:
    return group[0].new_start, group[-1].new_end


def _passage(
    group: list[Hunk],
    new: list[str],
    start: int,
    end: int,
    longest: int | None,
    places: WordPlaces,
) -> Passage:
    segments = [Segment("omitted", _ELLIPSIS)] if start else []
    at = start
    for hunk in group:
        segments += _same(new[at : hunk.new_start])
        segments += _edit(hunk, longest)
        at = hunk.new_end
    segments += _same(new[at:end])
    if end < len(new):
        segments.append(Segment("omitted", _ELLIPSIS))
    place = places.at(*_ends(group))
    return Passage(
        section=printable(group[0].section),
        segments=tuple(segments),
        page=place.page,
        lines=place.lines,
        confidence=place.confidence,
    )


def _same(words: list[str]) -> list[Segment]:
    return [Segment("same", printable(" ".join(words)))] if words else []


def _edit(hunk: Hunk, longest: int | None) -> Iterator[Segment]:
    if hunk.kind == "move":
        side: Kind = "moved-from" if hunk.old else "moved-to"
        yield Segment(side, _shortened((hunk.old or hunk.new).split(), longest))
        return
    old, new = hunk.old.split(), hunk.new.split()
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    yield from _same(new[:head])
    if gone := old[head : len(old) - tail]:
        yield Segment("deleted", _shortened(gone, longest))
    if come := new[head : len(new) - tail]:
        yield Segment("inserted", _shortened(come, longest))
    yield from _same(new[len(new) - tail :])


def _alike(old: list[str], new: list[str]) -> int:
    """Count the words at the beginning that only glyphs tell apart, but never all."""
    pairs = list(zip(old, new, strict=False))
    if len(old) == len(new) and all(_plain(one) == _plain(other) for one, other in pairs):
        return 0
    return len(list(takewhile(lambda pair: _plain(pair[0]) == _plain(pair[1]), pairs)))


def _shortened(words: list[str], longest: int | None) -> str:
    if longest is None or len(words) <= longest:
        return printable(" ".join(words))
    head = longest - longest // 2
    tail = longest - head
    left_out = f"{_ELLIPSIS} {len(words) - longest} words {_ELLIPSIS}"
    shown = [*words[:head], left_out, *words[len(words) - tail :]]
    return printable(" ".join(shown))
