"""Renewals of one order are one line of a digest."""

from dataclasses import replace

import pytest

from config.vocabulary import ChangeKind
from monitor.digests import render
from monitor.entries import entries
from monitor.folding import folded
from storage.ports import MessageFacts
from tests.test_digests import NOW, alert, measure


def order(rank, name, *related, kind=ChangeKind.NEW, place="us/ny/new_york"):
    """The alert of a new order that says what it does to others."""
    told = [{"identifier": other, "relation": relation} for other, relation in related]
    return alert(
        rank, kind=kind, after={"related": told}, summary=f"New: {name}", old=None, matches=(),
        measure=measure(rank, identifier=name, place=place, url=f"https://city.example.gov/{rank}"),
    )  # fmt: skip


def renewals(number, first=1, last=12):
    return [
        order(rank, f"EO {number}.{rank}", (f"EO {number}", "renews"))
        for rank in range(first, last + 1)
    ]


def shown(*alerts):
    return folded(entries(alerts))


def message(alerts):
    return MessageFacts(
        id=1, key="k", address="mailto:desk@example.org", slot="", due_at=NOW, alerts=tuple(alerts)
    )


class TestFolding:
    def test_twelve_renewals_are_one_line_with_a_link_to_each(self):
        """The line says how often and from where to where."""
        [entry] = shown(*renewals(50))
        [step] = entry.steps
        assert (step.word, step.summary) == ("renewed", "EO 50 renewed 12 times (50.1 to 50.12)")
        assert [other.identifier for other in entry.others] == [
            f"EO 50.{rank}" for rank in range(1, 13)
        ]
        assert {other.url for other in entry.others} == {
            f"https://city.example.gov/{rank}" for rank in range(1, 13)
        }

    def test_one_renewal_stays_as_it_is(self):
        """There is nothing to fold."""
        [entry] = shown(*renewals(50, last=1))
        assert (entry.identifier, entry.others) == ("EO 50.1", ())

    def test_two_rows_of_renewals_are_two_lines(self):
        """EO 1.x and EO 2.x go their own ways, and EO 3 is news."""
        alerts = [
            order(1, "EO 1.7", ("EO 1", "renews")), order(2, "EO 1.8", ("EO 1", "renews")),
            order(3, "EO 2.7", ("EO 2", "renews")), order(4, "EO 2.8", ("EO 2", "renews")),
            order(5, "EO 3"),
        ]  # fmt: skip
        assert [entry.steps[0].word for entry in shown(*alerts)] == ["renewed", "renewed", "new"]

    def test_a_chain_of_extensions_is_one_line(self):
        """717 extends 716, which extends 715: the first that is not here is renewed."""
        alerts = [
            order(1, "EEO 716", ("EEO 715", "extends")), order(2, "EEO 717", ("EEO 716", "extends")),
        ]  # fmt: skip
        [entry] = shown(*alerts)
        assert entry.steps[0].summary == "EEO 715 renewed 2 times (716 to 717)"

    def test_the_same_number_elsewhere_is_another_order(self):
        """Two cities may renew an EO 5 each."""
        alerts = [
            order(1, "EO 5.1", ("EO 5", "renews")),
            order(2, "EO 5.2", ("EO 5", "renews"), place="us/wa/seattle"),
        ]
        assert len(shown(*alerts)) == 2

    @pytest.mark.parametrize("kind", [ChangeKind.AMENDED, ChangeKind.VANISHED])
    def test_what_else_happens_to_a_renewal_is_told(self, kind):
        """Only new renewals are folded."""
        alerts = [*renewals(50, last=2), order(3, "EO 50.3", ("EO 50", "renews"), kind=kind)]
        assert len(shown(*alerts)) == 2

    def test_an_order_that_ends_another_is_never_folded(self):
        """A rescission is what a reader wants to see."""
        alerts = [order(1, "EO 8", ("EO 5", "rescinds")), order(2, "EO 9", ("EO 5", "rescinds"))]
        assert len(shown(*alerts)) == 2


class TestMessage:
    def test_text_and_page_have_the_line_and_the_links(self):
        """Both forms of a message; the subject names the order."""
        found = render(message(renewals(50)), now=NOW)
        assert "EO 50 renewed 12 times (50.1 to 50.12)" in found.text
        assert "EO 50.12 https://city.example.gov/12" in found.text
        assert found.html.count("https://city.example.gov/") >= 12
        assert "renewed" in found.subject

    def test_programs_get_every_alert(self):
        """Nothing is folded in what machines read."""
        found = render(message(renewals(50)), now=NOW)
        assert len(found.facts["alerts"]) == 12

    def test_what_a_site_printed_is_escaped(self):
        """A number is text like any other."""
        alerts = renewals(50, last=2)
        bad = "<script>alert(1)</script> 5"
        alerts = [
            replace(one, after={"related": [{"identifier": bad, "relation": "renews"}]})
            for one in alerts
        ]
        found = render(message(alerts), now=NOW)
        assert "<script>" not in found.html
