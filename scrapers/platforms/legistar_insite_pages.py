"""Legistar's public pages (InSite): the search, its pages of results, a matter's page. Pure.

The pages are ASP.NET's with Telerik's grids. What is found is given as rows
with the names of the Web API's fields (`legistar_measures` makes measures of
both), and what has no such name keeps its printed one. Structure: SOURCES.md 3.2
and recorded results of searches; of a matter's page only the history was ever
recorded, its fields go by the ids that scrapers in use rely on, or by their labels.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from parsel import Selector

from scrapers import selectors
from scrapers.errors import ParseDrift
from scrapers.platforms.legistar_rows import Row
from scrapers.selectors import day
from scrapers.selectors import words as text_of

FORM = "ctl00$ContentPlaceHolder1$"
_ID = "ctl00_ContentPlaceHolder1_"
_YEARS = ("lstYearsAdvanced", "lstYears")
_POSTBACK = re.compile(r"__doPostBack\('([^']+)','([^']*)'\)")
_RADOPEN = re.compile(r"radopen\('([^']+)'")
_STATED = re.compile(r"items\s+([\d,]+)\s+to\s+([\d,]+)\s+of\s+([\d,]+)")
_STEM = re.compile(rf"{_ID}(?:lbl|hyp)(\w+?)[2X]?\Z")
_SIGNS = re.compile(r"[\s#:.]+")
_EMPTY = "no records to display"

FIELDS = MappingProxyType(
    {
        "file": "MatterFile", "recordno": "MatterFile", "record": "MatterFile",
        "name": "MatterName", "councilbillno": "MatterName", "type": "MatterTypeName",
        "status": "MatterStatusName", "title": "MatterTitle", "filecreated": "MatterIntroDate",
        "introduced": "MatterIntroDate", "created": "MatterIntroDate", "onagenda": "MatterAgendaDate",
        "agendadate": "MatterAgendaDate", "finalaction": "MatterPassedDate", "passed": "MatterPassedDate",
        "incontrol": "MatterBodyName", "incontrolof": "MatterBodyName", "committee": "MatterBodyName",
        "currentcontrollinglegislativebody": "MatterBodyName", "version": "MatterVersion",
        "enactmentdate": "MatterEnactmentDate", "enactmentno": "MatterEnactmentNumber",
        "enactment": "MatterEnactmentNumber", "enactmentnumber": "MatterEnactmentNumber",
        "lawnumber": "MatterEnactmentNumber", "ordinanceno": "MatterEnactmentNumber",
        "requester": "MatterRequester",
    }
)  # fmt: skip
"""Columns and labels, folded, and the Web API's names of them."""

DAYS = frozenset({"MatterIntroDate", "MatterAgendaDate", "MatterPassedDate", "MatterEnactmentDate"})
_LISTS = frozenset({"sponsors", "attachments", "supportingdocuments", "indexes", "codesections"})
_BY_LISTS = MappingProxyType({"supportingdocuments": "attachments"})

_HISTORY = MappingProxyType(
    {
        "date": "MatterHistoryActionDate", "ver": "MatterHistoryVersion",
        "version": "MatterHistoryVersion", "actionby": "MatterHistoryActionBodyName",
        "action": "MatterHistoryActionName", "result": "MatterHistoryPassedFlagName",
        "tally": "MatterHistoryTally",
    }
)  # fmt: skip
_NOT_TOLD = frozenset({"actiondetails", "meetingdetails", "multimedia", "video", ""})
_FLAGS = MappingProxyType({"pass": 1, "passed": 1, "fail": 0, "failed": 0})
_PLACES = ("Date", "Ver.", "Action By", "Action", "Result", "Action Details", "Meeting Details")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results: its rows, how many rows there are in all, and what asks for the next page.

    `rows` have the Web API's names; `page` is the address of each one's page.
    `stated` is None where the page says no number, `turn` "" on the last page.
    """

    rows: tuple[tuple[str, Row], ...]
    stated: int | None
    turn: str
    year: str


@dataclass(frozen=True, slots=True)
class Page:
    """A matter's own page, in rows of the Web API. `steps` are addresses of roll calls by row id."""

    row: Row
    histories: tuple[Row, ...] | None
    sponsors: tuple[str, ...]
    attachments: tuple[tuple[str, str], ...]
    indexes: tuple[str, ...]
    codesections: tuple[str, ...]
    text: str
    steps: Mapping[int, str] = field(default_factory=dict)


# --- the search ----------------------------------------------------------------


def hidden(page: Selector) -> dict[str, str]:
    """The hidden fields of a page's form, which a post must send back."""
    return {
        name: one.attrib.get("value", "")
        for one in page.css("input[type=hidden]")
        if (name := one.attrib.get("name", ""))
    }


def is_simple(page: Selector) -> bool:
    """Whether a search page shows its simple form, which has a year but few fields."""
    return not page.css(f"#{_ID}lstYearsAdvanced_Input")


def years(page: Selector) -> tuple[str, ...]:
    """The spans of time that the search offers, as printed: "All Years", "2026"."""
    name = _YEARS[is_simple(page)]
    return tuple(text_of(one) for one in page.css(f"#{_ID}{name}_DropDown li"))


def switched(page: Selector) -> bytes:
    """The body that asks for the other form of the search."""
    button = page.css(f"#{_ID}btnSwitch").attrib.get("value", "")
    return urlencode(hidden(page) | {f"{FORM}btnSwitch": button}).encode("ascii")


def searched(page: Selector, year: str) -> bytes:
    """The body that asks for all matters of a span of time. Raises ParseDrift for no search page."""
    fields = hidden(page)
    if "__VIEWSTATE" not in fields or not page.css(f"#{_ID}txtText, #{_ID}txtSearch"):
        raise ParseDrift("the page has no search in it")
    name = _YEARS[is_simple(page)]
    value = "All" if year.startswith("All") else year
    button = page.css(f"#{_ID}btnSearch").attrib.get("value", "Search Legislation")
    asked = {
        f"{_ID}{name}_ClientState": json.dumps({"value": value, "text": year}),
        f"{FORM}{name}": year,
        f"{_ID}lstMax_ClientState": '{"value":"1000000"}',
        f"{FORM}lstMax": "All",
        f"{FORM}txtText": "",
        f"{FORM}btnSearch": button,
    }
    return urlencode(fields | asked).encode("ascii")


def turned(page: Selector, target: str) -> bytes:
    """The body that asks for another page of the results."""
    fields = hidden(page) | {"__EVENTTARGET": target, "__EVENTARGUMENT": ""}
    return urlencode(fields).encode("ascii")


def results(page: Selector, url: str) -> Found:
    """The results on a page. Raises ParseDrift for a page without a grid of them."""
    grid = page.css(f"#{_ID}gridMain_ctl00")
    if not grid:
        raise ParseDrift("the page has no grid of results", url)
    heads = [text_of(one) for one in grid.css("th.rgHeader")]
    if not any(FIELDS.get(folded(head)) == "MatterFile" for head in heads):
        raise ParseDrift(f"no column of file numbers among {', '.join(heads) or 'none'}", url)
    rows = tuple(
        found
        for row in grid.css("tr.rgRow, tr.rgAltRow")
        if (found := _result(row, heads, url)) is not None
    )
    told = _STATED.search(" ".join(grid.css(".rgInfoPart ::text").getall()[:20]))
    stated = int(told[3].replace(",", "")) if told else (0 if not rows else None)
    chosen = page.css(f"#{_ID}{_YEARS[is_simple(page)]}_Input").attrib.get("value", "")
    return Found(rows, stated, _next(grid[0]), chosen)


def _result(row: Selector, heads: Sequence[str], url: str) -> tuple[str, Row] | None:
    cells = row.xpath("./td")
    if len(cells) == 1 and _EMPTY in text_of(cells[0]).casefold():
        return None
    link = row.css("a[id$=hypFile], a[href*='LegislationDetail.aspx']").attrib.get("href", "")
    named = dict(zip(heads, map(text_of, cells), strict=False))
    return address(url, link) if link else "", as_row(named)


def _next(grid: Selector) -> str:
    """What the pager's link to the next page posts; "" on the last one."""
    after = grid.xpath(
        "(.//a[contains(@class, 'rgCurrentPage')])[1]/following-sibling::a[1]/@href"
    ).get("")
    found = _POSTBACK.search(after)
    return unquote(found[1]) if found else ""


def as_row(named: Mapping[str, str]) -> Row:
    """Printed columns or labels with the Web API's names; what it has no name for keeps its own."""
    row: dict[str, Any] = {}
    for label, value in named.items():
        name = FIELDS.get(folded(label))
        if name is None:
            row |= {f"InSite {label}": value} if value and folded(label) else {}
        elif value and not row.get(name):
            row[name] = day_of(value) if name in DAYS else value
        else:
            row.setdefault(name, None)
    return row


def day_of(printed: str) -> str:
    """A day as the Web API has it; what is no day stays as printed."""
    found = day(printed)
    return datetime.combine(found, time()).isoformat() if found else printed


def folded(label: str) -> str:
    """A label without blanks, signs and case."""
    return _SIGNS.sub("", label.casefold())


def address(base: str, link: str) -> str:
    """A matter's page by the two parts that name it, whatever search it was found in; "" for no address."""
    parts = urlsplit(selectors.address(base, link))
    if not parts.netloc:
        return ""
    asked = {name.casefold(): value[0] for name, value in parse_qs(parts.query).items()}
    named = urlencode({"ID": asked.get("id", ""), "GUID": asked.get("guid", "")})
    return parts._replace(query=named, fragment="").geturl()


# --- a matter's page -------------------------------------------------------------


def matter(page: Selector, url: str) -> Page:
    """A matter's page. Raises ParseDrift for one without a file number or title."""
    labels = dict(_labelled(page))
    named = {label: text_of(value) for label, value in labels.items() if _kind(label) not in _LISTS}
    row = as_row(named)
    if not row.get("MatterFile") and not row.get("MatterTitle"):
        raise ParseDrift("the page shows neither a file number nor a title", url)
    lists = {_kind(label): value for label, value in labels.items() if _kind(label) in _LISTS}
    histories, steps = _histories(page, url)
    return Page(
        row=row,
        histories=histories,
        sponsors=_listed(lists.get("sponsors")),
        attachments=tuple(
            (_numbered(text_of(link)), leads_to)
            for link in (lists["attachments"].css("a[href]") if "attachments" in lists else ())
            if (leads_to := selectors.address(url, link.attrib["href"]))
        ),
        indexes=_listed(lists.get("indexes")),
        codesections=_listed(lists.get("codesections")),
        text=_text(page),
        steps=steps,
    )


def _labelled(page: Selector) -> Iterator[tuple[str, Selector]]:
    """Labels with what stands beside them: of the ids with one stem the first is the label."""
    found: dict[str, list[Selector]] = {}
    for one in page.xpath(
        f"//*[starts-with(@id, '{_ID}lbl') or starts-with(@id, '{_ID}hyp')]"
        "[not(ancestor::*[contains(@id, 'grid')])]"
    ):
        stem = _STEM.match(one.attrib["id"])
        if stem:
            found.setdefault(stem[1], []).append(one)
    for ones in found.values():
        if len(ones) > 1:
            yield text_of(ones[0]).rstrip(": "), ones[-1]


def _kind(label: str) -> str:
    kind = folded(label)
    return _BY_LISTS.get(kind, kind)


def _listed(value: Selector | None) -> tuple[str, ...]:
    """Names in a field: its links, else its words parted at commas."""
    if value is None:
        return ()
    links = [text_of(link) for link in value.css("a")]
    parts = links or text_of(value).split(",")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _numbered(name: str) -> str:
    """An attachment's name without the number that the page puts before it."""
    return re.sub(r"\A\d{1,3}\.\s+", "", name)


def _histories(page: Selector, url: str) -> tuple[tuple[Row, ...] | None, Mapping[int, str]]:
    """The steps, the first first, and where their roll calls are; None without a grid of them."""
    grid = page.css(f"#{_ID}gridLegislation_ctl00")
    rows = (grid or page).css(f"tr[id^={_ID}gridLegislation_ctl00__]")
    if not grid and not rows:
        return None, {}
    heads = [text_of(one) for one in grid.css("th.rgHeader")] or list(_PLACES)
    found: list[Row] = []
    steps: dict[int, str] = {}
    for rank, row in enumerate(reversed(rows), 1):
        step: dict[str, Any] = {"MatterHistoryMinutesSequence": rank}
        for head, cell in zip(heads, row.xpath("./td"), strict=False):
            name, value = _HISTORY.get(folded(head)), text_of(cell)
            if name:
                step[name] = value or None
            elif folded(head) not in _NOT_TOLD and value:
                step[f"InSite {head}"] = value
        printed = str(step.get("MatterHistoryActionDate") or "")
        step["MatterHistoryActionDate"] = day_of(printed) if printed else None
        flag = _FLAGS.get(str(step.get("MatterHistoryPassedFlagName") or "").casefold())
        step |= {} if flag is None else {"MatterHistoryPassedFlag": flag}
        opened = _RADOPEN.search(row.css("a[id$=hypDetails]").attrib.get("onclick", ""))
        if opened:
            link = address(url, opened[1])
            id_ = parse_qs(urlsplit(link).query).get("ID", ["0"])[0]
            step["MatterHistoryId"] = int(id_) if id_.isdecimal() else rank
            steps[step["MatterHistoryId"]] = link
        found.append(step)
    return tuple(found), steps


def _text(page: Selector) -> str:
    """The full text as the page has it, marks and all; "" where it has none."""
    div = page.css(f"#{_ID}divText")
    return div.get("") if div and text_of(div[0]) else ""


def roll(page: Selector) -> tuple[Row, ...]:
    """The roll call of one step, in rows of the Web API."""
    grid = page.css(f"#{_ID}gridVote_ctl00")
    rows = []
    for rank, row in enumerate(grid.css("tr.rgRow, tr.rgAltRow")):
        cells = [text_of(cell) for cell in row.xpath("./td")]
        if len(cells) > 1 and cells[0]:
            rows.append({"VotePersonName": cells[0], "VoteValueName": cells[1], "VoteSort": rank})
    return tuple(rows)
