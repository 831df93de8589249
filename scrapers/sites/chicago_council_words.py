"""What Chicago's City Clerk prints: steps, types, votes, states of meetings, numbers.

The words are those of recorded answers and of what public scrapers of the eLMS
list. What no rule knows passes through as printed and is counted.
"""

import re
from types import MappingProxyType

from config.vocabulary import ActionClassification as Step
from config.vocabulary import EventStatus, SponsorClassification, VoteOption, VoteResult
from scrapers.actions import Rule, classifier
from scrapers.platforms.legistar_words import CALLED_OFF, knows_type, option_of

WORKFLOW = frozenset({"create", "submit", "accept", "post to public"})
"""Steps of a paper through the clerk's own system, not of a measure through the council."""

ACTIONS = (
    Rule(r"^(add|remove) co-?sponsor|^journaled|special pamphlet|^recommended for re-?referral"),
    Rule(r"^deferred and published", (Step.DEFERRAL,)),
    Rule(r"overrid|overr(ode|idden)", (Step.VETO_OVERRIDE_PASSAGE,)),
    Rule(r"^vetoed|^veto\b", (Step.EXECUTIVE_VETO,)),
    Rule(r"^signed by (the )?mayor", (Step.EXECUTIVE_SIGNATURE,)),
    Rule(r"^withdrawn", (Step.WITHDRAWAL,)),
    Rule(r"^recommend(ed)? do not pass", (Step.COMMITTEE_PASSAGE_UNFAVORABLE,)),
    Rule(r"^recommend(ed)? to pass as (amended|substitut)", (Step.COMMITTEE_PASSAGE_FAVORABLE, Step.AMENDMENT_PASSAGE)),
    Rule(r"^recommend(ed)? to pass", (Step.COMMITTEE_PASSAGE_FAVORABLE,)),
    Rule(r"^committee discharged", (Step.COMMITTEE_PASSAGE,)),
    Rule(r"^(held in committee|tabled|postponed)", (Step.DEFERRAL,)),
    Rule(r"^failed|^fail\b", (Step.FAILURE,)),
    Rule(r"^(passed|adopted|approved) as substitut", (Step.PASSAGE, Step.SUBSTITUTION)),
    Rule(r"^(passed|adopted|approved) as amended", (Step.PASSAGE, Step.AMENDMENT_PASSAGE)),
    Rule(r"^(passed|adopted|approved)\b", (Step.PASSAGE,)),
    Rule(r"substitut", (Step.SUBSTITUTION,)),
    Rule(r"^amended", (Step.AMENDMENT_PASSAGE,)),
    Rule(r"^introduce|^direct introduction|immediate consideration", (Step.INTRODUCTION,)),
    Rule(r"^re-?refer|^refer", (Step.REFERRAL_COMMITTEE,)),
    # Filing a paper ends some measures and is all there is to others.
    Rule(r"^placed on file|^repealed"),
)  # fmt: skip
"""The first rule whose words are found in an action's name decides."""

classify = classifier(ACTIONS)

NO_KIND = re.compile(r"oath of office|placed on file", re.IGNORECASE)
ENDS = MappingProxyType(
    {
        Step.PASSAGE: VoteResult.PASS,
        Step.COMMITTEE_PASSAGE: VoteResult.PASS,
        Step.COMMITTEE_PASSAGE_FAVORABLE: VoteResult.PASS,
        Step.VETO_OVERRIDE_PASSAGE: VoteResult.PASS,
        Step.FAILURE: VoteResult.FAIL,
    }
)
"""How a vote ended, by the step it was taken on; of other steps the site does not say."""

SPONSORS = MappingProxyType(
    {
        "sponsor": SponsorClassification.PRIMARY,
        "filing sponsor": SponsorClassification.PRIMARY,
        "cosponsor": SponsorClassification.COSPONSOR,
        "": SponsorClassification.COSPONSOR,
    }
)
MEETINGS = MappingProxyType(
    {
        "scheduled": EventStatus.CONFIRMED,
        "rescheduled": EventStatus.CONFIRMED,
        "recessed": EventStatus.CONFIRMED,
        "reconvened": EventStatus.CONFIRMED,
        "cancelled": EventStatus.CANCELLED,
        "canceled": EventStatus.CANCELLED,
    }
)
"""A rescheduled meeting stands at its new time; one that recessed or reconvened was held."""

_SUBSTITUTE = re.compile(r"^S+(?=[A-Z][A-Za-z]*\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def original_of(number: str) -> str:
    """A record number without the S of a substitute: "SO2026-0000001" is "O2026-0000001" first."""
    return _SUBSTITUTE.sub("", number)


def is_substitute(number: str) -> bool:
    return original_of(number) != number


def year_in(number: str) -> str:
    """The year a record number names; "" for none."""
    found = _YEAR.search(number)
    return found[0] if found else ""


def knows_kind(type_name: str) -> bool:
    """Whether a matter's type is one of ours, or known to be none."""
    return knows_type(type_name) or bool(NO_KIND.search(type_name))


def vote_option(printed: str) -> VoteOption | None:
    """How a member voted, None for words no rule knows."""
    return VoteOption.YES if printed.casefold() == "rising vote" else option_of(printed)


def meeting_status(status: str, comment: str) -> EventStatus | None:
    """Where a meeting stands: meetings of before 2023 have no status, only a comment."""
    if CALLED_OFF.search(comment) and not MEETINGS.get(status.casefold()):
        return EventStatus.CANCELLED
    return MEETINGS.get(status.casefold())
