"""A redline side by side: paragraphs and table rows of old, each beside what it became.

Rows follow the paragraphs of new; what was deleted has a row of its own where a
whole paragraph went. Pages and terminals show the same rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise, zip_longest
from typing import Literal

from pipelines.lexicon import printable
from pipelines.render import CELL, ELLIPSIS, shown, spelled, trimmed
from pipelines.sections import outline
from pipelines.shape import shape
from pipelines.texts import Hunk, Redline
from pipelines.volatile import ignored, left_out

PartKind = Literal["same", "inserted", "deleted", "moved-from", "moved-to", "omitted"]
AROUND = 30
"""How many unchanged words of a long paragraph stand on each side of an edit."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of one side; `edit` numbers the edit they are of, from 1."""

    kind: PartKind
    text: str
    edit: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph or table row. `both` is the two sides as one, edits inline.

    `number` counts rows from 1 through the whole text; `skipped` unchanged rows
    were left out before it. `words` are where it stands among the words of new.
    """

    number: int
    section: str
    old: tuple[Part, ...]
    new: tuple[Part, ...]
    both: tuple[Part, ...]
    changed: bool
    skipped: int = 0
    words: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """What changed, in words; `looks` counts the edits of looks alone, `ignored` volatile places."""

    inserted: int
    deleted: int
    moved: int
    looks: int
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class Half:
    """The other half of a move: its row's number, and the section where it stands."""

    row: int
    section: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """All rows shown. `partner` leads from the edit that is half a move to its other half."""

    rows: tuple[Row, ...]
    tally: Tally
    partner: dict[int, Half] = field(default_factory=dict, hash=False)
    left_out: int = 0  # unchanged rows behind the last

    @property
    def sections(self) -> list[tuple[str, int]]:
        """The sections touched, in order, each with the number of its first changed row."""
        first: dict[str, int] = {}
        for row in self.rows:
            if row.changed:
                first.setdefault(row.section, row.number)
        return list(first.items())


def tally(redline: Redline) -> Tally:
    """Count the words of the edits that say something, the edits of looks, what is left out."""
    real = [hunk for hunk in redline.hunks if not hunk.cosmetic]
    edits = [hunk for hunk in real if hunk.kind != "move"]
    return Tally(
        inserted=sum(hunk.new_end - hunk.new_start for hunk in edits),
        deleted=sum(hunk.old_end - hunk.old_start for hunk in edits),
        moved=sum(hunk.new_end - hunk.new_start for hunk in real if hunk.kind == "move"),
        looks=sum(hunk.cosmetic and hunk.volatile is None for hunk in redline.hunks),
        ignored=ignored(redline.hunks).total(),
    )


def told(tally: Tally) -> list[tuple[str, str]]:
    """The counts that are not 0 in words, each with the class it has on a page."""
    counts = [
        ("in", tally.inserted, "word inserted", "words inserted"),
        ("out", tally.deleted, "word deleted", "words deleted"),
        ("moved", tally.moved, "word moved", "words moved"),
        ("looks", tally.looks, "edit of looks only", "edits of looks only"),
    ]
    said = [(name, f"{count:,} {one if count == 1 else many}")
            for name, count, one, many in counts if count]  # fmt: skip
    return said + [("looks", words) for words in [left_out(tally.ignored)] if words]


def pairs(
    redline: Redline, old: str, new: str, *, whole: bool = False, around: int = AROUND
) -> Pairs:
    """Set old beside new; without `whole`, only what changed, with `around` words beside it.

    All text is printable, none is escaped.
    """
    edits = {id(hunk): rank for rank, hunk in enumerate(shown(redline), 1)}
    texts = _Texts(old, new)
    rows: list[Row] = []
    skipped = 0
    places: dict[int, int] = {}
    for number, cuts in enumerate(_grouped(_cuts(redline, texts)), 1):
        ranks = [edits[id(cut.hunk)] for cut in cuts if id(cut.hunk) in edits]
        if not ranks and not whole:
            skipped += 1
            continue
        for rank in ranks:
            places.setdefault(rank, number)
        row = texts.row(number, cuts, edits, None if whole else around)
        rows.append(replace(row, skipped=skipped))
        skipped = 0
    return Pairs(tuple(rows), tally(redline), _partners(redline, edits, places), skipped)


def _partners(redline: Redline, edits: dict[int, int], places: dict[int, int]) -> dict[int, Half]:
    """For each half of a move, by its edit's number, the other half."""
    waiting: dict[tuple[str, bool], list[Hunk]] = {}
    partner: dict[int, Half] = {}
    for hunk in redline.hunks:
        if hunk.kind != "move":
            continue
        words, left = hunk.old or hunk.new, bool(hunk.old)
        others = waiting.get((words, not left))
        if not others:
            waiting.setdefault((words, left), []).append(hunk)
            continue
        halves = hunk, others.pop(0)
        for one, other in (halves, halves[::-1]):
            rank = edits[id(other)]
            partner[edits[id(one)]] = Half(places[rank], printable(other.section))
    return partner


@dataclass(frozen=True, slots=True)
class _Cut:
    """Words [a, b) of old and [c, d) of new, the same unless a hunk says otherwise."""

    a: int
    b: int
    c: int
    d: int
    hunk: Hunk | None
    starts: bool


def _cuts(redline: Redline, texts: "_Texts") -> Iterator[_Cut]:
    """The texts cut at edits and where paragraphs begin."""
    a = c = 0
    goes_on = False  # a deletion took the beginning of this paragraph
    old, new = texts.shapes[0].blocks, texts.shapes[1].blocks
    end = len(texts.words[0]), len(texts.words[1])
    for hunk in (*redline.hunks, None):
        at = (hunk.old_start, hunk.new_start) if hunk else end
        for start, stop in pairwise(_fences(new, c, at[1])):
            yield _Cut(a, a + stop - start, start, stop, None, start in new and not goes_on)
            goes_on = False
            a += stop - start
        if hunk is None:
            return
        if hunk.cosmetic:
            starts = hunk.new_start in new and not goes_on
            yield _Cut(hunk.old_start, hunk.old_end, hunk.new_start, hunk.new_end, hunk, starts)
            goes_on = goes_on and not hunk.new
        else:
            yield from _edit_cuts(hunk, texts)
            goes_on = not hunk.new and hunk.old_end not in old
        a, c = hunk.old_end, hunk.new_end


def _edit_cuts(hunk: Hunk, texts: "_Texts") -> Iterator[_Cut]:
    old, new = texts.shapes[0].blocks, texts.shapes[1].blocks
    gone = list(pairwise(_fences(old, hunk.old_start, hunk.old_end)))
    come = list(pairwise(_fences(new, hunk.new_start, hunk.new_end)))
    a, c = hunk.old_start, hunk.new_start
    for left, right in _matched(gone, come, texts):
        b, d = left[1] if left else a, right[1] if right else c
        starts = bool((left and a in old) or (right and c in new))
        yield _Cut(a, b, c, d, hunk, starts)
        a, c = b, d


_Span = tuple[int, int]


def _matched(
    gone: list[_Span], come: list[_Span], texts: "_Texts"
) -> Iterator[tuple[_Span | None, _Span | None]]:
    """Paragraphs that went beside those that came: the first two, and then what is alike."""
    for rank, (left, right) in enumerate(zip_longest(gone, come)):
        if left is None or right is None or not rank or texts.alike(left, right):
            yield left, right
        else:
            yield None, right
            yield left, None  # last, since what moved away from behind it follows


def _fences(blocks: frozenset[int], start: int, end: int) -> list[int]:
    if start >= end:
        return []
    return [start, *(at for at in range(start + 1, end) if at in blocks), end]


def _grouped(cuts: Iterable[_Cut]) -> Iterator[list[_Cut]]:
    group: list[_Cut] = []
    for cut in cuts:
        if group and cut.starts:
            yield group
            group = []
        group.append(cut)
    if group:
        yield group


class _Texts:
    """The two texts as words, with their shapes and headings."""

    def __init__(self, old: str, new: str) -> None:
        self.words = old.split(), new.split()
        self.shapes = shape(old), shape(new)
        self._outlines = outline(old), outline(new)

    def alike(self, left: _Span, right: _Span) -> bool:
        """Whether a third of the words of the longer one are in both."""
        gone, come = (
            set(self.words[side][slice(*span)]) for side, span in enumerate((left, right))
        )
        return 3 * len(gone & come) >= max(len(gone), len(come))

    def row(
        self, number: int, cuts: Sequence[_Cut], edits: dict[int, int], around: int | None
    ) -> Row:
        come = next((cut.c for cut in cuts if cut.c < cut.d), None)
        section = self._outlines[0].at(cuts[0].a) if come is None else self._outlines[1].at(come)
        old: list[Part] = []
        new: list[Part] = []
        both: list[Part] = []
        last = len(cuts) - 1
        for rank, cut in enumerate(cuts):
            edit = edits.get(id(cut.hunk), 0)
            if edit and cut.hunk:
                self._edit(cut, cut.hunk, edit, (old, new, both))
                continue
            ends = (rank == 0, rank == last)
            one = self._same(0, cut.a, cut.b, ends, around)
            other = self._same(1, cut.c, cut.d, ends, around)
            old += one
            new += other
            both += other
        return Row(
            number=number, section=printable(section), old=_joined(old), new=_joined(new),
            both=_joined(both), changed=any(part.edit for part in (*old, *new)),
            words=(cuts[0].c, cuts[-1].d),
        )  # fmt: skip

    def _edit(
        self, cut: _Cut, hunk: Hunk, edit: int, sides: tuple[list[Part], list[Part], list[Part]]
    ) -> None:
        old, new, both = sides
        is_all = (cut.a, cut.b, cut.c, cut.d) == (
            hunk.old_start, hunk.old_end, hunk.new_start, hunk.new_end,
        )  # fmt: skip
        head, tail = trimmed(hunk) if is_all else (0, 0)
        leads = (
            self._plain(0, cut.a, cut.a + head), self._plain(1, cut.c, cut.c + head)
        )  # fmt: skip
        tails = self._plain(0, cut.b - tail, cut.b), self._plain(1, cut.d - tail, cut.d)
        moves = hunk.kind == "move"
        gone = self._part("moved-from" if moves else "deleted", 0, cut.a + head, cut.b - tail, edit)
        come = self._part("moved-to" if moves else "inserted", 1, cut.c + head, cut.d - tail, edit)
        old += [*leads[0], *gone, *tails[0]]
        new += [*leads[1], *come, *tails[1]]
        # One sign between cells is enough where both sides begin with it.
        again = come[1:] if gone and come and come[0] == gone[0] else come
        both += [*leads[1], *gone, *again, *tails[1]]

    def _part(self, kind: PartKind, side: int, start: int, end: int, edit: int) -> list[Part]:
        if start >= end:
            return []
        text = spelled(self.words[side][start:end], start, self.shapes[side])
        return [*self._sign(side, start), Part(kind, text, edit)]

    def _plain(self, side: int, start: int, end: int) -> list[Part]:
        return self._part("same", side, start, end, 0)

    def _sign(self, side: int, at: int) -> list[Part]:
        tabs = self.shapes[side].cells.get(at, 0)
        return [Part("same", " ".join([CELL] * tabs))] if tabs else []

    def _same(
        self, side: int, start: int, end: int, ends: tuple[bool, bool], around: int | None
    ) -> list[Part]:
        """Unchanged words, a long stretch of them without what is far from any edit."""
        first, last = ends
        keep = (0 if first else around or 0, 0 if last else around or 0)
        if around is None or (first and last) or end - start <= sum(keep) + around:
            return self._plain(side, start, end)
        return [
            *self._plain(side, start, start + keep[0]),
            Part("omitted", ELLIPSIS),
            *self._plain(side, end - keep[1], end),
        ]


def _joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Neighbouring unchanged words as one part."""
    return tuple(
        Part(kind, " ".join(part.text for part in group), edit) if kind == "same" else part
        for (kind, edit), members in groupby(parts, key=lambda part: (part.kind, part.edit))
        for group in [list(members)]
        for part in (group[:1] if kind == "same" else group)
    )
