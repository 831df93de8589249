"""Measures and their fields: identity, renaming, baseline, absence, bad observations."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from config.vocabulary import (
    ActionClassification,
    DateKind,
    Health,
    SponsorClassification,
    VoteOption,
    VoteResult,
)
from monitor.recording import Writer
from pipelines.texts import Observation
from scrapers.items import Action, Cast, Listing, MeasureDate, Sponsor, Vote
from storage.database import Database
from storage.identity import canonical
from storage.store import digest_of
from tests.storage_makers import (
    DAY,
    LAW,
    NOW,
    PENDING,
    SOURCE,
    Site,
    action,
    amended,
    bill,
    everything,
    measure,
    nobody,
    observed,
    readable,
)


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("HB 444", "H.B. 444", True),
        ("HB 444", "hb0444", True),
        ("EO 2026-01", "E.O. 2026\u20131", True),
        ("Int 1-2024", "Int 12-024", False),
        ("Int 1-2024", "Int 12024", False),
        ("HB 10", "HB 100", False),
        ("HB 0", "HB", False),
        ("EO 10-A", "EO 10A", True),
        ("Résolution 5", "résolution 5", True),
    ],
)
def test_typography_is_no_identity(one: str, other: str, same: bool) -> None:
    """Case, spaces, punctuation and leading zeros do not tell measures apart; numbers do."""
    assert (canonical(one) == canonical(other)) is same


def test_typography_of_a_number_is_no_change(site: Site) -> None:
    """A bill shown as "HB 1" and as "H.B. 0001" is one bill, and nothing happened."""
    site.crawl(observed(measure("HB 1")))
    assert site.kinds(observed(measure("H.B. 0001"))) == []
    assert [one["identifier"] for one in site.queries.measures()] == ["HB 1"]


def test_the_same_number_elsewhere_is_another_measure(site: Site) -> None:
    """Identity is jurisdiction, session and number together."""
    site.crawl(
        observed(measure("HB 1")),
        observed(measure("HB 1", session="2027")),
        observed(measure("HB 1", place="us/md")),
    )
    assert len(list(site.queries.measures())) == 3
    assert site.queries.find("hb1", place="us/md") == [3]


def test_a_measure_without_a_number_is_its_title_and_day(site: Site) -> None:
    """Without a number, title and signed date identify."""
    signed = (MeasureDate(kind=DateKind.SIGNED, date=date(2026, 1, 2)),)
    later = (MeasureDate(kind=DateKind.SIGNED, date=date(2026, 1, 3)),)
    site.crawl(observed(measure("", title="On masks", dates=signed)))
    assert site.kinds(observed(measure("", title="On  masks", dates=signed))) == []
    assert site.kinds(observed(measure("", title="On masks", dates=later))) == ["new"]


def test_a_renumbered_measure_stays_one_measure(site: Site) -> None:
    """What was known under another number is found by it, and keeps its id and history."""
    site.crawl(observed(measure("HB 1")))
    assert site.kinds(observed(measure("SB 9", formerly=("HB 1",)))) == ["renumbered"]
    assert site.shown()["identifier"] == "SB 9"
    assert site.queries.find("HB 1") == site.queries.find("SB 9") == [1]
    assert site.kinds(observed(measure("SB 9", formerly=("HB 1",)))) == []
    assert len(site.store.known(SOURCE)) == 1


def test_a_renumbered_measure_does_not_vanish_under_its_old_number(site: Site) -> None:
    """The sighting moves to the new number, so the old one's absence says nothing."""
    site.crawl(observed(measure("HB 1")), complete=True)
    for _ in range(3):
        site.crawl(observed(measure("SB 9", formerly=("HB 1",))), complete=True)
    assert [change["kind"] for change in site.changes()] == ["new", "renumbered"]


def test_a_measure_with_two_numbers_is_shown_under_either(site: Site) -> None:
    """The pages of HB 1 and of its other number SB 9 are of one measure; nothing is renumbered."""
    house = observed(measure("HB 1", identifiers=("SB 9",)))
    senate = observed(measure("SB 9", identifiers=("HB 1",)))
    assert site.kinds(house, senate) == ["new"]
    for _ in range(2):
        assert site.kinds(house, senate, complete=True) == []
    assert len(list(site.queries.measures())) == 1


def test_a_measure_known_by_one_of_its_numbers_is_found_by_it(site: Site) -> None:
    """A page that gives a known number as a further one is of the known measure."""
    site.crawl(observed(measure("SB 9")))
    both = observed(measure("HB 1", identifiers=("SB 9",)))
    assert site.kinds(both) == ["renumbered"]
    assert site.queries.find("SB 9") == site.queries.find("HB 1") == [1]
    assert site.kinds(both, observed(measure("SB 9"))) == []


def test_field_changes_are_written_with_before_and_after(site: Site) -> None:
    """Status, title, actions, sponsors and dates each make a change with both states."""
    site.crawl(observed(measure(
        status="Introduced", actions=(action("Prefiled", 1),),
        sponsors=(Sponsor(name="Hope"),), dates=(MeasureDate(kind=DateKind.EFFECTIVE, text="July"),),
    )))  # fmt: skip
    kinds = site.kinds(observed(measure(
        title="Officers; badges", status="Passed House",
        actions=(action("Prefiled", 1), action("Passed House", 9)),
        sponsors=(Sponsor(name="Hope"), Sponsor(name="Li", classification=SponsorClassification.COSPONSOR)),
        dates=(MeasureDate(kind=DateKind.EFFECTIVE, text="October"),),
    )))  # fmt: skip
    assert sorted(kinds) == ["action", "dates", "sponsors", "status", "title"]
    by_kind = {change["kind"]: change for change in site.changes(since=site.now)}
    assert by_kind["status"]["before"] == "Introduced"
    assert by_kind["status"]["after"] == "Passed House"
    assert by_kind["action"]["after"][0]["description"] == "Passed House"


def test_a_field_that_was_not_observed_is_kept(site: Site) -> None:
    """Unknown is not empty."""
    site.crawl(observed(measure(status="Introduced")))
    assert site.kinds(observed(measure(title="Officers; name tags"))) == []
    assert site.shown()["status"] == "Introduced"


def test_everything_observed_comes_back(site: Site) -> None:
    """What is stored of a measure is what was observed, words as printed and as understood."""
    site.crawl(observed(measure(
        classification=(), from_organization="lower", status="Passed", abstract="An act.",
        subjects=("Police",), concerns=("us/va/county:loudoun",), url="https://lis.example/HB1",
        actions=(Action(description="Passed", date=date(2026, 1, 9), date_text="1/9",
                        classification=(ActionClassification.PASSAGE,), organization="lower"),),
        dates=(MeasureDate(kind=DateKind.INTRODUCED, date=date(2026, 1, 7), text="Jan. 7"),),
        extras={"patron": "H0123"},
    )))  # fmt: skip
    shown = site.shown()
    assert shown["actions"] == [
        {
            "date": "2026-01-09",
            "description": "Passed",
            "organization": "lower",
            "classification": ["passage"],
        }
    ]
    assert shown["dates"] == [{"kind": "introduced", "date": "2026-01-07", "text": "Jan. 7"}]
    assert shown["concerns"] == ["us/va/county:loudoun"]
    (known,) = site.store.known(SOURCE)
    assert known.extras == {"patron": "H0123"}
    assert site.kinds(observed(measure(extras={"patron": "H0124"}))) == []


def test_first_sight_before_the_baseline_is_quiet(database: Database) -> None:
    """Until the first complete crawl, measures are written but no change and no alert."""
    site = Site(database, baseline=False)
    (outcome,) = site.crawl(bill(("Introduced", readable(LAW))))
    assert (outcome.status, outcome.kinds) == ("new", ())
    site.crawl(observed(measure(status="Introduced")))
    site.crawl(observed(measure(status="Passed")))
    assert site.changes() == site.alerts() == []
    assert site.store.set_baseline(SOURCE, site.now)
    assert not site.store.set_baseline(SOURCE, site.now)
    assert site.kinds(observed(measure(status="Enacted"))) == ["status"]


def test_absence_from_two_complete_readings_is_vanished_once(site: Site) -> None:
    """Gone once says nothing; gone twice is `vanished`, once."""
    one, two = observed(measure("HB 1")), observed(measure("HB 2"))
    site.crawl(one, two, complete=True)
    assert site.kinds(one, complete=True) == []
    assert site.kinds(one, complete=True) == ["vanished"]
    assert site.kinds(one, complete=True) == []
    (gone,) = site.queries.measures(vanished=True)
    assert gone["identifier"] == "HB 2"


def test_an_incomplete_reading_says_nothing_of_absence(site: Site) -> None:
    """Without a complete list nothing is counted, however often a measure is missing."""
    site.crawl(observed(measure("HB 1")), observed(measure("HB 2")), complete=True)
    for _ in range(4):
        assert site.kinds(observed(measure("HB 1"))) == []


def test_being_seen_between_starts_the_count_anew(site: Site) -> None:
    """Absent, seen, absent is not twice absent."""
    one, two = observed(measure("HB 1")), observed(measure("HB 2"))
    for shown in ([one, two], [one], [one, two], [one]):
        assert "vanished" not in site.kinds(*shown, complete=True)


def test_one_crawl_counts_an_absence_once(site: Site) -> None:
    """A list that is closed twice in one crawl was read once."""
    site.crawl(observed(measure("HB 1")), observed(measure("HB 2")), complete=True)
    site.crawl(observed(measure("HB 1")), complete=True)
    listing = Listing(name="bills", rows=1)
    again = site.store.finish_listing(
        SOURCE, listing, crawl_id=site.crawl_id, now=site.now, route=everything
    )
    assert again == []


def test_a_patient_list_waits_longer(site: Site) -> None:
    """A list whose measures come and go says how many readings without one make it vanished."""
    one = observed(measure("HB 1"))
    site.crawl(one, observed(measure("HB 2")), complete=True, patience=4)
    kinds = [site.kinds(one, complete=True, patience=4) for _ in range(5)]
    assert kinds == [[], [], [], ["vanished"], []]


def test_a_list_may_ask_for_days_however_often_it_is_read(site: Site) -> None:
    """Until the days are over, no number of readings makes a measure vanished; then the next does."""
    one, two = observed(measure("HB 1")), observed(measure("HB 2"))
    slow = Listing(name="bills", rows=1, days=10)
    site.crawl(one, two, complete=True)
    last_seen = site.now

    def read(*seen: Observation, days: float) -> list[str]:
        site.crawl_id += 1
        now = last_seen + timedelta(days=days)
        site.store.record(seen, crawl_id=site.crawl_id, now=now, route=everything)
        told = site.store.finish_listing(
            SOURCE, slow, crawl_id=site.crawl_id, now=now, route=everything
        )
        return [str(kind) for outcome in told for kind in outcome.kinds]

    assert [read(one, days=day) for day in (0.5, 1, 2, 5, 9.9)] == [[]] * 5
    assert read(one, days=10) == ["vanished"]
    assert read(one, days=11) == []


def test_days_alone_make_nothing_vanished(site: Site) -> None:
    """One reading without a measure is one, however long ago it was seen."""
    one, two = observed(measure("HB 1")), observed(measure("HB 2"))
    site.crawl(one, two, complete=True)
    site.now += timedelta(days=30)
    assert site.kinds(one, complete=True) == []
    assert site.kinds(one, complete=True) == ["vanished"]


def test_another_list_says_nothing_of_a_measure(site: Site) -> None:
    """Only absence from the list a measure stood in counts."""
    site.crawl(
        observed(measure("HB 1", listing="house")), observed(measure("SB 2", listing="bills"))
    )
    for _ in range(3):
        assert site.kinds(observed(measure("SB 2", listing="bills")), complete=True) == []


def test_a_vanished_measure_that_is_seen_again_is_restored(site: Site) -> None:
    """`restored`, even when the observation says exactly what it said before."""
    one, two = observed(measure("HB 1")), bill(("Introduced", readable(LAW)), identifier="HB 2")
    for shown in ([one, two], [one], [one]):
        site.crawl(*shown, complete=True)
    assert site.kinds(one, two, complete=True) == ["restored"]
    assert site.kinds(one, two, complete=True) == []
    assert site.shown(2)["vanished_at"] is None


def test_what_a_source_said_last_is_known(site: Site) -> None:
    """Its digest is that of the same observation; of what vanished there is none."""
    one, two = observed(measure("HB 1")), bill(("Introduced", readable(LAW)), identifier="HB 2")
    site.crawl(one, two, complete=True)
    assert site.store.said(SOURCE) == dict([digest_of(one), digest_of(two)])
    assert site.store.said("another") == {}
    for _ in range(2):
        site.crawl(one, complete=True)
    assert site.store.said(SOURCE) == dict([digest_of(one)])


def test_what_is_said_is_known_only_as_it_was_said_last(site: Site) -> None:
    """A measure that becomes another and turns back within a crawl is news both times."""
    was, now = observed(measure("HB 1")), observed(measure("HB 1", title="Another title"))
    bad = amended(was, actions=("not an action",))
    site.crawl(was)
    writer = Writer(
        site.store, source=SOURCE, crawl_id=9, now=site.now, route=everything, topics={}
    )
    assert [writer.is_known(one) for one in (was, now, now, was, bad, bad)] == [
        True, False, True, False, False, False
    ]  # fmt: skip
    writer.flush()


def test_a_failed_observation_is_not_an_absence(site: Site) -> None:
    """A measure that could not be recorded was seen: it does not vanish."""
    good = observed(measure("HB 1"))
    site.crawl(good, complete=True)
    bad = amended(good, actions=("not an action",))
    for crawl in (2, 3, 4):
        outcomes = site.store.record([bad], crawl_id=crawl, now=site.now, route=everything)
        assert [outcome.status for outcome in outcomes] == ["failed"]
        vanished = site.store.finish_listing(
            SOURCE, Listing(name="bills", rows=1), crawl_id=crawl, now=site.now, route=everything
        )
        assert vanished == []


def test_a_bad_observation_costs_only_itself(site: Site) -> None:
    """One measure that cannot be recorded is reported; its neighbours are kept."""
    good = [observed(measure(f"HB {number}")) for number in (1, 2, 4)]
    bad = amended(observed(measure("HB 3")), actions=("not an action",))
    outcomes = site.store.record([*good[:2], bad, good[2]], crawl_id=1, now=NOW, route=everything)
    assert [outcome.status for outcome in outcomes] == ["new", "new", "failed", "new"]
    assert outcomes[2].error.startswith("HB 3: AttributeError")
    assert len(site.changes()) == len(site.alerts()) == 3


def test_a_route_that_fails_costs_only_its_measure(site: Site) -> None:
    """Without knowing whom it concerns a change is not written, and can be seen again."""

    def route(facts):
        if facts.identifier == "HB 2":
            raise LookupError("no such watch")
        return everything(facts)

    both = [observed(measure("HB 1")), observed(measure("HB 2"))]
    outcomes = site.store.record(both, crawl_id=1, now=NOW, route=route)
    assert [outcome.status for outcome in outcomes] == ["new", "failed"]
    assert site.kinds(*both) == ["new"]


def test_validators_of_a_failed_observation_are_not_kept(site: Site) -> None:
    """What was not recorded must be asked for in full next time."""
    from pipelines.ports import FetchState

    good = bill(("Introduced", readable(LAW)), identifier="HB 1")
    bad = amended(bill(("Introduced", readable(LAW + "!")), identifier="HB 2"), actions=("none",))
    bad = replace(bad, texts=(replace(bad.texts[0], url="https://lis.example/bad"),))
    fetches = {
        url: FetchState(sha256="a" * 64, etag='"1"', checked_at=NOW)
        for url in ("https://lis.example/text", "https://lis.example/bad")
    }
    site.store.record([good, bad], crawl_id=1, now=NOW, route=nobody, fetches=fetches)
    kept = site.store.fetch_state("https://lis.example/text")
    assert kept is not None
    assert (kept.etag, kept.checked_at) == ('"1"', NOW)
    assert site.store.fetch_state("https://lis.example/bad") is None


def test_the_source_that_showed_a_field_first_decides_it(site: Site) -> None:
    """Two sources that disagree do not alert in turns; a field only one shows is its own."""
    first = observed(measure(status="In committee"))
    other = Observation(source="other", measure=measure(status="Introduced", abstract="An act."))
    site.store.set_baseline("other", NOW)
    site.store.register("other", place="us/va", kind="site")
    site.store.set_baseline("other", NOW)
    site.crawl(first)
    for _ in range(3):
        assert site.kinds(first) == []
        assert site.kinds(other) == []
    assert site.shown()["status"] == "In committee"
    assert site.shown()["abstract"] == "An act."


def test_a_measure_another_source_still_shows_has_not_vanished(site: Site) -> None:
    """A measure vanishes when no source shows it any more."""
    site.store.register("other", place="us/va", kind="site")
    site.store.set_baseline("other", NOW)
    filler, gone = observed(measure("HB 2")), observed(measure("HB 1"))
    site.crawl(gone, filler, Observation(source="other", measure=measure("HB 1", listing="x")))
    for _ in range(4):
        assert site.kinds(filler, complete=True) == []


def test_words_no_database_keeps_are_replaced(site: Site) -> None:
    """NUL and half surrogates cost a character, not the measure."""
    seen = bill(("Intro\0duced", readable("law \0 text")), title="Mask \0 \udfff ban")
    assert site.kinds(seen) == ["new"]
    assert site.kinds(seen) == []
    assert "\N{REPLACEMENT CHARACTER}" in site.shown()["title"]


def test_a_measure_is_shown_as_it_was(site: Site) -> None:
    """`at` gives the state, the versions and the readability of that time."""
    site.crawl(bill(("Introduced", PENDING), status="Introduced"))
    then = site.now
    site.crawl(bill(("Introduced", readable(LAW)), status="Passed"))
    middle = site.now
    site.crawl(bill(("Introduced", readable(LAW + " More.")), status="Enacted"))
    assert [site.queries.show(1, at=at)["status"] for at in (then, middle, site.now)] == [
        "Introduced", "Passed", "Enacted",
    ]  # fmt: skip
    changed = [site.queries.show(1, at=at)["changed_at"] for at in (then, middle, site.now)]
    assert changed == [at.isoformat() for at in (then, middle, site.now)]
    assert site.queries.show(1, at=then)["versions"][0]["state"] == "pending"
    assert (
        site.queries.show(1, at=middle)["versions"][0]["text_sha256"] == readable(LAW).text_sha256
    )


def test_health_moves_its_date_only_when_it_changes(site: Site) -> None:
    """Transitions are what is told: the state before is returned, `since` stays."""
    assert site.store.set_health(SOURCE, Health.OK, now=NOW) is None
    later = NOW.replace(day=9)
    assert site.store.set_health(SOURCE, Health.OK, now=later) is Health.OK
    assert site.store.set_health(SOURCE, Health.FAILING, now=later, notes=["503"]) is Health.OK
    state = site.store.source(SOURCE)
    assert state is not None
    assert (state.health, state.since, state.last_success) == (Health.FAILING, later, later)
    (line,) = site.queries.sources_health({SOURCE: "6 hours"})
    assert (line["state"], line["expected_every"], line["notes"]) == ("failing", "6 hours", ["503"])


def test_an_accepted_watchlist_is_kept_by_its_hash(site: Site) -> None:
    """Workers read the watchlist they were told of, whatever the file says by now."""
    key = site.store.accept_watchlist("name: masks\n", NOW)
    assert site.store.accept_watchlist("name: masks\n", NOW) == key
    assert site.store.watchlist(key) == "name: masks\n"
    assert site.store.watchlist("0" * 64) is None


def test_texts_are_found_again_by_document_and_reader(site: Site) -> None:
    """Known bytes need not be read again by the same reader."""
    text = readable(LAW)
    site.store.save_text(text.sha256, text.extracted, "1")
    site.store.save_text(text.sha256, text.extracted, "1")
    assert site.store.text_of(text.sha256, "1") == text.extracted
    assert site.store.text_of(text.sha256, "2") is None
    site.crawl(bill(("Introduced", replace(text, extracted=None))))
    assert site.shown()["versions"][0]["state"] == "readable"


def test_a_text_comes_back_as_it_was_read(site: Site) -> None:
    """Line numbers, doubted words and what the pages printed are kept with the text."""
    text = readable(LAW)
    (page,) = text.extracted.pages
    page = replace(
        page, lines=((0, 3), (9, 4)), doubtful=((2, 7, 0.41),), original="3 " + page.text
    )
    extracted = replace(text.extracted, pages=(page,))
    site.store.save_text(text.sha256, extracted, "1")
    assert site.store.text_of(text.sha256, "1") == extracted


def test_the_text_before_is_given_for_matching(site: Site) -> None:
    """New passages are told from old ones by the latest readable text of the measure."""
    seen = bill(("Introduced", readable(LAW)))
    assert site.store.previous_text(seen) is None
    site.crawl(seen)
    assert site.store.previous_text(bill(("Engrossed", PENDING))) == LAW


def test_a_vote_is_kept_with_its_action(site: Site) -> None:
    """It is shown with its roll call, told once, and not lost to a page without it."""
    vote = Vote(
        result=VoteResult.PASS, text="Pass", counts=((VoteOption.YES, 2), (VoteOption.NO, 1)),
        roll=(Cast(voter="Hope", option=VoteOption.YES, text="Aye"), Cast(voter="Reyes\0")),
    )  # fmt: skip
    bare = observed(measure(actions=(action("Passed House", 9),)))
    voted = amended(bare, actions=(replace(bare.measure.actions[0], vote=vote),))
    site.crawl(bare)
    assert site.kinds(voted) == ["action"]
    assert site.kinds(voted) == site.kinds(bare) == site.kinds(voted) == []
    (shown,) = site.shown()["actions"]
    assert shown["vote"] == {
        "result": "pass", "text": "Pass", "counts": {"yes": 2, "no": 1},
        "roll": [
            {"voter": "Hope", "option": "yes", "text": "Aye"},
            {"voter": "Reyes\N{REPLACEMENT CHARACTER}", "option": "other", "text": ""},
        ],
    }  # fmt: skip
    assert site.changes()[-1]["summary"] == "Vote: Passed House 2 to 1"
    assert "vote" not in site.queries.show(1, at=NOW + DAY)["actions"][0]
