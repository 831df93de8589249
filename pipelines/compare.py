"""What changed between the accepted state of a measure and what is seen now.

Only fields that were known before and are seen now are compared: a field seen
for the first time is learned in silence, and one that is not seen is kept.
Typography, order, addresses of the same text and better understanding of the
same printed words are no changes.

Some facts are kept up to date without a change of their own: `classification`,
`from_organization`, `concerns`, `subjects`, `documents` and `url` say how a measure is filed
and change with our understanding and the site's layout; `abstract` is written by
staff about the measure, is reworded at will, and whatever of it matters shows
in the text, the title or the actions.

Texts of versions are not compared here, only which versions are listed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from config.vocabulary import ChangeKind, SponsorClassification
from pipelines.clean import normalise
from pipelines.compare_keys import (
    ACTION_KEYS,
    DATE_KEYS,
    SPONSOR_KEYS,
    VERSION_KEYS,
    plain_words,
    related_key,
    same_number,
)
from pipelines.compare_words import (
    action_json,
    action_words,
    counted,
    dates_json,
    day_words,
    how_many,
    numbers_json,
    related_json,
    related_name,
    sentence,
    sponsor_json,
    sponsor_name,
    version_json,
    went,
)
from pipelines.corrections import CORRECTS
from pipelines.lexicon import printable
from pipelines.pairs import Item, Key, itself, pairs, unpaired
from pipelines.texts import Change
from pipelines.votes import is_news, joined
from scrapers.items import Action, Measure, Sponsor

REPLACED = frozenset({"replaced-by", "superseded-by", "rescinded-by", "revoked-by"})
"""Relations that end a measure's force in favour of another."""

_WHOLE_FIELDS = (
    "title",
    "classification",
    "from_organization",
    "identifiers",
    "status",
    "abstract",
    "sponsors",
    "dates",
    "actions",
    "related",
    "concerns",
    "subjects",
    "documents",
    "url",
)


def compare(old: Measure | None, new: Measure) -> tuple[Change, ...]:
    """List the changes from old, the accepted state, to new; at most one of each kind.

    `old.observed` names the fields known so far, as `merge` keeps it. `before`
    and `after` hold JSON values. Pure.
    """
    if old is None:
        return (_new(new),)
    if old == new:
        return ()
    found = (
        _title(old, new),
        _status(old, new),
        _renumbered(old, new),
        _sponsors(old, new),
        _dates(old, new),
        _actions(old, new),
        _versions(old, new),
        _related(old, new),
        _superseded(old, new),
    )
    return tuple(change for change in found if change is not None)


def merge(old: Measure, new: Measure) -> Measure:
    """Say what is known after seeing new: unseen fields kept, those seen in part completed.

    Versions are never forgotten: a source that stops listing one says nothing
    about its text; nor is the vote of an action that is shown without one.
    Pure; merging the same observation again changes nothing.
    """
    seen = {name: getattr(new, name) for name in _WHOLE_FIELDS if name in new.observed}
    if "sponsors" not in new.observed and "sponsors.primary" in new.observed:
        others = [person for person in old.sponsors if not _is_primary(person)]
        seen["sponsors"] = (*filter(_is_primary, new.sponsors), *others)
    if "actions" in new.observed:
        seen["actions"] = _with_votes(old.actions, new.actions)
    elif "actions.latest" in new.observed:
        seen["actions"] = _with_latest(old.actions, new.actions)
    if "versions" in new.observed:
        _, gone = _matched(old.versions, new.versions, VERSION_KEYS)
        seen["versions"] = (*gone, *new.versions)
    return replace(
        old,
        place=new.place,
        session=new.session,
        identifier=new.identifier,
        formerly=_formerly(old, new),
        listing=new.listing or old.listing,
        observed=old.observed | new.observed,
        extras=MappingProxyType({**old.extras, **new.extras}),
        **seen,
    )


def loses(old: Measure, new: Measure) -> bool:
    """Whether new lacks something that had happened by old: an action or a version. Pure."""
    if (
        _both(old, new, "actions", "actions.latest")
        and _matched(old.actions, new.actions, ACTION_KEYS)[1]
    ):
        return True
    return _both(old, new, "versions") and bool(
        _matched(old.versions, new.versions, VERSION_KEYS)[1]
    )


def _both(old: Measure, new: Measure, *names: str) -> bool:
    """Tell whether one of the names was known before and one of them is seen now."""
    return not old.observed.isdisjoint(names) and not new.observed.isdisjoint(names)


def _new(new: Measure) -> Change:
    title = f": {new.title}" if new.title else ""
    corrected = [other.identifier for other in new.related if other.relation in CORRECTS]
    how = "New, corrected by the publisher" if corrected else "New"
    what = f" (corrects {', '.join(corrected)})" if corrected else ""
    return Change(
        kind=ChangeKind.NEW,
        after={
            "identifier": new.identifier,
            "title": new.title,
            "status": new.status,
            "classification": [str(word) for word in new.classification],
            "sponsors": [sponsor_json(person) for person in new.sponsors],
            "dates": dates_json(new.dates),
            "actions": [action_json(action, roll=False) for action in new.actions],
            "versions": [version_json(version) for version in new.versions],
            "related": [related_json(other) for other in new.related],
            "url": new.url,
        },
        summary=printable(f"{how}: {new.identifier}{title}{what}"),
        details=MappingProxyType({"correction": True} if corrected else {}),
    )


def _title(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "title") or _same(normalise, old.title, new.title):
        return None
    return Change(
        kind=ChangeKind.TITLE,
        before=old.title,
        after=new.title,
        summary=printable(f"Title changed to “{new.title}”, was “{old.title}”"),
    )


def _status(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "status") or _same(plain_words, old.status, new.status):
        return None
    before, after = old.status or "none", new.status or "none"
    return Change(
        kind=ChangeKind.STATUS,
        before=old.status,
        after=new.status,
        summary=printable(f"Status is now “{after}”, was “{before}”"),
    )


def _renumbered(old: Measure, new: Measure) -> Change | None:
    moved = not _same(same_number, old.identifier, new.identifier)
    if _both(old, new, "identifiers"):
        added, removed = _matched(old.identifiers, new.identifiers, (itself, same_number))
    else:
        added, removed = [], []
    learned = _learned(old, new) if new.formerly else []
    if not (moved or added or removed or learned):
        return None
    said = [f"Now {new.identifier}, was {old.identifier}"] if moved else []
    said += [f"formerly {', '.join(learned)}"] if learned else []
    said += [f"also {', '.join(added)}"] if added else []
    said += [f"no longer {', '.join(removed)}"] if removed else []
    return Change(
        kind=ChangeKind.RENUMBERED,
        before=numbers_json(old),
        after=numbers_json(new),
        summary=sentence(said),
    )


def _sponsors(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "sponsors", "sponsors.primary"):
        return None
    before, after = old.sponsors, new.sponsors
    if "sponsors" not in old.observed or "sponsors" not in new.observed:
        before = tuple(filter(_is_primary, before))
        after = tuple(filter(_is_primary, after))
    added, removed = _matched(before, after, SPONSOR_KEYS)
    if not added and not removed:
        return None
    said = [counted(added, "sponsor", "added", sponsor_name)]
    said += [counted(removed, "sponsor", "removed", sponsor_name)]
    return Change(
        kind=ChangeKind.SPONSORS,
        before=[sponsor_json(person) for person in before],
        after=[sponsor_json(person) for person in after],
        summary=sentence(said),
        details=MappingProxyType(
            {
                "added": [sponsor_json(person) for person in added],
                "removed": [sponsor_json(person) for person in removed],
            }
        ),
    )


def _dates(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "dates"):
        return None
    added, removed = _matched(old.dates, new.dates, DATE_KEYS)
    if not added and not removed:
        return None
    kinds = dict.fromkeys(day.kind for day in (*added, *removed))
    said = []
    for kind in kinds:
        now = ", ".join(day_words(day) for day in added if day.kind == kind)
        was = ", ".join(day_words(day) for day in removed if day.kind == kind)
        said.append(f"{kind} date " + went(was, now))
    return Change(
        kind=ChangeKind.DATES,
        before=dates_json(old.dates),
        after=dates_json(new.dates),
        summary=sentence(said),
    )


def _actions(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "actions", "actions.latest"):
        return None
    paired = pairs(old.actions, new.actions, ACTION_KEYS)
    voted = _voted(old.actions, new.actions, paired)
    added, removed = unpaired(old.actions, new.actions, paired)
    if "actions" not in old.observed or "actions" not in new.observed:
        removed = []
    if "actions" not in old.observed and "actions" in new.observed:
        # The whole history is seen for the first time: what lies further back is no news.
        added = _not_earlier(added, old.actions)
    if not added and not removed and not voted:
        return None
    said = []
    if added:
        last = _latest(added)
        day = f" ({last.date.isoformat()})" if last.date else ""
        said.append(f"{how_many(added, 'action')} added, last: {action_words(last)}{day}")
    if voted:
        last = _latest([action for _, action in voted])
        more = f" and {len(voted) - 1} more" if len(voted) > 1 else ""
        said.append(f"vote: {action_words(last)}{more}")
    if removed:
        said.append(f"{how_many(removed, 'action')} removed: {_latest(removed).description}")
    return Change(
        kind=ChangeKind.ACTION,
        before=[action_json(action) for action in (*removed, *(was for was, _ in voted))],
        after=[action_json(action) for action in (*added, *(now for _, now in voted))],
        summary=sentence(said),
    )


def _voted(
    old: Sequence[Action], new: Sequence[Action], paired: Mapping[int, int]
) -> list[tuple[Action, Action]]:
    """Find known actions about whose vote there is news: as they were, as they are known now."""
    found = []
    for rank, known in sorted(paired.items()):
        before, now = old[known], new[rank]
        vote = joined(before.vote, now.vote)
        if vote is not None and is_news(before.vote, vote):
            found.append((before, replace(now, vote=vote)))
    return found


def _versions(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "versions"):
        return None
    added, _ = _matched(old.versions, new.versions, VERSION_KEYS)
    if not added:
        return None
    return Change(
        kind=ChangeKind.VERSION,
        before=[version.note for version in old.versions],
        after=[version_json(version) for version in added],
        summary=sentence([counted(added, "version", "listed", lambda version: version.note)]),
        new_note=added[-1].note,
    )


def _related(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "related"):
        return None
    added, removed = _matched(old.related, new.related, (itself, related_key))
    added = [other for other in added if other.relation not in REPLACED]
    if not added and not removed:
        return None
    said = [counted(added, "related measure", "added", related_name)]
    said += [counted(removed, "related measure", "removed", related_name)]
    return Change(
        kind=ChangeKind.RELATED,
        before=[related_json(other) for other in old.related],
        after=[related_json(other) for other in new.related],
        summary=sentence(said),
    )


def _superseded(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "related"):
        return None
    added, _ = _matched(old.related, new.related, (itself, related_key))
    added = [other for other in added if other.relation in REPLACED]
    if not added:
        return None
    names = ", ".join(other.identifier for other in added)
    return Change(
        kind=ChangeKind.SUPERSEDED,
        before=[related_json(other) for other in old.related if other.relation in REPLACED],
        after=[related_json(other) for other in new.related if other.relation in REPLACED],
        summary=printable(f"{added[0].relation.replace('-', ' ').capitalize()} {names}"),
    )


def _matched(
    old: Sequence[Item], new: Sequence[Item], keys: Iterable[Key[Item]]
) -> tuple[list[Item], list[Item]]:
    """Find what is only in new, and only in old."""
    if old == new:
        return [], []
    return unpaired(old, new, pairs(old, new, keys))


def _same(fold: Callable[[str], str], old: str, new: str) -> bool:
    return old == new or fold(old) == fold(new)


def _learned(old: Measure, new: Measure) -> list[str]:
    """List the former identifiers of which we knew nothing."""
    known = {same_number(name) for name in (old.identifier, *old.identifiers, *old.formerly)}
    return [name for name in new.formerly if same_number(name) not in known]


def _is_primary(person: Sponsor) -> bool:
    return person.classification == SponsorClassification.PRIMARY


def _with_votes(known: tuple[Action, ...], seen: tuple[Action, ...]) -> tuple[Action, ...]:
    votes = {rank: action.vote for rank, action in enumerate(known) if action.vote is not None}
    if not votes:
        return seen
    paired = pairs(known, seen, ACTION_KEYS)
    return tuple(
        replace(action, vote=joined(votes[paired[rank]], action.vote))
        if paired.get(rank) in votes
        else action
        for rank, action in enumerate(seen)
    )


def _with_latest(known: tuple[Action, ...], seen: tuple[Action, ...]) -> tuple[Action, ...]:
    paired = pairs(known, seen, ACTION_KEYS)
    added, _ = unpaired(known, seen, paired)
    votes = {was: seen[now].vote for now, was in paired.items() if seen[now].vote is not None}
    kept = (
        replace(action, vote=joined(action.vote, votes[rank])) if rank in votes else action
        for rank, action in enumerate(known)
    )
    return (*kept, *added)


def _not_earlier(added: Iterable[Action], known: Iterable[Action]) -> list[Action]:
    """Keep, of actions not known, those that cannot have been there unseen before."""
    days = [action.date for action in known if action.date]
    if not days:
        return []
    return [action for action in added if action.date and action.date >= max(days)]


def _formerly(old: Measure, new: Measure) -> tuple[str, ...]:
    names = {same_number(name): name for name in (*old.formerly, *new.formerly, old.identifier)}
    names.pop(same_number(new.identifier), None)
    return tuple(names.values())


def _latest(actions: Sequence[Action]) -> Action:
    return max(reversed(actions), key=lambda action: action.date or date.min)
