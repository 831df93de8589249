"""Messages for operators: a source broke, or is well again, each told once.

Readers of alerts hear of it in their digests, where it bears on them; whoever
runs the crawls hears of it at once, in a message of its own.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from config.vocabulary import Health
from config.watchlist import Watchlist
from monitor.app import Opened
from monitor.channels.envelope import HEALTH
from monitor.channels.safe import one_line, shortened
from monitor.digests import LONGEST_SUBJECT, NAME, Rendered
from monitor.health import WELL
from storage.notices import Standing

MOST_NOTES = 5
_MEANING = {
    Health.OK: "it is read as before",
    Health.QUIET: "it is read and rightly silent",
    Health.STALE: "it is read, and has had nothing new for longer than ever",
    Health.FAILING: "it gives no usable answer",
    Health.BLOCKED: "it refuses us",
    Health.DRIFTED: "its pages are not what they were, or what they show is held back",
    Health.WAITING: "it wants a key that is not set, and is not asked until it is",
}


def announce(opened: Opened, watchlist: Watchlist, *, now: datetime) -> int:
    """Write messages about sources whose health changed; returns how many sources they name.

    A source that is well when it is first seen is no news, nor is `quiet` after
    `ok`. Without operators nothing is marked as told, so that the first operator
    hears of all that is broken then.
    """
    if not watchlist.operators:
        return 0
    found = opened.notices.standings([spec.name for spec in watchlist.sources])
    news = [one for one in found if not _is_same(one)]
    payloads = {}
    if news:
        message = render(news, now=now).payload()
        payloads = dict.fromkeys(watchlist.operators, message)
    if not found:
        return 0
    slot = f"health:{now.isoformat()}"
    return len(news) if opened.notices.tell(found, payloads, slot=slot, now=now) else 0


def render(news: Sequence[Standing], *, now: datetime) -> Rendered:
    """Word the changes of health, the bad ones first. Pure."""
    ordered = sorted(news, key=lambda one: (one.health in WELL, one.source))
    lines = []
    for one in ordered:
        was = f", was {one.told}" if one.told else ""
        since = f", since {one.since:%Y-%m-%d %H:%M} UTC" if one.since else ""
        lines.append(f"* {one.source} ({one.place}) is {one.health}{was}{since}:")
        lines.append(f"  {_MEANING[one.health]}.")
        lines += [f"  - {one_line(note)}" for note in one.notes[:MOST_NOTES]]
    lines += ["", "More: measurewatch sources health -v"]
    if any(note.startswith("held:") for one in ordered for note in one.notes):
        lines.append("Held alerts: measurewatch sources held")
    text = "\n".join(lines) + "\n"
    return Rendered(
        subject=_subject(ordered),
        text=text,
        html=f"<!doctype html><meta charset=utf-8><pre>{escape(text)}</pre>",
        headers={"Date": format_datetime(now.astimezone(UTC))},
        facts={
            "type": HEALTH,
            "timestamp": now.astimezone(UTC).isoformat(),
            "sources": None,
            "alerts": [],
            "transitions": [_json(one) for one in ordered],
        },
    )


def _is_same(one: Standing) -> bool:
    return one.health in WELL and (one.told is None or one.told in WELL)


def _subject(ordered: Sequence[Standing]) -> str:
    if len(ordered) == 1:
        said = f"{ordered[0].source} is {ordered[0].health}"
    else:
        bad = sum(one.health not in WELL for one in ordered)
        well = len(ordered) - bad
        parts = [f"{bad} not well"] * bool(bad) + [f"{well} well again"] * bool(well)
        said = f"{len(ordered)} sources: {', '.join(parts)}"
    return shortened(one_line(f"[{NAME}] {said}"), LONGEST_SUBJECT)


def _json(one: Standing) -> dict[str, Any]:
    return {
        "source": one.source,
        "place": one.place,
        "state": str(one.health),
        "was": str(one.told) if one.told else None,
        "since": one.since.isoformat() if one.since else None,
        "notes": list(one.notes),
    }
