"""What proves that a place in a text is volatile, and what never does.

Two fetches of one address, minutes apart, prove it: an amendment does not come
and go between them. A site whose mirrors lag shows two states in the same way,
so a place in which the second fetch agrees with what was known before is a state
of the text and no volatile place.

History proves less, for an amendment is a change between two visits as well. It
counts only for stamps that say of themselves that they belong to the visit:

- a day that is the day of the old fetch in the old text and that of the new
  fetch in the new one;
- a time with seconds beside a word of printing;
- a number that grew, beside a word of counting;
- a token, which no law is made of.

And it takes three such changes, in one document in a row or in several documents
in one crawl, in which nothing else changed; one is enough only for the days of
both fetches beside a word of printing. "Effective July 1, 2026" that becomes
"effective July 1, 2027", "$5,000", "Section 4" and any number of a law are
never learned.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import pairwise

from pipelines.align import Gap, TooManyWordsError, align, encode, gaps
from pipelines.stamps import class_of, count_of, day_of, folded, is_law, stamps
from pipelines.texts import Learned, Volatile
from pipelines.trifles import is_trifle
from pipelines.volatile import COUNTED, END, PRINTED, START, generalised, shape_of

CONTEXT = 4
"""Words of context on each side of a part."""

MOST_SHARE = 0.05
FEW_WORDS = 24
"""Beyond this share of a text, and this many words, what differs is not a few stamps."""

ENOUGH = 3
"""Changes that history must show before it proves anything."""

_LONGEST = 20
_LABEL = frozenset({"on", "at", "date", "by", "is", "was", "this", "page", "document", "time"})
_LONGEST_LABEL = 4
_SECONDS = re.compile(r"\d{1,2}:\d{2}:\d{2}")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Proof:
    """What two fetches proved. `why` says why nothing was learned, or not all.

    `states` says that in some place the second fetch has what was known before:
    the site shows several states of its texts.
    """

    learned: tuple[Learned, ...] = ()
    why: str = ""
    states: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A document's text and when it was fetched."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Edit:
    """One differing place: its words on both sides, and the part it would be."""

    gap: Gap
    old: tuple[str, ...]
    new: tuple[str, ...]
    part: Volatile
    near: frozenset[str]  # the folded words round and in it


def learn(first: str, second: str, *, known: str = "", url: str = "", how: str = "twice") -> Proof:
    """Learn from two fetches made minutes apart; `known` is the text accepted before them. Pure."""
    words, again, before = first.split(), second.split(), known.split()
    try:
        differing = list(_gaps(words, again))
        since = list(_gaps(before, again)) if known else None
        came = list(_gaps(before, words)) if known else []
    except TooManyWordsError:
        return Proof(why="the texts are too long to be compared")
    size = sum(max(gap.b - gap.a, gap.d - gap.c) for gap in differing)
    if size > max(FEW_WORDS, MOST_SHARE * len(again)) or 2 * size > len(again) + size:
        return Proof(why=f"two fetches differ in {size:,} of {len(again):,} words")
    learned: list[Learned] = []
    why, states = "", False
    for edit in _edits(words, again, differing):
        if is_trifle(edit.old, edit.new):
            continue
        refused = _refusal(edit)
        if since is not None and not _is_printed(edit) and not _changed(edit.gap, since):
            states = True
        elif refused:
            why = refused
        else:
            learned += [_learned(edit.part, edit, url, how)]
            learned += [_learned(part, edit, url, how) for part in _came(edit, words, came)]
    return Proof(tuple(dict.fromkeys(learned)), why, states)


def learn_from_history(states: Sequence[Seen], *, url: str = "") -> tuple[Learned, ...]:
    """Learn from the states of one document, oldest first, up to the one just fetched. Pure.

    The last three changes must be in the same place and nowhere else, or the
    last one must be proved by its own words.
    """
    if len(states) < 2:
        return ()
    latest = _visit_edits(states[-2], states[-1])
    if latest and all(map(_proves_itself, latest)):
        return tuple(_learned(edit.part, edit, url, "history") for edit in latest)
    steps = [_visit_edits(old, new) for old, new in pairwise(states)]
    last = steps[-ENOUGH:]
    if len(last) < ENOUGH or not all(len(step) == 1 for step in last):
        return ()
    edits = [step[0] for step in last]
    if len({edit.part for edit in edits}) != 1 or not _goes_on(edits):
        return ()
    return (_learned(edits[-1].part, edits[-1], url, "history"),)


def learn_across(documents: Sequence[tuple[Seen, Seen]], *, url: str = "") -> tuple[Learned, ...]:
    """Learn from changes of several documents of one source in one crawl, as (old, new). Pure.

    All of them must have changed in places of one kind and nowhere else; the
    part that is learned is what their contexts have in common.
    """
    if len(documents) < ENOUGH:
        return ()
    steps = [_visit_edits(old, new) for old, new in documents]
    if not all(len(step) == 1 for step in steps):
        return ()
    edits = [step[0] for step in steps]
    common = reduce(
        lambda part, edit: generalised(part, edit.part) if part else None,
        edits[1:],
        edits[0].part if edits else None,
    )
    return (_learned(common, edits[-1], url, "history"),) if common else ()


def is_of_a_visit(old: Seen, new: Seen) -> bool:
    """Whether all that changed between two states are stamps that could belong to the visits."""
    return bool(_visit_edits(old, new))


# --- what differs -----------------------------------------------------------


def _gaps(old: Sequence[str], new: Sequence[str]) -> Iterator[Gap]:
    codes = encode(old, new)
    return gaps(align(*codes), len(codes[0]), len(codes[1]))


def _edits(old: Sequence[str], new: Sequence[str], differing: Sequence[Gap]) -> list[_Edit]:
    """The differing places, each stretched to the whole stamps that it is a part of."""
    whole: list[Gap] = []
    for gap in differing:
        gap = _whole(gap, old, new)  # noqa: PLW2901 (the same edit, grown)
        while whole and (gap.a <= whole[-1].b or gap.c <= whole[-1].d):
            last = whole.pop()
            gap = Gap(  # noqa: PLW2901
                min(last.a, gap.a), max(last.b, gap.b), min(last.c, gap.c), max(last.d, gap.d)
            )
        whole.append(gap)
    return [_edit(gap, old, new) for gap in whole]


def _whole(gap: Gap, old: Sequence[str], new: Sequence[str]) -> Gap:
    found = [(gap.a, gap.b, *one) for one in stamps(old, gap.a, gap.b)]
    found += [(gap.c, gap.d, *one) for one in stamps(new, gap.c, gap.d)]
    left = max((first - start for first, _, start, _ in found), default=0)
    right = max((end - last for _, last, _, end in found), default=0)
    left, right = min(max(left, 0), gap.a, gap.c), min(max(right, 0), len(old) - gap.b)
    return Gap(gap.a - left, gap.b + right, gap.c - left, min(gap.d + right, len(new)))


def _edit(gap: Gap, old: Sequence[str], new: Sequence[str]) -> _Edit:
    gone, come = tuple(old[gap.a : gap.b]), tuple(new[gap.c : gap.d])
    before, after = _context(new, gap.c, gap.d)
    part = Volatile(" ".join(before), shape_of(gone, come), " ".join(after))
    near = frozenset({*before[-3:], *after[:2], *map(folded, (*gone, *come))})
    return _Edit(gap, gone, come, part, near)


def _context(words: Sequence[str], start: int, end: int) -> tuple[list[str], list[str]]:
    before = [folded(word) for word in words[max(0, start - CONTEXT) : start]]
    after = [folded(word) for word in words[end : end + CONTEXT]]
    if start < CONTEXT:
        before.insert(0, START)
    if end + CONTEXT > len(words):
        after.append(END)
    return before, after


def _learned(part: Volatile, edit: _Edit, url: str, how: str) -> Learned:
    return Learned(part=part, how=how, example=" ".join(edit.new or edit.old), url=url)


# --- two fetches ------------------------------------------------------------


def _refusal(edit: _Edit) -> str:
    if any(map(is_law, (*edit.old, *edit.new))):
        return "an amount or a section differs between two fetches"
    if max(len(edit.old), len(edit.new)) > _LONGEST:
        return "a whole passage differs between two fetches"
    return ""


def _changed(place: Gap, since: Sequence[Gap]) -> bool:
    """Whether words [c, d) of the second fetch, or none there, are not what was known before."""
    if place.c == place.d:
        return any(gap.c <= place.c <= gap.d for gap in since)
    return any(gap.c < place.d and place.c < gap.d for gap in since) or any(
        gap.c == gap.d and place.c < gap.c < place.d for gap in since
    )


def _is_printed(edit: _Edit) -> bool:
    """Whether words that came or went say when they were printed, and nothing else."""
    words = edit.old or edit.new
    if edit.old and edit.new:
        return False
    label = [folded(word) for word in words if not class_of(word)]
    return (
        len(label) < len(words)
        and bool(PRINTED & set(label))
        and all(word in PRINTED or word in _LABEL for word in label)
    )


def _came(edit: _Edit, words: Sequence[str], came: Sequence[Gap]) -> Iterator[Volatile]:
    """The part with its label as one that may be absent, where the known text lacks both."""
    start, end = edit.gap.a, edit.gap.b
    if "~" in edit.part.shape or "?" in edit.part.shape:
        return
    for gap in came:
        if gap.a != gap.b or not (gap.c <= start and end <= gap.d <= end + 1):
            continue
        label = words[gap.c : start]
        said = {folded(word) for word in label}
        if len(label) <= _LONGEST_LABEL and said & PRINTED and said <= PRINTED | _LABEL:
            before, after = _context(words, gap.c, gap.d)
            shape = shape_of((), words[gap.c : gap.d])
            yield Volatile(" ".join(before), shape, " ".join(after))


# --- history ----------------------------------------------------------------


def _visit_edits(old: Seen, new: Seen) -> list[_Edit]:
    """What changed between two visits, when all of it could belong to the visits; else nothing."""
    words, later = old.text.split(), new.text.split()
    try:
        differing = list(_gaps(words, later))
    except TooManyWordsError:
        return []
    if sum(max(gap.b - gap.a, gap.d - gap.c) for gap in differing) > FEW_WORDS:
        return []
    edits = _edits(words, later, differing)
    return edits if all(_is_of_visit(edit, old.at, new.at) for edit in edits) else []


def _is_of_visit(edit: _Edit, old_at: datetime, new_at: datetime) -> bool:
    atoms = edit.part.shape.split()
    if any(atom[0] in "?~*" for atom in atoms) or any(map(is_law, (*edit.old, *edit.new))):
        return False
    if "date" in atoms or "month" in atoms:
        return _is_day_of(edit.old, old_at) and _is_day_of(edit.new, new_at)
    if atoms[0] == "time":
        return bool(edit.near & PRINTED) and any(map(_SECONDS.match, edit.new))
    if atoms == ["number"]:
        return bool(edit.near & COUNTED) and _grew(edit)
    return atoms == ["token"]


def _is_day_of(words: Sequence[str], at: datetime) -> bool:
    """Whether a stamp says the day of a fetch, wherever on earth it was made."""
    said: date | None = day_of(words)
    return said is not None and abs(said - at.date()) <= _ONE_DAY


def _grew(edit: _Edit) -> bool:
    old, new = count_of(edit.old), count_of(edit.new)
    return old is not None and new is not None and old < new


def _proves_itself(edit: _Edit) -> bool:
    """Whether a change alone proves its place: the days of both fetches, said to be of printing."""
    atoms = edit.part.shape.split()
    old, new = day_of(edit.old), day_of(edit.new)
    return bool(edit.near & PRINTED) and ("date" in atoms or "month" in atoms) and old != new


def _goes_on(edits: Sequence[_Edit]) -> bool:
    """Whether each value is another one than all before it."""
    values = [edits[0].old, *(edit.new for edit in edits)]
    return len(set(values)) == len(values)
