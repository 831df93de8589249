"""Measures and texts as JSON, and the digest that tells an unchanged observation.

What is empty is left out, so that a field added later reads as unobserved.
`extras` are not part of a measure's state: each source's own are kept beside
its sighting.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from config.vocabulary import (
    ActionClassification,
    DateKind,
    MeasureClassification,
    SponsorClassification,
    VersionClassification,
)
from pipelines.texts import Extracted, Mark, Observation, Page
from scrapers.items import Action, Link, Measure, MeasureDate, Related, Sponsor, Version

from .columns import dump, has_unstorable

_PLAIN = ("place", "session", "identifier", "title", "from_organization", "status", "abstract",
          "url", "listing")  # fmt: skip
_STRINGS = ("identifiers", "formerly", "concerns", "subjects")

_link = attrgetter("url", "media_type", "text")
_action = attrgetter("description", "date", "date_text", "classification", "organization")
_sponsor = attrgetter("name", "classification", "id")
_date = attrgetter("kind", "date", "text")
_related = attrgetter("identifier", "relation", "session")
_version = attrgetter("note", "date", "date_text", "classification", "waits_for", "text")
_text = attrgetter("state", "sha256", "text_sha256", "extractor", "reason", "accepted")
_scalars = attrgetter(
    "place", "session", "identifier", "title", "classification", "from_organization",
    "identifiers", "formerly", "status", "abstract", "concerns", "subjects", "url", "listing",
)  # fmt: skip
_encode = json.JSONEncoder(
    ensure_ascii=True, check_circular=False, separators=(",", ":"), default=date.isoformat
).encode


def digest(observation: Observation) -> str:
    """A digest of all that an observation says, its matches apart.

    Equal digests of one source's observations of one measure mean that nothing
    changed. Matches are apart because they follow the watchlist, not the site.
    """
    measure = observation.measure
    said = (
        _scalars(measure),
        sorted(measure.observed),
        [_sponsor(sponsor) for sponsor in measure.sponsors],
        [_date(day) for day in measure.dates],
        [_action(action) for action in measure.actions],
        [(_version(version), [_link(link) for link in version.links]) for version in measure.versions],
        [_related(related) for related in measure.related],
        [_text(text) for text in observation.texts],
        sorted(measure.extras.items()) if measure.extras else None,
    )  # fmt: skip
    return blake2b(_encode(said).encode("ascii"), digest_size=16).hexdigest()


def measure_to_json(measure: Measure) -> dict[str, Any]:
    """A measure as JSON values: dates in ISO form, enumerations as their words."""
    data: dict[str, Any] = {name: getattr(measure, name) for name in _PLAIN + _STRINGS}
    data["classification"] = [str(word) for word in measure.classification]
    data["sponsors"] = [
        _record(sponsor, "name", "classification", "id") for sponsor in measure.sponsors
    ]
    data["dates"] = [_record(day, "kind", "date", "text") for day in measure.dates]
    data["actions"] = [
        _record(action, "description", "date", "date_text", "classification", "organization")
        for action in measure.actions
    ]
    data["related"] = [
        _record(related, "identifier", "relation", "session") for related in measure.related
    ]
    data["versions"] = [version_to_json(version) for version in measure.versions]
    data["observed"] = sorted(measure.observed)
    return {name: value for name, value in data.items() if value}


def version_to_json(version: Version) -> dict[str, Any]:
    """A version as the source lists it, without the text."""
    data = _record(version, "note", "date", "date_text", "classification", "waits_for")
    if version.links:
        data["links"] = links_to_json(version.links)
    return data


def measure_from_json(data: Mapping[str, Any]) -> Measure:
    """The measure that `measure_to_json` wrote."""
    plain: dict[str, Any] = {name: data.get(name, "") for name in _PLAIN}
    strings: dict[str, Any] = {name: tuple(data.get(name, ())) for name in _STRINGS}
    return Measure(
        **plain,
        **strings,
        classification=_words(MeasureClassification, data.get("classification", ())),
        sponsors=tuple(_sponsor_from(row) for row in data.get("sponsors", ())),
        dates=tuple(_date_from(row) for row in data.get("dates", ())),
        actions=tuple(_action_from(row) for row in data.get("actions", ())),
        versions=tuple(_version_from(row) for row in data.get("versions", ())),
        related=tuple(_related_from(row) for row in data.get("related", ())),
        observed=frozenset(data.get("observed", ())),
    )


def links_to_json(links: Iterable[Link]) -> list[dict[str, Any]]:
    return [_record(link, "url", "media_type", "text") for link in links]


def link_from_json(row: Mapping[str, Any]) -> Link:
    return Link(
        url=row.get("url", ""), media_type=row.get("media_type", ""), text=row.get("text", "")
    )


def load_measure(text: str) -> Measure:
    return measure_from_json(json.loads(text))


def storable_measure(measure: Measure) -> Measure:
    """The measure without what no database keeps, so that it compares equal to itself as read."""
    text = _encode(measure_to_json(measure))
    if not has_unstorable(text):
        return measure
    kept = measure_from_json(json.loads(dump(measure_to_json(measure))))
    return replace(kept, extras=measure.extras)


def dump_measure(measure: Measure) -> str:
    return dump(measure_to_json(measure))


def pages_to_json(extracted: Extracted) -> list[list[Any]]:
    """Each page as [number, start, length, method, confidence] into the joined text."""
    return [
        [page.number, page.start, len(page.text), page.method, page.confidence]
        for page in extracted.pages
    ]


def pages_from_json(rows: Iterable[list[Any]], body: str) -> tuple[Page, ...]:
    """The pages of a joined text."""
    return tuple(
        Page(number=number, start=start, text=body[start : start + length], method=method,
             confidence=confidence)
        for number, start, length, method, confidence in rows
    )  # fmt: skip


def marks_from_json(rows: Iterable[list[Any]]) -> tuple[Mark, ...]:
    return tuple(Mark(start=start, end=end, kind=kind) for start, end, kind in rows)


def _record(value: Any, *names: str) -> dict[str, Any]:
    found = ((name, _json(getattr(value, name))) for name in names)
    return {name: item for name, item in found if item}


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return value


def _day(row: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(row["date"]) if row.get("date") else None


def _sponsor_from(row: Mapping[str, Any]) -> Sponsor:
    return Sponsor(
        name=row.get("name", ""),
        classification=SponsorClassification(row["classification"]),
        id=row.get("id", ""),
    )


def _date_from(row: Mapping[str, Any]) -> MeasureDate:
    return MeasureDate(kind=DateKind(row["kind"]), date=_day(row), text=row.get("text", ""))


def _action_from(row: Mapping[str, Any]) -> Action:
    return Action(
        description=row.get("description", ""),
        date=_day(row),
        date_text=row.get("date_text", ""),
        classification=_words(ActionClassification, row.get("classification", ())),
        organization=row.get("organization", ""),
    )


def _related_from(row: Mapping[str, Any]) -> Related:
    return Related(
        identifier=row.get("identifier", ""),
        relation=row.get("relation", ""),
        session=row.get("session", ""),
    )


def _version_from(row: Mapping[str, Any]) -> Version:
    word = row.get("classification")
    return Version(
        note=row.get("note", ""),
        links=tuple(link_from_json(link) for link in row.get("links", ())),
        date=_day(row),
        date_text=row.get("date_text", ""),
        classification=VersionClassification(word) if word else None,
        waits_for=row.get("waits_for", ""),
    )


def _words(vocabulary: Callable[[str], Any], words: Iterable[str]) -> tuple[Any, ...]:
    return tuple(vocabulary(word) for word in words)
