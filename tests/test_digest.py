"""The digest that tells an unchanged observation: equal exactly when all that is said is."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from config.vocabulary import TextState
from pipelines.texts import Observation, VersionText
from scrapers.items import Action, Link, Measure, Sponsor, Version
from storage.codec import said
from tests.strategies_measures import measures

PLAIN = Measure(
    place="us/va", session="20261", identifier="HB 1", title="Masks",
    sponsors=(Sponsor(name="Ana Reyes"),), observed=frozenset({"title", "sponsors", "actions"}),
    actions=(Action(description="Read", date=date(2026, 1, 5), date_text="1/5/2026"),),
    versions=(Version(note="Introduced", links=(Link(url="https://lis.example/1"),)),),
    documents=(Link(url="https://lis.example/note"),), extras={"Emergency": "N"},
)  # fmt: skip


def digest(measure, *texts):
    return said(Observation(source="virginia", measure=measure, texts=texts)).digest


def test_a_digest_is_the_same_in_every_process_and_version():
    """It is kept in the database, so a change of how it is made costs every source one slow crawl."""
    waits = VersionText(state=TextState.PENDING, reason="an API key")
    assert digest(PLAIN, waits) == "06195a43e6bf262494b1aabb631e8581"


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, title="Masks "),
        replace(PLAIN, title="", status="Masks"),
        replace(PLAIN, identifiers=("",)),
        replace(PLAIN, identifiers=("CHAP1",)),
        replace(PLAIN, formerly=("CHAP1",)),
        replace(PLAIN, observed=frozenset({"title", "sponsors"})),
        replace(PLAIN, actions=(replace(PLAIN.actions[0], date=None),)),
        replace(PLAIN, actions=(replace(PLAIN.actions[0], organization="1/5/2026", date_text=""),)),
        replace(PLAIN, actions=PLAIN.actions * 2),
        replace(PLAIN, versions=(), documents=(*PLAIN.documents, *PLAIN.versions[0].links)),
        replace(PLAIN, documents=()),
        replace(PLAIN, extras={}),
        replace(PLAIN, extras={"Emergency": "Y"}),
        replace(PLAIN, sponsors=(Sponsor(name="Ana", id="Reyes"),)),
    ],
)
def test_whatever_is_said_otherwise_has_another_digest(other):
    """In every field, and in which field a word stands."""
    assert digest(other) != digest(PLAIN)


def test_a_value_that_looks_like_two_is_one():
    """Control characters in scraped text cut no value in two."""
    split = [
        replace(PLAIN, sponsors=(Sponsor(name="Ana\x1fprimary\x1f"), Sponsor(name="Bo"))),
        replace(PLAIN, sponsors=(Sponsor(name="Ana"), Sponsor(name="\x1fprimary\x1fBo"))),
        replace(PLAIN, sponsors=(Sponsor(name="Ana"), Sponsor(name="Bo"))),
        replace(PLAIN, title="Masks\x1f", abstract=""),
        replace(PLAIN, title="Masks", status="\x1f"),
    ]
    assert len({digest(one) for one in split}) == len(split)


@pytest.mark.parametrize("odd", ["Ma\0sks", "Ma\ud800sks", "Ma\x1fsks\0"])
def test_what_no_database_keeps_is_told(odd):
    """NUL and half characters; such a measure has a digest all the same."""
    found = said(Observation(source="virginia", measure=replace(PLAIN, title=odd)))
    assert found.unstorable
    assert found.digest != digest(PLAIN)


def test_letters_of_every_script_are_kept():
    """An emoji or an accent is nothing that a database could not keep."""
    found = said(Observation(source="virginia", measure=replace(PLAIN, title="Máscaras 😷")))
    assert not found.unstorable


@given(measures(), measures())
def test_digests_are_equal_exactly_when_measures_are(one, other):
    """Whatever the measures hold."""
    assert (digest(one) == digest(other)) is (one == other)
    assert digest(one) == digest(replace(one))
