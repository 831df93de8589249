"""The word-level difference of two texts, with sections and moves.

Words are what stands between white space, punctuation included. Each hunk says
that the words [old_start, old_end) of old become the words [new_start, new_end)
of new; the words between hunks are the same in both. Hunks stand in the order
of the texts, so `apply` needs only to put each one's new words where its old
words were.

A move is two hunks of kind "move": one where the passage left (old holds it,
the new range is empty) and one where it arrived (new holds it, the old range is
empty). Both halves are ordinary edits to `apply`, and the two belong together
because their words are the same. Moved words count neither as inserted nor as
deleted. Words changed within a moved passage are hunks of their own.

`section` is the heading above the hunk in new, or in old where the hunk has no
new words.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from pipelines.align import Gap, Run, align, encode, gaps
from pipelines.clean import normalise
from pipelines.margins import Margins, only_margins, only_notes
from pipelines.moves import Move, find_moves
from pipelines.renumbering import (
    Numbered,
    Renumbering,
    at_headings,
    changed_places,
    masked,
    numbered,
    unmasked,
    without_numbers,
)
from pipelines.sections import Outline, outline
from pipelines.shape import shape
from pipelines.slides import is_mark, renumbered, settled
from pipelines.tabular import Side, by_rows
from pipelines.texts import Hunk, Redline, Volatile
from pipelines.trifles import bare, begins_heading, is_trifle
from pipelines.volatile import set_apart

# One or two shared words tell a reader nothing between two edits that are each
# so many times longer: they join them.
_STRAY_WORDS = 2
_TIMES_LONGER = 4
_STOPS = (".", ";", ":")


def redline(
    old: str, new: str, *, scanned: bool = False, volatile: Iterable[Volatile] = ()
) -> Redline:
    """Find what changed from old to new; `scanned` says that one of them was read from pictures.

    What stands in the `volatile` parts of their source is set apart as cosmetic.
    Pure; raises align.TooManyWordsError for absurd texts.
    """
    if old == new:
        return Redline(equal=True, cosmetic=False, inserted=0, deleted=0)
    old_words, new_words = old.split(), new.split()
    if old_words == new_words:
        return Redline(equal=False, cosmetic=True, inserted=0, deleted=0)
    outlines = outline(old), outline(new)
    words = old_words, new_words
    sides = numbered(old_words, new_words, outlines)
    compared = _compared((old, new), words, sides, volatile)
    if changed_places(compared.moves, sides):
        sides = masked(sides)
        compared = _compared((old, new), words, sides, volatile)
    renumbering = Renumbering(compared.alike, compared.moves, sides)
    renumbering.add_marks(compared.moves, words, outlines)
    moves = list(without_numbers(compared.moves, old_words, new_words, sides))
    pieces = [piece for edit in compared.edits for piece in _pieces(edit, moves, old_words)]
    margins = Margins(old), Margins(new)
    renumbering.add_notes(move for move in moves if only_notes(move, *margins))
    found = _hunks(pieces, words, outlines, renumbering, margins, scanned=scanned)
    hunks = tuple(_with_volatile(found, compared.ignored))
    return Redline(
        equal=False,
        cosmetic=all(hunk.cosmetic for hunk in hunks) or _is_cosmetic(old, new, hunks),
        inserted=sum(hunk.new_end - hunk.new_start for hunk in hunks if hunk.kind != "move"),
        deleted=sum(hunk.old_end - hunk.old_start for hunk in hunks if hunk.kind != "move"),
        hunks=hunks,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """The edits but for section numbers (`alike`) and with them, what is ignored, what moved."""

    alike: list[Gap]
    edits: list[Gap]
    ignored: dict[Gap, Volatile]
    moves: list[Move]


def _compared(
    texts: tuple[str, str],
    words: tuple[list[str], list[str]],
    sides: tuple[Numbered, Numbered],
    volatile: Iterable[Volatile],
) -> _Compared:
    old, new = encode(sides[0].words, sides[1].words)
    runs = _without_strays(align(old, new), len(old), len(new), sides)
    alike = settled(list(gaps(runs, len(old), len(new))), sides[0].words, sides[1].words)
    alike = renumbered(alike, sides[0].words, sides[1].words)
    if sides[0].is_masked:
        alike = list(at_headings(alike, sides))
    if all("\t" in text for text in texts):
        alike = by_rows(alike, Side(old, shape(texts[0])), Side(new, shape(texts[1])))
    edits, ignored = set_apart(unmasked(alike, *words, sides), *words, volatile)
    marks = {old[edit.a] for edit in edits if edit.a < edit.b and is_mark(words[0][edit.a])}
    marks |= {new[edit.c] for edit in edits if edit.c < edit.d and is_mark(words[1][edit.c])}
    moves = find_moves(old, new, [edit for edit in edits if edit not in ignored], marks)
    return _Compared(alike, edits, ignored, moves)


def apply(old: Sequence[str], hunks: Iterable[Hunk]) -> list[str]:
    """Make the words of new from the words of old and the hunks of their redline."""
    words: list[str] = []
    done = 0
    for hunk in hunks:
        words += old[done : hunk.old_start]
        words += hunk.new.split()
        done = hunk.old_end
    words += old[done:]
    return words


def _without_strays(
    runs: Sequence[Run], old_length: int, new_length: int, sides: tuple[Numbered, Numbered]
) -> list[Run]:
    """The runs that tell something; the first words under a section's number always do."""
    kept = [Run(0, 0, 0)]
    for run, following in pairwise([*runs, Run(old_length, new_length, 0)]):
        around = min(_size(kept[-1], run), _size(run, following))
        titles = run.old - 1 in sides[0].headings and run.new - 1 in sides[1].headings
        if titles or run.length > _STRAY_WORDS or around < _TIMES_LONGER * run.length:
            kept.append(run)
    return kept[1:]


def _size(left: Run, right: Run) -> int:
    """Count how many words the edit between two runs has on its longer side."""
    return max(right.old - left.old, right.new - left.new) - left.length


def _pieces(edit: Gap, moves: Sequence[Move], old: Sequence[str]) -> Iterator[tuple[bool, Gap]]:
    """Cut an edit at the moves that left it or came to it; True marks a move."""
    left = sorted((m.old, m.old + m.length) for m in moves if edit.a <= m.old < edit.b)
    came = sorted((m.new, m.new + m.length) for m in moves if edit.c <= m.new < edit.d)
    if not left and not came:
        yield False, edit
        return
    gone = list(_cut(edit.a, edit.b, left))
    come = list(_cut(edit.c, edit.d, came))
    a, c = edit.a, edit.c
    within = edit.a and not old[edit.a - 1].endswith(_STOPS)
    if within and gone and come and not gone[0][0] and not come[0][0]:
        # The sentence that had begun goes on otherwise: that is one edit.
        a, c = gone.pop(0)[2], come.pop(0)[2]
        yield False, Gap(edit.a, a, edit.c, c)
    for moved, start, end in gone:
        yield moved, Gap(start, end, c, c)
    for moved, start, end in come:
        yield moved, Gap(edit.b, edit.b, start, end)


def _cut(start: int, end: int, moved: list[tuple[int, int]]) -> Iterator[tuple[bool, int, int]]:
    for first, last in moved:
        if start < first:
            yield False, start, first
        yield True, first, last
        start = last
    if start < end:
        yield False, start, end


def _hunks(
    pieces: list[tuple[bool, Gap]],
    words: tuple[list[str], list[str]],
    headings: tuple[Outline, Outline],
    renumbering: Renumbering,
    margins: tuple[Margins, Margins],
    *,
    scanned: bool,
) -> Iterator[Hunk]:
    old_words, new_words = words
    starts = frozenset(headings[0].starts), frozenset(headings[1].starts)
    known = set(map(bare, old_words)) & set(map(bare, new_words)) if scanned else frozenset()
    for moved, piece in pieces:
        gone, come = old_words[piece.a : piece.b], new_words[piece.c : piece.d]
        at_heading = (
            begins_heading(starts[0], piece.a, piece.b)
            and begins_heading(starts[1], piece.c, piece.d)
            and not renumbering.names_other_law(piece)
        )
        yield Hunk(
            kind="move" if moved else _kind(piece),
            section=headings[1].at(piece.c) if come else headings[0].at(piece.a),
            old=" ".join(gone),
            new=" ".join(come),
            old_start=piece.a,
            old_end=piece.b,
            new_start=piece.c,
            new_end=piece.d,
            cosmetic=renumbering.covers(piece)
            or (
                not moved
                and (
                    renumbering.follows(piece, old_words, new_words)
                    or only_margins(piece, *margins, words)
                    or is_trifle(gone, come, at_heading=at_heading, scanned=scanned, known=known)
                )
            ),
        )


def _with_volatile(hunks: Iterable[Hunk], ignored: Mapping[Gap, Volatile]) -> Iterator[Hunk]:
    for hunk in hunks:
        gap = Gap(hunk.old_start, hunk.old_end, hunk.new_start, hunk.new_end)
        part = ignored.get(gap)
        yield hunk if part is None else replace(hunk, cosmetic=True, volatile=part)


def _kind(piece: Gap) -> Literal["insert", "delete", "replace"]:
    if piece.a == piece.b:
        return "insert"
    return "delete" if piece.c == piece.d else "replace"


def _is_cosmetic(old: str, new: str, hunks: Sequence[Hunk]) -> bool:
    """Tell whether the normalised texts are the same.

    Normalising touches no letter or digit, so texts with other numbers of them
    need not be normalised whole.
    """
    letters = sum(_letters(hunk.old) - _letters(hunk.new) for hunk in hunks)
    return letters == 0 and normalise(old) == normalise(new)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, unicodedata.normalize("NFKC", text)))
