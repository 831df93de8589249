"""From a council file's page to a measure. Pure."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.vocabulary import ActionClassification as Step
from config.vocabulary import (
    DateKind,
    SponsorClassification,
    VoteOption,
    VoteResult,
)
from scrapers.items import Action, Cast, Link, Measure, MeasureDate, Related, Sponsor, Version, Vote
from scrapers.platforms.legistar_fields import as_extras
from scrapers.platforms.legistar_words import option_of
from scrapers.ports import KnownMeasure
from scrapers.selectors import day
from scrapers.sites.los_angeles_council_pages import Activity, Ballot, Paper, Record
from scrapers.sites.los_angeles_council_words import (
    body_of,
    classify,
    is_text,
    kinds_of,
    split_from,
    step_of,
    year_of,
)
from scrapers.turns import READ, STAMP

PLACE = "us/ca/los_angeles"
LISTING = "council files {year}"
CHANGED, EXPIRES, RECEIVED = "Last Changed Date", "Expiration Date", "Date Received / Introduced"
USED = frozenset({"Title", RECEIVED, EXPIRES, "Mover", "Second", "Subject"})
KEPT = frozenset(
    {CHANGED, "Council District", "Initiated by", "Reference Numbers", "Pending in Committee"}
)
BALLOT = frozenset({"Meeting Date", "Meeting Type", "Vote Action", "Vote Given"})
_TALLY = re.compile(r"\(?\s*(\d{1,2})\s*-\s*(\d{1,2})(?:\s*-\s*(\d{1,2}))?\s*\)?")
_HISTORY = re.compile(r"^(\d{1,2}-\d{1,2}-\d{2,4}|\d{1,2}/\d{1,2}/\d{2,4})\s*-?\s*(.+)$")


def listed(number: str, title: str, url: str) -> Measure:
    """A council file as a list of results shows it. Raises ValueError for one without a title."""
    if not title:
        raise ValueError(f"council file {number} stands in the list without a title")
    return Measure(
        place=PLACE,
        session=year_of(number),
        identifier=number,
        title=title,
        from_organization="legislature",
        url=url,
        listing=LISTING.format(year=year_of(number)),
        observed=frozenset({"title", "from_organization", "url"}),
    )


def as_measure(
    record: Record, *, url: str, stamp: str, read_at: datetime, known: KnownMeasure | None = None
) -> Measure:
    """A council file as its page shows it; `stamp` is the digest of its row, `read_at` aware."""
    fields = record.fields
    texts = [paper for paper in record.papers if is_text(paper.name)]
    values: dict[str, Any] = {
        "title": fields["Title"].replace("\n", " "),
        "classification": kinds_of(fields["Title"], [paper.name for paper in texts]),
        "from_organization": "legislature",
        "abstract": fields.get("Subject", ""),
        "sponsors": sponsors_of(fields),
        "dates": dates_of(fields),
        "actions": actions_of(record),
        "versions": versions_of(texts),
        "documents": tuple(
            Link(url=paper.url, text=_named(paper)) for paper in record.papers if paper not in texts
        ),
        "related": related_to(record.number),
        "url": url,
    }
    always = {"title", "from_organization", "dates", "actions", "url"}
    shown = always | {name for name, value in values.items() if value}
    left = {name: value for name, value in fields.items() if name not in USED}
    ballots = [dict(ballot.told) for ballot in record.ballots]
    districts = {name: cd for ballot in record.ballots for name, cd, _ in ballot.roll if cd}
    more = {"votes": ballots, "districts": districts}
    extras = as_extras(left | {name: value for name, value in more.items() if value})
    kept = stamp or (known.extras.get(STAMP, "") if known else "")
    extras |= {READ: read_at.isoformat()} | ({STAMP: kept} if kept else {})
    return Measure(
        place=PLACE,
        session=year_of(record.number),
        identifier=record.number,
        listing=LISTING.format(year=year_of(record.number)),
        observed=frozenset(shown),
        extras=extras,
        **values,
    )


def sponsors_of(fields: Mapping[str, str]) -> tuple[Sponsor, ...]:
    """The mover, and who seconds; a file without a motion has who began it."""
    told = (
        ("Mover", SponsorClassification.PRIMARY),
        ("Second", SponsorClassification.COSPONSOR),
    )
    found: dict[str, Sponsor] = {}
    for label, kind in told:
        for name in fields.get(label, "").splitlines():
            found.setdefault(name, Sponsor(name=name, classification=kind))
    for name in fields.get("Initiated by", "").splitlines() if not found else ():
        found.setdefault(name, Sponsor(name=name))
    return tuple(found.values())


def dates_of(fields: Mapping[str, str]) -> tuple[MeasureDate, ...]:
    told = ((DateKind.INTRODUCED, RECEIVED), (DateKind.EXPIRES, EXPIRES))
    return tuple(
        MeasureDate(kind=kind, date=day(fields[label]), text=fields[label])
        for kind, label in told
        if fields.get(label)
    )


def actions_of(record: Record) -> tuple[Action, ...]:
    """The activities, the first one first, and the votes beside the council's own steps.

    A vote whose step is not among them is a step of its own. Lines that say the
    same of the same day are one.
    """
    ballots = {day(ballot.told.get("Meeting Date", "")): ballot for ballot in record.ballots}
    older = [
        Activity(told_of[1], told_of[2])
        for line in record.history.splitlines()
        if (told_of := _HISTORY.match(line))
    ]
    # The clerk prints the newest first.
    told = dict.fromkeys(
        (one.date_text, one.text) for one in [*older, *reversed(record.activities)]
    )
    found = []
    for date_text, text in told:
        when = day(date_text.replace("-", "/"))
        ballot = None
        if body_of(text) == "legislature" and Step.PASSAGE in classify(text):
            ballot = ballots.pop(when, None)
        found.append(_action(text, date_text, ballot))
    found += [
        _action(ballot.told.get("Vote Action", "Vote"), ballot.told.get("Meeting Date", ""), ballot)
        for ballot in ballots.values()
    ]
    return tuple(sorted(found, key=lambda one: one.date.toordinal() if one.date else 0))


def _action(text: str, date_text: str, ballot: Ballot | None) -> Action:
    return Action(
        description=text,
        date=day(date_text.replace("-", "/")),
        date_text=date_text,
        classification=classify(text),
        organization="legislature" if ballot else body_of(text),
        vote=vote_of(ballot) if ballot else None,
    )


def vote_of(ballot: Ballot) -> Vote:
    """A vote: ayes, noes and absences as stated, members as listed."""
    action, given = ballot.told.get("Vote Action", ""), ballot.told.get("Vote Given", "")
    tally = _TALLY.search(given)
    options = (VoteOption.YES, VoteOption.NO, VoteOption.ABSENT)
    ends = {Step.PASSAGE: VoteResult.PASS, Step.FAILURE: VoteResult.FAIL}
    results = (ends[step] for step in classify(action) if step in ends)
    return Vote(
        result=next(results, None),
        text=action or given,
        counts=tuple(
            (option, int(number))
            for option, number in zip(options, tally.groups(), strict=True)
            if number is not None
        )
        if tally
        else (),
        roll=tuple(
            Cast(voter=name, option=option_of(vote) or VoteOption.OTHER, text=vote)
            for name, _, vote in ballot.roll
        ),
    )


def versions_of(texts: list[Paper]) -> tuple[Version, ...]:
    """The texts of a file, the oldest first; two motions of one file differ by their days."""
    found = [
        Version(
            note=paper.name,
            links=(Link(url=paper.url, text=paper.name),),
            date=day(paper.date_text),
            date_text=paper.date_text,
            classification=step_of(paper.name),
        )
        for paper in texts
    ]
    return tuple(sorted(found, key=lambda one: one.date.toordinal() if one.date else 0))


def related_to(number: str) -> tuple[Related, ...]:
    """The file that one with a suffix was split off."""
    base = split_from(number)
    return (Related(identifier=base, session=year_of(base)),) if base else ()


def _named(paper: Paper) -> str:
    return f"{paper.name} ({paper.date_text})" if paper.date_text else paper.name


def count_unmapped(record: Record, unmapped: Counter[str]) -> None:
    """Count labels, activities and votes no rule knows; all are kept as printed."""
    unmapped.update(f"section {name}" for name in record.fields if name not in USED | KEPT)
    unmapped.update(
        f"activity {one.text[:80]}" for one in record.activities if not classify.knows(one.text)
    )
    for ballot in record.ballots:
        unmapped.update(f"vote section {name}" for name in ballot.told if name not in BALLOT)
        unmapped.update(f"vote {vote}" for _, _, vote in ballot.roll if option_of(vote) is None)
