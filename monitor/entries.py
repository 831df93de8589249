"""What a digest says of each measure: one entry a measure, with every change and reason.

From the facts of a message to plain values that a template only has to place.
All of it is still text as the site printed it: escaping is the template's work.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from config.places import PlaceError, place
from config.vocabulary import ChangeKind, Standing, TextState
from monitor.channels.safe import one_line, shortened
from pipelines.align import TooManyWordsError
from pipelines.citation import doubt, location
from pipelines.redline import redline
from pipelines.render import Passage, passages
from pipelines.texts import Volatile, is_scanned
from storage.ports import AlertFacts, MatchFacts, VersionFacts

Asked = Mapping[str, Collection[str]]
NOTHING_ASKED: Asked = MappingProxyType({})

MOST_PASSAGES = 6
MOST_QUOTES = 4
LONGEST_EDIT = 80
_SNIPPET = 420
_SPONSORS = 3

# What a reader wants first: words that changed, then what came and went, then the rest.
RANK = (
    ChangeKind.AMENDED, ChangeKind.NEW, ChangeKind.VANISHED, ChangeKind.RESTORED,
    ChangeKind.SUPERSEDED, ChangeKind.STATUS, ChangeKind.ACTION, ChangeKind.SCHEDULED,
    ChangeKind.TITLE, ChangeKind.VERSION, ChangeKind.SPONSORS, ChangeKind.DATES,
    ChangeKind.RELATED, ChangeKind.RENUMBERED, ChangeKind.ECHO,
)  # fmt: skip

WORDS = {
    ChangeKind.NEW: "new",
    ChangeKind.AMENDED: "amended",
    ChangeKind.VERSION: "new print",
    ChangeKind.ACTION: "new action",
    ChangeKind.STATUS: "new status",
    ChangeKind.TITLE: "new title",
    ChangeKind.SPONSORS: "sponsors changed",
    ChangeKind.DATES: "dates changed",
    ChangeKind.SCHEDULED: "scheduled",
    ChangeKind.RELATED: "related measures changed",
    ChangeKind.RENUMBERED: "renumbered",
    ChangeKind.VANISHED: "vanished",
    ChangeKind.RESTORED: "back again",
    ChangeKind.SUPERSEDED: "superseded",
    ChangeKind.ECHO: "echo",
}

# What happened to a place on an agenda, the most important first; all else is "scheduled".
_AGENDA = {
    "cancelled": "cancelled", "removed": "off the agenda", "moved": "moved",
    "reinstated": "held after all",
}  # fmt: skip

_STANDINGS = {
    Standing.ADDED: "would be added to the law",
    Standing.STRUCK: "would be struck from the law",
    Standing.EXISTING: "not marked as a change",
    Standing.UNKNOWN: "",
}
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """A redline cut to what a message can hold; `more` passages are left out."""

    passages: tuple[Passage, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A passage that matched: the words before the hit, the hit, the words after.

    `doubt` is what a reader must know of a page that was hard to read, else "".
    """

    topic: str
    before: str
    hit: str
    after: str
    where: str
    doubt: str
    standing: str
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change: its kind, the word for it, a sentence, and the redline of an amendment.

    `alert` is what all of it was taken from.
    """

    alert: AlertFacts
    kind: ChangeKind
    word: str
    summary: str
    at: datetime
    edits: Edits | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Where the bytes behind an entry are: their digest, the recording, when they were had."""

    sha256: str
    archive: str
    at: datetime
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A measure that an entry tells of beside its own: one of an order's renewals."""

    identifier: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One measure of a digest, or in `others` several. `url` is "" unless it is a web address."""

    place: str
    place_name: str
    identifier: str
    title: str
    status: str
    url: str
    steps: tuple[Step, ...]
    reasons: tuple[str, ...]
    watches: tuple[str, ...]
    quotes: tuple[Quote, ...]
    more_quotes: int
    proofs: tuple[Proof, ...]
    others: tuple[Other, ...] = ()


def entries(alerts: Sequence[AlertFacts], asked: Asked = NOTHING_ASKED) -> tuple[Entry, ...]:
    """One entry a measure: by jurisdiction, what changed most first, then by number.

    `asked` are the topics each watch asks for; a watch that is not in it, or
    asks for none, is shown every passage.
    """
    measures: dict[int, list[AlertFacts]] = {}
    for alert in alerts:
        measures.setdefault(alert.measure.id, []).append(_narrowed(alert, asked))
    return tuple(sorted((_entry(group) for group in measures.values()), key=_order))


def _narrowed(alert: AlertFacts, asked: Asked) -> AlertFacts:
    """The alert with the passages its reader asked for; new are only those that came with it."""
    wanted = [asked.get(watch, ()) for watch in alert.watches]
    everything = not all(wanted)
    topics = {topic for some in wanted for topic in some}
    return replace(
        alert,
        topics=tuple(topic for topic in alert.topics if everything or topic in topics),
        matches=tuple(
            replace(match, new=match.new and _came_with(alert, match))
            for match in alert.matches
            if everything or match.topic in topics
        ),
    )


def _came_with(alert: AlertFacts, match: MatchFacts) -> bool:
    if match.field == "text":
        return alert.new is not None and match.version_id == alert.new.id
    return alert.kind in {ChangeKind.NEW, ChangeKind.TITLE}


def place_name(path: str) -> str:
    """The name of a place ("Virginia"), or its path where it has none."""
    try:
        return place(path).name
    except PlaceError:
        return path


def web_address(url: str) -> str:
    """The address if a reader may follow it, else ""."""
    clean = one_line(url)
    return clean if clean.startswith(("https://", "http://")) else ""


def _order(entry: Entry) -> tuple[object, ...]:
    number = tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in _DIGITS.split(entry.identifier)
        if part
    )
    return entry.place, min(RANK.index(step.kind) for step in entry.steps), number


def _entry(alerts: list[AlertFacts]) -> Entry:
    measure = alerts[-1].measure
    quotes = _quotes(alerts)
    return Entry(
        place=measure.place,
        place_name=place_name(measure.place),
        identifier=one_line(measure.identifier, 60) or "unnumbered",
        title=one_line(measure.title, 300),
        status=one_line(measure.status, 120),
        url=web_address(measure.url),
        steps=tuple(_step(alert) for alert in sorted(alerts, key=_importance)),
        reasons=_distinct(reason for alert in alerts for reason in alert.reasons),
        watches=_distinct(watch for alert in alerts for watch in alert.watches),
        quotes=quotes[:MOST_QUOTES],
        more_quotes=max(0, len(quotes) - MOST_QUOTES),
        proofs=_proofs(alerts),
    )


def _importance(alert: AlertFacts) -> tuple[int, datetime, int]:
    return RANK.index(alert.kind), alert.at, alert.change_id


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one_line(word, 200) for word in words if word.strip()))


def _step(alert: AlertFacts) -> Step:
    return Step(
        alert=alert,
        kind=alert.kind,
        word=_word(alert),
        summary=one_line(_said(alert), 500),
        at=alert.at,
        edits=_edits(*_compared(alert), alert.volatile)
        if alert.kind is ChangeKind.AMENDED
        else None,
        note=_text_note(alert),
    )


def _word(alert: AlertFacts) -> str:
    what = alert.details.get("what", ()) if alert.kind is ChangeKind.SCHEDULED else ()
    return next((word for name, word in _AGENDA.items() if name in what), WORDS[alert.kind])


def _said(alert: AlertFacts) -> str:
    """Say what happened; of a new measure, what is known beyond its title."""
    seen = alert.after
    if alert.kind is not ChangeKind.NEW or not isinstance(seen, Mapping):
        return alert.summary
    sponsors = [str(person.get("name", "")) for person in seen.get("sponsors", ())]
    more = f" and {len(sponsors) - _SPONSORS} more" if len(sponsors) > _SPONSORS else ""
    said = [f"sponsored by {', '.join(sponsors[:_SPONSORS])}{more}"] if sponsors else []
    said += [
        f"{day.get('kind', 'date')} {day.get('date') or day.get('text') or ''}".strip()
        for day in seen.get("dates", ())
    ]
    if actions := seen.get("actions", ()):
        said.append(f"last action: {actions[-1].get('description', '')}")
    return "; ".join(["First seen", *said]) + "."


def _text_note(alert: AlertFacts) -> str:
    """What a reader must know of a text that cannot be shown."""
    if alert.new is None or alert.kind not in {ChangeKind.NEW, ChangeKind.VERSION}:
        return ""
    match alert.new.state:
        case TextState.PENDING:
            return "Its text cannot be read yet; once it can, it completes this version without another alert."
        case TextState.UNREADABLE:
            return "Its text could not be read by machine; please look at the document itself."
        case _:
            return ""


def _compared(alert: AlertFacts) -> tuple[VersionFacts | None, VersionFacts | None]:
    """An amendment's redline stays what it was told as, however its texts are read since."""
    return alert.compared or (alert.old, alert.new)


def _edits(
    old: VersionFacts | None, new: VersionFacts | None, volatile: Sequence[Volatile]
) -> Edits | None:
    """The redline of two texts; None where one of them is missing or beyond comparing."""
    if old is None or new is None or not old.text or not new.text:
        return None
    try:
        scanned = is_scanned((*old.pages, *new.pages))
        found = redline(old.text, new.text, scanned=scanned, volatile=volatile)
    except TooManyWordsError:
        return None
    shown = passages(found, old.text, new.text, longest=LONGEST_EDIT, pages=new.pages)
    if not found.hunks:
        return None
    return Edits(passages=shown[:MOST_PASSAGES], more=max(0, len(shown) - MOST_PASSAGES))


def _quotes(alerts: list[AlertFacts]) -> tuple[Quote, ...]:
    """Each matched passage once: the first of every topic, then the others, new ones first."""
    found: dict[tuple[str, str], MatchFacts] = {}
    for alert in alerts:
        for match in alert.matches:
            key = (match.topic, _SPACES.sub(" ", match.snippet).strip())
            if key not in found or (match.new and not found[key].new):
                found[key] = match
    turns = _in_turns(sorted(found.values(), key=lambda match: not match.new))
    ranked = sorted(turns, key=lambda pair: (pair[0] > 0, not pair[1].new, pair[0]))
    return tuple(_quote(match) for _, match in ranked)


def _in_turns(matches: Iterable[MatchFacts]) -> Iterator[tuple[int, MatchFacts]]:
    """Each match with how many of its topic came before it, so that no topic fills the page."""
    seen: dict[str, int] = {}
    for match in matches:
        turn = seen.get(match.topic, 0)
        seen[match.topic] = turn + 1
        yield turn, match


def _quote(match: MatchFacts) -> Quote:
    before, hit, after = _parted(match)
    return Quote(
        topic=one_line(match.topic, 80),
        before=before,
        hit=hit,
        after=after,
        where=one_line(location(match), 200) if match.field == "text" else match.field,
        doubt=doubt(match.confidence),
        standing=_standing(match),
        new=match.new,
    )


def _standing(match: MatchFacts) -> str:
    """The passage's standing; a title has none, nor has unmarked text that is new."""
    unmarked = match.standing is Standing.EXISTING
    return "" if match.field != "text" or (unmarked and match.new) else _STANDINGS[match.standing]


def _parted(match: MatchFacts) -> tuple[str, str, str]:
    """The snippet round its hit; the whole of it first where nobody knows where the hit stands."""
    start, end = match.hit or _only_place(match.snippet, match.term.strip('"'))
    snippet = match.snippet
    parts = (snippet[:start], snippet[start:end], snippet[end:])
    before, hit, after = (_cleaned(part) for part in parts)
    if not hit:
        return shortened(one_line(snippet), _SNIPPET), "", ""
    room = max(40, (_SNIPPET - len(hit)) // 2)
    if len(before) > room:
        before = "…" + before[-room:].partition(" ")[2]
    return before.lstrip(), hit, shortened(after.rstrip(), room)


def _only_place(snippet: str, term: str) -> tuple[int, int]:
    """Where a snippet has the words of a term, if it has them once; else no place at all."""
    found = [hit.span() for hit in re.finditer(re.escape(term), snippet, re.IGNORECASE)]
    return found[0] if term and len(found) == 1 else (0, 0)


def _cleaned(part: str) -> str:
    """A part of a line as `one_line` has it, with the spaces at its ends."""
    return one_line(f"|{part}|")[1:-1]


def _proofs(alerts: list[AlertFacts]) -> tuple[Proof, ...]:
    """Say once where each document is, and each recording that no document names already."""
    found: dict[tuple[str, str], Proof] = {}
    for alert in alerts:
        version = alert.new if alert.new and alert.new.document else None
        archive = (version.archive if version else "") or alert.archive
        said = alert.details.get("withdrawn", {}).get("url", "")
        proof = Proof(
            sha256=version.document if version else "",
            archive=one_line(archive, 200),
            at=alert.at,
            url=web_address(version.document_url if version else said),
        )
        found.setdefault((proof.sha256, proof.archive), proof)
    named = {archive for digest, archive in found if digest}
    return tuple(p for p in found.values() if p.sha256 or p.archive not in named)
