"""Alerts as JSON values, for webhooks, feeds and commands: one object a change.

Names are those of `changes --json`, `match --json` and `show --json` where the
thing is the same. Titles and passages are on one line and free of unseen marks,
and still text as the site printed it: whoever shows it escapes it. `before` and
`after` are as they were recorded. docs/hear.md shows a whole object.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from monitor.channels.safe import one_line
from monitor.coverage import Coverage
from monitor.entries import Edits, Entry, Step
from pipelines.citation import citation_json
from storage.passages import match_json
from storage.ports import MatchFacts, VersionFacts
from storage.views import jurisdiction

Json = dict[str, Any]

MOST_MATCHES = 20
MOST_WHOLE = 200
"""How many alerts of one message carry passages, redline and recorded values."""

_SNIPPET = 600


def alerts_json(found: Sequence[Entry]) -> list[Json]:
    """Every change of a digest, in its order. Beyond MOST_WHOLE they are `abridged`."""
    steps = [(entry, step) for entry in found for step in entry.steps]
    return [
        _alert(entry, step, whole=rank < MOST_WHOLE) for rank, (entry, step) in enumerate(steps)
    ]


def sources_json(coverage: Coverage | None) -> Json | None:
    """How many of the reader's sources were checked, and which were not; None where nobody counted."""
    if coverage is None:
        return None
    return {
        "checked": coverage.checked,
        "unchecked": [
            {
                "source": missing.source,
                "what": missing.what,
                "since": _iso(missing.since),
                "note": one_line(missing.note, 300),
            }
            for missing in coverage.unchecked
        ],
    }


def headline_of(entry: Entry, happened: str) -> str:
    """One line that says which measure, where and what happened: "HB 12 (us/wa) amended: An act"."""
    said = f"{entry.identifier} ({entry.place}) {happened}"
    return f"{said}: {entry.title}" if entry.title else said


def _alert(entry: Entry, step: Step, *, whole: bool) -> Json:
    alert = step.alert
    return {
        "id": alert.change_id,
        "at": _iso(alert.at),
        "kind": str(step.kind),
        "headline": headline_of(entry, step.word),
        "summary": step.summary,
        "note": step.note,
        "source": alert.source,
        "measure": _measure(entry, step),
        "watches": list(alert.watches),
        "reasons": [one_line(reason, 200) for reason in alert.reasons],
        "topics": list(dict.fromkeys([*alert.topics, *(match.topic for match in alert.matches)])),
        "matches": [_match(match) for match in alert.matches[:MOST_MATCHES]] if whole else [],
        "more_matches": max(0, len(alert.matches) - MOST_MATCHES),
        "before": alert.before if whole else None,
        "after": alert.after if whole else None,
        "versions": [_version(alert.old), _version(alert.new)],
        "redline": _redline(step.edits) if whole and step.edits else None,
        "evidence": {
            "seen": _iso(alert.at),
            "archive": (alert.new.archive if alert.new else "") or alert.archive,
            "sha256": alert.new.document if alert.new else "",
            "url": alert.new.document_url if alert.new else "",
        },
        "abridged": not whole,
    }


def _measure(entry: Entry, step: Step) -> Json:
    measure = step.alert.measure
    return {
        "id": measure.id,
        "jurisdiction": jurisdiction(measure.place),
        "place": measure.place,
        "session": measure.session,
        "identifier": entry.identifier,
        "title": entry.title,
        "status": entry.status,
        "url": entry.url,
    }


def _match(match: MatchFacts) -> Json:
    return match_json(match) | {"snippet": one_line(match.snippet, _SNIPPET)}


def _version(version: VersionFacts | None) -> Json | None:
    if version is None:
        return None
    return {
        "id": version.id,
        "note": one_line(version.note, 200),
        "date": _iso(version.date),
        "state": str(version.state),
        "links": list(version.links),
        "text_sha256": version.text_sha256,
        "document": version.document,
        "document_url": version.document_url,
    }


def _redline(edits: Edits) -> Json:
    passages = [
        {
            "segments": [{"kind": part.kind, "text": part.text} for part in passage.segments],
        }
        | citation_json(passage)
        for passage in edits.passages
    ]
    return {"passages": passages, "more": edits.more}


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None
