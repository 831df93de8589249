"""The queue of doubtful pages: what waits, what a verdict does, and that nobody is told."""

from dataclasses import replace
from typing import Any

import pytest

from config.topics import Topic
from pipelines.clean import text_digest
from pipelines.correcting import with_page
from pipelines.match import compile_topics, find_matches
from pipelines.texts import Extracted, Mark, Page, VersionText
from storage.database import Database
from storage.reextracting import Reextracting
from storage.reviewing import Item, Reviewed, Reviewing, digest_of
from storage.search import Search
from storage.unread import Wanted
from storage.verdicts import Judgement, Verdict
from tests.storage_makers import DAY, LAW, NOW, Site, about, bill, readable

MASKS = Topic(name="masks", title="Masks", query="mask*")
MISREAD = LAW.replace("mask", "rnask")
FILE = "the bytes of a scan"


def scan(*words: str, confidence: float = 0.6, method: str = "ocr") -> Extracted:
    """Pages that were read as pictures, each with one word that was hard to read."""
    pages: list[Page] = []
    start = 0
    for number, text in enumerate(words, 1):
        pages.append(
            Page(
                number=number, start=start, text=text, method=method, confidence=confidence,
                doubtful=((0, 2, 0.4),),
            )
        )  # fmt: skip
        start += len(text) + 1
    return Extracted(
        media_type="application/pdf", method="ocr", pages=tuple(pages), reason="low-confidence",
        warnings=("pages 1-9 were read as pictures", "pages 1-9 were hard to read: compare them"),
    )  # fmt: skip


def read(text: Extracted, *, extractor: str = "1", file: str = FILE) -> VersionText:
    """What a crawl says of a version with this text."""
    return replace(
        readable(text.text, file=file, extractor=extractor),
        extracted=text, matches=find_matches(compile_topics((MASKS,)), text), reason=text.reason,
    )  # fmt: skip


def store_of(database: Database, extractor: str = "1") -> Reextracting:
    return Reextracting(
        database, extractor, matcher=compile_topics((MASKS,)), topics={"masks": MASKS.digest}
    )


def only(queue: Reviewing, **options: Any) -> Item:
    [item] = queue.items(**options)
    return item


def document(queue: Reviewing) -> Reviewed:
    found = queue.document(read(scan("x")).sha256)
    assert found is not None
    return found


def said(found: Reviewed, number: int, verdict: Judgement, text: str = "") -> Verdict:
    page = found.text.pages[number - 1]
    return Verdict(
        page=number, verdict=verdict, reading_sha256=digest_of(page), text=text,
        reviewer="Ada", at=NOW,
    )  # fmt: skip


def judge(queue: Reviewing, number: int, verdict: Judgement) -> None:
    found = document(queue)
    queue.judge(found, found.text.pages[number - 1], said(found, number, verdict))


def correct(queue: Reviewing, database: Database, number: int, text: str) -> frozenset[str]:
    found = document(queue)
    verdict = said(found, number, "corrected", text)
    return queue.correct(found, verdict, store_of(database, found.extractor), now=NOW)


def undo(queue: Reviewing, database: Database, number: int) -> frozenset[str]:
    found = document(queue)
    return queue.undo(found, number, store_of(database, found.extractor), now=NOW)


def test_doubtful_pages_wait_and_sound_ones_do_not(database: Database) -> None:
    """Low confidence and doubted words of a picture wait; text of a sound page does not."""
    site, queue = Site(database), Reviewing(database)
    site.crawl(bill(("Introduced", readable(LAW))))
    assert queue.items() == []
    sure = scan("well read", confidence=0.95)
    site.crawl(bill(("Introduced", read(sure, file="a")), identifier="HB 2"))
    typed = scan("typed", confidence=0.95, method="pdfium")
    site.crawl(bill(("Introduced", read(typed, file="b")), identifier="HB 3"))
    bad = replace(sure.pages[0], confidence=0.3, method="pdfium", doubtful=())
    site.crawl(bill(("Introduced", read(replace(sure, pages=(bad,)), file="c")), identifier="HB 4"))
    found = queue.items()
    assert [(one.identifier, one.confidence, one.doubtful) for one in found] == [
        ("HB 2", 0.95, 1),
        ("HB 4", 0.3, 0),
    ]


def test_what_was_alerted_comes_first_then_what_matched(database: Database) -> None:
    """The order is alerted, matched on the page, matched elsewhere, the rest."""
    site, queue = Site(database, about("nothing")), Reviewing(database)
    site.crawl(bill(("Introduced", read(scan("no topic"), file="a")), identifier="HB 1"))
    site.crawl(bill(("Introduced", read(scan("nothing", LAW), file="b")), identifier="HB 2"))
    site.route = about("masks")
    site.crawl(bill(("Introduced", read(scan(LAW, "last"), file="c")), identifier="HB 3"))
    found = queue.items()
    assert [(one.identifier, one.page) for one in found] == [
        ("HB 3", 1), ("HB 3", 2), ("HB 2", 2), ("HB 2", 1), ("HB 1", 1),
    ]  # fmt: skip
    assert found[0].alerted is not None
    assert (found[0].topics, found[3].topics, found[3].elsewhere) == (("masks",), (), ("masks",))


def test_a_replaced_version_does_not_wait(database: Database) -> None:
    """Once an amendment replaced a scan, nobody needs to look at the scan."""
    site, queue = Site(database), Reviewing(database)
    site.crawl(bill(("Introduced", read(scan(MISREAD)))))
    assert only(queue).identifier == "HB 1"
    site.crawl(bill(("Introduced", readable("Another law altogether.", file="other"))))
    assert queue.items() == []


@pytest.mark.parametrize(("verdict", "sure"), [("right", 1.0), ("wrong", 0.0)])
def test_a_verdict_ends_the_wait_and_is_shown(
    database: Database, verdict: Judgement, sure: float
) -> None:
    """The page, its matches and what a crawl gets say it; taking it back restores everything."""
    site, queue = Site(database), Reviewing(database)
    text = read(scan(LAW, "second page"))
    site.crawl(bill(("Introduced", text)))
    changes = site.changes()
    judge(queue, 1, verdict)
    assert [one.page for one in queue.items()] == [2]
    assert [one.verdict and one.verdict.verdict for one in queue.items(settled=True)] == [
        verdict,
        None,
    ]
    shown = site.queries.version_document(1)
    assert shown is not None
    assert [page.confidence for page in shown[0].pages] == [sure, 0.6]
    low = "page 2 was" if verdict == "right" else "pages 1-2 were"
    assert shown[0].warnings[1].startswith(f"{low} hard to read: compare ")
    assert {match["confidence"] for match in site.shown()["matches"]} == {sure}
    [hit] = Search(database).search("mask")
    assert {passage["confidence"] for passage in hit["matches"]} == {sure}
    [alert] = site.queries.message_facts(site.alerts()[0]["message"]).alerts
    assert alert.new is not None
    assert [page.confidence for page in alert.new.pages] == [sure, 0.6]
    kept = site.store.text_of(text.sha256, "1")
    assert kept is not None
    assert kept.pages[0].confidence == sure
    undo(queue, database, 1)
    assert [one.page for one in queue.items()] == [1, 2]
    assert {match["confidence"] for match in site.shown()["matches"]} == {0.6}
    assert site.store.text_of(text.sha256, "1") == text.extracted
    assert site.changes() == changes


def test_a_verdict_is_of_these_words_only(database: Database) -> None:
    """Another extractor that reads other words makes the page wait again."""
    site, queue = Site(database), Reviewing(database)
    site.crawl(bill(("Introduced", read(scan(MISREAD)))))
    judge(queue, 1, "right")
    assert queue.items() == []
    again = store_of(database, "2")
    [waiting] = site_waiting(again)
    again.keep(waiting, scan(LAW), now=NOW)
    assert only(queue).page == 1


def site_waiting(again: Reextracting) -> list[Any]:
    return again.waiting(Wanted(again=True))


def told(site: Site) -> list[Any]:
    """The changes as they were recorded, and the alerts."""
    names = ("id", "at", "kind", "topics", "summary")
    changes = [[one[name] for name in names] for one in site.changes()]
    return [changes, [one["id"] for one in site.alerts()]]


def test_a_corrected_page_is_the_text_and_tells_nobody(database: Database) -> None:
    """Search, matches and the version have the right words; the reading stays; no alert is made."""
    site, queue = Site(database), Reviewing(database)
    text = read(scan(MISREAD, "second page"))
    site.crawl(bill(("Introduced", text)))
    before = told(site)
    assert correct(queue, database, 1, LAW) == {"masks"}
    assert told(site) == before
    found = document(queue)
    assert found.text.text == f"{LAW}\fsecond page"
    assert found.text.pages[0].original == MISREAD
    assert (found.text.pages[0].method, found.text.pages[0].confidence) == ("reviewed", 1.0)
    assert found.reading == text.extracted
    assert [one.page for one in queue.items()] == [2]
    assert {match["topic"] for match in site.shown()["matches"]} == {"masks"}


def test_a_later_crawl_keeps_the_correction(database: Database) -> None:
    """The same bytes have the corrected text, by this extractor and by the next one."""
    site, queue = Site(database), Reviewing(database)
    text = read(scan(MISREAD))
    site.crawl(bill(("Introduced", text)))
    correct(queue, database, 1, LAW)
    for extractor in ("1", "2"):
        kept = site.store.text_of(text.sha256, extractor)
        assert kept is not None
        assert kept.text == LAW
        assert site.kinds(bill(("Introduced", read(kept, extractor=extractor)))) == []
        assert document(queue).text.text == LAW
    assert undo(queue, database, 1) == frozenset()
    kept = site.store.text_of(text.sha256, "1")
    assert kept == text.extracted
    assert site.kinds(bill(("Introduced", read(scan(MISREAD))))) == []
    assert document(queue).text.text == MISREAD
    assert only(queue).page == 1


def test_another_extractor_reads_the_other_pages(database: Database) -> None:
    """Reading anew keeps the corrected page and takes the rest from the new reading."""
    site, queue = Site(database), Reviewing(database)
    site.crawl(bill(("Introduced", read(scan(MISREAD, "sec0nd")))))
    correct(queue, database, 1, LAW)
    kept = site.store.text_of(read(scan("x")).sha256, "2")
    assert kept is not None
    site.crawl(bill(("Introduced", read(kept, extractor="2"))))
    again = store_of(database, "2")
    [waiting] = again.waiting(Wanted())
    stored = again.stored(waiting)
    assert stored is not None
    assert stored.after is None
    again.keep(waiting, scan("n0w worse", "second"), now=NOW + DAY)
    assert document(queue).text.text == f"{LAW}\fsecond"
    assert again.waiting(Wanted()) == []
    undo(queue, database, 1)
    assert document(queue).text.text == "n0w worse\fsecond"


@pytest.mark.parametrize("verdict", ["right", "wrong", "corrected"])
def test_what_was_said_of_bytes_that_came_anew_is_kept(
    database: Database, verdict: Judgement
) -> None:
    """The site made its file anew with the same words: reading that one anew forgets nothing."""
    site, queue = Site(database), Reviewing(database)
    first, others = scan(MISREAD, "second"), "b0b0" * 16
    site.crawl(bill(("Introduced", read(first))))
    if verdict == "corrected":
        correct(queue, database, 1, LAW)
    else:
        judge(queue, 1, verdict)
    anew = replace(read(first), sha256=others)
    assert site.kinds(bill(("Introduced", anew))) == []
    again = store_of(database, "2")
    for waiting in again.waiting(Wanted()):
        again.keep(waiting, first, now=NOW + DAY)
    found = queue.document(others)
    assert found is not None
    page = found.text.pages[0]
    wanted = {"right": (MISREAD, 1.0), "wrong": (MISREAD, 0.0), "corrected": (LAW, 1.0)}
    assert (page.text, page.confidence) == wanted[verdict]
    assert [(one.page, one.verdict, one.reviewer) for one in found.verdicts] == [
        (1, verdict, "Ada")
    ]
    assert [one.page for one in queue.items()] == [2]
    assert again.waiting(Wanted()) == []


def test_two_corrections_stand_side_by_side(database: Database) -> None:
    """A second page's correction leaves the first's; a page can be corrected again."""
    site, queue = Site(database), Reviewing(database)
    site.crawl(bill(("Introduced", read(scan("0ne", "tw0")))))
    correct(queue, database, 1, "one")
    assert document(queue).text.reason == "low-confidence"
    correct(queue, database, 2, "two")
    assert document(queue).text.text == "one\ftwo"
    assert document(queue).text.reason == ""
    assert document(queue).text.warnings == ("pages 1-9 were read as pictures",)
    correct(queue, database, 1, "ONE, once more")
    assert document(queue).text.text == "ONE, once more\ftwo"
    undo(queue, database, 1)
    assert document(queue).text.text == "0ne\ftwo"
    assert [one.page for one in queue.items()] == [1]


def test_only_a_sources_pages_are_listed(database: Database) -> None:
    """A source that does not show the measure has nothing waiting."""
    site, queue = Site(database), Reviewing(database)
    site.crawl(bill(("Introduced", read(scan(LAW)))))
    assert only(queue, source="virginia").page == 1
    assert queue.items(source="other") == []


def test_marks_and_line_numbers_move_with_their_words() -> None:
    """What is struck stays struck though words before it changed length; the next page follows."""
    page = Page(
        number=1, start=0, text="A rnask is\nbad here", method="ocr", lines=((0, 1), (11, 2))
    )
    after = Page(number=2, start=20, text="next page", method="ocr")
    struck = (Mark(start=11, end=14, kind="struck"), Mark(start=20, end=24, kind="added"))
    text = Extracted(media_type="x", method="ocr", pages=(page, after), marks=struck)
    new = with_page(text, 1, "Any mask at all is\nbad here")
    assert [new.text[mark.start : mark.end] for mark in new.marks] == ["bad", "next"]
    assert [new.pages[0].text[at : at + 3] for at, _ in new.pages[0].lines] == ["Any", "bad"]
    assert new.pages[1].start == new.text.index("next")
    assert with_page(new, 1, new.pages[0].text) is new
    assert with_page(text, 3, "nothing") is text


def test_a_mark_whose_words_are_gone_is_gone() -> None:
    """A page made empty carries no marks."""
    page = Page(number=1, start=0, text="struck words", method="ocr")
    text = Extracted(
        media_type="x", method="ocr", pages=(page,), marks=(Mark(start=0, end=6, kind="struck"),)
    )
    assert with_page(text, 1, "").marks == ()
    assert text_digest(with_page(text, 1, "other").text) == text_digest("other")
