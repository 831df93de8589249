"""Rules as data: which printed words of an action mean which step.

The first rule whose words are found decides. Words no rule knows keep no
classification; they are printed words still, and nothing is lost.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.vocabulary import ActionClassification as Step
from scrapers.items import Action


@dataclass(frozen=True, slots=True)
class Rule:
    """`words` is a regular expression, found anywhere in any case; `steps` is what it means.

    A rule without steps keeps later rules away from words that mean no step.
    """

    words: str
    steps: tuple[Step, ...] = ()


Steps = tuple[Step, ...]
REMEMBERED = 4096  # descriptions; a legislature uses the same words for bill after bill


@dataclass(frozen=True, slots=True)
class Classifier:
    """The rules of one legislature, ready for use. `steps` says None for words no rule knows."""

    steps: Callable[[str], Steps | None]

    def __call__(self, description: str) -> Steps:
        """The steps an action's printed words stand for; empty when no rule knows them."""
        return self.steps(description) or ()

    def knows(self, description: str) -> bool:
        """Whether a rule knows the words, be it that they mean no step."""
        return self.steps(description) is not None


def classifier(rules: Sequence[Rule]) -> Classifier:
    """Make rules ready for use. Raises re.error for words that are no regular expression."""
    ready = tuple((re.compile(rule.words, re.IGNORECASE), rule.steps) for rule in rules)

    @lru_cache(REMEMBERED)
    def steps_of(description: str) -> Steps | None:
        plain = " ".join(description.split())
        return next((steps for words, steps in ready if words.search(plain)), None)

    return Classifier(steps_of)


def in_order(actions: list[Action]) -> list[Action]:
    """Actions of several dockets by day; one without a day stays behind the one before it."""
    dated, last = [], None
    for action in actions:
        last = action.date or last
        dated.append((last.toordinal() if last else 0, action))
    return [action for _, action in sorted(dated, key=lambda one: one[0])]


VIRGINIA = (
    # Printed in words that otherwise mean a step of the bill itself.
    Rule(r"impact (statement|review)|^budget amendments? available|\breprinted\b"),
    Rule(r"^subcommittee (recommends|failed)|^requires \d|^bill text as passed|^reenrolled bill text"),
    Rule(r"^committee referral pending|^unanimous consent"),
    Rule(r"^incorporate[sd] (by )?|^(house|senate) (insisted|acceded|requested)"),
    # The governor.
    Rule(r"sustained governor'?s veto|pass(ed)? in enrolled form rejected", (Step.VETO_OVERRIDE_FAILURE,)),
    Rule(r"(overrode|overridden|override of) governor'?s veto|^passed in enrolled form", (Step.VETO_OVERRIDE_PASSAGE,)),
    Rule(r"^item veto|vetoed item", (Step.EXECUTIVE_VETO_LINE_ITEM,)),
    Rule(r"^vetoed by governor", (Step.EXECUTIVE_VETO,)),
    Rule(r"^approved by governor", (Step.EXECUTIVE_SIGNATURE,)),
    Rule(r"communicated to governor", (Step.EXECUTIVE_RECEIPT,)),
    Rule(r"(concurred in|agreed to) .*governor'?s|^governor'?s recommendation adopted", (Step.AMENDMENT_PASSAGE, Step.CONCURRENCE)),
    Rule(r"rejected .*governor'?s", (Step.AMENDMENT_FAILURE,)),
    Rule(r"^governor'?s (recommendation|substitute)", (Step.AMENDMENT_INTRODUCTION,)),
    Rule(r"^governor'?s action deadline"),
    Rule(r"^acts of assembly chapter|^enacted, chapter|^assigned chapter|became law", (Step.BECAME_LAW,)),
    # The end, or its delay.
    Rule(r"^passed by indefinitely", (Step.COMMITTEE_FAILURE,)),
    Rule(r"^passed by", (Step.DEFERRAL,)),
    Rule(r"^continued (to|from)", (Step.CARRIED_OVER,)),
    Rule(r"^stricken at request of|^withdrawn", (Step.WITHDRAWAL,)),
    Rule(r"^(left|tabled) in|^stricken from|^failed to report|^no further action", (Step.COMMITTEE_FAILURE,)),
    Rule(r"reconsider", (Step.RECONSIDERATION,)),
    Rule(r"^read third time and (defeated|rejected)", (Step.READING_3, Step.FAILURE)),
    Rule(r"^failed to pass|^defeated|^vote:.*(reject|defeat)|passage rejected", (Step.FAILURE,)),
    # Committees.
    Rule(r"^reported and (re)?referred", (Step.COMMITTEE_PASSAGE, Step.REFERRAL_COMMITTEE)),
    Rule(r"^reported from .*with substitute", (Step.COMMITTEE_PASSAGE, Step.SUBSTITUTION)),
    Rule(r"^reported from", (Step.COMMITTEE_PASSAGE,)),
    Rule(r"^(re)?referred to|^recommitted to|^assigned .*\bsub\b", (Step.REFERRAL_COMMITTEE,)),
    Rule(r"^(re)?referred (from|by)|^motion to (re)?(refer|commit)\S* to committee agreed", (Step.REFERRAL,)),
    # Amendments.
    Rule(r"^(house|senate) substitutes? agreed to by (house|senate)", (Step.SUBSTITUTION, Step.CONCURRENCE)),
    Rule(r"\bamendments?\b.* agreed to by (house|senate)|concurred in (house|senate) amendment", (Step.AMENDMENT_PASSAGE, Step.CONCURRENCE)),
    Rule(r"^conference report agreed to", (Step.CONCURRENCE,)),
    Rule(r"\b(substitutes?|amendments?)\b.* rejected", (Step.AMENDMENT_FAILURE,)),
    Rule(r"\bsubstitutes?\b.* agreed to", (Step.SUBSTITUTION,)),
    Rule(r"\bamendments?\b.* agreed to", (Step.AMENDMENT_PASSAGE,)),
    Rule(r"\boffered$|^floor offered", (Step.AMENDMENT_INTRODUCTION,)),
    # The floor.
    Rule(r"^prefiled", (Step.FILING, Step.INTRODUCTION)),
    Rule(r"^(presented|introduced)", (Step.INTRODUCTION,)),
    Rule(r"^read first time|\b(on )?(1st|first) reading", (Step.READING_1,)),
    Rule(r"^read second time and engrossed", (Step.READING_2, Step.ENGROSSMENT)),
    Rule(r"^read second time|\b(on )?(2nd|second) reading", (Step.READING_2,)),
    Rule(r"^read third time and (passed|agreed)", (Step.READING_3, Step.PASSAGE)),
    Rule(r"^read third time|\b(on )?(3rd|third) reading", (Step.READING_3,)),
    Rule(r"^engrossed by", (Step.ENGROSSMENT,)),
    Rule(r"^passed (house|senate)|^agreed to by|^vote:.*(passage|adoption)", (Step.PASSAGE,)),
    Rule(r"^received\b", (Step.RECEIPT,)),
    Rule(r"^(re)?enrolled\b", (Step.ENROLLED,)),
    # What moves papers and not the bill.
    Rule(r"^signed by|^laid on|^(placed|removed) |^taken up|^printed as|^print clerk|\b(re)?printed\b|\bposted to|^chair votes"),
    Rule(r"^(constitutional )?readings?\b.*(dispensed|waived)|^rules suspended|^title replaced|^discharged"),
    Rule(r"conferees|\b(house|senate) receded|conference (committee|report|substitute)|^(senators|delegates):"),
    Rule(r"^moved from|^(block )?vote:|^election |^elected "),
)  # fmt: skip
"""The words of Virginia's Legislative Information System, as its history files print them."""
