"""From PrimeGov's meetings and HTML agendas to events. Pure.

A meeting's row names its documents; one that was compiled as HTML (type 3) is
the agenda as a page: sections (`[data-sectionid]`) with items
(`div.meeting-item[data-itemid]`), each a table with a number in brackets
(`td.number-cell`) and a cell of lines (`td.item-cell`, `div.agenda-item`), the
first of which is the number of the measure it is about. Times are local.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from lxml import etree
from parsel import Selector

from config.vocabulary import EventStatus
from scrapers.errors import ParseDrift
from scrapers.fields import Fields, named
from scrapers.items import AgendaItem, Event, Link
from scrapers.platforms.legistar_fields import as_extras
from scrapers.platforms.legistar_rows import Row, on_calendar, rows_in, whole, words
from scrapers.selectors import address
from scrapers.selectors import words as words_at

PDF, HTML = 1, 3
PUBLISHED = 1
NUMBER = r"\d{2}-\d{4}(?:-S\d+)?"
"""How a measure's number is printed on an agenda: Los Angeles' council files, "26-0204-S1"."""

TRANSLATED = re.compile(r"\bSAP\b")
"""A meeting that is another one again, in Spanish."""

_CALLED_OFF = re.compile(r"\bcancel+(?:ed|ation)\b|\brecess notice\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"(\d{2})-")
_HEADINGS = "tr.section-row, h1, h2, h3, h4, h5, strong, b"
_ITEM = "[data-itemid]"
_SILENT = frozenset({"script", "style"})
_BLOCKS = named(
    "address article blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table "
    "tbody td th thead tr ul"
)

FIELDS = Fields(
    used=MappingProxyType(
        {
            "meeting": named("dateTime title location documentList videoUrl zoomMeetingLink"),
            "document": named("templateName link"),
        }
    ),
    also_kept=MappingProxyType(
        {
            "meeting": named(
                "id meetingTypeId committeeId date time endDateTime endTime allowPublicSpeaker "
                "allowPublicComment isZoomMeeting swagitId isShowVideoIcon isMediaManagerVideo "
                "externalProviderMeetingId meetingOnline streamCompleted isNewTemplate "
                "meetingState mediaManagerClipPubliclyAvailable publishDate"
            ),
            "document": named(
                "id language compileOutputType publishStatus publishDate templateId meetingId "
                "sortOrder templateSortOrder"
            ),
        }
    ),
    parts=named("documentList"),
)  # fmt: skip
"""Every field known; docs/sources/primegov.md has the table."""


@dataclass(frozen=True, slots=True)
class Line:
    """An item of an agenda as its page shows it; `lines` are those of its cell."""

    id: str
    number: str
    section: str
    lines: tuple[str, ...]
    links: tuple[Link, ...] = ()


def agenda_of(row: Row) -> Row | None:
    """The document that is a meeting's agenda as a page, the newest; None where there is none."""
    pages = [
        one
        for one in rows_in(row, "documentList")
        if whole(one, "compileOutputType") == HTML
        and whole(one, "id") is not None
        and "agenda" in words(one, "templateName").casefold()
    ]
    return max(pages, key=lambda one: whole(one, "id") or 0, default=None)


def lines_of(page: Selector, url: str) -> tuple[Line, ...]:
    """The items of an agenda. Raises ParseDrift for a page that has neither items nor sections."""
    items = page.css(_ITEM)
    if not items and not page.css("[data-sectionid]"):
        raise ParseDrift("the page has neither sections nor items of an agenda", url)
    found: dict[str, Line] = {}
    for item in items:
        cell = item.css(".item-cell, .agenda-item")
        lines = _lines(cell[0] if cell else item)
        if not lines:
            continue
        id_ = item.attrib["data-itemid"]
        line = Line(
            id=id_,
            number=words_at(item, ".number-cell").strip("() ."),
            section=_section(item),
            lines=tuple(lines),
            links=_links(item, url),
        )
        found.setdefault(id_ or str(len(found)), line)
    return tuple(found.values())


def _lines(cell: Selector) -> list[str]:
    """The lines of a cell without the names of what is attached; words in bold break no line."""
    text = "".join(_pieces(cell.root))
    return [line for part in text.split("\n") if (line := " ".join(part.split()))]


def _pieces(root: Any) -> Iterator[str]:
    """The text of an element, with a line break around whatever stands on lines of its own."""
    walker = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, node in walker:
        block = isinstance(node.tag, str) and node.tag in _BLOCKS
        if block:
            yield "\n"
        if event == "start":
            if node.tag in _SILENT or "attachment-holder" in (node.get("class") or "").split():
                walker.skip_subtree()
            else:
                # The blanks of the markup are no line breaks of the text.
                yield (node.text or "").replace("\n", " ")
        elif node is not root:
            yield (node.tail or "").replace("\n", " ")


def _section(item: Selector) -> str:
    """The heading of the section an item stands in."""
    sections = item.xpath(
        "ancestor::*[@data-sectionid or contains(@class, 'section-with-items')][1]"
    )
    for heading in sections.css(_HEADINGS) if sections else ():
        within = heading.xpath("ancestor::*[@data-itemid]")
        text = words_at(heading)
        if text and not within:
            return text
    return ""


def _links(item: Selector, url: str) -> tuple[Link, ...]:
    """What is attached to an item, each address once."""
    found: dict[str, Link] = {}
    for anchor in item.css(".attachment-holder a[href], a[href*='historyattachment']"):
        if leads := address(url, anchor.attrib["href"]):
            found.setdefault(leads, Link(url=leads, text=words_at(anchor)))
    return tuple(found.values())


def as_item(line: Line, number: re.Pattern[str]) -> AgendaItem:
    """An item as it is told: the measure's number is its first line, or begins it.

    Lines such as "CD 10" (a council district) stand between number and title.
    """
    rest = list(line.lines)
    found = number.match(rest[0])
    identifier = found[0] if found else ""
    if found:
        left = rest.pop(0)[found.end() :].strip(" :-\u2013")
        rest = [left, *rest] if left else rest
    district = ""
    if len(rest) > 1 and re.fullmatch(r"CDs? [\d, &]+", rest[0]):
        district = rest.pop(0)
    title = rest[0] if rest else ""
    note = "\n".join(part for part in (line.section, district, *rest[1:]) if part)
    return AgendaItem(
        title=title,
        identifier=identifier.upper(),
        session=year_in(identifier),
        number=line.number,
        note=note,
        links=line.links,
    )


def year_in(number: str) -> str:
    """The year in a measure's number: four digits, or two before a hyphen; "" for none."""
    long = _YEAR.search(number)
    if long:
        return long[1]
    short = _SHORT_YEAR.match(number)
    return f"{'19' if int(short[1]) >= 50 else '20'}{short[1]}" if short else ""


def as_event(
    row: Row,
    lines: Sequence[Line] | None,
    *,
    place: str,
    site: str,
    number: re.Pattern[str],
) -> Event:
    """A meeting; `lines` are those of its agenda, None when it was not had.

    Raises ValueError for a row without an id.
    """
    id_ = whole(row, "id")
    if id_ is None:
        raise ValueError("a row without an id")
    title, printed = words(row, "title"), words(row, "dateTime")
    held = moment_of(printed)
    agenda = agenda_of(row)
    status = status_of(row)
    papers = [FIELDS.kept("document", one) for one in rows_in(row, "documentList")]
    extras: dict[str, Any] = FIELDS.kept("meeting", row)
    if papers:
        extras["documentList"] = papers
    if lines:
        extras["items"] = [line.id for line in lines]
    return Event(
        place=place,
        id=str(id_),
        name=title,
        date=held.date() if held else None,
        time=held.time() if held else None,
        when_text=printed or " ".join(filter(None, (words(row, "date"), words(row, "time")))),
        status=status,
        location=words(row, "location"),
        url=page_url(site, agenda) if agenda else f"{site}/public/portal",
        links=links_of(row, site),
        items=tuple(as_item(line, number) for line in lines or ()),
        complete=bool(lines) and status is not EventStatus.CANCELLED,
        extras=as_extras(extras),
    )


def moment_of(printed: str) -> datetime | None:
    """A local date-time; None for nothing or something else. A zone it may carry is not its own."""
    try:
        return on_calendar(datetime.fromisoformat(printed).replace(tzinfo=None))
    except ValueError:
        return None


def status_of(row: Row) -> EventStatus | None:
    """Called off where the title or a notice says so; sure where an agenda is published."""
    names = [words(one, "templateName") for one in rows_in(row, "documentList")]
    if any(_CALLED_OFF.search(name) for name in (words(row, "title"), *names)):
        return EventStatus.CANCELLED
    published = (
        one
        for one in rows_in(row, "documentList")
        if whole(one, "publishStatus") == PUBLISHED
        and "agenda" in words(one, "templateName").casefold()
    )
    return EventStatus.CONFIRMED if next(published, None) else None


def page_url(site: str, document: Row) -> str:
    return f"{site}/Portal/Meeting?compiledMeetingDocumentFileId={whole(document, 'id')}"


def links_of(row: Row, site: str) -> tuple[Link, ...]:
    """A meeting's documents under their names, its video and its call."""
    found = []
    for one in rows_in(row, "documentList"):
        url = words(one, "link")
        if not url and whole(one, "compileOutputType") == HTML and whole(one, "id") is not None:
            url = page_url(site, one)
        elif not url and whole(one, "templateId") is not None:
            template, kind = whole(one, "templateId"), whole(one, "compileOutputType") or PDF
            url = (
                f"{site}/Public/CompiledDocument?meetingTemplateId={template}"
                f"&compileOutputType={kind}"
            )
        found.append(Link(url=url, text=words(one, "templateName")))
    found += [
        Link(url=words(row, name), text=said)
        for name, said in (("videoUrl", "Video"), ("zoomMeetingLink", "Call"))
    ]
    return tuple(link for link in found if link.url.startswith(("http://", "https://")))


def count_unmapped(row: Row, unmapped: Counter[str]) -> None:
    """Count fields nobody has seen, and times that are none; both are kept."""
    FIELDS.count_unknown("meeting", [row], unmapped)
    FIELDS.count_unknown("document", rows_in(row, "documentList"), unmapped)
    printed = words(row, "dateTime")
    if printed and moment_of(printed) is None:
        unmapped[f"meeting time {printed}"] += 1
