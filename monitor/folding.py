"""Renewals of one order as one line of a digest.

A city in an emergency signs the same order again every few days: "EEO 50.1",
"EEO 50.2" and on. Each is a measure, with a change, an alert and evidence of its
own; a reader is told once how often the order was renewed, with a link to
each. What programs read is never folded.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from config.vocabulary import ChangeKind
from monitor.channels.safe import one_line
from monitor.entries import MOST_QUOTES, Entry, Other
from storage.identity import canonical

RENEWAL = ("renews", "extends")
"""Relations of an order that only goes on with another one; "renews" alone counts where it is said."""

WORD = "renewed"
FEWEST = 2

_Key = tuple[str, str]
_LAST = re.compile(r"\d[\w.-]*\Z")


def folded(found: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries, with those that only renew one order, two or more, as one at the first's place."""
    renewals = {rank: names for rank, entry in enumerate(found) if (names := _renews(entry))}
    groups = _grouped(found, renewals)
    first = {ranks[0]: ranks for ranks in groups}
    inside = {rank for ranks in groups for rank in ranks[1:]}
    return tuple(
        _one([found[one] for one in first[rank]], _root(found, first[rank], renewals))
        if rank in first
        else entry
        for rank, entry in enumerate(found)
        if rank not in inside
    )


def _renews(entry: Entry) -> tuple[str, ...]:
    """The orders that a new order renews; none for a measure of which anything else is told."""
    if [step.kind for step in entry.steps] != [ChangeKind.NEW]:
        return ()
    after = entry.steps[0].alert.after
    told = after.get("related", ()) if isinstance(after, Mapping) else ()
    for relation in RENEWAL:
        names = [str(one.get("identifier", "")) for one in told if one.get("relation") == relation]
        if names:
            return tuple(name for name in names if canonical(name))
    return ()


def _grouped(
    found: Sequence[Entry], renewals: Mapping[int, tuple[str, ...]]
) -> list[tuple[int, ...]]:
    """Which renewals belong together: those of one order, and those of one another."""
    leader: dict[_Key, _Key] = {}

    def lead(key: _Key) -> _Key:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    for rank, names in renewals.items():
        own = found[rank].place, canonical(found[rank].identifier)
        for name in names:
            leader[lead(own)] = lead((own[0], canonical(name)))
    groups: dict[_Key, list[int]] = {}
    for rank in renewals:
        own = found[rank].place, canonical(found[rank].identifier)
        groups.setdefault(lead(own), []).append(rank)
    return [tuple(ranks) for ranks in groups.values() if len(ranks) >= FEWEST]


def _root(
    found: Sequence[Entry], ranks: Iterable[int], renewals: Mapping[int, tuple[str, ...]]
) -> str:
    """The order they all renew: the first named that is not one of them."""
    ranks = list(ranks)
    own = {canonical(found[rank].identifier) for rank in ranks}
    named = [name for rank in ranks for name in renewals[rank]]
    return next((name for name in named if canonical(name) not in own), named[0])


def _one(group: Sequence[Entry], root: str) -> Entry:
    """Several renewals as one entry that reads "EO 50: renewed 12 times (50.1 to 50.12)"."""
    last = group[-1]
    first, newest = (_number(entry.identifier) for entry in (group[0], last))
    root = one_line(root, 60)
    said = f"{root} renewed {len(group)} times ({first} to {newest})"
    step = replace(last.steps[0], word=WORD, summary=said, note="")
    quotes = tuple(dict.fromkeys(quote for entry in group for quote in entry.quotes))
    return replace(
        last,
        identifier=root,
        title="",
        status="",
        steps=(step,),
        reasons=tuple(dict.fromkeys(reason for entry in group for reason in entry.reasons)),
        watches=tuple(dict.fromkeys(watch for entry in group for watch in entry.watches)),
        quotes=quotes[:MOST_QUOTES],
        more_quotes=max(0, len(quotes) - MOST_QUOTES),
        proofs=tuple(dict.fromkeys(proof for entry in group for proof in entry.proofs)),
        others=tuple(Other(identifier=entry.identifier, url=entry.url) for entry in group),
    )


def _number(identifier: str) -> str:
    found = _LAST.search(identifier)
    return found[0] if found else identifier
