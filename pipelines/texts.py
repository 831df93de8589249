"""The values that pass between stages: texts, marks, matches, observations, changes.

Offsets count Unicode code points into `Extracted.text`, which is the pages
joined by form feeds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal

from config.vocabulary import ChangeKind, Standing, TextState
from scrapers.items import EMPTY, Event, Measure

PAGE_BREAK = "\f"
_place = itemgetter(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its 1-based number, where it starts in the whole text, its words.

    The number is None where a text has no pages: the whole of it is one `Page`.
    `method` says how the words were read (pdfium, html, sheet, ocr ...) and
    `confidence`, from 0 to 1, how far to trust them. `lines` are the numbers
    that the page prints beside its lines, as (where the line begins in `text`,
    its number), in order; number 0 stands where unnumbered lines follow.
    `original` is the page's text before it was cleaned, empty where that
    changed nothing. `doubtful` are the words that were hard to read in a
    picture, as (start, end, confidence) in `text`, in order.
    """

    number: int | None
    start: int
    text: str
    method: str
    confidence: float = 1.0
    lines: tuple[tuple[int, int], ...] = ()
    original: str = ""
    doubtful: tuple[tuple[int, int, float], ...] = ()

    def printed_lines(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and last line number beside the page's text [start, end), if it has any."""
        begin = max(0, bisect_right(self.lines, start, key=_place) - 1)
        beyond = bisect_left(self.lines, max(end, start + 1), key=_place)
        found = [number for _, number in self.lines[begin:beyond] if number]
        return (found[0], found[-1]) if found else None


def joined(pages: Iterable[Page]) -> str:
    """The text of which these are all the pages."""
    return PAGE_BREAK.join(page.text for page in pages)


def is_scanned(pages: Iterable[Page]) -> bool:
    """Whether some of the pages were read as pictures."""
    return any(page.method.startswith("ocr") for page in pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A span [start, end) that the text marks as being added to the law or struck."""

    start: int
    end: int
    kind: Literal["added", "struck"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of one document.

    An unreadable document has no pages and at least one warning. `reason` is a
    word for machines: "", "truncated", "encrypted", "empty", "error-page",
    "unknown-type", "broken", "limit", "timeout" or "crashed". A truncated
    document can have pages; it is never taken for an amendment.
    """

    media_type: str
    method: str
    pages: tuple[Page, ...] = ()
    marks: tuple[Mark, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""

    @property
    def text(self) -> str:
        return joined(self.pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A topic found in a text, or in a title, an abstract or the sponsors (`field`).

    `term` is the term as the topic writes it, `snippet` the passage round it,
    `page` the 1-based page or None. `new` tells whether the passage was absent
    from the version before. For whoever cites it: `section` is the heading it
    stands under ("Section 3(b)"), `lines` are the first and last number printed
    beside it, `confidence` is that of its page.
    """

    topic: str
    term: str
    start: int
    end: int
    page: int | None
    snippet: str
    standing: Standing
    score: float = 1.0
    field: str = "text"
    new: bool = True
    section: str = ""
    lines: tuple[int, int] | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Volatile:
    """A place in the texts of a source that changes at every visit.

    `before` and `after` are the folded words that stand round it, `shape` says
    what may stand in it; `pipelines.volatile` says how both are written.
    """

    before: str
    shape: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A volatile part with what proved it: `how` is "twice", "history" or "probe"."""

    part: Volatile
    how: str
    example: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One edit of a redline: words [old_start, old_end) become [new_start, new_end).

    A `cosmetic` one changes how the text looks and not what it says, or stands in
    the `volatile` part of the source that it names.
    """

    kind: Literal["insert", "delete", "replace", "move"]
    section: str
    old: str
    new: str
    old_start: int
    old_end: int
    new_start: int
    new_end: int
    cosmetic: bool = False
    volatile: Volatile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redline:
    """The difference of two texts. Counts are words; the hunks applied to old give new.

    `cosmetic` is true when nothing but looks differs (spacing, capitals,
    punctuation, the numbers of paragraphs, letters misread in a scan) and what
    changes at every visit: such a difference is no amendment.
    """

    equal: bool
    cosmetic: bool
    inserted: int
    deleted: int
    hunks: tuple[Hunk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionText:
    """What became of one version's text in this crawl, beside `Measure.versions`.

    `sha256` names the document's bytes (hex, "" when there are none) and
    `text_sha256` the normalised text. `accepted` is false for what must not
    touch what we know: an error page, a truncated file, a failed fetch.
    `instead_of` names the bytes that a known address gave before these.
    """

    state: TextState
    extracted: Extracted | None = None
    sha256: str = ""
    text_sha256: str = ""
    extractor: str = ""
    url: str = ""
    reason: str = ""
    accepted: bool = True
    matches: tuple[Match, ...] = ()
    instead_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A measure on its way to the store. `texts` runs along `measure.versions`.

    `learned` are volatile parts that its texts proved, with which it is compared.
    """

    source: str
    measure: Measure
    texts: tuple[VersionText, ...] = ()
    matches: tuple[Match, ...] = ()  # in the fields
    learned: tuple[Learned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventObservation:
    """An event with its agenda on its way to the store."""

    source: str
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one measure: what it was, what it is, said in a sentence.

    `before` and `after` hold only JSON values. `old_note` and `new_note` name
    the versions concerned, when there are any.
    """

    kind: ChangeKind
    before: Any = None
    after: Any = None
    summary: str = ""
    old_note: str = ""
    new_note: str = ""
    details: Mapping[str, Any] = field(default_factory=lambda: EMPTY, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost. Seconds are wall seconds, memory is bytes."""

    seconds: float = 60.0
    memory: int = 1 << 30
    pages: int = 3000
    characters: int = 30_000_000
    bytes: int = 100 << 20
    decompressed: int = 400 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Bytes of a document as the store keeps them, with what a recheck needs."""

    url: str
    sha256: str
    path: str
    media_type: str = ""
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False
