"""Hits, to be asked for those before, over and after another."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice, takewhile

from pipelines.tokens import Hit


class Neighbours:
    """Some hits in the orders they are asked for."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._by_start = sorted(hits)
        self._by_end = sorted(hits, key=lambda hit: hit.end)
        self._starts = [hit.start for hit in self._by_start]
        self._ends = [hit.end for hit in self._by_end]
        self._reaches = list(accumulate((hit.end for hit in self._by_start), max))

    def of(
        self, hit: Hit, joins: Callable[[Hit], bool], reach: int, *, by_distance: bool
    ) -> Iterator[Hit]:
        """Those that join with a hit: of those after, before, in and over it the nearest `reach`.

        With `by_distance` what is farther away than one that does not join does not either;
        after a hit that is so of sentences and paragraphs too.
        """
        yield from takewhile(joins, islice(self._after(hit), reach))
        before = islice(self._before(hit), reach)
        yield from takewhile(joins, before) if by_distance else filter(joins, before)
        for some in (self._in(hit), self._over(hit)):
            yield from filter(joins, islice(some, reach))

    def nearest(self, hit: Hit) -> Iterator[Hit]:
        """The nearest one on each side, and one that overlaps."""
        for some in (self._after(hit), self._before(hit), self._in(hit), self._over(hit)):
            yield from islice(some, 1)

    def _after(self, hit: Hit) -> Iterator[Hit]:
        for rank in range(bisect_left(self._starts, hit.end), len(self._by_start)):
            yield self._by_start[rank]

    def _before(self, hit: Hit) -> Iterator[Hit]:
        for rank in range(bisect_right(self._ends, hit.start) - 1, -1, -1):
            yield self._by_end[rank]

    def _in(self, hit: Hit) -> Iterator[Hit]:
        starts = self._starts
        for rank in range(bisect_left(starts, hit.start), bisect_left(starts, hit.end)):
            yield self._by_start[rank]

    def _over(self, hit: Hit) -> Iterator[Hit]:
        rank = bisect_left(self._starts, hit.start) - 1
        while rank >= 0 and self._reaches[rank] > hit.start:
            if self._by_start[rank].end > hit.start:
                yield self._by_start[rank]
            rank -= 1
