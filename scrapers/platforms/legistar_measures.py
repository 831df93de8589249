"""From rows of the Legistar Web API to a measure. Pure.

A matter's own row is enough for a measure; its `Children` (histories,
attachments, texts ...) add the fields of those that were had. A child that was
not had, or not asked for, is None, and its fields are not observed.

A measure's session is the year in its number, else that of its introduction:
numbers such as Boston's "#0138" begin anew each year. A matter that is known,
by its MatterId, keeps the session it is known under, whatever its dates say now.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from config.vocabulary import DateKind, SponsorClassification, VoteOption, VoteResult
from scrapers.items import Action, Cast, Measure, MeasureDate, Related, Sponsor, Vote
from scrapers.platforms.legistar_client import SINCE_FIELDS, Client
from scrapers.platforms.legistar_fields import as_extras, compact, kept, kept_rows, unknown
from scrapers.platforms.legistar_rows import (
    Row,
    block,
    day,
    digest,
    said,
    version_rank,
    whole,
    words,
)
from scrapers.platforms.legistar_texts import attached_texts, beside, own_texts, papers, public
from scrapers.platforms.legistar_words import (
    BY_THE_EXECUTIVE,
    NUMBER,
    SUMMARY,
    TALLY,
    classify,
    enacted_as,
    kind_of,
    knows_type,
    option_of,
)
from scrapers.ports import KnownMeasure
from scrapers.rtf import rtf_words

READ = "details read"
READ_SLOWLY = "subjects read"
TRIED = "details tried"
STAMP = "row"
CARRIED = frozenset(
    {READ, READ_SLOWLY, TRIED, "histories", "attachments", "sponsors", "texts", "relations",
     "codesections", "indexes", "votes"}
)  # fmt: skip
"""Extras that tell of a matter's children: kept from before where the children were not asked for."""

DATES = MappingProxyType(
    {
        "MatterIntroDate": DateKind.INTRODUCED,
        "MatterPassedDate": DateKind.PASSED,
        "MatterEnactmentDate": DateKind.ENACTED,
    }
)
NO_DAY = ("0001-", "9999-")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SIGNS = re.compile(r"[\s.#]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """What hangs on a matter; None is what was not had. `at` is when it was asked for (aware).

    `versions` are (key, printed) in their order, `texts` the rows had by key,
    `too_large` why a text was left, `related` what the relations were found to
    be, `votes` the roll calls by MatterHistoryId. `trouble` says that something
    failed which may be had another time, `slowly` that also what hardly ever
    changes was asked for.
    """

    at: datetime
    trouble: bool = False
    slowly: bool = False
    histories: Sequence[Row] | None = None
    attachments: Sequence[Row] | None = None
    sponsors: Sequence[Row] | None = None
    versions: Sequence[tuple[str, str]] | None = None
    texts: Mapping[str, Row] = field(default_factory=dict)
    too_large: Mapping[str, str] = field(default_factory=dict)
    relations: Sequence[Row] | None = None
    related: tuple[Related, ...] = ()
    codesections: Sequence[Row] | None = None
    indexes: Sequence[Row] | None = None
    votes: Mapping[int, Sequence[Row]] = field(default_factory=dict)


def as_measure(
    row: Row,
    *,
    client: Client,
    place: str,
    known: KnownMeasure | None,
    children: Children | None,
    page: str = "",
) -> Measure:
    """A matter as a measure; `page` is the address of its own page where its row has no id.

    Raises ValueError for a row without either, or with neither number nor title.
    """
    id_ = whole(row, "MatterId")
    file, name = words(row, "MatterFile"), words(row, "MatterName")
    title = words(row, "MatterTitle") or name
    if id_ is None and not page:
        raise ValueError("a row without a MatterId")
    if not file and not title:
        raise ValueError(f"matter {id_} has neither a number nor a title")
    kind = kind_of(words(row, "MatterTypeName"))
    dates = dates_of(row)
    executive = BY_THE_EXECUTIVE.search(words(row, "MatterTypeName"))
    summary = rtf_words(block(row, SUMMARY.get(client.slug, ""))).strip()
    about = [
        part for part in (name, summary) if part and part != title and not is_number(part, file)
    ]
    numbers = [
        name if is_number(name, file) and not alike(name, file) else "",
        enacted_as(client.slug, words(row, "MatterEnactmentNumber"), kind, file, alike),
    ]
    values: dict[str, Any] = {
        "title": title,
        "classification": (kind,) if kind else (),
        "from_organization": "executive" if executive else "legislature",
        "identifiers": tuple(number for number in numbers if number),
        "status": words(row, "MatterStatusName"),
        "abstract": "\n\n".join(about),
        "dates": dates,
        "url": page if id_ is None else client.page(id_),
    }
    further, extras = details(row, children, known)
    values |= further
    before = known.extras.get("MatterFile", "") if known else ""
    introduced = day(words(row, "MatterIntroDate"))
    shown = {name for name, value in values.items() if value} | set(further)
    # Where these fields are part of the row, their being empty is said, not unknown.
    shown |= {"identifiers"} if "MatterEnactmentNumber" in row else set()
    shown |= {"dates"} if not row.keys().isdisjoint(DATES) else set()
    # No matter is introduced and then was not: a null there is a row that is not whole.
    shown -= {"dates"} if known is not None and introduced is None else set()
    carried = {
        name: value for name, value in (known.extras if known else {}).items() if name in CARRIED
    }
    if children is not None and children.trouble:
        carried.pop(READ, None)
    return Measure(
        place=place,
        session=known.session if known else session_of(row),
        identifier=file,
        formerly=(before,) if before and file and not alike(before, file) else (),
        listing=listing_of(introduced.year) if introduced else "",
        observed=frozenset(shown),
        extras=as_extras(kept("matter", row)) | {STAMP: digest(row)} | carried | extras,
        **values,
    )


def is_number(name: str, file: str) -> bool:
    """Whether what stands in MatterName is a number: the file's own, or a bill's."""
    return alike(name, file) or bool(NUMBER.match(name))


def listing_of(year: int) -> str:
    """The list a matter stands in: those introduced in one year, which a sweep reads whole."""
    return f"matters {year}"


def session_of(row: Row) -> str:
    """The year in the number, else of the first of the dates that is there; "" for none."""
    in_number = _YEAR.search(words(row, "MatterFile"))
    if in_number:
        return in_number[0]
    days = (day(words(row, name)) for name in SINCE_FIELDS)
    return next((str(found.year) for found in days if found), "")


def belongs(row: Row, since: date) -> bool:
    """Whether a matter lies in the time a source covers: as the filter of a sweep asks."""
    days = [found for name in SINCE_FIELDS if (found := day(words(row, name)))]
    return not words(row, "MatterIntroDate") or any(found >= since for found in days)


def dates_of(row: Row) -> tuple[MeasureDate, ...]:
    """The dates whose meaning is the same everywhere; each city gives the others its own."""
    return tuple(
        MeasureDate(kind=kind, date=day(words(row, name)), text=words(row, name))
        for name, kind in DATES.items()
        if words(row, name)
    )


def alike_key(number: str) -> str:
    """A number without blanks, points and case."""
    return _SIGNS.sub("", number.casefold())


def alike(one: str, other: str) -> bool:
    """Whether two numbers are the same but for blanks, points and case."""
    return alike_key(one) == alike_key(other)


def details(
    row: Row, children: Children | None, known: KnownMeasure | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields that a matter's children give, and the extras that go with them."""
    if children is None:
        return {}, {}
    values: dict[str, Any] = {}
    extras = {TRIED: children.at.isoformat()}
    extras |= {} if children.trouble else {READ: children.at.isoformat()}
    if children.histories is not None:
        values["actions"] = actions_of(children.histories, children.votes)
        extras["histories"] = compact([history_left(history) for history in children.histories])
    if children.sponsors is not None:
        values["sponsors"] = sponsors_of(children.sponsors)
        extras["sponsors"] = kept_rows("sponsor", children.sponsors)
    if children.attachments is not None or children.versions is not None:
        shown = public(children.attachments or ())
        own = own_texts(children.versions or (), children.texts, children.too_large)
        values["versions"] = (*own, *attached_texts(shown, words(row, "MatterFile"), own))
        values["documents"] = beside(shown, values["versions"])
        extras["attachments"] = papers(shown)
        extras["texts"] = compact(
            remembered(known, "texts")
            | {key: kept("text", text) for key, text in children.texts.items()}
        )
    if children.relations is not None:
        values["related"] = children.related
        extras["relations"] = kept_rows("relation", children.relations)
    if children.codesections is not None or children.indexes is not None:
        values["subjects"] = subjects_of(children.indexes or (), children.codesections or ())
        extras["indexes"] = kept_rows("index", children.indexes or ())
        extras["codesections"] = kept_rows("codesection", children.codesections or ())
    if children.slowly:
        extras[READ_SLOWLY] = children.at.isoformat()
    if children.votes:
        extras["votes"] = compact(
            remembered(known, "votes")
            | {
                str(id_): [kept("vote", cast) for cast in roll]
                for id_, roll in children.votes.items()
            }
        )
    return values, {name: value for name, value in extras.items() if value}


def remembered(known: KnownMeasure | None, name: str) -> dict[str, Any]:
    """What an earlier crawl kept under a name, by key; empty when it kept nothing."""
    found = json.loads(known.extras.get(name, "") or "{}") if known else {}
    return found if isinstance(found, dict) else {}


def history_left(history: Row) -> Mapping[str, object]:
    """What a history row says beyond its action, notes as plain words; one without an action is left whole."""
    left = kept("history", history) if words(history, "MatterHistoryActionName") else said(history)
    notes = ("MatterHistoryAgendaNote", "MatterHistoryMinutesNote")
    return left | {name: rtf_words(str(left[name])).strip() for name in notes if name in left}


def actions_of(histories: Sequence[Row], votes: Mapping[int, Sequence[Row]]) -> tuple[Action, ...]:
    """The steps in their order. A row without words of an action is only a place on an agenda.

    Rows that differ in nothing but their own ids and stamps are one step.
    """
    steps: dict[str, tuple[tuple[str, int, int], Action]] = {}
    for row in histories:
        described = words(row, "MatterHistoryActionName")
        if not described:
            continue
        id_ = whole(row, "MatterHistoryId") or 0
        printed = words(row, "MatterHistoryActionDate")
        step = Action(
            description=described,
            date=day(printed),
            date_text=printed,
            classification=classify(described),
            organization=words(row, "MatterHistoryActionBodyName"),
            vote=vote_of(row, votes.get(id_, ())),
        )
        apart = ("Id", "Guid", "RowVersion", "LastModifiedUtc")
        same = digest(
            {k: v for k, v in row.items() if k.removeprefix("MatterHistory") not in apart}
        )
        order = whole(row, "MatterHistoryMinutesSequence") or whole(
            row, "MatterHistoryAgendaSequence"
        )
        before = steps.get(same)
        if before is None or (
            step.vote and step.vote.roll and not (before[1].vote or step.vote).roll
        ):
            steps[same] = ((printed, order or 0, id_), step)
    return tuple(step for _, step in sorted(steps.values(), key=lambda one: one[0]))


def vote_of(row: Row, roll: Sequence[Row]) -> Vote | None:
    """The vote of a step: pass flag, tally as stated, members as listed."""
    flag = whole(row, "MatterHistoryPassedFlag")
    printed = words(row, "MatterHistoryPassedFlagName")
    tally = TALLY.match(words(row, "MatterHistoryTally"))
    if flag is None and not printed and not tally and not roll:
        return None
    result = {1: VoteResult.PASS, 0: VoteResult.FAIL}.get(-1 if flag is None else flag)
    counts = ((VoteOption.YES, int(tally[1])), (VoteOption.NO, int(tally[2]))) if tally else ()
    return Vote(
        result=result,
        text=printed or words(row, "MatterHistoryTally"),
        counts=counts,
        roll=tuple(
            Cast(
                voter=words(cast, "VotePersonName"),
                option=option_of(words(cast, "VoteValueName")) or VoteOption.OTHER,
                text=words(cast, "VoteValueName"),
            )
            for cast in sorted(roll, key=lambda cast: whole(cast, "VoteSort") or 0)
            if words(cast, "VotePersonName")
        ),
    )


def has_roll(history: Row) -> bool:
    """Whether a row says that there was a vote, so that its roll call is worth asking for."""
    return bool(
        words(history, "MatterHistoryPassedFlag")
        or words(history, "MatterHistoryTally")
        or whole(history, "MatterHistoryRollCallFlag") == 1
    )


def sponsors_of(rows: Sequence[Row]) -> tuple[Sponsor, ...]:
    """The sponsors of the latest version, each once; the first in sequence is the primary one."""
    ranks = [version_rank(words(row, "MatterSponsorMatterVersion")) for row in rows]
    latest = max(ranks, default=None)
    found: dict[str, Sponsor] = {}
    current = [row for row, rank in zip(rows, ranks, strict=True) if rank == latest]
    for row in sorted(current, key=lambda row: whole(row, "MatterSponsorSequence") or 0):
        name = words(row, "MatterSponsorName")
        if name:
            kind = SponsorClassification.COSPONSOR if found else SponsorClassification.PRIMARY
            sponsor = Sponsor(name=name, classification=kind, id=words(row, "MatterSponsorNameId"))
            found.setdefault(name, sponsor)
    return tuple(found.values())


def subjects_of(indexes: Sequence[Row], sections: Sequence[Row]) -> tuple[str, ...]:
    """Index terms and the sections of the code a matter touches."""
    named = [words(row, "MatterIndexName") for row in indexes]
    named += [
        f"{words(row, 'MatterCodeSectionNumber')} {words(row, 'MatterCodeSectionName')}".strip()
        for row in sections
    ]
    return tuple(dict.fromkeys(name for name in named if name))


def count_days(rows: Sequence[Row], names: Iterable[str], unmapped: Counter[str]) -> None:
    """Count days that are none ("05/272026"); they are kept as printed."""
    for name in names:
        for printed in (words(row, name) for row in rows):
            if printed and day(printed) is None and not printed.startswith(NO_DAY):
                unmapped[f"day {printed}"] += 1


def count_unmapped(row: Row, children: Children | None, unmapped: Counter[str]) -> None:
    """Count words no rule knows, and fields we have never seen; both are kept as they are."""
    unknown("matter", [row], unmapped)
    type_name = words(row, "MatterTypeName")
    if type_name and not knows_type(type_name):
        unmapped[f"type {type_name}"] += 1
    count_days([row], DATES, unmapped)
    if children is None:
        return
    rolls = [cast for roll in children.votes.values() for cast in roll]
    for kind, rows in {
        "history": children.histories, "attachment": children.attachments,
        "sponsor": children.sponsors, "text": list(children.texts.values()),
        "relation": children.relations, "codesection": children.codesections,
        "index": children.indexes, "vote": rolls,
    }.items():  # fmt: skip
        unknown(kind, rows or (), unmapped)
    count_days(children.histories or (), ("MatterHistoryActionDate",), unmapped)
    for step in children.histories or ():
        described = words(step, "MatterHistoryActionName")
        if described and not classify.knows(described):
            unmapped[described] += 1
    for cast in rolls:
        printed = words(cast, "VoteValueName")
        if option_of(printed) is None:
            unmapped[f"vote {printed}"] += 1
