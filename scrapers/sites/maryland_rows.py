"""A row of Maryland's list of bills as a measure and its hearings. Pure.

The file shows where a bill stands, not its history: a day and an outcome for
each step in each chamber. The days of readings are legislative days, which run
behind the calendar, so a second reading may stand before the report that led
to it. Steps are told in the order of the procedure and never sorted by day.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from config.vocabulary import (
    ActionClassification,
    DateKind,
    EventStatus,
    SponsorClassification,
    VersionClassification,
)
from scrapers.items import (
    Action,
    AgendaItem,
    Event,
    Link,
    Measure,
    MeasureDate,
    Related,
    Sponsor,
    Version,
)
from scrapers.sites.maryland_words import (
    CHAMBERS,
    HEARINGS,
    HOUSES,
    IN_EXTRAS,
    IN_FIELDS,
    KINDS,
    OTHER,
    REQUIRED,
    SIDES,
    STEPS,
    TEXTS,
    classify,
)

Row = Mapping[str, Any]

PLACE = "us/md"
PDF = "application/pdf"
NOTE = "Fiscal and Policy Note"

_NUMBER = re.compile(r"([A-Z]{2})\s*0*(\d+)")
_CHAPTER = re.compile(r"CH0*(\d+)")
_ELSEWHERE = re.compile(r"In the (House|Senate) - ")
_CANCELLED = re.compile(r"In the (House|Senate) - Hearing cancell?ed", re.IGNORECASE)
_SEE_ALSO = re.compile(r"\s+-see also-.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill's number in its session, and where the site keeps things about it."""

    site: str
    session: str
    prefix: str
    number: int

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from the other bills of its session, however it is printed."""
        return self.prefix, self.number

    @property
    def code(self) -> str:
        """The number as addresses have it, "hb0444"."""
        return f"{self.prefix}{self.number:04}".lower()

    @property
    def page(self) -> str:
        return f"{self.site}/mgawebsite/Legislation/Details/{self.code}?ys={self.session}"

    @property
    def fiscal_note(self) -> str:
        folder = f"bil_{self.number % 10:04}"
        return f"{self.site}/{self.session}/fnotes/{folder}/{self.code}.pdf"

    def text(self, letter: str) -> str:
        return f"{self.site}/{self.session}/bills/{self.prefix.lower()}/{self.code}{letter}.pdf"

    def chapter(self, number: str, letter: str) -> str:
        name = f"CH_{number}_{self.code}{letter.lower()}"
        return f"{self.site}/{self.session}/Chapters_noln/{name}.pdf"


def bill(printed: str, session: str = "", site: str = "") -> Bill:
    """The bill with a number as printed, "HB0444" or "HB 444". Raises ValueError for what is none."""
    match = _NUMBER.fullmatch(printed.strip())
    if not match:
        raise ValueError(f"{printed!r} is no bill number")
    return Bill(site, session, match[1], int(match[2]))


def is_number(printed: str) -> bool:
    """Whether this is a bill's number."""
    return _NUMBER.fullmatch(printed.strip()) is not None


def words(value: object) -> str:
    """A value as text: one blank between words, yes or no, nothing for null; what else it is as JSON."""
    match value:
        case str():
            return " ".join(value.split())
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return json.dumps(value, ensure_ascii=False)


def digest(row: Row) -> str:
    """What tells a row that changed: all it says but the time at which the file was made."""
    said = {name: value for name, value in row.items() if name != "StatusCurrentAsOf"}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode("ascii"), digest_size=8).hexdigest()


def measure(row: Row, paper: Bill, *, only_latest: bool = False) -> Measure:
    """What a row says of a bill. Raises ValueError for a row without the fields every bill has.

    `only_latest` leaves out the texts before the latest, and the chapter.
    """
    missing = [name for name in REQUIRED if not isinstance(row.get(name), str)]
    if missing:
        raise ValueError(f"the row has no {', '.join(missing)}")
    kind = KINDS.get(paper.prefix)
    chamber = CHAMBERS.get(paper.prefix[0], "")
    title, abstract = words(row["Title"]), words(row.get("Synopsis"))
    chapter, companion = words(row.get("ChapterNumber")), words(row.get("CrossfileBillNumber"))
    introduced = words(row.get("FirstReadingDateHouseOfOrigin"))
    sponsors = _sponsors(row)
    seen = {
        "status": True, "versions": True, "documents": True, "url": True, "actions.latest": True,
        "title": title, "abstract": abstract, "classification": kind,
        "from_organization": chamber, "sponsors": sponsors, "dates": introduced,
        "identifiers": "ChapterNumber" in row, "related": "CrossfileBillNumber" in row,
        "subjects": not {"BroadSubjects", "NarrowSubjects", "Statutes"}.isdisjoint(row),
    }  # fmt: skip
    return Measure(
        place=PLACE,
        session=paper.session,
        identifier=row["BillNumber"].strip(),
        title=title,
        classification=(kind,) if kind else (),
        from_organization=chamber,
        identifiers=(chapter,) if chapter else (),
        status=words(row["Status"]),
        abstract=abstract,
        sponsors=sponsors,
        dates=(MeasureDate(kind=DateKind.INTRODUCED, date=day(introduced), text=introduced),)
        if introduced
        else (),
        actions=tuple(_actions(row, chamber)),
        versions=tuple(_versions(row, paper, chapter, only_latest=only_latest)),
        related=(Related(identifier=companion, relation="companion", session=paper.session),)
        if companion
        else (),
        subjects=tuple(dict.fromkeys((*_subjects(row), *statutes(row)))),
        documents=(Link(url=paper.fiscal_note, media_type=PDF, text=NOTE),),
        url=paper.page,
        listing=paper.session,
        observed=frozenset(name for name, shown in seen.items() if shown),
        extras=MappingProxyType(_extras(row)),
    )


def day(printed: str) -> date | None:
    """A day as the file prints it, 2026-01-22, or the day of a time; None when it is none."""
    try:
        return date.fromisoformat(printed[:10])
    except ValueError:
        return None


def statutes(row: Row) -> Iterator[str]:
    """The sections of law a bill is about, as one cites them: "Criminal Procedure § 5-104.1".

    Acts are cited by their year, "Chapter of the Acts of 2022": the file names no more.
    """
    for entry in row.get("Statutes") or ():
        article = entry.get("Article") or {}
        title = words(article.get("Title"))
        mark = "of " if article.get("Code") == "acts" else "§ "
        sections = [words(one.get("Section")) for one in entry.get("Sections") or ()]
        yield from (f"{title} {mark}{section}" for section in sections if section)
        if not any(sections) and title:
            yield title


def unmapped(row: Row, found: Measure) -> Iterator[str]:
    """Words and fields of a row that we do not understand; they are kept as they stand."""
    yield from (f"field {name}" for name in row if name not in IN_FIELDS | IN_EXTRAS)
    if not found.classification:
        yield f"kind of {found.identifier[:2]}"
    yield from (
        f"text {version.note}" for version in found.versions if version.classification is None
    )
    yield from (
        re.sub("[0-9]+", "#", action.description)
        for action in found.actions
        if not classify.knows(action.description)
    )


def hearings(row: Row, paper: Bill, before: Mapping[str, str]) -> Iterator[Event]:
    """The hearings of a bill, one for each chamber and committee; a moved one keeps its id.

    `before` are the extras the bill had when it was last seen: a hearing that
    stood there and stands in the file no more was taken off.
    """
    chamber = CHAMBERS.get(paper.prefix[0], "")
    for side, rank, field, committee in HEARINGS:
        printed, was = words(row.get(field)), before.get(field, "")
        if not printed and (not was or field not in row):
            continue
        where = chamber if side == SIDES[0] else OTHER[chamber]
        status, why = _hearing_status(row, HOUSES.get(where, ""), printed)
        at = _moment(printed or was)
        yield Event(
            place=PLACE,
            id=f"{paper.session}/{paper.code}/{where or side}/{rank.lower()}",
            name=words(row.get(committee)) or before.get(committee, "") or HOUSES.get(where, ""),
            date=at.date() if at else day(printed or was),
            time=at.time() if at else None,
            when_text=printed or was,
            status=status,
            status_text=why,
            url=paper.page,
            items=(
                AgendaItem(
                    title=words(row["Title"]),
                    identifier=row["BillNumber"].strip(),
                    session=paper.session,
                ),
            ),
        )


def _hearing_status(row: Row, house: str, printed: str) -> tuple[EventStatus | None, str]:
    """Whether a hearing was called off. The file has no field for it, so mostly nothing is known."""
    if not printed:
        return EventStatus.CANCELLED, "the list of bills names this hearing no more"
    said = words(row["Status"])
    match = _CANCELLED.match(said)
    if match and match[1] == house:
        return EventStatus.CANCELLED, said
    return None, ""


def _moment(printed: str) -> datetime | None:
    """A day and time of day, local; None when there is no time."""
    try:
        return datetime.fromisoformat(printed) if "T" in printed else None
    except ValueError:
        return None


def _actions(row: Row, chamber: str) -> Iterator[Action]:
    """What was done in each chamber and after, in the order of the procedure."""
    for side in SIDES:
        where = chamber if side == SIDES[0] else OTHER[chamber]
        for step, dated, outcome in STEPS:
            printed = words(row.get(f"{dated}{side}"))
            result = words(row.get(f"{outcome}{side}")) if outcome else ""
            if printed or result:
                begins = step == "First Reading" and side == SIDES[0]
                yield _action(f"{step} {result}".rstrip(), where, printed, begins=begins)
    between = words(row.get("InteractionBetweenChambers"))
    if between:
        yield _action(between, "legislature")
    status = words(row["Status"])
    if status and not _ELSEWHERE.match(status) and status != between:
        yield _action(status, "")


def _action(description: str, where: str, printed: str = "", *, begins: bool = False) -> Action:
    first = (ActionClassification.INTRODUCTION,) if begins else ()
    return Action(
        description=description,
        date=day(printed),
        date_text=printed,
        classification=(*first, *classify(description)),
        organization=where,
    )


def _sponsors(row: Row) -> tuple[Sponsor, ...]:
    """The primary sponsor, then the others, each once."""
    primary = words(row.get("SponsorPrimary"))
    names = [primary, *(words(one.get("Name")) for one in row.get("Sponsors") or ())]
    return tuple(
        Sponsor(
            name=name,
            classification=SponsorClassification.PRIMARY
            if name == primary
            else SponsorClassification.COSPONSOR,
        )
        for name in dict.fromkeys(names)
        if name
    )


def _versions(row: Row, paper: Bill, chapter: str, *, only_latest: bool) -> Iterator[Version]:
    """The texts there are: BillVersion names the latest, and those before it were made before it.

    An act also has its chapter, which is the latest text once more as law.
    """
    latest = words(row["BillVersion"])
    order = tuple(TEXTS)
    letters = order[: order.index(latest) + 1] if latest in TEXTS else (latest,) if latest else ()
    for letter in letters[-1:] if only_latest else letters:
        known = TEXTS.get(letter)
        yield _version(
            known.note if known else f"Text {letter}",
            paper.text(letter),
            known.classification if known else None,
        )
    number = _CHAPTER.fullmatch(chapter)
    if number and latest and not only_latest:
        url = paper.chapter(number[1], latest)
        yield _version(f"Chapter {number[1]}", url, VersionClassification.BECAME_LAW)


def _version(note: str, url: str, kind: VersionClassification | None) -> Version:
    return Version(
        note=note, links=(Link(url=url, media_type=PDF, text=note),), classification=kind
    )


def _subjects(row: Row) -> Iterator[str]:
    """The names of the subjects, broad ones first, without the pointers to other subjects."""
    for field in ("BroadSubjects", "NarrowSubjects"):
        for subject in row.get(field) or ():
            name = _SEE_ALSO.sub("", words(subject.get("Name")))
            if name:
                yield name


def _extras(row: Row) -> dict[str, str]:
    """Everything that is in no field, and what fields have only in part."""
    kept = {name: words(value) for name, value in row.items() if name not in IN_FIELDS}
    for field in ("BroadSubjects", "NarrowSubjects"):
        if field in kept:
            kept[field] = "|".join(
                f"{words(one.get('Code'))} {words(one.get('Name'))}" for one in row[field] or ()
            )
    if "Statutes" in kept:
        kept["Statutes"] = "|".join(
            " ".join(
                (
                    words((entry.get("Article") or {}).get("Code")),
                    words((entry.get("Article") or {}).get("Title")),
                    ", ".join(words(one.get("Section")) for one in entry.get("Sections") or ()),
                )
            )
            for entry in row["Statutes"] or ()
        )
    return {name: value for name, value in kept.items() if value}
