"""Kept documents read anew: what moves, what stays, and that nobody is told."""

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.topics import Topic
from config.vocabulary import ChangeKind, TextState
from monitor.entries import entries
from pipelines.match import compile_topics
from pipelines.texts import Extracted, Mark, Page
from storage.database import Database
from storage.outbox import Outbox
from storage.ports import AlertFacts
from storage.reextracting import Reextracting
from storage.search import Search
from storage.store import Store
from storage.unread import Only, Waiting, Wanted
from tests.storage_killed import die_at, in_child
from tests.storage_makers import (
    DAY,
    LAW,
    NOW,
    SOURCE,
    UNREADABLE,
    Site,
    about,
    bill,
    extracted,
    readable,
)

MASKS = Topic(name="masks", title="Masks", query="mask*")
BADGES = Topic(name="badges", title="Badges", query="badge*")
MISREAD = LAW.replace("mask", "rnask")
FILE = "the bytes of a bill"


def rereading(database: Database, *topics: Topic, extractor: str = "2") -> Reextracting:
    """The store's documents, read by extractor 2 unless said otherwise."""
    return Reextracting(
        database, extractor, matcher=compile_topics(topics or (MASKS,)),
        topics={topic.name: topic.digest for topic in topics or (MASKS,)},
    )  # fmt: skip


def misread(site: Site, *, identifier: str = "HB 1", file: str = FILE) -> None:
    """A day's crawl on which extractor 1 reads a bill badly."""
    site.crawl(bill(("Introduced", readable(MISREAD, file=file)), identifier=identifier))


def only(found: list[Waiting]) -> Waiting:
    [waiting] = found
    return waiting


def kept(database: Database, text: str | Extracted, **options: Any) -> Waiting:
    """Keep a new reading of the one document that waits."""
    again = rereading(database)
    waiting = only(again.waiting(Wanted(**options)))
    words = extracted(text) if isinstance(text, str) else text
    again.keep(waiting, words, now=NOW + 9 * DAY, **options)
    return waiting


def told_of(site: Site) -> list[tuple[Any, ...]]:
    """The changes as they were recorded."""
    names = ("id", "at", "kind", "before", "after", "versions", "topics", "summary", "details")
    return [tuple(one[name] for name in names) for one in site.changes()]


NOTHING = Extracted(media_type="text/html", method="html", reason="broken", warnings=("torn",))


def test_only_what_this_extractor_has_not_read_waits(database: Database) -> None:
    """Documents wait in the order of their SHA-256 until they are kept; then none does."""
    site = Site(database)
    for number in range(4):
        misread(site, identifier=f"HB {number}", file=f"file {number}")
    again = rereading(database)
    waiting = again.waiting(Wanted())
    assert [one.sha256 for one in waiting] == sorted(one.sha256 for one in waiting)
    assert len(waiting) == 4
    again.keep(waiting[0], extracted(LAW), now=NOW)
    assert again.waiting(Wanted()) == waiting[1:]
    assert again.waiting(Wanted(again=True)) == waiting
    assert rereading(database, extractor="1").waiting(Wanted()) == waiting[:1]


def test_parts_are_the_whole_and_have_nothing_in_common(database: Database) -> None:
    """Every document is in exactly one of three parts."""
    site = Site(database)
    for number in range(12):
        misread(site, identifier=f"HB {number}", file=f"file {number}")
    again = rereading(database)
    parts = [again.waiting(Wanted(shard=number, shards=3)) for number in (1, 2, 3)]
    assert all(parts)
    joined = sorted((one for part in parts for one in part), key=lambda one: one.sha256)
    assert joined == again.waiting(Wanted())


def test_documents_are_chosen_by_source_day_and_name(database: Database) -> None:
    """A filter leaves out what it does not name."""
    site = Site(database)
    misread(site)
    again = rereading(database)
    [waiting] = again.waiting(Wanted(sources=(SOURCE,), since=NOW))
    assert again.waiting(Wanted(documents=(waiting.sha256[:6],))) == [waiting]
    assert again.waiting(Wanted(documents=("%",))) == []
    assert again.waiting(Wanted(sources=("maryland",))) == []
    assert again.waiting(Wanted(since=site.now + DAY)) == []


@pytest.mark.parametrize(("asked", "number"), [("low-confidence", "HB 1"), ("unreadable", "HB 2")])
def test_documents_are_chosen_by_what_is_wrong_with_them(
    database: Database, asked: Only, number: str
) -> None:
    """Doubtful pages and unreadable documents can be asked for by themselves."""
    site = Site(database)
    page = Page(number=1, start=0, text=MISREAD, method="ocr", confidence=0.5)
    doubtful = replace(
        readable(MISREAD, file="scan"),
        extracted=Extracted(media_type="application/pdf", method="ocr", pages=(page,)),
    )
    site.crawl(
        bill(("Introduced", doubtful), identifier="HB 1"),
        bill(("Introduced", UNREADABLE), identifier="HB 2"),
        bill(("Introduced", readable(LAW)), identifier="HB 3"),
    )
    again = rereading(database)
    stored = again.stored(only(again.waiting(Wanted(only=asked))))
    assert stored is not None
    assert stored.identifier == number


def test_a_new_text_takes_effect_without_a_change_or_an_alert(database: Database) -> None:
    """Version, matches and search follow the new text; the old one stays beside it."""
    site = Site(database)
    misread(site)
    changes, alerts, told = told_of(site), site.alerts(), len(site.told)
    before = site.shown()["versions"][0]
    kept(database, LAW)
    [version] = site.shown()["versions"]
    assert site.queries.version_text(version["id"]) == LAW
    assert version["extractor"] == "2"
    assert (version["id"], version["note"]) == (before["id"], before["note"])
    assert told_of(site) == changes
    assert site.alerts() == alerts
    assert len(site.told) == told
    assert [one["id"] for one in site.queries.measures(topic="masks")] == [1]
    assert list(Search(database).search("rnask")) == []
    assert len(list(Search(database).search('"wear a mask"'))) == 1
    texts = rereading(database).readings(version["document_sha256"])
    assert [(one.extractor, one.extracted.text) for one in texts] == [("1", MISREAD), ("2", LAW)]


def test_the_next_crawl_says_unchanged_and_an_amendment_alerts_once(database: Database) -> None:
    """A crawl by the new extractor finds what was kept; only other bytes with other words are news."""
    site = Site(database, route=about("masks"))
    misread(site)
    kept(database, LAW)
    same = readable(LAW, file=FILE, extractor="2", topics=["masks"])
    [outcome] = site.crawl(bill(("Introduced", same)))
    assert (outcome.status, outcome.kinds) == ("unchanged", ())
    renewed = readable(LAW, file="the same bill, made anew", extractor="2", topics=["masks"])
    assert site.kinds(bill(("Introduced", renewed))) == []
    assert site.alerts() == []
    law = LAW.replace("on duty", "on or off duty")
    amended = readable(law, extractor="2", topics=["masks"])
    assert site.kinds(bill(("Introduced", amended))) == ["amended"]
    assert site.kinds(bill(("Introduced", amended))) == []
    assert len(site.alerts()) == 1


def test_marks_alone_are_reason_enough_to_move(database: Database) -> None:
    """The same words with marks change the standing of a passage."""
    site = Site(database)
    site.crawl(bill(("Introduced", readable(LAW, file=FILE, topics=["masks"]))))
    start = LAW.index("No officer")
    marked = replace(
        extracted(LAW), marks=(Mark(start=start, end=LAW.index("This act"), kind="struck"),)
    )
    waiting = kept(database, marked)
    stored = rereading(database).stored(waiting)
    assert stored is not None
    assert stored.before == marked
    [found] = Search(database).search("mask")
    assert found["matches"][0]["standing"] == "struck"
    assert rereading(database).waiting(Wanted()) == []


def test_a_text_that_can_no_longer_be_read_is_not_taken(database: Database) -> None:
    """The earlier text stays, a crawl does not touch it, and the failure is not repeated."""
    site = Site(database)
    misread(site)
    shown = site.shown()
    again = rereading(database)
    waiting = only(again.waiting(Wanted()))
    effect = again.keep(waiting, NOTHING, now=NOW)
    assert (effect.refused, effect.versions) == (True, 0)
    assert site.shown() == shown
    assert again.waiting(Wanted()) == []
    unread = replace(UNREADABLE, sha256=waiting.sha256, extracted=NOTHING, reason="broken")
    assert site.kinds(bill(("Introduced", replace(unread, extractor="2")))) == []
    assert site.queries.version_text(shown["versions"][0]["id"]) == MISREAD


def test_a_truncated_reading_counts_as_unread_whatever_words_it_has(database: Database) -> None:
    """Half a bill never takes the place of a whole one."""
    site = Site(database)
    misread(site)
    kept(database, replace(extracted(LAW[:40]), reason="truncated"))
    [version] = site.shown()["versions"]
    assert site.queries.version_text(version["id"]) == MISREAD
    assert rereading(database).waiting(Wanted()) == []


def test_what_is_worse_is_taken_when_asked_for(database: Database) -> None:
    """The version becomes unreadable, silently; its earlier text stays in the store."""
    site = Site(database)
    misread(site)
    changes = told_of(site)
    again = rereading(database)
    again.keep(only(again.waiting(Wanted())), NOTHING, now=NOW)
    waiting = kept(database, NOTHING, accept_worse=True)
    [version] = site.shown()["versions"]
    assert (version["state"], version["reason"]) == ("unreadable", "broken")
    assert version["text_sha256"] is None
    assert list(site.queries.measures(topic="masks")) == []
    assert told_of(site) == changes
    assert rereading(database).readings(waiting.sha256)[0].extracted.text == MISREAD
    assert again.waiting(Wanted(accept_worse=True)) == []


def test_an_unreadable_document_that_can_be_read_now_is_learned_in_silence(
    database: Database,
) -> None:
    """Its topics are found and nobody is told; then and before the day it was pending."""
    site = Site(database, route=about("masks"))
    site.crawl(bill(("Introduced", UNREADABLE)))
    seen = site.now
    kept(database, LAW)
    [version] = site.shown()["versions"]
    assert (version["state"], version["reason"]) == ("readable", "")
    then = site.queries.show(1, at=seen + timedelta(hours=1))["versions"][0]
    assert (then["state"], then["text_sha256"]) == ("pending", None)
    again = replace(
        readable(LAW, extractor="2", topics=["masks"]), sha256=version["document_sha256"]
    )
    assert site.kinds(bill(("Introduced", again))) == []
    assert site.alerts() == []
    assert [one["id"] for one in site.queries.measures(topic="masks")] == [1]


def test_a_replaced_text_is_read_anew_too_so_that_redlines_compare_like_with_like(
    database: Database,
) -> None:
    """Both sides of an amendment move; what follows is new against the new text before it."""
    site = Site(database)
    misread(site)
    site.crawl(bill(("Introduced", readable(f"{MISREAD} Masks are banned.", file="later"))))
    [change] = [one for one in site.changes() if one["kind"] == "amended"]
    again = rereading(database)
    waiting = again.waiting(Wanted())
    assert len(waiting) == 2
    late_first = sorted(waiting, key=lambda one: -one.versions[0])
    for one, text in zip(late_first, (f"{LAW} Masks are banned.", LAW), strict=True):
        again.keep(one, extracted(text), now=NOW)
    old, new = (site.queries.version_text(id_) for id_ in change["versions"])
    assert (old, new) == (LAW, f"{LAW} Masks are banned.")
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT version_id, term, new FROM matches WHERE version_id IS NOT NULL"
            " ORDER BY version_id, start"
        ).all()
    assert [(row[0], bool(row[2])) for row in rows] == [
        (change["versions"][0], True), (change["versions"][1], False), (change["versions"][1], True),
    ]  # fmt: skip


def test_matches_follow_the_topics_of_today(database: Database) -> None:
    """A version moved is matched with the watchlist as it is, and says with which."""
    site = Site(database)
    site.crawl(bill(("Introduced", readable(MISREAD, file=FILE, topics=["masks"]))))
    again = rereading(database, BADGES)
    waiting = only(again.waiting(Wanted()))
    stored = again.stored(waiting)
    assert stored is not None
    assert stored.topics == {"masks"}
    effect = again.keep(waiting, extracted(f"{LAW} Badges too."), now=NOW)
    assert effect.topics == {"badges"}
    assert list(site.queries.measures(topic="masks")) == []
    with database.reading() as connection:
        matched = connection.exec_driver_sql("SELECT matched FROM versions").scalar()
    assert str(matched).count(BADGES.digest) == 1


def test_weighing_tells_the_same_and_writes_nothing(database: Database) -> None:
    """A dry run sees what keeping would do."""
    site = Site(database)
    misread(site)
    again = rereading(database)
    waiting = only(again.waiting(Wanted()))
    weighed = again.weigh(waiting, extracted(LAW))
    assert again.waiting(Wanted()) == [waiting]
    assert again.keep(waiting, extracted(LAW), now=NOW) == weighed
    assert (weighed.versions, weighed.topics) == (1, {"masks"})


def test_a_crawl_that_records_meanwhile_wins(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version amended between the look and the writing keeps its amendment."""
    site = Site(database)
    misread(site)
    again = rereading(database)
    waiting = only(again.waiting(Wanted()))
    amended = bill(("Introduced", readable("Another law altogether.", extractor="2")))
    write = database.write

    def crawled_first(work: Any) -> Any:
        monkeypatch.undo()
        assert site.kinds(amended) == ["amended"]
        return write(work)

    monkeypatch.setattr(database, "write", crawled_first)
    again.keep(waiting, extracted(LAW), now=NOW)
    [version] = site.shown()["versions"]
    assert site.queries.version_text(version["id"]) == "Another law altogether."
    assert site.kinds(amended) == []
    assert database.check() == []


def test_a_document_of_several_measures_moves_in_all_of_them(database: Database) -> None:
    """One file may be the text of two bills."""
    site = Site(database)
    for number in ("HB 1", "SB 1"):
        misread(site, identifier=number)
    kept(database, LAW)
    assert {one["state"] for id_ in (1, 2) for one in site.shown(id_)["versions"]} == {
        str(TextState.READABLE)
    }
    assert len(list(site.queries.measures(topic="masks"))) == 2


def test_a_kill_at_any_step_leaves_a_document_as_it_was_or_wholly_moved(
    database_url: str, database: Database
) -> None:
    """After each death the document waits with its old text, or is done; the next run ends it."""
    site = Site(database)
    misread(site)
    home = database.home
    database.close()
    deaths = 0
    for step in range(1, 60):

        def work(step: int = step) -> None:
            opened = Database.open(database_url, home=home)
            die_at(opened, step)
            again = rereading(opened)
            for waiting in again.waiting(Wanted()):
                again.keep(waiting, extracted(LAW), now=NOW)

        ended = in_child(work)
        seen = Database.open(database_url, home=home)
        waiting = rereading(seen).waiting(Wanted())
        known = Site(seen, baseline=False)
        [version] = known.shown()["versions"]
        assert known.queries.version_text(version["id"]) == (MISREAD if waiting else LAW)
        assert bool(list(known.queries.measures(topic="masks"))) is not bool(waiting)
        assert len(list(Search(seen).search("mask"))) == (0 if waiting else 1)
        assert seen.check() == []
        seen.close()
        if ended == 0:
            break
        deaths += 1
    assert deaths >= 4
    assert os.WIFEXITED(ended)
    assert not waiting


def test_the_store_reads_what_was_kept_for_crawls(database: Database) -> None:
    """A crawl asks the store for known bytes and gets the new text without reading them."""
    site = Site(database)
    misread(site)
    waiting = kept(database, LAW)
    store = Store(database)
    found = store.text_of(waiting.sha256, "2")
    assert found is not None
    assert found.text == LAW


def test_a_message_not_sent_yet_shows_the_redline_its_change_was_told_from(
    database: Database,
) -> None:
    """Reading anew may not empty, or fill, the redline of an amendment that was recorded."""
    site = Site(database)
    misread(site)
    site.crawl(bill(("Introduced", readable(LAW, file="later"))))
    again = rereading(database)
    outbox = Outbox(database)
    [claim] = outbox.claim(now=site.now + DAY, lease=DAY, limit=1)
    before = [(one.old, one.new) for one in _amendments(site, claim.id)]
    assert [one.compared for one in _amendments(site, claim.id)] == [None]
    for waiting in again.waiting(Wanted()):
        again.keep(waiting, extracted(LAW), now=NOW)
    [alert] = _amendments(site, claim.id)
    assert alert.new is not None
    assert alert.old is not None
    assert alert.old.text == alert.new.text == LAW
    assert alert.compared is not None
    old, new = alert.compared
    assert [(old.text, new.text)] == [
        (was.text, now.text) for was, now in before if was is not None and now is not None
    ]
    [entry] = entries([alert])
    assert [bool(step.edits and step.edits.passages) for step in entry.steps] == [True]


def _amendments(site: Site, message: int) -> list[AlertFacts]:
    facts = site.queries.message_facts(message)
    return [one for one in facts.alerts if one.kind is ChangeKind.AMENDED]
