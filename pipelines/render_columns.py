"""A redline on a terminal by paragraphs: in two columns, or with the edits inline.

Signs stand with the colours, so that a terminal without colours shows as much:
[-gone-] and {+come+}, and for moves where the other half stands.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

from pipelines.render import NO_SECTION
from pipelines.render_pairs import Pairs, Part, Row

NARROWEST = 80
"""Columns of a terminal, in cells, below which two columns of text are too narrow to read."""

Line = list[tuple[str, str]]
_BETWEEN = " │ "
_SIGNS = {"inserted": ("{+", "+}"), "deleted": ("[-", "-]"), "moved-from": ("[-", "-]"),
          "moved-to": ("{+", "+}")}  # fmt: skip


def render_columns(
    made: Pairs, *, width: int, names: tuple[str, str], cells: Callable[[str], int] = len
) -> Iterator[Line]:
    """Give the lines of both columns, each as pairs of a kind and its text.

    Kinds are those of Part, and "section" for a heading and "break" for what
    stands between. `width` is that of the terminal, `cells` says how many cells
    a text takes on it.
    """
    column = max((width - len(_BETWEEN)) // 2, 1)
    left, right = (_wrapped([Part("same", name)], column, cells) for name in names)
    yield from (
        [("section", text) for _, text in line] for line in _beside(left, right, column, cells)
    )
    yield [("break", "─" * column + "─┼─" + "─" * column)]
    here: str | None = None
    for row in made.rows:
        if row.skipped:
            yield _gap(row.skipped)
        if row.changed and row.section != here:
            here = row.section
            yield [("section", here or NO_SECTION)]
        old, new = (_named(parts, row, made) for parts in (row.old, row.new))
        yield from _beside(
            _wrapped(old, column, cells), _wrapped(new, column, cells), column, cells
        )
    if made.left_out:
        yield _gap(made.left_out)


def inline(made: Pairs) -> Iterator[Line]:
    """Give the rows one below another, each with its edits inline."""
    for row in made.rows:
        if row.skipped:
            yield _gap(row.skipped)
        line: Line = []
        for part in _named(row.both, row, made):
            line += [*([("same", " ")] if line else []), (part.kind, part.text)]
        yield line
    if made.left_out:
        yield _gap(made.left_out)


def _gap(count: int) -> Line:
    return [("omitted", f"… {count:,} {'paragraph' if count == 1 else 'paragraphs'} unchanged")]


def _named(parts: Sequence[Part], row: Row, made: Pairs) -> Iterator[Part]:
    """The parts with their signs, and moves with where the other half stands."""
    for part in parts:
        opening, closing = _SIGNS.get(part.kind, ("", ""))
        words = part.text
        if other := made.partner.get(part.edit):
            arrow = "↑" if other.row < row.number else "↓"
            said = "to" if part.kind == "moved-from" else "from"
            words = f"{arrow} moved {said} {other.section or 'the beginning'}: {words}"
        yield Part(part.kind, f"{opening}{words}{closing}", part.edit)


def _wrapped(parts: Iterable[Part], width: int, cells: Callable[[str], int]) -> list[Line]:
    lines: list[Line] = []
    room = 0
    for part in parts:
        for word in part.text.split():
            for piece in _pieces(word, width, cells):
                need = cells(piece)
                if lines and need + 1 <= room:
                    lines[-1].append((_gap_kind(lines[-1], part), " "))
                    room -= 1
                else:
                    lines.append([])
                    room = width
                lines[-1].append((part.kind, piece))
                room -= need
    return lines


def _gap_kind(line: Line, part: Part) -> str:
    """A blank within an edit belongs to it, so that its underline does not break."""
    return part.kind if line[-1][0] == part.kind else "same"


def _pieces(word: str, width: int, cells: Callable[[str], int]) -> Iterator[str]:
    """A word, cut where it is wider than the column."""
    while cells(word) > width:
        end = 1
        while end < len(word) and cells(word[: end + 1]) <= width:
            end += 1
        yield word[:end]
        word = word[end:]
    if word:
        yield word


def _beside(
    left: list[Line], right: list[Line], column: int, cells: Callable[[str], int]
) -> Iterator[Line]:
    nothing: Line = []
    for one, other in zip_longest(left, right, fillvalue=nothing):
        used = sum(cells(text) for _, text in one)
        fill = [("break", " " * (column - used) + _BETWEEN)]
        yield [*one, *fill, *other]
