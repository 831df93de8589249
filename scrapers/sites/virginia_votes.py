"""Roll calls of LIS's API, put on the actions they are of. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from config.vocabulary import VoteOption, VoteResult
from scrapers.items import Action, Cast, Measure, Vote
from scrapers.platforms.legistar_fields import as_extras
from scrapers.platforms.legistar_rows import rows_in, truth
from scrapers.platforms.legistar_rows import words as said
from scrapers.sites.virginia_words import Row, words

VOTES_TOLD, OLDER_VOTES = "Votes told of", "Votes before the API was read"
NEXT_YEAR = "%NextSessionYear%"

OPTIONS = MappingProxyType(
    {
        "Y": VoteOption.YES, "N": VoteOption.NO, "A": VoteOption.ABSTAIN,
        "X": VoteOption.NOT_VOTING, "V": VoteOption.OTHER,
    }
)  # fmt: skip


def once(rows: Iterable[Row], field: str) -> list[Row]:
    """Rows of which each id is taken once; without an id all are."""
    found: dict[str, Row] = {}
    for rank, row in enumerate(rows):
        found.setdefault(said(row, field) or f"row {rank}", row)
    return list(found.values())


def codes(extras: Mapping[str, str], name: str) -> set[str]:
    """The codes or ids that an extra holds."""
    return set(extras.get(name, "").split("|")) - {""}


def day_of(stamp: str) -> date | None:
    """The day of a local date-time, None for none; a `Z` behind it is not believed."""
    try:
        return date.fromisoformat(stamp[:10])
    except ValueError:
        return None


def voted(
    found: Measure, rows: Sequence[Row], before: Mapping[str, str], year: int, *, switched: bool
) -> tuple[tuple[Action, ...], dict[str, str]]:
    """The actions with their roll calls, and extras for what could not be put on any of them.

    `before` are the bill's extras as last seen, `switched` says that it was last
    read from the files: then what its votes were is no news.
    """
    votes = once(rows, "VoteID")
    ids = {said(vote, "VoteID") for vote in votes}
    older = codes(before, OLDER_VOTES) | (
        ids - codes(before, VOTES_TOLD) if switched else set()
    )  # fmt: skip
    refids = found.extras.get("History_refid", "").split("|")
    by_batch = Counter(said(vote, "BatchNumber") for vote in votes)
    put: dict[int, Vote] = {}
    left = []
    for vote in votes:
        place = _place(found.actions, vote, refids, year, alone=by_batch)
        if place is None or place in put or said(vote, "VoteID") in older:
            left.append(_tally(vote))
        else:
            put[place] = _vote(vote)
    actions = tuple(
        replace(action, vote=put.get(place)) for place, action in enumerate(found.actions)
    )
    extras = {VOTES_TOLD: "|".join(sorted(ids - older))} if ids - older else {}
    extras |= {OLDER_VOTES: "|".join(sorted(older))} if older else {}
    return actions, extras | as_extras({"Further votes": left} if left else {})


def _place(
    actions: Sequence[Action], vote: Row, refids: Sequence[str], year: int, *, alone: Counter[str]
) -> int | None:
    """Which action a vote is of: of the same day and words, else by a number that is this vote's alone."""
    meant = _plain(said(vote, "LegislationActionDescription").replace(NEXT_YEAR, str(year + 1)))
    when = day_of(said(vote, "VoteDate"))
    for place, action in enumerate(actions):
        if action.date == when and _plain(action.description) == meant:
            return place
    batch = said(vote, "BatchNumber")
    if batch and alone[batch] == 1 and refids.count(batch) == 1:
        return refids.index(batch)
    return None


def _plain(text: str) -> str:
    return words(text).casefold()


def _vote(row: Row) -> Vote:
    printed = said(row, "PassFail")
    roll = tuple(
        Cast(voter=said(one, "MemberDisplayName"),
             option=OPTIONS.get(said(one, "ResponseCode"), VoteOption.OTHER),
             text=said(one, "ResponseCode"))
        for one in once(rows_in(row, "VoteMember"), "MemberDisplayName")
    )  # fmt: skip
    sides = Counter(cast.option for cast in roll)
    passed = {"p": True, "f": False}.get(printed[:1].casefold())
    if passed is None and sides[VoteOption.YES] + sides[VoteOption.NO]:
        passed = sides[VoteOption.YES] > sides[VoteOption.NO]
    result = None if passed is None else VoteResult.PASS if passed else VoteResult.FAIL
    text = printed or ("voice vote" if truth(row, "IsVoice") else "")
    return Vote(result=result, text=text, roll=roll)


def _tally(row: Row) -> dict[str, Any]:
    """A vote without its roll: that would be thousands of names on a bill that nobody asks for."""
    counts = Counter(said(one, "ResponseCode") for one in rows_in(row, "VoteMember"))
    return {name: value for name, value in row.items() if name != "VoteMember" and value} | {
        "Votes": dict(counts)
    }
