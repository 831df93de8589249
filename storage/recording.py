"""One group of observations becomes rows: what was known, what is seen, what changed.

A group is planned in memory and then written at once. Within a group no two
observations are of one measure; the store sees to that.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from config.vocabulary import ChangeKind, TextState
from pipelines.compare import compare, merge
from pipelines.texts import Change, Observation
from scrapers.items import EMPTY, Measure

from . import tables
from .changing import Brought, Earlier, route_change, write_change
from .codec import storable_measure
from .crawl import Crawl, Group
from .going_back import Steps
from .identity import canonical
from .known import Key, KnownRow, load
from .messages import watches_told
from .ports import Outcome
from .replacing import endings, tell_ended
from .stating import Seen, State
from .texting import Versions

_PARTS = {"sponsors.primary": "sponsors", "actions.latest": "actions"}


def plan(connection: Connection, crawl: Crawl, seen: Sequence[Seen], source: str) -> Group:
    """Work out what observations of one source change. Writes nothing.

    Raises whatever a comparison, a route or a damaged row raises.
    """
    group = Group(connection, crawl, source)
    for one in seen:
        group.ignoring.learn(one.observation.learned)
    group.shelf.look_up(text for one in seen for text in one.observation.texts)
    known = load(connection, [one.observation.measure for one in seen], source)
    for one, row in zip(seen, known, strict=True):
        group.outcomes.append(_plan_one(group, one, row))
    tell_ended(group, source, group.endings)
    return group


def pending(observation: Observation) -> int:
    """How many versions of an observation wait for their text."""
    texts = observation.texts
    waiting = [text.state for text in texts].count(TextState.PENDING) if texts else 0
    return waiting + max(0, len(observation.measure.versions) - len(texts))


def _plan_one(group: Group, seen: Seen, known: KnownRow | None) -> Outcome:
    quiet = seen.observation.source in group.crawl.quiet
    measure_id = known.id if known else group.ids.next(tables.measures)
    observed, fields = _decided(seen, known)
    old = known.measure if known else None
    if known:
        observed = _named_as(known.measure, observed, known.keys)
    found = compare(old, observed)
    back = Steps(
        group.mirrors, known, seen.sighting_id, crawl_id=group.crawl.id, now=group.crawl.now
    )
    if back.is_stale(observed, found):
        return _left_aside(group, seen, measure_id, back)
    versions = Versions(group, measure_id, known.versions if known else None, back)
    if "versions" in observed.observed:
        first = old is None or "versions" not in old.observed
        texts, steps = seen.observation.texts, _steps(old, observed)
        versions.take(observed.versions, texts, silent=first, steps=steps)
    changes = _changes(known, found) + versions.brought
    merged = replace(merge(old, observed) if old else observed, extras=EMPTY)
    state = State(group, seen, known, measure_id, merged, fields, back)
    state.write(changed=bool(changes) and not quiet)
    if not quiet:
        _write_changes(state, changes, versions)
        group.endings += endings(measure_id, old, observed)
    versions.write()
    return Outcome(
        status="new" if known is None else "changed" if changes else "unchanged",
        measure_id=measure_id,
        kinds=() if quiet else tuple(one.change.kind for one in changes),
        pending=pending(seen.observation),
        stale=back.stale,
    )


def _left_aside(group: Group, seen: Seen, measure_id: int, back: Steps) -> Outcome:
    """A stale copy moves nothing; that it was seen is noted, and the next look is a close one."""
    group.writes.update(tables.sightings, {
        "id": seen.sighting_id, "last_seen": group.crawl.now, "crawl_id": group.crawl.id,
        "absent_count": 0, "absent_crawl_id": 0, "digest": "", "going_back": back.memory,
    })  # fmt: skip
    return Outcome(
        status="unchanged", measure_id=measure_id, pending=pending(seen.observation),
        stale=back.stale,
    )  # fmt: skip


def _decided(seen: Seen, known: KnownRow | None) -> tuple[Measure, dict[str, str]]:
    """The observation without fields that another source decides, and who decides each field.

    The source that showed a field first decides it: two sources that disagree
    would otherwise alert in turns for ever.
    """
    measure, source = seen.observation.measure, seen.observation.source
    if seen.said.unstorable:
        measure = storable_measure(measure)
    fields = dict(known.fields) if known else {}
    mine = frozenset(
        name for name in measure.observed if fields.get(_PARTS.get(name, name), source) == source
    )
    for name in mine:
        fields.setdefault(_PARTS.get(name, name), source)
    return replace(measure, observed=mine), fields


def _named_as(old: Measure, new: Measure, keys: Collection[Key]) -> Measure:
    """The observation under the number we know it by, unless its source says it was renumbered.

    A measure with several numbers is shown under any of them, and typography
    varies; neither is a renumbering.
    """
    shown, printed = canonical(new.identifier), canonical(old.identifier)
    renamed = printed in {canonical(name) for name in new.formerly}
    if renamed or (shown == printed and new.identifier == old.identifier):
        return new
    if shown == printed:
        return replace(new, identifier=old.identifier)
    if (new.place, new.session, shown) not in keys:
        return new
    others = dict.fromkeys((new.identifier, *new.identifiers))
    also = tuple(name for name in others if canonical(name) != printed)
    return replace(new, identifier=old.identifier, identifiers=also)


def _steps(old: Measure | None, new: Measure) -> tuple[str, ...]:
    """What is said of the actions that are seen for the first time, of a measure already known."""
    if old is None or old.actions == new.actions:
        return ()
    known = {(action.description, action.date) for action in old.actions}
    return tuple(
        action.description
        for action in new.actions
        if (action.description, action.date) not in known
    )


def _changes(known: KnownRow | None, found: Sequence[Change]) -> list[Brought]:
    """The changes of fields; those of texts are told by the versions themselves."""
    changes = [Brought(change) for change in found if change.kind is not ChangeKind.VERSION]
    if known and known.vanished_at:
        changes.append(Brought(_restored(known.vanished_at)))
    return changes


def _restored(vanished_at: datetime) -> Change:
    return Change(
        kind=ChangeKind.RESTORED,
        before={"vanished_at": vanished_at.isoformat()},
        summary=f"Listed again, gone since {vanished_at.date().isoformat()}",
    )


def _write_changes(state: State, changes: Sequence[Brought], versions: Versions) -> None:
    if not changes and not versions.earlier:
        return
    group, observation, merged = state.group, state.seen.observation, state.merged
    source = observation.source
    topics = _topics(observation, state.known, versions)
    # One version is one alert a watch: what it told while its text was awaited, or what the text says.
    completed: dict[int, Collection[str]] = {}
    for one in changes:
        if one.change.kind is ChangeKind.NEW:
            one.new, one.versions = versions.latest_id(), versions.added
        change_id = write_change(group, source, state.measure_id, one)
        versions.introduce(one.versions, change_id)
        told = Earlier(change_id, one.change.kind, one.change.summary, tuple(one.versions))
        fresh = _fresh(told, observation, versions)
        lost = _lost(one, state.known)
        before = watches_told(group.connection, one.completes)
        concerned = route_change(
            group, source, merged, told, topics=topics | lost, fresh=fresh, told=before
        )
        if one.completes is not None:
            completed[one.completes] = concerned
    for earlier in versions.earlier.values():
        fresh = _fresh(earlier, observation, versions)
        told_now = completed.get(earlier.id, ())
        route_change(group, source, merged, earlier, topics=topics, fresh=fresh, told=told_now)


def _topics(observation: Observation, known: KnownRow | None, versions: Versions) -> set[str]:
    """The topics that match the measure now, in any current text, or in its fields."""
    topics = {match.topic for match in observation.matches}
    topics |= {match.topic for text in observation.texts for match in text.matches}
    for version_id in versions.kept_ids():
        topics |= known.topics.get(version_id, set()) if known else set()
    return topics


def _lost(one: Brought, known: KnownRow | None) -> set[str]:
    """The topics of the text that an amendment took the place of.

    Striking the very passage somebody watches is news to them.
    """
    if known is None or one.old is None or one.change.kind is not ChangeKind.AMENDED:
        return set()
    return known.topics.get(one.old, set())


def _fresh(change: Earlier, observation: Observation, versions: Versions) -> set[str]:
    """The topics with a passage that this change brought."""
    read = [match for id_ in change.versions for match in versions.rematched.get(id_, ())]
    if change.kind is ChangeKind.NEW:
        read += observation.matches
    said = {ChangeKind.TITLE: "title", ChangeKind.SPONSORS: "sponsor"}.get(change.kind)
    read += [match for match in observation.matches if match.field == said]
    return {match.topic for match in read if match.new}
