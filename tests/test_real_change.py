"""What changed between real recordings is noticed, and nothing else; and the proof can fail.

The whole run is `python -m benchmarks.change`, which writes docs/noticing.md. Here
are the kinds of data that are read in a second or two.
"""

from pathlib import Path

import pytest

from benchmarks.kit import proven_lists, proven_sheets, proven_texts
from benchmarks.kit.made_up import write_all
from benchmarks.kit.proof import Fact, Proof, page
from scrapers.sites.ice_287g import DAYS, PENDING

PAGE = Path(__file__).parents[1] / "docs" / "noticing.md"


@pytest.fixture
def made_up(tmp_path):
    """A folder laid out as the recordings are, with data made up."""
    write_all(tmp_path)
    return tmp_path


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("prove", "least"),
    [
        (proven_lists.new_york_city, 70),
        (proven_texts.oregon, 400),
        (proven_texts.uslm, 25),
    ],
    ids=["nyc", "oregon", "uslm"],
)
def test_all_that_the_recordings_prove_is_noticed_and_nothing_else(corpus, prove, least):
    """No change missed, none invented, and as many proven as the page says."""
    proof = prove(corpus)
    assert len(proof.proven) >= least
    assert proof.missed == []
    assert proof.invented == []
    row = f"| {proof.name} | {proof.compared:,} | {len(proof.proven):,} | {len(proof.proven):,} | 0 | 0 |"
    assert row in PAGE.read_text(encoding="utf-8"), "run: python -m benchmarks.change"


class TestMadeUp:
    def test_the_changes_of_a_list_of_bills_are_known(self, made_up):
        """A bill that passed, one that is new, one that is gone; spaces in a title are none."""
        proof = proven_lists.virginia(made_up)
        assert proof.proven == proof.found
        assert {(fact.about, fact.kind) for fact in proof.found} == {
            ("HB1", "status"), ("HB1", "action"), ("HB1", "version"), ("HB3", "vanished"),
            ("HB4", "new"),
        }  # fmt: skip

    def test_the_changes_of_texts_are_known(self, made_up):
        """Another word is an amendment; the same words under another name are a new print."""
        proof = proven_texts.virginia(made_up)
        assert proof.proven == proof.found
        assert [fact.kind for fact in sorted(proof.found)] == ["version", "amended"]

    def test_the_changes_of_a_city_s_bill_are_known(self, made_up):
        """Each field that changed, once."""
        proof = proven_lists.new_york_city(made_up)
        assert proof.proven == proof.found
        assert [(fact.step, fact.kind) for fact in sorted(proof.found)] == [
            ("2026-02-10", "action"),
            ("2026-02-10", "sponsors"),
            ("2026-03-10", "amended"),
            ("2026-03-10", "status"),
        ]

    def test_the_changed_section_is_named(self, made_up):
        """One section of two has another word."""
        proof = proven_texts.uslm(made_up)
        assert proof.proven == proof.found == {Fact("119 HR 1 EH", "section 2", "changed")}

    def test_a_pending_agreement_that_is_signed_is_one_that_moved(self, made_up):
        """It leaves the pending list a month before it is listed as signed: no end, no beginning."""
        proof = proven_sheets.ice(made_up)
        assert proof.proven == proof.found
        told = {(fact.about.split(" / ")[1], fact.kind) for fact in proof.found}
        assert told == {
            ("watts pd", "new"),
            ("watts pd", "status"),
            ("reyes county so", "vanished"),
        }


class TestTheProofCanFail:
    def test_a_change_nobody_told_is_missed(self, made_up, monkeypatch):
        """A scraper that overlooks the bills' new texts is found out by name."""
        blind = proven_lists.virginia_measure

        def without_versions(session, row, companions):
            return blind(session, dict(row, Full_text_doc2=""), companions)

        monkeypatch.setattr(proven_lists, "virginia_measure", without_versions)
        proof = proven_lists.virginia(made_up)
        assert [(fact.about, fact.kind) for fact in proof.missed] == [("HB1", "version")]
        assert proof.invented == []

    def test_a_change_that_is_none_is_invented(self, made_up, monkeypatch):
        """A scraper that keeps the padding of titles would tell of it."""
        plain = proven_lists.virginia_measure

        def shouting(session, row, companions):
            title = row["Bill_description"] + (" again" if row["Passed_house"] == "Y" else "")
            return plain(session, dict(row, Bill_description=title), companions)

        monkeypatch.setattr(proven_lists, "virginia_measure", shouting)
        proof = proven_lists.virginia(made_up)
        assert [(fact.about, fact.kind) for fact in proof.invented] == [("HB1", "title")]

    def test_impatience_with_pending_lists_is_found_out(self, tmp_path, monkeypatch):
        """With two readings and no days, the agreement that is signed later is told as vanished."""
        write_all(tmp_path)
        folder = tmp_path / "287g/ice/sheets"
        again = (folder / "pendingAgencies02062026am.xlsx").read_bytes()
        (folder / "pendingAgencies02072026am.xlsx").write_bytes(again)
        assert proven_sheets.ice(tmp_path).invented == []
        monkeypatch.setitem(DAYS, PENDING, 0)
        invented = proven_sheets.ice(tmp_path).invented
        assert {fact.kind for fact in invented} == {"vanished", "restored"}

    def test_the_page_names_each_miss_and_invention(self):
        """The table counts them, the lists below it name them."""
        proof = Proof("Bills", compared=3)
        proof.proven = {Fact("May", "HB 1", "status"), Fact("May", "HB 2", "new")}
        proof.found = {Fact("May", "HB 2", "new"), Fact("", "HB 3", "vanished")}
        text = page([proof])
        assert "| Bills | 3 | 2 | 1 | 1 | 1 |" in text
        assert "missed: 1</summary>\n\n- May: HB 1: status\n" in text
        assert "invented: 1</summary>\n\n- HB 3: vanished\n" in text
