"""Printed words of actions are understood by rules, and what no rule knows is left alone."""

import re

import pytest

from config.vocabulary import ActionClassification
from scrapers.actions import VIRGINIA, Rule, classifier

classify = classifier(VIRGINIA)

# Words as Virginia's files print them.
STEPS = {
    "Prefiled and ordered printed; Offered 01-14-2026 26101668D": "filing introduction",
    "Presented and laid on Speaker's table 26105555D": "introduction",
    "Read first time": "reading-1",
    "Constitutional reading dispensed  (on 1st reading) (40-Y 0-N)": "reading-1",
    "Read second time": "reading-2",
    "Read second time and engrossed": "reading-2 engrossment",
    "Read third time and passed House Block Vote (98-Y 0-N 0-A)": "reading-3 passage",
    "Read third time and defeated by Senate (19-Y 21-N 0-A)": "reading-3 failure",
    "Referred to Committee for Courts of Justice": "referral-committee",
    "Rereferred to Finance and Appropriations": "referral-committee",
    "Assigned HRUL sub: Studies Subcommittee": "referral-committee",
    "Referred from Courts of Justice": "referral",
    "Reported from Courts of Justice (12-Y 10-N)": "committee-passage",
    "Reported from Education with substitute and rereferred to Finance (9-Y 0-N)": "committee-passage substitution",
    "Reported and Referred by Committee": "committee-passage referral-committee",
    "Committee substitute agreed to 24105678D-H1": "substitution",
    "Substitute by Senator Example agreed to 24105678D-S1": "substitution",
    "House substitute agreed to by Senate (40-Y 0-N)": "substitution concurrence",
    "Senate substitute with amendment agreed to by House (90-Y 8-N)": "amendment-passage concurrence",
    "House amendments agreed to by Senate (40-Y 0-N)": "amendment-passage concurrence",
    "Committee amendments agreed to": "amendment-passage",
    "Committee amendment rejected": "amendment-failure",
    "Senate substitute rejected by House 24105678D-S1 (0-Y 98-N)": "amendment-failure",
    "House committee offered": "amendment-introduction",
    "Engrossed by House - committee substitute HB1H1": "engrossment",
    "Passed Senate (21-Y 18-N 0-A)": "passage",
    "Agreed to by House by voice vote": "passage",
    "VOTE: Block Vote Passage (98-Y 0-N)": "passage",
    "VOTE: REJECTED (47-Y 51-N)": "failure",
    "Failed to Pass from conference": "failure",
    "Conference report agreed to by House (59-Y 37-N 0-A)": "concurrence",
    "Passed by for the day": "deferral",
    "Passed by indefinitely in Rules (6-Y 0-N)": "committee-failure",
    "Left in Committee Appropriations": "committee-failure",
    "Tabled in Rules (5-Y 2-N)": "committee-failure",
    "Stricken from docket by General Laws (21-Y 0-N)": "committee-failure",
    "Stricken at request of Patron in Courts of Justice (14-Y 0-N)": "withdrawal",
    "Continued to next session in Finance (Voice Vote)": "carried-over",
    "Continued to 2025 in Rules": "carried-over",
    "Continued from last session": "carried-over",
    "Reconsideration of House passage agreed to by House": "reconsideration",
    "Received": "receipt",
    "Enrolled": "enrolled",
    "Enrolled Bill communicated to Governor on March 10, 2026": "executive-receipt",
    "Governor's recommendation received by House": "amendment-introduction",
    "Senate concurred in Governor's recommendation (39-Y 0-N)": "amendment-passage concurrence",
    "House rejected Governor's recommendation (47-Y 50-N)": "amendment-failure",
    "Approved by Governor-Chapter 7 (effective February 20, 2026)": "executive-signature",
    "Vetoed by Governor": "executive-veto",
    "House sustained Governor's veto": "veto-override-failure",
    "Passed in enrolled form rejected (21-Y 19-N)": "veto-override-failure",
    "Acts of Assembly Chapter text (CHAP0350)": "became-law",
    "Enacted, Chapter 807 (effective 1/1/25)": "became-law",
    # No steps of the bill, though their words are those of steps.
    "Bill text as passed House and Senate (HB1ER)": "",
    "Subcommittee recommends reporting with substitute (7-Y 0-N)": "",
    "Fiscal Impact Statement from Department of Planning and Budget (HB1)": "",
    "Signed by Speaker": "",
    "Laid on Clerk's Desk": "",
    "Committee Referral Pending": "",
    "Incorporated by Education (HB12-Example) (22-Y 0-N)": "",
    "Governor's Action Deadline 11:59 p.m., April 8, 2026": "",
    "Committee substitute printed 26101234D-S1": "",
    "Introduced bill reprinted 26101234D": "",
    "House insisted on substitute (98-Y 0-N)": "",
}


@pytest.mark.parametrize(("printed", "steps"), STEPS.items(), ids=list(STEPS))
def test_virginia_s_words_mean_their_steps(printed, steps):
    """Each phrase of the files has the steps it stands for, and a rule knows it."""
    assert " ".join(classify(printed)) == steps
    assert classify.knows(printed)


def test_words_no_rule_knows_have_no_step():
    """They are told apart from words that are known to mean no step."""
    assert classify("The clerk read a poem") == ()
    assert not classify.knows("The clerk read a poem")


def test_blanks_and_case_are_typography():
    """The files print two blanks where they mean one, and capitals at will."""
    assert classify("READ  first   Time") == (ActionClassification.READING_1,)


def test_the_first_rule_decides():
    """Rules are read from the top, so exceptions stand before what they except."""
    rules = [
        Rule(r"^passed by", (ActionClassification.DEFERRAL,)),
        Rule(r"^passed", (ActionClassification.PASSAGE,)),
    ]
    assert classifier(rules)("Passed by for the day") == (ActionClassification.DEFERRAL,)
    assert classifier(rules)("Passed House") == (ActionClassification.PASSAGE,)


def test_a_rule_that_is_no_expression_is_an_error():
    """A slip in the data is told at once, not at the first action."""
    with pytest.raises(re.error):
        classifier([Rule("(")])
