"""New Mexico's folders of a session: which papers there are and which texts each has. Pure.

The server lists a folder's files with the day and size of each, which no page
of a bill shows of all its texts. A file's name is the number, four digits wide,
and what the text is: `HB0009.pdf`, `HB0009JCS.pdf` (a committee's substitute),
`HB0009FH1.pdf` (a floor amendment).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from html import unescape

from config.vocabulary import VersionClassification
from scrapers.errors import ParseDrift
from scrapers.items import Link, Version
from scrapers.platforms.legistar_rows import digest
from scrapers.selectors import address
from scrapers.sites.new_mexico_words import CHAMBERS, FOLDERS, IGNORED, PAPERS, TEXTS

PLACE = "us/nm"
SITE = "https://www.nmlegis.gov"
PARENT = "[To Parent Directory]"

_LINE = re.compile(
    r"(?:(?P<day>\d{1,2}/\d{1,2}/\d{4}|\d\d-\d\d-\d\d)\s+(?P<time>\d{1,2}:\d\d\s*[AP]M)\s+"
    r"(?P<size>\d+|&lt;dir&gt;)\s*)?<A\s+(?:[A-Z-]+=\"[^\"]*\"\s+){0,5}HREF=\"(?P<href>[^\"]*)\"[^<>]{0,200}>(?P<name>[^<]*)</A>",
    re.IGNORECASE,
)
_LINK = re.compile(r"<A\s", re.IGNORECASE)
_FILE = re.compile(r"([HS])(B|JR|CR|R|JM|M)0*(\d{1,4})([A-Z0-9]*)\.(pdf|html?)", re.IGNORECASE)
_TYPES = {"pdf": "application/pdf", "htm": "text/html", "html": "text/html"}
_NUMBER = re.compile(r"([HS])(B|JR|CR|R|JM|M)\s*0*(\d+)", re.IGNORECASE)

Number = tuple[str, str, int]
"""A paper's chamber (H, S), kind (B, JR ...) and number in its session."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a folder; `posted` is the local time the server gives it."""

    number: Number
    suffix: str
    url: str
    media_type: str
    posted: datetime | None
    size: int


@dataclass(slots=True)
class Folder:
    """A folder as listed: its files, and the names nobody understands, counted.

    `unread` counts the links that are of another form than a file's.
    """

    files: list[File] = field(default_factory=list)
    unread: int = 0
    unknown: Counter[str] = field(default_factory=Counter)


def folders(session: str, site: str = SITE) -> list[tuple[str, str]]:
    """The folders of a session's papers as (name, address): bills, resolutions, memorials of either chamber."""
    slug = session.replace(" ", "%20")
    return [
        (f"{name}/{house}", f"{site}/Sessions/{slug}/{name}/{house}/")
        for name in FOLDERS
        for house in ("house", "senate")
    ]


def final_folder(session: str, site: str = SITE) -> str:
    """Where the texts stand as they left the Legislature."""
    return f"{site}/Sessions/{session.replace(' ', '%20')}/final/"


def read_folder(markup: str, url: str) -> Folder:
    """The files of a folder. Raises ParseDrift for a page that is no listing of one."""
    if PARENT not in markup:
        raise ParseDrift("a page without a link to its parent folder is no list of files", url)
    found = Folder(unread=len(_LINK.findall(markup)))
    for match in _LINE.finditer(markup):
        found.unread -= 1
        name = unescape(match["name"]).strip()
        if name == PARENT or (match["size"] or "").startswith("&lt;"):
            continue
        # A copy somebody left lying there, "HB0009 - COPY.pdf", and names with words behind them.
        if "COPY" in name.upper():
            continue
        plain = re.sub(r"\s.*(?=\.)", "", name)
        file = _FILE.fullmatch(plain)
        if file is None or file[4].upper() in IGNORED:
            found.unknown[re.sub(r"\d", "#", name)[:60]] += 1
            continue
        number = (file[1].upper(), file[2].upper(), int(file[3]))
        leads_to = address(url, unescape(match["href"]).replace(" ", "%20"))
        if not leads_to:
            found.unread += 1
            continue
        found.files.append(
            File(number, file[4].upper(), leads_to, _TYPES[file[5].lower()], _posted(match), int(match["size"] or 0))
        )  # fmt: skip
    return found


def _posted(match: re.Match[str]) -> datetime | None:
    said = f"{match['day']} {''.join((match['time'] or '').split())}"
    for form in ("%m/%d/%Y %I:%M%p", "%m-%d-%y %I:%M%p"):
        try:
            return datetime.strptime(said, form)  # noqa: DTZ007 - the server's local time, kept as it stands
        except ValueError:
            continue
    return None


def printed(number: Number) -> str:
    """A number as one cites it, "HB 9"."""
    return f"{number[0]}{number[1]} {number[2]}"


def number_in(said: str) -> Number | None:
    """The number that words such as "HB  73" are; None for what is none."""
    match = _NUMBER.fullmatch(" ".join(said.split()))
    return (match[1].upper(), match[2].upper(), int(match[3])) if match else None


def chamber(number: Number) -> str:
    return CHAMBERS[number[0]]


def stamp(files: Iterable[File]) -> str:
    """A digest of a paper's files: it is another one when a text came, went or was posted anew."""
    return digest(
        {
            one.url: [one.posted.isoformat() if one.posted else "", one.size]
            for one in sorted(files, key=lambda one: one.url)
        }
    )


def versions(files: Sequence[File], final: Sequence[File]) -> tuple[tuple[Version, ...], list[str]]:
    """A paper's texts in the order they were posted, and the suffixes nobody understands.

    PDF files come first: they are what is official, and what shows marks.
    """
    texts: dict[str, list[File]] = {}
    for one in files:
        texts.setdefault(one.suffix, []).append(one)
    found: list[tuple[date, int, Version]] = []
    unknown = []
    for suffix, several in texts.items():
        if any(re.fullmatch(paper, suffix) for paper in PAPERS):
            continue
        rank, note, step = _text(suffix)
        if not note:
            unknown.append(suffix)
            note = suffix
        day = _day(several)
        found.append((day or date.max, rank, _version(note, step, several, day)))
    found.sort(key=lambda one: one[:2] if one[1] else (date.min, 0))
    shown = [version for _, _, version in found]
    if final:
        shown.append(_version("Final version", VersionClassification.ENROLLED, final, _day(final)))
    return tuple(shown), unknown


def papers(files: Iterable[File]) -> tuple[Link, ...]:
    """The files that are about a paper and no text of it: the roll calls."""
    names = {"H": "House vote", "S": "Senate vote"}
    return tuple(
        Link(url=one.url, text=names[one.suffix[0]], media_type=one.media_type)
        for one in files
        if any(re.fullmatch(paper, one.suffix) for paper in PAPERS)
    )


def _text(suffix: str) -> tuple[int, str, VersionClassification | None]:
    for rank, (pattern, note, step) in enumerate(TEXTS):
        if match := re.fullmatch(pattern, suffix):
            return rank, " ".join(note.format(*match.groups()).split()), step
    return len(TEXTS), "", None


def _version(
    note: str, step: VersionClassification | None, files: Iterable[File], day: date | None
) -> Version:
    ordered = sorted(files, key=lambda one: one.media_type != _TYPES["pdf"])
    links = tuple(Link(url=one.url, media_type=one.media_type) for one in ordered)
    return Version(note=note, date=day, classification=step, links=links)


def _day(files: Iterable[File]) -> date | None:
    """The first day a text was posted on: its other form may come later."""
    return min((one.posted.date() for one in files if one.posted), default=None)
