"""What Legistar cities print, as rules: types, actions, votes, statuses, which attachment is a text.

Each city writes its own lists of these words, so the rules are open: what none
of them knows passes through as printed and is counted. The words are those of
recorded answers of Seattle, Oakland, San José, New York, Olympia, Chicago,
Jackson County and LA Metro, and of SOURCES.md 2.1 to 2.8.
"""

import re
from collections.abc import Callable
from types import MappingProxyType

from config.vocabulary import ActionClassification as Step
from config.vocabulary import (
    EventStatus,
    MeasureClassification,
    VersionClassification,
    VoteOption,
)
from scrapers.actions import Rule, classifier

ACTIONS = (
    # What is printed in words that otherwise mean a step of the measure.
    Rule(r"^(mail|notice|publish|published|posted|transcri|journal|calendar|scheduled?\b)"),
    Rule(r"hearing (scheduled|notice)|^(heard|discuss|presented|presentation|completed|received and filed\b)"),
    Rule(r"^(roll called|excused|sound|motion to|point of)"),
    # The mayor.
    Rule(r"overrid|overr(ode|idden)", (Step.VETO_OVERRIDE_PASSAGE,)),
    Rule(r"veto.*sustain|sustain.*veto", (Step.VETO_OVERRIDE_FAILURE,)),
    Rule(r"\bvetoed\b|^veto\b|disapproved by (the )?mayor", (Step.EXECUTIVE_VETO,)),
    Rule(r"returned? unsigned|city charter rule|unsigned by (the )?mayor|became law|lapsed into law", (Step.BECAME_LAW,)),
    Rule(r"sign(ed|ature).*\b(mayor|executive|law)\b|\b(mayor|executive)\b.*\b(signed|approved)\b|^signed\b", (Step.EXECUTIVE_SIGNATURE,)),
    Rule(r"approved by (the )?(mayor|county executive)", (Step.EXECUTIVE_SIGNATURE,)),
    Rule(r"(sent|delivered|presented|submitted|transmitted).*\b(mayor|executive)\b", (Step.EXECUTIVE_RECEIPT,)),
    # The end, or its delay.
    Rule(r"withdrawn|withdraw\b", (Step.WITHDRAWAL,)),
    Rule(r"\b(fail(ed|s)?|defeated|lost|rejected|not (adopted|approved|passed))\b", (Step.FAILURE,)),
    Rule(r"lapsed|filed \(end of session\)|died|indefinitely postponed|postponed indefinitely", (Step.FAILURE,)),
    Rule(r"reconsider", (Step.RECONSIDERATION,)),
    # Committees, before the words a council uses.
    Rule(r"(do not|not) pass|unfavorabl", (Step.COMMITTEE_PASSAGE_UNFAVORABLE,)),
    Rule(r"\bpass as amended\b|recommended .*as amended|approved as amended by (the )?(sub)?comm", (Step.COMMITTEE_PASSAGE_FAVORABLE, Step.AMENDMENT_PASSAGE)),
    Rule(r"^pass$|do pass|recommend\w* (for |to )?(approv|pass|adopt|confirm|favor)|reported? .*favorabl|reported out", (Step.COMMITTEE_PASSAGE_FAVORABLE,)),
    Rule(r"(approved|adopted|passed|filed|recommended) by (the )?(sub)?comm", (Step.COMMITTEE_PASSAGE,)),
    Rule(r"^recommended", (Step.COMMITTEE_PASSAGE,)),
    # Amendments.
    Rule(r"amendment.*\b(proposed|offered|moved)\b", (Step.AMENDMENT_INTRODUCTION,)),
    Rule(r"substitut", (Step.SUBSTITUTION,)),
    Rule(r"\b(passed|adopted|approved|enacted).*as amended|\bas amended.*\b(passed|adopted|approved)\b", (Step.PASSAGE, Step.AMENDMENT_PASSAGE)),
    Rule(r"\bamend(ed|ment)\b", (Step.AMENDMENT_PASSAGE,)),
    # The way in.
    Rule(r"^introduc\w+ .*refer|^introduced and (ordered|assigned)", (Step.INTRODUCTION, Step.REFERRAL_COMMITTEE)),
    Rule(r"first reading|\bread (and|the) first|^introduc|^direct introduction|^new business$", (Step.INTRODUCTION,)),
    Rule(r"second reading", (Step.READING_2,)),
    Rule(r"(third|final) reading", (Step.READING_3,)),
    Rule(r"^(re-?)?(referred|assigned|refer)\b|^rereferred|referred to|^committed to", (Step.REFERRAL_COMMITTEE,)),
    # The rest of the way.
    Rule(r"hearing (held|closed|continued|on)\b|heard\b.*hearing|^public hearing", (Step.HEARING_HELD,)),
    Rule(r"laid over|\b(held|deferred|tabled|continued|postponed|hold|delayed|recessed)\b|laid on the table|suspended", (Step.DEFERRAL,)),
    Rule(r"final passage|^(finally )?(passed|adopted|approved|enacted|confirmed|ratified|accepted)\b|\b(passed|adopted|approved|enacted)\b", (Step.PASSAGE,)),
    Rule(r"^(received|recved)\b", (Step.RECEIPT,)),
    # Filing a paper ends one city's measure and begins another's.
    Rule(r"^(filed|placed on file|print(ed)?|ordered|communication)\b"),
)  # fmt: skip
"""The first rule whose words are found in a history's action name decides."""

TYPES = (
    (r"executive order|mayor(al|'s)? order|executive directive", MeasureClassification.ORDER),
    (r"ordinance|\blocal law\b", MeasureClassification.ORDINANCE),
    (r"resolution|\bresolve\b", MeasureClassification.RESOLUTION),
    (r"\bbill\b|^introduction$|\bintro\b|legislation", MeasureClassification.BILL),
    (r"proclamation|ceremonial|recognition|commendation", MeasureClassification.PROCLAMATION),
    (r"appointment|reappointment|\bappt\b", MeasureClassification.APPOINTMENT),
    (r"nomination|confirmation", MeasureClassification.NOMINATION),
    (r"petition", MeasureClassification.PETITION),
    (r"\bclaims?\b", MeasureClassification.CLAIM),
    (r"contract|purchas|procurement", MeasureClassification.CONTRACT),
    (r"agreement", MeasureClassification.AGREEMENT),
    (r"communication|correspondence|\bletter\b|message", MeasureClassification.COMMUNICATION),
    (r"motion", MeasureClassification.MOTION),
    (r"^(city council |council |committee )?order$|hearing order", MeasureClassification.ORDER),
)
"""What a matter's type says it is; the first line whose words are found decides."""

LAWMAKING = frozenset(
    {
        MeasureClassification.BILL, MeasureClassification.ORDINANCE, MeasureClassification.ORDER,
        MeasureClassification.RESOLUTION,
    }
)  # fmt: skip
"""What is looked at first when there is more to look at than time."""

NO_TYPE = re.compile(
    r"minutes|information|report|discussion|presentation|agenda|calendar|hearing|business|"
    r"clerk file|consent|study|session|oversight|land use|application|topic|services?$|support$",
    re.IGNORECASE,
)
"""Types known to be none of the above: reports, minutes and headings of agendas."""

BY_THE_EXECUTIVE = re.compile(
    r"executive order|executive directive|mayor(al|'s)? order", re.IGNORECASE
)

OPTIONS = MappingProxyType(
    {
        VoteOption.YES: ("affirmative", "in favor", "yes", "aye", "yea", "for", "approve", "concur"),
        VoteOption.NO: ("negative", "opposed", "against", "no", "nay", "oppose", "dissent"),
        VoteOption.ABSENT: ("absent", "absent - not voting", "unexcused", "away", "out of room"),
        VoteOption.ABSTAIN: ("abstain", "abstained", "abstention", "recused", "recuse", "conflict"),
        VoteOption.EXCUSED: (
            "excused", "absent excused", "maternity", "paternity", "medical", "jury duty",
            "suspended", "bereavement", "parental", "military",
        ),
        VoteOption.NOT_VOTING: ("non-voting", "not voting", "nonvoting", "present", "did not vote"),
        VoteOption.PAIRED: ("paired",),
    }
)  # fmt: skip
"""How a member voted, in the words that cities print, in small letters."""

_OPTION = {word: option for option, printed in OPTIONS.items() for word in printed}

TALLY = re.compile(r"^(\d{1,3})\s*[:/\u2013-]\s*(\d{1,3})$")
"""A tally of ayes and noes: "8-0", "43:5"."""

CALLED_OFF = re.compile(r"^\W*(?:\w+\W+){0,6}cancel+(?:ed|ation)\b", re.I)
"""A comment that calls the meeting off says so in its first words; later ones tell of another."""

EVENT_STATUSES = (
    (
        re.compile(r"\bcancel+(?:ed|ation)\b|\bdeferred\b|\bpostponed\b", re.I),
        EventStatus.CANCELLED,
    ),
    (
        re.compile(r"\b(final|revised|amended|published|approved|posted)\b", re.I),
        EventStatus.CONFIRMED,
    ),
    (re.compile(r"\b(draft|tentative|pending|not viewable)\b", re.I), EventStatus.TENTATIVE),
)
"""What an agenda's status says of its meeting. New York prints Deferred for a meeting that is put off."""

ABOUT_IT = re.compile(
    r"summar|fiscal|memo|report|presentation|letter|testimony|notice|agenda|minutes|affidavit|"
    r"transcript|slide|comment|message|press|roll ?call|\bvotes?\b|plain language|speaker|staff|"
    r"analysis|correspondence|fact sheet|checklist|hearing|powerpoint|background|invoice|stated meeting",
    re.IGNORECASE,
)
"""Names of papers about a measure, however they go on."""

BESIDE_IT = re.compile(
    r"exhibit|attachment|\batt\b|\bmap\b|contract|agreement|application|form\b|photo|video|"
    r"communication|backup|appendix|sign-?in",
    re.IGNORECASE,
)
"""Names of papers beside a measure, unless they begin with the name of a text."""

TEXT = re.compile(
    r"\b(ordinance|resolution|\bbill\b|council bill|local law|legislation|executive order|"
    r"int\.?( no\.?)?|res\.?( no\.?)?|ord\.?( no\.?)?|docket|\border\b|substitute|redline|as amended|"
    r"clean version|final version|signed copy)(?=\W|$)",
    re.IGNORECASE,
)
"""Names of a measure's own text."""

TEXT_FIRST = re.compile(
    r"^\W*((proposed|draft|final|signed|amended|revised|approved|adopted|introduced|city|council|"
    r"original|substitute|redline[ds]?|clean)\W+)*(ordinance|resolution|bill|local law|legislation|"
    r"executive order|int|res|ord|docket|order)\b",
    re.IGNORECASE,
)

TEXT_STEPS = (
    (r"local law|\bchapter\b", VersionClassification.BECAME_LAW),
    (r"\bsigned\b|executed", VersionClassification.SIGNED),
    (
        r"\(final\)|\bfinal\b|enrolled|as (adopted|passed|enacted)|certified",
        VersionClassification.ENROLLED,
    ),
    (r"substitute|-s\d*\b", VersionClassification.SUBSTITUTED),
    (r"amend|redline|proposed int|proposed res", VersionClassification.AMENDMENT),
)
"""Which step of a measure's life an attachment's name puts it at; the first that is found decides."""

NUMBER = re.compile(
    r"^(council bill|cb|bill|ordinance|ord|resolution|res|int|file|record|clerk file|cf|local law)"
    r"\.?\s*(no\.?|number|#)?\s*[\dA-Z-]*\d[\w./-]*$",
    re.IGNORECASE,
)
"""A name that is a number: Seattle has "CB 119583" in MatterName."""

SUMMARY = MappingProxyType({"nyc": "MatterEXText5"})
"""In which of a client's own fields its staff write a summary."""

ENACTED = MappingProxyType({"nyc": (re.compile(r"^(\d{4})/0*(\d+)$"), r"Local Law \2 of \1")})
"""How a client's enactment numbers are called."""

classify = classifier(ACTIONS)


def kind_of(type_name: str) -> MeasureClassification | None:
    """What a matter's type says it is, None where no rule knows it."""
    for pattern, kind in TYPES:
        if re.search(pattern, type_name, re.IGNORECASE):
            return kind
    return None


def knows_type(type_name: str) -> bool:
    """Whether a type is one of ours, or known to be none."""
    return kind_of(type_name) is not None or bool(NO_TYPE.search(type_name))


def option_of(printed: str) -> VoteOption | None:
    """How a member voted, None for words no rule knows."""
    return _OPTION.get(" ".join(printed.split()).casefold())


def event_status(*said: str) -> EventStatus | None:
    """Where a meeting stands: the agenda's status first, then comments that call it off."""
    status, *others = said
    if any(CALLED_OFF.search(words) for words in others):
        return EventStatus.CANCELLED
    return next((word for pattern, word in EVENT_STATUSES if pattern.search(status)), None)


def text_step(name: str) -> VersionClassification | None:
    for pattern, step in TEXT_STEPS:
        if re.search(pattern, name, re.IGNORECASE):
            return step
    return None


def enacted_as(
    client: str,
    number: str,
    kind: MeasureClassification | None,
    file: str,
    same: Callable[[str, str], bool],
) -> str:
    """What an enactment number is called; "" for none or one that is the file's own.

    Digits alone get a word before them: bare, one measure's enactment number
    would be taken for another's file number.
    """
    pattern, form = ENACTED.get(client, (None, ""))
    if pattern and pattern.match(number):
        return pattern.sub(form, number)
    if not number or same(number, file):
        return ""
    if re.search(r"[A-Za-z]", number):
        return number
    word = "Resolution" if kind is MeasureClassification.RESOLUTION else (
        "Ordinance" if kind in LAWMAKING else "Enactment"
    )  # fmt: skip
    return f"{word} {number}"
