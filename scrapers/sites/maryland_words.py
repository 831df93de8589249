"""The words of Maryland's General Assembly, as data: fields of its list, kinds, texts and steps."""

from types import MappingProxyType
from typing import NamedTuple

from config.vocabulary import ActionClassification as Step
from config.vocabulary import MeasureClassification, VersionClassification
from scrapers.actions import Rule, classifier

KINDS = MappingProxyType(
    {
        "HB": MeasureClassification.BILL,
        "SB": MeasureClassification.BILL,
        "HJ": MeasureClassification.JOINT_RESOLUTION,
        "SJ": MeasureClassification.JOINT_RESOLUTION,
        "HS": MeasureClassification.RESOLUTION,
        "SS": MeasureClassification.RESOLUTION,
    }
)
CHAMBERS = MappingProxyType({"H": "lower", "S": "upper"})
HOUSES = MappingProxyType({"lower": "House", "upper": "Senate"})
OTHER = MappingProxyType({"lower": "upper", "upper": "lower", "": ""})


class Text(NamedTuple):
    """A stage of a bill's text: what it is called here and what it is."""

    note: str
    classification: VersionClassification


TEXTS = MappingProxyType(
    {
        "F": Text("First Reader", VersionClassification.INTRODUCED),
        "T": Text("Third Reader", VersionClassification.ENGROSSED),
        "E": Text("Enrolled", VersionClassification.ENROLLED),
    }
)
"""The letters of BillVersion, in the order in which the texts are made."""

REQUIRED = ("BillNumber", "Title", "Status", "BillVersion")
SIDES = ("HouseOfOrigin", "OppositeHouse")
STEPS = (
    ("First Reading", "FirstReadingDate", ""),
    ("Report", "ReportDate", "ReportAction"),
    ("Second Reading", "SecondReadingDate", "SecondReadingAction"),
    ("Third Reading", "ThirdReadingDate", "ThirdReadingAction"),
)
"""What happens to a bill in each chamber, in order: its name, and the fields of its day and outcome."""

HEARINGS = tuple(
    (side, rank, f"HearingDateTime{rank}{side}", f"Committee{rank}{side.removeprefix('HouseOf').removesuffix('House')}")
    for side in SIDES
    for rank in ("Primary", "Secondary")
)  # fmt: skip
"""Chamber, rank of the committee, the field of the hearing and the field of the committee."""

IN_FIELDS = frozenset(
    {
        "BillNumber", "ChapterNumber", "CrossfileBillNumber", "SponsorPrimary", "Sponsors",
        "Synopsis", "Title", "Status", "InteractionBetweenChambers", "StatusCurrentAsOf",
        *(f"{field}{side}" for side in SIDES for _, *fields in STEPS for field in fields if field),
    }
)  # fmt: skip
"""What stands in a field of a measure whole, or is about the file and not about the bill."""

IN_EXTRAS = frozenset(
    {
        "PassedByMGA", "EmergencyBill", "ConstitutionalAmendment", "BroadSubjects",
        "NarrowSubjects", "BillType", "BillVersion", "Statutes", "YearAndSession",
        *(field for _, _, *fields in HEARINGS for field in fields),
    }
)  # fmt: skip
"""What is kept under the file's own name. A field in neither set is kept so too, and counted."""

classify = classifier(
    (
        # The governor, and what becomes law without one.
        Rule(r"^approved by the governor.*line item veto", (Step.EXECUTIVE_SIGNATURE, Step.BECAME_LAW, Step.EXECUTIVE_VETO_LINE_ITEM)),
        Rule(r"^approved by the governor - chapter", (Step.EXECUTIVE_SIGNATURE, Step.BECAME_LAW)),
        Rule(r"^approved by the governor", (Step.EXECUTIVE_SIGNATURE,)),
        Rule(r"veto (was )?sustained|motion to override.*(fail|reject)", (Step.VETO_OVERRIDE_FAILURE,)),
        Rule(r"veto overrid|overrid\w+ .*veto", (Step.VETO_OVERRIDE_PASSAGE,)),
        Rule(r"^line item veto", (Step.EXECUTIVE_VETO_LINE_ITEM,)),
        Rule(r"^vetoed by the governor", (Step.EXECUTIVE_VETO,)),
        Rule(r"^presented to the governor", (Step.EXECUTIVE_RECEIPT,)),
        Rule(r"^enacted under article", (Step.BECAME_LAW,)),
        Rule(r"^assigned a (chapter|resolution) number|^signed by the president"),
        # Between the chambers.
        Rule(r"^concurred", (Step.CONCURRENCE,)),
        Rule(r"^passed enrolled", (Step.ENROLLED,)),
        Rule(r"^returned passed|^conference committee|^refuse[sd] to concur"),
        # Committees.
        Rule(r"^report favorable", (Step.COMMITTEE_PASSAGE_FAVORABLE,)),
        Rule(r"^report unfavorable", (Step.COMMITTEE_PASSAGE_UNFAVORABLE,)),
        Rule(r"^report withdrawn", (Step.WITHDRAWAL,)),
        Rule(r"^report without", (Step.COMMITTEE_PASSAGE,)),
        Rule(r"^report$"),
        # The floor.
        Rule(r"^first reading", (Step.READING_1,)),
        Rule(r"^second reading (failed|rejected)", (Step.READING_2, Step.FAILURE)),
        Rule(r"^second reading", (Step.READING_2,)),
        Rule(r"^third reading passed", (Step.READING_3, Step.PASSAGE)),
        Rule(r"^third reading (failed|rejected)", (Step.READING_3, Step.FAILURE)),
        Rule(r"^third reading", (Step.READING_3,)),
    )
)  # fmt: skip
