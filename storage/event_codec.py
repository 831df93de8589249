"""Events and agenda items as JSON, and the digest that tells an unchanged event.

What is empty is left out. An event's items are rows of their own.
"""

import json
from collections.abc import Mapping
from datetime import date, time
from hashlib import blake2b
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from config.vocabulary import EventStatus
from pipelines.texts import EventObservation
from scrapers.items import EMPTY, AgendaItem, Event

from .codec import Said, link_from_json, links_to_json
from .columns import dump, has_unstorable

_EVENT = ("place", "id", "name", "date", "time", "when_text", "status", "status_text", "location",
          "url", "complete")  # fmt: skip
_ITEM = ("title", "identifier", "session", "number", "note", "action")

_event = attrgetter(*_EVENT)
_item = attrgetter(*_ITEM)
_link = attrgetter("url", "media_type", "text")


def _plain(value: Any) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"not a value of an event: {value!r}")


_encode = json.JSONEncoder(
    ensure_ascii=True, check_circular=False, separators=(",", ":"), default=_plain
).encode


def said_of_event(seen: EventObservation) -> Said:
    """A digest of all that is said of an event and its agenda, in the order of the agenda."""
    event = seen.event
    text = _encode((
        _event(event),
        [_link(link) for link in event.links],
        [(_item(item), [_link(link) for link in item.links]) for item in event.items],
        sorted(event.extras.items()) if event.extras else None,
    ))  # fmt: skip
    return Said(blake2b(text.encode("ascii"), digest_size=16).hexdigest(), has_unstorable(text))


def event_to_json(event: Event) -> dict[str, Any]:
    """An event without its items."""
    data = _filled(_EVENT, _event(event))
    if event.links:
        data["links"] = links_to_json(event.links)
    if event.extras:
        data["extras"] = dict(event.extras)
    return data


def item_to_json(item: AgendaItem) -> dict[str, Any]:
    data = _filled(_ITEM, _item(item))
    if item.links:
        data["links"] = links_to_json(item.links)
    return data


def event_from_json(data: Mapping[str, Any], items: tuple[AgendaItem, ...] = ()) -> Event:
    """The event that `event_to_json` wrote."""
    status, extras = data.get("status"), data.get("extras")
    return Event(
        place=data.get("place", ""),
        id=data.get("id", ""),
        name=data.get("name", ""),
        date=date.fromisoformat(data["date"]) if "date" in data else None,
        time=time.fromisoformat(data["time"]) if "time" in data else None,
        when_text=data.get("when_text", ""),
        status=EventStatus(status) if status else None,
        status_text=data.get("status_text", ""),
        location=data.get("location", ""),
        url=data.get("url", ""),
        links=tuple(link_from_json(link) for link in data.get("links", ())),
        items=items,
        complete=data.get("complete", False),
        extras=MappingProxyType(extras) if extras else EMPTY,
    )


def item_from_json(data: Mapping[str, Any]) -> AgendaItem:
    """The item that `item_to_json` wrote."""
    plain: dict[str, Any] = {name: data.get(name, "") for name in _ITEM}
    return AgendaItem(**plain, links=tuple(link_from_json(link) for link in data.get("links", ())))


def storable_event(event: Event) -> Event:
    """The event without what no database keeps, so that it compares equal to itself as read."""
    items = tuple(item_from_json(json.loads(dump(item_to_json(item)))) for item in event.items)
    return event_from_json(json.loads(dump(event_to_json(event))), items)


def _filled(names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date | time) else value
        for name, value in zip(names, values, strict=True)
        if value
    }
