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

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from config.vocabulary import ChangeKind, SponsorClassification
from pipelines.clean import normalise
from pipelines.corrections import CORRECTS
from pipelines.lexicon import printable
from pipelines.pairs import Item, Key, itself, pairs, unpaired
from pipelines.texts import Change
from pipelines.votes import is_news, joined, vote_json, vote_words
from scrapers.addresses import canonical_url
from scrapers.items import Action, Measure, MeasureDate, Related, Sponsor, Version

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
_NAMED_AT_MOST = 5


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
        _, gone = _matched(old.versions, new.versions, _VERSION_KEYS)
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
        and _matched(old.actions, new.actions, _ACTION_KEYS)[1]
    ):
        return True
    return _both(old, new, "versions") and bool(
        _matched(old.versions, new.versions, _VERSION_KEYS)[1]
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
            "sponsors": [_sponsor_json(person) for person in new.sponsors],
            "dates": _dates_json(new.dates),
            "actions": [_action_json(action, roll=False) for action in new.actions],
            "versions": [_version_json(version) for version in new.versions],
            "related": [_related_json(other) for other in new.related],
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
    if not _both(old, new, "status") or _same(_plain, old.status, new.status):
        return None
    before, after = old.status or "none", new.status or "none"
    return Change(
        kind=ChangeKind.STATUS,
        before=old.status,
        after=new.status,
        summary=printable(f"Status is now “{after}”, was “{before}”"),
    )


def _renumbered(old: Measure, new: Measure) -> Change | None:
    moved = not _same(_number, old.identifier, new.identifier)
    if _both(old, new, "identifiers"):
        added, removed = _matched(old.identifiers, new.identifiers, (itself, _number))
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
        before=_numbers_json(old),
        after=_numbers_json(new),
        summary=_sentence(said),
    )


def _sponsors(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "sponsors", "sponsors.primary"):
        return None
    before, after = old.sponsors, new.sponsors
    if "sponsors" not in old.observed or "sponsors" not in new.observed:
        before = tuple(filter(_is_primary, before))
        after = tuple(filter(_is_primary, after))
    added, removed = _matched(before, after, _SPONSOR_KEYS)
    if not added and not removed:
        return None
    said = [_counted(added, "sponsor", "added", _sponsor_name)]
    said += [_counted(removed, "sponsor", "removed", _sponsor_name)]
    return Change(
        kind=ChangeKind.SPONSORS,
        before=[_sponsor_json(person) for person in before],
        after=[_sponsor_json(person) for person in after],
        summary=_sentence(said),
        details=MappingProxyType(
            {
                "added": [_sponsor_json(person) for person in added],
                "removed": [_sponsor_json(person) for person in removed],
            }
        ),
    )


def _dates(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "dates"):
        return None
    added, removed = _matched(old.dates, new.dates, _DATE_KEYS)
    if not added and not removed:
        return None
    kinds = dict.fromkeys(day.kind for day in (*added, *removed))
    said = []
    for kind in kinds:
        now = ", ".join(_day(day) for day in added if day.kind == kind)
        was = ", ".join(_day(day) for day in removed if day.kind == kind)
        said.append(f"{kind} date " + _went(was, now))
    return Change(
        kind=ChangeKind.DATES,
        before=_dates_json(old.dates),
        after=_dates_json(new.dates),
        summary=_sentence(said),
    )


def _actions(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "actions", "actions.latest"):
        return None
    paired = pairs(old.actions, new.actions, _ACTION_KEYS)
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
        said.append(f"{_number_of(added, 'action')} added, last: {_action_words(last)}{day}")
    if voted:
        last = _latest([action for _, action in voted])
        more = f" and {len(voted) - 1} more" if len(voted) > 1 else ""
        said.append(f"vote: {_action_words(last)}{more}")
    if removed:
        said.append(f"{_number_of(removed, 'action')} removed: {_latest(removed).description}")
    return Change(
        kind=ChangeKind.ACTION,
        before=[_action_json(action) for action in (*removed, *(was for was, _ in voted))],
        after=[_action_json(action) for action in (*added, *(now for _, now in voted))],
        summary=_sentence(said),
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
    added, _ = _matched(old.versions, new.versions, _VERSION_KEYS)
    if not added:
        return None
    return Change(
        kind=ChangeKind.VERSION,
        before=[version.note for version in old.versions],
        after=[_version_json(version) for version in added],
        summary=_sentence([_counted(added, "version", "listed", lambda version: version.note)]),
        new_note=added[-1].note,
    )


def _related(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "related"):
        return None
    added, removed = _matched(old.related, new.related, (itself, _related_key))
    added = [other for other in added if other.relation not in REPLACED]
    if not added and not removed:
        return None
    said = [_counted(added, "related measure", "added", _related_name)]
    said += [_counted(removed, "related measure", "removed", _related_name)]
    return Change(
        kind=ChangeKind.RELATED,
        before=[_related_json(other) for other in old.related],
        after=[_related_json(other) for other in new.related],
        summary=_sentence(said),
    )


def _superseded(old: Measure, new: Measure) -> Change | None:
    if not _both(old, new, "related"):
        return None
    added, _ = _matched(old.related, new.related, (itself, _related_key))
    added = [other for other in added if other.relation in REPLACED]
    if not added:
        return None
    names = ", ".join(other.identifier for other in added)
    return Change(
        kind=ChangeKind.SUPERSEDED,
        before=[_related_json(other) for other in old.related if other.relation in REPLACED],
        after=[_related_json(other) for other in new.related if other.relation in REPLACED],
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
    known = {_number(name) for name in (old.identifier, *old.identifiers, *old.formerly)}
    return [name for name in new.formerly if _number(name) not in known]


def _plain(text: str) -> str:
    return normalise(text).casefold()


def _number(identifier: str) -> str:
    """Leave out what sites print now so, now so: "H.B. 444" and "HB444"."""
    return _plain(identifier).replace(" ", "").replace(".", "")


def _action_key(action: Action) -> Hashable:
    return action.date, _plain(action.description), _plain(action.organization)


def _action_any_body_key(action: Action) -> Hashable:
    """Be equal for one action whose body we came to know."""
    return (action.date, _plain(action.description)) if action.date else None


def _action_printed_key(action: Action) -> Hashable:
    """Be equal for one action whose printed date we understand otherwise now."""
    day = _plain(action.date_text)
    return (day, _plain(action.description)) if day else None


def _action_itself(action: Action) -> Hashable:
    """Be equal for one action, whatever is known of its vote."""
    return replace(action, vote=None)


_ACTION_KEYS: tuple[Key[Action], ...] = (
    _action_itself,
    _action_key,
    _action_any_body_key,
    _action_printed_key,
)


def _date_key(day: MeasureDate) -> Hashable:
    return (day.kind, day.date) if day.date else None


def _date_printed_key(day: MeasureDate) -> Hashable:
    text = _plain(day.text)
    return (day.kind, text) if text else None


_DATE_KEYS: tuple[Key[MeasureDate], ...] = (itself, _date_key, _date_printed_key)


def _sponsor_id_key(person: Sponsor) -> Hashable:
    return (person.id, person.classification) if person.id else None


def _sponsor_name_key(person: Sponsor) -> Hashable:
    return _plain(person.name), person.classification


_SPONSOR_KEYS: tuple[Key[Sponsor], ...] = (itself, _sponsor_id_key, _sponsor_name_key)


def _version_print_key(version: Version) -> Hashable:
    url = canonical_url(version.links[0].url) if version.links else ""
    return _plain(version.note), version.date, url


def _version_note_key(version: Version) -> Hashable:
    return _plain(version.note)


_VERSION_KEYS: tuple[Key[Version], ...] = (itself, _version_print_key, _version_note_key)


def _related_key(other: Related) -> Hashable:
    return _number(other.identifier), other.relation, _plain(other.session)


def _is_primary(person: Sponsor) -> bool:
    return person.classification == SponsorClassification.PRIMARY


def _with_votes(known: tuple[Action, ...], seen: tuple[Action, ...]) -> tuple[Action, ...]:
    votes = {rank: action.vote for rank, action in enumerate(known) if action.vote is not None}
    if not votes:
        return seen
    paired = pairs(known, seen, _ACTION_KEYS)
    return tuple(
        replace(action, vote=joined(votes[paired[rank]], action.vote))
        if paired.get(rank) in votes
        else action
        for rank, action in enumerate(seen)
    )


def _with_latest(known: tuple[Action, ...], seen: tuple[Action, ...]) -> tuple[Action, ...]:
    paired = pairs(known, seen, _ACTION_KEYS)
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
    names = {_number(name): name for name in (*old.formerly, *new.formerly, old.identifier)}
    names.pop(_number(new.identifier), None)
    return tuple(names.values())


def _latest(actions: Sequence[Action]) -> Action:
    return max(reversed(actions), key=lambda action: action.date or date.min)


def _sentence(parts: Iterable[str]) -> str:
    said = "; ".join(part for part in parts if part)
    return printable(said[:1].upper() + said[1:])


def _number_of(items: Sequence[object], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def _counted(items: Sequence[Item], noun: str, verb: str, name: Callable[[Item], str]) -> str:
    if not items:
        return ""
    names = ", ".join(name(item) for item in items[:_NAMED_AT_MOST])
    more = f" and {len(items) - _NAMED_AT_MOST} more" if len(items) > _NAMED_AT_MOST else ""
    return f"{_number_of(items, noun)} {verb}: {names}{more}"


def _went(was: str, now: str) -> str:
    if was and now:
        return f"changed from {was} to {now}"
    return f"is {now}" if now else f"withdrawn, was {was}"


def _day(day: MeasureDate) -> str:
    return day.date.isoformat() if day.date else day.text


def _sponsor_name(person: Sponsor) -> str:
    return person.name


def _related_name(other: Related) -> str:
    return f"{other.identifier} ({other.relation})"


def _numbers_json(measure: Measure) -> dict[str, Any]:
    return {
        "identifier": measure.identifier,
        "identifiers": list(measure.identifiers),
        "formerly": list(measure.formerly),
    }


def _sponsor_json(person: Sponsor) -> dict[str, Any]:
    return {"name": person.name, "classification": str(person.classification)}


def _dates_json(days: Iterable[MeasureDate]) -> list[dict[str, Any]]:
    return [
        {"kind": str(day.kind), "date": day.date and day.date.isoformat(), "text": day.text}
        for day in days
    ]


def _action_words(action: Action) -> str:
    return vote_words(action, action.vote) if action.vote else action.description


def _action_json(action: Action, *, roll: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = {
        "date": action.date and action.date.isoformat(),
        "description": action.description,
        "classification": [str(word) for word in action.classification],
        "organization": action.organization,
    }
    return found | {"vote": vote_json(action.vote, roll=roll)} if action.vote else found


def _version_json(version: Version) -> dict[str, Any]:
    return {
        "note": version.note,
        "date": version.date and version.date.isoformat(),
        "classification": version.classification and str(version.classification),
        "links": [link.url for link in version.links],
    }


def _related_json(other: Related) -> dict[str, Any]:
    return {
        "identifier": other.identifier,
        "relation": other.relation,
        "session": other.session,
    }
