"""Search: the same answers on both databases, and only what really matches."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import query
from pipelines.match import compile_topics, find_matches, match_field
from scrapers.items import Sponsor
from storage.database import Database
from storage.schema import upgrade
from storage.search import Search, _Asked
from tests.storage_makers import Site, bill, extracted, measure, observed, readable

TEXTS = {
    "HB 1": "No officer shall wear a mask while detaining a person under section 287(g).",
    "HB 2": "City property may not be used for immigra-\ntion enforcement or deten-\ntion.",
    "HB 3": "The sheriff's deputies may enter an agreement; 287 and g are letters apart.",
    "HB 4": "An act on “face coverings” and the § 3-113.1 report. COVID mask mandates end.",
    "HB 5": "El alguacil podrá detener a la persona. Montréal naïve café.",
    "HB 6": "word " * 12_000 + "custody at the very end of a long text",
}


@pytest.fixture
def site(database: Database) -> Site:
    """Six bills with texts, and one with a title and a sponsor alone."""
    site = Site(database)
    site.crawl(*(
        bill(("Introduced", readable(text)), identifier=name, title=f"Title of {name}")
        for name, text in TEXTS.items()
    ))  # fmt: skip
    site.crawl(observed(measure(
        "HB 7", title="Masks; law-enforcement officers", abstract="A summary about badges.",
        sponsors=(Sponsor(name="Delegate Okafor"),),
    )))  # fmt: skip
    return site


@pytest.fixture
def search(site: Site, database: Database) -> Search:
    del site
    return Search(database)


def found(search: Search, asked: str, **filters: object) -> list[str]:
    return sorted(one["identifier"] for one in search.search(asked, **filters))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("mask", ["HB 1", "HB 4", "HB 7"]),
        ("detain", ["HB 1"]),
        ('"287(g)"', ["HB 1"]),
        ('"287" AND g', ["HB 1", "HB 3"]),
        ("immigration", ["HB 2"]),
        ('"immigration enforcement or detention"', ["HB 2"]),
        ("deput*", ["HB 3"]),
        ('"§ 3-113.1"', ["HB 4"]),
        ("mask UNLESS covid", ["HB 1", "HB 7"]),
        ("mask NOT covid", ["HB 1", "HB 7"]),
        ("mask NEAR/4 detain", ["HB 1"]),
        ("naïve OR persona", ["HB 5"]),
        ("=COVID", ["HB 4"]),
        ("=covid", []),
        ("title:mask", ["HB 7"]),
        ("text:mask", ["HB 1", "HB 4"]),
        ("sponsor:okafor", ["HB 7"]),
        ("okafor", ["HB 7"]),
        ("badges", ["HB 7"]),
        ("~enforcment", ["HB 2", "HB 7"]),
        ('"section 3-113.1"', ["HB 4"]),
        ("custody", ["HB 6"]),
        ('"very end of a long text"', ["HB 6"]),
        ("nothing AND here", []),
    ],
)
def test_what_matches_is_found(search: Search, asked: str, names: list[str]) -> None:
    """Words, phrases with symbols, breaks inside words, nearness, fields: exactly what matches."""
    assert found(search, asked) == names


def test_passages_say_where(search: Search) -> None:
    """A found measure shows its passages with version, page and standing."""
    (one,) = search.search('"287(g)"')
    (passage,) = one["matches"]
    assert passage["page"] == 1
    assert passage["version"] == one["versions"][0]["id"]
    assert TEXTS["HB 1"][passage["start"] : passage["end"]] == "287(g)"
    assert passage["standing"] == "existing"


def test_only_current_texts_are_searched(site: Site, search: Search) -> None:
    """A text that was replaced is found no more, the new one is."""
    site.crawl(bill(("Introduced", readable("Now about badges.")), identifier="HB 1"))
    assert found(search, "detain") == []
    assert found(search, "badges") == ["HB 1", "HB 7"]


def test_a_new_title_replaces_the_old_one(site: Site, search: Search) -> None:
    """The index of titles follows the measure."""
    site.crawl(observed(measure("HB 7", title="Badges; wearing of")))
    assert found(search, "title:mask") == []
    assert found(search, "title:wear") == ["HB 7"]


def test_search_is_limited_and_filtered(site: Site, search: Search) -> None:
    """The latest changed come first; place, source and time narrow the search."""
    assert [one["identifier"] for one in search.search("mask", limit=1)] == ["HB 7"]
    assert found(search, "mask", place="us/md") == []
    assert found(search, "mask", place="us/va", source="virginia") == ["HB 1", "HB 4", "HB 7"]
    assert found(search, "mask", source="other") == []
    assert found(search, "mask", since=site.now) == ["HB 7"]


@pytest.mark.parametrize(
    ("text", "confidence", "asked"),
    [
        ("the deputles shall", 0.7, "deputies"),
        ("section 287{9) of", 0.9, '"287(g)"'),
        ("I M M I G R A T I O N E N F O R C E M E N T", 1.0, '"immigration enforcement"'),
        ("the city-\nowned prop-\nerty", 1.0, '"city-owned property"'),
        ("a cross-\nborder immi-\ngration law-\nfully", 1.0, '"cross-border immigration"'),
        ("deput" + "x" * 50, 1.0, "deput*"),
    ],
    ids=["misread", "misread figures", "set apart", "two breaks", "three breaks", "long word"],
)
def test_words_that_the_index_does_not_know(
    site: Site, search: Search, text: str, confidence: float, asked: str
) -> None:
    """What matching finds in a text that was hard to read, or oddly set, search finds too."""
    read = replace(readable(text), extracted=extracted(text, confidence))
    site.crawl(bill(("Introduced", read), identifier="HB 9", title=""))
    assert "HB 9" in found(search, asked)
    assert "HB 9" not in found(search, "badges")


def test_an_upgrade_tells_of_texts_that_are_there(site: Site, search: Search) -> None:
    """Texts that were stored before the index spoke of what it does not know."""
    text = "the deputles shall"
    read = replace(readable(text), extracted=extracted(text, 0.7))
    site.crawl(bill(("Introduced", read), identifier="HB 9", title=""))
    with site.database.writing() as connection:
        connection.exec_driver_sql("DROP INDEX ix_texts_unsure")
        connection.exec_driver_sql("ALTER TABLE texts DROP COLUMN unsure")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0008'")
    with site.database.writing() as connection:
        upgrade(connection, "here", allowed=True)
    assert found(search, "deputies") == ["HB 3", "HB 9"]


def test_a_title_set_apart(site: Site, search: Search) -> None:
    """So it is with titles."""
    site.crawl(observed(measure("HB 9", title="A C I T Y P R O P E R T Y act")))
    assert found(search, '"city property"') == ["HB 2", "HB 9"]


@pytest.mark.parametrize(
    "asked",
    ['"a\' OR 1=1 --"', '"mask\\" OR \\"x"', '"col:umn*"', '"a & b | !c <-> d"', '"{title} : x"', '"^x"',
     "=" + '"NEAR(a b)"', '"\N{HIRAGANA LETTER A} \N{SNOWMAN}"', '"§"'],
)  # fmt: skip
def test_no_query_is_a_statement(search: Search, asked: str) -> None:
    """Whatever a user types is words to the index, on both databases."""
    assert [name for name in found(search, asked) if name != "HB 4"] == []


def test_a_query_that_is_none_is_refused(search: Search) -> None:
    """What cannot be parsed is an error before anything is asked."""
    with pytest.raises(query.QueryError):
        search.search("(mask")


WORDS = st.sampled_from(
    [
        "mask",
        "city-\nowned prop-\nerty",
        "masks",
        "detain",
        "detained",
        "287(g)",
        "property",
        "city-owned",
        "§",
        "ICE",
        "deputies",
        "deputles",
        "8 U.S.C. 1357(g)",
        "section 287(g) of the INA",
        "M A S K D E T A I N E D",
        "D E P U T I E S",
        "rnask",
    ]
)
PIECES = st.lists(
    WORDS | st.sampled_from(["-\n", "\n", "\N{EN DASH}", " ", "co-\nop", "\u00ad"]), max_size=12
)
TERMS = st.one_of(
    st.sampled_from([query.Word("mask"), query.Word("detaining"), query.Word("city-owned")]),
    st.sampled_from([query.Phrase("287(g)"), query.Phrase("mask detained"), query.Cased("ICE")]),
    st.sampled_from([query.Phrase("city-owned property"), query.Phrase("property detained")]),
    st.sampled_from([query.Prefix("deput"), query.Prefix("mas"), query.Phrase("coop")]),
    st.sampled_from([query.Fuzzy("deputies"), query.Phrase("INA 287(g)"), query.Phrase("§ 287")]),
)
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.builds(lambda a, b: query.And((a, b)), inner, inner),
        st.builds(lambda a, b: query.Or((a, b)), inner, inner),
        st.builds(lambda a, b: query.And((a, query.Not(b))), inner, inner),
        st.builds(lambda a, b: query.Near(a, b, 3), inner, inner),
        st.builds(query.Unless, inner, inner),
    ),
    max_leaves=4,
)


@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    text=PIECES.map(" ".join), title=PIECES.map(" ".join), tree=QUERIES,
    confidence=st.sampled_from([1.0, 0.9, 0.6]),
)  # fmt: skip
def test_the_index_misses_nothing(
    database: Database, text: str, title: str, tree: query.Query, confidence: float
) -> None:
    """A measure is found exactly when its text or title matches, however it is set or was read."""
    site = Site(database)
    number = f"HB {len(list(site.queries.measures())) + 1}"
    site.crawl_id += 1000
    read = extracted(text or "x", confidence)
    site.crawl(bill(
        ("Introduced", replace(readable(text or "x", file=number), extracted=read)),
        identifier=number, title=title,
    ))  # fmt: skip
    matcher = compile_topics([_Asked(tree)])
    fields = {"title": title, "sponsor": ""}
    matches = bool(
        find_matches(matcher, read, fields=fields)
        or match_field(matcher, title, "title", fields=fields)
    )
    names = {one["identifier"] for one in Search(database).search(tree, limit=10_000)}
    assert (number in names) is matches
