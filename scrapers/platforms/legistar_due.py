"""Which matters are to be looked at closely in this crawl, and in which order. Pure.

A matter's row is cheap: a thousand come with one request. What hangs on it
costs six requests and more, at the host's own pace. So a crawl spends a fixed
number of requests on details, on what is most likely to have changed; what was
left comes first the next time. `MatterLastModifiedUtc` says nothing of most
changes to attachments and histories, so recent matters, and those on an agenda,
are looked at again although nothing points to a change.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scrapers.platforms.legistar_client import SINCE_FIELDS
from scrapers.platforms.legistar_measures import READ, READ_SLOWLY, STAMP, TRIED
from scrapers.platforms.legistar_rows import Row, day, digest, moment, words
from scrapers.platforms.legistar_words import LAWMAKING, kind_of
from scrapers.ports import KnownMeasure
from scrapers.turns import AGAIN, AGAIN_LATER, RECENT, SETTLED, Why

AGAIN_ON_AGENDA = timedelta(days=1)
TRY_AGAIN = timedelta(days=1)
"""What cannot be read must not take the requests of what can."""

SLOW = timedelta(days=30)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far a server's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Due:
    """A matter to look at. `row` is None where it has to be asked for."""

    id: int
    why: Why
    row: Row | None
    order: tuple[int, float]


def due(
    rows: Mapping[int, Row],
    known: Mapping[int, KnownMeasure],
    agendas: Mapping[int, bool],
    *,
    now: datetime,
    first: bool,
    gone: Collection[int] = (),
) -> list[Due]:
    """The matters to look at, the most pressing first.

    `agendas` are the matters on agendas, and whether theirs is new or changed.
    In the `first` crawl everything is new and nothing presses. What is `gone`
    is not asked for unless it stands in the list or on an agenda again.
    """
    found = []
    lasting = (id_ for id_ in known if id_ not in gone)
    for id_ in dict.fromkeys((*rows, *agendas, *lasting)):
        row, before = rows.get(id_), known.get(id_)
        why = reason(row, before, agendas.get(id_), now=now, first=first)
        if why is not None:
            found.append(Due(id_, why, row, _order(why, row, before)))
    return sorted(found, key=lambda one: (one.why, one.order, one.id))


def reason(
    row: Row | None, before: KnownMeasure | None, agenda: bool | None, *, now: datetime, first: bool
) -> Why | None:
    """Why a matter is to be looked at; None when it is not. `agenda` is None for one on no agenda."""
    if before is None:
        return Why.NEW if not first else Why.UNREAD if agenda is None else Why.AGENDA
    read = moment(before.extras.get(READ, ""))
    if row is not None and before.extras.get(STAMP) != digest(row):
        return Why.CHANGED
    if agenda or (agenda is False and read is not None and now - read >= AGAIN_ON_AGENDA):
        return Why.AGENDA
    if read is None:
        tried = moment(before.extras.get(TRIED, ""))
        return Why.UNREAD if tried is None or now - tried >= TRY_AGAIN else None
    return Why.AGAIN if now - read >= _wait(before, now) else None


def _wait(before: KnownMeasure, now: datetime) -> timedelta:
    """How long a matter is left alone that shows no sign of change: the longer the older it is."""
    changed = moment(before.extras.get("MatterLastModifiedUtc", ""))
    if changed is None or now - changed < RECENT:
        return AGAIN
    return AGAIN_LATER if now - changed < SETTLED else timedelta.max


def is_slow_due(before: KnownMeasure | None, now: datetime) -> bool:
    """Whether also the children that hardly ever change are to be asked for."""
    read = moment(before.extras.get(READ_SLOWLY, "")) if before else None
    return read is None or now - read >= SLOW


def _order(why: Why, row: Row | None, before: KnownMeasure | None) -> tuple[int, float]:
    """Within one reason: texts of law first, the newest first; of those seen before the longest ago."""
    if why is Why.AGAIN and before:
        read = moment(before.extras.get(READ, ""))
        return 0, read.timestamp() if read else 0.0
    told: Row = row or (before.extras if before else {})
    kind = kind_of(words(told, "MatterTypeName"))
    days = (day(words(told, name)) for name in SINCE_FIELDS)
    latest = max((found.toordinal() for found in days if found), default=0)
    return int(kind not in LAWMAKING), -latest


def plausible(stamp: str, now: datetime) -> datetime | None:
    """A stamp of a time in which there was a Web API; None for another, and for what is none.

    One of the year 9999 would hide all changes from then on, one of the year 1 cannot be counted back from.
    """
    found = moment(stamp)
    return found if found and EARLIEST <= found <= now + AHEAD else None


def newest(rows: Iterable[Row], now: datetime) -> str:
    """The latest plausible stamp of some rows, as printed; "" for none."""
    stamps = [
        stamp
        for row in rows
        if (stamp := words(row, "MatterLastModifiedUtc")) and plausible(stamp, now)
    ]
    return max(stamps, key=lambda stamp: moment(stamp) or stamp, default="")
