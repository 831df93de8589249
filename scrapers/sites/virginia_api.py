"""What LIS's API says, in the words of LIS's files; and what it has beyond them. Pure.

Bills, events and patrons become rows of the files, so that `virginia_rows` makes
the same measure of either. Texts and roll calls are the API's alone: they are put
on top of that measure. A bill that was last read from the files had its texts
and votes before; what the API shows of them then is no news.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import urlsplit

from config.vocabulary import VersionClassification
from scrapers.errors import ErrorPage, ParseDrift
from scrapers.fields import Fields, named
from scrapers.items import EMPTY, Link, Measure, Version
from scrapers.platforms.legistar_fields import as_extras
from scrapers.platforms.legistar_rows import digest, rows_in
from scrapers.platforms.legistar_rows import words as said
from scrapers.sites.virginia_votes import (
    NEXT_YEAR,
    OLDER_VOTES,
    OPTIONS,
    VOTES_TOLD,
    codes,
    day_of,
    once,
    voted,
)
from scrapers.sites.virginia_words import BODIES, Row, day, number_in, plain, text_kind, words
from scrapers.turns import READ, STAMP, TRIED

BY_API = "Last read by"
TEXTS_TOLD, OLDER_TEXTS = "Texts told of", "Texts before the API was read"
OLDER_EVENTS = "Events before the API was read"
KEPT = (READ, STAMP, TRIED, TEXTS_TOLD, OLDER_TEXTS, VOTES_TOLD, OLDER_VOTES, OLDER_EVENTS)
"""Extras that go on when a bill is read from the files again."""

UNLISTED = "LIS's API, which does not list it"

FIELDS = Fields(
    used={
        "bill": named("LegislationNumber Description LegislationSummary"),
        "text": named("DocumentCode Description VersionDate HTMLFile PDFFile ImpactFile DraftText"),
        "vote": named("VoteID VoteDate PassFail LegislationActionDescription VoteMember"),
        "event": named("EventDate Description VoteTally ChamberCode ActorType ReferenceNumber"),
        "patron": named("MemberDisplayName MemberNumber Name"),
    },
    also_kept={
        "bill": named(
            "LegislationID ChamberCode LegislationTitle SummaryVersion LegislationStatus "
            "ChapterNumber CandidateDate VersionDate HousePassageDate SenatePassageDate "
            "IntroductionDate SessionCode SessionID Patrons"
        ),
        "text": named(
            "LegislationTextID LegislationID LegislationVersionID LegislationVersion Version "
            "DraftDate DraftTitle TextFormat IsActive IsPublic"
        ),
        "vote": named(
            "IsVoice BatchNumber ChamberCode VoteActionDescription VoteLegislation IsPublic"
        ),
        "event": named(
            "LegislationEventID LegislationID EventCode Sequence CommitteeName "
            "ParentCommitteeName LegislationNumber IsPublic"
        ),
        "patron": named("ChamberCode LegislationID LegislationPatronID Sequence PatronDisplayName"),
    },
)

_CODE = re.compile(r"(?:[A-Z]{2}\d+[A-Z0-9]*|CHAP\d+)", re.IGNORECASE)
_TITLED = re.compile(r"\d{4}-\d\d-\d\d")


class Unknown(ErrorPage):
    """The API does not know what it was asked about."""


@dataclass(frozen=True, slots=True)
class Details:
    """What the API says of one bill beyond its line in the list; None for what was not asked."""

    texts: Sequence[Row] = ()
    votes: Sequence[Row] = ()
    events: Sequence[Row] | None = None
    patrons: Sequence[Row] | None = None

    def count_unknown(self, unmapped: Counter[str]) -> None:
        """Count the fields and words that nobody knows."""
        FIELDS.count_unknown("text", self.texts, unmapped)
        FIELDS.count_unknown("vote", self.votes, unmapped)
        FIELDS.count_unknown("event", self.events or (), unmapped)
        FIELDS.count_unknown("patron", self.patrons or (), unmapped)
        for vote in self.votes:
            for member in rows_in(vote, "VoteMember"):
                if said(member, "ResponseCode") not in OPTIONS:
                    unmapped[f"vote {said(member, 'ResponseCode')}"] += 1


def rows_under(body: bytes, name: str, url: str) -> list[Row]:
    """The rows of an answer's list `name`, each once.

    Raises Unknown for an answer in words (a session the API does not know),
    ErrorPage for an envelope that says why it is empty, ParseDrift for anything
    else that is no such list.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseDrift(f"the answer is no JSON: {error}", url) from error
    if isinstance(found, str):
        raise Unknown(f"the API answered {found[:80]!r}", url)
    rows = found.get(name) if isinstance(found, dict) else None
    if rows is None and isinstance(found, dict) and (why := found.get("FailureMessage")):
        raise ErrorPage(f"the API answered {str(why)[:80]!r}", url)
    if not isinstance(rows, list) and not (
        rows is None and isinstance(found, dict) and name in found
    ):
        raise ParseDrift(f"the answer has no list {name}", url)
    return list({digest(row): row for row in rows or () if isinstance(row, dict)}.values())


def listed(rows: Iterable[Row]) -> dict[str, Row]:
    """The bills of a list by number. The list repeats some rows; the first one holds."""
    found: dict[str, Row] = {}
    for row in rows:
        number = number_in(said(row, "LegislationNumber"))
        if number:
            found.setdefault(number, row)
    return found


def bill_row(row: Row) -> Row:
    """A line of the API's list as a row of BILLS.CSV that has neither flags nor texts."""
    return {
        "Bill_id": number_in(said(row, "LegislationNumber")),
        "Bill_description": said(row, "Description"),
        "Introduction_date": printed_day(said(row, "IntroductionDate")),
    }


def older_events(events: Iterable[Row], row: Row, before: Mapping[str, str]) -> set[str]:
    """Ids of events that are no news though they are seen first now.

    A bill of which the files showed only the latest actions had others on the same
    days. `row` is its row of BILLS.CSV, `before` are its extras as last seen.
    """
    if READ in before or "History_refid" in before:
        return codes(before, OLDER_EVENTS)
    shown = {
        (words(row.get(f"Last_{body}_action", "")), row.get(f"Last_{body}_action_date", "").strip())
        for body in BODIES
    }
    days = {day(printed) for _, printed in shown} - {None}
    return {
        _event_id(event)
        for event in events
        if day_of(said(event, "EventDate")) in days
        and (_meant(event, 0), printed_day(said(event, "EventDate"))) not in shown
    }


def _event_id(event: Row) -> str:
    return said(event, "LegislationEventID") or digest(event)


def event_rows(events: Iterable[Row], year: int, without: Collection[str] = ()) -> list[Row]:
    """Events as rows of HISTORY.CSV, of a session of this year, but for those with some ids."""
    return [
        {
            "History_date": printed_day(said(event, "EventDate")),
            "History_description": f"{_letter(event)} {_meant(event, year)}",
            "History_refid": said(event, "ReferenceNumber"),
        }
        for event in once(events, "LegislationEventID")
        if _event_id(event) not in without
    ]


def _letter(event: Row) -> str:
    actor = said(event, "ActorType").casefold()
    return {"governor": "G", "conference": "C"}.get(actor) or said(event, "ChamberCode")


def _meant(event: Row, year: int) -> str:
    printed = said(event, "Description") or said(event, "VoteTally")
    return printed.replace(NEXT_YEAR, str(year + 1))


def patron_rows(patrons: Iterable[Row], bill: Row) -> list[Row]:
    """Patrons as rows of Sponsors.csv; the chief patron's id is BILLS.CSV's where the API gives none."""
    found: list[Row] = []
    for patron in patrons:
        name, kind = said(patron, "MemberDisplayName"), said(patron, "Name")
        if not name:
            continue
        last = words(bill.get("Patron_name", "")).casefold()
        chief = kind == "Chief Patron" and bool(last) and last in name.casefold()
        found.append(
            {
                "MEMBER_NAME": name,
                "MEMBER_ID": said(patron, "MemberNumber")
                or (words(bill.get("Patron_id", "")) if chief else ""),
                "PATRON_TYPE": kind,
            }
        )
    return found


def printed_day(stamp: str) -> str:
    """The day of a local date-time as the files print it, 1/13/2026; other words as they are."""
    if not _TITLED.match(stamp):
        return stamp
    year, month, day = (int(part) for part in stamp[:10].split("-"))
    return f"{month}/{day}/{year}"


def detailed(
    found: Measure,
    details: Details,
    before: Mapping[str, str] | None,
    *,
    year: int,
    read_at: datetime,
    stamp: str,
) -> Measure:
    """A bill with the API's texts and votes.

    `before` are its extras as last seen, None for a bill that is new. `stamp` is
    the digest of its rows in the lists.
    """
    switched = before is not None and BY_API not in before
    versions, texts = _texts(found, details.texts, before or EMPTY, switched=switched)
    actions, votes = voted(found, details.votes, before or EMPTY, year, switched=switched)
    marks = {READ: read_at.isoformat(), STAMP: stamp, BY_API: "API"}
    return replace(
        found,
        versions=versions,
        actions=actions,
        documents=_papers(details.texts),
        observed=found.observed | {"versions", "documents"},
        extras=MappingProxyType({**found.extras, **marks, **texts, **votes}),
    )


def carried(found: Measure, before: Mapping[str, str], *, by_api: bool) -> Measure:
    """A bill read from the lists alone, with what is to be remembered of its details."""
    kept = {name: before[name] for name in (*KEPT, *([BY_API] if by_api else [])) if name in before}
    told = codes(before, TEXTS_TOLD) | {version.note for version in found.versions}
    kept[TEXTS_TOLD] = "|".join(sorted(told))
    observed = found.observed
    if READ in before and "sponsors" not in observed:
        # A last name would take the place of the full names that are known.
        observed -= {"sponsors.primary"}
    return replace(found, observed=observed, extras=MappingProxyType({**found.extras, **kept}))


def _texts(
    found: Measure, rows: Sequence[Row], before: Mapping[str, str], *, switched: bool
) -> tuple[tuple[Version, ...], dict[str, str]]:
    """All texts: those the files list, then those only the API has."""
    bill = number_in(found.identifier)
    there = {version.note: version for version in (_version(bill, row) for row in rows) if version}
    told = codes(before, TEXTS_TOLD) | {version.note for version in found.versions}
    older = codes(before, OLDER_TEXTS) - {version.note for version in found.versions}
    older |= set(there) - told if switched else set()
    versions = [
        _with_links(one, there.get(one.note)) for one in found.versions
    ] + [
        one for code, one in there.items()
        if code not in older and code not in {version.note for version in found.versions}
    ]  # fmt: skip
    extras = {TEXTS_TOLD: "|".join(sorted(told | {one.note for one in versions}))}
    extras |= {OLDER_TEXTS: "|".join(sorted(older))} if older else {}
    left = [kept for row in rows if (kept := FIELDS.kept("text", row))]
    return tuple(versions), extras | as_extras({"Texts": left} if left else {})


def _with_links(known: Version, text: Version | None) -> Version:
    if text is None:
        return replace(known, waits_for=UNLISTED)
    return replace(
        known,
        links=text.links,
        text=text.text,
        waits_for=text.waits_for,
        classification=known.classification or text.classification,
    )


def _version(bill: str, row: Row) -> Version | None:
    """A text of the API; None for one without any name."""
    links = [
        Link(url=url, media_type=kind, text=said(file, "FileName"))
        for field, kind in (("HTMLFile", "text/html"), ("PDFFile", "application/pdf"))
        for file in rows_in(row, field)
        if (url := said(file, "FileURL"))
    ]
    code = code_of(row, [link.url for link in links]) or said(row, "Description")
    if not code:
        return None
    draft = str(row.get("DraftText") or "") if not links else ""
    printed = printed_day(said(row, "VersionDate"))
    kind = text_kind(bill, code)
    if kind is None and "amendment" in said(row, "Description").casefold():
        kind = VersionClassification.AMENDMENT
    return Version(
        note=code,
        links=tuple(links),
        date=day_of(said(row, "VersionDate")),
        date_text=printed,
        classification=kind,
        text=f"<!DOCTYPE html><html><body>{draft}</body></html>" if draft else None,
        waits_for="" if links or draft else "LIS, which has not put the text there yet",
    )


def code_of(row: Row, addresses: Sequence[str] = ()) -> str:
    """The code that LIS prints for a text ("HB1S1"): the API's own, else its file's name; else ""."""
    names = [said(row, "DocumentCode")] + [
        PurePosixPath(urlsplit(address).path).stem for address in addresses
    ]
    return next((name.upper() for name in names if _CODE.fullmatch(name)), "")


def _papers(rows: Sequence[Row]) -> tuple[Link, ...]:
    """Fiscal impact statements, each once."""
    found = {
        url: Link(url=url, text=said(file, "ReferenceNumber"), media_type="application/pdf")
        for row in rows
        for file in rows_in(row, "ImpactFile")
        if (url := said(file, "FileURL"))
    }
    return tuple(found.values())


def abstract_of(row: Row) -> str:
    """The staff's summary as plain text."""
    return plain(str(row.get("LegislationSummary") or ""))


def list_extras(row: Row) -> dict[str, str]:
    """What the list says of a bill beyond the values made of it."""
    kept = FIELDS.kept("bill", row)
    title = plain(str(kept.pop("LegislationTitle", "") or ""))
    return as_extras({**kept, **({"LegislationTitle": title} if title else {})})
