"""What makes two listed things the same one: actions, dates, sponsors, versions, relations.

For each kind there is a row of keys, the surest first (`pipelines.pairs`).
"""

from collections.abc import Hashable
from dataclasses import replace

from pipelines.clean import normalise
from pipelines.pairs import Key, itself
from scrapers.addresses import canonical_url
from scrapers.items import Action, MeasureDate, Related, Sponsor, Version


def plain_words(text: str) -> str:
    """Leave out what only typography tells apart."""
    return normalise(text).casefold()


def same_number(identifier: str) -> str:
    """Leave out what sites print now so, now so: "H.B. 444" and "HB444"."""
    return plain_words(identifier).replace(" ", "").replace(".", "")


def _action_key(action: Action) -> Hashable:
    return action.date, plain_words(action.description), plain_words(action.organization)


def _action_any_body_key(action: Action) -> Hashable:
    """Be equal for one action whose body we came to know."""
    return (action.date, plain_words(action.description)) if action.date else None


def _action_printed_key(action: Action) -> Hashable:
    """Be equal for one action whose printed date we understand otherwise now."""
    day = plain_words(action.date_text)
    return (day, plain_words(action.description)) if day else None


def _action_itself(action: Action) -> Hashable:
    """Be equal for one action, whatever is known of its vote."""
    return replace(action, vote=None)


ACTION_KEYS: tuple[Key[Action], ...] = (
    _action_itself,
    _action_key,
    _action_any_body_key,
    _action_printed_key,
)


def _date_key(day: MeasureDate) -> Hashable:
    return (day.kind, day.date) if day.date else None


def _date_printed_key(day: MeasureDate) -> Hashable:
    text = plain_words(day.text)
    return (day.kind, text) if text else None


DATE_KEYS: tuple[Key[MeasureDate], ...] = (itself, _date_key, _date_printed_key)


def _sponsor_id_key(person: Sponsor) -> Hashable:
    return (person.id, person.classification) if person.id else None


def _sponsor_name_key(person: Sponsor) -> Hashable:
    return plain_words(person.name), person.classification


SPONSOR_KEYS: tuple[Key[Sponsor], ...] = (itself, _sponsor_id_key, _sponsor_name_key)


def _version_print_key(version: Version) -> Hashable:
    url = canonical_url(version.links[0].url) if version.links else ""
    return plain_words(version.note), version.date, url


def _version_note_key(version: Version) -> Hashable:
    return plain_words(version.note)


VERSION_KEYS: tuple[Key[Version], ...] = (itself, _version_print_key, _version_note_key)


def related_key(other: Related) -> Hashable:
    """Be equal for one relation to one measure."""
    return same_number(other.identifier), other.relation, plain_words(other.session)
