"""Whom a change concerns, and when they hear of it. Pure: facts in, drafts out.

A watch is concerned when one of its places covers the issuing jurisdiction or
a place the measure is about, the kind of change is one it asked for, and one
of its topics matches; a watch without topics takes every topic. One that asks
for added text only is concerned by topics with a passage that is new in this change.

What is told at once goes out with the crawl that found it. Everything else
gathers in the slot of its due instant, so that one recipient gets one message
then, however many watches and crawls filled it. Quiet hours move a message to
their end, where the night's finds gather too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from config.places import covers
from config.schedules import Schedule
from config.watchlist import Watch, Watchlist
from storage.ports import AlertDraft, ChangeFacts

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slot:
    """When a message is due, and the name under which alerts gather until then."""

    name: str
    due_at: datetime
    at_once: bool


@dataclass(frozen=True, slots=True)
class Route:
    """The watches of one watchlist, asked about one change after another."""

    watches: tuple[Watch, ...]

    def __call__(self, facts: ChangeFacts, /) -> tuple[AlertDraft, ...]:
        """Draft one alert for each recipient of each concerned watch, in the watchlist's order."""
        return tuple(draft for watch in self.watches for draft in _drafts(watch, facts))


def route_for(watchlist: Watchlist) -> Route:
    """Make the route of a watchlist."""
    return Route(watchlist.watches)


def reasons(watch: Watch, facts: ChangeFacts) -> tuple[str, ...]:
    """Say why a watch is concerned, in words for its reader; empty when it is not."""
    if facts.kind not in watch.when:
        return ()
    where = _place_reason(watch, facts)
    if where is None:
        return ()
    if not watch.topics:
        return (where or f"every measure of {_pattern(watch, facts.place)}",)
    found = facts.new_topics if watch.text == "added" else facts.topics
    named = tuple(_topic_reason(topic, facts) for topic in watch.topics if topic in found)
    return (*named, where) if named and where else named


def slot_for(watch: Watch, now: datetime, crawl_id: int) -> Slot:
    """Find when what a watch hears now is due, and what it gathers with."""
    schedule = watch.every.schedule
    due = now.astimezone(UTC) if schedule is None else _next_due(schedule, now)
    if watch.quiet is not None:
        due = watch.quiet.end_after(due)
    if schedule is None and due <= now:
        return Slot(f"crawl:{crawl_id}", due, at_once=True)
    return Slot(due.isoformat(timespec="seconds"), due, at_once=False)


def sources_for(watchlist: Watchlist, address: str) -> tuple[str, ...]:
    """Name the sources that can bring news to an address, in the watchlist's order.

    Those of a watched place, and those of a wider one, whose measures may
    concern it: an agreement of the federal government concerns a county.
    """
    patterns = {
        pattern for watch in watchlist.watches if address in watch.to for pattern in watch.places
    }
    return tuple(
        source.name
        for source in watchlist.sources
        if any(_may_tell(pattern, source.place) for pattern in patterns)
    )


def _drafts(watch: Watch, facts: ChangeFacts) -> Iterator[AlertDraft]:
    why = reasons(watch, facts)
    if not why:
        return
    slot = slot_for(watch, facts.now, facts.crawl_id)
    for address in dict.fromkeys(watch.to):
        yield AlertDraft(
            watch=watch.name,
            reasons=why,
            address=address,
            slot=slot.name,
            due_at=slot.due_at,
            at_once=slot.at_once,
        )


def _place_reason(watch: Watch, facts: ChangeFacts) -> str | None:
    """Why the place fits: "" where it is the jurisdiction's own, None where it does not."""
    if _covered(watch.places, facts.place):
        return ""
    about = next((place for place in facts.concerns if _covered(watch.places, place)), None)
    return None if about is None else f"it concerns {about}"


def _covered(patterns: Iterable[str], place: str) -> bool:
    return any(covers(pattern, place) for pattern in patterns)


def _pattern(watch: Watch, place: str) -> str:
    return next(pattern for pattern in watch.places if covers(pattern, place))


def _topic_reason(topic: str, facts: ChangeFacts) -> str:
    return f"topic {topic}, new in this change" if topic in facts.new_topics else f"topic {topic}"


def _next_due(schedule: Schedule, now: datetime) -> datetime:
    if schedule.interval is None:
        return schedule.next_after(now)
    # An interval has no hour of its own. Counted from each find it would never
    # gather anything, so its digests stand on a fixed grid.
    return _EPOCH + ((now - _EPOCH) // schedule.interval + 1) * schedule.interval


def _may_tell(pattern: str, place: str) -> bool:
    watched = pattern.removesuffix("/*")
    return covers(pattern, place) or covers(f"{place}/*", watched)
