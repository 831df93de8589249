"""Edits put where a reader would put them.

"(a) x. (b) y." that became "(a) x. (b) z. (b) y." can be told as "(b) z." come
before "(b) y." or as "z. (b)" come within it. Both are right; the first, which
begins where a sentence begins, is what was done.
"""

import re
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


_MARK = re.compile(r"\((?:\d{1,3}|[A-Za-z]{1,4})\)|(?:\d{1,2}|[A-Za-z])\.")


def renumbered(gaps: Sequence[Gap], old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """Give each paragraph that came or went its own number, and the next one another.

    "(a) y." that became "(a) z. (b) y." has "z. (b)" come within it, by the
    words. What was done: "(a) z." came, and "(a)" is "(b)" now.
    """
    done: list[Gap] = []
    for gap in gaps:
        free = not done or (gap.a - 1 >= done[-1].b and gap.c - 1 >= done[-1].d)
        words, start, end = (new, gap.c, gap.d) if gap.a == gap.b else (old, gap.a, gap.b)
        is_pure = gap.a == gap.b or gap.c == gap.d
        if free and is_pure and gap.a and gap.c and _is_numbered(words, start, end):
            if gap.a == gap.b:
                done.append(Gap(gap.a - 1, gap.a - 1, gap.c - 1, gap.d - 1))
                done.append(Gap(gap.a - 1, gap.a, gap.d - 1, gap.d))
            else:
                done.append(Gap(gap.a - 1, gap.b - 1, gap.c - 1, gap.c - 1))
                done.append(Gap(gap.b - 1, gap.b, gap.c - 1, gap.c))
        elif gap.b - gap.a == 1 and _renumbers(old[gap.a], new[gap.c : gap.d]):
            done.append(Gap(gap.a, gap.a, gap.c, gap.d - 1))
            done.append(Gap(gap.a, gap.b, gap.d - 1, gap.d))
        elif gap.d - gap.c == 1 and _renumbers(new[gap.c], old[gap.a : gap.b]):
            done.append(Gap(gap.a, gap.b - 1, gap.c, gap.c))
            done.append(Gap(gap.b - 1, gap.b, gap.c, gap.d))
        else:
            done.append(gap)
    return done


def is_mark(word: str) -> bool:
    """Whether a word is the number of a paragraph: "(a)", "2."."""
    return _MARK.fullmatch(word) is not None


def _renumbers(mark: str, words: Sequence[str]) -> bool:
    """Whether words are a numbered paragraph and the number of the next, for what was a number."""
    if len(words) <= 2 or mark == words[-1]:
        return False
    return all(map(_MARK.fullmatch, (mark, words[0], words[-1]))) and words[-2].endswith(_STOPS)


def _is_numbered(words: Sequence[str], start: int, end: int) -> bool:
    """Whether words[start:end] end with a paragraph's number and follow on another one."""
    marks = words[start - 1], words[end - 1]
    if end - start == 1 or marks[0] == marks[1] or not all(map(_MARK.fullmatch, marks)):
        return False
    begins = start == 1 or words[start - 2].endswith(_STOPS)
    return begins and words[end - 2].endswith(_STOPS)
