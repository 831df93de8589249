"""From rows of the Legistar Web API to a meeting with its agenda. Pure.

`EventDate` is a local day and `EventTime` separate words; neither has a zone.
Agenda and minutes notes may be RTF. An agenda is the whole one as published
only when it is final and holds something: absence from a draft means nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from config.vocabulary import EventStatus
from scrapers.items import AgendaItem, Event, Link
from scrapers.platforms.legistar_fields import as_extras, compact, kept, unknown
from scrapers.platforms.legistar_rows import Row, block, day, rows_in, time_of_day, whole, words
from scrapers.platforms.legistar_texts import public
from scrapers.platforms.legistar_words import event_status
from scrapers.rtf import rtf_words

EMPTY: Mapping[int, str] = MappingProxyType({})
FILES = MappingProxyType(
    {"EventAgendaFile": "Agenda", "EventMinutesFile": "Minutes", "EventVideoPath": "Video"}
)


def as_event(
    row: Row, items: Sequence[Row], *, place: str, sessions: Mapping[int, str] = EMPTY
) -> Event:
    """A meeting with its agenda items; `sessions` are those of matters, by MatterId.

    Raises ValueError for a row without an id.
    """
    id_ = whole(row, "EventId")
    if id_ is None:
        raise ValueError("a row without an EventId")
    printed, hour = words(row, "EventDate"), words(row, "EventTime")
    held = day(printed)
    status_text = words(row, "EventAgendaStatusName")
    comment, location = words(row, "EventComment"), words(row, "EventLocation")
    status = event_status(status_text, comment, location, hour)
    ordered = sorted(items, key=_place_on_agenda)
    published = status is not EventStatus.TENTATIVE and bool(items)
    return Event(
        place=place,
        id=str(id_),
        name=words(row, "EventBodyName"),
        date=held,
        time=time_of_day(hour),
        when_text=" ".join(part for part in (held.isoformat() if held else printed, hour) if part),
        status=status,
        status_text=status_text,
        location=location,
        url=page if _is_address(page := words(row, "EventInSiteURL")) else "",
        links=tuple(
            Link(url=words(row, name), text=said)
            for name, said in FILES.items()
            if _is_address(words(row, name))
        ),
        items=tuple(_item(item, sessions) for item in ordered),
        complete=published,
        extras=extras_of(row, ordered),
    )


def _place_on_agenda(item: Row) -> tuple[int, int]:
    place = whole(item, "EventItemAgendaSequence")
    if place is None:
        place = whole(item, "EventItemMinutesSequence")
    return (1 << 30 if place is None else place), whole(item, "EventItemId") or 0


def _item(row: Row, sessions: Mapping[int, str]) -> AgendaItem:
    notes = [
        rtf_words(block(row, name)).strip()
        for name in ("EventItemAgendaNote", "EventItemMinutesNote")
    ]
    return AgendaItem(
        title=words(row, "EventItemTitle") or words(row, "EventItemMatterName"),
        identifier=words(row, "EventItemMatterFile"),
        session=sessions.get(whole(row, "EventItemMatterId") or 0, ""),
        number=words(row, "EventItemAgendaNumber"),
        note="\n".join(note for note in notes if note),
        action=words(row, "EventItemActionName"),
        links=tuple(
            Link(
                url=words(paper, "MatterAttachmentHyperlink"),
                text=words(paper, "MatterAttachmentName"),
            )
            for paper in public(rows_in(row, "EventItemMatterAttachments"))
        ),
    )


def extras_of(row: Row, items: Sequence[Row]) -> dict[str, str]:
    """What the rows say beyond our fields; of the items, by their ids, also their attachments'."""
    extras = as_extras(kept("event", row))
    extras |= {
        name: found for name in FILES if (found := words(row, name)) and not _is_address(found)
    }
    left = {
        words(item, "EventItemId"): kept("eventitem", item)
        | (
            {"attachments": [kept("attachment", paper) for paper in papers]}
            if (papers := rows_in(item, "EventItemMatterAttachments"))
            else {}
        )
        for item in items
    }
    if left:
        extras["items"] = compact(left)
    return extras


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def matters_on(items: Sequence[Row]) -> set[int]:
    """The matters that stand on an agenda, by MatterId."""
    return {id_ for item in items if (id_ := whole(item, "EventItemMatterId"))}


def count_unmapped(row: Row, items: Sequence[Row], unmapped: Counter[str]) -> None:
    """Count statuses no rule knows, times that are no time, and fields we have never seen."""
    unknown("event", [row], unmapped)
    unknown("eventitem", items, unmapped)
    papers = [paper for item in items for paper in rows_in(item, "EventItemMatterAttachments")]
    unknown("attachment", papers, unmapped)
    status, hour = words(row, "EventAgendaStatusName"), words(row, "EventTime")
    if status and event_status(status) is None:
        unmapped[f"event status {status}"] += 1
    if hour and time_of_day(hour) is None:
        unmapped[f"event time {hour}"] += 1
