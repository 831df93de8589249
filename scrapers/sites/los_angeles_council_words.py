"""What Los Angeles' City Clerk prints: numbers of council files, steps, texts, votes.

A council file collects whatever comes in on one subject, so "adopted" says that
the council adopted what was before it, not that a law was made. Files expire
and can be taken up again.
"""

import re

from config.vocabulary import ActionClassification as Step
from config.vocabulary import MeasureClassification, VersionClassification
from scrapers.actions import Rule, classifier

FILE = re.compile(r"\b(\d{2}-\d{4}(?:-S\d+)?)\b", re.IGNORECASE)
"""A council file's number: "26-0204", and "25-0160-S93" for a file that was split off."""

_OLDEST = 50  # "52-0000" would be of 1952

ACTIONS = (
    Rule(r"expired|closed per|file(d)? closed", (Step.FAILURE,)),
    Rule(r"scheduled (for|by)|^(city )?clerk|transmitted|community impact statement|document\(?s?\)? submitted"),
    Rule(r"council action final|last day for|^file to"),
    Rule(r"overrid|overr(ode|idden)", (Step.VETO_OVERRIDE_PASSAGE,)),
    Rule(r"\bveto(ed)?\b", (Step.EXECUTIVE_VETO,)),
    Rule(r"(mayor'?s? (approved|signed|concur\w*)|(approved|signed) by (the )?mayor)", (Step.EXECUTIVE_SIGNATURE,)),
    Rule(r"withdrawn|withdrew", (Step.WITHDRAWAL,)),
    Rule(r"^(?!.*subject to reconsideration).*reconsider", (Step.RECONSIDERATION,)),
    Rule(r"\b(failed|lost|denied|disapproved|rejected)\b", (Step.FAILURE,)),
    Rule(r"referred|re-?refer|assigned to", (Step.REFERRAL_COMMITTEE,)),
    Rule(r"continued|postponed|\bheld\b|tabled|deferred", (Step.DEFERRAL,)),
    Rule(r"committee (waived|approved .*as amended|adopted .*as amended)", (Step.COMMITTEE_PASSAGE_FAVORABLE, Step.AMENDMENT_PASSAGE)),
    Rule(r"committee\b.*\b(approved|adopted|recommend\w*)", (Step.COMMITTEE_PASSAGE_FAVORABLE,)),
    Rule(r"committee\b.*\b(note[sd] and filed|received and filed)"),
    Rule(r"(adopted|approved|passed).*\bas amended|\bas amended.*(adopted|approved|passed)", (Step.PASSAGE, Step.AMENDMENT_PASSAGE)),
    Rule(r"\b(adopted|approved|passed|concurred)\b", (Step.PASSAGE,)),
    Rule(r"amend(ed|ing|ment)", (Step.AMENDMENT_INTRODUCTION,)),
    Rule(r"(note[sd]|received) and filed"),
    Rule(r"introduced|^motion\b|presented", (Step.INTRODUCTION,)),
    Rule(r"received|submitted", (Step.RECEIPT,)),
    Rule(r"heard|hearing", (Step.HEARING_HELD,)),
)  # fmt: skip
"""The first rule whose words are found in an activity decides."""

classify = classifier(ACTIONS)

TEXT = re.compile(
    r"^(?:(?:draft|final|revised|corrected|amended|amending|substitute|proposed|urgency|verbal)\s+)*"
    r"(?:motion|resolution|ordinance)s?\b",
    re.IGNORECASE,
)
"""Papers that are a text of the file: what the council is asked to decide, or decided."""

_STEPS = (
    (r"\bfinal\b|^ordinance no", VersionClassification.ENROLLED),
    (r"substitute", VersionClassification.SUBSTITUTED),
    (r"amend|revised|corrected", VersionClassification.AMENDMENT),
)
_KINDS = (
    ("ordinance", MeasureClassification.ORDINANCE),
    ("resolution", MeasureClassification.RESOLUTION),
    ("motion", MeasureClassification.MOTION),
)
_BODY = re.compile(r"((?:(?:[A-Z][\w'.-]*|and|of|on|for|the|&),?\s+)+Committee)\b")


def year_of(number: str) -> str:
    """The year a council file was opened: of "26-0204" 2026; "" for what is no such number."""
    found = FILE.match(number)
    if not found:
        return ""
    short = int(found[1][:2])
    return str(short + (1900 if short >= _OLDEST else 2000))


def split_from(number: str) -> str:
    """The file that another was split off: of "25-0160-S93" 25-0160; "" for one of its own."""
    base, _, part = number.upper().partition("-S")
    return base if part else ""


def is_text(name: str) -> bool:
    return bool(TEXT.match(name))


def step_of(name: str) -> VersionClassification:
    """Which step of its life a text belongs to, by its name."""
    steps = (step for words, step in _STEPS if re.search(words, name, re.IGNORECASE))
    return next(steps, VersionClassification.INTRODUCED)


def kinds_of(title: str, papers: list[str]) -> tuple[MeasureClassification, ...]:
    """What a file is: the kinds its title names, else those of its papers."""
    for told in ([title], papers):
        found = [
            kind
            for word, kind in _KINDS
            if any(re.search(rf"\b{word}s?\b", one, re.IGNORECASE) for one in told)
        ]
        if found:
            return tuple(found)
    return ()


def body_of(activity: str) -> str:
    """Who took a step, as far as its first words say: the council, the mayor, a committee."""
    if activity.startswith("Council"):
        return "legislature"
    if activity.startswith("Mayor"):
        return "executive"
    found = _BODY.match(activity)
    return found[1] if found else ""
