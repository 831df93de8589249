"""Corrections by the publisher are told apart from amendments, where the source says so."""

from dataclasses import replace

import pytest

from pipelines.compare import compare
from pipelines.corrections import CORRECTS, is_correction
from scrapers.items import Action, Measure, Related
from storage.database import Database
from tests.storage_makers import Site, bill, readable

LAW = "SECTION 1. A sheriff may ask. SECTION 2. Records of the county are open."
MENDED = LAW.replace("may ask", "may not ask")


@pytest.mark.parametrize(
    "note",
    [
        "Introduced (corrected copy)",
        "CORRECTED",
        "Enrolled - Corrected",
        "Erratum",
        "Errata sheet",
        "Reprint",
        "Introduced, reprinted",
        "Technical correction",
        "Scrivener's error",
    ],
)
def test_a_note_says_that_a_version_is_corrected(note):
    """The names that publishers give to a print that replaces a faulty one."""
    assert is_correction(note)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "Introduced",
        "First Reprint",
        "2nd Official Copy Reprint",
        "Reprinted as amended",
        "Corrected copy as amended",
        "Committee on Corrections substitute",
        "Department of Correction, introduced",
        "Enrolled",
    ],
)
def test_a_note_of_another_kind_says_nothing_of_it(note):
    """New Jersey's reprints are amended bills, and prisons are run by departments of correction."""
    assert not is_correction(note)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("Introduced bill reprinted 26109688D", True),
        ("Substitute bill reprinted 26110431D", True),
        ("Corrected Copy Received", True),
        ("Enrolled text corrected", True),
        ("Clerical corrections made by the Clerk", True),
        ("Erratum filed", True),
        ("Bill reprinted as amended", False),
        ("Fiscal note corrected", False),
        ("Corrected fiscal impact statement", False),
        ("Vote corrected in the journal", False),
        ("Referred to Committee on Public Safety and Corrections", False),
        ("A bill to make technical corrections to the tax code", False),
        ("Amended and reprinted", False),
    ],
)
def test_a_step_speaks_of_the_text_or_of_something_else(step, told):
    """Journals correct votes, notes and names too; only the text counts."""
    assert is_correction("Introduced", [step]) is told


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline."""
    return Site(database)


def shown(note, text, *steps):
    """A bill with one version and the steps taken so far."""
    one = bill((note, readable(text)))
    measure = replace(
        one.measure,
        actions=tuple(Action(description=step) for step in steps),
        observed=one.measure.observed | {"actions"},
    )
    return replace(one, measure=measure)


class TestRecorded:
    def test_a_step_tells_that_the_replaced_text_was_corrected(self, site: Site) -> None:
        """Other words under the same name, on the day the site says that the bill was reprinted."""
        site.crawl(shown("Introduced", LAW, "Introduced"))
        site.crawl(shown("Introduced", MENDED, "Introduced", "Introduced bill reprinted 26109688D"))
        [change] = site.changes(kinds=["amended"])
        assert change["details"]["correction"] is True
        assert "corrected by the publisher" in change["summary"]

    def test_an_old_step_says_nothing_of_a_new_text(self, site: Site) -> None:
        """A reprint of last month does not make this month's other words a correction."""
        steps = ("Introduced", "Introduced bill reprinted 26109688D")
        site.crawl(shown("Introduced", LAW, *steps))
        site.crawl(shown("Introduced", MENDED, *steps, "Reported"))
        [change] = site.changes(kinds=["amended"])
        assert "correction" not in change["details"]
        assert "corrected" not in change["summary"]

    def test_a_step_says_nothing_of_another_version(self, site: Site) -> None:
        """What was reprinted is known by its own name only when the new text took its place."""
        one = shown("Introduced", LAW, "Introduced")
        site.crawl(one)
        both = bill(("Introduced", readable(LAW)), ("Engrossed", readable(MENDED)))
        steps = shown("", "", "Introduced", "Introduced bill reprinted 26109688D").measure
        measure = replace(
            both.measure, actions=steps.actions, observed=both.measure.observed | {"actions"}
        )
        site.crawl(replace(both, measure=measure))
        [change] = site.changes(kinds=["amended"])
        assert "correction" not in change["details"]

    def test_a_new_version_says_it_itself(self, site: Site) -> None:
        """A version named a corrected copy is one, whatever else happened that day."""
        first = ("Introduced", readable(LAW))
        site.crawl(bill(first))
        site.crawl(bill(first, ("Introduced (corrected copy)", readable(MENDED))))
        [change] = site.changes(kinds=["amended"])
        assert change["details"]["correction"] is True
        assert "since Introduced" in change["summary"]


@pytest.mark.parametrize("relation", sorted(CORRECTS))
def test_a_document_that_corrects_another_says_so(relation):
    """The Federal Register publishes a correction as a document of its own."""
    measure = Measure(
        place="us", session="2026", identifier="C1-2026-00012", title="Masks; correction",
        related=(Related(identifier="2026-00012", relation=relation),),
        observed=frozenset({"title", "related"}),
    )  # fmt: skip
    [change] = compare(None, measure)
    assert change.details["correction"] is True
    assert change.summary == (
        "New, corrected by the publisher: C1-2026-00012: Masks; correction (corrects 2026-00012)"
    )
    [plain] = compare(None, replace(measure, related=()))
    assert "correction" not in plain.details
