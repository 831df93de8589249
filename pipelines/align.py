"""Two sequences of words, aligned: which stretches of one run on in the other.

Words become code points, one for each distinct word, so that a text of 50,000
words is a string of 50,000 characters and the comparing is done by the string
machinery of C. Stretches of a few words that are unique in both texts anchor
the alignment; the heaviest chain of them that runs forward in both is kept, and
only the gaps between anchors are compared word by word (longest common
subsequence, rapidfuzz). A passage that moved is off that chain: it comes out as
words gone here and words come there, which `pipelines.redline` pairs again.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise

from rapidfuzz.distance import Indel, Levenshtein

# Lengths, in words, of the stretches that anchor; the shorter ones serve gaps
# in which the longer ones find nothing.
_ANCHORS = (8, 3, 1)
# A gap is compared word by word when it has at most this many pairs of words, or
# this many and no long stretch to anchor it.
_PAIRS_DIRECT = 2_500
_PAIRS_ANCHORLESS = 4_000_000
_LONG_ANCHOR = 3
# Gaps within gaps within gaps: texts made to nest so are compared word by word.
_DEEPEST = 20
# Beyond this the matrix of the common subsequence costs more than 25 MB: the
# edit distance, which needs linear memory, takes over.
_PAIRS_IN_MEMORY = 200_000_000
# Beyond this two stretches that share no anchor are taken as wholly different.
_PAIRS_AT_ALL = 4_000_000_000
_SURROGATES = 0xD800
_SURROGATE_COUNT = 0x800
_CODE_POINTS = 0x110000 - _SURROGATE_COUNT


@dataclass(frozen=True, slots=True)
class Run:
    """`length` words that are the same from `old` in the one and `new` in the other."""

    old: int
    new: int
    length: int


class TooManyWordsError(ValueError):
    """The texts hold more distinct words than there are code points."""


def encode(old: Sequence[str], new: Sequence[str]) -> tuple[str, str]:
    """Write both texts as strings of one code point a word.

    Raises TooManyWordsError beyond 1,112,064 distinct words.
    """
    distinct = dict.fromkeys(old)
    distinct.update(dict.fromkeys(new))
    if len(distinct) > _CODE_POINTS:
        raise TooManyWordsError(f"{len(distinct)} distinct words; {_CODE_POINTS} can be told apart")
    sign = {
        word: chr(rank if rank < _SURROGATES else rank + _SURROGATE_COUNT)
        for rank, word in zip(count(), distinct, strict=False)
    }
    return "".join(map(sign.__getitem__, old)), "".join(map(sign.__getitem__, new))


def align(old: str, new: str) -> list[Run]:
    """Find the runs that `old` and `new` share, in order in both, none touching another."""
    return list(_joined(_runs(old, new, Gap(0, len(old), 0, len(new)), 0)))


@dataclass(frozen=True, slots=True)
class Gap:
    """The words [a, b) of old and [c, d) of new: what to compare, or what differs."""

    a: int
    b: int
    c: int
    d: int

    @property
    def pairs(self) -> int:
        return (self.b - self.a) * (self.d - self.c)


def _runs(old: str, new: str, gap: Gap, depth: int) -> Iterator[Run]:
    head = _shared_head(old, new, gap)
    if head:
        yield Run(gap.a, gap.c, head)
        gap = Gap(gap.a + head, gap.b, gap.c + head, gap.d)
    tail = _shared_tail(old, new, gap)
    inner = Gap(gap.a, gap.b - tail, gap.c, gap.d - tail) if tail else gap
    if inner.pairs:
        yield from _inner_runs(old, new, inner, depth)
    if tail:
        yield Run(inner.b, inner.d, tail)


def _inner_runs(old: str, new: str, gap: Gap, depth: int) -> Iterator[Run]:
    if gap.pairs == 1:
        return
    if gap.pairs <= _PAIRS_DIRECT:
        yield from _by_word(old, new, gap)
        return
    for size in _ANCHORS if depth < _DEEPEST else ():
        if size < _LONG_ANCHOR and gap.pairs <= _PAIRS_ANCHORLESS:
            break
        anchors = _anchors(old, new, gap, size)
        if anchors:
            yield from _between(old, new, gap, anchors, depth + 1)
            return
    if gap.pairs <= _PAIRS_AT_ALL:
        yield from _by_word(old, new, gap)


def _between(old: str, new: str, gap: Gap, anchors: list[Run], depth: int) -> Iterator[Run]:
    """Yield the anchors, and what the gaps between them share."""
    a, c = gap.a, gap.c
    for anchor in anchors:
        late = max(a - anchor.old, c - anchor.new, 0)
        if late >= anchor.length:
            continue
        start, other = anchor.old + late, anchor.new + late
        yield from _runs(old, new, Gap(a, start, c, other), depth)
        yield Run(start, other, anchor.length - late)
        a, c = anchor.old + anchor.length, anchor.new + anchor.length
    yield from _runs(old, new, Gap(a, gap.b, c, gap.d), depth)


def _by_word(old: str, new: str, gap: Gap) -> Iterator[Run]:
    metric = Indel if gap.pairs <= _PAIRS_IN_MEMORY else Levenshtein
    for block in metric.opcodes(old[gap.a : gap.b], new[gap.c : gap.d]):
        if block.tag == "equal":
            yield Run(
                gap.a + block.src_start, gap.c + block.dest_start, block.src_end - block.src_start
            )


def _anchors(old: str, new: str, gap: Gap, size: int) -> list[Run]:
    """Find the heaviest chain of stretches of `size` words that old has once.

    Old is indexed at every word, new is looked up at every `size`-th: a stretch
    of twice the size that the texts share is always met.
    """
    starts = range(gap.a, gap.b - size + 1)
    stretches = [old[start : start + size] for start in starts]
    last = dict(zip(stretches, starts, strict=True))
    stretches.reverse()
    first = dict(zip(stretches, reversed(starts), strict=True))
    met: list[Run] = []
    for other in range(gap.c, gap.d - size + 1, size):
        stretch = new[other : other + size]
        start = first.get(stretch, -1)
        if start < 0 or last[stretch] != start:
            continue
        if met and _continues(met[-1], start, other):
            met[-1] = Run(met[-1].old, met[-1].new, met[-1].length + size)
        else:
            met.append(Run(start, other, size))
    return _heaviest_chain(met)


def _continues(run: Run, old: int, new: int) -> bool:
    return old == run.old + run.length and new == run.new + run.length


def _heaviest_chain(runs: list[Run]) -> list[Run]:
    """Keep, of runs in new's order, those that also go forward in old, most words first.

    Kept for each weight is the earliest old position at which a chain so heavy
    can end, so that each run needs one binary search.
    """
    ends: list[int] = []  # old positions, ascending; `weights` ascend with them
    weights: list[int] = []
    last: list[int] = []
    before = [-1] * len(runs)
    for rank, run in enumerate(runs):
        at = bisect_left(ends, run.old)
        weight = run.length + (weights[at - 1] if at else 0)
        before[rank] = last[at - 1] if at else -1
        beaten = at
        while beaten < len(ends) and weights[beaten] <= weight:
            beaten += 1
        ends[at:beaten] = [run.old]
        weights[at:beaten] = [weight]
        last[at:beaten] = [rank]
    chain: list[Run] = []
    rank = last[-1] if last else -1
    while rank >= 0:
        chain.append(runs[rank])
        rank = before[rank]
    chain.reverse()
    return chain


def _shared_head(old: str, new: str, gap: Gap) -> int:
    limit = min(gap.b - gap.a, gap.d - gap.c)
    done, step = 0, 1
    while step and done < limit:
        step = min(step, limit - done)
        a, c = gap.a + done, gap.c + done
        if old[a : a + step] == new[c : c + step]:
            done += step
            step *= 2
        else:
            step //= 2
    return done


def _shared_tail(old: str, new: str, gap: Gap) -> int:
    limit = min(gap.b - gap.a, gap.d - gap.c)
    done, step = 0, 1
    while step and done < limit:
        step = min(step, limit - done)
        b, d = gap.b - done, gap.d - done
        if old[b - step : b] == new[d - step : d]:
            done += step
            step *= 2
        else:
            step //= 2
    return done


def _joined(runs: Iterator[Run]) -> Iterator[Run]:
    held: Run | None = None
    for run in runs:
        if held is not None and _continues(held, run.old, run.new):
            held = Run(held.old, held.new, held.length + run.length)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held


def gaps(runs: Sequence[Run], old_length: int, new_length: int) -> Iterator[Gap]:
    """Yield what lies between the runs."""
    fence = [Run(0, 0, 0), *runs, Run(old_length, new_length, 0)]
    for left, right in pairwise(fence):
        gap = Gap(left.old + left.length, right.old, left.new + left.length, right.new)
        if gap.a < gap.b or gap.c < gap.d:
            yield gap
