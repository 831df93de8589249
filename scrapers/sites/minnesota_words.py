"""The words of Minnesota's Legislature, as data: where its pages have what, texts and steps."""

from types import MappingProxyType

from config.vocabulary import ActionClassification as Step
from config.vocabulary import MeasureClassification as Kind
from config.vocabulary import VersionClassification as Text
from scrapers.actions import Rule, classifier

LAYOUT = MappingProxyType(
    {
        # The list of a range of bills.
        "row": "table.table tbody tr",
        "row_number": "td:nth-child(2) a",
        "row_title": "td:nth-child(3)",
        "row_moved": "td:nth-child(4)",
        # A bill's page.
        "number": "h1.card-title, h1",
        "description": 'h2:contains("Description") + p',
        "author": "div.author > ul > li > a",
        "companion": '*:contains("Companion") > a',
        "house_action": ".house table.actions tr",
        "senate_action": ".senate table.actions tr",
        "action_date": "td:nth-child(1)",
        "action_words": "td:nth-child(2) div > div",
        "version": "div#versions table tr",
        "version_name": "td:nth-child(1) a",
        "version_pdf": 'a[aria-label="PDF document"]',
        "current_text": 'div:contains("Current bill text") a',
    }
)
"""Selectors, which the watchlist may override one by one. Those of a bill's page are documented, the others
in part: a list's third column and the companion's link were never seen."""

BODIES = MappingProxyType({"House": "lower", "Senate": "upper"})

LISTS = (
    ("House", "bill", "HF"),
    ("Senate", "bill", "SF"),
    ("House", "concurrent", "HC"),
    ("Senate", "concurrent", "SC"),
    ("House", "resolution", "HR"),
    ("Senate", "resolution", "SR"),
)
"""Body, kind of bill as the search names it, and the letters of its numbers."""

KINDS = MappingProxyType(
    {
        "HF": Kind.BILL, "SF": Kind.BILL, "HR": Kind.RESOLUTION, "SR": Kind.RESOLUTION,
        "HC": Kind.CONCURRENT_RESOLUTION, "SC": Kind.CONCURRENT_RESOLUTION,
    }
)  # fmt: skip

NO_STEPS = ("chapter number", "see also", "see")
"""What stands among the actions and is none."""

TEXTS: tuple[tuple[str, Text | None], ...] = (
    (r"introduc", Text.INTRODUCED),
    (r"unofficial engrossment|engrossment|as amended", Text.ENGROSSED),
    (r"conference committee report|\bccr\b", None),
    (r"session law|chapter|laws", Text.BECAME_LAW),
    (r"enroll|presentment", Text.ENROLLED),
)
"""What a text's name says of its step, the first that fits."""

classify = classifier(
    (
        Rule(r"line.?item veto", (Step.EXECUTIVE_VETO_LINE_ITEM,)),
        Rule(r"veto.*(overrid|overrode)|repassed", (Step.VETO_OVERRIDE_PASSAGE,)),
        Rule(r"\bveto", (Step.EXECUTIVE_VETO,)),
        Rule(r"governor'?s action approval|approved by (the )?governor", (Step.EXECUTIVE_SIGNATURE,)),
        Rule(r"presented (to|by) (the )?governor|presentment", (Step.EXECUTIVE_RECEIPT,)),
        Rule(r"secretary of state|^effective date|^chapter", (Step.BECAME_LAW,)),
        Rule(r"introduction and first reading", (Step.INTRODUCTION, Step.READING_1, Step.REFERRAL_COMMITTEE)),
        Rule(r"^introduced|^introduction", (Step.INTRODUCTION,)),
        Rule(r"committee report.*(to pass|to adopt).*(re-?refer)", (Step.COMMITTEE_PASSAGE, Step.REFERRAL_COMMITTEE)),
        Rule(r"committee report.*(to pass|to adopt)|^comm(ittee)? report", (Step.COMMITTEE_PASSAGE,)),
        Rule(r"bill was not passed|failed to pass|did not pass|^lost\b", (Step.FAILURE,)),
        Rule(r"third reading.*passed|bill was (re)?passed|^passed\b", (Step.READING_3, Step.PASSAGE)),
        Rule(r"third reading", (Step.READING_3,)),
        Rule(r"second reading", (Step.READING_2,)),
        Rule(r"conference committee report.*adopted|concurred", (Step.CONCURRENCE,)),
        Rule(r"conference committee|conferees|refused to concur|received from (the )?(house|senate)|returned (from|to)|transmitted"),
        Rule(r"amended|amendment", (Step.AMENDMENT_PASSAGE,)),
        Rule(r"^referred|re-?referred|withdrawn and", (Step.REFERRAL_COMMITTEE,)),
        Rule(r"withdrawn|stricken", (Step.WITHDRAWAL,)),
        Rule(r"laid (on|over)|^tabled|postponed", (Step.DEFERRAL,)),
        Rule(r"authors? (added|stricken)|chief author|^rule|^calendar|^general (orders|register)|^joint rule|^urgency"),
    )
)  # fmt: skip
