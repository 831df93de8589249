"""What a person does with the pages that are hard to read: look, agree, refuse, set right."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.app import App, Opened, UsageError
from pipelines.correcting import number_of
from pipelines.extract.scans import LOW
from pipelines.match import compile_topics
from pipelines.texts import Page
from storage.reextracting import Reextracting
from storage.reviewing import Item, Reviewed, Reviewing, digest_of
from storage.verdicts import Judgement, Verdict

if TYPE_CHECKING:
    from pipelines.extract.drawn import Picture

SHORT = 8
"""Digits of a document's SHA-256 in the id of a page."""

MOST_CHARACTERS = 100_000
"""Of one page: nobody typed more."""

_ID = re.compile(r"([0-9a-f]{4,64})-([1-9]\d{0,5})")
_REVIEWERS = ("USER", "LOGNAME", "USERNAME")


@dataclass(frozen=True)
class Seen:
    """A page somebody named, with the text it belongs to and the document's bytes."""

    id: str
    page: Page
    document: Reviewed
    path: Path

    @property
    def verdict(self) -> Verdict | None:
        """What was said of the page and holds."""
        number = number_of(self.page)
        said = (one for one in self.document.verdicts if one.page == number)
        return next((one for one in said if one.is_of(self.page)), None)


@dataclass(frozen=True)
class Done:
    """What a verdict did: the topics found in the document from now on, and no more."""

    seen: Seen
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def queue(app: App, *, source: str | None = None, settled: bool = False) -> list[dict[str, Any]]:
    """The pages that wait as JSON, the most urgent first; with `settled` those judged too.

    Raises UsageError for a source nobody knows.
    """
    with app.store() as opened:
        if source is not None and opened.store.source(source) is None:
            raise UsageError(f"Nothing was ever crawled from a source {source!r}.")
        found = Reviewing(opened.database).items(source=source, settled=settled)
    return [item_json(item) for item in found]


def waiting(app: App) -> int:
    """How many pages wait."""
    with app.store() as opened:
        return len(Reviewing(opened.database).items())


def look(app: App, name: str) -> Seen:
    """A page by its id. Raises UsageError where it names none, or several."""
    with app.store() as opened:
        return _seen(opened, name)


def draw(app: App, seen: Seen) -> "Picture":
    """The page as it was printed. Raises UsageError where there is none, else PictureError."""
    from monitor.reading import draw as draw_page

    _, picture = draw_page(app, str(seen.document.version_id), number_of(seen.page))
    if picture is None:
        raise UsageError("Nothing of the document could be read.")
    return picture


def judge(app: App, name: str, verdict: Judgement, *, note: str = "", by: str = "") -> Done:
    """Say that a page was read right, or wrong. Raises UsageError as `look` does."""
    with app.store() as opened:
        seen = _seen(opened, name)
        if seen.verdict is not None and seen.verdict.verdict == "corrected":
            raise UsageError(
                f"Page {seen.id} was corrected already. "
                f"To take that back: measurewatch review undo {seen.id}"
            )
        said = _verdict(app, seen, verdict, note=note, by=by)
        Reviewing(opened.database).judge(seen.document, seen.page, said)
        return Done(_seen(opened, name))


def correct(app: App, name: str, text: str, *, note: str = "", by: str = "") -> Done:
    """Put right words in place of a page's. Raises UsageError as `look` does, and for no words."""
    words = _clean(text)
    with app.store() as opened:
        seen = _seen(opened, name)
        if digest_of(seen.page) == digest_of(Page(number=1, start=0, text=words, method="")):
            raise UsageError(
                "These are the words that were read. If they are right: "
                f"measurewatch review right {seen.id}"
            )
        said = _verdict(app, seen, "corrected", text=words, note=note, by=by)
        store = _store(app, opened, seen)
        topics = Reviewing(opened.database).correct(seen.document, said, store, now=app.clock())
        return _done(_seen(opened, name), seen, topics)


def undo(app: App, name: str) -> Done:
    """Take back what was said of a page. Raises UsageError where nothing was."""
    with app.store() as opened:
        seen = _seen(opened, name)
        number = number_of(seen.page)
        if not any(one.page == number for one in seen.document.verdicts):
            raise UsageError(f"Nothing was said of page {seen.id}.")
        store = _store(app, opened, seen)
        topics = Reviewing(opened.database).undo(seen.document, number, store, now=app.clock())
        return _done(_seen(opened, name), seen, topics)


def page_id(document: str, number: int) -> str:
    return f"{document[:SHORT]}-{number}"


def item_json(item: Item) -> dict[str, Any]:
    """A page of the queue for machines."""
    return {
        "id": page_id(item.document, item.page),
        "document": item.document,
        "page": item.page,
        "pages": item.pages,
        "measure": {"id": item.measure_id, "identifier": item.identifier, "place": item.place},
        "version": {"id": item.version_id, "note": item.note},
        "versions": item.versions,
        "method": item.method,
        "confidence": item.confidence,
        "doubtful": item.doubtful,
        "why": why(item.confidence, item.doubtful),
        "topics": list(item.topics),
        "topics_elsewhere": list(item.elsewhere),
        "since": item.since.isoformat(),
        "alerted": item.alerted.isoformat() if item.alerted else None,
        "verdict": verdict_json(item.verdict),
    }


def seen_json(seen: Seen) -> dict[str, Any]:
    """A page with its words for machines; `doubtful` counts in them."""
    page, document = seen.page, seen.document
    return {
        "id": seen.id,
        "document": document.document,
        "path": str(seen.path),
        "url": document.url,
        "page": number_of(page),
        "pages": len(document.text.pages),
        "measure": {
            "id": document.measure_id, "identifier": document.identifier, "place": document.place,
        },
        "version": {"id": document.version_id, "note": document.note},
        "versions": len(document.versions),
        "method": page.method,
        "confidence": page.confidence,
        "text": page.text,
        "doubtful": [
            {"start": start, "end": end, "confidence": sure} for start, end, sure in page.doubtful
        ],
        "verdict": verdict_json(seen.verdict),
    }  # fmt: skip


def verdict_json(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "verdict": verdict.verdict,
        "by": verdict.reviewer,
        "at": verdict.at.isoformat() if verdict.at else None,
        "note": verdict.note,
    }


def why(confidence: float, doubtful: int) -> str:
    """Why a page is to be looked at, in words."""
    reasons = ["low confidence"] if confidence < LOW else []
    if doubtful:
        reasons.append(f"{doubtful:,} {'word' if doubtful == 1 else 'words'} hard to read")
    return ", ".join(reasons)


def _seen(opened: Opened, name: str) -> Seen:
    found = _ID.fullmatch(name.strip().lower())
    if found is None:
        raise UsageError(
            f"{name!r} is no id of a page; ids look like 3fa91c2b-4 and stand in: "
            "measurewatch review list"
        )
    queue, number = Reviewing(opened.database), int(found[2])
    documents = queue.documents(found[1])
    if len(documents) > 1:
        longer = ", ".join(f"{one[: SHORT + 4]}-{number}" for one in documents)
        raise UsageError(f"Several documents begin so; give more of the id: {longer}")
    document = queue.document(documents[0]) if documents else None
    if document is None:
        said = (
            f"The document that begins with {found[1]} is kept, but no version has a text of it"
            if queue.was_kept(found[1])
            else f"No version has a document that begins with {found[1]}"
        )
        raise UsageError(f"{said}. Ids stand in: measurewatch review list --all")
    pages = {number_of(page): page for page in document.text.pages}
    if number not in pages:
        count = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
        raise UsageError(
            f"There is no page {number} in {document.document[:SHORT]}: it has {count}."
        )
    as_given = len(found[1]) > SHORT and document.document.startswith(found[1])
    short = name.strip().lower() if as_given else page_id(document.document, number)
    return Seen(short, pages[number], document, opened.blobs.path(document.document))


def _verdict(
    app: App, seen: Seen, verdict: Judgement, *, note: str, by: str, text: str = ""
) -> Verdict:
    return Verdict(
        page=number_of(seen.page), verdict=verdict, reading_sha256=digest_of(seen.page),
        text=text, note=note, reviewer=by or reviewer(app), at=app.clock(),
    )  # fmt: skip


def reviewer(app: App) -> str:
    """Who is at the keyboard, as far as the environment tells."""
    return next(filter(None, map(app.variable, _REVIEWERS)), "")


def _clean(text: str) -> str:
    """The words of a page as we keep them: plain line ends, no page breaks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")
    words = "\n".join(line.rstrip() for line in lines).strip("\n\f")
    if not words.strip():
        raise UsageError(
            "There are no words in it. If the page was read badly and you cannot type it: "
            "measurewatch review wrong ID"
        )
    if "\f" in words or "\0" in words:
        raise UsageError("It holds a page break or a zero byte; give the words of one page.")
    if len(words) > MOST_CHARACTERS:
        raise UsageError(f"It has more than {MOST_CHARACTERS:,} characters; give one page.")
    return words


def _store(app: App, opened: Opened, seen: Seen) -> Reextracting:
    """Where texts of the document's extractor are kept, with the topics of the watchlist."""
    watchlist = app.watchlist()
    opened.store.accept_watchlist(app.watchlist_path.read_text(encoding="utf-8"), app.clock())
    return Reextracting(
        opened.database, seen.document.extractor, matcher=compile_topics(watchlist.topics),
        topics={topic.name: topic.digest for topic in watchlist.topics},
    )  # fmt: skip


def _done(seen: Seen, before: Seen, topics: frozenset[str]) -> Done:
    known = before.document.topics
    return Done(seen, tuple(sorted(topics - known)), tuple(sorted(known - topics)))
