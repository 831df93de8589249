"""Sections that bear another number because others came, went or changed places.

A section put in third place makes the fourth of the third, and "under Section 3"
becomes "under Section 4". That says nothing new. So sections are compared
without their numbers where the two texts number differently, and each number is
looked at afterwards: it is numbering when it goes on exactly as the places of
the sections do. A reference follows when it names a section that was so
renumbered, and the law at hand: "section 5 of title 8" and "Penal Law § 5" are
of other law, where a figure is never numbering.
"""

import itertools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.align import Gap
from pipelines.moves import Move
from pipelines.sections import Outline
from pipelines.trifles import is_trifle

_UNITS = {"sec": "section", "secs": "section", "sections": "section", "§": "section",
          "§§": "section", "art": "article", "articles": "article",
          "chapters": "chapter", "parts": "part"}  # fmt: skip
_NAMES = frozenset(
    {"section", "article", "chapter", "title", "part", "subtitle", "division", "clause"}
)
_EDGES = ".,;:!?\"'()[]\u201c\u201d\u2018\u2019\u2014\u2013-"
_LAST = re.compile(r"(?P<before>.*?)(?P<last>\d{1,9}|[IVXLC]{1,7})")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_NUMBER = "# "  # with a blank, which no word of a text has
_SIGN_AND_NUMBER = "\u00a7# "
# Words behind a reference that say it is of other law, unless "this" follows.
_OF = frozenset({"of", "in"})
_OTHER_LAW = frozenset(
    {"law", "laws", "code", "act", "acts", "statute", "statutes", "title", "chapter", "article"}
    | {"constitution", "rule", "rules", "charter", "u.s.c", "c.f.r", "ina"}
)
_OWN_LAW = frozenset(
    {"act", "law", "chapter", "article", "title", "part", "subtitle", "division", "order"}
    | {"ordinance", "resolution", "bill", "agreement", "policy", "code"}
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's number: the words of its heading are [start, number]; `rank` counts its kind.

    A `quoted` one is of other law, which the text amends.
    """

    start: int
    number: int
    series: str
    place: int
    rank: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Numbered:
    """The words of one text and its headings by their number's word, which may be masked."""

    words: Sequence[str]
    headings: Mapping[int, Heading]
    is_masked: bool = False


def numbered(
    old: Sequence[str], new: Sequence[str], outlines: tuple[Outline, Outline]
) -> tuple[Numbered, Numbered]:
    """Find the sections; their numbers are masked where the texts number differently."""
    found = (
        Numbered(old, dict(_headings(old, outlines[0]))),
        Numbered(new, dict(_headings(new, outlines[1]))),
    )
    numbers = [[(one.series, one.place) for one in side.headings.values()] for side in found]
    return found if numbers[0] == numbers[1] else masked(found)


def masked(sides: tuple[Numbered, Numbered]) -> tuple[Numbered, Numbered]:
    """Mask the numbers of sections, where both texts have sections."""
    if not (sides[0].headings and sides[1].headings) or sides[0].is_masked:
        return sides
    return _masked(sides[0]), _masked(sides[1])


def changed_places(moves: Sequence[Move], sides: tuple[Numbered, Numbered]) -> bool:
    """Whether what stood under a section's number stands under another one, no number masked."""
    return not sides[0].is_masked and any(
        move.old - 1 in sides[0].headings and move.new - 1 in sides[1].headings for move in moves
    )


def _masked(side: Numbered) -> Numbered:
    hidden = list(side.words)
    for number, heading in side.headings.items():
        hidden[number] = _NUMBER if heading.start < number else _SIGN_AND_NUMBER
    return Numbered(hidden, side.headings, is_masked=True)


def _headings(words: Sequence[str], outline: Outline) -> Iterator[tuple[int, Heading]]:
    ranks: Counter[str] = Counter()
    for start, label in zip(outline.starts, outline.labels, strict=True):
        name, _, said = label.rpartition("quoting ")[2].partition("(")[0].partition(" ")
        said = said.partition(",")[0]
        number = _where(words, start, name, said)
        parsed = _parsed(said)
        if number is None or parsed is None:
            continue
        series = f"{name} {parsed[0]}"
        yield number, Heading(start, number, series, parsed[1], ranks[series], "quoting " in label)
        ranks[series] += 1


def _where(words: Sequence[str], start: int, name: str, said: str) -> int | None:
    """Which word of a heading is its number; None where it is not a word of its own."""
    first = words[start].strip(_EDGES)
    if start + 1 < len(words) and _unit(first) == _unit(name):
        return start + 1 if words[start + 1].strip(_EDGES) == said else None
    alone = name == "Clause" or (name == "\u00a7" and (first[:1] == "\u00a7" or "-" in said))
    return start if alone and first.lstrip("\u00a7") == said else None


def _unit(word: str) -> str:
    low = word.strip(_EDGES).lower()
    return _UNITS.get(low, low)


def _parsed(said: str) -> tuple[str, int] | None:
    """A number as what stands before its last part, and that part as a count."""
    found = _LAST.fullmatch(said)
    if not found:
        return None
    last = found["last"]
    return found["before"], int(last) if last.isdecimal() else _roman(last)


def _roman(numeral: str) -> int:
    values = [*(_ROMAN[letter] for letter in numeral), 0]
    return sum(-one if one < after else one for one, after in itertools.pairwise(values))


def at_headings(edits: Sequence[Gap], sides: tuple[Numbered, Numbered]) -> Iterator[Gap]:
    """Part the end of one section from another section that came or went behind it."""
    olds, news = ([one.start for one in side.headings.values()] for side in sides)
    for edit in edits:
        gone, come = _first(olds, edit.a, edit.b), _first(news, edit.c, edit.d)
        if gone and not come and edit.c < edit.d:
            yield Gap(edit.a, gone, edit.c, edit.d)
            yield Gap(gone, edit.b, edit.d, edit.d)
        elif come and not gone and edit.a < edit.b:
            yield Gap(edit.a, edit.b, edit.c, come)
            yield Gap(edit.b, edit.b, come, edit.d)
        else:
            yield edit


def _first(starts: Sequence[int], first: int, last: int) -> int:
    """The first heading that starts behind the word `first` and before `last`, else 0."""
    rank = bisect_right(starts, first)
    return starts[rank] if rank < len(starts) and starts[rank] < last else 0


def unmasked(
    edits: Sequence[Gap], old: Sequence[str], new: Sequence[str], hidden: tuple[Numbered, Numbered]
) -> list[Gap]:
    """Add the edits that the masks hid, and take back those that they made."""
    if not hidden[0].is_masked:
        return list(edits)
    numbers = sorted(hidden[0].headings)
    done: list[Gap] = []
    rank = a = c = 0
    for edit in [*edits, Gap(len(old), len(old), len(new), len(new))]:
        while rank < len(numbers) and numbers[rank] < edit.a:
            at = numbers[rank]
            rank += 1
            if at >= a and old[at] != new[c + at - a]:
                done.append(Gap(at, at + 1, c + at - a, c + at - a + 1))
        a, c = edit.b, edit.d
        trimmed = _trimmed(edit, old, new)
        if trimmed.a < trimmed.b or trimmed.c < trimmed.d:
            done.append(trimmed)
    return done


def _trimmed(edit: Gap, old: Sequence[str], new: Sequence[str]) -> Gap:
    a, b, c, d = edit.a, edit.b, edit.c, edit.d
    while a < b and c < d and old[a] == new[c]:
        a, c = a + 1, c + 1
    while a < b and c < d and old[b - 1] == new[d - 1]:
        b, d = b - 1, d - 1
    return Gap(a, b, c, d)


def without_numbers(
    moves: Sequence[Move],
    old: Sequence[str],
    new: Sequence[str],
    hidden: tuple[Numbered, Numbered],
) -> Iterator[Move]:
    """Cut out of each move the headings that arrived with another number."""
    for move in moves:
        begin = move.old
        for at in range(move.old, move.old + move.length) if hidden[0].is_masked else ():
            heading = hidden[0].headings.get(at)
            if heading is None or old[at] == new[move.new + at - move.old]:
                continue
            start = max(heading.start, move.old)
            if start > begin:
                yield Move(begin, move.new + begin - move.old, start - begin)
            begin = at + 1
        end = move.old + move.length
        if begin < end:
            yield Move(begin, move.new + begin - move.old, end - begin)


class Renumbering:
    """Numbers of sections that both texts have, and what else stands where it does by chance.

    `moves` are the moves as they were found under the masks.
    """

    def __init__(
        self, edits: Sequence[Gap], moves: Sequence[Move], hidden: tuple[Numbered, Numbered]
    ) -> None:
        shown = hidden[0].is_masked
        olds, news = (hidden[0].headings, hidden[1].headings) if shown else ({}, {})
        self._quoted = [
            {number for number, heading in side.headings.items() if heading.quoted}
            for side in hidden
        ]
        self._old: set[int] = set()
        self._new: set[int] = set()
        renamed: dict[tuple[str, int], tuple[str, int]] = {}
        for one, other, moved in _met(edits, moves, olds, news):
            if not _explained(one, other, moved=moved):
                continue
            self._old.update(range(one.start, one.number + 1))
            self._new.update(range(other.start, other.number + 1))
            renamed[one.series, one.place] = other.series, other.place
        sole = [_sole(olds.values()), _sole(news.values())]
        self._renamed = {
            one: other
            for one, other in renamed.items()
            if one != other and one in sole[0] and other in sole[1]
        }

    def add_marks(
        self,
        moves: Sequence[Move],
        words: tuple[Sequence[str], Sequence[str]],
        outlines: tuple[Outline, Outline],
    ) -> None:
        """Take in the numbers of paragraphs that moved: "(c)" gone, "(a)" come."""
        starts = frozenset(outlines[0].starts), frozenset(outlines[1].starts)
        for move in moves:
            at, other = move.old - 1, move.new - 1
            if at not in starts[0] or other not in starts[1]:
                continue
            if is_trifle([words[0][at]], [words[1][other]], at_heading=True):
                self._old.add(at)
                self._new.add(other)

    def add_notes(self, moves: Iterable[Move]) -> None:
        """Take in footnotes, which stand where pages happen to end."""
        for move in moves:
            self._old.update(range(move.old, move.old + move.length))
            self._new.update(range(move.new, move.new + move.length))

    def covers(self, edit: Gap) -> bool:
        """Whether an edit touches nothing but such numbers and notes."""
        return (
            bool(self._old)
            and self._old.issuperset(range(edit.a, edit.b))
            and self._new.issuperset(range(edit.c, edit.d))
        )

    def names_other_law(self, edit: Gap) -> bool:
        """Whether the number of a section that the text puts into other law is touched."""
        return not (
            self._quoted[0].isdisjoint(range(edit.a, edit.b))
            and self._quoted[1].isdisjoint(range(edit.c, edit.d))
        )

    def follows(self, edit: Gap, old: Sequence[str], new: Sequence[str]) -> bool:
        """Whether an edit is a reference to a section under its new number."""
        if not self._renamed or edit.b - edit.a != 1 or edit.d - edit.c != 1:
            return False
        said = _reference(old, edit.a), _reference(new, edit.c)
        if not all(said) or self._renamed.get(said[0] or ("", 0)) != said[1]:
            return False
        return _without_number(old[edit.a]) == _without_number(new[edit.c])


def _met(
    edits: Sequence[Gap],
    moves: Sequence[Move],
    olds: Mapping[int, Heading],
    news: Mapping[int, Heading],
) -> Iterator[tuple[Heading, Heading, bool]]:
    """The headings of old beside what they became; True marks those of moved passages."""
    rank = a = c = 0
    for at, heading in olds.items():
        while rank < len(edits) and edits[rank].a <= at:
            a, c = edits[rank].b, edits[rank].d
            rank += 1
        other = news.get(c + at - a) if at >= a else None
        if other:
            yield heading, other, False
    for move in moves:
        for at in range(move.old, move.old + move.length) if olds else ():
            if at in olds and move.new + at - move.old in news:
                yield olds[at], news[move.new + at - move.old], True


def _explained(one: Heading, other: Heading, *, moved: bool) -> bool:
    if one.series != other.series:
        return False
    return moved or other.place - one.place == other.rank - one.rank != 0


def _sole(headings: Iterable[Heading]) -> set[tuple[str, int]]:
    counted = Counter((one.series, one.place) for one in headings)
    return {one for one, count in counted.items() if count == 1}


def _without_number(word: str) -> tuple[str, str]:
    bare = word.strip(_EDGES + "\u00a7")
    before, _, after = word.partition(bare)
    return before, after


def _reference(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """The section of the law at hand that a word refers to, None where it refers to none."""
    word = words[at].rstrip(_EDGES).lstrip('(\u201c"')
    sign = word.startswith("\u00a7")
    unit = at if sign else at - 1
    parsed = _parsed(word.lstrip("\u00a7"))
    name = "section" if sign else _unit(words[unit]) if unit >= 0 else ""
    if parsed is None or name not in _NAMES or not _is_led_to(words, unit):
        return None
    if not _is_own(words, at):
        return None
    is_code = "-" in parsed[0] or "." in parsed[0] or sign or words[unit][0] == "\u00a7"
    kind = "\u00a7" if is_code else name.capitalize()
    return f"{kind} {parsed[0]}", parsed[1]


def _is_led_to(words: Sequence[str], unit: int) -> bool:
    """Whether what stands before "section" is running text and no name of other law."""
    if not unit:
        return True
    before = words[unit - 1]
    if before.endswith((".", ";", ":")) and before.count(".") < 2:
        return True
    low = before.strip(_EDGES).lower()
    return before.lstrip('(\u201c"')[:1].islower() and low not in _OTHER_LAW


def _is_own(words: Sequence[str], at: int) -> bool:
    """Whether what stands behind a number does not lead to other law."""
    if words[at].endswith((".", ";", ":")) or at + 1 == len(words):
        return True
    after = [word.strip(_EDGES).lower() for word in words[at + 1 : at + 4]]
    if after[0] in _OF:
        return len(after) > 2 and after[1] == "this" and after[2] in _OWN_LAW
    return words[at + 1][:1].islower() and after[0] not in _OTHER_LAW
