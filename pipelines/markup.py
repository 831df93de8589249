"""What the law adds and strikes, told from how its text is set and what its legend says.

Readers of PDF, RTF, Word and HTML find what is struck, underlined, bold or
italic; what that means stands here once. Struck words go wherever they stand.
Capitals, bold and italic type mean something only where a legend says so
(`pipelines.legends`). An underline means what a legend says; where none says
how new matter is set, it marks new matter in a text that amends, where it is no heading, formula or
label (`pipelines.underlines`). Brackets delete where a legend says so, and
beside new matter where nothing is struck: New York City and others delete so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from pipelines.legends import FACES, SETS_NEW, Legend, legend_of
from pipelines.texts import Mark
from pipelines.underlines import amends, is_formula, new_matter, rewrites
from scrapers.marked import Span

_Range = tuple[int, int]

# --- marks ------------------------------------------------------------------

# From here on faces count: before it a bill prints its title.
_ENACTED = re.compile(
    r"\bBe\s+It\s+(?:Further\s+)?(?:Enacted|Ordained)\b[^:]{0,200}:|\bHEREBY\s+ORDAINS\s*:"
    r"|\bdo\s+enact\s+as\s+follows\s*:",
    re.IGNORECASE,
)
_LEAD_LINE = re.compile(r"SECTION\s+\w+\.\s*", re.IGNORECASE)
_TO_WRITE_ON = "_ \t\n"


def law_marks(text: str, spans: Sequence[Span], *, drawn: bool = False) -> tuple[Mark, ...]:
    """The parts of a text that its law adds or strikes, in order and apart.

    `spans` may overlap and stand in any order. `drawn` tells that they were
    measured on pages: then lines of the text are no paragraphs, and an
    underline in a text that rewrites no law is a link's or a form's. Where
    words would be both, struck wins; what the legend itself shows as an
    example is no mark.
    """
    legend = legend_of(text)
    gap = _LINE_GAP if drawn else _BLANKS
    example = [(legend.start, legend.end)]
    of: dict[str, list[_Range]] = {}
    for span in spans:
        of.setdefault(span.kind, []).append((span.start, span.end))
    struck = _bridged(text, _without(of.get("struck", ()), example), gap)
    underlined = _bridged(text, _without(of.get("underlined", ()), example), gap)
    new, amending = _underlined(text, underlined, legend, is_struck=bool(struck), drawn=drawn)
    added = [*of.get("added", ()), *new]
    for kind in FACES & legend.means:
        added += _enacted(text, of.get(kind, ()), lead_is_set=kind == "bold")
    if "capitals" in legend.means:
        added += _capitals(text)
    added = _united(_without(added, example))
    if "[" in text and ("brackets" in legend.means or (new and amending and not struck)):
        around = struck if "brackets" in legend.means else sorted([*added, *struck])
        brackets = _bracketed(text, around)
        struck = _united([*struck, *_without(brackets, example)])
    marks = [
        *(Mark(start=s, end=e, kind="struck") for s, e in _bridged(text, struck, gap)),
        *(
            Mark(start=s, end=e, kind="added")
            for s, e in _bridged(text, _without(added, struck), gap)
        ),
    ]
    return tuple(sorted(marks, key=attrgetter("start")))


def _underlined(
    text: str, underlined: Sequence[_Range], legend: Legend, *, is_struck: bool, drawn: bool
) -> tuple[list[_Range], bool]:
    """What of the underlined words is new, and whether that is so because the text amends.

    Where italics and underlines mean the same, as in New York, both count from the
    enacting clause on, which is set so too. Maryland amends its titles by underlines.
    """
    if "underlined" in legend.means:
        found = [(start, end) for start, end in underlined if _is_matter(text[start:end])]
        return (list(_enacted(text, found)) if "italic" in legend.means else found), False
    if legend.means & SETS_NEW or not underlined:
        return [], False
    amending = rewrites(text) if drawn else is_struck or amends(text)
    if drawn and not amending:
        return [], False
    return new_matter(text, underlined, amending=amending, drawn=drawn), amending


def _is_matter(words: str) -> bool:
    """Whether underlined words are neither a blank to write on nor a formula."""
    bare = words.strip(_TO_WRITE_ON)
    return bool(bare) and not is_formula(bare)


def _enacted(text: str, ranges: Sequence[_Range], *, lead_is_set: bool = False) -> Iterator[_Range]:
    """The ranges from the enacting clause on, which itself is set as new matter is.

    `lead_is_set` tells that lead lines ("SECTION 1.") are so set in law old and new.
    """
    if not ranges:
        return
    enacted = _ENACTED.search(text)
    begin = enacted.end() if enacted else 0
    for start, end in ranges:
        if start >= begin:
            lead = _LEAD_LINE.match(text, start, end) if lead_is_set else None
            yield lead.end() if lead else start, end


_LINE_GAP = re.compile(r"[ \t]*(?:\n?\f?\n?)[ \t]*")
_BLANKS = re.compile(r"[ \t]*")


def _bridged(text: str, ranges: Iterable[_Range], gap: re.Pattern[str]) -> list[_Range]:
    """Ranges without blanks at their ends, those put together that no more than a gap parts."""
    whole: list[_Range] = []
    for start, end in sorted(ranges):
        words = text[start:end]
        begin = start + len(words) - len(words.lstrip())
        stop = start + len(words.rstrip())
        if begin >= stop:
            continue
        if whole and (begin <= whole[-1][1] or gap.fullmatch(text, whole[-1][1], begin)):
            whole[-1] = (whole[-1][0], max(stop, whole[-1][1]))
        else:
            whole.append((begin, stop))
    return whole


def _united(ranges: Iterable[_Range]) -> list[_Range]:
    """Ranges in order, those put together that touch or overlap."""
    whole: list[_Range] = []
    for start, end in sorted(ranges):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def _without(ranges: Iterable[_Range], taken: Sequence[_Range]) -> Iterator[_Range]:
    """What is left of each range; both are in order, and `taken` are apart."""
    first = 0
    for start, end in sorted(ranges):
        while first < len(taken) and taken[first][1] <= start:
            first += 1
        at = start
        for low, high in taken[first:]:
            if low >= end:
                break
            if low > at:
                yield at, low
            at = max(at, high)
        if at < end:
            yield at, end


# --- brackets ---------------------------------------------------------------

_BRACKET = re.compile(r"[\[\]]")
_LONGEST_BRACKET = 20_000
_EDITORIAL = re.compile(r"(?:sic\b.*|[\s_\u2026]*)", re.IGNORECASE | re.DOTALL)


def _bracketed(text: str, marked: Sequence[_Range]) -> Iterator[_Range]:
    """The outermost [brackets] that delete words, but for those within what is marked."""
    rank = 0
    for start, end in _pairs(text):
        while rank < len(marked) and marked[rank][1] <= start:
            rank += 1
        is_within = rank < len(marked) and marked[rank][0] <= start and end <= marked[rank][1]
        if not is_within and _deletes(text, start, end):
            yield start, end


def _pairs(text: str) -> Iterator[_Range]:
    """Where outermost brackets open and end; one that is not closed soon is no bracket."""
    start, depth = -1, 0
    for found in _BRACKET.finditer(text):
        at = found.start()
        if depth and at - start > _LONGEST_BRACKET:
            depth = 0
        if found[0] == "[":
            start = start if depth else at
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield start, at + 1


def _deletes(text: str, start: int, end: int) -> bool:
    """Whether words in brackets go, and are not what an editor put into a quotation."""
    inner = text[start + 1 : end - 1]
    if _EDITORIAL.fullmatch(inner):
        return False
    begins_word = len(inner) == 1 and inner.isalpha() and text[end : end + 1].isalpha()
    return not begins_word or text[start - 1 : start].isalpha()


# --- capitals ---------------------------------------------------------------

_LAW = re.compile(r"as\s+follows:")
_ACT = re.compile(r"^SECTION\s+\d+\.", re.MULTILINE)
_LEAD = r"(?:\([A-Z0-9]{1,5}\)\s+)"
_RUN = re.compile(
    rf"(?<![\w.]){_LEAD}*[^a-z\[\]\s][^a-z\[\]]*[^a-z\[\]\s](?![a-z])|(?<![\w.]){_LEAD}+"
)
_CAPITAL = re.compile(r"[A-Z]{2,}")


def _capitals(text: str) -> Iterator[_Range]:
    """Runs in capitals within the law as the act gives it, from "as follows:" on."""
    at = 0
    while opened := _LAW.search(text, at):
        closing = _ACT.search(text, opened.end())
        at = closing.start() if closing else len(text)
        for found in _RUN.finditer(text, opened.end(), at):
            if _CAPITAL.search(found[0]):
                yield found.span()


# --- the law without marks --------------------------------------------------

_CLOSING = re.compile(r"[,.;:)\]\u201d\u2019]")


def as_it_would_read(text: str, marks: Sequence[Mark]) -> str:
    """The text as the law would read: with what is added, without what is struck."""
    return _less(text, [mark for mark in marks if mark.kind == "struck"])


def as_it_was(text: str, marks: Sequence[Mark]) -> str:
    """The text without what is added: the law as it was, where it was law.

    An amended bill also strikes what it had first wanted to add; as printed
    that cannot be told from struck law, and stands here too.
    """
    return _less(text, [mark for mark in marks if mark.kind == "added"])


def _less(text: str, marks: Iterable[Mark]) -> str:
    """The text without the marks, and with one gap where marks had one at either side."""
    pieces: list[str] = []
    done = 0
    for mark in marks:
        pieces.append(text[done : mark.start])
        done = mark.end
    pieces.append(text[done:])
    kept = [pieces[0]]
    gap = ""  # what stood before the last cut
    for piece in pieces[1:]:
        bare = kept[-1].rstrip()
        gap = max(kept[-1][len(bare) :], gap if not bare else "", key=_strength)
        kept[-1] = bare
        rest = piece.lstrip()
        gap = max(gap, piece[: len(piece) - len(rest)], key=_strength)
        if gap == " " and _CLOSING.match(rest):
            gap = ""
        if rest:
            kept += (gap, rest)
            gap = ""
    return "".join((*kept, gap))


def _strength(gap: str) -> tuple[int, int, int]:
    return gap.count("\f"), gap.count("\n"), len(gap)
