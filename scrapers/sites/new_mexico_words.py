"""The words of New Mexico's Legislature, as data: kinds of papers, texts and steps."""

from types import MappingProxyType

from config.vocabulary import ActionClassification as Step
from config.vocabulary import MeasureClassification as Kind
from config.vocabulary import VersionClassification as Text
from scrapers.actions import Rule, classifier

KINDS = MappingProxyType(
    {
        "B": Kind.BILL,
        "R": Kind.RESOLUTION,
        "JR": Kind.JOINT_RESOLUTION,
        "CR": Kind.CONCURRENT_RESOLUTION,
        "M": Kind.MEMORIAL,
        "JM": Kind.MEMORIAL,
    }
)
"""What follows the chamber's letter in a number."""

CHAMBERS = MappingProxyType({"H": "lower", "S": "upper"})

FOLDERS = MappingProxyType(
    {"bills": ("B",), "resolutions": ("R", "JR", "CR"), "memorials": ("M", "JM")}
)
"""The folders of a session, and the kinds of papers in each; each has one for either chamber."""

TEXTS: tuple[tuple[str, str, Text | None], ...] = (
    (r"", "Introduced", Text.INTRODUCED),
    (r"FH(\d+)", "House floor amendment {0}", Text.AMENDMENT),
    (r"FS(\d+)", "Senate floor amendment {0}", Text.AMENDMENT),
    (r"FHS", "House floor substitute", Text.SUBSTITUTED),
    (r"FSS", "Senate floor substitute", Text.SUBSTITUTED),
    (r"CCR(\d*)", "Conference committee report {0}", Text.AMENDMENT),
    (r"([A-Z]{2,4})S", "{0} committee substitute", Text.SUBSTITUTED),
    (r"([A-Z]{2,4})(\d+)", "{0} committee report {1}", Text.AMENDMENT),
)
"""What follows the four digits of a file's name: a pattern, the note, the step. The first that fits."""

PAPERS = (r"[HS]VOTE\d*",)
"""What may follow that is no text: the roll calls."""

IGNORED = frozenset({"HEC", "HOVTE", "GUI"})
"""Misnamed files that others who read the site pass over."""

classify = classifier(
    (
        # The governor.
        Rule(r"pocket veto|^vetoed|\bveto(ed)? by (the )?gov", (Step.EXECUTIVE_VETO,)),
        Rule(r"line.?item veto|partial(ly)? veto", (Step.EXECUTIVE_VETO_LINE_ITEM,)),
        Rule(r"veto.*(overrid|overrode)", (Step.VETO_OVERRIDE_PASSAGE,)),
        Rule(r"^signed by (the )?governor|^sgnd by gov", (Step.EXECUTIVE_SIGNATURE,)),
        Rule(r"without (the )?(governor'?s )?signature|^became law|^chaptered", (Step.BECAME_LAW,)),
        Rule(r"^(sent|delivered|presented) to (the )?governor", (Step.EXECUTIVE_RECEIPT,)),
        # The floor.
        Rule(r"^(failed|lost)\b.*(passage|house|senate)|failed to pass", (Step.FAILURE,)),
        Rule(r"^passed\b|\bpassed (the )?(house|senate)", (Step.PASSAGE,)),
        Rule(r"concurred", (Step.CONCURRENCE,)),
        Rule(r"floor substitute", (Step.SUBSTITUTION,)),
        Rule(r"floor amendment|amended on the floor", (Step.AMENDMENT_PASSAGE,)),
        Rule(r"postponed indefinitely|action postponed|^dead\b", (Step.FAILURE,)),
        Rule(r"^tabled|\btabled\b", (Step.DEFERRAL,)),
        Rule(r"^withdrawn", (Step.REFERRAL,)),
        Rule(r"enrolled and engrossed|^enrolled", (Step.ENROLLED,)),
        # Committees.
        Rule(r"do (not )?pass.*committee substitut", (Step.COMMITTEE_PASSAGE, Step.SUBSTITUTION)),
        Rule(r"do not pass", (Step.COMMITTEE_PASSAGE_UNFAVORABLE,)),
        Rule(r"do pass", (Step.COMMITTEE_PASSAGE_FAVORABLE,)),
        Rule(r"without recommendation|germane|reported by committee", (Step.COMMITTEE_PASSAGE,)),
        Rule(r"^(sent|referred|re-?referred|assigned) to|^not printed", (Step.REFERRAL_COMMITTEE,)),
        Rule(r"^prefiled", (Step.FILING,)),
        Rule(r"^introduced", (Step.INTRODUCTION,)),
    )
)  # fmt: skip
