"""Volatile parts in the store: decided with, counted, folded together, forgotten, proved by history."""

from datetime import timedelta

import pytest

from pipelines.texts import Learned, Volatile
from storage.database import Database
from storage.errors import StorageError
from storage.volatile import MOST_PARTS, Volatiles
from tests.storage_makers import LAW, SOURCE, Site, bill, readable

PART = Volatile("printed on", "date", "by the clerk")


def stamped(words, n=1, law=LAW):
    return bill(("Introduced", readable(f"{law} {words}")), identifier=f"HB {n}")


def learned(part, example="11/23/2026"):
    return Learned(part=part, how="twice", example=example, url="https://city.example/1")


@pytest.fixture
def site(database: Database) -> Site:
    return Site(database)


@pytest.fixture
def parts(database: Database) -> Volatiles:
    return Volatiles(database)


class TestDeciding:
    """The same places are left out of a decision, its change and its counts."""

    def test_without_parts_a_stamp_is_an_amendment(self, site):
        """The ground on which the others stand."""
        site.crawl(stamped("printed on 1/2/2026 by the clerk"))
        assert site.kinds(stamped("printed on 3/4/2026 by the clerk")) == ["amended"]

    def test_what_is_volatile_is_no_change(self, site, parts):
        """And it is counted, each time it is left out."""
        site.crawl(stamped("printed on 1/2/2026 by the clerk"))
        parts.learn(SOURCE, [learned(PART)], now=site.now)
        for day in (3, 4):
            assert site.kinds(stamped(f"printed on {day}/4/2026 by the clerk")) == []
        (row,) = parts.rows(SOURCE)
        assert (row.ignored, row.last_ignored, row.how) == (2, site.now, "twice")
        assert parts.of(SOURCE) == parts.of_versions([1]) == (PART,)
        assert parts.of("another") == ()

    def test_an_amendment_counts_what_it_leaves_out(self, site, parts):
        """Its words are counted alone, and its sentence says how many places are missing."""
        parts.learn(SOURCE, [learned(PART)], now=site.now)
        site.crawl(stamped("printed on 1/2/2026 by the clerk"))
        amended = LAW.replace("mask", "veil")
        site.crawl(stamped("printed on 3/4/2026 by the clerk", law=amended))
        (change,) = site.changes(kinds=["amended"])
        changed = sum("mask" in word for word in LAW.split())
        assert change["details"]["inserted"] == changed
        assert change["details"]["ignored"] == 1
        assert change["summary"].endswith("1 place that changes at every visit is left out")

    def test_an_observation_brings_its_own_proof(self, site, parts):
        """What its second fetch showed decides about it and is kept in the same transaction."""
        from dataclasses import replace

        site.crawl(stamped("printed on 1/2/2026 by the clerk"))
        seen = replace(stamped("printed on 3/4/2026 by the clerk"), learned=(learned(PART),))
        assert site.kinds(seen) == []
        assert parts.of(SOURCE) == (PART,)
        assert site.kinds(seen) == []


class TestKeeping:
    """One row for each place that is known, and none for what an operator gave up."""

    def test_learning_twice_is_learning_once(self, site, parts):
        """The second time nothing is new."""
        assert parts.learn(SOURCE, [learned(PART)], now=site.now) == [PART]
        assert parts.learn(SOURCE, [learned(PART)], now=site.now) == []
        assert len(parts.rows()) == 1

    def test_parts_of_one_kind_become_one(self, site, parts):
        """A general part takes over what the special ones were left out for."""
        site.crawl(stamped("no 1 printed on 1/2/2026 by the clerk"))
        first, second = (
            Volatile(f"{word} printed on", "date", "by the clerk") for word in ("<number>", "x")
        )
        parts.learn(SOURCE, [learned(first)], now=site.now)
        assert site.kinds(stamped("no 1 printed on 3/4/2026 by the clerk")) == []
        parts.learn(SOURCE, [learned(second)], now=site.now)
        (row,) = parts.rows(SOURCE)
        assert (row.part, row.ignored) == (PART, 1)

    def test_what_is_forgotten_stays_forgotten(self, site, parts):
        """In no other guise is it learned again, and it is an amendment from then on."""
        site.crawl(stamped("printed on 1/2/2026 by the clerk"))
        parts.learn(SOURCE, [learned(PART)], now=site.now)
        (row,) = parts.rows(SOURCE)
        parts.forget(row.id, now=site.now)
        assert parts.rows(SOURCE) == []
        assert [one.forgotten for one in parts.rows(SOURCE, forgotten=True)] == [site.now]
        for part in (
            PART,
            Volatile("printed on", "date", "by"),
            Volatile("x printed on", "date", "by the clerk"),
        ):
            assert parts.learn(SOURCE, [learned(part)], now=site.now) == []
        assert site.kinds(stamped("printed on 3/4/2026 by the clerk")) == ["amended"]
        with pytest.raises(StorageError, match="no volatile part"):
            parts.forget(row.id, now=site.now)

    def test_a_source_has_so_many_and_no_more(self, site, parts):
        """One whose every document differs otherwise is not understood."""
        many = [learned(Volatile(f"w{n} x y z", "date", "")) for n in range(MOST_PARTS + 5)]
        site.crawl(stamped("x"))
        assert len(parts.learn(SOURCE, many, now=site.now)) == MOST_PARTS


class TestHistory:
    """What the store's own past proves, in replays too."""

    def day(self, site, back=0):
        return f"{site.now + timedelta(days=1 - back):%m/%d/%Y}"

    def test_the_day_of_printing_is_no_amendment(self, site, parts):
        """Not even the first time: both texts say when they were printed."""
        site.crawl(stamped(f"Printed {self.day(site)}"))
        for _ in range(3):
            assert site.kinds(stamped(f"Printed {self.day(site)}")) == []
        assert [row.how for row in parts.rows(SOURCE)] == ["history"]

    def test_another_day_is_an_amendment_each_time(self, site, parts):
        """A law that changes its day from crawl to crawl is told from crawl to crawl."""
        site.crawl(stamped("It takes effect on July 1, 2027"))
        for year in (2028, 2029, 2030, 2031):
            assert site.kinds(stamped(f"It takes effect on July 1, {year}")) == ["amended"]
        assert parts.rows() == []

    def test_three_documents_prove_today(self, site, parts):
        """The day of the visit in a third document of one crawl is no amendment any more."""
        site.crawl(*(stamped(f"Albany, {self.day(site)}", n) for n in range(1, 7)))
        kinds = site.kinds(*(stamped(f"Albany, {self.day(site)}", n) for n in range(1, 7)))
        assert kinds == ["amended"] * 2
        assert [row.how for row in parts.rows(SOURCE)] == ["history"]
        assert site.kinds(*(stamped(f"Albany, {self.day(site)}", n) for n in range(1, 7))) == []

    def test_a_counter_is_known_after_three_changes(self, site, parts):
        """Beside a word of counting."""
        told = [
            site.kinds(stamped(f"You are visitor {4711 + n}", law=LAW)) for n in (0, 3, 5, 9, 12)
        ]
        assert told[1:] == [["amended"], ["amended"], [], []]
        assert [row.example for row in parts.rows(SOURCE)] == ["4720"]
