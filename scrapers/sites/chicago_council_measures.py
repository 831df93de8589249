"""From a matter of the eLMS to a measure. Pure.

A list's row is enough for a measure; a detail adds what hangs on it. A
substitute ("SO2026-0000001") is its original under a new number: one measure,
whose texts are those of both.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import unescape
from types import MappingProxyType
from typing import Any

from config.vocabulary import ActionClassification as Step
from config.vocabulary import (
    DateKind,
    SponsorClassification,
    VersionClassification,
    VoteOption,
)
from scrapers.items import Action, Cast, Link, Measure, MeasureDate, Related, Sponsor, Version, Vote
from scrapers.platforms.legistar_fields import as_extras
from scrapers.platforms.legistar_rows import Row, digest, rows_in, whole, words
from scrapers.platforms.legistar_words import BY_THE_EXECUTIVE, kind_of, text_step
from scrapers.ports import KnownMeasure
from scrapers.sites.chicago_council_rows import (
    FIELDS,
    day,
    number_of,
    paper_of,
    session_of,
    stamp_of,
)
from scrapers.sites.chicago_council_words import (
    ENDS,
    SPONSORS,
    WORKFLOW,
    classify,
    is_substitute,
    knows_kind,
    original_of,
    vote_option,
    year_in,
)
from scrapers.turns import KEPT, READ, STAMP, TRIED

PLACE = "us/il/chicago"
SITE = "https://chicityclerkelms.chicago.gov"
HALF_LOADED = ".crdownload"
WAITS_FOR = "the clerk's upload, of which only a part is there"
CARRIED = KEPT | {"actions", "attachments", "sponsors", "voters", "originals", "timeline"}
"""Extras of a detail: kept from before where only the list was read."""

_STATE_NUMBER = re.compile(r"^\d+\s*-\s*")
_EXTENSION = re.compile(r"(\.(pdf|docx?|rtf|crdownload))+$", re.IGNORECASE)
_RANKS: Mapping[VersionClassification | None, int] = MappingProxyType(
    {
        VersionClassification.INTRODUCED: 0,
        VersionClassification.ENROLLED: 2,
        VersionClassification.SIGNED: 3,
        VersionClassification.BECAME_LAW: 4,
    }
)


def as_measure(
    row: Row,
    *,
    known: KnownMeasure | None = None,
    read_at: datetime | None = None,
    originals: Sequence[Row] = (),
    legacy: bool = False,
) -> Measure:
    """A matter as a measure.

    `read_at` is when its detail was read (aware), None for a row of a list.
    `originals` are attachments of the matters it is the substitute of. `legacy`
    says that its number of before 2023 is its alone. Raises ValueError for a row
    without an id, or with neither number nor title.
    """
    id_, number, title = words(row, "matterId"), number_of(row), plain(row, "title")
    if not id_:
        raise ValueError("a row without a matterId")
    if not number and not title:
        raise ValueError(f"matter {id_} has neither a number nor a title")
    type_name = words(row, "type")
    kind = kind_of(type_name)
    introduced = day(words(row, "introductionDate"))
    about = (plain(row, "shortTitle"), plain(row, "nicknameAlias"))
    old_number = words(row, "legacyRecordNumber")
    values: dict[str, Any] = {
        "title": title,
        "classification": (kind,) if kind else (),
        "from_organization": "executive" if BY_THE_EXECUTIVE.search(type_name) else "legislature",
        "identifiers": (old_number,) if legacy and old_number else (),
        "status": status_of(row),
        "abstract": "\n\n".join(dict.fromkeys(part for part in about if part and part != title)),
        "dates": dates_of(row),
        "subjects": subjects_of(row),
        "url": f"{SITE}/Matter/?matterId={id_}",
    }
    shown = {name for name, value in values.items() if value}
    shown |= {"dates"} if "introductionDate" in row else set()
    carried = {
        name: value for name, value in (known.extras if known else {}).items() if name in CARRIED
    }
    if read_at is not None:
        further, left = details(row, originals)
        values |= further
        shown |= set(further)
        carried |= left | {READ: read_at.isoformat(), STAMP: stamp_of(row)}
        carried.pop(TRIED, None)
    return Measure(
        place=PLACE,
        session=known.session if known else session_of(row),
        identifier=number,
        formerly=former_numbers(row, known),
        listing=listing_of(introduced.year) if introduced else "",
        observed=frozenset(shown),
        extras=carried | as_extras(without(FIELDS.kept("matter", row), "timeline")),
        **values,
    )


def without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def plain(row: Row, field: str) -> str:
    """A field's words, with the entities that stand in some titles resolved."""
    return " ".join(unescape(words(row, field)).split())


def listing_of(year: int) -> str:
    """The list a matter stands in: those introduced in one year."""
    return f"matters {year}"


def former_numbers(row: Row, known: KnownMeasure | None) -> tuple[str, ...]:
    """The numbers a matter had: its original's, and the one it is known under."""
    number = number_of(row)
    named = [words(row, "originalRecordNumber")] if words(row, "originalRecordNumber") else []
    named += [original_of(number)] if is_substitute(number) else []
    named += [known.identifier] if known and known.identifier else []
    return tuple(dict.fromkeys(name for name in named if name and number and name != number))


def status_of(row: Row) -> str:
    """Where a matter stands, without the number that the clerk sorts by ("4-In Committee")."""
    printed = words(row, "subStatus") or words(row, "statusDescription") or words(row, "status")
    return _STATE_NUMBER.sub("", printed)


def dates_of(row: Row) -> tuple[MeasureDate, ...]:
    """Its introduction and, where the final action passed it, that day."""
    found = [(DateKind.INTRODUCED, words(row, "introductionDate"))]
    if Step.PASSAGE in classify(words(row, "subStatus")):
        found.append((DateKind.PASSED, words(row, "finalActionDate")))
    return tuple(
        MeasureDate(kind=kind, date=day(printed), text=printed)
        for kind, printed in found
        if day(printed)
    )


def subjects_of(row: Row) -> tuple[str, ...]:
    """The categories a matter is filed under, the wider before the narrower."""
    named = (part.strip() for part in words(row, "matterCategory").split(" | "))
    return tuple(dict.fromkeys(part for part in named if part))


def details(row: Row, originals: Sequence[Row]) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields that a detail gives, and the extras that go with them; null is not said."""
    values: dict[str, Any] = {}
    left: dict[str, Any] = {"timeline": row.get("timeline")}
    if isinstance(row.get("actions"), list):
        steps = rows_in(row, "actions")
        values["actions"] = actions_of(steps)
        left["actions"] = [FIELDS.kept("action", step) | _workflow(step) for step in steps]
        left["voters"] = voters_of(steps)
    if isinstance(row.get("sponsors"), list):
        values["sponsors"] = sponsors_of(rows_in(row, "sponsors"))
        left["sponsors"] = [FIELDS.kept("sponsor", one) for one in rows_in(row, "sponsors")]
    if isinstance(row.get("attachments"), list):
        papers = [*rows_in(row, "attachments"), *originals]
        substitute = is_substitute(number_of(row))
        values["versions"] = versions_of(papers, substitute=substitute)
        values["documents"] = documents_of(papers)
        left["attachments"] = [FIELDS.kept("attachment", one) for one in papers]
    if isinstance(row.get("relations"), list) or words(row, "supersededBy"):
        values["related"] = related_to(row)
        left["relations"] = [one for one in row.get("relations") or () if isinstance(one, dict)]
    left["originals"] = [dict(one) for one in originals]
    return values, as_extras({name: value for name, value in left.items() if value})


def originals_in(known: KnownMeasure | None) -> list[Row]:
    """The attachments of the matters it is the substitute of, as an earlier crawl kept them."""
    found = json.loads(known.extras.get("originals", "") or "[]") if known else []
    return [one for one in found if isinstance(one, dict)]


def _workflow(step: Row) -> dict[str, Any]:
    """A step of the clerk's own system is kept by its name: no action is made of it."""
    return {"actionName": words(step, "actionName")} if is_workflow(step) else {}


def is_workflow(step: Row) -> bool:
    return words(step, "actionName").casefold() in WORKFLOW


def actions_of(rows: Sequence[Row]) -> tuple[Action, ...]:
    """The steps in their order. Rows that differ in nothing but their ids are one step."""
    found: dict[str, tuple[tuple[str, int], Action]] = {}
    for row in rows:
        described = words(row, "actionName")
        if not described or is_workflow(row):
            continue
        printed = words(row, "actionDate")
        when = day(printed)
        step = Action(
            description=described,
            date=when,
            date_text=printed if when else "",
            classification=classify(described),
            organization=words(row, "actionByName"),
            vote=vote_of(row),
        )
        same = digest(
            {name: row.get(name) for name in row if name not in {"historyId", "meetingId"}}
        )
        found.setdefault(same, ((printed, whole(row, "sort") or 0), step))
    return tuple(step for _, step in sorted(found.values(), key=lambda one: one[0]))


def vote_of(row: Row) -> Vote | None:
    """The roll call of a step; the clerk states no tally. A seat that was vacant cast no vote."""
    roll = tuple(
        Cast(
            voter=words(cast, "voterName"),
            option=vote_option(words(cast, "vote")) or VoteOption.OTHER,
            text=words(cast, "vote"),
        )
        for cast in rows_in(row, "votes")
        if words(cast, "voterName") and words(cast, "vote").casefold() != "vacant"
    )
    if not roll:
        return None
    ends = (ENDS[step] for step in classify(words(row, "actionName")) if step in ENDS)
    return Vote(result=next(ends, None), text=words(row, "actionText"), roll=roll)


def voters_of(rows: Sequence[Row]) -> dict[str, str]:
    """The clerk's ids of those who voted, by name."""
    casts = (cast for row in rows for cast in rows_in(row, "votes"))
    return {
        words(cast, "voterName"): words(cast, "personId")
        for cast in casts
        if words(cast, "personId")
    }


def sponsors_of(rows: Sequence[Row]) -> tuple[Sponsor, ...]:
    """Who stands behind a matter, each once; a kind nobody knows is a cosponsor."""
    found: dict[str, Sponsor] = {}
    for row in rows:
        name = words(row, "sponsorName")
        kind = SPONSORS.get(words(row, "sponsorType").casefold(), SponsorClassification.COSPONSOR)
        if name:
            sponsor = Sponsor(name=name, classification=kind, id=words(row, "personId"))
            found.setdefault(name, sponsor)
    return tuple(found.values())


def is_text(paper: Row) -> bool:
    return words(paper, "attachmentType").casefold() == "legislation" and bool(words(paper, "path"))


def versions_of(papers: Sequence[Row], *, substitute: bool) -> tuple[Version, ...]:
    """The texts among a matter's attachments, the first step first; each address once."""
    found: dict[str, Version] = {}
    for paper in papers:
        path, name = words(paper, "path"), name_of(paper)
        if is_text(paper):
            found.setdefault(
                path,
                Version(
                    note=name,
                    links=(Link(url=path, text=words(paper, "fileName")),),
                    classification=step_of(name, substitute=substitute),
                    waits_for=WAITS_FOR if path.casefold().endswith(HALF_LOADED) else "",
                ),
            )
    return tuple(sorted(found.values(), key=lambda one: _RANKS.get(one.classification, 1)))


def step_of(name: str, *, substitute: bool) -> VersionClassification:
    """Which step of its life a text belongs to, by the name of its file."""
    step = text_step(name)
    if step is not None:
        return step
    first = name.partition(" ")[0]
    own = is_substitute(first) if year_in(first) else substitute
    return VersionClassification.SUBSTITUTED if own else VersionClassification.INTRODUCED


def documents_of(papers: Sequence[Row]) -> tuple[Link, ...]:
    """What is attached and no text: letters of committees, exhibits, disclosures."""
    links = (
        Link(url=words(paper, "path"), text=name_of(paper))
        for paper in papers
        if words(paper, "path") and not is_text(paper)
    )
    return tuple({link.url: link for link in links}.values())


def name_of(paper: Row) -> str:
    """What an attachment is called, without the ending of its file."""
    return _EXTENSION.sub("", words(paper, "fileName")) or words(paper, "attachmentType")


def related_to(row: Row) -> tuple[Related, ...]:
    """Other measures this matter names; one that it went into takes its place."""
    own = paper_of(row)
    told = [one for one in row.get("relations") or () if isinstance(one, str)]
    told += [
        words(one, "recordNumber") for one in row.get("relations") or () if isinstance(one, dict)
    ]
    found = {
        original_of(number): Related(identifier=number, session=year_in(number))
        for number in (" ".join(one.split()) for one in told)
        if number and original_of(number) != own
    }
    into = words(row, "supersededBy")
    if into and original_of(into) != own:
        found[original_of(into)] = Related(
            identifier=into, relation="replaced-by", session=year_in(into)
        )
    return tuple(found.values())


def count_unmapped(row: Row, unmapped: Counter[str]) -> None:
    """Count words no rule knows, and fields nobody has seen; both are kept as they are."""
    FIELDS.count_unknown("matter", [row], unmapped)
    if words(row, "type") and not knows_kind(words(row, "type")):
        unmapped[f"type {words(row, 'type')}"] += 1
    steps = rows_in(row, "actions")
    FIELDS.count_unknown("action", steps, unmapped)
    for step in steps:
        name = words(step, "actionName")
        if name and not is_workflow(step) and not classify.knows(name):
            unmapped[f"action {name}"] += 1
        casts = rows_in(step, "votes")
        FIELDS.count_unknown("vote", casts, unmapped)
        for cast in casts:
            said = words(cast, "vote")
            if said.casefold() != "vacant" and vote_option(said) is None:
                unmapped[f"vote {said}"] += 1
    sponsors = rows_in(row, "sponsors")
    FIELDS.count_unknown("sponsor", sponsors, unmapped)
    for sponsor in sponsors:
        if words(sponsor, "sponsorType").casefold() not in SPONSORS:
            unmapped[f"sponsor type {words(sponsor, 'sponsorType')}"] += 1
    FIELDS.count_unknown("attachment", rows_in(row, "attachments"), unmapped)
