"""Small values for the storage tests: measures, texts, and a source that is crawled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from config.vocabulary import ChangeKind, EventStatus, Standing, TextState
from pipelines.clean import text_digest
from pipelines.texts import (
    EventObservation,
    Extracted,
    Match,
    Observation,
    Page,
    VersionText,
)
from scrapers.items import Action, AgendaItem, Event, Link, Listing, Measure, Version
from storage.database import Database
from storage.ports import AlertDraft, ChangeFacts, Outcome
from storage.queries import Queries
from storage.store import Store

NOW = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = "virginia"
DESK = "mailto:desk@example.org"
LAW = (
    "Be it enacted that every officer shall wear a name tag. "
    "No officer shall wear a mask while on duty. "
    "This act takes effect on the first of July."
)


def measure(identifier: str = "HB 1", **fields: Any) -> Measure:
    """A bill of Virginia that shows exactly the fields given, and a title."""
    fields = {"title": "Officers; name tags", **fields}
    kept = {"place", "session", "listing", "extras", "formerly", "observed"}
    seen = frozenset(fields.keys() - kept)
    defaults = {"place": "us/va", "session": "2026", "listing": "bills", "observed": seen}
    return Measure(identifier=identifier, **{**defaults, **fields})


def extracted(text: str, confidence: float = 1.0) -> Extracted:
    """A text as one page."""
    page = Page(number=1, start=0, text=text, method="html", confidence=confidence)
    return Extracted(media_type="text/html", method="html", pages=(page,))


def readable(
    text: str, *, file: str = "", extractor: str = "1", topics: Sequence[str] = ()
) -> VersionText:
    """A text that was read. `file` stands for the bytes: another file, another SHA-256."""
    return VersionText(
        state=TextState.READABLE,
        extracted=extracted(text),
        sha256=sha256((file or text).encode()).hexdigest(),
        text_sha256=text_digest(text),
        extractor=extractor,
        url="https://lis.example/text",
        matches=tuple(match(topic, text) for topic in topics),
    )


def match(topic: str, text: str, *, found_in: str = "text", new: bool = True) -> Match:
    """A topic found at the beginning of a text."""
    return Match(
        topic=topic, term="mask", start=0, end=4, page=1 if found_in == "text" else None,
        snippet=text[:40], standing=Standing.ADDED, field=found_in, new=new,
    )  # fmt: skip


PENDING = VersionText(state=TextState.PENDING, reason="an API key")
REFUSED = VersionText(state=TextState.PENDING, reason="error-page", accepted=False)
UNREADABLE = VersionText(
    state=TextState.UNREADABLE, sha256="e" * 64, reason="encrypted", accepted=False
)


def version(note: str = "Introduced", day: int = 0, url: str = "") -> Version:
    """A version by its note; a day of January 2026 dates it."""
    return Version(
        note=note,
        date=date(2026, 1, day) if day else None,
        links=(Link(url=url or f"https://lis.example/{note}"),),
    )


def observed(one: Measure, *texts: VersionText, topics: Sequence[str] = ()) -> Observation:
    """An observation by the source; `topics` are found in the title."""
    found = tuple(match(topic, one.title, found_in="title") for topic in topics)
    return Observation(source=SOURCE, measure=one, texts=texts, matches=found)


def bill(*pairs: tuple[str, VersionText], identifier: str = "HB 1", **fields: Any) -> Observation:
    """A bill with versions by note and what became of their texts."""
    versions = tuple(version(note) for note, _ in pairs)
    shown = measure(identifier, versions=versions, **fields)
    return observed(shown, *(text for _, text in pairs))


def action(words: str, day: int) -> Action:
    return Action(description=words, date=date(2026, 1, day))


def item(identifier: str = "HB 1", title: str = "Name tags", **fields: Any) -> AgendaItem:
    """An item of an agenda, about a measure unless its identifier is empty."""
    return AgendaItem(identifier=identifier, title=title, **fields)


def meeting(*items: AgendaItem, day: int = 20, **fields: Any) -> EventObservation:
    """A committee's meeting on a day of January 2026, with its whole agenda."""
    values = {
        "place": "us/va", "id": "41", "name": "Courts of Justice", "date": date(2026, 1, day),
        "time": time(14, 0), "status": EventStatus.CONFIRMED, "location": "House Room C",
        "url": "https://lis.example/meeting/41", "complete": True, "items": items,
    }  # fmt: skip
    return EventObservation(source=SOURCE, event=Event(**values | fields))


def everything(facts: ChangeFacts) -> list[AlertDraft]:
    """A route that tells the desk of every change."""
    return [
        AlertDraft(
            watch="Desk", reasons=(f"every {facts.kind}",), address=DESK, slot="daily",
            due_at=facts.now,
        )
    ]  # fmt: skip


def about(topic: str) -> Callable[[ChangeFacts], list[AlertDraft]]:
    """A route that tells the desk of changes about a topic."""

    def route(facts: ChangeFacts) -> list[AlertDraft]:
        return everything(facts) if topic in facts.topics else []

    return route


def nobody(_facts: ChangeFacts) -> list[AlertDraft]:
    return []


@dataclass(repr=False)
class Site:
    """A source past its baseline (unless said otherwise), crawled once a day or `every` so often."""

    database: Database
    route: Callable[[ChangeFacts], list[AlertDraft]] = everything
    baseline: bool = True
    now: datetime = NOW
    crawl_id: int = 0
    every: timedelta = DAY
    told: list[ChangeFacts] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(self.database)
        self.queries = Queries(self.database)
        self.store.register(SOURCE, place="us/va", kind="site")
        if self.baseline:
            self.store.set_baseline(SOURCE, self.now)

    def crawl(
        self,
        *observations: Observation | EventObservation,
        complete: bool = False,
        patience: int = 2,
    ) -> list[Outcome]:
        """The next crawl; `complete` says that the whole list was read."""
        self.crawl_id += 1
        self.now += self.every
        outcomes = self.store.record(
            observations, crawl_id=self.crawl_id, now=self.now, route=self._route
        )
        if complete:
            listing = Listing(name="bills", rows=len(observations), patience=patience)
            outcomes += self.store.finish_listing(
                SOURCE, listing, crawl_id=self.crawl_id, now=self.now, route=self._route
            )
        failed = [outcome.error for outcome in outcomes if outcome.error]
        assert not failed, failed
        return outcomes

    def kinds(
        self,
        *observations: Observation | EventObservation,
        complete: bool = False,
        patience: int = 2,
    ) -> list[str]:
        """The kinds of change that one day's crawl makes."""
        outcomes = self.crawl(*observations, complete=complete, patience=patience)
        return [str(kind) for outcome in outcomes for kind in outcome.kinds]

    def changes(self, **filters: Any) -> list[dict[str, Any]]:
        return list(self.queries.changes(**filters))

    def alerts(self) -> list[dict[str, Any]]:
        return list(self.queries.alerts())

    def shown(self, measure_id: int = 1) -> dict[str, Any]:
        return self.queries.show(measure_id)

    def _route(self, facts: ChangeFacts) -> list[AlertDraft]:
        self.told.append(facts)
        return self.route(facts)


def amended(one: Observation, **fields: Any) -> Observation:
    """The observation with other fields of its measure."""
    changed = replace(one.measure, **fields)
    return replace(one, measure=replace(changed, observed=changed.observed | fields.keys()))


NEW = str(ChangeKind.NEW)
