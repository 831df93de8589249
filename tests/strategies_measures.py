"""Hypothesis strategies for measures as spiders yield them."""

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from config.vocabulary import (
    ActionClassification,
    DateKind,
    MeasureClassification,
    SponsorClassification,
    VersionClassification,
    VoteOption,
    VoteResult,
)
from scrapers.items import (
    OBSERVABLE,
    Action,
    Cast,
    Link,
    Measure,
    MeasureDate,
    Related,
    Sponsor,
    Version,
    Vote,
)

WORDS = st.sampled_from(
    ["Read", "first", "time", "Referred", "to", "Judiciary", "Signed", "287(g)"]
)
PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
NAMES = st.sampled_from(["Delegate Hope", "Senator Reyes", "Council Member Okafor", "Mayor Li"])
NUMBERS = st.sampled_from(["HB 444", "SB 245", "Int 1412-2025", "EO 2026-1", "LD 1971", "HB 7"])
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
OPTIONAL_DAYS = st.none() | DAYS

LINKS = st.builds(Link, url=st.sampled_from(["https://a.example/1", "https://a.example/2"]))
ACTIONS = st.builds(
    Action,
    description=PHRASES,
    date=OPTIONAL_DAYS,
    classification=st.lists(st.sampled_from(ActionClassification), max_size=2).map(tuple),
    organization=st.sampled_from(["", "lower", "upper", "executive"]),
)
VOTES = st.builds(
    Vote,
    result=st.none() | st.sampled_from(VoteResult),
    text=st.sampled_from(["", "Pass", "Passed", "Fail"]),
    counts=st.lists(
        st.tuples(st.sampled_from(VoteOption), st.integers(0, 60)),
        max_size=3, unique_by=lambda count: count[0],
    ).map(tuple),
    roll=st.lists(
        st.builds(Cast, voter=NAMES, option=st.sampled_from(VoteOption),
                  text=st.sampled_from(["", "Aye", "Nay"])),
        max_size=3, unique_by=lambda cast: cast.voter,
    ).map(tuple),
)  # fmt: skip
# One step in the same words twice on one day, voted on twice, cannot be told apart.
VOTED = st.lists(
    st.builds(lambda action, vote: replace(action, vote=vote), ACTIONS, st.none() | VOTES),
    max_size=4, unique_by=lambda action: (action.date, action.description),
).map(tuple)  # fmt: skip
SPONSORS = st.builds(
    Sponsor, name=NAMES, classification=st.sampled_from(SponsorClassification), id=st.just("")
)
DATES = st.builds(MeasureDate, kind=st.sampled_from(DateKind), date=DAYS, text=st.just(""))
VERSIONS = st.builds(
    Version,
    note=st.sampled_from(["Introduced", "Committee substitute", "Engrossed", "Enrolled"]),
    links=st.lists(LINKS, max_size=2).map(tuple),
    date=OPTIONAL_DAYS,
    classification=st.none() | st.sampled_from(VersionClassification),
)
RELATED = st.builds(
    Related,
    identifier=NUMBERS,
    relation=st.sampled_from(["companion", "related", "replaced-by", "replaces"]),
    session=st.sampled_from(["", "2026"]),
)


def some(items: st.SearchStrategy, most: int = 4) -> st.SearchStrategy:
    """A tuple of a few."""
    return st.lists(items, max_size=most).map(tuple)


def observed(fields: frozenset[str] = OBSERVABLE) -> st.SearchStrategy:
    """Any selection of fields a page may have shown."""
    return st.frozensets(st.sampled_from(sorted(fields)))


WHOLE = st.just(OBSERVABLE - {"sponsors.primary", "actions.latest"})


def measures(seen: st.SearchStrategy = WHOLE) -> st.SearchStrategy:
    """A measure of Virginia with anything in its fields."""
    return st.builds(
        Measure,
        place=st.just("us/va"),
        session=st.just("20261"),
        identifier=NUMBERS,
        title=PHRASES,
        classification=some(st.sampled_from(MeasureClassification), 1),
        from_organization=st.sampled_from(["", "lower", "upper"]),
        identifiers=some(NUMBERS, 2),
        formerly=some(NUMBERS, 1),
        status=st.sampled_from(["", "Pending", "Passed", "Failed"]),
        abstract=PHRASES,
        sponsors=some(SPONSORS),
        dates=some(DATES),
        actions=some(ACTIONS) | VOTED,
        versions=some(VERSIONS),
        related=some(RELATED),
        concerns=st.just(()),
        subjects=some(PHRASES, 2),
        documents=some(LINKS, 2),
        url=st.sampled_from(["", "https://a.example/hb444"]),
        listing=st.sampled_from(["", "bills"]),
        observed=seen,
        extras=st.dictionaries(st.sampled_from(["id", "chapter"]), WORDS, max_size=2),
    )
