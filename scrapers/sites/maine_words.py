"""The words of Maine's Legislature, as data: kinds of papers, chapters, steps, places on its pages."""

import re
from types import MappingProxyType

from config.vocabulary import ActionClassification as Step
from config.vocabulary import MeasureClassification as Kind
from scrapers.actions import Rule, classifier

CHAMBERS = MappingProxyType({"H": "lower", "S": "upper"})
"""The chamber by the first letter of a paper's number or of an amendment's filing number."""

HOUSES = MappingProxyType({"house": "lower", "senate": "upper"})

KINDS = (
    (r"joint resolution\b|joint order\b.*\bresolution", Kind.JOINT_RESOLUTION),
    (r"(joint )?(study )?order\b", Kind.ORDER),
    (r"resolution\b.*constitution", Kind.CONSTITUTIONAL_AMENDMENT),
    (r"(joint )?resolution\b|expression of legislative sentiment|in memoriam", Kind.RESOLUTION),
    (r"(an )?act\b|resolves?\b", Kind.BILL),
    (r"communication\b", Kind.COMMUNICATION),
)
"""How titles begin. A Resolve is a law, though it is in no code."""

LAWS = MappingProxyType(
    {
        "ACTPUB": "PL {year}, c. {number}",
        "PUBLIC LAW": "PL {year}, c. {number}",
        "ACTPS": "P&SL {year}, c. {number}",
        "ACTPRI": "P&SL {year}, c. {number}",
        "PRIVATE AND SPECIAL LAW": "P&SL {year}, c. {number}",
        "RESLV": "Resolves {year}, c. {number}",
        "RESOLVE": "Resolves {year}, c. {number}",
    }
)
"""How a chapter is cited, by what the site calls its kind of law."""

LAYOUT = MappingProxyType(
    {
        "list_row": "#search-results tr",
        "list_numbers": "td.RecordNumbers",
        "list_title": "td.RecordTitle",
        "list_range": "ul.paperList a",
        "page_title": "h2.ldTitle, h2",
        "flags": "#flags",
        "documents": "#sec0",
        "text": 'a[href*="getPDF"]',
        "amendment": "span.tlnk-amdblk",
        "amendment_number": ".story_subhead",
        "amendment_fate": ".tlnk-amd",
        "amendment_note": ".infoText",
        "disposition": "span.tlnk-final",
        "fiscal_note": 'a[href*="fiscalpdfs"], a[href*="fiscalnotes"]',
        "testimony": 'a[href*="estimony"]',
        "committee": "#sec3",
        "docket_row": 'table[name="CDtab"] tr',
    }
)
"""Where things stand on the pages, unless the watchlist says otherwise."""

ACTIONS = (
    # What is said of another paper, or of a vote on a motion, is no step of this one.
    Rule(r"^(unfinished business|ordered sent|sent (down |up )?for concurrence)"),
    Rule(r"motion\b.* (failed|was withdrawn|did not prevail)"),
    # The governor.
    Rule(r"veto (was )?(not sustained|overridden)|notwithstanding the objections", (Step.VETO_OVERRIDE_PASSAGE,)),
    Rule(r"veto (was )?sustained", (Step.VETO_OVERRIDE_FAILURE,)),
    Rule(r"line.?item veto", (Step.EXECUTIVE_VETO_LINE_ITEM,)),
    Rule(r"\bveto(ed)?\b", (Step.EXECUTIVE_VETO,)),
    Rule(r"without (the )?governor'?s signature|^governor's action: (emergency )?unsigned", (Step.BECAME_LAW,)),
    Rule(r"signed by the governor|^governor's action: (emergency )?signed", (Step.EXECUTIVE_SIGNATURE,)),
    Rule(r"held by the governor|recalled from the governor"),
    # The end, or its delay.
    Rule(r"carried over|carried forward|carry over", (Step.CARRIED_OVER,)),
    Rule(r"leave to withdraw|\bwithdrawn?\b", (Step.WITHDRAWAL,)),
    Rule(r"amendment\b.* (failed|rejected|indefinitely postponed)", (Step.AMENDMENT_FAILURE,)),
    Rule(r"indefinitely postponed|\(dead\)|^died\b|: died\b|failed of (passage|enactment|final)", (Step.FAILURE,)),
    Rule(r"ought not to pass.*(accepted|pursuant)|ontp.*accepted", (Step.COMMITTEE_FAILURE,)),
    Rule(r"placed in (the )?legislative files", (Step.FAILURE,)),
    Rule(r"\breconsider", (Step.RECONSIDERATION,)),
    # Committees.
    # A committee that is divided makes several reports: "OTP-AM/ONTP".
    Rule(r"^reported out - .*(\botp.*\bontp|\bontp.*\botp)", (Step.COMMITTEE_PASSAGE,)),
    Rule(r"^reported out - .*\bontp\b", (Step.COMMITTEE_PASSAGE_UNFAVORABLE,)),
    Rule(r"^reported out - .*\botp", (Step.COMMITTEE_PASSAGE_FAVORABLE,)),
    Rule(r"^reported out\b", (Step.COMMITTEE_PASSAGE,)),
    Rule(r"^(public )?hearing held|^public hearing$", (Step.HEARING_HELD,)),
    Rule(r"^(public hearing|work session|voted|divided report|reference|language review|unfinished)\b"),
    Rule(r"\b(re)?(referred|refer|committed|commit)\b.* to the committee|^(re)?referred to ", (Step.REFERRAL_COMMITTEE,)),
    # The floor. A bill is engrossed before the last vote, which enacts it.
    Rule(r"passed to be enacted|finally passed|: (emergency )?(enacted|finally passed)", (Step.PASSAGE,)),
    Rule(r"passed to be engrossed", (Step.ENGROSSMENT,)),
    Rule(r"amendment\b.* adopted", (Step.AMENDMENT_PASSAGE,)),
    Rule(r"read (and|&) (passed|adopted)|^adopted\b|: (passed|adopted)\b", (Step.PASSAGE,)),
    Rule(r"read a second time|\bsecond reading\b", (Step.READING_2,)),
    Rule(r"read once|\bfirst reading\b", (Step.READING_1,)),
    Rule(r"^(the )?(house|senate)?.{0,12}(receded|concurred)\b|receded and concurred", (Step.CONCURRENCE,)),
    Rule(r"\btabled\b|laid on the table|special appropriations table", (Step.DEFERRAL,)),
    Rule(r"^received by the (secretary|clerk)", (Step.RECEIPT,)),
    Rule(r"report\b.* (accepted|read)|(insisted|adhered|assigned|ordered printed|conference|calendar|suspended)"),
    Rule(r"roll call"),
)  # fmt: skip
"""What the words of the dockets mean; the first rule that fits decides."""

classify = classifier(ACTIONS)

_KINDS = tuple((re.compile(rf"\W*(?:{words})", re.IGNORECASE), kind) for words, kind in KINDS)


def kind_of(title: str) -> Kind | None:
    """What kind of paper a title is of; None for one we do not know."""
    return next((kind for words, kind in _KINDS if words.match(title)), None)


def chapter(kind: str, number: str, year: int) -> str:
    """How a chapter is cited; of an unknown kind of law as the site prints it."""
    form = LAWS.get(kind.upper(), f"{kind} Chapter {{number}}")
    return form.format(year=year, number=number)
