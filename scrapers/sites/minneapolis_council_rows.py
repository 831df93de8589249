"""Rows of Minneapolis' LIMS as measures and meetings. Pure.

Words come with HTML entities in them. A file can hold several items, which then
share its number; some rows of the calendar are no meetings at all.
"""

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import count
from typing import Any

from config.vocabulary import EventStatus, VoteResult
from scrapers.fields import Fields, named
from scrapers.items import Action, Cast, Event, Link, Measure, Vote
from scrapers.platforms.legistar_fields import as_extras
from scrapers.platforms.legistar_rows import Row, digest, on_calendar, rows_in, truth
from scrapers.platforms.legistar_rows import words as printed
from scrapers.platforms.legistar_words import classify, enacted_as, kind_of, knows_type, option_of
from scrapers.ports import KnownMeasure

PLACE = "us/mn/minneapolis"
SITE = "https://lims.minneapolismn.gov"
NO_TYPE = "select meeting type"

FIELDS = Fields(
    used={
        "item": named("ItemTitle FileSubject ActNumber LegislativeHistory Status"),
        "history": named("CommitteeName ActionDate Action VotingInformation"),
        "voting": named("VoteResult Votes"),
        "vote": named("MemberName Vote"),
        "meeting": named(
            "meetingbody committeename meetingdatetime meetingdate meetingtime iscancelled "
            "cancelled agendaurl minutespdfurl location address agendastatus mainvideourl"
        ),
    },
    also_kept={
        "item": named("FileNumber FileType"),
        "history": frozenset(),
        "voting": frozenset(),
        "vote": frozenset(),
        "meeting": named(
            "id committeetypeid committeeid meetingtypeid committeetype committeeenumname "
            "abbreviation meetingtype totalrowscount agendaid markedagendapublished updated "
            "publichearing description importeddata agendapdfattachment ispdf "
            "committeereportdocumentid committeereportdocument department departmentt4 "
            "memberslist archiveddata agendapdf showcalendaricon videotimestamps"
        ),
    },
    parts=named("LegislativeHistory VotingInformation Votes"),
)

_NUMBER = re.compile(r"(\d{4})-\d+")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_PASSED = re.compile(r"^(pass|adopt|approv|carri|prevail)", re.IGNORECASE)
_FAILED = re.compile(r"^(fail|lost|defeat|reject|not )", re.IGNORECASE)
_NOWHERE = re.compile(r"/0+/?$")


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a file, with the number it goes by here, and the year it was found under."""

    identifier: str
    row: Row
    year: int


def words(row: Row, field: str) -> str:
    """A field's words without entities; "" for nothing."""
    return " ".join(html.unescape(printed(row, field)).split())


def day(text: str) -> date | None:
    """A day as LIMS prints it, 4/9/2026 or 2026-04-09T00:00:00; None for neither."""
    match = _DAY.fullmatch(text)
    try:
        if match:
            month, day_, year = map(int, match.groups())
            return date(year, month, day_)
        return on_calendar(date.fromisoformat(text[:10]))
    except ValueError:
        return None


def title_of(row: Row) -> str:
    return words(row, "ItemTitle") or words(row, "FileSubject")


def numbered(found: Mapping[int, Sequence[Row]], known: Iterable[KnownMeasure]) -> list[Item]:
    """Items with the numbers they go by; `found` are the rows of each year's search.

    The item that a file had first goes by the file's number, a further one by
    "2026-00123 item 2"; an item keeps its number as long as its title stands, or
    while it is the only one that lacks one. An item of two years is taken
    once, with all that was done about it. Raises ValueError for a file without a number.
    """
    files: dict[str, dict[str, Item]] = defaultdict(dict)
    for year, rows in sorted(found.items()):
        for row in rows:
            number, title = words(row, "FileNumber"), title_of(row)
            earlier = files[number].get(_plain(title))
            joined = _with_history_of(row, earlier.row) if earlier else row
            files[number][_plain(title)] = Item("", joined, year)
    before: dict[str, dict[str, str]] = defaultdict(dict)
    for one in known:
        before[one.extras.get("FileNumber", "")][_plain(one.title)] = one.identifier
    return [
        item
        for number, items in files.items()
        for item in _with_numbers(number, items, before.get(number, {}))
    ]


def _with_numbers(
    number: str, items: Mapping[str, Item], before: Mapping[str, str]
) -> Iterable[Item]:
    names = {title: before[title] for title in items if title in before}
    lost = [before[title] for title in before if title not in items]
    fresh = [title for title in items if title not in names]
    if len(lost) == len(fresh) == 1:
        # One title is gone and one has come: the same item, worded otherwise now.
        names[fresh[0]] = lost[0]
    taken = {*names.values(), *before.values()}
    for title, item in items.items():
        free = (number if rank == 1 else f"{number} item {rank}" for rank in count(1))
        name = names.get(title) or next(one for one in free if one not in taken)
        taken.add(name)
        yield Item(name, item.row, item.year)


def _with_history_of(row: Row, other: Row) -> Row:
    steps = [*rows_in(other, "LegislativeHistory"), *rows_in(row, "LegislativeHistory")]
    return {**row, "LegislativeHistory": list({digest(step): step for step in steps}.values())}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def session_of(number: str) -> str:
    """The year a file was opened in. Raises ValueError for what is no file number."""
    match = _NUMBER.match(number)
    if not match:
        raise ValueError(f"{number!r} is no file number")
    return match[1]


def listing_of(year: int) -> str:
    """The list an item stands in: what the search of a year shows."""
    return f"items {year}"


def measure(item: Item, first: int) -> Measure:
    """An item as a measure; of a file opened before the year `first` not all steps may be shown.

    Raises ValueError for an item without a file number or any title.
    """
    row = item.row
    number, title = words(row, "FileNumber"), title_of(row)
    session = session_of(number)
    if not title:
        raise ValueError(f"{number} has no title")
    subject, kind = words(row, "FileSubject"), kind_of(words(row, "FileType"))
    steps = rows_in(row, "LegislativeHistory")
    # Bare, it would be taken for a file's number.
    act = enacted_as("", words(row, "ActNumber"), kind, number, str.__eq__)
    # Of a file that is older than the search, only the last steps may be shown.
    whole = "actions" if int(session) >= first else "actions.latest"
    values: dict[str, Any] = {
        "title": title,
        "classification": (kind,) if kind else (),
        "from_organization": "legislature",
        "identifiers": (act,) if act else (),
        "status": words(row, "Status"),
        "abstract": subject if subject != title else "",
        "url": f"{SITE}/File/{number}",
    }
    shown = {name for name, value in values.items() if value} | {"identifiers"}
    shown |= {whole} if isinstance(row.get("LegislativeHistory"), list) else set()
    return Measure(
        place=PLACE,
        session=session,
        identifier=item.identifier,
        actions=tuple(action(step) for step in steps if words(step, "Action")),
        listing=listing_of(item.year),
        observed=frozenset(shown),
        extras=as_extras(
            FIELDS.kept("item", row) | {"FileNumber": number} | _left_of(steps)
        ),
        **values,
    )  # fmt: skip


def _left_of(steps: Sequence[Row]) -> dict[str, Any]:
    """What the history says beyond its actions: its own further fields, and steps without words."""
    left = [
        step if not words(step, "Action") else FIELDS.kept("history", step) for step in steps
    ]  # fmt: skip
    return {"LegislativeHistory": [one for one in left if one]} if any(left) else {}


def action(step: Row) -> Action:
    """A step of an item's history, with its vote."""
    description, when = words(step, "Action"), words(step, "ActionDate")
    return Action(
        description=description,
        date=day(when),
        date_text=when,
        classification=classify(description),
        organization=words(step, "CommitteeName"),
        vote=vote(step.get("VotingInformation")),
    )


def vote(told: Any) -> Vote | None:
    """What is told of a vote; None for nothing."""
    if not isinstance(told, dict):
        return None
    text = words(told, "VoteResult")
    roll = tuple(
        Cast(voter=name, text=words(one, "Vote"), **_option(words(one, "Vote")))
        for one in rows_in(told, "Votes")
        if (name := words(one, "MemberName"))
    )
    if not text and not roll:
        return None
    return Vote(result=result_of(text), text=text, roll=roll)


def _option(text: str) -> dict[str, Any]:
    option = option_of(text)
    return {"option": option} if option else {}


def result_of(text: str) -> VoteResult | None:
    """How a vote ended, None where its words do not say."""
    if _FAILED.match(text):
        return VoteResult.FAIL
    return VoteResult.PASS if _PASSED.match(text) else None


def count_unmapped(row: Row, unmapped: Counter[str]) -> None:
    """Count fields and words of an item that nobody knows; they are kept as printed."""
    kind = words(row, "FileType")
    if kind and not knows_type(kind):
        unmapped[f"type {kind}"] += 1
    FIELDS.count_unknown("item", [row], unmapped)
    for step in rows_in(row, "LegislativeHistory"):
        FIELDS.count_unknown("history", [step], unmapped)
        description = words(step, "Action")
        if description and not classify.knows(description):
            unmapped[description] += 1
        told = step.get("VotingInformation")
        if not isinstance(told, dict):
            continue
        FIELDS.count_unknown("voting", [told], unmapped)
        FIELDS.count_unknown("vote", rows_in(told, "Votes"), unmapped)
        text = words(told, "VoteResult")
        if text and result_of(text) is None:
            unmapped[f"vote result {text}"] += 1
        for one in rows_in(told, "Votes"):
            if words(one, "Vote") and option_of(words(one, "Vote")) is None:
                unmapped[f"vote {words(one, 'Vote')}"] += 1


def folded(row: Row) -> Row:
    """A row of a calendar with small names of fields: LIMS writes them in two ways."""
    return {name.casefold(): value for name, value in row.items()}


def is_meeting(row: Row) -> bool:
    """Whether a folded row is a meeting, and no holiday or empty form of the calendar."""
    if not (words(row, "meetingbody") or words(row, "committeename")):
        return False
    if words(row, "meetingtype").casefold() != NO_TYPE:
        return True
    return bool(rows_in(row, "memberslist")) or bool(links(row))


def meeting(row: Row) -> Event:
    """A folded row of a calendar as a meeting. Raises ValueError for one without a day."""
    body = words(row, "meetingbody") or words(row, "committeename")
    clock = words(row, "meetingdatetime") or words(row, "meetingtime")
    when = day(words(row, "meetingdatetime") or words(row, "meetingdate"))
    if when is None:
        raise ValueError(f"the meeting of {body} has no day: {clock!r}")
    status_text = words(row, "agendastatus")
    cancelled = truth(row, "iscancelled") or truth(row, "cancelled")
    place = ", ".join(part for part in (words(row, "location"), words(row, "address")) if part)
    id_ = words(row, "id")
    return Event(
        place=PLACE,
        id=id_ if id_ not in {"", "0"} else f"{_plain(body)} {when.isoformat()} {_time(clock) or ''}".strip(),
        name=body,
        date=when,
        time=_time(clock),
        when_text=clock,
        status=EventStatus.CANCELLED if cancelled else _status(status_text),
        status_text="Cancelled" if cancelled else status_text,
        location=place,
        links=links(row),
        extras=as_extras(FIELDS.kept("meeting", row)),
    )  # fmt: skip


def _status(text: str) -> EventStatus | None:
    known = {
        "draft": EventStatus.TENTATIVE,
        "published": EventStatus.CONFIRMED,
        "committee report published": EventStatus.PASSED,
    }
    return known.get(text.casefold())


def _time(stamp: str) -> time | None:
    """The time of a local stamp; midnight is what LIMS prints for none. A `Z` is not believed."""
    try:
        found = datetime.fromisoformat(stamp.removesuffix("Z")).time()
    except ValueError:
        return None
    return found if found != time(0) else None


def links(row: Row) -> tuple[Link, ...]:
    """The papers of a meeting; an address that ends in /0 leads nowhere."""
    named_ = (("agendaurl", "Agenda"), ("minutespdfurl", "Minutes"), ("mainvideourl", "Video"))
    return tuple(
        Link(url=url, text=text)
        for field, text in named_
        if (url := words(row, field)).startswith("http") and not _NOWHERE.search(url)
    )
