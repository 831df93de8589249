"""From meetings of the eLMS to events with their agendas. Pure.

A list has a meeting's papers; its agenda, where the clerk enters one, stands in
the meeting by itself, in groups of items. For most committees there is none:
their agenda is a PDF file among the papers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from scrapers.items import AgendaItem, Event, Link
from scrapers.platforms.legistar_fields import as_extras
from scrapers.platforms.legistar_rows import Row, rows_in, whole, words
from scrapers.sites.chicago_council_measures import HALF_LOADED, PLACE, SITE
from scrapers.sites.chicago_council_rows import FIELDS, local, number_of
from scrapers.sites.chicago_council_words import MEETINGS, meeting_status, original_of, year_in


def as_event(row: Row) -> Event:
    """A meeting with the items of its agenda. Raises ValueError for a row without an id."""
    id_ = words(row, "meetingId")
    if not id_:
        raise ValueError("a row without a meetingId")
    printed = words(row, "date")
    held = local(printed)
    status, comment = words(row, "status"), words(row, "comment")
    items = items_of(row)
    extras: dict[str, Any] = FIELDS.kept("meeting", row)
    papers = [FIELDS.kept("file", one) for one in rows_in(row, "files")]
    left = [FIELDS.kept("item", one) | group for one, group in items]
    return Event(
        place=PLACE,
        id=id_,
        name=words(row, "body"),
        date=held.date() if held else None,
        time=held.time() if held else None,
        when_text=printed,
        status=meeting_status(status, comment),
        status_text=status,
        location=words(row, "location"),
        url=f"{SITE}/Meeting/?meetingId={id_}",
        links=links_of(row),
        items=tuple(_item(one) for one, _ in items),
        complete=bool(items),
        extras=as_extras(
            extras
            | ({"files": papers} if any(papers) else {})
            | ({"items": left} if any(left) else {})
        ),
    )


def items_of(row: Row) -> list[tuple[Row, dict[str, str]]]:
    """The items of an agenda in their order, each with the heading of its group."""
    agenda = row.get("agenda")
    groups = rows_in(agenda, "groups") if isinstance(agenda, dict) else []
    return [
        (item, {"group": words(group, "title")} if words(group, "title") else {})
        for group in groups
        for item in sorted(rows_in(group, "items"), key=lambda one: whole(one, "sort") or 0)
    ]


def _item(row: Row) -> AgendaItem:
    number = number_of(row)
    return AgendaItem(
        title=words(row, "matterTitle"),
        identifier=number,
        session=year_in(number),
        number=words(row, "displayId"),
        action=words(row, "actionName"),
    )


def papers_on(row: Row) -> set[str]:
    """The measures that stand on a meeting's agenda, by their original numbers."""
    return {original_of(number) for item, _ in items_of(row) if (number := number_of(item))}


def links_of(row: Row) -> tuple[Link, ...]:
    """A meeting's papers, named by their kind and file, and its video."""
    papers = (
        Link(
            url=words(paper, "path"),
            text=": ".join(
                dict.fromkeys(
                    part
                    for part in (words(paper, "attachmentType"), words(paper, "fileName"))
                    if part
                )
            ),
        )
        for paper in sorted(rows_in(row, "files"), key=lambda one: whole(one, "sort") or 0)
        if not words(paper, "path").casefold().endswith(HALF_LOADED)
    )
    videos = (Link(url=url, text="Video") for url in _listed(row.get("videoLink")))
    return tuple(
        link for link in (*papers, *videos) if link.url.startswith(("http://", "https://"))
    )


def _listed(value: Any) -> Iterable[str]:
    """Addresses that a list of meetings gives as one and a meeting by itself as several."""
    parts: Sequence[Any] = value if isinstance(value, list) else [value]
    return (part.strip() for part in parts if isinstance(part, str) and part.strip())


def count_unmapped(row: Row, unmapped: Counter[str]) -> None:
    """Count words no rule knows, and fields nobody has seen; both are kept as they are."""
    FIELDS.count_unknown("meeting", [row], unmapped)
    FIELDS.count_unknown("file", rows_in(row, "files"), unmapped)
    FIELDS.count_unknown("item", [item for item, _ in items_of(row)], unmapped)
    status = words(row, "status")
    if status and status.casefold() not in MEETINGS:
        unmapped[f"meeting status {status}"] += 1
