"""Edits put where a reader would put them.

"(a) x. (b) y." that became "(a) x. (b) z. (b) y." can be told as "(b) z." come
before "(b) y." or as "z. (b)" come within it. Both are right; the first, which
begins where a sentence begins, is what was done.
"""

from collections.abc import Sequence

from pipelines.align import Gap

_FURTHEST = 60
_STOPS = (".", ";", ":")
_OPENS = ("(", "\u00a7", "SECTION", "Section", "SEC.", "Sec.", "ARTICLE", "Article")


def settled(gaps: Sequence[Gap], old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """Move each pure insertion and deletion to the best of its equivalent places."""
    done: list[Gap] = []
    for rank, gap in enumerate(gaps):
        before = done[-1].b + 1 if done else 0
        after = gaps[rank + 1].a - 1 if rank + 1 < len(gaps) else len(old)
        room = (min(gap.a - before, _FURTHEST), min(after - gap.b, _FURTHEST))
        if gap.a == gap.b:
            shift = _best_shift(new, gap.c, gap.d, room)
        elif gap.c == gap.d:
            shift = _best_shift(old, gap.a, gap.b, room)
        else:
            shift = 0
        done.append(Gap(gap.a + shift, gap.b + shift, gap.c + shift, gap.d + shift))
    return done


def _best_shift(words: Sequence[str], start: int, end: int, room: tuple[int, int]) -> int:
    """Say by how many words, right being positive, words[start:end] should slide."""
    left, right = 0, 0
    while left < room[0] and words[start - left - 1] == words[end - left - 1]:
        left += 1
    while right < room[1] and words[start + right] == words[end + right]:
        right += 1
    if not left and not right:
        return 0
    return max(range(-left, right + 1), key=lambda shift: _merit(words, start + shift, shift))


def _merit(words: Sequence[str], start: int, shift: int) -> tuple[int, int]:
    begins = not start or words[start - 1].endswith(_STOPS)
    opens = words[start].startswith(_OPENS)
    return 2 * begins + opens, -abs(shift)
