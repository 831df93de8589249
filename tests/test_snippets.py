"""A passage shows which of its words matched, wherever else the same words stand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.topics import Topic
from config.vocabulary import ChangeKind
from monitor.entries import entries
from pipelines.lexicon import printable
from pipelines.match import compile_topics, find_matches, match_field
from pipelines.snippets import place_in
from storage.database import Database
from tests.storage_makers import Site, bill, extracted, readable
from tests.test_digests import alert, match

ORDER = """CITY OF HARBORVIEW, OFFICE OF THE MAYOR, SEVEN HUNDRED HARBOR STREET
EXECUTIVE ORDER 2026-07
Masked Agents
at City Clinics

WHEREAS, staff have reported masked agents
without badges in waiting rooms and parking lots; and
WHEREAS, patients have stayed away from their appointments, and children have missed the
shots that schools ask for; now, therefore, it is ordered that nobody is asked for papers.
"""
MASKED = compile_topics([Topic(name="masks", title="Masks", query="masked NEAR/4 agents")])


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database)


def test_the_words_that_matched_are_found_behind_the_same_words() -> None:
    """Each of two like hits has its own place, and what is there are its words on one line."""
    found = find_matches(MASKED, extracted(ORDER))
    assert len(found) == 2
    for one in found:
        start, end = place_in(one.snippet, ORDER, one.start, one.end)
        assert one.snippet[start:end] == printable(ORDER[one.start : one.end])
    assert place_in(found[0].snippet, ORDER, found[0].start, found[0].end) != place_in(
        found[1].snippet, ORDER, found[1].start, found[1].end
    )


@given(
    st.lists(
        st.sampled_from(["masked", "agents", "xx", "of\n", "(b)  ", "zeit\u00ad"]), max_size=90
    )
)
def test_every_match_has_its_place(words: list[str]) -> None:
    """However often a text repeats itself, the snippet's cut before a hit is the text's."""
    text = " ".join(words)
    for one in find_matches(MASKED, extracted(text)):
        start, end = place_in(one.snippet, text, one.start, one.end)
        assert one.snippet[start:end] == printable(text[one.start : one.end])
        assert printable(text[: one.start]).endswith(one.snippet[:start].strip())


def test_a_hit_longer_than_its_snippet_is_all_of_it() -> None:
    """A passage of a thousand characters is cut; what is left of it is the hit."""
    text = "masked " + "and " * 300 + "agents"
    cut = printable(text[:240])
    assert place_in(cut, text, 0, len(text)) == (0, len(cut))


def test_another_text_has_no_place() -> None:
    """A snippet cut from a reading that is gone is not marked by guesswork."""
    assert place_in("no mask is worn", "a fee is paid", 2, 5) is None
    assert place_in("two fees; a fee is paid", "one fee", 4, 7) is None


def test_a_status_marks_the_passages_of_the_texts_it_does_not_name(site: Site) -> None:
    """An alert without versions marks what matched in title and text, not the first like words."""
    (title,) = match_field(MASKED, "Masked Agents; ban", "title")
    text = replace(readable(ORDER), matches=find_matches(MASKED, extracted(ORDER)))
    for status in ("Introduced", "In committee"):
        seen = bill(("Introduced", text), title="Masked Agents; ban", status=status)
        site.crawl(replace(seen, matches=(title,)))
    told = site.queries.message_facts(site.alerts()[-1]["message"]).alerts
    alerts = [one for one in told if one.kind is ChangeKind.STATUS]
    assert [(one.old, one.new) for one in alerts] == [(None, None)]
    (entry,) = entries(alerts)
    assert [quote.hit for quote in entry.quotes] == [
        "Masked Agents",
        "Masked Agents",
        "masked agents",
    ]
    assert [quote.after.split()[0] for quote in entry.quotes] == [";", "at", "without"]


def test_words_that_stand_twice_are_not_marked_by_guesswork() -> None:
    """Where the place is not known, a term is marked if it stands there once."""
    twice = match(snippet="a mask, or a mask", term="mask", field="title")
    once = match(snippet="no Mask is worn", term="mask", field="title")
    assert [quote.hit for quote in entries([alert(matches=(twice,))])[0].quotes] == [""]
    assert [quote.hit for quote in entries([alert(matches=(once,))])[0].quotes] == ["Mask"]
