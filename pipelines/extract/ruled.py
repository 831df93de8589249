"""Tables that a page rules: each row becomes one line, its cells parted by tabs.

A page whose thin lines may enclose cells is rare and known at once; only there
pdfplumber is asked which cells the lines make. A cell without words leaves its
tab, so that the X of a roll call still says which column it is in. Boxes that
hold paragraphs are layout and no table.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from pipelines.extract.parts import Part, cut
from pipelines.extract.paths import Box, Drawn
from pipelines.lines import CELL, Line
from pipelines.words import SOFT_BREAK
from scrapers.marked import Span

_EDGES_AT_LEAST = 3  # each way: two rows and two columns
_LINES_AT_MOST = 5000  # of a page, before they are put together
_EDGES_AT_MOST = 300  # each way
_CROSSINGS_AT_MOST = 3000
_SNAP = 3.0  # points
_RAISED = 2.0  # points above the baseline, where letters are
_MOST_LINES = 8  # in a cell: more are paragraphs
_SAME_BASELINE = 3.0
_Edge = dict[str, Any]


class Table(NamedTuple):
    """The cells of a table, row by row from the top; None stands where another cell reaches over."""

    rows: list[list[Box | None]]

    @property
    def box(self) -> Box:
        """Where the table stands."""
        cells = [cell for cell in chain.from_iterable(self.rows) if cell]
        return Box(
            min(cell.left for cell in cells),
            min(cell.bottom for cell in cells),
            max(cell.right for cell in cells),
            max(cell.top for cell in cells),
        )


def may_be(drawn: Drawn) -> bool:
    """Whether a page's lines could rule a table: told from their number alone."""
    if len(drawn.boxes) > 1:
        return True
    return len(drawn.walls) >= _EDGES_AT_LEAST and len(drawn.strokes) >= _EDGES_AT_LEAST


def find(drawn: Drawn) -> list[Table]:
    """The tables that a page's lines rule, of two rows and two columns at least."""
    from pdfplumber.table import (  # costs as much to import as many pages to read
        cells_to_tables,
        edges_to_intersections,
        intersections_to_cells,
        merge_edges,
    )

    if len(drawn.strokes) + len(drawn.walls) + 2 * len(drawn.boxes) > _LINES_AT_MOST:
        return []
    edges = merge_edges(list(_edges(drawn)), _SNAP, _SNAP, _SNAP, _SNAP)
    across = sum(edge["orientation"] == "h" for edge in edges)
    if not _EDGES_AT_LEAST <= across <= _EDGES_AT_MOST:
        return []
    if not _EDGES_AT_LEAST <= len(edges) - across <= _EDGES_AT_MOST:
        return []
    crossings = edges_to_intersections(edges, _SNAP, _SNAP)
    if len(crossings) > _CROSSINGS_AT_MOST:
        return []
    found = []
    for cells in cells_to_tables(intersections_to_cells(crossings)):
        boxes = {(top, left): Box(left, -bottom, right, -top) for left, top, right, bottom in cells}
        tops, lefts = ({place[at] for place in boxes} for at in (0, 1))
        if min(len(tops), len(lefts)) > 1:
            found.append(
                Table([[boxes.get((top, left)) for left in sorted(lefts)] for top in sorted(tops)])
            )
    return found


def _edges(drawn: Drawn) -> Iterator[_Edge]:
    """The lines as pdfplumber knows them, which counts points from the top down."""
    for stroke in drawn.strokes:
        yield _edge(stroke.left, stroke.y, stroke.right, stroke.y)
    for wall in drawn.walls:
        yield _edge(wall.y, wall.left, wall.y, wall.right)
    for left, bottom, right, top in drawn.boxes:
        yield _edge(left, bottom, right, bottom)
        yield _edge(left, top, right, top)
        yield _edge(left, bottom, left, top)
        yield _edge(right, bottom, right, top)


def _edge(left: float, bottom: float, right: float, top: float) -> _Edge:
    return {
        "x0": left,
        "x1": right,
        "width": right - left,
        "height": top - bottom,
        "top": -top,
        "bottom": -bottom,
        "orientation": "h" if bottom == top else "v",
        "object_type": "line",
    }


# --- what stands in the cells -----------------------------------------------


def set_in(parts: list[Part], tables: Sequence[Table]) -> list[Part]:
    """The parts of a page with those that stand in tables put together row by row."""
    for table in tables:
        parts = _in_rows(parts, table)
    return parts


def _in_rows(parts: list[Part], table: Table) -> list[Part]:
    box = table.box
    cells = [cell for cell in chain.from_iterable(table.rows) if cell]
    within: dict[Box, list[Part]] = {cell: [] for cell in cells}
    without: list[Part] = []
    for part in parts:
        if part.line.aside or not _reaches(part, box):
            without.append(part)
            continue
        y = part.line.y + _RAISED
        beside = sorted(cell for cell in cells if cell.bottom <= y < cell.top)
        ends = sorted({end for cell in beside for end in (cell.left, cell.right)})
        for _, piece in cut(part, ends):
            middle = (piece.line.x + piece.right) / 2
            cell = next((at for at in beside if at.left <= middle <= at.right), None)
            (within[cell] if cell else without).append(piece)
    words = {cell: _words(found) for cell, found in within.items() if found}
    if not _is_table(table, words, within):
        return parts
    rows = (_row(row, words) for row in table.rows)
    return [*without, *(row for row in rows if row)]


def _reaches(part: Part, box: Box) -> bool:
    line = part.line
    return box.bottom <= line.y + _RAISED < box.top and line.x < box.right and part.right > box.left


def _is_table(table: Table, words: dict[Box, Line], within: dict[Box, list[Part]]) -> bool:
    """Whether words stand side by side in two rows at least, and none of them are paragraphs."""
    rows = sum(sum(cell in words for cell in row if cell) > 1 for row in table.rows)
    heights = (len({round(part.line.y) for part in parts}) for parts in within.values())
    return rows > 1 and max(heights, default=0) <= _MOST_LINES


def _words(parts: list[Part]) -> Line:
    """The words of a cell as one line."""
    parts.sort(key=lambda part: -part.line.y)
    rows: list[list[Part]] = []
    for part in parts:
        if rows and rows[-1][0].line.y - part.line.y < _SAME_BASELINE:
            rows[-1].append(part)
        else:
            rows.append([part])
    ordered = [part.line for row in rows for part in sorted(row, key=lambda part: part.line.x)]
    return _joined(ordered, " ")


def _row(cells: Sequence[Box | None], words: dict[Box, Line]) -> Part | None:
    lines = [words.get(cell) if cell else None for cell in cells]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        return None
    line = _joined(lines, CELL)
    line.y = max(found.y for found in lines if found)
    line.x = min(found.x for found in lines if found)
    edges = (line.x, max(cell.right for cell in cells if cell))
    return Part(line, lambda _: edges)


def _joined(lines: Sequence[Line | None], blank: str) -> Line:
    """Lines as one; of a line that is missing only the blank is left."""
    text = ""
    spans: list[Span] = []
    for rank, line in enumerate(lines):
        if text.endswith(SOFT_BREAK):
            text = text[:-1]
        elif rank:
            text += blank
        if line:
            spans += (Span(len(text) + at.start, len(text) + at.end, at.kind) for at in line.spans)
            text += line.text
    first = next(line for line in lines if line)
    return Line(text, first.x, first.y, spans=tuple(spans))
