"""A stand-in for Maine's Legislature: its directory and papers' pages, made of papers that a test changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapers.ports import KnownMeasure
from scrapers.sites.maine import Maine
from scrapers.sites.maine_lists import WIDTH
from scrapers.sites.maine_names import SITE
from tests.visiting import visit as visit_site

PAGES = Path(__file__).parent / "pages" / "maine"
MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LIST = f"{SITE}/bills/billdirectory_ps.asp?snum=132&ldFrom="
PAPER = f"{SITE}/legis/bills/display_ps.asp?"
LAWMAKER = f"{SITE}/LawMakerWeb/"

MISSING = b"<html><head><title>Maine</title></head><body><div id='sec0'>Cannot find requested paper</div></body></html>"


@dataclass
class Paper:
    """A paper: its numbers, its title, its amendments, the lines of its docket, how it ended."""

    code: str
    ld: int = 0
    title: str = "An Act Regarding Town Records"
    amendments: list[str] = field(default_factory=list)
    docket: list[tuple[str, str, str]] = field(default_factory=list)
    disposition: str = ""
    chapter: str = ""

    @property
    def numbers(self) -> str:
        return f"LD {self.ld}, {self.code}" if self.ld else self.code

    @property
    def plain(self) -> str:
        """The number as addresses have it."""
        kind, number = self.code.split()
        return f"{kind}{int(number):04}"


class Statehouse:
    """The site with the papers of its legislatures; an answer in `broken` comes as it stands there."""

    def __init__(self, legislatures: dict[str, list[Paper]]) -> None:
        self.legislatures = legislatures
        self.broken: dict[str, tuple[int, bytes]] = {}

    def answer(self, url: str, _body: Any = None, _meta: Any = None) -> tuple[int, bytes]:
        """Status and body of an answer, as the site would give it."""
        for part, answer in self.broken.items():
            if part in url:
                return answer
        asked = {name.lower(): value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        papers = self.legislatures.get(asked.get("snum", ""), [])
        if "billdirectory" in url:
            return 200, self.directory(papers, asked)
        if "display_ps" in url:
            return 200, self._page(papers, asked)
        return 404, b"<html><head><title>404 - File or directory not found.</title></head></html>"

    def directory(self, papers: list[Paper], asked: Mapping[str, str]) -> bytes:
        """The page of a range of papers."""
        start, session = int(asked["ldfrom"]), asked["snum"]
        last = max((paper.ld for paper in papers), default=0)
        starts = [0, *range(1, last + 1, WIDTH)]
        shown = [one for one in papers if one.ld in (range(start, start + WIDTH) if start else [0])]
        rows = "".join(
            f'<tr><td class="RecordNumbers">{one.numbers}, <span>{session}rd Legislature</span></td>'
            f'<td class="RecordTitle">{escape(one.title)}</td></tr>'
            f'<tr><td></td><td class="RecordLinks"><a href="display_ps.asp">Bill</a></td></tr>'
            for one in shown
        )
        links = "".join(
            f'<li><a href="billdirectory_ps.asp?snum={session}&amp;ldFrom={one}">LD</a></li>'
            for one in starts
            if one != start
        )
        return (
            f'<html><head><title>Directory</title></head><body><ul class="paperList">{links}</ul>'
            f'<table id="search-results">{rows}</table></body></html>'
        ).encode()

    def _page(self, papers: list[Paper], asked: Mapping[str, str]) -> bytes:
        found = next(
            (one for one in papers
             if asked.get("paper") == one.plain or asked.get("ld") == str(one.ld)),
            None,
        )  # fmt: skip
        if found is None:
            return MISSING
        at = f"getPDF.asp?paper={found.plain}&amp;snum={asked['snum']}&amp;item="
        amendments = "".join(
            f'<span class="tlnk-amdblk"><span class="story_subhead">{note}</span>'
            f'<a href="{at}{item}">Printed Document PDF</a></span>'
            for item, note in enumerate(found.amendments, 2)
        )
        chapter = (
            f'<span class="tlnk-bill"><span class="inlineHeading">{found.chapter}</span>'
            f'<a href="{at}99">Printed Chapter PDF</a></span>'
        )
        rows = "".join(
            f"<tr><td>{day}</td><td>{did}</td><td>{result}</td></tr>"
            for day, did, result in found.docket
        )
        return (
            f"<html><head><title>{found.numbers}, Text and Status</title></head><body>"
            f'<div id="sec0"><a href="{at}1">Printed Document PDF</a>{amendments}'
            f'<span class="tlnk-final">{found.disposition}</span>{chapter if found.chapter else ""}</div>'
            f'<table name="CDtab"><tr><td></td></tr>{rows}</table></body></html>'
        ).encode()


def fixture(name):
    return (PAGES / name).read_bytes()


def served():
    """The site as the fixtures have it: LawMaker knows one paper."""
    return {
        f"{LIST}1": fixture("directory-1.html"),
        f"{LIST}201": fixture("directory-201.html"),
        f"{LIST}0": fixture("directory-0.html"),
        f"{PAPER}LD=7&snum=132": fixture("HP0011.html"),
        f"{PAPER}LD=12&snum=132": fixture("SP0029.html"),
        f"{PAPER}LD=13&snum=132": fixture("HP0040.html"),
        f"{PAPER}LD=201&snum=132": fixture("SP0099.html"),
        f"{PAPER}paper=SP0320&snum=132": fixture("SP0320.html"),
        f"{PAPER}paper=HP0815&snum=132": fixture("no-such-paper.html"),
        f"{LAWMAKER}summary.asp?paper=HP0011&SessionID=16": fixture("summary.html"),
        f"{LAWMAKER}dockets.asp?ID=280090011": fixture("dockets.html"),
        f"{LAWMAKER}sponsors.asp?ID=280090011": fixture("sponsors.html"),
        f"{LAWMAKER}subjects.asp?ID=280090011": fixture("subjects.html"),
    }


def visit(pages=None, *, now=MARCH, **options):
    return visit_site(Maine, served() if pages is None else pages, now=now, **options)


def known_of(site, *, seen_last=MARCH):
    """What the store would know after a crawl."""
    return tuple(
        KnownMeasure(
            identifier=one.identifier, session=one.session, title=one.title,
            status=one.status, listing=one.listing, extras=one.extras, seen_last=seen_last,
        )
        for one in site.measures.values()
    )  # fmt: skip


def papers_asked(site):
    return [url.split("?")[1] for _, url in site.asked if "display_ps" in url]
