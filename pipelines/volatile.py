"""Volatile parts of texts: found again in a text, and set apart from what an edit says.

A part is a place between words (`before` and `after`, folded as
`stamps.folded` says: "<date>" for a date, "#" for figures; START and END stand
for the text's own ends) and a shape. A shape is one atom a word: the class of a
stamp ("date"), "=word" for that very word, "*" for any word. "?" before them
says that they may be absent; "~9" is a place of up to nine words of any kind.

A place is found only where all of its context stands round it, so what a
publisher amends beside it is told as ever.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.align import Gap
from pipelines.stamps import class_of, folded
from pipelines.texts import Hunk, Volatile

START, END = "\u22a2", "\u22a3"
PRINTED = frozenset(
    {"printed", "generated", "downloaded", "retrieved", "print", "printout", "timestamp"}
)
"""Words beside which a server says when it made what it sends."""
COUNTED = frozenset({"visitor", "visitors", "visits", "views", "hits", "downloads", "counter"})

_CONTEXT_ALONE = 4  # common words that name a place when none of them speaks of printing
_WITH_LABEL = 3
_EACH_SIDE = 2  # of them on each side, where the shape could be anything


@dataclass(frozen=True, slots=True)
class Place:
    """Words [start, end) of a text that stand in a volatile part; it may be empty."""

    start: int
    end: int
    part: Volatile


@dataclass(frozen=True, slots=True)
class _Pattern:
    part: Volatile
    before: tuple[str, ...]
    atoms: tuple[str, ...]
    after: tuple[str, ...]
    optional: bool
    most: int  # words of any kind, 0 where the atoms say which


def set_apart(
    edits: Sequence[Gap], old: Sequence[str], new: Sequence[str], parts: Iterable[Volatile]
) -> tuple[list[Gap], dict[Gap, Volatile]]:
    """Cut edits at the volatile places of both texts; returns them all, and which are ignored.

    What stands in a place of the same part on both sides is an edit of its own
    and ignored. All edits, in order, still make new from old. Pure.
    """
    patterns = [_pattern(part) for part in parts]
    if not patterns:
        return list(edits), {}
    cut: list[Gap] = []
    ignored: dict[Gap, Volatile] = {}
    for edit in edits:
        for gap, part in _cut(edit, old, new, patterns):
            cut.append(gap)
            if part is not None:
                ignored[gap] = part
    return cut, ignored


def ignored(hunks: Iterable[Hunk]) -> Counter[Volatile]:
    """How many places of each part a redline leaves out; edits within one stamp are one place."""
    found: Counter[Volatile] = Counter()
    last, beyond = None, 0
    for hunk in hunks:
        part = hunk.volatile
        if part is not None and (part != last or hunk.new_start >= beyond):
            found[part] += 1
            pattern = _pattern(part)
            last, beyond = part, hunk.new_start + (pattern.most or len(pattern.atoms))
    return found


def left_out(count: int) -> str:
    """Say how many places are left out, "" where none is."""
    if not count:
        return ""
    verbs = "place that changes at every visit is" if count == 1 else (
        "places that change at every visit are"
    )  # fmt: skip
    return f"{count:,} {verbs} left out"


def places(parts: Iterable[Volatile], words: Sequence[str], first: int, last: int) -> list[Place]:
    """The volatile places of a text that overlap or touch words [first, last), in order. Pure."""
    return _places([_pattern(part) for part in parts], words, first, last)


def generalised(part: Volatile, other: Volatile) -> Volatile | None:
    """The part of which both are cases, None where their contexts have too little in common.

    They must have one shape. Four common words name a place, or three where one
    of them speaks of printing or counting; a shape that could be anything needs
    two on each side.
    """
    if part.shape != other.shape:
        return None
    before = _common(part.before.split()[::-1], other.before.split()[::-1])[::-1]
    after = _common(part.after.split(), other.after.split())
    literal = [atom[1:] for atom in part.shape.split() if atom.startswith("=")]
    if "~" in part.shape or "*" in part.shape:
        enough = min(len(before), len(after)) >= _EACH_SIDE
    else:
        near = {*literal, *before[-3:], *after[:2]}
        labelled = bool(near & (PRINTED | COUNTED))
        size = len(before) + len(after) + len(literal)
        enough = size >= (_WITH_LABEL if labelled else _CONTEXT_ALONE)
    return Volatile(" ".join(before), part.shape, " ".join(after)) if enough else None


def covers(part: Volatile, other: Volatile) -> bool:
    """Whether every place of `other` is one of `part` too."""
    return part.shape == other.shape and _ends(other.before.split()[::-1], part.before.split()[::-1]) and (
        _ends(other.after.split(), part.after.split())
    )  # fmt: skip


def shape_of(old: Sequence[str], new: Sequence[str]) -> str:
    """The shape of a place that held some words and then others; one side may be empty."""
    if not old or not new:
        return " ".join(["?", *(class_of(word) or f"={folded(word)}" for word in old or new)])
    if len(old) != len(new):
        return f"~{2 * max(len(old), len(new))}"
    return " ".join(map(_atom, old, new))


def _atom(old: str, new: str) -> str:
    if (name := class_of(old)) and name == class_of(new):
        return name
    return f"={folded(old)}" if folded(old) == folded(new) else "*"


def _common(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """The words with which both begin."""
    alike = next(
        (at for at, both in enumerate(zip(one, other, strict=False)) if both[0] != both[1]),
        min(len(one), len(other)),
    )
    return list(one[:alike])


def _ends(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    return list(longer[: len(shorter)]) == list(shorter)


@lru_cache(maxsize=1 << 12)
def _pattern(part: Volatile) -> _Pattern:
    atoms = tuple(part.shape.split())
    most = int(atoms[0][1:]) if atoms[0].startswith("~") else 0
    optional = atoms[0] == "?"
    return _Pattern(
        part, tuple(part.before.split()), () if most else atoms[optional:],
        tuple(part.after.split()), optional, most,
    )  # fmt: skip


def _cut(
    edit: Gap, old: Sequence[str], new: Sequence[str], patterns: Sequence[_Pattern]
) -> Iterator[tuple[Gap, Volatile | None]]:
    a, c = edit.a, edit.c
    for left, right in _paired(
        _places(patterns, old, edit.a, edit.b), _places(patterns, new, edit.c, edit.d)
    ):
        place = Gap(
            max(left.start, a), min(left.end, edit.b), max(right.start, c), min(right.end, edit.d)
        )
        if place.a > place.b or place.c > place.d or (place.a == place.b and place.c == place.d):
            continue
        yield from _said(Gap(a, place.a, c, place.c), old, new)
        yield place, left.part
        a, c = place.b, place.d
    yield from _said(Gap(a, edit.b, c, edit.d), old, new)


def _said(gap: Gap, old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Gap, None]]:
    """What an edit says beside a place, if anything."""
    if list(old[gap.a : gap.b]) != list(new[gap.c : gap.d]):
        yield gap, None


def _paired(olds: Sequence[Place], news: Sequence[Place]) -> Iterator[tuple[Place, Place]]:
    """The places of the same part in both texts, in order."""
    rest = iter(news)
    for left in olds:
        ahead = [right for right in news if right.part == left.part]
        if not ahead:
            continue
        for right in rest:
            if right.part == left.part:
                yield left, right
                break


def _places(
    patterns: Sequence[_Pattern], words: Sequence[str], first: int, last: int
) -> list[Place]:
    found = [
        Place(start, end, pattern.part)
        for pattern in patterns
        for start in range(max(0, first - (pattern.most or len(pattern.atoms))), last + 1)
        if _stands_before(pattern.before, words, start)
        for end in _ends_at(pattern, words, start)
        if end >= first
    ]
    found.sort(key=lambda place: (place.start, -place.end))
    apart: list[Place] = []
    for place in found:
        if not apart or place.start > apart[-1].end or place.start == apart[-1].end < place.end:
            apart.append(place)
    return apart


def _ends_at(pattern: _Pattern, words: Sequence[str], start: int) -> Iterator[int]:
    """Where a place that starts here ends: nowhere, or once."""
    if pattern.most:
        lengths: Iterable[int] = range(pattern.most + 1)
    else:
        fits = _fits(pattern.atoms, words, start)
        lengths = [len(pattern.atoms)] * fits + [0] * pattern.optional
    for length in lengths:
        if start + length <= len(words) and _stands_after(pattern.after, words, start + length):
            yield start + length
            return


def _fits(atoms: Sequence[str], words: Sequence[str], start: int) -> bool:
    if start + len(atoms) > len(words):
        return False
    return all(
        atom == "*" or (folded(word) == atom[1:] if atom[0] == "=" else class_of(word) == atom)
        for atom, word in zip(atoms, words[start : start + len(atoms)], strict=True)
    )


def _stands_before(context: Sequence[str], words: Sequence[str], start: int) -> bool:
    """Whether the context ends where a place starts; the cheapest word is looked at first."""
    for back, word in enumerate(reversed(context), 1):
        at = start - back
        if word == START:
            if at != -1:
                return False
        elif at < 0 or folded(words[at]) != word:
            return False
    return True


def _stands_after(context: Sequence[str], words: Sequence[str], end: int) -> bool:
    for at, word in enumerate(context, end):
        if word == END:
            if at != len(words):
                return False
        elif at >= len(words) or folded(words[at]) != word:
            return False
    return True
