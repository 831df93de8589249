"""What an event means for the measures on its agenda.

Told is that a measure came on an agenda or left it, and that the event it is
on moved, was cancelled, or is held after all. A title, a note or an outcome
filled in later is kept and not told: what was done shows in the measure's own
actions. Nothing is told of an event whose day is over.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from config.places import PlaceError, place
from config.vocabulary import EventStatus
from pipelines.clean import normalise
from pipelines.lexicon import printable
from pipelines.pairs import Key, itself
from scrapers.items import AgendaItem, Event

_LAST_ZONE = timezone(timedelta(hours=-12))


@dataclass(frozen=True, slots=True)
class Scheduling:
    """What happened to a measure's place on an agenda.

    `what` are words for machines: added, removed, moved, place, cancelled,
    reinstated, confirmed, tentative.
    """

    what: tuple[str, ...]
    summary: str


def is_over(event: Event, now: datetime) -> bool:
    """Whether nothing about an event is news any more: it was held, or its local day has ended."""
    if event.status is EventStatus.PASSED:
        return True
    if event.date is None:
        return False
    try:
        zone = ZoneInfo(place(event.place).timezone)
    except PlaceError:
        # Where we do not know the zone, a day ends when it has ended everywhere.
        return event.date < now.astimezone(_LAST_ZONE).date()
    return event.date < now.astimezone(zone).date()


def scheduling(old: Event | None, new: Event, *, was_on: bool, is_on: bool) -> Scheduling | None:
    """What is news for one measure about an event, seen as `old` before; None when nothing is.

    `was_on` and `is_on` say whether the measure stood, and stands, on its agenda.
    """
    cancelled = new.status is EventStatus.CANCELLED
    if is_on and not was_on:
        if cancelled:
            return None
        said = (
            f"On the agenda of {', '.join(part for part in (*_named(new), new.location) if part)}"
        )
        return Scheduling(("added",), printable(said))
    news = _news(old, new) if old and was_on else {}
    if was_on and not is_on:
        if not cancelled:
            said = f"Taken off the agenda of {', '.join(_named(new))}"
            return Scheduling(("removed",), printable(said))
        # Its agenda is emptied because it is not held: that is one piece of news.
        news = {what: words for what, words in news.items() if what == "cancelled"}
    if not news:
        return None
    head = _name(new) if "moved" in news else ", ".join(_named(new))
    return Scheduling(tuple(news), printable(f"{head}: {'; '.join(news.values())}"))


def when(event: Event) -> str:
    """The day and time of an event, or what is printed of them."""
    if event.date is None:
        return event.when_text or "no date"
    time = f" {event.time:%H:%M}" if event.time else ""
    return f"{event.date.isoformat()}{time}"


def _news(old: Event, new: Event) -> dict[str, str]:
    """What changed about an event that a reader may have to act on, in words."""
    found = {}
    if _moved(old, new):
        went = f"moved to {when(new)}, was {when(old)}" if old.date else f"set for {when(new)}"
        found["moved"] = went
    if old.location and new.location and _plain(old.location) != _plain(new.location):
        found["place"] = f"now at {new.location}, was {old.location}"
    if old.status is not new.status:
        match old.status, new.status:
            case _, EventStatus.CANCELLED:
                found["cancelled"] = "cancelled"
            case EventStatus.CANCELLED, EventStatus.CONFIRMED | EventStatus.TENTATIVE:
                found["reinstated"] = "no longer cancelled"
            case EventStatus.TENTATIVE, EventStatus.CONFIRMED:
                found["confirmed"] = "confirmed, was tentative"
            case EventStatus.CONFIRMED, EventStatus.TENTATIVE:
                found["tentative"] = "tentative, was confirmed"
    return found


def _moved(old: Event, new: Event) -> bool:
    """Whether the day is another, or the time; a day withdrawn without a word is none."""
    if old.date and not new.date:
        return bool(new.when_text) and _plain(new.when_text) != _plain(old.when_text)
    if old.date != new.date:
        return True
    return old.time is not None and new.time is not None and old.time != new.time


def _named(event: Event) -> tuple[str, str]:
    return _name(event), when(event)


def _name(event: Event) -> str:
    return event.name or "a meeting"


def _plain(text: str) -> str:
    return normalise(text).casefold()


def _printed_key(item: AgendaItem) -> Hashable:
    return _plain(item.identifier), item.session, _plain(item.title), item.number


def _measure_key(item: AgendaItem) -> Hashable:
    return (_plain(item.identifier), item.session) if item.identifier else None


def _title_key(item: AgendaItem) -> Hashable:
    return None if item.identifier else _plain(item.title)


ITEM_KEYS: tuple[Key[AgendaItem], ...] = (itself, _printed_key, _measure_key, _title_key)
"""What makes an item of an agenda the same one as before."""
