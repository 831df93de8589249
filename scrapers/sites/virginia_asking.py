"""Questions to LIS's API. The key goes along as a header that nothing ever keeps.

An answer without a body (204) says that there is nothing. The calls take a
bill's LegislationID, which a later session uses again for the bill that was
carried over to it: so the session goes along wherever the API takes one.
"""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from scrapers.errors import Challenge, ErrorPage, NotRecorded, SourceError
from scrapers.platforms.legistar_rows import words as said
from scrapers.secrets import secret_headers
from scrapers.sites.virginia_api import Details, Unknown, listed, rows_under
from scrapers.sites.virginia_words import Row
from scrapers.spider import Role, SiteSpider

API = "https://lis.virginia.gov"
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class Api:
    """LIS's API as one crawl asks it. Without a key, or once it was refused, nothing is asked."""

    def __init__(self, spider: SiteSpider, key: str) -> None:
        self._spider = spider
        self._key = key
        self.is_open = bool(key)

    async def bills(self, session: str) -> Mapping[str, Row]:
        """A session's bills by number; none, and a note, where the API cannot be asked.

        The list holds all bills only if failed ones are asked for.
        """
        if not self.is_open:
            return {}
        url = f"{API}/Legislation/api/getlegislationlistasync"
        asked = json.dumps({"SessionCode": session, "IncludeFailed": True})
        try:
            rows = listed(await self._rows(url, "Legislations", body=asked, role="start"))
        except SourceError as error:
            self._refused(error, session)
            return {}
        if not rows:
            self._spider.report.note("info", f"the API lists no bill of session {session}")
        return rows

    async def details(self, session: str, bill: Row, *, events: bool, patrons: bool) -> Details:
        """A bill's texts and votes, and what else is wanted of it. Raises SourceError."""
        id_ = said(bill, "LegislationID")
        if not id_:
            raise ErrorPage(f"the API's list gives {said(bill, 'LegislationNumber')} no id")
        which = urlencode({"sessionCode": session, "legislationID": id_})
        texts = await self._rows(
            f"{API}/LegislationText/api/getlegislationtextbyidasync?{which}", "TextsList"
        )
        votes = await self._rows(f"{API}/Vote/api/getvotebyidasync?{which}", "Votes")
        path = "LegislationEvent/api/getlegislationeventbylegislationidasync"
        steps = await self._rows(f"{API}/{path}?{which}", "LegislationEvents") if events else None
        path = "LegislationPatron/api/GetLegislationPatronsByIdAsync"
        people = await self._rows(f"{API}/{path}/{id_}", "Patrons") if patrons else None
        return Details(texts=texts, votes=votes, events=steps, patrons=people)

    def refused(self, error: SourceError) -> None:
        """Ask no more in this crawl once the key is refused: keys are revoked for less."""
        if isinstance(error, Challenge):
            self._refused(error, "")

    def _refused(self, error: SourceError, session: str) -> None:
        if isinstance(error, NotRecorded):
            return
        if isinstance(error, Unknown) and session:
            self._spider.report.note("info", f"the API has no session {session}: {error}")
            return
        self.is_open = False
        self._spider.report.note(
            "failing", f"LIS's API could not be asked, its files are read instead: {error}"
        )

    async def _rows(self, url: str, name: str, *, body: str = "", role: Role = "page") -> list[Row]:
        report = self._spider.report
        nothing = report.by_status[204]
        try:
            page = await self._spider.fetch(
                url,
                role=role,
                method="POST" if body else "GET",
                body=body.encode() or None,
                headers=JSON,
                expects="application/json",
                meta=secret_headers(url, WebAPIKey=self._key),
            )
        except ErrorPage:
            if report.by_status[204] > nothing:
                return []
            raise
        return rows_under(page.body, name, url)
