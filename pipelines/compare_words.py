"""How a change is told: in a sentence, and as JSON before and after."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pipelines.lexicon import printable
from pipelines.pairs import Item
from pipelines.votes import vote_json, vote_words
from scrapers.items import Action, Measure, MeasureDate, Related, Sponsor, Version

_MOST = 5


def sentence(parts: Iterable[str]) -> str:
    """Join what is to be said into one line that begins as a sentence."""
    said = "; ".join(part for part in parts if part)
    return printable(said[:1].upper() + said[1:])


def how_many(items: Sequence[object], noun: str, nouns: str = "") -> str:
    """Say how many there are: "1 action", "2 actions"; `nouns` where an s is not enough."""
    return f"{len(items)} {noun if len(items) == 1 else nouns or f'{noun}s'}"


def counted(items: Sequence[Item], noun: str, verb: str, name: Callable[[Item], str]) -> str:
    """Say how many were added or removed, and name the first few; "" for none."""
    if not items:
        return ""
    names = ", ".join(name(item) for item in items[:_MOST])
    more = f" and {len(items) - _MOST} more" if len(items) > _MOST else ""
    return f"{how_many(items, noun)} {verb}: {names}{more}"


def went(was: str, now: str) -> str:
    """Say what became of a value that was, or is now, ""."""
    if was and now:
        return f"changed from {was} to {now}"
    return f"is {now}" if now else f"withdrawn, was {was}"


def day_words(day: MeasureDate) -> str:
    """Print a date as understood, or as printed where it was not."""
    return day.date.isoformat() if day.date else day.text


def sponsor_name(person: Sponsor) -> str:
    """Name a sponsor."""
    return person.name


def related_name(other: Related) -> str:
    """Name a related measure with its relation."""
    return f"{other.identifier} ({other.relation})"


def numbers_json(measure: Measure) -> dict[str, Any]:
    """Tell all numbers of a measure."""
    return {
        "identifier": measure.identifier,
        "identifiers": list(measure.identifiers),
        "formerly": list(measure.formerly),
    }


def sponsor_json(person: Sponsor) -> dict[str, Any]:
    """Tell a sponsor."""
    return {"name": person.name, "classification": str(person.classification)}


def dates_json(days: Iterable[MeasureDate]) -> list[dict[str, Any]]:
    """Tell dates."""
    return [
        {"kind": str(day.kind), "date": day.date and day.date.isoformat(), "text": day.text}
        for day in days
    ]


def action_words(action: Action) -> str:
    """Say what was done, with the vote where there was one."""
    return vote_words(action, action.vote) if action.vote else action.description


def action_json(action: Action, *, roll: bool = True) -> dict[str, Any]:
    """Tell an action; `roll` says whether with who voted how."""
    found: dict[str, Any] = {
        "date": action.date and action.date.isoformat(),
        "description": action.description,
        "classification": [str(word) for word in action.classification],
        "organization": action.organization,
    }
    return found | {"vote": vote_json(action.vote, roll=roll)} if action.vote else found


def version_json(version: Version) -> dict[str, Any]:
    """Tell a version."""
    return {
        "note": version.note,
        "date": version.date and version.date.isoformat(),
        "classification": version.classification and str(version.classification),
        "links": [link.url for link in version.links],
    }


def related_json(other: Related) -> dict[str, Any]:
    """Tell a related measure."""
    return {
        "identifier": other.identifier,
        "relation": other.relation,
        "session": other.session,
    }
