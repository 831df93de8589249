"""A change on its way: its row, the topics it is about, and whom it concerns."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from config.vocabulary import ChangeKind
from pipelines.texts import Change
from scrapers.items import Measure

from . import tables
from .crawl import Group
from .messages import Draft
from .ports import ChangeFacts


@dataclass(slots=True)
class Brought:
    """A change with the versions it compares and the versions it brought.

    `completes` is the earlier change that told of the version while its text
    was still awaited.
    """

    change: Change
    old: int | None = None
    new: int | None = None
    versions: list[int] = field(default_factory=list)
    completes: int | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A change already written whose pending text has arrived now."""

    id: int
    kind: ChangeKind
    summary: str
    versions: tuple[int, ...]


def write_change(group: Group, source: str, measure_id: int, one: Brought) -> int:
    """Put the change's row on its way and return its id."""
    change_id = group.ids.next(tables.changes)
    change = one.change
    group.writes.insert(tables.changes, {
        "id": change_id, "at": group.crawl.now, "crawl_id": group.crawl.id, "source": source,
        "measure_id": measure_id, "kind": str(change.kind), "before": change.before,
        "after": change.after, "old_version_id": one.old, "new_version_id": one.new,
        "summary": change.summary, "details": dict(change.details),
    })  # fmt: skip
    return change_id


def route_change(
    group: Group,
    source: str,
    measure: Measure,
    change: Earlier,
    *,
    topics: Iterable[str],
    fresh: Iterable[str],
    told: Collection[str] = (),
) -> set[str]:
    """Ask whom a change concerns and put the alerts on their way.

    `topics` match the measure now, `fresh` are those of them that this change
    brought. An alert that the change has made before is not made again, nor
    one for a watch in `told`. Returns the names of the watches it concerns.
    """
    fresh = set(fresh)
    facts = ChangeFacts(
        kind=change.kind, source=source, place=measure.place, concerns=measure.concerns,
        session=measure.session, identifier=measure.identifier, title=measure.title,
        topics=tuple(sorted({*topics, *fresh})), new_topics=tuple(sorted(fresh)),
        summary=change.summary, now=group.crawl.now, crawl_id=group.crawl.id,
    )  # fmt: skip
    drafts = [draft for draft in group.crawl.route(facts) if draft.watch not in told]
    group.drafts += [Draft(change.id, draft) for draft in drafts]
    group.writes.topics += [
        {"change_id": change.id, "topic": topic, "new": topic in fresh} for topic in facts.topics
    ]
    return {draft.watch for draft in drafts}
