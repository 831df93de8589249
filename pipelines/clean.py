"""Cleaning of text: folding for comparison, and mending of lines taken from pages.

Two texts that differ only in glyphs, spaces or line breaks are one text in law.
`normalise` folds such differences away and stays readable; `text_digest` goes
further and names the text itself, so that a document printed anew with other
line breaks is the same document.

The functions on `Line`s mend what a printed page adds to a text: line numbers
in its margins, running heads and feet, words broken at the line's end. They
take away only what repeats in a way that body text does not.
"""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

# --- folding for comparison -------------------------------------------------

_LETTER = r"[^\W\d_]"
_BROKEN_SOFTLY = re.compile(r"[\u00ad\ufffe][ \t]*[\n\f\r]\s*")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufffe]"
)
# What stands before a hyphen is looked at after it is found: that is fifty times as fast.
_BROKEN_WORD = re.compile(r"-(?<=\w-)[ \t]*[\n\f\r]\s*(?=\w)")
_LONG_DASH = re.compile(r"(?:--|-\u2014|-\u2015|\u2014|\u2015)[-\u2014\u2015]*")
_HYPHEN_WITHIN = re.compile(rf"-(?<={_LETTER}-)(?={_LETTER})")
_GLYPHS = (
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\u2043", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035\u02bc\u02b9`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"')
    | dict.fromkeys("\u25cf\u25aa\uf0b7\uf0a7", "\u2022")
)
_GLYPH = re.compile(f"[{''.join(_GLYPHS)}]")


def normalise(text: str) -> str:
    """The text as words to compare: case and letters kept, glyphs and spaces folded.

    Applying it again changes nothing.
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", _BROKEN_SOFTLY.sub("", text))
        text = _GLYPH.sub(lambda found: _GLYPHS[found[0]], unicodedata.normalize("NFKC", text))
    text = _LONG_DASH.sub(" - ", _BROKEN_WORD.sub(_hyphen_that_stays, text))
    text = " ".join(_INVISIBLE.sub("", text).replace("''", '"').split())
    # Letters that something kept apart may form one character now.
    return unicodedata.normalize("NFKC", text)


def _hyphen_that_stays(found: re.Match[str]) -> str:
    """Keep the hyphen of "Vice-/Chair" and "107-/276", not that of "immi-/gration"."""
    before, after = found.string[found.start() - 1], found.string[found.end()]
    if not (before.isalpha() and after.isalpha()):
        return "-"
    return "-" if after.isupper() and not before.isupper() else ""


def text_digest(text: str) -> str:
    """SHA-256 (hex) of the normalised text without its spaces and the hyphens in its words.

    Neither tells one law from another, and both change whenever a text is
    printed with other line breaks.
    """
    bare = _HYPHEN_WITHIN.sub("", normalise(text)).replace(" ", "")
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()


# --- symbols ----------------------------------------------------------------

_CONTROLS = (*range(0x09), 0x0B, 0x0C, *range(0x0D, 0x20), *range(0x7F, 0xA0))
_WIDTHLESS = (0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
_SPACES = (0xA0, *range(0x2000, 0x200B), 0x202F, 0x3000)
_READABLE = (
    dict.fromkeys((*_CONTROLS, *_WIDTHLESS), "")
    | dict.fromkeys(_SPACES, " ")
    | {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
    | {0xF0B7: "\u2022", 0xF0A7: "\u25aa"}
)
_ODD = re.compile("[" + "".join(map(re.escape, map(chr, (*_READABLE, 0xFFFD)))) + "]")
_LOST_SECTION_SIGN = re.compile(r"\ufffd(?=\ufffd?\s?\d)")


def restore_symbols(text: str) -> str:
    """Ligatures as letters, odd spaces as spaces, the section sign where it was lost.

    Control and widthless characters go; line feeds and tabs stay. A form feed
    goes, since to us it means the end of a page.
    """
    if not _ODD.search(text):
        return text
    return _LOST_SECTION_SIGN.sub("\u00a7", text).translate(_READABLE)


# --- words broken at the end of a line --------------------------------------

SOFT_BREAK = "\ufffe"  # pdfium's sign for a hyphen at the end of a line
_BREAKS = ("-\n", "\u2013\n", "\u00ad\n", SOFT_BREAK)
_BREAK = re.compile(r"([-\u2013\u00ad\ufffe])\n(\w\S*)( ?)")
_WORD = re.compile(r"\w+")
_LAST_WORD = re.compile(r"\w+\Z")
_LONGEST_WORD = 40
_FIRST_OF_COMPOUND = frozenset({"self", "cross", "two", "three", "five", "half"})
_LAST_OF_COMPOUND = frozenset(
    {
        "related", "based", "neutral", "responsive", "specific", "free", "thirds", "fifths",
        "fourths", "class", "time", "term", "owned", "funded", "level", "year", "being"
    }
)  # fmt: skip
_SHORTEST_PART = 3


def join_broken_words(texts: Sequence[str]) -> list[str]:
    """The pages' texts with words made whole that were broken at the end of a line.

    The second half comes up to the first, and the line ends after it. A hyphen
    that belongs to the word stays; the document's own words decide where they can.
    """
    words = _Usage(texts)
    return [_joined(text, words) for text in texts]


def _joined(text: str, words: "_Usage") -> str:
    if not any(sign in text for sign in _BREAKS):
        return text
    return _BREAK.sub(lambda found: _mended(found, words), text).replace(SOFT_BREAK, "-")


def _mended(found: re.Match[str], words: "_Usage") -> str:
    sign, rest, space = found.groups()
    begin = max(0, found.start() - _LONGEST_WORD)
    first = _LAST_WORD.search(found.string[begin : found.start()])
    second = _WORD.match(rest)
    if not first or not second:
        return found[0]
    end = "\n" if space else ""
    if sign == "\u2013":
        return f"{sign}{rest}{end}"
    return f"-{rest}{end}" if words.keep_hyphen(first[0], second[0]) else f"{rest}{end}"


class _Usage:
    """How a document itself writes its words; looked up only once a word is broken."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._folded = ""

    def keep_hyphen(self, first: str, second: str) -> bool:
        """Whether the hyphen between two parts of a word is the word's own."""
        if second[0].isdigit() or first[-1].isdigit():
            return True
        if second[0].isupper() and not first.isupper():
            return True
        first, second = first.lower(), second.lower()
        if self._has(first + second):
            return False
        if self._has(f"{first}-{second}") or self._has(f"{first} {second}"):
            return True
        if first in _FIRST_OF_COMPOUND:
            return True
        return len(first) >= _SHORTEST_PART and second in _LAST_OF_COMPOUND

    def _has(self, word: str) -> bool:
        """Whether the document has the word, standing by itself."""
        self._folded = self._folded or "\n".join(self._texts).lower()
        at = self._folded.find(word)
        while at >= 0:
            after = at + len(word)
            alone = not self._folded[at - 1 : at].isalpha()
            if alone and not self._folded[after : after + 1].isalpha():
                return True
            at = self._folded.find(word, after)
        return False


# --- lines of a page --------------------------------------------------------


@dataclass(slots=True)
class Line:
    """One printed line, and where its first character stands: points from the lower left.

    `body_x` is where the text after a leading number starts and `tail_x` where
    a trailing number starts; each is 0 when the line has no such number. An
    `aside` is set up or down the margin, apart from what is read.
    """

    text: str
    x: float
    y: float
    body_x: float = 0.0
    tail_x: float = 0.0
    aside: bool = False


# --- line numbers -----------------------------------------------------------

LEADING_NUMBER = re.compile(r"(\d{1,3})(?:\s+|\Z)")
TRAILING_NUMBER = re.compile(r"(?:\A|\s)(\d{1,3})\Z")
_NUMBERS_THAT_CONVINCE = 5
_NUMBERS_THAT_CONVINCE_ALONE = 10
_SHORT_DOCUMENT = 2
_PROSE = 20  # letters beside a number, on average: fewer make a table
_THREE_DIGITS = 18.0  # points
_JITTER = 2.5
_JITTER_OF_PAGES = 4.0


@dataclass(frozen=True, slots=True)
class _Column:
    """The numbers 1 to n down one margin of a page, and the ranks of the lines that bear them."""

    x: float
    ranks: frozenset[int]
    prose: bool


def drop_line_numbers(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages without the line numbers printed in their left or right margins.

    They are believed only where they run 1, 2, 3 ... down one column beside
    prose, on two pages at least or at length in a short document.
    """
    return _without_column(
        _without_column(pages, _left_column, _cut_lead), _right_column, _cut_tail
    )


def _without_column(
    pages: Sequence[list[Line]],
    find: Callable[[list[Line]], _Column | None],
    cut: Callable[[Line], Line],
) -> list[list[Line]]:
    columns = [find(page) for page in pages]
    lengths = [len(column.ranks) for column in columns if column and column.prose]
    margins = [
        column.x
        for column in columns
        if column and column.prose and len(column.ranks) >= _NUMBERS_THAT_CONVINCE
    ]
    columns = [column if column and _is_near(column.x, margins) else None for column in columns]
    pages_with = len(columns) - columns.count(None)
    at_length = max(lengths, default=0) >= _NUMBERS_THAT_CONVINCE_ALONE
    if len(margins) < 2 and not (at_length and (pages_with > 1 or len(pages) <= _SHORT_DOCUMENT)):
        return list(pages)
    return [
        _cut_column(page, column.ranks, cut) if column else page
        for page, column in zip(pages, columns, strict=True)
    ]


def _is_near(x: float, margins: list[float]) -> bool:
    return any(abs(x - margin) <= _JITTER_OF_PAGES for margin in margins)


def _cut_column(page: list[Line], ranks: frozenset[int], cut: Callable[[Line], Line]) -> list[Line]:
    lines = [cut(line) if rank in ranks else line for rank, line in enumerate(page)]
    return [line for line in lines if line.text]


def _left_column(lines: list[Line]) -> _Column | None:
    found = [
        _Number(line.y, line.x, rank, match[1], len(line.text) - match.end())
        for rank, line in enumerate(lines)
        if line.text[0].isdigit()
        and (match := LEADING_NUMBER.match(line.text))
        and (match.end() == len(line.text) or line.body_x - line.x >= 6 * len(match[1]) + 5)
    ]
    edge = min((number.x for number in found), default=0) + _THREE_DIGITS
    return _column([number for number in found if number.x <= edge])


def _right_column(lines: list[Line]) -> _Column | None:
    found = [
        _Number(line.y, line.tail_x, rank, match[1], match.start())
        for rank, line in enumerate(lines)
        if line.tail_x and (match := TRAILING_NUMBER.search(line.text))
    ]
    edge = max((number.x for number in found), default=0) - _THREE_DIGITS
    return _column([number for number in found if number.x >= edge])


class _Number(NamedTuple):
    """A number at one end of a line, with the count of letters beside it."""

    y: float
    x: float
    rank: int
    digits: str
    letters: int


def _column(found: list[_Number]) -> _Column | None:
    """The numbers as one column, when they count its lines and stand in line themselves.

    The first or last may be the page's own number, in the same margin.
    """
    found.sort(key=lambda number: -number.y)
    for numbers in (found, found[1:], found[:-1], found[1:-1]):
        if numbers and _run_from_one(numbers) and _stand_in_line(numbers):
            beside = [number.letters for number in numbers if number.letters]
            return _Column(
                x=numbers[0].x,
                ranks=frozenset(number.rank for number in numbers),
                prose=not beside or fmean(beside) >= _PROSE,
            )
    return None


def _run_from_one(numbers: list[_Number]) -> bool:
    return all(int(number.digits) == rank for rank, number in enumerate(numbers, 1))


def _stand_in_line(numbers: list[_Number]) -> bool:
    places = defaultdict(list)
    for number in numbers:
        places[len(number.digits)].append(number.x)
    return all(max(xs) - min(xs) <= _JITTER for xs in places.values())


def _cut_lead(line: Line) -> Line:
    return Line(line.text.lstrip("0123456789").lstrip(), line.body_x, line.y, 0.0, line.tail_x)


def _cut_tail(line: Line) -> Line:
    return Line(line.text.rstrip("0123456789").rstrip(), line.x, line.y, line.body_x)


# --- running heads and feet -------------------------------------------------

_EDGE = 3  # lines at the head or foot of a page that may be running lines
_SAME_HEIGHT = 4.0  # points
_LONGEST_PAGE_NUMBER = 6  # the Federal Register passes 100,000 pages a year
_FEW_PAGES = 4
_DENSE = 0.4  # of the pages from the first to the last that bear it
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page )?[-\u2013\u2014\[(]* ?(\d+) ?[-\u2013\u2014\])]*(?: ?(?:of|/) ?\d+)?", re.IGNORECASE
)


class _Sighting(NamedTuple):
    """A line near a page's edge; `words` is the line with or without a number at its ends."""

    page: int
    rank: int
    y: float
    text: str
    words: str


# Which lines from a page's edge inwards are running lines, and whether they go.
_Verdicts = dict[int, bool]


def drop_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages, their lines top down, without heads and feet that run through them.

    A line near a page's edge goes when lines like it stand as high on other
    pages, and either a number in them counts the pages or they are the same to
    the letter. In the second case the head of the first page stays, for it may
    be the only place that names the document. A page's number goes too, alone
    or beside words that make a line of the first page, and so does an aside that
    several pages bear. What stands beyond a line that stays is never touched,
    nor is a page that would have nothing left.
    """
    bodies = [[line for line in page if not line.aside] for page in pages]
    titles = {line.text for line in bodies[0]} if bodies else set()
    heads = _running([body[:_EDGE] for body in bodies], titles, first_stays=True)
    feet = _running([body[: -_EDGE - 1 : -1] for body in bodies], titles, first_stays=False)
    return [
        (_cut_edge(_cut_edge(body, head)[::-1], foot)[::-1] or body) + asides
        for body, head, foot, asides in zip(bodies, heads, feet, _lone_asides(pages), strict=True)
    ]


def _lone_asides(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Each page's asides but for those that other pages bear too."""
    asides = [[line for line in page if line.aside] for page in pages]
    seen = Counter(text for lines in asides for text in {line.text for line in lines})
    return [[line for line in lines if seen[line.text] == 1] for lines in asides]


def _cut_edge(lines: list[Line], verdicts: _Verdicts) -> list[Line]:
    """The lines from one edge inwards without the running lines at that edge."""
    inner = next(rank for rank in range(len(verdicts) + 1) if rank not in verdicts)
    return [line for rank, line in enumerate(lines) if rank >= inner or not verdicts[rank]]


def _running(
    edges: Sequence[list[Line]], titles: set[str], *, first_stays: bool
) -> list[_Verdicts]:
    alike: dict[str, list[_Sighting]] = defaultdict(list)
    verdicts: list[_Verdicts] = [{} for _ in edges]
    for page, lines in enumerate(edges):
        for rank, line in enumerate(lines):
            if _is_page_number(line.text, page + 1, titles):
                verdicts[page][rank] = True
            for words in _guises(line.text):
                alike[_NUMBER.sub("#", words)].append(
                    _Sighting(page, rank, line.y, line.text, words)
                )
    for sightings in alike.values():
        for group in _same_height(sightings) if len(sightings) > 1 else ():
            for sighting in _counting(group, len(edges)):
                verdicts[sighting.page][sighting.rank] = True
            for sighting in _repeated(group, len(edges)):
                goes = not (first_stays and sighting.page == 0)
                verdicts[sighting.page].setdefault(sighting.rank, goes)
    return verdicts


def _is_page_number(text: str, page: int, titles: set[str]) -> bool:
    """Whether the line is the page's number, alone or beside words of the first page."""
    number = str(page)
    if number not in text:
        return False
    if found := _PAGE_NUMBER.fullmatch(text):
        return int(found[1]) == page
    first, _, rest = text.partition(" ")
    before, _, last = text.rpartition(" ")
    return page > 1 and (
        (first == number and rest in titles) or (last == number and before in titles)
    )


def _guises(text: str) -> Iterator[str]:
    """The line, and the line without a number at its start or its end."""
    yield text
    if text[0].isdigit():
        yield text.lstrip("0123456789").lstrip()
    if text[-1].isdigit():
        yield text.rstrip("0123456789").rstrip()


def _same_height(sightings: list[_Sighting]) -> Iterator[list[_Sighting]]:
    """The sightings in groups that stand at one height on their pages."""
    sightings.sort(key=lambda sighting: sighting.y)
    group = sightings[:1]
    for lower, upper in pairwise(sightings):
        if upper.y - lower.y > _SAME_HEIGHT:
            yield group
            group = []
        group.append(upper)
    yield group


def _counting(group: list[_Sighting], page_count: int) -> list[_Sighting]:
    """Those in which some number goes up by one from page to page.

    A number within the line is believed when it does so on half of all pages,
    one at an end of it when it does so on half of the pages that bear the line.
    """
    inner: dict[int, list[_Sighting]] = defaultdict(list)
    outer: dict[int, list[_Sighting]] = defaultdict(list)
    for sighting in group:
        for number in _NUMBER.finditer(sighting.text):
            if len(number[0]) <= _LONGEST_PAGE_NUMBER:
                at_end = number.start() == 0 or number.end() == len(sighting.text)
                offsets = outer if at_end else inner
                offsets[int(number[0]) - sighting.page].append(sighting)
    bearing = _pages(group)
    for offsets, pages in ((outer, bearing), (inner, page_count)):
        most = max(offsets.values(), key=_pages, default=[])
        if _pages(most) > 1 and 2 * _pages(most) >= pages:
            return most
    return []


def _pages(group: list[_Sighting]) -> int:
    return len({sighting.page for sighting in group})


def _repeated(group: list[_Sighting], page_count: int) -> list[_Sighting]:
    """The group when its words are the same on enough pages, close to one another."""
    if not group[0].words or len({sighting.words for sighting in group}) > 1:
        return []
    pages = [sighting.page for sighting in group]
    reach = max(pages) - min(pages) + 1
    enough = 2 if page_count <= _FEW_PAGES else 3
    return group if _pages(group) >= max(enough, _DENSE * reach) else []


# --- lines to text ----------------------------------------------------------

_WIDER = 1.35  # times the pitch of the lines next to it: a paragraph begins
_FAR_WIDER = 1.8  # times the document's usual pitch
_TIGHTEST_PITCH = 6.0  # points; less is a raised or lowered piece of one line
_NO_PITCH = 1e6


def texts_of(pages: Sequence[list[Line]]) -> list[str]:
    """The pages' lines as text, with a blank line between those that stand visibly apart."""
    steps = [[upper.y - lower.y for upper, lower in pairwise(page)] for page in pages]
    pitches = sorted(step for page in steps for step in page if step >= _TIGHTEST_PITCH)
    far = _FAR_WIDER * pitches[len(pitches) // 2] if pitches else _NO_PITCH
    return [_text_of(lines, page, far) for lines, page in zip(pages, steps, strict=True)]


def _text_of(lines: list[Line], steps: list[float], far: float) -> str:
    if not lines:
        return ""
    pitches = [step if step >= _TIGHTEST_PITCH else _NO_PITCH for step in steps]
    around = [_NO_PITCH, *pitches, _NO_PITCH]
    pieces = [lines[0].text]
    for rank, step in enumerate(steps):
        apart = step > far or step > _WIDER * min(around[rank], around[rank + 2])
        pieces.append("\n\n" if apart else "\n")
        pieces.append(lines[rank + 1].text)
    return "".join(pieces)
