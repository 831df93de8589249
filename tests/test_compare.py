"""Comparing two observations of a measure, and merging them."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import ChangeKind, DateKind, SponsorClassification, VoteOption, VoteResult
from pipelines.compare import compare, merge
from scrapers.items import (
    Action,
    Cast,
    Link,
    Measure,
    MeasureDate,
    Related,
    Sponsor,
    Version,
    Vote,
)
from tests.strategies_measures import measures, observed

FULL = frozenset(
    {"title", "status", "sponsors", "dates", "actions", "versions", "related", "identifiers"}
)
INTRODUCED = Action(
    description="Introduced", date=date(2026, 1, 14), date_text="1/14/2026", organization="lower"
)
PASSED = Action(
    description="Read third time and passed", date=date(2026, 2, 9), organization="lower"
)
SIGNED = Action(
    description="Approved by Governor-Chapter 524", date=date(2026, 4, 8), organization="executive"
)
BILL = Measure(
    place="us/va",
    session="20261",
    identifier="HB 1438",
    title="Law-enforcement officers; facial coverings",
    status="In Committee",
    sponsors=(
        Sponsor(name="Hope"),
        Sponsor(name="Reyes", classification=SponsorClassification.COSPONSOR),
    ),
    dates=(MeasureDate(kind=DateKind.INTRODUCED, date=date(2026, 1, 14)),),
    actions=(INTRODUCED,),
    versions=(Version(note="Introduced", links=(Link(url="https://a.example/1"),)),),
    related=(Related(identifier="SB 351", relation="companion"),),
    identifiers=("HB 1438",),
    observed=FULL,
)


def only(changes):
    """The one change there is."""
    (change,) = changes
    return change


class TestProperties:
    """What holds for any measures."""

    @given(measures(observed()))
    def test_a_measure_has_not_changed_against_itself(self, measure):
        """Nothing is reported when nothing differs."""
        assert compare(measure, measure) == ()

    @given(measures(observed()), measures(observed()))
    def test_what_was_merged_is_not_reported_again(self, old, new):
        """After merging an observation the same observation is no news."""
        merged = merge(old, new)
        assert compare(merged, new) == ()
        assert merge(merged, new) == merged

    @given(measures(), st.randoms(use_true_random=False))
    def test_order_is_no_change(self, measure, chance):
        """A re-ordered list says nothing new."""

        def shuffled(items):
            return tuple(chance.sample(items, len(items)))

        again = replace(
            measure,
            sponsors=shuffled(measure.sponsors),
            dates=shuffled(measure.dates),
            actions=shuffled(measure.actions),
            versions=shuffled(measure.versions),
            related=shuffled(measure.related),
            identifiers=shuffled(measure.identifiers),
        )
        assert compare(measure, again) == ()

    @given(measures(observed()), measures())
    def test_an_unobserved_field_never_changes(self, old, new):
        """What a page did not show is neither compared nor overwritten."""
        blind = replace(new, identifier=old.identifier, formerly=(), observed=frozenset())
        assert compare(old, blind) == ()
        merged = merge(old, blind)
        for field in ("title", "status", "sponsors", "dates", "actions", "versions", "related"):
            assert getattr(merged, field) == getattr(old, field)

    @given(measures(observed()), measures(observed()))
    def test_one_change_of_a_kind_at_most_and_all_json(self, old, new):
        """Changes are of distinct kinds, have a sentence, and hold only JSON values."""
        changes = compare(old, new)
        assert len({change.kind for change in changes}) == len(changes)
        for change in changes:
            json.dumps([change.before, change.after, dict(change.details)])
            assert change.summary
            assert change.summary.isprintable()

    @given(measures(observed()))
    def test_an_unknown_measure_is_new_and_nothing_else(self, measure):
        """The first sight of a measure is one change."""
        change = only(compare(None, measure))
        assert change.kind == ChangeKind.NEW
        assert change.before is None
        assert change.after["identifier"] == measure.identifier


class TestNoise:
    """Differences that are no changes."""

    @pytest.mark.parametrize(
        "again",
        [
            replace(BILL, title="Law\u2010enforcement  officers;\nfacial\u00a0coverings"),
            replace(BILL, status="IN COMMITTEE"),
            replace(BILL, sponsors=(replace(BILL.sponsors[0], name="HOPE"), BILL.sponsors[1])),
            replace(BILL, versions=(Version(note="Introduced", links=(Link(url="https://b/2"),)),)),
            replace(BILL, actions=(replace(INTRODUCED, date_text="January 14, 2026"),)),
            replace(BILL, identifiers=("H.B.1438",), identifier="HB1438"),
            replace(BILL, url="https://elsewhere.example", abstract="Other words", subjects=("x",)),
            replace(BILL, extras={"seen": "today"}, listing="other"),
        ],
        ids=["title", "status", "sponsors", "versions", "actions", "numbers", "facts", "extras"],
    )
    def test_typography_and_addresses_are_no_change(self, again):
        """The same facts printed or served otherwise are not reported."""
        again = replace(again, observed=FULL | {"url", "abstract", "subjects"})
        assert compare(replace(BILL, observed=again.observed), again) == ()

    def test_better_understood_actions_are_no_change(self):
        """The same printed action with its date or body understood now is the same action."""
        old = replace(INTRODUCED, date=None, organization="")
        assert compare(replace(BILL, actions=(old,)), BILL) == ()
        assert compare(replace(BILL, actions=(replace(INTRODUCED, organization=""),)), BILL) == ()

    def test_a_field_seen_for_the_first_time_is_learned_in_silence(self):
        """Unknown is not empty: what we never saw before has not changed."""
        bare = replace(BILL, actions=(), sponsors=(), observed=frozenset({"title", "status"}))
        assert compare(bare, BILL) == ()
        assert merge(bare, BILL).actions == BILL.actions


class TestChanges:
    """Each kind of change."""

    def test_title(self):
        """Another title is a change that holds both."""
        change = only(compare(BILL, replace(BILL, title="Facial coverings")))
        assert change.kind == ChangeKind.TITLE
        assert (change.before, change.after) == (BILL.title, "Facial coverings")

    def test_a_title_s_capitals_count(self):
        """Titles are compared with their capitals."""
        assert compare(BILL, replace(BILL, title=BILL.title.upper()))

    def test_status(self):
        """Another status is said with the one before."""
        change = only(compare(BILL, replace(BILL, status="Passed House")))
        assert change.kind == ChangeKind.STATUS
        assert change.summary == "Status is now “Passed House”, was “In Committee”"

    def test_actions(self):
        """Added actions are after, removed ones before, and the last one is told."""
        new = replace(BILL, actions=(SIGNED, PASSED))
        change = only(compare(BILL, new))
        assert change.kind == ChangeKind.ACTION
        assert [action["description"] for action in change.after] == [
            "Approved by Governor-Chapter 524",
            "Read third time and passed",
        ]
        assert [action["description"] for action in change.before] == ["Introduced"]
        assert change.summary == (
            "2 actions added, last: Approved by Governor-Chapter 524 (2026-04-08); "
            "1 action removed: Introduced"
        )
        assert change.after[0]["date"] == "2026-04-08"

    def test_an_action_twice_is_two_actions(self):
        """A step that is listed once more was taken once more."""
        twice = replace(BILL, actions=(INTRODUCED, INTRODUCED))
        assert len(only(compare(BILL, twice)).after) == 1
        assert len(only(compare(twice, BILL)).before) == 1

    def test_latest_actions_only_add(self):
        """A page that shows the last action alone removes nothing."""
        latest = replace(BILL, actions=(SIGNED,), observed=frozenset({"title", "actions.latest"}))
        change = only(compare(BILL, latest))
        assert (change.before, len(change.after)) == ([], 1)
        assert merge(BILL, latest).actions == (INTRODUCED, SIGNED)
        assert compare(merge(BILL, latest), latest) == ()

    def test_earlier_actions_of_a_measure_seen_in_part_are_no_news(self):
        """When only the latest action was known, the ones before it were not missing."""
        known = replace(BILL, actions=(PASSED,), observed=frozenset({"title", "actions.latest"}))
        full = replace(BILL, actions=(INTRODUCED, PASSED, SIGNED))
        assert [action["description"] for action in only(compare(known, full)).after] == [
            "Approved by Governor-Chapter 524"
        ]

    def test_sponsors(self):
        """Who came and who went is told."""
        new = replace(BILL, sponsors=(BILL.sponsors[0], Sponsor(name="Okafor")))
        change = only(compare(BILL, new))
        assert change.kind == ChangeKind.SPONSORS
        assert change.summary == "1 sponsor added: Okafor; 1 sponsor removed: Reyes"
        assert [person["name"] for person in change.before] == ["Hope", "Reyes"]

    def test_primary_sponsors_alone(self):
        """A page with only the primary sponsors says nothing of the others."""
        seen = frozenset({"title", "sponsors.primary"})
        same = replace(BILL, sponsors=BILL.sponsors[:1], observed=seen)
        assert compare(BILL, same) == ()
        assert merge(BILL, same).sponsors == BILL.sponsors
        other = replace(same, sponsors=(Sponsor(name="Okafor"),))
        assert only(compare(BILL, other)).kind == ChangeKind.SPONSORS
        assert [person.name for person in merge(BILL, other).sponsors] == ["Okafor", "Reyes"]

    @pytest.mark.parametrize(
        ("days", "summary"),
        [
            (
                (MeasureDate(kind=DateKind.INTRODUCED, date=date(2026, 1, 15)),),
                "Introduced date changed from 2026-01-14 to 2026-01-15",
            ),
            (
                (*BILL.dates, MeasureDate(kind=DateKind.EFFECTIVE, date=date(2026, 7, 1))),
                "Effective date is 2026-07-01",
            ),
            ((), "Introduced date withdrawn, was 2026-01-14"),
        ],
    )
    def test_dates(self, days, summary):
        """A date that is set, moved or withdrawn is told with its kind."""
        change = only(compare(BILL, replace(BILL, dates=days)))
        assert (change.kind, change.summary) == (ChangeKind.DATES, summary)

    def test_a_version_listed(self):
        """A note that was not there is a version; one that goes is not forgotten."""
        new = replace(BILL, versions=(Version(note="Enrolled"),))
        change = only(compare(BILL, new))
        assert (change.kind, change.new_note) == (ChangeKind.VERSION, "Enrolled")
        assert change.before == ["Introduced"]
        merged = merge(BILL, new)
        assert [version.note for version in merged.versions] == ["Introduced", "Enrolled"]
        assert compare(merged, BILL) == ()

    def test_related(self):
        """A related measure that appears is told with its relation."""
        new = replace(BILL, related=(*BILL.related, Related(identifier="HB 2")))
        change = only(compare(BILL, new))
        assert change.kind == ChangeKind.RELATED
        assert change.summary == "1 related measure added: HB 2 (related)"

    def test_superseded(self):
        """A relation that replaces the measure is a change of its own kind."""
        by = Related(identifier="EO 13", relation="replaced-by")
        change = only(compare(BILL, replace(BILL, related=(*BILL.related, by))))
        assert (change.kind, change.summary) == (ChangeKind.SUPERSEDED, "Replaced by EO 13")

    def test_renumbered(self):
        """Another identifier for the same measure is told once."""
        new = replace(BILL, identifier="HB 99", identifiers=("HB 99",), formerly=("HB 1438",))
        change = only(compare(BILL, new))
        assert change.kind == ChangeKind.RENUMBERED
        assert change.summary.startswith("Now HB 99, was HB 1438")
        assert merge(BILL, new).formerly == ("HB 1438",)
        assert compare(merge(BILL, new), new) == ()

    def test_a_second_identifier(self):
        """A companion number that appears is a change."""
        new = replace(BILL, identifiers=("HB 1438", "SB 351"))
        assert only(compare(BILL, new)).summary == "Also SB 351"

    def test_printed_words_cannot_break_the_sentence(self):
        """Control characters of a page do not get into a summary."""
        change = only(compare(BILL, replace(BILL, status="Passed\x1b[2J\u202e\nHouse")))
        assert change.summary.isprintable()


def voted(vote, action=PASSED):
    """The bill whose passage has a vote, or none that is shown."""
    return replace(BILL, actions=(INTRODUCED, replace(action, vote=vote)))


def roll(**options):
    """A roll call by member."""
    return tuple(Cast(voter=name, option=option) for name, option in options.items())


YES, NO, ABSENT = VoteOption.YES, VoteOption.NO, VoteOption.ABSENT
PASS = Vote(result=VoteResult.PASS, text="Pass")
TALLY = replace(PASS, counts=((YES, 43), (NO, 5)))
ROLL = roll(Adams=YES, Brewer=NO, Louis=YES)


class TestVotes:
    """A vote may arrive with its action or after it, whole or in parts."""

    def test_a_vote_that_arrives_later_is_told_as_an_action(self):
        """The action is the same one; what is known of it is more."""
        change = only(compare(voted(None), voted(TALLY)))
        assert change.kind is ChangeKind.ACTION
        assert change.summary == "Vote: Read third time and passed 43 to 5"
        assert [len(change.before), len(change.after)] == [1, 1]
        assert "vote" not in change.before[0]
        assert change.after[0]["vote"] == {
            "result": "pass", "text": "Pass", "counts": {"yes": 43, "no": 5}, "roll": [],
        }  # fmt: skip
        json.dumps([change.before, change.after])

    def test_a_new_action_and_a_vote_on_another_are_one_change(self):
        """One row a measure and observation, which says both."""
        new = replace(voted(TALLY), actions=(*voted(TALLY).actions, SIGNED))
        change = only(compare(voted(None), new))
        assert change.summary == (
            "1 action added, last: Approved by Governor-Chapter 524 (2026-04-08); "
            "vote: Read third time and passed 43 to 5"
        )
        assert [len(change.before), len(change.after)] == [1, 2]

    def test_a_vote_with_its_action_is_said_with_it(self):
        """There is nothing to tell apart from the action."""
        change = only(compare(BILL, voted(TALLY)))
        assert change.summary == (
            "1 action added, last: Read third time and passed 43 to 5 (2026-02-09)"
        )

    @pytest.mark.parametrize("seen", [None, Vote(), PASS, replace(PASS, text="passed")])
    def test_an_action_shown_without_its_vote_does_not_erase_it(self, seen):
        """Nor does one that is shown with less of it."""
        known = voted(replace(TALLY, roll=ROLL))
        assert compare(known, voted(seen)) == ()
        vote = merge(known, voted(seen)).actions[1].vote
        assert (vote.counts, vote.roll) == (TALLY.counts, ROLL)
        latest = replace(
            voted(seen), observed=frozenset({"actions.latest"}), actions=voted(seen).actions[1:]
        )
        assert merge(known, latest).actions[1].vote.roll == ROLL
        assert len(merge(known, latest).actions) == 2

    def test_the_latest_actions_may_bring_a_vote(self):
        """A page of some actions completes what is known of them."""
        latest = replace(
            voted(TALLY), observed=frozenset({"actions.latest"}), actions=voted(TALLY).actions[1:]
        )
        assert only(compare(voted(None), latest)).kind is ChangeKind.ACTION
        assert merge(voted(None), latest).actions[1].vote == TALLY

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (None, Vote()),
            (TALLY, replace(TALLY, text="Passed")),
            (TALLY, replace(TALLY, counts=((NO, 5), (YES, 43), (ABSENT, 2)))),
            (TALLY, replace(TALLY, roll=ROLL)),
            (Vote(text="Pass"), PASS),
            (replace(PASS, roll=ROLL), replace(PASS, counts=((YES, 2), (NO, 1)))),
            (replace(TALLY, roll=ROLL), replace(TALLY, roll=ROLL[::-1])),
            (replace(TALLY, roll=ROLL), replace(TALLY, roll=(*ROLL, Cast(voter="Yeger")))),
            (replace(TALLY, roll=(Cast(voter="Adams", text="Aye"),)),
             replace(TALLY, roll=(Cast(voter="ADAMS", text="aye", option=YES),))),
        ],
    )  # fmt: skip
    def test_what_bears_out_the_known_is_kept_and_not_told(self, old, new):
        """Order, typography, who was absent, a roll call that adds up, a better understanding."""
        assert compare(voted(old), voted(new)) == ()

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            (None, PASS, "passed, Pass"),
            (None, Vote(text="Carried"), "passed, Carried"),
            (None, Vote(result=VoteResult.FAIL), "passed, failed"),
            (None, Vote(roll=ROLL), "passed 2 to 1"),
            (PASS, TALLY, "passed 43 to 5"),
            (TALLY, replace(TALLY, counts=((YES, 42), (NO, 6))), "passed 42 to 6"),
            (TALLY, replace(TALLY, result=VoteResult.FAIL), "passed, failed 43 to 5"),
            (replace(TALLY, roll=ROLL), replace(TALLY, roll=roll(Adams=NO)), "passed 43 to 5"),
        ],
    )
    def test_what_is_otherwise_is_told(self, old, new, said):
        """A result, a tally, a member who is said to have voted otherwise; once."""
        change = only(compare(voted(old), voted(new)))
        assert change.summary == f"Vote: Read third time and {said}"
        assert compare(merge(voted(old), voted(new)), voted(new)) == ()

    def test_another_result_is_another_vote(self):
        """What was counted before says nothing of a vote that ended otherwise."""
        failed = Vote(result=VoteResult.FAIL)
        assert merge(voted(TALLY), voted(failed)).actions[1].vote == failed

    def test_a_vote_does_not_make_another_action(self):
        """Two readings of one day and words keep their own votes."""
        lost = Vote(result=VoteResult.FAIL, counts=((YES, 2), (NO, 9)))
        both = (replace(PASSED, vote=lost), replace(PASSED, vote=TALLY))
        bare = replace(BILL, actions=(PASSED, PASSED))
        known = merge(bare, replace(BILL, actions=both))
        assert merge(known, bare).actions == both
        assert compare(known, bare) == ()

    def test_a_new_measure_tells_no_names(self):
        """Its actions have their tallies; a roll call is read where the measure is shown."""
        change = only(compare(None, voted(replace(TALLY, roll=ROLL))))
        assert change.after["actions"][1]["vote"] == {
            "result": "pass", "text": "Pass", "counts": {"yes": 43, "no": 5},
        }  # fmt: skip
