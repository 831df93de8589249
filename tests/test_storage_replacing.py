"""A measure that another one ends is told as superseded, whoever of the two says so."""

from dataclasses import replace

import pytest

from scrapers.items import Related
from storage.database import Database
from tests.storage_makers import LAW, Site, about, bill, measure, observed, readable

OLD = bill(("Signed", readable(LAW, topics=["masks"])), identifier="EO 2026-03", related=())


def ends(identifier="EO 2026-08", relation="rescinds", of="EO 2026-03", **fields):
    """An order that ends another one."""
    other = Related(identifier=of, relation=relation, session=fields.pop("of_session", ""))
    return observed(measure(identifier, related=(other,), **fields))


@pytest.fixture
def site(database: Database) -> Site:
    """A source that showed an order, and then nothing new."""
    site = Site(database)
    site.crawl(OLD)
    return site


def superseded(site):
    """What was told of ended measures."""
    return [(one["measure"]["identifier"], one["summary"]) for one in site.changes()
            if one["kind"] == "superseded"]  # fmt: skip


def test_a_rescinded_order_is_told_once(site: Site) -> None:
    """When the new order says it; not again when it is seen again or changes its title."""
    new = ends()
    site.crawl(OLD, new)
    assert superseded(site) == [("EO 2026-03", "Rescinded by EO 2026-08")]
    [change] = [one for one in site.changes() if one["kind"] == "superseded"]
    assert change["after"] == [
        {"identifier": "EO 2026-08", "relation": "rescinded-by", "session": "2026"}
    ]
    assert change["topics"] == ["masks"]
    site.crawl(OLD, new)
    site.crawl(OLD, replace(new, measure=replace(new.measure, title="Other")))
    assert len(superseded(site)) == 1


def test_readers_of_the_ended_order_hear_of_it(site: Site) -> None:
    """Its own topics count, though the new order is about something else."""
    site.route = about("masks")
    site.crawl(OLD, ends())
    assert [alert["kind"] for alert in site.alerts()][-1] == "superseded"


def test_what_both_say_is_told_once(site: Site) -> None:
    """The old order's own page says it as well, before or after."""
    said = replace(
        OLD.measure, related=(Related(identifier="EO 2026-08", relation="rescinded-by"),)
    )
    site.crawl(replace(OLD, measure=said))
    site.crawl(replace(OLD, measure=said), ends())
    assert superseded(site) == [("EO 2026-03", "Rescinded by EO 2026-08")]


def test_other_relations_end_nothing(site: Site) -> None:
    """A companion or an amendment goes on beside the other."""
    site.crawl(OLD, ends(relation="companion"), ends("EO 2026-09", relation="amends"))
    assert superseded(site) == []


def test_an_order_of_another_term_is_found_by_its_session(site: Site) -> None:
    """Numbers begin again: the session named decides, and without one the order's own."""
    older = observed(measure("EO 2026-03", session="2022"))
    site.crawl(OLD, older)
    site.crawl(OLD, older, ends(of_session="2022"))
    [change] = [one for one in site.changes() if one["kind"] == "superseded"]
    assert change["measure"]["session"] == "2022"
    site.crawl(OLD, older, ends("EO 2030-01", session="2030"))
    assert len(superseded(site)) == 1


def test_what_is_not_known_cannot_end(site: Site) -> None:
    """An order that nobody ever saw, or the order itself."""
    site.crawl(OLD, ends(of="EO 1999-01"), ends("EO 2026-11", of="EO 2026-11"))
    assert superseded(site) == []


def test_relations_learned_later_are_learned_in_silence(site: Site) -> None:
    """A page that shows its relations for the first time has had them all along."""
    plain = observed(measure("EO 2026-08"))
    site.crawl(OLD, plain)
    site.crawl(OLD, ends())
    assert superseded(site) == []


def test_before_the_baseline_nobody_is_told(database: Database) -> None:
    """The first reading of a source brings its whole past."""
    site = Site(database, baseline=False)
    site.crawl(OLD)
    site.crawl(OLD, ends())
    assert superseded(site) == []
