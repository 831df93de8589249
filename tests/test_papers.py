"""Papers that are listed among the versions of a bill and are no print of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import VersionClassification
from pipelines.papers import is_print
from tests.storage_makers import PENDING, Site, bill, readable

BILL = " ".join(
    f"Section {n}. No officer of district {n} shall wear a mask, a veil or a painted shield while "
    f"making an arrest in the {n} street, unless the chief of district {n} allows it in writing."
    for n in range(1, 9)
)
PAPER = (
    "Amendment No. 1. On page 2, in line 14, strike unless the chief of district and insert and. "
    "On page 3, in line 2, after street insert or park. Offered by Delegate Rivera."
)
NEXT = BILL.replace("painted", "tinted")
OTHER_PAPER = (
    "Amendment No. 2. On page 1, in line 3, strike the words no officer and insert nobody."
)


def site_of(database):
    site = Site(database)
    site.crawl(shown(("Introduced", BILL)))
    return site


def shown(*texts):
    """A bill with these texts by note; a note that begins with "Amendment" says that it is one."""
    one = bill(*((note, readable(text) if text else PENDING) for note, text in texts))
    versions = tuple(
        replace(version, classification=step(version.note)) for version in one.measure.versions
    )
    return replace(one, measure=replace(one.measure, versions=versions))


def step(note):
    if note.startswith("Amendment"):
        return VersionClassification.AMENDMENT
    return None if note == "Veto" else VersionClassification.INTRODUCED


def test_an_amendment_paper_is_told_of_by_itself(database):
    """It is no amended text of which nearly every word is gone."""
    site = site_of(database)
    assert site.kinds(shown(("Introduced", BILL), ("Amendment 1", PAPER))) == ["version"]
    (change,) = site.changes(kinds=["version"])
    assert change["summary"] == "New paper beside the text: Amendment 1"
    assert change["details"] == {"paper": True}


def test_the_next_print_is_held_against_the_print_before(database):
    """The papers between two prints of a bill are passed over."""
    site = site_of(database)
    texts = [("Introduced", BILL), ("Amendment 1", PAPER), ("Amendment 2", OTHER_PAPER)]
    assert site.kinds(shown(*texts)) == ["version", "version"]
    assert site.kinds(shown(*texts, ("Engrossed", NEXT))) == ["amended"]
    change = site.changes(kinds=["amended"])[0]
    assert change["summary"] == "Engrossed: 8 words added, 8 removed since Introduced"


def test_an_amended_print_is_an_amendment_of_its_text(database):
    """Some councils call each later print of a bill its amendment."""
    site = site_of(database)
    assert site.kinds(shown(("Introduced", BILL), ("Amendment A", NEXT))) == ["amended"]


def test_a_paper_whose_text_comes_later_is_no_second_alert(database):
    """It is told of when it is listed; its text completes it."""
    site = site_of(database)
    assert site.kinds(shown(("Introduced", BILL), ("Amendment 1", ""))) == ["version"]
    assert site.kinds(shown(("Introduced", BILL), ("Amendment 1", PAPER))) == []


def test_a_paper_of_no_known_step_is_one_when_it_has_none_of_the_words(database):
    """A governor's veto message is listed beside the bill."""
    site = site_of(database)
    veto = "I return House Bill 1 without my signature. It would endanger those whom it means to guard."
    assert site.kinds(shown(("Introduced", BILL), ("Veto", veto))) == ["version"]
    assert site.kinds(shown(("Introduced", BILL), ("Veto", veto), ("Enrolled", NEXT))) == [
        "amended"
    ]


@pytest.mark.parametrize(
    "kind", [VersionClassification.SUBSTITUTED, VersionClassification.ENROLLED]
)
def test_a_substitute_is_a_print_whatever_it_keeps(kind):
    """Striking everything and writing something else is the greatest amendment there is."""
    assert is_print("Something else entirely.", BILL, kind)


@given(st.text(), st.sampled_from([None, *VersionClassification]))
def test_a_text_is_a_print_of_itself(text, kind):
    """And of nothing, which has no words to keep."""
    assert is_print(text, text, kind)
    assert is_print(text, "", kind)
