"""The meetings of Chicago's council and its committees: which are read again, what stands on them."""

from datetime import timedelta

from scrapers.errors import SourceError
from scrapers.items import Event
from scrapers.meetings import Rereading
from scrapers.platforms.legistar_rows import Row, digest, said, words
from scrapers.sites.chicago_council_asking import Asking, literal
from scrapers.sites.chicago_council_meetings import as_event, count_unmapped, papers_on
from scrapers.sites.chicago_council_rows import local
from scrapers.spider import SiteSpider

BACK = timedelta(weeks=8)


class Agendas:
    """The meetings of one crawl: `events` to tell of, and `papers` on their agendas.

    `papers` are measures by their original numbers, and whether the agenda is
    new or changed.
    """

    def __init__(self, spider: SiteSpider, asking: Asking) -> None:
        self.spider, self.asking = spider, asking
        self.events: list[Event] = []
        self.papers: dict[str, bool] = {}
        memory = {} if asking.replaying else spider.memory
        self._rereading = Rereading(memory, spider.now)

    async def read(self) -> None:
        """Read the meetings from eight weeks back on. A list that cannot be had is noted."""
        since = f"date ge {literal(self.spider.now - BACK)}"
        try:
            listed = await self.asking.listed("meeting", "meetingId", ((since, "date desc"),))
        except SourceError as error:
            self.spider.report.note("info", f"no meeting is seen: {error}")
            return
        for id_, row in listed.rows.items():
            with self.spider.row(f"meeting {id_}"):
                await self._meeting(id_, row)
        self._rereading.keep(self.spider.remember)

    async def _meeting(self, id_: str, row: Row) -> None:
        held = local(words(row, "date"))
        shown = digest(row)
        if not self._rereading.is_due(id_, shown, held.date() if held else None):
            return
        found = await self.asking.meeting(id_)
        if found is None and self.asking.failing:
            return
        whole = {**row, **said(found or {})}
        count_unmapped(whole, self.spider.report.unmapped)
        event = as_event(whole)
        news = self._rereading.is_news(id_, shown, digest({"agenda": whole.get("agenda")}))
        for paper in papers_on(whole):
            self.papers[paper] = self.papers.get(paper, False) or news
        self.events.append(event)
