"""Passages that stood in the text before, told from new ones.

A passage is a hit with the letters and digits on one side of it: it stays the
same passage when only what is on the other side was amended. Each old one is
used up once. There it began and ended as words do, else ICE would have been in
the police.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

from pipelines.lexicon import Folded, squeezed, whole_words
from pipelines.tokens import Hit

_CONTEXT = 24
"""By so many letters and digits beside the hit a passage is known again."""

_FORMS = 2000
"""So many different hits are looked up in the text before; that text may be long."""

_EDGE = "\n"
_Sides = tuple[str | None, str | None]


class Passages:
    """The text before, to be asked which of the hits in a text stood in it."""

    def __init__(self, folded: Folded, previous: Folded) -> None:
        self._folded = folded.text
        words = whole_words(previous.text)
        self._previous = f"{_EDGE}{''.join(words)}{_EDGE}"
        self._borders = frozenset(accumulate(map(len, words), initial=len(_EDGE)))
        self._there: dict[str, Counter[_Sides]] = {}
        self._used: Counter[tuple[str, str, str, _Sides]] = Counter()

    def judged(self, found: Sequence[tuple[str, Hit]]) -> dict[tuple[str, Hit], bool]:
        """Say of the topics' hits whether they stood in the text before.

        Of hits in more different forms than can be looked up only the first are in it.
        """
        text, places = self._squeezed([hit for _, hit in found])
        old: dict[tuple[str, Hit], bool] = {}
        # What is the same on both sides claims its passage before what is not.
        for whole in (True, False):
            for topic, hit in found:
                start, end = places[hit.start], places[hit.end]
                core = text[start:end]
                if old.get((topic, hit)) or not self._can_tell(core):
                    continue
                left, right = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
                old[topic, hit] = self._was_there(topic, hit.term, core, (left, right), whole)
        return old

    def _can_tell(self, core: str) -> bool:
        return core in self._there or len(self._there) < _FORMS

    def _was_there(
        self, topic: str, term: str, core: str, both: tuple[str, str], whole: bool
    ) -> bool:
        there = self._of(core)
        sides: tuple[_Sides, ...] = ((both[0], None), (None, both[1]))
        asked = (both,) if whole else sides
        if all(self._used[topic, term, core, one] >= there[one] for one in asked):
            return False
        for one in (both, *sides):
            self._used[topic, term, core, one] += 1
        return True

    def _of(self, core: str) -> Counter[_Sides]:
        """How often the core stood in the text before, by what was beside it."""
        known = self._there.get(core)
        if known is None:
            known = self._there[core] = Counter()
            for start in self._starts(core):
                end = start + len(core)
                left = self._previous[max(0, start - _CONTEXT) : start]
                right = self._previous[end : end + _CONTEXT]
                known.update(((left, right), (left, None), (None, right)))
        return known

    def _starts(self, core: str) -> Iterator[int]:
        at = self._previous.find(core)
        while at >= 0:
            if at in self._borders and at + len(core) in self._borders:
                yield at
            at = self._previous.find(core, at + 1)

    def _squeezed(self, hits: Sequence[Hit]) -> tuple[str, Mapping[int, int]]:
        """The letters and digits of the text, and where in them the hits begin and end."""
        ends = {0, len(self._folded), *(at for hit in hits for at in hit[:2])}
        cuts = sorted(ends)
        parts = [squeezed(self._folded[start:end]) for start, end in pairwise(cuts)]
        places = dict(zip(cuts, accumulate(map(len, parts), initial=len(_EDGE)), strict=True))
        return f"{_EDGE}{''.join(parts)}{_EDGE}", places
