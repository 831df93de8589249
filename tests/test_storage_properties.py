"""What holds for any history of observations."""

from dataclasses import replace
from datetime import timedelta
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.texts import Observation
from scrapers.items import Measure
from storage.codec import dump_measure, load_measure, said, storable_measure
from storage.database import Database
from storage.identity import canonical
from storage.known import keys_of
from tests.storage_makers import LAW, PENDING, REFUSED, UNREADABLE, Site, bill, observed, readable
from tests.strategies_measures import measures

NUMBER = count(1)
A, B, C = LAW, LAW.replace("mask", "veil"), LAW.replace("July", "October")
COSMETIC = LAW.replace(" ", "  ").replace("tag.", "tag. \n")
BAD = (PENDING, REFUSED, UNREADABLE)
TEXTS = {
    "A": readable(A), "A again": readable(A, file="regenerated"), "A cosmetic": readable(COSMETIC),
    "B": readable(B), "C": readable(C), "pending": PENDING, "refused": REFUSED,
    "unreadable": UNREADABLE,
}  # fmt: skip
MEANING = {"A": "A", "A again": "A", "A cosmetic": "A", "B": "B", "C": "C"}
QUIET = settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database)


def fresh() -> str:
    """A number that no example before had: examples share a database."""
    return f"HB {next(NUMBER)}"


def texts_amended(site: Site, history: list[str], number: str) -> int:
    """How many amendments a history of one version's text makes, a look every five weeks.

    What flaps faster than that is in `test_mirrors.py`.
    """
    kinds = []
    for name in history:
        site.now += timedelta(weeks=5)
        kinds += site.kinds(bill(("Introduced", TEXTS[name]), identifier=number))
    assert set(kinds) <= {"new", "amended"}
    return kinds.count("amended")


@QUIET
@given(st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=8))
def test_amendments_are_the_steps_between_accepted_texts(site: Site, history: list[str]) -> None:
    """One version's history makes an amendment for each step from one text to another, and no more.

    Regenerated files, typography, and everything not accepted are no steps.
    """
    accepted = [MEANING[name] for name in history if name in MEANING]
    steps = sum(one != other for one, other in pairwise(accepted))
    assert texts_amended(site, history, fresh()) == steps


@QUIET
@given(
    st.lists(
        st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=3), min_size=1, max_size=5
    )
)
def test_every_amendment_shows_a_difference(site: Site, days: list[list[str]]) -> None:
    """Whatever versions come and go, no `amended` is empty and no change is told twice."""
    number = fresh()
    for names in days:
        notes = [f"Version {rank}" for rank in range(len(names))]
        seen = bill(*zip(notes, (TEXTS[name] for name in names), strict=True), identifier=number)
        site.crawl(seen)
        assert site.kinds(seen) == []
    found = [one for one in site.changes() if one["measure"]["identifier"] == number]
    for one in found:
        if one["kind"] == "amended":
            assert one["details"]["inserted"] + one["details"]["deleted"] > 0
            assert one["before"]["text_sha256"] != one["after"]["text_sha256"]
    told = [line["change"] for line in site.alerts()]
    assert len(told) == len(set(told))
    completing = {one["id"] for one in found if "completes" in one["details"]}
    assert {one["id"] for one in found} - completing <= set(told)
    assert not completing & set(told)


@QUIET
@given(st.data())
def test_order_and_repetition_of_a_list_say_nothing(site: Site, data: Any) -> None:
    """The same versions in any order, crawl after crawl, make no change."""
    number = fresh()
    notes = data.draw(
        st.lists(st.sampled_from(["Amendment", "Introduced"]), min_size=1, max_size=4)
    )
    names = data.draw(st.permutations(["A", "B", "C", "unreadable"]))[: len(notes)]
    pairs = list(zip(notes, (TEXTS[name] for name in names), strict=True))
    site.crawl(bill(*pairs, identifier=number))
    for _ in range(2):
        turned = data.draw(st.permutations(pairs))
        assert site.kinds(bill(*turned, identifier=number)) == []


@QUIET
@given(measures(), st.sampled_from(sorted(TEXTS)))
def test_a_second_look_is_silent(site: Site, one: Measure, text: str) -> None:
    """Any observation recorded again, by the fast path or by the slow one, changes nothing."""
    one = replace(one, identifier=fresh(), identifiers=(), formerly=())
    seen = observed(one, *[TEXTS[text]] * len(one.versions))
    site.crawl(seen)
    assert site.kinds(seen) == []
    shown = site.queries.find(one.identifier)
    before = site.shown(shown[0])
    elsewhere = replace(seen, measure=replace(one, extras={"stamp": "another"}))
    assert site.kinds(elsewhere) == []
    after = site.shown(shown[0])
    for each in (before, after):
        each.pop("sources")
    assert before == after


@given(measures())
def test_a_measure_comes_back_as_it_was_written(one: Measure) -> None:
    """What is written of a measure reads back equal, extras and page texts apart."""
    plain = replace(one, extras={})
    assert load_measure(dump_measure(plain)) == plain
    assert storable_measure(plain) == plain
    assert dump_measure(load_measure(dump_measure(plain))) == dump_measure(plain)


@given(measures(), measures())
def test_digests_tell_observations_apart(one: Measure, other: Measure) -> None:
    """Equal observations have equal digests, others have others; matches play no part."""
    first, second = (Observation(source="s", measure=each) for each in (one, other))
    assert said(first) == said(replace(first, measure=replace(one)))
    assert (said(first) == said(second)) is (one == other and one.extras == other.extras)


@given(st.text(max_size=40), st.sampled_from(["", " ", ".", "-", "\u2013", "\u00a0"]))
def test_a_folded_number_folds_to_itself(printed: str, between: str) -> None:
    """Folding is stable, and blind to what stands between letters and a number."""
    folded = canonical(printed)
    assert canonical(folded) == folded
    assert canonical(f"HB{between}12") == "hb12"


@given(measures())
def test_every_measure_has_a_key(one: Measure) -> None:
    """A measure is always filed under something, its own number first."""
    keys = keys_of(one)
    assert keys[0] == ("us/va", "20261", canonical(one.identifier))
    assert len(set(keys)) == len(keys)
