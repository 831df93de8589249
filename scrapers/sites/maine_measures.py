"""A paper of Maine's Legislature as a measure: what the directory shows, and what its pages add. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from config.vocabulary import ActionClassification, DateKind
from scrapers.actions import in_order
from scrapers.items import Action, Measure, MeasureDate, Sponsor
from scrapers.platforms.legistar_rows import digest
from scrapers.sites.maine_chambers import StatusPage
from scrapers.sites.maine_lists import Row
from scrapers.sites.maine_names import PLACE
from scrapers.sites.maine_papers import PaperPage
from scrapers.sites.maine_words import CHAMBERS, kind_of
from scrapers.sites.maryland_texts import ASKED
from scrapers.turns import KEPT

CITED = "Paper"
"""In the extras: the number from the paper's chamber, which it keeps when it becomes an LD."""

OVER = "Over"
"""In the extras: how the paper ended, of one that did."""

LAST = "Last step"
"""In the extras: the day of the last dated action."""


LAWS = "Laws"
"""In the extras: the chapters of law a paper became, as one cites them."""


LAWMAKER = "LawMaker"
"""In the extras: that a paper was once told of as LawMaker has it."""


@dataclass(frozen=True, slots=True)
class Chambers:
    """What LawMaker says of a paper. Parts that could not be had are None.

    `is_open` is False where LawMaker is not to be read and never told of this
    paper, so that the paper's own page has to do for everything.
    """

    is_open: bool
    status: StatusPage | None = None
    docket: list[Action] | None = None
    sponsors: list[Sponsor] | None = None
    subjects: list[str] | None = field(default=None)


def in_directory(row: Row, before: Mapping[str, str], *, formerly: tuple[str, ...]) -> Measure:
    """What the directory says of a paper; of what else is known nothing is said.

    `before` are its extras as last seen, `formerly` the number it had before it was printed.
    """
    name = row.name
    kind = kind_of(row.title)
    chamber = CHAMBERS.get(name.kind[0], "")
    seen = {
        "title": True, "url": True, "identifiers": name.ld,
        "classification": kind, "from_organization": chamber,
    }  # fmt: skip
    return Measure(
        place=PLACE,
        session=name.session,
        identifier=name.printed,
        identifiers=(name.paper, *filter(None, before.get(LAWS, "").split("|"))) if name.ld else (),
        formerly=formerly,
        title=row.title,
        classification=(kind,) if kind else (),
        from_organization=chamber,
        url=name.page,
        listing=name.session,
        observed=frozenset(field_ for field_, shown in seen.items() if shown),
        extras=MappingProxyType({**before, CITED: name.paper}),
    )


def looked_at(found: Measure, page: PaperPage, chambers: Chambers) -> Measure:
    """The paper with what its own page and LawMaker's pages say.

    Where LawMaker could have said more than it did this time, what only it knows
    is not taken from the page: names and actions would change to and fro.
    """
    status = chambers.status
    actions = page.actions
    if chambers.is_open:
        # The governor's action stands on both, in other words.
        actions = [one for one in page.actions if one.organization != "executive"]
    if chambers.docket is not None:
        also = [status.governor] if status and status.governor else []
        actions = in_order([*chambers.docket, *actions, *also])
    said = status.status if status else ""
    ended = page.status if "Final Disposition" in page.extras else ""
    shown = ended or said or ("" if chambers.is_open and status is None else page.status)
    sponsors = chambers.sponsors if chambers.is_open else page.sponsors
    whole = chambers.docket is not None
    seen = {
        "status": shown,
        "actions" if whole else "actions.latest": actions,
        "versions": page.versions, "documents": page.documents,
        "sponsors": sponsors, "subjects": chambers.subjects, "dates": _dates(actions),
    }  # fmt: skip
    marks = {
        name: one for name, one in found.extras.items() if name in {*KEPT, ASKED, CITED, LAWMAKER}
    }
    last = max((one.date for one in actions if one.date), default=None)
    laws = page.chapters or found.identifiers[1:]
    told = {
        LAWS: "|".join(laws),
        OVER: page.status if page.is_over else "",
        LAST: last.isoformat() if last else "",
    }
    told |= {**status.said, LAWMAKER: "read"} if status else {}
    extras = {**marks, **page.extras, **{name: one for name, one in told.items() if one}}
    return replace(
        found,
        identifiers=(*found.identifiers[:1], *laws),
        status=shown,
        actions=tuple(actions),
        versions=tuple(page.versions),
        documents=tuple(page.documents),
        sponsors=tuple(sponsors or ()),
        subjects=tuple(chambers.subjects or ()),
        dates=_dates(actions),
        observed=found.observed | {name for name, there in seen.items() if there},
        extras=MappingProxyType(extras),
    )


def _dates(actions: list[Action]) -> tuple[MeasureDate, ...]:
    """The day the governor signed, or the paper became law without that."""
    kinds = (
        (ActionClassification.EXECUTIVE_SIGNATURE, DateKind.SIGNED),
        (ActionClassification.BECAME_LAW, DateKind.ENACTED),
    )
    return tuple(
        MeasureDate(kind=kind, date=one.date, text=one.date_text)
        for step, kind in kinds
        for one in [one for one in actions if step in one.classification and one.date][-1:]
    )


def text_digest(found: Measure) -> str:
    """What tells that a paper has another text than when its texts were last asked for."""
    texts = [[one.note, *(link.url for link in one.links)] for one in found.versions]
    return digest({"texts": texts})
