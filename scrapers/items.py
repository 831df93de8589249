"""What a spider says it saw: frozen values, nothing else.

A spider yields `Measure`s, `Event`s and, once it has read a whole list and
believes it, one `Listing` for that list; and a `Withdrawn` for a measure that
its own page or record says is no more. Words as printed and values as understood stand
side by side (`date_text`, `date`), so nothing a site said is lost.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from config.vocabulary import (
    ActionClassification,
    DateKind,
    EventStatus,
    MeasureClassification,
    SponsorClassification,
    VersionClassification,
    VoteOption,
    VoteResult,
)

EMPTY: Mapping[str, str] = MappingProxyType({})


def _empty() -> Mapping[str, str]:
    return EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One address of a text. `media_type` is what the page claims, never trusted."""

    url: str
    media_type: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One text of a measure.

    `note` names it as the site prints it and, with the measure, identifies it
    until its text is read. `text` is set when the page itself carries the text.
    `waits_for` says, for people, what keeps the text from being fetched ("an
    API key"); such a version stays pending and its links are not visited.
    """

    note: str
    links: tuple[Link, ...] = ()
    date: datetime.date | None = None
    date_text: str = ""
    classification: VersionClassification | None = None
    text: str | None = None
    waits_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """How one member voted: as understood and, in `text`, as printed."""

    voter: str
    option: VoteOption = VoteOption.OTHER
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """The tally and roll call of an action.

    `counts` are (option, number) as the site states them; where it states none
    they are empty, whatever the roll holds. `text` is the result as printed.
    """

    result: VoteResult | None = None
    text: str = ""
    counts: tuple[tuple[VoteOption, int], ...] = ()
    roll: tuple[Cast, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A dated step. `organization` is lower, upper, legislature or executive, or the body's name.

    `vote` is no part of what tells one action from another: it may arrive later.
    """

    description: str
    date: datetime.date | None = None
    date_text: str = ""
    classification: tuple[ActionClassification, ...] = ()
    organization: str = ""
    vote: Vote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sponsor:
    """A person or body behind a measure, as the site names it."""

    name: str
    classification: SponsorClassification = SponsorClassification.PRIMARY
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDate:
    """A day in the life of a measure: as printed and as understood."""

    kind: DateKind
    date: datetime.date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another measure this one names; `relation` is an Open Civic Data word."""

    identifier: str
    relation: str = "related"
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A bill, resolution, ordinance, order or agreement, as one source shows it now.

    `place` is the path of the issuing jurisdiction ("us/va"), `concerns` are the
    places it is about. `session` is the session, or for orders the signer's term.
    `formerly` names the identifiers under which the same measure was known
    before, when the source shows it under another one now.

    `observed` names the fields this page really showed. A field that is not in
    it never overwrites what is known. Two fields can be seen in part:
    `sponsors.primary` (only the primary sponsors were shown) and
    `actions.latest` (some actions were shown, earlier ones may be missing).

    `documents` are papers about the measure that are no text of it, such as a
    fiscal note: they are kept and shown, not fetched.

    `listing` names the list in which the measure stands, so that its absence
    from a later complete reading of that list can be noticed. `extras` keep
    what the site said beyond our fields; they are kept, not compared.
    """

    place: str
    session: str
    identifier: str
    title: str = ""
    classification: tuple[MeasureClassification, ...] = ()
    from_organization: str = ""
    identifiers: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    status: str = ""
    abstract: str = ""
    sponsors: tuple[Sponsor, ...] = ()
    dates: tuple[MeasureDate, ...] = ()
    actions: tuple[Action, ...] = ()
    versions: tuple[Version, ...] = ()
    related: tuple[Related, ...] = ()
    concerns: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    documents: tuple[Link, ...] = ()
    url: str = ""
    listing: str = ""
    observed: frozenset[str] = frozenset()
    extras: Mapping[str, str] = field(default_factory=_empty, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """A line of an event's agenda.

    `identifier` names the measure it is about as its source prints it ("" when
    it is about none), `session` narrows that when it is known. `number` is the
    place on the agenda as printed, `note` what the agenda or minutes say of it,
    `action` what was done there.
    """

    title: str
    identifier: str = ""
    session: str = ""
    number: str = ""
    note: str = ""
    action: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A meeting or hearing, as one source shows it now.

    `id` is the source's own and stable name of it: with the source it is the
    event's identity, since names and dates change. `date` and `time` are local
    to the place and stand beside `when_text`, what was printed. `name` is the
    body that meets. `complete` says that `items` is the whole agenda as
    published: only then does a measure's absence from it mean something.
    """

    place: str
    id: str
    name: str
    date: datetime.date | None = None
    time: datetime.time | None = None
    when_text: str = ""
    status: EventStatus | None = None
    status_text: str = ""
    location: str = ""
    url: str = ""
    links: tuple[Link, ...] = ()
    items: tuple[AgendaItem, ...] = ()
    complete: bool = False
    extras: Mapping[str, str] = field(default_factory=_empty, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that was read to its end and believed.

    `name` is the `listing` its measures carry, `rows` how many rows it held and
    `total` the number the source itself states, when it states one. A measure
    counts as vanished once `patience` complete readings in a row lack it, and it
    was seen last at least `days` days ago: where measures pass from list to list,
    the time between says more than how often somebody looked.
    """

    name: str
    rows: int
    total: int | None = None
    patience: int = 2
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The source's own word that one of its measures is no more.

    `place`, `session` and `identifier` name it as the source's measures are
    named; one that is not known is passed over. `reason` is what the site said,
    in a few words ("the site answered 410"), and `url` the address that said it,
    whose answer is in the crawl's archive.
    """

    place: str
    session: str
    identifier: str
    reason: str
    url: str = ""


Item = Measure | Event | Listing | Withdrawn
"""What a spider yields."""

OBSERVABLE = frozenset(
    {
        "title", "classification", "from_organization", "identifiers", "status", "abstract",
        "sponsors", "sponsors.primary", "dates", "actions", "actions.latest", "versions",
        "related", "concerns", "subjects", "documents", "url",
    }
)  # fmt: skip
