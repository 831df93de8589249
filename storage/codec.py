"""Measures and texts as JSON, and the digest that tells an unchanged observation.

What is empty is left out, so that a field added later reads as unobserved.
`extras` are not part of a measure's state: each source's own are kept beside
its sighting.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple

from config.vocabulary import (
    ActionClassification,
    DateKind,
    MeasureClassification,
    SponsorClassification,
    VersionClassification,
    VoteOption,
    VoteResult,
)
from pipelines.texts import Extracted, Mark, Observation, Page
from scrapers.items import (
    Action,
    Cast,
    Link,
    Measure,
    MeasureDate,
    Related,
    Sponsor,
    Version,
    Vote,
)

from .columns import dump, has_unstorable

_PLAIN = ("place", "session", "identifier", "title", "from_organization", "status", "abstract",
          "url", "listing")  # fmt: skip
_STRINGS = ("identifiers", "formerly", "concerns", "subjects")

_NAMES = (*_PLAIN, *_STRINGS, "classification")
_LINK = ("url", "media_type", "text")
_ACTION = ("description", "date", "date_text", "classification", "organization")
_SPONSOR = ("name", "classification", "id")
_DATE = ("kind", "date", "text")
_RELATED = ("identifier", "relation", "session")
_VERSION = ("note", "date", "date_text", "classification", "waits_for")

_STOP = "\x1f"
_fields = attrgetter(*_NAMES)
_plain = attrgetter(*_PLAIN)
_lists = attrgetter(*_STRINGS, "classification")
_link = attrgetter(*_LINK)
_action = attrgetter(*_ACTION)
_sponsor = attrgetter(*_SPONSOR)
_date = attrgetter(*_DATE)
_related = attrgetter(*_RELATED)
_version = attrgetter(*_VERSION, "text")
_cast = attrgetter("voter", "option", "text")
_text = attrgetter("state", "sha256", "text_sha256", "extractor", "reason", "accepted")
_MEASURE_WORDS = {str(word): word for word in MeasureClassification}
_ACTION_WORDS = {str(word): word for word in ActionClassification}
_encode = json.JSONEncoder(
    ensure_ascii=True, check_circular=False, separators=(",", ":"), default=date.isoformat
).encode


class Said(NamedTuple):
    """What an observation says, in short: its digest, and whether some of it cannot be stored."""

    digest: str
    unstorable: bool


def said(observation: Observation) -> Said:
    """A digest of all that an observation says, its matches apart.

    Equal digests of one source's observations of one measure mean that nothing
    changed. Matches are apart because they follow the watchlist, not the site.
    A digest is the same in every process and version of Python. Raises TypeError
    or AttributeError for values of wrong types.
    """
    pieces, stops = _pieces(observation)
    text = _STOP.join(pieces)
    # Values that hold the stop themselves could be cut otherwise; these and what no
    # database keeps are so rare that they may cost more.
    if text.count(_STOP) == stops and "\0" not in text:
        try:
            encoded = text.encode()
        except UnicodeEncodeError:
            return _said_escaped(observation)
        return Said(blake2b(encoded, digest_size=16).hexdigest(), unstorable=False)
    return _said_escaped(observation)


def _pieces(observation: Observation) -> tuple[list[str], int]:
    """What an observation says as words with stops between them, and how many stops there are.

    Every list is told with its length, so that each word has one place only.
    """
    measure = observation.measure
    sponsors, dates, actions = measure.sponsors, measure.dates, measure.actions
    versions, related, texts = measure.versions, measure.related, observation.texts
    documents, extras = measure.documents, measure.extras
    pieces = [*_plain(measure), f"{len(measure.observed)}", *sorted(measure.observed)]
    for words in _lists(measure):
        pieces.append(f"{len(words)}")
        pieces += words
    pieces.append(
        f"{len(sponsors)} {len(dates)} {len(actions)} {len(versions)} {len(related)} {len(texts)}"
        f" {len(documents)} {len(extras)}"
    )
    for one in sponsors:
        pieces.append(f"{one.name}\x1f{one.classification}\x1f{one.id}")
    for day in dates:
        pieces.append(f"{day.kind}\x1f{day.date}\x1f{day.text}")
    for step in actions:
        words = step.classification
        pieces.append(
            f"{step.description}\x1f{step.date}\x1f{step.date_text}\x1f{step.organization}"
            f"\x1f{'+'.join(words) if words else ''}"
            f"\x1f{_encode(vote_to_json(step.vote)) if step.vote is not None else ''}"
        )
    links = list(documents)
    for version in versions:
        pieces.append(
            f"{version.note}\x1f{version.date}\x1f{version.date_text}\x1f{version.classification}"
            f"\x1f{version.waits_for}\x1f{version.text}\x1f{len(version.links)}"
        )
        links += version.links
    for link in links:
        pieces.append(f"{link.url}\x1f{link.media_type}\x1f{link.text}")
    for other in related:
        pieces.append(f"{other.identifier}\x1f{other.relation}\x1f{other.session}")
    for text in texts:
        pieces.append(
            f"{text.state}\x1f{text.sha256}\x1f{text.text_sha256}\x1f{text.extractor}"
            f"\x1f{text.reason}\x1f{text.accepted}"
        )
    for both in sorted(extras.items()) if extras else ():
        pieces += both
    within = 2 * (len(sponsors) + len(dates) + len(links) + len(related))
    within += 5 * (len(actions) + len(texts)) + 6 * len(versions)
    return pieces, within + len(pieces) - 1


def _said_escaped(observation: Observation) -> Said:
    """The same for values with control characters or half characters in them."""
    measure = observation.measure
    text = _encode((
        _fields(measure),
        sorted(measure.observed),
        [_sponsor(sponsor) for sponsor in measure.sponsors],
        [_date(day) for day in measure.dates],
        [_said_of_action(action) for action in measure.actions],
        [(_version(version), [_link(link) for link in version.links]) for version in measure.versions],
        [_related(related) for related in measure.related],
        [_text(text) for text in observation.texts],
        sorted(measure.extras.items()) if measure.extras else None,
        # Last, and only where there are some: digests of the first release stay as they are.
        *([_link(link) for link in measure.documents] or ()),
    ))  # fmt: skip
    return Said(blake2b(text.encode("ascii"), digest_size=16).hexdigest(), has_unstorable(text))


def measure_to_json(measure: Measure) -> dict[str, Any]:
    """A measure as JSON values: dates in ISO form, enumerations as their words."""
    data: dict[str, Any] = dict(zip(_NAMES, _fields(measure), strict=True))
    data["sponsors"] = [_filled(_SPONSOR, _sponsor(person)) for person in measure.sponsors]
    data["dates"] = [_filled(_DATE, _date(day)) for day in measure.dates]
    data["actions"] = [_action_to_json(action) for action in measure.actions]
    data["related"] = [_filled(_RELATED, _related(other)) for other in measure.related]
    data["documents"] = links_to_json(measure.documents)
    data["versions"] = [version_to_json(version) for version in measure.versions]
    data["observed"] = sorted(measure.observed)
    return {name: value for name, value in data.items() if value}


def version_to_json(version: Version) -> dict[str, Any]:
    """A version as the source lists it, without the text."""
    data = _filled(_VERSION, _version(version)[:-1])
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
        classification=_words(_MEASURE_WORDS, data.get("classification", ())),
        sponsors=tuple(_sponsor_from(row) for row in data.get("sponsors", ())),
        dates=tuple(_date_from(row) for row in data.get("dates", ())),
        actions=tuple(_action_from(row) for row in data.get("actions", ())),
        versions=tuple(_version_from(row) for row in data.get("versions", ())),
        related=tuple(_related_from(row) for row in data.get("related", ())),
        documents=tuple(link_from_json(row) for row in data.get("documents", ())),
        observed=frozenset(data.get("observed", ())),
    )


def vote_to_json(vote: Vote) -> dict[str, Any]:
    """A vote: counts as [option, number], the roll call as [voter, option, text]."""
    data = {"result": vote.result, "text": vote.text, "counts": vote.counts,
            "roll": [_cast(cast) for cast in vote.roll]}  # fmt: skip
    return {name: value for name, value in data.items() if value}


def vote_from_json(row: Mapping[str, Any]) -> Vote:
    """The vote that `vote_to_json` wrote."""
    result = row.get("result")
    return Vote(
        result=VoteResult(result) if result else None,
        text=row.get("text", ""),
        counts=tuple((VoteOption(option), number) for option, number in row.get("counts", ())),
        roll=tuple(
            Cast(voter=voter, option=VoteOption(option), text=text)
            for voter, option, text in row.get("roll", ())
        ),
    )


def links_to_json(links: Iterable[Link]) -> list[dict[str, Any]]:
    return [_filled(_LINK, _link(link)) for link in links]


def link_from_json(row: Mapping[str, Any]) -> Link:
    return Link(
        url=row.get("url", ""), media_type=row.get("media_type", ""), text=row.get("text", "")
    )


def load_measure(text: str) -> Measure:
    return measure_from_json(json.loads(text))


def storable_measure(measure: Measure) -> Measure:
    """The measure without what no database keeps, so that it compares equal to itself as read."""
    kept = measure_from_json(json.loads(dump(measure_to_json(measure))))
    return replace(kept, extras=measure.extras)


def dump_measure(measure: Measure) -> str:
    return dump(measure_to_json(measure))


def pages_to_json(extracted: Extracted) -> list[list[Any]]:
    """Each page as [number, start, length, method, confidence, lines, doubtful].

    `start` and `length` are of the joined text. What a page has none of is left
    out from the end. The pages' originals are apart: see `dump_originals`.
    """
    return [_page_to_json(page) for page in extracted.pages]


def _page_to_json(page: Page) -> list[Any]:
    row: list[Any] = [page.number, page.start, len(page.text), page.method, page.confidence]
    if page.lines or page.doubtful:
        row.append(page.lines)
    if page.doubtful:
        row.append(page.doubtful)
    return row


def is_scanned(rows: Iterable[list[Any]]) -> bool:
    """Whether one of the pages was read as a picture."""
    return any(row[3].startswith("ocr") for row in rows)


def pages_from_json(rows: Iterable[list[Any]], body: str) -> tuple[Page, ...]:
    """The pages of a joined text, without their originals."""
    return tuple(_page_from_json(body, *row) for row in rows)


def _page_from_json(
    body: str, number: int | None, start: int, length: int, method: str, confidence: float,
    lines: Sequence[Sequence[int]] = (), doubtful: Sequence[Sequence[float]] = (),
) -> Page:  # fmt: skip
    return Page(
        number=number,
        start=start,
        text=body[start : start + length],
        method=method,
        confidence=confidence,
        lines=tuple((place, printed) for place, printed in lines),
        doubtful=tuple((int(begin), int(end), sure) for begin, end, sure in doubtful),
    )


def dump_originals(pages: Sequence[Page]) -> bytes | None:
    """The pages' texts before they were cleaned, packed; None where cleaning changed nothing."""
    if not any(page.original for page in pages):
        return None
    return zlib.compress(json.dumps([page.original for page in pages]).encode(), 1)


def with_originals(pages: Sequence[Page], packed: bytes | None) -> tuple[Page, ...]:
    if packed is None:
        return tuple(pages)
    originals = json.loads(zlib.decompress(packed))
    return tuple(
        replace(page, original=original) for page, original in zip(pages, originals, strict=True)
    )


def marks_from_json(rows: Iterable[list[Any]]) -> tuple[Mark, ...]:
    return tuple(Mark(start=start, end=end, kind=kind) for start, end, kind in rows)


def _filled(names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in zip(names, values, strict=True)
        if value
    }


def _said_of_action(action: Action) -> tuple[Any, ...]:
    plain: tuple[Any, ...] = _action(action)
    return (*plain, vote_to_json(action.vote)) if action.vote is not None else plain


def _action_to_json(action: Action) -> dict[str, Any]:
    data = _filled(_ACTION, _action(action))
    if action.vote is not None:
        data["vote"] = vote_to_json(action.vote)
    return data


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
        classification=_words(_ACTION_WORDS, row.get("classification", ())),
        organization=row.get("organization", ""),
        vote=vote_from_json(row["vote"]) if "vote" in row else None,
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


def _words(vocabulary: Mapping[str, Any], words: Iterable[str]) -> tuple[Any, ...]:
    return tuple(vocabulary[word] for word in words)
