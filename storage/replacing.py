"""A measure that another one ends: told of the ended one too, whoever says so.

Most sites say it on one page alone: the new order "rescinds Executive Order
2026-03", and the page of that order stays as it was. The ended measure is
found by its number at the same place and told as `superseded`, once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from config.vocabulary import ChangeKind
from pipelines.compare import REPLACED
from pipelines.texts import Change
from scrapers.items import Measure, Related

from . import tables
from .changing import Brought, Earlier, route_change, write_change
from .crawl import Group
from .identity import canonical
from .known import KnownRow, load_by_id, topics_now

REPLACES = {
    "replaces": "replaced-by", "supersedes": "superseded-by", "rescinds": "rescinded-by",
    "revokes": "revoked-by",
}  # fmt: skip
"""Relations that end the other measure's force, and how that one would say it."""

_changes = tables.changes.c
_identifiers = tables.measure_identifiers.c


@dataclass(frozen=True, slots=True)
class Ending:
    """What a measure says for the first time of another one that it ends."""

    by_id: int
    by: Measure
    other: Related


def endings(measure_id: int, old: Measure | None, new: Measure) -> list[Ending]:
    """What is said now and was not before; nothing where it is seen for the first time only."""
    if "related" not in new.observed or (old is not None and "related" not in old.observed):
        return []
    known = {(canonical(one.identifier), one.relation) for one in (old.related if old else ())}
    return [
        Ending(measure_id, new, one)
        for one in new.related
        if one.relation in REPLACES and (canonical(one.identifier), one.relation) not in known
    ]


def tell_ended(group: Group, source: str, found: Sequence[Ending]) -> None:
    """Put the changes of the ended measures on their way, and whom they concern."""
    ended = [(one, id_) for one in found if (id_ := _find(group, one)) is not None]
    if not ended:
        return
    rows = load_by_id(group.connection, {id_ for _, id_ in ended}, source)
    topics = topics_now(group.connection, rows)
    for one, id_ in ended:
        if not _is_told(group, one, rows[id_]):
            _tell(group, source, one, rows[id_], topics.get(id_, set()))


def _find(group: Group, one: Ending) -> int | None:
    """The ended measure: of the session named, else of the same one, else the only one."""
    found = group.connection.execute(
        sa.select(_identifiers.session, _identifiers.measure_id)
        .where(_identifiers.place == one.by.place)
        .where(_identifiers.key == canonical(one.other.identifier))
        .where(_identifiers.measure_id != one.by_id)
    ).all()
    by_session = {row.session: int(row.measure_id) for row in found}
    if one.other.session:
        return by_session.get(one.other.session)
    if one.by.session in by_session:
        return by_session[one.by.session]
    return next(iter(by_session.values())) if len(by_session) == 1 else None


def _is_told(group: Group, one: Ending, ended: KnownRow) -> bool:
    """Whether the ended measure's own page says so, or this was told before."""
    by = canonical(one.by.identifier)
    if any(
        other.relation in REPLACED and canonical(other.identifier) == by
        for other in ended.measure.related
    ):
        return True
    told: Iterable[dict[str, object]] = group.connection.execute(
        sa.select(_changes.details).where(
            _changes.measure_id == ended.id, _changes.kind == str(ChangeKind.SUPERSEDED)
        )
    ).scalars()
    return any(details.get("by") == one.by_id for details in told)


def _tell(group: Group, source: str, one: Ending, ended: KnownRow, topics: set[str]) -> None:
    relation = REPLACES[one.other.relation]
    change = Change(
        kind=ChangeKind.SUPERSEDED,
        before=[],
        after=[{"identifier": one.by.identifier, "relation": relation, "session": one.by.session}],
        summary=f"{relation.replace('-', ' ').capitalize()} {one.by.identifier}",
        details={"by": one.by_id},
    )
    change_id = write_change(group, source, ended.id, Brought(change))
    told = Earlier(change_id, change.kind, change.summary, ())
    route_change(group, source, ended.measure, told, topics=topics, fresh=())
