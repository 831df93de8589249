"""What texts mean: amendments, new prints, pending texts, and everything that is quiet."""

from dataclasses import replace

import pytest

from pipelines.texts import Extracted
from storage.database import Database
from tests.storage_makers import (
    LAW,
    PENDING,
    REFUSED,
    SOURCE,
    UNREADABLE,
    Site,
    about,
    amended,
    bill,
    measure,
    observed,
    readable,
    version,
)

OTHER = LAW.replace("name tag", "name tag and a badge number")
THIRD = LAW.replace("July", "October")
STATES = ["readable", "pending"]


@pytest.fixture
def site(database: Database) -> Site:
    """A source past its baseline, whose every change alerts."""
    return Site(database)


def test_the_first_version_belongs_to_the_new_measure(site: Site) -> None:
    """A new measure with a text makes one change, `new`, which names its version."""
    assert site.kinds(bill(("Introduced", readable(LAW)))) == ["new"]
    (change,) = site.changes()
    assert change["versions"] == [None, site.shown()["versions"][0]["id"]]


def test_the_same_observation_again_changes_nothing(site: Site) -> None:
    """An observation that says what it said before is unchanged, and only touches its sighting."""
    seen = bill(("Introduced", readable(LAW)))
    site.crawl(seen)
    (outcome,) = site.crawl(seen)
    assert outcome.status == "unchanged"
    assert outcome.kinds == ()
    (known,) = site.store.known(SOURCE)
    assert known.seen_last == site.now


def test_another_text_in_a_new_version_is_an_amendment(site: Site) -> None:
    """A new note with another text is `amended` against the latest readable text, with counts."""
    site.crawl(bill(("Introduced", readable(LAW))))
    both = bill(("Introduced", readable(LAW)), ("Engrossed", readable(OTHER)))
    assert site.kinds(both) == ["amended"]
    change = site.changes()[-1]
    first, second = site.shown()["versions"]
    assert change["versions"] == [first["id"], second["id"]]
    assert change["details"]["inserted"] > 0
    assert change["before"]["note"] == "Introduced"
    assert change["after"]["note"] == "Engrossed"


def test_an_earlier_print_that_is_listed_late_is_no_news(site: Site) -> None:
    """Numbered prints before one that is known take their places without a word; later ones are told."""
    site.crawl(bill(("Version 2", readable(OTHER))))
    late = bill(
        ("Version 0", readable(LAW)), ("Version 1", PENDING), ("Version 2", readable(OTHER))
    )
    assert site.kinds(late) == []
    assert [one["note"] for one in site.shown()["versions"]] == [
        "Version 0",
        "Version 1",
        "Version 2",
    ]
    arrived = bill(
        ("Version 0", readable(LAW)), ("Version 1", readable(LAW)), ("Version 2", readable(OTHER))
    )
    assert site.kinds(arrived) == []
    then = bill(("Version 2", readable(OTHER)), ("Version A", readable(THIRD)))
    assert site.kinds(then) == ["amended"]
    before, after = site.changes()[-1]["versions"]
    assert (before, after) == tuple(one["id"] for one in site.shown()["versions"][-2:])


def test_the_same_text_in_a_new_version_is_a_new_print(site: Site) -> None:
    """A new note with the text known already is `version`, never `amended`."""
    site.crawl(bill(("Introduced", readable(LAW))))
    both = bill(("Introduced", readable(LAW)), ("Printed", readable(LAW, file="other bytes")))
    assert site.kinds(both) == ["version"]


def test_a_cosmetic_difference_in_a_new_version_is_a_new_print(site: Site) -> None:
    """Where only spaces and glyphs differ, a new version is `version`."""
    site.crawl(bill(("Introduced", readable(LAW))))
    spaced = LAW.replace(". ", ".\n\n  ")
    assert site.kinds(bill(("Introduced", readable(LAW)), ("Printed", readable(spaced)))) == [
        "version"
    ]


def test_other_text_at_the_same_note_is_an_amendment(site: Site) -> None:
    """The same note serving other text is `amended`; the old text is kept, as replaced."""
    site.crawl(bill(("Introduced", readable(LAW))))
    (old,) = site.shown()["versions"]
    before = site.now
    assert site.kinds(bill(("Introduced", readable(OTHER)))) == ["amended"]
    (new,) = site.shown()["versions"]
    assert site.changes()[-1]["versions"] == [old["id"], new["id"]]
    assert site.queries.show(1, at=before)["versions"] == [old]


def test_a_regenerated_file_is_quiet(site: Site) -> None:
    """Other bytes with the same text only renew the reference to the document."""
    site.crawl(bill(("Introduced", readable(LAW, file="one"))))
    again = readable(LAW, file="two")
    assert site.kinds(bill(("Introduced", again))) == []
    (shown,) = site.shown()["versions"]
    assert shown["document_sha256"] == again.sha256
    assert site.kinds(bill(("Introduced", readable(LAW, file="one")))) == []


def test_a_cosmetic_difference_at_the_same_note_is_quiet(site: Site) -> None:
    """Typography alone is no amendment, today or when it comes back."""
    curly = LAW.replace("name tag", "“name” tag")
    straight = curly.replace("“", '"').replace("”", '"')
    site.crawl(bill(("Introduced", readable(straight))))
    for text in (curly, straight + "\n", curly.replace(" ", "  ")):
        assert site.kinds(bill(("Introduced", readable(text)))) == []
    assert site.shown()["versions"][0]["text_sha256"] == readable(straight).text_sha256


def test_a_text_that_comes_back_alerts_both_times(site: Site) -> None:
    """A, B, A: each is compared with the latest accepted text, so both steps are amendments."""
    site.crawl(bill(("Introduced", readable(LAW))))
    assert site.kinds(bill(("Introduced", readable(OTHER)))) == ["amended"]
    assert site.kinds(bill(("Introduced", readable(LAW)))) == ["amended"]
    assert len(site.alerts()) == 3


@pytest.mark.parametrize(
    "bad", [REFUSED, PENDING, UNREADABLE], ids=["refused", "pending", "unreadable"]
)
def test_what_was_not_accepted_touches_nothing(site: Site, bad: object) -> None:
    """An error page, a missing or an unreadable file between two readings makes no change."""
    good = bill(("Introduced", readable(LAW)))
    site.crawl(good)
    before = site.shown()["versions"]
    assert site.kinds(replace(good, texts=(bad,))) == []
    assert site.shown()["versions"] == before
    assert site.kinds(good) == []
    assert site.kinds(bill(("Introduced", readable(OTHER)))) == ["amended"]


def test_a_refused_text_is_not_taken_even_when_it_can_be_read(site: Site) -> None:
    """A truncated file has a text, but is never an amendment."""
    site.crawl(bill(("Introduced", readable(LAW))))
    cut = replace(readable(LAW[:40]), accepted=False, reason="truncated")
    assert site.kinds(bill(("Introduced", cut))) == []
    assert site.kinds(bill(("Introduced", readable(LAW)), ("Engrossed", cut))) == ["version"]
    assert [one["state"] for one in site.shown()["versions"]] == ["readable", "pending"]


def test_a_new_version_that_cannot_be_read_yet_is_told_at_once(site: Site) -> None:
    """A pending version is `version` now, and says why it waits."""
    site.crawl(bill(("Introduced", readable(LAW))))
    seen = bill(("Introduced", readable(LAW)), ("Engrossed", PENDING))
    assert site.kinds(seen) == ["version"]
    (outcome,) = site.crawl(seen)
    assert outcome.pending == 1
    assert site.shown()["versions"][1]["reason"] == "an API key"


def test_a_pending_text_that_arrives_raises_its_alerts_once(database: Database) -> None:
    """The change that brought a version alerts when the text arrives and matches, once."""
    site = Site(database, route=about("masks"))
    site.crawl(bill(("Introduced", PENDING)))
    assert site.alerts() == []
    arrived = bill(("Introduced", readable(LAW, topics=["masks"])))
    assert site.kinds(arrived) == []
    (alert,) = site.alerts()
    assert alert["change"] == site.changes()[0]["id"]
    assert site.changes()[0]["topics"] == ["masks"]
    site.crawl(arrived)
    site.crawl(bill(("Introduced", PENDING)))
    site.crawl(arrived)
    assert len(site.alerts()) == 1


def test_the_completion_of_a_first_version_is_no_amendment(site: Site) -> None:
    """The first text of a measure is compared with nothing."""
    site.crawl(bill(("Introduced", PENDING)))
    assert site.kinds(bill(("Introduced", readable(LAW)))) == []
    assert [one["state"] for one in site.shown()["versions"]] == ["readable"]


def test_the_completion_of_a_later_version_is_an_amendment_once(site: Site) -> None:
    """When a later version's text arrives and differs, `amended` is written once.

    Whoever was told of the version is not told again.
    """
    first = ("Introduced", readable(LAW))
    site.crawl(bill(first))
    site.crawl(bill(first, ("Engrossed", PENDING)))
    complete = bill(first, ("Engrossed", readable(OTHER)))
    assert site.kinds(complete) == ["amended"]
    assert site.kinds(complete) == []
    assert site.kinds(bill(first, ("Engrossed", PENDING))) == []
    assert site.kinds(complete) == []
    assert len(site.alerts()) == 2


def test_the_completion_with_the_same_text_is_quiet(site: Site) -> None:
    """A later version whose text turns out to be the same makes no further change."""
    first = ("Introduced", readable(LAW))
    site.crawl(bill(first))
    site.crawl(bill(first, ("Printed", PENDING)))
    assert site.kinds(bill(first, ("Printed", readable(LAW, file="reprint")))) == []


def test_texts_of_a_new_measure_that_arrive_later_are_no_amendments(site: Site) -> None:
    """All versions first seen with the measure belong to `new`, also when read later."""
    site.crawl(bill(("Introduced", PENDING), ("Engrossed", PENDING)))
    both = bill(("Introduced", readable(LAW)), ("Engrossed", readable(OTHER)))
    assert site.kinds(both) == []
    assert len(site.alerts()) == 1


def test_a_baseline_text_that_arrives_later_is_quiet(database: Database) -> None:
    """A version first seen before the baseline has no change whose alert could be raised."""
    site = Site(database, baseline=False)
    site.crawl(bill(("Introduced", PENDING), ("Engrossed", PENDING)))
    site.store.set_baseline(SOURCE, site.now)
    both = bill(("Introduced", readable(LAW)), ("Engrossed", readable(OTHER)))
    assert site.kinds(both) == []
    assert site.alerts() == []


def test_the_same_bytes_read_otherwise_by_newer_code_are_quiet(site: Site) -> None:
    """A re-parse updates the text, names the new reader, and never alerts."""
    site.crawl(bill(("Introduced", readable(LAW, file="pdf", extractor="1"))))
    reread = readable(OTHER, file="pdf", extractor="2")
    assert site.kinds(bill(("Introduced", reread))) == []
    (shown,) = site.shown()["versions"]
    assert (shown["extractor"], shown["text_sha256"]) == ("2", reread.text_sha256)
    assert len(site.alerts()) == 1


def test_versions_seen_after_their_measure_in_one_crawl_belong_to_new(database: Database) -> None:
    """A list page and then a detail page make one `new`, with the topics of the text."""
    site = Site(database, route=about("masks"))
    site.now += site.now - site.now
    listed = observed(measure())
    detailed = bill(("Introduced", readable(LAW, topics=["masks"])))
    assert site.kinds(listed, detailed) == ["new"]
    assert len(site.alerts()) == 1
    assert site.changes()[0]["topics"] == ["masks"]


def test_versions_of_a_measure_known_for_long_are_learned_in_silence(site: Site) -> None:
    """A field seen for the first time is no change, also when it is the versions."""
    site.crawl(observed(measure()))
    assert site.kinds(bill(("Introduced", readable(LAW)))) == []
    assert site.kinds(bill(("Introduced", readable(OTHER)))) == ["amended"]


def test_a_reordered_list_of_versions_with_one_note_is_quiet(site: Site) -> None:
    """Two versions may share a note; their order in the list says nothing."""
    versions = (version("Amendment", url="https://lis.example/a"),
                version("Amendment", url="https://lis.example/b"))  # fmt: skip
    texts = (readable(LAW), readable(OTHER))
    seen = observed(measure(versions=versions), *texts)
    site.crawl(seen)
    turned = replace(
        seen, measure=replace(seen.measure, versions=versions[::-1]), texts=texts[::-1]
    )
    assert site.kinds(turned) == []
    moved = (version("Amendment", url="https://lis.example/c"), versions[0])
    turned = replace(seen, measure=replace(seen.measure, versions=moved), texts=texts[::-1])
    assert site.kinds(turned) == []


def test_an_address_is_not_identity(site: Site) -> None:
    """The same note and text at another address is the same version."""
    first = version("Introduced", url="https://lis.example/session-17/text")
    site.crawl(observed(measure(versions=(first,)), readable(LAW)))
    moved = version("Introduced", url="https://lis.example/session-42/text")
    assert site.kinds(observed(measure(versions=(moved,)), readable(LAW))) == []
    assert site.shown()["versions"][0]["links"][0]["url"].endswith("session-42/text")


def test_a_version_that_is_listed_no_more_is_kept(site: Site) -> None:
    """A source that stops listing a version says nothing about its text."""
    both = bill(("Introduced", readable(LAW)), ("Engrossed", readable(OTHER)))
    site.crawl(both)
    assert site.kinds(bill(("Engrossed", readable(OTHER)))) == []
    assert [one["note"] for one in site.shown()["versions"]] == ["Introduced", "Engrossed"]
    assert site.kinds(both) == []


def test_versions_that_come_together_are_ordered_by_date(site: Site) -> None:
    """A list with the newest first is read from the oldest on when all are dated."""
    site.crawl(observed(measure(versions=(version("Introduced", 5),)), readable(LAW)))
    newest_first = (version("Enrolled", 20), version("Engrossed", 10), version("Introduced", 5))
    seen = observed(measure(versions=newest_first), readable(THIRD), readable(OTHER), readable(LAW))
    assert site.kinds(seen) == ["amended", "amended"]
    notes = [(one["before"]["note"], one["after"]["note"]) for one in site.changes()[1:]]
    assert notes == [("Introduced", "Engrossed"), ("Engrossed", "Enrolled")]


def test_an_amendment_is_never_empty(site: Site) -> None:
    """Words in another order of lines are moved, not nothing; equal words make no change."""
    site.crawl(bill(("Introduced", readable(LAW))))
    assert site.kinds(bill(("Introduced", readable(LAW.replace(" ", "\n"))))) == []
    assert all(change["kind"] != "amended" for change in site.changes())


def test_an_unreadable_version_that_can_be_read_later_is_completed(site: Site) -> None:
    """Unreadable is not the end: a better reader completes the version like a pending one."""
    site.crawl(bill(("Introduced", UNREADABLE)))
    assert site.shown()["versions"][0]["state"] == "unreadable"
    assert site.kinds(bill(("Introduced", readable(LAW)))) == []
    assert site.shown()["versions"][0]["state"] == "readable"


def test_field_changes_and_text_changes_are_told_side_by_side(site: Site) -> None:
    """One observation can bring several changes; each has its own row."""
    site.crawl(bill(("Introduced", readable(LAW)), status="Introduced"))
    both = bill(
        ("Introduced", readable(LAW)), ("Engrossed", readable(OTHER)), status="Passed House"
    )
    assert sorted(site.kinds(both)) == ["amended", "status"]
    assert site.kinds(amended(both, status="Enacted")) == ["status"]


def test_topics_say_what_a_change_brought(site: Site) -> None:
    """`new_topics` are those with a new passage in the text the change brought."""
    first = ("Introduced", readable(LAW, topics=["masks"]))
    site.crawl(bill(first))
    assert (site.told[-1].topics, site.told[-1].new_topics) == (("masks",), ("masks",))
    known = replace(readable(OTHER, topics=["masks"]))
    known = replace(known, matches=tuple(replace(one, new=False) for one in known.matches))
    site.crawl(bill(first, ("Engrossed", known)))
    assert (site.told[-1].topics, site.told[-1].new_topics) == (("masks",), ())
    site.crawl(bill(first, ("Engrossed", known), status="Passed House"))
    site.crawl(bill(("Introduced", PENDING), status="Enacted"))
    assert (site.told[-1].kind, site.told[-1].topics) == ("status", ("masks",))


def test_an_amendment_that_strikes_a_watched_passage_is_told(site: Site) -> None:
    """Who watches a topic hears of the amendment that takes it out of the text."""
    site.crawl(bill(("Introduced", readable(LAW, topics=["masks"]))))
    site.crawl(bill(("Introduced", readable(OTHER))))
    assert (site.told[-1].kind, site.told[-1].topics) == ("amended", ("masks",))
    assert site.told[-1].new_topics == ()
    assert site.changes()[-1]["topics"] == ["masks"]


def test_what_cannot_be_read_is_not_read_again(site: Site) -> None:
    """An unreadable document is remembered by its reader; one that only ran out of time is not."""
    nothing = Extracted(media_type="application/pdf", method="pdfium", reason="encrypted")
    locked = replace(UNREADABLE, extracted=nothing, extractor="1")
    slow = replace(locked, sha256="f" * 64, reason="timeout")
    site.crawl(bill(("Introduced", locked), ("Engrossed", slow)))
    assert site.store.text_of(locked.sha256, "1") == nothing
    assert site.store.text_of(slow.sha256, "1") is None


def test_documents_are_noted_with_their_first_address(site: Site, database: Database) -> None:
    """Where bytes were first seen is kept, whatever they turned out to be."""
    text = readable(LAW)
    site.crawl(bill(("Introduced", text)))
    site.crawl(bill(("Introduced", replace(text, url="https://elsewhere.example"))))
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT sha256, media_type, url FROM documents").all()
    assert [tuple(row) for row in rows] == [(text.sha256, "text/html", "https://lis.example/text")]


def test_the_text_of_a_version_can_be_had(site: Site) -> None:
    """Also that of a replaced version, for comparing; none for one that waits."""
    site.crawl(bill(("Introduced", readable(LAW)), ("Engrossed", PENDING)))
    site.crawl(bill(("Introduced", readable(OTHER)), ("Engrossed", PENDING)))
    old, new = site.changes()[-1]["versions"]
    assert (site.queries.version_text(old), site.queries.version_text(new)) == (LAW, OTHER)
    waiting = site.shown()["versions"][1]["id"]
    assert site.queries.version_text(waiting) is None
    assert site.queries.version_text(999) is None
