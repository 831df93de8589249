"""An event in a few words, as changes and measures show it."""

from typing import Any

from scrapers.items import AgendaItem, Event

LONGEST_NOTE = 1000
"""Characters of a note or title that are shown; all of it is kept."""


def event_summary(id_: int, source: str, event: Event, item: AgendaItem | None) -> dict[str, Any]:
    """An event as JSON values: `time` is "14:00" or null, `item` the line of its agenda."""
    return {
        "id": id_,
        "source": source,
        "name": event.name,
        "date": event.date.isoformat() if event.date else None,
        "time": clock(event),
        "when": event.when_text,
        "status": event.status and str(event.status),
        "location": event.location,
        "url": event.url,
        "item": item and item_summary(item),
    }


def item_summary(item: AgendaItem) -> dict[str, Any]:
    return {
        "number": item.number,
        "title": shortened(item.title),
        "note": shortened(item.note),
        "action": item.action,
    }


def clock(event: Event) -> str | None:
    """The hour and minute an event begins, local to its place; None when not known."""
    return event.time.strftime("%H:%M") if event.time else None


def shortened(text: str) -> str:
    """The text, its end left out where it is longer than a reader of a list can use."""
    if len(text) <= LONGEST_NOTE:
        return text
    return text[:LONGEST_NOTE].rsplit(None, 1)[0] + " …"
