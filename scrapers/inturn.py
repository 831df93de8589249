"""A site whose lists name its papers, and whose pages, one a paper, are asked for in turn.

A list costs a few visits and says what there is. What a paper's own page adds
costs a visit each, so a crawl asks for those whose turn it is (`scrapers.turns`),
`visits_per_crawl` at most, and shows the others as the list has them.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from scrapers.errors import Gone, NotRecorded, SourceError
from scrapers.items import EMPTY, Item, Measure
from scrapers.platforms.legistar_rows import digest
from scrapers.sites.maryland_texts import ASKED
from scrapers.sites.maryland_texts import Turn as Texts
from scrapers.spider import SiteSpider, health_of
from scrapers.turns import KEPT, READ, STAMP, TRIED, Paper, turns

R = TypeVar("R")

VISITS = 400  # at one every 1.5 seconds ten minutes
GIVES_UP = 10
"""How many pages in a row may fail before no more are asked for in a crawl."""

PARAMETERS = frozenset({"site", "sessions", "visits_per_crawl", "texts", "hosts", "place"})
WAITS_FOR = "the watchlist, which says `texts: none`"


class PagesInTurn(SiteSpider):
    """What such spiders share. They say what a list's row is: `turning`, `listed` and `read`.

    Parameters: `visits_per_crawl`, how many papers' pages are asked for in one
    crawl (400), and of how many papers the texts; `texts`, which texts to fetch
    (all, none).
    """

    zone: ZoneInfo

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.failures = self.visits = self.pages = 0
        self.last_error: SourceError | None = None

    @property
    def replaying(self) -> bool:
        """Whether answers come from an archive and cost nothing."""
        return getattr(getattr(self, "crawler", None), "replaying", None) is not None

    def settle(self, also: frozenset[str] = frozenset()) -> None:
        """Take the parameters. Raises SourceError for one that makes no sense."""
        unknown = sorted(self.parameters.keys() - PARAMETERS - also)
        if unknown:
            raise SourceError(
                f"the watchlist gives {unknown[0]!r}, which this source does not know"
            )
        texts = self.parameters.get("texts") or "all"
        if texts not in {"all", "none"}:
            raise SourceError(f"texts: found {texts!r}, expected all or none")
        room = self.parameters.get("visits_per_crawl", VISITS)
        if not isinstance(room, int) or isinstance(room, bool) or room < 1:
            raise SourceError(f"visits_per_crawl: found {room!r}, expected a number from 1 on")
        self.without_texts, self.room = texts == "none", room

    def turning(self, row: Any, before: Mapping[str, str], *, filled: bool) -> Paper:
        """What decides when a paper is looked at. `filled`: each was looked at once."""
        raise NotImplementedError

    def listed(self, session: str, row: Any, before: Mapping[str, str]) -> Measure:
        """A paper as the list shows it; of what only its page knows nothing is said."""
        raise NotImplementedError

    async def read(self, found: Measure, row: Any) -> Measure:
        """A paper with what its page says; its extras are the page's. Raises SourceError."""
        raise NotImplementedError

    async def in_turn(self, session: str, rows: Mapping[str, R]) -> AsyncIterator[Item]:
        """The papers of a session by identifier: closely those whose turn it is, the others as listed."""
        known = {one.identifier: one.extras for one in self.known if one.session == session}
        filled = all(READ in said or TRIED in said for said in known.values())
        texts = Texts(
            today=self.now.astimezone(self.zone).date(),
            known={_key(name): said for name, said in known.items()}, again=frozenset(),
            filled=all(ASKED in said for said in known.values()), room=self.room,
            everything=self.replaying or self.without_texts,
        )  # fmt: skip
        papers = [
            self.turning(row, known.get(name, EMPTY), filled=filled) for name, row in rows.items()
        ]
        stamps = {paper.id: paper.stamp for paper in papers}
        todo = turns(papers, {} if self.replaying else known, now=self.now, first=not self.known)
        done: set[str] = set()
        for turn in todo:
            if not self.replaying and (self.visits >= self.room or self.failures >= GIVES_UP):
                break
            done.add(turn.id)
            found = self.listed(session, rows[turn.id], known.get(turn.id, EMPTY))
            looked = await self._looked_at(found, rows[turn.id], stamps[turn.id])
            if isinstance(looked, Measure):
                yield self._with_texts(looked, texts)
            elif looked is not None:
                yield looked
        if left := len(todo) - len(done):
            self.report.note(
                "info",
                f"session {session}: {left} of {len(todo)} papers whose turn it is were not looked "
                "at; they come first in the next crawls",
            )
        for name, row in rows.items():
            # A paper met for the first time waits for its page, so that it is judged by its text.
            if name not in done and (not self.known or name in known):
                yield self._with_texts(self.listed(session, row, known.get(name, EMPTY)), texts)
        if texts.left:
            self.report.note(
                "info",
                f"session {session}: the texts of {texts.left} papers wait for the next crawls",
            )

    def judge(self) -> None:
        """At the end: raise when no page could be read, note when many in a row could not."""
        if self.last_error is None or self.failures == 0:
            return
        if not self.pages:
            raise self.last_error
        if self.failures >= GIVES_UP:
            self.report.note(
                str(health_of(self.last_error)),
                f"{self.failures} papers' pages in a row could not be read: {self.last_error}",
            )

    async def _looked_at(self, found: Measure, row: Any, stamp: str) -> Item | None:
        """A paper as its page shows it, or as the list does when that cannot be had."""
        shown = found if READ in found.extras or not self.known else None
        self.visits += 1
        try:
            read = await self.read(found, row)
        except NotRecorded:
            return shown
        except Gone as error:
            return self.withdrawn(found.identifier, found.session, error)
        except SourceError as error:
            self.failures, self.last_error = self.failures + 1, error
            self.report.failed += 1
            self.report.note("row", f"{found.identifier}: its page was not read: {error}")
            return shown and _marked(shown, {TRIED: self.now.isoformat()})
        self.failures, self.pages = 0, self.pages + 1
        kept = {name: one for name, one in found.extras.items() if name in {*KEPT, ASKED} - {TRIED}}
        marks = {READ: self.now.isoformat(), STAMP: stamp}
        return replace(read, extras=MappingProxyType({**kept, **read.extras, **marks}))

    def _with_texts(self, found: Measure, texts: Texts) -> Measure:
        if "versions" not in found.observed:
            return found
        if self.without_texts:
            waiting = tuple(replace(one, waits_for=WAITS_FOR) for one in found.versions)
            found = replace(found, versions=waiting)
        said = digest(
            {"texts": [[one.note, *(link.url for link in one.links)] for one in found.versions]}
        )
        return texts.seen(found, _key(found.identifier), said)


def _key(identifier: str) -> tuple[str, int]:
    return identifier, 0


def _marked(found: Measure, marks: Mapping[str, str]) -> Measure:
    return replace(found, extras=MappingProxyType({**found.extras, **marks}))
