"""What hangs on a matter: which of it is asked for, and how far back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from scrapers.errors import Gone
from scrapers.items import Related
from scrapers.platforms.legistar_asking import LARGEST_TEXT, Asking, TooLarge
from scrapers.platforms.legistar_client import Client
from scrapers.platforms.legistar_due import is_slow_due
from scrapers.platforms.legistar_measures import Children, has_roll, remembered, session_of
from scrapers.platforms.legistar_rows import Row, day, whole, words
from scrapers.platforms.legistar_texts import in_order
from scrapers.ports import KnownMeasure
from scrapers.spider import SiteSpider

VOTES_SETTLE = timedelta(days=30)
MOST_RELATED = 25
TOO_LARGE = f"a text of less than {LARGEST_TEXT >> 20} MiB"


class Closely:
    """Looks at matters closely; `rows` are those of the list, so that they need not be asked for.

    `gone` are the matters whose own records the site says are no more.
    """

    def __init__(
        self, spider: SiteSpider, asking: Asking, client: Client,
        known: Mapping[int, KnownMeasure], rows: Mapping[int, Row],
    ) -> None:  # fmt: skip
        self.spider = spider
        self.asking = asking
        self.client = client
        self.known = known
        self.rows = dict(rows)
        self.gone: dict[int, Gone] = {}

    async def row(self, id_: int) -> Row | None:
        """A matter's own row; None when it cannot be had."""
        if id_ not in self.rows:
            row, answer = await self.asking.one("matters", self.client.matter(id_))
            if answer.gone is not None:
                self.gone[id_] = answer.gone
            if row is None or whole(row, "MatterId") != id_:
                return None
            self.rows[id_] = row
        return self.rows[id_]

    async def children(self, id_: int, known: KnownMeasure | None) -> Children:
        """Everything that hangs on a matter and is due."""
        ask, client = self.asking, self.client
        histories = await ask.child("histories", client.matter(id_, "histories"))
        attachments = await ask.child("attachments", client.matter(id_, "attachments"))
        sponsors = await ask.child("sponsors", client.matter(id_, "sponsors"))
        versions = await ask.child("versions", client.matter(id_, "versions"))
        ordered = None if versions.rows is None else in_order(versions.rows)
        texts, too_large, texts_failed = await self.texts(id_, ordered or [], known)
        asked = [histories, attachments, sponsors, versions]
        relations = sections = indexes = None
        related: tuple[Related, ...] = ()
        slowly = is_slow_due(known, self.spider.now)
        if slowly:
            about = [
                await ask.child(kind, client.matter(id_, kind))
                for kind in ("relations", "codesections", "indexes")
            ]
            relations, sections, indexes = (answer.rows for answer in about)
            related = await self.related(relations or ())
            if about[1].failed or about[2].failed:
                # Half of the subjects would take the place of all of them.
                sections = indexes = None
            slowly = not any(answer.failed for answer in about)
        # Versions seen in part would make those missing now look new later.
        unsure = attachments.failed or versions.failed or texts_failed
        return Children(
            at=self.spider.now,
            trouble=texts_failed or any(answer.failed for answer in asked),
            slowly=slowly,
            histories=histories.rows,
            attachments=None if unsure else attachments.rows,
            sponsors=sponsors.rows,
            versions=None if unsure else ordered,
            texts=texts,
            too_large=too_large,
            relations=relations,
            related=related,
            codesections=sections,
            indexes=indexes,
            votes=await self.votes(histories.rows or (), known),
        )

    async def texts(
        self, id_: int, versions: Sequence[tuple[str, str]], known: KnownMeasure | None
    ) -> tuple[dict[str, Row], dict[str, str], bool]:
        """The texts of the last version and of those not read before; whether one failed."""
        before = remembered(known, "texts")
        found: dict[str, Row] = {}
        too_large: dict[str, str] = {}
        failed = False
        for key, _ in versions:
            if key in before and key != versions[-1][0]:
                continue
            url = self.client.text(id_, key)
            try:
                row, answer = await self.asking.one("texts", url, largest=LARGEST_TEXT)
            except TooLarge as error:
                too_large[key] = TOO_LARGE
                self.spider.report.note("document", str(error), url)
                continue
            failed = failed or answer.failed
            if row is not None:
                found[key] = row
        return found, too_large, failed

    async def votes(
        self, histories: Sequence[Row], known: KnownMeasure | None
    ) -> dict[int, list[Row]]:
        """The roll calls of steps that had a vote; one that has long been read is not asked again."""
        before = remembered(known, "votes")
        settled = (self.spider.now - VOTES_SETTLE).date()
        found: dict[int, list[Row]] = {}
        for history in histories:
            id_ = whole(history, "MatterHistoryId")
            held = day(words(history, "MatterHistoryActionDate"))
            if id_ is None or not has_roll(history):
                continue
            if str(id_) in before and held is not None and held < settled:
                continue
            answer = await self.asking.child("votes", self.client.votes(id_), retry=False)
            if answer.rows is not None or answer.failed:
                # The server fails on some votes for ever; they too are asked only while young.
                found[id_] = answer.rows or []
        return found

    async def related(self, relations: Sequence[Row]) -> tuple[Related, ...]:
        """The matters that are related, under the numbers and sessions they are known by."""
        found: dict[int, Related] = {}
        for relation in relations:
            id_ = whole(relation, "MatterRelationMatterId")
            if id_ is None or id_ in found or len(found) == MOST_RELATED:
                continue
            known = self.known.get(id_)
            if known is not None and known.identifier:
                found[id_] = Related(identifier=known.identifier, session=known.session)
                continue
            row = await self.row(id_)
            if row is not None and words(row, "MatterFile"):
                found[id_] = Related(identifier=words(row, "MatterFile"), session=session_of(row))
        return tuple(found.values())
