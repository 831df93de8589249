"""Nothing real is missed, nothing unreal is told: what holds for any measures and any crawls."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.vocabulary import ChangeKind
from pipelines.clean import normalise
from pipelines.compare import REPLACED, compare, merge
from scrapers.items import Measure, Related
from storage.database import Database
from tests.storage_makers import (
    LAW,
    PENDING,
    UNREADABLE,
    Site,
    action,
    bill,
    measure,
    observed,
    readable,
)
from tests.strategies_measures import measures
from tests.strategies_measures import observed as any_fields

ROWS = ("sponsors", "actions", "versions", "related", "dates", "identifiers")
NUMBER = count(1)
OTHER = LAW.replace("mask", "veil")
QUIET = settings(
    max_examples=30, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database)


def fresh() -> str:
    """A number that no example before had: examples share a database."""
    return f"HB {next(NUMBER)}"


def named(one: Measure, number: str) -> Measure:
    """The measure under one number and no other."""
    return replace(one, identifier=number, identifiers=(), formerly=())


@given(measures(any_fields()))
def test_nothing_differs_from_itself(one: Measure) -> None:
    """compare(a, a) is nothing, also for an equal copy, and merging it teaches nothing."""
    assert compare(one, one) == ()
    assert compare(one, replace(one, extras={"stamp": "another"})) == ()
    assert compare(merge(one, one), one) == ()


@given(measures(), st.data())
def test_the_order_of_rows_is_no_change(one: Measure, data: Any) -> None:
    """Sponsors, actions, versions, related measures, dates and numbers may come in any order."""
    turned = replace(
        one, **{name: tuple(data.draw(st.permutations(getattr(one, name)))) for name in ROWS}
    )
    assert compare(one, turned) == ()
    assert compare(turned, one) == ()


@given(measures(), measures())
def test_a_change_is_told_once(old: Measure, new: Measure) -> None:
    """Once what is new is accepted, seeing it again is no change; no kind is told twice."""
    new = replace(new, identifier=old.identifier, formerly=())
    changes = compare(old, new)
    assert len({change.kind for change in changes}) == len(changes)
    assert compare(merge(old, new), new) == ()


@given(measures(), measures())
def test_a_real_difference_is_never_silent(old: Measure, new: Measure) -> None:
    """Another title or another status is told, whatever else changed with it."""
    kinds = {change.kind for change in compare(old, new)}
    folded = normalise(old.title) != normalise(new.title)
    assert (ChangeKind.TITLE in kinds) is folded
    assert (ChangeKind.STATUS in kinds) is (old.status != new.status)


@given(measures(), st.lists(any_fields(), min_size=1, max_size=4))
def test_partial_looks_at_one_state_are_no_changes(
    one: Measure, looks: list[frozenset[str]]
) -> None:
    """However a page is split over lists and details, what was known stays and nothing is told."""
    known = one
    for fields in looks:
        look = replace(one, observed=fields & one.observed)
        assert compare(known, look) == ()
        known = merge(known, look)
    assert known.observed == one.observed


@QUIET
@given(st.lists(measures(), min_size=2, max_size=4), st.data())
def test_the_order_of_crawls_says_nothing(site: Site, found: list[Measure], data: Any) -> None:
    """Independent measures make the same changes in any order, together or one by one."""
    first = [named(one, fresh()) for one in found]
    site.crawl(*map(observed, first))
    later = [replace(one, title=f"{one.title} again") for one in first]
    turned = data.draw(st.permutations(later))
    split = data.draw(st.integers(0, len(turned)))
    kinds = site.kinds(*map(observed, turned[:split])) if split else []
    kinds += site.kinds(*map(observed, turned[split:])) if split < len(turned) else []
    assert kinds == ["title"] * len(first)
    assert site.kinds(*map(observed, data.draw(st.permutations(later)))) == []


@QUIET
@given(measures(), measures())
def test_recording_twice_is_recording_once(site: Site, old: Measure, new: Measure) -> None:
    """The same batch again, in the crawl that was killed or in the next, changes nothing."""
    number = fresh()
    first, second = (observed(named(one, number)) for one in (old, new))
    site.crawl(first)
    site.crawl(second)
    before = len(site.changes()), len(site.alerts())
    for crawl_id in (site.crawl_id, site.crawl_id + 1):
        again = site.store.record([second], crawl_id=crawl_id, now=site.now, route=site.route)
        assert [outcome.kinds for outcome in again] == [()]
    assert (len(site.changes()), len(site.alerts())) == before


def test_a_crawl_killed_between_two_batches_is_made_again(site: Site) -> None:
    """What was written before the end is not told again; what was not is told then."""
    numbers = [fresh() for _ in range(4)]
    site.crawl(*(bill(("Introduced", readable(LAW)), identifier=one) for one in numbers))
    new = [bill(("Introduced", readable(OTHER)), identifier=one) for one in numbers]
    assert site.kinds(*new[:2]) == ["amended", "amended"]
    assert site.kinds(*new) == ["amended", "amended"]
    assert len(site.alerts()) == 4 + 4


def test_from_a_to_b_to_a_is_two_changes_of_every_field(site: Site) -> None:
    """Each step is judged against the latest state, not against every state there was.

    A step back that loses what had happened is another matter: see `test_mirrors.py`.
    """
    a = {"title": "Masks", "status": "Passed", "actions": (action("Filed", 2), action("Read", 3))}
    b = {"title": "Veils", "status": "Pending", "actions": (action("Filed", 2),)}
    site.crawl(observed(measure(**a)))
    assert sorted(site.kinds(observed(measure(**b)))) == ["action", "status", "title"]
    assert sorted(site.kinds(observed(measure(**a)))) == ["action", "status", "title"]
    assert site.kinds(observed(measure(**a))) == []


@pytest.mark.parametrize("waiting", [PENDING, UNREADABLE])
def test_a_text_that_waited_completes_once(site: Site, waiting: Any) -> None:
    """A waiting text is told with its version; its arrival is `amended` only when it differs."""
    introduced = ("Introduced", readable(LAW))
    site.crawl(bill(introduced))
    assert site.kinds(bill(introduced, ("Substitute", waiting))) == ["version"]
    assert site.kinds(bill(introduced, ("Substitute", waiting))) == []
    arrived = bill(introduced, ("Substitute", readable(OTHER)))
    assert site.kinds(arrived) == ["amended"]
    assert site.kinds(arrived) == []
    assert site.kinds(bill(introduced, ("Substitute", waiting))) == []
    assert site.kinds(arrived) == []


def test_a_newer_reader_of_the_first_text_is_silent(site: Site) -> None:
    """What could not be read at first sight and can be now is no news of the measure."""
    site.crawl(bill(("Introduced", UNREADABLE)))
    assert site.kinds(bill(("Introduced", readable(LAW, extractor="2")))) == []


@pytest.mark.parametrize("relation", sorted(REPLACED))
def test_a_measure_that_says_it_was_replaced_is_superseded(site: Site, relation: str) -> None:
    """Its own page says so: told once, as `superseded` alone."""
    site.crawl(observed(measure(related=())))
    replaced = observed(measure(related=(Related(identifier="HB 9", relation=relation),)))
    assert site.kinds(replaced) == ["superseded"]
    assert site.kinds(replaced) == []


def test_a_number_that_changes_keeps_one_measure_with_its_history(site: Site) -> None:
    """`formerly` joins the two numbers: one measure, its texts and its changes."""
    first = bill(("Introduced", readable(LAW)), identifier="HB 1")
    site.crawl(first)
    renamed = replace(first, measure=replace(first.measure, identifier="HB 77", formerly=("HB 1",)))
    assert site.kinds(renamed) == ["renumbered"]
    assert site.kinds(renamed) == []
    assert site.queries.find("HB 1") == site.queries.find("HB 77") == [1]
    assert len(site.shown()["versions"]) == 1
