"""Synthetic law: texts of any number of measures, each made of its seed alone.

Sentences are put together from parts, so that words vary as they do in real
texts; about one measure in sixteen speaks of a watched topic.
"""

import random
from collections.abc import Sequence

AGENCIES = (
    "department of transportation", "city clerk", "director of finance", "board of health",
    "county assessor", "parks superintendent", "chief of police", "state auditor",
    "commission on housing", "office of emergency management", "water utility", "fire marshal",
    "library board", "planning commission", "harbor master", "secretary of state",
    "department of licensing", "superintendent of public instruction", "port authority",
    "zoning administrator", "treasurer", "office of civil rights", "council committee on rules",
    "public works director",
)  # fmt: skip
DUTIES = (
    "publish", "adopt by rule", "review each quarter", "collect", "inspect", "grant or deny",
    "deliver to the council", "maintain a register of", "set the fee for", "waive", "repair",
    "make available without charge", "report on", "renew", "suspend", "transfer to the general fund",
    "post at each entrance", "audit", "schedule a hearing on", "certify", "limit", "replace",
)  # fmt: skip
MATTERS = (
    "applications for small building permits", "the inventory of street lights",
    "records of notarial acts", "parking rates on the waterfront", "culverts under state roads",
    "grants to neighborhood libraries", "contracts above fifty thousand dollars",
    "the schedule of ferry crossings", "air filters in public schools", "licenses of food vendors",
    "the tree canopy survey", "leases of surplus land", "water meters", "the capital budget",
    "claims against the city", "training of election workers", "bridge inspections",
    "the register of historic places", "wages of seasonal employees", "noise permits",
    "the comprehensive plan", "bicycle lanes on arterial streets", "hydrants and mains",
    "ambulance response times",
)  # fmt: skip
CONDITIONS = (
    "within thirty days of its receipt", "not later than January 1, 2027", "unless the council objects",
    "after notice and a public hearing", "in each even-numbered year", "upon written request",
    "to the extent that funds are appropriated", "in consultation with affected residents",
    "by a vote of two thirds of its members", "for a period of not more than five years",
    "when the balance exceeds two million dollars", "on a form prescribed by the attorney general",
    "in every city of more than thirty thousand residents", "before the first reading",
    "and shall keep the records for seven years", "without regard to the date of application",
)  # fmt: skip
SUBJECTS = (
    "street lights", "ferry fares", "building permits", "school lunch", "notarial records",
    "parking rates", "salmon culverts", "library hours", "food vendors", "water meters",
    "surplus land", "election workers", "bridge inspections", "noise permits", "hydrants",
    "ambulance response", "historic places", "tree canopy", "capital budgets", "ice rinks",
)  # fmt: skip
WATCHED = {
    "287g": (
        "immigration enforcement agreements",
        (
            "A law enforcement agency may not enter into an agreement under section 287(g).",
            "An agency that is a party to an immigration enforcement agreement shall terminate it.",
        ),
    ),
    "masks": (
        "face coverings worn by law enforcement officers",
        (
            "A law enforcement officer may not wear a mask while interacting with the public.",
            "A law enforcement officer shall display an agency and a badge number.",
        ),
    ),
    "city-property": (
        "the use of city property for civil immigration enforcement",
        (
            "City property may not be a staging area for civil immigration enforcement.",
            "A sign that states this rule shall be posted at each entrance of city property.",
        ),
    ),
}
"""By topic: a subject for the title, and sentences that the topic must find."""

SHARE = 16
"""One measure in so many is about a watched topic."""


def watched(rng: random.Random) -> str:
    """The topic a measure is about, "" for most of them. Call it first, on a fresh generator."""
    return rng.choice(sorted(WATCHED)) if rng.randrange(SHARE) == 0 else ""


def subject(rng: random.Random, topic: str) -> str:
    if topic:
        return WATCHED[topic][0]
    return f"{rng.choice(SUBJECTS)} and {rng.choice(MATTERS)}"


def sentence(rng: random.Random) -> str:
    """One provision."""
    return (
        f"The {rng.choice(AGENCIES)} shall {rng.choice(DUTIES)} {rng.choice(MATTERS)} "
        f"{rng.choice(CONDITIONS)}."
    )


def sections(rng: random.Random, topic: str) -> list[str]:
    """The paragraphs of a text: four to sixteen sections of one to five sentences."""
    found = []
    for number in range(1, rng.randint(4, 16) + 1):
        provisions = [sentence(rng) for _ in range(rng.randint(1, 5))]
        if topic and number <= len(WATCHED[topic][1]):
            provisions.insert(0, WATCHED[topic][1][number - 1])
        found.append(f"Section {number}. {' '.join(provisions)}")
    return found


def amended(paragraphs: Sequence[str], rng: random.Random) -> list[str]:
    """The text with one section rewritten and, now and then, another added."""
    found = list(paragraphs)
    at = rng.randrange(len(found))
    found[at] = f"{found[at]} {sentence(rng)} {sentence(rng)}"
    if rng.random() < 0.3:
        found.append(f"Section {len(found) + 1}. {sentence(rng)}")
    return found
